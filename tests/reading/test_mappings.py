from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.records import mappings
from ecograph.reading.records.mappings import parse_yaml, read_yaml_mapping

WORDS = ["010", "NO", "1e5", "null", "~", "2024-05-25", "2024-02-30", "0x1F", "12:30:45", "yes", ""]


def test_every_scalar_of_a_record_stays_its_text():
    assert parse_yaml("".join(f"- {word}\n" for word in WORDS), "t.yaml") == WORDS


def test_settings_mean_what_yaml_means():
    text = (
        "n: 10\nx: 1.5\non: true\nday: 2024-05-25\nnone:\ntext: '10'\nword: a\nlist: [1, {b: 2}]\n"
    )
    assert parse_yaml(text, "s.yaml", typed=True) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ("a: &x 1\nb: *x\n", r"alias \*x is not allowed", 2, 4),
        ("a: 1\nb: 2\na: 3\n", 'key "a" stands twice', 3, 1),
        ("a: 1\n<<: {b: 2}\n", "merge key << is not allowed", 2, 1),
        ("a: 1\nb: !!bool yes\n", "tag !!bool is not allowed", 2, 4),
        ("- !!python/object:os.system x\n", "tag !!python/object:os.system is not allowed", 1, 3),
        ("- !mine [x]\n", "tag !mine is not allowed", 1, 3),
        ("a: 1\n---\nb: 2\n", "a second document begins", 2, 1),
        ("a: 1\nb: x\x00\n", r"character U\+0000 is not allowed", 2, 5),
        ("a: \x1b[31m\n", r"character U\+001B is not allowed", 1, 4),
        ("a:\n\t- b\n", "cannot start any token", 2, 1),
        ("? [a]\n: b\n", "a key must be a word", 1, 3),
        ("a: [\n", "did not find|expected", 2, 1),
        (f"{'- ' * 51}x\n", "nested deeper than 50 levels", 1, 101),
    ],
)
def test_what_is_refused_is_refused_with_its_line(text, reason, line, column):
    with pytest.raises(DataError, match=reason) as caught:
        parse_yaml(text, "t.yaml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.row) == ("unreadable_records", "t.yaml", line)
    assert f"(line {line}, column {column})" in problem.explain("zh")[0]


@pytest.mark.parametrize("value", ["2024-02-30", "9" * 5000])
def test_a_setting_that_means_nothing_is_refused_with_its_line(value):
    with pytest.raises(DataError, match=r"means nothing: .*\(line 2, column 4\)"):
        parse_yaml(f"a: 1\nb: {value}\n", "s.yaml", typed=True)


def test_fifty_levels_are_read():
    value = parse_yaml(f"{'- ' * 50}x\n", "t.yaml")
    for _ in range(50):
        (value,) = value
    assert value == "x"


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, '"' * 99_999])
def test_endless_nesting_ends_at_once(text):
    start = time.monotonic()
    with pytest.raises(DataError):
        parse_yaml(text, "t.yaml")
    assert time.monotonic() - start < 2


def test_too_many_values_are_refused_with_their_line(monkeypatch):
    monkeypatch.setattr(mappings, "MOST_EVENTS", 5)
    with pytest.raises(DataError, match=r"too many values.*line 4"):
        parse_yaml("- a\n- b\n- c\n- d\n- e\n", "t.yaml")
    monkeypatch.setattr(mappings, "MOST_BYTES", 5)
    with pytest.raises(DataError) as caught:
        parse_yaml("- abcd", "t.yaml")
    assert [p.code for p in caught.value.problems] == ["records_too_large"]


def test_a_parser_without_libyaml_reads_the_same(monkeypatch):
    text = "高校:\n- {id: 010, on: NO, list: [a, 'b']}\n- id: '2'\n  note: |\n    x\n    y\n"
    fast = parse_yaml(text, "t.yaml")
    monkeypatch.setattr(mappings, "_LOADER", yaml.SafeLoader)
    assert parse_yaml(text, "t.yaml") == fast == yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts only
    with pytest.raises(DataError, match="merge key"):
        parse_yaml("<<: {a: 1}", "t.yaml")


def test_an_error_without_a_place_is_told_all_the_same(monkeypatch):
    def fail(*_, **__):
        raise yaml.YAMLError("odd")

    monkeypatch.setattr(yaml, "parse", fail)
    with pytest.raises(DataError, match="odd"):
        parse_yaml("a", "t.yaml")


def test_settings_are_read_from_a_file(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes("城: 1\n2: b\n".encode("gb18030"))
    assert read_yaml_mapping(path) == {"城": 1, "2": "b"}
    path.write_text("")
    assert read_yaml_mapping(path) == {}
    path.write_text("- a\n")
    with pytest.raises(DataError, match="not a mapping"):
        read_yaml_mapping(path)


def test_settings_that_cannot_be_opened_are_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_yaml_mapping(tmp_path / "none.yaml")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"),
    max_size=12,
)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(VALUES)
def test_what_yaml_writes_comes_back(value):
    text = yaml.safe_dump(value, allow_unicode=True)
    assert parse_yaml(text, "t.yaml") == yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts only
