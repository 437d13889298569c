"""Intervals of indicators: against brute force, theory and many towns whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from ecograph.analysis import indicators
from ecograph.analysis.indicators import (
    DRAWS,
    MOST_UNITS,
    Cases,
    Measure,
    measure_median,
    measure_ratio,
    measure_share,
    measure_tie_share,
    pool_units,
    widen_share,
)
from ecograph.settings import Settings
from ecograph.statistics.resampling import bound_share

SETTINGS = Settings()


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Sixty firms with one to eight ties each, of a share that differs by firm; 0.3 on average.

    The interval that takes ties for separate cases holds it in far fewer of 300 towns.
    """
    random = np.random.default_rng(5)
    held, naive = [], []
    for _ in range(300):
        unit = np.repeat(np.arange(60), random.integers(1, 9, 60))
        deep = random.random(len(unit)) < random.beta(0.6, 1.4, 60)[unit]
        found = measure_tie_share(Cases(deep, np.ones(len(unit)), unit), SETTINGS)
        held.append(found.ci_low < 0.3 < found.ci_high)
        low, high = bound_share(np.array([deep.sum()]), np.array([len(unit)]))
        naive.append(low[0] < 0.3 < high[0])
    assert 0.9 <= np.mean(held) <= 0.98
    assert np.mean(naive) < 0.85


def test_firms_that_are_many_are_drawn_in_groups_with_the_same_error() -> None:
    """The standard error of a ratio of sums by its linear form (Cochran 1977, eq. 6.13)."""
    random = np.random.default_rng(2)
    n = 3 * MOST_UNITS
    whole = random.integers(1, 5, n).astype(float)
    part = whole * random.random(n)
    found = measure_ratio(Cases(part, whole, np.arange(n)), SETTINGS)
    ratio = part.sum() / whole.sum()
    error = np.sqrt(n / (n - 1) * ((part - ratio * whole) ** 2).sum()) / whole.sum()
    assert found.value == pytest.approx(ratio)
    assert found.ci_high - found.ci_low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_groups_of_firms_differ_by_one_at_most_and_hold_each_firm_whole() -> None:
    unit = np.repeat(np.arange(2 * MOST_UNITS + 3), 2)
    pool = pool_units(unit, 1)
    assert pool.size == MOST_UNITS
    assert (pool.group[::2] == pool.group[1::2]).all()
    sizes = np.bincount(pool.group[::2], minlength=MOST_UNITS)
    assert (sizes.min(), sizes.max()) == (2, 3)


def test_median_looks_near_the_middle_and_finds_what_all_values_give() -> None:
    random = np.random.default_rng(4)
    unit = random.integers(0, 50, 2000)
    values = random.lognormal(size=2000) * (1 + unit % 3)
    found = measure_median(values, unit, SETTINGS)
    drawn = []
    for sample in np.random.default_rng(1).integers(0, 50, (DRAWS, 50)):
        often = np.bincount(sample, minlength=50)[unit]
        drawn.append(np.median(np.repeat(values, often)))
    assert found.value == np.median(values)
    assert [found.ci_low, found.ci_high] == pytest.approx(np.quantile(drawn, (0.025, 0.975)))


@pytest.mark.parametrize("blocks", [1, 7, 100_000])
def test_draws_worked_on_in_blocks_are_the_same(
    blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, unit = np.arange(30.0) ** 2, np.arange(30) // 2
    whole = measure_median(values, unit, SETTINGS)
    monkeypatch.setattr(indicators, "_CELLS_AT_ONCE", blocks)
    assert measure_median(values, unit, SETTINGS) == whole


class TestWhereDrawsTellNothing:
    def test_few_firms(self) -> None:
        cases = Cases(np.arange(8.0), np.ones(8), np.arange(8) // 2)
        found = measure_ratio(cases, SETTINGS)
        assert found.value == 3.5
        assert np.isnan([found.ci_low, found.ci_high]).all()
        assert found.interval == ""

    def test_firms_that_are_all_alike(self) -> None:
        found = measure_ratio(Cases(np.full(9, 0.1), np.ones(9), np.arange(9)), SETTINGS)
        assert np.isnan(found.ci_low)
        assert np.isnan(measure_median(np.ones(9), np.arange(9), SETTINGS).ci_low)

    def test_no_case(self) -> None:
        none = np.zeros(0)
        empty = none.astype(np.int64)
        assert np.isnan(measure_ratio(Cases(none, none, empty), SETTINGS).value)
        assert np.isnan(measure_tie_share(Cases(none, none, empty), SETTINGS).ci_low)
        assert measure_median(none, empty, SETTINGS)[1:3] == (0, pytest.approx(np.nan, nan_ok=True))

    def test_a_share_of_none_is_bounded_by_its_firms_not_its_ties(self) -> None:
        found = measure_tie_share(Cases(np.zeros(40), np.ones(40), np.arange(40) // 4), SETTINGS)
        low, high = bound_share(np.array([0]), np.array([10]))
        assert (found.ci_low, found.ci_high) == (low[0], high[0])

    def test_an_interval_that_is_there_stays(self) -> None:
        found = Measure(0.5, 40, ci_low=0.4, ci_high=0.6, interval="firms")
        assert widen_share(found, 40, SETTINGS) == found


def test_a_share_above_one_has_no_interval() -> None:
    assert np.isnan(measure_share(3, 2, SETTINGS).ci_low)
    assert measure_share(3, 2, SETTINGS).value == 1.5
