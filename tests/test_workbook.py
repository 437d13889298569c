from __future__ import annotations

import datetime as dt
import functools
import io
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

import ecograph as eg
from ecograph.reading.headers import EXAMPLE_MARKS, GUIDE_MARK, match_sheets, pass_over_guides
from ecograph.reading.sources import read_source
from ecograph.schema import read_schema
from ecograph.workbook import render_template_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook

LANGUAGES = ["zh", "en"]
FORMS = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "ods": "ods",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
}
"""What LibreOffice is asked to save: the last one each sheet as a file of its own."""

SCHEMA = read_schema()
CODE = "911407286000037319"  # eighteen digits, which no spreadsheet keeps as a number

ROWS: dict[str, list[dict[str, Any]]] = {
    "universities": [{"id": "U1", "name": "甲大学", "uscc": CODE, "latitude": 37.7}],
    "disciplines": [{"id": "D1", "name": "机械工程", "code": "0802"}],
    "offers": [{"university": "U1", "discipline": "机械工程", "level": "省级重点学科"}],
    "platforms": [{"id": "P1", "name": "甲实验室", "hosts": "甲大学；乙公司", "rd_input": 35.5}],
    "enterprises": [{"id": "00123", "name": "乙公司", "industry": "新材料", "founded": "2015"}],
    "institutions": [{"id": "I1", "name": "市科技局"}],
    "organisations": [{"id": "O1", "name": "丙公司", "kind": ("企业", "enterprise")}],
    "certificates": [
        {
            "enterprise": "乙公司",
            "certificate": "高新技术企业",
            "valid_from": dt.date(2023, 11, 1),
            "valid_to": "2026-10-31",
        }
    ],
    "financials": [{"enterprise": "乙公司", "year": 2024, "staff": 120, "revenue": 8600}],
    "industries": [{"id": "新材料", "name": "新材料", "key": ("是", "yes"), "enterprises": 12}],
    "regions": [{"id": "太谷区", "name": "太谷区"}],
    "agreements": [
        {"id": "A1", "date": "2024年5月", "amount": 120, "status": ("已签", "signed")},
        {
            "id": "A2",
            "date": dt.date(2024, 5, 25),
            "amount": "1.28亿元",
            "status": ("意向", "intent"),
        },
    ],
    "parties": [
        {"agreement": agreement, "organisation": organisation}
        for agreement in ("A1", "A2")
        for organisation in ("甲大学", "00123")
    ],
    "teams": [{"id": "T1", "name": "甲团队", "university": "甲大学"}],
    "achievements": [{"id": "R1", "name": "催化剂", "owners": "甲大学；T1"}],
    "demands": [{"id": "Q1", "name": "寿命", "enterprise": "乙公司", "amount": 30}],
    "events": [{"id": "V1", "name": "路演", "date": "2025-09-08", "participants": "甲大学"}],
    "indicators": [{"id": "K1", "name": "协议数", "value": 352, "period": "2024"}],
    "targets": [{"id": "G1", "name": "新认定", "value": 109, "period": "2025"}],
    "platform_reviews": [{"platform": "甲实验室", "year": 2024, "grant": 50}],
    "incubation": [{"incubator": "P1", "stage": "拟入驻", "count": 11}],
    "finance": [{"id": "F1", "kind": "贷款", "amount": 600}],
    "commissioners": [{"id": "X1", "name": "特派团", "region": "太谷区"}],
    "trainings": [{"id": "L1", "programme": "科技特派员", "sessions": 12}],
    "brokers": [{"id": "J1", "level": "初级", "people": 1}],
    "resolutions": [{"decision": ("拆分", "split"), "name": "丙公司", "target": "00123"}],
    "sources": [{"id": "S1", "title": "报道", "date": "2025-06-19"}],
}
"""A row or two of each table, as an office would type them; pairs: in Chinese and English."""


@functools.cache
def render(lang: str) -> bytes:
    return render_template_workbook(lang)


def open_workbook(lang: str) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(lang)))


@functools.cache
def look_into(lang: str) -> Workbook:
    """Open a template that nothing is written into."""
    return open_workbook(lang)


def fill_in(book: Workbook, lang: str, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Type rows in from the third one on, as the guide says."""
    for name, rows in tables.items():
        sheet = book[SCHEMA.tables[name].label(lang)]
        places = {column: n for n, column in enumerate(SCHEMA.tables[name].columns, start=1)}
        for number, row in enumerate(rows, start=3):
            for column, value in row.items():
                word = value[lang == "en"] if isinstance(value, tuple) else value
                if isinstance(word, int | float) and column in {"rd_input", "amount", "grant"}:
                    word = word if lang == "zh" else word * 10_000  # the header's unit
                if column == "revenue" and lang == "en":
                    word = word * 10_000
                sheet.cell(row=number, column=places[column], value=word)


def check_rows(ecosystem: eg.Ecosystem) -> None:
    """Say that every row that was typed in is there, with its value."""
    for name, rows in ROWS.items():
        assert len(ecosystem.tables[name]) == len(rows), name
    nodes = ecosystem.nodes
    assert nodes.at["A1", "amount"] == 1_200_000
    assert nodes.at["A2", "amount"] == 128_000_000
    assert nodes.at["P1", "rd_input"] == 355_000
    assert (nodes.at["A1", "date"], nodes.at["A2", "date"]) == ("2024-05", "2024-05-25")
    assert nodes.at["U1", "uscc"] == CODE
    assert "00123" in ecosystem.graph
    assert ecosystem.tables["financials"].at[0, "revenue"] == 86_000_000
    assert ecosystem.tables["platform_reviews"].at[0, "grant"] == 500_000
    assert ecosystem.tables["disciplines"].at[0, "code"] == "0802"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_is_a_sheet_and_every_column_a_header(lang: str) -> None:
    book = look_into(lang)
    assert book.sheetnames[0] == {"zh": "说明", "en": "Guide"}[lang]
    assert len(book.sheetnames) == 1 + len(SCHEMA.tables)
    for name, table in zip(book.sheetnames[1:], SCHEMA.tables.values(), strict=True):
        assert SCHEMA.find_table(name) == table.name
        headers = [cell.value for cell in book[name][1]]
        assert [SCHEMA.find_column(table.name, h) for h in headers] == list(table.columns)


def test_every_header_has_a_comment_and_required_ones_are_bold_and_shaded() -> None:
    sheet = look_into("zh")["高校"]
    assert [cell.font.bold for cell in sheet[1]][:3] == [True, True, False]
    assert sheet["A1"].fill.fgColor.rgb != sheet["C1"].fill.fgColor.rgb
    notes = {cell.value: cell.comment.text for cell in look_into("zh")["协议"][1]}
    assert notes["金额（万元）"] == (
        "金额 / amount\n金额; 选填\n单位：万元；单元格内可自带单位\n例：120"
    )
    assert "可选项：对接 / 意向 / 规划 / 已签 / 在建 / 已结束" in notes["状态"]
    assert "填写编号或全称：高校 / 平台 / 企业" in notes["协议方"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_codes_and_dates_are_text_and_sums_are_numbers(lang: str) -> None:
    book = look_into(lang)
    for table in SCHEMA.tables.values():
        sheet = book[table.label(lang)]
        for number, column in enumerate(table.columns.values(), start=1):
            letter = openpyxl.utils.get_column_letter(number)
            numeric = column.type in {"amount", "number", "integer", "year"}
            assert (sheet.column_dimensions[letter].number_format == "@") is not numeric


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lists_offer_the_words_of_the_schema_and_the_names_of_other_sheets(lang: str) -> None:
    book = look_into(lang)
    lists = {
        (name, str(rule.sqref).split(":", maxsplit=1)[0]): rule.formula1
        for name in book.sheetnames[1:]
        for rule in book[name].data_validations.dataValidation
    }
    assert all(len(choice) <= 257 for choice in lists.values())  # what a spreadsheet can hold
    labels = {name: SCHEMA.tables[name].label(lang) for name in SCHEMA.tables}
    places = list(SCHEMA.tables["agreements"].columns)
    letter = openpyxl.utils.get_column_letter(1 + places.index("status"))
    words = ",".join(term.label(lang) for term in SCHEMA.vocabularies["status"])
    assert lists[labels["agreements"], f"{letter}2"] == f'"{words}"'
    assert lists[labels["financials"], "A2"] == f"'{labels['enterprises']}'!$B$3:$B$5000"
    assert lists[labels["parties"], "A2"] == f"'{labels['agreements']}'!$A$3:$A$5000"
    wanted = sum(
        bool(c.vocabulary) or c.type == "boolean" or (c.type == "ref" and len(c.kinds) == 1)
        for t in SCHEMA.tables.values()
        for c in t.columns.values()
    )
    assert len(lists) == wanted  # none is too long


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_sheet_names_every_sheet_with_a_link(lang: str) -> None:
    book = look_into(lang)
    guide = book.worksheets[0]
    links = [c.hyperlink.location for row in guide.iter_rows() for c in row if c.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    texts = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
    assert GUIDE_MARK in texts
    assert EXAMPLE_MARKS[lang].strip() in texts


def test_the_template_is_the_same_bytes_every_time() -> None:
    assert render_template_workbook("zh") == render("zh")


@pytest.mark.parametrize(("lang", "examples"), [("zh", True), ("en", False)])
def test_a_filled_in_template_loads_whole(lang: str, examples: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Every table comes back with its values; the examples are told once, or were deleted."""
    book = open_workbook(lang)
    fill_in(book, lang, ROWS)
    if not examples:
        for name in book.sheetnames[1:]:
            book[name].delete_rows(2)
    book.save(tmp_path / "city.xlsx")
    source = pass_over_guides(read_source(tmp_path / "city.xlsx"))
    matched, problems = match_sheets(source)
    assert [m.table.name for m in matched] == list(SCHEMA.tables)
    assert [p.code for s in source.sheets for p in s.problems] == []
    assert [p.code for p in problems] == (["example_row"] if examples else [])
    ecosystem = eg.load(tmp_path / "city.xlsx")
    guide = book.sheetnames[0]
    told = [p for p in ecosystem.problems if p.sheet != guide]
    assert [p.code for p in told] == (["example_row"] if examples else [])
    check_rows(ecosystem)


def test_what_is_left_empty_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    """Industries, regions and disciplines come from references where their sheets are empty."""
    book = open_workbook("zh")
    tables = {name: ROWS[name] for name in ("universities", "enterprises", "agreements", "parties")}
    fill_in(book, "zh", tables)
    book.save(tmp_path / "city.xlsx")
    ecosystem = eg.load(tmp_path / "city.xlsx")
    assert ecosystem.errors == ()
    assert "新材料" in ecosystem.graph
    assert eg.project(ecosystem).edges["00123", "U1"]["amount"] == 1_200_000


def test_an_office_suite_keeps_the_template_whole(tmp_path: Path) -> None:
    """LibreOffice opens the filled-in template and saves it as XLSX, ODS and CSV."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed: nothing else can open and save the template")
    program = Path(office).resolve().parent
    if (program / "libswlo.so").is_file() and not (program / "libsclo.so").is_file():
        pytest.skip("this soffice has no Calc: it cannot open workbooks")
    book = open_workbook("zh")
    fill_in(book, "zh", ROWS)
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "city.xlsx")
    for folder, form in FORMS.items():
        command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        command += ["--convert-to", form, "--outdir", f"{tmp_path / folder}"]
        done = subprocess.run(
            [*command, f"{tmp_path / 'in' / 'city.xlsx'}"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if "could not be loaded" in done.stderr:
            pytest.skip("this soffice has no Calc: it cannot open workbooks")
    for folder, name in (("xlsx", "city.xlsx"), ("ods", "city.ods")):
        ecosystem = eg.load(tmp_path / folder / name)
        told = {p.code for p in ecosystem.problems if p.sheet != "说明"}
        assert told - {"limited_format"} == {"example_row"}  # the former of every .ods
        check_rows(ecosystem)
    sheets = sorted((tmp_path / "csv").glob("*.csv"))
    assert len(sheets) == 1 + len(SCHEMA.tables)
    agreements = pd.read_csv(tmp_path / "csv" / "city-协议.csv", dtype=str)
    assert agreements["编号"].tolist() == ["示例：A001", "A1", "A2"]
    assert agreements["日期"].tolist()[1:] == ["2024年5月", "2024-05-25"]
