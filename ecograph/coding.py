"""Code texts as whole numbers, so that a column is looked at once for each distinct text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = [
    "code_texts",
    "concat_texts",
    "find_places",
    "map_texts",
    "order_texts",
    "release_texts",
    "split_texts",
]

_SEPARATORS = "[;；、\n]"


def code_texts(texts: pd.Series | pd.Index) -> tuple[Ints, pd.Index]:
    """Give the distinct texts of a column numbers, in the order of their first appearance.

    Returns
    -------
    codes, distinct
        The number of each row's text (-1: no text), and the texts.

    Examples
    --------
    >>> codes, distinct = code_texts(pd.Series(["b", "a", None, "b"], dtype="str"))
    >>> codes.tolist(), distinct.tolist()
    ([0, 1, -1, 0], ['b', 'a'])
    """
    codes, distinct = pd.factorize(texts)
    return codes, pd.Index(distinct)


def map_texts(texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Read every distinct text once and give each row what was read.

    >>> map_texts(pd.Series(["7", "5", "7"], dtype="str"), int).tolist()
    [7, 5, 7]
    """
    codes, distinct = code_texts(texts)
    values = np.empty(len(distinct), dtype=object)
    values[:] = [read(text) for text in distinct]
    return pd.Series(values[codes] if len(values) else [], index=texts.index, dtype=object)


def find_places(asked: pd.Index, known: pd.Index) -> Ints:
    """Find where each text stands among distinct ones; -1 where it does not.

    >>> find_places(pd.Index(["b", "x"], dtype="str"), pd.Index(["a", "b"], dtype="str")).tolist()
    [1, -1]
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - pandas has it loaded

    places = pc.index_in(_to_arrow(asked), value_set=_to_arrow(known))
    return np.asarray(pc.fill_null(places, -1), dtype=np.int64)


def order_texts(texts: pd.Index) -> Ints:
    """Find the order that sorts texts by their code points, equal ones as they stand.

    >>> order_texts(pd.Index(["b", "高", "a"], dtype="str")).tolist()
    [2, 0, 1]
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - pandas has it loaded

    if texts.is_monotonic_increasing:
        return np.arange(len(texts))
    return np.asarray(pc.sort_indices(_to_arrow(texts)), dtype=np.int64)


def concat_texts(parts: Sequence[pd.Index]) -> pd.Index:
    """Join indexes of text end to end."""
    if not parts:
        return pd.Index([], dtype="str")
    return parts[0].append(list(parts[1:])) if len(parts) > 1 else parts[0]


def split_texts(texts: pd.Index) -> tuple[Ints, pd.Index]:
    """Split every text at the separators of lists, as `parse_list` does.

    Returns
    -------
    owners, parts
        For each part, without blanks around it and not empty, the place of its text; in order.

    Examples
    --------
    >>> owners, parts = split_texts(pd.Index(["a；b", "c", "；"], dtype="str"))
    >>> owners.tolist(), parts.tolist()
    ([0, 0, 1], ['a', 'b', 'c'])
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - pandas has it loaded

    split = pc.split_pattern_regex(_to_arrow(texts), _SEPARATORS)
    owners = np.asarray(pc.list_parent_indices(split), dtype=np.int64)
    parts = pd.Index(pd.array(pc.utf8_trim_whitespace(pc.list_flatten(split)), dtype="str"))
    filled = np.asarray(parts != "", dtype=bool)
    return owners[filled], parts[filled]


def release_texts() -> None:
    """Give memory of texts that nobody holds any more back to the system."""
    import pyarrow as pa  # noqa: PLC0415 - pandas has it loaded

    pa.default_memory_pool().release_unused()


def _to_arrow(texts: pd.Index) -> Any:  # noqa: ANN401 - Arrow has no types
    import pyarrow as pa  # noqa: PLC0415 - pandas has it loaded

    return pa.array(texts.array, type=pa.large_string())
