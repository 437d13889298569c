"""Read the sheets of an XLS workbook of Excel 97 to 2003 (BIFF8, [MS-XLS])."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ecograph.reading.workbooks.formats import GENERAL, Format, find_builtin, parse_format
from ecograph.reading.workbooks.markup import WorkbookError
from ecograph.reading.workbooks.merges import Merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecograph.reading.workbooks.grids import Grid

__all__ = ["BinaryBook", "BinarySheet", "is_modern", "read_binary_book", "read_binary_rows"]

_BOF, _EOF = 0x809, 0x0A
_MODERN = 0x600
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_TRUTH, _ERROR = 1, 2  # kinds of results of formulas
_HIDDEN_ROW = 0x20
_PASSWORD, _CALENDAR, _FORMAT, _STYLE, _SHEET, _TEXTS = 0x2F, 0x22, 0x41E, 0xE0, 0x85, 0xFC
_NEVER_CALCULATED = 3  # always calculate, and on load: what libraries write that do not calculate
_MOST_SHEETS = 1000
_CHECKED = 0xFFF  # records between two looks at the clock


class BinarySheet(NamedTuple):
    """A sheet of an XLS workbook: its name, where its records begin, whether it is hidden."""

    name: str
    place: int
    hidden: bool


@dataclass
class BinaryBook:
    """What the cells of an XLS workbook refer to."""

    stream: bytes
    sheets: list[BinarySheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: list[Format] = field(default_factory=list)
    since_1904: bool = False


def is_modern(stream: bytes) -> bool:
    """Say whether records are of the version that is read here."""
    return len(stream) >= 8 and struct.unpack_from("<HHH", stream)[::2] == (_BOF, _MODERN)  # noqa: PLR2004


def read_binary_book(stream: bytes) -> BinaryBook:
    """Read the records that belong to the workbook as a whole.

    Parameters
    ----------
    stream
        The records.

    Raises
    ------
    WorkbookError
        If they are broken, or protected by a password.
    """
    book = BinaryBook(stream)
    written: dict[int, Format] = {}
    numbers: list[int] = []
    try:
        for kind, data, rest in _walk(stream, 0):
            if kind == _PASSWORD:
                raise WorkbookError("protected by a password")
            if kind == _CALENDAR:
                book.since_1904 = data[:1] == b"\1"
            elif kind == _FORMAT:
                written[_word(data, 0)] = parse_format(_read_text(data, 2)[:300])
            elif kind == _STYLE:
                numbers.append(_word(data, 2))
            elif kind == _SHEET:
                _add_sheet(book, data)
            elif kind == _TEXTS:
                book.strings = _Texts([data, *rest()]).read_all()
    except (struct.error, IndexError) as error:
        raise WorkbookError(f"broken records: {error}") from None
    book.formats = [written.get(number, find_builtin(number)) for number in numbers]
    return book


def _add_sheet(book: BinaryBook, data: bytes) -> None:
    place, state, kind, length, wide = struct.unpack_from("<LBBBB", data)
    if kind == 0:  # a sheet of cells
        name = _decode(data[8 : 8 + length * (1 + (wide & 1))], wide)
        book.sheets.append(BinarySheet(name, place, bool(state & 3)))
    if len(book.sheets) > _MOST_SHEETS:
        raise WorkbookError(f"sheets: > {_MOST_SHEETS}", "workbook_too_large")


def read_binary_rows(
    book: BinaryBook, sheet: BinarySheet, grid: Grid, *, check_time: Callable[[], None]
) -> tuple[Iterator[tuple[int, list[str]]], list[Merge]]:
    """Read the rows of a sheet, and its merged ranges.

    Parameters
    ----------
    book, sheet
        What to read.
    grid
        Takes the cells, and what is to be told of them.
    check_time
        Called now and then; raises when the time is over.

    Raises
    ------
    WorkbookError
        If the records are broken.
    """
    reader = _Reader(book, grid)
    try:
        for count, (kind, data, rest) in enumerate(_walk(book.stream, sheet.place)):
            if not count & _CHECKED:
                check_time()
            reader.take(kind, data, rest)
    except (struct.error, IndexError) as error:
        raise WorkbookError(f"broken records: {error}") from None
    return _lay_out(reader, grid), reader.merges


def _lay_out(reader: _Reader, grid: Grid) -> Iterator[tuple[int, list[str]]]:
    for number in sorted(reader.rows):
        grid.begin(number)
        for position, text in sorted(reader.rows.pop(number).items()):
            grid.put(position, text)
        grid.end(hidden=number in reader.hidden)
        yield from grid.drain()


class _Reader:
    """The cells of one sheet as its records tell them; they may come in any order."""

    def __init__(self, book: BinaryBook, grid: Grid) -> None:
        self.rows: dict[int, dict[int, str]] = {}
        self.hidden: set[int] = set()
        self.merges: list[Merge] = []
        self._book, self._grid = book, grid
        self._waiting: tuple[int, int] | None = None  # a formula whose text follows

        self._rest: Callable[[], list[bytes]] = list
        self._takers: dict[int, Callable[[bytes], None]] = {
            0x208: self._take_row,
            0xFD: self._take_shared,
            0x203: self._take_number,
            0x27E: self._take_packed,
            0xBD: self._take_many,
            0x204: self._take_label,
            0xD6: self._take_label,
            0x205: self._take_special,
            0x06: self._take_formula,
            0x206: self._take_formula,
            0x406: self._take_formula,
            0x207: self._take_result,
            0x7D: self._take_columns,
            0xE5: self._take_merges,
        }

    def take(self, kind: int, data: bytes, rest: Callable[[], list[bytes]]) -> None:
        """Take one record."""
        taker = self._takers.get(kind)
        if taker is not None:
            self._rest = rest
            taker(data)

    def _take_row(self, data: bytes) -> None:
        if _word(data, 12) & _HIDDEN_ROW:
            self.hidden.add(_word(data, 0) + 1)

    def _take_shared(self, data: bytes) -> None:
        row, position, _, place = struct.unpack_from("<HHHL", data)
        if place >= len(self._book.strings):
            raise WorkbookError(f"the shared text {place} is missing")
        self._put(row, position, self._book.strings[place])

    def _take_number(self, data: bytes) -> None:
        self._put_number(*struct.unpack_from("<HHHd", data))

    def _take_packed(self, data: bytes) -> None:
        row, position, style, packed = struct.unpack_from("<HHHL", data)
        self._put_number(row, position, style, _unpack_number(packed))

    def _take_label(self, data: bytes) -> None:
        self._put(_word(data, 0), _word(data, 2), _read_text(data, 6))

    def _take_special(self, data: bytes) -> None:
        row, position, _, value, wrong = struct.unpack_from("<HHHBB", data)
        self._put_special(row, position, _ERROR if wrong else _TRUTH, value)

    def _take_result(self, data: bytes) -> None:
        if self._waiting is not None:
            self._put(*self._waiting, _Texts([data, *self._rest()]).read_one(rich=False))
            self._waiting = None

    def _take_columns(self, data: bytes) -> None:
        low, high, _, _, flags = struct.unpack_from("<5H", data)
        if flags & 1:
            self._grid.remarks.hidden_columns.append((low, high))

    def _put(self, row: int, position: int, text: str) -> None:
        if text:
            self.rows.setdefault(row + 1, {})[position] = text

    def _put_number(self, row: int, position: int, style: int, value: float) -> None:
        formats = self._book.formats
        form = formats[style] if style < len(formats) else GENERAL
        since_1904 = self._book.since_1904
        text = self._grid.write_number(row + 1, position, value, form, since_1904=since_1904)
        self._put(row, position, text)

    def _take_many(self, data: bytes) -> None:
        row, first = struct.unpack_from("<HH", data)
        for number, place in enumerate(range(4, len(data) - 7, 6)):
            style, packed = struct.unpack_from("<HL", data, place)
            self._put_number(row, first + number, style, _unpack_number(packed))

    def _take_formula(self, data: bytes) -> None:
        row, position, style = struct.unpack_from("<3H", data)
        value, flags = struct.unpack_from("<dH", data, 6)
        self._waiting = None
        if data[12:14] != b"\xff\xff":
            if value == 0 and flags & 3 == _NEVER_CALCULATED:
                self._grid.remarks.lose(row + 1, position, "uncached_formula", "=")
            else:
                self._put_number(row, position, style, value)
        elif data[6] == 0:
            self._waiting = (row, position)
        else:
            self._put_special(row, position, data[6], data[8])

    def _put_special(self, row: int, position: int, kind: int, value: int) -> None:
        if kind == _TRUTH:
            self._put(row, position, "TRUE" if value else "FALSE")
        elif kind == _ERROR:
            error = _ERRORS.get(value, "#")
            self._grid.remarks.lose(row + 1, position, "error_cell", error)

    def _take_merges(self, data: bytes) -> None:
        for place in range(2, 2 + 8 * _word(data, 0), 8):
            top, bottom, left, right = struct.unpack_from("<4H", data, place)
            self.merges.append(Merge(top + 1, left, bottom + 1, right))


def _walk(stream: bytes, place: int) -> Iterator[tuple[int, bytes, Callable[[], list[bytes]]]]:
    """Walk through the records from a place to the end that belongs to it.

    Each comes with a function that fetches the records that continue it. What is embedded (a
    chart has records of its own) is passed over.
    """
    depth = 0
    if stream[place : place + 2] != b"\x09\x08":
        raise WorkbookError("broken records: no beginning")
    while True:
        kind, length = struct.unpack_from("<HH", stream, place)
        data = stream[place + 4 : place + 4 + length]
        if len(data) < length:
            raise WorkbookError("broken records: cut off")
        place += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, data, partial(_read_rest, stream, place)


def _read_rest(stream: bytes, place: int) -> list[bytes]:
    found = []
    while stream[place : place + 2] == b"\x3c\x00":
        (length,) = struct.unpack_from("<H", stream, place + 2)
        found.append(stream[place + 4 : place + 4 + length])
        place += 4 + length
    return found


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def _unpack_number(packed: int) -> float:
    """Unpack a number of thirty bits: whole or the upper half of a float, perhaps in hundredths."""
    if packed & 2:
        value = float((packed >> 2) - ((packed & 0x80000000) >> 1))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def _decode(data: bytes, wide: int) -> str:
    return data.decode("utf-16-le", "surrogatepass") if wide & 1 else data.decode("latin-1")


def _read_text(data: bytes, place: int) -> str:
    return _Texts([data[place:]]).read_one(rich=True)


class _Texts:
    """Texts that run over several records; each one says anew how wide its characters are."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._record = self._place = 0

    def read_all(self) -> list[str]:
        """Read the table of shared texts."""
        _, count = struct.unpack("<LL", self._take(8))
        return [self.read_one(rich=True) for _ in range(min(count, 1 << 24))]

    def read_one(self, *, rich: bool) -> str:
        """Read a text; its formatting and readings are passed over."""
        length, flags = struct.unpack("<HB", self._take(3))
        runs = _word(self._take(2), 0) if rich and flags & 8 else 0
        extra = struct.unpack("<L", self._take(4))[0] if rich and flags & 4 else 0
        parts = []
        while length > 0:
            record = self._records[self._record]
            width = 1 + (flags & 1)
            count = min(length, (len(record) - self._place) // width)
            parts.append(_decode(record[self._place : self._place + count * width], flags))
            self._place += count * width
            length -= count
            if length > 0:
                self._record += 1
                flags = self._records[self._record][0]
                self._place = 1
        self._skip(4 * runs + extra)
        return "".join(parts)

    def _take(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            if self._place >= len(self._records[self._record]):
                self._record, self._place = self._record + 1, 0
            record = self._records[self._record]
            taken = record[self._place : self._place + count - len(found)]
            self._place += len(taken)
            found += taken
        return found

    def _skip(self, count: int) -> None:
        while count > 0:
            left = len(self._records[self._record]) - self._place
            if count <= left:
                self._place += count
                return
            count -= left
            self._record, self._place = self._record + 1, 0
