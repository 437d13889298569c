"""The four dimensions of parts of an ecosystem: industries, tiers, counties, years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.cooperation import gather_cooperation
from ecograph.analysis.dimensions import (
    DIMENSION_COLUMNS,
    describe_intervals,
    measure_cooperation,
    tabulate_measures,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.tiers import TIERS, assign_tiers
from ecograph.errors import SettingsError
from ecograph.progress import track
from ecograph.texts import label_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]

__all__ = [
    "BREAKDOWNS",
    "BREAKDOWN_COLUMNS",
    "MOST_AGREEMENTS",
    "MOST_GROUPS",
    "Breakdown",
    "break_down_all",
    "break_down_dimensions",
]

Breakdown: TypeAlias = Literal["industry", "tier", "region", "year"]
"""industry, tier, region: of firms; year: of agreements, by when they began."""

BREAKDOWNS: tuple[Breakdown, ...] = get_args(Breakdown)

BREAKDOWN_COLUMNS = ("by", "group", "group_name", "indicator", *DIMENSION_COLUMNS)

MOST_GROUPS = 100
"""How many groups are measured: those with most firms, or agreements in a year."""

MOST_AGREEMENTS = 50_000
"""Up to how many agreements all breakdowns are made at once, which takes up to half a minute."""

_OF_EVENTS = (
    "intent_yield",
    "signing_yield",
    "contact_frequency",
    "contact_regularity",
    "contact_burstiness",
)
_OF_EXPOSURE = ("industry_parity", "key_focus", "key_focus_amount")

_LEFT_OUT: Mapping[Breakdown, Collection[str]] = {
    "industry": (
        *_OF_EVENTS,
        *_OF_EXPOSURE,
        "industry_reach",
        "field_lift",
        "field_alignment",
        "platform_return",
    ),
    "tier": (*_OF_EVENTS, *_OF_EXPOSURE, "platform_return"),
    "region": (*_OF_EVENTS, *_OF_EXPOSURE, "platform_return"),
    "year": ("persistence", "platform_share", "platforms_per_100_partners", "platform_return"),
}


def break_down_dimensions(ecosystem: Ecosystem, by: Breakdown) -> pd.DataFrame:
    """Measure the four dimensions for each industry, tier, county or year.

    Parameters
    ----------
    ecosystem
        The ecosystem; as for `measure_dimensions`.
    by
        industry, tier or region: the firms of each, with the agreements of which one of them is
        a party, and those that name no firm but the industry or region. A firm of two industries
        counts in both, and so does an agreement of firms of two groups; its ties are then those
        of the group's own firms.
        year: the agreements that certainly began in it, beside all firms that are listed and the
        events held in it; the year of the as-of day goes no further than that day.

    Returns
    -------
    pandas.DataFrame
        Columns ``BREAKDOWN_COLUMNS``, those of `measure_dimensions` with ``by``, the id and name
        of the group, and the indicator. Groups by id, tiers from tree to none, years ascending;
        indicators in their order. Groups without firm and agreement are left out; of more than
        ``MOST_GROUPS`` those with most firms (agreements, for years) are measured.
        ``attrs["meta"]["method"]`` counts groups, those left out, and the firms and agreements
        that are in none.

    Raises
    ------
    SettingsError
        If there is no such breakdown.

    Notes
    -----
    Left out is what makes no sense of a group: of firms what events brought (events do not name
    all who came), what is compared with the exposure of industries, and the return of platforms;
    of an industry also its reach to industries, and what chance gives, for labels dealt out
    within one industry change nothing. Of a year, how long ties last, and platforms, whose
    register is of one day. Of a year, a new partner is one without an agreement in earlier years;
    ``firm_coverage``, ``ties_per_firm``, ``tie_density`` and ``agreements_per_100_firms`` are over
    all firms listed today; ``industry_parity`` and ``key_focus`` compare the links of that year
    with exposure as it is listed today. What outside means is decided once, for all.
    """
    if by not in BREAKDOWNS:
        raise SettingsError(
            f'There is no breakdown by "{by}"; choose one of: {", ".join(BREAKDOWNS)}.'
        )
    facts = gather_cooperation(ecosystem)
    groups = _list_years(facts) if by == "year" else _list_groups(facts, by)
    chosen = _choose(groups)
    tables = [
        _measure(group, _restrict(facts, group, by), by)
        for group in track(chosen, len(chosen), "groups")
    ]
    method = {
        "by": by,
        "groups": len(groups),
        "groups_left_out": len(groups) - len(chosen),
        **_count_rest(facts, groups),
        "indicators_left_out": list(_LEFT_OUT[by]),
        **describe_intervals(ecosystem.settings),
    }
    return attach_meta(_stack(tables, ecosystem), ecosystem, "breakdown", method=method)


class _Group(NamedTuple):
    """A part: its id and name, the positions of its firms and agreements, and its own."""

    key: str
    name: str
    firms: Ints
    agreements: Ints
    place: int


def break_down_all(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure the four dimensions for each industry, tier, county and year: one table of all.

    Above ``MOST_AGREEMENTS`` that count it stays empty, and the meta says so: each breakdown can
    still be asked for by itself.
    """
    if int(ecosystem.counts.sum()) > MOST_AGREEMENTS:
        left_out: dict[str, object] = {"left_out_above": MOST_AGREEMENTS}
        return attach_meta(_stack([], ecosystem), ecosystem, "dimensions_by", method=left_out)
    parts = [break_down_dimensions(ecosystem, by) for by in BREAKDOWNS]
    method: dict[str, object] = {
        name: part.attrs["meta"]["method"] for name, part in zip(BREAKDOWNS, parts, strict=True)
    }
    whole = pd.concat(parts, ignore_index=True)
    return attach_meta(whole, ecosystem, "dimensions_by", method=method)


def _list_groups(facts: Cooperation, by: Breakdown) -> list[_Group]:
    """List the groups of firms, each with its agreements, by id."""
    members, names = _list_members(facts, by)
    signed = facts.parties.rename(columns={"party": "enterprise"}).merge(members, on="enterprise")
    signed = pd.concat([signed[["group", "agreement"]], _list_naming(facts, by)])
    firms = members.drop_duplicates().groupby("group")["enterprise"]
    agreements = signed.drop_duplicates().groupby("group")["agreement"]
    none = np.zeros(0, dtype=np.int64)
    mine, theirs = (
        {key: np.sort(rows.to_numpy()) for key, rows in grouped} for grouped in (firms, agreements)
    )
    return [
        _Group(key, name, mine.get(place, none), theirs.get(place, none), place)
        for place, key, name in names
        if place in mine or place in theirs
    ]


def _list_members(
    facts: Cooperation, by: Breakdown
) -> tuple[pd.DataFrame, list[tuple[int, str, str]]]:
    """List the firms of each group, by numbers, and the groups with number, id and name."""
    ecosystem = facts.ecosystem
    if by == "tier":
        tiers = assign_tiers(ecosystem)["tier"]
        group = pd.Categorical(tiers, categories=list(TIERS)).codes
        firm = ecosystem.keys.get_indexer(tiers.index)
        names = [(n, tier, label_of("tier", tier, ecosystem.lang)) for n, tier in enumerate(TIERS)]
        return pd.DataFrame({"group": group.astype(np.int64), "enterprise": firm}), names
    firm, group = ecosystem.find_pairs("works_in" if by == "industry" else "lies_in")
    nodes = ecosystem.name_nodes(by)
    positions = ecosystem.find_positions(by).tolist()
    named = list(zip(positions, nodes.index, nodes["name"], strict=True))
    return pd.DataFrame({"group": group, "enterprise": firm}), named


def _list_naming(facts: Cooperation, by: Breakdown) -> pd.DataFrame:
    """List the agreements that name no firm but an industry or region."""
    ecosystem = facts.ecosystem
    agreement, group = ecosystem.find_pairs("concerns")
    counted = ecosystem.mark_counted()[agreement]
    concerned = pd.DataFrame({"group": group[counted], "agreement": agreement[counted]})
    parties = facts.parties.rename(columns={"party": "group"})
    naming = pd.concat([concerned, parties[["group", "agreement"]]])
    naming = naming[ecosystem.mark(by)[naming["group"]]]
    alone = facts.find_units(naming["agreement"].to_numpy()) >= len(facts.firms)
    return naming[alone]


def _list_years(facts: Cooperation) -> list[_Group]:
    """List the years in which agreements began."""
    years = facts.agreements["began"].dropna().astype(int)
    return [
        _Group(str(year), str(year), facts.firms, rows.index.to_numpy(), int(year))
        for year, rows in years.groupby(years)
    ]


def _choose(groups: list[_Group]) -> list[_Group]:
    """Choose the groups with most firms, then agreements; they stay in their order."""
    size = [(-len(group.firms), -len(group.agreements), n) for n, group in enumerate(groups)]
    return [groups[n] for n in sorted(n for *_, n in sorted(size)[:MOST_GROUPS])]


def _restrict(facts: Cooperation, group: _Group, by: Breakdown) -> Cooperation:
    if by == "year":
        return facts.restrict_to_year(group.place)
    industry = group.place if by == "industry" else None
    return facts.restrict(group.firms, group.agreements, industry=industry)


def _measure(group: _Group, facts: Cooperation, by: Breakdown) -> pd.DataFrame:
    measures = measure_cooperation(facts, left_out=_LEFT_OUT[by])
    table = tabulate_measures(measures, facts.ecosystem).reset_index()
    return table.assign(by=by, group=group.key, group_name=group.name)


def _stack(tables: list[pd.DataFrame], ecosystem: Ecosystem) -> pd.DataFrame:
    """Put the tables of groups under each other; where there is none, columns without rows."""
    empty = tabulate_measures({}, ecosystem).reset_index()
    table = pd.concat(tables or [empty.assign(by=None, group=None, group_name=None)])
    return table[list(BREAKDOWN_COLUMNS)].reset_index(drop=True)


def _count_rest(facts: Cooperation, groups: list[_Group]) -> dict[str, int]:
    """Count the firms and agreements that are in no group."""
    none = np.zeros(0, dtype=np.int64)
    firms, agreements = (
        len(np.unique(np.concatenate([none, *(getattr(group, part) for group in groups)])))
        for part in ("firms", "agreements")
    )
    return {
        "firms_in_no_group": len(facts.firms) - firms,
        "agreements_in_no_group": len(facts.agreements) - agreements,
    }
