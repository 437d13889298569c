from __future__ import annotations

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.targets import TARGET_COLUMNS, THERMOMETER_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.targets import draw_share, present_targets
from ecograph.render.reporting.voice import Voice


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def present(town, results: dict[str, pd.DataFrame], lang: str = "en") -> dict:
    return present_targets(Page(town, results, Voice(lang, "CNY"), "tables"))


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def make_targets(*rows: dict) -> pd.DataFrame:
    fixed = {"value": 400, "unit": "家", "relation": ">=", "kind": "stock", "period": "2025"}
    return pd.DataFrame([fixed | row for row in rows]).reindex(columns=list(TARGET_COLUMNS))


def make_indicators(*rows: dict) -> pd.DataFrame:
    fixed = {"relation": "=", "basis": "published", "headline": False, "estimate": False}
    table = pd.DataFrame([fixed | row for row in rows]).set_index("id")
    return table.reindex(columns=list(THERMOMETER_COLUMNS))


def test_targets_that_fail_come_first_and_say_where_the_number_is_from(town):
    table = make_targets(
        {"name": "fine", "actual": 410, "actual_from": "graph", "reached": 1.025}
        | {"state": "reached", "days_left": 30},
        {"name": "<late>", "actual": 100, "actual_from": "indicator", "reached": 0.25}
        | {"state": "behind", "days_left": 30, "flags": "kind_assumed; no_rows"},
        {"name": "silent", "state": "unknown", "actual_from": "", "flags": "small_coverage"},
    )
    found = present(town, {"targets": table})["table"]

    assert [row[:4] for row in read(found)] == [
        ["<late>", "≥ 400 家", "100 家", "25.0%"],
        ["silent", "≥ 400 家", "—", "—"],
        ["fine", "≥ 400 家", "410 家", "102.5%"],
    ]
    assert [row.cells[2].below for row in found.rows] == [
        "published figure",
        "",
        "counted in the graph",
    ]
    assert read(found)[0][-1] == "taken as a total, the data do not say; no rows to count"
    page = render_report(town, {"targets": table})
    assert "<late>" not in page
    assert "&lt;late&gt;" in page


def test_states_are_counted(town):
    table = make_targets(*({"name": "x", "state": s} for s in ("unknown", "behind", "unknown")))

    assert present(town, {"targets": table})["summary"] == "behind the pace: 1; cannot be told: 2"


@pytest.mark.parametrize(
    ("value", "part", "blocks"),
    [(0.4, "40%", "████░░░░░░"), (1.7, "100%", "██████████"), (-1, "0%", "░░░░░░░░░░")],
)
def test_a_bar_is_as_long_as_its_share_and_no_longer_than_its_frame(value, part, blocks):
    assert f'style="--part:{part}">{blocks}</span>' in draw_share(value)


def test_a_chart_stands_there_only_where_a_share_is_known(town):
    known = make_targets({"name": "a", "state": "behind", "actual": 100.0, "reached": 0.25})
    unknown = make_targets({"name": "a", "state": "unknown"})

    assert (
        present(town, {"targets": known})["chart"].title == "Way made to each target, with its day"
    )
    assert present(town, {"targets": unknown})["chart"] == ""


def test_headlines_come_first_then_parts_and_means(town):
    table = make_indicators(
        {"id": "K1", "name": "part", "value": 10, "unit": "家", "part_of": "K3", "share": 0.05}
        | {"ci_low": 0.02, "ci_high": 0.08},
        {"id": "K2", "name": "neither", "value": 5},
        {"id": "K3", "name": "income", "value": 2.29, "unit": "亿元", "headline": True}
        | {"growth": 0.27, "value_previous": 1.8031, "previous_from": "growth"}
        | {"rank": 3, "rank_previous": 6, "movement": 3},
        {"id": "K4", "name": "guess", "value": 9, "headline": True, "rank": 2}
        | {"basis": "estimate", "estimate": True, "rank_previous": 1, "movement": -1},
    )
    found = present(town, {"thermometer": table})["thermometer"]

    assert [row[0] for row in read(found)] == ["income", "guess", "part"]
    assert read(found)[0][1:6] == ["2.29 亿元", "published", "+27.0%", "3 (was 6)", "↑ 3"]
    assert found.rows[0].cells[1].below == "before: 1.80 (computed from growth)"
    assert read(found)[1][2:6] == ["estimate: not an actual figure", "", "2 (was 1)", "↓ 1"]
    assert found.rows[2].cells[6].below == "2.0%–8.0%<br>÷ income"
    assert found.note == "Shown: 3 of 4."


def test_without_headlines_it_is_said_where_the_figures_stand(town):
    plain = make_indicators({"id": "K1", "name": "plain", "value": 5})
    some = present(town, {"thermometer": plain})["thermometer"]
    none = present(town, {}, "zh")

    assert some.empty.startswith(
        'None of the <a class="num" href="#table-coverage">1</a> published'
    )
    assert none["thermometer"].empty == "现有数据不足以填写本节。需要补充的台账：指标。"
    assert none["table"].empty == "现有数据不足以填写本节。需要补充的台账：目标。"
