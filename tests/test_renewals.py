"""The list for re-certification: at, just within and just beyond each day."""

from dataclasses import replace

import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.renewals import EXPIRING_COLUMNS, RULE_STATES, list_expiring
from ecograph.errors import SettingsError

GOOD = "50000000,2500000,100,10,30000000"  # revenue, R&D (5 %), staff, R&D staff (10 %), high-tech
POOR = "50000000,2499999,100,10,30000000"


def make_town(held, accounts=(), firms=("E1", "E2", "E3"), as_of="2024-12-31", **tables):
    return make_ecosystem(
        {
            "enterprises": list_rows("id,name,founded", ((f, f, "2010") for f in firms)),
            "certificates": list_rows("enterprise,certificate,valid_from,valid_to", held),
            "financials": list_rows(
                "enterprise,year,revenue,rd_spend,staff,rd_staff,hightech_revenue",
                ((e, year, figures) for e, figures in accounts for year in (2022, 2023, 2024)),
            ),
            **tables,
        },
        as_of=as_of,
        lang="en",
    )


def expiring(held, **options):
    return list_expiring(make_town(held), **options)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2024-06-29", []),
        ("2024-06-30", [(-184, "expired")]),
        ("2024-12-30", [(-1, "expired")]),
        ("2024-12-31", [(0, "expiring")]),  # the last day still counts
        ("2025-01-01", [(1, "expiring")]),
        ("2025-12-31", [(365, "expiring")]),
        ("2026-01-01", []),
        ("", []),
    ],
)
def test_which_days_are_listed(day, found):
    table = expiring([("E1", "高企", "2021-01-01", day)])
    assert list(zip(table["days_left"], table["status"], strict=True)) == found


def test_months_are_those_of_the_calendar():
    held = [("E1", "高企", "2021-01-01", "2025-01-31"), ("E2", "高企", "2021-01-01", "2025-02-01")]
    assert expiring(held, months=1)["enterprise"].tolist() == ["E1"]
    assert expiring(held, months=0)["enterprise"].tolist() == []


def test_the_first_to_expire_comes_first():
    held = [
        ("E3", "高企", "2021-01-01", "2025-05-01"),
        ("E1", "科小", "2021-01-01", "2025-05-01"),
        ("E1", "高企", "2021-01-01", "2025-05-01"),
        ("E2", "高企", "2021-01-01", "2024-11-01"),
    ]
    table = expiring(held)
    assert table["enterprise"].tolist() == ["E2", "E1", "E1", "E3"]
    assert table["certificate"].tolist() == ["high_tech", "high_tech", "tech_sme", "high_tech"]
    pd.testing.assert_frame_equal(expiring(held[::-1]), table)


@pytest.mark.parametrize(
    "renewal",
    [("2024-11-01", "2027-10-31"), ("2025-03-01", "2028-02-28"), ("2024-11-01", "")],
)
def test_a_renewed_certificate_is_left_out(renewal):
    held = [("E1", "高企", "2021-11-01", "2024-10-31"), ("E1", "高企", *renewal)]
    assert expiring(held).empty


def test_another_certificate_is_no_renewal():
    held = [("E1", "高企", "2021-11-01", "2024-10-31"), ("E1", "科小", "2024-06-01", "2027-05-31")]
    assert expiring(held)["certificate"].tolist() == ["high_tech"]


def test_a_certificate_that_has_not_begun_does_not_expire():
    assert expiring([("E1", "高企", "2025-02-01", "2025-10-31")]).empty


@pytest.mark.parametrize(
    ("others", "tier", "without"),
    [
        ([], "shrub", "none"),
        ([("E1", "科小", "2024-01-01", "2026-01-01")], "shrub", "seedling"),
        ([("E1", "专精特新", "2024-01-01", "2026-01-01")], "shrub", "shrub"),
        ([("E1", "小巨人", "2024-01-01", "2026-01-01")], "tree", "tree"),
        ([("E1", "小巨人", "2024-01-01", "2024-12-30")], "shrub", "none"),
    ],
)
def test_the_tier_that_hangs_on_it(others, tier, without):
    table = expiring([("E1", "高企", "2022-06-01", "2025-05-31"), *others], past=0)
    row = table[table["certificate"] == "high_tech"].iloc[0]
    assert (row["tier"], row["tier_without"]) == (tier, without)


class TestRule:
    held = (
        ("E1", "高企", "2022-06-01", "2025-05-31"),
        ("E2", "高企", "2022-06-01", "2025-05-31"),
        ("E3", "高企", "2022-06-01", "2025-05-31"),
    )
    table = list_expiring(make_town(held, [("E1", GOOD), ("E2", POOR)])).set_index("enterprise")

    def test_met_not_met_and_unknown(self):
        """50 million yuan belong to the smaller class: R&D of 5 % in sum over three years."""
        assert self.table["rule"].to_dict() == {"E1": "met", "E2": "not_met", "E3": "unknown"}
        assert set(self.table["rule"]) <= set(RULE_STATES)

    def test_clauses_are_counted_and_those_of_no_table_apart(self):
        """Of nine clauses, four can be known: age, staff, R&D, high-tech revenue."""
        counts = self.table[["met", "not_met", "unknown", "by_hand"]]
        assert counts.loc["E1"].tolist() == [4, 0, 0, 5]
        assert counts.loc["E2"].tolist() == [3, 1, 0, 5]
        assert counts.loc["E3"].tolist() == [1, 0, 3, 5]

    def test_what_is_missing_is_said(self):
        assert self.table.loc["E1", "missing"] == ""
        said = self.table.loc["E2", "missing"]
        assert said.startswith("R&D spend over revenue, three years 4.999998%")
        assert "unknown" in self.table.loc["E3", "missing"]

    def test_edition_and_certainty_are_named(self):
        assert set(self.table["edition"]) == {"2016"}
        assert set(self.table["certainty"]) == {"A"}


def test_the_edition_is_that_of_the_last_day():
    held = [
        ("E1", "小巨人", "2023-04-01", "2026-03-31"),
        ("E2", "小巨人", "2023-04-01", "2026-04-01"),
    ]
    table = list_expiring(make_town(held, as_of="2025-12-31"))
    assert table["edition"].tolist() == ["2022", "2026"]
    assert table["certainty"].tolist() == ["A", "B"]


def test_clauses_that_do_not_apply_to_holders_are_not_judged():
    """2026: neither the specialised certificate nor growth is asked of those who hold it."""
    town = make_town([("E1", "小巨人", "2023-06-01", "2026-05-31")], as_of="2025-12-31")
    row = list_expiring(town).iloc[0]
    assert row[["met", "not_met", "unknown"]].sum() + row["by_hand"] == 10


def test_a_direct_route_that_no_table_tells_leaves_a_failure_open():
    """2022: no class I IP fails, but a national award would replace the clause."""
    town = make_town(
        [("E1", "小巨人", "2022-06-01", "2025-05-31")],
        financials="enterprise,year,ip_class1\nE1,2024,0\n",
    )
    row = list_expiring(town).iloc[0]
    assert (row["not_met"], row["rule"]) == (0, "unknown")


def test_a_certificate_without_a_rule_is_unknown():
    table = expiring([("E1", "老字号", "2022-01-01", "2025-01-01")])
    assert table[["rule", "edition", "missing"]].to_numpy().tolist() == [["unknown", "", ""]]


def test_the_columns_and_the_counts():
    table = expiring([("E1", "高企", "", "2025-01-01"), ("E2", "高企", "", "2024-12-01")])
    assert tuple(table.columns) == EXPIRING_COLUMNS
    assert table.attrs["meta"]["method"]["status"] == {"expired": 1, "expiring": 1}


@pytest.mark.parametrize("options", [{"months": -1}, {"past": -1}])
def test_negative_months_are_refused(options):
    with pytest.raises(SettingsError, match="0 or more"):
        expiring([], **options)


def test_without_a_day_the_list_is_empty():
    town = make_town([("E1", "高企", "2021-01-01", "2025-01-01")])
    town = replace(town, settings=replace(town.settings, as_of=None))
    assert list_expiring(town).shape == (0, len(EXPIRING_COLUMNS))
