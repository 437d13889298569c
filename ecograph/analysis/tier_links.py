"""Whether firms of higher tiers are linked with science more often than others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import gather_facts
from ecograph.analysis.links import list_firms, list_parties, mark_science
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.tiers import TIERS, rank_firms
from ecograph.rules import read_rules
from ecograph.statistics.odds import (
    combine_odds_ratios,
    compare_odds_ratios,
    compute_odds_ratio,
    compute_trend,
)
from ecograph.statistics.rates import control_discoveries
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings
    from ecograph.statistics.odds import Trend

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["TIER_LINK_COLUMNS", "TIER_LINK_VERDICTS", "relate_tiers"]

TIER_LINK_VERDICTS = ("more", "fewer", "as_others", "not_enough_data")
"""Whether firms of a tier are linked more often than the others of their industries."""

TIER_LINK_COLUMNS = (
    "tier",
    "firms",
    "firms_linked",
    "share",
    "ci_low",
    "ci_high",
    "others",
    "others_linked",
    "others_share",
    "odds_ratio",
    "odds_low",
    "odds_high",
    "odds_p",
    "common_odds",
    "common_low",
    "common_high",
    "common_p",
    "common_q",
    "strata",
    "alike_p",
    "verdict",
)


def relate_tiers(ecosystem: Ecosystem) -> pd.DataFrame:
    """Relate the tiers of firms to whether they have a link with science.

    A firm is linked where it is a party of an agreement that counts, with a university or
    platform as a party. Tiers are those of certificates in force alone: the route without a
    certificate asks for an agreement, so that with it the answer would be in the question.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose alpha (false discovery rate), margin, ci_level and
        capture_floor.

    Returns
    -------
    pandas.DataFrame
        Columns ``TIER_LINK_COLUMNS``, one row a tier, the highest first: the share of its firms
        that are linked (Wilson interval), that of all others, their odds ratio (exact conditional
        interval and chance); ``common_odds``, the same within industries (Mantel-Haenszel, interval
        of Robins, Breslow and Greenland) over the ``strata`` that tell, with its chance, the chance
        adjusted over tiers (Benjamini-Hochberg) and the chance that all industries have one odds
        ratio (Breslow-Day-Tarone).
        ``verdict``: more, fewer, as_others (only where the whole interval lies between the margin
        and its inverse), not_enough_data (also where counts are too few for the test (Mantel and
        Fleiss), or fewer firms have any record than the capture floor).
        ``attrs["meta"]["method"]`` has the test for trend over tiers and the coverage.

    Notes
    -----
    An odds ratio within industries says that tier and links go together there, not that one makes
    the other. The strata are the sets of industries of a firm; firms without one are left out of
    them, unless no firm has one: then all are one stratum.
    """
    size = len(ecosystem.find_positions("enterprise"))
    tiers = replace(read_rules(ecosystem.settings.rules).tiers, routes=())
    rank = rank_firms(gather_facts(ecosystem), tiers)
    linked, recorded = _find_linked(ecosystem), _find_recorded(ecosystem)
    stratum = _number_strata(ecosystem, size)
    counts = _count_cells(rank, linked, stratum)
    whole = _count_cells(rank, linked, np.zeros(size, dtype=np.int64)).sum(axis=0)
    table = _compare_tiers(whole, counts, ecosystem.settings)
    share = float(recorded.mean()) if size else np.nan
    silent = not share >= ecosystem.settings.capture_floor
    table["verdict"] = _judge(table, ecosystem.settings, silent=silent)
    trend = compute_trend(counts[..., 0], counts.sum(axis=2), -np.arange(len(TIERS), dtype=float))
    method = {
        "mapping": tiers.mapping,
        "tier": "certificates in force alone; the route without one asks for an agreement",
        "link": "a party of an agreement that counts with a university or platform as a party",
        "trend": _describe_trend(trend),
        "firms": size,
        "firms_in_strata": int((stratum >= 0).sum()),
        "recorded": share if size else None,
    }
    columns = table.drop(columns="enough")[list(TIER_LINK_COLUMNS)]
    return attach_meta(columns, ecosystem, "tier_links", method=method)


def _describe_trend(trend: Trend) -> dict[str, object]:
    """Say whether the share linked rises with the tier; nothing where it cannot be told."""
    known = trend.direction != 0 or np.isfinite(trend.p)
    return {
        "test": "Mantel 1963, within industries",
        "statistic": trend.statistic if known else None,
        "p": trend.p if known else None,
        "direction": trend.direction,
    }


def _find_linked(ecosystem: Ecosystem) -> Flags:
    """Find the firms that are a party of an agreement with science."""
    parties = list_parties(ecosystem)
    linked = np.zeros(len(ecosystem.keys), dtype=bool)
    linked[parties.loc[mark_science(ecosystem)[parties["agreement"]], "party"]] = True
    return linked[ecosystem.find_positions("enterprise")]


def _find_recorded(ecosystem: Ecosystem) -> Flags:
    """Find the firms that any register names: agreements, certificates, accounts."""
    recorded = np.zeros(len(ecosystem.keys), dtype=bool)
    recorded[ecosystem.find_ends("party")[1]] = True
    for name in ("certificates", "financials"):
        if (name, "enterprise") in ecosystem.named:
            recorded[ecosystem.named[name, "enterprise"][1]] = True
    return recorded[ecosystem.find_positions("enterprise")]


def _number_strata(ecosystem: Ecosystem, size: int) -> Ints:
    """Give each set of industries a number; -1 to firms without one, unless all are without."""
    firms = list_firms(ecosystem).sort_values(["enterprise", "industry"])
    if not len(firms):
        return np.zeros(size, dtype=np.int64)
    alone = firms["enterprise"].duplicated(keep=False)
    sets = firms["industry"].astype(object)
    if alone.any():
        several = firms[alone].groupby("enterprise")["industry"].agg(tuple)
        sets[alone] = firms.loc[alone, "enterprise"].map(several)
    firms = firms.assign(stratum=pd.factorize(sets)[0]).drop_duplicates("enterprise")
    stratum = np.full(size, -1)
    places = np.searchsorted(ecosystem.find_positions("enterprise"), firms["enterprise"])
    stratum[places] = firms["stratum"]
    return stratum


def _count_cells(rank: Ints, linked: Flags, stratum: Ints) -> Ints:
    """Count firms by stratum, tier, and linked or not."""
    shape = (int(stratum.max(initial=0)) + 1, len(TIERS), 2)
    known = stratum >= 0
    cells = np.ravel_multi_index(
        (stratum[known], rank[known], 1 - linked[known].astype(np.int64)), shape
    )
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)


def _compare_tiers(whole: Ints, counts: Ints, settings: Settings) -> pd.DataFrame:
    """Compare each tier with all others: over all firms, and within strata."""
    rows = []
    for place, tier in enumerate(TIERS):
        table = _fold(whole[np.newaxis], place)[0]
        tables = _fold(counts, place)
        crude = compute_odds_ratio(table, level=settings.ci_level)
        common = combine_odds_ratios(tables, level=settings.ci_level)
        rows.append(
            {
                "tier": tier,
                **_describe_sides(table),
                **dict(zip(("odds_ratio", "odds_low", "odds_high", "odds_p"), crude, strict=True)),
                "common_odds": common.value,
                "common_low": common.low,
                "common_high": common.high,
                "common_p": common.p,
                "strata": common.strata,
                "alike_p": compare_odds_ratios(tables)[1],
                "enough": common.enough,
            }
        )
    table = pd.DataFrame(rows)
    linked = table["firms_linked"].where(table["firms"] > 0).to_numpy(dtype=float)
    bounds = bound_share(linked, table["firms"].to_numpy(), settings.ci_level)
    table["ci_low"], table["ci_high"] = bounds
    p = table["common_p"].to_numpy()
    table["common_q"] = control_discoveries(p, table["enough"].to_numpy() & np.isfinite(p))
    return table


def _fold(counts: Ints, place: int) -> Ints:
    """Fold counts by tier into tables of a tier and all others."""
    own = counts[:, place]
    return np.stack([own, counts.sum(axis=1) - own], axis=1)


def _describe_sides(table: Ints) -> dict[str, object]:
    (linked, unlinked), (others_linked, others_unlinked) = table.tolist()
    firms, others = linked + unlinked, others_linked + others_unlinked
    return {
        "firms": firms,
        "firms_linked": linked,
        "share": linked / firms if firms else np.nan,
        "others": others,
        "others_linked": others_linked,
        "others_share": others_linked / others if others else np.nan,
    }


def _judge(table: pd.DataFrame, settings: Settings, *, silent: bool) -> NDArray[np.str_]:
    """Say of each tier whether it is linked more often than others of the same industries."""
    found = (table["common_q"] <= settings.alpha).to_numpy()
    higher = (table["common_odds"] > 1).to_numpy()
    near = table["enough"].to_numpy() & (table["common_low"] > settings.margin).to_numpy()
    near &= (table["common_high"] * settings.margin < 1).to_numpy()
    verdicts = np.select(
        [found & higher, found & ~higher, near], TIER_LINK_VERDICTS[:3], TIER_LINK_VERDICTS[3]
    )
    return np.where(silent, TIER_LINK_VERDICTS[3], verdicts)
