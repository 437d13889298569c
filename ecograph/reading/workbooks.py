"""Read workbooks (XLSX, XLS), every cell as the text that the spreadsheet means."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.sheets import RawSheet, build_sheet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_workbook"]

_EXACT = 10**15  # a spreadsheet keeps fifteen digits


def read_workbook(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the sheets of a workbook, or one of them.

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
        return [_read_sheet(book.get_sheet_by_name(name), path.name, name) for name in chosen]
    except (calamine.CalamineError, OSError) as error:
        problem = Problem("unreadable_workbook", file=path.name, details={"reason": str(error)})
        raise DataError(f"{path.name} cannot be read as a workbook: {error}", [problem]) from None


def _read_sheet(sheet: object, file: str, name: str) -> RawSheet:
    rows = sheet.to_python(skip_empty_area=False)  # type: ignore[attr-defined] # calamine has no stubs for it
    texts = [(n, [_write_cell(cell) for cell in row]) for n, row in enumerate(rows, start=1)]
    read = build_sheet(texts, file=file, sheet=name, dialect={"format": "workbook"})
    damaged = [
        _report_damaged(read, number, position, cell)
        for number, row in enumerate(rows, start=1)
        for position, cell in enumerate(row)
        if isinstance(cell, int | float) and abs(cell) >= _EXACT
    ]
    return replace(read, problems=(*damaged, *read.problems))


def _report_damaged(sheet: RawSheet, row: int, position: int, cell: float) -> Problem:
    column = sheet.header[position] if position < len(sheet.header) else ""
    return Problem(
        "damaged_code", sheet.file, sheet.sheet, row=row, column=column, value=_write_cell(cell)
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
