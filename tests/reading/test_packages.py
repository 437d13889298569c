from __future__ import annotations

import struct
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest
from handmade import list_parts, list_records, wrap_stream, write_package

from ecograph.reading.workbooks import packages
from ecograph.reading.workbooks.markup import WorkbookError
from ecograph.reading.workbooks.packages import Package, Timer, find_kind

if TYPE_CHECKING:
    from pathlib import Path

GB = "编号,名称\n".encode("gb18030")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (wrap_stream(list_records(b"")), "xls"),
        (wrap_stream(b"x" * 5000, "EncryptedPackage"), "encrypted"),
        (b"\x09\x08\x10\x00\x00\x06", "xls"),
        (b"PAR1....", "parquet"),
        (b"id,name\n", "text"),
        (GB, "text"),
        ("编号\n".encode("utf-16"), "text"),
        (b"", ""),
        (b"\x7fELF\x02\x01\x01\x00", ""),
        (b"id\x01name", ""),
        (b'{"a": 1}', ""),
        (b"%PDF-1.7", ""),
        (b"{\\rtf1", ""),
        (b"MIME-Version: 1.0\nContent-Type: multipart", ""),
        (b"\xef\xbb\xbf<html><table>", "html"),
        ("<table>".encode("utf-16"), "html"),
        (b"\n<META charset=gb2312><table>", "html"),
        (b"<?xml version='1.0'?><a/>", ""),
        (
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
            "xml",
        ),
        (b"<html xmlns:x='urn:schemas-microsoft-com:office:spreadsheet'>", "html"),
    ],
)
def test_a_file_is_what_its_bytes_are(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / "any.xlsx"
    path.write_bytes(data)
    assert find_kind(path) == kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["[Content_Types].xml"], "xlsx"),
        (["xl\\workbook.xml"], "xlsx"),
        (["[Content_Types].xml", "xl/workbook.bin"], "xlsb"),
        (["META-INF/manifest.xml", "content.xml"], "ods"),
        (["a.csv"], ""),
    ],
)
def test_a_package_is_what_its_parts_are(tmp_path: Path, names: list[str], kind: str) -> None:
    assert find_kind(write_package(tmp_path / "a.zip", dict.fromkeys(names, "x"))) == kind


def test_a_part_is_unzipped_whatever_its_capitals(tmp_path: Path) -> None:
    data = b"0123456789" * 60_000
    path = write_package(tmp_path / "a.xlsx", {"XL\\Sheet.xml": data})
    with Package(path) as package:
        assert b"".join(package.stream("xl/sheet.XML")) == data
        assert list(package.stream("absent")) == []
        with pytest.raises(WorkbookError, match="> 1000 bytes") as caught:
            list(package.stream("xl/sheet.xml", 1000))
    assert caught.value.code == "workbook_too_large"


def test_what_a_package_declares_is_not_believed(tmp_path: Path) -> None:
    path = write_package(tmp_path / "a.xlsx", {"a": b"0" * 100_000})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 100_000), struct.pack("<L", 5)))
    with Package(path) as package, pytest.raises(WorkbookError, match="broken package"):
        list(package.stream("a"))


def change(path: Path, place: int, value: int) -> None:
    """Change a number of two bytes in the directory of a package with one part."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.rindex(b"PK\1\2") + place, value)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [(8, 1, "protected by a password"), (10, 14, "compression 14"), (10, 97, "compression 97")],
)
def test_what_cannot_be_unzipped_safely_is_refused(
    tmp_path: Path, place: int, value: int, reason: str
) -> None:
    path = write_package(tmp_path / "a.xlsx", {"a": b"x"})
    change(path, place, value)
    with pytest.raises(WorkbookError, match=reason):
        Package(path)


def test_no_part_stands_twice(tmp_path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        warnings.simplefilter("ignore")
        package.writestr("a", "x")
        package.writestr("A", "y")
    with pytest.raises(WorkbookError, match="stands twice"):
        Package(tmp_path / "a.xlsx")


def test_the_number_of_parts_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_package(tmp_path / "a.xlsx", {str(n): "" for n in range(4)})
    monkeypatch.setattr(packages, "MOST_PARTS", 3)
    with pytest.raises(WorkbookError, match="parts: 4 > 3") as caught:
        Package(path)
    assert caught.value.code == "workbook_too_large"


def test_a_huge_directory_is_not_read(tmp_path: Path) -> None:
    path = write_package(tmp_path / "a.xlsx", {"a": "x"})
    data = path.read_bytes()
    place = data.rindex(b"PK\5\6") + 12
    path.write_bytes(data[:place] + struct.pack("<L", 1 << 30) + data[place + 4 :])
    with pytest.raises(WorkbookError, match="directory: 1073741824"):
        Package(path)
    wide = b"PK\6\6" + bytes(36) + struct.pack("<Q", 1 << 40) + bytes(8)
    path.write_bytes(wide + data[:place] + b"\xff" * 4 + data[place + 4 :])
    with pytest.raises(WorkbookError, match="directory: 1099511627776"):
        Package(path)


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    whole = write_package(tmp_path / "a.xlsx", list_parts("<a/>")).read_bytes()
    for data in (b"PK\3\4", b"PK\5\6", whole[:-30]):
        (tmp_path / "b.xlsx").write_bytes(data)
        with pytest.raises(WorkbookError, match="broken package"):
            find_kind(tmp_path / "b.xlsx")


def test_time_has_a_limit_that_grows_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_package(tmp_path / "a.xlsx", {"a": "x"})
    assert 7 < Timer(path).seconds < 7.01
    Timer(path).check()
    monkeypatch.setattr(packages, "SECONDS", -9.0)
    with Package(path) as package, pytest.raises(WorkbookError) as caught:
        list(package.stream("a"))
    assert caught.value.code == "workbook_too_slow"
