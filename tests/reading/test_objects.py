from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.records import objects
from ecograph.reading.records.objects import BrokenLine, is_lines, parse_json, parse_lines


def test_numbers_stay_as_they_are_spelt():
    long = "9" * 5000
    text = f"[911100006000373410, 1.10, 1e400, -0, {long}, NaN, -Infinity, true, null]"
    found = ["911100006000373410", "1.10", "1e400", "-0", long, "NaN", "-Infinity", True, None]
    assert parse_json(text, "t.json") == found


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ('[{"id": 1},\n {"id": 2, "名": 3, "id": 4}]', 'key "id" stands twice', 2, 20),
        ('{"a": {"k": ["k", {"k": 1}], "x": "k:{", "k" : 2}}', 'key "k" stands twice', 1, 42),
        ('{"\\u0061": 1, "a": 2}', 'key "a" stands twice', 1, 15),
        ('[{"id": 1},\n]', "Expecting value|trailing comma", None, None),
        ('[{"id": 1,}]', "property name|trailing comma", None, None),
        ('["a\nb"]', "Invalid control character", 1, 4),
        ("[{", "Expecting property name", 1, 3),
        ("[1] x", "Extra data", 1, 5),
    ],
)
def test_what_is_refused_is_refused_with_line_and_column(text, reason, line, column):
    with pytest.raises(DataError, match=reason) as caught:
        parse_json(text, "t.json")
    (problem,) = caught.value.problems
    assert problem.code == "unreadable_records"
    assert line is None or problem.row == line
    assert f"column {column or ''}" in problem.explain("en")[0]


@pytest.mark.parametrize("sign", ["[", '{"a":', '[{"a":'])
def test_endless_nesting_ends_at_once(sign):
    start = time.monotonic()
    with pytest.raises(DataError, match="nested too deep"):
        parse_json(sign * 100_000, "t.json")
    assert isinstance(parse_lines(f"{{}}\n{sign * 100_000}", "t.jsonl")[1], BrokenLine)
    assert not is_lines(f"{{}}\n{sign * 100_000}")
    assert time.monotonic() - start < 3


def test_more_parts_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(objects, "MOST_PARTS", 3)
    parse_json("[1,2,3]", "t.json")
    with pytest.raises(DataError, match="larger than what is read") as caught:
        parse_json("[1,2,3,4]", "t.json")
    assert [p.code for p in caught.value.problems] == ["records_too_large"]


def test_a_broken_line_does_not_spoil_the_others():
    lines = parse_lines('{"id": 1}\r\n{"id":\n\n"a\u2028b"\n{"id": 1, "id": 2}\n', "t.jsonl")
    assert [lines[0], *lines[2:4]] == [{"id": "1"}, {}, "a\u2028b"]
    assert lines[1].reason.startswith("Expecting value (column")
    assert lines[4] == BrokenLine('{"id": 1, "id": 2}', 'the key "id" stands twice')


def test_lines_none_of_which_can_be_read_are_refused():
    with pytest.raises(DataError, match="Expecting value"):
        parse_lines("id,name\nU1,a\n", "t.jsonl")


KEYS = st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(VALUES, st.booleans())
def test_what_json_writes_comes_back(value, ascii_only):
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only), "t.json") == value
