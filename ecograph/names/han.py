"""Take a Chinese name apart: places, what names it, industry, legal form, kind, marks."""

from __future__ import annotations

import re
from typing import NamedTuple

from ecograph.names.bodies import read_brackets, take_branch, take_parent
from ecograph.names.marks import read_number
from ecograph.names.parts import Parts, strip_words
from ecograph.names.places import find_zone, match_place
from ecograph.names.words import load_han_words

__all__ = ["split_han"]

_N = "〇零一二三四五六七八九十百两"
_ORDINAL = re.compile(rf"第([{_N}]{{1,5}}|[0-9]{{1,4}})(?!产业|方|代|届)")
_NUMBERED = re.compile(
    rf"(?<!^)([{_N}]{{1,4}}|(?<![0-9a-z])[0-9]{{1,4}})"
    "(?:中学校?|[院所厂局建冶小矿队号处中]|医院|人民医院|小学|附院|附小|附中|附属医院|附属中学|附属小学|"
    "研究所|研究院|设计院|工程局|地质队|勘察院|分厂|化建|航局|航院|校区|院区|期)$"
)
_CONTRACTED = re.compile(
    "(?<=..)(?:(?:理工|中医药|[交师农医财林民])大(?![学厦道])|(?:农科|社科|林科|医科|环科|电科)院)"
)
_AFFILIATED = re.compile("附属|附设|附(?=[中小院高]$)")
_AFFILIATES = (("附院", "附属医院"), ("附中", "附属中学"), ("附小", "附属小学"))
_SHORT_KINDS = {"中": "中学", "小": "小学", "所": "研究所", "中学校": "中学", "建": "建筑工程"}
_NO_INDUSTRY = frozenset(["大学", "人民", "职业", "中心", "国家", "重点", "联合", "部", "省"])
_GENERIC = frozenset(("", "中国", "国家", "全国", "中华", "国营", "国有", "省", "市", "县", "区"))
_COUNTY = 3
_MOST_PLACES = 5
_EMPTY_WORDS = "与和及"
_KEEPS_KIND = frozenset(("school", "association", "government", ""))


class _Where(NamedTuple):
    """The places that a name begins with, and where what follows them begins."""

    names: list[str]
    end: int
    weak: int  # signs of a county at their end that may be no place: 0 where it is sure


def split_han(text: str) -> Parts:
    """Take a folded Chinese name apart.

    Parameters
    ----------
    text
        A folded name without the names that it had before.

    Examples
    --------
    >>> parts = split_han("山西格盟普丽环境股份有限公司")
    >>> parts.places, parts.core, parts.industry, parts.form
    (['山西'], '格盟普丽', ['环境'], 'joint_stock')
    """
    parts = Parts()
    text = _expand(read_brackets(text, parts))
    text = take_parent(text, parts)
    text = take_branch(text, parts)
    text = _take_form(text, parts)
    text = _write_in_full(text, parts)
    text = _take_ordinal(text, parts)
    _find_kind(text, parts)
    text = _take_system(text, parts)
    if parts.kind in ("firm", ""):
        _name_firm(text, parts)
    else:
        _name_body(text, parts)
    parts.marks = sorted(set(parts.marks))
    return parts


def _expand(text: str) -> str:
    """Write out what stands for a kind of university or academy: 山西农大, 山西省农科院."""
    for short, full in _AFFILIATES:
        if text.endswith(short) and len(text) > len(short):
            text = text.removesuffix(short) + full
    found = _CONTRACTED.search(text)
    if found is None or not match_place(text):
        return text
    full = load_han_words().contracted[found.group()]
    return text[: found.start()] + full + text[found.end() :]


def _take_form(text: str, parts: Parts) -> str:
    forms = load_han_words().forms
    for length in range(min(12, len(text) - 1), 0, -1):
        code = forms.get(text[-length:])
        if code:
            parts.form = code.removeprefix("group_")
            if code.startswith("group"):
                parts.marks.append("group")
            rest = _take_group(text[:-length], parts)
            return _take_form(rest, parts) if code == "partnership" else rest  # said twice at most
    return text


def _write_in_full(text: str, parts: Parts) -> str:
    """Write out a short form that stands alone: 北大 is 北京大学."""
    full = load_han_words().aliases.get(text)
    if full is None:
        return text
    parts.short.append(text)
    return full


def _take_group(text: str, parts: Parts) -> str:
    for ending in ("集团公司", "集团", "控股"):
        if text.endswith(ending) and len(text) > len(ending):
            parts.marks.append("group")
            return text[: -len(ending)]
    return text


def _take_ordinal(text: str, parts: Parts) -> str:
    found = _ORDINAL.search(text) or _NUMBERED.search(text)
    number = read_number(found.group(1)) if found else None
    if found is None or number is None:
        return text
    parts.marks.append(f"#{number}")
    if found.start() == 0:  # a brand such as 第一财经
        return text
    head, tail = text[: found.start()], text[found.end(1) :]
    if tail == "院":  # of a hospital or an institute: only a university's is surely the former
        return f"{head}附属医院" if head.endswith("大学") else head
    return head + _SHORT_KINDS.get(tail, tail)


def _find_kind(text: str, parts: Parts) -> None:
    if _AFFILIATED.search(text):
        parts.marks.append("affiliated")
    if parts.form:
        parts.kind = "firm"
        return
    kind, _ = _match_kind(text)
    parts.kind = kind
    if kind == "hospital" and "大学" in text:
        parts.marks.append("affiliated")
    elif not kind and text.endswith(("银行", "业", "矿", "店", "科技")):
        parts.kind = "firm"


def _match_kind(text: str) -> tuple[str, str]:
    kinds = load_han_words().kinds
    for length in range(min(10, len(text)), 0, -1):
        kind = kinds.get(text[-length:])
        if kind:
            return kind, text[-length:]
    return "", ""


def _take_system(text: str, parts: Parts) -> str:
    """Part a well-known system, written in full or by its short form, from what follows it."""
    words = load_han_words()
    if parts.kind in ("university", "college", "school") or text[:2] not in words.system_heads:
        return text
    for length in range(min(12, len(text)), 1, -1):
        full = words.systems.get(text[:length])
        if full is None:
            continue
        rest = text[length:].removeprefix("股份").removeprefix("集团").removeprefix("公司")
        parts.system = full
        if length < len(full):
            parts.short.append(text[:length])
        return rest
    return text


def _walk_places(text: str, *, districts: bool) -> _Where:
    """Walk over the places that a name begins with, each within the one before it."""
    names: list[str] = []
    at = level = weak = 0
    while at < len(text) and len(names) < _MOST_PLACES:
        zone = find_zone(text, at) if names else 0
        if zone:
            names.append(text[at : at + zone])
            at, weak = at + zone, 0
            continue
        found = match_place(text, at, tuple(names))
        if found is None or found.level <= level:
            break
        county = found.level == _COUNTY
        if not (found.full or found.sure or (names and districts)):
            break
        names.append(found.name)
        at, level = at + found.length, found.level
        weak = found.length if county and not found.full else 0
    return _Where(names, at, weak)


def _name_firm(text: str, parts: Parts) -> None:
    """Name a firm after Chinese custom: place, brand, industry."""
    where = _walk_places(text, districts=True)
    words, core = _strip_industry(text[where.end :])
    head = core
    names = where.names
    if core in _GENERIC and where.weak and not parts.system:  # the county is the brand
        names = names[:-1]
        core = text[where.end - where.weak :]
        words, head = _strip_industry(core)
    elif core in _GENERIC and not parts.system:
        core = "".join(names[-1:]) + text[where.end :] if names else text
    elif len(core) == 1 and words:
        core += _give_back(words)
        head = core
    if core[:1].isascii() and core.endswith("中国"):  # the rest of the world's firms in China
        core = head = core.removesuffix("中国")
    parts.places = [*names, *parts.places]
    if parts.system:
        core = parts.system + "".join(names) + text[where.end :]
    parts.core = core or text
    parts.industry = words
    known = [word for word in (parts.system, *names, head, *words) if word]
    parts.words = [*(known or [parts.core]), *parts.words]


def _give_back(words: list[str]) -> str:
    """Give the first signs of the first word back to a brand of one sign: 国新能源 is 国新."""
    first = words.pop(0)
    vocabulary = load_han_words().industry
    at = next((n for n in range(1, len(first)) if first[n:] in vocabulary), len(first))
    if at < len(first):
        words.insert(0, first[at:])
    return first[:at]


def _strip_industry(text: str) -> tuple[list[str], str]:
    words, core = strip_words(text, load_han_words().industry)
    while words and core[-1:] and core[-1] in _EMPTY_WORDS and len(core) > 1:
        more, core = strip_words(core[:-1], load_han_words().industry)
        words = [*more, *words]
        if not more:
            break
    return words, core


def _name_body(text: str, parts: Parts) -> None:
    """Name a university, institute, hospital, school, office or association."""
    text = _AFFILIATED.sub("", text) or text
    where = _walk_places(text, districts=parts.kind != "university")
    rest = text[where.end :]
    ending = _match_kind(text)[1]
    stem = rest if parts.kind in _KEEPS_KIND else rest.removesuffix(ending)
    places = [name for name in where.names if match_place(name)]
    words, core = strip_words(rest.removesuffix(ending), load_han_words().disciplines)
    words = _pair(words)
    parts.core = parts.system + "".join(places[-1:]) + stem or parts.system or text
    parts.places = [*where.names, *parts.places]
    parts.industry = [word for word in words if len(word) > 1 and word not in _NO_INDUSTRY]
    parts.words = [parts.system, *where.names, core, *words, ending, *parts.words]
    parts.words = [word for word in parts.words if word and word not in _EMPTY_WORDS]
    if ending == "大学":
        parts.short += _shorten_university(where.names, words, core)


def _shorten_university(places: list[str], words: list[str], core: str) -> list[str]:
    """Yield what people call a university: 太原理工, 太理工, 太理, 北大."""
    heads = [*places[-1:], *([core] if core else []), *words]
    if not heads:
        return []
    first = "".join(word[0] for word in heads)
    short = [f"{first}大", f"{heads[0]}{first[1:]}大", f"{first[0]}{''.join(heads[1:])}大"]
    if len(heads) > 1:
        short += ["".join(heads), first, f"{first[0]}{''.join(heads[1:])}"]
    return [text for text in dict.fromkeys(short) if len(text) > 1]


def _pair(words: list[str]) -> list[str]:
    """Join disciplines of one sign that stand together: 理, 工 is 理工."""
    joined: list[str] = []
    for word in words:
        if joined and len(word) == 1 and len(joined[-1]) == 1:
            joined[-1] += word
        else:
            joined.append(word)
    return joined
