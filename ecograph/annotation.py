"""A copy of the tables as they stand in their files, with every problem marked in its cell."""

from __future__ import annotations

import copy
import datetime as dt
import io
import itertools
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from ecograph.errors import EcographError
from ecograph.reading.sources import read_source
from ecograph.render.archive import pack_again
from ecograph.render.office import clean_text
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.problems import Problem
    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["MOST_MARKED", "annotate_tables"]

MOST_MARKED = 2000
"""Problems that are marked and listed; the others are counted."""

_MOST_CELLS = 2_000_000
_ROWS, _LETTERS, _NAME, _NOTE = 1_048_576, 32_767, 31, 1500  # what a sheet, a cell, ... can hold
_FILLS = {
    "error": PatternFill("solid", fgColor="FFB3B3"),
    "warning": PatternFill("solid", fgColor="FFE08A"),
}
_HEAD = PatternFill("solid", fgColor="E6EAEE")
_LINK = Font(color="0B5A8A", underline="single")
_UNFIT = re.compile(r"[\[\]:*?/\\]")
_DANGER = re.compile(r"\s*[=+\-@＝＋－＠\t\n]")  # what a formula can begin with
_OFFICE = {".xlsx", ".xlsm"}  # kinds that keep their looks
_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no time zone, and this one no day
_SAMPLE = 200  # rows that widths are measured in
_NARROW, _WIDE = 8, 48  # letters across
_COLUMNS = ("severity", "file", "sheet", "row", "column", "value", "message", "remedy", "code")
_WIDTHS = (9, 22, 16, 8, 18, 26, 60, 60, 22)
_TOP = 4  # row of the list's header


class _Place(NamedTuple):
    """Where a problem is marked."""

    page: Worksheet
    row: int
    column: int


def annotate_tables(
    path: Path, problems: Sequence[Problem], *, lang: str = "en", most: int = MOST_MARKED
) -> bytes:
    """Copy the tables into a workbook, mark each faulty cell, and list all problems in front.

    A lone XLSX keeps its looks as far as openpyxl keeps them, hidden things hidden; other files
    become plain sheets of text, row by row as they stand. Text never becomes a formula.

    Parameters
    ----------
    path
        The folder or file that was checked.
    problems
        What was found in it.
    lang
        Language of messages and remedies.
    most
        Problems that are marked, errors first; the others are counted.

    Returns
    -------
    bytes
        The XLSX file; the same input gives the same bytes.

    Raises
    ------
    EcographError
        If the tables are too large for a workbook that a person could open.
    DataError
        If nothing can be read.
    """
    sheets = read_source(path).sheets
    _check_size(sheets)
    files = [path] if path.is_file() else [path / f for f in dict.fromkeys(s.file for s in sheets)]
    book, pages = _copy_files(files, sheets, problems)
    ordered = sorted(problems, key=_order)
    marked = ordered[:most]
    places = [_find_place(problem, sheets, pages) for problem in marked]
    _mark(zip(marked, places, strict=True), lang)
    title = _name_sheet(translate("annotation.title", lang), {p.title for p in book.worksheets})
    front = book.create_sheet(title, 0)
    book.active = 0
    for page in book.worksheets:
        page.sheet_view.tabSelected = page is front
    _list_problems(front, ordered, marked, places, lang)
    return _save(book)


def _order(problem: Problem) -> tuple[str, str, str, int, str, str, str]:
    place = (problem.file, problem.sheet, problem.row or 0, problem.column)
    return (problem.severity, *place, problem.code, problem.value)


def _check_size(sheets: Iterable[RawSheet]) -> None:
    cells = [len(sheet.cells) * max(len(sheet.header), 1) for sheet in sheets]
    rows = [max([0, *sheet.cells.index]) for sheet in sheets]
    if sum(cells) > _MOST_CELLS or max(rows, default=0) > _ROWS:
        raise EcographError(
            f"The tables have {sum(cells):,} cells, too many for a workbook with marks; "
            "list the problems with --format csv instead."
        )


# the copy


def _copy_files(
    files: Sequence[Path], sheets: Sequence[RawSheet], problems: Sequence[Problem]
) -> tuple[Workbook, dict[tuple[str, str], Worksheet]]:
    """Copy all sheets into one workbook; a lone one that openpyxl can keep stays itself."""
    if len(files) == 1 and (kept := _open(files[0])):
        return kept, {(files[0].name, page.title): page for page in kept.worksheets}
    book = Workbook()
    book.remove(book.worksheets[0])
    books = {file.name: _open(file) for file in files}
    taken = {translate("annotation.title", lang) for lang in ("en", "zh")}
    pages: dict[tuple[str, str], Worksheet] = {}
    for sheet in sheets:
        stem = PurePath(sheet.file).stem
        label = f"{stem} {sheet.sheet}" if sheet.sheet and len(files) > 1 else sheet.sheet or stem
        page = book.create_sheet(_name_sheet(label, taken))
        taken.add(page.title)
        source = books[sheet.file]
        if source and sheet.sheet in source.sheetnames:
            _copy_page(source[sheet.sheet], page)
        else:
            _copy_text(sheet, problems, page)
        pages[sheet.file, sheet.sheet] = page
    return book, pages


def _open(file: Path) -> Workbook | None:
    """Open a workbook with its looks; None where it is no XLSX, or openpyxl cannot keep it."""
    if file.suffix.lower() not in _OFFICE:
        return None
    try:
        return load_workbook(file, keep_links=False)
    except Exception:  # noqa: BLE001 - whatever openpyxl stumbles over, the text is there
        return None


def _copy_page(source: Worksheet, page: Worksheet) -> None:
    """Copy cells with their looks, widths, merged ranges and what is hidden."""
    for cells in source.iter_rows():
        for cell in cells:
            if isinstance(cell, MergedCell) or (cell.value is None and not cell.has_style):
                continue
            twin = page.cell(row=cell.row, column=cell.column)
            twin.value = cell.value
            twin.data_type = cell.data_type  # a text that begins with = stays text
            if cell.has_style:
                for look in ("font", "fill", "border", "alignment", "number_format"):
                    setattr(twin, look, copy.copy(getattr(cell, look)))
                twin.quotePrefix = cell.quotePrefix
    for letter, shape in source.column_dimensions.items():
        page.column_dimensions[letter].width = shape.width
        page.column_dimensions[letter].hidden = shape.hidden
    for number, row in source.row_dimensions.items():
        page.row_dimensions[number].height = row.height
        page.row_dimensions[number].hidden = row.hidden
    for area in source.merged_cells.ranges:
        page.merge_cells(str(area))
    page.sheet_state, page.freeze_panes = source.sheet_state, source.freeze_panes


def _copy_text(sheet: RawSheet, problems: Sequence[Problem], page: Worksheet) -> None:
    """Lay out a sheet row by row; of a row that was set aside stands what its problem quotes."""
    top = _find_top(sheet)
    _put_row(page, top, sheet.header, bold=True)
    for row, cells in zip(sheet.cells.index, sheet.cells.to_numpy(), strict=True):
        _put_row(page, int(row), cells)
    held = {top, *sheet.cells.index}
    for problem in problems:
        mine = (problem.file, problem.sheet) == (sheet.file, sheet.sheet)
        if mine and problem.row and problem.row not in held and problem.row <= _ROWS:
            _put_row(page, problem.row, _split_value(problem.value, sheet))
            held.add(problem.row)
    page.freeze_panes = f"A{top + 1}"
    sample = [sheet.header, *sheet.cells.iloc[:_SAMPLE].to_numpy()]
    for number, texts in enumerate(itertools.zip_longest(*sample, fillvalue=""), start=1):
        widest = max(len(text.encode("gb18030", "replace")) for text in texts)
        shape = page.column_dimensions[get_column_letter(number)]
        shape.width = min(max(widest + 2, _NARROW), _WIDE)


def _split_value(value: str, sheet: RawSheet) -> list[str]:
    """Split the text of a row into cells as far as that can be told."""
    separator = " | " if " | " in value else sheet.dialect.get("delimiter", "\t")
    return value.split(separator)


def _put_row(page: Worksheet, row: int, texts: Iterable[str], *, bold: bool = False) -> None:
    for column, text in enumerate(texts, start=1):
        if text:
            cell = _put(page.cell(row=row, column=column), text)
            cell.number_format = "@"
            if bold:
                cell.font, cell.fill = Font(bold=True), _HEAD


def _put(cell: Any, text: str) -> Any:  # noqa: ANN401 - a cell; stubs take it for a merged one too
    """Write a text that stays text, as if a quote stood before it where it could be a formula."""
    clean = clean_text(text)[:_LETTERS]
    cell.value = clean
    cell.data_type = "s"  # the value's setter takes some texts for formulas or errors
    cell.quotePrefix = bool(_DANGER.match(clean))
    return cell


def _name_sheet(label: str, taken: Iterable[str]) -> str:
    """Name a sheet: at most 31 letters, none that is forbidden, no name twice.

    >>> _name_sheet("a/b: '[c]'", []), _name_sheet("企业", ["企业", "企业 2"])
    ("a b  ' c", '企业 3')
    """
    clean = _UNFIT.sub(" ", clean_text(label)).strip().strip("'").strip() or "table"
    used = {name.casefold() for name in taken}
    for number in itertools.count(1):
        tail = f" {number}" if number > 1 else ""
        name = clean[: _NAME - len(tail)] + tail
        if name.casefold() not in used:
            return name
    raise AssertionError


# the marks


def _find_top(sheet: RawSheet) -> int:
    """Find the row of the header."""
    return int(sheet.dialect.get("header_row", 1))


def _find_place(
    problem: Problem,
    sheets: Iterable[RawSheet],
    pages: Mapping[tuple[str, str], Worksheet],
) -> _Place | None:
    """Find the cell that a problem is about: of a row as a whole its first, else the header."""
    page = pages.get((problem.file, problem.sheet))
    if page is None:
        return None
    own = (s for s in sheets if (s.file, s.sheet) == (problem.file, problem.sheet))
    sheet = next(own, None)
    if sheet is None:
        return _Place(page, problem.row or 1, 1)
    names = [problem.column, *problem.column.split(" / ")]
    found = (sheet.header.index(name) + 1 for name in names if name and name in sheet.header)
    return _Place(page, min(problem.row or _find_top(sheet), _ROWS), next(found, 1))


def _mark(marked: Iterable[tuple[Problem, _Place | None]], lang: str) -> None:
    """Fill each cell by the gravest of its problems, and say them all in its comment."""
    notes: dict[tuple[str, int, int], list[Problem]] = {}
    places: dict[tuple[str, int, int], _Place] = {}
    for problem, place in marked:
        if place:
            key = (place.page.title, place.row, place.column)
            notes.setdefault(key, []).append(problem)
            places[key] = place
    for key, held in notes.items():
        cell = _find_anchor(places[key])
        cell.fill = _FILLS[min(problem.severity for problem in held)]
        said = [_describe(problem, lang) for problem in held]
        said += [cell.comment.text] if cell.comment else []
        text = clean_text("\n\n".join(said))[:_NOTE]
        lines = sum(1 + len(line) // 28 for line in text.split("\n"))
        cell.comment = Comment(text, "ecograph", height=min(18 * lines + 12, 400), width=330)


def _find_anchor(place: _Place) -> Any:  # noqa: ANN401 - a cell
    """Find the cell that can hold a comment: of merged ones the first."""
    cell = place.page.cell(row=place.row, column=place.column)
    if not isinstance(cell, MergedCell):
        return cell
    for area in place.page.merged_cells.ranges:
        if cell.coordinate in area:
            return place.page.cell(row=area.min_row, column=area.min_col)
    raise AssertionError


def _describe(problem: Problem, lang: str) -> str:
    message, remedy = problem.explain(lang)
    return f"{translate(f'screen.{problem.severity}', lang)} {problem.code}\n{message}\n{remedy}"


# the list in front


def _list_problems(
    front: Worksheet,
    problems: Sequence[Problem],
    marked: Sequence[Problem],
    places: Sequence[_Place | None],
    lang: str,
) -> None:
    """List the problems, each with a link to its cell."""
    errors = sum(problem.severity == "error" for problem in problems)
    counts = {"errors": errors, "warnings": len(problems) - errors}
    _put(front["A1"], translate("annotation.counts", lang, **counts)).font = Font(bold=True)
    rest = len(problems) - len(marked)
    if rest:
        _put(front["A2"], translate("annotation.rest", lang, marked=len(marked), rest=rest))
    for number, (name, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True), start=1):
        cell = _put(front.cell(row=_TOP, column=number), translate(f"annotation.{name}", lang))
        cell.font, cell.fill = Font(bold=True), _HEAD
        front.column_dimensions[get_column_letter(number)].width = width
    for row, (problem, place) in enumerate(zip(marked, places, strict=True), start=_TOP + 1):
        _list_problem(front, row, problem, place, lang)
    front.page_setup.orientation, front.page_setup.fitToHeight = "landscape", 0
    front.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    front.print_title_rows = f"{_TOP}:{_TOP}"
    front.freeze_panes = f"A{_TOP + 1}"
    front.auto_filter.ref = f"A{_TOP}:{get_column_letter(len(_COLUMNS))}{_TOP + len(marked)}"


def _list_problem(
    front: Worksheet, row: int, problem: Problem, place: _Place | None, lang: str
) -> None:
    severity = translate(f"screen.{problem.severity}", lang)
    texts = (severity, problem.file, problem.sheet, "", problem.column, problem.value)
    for number, text in enumerate((*texts, *problem.explain(lang), problem.code), start=1):
        cell = _put(front.cell(row=row, column=number), text)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    front.cell(row=row, column=1).fill = _FILLS[problem.severity]
    front.cell(row=row, column=4).value = problem.row
    if place:
        title = place.page.title.replace("'", "''")
        where = f"'{title}'!{get_column_letter(place.column)}{place.row}"
        for number in (2, 4, 5):
            named: Any = front.cell(row=row, column=number)
            if named.value:  # else the address would stand there
                named.hyperlink = Hyperlink(ref=named.coordinate, location=where)
                named.font = _LINK


def _save(book: Workbook) -> bytes:
    """Pack a workbook without the time of packing."""
    book.properties.modified = book.properties.created = _DAY
    core = tostring(book.properties.to_tree())
    buffer = io.BytesIO()
    book.save(buffer)
    return pack_again(buffer.getvalue(), {"docProps/core.xml": core})
