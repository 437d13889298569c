"""Every sentence and label that a person reads, in English and Chinese."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import yaml

__all__ = ["LANGUAGES", "label_of", "list_texts", "translate"]

LANGUAGES = ("en", "zh")


def translate(key: str, lang: str, **values: object) -> str:
    """Say a text of the catalogue, with values filled in.

    Parameters
    ----------
    key
        Dotted path in ``texts.yaml``.
    lang
        ``en`` or ``zh``.
    values
        What the braces in the text stand for.

    Raises
    ------
    KeyError
        If the catalogue has no such text: a mistake in the program, not in the data.

    Examples
    --------
    >>> translate("verdict.gap", "zh")
    '薄弱'
    """
    node: Any = _catalogue()
    for part in key.split("."):
        node = node[part]
    text: str = node[lang]
    return text.format(**values) if values else text


def label_of(group: str, key: str, lang: str) -> str:
    """Name a key of a group, or the key itself where the catalogue does not know it.

    >>> label_of("column", "no_such_column", "en")
    'no such column'
    """
    entry = _catalogue().get(group, {}).get(key)
    return entry[lang] if entry else key.replace("_", " ")


def list_texts(group: str, lang: str) -> dict[str, str]:
    """List all texts of a group by their dotted path in it.

    >>> list_texts("tier", "en")["shrub"]
    'shrub'
    """
    found: dict[str, str] = {}
    waiting = [("", _catalogue()[group])]
    while waiting:
        path, node = waiting.pop()
        if set(node) == set(LANGUAGES):
            found[path] = node[lang]
        else:
            waiting += [(f"{path}.{key}" if path else key, node[key]) for key in node]
    return dict(sorted(found.items()))


@functools.cache
def _catalogue() -> dict[str, Any]:
    text = resources.files("ecograph").joinpath("texts.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    catalogue: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, our own file
    return catalogue
