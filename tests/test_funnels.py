from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.funnels import (
    ACTORS,
    FUNNEL_COLUMNS,
    STAGE_COLUMNS,
    count_actors,
    count_stages,
    count_topics,
    list_achievements,
    list_totals,
    measure_funnel,
)
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"
Z = 1.959963984540054

TOWN = {
    "universities": "id,name,type\nU1,a,高校\nU2,b,研究所\n",
    "enterprises": "id,name\nE1,e\nE2,f\n",
    "institutions": "id,name,type\nN1,n,政府\nN2,o,商业银行\nN3,p,\n",
    "events": """\
id,name,type,方式,date,参加单位,企业数,金融机构数,成果数,对接数,意向数,签约数,到账数,金额
V1,one,roadshow,,2024-03-01,U1;N1;E1,40,2,10,6,8,2,1,300万元
V2,two,roadshow,先使用后付费,2024-04-01,U2;N3,60,,10,4,,3,,
V3,three,visit,,2024-05-01,,,,,,,,,
V4,late,roadshow,,2025-05-01,U1;N2,500,9,500,400,300,200,100,9亿元
""",
    "achievements": """id,name,owners,event,方式
C1,c,U1,V1,转让
C2,d,E1;U1,V1,
C3,x,E2,V2,先使用后付费
C4,y,,,
C5,z,U1,V4,
""",
    "agreements": """id,date,status,parties,event,方式,amount,到账金额
A1,2024-03-01,signed,U1;E1,V1,转让,50万元,20万元
A2,2024-03-01,intent,U1;E2,V1,,,
A3,2024-03-01,contact,U1;E2,V1,,,
A4,2024-04-01,signed,U2;N2,V2,,,0
""",
    "ecosystem.yaml": "name: Town\nas_of: 2024-12-31\n",
}


OFFICE = {
    "universities": "id,name\nU1,a\n",
    "indicators": """id,name,value,unit,period,relation,register,合计字段
K1,events,10,次,2024,=,office,events
K2,matched,200,项,2024,>=,office,events.matched
K3,signed,20,项,2024,=,office,events.agreements
K4,amount,3,亿元,2024,=,office,events.amount
K5,signed,99,项,2024,=,ledger,events.agreements
K6,signed,7,项,2023,=,office,events.agreements
K7,firms,5,家,2022,=,twice,events.firms
K8,firms,6,家,2022,=,twice,events.firms
K9,intents,2,家,2022,=,twice,events.intents
""",
}


@functools.cache
def read_city(name):
    """Load a city of the articles once."""
    return load(DATA / name)


def bound_by_hand(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval, written out (JASA 22, 1927, p. 209)."""
    middle = (k + Z**2 / 2) / (n + Z**2)
    half = Z / (n + Z**2) * math.sqrt(k * (n - k) / n + Z**2 / 4)
    return middle - half, middle + half


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN)


def pick(table, **wanted):
    """Take the one row that has the values asked for."""
    rows = table
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


class TestStages:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return count_stages(town)

    def test_sums_of_what_events_state_up_to_the_day(self, table):
        row = pick(table, basis="stated", scope="all")
        figures = ["events", "firms", "achievements", "matched", "intents", "signed", "paid"]
        assert row[figures].tolist() == [3, 100, 20, 10, 8, 5, 1]
        assert (row["amount"], row["name"]) == (3_000_000, "Town")
        assert tuple(table.columns) == STAGE_COLUMNS

    def test_by_type_mode_and_event(self, table):
        assert pick(table, basis="stated", scope="type", channel="roadshow")["events"] == 2
        first = pick(table, basis="stated", scope="mode", channel="use_first")
        assert (first["name"], first["signed"]) == ("先使用后付费", 3)
        assert pick(table, basis="stated", scope="event", channel="V1")["period"] == "2024-03-01"
        assert "V4" not in set(table["channel"])

    def test_what_is_not_recorded_is_not_zero(self, table):
        visit = pick(table, basis="stated", scope="event", channel="V3")
        assert visit[["firms", "achievements", "intents", "signed", "paid"]].isna().all()

    def test_rows_that_name_an_event_are_counted_apart(self, table):
        row = pick(table, basis="listed", scope="event", channel="V1")
        assert row[["achievements", "intents", "signed", "paid"]].tolist() == [2, 2, 1, 1]
        assert row["amount"] == 500_000
        assert math.isnan(row["firms"])
        whole = pick(table, basis="listed", scope="all")
        assert whole[["events", "achievements", "intents", "signed"]].tolist() == [2, 3, 3, 2]

    def test_an_amount_that_one_of_the_signed_lacks_is_unknown_for_the_event(self, table):
        row = pick(table, basis="listed", scope="event", channel="V2")
        assert (row["signed"], row["paid"]) == (1, 0)
        assert math.isnan(row["amount"])

    def test_a_mode_has_the_rows_of_that_mode(self, table):
        transfer = pick(table, basis="listed", scope="mode", channel="transfer")
        assert transfer[["achievements", "signed"]].tolist() == [1, 1]
        assert pick(table, basis="listed", scope="mode", channel="use_first")["achievements"] == 1

    def test_the_meta_says_of_how_many_events_a_stage_is_known(self, table):
        method = table.attrs["meta"]["method"]
        assert method["known"]["firms"] == 2
        assert (method["known"]["intents"], method["events"]) == (1, 3)


class TestYields:
    @pytest.fixture(scope="class")
    @staticmethod
    def table(town):
        return measure_funnel(town)

    def test_a_ratio_takes_only_events_that_know_both(self, table):
        row = pick(table, basis="stated", scope="all", stage="intents", of="firms")
        assert (row["part"], row["whole"], row["events"]) == (8, 40, 1)  # not 8 of 100
        assert row["coverage"] == pytest.approx(1 / 3)
        assert row["flags"] == "not_separate; partial"

    @pytest.mark.parametrize(
        ("stage", "of", "part", "whole"),
        [
            ("matched", "achievements", 10, 20),
            ("signed", "matched", 5, 10),
            ("paid", "signed", 1, 2),
        ],
    )
    def test_shares_have_the_interval_of_wilson(self, table, stage, of, part, whole):
        row = pick(table, basis="stated", scope="all", stage=stage, of=of)
        assert row["value"] == part / whole
        assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(bound_by_hand(part, whole))
        assert row["interval"] == "wilson"

    def test_means_by_event_and_by_agreement_have_no_such_interval(self, table):
        row = pick(table, basis="stated", scope="all", stage="signed", of="events")
        assert (row["value"], row["interval"]) == (2.5, "")
        row = pick(table, basis="stated", scope="all", stage="amount", of="signed")
        assert row["value"] == 1_500_000  # 3 million for the 2 of the only event that says so

    def test_an_event_has_no_mean(self, table):
        assert "events" not in set(table.loc[table["scope"] == "event", "of"])

    def test_listed_rows_are_called_an_excerpt(self, table):
        listed = table[table["basis"] == "listed"]
        assert listed["flags"].str.contains("excerpt").all()
        row = pick(listed, scope="event", channel="V1", stage="signed", of="intents")
        assert (row["value"], row["flags"]) == (0.5, "not_separate; excerpt")

    def test_columns(self, table):
        assert tuple(table.columns) == FUNNEL_COLUMNS


class TestManyEvents:
    def test_five_events_are_drawn_again(self):
        """Events that bring much more or less make a wider interval than separate firms would."""
        rows = [(f"V{n}", n, 100, 90 if n % 2 else 10) for n in range(8)]
        table = measure_funnel(
            make_ecosystem({"events": list_rows("id,name,firms,intents", rows)}, seed=1)
        )
        row = pick(table, scope="all", stage="intents", of="firms")
        assert (row["value"], row["interval"], row["flags"]) == (0.5, "events", "")
        low, high = bound_by_hand(400, 800)
        error = 0.4 / math.sqrt(8)  # of the mean of eight shares of 0.1 or 0.9
        assert row["ci_low"] < low < high < row["ci_high"]
        assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * Z * error, rel=0.15)

    def test_events_that_are_all_alike_leave_the_interval_of_wilson(self):
        rows = [(f"V{n}", n, 10, 5) for n in range(6)]
        table = measure_funnel(make_ecosystem({"events": list_rows("id,name,firms,intents", rows)}))
        row = pick(table, scope="all", stage="intents", of="firms")
        assert (row["interval"], row["flags"]) == ("wilson", "not_separate")

    def test_more_intents_than_firms_are_no_share(self):
        table = measure_funnel(make_ecosystem({"events": "id,name,firms,intents\nV1,a,10,14\n"}))
        row = pick(table, scope="event", stage="intents", of="firms")
        assert (row["value"], row["interval"], row["flags"]) == (1.4, "", "exceeds")
        assert np.isnan(row["ci_low"])


class TestPublished:
    @pytest.fixture(scope="class")
    @staticmethod
    def ecosystem():
        return make_ecosystem(OFFICE)

    def test_figures_of_one_register_and_period_make_a_funnel(self, ecosystem):
        row = pick(count_stages(ecosystem), basis="published")
        assert row[["channel", "period"]].tolist() == ["office", "2024"]
        assert row[["events", "matched", "signed", "amount"]].tolist() == [10, 200, 20, 3e8]

    def test_what_a_register_says_twice_is_left_out_and_named(self, ecosystem):
        method = count_stages(ecosystem).attrs["meta"]["method"]
        assert method["ambiguous"] == ["K7", "K8"]

    def test_bounds_of_published_figures(self, ecosystem):
        table = measure_funnel(ecosystem)
        row = pick(table, stage="signed", of="matched")
        assert (row["value"], row["flags"]) == (0.1, "not_separate; at_most")
        assert math.isnan(row["coverage"])
        assert pick(table, stage="matched", of="events")["flags"] == "at_least"
        assert pick(table, stage="amount", of="signed")["value"] == 15_000_000

    def test_totals_are_listed_with_money_in_yuan(self, ecosystem):
        found = list_totals(ecosystem, ["events.amount", "events"]).set_index("indicator")
        assert found["value"].to_dict() == {"K1": 10, "K4": 3e8}


class TestActors:
    def test_kinds_of_party(self, town):
        table = count_actors(town)
        assert tuple(table.index) == ACTORS
        assert table["named"].to_dict() == {
            **dict.fromkeys(("government", "university", "institute", "enterprise", "other"), 1),
            "finance": 0,
        }
        assert table["events"].to_dict() == {
            "government": 1,
            "university": 1,
            "institute": 1,
            "enterprise": 2,  # named at the first, stated at both
            "finance": 1,
            "other": 1,
        }
        assert table.at["enterprise", "stated"] == 100
        assert math.isnan(table.at["government", "stated"])
        assert table["agreements"].to_dict() == {
            "government": 0,
            "university": 1,
            "institute": 1,
            "enterprise": 1,
            "finance": 1,
            "other": 0,
        }

    def test_topics_are_counted_once_an_event(self):
        events = "id,name,领域,链条\nV1,a,能源；能源；材料,创新链\nV2,b,能源,\n"
        table = count_topics(make_ecosystem({"events": events}))
        assert table.to_numpy().tolist() == [
            ["field", "能源", 2],
            ["field", "材料", 1],
            ["chain", "创新链", 1],
        ]


class TestAchievements:
    def test_states(self, town):
        table = list_achievements(town)
        assert table["state"].to_dict() == {
            "C1": "science_alone",
            "C2": "shared",
            "C3": "firm_alone",
            "C4": "no_owner",
            "C5": "science_alone",
        }
        assert table.at["C2", "owners"] == "e；a"


class TestNothing:
    @pytest.mark.parametrize(
        "function", [count_stages, measure_funnel, count_topics, list_achievements]
    )
    def test_no_events(self, function):
        assert len(function(make_ecosystem({"universities": "id,name\nU1,a\n"}))) == 0

    def test_no_actors(self):
        table = count_actors(make_ecosystem({"universities": "id,name\nU1,a\n"}))
        assert table[["events", "named", "agreements"]].to_numpy().sum() == 0


class TestWeifang:
    @pytest.fixture(scope="class")
    @staticmethod
    def table():
        return measure_funnel(read_city("weifang"))

    def test_321_of_at_least_4800(self, table):
        row = pick(table, channel="产学研对接统计", stage="signed", of="matched")
        assert round(100 * row["value"], 2) == 6.69
        assert row["flags"] == "not_separate; at_most"
        assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(bound_by_hand(321, 4800))

    def test_per_event(self, table):
        of = {"channel": "产学研对接统计", "of": "events"}
        assert round(pick(table, stage="signed", **of)["value"], 2) == 2.43
        assert round(pick(table, stage="matched", **of)["value"], 2) == 36.36

    def test_72_of_265_firms_at_one_session(self, table):
        row = pick(table, scope="event", channel="V03", stage="intents", of="firms")
        assert round(row["value"], 4) == 0.2717
        assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(bound_by_hand(72, 265))

    def test_6_projects_of_17_contacts(self, table):
        row = pick(table, channel="西安交通大学合作统计", stage="signed", of="events")
        assert round(row["value"], 3) == 0.353

    def test_seven_universities_of_the_ministry_met(self):
        assert count_actors(read_city("weifang")).at["university", "named"] == 8  # and U01


class TestJinzhong:
    @pytest.fixture(scope="class")
    @staticmethod
    def ecosystem():
        return read_city("jinzhong")

    def test_roadshows(self, ecosystem):
        table = count_stages(ecosystem)
        stated = table[(table["basis"] == "stated") & (table["scope"] == "event")]
        stated = stated.set_index("channel")
        assert stated.loc["V12", ["signed", "amount"]].tolist() == [8, 5_700_000]
        assert stated.loc["V07", ["firms", "achievements"]].tolist() == [43, 6]
        assert stated.loc[["V08", "V09", "V10"], "achievements"].tolist() == [3, 6, 18]
        assert stated.loc["V07", ["intents", "signed"]].isna().all()

    def test_an_agreement_of_the_agricultural_roadshow_is_worth_712_500_on_average(self, ecosystem):
        table = measure_funnel(ecosystem)
        row = pick(table, basis="stated", scope="event", channel="V12", stage="amount")
        assert row["value"] == 712_500

    def test_use_first_pay_later_is_a_channel(self, ecosystem):
        row = pick(count_stages(ecosystem), basis="stated", scope="mode", channel="use_first")
        assert row["achievements"] == 3

    def test_all_five_parties_meet(self, ecosystem):
        table = count_actors(ecosystem)
        assert (table.loc[list(ACTORS[:5]), "events"] > 0).all()
        assert table.loc[["enterprise", "finance"], "stated"].tolist() == [43, 4]

    def test_four_chains_and_the_four_fields_of_the_series(self, ecosystem):
        table = count_topics(ecosystem)
        assert (table["what"] == "chain").sum() == 4
        fields = {"能源低碳转型", "先进制造升级", "前沿科技应用", "现代农业发展"}
        assert fields <= set(table.loc[table["what"] == "field", "topic"])

    def test_six_results_of_firms_of_which_one_names_its_partner(self, ecosystem):
        table = list_achievements(ecosystem)
        firms = table[(table["source"] == "S000") & (table["firms"] > 0)]
        assert firms["state"].value_counts().to_dict() == {"firm_alone": 5, "shared": 1}
