"""Read tables that office systems export as web pages, or as XML Spreadsheet 2003, named .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from ecograph.reading.workbooks.formats import GENERAL, Format, parse_format
from ecograph.reading.workbooks.grids import LAST_COLUMN, LAST_ROW, Grid, write_moment
from ecograph.reading.workbooks.markup import LONGEST_TEXT, Walk, WorkbookError
from ecograph.reading.workbooks.merges import Merge
from ecograph.reading.workbooks.remarks import Remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

__all__ = ["PageSheet", "read_page", "read_spreadsheet_xml"]

_MOST_TABLES = 1000
_DEEPEST = 50
_CHUNK = 1 << 18
_CELLS = {"td", "th"}
_BREAKS = {"br", "p", "div", "li"}
_HUSHED = {"script", "style", "title"}


@dataclass
class PageSheet:
    """A table as its file lays it out, and what is to be told of it."""

    name: str
    remarks: Remarks = field(default_factory=Remarks)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False


def read_page(text: str, check_time: Callable[[], None]) -> list[PageSheet]:
    """Read the tables of a web page.

    Cells hold what the page shows. A table within a cell is a table of its own.

    Parameters
    ----------
    text
        The page.
    check_time
        Called now and then; raises when the time is over.

    Raises
    ------
    WorkbookError
        If there is no table, or more than can be read.

    Examples
    --------
    >>> (sheet,) = read_page("<table><tr><td rowspan=2>a<td>b<tr><td>c</table>", lambda: None)
    >>> sheet.rows, sheet.merges
    ([(1, ['a', 'b']), (2, ['', 'c'])], [Merge(top=1, left=0, bottom=2, right=0)])
    """
    page = _Page(len(text), check_time)
    page.feed(_drop_comments(text))
    page.close()
    found = [table.finish() for table in page.tables]
    sheets = [sheet for sheet in found if sheet.rows]
    if not sheets:
        raise WorkbookError("the web page holds no table")
    for number, sheet in enumerate(sheets, start=1):
        sheet.name = str(number) if len(sheets) > 1 else ""
    return sheets


def _drop_comments(text: str) -> str:
    """Drop comments, which the parser looks for anew at each one that has no end."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        parts.append(text[at:start])
        end = text.find("-->", start + 2)
        at = end + 3 if end >= 0 else len(text)
    return "".join([*parts, text[at:]])


class _Table:
    """A table of a page, cell by cell."""

    def __init__(self, size: int, check_time: Callable[[], None]) -> None:
        self.sheet = PageSheet("")
        self.parts: list[str] | None = None
        self._grid = Grid(self.sheet.remarks, size, check_time)
        self._row = 0
        self._cells: dict[int, str] = {}
        self._taken: dict[int, int] = {}  # column to the last row that a cell above reaches
        self._position = 0
        self._span = (1, 1)
        self._length = 0

    def start_row(self) -> None:
        """Begin a row."""
        self.end_row()
        self._row += 1
        self._position = 0

    def end_row(self) -> None:
        """End the row, if there is one."""
        self.end_cell()
        if self._cells:
            self._grid.begin(self._row)
            for position, text in sorted(self._cells.items()):
                self._grid.put(position, text)
            self._grid.end()
        self._cells = {}

    def start_cell(self, rows: int, columns: int) -> None:
        """Begin a cell that spans some rows and columns."""
        self.end_cell()
        self._row = max(self._row, 1)
        while self._taken.get(self._position, 0) >= self._row:
            self._position += 1
        self.parts, self._span, self._length = [], (rows, columns), 0

    def end_cell(self) -> None:
        """End the cell, if there is one."""
        if self.parts is None:
            return
        lines = "".join(self.parts).split("\n")
        text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        rows, columns = self._span
        right, bottom = self._position + columns - 1, min(self._row + rows - 1, LAST_ROW)
        if text:
            self._cells[self._position] = text
        if rows > 1 or columns > 1:
            self.sheet.merges.append(Merge(self._row, self._position, bottom, right))
            self._taken |= dict.fromkeys(range(self._position, right + 1), bottom)
        self._position, self.parts = right + 1, None
        if self._position > LAST_COLUMN:
            raise WorkbookError(f"columns: > {LAST_COLUMN}", "workbook_too_large")

    def take(self, text: str) -> None:
        """Take text, if a cell is open."""
        if self.parts is not None:
            self._length += len(text)
            if self._length > LONGEST_TEXT:
                raise WorkbookError(f"text: > {LONGEST_TEXT} characters", "workbook_too_large")
            self.parts.append(text)

    def finish(self) -> PageSheet:
        """End the table."""
        self.end_row()
        self.sheet.rows = list(self._grid.drain())
        return self.sheet


class _Page(HTMLParser):
    """The tables of a page."""

    def __init__(self, size: int, check_time: Callable[[], None]) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._hushed = 0
        self._size, self._check_time = size, check_time

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Enter an element."""
        self._check_time()
        if tag in _HUSHED:
            self._hushed += 1
        elif tag == "table":
            self._start_table()
        elif self._open and tag == "tr":
            self._open[-1].start_row()
        elif self._open and tag in _CELLS:
            given = dict(attrs)
            self._open[-1].start_cell(
                _span(given.get("rowspan"), 1 << 16), _span(given.get("colspan"), 1 << 10)
            )
        elif self._open and tag in _BREAKS:
            self._open[-1].take("\n")

    def _start_table(self) -> None:
        table = _Table(self._size, self._check_time)
        self.tables.append(table)
        self._open.append(table)
        if len(self.tables) > _MOST_TABLES or len(self._open) > _DEEPEST:
            raise WorkbookError(f"tables: > {_MOST_TABLES}", "workbook_too_large")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in _HUSHED:
            self._hushed = max(0, self._hushed - 1)
        elif self._open and tag == "table":
            self._open.pop().end_row()
        elif self._open and tag == "tr":
            self._open[-1].end_row()
        elif self._open and tag in _CELLS:
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        """Take text; line breaks of the source are blanks."""
        self._check_time()
        if self._open and not self._hushed:
            self._open[-1].take(data.replace("\n", " ").replace("\r", " "))


def _span(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    plain = digits.isascii() and digits.isdigit() and len(digits) < 10  # noqa: PLR2004
    return min(max(int(digits), 1), most) if plain else 1


def read_spreadsheet_xml(
    stream: IO[bytes], size: int, check_time: Callable[[], None]
) -> list[PageSheet]:
    """Read the sheets of an XML Spreadsheet 2003.

    Parameters
    ----------
    stream, size
        The bytes, and how many there are.
    check_time
        Called now and then; raises when the time is over.

    Raises
    ------
    WorkbookError
        If the XML is broken or too large.
    """
    reader = _XmlReader(size, check_time)
    walk = Walk(reader.starts, reader.ends)
    while chunk := stream.read(_CHUNK):
        check_time()
        walk.feed(chunk)
    walk.close()
    return reader.sheets


class _XmlReader:
    """What the elements of an XML Spreadsheet mean."""

    def __init__(self, size: int, check_time: Callable[[], None]) -> None:
        self.sheets: list[PageSheet] = []
        self._size, self._check_time = size, check_time
        self._grid = Grid(Remarks(), size, check_time)
        self._formats: dict[str, Format] = {}
        self._style = self._kind = self._cell_style = ""
        self._position = self._column = -1
        self._hidden = self._lost = self._in_note = False
        self._formula = ""
        self._span = (0, 0)
        self.starts = {
            "Style": self._start_style,
            "NumberFormat": self._name_format,
            "Worksheet": self._start_sheet,
            "Column": self._start_column,
            "Row": self._start_row,
            "Cell": self._start_cell,
            "Data": self._start_data,
            "Comment": self._start_note,
        }
        self.ends = {
            "Row": self._end_row,
            "Cell": self._end_cell,
            "Data": self._take_data,
            "Visible": self._take_visible,
            "Table": self._end_table,
            "Comment": self._end_note,
        }

    def _start_style(self, attributes: Mapping[str, str]) -> None:
        self._style = _bare(attributes).get("ID", "")

    def _name_format(self, attributes: Mapping[str, str]) -> None:
        self._formats[self._style] = parse_format(_bare(attributes).get("Format", ""))

    def _start_sheet(self, attributes: Mapping[str, str]) -> None:
        self.sheets.append(PageSheet(_bare(attributes).get("Name", "")))
        if len(self.sheets) > _MOST_TABLES:
            raise WorkbookError(f"sheets: > {_MOST_TABLES}", "workbook_too_large")
        self._grid = Grid(self.sheets[-1].remarks, self._size, self._check_time)
        self._column = -1

    def _start_column(self, attributes: Mapping[str, str]) -> None:
        given = _bare(attributes)
        self._column = _whole(given.get("Index"), self._column + 2) - 1
        last = self._column + _whole(given.get("Span"), 0)
        if given.get("Hidden") == "1":
            self._grid.remarks.hidden_columns.append((self._column, last))
        self._column = last

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        given = _bare(attributes)
        self._grid.begin(_whole(given.get("Index"), self._grid.row + 1))
        self._hidden = given.get("Hidden") == "1"
        self._position = -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        given = _bare(attributes)
        self._position = _whole(given.get("Index"), self._position + 2) - 1
        self._cell_style = given.get("StyleID", "")
        self._span = _whole(given.get("MergeDown"), 0), _whole(given.get("MergeAcross"), 0)
        self._formula, self._lost = given.get("Formula", ""), "Formula" in given
        self._kind = ""

    def _start_data(self, attributes: Mapping[str, str]) -> None:
        if self._in_note:
            return
        self._kind = _bare(attributes).get("Type", "String")
        self._lost = False

    def _start_note(self, _: Mapping[str, str]) -> None:
        self._in_note = True

    def _end_note(self, _: str) -> None:
        self._in_note = False

    def _take_data(self, text: str) -> None:
        if self._in_note:
            return
        written = self._write(text)
        if written:
            self._grid.put(self._position, written)

    def _write(self, text: str) -> str:
        row, position = self._grid.row, self._position
        if self._kind == "Error":
            self._grid.remarks.lose(row, position, "error_cell", text or "#")
            return ""
        if self._kind == "Number":
            form = self._formats.get(self._cell_style, GENERAL)
            return self._grid.write_text(row, position, text, form, since_1904=False)
        if self._kind == "Boolean":
            return "TRUE" if text.strip() == "1" else "FALSE"
        return write_moment(text) if self._kind == "DateTime" else text

    def _end_cell(self, _: str) -> None:
        down, across = self._span
        if self._lost:
            place = (self._grid.row, self._position)
            self._grid.remarks.lose(*place, "uncached_formula", self._formula)
        if down or across:
            top, left = self._grid.row, self._position
            self.sheets[-1].merges.append(Merge(top, left, top + down, left + across))
        self._position += across

    def _end_row(self, _: str) -> None:
        self._grid.end(hidden=self._hidden)

    def _end_table(self, _: str) -> None:
        if self.sheets:
            self.sheets[-1].rows = list(self._grid.drain())

    def _take_visible(self, text: str) -> None:
        if self.sheets:
            self.sheets[-1].hidden = text.strip() in {"SheetHidden", "SheetVeryHidden"}


def _bare(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}


def _whole(text: str | None, otherwise: int) -> int:
    plain = text is not None and text.isascii() and text.isdigit() and len(text) < 8  # noqa: PLR2004
    return int(text) if plain and text else otherwise
