from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from ecograph.errors import DataError
from ecograph.reading.text import delimited
from ecograph.reading.text.delimited import read_delimited
from ecograph.reading.text.encodings import decode_text

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet

TEXT = "编号,名称\nU1,太原理工大学\n"


def read(folder: Path, content: str | bytes) -> RawSheet:
    path = folder / "高校.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_delimited(path)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str) -> None:
    sheet = read(tmp_path, data)
    assert sheet.header == ("编号", "名称")
    assert sheet.cells.to_numpy().tolist() == [["U1", "太原理工大学"]]
    assert sheet.dialect["encoding"] == encoding
    assert sheet.dialect["delimiter"] == ","
    assert sheet.problems == ()


@pytest.mark.parametrize(
    "data",
    [b"id\n\xff\x80\x80", b"id,name\n1,\x81"],
)
def test_bytes_that_are_no_known_text(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match=r"高校\.csv is neither UTF-8 nor GB18030") as caught:
        read(tmp_path, data)
    problems = [(p.code, p.file) for p in caught.value.problems]
    assert problems == [("unreadable_encoding", "高校.csv")]


def test_characters_beyond_gbk_are_read_too() -> None:
    assert decode_text("㐀𠀀€".encode("gb18030"), "x") == ("㐀𠀀€", "gb18030", ())


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "；", "，"])
def test_delimiters(tmp_path: Path, sign: str) -> None:
    sheet = read(tmp_path, f"id{sign}name\nU1{sign}a b\n")
    assert sheet.dialect["delimiter"] == sign
    assert sheet.cells.to_numpy().tolist() == [["U1", "a b"]]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id\nU1\n", ("id",)),
        ('"a;b;c",name\nU1,x\n', ("a;b;c", "name")),
        ("\n\nid;name,short\nU1;x\n", ("id", "name,short")),
    ],
)
def test_the_delimiter_is_the_one_most_used_outside_quotes(
    tmp_path: Path, text: str, header: tuple[str, ...]
) -> None:
    sheet = read(tmp_path, text.replace("name,short", '"name,short"'))
    assert sheet.header == header


def test_quotes(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'id,name\nU1,"a ""b"", c"\nU2,"two\nlines"\nU3,x\n')
    assert sheet.cells[1].tolist() == ['a "b", c', "two\nlines", "x"]
    assert sheet.cells.index.tolist() == [2, 3, 4]  # as a spreadsheet numbers them
    assert sheet.problems == ()


def test_quotes_that_do_not_match_cost_no_other_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'id,name\nU1,x\nU2,"never closed\nU3,y\n')
    (problem,) = sheet.problems
    place = (problem.code, problem.severity, problem.file, problem.row, problem.column)
    assert place == ("broken_quotes", "warning", "高校.csv", 3, "name")
    assert sheet.cells.to_numpy().tolist() == [["U1", "x"], ["U2", '"never closed'], ["U3", "y"]]


def test_the_dialect_is_told(tmp_path: Path) -> None:
    sheet = read(tmp_path, "id;name\r\n1;'a;b'\r\n2;'c'\r\n")
    assert sheet.dialect == {
        "encoding": "utf-8",
        "delimiter": ";",
        "quote": "'",
        "escape": "doubled",
        "line_end": "CRLF",
    }


def test_a_delimiter_in_doubt_is_told(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "a,b;c\n1,2;3\n4,5;6\n").problems
    assert (problem.code, problem.severity) == ("doubtful_delimiter", "warning")
    assert problem.details == {"delimiter": ",", "others": ";"}


@pytest.mark.parametrize("line", ["3,a,,\n", "3\n", "3,a,b,c\n", ",3,a,\n", "3,,a,\n"])
def test_rows_of_another_width_are_always_told(tmp_path: Path, line: str) -> None:
    rows = "".join(f"{n},n{n},\n" for n in range(20))
    sheet = read(tmp_path, f"id,name,note\n{rows}{line}{rows}")
    assert {problem.row for problem in sheet.problems} == {22}


def test_rows_set_aside_are_counted_and_told(tmp_path: Path) -> None:
    text = 'id,name\n1,a\n<<<<<<< HEAD\n2,b\n=======\nx,"y"z,"w\n>>>>>>> main\n4,d\n'
    sheet = read(tmp_path, text)
    assert sheet.cells.to_numpy().tolist() == [["1", "a"], ["2", "b"], ["4", "d"]]
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (7, 0, 4)
    assert sorted((p.row, p.code) for p in sheet.problems) == [
        (3, "conflict_marker"),
        (5, "conflict_marker"),
        (6, "broken_quotes"),
        (7, "conflict_marker"),
    ]


@pytest.mark.parametrize(
    "text",
    ["id, name\n1, a\n2, b\n", "id,name\n1,'a, b'\n2,'c'\n", "sep=,\nid,name\n1,a\n"],
)
def test_large_files_of_an_unusual_dialect_are_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    small = read(tmp_path, text)
    monkeypatch.setattr(delimited, "LARGE", 1)
    monkeypatch.delattr(delimited, "read_blocks")  # not even asked
    large = read(tmp_path, text)
    assert large.dialect == small.dialect
    assert large.cells.equals(small.cells)


def test_the_fp7_register(real_data: Path) -> None:
    path = real_data / "fp7" / "organisations.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        truth = list(csv.reader(stream, delimiter=";"))
    sheet = read_delimited(path)
    told = {p.row: p.code for p in sheet.problems if p.code != "damaged_text"}
    marks = [n for n, row in enumerate(truth, start=1) if row[0][:7] in {"<" * 7, "=" * 7, ">" * 7}]
    assert {row: told[row] for row in marks} == dict.fromkeys([1, 3, 5], "conflict_marker")
    assert sum(told.get(row) == "repeated_header_row" for row in (2, 4)) == 1
    assert sheet.cells.to_numpy().tolist() == truth[5:]
    assert sheet.cells.index.tolist() == list(range(6, len(truth) + 1))
    assert sheet.rows_in == len(sheet.cells) + sheet.blank + sheet.rejected
    assert all(len(row) == len(sheet.header) for row in truth[5:])  # 44 cells hold a semicolon


def test_the_fp7_participations(real_data: Path) -> None:
    path = real_data / "fp7" / "participations.csv"
    sheet = read_delimited(path)
    assert (len(sheet.cells), sheet.problems) == (135_670, ())


def test_replacement_characters_are_reported(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "id,name\nU1,\ufffd\n").problems
    assert (problem.code, problem.severity) == ("damaged_text", "warning")


def test_every_cell_is_its_text(tmp_path: Path) -> None:
    values = ["NA", "NULL", "None", "1e5", "00123", "911100006000373410", "TRUE", "2024-05-25"]
    sheet = read(tmp_path, "id,name\n" + "".join(f"{v},{v}\n" for v in values))
    assert sheet.cells[0].tolist() == sheet.cells[1].tolist() == values


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(tmp_path: Path, ending: str) -> None:
    sheet = read(tmp_path, ending.join(["id,name", "U1,a", "", "U2,b", ""]))
    assert (sheet.rows_in, sheet.blank, sheet.cells[0].tolist()) == (3, 1, ["U1", "U2"])


def test_a_cell_of_many_megabytes_is_text_like_any_other(tmp_path: Path) -> None:
    sheet = read(tmp_path, f'id,name\nU1,"{"x" * (1 << 22)}"\n')
    assert len(sheet.cells.at[2, 1]) == 1 << 22
