from __future__ import annotations

import math

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.gaps import GAP_COLUMNS
from ecograph.render.reporting.gaps import (
    explain_verdict,
    find_dispersion,
    find_least,
    present_gaps,
    tell_stands,
)
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

ROW = {
    "name": "A",
    "observed": 4,
    "expected": 10.0,
    "ratio": 0.4,
    "ci_low": 0.1,
    "ci_high": 1.2,
    "q": 0.004,
    "q_over": 0.9,
    "verdict": "gap",
    "exposure": 50.0,
    "needed": 7.2,
    "firms": 50,
    "firms_linked": 4,
    "firms_recorded": 50,
    "recorded": 1.0,
}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="zh")


def make_page(town, lang: str = "en", **results: pd.DataFrame) -> Page:
    return Page(town, results, Voice(lang, "CNY"), "tables")


def make_gaps(*rows: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame([{**ROW, **row} for row in rows]).reindex(columns=list(GAP_COLUMNS))
    table.index = pd.Index([f"I{n}" for n in range(1, len(table) + 1)], name="industry")
    return table


def make_stability(verdicts: str, *, stands: float = 5 / 6) -> pd.DataFrame:
    table = pd.DataFrame({"name": ["A"], "verdict": "gap", "runs": 6, "stands": stands})
    table = table.assign(stands_exposure=1.0, stands_window=math.nan, stands_university=0.8)
    table = table.assign(stands_level=math.nan, verdicts=verdicts)
    table.attrs["meta"] = {"method": {"ways": ["exposure: output", *["university: U"] * 5]}}
    return table.set_axis(["I1"]).rename_axis("industry")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Fewer than its size would give; chance is an unlikely reason (q = 0.004)."),
        (
            {"verdict": "over_linked", "q_over": 0.0001},
            "More than its size would give; chance is an unlikely reason (q < 0.001).",
        ),
        (
            {"verdict": "as_expected"},
            "No sign of too few; half the expected number would have been noticed.",
        ),
        # 7.2 more of 10 expected, of 50 in all: 36 more agreements
        (
            {"verdict": "not_enough_data"},
            (
                "Cannot tell yet: 10.0 links are expected; with 8 more, which about 36 more "
                "agreements in all industries together would bring, half the expected number "
                "would be noticed in 8 of 10 cases."
            ),
        ),
        ({"verdict": "not_enough_data", "needed": 0.0}, "The data cannot tell."),
        (
            {"verdict": "not_enough_data", "expected": math.nan},
            "Cannot tell: no firms are listed and no size is stated.",
        ),
        ({"verdict": "not_relevant"}, "Marked as not relevant; not compared."),
    ],
)
def test_each_verdict_is_said_in_words(town, change, said):
    assert explain_verdict(make_page(town), {**ROW, **change}, 50.0).unescape() == said


def test_silent_registers_are_named_as_the_reason(town):
    row = {**ROW, "verdict": "not_enough_data", "recorded": 0.02}
    said = explain_verdict(make_page(town), row, 50.0)

    assert said.startswith("Cannot tell: only 2.0% of its firms have any record")


def test_stability_is_said_in_the_language_of_the_page_whatever_that_of_the_table(town):
    for spelled in ("薄弱 5；数据不足 1", "gap 5; not enough data 1"):
        stability = make_stability(spelled)
        english = tell_stands(make_page(town, "en", stability=stability))
        chinese = tell_stands(make_page(town, "zh", stability=stability))

        assert english["I1"].replace("\u00a0", " ") == (
            "Asked in 6 other ways, the verdict stands in 5 (gap 5; not enough data 1)."
        )
        assert (
            chinese["I1"].replace("\u00a0", " ")
            == "换 6 种口径重算，5 种判断不变（薄弱 5；数据不足 1）。"
        )


def test_the_table_says_what_stands_and_what_came_otherwise(town):
    page = make_page(town, gaps=make_gaps({}), stability=make_stability("gap 5; as expected 1"))
    table = present_gaps(page)["table"]
    heads = [str(cell.text) for cell in table.head]

    cell = table.rows[0].cells[heads.index("stands in other ways")]
    assert (cell.text, cell.below) == ("5/6", "gap\u00a05; as expected\u00a01")
    assert heads[:6] == ["name", "verdict", *heads[2:5], "interval"]


def test_that_nothing_can_be_told_in_any_way_is_not_said_to_stand(town):
    silent = make_stability("not enough data 6", stands=1.0).assign(verdict="not_enough_data")
    page = make_page(town, gaps=make_gaps({"verdict": "not_enough_data"}), stability=silent)

    assert tell_stands(page) == {}
    heads = [str(cell.text) for cell in present_gaps(page)["table"].head]
    assert "stands in other ways" not in heads


def test_columns_that_repeat_another_are_left_out(town):
    plain = present_gaps(make_page(town, gaps=make_gaps({})))["table"]
    stated = make_gaps({"exposure": 900.0, "firms_recorded": 12})
    full = present_gaps(make_page(town, gaps=stated))["table"]

    assert len(full.head) == len(plain.head) + 2


def test_charts_are_left_out_where_nothing_could_be_drawn(town):
    unknown = make_gaps({"ratio": math.nan, "expected": math.nan, "verdict": "not_enough_data"})
    found = present_gaps(make_page(town, gaps=unknown))
    one = present_gaps(make_page(town, gaps=make_gaps({})))

    assert (found["chart"], found["funnel"], found["stability"]) == ("", "", "")
    assert one["chart"]
    assert one["funnel"] == ""  # one industry has nothing to be compared with
    assert present_gaps(make_page(town, stability=make_stability("gap 6")))["stability"]


def test_the_least_count_that_tells_grows_with_dispersion(town):
    gaps = make_gaps({})
    page = make_page(town, gaps=gaps)
    alpha = town.settings.alpha
    assert find_dispersion(page) == 1.0
    assert math.exp(-find_least(page)) == pytest.approx(alpha)

    gaps.attrs["meta"] = {"method": {"dispersion": {"value": 3.0}}}
    # negative binomial of variance 3 times the mean m: P(0) = 3 ** (-m / 2)
    assert 3 ** (-find_least(page) / 2) == pytest.approx(alpha)
