"""The pyramid of tiers, and how firms move within it from year to year."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import MET, NOT_MET, gather_facts
from ecograph.analysis.links import list_firms
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ranks import (
    describe_register,
    find_holders,
    list_terms,
    rank_by_certificates,
    rank_by_routes,
    same_day,
)
from ecograph.analysis.tiers import TIERS, rank_firms
from ecograph.errors import SettingsError
from ecograph.rules import read_rules
from ecograph.statistics.resampling import bound_share
from ecograph.texts import label_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Tiers

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]

__all__ = [
    "BASES",
    "MOVE_COLUMNS",
    "PATHS",
    "PYRAMID_COLUMNS",
    "STATES",
    "STEP_COLUMNS",
    "TRACK_COLUMNS",
    "By",
    "Step",
    "count_moves",
    "count_pyramid",
    "count_steps",
    "list_steps",
    "track_tiers",
]

By = Literal["tier", "certificates"]

STATES = (*TIERS, "unknown", "outside")
"""Where a firm can be on a day: in a tier; in one that is not known; not founded yet."""

BASES: Mapping[str, str] = {
    "certificate": "a certificate in force gives the tier",
    "route": "a route without a certificate gives the tier",
    "none": "neither a certificate nor a route",
    "unclear": "no certificate; whether a route was open is not in the data",
    "undecided": "a certificate without a first day may have been in force",
    "founding_unclear": "the founding date is too vague to say whether the firm was there",
    "not_founded": "the firm was not founded yet",
}
"""On what the tier of a firm on a day rests."""

PATHS: Mapping[tuple[str, str], str] = {
    ("none", "seedling"): "micro_growth",  # 微成长
    ("seedling", "shrub"): "small_to_high",  # 小升高
    ("shrub", "tree"): "strong_to_great",  # 大变强
}
"""The steps of the articles' path that are moves between tiers; the reading is ecograph's."""


class Step(NamedTuple):
    """A step of the path: who can take it (holds one, and none of the others), and what is won.

    Certificates by key; without any in ``has`` every firm that is there can take it.
    """

    has: tuple[str, ...]
    lacks: tuple[str, ...]
    wins: tuple[str, ...]


PYRAMID_COLUMNS = (
    "level",
    "industry",
    "industry_name",
    "region",
    "region_name",
    "tier",
    "firms",
    "share",
)
TRACK_COLUMNS = ("enterprise", "year", "tier", "basis")
MOVE_COLUMNS = (
    "scope",
    "year_from",
    "year_to",
    "tier_from",
    "tier_to",
    "path",
    "firms",
    "firms_from",
    "share",
    "ci_low",
    "ci_high",
)
STEP_COLUMNS = (
    "scope",
    "year_from",
    "year_to",
    "path",
    "firms",
    "firms_from",
    "share",
    "ci_low",
    "ci_high",
)

_LEVELS = ("all", "industry", "region", "cell")
_BASES = tuple(BASES)
_GROWTH = ("specialised_sme", "gazelle")
_WHOLE = ("year_from", "year_to", "firms", "firms_from")
_LOWEST, _UNKNOWN, _OUTSIDE = len(TIERS) - 1, len(TIERS), len(TIERS) + 1


class _Track(NamedTuple):
    """Where each firm is on the day of each year: places in ``STATES`` and ``BASES``."""

    years: list[int]
    days: list[dt.date]
    terms: pd.DataFrame
    state: Ints
    basis: Ints


def count_pyramid(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count the firms of each tier in each industry and region, with all totals.

    Parameters
    ----------
    ecosystem
        The ecosystem; tiers are those of `assign_tiers`.

    Returns
    -------
    pandas.DataFrame
        Columns ``PYRAMID_COLUMNS``, one row a tier of each group of firms. ``level`` is all,
        industry (over all regions), region (over all industries) or cell (both); a total has an
        empty id. A firm of several industries counts in each of them and once in the totals over
        them; an empty id with an empty name holds the firms without an industry or region.
        ``share`` is that of the tier among the firms of the group.
    """
    size = len(ecosystem.find_positions("enterprise"))
    tiers = read_rules(ecosystem.settings.rules).tiers
    rank = rank_firms(gather_facts(ecosystem), tiers)
    firms = pd.DataFrame({"place": np.arange(size), "rank": rank})
    members = {
        "industry": _list_members(ecosystem, "works_in", size),
        "region": _list_members(ecosystem, "lies_in", size),
    }
    grouped = {"all": (), "industry": ("industry",), "region": ("region",), "cell": (*members,)}
    parts = [_count_level(firms, members, level, grouped[level]) for level in _LEVELS]
    table = _name_groups(pd.concat(parts, ignore_index=True), ecosystem)
    method = {
        "mapping": tiers.mapping,
        "firms": size,
        "several_industries": int((list_firms(ecosystem)["enterprise"].value_counts() > 1).sum()),
    }
    return attach_meta(table, ecosystem, "pyramid", method=method)


def track_tiers(
    ecosystem: Ecosystem, *, first: int | None = None, last: int | None = None
) -> pd.DataFrame:
    """Track the tier of each firm: on the same day of each year, that of the as-of day.

    A certificate counts from its first to its last day. One without a first day is in force on
    the as-of day, and may have been before; then the tier is unknown, unless another certificate
    gives one as high. Routes without a certificate are judged with the figures of the years up to
    then; agreements without a date may have been made by then or not.

    Parameters
    ----------
    ecosystem
        The ecosystem; without an as-of day nothing can be tracked.
    first, last
        Years; by default from the first in which a certificate begins, to that of the as-of day.

    Returns
    -------
    pandas.DataFrame
        Columns ``TRACK_COLUMNS``, one row a firm and year, in order of id and year: ``tier`` (one
        of ``STATES``; in the year of the as-of day as `assign_tiers` says) and ``basis`` (a key of
        ``BASES``).

    Raises
    ------
    SettingsError
        If the years are none, or later than the as-of day.

    Notes
    -----
    A register that lists only the latest certificate of each firm hides the earlier ones:
    ``attrs["meta"]["method"]["register"]`` says whether it lists any twice.
    """
    track = _track(ecosystem, first, last)
    firms = ecosystem.select("enterprise").index
    table = pd.DataFrame(
        {
            "enterprise": firms.repeat(len(track.years)),
            "year": np.tile(np.array(track.years, dtype=np.int64), len(firms)),
            "tier": np.array(STATES, dtype=object)[track.state.ravel()],
            "basis": np.array(_BASES, dtype=object)[track.basis.ravel()],
        }
    )
    return attach_meta(table, ecosystem, "tier_track", method=_describe_track(ecosystem, track))


def count_moves(
    ecosystem: Ecosystem,
    *,
    first: int | None = None,
    last: int | None = None,
    by: By = "tier",
) -> pd.DataFrame:
    """Count the moves of firms between tiers from each year to the next.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    first, last
        Years, as in `track_tiers`.
    by
        ``tier``: with the routes without a certificate; a firm of which the data do not say
        whether a route was open is in an unknown tier. ``certificates``: by certificates alone, so
        that nobody moves by growing older or by a figure that is filled in.

    Returns
    -------
    pandas.DataFrame
        Columns ``MOVE_COLUMNS``. ``scope`` is year (one pair of years) or pooled (all pairs; a firm
        counts once for each). ``share`` is that of the firms of ``tier_from`` whose tier is known
        in both years (``firms_from``), with its Wilson interval; staying is a move, and the shares
        of a ``tier_from`` add up to 1. Rows from or to ``unknown`` and ``outside`` have no share.
        ``path`` names the step of the articles that a move is, by ecograph's reading (``PATHS``).

    Raises
    ------
    SettingsError
        If the years are none or later than the as-of day, or ``by`` is no choice.
    """
    if by not in get_args(By):
        raise SettingsError(f'by is "{by}"; choose one of: {", ".join(get_args(By))}.')
    track = _track(ecosystem, first, last)
    state = _choose_states(track, by)
    n = len(STATES)
    pairs = [
        np.bincount(state[:, place] * n + state[:, place + 1], minlength=n * n)
        for place in range(len(track.years) - 1)
    ]
    parts = [_tabulate_moves(*scope) for scope in _list_scopes(track, pairs)]
    table = pd.concat([pd.DataFrame(columns=list(MOVE_COLUMNS)), *parts], ignore_index=True)
    table = _add_shares(table, ecosystem.settings.ci_level)[list(MOVE_COLUMNS)]
    method = {
        **_describe_track(ecosystem, track),
        "by": by,
        "interval": "Wilson 1927; pooled: as if the years of a firm were independent",
        "paths": "names of the articles; which move is which is ecograph's reading",
    }
    return attach_meta(table, ecosystem, "tier_moves", method=method)


def count_steps(
    ecosystem: Ecosystem, *, first: int | None = None, last: int | None = None
) -> pd.DataFrame:
    """Count how many firms took each step of the cultivation path from each year to the next.

    The steps are 微成长 (into the pool of seedlings), 小升高 (a seedling becomes a high-tech
    enterprise), 高壮大 (a high-tech enterprise becomes a specialised SME or gazelle) and 大变强 (a
    shrub becomes a tree), by certificates in force alone; a firm can take several in one year.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    first, last
        Years, as in `track_tiers`.

    Returns
    -------
    pandas.DataFrame
        Columns ``STEP_COLUMNS``: ``firms`` that took the step, of ``firms_from`` that could (see
        `list_steps`) and of which the data say whether they did; ``share`` with its Wilson
        interval.

    Raises
    ------
    SettingsError
        If the years are none or later than the as-of day.
    """
    track = _track(ecosystem, first, last)
    there = track.state != _OUTSIDE
    steps = list_steps(read_rules(ecosystem.settings.rules).tiers)
    counts = [_count_step(step, track, there, ecosystem.as_of) for step in steps.values()]
    pairs = [*np.array(counts).transpose(2, 0, 1)]  # years x steps x (could, did)
    parts = []
    for scope, start, end, (could, did) in _list_scopes(track, [pair.T for pair in pairs]):
        part = {"scope": scope, "year_from": start, "year_to": end, "path": [*steps]}
        parts.append(pd.DataFrame({**part, "firms": did, "firms_from": could}))
    table = pd.concat([pd.DataFrame(columns=list(STEP_COLUMNS)), *parts], ignore_index=True)
    table = _add_shares(table, ecosystem.settings.ci_level)[list(STEP_COLUMNS)]
    method = {
        **_describe_track(ecosystem, track),
        "steps": {name: step._asdict() for name, step in steps.items()},
        "reading": "names of the articles; the certificates are ecograph's reading",
    }
    return attach_meta(table, ecosystem, "path_steps", method=method)


def list_steps(tiers: Tiers) -> dict[str, Step]:
    """List all four steps of the path, by certificates; the articles give only their names.

    >>> list_steps(read_rules().tiers)["high_to_strong"].has
    ('high_tech',)
    """
    giving = {tier.id: tier.certificates for tier in tiers.tiers}
    return {
        "micro_growth": Step((), tuple(itertools.chain(*giving.values())), giving["seedling"]),
        "small_to_high": Step(giving["seedling"], ("high_tech",), ("high_tech",)),
        "high_to_strong": Step(("high_tech",), _GROWTH, _GROWTH),  # 高壮大
        "strong_to_great": Step(giving["shrub"], giving["tree"], giving["tree"]),
    }


# The pyramid


def _list_members(ecosystem: Ecosystem, kind: str, size: int) -> pd.DataFrame:
    """List the groups of each firm: place, group (a position; -1 for firms without one)."""
    source, target = ecosystem.find_pairs(kind)
    place = np.searchsorted(ecosystem.find_positions("enterprise"), source)
    without = np.setdiff1d(np.arange(size), place)
    return pd.DataFrame(
        {
            "place": np.concatenate([place, without]),
            "group": np.concatenate([target, np.full(len(without), -1)]).astype(np.int64),
        }
    )


def _count_level(
    firms: pd.DataFrame, members: Mapping[str, pd.DataFrame], level: str, by: tuple[str, ...]
) -> pd.DataFrame:
    """Count the firms of each tier in each group of a level; -2 stands for all groups."""
    for name in by:
        firms = firms.merge(members[name].rename(columns={"group": name}), on="place")
    firms = firms.assign(**{name: -2 for name in members if name not in by})
    counts = firms.groupby([*members, "rank"]).size().unstack(fill_value=0)  # noqa: PD010 - no pivot_table without values
    counts = counts.reindex(columns=range(len(TIERS)), fill_value=0)
    share = counts.div(counts.sum(axis=1), axis=0)
    long = pd.DataFrame({"firms": counts.stack(), "share": share.stack()}).reset_index()  # noqa: PD013 - as above
    return long.assign(level=level)


def _name_groups(table: pd.DataFrame, ecosystem: Ecosystem) -> pd.DataFrame:
    """Give groups their ids and names; a total has no id."""
    total = label_of("column", "total", ecosystem.lang)
    columns = {"level": table["level"], "tier": np.array(TIERS, dtype=object)[table["rank"]]}
    for name in ("industry", "region"):
        group = table[name].to_numpy(dtype=np.int64)
        columns[name] = _pick(ecosystem.keys, group, "")
        columns[f"{name}_name"] = _pick(ecosystem.names, group, total)
    columns |= {"firms": table["firms"], "share": table["share"]}
    return pd.DataFrame(columns)[list(PYRAMID_COLUMNS)]


def _pick(texts: pd.Index, places: Ints, total: str) -> Objects:
    """Pick the texts at some places; -1 is nothing, -2 a total."""
    distinct, codes = np.unique(places, return_inverse=True)
    said = [str(texts[place]) if place >= 0 else total if place < -1 else "" for place in distinct]
    return np.array(said, dtype=object)[codes]


# The track


def _track(ecosystem: Ecosystem, first: int | None, last: int | None) -> _Track:
    key = ("tier_track", first, last)
    if key not in ecosystem.memory:
        ecosystem.memory[key] = _find_track(ecosystem, first, last)
    track: _Track = ecosystem.memory[key]
    return track


def _find_track(ecosystem: Ecosystem, first: int | None, last: int | None) -> _Track:
    terms = list_terms(ecosystem)
    years = _choose_years(ecosystem, terms, first, last)
    size = len(ecosystem.find_positions("enterprise"))
    if ecosystem.as_of is None or not years:
        none = np.zeros((size, 0), dtype=np.int64)
        return _Track([], [], terms, none, none)
    days = [same_day(ecosystem.as_of, year) for year in years]
    by_certificate = rank_by_certificates(terms, days, size, as_of=ecosystem.as_of)
    routes = [rank_by_routes(ecosystem, day) for day in days]
    by_route, may_route = (np.column_stack([route[n] for route in routes]) for n in (0, 1))
    held = by_certificate.rank < _LOWEST
    rank = np.where(held, by_certificate.rank, by_route)
    absent, vague = _find_absent(ecosystem, days)
    seen = np.maximum.accumulate(held, axis=1)  # who had a certificate was there
    found = {
        "not_founded": absent & ~seen,
        "founding_unclear": vague & ~seen,
        "undecided": by_certificate.possible < rank,
        "certificate": held,
        "route": by_route < _LOWEST,
        "unclear": may_route < _LOWEST,
    }
    codes = [_BASES.index(name) for name in found]
    basis = np.select([*found.values()], codes, _BASES.index("none"))
    unknown = found["founding_unclear"] | found["undecided"]
    state = np.select([found["not_founded"], unknown], [_OUTSIDE, _UNKNOWN], rank)
    return _Track(years, days, terms, state, basis)


def _choose_years(
    ecosystem: Ecosystem, terms: pd.DataFrame, first: int | None, last: int | None
) -> list[int]:
    """Choose the years: by default from the first beginning of a certificate to the as-of day."""
    if ecosystem.as_of is None:
        return []
    now = ecosystem.as_of.year
    last = now if last is None else last
    if last > now:
        raise SettingsError(f"The last year is {last}, after that of the as-of day, {now}.")
    if first is None:
        begun = terms.loc[terms["rank"] < _LOWEST, "since"]
        earliest = begun.min()
        first = last if pd.isna(earliest) else min(int(earliest.year), last)
    if first > last:
        raise SettingsError(f"The first year is {first}, after the last one, {last}.")
    return list(range(first, last + 1))


def _find_absent(ecosystem: Ecosystem, days: list[dt.date]) -> tuple[Flags, Flags]:
    """Find the days before each firm was founded, and those before it may have been.

    On the as-of day every firm that is listed is there.
    """
    dates = ecosystem.select("enterprise").reindex(columns=["founded_start", "founded_end"])
    start, end = (
        pd.to_datetime(dates[name]).to_numpy(dtype="datetime64[s]")[:, np.newaxis]
        for name in dates.columns
    )
    day = np.array(days, dtype="datetime64[s]")
    past = day < np.datetime64(ecosystem.as_of or "NaT", "s")
    absent = (start > day) & past
    return absent, (end > day) & past & ~absent


def _choose_states(track: _Track, by: By) -> Ints:
    """Choose what counts as known: with the routes, or by certificates alone."""
    if by == "tier":
        return np.where(track.basis == _BASES.index("unclear"), _UNKNOWN, track.state)
    return np.where(track.basis == _BASES.index("route"), _LOWEST, track.state)


def _describe_track(ecosystem: Ecosystem, track: _Track) -> dict[str, object]:
    founded = ecosystem.select("enterprise").reindex(columns=["founded_start"])["founded_start"]
    counts = np.array([np.bincount(b, minlength=len(_BASES)) for b in track.basis.T])
    return {
        "mapping": read_rules(ecosystem.settings.rules).tiers.mapping,
        "days": [day.isoformat() for day in track.days],
        "bases": {
            str(year): {name: int(n) for name, n in zip(_BASES, row, strict=True) if n}
            for year, row in zip(track.years, counts, strict=True)
        },
        "firms": len(track.state),
        "founding_unknown": int(founded.isna().sum()),
        "register": describe_register(track.terms),
    }


# Moves and steps


def _list_scopes(track: _Track, pairs: list[Ints]) -> Iterator[tuple[str, int, int, Ints]]:
    """List scope, first and last year, and counts: of each pair of years, and of all."""
    for (start, end), counts in zip(itertools.pairwise(track.years), pairs, strict=True):
        yield "year", start, end, counts
    if pairs:
        yield "pooled", track.years[0], track.years[-1], np.sum(pairs, axis=0)


def _tabulate_moves(scope: str, start: int, end: int, counts: Ints) -> pd.DataFrame:
    """Make rows of the moves between any two states that happened, or could have."""
    n = len(STATES)
    source, target = np.divmod(np.arange(n * n), n)
    known = (source <= _LOWEST) & (target <= _LOWEST)
    total = np.bincount(source[known], counts[known], minlength=n)[source].astype(np.int64)
    beyond = ~known & (counts > 0) & ~((source == _OUTSIDE) & (target == _OUTSIDE))
    names = np.array(STATES, dtype=object)
    table = pd.DataFrame(
        {
            "scope": scope,
            "year_from": start,
            "year_to": end,
            "tier_from": names[source],
            "tier_to": names[target],
            "path": [
                PATHS.get((names[a], names[b]), "") for a, b in zip(source, target, strict=True)
            ],
            "firms": counts,
            "firms_from": np.where(known, total, 0),
        }
    )
    return table[(known & (total > 0)) | beyond]


def _add_shares(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add the share of the firms that could, and its interval; nan where there are none."""
    whole = table.astype(dict.fromkeys(_WHOLE, np.int64))
    firms, total = (whole[name].to_numpy(dtype=float) for name in ("firms", "firms_from"))
    known = total > 0
    share = np.divide(firms, total, out=np.full(len(total), np.nan), where=known)
    low, high = bound_share(np.where(known, firms, np.nan), total, level)
    return whole.assign(share=share, ci_low=low, ci_high=high)


def _count_step(step: Step, track: _Track, there: Flags, as_of: dt.date | None) -> list[Ints]:
    """Count, for each pair of years, the firms that could take a step and those that did."""
    held = {
        name: find_holders(
            track.terms[track.terms["certificate"].isin(keys)], track.days, len(there), as_of=as_of
        )
        for name, keys in step._asdict().items()
    }
    could = there & (held["lacks"] == NOT_MET)
    if step.has:
        could &= held["has"] == MET
    later = held["wins"][:, 1:]
    could = could[:, :-1] & ((later == MET) | (later == NOT_MET))
    return [could.sum(axis=0), (could & (later == MET)).sum(axis=0)]
