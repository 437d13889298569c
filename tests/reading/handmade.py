"""Write the parts of workbooks by hand: what no library would write."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = f'<worksheet xmlns="{SPACE}">'


def link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="r{number}" Type="{LINKS}/{kind}" Target="{target}"/>'


def list_parts(*sheets: str, strings: str = "", styles: str = "", book: str = "") -> dict[str, str]:
    """List the parts of an XLSX package whose sheets are given as markup."""
    entries = "".join(
        f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1)
    )
    links = "".join(
        link(n, "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    )
    links += link(900, "sharedStrings", "sharedStrings.xml") + link(901, "styles", "styles.xml")
    names = f'xmlns="{SPACE}" xmlns:r="{LINKS}"'
    parts = {
        "[Content_Types].xml": _list_types(len(sheets)),
        "_rels/.rels": _list_links(link(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book or f"<workbook {names}><sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _list_links(links),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, start=1)}
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SPACE}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{SPACE}">{styles}</styleSheet>'
    return parts


def _list_links(links: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'


def _list_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"workbook": "sheet.main"}
    parts |= {f"worksheets/sheet{n}": "worksheet" for n in range(1, sheets + 1)}
    listed = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{name}+xml"/>'
        for part, name in parts.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    default = f'<Default Extension="rels" ContentType="{relations}"/>'
    return f'<Types xmlns="{space}">{default}{listed}</Types>'


def write_package(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write a package."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return path


def write_sheet(path: Path, rows: str, *, tail: str = "", front: str = "", **parts: str) -> Path:
    """Write a workbook with one sheet, whose rows are given as markup."""
    sheet = f"{HEAD}{front}<sheetData>{rows}</sheetData>{tail}</worksheet>"
    return write_package(path, list_parts(sheet, **parts))


def pack(kind: int, data: bytes) -> bytes:
    """Pack a record of an XLS workbook."""
    return struct.pack("<HH", kind, len(data)) + data


def pack_text(text: str, length: str = "H") -> bytes:
    """Pack a text: its length, its width, its characters."""
    wide = any(ord(sign) > 255 for sign in text)
    data = text.encode("utf-16-le" if wide else "latin-1")
    return struct.pack(f"<{length}B", len(text), wide) + data


BEGIN = pack(0x809, struct.pack("<HHHHLL", 0x600, 0x10, 0, 0, 0, 0))
END = pack(0x0A, b"")


def list_records(
    *sheets: bytes, front: bytes = b"", states: Sequence[int] = (), kinds: Sequence[int] = ()
) -> bytes:
    """List the records of an XLS workbook whose sheets (s1, s2 ...) are given as records."""
    names = [f"s{number}" for number in range(1, len(sheets) + 1)]
    place = len(BEGIN + front + END) + sum(12 + len(name) for name in names)
    entries = b""
    for number, (name, sheet) in enumerate(zip(names, sheets, strict=True)):
        state = states[number] if states else 0
        kind = kinds[number] if kinds else 0
        entries += pack(0x85, struct.pack("<LBB", place, state, kind) + pack_text(name, "B"))
        place += len(BEGIN + sheet + END)
    return BEGIN + front + entries + END + b"".join(BEGIN + sheet + END for sheet in sheets)


def wrap_stream(stream: bytes, name: str = "Workbook", *, small: bool = False) -> bytes:
    """Wrap a stream into a compound file, in small sectors if it is small."""
    free, last, table_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    size = len(stream)
    width = 64 if small else 512
    stream += bytes(-len(stream) % 512)
    if not small:
        stream += bytes(max(0, 4096 - len(stream)))
        size = max(size, 4096)
    count = len(stream) // 512
    # sectors: 0 the directory, 1 the small table, 2.. the stream, then the table of sectors
    tables = (count + 3 + 127) // 128 + 1
    follow = [last, last, *range(3, count + 2), last, *[table_mark] * tables]
    follow += [free] * (tables * 128 - len(follow))
    minis = len(stream) // width
    mini = [*range(1, minis), last, *[free] * (128 - minis)] if small else [free] * 128
    entries = _entry("Root Entry", 5, 2 if small else last, len(stream) if small else 0)
    entries += _entry(name, 2, 0 if small else 2, size) + bytes(256)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack(
        "<HHHHH6xLLLLLLLLL", 62, 3, 0xFFFE, 9, 6, 0, tables, 0, 0, 4096, 1, 1, last, 0
    )
    listed = [count + 2 + number for number in range(tables)]
    head += struct.pack("<109L", *listed, *[free] * (109 - tables))
    tail = struct.pack(f"<{len(follow)}L", *follow)
    return head + entries + struct.pack("<128L", *mini) + stream + tail


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw) + 2, kind, 1)
        + struct.pack("<LLL", *[0xFFFFFFFF] * 3)
        + bytes(36)
        + struct.pack("<LQ", start, size)
    )
