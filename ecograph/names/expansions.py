"""Short forms within Chinese names, written out: 山西农大, 科技局, 市一院, 北航软件学院."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecograph.names.bodies import REGIONS, is_unit
from ecograph.names.places import match_place
from ecograph.names.walks import are_places
from ecograph.names.words import load_han_words

if TYPE_CHECKING:
    from ecograph.names.parts import Parts

__all__ = ["expand_name", "write_alias"]

_CONTRACTED = re.compile(
    "(?<=..)(?:(?:理工|中医药|中医|[交师农医财林民科工矿石地])大(?![学厦道])|[师职]院(?![士校])|"
    "(?:农科|社科|林科|医科|环科|电科)院)"
)
_FOLLOWS = re.compile(
    "附|第|[一二三四五六七八九十0-9]+院$|口腔|人民|.*(?:医院|[院所室馆处系站]|中心|课题组|[中小]学)$"
)
_POLYTECHNIC = re.compile("理工(?!大学|学院|职业|技术|科技|工程|继续|附|[大院])")
_ENDINGS = (
    ("附院", "附属医院"),
    ("附中", "附属中学"),
    ("附小", "附属小学"),
    ("中医院", "中医医院"),
    ("妇幼", "妇幼保健院"),
)
_OFFICE_ENDS = frozenset("局厅委协府会联社院")
_UNIT_ENDS = (
    "学院",
    "图书馆",
    "研究生院",
    "课题组",
    "实验室",
    "研究院",
    "研究所",
    "中心",
    "科研处",
)
_SURE_UNITS = ("学院", "图书馆", "研究生院", "课题组", "科研处", "技术转移中心")
_LONGEST_ALIAS = 6
_LONGEST_OFFICE = 10
_SURE_ALIAS = 3


def expand_name(text: str) -> str:
    """Write out the short forms within a folded Chinese name.

    Parameters
    ----------
    text
        A name without brackets.

    Examples
    --------
    >>> expand_name("华中农大材料学院"), expand_name("介休市科技局"), expand_name("太原中医院")
    ('华中农业大学材料学院', '介休市科学技术局', '太原中医医院')
    """
    for short, full in _ENDINGS:
        if text.endswith(short) and len(text) > len(short):
            text = text.removesuffix(short) + full
    if text[-1:] in _OFFICE_ENDS:
        text = _expand_office(text)
    if text.endswith(_UNIT_ENDS):
        text = _expand_holder(text)
    # Each of them ends so; what is searched for at every sign costs more than both.
    found = _CONTRACTED.search(text) if "大" in text or "院" in text else None
    if found is None or not _begins_with_place(text) or not _is_followed(text, found):
        return text
    full = load_han_words().contracted[found.group()]
    if text[: found.end()] == "中国科大":
        full = "学技术大学"
        return "中国科" + full + text[found.end() :]
    return text[: found.start()] + full + text[found.end() :]


def write_alias(text: str, parts: Parts) -> str:
    """Write out a short form that stands alone: 北大 is 北京大学."""
    full = load_han_words().aliases.get(text)
    if full is None:
        return text
    parts.short.append(text)
    return full


def _begins_with_place(text: str) -> bool:
    return text.startswith("中国") or text[:2] in REGIONS or match_place(text) is not None


def _is_followed(text: str, found: re.Match[str]) -> bool:
    """Say whether a university's short form ends a name or has a part of it behind it."""
    rest = text[found.end() :]
    short = found.group()
    plain = not short.endswith("大") and short[0] not in "师职"
    return not rest or plain or _FOLLOWS.match(rest) is not None


def _expand_office(text: str) -> str:
    """Write out an office that follows places and nothing else: 山西省科技厅."""
    bureaus = load_han_words().bureaus
    for length in range(min(_LONGEST_OFFICE, len(text)), 1, -1):
        full = bureaus.get(text[-length:])
        if full:
            head = text[:-length]
            return head + full if not head or are_places(head) else text
    return text


def _expand_holder(text: str) -> str:
    """Write out the body that has a part: 北航软件学院, 太原理工材料学院."""
    aliases = load_han_words().aliases
    for length in range(min(_LONGEST_ALIAS, len(text) - 2), 1, -1):
        full = aliases.get(text[:length], "")
        if full.endswith("大学") and _is_taught(text[length:], full, length):
            return full + text[length:]
    found = _POLYTECHNIC.search(text, 2)
    if found and are_places(text[: found.start()]):
        head = text[: found.end()] + "大学"
        return head + text[found.end() :] if is_unit(text[found.end() :], head) else text
    return text


def _is_taught(tail: str, full: str, length: int) -> bool:
    if tail.startswith(("大学", "学院")):  # it is written in full
        return False
    if length < _SURE_ALIAS and not tail.endswith(_SURE_UNITS):
        return False
    return is_unit(tail, full)
