from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from scipy import stats

from ecograph.analysis.gaps import (
    GAP_COLUMNS,
    find_gaps,
)
from ecograph.analysis.links import list_firms, list_links, list_parties, sum_exposure


def draw_city(seed: int) -> dict[str, str]:
    """Draw the city of methods.md: four industries of 60 firms, the first links at 0.3 for 2.0."""
    draws = np.random.default_rng(seed)
    firms = [(f"E{n:03}", f"firm {n}", "ABCD"[n // 60]) for n in range(240)]
    signed = [
        (f"{firm}-{n}", f"{firm};U{draws.integers(5)}")
        for firm, _, industry in firms
        for n in range(draws.poisson(0.3 if industry == "A" else 2.0))
    ]
    return {
        "universities": list_rows("id,name", ((f"U{n}", f"university {n}") for n in range(5))),
        "enterprises": list_rows("id,name,industry", firms),
        "agreements": list_rows("id,parties", signed),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_under_linked_industry_of_a_drawn_city_is_the_only_gap(seed: int) -> None:
    table = find_gaps(make_ecosystem(draw_city(seed)))
    assert table.index[table["verdict"] == "gap"].tolist() == ["A"]
    assert table.index[0] == "A"
    assert table["observed"].sum() == pytest.approx(table["expected"].sum())
    assert table["expected"].max() == table["expected"].min()
    assert table.at["A", "ci_high"] < 1
    assert table["exposure"].tolist() == [60.0] * 4


# Steel states 100 firms and lists two; glass lists two and states none; wine has none known.
TOWN = {
    "universities": "id,name\nU1,a\n",
    "platforms": "id,name\nP1,p\n",
    "institutions": "id,name\nB1,bank\n",
    "enterprises": "id,name,industry\nE1,e,Steel\nE2,f,Glass\nE3,g,Glass;Steel\n",
    "industries": """id,name,企业数,研发人员,产值,是否适用
I1,Steel,100,,50亿元,
I2,Glass,,,10亿元,是
I3,Wine,,,,
I4,Faith,10,,,否
""",
    "financials": "enterprise,year,rd_staff\nE2,2023,9\nE2,2024,5\nE2,2025,\nE3,2024,7\n",
    "disciplines": "id,name\nD1,chemistry\nD2,physics\n",
    "agreements": """id,status,parties,industry,disciplines
A1,signed,U1;E1,,D1
A2,signed,P1;E3,Steel,D1;D2
A3,signed,U1;E3,,
A4,signed,B1;E1,Steel,D2
A5,planned,U1;E2,Glass,D1
A6,signed,U1;Wine,,D2
A7,signed,E1;E2,,D1
A8,signed,U1;P1,Faith,D1
""",
}


def test_links_join_industries_with_science() -> None:
    """A3's firm works in two industries, A6 is signed by one; A4, A5 and A7 are no links."""
    ecosystem = make_ecosystem(TOWN)
    names = [*ecosystem.keys, None]  # -1, no firm, is the last
    assert [[names[at] for at in link] for link in list_links(ecosystem).to_numpy()] == [
        ["I1", "A1", "E1"],
        ["I1", "A2", "E3"],
        ["I1", "A3", "E3"],
        ["I2", "A3", "E3"],
        ["I3", "A6", None],
        ["I4", "A8", None],
    ]


def test_firms_and_parties_are_listed_once() -> None:
    ecosystem = make_ecosystem({**TOWN, "parties": "agreement,organisation\nA1,U1\n"})
    keys = ecosystem.keys.to_numpy()
    assert sorted(keys[list_firms(ecosystem).to_numpy()].tolist()) == [
        ["I1", "E1"],
        ["I1", "E3"],
        ["I2", "E2"],
        ["I2", "E3"],
    ]
    pairs = keys[list_parties(ecosystem).to_numpy()].tolist()
    assert [party for agreement, party in pairs if agreement == "A1"] == ["E1", "U1"]
    assert "A5" not in {agreement for agreement, _ in pairs}
    assert ["A6", "I3"] in pairs


def test_listed_firms_are_the_exposure_where_one_industry_with_firms_states_none() -> None:
    exposure = sum_exposure(make_ecosystem(TOWN), "enterprises")
    assert exposure["exposure"].fillna(-1).tolist() == [2, 2, -1, -1]
    assert exposure["exposure_from"].tolist() == ["listed", "listed", "unknown", "unknown"]


def test_exposure_by_staff_takes_each_firm_s_latest_figure() -> None:
    exposure = sum_exposure(make_ecosystem(TOWN), "rd_staff")
    assert exposure["exposure"].fillna(-1).tolist() == [7, 12, -1, -1]
    assert exposure["exposure_from"].tolist() == ["listed", "listed", "unknown", "unknown"]


def test_exposure_by_output_is_only_stated() -> None:
    exposure = sum_exposure(make_ecosystem(TOWN), "output")
    assert exposure["exposure"].fillna(-1).tolist() == [5e9, 1e9, -1, -1]


def test_gaps_of_a_town_by_hand() -> None:
    table = find_gaps(make_ecosystem(TOWN))
    assert tuple(table.columns) == GAP_COLUMNS
    assert table.index.name == "industry"
    assert table["observed"].to_dict() == {"I1": 3, "I2": 1, "I3": 1, "I4": 1}
    assert table["expected"].dropna().to_dict() == {"I1": 2, "I2": 2}  # 4 links, 2 firms each
    assert table["verdict"].to_dict() == {
        "I1": "not_enough_data",
        "I2": "not_enough_data",
        "I3": "not_enough_data",
        "I4": "not_relevant",
    }
    unknown = table.loc["I3"]
    assert unknown["exposure_from"] == "unknown"
    for column in ("expected", "ratio", "ci_low", "ci_high", "p", "q", "p_over", "q_over", "power"):
        assert np.isnan(unknown[column])
    assert unknown["critical"] is pd.NA
    assert table.loc["I1", ["name", "firms", "firms_linked", "firms_recorded"]].tolist() == [
        "Steel",
        2,
        2,
        2,
    ]
    assert table.loc["I2", ["firms", "firms_linked", "firms_recorded"]].tolist() == [2, 1, 2]


def test_the_result_says_what_was_compared() -> None:
    meta = find_gaps(make_ecosystem(TOWN, exposure="output")).attrs["meta"]
    assert (meta["result"], meta["method"]["exposure"]) == ("gaps", "output")
    assert meta["method"]["links"] == 5  # those of faith, not relevant, are left out
    json.dumps(meta, allow_nan=False)


def test_the_dispersion_of_a_town_by_hand() -> None:
    """Steel has 2 firms with 1 and 2 links, glass one link: (2 * 5 / 3 - 3) / (2 - 1) = 1/3."""
    meta = find_gaps(make_ecosystem(TOWN)).attrs["meta"]["method"]
    assert meta["dispersion"]["value"] == 1
    assert meta["dispersion"]["firms"] == 2
    moments = 1, 2 * (1 - 1 / 3)  # mean and variance of the statistic, Haldane
    chance = stats.gamma.sf(1 / 3, 1 / moments[1], scale=moments[1])
    assert meta["dispersion"]["p"] == pytest.approx(chance)
    assert meta["null"].endswith("Poisson")


def test_one_busy_firm_makes_an_industry_less_sure() -> None:
    """Two industries of 40 firms with 40 and 8 links; all 40 of one firm, or of one firm each."""

    def draw(firms: list[int]) -> dict[str, str]:
        signed = [*(f"U;A{n}" for n in firms), *(f"U;B{n}" for n in range(8))]
        listed = [(f"{k}{n}", f"{k}{n}", k) for k in "AB" for n in range(40)]
        return {
            "universities": "id,name\nU,u\n",
            "enterprises": list_rows("id,name,industry", listed),
            "certificates": list_rows(
                "enterprise,kind", ((row[0], "高新技术企业") for row in listed)
            ),
            "agreements": list_rows("id,parties", enumerate(signed)),
        }

    even, uneven = (find_gaps(make_ecosystem(draw(f))) for f in (list(range(40)), [0] * 40))
    assert even.at["B", "verdict"] == "gap"
    assert uneven.at["B", "verdict"] == "not_enough_data"
    assert uneven.attrs["meta"]["method"]["dispersion"]["value"] > 10
    assert uneven.at["B", "ci_high"] > even.at["B", "ci_high"]


def test_an_industry_without_records_is_silent_not_a_gap() -> None:
    """30 firms of which one has a record; below the floor no verdict is given."""
    listed = [(f"{k}{n}", f"{k}{n}", k) for k in "AB" for n in range(30)]
    tables = {
        "universities": "id,name\nU,u\n",
        "enterprises": list_rows("id,name,industry", listed),
        "agreements": list_rows("id,parties", ((n, f"U;A{n}") for n in range(30))),
        "certificates": "enterprise,certificate\nB1,高新技术企业\n",
    }
    silent = find_gaps(make_ecosystem(tables))
    assert silent.at["B", "recorded"] == pytest.approx(1 / 30)
    assert silent.at["B", "q"] < 0.001
    assert silent.at["B", "verdict"] == "not_enough_data"
    assert silent.attrs["meta"]["method"]["silent"] == ["B"]
    assert find_gaps(make_ecosystem(tables, capture_floor=0.01)).at["B", "verdict"] == "gap"


def test_gaps_come_first_then_the_unknown_then_by_ratio() -> None:
    firms = dict.fromkeys("abcde", 100)
    links = {"a": 100, "b": 30, "c": 101, "d": 20, "e": 180}
    tables = {
        "universities": "id,name\nU,u\n",
        "industries": list_rows(
            "id,name,enterprises", [(k, k, n) for k, n in firms.items()] + [("f", "f", "")]
        ),
        "agreements": list_rows(
            "id,parties,industry",
            ((f"{k}{i}", "U", k) for k, count in links.items() for i in range(count)),
        ),
    }
    table = find_gaps(make_ecosystem(tables))
    assert table["verdict"].to_dict() == {
        "d": "gap",
        "b": "gap",
        "f": "not_enough_data",
        "a": "as_expected",
        "c": "as_expected",
        "e": "over_linked",
    }
    assert table.index.tolist() == list("dbface")


@pytest.mark.parametrize("exposure", ["enterprises", "rd_staff", "output"])
def test_an_ecosystem_without_industries_has_no_gaps(exposure: str) -> None:
    ecosystem = make_ecosystem({"universities": "id,name\nU1,a\n"}, exposure=exposure)
    assert len(find_gaps(ecosystem)) == 0


def test_industries_without_any_figure_are_left_open() -> None:
    tables = {"industries": "id,name,relevant\nI1,a,\nI2,b,no\nI3,c,yes\n"}
    for exposure in ("enterprises", "rd_staff", "output"):
        table = find_gaps(make_ecosystem(tables, exposure=exposure))
        assert table["verdict"].to_dict() == {
            "I1": "not_enough_data",
            "I3": "not_enough_data",
            "I2": "not_relevant",
        }
