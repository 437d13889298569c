"""Large files read in columns, against the reader that goes cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.reading import blocks, delimited

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets import RawSheet

HEADER = "id,name\n"
CLEAN = {
    "plain": "1,甲\n2,乙\n",
    "no end of line": "1,甲\n2,乙",
    "windows": "1,甲\r\n2,乙\r\n",
    "old mac": "1,甲\r2,乙\r",
    "quoted": '"1","甲"\n"2","乙"\n',
    "quotes within quotes": '1,"""甲"" 乙"\n2,""""\n',
    "delimiter within quotes": '1,"甲,乙"\n',
    "lines within quotes": '1,"甲\n乙\r\n"\n2,\n',
    "nothing within quotes": '1,""\n"",2\n',
    "blank rows": "1,甲\n,\n , \n2,乙\n",
    "an empty line": "1,甲\n\n2,乙\n",
    "blanks": " 1 , 甲\t\n",
    "signs that split lines elsewhere": "1,甲\u2028乙\n2,\x0b\x1c\n",
    "no rows": "",
}
SURPRISES = {
    "a short row": "1,甲\n2\n",
    "a long row": "1,甲\n2,乙,丙\n",
    "a quote within a cell": '1,甲"乙"\n2,丙\n',
    "text behind a quote": '1,"甲"乙\n2,丙\n',
    "a blank before a quote": '1, "甲"\n2,丙\n',
    "a quote never closed": '1,甲\n2,"乙\n3,丙\n',
    "a mark of damage": "1,\ufffd\n",
}


def read(path: Path, *, size: int) -> tuple[dict[str, object], dict[str, object] | None]:
    """Read a file cell by cell, and in columns by blocks of so many bytes if that can be done."""
    slow = delimited.read_delimited(path)  # far too small for anything else
    taken: list[RawSheet | None] = []

    def watch(*arguments) -> None:
        taken.append(blocks.read_blocks(*arguments))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", size)
        patch.setattr(delimited, "LARGE", 1)
        patch.setattr(delimited, "read_blocks", watch)
        delimited.read_delimited(path)
    fast = next(iter(taken), None)  # an empty file is not asked about
    return describe(slow), None if fast is None else describe(fast)


def describe(sheet: RawSheet) -> dict[str, object]:
    """Say all that a sheet says, in plain values."""
    facts = {name: getattr(sheet, name) for name in ("file", "header", "rows_in", "blank")}
    rows = [[number, *row] for number, *row in sheet.cells.itertuples()]
    problems = sorted(str(problem) for problem in sheet.problems)
    return facts | {"rows": rows, "dialect": dict(sheet.dialect), "problems": problems}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "byte order mark"])
@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_clean_files_are_read_in_columns_and_say_the_same(tmp_path, body, mark):
    path = tmp_path / "t.csv"
    path.write_bytes((mark + HEADER + body).encode())
    slow, fast = read(path, size=1 << 24)
    assert fast == slow


@pytest.mark.parametrize("body", SURPRISES.values(), ids=SURPRISES)
def test_files_with_a_surprise_are_left_to_the_careful_reader(tmp_path, body):
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + body).encode())
    assert read(path, size=1 << 24)[1] is None


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_left_to_the_careful_reader(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + "1,高校\n").encode(encoding))
    assert read(path, size=1 << 24)[1] is None


@pytest.mark.parametrize("body", ['1,甲\n2,"乙\n,""丙"\n', "1,甲\n2,乙\n"])
def test_blocks_may_end_anywhere(tmp_path, body):
    path = tmp_path / "t.csv"
    text = (HEADER + body * 20).encode()
    path.write_bytes(text)
    for size in range(40, len(text)):
        slow, fast = read(path, size=size)
        assert fast == slow


def test_a_large_file_takes_the_fast_way(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "1,甲\n", encoding="utf-8")
    slow = describe(delimited.read_delimited(path))
    monkeypatch.setattr(delimited, "LARGE", 1)
    monkeypatch.delattr(delimited, "decode_text")  # only the careful reader needs it
    assert describe(delimited.read_delimited(path)) == slow


@given(
    text=st.text(st.sampled_from('ab高 ,;"\n\r\t\x00\u2028'), max_size=60),
    head=st.sampled_from(["", "h\n", "h,k\n", "h,k,l\r\n"]),
    size=st.sampled_from([1 << 24, 32, 5]),
)
def test_whatever_is_read_in_columns_is_what_the_careful_reader_says(
    tmp_path_factory, text, head, size
):
    path = tmp_path_factory.getbasetemp() / "drawn.csv"
    path.write_bytes((head + text).encode())
    slow, fast = read(path, size=size)
    assert fast in (None, slow)
