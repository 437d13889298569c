from __future__ import annotations

import functools
import math
from pathlib import Path

import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.targets import (
    TARGET_COLUMNS,
    THERMOMETER_COLUMNS,
    compare_targets,
    read_thermometer,
)
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"
TOWN = {
    "enterprises": list_rows("id,name", [(f"E{n}", f"e{n}") for n in range(6)]),
    "certificates": """\
enterprise,certificate,valid_from,valid_to
E0,高新技术企业,2022-03-01,2025-02-28
E1,高新技术企业,2024-02-01,2027-01-31
E2,高新技术企业,2024-06-30,2027-06-29
E3,高新技术企业,2024-09-01,2027-08-31
E4,科技型中小企业,,
""",
    "platforms": """\
id,name,type,level,since,status
P1,p,中试基地,市级,2024-03,
P2,q,中试基地,省级,2023,
P3,r,中试基地,市级,2024-01,规划
P4,s,新型研发机构,市级,,
""",
    "ecosystem.yaml": "as_of: 2024-06-30\n",
}
HEADER = "id,name,value,period,relation,kind,counts,baseline,register,indicator,unit"


@functools.cache
def read_city(name):
    """Load a city of the articles once."""
    return load(DATA / name)


def judge(*cells, indicators=None, as_of="2024-06-30", **tables):
    """Judge one target of a town."""
    town = TOWN | {"targets": list_rows(HEADER, [("G1", "g", *cells)])} | tables
    if indicators:
        town["indicators"] = indicators
    return compare_targets(make_ecosystem(town, as_of=as_of)).loc["G1"]


class TestCounted:
    def test_a_flow_is_what_is_new_in_the_period_by_the_day(self):
        row = judge(4, 2024, "", "新增", "certificate:high_tech", "", "", "", "")
        assert row[["actual", "actual_from", "gap", "reached"]].tolist() == [2, "graph", 2, 0.5]
        assert row["days_left"] == 184
        assert row["elapsed"] == pytest.approx(182 / 366)
        assert row["expected"] == pytest.approx(4 * 182 / 366)
        assert row["state"] == "on_pace"

    @pytest.mark.parametrize(("value", "state"), [(5, "behind"), (2, "reached")])
    def test_behind_and_reached(self, value, state):
        row = judge(value, 2024, "", "新增", "certificate:high_tech", "", "", "", "")
        assert row["state"] == state

    def test_more_than_is_more_than(self):
        row = judge(2, 2024, ">", "新增", "certificate:high_tech", "", "", "", "")
        assert row["state"] == "on_pace"

    def test_a_stock_starts_from_its_baseline(self):
        row = judge(9, 2024, "", "总数", "certificate:high_tech", 1, "", "", "")
        assert row["actual"] == 3  # E0 to E2 hold it on the day
        assert row["reached"] == (3 - 1) / (9 - 1)
        assert row["expected"] == pytest.approx(1 + 8 * 182 / 366)
        assert row["state"] == "behind"

    def test_a_stock_without_a_baseline_has_no_pace(self):
        row = judge(9, 2024, "", "总数", "certificate:high_tech", "", "", "", "")
        assert row[["actual", "state"]].tolist() == [3, "unknown"]
        assert math.isnan(row["expected"])
        assert row["reached"] == pytest.approx(1 / 3)

    @pytest.mark.parametrize(
        ("counts", "actual", "flags"),
        [
            ("platform:pilot_base", 1, ""),
            ("platform:pilot_base:市级", 1, ""),
            ("platform:pilot_base:省级", 0, ""),
            ("platform:institute", None, "undated"),
            ("platform:laboratory", None, "no_rows"),
            ("certificate:tech_sme", None, "undated"),
            ("certificate:champion", None, "no_rows"),
            ("balloon", None, "no_counts"),
            ("", None, "no_counts"),
        ],
    )
    def test_where_the_graph_can_tell(self, counts, actual, flags):
        row = judge(3, 2024, "", "新增", counts, "", "", "", "")
        assert (None if math.isnan(row["actual"]) else row["actual"]) == actual
        assert row["flags"] == flags
        assert row["state"] == ("behind" if actual is not None else "unknown")

    def test_an_excerpt_of_a_register_cannot_tell(self):
        published = "id,name,value,counts\nK1,k,{},certificate:high_tech\n"
        cells = (4, 2024, "", "新增", "certificate:high_tech", "", "", "", "")
        assert judge(*cells, indicators=published.format(396))["flags"] == "small_coverage"
        assert judge(*cells, indicators=published.format(3))["actual"] == 2

    def test_before_and_after_the_period(self):
        cells = (4, 2025, "", "新增", "certificate:high_tech", "", "", "", "")
        assert judge(*cells)["state"] == "not_begun"
        cells = (4, 2024, "", "新增", "certificate:high_tech", "", "", "", "")
        assert judge(*cells, as_of="2025-01-31")["state"] == "missed"
        cells = (3, 2024, "", "新增", "certificate:high_tech", "", "", "", "")
        assert judge(*cells, as_of="2025-01-31")["state"] == "reached"

    def test_at_most(self):
        cells = (2, 2024, "<=", "新增", "certificate:high_tech", "", "", "", "")
        assert judge(*cells)["state"] == "behind"  # two of two in half of the time
        assert judge(*cells, as_of="2024-12-31")["state"] == "missed"


class TestPublished:
    INDICATORS = """\
id,name,value,unit,register,period,口径
K1,k,60,家,office,2024-01/2024-05,
K2,k,60,家,ledger,2024-01/2024-05,
K3,k,60,万元,office,2024-01/2024-05,
K4,k,60,家,office,2023-06/2024-05,
K5,k,60,家,office,2024-01/2024-05,预计
"""

    @pytest.mark.parametrize(
        ("indicator", "actual", "flags"),
        [
            ("K1", 60, "no_counts"),
            ("K2", None, "no_counts; other_register"),
            ("K3", None, "no_counts; other_unit"),
            ("K4", None, "no_counts; other_period"),
            ("K5", None, "no_counts; estimate"),
            ("K9", None, "no_counts"),
        ],
    )
    def test_one_register_one_unit_one_period(self, indicator, actual, flags):
        cells = (109, 2024, "", "新增", "", "", "office", indicator, "家")
        row = judge(*cells, indicators=self.INDICATORS)
        assert (None if math.isnan(row["actual"]) else row["actual"]) == actual
        assert row["flags"] == flags
        assert row["actual_from"] == ("indicator" if actual else "")

    def test_without_a_kind_it_is_a_stock_and_says_so(self):
        row = judge(109, 2024, "", "", "", "", "", "K1", "家", indicators=self.INDICATORS)
        assert row[["kind", "flags"]].tolist() == ["stock", "kind_assumed; no_counts"]

    def test_no_targets(self):
        table = compare_targets(make_ecosystem({"universities": "id,name\nU1,a\n"}))
        assert (len(table), tuple(table.columns)) == (0, TARGET_COLUMNS)


class TestThermometer:
    TOWN = {  # noqa: RUF012 - read only
        "indicators": """\
id,name,value,unit,register,period,relation,rank,rank_previous,增速,上期值,口径,其中,平均基数
K1,contracts,20,份,a,2024,=,,,,,,,
K2,value,400,万元,a,2024,=,4,5,,,,,K1
K3,part,5,份,a,2024,=,,,,,,K1,
K4,revenue,2.54,亿元,b,2024,=,3,6,0.27,,,,
K5,more,3,亿元,b,2024,>=,,,,2.5,预计,,
K6,cross,5,份,b,2024,=,,,,,自报,K1,K1
K7,later,5,份,a,2023,~,,,,,,K1,
K8,unit,5,家,a,2024,<=,,,,,,K1,
K9,all,40,份,a,2024,=,,,,,,K1,
""",
    }

    @pytest.fixture(scope="class")
    @staticmethod
    def table():
        return read_thermometer(make_ecosystem(TestThermometer.TOWN))

    def test_movement_is_places_gained(self, table):
        assert table["movement"].dropna().to_dict() == {"K2": 1, "K4": 3}

    def test_growth_and_the_value_before_follow_from_each_other(self, table):
        assert table.loc["K4", ["value_previous", "previous_from"]].tolist() == [2.0, "growth"]
        assert table.loc["K5", "growth"] == pytest.approx(0.2)
        assert table.loc["K5", "previous_from"] == "stated"

    def test_headlines_and_estimates(self, table):
        assert table.index[table["headline"]].tolist() == ["K2", "K4", "K5"]
        assert table.index[table["estimate"]].tolist() == ["K5"]

    def test_means_have_a_base_that_is_named(self, table):
        assert table["mean"].dropna().to_dict() == {"K2": 20}

    def test_shares_are_those_of_one_register_period_and_unit(self, table):
        assert table["share"].dropna().to_dict() == {"K3": 0.25, "K9": 2}
        # Wilson, JASA 22, 1927, for 5 of 20: 0.1119 to 0.4687
        bounds = table.loc["K3", ["ci_low", "ci_high"]].tolist()
        assert bounds == pytest.approx([0.1119, 0.4687], abs=1e-4)
        assert table.loc[["K9"], "ci_low"].isna().all()
        assert table["flags"][table["flags"] != ""].to_dict() == {
            "K5": "at_least",
            "K6": "self_reported; other_register",
            "K7": "about; other_period",
            "K8": "at_most; other_unit",
        }

    def test_registers_stand_together(self, table):
        assert table["register"].is_monotonic_increasing
        assert tuple(table.columns) == THERMOMETER_COLUMNS

    def test_no_indicators(self):
        table = read_thermometer(make_ecosystem({"universities": "id,name\nU1,a\n"}))
        assert (len(table), tuple(table.columns)) == (0, THERMOMETER_COLUMNS)


class TestJinzhong:
    @pytest.fixture(scope="class")
    @staticmethod
    def ecosystem():
        return read_city("jinzhong")

    def test_five_targets_of_which_nothing_can_be_told(self, ecosystem):
        table = compare_targets(ecosystem)
        assert table["value"].tolist() == [109, 400, 3, 10, 2]
        assert table["kind"].tolist() == ["flow", "stock", "flow", "flow", "flow"]
        assert set(table["state"]) == {"unknown"}
        assert table["actual"].isna().all()
        assert table["flags"].tolist() == [*["no_rows"] * 4, "small_coverage"]

    def test_the_two_headline_indicators(self, ecosystem):
        table = read_thermometer(ecosystem)
        contracts, services = table.loc["K037"], table.loc["K039"]
        assert contracts[["value", "rank", "rank_previous", "movement"]].tolist() == [
            *(4847.4, 4, 5, 1)
        ]
        assert round(contracts["mean"], 3) == 201.975
        assert services[["value", "growth", "movement"]].tolist() == [2.29, 0.27, 3]
        assert round(services["value_previous"], 2) == 1.80  # 2.29 / 1.27
        assert table.loc["K040", "estimate"]
        assert table.loc["K038", "value"] == 21

    def test_shares_and_means_of_the_articles(self, ecosystem):
        table = read_thermometer(ecosystem)
        assert round(table.loc["K007", "share"], 4) == 0.7330
        assert round(table.loc["K032", "share"], 4) == 0.0314
        assert round(table.loc["K075", "share"], 3) == 0.351
        assert round(table.loc["K070", "mean"], 2) == 11.77
        assert table.loc["K074", "mean"] == 71.25
        assert round(10_000 * table.loc["K047", "mean"], 2) == 570.65
        assert math.isnan(table.loc["K008", "mean"])  # its base is not stated

    def test_registers_are_never_divided(self, ecosystem):
        flags = read_thermometer(ecosystem)["flags"]
        assert not flags.str.contains("other_").any()
