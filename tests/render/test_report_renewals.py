from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.near_misses import NEAR_MISS_COLUMNS
from ecograph.analysis.renewals import EXPIRING_COLUMNS
from ecograph.analysis.tier_links import TIER_LINK_COLUMNS
from ecograph.render.report import render_report
from ecograph.render.reporting.renewals import present_renewals
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def present(town, results: dict[str, pd.DataFrame], lang: str = "en") -> dict:
    return present_renewals(Page(town, results, Voice(lang, "CNY"), "tables"))


def read(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def make_expiring(*rows: tuple[str, int, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["name", "days_left", "rule"])
    table = table.reindex(columns=list(EXPIRING_COLUMNS))
    fixed = {"certificate": "high_tech", "valid_to": "2025-01-31", "tier": "shrub"}
    more = {"tier_without": "none", "edition": "2016", "by_hand": 2, "certainty": "A"}
    return table.assign(**fixed, **more, missing="a；b；c", industry="I", region="R")


def test_the_next_ninety_days_come_first_then_what_has_expired(town):
    table = make_expiring(
        ("gone", -3, "met"),
        ("late", 184, "met"),
        ("half", 183, "met"),
        ("day 90", 90, "unknown"),
        ("today", 0, "not_met"),
    )
    found = present(town, {"expiring": table})

    assert [row[0] for row in read(found["expiring"])] == [
        "today",
        "day 90",
        "gone",
        "half",
        "late",
    ]
    assert [row.group for row in found["expiring"].rows] == [
        "within 90 days",
        "",
        "expired, no renewal listed",
        "later within six months",
        "later within twelve months",
    ]
    # not met, to be checked, met, all, whose firm would fall
    assert read(found["counts"]) == [
        ["within 90 days", "1", "1", "0", "2", "2"],
        ["expired, no renewal listed", "0", "0", "1", "1", "—"],
        ["later within six months", "0", "0", "1", "1", "1"],
        ["later within twelve months", "0", "0", "1", "1", "1"],
    ]
    assert re.findall(r">(\d+)</a>", found["summary"]) == ["3", "4", "4"]
    cells = found["expiring"].rows[0].cells
    assert cells[1].text == "high-tech enterprise"
    assert cells[4].below == "without it: no tier"
    assert cells[5].text == "not met"
    assert cells[6].below == "2 conditions to check by hand · certainty of the rule: A"


def test_firms_that_would_fall_come_first_among_the_urgent(town):
    table = make_expiring(("stays", 1, "met"), ("falls", 80, "met"), ("later", 91, "met"))
    found = present(town, {"expiring": table.assign(tier_without=["shrub", "none", "none"])})

    assert [row[0] for row in read(found["expiring"])] == ["falls", "stays", "later"]
    assert [row[-1] for row in read(found["counts"])] == ["1", "1"]


def test_half_a_year_is_six_months_of_the_calendar():
    town = make_ecosystem(
        {
            "enterprises": "id,name\nE1,one\n",
            "ecosystem.yaml": "name: town\nas_of: 2024-12-31\nlanguage: en\n",
        }
    )
    # from the last of December to the last of June are 181 days
    found = present(town, {"expiring": make_expiring(("a", 181, "met"), ("b", 182, "met"))})

    assert [row.group for row in found["expiring"].rows] == [
        "later within six months",
        "later within twelve months",
    ]


def test_fifteen_are_shown_and_all_are_counted(town):
    table = make_expiring(*((f"firm {n}", n, "met") for n in range(35, 0, -1)))
    found = present(town, {"expiring": table})

    assert [row[3] for row in read(found["expiring"])] == [str(n) for n in range(1, 16)]
    assert found["expiring"].note == "Shown: 15 of 35."
    assert found["counts"].rows[0].cells[-2].text == "35"


def test_names_are_escaped(town):
    page = render_report(town, {"expiring": make_expiring(("<b>firm</b>", 5, "met"))})

    assert "<b>firm</b>" not in page
    assert "&lt;b&gt;firm&lt;/b&gt;" in page


def test_why_nothing_expires_is_said(town):
    def lack(**register: int) -> str:
        table = pd.DataFrame(columns=list(EXPIRING_COLUMNS))
        table.attrs["meta"] = {"method": {"register": register}}
        return present(town, {"expiring": table})["expiring"].empty

    assert lack(certificates=5, without_last_day=2).startswith("None of the 3 certificates")
    undated = lack(certificates=5, without_last_day=5)
    assert "It would be filled by: certificates, enterprises, financials." in undated
    assert undated.endswith("Of the 5 certificates listed, 5 have no last day.")


def test_near_misses_say_the_one_condition(town):
    row = {"name": "A & B", "tier": "none", "next_tier": "seedling", "programme": "tech_sme"}
    row |= {"missing": "score 58, needs 60", "short_share": 1 / 30, "unknown": 0, "by_hand": 2}
    table = pd.DataFrame([row] * 31).reindex(columns=list(NEAR_MISS_COLUMNS))
    near = present(town, {"near_misses": table}, "zh")["near"]

    assert read(near)[0] == ["A & B", "科技型中小企业", "score 58, needs 60", "3.3%", "0"]
    assert near.rows[0].cells[1].below == "未入梯队 → 草本"
    assert near.rows[0].cells[2].below == "另有 2 项需人工核实"
    assert near.note == "此处列出 15 行，共 31 行。"


def test_what_is_lacking_most_often_is_counted_by_condition(town):
    row = {"tier": "none", "next_tier": "seedling", "programme": "tech_sme", "clause": "score"}
    row |= {"by_hand": 0}
    rows = [row | {"short_share": share} for share in (0.1, 0.3, 0.2)]
    rows.append(row | {"programme": "high_tech", "clause": "no such", "next_tier": "shrub"})
    table = pd.DataFrame(rows).reindex(columns=list(NEAR_MISS_COLUMNS))
    wanting = present(town, {"near_misses": table}, "zh")["wanting"]

    assert read(wanting) == [
        ["综合评价得分", "科技型中小企业", "3", "20.0%"],
        ["no such", "高新技术企业", "1", "—"],
    ]
    assert wanting.rows[0].cells[1].below == "→ 草本"
    assert present(town, {})["wanting"] is None


def test_tiers_and_links_have_counts_intervals_and_verdict(town):
    row = dict.fromkeys(TIER_LINK_COLUMNS)
    row |= {"tier": "tree", "firms": 4, "firms_linked": 3, "share": 0.75, "ci_low": 0.3}
    row |= {"ci_high": 0.95, "others": 10, "others_linked": 2, "others_share": 0.2}
    row |= {"odds_ratio": math.inf, "odds_low": 0.5, "odds_high": math.inf, "common_odds": 2.0}
    row |= {"common_low": 1.1, "common_high": 3.5, "common_q": 0.02, "verdict": "more"}
    links = present(town, {"tier_links": pd.DataFrame([row])})["links"]

    assert read(links) == [["tree", "4", "75.0%", "20.0%", "∞", "2.00", "0.020", "more"]]
    assert [cell.below for cell in links.rows[0].cells[2:6]] == [
        "3/4<br>30.0%–95.0%",
        "2/10",
        "0.50–∞",
        "1.10–3.50",
    ]


def test_tiers_without_any_firm_are_not_compared(town):
    empty = pd.DataFrame([dict.fromkeys(TIER_LINK_COLUMNS, 0)])
    links = present(town, {"tier_links": empty})["links"]

    assert links.rows == ()
    assert "agreements" in links.empty
