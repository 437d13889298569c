from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.carriers import (
    INCUBATION_COLUMNS,
    PIPELINE_COLUMNS,
    PLATFORM_COLUMNS,
    REVIEW_COLUMNS,
    count_review_classes,
    list_pipeline,
    measure_incubation,
    review_platforms,
)
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"
TOWN = {
    "universities": "id,name\nU1,a\nU2,b\n",
    "enterprises": "id,name\nE1,e\nE2,f\n",
    "platforms": """\
id,name,type,level,hosts,serves,status,研发投入,直接经济效益,口径,计划建成时间
P1,p1,技术创新中心,省级,U1,,,100万元,300万元,,
P2,p2,技术创新中心,市级,U1,,,200万元,,,
P3,p3,新型研发机构,省级,,,,100万元,100万元,审计,
P4,p4,孵化器,,,E1;E2,,,,,
P5,p5,中试基地,,U1;E1,,规划,900万元,9亿元,,2025-06
P6,p6,中试基地,,U1;E2,,规划,,,,2024-06
P7,p7,中试基地,,,,意向,,,,
""",
    "agreements": """\
id,date,status,parties
A1,2024,planned,U1;E1
A2,2024,signed,U1;E2
A3,2024,planned,U1;U2
""",
    "platform_reviews": """\
platform,year,推荐单位,评价等次,科研奖补,研发投入,直接经济效益,非财政研发投入,成果转化收入
P1,2022,x,优秀,10万元,100万元,200万元,100万元,
P1,2023,x,优秀,30万元,100万元,500万元,100万元,70万元
P2,2023,x,合格,,,,,
P3,2023,x,优秀,,,,,
P2,2022,,优秀,,,,,
P3,2030,x,不合格,,1万元,2万元,,
P4,2023,y,不合格,,,,,
""",
    "incubation": """\
incubator,stage,count,unit,date
P4,入驻企业,5,家,2023-06
P4,入驻企业,6,家,2024-06
P4,入驻企业,60,家,2026-06
P4,在谈,4,家,2024-06
""",
    "ecosystem.yaml": "name: Town\nas_of: 2024-12-31\n",
}


@functools.cache
def read_city(name):
    """Load a city of the articles once."""
    return load(DATA / name)


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN)


class TestInputOutput:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return review_platforms(town)

    def test_the_latest_review_goes_before_the_register(self, table):
        row = table[table["key"] == "P1"].iloc[0]
        assert row[["rd_input", "direct_benefit", "ratio"]].tolist() == [1e6, 5e6, 5]
        assert row[["year", "class", "grant"]].tolist() == [2023, "excellent", 300_000]
        assert row["transfer_income"] == 700_000

    def test_a_grant_of_more_than_a_fifth_of_own_spending_is_told(self, table):
        flags = table.set_index("key")["flags"]
        assert flags["P1"] == "grant_above_cap"  # 30 of 100
        assert flags["P3"] == ""

    def test_audited_figures_are_not_self_reported(self, table):
        told = table.set_index("key")["self_reported"]
        assert told["P1"] is True
        assert told["P3"] is False

    def test_sums_are_of_platforms_that_state_both(self, table):
        row = table[table["scope"] == "all"].iloc[0]
        assert row[["platforms", "known"]].tolist() == [4, 2]
        assert row["ratio"] == (5 + 1) / (1 + 1)
        assert (row["coverage"], row["flags"]) == (0.5, "partial")
        centre = table[table["key"] == "centre"].iloc[0]
        assert centre[["platforms", "known", "ratio"]].tolist() == [2, 1, 5]

    def test_planned_platforms_are_no_platforms(self, table):
        assert "pilot_base" not in set(table["key"])

    def test_columns(self, table):
        assert tuple(table.columns) == PLATFORM_COLUMNS

    def test_five_platforms_give_an_interval(self):
        rows = [(f"P{n}", n, "10", 10 * (n + 1)) for n in range(6)]
        header = "id,name,rd_input,direct_benefit"
        table = review_platforms(make_ecosystem({"platforms": list_rows(header, rows)}))
        row = table[table["scope"] == "all"].iloc[0]
        assert row["ratio"] == 3.5
        spread = np.std([1, 2, 3, 4, 5, 6]) / math.sqrt(6)
        assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 1.96 * spread, rel=0.15)


class TestReviews:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return count_review_classes(town).set_index(["year", "recommender"])

    def test_half_of_a_recommender_may_be_excellent(self, table):
        row = table.loc[(2023, "x")]
        assert row[["reviewed", "excellent", "qualified", "allowed"]].tolist() == [3, 2, 1, 1]
        assert row["verdict"] == "above_cap"
        assert table.loc[(2023, "y"), "verdict"] == "within"

    def test_grants_are_summed_where_they_are_known(self, table):
        assert table.loc[(2023, "x"), "grants"] == 300_000
        assert math.isnan(table.loc[(2023, "y"), "grants"])

    def test_the_cap_is_one_of_recommenders(self, table):
        assert table["verdict"].tolist().count("no_recommender") == 1

    def test_later_reviews_are_left_out(self, table):
        assert table.index.get_level_values("year").max() == 2023

    @pytest.mark.parametrize(("excellent", "verdict"), [(2, "within"), (3, "above_cap")])
    def test_exactly_half_is_within(self, excellent, verdict):
        rows = [(f"P{n}", 2023, "x", "优秀" if n < excellent else "合格") for n in range(5)]
        tables = {
            "platforms": list_rows("id,name", [(f"P{n}", n) for n in range(5)]),
            "platform_reviews": list_rows("platform,year,recommender,class", rows),
        }
        table = count_review_classes(make_ecosystem(tables))
        assert table["verdict"].tolist() == [verdict]
        assert table["share"].tolist() == [excellent / 5]


class TestPipeline:
    def test_days_and_states(self, town):
        table = list_pipeline(town)
        assert table.index.tolist() == ["P6", "P5", "P7"]
        assert table["state"].tolist() == ["overdue", "due", "no_date"]
        assert table["days_left"].tolist()[:2] == [-184, 181]
        assert math.isnan(table.loc["P7", "days_left"])
        assert tuple(table.columns) == PIPELINE_COLUMNS

    def test_what_it_is_to_rest_on_is_not_yet_signed(self, town):
        table = list_pipeline(town)
        assert table["agreement"].to_dict() == {"P5": "A1", "P6": "", "P7": ""}
        assert table.loc["P5", "hosts"] == "e；a"


class TestIncubation:
    def test_the_latest_counts_by_the_day(self, town):
        table = measure_incubation(town)
        assert table[["stage", "count"]].to_numpy().tolist() == [["in_talks", 4], ["settled", 6]]
        assert table["total"].tolist() == [10, 10]
        assert table["share"].tolist() == [0.4, 0.6]
        assert table["flags"].tolist() == ["", ""]
        assert tuple(table.columns) == INCUBATION_COLUMNS

    def test_firms_served_stand_beside_the_settled(self, town):
        assert measure_incubation(town)["listed"].fillna(-1).tolist() == [-1, 2]


@pytest.mark.parametrize(
    ("function", "columns"),
    [
        (review_platforms, PLATFORM_COLUMNS),
        (count_review_classes, REVIEW_COLUMNS),
        (list_pipeline, PIPELINE_COLUMNS),
        (measure_incubation, INCUBATION_COLUMNS),
    ],
)
def test_without_platforms_tables_are_empty(function, columns):
    table = function(make_ecosystem({"universities": "id,name\nU1,a\n"}))
    assert (len(table), tuple(table.columns)) == (0, columns)


class TestArticles:
    def test_3_bring_21_56_by_what_platforms_report(self):
        table = review_platforms(read_city("jinzhong"))
        row = table[table["scope"] == "published"].iloc[0]
        assert row[["platforms", "rd_input", "direct_benefit"]].tolist() == [8, 3e8, 21.56e8]
        assert round(row["ratio"], 3) == 7.187
        assert row["self_reported"] is True
        income = table.loc[table["key"] == "P01", "transfer_income"]
        assert income.tolist() == [101_000_000]

    def test_191_institutes_and_about_20_billion(self):
        table = review_platforms(read_city("weifang"))
        row = table[table["scope"] == "published"].iloc[0]
        assert row[["platforms", "direct_benefit"]].tolist() == [191, 200e8]
        assert (math.isnan(row["ratio"]), row["flags"]) == (True, "about")

    def test_the_valley_has_108_in_four_stages(self):
        table = measure_incubation(read_city("jinzhong"))
        assert table.set_index("stage")["count"].to_dict() == {
            "in_talks": 15,
            "to_settle": 11,
            "team": 29,
            "settled": 53,
        }
        assert set(table["total"]) == {108}
        assert set(table["flags"]) == {"mixed_units"}

    def test_planned_centres_and_candidates(self):
        table = list_pipeline(read_city("jinzhong"))
        assert table["type"].value_counts().to_dict() == {"centre": 3, "institute": 2}
        assert table.loc["P10", "hosts"] == "太重榆液；燕山大学"
        assert table.loc["P11", "agreement"] == "A10"
