from __future__ import annotations

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.render.report import render_report
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.tiers import count_levels, take_tiers
from ecograph.render.reporting.voice import Voice

# firm: tier, next programme, clauses met, not met, unknown, at risk
FIRMS = {
    "one short": ("seedling", "high_tech", 6, 1, 0, ""),
    "one short, two unknown": ("seedling", "high_tech", 4, 1, 2, ""),
    "one unknown": ("seedling", "high_tech", 6, 0, 1, ""),
    "two short": ("seedling", "high_tech", 5, 2, 0, ""),
    "shrub one short": ("shrub", "little_giant", 9, 1, 0, "research too small"),
    "nothing above": ("tree", "", 0, 1, 0, ""),
}


def make_tiers(firms: dict[str, tuple] = FIRMS) -> pd.DataFrame:
    columns = ["tier", "next_programme", "met", "not_met", "unknown", "at_risk"]
    table = pd.DataFrame.from_dict(firms, orient="index", columns=columns)
    table = table.assign(name=table.index, industry="", region="", reason="", missing="a；b；c")
    return table.assign(next_tier=table["tier"].map({"seedling": "shrub", "shrub": "tree"}))


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def test_a_firm_is_near_only_where_every_other_clause_is_met():
    counts = count_levels(make_tiers()).set_index("tier")

    assert list(counts.index) == ["tree", "shrub", "seedling", "none"]
    assert counts["count"].tolist() == [1, 1, 4, 0]
    assert counts["near"].tolist() == [0, 1, 1, 0]
    assert counts["near_unsure"].tolist() == [0, 0, 1, 0]
    assert counts["at_risk"].tolist() == [0, 1, 0, 0]
    assert counts["share"].tolist() == pytest.approx([1 / 6, 1 / 6, 4 / 6, 0])


def test_the_sure_and_the_unsure_are_said_apart_in_english(town):
    page = render_report(town, {"tiers": make_tiers()}, lang="en")

    sure = '<a class="num" href="#table-tier-counts">2</a>'
    unsure = '<a class="num" href="#table-tiers">1</a>'
    assert f"Enterprises that miss exactly one clause of the next tier: {sure}. For" in page
    assert f"{unsure} more one clause is known not to be met, but others are unknown." in page


def test_the_sure_and_the_unsure_are_said_apart_in_chinese(town):
    page = render_report(town, {"tiers": make_tiers()}, lang="zh")

    sure = '<a class="num" href="#table-tier-counts">2</a>'
    unsure = '<a class="num" href="#table-tiers">1</a>'
    assert f"离升级只差一项条件的企业 {sure} 家。另有" in page
    assert f"{unsure} 家已知仅一项条件未达到，但还有条件因缺少数据无法判断。" in page


@pytest.mark.parametrize(
    ("firms", "sure", "unsure"),
    [
        (["one short", "two short"], True, False),
        (["one short, two unknown"], True, True),
        (["one unknown", "two short"], False, False),
    ],
)
def test_nothing_is_said_of_firms_that_are_not_there(town, firms, sure, unsure):
    page = render_report(town, {"tiers": make_tiers({f: FIRMS[f] for f in firms})}, lang="en")

    assert ("exactly one clause" in page) is sure
    assert ("more one clause" in page) is unsure


def test_firms_at_risk_come_first_then_the_nearest(town):
    page = render_report(town, {"tiers": make_tiers()}, lang="en")

    shown = ["shrub one short", "one unknown", "one short", "two short", "one short, two unknown"]
    places = [page.index(f"<td>{name}<") if f"<td>{name}<" in page else -1 for name in shown]
    assert -1 not in places
    assert places == sorted(places)


def test_a_long_list_of_what_is_missing_is_cut(town):
    page = render_report(town, {"tiers": make_tiers()}, lang="en")

    assert "<small>high-tech enterprise: a; b (and 1 more)</small>" in page


def test_firms_of_which_nothing_is_known_are_not_taken(town):
    silent = make_tiers({"silent": ("none", "high_tech", 0, 0, 7, "")})
    known = make_tiers({"known": ("none", "high_tech", 1, 0, 6, "")})

    assert len(take_tiers(Page(town, {"tiers": silent}, Voice("en", "CNY")))) == 0
    assert len(take_tiers(Page(town, {"tiers": known}, Voice("en", "CNY")))) == 1
