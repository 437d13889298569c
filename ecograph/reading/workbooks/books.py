"""Read what an XLSX package says of itself: its sheets, texts, number formats and calendar."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ecograph.reading.workbooks.formats import GENERAL, Format, find_builtin, parse_format
from ecograph.reading.workbooks.markup import WorkbookError, walk_markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.reading.workbooks.packages import Package

__all__ = ["MOST_SHEETS", "Book", "Entry", "read_book", "unescape"]

MOST_SHEETS = 1000

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = {"1", "true"}
_DEFAULT = "xl/workbook.xml"
_FREE = 1 << 28  # bytes of texts that any workbook may hold
_TEXTS_A_BYTE = 16  # beyond that: bytes of texts for one byte on the disk
_LARGEST_STYLES = 1 << 28


class Entry(NamedTuple):
    """A sheet of a workbook: its name, its part of the package, and whether it is hidden."""

    name: str
    part: str
    hidden: bool


@dataclass
class Book:
    """What the cells of a workbook refer to."""

    entries: list[Entry] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: list[Format] = field(default_factory=list)
    since_1904: bool = False

    def format(self, style: int) -> Format:
        """Find the number format of a style."""
        return self.formats[style] if 0 <= style < len(self.formats) else GENERAL


class _Link(NamedTuple):
    kind: str
    target: str


def read_book(package: Package) -> Book:
    """Read a package but for the cells of its sheets.

    Parameters
    ----------
    package
        An XLSX or XLSM package. Links to other files are never followed.

    Raises
    ------
    WorkbookError
        If it has no sheets, or a part of it is broken or too large.
    """
    root = next(
        (at.target for at in _read_links(package, "").values() if at.kind == "officeDocument"),
        _DEFAULT,
    )
    if root not in package:
        root = _DEFAULT
    links = _read_links(package, root)
    book = Book()
    _read_entries(package, root, links, book)
    for link in links.values():
        if link.target not in package:
            continue  # what refers to it will say so
        if link.kind == "sharedStrings":
            _read_strings(package, link.target, book.strings)
        elif link.kind == "styles":
            _read_formats(package, link.target, book.formats)
    return book


def _read_links(package: Package, part: str) -> dict[str, _Link]:
    """Read the relationships of a part (none: of the package), by id."""
    folder, name = posixpath.split(part)
    links: dict[str, _Link] = {}

    def take(attributes: Mapping[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        links[attributes.get("Id", "")] = _Link(kind, path)

    part = f"{folder}/_rels/{name}.rels".lstrip("/")
    if part in package:
        walk_markup(package.stream(part), {"Relationship": take})
    return links


def _read_entries(package: Package, root: str, links: Mapping[str, _Link], book: Book) -> None:
    def take(attributes: Mapping[str, str]) -> None:
        key = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        link = links.get(key)
        if link is not None and link.kind == "worksheet":
            hidden = attributes.get("state", "visible") != "visible"
            book.entries.append(Entry(attributes.get("name", ""), link.target, hidden))
        elif link is None:
            raise WorkbookError(f"the sheet {attributes.get('name', '')[:50]} has no part")
        if len(book.entries) > MOST_SHEETS:
            raise WorkbookError(f"sheets: > {MOST_SHEETS}", "workbook_too_large")

    def date(attributes: Mapping[str, str]) -> None:
        book.since_1904 = attributes.get("date1904", "").lower() in _TRUE

    if root not in package:
        raise WorkbookError("it has no xl/workbook.xml")
    walk_markup(package.stream(root), {"sheet": take, "workbookPr": date})
    missing = [entry.name for entry in book.entries if entry.part not in package]
    if missing:
        raise WorkbookError(f"the sheet {missing[0][:50]} has no part")


def _read_strings(package: Package, part: str, strings: list[str]) -> None:
    """Read shared texts; runs of one text are joined, readings of characters left out."""
    parts: list[str] = []
    silent = False

    def begin(_: Mapping[str, str]) -> None:
        parts.clear()

    def hush(_: Mapping[str, str]) -> None:
        nonlocal silent
        silent = True

    def speak(_: str) -> None:
        nonlocal silent
        silent = False

    def take(text: str) -> None:
        if not silent:
            parts.append(text)

    limit = _FREE + _TEXTS_A_BYTE * package.size
    walk_markup(
        package.stream(part, limit),
        {"si": begin, "rPh": hush},
        {"t": take, "rPh": speak, "si": lambda _: strings.append(unescape("".join(parts)))},
    )


def _read_formats(package: Package, part: str, formats: list[Format]) -> None:
    """Read the number format of each cell style."""
    written: dict[str, Format] = {}
    inside = ""

    def enter(name: str) -> None:
        nonlocal inside
        inside = name

    def name_format(attributes: Mapping[str, str]) -> None:
        if inside == "numFmts":
            key = attributes.get("numFmtId", "")
            written[key] = parse_format(attributes.get("formatCode", ""))

    def take(attributes: Mapping[str, str]) -> None:
        if inside == "cellXfs":
            key = attributes.get("numFmtId", "0")
            number = int(key) if key.isascii() and key.isdigit() and len(key) < 6 else 0  # noqa: PLR2004
            formats.append(written.get(key, find_builtin(number)))

    starts = {
        name: lambda _, name=name: enter(name)
        for name in ("numFmts", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs")
    }
    walk_markup(
        package.stream(part, _LARGEST_STYLES), {**starts, "numFmt": name_format, "xf": take}
    )


def unescape(text: str) -> str:
    r"""Undo the way that XLSX writes characters that XML cannot hold.

    Examples
    --------
    >>> unescape("a_x000D_\nb_x005F_x000D_")
    'a\nb_x000D_'
    """
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return text
