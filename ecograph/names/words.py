"""The words that names are made of, as sets and tables ready for use."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import yaml

__all__ = ["HanWords", "LatinWords", "load_han_words", "load_latin_words", "standardize_word"]


class HanWords(NamedTuple):
    """Words of Chinese names; see ``words.yaml``."""

    forms: dict[str, str]
    kinds: dict[str, str]
    units: tuple[str, ...]
    firm_units: tuple[str, ...]
    independent: frozenset[str]
    branches: tuple[str, ...]
    branch_ends: frozenset[str]  # last two signs of the branches
    systems: dict[str, str]  # what is written for a system, and its full name
    system_heads: frozenset[str]  # first two signs of the systems
    one_signs: dict[str, str]  # a province or city, and the sign that stands for it
    contracted: dict[str, str]  # within a name: 农大 is 农业大学
    aliases: dict[str, str]  # a short form that only stands alone, and the full name
    industry: frozenset[str]
    disciplines: frozenset[str]
    seats: dict[str, str]  # a university, and the city that its name does not say
    bureaus: dict[str, str]  # how an office is written, and one way for each
    types: dict[str, str]  # how a kind of platform is written, and one way for each
    joint: tuple[str, ...]
    confused: dict[str, str]  # a sign, and those that it is taken for
    fixed: frozenset[str]


class LatinWords(NamedTuple):
    """Words of names in Latin letters; see ``words.yaml``."""

    forms: dict[tuple[str, ...], str]
    form_ends: frozenset[str]  # last words of the forms
    leading: frozenset[tuple[str, ...]]
    groups: frozenset[str]
    fillers: frozenset[str]
    officers: frozenset[str]  # who acts for a body: regents of the university
    equivalents: dict[str, str]
    industry: frozenset[str]
    units: frozenset[str]
    branches: frozenset[str]
    compass: dict[str, str]  # a direction's spellings, and its English word
    weak: frozenset[str]  # too common to name an organisation
    places: frozenset[str]
    countries: dict[str, str]  # a country's spellings, and one of them
    states: frozenset[str]
    regions: frozenset[str]  # that name the sites of a national body
    tags: frozenset[str]  # of programmes, written behind a name
    systems: dict[str, str]  # the full name, folded, and its abbreviation
    acronyms: frozenset[str]  # the abbreviations of those systems
    written: frozenset[str]  # other words whose slips are mended
    right: frozenset[str]  # words that look like slips of others and are none


@functools.cache
def load_han_words() -> HanWords:
    """Load the words of Chinese names.

    >>> load_han_words().forms["股份有限公司"]
    'joint_stock'
    """
    words = _read_words()["han"]
    branches = _sort(words["branches"])
    systems = _turn(words["systems"]) | {full: full for full in words["systems"]}
    systems |= {full + "集团": full for full in words["systems"]}
    return HanWords(
        forms=_turn(words["forms"]),
        kinds=_turn(words["kinds"]),
        units=_sort(words["units"]),
        firm_units=_sort(words["firm_units"]),
        independent=frozenset(words["independent"].split()),
        branches=branches,
        branch_ends=frozenset(branch[-2:] for branch in branches),
        systems=systems,
        system_heads=frozenset(system[:2] for system in systems),
        one_signs=_pair(words["one_signs"]),
        contracted=_pair(words["contracted"]),
        aliases=_turn(words["aliases"]),
        industry=frozenset(words["industry"].split()),
        disciplines=frozenset(words["disciplines"].split()),
        seats=_pair(words["seats"]),
        bureaus=_pair(words["bureaus"]),
        types=_turn(words["types"]),
        joint=_sort(words["joint"]),
        confused=_invert(words["confused"]),
        fixed=frozenset(words["fixed"].split()),
    )


@functools.cache
def load_latin_words() -> LatinWords:
    """Load the words of names in Latin letters.

    >>> load_latin_words().equivalents["universitetet"]
    'university'
    """
    words = _read_words()["latin"]
    forms = {tuple(form.split("_")): code for form, code in _turn(words["forms"]).items()}
    states = frozenset(state.replace("_", " ") for state in words["states"].split())
    countries = {
        name.replace("_", " ").replace("-", " "): country
        for country, names in words["countries"].items()
        for name in [country, *(names or "").split()]
    }
    return LatinWords(
        forms=forms,
        form_ends=frozenset(form[-1] for form in forms),
        leading=frozenset(tuple(form.split("_")) for form in words["leading"].split()),
        groups=frozenset(words["groups"].split()),
        fillers=frozenset(words["fillers"].split()),
        officers=frozenset(words["officers"].split()),
        equivalents=_turn(words["equivalents"]),
        industry=frozenset(words["industry"].split()),
        units=frozenset(words["units"].split()),
        branches=frozenset(words["firm_places"].split()),
        compass=_turn(words["compass"]),
        weak=frozenset(words["weak"].split()) | set(countries),
        places=frozenset(countries) | states,
        countries=countries,
        states=states,
        regions=frozenset(name.replace("_", " ") for name in words["regions"].split()),
        tags=frozenset(words["tags"].split()),
        systems=dict(words["systems"]),
        acronyms=frozenset(words["systems"].values()),
        written=frozenset(words["written"].split()),
        right=frozenset(words["right"].split()),
    )


def standardize_word(word: str) -> str:
    """Give the one spelling of a word that stands for its kind in every language.

    >>> standardize_word("universitetet"), standardize_word("oslo")
    ('university', 'oslo')
    """
    return load_latin_words().equivalents.get(word, word)


def _turn(table: dict[str, str]) -> dict[str, str]:
    return {word: code for code, words in table.items() for word in words.split()}


def _pair(words: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in words.split())


def _invert(words: str) -> dict[str, str]:
    """List for each sign that is written by mistake those that may be meant."""
    meant: dict[str, str] = {}
    for right, wrong in _pair(words).items():
        for sign in wrong:
            meant[sign] = meant.get(sign, "") + right
    return meant


def _sort(words: str) -> tuple[str, ...]:
    return tuple(sorted(words.split(), key=lambda word: (-len(word), word)))


@functools.cache
def _read_words() -> dict[str, Any]:
    text = resources.files("ecograph.names").joinpath("words.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe
    return loaded
