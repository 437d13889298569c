"""Read the cells of one sheet of an XLSX package, row by row, as the text that they mean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ecograph.reading.workbooks.books import unescape
from ecograph.reading.workbooks.clean_rows import CELL, walk_rows
from ecograph.reading.workbooks.formats import GENERAL, write_number
from ecograph.reading.workbooks.markup import WorkbookError
from ecograph.reading.workbooks.merges import count_letters, parse_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecograph.reading.workbooks.books import Book
    from ecograph.reading.workbooks.formats import Format
    from ecograph.reading.workbooks.markup import End, Start
    from ecograph.reading.workbooks.merges import Merge
    from ecograph.reading.workbooks.packages import Package
    from ecograph.reading.workbooks.remarks import Remarks

__all__ = ["EXACT", "LAST_COLUMN", "LAST_ROW", "Grid", "find_merges", "read_grid", "write_moment"]

EXACT = 10**15
"""A spreadsheet keeps fifteen digits."""

LAST_ROW = 1 << 20
LAST_COLUMN = 1 << 14

_FREE_CELLS = 10_000_000  # cells that a table may have however few of them are filled
_CELLS_A_CELL = 30
_FREE_TEXT = 1 << 28  # characters of all cells together
_TEXT_A_BYTE = 64
_MOST_MERGES = 200_000
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,4})?", re.ASCII)
_LONGEST_NUMBER = 400
_PLAIN = 16  # digits of a whole number that is written as it stands, and one
_ZERO = ord("0")
_NUMERIC = (b"", b"n")
_TRUE = {"1", "true"}
_MIDNIGHT = "T00:00:00"


class Grid:
    """Rows of cells on their way out of a sheet, in order, gaps filled with blank rows.

    Parameters
    ----------
    remarks
        Takes what is to be told.
    size
        Bytes of the file: how much text may come out of it.
    check_time
        Called now and then; raises when the time is over.
    """

    def __init__(self, remarks: Remarks, size: int, check_time: Callable[[], None]) -> None:
        self.remarks = remarks
        self.row = 0
        self.cells: list[str] = []
        self.ready: list[tuple[int, list[str]]] = []
        self._check_time = check_time
        self._most_text = _FREE_TEXT + _TEXT_A_BYTE * size
        self._text = self._laid = self._present = self._widest = 0
        self._told = 0  # the last row that was given out

    def begin(self, number: int) -> None:
        """Begin a row."""
        if not self.row < number <= LAST_ROW:
            raise WorkbookError(f"row {number} stands after row {self.row}")
        self.row, self.cells = number, []

    def put(self, position: int, text: str) -> None:
        """Put a text into the row; to the right of what is there."""
        if not len(self.cells) <= position < LAST_COLUMN:
            raise WorkbookError(f"the cells of row {self.row} are out of order")
        self.cells += [""] * (position - len(self.cells))
        self.cells.append(text)

    def end(self, *, hidden: bool = False) -> None:
        """End the row; one without text is a gap until another one comes."""
        if not self.cells:
            return
        self._widest = max(self._widest, len(self.cells))
        self._laid += self._widest
        self._present += len(self.cells) - self.cells.count("")
        self._text += sum(map(len, self.cells))
        if self._laid > _FREE_CELLS + _CELLS_A_CELL * self._present:
            raise WorkbookError(f"cells: > {self._laid} for {self._present}", "workbook_too_large")
        if self._text > self._most_text:
            raise WorkbookError(f"text: > {self._most_text} characters", "workbook_too_large")
        self.cells += [""] * (self._widest - len(self.cells))
        self.ready.append((self.row, self.cells))
        self.cells = []
        if hidden:
            self.remarks.hidden.append(self.row)

    def write_text(
        self, row: int, position: int, value: str, form: Format, *, since_1904: bool
    ) -> str:
        """Write a number that is given as text; what is no number stays as it is."""
        value = value.strip()
        if len(value) > _LONGEST_NUMBER or not _NUMBER.fullmatch(value):
            return value
        return self.write_number(row, position, float(value), form, since_1904=since_1904)

    def write_number(
        self, row: int, position: int, value: float, form: Format, *, since_1904: bool
    ) -> str:
        """Write a number as text; "" if its last digits are lost, which is told."""
        if form.kind == "number" and abs(value) >= EXACT:
            self.remarks.lose(row, position, "damaged_code", write_number(value))
            return ""
        text = _write_shown(value, form, since_1904)
        if form.kind == "number" and text != _write_shown(value, GENERAL, since_1904):
            self.remarks.note("shown_zeros" if form.zeros else "shown_unit", row, position, text)
        return text

    def drain(self) -> Iterator[tuple[int, list[str]]]:
        """Give out the rows that are ready."""
        for number, cells in self.ready:
            for gap in range(self._told + 1, number):
                if not gap & 0xFFFF:
                    self._check_time()
                yield gap, []
            yield number, cells
            self._told = number
        self.ready.clear()


def read_grid(
    package: Package, part: str, book: Book, *, remarks: Remarks
) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a sheet.

    The size that a sheet declares is not believed; rows and cells that do not say where they
    are stand behind the ones before them. A cell that holds an error, a formula without a saved
    result or a number of sixteen digits is left empty and told.

    Parameters
    ----------
    package, part
        Where the sheet stands.
    book
        What its cells refer to.
    remarks
        Takes what is to be told.

    Raises
    ------
    WorkbookError
        If the sheet is broken or too large.
    """
    grid = Grid(remarks, package.size, package.check_time)
    reader = _Reader(grid, book)
    for _ in walk_rows(package.stream(part), reader.starts, reader.ends, take_row=reader.take_row):
        yield from grid.drain()
    yield from grid.drain()


def find_merges(package: Package, part: str) -> list[Merge]:
    """Find the merged ranges of a sheet, which stand behind its cells.

    Parameters
    ----------
    package, part
        Where the sheet stands.
    """
    if not _mentions(package.stream(part), b"mergeCell"):
        return []
    found: list[Merge] = []

    def take(attributes: Mapping[str, str]) -> None:
        merge = parse_range(attributes.get("ref", ""))
        if merge is not None:
            found.append(merge)
        if len(found) > _MOST_MERGES:
            raise WorkbookError(f"merged cells: > {_MOST_MERGES}", "workbook_too_large")

    for _ in walk_rows(package.stream(part), {"mergeCell": take}, {}, take_row=_pass_over):
        pass
    return found


def _pass_over(*_: object) -> None:
    """Do nothing with a row."""


def _mentions(chunks: Iterable[bytes], name: bytes) -> bool:
    """Say whether XML may hold an element of a name; what is not ASCII or UTF-8 may."""
    rest, first = b"", True
    found = False
    for chunk in chunks:
        found = found or name in rest + chunk or (first and b"\0" in chunk[:4])
        rest, first = chunk[-len(name) :], False
    return found


class _Reader:
    """What the elements of a sheet mean."""

    def __init__(self, grid: Grid, book: Book) -> None:
        self.grid, self.book = grid, book
        self._hidden = False
        self._placed = False  # the row has said its number
        self._begun = False
        self._position = -1
        self._kind = ""
        self._style = 0
        self._value: str | None = None
        self._formula: str | None = None
        self._parts: list[str] = []
        self._silent = self._inside = False
        plain = [n for n, form in enumerate(book.formats or [GENERAL]) if form is GENERAL]
        self._general = {str(n).encode() for n in plain} | ({b""} if 0 in plain else set())
        self.starts: dict[str, Start] = {
            "row": self._start_row,
            "c": self._start_cell,
            "col": self._take_column,
            "f": self._start_formula,
            "rPh": self._hush,
        }
        self.ends: dict[str, End] = {
            "row": self._end_row,
            "c": self._end_cell,
            "v": self._take_value,
            "f": self._take_formula,
            "t": self._take_text,
            "rPh": self._speak,
        }

    def _take_column(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden", "") in _TRUE:
            low, high = (_count(attributes.get(end, ""), 1) for end in ("min", "max"))
            self.grid.remarks.hidden_columns.append((low - 1, high - 1))

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        self._hidden = attributes.get("hidden", "") in _TRUE
        number = attributes.get("r")
        self._placed = self._begun = number is not None
        if number is not None:
            self.grid.begin(_count(number, 0))
        self._position = -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = _count(attributes.get("s", "0"), 0)
        self._value = self._formula = None
        self._parts.clear()
        self._inside = True
        self._position += 1
        place = attributes.get("r")
        if place is not None:
            self._move(place)

    def _move(self, place: str) -> None:
        found = _PLACE.fullmatch(place)
        if found is None:
            raise WorkbookError(f"there is no cell {place[:20]}")
        position, row = count_letters(found[1].upper()), int(found[2])
        if not self._placed:  # the row has no number: its cells say it
            self.grid.begin(row)
            self._placed = self._begun = True
        if row != self.grid.row or position < self._position:
            raise WorkbookError(f"the cell {place} stands in row {self.grid.row}")
        self._position = position

    def _start_formula(self, _: Mapping[str, str]) -> None:
        self._formula = ""

    def _hush(self, _: Mapping[str, str]) -> None:
        self._silent = True

    def _speak(self, _: str) -> None:
        self._silent = False

    def _take_value(self, text: str) -> None:
        self._value = text

    def _take_formula(self, text: str) -> None:
        self._formula = text

    def _take_text(self, text: str) -> None:
        if self._inside and not self._silent:
            self._parts.append(text)

    def _end_cell(self, _: str) -> None:
        self._inside = False
        if not self._begun:
            self.grid.begin(self.grid.row + 1)
            self._begun = self._placed = True
        inline = self._kind == "inlineStr"
        text = unescape("".join(self._parts)) if inline else self._judge()
        if text:
            self.grid.put(self._position, text)

    def _end_row(self, _: str) -> None:
        if not self._begun:
            self.grid.begin(self.grid.row + 1)
        self.grid.end(hidden=self._hidden)

    def take_row(self, number: int, hidden: bool, cells: bytes) -> None:  # noqa: FBT001
        """Take a row that needs no parser."""
        self.grid.begin(number)
        strings, general, filled = self.book.strings, self._general, self.grid.cells
        for letters, row, style, kind, value, text in CELL.findall(cells):
            if int(row) != number:
                raise WorkbookError(f"a cell of row {int(row)} stands in row {number}")
            position = _find_position(letters)
            if kind == b"s" and value.isdigit() and int(value) < len(strings):
                found = strings[int(value)]
            elif kind in _NUMERIC and style in general and _is_plain(value):
                found = value.decode()
            elif kind == b"inlineStr":
                found = unescape(text.decode())
            else:
                number_of_style = _count(style.decode(), 0)
                kind_of_value = (kind or b"n").decode()
                found = self.write(position, kind_of_value, number_of_style, value.decode())
            if found:
                if position == len(filled) < LAST_COLUMN:
                    filled.append(found)
                else:
                    self.grid.put(position, found)
        self.grid.end(hidden=hidden)

    def _judge(self) -> str:
        """Say what the cell means; "" if its value is lost, or it has none."""
        value = self._value
        if self._kind == "e":
            self.grid.remarks.lose(self.grid.row, self._position, "error_cell", value or "#")
            return ""
        if not value:
            saved = self._kind == "str" and value is not None  # a formula that gave ""
            if self._formula is not None and not saved:
                formula = f"={self._formula}"
                self.grid.remarks.lose(self.grid.row, self._position, "uncached_formula", formula)
            return ""
        return self.write(self._position, self._kind, self._style, value)

    def write(self, position: int, kind: str, style: int, value: str) -> str:
        """Write the value of a cell as text."""
        if not value:
            return ""
        if kind == "s":
            place = _count(value.strip(), -1)
            if not 0 <= place < len(self.book.strings):
                raise WorkbookError(f"the shared text {value[:20]} is missing")
            return self.book.strings[place]
        if kind == "n":
            return self._write_number(position, style, value)
        if kind == "b":
            return "TRUE" if value.strip() in _TRUE else "FALSE"
        if kind == "d":
            return write_moment(value)
        return unescape(value)

    def _write_number(self, position: int, style: int, value: str) -> str:
        form, since_1904 = self.book.format(style), self.book.since_1904
        return self.grid.write_text(self.grid.row, position, value, form, since_1904=since_1904)


def write_moment(text: str) -> str:
    """Write a day or time in ISO 8601 as a number shown as a day is written.

    Examples
    --------
    >>> write_moment("2024-05-25T00:00:00.000"), write_moment("2024-05-25T10:30:00Z")
    ('2024-05-25', '2024-05-25 10:30:00')
    """
    moment = text.strip().removesuffix("Z").removesuffix(".000").removesuffix(_MIDNIGHT)
    return moment.replace("T", " ", 1)


@lru_cache(maxsize=LAST_COLUMN)
def _find_position(letters: bytes) -> int:
    return count_letters(letters.decode())


def _is_plain(value: bytes) -> bool:
    """Say whether a whole number is written as it would be written again."""
    return value.isdigit() and value[0] != _ZERO and len(value) < _PLAIN


@lru_cache(maxsize=1 << 15)
def _write_shown(value: float, form: Format, since_1904: bool) -> str:  # noqa: FBT001
    return write_number(value, form, since_1904=since_1904)


def _count(text: str, otherwise: int) -> int:
    """Read a whole number of few digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004
