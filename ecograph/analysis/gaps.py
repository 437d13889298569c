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
    number_nodes,
    sum_exposure,
)
from ecograph.analysis.meta import attach_meta
from ecograph.statistics.rates import compare_rates, estimate_dispersion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Exposure, Settings
    from ecograph.statistics.rates import Dispersion

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "GAP_COLUMNS",
    "VERDICTS",
    "find_gaps",
    "judge_links",
    "mark_relevant",
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
    settings, links = ecosystem.settings, list_links(ecosystem)
    table, found = judge_links(ecosystem, links, settings.exposure)
    table["name"] = ecosystem.select("industry")["name"]
    silent = table["recorded"] < settings.capture_floor
    relevant = table["verdict"] != "not_relevant"
    method = {
        **_describe_method(settings, found),
        "links": int(table.loc[relevant, "observed"].sum()),
        "silent": table.index[silent].tolist(),
    }
    return attach_meta(_order_verdicts(table), ecosystem, "gaps", method=method)


def judge_links(
    ecosystem: Ecosystem, links: pd.DataFrame, exposure: Exposure
) -> tuple[pd.DataFrame, Dispersion]:
    """Compare some links of industries with what an exposure would give; see `find_gaps`.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    links
        All or some of the links of `list_links`.
    exposure
        What an industry's links are compared with.

    Returns
    -------
    table, dispersion
        Indexed by industry in the order of ids, columns ``GAP_COLUMNS`` but ``name``.
    """
    settings = ecosystem.settings
    table = sum_exposure(ecosystem, exposure)
    table["observed"] = _count_at(links["industry"], ecosystem.find_positions("industry"))
    relevant = mark_relevant(ecosystem.select("industry"))
    if "firms" not in ecosystem.memory:
        ecosystem.memory["firms"] = _describe_firms(ecosystem, table.index)
    table = table.join(ecosystem.memory["firms"])
    found = _estimate_dispersion(links, ecosystem, table, exposure)
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
    table.loc[table["recorded"] < settings.capture_floor, "verdict"] = "not_enough_data"
    table.loc[~relevant, "verdict"] = "not_relevant"
    return table, found


def mark_relevant(industries: pd.DataFrame) -> pd.Series:
    """Mark the industries to which links with science matter, unless their table says otherwise."""
    return ~industries.reindex(columns=["relevant"])["relevant"].isin([False])


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
    links: pd.DataFrame, ecosystem: Ecosystem, table: pd.DataFrame, exposure: Exposure
) -> Dispersion:
    """Estimate how unevenly the links of an industry lie on its firms, listed or only stated."""
    positions = ecosystem.find_positions("industry")
    place = number_nodes(ecosystem, positions)
    behind = links[links["enterprise"] >= 0].groupby(["industry", "enterprise"]).size()
    groups = place[behind.index.get_level_values("industry").to_numpy(dtype=np.int64)]
    stated = (table["exposure_from"] == "stated") & (exposure == "enterprises")
    sizes = table["exposure"].where(stated, table["firms"]).fillna(0.0)
    return estimate_dispersion(behind.to_numpy(dtype=float), groups, sizes.to_numpy(dtype=float))


def _order_verdicts(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["verdict"].map({verdict: n for n, verdict in enumerate(VERDICTS)})
    ordered = table.assign(_rank=rank, _id=table.index).sort_values(
        ["_rank", "ratio", "_id"], kind="stable"
    )
    return ordered[list(GAP_COLUMNS)].rename_axis("industry")
