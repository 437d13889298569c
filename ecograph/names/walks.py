"""The places that a Chinese name begins with, one within the other."""

from __future__ import annotations

import re
from typing import NamedTuple

from ecograph.names.places import find_zone, match_place

__all__ = ["Walk", "are_places", "walk_places"]

_COUNTY = 3
_MOST_PLACES = 5
_ZONES = (
    (re.compile("高新技术产业开发区|高新技术开发区|高新开发区"), "高新区"),
    (re.compile("经济技术开发区|经济开发区"), "经开区"),
    (re.compile("自由贸易试验区|自贸试验区"), "自贸区"),
    (re.compile("(?:转型)?综合改革示范区|转型综改示范区|综改示范区"), "综改区"),
)


class Walk(NamedTuple):
    """The places that a name begins with, and where what follows them begins.

    Parameters
    ----------
    names
        The places, the widest first; development zones by one name each.
    end
        Where they end in the text.
    weak
        Signs of a county at their end that may be no place: 0 where it is sure.
    """

    names: list[str]
    end: int
    weak: int


def walk_places(text: str, *, districts: bool) -> Walk:
    """Walk over the places that a name begins with, each within the one before it.

    Parameters
    ----------
    text
        A folded name.
    districts
        Whether a district or a county without its suffix may follow a wider place.

    Examples
    --------
    >>> walk_places("山西省太原高新技术产业开发区某某", districts=True).names
    ['山西', '太原', '高新区']
    """
    names: list[str] = []
    at = level = weak = 0
    while at < len(text) and len(names) < _MOST_PLACES:
        zone = find_zone(text, at) if names else 0
        if zone:
            names.append(_name_zone(text[at : at + zone]))
            at, weak = at + zone, 0
            continue
        found = match_place(text, at, tuple(names))
        if found is None or found.level <= level:
            break
        county = found.level == _COUNTY
        if not (found.full or found.sure or (names and districts)):
            break
        names.append(found.name)
        market = text[at + found.length - 1 : at + found.length + 1] == "市场"
        at, level = at + found.length - market, found.level
        weak = found.length if county and not found.full else 0
    return Walk(names, at, weak)


def are_places(text: str) -> bool:
    """Say whether a folded text is made of places and nothing else.

    >>> are_places("山西省晋中市介休市"), are_places("介休某某")
    (True, False)
    """
    return bool(text) and walk_places(text, districts=True).end == len(text)


def _name_zone(zone: str) -> str:
    for pattern, name in _ZONES:
        if pattern.search(zone):
            return pattern.sub(name, zone)
    return zone
