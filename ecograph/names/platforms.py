"""Platforms in Chinese names: their types, and what partners run together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecograph.names.places import match_place
from ecograph.names.words import load_han_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecograph.names.parts import Parts

__all__ = ["find_type", "part_partners", "take_inner_place", "take_site"]

_BETWEEN = re.compile("[-,/]|与|和|及")
_TOGETHER = re.compile("(?:联合共建|共同建设|合作共建|共建|共同|合作)的?$")
_BODY = re.compile(
    "(?:大学|学院|医院|研究所|研究院|科学院|公司|集团|学校|理工|[师职]院|(?:理工|中医药|中医|[交师农医财林民科工矿石地])大)$"
)
_LEVEL = re.compile("(?:国家级|省级|市级|国家|省|市)$")
_JOINT_ENDS = frozenset("室心院地")
_LEAST = 2
_MOST_SPLITS = 4
_LONGEST_PLACE = 9
_COUNTY = 3


def find_type(text: str) -> tuple[str, str]:
    """Find the type of a platform at the end of a name, and how it is written.

    >>> find_type("山西省某某工程技术研究中心")
    ('工程研究中心', '工程技术研究中心')
    """
    types = load_han_words().types
    for length in range(min(12, len(text)), 2, -1):
        name = types.get(text[-length:])
        if name:
            return name, text[-length:]
    return "", ""


def part_partners(text: str) -> tuple[str, str, str] | None:
    """Part what two partners run together.

    Parameters
    ----------
    text
        A folded name in which dots between names are hyphens.

    Returns
    -------
    tuple of three str, or None
        Both partners, and how their joint body is written; None where a name has no two partners.

    Examples
    --------
    >>> part_partners("某某公司与山西大学共建联合实验室")
    ('某某公司', '山西大学', '联合实验室')
    >>> part_partners("煤炭与煤化工技术创新中心")
    """
    if text[-1:] not in _JOINT_ENDS or _BETWEEN.search(text) is None:
        return None
    ending = next((kind for kind in load_han_words().joint if text.endswith(kind)), "")
    if not ending:
        return None
    stem = _TOGETHER.sub("", text.removesuffix(ending))
    for first, second in _list_splits(stem):
        if _is_partner(first) or _is_partner(second):
            return first, second, ending
    return None


def _list_splits(stem: str) -> Iterator[tuple[str, str]]:
    for n, found in enumerate(_BETWEEN.finditer(stem)):
        first, second = stem[: found.start()].strip(" -"), stem[found.end() :].strip(" -")
        if n < _MOST_SPLITS and len(first) >= _LEAST and len(second) >= _LEAST:
            yield first, second


def _is_partner(text: str) -> bool:
    text = text.partition("(")[0] if text.endswith(")") else text
    return _BODY.search(text) is not None or text in load_han_words().aliases


def take_inner_place(stem: str, parts: Parts) -> str:
    """Take a place or level that stands before a platform's type: 某某山西省重点实验室."""
    for length in range(min(_LONGEST_PLACE, len(stem) - _LEAST), 1, -1):
        found = match_place(stem, len(stem) - length)
        if found and found.length == length and found.full:
            parts.places.append(found.name)
            return stem[:-length]
    return _LEVEL.sub("", stem) or stem


def take_site(text: str, parts: Parts) -> str:
    """Part a city that ends a name after a hyphen, or after a brand without a trade.

    Parameters
    ----------
    text
        A folded name without legal form and kind.
    parts
        What has been found; the mark is added.

    Returns
    -------
    str
        The name without the city.
    """
    dashed = text.rfind("-")
    for at in (dashed + 1,) if dashed >= _LEAST else range(_LEAST + 1, len(text) - 1):
        found = match_place(text, at)
        sure = found and (found.full or found.sure) and found.level < _COUNTY
        if found and sure and at + found.length == len(text):
            parts.marks.append(f"branch:{found.name}")
            return text[:at].rstrip("-")
    return text
