"""Rows mended in the one way that there is, and left alone where there are more."""

from __future__ import annotations

import pytest

from ecograph.reading.text.repairs import (
    build_profile,
    find_foreign,
    repair_header,
    repair_lines,
    repair_row,
)
from ecograph.reading.text.tokens import Marks

COMMA = Marks(",")
PROFILE = build_profile([[str(n), f"name {n}", f"2024-05-{n}"] for n in range(10, 30)], 3)


def test_a_profile_knows_shapes_and_blanks():
    assert PROFILE.shapes == ({"number"}, {"text"}, {"date"})
    assert PROFILE.fits(["7", "x y", "2023-01-02"])
    assert not PROFILE.fits(["x y", "7", "2023-01-02"])
    assert not PROFILE.fits(["7", "x y", ""])  # never blank in twenty rows
    assert not PROFILE.fits(["7", "x y"])
    assert build_profile([["1"]], 1).fits([""])  # one row says nothing


@pytest.mark.parametrize(
    ("line", "cells", "code", "position"),
    [
        ('7,""a, b",2024-05-07', ["7", '"a, b', "2024-05-07"], "broken_quotes", 1),
        ('7,"a, b"2024-05-07', ["7", "a, b", "2024-05-07"], "broken_quotes", -1),
        ('7,"a "b", c",2024-05-07', None, "", -1),
        ('7,"a "b" c",2024-05-07', ["7", 'a "b" c', "2024-05-07"], "broken_quotes", -1),
        ("7;a b;2024-05-07", ["7", "a b", "2024-05-07"], "mixed_delimiter", -1),
        ('7 "a, b" 2024-05-07', ["7", "a, b", "2024-05-07"], "mixed_delimiter", -1),
        ("7 7 7", None, "", -1),  # three words are no row
        ('7,"a,20"24"-05-07', ["7", '"a', '20"24"-05-07'], "broken_quotes", 1),
        ('7,"a"b"', None, "", -1),
        ("7," + '"a"b' * 20_000, None, "", -1),  # too long to be tried
    ],
)
def test_rows(line, cells, code, position):
    repair = repair_row(line, COMMA, PROFILE)
    assert repair == (None if cells is None else (cells, code, position))


def test_of_several_ways_the_one_that_fits_the_other_rows_is_taken():
    profile = build_profile([[str(n), "a b", "x y"] for n in range(20)], 3)
    assert repair_row('3,"p""q"', COMMA, profile, state="whole").cells == ["3", "p", "q"]
    numbers = build_profile([[str(n), str(n), str(n)] for n in range(20)], 3)
    assert repair_row('3,"p""q"', COMMA, numbers, state="whole") is None


def test_a_whole_row_is_not_split_within_its_quotes():
    assert repair_row('7,"a, b"', COMMA, PROFILE, state="whole") is None


def test_a_table_of_one_column_has_no_delimiter():
    profile = build_profile([["a"], ["b"]], 1)
    assert repair_row('"x;y', COMMA, profile).cells == ['"x;y']
    assert find_foreign('"x" "y"', COMMA, 1) == ""


def test_a_row_without_marks_in_a_text_without_any():
    assert repair_row("7;a;2024-05-07", Marks(",", ""), PROFILE).code == "mixed_delimiter"
    assert repair_row("7,a;b", Marks(",", ""), PROFILE) is None


def test_foreign_rows():
    assert find_foreign('7 "a, b" c d', COMMA, 3) == " "
    assert find_foreign('7;"a, b";c;d', COMMA, 3) == ";"
    assert find_foreign('7,"a b" c d', COMMA, 3) == ""  # there is a comma
    assert find_foreign("7 a b c d", COMMA, 3) == ""  # a sentence
    assert find_foreign('7 "a', COMMA, 3) == ""


def test_rows_of_several_lines():
    assert repair_lines('7,"a\nb "c"",x', COMMA, PROFILE).cells == ["7", 'a\nb "c"', "x"]
    assert repair_lines("7,a\nb,x", COMMA, PROFILE) is None  # a line ends outside of marks
    assert repair_lines("7," + "a" * 70_000, COMMA, PROFILE) is None


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["id", "", "name", "sum"], ["id", "name", "sum"]),
        (["id", "name", "sum", ""], None),  # blanks at the end do no harm
        (["id", "name", "sum", "note"], None),
        (["", "", "id", "name"], None),
    ],
)
def test_headers(cells, named):
    repair = repair_header(cells, 3)
    assert (repair and repair.cells) == named
