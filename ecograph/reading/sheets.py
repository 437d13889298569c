"""A table as it stands in its file, every cell as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["RawSheet", "build_sheet", "check_header", "find_header"]

_BLOCK = 1 << 16  # rows that are packed at a time


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
    header = find_header(numbered)
    found = list(problems)
    columns = _Columns(len(header))
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
            columns.add(number, [*cells[:width], *[""] * (width - len(cells))])
    frame = columns.to_frame()
    found += check_header(header, file, sheet)
    if columns.damaged:
        found.append(Problem("damaged_text", file=file, sheet=sheet, severity="warning"))
    return RawSheet(
        file, sheet, header, frame, rows_in, blank, rejected, dialect or {}, tuple(found)
    )


class _Columns:
    """Rows on their way into columns of text, packed block by block."""

    def __init__(self, width: int) -> None:
        self.damaged = False
        self._numbers: list[int] = []
        self._rows: list[Sequence[str]] = []
        self._blocks: list[list[pd.api.extensions.ExtensionArray]] = [[] for _ in range(width)]

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Add a row of the full width."""
        self._numbers.append(number)
        self._rows.append(cells)
        if len(self._rows) == _BLOCK:
            self._pack()

    def to_frame(self) -> pd.DataFrame:
        """Lay out what was added: a text column a position, indexed by row number."""
        self._pack()
        columns = {n: pd.Series(_join(blocks)) for n, blocks in enumerate(self._blocks)}
        frame = pd.DataFrame(columns, copy=False)
        return frame.set_axis(pd.Index(self._numbers, dtype="int64"), axis=0)

    def _pack(self) -> None:
        for blocks, column in zip(self._blocks, zip(*self._rows, strict=True), strict=False):
            blocks.append(self._encode(column))
        self._rows = []

    def _encode(self, texts: Sequence[str]) -> pd.api.extensions.ExtensionArray:
        """Encode texts; half a character (a lone surrogate) can be no text and is replaced."""
        try:
            return pd.array(texts, dtype="str")
        except UnicodeEncodeError:
            self.damaged = True
            halves = (text.encode("utf-16", "surrogatepass") for text in texts)
            return pd.array([half.decode("utf-16", "replace") for half in halves], dtype="str")


def _join(blocks: list[pd.api.extensions.ExtensionArray]) -> pd.api.extensions.ExtensionArray:
    if not blocks:
        return pd.array([], dtype="str")
    return blocks[0] if len(blocks) == 1 else type(blocks[0])._concat_same_type(blocks)  # noqa: SLF001 - pandas' own protocol


def find_header(numbered: Iterable[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
    """Take rows up to the first one with text, which is the header; trailing blanks are cut."""
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


def check_header(header: tuple[str, ...], file: str, sheet: str) -> list[Problem]:
    """Report a header that is missing, or holds a name twice or none."""
    if not header:
        return [Problem("no_header", file=file, sheet=sheet)]
    named = [name for name in header if name]
    repeated = sorted({name for name in named if named.count(name) > 1})
    found = [Problem("repeated_header", file=file, sheet=sheet, column=n) for n in repeated]
    if len(named) < len(header):
        found.append(Problem("blank_header", file=file, sheet=sheet, severity="warning"))
    return found
