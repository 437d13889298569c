from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from ecograph.statistics.weighted import compare_counts, fit_weighted_configuration

COUNTS = st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 20_000))
TABLES = hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=COUNTS)
CONTRACTS = np.array(
    [[4, 0, 1, 0], [2, 3, 0, 0], [0, 1, 7, 2], [1, 0, 0, 0], [0, 12, 1, 1], [1, 0, 0, 0]]
)


def fit(table: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    return fit_weighted_configuration(
        table.sum(axis=1), table.sum(axis=0), allowed=allowed
    ).expand()


def convolve(means: np.ndarray, length: int) -> np.ndarray:
    """Add up independent geometric counts one by one."""
    law = np.eye(1, length)[0]
    for mean in means:
        law = np.convolve(law, stats.nbinom.pmf(np.arange(length), 1, 1 / (1 + mean)))[:length]
    return law


class TestMeans:
    def test_a_table_of_two_by_two_by_hand(self) -> None:
        """Means m have the odds m / (1 + m) = x y, so those of the diagonals have one product.

        15/16 x 2/3 = 3/4 x 5/6 = 5/8.
        """
        found = fit_weighted_configuration(np.array([18, 7]), np.array([20, 5]))
        assert found.expand() == pytest.approx(np.array([[15, 3], [5, 2]]), rel=1e-9)

    def test_equal_rows_share_alike(self) -> None:
        found = fit_weighted_configuration(np.array([6, 6, 6]), np.array([9, 9]))
        assert found.expand() == pytest.approx(np.full((3, 2), 3.0))
        assert found.mean.shape == (1, 1)

    def test_other_software_has_the_same_means(self) -> None:
        """Package bicm 3.4.0, solve_tool(model="biwcm_d", tol=1e-12); its own sums are 3e-8 off."""
        known = [
            [1.22949416, 1.89818216, 1.33937013, 0.53295338],
            [1.22949416, 1.89818216, 1.33937013, 0.53295338],
            [2.21550131, 4.50373983, 2.51280729, 0.76795156],
            [0.25825092, 0.32233571, 0.27078788, 0.14862546],
            [2.80900844, 7.05522424, 3.26687659, 0.86889073],
            [0.25825092, 0.32233571, 0.27078788, 0.14862546],
        ]
        assert fit(CONTRACTS) == pytest.approx(np.array(known), rel=2e-7)

    def test_eight_equations_fix_eight_cells_beside_a_structural_zero(self) -> None:
        """Five sums are independent; the odds of each circle of four cells have one product."""
        table = np.array([[3, 1, 2], [0, 4, 1], [2, 2, 9]])
        mean = fit(table, table > 0)
        assert mean[1, 0] == 0
        assert mean.sum(axis=1) == pytest.approx(table.sum(axis=1), rel=1e-9)
        assert mean.sum(axis=0) == pytest.approx(table.sum(axis=0), rel=1e-9)
        odds = mean / (1 + mean)
        for (i, j), (a, b) in (((0, 2), (0, 1)), ((0, 1), (1, 2)), ((0, 2), (1, 2))):
            assert odds[i, a] * odds[j, b] == pytest.approx(odds[i, b] * odds[j, a], rel=1e-9)

    @settings(deadline=None)
    @given(TABLES, st.data())
    def test_sums_and_odds_come_out_for_any_table_with_any_zeros(
        self, table: np.ndarray, data: st.DataObject
    ) -> None:
        allowed = data.draw(hnp.arrays(bool, table.shape))
        for counts, free in ((table, None), (table * allowed, allowed)):
            mean = fit(counts, free)
            assert mean.sum(axis=1) == pytest.approx(counts.sum(axis=1), rel=1e-8)
            assert mean.sum(axis=0) == pytest.approx(counts.sum(axis=0), rel=1e-8)
            assert mean.min(initial=0) >= 0
            if free is not None:
                assert (mean[~free] == 0).all()
            elif counts.any():
                logs = np.log(mean / (1 + mean), where=mean > 0, out=np.zeros_like(mean))
                inner = logs[counts.any(axis=1)][:, counts.any(axis=0)]
                centred = inner - inner.mean(0) - inner.mean(1, keepdims=True) + inner.mean()
                assert np.abs(centred).max() < 1e-6  # x y, a product

    def test_the_order_of_rows_and_columns_does_not_matter(self) -> None:
        rows, columns = [3, 1, 5, 0, 4, 2], [2, 0, 3, 1]
        assert fit(CONTRACTS[rows][:, columns]) == pytest.approx(fit(CONTRACTS)[rows][:, columns])
        assert fit(CONTRACTS.T) == pytest.approx(fit(CONTRACTS).T)

    def test_empty_lines_have_nothing_and_one_row_has_all(self) -> None:
        held = np.array([[0, 0, 0], [700, 2, 1_000_000], [0, 0, 0]])
        assert fit(held) == pytest.approx(held)
        assert fit(held[1:2]) == pytest.approx(held[1:2])
        assert fit(np.array([[5], [0], [2]])) == pytest.approx(np.array([[5], [0], [2]]))
        assert fit(np.zeros((0, 3), dtype=int)).shape == (0, 3)
        assert fit(np.zeros((2, 0), dtype=int)).shape == (2, 0)
        assert (fit(np.zeros((2, 3), dtype=int)) == 0).all()

    def test_cells_that_are_0_in_every_table_have_a_mean_of_0(self) -> None:
        """The first row can only be in the first column, which it fills."""
        allowed = np.array([[True, False], [True, True]])
        assert (fit(np.array([[3, 0], [0, 4]]), allowed) == [[3, 0], [0, 4]]).all()

    def test_sums_that_no_table_has_are_refused(self) -> None:
        with pytest.raises(ValueError, match="differ in all"):
            fit_weighted_configuration(np.array([2, 1]), np.array([1, 1]))
        with pytest.raises(ValueError, match="negative"):
            fit_weighted_configuration(np.array([2, -1]), np.array([1, 0]))
        with pytest.raises(ValueError, match="no table"):
            fit_weighted_configuration(
                np.array([2, 1]), np.array([1, 2]), allowed=np.array([[1, 0], [1, 1]], dtype=bool)
            )

    def test_a_large_table_of_heavy_tails(self) -> None:
        draws = np.random.default_rng(1)
        weight = np.outer(draws.pareto(1.2, 2000), draws.pareto(1.2, 200)) * 0.02
        table = draws.poisson(weight)
        assert table.max() > 5000
        assert fit_weighted_configuration(table.sum(axis=1), table.sum(axis=0)).error < 1e-8


def test_all_tables_weighted_by_entropy_have_these_sums_and_tails() -> None:
    """Each table has a weight that is a product over rows of x to its sum, and over columns."""
    rows, columns = np.array([2, 1]), np.array([2, 1])
    found = fit_weighted_configuration(rows, columns)
    odds = found.expand() / (1 + found.expand())
    x, y = odds[:, 0] / odds[0, 0], odds[0]
    tables = np.array(list(itertools.product(range(32), repeat=4)), dtype=float).reshape(-1, 2, 2)
    weight = (x ** tables.sum(axis=2)).prod(axis=1) * (y ** tables.sum(axis=1)).prod(axis=1)
    weight /= weight.sum()
    assert weight @ tables.sum(axis=2) == pytest.approx(rows, abs=1e-5)  # counts above 31 left out
    assert weight @ tables.sum(axis=1) == pytest.approx(columns, abs=1e-5)
    members = np.eye(2, dtype=int)[found.row_class].sum(axis=0)[np.newaxis]
    tests = compare_counts(np.array([[3, 1]]), members, found.mean[:, found.column_class])
    counts = tables.sum(axis=1)
    few, many = (weight @ (counts <= [3, 1]), weight @ (counts >= [3, 1]))
    assert tests.few[0] == pytest.approx(few, abs=1e-6)
    assert tests.many[0] == pytest.approx(many, abs=1e-6)


class TestTails:
    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(st.floats(0, 30), min_size=1, max_size=6),
        st.lists(st.integers(0, 3), min_size=6, max_size=6),
        st.sampled_from([0, 1, 2, 7, 40, 150]),
    )
    def test_both_are_those_of_all_counts_added_up(
        self, means: list[float], sizes: list[int], count: int
    ) -> None:
        members = np.array(sizes[: len(means)])
        law = convolve(np.repeat(means, members), 2500)
        tests = compare_counts(
            np.array([[count]]), members[np.newaxis], np.array(means)[:, np.newaxis]
        )
        assert tests.expected[0, 0] == pytest.approx(members @ means)
        for tail, exact in ((tests.few, law[: count + 1]), (tests.many, law[count:])):
            assert tail[0, 0] == pytest.approx(exact.sum(), rel=1e-10, abs=1e-290)

    @pytest.mark.parametrize(
        ("size", "mean", "count"),
        [
            (1, 100.0, 4096),
            (3, 300.0, 3000),
            (2000, 1.0, 3000),
            (3000, 1e-3, 40),
            (2000, 1.0, 1500),
        ],
    )
    def test_small_ones_are_no_differences_from_1(self, size: int, mean: float, count: int) -> None:
        """Alike rows: the negative binomial law, by the incomplete beta function of scipy."""
        tests = compare_counts(np.array([[count]]), np.array([[size]]), np.array([[mean]]))
        law = stats.nbinom(size, 1 / (1 + mean))
        assert tests.few[0, 0] == pytest.approx(law.cdf(count), rel=1e-10)
        assert tests.many[0, 0] == pytest.approx(law.sf(count - 1), rel=1e-10)

    @pytest.mark.parametrize(
        ("size", "mean", "count"),
        [(3, 3000.0, 5000), (50, 100.0, 6500), (30_000, 1.0, 30_500), (1, 5000.0, 9000)],
    )
    def test_those_of_large_counts_are_right_to_a_floor(
        self, size: int, mean: float, count: int
    ) -> None:
        tests = compare_counts(np.array([[count]]), np.array([[size]]), np.array([[mean]]))
        law = stats.nbinom(size, 1 / (1 + mean))
        assert tests.few[0, 0] == pytest.approx(law.cdf(count), abs=1e-12)
        assert tests.many[0, 0] == pytest.approx(law.sf(count - 1), abs=1e-12)

    def test_none_is_smaller_than_the_floors(self) -> None:
        tests = compare_counts(
            np.array([[3000, 9000, 0]]), np.array([[2]]), np.array([[0.1, 0.1, 500_000.0]])
        )
        assert tests.many.tolist() == [[1e-300, 1e-12, 1.0]]
        assert tests.few.tolist()[0] == pytest.approx([1.0, 1.0, 1 / 500_001**2])

    def test_cells_are_compared_each_by_itself(self) -> None:
        """Counts near, deep and far out in one table are those of tables of one cell."""
        members = np.array([[3, 0, 9], [0, 1, 2]])
        mean = np.array([[0.2, 5.0, 700.0], [40.0, 0.1, 2.0], [1.0, 3.0, 90.0]])
        observed = np.array([[0, 60, 6000], [200, 3, 1]])
        tests = compare_counts(observed, members, mean)
        for block, column in itertools.product(range(2), range(3)):
            alone = compare_counts(
                observed[block : block + 1, column : column + 1],
                members[block : block + 1],
                mean[:, column : column + 1],
            )
            for part, single in zip(tests, alone, strict=True):
                assert part[block, column] == pytest.approx(single[0, 0], rel=1e-12)

    def test_nothing_can_be_where_nothing_is_expected(self) -> None:
        tests = compare_counts(np.array([[0, 2]]), np.array([[4]]), np.array([[0.0, 0.0]]))
        assert (tests.few.tolist(), tests.many.tolist()) == ([[1.0, 1.0]], [[1.0, 1e-300]])

    def test_no_blocks_and_no_columns(self) -> None:
        none = compare_counts(np.zeros((0, 3), int), np.zeros((0, 1), int), np.zeros((1, 3)))
        assert none.few.shape == (0, 3)
        none = compare_counts(np.zeros((2, 0), int), np.zeros((2, 1), int), np.zeros((1, 0)))
        assert none.many.shape == (2, 0)

    def test_chances_are_uniform_where_the_null_holds(self) -> None:
        """A chance drawn between that of fewer and that of as few is uniform."""
        draws = np.random.default_rng(5)
        found = fit_weighted_configuration(CONTRACTS.sum(axis=1), CONTRACTS.sum(axis=0))
        mean, home = found.expand(), np.array([0, 0, 0, 1, 1, 1])
        members = np.zeros((2, len(found.mean)), dtype=int)
        np.add.at(members, (home, found.row_class), 1)
        drawn = []
        for _ in range(250):
            table = draws.geometric(1 / (1 + mean)) - 1
            observed = np.array([table[home == block].sum(axis=0) for block in range(2)])
            tests = compare_counts(observed, members, found.mean[:, found.column_class])
            both = tests.few + tests.many - 1  # the chance of the count itself
            drawn.append(tests.few - draws.random(both.shape) * both)
        assert stats.kstest(np.concatenate(drawn).ravel(), "uniform").pvalue > 0.01
