from __future__ import annotations

import functools

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.movement import PYRAMID_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.tiers import count_levels, present_tiers, take_tiers
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


@pytest.fixture(scope="module")
def draw(town):
    """Draw the page of all the firms in a language; once, for all who look at it."""
    return functools.cache(lambda lang: render_report(town, {"tiers": make_tiers()}, lang=lang))


def test_a_firm_is_near_only_where_every_other_clause_is_met():
    counts = count_levels(make_tiers()).set_index("tier")

    assert list(counts.index) == ["tree", "shrub", "seedling", "none"]
    assert counts["count"].tolist() == [1, 1, 4, 0]
    assert counts["near"].tolist() == [0, 1, 1, 0]
    assert counts["near_unsure"].tolist() == [0, 0, 1, 0]
    assert counts["at_risk"].tolist() == [0, 1, 0, 0]
    assert counts["share"].tolist() == pytest.approx([1 / 6, 1 / 6, 4 / 6, 0])


def test_the_sure_and_the_unsure_are_said_apart_in_english(draw):
    page = draw("en")

    sure = '<a class="num" href="#table-tier-counts">2</a>'
    unsure = '<a class="num" href="#table-tiers">1</a>'
    assert f"Enterprises that miss exactly one clause of the next tier: {sure}. For" in page
    assert f"{unsure} more one clause is known not to be met, but others are unknown." in page


def test_the_sure_and_the_unsure_are_said_apart_in_chinese(draw):
    page = draw("zh")

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


def test_firms_at_risk_come_first_then_the_nearest(draw):
    page = draw("en")

    shown = ["shrub one short", "one unknown", "one short", "two short", "one short, two unknown"]
    places = [page.index(f"<td>{name}<") if f"<td>{name}<" in page else -1 for name in shown]
    assert -1 not in places
    assert places == sorted(places)


def test_a_long_list_of_what_is_missing_is_cut(draw):
    page = draw("en")

    assert "<small>high-tech enterprise: a; b (and 1 more)</small>" in page


def test_firms_of_which_nothing_is_known_are_not_taken(town):
    silent = make_tiers({"silent": ("none", "high_tech", 0, 0, 7, "")})
    known = make_tiers({"known": ("none", "high_tech", 1, 0, 6, "")})

    assert len(take_tiers(Page(town, {"tiers": silent}, Voice("en", "CNY")))) == 0
    assert len(take_tiers(Page(town, {"tiers": known}, Voice("en", "CNY")))) == 1


def make_pyramid(level: str, groups: dict[str, tuple]) -> pd.DataFrame:
    """Firms of each tier, trees first, of regions or industries by name."""
    rows = [
        {
            "level": level,
            level: name and f"id {name}",
            f"{level}_name": name,
            "tier": tier,
            "firms": n,
        }
        for name, counts in groups.items()
        for tier, n in zip(("tree", "shrub", "seedling", "none"), counts, strict=True)
    ]
    return pd.DataFrame(rows).reindex(columns=list(PYRAMID_COLUMNS))


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def present(town, pyramid: pd.DataFrame, lang: str = "en") -> dict:
    results = {"tiers": make_tiers(), "pyramid": pyramid}
    return present_tiers(Page(town, results, Voice(lang, "CNY"), "tables"))


def test_regions_and_industries_are_set_out_with_their_tiers(town):
    regions = make_pyramid("region", {"east": (0, 1, 2, 1), "": (0, 0, 1, 0), "west": (1, 4, 0, 5)})
    industries = make_pyramid("industry", {"steel": (1, 1, 1, 1), "glass": (1, 2, 2, 5)})
    found = present(town, pd.concat([regions, industries]))

    assert [table.id for table in found["groups"]] == [
        "table-tier-regions",
        "table-tier-industries",
    ]
    assert [cell.text for cell in found["groups"][0].head] == [
        "region", "tree", "shrub", "seedling", "no tier", "enterprises", "share in a tier",
    ]  # fmt: skip
    assert read(found["groups"][0]) == [
        ["west", "1", "4", "0", "5", "10", "50.0%"],
        ["east", "0", "1", "2", "1", "4", "75.0%"],
        ["no region stated", "0", "0", "1", "0", "1", "100%"],
    ]
    assert read(found["groups"][1])[0][0] == "glass"
    assert found["groups"][0].csv == "tables/pyramid.csv"


def test_regions_with_seedlings_and_no_tree_are_named(town):
    groups = {
        "few": (0, 9, 2, 1),
        "many": (0, 0, 7, 1),
        "tree": (1, 1, 99, 0),
        "hidden": (float("nan"), 1, 50, 0),
        "bare": (0, 0, 0, 9),
        "": (0, 1, 1, 1),
    }
    said = present(town, make_pyramid("region", groups), "zh")["treeless"]

    assert said.striptags() == (
        "5 个地区中有 2 个尚无乔木企业（草本多者在前）："
        "many（草本 7、灌木 0）、few（草本 2、灌木 9）。"
    )
    assert '<a class="num" href="#table-tier-regions">2</a>' in said


def test_names_of_regions_are_escaped(town):
    said = present(town, make_pyramid("region", {"<b>": (0, 0, 7, 1), "x": (1, 1, 1, 1)}))

    assert "&lt;b&gt;" in said["treeless"]
    assert "<b>" not in said["treeless"]


def test_a_withheld_count_withholds_the_sum(town):
    groups = {"east": (float("nan"), 1, 2, 1), "west": (1, 4, 0, 5)}
    rows = read(present(town, make_pyramid("region", groups))["groups"][0])

    assert rows[1] == ["east", "—", "1", "2", "1", "—", "—"]


@pytest.mark.parametrize("groups", [{"": (1, 1, 1, 1)}, {"east": (0, 1, 1, 1), "": (1, 1, 1, 1)}])
def test_where_there_is_nothing_to_compare_no_table_stands(town, groups):
    found = present(town, make_pyramid("region", groups))

    assert (found["groups"], found["treeless"]) == ([], "")
