from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import contingency

from ecograph.statistics.odds import (
    combine_odds_ratios,
    compare_odds_ratios,
    compute_odds_ratio,
    compute_trend,
)

# Graduate admissions at Berkeley 1973, six largest departments (men, women) x (admitted,
# rejected): Bickel, Hammel and O'Connell, Science 187, 398-404, 1975; counts as in R's
# UCBAdmissions.
BERKELEY = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
)
# drawn once; answers of statsmodels 0.15.0, StratifiedTable
SMALL = np.array([[[7, 5], [3, 5]], [[2, 11], [1, 7]], [[10, 3], [5, 2]], [[2, 6], [1, 4]]])

CELLS = st.tuples(*[st.integers(0, 9)] * 4)
STRATA = st.lists(CELLS, max_size=5)


def make_tables(cells):
    return np.array(cells, dtype=np.int64).reshape(-1, 2, 2)


class TestOneTable:
    def test_fishers_twins(self):
        """R's help of fisher.test, Convictions; R solves to about four digits."""
        ratio = compute_odds_ratio(np.array([[2, 15], [10, 3]]))
        assert ratio.value == pytest.approx(0.04693661, abs=1e-6)
        assert (ratio.low, ratio.high) == pytest.approx((0.003325764, 0.363182271), abs=2e-5)
        wide = compute_odds_ratio(np.array([[2, 15], [10, 3]]), level=0.99)
        assert (wide.low, wide.high) == pytest.approx((0.001386333, 0.578851645), abs=2e-5)
        assert ratio.p == pytest.approx(0.0005367, abs=1e-7)

    def test_the_tea_of_a_lady(self):
        """R's help of fisher.test, TeaTasting: 6.408309, two-sided p of 0.4857."""
        ratio = compute_odds_ratio(np.array([[3, 1], [1, 3]]))
        assert ratio.value == pytest.approx(6.408309, abs=2e-5)
        assert ratio.p == pytest.approx(34 / 70)

    @given(CELLS)
    @settings(max_examples=60, deadline=None)
    def test_scipy_agrees(self, cells):
        table = np.array(cells).reshape(2, 2)
        if not (table.sum(axis=0).all() and table.sum(axis=1).all()):
            return
        found, other = compute_odds_ratio(table), contingency.odds_ratio(table)
        bounds = other.confidence_interval()
        assert found.value == pytest.approx(other.statistic, rel=1e-6)
        assert (found.low, found.high) == pytest.approx((bounds.low, bounds.high), rel=1e-6)
        assert found.p == pytest.approx(stats.fisher_exact(table).pvalue)

    @given(CELLS)
    @settings(max_examples=40)
    def test_rows_swapped_it_is_the_inverse(self, cells):
        table = np.array(cells).reshape(2, 2)
        one, other = compute_odds_ratio(table), compute_odds_ratio(table[::-1])
        with np.errstate(divide="ignore"):
            inverse = [float(1 / np.float64(x)) for x in (other.value, other.high, other.low)]
        assert one[:3] == pytest.approx(inverse, rel=1e-6, nan_ok=True)

    def test_an_empty_cell(self):
        none, all_ = (compute_odds_ratio(np.array(t)) for t in ([[0, 5], [3, 4]], [[5, 0], [4, 3]]))
        assert (none.value, none.low, math.isfinite(none.high)) == (0.0, 0.0, True)
        assert (all_.value, all_.high) == (math.inf, math.inf)
        assert all_.low > 0

    @pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[0, 0], [3, 4]], [[0, 3], [0, 4]]])
    def test_an_empty_margin_tells_nothing(self, table):
        ratio = compute_odds_ratio(np.array(table))
        assert math.isnan(ratio.value)
        assert ratio[1:] == (0.0, math.inf, 1.0)

    def test_large_counts_have_the_interval_of_a_large_sample(self):
        ratio = compute_odds_ratio(np.array([[3000, 45000], [1500, 50000]]))
        log = math.log(3000 * 50000 / (45000 * 1500))
        half = 1.959964 * math.sqrt(1 / 3000 + 1 / 45000 + 1 / 1500 + 1 / 50000)
        assert math.log(ratio.value) == pytest.approx(log, abs=1e-4)
        assert math.log(ratio.low) == pytest.approx(log - half, abs=2e-3)
        assert math.log(ratio.high) == pytest.approx(log + half, abs=2e-3)


class TestManyTables:
    def test_berkeley_as_published(self):
        """R's mantelhaen.test(UCBAdmissions): 0.9046968, 95 % interval 0.7719074 to 1.0603298."""
        common = combine_odds_ratios(BERKELEY)
        found = (common.value, common.low, common.high)
        assert found == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=1e-7)
        assert (common.strata, common.enough) == (6, True)

    def test_berkeley_by_statsmodels(self):
        """statsmodels 0.15.0: without a correction; Tarone's version."""
        common = combine_odds_ratios(BERKELEY)
        assert (common.statistic, common.p) == pytest.approx((1.5246066604, 0.2169236971), abs=1e-9)
        assert compare_odds_ratios(BERKELEY) == pytest.approx(
            (18.8255012521, 0.0020714014), abs=1e-9
        )

    def test_small_tables_by_statsmodels(self):
        common = combine_odds_ratios(SMALL)
        found = (common.value, common.low, common.high, common.statistic, common.p)
        frozen = (1.6223286662, 0.5368782073, 4.9023228459, 0.7057666009, 0.4008527903)
        assert found == pytest.approx(frozen, abs=1e-9)
        assert compare_odds_ratios(SMALL) == pytest.approx((0.2393899666, 0.9709930498), abs=1e-9)

    def test_the_crude_ratio_of_berkeley_misleads(self):
        """All departments together, women seem to be refused: the paradox of Simpson."""
        crude = compute_odds_ratio(BERKELEY.sum(axis=0))
        assert crude.low > 1.5
        assert combine_odds_ratios(BERKELEY).high < 1.1

    @given(STRATA)
    def test_the_ratio_in_fractions(self, cells):
        tables = make_tables(cells)
        told = [t.tolist() for t in tables if t.sum(axis=0).all() and t.sum(axis=1).all()]
        above = sum((Fraction(a * d, a + b + c + d) for (a, b), (c, d) in told), Fraction(0))
        below = sum((Fraction(b * c, a + b + c + d) for (a, b), (c, d) in told), Fraction(0))
        common = combine_odds_ratios(tables)
        assert common.strata == len(told)
        if below:
            assert common.value == pytest.approx(float(above / below))
        else:
            assert not math.isfinite(common.value)

    @given(STRATA, st.randoms())
    @settings(max_examples=40)
    def test_order_does_not_matter(self, cells, random):
        mixed = list(cells)
        random.shuffle(mixed)
        one, other = (
            combine_odds_ratios(make_tables(cells)),
            combine_odds_ratios(make_tables(mixed)),
        )
        assert one == pytest.approx(other, nan_ok=True)

    def test_one_table_has_its_own_ratio_and_the_interval_of_woolf(self):
        a, b, c, d = 12, 30, 9, 51
        common = combine_odds_ratios(np.array([[[a, b], [c, d]]]))
        assert common.value == pytest.approx(a * d / (b * c))
        half = 1.959963985 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        assert math.log(common.high / common.value) == pytest.approx(half)

    def test_no_table_tells_nothing(self):
        common = combine_odds_ratios(np.zeros((3, 2, 2), dtype=int))
        assert math.isnan(common.value)
        assert (common.strata, common.enough) == (0, False)
        assert all(math.isnan(x) for x in compare_odds_ratios(np.zeros((0, 2, 2), dtype=int)))

    def test_counts_are_enough_from_five_away_on(self):
        """One table with margins of 10: 5 are expected, between 0 and 10."""
        assert combine_odds_ratios(np.array([[[5, 5], [5, 5]]])).enough
        assert not combine_odds_ratios(np.array([[[5, 4], [5, 6]]])).enough

    def test_equal_ratios_are_alike(self):
        statistic, p = compare_odds_ratios(np.array([[[8, 4], [4, 8]], [[40, 20], [20, 40]]]))
        assert (statistic, p) == pytest.approx((0.0, 1.0), abs=1e-12)


class TestTrend:
    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=5))
    @settings(max_examples=60)
    def test_one_stratum_is_a_correlation(self, cells):
        """(N - 1) r^2, with r of score and outcome over the units."""
        counts, rest = np.array(cells).T
        trend = compute_trend(
            counts[np.newaxis], (counts + rest)[np.newaxis], np.arange(len(cells), dtype=float)
        )
        score = np.repeat(np.arange(len(cells)), counts + rest)
        outcome = np.array(list(itertools.chain(*([1] * a + [0] * b for a, b in cells))))
        if len(score) < 2 or np.ptp(score) == 0 or np.ptp(outcome) == 0:
            assert math.isnan(trend.statistic)
            return
        r = np.corrcoef(score, outcome)[0, 1]
        assert trend.statistic == pytest.approx((len(score) - 1) * r**2, abs=1e-9)

    def test_two_groups_are_the_test_of_mantel_and_haenszel(self):
        counts, totals = BERKELEY[:, :, 0], BERKELEY.sum(axis=2)
        trend = compute_trend(counts, totals, np.array([1.0, 0.0]))
        assert trend.statistic == pytest.approx(combine_odds_ratios(BERKELEY).statistic)
        assert trend.direction == -1

    def test_no_unit_tells_nothing(self):
        trend = compute_trend(
            np.zeros((1, 3), dtype=int), np.zeros((1, 3), dtype=int), np.arange(3.0)
        )
        assert (math.isnan(trend.p), trend.direction) == (True, 0)
