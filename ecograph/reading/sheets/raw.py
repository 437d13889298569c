"""A table as it stands in its file, every cell as text."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, dropwhile, takewhile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.problems import Problem
from ecograph.reading.sheets.regions import find_layout
from ecograph.reading.sheets.sieve import Sieve, describe_length
from ecograph.reading.sheets.widths import MOST_COLUMNS, refuse_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecograph.problems import Severity
    from ecograph.reading.sheets.regions import Layout, Row

    Place = tuple[str, str]  # file, sheet
    Numbered = tuple[int, Sequence[str] | None]

__all__ = ["RawSheet", "build_sheet", "check_header", "find_header"]

_BLOCK = 1 << 16  # rows that are packed at a time
_NEARLY_ALL = 0.8  # share of rows whose length is the length of all
_AHEAD = 100  # rows that are looked at before one of them is taken for the header
_LEAST_AHEAD = 8
_AHEAD_CELLS = 50_000  # cells of these rows


@dataclass(frozen=True)
class RawSheet:
    """One table as read: header, rows of text, and what became of every row.

    Parameters
    ----------
    file, sheet
        File name and, in a workbook, sheet name.
    header
        The header cells as found; those of several header rows are joined.
    cells
        Text by position (columns 0, 1, ...); the index is the row as the spreadsheet shows it.
    rows_in, blank, rejected
        Rows under the header; those without any text; those that could not be read, or that are
        no data (totals, notes, headings, another table).
    dialect
        How the file was read: encoding, delimiter, ``header_row`` where it is not the first.
    problems
        What is wrong or doubtful about it.
    spoiled
        Row and position of cells that are empty only because their value was lost.
    units
        Units by position that stand in a row of their own or above the whole table.
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
    units: Mapping[int, str] = field(default_factory=dict)


def build_sheet(
    rows: Iterable[Numbered],
    *,
    file: str,
    sheet: str = "",
    dialect: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    plain: bool = False,
) -> RawSheet:
    """Build a sheet of numbered rows of text, and find what is what in it.

    Title lines above the header, header rows, units, totals, notes and second tables are told
    from data; each is reported. Rows with cells missing or to spare are mended where there is one
    way only, else rejected.

    Parameters
    ----------
    rows
        Row numbers with cells; None instead of cells for a row that is reported already.
    file, sheet, dialect
        As in `RawSheet`. Where the dialect has a format but no delimiter, cells stand in a grid
        and cannot shift.
    problems
        Problems found so far, or while the rows are read: looked at when these are at an end.
    plain
        Take the first row for the header and the others for data, as they are.

    Raises
    ------
    DataError
        If there are more than 16,384 columns.
    """
    build = _build_plain if plain else _build
    built = build(iter(rows), (file, sheet), dialect or {})
    return replace(built, problems=(*problems, *built.problems))


def check_header(header: tuple[str, ...], file: str, sheet: str) -> list[Problem]:
    """Report a header that is missing, or holds a name twice or none."""
    if not header:
        return [Problem("no_header", file=file, sheet=sheet)]
    named = [name for name in header if name]
    repeated = sorted(name for name, often in Counter(named).items() if often > 1)
    found = [Problem("repeated_header", file=file, sheet=sheet, column=n) for n in repeated]
    if len(named) < len(header):
        found.append(Problem("blank_header", file=file, sheet=sheet, severity="warning"))
    return found


def find_header(numbered: Iterable[Numbered]) -> tuple[str, ...]:
    """Take rows up to the first one with text, which is the header; trailing blanks are cut."""
    for _, cells in numbered:
        if cells and any(cell.strip() for cell in cells):
            return _cut_blanks([cell.strip() for cell in cells])
    return ()


def _cut_blanks(header: list[str]) -> tuple[str, ...]:
    while header and not header[-1]:
        header.pop()
    return tuple(header)


def _build_plain(
    numbered: Iterator[Numbered], place: Place, dialect: Mapping[str, str]
) -> RawSheet:
    """Build a sheet whose first row is the header and whose other rows are data."""
    header = find_header(numbered)
    width = len(header)
    refuse_width(width, *place, row=1)
    columns = _Columns(width)
    found: list[Problem] = []
    rows_in = blank = rejected = 0
    for number, cells in numbered:
        rows_in += 1
        if cells is None:
            rejected += 1
        elif not any(cell.strip() for cell in cells):
            blank += 1
        elif any(cell.strip() for cell in cells[width:]):
            rejected += 1
            found.append(_report_length("extra_cells", number, cells, width, place))
        else:
            if len(cells) < width:
                found.append(_report_length("missing_cells", number, cells, width, place))
            columns.add(number, [*cells[:width], *[""] * (width - len(cells))])
    found += check_header(header, *place)
    frame = columns.to_frame()
    return RawSheet(
        *place, header, frame, rows_in, blank, rejected, dialect, _close(found, columns, place)
    )


def _build(numbered: Iterator[Numbered], place: Place, dialect: Mapping[str, str]) -> RawSheet:
    """Build a sheet in which header and data have to be found."""
    ahead = _look_ahead(dropwhile(_is_blank, numbered))
    whole = [(number, cells) for number, cells in ahead if cells is not None]
    layout = find_layout(whole)
    if not layout.header:
        return _build_plain(iter(()), place, dialect)
    above = whole[layout.start - 1][0] if layout.start else 0
    beneath = [(number, cells) for number, cells in ahead if number > above]
    sample = _take_sample([cells for _, cells in beneath if cells is not None])
    stated = len(whole[layout.header_rows[-1].place][1]) if layout.header_rows else 0
    gridded = "format" in dialect and "delimiter" not in dialect
    width = _settle_width(layout, sample, stated, gridded=gridded)
    refuse_width(len(width.header), *place, row=above or None)
    columns = _Columns(len(width.header))
    sieve = Sieve(layout, width.header, sample, length=width.length, store=columns, place=place)
    sieve.sift(chain(beneath, numbered))
    sieve.finish()
    found = [*_report_layout(layout, place), *_report_width(layout, width, stated, place)]
    found += sieve.problems
    if layout.preamble and layout.header_rows:
        dialect = {**dialect, "header_row": str(layout.header_rows[0].number)}
    return RawSheet(
        *place,
        width.header,
        columns.to_frame(),
        sieve.rows_in,
        sieve.blank,
        sieve.rejected,
        dialect,
        _close(found, columns, place),
        units=layout.units,
    )


def _look_ahead(numbered: Iterator[Numbered]) -> list[Numbered]:
    """Take the first rows, fewer where they are very wide."""
    ahead: list[Numbered] = []
    count = 0
    for number, cells in numbered:
        ahead.append((number, cells and cells[: MOST_COLUMNS + 1]))
        count += len(cells or ())
        if len(ahead) == _AHEAD or (count > _AHEAD_CELLS and len(ahead) >= _LEAST_AHEAD):
            break
    return ahead


def _is_blank(row: Numbered) -> bool:
    return not row[1] or row[1] == [""] or not any(cell.strip() for cell in row[1])


def _take_sample(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Take the rows up to the first gap, behind which another table may stand."""
    filled = list(dropwhile(lambda row: not any(row), rows))
    return list(takewhile(lambda row: any(cell.strip() for cell in row), filled))


class _Width(NamedTuple):
    """Names of all columns, and the cells of a row; None where they cannot shift."""

    header: tuple[str, ...]
    length: int | None


def _settle_width(
    layout: Layout, sample: Sequence[Sequence[str]], stated: int, *, gridded: bool
) -> _Width:
    """Settle how many cells a row has: as many as the header, or as nearly all rows."""
    header = layout.header
    if gridded:
        reach = max((len(row) for row in sample), default=0)
        return _Width(_widen(header, sample, reach), None)
    counted = Counter(map(len, sample))
    usual = max(counted, key=lambda length: (counted[length], length), default=0)
    sure = counted[usual] > 1 and counted[usual] >= _NEARLY_ALL * len(sample)
    length = usual if sure and usual >= len(header) else max(stated, len(header))
    if not layout.header_rows:
        length = max(usual, len(header))
        return _Width(("",) * length, length)
    if length > stated:
        beyond = any(cell.strip() for row in sample for cell in row[len(header) :])
        return _Width(header if beyond else header + ("",) * (length - len(header)), length)
    return _Width(_widen(header, sample, length), length)


def _widen(header: tuple[str, ...], sample: Sequence[Sequence[str]], reach: int) -> tuple[str, ...]:
    """Add columns that have no name, but text in half of the rows."""
    held = [
        n
        for n in range(len(header), reach)
        if 2 * sum(len(row) > n and bool(row[n].strip()) for row in sample) >= len(sample)
    ]
    return header + ("",) * (held[-1] + 1 - len(header)) if held else header


def _report_layout(layout: Layout, place: Place) -> Iterator[Problem]:
    """Report what stands above the data beside one header row."""
    if layout.preamble:
        details = {"rows": len(layout.preamble)}
        yield _report("preamble", layout.preamble, place, details=details)
    if layout.table_unit:
        row, unit, columns = layout.table_unit
        names = "、".join(layout.header[n] for n in columns) or "—"
        yield _report("table_unit", [row], place, details={"unit": unit, "columns": names})
    if len(layout.header_rows) > 1:
        details = {"rows": len(layout.header_rows)}
        yield _report("stacked_header", layout.header_rows, place, details=details)
    if layout.other_header:
        yield _report("repeated_header_row", [layout.other_header], place)
    if layout.unit_row:
        yield _report("unit_row", [layout.unit_row], place)


def _report(
    code: str, rows: Sequence[Row], place: Place, *, details: Mapping[str, object] | None = None
) -> Problem:
    text = " | ".join(cell for row in rows for cell in row.filled)[:200]
    return Problem(code, *place, rows[0].number, "", text, "warning", details or {})


def _report_width(layout: Layout, width: _Width, stated: int, place: Place) -> list[Problem]:
    """Report a header that is missing, shorter than the rows, or not fit to name columns."""
    if not layout.header_rows:
        return [Problem("header_missing", *place, layout.first, severity="warning")]
    if width.length is None or width.length <= stated:
        return check_header(width.header, *place)
    details = {"cells": stated, "rows": width.length}
    short = Problem(
        "short_header", *place, layout.header_rows[-1].number, severity="warning", details=details
    )
    return [short, *check_header(layout.header, *place)]


def _report_length(
    code: str, number: int, cells: Sequence[str], width: int, place: Place
) -> Problem:
    severity: Severity = "error" if code == "extra_cells" else "warning"
    read = () if code == "extra_cells" else cells
    details = describe_length(cells, width, read)
    return Problem(code, *place, number, "", " | ".join(cells)[:200], severity, details)


def _close(found: Sequence[Problem], columns: _Columns, place: Place) -> tuple[Problem, ...]:
    damaged = [Problem("damaged_text", *place, severity="warning")] if columns.damaged else []
    return (*found, *damaged)


class _Columns:
    """Rows on their way into columns of text, packed block by block."""

    def __init__(self, width: int) -> None:
        self.damaged = False
        self.packed = False
        self.recent: list[Sequence[str]] = []
        self._numbers = array("q")
        self._blocks: list[list[pd.api.extensions.ExtensionArray]] = [[] for _ in range(width)]

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Add a row of the full width."""
        self._numbers.append(number)
        self.recent.append(cells)
        if len(self.recent) == _BLOCK:
            self._pack()

    def to_frame(self) -> pd.DataFrame:
        """Lay out what was added: a text column a position, indexed by row number."""
        self._pack()
        columns = {n: pd.Series(_join(blocks)) for n, blocks in enumerate(self._blocks)}
        frame = pd.DataFrame(columns, copy=False)
        return frame.set_axis(pd.Index(np.array(self._numbers, dtype=np.int64)), axis=0)

    def _pack(self) -> None:
        for blocks, column in zip(self._blocks, zip(*self.recent, strict=True), strict=False):
            blocks.append(self._encode(column))
        self.recent, self.packed = [], True

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
