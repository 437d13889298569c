"""Cells: rows, ids, lists and amounts as the text of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["join", "make_table", "number_ids", "write_wan"]

_WAN = 10_000


def make_table(records: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Make a table of text, an empty string where a record has nothing.

    Parameters
    ----------
    records
        One mapping of columns to values per row.

    Returns
    -------
    pandas.DataFrame
        Columns in the order in which they first occur.

    Examples
    --------
    >>> make_table([{"id": "E1"}, {"id": "E2", "staff": 7}])["staff"].tolist()
    ['', '7']
    """
    return pd.DataFrame(list(records), dtype=object).fillna("").astype(str)


def number_ids(prefix: str, count: int) -> list[str]:
    """Make ids that count from 1, padded to one width.

    Parameters
    ----------
    prefix
        Letters before the number.
    count
        How many.

    Returns
    -------
    list of str
        The ids, in order.

    Examples
    --------
    >>> number_ids("U", 10)[-2:]
    ['U09', 'U10']
    """
    width = len(str(count))
    return [f"{prefix}{number:0{width}d}" for number in range(1, count + 1)]


def join(items: Iterable[str]) -> str:
    """Write a list into one cell.

    Parameters
    ----------
    items
        The parts of the list.

    Returns
    -------
    str
        The parts with a semicolon between them.

    Examples
    --------
    >>> join(["D01", "D02"])
    'D01;D02'
    """
    return ";".join(items)


def write_wan(amount: float) -> str:
    """Write an amount as offices do, in 万元 with its unit.

    Parameters
    ----------
    amount
        In yuan.

    Returns
    -------
    str
        At most two decimals.

    Examples
    --------
    >>> write_wan(496_100), write_wan(1_200_000)
    ('49.61万元', '120万元')
    """
    return f"{amount / _WAN:.2f}".rstrip("0").rstrip(".") + "万元"
