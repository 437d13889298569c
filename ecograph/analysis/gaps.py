"""Industries that are weakly linked to science, and how far the data can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from ecograph.analysis.links import (
    list_firms,
    list_links,
    list_parties,
    mark_science,
    sum_exposure,
)
from ecograph.analysis.meta import attach_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "GAP_COLUMNS",
    "PAIR_COLUMNS",
    "VERDICTS",
    "compare_rates",
    "cross_disciplines",
    "find_gaps",
]

VERDICTS = ("gap", "not_enough_data", "as_expected", "over_linked", "not_relevant")

GAP_COLUMNS = (
    "name",
    "observed",
    "expected",
    "ratio",
    "ci_low",
    "ci_high",
    "p",
    "q",
    "verdict",
    "p_over",
    "q_over",
    "exposure",
    "exposure_from",
    "critical",
    "power",
    "firms",
    "firms_linked",
    "firms_recorded",
)
PAIR_COLUMNS = (
    "industry",
    "industry_name",
    "discipline",
    "discipline_name",
    "observed",
    "expected",
    "ratio",
    "enough_data",
)


def find_gaps(ecosystem: Ecosystem) -> pd.DataFrame:
    """Find industries with fewer links to science than their exposure would give.

    Indirect standardisation, as for a standardised mortality ratio: of all N links, an industry
    with exposure w is expected to have N w / sum(w) (Breslow & Day 1987, vol. II, ch. 2).

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose exposure, alpha (false discovery rate), margin and
        ci_level.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry, gaps first, columns ``GAP_COLUMNS``: ``observed`` links, ``expected``,
        ``ratio`` with its exact Poisson interval (Garwood 1936), ``p`` (exact, one-sided, as few
        or fewer), ``q`` (Benjamini & Hochberg 1995, over industries in which zero links would be
        significant), ``p_over`` and ``q_over`` (as many or more), ``critical`` (the most links
        that would be significantly few for one test), ``power`` (chance to see half the expected
        rate), firms listed, linked, and with any record at all.
        ``verdict``: gap, over_linked, as_expected (only where half the rate would have been
        seen), not_enough_data, not_relevant.
    """
    settings = ecosystem.settings
    table = sum_exposure(ecosystem, settings.exposure)
    links = list_links(ecosystem)["industry"]
    table["observed"] = _count_at(links, ecosystem.find_positions("industry"))
    relevant = _find_relevant(ecosystem, table)
    rates = compare_rates(
        table["observed"].where(relevant).to_numpy(dtype=float),
        table["exposure"].where(relevant).to_numpy(dtype=float),
        alpha=settings.alpha,
        margin=settings.margin,
        level=settings.ci_level,
    )
    table = table.join(rates.set_index(table.index)).join(_describe_firms(ecosystem, table.index))
    table.loc[~relevant, "verdict"] = "not_relevant"
    table["name"] = ecosystem.select("industry")["name"]
    method = {
        "null": "indirect standardisation, Poisson",
        "exposure": settings.exposure,
        "link": "an agreement that counts with a university or platform as a party",
        "links": int(table.loc[relevant, "observed"].sum()),
        "interval": "exact Poisson (Garwood)",
        "correction": "Benjamini-Hochberg over testable industries, each direction apart",
    }
    return attach_meta(_order_verdicts(table), ecosystem, "gaps", method=method)


def compare_rates(
    observed: Floats,
    exposure: Floats,
    *,
    alpha: float = 0.05,
    margin: float = 0.5,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare counts with what their exposure would give.

    Parameters
    ----------
    observed, exposure
        One value a group; a group with no known exposure above 0 is left out of the comparison.
    alpha
        False discovery rate.
    margin
        A ratio to expectation above which a deficit does not matter: as_expected is said only
        where the whole interval lies above it.
    level
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        One row a group: expected, ratio, ci_low, ci_high, p, q, p_over, q_over, critical, power,
        verdict.

    Examples
    --------
    Four industries of 60 firms, one of which links at a sixth of the rate of the others:

    >>> table = compare_rates(np.array([17.0, 115, 115, 115]), np.full(4, 60.0))
    >>> table["verdict"].tolist()
    ['gap', 'over_linked', 'over_linked', 'over_linked']
    >>> f"{table['expected'][0]:.1f}", f"{table['p'][0]:.0e}"
    ('90.5', '3e-21')
    """
    known = (exposure > 0) & ~np.isnan(observed)
    weight = np.where(known, exposure, 0.0)
    count = np.where(known, observed, 0.0)
    total = weight.sum()
    expected = count.sum() * weight / total if total else weight
    comparable = expected > 0
    table = _test_counts(count, expected, level=level)
    table[~comparable] = np.nan
    table["critical"] = _find_critical(expected, alpha)
    testable = comparable & (table["critical"] >= 0).to_numpy()
    table["q"] = _control_discoveries(table["p"], testable)
    table["q_over"] = _control_discoveries(table["p_over"], comparable)
    table["power"] = np.where(
        comparable, stats.poisson.cdf(table["critical"], margin * expected), np.nan
    )
    table["verdict"] = _choose_verdict(table, alpha=alpha, margin=margin)
    table["critical"] = table["critical"].where(testable).astype("Int64")
    return table


def cross_disciplines(ecosystem: Ecosystem) -> pd.DataFrame:
    """Cross industries with disciplines: links observed, and expected from the margins.

    Returns
    -------
    pandas.DataFrame
        One row a pair, columns ``PAIR_COLUMNS``; expected = row sum x column sum / all;
        ``enough_data`` where zero links would be significant for this one pair
        (exp(-expected) <= alpha).
    """
    links = list_links(ecosystem)
    industries, disciplines = (ecosystem.select(kind) for kind in ("industry", "discipline"))
    counts = _cross(ecosystem, links, ecosystem.find_pairs("about"))
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1)
    table = pd.DataFrame(
        {
            "industry": np.repeat(industries.index.to_numpy(), len(disciplines)),
            "industry_name": np.repeat(industries["name"].to_numpy(), len(disciplines)),
            "discipline": np.tile(disciplines.index.to_numpy(), len(industries)),
            "discipline_name": np.tile(disciplines["name"].to_numpy(), len(industries)),
            "observed": counts.ravel().astype(int),
            "expected": expected.ravel(),
        }
    )
    table["ratio"] = table["observed"] / table["expected"].where(table["expected"] > 0)
    table["enough_data"] = np.exp(-table["expected"]) <= ecosystem.settings.alpha
    method = {"null": "independence of industry and discipline", "links": int(counts.sum())}
    return attach_meta(table[list(PAIR_COLUMNS)], ecosystem, "pairs", method=method)


def _count_at(found: pd.Series, positions: Ints) -> Ints:
    """Count how often each position is found."""
    return np.bincount(found, minlength=positions.max(initial=-1) + 1)[positions]


def _cross(
    ecosystem: Ecosystem, links: pd.DataFrame, about: tuple[NDArray[np.int32], NDArray[np.int32]]
) -> Floats:
    """Count the links of each industry that are about each discipline."""
    from scipy import sparse  # noqa: PLC0415 - only who crosses pays for it

    nodes = len(ecosystem.keys)
    place = np.full(nodes, -1)
    for kind in ("industry", "discipline"):
        positions = ecosystem.find_positions(kind)
        place[positions] = np.arange(len(positions))
    linked = (place[links["industry"]], links["agreement"].to_numpy())
    topics = (about[0], place[about[1]])
    sides = [
        sparse.csr_array((np.ones(len(pair[0])), pair), shape=shape)
        for pair, shape in (
            (linked, (len(ecosystem.find_positions("industry")), nodes)),
            (topics, (nodes, len(ecosystem.find_positions("discipline")))),
        )
    ]
    return np.asarray((sides[0] @ sides[1]).toarray(), dtype=float)


def _find_relevant(ecosystem: Ecosystem, table: pd.DataFrame) -> pd.Series:
    stated = ecosystem.select("industry").reindex(columns=["relevant"])["relevant"]
    return ~stated.reindex(table.index).isin([False])


def _test_counts(count: Floats, expected: Floats, *, level: float) -> pd.DataFrame:
    """Set counts against expectations: ratio with interval, and the chance of as few or many."""
    low, high = _bound_counts(count, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "expected": expected,
                "ratio": count / expected,
                "ci_low": low / expected,
                "ci_high": high / expected,
                "p": stats.poisson.cdf(count, expected),
                "p_over": stats.poisson.sf(count - 1, expected),
            }
        )


def _bound_counts(count: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1 - level) / 2
    low = np.where(count > 0, stats.chi2.ppf(tail, 2 * count) / 2, 0.0)
    high = stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    return low, np.asarray(high)


def _find_critical(expected: Floats, alpha: float) -> Floats:
    """Find the most events that are significantly few: the largest k with P(X <= k) <= alpha."""
    k = stats.poisson.ppf(alpha, np.where(expected > 0, expected, 1.0))
    k = np.where(stats.poisson.cdf(k, expected) <= alpha, k, k - 1)
    return np.where(expected > 0, k, -1.0)


def _control_discoveries(p: pd.Series, testable: NDArray[np.bool_]) -> Floats:
    q = np.full(len(p), np.nan)
    if testable.any():
        q[testable] = stats.false_discovery_control(p[testable].clip(upper=1.0))
    return q


def _choose_verdict(table: pd.DataFrame, *, alpha: float, margin: float) -> NDArray[np.str_]:
    return np.select(
        [table["q"] <= alpha, table["q_over"] <= alpha, table["ci_low"] > margin],
        ["gap", "over_linked", "as_expected"],
        "not_enough_data",
    )


def _describe_firms(ecosystem: Ecosystem, industries: pd.Index) -> pd.DataFrame:
    """Count the firms of each industry, those with a link and those with any record."""
    firms = list_firms(ecosystem)
    parties = list_parties(ecosystem)
    linked, recorded = (np.zeros(len(ecosystem.keys), dtype=bool) for _ in range(2))
    linked[parties.loc[mark_science(ecosystem)[parties["agreement"]], "party"]] = True
    recorded[ecosystem.find_ends("party")[1]] = True
    for name in ("certificates", "financials"):
        if (name, "enterprise") in ecosystem.named:
            recorded[ecosystem.named[name, "enterprise"][1]] = True
    positions = ecosystem.find_positions("industry")
    everyone = np.ones(len(ecosystem.keys), dtype=bool)
    marks = {"firms": everyone, "firms_linked": linked, "firms_recorded": recorded}
    counts = {
        name: _count_at(firms.loc[mark[firms["enterprise"]], "industry"], positions)
        for name, mark in marks.items()
    }
    return pd.DataFrame(counts, index=industries)


def _order_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["verdict"].map({verdict: n for n, verdict in enumerate(VERDICTS)})
    ordered = table.assign(_rank=rank, _id=table.index).sort_values(
        ["_rank", "ratio", "_id"], kind="stable"
    )
    return ordered[list(GAP_COLUMNS)].rename_axis("industry")
