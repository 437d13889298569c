"""Read delimited text: comma, semicolon, tab or bar; UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from ecograph.problems import Problem
from ecograph.reading.blocks import read_blocks
from ecograph.reading.encodings import decode_text
from ecograph.reading.sheets import RawSheet, build_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_delimited"]

LARGE = 1 << 20
"""Bytes from which a file is worth a look whether it can be read in columns."""

_DELIMITERS = (",", ";", "\t", "|", "；", "，")
_QUOTED = re.compile(r'"[^"]*"')
_LONGEST_FIELD = (1 << 31) - 1


def read_delimited(path: Path) -> RawSheet:
    """Read a CSV or TSV file, every cell as text.

    Parameters
    ----------
    path
        The file; the delimiter is the one that the first line with text holds most often.

    Raises
    ------
    DataError
        If the bytes are neither UTF-8 nor GB18030 text.
    """
    if path.stat().st_size >= LARGE:
        plain = read_blocks(path, _find_delimiter)
        if plain is not None:
            return plain
    text, encoding, doubts = decode_text(path.read_bytes(), path.name)
    delimiter = _find_delimiter(text)
    problems = [*doubts, *_check_text(text, delimiter, path.name)]
    dialect = {"encoding": encoding, "delimiter": delimiter}
    return build_sheet(
        _split_rows(text, delimiter), file=path.name, dialect=dialect, problems=problems
    )


def _find_delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = _QUOTED.sub("", first)
    return max(_DELIMITERS, key=lambda sign: (bare.count(sign), -_DELIMITERS.index(sign)))


def _split_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_FIELD)
    return enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)


def _check_text(text: str, delimiter: str, file: str) -> list[Problem]:
    found = []
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for _ in rows:
            number += 1
    except csv.Error:
        found.append(Problem("doubtful_quotes", file=file, row=number + 1, severity="warning"))
    return found
