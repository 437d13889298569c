"""Near misses: one clause short, and by how much."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.near_misses import NEAR_MISS_COLUMNS, list_near_misses
from ecograph.analysis.tiers import assign_tiers
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"


def make_town(accounts, held=(), firms=("E1", "E2"), as_of="2025-12-31", *, years=3):
    """Make firms with accounts: enterprise and a mapping of figures, the same in all years."""
    columns = list(dict.fromkeys(name for _, figures in accounts for name in figures))
    rows = [
        (key, year, *(figures.get(name, "") for name in columns))
        for key, figures in accounts
        for year in range(2026 - years, 2026)
    ]
    return make_ecosystem(
        {
            "enterprises": list_rows("id,name,founded", ((f, f, "2010") for f in firms)),
            "certificates": list_rows("enterprise,certificate,valid_from,valid_to", held),
            "financials": list_rows(",".join(["enterprise", "year", *columns]), rows),
        },
        as_of=as_of,
        lang="en",
    )


def find(town, programme, enterprise="E1"):
    table = list_near_misses(town)
    rows = table[(table["programme"] == programme) & (table["enterprise"] == enterprise)]
    return None if rows.empty else rows.iloc[0]


SEEDLING = [("E1", "科小", "2025-01-01", "2026-01-01")]
TREE_AHEAD = [("E1", "高企", "2024-01-01", "2027-01-01")]
HIGH_TECH = {
    "revenue": 50_000_000,
    "rd_spend": 2_500_000,
    "staff": 100,
    "rd_staff": 10,
    "hightech_revenue": 30_000_000,
}


class TestHighTech:
    def test_one_clause_short_by_a_ratio(self):
        row = find(make_town([("E1", {**HIGH_TECH, "rd_spend": 2_000_000})], SEEDLING), "high_tech")
        assert (row["clause"], row["unit"], row["tier"], row["next_tier"]) == (
            "rd_ratio",
            "share",
            "seedling",
            "shrub",
        )
        found = row[["value", "threshold", "short_by", "short_share"]].astype(float)
        assert found.tolist() == pytest.approx([0.04, 0.05, 0.01, 0.2])
        assert (row["met"], row["unknown"], row["by_hand"]) == (3, 0, 5)
        assert row["missing"] == "R&D spend over revenue, three years 4%, needs ≥5%"

    def test_exactly_at_the_threshold_nothing_is_short(self):
        town = make_town([("E1", HIGH_TECH)], SEEDLING)
        assert find(town, "high_tech") is None
        assert list_near_misses(town).attrs["meta"]["method"]["failing_none"]["high_tech"] == 1

    def test_two_clauses_short_are_no_near_miss(self):
        poor = {**HIGH_TECH, "rd_spend": 2_000_000, "rd_staff": 9}
        assert find(make_town([("E1", poor)], SEEDLING), "high_tech") is None

    def test_unknown_clauses_are_counted_beside_it(self):
        known = {name: HIGH_TECH[name] for name in ("revenue", "staff")}
        row = find(make_town([("E1", {**known, "rd_staff": 9})], SEEDLING), "high_tech")
        assert (row["clause"], row["unknown"], row["met"]) == ("staff_share", 2, 1)

    def test_a_firm_of_another_tier_is_not_asked(self):
        figures = {**HIGH_TECH, "rd_spend": 2_000_000}
        assert find(make_town([("E1", figures)]), "high_tech") is None
        assert find(make_town([("E1", figures)], TREE_AHEAD), "high_tech") is None


class TestSeveralWays:
    """R&D of a little giant (2022): by class of revenue."""

    @pytest.mark.parametrize(
        ("revenue", "spend", "value", "threshold", "unit"),
        [
            (60_000_000, 3_000_000, 0.05, 0.06, "share"),  # 5 % of 6 %
            (98_000_000, 4_900_000, 98_000_000, 100_000_000, "yuan"),  # 3 % would do from 1亿 on
            (200_000_000, 4_000_000, 0.02, 0.03, "share"),
        ],
    )
    def test_the_nearest_way_is_told(self, revenue, spend, value, threshold, unit):
        figures = {"revenue": revenue, "rd_spend": spend}
        town = make_town([("E1", figures)], TREE_AHEAD, years=2)  # two years tell of no growth
        row = find(town, "little_giant")
        assert row["clause"] == "rd"
        assert (row["value"], row["threshold"]) == pytest.approx((value, threshold))
        assert row["unit"] == unit


def test_too_much_is_a_distance_too():
    """A technology SME has at most 500 staff."""
    row = find(make_town([("E1", {"staff": 501, "rd_staff": 200})]), "tech_sme")
    assert (row["clause"], row["value"], row["threshold"], row["short_by"]) == (
        "staff",
        501,
        500,
        1,
    )


def test_a_bounded_score_is_taken_at_its_best():
    """4 points for staff, at most 50 for R&D, none for IP: 54 of 60."""
    figures = {"staff": 100, "rd_staff": 10, "revenue": 1000, "rd_spend": 0, "ip_class1": 0}
    row = find(make_town([("E1", {**figures, "ip_class2": 0, "assets": 10})]), "tech_sme")
    assert (row["clause"], row["value"], row["short_by"]) == ("score", 54, 6)


def test_a_certificate_that_is_lacking_has_no_figure():
    """From 2026-04-01 on a little giant has to be a specialised SME."""
    held = [*TREE_AHEAD, ("E2", "专精特新", "2024-01-01", "2025-01-01")]
    row = find(make_town([], held, as_of="2026-05-01"), "little_giant")
    assert row["clause"] == "specialised"
    assert row[["value", "threshold", "short_by", "short_share"]].isna().all()
    assert row["unit"] == ""


def test_the_fewest_unknown_then_the_nearest_come_first():
    accounts = [
        ("E1", {**HIGH_TECH, "rd_spend": 2_000_000}),
        ("E2", {**HIGH_TECH, "rd_spend": 2_400_000}),
        ("E3", {"staff": 100, "rd_staff": 9.9}),
    ]
    held = [(f"E{n}", "科小", "2025-01-01", "2026-01-01") for n in (1, 2, 3)]
    firms = ("E1", "E2", "E3")
    table = list_near_misses(make_town(accounts, held, firms))
    order = table.loc[table["programme"] == "high_tech", "enterprise"]
    assert order.tolist() == ["E2", "E1", "E3"]
    pd.testing.assert_frame_equal(
        list_near_misses(make_town(accounts[::-1], held[::-1], firms)), table
    )


@pytest.mark.parametrize("name", ["example-city", "weifang"])
def test_it_agrees_with_the_tiers_assigned(name):
    """Whoever lacks one clause of the nearest programme is listed, with the same words."""
    city = load(DATA / name)
    tiers, table = assign_tiers(city), list_near_misses(city)
    near = tiers[tiers["not_met"] == 1]
    listed = table.set_index(["enterprise", "programme"])
    for row in near.itertuples():
        found = listed.loc[(row.Index, row.next_programme)]
        assert found["missing"] in row.missing
        assert found["unknown"] + found["by_hand"] == row.unknown
        assert found["met"] == row.met
    assert len(near) <= len(table)
    assert not table.duplicated(["enterprise", "programme"]).any()


def test_the_distance_of_the_example_is_that_of_its_figures():
    table = list_near_misses(load(DATA / "example-city"))
    told = table[table["threshold"].notna()]
    assert told["short_by"].to_numpy() == pytest.approx(np.abs(told["value"] - told["threshold"]))
    assert table["unknown"].is_monotonic_increasing


def test_a_place_without_firms():
    table = list_near_misses(make_ecosystem({"universities": "id,name\nU1,U\n"}))
    assert (len(table), tuple(table.columns)) == (0, NEAR_MISS_COLUMNS)
