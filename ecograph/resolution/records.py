"""Gather mentions that say the same into records, so that each is compared once."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.names import fold_name, parse_name
from ecograph.resolution.codes import clean_code
from ecograph.resolution.repairs import read_again
from ecograph.resolution.workers import parse_shared

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from ecograph.names import Name

__all__ = ["Records", "gather_records"]

_TOLD = ("code", "kind", "country", "province", "city")
_MOST_LISTED = 50  # aliases, partners and industries of a record that are looked at


@dataclass(frozen=True, slots=True)
class Records:
    """What is compared: one entry for each distinct name, code and place.

    Parameters
    ----------
    ids
        Ids of the mentions, sorted.
    names
        The name as it is written.
    heads
        The name, taken apart; of a department that of its parent, with the unit.
    codes, kinds, countries, provinces, cities
        What else is told, folded; empty where it is not.
    aliases, partners, industries
        What the mentions list, sorted.
    """

    ids: list[tuple[str, ...]]
    names: list[Name]
    heads: list[Name]
    codes: list[str]
    kinds: list[str]
    countries: list[str]
    provinces: list[str]
    cities: list[str]
    aliases: list[tuple[str, ...]]
    partners: list[tuple[str, ...]]
    industries: list[tuple[str, ...]]

    def __len__(self) -> int:
        """Count the records."""
        return len(self.ids)


def gather_records(mentions: pd.DataFrame) -> Records:
    """Gather the mentions that say the same into records.

    Parameters
    ----------
    mentions
        Columns ``id`` and ``name``; others as in ``MENTION_COLUMNS`` where there are any.

    Returns
    -------
    Records
        Sorted by folded name, code and place: the order of the rows changes nothing.

    Examples
    --------
    >>> gather_records(pd.DataFrame({"id": ["b", "a"], "name": ["IBM", "ibm "]})).ids
    [('a', 'b')]
    """
    table, parsed = _fold_table(mentions)
    keys = ["folded", *_TOLD]
    starts = np.flatnonzero((table[keys] != table[keys].shift()).any(axis=1).to_numpy())
    ends = np.append(starts[1:], len(table))[: len(starts)]
    ids = table["id"].tolist()
    firsts = table.iloc[starts]
    names = [parsed[name] for name in firsts["name"]]
    known = {name.folded for name in names}
    columns = [firsts[name].tolist() for name in _TOLD]
    lists = [
        _join_lists(mentions, table, name, starts) for name in ("aliases", "partners", "industry")
    ]
    groups = [tuple(ids[start:end]) for start, end in zip(starts, ends, strict=True)]
    return Records(groups, names, [_find_head(name, known) for name in names], *columns, *lists)


def _fold_table(mentions: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Name]]:
    raw = [_spell(name) for name in mentions["name"].tolist()]
    distinct = sorted(set(raw))
    parsed = dict(zip(distinct, parse_shared(distinct), strict=True))
    table = pd.DataFrame({"id": [_spell(one) for one in mentions["id"].tolist()], "name": raw})
    table["folded"] = [parsed[name].folded for name in raw]
    for column in _TOLD:
        table[column] = _fold_column(mentions, column)
    table["row"] = np.arange(len(table))
    return table.sort_values(["folded", *_TOLD, "id", "name"], ignore_index=True), parsed


def _fold_column(mentions: pd.DataFrame, column: str) -> list[str]:
    if column not in mentions:
        return [""] * len(mentions)
    fold = clean_code if column == "code" else fold_name
    given = [_spell(value) for value in mentions[column].tolist()]
    folded = {value: fold(value) if value else "" for value in sorted(set(given))}
    return [folded[value] for value in given]


def _spell(value: Any) -> str:  # noqa: ANN401 - a cell
    if isinstance(value, str):
        return value
    return "" if value is None or value != value or value is pd.NA else str(value)  # noqa: PLR0124 - NaN


def _join_lists(
    mentions: pd.DataFrame, table: pd.DataFrame, column: str, starts: np.ndarray[Any, Any]
) -> list[tuple[str, ...]]:
    if column not in mentions:
        return [()] * len(starts)
    cells = mentions[column].tolist()
    listed = [cells[row] for row in table["row"].tolist()]
    bounds = [*starts.tolist(), len(listed)] if len(starts) else []
    return [_unite(listed[start:end]) for start, end in itertools.pairwise(bounds)]


def _unite(cells: Iterable[Any]) -> tuple[str, ...]:
    found: set[str] = set()
    for cell in cells:
        if isinstance(cell, str):
            found.add(cell)
        elif isinstance(cell, tuple | list | set | frozenset):
            found.update(_spell(one) for one in cell)
        if len(found) > 100 * _MOST_LISTED:
            break
    return tuple(sorted(found - {""})[:_MOST_LISTED]) if found else ()


def _find_head(name: Name, known: AbstractSet[str]) -> Name:
    """Take a department for its parent, but remember which part of it is meant."""
    read = read_again(name, known)
    if read is name and not read.parent:
        return name
    if not read.parent:
        return replace(read, original=name.original, folded=name.folded)
    parent = read_again(_parse_parent(read.parent), known)
    return replace(
        parent,
        original=name.original,
        folded=name.folded,
        unit=read.unit,
        parent=read.parent,
    )


@functools.lru_cache(maxsize=1 << 14)
def _parse_parent(parent: str) -> Name:
    return parse_name(unicodedata.normalize("NFC", parent))
