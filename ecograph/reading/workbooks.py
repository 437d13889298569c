"""Read workbooks (XLSX, XLS), every cell as the text that the spreadsheet means."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.markup import Lost, MarkupError, find_lost
from ecograph.reading.sheets import RawSheet, build_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["read_workbook"]

_EXACT = 10**15  # a spreadsheet keeps fifteen digits
_MARKED = {".xlsx", ".xlsm"}  # kinds whose cells can be looked up in their XML


def read_workbook(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the sheets of a workbook, or one of them.

    Error cells and formulas without a saved value are reported in XLSX and XLSM files only.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the one sheet to read; all of them by default.

    Raises
    ------
    DataError
        If the file is no workbook, or has no such sheet.
    """
    import python_calamine as calamine  # noqa: PLC0415 - only who reads a workbook pays for it

    try:
        book = calamine.load_workbook(path)
    except (calamine.CalamineError, OSError) as error:
        problem = Problem("unreadable_workbook", file=path.name, details={"reason": str(error)})
        raise DataError(f"{path.name} cannot be read as a workbook: {error}", [problem]) from None
    kinds = calamine.SheetTypeEnum
    names = [s.name for s in book.sheets_metadata if s.typ == kinds.WorkSheet]  # no charts
    if sheet is not None and sheet not in names:
        raise DataError(f'{path.name} has no sheet "{sheet}"; it has: {", ".join(names)}.')
    chosen = names if sheet is None else [sheet]
    try:
        return [_read_sheet(book.get_sheet_by_name(name), path, name) for name in chosen]
    except (calamine.CalamineError, MarkupError, OSError) as error:
        problem = Problem("unreadable_workbook", file=path.name, details={"reason": str(error)})
        raise DataError(f"{path.name} cannot be read as a workbook: {error}", [problem]) from None


def _read_sheet(sheet: object, path: Path, name: str) -> RawSheet:
    rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined] # calamine has no stubs for it
    texts = [(n, [_write_cell(cell) for cell in row]) for n, row in enumerate(rows, start=1)]
    read = build_sheet(texts, file=path.name, sheet=name, dialect={"format": "workbook"})
    lost = [
        Lost(number, position, "damaged_code", _write_cell(cell))
        for number, row in enumerate(rows, start=1)
        for position, cell in enumerate(row)
        if isinstance(cell, int | float) and abs(cell) >= _EXACT
    ]
    if path.suffix.lower() in _MARKED:
        lost += find_lost(path, name)
    return _empty_lost(read, lost)


def _empty_lost(read: RawSheet, lost: Sequence[Lost]) -> RawSheet:
    """Report cells whose value is lost, and leave them empty."""
    cells = read.cells.copy() if lost else read.cells
    for cell in lost:
        if cell.row in cells.index and cell.position in cells.columns:
            cells.at[cell.row, cell.position] = ""
    reported = (_report_lost(read, cell) for cell in lost)
    spoiled = frozenset((cell.row, cell.position) for cell in lost)
    return replace(read, cells=cells, problems=(*reported, *read.problems), spoiled=spoiled)


def _report_lost(sheet: RawSheet, cell: Lost) -> Problem:
    column = sheet.header[cell.position] if cell.position < len(sheet.header) else ""
    return Problem(
        cell.code, sheet.file, sheet.sheet, row=cell.row, column=column, value=cell.value[:200]
    )


def _write_cell(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)
