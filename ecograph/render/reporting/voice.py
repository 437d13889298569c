"""How the report speaks: texts, numbers, dates and amounts said for people in a language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ecograph.render.page import format_amount, is_missing
from ecograph.schema import read_schema
from ecograph.texts import label_of, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["MISSING", "NUMERIC", "Voice", "write_number", "write_share"]

MISSING = "—"
"""What stands where a value is missing."""

NUMERIC = frozenset(
    {"count", "number", "expected", "ratio", "q", "share", "level", "money", "ready"}
)
"""The forms that are set as numbers."""

_NAMES = 12


@dataclass(frozen=True)
class Voice:
    """One language, and the currency of amounts."""

    lang: str
    currency: str

    def say(self, key: str, **values: object) -> Markup:
        """Say a text of the report; values that are not markup are escaped."""
        return Markup(translate(f"report.{key}", self.lang)).format(**values)  # noqa: S704 - ours

    def tell(self, group: str, key: object) -> str:
        """Say a word of the report; what it does not know stands for itself.

        >>> Voice("en", "EUR").tell("flag", "no_such_flag")
        'no such flag'
        """
        if is_missing(key):
            return ""
        try:
            return translate(f"report.{group}.{key}", self.lang)
        except KeyError:
            return str(key).replace("_", " ")

    def label(self, group: str, key: object) -> str:
        """Name a key of a group of the catalogue."""
        return MISSING if is_missing(key) else label_of(group, str(key), self.lang)

    def name(self, vocabulary: str, key: object) -> str:
        """Name a key of a vocabulary of the schema; nothing where there is no key."""
        if is_missing(key):
            return ""
        return read_schema().label_term(vocabulary, str(key), self.lang)

    def write(self, value: object, form: str) -> str:
        """Write a value for people; what is missing is a dash, or nothing among words."""
        if is_missing(value):
            return "" if form in {"words", "prose"} else MISSING
        return _FORMS[form](value) if form in _FORMS else _SPOKEN[form](value, self)

    def write_range(self, low: object, high: object, form: str) -> str:
        """Write an interval; nothing where a bound is missing."""
        if is_missing(low) or is_missing(high):
            return ""
        return f"{self.write(low, form)}–{self.write(high, form)}"

    def join(self, names: Iterable[object]) -> Markup:
        """Join names, at most a dozen of them.

        >>> print(Voice("en", "EUR").join(["A & B", *"bcdefghijklm"]))
        A &amp; B, b, c, d, e, f, g, h, i, j, k, l and 1 more
        """
        listed = [escape(name) for name in names]
        joined = self.say("comma").join(listed[:_NAMES])
        if len(listed) <= _NAMES:
            return joined
        return self.say("and_more", names=joined, number=len(listed) - _NAMES)

    def run(self, sentences: Iterable[Markup]) -> Markup:
        """Let sentences follow each other, as the language sets them."""
        return self.say("space").join(sentences)


# how values are written in every language


def write_number(value: float) -> str:
    """Write a measure with three figures or so, a whole number as it is.

    >>> [write_number(x) for x in (0.0, 72.0, 0.0171234, 2.5, 31.53, 1234.5, 1e-9)]
    ['0', '72', '0.0171', '2.50', '31.5', '1,234', '<0.0001']
    """
    size = abs(float(value))
    if size.is_integer():
        return f"{value:,.0f}"
    if size < 0.0001:  # noqa: PLR2004 - the least that four decimals show
        return "<0.0001" if value > 0 else ">-0.0001"
    decimals = min(max(2 - math.floor(math.log10(size)), 0), 4)
    return f"{value:,.{decimals}f}"


def write_share(value: float) -> str:
    """Write a share as a percentage; the very 0 and 1 without decimals.

    >>> [write_share(x) for x in (0.0, 0.0284, 0.9999, 1.0)]
    ['0%', '2.8%', '100.0%', '100%']
    """
    return f"{100 * value:.{0 if value in {0, 1} else 1}f}%"


def _write_q(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - three decimals


def _compare_q(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"  # noqa: PLR2004 - three decimals


def _write_published(value: float) -> str:
    """Write a published figure as it was published.

    >>> [_write_published(x) for x in (352.0, 4847.4, 1.28)]
    ['352', '4,847.4', '1.28']
    """
    return f"{float(value):,.6f}".rstrip("0").rstrip(".")


_FORMS: Mapping[str, Callable[[Any], str]] = {
    "count": lambda value: f"{round(float(value)):,}",
    "number": write_number,
    "expected": "{:,.1f}".format,
    "ratio": "{:.2f}".format,
    "q": _write_q,
    "compared": _compare_q,  # a q behind its letter
    "share": write_share,
    "level": lambda value: f"{100 * value:g}%",
    "published": _write_published,
    "day": lambda value: str(value)[:10] if hasattr(value, "isoformat") else str(value),
    "text": str,
    "ready": lambda value: value,  # written already, a number
    "words": lambda value: value,  # written already, words
    "prose": lambda value: value,  # words that need room
}


# how values are said in a language


def _write_kind(value: str, voice: Voice) -> str:
    kind = read_schema().node_kinds.get(value)
    return kind.labels[voice.lang] if kind else str(value)


_SPOKEN: Mapping[str, Callable[[Any, Voice], str]] = {
    "money": lambda value, voice: format_amount(value, voice.currency, voice.lang),
    "kind": _write_kind,
    "verdict": lambda value, voice: voice.label("verdict", value),
    "tier": lambda value, voice: voice.label("tier", value),
    "severity": lambda value, voice: voice.say(f"data.{value}"),
}
