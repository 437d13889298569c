"""Records split strictly, against the csv module where it is strict too."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.reading.text.tokens import Marks, find_line_end, split_line, split_record

COMMA = Marks(",")


@pytest.mark.parametrize(
    ("line", "cells", "state"),
    [
        ("", [""], "whole"),
        ("a,b", ["a", "b"], "whole"),
        (",", ["", ""], "whole"),
        ('"a,b",c', ["a,b", "c"], "whole"),
        ('"a ""b""",""', ['a "b"', ""], "whole"),
        ('""""', ['"'], "whole"),
        ('"a"b,c', ["a"], "broken"),
        ('1,""a"', ["1", ""], "broken"),
        ('1,"a,b', ["1"], "open"),
        ('1,"', ["1"], "open"),
    ],
)
def test_lines(line, cells, state):
    split = split_line(line, COMMA)
    assert (split.cells, split.state) == (cells, state)


def test_marks_without_a_frame_are_counted_apart():
    split = split_line('a "b",5",c,"d"', COMMA)
    assert split.cells == ['a "b"', '5"', "c", "d"]
    assert (split.bare, split.framed) == ((0, 1), 1)


@pytest.mark.parametrize(
    ("line", "marks", "cells"),
    [
        ('a, "b, c"', Marks(", "), ["a", "b, c"]),
        ("'a;b';'it''s'", Marks(";", "'"), ["a;b", "it's"]),
        (r'"a \"b\"","c\\"', Marks(",", '"', backslash=True), ['a "b"', "c\\"]),
        ('"a,b"', Marks(",", ""), ['"a', 'b"']),
        ("甲；“乙”", Marks("；"), ["甲", "“乙”"]),
    ],
)
def test_other_marks(line, marks, cells):
    assert split_line(line, marks).cells == cells


def test_a_mark_may_be_a_sign_like_any_other():
    assert split_line('""a",b', COMMA, literal=1).cells == ['"a', "b"]
    assert split_line('"a,b', COMMA, literal=0).cells == ['"a', "b"]


def test_a_record_ends_with_the_line_in_which_its_marks_close():
    text = 'x\n1,"a\nb",2\n3'
    split = split_record(text, 2, 6, marks=COMMA)
    assert (split.cells, split.stop) == (["1", "a\nb", "2"], 11)
    assert split_record(text, 2, 6, marks=COMMA, bound=6).state == "open"


def test_line_ends():
    text = "a\r\nb\rc\nd"
    assert [find_line_end(text, n) for n in (0, 3, 5, 7)] == [(1, 3), (4, 5), (6, 7), (8, 8)]


@given(st.text(st.sampled_from('ab ,"'), max_size=12))
def test_what_is_whole_is_what_the_strict_csv_module_reads(line):
    split = split_line(line, COMMA)
    try:
        expected = next(csv.reader([line], strict=True), [""])
    except csv.Error:
        assert split.state != "whole"
    else:
        assert split.state == "whole"
        assert split.cells == (expected or [""])
