from __future__ import annotations

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.carriers import INCUBATION_COLUMNS, PLATFORM_COLUMNS
from ecograph.analysis.funnels import FUNNEL_COLUMNS
from ecograph.analysis.services import BROKER_COLUMNS, COUNTY_COLUMNS, FINANCE_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.events import present_events
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def present(town, results: dict[str, pd.DataFrame], lang: str = "en") -> dict:
    found = present_events(Page(town, results, Voice(lang, "CNY"), "tables"))
    return found | {table.id.removeprefix("table-"): table for table in found["tables"]}


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def make(columns: tuple[str, ...], *rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows)).reindex(columns=list(columns))


def make_yield(basis: str, scope: str, channel: str, **more: object) -> dict:
    return {"basis": basis, "scope": scope, "channel": channel, "name": channel, "flags": ""} | more


FUNNEL = make(
    FUNNEL_COLUMNS,
    make_yield("stated", "all", "", stage="firms", of="events", value=36.5, whole=24)
    | {"name": "<town>", "ci_low": 34.3, "ci_high": 38.4},
    make_yield("stated", "all", "", stage="signed", of="intents", value=0.25, whole=200)
    | {"name": "<town>", "flags": "partial; not_separate"},
    make_yield("stated", "all", "", stage="amount", of="signed", value=961311.48, whole=61)
    | {"name": "<town>", "flags": "partial"},
    make_yield("stated", "event", "V1", stage="firms", of="events", value=9, whole=1),
    make_yield("published", "register", "R", stage="signed", of="intents", value=1.5, whole=4)
    | {"flags": "exceeds"},
)


def test_channels_have_one_row_each_and_single_events_none(town):
    funnel = present(town, {"funnel": FUNNEL})["funnel"]

    heads = ["channel", "firms per event", "intents signed", "amount per signing", "to note"]
    assert [cell.text for cell in funnel.head] == heads
    assert read(funnel) == [
        ["<town>", "36.5", "25.0%", "CNY 961,000", "not known of all; interval too short"],
        ["R", "—", "1.50", "—", "more than all (no share)"],
    ]
    assert funnel.rows[0].cells[1].below == "34.3–38.4<br>n = 24"
    assert funnel.rows[0].cells[2].below == "n = 200"
    assert [row.group for row in funnel.rows] == [
        "Stated by the events themselves",
        "Published totals",
    ]


def test_names_are_escaped(town):
    page = render_report(town, {"funnel": FUNNEL})

    assert "<town>" not in page
    assert "&lt;town&gt;" in page


def test_platforms_without_figures_are_left_out_and_reports_marked(town):
    known = {"platforms": 2, "known": 1, "coverage": 0.5, "rd_input": 1e6, "direct_benefit": 3e6}
    table = make(
        PLATFORM_COLUMNS,
        {"scope": "platform", "name": "silent", "platforms": 1, "known": 0},
        {"scope": "platform", "name": "told", "transfer_income": 5e6, "self_reported": True},
        {"scope": "all", "name": "town", "ratio": 3.0, "self_reported": True, "flags": "partial"}
        | known,
        {"scope": "published", "name": "register", "ratio": 7.0, "direct_benefit": 2e6}
        | {"self_reported": True, "year": 2024},
    )
    found = present(town, {"platforms": table})["platforms"]

    assert [row[0] for row in read(found)] == ["town", "told", "register"]
    assert [row[7] for row in read(found)] == [
        "self-reported",
        "self-reported",
        "published, self-reported",
    ]
    assert read(found)[0][1:6] == ["2", "1", "CNY 1 M", "CNY 3 M", "3.00"]
    assert found.rows[0].cells[2].below == "50.0%"
    assert found.rows[2].group == "Published totals, not added to the above"


def test_stages_of_an_incubator_stand_under_its_name(town):
    row = {"name": "valley", "stage": "team", "unit": "个", "count": 29, "total": 108}
    row |= {"share": 29 / 108, "ci_low": 0.194, "ci_high": 0.359, "basis": "published"}
    table = make(INCUBATION_COLUMNS, row | {"flags": "mixed_units"})
    found = present(town, {"incubation": table}, "zh")["incubation"]

    assert read(found) == [
        ["团队", "29 个", "108", "26.9%", "—", "公布合计", "合计混合企业、团队与项目"]
    ]
    assert found.rows[0].group == "valley"


def test_finance_marks_what_is_published_and_what_is_planned(town):
    table = make(
        FINANCE_COLUMNS,
        {"kind": "loan", "basis": "published", "register": "R", "rows": 1, "firms": 4}
        | {"amount": 24e6, "amount_per_firm": 6e6, "coverage": 1.0, "named_firms": 0},
        {"kind": "fund", "basis": "counted", "rows": 2, "named_firms": 3, "flags": "planned"},
    )
    found = present(town, {"finance": table}, "zh")["finance"]

    assert read(found)[0] == ["贷款", "公布合计", "—", "—", "4", "2,400万元", "600万元", ""]
    assert read(found)[1][-1] == "计划，尚未发生"
    assert [row.cells[1].below for row in found.rows] == ["R · 1 行", "2 行"]
    assert found.rows[1].cells[4].below == "具名 3"


def test_counties_are_silent_where_no_commissioner_is_known(town):
    counties = make(COUNTY_COLUMNS, {"name": "a", "commissioners": 0, "leading": 0})
    known = make(
        COUNTY_COLUMNS,
        {"name": "a", "commissioners": 2, "covered": True, "leading": 3, "leading_covered": 1},
        {"name": "b", "commissioners": 0, "covered": False, "leading": 0, "leading_covered": 0},
    )
    share = {"covered": 1, "of": 2, "share": 0.5, "ci_low": 0.09, "ci_high": 0.91}
    published = {"commissioners.region": 1.0}
    known.attrs["meta"] = {"method": {"counties": share, "published": published}}
    found = present(town, {"counties": known})["counties"]

    assert "counties" not in present(town, {"counties": counties})
    assert [row[:5] for row in read(found)] == [
        ["a", "yes", "2", "—", "1/3"],
        ["b", "none known", "0", "—", "—"],
    ]
    assert "1 of 2 (50.0%, interval 9.0%–91.0%); published: 100%" in found.caption


def test_what_is_empty_is_named_with_its_register_in_one_sentence(town):
    brokers = make(BROKER_COLUMNS, {"people": 49, "rows": 1, "named": 0, "per_level_below": None})
    brokers.index = ["junior"]
    found = present(town, {"broker_levels": brokers}, "zh")

    assert [table.id for table in found["tables"]] == ["table-broker-levels"]
    assert read(found["broker-levels"])[0][:4] == ["初级", "49", "1", "0"]
    assert "对接漏斗：各渠道转化（需补充台账：活动）" in found["silent"]
    assert "科技金融服务（需补充台账：科技金融）" in found["silent"]
    assert "平台绩效评估等次（需补充台账：平台绩效）" in found["silent"]
    assert found["silent"].count("需补充台账") == 8
