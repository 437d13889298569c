from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from ecograph.analysis.gaps import (
    GAP_COLUMNS,
    PAIR_COLUMNS,
    VERDICTS,
    _control_discoveries,
    compare_rates,
    cross_disciplines,
    find_gaps,
)
from ecograph.analysis.links import list_firms, list_links, list_parties, sum_exposure

COUNTS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0.0, math.nan, 1.0, 7.5, 60.0])), max_size=8
)


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


def test_the_worked_case() -> None:
    """Of 362 links 17 where 90.5 were expected; methods.md rounds to 17 and 90."""
    table = compare_rates(np.array([17.0, 115, 115, 115]), np.full(4, 60.0))
    assert table["expected"].tolist() == [90.5] * 4
    assert table["ratio"].round(2).tolist() == [0.19, 1.27, 1.27, 1.27]
    exact = math.fsum(math.exp(k * math.log(90.5) - 90.5 - math.lgamma(k + 1)) for k in range(18))
    assert table["p"][0] == pytest.approx(exact, rel=1e-9)
    assert f"{exact:.0e}" == "3e-21"
    assert table["verdict"][0] == "gap"
    assert "gap" not in table["verdict"][1:].tolist()


def test_the_exact_interval_of_published_tables() -> None:
    """Garwood, Biometrika 28 (1936): 95% limits of a Poisson mean for 0, 1, 5, 10 and 20."""
    counts = np.array([0.0, 1, 5, 10, 20])
    table = compare_rates(counts, np.ones(5))
    expected = counts.sum() / 5
    limits = (table[["ci_low", "ci_high"]] * expected).round(3).to_numpy().tolist()
    published = [[0, 3.689], [0.025, 5.572], [1.623, 11.668], [4.795, 18.390], [12.217, 30.888]]
    assert limits == published


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", [1, 2, 7, 40, 300])
def test_the_exact_interval_by_root_finding(count: int, level: float) -> None:
    table = compare_rates(np.array([count, count + 1.0]), np.array([1.0, 2.0]), level=level)
    tail = (1 - level) / 2
    low = optimize.brentq(lambda m: stats.poisson.sf(count - 1, m) - tail, 1e-9, count)
    high = optimize.brentq(lambda m: stats.poisson.cdf(count, m) - tail, count, 5 * count + 20)
    expected = table["expected"][0]
    assert table["ci_low"][0] * expected == pytest.approx(low, rel=1e-6)
    assert table["ci_high"][0] * expected == pytest.approx(high, rel=1e-6)


def test_false_discoveries_by_hand() -> None:
    """Benjamini and Hochberg: p times 5 over its rank, then the least from the right."""
    p = pd.Series([0.01, 0.04, 0.03, 0.005, 0.5])
    q = _control_discoveries(p, np.ones(5, dtype=bool))
    assert q == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.5])


def test_only_testable_groups_share_the_false_discoveries() -> None:
    p = pd.Series([0.01, 0.04, 0.03, 0.005, 0.5])
    q = _control_discoveries(p, np.array([True, False, True, False, False]))
    assert q[[0, 2]] == pytest.approx([0.02, 0.03])
    assert np.isnan(q[[1, 3, 4]]).all()
    assert np.isnan(_control_discoveries(p, np.zeros(5, dtype=bool))).all()


def test_below_three_expected_links_nothing_can_be_said() -> None:
    """Zero links is significant at 5% only where exp(-E) <= 0.05, that is E >= 2.9957."""
    table = compare_rates(np.array([0.0, 0, 100]), np.array([2.99, 3.0, 94.01]))
    assert table["expected"].tolist() == pytest.approx([2.99, 3.0, 94.01])
    assert table["verdict"].tolist() == ["not_enough_data", "not_enough_data", "as_expected"]
    assert table["critical"].isna().tolist() == [True, False, False]
    assert table["critical"][1] == 0
    assert np.isnan(table["q"][0])
    assert table["p"][1] == pytest.approx(math.exp(-3))  # significant, were it the only test
    assert table["q"][1] == pytest.approx(2 * math.exp(-3))
    assert table["power"][0] == 0
    assert table["power"][1] == pytest.approx(math.exp(-1.5))


def test_critical_is_the_most_links_that_are_significantly_few() -> None:
    table = compare_rates(np.array([50.0, 50]), np.array([10.0, 90.0]))
    for expected, critical in zip(table["expected"], table["critical"], strict=True):
        assert stats.poisson.cdf(critical, expected) <= 0.05
        assert stats.poisson.cdf(critical + 1, expected) > 0.05


def test_as_expected_is_said_only_where_the_interval_excludes_half_the_rate() -> None:
    """The exact lower limits of 11 and 12 events: as many or more have a chance of 2.5 %."""
    assert stats.poisson.sf([10, 11], [5.491, 6.201]) == pytest.approx(0.025, abs=1e-4)
    open_still = compare_rates(np.array([11.0, 11]), np.ones(2))
    excluded = compare_rates(np.array([12.0, 12]), np.ones(2))
    assert open_still["ci_low"][0] == pytest.approx(5.491 / 11, abs=1e-4)
    assert excluded["ci_low"][0] == pytest.approx(6.201 / 12, abs=1e-4)
    assert open_still["verdict"].tolist() == ["not_enough_data"] * 2
    assert excluded["verdict"].tolist() == ["as_expected"] * 2
    loose = compare_rates(np.array([11.0, 11]), np.ones(2), margin=0.4)
    assert loose["verdict"].tolist() == ["as_expected"] * 2


def test_power_is_the_chance_to_see_the_margin_as_significantly_few() -> None:
    table = compare_rates(np.array([40.0, 40]), np.ones(2))
    assert table["critical"][0] == 29  # P(X <= 29 | 40) = 0.0432, P(X <= 30 | 40) = 0.0617
    assert table["power"][0] == pytest.approx(stats.poisson.cdf(29, 20))


def test_an_industry_at_half_the_rate_is_hardly_ever_called_as_expected() -> None:
    """The interval excludes half the rate in at most 2.5 % of samples, whatever their number."""
    draw = np.random.default_rng(5)
    called = 0
    for _ in range(400):
        counts = draw.poisson(np.array([13.0] + [26.0] * 11)).astype(float)
        table = compare_rates(counts, np.ones(12))
        called += table["verdict"][0] == "as_expected"
    assert called / 400 < 0.06  # expectation is pulled down a little by the weak industry itself


@given(COUNTS)
def test_what_is_observed_is_what_is_expected_in_all(groups: list[tuple[int, float]]) -> None:
    observed = np.array([count for count, _ in groups], dtype=float)
    exposure = np.array([weight for _, weight in groups], dtype=float)
    table = compare_rates(observed, exposure)
    known = exposure > 0
    assert table["expected"].sum() == pytest.approx(observed[known].sum())
    assert table.loc[~known, "expected"].isna().all()
    assert set(table.loc[~known, "verdict"]) <= {"not_enough_data"}
    compared = table[table["expected"] > 0]
    assert (compared["ci_low"] <= compared["ratio"]).all()
    assert (compared["ratio"] <= compared["ci_high"]).all()
    assert compared["p"].between(0, 1).all()
    assert (compared["q"].dropna() >= compared.loc[compared["q"].notna(), "p"] - 1e-12).all()
    assert set(table["verdict"]) <= set(VERDICTS)


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(
    groups: list[tuple[int, float]], random: object
) -> None:
    order = list(range(len(groups)))
    random.shuffle(order)  # type: ignore[attr-defined]
    observed, exposure = np.array(groups, dtype=float).reshape(-1, 2).T
    table = compare_rates(observed, exposure)
    moved = compare_rates(observed[order], exposure[order])
    pd.testing.assert_frame_equal(moved, table.iloc[order].reset_index(drop=True))


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
    links = list_links(ecosystem)
    assert ecosystem.keys.to_numpy()[links.to_numpy()].tolist() == [
        ["I1", "A1"],
        ["I1", "A2"],
        ["I1", "A3"],
        ["I2", "A3"],
        ["I3", "A6"],
        ["I4", "A8"],
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


def test_industries_and_disciplines_cross_by_hand() -> None:
    """Steel: A1 and A2 in chemistry, A2 in physics; wine: A6; faith: A8; glass: A3 is in none."""
    table = cross_disciplines(make_ecosystem(TOWN))
    assert tuple(table.columns) == PAIR_COLUMNS
    observed = table.pivot_table(index="industry", columns="discipline", values="observed")
    assert observed.to_numpy().tolist() == [[2, 1], [0, 0], [0, 1], [1, 0]]
    expected = table.set_index(["industry", "discipline"])["expected"]
    # rows 3, 0, 1, 1; columns 3, 2; 5 in all
    assert expected.tolist() == pytest.approx([9 / 5, 6 / 5, 0, 0, 3 / 5, 2 / 5, 3 / 5, 2 / 5])
    ratio = table["ratio"].tolist()
    assert ratio[:2] == pytest.approx([10 / 9, 5 / 6])
    assert np.isnan(ratio[2:4]).all()
    assert table["industry_name"].tolist()[:3] == ["Steel", "Steel", "Glass"]
    assert table["discipline_name"].tolist()[:2] == ["chemistry", "physics"]
    assert table["enough_data"].tolist() == [False] * 8
    assert table.attrs["meta"]["method"]["links"] == 5


def test_a_pair_has_enough_data_where_none_would_be_significant() -> None:
    tables = {
        "universities": "id,name\nU,u\n",
        "agreements": list_rows(
            "id,parties,industry,disciplines",
            (
                (f"A{n}", "U", "steel" if n < 40 else "wine", "x" if n < 10 else "y")
                for n in range(44)
            ),
        ),
    }
    table = cross_disciplines(make_ecosystem(tables)).set_index(["industry", "discipline"])
    assert table["expected"].tolist() == pytest.approx([400 / 44, 1360 / 44, 40 / 44, 136 / 44])
    assert table["enough_data"].tolist() == [True, True, False, True]
    assert table["observed"].sum() == pytest.approx(table["expected"].sum()) == 44


@pytest.mark.parametrize("exposure", ["enterprises", "rd_staff", "output"])
def test_an_ecosystem_without_industries_has_no_gaps(exposure: str) -> None:
    ecosystem = make_ecosystem({"universities": "id,name\nU1,a\n"}, exposure=exposure)
    assert (len(find_gaps(ecosystem)), len(cross_disciplines(ecosystem))) == (0, 0)


def test_industries_without_any_figure_are_left_open() -> None:
    tables = {"industries": "id,name,relevant\nI1,a,\nI2,b,no\nI3,c,yes\n"}
    for exposure in ("enterprises", "rd_staff", "output"):
        table = find_gaps(make_ecosystem(tables, exposure=exposure))
        assert table["verdict"].to_dict() == {
            "I1": "not_enough_data",
            "I3": "not_enough_data",
            "I2": "not_relevant",
        }
