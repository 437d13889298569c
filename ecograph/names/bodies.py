"""Parts of bodies in Chinese names: brackets, departments, branches and campuses."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from ecograph.names.parts import strip_words
from ecograph.names.places import is_place, match_place, relate_places
from ecograph.names.words import load_han_words

if TYPE_CHECKING:
    from ecograph.names.parts import Parts

__all__ = ["REGIONS", "is_unit", "read_brackets", "take_branch", "take_parent"]

_BRACKET = re.compile(r"\(([^()]*)\)?")
REGIONS = frozenset(
    ["华东", "华北", "华南", "东北", "西北", "西南", "华中", "华西", "中南", "东南", "全国", "全球"]
)
_SAYS_NOTHING = frozenset(
    [
        "筹",
        "筹建",
        "拟建",
        "在建",
        "新建",
        "有限",
        "本部",
        "总部",
        "存续",
        "注销",
        "吊销",
        "盖章",
        "公章",
        "暂定",
        "备案",
        "候选",
        "以下简称",
        "目前",
        "试点",
    ]
)
_STATED = re.compile("^(?:以下)?(?:简称|缩写|又名|又称|别名|亦称|英文名称?|英文)[:为]?")
_NUMBERED = re.compile("[a-z]*[0-9]+$")
_UNIVERSITY = re.compile(r"大学(?!城|生|科技园|路|街)")
_HEADS = re.compile("研究院|研究所|医院|研究总院|公司|(?<!科)学院(?=..)")
_AFFILIATED = re.compile("附属|附设|附[中小院高]$")
_BODIES = [
    "公司",
    "集团",
    "厂",
    "大学",
    "小学",
    "中学",
    "出版社",
    "基金会",
    "商会",
    "协会",
    "校友会",
    "医院",
    "学会",
    "资产",
    "科技园",
    "大学科技园",
    "幼儿园",
    "党校",
]
_ORDINAL = re.compile("第[〇零一二三四五六七八九十百0-9]{1,5}")
_ANCHORS = ("有限公司", "公司", "银行", "大学", "集团", "科学院", "研究院", "医院", "保险", "学院")
_HOLDS_UNITS = ("大学", "学院", "医院", "研究所", "研究院", "研究总院", "科学院", "公司")
_CAMPUSES = ("校区", "分校区", "分校", "院区", "东院", "西院", "南院", "北院")
_CUTS = 3
_LEAST_HEAD = 3
_LEAST_REST = 2


def read_brackets(text: str, parts: Parts) -> str:
    """Take the brackets out of a name and note what they say.

    Parameters
    ----------
    text
        A folded name.
    parts
        What has been found; places, campuses and abbreviations are added.

    Returns
    -------
    str
        The name with what belongs into it: 太原钢铁(集团)有限公司 is 太原钢铁集团有限公司.
    """
    if "(" not in text and ")" not in text:
        return text
    kept = _BRACKET.sub(lambda found: _understand(found, text, parts), text)
    return kept.replace("(", "").replace(")", "") or text.replace("(", "").replace(")", "") or text


def _understand(found: re.Match[str], text: str, parts: Parts) -> str:
    words = load_han_words()
    inside, head = found.group(1), text[: found.start()]
    if inside in ("集团", "控股") or inside in words.forms or inside.endswith(words.branches):
        return inside
    if is_place(inside) or inside in REGIONS or inside.removesuffix("校区") in REGIONS:
        _note_place(inside, text, parts)
    elif found.end() == len(text) and _is_part(inside, head):
        parts.parent, parts.unit = head, inside
    elif inside not in _SAYS_NOTHING and len(inside) > 1:
        _note_rest(inside, text, parts)
    return ""


def _is_part(inside: str, head: str) -> bool:
    """Say whether a bracket at the end names a part of the body before it, not the body again."""
    head = head.partition("(")[0] if head.endswith(")") else head
    if not head.endswith(_HOLDS_UNITS) or len(head) <= _LEAST_HEAD or "(" in head:
        return False
    return is_unit(inside, head) and not _is_short(inside, f"{head}(")


def _note_rest(inside: str, text: str, parts: Parts) -> None:
    """Note another name, a number that distinguishes, or words that do neither."""
    words = load_han_words()
    other = _STATED.sub("", inside)
    numbered = _NUMBERED.search(inside)
    if other != inside or _is_short(inside, text) or inside.endswith((*words.forms, *words.kinds)):
        parts.short.append(other)
    elif numbered:
        parts.marks.append(f"#{numbered.group()}")
    else:
        parts.words.append(inside)


def _is_short(inside: str, text: str) -> bool:
    """Say whether a bracket holds a short form: signs of the name in their order, or letters."""
    if inside.isascii():
        return inside.replace(" ", "").isalpha()
    at = 0
    for sign in inside:
        at = text.find(sign, at, text.index("(")) + 1 if "(" in text else 0
        if not at:
            return False
    return True


def _note_place(inside: str, text: str, parts: Parts) -> None:
    found = match_place(inside)
    name = found.name if found else inside.removesuffix("校区")
    if _is_own_place(name, text):
        parts.places.append(name)
    elif "大学" in text or "学院" in text or inside in REGIONS:
        parts.marks.append(f"campus:{name}")
    else:
        parts.places.append(name)


def _is_own_place(place: str, text: str) -> bool:
    """Say whether a university's name or seat tells already that it is in a place."""
    head = text.partition("(")[0]
    own = match_place(head)
    names = (own.name,) if own else ()
    seat = load_han_words().seats.get(head[own.length :] if own and own.full else head)
    known = (*([names] if names else []), *([(seat,)] if seat else []))
    return any(relate_places(where, (place,)) in ("same", "inside") for where in known)


def take_parent(text: str, parts: Parts) -> str:
    """Part a department from the organisation that it is a part of.

    Parameters
    ----------
    text
        A folded name without brackets.
    parts
        What has been found; the parent and the unit are added.

    Returns
    -------
    str
        The parent's name, where there is one, and else the text.
    """
    for cut in _find_cuts(text):
        head, tail = text[:cut], text[cut:]
        if is_place(tail) or tail in REGIONS:
            found = match_place(tail)
            if not ("大学" in head and _is_own_place(found.name if found else tail, head)):
                parts.marks.append(f"campus:{found.name if found else tail}")
            return head
        if is_unit(tail, head):
            parts.parent, parts.unit = _write_campus(head, parts), tail + parts.unit
            return head
    return text


def _write_campus(head: str, parts: Parts) -> str:
    """Write the campus that a bracket told beside the body that has it."""
    campus = next((mark for mark in parts.marks if mark.startswith("campus:")), "")
    return f"{head}({campus.partition(':')[2]})" if campus else head


def _find_cuts(text: str) -> list[int]:
    found = _UNIVERSITY.search(text) if "大学" in text else None
    cuts = [found.end()] if found else [at.end() for at in _HEADS.finditer(text)]
    return [cut for cut in cuts[:_CUTS] if _LEAST_HEAD < cut < len(text)]


def is_unit(tail: str, head: str) -> bool:
    """Say whether what follows a body's name is a part of it and no body of its own.

    >>> is_unit("材料学院", "太原理工大学"), is_unit("现代科技学院", "太原理工大学")
    (True, False)
    """
    words = load_han_words()
    if _AFFILIATED.search(tail) or _ORDINAL.match(tail) or tail.endswith(_load_bodies()):
        return False
    if head.endswith("公司"):
        return tail.endswith(words.firm_units)
    if head.endswith("大学") and tail.endswith("学院"):
        return tail[:-1] in words.disciplines or _is_discipline(tail[:-2])
    if tail.endswith("研究生院"):
        return tail == "研究生院"
    return len(tail) > 1 and tail.endswith(words.units)


@functools.cache
def _load_bodies() -> tuple[str, ...]:
    """Load the endings of what is a body of its own though a university's name begins its name."""
    return (*load_han_words().branches, *_BODIES)


def _is_discipline(text: str) -> bool:
    words = load_han_words()
    if text in words.independent or "独立" in text:
        return False
    return not strip_words(text, words.disciplines)[1]


def take_branch(text: str, parts: Parts) -> str:
    """Part a branch or a campus from the organisation that it belongs to.

    Parameters
    ----------
    text
        A folded name without brackets.
    parts
        What has been found; the mark is added.

    Returns
    -------
    str
        The name without the branch.
    """
    words = load_han_words()
    if text[-2:] not in words.branch_ends or not text.endswith(words.branches):
        return text
    ending = next(end for end in words.branches if text.endswith(end))
    rest = text[: -len(ending)]
    if len(rest) < _LEAST_REST:
        return text
    anchor = max((rest.rfind(word) + len(word) for word in _ANCHORS if word in rest), default=0)
    place = _name_place(rest[anchor:])
    if not anchor:
        anchor = _find_head(rest)
        place = _name_place(rest[anchor:])
    parts.marks.append(f"{'campus' if ending in _CAMPUSES else 'branch'}:{place or ending}")
    return rest[:anchor]


def _name_place(text: str) -> str:
    found = match_place(text)
    return found.name if found and found.length == len(text) else text


def _find_head(text: str) -> int:
    """Find where a branch's place begins: after a known system, or as the last place."""
    systems = load_han_words().systems
    for length in range(min(8, len(text)), 1, -1):
        if text[:length] in systems:
            return length
    for at in range(2, len(text) - 1):
        found = match_place(text, at)
        if found and at + found.length == len(text):
            return at
    return len(text)
