"""Write grids of cells as files, byte by byte: delimited text, XLSX, XLS (BIFF8) and HTML.

The writers are plain on purpose: what is merged, hidden, broken or missing in a file is what was
asked for, and no library repairs it.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from office import Cell

__all__ = ["Grid", "quote_cell", "write_html", "write_text", "write_xls", "write_xlsx", "zip_parts"]

_EPOCH = dt.date(1899, 12, 30)
_NEVER = (1980, 1, 1, 0, 0, 0)
_SECTOR = 512
_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#N/A": 42}


@dataclass
class Grid:
    """What one sheet holds.

    Parameters
    ----------
    name
        Of the sheet.
    rows
        Cells; a row may be text instead, which is then one line of a CSV file as it stands.
    merged
        First and last row and column of every merged range, from 0.
    hidden
        Rows that are hidden, from 0.
    state
        visible, hidden or veryHidden.
    """

    name: str
    rows: list[list[Cell] | str]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    state: str = "visible"


# Delimited text


def write_text(
    rows: Sequence[list[Cell] | str], *, delimiter: str = ",", end: str = "\r\n", last: bool = True
) -> str:
    """Write rows as delimited text, cells in quotation marks where they need them."""
    lines = [
        row if isinstance(row, str) else delimiter.join(quote_cell(cell, delimiter) for cell in row)
        for row in rows
    ]
    return end.join(lines) + (end if last else "")


def quote_cell(cell: Cell, delimiter: str) -> str:
    """Write a cell of delimited text, in quotation marks where it needs them."""
    if cell.raw is not None:
        return cell.raw
    if any(sign in cell.text for sign in (delimiter, '"', "\n", "\r")):
        return '"' + cell.text.replace('"', '""') + '"'
    return cell.text


def write_html(rows: Sequence[list[Cell]]) -> bytes:
    """Write rows as the HTML table that many systems export under the name of a workbook."""
    lines = (
        "<tr>" + "".join(f"<td>{escape(cell.text)}</td>" for cell in row) + "</tr>" for row in rows
    )
    head = '<html><head><meta charset="utf-8"></head><body><table border="1">'
    return (head + "\n".join(lines) + "</table></body></html>").encode()


# XLSX


def write_xlsx(grids: Sequence[Grid]) -> bytes:
    """Write sheets as an XLSX workbook with inline text."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(grids) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
            for n in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name="{escape(grid.name)}" sheetId="{n}" state="{grid.state}" r:id="rId{n}"/>'
            for n, grid in enumerate(grids, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{office}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + f'<Relationship Id="rId{len(grids) + 1}" Type="{office}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet {main}><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
    for n, grid in enumerate(grids, start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = _write_sheet(grid, main)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return zip_parts({name: (head + text).encode() for name, text in parts.items()})


def zip_parts(parts: dict[str, bytes]) -> bytes:
    """Zip parts under a fixed time, so that the same parts are the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(zipfile.ZipInfo(name, _NEVER), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _write_sheet(grid: Grid, main: str) -> str:
    width = max((len(row) for row in grid.rows), default=1)
    lines = []
    for number, row in enumerate(grid.rows):
        hidden = ' hidden="1"' if number in grid.hidden else ""
        cells = "".join(
            _write_cell(cell, f"{_letter(place)}{number + 1}") for place, cell in enumerate(row)
        )
        lines.append(f'<row r="{number + 1}"{hidden}>{cells}</row>')
    ranges = "".join(
        f'<mergeCell ref="{_letter(c1)}{r1 + 1}:{_letter(c2)}{r2 + 1}"/>'
        for r1, r2, c1, c2 in grid.merged
    )
    merged = f'<mergeCells count="{len(grid.merged)}">{ranges}</mergeCells>' if ranges else ""
    used = f"A1:{_letter(max(width, 1) - 1)}{max(len(grid.rows), 1)}"
    return (
        f'<worksheet {main}><dimension ref="{used}"/><sheetData>{"".join(lines)}</sheetData>'
        f"{merged}</worksheet>"
    )


def _write_cell(cell: Cell, place: str) -> str:
    if cell.kind == "number":
        return f'<c r="{place}"><v>{cell.text}</v></c>'
    if cell.kind == "date":
        days = (dt.date.fromisoformat(cell.text) - _EPOCH).days
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    text = escape(cell.text)
    marked = {
        "error": f'<c r="{place}" t="e"><v>{text}</v></c>',
        "lost": f'<c r="{place}"><f>{text.lstrip("=")}</f></c>',
        "formula": f'<c r="{place}"><f>{text}*1</f><v>{text}</v></c>',
    }
    if cell.kind in marked:
        return marked[cell.kind]
    if not text:
        return ""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letter(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


# XLS: records of BIFF8 in one stream of a compound file


def write_xls(grids: Sequence[Grid]) -> bytes:
    """Write sheets as an XLS workbook (BIFF8)."""
    sheets = [_write_stream(grid) for grid in grids]
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6))
    head += _record(0x0042, struct.pack("<H", 1200))
    for form in (0, 14):  # general, date
        head += _record(0x00E0, struct.pack("<HHHBBBBIIH", 0, form, 1, 32, 0, 0, 0, 0, 0, 0x20C0))
    names = [_pack_text(grid.name, "<B") for grid in grids]
    size = len(head) + sum(10 + len(name) for name in names) + 4
    entries = b""
    states = {"visible": 0, "hidden": 1, "veryHidden": 2}
    for grid, name, sheet in zip(grids, names, sheets, strict=True):
        entries += _record(0x0085, struct.pack("<IBB", size, states[grid.state], 0) + name)
        size += len(sheet)
    return _pack_file(head + entries + _record(0x000A) + b"".join(sheets))


def _write_stream(grid: Grid) -> bytes:
    width = max((len(row) for row in grid.rows), default=1)
    parts = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0x0DBB, 0x07CC, 0, 6)),
        _record(0x0200, struct.pack("<IIHHH", 0, len(grid.rows), 0, width, 0)),
    ]
    parts += [
        _record(0x0208, struct.pack("<HHHHHHI", number, 0, width, 255, 0, 0, 0x120))
        for number in sorted(grid.hidden)
    ]
    for number, row in enumerate(grid.rows):
        parts += [_pack_cell(cell, number, place) for place, cell in enumerate(row)]
    if grid.merged:
        ranges = b"".join(struct.pack("<HHHH", *place) for place in grid.merged)
        parts.append(_record(0x00E5, struct.pack("<H", len(grid.merged)) + ranges))
    return b"".join([*parts, _record(0x000A)])


def _pack_cell(cell: Cell, row: int, place: int) -> bytes:
    head = struct.pack("<HHH", row, place, int(cell.kind == "date"))
    if cell.kind in {"number", "formula"}:
        return _record(0x0203, head + struct.pack("<d", float(cell.text)))
    if cell.kind == "date":
        days = (dt.date.fromisoformat(cell.text) - _EPOCH).days
        return _record(0x0203, head + struct.pack("<d", days))
    if cell.kind == "error":
        return _record(0x0205, head + bytes((_ERRORS[cell.text], 1)))
    if not cell.text:
        return b""
    return _record(0x0204, head + _pack_text(cell.text, "<H"))


def _pack_text(text: str, size: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack(size, len(data) // 2) + b"\x01" + data


def _record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _pack_file(stream: bytes) -> bytes:
    """Lay a stream out as a compound file: header, allocation table, directory, stream."""
    stream = stream.ljust(max(4096, -len(stream) % _SECTOR + len(stream)), b"\0")
    sectors = len(stream) // _SECTOR
    tables = 1
    while tables * 128 < sectors + tables + 1:
        tables += 1
    first = tables + 1  # the sectors: allocation tables, directory, stream
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [first + n + 1 for n in range(sectors - 1)] + [0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0),
    )
    head += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    folder = _pack_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    folder += _pack_entry("Workbook", 2, 0xFFFFFFFF, first, len(stream))
    folder = folder.ljust(_SECTOR, b"\0")
    return head + struct.pack(f"<{len(chain)}I", *chain) + folder + stream


def _pack_entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sIQQIII",
        text,
        len(text),
        kind,
        1,
        none,
        none,
        child,
        b"",
        0,
        0,
        0,
        first,
        size,
        0,
    )
