from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ecograph.errors import DataError
from ecograph.reading.markup import Lost, MarkupError, find_lost
from ecograph.reading.workbooks import read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def write_book(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("企业")
    for row in (["编号", "名称"], ["E1", "#N/A"], [], ["E2", "=A2&1"], ["E3", "银圣"]):
        sheet.append(row)
    book.save(path)
    return path


def rewrite(path: Path, parts: Mapping[str, str]) -> Path:
    """Write a workbook anew, with other text in some of its parts."""
    target = path.with_name("new.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return target


def write_cells(path: Path, cells: str, prefix: str = "") -> Path:
    declared = f'xmlns:{prefix[:-1]}="{SPACE}"' if prefix else f'xmlns="{SPACE}"'
    data = f"<{prefix}sheetData>{cells}</{prefix}sheetData>"
    text = f"<{prefix}worksheet {declared}>{data}</{prefix}worksheet>"
    return rewrite(write_book(path), {"xl/worksheets/sheet2.xml": text})


def test_errors_and_formulas_without_a_result_are_lost(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx")
    assert find_lost(path, "企业") == [
        Lost(2, 1, "error_cell", "#N/A"),
        Lost(4, 1, "uncached_formula", "=A2&1"),
    ]
    assert find_lost(path, "说明") == find_lost(path, "absent") == []


def test_they_are_reported_at_their_place(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx")
    (sheet,) = read_workbook(path, sheet="企业")
    assert [(p.code, p.severity, p.sheet, p.row, p.column, p.value) for p in sheet.problems] == [
        ("error_cell", "error", "企业", 2, "名称", "#N/A"),
        ("uncached_formula", "error", "企业", 4, "名称", "=A2&1"),
    ]
    assert sheet.cells[1].tolist() == ["", "", "银圣"]
    assert sheet.spoiled == {(2, 1), (4, 1)}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('<c r="A1"><f>1+1</f><v>2</v></c>', ""),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="A1" t="str"><f>""</f></c>', "uncached_formula"),
        ('<c r="A1"><f>1+1</f></c>', "uncached_formula"),
        ('<c r="A1"><f t="shared" si="0"/><v/></c>', "uncached_formula"),
        ('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "error_cell"),
        ("<c r='A1' t='e'><v>#REF!</v></c>", "error_cell"),
        ('<c r="A1" t="inlineStr"><is><t>t="e" &lt;f></t></is></c>', ""),
    ],
)
def test_a_saved_result_is_no_loss(tmp_path: Path, cell: str, code: str) -> None:
    path = write_cells(tmp_path / "a.xlsx", f'<row r="1">{cell}</row>')
    assert [lost.code for lost in find_lost(path, "企业")] == ([code] if code else [])


def test_cells_without_an_address_are_counted(tmp_path: Path) -> None:
    rows = '<x:row/><x:row><x:c/><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>'
    path = write_cells(tmp_path / "a.xlsx", rows, prefix="x:")
    assert find_lost(path, "企业") == [Lost(2, 1, "error_cell", "#N/A")]
    rows = '<row r="3"><c r="AB3" t="e"><v>#N/A</v></c></row>'
    path = write_cells(tmp_path / "a.xlsx", rows)
    assert find_lost(path, "企业") == [Lost(3, 27, "error_cell", "#N/A")]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml"])
def test_document_types_are_refused(tmp_path: Path, part: str) -> None:
    path = write_book(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as book:
        text = book.read(part).decode()
    bad = rewrite(path, {part: '<!DOCTYPE x [<!ENTITY a "b">]>' + text})
    with pytest.raises(MarkupError, match="declares a document type"):
        find_lost(bad, "企业")
    with pytest.raises(DataError, match=r"new\.xlsx cannot be read as a workbook"):
        read_workbook(bad)


def test_a_file_that_is_no_package_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no zip")
    assert find_lost(tmp_path / "a.xlsx", "s") == []
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        book.writestr("content.xml", "<x/>")
    assert find_lost(tmp_path / "b.xlsx", "s") == []
