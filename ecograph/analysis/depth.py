"""How strong and how lasting the cooperation of firms with science is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.cooperation import list_standing, recall
from ecograph.analysis.indicators import (
    Cases,
    Measure,
    divide,
    measure_median,
    measure_ratio,
    measure_tie_share,
)
from ecograph.statistics.rates import bound_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["DEEP", "DEPTH"]

DEEP = 4
"""The rung from which a cooperation has a house of its own: laboratory, centre, college."""


def _centre_amounts(facts: Cooperation) -> Measure:
    known, unit = _list_amounts(facts)
    coverage = divide(len(known), len(facts.agreements))
    return measure_median(known, unit, facts.ecosystem.settings, coverage=coverage)


def _average_amounts(facts: Cooperation) -> Measure:
    """Average the logarithms of the amounts above 0, and turn the mean back into an amount."""
    known, unit = _list_amounts(facts)
    above = known > 0
    coverage = divide(int(above.sum()), len(facts.agreements))
    logs = np.log(known[above])
    cases = Cases(logs, np.ones(len(logs)), unit[above])
    found = measure_ratio(cases, facts.ecosystem.settings, coverage=coverage)
    value, low, high = (float(np.exp(x)) for x in (found.value, found.ci_low, found.ci_high))
    return found._replace(value=value, ci_low=low, ci_high=high)


def _average_modes(facts: Cooperation) -> Measure:
    rungs = facts.ties["rung"].dropna()
    cases = Cases(rungs.to_numpy(), np.ones(len(rungs)), _find_firms(rungs))
    coverage = divide(len(rungs), len(facts.ties))
    return measure_ratio(cases, facts.ecosystem.settings, coverage=coverage)


def _share_deep(facts: Cooperation) -> Measure:
    rungs = facts.ties["rung"].dropna()
    return _share_ties(facts, rungs >= DEEP, divide(len(rungs), len(facts.ties)))


def _share_persistent(facts: Cooperation) -> Measure:
    """Share of ties with two years or more, of those whose agreements are all dated."""
    dated = facts.ties[facts.ties["dated"] == facts.ties["agreements"]]
    coverage = divide(len(dated), len(facts.ties))
    return _share_ties(facts, dated["last"] > dated["first"], coverage)


def _share_housed(facts: Cooperation) -> Measure:
    """Share of ties whose two ends host one platform; a platform counts as its own host."""
    standing, hosts = recall(facts.ecosystem, _list_hosts)
    coverage = divide(hosts["platform"].nunique(), len(standing))
    if len(hosts) == 0:
        return Measure(np.nan, 0, coverage)
    own = pd.DataFrame({"partner": standing, "platform": standing})
    sides = pd.concat([hosts.rename(columns={"host": "partner"}), own])
    pairs = hosts.rename(columns={"host": "enterprise"}).merge(sides, on="platform")
    housed = pd.MultiIndex.from_frame(pairs[["enterprise", "partner"]])
    together = pd.Series(facts.ties.index.isin(housed), index=facts.ties.index)
    return _share_ties(facts, together, coverage)


def _rate_platforms(facts: Cooperation) -> Measure:
    """Count the platforms that a firm and a university host together, per 100 partners."""
    standing, hosts = recall(facts.ecosystem, _list_hosts)
    coverage = divide(hosts["platform"].nunique(), len(standing))
    partners = len(facts.partners)
    if len(hosts) == 0 or len(facts.firms) == 0:
        return Measure(np.nan, partners, coverage)
    science = facts.ecosystem.mark("university")[hosts["host"]]
    firms = np.isin(hosts["host"], facts.firms)
    built = np.intersect1d(hosts.loc[science, "platform"], hosts.loc[firms, "platform"])
    settings = facts.ecosystem.settings
    counts = bound_counts(
        np.array([float(len(built))]), settings.ci_level, interval=settings.interval
    )
    low, high = (divide(100 * float(bound[0]), partners) for bound in counts)
    how = "poisson" if partners else ""
    return Measure(divide(100 * len(built), partners), partners, coverage, low, high, how)


def _return_inputs(facts: Cooperation) -> Measure:
    """Divide the benefits of platforms by their inputs, where both are known."""
    standing = list_standing(facts.ecosystem)
    platforms = facts.ecosystem.select("platform").reindex(columns=["direct_benefit", "rd_input"])
    stands = np.isin(facts.ecosystem.find_positions("platform"), standing)
    figures = platforms[stands].astype(float)
    known = figures[figures["direct_benefit"].notna() & (figures["rd_input"] > 0)]
    benefit, cost = known.to_numpy().T
    cases = Cases(benefit, cost, np.arange(len(known)))
    coverage = divide(len(known), len(standing))
    found = measure_ratio(cases, facts.ecosystem.settings, coverage=coverage)
    return found._replace(interval="platforms" if found.interval else "")


DEPTH: Mapping[str, Callable[[Cooperation], Measure]] = {
    "amount_median": _centre_amounts,
    "amount_geometric": _average_amounts,
    "mode_depth": _average_modes,
    "deep_share": _share_deep,
    "persistence": _share_persistent,
    "platform_share": _share_housed,
    "platforms_per_100_partners": _rate_platforms,
    "platform_return": _return_inputs,
}
"""The indicators of depth, by id."""


def _list_amounts(facts: Cooperation) -> tuple[Floats, Ints]:
    """List the amounts that are known, with the units of their agreements."""
    amounts = facts.agreements["amount"].to_numpy(dtype=float)
    known = ~np.isnan(amounts)
    return amounts[known], facts.units[known]


def _find_firms(ties: pd.Series) -> Ints:
    """Find the firms of ties."""
    firms: Ints = ties.index.get_level_values("enterprise").to_numpy(dtype=np.int64)
    return firms


def _share_ties(facts: Cooperation, met: pd.Series, coverage: float) -> Measure:
    cases = Cases(met.to_numpy(dtype=float), np.ones(len(met)), _find_firms(met))
    return measure_tie_share(cases, facts.ecosystem.settings, coverage=coverage)


def _list_hosts(ecosystem: Ecosystem) -> tuple[Ints, pd.DataFrame]:
    """List the platforms that are not merely planned, and each with its hosts."""
    standing = list_standing(ecosystem)
    host, platform = ecosystem.find_pairs("hosts")
    hosts = pd.DataFrame({"host": host, "platform": platform})
    return standing, hosts[np.isin(platform, standing)]
