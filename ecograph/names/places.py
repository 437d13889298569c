"""Places of China: what a name begins with, and which place lies in which."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Literal, NamedTuple

from ecograph.names.words import load_latin_words

__all__ = ["PlaceMatch", "find_zone", "is_place", "match_place", "relate_places"]

Relation = Literal["same", "inside", "unknown", "apart"]

_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|"
    "哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|"
    "土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|锡伯|普米族|塔吉克|怒族|鄂温克族|"
    "保安族|裕固族|独龙族|鄂伦春|各族"
)
_SUFFIX = re.compile(
    rf"(?:(?:{_PEOPLES}){{0,4}}(?:自治区|自治州|自治县|自治旗)|(?:{_PEOPLES})区|特别行政区|"
    "省|市|地区|盟|州|县|林区|特区|矿区|新区|区|左旗|右旗|旗)$"
)
_NOT_BY_RULE = {"内蒙古自治区": "内蒙古"}  # its people's name is a part of the place's
_ZONE = re.compile(
    "(?:国家级?|省级|市级|国际)?(?:[东南西北]?(?:转型)?综合改革示范区|转型综改示范区|综改示范区|综改区|"
    "高新技术产业开发区|高新技术开发区|高新开发区|高新区|经济技术开发区|经济开发区|经开区|技术开发区|"
    "工业园区|工业园|产业园区|科技园区|科技园|开发区|综合保税区|保税区|自由贸易试验区|自贸试验区|自贸区|"
    "示范区|新区|农谷|农高区)"
)
_COUNTY = 3
_REGIONS = frozenset(
    f"{name}地区" for name in ("大兴安岭", "阿克苏", "喀什", "和田", "塔城", "阿勒泰")
)
_CHINA = frozenset({"中国", "china", "prc"})


class PlaceMatch(NamedTuple):
    """A place that stands in a text.

    Parameters
    ----------
    length
        Signs that it takes.
    name
        Its name without suffix.
    level
        1 province, 2 city, 3 county or district.
    full
        Whether it was written with its suffix.
    sure
        Whether its name alone tells that it is a place: no district, no namesakes.
    """

    length: int
    name: str
    level: int
    full: bool
    sure: bool


class _Place(NamedTuple):
    number: int
    name: str
    full: str
    level: int
    chain: tuple[int, ...]  # the places that it lies in, itself last


class _Gazetteer(NamedTuple):
    spelled: dict[str, list[_Place]]
    described: dict[str, PlaceMatch]  # what a text is that follows no other place
    named: dict[str, list[_Place]]
    heads: dict[str, int]  # first sign: length of the longest name


def match_place(text: str, start: int = 0, within: tuple[str, ...] = ()) -> PlaceMatch | None:
    """Find the longest place that stands at a position of a folded text.

    Parameters
    ----------
    text, start
        Where to look.
    within
        Places found before it: what is found lies in them.

    Examples
    --------
    >>> match_place("太原市小店区某某")[:4], match_place("长安科技", 0, ("山西",))
    ((3, '太原', 2, True), None)
    """
    gazetteer = _load_places()
    longest = gazetteer.heads.get(text[start : start + 1], 0)
    for length in range(min(longest, len(text) - start), 1, -1):
        spelled = text[start : start + length]
        if spelled not in gazetteer.spelled:
            continue
        if not within:
            return gazetteer.described[spelled]
        options = _keep_within(gazetteer.spelled[spelled], within)
        if options:
            return _describe(options, spelled)
    return None


def find_zone(text: str, start: int = 0) -> int:
    """Say how many signs of a development zone stand at a position.

    >>> find_zone("高新区某某"), find_zone("某某")
    (3, 0)
    """
    found = _ZONE.match(text, start)
    return found.end() - start if found else 0


def is_place(text: str) -> bool:
    """Say whether a folded text is the name of a place of China and nothing else.

    >>> is_place("晋中"), is_place("格盟")
    (True, False)
    """
    return text in _load_places().spelled or text == "中国"


def relate_places(a: tuple[str, ...], b: tuple[str, ...]) -> Relation:
    """Say how two places lie to each other.

    Parameters
    ----------
    a, b
        Names of places without suffix, the widest first, as in ``Name.places``.

    Returns
    -------
    str
        ``same``; ``inside``, where one lies in the other; ``apart``; ``unknown``, where either is
        not known or has namesakes that do not agree.

    Examples
    --------
    >>> relate_places(("山西",), ("晋中", "榆次")), relate_places(("太原",), ("大同",))
    ('inside', 'apart')
    """
    if not a or not b:
        return "unknown"
    return "same" if a == b else _relate_written(a, b)


@functools.lru_cache(maxsize=65536)
def _relate_written(a: tuple[str, ...], b: tuple[str, ...]) -> Relation:
    first, second = _locate(a), _locate(b)
    if first and second:
        relations = {_relate(one, other) for one in first for other in second}
        return relations.pop() if len(relations) == 1 else "unknown"
    if first or second:
        other = b if first else a
        return _relate_abroad(other)
    return _relate_countries(a, b)


def _relate_abroad(places: tuple[str, ...]) -> Relation:
    """Relate a place of China to what is none."""
    if not _CHINA.isdisjoint(places):
        return "inside"
    countries = load_latin_words().countries
    return "apart" if any(place in countries for place in places) else "unknown"


def _relate_countries(a: tuple[str, ...], b: tuple[str, ...]) -> Relation:
    countries = load_latin_words().countries
    first = {countries[place] for place in a if place in countries}
    second = {countries[place] for place in b if place in countries}
    if not first or not second:
        return "unknown"
    if first.isdisjoint(second):
        return "apart"
    return "same" if len(a) == len(b) == 1 else "unknown"


def _relate(a: _Place, b: _Place) -> Relation:
    if a.number == b.number:
        return "same"
    return "inside" if a.number in b.chain or b.number in a.chain else "apart"


def _locate(places: tuple[str, ...]) -> list[_Place]:
    """Find the places that the last known name may be, given those before it."""
    named = _load_places().named
    known = [place for place in places if place in named]
    if not known:
        return []
    return _keep_within(named[known[-1]], tuple(known[:-1])) or named[known[-1]]


def _keep_within(options: list[_Place], within: tuple[str, ...]) -> list[_Place]:
    named = _load_places().named
    for wider in within:
        numbers = {place.number for place in named.get(wider, ())}
        if numbers:
            options = [place for place in options if not numbers.isdisjoint(place.chain[:-1])]
    return options


def _describe(options: list[_Place], text: str) -> PlaceMatch:
    place = min(options, key=lambda option: option.level)
    full = any(option.full == text for option in options)
    sure = not place.full.endswith("区") and (place.level < _COUNTY or len(options) == 1)
    sure = sure or place.full in _REGIONS or place.level == 1
    return PlaceMatch(len(text), place.name, place.level, full, sure)


@functools.cache
def _load_places() -> _Gazetteer:
    path = resources.files("ecograph.names").joinpath("places.txt")
    spelled: dict[str, list[_Place]] = {}
    named: dict[str, list[_Place]] = {}
    heads: dict[str, int] = {}
    for place in _number_places(path.read_text("utf-8")):
        named.setdefault(place.name, []).append(place)
        for text in dict.fromkeys((place.full, place.name)):
            spelled.setdefault(text, []).append(place)
            heads[text[0]] = max(heads.get(text[0], 0), len(text))
    described = {text: _describe(options, text) for text, options in spelled.items()}
    return _Gazetteer(spelled, described, named, heads)


def _number_places(text: str) -> list[_Place]:
    places: dict[tuple[str, ...], _Place] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        province, city, counties = [*line.split("\t"), "", ""][:3]
        _add_place(places, (province,), 1)
        path = (province, city) if city else (province,)
        _add_place(places, path, len(path))
        for county in counties.split():
            _add_place(places, (*path, county), _COUNTY)
    return list(places.values())


def _add_place(places: dict[tuple[str, ...], _Place], path: tuple[str, ...], level: int) -> None:
    if path not in places:
        number = len(places)
        chain = (*(places[path[:-1]].chain if len(path) > 1 else ()), number)
        places[path] = _Place(number, _shorten(path[-1]), path[-1], level, chain)


def _shorten(name: str) -> str:
    short = _NOT_BY_RULE.get(name) or _SUFFIX.sub("", name)
    return short if len(short) > 1 else name
