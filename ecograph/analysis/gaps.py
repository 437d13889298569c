"""Industries that are weakly linked to science, and how far the data can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.links import (
    list_firms,
    list_links,
    list_parties,
    mark_science,
    sum_exposure,
)
from ecograph.analysis.meta import attach_meta
from ecograph.statistics.rates import compare_rates, estimate_dispersion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings
    from ecograph.statistics.rates import Dispersion

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "GAP_COLUMNS",
    "PAIR_COLUMNS",
    "VERDICTS",
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
    "needed",
    "shrunk",
    "firms",
    "firms_linked",
    "firms_recorded",
    "recorded",
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
    with exposure w is expected to have N w / sum(w) (Breslow & Day 1987, vol. II, ch. 2). Where
    the links of firms vary more than independent events would, counts are negative binomial with
    that dispersion, else Poisson.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose exposure, alpha (false discovery rate), margin,
        ci_level, interval and capture_floor.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry, gaps first, columns ``GAP_COLUMNS``: ``observed`` links, ``expected``,
        ``ratio`` with its interval, ``p`` (exact, one-sided, as few or fewer), ``q`` (Benjamini &
        Hochberg 1995, over industries in which zero links would be significant), ``p_over`` and
        ``q_over`` (as many or more), ``critical`` (the most links that would be significantly few
        for one test), ``power`` (chance to see half the expected rate), ``needed`` (how many more
        links would have to be expected for a power of 0.8), ``shrunk`` (the ratio drawn towards
        that of all, for ranking), firms listed, linked, and with any record at all, as a number
        and as a share (``recorded``).
        ``verdict``: gap, over_linked, as_expected (only where half the rate would have been
        seen), not_enough_data (also where the share recorded is below the floor: silent registers
        look like gaps), not_relevant. ``attrs["meta"]`` has the dispersion and its test.
    """
    settings = ecosystem.settings
    table = sum_exposure(ecosystem, settings.exposure)
    links = list_links(ecosystem)
    table["observed"] = _count_at(links["industry"], ecosystem.find_positions("industry"))
    relevant = _find_relevant(ecosystem, table)
    table = table.join(_describe_firms(ecosystem, table.index))
    found = _estimate_dispersion(links, ecosystem, table)
    rates = compare_rates(
        table["observed"].where(relevant).to_numpy(dtype=float),
        table["exposure"].where(relevant).to_numpy(dtype=float),
        alpha=settings.alpha,
        margin=settings.margin,
        level=settings.ci_level,
        dispersion=found.value,
        interval=settings.interval,
    )
    table = table.join(rates.set_index(table.index))
    silent = table["recorded"] < settings.capture_floor
    table.loc[silent, "verdict"] = "not_enough_data"
    table.loc[~relevant, "verdict"] = "not_relevant"
    table["name"] = ecosystem.select("industry")["name"]
    method = {
        **_describe_method(settings, found),
        "links": int(table.loc[relevant, "observed"].sum()),
        "silent": table.index[silent].tolist(),
    }
    return attach_meta(_order_verdicts(table), ecosystem, "gaps", method=method)


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


def _describe_method(settings: Settings, found: Dispersion) -> dict[str, object]:
    law = "negative binomial" if found.value > 1 else "Poisson"
    known = found.units > 0
    return {
        "null": f"indirect standardisation, {law}",
        "dispersion": {
            "value": found.value,
            "p": found.p if known else None,
            "firms": found.units,
        },
        "exposure": settings.exposure,
        "link": "an agreement that counts with a university or platform as a party",
        "interval": {"exact": "exact (Garwood 1936)", "mid": "mid-P"}[settings.interval],
        "correction": "Benjamini-Hochberg over testable industries, each direction apart",
    }


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
    table = pd.DataFrame(counts, index=industries)
    table["recorded"] = table["firms_recorded"] / table["firms"].where(table["firms"] > 0)
    return table


def _estimate_dispersion(
    links: pd.DataFrame, ecosystem: Ecosystem, table: pd.DataFrame
) -> Dispersion:
    """Estimate how unevenly the links of an industry lie on its firms, listed or only stated."""
    positions = ecosystem.find_positions("industry")
    place = np.full(len(ecosystem.keys), -1)
    place[positions] = np.arange(len(positions))
    behind = links[links["enterprise"] >= 0].groupby(["industry", "enterprise"]).size()
    groups = place[behind.index.get_level_values("industry").to_numpy(dtype=np.int64)]
    stated = (table["exposure_from"] == "stated") & (ecosystem.settings.exposure == "enterprises")
    sizes = table["exposure"].where(stated, table["firms"]).fillna(0.0)
    return estimate_dispersion(behind.to_numpy(dtype=float), groups, sizes.to_numpy(dtype=float))


def _order_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["verdict"].map({verdict: n for n, verdict in enumerate(VERDICTS)})
    ordered = table.assign(_rank=rank, _id=table.index).sort_values(
        ["_rank", "ratio", "_id"], kind="stable"
    )
    return ordered[list(GAP_COLUMNS)].rename_axis("industry")
