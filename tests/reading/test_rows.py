"""A row that is broken is told and costs no other row."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.text.dialects import Dialect, find_dialect
from ecograph.reading.text.rows import Rows
from ecograph.reading.text.tokens import Marks


def go(text: str, width: int = 0) -> tuple[list[tuple[int, list[str] | None]], Rows]:
    """Go through rows in the dialect that is found, or by commas and of a width."""
    rows = Rows(text, Dialect(Marks(","), width=width) if width else find_dialect(text), "t.csv")
    return list(rows), rows


def tell(rows: Rows) -> list[tuple[str, str, int | None, str, str]]:
    return [(p.code, p.severity, p.row, p.column, p.value) for p in rows.problems]


FIVE = [f'{n},"city {n}, north",{n}0\n' for n in range(1, 6)]


def replace_third(line: str) -> str:
    return "id,name,sum\n" + "".join([*FIVE[:2], line, *FIVE[3:]])


@pytest.mark.parametrize(
    ("line", "cells", "column", "value"),
    [
        ('3,"city 3,30\n', ["3", '"city 3', "30"], "name", '"city 3'),
        ('3,""city 3, north",30\n', ["3", '"city 3, north', "30"], "name", '"city 3, north'),
        ('"3,"city 3, north",30\n', ['"3', "city 3, north", "30"], "id", '"3'),
        ('3,"city 3, north","\n', ["3", "city 3, north", '"'], "sum", '"'),
        (
            '3,"the "city" 3, north",30\n',
            ["3", 'the "city" 3, north', "30"],
            "",
            '3,"the "city" 3, north",30',
        ),
        ('3,"city 3, north"30\n', ["3", "city 3, north", "30"], "", '3,"city 3, north"30'),
        ('3"city 3, north",30\n', ["3", "city 3, north", "30"], "", '3"city 3, north",30'),
        ('3, "city 3, north" ,30\n', ["3", "city 3, north", "30"], "", '3, "city 3, north" ,30'),
        ('3,city 3",30\n', ["3", 'city 3"', "30"], "name", 'city 3"'),
    ],
)
def test_quotes_that_do_not_match_are_mended_and_told(line, cells, column, value):
    found, rows = go(replace_third(line))
    assert found[3] == (4, cells)
    assert tell(rows) == [("broken_quotes", "warning", 4, column, value)]
    assert [found[n] for n in (1, 2, 4, 5)] == [
        (n + 1, [str(n), f"city {n}, north", f"{n}0"]) for n in (1, 2, 4, 5)
    ]


def test_a_row_that_may_mean_several_things_is_set_aside():
    found, rows = go(replace_third('3,"a","b"c","d"e\n'))
    assert found[3] == (4, None)
    assert tell(rows) == [("broken_quotes", "error", 4, "", '3,"a","b"c","d"e')]
    assert [number for number, cells in found if cells] == [1, 2, 3, 5, 6]


@pytest.mark.parametrize("place", [1, 10, 999, 1000])
def test_a_quote_never_closed_costs_one_row_of_a_thousand(place):
    lines = [f"{n},name {n}\n" for n in range(1, 1001)]
    lines[place - 1] = f'{place},"name, {place}\n'
    found, rows = go("id,name\n" + "".join(lines), width=2)
    assert [cells for _, cells in found if cells and cells[0].isdigit()] == [
        [str(n), f"name {n}"] for n in range(1, 1001) if n != place
    ]
    assert [(p.code, p.severity, p.row) for p in rows.problems] == [
        ("broken_quotes", "error", place + 1)
    ]


def test_cells_of_several_lines_stay_whole():
    text = 'id,note\n1,"two\nlines"\n2,"a ""b""\r\n\r\nc, d"\n3,x'
    found, rows = go(text)
    assert found == list(enumerate(csv.reader(io.StringIO(text, newline="")), start=1))
    assert rows.problems == []


def test_a_cell_of_several_lines_whose_quotes_are_not_doubled():
    found, rows = go('id,note,sum\n1,"a\nnamed "b" c",7\n2,"x, y",8\n')
    assert found[1] == (2, ["1", 'a\nnamed "b" c', "7"])
    assert tell(rows) == [("broken_quotes", "warning", 2, "", '1,"a\nnamed "b" c",7')]


@pytest.mark.parametrize(
    "mark",
    ["<<<<<<< HEAD", "<<<<<<<", "=======", ">>>>>>> branch: a;b", "||||||| 1a2b"],
)
def test_marks_of_a_conflict_are_rows_of_their_own(mark):
    found, rows = go(f"id,name\n1,a\n{mark}\n2,b\n")
    assert found == [(1, ["id", "name"]), (2, ["1", "a"]), (3, None), (4, ["2", "b"])]
    assert tell(rows) == [("conflict_marker", "error", 3, "", mark)]


@pytest.mark.parametrize("text", ["<<<<<<<< a", "<<<<<<<a", "======= a", "====="])
def test_what_only_looks_like_a_mark_of_a_conflict_is_text(text):
    found, rows = go(f"name\n{text}\nb\n")
    assert found[1] == (2, [text])
    assert rows.problems == []


def test_nul_characters_are_left_out_and_told():
    found, rows = go("id,name\n1,a\0b\n2,c\n")
    assert found[1] == (2, ["1", "ab"])
    assert tell(rows) == [("nul_character", "warning", 2, "name", "a\\0b")]


@pytest.mark.parametrize("sign", [";", "\t", "|", "；", "，"])
def test_a_row_with_another_delimiter_is_split_there(sign):
    found, rows = go(replace_third(f"3{sign}city{sign}30\n"))
    assert found[3] == (4, ["3", "city", "30"])
    assert [(p.code, p.severity, p.row) for p in rows.problems] == [
        ("mixed_delimiter", "warning", 4)
    ]


def test_a_row_with_blanks_for_delimiters_is_set_aside_where_words_are_more_than_columns():
    found, rows = go(replace_third('3 "city 3, north" thirty or so\n'))
    assert found[3] == (4, None)
    assert tell(rows) == [("mixed_delimiter", "error", 4, "", '3 "city 3, north" thirty or so')]


def test_a_header_with_another_delimiter_is_split_there():
    found, _ = go("编号；名称；金额\n1,甲,3\n2,乙,4\n3,丙,5\n")
    assert found[0] == (1, ["编号", "名称", "金额"])


def test_a_blank_cell_too_many_in_the_header_is_taken_out():
    found, rows = go("id,,name\n1,a\n2,b\n3,c\n")
    assert found[0] == (1, ["id", "name"])
    assert tell(rows) == [("shifted_row", "warning", 1, "", "id,,name")]


@pytest.mark.parametrize(
    "text",
    [
        "id,name,,\n1,a\n2,b\n",  # blanks at the end, as spreadsheet programs leave them
        "title\nid,name\n1,a;b;c\n2,b\n",  # a list is no row
        'id,name\n1,27"\n2,5" pipe\n',  # inches, in a file without quotation marks
        "id,name\n1,\n,\n\n2,b\n",
        "id,name\r\n1,a\r\n2,b",
        "",
        "\n\n",
    ],
)
def test_rows_that_are_no_surprise_pass_without_a_word(text):
    found, rows = go(text)
    lines = [line.rstrip("\r") for line in text.split("\n")]
    expected = [line.split(",") for line in (lines[:-1] if text.endswith("\n") else lines)]
    assert [cells for _, cells in found] == (expected if text else [])
    assert rows.problems == []


def test_inches_are_doubted_where_other_cells_are_quoted():
    _, rows = go('id,name\n1,27"\n2,"a, b"\n')
    assert tell(rows) == [("broken_quotes", "warning", 2, "name", '27"')]


def test_a_declared_delimiter_is_obeyed_and_no_row():
    found, _ = go("sep=;\nid;name\n1;a,b\n")
    assert found == [(2, ["id", "name"]), (3, ["1", "a,b"])]


CELL = st.text(st.sampled_from('ab高 ,;"\n\r\t'), max_size=6)


@given(
    rows=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=5)
    ),
    sign=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    every=st.booleans(),
)
def test_what_the_csv_module_writes_is_read_back(rows, sign, end, every):
    assume(every or not any(c in cell for row in rows for cell in row for c in "\r\n"))
    stream = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(stream, delimiter=sign, lineterminator=end, quoting=quoting).writerows(rows)
    width = len(rows[0]) if rows else 0
    found = Rows(stream.getvalue(), Dialect(Marks(sign), width=width), "t.csv")
    assert [cells for _, cells in found] == rows
    assert found.problems == []


@given(text=st.text(st.sampled_from('ab高1 ,;"\n\r\t<='), max_size=80), width=st.integers(0, 4))
def test_no_letter_is_lost(text, width):
    found, rows = go(text, width)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    aside = {p.row: p.value for p in rows.problems if p.severity == "error"}
    assert sorted(aside) == [number for number, cells in found if cells is None]
    kept = "".join([*(c for _, cells in found for c in cells or ()), *aside.values()])
    assert all(kept.count(sign) == text.count(sign) for sign in "ab高1")


@given(place=st.integers(0, 200), row=st.integers(1, 7))
def test_one_quotation_mark_anywhere_costs_no_other_row(place, row):
    lines = [f'"{n}","n{n}, o",{n}0,""' for n in range(8)]
    broken = lines[row]
    at = place % (len(broken) + 1)
    lines[row] = f'{broken[:at]}"{broken[at:]}'
    found, rows = go("\n".join(lines), width=4)
    kept = {tuple(cells) for _, cells in found if cells}
    assert kept >= {(str(n), f"n{n}, o", f"{n}0", "") for n in range(8) if n != row}
    assert {p.row for p in rows.problems} == {row + 1}


@pytest.mark.parametrize(
    "line",
    [
        'a,"b""",""\n',
        '"' + 'x,""' * 5 + "\n",
        '""",\n',
        'a"b"c,"d"e\n',
        '"a"b,' * 20 + "\n",
    ],
)
def test_many_broken_rows_take_bounded_time(line):
    def measure(times: int) -> float:
        start = time.process_time()
        go("id,name,sum\n1,2,3\n4,5,6\n" + line * times, width=3)
        return time.process_time() - start

    assert measure(4_000) < 5


def test_a_long_broken_row_is_set_aside_in_time():
    start = time.process_time()
    found, _ = go("id,name\n1,a\n2,b\n" + '"x"y,' * 200_000 + "\n3,c\n", width=2)
    assert found[-1] == (5, ["3", "c"])
    assert found[-2] == (4, None)
    assert time.process_time() - start < 3


def test_lines_that_hold_nothing_are_counted_by_every_kind_of_line_end() -> None:
    found, _ = go("id,name\n\n\r\n\r\r1,a\n,,,,\n2,b\n", width=2)
    assert [number for number, _ in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [cells for _, cells in found if any(cells or ())] == [
        ["id", "name"],
        ["1", "a"],
        ["2", "b"],
    ]


def test_a_first_row_of_too_many_columns_is_refused_before_it_is_split() -> None:
    with pytest.raises(DataError) as caught:
        go("a" + ",a" * 16_384 + "\n", width=16_385)
    assert [(p.code, p.row) for p in caught.value.problems] == [("too_many_columns", 1)]


def test_a_title_with_very_many_delimiters_behind_it_is_not_too_wide() -> None:
    found, _ = go("title" + "," * 20_000 + "\nid,name\n1,a\n", width=2)
    assert found[1:] == [(2, ["id", "name"]), (3, ["1", "a"])]


def test_of_thousands_of_nul_characters_in_a_column_the_rest_is_told_at_once() -> None:
    _, rows = go("id,name\n" + "1,\0\n" * 10_003, width=2)
    assert len(rows.problems) == 10_001
    last = rows.problems[-1]
    assert (last.code, last.row, last.column, last.severity) == (
        *("more_rows", 10_002, "name", "warning"),
    )
    assert last.details == {"count": 3, "code": "nul_character", "first": 10_002, "last": 10_004}


def test_of_thousands_of_broken_rows_each_is_set_aside_and_the_rest_told_at_once() -> None:
    found, rows = go("id,name\n" + "<<<<<<< a\n" * 10_002, width=2)
    assert found[1:] == [(number, None) for number in range(2, 10_004)]
    assert [p.row for p in rows.problems[:-1]] == list(range(2, 10_002))
    last = rows.problems[-1]
    assert (last.code, last.row, last.severity) == ("more_rows", 10_002, "error")
    assert last.details == {"count": 2, "code": "conflict_marker", "first": 10_002, "last": 10_003}


def test_marks_within_thousands_of_cells_are_told_at_once_when_others_are_quoted() -> None:
    _, rows = go("id,name\n" + '1,5" pipe\n' * 10_001 + '2,"a"\n', width=2)
    assert [p.code for p in rows.problems] == ["broken_quotes"] * 10_000 + ["more_rows"]
    assert (rows.problems[-1].row, rows.problems[-1].details["count"]) == (10_002, 1)


def test_marks_around_a_delimiter_make_a_first_row_no_wider_than_it_is() -> None:
    found, _ = go('"' + "," * 16_400 + '"\nid\n', width=1)
    assert found == [(1, ["," * 16_400]), (2, ["id"])]
