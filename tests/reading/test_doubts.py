"""Cells that are doubted whatever kind of file they come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ecograph.reading.sources import read_file

if TYPE_CHECKING:
    from pathlib import Path


def find(path: Path) -> list[tuple[str, int | None, str, str]]:
    (read,) = read_file(path)
    return [(p.code, p.row, p.column, p.value) for p in read.problems]


@pytest.mark.parametrize("text", ["#N/A", " #DIV/0! ", "#ref!", "#NAME?"])
def test_the_text_of_an_error_is_no_value(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,name,city\nE1,a,{text}\nE2,b,晋中\n", encoding="utf-8")
    (read,) = read_file(tmp_path / "t.csv")
    assert read.cells.to_numpy().tolist() == [["E1", "a", ""], ["E2", "b", "晋中"]]
    assert read.spoiled == {(2, 2)}
    assert find(tmp_path / "t.csv") == [("error_cell", 2, "city", text)]


@pytest.mark.parametrize("text", ["#1", "C#", "#N/A 见附件", "# 备注"])
def test_a_text_with_a_number_sign_is_a_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,name\nE1,{text}\n", encoding="utf-8")
    assert find(tmp_path / "t.csv") == []


@pytest.mark.parametrize("text", ["云台锟斤拷杉", "核桃烫烫烫", "平\ufffd"])
def test_damaged_text_is_told_in_a_workbook_and_in_records(tmp_path: Path, text: str) -> None:
    book = openpyxl.Workbook()
    for row in (["编号", "名称"], ["E1", "好"], ["E2", text]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert find(tmp_path / "t.xlsx") == [("damaged_text", 3, "名称", text)]
    (tmp_path / "t.json").write_text(json.dumps([{"id": "E1", "name": text}]), encoding="utf-8")
    (read,) = read_file(tmp_path / "t.json")
    assert {p.code for p in read.problems} == {"damaged_text"}


def test_an_empty_sheet_that_a_program_added_is_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.create_sheet("Sheet2")
    book.create_sheet("企业")
    book.save(tmp_path / "t.xlsx")
    assert [read.sheet for read in read_file(tmp_path / "t.xlsx")] == ["Sheet", "企业"]
