"""Which firms are persons of their own in law: by jurisdiction, by what they add to a name."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ecograph.names import fold_name
from ecograph.names.words import load_latin_words
from ecograph.resolution.slips import is_slip

if TYPE_CHECKING:
    from ecograph.names import Name

__all__ = ["ENGLISH_FORMS", "find_other_person", "list_told"]

# Where legal forms are given to firms, from general knowledge; those not listed stand anywhere.
_LANDS = {
    "uk": "limited plc llp llc",
    "usa": "limited inc corp llc llp",
    "asia": "limited inc corp llc kk jsc",
    "germany": "gmbh gmbh_co_kg kg kgaa ohg ug ev ag gbr",
    "france": "sa sas sasu sarl eurl snc scop sca sci gie epic",
    "belgium": "sa nv bv sarl vzw snc srl sca",
    "spain": "sa sl",
    "portugal": "sa lda",
    "italy": "spa srl",
    "norway": "as asa ans da ba hf iks kf sf",
    "denmark": "as aps",
    "sweden": "ab",
    "finland": "oy",
    "netherlands": "bv nv",
    "poland": "sp_zoo sa",
    "hungary": "kft zrt",
    "czech republic": "sro as",
    "romania": "srl sa",
    "slovenia": "doo dd",
    "bulgaria": "ood",
    "russia": "oo jsc",
    "greece": "ae sa",
    "turkey": "as_tr as",
}
_FORMS = {
    form: frozenset(land for land, forms in _LANDS.items() if form in forms.split())
    for form in {form for forms in _LANDS.values() for form in forms.split()}
}
_LIKE_LANDS = {"austria": "germany", "switzerland": "germany", "luxembourg": "belgium"}
ENGLISH_FORMS = frozenset({"limited", "inc", "corp", "company", "llc", "kk"})
# Words that firms add or leave out at will.
_LOOSE_WORDS = frozenset(
    (
        "technology",
        "company",
        "corporation",
        "enterprise",
        "enterprises",
        "manufacturing",
        "industries",
        "kogyo",
        "international",
        "global",
        "worldwide",
    )
)
# Of American corporations what they do is often said or left out: there the odds decide.
_AMERICAN = frozenset({"inc", "corp", "company", ""})
_OF_AMERICA = frozenset({"united", "states", "america", "usa"})
_LONGEST = 500  # signs of a name that are looked at
_SHORT = 3  # letters of a word that may be a slip of a filler
_MOST_SEAT = 2  # words behind the last comma that are the seat


def find_other_person(a: Name, b: Name) -> str:
    """Say what makes two Latin names two persons in law, or nothing.

    Parameters
    ----------
    a, b
        The names.

    Returns
    -------
    str
        ``form_conflict``: legal forms of different countries, or a foundation beside a firm;
        ``country_conflict``: the name of a country that the other form is not of;
        ``other_words``: both say their form, and one says more than the other.

    Examples
    --------
    >>> from ecograph.names import parse_name
    >>> find_other_person(parse_name("Volta Operations SAS"), parse_name("Volta Operations SL"))
    'form_conflict'
    """
    if a.script != "latin" or b.script != "latin":
        return ""
    if _is_foundation(a) != _is_foundation(b):
        return "form_conflict"
    one, other = _FORMS.get(a.form), _FORMS.get(b.form)
    if one and other and one.isdisjoint(other):
        return "form_conflict"
    if _differ_in_country(a, b) or _differ_in_country(b, a):
        return "country_conflict"
    return "other_words" if _are_stated(a, b) and _says_more(a, b) else ""


def _are_stated(a: Name, b: Name) -> bool:
    """Say whether both names say their form, or only the shorter: then no word is left out."""
    short, long = sorted((a, b), key=lambda name: len(name.tokens))
    return bool(a.form and b.form) or bool(short.form and set(short.tokens) < set(long.tokens))


def _is_foundation(name: Name) -> bool:
    return name.form == "foundation" or "foundation" in name.tokens


def _differ_in_country(a: Name, b: Name) -> bool:
    """Say whether one names a country, and the other says its form and another country or none."""
    lands = _list_lands(a)
    if not lands or a.kind not in ("firm", ""):
        return False
    if stated := _list_lands(b):
        return stated.isdisjoint(lands)
    if not b.form:
        return bool(a.form)
    known = _FORMS.get(b.form)
    return known is not None and (bool(a.form) or known.isdisjoint(lands))


def _list_lands(name: Name) -> set[str]:
    """List the countries that a name says behind its first word."""
    known = load_latin_words().countries
    said = {known[word] for word in (*name.places, *name.tokens[1:]) if word in known}
    return {_LIKE_LANDS.get(land, land) for land in said}


def _says_more(a: Name, b: Name) -> bool:
    """Say whether one firm says more than the other, or each something else."""
    one, other = set(a.tokens), set(b.tokens)
    told = list_told(a, b) - _LOOSE_WORDS
    if one <= other or other <= one:
        american = {a.form, b.form} <= _AMERICAN
        return bool(told) and not (american and told <= {*a.industry, *b.industry})
    return bool(told & one and told & other)


def list_told(a: Name, b: Name) -> set[str]:
    """List the words that only one of two Latin names says, but for slips, places and acronyms.

    >>> from ecograph.names import parse_name
    >>> list_told(parse_name("Volta Marine Ltd, Leeds"), parse_name("Volta Ltd"))
    {'marine'}
    """
    one, other = set(a.tokens), set(b.tokens)
    left, right = one - other, other - one
    told = {word for word in left if not any(is_slip(word, near) for near in right)}
    told |= {word for word in right if not any(is_slip(word, near) for near in left)}
    if not told:
        return told
    known = {*a.short, *b.short, *a.places, *b.places, *_list_seat(a), *_list_seat(b)}
    lands = {*a.places, *b.places}
    return {word for word in told - known - _OF_AMERICA if not _is_noise(word, lands)}


def _is_noise(word: str, lands: set[str]) -> bool:
    """Say whether a word is a country that both say, or a slip of one or of a word like of."""
    if len(word) <= _SHORT:
        return "".join(sorted(word)) in _list_fillers()
    named = _list_countries()
    others = (other for land in lands for other in named.get(land, ()))
    return any(word == other or is_slip(word, other) for other in others)


@functools.cache
def _list_fillers() -> frozenset[str]:
    """List the letters of words like of, whatever their order."""
    return frozenset("".join(sorted(filler)) for filler in load_latin_words().fillers)


@functools.cache
def _list_countries() -> dict[str, list[str]]:
    """List how each country is named."""
    named: dict[str, list[str]] = {}
    for other, land in load_latin_words().countries.items():
        named.setdefault(land, []).append(other)
    return named


def _list_seat(name: Name) -> tuple[str, ...]:
    """List the words behind the last comma: where the seat is written."""
    if "," not in name.original:
        return ()
    # Behind no form two words may be a faculty.
    return _read_seat(name.original, _MOST_SEAT if name.form else 1)


@functools.lru_cache(maxsize=1 << 14)
def _read_seat(text: str, most: int) -> tuple[str, ...]:
    before, _, after = text[:_LONGEST].rpartition(",")
    words = fold_name(after).split()
    return tuple(words) if before and len(words) <= most else ()
