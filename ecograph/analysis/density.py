"""How often firms and science meet, and how closely they are knit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph.analysis.indicators import (
    Cases,
    Measure,
    Pool,
    bound_draws,
    divide,
    measure_ratio,
    measure_share,
)
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["DENSITY"]

_MONTHS = 12


def _rate_agreements(facts: Cooperation) -> Measure:
    """Count the agreements certainly signed in the year that is meant."""
    if facts.since is None:
        return Measure(np.nan, 0, divide(0, len(facts.agreements)))
    within = (facts.agreements["date_start"] > facts.since).to_numpy()
    placed = within | (facts.agreements["date_end"] <= facts.since).to_numpy()
    n = int(placed.sum())
    coverage = divide(n, len(facts.agreements))
    if not facts.registered or coverage == 0:
        return Measure(np.nan, n, coverage)
    firms = np.arange(len(facts.firms))
    signed = np.ones(int(within.sum()))
    cases = Cases(
        np.concatenate([np.zeros(len(firms)), signed]),
        np.concatenate([np.ones(len(firms)), 0 * signed]),
        np.concatenate([firms, facts.units[within]]),
    )
    return measure_ratio(cases, facts.ecosystem.settings, n=n, coverage=coverage, scale=100)


def _average_ties(facts: Cooperation) -> Measure:
    if not facts.registered:
        return Measure(np.nan, len(facts.firms))
    return measure_ratio(_count_ties(facts), facts.ecosystem.settings)


def _average_multiplicity(facts: Cooperation) -> Measure:
    ties = facts.ties["agreements"]
    firms = ties.index.get_level_values("enterprise").to_numpy(dtype=np.int64)
    cases = Cases(ties.to_numpy(dtype=float), np.ones(len(ties)), firms)
    return measure_ratio(cases, facts.ecosystem.settings)


def _fill_pairs(facts: Cooperation) -> Measure:
    """Divide ties by pairs, the partners held as they are."""
    partners = len(facts.partners)
    pairs = len(facts.firms) * partners
    if pairs == 0:
        return Measure(np.nan, 0)
    cases = _count_ties(facts)
    return measure_ratio(cases, facts.ecosystem.settings, n=pairs, scale=1 / partners)


def _rate_contacts(facts: Cooperation) -> Measure:
    """Turn the mean gap between events, in months, into events a year."""
    months, coverage = _list_months(facts)
    gaps = np.diff(months)
    cases = Cases(gaps, np.ones(len(gaps)), np.arange(len(gaps)))
    mean = measure_ratio(cases, facts.ecosystem.settings)
    value = divide(_MONTHS, mean.value) if len(gaps) else np.nan
    if not mean.ci_low > 0:  # all events of a draw in one month: there is no upper bound
        return Measure(value, len(months), coverage)
    low, high = _MONTHS / mean.ci_high, _MONTHS / mean.ci_low
    return Measure(value, len(months), coverage, low, high, "gaps")


def _share_months(facts: Cooperation) -> Measure:
    """Share of months with an event; the first and the last month have one by what they are."""
    months, coverage = _list_months(facts)
    span = int(months[-1] - months[0]) + 1 if len(months) else 0
    if span <= 1:
        return Measure(np.nan, len(months), coverage)
    met = len(np.unique(months))
    between = measure_share(met - 2, span - 2, facts.ecosystem.settings)
    low, high = ((2 + bound * (span - 2)) / span for bound in (between.ci_low, between.ci_high))
    return Measure(met / span, span, coverage, low, high, between.interval)


def _vary_contacts(facts: Cooperation) -> Measure:
    """Compare the spread of the gaps between events with their mean."""
    months, coverage = _list_months(facts)
    gaps = np.diff(months).astype(float)
    n = len(gaps)

    def vary(weight: Floats) -> Floats:
        total = weight.sum(axis=1)
        mean = weight @ gaps / total
        spread = np.sqrt(np.maximum(weight @ gaps**2 / total - mean**2, 0.0))
        return np.asarray((spread - mean) / np.where(mean > 0, spread + mean, np.nan))

    if n < 2 or not gaps.any():  # noqa: PLR2004 - one gap does not vary
        return Measure(np.nan, n, coverage)
    value = float(vary(np.ones((1, n)))[0])
    pool, settings = Pool(np.arange(n), n), facts.ecosystem.settings
    low, high = bound_draws(vary, value, pool, settings=settings)
    how = "" if np.isnan(low) else "gaps, normal"
    return Measure(value, n, coverage, max(low, -1.0), min(high, 1.0), how)


def _share_giant(facts: Cooperation) -> Measure:
    """Share of the organisations with a tie that lie in the largest component."""
    settings = facts.ecosystem.settings
    parties = facts.parties[facts.ecosystem.mark(*ORGANISATION_KINDS)[facts.parties["party"]]]
    size = parties.groupby("agreement")["party"].transform("size")
    paired = parties[(size > 1) & (size <= settings.pair_limit)]
    if len(paired) == 0:
        return Measure(np.nan, 0)
    organisation = np.unique(paired["party"], return_inverse=True)[1]
    n = int(organisation.max()) + 1
    agreement = n + np.unique(paired["agreement"], return_inverse=True)[1]
    total = int(agreement.max()) + 1
    ends = (np.ones(len(paired)), (organisation, agreement))
    network = sp.csr_array(ends, shape=(total, total))
    label = csgraph.connected_components(network, directed=False)[1][:n]
    return Measure(int(np.bincount(label).max()) / n, n)


def _share_core(facts: Cooperation) -> Measure:
    """Share of the firms and partners with a tie that keep two when those with one are cut off."""
    firms, partners = (
        np.unique(facts.ties.index.get_level_values(side), return_inverse=True)[1]
        for side in ("enterprise", "partner")
    )
    if len(firms) == 0:
        return Measure(np.nan, 0)
    start = int(firms.max()) + 1
    n = start + int(partners.max()) + 1
    low, high = np.concatenate([firms, start + partners]), np.concatenate([start + partners, firms])
    network = sp.csr_array((np.ones(len(low)), (low, high)), shape=(n, n))
    return Measure(int((_peel(network) > 1).sum()) / n, n)


DENSITY: Mapping[str, Callable[[Cooperation], Measure]] = {
    "agreements_per_100_firms": _rate_agreements,
    "agreements_per_tie": _average_multiplicity,
    "ties_per_firm": _average_ties,
    "tie_density": _fill_pairs,
    "contact_frequency": _rate_contacts,
    "contact_regularity": _share_months,
    "contact_burstiness": _vary_contacts,
    "giant_share": _share_giant,
    "core_share": _share_core,
}
"""The indicators of density, by id."""


def _count_ties(facts: Cooperation) -> Cases:
    """Count the ties of each firm."""
    firms = facts.ties.index.get_level_values("enterprise").to_numpy(dtype=np.int64)
    place = np.searchsorted(facts.firms, firms)
    size = len(facts.firms)
    return Cases(np.bincount(place, minlength=size), np.ones(size), np.arange(size))


def _list_months(facts: Cooperation) -> tuple[Ints, float]:
    """List the months, as sorted numbers, of the events dated to the month or the day."""
    events = facts.events
    starts, ends = (_number_months(events[column]) for column in ("date_start", "date_end"))
    months = np.sort(starts[starts == ends].to_numpy(dtype=np.int64))
    return months, divide(len(months), len(events))


def _number_months(days: pd.Series) -> pd.Series:
    months: pd.Series = _MONTHS * days.dt.year + days.dt.month
    return months


def _peel(network: sp.csr_array) -> Ints:
    """Cut off nodes with one neighbour until none is left, and count the neighbours that stay."""
    degree = np.diff(network.indptr).astype(np.int64)
    ends = np.flatnonzero(degree == 1)
    while len(ends):
        degree[ends] = 0
        others = network[ends].indices
        others = others[degree[others] > 0]
        np.subtract.at(degree, others, 1)
        ends = np.unique(others[degree[others] == 1])
    return degree
