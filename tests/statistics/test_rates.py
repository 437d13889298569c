from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from ecograph.analysis.gaps import VERDICTS
from ecograph.statistics.rates import (
    bound_counts,
    compare_rates,
    compute_funnel,
    control_discoveries,
    count_as_few,
    count_as_many,
    estimate_dispersion,
    find_critical,
    find_needed,
    shrink_ratios,
)

COUNTS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0.0, math.nan, 1.0, 7.5, 60.0])), max_size=8
)


def test_the_worked_case() -> None:
    """Of 362 links 17 where 90.5 were expected; methods.md rounds to 17 and 90."""
    table = compare_rates(np.array([17.0, 115, 115, 115]), np.full(4, 60.0))
    assert table["expected"].tolist() == [90.5] * 4
    assert table["ratio"].round(2).tolist() == [0.19, 1.27, 1.27, 1.27]
    exact = math.fsum(math.exp(k * math.log(90.5) - 90.5 - math.lgamma(k + 1)) for k in range(18))
    assert table["p"][0] == pytest.approx(exact, rel=1e-9)
    assert f"{exact:.0e}" == "3e-21"
    assert table["verdict"][0] == "gap"
    assert "gap" not in table["verdict"][1:].tolist()


def test_the_exact_interval_of_published_tables() -> None:
    """Garwood, Biometrika 28 (1936): 95% limits of a Poisson mean for 0, 1, 5, 10 and 20."""
    counts = np.array([0.0, 1, 5, 10, 20])
    table = compare_rates(counts, np.ones(5))
    expected = counts.sum() / 5
    limits = (table[["ci_low", "ci_high"]] * expected).round(3).to_numpy().tolist()
    published = [[0, 3.689], [0.025, 5.572], [1.623, 11.668], [4.795, 18.390], [12.217, 30.888]]
    assert limits == published


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", [1, 2, 7, 40, 300])
def test_the_exact_interval_by_root_finding(count: int, level: float) -> None:
    table = compare_rates(np.array([count, count + 1.0]), np.array([1.0, 2.0]), level=level)
    tail = (1 - level) / 2
    low = optimize.brentq(lambda m: stats.poisson.sf(count - 1, m) - tail, 1e-9, count)
    high = optimize.brentq(lambda m: stats.poisson.cdf(count, m) - tail, count, 5 * count + 20)
    expected = table["expected"][0]
    assert table["ci_low"][0] * expected == pytest.approx(low, rel=1e-6)
    assert table["ci_high"][0] * expected == pytest.approx(high, rel=1e-6)


def test_false_discoveries_by_hand() -> None:
    """Benjamini and Hochberg: p times 5 over its rank, then the least from the right."""
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    q = control_discoveries(p, np.ones(5, dtype=bool))
    assert q == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.5])


def test_only_testable_groups_share_the_false_discoveries() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    q = control_discoveries(p, np.array([True, False, True, False, False]))
    assert q[[0, 2]] == pytest.approx([0.02, 0.03])
    assert np.isnan(q[[1, 3, 4]]).all()
    assert np.isnan(control_discoveries(p, np.zeros(5, dtype=bool))).all()


def test_below_three_expected_links_nothing_can_be_said() -> None:
    """Zero links is significant at 5% only where exp(-E) <= 0.05, that is E >= 2.9957."""
    table = compare_rates(np.array([0.0, 0, 100]), np.array([2.99, 3.0, 94.01]))
    assert table["expected"].tolist() == pytest.approx([2.99, 3.0, 94.01])
    assert table["verdict"].tolist() == ["not_enough_data", "not_enough_data", "as_expected"]
    assert table["critical"].isna().tolist() == [True, False, False]
    assert table["critical"][1] == 0
    assert np.isnan(table["q"][0])
    assert table["p"][1] == pytest.approx(math.exp(-3))  # significant, were it the only test
    assert table["q"][1] == pytest.approx(2 * math.exp(-3))
    assert table["power"][0] == 0
    assert table["power"][1] == pytest.approx(math.exp(-1.5))


def test_critical_is_the_most_links_that_are_significantly_few() -> None:
    table = compare_rates(np.array([50.0, 50]), np.array([10.0, 90.0]))
    for expected, critical in zip(table["expected"], table["critical"], strict=True):
        assert stats.poisson.cdf(critical, expected) <= 0.05
        assert stats.poisson.cdf(critical + 1, expected) > 0.05


def test_as_expected_is_said_only_where_the_interval_excludes_half_the_rate() -> None:
    """The exact lower limits of 11 and 12 events: as many or more have a chance of 2.5 %."""
    assert stats.poisson.sf([10, 11], [5.491, 6.201]) == pytest.approx(0.025, abs=1e-4)
    open_still = compare_rates(np.array([11.0, 11]), np.ones(2))
    excluded = compare_rates(np.array([12.0, 12]), np.ones(2))
    assert open_still["ci_low"][0] == pytest.approx(5.491 / 11, abs=1e-4)
    assert excluded["ci_low"][0] == pytest.approx(6.201 / 12, abs=1e-4)
    assert open_still["verdict"].tolist() == ["not_enough_data"] * 2
    assert excluded["verdict"].tolist() == ["as_expected"] * 2
    loose = compare_rates(np.array([11.0, 11]), np.ones(2), margin=0.4)
    assert loose["verdict"].tolist() == ["as_expected"] * 2


def test_power_is_the_chance_to_see_the_margin_as_significantly_few() -> None:
    table = compare_rates(np.array([40.0, 40]), np.ones(2))
    assert table["critical"][0] == 29  # P(X <= 29 | 40) = 0.0432, P(X <= 30 | 40) = 0.0617
    assert table["power"][0] == pytest.approx(stats.poisson.cdf(29, 20))


def test_an_industry_at_half_the_rate_is_hardly_ever_called_as_expected() -> None:
    """The interval excludes half the rate in at most 2.5 % of samples, whatever their number."""
    draw = np.random.default_rng(5)
    called = 0
    for _ in range(400):
        counts = draw.poisson(np.array([13.0] + [26.0] * 11)).astype(float)
        table = compare_rates(counts, np.ones(12))
        called += table["verdict"][0] == "as_expected"
    assert called / 400 < 0.06  # expectation is pulled down a little by the weak industry itself


@given(COUNTS)
def test_what_is_observed_is_what_is_expected_in_all(groups: list[tuple[int, float]]) -> None:
    observed = np.array([count for count, _ in groups], dtype=float)
    exposure = np.array([weight for _, weight in groups], dtype=float)
    table = compare_rates(observed, exposure)
    known = exposure > 0
    assert table["expected"].sum() == pytest.approx(observed[known].sum())
    assert table.loc[~known, "expected"].isna().all()
    assert set(table.loc[~known, "verdict"]) <= {"not_enough_data"}
    compared = table[table["expected"] > 0]
    assert (compared["ci_low"] <= compared["ratio"]).all()
    assert (compared["ratio"] <= compared["ci_high"]).all()
    assert compared["p"].between(0, 1).all()
    assert (compared["q"].dropna() >= compared.loc[compared["q"].notna(), "p"] - 1e-12).all()
    assert set(table["verdict"]) <= set(VERDICTS)


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(
    groups: list[tuple[int, float]], random: object
) -> None:
    order = list(range(len(groups)))
    random.shuffle(order)  # type: ignore[attr-defined]
    observed, exposure = np.array(groups, dtype=float).reshape(-1, 2).T
    table = compare_rates(observed, exposure)
    moved = compare_rates(observed[order], exposure[order])
    pd.testing.assert_frame_equal(moved, table.iloc[order].reset_index(drop=True))


# Counts that vary more than independent events


@pytest.mark.parametrize("dispersion", [1.3, 2.0, 7.5])
def test_dispersed_chances_are_those_of_the_negative_binomial(dispersion: float) -> None:
    """scipy's law with the mean and the variance that are asked for."""
    count, expected = np.arange(-1.0, 60), np.full(61, 12.5)
    shape, chance = 12.5 / (dispersion - 1), 1 / dispersion
    law = stats.nbinom(shape, chance)
    assert (law.mean(), law.var()) == pytest.approx((12.5, 12.5 * dispersion))
    assert count_as_few(count, expected, dispersion=dispersion) == pytest.approx(law.cdf(count))
    many = count_as_many(count, expected, dispersion=dispersion)
    assert many == pytest.approx(law.sf(count - 1))


def test_the_sum_of_firms_has_the_law_of_its_industry() -> None:
    """30 firms, each geometric with mean 1/2 (dispersion 3/2), by convolution."""
    one = stats.geom.pmf(np.arange(1, 200), 2 / 3)
    total = np.array([1.0])
    for _ in range(30):
        total = np.convolve(total, one)[:200]
    count = np.arange(100.0)
    few = count_as_few(count, np.full(100, 15.0), dispersion=1.5)
    assert few == pytest.approx(np.cumsum(total)[:100], abs=1e-12)


def test_hardly_any_dispersion_is_none() -> None:
    count, expected = np.array([0.0, 3, 9]), np.array([2.0, 3, 4])
    near = count_as_few(count, expected, dispersion=1 + 1e-9)
    assert near == pytest.approx(stats.poisson.cdf(count, expected), abs=1e-6)
    low, high = bound_counts(count, 0.95, dispersion=1 + 1e-9)
    assert (low, high) == tuple(pytest.approx(x, abs=1e-5) for x in bound_counts(count, 0.95))


@pytest.mark.parametrize("interval", ["exact", "mid"])
@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_limits_solve_the_equations_that_define_them(dispersion, interval) -> None:
    count = np.array([1.0, 4, 30])
    low, high = bound_counts(count, 0.9, dispersion=dispersion, interval=interval)
    own = 0.5 if interval == "mid" else 0.0
    at_low = count_as_many(count, low, dispersion=dispersion)
    at_low -= own * (at_low - count_as_many(count + 1, low, dispersion=dispersion))
    at_high = count_as_few(count, high, dispersion=dispersion)
    at_high -= own * (at_high - count_as_few(count - 1, high, dispersion=dispersion))
    assert at_low == pytest.approx(0.05)
    assert at_high == pytest.approx(0.05)


def test_the_interval_of_no_event_starts_at_zero() -> None:
    low, high = bound_counts(np.zeros(1), 0.95, interval="mid")
    assert low[0] == 0
    assert high[0] == pytest.approx(-math.log(2 * 0.025))  # half of P(X = 0) is left


def find_coverage(expected: float, interval: str, dispersion: float) -> float:
    """Add up the chances of the counts whose interval holds the expectation that made them."""
    count = np.arange(0.0, expected + 60 * math.sqrt(expected * dispersion) + 60)
    low, high = bound_counts(count, 0.95, dispersion=dispersion, interval=interval)
    held = (low <= expected) & (expected <= high)
    few = count_as_few(count, np.full(len(count), expected), dispersion=dispersion)
    return float(np.diff(few, prepend=0.0)[held].sum())


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
@pytest.mark.parametrize("expected", [0.5, 3.0, 10.0, 40.0])
def test_exact_intervals_cover_at_least_their_level(expected, dispersion) -> None:
    assert find_coverage(expected, "exact", dispersion) >= 0.95 - 1e-9


def test_mid_intervals_cover_their_level_on_average() -> None:
    covered = [find_coverage(e, "mid", 1.0) for e in np.arange(5.0, 60.0, 1.37)]
    assert 0.94 < np.mean(covered) < 0.96


def test_dispersion_by_hand() -> None:
    """Firms 2, 0, 1, 1 and 3, 0: the squared distances from 1 and 1.5 over 1 and 1.5, over 4."""
    counts, groups = np.array([2.0, 1, 1, 3]), np.array([0, 0, 0, 1])
    found = estimate_dispersion(counts, groups, np.array([4.0, 2]))
    statistic = (1 + 1 + 0 + 0) / 1 + (1.5**2 + 1.5**2) / 1.5
    assert found.value == pytest.approx(statistic / 4)
    assert found.units == 6


def test_the_test_of_dispersion_has_the_moments_of_independent_events() -> None:
    """All ways to lay three events on three firms, each equally likely: mean and variance."""
    ways = [np.bincount(way, minlength=3) for way in itertools.product(range(3), repeat=3)]
    statistics = np.array([((way - 1.0) ** 2).sum() for way in ways])
    assert statistics.mean() == pytest.approx(2)
    assert statistics.var() == pytest.approx(2 * 2 * (1 - 1 / 3))
    found = estimate_dispersion(np.array([3.0]), np.array([0]), np.array([3.0]))
    assert found.p == pytest.approx(stats.gamma.sf(6, 4 / (8 / 3), scale=(8 / 3) / 2))


def test_independent_events_are_hardly_ever_called_uneven() -> None:
    draws = np.random.default_rng(3)
    called = 0
    for _ in range(300):
        counts = draws.poisson(1.0, 400)
        groups = np.repeat(np.arange(4), 100)
        some = counts > 0
        found = estimate_dispersion(counts[some].astype(float), groups[some], np.full(4, 100.0))
        called += found.p <= 0.05
    assert 0.02 < called / 300 < 0.09


def test_where_no_group_has_two_events_nothing_is_known_of_dispersion() -> None:
    found = estimate_dispersion(np.array([1.0, 1]), np.array([0, 1]), np.array([5.0, 5]))
    assert (found.value, found.units) == (1, 0)
    assert np.isnan(found.p)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_needed_is_the_least_expectation_beyond_which_power_never_falls_below(dispersion) -> None:
    grid = np.arange(2.0, 120.0, 0.01)
    critical = find_critical(grid, 0.05, dispersion=dispersion)
    power = count_as_few(critical, 0.5 * grid, dispersion=dispersion)
    last_weak = grid[power < 0.8].max()
    needed = find_needed(alpha=0.05, margin=0.5, dispersion=dispersion)
    assert needed == pytest.approx(last_weak, abs=0.02)


def test_needed_is_what_is_left_of_it() -> None:
    table = compare_rates(np.array([10.0, 40]), np.array([1.0, 4.0]))
    enough = find_needed(alpha=0.05, margin=0.5)
    assert table["needed"].tolist() == pytest.approx([enough - 10, 0])


def test_ratios_are_shrunk_by_how_little_they_tell() -> None:
    """Marshall 1991: spread 0.27885, chance of the mean group 0.0375, of each group 1/E."""
    shrunk = shrink_ratios(np.array([0.0, 20, 60]), np.array([1.0, 40, 39]))
    spread = (1 * 1**2 + 40 * 0.5**2 + 39 * (60 / 39 - 1) ** 2) / 80
    beyond = spread - 1 / (80 / 3)
    by_hand = [1 + beyond / (beyond + 1 / e) * (o / e - 1) for o, e in ((0, 1), (20, 40), (60, 39))]
    assert shrunk == pytest.approx(by_hand)
    assert shrink_ratios(np.array([9.0, 11]), np.array([10.0, 10])).tolist() == [1, 1]


def test_the_funnel_holds_its_share_of_groups() -> None:
    expected = np.array([4.0, 20.0, 80.0])
    for dispersion in (1.0, 2.0):
        funnel = compute_funnel(expected, dispersion=dispersion)
        for level, part in funnel.groupby("level"):
            low, high = (part[c].to_numpy() * expected for c in ("low", "high"))
            assert count_as_few(low - 1, expected, dispersion=dispersion).max() <= (1 - level) / 2
            assert count_as_few(low, expected, dispersion=dispersion).min() > (1 - level) / 2
            assert count_as_many(high + 1, expected, dispersion=dispersion).max() <= (1 - level) / 2
            assert count_as_many(high, expected, dispersion=dispersion).min() > (1 - level) / 2


@pytest.mark.parametrize("activity", ["geometric", "few"])
def test_uneven_firms_make_no_false_gaps(activity: str) -> None:
    """Eight industries of one rate, a false gap in at most one city of twenty; Poisson: in many."""
    draws = np.random.default_rng(11)
    cities, wrong, naive = 150, 0, 0
    groups = np.repeat(np.arange(8), 60)
    for _ in range(cities):
        if activity == "geometric":
            counts = draws.geometric(1 / 3, 480) - 1
        else:
            counts = draws.negative_binomial(0.3, 0.3 / 2.3, 480)
        observed = np.bincount(groups, counts, 8)
        some = counts > 0
        found = estimate_dispersion(counts[some].astype(float), groups[some], np.full(8, 60.0))
        table = compare_rates(observed, np.full(8, 60.0), dispersion=found.value)
        wrong += "gap" in table["verdict"].tolist()
        naive += "gap" in compare_rates(observed, np.full(8, 60.0))["verdict"].tolist()
    assert wrong / cities <= 0.08  # 0.05, and what 150 cities may be off by
    assert naive / cities > 0.3
