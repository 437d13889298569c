"""Read large delimited files block by block into columns, where they hold no surprise."""

from __future__ import annotations

import codecs
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.reading.sheets.asides import TOTAL_WORDS, is_total_word, may_be_note
from ecograph.reading.sheets.raw import RawSheet, build_sheet
from ecograph.reading.sheets.regions import list_labels
from ecograph.reading.sheets.widths import MOST_COLUMNS
from ecograph.reading.text.characters import find_damage
from ecograph.reading.text.encodings import choose_encoding
from ecograph.reading.text.tokens import Marks, split_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_blocks", "read_lines"]

_BLOCK = 1 << 24  # bytes
_HEAD = 1 << 20  # bytes that decide on the encoding, and hold the header
_FIRST = 200  # rows that are always judged; more than are looked at to find the header
_REACH = 5  # characters of a sign of damage that may lie in the block before
_MOST = 0.25  # share of rows to judge one by one from which nothing is gained
_CONFLICTS = (b"<<<<<<<", b">>>>>>>", b"|||||||")
_BLANK = (
    r"\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
)
_ENDS = "[计和数额)）:：lsmLSM]$"  # of a word for a total
_STARTS = "[^0-9A-Za-z]"  # of a note, or of anything that is no code
_UNUSUAL = (f"^[{_BLANK}]*$|^{_STARTS}|{_ENDS}", f"^[{_BLANK}]*$|{_ENDS}")
"""What a row that is no data may hold in its first cell and in its second one, and then some."""


class _Scan(NamedTuple):
    """What the text of a file shows: how it uses quotation marks."""

    quoted: bool = False
    multiline: bool = False


def read_blocks(path: Path, find_delimiter: Callable[[str], str]) -> RawSheet | None:
    """Read a delimited file without surprise; None where only the careful reader can tell.

    Without surprise is: one encoding throughout, no signs of damage, quotation marks only around
    whole cells, every row as long as the header, and nothing that is not data. Most rows begin
    with two cells that no total, note or heading could hold, which is told from whole columns;
    the others, and those behind them, are judged one by one as the careful reader would. Then
    columns read at once are what it would give cell by cell, at a tenth of the time and memory.

    Parameters
    ----------
    path
        The file.
    find_delimiter
        Finds the delimiter of a header.
    """
    encoding = _find_encoding(path)
    line = _read_header(path, encoding) if encoding else ""
    delimiter = find_delimiter(line)
    if encoding is None or not line.strip() or line.count('"') % 2 or not delimiter.isascii():
        return None
    if line.count(delimiter) >= MOST_COLUMNS:
        return None
    scan = _scan(path, encoding, delimiter)
    cells = split_line(line, Marks(delimiter)).cells
    table = _read_columns(path, delimiter, cells, encoding, scan) if scan else None
    if table is None or len(cells) == 1:
        return None
    return _lay_out(table, cells, path.name, {"encoding": encoding, "delimiter": delimiter})


def read_lines(path: Path) -> tuple[str, Iterator[str]] | None:
    """Read a file in which every line is a row by itself piece by piece, so that it needs no room.

    That is one without quotation marks, signs of damage or doubt about its encoding.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tuple or None
        The encoding, and texts of whole lines; None where a row may be more than a line.
    """
    encoding = _find_encoding(path)
    scan = _scan(path, encoding, ",") if encoding else None
    if encoding is None or scan is None or scan.quoted:
        return None
    return encoding, _cut_lines(path, encoding)


def _cut_lines(path: Path, encoding: str) -> Iterator[str]:
    """Cut the text of a file, without marks before it, behind the last line end of each block."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest, begun = "", False
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            text = rest + decoder.decode(block)
            text = text if begun else text.lstrip("\ufeff")
            end = text.rfind("\n") + 1
            rest, begun = text[end:], begun or bool(text)
            if end:
                yield text[:end]
    if rest:
        yield rest


def _find_encoding(path: Path) -> str | None:
    """Find the encoding where the head of the file leaves no doubt about it."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    choice = choose_encoding(head[: head.rfind(b"\n") + 1] or head)
    if choice is None or choice.candidates or choice.encoding == "utf-32":
        return None
    return choice.encoding


def _read_header(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as stream:
        return stream.readline(_HEAD).rstrip("\n").lstrip("\ufeff")


def _scan(path: Path, encoding: str, delimiter: str) -> _Scan | None:
    """Look at quotation marks and damage block by block; None where there is a surprise."""
    before, inside, quoted, multiline = b"\n", False, False, False
    try:
        for block, behind in _pair_up(_read_pieces(path, encoding)):
            if b'"' in block or inside:
                text = before + block + (behind[:1] or b"\n")
                followed = _follow_quotes(text, delimiter, inside=inside)
                if followed is None:
                    return None
                inside, broken = followed
                quoted, multiline = True, multiline or broken
            before = block[-1:]
    except (UnicodeDecodeError, _SurpriseError):
        return None
    return None if inside else _Scan(quoted, multiline)


class _SurpriseError(Exception):
    """The text holds what the careful reader reports."""


def _read_pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """Read the text of a file as pieces of UTF-8 that hold neither damage nor odd marks."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    tail = ""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            text = decoder.decode(block)
            piece = text.encode("utf-8", "surrogatepass")
            if b"\0" in piece or any(mark in piece for mark in _CONFLICTS):
                raise _SurpriseError
            if len(piece) > len(text) and find_damage(tail + text):
                raise _SurpriseError
            tail = text[-_REACH:]
            if piece:
                yield piece
    decoder.decode(b"", final=True)


def _pair_up(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Give every piece together with the one behind it."""
    before = b""
    for piece in chain(pieces, [b""]):
        if before:
            yield before, piece
        before = piece


def _follow_quotes(text: bytes, delimiter: str, *, inside: bool) -> tuple[bool, bool] | None:
    """Follow quotation marks through a block, given with the byte before and the one behind it.

    They open and close in turn; two that touch within a cell stand for one. Returned is whether
    the block ends within quotes, and whether a line does; None where one opens behind, or closes
    before, anything but a delimiter, the end of a line or its twin.
    """
    signs = np.frombuffer(text, dtype=np.uint8)
    quotes = signs == ord('"')
    ends = np.isin(signs, np.frombuffer(f"{delimiter}\r\n".encode(), dtype=np.uint8))
    places = 1 + np.flatnonzero(quotes[1:-1])
    opens = (np.arange(len(places)) + inside) % 2 == 0
    outer = np.where(opens, places - 1, places + 1)
    if not (ends[outer] | quotes[outer]).all():
        return None
    lines = np.flatnonzero(np.isin(signs[1:-1], (10, 13))) + 1
    within = (np.searchsorted(places, lines) + inside) % 2 == 1
    return (len(places) + inside) % 2 == 1, bool(within.any())


def _read_columns(
    path: Path, delimiter: str, header: Sequence[str], encoding: str, scan: _Scan
) -> Any:  # noqa: ANN401 - Arrow has no types
    """Read all lines but the first as columns of text; None if one is shorter or longer."""
    import pyarrow as pa  # noqa: PLC0415 - only who reads a large file pays for it
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    names = [str(n) for n in range(len(header))]
    told = "utf8" if encoding.startswith("utf-8") else encoding
    try:
        return arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=_BLOCK, encoding=told
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if scan.quoted else False,
                newlines_in_values=scan.multiline,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        pa.default_memory_pool().release_unused()  # the careful reader needs the room
        return None


def _lay_out(
    table: Any,  # noqa: ANN401 - Arrow has no types
    header: Sequence[str],
    file: str,
    dialect: dict[str, str],
) -> RawSheet | None:
    """Lay out columns without blank rows; None if a row may be something else than data."""
    places = _find_unusual(table, header)
    if len(places) > max(2 * _FIRST, _MOST * len(table)):
        return None
    rows = chain([(1, list(header))], _list_rows(table, places))
    judged = build_sheet(rows, file=file, dialect=dialect)
    if judged.rejected or any(problem.row for problem in judged.problems):
        return None
    if len(judged.header) != len(header):
        return None
    numbers = pd.RangeIndex(2, len(table) + 2)
    blank = np.setdiff1d(places + 2, judged.cells.index.to_numpy())
    columns = {n: pd.Series(pd.array(c, dtype="str")) for n, c in enumerate(table.columns)}
    frame = pd.DataFrame(columns, copy=False).set_axis(numbers, axis=0)
    return RawSheet(
        file,
        "",
        judged.header,
        frame.drop(index=blank) if len(blank) else frame,
        rows_in=len(table),
        blank=len(blank),
        rejected=0,
        dialect=judged.dialect,
        problems=judged.problems,
        units=judged.units,
    )


def _find_unusual(table: Any, header: Sequence[str]) -> NDArray[np.int64]:  # noqa: ANN401 - Arrow has no types
    """Find the first rows, those that may be no data, and those behind them: places from 0."""
    marked = np.zeros(len(table) + 1, dtype=bool)
    words = TOTAL_WORDS | list_labels() | {header[0], header[0].strip()}
    tests = (lambda cell: _may_lead(cell, words), _may_follow)
    for column, pattern, test in zip(table.columns[:2], _UNUSUAL, tests, strict=True):
        start = 0
        for piece in column.chunks:
            marked[start : start + len(piece)][_mark(piece, pattern, words, test)] = True
            start += len(piece)
    marked[1:] |= marked[:-1].copy()
    marked[:_FIRST] = True
    return np.flatnonzero(marked[: len(table)]).astype(np.int64)


def _mark(
    piece: Any,  # noqa: ANN401 - Arrow has no types
    pattern: str,
    words: Iterable[str],
    test: Callable[[str], bool],
) -> NDArray[np.intp]:
    """Mark cells that fit a pattern or are a word, and then do not pass a test."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    listed = pa.array(sorted(words), type=pa.large_string())
    suspects = pc.or_(pc.match_substring_regex(piece, pattern), pc.is_in(piece, listed))
    places: NDArray[np.intp] = np.flatnonzero(suspects.to_numpy(zero_copy_only=False))
    if not len(places):
        return places
    coded = pc.dictionary_encode(piece.take(pa.array(places)))
    failed = np.array([test(cell) for cell in coded.dictionary.to_pylist()], dtype=bool)
    chosen: NDArray[np.intp] = places[failed[coded.indices.to_numpy()]]
    return chosen


def _may_lead(cell: str, words: frozenset[str]) -> bool:
    """Say whether a row that begins with a cell may be no data."""
    return not cell.strip() or cell in words or may_be_note(cell) or is_total_word(cell)


def _may_follow(cell: str) -> bool:
    """Say whether a row whose second cell is this may be no data."""
    return not cell.strip() or is_total_word(cell)


def _list_rows(table: Any, places: NDArray[np.int64]) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - Arrow has no types
    for start in range(0, len(places), _FIRST * _FIRST):
        some = places[start : start + _FIRST * _FIRST]
        columns = [column.to_pylist() for column in table.take(some).columns]
        yield from zip((some + 2).tolist(), map(list, zip(*columns, strict=True)), strict=True)
