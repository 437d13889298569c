from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from ecograph.errors import DataError
from ecograph.reading.workbooks import pages
from ecograph.reading.workbooks.markup import WorkbookError
from ecograph.reading.workbooks.pages import read_page, read_spreadsheet_xml
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = {"wrong_format", "lone_cell"}
SPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def never() -> None:
    """Have time for ever."""


def rows(text: str) -> list[list[str]]:
    (sheet,) = read_page(text, never)
    return [cells for _, cells in sheet.rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<table><tr><th>a</th><td>b</td></tr></table>", [["a", "b"]]),
        ("<TABLE><TR><TD>a<TD>b<TR><TD>c", [["a", "b"], ["c", ""]]),
        ("<table><td>a<td>b</table>", [["a", "b"]]),
        ("<table><tr><td><td>b</table>", [["", "b"]]),
        ("<table><tr><td> a \n b&nbsp;&lt;<br>c <p>d</table>", [["a b <\nc\nd"]]),
        ("<table><tr><td><script>x</script>a<style>y</style></table>", [["a"]]),
        ("<table><tr><td>a</td>stray</tr></table>stray", [["a"]]),
        ("<table><tr><td>00123<td>911100006000373410</table>", [["00123", "911100006000373410"]]),
        ("<td>x</td><tr></tr></table></script><table><tr><td>a</table>", [["a"]]),
        ("<!-- <table><tr><td>x</table> --><table><tr><td>a</table><!-- <table><tr><td>b", [["a"]]),
        ("<table><tr><td rowspan=x colspan=0>a</table>", [["a"]]),
    ],
)
def test_cells_hold_what_the_page_shows(text: str, expected: list[list[str]]) -> None:
    assert rows(text) == expected


def test_spans_move_the_cells_beside_and_below() -> None:
    text = "<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>d<td>e<td>f<tr><td>g</table>"
    (sheet,) = read_page(text, never)
    assert [cells for _, cells in sheet.rows] == [
        ["a", "b", "", "c"],
        ["", "d", "e", "f"],
        ["g", "", "", ""],
    ]
    assert [tuple(merge) for merge in sheet.merges] == [(1, 0, 2, 0), (1, 1, 1, 2)]


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    found = read_page("<table><tr><td>a<table><tr><td>b</table>c</table>", never)
    assert [(at.name, [cells for _, cells in at.rows]) for at in found] == [
        ("1", [["ac"]]),
        ("2", [["b"]]),
    ]


def test_a_page_named_xls_is_read_and_told(tmp_path: Path) -> None:
    text = (
        "<html><meta charset=gb2312><table><tr><th>编号<th>名称"
        "<tr><td rowspan=2>E1<td>晋<tr><td>阳</table>"
    )
    path = tmp_path / "a.xls"
    path.write_bytes(text.encode("gb18030"))
    (sheet,) = read_workbook(path)
    assert sheet.cells.to_numpy().tolist() == [["E1", "晋"], ["E1", "阳"]]
    codes = [(p.code, dict(p.details)) for p in sheet.problems]
    assert codes[0] == ("wrong_format", {"kind": "html"})
    assert "merged_cells" in dict(codes)


@pytest.mark.parametrize(
    ("name", "limit", "text"),
    [
        ("_MOST_TABLES", 1, "<table><tr><td>a</table>" * 2),
        ("_DEEPEST", 1, "<table><tr><td>a<table>"),
        ("LAST_COLUMN", 2, "<table><tr><td colspan=2>a<td>b</table>"),
        ("LONGEST_TEXT", 2, "<table><tr><td>abc</table>"),
    ],
)
def test_nothing_goes_on_without_end(
    monkeypatch: pytest.MonkeyPatch, name: str, limit: int, text: str
) -> None:
    monkeypatch.setattr(pages, name, limit)
    with pytest.raises(WorkbookError) as caught:
        read_page(text, never)
    assert caught.value.code == "workbook_too_large"


def test_a_large_page_or_one_without_a_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xls"
    path.write_text("<html><table></table></html>")
    with pytest.raises(DataError, match="holds no table"):
        read_workbook(path)
    monkeypatch.setattr("ecograph.reading.workbooks.reader._LARGEST_PAGE", 5)
    with pytest.raises(DataError) as caught:
        read_workbook(path)
    assert [problem.code for problem in caught.value.problems] == ["workbook_too_large"]


XML = f"""<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}"><Visible>x</Visible><Table/>
<Styles><Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style></Styles>
<Worksheet ss:Name="企业"><Table>
<Column ss:Width="9"/><Column ss:Index="3" ss:Hidden="1" ss:Span="1"/>
<Row><Cell><Data ss:Type="String">编号</Data></Cell><Cell><Data ss:Type="String">名称</Data></Cell>
<Cell><Data ss:Type="String">日期</Data></Cell></Row>
<Row><Cell ss:StyleID="z" ss:MergeDown="1"><Data ss:Type="Number">7</Data></Cell>
<Cell><Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>晋</B>阳</Data>
<Comment><Data>note</Data></Comment></Cell>
<Cell><Data ss:Type="DateTime">2024-05-25T00:00:00.000</Data></Cell></Row>
<Row ss:Index="5" ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="Boolean">1</Data></Cell></Row>
<Row><Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell><Data ss:Type="Boolean">0</Data></Cell>
<Cell ss:Formula="=1+1"/></Row>
</Table></Worksheet>
<Worksheet ss:Name="b"><Table>
<Row><Cell><Data ss:Type="String">编号</Data></Cell></Row></Table>
<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>
</Worksheet></Workbook>"""


def test_an_xml_spreadsheet_is_read_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text(XML, encoding="utf-8")
    first, second = read_workbook(tmp_path / "a.xls")
    assert first.header == ("编号", "名称", "日期")
    assert first.cells.T.to_dict("list") == {
        2: ["00007", "晋阳", "2024-05-25"],
        5: ["", "TRUE", ""],
        6: ["", "FALSE", ""],
    }
    assert [(p.code, p.row, p.column) for p in first.problems if p.code not in OTHERS] == [
        ("error_cell", 6, "编号"),
        ("uncached_formula", 6, "日期"),
        ("hidden_rows", 5, ""),
        ("hidden_columns", None, "日期"),
        ("shown_zeros", 2, "编号"),
    ]
    assert [p.code for p in second.problems][:2] == ["wrong_format", "hidden_sheet"]
    assert [sheet.sheet for sheet in read_workbook(tmp_path / "a.xls", sheet="b")] == ["b"]


def test_the_sheets_of_an_xml_spreadsheet_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_MOST_TABLES", 1)
    with pytest.raises(WorkbookError) as caught:
        read_spreadsheet_xml(io.BytesIO(XML.encode()), len(XML), never)
    assert caught.value.code == "workbook_too_large"
