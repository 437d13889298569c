"""How a text is written, found from the text alone."""

from __future__ import annotations

import pytest

from ecograph.reading.text.dialects import find_dialect, sample_rows
from ecograph.reading.text.tokens import Marks


@pytest.mark.parametrize(
    ("text", "delimiter", "width"),
    [
        ("id,name\n1,a\n", ",", 2),
        ("id;name\n1;3,5\n2;4,5\n", ";", 2),  # decimal commas
        ("id\tname\n1\ta, b\n", "\t", 2),
        ("编号，名称\n1，甲\n", "，", 2),
        ("编号；名称\n1；甲\n", "；", 2),
        ("id|name\n1|a\n", "|", 2),
        ("id, name\n1, a\n2, b\n", ", ", 2),
        ('id, name\n1, "a, b"\n', ", ", 2),
        ('id name place\n1 "a b" c\n2 d e\n', " ", 3),
        ("编号：名称\n1：甲\n2：乙\n", "：", 2),
        ("sep=|\na,b|c\n1,2|3\n", "|", 2),
        ("name\na\nb, c\n", ",", 1),  # one comma among names is no delimiter
        ("full name\nAnn Smith\nBob Jones\nCy Young\n", ",", 1),  # nor are blanks
        ("id,parties\n1,a;b\n2,c;d\n3,e;f\n", ",", 2),  # lists in cells
        ('"a;b;c",name\n1,x\n', ",", 2),
        ("", ",", 0),
        ("id\n", ",", 1),
        ("\n\nid;name\n1;a\n", ";", 2),
    ],
)
def test_delimiters(text, delimiter, width):
    dialect = find_dialect(text)
    assert (dialect.marks.delimiter, dialect.width) == (delimiter, width)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("id,name\n1,'a, b'\n2,'c'\n", Marks(",", "'")),
        ("id,name\n1,'007\n2,'008\n", Marks(",", '"')),  # a spreadsheet's mark for text
        ('id,name\n1,"a \\"b\\" c"\n', Marks(",", '"', backslash=True)),
        ('id,name\n1,"C:\\dir\\"\n2,"a \\""b"\n', Marks(",", '"')),
    ],
)
def test_quotation_marks_and_escapes(text, marks):
    assert find_dialect(text).marks == marks


@pytest.mark.parametrize(
    ("text", "end"),
    [("a\nb", "LF"), ("a\r\nb", "CRLF"), ("a\rb", "CR"), ("a\r\nb\n", "mixed"), ("a", "")],
)
def test_line_ends(text, end):
    assert find_dialect(text).line_end == end


def test_delimiters_that_fit_as_well_are_named():
    assert find_dialect("a,b;c\n1,2;3\n4,5;6\n").rivals == (";",)
    assert find_dialect("id,name\n1,a;b\n2,c\n").rivals == ()
    assert find_dialect("name:note\na:b\nc:d\n").rivals == (",",)


def test_a_broken_row_decides_nothing():
    text = 'id,name,sum\n1,"a"b,3\n2 "x" 3\n4,c,5\n6,"d, e",7\n'
    dialect = find_dialect(text)
    assert (dialect.marks.delimiter, dialect.width) == (",", 3)
    assert list(sample_rows(text, dialect)) == [["4", "c", "5"], ["6", "d, e", "7"]]


def test_a_line_that_declares_no_delimiter_is_a_row():
    assert find_dialect("sep=\nname\n").start == 0
    assert find_dialect("sep=;\na;b\n").start == 6
    assert find_dialect("Sep=\t\r\na\tb\r\n").describe()["delimiter"] == "\t"
