from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import openpyxl
import pytest
from builders import write_folder

from ecograph.errors import DataError, SettingsError
from ecograph.reading.sources import hash_file, read_file, read_source

if TYPE_CHECKING:
    from pathlib import Path

UNIVERSITIES = "id,name\nU1,a\n"


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    source = read_source(
        write_folder(
            tmp_path,
            {
                "universities": UNIVERSITIES,
                "b.tsv": "id\tname\n1\tx\n",
                "a.json": '[{"id": "1"}]',
                "ecosystem.yaml": "name: 城\n",
                ".hidden.csv": "x",
                "~$a.xlsx": "x",
                "readme.txt": "x",
                "notes.md": "x",
            },
        )
    )
    assert [s.file for s in source.sheets] == ["a.json", "b.tsv", "universities.csv"]
    assert source.facts == {"name": "城"}
    assert sorted(source.hashes) == ["a.json", "b.tsv", "ecosystem.yaml", "universities.csv"]
    expected = hashlib.sha256(UNIVERSITIES.encode()).hexdigest()
    assert source.hashes["universities.csv"] == expected == hash_file(tmp_path / "universities.csv")


def test_one_workbook_is_a_source(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "高校"
    book.active.append(["编号", "名称"])
    book.save(tmp_path / "city.xlsx")
    source = read_source(tmp_path / "city.xlsx")
    assert [(s.file, s.sheet) for s in source.sheets] == [("city.xlsx", "高校")]


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_source(tmp_path / "absent")
    with pytest.raises(DataError, match="holds no table"):
        read_source(tmp_path)
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(DataError, match=r"a\.docx is of a kind that ecograph does not read"):
        read_source(tmp_path / "a.docx")
    with pytest.raises(DataError, match="is not a file"):
        read_file(tmp_path)


def test_a_broken_file_stands_among_the_problems_and_the_others_are_read(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, {"universities": UNIVERSITIES, "teams.xlsx": "PK\x03\x04 cut", "e.json": "["}
    )
    source = read_source(folder)
    assert [s.file for s in source.sheets] == ["universities.csv"]
    assert [(p.code, p.file) for p in source.problems] == [
        ("unreadable_records", "e.json"),
        ("unreadable_workbook", "teams.xlsx"),
    ]


def test_a_broken_file_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_source(write_folder(tmp_path, {"universities.json": "["}))
    assert [p.code for p in caught.value.problems] == ["unreadable_records"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nmae: x\n", "unknown keys: nmae"),
        ("name: [x]\n", "name is"),
        ("synthetic: perhaps\n", "synthetic is"),
        ("tables: [x]\n", "tables is"),
        ("tables: {x.csv: contraptions}\n", 'no table "contraptions"'),
        ("tables: {x.csv: 1}\n", 'no table "1"'),
        ("columns: {contraptions: {a: b}}\n", 'no table "contraptions"'),
        ("currency: kroner\n", 'currency is "kroner"'),
        ("currency: ''\n", 'currency is ""'),
        ("columns: {agreements: [a]}\n", "must map headers to columns"),
        ("columns: {agreements: {Sum: amuont}}\n", 'agreements has no column "amuont"'),
    ],
)
def test_facts_that_make_no_sense(tmp_path: Path, text: str, words: str) -> None:
    folder = write_folder(tmp_path, {"universities": UNIVERSITIES, "ecosystem.yaml": text})
    with pytest.raises(SettingsError, match=words):
        read_source(folder)


def test_mappings_may_be_written_in_chinese(tmp_path: Path) -> None:
    text = "tables: {x.csv: 高校}\ncolumns: {合作协议: {款: 合同金额, 2024: 日期}}\n"
    folder = write_folder(tmp_path, {"x": UNIVERSITIES, "ecosystem.yaml": text})
    facts = read_source(folder).facts
    assert facts["tables"] == {"x.csv": "universities"}
    assert facts["columns"] == {"agreements": {"款": "amount", "2024": "date"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [("eur", "EUR"), ("' Euro '", "EUR"), ("人民币", "CNY"), ("￥", "CNY"), ("sek", "SEK")],
)
def test_a_currency_may_be_a_code_a_word_or_a_sign(tmp_path: Path, text: str, code: str) -> None:
    tables = {"universities": UNIVERSITIES, "ecosystem.yaml": f"currency: {text}\n"}
    assert read_source(write_folder(tmp_path, tables)).facts["currency"] == code


def test_ecosystem_yaml_says_each_thing_once(tmp_path: Path) -> None:
    tables = {"universities": UNIVERSITIES, "ecosystem.yaml": "name: a\nname: b\n"}
    with pytest.raises(DataError, match='key "name" stands twice'):
        read_source(write_folder(tmp_path, tables))


def test_the_facts_of_a_folder_are_not_those_of_one_file(tmp_path: Path) -> None:
    write_folder(tmp_path, {"universities": UNIVERSITIES, "ecosystem.yaml": "name: 城\n"})
    source = read_source(tmp_path / "universities.csv")
    assert source.facts == {}
    assert list(source.hashes) == ["universities.csv"]


def test_one_table_of_a_records_file(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"a": [{"id": 1}], "b": [{"id": 2}]}', "utf-8")
    assert [s.sheet for s in read_file(tmp_path / "t.json", sheet="b")] == ["b"]
