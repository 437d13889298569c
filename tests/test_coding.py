"""Columns of text as numbers, against plain Python over lists."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ecograph.coding import (
    code_texts,
    concat_texts,
    find_places,
    map_texts,
    order_texts,
    split_texts,
)
from ecograph.reading.values.plain import parse_list

WORDS = st.text(st.sampled_from("aZ高𠮷é ；;、\n\t\u3000\u200b"), max_size=5)
LISTS = st.lists(WORDS, max_size=12)


def make_index(texts: list[str]) -> pd.Index:
    return pd.Index(texts, dtype="str")


@given(st.lists(WORDS | st.none(), max_size=12))
def test_codes_lead_back_to_the_texts(texts) -> None:
    codes, distinct = code_texts(pd.Series(texts, dtype="str"))
    known = distinct.tolist()
    assert [None if code < 0 else known[code] for code in codes] == texts
    assert known == list(dict.fromkeys(text for text in texts if text is not None))


@given(LISTS)
def test_every_distinct_text_is_read_once(texts) -> None:
    seen: list[str] = []
    series = pd.Series(texts, index=range(5, 5 + len(texts)), dtype="str")
    read = map_texts(series, lambda text: (seen.append(text), len(text))[1])
    assert read.tolist() == [len(text) for text in texts]
    assert read.index.equals(series.index)
    assert seen == list(dict.fromkeys(texts))


@given(LISTS, LISTS)
def test_places_are_those_of_a_dictionary(asked, known) -> None:
    known = list(dict.fromkeys(known))
    place = {text: n for n, text in enumerate(known)}
    found = find_places(make_index(asked), make_index(known)).tolist()
    assert found == [place.get(text, -1) for text in asked]


@given(LISTS)
def test_the_order_is_that_of_code_points(texts) -> None:
    expected = sorted(range(len(texts)), key=lambda n: texts[n])
    assert order_texts(make_index(texts)).tolist() == expected


@given(LISTS)
def test_lists_are_split_as_single_cells_are(texts) -> None:
    owners, parts = split_texts(make_index(texts))
    expected = [(n, part) for n, text in enumerate(texts) for part in parse_list(text)]
    assert list(zip(owners.tolist(), parts.tolist(), strict=True)) == expected


@given(st.lists(LISTS, max_size=4))
def test_parts_are_joined_end_to_end(parts) -> None:
    joined = concat_texts([make_index(part) for part in parts])
    assert joined.tolist() == [text for part in parts for text in part]
