"""Build sheets whose header is known, from rows or columns of text, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.sheets.raw import RawSheet, check_header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ecograph.reading.records.cells import CellWriter

__all__ = [
    "MOST_CELLS",
    "Budget",
    "build_column_sheet",
    "choose_names",
    "leave_out",
    "refuse_area",
]

MOST_CELLS = 16_000_000
"""Cells of a table, the blank ones of keys that a record lacks among them."""

_MOST_ROWS = 4_000_000  # of any file; of a large one, one a byte
_CELLS_A_BYTE = 16  # of a file; constant columns pack well, but not without end
_MOST_CHARACTERS = 1 << 28  # that the tables of any file may come to, and
_CHARACTERS_A_BYTE = 64  # so many for every byte that it has
_LIMIT = f"{_MOST_CHARACTERS >> 20} MiB"


class Budget:
    """What the tables of one file may come to, so that a small file cannot blow itself up.

    Parameters
    ----------
    size
        Bytes of the file.
    file
        Its name, for the problem.
    """

    def __init__(self, size: int, file: str) -> None:
        self._rows = max(_MOST_ROWS, size)
        self._cells = max(MOST_CELLS, _CELLS_A_BYTE * size)
        self._characters = max(_MOST_CHARACTERS, _CHARACTERS_A_BYTE * size)
        self._file = file

    def foresee(self, rows: int, columns: int) -> None:
        """Refuse a table of a stated size before it comes.

        Raises
        ------
        DataError
            If it is too large.
        """
        if rows > self._rows or rows * columns > self._cells:
            self._refuse()

    def spend(self, columns: Sequence[Sequence[str]]) -> None:
        """Take the cells of a block of columns.

        Raises
        ------
        DataError
            If they are too many or too long.
        """
        self._rows -= len(columns[0]) if columns else 0
        self._cells -= sum(map(len, columns))
        self._characters -= sum(len(text) for column in columns for text in column)
        if min(self._rows, self._cells, self._characters) < 0:
            self._refuse()

    def _refuse(self) -> NoReturn:
        problem = Problem("records_too_large", file=self._file, details={"limit": _LIMIT})
        raise DataError(f"{self._file} holds far more than its size allows for.", [problem])


def build_column_sheet(
    blocks: Iterable[list[list[str]]],
    writer: CellWriter,
    *,
    header: Sequence[str],
    file: str,
    sheet: str = "",
    dialect: Mapping[str, str],
) -> RawSheet:
    """Build a sheet whose header is known, of blocks of columns that a writer wrote.

    Parameters
    ----------
    blocks
        Columns of the same length; the first row of the first block is row 2.
    writer
        Who wrote them, asked for problems when all blocks have come; rows that it rejected are
        blank.
    header, file, sheet, dialect
        As in `ecograph.reading.sheets.raw.RawSheet`. Without any name there, no row is used.
    """
    parts: list[pd.DataFrame] = []
    first = 2
    blank = 0
    for columns in blocks:
        empty = _list_blank(columns)
        blank += len(empty)
        parts.append(_lay_out(columns, first, empty))
        first += len(columns[0]) if columns else 0
    names = tuple(name.strip() for name in header) if any(map(str.strip, header)) else ()
    none = {n: pd.array([], dtype="str") for n in range(len(names))}
    cells = pd.concat(parts) if parts and names else pd.DataFrame(none)
    rejected = len(writer.rejected) if names else first - 2 - blank + len(writer.rejected)
    return RawSheet(
        file,
        sheet,
        names,
        cells.set_axis(cells.index.astype("int64"), axis=0),
        first - 2,
        blank - len(writer.rejected),
        rejected,
        dialect,
        (*check_header(names, file, sheet), *writer.list_problems()),
        frozenset(writer.spoiled),
    )


def _lay_out(columns: Sequence[list[str]], first: int, empty: Sequence[int]) -> pd.DataFrame:
    part = pd.DataFrame({n: pd.array(texts, dtype="str") for n, texts in enumerate(columns)})
    part.index = pd.RangeIndex(first, first + len(part))
    return part.drop(index=[first + n for n in empty]) if empty else part


def _list_blank(columns: Sequence[Sequence[str]]) -> list[int]:
    """List the positions of rows without any text."""
    left = list(range(len(columns[0]))) if columns else []
    for texts in columns:
        left = [n for n in left if not texts[n] or texts[n].isspace()]
        if not left:
            break
    return left


def leave_out(code: str, file: str, sheet: str, **details: object) -> RawSheet:
    """Make a sheet of nothing for a table that cannot be read, and say why."""
    problem = Problem(code, file=file, sheet=sheet, details=details)
    return RawSheet(file, sheet, (), pd.DataFrame(), 0, 0, 0, problems=(problem,))


def choose_names(
    names: Sequence[str], file: str, *, sheet: str | None, tables: Collection[str]
) -> set[str]:
    """Choose the tables of a database that are to be read.

    Raises
    ------
    DataError
        If there is none, or not the one that is asked for.
    """
    if not names:
        problem = Problem("no_tables", file=file)
        raise DataError(f"{file} holds no table.", [problem])
    wanted = {sheet} if sheet is not None else set(tables) or set(names)
    for missing in sorted(wanted.difference(names)):
        raise DataError(f'{file} has no table "{missing}"; it has: {", ".join(names)}.')
    return wanted


def refuse_area(
    rows: int,
    columns: int,
    file: str,
    *,
    sheet: str = "",
    most: int = 0,
    limit: int = MOST_CELLS,
) -> None:
    """Refuse a table of more cells than `MOST_CELLS`, and than ``most`` if that is more.

    Parameters
    ----------
    rows, columns
        What the table has.
    file, sheet
        Where it stands, for the problem.
    most
        Cells that it may have even if `MOST_CELLS` are fewer.
    limit
        Cells that it may not have even if `MOST_CELLS` are more.

    Raises
    ------
    DataError
        If it is one.
    """
    limit = min(limit, max(MOST_CELLS, most))
    if rows * columns > limit:
        details = {"limit": f"{limit:,}"}
        problem = Problem("records_too_large", file=file, sheet=sheet, details=details)
        raise DataError(f"{file} has more than {limit:,} cells.", [problem])
