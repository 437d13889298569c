"""Texts about many firms at once: columns of text that are filled in, chosen and joined."""

from __future__ import annotations

import functools
from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Texts = Any  # a column of text, null where nothing is said; Arrow has no types

__all__ = [
    "choose_texts",
    "concat_texts",
    "fill_template",
    "find_alike",
    "join_by_owner",
    "join_texts",
    "pick_texts",
    "place_texts",
    "repeat_text",
    "say_days",
    "say_distinct",
    "say_figures",
    "say_nothing",
    "to_objects",
]

_TEXT = pa.large_string()  # a million sentences are more than the two gigabytes of a small one


def repeat_text(text: str, size: int) -> Texts:
    """Say the same of all."""
    return pa.repeat(pa.scalar(text, _TEXT), size)


def say_nothing(size: int) -> Texts:
    """Say nothing of any.

    >>> say_nothing(2).to_pylist()
    [None, None]
    """
    return pa.nulls(size, _TEXT)


def concat_texts(*pieces: Texts) -> Texts:
    """Put columns, or one text for all, behind each other; null where one of them is.

    >>> concat_texts("<", pa.array(["a", None], _TEXT), ">").to_pylist()
    ['<a>', None]
    """
    whole = [pa.scalar(piece, _TEXT) if isinstance(piece, str) else piece for piece in pieces]
    return pc.binary_join_element_wise(*whole, pa.scalar("", _TEXT))


def pick_texts(texts: Sequence[str], numbers: NDArray[Any]) -> Texts:
    """Say the text of each number.

    >>> pick_texts(["no", "yes"], np.array([True, False])).to_pylist()
    ['yes', 'no']
    """
    return pa.array(texts, _TEXT).take(pa.array(numbers.astype(np.int64)))


def fill_template(key: str, lang: str, **values: Texts) -> Texts:
    """Say a text of the catalogue of each, with columns or one text for all filled in.

    >>> fill_template("clause.range", "en", low=pa.array(["1", "2"], _TEXT), high="9").to_pylist()
    ['1 to 9', '2 to 9']
    """
    pieces = []
    for literal, name, _, _ in Formatter().parse(translate(key, lang)):
        pieces += [literal] if name is None else [literal, values[name]]
    return concat_texts(*pieces)


def join_texts(columns: Sequence[Texts], joiner: str) -> Texts:
    """Join what the columns say of each; null where none says anything.

    >>> join_texts([pa.array(["a", None, None]), pa.array(["b", "c", None])], "+").to_pylist()
    ['a+b', 'c', None]
    """
    first, *others = (column.cast(_TEXT) for column in columns)
    silent = functools.reduce(pc.and_, [pc.is_null(column) for column in columns])
    first = pc.if_else(silent, pa.scalar("", _TEXT), first)  # Arrow would drop rows without a text
    joined = pc.binary_join_element_wise(
        first, *others, pa.scalar(joiner, _TEXT), null_handling="skip"
    )
    return pc.if_else(silent, pa.scalar(None, _TEXT), joined)


def place_texts(texts: Texts, where: Flags) -> Texts:
    """Put texts where the flags are set, in their order, and nothing elsewhere.

    >>> place_texts(pa.array(["a", "b"]), np.array([True, False, True])).to_pylist()
    ['a', None, 'b']
    """
    return texts.take(pa.array(np.cumsum(where) - 1, mask=~where))


def choose_texts(
    where: Flags, say: Callable[[Flags], Texts], other: Callable[[Flags], Texts]
) -> Texts:
    """Say one thing where the flags are set, and another elsewhere; each is asked only there."""
    if where.all():
        return say(where)
    if not where.any():
        return other(~where)
    return pc.coalesce(place_texts(say(where), where), place_texts(other(~where), ~where))


def join_by_owner(texts: Texts, owners: Ints, joiner: str, *, size: int) -> Texts:
    """Join the texts of each owner; null for owners without any.

    Parameters
    ----------
    texts
        The texts, those of the same owner together.
    owners
        The place of each text's owner; it never falls.
    joiner
        What stands between two texts.
    size
        The number of owners.

    Examples
    --------
    >>> join_by_owner(pa.array(["a", "b"]), np.array([1, 1]), "+", size=2).to_pylist()
    [None, 'a+b']
    """
    starts = np.searchsorted(owners, np.arange(size + 1))
    lists = pa.LargeListArray.from_arrays(pa.array(starts, pa.int64()), texts.cast(_TEXT))
    joined = pc.binary_join(lists, pa.scalar(joiner, _TEXT))
    return pc.if_else(pa.array(np.diff(starts) > 0), joined, pa.scalar(None, _TEXT))


def say_distinct(values: pd.Series, say: Callable[[str], str]) -> Texts:
    """Say every distinct value once and take it for all.

    >>> say_distinct(pd.Series(["b", "a", "b"]), str.upper).to_pylist()
    ['B', 'A', 'B']
    """
    codes, distinct = pd.factorize(values)
    return pick_texts([say(value) for value in distinct], codes)


def say_days(days: NDArray[np.datetime64]) -> Texts:
    """Write days as YYYY-MM-DD; null where there is none.

    >>> say_days(np.array(["2026-01-31", "NaT"], dtype="datetime64[s]")).to_pylist()
    ['2026-01-31', None]
    """
    return pa.array(days.astype("datetime64[D]")).cast(_TEXT)


def say_figures(values: Floats, digits: int, *, grouped: bool) -> Texts:
    """Write figures with some digits behind the point, without zeros at the end.

    >>> say_figures(np.array([1234.5, 20.0, 0.125]), 2, grouped=True).to_pylist()
    ['1,234.5', '20', '0.12']
    """
    codes, bits = pd.factorize(np.ascontiguousarray(values).view(np.int64))  # -0 is not 0
    write = ("{:,.%df}" if grouped else "{:.%df}") % digits
    written = pa.array(map(write.format, bits.view(np.float64).tolist()), _TEXT)
    written = pc.utf8_rtrim(pc.utf8_rtrim(written, "0"), ".")
    return written.take(pa.array(codes))


def find_alike(columns: Sequence[NDArray[Any]], size: int) -> tuple[Ints, Ints]:
    """Find rows that are alike in all columns of whole numbers.

    Returns
    -------
    first, alike
        The first row of each distinct kind, and the kind of each row.

    Examples
    --------
    >>> first, alike = find_alike([np.array([1, 1, 2, 1]), np.array([0, 5, 0, 0])], 4)
    >>> first.tolist(), alike.tolist()
    ([0, 1, 2], [0, 1, 2, 0])
    """
    alike = np.zeros(size, dtype=np.int64)
    for column in columns:
        if (column != column[:1]).any():
            codes, distinct = pd.factorize(column)
            alike, _ = pd.factorize(alike * len(distinct) + codes)
    first = np.flatnonzero(~pd.Series(alike).duplicated())
    return first, alike


def to_objects(texts: Texts) -> NDArray[np.object_]:
    """Take a column of text out of Arrow: equal texts are one object, nothing is empty text.

    >>> to_objects(pa.array(["a", None, "a"])).tolist()
    ['a', '', 'a']
    """
    coded = pc.fill_null(texts, "").dictionary_encode()
    distinct = np.array(coded.dictionary.to_pylist(), dtype=object)
    return np.asarray(distinct[np.asarray(coded.indices)])
