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
LONG = {
    "en": ("Pharmaceuticals and biotechnology", "Electrical and electronic engineering"),
    "zh": ("新一代信息技术和高端装备制造", "控制科学与工程（含人工智能）"),
}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def make_pairs(*cells: tuple[str, str, int, float, bool]) -> pd.DataFrame:
    columns = ["discipline", "industry", "observed", "expected", "enough_data"]
    frame = pd.DataFrame(cells, columns=columns)
    frame["ratio"] = frame["observed"] / frame["expected"].where(frame["expected"] > 0)
    return frame.assign(discipline_name=frame["discipline"], industry_name=frame["industry"])


def make_widest(lang: str) -> pd.DataFrame:
    """Cross as many industries and disciplines as are shown, with long names and numbers."""
    industry, discipline = LONG[lang]
    sides = [(f"D{d}", f"I{i}") for d in range(21) for i in range(16)]
    pairs = make_pairs(*((d, i, 1234, 1111.1, True) for d, i in sides))
    return pairs.assign(industry_name=industry, discipline_name=discipline)


def test_a_cell_is_shaded_by_how_far_it_is_from_expected(town):
    observed = {5: "far_fewer", 8: "fewer", 12: "near", 20: "more", 21: "far_more"}
    cells = [("D", f"I{n:02}", n, 10.0, True) for n in observed]
    pairs = make_pairs(*cells, ("D", "I00", 0, 0.5, False))
    found = present_pairs(Page(town, {"pairs": pairs}, Voice("en", "CNY")))

    # most links first
    assert found["head"] == ["I21", "I20", "I12", "I08", "I05", "I00"]
    ((name, row),) = found["rows"]
    assert name == "D"
    assert [step for _, _, step in row] == [*reversed(observed.values()), "unsure"]
    assert row[0] == ("21", "10.0", "far_more")


def test_what_is_left_out_is_said(town):
    # one link of each of 21 disciplines with the first industry, and of D00 with 15 more
    sides = [(d, i) for d in range(23) for i in range(16)]
    linked = {(d, 0) for d in range(21)} | {(0, i) for i in range(16)}
    cells = [(f"D{d:02}", f"I{i:02}", int((d, i) in linked), 1.0, True) for d, i in sides]
    found = present_pairs(Page(town, {"pairs": make_pairs(*cells)}, Voice("en", "CNY")))

    assert [name for name, _ in found["rows"]] == [f"D{d:02}" for d in range(20)]
    assert found["notes"] == [
        "The 20 disciplines with most links are shown, of 23; 2 have none.",
        "The 15 industries with most links are shown, of 16.",
    ]


def test_without_a_link_it_is_said_why(town):
    none = present_pairs(Page(town, {"pairs": make_pairs()}, Voice("en", "CNY")))
    unlinked = make_pairs(("D", "I", 0, 0.0, False))
    empty = present_pairs(Page(town, {"pairs": unlinked}, Voice("en", "CNY")))

    assert none["empty"].startswith("The data cannot fill this section.")
    assert empty["empty"].startswith("No agreement names both an industry and a discipline. The")


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("city", ["weifang", "widest"])
def test_the_heat_map_fits_its_box(town, open_page, city, lang):
    ecosystem = town if city == "widest" else load(DATA / city)
    pairs = make_widest(lang) if city == "widest" else cross_disciplines(ecosystem)
    page = open_page(render_report(ecosystem, {"pairs": pairs}, lang=lang), width=1280).page

    wide, room = page.evaluate(
        "() => { const f = document.querySelector('#table-pairs .frame');"
        " return [f.scrollWidth, f.clientWidth]; }"
    )
    assert page.locator(".heat").count() == 1
    assert wide <= room
