"""How long promotions take: registers of a few firms, worked by hand."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.promotions import (
    PROMOTION_COLUMNS,
    SUMMARY_COLUMNS,
    summarise_promotions,
    time_promotions,
)

FIRMS = [(f"E{n}", f"firm {n}", "") for n in range(1, 7)]
# Waits as seedlings, in days: 100 (promoted), 200 (censored), 200 (promoted), 300 (censored)
HELD = [
    ("E1", "科小", "2024-01-01", "2024-12-31"),
    ("E1", "高企", "2024-04-10", "2027-04-09"),
    ("E2", "科小", "2024-06-15", "2025-06-14"),
    ("E3", "科小", "2024-01-01", "2024-03-31"),
    ("E3", "小巨人", "2024-07-19", "2027-07-18"),
    ("E4", "科小", "2024-03-07", "2025-03-06"),
    ("E4", "科小", "2024-09-07", "2025-09-06"),
]
DAY = 365.25


def make_town(held=HELD, firms=FIRMS, as_of="2025-01-01"):
    return make_ecosystem(
        {
            "enterprises": list_rows("id,name,founded", firms),
            "certificates": list_rows("enterprise,certificate,valid_from,valid_to", held),
        },
        as_of=as_of,
        lang="en",
    )


def curve(table, tier="seedling"):
    return table[table["tier"] == tier]


def summary(town, tier="seedling", **options):
    return summarise_promotions(town, **options).set_index("tier").loc[tier]


class TestWorkedTown:
    town = make_town()
    table = time_promotions(town)

    def test_times_risks_and_shares(self):
        """4 at risk at 100 days: 3/4; 3 at risk at 200: 3/4 x 2/3 = 1/2; 300: nobody promoted."""
        found = curve(self.table)
        assert (found["time"] * DAY).round(6).tolist() == [100, 200, 300]
        assert found["at_risk"].tolist() == [4, 3, 1]
        assert found["events"].tolist() == [1, 1, 0]
        assert found["censored"].tolist() == [0, 1, 1]
        assert found["survival"].tolist() == pytest.approx([0.75, 0.5, 0.5])

    def test_the_interval_of_the_first_step(self):
        """S = 3/4, log S = -0.28768, sqrt(1/(4 x 3)) = 0.288675: S^exp(-+1.959964 x 1.003459)."""
        first = curve(self.table).iloc[0]
        factor = math.exp(1.959964 * 0.2886751 / 0.2876821)
        assert first["ci_low"] == pytest.approx(0.75**factor, abs=1e-5)
        assert first["ci_high"] == pytest.approx(0.75 ** (1 / factor), abs=1e-5)

    def test_the_wait_goes_on_while_no_certificate_is_in_force(self):
        assert summary(self.town)["promoted"] == 2  # E3 lapsed in March and rose in July

    def test_a_renewal_is_no_new_entry(self):
        assert summary(self.town)["firms"] == 4

    def test_shrubs_wait_for_trees(self):
        """E1 entered on 2024-04-10, 266 days before the as-of day, and waits."""
        found = curve(self.table, "shrub")
        assert (found["time"] * DAY).round(6).tolist() == [266]
        assert (found["events"].tolist(), found["censored"].tolist()) == ([0], [1])

    def test_the_summary(self):
        row = summary(self.town)
        assert (row["firms"], row["promoted"], row["waiting"]) == (4, 2, 2)
        assert row["median"] * DAY == pytest.approx(200)
        assert math.isnan(row["within_1"])  # nobody was seen for a year
        assert math.isnan(row["median_high"])

    def test_columns_and_dtypes(self):
        assert tuple(self.table.columns) == PROMOTION_COLUMNS
        assert tuple(summarise_promotions(self.town).columns) == SUMMARY_COLUMNS
        assert self.table["at_risk"].dtype == np.int64
        assert self.table["next_tier"].unique().tolist() == ["shrub", "tree"]

    def test_the_order_of_rows_does_not_matter(self):
        other = make_town(HELD[::-1], FIRMS[::-1])
        pd.testing.assert_frame_equal(time_promotions(other), self.table)


def test_shares_within_years_have_their_bounds_the_right_way_round():
    held = [
        ("E1", "科小", "2018-01-01", ""),
        ("E1", "高企", "2018-06-01", ""),
        ("E2", "科小", "2018-01-01", ""),
        ("E3", "科小", "2018-01-01", ""),
    ]
    row = summary(make_town(held))
    assert row["within_1"] == pytest.approx(1 / 3)
    assert row["within_1_low"] < row["within_1"] < row["within_1_high"]
    assert row["within_5"] == pytest.approx(1 / 3)


def test_who_rises_at_once_was_never_below():
    held = [("E1", "科小", "2024-03-01", ""), ("E1", "高企", "2024-03-01", "")]
    row = summary(make_town(held))
    assert (row["firms"], row["higher_before"]) == (0, 1)


def test_firms_without_a_day_are_left_out_and_counted():
    held = [
        ("E1", "科小", "", "2024-12-31"),
        ("E2", "科小", "2024-01-01", ""),
        ("E2", "高企", "", "2026-12-31"),
        ("E3", "科小", "2024-01-01", ""),
    ]
    row = summary(make_town(held))
    assert (row["firms"], row["entry_unknown"], row["promotion_unknown"]) == (1, 1, 1)


def test_a_certificate_that_begins_after_the_as_of_day_is_not_there_yet():
    held = [("E1", "科小", "2024-01-01", ""), ("E1", "高企", "2025-01-02", "")]
    assert summary(make_town(held))["waiting"] == 1


class TestCompleteSince:
    """Firms that entered before 2024-04-01 come under observation only then."""

    def test_late_entries_are_at_risk_after_it(self):
        found = curve(time_promotions(make_town(), first=dt.date(2024, 4, 1)))
        # ages on 2024-04-01: E1 91, E3 91, E4 25; E2 entered later
        assert (found["time"] * DAY).round(6).tolist() == [100, 200, 300]
        assert found["at_risk"].tolist() == [4, 3, 1]

    def test_promotions_before_it_are_not_observed(self):
        row = summary(make_town(), first=dt.date(2024, 5, 1))
        assert (row["firms"], row["promoted"], row["not_observed"]) == (3, 1, 1)

    def test_a_firm_not_yet_under_observation_is_not_at_risk(self):
        held = [
            ("E1", "科小", "2024-07-01", ""),
            ("E1", "高企", "2024-07-11", ""),  # 10 days, when E2 is 182 days old
            ("E2", "科小", "2024-01-01", ""),
        ]
        found = curve(time_promotions(make_town(held), first=dt.date(2024, 7, 1)))
        assert found["at_risk"].tolist() == [1, 1]


class TestWithoutATier:
    firms = (
        ("E1", "one", "2024-02-01"),  # first certificate after 60 days
        ("E2", "two", "2024-02-01"),  # none
        ("E3", "three", "2015"),  # older than the register
        ("E4", "four", ""),
        ("E5", "five", "2025-06-01"),  # not yet founded
    )
    held = (
        ("E1", "高企", "2024-04-01", ""),
        ("E3", "高企", "2024-01-15", ""),
    )

    def test_only_firms_founded_since_the_register_begins_are_timed(self):
        row = summary(make_town(self.held, self.firms), "none")
        assert (row["firms"], row["promoted"], row["waiting"]) == (2, 1, 1)
        assert (row["not_observed"], row["entry_unknown"]) == (1, 1)

    def test_they_wait_from_their_founding_on(self):
        found = curve(time_promotions(make_town(self.held, self.firms)), "none")
        assert (found["time"] * DAY).round(6).tolist() == [60, 335]


@pytest.mark.parametrize("held", [[], [("E1", "老字号", "2024-01-01", "")]])
def test_without_certificates_nothing_is_timed(held):
    town = make_town(held)
    assert time_promotions(town).shape == (0, len(PROMOTION_COLUMNS))
    assert summarise_promotions(town)["firms"].tolist() == [0, 0, 0]


def test_without_a_day_nothing_is_timed():
    town = make_town()
    town = replace(town, settings=replace(town.settings, as_of=None))
    assert time_promotions(town).shape == (0, len(PROMOTION_COLUMNS))
    assert summarise_promotions(town).shape == (0, len(SUMMARY_COLUMNS))
