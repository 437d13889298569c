from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.breakdown import BREAKDOWN_COLUMNS
from ecograph.analysis.carriers import REVIEW_COLUMNS
from ecograph.analysis.centrality import CENTRALITY_COLUMNS
from ecograph.analysis.dimensions import DIMENSION_COLUMNS
from ecograph.analysis.leaders import LEADER_COLUMNS
from ecograph.analysis.structure import ROLE_COLUMNS
from ecograph.analysis.years import YEAR_CHANGE_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.changes import present_changes, sum_changes
from ecograph.render.reporting.dimensions import present_dimensions
from ecograph.render.reporting.events import present_events
from ecograph.render.reporting.leaders import present_leaders
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

METHOD = {
    "before": 2022,
    "after": 2023,
    "last_whole": 2023,
    "running": None,
    "running_agreements": 0,
    "undated": 0,
    "tier_days": ["2021-12-31", "2022-12-31", "2023-12-31"],
}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(
        {
            "enterprises": "id,name\nE1,one\n",
            "ecosystem.yaml": "name: town\nas_of: 2023-12-31\nlanguage: en\ncurrency: CNY\n",
        }
    )


def open_page(town, results: dict[str, pd.DataFrame], lang: str = "en") -> Page:
    return Page(town, results, Voice(lang, "CNY"), "tables")


def make_changes(*rows: dict, **method: object) -> dict[str, pd.DataFrame]:
    filled = [
        {"scope": "industry" if "item" in row else "all", "item": "", "names": ""}
        | {"year_before": 2022, "year_after": 2023}
        | row
        for row in rows
    ]
    table = pd.DataFrame(filled).reindex(columns=list(YEAR_CHANGE_COLUMNS))
    table.attrs["meta"] = {"method": METHOD | method}
    return {"year_changes": table}


def make_count(figure: str, before: float, after: float, verdict: str, **more: object) -> dict:
    return {"figure": figure, "before": before, "after": after, "verdict": verdict, **more}


MORE = make_count(
    "agreements", 10, 30, "more", ratio=3.0, ci_low=1.4, ci_high=7.0, p=0.002, q=0.004
)
UNCLEAR = "no clear change"
CHANGES = (
    MORE,
    make_count("with_amount", 4, 5, "not_tested"),
    make_count("amount", 2e6, 3e6, "not_tested", ratio=1.5),
    make_count("firms", 8, 9, "no_clear_change", ratio=1.125, ci_low=0.4, ci_high=3.2, p=1, q=1),
    make_count("newcomers", 3, 14, "not_tested", names="<b>；two"),
    make_count("rose", 1, 2, "not_tested", names="A；B"),
    make_count("fell", 0, 0, "not_tested"),
    make_count("links", 0, 4, "not_enough_data", item="I1", item_name="steel", ci_low=0.66, p=0.1),
    make_count("firms", 0, 5, "not_enough_data", item="I1", item_name="steel"),
)


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def say(markup) -> str:
    return markup.striptags()


def test_figures_stand_with_verdict_and_sums_are_not_tested(town):
    found = present_changes(open_page(town, make_changes(*CHANGES)))

    assert read(found["table"])[:3] == [
        ["agreements that count", "10", "30", "3.00", "1.40–7.00", "0.004", "↑ more"],
        ["amount of these", "CNY 2 M", "CNY 3 M", "—", "—", "—", "counted only"],
        ["firms in an agreement with science", "8", "9", "1.12", "0.40–3.20", "1.000", UNCLEAR],
    ]
    assert [cell.below for cell in found["table"].rows[1].cells[1:3]] == [
        "stated by 4",
        "stated by 5",
    ]


def test_an_interval_without_an_upper_end_is_said_by_its_lower_one(town):
    industries = present_changes(open_page(town, make_changes(*CHANGES)))["industries"]

    assert read(industries) == [
        ["steel", "0", "4", "—", "≥ 0.66", "—", "not enough data", "0 → 5", "not enough data"]
    ]


def test_the_summary_leads_to_the_rows_it_speaks_of(town):
    found = sum_changes(open_page(town, make_changes(*CHANGES)))

    assert say(found) == (
        "2023 against 2022: agreements that count 30 (before: 10), more; "
        "firms in an agreement with science 9 (before: 8), no clear change. "
        "In the twelve months up to 2023-12-31, 2 firms rose a tier and 0 fell. "
        "In none of the 1 industries is the change in links clear."
    )
    assert '<a class="num" href="#table-year_changes-row-1">30</a>' in found
    table = present_changes(open_page(town, make_changes(*CHANGES)))["table"]
    row = next(row for row in table.rows if row.cells[0].text == "firms that rose a tier")
    assert f'href="#{row.id}">2</a>' in found


def test_industries_are_named_only_where_the_change_is_clear(town):
    rows = (
        make_count("links", 5, 50, "more", item="I1", item_name="<steel>"),
        make_count("links", 50, 5, "fewer", item="I2", item_name="glass"),
        make_count("links", 5, 6, "no_clear_change", item="I3", item_name="food"),
    )
    found = sum_changes(open_page(town, make_changes(MORE, *rows)))

    assert "Clearly more links: &lt;steel&gt;. Clearly fewer links: glass." in found
    assert "food" not in found


def test_names_are_escaped_and_the_rest_is_counted(town):
    names = present_changes(open_page(town, make_changes(*CHANGES)))["names"]

    assert names[0] == (
        "<strong>organisations in their first agreement</strong>: &lt;b&gt;, two and 12 more"
    )
    assert names[1] == "<strong>firms that rose a tier</strong>: A, B"
    assert len(names) == 2


def test_what_is_left_out_is_said(town):
    more = {"running": 2024, "running_agreements": 7, "undated": 1200}
    found = present_changes(open_page(town, make_changes(MORE, **more, last_whole=2025)))
    plain = present_changes(open_page(town, make_changes(MORE)))

    assert say(plain["period"]) == "2023 is compared with 2022."
    assert (
        "No agreement of the data begins after 2023, although 2025 is over too" in found["period"]
    )
    assert "2024 is not over on the as-of day" in found["period"]
    assert "(7 agreements so far)" in found["period"]
    assert "in neither: 1,200" in found["period"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_two_years_the_reason_and_the_registers_are_named(town, lang):
    empty = make_changes(left_out="one_year")
    found = present_changes(open_page(town, empty, lang))

    assert not found["table"].rows
    assert ("one year" if lang == "en" else "同一年") in found["table"].empty
    assert ("agreements" if lang == "en" else "协议") in found["table"].empty
    assert sum_changes(open_page(town, empty, lang)) == ""
    assert not present_changes(open_page(town, {}, lang))["table"].rows


def test_withheld_counts_are_neither_said_nor_guessed(town):
    rows = [{**row, "after": np.nan} if row["figure"] == "rose" else row for row in CHANGES]
    found = sum_changes(open_page(town, make_changes(*rows)))

    assert "rose" not in found


def test_the_page_has_the_section_in_both_languages(town):
    page = render_report(town, make_changes(*CHANGES))

    assert "What changed since last year" in page
    assert "与上年相比" in page
    assert "<b>；" not in page


# leaders, dimensions and events beside their charts


def make_leaders(low: object, high: object) -> dict[str, pd.DataFrame]:
    centrality = {"name": "the university", "kind": "university", "strength": 9.0, "degree": 4}
    ranks = ("strength", "the university", "university", 9.0, 1.0, low, high, 1.0)
    return {
        "centrality": pd.DataFrame([centrality], index=["U1"]).reindex(
            columns=list(CENTRALITY_COLUMNS)
        ),
        "leaders": pd.DataFrame([ranks], columns=list(LEADER_COLUMNS), index=["U1"]).astype(
            {"rank_low": "Int64", "rank_high": "Int64"}
        ),
    }


def test_a_rank_has_its_interval_or_a_sentence_why_not(town):
    known = present_leaders(open_page(town, make_leaders(1, 3)))
    unknown = present_leaders(open_page(town, make_leaders(pd.NA, pd.NA)))

    assert read(known["table"])[0][:3] == ["1", "1–3", "the university"]
    assert known["chart"] is not None
    assert read(unknown["table"])[0][:2] == ["1", "the university"]
    assert unknown["chart"] is None
    assert "too few agreements" in unknown["sure"]


def test_pairs_between_which_somebody_stands_are_counted_once(town):
    roles = {"name": "U", "kind": "university", "ties": 4, "liaison": 10.0, "itinerant": 2.0}
    other = {"name": "V", "kind": "platform", "ties": 1} | dict.fromkeys(roles, 0.0)
    table = pd.DataFrame([other | {"name": "V"}, roles | {"gatekeeper": 3.0}])
    found = present_leaders(open_page(town, {"roles": table.reindex(columns=list(ROLE_COLUMNS))}))[
        "between"
    ]

    assert [row[2:] for row in read(found)] == [["4", "5", "1", "3"]]


def test_dimensions_are_drawn_only_where_one_is_known(town):
    rows = {"by": "year", "group": "2023", "indicator": "partners", "value": 4.0, "n": 4}
    by_year = pd.DataFrame([rows]).reindex(columns=list(BREAKDOWN_COLUMNS))
    nothing = pd.DataFrame(columns=list(DIMENSION_COLUMNS)).rename_axis("indicator")

    assert present_dimensions(open_page(town, {}))["chart"] is None
    drawn = present_dimensions(open_page(town, {"dimensions_by": by_year, "dimensions": nothing}))
    assert drawn["chart"] is not None
    assert drawn["csv"] == "tables/dimensions_by.csv"


def test_reviews_say_whether_more_are_excellent_than_may_be(town):
    review = {"year": 2024.0, "recommender": "city", "reviewed": 5, "excellent": 3, "good": 2}
    review |= {"qualified": 0, "unqualified": 0, "share": 0.6, "ci_low": 0.23, "ci_high": 0.88}
    rows = [
        review | {"allowed": 2, "verdict": "above_cap"},
        review | {"allowed": 2, "verdict": "no_recommender", "recommender": "", "year": None},
    ]
    table = pd.DataFrame(rows).reindex(columns=list(REVIEW_COLUMNS))
    tables = present_events(open_page(town, {"review_classes": table}, "zh"))["tables"]

    assert read(tables[0]) == [
        ["city", "2024", "5", "3", "2", "0", "0", "60.0%", "2", "超过上限"],
        ["—", "—", "5", "3", "2", "0", "0", "60.0%", "2", "未注明推荐单位，不核对"],
    ]
    assert tables[0].rows[0].cells[7].below == "23.0%–88.0%"
