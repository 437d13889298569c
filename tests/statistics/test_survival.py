from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.statistics.survival import (
    CURVE_COLUMNS,
    estimate_survival,
    find_quantile,
    read_curve,
)

# Weeks of remission of 21 children given 6-MP: Freireich et al., Blood 21, 699-716, 1963; the data
# and the estimate are in Kleinbaum and Klein, Survival Analysis, 2012, section 2.II, and in Cox
# and Oakes, Analysis of Survival Data, 1984, table 1.1.
WEEKS = np.array(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], dtype=float
)
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)

# lifelines 0.30.3, KaplanMeierFitter, at 6, 7, 10, 13, 16, 22, 23 weeks
LIFELINES_6MP = {
    "survival": [
        0.857142857142857,
        0.8067226890756299,
        0.7529411764705878,
        0.6901960784313722,
        0.6274509803921566,
        0.5378151260504199,
        0.44817927170868327,
    ],
    "ci_low": [
        0.6197179552659838,
        0.5631465646222333,
        0.5031995107999564,
        0.43161022248618386,
        0.36751085598750194,
        0.26777893676713493,
        0.18805200595923233,
    ],
    "ci_high": [
        0.9515517476469969,
        0.9228090192028802,
        0.8893618351692651,
        0.8490659633494505,
        0.8049121894718411,
        0.7467907176353943,
        0.6801426284952412,
    ],
}

# lifelines 0.30.3 with late entries; drawn once by numpy's default_rng(7)
LATE = {
    "duration": [13, 9, 10, 12, 9, 11, 12, 5, 3, 6, 6, 12, 13, 3, 8, 12, 4, 11, 4, 8, 11, 6, 6, 6],
    "censored": [3, 4, 10, 14, 17, 19, 20, 21],
    "entry": [0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 5, 7, 6, 2, 3, 8, 3, 1, 3, 1, 7, 5, 1, 0],
    "time": [3, 4, 5, 6, 8, 9, 10, 11, 12, 13],
    "survival": [
        0.8571428571428573,
        0.742857142857143,
        0.6857142857142859,
        0.5485714285714287,
        0.5485714285714287,
        0.5028571428571431,
        0.45257142857142874,
        0.4022857142857143,
        0.20114285714285718,
        0.0,
    ],
    "ci_low": [
        0.5394481776231688,
        0.4523692615514024,
        0.40338113235919426,
        0.3005226786241284,
        0.3005226786241284,
        0.2661441015378178,
        0.22735633052242882,
        0.1901582313140009,
        0.05314503686413268,
    ],
    "median": (10.0, 4.0, 12.0),
}

UNITS = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 11)).filter(lambda u: u[2] < u[0]),
    max_size=40,
)


def estimate_slowly(
    units: list[tuple[int, bool, int]],
) -> list[tuple[int, int, int, int, float, float]]:
    """Walk through the times one by one, unit by unit."""
    rows, left, spread = [], 1.0, 0.0
    for time in sorted({duration for duration, _, _ in units}):
        at_risk = sum(entry < time <= duration for duration, _, entry in units)
        events = sum(duration == time and event for duration, event, _ in units)
        censored = sum(duration == time and not event for duration, event, _ in units)
        left *= 1 - events / at_risk
        spread += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
        rows.append((time, at_risk, events, censored, left, left**2 * spread if left else math.nan))
    return rows


def estimate_units(units: list[tuple[int, bool, int]], level: float = 0.95):
    duration, event, entry = (
        np.array([unit[n] for unit in units], dtype=kind)
        for n, kind in enumerate((float, bool, float))
    )
    return estimate_survival(duration, event, entry, level=level)


class TestPublishedRemissions:
    curve = estimate_survival(WEEKS, RELAPSED)

    def test_shares_at_risk_and_events(self):
        steps = self.curve[self.curve["events"] > 0]
        assert steps["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
        assert steps["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
        assert steps["events"].tolist() == [3, 1, 1, 1, 1, 1, 1]
        published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
        assert steps["survival"].round(3).tolist() == published

    def test_standard_errors(self):
        """As R's survfit prints them."""
        steps = self.curve[self.curve["events"] > 0]
        published = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
        assert np.sqrt(steps["variance"]).round(4).tolist() == published

    def test_lifelines_to_nine_digits(self):
        steps = self.curve[self.curve["events"] > 0]
        for name, values in LIFELINES_6MP.items():
            assert steps[name].to_numpy() == pytest.approx(values, abs=1e-9)

    def test_median_is_23_weeks_with_an_open_upper_bound(self):
        median = find_quantile(self.curve)
        assert median[:2] == (23.0, 13.0)
        assert math.isnan(median.high)

    def test_a_higher_level_gives_a_wider_interval(self):
        wide = estimate_survival(WEEKS, RELAPSED, level=0.99)
        assert (wide["ci_low"] < self.curve["ci_low"]).all()
        assert (wide["ci_high"] > self.curve["ci_high"]).all()


def test_late_entries_as_lifelines_has_them():
    event = ~np.isin(np.arange(24), LATE["censored"])
    entry = np.array(LATE["entry"], dtype=float)
    curve = estimate_survival(np.array(LATE["duration"], dtype=float), event, entry)
    assert curve["time"].tolist() == LATE["time"]
    assert curve["survival"].to_numpy() == pytest.approx(LATE["survival"], abs=1e-9)
    assert curve["ci_low"].to_numpy()[:-1] == pytest.approx(LATE["ci_low"], abs=1e-9)
    assert find_quantile(curve) == LATE["median"]


@given(UNITS)
def test_the_estimate_of_a_slow_loop(units):
    curve, slow = estimate_units(units), estimate_slowly(units)
    columns = ("time", "at_risk", "events", "censored", "survival", "variance")
    for column, values in zip(columns, zip(*slow, strict=True), strict=False):
        assert curve[column].to_numpy() == pytest.approx(values, abs=1e-9, nan_ok=True)
    assert len(curve) == len(slow)


@given(UNITS)
@settings(max_examples=50)
def test_order_does_not_matter_and_shares_fall_within_their_interval(units):
    curve = estimate_units(units)
    assert curve.equals(estimate_units(units[::-1]))
    assert curve["survival"].is_monotonic_decreasing
    known = curve[curve["survival"] > 0]
    assert (known["ci_low"] <= known["survival"]).all()
    assert (known["survival"] <= known["ci_high"]).all()


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40))
def test_without_censoring_it_is_the_share_still_waiting(times):
    duration = np.array(times, dtype=float)
    curve = estimate_survival(duration, np.ones(len(times), dtype=bool))
    waiting = [(duration > time).mean() for time in curve["time"]]
    assert curve["survival"].to_numpy() == pytest.approx(waiting, abs=1e-12)


def test_events_come_before_censoring_at_the_same_time():
    curve = estimate_survival(np.array([2.0, 2.0]), np.array([True, False]))
    assert curve[["at_risk", "survival"]].to_numpy().tolist() == [[2.0, 0.5]]


def test_nobody_is_no_curve():
    curve = estimate_survival(np.zeros(0), np.zeros(0, dtype=bool))
    assert (curve.shape, tuple(curve.columns)) == ((0, 8), CURVE_COLUMNS)
    assert all(math.isnan(bound) for bound in find_quantile(curve))
    assert read_curve(curve, np.array([1.0]))["survival"].isna().all()


def test_nobody_has_the_event():
    curve = estimate_survival(np.array([1.0, 2.0]), np.zeros(2, dtype=bool))
    assert curve[["survival", "ci_low", "ci_high"]].to_numpy().tolist() == [[1.0] * 3] * 2
    assert math.isnan(find_quantile(curve).value)


def test_who_enters_at_an_event_is_not_at_risk_of_it():
    curve = estimate_survival(np.array([1.0, 3.0]), np.array([True, True]), np.array([0.0, 1.0]))
    assert curve["at_risk"].tolist() == [1, 1]


@pytest.mark.parametrize(("duration", "entry"), [(0.0, 0.0), (2.0, 2.0), (2.0, -1.0)])
def test_times_that_cannot_be(duration, entry):
    with pytest.raises(ValueError, match="above its entry"):
        estimate_survival(np.array([duration]), np.array([True]), np.array([entry]))


def test_a_curve_is_read_at_and_between_its_times():
    curve = estimate_survival(WEEKS, RELAPSED)
    read = read_curve(curve, np.array([0.0, 6.0, 9.9, 35.0, 36.0]))["survival"]
    assert read.round(3).tolist()[:4] == [1.0, 0.857, 0.807, 0.448]
    assert math.isnan(read[4])
