"""The rows under check: typed tables, the problems found so far and the rows rejected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.checks.cells import read_cells
from ecograph.problems import Problem
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecograph.problems import Severity
    from ecograph.reading.headers import Matched
    from ecograph.schema import Table

__all__ = ["Rows", "gather_rows"]


@dataclass
class Rows:
    """Typed tables under check.

    Parameters
    ----------
    matched
        The sheets, in the order in which they were read.
    tables
        Rows of each table from all its sheets; the column ``_source`` numbers the sheet.
    problems
        What was found so far.
    rejected
        Row labels that cannot be used, by table.
    """

    matched: Sequence[Matched]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    rejected: dict[str, set[int]] = field(default_factory=dict)

    def good(self, table: str) -> pd.DataFrame:
        """Take the rows of a table that are not rejected (empty where there is no table)."""
        frame = self.tables.get(table)
        if frame is None:
            return pd.DataFrame()
        bad = self.rejected[table]
        return frame[~frame.index.isin(bad)] if bad else frame

    def has(self, table: str, column: str) -> bool:
        """Say whether a table was read and has a column."""
        return table in self.tables and column in self.tables[table]

    def report(
        self,
        table: str,
        row: int,
        code: str,
        *,
        column: str,
        value: str | None = None,
        reject: bool = True,
        severity: Severity = "error",
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Note a problem at a row, and reject the row unless told otherwise."""
        frame = self.tables[table]
        source = self.matched[int(frame.at[row, "_source"])]
        number = int(frame.at[row, "_row"])
        self.problems.append(
            Problem(
                code,
                file=source.sheet.file,
                sheet=source.sheet.sheet,
                row=number,
                column=source.header(column),
                value=(source.read_cell(number, column) if value is None else value)[:200],
                severity=severity,
                details=details or {},
            )
        )
        if reject:
            self.rejected[table].add(row)

    def locate(self, table: str, row: int) -> str:
        """Say in words where a row stands."""
        frame = self.tables[table]
        sheet = self.matched[int(frame.at[row, "_source"])].sheet
        where = f"{sheet.file} / {sheet.sheet}" if sheet.sheet else sheet.file
        return f"{where}, {int(frame.at[row, '_row'])}"

    def kinds_of(self, table: Table) -> Iterable[tuple[str, pd.DataFrame]]:
        """Take the rows of a node table that are still good, by node kind."""
        good = self.good(table.name)
        if len(good) == 0:
            return
        if table.node:
            yield table.node, good
        elif table.node_by:
            yield from ((str(kind), part) for kind, part in good.groupby(table.node_by))


def _blank_absent(table: pd.DataFrame) -> pd.DataFrame:
    """Make absent text None: a sheet without a column that another sheet has leaves nan."""
    texts = [c for c in table if table[c].dtype == object or table[c].dtype == "str"]
    blanked = {c: table[c].astype(object).where(table[c].notna(), None) for c in texts}
    return table.assign(**blanked)


def gather_rows(matched: Sequence[Matched], *, currency: str) -> Rows:
    """Read the cells of all sheets and join sheets of one table."""
    rows = Rows(matched)
    parts: dict[str, list[pd.DataFrame]] = {}
    for number, sheet in enumerate(matched):
        read = read_cells(sheet, currency=currency)
        rows.problems += read.problems
        frame = read.frame.assign(_source=number, _rejected=read.frame.index.isin(read.rejected))
        parts.setdefault(sheet.table.name, []).append(frame)
    for name in read_schema().tables:
        if name in parts:
            table = _blank_absent(pd.concat(parts[name], ignore_index=True))
            rows.rejected[name] = set(table.index[table.pop("_rejected")])
            rows.tables[name] = table
    return rows
