from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.brokers import BROKER_COLUMNS
from ecograph.analysis.gaps import GAP_COLUMNS
from ecograph.analysis.opportunities import OPPORTUNITY_COLUMNS
from ecograph.analysis.partners import PARTNER_COLUMNS
from ecograph.analysis.unlinked import UNLINKED_COLUMNS
from ecograph.loader import load
from ecograph.render.report import render_report
from ecograph.render.reporting.closing import present_closing
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice
from ecograph.results import RESULTS

CITY = Path(__file__).parents[2] / "data" / "example-city"
NEEDED = ("gaps", "opportunities", "stability", "brokers", "partners", "unlinked")


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="zh")


def make_gaps(**verdicts: str) -> pd.DataFrame:
    """Make industries I1, I2 ... whose ratios rise, with their verdicts."""
    table = pd.DataFrame({"verdict": list(verdicts.values())}, index=list(verdicts))
    table["name"] = [f"industry {key}" for key in table.index]
    table = table.assign(observed=4, expected=10.0, ci_low=0.1, ci_high=0.9, q=0.004, needed=0.0)
    table = table.assign(firms=20, firms_linked=4, firms_recorded=20)
    table["ratio"] = [0.4 + n / 10 for n in range(len(table))]
    return table.reindex(columns=list(GAP_COLUMNS)).rename_axis("industry")


def make(columns: tuple[str, ...], *rows: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame([{"industry": "I1", **row} for row in rows])
    texts = {c: "" for c in columns if c.endswith(("_names", "level", "region", "_by"))}
    return table.assign(**{c: v for c, v in texts.items() if c not in table}).reindex(
        columns=list(columns)
    )


def present(town, *, lang: str = "en", map_href: str | None = None, **results: pd.DataFrame):
    return present_closing(Page(town, results, Voice(lang, "CNY"), "tables", map_href))


def take_part(found, place: int):
    return found["industries"][0].parts[place]


def test_gaps_are_helped_before_all_others_and_at_most_five(town):
    gaps = make_gaps(**{f"I{n}": "gap" for n in range(1, 8)}, J="not_enough_data")
    found = present(town, gaps=gaps)

    names = [helped.name for helped in found["industries"]]
    assert names == [f"industry I{n}" for n in range(1, 6)]
    assert found["lead"].startswith("For each industry that is weakly linked")
    assert found["cut"] == "Shown: the first 5 of 7 industries."


def test_without_a_gap_those_that_may_be_one_follow_and_it_is_said(town):
    gaps = make_gaps(I1="as_expected", I2="not_enough_data", I3="over_linked", I4="not_relevant")
    firms = [{"industry": f"I{n}", "name": "firm"} for n in range(1, 5)]
    found = present(town, gaps=gaps, unlinked=make(UNLINKED_COLUMNS, *firms))

    assert [helped.css for helped in found["industries"]] == ["not_enough_data", "as_expected"]
    assert found["lead"].startswith("No industry is shown to be weakly linked.")
    assert found["industries"][0].certainty == "cannot tell"


def test_an_industry_of_which_nothing_is_known_is_not_shown(town):
    found = present(town, gaps=make_gaps(I1="not_enough_data"))

    assert found["industries"] == []
    assert found["empty"].startswith("The data cannot fill this section.")


def test_how_sure_a_gap_is_stands_before_its_numbers(town):
    (helped,) = present(town, gaps=make_gaps(I1="gap"), map_href="map.html")["industries"]

    assert helped.certainty == "certain"  # q = 0.004
    assert helped.text.striptags().startswith(
        "4 links with science, 10.0 expected (ratio 0.40, 95% interval 0.10–0.90): gap. Fewer"
    )
    assert '<a class="num" href="#table-gaps-row-1">10.0</a>' in helped.text
    assert helped.href.startswith("map.html#filters=")


def test_only_promising_disciplines_that_are_missing_are_named(town):
    quadrants = ("gap_promising", "linked_promising", "gap_unpromising", "undetermined_promising")
    rows = [
        {
            "discipline_name": f"D {quadrant}",
            "quadrant": quadrant,
            "demand_stated": 2,
            "universities": 3,
            "teams": 0,
            "achievements": math.nan,
            "relatedness_density": 0.25,
            "firms_linked": 0,
        }
        for quadrant in quadrants
    ]
    opportunities = make(OPPORTUNITY_COLUMNS, *rows)
    part = take_part(present(town, gaps=make_gaps(I1="gap"), opportunities=opportunities), 0)

    assert [item.striptags().split(":")[0] for item in part.items] == [
        "D gap_promising",
        "D undetermined_promising",
    ]
    # nothing is said of 0 teams, nor of achievements that are not known
    assert part.items[0].striptags() == (
        "D gap_promising: demands that name it: 2, universities that supply it: 3, "
        "nearness to disciplines in use: 0.25, firms linked so far: 0"
    )
    assert part.csv == "tables/opportunities.csv"


def test_a_university_is_named_once_with_its_best_disciplines(town):
    rows = [
        {
            "university": key,
            "university_name": f"university {key}",
            "discipline_name": topic,
            "demanded": 2,
            "in_use": 0,
            "teams": 1,
            "achievements": 0,
            "level": "national" if topic == "D1" else "",
            "links": 3,
        }
        for key, topic in (("U1", "D1"), ("U2", "D1"), ("U1", "D2"), ("U1", "D3"), ("", "D4"))
    ]
    part = take_part(
        present(town, gaps=make_gaps(I1="gap"), partners=make(PARTNER_COLUMNS, *rows)), 1
    )

    assert [item.striptags() for item in part.items] == [
        (
            "university U1: D1 (national, demands: 2, teams: 1); D2 (demands: 2, teams: 1); "
            "links with the industry so far: 3"
        ),
        "university U2: D1 (national, demands: 2, teams: 1); links with the industry so far: 3",
    ]
    assert part.note == ""


def test_ways_to_reach_firms_are_counted_apart(town):
    row = {"name": "the lab", "firms_tied": 2, "firms_near": 0, "firms_meant": 7}
    row["university_names"] = "a；b；c；d"
    part = take_part(present(town, gaps=make_gaps(I1="gap"), brokers=make(BROKER_COLUMNS, row)), 2)

    (item,) = part.items
    assert item.striptags() == (
        "the lab: tied to firms without a link: 2, other firms of its industries: 7, "
        "universities: a, b, c and 1 more"
    )


def test_the_first_firms_are_named_and_all_are_counted(town):
    rows = [
        {"name": f"firm {n}", "region": "Town", "pending": 1, "demands": 0.0, "steps_any": math.nan}
        for n in range(1200)
    ]
    part = take_part(
        present(town, gaps=make_gaps(I1="gap"), unlinked=make(UNLINKED_COLUMNS, *rows)), 3
    )

    assert part.items[0].striptags() == "firm 0: Town, agreements in talks or planned: 1"
    assert len(part.items) == 3
    assert part.note == "first 3 of 1,200"


def test_what_nobody_recorded_is_asked_for(town):
    notes = [part.note for part in present(town, gaps=make_gaps(I1="gap"))["industries"][0].parts]

    assert notes[0] == "No discipline can be named. It would take: demands, offers, teams."
    assert notes[2] == "Nobody is on record. It would take: platforms, agreements."


def test_names_are_text(town):
    evil = "<script>alert(1)</script>{value}{{7*7}}"
    row = {"name": evil, "region": evil}
    found = present(town, gaps=make_gaps(I1="gap"), unlinked=make(UNLINKED_COLUMNS, row))

    (item,) = take_part(found, 3).items
    assert "<script" not in item
    assert item.striptags().count("{value}{{7*7}}") == 2


@pytest.mark.browser
def test_who_could_help_is_seen_on_one_screen(open_page):
    city = load(CITY)
    results = {name: RESULTS[name](city) for name in NEEDED}
    html = render_report(city, results, tables_href="tables", map_href="map.html")
    page = open_page(html, width=1280, height=800).page

    for lang in ("en", "zh"):
        page.evaluate(f"document.getElementById('choose-{lang}').checked = true")
        block = page.locator(f".in-{lang} .help").first
        assert block.bounding_box()["height"] <= 800
        assert block.locator(".part").count() == 4
        assert block.locator("a[href^='tables/']").count() == 4
