"""Read workbooks (XLSX, XLS, XLSB, ODS), every cell as the text that the spreadsheet means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.sheets.raw import RawSheet, build_sheet
from ecograph.reading.text.encodings import decode_text
from ecograph.reading.workbooks.binaries import is_modern, read_binary_book, read_binary_rows
from ecograph.reading.workbooks.books import read_book
from ecograph.reading.workbooks.child import ChildError, read_child
from ecograph.reading.workbooks.containers import read_stream
from ecograph.reading.workbooks.formats import write_number
from ecograph.reading.workbooks.grids import EXACT, Grid, find_merges, read_grid
from ecograph.reading.workbooks.markup import WorkbookError
from ecograph.reading.workbooks.merges import Merge, fill_merges
from ecograph.reading.workbooks.packages import PAGE_PACE, Package, Timer, find_kind
from ecograph.reading.workbooks.pages import PageSheet, read_page, read_spreadsheet_xml
from ecograph.reading.workbooks.remarks import Remarks, report_remarks
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    Rows = Iterable[tuple[int, Sequence[str]]]

__all__ = ["read_workbook"]

_LARGEST_BINARY = 1 << 27
_LARGEST_PAGE = 1 << 26

_NAMES = {"xlsx": {".xlsx", ".xlsm"}, "xls": {".xls"}, "xlsb": {".xlsb"}, "ods": {".ods"}}


def read_workbook(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the sheets of a workbook, or one of them.

    A file is read as what its bytes are; where its name says something else, this is told. No
    formula is calculated, no macro run, no link to another file followed. Merged cells are filled
    downwards. What is hidden (sheets, rows, columns) is read as everything else, and told: hidden
    rows are, as a rule, what a filter leaves out of sight for a while. Chart sheets, and empty
    sheets beside others, are passed over. In XLSX and XLS files numbers are read in the light of
    their format: days, months, percentages, leading zeros and units such as 万元.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Name of the one sheet to read; all of them by default.

    Raises
    ------
    DataError
        If the file is no workbook, is larger or slower to read than ecograph allows, or has no
        such sheet.
    """
    try:
        kind = find_kind(path)
        sheets = _READERS.get(kind, _refuse_kind)(path, sheet)
    except (WorkbookError, ChildError, OSError) as error:
        raise _refuse(path, error) from None
    if sheet is None:
        sheets = _pass_over_empty(sheets)
    if path.suffix.lower() in _NAMES.get(kind, ()):
        return sheets
    return [_tell_kind(read, kind) for read in sheets]


def _pass_over_empty(sheets: list[RawSheet]) -> list[RawSheet]:
    """Pass over the empty sheets that spreadsheet programs add (Sheet2), unless all are empty."""
    schema = read_schema()
    filled = [read for read in sheets if read.header or schema.find_table(read.sheet)]
    return filled or sheets


def _refuse(path: Path, error: Exception) -> DataError:
    code = getattr(error, "code", "unreadable_workbook")
    problem = Problem(code, file=path.name, details={"reason": str(error)})
    said = problem.explain("en")[0]
    return DataError(f"{path.name} cannot be read as a workbook: {said}", [problem])


def _tell_kind(read: RawSheet, kind: str) -> RawSheet:
    problem = Problem(
        "wrong_format", read.file, read.sheet, severity="warning", details={"kind": kind}
    )
    return replace(read, problems=(problem, *read.problems))


def _refuse_kind(path: Path, _: str | None) -> list[RawSheet]:
    kind = find_kind(path)
    reasons = {"encrypted": "protected by a password", "": "it is none"}
    raise WorkbookError(reasons.get(kind, f"it is a {kind} file"))


def _read_package(path: Path, sheet: str | None) -> list[RawSheet]:
    with Package(path) as package:
        book = read_book(package)
        names = [entry.name for entry in book.entries]
        chosen = [book.entries[n] for n in _choose(path, names, sheet)]
        found = []
        for entry in chosen:
            remarks = Remarks()
            merges = find_merges(package, entry.part)
            rows = read_grid(package, entry.part, book, remarks=remarks)
            found.append(_build(path, entry.name, rows, merges, remarks, hidden=entry.hidden))
    return found


def _choose(path: Path, names: Sequence[str], sheet: str | None) -> Sequence[int]:
    if sheet is None:
        return range(len(names))
    if sheet not in names:
        raise DataError(f'{path.name} has no sheet "{sheet}"; it has: {", ".join(names)}.')
    return [names.index(sheet)]


def _build(
    path: Path,
    name: str,
    rows: Rows,
    merges: Sequence[Merge],
    remarks: Remarks,
    *,
    hidden: bool,
    codes: Sequence[str] = (),
) -> RawSheet:
    codes = [*codes, *(["hidden_sheet"] if hidden else [])]
    problems = [Problem(code, path.name, name, severity="warning") for code in codes]
    filled = fill_merges(rows, merges, remarks)
    dialect = {"format": "workbook"}
    read = build_sheet(filled, file=path.name, sheet=name, dialect=dialect, problems=problems)
    return report_remarks(read, remarks)


def _read_binary(path: Path, sheet: str | None) -> list[RawSheet]:
    """Read an XLS file; one that is older than Excel 97 in the child process."""
    if path.stat().st_size > _LARGEST_BINARY:
        raise WorkbookError(f"XLS: > {_LARGEST_BINARY} bytes", "workbook_too_large")
    timer = Timer(path)
    stream = read_stream(path.read_bytes(), "Workbook")
    if not is_modern(stream):
        return _read_foreign(path, sheet)
    book = read_binary_book(stream)
    found = []
    for number in _choose(path, [s.name for s in book.sheets], sheet):
        entry, remarks = book.sheets[number], Remarks()
        grid = Grid(remarks, len(stream), timer.check)
        rows, merges = read_binary_rows(book, entry, grid, check_time=timer.check)
        found.append(_build(path, entry.name, rows, merges, remarks, hidden=entry.hidden))
    return found


def _read_foreign(path: Path, sheet: str | None) -> list[RawSheet]:
    """Read a kind of workbook that the library in the child process knows."""
    timer = Timer(path)
    lines = read_child(path, timer.seconds)
    found: list[RawSheet] = []
    names: list[str] = []
    head = next(lines, None)
    while head is not None:
        remarks, held = Remarks(), _Held()
        rows = _take_rows(lines, head, Grid(remarks, path.stat().st_size, timer.check), held)
        names.append(head["name"])
        if sheet is None or sheet == head["name"]:
            found.append(_build_foreign(path, head, rows, remarks))
        for _ in rows:  # what was not asked for must be read all the same: it is sent in one go
            pass
        head = held.head
    if sheet is not None:
        _choose(path, names, sheet)
    return found


def _build_foreign(path: Path, head: dict[str, Any], rows: Rows, remarks: Remarks) -> RawSheet:
    merges = [Merge(t + 1, left, b + 1, right) for (t, left), (b, right) in head["merges"]]
    codes, hidden = ["limited_format"], head["hidden"]
    return _build(path, head["name"], rows, merges, remarks, hidden=hidden, codes=codes)


class _Held:
    """The head of the next sheet, which shows that the last one is over."""

    head: dict[str, Any] | None = None


def _take_rows(
    lines: Iterator[Any], head: dict[str, Any], grid: Grid, held: _Held
) -> Iterator[tuple[int, Sequence[str]]]:
    number = 0
    for line in lines:
        if isinstance(line, dict):
            held.head = line
            break
        for row in line:
            number += 1
            grid.begin(number)
            for position, cell in enumerate(row, start=head["left"]):
                text = _write_cell(cell, position, grid)
                if text:
                    grid.put(position, text)
            grid.end()
        yield from grid.drain()


def _write_cell(cell: Any, position: int, grid: Grid) -> str:  # noqa: ANN401 - JSON
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, list):
        return str(cell[1]).removesuffix(" 00:00:00")
    text = write_number(float(cell))
    if abs(cell) >= EXACT:
        grid.remarks.lose(grid.row, position, "damaged_code", text)
        return ""
    return text


def _read_page(path: Path, sheet: str | None) -> list[RawSheet]:
    if path.stat().st_size > _LARGEST_PAGE:
        raise WorkbookError(f"web page: > {_LARGEST_PAGE} bytes", "workbook_too_large")
    decoded = decode_text(path.read_bytes(), path.name)
    tables = read_page(decoded.text, Timer(path, pace=PAGE_PACE).check)
    sheets = _build_tables(path, tables, sheet)
    return [replace(read, problems=(*decoded.problems, *read.problems)) for read in sheets]


def _read_xml(path: Path, sheet: str | None) -> list[RawSheet]:
    with path.open("rb") as stream:
        tables = read_spreadsheet_xml(
            stream, path.stat().st_size, Timer(path, pace=PAGE_PACE).check
        )
    return _build_tables(path, tables, sheet)


def _build_tables(path: Path, tables: Sequence[PageSheet], sheet: str | None) -> list[RawSheet]:
    return [
        _build(path, at.name, at.rows, at.merges, at.remarks, hidden=at.hidden)
        for at in (tables[n] for n in _choose(path, [t.name for t in tables], sheet))
    ]


def _read_text(path: Path, _: str | None) -> list[RawSheet]:
    from ecograph.reading.text.delimited import read_delimited  # noqa: PLC0415 - only for a wrong name

    return [read_delimited(path)]


_READERS: dict[str, Callable[[Path, str | None], list[RawSheet]]] = {
    "xlsx": _read_package,
    "xls": _read_binary,
    "xlsb": _read_foreign,
    "ods": _read_foreign,
    "html": _read_page,
    "xml": _read_xml,
    "text": _read_text,
}
