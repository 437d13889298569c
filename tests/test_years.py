from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from scipy import stats

import ecograph as eg
from ecograph.analysis import leaders
from ecograph.analysis.leaders import find_leaders, rank_leaders
from ecograph.analysis.movement import count_moves
from ecograph.analysis.tiers import TIERS
from ecograph.analysis.years import YEAR_CHANGE_COLUMNS, compare_years

CITY = Path(__file__).parents[1] / "data" / "example-city"

Signed = tuple[str, str, str]  # date, amount, parties


def make_town(agreements: list[Signed], as_of: str | None = "2024-12-31", **tables: str):
    rows = [
        (f"A{n:03}", "w", date, amount, "signed", parties)
        for n, (date, amount, parties) in enumerate(agreements)
    ]
    head = f"as_of: {as_of}\n" if as_of else ""
    firms = [(f"E{n}", f"firm {n}", f"I{1 + n % 2}") for n in range(40)]
    return make_ecosystem(
        {
            "ecosystem.yaml": f"name: town\nlanguage: en\n{head}",
            "industries": "id,name\nI1,steel\nI2,glass\n",
            "universities": "id,name\nU1,one\nU2,two\n",
            "enterprises": list_rows("id,name,industry", firms),
            "agreements": list_rows("id,name,date,amount,status,parties", rows),
            **tables,
        }
    )


def sign(year: int, firms: range | list[int], university: str = "U1") -> list[Signed]:
    """One agreement a firm, in a year."""
    return [(f"{year}-05-01", "10", f"E{n};{university}") for n in firms]


def pick(table: pd.DataFrame, figure: str, item: str = "") -> pd.Series:
    rows = table[(table["figure"] == figure) & (table["item"] == item)]
    assert len(rows) == 1
    return rows.iloc[0]


def read(table: pd.DataFrame, figure: str, item: str = "") -> tuple[float, float]:
    row = pick(table, figure, item)
    return row["before"], row["after"]


HISTORY = sign(2022, [0, 1])


def test_ratio_interval_and_chance_are_those_of_an_exact_binomial():
    table = compare_years(make_town(HISTORY + sign(2023, range(4)) + sign(2024, range(4, 19))))
    row = pick(table, "agreements")
    test = stats.binomtest(15, 19, 0.5)
    low, high = test.proportion_ci(0.95, method="exact")

    assert (row["year_before"], row["year_after"]) == (2023, 2024)
    assert (row["before"], row["after"], row["ratio"]) == (4, 15, 3.75)
    assert row["p"] == pytest.approx(test.pvalue)
    assert row["ci_low"] == pytest.approx(low / (1 - low))
    assert row["ci_high"] == pytest.approx(high / (1 - high))
    assert row["verdict"] == "more"


def test_verdicts_follow_adjusted_chances_and_say_where_no_test_could_tell():
    agreements = HISTORY + sign(2023, range(20)) + sign(2024, range(20, 40, 2))
    table = compare_years(make_town(agreements))
    steel, glass = (pick(table, "links", item) for item in ("I1", "I2"))

    assert (steel["before"], steel["after"], steel["verdict"]) == (10, 10, "no_clear_change")
    assert (glass["before"], glass["after"], glass["verdict"]) == (10, 0, "fewer")
    assert glass["p"] == pytest.approx(2 * 0.5**10)
    assert glass["q"] == pytest.approx(2 * glass["p"])  # of two industries
    assert glass["ci_low"] == 0
    few = compare_years(make_town(HISTORY + sign(2023, [2]) + sign(2024, [3, 5, 7, 9])))
    assert pick(few, "agreements")["verdict"] == "not_enough_data"  # 2 * 0.5 ** 5 > 0.05
    nothing = pick(few, "links", "I2")
    assert (nothing["before"], nothing["after"]) == (0, 4)
    assert np.isnan(nothing["ratio"])
    assert np.isnan(nothing["ci_high"])
    assert nothing["ci_low"] > 0


def test_agreements_of_one_firm_do_not_pass_for_separate_ones():
    busy = [("2024-06-01", "", "E1;U1")] * 10 + sign(2024, range(10, 14))
    table = compare_years(make_town(HISTORY + sign(2023, range(20, 26)) + busy))
    apart = compare_years(
        make_town(HISTORY + sign(2023, range(20, 26)) + sign(2024, range(26, 40)))
    )

    # 11 firms: E1 has all 10 in the later year, six have 1 in the earlier, four in the later
    share = 14 / 20
    spread = (10 * (1 - share)) ** 2 + 4 * (1 - share) ** 2 + 6 * share**2
    effect = (spread * 11 / 10) / (20 * share * (1 - share) * 20 / 19)
    method = table.attrs["meta"]["method"]
    assert method["design_effect"] == pytest.approx(effect)
    low = stats.beta.ppf(0.025, 14 / effect, 6 / effect + 1)
    assert pick(table, "agreements")["ci_low"] == pytest.approx(low / (1 - low))
    assert pick(table, "agreements")["ci_low"] < pick(apart, "agreements")["ci_low"]


def test_a_year_that_is_not_over_is_left_out_and_said():
    agreements = HISTORY + sign(2023, range(3)) + sign(2024, range(3, 8))
    table = compare_years(make_town(agreements, "2024-12-30"))
    method = table.attrs["meta"]["method"]

    assert (method["before"], method["after"], method["running"]) == (2022, 2023, 2024)
    assert method["running_agreements"] == 5
    assert read(table, "agreements") == (2, 3)


def test_where_agreements_end_earlier_their_last_years_are_compared():
    table = compare_years(make_town(HISTORY + sign(2023, range(3)), "2025-12-31"))
    method = table.attrs["meta"]["method"]

    assert (method["after"], method["last_whole"]) == (2023, 2025)
    assert read(table, "agreements") == (2, 3)


@pytest.mark.parametrize(
    ("agreements", "as_of", "why"),
    [
        ([("", "1", "E1;U1")], None, "no_day"),
        ([], "2024-12-31", "no_year"),
        ([("", "1", "E1;U1"), ("2022/2023", "1", "E2;U1")], "2024-12-31", "no_year"),
        (HISTORY, "2024-12-31", "one_year"),
        (HISTORY + sign(2023, [3]), "2023-06-30", "one_year"),
    ],
)
def test_nothing_is_compared_without_two_whole_years(agreements, as_of, why):
    table = compare_years(make_town(agreements, as_of))

    assert table.empty
    assert list(table.columns) == list(YEAR_CHANGE_COLUMNS)
    assert table.attrs["meta"]["method"]["left_out"] == why


def test_amounts_are_summed_with_how_many_state_one_and_never_tested():
    agreements = [
        *HISTORY,
        ("2023-01-01", "10万元", "E1;U1"),
        ("2023-02-01", "", "E2;U1"),
        ("2024-01-01", "", "E3;U1"),
    ]
    table = compare_years(make_town(agreements))

    assert read(table, "with_amount") == (1, 0)
    assert pick(table, "amount")["before"] == 100_000
    assert np.isnan(pick(table, "amount")["after"])  # unknown, not nothing
    assert pick(table, "amount")["verdict"] == "not_tested"


def test_firms_and_universities_count_once_a_year_and_only_with_science():
    agreements = [
        *HISTORY,
        *sign(2023, [1, 1, 1]),
        *sign(2024, [1, 2]),
        ("2024-03-01", "1", "E5;E6"),
        ("2024-03-01", "1", "E2;U2"),
    ]
    table = compare_years(make_town(agreements))

    assert read(table, "agreements") == (3, 4)
    assert read(table, "firms") == (1, 2)
    assert read(table, "universities") == (1, 2)
    assert read(table, "firms", "I1") == (0, 1)  # E2
    assert read(table, "links", "I1") == (0, 2)


def test_newcomers_are_those_without_any_earlier_or_undated_agreement():
    agreements = [
        *HISTORY,
        *sign(2023, [1, 2]),
        *sign(2024, [2, 3, 4, 5]),
        ("2024-06-01", "1", "E5;U2"),
        ("", "1", "E4;U1"),
    ]
    table = compare_years(make_town(agreements))
    row = pick(table, "newcomers")

    assert (row["before"], row["after"]) == (1, 3)  # E2; E3, E5 and U2
    assert row["names"] == "firm 5；firm 3；two"
    first = compare_years(make_town(sign(2023, [1]) + sign(2024, [1, 2])))
    assert np.isnan(pick(first, "newcomers")["before"])  # all are new where the data begin
    assert pick(first, "newcomers")["after"] == 1


def test_ties_are_new_and_ended_as_sets_of_pairs_say():
    signed = {
        2022: [("E1", "E2", "U1"), ("E3", "U1")],
        2023: [("E1", "U1"), ("E4", "U1"), ("E4", "U2")],
        2024: [("E1", "E2"), ("E4", "E5", "U2")],
    }
    pairs = {
        year: {frozenset(p) for parties in groups for p in combinations(parties, 2)}
        for year, groups in signed.items()
    }
    agreements = [
        (f"{year}-05-01", "1", ";".join(parties))
        for year, groups in signed.items()
        for parties in groups
    ]
    table = compare_years(make_town(agreements))

    new = [len(pairs[2023] - pairs[2022]), len(pairs[2024] - pairs[2023] - pairs[2022])]
    ended = [len(pairs[2022] - pairs[2023]), len(pairs[2023] - pairs[2024])]
    assert list(read(table, "ties_new")) == new == [2, 2]
    assert list(read(table, "ties_ended")) == ended == [3, 2]


def test_firms_rise_and_fall_as_the_moves_say():
    city = eg.load(CITY)
    table, moves = compare_years(city), count_moves(city)
    known = moves[(moves["scope"] == "year") & moves["share"].notna()]
    step = known["tier_to"].map(TIERS.index) - known["tier_from"].map(TIERS.index)
    for when, year in (("before", 2023), ("after", 2024)):
        firms = known.loc[known["year_to"] == year, "firms"]
        assert pick(table, "rose")[when] == firms[step < 0].sum()
        assert pick(table, "fell")[when] == firms[step > 0].sum()
    assert pick(table, "rose")["after"] > 0


def test_where_no_tier_is_known_nothing_is_said_to_have_moved():
    row = pick(compare_years(make_town(HISTORY + sign(2023, [1]))), "rose")

    assert row["names"] == ""


def test_the_same_answer_comes_twice_and_the_ecosystem_stays():
    town = make_town(HISTORY + sign(2023, range(5)) + sign(2024, range(9)))
    before = town.nodes.copy()
    pd.testing.assert_frame_equal(compare_years(town), compare_years(town))
    pd.testing.assert_frame_equal(town.nodes, before)


def test_leaders_have_intervals_up_to_so_many_ties(monkeypatch):
    town = make_town(HISTORY + sign(2023, range(5)) + sign(2024, range(9)))
    found = rank_leaders(town)
    pd.testing.assert_frame_equal(found, find_leaders(town, measures=("strength",)))
    assert found["rank_low"].notna().all()

    monkeypatch.setattr(leaders, "MOST_TIES", 3)
    many = rank_leaders(town)
    assert many["rank_low"].isna().all()
    assert many["rank"].tolist() == found["rank"].tolist()
    assert many.attrs["meta"]["method"]["left_out_above"] == 3
