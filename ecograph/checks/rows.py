"""The rows under check: typed tables, the problems found so far and the rows rejected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.checks.cells import read_cells
from ecograph.problems import Problem, Tally
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from ecograph.problems import Severity
    from ecograph.reading.headers import Matched
    from ecograph.schema import Table

    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]
    Flags = NDArray[np.bool_]

__all__ = ["References", "Rows", "gather_rows"]

_EACH = {"unknown_reference"}
"""What is told for every row, since the names are looked for among those of organisations."""


@dataclass(frozen=True)
class References:
    """Which rows of a table name which nodes, in one column; in the order of rows and cells.

    Parameters
    ----------
    rows
        Positions in the table; a row may stand several times or not at all.
    numbers
        Numbers of the nodes in the directory.
    """

    rows: Places
    numbers: Places

    def keep(self, kept: Flags) -> References:
        """Keep some of the references."""
        return References(self.rows[kept], self.numbers[kept])


@dataclass
class Rows:
    """Typed tables under check.

    Parameters
    ----------
    matched
        The sheets, in the order in which they were read.
    tables
        Rows of each table from all its sheets, numbered from 0; the column ``_source`` numbers
        the sheet, ``_row`` the row as the spreadsheet shows it, ``_number`` the node.
    problems
        What was found so far.
    bad
        Whether each row of a table is rejected.
    references
        The nodes that rows name, by table and column, once they are resolved.
    sums
        What the amounts of a sheet add up to as they are written, by its number and the column.
    """

    matched: Sequence[Matched]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    bad: dict[str, Flags] = field(default_factory=dict)
    references: dict[tuple[str, str], References] = field(default_factory=dict)
    sums: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    _tally: Tally = field(default_factory=Tally)
    _places: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    _columns: dict[tuple[str, int, str], list[Any]] = field(default_factory=dict)

    def good(self, table: str) -> pd.DataFrame:
        """Take the rows of a table that are not rejected (empty where there is no table)."""
        frame = self.tables.get(table)
        if frame is None:
            return pd.DataFrame()
        return frame[~self.bad[table]] if self.bad[table].any() else frame

    def has(self, table: str, column: str) -> bool:
        """Say whether a table was read and has a column."""
        return table in self.tables and column in self.tables[table]

    def refer(self, table: str, column: str) -> References:
        """Take the references that good rows make in a column."""
        found = self.references.get((table, column))
        if found is None:
            return References(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
        bad = self.bad[table][found.rows]
        return found.keep(~bad) if bad.any() else found

    def number(self, table: str, column: str) -> Ints:
        """Take the number of the node that each row names in a column of single references."""
        numbers = np.full(len(self.tables[table]), -1)
        found = self.references[table, column]
        numbers[found.rows] = found.numbers
        return numbers

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
        if reject:
            self.bad[table][row] = True
        source, number = self._find(table, row)
        place, header = (source.sheet.file, source.sheet.sheet), source.header(column)
        if code in _EACH or self._tally.admit(
            code, *place, row=number, column=header, severity=severity
        ):
            said = (self._read(table, row, column) if value is None else value)[:200]
            self.problems.append(
                Problem(code, *place, number, header, said, severity, details or {})
            )

    def list_problems(self) -> tuple[Problem, ...]:
        """List what was found, and how many more there are of the kinds that are too many."""
        return (*self.problems, *self._tally.list_more())

    def locate(self, table: str, row: int) -> str:
        """Say in words where a row stands."""
        source, number = self._find(table, row)
        sheet = source.sheet
        where = f"{sheet.file} / {sheet.sheet}" if sheet.sheet else sheet.file
        return f"{where}, {number}"

    def kinds_of(self, table: Table) -> Iterable[tuple[str, pd.DataFrame]]:
        """Take the rows of a node table that are still good, by node kind."""
        good = self.good(table.name)
        if len(good) == 0:
            return
        if table.node:
            yield table.node, good
        elif table.node_by:
            yield from ((str(kind), part) for kind, part in good.groupby(table.node_by))

    def _find(self, table: str, row: int) -> tuple[Matched, int]:
        """Find the sheet of a row, and its number there; quickly, since every row may be asked."""
        if table not in self._places:
            frame = self.tables[table]
            self._places[table] = frame["_source"].to_numpy(), frame["_row"].to_numpy()
        sources, numbers = self._places[table]
        return self.matched[int(sources[row])], int(numbers[row])

    def _read(self, table: str, row: int, column: str) -> str:
        """Read a cell as written; several headers of one column give one text."""
        source, number = self._find(table, row)
        key = (table, int(self._places[table][0][row]), column)
        cells = source.sheet.cells
        if key not in self._columns:
            self._columns[key] = [cells[n].array for n in source.columns.get(column, ())]
        place = cells.index.get_loc(number)
        texts = (str(array[place]).strip() for array in self._columns[key])
        return "；".join(text for text in texts if text)


def gather_rows(matched: Sequence[Matched], *, currency: str) -> Rows:
    """Read the cells of all sheets and join sheets of one table."""
    rows = Rows(matched)
    parts: dict[str, list[pd.DataFrame]] = {}
    bad: dict[str, list[Flags]] = {}
    for number, sheet in enumerate(matched):
        read = read_cells(sheet, currency=currency)
        rows.problems += read.problems
        rows.sums |= {(number, column): total for column, total in read.sums.items()}
        name, count = sheet.table.name, len(read.frame)
        source = np.full(count, number, dtype=np.int16)
        parts.setdefault(name, []).append(read.frame.assign(_source=source))
        rejected = read.frame.index.isin(sorted(read.rejected))
        bad.setdefault(name, []).append(np.asarray(rejected, dtype=bool))
    for name in read_schema().tables:
        if name in parts:
            rows.tables[name] = _join(parts[name])
            rows.bad[name] = np.concatenate(bad[name])
    return rows


def _join(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the sheets of one table; a single one is not copied."""
    if len(parts) == 1:
        return parts[0].set_axis(pd.RangeIndex(len(parts[0])), axis=0)
    return pd.concat(parts, ignore_index=True)
