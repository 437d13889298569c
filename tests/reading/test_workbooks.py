from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
from handmade import list_records, pack, pack_text, wrap_stream

from ecograph.errors import DataError
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

USCC = "911100006000373410"


def write_book(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def test_cells_become_the_text_that_the_spreadsheet_means(tmp_path: Path) -> None:
    row = [
        "00123",
        USCC,
        "1e5",
        "NA",
        352,
        0.5,
        True,
        dt.date(2024, 5, 25),
        dt.datetime(2024, 5, 25, 10, 30),  # noqa: DTZ001 - a spreadsheet knows no zones
        None,
        "末",
    ]
    header = [f"c{n}" for n in range(len(row))]
    (sheet,) = read_workbook(write_book(tmp_path / "a.xlsx", {"高校": [header, row]}))
    assert sheet.cells.to_numpy().tolist() == [
        [
            "00123",
            USCC,
            "1e5",
            "NA",
            "352",
            "0.5",
            "TRUE",
            "2024-05-25",
            "2024-05-25 10:30:00",
            "",
            "末",
        ]
    ]
    assert (sheet.file, sheet.sheet, sheet.problems) == ("a.xlsx", "高校", ())


def test_rows_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = [[], ["id", "name"], [], ["U1", "a"], [None, " "], ["U2", "b"]]
    (sheet,) = read_workbook(write_book(tmp_path / "a.xlsx", {"s": rows}))
    assert sheet.cells.index.tolist() == [4, 6]
    assert (sheet.rows_in, sheet.blank) == (4, 2)


@pytest.mark.parametrize("code", [911100006000373410, -(10**15), 1234567890123456])
def test_a_code_stored_as_a_number_is_reported_as_damaged(tmp_path: Path, code: int) -> None:
    rows = [["编号", "统一社会信用代码"], ["E1", code]]
    (sheet,) = read_workbook(write_book(tmp_path / "a.xlsx", {"企业": rows}))
    (problem,) = sheet.problems
    place = (problem.code, problem.severity, problem.file, problem.sheet, problem.row)
    assert place == ("damaged_code", "error", "a.xlsx", "企业", 2)
    assert problem.column == "统一社会信用代码"
    assert problem.value == str(int(float(code)))
    assert sheet.cells.at[2, 1] == ""
    assert sheet.spoiled == {(2, 1)}


def test_fifteen_digits_are_kept(tmp_path: Path) -> None:
    (sheet,) = read_workbook(write_book(tmp_path / "a.xlsx", {"s": [["id"], [123456789012345]]}))
    assert sheet.problems == ()
    assert sheet.cells.at[2, 0] == "123456789012345"


def test_all_sheets_or_one(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"高校": [["id"], ["U1"]], "企业": [["id"], ["E1"]]})
    assert [s.sheet for s in read_workbook(path)] == ["高校", "企业"]
    assert [s.cells.at[2, 0] for s in read_workbook(path, sheet="企业")] == ["E1"]
    with pytest.raises(DataError, match='has no sheet "平台"; it has: 高校, 企业'):
        read_workbook(path, sheet="平台")


def test_empty_sheets_and_charts_do_no_harm(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "空"
    book.create_chartsheet("图")
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    assert (sheet.sheet, [p.code for p in sheet.problems]) == ("空", ["no_header"])


def test_files_that_are_no_workbook(tmp_path: Path) -> None:
    whole = write_book(tmp_path / "whole.xlsx", {"s": [["id"], ["1"]]}).read_bytes()
    broken = (
        b"",
        b"\0id,name\n",
        b"{}",
        b"PAR1",
        b"PK\x03\x04",
        whole[: len(whole) // 2],
        whole[200:],
    )
    for number, data in enumerate(broken):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(data)
        with pytest.raises(DataError, match="cannot be read as a workbook") as caught:
            read_workbook(path)
        problems = [(p.code, p.file) for p in caught.value.problems]
        assert problems == [("unreadable_workbook", path.name)]


def test_a_workbook_with_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    import zipfile  # noqa: PLC0415 - only here

    whole = write_book(tmp_path / "whole.xlsx", {"s": [["id"], ["1"]]})
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    with pytest.raises(DataError, match=r"bad\.xlsx cannot be read as a workbook"):
        read_workbook(tmp_path / "bad.xlsx")


def test_a_file_is_read_as_what_it_is_whatever_its_name(tmp_path: Path) -> None:
    book = write_book(tmp_path / "a.xlsx", {"s": [["id"], ["E1"]]}).read_bytes()
    binary = wrap_stream(list_records(pack(0x204, bytes(6) + pack_text("id"))))
    table = "编号,名称\nE1,晋\n".encode("gb18030")
    for name, data, kind, header in [
        ("b.xls", book, "xlsx", ("id",)),
        ("c.xlsx", binary, "xls", ("id",)),
        ("d.xls", table, "text", ("编号", "名称")),
    ]:
        (tmp_path / name).write_bytes(data)
        (sheet,) = read_workbook(tmp_path / name)
        assert sheet.header == header
        (told,) = [p for p in sheet.problems if p.code == "wrong_format"]
        assert (told.severity, told.file, told.details) == ("warning", name, {"kind": kind})


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(wrap_stream(b"x" * 5000, "EncryptedPackage"))
    with pytest.raises(DataError, match="protected by a password"):
        read_workbook(tmp_path / "a.xlsx")


def test_merged_cells_of_a_workbook_are_filled_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["序号", "经费", None], [None, "甲", "乙"], ["1", 5, 6], [None, 7, 8]):
        book.active.append(row)
    for cells in ("A1:A2", "B1:C1", "A3:A4"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    assert sheet.cells.loc[[3, 4]].to_numpy().tolist() == [["1", "5", "6"], ["1", "7", "8"]]
    (told,) = [p for p in sheet.problems if p.code.startswith("merged")]
    assert (told.code, told.row, told.column) == ("merged_numbers", 4, "序号")


def test_too_many_lost_cells_are_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_book(tmp_path / "a.xlsx", {"s": [["id"], ["#N/A"], ["#N/A"]]})
    monkeypatch.setattr("ecograph.reading.workbooks.remarks._MOST_LOST", 1)
    with pytest.raises(DataError) as caught:
        read_workbook(path)
    assert [p.code for p in caught.value.problems] == ["workbook_too_large"]


def test_a_lost_cell_beyond_the_header_is_told_without_a_column(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"s": [["id"], ["E1", "#N/A"]]})
    (sheet,) = read_workbook(path)
    assert ("error_cell", 2, "") in {(p.code, p.row, p.column) for p in sheet.problems}


@pytest.mark.parametrize("share", range(5, 100, 9))
def test_a_cut_workbook_is_never_read_as_a_whole_one(tmp_path: Path, share: int) -> None:
    whole = write_book(tmp_path / "whole.xlsx", {"s": [["id"], *([n] for n in range(200))]})
    data = whole.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(data[: len(data) * share // 100])
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_workbook(tmp_path / "cut.xlsx")
