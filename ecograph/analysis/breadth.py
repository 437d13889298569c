"""How many sides the cooperation of firms with science has, and how varied they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.cooperation import recall
from ecograph.analysis.gaps import judge_links
from ecograph.analysis.indicators import (
    Measure,
    Pool,
    bound_quantiles,
    count_kinds,
    divide,
    in_blocks,
    measure_diversity,
    measure_share,
    pool_units,
    widen_share,
)
from ecograph.analysis.links import KNOWLEDGE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.analysis.indicators import Statistic
    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["BREADTH", "mark_nodes"]


def mark_nodes(nodes: pd.DataFrame, column: str) -> pd.Series:
    """Say of which nodes a yes-no attribute is known to be yes."""
    stated = nodes.reindex(columns=[column])[column].astype("boolean")
    return stated.fillna(value=False).astype(bool)


def _count_partners(facts: Cooperation) -> Measure:
    n = len(facts.agreements)
    return Measure(len(facts.partners), n) if facts.registered else Measure(np.nan, n)


def _count_new(facts: Cooperation) -> Measure:
    """Count the partners all of whose agreements were certainly made since a day."""
    if facts.since is None or not facts.registered:
        return Measure(np.nan, 0, divide(0, len(facts.partners)))
    history = facts.history[facts.history["partner"].isin(facts.partners)]
    marks = history.assign(
        old=history["date_end"] <= facts.since, new=history["date_start"] > facts.since
    )
    of_partner = marks.groupby("partner").agg(old=("old", "any"), new=("new", "all"))
    told = int((of_partner["old"] | of_partner["new"]).sum())
    value = int(of_partner["new"].sum()) if told or not len(facts.partners) else np.nan
    return Measure(value, told, divide(told, len(facts.partners)))


def _cover_firms(facts: Cooperation) -> Measure:
    if not facts.registered:
        return Measure(np.nan, len(facts.firms))
    linked = facts.shared["enterprise"].nunique()
    return measure_share(linked, len(facts.firms), facts.ecosystem.settings)


def _diversify_disciplines(facts: Cooperation) -> Measure:
    settings = facts.ecosystem.settings
    kinds = pd.factorize(facts.topics["discipline"], sort=True)[0].astype(np.int64)
    agreements = facts.topics["agreement"].to_numpy()
    n = len(np.unique(agreements))
    pool = pool_units(facts.find_units(agreements), settings.seed)
    coverage = divide(n, len(facts.agreements))
    found = measure_diversity(
        kinds, count_kinds(kinds, pool), pool, settings=settings, coverage=coverage
    )
    return found._replace(n=n)


def _diversify_provinces(facts: Cooperation) -> Measure:
    known, provinces = _list_provinces(facts)
    codes = pd.factorize(provinces, sort=True)[0].astype(np.int64)
    meet, pool = _list_meetings(facts, known)
    of_kind = np.eye(int(codes.max(initial=-1)) + 1)[codes]
    count = in_blocks(lambda weight: (meet(weight) > 0) @ of_kind, len(known))
    return measure_diversity(
        codes,
        count,
        pool,
        settings=facts.ecosystem.settings,
        coverage=divide(len(known), len(facts.partners)),
    )


def _share_outside(facts: Cooperation) -> Measure:
    """Share of partners outside; a partner is there in a draw that holds one of its firms."""
    settings = facts.ecosystem.settings
    known, provinces = _list_provinces(facts)
    coverage = divide(len(known), len(facts.partners))
    home = recall(facts.ecosystem, _find_home)
    if home is None:
        return Measure(np.nan, 0, coverage)
    outside = np.asarray(provinces != home, dtype=float)
    found = Measure(divide(outside.sum(), len(known)), len(known), coverage)
    meet, pool = _list_meetings(facts, known)

    def average(weight: Floats) -> Floats:
        met = (meet(weight) > 0).astype(float)
        total = met.sum(axis=1)
        return np.asarray(met @ outside / np.where(total > 0, total, np.nan))

    found = bound_quantiles(found, in_blocks(average, len(known)), pool, settings=settings)
    return widen_share(found, pool.size, settings)


def _reach_industries(facts: Cooperation) -> Measure:
    aimed = recall(facts.ecosystem, _list_aimed)
    if not facts.registered:
        return Measure(np.nan, len(aimed))
    linked = np.isin(aimed, facts.links["industry"])
    return measure_share(int(linked.sum()), len(aimed), facts.ecosystem.settings)


def _reach_parity(facts: Cooperation) -> Measure:
    """Share of the industries whose links are not wholly below what their exposure gives."""
    ecosystem = facts.ecosystem
    aimed = recall(ecosystem, _list_aimed)
    table, _ = judge_links(ecosystem, facts.links, ecosystem.settings.exposure)
    high = table["ci_high"].to_numpy(dtype=float)
    high = high[np.isin(ecosystem.find_positions("industry"), aimed)]
    known = high[~np.isnan(high)]
    coverage = divide(len(known), len(aimed))
    return measure_share(int((known >= 1).sum()), len(known), ecosystem.settings, coverage=coverage)


BREADTH: Mapping[str, Callable[[Cooperation], Measure]] = {
    "partners": _count_partners,
    "new_partners": _count_new,
    "firm_coverage": _cover_firms,
    "effective_disciplines": _diversify_disciplines,
    "effective_provinces": _diversify_provinces,
    "outside_share": _share_outside,
    "industry_reach": _reach_industries,
    "industry_parity": _reach_parity,
}
"""The indicators of breadth, by id."""


def _list_aimed(ecosystem: Ecosystem) -> Ints:
    """List the key industries; all, where none is marked."""
    key = mark_nodes(ecosystem.select("industry"), "key").to_numpy()
    positions = ecosystem.find_positions("industry")
    return positions[key] if key.any() else positions


def _list_provinces(facts: Cooperation) -> tuple[Ints, pd.Series]:
    """List the partners whose province is known, and it."""
    provinces = recall(facts.ecosystem, _place_partners).reindex(facts.partners).dropna()
    return provinces.index.to_numpy(dtype=np.int64), provinces


def _place_partners(ecosystem: Ecosystem) -> pd.Series:
    """List the provinces of all universities and platforms, by position."""
    nodes = ecosystem.select(*KNOWLEDGE_KINDS).reindex(columns=["province"])
    return nodes["province"].set_axis(ecosystem.find_positions(*KNOWLEDGE_KINDS), axis=0)


def _find_home(ecosystem: Ecosystem) -> str | None:
    """Find the one province of the resident universities, else of the firms, else None."""
    universities = ecosystem.select("university")
    resident = universities[mark_nodes(universities, "resident")]
    for group in (resident, ecosystem.select("enterprise")):
        provinces = group.reindex(columns=["province"])["province"].dropna().unique()
        if len(provinces) == 1:
            return str(provinces[0])
    return None


def _list_meetings(facts: Cooperation, partners: Ints) -> tuple[Statistic, Pool]:
    """Make the function that counts how often some partners are met, for weights of groups.

    A partner is met by each firm tied to it, and by agreements that name no firm.
    """
    settings = facts.ecosystem.settings
    firm = np.searchsorted(facts.firms, facts.shared["enterprise"].to_numpy())
    alone = facts.parties[facts.find_units(facts.parties["agreement"]) >= len(facts.firms)]
    unit = np.concatenate([firm, facts.find_units(alone["agreement"].to_numpy())])
    partner = np.concatenate([facts.shared["partner"], alone["party"]]).astype(np.int64)
    meant = np.isin(partner, partners)
    pool = pool_units(unit[meant], settings.seed)
    return count_kinds(np.searchsorted(partners, partner[meant]), pool), pool
