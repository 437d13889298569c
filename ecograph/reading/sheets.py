"""A table as it stands in its file, every cell as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["RawSheet", "build_sheet"]


@dataclass(frozen=True)
class RawSheet:
    """One table as read: header, rows of text, and what became of every row.

    Parameters
    ----------
    file, sheet
        File name and, in a workbook, sheet name.
    header
        The header cells as found.
    cells
        Text by position (columns 0, 1, ...); the index is the row as the spreadsheet shows it.
    rows_in, blank, rejected
        Rows under the header; those without any text; those that could not be read.
    dialect
        How the file was read: encoding, delimiter.
    problems
        What is wrong or doubtful about it.
    spoiled
        Row and position of cells that are empty only because their value was lost.
    """

    file: str
    sheet: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    rows_in: int
    blank: int
    rejected: int
    dialect: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    spoiled: frozenset[tuple[int, int]] = frozenset()


def build_sheet(
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    file: str,
    sheet: str = "",
    dialect: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
) -> RawSheet:
    """Build a sheet of numbered rows of text; the first one with text is the header.

    Parameters
    ----------
    rows
        Row numbers with cells; short rows are filled, rows with text beyond the header rejected.
    file, sheet, dialect, problems
        As in `RawSheet`; problems found so far.
    """
    numbered = iter(rows)
    header = _find_header(numbered)
    found = list(problems)
    kept: list[Sequence[str]] = []
    numbers: list[int] = []
    rows_in = blank = rejected = 0
    width = len(header)
    for number, cells in numbered:
        rows_in += 1
        if not any(cell.strip() for cell in cells):
            blank += 1
        elif any(cell.strip() for cell in cells[width:]):
            rejected += 1
            found.append(_report_length("extra_cells", file, sheet, number, cells, width))
        else:
            if len(cells) < width:
                found.append(_report_length("missing_cells", file, sheet, number, cells, width))
            kept.append([*cells[:width], *[""] * (width - len(cells))])
            numbers.append(number)
    frame = pd.DataFrame(kept, index=numbers, columns=range(width), dtype=object)
    found += _check_header(header, file, sheet)
    return RawSheet(
        file, sheet, header, frame, rows_in, blank, rejected, dialect or {}, tuple(found)
    )


def _find_header(numbered: Iterable[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
    for _, cells in numbered:
        if any(cell.strip() for cell in cells):
            header = [cell.strip() for cell in cells]
            while header and not header[-1]:
                header.pop()
            return tuple(header)
    return ()


def _report_length(
    code: str, file: str, sheet: str, number: int, cells: Sequence[str], width: int
) -> Problem:
    return Problem(
        code,
        file=file,
        sheet=sheet,
        row=number,
        value=" | ".join(cells)[:200],
        severity="error" if code == "extra_cells" else "warning",
        details={"cells": len(cells), "header": width},
    )


def _check_header(header: tuple[str, ...], file: str, sheet: str) -> list[Problem]:
    if not header:
        return [Problem("no_header", file=file, sheet=sheet)]
    named = [name for name in header if name]
    repeated = sorted({name for name in named if named.count(name) > 1})
    found = [Problem("repeated_header", file=file, sheet=sheet, column=n) for n in repeated]
    if len(named) < len(header):
        found.append(Problem("blank_header", file=file, sheet=sheet, severity="warning"))
    return found
