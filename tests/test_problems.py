from __future__ import annotations

import pandas as pd

from ecograph.problems import MOST_ALIKE, PROBLEM_COLUMNS, Problem, Tally, tabulate_problems

PROBLEMS = (
    Problem("missing_value", "b.csv", row=3, column="name"),
    Problem("no_header", "c.csv", severity="warning"),
    Problem("duplicate_id", "a.csv", row=10, value="U{1}", details={"first": "a.csv, 2"}),
    Problem("missing_value", "a.csv", row=9, column="z"),
    Problem("missing_value", "a.csv", row=9, column="b"),
)


def test_a_table_has_the_columns_that_others_read() -> None:
    table = tabulate_problems(PROBLEMS)
    assert tuple(table.columns) == PROBLEM_COLUMNS
    assert (
        *("code", "severity", "file", "sheet", "row", "column", "value"),
        *("message", "remedy"),
    ) == PROBLEM_COLUMNS


def test_rows_stand_in_the_order_of_places_whatever_the_order_of_finding() -> None:
    table = tabulate_problems(PROBLEMS)
    places = list(zip(table["file"], table["row"], table["column"], strict=True))
    assert places == [
        ("a.csv", 9, "b"),
        ("a.csv", 9, "z"),
        ("a.csv", 10, ""),
        ("b.csv", 3, "name"),
        ("c.csv", pd.NA, ""),
    ]
    pd.testing.assert_frame_equal(table, tabulate_problems(reversed(PROBLEMS)))


def test_sentences_are_in_the_language_asked_for_and_braces_in_data_are_text() -> None:
    row = tabulate_problems(PROBLEMS, "zh").loc[2]
    assert row["message"] == "编号“U{1}”已被使用（a.csv, 2）。"
    assert row["remedy"] == "请改用不同编号；若为重复行请删除。"
    assert tabulate_problems(PROBLEMS, "en").loc[2, "message"].startswith('The id "U{1}"')


def test_details_may_have_any_name() -> None:
    details = {"key": "university:1", "lang": "x"}
    message, _ = Problem("shared_id", value="1", details=details).explain("en")
    assert message.endswith('results write it "university:1".')


def test_no_problem_is_an_empty_table() -> None:
    table = tabulate_problems([])
    assert (len(table), tuple(table.columns)) == (0, PROBLEM_COLUMNS)
    assert table["row"].dtype == "Int64"


def test_a_tally_tells_the_first_of_a_kind_and_where_the_others_begin_and_end() -> None:
    tally = Tally()
    told = [
        *(tally.admit("total_row", "a.csv", "s", row=row) for row in range(MOST_ALIKE)),
        *(tally.admit("total_row", "a.csv", "s", row=row) for row in (50_000, 40_000, 45_000)),
        tally.admit("total_row", "a.csv", "other", row=1),
        tally.admit("total_row", "a.csv", "s", row=1, severity="warning"),
        tally.admit("total_row", "a.csv", "s", row=1, column="x"),
    ]
    assert told == [True] * MOST_ALIKE + [False] * 3 + [True] * 3
    details = {"count": 3, "code": "total_row", "first": 40_000, "last": 50_000}
    assert tally.list_more() == [Problem("more_rows", "a.csv", "s", 40_000, details=details)]


def test_a_tally_of_few_has_nothing_more_to_tell() -> None:
    tally = Tally()
    assert all(tally.admit("total_row", row=row) for row in range(MOST_ALIKE))
    assert tally.list_more() == []
