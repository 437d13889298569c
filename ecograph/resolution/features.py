"""Compare records that may be one: what agrees, and what tells them apart."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.names import relate_places
from ecograph.resolution.blocking import fold_alias
from ecograph.resolution.conflicts import (
    compare_kinds,
    compare_trades,
    compare_words,
    find_conflict,
    find_doubt,
    relate_named_places,
)
from ecograph.resolution.cores import compare_cores
from ecograph.resolution.legal import ENGLISH_FORMS, list_told
from ecograph.resolution.likeness import find_alike, gather_texts
from ecograph.resolution.slips import is_slip, is_written_out
from ecograph.resolution.subjects import prepare_subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecograph.resolution.chances import Chances
    from ecograph.resolution.likeness import Texts
    from ecograph.resolution.records import Records
    from ecograph.resolution.subjects import Subject

    Ints = np.ndarray[Any, np.dtype[Any]]

__all__ = ["Comparison", "compare_names", "compare_pair", "compare_records"]

_LIKE_FORMS = (
    {"limited", "joint_stock", "company", "group_limited", "group_joint_stock", "group"},
    set(ENGLISH_FORMS),
)


class Comparison(NamedTuple):
    """What two names have in common.

    Parameters
    ----------
    core
        ``same``, ``equal``, ``reordered``, ``typo``, ``sound``, ``exact_short``, ``likely_short``,
        ``contained``, ``begins``, ``overlap`` or ``different``.
    worth
        What the agreement of the cores is worth, in natural logarithms of odds.
    place, industry, form, kind
        ``same``, ``inside`` (places), ``part`` (industry), ``missing``, ``like`` (form,
        kind), ``near`` (kind), ``none`` or ``apart``.
    veto
        What makes two of them whatever agrees, or empty.
    doubt
        Why a person must look whatever agrees, or empty.
    """

    core: str
    worth: float
    place: str
    industry: str
    form: str
    kind: str
    veto: str
    doubt: str


def compare_names(a: Subject, b: Subject, chances: Chances) -> Comparison:
    """Compare two organisations by their names alone.

    Parameters
    ----------
    a, b
        The names.
    chances
        What agreement is worth in the register.
    """
    core, worth = compare_cores(a, b, chances)
    if core == "different":
        return _DIFFERENT
    one, other = a.name, b.name
    trade = compare_trades(one.industry, other.industry)
    veto = find_conflict(one, other, chances)
    if not veto and trade == "apart" and core in _UNSURE and not (a.latin or b.latin):
        veto = "industry_conflict"
    return Comparison(
        core,
        worth,
        relate_named_places(one.places, other.places),
        trade,
        compare_words(one.form, other.form, _LIKE_FORMS),
        compare_kinds(one.kind, other.kind),
        veto,
        find_doubt(one, other) or _doubt_core(core, a, b),
    )


_DIFFERENT = Comparison("different", 0.0, "none", "none", "none", "none", "", "")
_UNSURE = frozenset({"typo", "sound", "begins", "contained"})
_SHORT_CORE = 8  # letters of a body's core in which one more or less is another body
_BODIES = frozenset({"university", "college", "institute", "hospital", "school", "association"})


def _doubt_core(core: str, a: Subject, b: Subject) -> str:
    """Doubt Latin names: one with more words than the other, or a slip beside another form."""
    if not a.latin or not b.latin:
        return ""
    one, other = a.name, b.name
    unsure = core == "typo" or core.endswith("_short")
    if unsure and compare_words(one.form, other.form, _LIKE_FORMS) == "apart":
        return "form_conflict"
    if compare_trades(one.industry, other.industry) == "apart":
        return "industry_conflict"
    kinds = {one.kind, other.kind}
    if core in ("equal", "contained") and "" in kinds and kinds & _BODIES and not one.form:
        return "kind_conflict"
    if core != "contained" or (one.form and other.form):
        slip = core == "typo" and kinds <= _BODIES and _differ_in_core(a.core, b.core)
        return "other_words" if slip else ""
    public = bool({one.kind, other.kind} & _BODIES)
    return "other_words" if len(list_told(one, other)) > (0 if public else 1) else ""


def _differ_in_core(a: str, b: str) -> bool:
    """Say whether a letter makes another of short cores of bodies: Malaga, Malaya."""
    return a != b and max(len(a), len(b)) < _SHORT_CORE and not is_written_out(a, b)


_CHUNK = 500_000


_FIELDS = ("core", "worth", "place", "industry", "form", "kind", "veto", "doubt")


def compare_records(
    records: Records,
    first: Ints,
    second: Ints,
    *,
    chances: Chances,
    kept: frozenset[tuple[int, int]] = frozenset(),
) -> pd.DataFrame:
    """Compare pairs of records.

    Parameters
    ----------
    records
        What is compared.
    first, second
        Numbers of the records of each pair.
    chances
        What agreement is worth here.
    kept
        Pairs that are told of even if they have nothing in common.

    Returns
    -------
    pandas.DataFrame
        One row for each other pair that has anything in common: ``first``, ``second``, the fields
        of `Comparison`, ``code``, ``city`` and ``country`` (``same``, ``inside``, ``apart`` or
        ``none``), ``city_worth``, ``named`` (``alias``, ``former`` or empty) and ``partners``
        (shared ones).
    """
    number, subjects = _prepare_subjects(records, chances)
    texts = gather_texts(subjects)
    codes = _compare_column(records.codes, first, second)
    named = _list_stated(records, first, second)
    told = (named != "") | (codes == "same") | _are_kept(first, second, kept)
    parts = []
    for at in range(0, max(len(first), 1), _CHUNK):
        span = slice(at, at + _CHUNK)
        found = _compare_unique(
            texts, number[first[span]], number[second[span]], told=told[span], chances=chances
        )
        rows = found.index.to_numpy() + at
        parts.append(
            found.assign(
                first=first[rows], second=second[rows], code=codes[rows], named=named[rows]
            )
        )
    table = pd.concat(parts, ignore_index=True)
    first, second = table["first"].to_numpy(), table["second"].to_numpy()
    table["country"] = _compare_column(records.countries, first, second)
    table["city"] = _compare_sites(records, first, second)
    table["city_worth"] = _weigh_sites(records, first)
    table["partners"] = _count_shared(records.partners, first, second)
    return table


def _prepare_subjects(records: Records, chances: Chances) -> tuple[Ints, list[Subject]]:
    """Prepare each distinct name once: of each record the number of its subject, and these."""
    numbers: dict[str, int] = {}
    number = np.array(
        [numbers.setdefault(h.folded, len(numbers)) for h in records.heads], dtype=np.int64
    )
    names = dict(zip(number.tolist(), records.heads, strict=True))
    return number, [prepare_subject(names[at], chances) for at in range(len(numbers))]


def _are_kept(first: Ints, second: Ints, kept: frozenset[tuple[int, int]]) -> Ints:
    if not kept:
        return np.zeros(len(first), dtype=bool)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return np.fromiter((pair in kept for pair in pairs), bool, len(first))


def _list_stated(records: Records, first: Ints, second: Ints) -> Ints:
    """List what the data state of each pair; most names state nothing of any other."""
    stating = np.array(
        [
            bool(name.former or head.former or aliases)
            for name, head, aliases in zip(
                records.names, records.heads, records.aliases, strict=True
            )
        ],
        dtype=bool,
    )
    stated = np.full(len(first), "", dtype=object)
    for at in np.flatnonzero(stating[first] | stating[second]).tolist():
        stated[at] = _compare_stated(records, int(first[at]), int(second[at]))
    return stated


def compare_pair(records: Records, a: int, b: int, *, chances: Chances) -> dict[str, Any]:
    """Compare one pair of records, as `compare_records` does many."""
    one, other = (prepare_subject(records.heads[at], chances) for at in (a, b))
    found: dict[str, Any] = compare_names(one, other, chances)._asdict()
    for column, values in (("code", records.codes), ("country", records.countries)):
        known = values[a] and values[b]
        found[column] = "none" if not known else "same" if values[a] == values[b] else "apart"
    found["city"] = _relate_sites(_site_of(records, a), _site_of(records, b))
    found["city_worth"] = 0.0
    found["named"] = _compare_stated(records, a, b)
    found["partners"] = len(set(records.partners[a]) & set(records.partners[b]))
    return found


def _compare_unique(
    texts: Texts, first: Ints, second: Ints, *, told: Ints, chances: Chances
) -> pd.DataFrame:
    """Compare each pair of names once, however many records have them.

    What is told, or has anything in common, stays, under its place among the pairs.
    """
    subjects = texts.subjects
    width = max(len(subjects), 1)
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs, inverse = np.unique(low * width + high, return_inverse=True)
    left, right = pairs // width, pairs % width
    found = [_DIFFERENT] * len(pairs)
    for at in np.flatnonzero(find_alike(texts, left, right)).tolist():
        found[at] = compare_names(subjects[left[at]], subjects[right[at]], chances)
    differ = np.fromiter((one is _DIFFERENT for one in found), bool, len(found))
    rows = np.flatnonzero(told | ~differ[inverse])
    columns = list(zip(*[found[at] for at in inverse[rows].tolist()], strict=True))
    return pd.DataFrame(
        {
            field: np.array(column, dtype=float if field == "worth" else object)
            for field, column in zip(_FIELDS, columns or [() for _ in _FIELDS], strict=True)
        },
        index=rows,
    )


def _factorize(values: Sequence[str]) -> Ints:
    codes, _ = pd.factorize(np.array(values, dtype=object), sort=True)
    return np.asarray(codes)


def _compare_column(values: Sequence[str], first: Ints, second: Ints) -> Ints:
    codes = _factorize(values)
    known = np.array([bool(value) for value in values], dtype=bool)
    both = known[first] & known[second]
    same = codes[first] == codes[second]
    return np.select([both & same, both & ~same], ["same", "apart"], "none")


def _compare_sites(records: Records, first: Ints, second: Ints) -> Ints:
    """Compare where the records lie, each pair of places once."""
    sites = [_site_of(records, at) for at in range(len(records))]
    numbers: dict[tuple[str, ...], int] = {}
    codes = np.array([numbers.setdefault(site, len(numbers)) for site in sites], dtype=np.int64)
    known = list(numbers)
    return _relate_codes(codes, first, second, lambda a, b: _relate_sites(known[a], known[b]))


def _site_of(records: Records, at: int) -> tuple[str, ...]:
    return tuple(
        cut for text in (records.provinces[at], records.cities[at]) if (cut := _cut_suffix(text))
    )


@functools.lru_cache(maxsize=1 << 16)
def _cut_suffix(text: str) -> str:
    return text[:-1] if len(text) > 2 and text[-1] in "省市县区" else text  # noqa: PLR2004


def _relate_sites(a: tuple[str, ...], b: tuple[str, ...]) -> str:
    if not a or not b:
        return "none"
    if a[-1] == b[-1]:
        return "same"
    relation = relate_places(a, b)
    if relation in {"same", "inside"}:
        return relation
    return "same" if is_slip(a[-1], b[-1]) else "apart"


def _relate_codes(
    codes: Ints,
    first: Ints,
    second: Ints,
    relate: Callable[[int, int], str],
) -> Ints:
    width = int(codes.max(initial=0)) + 1
    pairs, inverse = np.unique(codes[first] * width + codes[second], return_inverse=True)
    found = [relate(pair // width, pair % width) for pair in pairs.tolist()]
    return np.array(found, dtype=object)[inverse] if found else np.array([], dtype=object)


def _weigh_sites(records: Records, first: Ints) -> Ints:
    """Weigh that two records lie in one city: the rarer it is, the more."""
    sites = [
        city or province for city, province in zip(records.cities, records.provinces, strict=True)
    ]
    codes = _factorize(sites) if sites else np.array([], dtype=int)
    counts = np.bincount(codes) if len(codes) else np.array([1])
    worth = np.log(len(codes) / counts[codes]) if len(codes) else np.array([])
    return np.clip(worth[first], 0.0, 6.0)


def _compare_stated(records: Records, a: int, b: int) -> str:
    """Say whether the data state that one is another name of the other."""
    for one, other in ((a, b), (b, a)):
        folded = records.names[other].folded
        if folded in records.names[one].former or folded in records.heads[one].former:
            return "former"
        if records.aliases[one] and folded in _fold_aliases(records.aliases[one]):
            return "alias"
    return ""


@functools.lru_cache(maxsize=1 << 14)
def _fold_aliases(aliases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold_alias(alias) for alias in aliases)


def _count_shared(partners: Sequence[tuple[str, ...]], first: Ints, second: Ints) -> Ints:
    if not any(partners):
        return np.zeros(len(first), dtype=np.int64)
    sets = [frozenset(listed) for listed in partners]
    return np.array(
        [len(sets[a] & sets[b]) for a, b in zip(first.tolist(), second.tolist(), strict=True)],
        dtype=np.int64,
    )
