from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph import problems
from ecograph.errors import DataError
from ecograph.reading.records import tables
from ecograph.reading.records.cells import (
    CellWriter,
    Constant,
    mend_text,
    order_columns,
    write_json,
)
from ecograph.reading.records.tables import Budget, build_column_sheet, choose_names, refuse_area


def write(value):
    """Write one value: its text, and the code, severity, row and column of what is told."""
    writer = CellWriter("f", "s", ["a", "b"])
    writer.torn = True
    text = writer.write(7, 1, value)
    assert all(p.explain("zh") and (p.file, p.sheet) == ("f", "s") for p in writer.list_problems())
    return text, [(p.code, p.severity, p.row, p.column) for p in writer.list_problems()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (911100006000373410, "911100006000373410"),
        (2024.0, "2024"),
        (0.1, "0.1"),
        (float("nan"), ""),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("1.10"), "1.10"),
        (dt.date(2024, 5, 25), "2024-05-25"),
        (dt.datetime(2024, 5, 25), "2024-05-25"),  # noqa: DTZ001
        (dt.datetime(2024, 5, 25, 8), "2024-05-25 08:00:00"),  # noqa: DTZ001
        (True, "true"),
        (["a", None, 1], "a；；1"),
        ([], ""),
    ],
)
def test_a_value_is_written_exactly_and_in_silence(value, text):
    assert write(value) == (text, [])


@pytest.mark.parametrize(
    ("value", "text", "code"),
    [
        ({"a": [1.5, {"b": None}]}, '{"a": [1.5, {"b": null}]}', "nested_value"),
        ([["a"], "b"], '[["a"], "b"]', "nested_value"),
        (["a、b", "c"], "a、b；c", "split_entry"),
        (Constant("NaN"), "NaN", "not_a_number"),
        ("a\x00b", "ab", "nul_character"),
        ("校\ud83d", "校\ufffd", "damaged_text"),
    ],
)
def test_what_is_doubtful_is_told_at_its_place(value, text, code):
    assert write(value) == (text, [(code, "warning", 7, "b")])


@pytest.mark.parametrize(
    ("value", "code"),
    [(2.0**53, "damaged_code"), (9.111e17, "damaged_code"), (b"x", "binary_column")],
)
def test_what_is_lost_is_empty_and_told(value, code):
    assert write(value) == ("", [(code, "error", 7, "b")])


def test_a_value_of_fifty_one_levels_is_left_out():
    value = ["x"]
    for _ in range(49):
        value = [value]
    assert write(value)[0].count("[") == 50
    assert write([value]) == ("", [("nested_too_deep", "error", 7, "b")])


def test_of_thousands_alike_the_number_is_told(monkeypatch):
    monkeypatch.setattr(problems, "MOST_ALIKE", 2)
    writer = CellWriter("f", "", ["a"])
    for row in range(2, 7):
        writer.write(row, 0, {})
    *first, last = writer.list_problems()
    assert [p.row for p in first] == [2, 3]
    assert (last.code, last.row, last.column) == ("more_rows", 4, "a")
    assert last.explain("en")[0].startswith("3 more rows, from row 4 to row 6,")


def test_a_column_is_written_as_its_cells_are():
    values = ["a", 1, None, "b\x00", [2]]
    whole, single = (CellWriter("f", "", ["a"]) for _ in range(2))
    assert whole.write_column(2, 0, values) == [
        single.write(n, 0, v) for n, v in enumerate(values, 2)
    ]
    assert whole.list_problems() == single.list_problems()
    assert whole.write_column(2, 0, ["a", 1, None]) == ["a", "1", ""]


def test_columns_without_a_name_come_first():
    assert order_columns(["b", " ", "a"]) == [" ", "b", "a"]


def test_a_sheet_of_columns_keeps_rows_and_counts_blank_ones():
    writer = CellWriter("f", "s", ["a", "b"])
    blocks = [[["1", " ", ""], ["", "\t", "x"]], [["", "2"], ["", "3"]]]
    sheet = build_column_sheet(blocks, writer, header=["a", "b"], file="f", sheet="s", dialect={})
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (5, 2, 0)
    assert sheet.cells.index.tolist() == [2, 4, 6]
    assert sheet.cells.to_numpy().tolist() == [["1", ""], ["", "x"], ["2", "3"]]
    none = build_column_sheet([], writer, header=["a"], file="f", dialect={})
    assert (none.rows_in, none.cells.shape) == (0, (0, 1))
    assert build_column_sheet([[]], writer, header=[], file="f", dialect={}).rows_in == 0


def test_a_budget_ends(monkeypatch):
    for name, most in (("_MOST_ROWS", 2), ("MOST_CELLS", 3), ("_MOST_CHARACTERS", 4)):
        with monkeypatch.context() as patch:
            patch.setattr(tables, name, most)
            Budget(0, "f").spend([["a"] * 2])
            with pytest.raises(DataError) as caught:
                Budget(0, "f").spend([["ab"] * 4])
            assert [p.code for p in caught.value.problems] == ["records_too_large"]
    Budget(10, "f").foresee(4_000_000, 4)
    for rows, columns in ((4_000_001, 1), (3_000_000, 6)):
        with pytest.raises(DataError, match="far more"):
            Budget(10, "f").foresee(rows, columns)
    with pytest.raises(DataError, match="more than 16,000,000 cells"):
        refuse_area(4001, 4000, "f")


def test_a_database_has_the_tables_that_are_asked_for():
    assert choose_names(["a", "b"], "f", sheet=None, tables=()) == {"a", "b"}
    assert choose_names(["a", "b"], "f", sheet=None, tables=["b"]) == {"b"}
    with pytest.raises(DataError, match='no table "c"; it has: a'):
        choose_names(["a"], "f", sheet="c", tables=())
    with pytest.raises(DataError) as caught:
        choose_names([], "f", sheet=None, tables=())
    assert [p.code for p in caught.value.problems] == ["no_tables"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(VALUES)
def test_nested_values_are_json_to_others(value):
    assert json.loads(write_json(value)) == value


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=()), max_size=8))
def test_a_mended_text_can_be_written(text):
    whole = mend_text(text)
    whole.encode()
    assert mend_text(whole) == whole


def test_a_nul_character_in_one_of_many_plain_texts_is_taken_out_and_told():
    writer = CellWriter("f", "", ["a"])
    assert writer.write_column(2, 0, ["x", "a\x00b"]) == ["x", "ab"]
    assert [(p.code, p.row) for p in writer.list_problems()] == [("nul_character", 3)]
