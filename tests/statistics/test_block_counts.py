from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compare_blocks, compare_curveball, compute_law

CHANCES = st.lists(st.floats(0, 1), max_size=12)


def add_up(chances: list[float]) -> list[float]:
    """Add up the chances of all outcomes by their number of events."""
    law = [0.0] * (len(chances) + 1)
    for outcome in itertools.product((False, True), repeat=len(chances)):
        each = (p if event else 1 - p for p, event in zip(chances, outcome, strict=True))
        law[sum(outcome)] += math.prod(each)
    return law


@given(CHANCES)
def test_the_law_is_that_of_all_outcomes(chances: list[float]) -> None:
    members = np.ones(len(chances), dtype=int)
    law = compute_law(members, np.array(chances).reshape(-1, 1))
    assert law[0] == pytest.approx(add_up(chances), abs=1e-12)


def test_classes_of_many_are_as_one_by_one() -> None:
    """scipy's law of the same 47 events."""
    members, chance = np.array([20, 0, 27]), np.array([[0.03, 0.9], [0.5, 0.5], [0.41, 0.2]])
    law = compute_law(members, chance)
    for at in range(2):
        known = stats.poisson_binom(np.repeat(chance[:, at], members))
        assert law[at] == pytest.approx(known.pmf(np.arange(48)), abs=1e-12)


def test_both_tails_critical_counts_and_power_are_exact() -> None:
    members = np.array([[8, 4], [0, 12]])
    chance = np.array([[0.7, 0.1], [0.2, 0.6]])
    observed = np.array([[3, 2], [0, 9]])
    tests = compare_blocks(observed, members, chance, alpha=0.1, margin=0.5)
    for block, column in itertools.product(range(2), range(2)):
        each = np.repeat(chance[:, column], members[block])
        law = np.array(add_up(each.tolist()))
        count = observed[block, column]
        assert tests.expected[block, column] == pytest.approx(each.sum())
        assert tests.few[block, column] == pytest.approx(law[: count + 1].sum())
        assert tests.many[block, column] == pytest.approx(law[count:].sum())
        critical = int((np.cumsum(law) <= 0.1).sum()) - 1
        assert tests.critical[block, column] == critical
        half = np.array(add_up((each / 2).tolist()))
        assert tests.power[block, column] == pytest.approx(half[: critical + 1].sum())


def test_where_nothing_is_significant_there_is_no_critical_count_and_no_power() -> None:
    tests = compare_blocks(np.array([[0]]), np.array([[2]]), np.array([[0.1]]))
    assert (tests.critical.tolist(), tests.power.tolist()) == ([[-1]], [[0.0]])


def test_a_block_of_many_firms_is_cut_where_hardly_any_chance_is_left() -> None:
    """100,000 firms of two classes, against scipy's binomial law where the classes are one."""
    members, chance = np.array([[60_000, 40_000]]), np.array([[0.0003], [0.0003]])
    observed = np.array([[11]])
    tests = compare_blocks(observed, members, chance)
    assert tests.few[0, 0] == pytest.approx(stats.binom.cdf(11, 100_000, 0.0003), abs=1e-11)
    assert tests.many[0, 0] == pytest.approx(stats.binom.sf(10, 100_000, 0.0003), abs=1e-11)
    assert tests.critical[0, 0] == stats.binom.ppf(0.05, 100_000, 0.0003) - 1


def test_no_blocks_and_no_columns() -> None:
    none = compare_blocks(np.zeros((0, 3), int), np.zeros((0, 1), int), np.zeros((1, 3)))
    assert none.few.shape == (0, 3)
    none = compare_blocks(np.zeros((2, 0), int), np.zeros((2, 1), int), np.zeros((1, 0)))
    assert none.power.shape == (2, 0)


def list_tables(rows: list[int], columns: list[int]) -> np.ndarray:
    """List all tables of 0 and 1 with these sums."""
    cells = np.array(list(itertools.product((0, 1), repeat=len(rows) * len(columns))))
    tables = cells.reshape(-1, len(rows), len(columns))
    kept = (tables.sum(axis=2) == rows).all(axis=1) & (tables.sum(axis=1) == columns).all(axis=1)
    return tables[kept]


class TestCurveball:
    def test_mean_deviation_and_chances_are_those_of_all_tables(self) -> None:
        """All 4 x 3 tables with rows 2, 1, 1, 1 and columns 2, 2, 1, each alike likely."""
        tables = list_tables([2, 1, 1, 1], [2, 2, 1])
        presence, block = tables[0] > 0, np.array([0, 0, 1, 1])
        counts = np.stack([tables[:, block == b].sum(axis=1) for b in range(2)], axis=1)
        draws = 1000
        tests = compare_curveball(presence, block, 2, draws=draws, seed=3)
        close = 5 / np.sqrt(draws)
        assert tests.mean == pytest.approx(counts.mean(axis=0), abs=close)
        assert tests.deviation == pytest.approx(counts.std(axis=0), abs=close)
        assert tests.few == pytest.approx((counts <= counts[0]).mean(axis=0), abs=close)
        assert tests.many == pytest.approx((counts >= counts[0]).mean(axis=0), abs=close)

    def test_it_agrees_with_sums_that_hold_on_average_where_blocks_are_small(self) -> None:
        """One tie a row makes draws hypergeometric, expected sums binomial: 10 of 400 rows."""
        draws = 1000
        column = np.random.default_rng(2).integers(0, 4, 400)
        presence = column[:, np.newaxis] == np.arange(4)
        block = np.repeat([0, 1], [10, 390])
        drawn = compare_curveball(presence, block, 2, draws=draws, seed=1)
        sums = presence.sum(axis=0)
        law = stats.hypergeom(400, sums, 10)
        counts = presence[:10].sum(axis=0)
        noise = 4.5 * np.sqrt(0.25 / draws)
        assert drawn.few[0] == pytest.approx(law.cdf(counts), abs=noise)
        assert drawn.many[0] == pytest.approx(law.sf(counts - 1), abs=noise)
        fit = fit_configuration(presence.sum(axis=1), sums)
        members = np.array([[10], [390]])
        observed = np.array([counts, sums - counts])
        exact = compare_blocks(observed, members, fit.chance[:, fit.column_class])
        assert drawn.mean == pytest.approx(exact.expected, abs=0.15)
        assert drawn.few[0] == pytest.approx(exact.few[0], abs=noise + 0.01)
        assert drawn.many[0] == pytest.approx(exact.many[0], abs=noise + 0.01)

    def test_fixed_sums_leave_less_variance_by_the_share_of_the_block(self) -> None:
        """Of 40 rows with one tie each a block of 30 keeps 10/39 of the variance."""
        presence = np.repeat(np.eye(2, dtype=bool), 20, axis=0)
        drawn = compare_curveball(presence, np.repeat([0, 1], [30, 10]), 2, draws=2000, seed=1)
        assert drawn.deviation**2 == pytest.approx(30 * 0.25 * 10 / 39, rel=0.15)

    def test_the_same_seed_draws_the_same(self) -> None:
        presence = np.random.default_rng(1).random((8, 5)) < 0.4
        block = np.arange(8) % 2
        first, again = (
            compare_curveball(presence, block, 2, draws=5, seed=4, allowed=None) for _ in range(2)
        )
        assert all((a == b).all() for a, b in zip(first, again, strict=True))

    def test_no_rows_and_no_draws(self) -> None:
        none = np.zeros((0, 3), dtype=bool), np.zeros(0, dtype=int), 2
        tests = compare_curveball(*none, draws=2, seed=1)
        assert tests.mean.tolist() == [[0.0] * 3] * 2
        assert tests.few.tolist() == [[1.0] * 3] * 2
        with pytest.raises(ValueError, match="at least one"):
            compare_curveball(*none, draws=0, seed=1)
