"""Take a Chinese name apart: places, what names it, industry, legal form, kind, marks."""

from __future__ import annotations

import functools
import re

from ecograph.names.bodies import REGIONS, read_brackets, take_branch, take_parent
from ecograph.names.expansions import expand_name, write_alias
from ecograph.names.marks import read_number
from ecograph.names.parts import Parts, strip_words
from ecograph.names.places import match_place, relate_places
from ecograph.names.platforms import find_type, part_partners, take_inner_place, take_site
from ecograph.names.slips import mend_slips
from ecograph.names.walks import Walk, are_places, walk_places
from ecograph.names.words import load_han_words

__all__ = ["split_han"]

_N = "〇零一二三四五六七八九十百两"
_ORDINAL = re.compile(rf"第([{_N}]{{1,5}}|[0-9]{{1,4}})(?!产业|方|代|届)")
_NUMBERED = re.compile(
    rf"(?<!^)([{_N}]{{1,4}}|(?<![0-9a-z])[0-9]{{1,4}})"
    "(?:中学校?|[院所厂局建冶小矿队号处中]|医院|人民医院|小学|附院|附小|附中|附属医院|附属中学|附属小学|"
    "研究所|研究院|设计院|工程局|地质队|勘察院|分厂|化建|航局|航院|校区|院区|期)$"
)
_AFFILIATED = re.compile("附属|附设|附(?=[中小院高]$)")
_SHORT_KINDS = {"中": "中学", "小": "小学", "所": "研究所", "中学校": "中学", "建": "建筑工程"}
_NO_INDUSTRY = frozenset(["大学", "人民", "职业", "中心", "国家", "重点", "联合", "部", "省"])
_GENERIC = frozenset(("", "中国", "国家", "全国", "中华", "国营", "国有", "省", "市", "县", "区"))
_LEAST_CORE = 2
_LONGEST = {"forms": 12, "kinds": 10}  # signs
_STAYS = frozenset("省市县区")  # ends of places that are written in full
_EMPTY_WORDS = "与和及"
_KEEPS_KIND = frozenset(("school", "association", "government", ""))


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
    if text[:1] == "(" and text.find(")") == len(text) - 1:
        text = text[1:-1] or text
    partners = part_partners(text)
    return _name_joint(partners) if partners else _split_one(text)


def _split_one(text: str) -> Parts:
    parts = Parts()
    text = expand_name(mend_slips(read_brackets(text, parts)))
    text = take_parent(text, parts)
    text = take_branch(text, parts)
    text = _take_form(text, parts)
    text = write_alias(text, parts)
    text = _take_ordinal(text, parts)
    _find_kind(text, parts)
    text = _take_system(text, parts)
    kind, ending = ("", "") if parts.form or parts.parent else find_type(text)
    if kind and _distinguishes(kind, parts):
        parts.marks.append(f"type:{kind}")
    if kind and kind != "研究院":
        _name_platform(text, (kind, ending), parts)
    elif parts.kind in ("firm", ""):
        _name_firm(text, parts)
    else:
        _name_body(text, parts)
    parts.marks = sorted(set(parts.marks))
    return parts


def _take_form(text: str, parts: Parts) -> str:
    forms = load_han_words().forms
    for length in _list_lengths("forms").get(text[-1:], ()):
        code = forms.get(text[-length:]) if length < len(text) else None
        if code:
            parts.form = code.removeprefix("group_")
            if code.startswith("group"):
                parts.marks.append("group")
            rest = _take_group(text[:-length], parts)
            return _take_form(rest, parts) if code == "partnership" else rest  # said twice at most
    return text


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
    if tail == "院":  # of a hospital or an institute: a university's or a city's is the former
        if are_places(head):
            return f"{head}医院"
        if head.removesuffix("集团") in load_han_words().systems:
            return f"{head}研究院"
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
    if kind == "hospital" and ("大学" in text or "学院" in text):
        parts.marks.append("affiliated")
    elif not kind and text.endswith(("银行", "业", "矿", "店", "科技")):
        parts.kind = "firm"


def _match_kind(text: str) -> tuple[str, str]:
    kinds = load_han_words().kinds
    for length in _list_lengths("kinds").get(text[-1:], ()):
        kind = kinds.get(text[-length:]) if length <= len(text) else None
        if kind:
            return kind, text[-length:]
    return "", ""


@functools.cache
def _list_lengths(words: str) -> dict[str, tuple[int, ...]]:
    """List for each sign how long the forms or kinds are that end with it, the longest first."""
    found: dict[str, set[int]] = {}
    for word in getattr(load_han_words(), words):
        if len(word) <= _LONGEST[words]:
            found.setdefault(word[-1], set()).add(len(word))
    return {sign: tuple(sorted(lengths, reverse=True)) for sign, lengths in found.items()}


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


def _name_firm(text: str, parts: Parts) -> None:
    """Name a firm after Chinese custom: place, brand, industry."""
    where = walk_places(text, districts=True)
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
    if not (parts.form or parts.kind or words or parts.system or parts.parent):
        core = head = _part_site(core, names, parts)
    parts.places = [*names, *parts.places]
    if parts.system:
        core = parts.system + "".join(names) + text[where.end :]
    parts.core = core or text
    parts.industry = words
    known = [word for word in (parts.system, *names, head, *words) if word]
    parts.words = [*(known or [parts.core]), *parts.words]


def _part_site(core: str, names: list[str], parts: Parts) -> str:
    """Part the city of a site from a brand: 某某-苏州, 某某(苏州)."""
    if parts.places and not names:
        parts.marks.append(f"branch:{parts.places.pop()}")
        return core
    return take_site(core, parts)


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
    where = walk_places(text, districts=parts.kind != "university")
    around: list[str] = []
    if where.names and _is_named_inside(text, where, parts):
        around, text = where.names, text[where.end :]
        where = walk_places(text, districts=parts.kind != "university")
    rest = text[where.end :]
    ending = _match_kind(text)[1]
    stem = rest if parts.kind in _KEEPS_KIND else rest.removesuffix(ending)
    places = [name for name in where.names if match_place(name)]
    words, core = strip_words(rest.removesuffix(ending), load_han_words().disciplines)
    if parts.kind == "hospital" and any(mark[0] == "#" for mark in parts.marks):
        words, stem = [word for word in words if word != "人民"], stem.removesuffix("人民")
    words = _pair(words)
    inner = where.names[:1] and where.names[0] in around
    names = list(dict.fromkeys([*around, *where.names] if inner else [*where.names, *around]))
    parts.core = parts.system + "".join(places[-1:]) + stem or parts.system or text
    parts.places = [*names, *(name for name in parts.places if name not in names)]
    parts.industry = [word for word in words if len(word) > 1 and word not in _NO_INDUSTRY]
    parts.words = [parts.system, *names, core, *words, ending, *parts.words]
    parts.words = [word for word in parts.words if word and word not in _EMPTY_WORDS]
    if ending == "大学":
        parts.short += _shorten_university(where.names, words, core)


def _is_named_inside(text: str, where: Walk, parts: Parts) -> bool:
    """Say whether a whole body's name follows the city it is in: 太原市山西大学."""
    rest = text[where.end :]
    taught = parts.kind in ("university", "college")
    if not taught and not ("大学" in rest or "学院" in rest):
        return False
    found = match_place(rest)
    if found:
        return relate_places(tuple(where.names), (found.name,)) in ("same", "inside")
    if text[where.end - 1] not in _STAYS:
        return False
    seat = load_han_words().seats.get(rest)
    if seat:
        return relate_places(tuple(where.names), (seat,)) in ("same", "inside")
    return taught and (rest[:2] in REGIONS or rest.startswith("中国"))


def _distinguishes(kind: str, parts: Parts) -> bool:
    """Say whether a platform's type tells it apart; an academy's 院 is written in many ways."""
    numbered = any(mark[0] == "#" for mark in parts.marks)
    return kind != "研究院" or not (parts.system or numbered)


def _name_platform(text: str, kind: tuple[str, str], parts: Parts) -> None:
    """Name a platform after its field: its place and type stand wherever they like."""
    where = walk_places(text, districts=True)
    stem = take_inner_place(text[where.end :].removesuffix(kind[1]), parts)
    words, head = strip_words(stem, load_han_words().disciplines)
    names = [*where.names, *(name for name in parts.places if name not in where.names)]
    own = "".join(names[-2:]) + kind[0]
    parts.kind = parts.kind or "institute"
    parts.core = parts.system + stem if len(stem) >= _LEAST_CORE else parts.system + own
    parts.places = names
    parts.industry = [word for word in words if len(word) > 1 and word not in _NO_INDUSTRY]
    parts.words = [parts.system, *names, head, *_pair(words), kind[0], *parts.words]
    parts.words = [word for word in parts.words if word and word not in _EMPTY_WORDS]


def _name_joint(partners: tuple[str, str, str]) -> Parts:
    """Name what two partners run together after both, in an order that does not matter."""
    parts, ending = Parts(), partners[2]
    named = sorted(_reduce_partner(partner) for partner in partners[:2])
    parts.core = " ".join(named)
    parts.kind = "laboratory" if ending.endswith("实验室") else "institute"
    parts.words = [*named, ending]
    parts.marks = [f"type:{load_han_words().types.get(ending, ending)}"]
    return parts


def _reduce_partner(text: str) -> str:
    """Reduce a partner to what names it; a university stays one: 山西大学 is not 山西."""
    if text.endswith("理工") and are_places(text[:-2]):
        text += "大学"
    parts = _split_one(text)
    if parts.parent:
        parts = _split_one(parts.parent)
    ending = {"university": "大学", "college": "学院"}.get(parts.kind, "")
    campus = [mark.partition(":")[2] for mark in parts.marks if mark.startswith("campus:")]
    return "".join([parts.core, ending, *campus])


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
