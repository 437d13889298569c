"""Columns of text, each against the same made one by one in plain Python."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ecograph.analysis.phrases import (
    choose_texts,
    fill_template,
    find_alike,
    join_by_owner,
    join_texts,
    pick_texts,
    place_texts,
    say_figures,
    to_objects,
)
from ecograph.texts import translate

WORDS = st.sampled_from(["a", "碳", "b c"])
FIGURES = st.floats(allow_nan=False, min_value=-1e15, max_value=1e15)


@given(
    values=st.lists(FIGURES, min_size=1), digits=st.sampled_from([2, 4, 12]), grouped=st.booleans()
)
@example(values=[0.125, 2.675, -0.0, 0.0, 1e9, 1234567.5, 0.005, 100.0], digits=2, grouped=True)
@example(values=[float("inf"), -float("inf"), 3.0], digits=2, grouped=False)
def test_figures_are_rounded_as_python_does(values, digits, grouped):
    singly = []
    for value in values:
        number = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
        singly.append(number if grouped else number.replace(",", ""))
    assert say_figures(np.array(values), digits, grouped=grouped).to_pylist() == singly


@given(st.lists(st.lists(st.none() | WORDS, min_size=3, max_size=3), min_size=1))
@example([[None, None, None]])
@example([[None, None, None], ["a", None, "b"], [None, None, None]])
def test_what_is_silent_leaves_no_joiner(rows):
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    singly = ["+".join(filter(None, row)) or None for row in rows]
    assert join_texts(columns, "+").to_pylist() == singly


@given(st.lists(st.lists(WORDS, max_size=3)))
def test_texts_are_joined_by_owner(lists):
    owners = np.repeat(np.arange(len(lists)), [len(texts) for texts in lists])
    flat = pa.array([text for texts in lists for text in texts], pa.string())
    joined = join_by_owner(flat, owners, "；", size=len(lists))
    assert joined.to_pylist() == ["；".join(texts) or None for texts in lists]


@given(st.lists(st.tuples(*[st.integers(-1, 1)] * 3)))
def test_rows_that_are_alike_are_found(rows):
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    first, alike = find_alike(columns, len(rows))
    distinct = list(dict.fromkeys(rows))
    assert [rows[row] for row in first] == distinct
    assert [distinct[kind] for kind in alike] == rows


def test_no_column_tells_rows_apart():
    assert [part.tolist() for part in find_alike([], 3)] == [[0], [0, 0, 0]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_template_is_filled_in_as_one_text_is(lang):
    values = {"text": ["x", "y"], "low": ["1", None], "high": ["2", "3"]}
    columns = {key: pa.array(texts, pa.large_string()) for key, texts in values.items()}
    said = fill_template("clause.between", lang, limit="≥5", **columns).to_pylist()
    one = translate("clause.between", lang, text="x", low="1", high="2", limit="≥5")
    assert said == [one, None]  # where a value is not said, neither is the sentence


@pytest.mark.parametrize("flags", [[], [True], [False], [True, False, True], [False, False]])
def test_one_of_two_texts_is_chosen(flags):
    where = np.array(flags, dtype=bool)
    chosen = choose_texts(
        where,
        lambda rows: pick_texts(["yes"], np.zeros(rows.sum())),
        lambda rows: pick_texts(["no"], np.zeros(rows.sum())),
    )
    assert chosen.to_pylist() == ["yes" if flag else "no" for flag in flags]


def test_texts_are_put_in_their_place():
    where = np.array([False, True, False, True])
    texts = pa.array(["a", "b"])
    assert place_texts(texts, where).to_pylist() == [None, "a", None, "b"]
    assert place_texts(texts[:0], where & ~where).to_pylist() == [None] * 4


def test_equal_texts_are_one_object():
    texts = to_objects(pa.array(["甲" * 9, None, "甲" * 9]))
    assert texts.tolist() == ["甲" * 9, "", "甲" * 9]
    assert texts[0] is texts[2]
