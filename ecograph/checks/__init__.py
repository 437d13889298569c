"""Check at the door: every rule, every problem at once, every row accounted for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.checks.merging import MERGED_COLUMNS, Merges, fold_rows
from ecograph.checks.rows import References, gather_rows
from ecograph.checks.rules import (
    check_agreements_joined,
    check_date_order,
    check_duplicate_ids,
    check_ids_shared,
    check_parties_differ,
    check_parts_differ,
    check_row_kinds,
    check_rows_differ,
    check_years_near,
    enter_nodes,
    resolve_references,
)
from ecograph.coding import code_texts, order_texts
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.checks.directory import Directory
    from ecograph.checks.rows import Rows
    from ecograph.problems import Problem
    from ecograph.reading.headers import Matched

    Ints = NDArray[np.int64]

__all__ = ["ACCOUNT_COLUMNS", "MERGED_COLUMNS", "Checked", "Merges", "References", "check_sheets"]

_ROUNDING = Decimal("1e-9")  # of a sum of floats
ACCOUNT_COLUMNS = ("file", "sheet", "table", "rows", "used", "rejected", "blank")


@dataclass(frozen=True)
class Checked:
    """Tables whose every row is good and whose every reference leads to a node.

    Parameters
    ----------
    tables
        Good rows by table, in an order that does not depend on that of the file; ``_source``
        numbers the sheet, ``_row`` the row in it, ``_number`` (node tables) the node.
    references
        The nodes that the rows name, by table and column.
    directory
        All nodes.
    sheets
        File and sheet names, by number.
    problems
        Everything that was found.
    accounts
        One row a sheet, columns ``ACCOUNT_COLUMNS``: rows = used + rejected + blank.
    merged
        One row a node that was taken for another, columns ``MERGED_COLUMNS``.
    """

    tables: Mapping[str, pd.DataFrame]
    references: Mapping[tuple[str, str], References]
    directory: Directory
    sheets: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    accounts: pd.DataFrame
    merged: pd.DataFrame


def check_sheets(
    matched: Sequence[Matched], *, currency: str = "CNY", merges: Merges | None = None
) -> Checked:
    """Apply every rule to matched sheets.

    Parameters
    ----------
    matched
        Sheets with known tables and columns.
    currency
        The currency that amounts are in.
    merges
        Which nodes are one; every rule then sees one where there were several.
    """
    merges = merges or Merges()
    rows = gather_rows(matched, currency=currency)
    check_duplicate_ids(rows)
    check_date_order(rows)
    directory = enter_nodes(rows)
    check_ids_shared(rows, directory)
    directory.merge(merges.nodes, merges.names)
    resolve_references(rows, directory)
    check_row_kinds(rows)
    check_rows_differ(rows, directory)
    check_parties_differ(rows)
    check_parts_differ(rows)
    check_agreements_joined(rows)
    check_years_near(rows)
    accounts = _balance_rows(rows)
    _balance_amounts(rows)
    merged = fold_rows(rows, directory, merges)
    tables: dict[str, pd.DataFrame] = {}
    references: dict[tuple[str, str], References] = {}
    for name in tuple(rows.tables):
        order = _order_rows(rows, name, directory)
        references |= _move_references(rows, name, order)
        tables[name] = _take_rows(rows, name, order)
    directory.forget()
    sheets = tuple((m.sheet.file, m.sheet.sheet) for m in matched)
    problems = rows.list_problems()
    return Checked(tables, references, directory, sheets, problems, accounts, merged)


def _take_rows(rows: Rows, table: str, order: Ints) -> pd.DataFrame:
    """Take good rows in their order, without the text of references, which are resolved."""
    frame = rows.tables.pop(table)
    resolved = [column for column in frame if (table, column) in rows.references]
    frame = frame.drop(columns=resolved)
    if len(order) < len(frame) or (np.diff(order) != 1).any():
        frame = frame.take(order)
    return frame.set_axis(pd.RangeIndex(len(frame)), axis=0)


def _move_references(rows: Rows, table: str, order: Ints) -> dict[tuple[str, str], References]:
    """Move references to where their rows stand now."""
    place = np.full(len(rows.tables[table]), -1, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved: dict[tuple[str, str], References] = {}
    for name, column in rows.references:
        if name == table:
            found = rows.refer(table, column)
            at = place[found.rows]
            moved[name, column] = References(at, found.numbers)
            if (np.diff(at) < 0).any():
                by_row = np.argsort(at, kind="stable")
                moved[name, column] = References(at[by_row], found.numbers[by_row])
    return moved


def _order_rows(rows: Rows, table: str, directory: Directory) -> Ints:
    """Order good rows by what they say, so that the order in the file changes no result."""
    frame = rows.tables[table]
    good = np.flatnonzero(~rows.bad[table])
    schema = read_schema().tables[table]
    if schema.edge and "id" not in schema.columns:
        return good  # each is an edge, and edges have an order of their own
    names = ["id"] if "id" in frame else [c for c in schema.columns if c in frame]
    rank = np.zeros(len(good), dtype=np.int64)
    for name in names:
        cells = _rank_cells(rows, table, name, directory)[good]
        _, rank = np.unique(rank * (cells.max(initial=0) + 1) + cells, return_inverse=True)
        if rank.max(initial=-1) + 1 == len(good):
            break
    return good[np.argsort(rank, kind="stable")]


def _rank_cells(rows: Rows, table: str, column: str, directory: Directory) -> Ints:
    """Rank the cells of a column by what they say, from 0; an empty one goes first."""
    if (table, column) in rows.references:
        found = rows.references[table, column]
        single = pd.Series(found.numbers, index=found.rows).groupby(level=0).first()
        ranks = np.zeros(len(rows.tables[table]), dtype=np.int64)
        ranks[single.index] = directory.ranks[single] + 1
        return ranks
    codes, distinct = code_texts(rows.tables[table][column])
    if distinct.dtype != "str":
        distinct = pd.Index([str(value) for value in distinct], dtype="str")
    ranks = np.zeros(len(distinct) + 1, dtype=np.int64)  # the last one: empty
    ranks[order_texts(distinct)] = 1 + np.arange(len(distinct))
    return ranks[codes]


def _balance_rows(rows: Rows) -> pd.DataFrame:
    """Account for every row that was read: rows = used + rejected + blank."""
    accounts = []
    for number, sheet in enumerate(rows.matched):
        name = sheet.table.name
        frame = rows.tables[name]
        mine = (frame["_source"] == number).to_numpy()
        bad = int((mine & rows.bad[name]).sum())
        used = int(mine.sum()) - bad
        raw = sheet.sheet
        rejected = raw.rejected + bad
        if raw.rows_in != used + rejected + raw.blank:
            lost = raw.rows_in - used - rejected - raw.blank
            raise AssertionError(f"{lost} rows of {raw.file} {raw.sheet} are unaccounted for")
        accounts.append((raw.file, raw.sheet, name, raw.rows_in, used, rejected, raw.blank))
    return pd.DataFrame(accounts, columns=list(ACCOUNT_COLUMNS))


def _balance_amounts(rows: Rows) -> None:
    """Compare what the typed amounts of a sheet come to with the sum of what is written."""
    for (number, column), written in rows.sums.items():
        frame = rows.tables[rows.matched[number].table.name]
        values = frame.loc[(frame["_source"] == number).to_numpy(), column].dropna()
        typed = Decimal(math.fsum(values.astype(float)))
        if abs(typed - written) > _ROUNDING * (1 + abs(written)):
            raw = rows.matched[number].sheet
            raise AssertionError(f"{column} of {raw.file} {raw.sheet}: {typed}, not {written}")
