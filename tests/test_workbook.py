import io

import openpyxl
import pytest

import ecograph as eg
from ecograph.schema import read_schema
from ecograph.workbook import render_template_workbook


def open_workbook(lang):
    return openpyxl.load_workbook(io.BytesIO(render_template_workbook(lang)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_is_a_sheet_and_every_column_a_header(lang):
    book = open_workbook(lang)
    schema = read_schema()
    assert len(book.sheetnames) == len(schema.tables)
    for name, table in zip(book.sheetnames, schema.tables.values(), strict=True):
        assert schema.find_table(name) == table.name
        headers = [cell.value for cell in book[name][1]]
        assert [schema.find_column(table.name, h) for h in headers] == list(table.columns)


def test_every_header_has_a_comment_and_required_ones_are_bold():
    sheet = open_workbook("zh")["高校"]
    assert all(cell.comment for cell in sheet[1])
    assert [cell.font.bold for cell in sheet[1]][:3] == [True, True, False]


def test_a_filled_in_template_loads_without_a_problem(tmp_path):
    book = open_workbook("zh")
    columns = {cell.value: cell.column for cell in book["协议"][1]}
    for values in ({"编号": "A1", "协议方": "甲大学；乙公司", "金额": "120万元", "状态": "已签"},):
        for header, value in values.items():
            book["协议"].cell(row=2, column=columns[header], value=value)
    book["高校"].append(["U1", "甲大学"])
    book["企业"].append(["00123", "乙公司"])
    book.save(tmp_path / "city.xlsx")
    ecosystem = eg.load(tmp_path / "city.xlsx")
    assert [p.code for p in ecosystem.problems if p.severity == "error"] == []
    assert "00123" in ecosystem.graph
    assert ecosystem.nodes.at["A1", "amount"] == 1_200_000
    assert eg.project(ecosystem).edges["00123", "U1"]["amount"] == 1_200_000
