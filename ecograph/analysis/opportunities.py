"""Industries by disciplines: which missing pairs would make sense, beside what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.gaps import find_gaps, mark_relevant
from ecograph.analysis.links import sum_exposure
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.pairs import cross_disciplines
from ecograph.analysis.supply import sum_supply
from ecograph.analysis.uses import count_demands, count_uses, cross_firms
from ecograph.coding import find_places
from ecograph.errors import SettingsError
from ecograph.schema import fold_label
from ecograph.statistics.rates import shrink_ratios
from ecograph.statistics.relatedness import (
    compute_opportunity,
    compute_proximity,
    compute_relatedness_density,
)
from ecograph.statistics.specialisation import compute_location_quotient, mark_specialised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]

__all__ = ["OPPORTUNITY_COLUMNS", "QUADRANTS", "find_opportunities"]

OPPORTUNITY_COLUMNS = (
    "industry",
    "industry_name",
    "discipline",
    "discipline_name",
    "quadrant",
    "industry_verdict",
    "industry_ratio",
    "pair_verdict",
    "pair_ratio",
    "firms_linked",
    "firms_expected",
    "needed",
    "unlinked_firms",
    "opportunity",
    "opportunity_rank",
    "demand",
    "demand_stated",
    "supply",
    "universities",
    "teams",
    "achievements",
    "offers",
    "levels",
    "relatedness_density",
    "related_rows",
    "paired_rows",
    "lacking",
)

QUADRANTS = (
    "gap_promising",
    "undetermined_promising",
    "gap_unknown",
    "gap_unpromising",
    "undetermined_unknown",
    "undetermined_unpromising",
    "linked_promising",
    "linked_unknown",
    "linked_unpromising",
)
"""What is known of the deficit, and of the opportunity; rows stand in this order."""

_SUPPLY = ("supply", "universities", "teams", "achievements", "offers", "levels")
_LACKING = ("demand", "supply", "rows", "other_in_use", "proximity")
_JOINER = "；"
_DIGITS = 12  # of the greatest opportunity; what differs behind them is rounding
_METHOD = {
    "opportunity": "share of the industry in all demand x share of the discipline in all supply x "
    "density; relevant industries only",
    "demand_stated": "demands of the industry that name the discipline; beside the opportunity, "
    "not in it",
    "supply": "teams, achievements and offers of the discipline at universities, each counted as "
    "one whatever its level; missing where no register tells of any discipline",
    "relatedness_density": "share of the proximity around the discipline that belongs to others "
    "that the industry uses (Hidalgo et al. 2007); proximity by the rows that have both, the "
    "smaller conditional probability",
    "paired_rows": "rows that have the discipline and any other; related_rows: those of them in "
    "which another is one that the industry uses",
    "lacking": "why the opportunity is unknown: demand (neither demands nor exposure of the "
    "industry are known), supply (no register), rows (there is none), other_in_use (the industry "
    "has no link about another discipline that occurs in the rows), proximity (no row has the "
    "discipline together with another)",
    "deficit": "industry_verdict and industry_ratio (shrunk) of the result gaps; pair_verdict, "
    "firms and needed of the result pairs; pair_ratio: firms linked by firms expected, shrunk over "
    "all pairs (Marshall 1991)",
    "quadrant": "gap: the pair is one, or its industry is and the pair is not over_linked; linked: "
    "else, the pair is over_linked or as_expected; undetermined: else. promising: opportunity "
    "above the median of those known, or a demand names the discipline and there is a supply",
    "order": "by quadrant (promising gaps, other promising pairs that are not linked, other gaps, "
    "the rest, linked pairs), then greatest opportunity, those unknown last, then most "
    "demand_stated, most supply, then ids; no sum of deficit and opportunity",
}


class _Basis(NamedTuple):
    """What is known of which disciplines go together: rows x disciplines, and how it was made."""

    presence: Flags
    method: dict[str, object]


def find_opportunities(
    ecosystem: Ecosystem, *, reference: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Find which pairs of industry and discipline would make sense, beside where links are missing.

    Opportunity is demand x supply x relatedness. It is printed beside the deficit and never merged
    with it: a deficit is tested against chance, an opportunity is only a description. A planner
    wants the gaps with most to gain first, so ``quadrant`` says in words what is known of either,
    and rows stand by it, then by opportunity; this compares one after the other and adds nothing
    up. ``opportunity_rank`` has the order of opportunity alone.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose alpha, margin, interval, capture_floor and exposure.
    reference
        A wider table to learn from which disciplines go together, since that of one city is
        small: a row for each place (or firm, patent, project), a column for each discipline by
        its id or its name, and counts, empty for none. Other columns are left out. Where it holds
        other numbers than 0 and 1, a row has the disciplines in which its location quotient is at
        least 1, for large places have a little of everything. By default the firms of the
        ecosystem with the disciplines that their links are about.

    Returns
    -------
    pandas.DataFrame
        One row a pair, columns ``OPPORTUNITY_COLUMNS``, of relevant industries and all pairs of
        which anything is known: a deficit of the pair or its industry, an opportunity, or a demand
        that names the discipline.

        The deficit: ``industry_verdict`` and ``industry_ratio`` (shrunk) as in `find_gaps`;
        ``pair_verdict``, ``firms_linked``, ``firms_expected`` and ``needed`` as in
        `cross_disciplines`, and their ratio, shrunk over the pairs (``pair_ratio``);
        ``unlinked_firms`` listed of the industry.

        The opportunity: ``demand`` of the industry (demands stated, whatever they name; where
        there is none in the data, its exposure), ``demand_stated`` (those that name the
        discipline), ``supply`` = ``teams`` + ``achievements`` + ``offers`` with the
        ``universities`` behind them and the ``levels`` of the offers, ``relatedness_density``
        (0 to 1) with the rows that speak for it (``related_rows``) of those that it rests on
        (``paired_rows``), ``opportunity`` (share of all demand x share of all
        supply x density), ``opportunity_rank`` (1 is the greatest; equal ones share the best
        rank) and, where it is unknown, what is ``lacking``. Unknown is missing and never 0.

        ``quadrant``: one of ``QUADRANTS``. The deficit is a gap where the pair is one, or its
        industry is and the pair is not over-linked. The opportunity is promising above the median
        of those known; a pair that a demand of the industry names is promising too where
        somebody could supply it, for firms know their needs better than their neighbours' links
        do. ``attrs["meta"]["method"]`` defines the words and says what demand and density rest on.

    Raises
    ------
    SettingsError
        If no column of the reference is a discipline, or one that is holds no counts.

    Notes
    -----
    Hidalgo, Klinger, Barabási and Hausmann, Science 317, 482-487, 2007. Read with care:

    - About half of the known pairs are promising by definition, whatever they are worth (fewer
      where most are 0); whether relatedness foretells anything must be judged by what comes
      (Albora et al., Scientific Reports 13, 1481, 2023).
    - A density from few ``paired_rows`` says little, be it 0 or 1. Firms that have links about
      several disciplines are rare in one city, and most missing pairs then have 0: give a
      reference.
    - Density rises with the number of disciplines that an industry uses: compare disciplines
      within an industry rather than industries. Without a reference, the industry's own firms are
      among the rows, which favours pairs that it has already (``firms_linked`` above 0).
    - An industry that states no demand where others do has an opportunity of 0 throughout; it may
      be that nobody asked it.
    """
    relevant = mark_relevant(ecosystem.select("industry")).to_numpy(dtype=bool)
    demand, asked = _measure_demand(ecosystem, relevant)
    basis = _take_firms(ecosystem) if reference is None else _take_reference(ecosystem, reference)
    table = _add_deficits(_describe_pairs(ecosystem, demand, basis.presence), ecosystem)
    kept = np.repeat(relevant, len(ecosystem.find_positions("discipline")))
    table = _order(_compare(table[kept]))
    known = table[["industry_ratio", "pair_ratio", "opportunity"]].notna().any(axis=1)
    shown = table[known | (table["demand_stated"].fillna(0) > 0)]
    shown = shown[list(OPPORTUNITY_COLUMNS)].reset_index(drop=True)
    median = shown["opportunity"].median()
    middle = {"median": None if np.isnan(median) else float(median)}
    method = {**_METHOD, **asked, **basis.method, **middle}
    return attach_meta(shown, ecosystem, "opportunities", method=method)


def _measure_demand(ecosystem: Ecosystem, relevant: Flags) -> tuple[Floats, dict[str, object]]:
    """Measure how much each industry asks for, nan where unknown, and say by what."""
    stated = count_demands(ecosystem)
    if stated[relevant].any():
        return np.where(relevant, stated, np.nan), {"demand": "demands stated"}
    exposure = ecosystem.settings.exposure
    table = sum_exposure(ecosystem, exposure)
    origins = sorted(set(table["exposure_from"]) - {"unknown"})
    amount = np.where(relevant, table["exposure"].to_numpy(dtype=float), np.nan)
    return amount, {"demand": f"exposure ({exposure})", "exposure_from": origins}


def _take_firms(ecosystem: Ecosystem) -> _Basis:
    """Take the firms of the ecosystem as rows."""
    presence = cross_firms(ecosystem)
    source = {"rows_from": "firms of the ecosystem", "presence": "any link about the discipline"}
    return _Basis(presence, {**source, **_describe_rows(ecosystem, presence)})


def _take_reference(ecosystem: Ecosystem, reference: pd.DataFrame) -> _Basis:
    """Take the rows of a reference that have any discipline of the ecosystem."""
    place = _match_columns(ecosystem, reference.columns)
    counts = _read_counts(reference.loc[:, place >= 0])
    disciplines = np.arange(len(ecosystem.find_positions("discipline")))
    summed = counts @ (place[place >= 0, np.newaxis] == disciplines).astype(float)
    how, presence = "any", summed > 0
    if not np.isin(counts, (0, 1)).all():
        how = "location quotient of at least 1"
        presence = mark_specialised(compute_location_quotient(summed))
    presence = presence[presence.any(axis=1)]
    left_out = [str(name) for name in reference.columns[place < 0]]
    source = {"rows_from": "reference", "presence": how, "columns_left_out": left_out}
    return _Basis(presence, {**source, **_describe_rows(ecosystem, presence)})


def _match_columns(ecosystem: Ecosystem, columns: pd.Index) -> Ints:
    """Find the number of each column's discipline, by id, or else by a name that only it has."""
    positions = ecosystem.find_positions("discipline")
    labels = [str(label).strip() for label in columns]
    names = pd.Series([fold_label(name) for name in ecosystem.names[positions]], dtype="str")
    alone = (~names.duplicated(keep=False)).to_numpy()
    numbers = np.append(np.flatnonzero(alone), -1)
    by_id = find_places(pd.Index(labels, dtype="str"), ecosystem.keys[positions])
    folded = pd.Index([fold_label(label) for label in labels], dtype="str")
    by_name = numbers[find_places(folded, pd.Index(names[alone]))]
    place = np.where(by_id >= 0, by_id, by_name)
    if not (place >= 0).any():
        raise SettingsError(
            "No column of the reference is a discipline of the ecosystem; name its columns by the "
            "ids or names of the table disciplines."
        )
    return place


def _read_counts(columns: pd.DataFrame) -> Floats:
    """Read counts; empty is none."""
    try:
        counts = columns.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise SettingsError(
            "The columns of the reference that are disciplines have to hold numbers."
        ) from None
    counts = np.where(np.isnan(counts), 0.0, counts)
    if (counts < 0).any() or np.isinf(counts).any():
        raise SettingsError("The reference has to hold counts: finite numbers of 0 or more.")
    return np.asarray(counts, dtype=float)


def _describe_rows(ecosystem: Ecosystem, presence: Flags) -> dict[str, object]:
    """Say how many rows there are, how many of them tell, and which disciplines occur in them."""
    keys = ecosystem.keys[ecosystem.find_positions("discipline")]
    return {
        "rows": len(presence),
        "rows_of_several": int((presence.sum(axis=1) > 1).sum()),
        "disciplines": keys[presence.any(axis=0)].tolist(),
    }


def _describe_pairs(ecosystem: Ecosystem, demand: Floats, presence: Flags) -> pd.DataFrame:
    """Put together, for every pair in the order of ids, what its opportunity is made of."""
    uses, supply = count_uses(ecosystem), sum_supply(ecosystem)
    given = supply["supply"].to_numpy(dtype=float, na_value=np.nan)
    used = (uses["in_use"] > 0) & presence.any(axis=0)
    others = used.sum(axis=1, keepdims=True) - used
    density = compute_relatedness_density(used, compute_proximity(presence))
    density = np.where(others > 0, density, np.nan)
    opportunity = _multiply(demand, given, density)
    asked = uses["demanded"].ravel() if uses["demanded"].any() else pd.NA
    columns = {
        "demand": np.repeat(demand, len(given)),
        "demand_stated": asked,
        "relatedness_density": density.ravel(),
        "related_rows": _count_related(presence, used).ravel(),
        "paired_rows": np.tile(presence[presence.sum(axis=1) > 1].sum(axis=0), len(demand)),
        "opportunity": opportunity.ravel(),
        "lacking": _say_lacking(demand, given, density, others > 0, rows=len(presence)).ravel(),
    }
    table = _name_pairs(ecosystem).assign(**columns).astype({"demand_stated": "Int64"})
    repeated = supply[list(_SUPPLY)].iloc[np.tile(np.arange(len(supply)), len(demand))]
    return table.join(repeated.reset_index(drop=True))


def _name_pairs(ecosystem: Ecosystem) -> pd.DataFrame:
    """Name every pair, in the order of ids."""
    industry, discipline = (ecosystem.find_positions(kind) for kind in ("industry", "discipline"))
    pairs = {
        "industry": np.repeat(industry, len(discipline)),
        "discipline": np.tile(discipline, len(industry)),
    }
    columns = {}
    for kind, at in pairs.items():
        columns[kind], columns[f"{kind}_name"] = ecosystem.keys[at], ecosystem.names[at]
    return pd.DataFrame(columns)


def _multiply(demand: Floats, supply: Floats, density: Floats) -> Floats:
    """Multiply shares of what is known; nan where a factor is unknown."""
    product = compute_opportunity(np.nan_to_num(demand), np.nan_to_num(supply), density)
    return np.where(np.isnan(demand)[:, np.newaxis], np.nan, product)


def _count_related(presence: Flags, used: Flags) -> Ints:
    """Count the rows that have each discipline and another that the industry uses."""
    several = presence[presence.sum(axis=1) > 1].astype(float)
    shared = used.astype(float) @ several.T
    one, two = ((shared >= least) @ several for least in (1, 2))
    related: Ints = np.where(used, two, one).astype(np.int64)
    return related


def _say_lacking(
    demand: Floats, supply: Floats, density: Floats, others: Flags, *, rows: int
) -> Objects:
    """Say of each pair which factors are unknown, and why relatedness is."""
    unknown = (
        np.isnan(demand)[:, np.newaxis] | ~(np.nansum(demand) > 0),
        np.isnan(supply),
        np.full(density.shape, rows == 0),
        ~others & (rows > 0),
        others & np.isnan(density),
    )
    number = np.zeros(density.shape, dtype=np.int64)
    for n, flags in enumerate(unknown):
        number |= flags.astype(np.int64) << n
    texts = [
        _JOINER.join(word for n, word in enumerate(_LACKING) if code >> n & 1)
        for code in range(1 << len(_LACKING))
    ]
    words: Objects = np.array(texts, dtype=object)[number]
    return words


def _add_deficits(table: pd.DataFrame, ecosystem: Ecosystem) -> pd.DataFrame:
    """Put beside each pair, in the order of ids, the deficits of its industry and its own."""
    industry, discipline = (
        ecosystem.keys[ecosystem.find_positions(kind)] for kind in ("industry", "discipline")
    )
    of_industry = _take_gaps(find_gaps(ecosystem)).reindex(industry)
    of_industry = of_industry.iloc[np.repeat(np.arange(len(industry)), len(discipline))]
    pairs = cross_disciplines(ecosystem)
    row, column = (
        find_places(pd.Index(pairs[kind], dtype="str"), known)
        for kind, known in (("industry", industry), ("discipline", discipline))
    )
    of_pair = _take_pairs(pairs).iloc[np.lexsort((column, row))]
    parts = (part.reset_index(drop=True) for part in (table, of_industry, of_pair))
    return pd.concat(parts, axis=1)


def _take_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Take the deficit of each industry; firms are unknown where none is listed."""
    unlinked = (gaps["firms"] - gaps["firms_linked"]).where(gaps["firms"] > 0).astype("Int64")
    taken = gaps[["verdict", "shrunk"]].add_prefix("industry_")
    return taken.rename(columns={"industry_shrunk": "industry_ratio"}).assign(
        unlinked_firms=unlinked
    )


def _take_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Take the deficit of each pair."""
    linked, expected = (pairs[f"firms_{how}"].to_numpy(float) for how in ("linked", "expected"))
    return pairs[["firms_linked", "firms_expected", "needed"]].assign(
        pair_verdict=pairs["verdict"], pair_ratio=shrink_ratios(linked, expected)
    )


def _compare(table: pd.DataFrame) -> pd.DataFrame:
    """Rank opportunities, and say in words what is known of deficit and opportunity."""
    greatest = table["opportunity"].max()
    level = (table["opportunity"] / (greatest if greatest > 0 else 1.0)).round(_DIGITS)
    rank = level.rank(method="min", ascending=False).astype("Int64")
    asked = (table["demand_stated"].fillna(0) > 0) & (table["supply"].fillna(0) > 0)
    promise = np.select(
        [asked | (level > level.median()), level.isna()], ["promising", "unknown"], "unpromising"
    )
    quadrant = _judge(table) + "_" + pd.Series(promise, table.index)
    return table.assign(quadrant=quadrant, opportunity_rank=rank)


def _judge(table: pd.DataFrame) -> pd.Series:
    """Say what is known of the deficit: of the pair, or of its whole industry."""
    pair, industry = table["pair_verdict"], table["industry_verdict"]
    gap = (pair == "gap") | ((industry == "gap") & (pair != "over_linked"))
    linked = pair.isin(["over_linked", "as_expected"])
    words = np.select([gap, linked], ["gap", "linked"], "undetermined")
    return pd.Series(words, table.index, dtype="str")


def _order(table: pd.DataFrame) -> pd.DataFrame:
    place = table["quadrant"].map({quadrant: n for n, quadrant in enumerate(QUADRANTS)})
    rank = table["opportunity_rank"].to_numpy(dtype=float, na_value=np.inf)
    asked, given = (
        -table[name].to_numpy(dtype=float, na_value=0) for name in ("demand_stated", "supply")
    )
    return table.iloc[np.lexsort((np.arange(len(table)), given, asked, rank, place))]
