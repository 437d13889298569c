"""Industries by disciplines: which pairs have fewer firms linked than their activity would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from ecograph.analysis.gaps import mark_relevant
from ecograph.analysis.links import list_topics, number_nodes
from ecograph.analysis.meta import attach_meta
from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compare_blocks
from ecograph.statistics.rates import (
    bound_counts,
    choose_verdicts,
    control_discoveries,
    find_needed,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings
    from ecograph.statistics.bipartite import Configuration
    from ecograph.statistics.blocks import BlockTests

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["PAIR_COLUMNS", "cross_disciplines"]

PAIR_COLUMNS = (
    "industry",
    "industry_name",
    "discipline",
    "discipline_name",
    "observed",
    "expected",
    "ratio",
    "enough_data",
    "p_links",
    "p_links_over",
    "firms_linked",
    "firms_expected",
    "ci_low",
    "ci_high",
    "p",
    "q",
    "verdict",
    "p_over",
    "q_over",
    "critical",
    "power",
    "needed",
)

_SHOWN = ("gap", "over_linked", "as_expected", "not_enough_data", "not_relevant")


def cross_disciplines(
    ecosystem: Ecosystem, *, irrelevant: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Find pairs of industry and discipline with fewer linked firms than chance would give.

    Two nulls are kept apart. That of firms: given how many disciplines each firm deals with and
    how many firms each discipline, ties are as random as can be (bipartite configuration model);
    the firms of an industry tied to a discipline are then a sum of independent events. That of
    links: given how many links each industry and each discipline has, however many are of the
    same firm, they meet by chance (fixed margins, hypergeometric).

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose alpha, margin, ci_level and interval.
    irrelevant
        Pairs (ids of industry and discipline) that cannot be: structural zeros of both nulls.

    Returns
    -------
    pandas.DataFrame
        One row a pair, gaps first, columns ``PAIR_COLUMNS``. ``observed`` links, ``expected`` =
        row sum x column sum / all, ``enough_data`` where zero links would be significant for this
        one pair (exp(-expected) <= alpha), ``p_links`` and ``p_links_over`` (as few or fewer, as
        many or more, given both sums). ``firms_linked`` (with such a link), ``firms_expected``, the
        interval of their ratio, ``p``, ``q`` (Benjamini & Hochberg 1995, over the pairs in which
        zero would be significant), ``p_over``, ``q_over``, ``critical``, ``power``, ``needed`` and
        ``verdict``
        as in `find_gaps`.

    Notes
    -----
    Saracco et al., Scientific Reports 5, 10595, 2015. A null that takes an industry's activity as
    given cannot see that the whole industry is under-linked: that is what `find_gaps` asks.
    """
    industries, disciplines = (ecosystem.select(kind) for kind in ("industry", "discipline"))
    shape = (len(industries), len(disciplines))
    topics = _number_topics(ecosystem)
    possible = _mark_possible(industries, disciplines.index, irrelevant)
    names = {
        "industry": np.repeat(industries.index.to_numpy(), len(disciplines)),
        "industry_name": np.repeat(industries["name"].to_numpy(), len(disciplines)),
        "discipline": np.tile(disciplines.index.to_numpy(), len(industries)),
        "discipline_name": np.tile(disciplines["name"].to_numpy(), len(industries)),
    }
    links = _count(topics, shape)
    of_firms, fit = _compare_firms(topics, possible, ecosystem.settings)
    of_links = _compare_links(links, ecosystem.settings.alpha, ruled_out=bool(irrelevant))
    table = pd.DataFrame({**names, **of_links, **of_firms})[list(PAIR_COLUMNS)]
    method = {
        "null": "independence of industry and discipline",
        "links": int(links.sum()),
        "null_firms": "bipartite configuration model of firms and disciplines, exact block counts",
        "firms": int(table["firms_linked"].sum()),
        "error": fit.error,
        "correction": "Benjamini-Hochberg over testable pairs, each direction apart",
        "ruled_out": len(irrelevant),
    }
    return attach_meta(_order(table), ecosystem, "pairs", method=method)


def _number_topics(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the links that are about a discipline: industry, unit, agreement, discipline.

    Industries and disciplines are numbered from 0. A unit is a firm, or an agreement that names
    none; a firm of two industries is a unit in each, with the links of that industry.
    """
    topics = list_topics(ecosystem)
    numbers = {
        kind: number_nodes(ecosystem, ecosystem.find_positions(kind))[topics[kind]]
        for kind in ("industry", "discipline")
    }
    firm = topics["enterprise"]
    return topics.assign(**numbers, unit=firm.where(firm >= 0, topics["agreement"]))


def _mark_possible(
    industries: pd.DataFrame, disciplines: pd.Index, irrelevant: Collection[tuple[str, str]]
) -> Flags:
    """Mark the pairs that there can be."""
    possible = np.ones((len(industries), len(disciplines)), dtype=bool)
    possible[~mark_relevant(industries).to_numpy()] = False
    for industry, discipline in irrelevant:
        possible[industries.index.get_loc(industry), disciplines.get_loc(discipline)] = False
    return possible


def _count(pairs: pd.DataFrame, shape: tuple[int, int]) -> Ints:
    """Count rows by industry and discipline."""
    cell = pairs["industry"].to_numpy() * shape[1] + pairs["discipline"].to_numpy()
    return np.bincount(cell.astype(np.int64), minlength=shape[0] * shape[1]).reshape(shape)


def _compare_links(links: Ints, alpha: float, *, ruled_out: bool) -> dict[str, NDArray[Any]]:
    """Compare links with what the sums of industries and disciplines give."""
    total, rows, columns = links.sum(), links.sum(axis=1), links.sum(axis=0)
    expected = np.outer(rows, columns) / max(total, 1)
    chance = [np.full(links.size, np.nan)] * 2
    if not ruled_out and total:
        law = stats.hypergeom(total, rows[:, np.newaxis], columns)
        chance = [law.cdf(links).ravel(), law.sf(links - 1).ravel()]
    return {
        "observed": links.ravel(),
        "expected": expected.ravel(),
        "ratio": _divide(links, expected),
        "enough_data": (np.exp(-expected) <= alpha).ravel(),
        "p_links": chance[0],
        "p_links_over": chance[1],
    }


def _compare_firms(
    topics: pd.DataFrame, possible: Flags, settings: Settings
) -> tuple[dict[str, NDArray[Any]], Configuration]:
    """Compare the firms of each pair with what their activity gives."""
    ties = topics.drop_duplicates(["industry", "unit", "discipline"])
    firms = _count(ties, possible.shape)
    shown = ties[possible[ties["industry"], ties["discipline"]]]
    of_unit = shown.groupby(["industry", "unit"]).size()
    home = of_unit.index.get_level_values("industry").to_numpy(dtype=np.int64)
    fit = fit_configuration(
        of_unit.to_numpy(),
        np.bincount(shown["discipline"], minlength=possible.shape[1]),
        allowed=None if possible[home].all() else possible[home],
    )
    members = np.zeros((len(possible), len(fit.chance)), dtype=np.int64)
    np.add.at(members, (home, fit.row_class), 1)
    chance = fit.chance[:, fit.column_class]
    tests = compare_blocks(
        np.where(possible, firms, 0), members, chance, alpha=settings.alpha, margin=settings.margin
    )
    return _judge(firms, tests, possible, settings), fit


def _judge(
    firms: Ints, tests: BlockTests, possible: Flags, settings: Settings
) -> dict[str, NDArray[Any]]:
    """Turn the tests of firms into columns and verdicts."""
    comparable = (possible & (tests.expected > 0)).ravel()
    expected = np.where(comparable, tests.expected.ravel(), np.nan)
    p, p_over = (np.where(comparable, part.ravel(), np.nan) for part in (tests.few, tests.many))
    testable = comparable & (tests.critical >= 0).ravel()
    q, q_over = control_discoveries(p, testable), control_discoveries(p_over, comparable)
    low, high = bound_counts(
        firms.ravel().astype(float), settings.ci_level, interval=settings.interval
    )
    enough = find_needed(alpha=settings.alpha, margin=settings.margin)
    ci_low = low / expected
    verdict = choose_verdicts(q, q_over, ci_low, alpha=settings.alpha, margin=settings.margin)
    verdict = np.where(possible.ravel(), verdict, "not_relevant")
    return {
        "firms_linked": firms.ravel(),
        "firms_expected": expected,
        "ci_low": ci_low,
        "ci_high": high / expected,
        "p": p,
        "q": q,
        "verdict": verdict,
        "p_over": p_over,
        "q_over": q_over,
        "critical": pd.Series(tests.critical.ravel()).where(testable).astype("Int64").array,
        "power": np.where(comparable, tests.power.ravel(), np.nan),
        "needed": np.maximum(enough - expected, 0.0),
    }


def _divide(part: NDArray[Any], whole: Floats) -> Floats:
    """Divide; nan where nothing is expected."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan)).ravel()


def _order(table: pd.DataFrame) -> pd.DataFrame:
    """Put gaps first, then what else is known, each by industry and discipline."""
    rank = table["verdict"].map({verdict: n for n, verdict in enumerate(_SHOWN)}).to_numpy()
    order = np.lexsort((np.arange(len(table)), table["firms_expected"].isna(), rank))
    return table.iloc[order].reset_index(drop=True)
