from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ecograph.errors import DataError
from ecograph.reading.delimited import read_delimited
from ecograph.reading.encodings import decode_text

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets import RawSheet

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
    assert sheet.dialect == {"encoding": encoding, "delimiter": ","}
    assert sheet.problems == ()


@pytest.mark.parametrize(
    "data",
    [b"id\n\xff\x80\x80", b"\xef\xbb\xbfid\n\xc4\xe3", b"\xff\xfea\x00b", b"id,name\n1,\x81"],
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


def test_quotes_that_do_not_match_are_doubted_not_refused(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'id,name\nU1,x\nU2,"never closed\nU3,y\n')
    (problem,) = sheet.problems
    place = (problem.code, problem.severity, problem.file, problem.row)
    assert place == ("doubtful_quotes", "warning", "高校.csv", 3)


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
    sheet = read(tmp_path, f'id,name\nU1,"{"x" * (1 << 25)}"\n')
    assert len(sheet.cells.at[2, 1]) == 1 << 25
