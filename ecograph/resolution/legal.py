"""Which firms are persons of their own in law: by jurisdiction, by what they add to a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecograph.names import Name

__all__ = ["ENGLISH_FORMS", "find_other_person"]

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
_COUNTRIES = frozenset(_LANDS) | frozenset(_LIKE_LANDS)
ENGLISH_FORMS = frozenset({"limited", "inc", "corp", "company", "llc", "kk"})
# Words that firms add or leave out at will.
_LOOSE_WORDS = frozenset(
    {"technology", "company", "corporation", "enterprise", "enterprises", "manufacturing"}
)


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
    return "other_words" if a.form and b.form and _says_more(a, b) else ""


def _is_foundation(name: Name) -> bool:
    return name.form == "foundation" or "foundation" in name.tokens


def _differ_in_country(a: Name, b: Name) -> bool:
    """Say whether one names a country and the form of the other is of none that it may be."""
    lands = {_LIKE_LANDS.get(place, place) for place in (*a.places, *a.tokens)} & _COUNTRIES
    if not lands or a.kind not in ("firm", ""):
        return False
    stated = {_LIKE_LANDS.get(place, place) for place in (*b.places, *b.tokens)} & _COUNTRIES
    if stated:
        return stated.isdisjoint(lands)
    known = _FORMS.get(b.form)
    return bool(known) and known.isdisjoint(lands)


def _says_more(a: Name, b: Name) -> bool:
    """Say whether words of one firm are not in the other, and are not left out at will."""
    one, other = set(a.tokens), set(b.tokens)
    told = one.symmetric_difference(other) - _LOOSE_WORDS
    told -= {*a.short, *b.short, *a.places, *b.places}
    return bool(told) and (one <= other or other <= one)
