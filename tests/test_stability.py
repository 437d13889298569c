from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.stability import (
    PAIR_STABILITY_COLUMNS,
    STABILITY_COLUMNS,
    check_pair_stability,
    check_stability,
)


def draw_town(*, dated: bool = True) -> dict[str, str]:
    """Industry A: 40 firms, each with one link, half with U1 in 2020, half with U2 in 2024.

    Industry B: 40 firms of which eight have one link, all with U3 in 2024. Of 48 links each is
    expected to have 24: B with 8 is a gap. In 2024 alone it is 8 of 28 where 14 are expected.
    """
    firms = [(f"{k}{n:02}", f"{k}{n:02}", k) for k in "AB" for n in range(40)]
    signed = [
        *((f"A{n}", f"A{n:02};U{1 if n < 20 else 2}", 2020 if n < 20 else 2024) for n in range(40)),
        *((f"B{n}", f"B{n:02};U3", 2024) for n in range(8)),
    ]
    staff = list_rows("enterprise,year,rd_staff", ((k, 2024, 1) for k, *_ in firms))
    return {
        "universities": "id,name\nU1,a\nU2,b\nU3,c\n",
        "enterprises": list_rows("id,name,industry", firms),
        "financials": staff,
        "agreements": list_rows("id,parties,date", signed)
        if dated
        else list_rows("id,parties", (row[:2] for row in signed)),
    }


def test_each_way_to_ask_is_counted() -> None:
    """B by windows: 2024 alone (8 of 14.0, p 0.06) is no gap, and so for 1 and 3 years; 5 are all.

    Without U1 or U2 it is the same 8 of 14, without U3 B has none of 20.
    """
    table = check_stability(make_ecosystem(draw_town(), as_of="2024-12-31"))
    assert tuple(table.columns) == STABILITY_COLUMNS
    row = table.loc["B"]
    assert row["verdict"] == "gap"
    assert row["runs"] == 1 + 3 + 3
    assert row["stands_exposure"] == 1  # staff is one a firm
    assert row["stands_window"] == pytest.approx(1 / 3)
    assert row["stands_university"] == pytest.approx(1 / 3)
    assert row["stands"] == pytest.approx(3 / 7)
    assert np.isnan(row["stands_level"])  # nothing lies above an industry
    assert row["verdicts"] == "not enough data 4; gap 3"
    assert table.index[0] == "B"


def test_without_dates_there_are_no_windows() -> None:
    table = check_stability(make_ecosystem(draw_town(dated=False)))
    assert np.isnan(table.at["B", "stands_window"])
    assert table.at["B", "runs"] == 4


def test_an_ecosystem_without_industries_or_links() -> None:
    assert len(check_stability(make_ecosystem({"universities": "id,name\nU,u\n"}))) == 0
    table = check_stability(make_ecosystem({"industries": "id,name\nI,i\n"}))
    assert table.at["I", "verdict"] == "not_enough_data"
    assert np.isnan(table.at["I", "stands"])
    json.dumps(table.attrs["meta"], allow_nan=False)


def draw_levels(
    counts: dict[str, int], parents: dict[str, str], *, listed: bool = False, rest: str = ""
) -> dict[str, str]:
    """Draw industries of 40 firms, stated or listed.

    The key of a count names the industries that each of so many agreements concerns.
    """
    stated = "" if listed else 40
    firms = [(f"{key}{n:02}", f"{key}{n:02}", key) for key in parents for n in range(40)]
    signed = [
        (f"{keys}-{n}", f"U1;{keys[0]}{n:02}" if listed else "U1", keys)
        for keys, count in counts.items()
        for n in range(count)
    ]
    industries = ((key, key, parent, stated, "") for key, parent in parents.items())
    return {
        "universities": "id,name\nU1,a\n",
        "industries": list_rows("id,name,parent,enterprises,relevant", industries) + rest,
        "agreements": list_rows("id,parties,industry", signed),
    } | ({"enterprises": list_rows("id,name,industry", firms)} if listed else {})


class TestLevelsOfIndustries:
    @pytest.mark.parametrize("listed", [False, True])
    def test_a_gap_of_an_industry_is_none_of_its_group(self, *, listed: bool) -> None:
        """Of 88 links 29.3 are expected of each: 8 are a gap, 40 not too many (q 0.053).

        B and C have 48 where 58.7 are expected (p 0.09, ratio at least 0.60); A is alone.
        """
        parents = {"A": "", "B": "light", "C": "light"}
        tables = draw_levels({"A": 40, "B": 8, "C": 40}, parents, listed=listed)
        table = check_stability(make_ecosystem(tables))
        assert table["verdict"].to_dict() == {"B": "gap", "A": "as_expected", "C": "as_expected"}
        assert table["stands_level"].tolist() == pytest.approx([0, np.nan, 1], nan_ok=True)
        assert table["runs"].tolist() == [2, 1, 2]  # the other one is without U1: no link at all
        assert table["stands"].tolist() == [0, 0, 0.5]
        assert table["verdicts"].tolist()[0] == "as expected 1; not enough data 1"
        ways = table.attrs["meta"]["method"]["ways"]
        assert ways == ["university: without U1", "level: industries, level 1"]

    def test_an_agreement_of_two_industries_of_a_group_counts_once(self) -> None:
        """B and C have 30 of 70, 46.7 expected (p 0.006); twice it were 40 of 80 (q 0.07)."""
        parents = {"A": "", "B": "light", "C": "light"}
        table = check_stability(make_ecosystem(draw_levels({"A": 40, "B;C": 10, "C": 20}, parents)))
        assert table["verdict"].to_dict() == {"B": "gap", "A": "over_linked", "C": "as_expected"}
        assert table["stands_level"].to_dict() == pytest.approx(
            {"B": 1, "A": np.nan, "C": 0}, nan_ok=True
        )

    def test_an_industry_above_others_is_of_their_group(self) -> None:
        """A and B have 48 where 58.7 are expected, as B and C before."""
        parents = {"A": "", "B": "A", "C": ""}
        table = check_stability(make_ecosystem(draw_levels({"A": 40, "B": 8, "C": 40}, parents)))
        assert table.loc[["A", "B"], "stands_level"].tolist() == [1, 0]

    @pytest.mark.parametrize("other", ["X,X,light,,", "X,X,light,40,no", "X,X,light,0,"])
    def test_what_is_not_compared_is_of_no_group(self, other: str) -> None:
        tables = draw_levels({"A": 40, "B": 8}, {"A": "", "B": "light"}, rest=other + "\n")
        table = check_stability(make_ecosystem(tables))
        assert table["stands_level"].isna().all()
        assert table["runs"].tolist() == [1, 1, 1]

    @pytest.mark.parametrize("parents", [("", "", ""), ("x", "x", "x"), ("x", "y", "z")])
    def test_without_groups_or_with_one_there_is_no_level(self, parents) -> None:
        tables = draw_levels({"A": 40, "B": 8, "C": 40}, dict(zip("ABC", parents, strict=True)))
        assert check_stability(make_ecosystem(tables))["stands_level"].isna().all()

    def test_parents_in_a_circle_are_one_group(self) -> None:
        parents = {"A": "", "B": "C", "C": "B"}
        table = check_stability(make_ecosystem(draw_levels({"A": 40, "B": 8, "C": 40}, parents)))
        assert table.loc[["B", "C"], "stands_level"].tolist() == [0, 1]


X_OF_A = [("A", 15, "x", "U1", 2020), ("A", 15, "x", "U2", 2020)]
TOWN = [*X_OF_A, ("A", 30, "y", "U3", 2024), ("B", 60, "y", "U3", 2024)]
NEAR = [
    *(("A", 30, "x", "U2", 2024), ("A", 30, "y", "U3", 2024)),
    *(("B", 16, "x", "U1", 2024), ("B", 44, "y", "U3", 2024)),
]


def draw_pairs(
    drawn: list[tuple[str, int, str, str, int]], *, parents: str = "", dated: bool = True
) -> dict[str, str]:
    """Draw firms of one link each: industry, firms, discipline, university, year."""
    rows = [
        (f"{place}-{n}", industry, topic, university, year)
        for place, (industry, count, topic, university, year) in enumerate(drawn)
        for n in range(count)
    ]
    signed = ((f"L{key}", f"{u};{key}", topic, year) for key, _, topic, u, year in rows)
    return {
        "universities": "id,name\nU1,a\nU2,b\nU3,c\n",
        "enterprises": list_rows("id,name,industry", ((row[0], row[0], row[1]) for row in rows)),
        "disciplines": "id,name,parent\n" + (parents or "x,the x,\ny,the y,\nz,the z,\n"),
        "agreements": list_rows("id,parties,disciplines,date", signed)
        if dated
        else list_rows("id,parties,disciplines", (row[:3] for row in signed)),
    }


def check_pairs(tables: dict[str, str], **settings) -> pd.DataFrame:
    return check_pair_stability(make_ecosystem(tables, **settings)).set_index(
        ["industry", "discipline"]
    )


class TestPairs:
    def test_each_way_to_ask_is_counted(self) -> None:
        """None of B's 60 works on x, where all have the chance 30/120: a gap (0.75**60).

        Without U1 or U2 the chance is 15/105, still a gap; without U3 B has no link. In 2024
        nobody works on x, so for 1 and 3 years nothing is expected; 5 years are all.
        """
        table = check_pair_stability(make_ecosystem(draw_pairs(TOWN), as_of="2024-12-31"))
        assert tuple(table.columns) == PAIR_STABILITY_COLUMNS
        row = table.set_index(["industry", "discipline"]).loc[("B", "x")]
        assert row["industry_name"] == "B"
        assert row["discipline_name"] == "the x"
        assert row["verdict"] == "gap"
        assert row["runs"] == 3 + 3
        assert row["stands_window"] == pytest.approx(1 / 3)
        assert row["stands_university"] == pytest.approx(2 / 3)
        assert row["stands"] == pytest.approx(3 / 6)
        assert np.isnan(row["stands_level"])
        assert row["verdicts"] == "gap 3; not enough data 3"
        json.dumps(table.attrs["meta"], allow_nan=False)

    def test_gaps_come_first_and_of_what_there_is_no_verdict_nothing_is_said(self) -> None:
        table = check_pairs(draw_pairs(TOWN), as_of="2024-12-31")
        assert table["verdict"].tolist()[:2] == ["gap", "gap"]
        assert table["stands"].tolist()[:2] == sorted(table["stands"].tolist()[:2])
        assert set(table.index) == {("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")}  # not z

    def test_a_pair_near_a_verdict_is_shown(self) -> None:
        """16 of B's 60 work on x where 23 are expected (p 0.04, q 0.09): it cannot be told.

        All have it from U1, without which B has 0 of 17.3 (chance 30/104). Without U2 they are
        16 of 10.7 (p 0.057), without U3 all work on x: as expected, the ratio is at least 0.57.
        """
        row = check_pairs(draw_pairs(NEAR, dated=False)).loc[("B", "x")]
        assert row["verdict"] == "not_enough_data"
        assert row["verdicts"] == "as expected 2; gap 1"
        assert row["stands_university"] == 0

    def test_without_dates_there_are_no_windows(self) -> None:
        table = check_pairs(draw_pairs(TOWN, dated=False))
        assert table["stands_window"].isna().all()
        assert table["runs"].tolist() == [3] * 4

    def test_a_pair_is_judged_as_the_pair_of_its_groups(self) -> None:
        """All firms work on x or y, so on the group of both as many as expected; z is alone."""
        tables = draw_pairs(TOWN, parents="x,x,letters\ny,y,letters\nz,z,\n", dated=False)
        table = check_pairs(tables)
        assert table["verdict"].to_dict() == {
            ("A", "y"): "gap",
            ("B", "x"): "gap",
            ("A", "x"): "over_linked",
            ("B", "y"): "over_linked",
        }
        assert table["stands_level"].tolist() == [0, 0, 0, 0]
        assert table["runs"].tolist() == [4] * 4
        assert table["verdicts"][("B", "x")] == "gap 2; as expected 1; not enough data 1"

    def test_a_discipline_that_is_alone_in_its_group_is_not_asked_about_again(self) -> None:
        tables = draw_pairs(TOWN, parents="x,x,\ny,y,group\nz,z,group\n", dated=False)
        table = check_pairs(tables)["stands_level"]
        assert table[[("A", "x"), ("B", "x")]].isna().all()
        assert table[[("A", "y"), ("B", "y")]].tolist() == [1, 1]  # nobody works on z

    def test_industries_have_levels_too(self) -> None:
        """A and B are one: 30 of 120 work on x, 40 expected (p 0.03, q 0.06, ratio over 0.506).

        C, as A was, has 30 of 60 where 20 are expected.
        """
        drawn = [*TOWN, ("C", 30, "x", "U1", 2024), ("C", 30, "y", "U2", 2024)]
        tables = draw_pairs(drawn, dated=False)
        tables["industries"] = "id,name,parent\nA,A,AB\nB,B,AB\nC,C,\n"
        table = check_pairs(tables)
        assert table.at[("B", "x"), "verdict"] == "gap"
        assert table.at[("B", "x"), "stands_level"] == 0
        assert table.at[("B", "x"), "verdicts"].count("as expected 1") == 1
        assert np.isnan(table.at[("C", "x"), "stands_level"])

    def test_groups_are_a_pair_where_any_of_their_members_can_be(self) -> None:
        """B cannot work on x, so all its firms work on y and all of x is A's: as expected."""
        tables = draw_pairs(TOWN, parents="x,x,letters\ny,y,letters\nz,z,\n", dated=False)
        table = check_pairs(tables, irrelevant=(("B", "x"),))
        assert table["verdict"].to_dict() == dict.fromkeys(
            [("A", "x"), ("A", "y"), ("B", "y")], "as_expected"
        )
        assert table["stands_level"].tolist() == [1, 1, 1]

    def test_groups_are_no_pair_where_none_of_their_members_can_be(self) -> None:
        """A's 30 on x are as many as expected, and so on the group; if B could, 15 were."""
        drawn = [("A", 30, "x", "U1", 2020), ("A", 30, "z", "U2", 2020), ("B", 60, "z", "U2", 2020)]
        tables = draw_pairs(
            drawn,
            parents="x,x,letters\ny,y,letters\nz,z,\n",
            dated=False,
        )
        table = check_pairs(tables, irrelevant=(("B", "x"), ("B", "y")))
        assert table.at[("A", "x"), "verdict"] == "as_expected"
        assert table.at[("A", "x"), "stands_level"] == 1

    def test_without_industries_disciplines_or_links_there_is_none(self) -> None:
        for tables in (
            {"universities": "id,name\nU,u\n"},
            {"industries": "id,name\nI,i\n"},
            {"industries": "id,name\nI,i\n", "disciplines": "id,name,parent\nD,d,x\nE,e,x\n"},
        ):
            table = check_pair_stability(make_ecosystem(tables))
            assert len(table) == 0
            assert tuple(table.columns) == PAIR_STABILITY_COLUMNS
            json.dumps(table.attrs["meta"], allow_nan=False)


def turn_round(text: str) -> str:
    header, *rows = text.splitlines()
    return "\n".join([header, *rows[::-1], ""])


def test_the_order_of_rows_does_not_matter() -> None:
    tables = draw_pairs(TOWN, parents="x,x,y\ny,y,x\nz,z,z\n")
    tables["industries"] = "id,name,parent\nA,A,C\nB,B,\nC,C,A\n"
    turned = {name: turn_round(text) for name, text in tables.items()}
    for check in (check_stability, check_pair_stability):
        first, second = (
            check(make_ecosystem(rows, as_of="2024-12-31")) for rows in (tables, turned)
        )
        pd.testing.assert_frame_equal(first, second)
