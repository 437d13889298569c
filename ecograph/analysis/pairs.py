"""Industries by disciplines: which pairs have fewer firms linked than their activity would give."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ecograph.analysis.gaps import mark_relevant
from ecograph.analysis.links import list_topics, number_nodes
from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compare_blocks, compare_curveball
from ecograph.statistics.rates import (
    bound_counts,
    choose_verdicts,
    control_discoveries,
    find_needed,
)
from ecograph.statistics.weighted import compare_counts, fit_weighted_configuration

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings
    from ecograph.statistics.blocks import BlockTests

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Columns = dict[str, NDArray[Any]]

__all__ = ["DRAWN_COLUMNS", "PAIR_COLUMNS", "cross_disciplines"]

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
    "contracts",
    "contracts_expected",
    "p_contracts",
    "p_contracts_over",
)

DRAWN_COLUMNS = (
    "curveball_mean",
    "curveball_deviation",
    "p_curveball",
    "p_curveball_over",
)
"""What is added where tables are drawn."""

_SHOWN = ("gap", "over_linked", "as_expected", "not_enough_data", "not_relevant")


class _Table(NamedTuple):
    """What each unit deals with: units x disciplines, those that are relevant.

    Parameters
    ----------
    home
        The industry of each unit.
    unit, discipline
        The unit and the discipline of each link, as often as there are contracts.
    possible
        Industries x disciplines, the pairs that there can be.
    """

    home: Ints
    unit: Ints
    discipline: Ints
    possible: Flags

    @property
    def allowed(self) -> Flags | None:
        """Where a unit can have links (units x disciplines), None where everywhere."""
        allowed = self.possible[self.home]
        return None if allowed.all() else allowed

    def count_members(self, row_class: Ints) -> Ints:
        """Count the units of each class in each industry."""
        members = np.zeros((len(self.possible), row_class.max(initial=-1) + 1), dtype=np.int64)
        np.add.at(members, (self.home, row_class), 1)
        return members

    def keep_once(self) -> _Table:
        """Keep one link of each unit with each discipline, however many contracts it has."""
        cell = np.unique(self.unit * self.possible.shape[1] + self.discipline)
        unit, discipline = np.divmod(cell, self.possible.shape[1])
        return self._replace(unit=unit, discipline=discipline)

    def sum_rows(self) -> Ints:
        """Count the links of each unit."""
        return np.bincount(self.unit, minlength=len(self.home))

    def sum_columns(self) -> Ints:
        """Count the links of each discipline."""
        return np.bincount(self.discipline, minlength=self.possible.shape[1])


def cross_disciplines(
    ecosystem: Ecosystem, *, irrelevant: Collection[tuple[str, str]] = (), draws: int = 0
) -> pd.DataFrame:
    """Find pairs of industry and discipline with fewer linked firms than chance would give.

    Three nulls are kept apart by what they take as given.

    - That of firms (``p``): how many disciplines each firm deals with and how many firms each
      discipline has, with as much as possible left to chance (bipartite configuration model). A
      firm is tied to a discipline or not, so a firm of many contracts counts once. It is right
      where the question is who works with what, and the verdict is its.
    - That of contracts (``p_contracts``): how many contracts each firm and each discipline has
      (bipartite weighted configuration model). A firm's contracts with a discipline have a
      geometric law, so it belongs to the null that some come again and again. It is right where the
      question is volume and firms spread their contracts. Where most firms keep to one discipline
      it is too sure as well, if less so than that of links; only that of firms is not.
    - That of links (``p_links``): how many contracts each industry and each discipline has, each
      drawn apart from all others (fixed margins, hypergeometric). It is right only where hardly any
      firm has a second contract; where firms repeat them it is too sure.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose alpha, margin, ci_level, interval and irrelevant.
    irrelevant
        Pairs of industry and discipline (ids, else names) that cannot be, with those of the
        settings: structural zeros.
    draws
        How many tables of firms and disciplines with exactly the same sums to draw, to check the
        null of firms by; 0 for none. Their seed is that of the settings.

    Returns
    -------
    pandas.DataFrame
        One row a pair, gaps first, columns ``PAIR_COLUMNS``. ``observed`` links, ``expected`` =
        row sum x column sum / all, ``enough_data`` where zero links would be significant for this
        one pair (exp(-expected) <= alpha), ``p_links`` and ``p_links_over`` (as few or fewer, as
        many or more, given both sums; nan where a pair cannot be). ``firms_linked`` (with such a
        link), ``firms_expected``, the interval of their ratio, ``p``, ``q`` (Benjamini & Hochberg
        1995, over the pairs in which zero would be significant), ``p_over``, ``q_over``,
        ``critical``, ``power``, ``needed`` and ``verdict`` as in `find_gaps`. ``contracts`` (each
        is a link, so they are as many as ``observed``), ``contracts_expected``, ``p_contracts``
        and ``p_contracts_over``, exact. With draws also ``DRAWN_COLUMNS``: mean and standard
        deviation of the firms linked in them and the chances (k + 1) / (draws + 1).

    Raises
    ------
    SettingsError
        If a pair that cannot be names an industry or a discipline that is not in the data.

    Notes
    -----
    Saracco et al., Scientific Reports 5, 10595, 2015; Bruno et al., Journal of Physics: Complexity
    4, 045011, 2023. Sums of firms hold on average there and exactly in the draws, where counts
    vary less, so p_curveball is smaller than p in the tails, most so in large industries. An
    agreement that names no firm is a unit of its own in all nulls but that of links. A null that
    takes an industry's activity as given cannot see that the whole industry is under-linked: that
    is what `find_gaps` asks.
    """
    settings = ecosystem.settings
    industries, disciplines = (ecosystem.select(kind) for kind in ("industry", "discipline"))
    ruled_out = _find_pairs(industries, disciplines, [*settings.irrelevant, *irrelevant])
    possible = _mark_possible(industries, len(disciplines), ruled_out)
    names = {
        "industry": np.repeat(industries.index.to_numpy(), len(disciplines)),
        "industry_name": np.repeat(industries["name"].to_numpy(), len(disciplines)),
        "discipline": np.tile(disciplines.index.to_numpy(), len(industries)),
        "discipline_name": np.tile(disciplines["name"].to_numpy(), len(industries)),
    }
    topics = _number_topics(ecosystem)
    links = _count(topics, possible.shape)
    firms = _count(topics.drop_duplicates(["industry", "unit", "discipline"]), possible.shape)
    contracts = _number_units(topics, possible)
    ties = contracts.keep_once()
    of_links = _compare_links(links, settings.alpha, ruled_out=bool(ruled_out))
    of_firms, error = _compare_firms(firms, ties, settings)
    of_contracts, weighted_error = _compare_contracts(links, contracts)
    table = pd.DataFrame({**names, **of_links, **of_firms, **of_contracts})[list(PAIR_COLUMNS)]
    method = {
        "null": "independence of industry and discipline",
        "links": int(links.sum()),
        "null_firms": "bipartite configuration model of firms and disciplines, exact block counts",
        "firms": int(firms.sum()),
        "error": error,
        "null_contracts": "bipartite weighted configuration model, exact block counts",
        "error_contracts": weighted_error,
        "correction": "Benjamini-Hochberg over testable pairs, each direction apart",
        "ruled_out": len(ruled_out),
    }
    if draws:
        table = table.assign(**_compare_draws(ties, draws, settings.seed))
        method["draws"] = draws
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


def _find_pairs(
    industries: pd.DataFrame, disciplines: pd.DataFrame, pairs: Collection[tuple[str, str]]
) -> set[tuple[int, int]]:
    """Find the places of pairs that are given by ids or names."""
    lists = {"industry": industries["name"], "discipline": disciplines["name"]}
    wanted = [dict(zip(lists, pair, strict=True)) for pair in pairs]
    unknown = [
        f'{kind} "{pair[kind]}"'
        for pair in wanted
        for kind, names in lists.items()
        if not len(_find_places(names, pair[kind]))
    ]
    if unknown:
        listed = ", ".join(dict.fromkeys(unknown))
        raise SettingsError(
            f"irrelevant names what is not in the data: {listed}; give ids or names that are."
        )
    found = [
        itertools.product(*(_find_places(names, pair[kind]) for kind, names in lists.items()))
        for pair in wanted
    ]
    return {(int(row), int(column)) for row, column in itertools.chain.from_iterable(found)}


def _find_places(names: pd.Series, wanted: str) -> Ints:
    """Find the one node of an id, else all that have a name."""
    of_id = np.flatnonzero(names.index == wanted)
    return of_id if len(of_id) else np.flatnonzero(names == wanted)


def _mark_possible(
    industries: pd.DataFrame, disciplines: int, ruled_out: Collection[tuple[int, int]]
) -> Flags:
    """Mark the pairs that there can be."""
    possible = np.ones((len(industries), disciplines), dtype=bool)
    possible[~mark_relevant(industries).to_numpy()] = False
    for pair in ruled_out:
        possible[pair] = False
    return possible


def _count(pairs: pd.DataFrame, shape: tuple[int, int]) -> Ints:
    """Count rows by industry and discipline."""
    cell = pairs["industry"].to_numpy() * shape[1] + pairs["discipline"].to_numpy()
    return np.bincount(cell.astype(np.int64), minlength=shape[0] * shape[1]).reshape(shape)


def _compare_links(links: Ints, alpha: float, *, ruled_out: bool) -> Columns:
    """Compare links with what the sums of industries and disciplines give."""
    total, rows, columns = links.sum(), links.sum(axis=1), links.sum(axis=0)
    expected = np.outer(rows, columns) / max(total, 1)
    few, many = np.full((2, *links.shape), np.nan)
    if not ruled_out and total:
        few = stats.hypergeom.cdf(links, total, rows[:, np.newaxis], columns)
        row, column = np.nonzero(links)
        many = np.ones(links.shape)
        many[row, column] = stats.hypergeom.sf(
            links[row, column] - 1, total, rows[row], columns[column]
        )
    return {
        "observed": links.ravel(),
        "expected": expected.ravel(),
        "ratio": _divide(links, expected),
        "enough_data": (np.exp(-expected) <= alpha).ravel(),
        "p_links": few.ravel(),
        "p_links_over": many.ravel(),
    }


def _number_units(topics: pd.DataFrame, possible: Flags) -> _Table:
    """Give numbers to the units with links that there can be, by industry and unit."""
    shown = topics[possible[topics["industry"], topics["discipline"]]]
    groups = shown.groupby(["industry", "unit"])
    home = groups.size().index.get_level_values("industry").to_numpy(dtype=np.int64)
    unit = groups.ngroup().to_numpy(dtype=np.int64)
    return _Table(home, unit, shown["discipline"].to_numpy(dtype=np.int64), possible)


def _compare_firms(firms: Ints, ties: _Table, settings: Settings) -> tuple[Columns, float]:
    """Compare the firms of each pair with what their activity gives."""
    fit = fit_configuration(ties.sum_rows(), ties.sum_columns(), allowed=ties.allowed)
    tests = compare_blocks(
        np.where(ties.possible, firms, 0),
        ties.count_members(fit.row_class),
        fit.chance[:, fit.column_class],
        alpha=settings.alpha,
        margin=settings.margin,
    )
    return _judge(firms, tests, ties.possible, settings), fit.error


def _compare_contracts(links: Ints, contracts: _Table) -> tuple[Columns, float]:
    """Compare the contracts of each pair with what those of its firms in all give."""
    possible = contracts.possible
    fit = fit_weighted_configuration(
        contracts.sum_rows(), contracts.sum_columns(), allowed=contracts.allowed
    )
    tests = compare_counts(
        np.where(possible, links, 0),
        contracts.count_members(fit.row_class),
        fit.mean[:, fit.column_class],
    )
    comparable = possible & (tests.expected > 0)
    expected, few, many = (np.where(comparable, part, np.nan).ravel() for part in tests)
    columns = {
        "contracts": links.ravel(),
        "contracts_expected": expected,
        "p_contracts": few,
        "p_contracts_over": many,
    }
    return columns, fit.error


def _compare_draws(ties: _Table, draws: int, seed: int) -> Columns:
    """Compare the firms of each pair with those in tables drawn with the same sums."""
    presence = np.zeros((len(ties.home), ties.possible.shape[1]), dtype=bool)
    presence[ties.unit, ties.discipline] = True
    tests = compare_curveball(
        presence, ties.home, len(ties.possible), draws=draws, seed=seed, allowed=ties.allowed
    )
    comparable = ties.possible & (ties.sum_columns() > 0)
    comparable &= np.bincount(ties.home, minlength=len(ties.possible))[:, np.newaxis] > 0
    parts = (np.where(comparable, part, np.nan).ravel() for part in tests)
    return dict(zip(DRAWN_COLUMNS, parts, strict=True))


def _judge(firms: Ints, tests: BlockTests, possible: Flags, settings: Settings) -> Columns:
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
