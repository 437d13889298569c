"""Find the cells of an XLSX workbook that hold no value: errors, and formulas never calculated.

The reader of workbooks shows both as blank, so that they would be lost without a word.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Lost", "MarkupError", "find_lost"]

_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_SUSPECT = re.compile(rb"""<(?:\w+:)?f[\s/>]|\bt\s*=\s*["']e["']""")
_PLACE = re.compile(r"([A-Z]+)(\d+)")


class MarkupError(ValueError):
    """The XML inside a workbook is broken, or declares a document type."""


@dataclass(frozen=True)
class Lost:
    """A cell without a value: its row (from 1), position (from 0), rule and text."""

    row: int
    position: int
    code: str
    value: str


def find_lost(path: Path, sheet: str) -> list[Lost]:
    """Find the error cells and the uncalculated formulas of a sheet.

    Parameters
    ----------
    path
        An XLSX or XLSM file; any other file has none.
    sheet
        Name of the sheet.

    Raises
    ------
    MarkupError
        If the XML is broken or declares a document type.
    """
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as book:
        entry = _find_entry(book, sheet)
        data = book.read(entry) if entry in book.namelist() else b""
    if not (_SUSPECT.search(data) or data.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return []
    scan = _Scan()
    _parse(data, scan.start, scan.end, scan.take)
    return scan.lost


def _find_entry(book: zipfile.ZipFile, sheet: str) -> str:
    """Find the part of the package that holds a sheet, through the relationships."""
    if not {_BOOK, _LINKS} <= set(book.namelist()):
        return ""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            ids[attributes.get("name", "")] = attributes.get("id", "")
        elif tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in (_BOOK, _LINKS):
        _parse(book.read(part), start)
    target = targets.get(ids.get(sheet, ""), "")
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


@dataclass
class _Scan:
    """What was seen of a sheet so far; one cell at a time."""

    lost: list[Lost] = field(default_factory=list)
    row: int = 0
    position: int = -1
    kind: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Enter a row, a cell, or its formula or value."""
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.position = -1
        elif tag == "c":
            self.kind, self.texts = attributes.get("t", "n"), {}
            self.position += 1
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                self.position, self.row = _count_letters(place[1]), int(place[2])
        elif tag in {"f", "v"}:
            self.inside = tag
            self.texts[tag] = ""

    def take(self, text: str) -> None:
        """Take text of a formula or value."""
        if self.inside:
            self.texts[self.inside] += text

    def end(self, tag: str) -> None:
        """Leave an element; at the end of a cell, say what became of it."""
        if tag in {"f", "v"}:
            self.inside = ""
        elif tag == "c":
            code = self._judge()
            if code:
                value = self.texts.get("v") or f"={self.texts.get('f', '')}"
                self.lost.append(Lost(self.row, self.position, code, value))

    def _judge(self) -> str:
        if self.kind == "e":
            return "error_cell"
        empty_text = self.kind == "str" and "v" in self.texts  # a formula that gave ""
        lacking = "f" in self.texts and not self.texts.get("v") and not empty_text
        return "uncached_formula" if lacking else ""


def _count_letters(letters: str) -> int:
    """Count a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _parse(
    data: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    take: Callable[[str], None] | None = None,
) -> None:
    """Walk through XML, names without their namespace prefixes; refuse document types."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda tag, attributes: start(
        _bare(tag), {_bare(name): value for name, value in attributes.items()}
    )
    if end is not None:
        parser.EndElementHandler = lambda tag: end(_bare(tag))
    parser.CharacterDataHandler = take
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, ValueError) as error:
        raise MarkupError(str(error)) from None


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise MarkupError("it declares a document type")
