from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecograph.errors import DataError
from ecograph.reading.kinds import find_doubt, read_file, show_name
from ecograph.reading.sources import hash_file, read_source
from ecograph.reading.text import delimited


def codes_of(problems):
    return [(p.code, p.file) for p in problems]


def refuse(path):
    """Read a path that cannot be read: the problems, each with its words."""
    with pytest.raises(DataError) as caught:
        read_file(path)
    assert all(p.explain("zh") and p.explain("en") for p in caught.value.problems)
    return codes_of(caught.value.problems)


def make_base(path):
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE 高校 (id TEXT, name TEXT)")
        base.execute("INSERT INTO 高校 VALUES ('U1', '甲')")
    base.close()
    return path


def test_a_file_is_read_as_what_its_bytes_are(tmp_path):
    pq.write_table(pa.table({"id": ["U1"]}), tmp_path / "a.csv")
    make_base(tmp_path / "b.json")
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append(["U1", "甲"])
    book.save(tmp_path / "c.xlsx")
    (tmp_path / "c.xlsx").rename(tmp_path / "c.txt")
    for name, kind in (("a.csv", "parquet"), ("b.json", "sqlite"), ("c.txt", "workbook")):
        (sheet,) = read_file(tmp_path / name)
        assert [p.code for p in sheet.problems] == ["wrong_format"]
        assert sheet.problems[0].explain("en")
        assert sheet.cells[0].tolist() == ["U1"]
        assert kind in sheet.dialect["format"]


def test_text_that_begins_as_a_database_might_is_text(tmp_path):
    (tmp_path / "a.csv").write_text("id,name\nDUCK,x\n12345678DUCK,a\n")
    (tmp_path / "b.csv").write_text("id,name1DUCK,x\n1,2,3\n")
    assert read_file(tmp_path / "a.csv")[0].rows_in == 2
    assert read_file(tmp_path / "b.csv")[0].rows_in == 1


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "x.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "gone.csv").symlink_to("nothing")
    for name in ("x.csv", "pipe.csv", "loop.csv", "gone.csv", "absent.csv", f"{'x' * 300}.csv"):
        assert refuse(tmp_path / name) == [("not_a_file", name)]
    assert refuse(Path("/dev/null")) == [("not_a_file", "null")]
    assert refuse("a\0.csv") == [("not_a_file", "a\\x00.csv")]
    (tmp_path / "empty.csv").write_bytes(b"")
    assert refuse(tmp_path / "empty.csv") == [("empty_file", "empty.csv")]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (MemoryError(), "memory"),
        (OSError(), "refuses"),
    ],
)
def test_what_the_system_refuses_is_told(tmp_path, monkeypatch, error, words):
    def fail(*_, **__):
        raise error

    (tmp_path / "a.csv").write_text("id\n1\n")
    monkeypatch.setattr(delimited, "read_delimited", fail)
    with pytest.raises(DataError, match=words) as caught:
        read_file(tmp_path / "a.csv")
    assert codes_of(caught.value.problems) == [("unreadable_file", "a.csv")]


def test_names_that_cannot_be_shown_are_shown_as_escapes(tmp_path):
    assert show_name(Path("高校　1.csv")) == "高校　1.csv"
    assert show_name(Path("a\u202eb.csv")) == "a\\u202eb.csv"
    name = os.fsdecode("高".encode("gbk")) + "\n.csv"
    (tmp_path / name).write_text("id\n1\n\n1,2\n")
    label = "\\xb8\\xdf\\n.csv"
    (sheet,) = read_file(tmp_path / name)
    assert (sheet.file, {p.file for p in sheet.problems}) == (label, {label})
    assert read_source(tmp_path).hashes == {label: hash_file(tmp_path / name)}
    bad = tmp_path / name.replace(".csv", ".json")
    bad.write_text("[")
    with pytest.raises(DataError, match="cannot be read") as caught:
        read_file(bad)
    assert codes_of(caught.value.problems) == [("unreadable_records", "\\xb8\\xdf\\n.json")]
    str(caught.value).encode()


def test_a_folder_tells_what_looks_like_a_table_but_is_not_read(tmp_path):
    (tmp_path / "a.csv").write_text("id,name\nU1,x\n")
    (tmp_path / "x.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.tsv")
    (tmp_path / "gone.xlsx").symlink_to("nothing")
    for name in ("Thumbs.db", "notes.md", ".x.csv", "~$a.xlsx", "old.zip", "台账.et"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.zip").mkdir()
    source = read_source(tmp_path)
    assert [s.file for s in source.sheets] == ["a.csv"]
    assert codes_of(source.problems) == [
        ("not_a_file", "gone.xlsx"),
        ("unread_kind", "old.zip"),
        ("not_a_file", "pipe.tsv"),
        ("not_a_file", "x.csv"),
        ("unread_kind", "台账.et"),
    ]
    assert all(p.explain("zh") for p in source.problems)
    assert find_doubt(tmp_path / "a.csv") is None


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path, monkeypatch):
    def fail(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", fail)
    with pytest.raises(DataError, match="Permission denied") as caught:
        read_source(tmp_path)
    assert codes_of(caught.value.problems) == [("unreadable_file", tmp_path.name)]


def test_a_database_is_a_source_by_path_and_by_address(tmp_path):
    file = make_base(tmp_path / "town.db")
    for place in (file, tmp_path, f"sqlite:{file}", Path(f"sqlite:{file}?tables=高校")):
        source = read_source(place)
        assert [(s.file, s.sheet, s.rows_in) for s in source.sheets] == [("town.db", "高校", 1)]
        assert source.hashes == {"town.db": hash_file(file)}
    assert [s.sheet for s in read_file(f"sqlite:{file}", sheet="高校")] == ["高校"]
    assert refuse(f"duckdb:{tmp_path / 'none.duckdb'}") == [("unreadable_file", "none.duckdb")]
