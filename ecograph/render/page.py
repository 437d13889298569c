"""What every page needs so that data in it stays data."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from importlib import resources
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

__all__ = [
    "embed_json",
    "embed_script",
    "format_amount",
    "hash_script",
    "is_missing",
    "read_template",
    "render_template",
]

_CURRENCIES = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑", "NOK": "挪威克朗"}
_RISKY = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def embed_json(value: object) -> Markup:
    r"""Write a value as JSON that is safe inside a script element.

    Parameters
    ----------
    value
        Plain values only; numbers must be finite.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> print(embed_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_RISKY))  # noqa: S704 - nothing in it can end the element


def embed_script(text: str) -> Markup:
    """Take a script of our own as the content of a script element.

    Raises
    ------
    ValueError
        If the text would end the element, or be changed by the parser and so miss its hash.
    """
    folded = text.casefold()
    if "</script" in folded or "<!--" in folded or "\r" in text or "\0" in text:
        raise ValueError("the script cannot stand inside a script element")
    return Markup(text)  # noqa: S704 - checked above; never data


def hash_script(text: str) -> str:
    """Name an inline script in a Content-Security-Policy.

    >>> hash_script("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def is_missing(value: object) -> bool:
    """Say whether there is nothing to write.

    >>> [is_missing(value) for value in (None, float("nan"), pd.NA, pd.NaT, "", 0, False, "x")]
    [True, True, True, True, True, False, False, False]
    """
    return value == "" if isinstance(value, str) else bool(pd.isna(value))


def format_amount(amount: float, currency: str, lang: str) -> str:
    """Write a sum of money for a reader, in the steps of the language.

    Examples
    --------
    >>> format_amount(12_800_000, "CNY", "zh"), format_amount(1.28e9, "EUR", "en")
    ('1,280万元', 'EUR 1.28 bn')
    """
    if lang == "zh":
        unit, form = _CURRENCIES.get(currency, f" {currency}"), "{number}{step}{unit}"
        steps = ((1e8, "亿"), (1e4, "万"))
    else:
        unit, form = f"{currency} ", "{unit}{number}{step}"
        steps = ((1e9, " bn"), (1e6, " M"))
    size, step = next((pair for pair in steps if abs(amount) >= pair[0]), (1, ""))
    number = f"{amount / size:,.2f}".rstrip("0").rstrip(".")
    return form.format(number=number, step=step, unit=unit)


def read_template(name: str) -> str:
    """Read a file of the templates folder, line ends as LF."""
    data = resources.files("ecograph.render").joinpath("templates", name).read_bytes()
    return data.decode("utf-8").replace("\r\n", "\n")


def render_template(name: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template names
    """Fill in a template; every value is escaped unless it is `Markup`."""
    return _environment().get_template(name).render(**values)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
