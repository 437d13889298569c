from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from handmade import write_package

from ecograph.errors import DataError
from ecograph.reading.workbooks import child
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
LIMITED = pytest.mark.skipif(sys.platform == "win32", reason="no limit on memory there")


def write_ods(path: Path, *tables: str) -> Path:
    body = "".join(
        f'<table:table table:name="t{n}">{rows}</table:table>'
        for n, rows in enumerate(tables, start=1)
    )
    content = (
        f"<office:document-content {NAMES}><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{OASIS}:manifest:1.0"/>',
        "content.xml": content,
    }
    return write_package(path, parts)


def cell(kind: str, text: str, given: str = "") -> str:
    head = f'<table:table-cell office:value-type="{kind}" {given}>'
    return f"{head}<text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, given: str = "") -> str:
    return f"<table:table-row {given}>{''.join(cells)}</table:table-row>"


def test_a_foreign_workbook_is_read_in_another_process(tmp_path: Path) -> None:
    header = row(*(cell("string", name) for name in ("编号", "数", "日", "是", "码")))
    data = row(
        cell("string", "晋1"),
        cell("float", "0.5", 'office:value="0.5"'),
        cell("date", "2024", 'office:date-value="2024-05-25"'),
        cell("boolean", "真", 'office:boolean-value="true"'),
        cell("float", "9", 'office:value="911100006000373410"'),
    )
    path = write_ods(tmp_path / "a.ods", header + row() + data, header)
    first, second = read_workbook(path)
    assert first.cells.loc[3].tolist() == ["晋1", "0.5", "2024-05-25", "TRUE", ""]
    assert [(p.code, p.row) for p in first.problems] == [
        ("damaged_code", 3),
        ("limited_format", None),
    ]
    assert [sheet.sheet for sheet in read_workbook(path, sheet="t2")] == [second.sheet] == ["t2"]
    with pytest.raises(DataError, match="it has: t1, t2"):
        read_workbook(path, sheet="t3")


@LIMITED
def test_the_memory_of_the_child_has_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "MEMORY", 1 << 24)
    monkeypatch.setattr(child, "_MEMORY_A_BYTE", 0)
    with pytest.raises(DataError) as caught:
        read_workbook(write_ods(tmp_path / "a.ods", row(cell("string", "id"))))
    assert [p.code for p in caught.value.problems] == ["workbook_too_large"]


def test_a_file_that_asks_for_too_many_cells_is_refused(tmp_path: Path) -> None:
    full = row(
        cell("string", "x", 'table:number-columns-repeated="16384"'),
        given='table:number-rows-repeated="1048576"',
    )
    with pytest.raises(DataError) as caught:
        read_workbook(write_ods(tmp_path / "a.ods", full))
    assert [p.code for p in caught.value.problems] == ["workbook_too_large"]


def test_a_broken_workbook_is_refused_with_the_reason(tmp_path: Path) -> None:
    parts = {"META-INF/manifest.xml": "<m/>", "content.xml": "<a><b></a>"}
    with pytest.raises(DataError, match="cannot be read as a workbook") as caught:
        read_workbook(write_package(tmp_path / "a.ods", parts))
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("unreadable_workbook", "a.ods")


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, seconds: float = 5) -> object:
    """Read with a child that does something else."""
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    monkeypatch.setattr(child, "__file__", str(script))
    return list(child.read_child(script, seconds))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import os; os.abort()", "workbook_too_large"),
        ("import sys; sys.exit(9)", "workbook_too_large"),
        ("print('[1', end='')\nraise SystemExit(1)", "workbook_too_large"),
        ('print(\'{"broken": "why", "code": "unreadable_workbook"}\')', "unreadable_workbook"),
    ],
)
def test_a_child_that_dies_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, code: str
) -> None:
    with pytest.raises(child.ChildError) as caught:
        run(monkeypatch, tmp_path, body)
    assert caught.value.code == code


def test_a_child_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(child.ChildError) as caught:
        run(monkeypatch, tmp_path, "import time; time.sleep(60)", 0.05)
    assert caught.value.code == "workbook_too_slow"


def test_nothing_of_the_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert read_workbook(write_ods(tmp_path / "a.ods", row(cell("string", "id"))))[0].header == (
        "id",
    )
