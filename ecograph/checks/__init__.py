"""Check at the door: every rule, every problem at once, every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.checks.rows import gather_rows
from ecograph.checks.rules import (
    check_agreements_joined,
    check_date_order,
    check_duplicate_ids,
    check_ids_shared,
    check_parties_differ,
    check_row_kinds,
    check_rows_differ,
    check_years_near,
    enter_nodes,
    resolve_references,
)
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecograph.checks.directory import Directory
    from ecograph.checks.rows import Rows
    from ecograph.problems import Problem
    from ecograph.reading.headers import Matched

__all__ = ["ACCOUNT_COLUMNS", "Checked", "check_sheets"]

ACCOUNT_COLUMNS = ("file", "sheet", "table", "rows", "used", "rejected", "blank")


@dataclass(frozen=True)
class Checked:
    """Tables whose every row is good and whose every reference leads to a node.

    Parameters
    ----------
    tables
        Good rows by table; node tables have the column ``_key``; references are node keys.
    directory
        All nodes.
    problems
        Everything that was found.
    accounts
        One row a sheet, columns ``ACCOUNT_COLUMNS``: rows = used + rejected + blank.
    """

    tables: Mapping[str, pd.DataFrame]
    directory: Directory
    problems: tuple[Problem, ...]
    accounts: pd.DataFrame


def check_sheets(matched: Sequence[Matched], *, currency: str = "CNY") -> Checked:
    """Apply every rule to matched sheets.

    Parameters
    ----------
    matched
        Sheets with known tables and columns.
    currency
        The currency that amounts are in.
    """
    rows = gather_rows(matched, currency=currency)
    check_duplicate_ids(rows)
    check_date_order(rows)
    directory = enter_nodes(rows)
    check_ids_shared(rows, directory)
    resolve_references(rows, directory)
    check_row_kinds(rows)
    check_rows_differ(rows)
    _key_nodes(rows, directory)
    check_parties_differ(rows)
    check_agreements_joined(rows)
    check_years_near(rows)
    tables = {name: _order_rows(rows.good(name), name) for name in rows.tables}
    return Checked(tables, directory, tuple(rows.problems), _balance_rows(rows))


def _key_nodes(rows: Rows, directory: Directory) -> None:
    """Put the node key beside the id in every node table."""
    for table in read_schema().tables.values():
        if table.name not in rows.tables or not (table.node or table.node_by):
            continue
        frame = rows.tables[table.name]
        kinds = frame[table.node_by] if table.node_by else [table.node] * len(frame)
        keys = [
            directory.keys[number]
            if (number := directory.ids[kind].get(node_id)) is not None
            else ""
            for kind, node_id in zip(kinds, frame["id"], strict=True)
        ]
        rows.tables[table.name] = frame.assign(_key=keys)


def _order_rows(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Sort rows by what they say, so that the order in the file changes no result."""
    columns = read_schema().tables[table].columns
    keys = ["id"] if "id" in frame else [name for name in columns if name in frame]
    return frame.sort_values(keys, key=lambda cells: cells.map(str), ignore_index=True)


def _balance_rows(rows: Rows) -> pd.DataFrame:
    """Account for every row that was read: rows = used + rejected + blank."""
    accounts = []
    for number, sheet in enumerate(rows.matched):
        name = sheet.table.name
        frame = rows.tables[name]
        mine = frame["_source"] == number
        bad = int(frame.index[mine].isin(rows.rejected[name]).sum())
        used = int(mine.sum()) - bad
        raw = sheet.sheet
        rejected = raw.rejected + bad
        if raw.rows_in != used + rejected + raw.blank:
            lost = raw.rows_in - used - rejected - raw.blank
            raise AssertionError(f"{lost} rows of {raw.file} {raw.sheet} are unaccounted for")
        accounts.append((raw.file, raw.sheet, name, raw.rows_in, used, rejected, raw.blank))
    return pd.DataFrame(accounts, columns=list(ACCOUNT_COLUMNS))
