from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ecograph.reading.sheets.raw import build_sheet

CELLS = st.lists(st.sampled_from(["", " ", "x", "y"]), max_size=5)


def test_rows_are_counted_as_kept_blank_or_rejected() -> None:
    rows = [["", ""], ["id", "name", "", ""], ["1", "a"], ["", "  "], ["2"], ["3", "b", "c"], []]
    sheet = build_sheet(enumerate(rows, start=1), file="t.csv", sheet="s")
    assert sheet.header == ("id", "name")
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (5, 2, 1)
    assert sheet.cells.to_dict("index") == {3: {0: "1", 1: "a"}, 5: {0: "2", 1: ""}}


def test_long_rows_are_errors_and_short_rows_warnings_at_their_place() -> None:
    rows = [["id", "name"], ["1"], ["2", "a", "b"], ["3", "a", " "]]
    sheet = build_sheet(enumerate(rows, start=1), file="t.csv", sheet="s")
    assert [(p.code, p.severity, p.file, p.sheet, p.row, p.value) for p in sheet.problems] == [
        ("missing_cells", "warning", "t.csv", "s", 2, "1"),
        ("extra_cells", "error", "t.csv", "s", 3, "2 | a | b"),
        ("extra_cells", "warning", "t.csv", "s", 4, "3 | a |  "),
    ]
    assert [p.details for p in sheet.problems] == [
        {"cells": 1, "header": 2, "read": "1 | "},
        {"cells": 3, "header": 2, "read": "—"},
        {"cells": 3, "header": 2, "read": "3 | a"},
    ]


def test_an_empty_table_has_no_header() -> None:
    sheet = build_sheet([(1, [""]), (2, [])], file="t.csv")
    assert [p.code for p in sheet.problems] == ["no_header"]
    assert (sheet.header, sheet.rows_in, len(sheet.cells)) == ((), 0, 0)


def test_headers_that_are_blank_or_stand_twice() -> None:
    sheet = build_sheet([(1, ["id", "", "x", "x"]), (2, ["1", "2", "3", "4"])], file="t.csv")
    assert [(p.code, p.severity, p.column) for p in sheet.problems] == [
        ("repeated_header", "error", "x"),
        ("blank_header", "warning", ""),
    ]
    assert sheet.cells.to_numpy().tolist() == [["1", "2", "3", "4"]]


@given(st.lists(CELLS, max_size=12))
def test_no_row_is_lost(rows: list[list[str]]) -> None:
    sheet = build_sheet(enumerate(rows, start=1), file="t.csv", plain=True)
    assert sheet.rows_in == len(sheet.cells) + sheet.blank + sheet.rejected
    numbers = sheet.cells.index.tolist() + [p.row for p in sheet.problems if p.row]
    assert all(any(cell.strip() for cell in rows[number - 1]) for number in numbers)
    assert sheet.rejected == sum(p.code == "extra_cells" for p in sheet.problems)


def test_half_a_character_is_replaced_and_reported():
    sheet = build_sheet([(1, ["id", "name"]), (2, ["1", "a\ud800b"]), (3, ["2", "高"])], file="t")
    assert sheet.cells[1].tolist() == ["a\ufffdb", "高"]
    assert [(p.code, p.severity) for p in sheet.problems] == [("damaged_text", "warning")]
