"""Read large delimited files block by block into columns, where they hold no surprise."""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecograph.reading.sheets import RawSheet, check_header, find_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["read_blocks"]

_BLOCK = 1 << 24  # bytes
_LONGEST_HEADER = 1 << 20  # characters
_BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff")
_REPLACEMENT = "\ufffd".encode()


def read_blocks(path: Path, find_delimiter: Callable[[str], str]) -> RawSheet | None:
    """Read a delimited file without surprise; None where only `csv` can say what it means.

    Without surprise is: UTF-8, no quotation mark, every line as long as the header. Then a line
    is a row and a delimiter ends a cell, and columns read at once are what `csv` would give cell
    by cell, at a tenth of the time and memory.

    Parameters
    ----------
    path
        The file.
    find_delimiter
        Finds the delimiter of a header.
    """
    encoding = _scan(path)
    line = _read_header(path, encoding) if encoding else ""
    delimiter = find_delimiter(line)
    if encoding is None or not line.strip() or not delimiter.isascii():
        return None
    cells = next(csv.reader([line], delimiter=delimiter))
    table = _read_columns(path, delimiter, len(cells))
    if table is None:
        return None
    header = find_header([(1, cells)])
    return _lay_out(table, header, path.name, {"encoding": encoding, "delimiter": delimiter})


def _scan(path: Path) -> str | None:
    """Name the encoding of a file without quotation marks or damage; None of any other."""
    with path.open("rb") as stream:
        tail = b""
        encoding = None
        while block := stream.read(_BLOCK):
            if encoding is None:
                marked = block.startswith(codecs.BOM_UTF8)
                encoding = "utf-8-sig" if marked else "utf-8"
                if block.startswith(_BYTE_ORDER):
                    return None
            if b'"' in block or _REPLACEMENT in tail + block[:2] or _REPLACEMENT in block:
                return None
            tail = block[-2:]
    return encoding


def _read_header(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as stream:
        return stream.readline(_LONGEST_HEADER).rstrip("\n")


def _read_columns(path: Path, delimiter: str, width: int) -> Any:  # noqa: ANN401 - Arrow has no types
    """Read all lines but the first as columns of text; None if one is shorter or longer."""
    import pyarrow as pa  # noqa: PLC0415 - only who reads a large file pays for it
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    names = [str(n) for n in range(width)]
    try:
        return arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1, block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _lay_out(
    table: Any,  # noqa: ANN401 - Arrow has no types
    header: tuple[str, ...],
    file: str,
    dialect: dict[str, str],
) -> RawSheet | None:
    """Lay out columns without blank rows; None if a row has text beyond the header."""
    texts = (pd.Series(pd.array(column, dtype="str")) for column in table.columns)
    columns = dict(enumerate(texts))
    frame = pd.DataFrame(columns, copy=False).set_axis(pd.RangeIndex(2, len(table) + 2), axis=0)
    if any(_find_filled(frame[n]).any() for n in range(len(header), frame.shape[1])):
        return None
    frame = frame.iloc[:, : len(header)]
    without = frame[~_find_filled(frame[0])]  # text in the first column; few have none
    blank = without.index[~without.apply(_find_filled).any(axis=1)]
    return RawSheet(
        file,
        "",
        header,
        frame.drop(index=blank) if len(blank) else frame,
        rows_in=len(table),
        blank=len(blank),
        rejected=0,
        dialect=dialect,
        problems=tuple(check_header(header, file, "")),
    )


def _find_filled(cells: pd.Series) -> pd.Series:
    """Say which cells hold text."""
    return cells.str.strip() != ""
