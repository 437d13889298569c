"""Write files that are meant to hurt whoever opens them: too large, too deep, cut, false or odd.

Every file is small to write. Nothing in them does harm but by being read carelessly.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
import os
import random
import shutil
import socket
import sqlite3
import struct
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from formats import Grid, write_html, write_xls, write_xlsx, zip_parts
from office import REGISTERS, Cell, draw_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["BASES", "Hostile", "list_cases", "make_bases"]

BASES = ("csv", "xlsx", "xls", "ods", "parquet", "sqlite", "duckdb", "json", "yaml")
_SUFFIXES = (
    *("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "xlsb", "ods", "yaml", "yml", "json", "jsonl"),
    *("parquet", "sqlite", "db", "duckdb", "csv.gz"),
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = "编号,企业名称,统一社会信用代码,成立日期\n"
_MB = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """A file that is made when it is its turn.

    Parameters
    ----------
    group, name
        Class and name.
    make
        Writes the file into an empty folder and returns its path.
    odd
        Whether it is no regular file, so that wrong usage (status 2) is a right answer too.
    """

    group: str
    name: str
    make: Callable[[Path], Path] = field(repr=False)
    odd: bool = False


def list_cases(bases: Path, *, seed: int = 1, step: int = 1) -> list[Hostile]:
    """List all cases.

    Parameters
    ----------
    bases
        Folder of honest files of each kind, as `make_bases` leaves them.
    seed
        For random bytes and flipped bits.
    step
        Percent between truncations.
    """
    rng = random.Random(seed)  # noqa: S311 - a drawn corpus
    return [
        *_list_truncations(bases, step),
        *_list_flips(bases, rng),
        *_list_magic(bases),
        *_list_noise(rng),
        *_list_bombs(),
        *_list_sparse(),
        *_list_entities(),
        *_list_deep(),
        *_list_records(),
        *_list_long(),
        *_list_floods(),
        *_list_values(),
        *_list_names(),
        *_list_odd(),
        *_list_made(bases),
    ]


def _bytes(group: str, name: str, suffix: str, data: Callable[[], bytes] | bytes) -> Hostile:
    def make(folder: Path) -> Path:
        path = folder / f"enterprises.{suffix}"
        path.write_bytes(data() if callable(data) else data)
        return path

    return Hostile(group, name, make)


def _list_texts(group: str, write: Callable[[], dict[str, str | bytes]]) -> Iterator[Hostile]:
    """List texts by name, of which none is held until it is its turn."""
    for name in _list_keys(write):
        yield _bytes(group, name, name.rpartition(".")[2], functools.partial(_pick, write, name))


@functools.cache
def _list_keys(write: Callable[[], dict[str, str | bytes]]) -> tuple[str, ...]:
    return tuple(write())


def _pick(write: Callable[[], dict[str, str | bytes]], name: str) -> bytes:
    text = write()[name]
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


# Honest files, and what is made of them


def make_bases(folder: Path, *, hurtful: bool = True) -> None:
    """Write an honest register in every kind, and the databases and Parquet files that hurt.

    Parameters
    ----------
    folder
        Where to.
    hurtful
        Whether to write those too, which takes some seconds.
    """
    rng = random.Random(7)  # noqa: S311 - a drawn corpus
    register = REGISTERS["enterprises"]
    records = draw_records(rng, register, 60)
    columns = list(register.headers)
    header = [register.headers[name][0] for name in columns]
    texts = [[record.cells[name].text for name in columns] for record in records]
    rows = [[Cell(text) for text in row] for row in (header, *texts)]
    grid = Grid("enterprises", rows)
    table = [dict(zip(header, row, strict=True)) for row in texts]
    lines = [",".join(f'"{text}"' for text in row) for row in (header, *texts)]
    yaml = "".join(
        "- " + "\n  ".join(f"{key}: '{value}'" for key, value in row.items()) + "\n"
        for row in table
    )
    data = {
        "csv": "\n".join(lines).encode("utf-16"),
        "xlsx": write_xlsx([grid]),
        "xls": write_xls([grid]),
        "ods": _write_ods([header, *texts]),
        "json": json.dumps(table, ensure_ascii=False, indent=1).encode(),
        "yaml": yaml.encode(),
        "html": write_html(rows),
    }
    for suffix, content in data.items():
        (folder / f"base.{suffix}").write_bytes(content)
    _make_databases(folder, header, texts, hurtful=hurtful)
    _make_parquets(folder, header, texts, hurtful=hurtful)


def _write_ods(rows: list[list[str]], extra: str = "") -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    lines = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{text}</text:p></table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="enterprises">{lines}{extra}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zip_parts({name: text.encode() for name, text in parts.items()})


def _make_databases(
    folder: Path, header: list[str], texts: list[list[str]], *, hurtful: bool
) -> None:
    columns = ", ".join(f'"{name}" TEXT' for name in header)
    marks = ", ".join("?" * len(header))
    made = {
        "base": "",
        "bad_endless": "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 "
        "FROM c) SELECT x FROM c",
        "bad_silent": "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 "
        "FROM c) SELECT count(*) AS n FROM c",
        "bad_blob": "CREATE VIEW v AS SELECT zeroblob(900000000) AS x",
        "bad_text": "CREATE VIEW v AS SELECT printf('%.*c', 900000000, 'x') AS x",
        "bad_cross": "CREATE VIEW v AS SELECT a.rowid FROM enterprises a, enterprises b, "
        "enterprises c, enterprises d, enterprises e",
        "bad_many": ";".join(f"CREATE TABLE t{n} (x)" for n in range(5000)),
        "bad_wide": f"CREATE TABLE w ({', '.join(f'c{n}' for n in range(1999))})",
        "bad_name": 'CREATE TABLE "a; DROP TABLE x -- ""{value}[red]" ("x""y")',
        "bad_view": "CREATE VIEW v AS SELECT * FROM missing",
        "bad_self": "CREATE VIEW v AS SELECT * FROM w; CREATE VIEW w AS SELECT * FROM v",
    }
    for name, script in made.items() if hurtful else [("base", "")]:
        with sqlite3.connect(folder / f"{name}.sqlite") as base:
            base.execute(f"CREATE TABLE enterprises ({columns})")
            base.executemany(f"INSERT INTO enterprises VALUES ({marks})", texts)  # noqa: S608
            base.executescript(f"BEGIN; {script}; COMMIT")
        base.close()
    try:
        import duckdb  # noqa: PLC0415
    except ImportError:
        return
    scripts = {
        "base": "",
        "bad_range": "CREATE VIEW v AS SELECT * FROM range(1000000000000)",
        "bad_repeat": "CREATE VIEW v AS SELECT repeat('x', 1000000000) AS x FROM range(9)",
        "bad_file": "CREATE VIEW v AS SELECT * FROM read_csv('/etc/passwd', header=false)",
        "bad_count": "CREATE VIEW v AS SELECT count(*) FROM range(1000000000) a, range(1000) b",
    }
    for name, script in scripts.items() if hurtful else [("base", "")]:
        base = duckdb.connect(str(folder / f"{name}.duckdb"))
        base.execute(f"CREATE TABLE enterprises ({columns})")
        base.executemany(f"INSERT INTO enterprises VALUES ({marks})", texts)  # noqa: S608
        if script:
            base.execute(script)
        base.close()


def _make_parquets(
    folder: Path, header: list[str], texts: list[list[str]], *, hurtful: bool
) -> None:
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = dict(zip(header, map(list, zip(*texts, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / "base.parquet")
    if not hurtful:
        return
    many = pa.DictionaryArray.from_arrays(np.zeros(20_000_000, dtype=np.int8), ["名" * 40])
    deep: pa.Array = pa.array(["x"])
    for _ in range(200):
        deep = pa.ListArray.from_arrays(np.array([0, 1], dtype=np.int32), deep)
    for name, table in {
        "bad_same": pa.table({"编号": many, "企业名称": many}),
        "bad_null": pa.table({"编号": pa.nulls(50_000_000)}),
        "bad_deep": pa.table({"编号": deep}),
        "bad_wide": pa.table({f"c{n}": ["x"] for n in range(20_000)}),
        "bad_long": pa.table({"编号": ["x" * (50 * _MB)]}),
        "bad_binary": pa.table({"编号": [b"\0" * _MB] * 20}),
    }.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def _list_made(bases: Path) -> Iterator[Hostile]:
    for path in sorted(bases.glob("bad_*")):
        kind = path.suffix[1:]
        yield Hostile(f"{kind} that hurt", path.name, functools.partial(_copy, path, kind))


def _copy(path: Path, suffix: str, folder: Path) -> Path:
    return Path(shutil.copy(path, folder / f"enterprises.{suffix}"))


def _list_truncations(bases: Path, step: int) -> Iterator[Hostile]:
    for kind in BASES:
        path = bases / f"base.{kind}"
        for percent in range(step, 100, step) if path.exists() else ():
            cut = functools.partial(_cut, path, percent)
            yield _bytes(f"truncated {kind}", f"cut_{kind}_{percent:02d}", kind, cut)


def _cut(path: Path, percent: int) -> bytes:
    data = path.read_bytes()
    return data[: len(data) * percent // 100]


def _list_flips(bases: Path, rng: random.Random) -> Iterator[Hostile]:
    for kind in BASES:
        path = bases / f"base.{kind}"
        for number in range(15) if path.exists() else ():
            flip = functools.partial(_flip, path, rng.random())
            yield _bytes(f"flipped {kind}", f"flip_{kind}_{number:02d}", kind, flip)


def _flip(path: Path, seed: float) -> bytes:
    rng, data = random.Random(seed), bytearray(path.read_bytes())  # noqa: S311
    for _ in range(rng.choice((1, 3, 10, 60))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _list_magic(bases: Path) -> Iterator[Hostile]:
    contents = {
        "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "pdf": b"%PDF-1.7\n" + b"1 0 obj<<>>endobj\n" * 40,
        "gzip": zlib.compress(b"x" * 9999, wbits=31),
        "exe": b"MZ" + bytes(2000),
        "zip": zip_parts({"a.txt": b"hello"}),
        "empty_zip": zip_parts({}),
        "xml": b'<?xml version="1.0"?><a><b/></a>',
        "empty": b"",
        "bom": b"\xef\xbb\xbf",
        "blank": b" \r\n\t\r\n",
        "ole": write_xls([Grid("x", [])])[:1536],
        **{k: (bases / f"base.{k}") for k in ("xlsx", "xls", "ods", "sqlite", "parquet", "html")},
    }
    for suffix, (name, content) in itertools.product(_SUFFIXES, contents.items()):
        data = content.read_bytes if isinstance(content, Path) else content
        yield _bytes("wrong magic", f"{name}_as_{suffix}", suffix, data)
    for suffix in ("xlsx", "ods", "xlsb"):
        data = functools.partial(_encrypt, bases / "base.xlsx")
        yield _bytes("encrypted", f"encrypted_zip_{suffix}", suffix, data)
        yield _bytes("encrypted", f"encrypted_package_{suffix}", suffix, _pack_encrypted)


def _encrypt(path: Path) -> bytes:
    """Mark every entry as encrypted."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _pack_encrypted() -> bytes:
    data = write_xls([Grid("x", [[Cell("x" * 3000)]])])
    return data.replace("Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le"))


def _list_noise(rng: random.Random) -> Iterator[Hostile]:
    for suffix, size in itertools.product(_SUFFIXES, (1, 700, 200_000)):
        data = functools.partial(random.Random(rng.random()).randbytes, size)  # noqa: S311
        yield _bytes("random bytes", f"random_{size}_{suffix}", suffix, data)


# Bombs


def _list_bombs() -> Iterator[Hostile]:
    parts = {
        "sheet": "xl/worksheets/sheet1.xml",
        "styles": "xl/styles.xml",
        "strings": "xl/sharedStrings.xml",
        "book": "xl/workbook.xml",
        "types": "[Content_Types].xml",
        "other": "xl/media/image1.png",
    }
    for (name, part), size in itertools.product(parts.items(), (200, 1000, 10_000)):
        data = functools.partial(_bomb, part, size)
        yield _bytes("zip bomb", f"zeros_{name}_{size}MB", "xlsx", data)
    for name, part in parts.items():
        declared = functools.partial(_bomb, part, 2000, declared=100)
        yield _bytes("zip bomb", f"declared_small_{name}", "xlsx", declared)
    for unit, name in (
        (b"<row/>", "rows"),
        (b'<row><c t="inlineStr"><is><t>x</t></is></c></row>', "cells"),
    ):
        head = f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
        for count in (5 * 10**6, 10**8):
            data = functools.partial(_bomb_text, head, unit, count)
            yield _bytes("zip bomb", f"{name}_{count}", "xlsx", data)
    yield _bytes("zip bomb", "nested", "xlsx", _nest)
    yield _bytes("zip bomb", "overlapping", "xlsx", _overlap)
    yield _bytes("zip bomb", "many_parts", "xlsx", _multiply)
    yield _bytes(
        "zip bomb",
        "ods_zeros",
        "ods",
        lambda: _replace_part(_write_ods([["x"]]), "content.xml", 5000),
    )
    yield _bytes(
        "zip bomb",
        "ten_thousand_sheets",
        "xlsx",
        lambda: write_xlsx([Grid(f"s{n}", [[Cell("x")]]) for n in range(10_000)]),
    )
    yield _bytes(
        "zip bomb", "gzip_csv", "csv.gz", lambda: zlib.compress(b"0" * (200 * _MB), wbits=31)
    )


@functools.cache
def _deflate(unit: bytes, count: int) -> bytes:
    """Deflate many copies of a text without holding them: blocks that stand for themselves."""
    per = max(1, _MB // len(unit))
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(unit * per) + packer.flush(zlib.Z_FULL_FLUSH)
    blocks, rest = divmod(count, per)
    last = zlib.compressobj(9, wbits=-15)
    return block * blocks + last.compress(unit * rest) + last.flush()


def _bomb(part: str, megabytes: int, *, declared: int | None = None) -> bytes:
    return _replace_part(_honest(), part, megabytes, declared=declared)


@functools.cache
def _honest() -> bytes:
    return write_xlsx(
        [Grid("enterprises", [[Cell("编号"), Cell("企业名称")], [Cell("1"), Cell("甲")]])]
    )


def _replace_part(book: bytes, part: str, megabytes: int, *, declared: int | None = None) -> bytes:
    packed = _deflate(b"\0", megabytes * _MB)
    return _swap(book, part, packed, megabytes * _MB if declared is None else declared)


def _bomb_text(head: bytes, unit: bytes, count: int) -> bytes:
    start = zlib.compressobj(9, wbits=-15)
    packed = start.compress(head) + start.flush(zlib.Z_FULL_FLUSH) + _deflate(unit, count)
    size = len(head) + len(unit) * count
    return _swap(_honest(), "xl/worksheets/sheet1.xml", packed, min(size, 0xFFFFFFFE))


def _swap(book: bytes, part: str, packed: bytes, size: int) -> bytes:
    """Write a package anew with the packed bytes of one part exchanged, whatever they say."""
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        entries = {
            name: (zlib.compress(old.read(name), wbits=-15), old.getinfo(name).file_size)
            for name in old.namelist()
        }
    entries[part] = (packed, min(size, 0xFFFFFFFE))
    return _pack([(name, data, length) for name, (data, length) in entries.items()])


def _pack(entries: list[tuple[str, bytes, int]]) -> bytes:
    body, listed = io.BytesIO(), []
    for name, data, size in entries:
        raw, offset = name.encode(), body.tell()
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(data), size, len(raw), 0)
        body.write(b"PK\x03\x04" + common + raw + data)
        place = struct.pack("<HHHII", 0, 0, 0, 0, offset)
        listed.append(b"PK\x01\x02" + struct.pack("<H", 20) + common + place + raw)
    at, folder = body.tell(), b"".join(listed)
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(folder), at, 0)
    return body.getvalue() + folder + b"PK\x05\x06" + end


def _nest() -> bytes:
    data = zip_parts({"zeros": bytes(20 * _MB)})
    for _ in range(5):
        data = zip_parts({f"{n}.zip": data for n in range(10)})
    return _swap(_honest(), "xl/embeddings/a.zip", zlib.compress(data, wbits=-15), len(data))


def _overlap() -> bytes:
    """Let a thousand entries of the directory share the same packed gigabyte."""
    packed = _deflate(b"\0", 1000 * _MB)
    one = _pack([("xl/worksheets/sheet1.xml", packed, 1000 * _MB)])
    at = one.rindex(b"PK\x01\x02")
    entry = one[at : one.rindex(b"PK\x05\x06")]
    folder = b"".join(entry.replace(b"sheet1", f"she{n:03d}".encode()) for n in range(1000))
    end = struct.pack("<HHHHIIH", 0, 0, 1000, 1000, len(folder), at, 0)
    return one[:at] + folder + b"PK\x05\x06" + end


def _multiply() -> bytes:
    return _pack([(f"xl/media/{n}.png", b"\x03\0", 0) for n in range(60_000)])


# Workbooks that say too much


def _sheet(cells: str, extra: str = "") -> bytes:
    xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData>{extra}</worksheet>'
    packed = zlib.compress(xml.encode(), wbits=-15)
    return _swap(_honest(), "xl/worksheets/sheet1.xml", packed, len(xml.encode()))


def _cell(place: str) -> str:
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>'


def _list_sparse() -> Iterator[Hostile]:
    for places in (
        ("A1", "XFD1048576"),
        ("XFD1048576",),
        ("A1", "A1048576"),
        ("A1", "XFD1"),
        ("A1", "ZZ300000"),
        ("A1", "XFE1"),
        ("A1", "ZZZZZZ1"),
        ("A1", "A99999999"),
        ("A1", "A99999999999999999999"),
        ("A0",),
        ("A1", "A-5"),
        ("1A",),
        ("A１",),
    ):
        data = _sheet("".join(map(_cell, places)))
        yield _bytes("sparse", f"sparse_{'_'.join(places)}", "xlsx", data)
    honest = _cell("A1") + _cell("A2")
    merges = {
        "merged_all": '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        "merged_column": '<mergeCells><mergeCell ref="A2:A1048576"/></mergeCells>',
        "merged_odd": '<mergeCells><mergeCell ref="B9:A1"/><mergeCell ref="A1"/>'
        '<mergeCell ref=""/></mergeCells>',
        "merged_many": "<mergeCells>" + '<mergeCell ref="A1:Z2000"/>' * 20_000 + "</mergeCells>",
    }
    for name, extra in merges.items():
        yield _bytes("sparse", name, "xlsx", functools.partial(_sheet, honest, extra))
    yield _bytes("sparse", "order", "xlsx", _sheet(_cell("A9") + _cell("A2") + _cell("A9")))
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    yield _bytes("sparse", "ods_repeated", "ods", lambda: _write_ods([["a", "b"]], row))
    huge = row.replace("1048576", "99999999999").replace("16384", "99999999999")
    yield _bytes("sparse", "ods_repeated_more", "ods", lambda: _write_ods([["a", "b"]], huge))
    far = Grid("enterprises", [[Cell("a")]])
    data = write_xls([far])
    yield _bytes(
        "sparse",
        "xls_dimensions",
        "xls",
        data.replace(
            struct.pack("<HHII", 0x0200, 14, 0, 1), struct.pack("<HHII", 0x0200, 14, 0, 0xFFFFFFFF)
        ),
    )
    label = struct.pack("<HHHHHHB", 0x0204, 10, 0, 0, 0, 1, 1)
    moved = struct.pack("<HHHHHHB", 0x0204, 10, 65535, 65535, 0, 1, 1)
    yield _bytes("sparse", "xls_far_cell", "xls", data.replace(label, moved))
    wide = " ".join(f"b{n}=''" for n in range(100_000))
    for name, extra in (("deep_xml", "<a>" * 100_000), ("wide_xml", f"<a {wide}/>")):
        yield _bytes("sparse", name, "xlsx", functools.partial(_sheet, honest, extra))
    shared = (
        '<row r="1"><c r="A1" t="s"><v>99999999</v></c><c r="B1" t="s"><v>-1</v></c>'
        '<c r="C1" t="s"><v>x</v></c></row>'
    )
    yield _bytes("sparse", "missing_strings", "xlsx", _sheet(shared))
    dates = (
        '<row r="1"><c r="A1" s="1"><v>1e300</v></c><c r="B1" s="1"><v>-99999</v></c>'
        '<c r="C1" s="9999"><v>2958466</v></c><c r="D1"><v>nan</v></c>'
        '<c r="E1"><v>inf</v></c><c r="F1"><v>1e999</v></c></row>'
    )
    yield _bytes(
        "sparse", "odd_numbers", "xlsx", _sheet(_cell("A1") + dates.replace('r="1"', 'r="2"'))
    )


def _list_entities() -> Iterator[Hostile]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = {
        "laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>',
        "quadratic": f'<!DOCTYPE x [<!ENTITY l9 "{"a" * 100_000}">]>',
        "external": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        "network": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
        "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
        "bare": "<!DOCTYPE x>",
    }
    honest = zipfile.ZipFile(io.BytesIO(_honest()))
    for (name, head), part in itertools.product(declared.items(), honest.namelist()):
        text = honest.read(part).decode().partition("?>\n")[2]
        use = (
            "" if name in {"bare", "parameter"} else "&l9;" * (20_000 if name == "quadratic" else 3)
        )
        at = text.rindex("</")
        for encoding in ("utf-8", "utf-16"):
            first = f'<?xml version="1.0" encoding="{encoding}"?>'
            xml = f"{first}{head}{text[:at]}{use}{text[at:]}".encode(encoding)
            data = functools.partial(
                _swap, _honest(), part, zlib.compress(xml, wbits=-15), len(xml)
            )
            if encoding == "utf-8" or "sheet" in part:
                label = part.replace("/", "_").strip("[]._")
                yield _bytes("entities", f"{name}_{encoding}_{label}", "xlsx", data)


# Records


def _list_deep() -> Iterator[Hostile]:
    yield from _list_texts("deep records", _write_deep)


def _write_deep() -> dict[str, str | bytes]:
    texts: dict[str, str | bytes] = {}
    for depth in (60, 900, 5000, 100_000, 3_000_000):
        texts |= {
            f"list_{depth}.json": "[" * depth,
            f"closed_{depth}.json": "[" * depth + "]" * depth,
            f"map_{depth}.json": '{"a":' * depth,
            f"list_{depth}.yaml": "[" * depth,
            f"closed_{depth}.yaml": "[" * depth + "]" * depth,
            f"map_{depth}.yaml": "{a: " * depth,
            f"dash_{depth}.yaml": "- " * depth + "x",
            f"question_{depth}.yaml": "? " * depth,
        }
    for depth in (100, 1500):
        texts[f"block_{depth}.yaml"] = "".join(f"{' ' * n}a:\n" for n in range(depth))
    deep = "[" * 40_000 + "]" * 40_000
    return {**texts, "deep_cell.json": f'[{{"编号": "1", "企业名称": {deep}}}]'}


def _list_records() -> Iterator[Hostile]:
    yield from _list_texts("odd records", _write_records)
    for count in (3000, 30_000):
        keys = functools.partial(_spread_keys, count)
        yield _bytes("odd records", f"keys_{count}", "json", keys)
        lines = functools.partial(_spread_keys, count, "\n")
        yield _bytes("odd records", f"keys_{count}_lines", "jsonl", lines)


def _write_records() -> dict[str, str | bytes]:
    laughs = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    texts: dict[str, str | bytes] = {
        "aliases.yaml": laughs,
        "self.yaml": "- &a [*a]\n",
        "merge.yaml": "- &a {编号: 1}\n- {<<: *a}\n",
        "python.yaml": "- !!python/object/apply:os.system ['echo PWNED']\n",
        "tags.yaml": "- {a: !!int x, b: !!float y, c: !!timestamp z, d: !!binary '*', e: !!bool q}",
        "set.yaml": "- {编号: !!set {a, b}, 企业名称: !!omap [a: 1]}\n",
        "twice.yaml": "- 编号: 1\n  编号: 2\n",
        "twice.json": '[{"编号": "1", "编号": "2"}]',
        "documents.yaml": "---\n- {编号: 1}\n" * 2000,
        "date.yaml": "- {编号: 2024-02-30, 企业名称: 9999999999-01-01}\n",
        "keys.yaml": "- {[a, b]: 1, {c: d}: 2, null: 3}\n",
        "numbers.yaml": f"- {{编号: {'9' * 300_000}, 企业名称: .inf, c: 0x{'f' * 300_000}}}\n",
        "numbers.json": f'[{{"a": {"9" * 2_000_000}, "b": 1e999999, "c": NaN, "d": -Infinity}}]',
        "sexagesimal.yaml": f"- {{编号: {':'.join(['59'] * 50_000)}}}\n",
        "surrogates.json": '[{"编号": "\\ud800", "企业名称": "\\udfff\\ud800"}]',
        "nul.json": '[{"编号": "\\u0000", "\\u0000": "x"}]',
        "scalars.json": '"text"',
        "null.json": "null",
        "mixed.json": '[{"编号": 1}, 2, [3], null]',
        "tables.json": json.dumps({f"t{n}": [{"a": "1"}] for n in range(20_000)}),
        "empty_records.json": "[" + ", ".join(["{}"] * 300_000) + "]",
        "tab.yaml": "-\t编号: 1\n\t企业名称: 2\n",
        "anchor.yaml": f"- &{'a' * 500_000} x\n",
        "comment.yaml": "#" * 5_000_000,
        "quotes.yaml": "- '" + "''" * 500_000,
        "long_line.yaml": "- " + "x " * 1_000_000,
        "many.yaml": "- {编号: 1, 企业名称: 甲}\n" * 100_000,
        "directive.yaml": "%YAML 9.9\n%TAG ! x\n---\n- a\n",
        "trailing.json": '[{"编号": "1",},]',
        "lines.jsonl": '{"编号": "1"}\n' * 3 + "{broken\n" * 1000,
    }
    return {**texts, "gbk.yaml": "- {编号: 一}\n".encode("gbk")}


def _spread_keys(count: int, between: str = ",") -> bytes:
    """Give every record a key of its own, so that the table is as wide as it is long."""
    records = between.join(f'{{"k{n}": "x"}}' for n in range(count))
    return (records if between == "\n" else f"[{records}]").encode()


# Long cells, floods


def _list_long() -> Iterator[Hostile]:
    yield from _list_texts("long cells", _write_long)
    wide = "".join(f'<c t="inlineStr"><is><t>c{n}</t></is></c>' for n in range(17_000))
    yield _bytes("long cells", "cell_xlsx", "xlsx", _write_long_cell)
    yield _bytes("long cells", "columns_xlsx", "xlsx", lambda: _sheet(f"<row>{wide}</row>" * 3))


def _write_long_cell() -> bytes:
    return _sheet(_cell("A1").replace("x<", f"{'长' * (50 * _MB // 3)}<"))


def _write_long() -> dict[str, str | bytes]:
    long = "长" * (50 * _MB // 3)
    return {
        "cell.csv": f"{_HEAD}1,{long},x,2024\n",
        "quoted.csv": f'{_HEAD}1,"{long}",x,2024\n',
        "unclosed.csv": f'{_HEAD}1,"{long}',
        "cell.json": f'[{{"编号": "{long}"}}]',
        "cell.yaml": f"- 编号: {long}\n",
        "header.csv": "编" * _MB + ",企业名称\n1,2\n",
        "header.json": f'[{{"{"编" * _MB}": "x"}}]',
        "columns.csv": ",".join(f"c{n}" for n in range(17_000)) + "\n" + "x," * 16_999 + "x\n",
        "million_columns.csv": ",".join(f"c{n}" for n in range(10**6))
        + "\n"
        + "x," * 999_999
        + "x\n",
        "same_columns.csv": ",".join(["编号"] * 17_000) + "\n" + "x," * 16_999 + "x\n",
        "columns.json": json.dumps([{f"c{n}": "x" for n in range(17_000)}]),
        "long_line.tsv": "编号\t企业名称\n" + "\t" * (10 * _MB),
        "utf16.csv": (_HEAD + "1," + long).encode("utf-16"),
    }


def _list_floods() -> Iterator[Hostile]:
    yield from _list_texts("floods", _write_floods)
    yield from _list_texts("floods", _write_bytes)


def _write_floods() -> dict[str, str | bytes]:
    rng = random.Random(3)  # noqa: S311 - a drawn corpus
    row = "{},甲公司,91140700MA0K000000,2024\n"
    count = 100_000
    texts = {
        "quotes": '"' * 10**6,
        "quotes_header": _HEAD + '"' * 10**6,
        "odd_quotes": _HEAD + '"' * (10**6 + 1),
        "quote_comma": _HEAD + '",' * 10**6,
        "quote_lines": _HEAD + '"\n' * 500_000,
        "unclosed_first": _HEAD + '1,"甲\n' + "".join(row.format(n) for n in range(count)),
        "unclosed_each": _HEAD + "".join(row.format(n).replace("甲", '"甲') for n in range(count)),
        "after_quotes": _HEAD
        + "".join(row.format(n).replace("甲公司", '"甲"公司') for n in range(count)),
        "backslashes": _HEAD + "\\" * 10**6,
        "escaped": _HEAD + '1,"' + '\\"' * 500_000,
        "single_quotes": _HEAD + "'" * 10**6,
        "nul": "\0" * (10 * _MB),
        "nul_cells": _HEAD + "1,\0\0,\0,\0\n" * count,
        "newlines": "\n" * 5_000_000,
        "returns": "\r" * 5_000_000,
        "mixed_ends": _HEAD + "1,2,3,4\r2,3,4,5\n3,4,5,6\r\n\r\r\n" * 50_000,
        "commas": "," * 5_000_000,
        "semicolons_commas": ";," * 2_000_000,
        "blank_rows": _HEAD + ",,,\n" * 500_000,
        "short_rows": _HEAD + "1\n" * count,
        "ragged": _HEAD + "".join("," * rng.randrange(9) + "x\n" for _ in range(count)),
        "conflicts": _HEAD + "<<<<<<< a\n=======\n>>>>>>> b\n" * 50_000,
        "headers": _HEAD * count,
        "totals": _HEAD + "合计,,,\n" * count,
        "sections": _HEAD + "一、某某,,,\n1,2,3,2024\n" * 50_000,
        "tables": _HEAD + "\n\n甲,乙,丙,丁\n1,2,3,4\n" * 30_000,
        "notes": "说明文字\n" * 300_000 + _HEAD + "1,2,3,2024\n",
        "faulty_values": "编号,协议名称,签订日期,金额,状态\n"
        + "1,x,2024-02-30,约五万,不明\n" * count,
        "same_id": _HEAD + row.format(1) * count,
        "delimiters": "".join(rng.choice(",;\t|:， \n") for _ in range(500_000)),
        "spaces": " " * 5_000_000,
        "wide_spaces": "\u3000" * 1_000_000,
        "invisible": _HEAD + "\u200b" * 1_000_000,
        "combining": _HEAD + "e" + "\u0301" * 1_000_000 + ",b,c,d\n",
        "ligatures": _HEAD + "1," + "\ufdfa" * 500_000 + ",x,2024\n",
        "replacement": _HEAD + "\ufffd" * 1_000_000,
        "c1": _HEAD + "\x80\x96\x9f" * 500_000,
        "mojibake": _HEAD + "锟斤拷" * 300_000,
        "escapes": _HEAD + "1,\x1b[2J\x1b]0;x\x07,3,2024\n" * 1000,
        "bidi": _HEAD + "1,\u202egnp.exe\u2066,3,2024\n" * 1000,
        "braces": _HEAD + "{value},{0.__class__},%s%n,[red]x[/red]\n" * 100,
        "formulas": _HEAD + "=cmd|'/c calc'!A1,@SUM(1),+1,-1\n" * 100,
    }
    return {f"{name}.csv": text for name, text in texts.items()}


def _write_bytes() -> dict[str, str | bytes]:
    return {
        "ff.csv": b"\xff" * (5 * _MB),
        "fe_ff.csv": b"\xfe\xff" * _MB,
        "lead_bytes.csv": b"\x81" * (5 * _MB),
        "gb_quads.csv": b"\x81\x30\x81\x30" * _MB,
        "cut_utf8.csv": "编".encode()[:2] * _MB,
        "bad_each_line.csv": _HEAD.encode() + b"1,\xff\xfe,3,2024\n" * 100_000,
        "utf16_odd.csv": "编号,名称\n1,2\n".encode("utf-16") + b"\0",
        "utf16_halves.csv": b"\xff\xfe" + b"\x00\xd8" * 100_000,
        "utf32.csv": "编号,名称\n1,2\n".encode("utf-32"),
        "utf7.csv": "编号,名称\n1,2\n".encode("utf-7"),
        "bom_twice.csv": b"\xef\xbb\xbf" * 5 + _HEAD.encode(),
    }


def _list_values() -> Iterator[Hostile]:
    for name in _list_keys(_write_values):
        yield Hostile("long values", f"value_{name}", functools.partial(_make_value, name))


def _make_value(name: str, folder: Path) -> Path:
    text = _pick(_write_values, name).decode()
    line = ",".join(f'"{cell}"' for cell in ("A1", *[text] * 5))
    path = folder / "agreements.csv"
    head = "协议编号,协议名称,签订日期,合同金额,协议状态,合作单位"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    return path


def _write_values() -> dict[str, str | bytes]:
    return {
        "digits": "9" * _MB,
        "chinese_digits": "一" * (_MB // 3),
        "units": "万" * (_MB // 3),
        "commas": "1," * (_MB // 2),
        "dots": "1." * (_MB // 2),
        "exponent": "1e" + "9" * 60,
        "exponent_most": "9e99",
        "zeros": "0" * 60 + "万亿",
        "dashes": "2024-" * (_MB // 5),
        "spaces": "2024" + " " * _MB + "年",
        "list": "甲；" * (_MB // 6),
        "wide": "９" * (_MB // 3),
        "brackets": "（" * (_MB // 3),
        "nan": "nan",
        "inf": "infinity",
        "year_zero": "0000-00-00",
        "year_last": "9999-12-31T23:59:60+99:99",
        "hex": "0x1F",
        "under": "1_000",
        "arabic": "٣٤٥",
        "roman": "Ⅻ",
        "fraction": "½",
        "braces": "{details}{0}{value!r}",
        "percent": "%" * 64,
    }


# Names, and what is no file


def _list_names() -> Iterator[Hostile]:
    names = [
        *("a\nb.csv", "a\tb.csv", "\x1b[31mred.csv", "\x7f.csv", "-o.csv", "--help.csv"),
        *("\u202egnp.csv", "\u200b.csv", "名" * 80 + ".csv", "x" * 251 + ".csv", " .csv", "..csv"),
        *(
            "{value}.csv",
            "{0.__class__}.csv",
            "%s%n.csv",
            "[red]x.csv",
            "[bold]{code}.csv",
            "=1+1.csv",
        ),
        *(
            "<script>.csv",
            "a'b\"c.csv",
            "CON.csv",
            "a;b.csv",
            "$(id).csv",
            "*.csv",
            "é.csv",
            "e\u0301.csv",
        ),
        *(
            "😀.csv",
            "a.csv.xlsx",
            "x.CSV",
            "x.",
            "nosuffix",
            "~$lock.xlsx",
            ".hidden.csv",
            "ecosystem.yaml",
        ),
    ]
    for number, name in enumerate(names):

        def make(folder: Path, name: str = name) -> Path:
            path = folder / name
            path.write_text(f"{_HEAD}1,甲,,2024\n", encoding="utf-8")
            return path

        yield Hostile("odd names", f"name_{number:02d}", make)
    for number, raw in enumerate((b"\xff\xfe.csv", b"\xb1\xe0.csv", b"a\x80b.xlsx")):

        def make_raw(folder: Path, raw: bytes = raw) -> Path:
            path = Path(os.fsdecode(os.fsencode(folder) + b"/" + raw))
            path.write_text(f"{_HEAD}1,甲,,2024\n", encoding="utf-8")
            return path

        yield Hostile("odd names", f"raw_name_{number}", make_raw)
    facts = {
        "deep": "[" * 100_000,
        "aliases": "a: &a [x]\nb: *a\n",
        "unknown": "weights: {a: 1}\n",
        "list": "- a\n",
        "date": "as_of: 2024-02-30\n",
        "long": f"name: {'x' * _MB}\n",
        "markup": "name: '[red]{value}\\u202e'\n",
        "column": "columns: {enterprises: {企业名称: nothing}}\n",
        "python": "name: !!python/object/apply:os.system [id]\n",
        "binary": "\x00\x01\x02",
        "types": "tables: [1]\ncolumns: 7\nsettings: {seed: x}\n",
    }
    for name, text in facts.items():
        yield Hostile(
            "ecosystem.yaml",
            f"facts_{name}",
            functools.partial(_write_facts, text, "ecosystem.yaml"),
        )
    for name, text in {
        "deep": "[" * 100_000,
        "empty": "",
        "null": "null",
        "far": '{"type":"Polygon","coordinates":[[[1e999,0],[0,1e308],[5,5]]]}',
    }.items():
        yield Hostile(
            "ecosystem.yaml",
            f"outline_{name}",
            functools.partial(_write_facts, text, "outline.geojson"),
        )


def _write_facts(text: str, name: str, folder: Path) -> Path:
    path = folder / "enterprises.csv"
    path.write_text(f"{_HEAD}1,甲,,2024\n", encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return path


def _list_odd() -> Iterator[Hostile]:
    for suffix in ("csv", "xlsx", "json", "sqlite", "duckdb", "parquet"):
        path = f"enterprises.{suffix}"
        yield Hostile(
            "no regular file", f"fifo_{suffix}", functools.partial(_make_fifo, path), odd=True
        )
        yield Hostile(
            "no regular file", f"folder_{suffix}", functools.partial(_make_folder, path), odd=True
        )
        for target in (
            path,
            "missing",
            "/dev/zero",
            "/dev/null",
            "/dev/full",
            "/proc/self/mem",
            "/",
            "..",
        ):
            label = f"link_{suffix}_{target.strip('/').replace('/', '_') or 'root'}"
            yield Hostile(
                "no regular file", label, functools.partial(_make_link, path, target), odd=True
            )
        yield Hostile(
            "no regular file", f"socket_{suffix}", functools.partial(_make_socket, path), odd=True
        )


def _make_fifo(name: str, folder: Path) -> Path:
    os.mkfifo(folder / name)
    return folder / name


def _make_folder(name: str, folder: Path) -> Path:
    (folder / name).mkdir()
    return folder / name


def _make_link(name: str, target: str, folder: Path) -> Path:
    (folder / name).symlink_to(target)
    return folder / name


def _make_socket(name: str, folder: Path) -> Path:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(name)
    finally:
        os.chdir(here)
    return folder / name


if __name__ == "__main__":
    make_bases(Path(sys.argv[1]), hurtful="--plain" not in sys.argv)
