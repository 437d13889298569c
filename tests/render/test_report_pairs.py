from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.pairs import cross_disciplines
from ecograph.loader import load
from ecograph.render.report import render_report
from ecograph.render.reporting.pairs import present_pairs
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

DATA = Path(__file__).parents[2] / "data"
VERDICTS = ("gap", "over_linked", "as_expected", "not_enough_data", "not_relevant")
LONG = {
    "en": ("Pharmaceuticals and biotechnology", "Electrical and electronic engineering"),
    "zh": ("新一代信息技术和高端装备制造", "控制科学与工程（含人工智能）"),
}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def make_pairs(*cells: tuple[str, str, int, float, str]) -> pd.DataFrame:
    columns = ["discipline", "industry", "firms_linked", "firms_expected", "verdict"]
    frame = pd.DataFrame(cells, columns=columns)
    frame = frame.assign(observed=frame["firms_linked"] * 2, ci_low=0.25, ci_high=1.5)
    return frame.assign(discipline_name=frame["discipline"], industry_name=frame["industry"])


def make_page(town, pairs: pd.DataFrame, map_href: str | None = None) -> Page:
    return Page(town, {"pairs": pairs}, Voice("en", "CNY"), None, map_href)


def make_widest(lang: str) -> pd.DataFrame:
    """Cross as many industries and disciplines as are shown, with long names and numbers."""
    industry, discipline = LONG[lang]
    sides = [(f"D{d}", f"I{i}") for d in range(21) for i in range(16)]
    pairs = make_pairs(*((d, i, 1234, 1111.1, "gap") for d, i in sides))
    return pairs.assign(industry_name=industry, discipline_name=discipline)


def test_a_cell_has_the_verdict_of_the_table_and_not_one_of_its_ratio(town):
    cells = [("D", f"I{n}", 9 - n, 4.0, verdict) for n, verdict in enumerate(VERDICTS)]
    found = present_pairs(make_page(town, make_pairs(*cells)))

    # most links first
    assert found["head"] == ["I0", "I1", "I2", "I3", "I4"]
    ((name, row),) = found["rows"]
    assert name == "D"
    assert [cell.verdict for cell in row] == list(VERDICTS)
    assert (row[0].observed, row[0].expected) == ("9", "4.0")
    assert row[0].note == "I0 × D: gap; links: 18; interval of the ratio: 0.25–1.50"
    assert [verdict for verdict, _ in found["verdicts"]] == list(VERDICTS)


def test_cells_lead_to_the_map_where_there_is_one(town):
    pairs = make_pairs(
        ("D", "I0", 3, 4.0, "not_enough_data"),
        ("D", "I1", 0, 4.0, "gap"),
        ("D", "I2", 0, 4.0, "not_enough_data"),
    )
    ((_, alone),) = present_pairs(make_page(town, pairs))["rows"]
    ((_, linked),) = present_pairs(make_page(town, pairs, "map.html"))["rows"]

    assert [cell.href for cell in alone] == ["", "", ""]
    assert [cell.href[:9] for cell in linked] == ["map.html#", "map.html#", ""]
    # no agreement names both I1 and D: the map shows the industry
    assert ["focus=" in cell.href for cell in linked] == [True, False, False]


def test_a_count_that_is_not_known_is_a_dash(town):
    pairs = make_pairs(("D", "I0", 3, 4.0, "gap"), ("D", "I1", 0, float("nan"), "not_enough_data"))
    ((_, row),) = present_pairs(make_page(town, pairs))["rows"]

    assert [cell.expected for cell in row] == ["4.0", "—"]


def test_a_count_that_is_withheld_still_leads_to_the_map(town):
    pairs = make_pairs(("D", "I0", 3, 4.0, "not_enough_data"), ("D", "I1", 2, 4.0, "gap"))
    counts = ["observed", "firms_linked"]
    pairs[counts] = pairs[counts].astype("Int64").mask(pairs["industry"] == "I1")
    ((_, row),) = present_pairs(make_page(town, pairs, "map.html"))["rows"]

    assert [cell.observed for cell in row] == ["3", "—"]
    assert all("focus=" in cell.href for cell in row)


def test_what_is_left_out_is_said(town):
    # firms of each of 21 disciplines with the first industry, and of D00 with 15 more
    sides = [(d, i) for d in range(23) for i in range(16)]
    linked = {(d, 0) for d in range(21)} | {(0, i) for i in range(16)}
    cells = [(f"D{d:02}", f"I{i:02}", int((d, i) in linked), 1.0, "gap") for d, i in sides]
    found = present_pairs(make_page(town, make_pairs(*cells)))

    assert [name for name, _ in found["rows"]] == [f"D{d:02}" for d in range(20)]
    assert found["notes"] == [
        "The 20 disciplines with most links are shown, of 23; 2 have none.",
        "The 15 industries with most links are shown, of 16.",
    ]


def test_without_a_link_it_is_said_why(town):
    none = present_pairs(make_page(town, make_pairs()))
    empty = present_pairs(make_page(town, make_pairs(("D", "I", 0, 0.0, "not_enough_data"))))

    assert none["empty"].startswith("The data cannot fill this section.")
    assert empty["empty"].startswith("No agreement names both an industry and a discipline. The")


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("city", ["weifang", "widest"])
def test_the_heat_map_fits_its_box(town, open_page, city, lang):
    ecosystem = town if city == "widest" else load(DATA / city)
    pairs = make_widest(lang) if city == "widest" else cross_disciplines(ecosystem)
    html = render_report(ecosystem, {"pairs": pairs}, lang=lang, map_href="map.html")
    page = open_page(html, width=1280).page

    wide, room = page.evaluate(
        "() => { const f = document.querySelector('#table-pairs .frame');"
        " return [f.scrollWidth, f.clientWidth]; }"
    )
    assert page.locator(".heat").first.is_visible()
    assert wide <= room
