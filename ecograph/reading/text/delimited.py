"""Read delimited text: a broken row is repaired or set aside, and never costs its neighbours."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from ecograph.problems import Problem
from ecograph.reading.sheets.raw import build_sheet
from ecograph.reading.text.blocks import read_blocks, read_lines
from ecograph.reading.text.dialects import SAMPLE, find_dialect
from ecograph.reading.text.encodings import decode_head, decode_text, place_damage
from ecograph.reading.text.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet
    from ecograph.reading.text.dialects import Dialect

__all__ = ["read_delimited"]

LARGE = 1 << 20
"""Bytes from which a file is worth a look whether it can be read in columns."""

_PLAIN = {",", ";", "\t", "|"}  # delimiters of files that may be read in columns


def read_delimited(path: Path) -> RawSheet:
    """Read delimited text such as CSV, every cell as text.

    Delimiter, quotation mark and escape are found from the text. A row that breaks their rules
    is reported with its number: repaired where there is exactly one way to do it, set aside
    otherwise.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DataError
        If the bytes are no text in an encoding that ecograph knows.
    """
    if path.stat().st_size >= LARGE:
        dialect = _find_head_dialect(path)
        large = _read_plain(path, dialect) or _read_lines(path, dialect)
        if large is not None:
            return large
    text, encoding, doubts = decode_text(path.read_bytes(), path.name)
    dialect = find_dialect(text)
    rows = Rows(text, dialect, path.name)
    described = {"encoding": encoding, **dialect.describe()}
    found = chain(doubts, _report_rivals(dialect, path.name), rows.problems)
    sheet = build_sheet(rows, file=path.name, dialect=described, problems=found)
    placed = place_damage(sheet.problems, sheet.header, sheet.cells)
    return replace(sheet, problems=tuple(placed))


def _read_plain(path: Path, dialect: Dialect) -> RawSheet | None:
    """Read a large file in columns if nothing about it is a surprise."""
    marks = dialect.marks
    if not _is_plain(dialect) or dialect.rivals or dialect.start:
        return None
    sheet = read_blocks(path, lambda _: marks.delimiter)
    if sheet is None:
        return None
    return replace(sheet, dialect={**dialect.describe(), **sheet.dialect})


def _read_lines(path: Path, dialect: Dialect) -> RawSheet | None:
    """Read a large file row by row, but piece by piece, if no row can be more than a line."""
    read = read_lines(path) if _is_plain(dialect) else None
    if read is None:
        return None
    encoding, texts = read
    first = ""
    while len(first) < SAMPLE and (text := next(texts, "")):  # what is usual is told from so much
        first += text
    rows = Rows(first, dialect, path.name, more=texts)
    described = {"encoding": encoding, **dialect.describe()}
    found = chain(_report_rivals(dialect, path.name), rows.problems)
    return build_sheet(rows, file=path.name, dialect=described, problems=found)


def _find_head_dialect(path: Path) -> Dialect:
    """Find the dialect from as much of a file as decides on it."""
    with path.open("rb") as stream:
        head = stream.read(4 * SAMPLE)
        whole = not stream.read(1)
    return find_dialect(decode_text(head, path.name).text if whole else decode_head(head))


def _is_plain(dialect: Dialect) -> bool:
    marks = dialect.marks
    return marks.quote == '"' and not marks.backslash and marks.delimiter in _PLAIN


def _report_rivals(dialect: Dialect, file: str) -> list[Problem]:
    if not dialect.rivals:
        return []
    details = {"delimiter": dialect.marks.delimiter, "others": " ".join(dialect.rivals)}
    return [Problem("doubtful_delimiter", file, severity="warning", details=details)]
