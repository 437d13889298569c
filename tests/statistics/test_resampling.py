from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecograph.statistics.resampling import (
    bootstrap_interval,
    bootstrap_mean,
    bootstrap_median,
    bootstrap_ratio,
    bound_share,
    compute_cramers_v,
    compute_mutual_information,
    permute_alignment,
)

# Efron and Tibshirani, An Introduction to the Bootstrap, 1993, table 14.1: test A of 26 children
SPATIAL = np.array([48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32])
SPATIAL = np.append(SPATIAL, [24, 47, 41, 24, 26, 30, 41]).astype(float)
LABELS = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 4)), min_size=1, max_size=30)


def _compute_variance(weight: np.ndarray) -> np.ndarray:
    total = weight.sum(axis=1)
    mean = weight @ SPATIAL / total
    return weight @ SPATIAL**2 / total - mean**2


@pytest.mark.parametrize(
    ("method", "published"), [("percentile", (100.8, 233.9)), ("bca", (115.8, 259.6))]
)
def test_the_published_interval_of_a_variance(method: str, published: tuple[float, float]) -> None:
    """Efron and Tibshirani 1993, table 14.2: 90 % from 2,000 draws.

    A 5 % quantile of so few draws itself has an error of 2 % here, one of 95 % of 0.8 %.
    """
    found = bootstrap_interval(
        _compute_variance, 26, seed=1, draws=20_000, level=0.9, method=method
    )
    assert round(found.value, 1) == 171.5
    assert (found.low, found.high) == pytest.approx(published, rel=0.04)
    assert found.draws == 20_000


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_a_ratio_is_bounded_as_by_scipy(method: str) -> None:
    random = np.random.default_rng(8)
    firms = random.integers(1, 30, 60).astype(float)
    links = random.poisson(firms * random.gamma(1, 1, 60)).astype(float)
    found = bootstrap_ratio(links, firms, seed=2, draws=20_000, method=method)
    other = stats.bootstrap(
        (links, firms),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method=method.replace("bca", "BCa"),
        rng=np.random.default_rng(3),
    )
    assert found.value == pytest.approx(links.sum() / firms.sum())
    error = 0.06 * found.error  # twice three errors of a 2.5 % quantile of 20,000 draws
    assert found.low == pytest.approx(other.confidence_interval.low, abs=error)
    assert found.high == pytest.approx(other.confidence_interval.high, abs=error)
    assert found.error == pytest.approx(other.standard_error, rel=0.03)


def test_skewness_moves_the_bca_interval_outwards_on_its_side() -> None:
    values = np.random.default_rng(4).exponential(size=40)
    plain, moved = (
        bootstrap_mean(values, seed=5, draws=5000, method=method)
        for method in ("percentile", "bca")
    )
    assert moved.low > plain.low
    assert moved.high > plain.high
    assert moved.value == plain.value == pytest.approx(values.mean())


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_hold_the_truth_as_often_as_they_should(method: str) -> None:
    """A normal mean: |t| below 1.96 sqrt((n - 1) / n) with n - 1 degrees, within three errors."""
    random, n, trials = np.random.default_rng(6), 25, 300
    limit = stats.norm.isf(0.025) * math.sqrt((n - 1) / n)
    expected = 1 - 2 * stats.t.sf(limit, n - 1)
    held = 0
    for trial in range(trials):
        found = bootstrap_mean(random.normal(size=n), seed=trial, draws=400, method=method)
        held += found.low <= 0 <= found.high
    error = math.sqrt(expected * (1 - expected) / trials)
    assert held / trials == pytest.approx(expected, abs=3 * error)


def test_the_standard_error_of_a_mean_is_the_known_one() -> None:
    values = np.arange(10.0)
    found = bootstrap_mean(values, seed=7, draws=20_000)
    assert found.error == pytest.approx(values.std() / math.sqrt(10), rel=0.02)
    assert found.value == 4.5


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("size", [2, 3, 8, 9])
def test_medians_are_those_of_repeated_values(size: int, method: str) -> None:
    ranked = np.sort(np.random.default_rng(size).integers(0, 20, size)).astype(float)

    def repeat(weight: np.ndarray) -> np.ndarray:
        return np.array([np.median(np.repeat(ranked, row.astype(int))) for row in weight])

    plain = bootstrap_interval(repeat, size, seed=9, draws=300, method=method)
    found = bootstrap_median(ranked[::-1], seed=9, draws=300, method=method)
    assert found == pytest.approx(plain, nan_ok=True)


def test_the_quick_jackknife_is_the_slow_one() -> None:
    links, firms = np.array([0.0, 4, 1, 7, 2]), np.array([1.0, 5, 2, 6, 9])
    slow = bootstrap_interval(
        lambda weight: weight @ links / (weight @ firms), 5, seed=3, draws=500, method="bca"
    )
    assert bootstrap_ratio(links, firms, seed=3, draws=500, method="bca") == pytest.approx(slow)


def test_many_units_are_drawn_in_blocks_of_the_same_draws() -> None:
    values = np.random.default_rng(0).normal(size=30_000)
    found = bootstrap_mean(values, seed=1, draws=40)  # more than one block
    random = np.random.default_rng(1)
    drawn = [values[random.integers(0, 30_000, 30_000)].mean() for _ in range(40)]
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]))


def test_what_cannot_be_bounded() -> None:
    empty = bootstrap_mean(np.array([]), seed=1)
    assert np.isnan([empty.value, empty.low, empty.high, empty.error]).all()
    assert empty.draws == 0
    one = bootstrap_median(np.array([3.0]), seed=1)
    assert one.value == 3
    assert np.isnan(one.low)
    nothing = bootstrap_ratio(np.ones(4), np.zeros(4), seed=1)
    assert np.isnan(nothing.value)
    assert nothing.draws == 0
    equal = bootstrap_mean(np.full(5, 2.0), seed=1, method="bca")
    assert (equal.low, equal.high, equal.error) == (2, 2, 0)
    none = bootstrap_median(np.array([]), seed=1, method="bca")
    assert np.isnan(none.value)


def test_draws_without_a_denominator_are_left_out_and_counted() -> None:
    found = bootstrap_ratio(np.array([1.0, 1, 1]), np.array([2.0, 0, 0]), seed=1, draws=3000)
    assert found.value == 1.5
    expected = 1 - (2 / 3) ** 3  # that the one unit with a denominator is drawn
    assert found.draws / 3000 == pytest.approx(expected, abs=3 * math.sqrt(0.21 / 3000))
    bca = bootstrap_ratio(np.array([1.0, 1, 1]), np.array([2.0, 0, 0]), seed=1, method="bca")
    assert bca.low <= 1.5 <= bca.high


def test_bca_says_nothing_where_all_draws_lie_above_the_value() -> None:
    def rise(weight: np.ndarray) -> np.ndarray:
        return np.where(len(weight) == 1, 1.0, 2.0) + np.zeros(len(weight))

    found = bootstrap_interval(rise, 3, seed=1, draws=50, method="bca")
    assert found.value == 1
    assert np.isnan([found.low, found.high]).all()
    plain = bootstrap_interval(rise, 3, seed=1, draws=50)
    assert (plain.low, plain.high) == (2, 2)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.arange(20.0)
    first, again, other = (bootstrap_mean(values, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    narrow = bootstrap_mean(values, seed=1, level=0.5)
    assert first.low < narrow.low < narrow.high < first.high


def test_values_that_are_not_known_are_left_out() -> None:
    known = bootstrap_ratio(np.array([1.0, 2, 5]), np.array([2.0, 2, 2]), seed=1)
    more = bootstrap_ratio(
        np.array([1.0, np.nan, 2, 5, 3]), np.array([2.0, 1, 2, 2, np.nan]), seed=1
    )
    assert more == known


def test_published_intervals_of_shares() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I: methods 3 (Wilson) and 5 (exact)."""
    met, trials = np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29])
    low, high = bound_share(met, trials)
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]
    low, high = bound_share(met, trials, method="exact")
    assert low.round(4).tolist() == [0.2527, 0.0578, 0.0, 0.0009]
    assert high.round(4).tolist() == [0.3676, 0.1617, 0.1684, 0.1776]


@given(st.integers(1, 300), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
@settings(max_examples=40, deadline=None)
def test_shares_are_bounded_as_by_scipy(trials: int, part: float, level: float) -> None:
    met = round(part * trials)
    result = stats.binomtest(met, trials)
    for method in ("wilson", "exact"):
        low, high = bound_share(np.array([met]), np.array([trials]), level, method=method)
        other = result.proportion_ci(level, method=method)
        assert (low[0], high[0]) == pytest.approx((other.low, other.high), abs=1e-9)


def test_how_often_intervals_of_shares_hold_the_truth() -> None:
    """By summing the binomial law: exact ones never less than 95 %, Wilson's on average so."""
    met = np.arange(31)
    share = np.linspace(0.01, 0.99, 99)
    chance = stats.binom.pmf(met, 30, share[:, None])
    for method, least, mean in (("exact", 0.95, 0.975), ("wilson", 0.8, 0.953)):
        low, high = bound_share(met, np.full(31, 30), method=method)
        holds = (low <= share[:, None]) & (share[:, None] <= high)
        held = (chance * holds).sum(axis=1)
        assert held.min() >= least
        assert held.mean() == pytest.approx(mean, abs=0.01)


def test_shares_at_the_edge() -> None:
    low, high = bound_share(np.array([0, 5, 0, np.nan]), np.array([5, 5, 0, 4]))
    assert low[0] == 0
    assert high[1] == 1
    assert (low[2], high[2]) == (0, 1)
    assert np.isnan([low[3], high[3]]).all()
    assert all(part.size == 0 for part in bound_share(np.array([]), np.array([])))
    with pytest.raises(ValueError, match="between 0 and trials"):
        bound_share(np.array([6]), np.array([5]))
    with pytest.raises(ValueError, match="between 0 and trials"):
        bound_share(np.array([-1]), np.array([5]))


@given(LABELS)
@settings(max_examples=60, deadline=None)
def test_measures_by_plain_loops(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    known = [(a, b) for a, b in pairs if a >= 0 and b >= 0]
    v, information = _measure_plainly(known)
    assert compute_cramers_v(first, second) == pytest.approx(v, nan_ok=True, abs=1e-7)
    assert compute_mutual_information(first, second) == pytest.approx(
        information, nan_ok=True, abs=1e-9
    )
    assert compute_cramers_v(second, first) == pytest.approx(v, nan_ok=True, abs=1e-7)


def test_cramers_v_by_hand_and_by_scipy() -> None:
    """Table [[10, 5], [3, 12]], n = 30: chi squared 6.652, so phi squared 0.2217."""
    table = np.array([[10, 5], [3, 12]])
    first = np.repeat([0, 0, 1, 1], table.ravel())
    second = np.repeat([0, 1, 0, 1], table.ravel())
    raw = stats.contingency.association(table, method="cramer", correction=False)
    assert raw**2 == pytest.approx(30 * (10 * 12 - 5 * 3) ** 2 / (15 * 15 * 13 * 17) / 30)
    expected = math.sqrt((raw**2 - 1 / 29) / (1 - 1 / 29))
    assert compute_cramers_v(first, second) == pytest.approx(expected)


def test_the_correction_takes_away_what_chance_gives() -> None:
    random = np.random.default_rng(2)
    drawn = [random.integers(0, (6, 8), (60, 2)).T for _ in range(200)]
    squares = [compute_cramers_v(*pair) ** 2 for pair in drawn]
    raw = [
        stats.contingency.association(stats.contingency.crosstab(*pair).count) ** 2
        for pair in drawn
    ]
    assert np.mean(raw) > 0.1  # about (8 - 1) / 59
    assert np.mean(squares) < 0.02


def test_mutual_information_by_hand() -> None:
    """Halves against quarters: H1 = 1 bit, H2 = 2 bits, I = 1 bit, so 2 / 3."""
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3])
    assert compute_mutual_information(first, second) == pytest.approx(2 / 3)
    assert compute_mutual_information(first, np.zeros(4, dtype=int)) == 0
    assert np.isnan(compute_mutual_information(np.zeros(4, dtype=int), np.ones(4, dtype=int)))


@pytest.mark.parametrize("strata", [None, [0, 0, 0, 0, 7, 7, 7]])
def test_every_dealing_out_is_looked_at(strata: list[int] | None) -> None:
    first, second = np.array([0, 0, 1, 1, 0, 1, 2]), np.array([3, 3, 1, 1, 1, 3, 3])
    layer = strata or [0] * 7
    parts = [np.flatnonzero(np.array(layer) == value) for value in sorted(set(layer))]
    exact = []
    for orders in itertools.product(*(itertools.permutations(part) for part in parts)):
        dealt = np.empty(7, dtype=int)
        for part, order in zip(parts, orders, strict=True):
            dealt[part] = second[list(order)]
        exact.append(_measure_plainly(list(zip(first, dealt, strict=True))))
    draws = 2000
    table = permute_alignment(
        first, second, seed=3, draws=draws, strata=None if strata is None else np.array(strata)
    )
    for row, values in zip(table.itertuples(), np.array(exact).T, strict=True):
        error = values.std() / math.sqrt(draws)
        assert row.expected == pytest.approx(values.mean(), abs=4 * error)
        assert row.deviation == pytest.approx(values.std(), rel=0.1)
        assert row.draws == draws
        p = (values >= row.observed - 1e-9).mean()
        assert row.p == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / draws) + 1 / draws)


def test_what_strata_explain_is_expected() -> None:
    """Both labels are the year: within years there is nothing to deal out."""
    year = np.repeat([2020, 2021, 2022], 5)
    label = year - 2020
    within = permute_alignment(label, label, seed=1, strata=year, draws=50)
    assert within["observed"].tolist() == within["expected"].tolist() == [1.0, 1.0]
    assert within["p"].tolist() == [1.0, 1.0]
    across = permute_alignment(label, label, seed=1, draws=50)
    assert (across["expected"] < 0.6).all()
    assert across["p"].tolist() == [1 / 51] * 2


def test_the_order_of_units_plays_no_part_in_what_is_observed() -> None:
    random = np.random.default_rng(0)
    first, second, strata = random.integers(0, 4, (3, 50))
    order = random.permutation(50)
    one = permute_alignment(first, second, seed=1, strata=strata, draws=20)
    other = permute_alignment(first[order], second[order], seed=1, strata=strata[order], draws=20)
    assert one["observed"].tolist() == pytest.approx(other["observed"].tolist())
    again = permute_alignment(first, second, seed=1, strata=strata, draws=20)
    assert one.equals(again)
    assert not one.equals(permute_alignment(first, second, seed=2, strata=strata, draws=20))


def test_chances_are_as_often_small_as_they_say() -> None:
    """150 pairs of unrelated labels: 5 % of chances below 5 %, within three errors."""
    random = np.random.default_rng(5)
    tables = [
        permute_alignment(*random.integers(0, 3, (2, 40)), seed=trial, draws=99)
        for trial in range(150)
    ]
    chances = np.array([table["p"] for table in tables])
    assert (chances <= 0.05).mean(axis=0) == pytest.approx(
        [0.05, 0.05], abs=3 * math.sqrt(0.05 * 0.95 / 150)
    )


def test_labels_that_tell_nothing() -> None:
    same, other = np.zeros(4, dtype=int), np.array([0, 1, 0, 1])
    table = permute_alignment(same, other, seed=1, draws=10)
    assert np.isnan(table.loc["cramers_v", ["observed", "expected", "p"]].astype(float)).all()
    assert table.loc["cramers_v", "draws"] == 0
    assert table.loc["mutual_information", "observed"] == 0
    assert table.loc["mutual_information", "p"] == 1
    none = np.array([], dtype=int)
    for pair in ((none, none), (-np.ones(3, dtype=int), np.arange(3)), ([4], [2])):
        empty = permute_alignment(*map(np.asarray, pair), seed=1, draws=5)
        assert empty["observed"].isna().all()
        assert empty["p"].isna().all()
    own = np.arange(5)
    assert np.isnan(compute_cramers_v(own, own))
    assert compute_mutual_information(own, own) == pytest.approx(1)
    assert permute_alignment(other, other, seed=1, draws=0)["expected"].isna().all()


def _measure_plainly(pairs: list[tuple[int, int]]) -> tuple[float, float]:
    n = len(pairs)
    rows, columns = ({pair[side] for pair in pairs} for side in (0, 1))
    square, information, entropy = -1.0, 0.0, 0.0
    for side, values in enumerate((rows, columns)):
        for value in values:
            share = sum(pair[side] == value for pair in pairs) / n
            entropy -= share * math.log(share)
    for a in rows:
        for b in columns:
            both = pairs.count((a, b))
            by_a = sum(pair[0] == a for pair in pairs)
            by_b = sum(pair[1] == b for pair in pairs)
            square += both**2 / (by_a * by_b)
            if both:
                information += both / n * math.log(both * n / (by_a * by_b))
    shared = 2 * information / entropy if entropy > 1e-12 else math.nan
    r, c = len(rows), len(columns)
    if min(r, c) < 2:
        return math.nan, shared
    most = min(k - 1 - (k - 1) ** 2 / (n - 1) for k in (r, c))
    if most < 1e-9:
        return math.nan, shared
    return math.sqrt(max(0.0, square - (r - 1) * (c - 1) / (n - 1)) / most), shared
