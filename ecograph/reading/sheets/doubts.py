"""Doubt single cells, whatever kind of file they come from: errors as text, and damaged text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecograph.problems import Problem
from ecograph.reading.text.characters import find_damage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ecograph.problems import Severity
    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["doubt_cells"]

_ERRORS = {
    *("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"),
    *("#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!"),
    "#GETTING_DATA",
}
"""What spreadsheet programs show where a value cannot be had."""
_LONGEST = 200
_FEW = 2000  # cells that are looked at sooner than pandas begins
_END = "\n"


def doubt_cells(read: RawSheet) -> RawSheet:
    """Report cells that hold the text of an error, which are emptied, and damaged text.

    A spreadsheet that is saved as text leaves ``#N/A`` behind; and text that was damaged before
    it was put into a workbook or a database is decoded there without a complaint.

    Parameters
    ----------
    read
        A sheet of any kind. Damage to delimited text has its place since it was decoded, and is
        not looked for again; that of records was found by the line of the file.

    Examples
    --------
    >>> from ecograph.reading.sheets.raw import build_sheet
    >>> read = doubt_cells(build_sheet([(1, ["id", "名称"]), (2, ["E1", "#N/A"])], file="a.csv"))
    >>> read.cells.at[2, 1], [(p.code, p.row, p.column, p.value) for p in read.problems]
    ('', [('error_cell', 2, '名称', '#N/A')])
    """
    errors = list(_find_errors(read.cells))
    damaged = [] if "delimiter" in read.dialect else list(_find_damaged(read.cells))
    if not (errors or damaged):
        return read
    cells = read.cells.copy() if errors else read.cells
    for row, position, _ in errors:
        cells.at[row, position] = ""
    problems = [
        *(_report(read, "error_cell", *cell, "error") for cell in errors),
        *(_report(read, "damaged_text", *cell, "warning") for cell in damaged),
    ]
    known = [p for p in read.problems if not (damaged and p.code == "damaged_text")]
    spoiled = read.spoiled | {(row, position) for row, position, _ in errors}
    return replace(read, cells=cells, problems=(*known, *problems), spoiled=spoiled)


def _find_errors(cells: pd.DataFrame) -> Iterator[tuple[int, int, str]]:
    for position, column in cells.items():
        texts = column if len(column) < _FEW else column[column.str.contains("#", regex=False)]
        for row, text in texts.items():
            if "#" in text and text.strip().upper() in _ERRORS:
                yield int(str(row)), int(str(position)), text


def _find_damaged(cells: pd.DataFrame) -> Iterator[tuple[int, int, str]]:
    for position, column in cells.items():
        if find_damage(_END.join(column)):  # nearly always nothing, and quick
            for row, text in column.items():
                if find_damage(text):
                    yield int(str(row)), int(str(position)), text


def _report(
    read: RawSheet, code: str, row: int, position: int, value: str, severity: Severity
) -> Problem:
    column = read.header[position] if position < len(read.header) else ""
    return Problem(code, read.file, read.sheet, row, column, value[:_LONGEST], severity)
