from __future__ import annotations

import math

import pytest
from builders import make_ecosystem

from ecograph.analysis.overview import (
    COVERAGE_COLUMNS,
    compare_indicators,
    count_matching,
    summarise,
)

TOWN = {
    "universities": "id,name,驻地,status\nU1,a,是,open\nU2,b,否,closed\nU3,c,,open\n",
    "platforms": "id,name,status\nP1,p,\nP2,q,在建\nP3,r,规划\n",
    "enterprises": "id,name\nE1,e\nE2,f\nE3,g\n",
    "certificates": """enterprise,certificate,valid_from,valid_to
E1,高新技术企业,2022-01-01,2024-12-31
E1,高新技术企业,2025-01-01,2027-12-31
E2,高企,2020-01-01,2022-12-31
E3,高企,,
E3,灯塔工厂,,
""",
    "agreements": """id,date,status,amount,parties
A1,2023,signed,10万元,U1;E1
A2,2024-05-25,signed,,U2;E2
A3,2030,planned,5亿元,U1;U2
""",
    "indicators": """id,name,value,unit,对应口径,覆盖范围
K1,agreements,4,项,agreement,whole city
K2,platforms,0,家,platform,
K3,resident,10,所,university:resident,
K4,high-tech,4,家,certificate:high_tech,
K5,contracts,736,项,,
K6,contraptions,7,台,contraption,
K7,firms,,家,enterprise,
""",
    "ecosystem.yaml": "as_of: 2024-12-31\n",
}


def test_published_figures_beside_counted_ones() -> None:
    table = compare_indicators(make_ecosystem(TOWN))
    assert tuple(table.columns) == COVERAGE_COLUMNS
    assert table.index.name == "indicator"
    assert table["counted"].fillna(-1).to_dict() == {
        "K1": 2,
        "K2": 2,
        "K3": 1,
        "K4": 2,
        "K5": -1,
        "K6": -1,
        "K7": 3,
    }
    assert table["coverage"].fillna(-1).tolist() == [0.5, -1, 0.1, 0.5, -1, -1, -1]
    assert table["population"].tolist()[0] == "whole city"
    assert table["unit"].tolist()[:2] == ["项", "家"]


def test_indicators_without_any_value_are_listed() -> None:
    table = compare_indicators(make_ecosystem({**TOWN, "indicators": "id,name\nK1,a\n"}))
    assert table["name"].tolist() == ["a"]
    assert table[["counted", "coverage"]].isna().all(axis=None)


def test_no_indicators() -> None:
    tables = {name: text for name, text in TOWN.items() if name != "indicators"}
    table = compare_indicators(make_ecosystem(tables))
    assert (len(table), tuple(table.columns)) == (0, COVERAGE_COLUMNS)


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("agreement", 2),
        ("platform", 2),  # the planned one is left out
        ("university", 3),  # whatever their own column "status" says
        ("enterprise", 3),
        ("team", 0),
        ("university:resident", 1),
        ("certificate:high_tech", 2),
        ("certificate:高新技术企业", 2),
        ("certificate:灯塔工厂", 1),
        ("certificate:champion", 0),
    ],
)
def test_what_an_indicator_may_count(what: str, count: int) -> None:
    assert count_matching(make_ecosystem(TOWN), what) == count


@pytest.mark.parametrize(
    "what", ["", None, math.nan, "contraption", "university:famous", "Agreement"]
)
def test_what_nobody_can_count_is_unknown_not_zero(what: object) -> None:
    assert math.isnan(count_matching(make_ecosystem(TOWN), what))


@pytest.mark.parametrize(
    ("as_of", "holders"),
    [("2021-06-01", 2), ("2022-12-31", 3), ("2023-01-01", 2), ("2028-01-01", 1)],
)
def test_certificates_are_held_from_their_first_to_their_last_day(as_of: str, holders: int) -> None:
    """E1 from 2022 to 2027, E2 from 2020 to 2022, E3 without dates."""
    assert count_matching(make_ecosystem(TOWN, as_of=as_of), "certificate:high_tech") == holders


def test_a_summary_by_hand() -> None:
    table = summarise(make_ecosystem(TOWN))
    counts = table.set_index(["what", "item"])["value"].to_dict()
    assert counts == {
        ("nodes", "agreement"): 3,
        ("nodes", "enterprise"): 3,
        ("nodes", "platform"): 3,
        ("nodes", "university"): 3,
        ("edges", "party"): 6,
        ("agreements", "planned"): 1,
        ("agreements", "signed"): 2,
        ("agreements", "counted"): 2,
        ("amount", "agreements_with_amount"): 1,
        ("amount", "sum_CNY"): 100_000,
        ("rows", "rows"): 24,
        ("rows", "used"): 24,
        ("rows", "rejected"): 0,
        ("rows", "blank"): 0,
    }
    assert table.attrs["meta"]["counted"]["not_counted"] == 1


def test_a_summary_of_nothing() -> None:
    counts = summarise(make_ecosystem({"universities": "id,name\nU1,\n\n"}))
    assert counts.to_numpy().tolist() == [
        ["rows", "rows", 2],
        ["rows", "used", 0],
        ["rows", "rejected", 1],
        ["rows", "blank", 1],
    ]


def test_holders_of_dated_certificates_are_unknown_without_an_as_of_day() -> None:
    town = {name: text for name, text in TOWN.items() if name in {"enterprises", "certificates"}}
    ecosystem = make_ecosystem(town)
    assert ecosystem.as_of is None
    assert math.isnan(count_matching(ecosystem, "certificate:high_tech"))
    assert count_matching(ecosystem, "certificate:灯塔工厂") == 1  # without any date


def test_holders_are_counted_however_the_certificate_is_written() -> None:
    rows = 'E1,"高新技术企业（2021年）；科小"\nE2,国家高新技术企业\nE3,高企（有效期至2023年）\n'
    ecosystem = make_ecosystem({**TOWN, "certificates": "enterprise,certificate\n" + rows})
    assert count_matching(ecosystem, "certificate:high_tech") == 2  # that of E3 has expired
    assert count_matching(ecosystem, "certificate:国家高新技术企业") == 2
    assert count_matching(ecosystem, "certificate:tech_sme") == 1
