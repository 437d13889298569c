"""Files with one problem each, of every kind that reading finds, and the place of each."""

from __future__ import annotations

import io
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from problem_cases import GOOD, NOWHERE, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

HEADER = ("团队编号", "名称", "负责人")
FIRST, SECOND = ("T1", "甲", "张"), ("T2", "乙", "李")
OTHERS = {"enterprises": GOOD["enterprises"]}  # so that there is something to load
OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def with_table(name: str, text: str | bytes, place: tuple[Any, ...], **case: Any) -> Case:
    """Make a case of a file beside the table that is always there."""
    file = name if "." in name else f"{name}.csv"
    return Case({**OTHERS, name: text}, (file, "", *place), **case)


def with_text(text: str | bytes, *place: Any, **case: Any) -> Case:
    """Make a case of a CSV file of teams."""
    return with_table("teams", text, place or NOWHERE, **case)


def with_record(value: str, text: str, **case: Any) -> Case:
    """Make a case of a JSON file with one record, whose attribute has a problem."""
    content = f'[{{"id": "T1", "name": "a", "x": {value}}}]'
    return with_table("teams.json", content, (2, "x", text), kept=1, **case)


def with_book(*rows: tuple[Any, ...], edit: Callable[[Worksheet], Any], place: Any) -> Case:
    """Make a case of a workbook, all rows of which are used; its sheet is 团队."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "团队"
    for row in rows:
        sheet.append(row)
    edit(sheet)
    stream = io.BytesIO()
    book.save(stream)
    tables: dict[str, str | bytes] = {**OTHERS, "city.xlsx": stream.getvalue()}
    return Case(tables, ("city.xlsx", "团队", *place), "warning", len(rows) - 1)


def with_base(script: str, sheet: str, *place: Any, **case: Any) -> Case:
    """Make a case of a SQLite file that a script fills."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "teams.sqlite")
        with closing(sqlite3.connect(file)) as base:
            base.executescript(script)
        data = file.read_bytes()
    return Case({**OTHERS, file.name: data}, (file.name, sheet, *(place or NOWHERE)), **case)


def hide_sheet(sheet: Worksheet) -> None:
    """Hide a sheet behind another one, which nobody reads as a table."""
    assert sheet.parent is not None
    sheet.parent.create_sheet("封面")
    sheet.parent.active = 1
    sheet.sheet_state = "hidden"


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["C"].hidden = True


def show_as(place: str, form: str) -> Callable[[Worksheet], None]:
    """Give a cell a number format."""

    def edit(sheet: Worksheet) -> None:
        sheet[place].number_format = form

    return edit


def merge(area: str) -> Callable[[Worksheet], None]:
    return lambda sheet: sheet.merge_cells(area)


def write_ods(*rows: Sequence[str]) -> bytes:
    """Write an ODS file with the sheet 团队, as little of it as an office suite opens."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows
    )
    names = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="团队">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{OASIS}:manifest:1.0"/>')
        package.writestr("content.xml", content)
    return stream.getvalue()


def write_book() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "团队"
    for row in (HEADER, FIRST):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


TEXT = {
    "unreadable_encoding": with_text(b"id\n\xff\x80\x80"),
    "doubtful_encoding": with_text(
        "id,name\nT1,國立臺灣大學團隊\nT2,國立成功大學\n".encode("big5"), severity="warning", kept=2
    ),
    "damaged_text": with_text(
        "id,name\nT1,\ufffd\n", 2, "name", "\ufffd", severity="warning", kept=1
    ),
    # of the last character the first of three bytes is left
    "cut_text": with_text(
        "id,name\nT1,数据团队\nT2,材料团队".encode()[:-2],
        *(3, "", "T2,材料团\ufffd"),
        severity="warning",
        kept=2,
    ),
    "nul_character": with_text(
        "id,name\nT1,a\0b\n", 2, "name", r"a\0b", severity="warning", kept=1
    ),
    "broken_quotes": with_text(
        'id,name\nT1,a\nT2,"b\n', 3, "name", '"b', severity="warning", kept=2
    ),
    "conflict_marker": with_text(
        "id,name\nT1,a\n<<<<<<< HEAD\nT2,b\n", 3, "", "<<<<<<< HEAD", kept=2
    ),
    "mixed_delimiter": with_text(
        "id,name,leader\nT1,a,b\nT2;c;d\nT3,e,f\n", 3, "", "T2;c;d", severity="warning", kept=3
    ),
    "doubtful_delimiter": with_text("id,name;leader\nT1,a;b\nT2,c;d\n", severity="warning", kept=2),
    "shifted_row": with_text(
        "id,,name\nT1,a\nT2,b\n", 1, "", "id,,name", severity="warning", kept=2
    ),
    # a spreadsheet has 16,384 columns
    "too_many_columns": with_text("id,name" + ",x" * 16_383 + "\nT1,a\n", 1, "", ""),
    "empty_file": with_text(""),
    "unread_kind": with_table("old.et", "x", NOWHERE, severity="warning"),
}
RECORDS = {
    "unreadable_records": with_table("teams.json", "[", (1, "", "")),
    "no_records": with_table("teams.yaml", "just text", NOWHERE),
    "unreadable_record": with_table(
        "teams.jsonl", '{"id": "T1", "name": "a"}\n{"id":\n', (3, "", '{"id":'), kept=1
    ),
    "not_a_record": with_table(
        "teams.json", '[{"id": "T1", "name": "a"}, 7]', (3, "", "7"), kept=1
    ),
    "not_a_table": Case(
        {**OTHERS, "teams.json": '{"teams": [{"id": "T1", "name": "a"}], "note": "x"}'},
        ("teams.json", "note", None, "", "x"),
    ),
    "nested_value": with_record('{"b": 1}', '{"b": 1}', severity="warning"),
    "nested_too_deep": with_record("[" * 51 + "]" * 51, ""),
    "not_a_number": with_record("NaN", "NaN", severity="warning"),
    "split_entry": with_record('["b;c", "d"]', "b;c", severity="warning"),
    "more_rows": with_table(
        "teams.csv",
        "id,name\n" + "T1,a\n" * 10_002,
        (10_003, "id", ""),
        kept=1,
    ),
    "unreadable_parquet": with_table("teams.parquet", "PAR1", NOWHERE),
    # 13,000,000 days after 1970 is a day of the year 37562
    "unreadable_cell": with_table(
        "teams.parquet",
        write_parquet(id=["T1"], name=["a"], day=pa.array([13_000_000], pa.date32())),
        (2, "day", "13000000"),
        kept=1,
    ),
}
TEAMS = "CREATE TABLE teams (id, name, photo); INSERT INTO teams VALUES ('T1', 'a', x'FF');"
VIEW = "CREATE VIEW old AS SELECT * FROM gone;"
WORDS = "CREATE VIRTUAL TABLE words USING fts5(x);"
BASES = {
    "binary_column": with_base(TEAMS, "teams", 2, "photo", "", kept=1),
    "unreadable_database": with_table("teams.sqlite", "no database", NOWHERE),
    "unreadable_table": with_base(TEAMS + VIEW, "old", kept=0),
    "virtual_table": with_base(TEAMS + WORDS, "words", kept=0),
    "no_tables": with_base("CREATE TABLE x (a); DROP TABLE x", ""),
}
BOOKS = {
    "unreadable_workbook": with_table("teams.xlsx", "PK\x03\x04 broken", NOWHERE),
    "workbook_too_large": with_table(  # 17 cells of 1,000 columns each; a spreadsheet has 16,384
        "teams.xls", f"<html><table><tr>{'<td colspan=1000>a</td>' * 17}</tr></table>", NOWHERE
    ),
    "wrong_format": Case(
        {**OTHERS, "teams.csv": write_book()}, ("teams.csv", "团队", *NOWHERE), "warning", 1
    ),
    "limited_format": Case(
        {**OTHERS, "city.ods": write_ods(HEADER, FIRST)},
        ("city.ods", "团队", *NOWHERE),
        "warning",
        1,
    ),
    "merged_cells": with_book(
        *(HEADER, FIRST, ("T2", "乙", None)), edit=merge("C2:C3"), place=(3, "负责人", "张")
    ),
    "merged_numbers": with_book(
        *(("团队编号", "名称", "人数"), ("T1", "甲", 5), ("T2", "乙", None)),
        edit=merge("C2:C3"),
        place=(3, "人数", "5"),
    ),
    "merged_across": with_book(
        *(HEADER, FIRST, ("T2", "乙", None)), edit=merge("B3:C3"), place=(3, "名称", "乙")
    ),
    "hidden_sheet": with_book(HEADER, FIRST, edit=hide_sheet, place=NOWHERE),
    "hidden_rows": with_book(HEADER, FIRST, SECOND, edit=hide_row, place=(3, "", "")),
    "hidden_columns": with_book(HEADER, FIRST, edit=hide_column, place=(None, "负责人", "")),
    "shown_zeros": with_book(
        *(HEADER, (7, "甲", "张")), edit=show_as("A2", "0000"), place=(2, "团队编号", "0007")
    ),
    "shown_unit": with_book(
        *(("团队编号", "名称", "经费"), ("T1", "甲", 7)),
        edit=show_as("C2", '0"万元"'),
        place=(2, "经费", "7万元"),
    ),
}
READING = TEXT | RECORDS | BASES | BOOKS

# What needs another machine, another system or much time is shown by a test of the reader.
ELSEWHERE = {
    "too_many_tables": "test_records.py::test_what_is_far_too_wide_or_too_much_is_refused",
    "records_too_large": "test_records.py::test_a_file_too_large_is_refused_before_it_is_read",
    "records_too_slow": "test_columnar.py::test_a_child_that_dies_or_hangs_is_told",
    "slow_query": "test_databases.py::test_nothing_that_a_file_defines_can_do_harm",
    "no_driver": "test_postgres.py::test_without_a_driver_one_is_named",
    "no_duckdb": "test_columnar.py::test_what_broke_the_child_comes_in_its_words",
    "not_a_file": "test_kinds.py::test_what_is_no_file_is_refused",
    "unreadable_file": "test_kinds.py::test_what_the_system_refuses_is_told",
    **dict.fromkeys(
        (
            *("decision_incomplete", "decision_name_unknown", "decision_name_ambiguous"),
            *("decision_of_itself", "decision_repeated", "decision_conflict"),
            *("decision_alias_conflict", "decision_part_cycle", "decision_codes_differ"),
        ),
        "../resolution/test_decisions.py::test_what_is_wrong_with_a_decision_is_told_at_its_row",
    ),
    "workbook_too_slow": "test_child.py::test_a_child_that_hangs_is_stopped",
}
