from __future__ import annotations

import functools
import math
from pathlib import Path

import pytest
from builders import make_ecosystem

from ecograph.analysis.carriers import (
    count_review_classes,
    list_pipeline,
    measure_incubation,
    review_platforms,
)
from ecograph.analysis.funnels import (
    ACTORS,
    count_actors,
    count_stages,
    count_topics,
    list_achievements,
    measure_funnel,
)
from ecograph.analysis.services import (
    BROKER_COLUMNS,
    BROKER_LEVELS,
    COUNTY_COLUMNS,
    FINANCE_COLUMNS,
    TRAINING_COLUMNS,
    count_brokers,
    count_trainings,
    cover_counties,
    measure_finance,
)
from ecograph.analysis.targets import compare_targets, read_thermometer
from ecograph.loader import load
from ecograph.schema import read_schema

FUNCTIONS = (
    *(count_stages, measure_funnel, count_actors, count_topics, list_achievements),
    *(review_platforms, count_review_classes, list_pipeline, measure_incubation),
    *(measure_finance, cover_counties, count_trainings, count_brokers),
    *(compare_targets, read_thermometer),
)
DATA = Path(__file__).parent.parent / "data"
TOWN = {
    "universities": "id,name\nU1,a\nU2,b\n",
    "enterprises": "id,name\nE1,e\nE2,f\n",
    "industries": "id,name\nI1,walnut\nI2,tea\n",
    "regions": """\
id,name,行政级别,主导产业
R0,city,市级,
R1,one,县级,I1;I2
R2,two,,I2
R3,three,县级,
R4,four,县级,
""",
    "finance": """\
id,kind,企业,企业数,金额,date,status,口径,台账,关系,笔数
F1,贷款,E1,1,100万元,2023,,,,,1
F2,贷款,E1;E2,2,500万元,2024,,,,,2
F3,贷款,,,900万元,2024,,,,,
F4,贷款,,10,1亿元,2024,,公布合计,bank,>=,
F5,贷款,,3,7亿元,2026,,,,,
F6,基金,,,5亿元,,规划,,,,
F7,贷款,,,2亿元,2024,在谈,,,,
""",
    "commissioners": """\
id,name,region,industry,organisation,people,since,until
X1,x,R1,I1,U1,3,2023,
X2,y,R1,I1,U2,,2023,
X3,z,R2,I1,U1,1,2020,2022
X4,w,R3,,U1,1,2026,
X5,v,R0,,U1,1,,
""",
    "agreements": """\
id,date,status,mode,parties,industry
A1,2024,signed,科技特派员,U2;R4,I2
A2,2024,planned,科技特派员,U2;R3,
A3,2024,signed,科技特派员,U1;R1,I1
""",
    "trainings": """\
id,programme,sessions,场次关系,人次,土专家,region,date,其中,口径,level
L1,科技特派员,10,>=,300,5,R1,2024,,公布合计,
L2,科技特派员,4,,,,R1,2024,,,
L3,科技特派员,2,,60,,R2,2024,,,
L4,科技特派员,1,,20,,R2,2024,L3,,
L5,技术经纪人,1,,49,,,2024,,,初级
L6,技术经纪人,1,,49,,,2026,,,初级
""",
    "brokers": """\
id,name,level,people,date,其中
J1,,初级,40,2023,
J2,张,初级,,2024,
J3,,初级,12,2024,J1
J4,,中级,10,2024,
J5,,中级,10,2026,
J6,,特级,1,2024,
""",
    "indicators": """\
id,name,value,unit,合计字段
K1,counties,100,%,commissioners.region
""",
    "ecosystem.yaml": "as_of: 2024-12-31\n",
}


@functools.cache
def read_city(name):
    """Load a city of the articles once."""
    return load(DATA / name)


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN)


class TestFinance:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return measure_finance(town).set_index(["kind", "basis", "flags"])

    def test_rows_of_one_kind_are_summed_and_totals_kept_apart(self, table):
        loans = table.loc[("loan", "counted", "repeated")]
        assert loans[["rows", "cases", "firms", "named_firms"]].tolist() == [3, 3, 3, 2]
        assert loans["amount"] == 15_000_000
        total = table.loc[("loan", "published", "at_least")]
        assert total[["rows", "firms", "amount"]].tolist() == [1, 10, 1e8]

    def test_an_average_needs_both(self, table):
        loans = table.loc[("loan", "counted", "repeated")]
        assert loans["amount_per_firm"] == 2_000_000  # 6 million for 3 firms
        assert loans["coverage"] == pytest.approx(2 / 3)

    def test_plans_and_talks_stand_apart(self, table):
        assert table.loc[("loan", "counted", "planned"), "amount"] == 2e8
        assert table.loc[("fund", "counted", "planned"), "amount"] == 5e8

    def test_the_article(self):
        table = measure_finance(read_city("jinzhong")).set_index("kind")
        loan = table.loc["loan"]
        assert loan[["amount", "firms", "amount_per_firm"]].tolist() == [24_000_000, 4, 6_000_000]
        assert table.loc["session", "cases"] == 7
        assert table.loc["visit", ["firms", "flags"]].tolist() == [100, "at_least"]
        assert table.loc["subsidy", "firms"] == 57
        assert table.loc["insurance", "amount"] == 19_000
        assert table.loc["partnership", "financiers"] == 2
        assert table.loc["fund", "flags"] == "planned"

    @pytest.mark.parametrize(
        ("kind", "column", "indicator", "unit"),
        [
            ("loan", "amount", "K056", 10_000),
            ("loan", "firms", "K057", 1),
            ("session", "cases", "K054", 1),
            ("visit", "firms", "K055", 1),
            ("subsidy", "firms", "K058", 1),
            ("insurance", "amount", "K059", 10_000),
            ("partnership", "financiers", "K053", 1),
        ],
    )
    def test_table_and_indicators_of_the_article_agree(self, kind, column, indicator, unit):
        ecosystem = read_city("jinzhong")
        value = ecosystem.table("indicators").set_index("id").at[indicator, "value"]
        assert measure_finance(ecosystem).set_index("kind").at[kind, column] == value * unit


class TestCounties:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return cover_counties(town)

    def test_in_force_and_by_agreement(self, table):
        assert table["commissioners"].to_dict() == {"R1": 2, "R2": 0, "R3": 0, "R4": 1}
        assert table["people"].fillna(-1).to_dict() == {"R1": 3, "R2": -1, "R3": -1, "R4": -1}
        assert table.attrs["meta"]["method"]["without_county"] == 1  # the city is no county

    def test_leading_industries(self, table):
        assert table["leading"].tolist() == [2, 1, 0, 0]
        assert table["leading_covered"].tolist() == [1, 0, 0, 0]
        assert table["industries"].tolist() == ["I1", "", "", "I2"]

    def test_shares_of_counties_and_of_industries(self, table):
        method = table.attrs["meta"]["method"]
        assert (method["counties"]["covered"], method["counties"]["share"]) == (2, 0.5)
        # Wilson, JASA 22, 1927, for 2 of 4
        assert method["counties"]["ci_low"] == pytest.approx(0.1500, abs=1e-4)
        assert method["leading_industries"]["share"] == pytest.approx(1 / 3)
        assert method["published"] == {"commissioners.region": 1.0}

    def test_trainings_that_name_the_county(self, table):
        assert table.loc["R1", ["sessions", "attendances"]].tolist() == [14, 300]

    def test_a_silent_register_covers_nobody_knows_what(self):
        table = cover_counties(make_ecosystem({"regions": "id,name\nR1,one\n"}))
        assert table["covered"].isna().all()
        assert math.isnan(table.attrs["meta"]["method"]["counties"]["share"])

    def test_the_article(self):
        table = cover_counties(read_city("jinzhong"))
        assert table.index[table["covered"].astype(bool)].tolist() == ["R07"]
        assert table.loc["R07", "commissioners"] == 1  # the team and its agreement are one
        published = table.attrs["meta"]["method"]["published"]
        assert published == {"commissioners.region": 1.0, "regions.leading": 1.0}


class TestTrainings:
    def test_bases_levels_and_parts(self, town):
        table = count_trainings(town).set_index(["programme", "basis"])
        own = table.loc[("commissioner", "counted")]
        assert own[["rows", "sessions", "attendances", "flags"]].tolist() == [2, 6, 60, "parts"]
        assert own["attendances_per_session"] == 30  # of the row that states both
        total = table.loc[("commissioner", "published")]
        assert total[["sessions", "experts", "flags"]].tolist() == [10, 5, "at_least"]
        assert table.loc[("broker", "counted"), "attendances"] == 49

    def test_the_article(self):
        table = count_trainings(read_city("jinzhong")).set_index("programme")
        row = table.loc["commissioner"]
        assert row[["sessions", "attendances", "experts"]].tolist() == [220, 6844, 170]
        assert row["flags"] == "at_least"


class TestBrokers:
    def test_ladder(self, town):
        table = count_brokers(town)
        assert table["people"].fillna(-1).to_dict() == {
            "junior": 41,
            "middle": 10,
            "senior": -1,
            "特级": 1,
        }
        assert table.loc["junior", ["rows", "named", "parts"]].tolist() == [2, 1, 12]
        assert table.loc["middle", "per_level_below"] == pytest.approx(10 / 41)

    def test_the_article_has_49_32_and_16_and_not_98(self):
        table = count_brokers(read_city("jinzhong"))
        assert table["people"].to_dict() == {"junior": 49, "middle": 32, "senior": 16}
        assert table.loc["junior", ["parts", "flags"]].tolist() == [49, "parts"]


@pytest.mark.parametrize(
    ("function", "columns", "rows"),
    [
        (measure_finance, FINANCE_COLUMNS, 0),
        (cover_counties, COUNTY_COLUMNS, 0),
        (count_trainings, TRAINING_COLUMNS, 0),
        (count_brokers, BROKER_COLUMNS, 3),
    ],
)
def test_nothing_in_nothing_out(function, columns, rows):
    table = function(make_ecosystem({"universities": "id,name\nU1,a\n"}))
    assert (len(table), tuple(table.columns)) == (rows, columns)


def test_a_template_without_rows_is_no_obstacle():
    tables = read_schema().tables.values()
    town = {table.name: ",".join(table.columns) + "\n" for table in tables}
    ecosystem = make_ecosystem(town | {"universities": "id,name\nU1,a\n"})
    for function in FUNCTIONS:
        assert len(function(ecosystem)) in {0, len(BROKER_LEVELS), len(ACTORS)}
