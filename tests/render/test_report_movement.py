from __future__ import annotations

import re

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.movement import MOVE_COLUMNS, STEP_COLUMNS, count_moves
from ecograph.analysis.promotions import SUMMARY_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.movement import present_movement
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

# from, to, firms, firms_from; 10 shrubs of which one became a tree, and so on
MOVES = [
    ("shrub", "tree", 1, 10),
    ("shrub", "shrub", 7, 10),
    ("shrub", "none", 2, 10),
    ("seedling", "shrub", 3, 4),
    ("seedling", "seedling", 1, 4),
    ("seedling", "unknown", 5, 0),
    ("outside", "seedling", 6, 0),
]


def make_moves(*, renewals: str = "some_listed") -> pd.DataFrame:
    rows = []
    for year, extra in ((2023, 0), (2022, 90)):  # only the latest pair is to be shown
        for source, target, firms, base in MOVES:
            share = firms / base if base else None
            low, high = (share / 2, share) if base else (None, None)
            rows.append(
                ("year", year, year + 1, source, target, "", firms + extra, base, share, low, high)
            )
    table = pd.DataFrame(rows, columns=list(MOVE_COLUMNS))
    table.attrs["meta"] = {"method": {"register": {"renewals": renewals}}}
    return table


def present(results: dict[str, pd.DataFrame], lang: str = "en") -> dict:
    town = make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")
    return present_movement(Page(town, results, Voice(lang, "CNY"), "tables"))


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_moves_stand_as_a_square_whose_rows_add_up():
    moves = present({"tier_moves": make_moves()})["moves"]

    heads = ["from tier", "→ tree", "→ shrub", "→ seedling", "→ no tier", "→ not known", "all"]
    assert [cell.text for cell in moves.head] == heads
    assert read(moves) == [
        ["shrub", "1", "7", "—", "2", "—", "10"],
        ["seedling", "—", "3", "1", "—", "5", "9"],
        ["not founded", "—", "—", "6", "—", "—", "6"],
    ]
    assert moves.rows[0].cells[1].below == "10.0%<br>5.0%–10.0%"
    assert moves.rows[1].cells[-1].below == "4 known in both years"
    assert moves.rows[1].cells[5].below == ""
    assert moves.csv == "tables/tier_moves.csv"


def test_the_chart_shows_the_same_numbers_and_says_which_way():
    chart = present({"tier_moves": make_moves()})["chart"].__html__()

    # 25 firms in all, drawn for a wide and for a narrow screen
    said = ("seedling: 9", "seedling: 7", "seedling → shrub: 3 (75.0% [37.5%–75.0%])")
    assert [chart.count(f"<title>{text}</title>") for text in said] == [2, 2, 2]
    assert chart.count("<title>shrub: 10</title>") == 2 * 2  # 7 + 3 stand at the right as well
    # one way down, and its key
    assert len(re.findall(r"stroke-dasharray: 4[.\d]*,", chart)) == 2 * 2
    # two of which a tier is not known, and their key
    assert len(re.findall(r"stroke-dasharray: 1,3", chart)) == 2 * 3


def test_who_rose_fell_and_stayed_is_said_in_a_sentence():
    def count(moves: pd.DataFrame) -> list[str]:
        return re.findall(r">(\d+)</a>", present({"tier_moves": moves})["summary"])

    # up: 1 + 3; down: 2; the same: 7 + 1; unknown or not founded: 5 + 6
    assert count(make_moves()) == ["4", "2", "8", "11"]
    hidden = make_moves().astype({"firms": float})
    hidden.loc[0, "firms"] = None
    assert count(hidden) == []


def test_withheld_moves_are_dashes_and_their_row_has_no_sum():
    hidden = make_moves().astype({"firms": float, "firms_from": float})
    hidden.loc[[0, 2], ["firms", "firms_from", "share", "ci_low", "ci_high"]] = None
    found = present({"tier_moves": hidden})

    assert read(found["moves"])[0] == ["shrub", "—", "7", "—", "—", "—", "—"]
    assert read(found["moves"])[1] == ["seedling", "—", "3", "1", "—", "5", "9"]
    assert found["chart"].title.startswith("Firms by tier, 2023→2024")


def test_a_register_without_renewals_is_warned_of_and_only_that():
    warned = present({"tier_moves": make_moves(renewals="none_listed")})["caution"]

    assert warned.startswith("Caution: the register lists no certificate twice.")
    assert present({"tier_moves": make_moves()})["caution"] == ""


def test_the_steps_have_their_names_and_intervals():
    rows = [
        ("year", 2023, 2024, "micro_growth", 5, 20, 0.25, 0.112, 0.469),
        ("year", 2022, 2023, "micro_growth", 1, 20, 0.05, 0.009, 0.236),
        ("pooled", 2022, 2024, "micro_growth", 6, 40, 0.15, 0.071, 0.291),
    ]
    steps = present({"path_steps": pd.DataFrame(rows, columns=list(STEP_COLUMNS))}, "zh")["steps"]

    assert read(steps) == [
        ["微成长", "5", "20", "25.0%", "11.2%–46.9%"],
        ["微成长", "6", "40", "15.0%", "7.1%–29.1%"],
    ]
    assert [row.group for row in steps.rows] == [
        "2023 至 2024 年",
        "2022 至 2024 年逐年合并（同一企业每年各计一次）",
    ]


def test_a_median_that_is_not_reached_is_not_stated():
    table = pd.DataFrame(0, index=range(3), columns=list(SUMMARY_COLUMNS)).astype(object)
    table["tier"], table["next_tier"] = ["none", "seedling", "shrub"], ["seedling", "shrub", "tree"]
    table["firms"], table["promoted"], table["waiting"] = [0, 12, 30], [0, 8, 2], [0, 4, 28]
    table["median"] = [None, 2.5, None]
    table["median_low"], table["median_high"] = [None, 1.5, None], [None, None, None]
    table["entry_unknown"], table["not_observed"] = [9, 1, 0], [0, 2, 0]
    waits = present({"promotion_summary": table})["promotions"]

    assert [row[:5] for row in read(waits)] == [
        ["seedling → shrub", "12", "8", "4", "2.50"],
        ["shrub → tree", "30", "2", "28", "—"],
    ]
    below = [row.cells[4].below for row in waits.rows]
    assert below == ["1.50–∞", "fewer than half promoted so far"]
    assert [row[-1] for row in read(waits)] == ["3", "0"]


@pytest.mark.parametrize("results", [{}, {"tier_moves": pd.DataFrame()}])
def test_without_moves_the_register_that_lacks_is_named(results):
    found = present(results)

    assert (found["chart"], found["told"], found["caution"]) == ("", False, "")
    assert found["moves"].empty.endswith("It would be filled by: certificates, enterprises.")


def test_certificates_without_a_first_day_are_counted():
    town = make_ecosystem(
        {
            "enterprises": "id,name\nE1,one\n",
            "certificates": "enterprise,certificate\nE1,high_tech\nE1,champion\n",
            "ecosystem.yaml": "name: town\nas_of: 2024-12-31\nlanguage: en\n",
        }
    )
    page = render_report(town, {"tier_moves": count_moves(town)}, lang="en")

    assert "Of the 2 certificates listed, 2 have no first day" in page
