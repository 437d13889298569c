from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.styles import PatternFill

import ecograph as eg
from ecograph import annotation
from ecograph.annotation import MOST_MARKED, annotate_tables
from ecograph.errors import EcographError
from ecograph.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

RED, AMBER = "00FFB3B3", "00FFE08A"


def annotate(path: Path, lang: str = "zh", **options: int) -> Workbook:
    content = annotate_tables(path, eg.load(path).problems, lang=lang, **options)
    return openpyxl.load_workbook(io.BytesIO(content))


def list_marks(book: Workbook) -> dict[tuple[str, str], tuple[str, str]]:
    """List the colour and the first line of the comment of every cell that has one."""
    return {
        (page.title, cell.coordinate): (cell.fill.fgColor.rgb, cell.comment.text.split("\n")[0])
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of tables of three kinds, with faults whose places are known."""
    tables = tmp_path / "city"
    tables.mkdir()
    (tables / "高校.csv").write_text("编号,名称\nU1,甲大学\n,乙大学\n", encoding="utf-8")
    (tables / "企业.yaml").write_text("- {id: E1, name: '=1+1', founded: 去年}\n", encoding="utf-8")
    book = openpyxl.Workbook()
    page = book.active
    page.title = "协议"
    for row in (
        ["编号", "金额（万元）", "合作高校", "合作企业"],
        ["A1", 120, "甲大学", "E1"],
        ["A2", "不详", "丙大学", "E1"],
    ):
        page.append(row)
    page["D1"].fill = PatternFill("solid", fgColor="00FF00")
    page.column_dimensions["B"].width = 33
    page.column_dimensions["C"].hidden = True
    page.merge_cells("E1:F1")
    book.save(tables / "b.xlsx")
    return tables


def test_each_faulty_cell_is_marked_by_how_grave_it_is(folder: Path) -> None:
    book = annotate(folder)
    marks = list_marks(book)
    assert marks["b 协议", "B3"] == (RED, "错误 unreadable_amount")
    assert marks["b 协议", "C3"] == (RED, "错误 unknown_reference")
    assert marks["企业", "C2"] == (RED, "错误 unreadable_date")
    assert marks["高校", "A3"] == (RED, "错误 missing_value")
    assert book["b 协议"]["D1"].fill.fgColor.rgb == "0000FF00"  # looks stay
    assert book["b 协议"].column_dimensions["B"].width == 33
    assert book["b 协议"].column_dimensions["C"].hidden
    assert [str(area) for area in book["b 协议"].merged_cells.ranges] == ["E1:F1"]
    assert [cell.value for cell in book["高校"][2]] == ["U1", "甲大学"]


def test_the_first_sheet_lists_all_with_links_that_lead_there(folder: Path) -> None:
    book = annotate(folder)
    problems = eg.load(folder).problems
    page = book.worksheets[0]
    assert page.title == "问题"
    rows = list(page.iter_rows(min_row=5))
    assert len(rows) == len(problems)
    for row in rows:
        file, sheet, number, code = (row[n].value for n in (1, 2, 3, 8))
        links = {cell.hyperlink.location for cell in row if cell.hyperlink}
        assert len(links) == 1
        title, place = links.pop().rsplit("!", 1)
        assert code in book[title.strip("'")][place].comment.text
        assert place.endswith(str(number or 1))
        assert any((p.file, p.sheet, p.row) == (file, sheet or "", number) for p in problems)
    errors = sum(p.severity == "error" for p in problems)
    assert page["A1"].value.startswith(f"错误 {errors} 处，提醒 {len(problems) - errors} 处。")
    assert annotate(folder, "en").worksheets[0].title == "Problems"


def test_text_stays_text_and_the_bytes_are_the_same(folder: Path) -> None:
    problems = eg.load(folder).problems
    content = annotate_tables(folder, problems)
    assert content == annotate_tables(folder, tuple(reversed(problems)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
    cell = openpyxl.load_workbook(io.BytesIO(content))["企业"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_lone_workbook_keeps_its_sheets_and_what_is_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "高校"
    page.append(["编号", "名称"])
    page.append(["U1", "甲"])
    page.append(["U1", "乙"])
    page["A3"].comment = openpyxl.comments.Comment("自己的批注", "x")
    page["B2"] = "=1+1"
    page["B2"].data_type = "s"
    page.row_dimensions[2].hidden = True
    page.merge_cells("A5:B5")
    book.create_sheet("旧").sheet_state = "hidden"
    book.create_sheet("问题")
    book.save(tmp_path / "city.xlsx")
    problems = [
        Problem("duplicate_id", "city.xlsx", "高校", row=3, column="编号", details={"first": "x"}),
        Problem("missing_value", "city.xlsx", "高校", row=5, column="名称"),
        Problem("unused_mapping", "ecosystem.yaml", value="x", severity="warning"),
        Problem("no_header", "city.xlsx", "旧"),
    ]
    marked = openpyxl.load_workbook(io.BytesIO(annotate_tables(tmp_path / "city.xlsx", problems)))
    assert marked.sheetnames == ["Problems", "高校", "旧", "问题"]
    assert marked["旧"].sheet_state == "hidden"
    assert marked["高校"].row_dimensions[2].hidden
    assert (marked["高校"]["B2"].value, marked["高校"]["B2"].data_type) == ("=1+1", "s")
    assert marked["高校"]["A3"].comment.text.endswith("自己的批注")
    assert "missing_value" in marked["高校"]["A5"].comment.text  # the merged cell's first
    assert [row[8].value for row in marked.worksheets[0].iter_rows(min_row=5)] == [
        *("no_header", "duplicate_id", "missing_value", "unused_mapping"),
    ]


def test_a_row_that_was_set_aside_stands_where_it_stood(tmp_path: Path) -> None:
    text = "编号,名称,城市\nU1,甲,晋中\nU2,乙,晋中,太原,x\n\nU3,丙,晋中\n"
    (tmp_path / "高校.csv").write_text(text, encoding="utf-8")
    book = annotate(tmp_path)
    page = book["高校"]
    assert [cell.value for cell in page[3]][:3] == ["U2", "乙", "晋中"]
    assert page["A5"].value == "U3"
    colour, said = list_marks(book)["高校", "A3"]
    assert (colour, said.split()[0]) == (RED, "错误")


def test_only_the_first_are_marked_and_the_rest_is_counted(folder: Path) -> None:
    book = annotate(folder, most=2)
    page = book.worksheets[0]
    total = len(eg.load(folder).problems)
    assert page.max_row == 4 + 2
    assert page["A2"].value.startswith(f"仅标出并列出前 2 处，另有 {total - 2} 处")
    assert len(list_marks(book)) == 2
    assert MOST_MARKED >= 1000


def test_tables_too_large_for_a_workbook_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotation, "_MOST_CELLS", 3)
    with pytest.raises(EcographError, match="--format csv"):
        annotate_tables(folder, [])


def test_a_workbook_that_openpyxl_cannot_keep_is_copied_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "高校"
    book.active.append(["编号", "名称"])
    book.active.append(["U1", ""])
    book.save(tmp_path / "city.xlsx")

    def stumble(*_: object, **__: object) -> None:
        raise KeyError("drawing")

    problems = [Problem("missing_value", "city.xlsx", "高校", row=2, column="名称")]
    monkeypatch.setattr(annotation, "load_workbook", stumble)
    content = annotate_tables(tmp_path / "city.xlsx", problems)
    monkeypatch.undo()
    copy = openpyxl.load_workbook(io.BytesIO(content))
    assert copy["高校"]["A2"].value == "U1"
    assert copy["高校"]["B2"].fill.fgColor.rgb == RED


def test_sheets_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    for name in ("高校", "高校_2023", "高校" + "2" * 40):
        (tmp_path / f"{name}.csv").write_text("id,name\n,甲\n", encoding="utf-8")
    book = annotate(tmp_path)
    assert len({title.casefold() for title in book.sheetnames}) == 4
    assert all(len(title) <= 31 for title in book.sheetnames)
