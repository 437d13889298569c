from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
import python_calamine
from handmade import BEGIN, END, list_records, pack, pack_text, wrap_stream

from ecograph.errors import DataError
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from pathlib import Path


def cell(row: int, position: int, rest: bytes, *, kind: int = 0x203, style: int = 0) -> bytes:
    return pack(kind, struct.pack("<HHH", row, position, style) + rest)


def number(row: int, position: int, value: float, *, style: int = 0) -> bytes:
    return cell(row, position, struct.pack("<d", value), style=style)


def label(row: int, position: int, text: str) -> bytes:
    return cell(row, position, pack_text(text), kind=0x204)


def formula(row: int, position: int, result: bytes, *, flags: int = 0) -> bytes:
    return cell(row, position, result + struct.pack("<H", flags) + bytes(6), kind=0x06)


STYLES = (
    pack(0x41E, struct.pack("<H", 164) + pack_text('yyyy"年"m"月"'))
    + pack(0x41E, struct.pack("<H", 165) + pack_text("00000"))
    + b"".join(pack(0xE0, struct.pack("<HH", 0, at) + bytes(16)) for at in (0, 14, 31, 164, 165))
)
TEXTS = ("编号", "ab", "𠮷田")


def write(path: Path, *sheets: bytes, **given: object) -> Path:
    path.write_bytes(wrap_stream(list_records(*sheets, **given)))
    return path


def share(*texts: str) -> bytes:
    data = b"".join(
        struct.pack("<HB", len(t.encode("utf-16-le")) // 2, 1) + t.encode("utf-16-le")
        for t in texts
    )
    return pack(0xFC, struct.pack("<LL", len(texts), len(texts)) + data)


def test_every_kind_of_cell_is_read(tmp_path: Path) -> None:
    header = b"".join(label(0, at, f"列{at}") for at in range(9))
    row = (
        cell(1, 0, struct.pack("<L", 2), kind=0xFD)
        + number(1, 1, 0.27)
        + cell(1, 2, struct.pack("<L", (-5 << 2) & 0xFFFFFFFF | 2), kind=0x27E)
        + cell(1, 3, struct.pack("<L", (123456 << 2) | 3), kind=0x27E)
        + pack(0xBD, struct.pack("<HHHLHLH", 1, 4, 0, (7 << 2) | 2, 0, 0x3FF80000, 5))
        + cell(1, 6, b"\1\0", kind=0x205)
        + formula(1, 7, b"\0\0\0\0\0\0\xff\xff")
        + pack(0x207, pack_text("结果"))
        + formula(1, 8, b"\1\0\0\0\0\0\xff\xff")
    )
    path = write(tmp_path / "a.xls", header + row, front=share(*TEXTS))
    (sheet,) = read_workbook(path)
    expected = ["𠮷田", "0.27", "-5", "1234.56", "7", "1.5", "TRUE", "结果", "FALSE"]
    assert sheet.cells.loc[2].tolist() == expected
    assert sheet.problems == ()
    other = python_calamine.load_workbook(path).get_sheet_by_name("s1").to_python()
    assert other[1] == ["𠮷田", 0.27, -5, 1234.56, 7, 1.5, True, "结果", False]


def test_days_months_and_zeros_are_read_as_shown(tmp_path: Path) -> None:
    cells = b"".join(
        number(at, 0, value, style=style)
        for at, (value, style) in enumerate([(45437, 1), (45437, 2), (45413, 3), (7, 4)], start=1)
    )
    (sheet,) = read_workbook(write(tmp_path / "a.xls", label(0, 0, "x") + cells, front=STYLES))
    assert sheet.cells[0].tolist() == ["2024-05-25", "2024-05-25", "2024-05", "00007"]
    assert [(p.code, p.row, p.value) for p in sheet.problems] == [("shown_zeros", 5, "00007")]


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    front = STYLES + pack(0x22, b"\1\0")
    cells = label(0, 0, "x") + number(1, 0, 45437 - 1462, style=1)
    (sheet,) = read_workbook(write(tmp_path / "a.xls", cells, front=front))
    assert sheet.cells.at[2, 0] == "2024-05-25"


def test_what_is_lost_is_told(tmp_path: Path) -> None:
    cells = (
        label(0, 0, "编号")
        + label(0, 1, "名称")
        + cell(1, 0, b"\x2a\1", kind=0x205)
        + label(1, 1, "a")
        + formula(2, 0, b"\2\0\x07\0\0\0\xff\xff")
        + label(2, 1, "b")
        + formula(3, 0, struct.pack("<d", 0), flags=3)
        + label(3, 1, "c")
        + number(4, 0, 911100006000373410)
        + label(4, 1, "d")
        + formula(5, 0, b"\3\0\0\0\0\0\xff\xff")
        + label(5, 1, "e")
        + formula(6, 0, struct.pack("<d", 8))
        + pack(0x207, pack_text("of no formula"))
    )
    (sheet,) = read_workbook(write(tmp_path / "a.xls", cells))
    assert [(p.code, p.row, p.column, p.value) for p in sheet.problems[:4]] == [
        ("error_cell", 2, "编号", "#N/A"),
        ("error_cell", 3, "编号", "#DIV/0!"),
        ("uncached_formula", 4, "编号", "="),
        ("damaged_code", 5, "编号", "911100006000373376"),
    ]
    assert sheet.cells[0].tolist() == ["", "", "", "", "", "8"]
    assert sheet.spoiled == {(2, 0), (3, 0), (4, 0), (5, 0)}


def test_hidden_and_merged_are_told(tmp_path: Path) -> None:
    cells = (
        label(0, 0, "编号")
        + label(0, 1, "名称")
        + pack(0x208, struct.pack("<HHHHHHHH", 2, 0, 2, 0, 0, 0, 0x20, 0))
        + pack(0x208, struct.pack("<HHHHHHHH", 1, 0, 2, 0, 0, 0, 0, 0))
        + label(2, 1, "b")
        + label(1, 0, "E1")
        + label(1, 1, "a")
        + pack(0x7D, struct.pack("<6H", 1, 3, 0, 0, 1, 0))
        + pack(0x7D, struct.pack("<6H", 0, 0, 0, 0, 0, 0))
        + pack(0xE5, struct.pack("<5H", 1, 1, 2, 0, 0))
    )
    chart = BEGIN + label(8, 0, "in a chart") + END
    path = write(tmp_path / "a.xls", cells + chart, b"", states=[2, 0], kinds=[0, 2])
    (sheet,) = read_workbook(path)
    assert sheet.cells.to_numpy().tolist() == [["E1", "a"], ["E1", "b"]]
    assert [(p.code, p.row, p.column) for p in sheet.problems] == [
        ("hidden_rows", 3, ""),
        ("hidden_columns", None, "名称"),
        ("merged_cells", 3, "编号"),
        ("hidden_sheet", None, ""),
    ]


def test_texts_run_over_several_records(tmp_path: Path) -> None:
    first = struct.pack("<LL", 3, 3) + struct.pack("<HBHL", 4, 0x0C, 2, 5) + b"ab"
    second = b"\1" + "编号".encode("utf-16-le") + bytes(6)  # its formatting begins
    third = bytes(7) + struct.pack("<HB", 1, 0)  # and ends; the second text has a head only
    fourth = b"\0x" + struct.pack("<H", 2)
    fifth = b"\0yz"
    records = pack(0xFC, first) + b"".join(pack(0x3C, at) for at in (second, third, fourth, fifth))
    cells = b"".join(cell(at, 0, struct.pack("<L", at), kind=0xFD) for at in range(3))
    (sheet,) = read_workbook(write(tmp_path / "a.xls", cells, front=records))
    assert [*sheet.header, *sheet.cells[0]] == ["ab编号", "x", "yz"]


def test_a_small_workbook_stands_in_small_sectors(tmp_path: Path) -> None:
    stream = list_records(label(0, 0, "id") + label(1, 0, "E1"))
    (tmp_path / "a.xls").write_bytes(wrap_stream(stream, small=True))
    (sheet,) = read_workbook(tmp_path / "a.xls")
    assert (sheet.header, sheet.cells.at[2, 0]) == (("id",), "E1")


@pytest.mark.parametrize(
    "records",
    [
        list_records(label(0, 0, "x"))[:-12],
        list_records(pack(0xFD, struct.pack("<HHHL", 0, 0, 0, 5))),
        list_records(pack(0xFD, b"\0")),
        list_records(front=pack(0x2F, bytes(6))),
        BEGIN.ljust(4096 - 4, b"\0") + struct.pack("<HH", 0x85, 6000),
        list_records(front=pack(0xFC, bytes(3))),
        list_records(b"").replace(struct.pack("<L", 38), struct.pack("<L", 3)),
    ],
)
def test_broken_records_are_refused(tmp_path: Path, records: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(wrap_stream(records))
    with pytest.raises(DataError, match="cannot be read as a workbook") as caught:
        read_workbook(tmp_path / "a.xls")
    assert [p.code for p in caught.value.problems] == ["unreadable_workbook"]


@pytest.mark.parametrize(
    ("place", "value"),
    [(30, 0xFFFF), (76, 2), (48, 10**6), (48, 2), (68, 0), (68, 0xFFFFFFFE)],
)
def test_broken_containers_are_refused(tmp_path: Path, place: int, value: int) -> None:
    data = bytearray(wrap_stream(list_records(label(0, 0, "x"))))
    struct.pack_into("<H" if place == 30 else "<L", data, place, value)
    if place == 68:
        struct.pack_into("<L", data, 72, 10**9)
        struct.pack_into("<L", data, 76, 2)
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_workbook(tmp_path / "a.xls")


def test_a_chain_that_comes_back_to_itself_is_refused(tmp_path: Path) -> None:
    data = bytearray(wrap_stream(list_records(label(0, 0, "x"))))
    table = struct.unpack_from("<L", data, 76)[0]
    struct.pack_into("<L", data, 512 * (table + 1) + 4 * 3, 2)
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(DataError, match="without end"):
        read_workbook(tmp_path / "a.xls")


def test_a_cut_workbook_is_never_read_as_a_whole_one(tmp_path: Path) -> None:
    cells = label(0, 0, "id") + b"".join(number(at, 0, at) for at in range(1, 700))
    data = wrap_stream(list_records(cells))
    path = tmp_path / "a.xls"
    for share_kept in range(0, 100, 10):
        path.write_bytes(data[: len(data) * share_kept // 100])
        with pytest.raises(DataError):
            read_workbook(path)


def test_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xls", label(0, 0, "x"), label(0, 0, "x"))
    with monkeypatch.context() as patch:
        patch.setattr("ecograph.reading.workbooks.binaries._MOST_SHEETS", 1)
        with pytest.raises(DataError) as caught:
            read_workbook(path)
    assert [p.code for p in caught.value.problems] == ["workbook_too_large"]
    monkeypatch.setattr("ecograph.reading.workbooks.reader._LARGEST_BINARY", 10)
    with pytest.raises(DataError) as caught:
        read_workbook(path)
    assert [p.code for p in caught.value.problems] == ["workbook_too_large"]
