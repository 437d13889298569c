"""Take rows that are written without any surprise past the XML parser, which is slow.

The parser is given everything else. A row is taken past it only where the parser has just seen the
end of the row before it (or the start of the table), so that no comment and no other markup can be
open, and only if the row is written as a fixed grammar says, to the last byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecograph.reading.workbooks.markup import Walk, WorkbookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecograph.reading.workbooks.markup import End, Start

    TakeRow = Callable[[int, bool, bytes], None]

__all__ = ["CELL", "walk_rows"]

_TEXT = rb"[^<&\r\x00-\x08\x0b\x0c\x0e-\x1f]{0,32767}"
_CELL = (
    rb'<c r="(?:[A-Z]{1,3})(?:[1-9][0-9]{0,6})"(?: s="(?:[0-9]{1,5})")?'
    rb'(?: t="(?:n|s|b|str|inlineStr)")?'
    rb"(?:/>|>(?:<v>(?:%b)</v>|<is><t(?: xml:space=\"preserve\")?>(?:%b)</t></is>)?</c>)"
) % (_TEXT, _TEXT)
_CELLS = re.compile(rb"(?:" + _CELL + rb")*+")
CELL = re.compile(_CELL.replace(b"(?:[", b"([").replace(b"(?:n", b"(n"))
"""A cell of such a row: letters, row, style, kind, value, text."""

_ATTRIBUTE = rb' [A-Za-z0-9:]+="[^"<&\x00-\x1f]*"'
_HEAD = re.compile(rb'<row(?:%b)* r="([1-9][0-9]{0,6})"(?:%b)*>' % (_ATTRIBUTE, _ATTRIBUTE))
_HIDDEN = re.compile(rb' hidden="(?:1|true)"')
_TABLE, _ROW = b"<sheetData>", b"</row>"
_EDGE = 16  # bytes that may be the beginning of either
_LONGEST_ROW = 1 << 22
_LONGEST_HEAD = 2000


def walk_rows(
    chunks: Iterable[bytes],
    starts: Mapping[str, Start],
    ends: Mapping[str, End],
    *,
    take_row: TakeRow,
) -> Iterator[None]:
    """Walk through a sheet; come back after each piece.

    Parameters
    ----------
    chunks
        Its bytes, in pieces.
    starts, ends
        As in `Walk`, for everything but clean rows.
    take_row
        Takes the number of a clean row, whether it is hidden, and the markup of its cells.

    Raises
    ------
    WorkbookError
        As `Walk`.
    """
    cutter = _Cutter(starts, ends, take_row)
    rest = b""
    for chunk in chunks:
        rest = cutter.push(rest + chunk)
        yield
    cutter.walk.feed(rest)
    cutter.walk.close()


class _Cutter:
    """Cuts clean rows out of what a parser is fed with."""

    def __init__(
        self, starts: Mapping[str, Start], ends: Mapping[str, End], take_row: TakeRow
    ) -> None:
        self._end_row = ends.get("row")
        self._take_row = take_row
        self._marked = -1
        self._anchored = False
        self.walk = Walk({**starts, "sheetData": self._mark_table}, {**ends, "row": self._mark_row})

    def _mark_table(self, _: Mapping[str, str]) -> None:
        self._marked = self.walk.parser.CurrentByteIndex + len(_TABLE)

    def _mark_row(self, text: str) -> None:
        self._marked = self.walk.parser.CurrentByteIndex + len(_ROW)
        if self._end_row is not None:
            self._end_row(text)

    def push(self, data: bytes) -> bytes:
        """Take some more bytes; give back those at the end that must wait for others."""
        at = 0
        while True:
            end = data.find(_ROW, at)
            if self._anchored:
                if end < 0 and len(data) - at < _LONGEST_ROW:
                    return data[at:]
                if end >= 0 and self._take(data[at:end]):
                    at = end + len(_ROW)
                    continue
            table = data.find(_TABLE, at) if self._marked < 0 else -1
            if table >= 0 and (end < 0 or table < end):
                end = table + len(_TABLE)
            elif end >= 0:
                end += len(_ROW)
            else:
                end = max(at, len(data) - _EDGE)
                self._feed(data[at:end])
                return data[end:]
            self._feed(data[at:end])
            at = end

    def _feed(self, data: bytes) -> None:
        self.walk.feed(data)
        self._anchored = self._marked == self.walk.fed and self.walk.plain

    def _take(self, row: bytes) -> bool:
        """Take a row past the parser, if it is clean."""
        end = row.find(b">", 0, _LONGEST_HEAD) + 1
        head = _HEAD.fullmatch(row, 0, end)
        if head is None or row.count(b' r="', 0, end) > 1 or not _CELLS.fullmatch(row, end):
            return False
        try:
            self._take_row(int(head[1]), bool(_HIDDEN.search(head[0])), row[end:])
        except UnicodeDecodeError as error:
            raise WorkbookError(f"broken XML: {error}") from None
        return True
