"""Large files read in columns, against the reader that goes row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.text import blocks, delimited, dialects

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet

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
    "words like those of totals": "1,统计\n和,丙\nPhysics,Systems\n",
    "accents and signs": "1,École «Å»\n2,5 € ½\n",
}
SURPRISES = {
    "a short row": "1,甲\n2\n",
    "a long row": "1,甲\n2,乙,丙\n",
    "a quote within a cell": '1,甲"乙"\n2,丙\n',
    "text behind a quote": '1,"甲"乙\n2,丙\n',
    "a blank before a quote": '1, "甲"\n2,丙\n',
    "a quote never closed": '1,甲\n2,"乙\n3,丙\n',
    "a mark of damage": "1,\ufffd\n",
    "a control character": "1,caf\x85\n",
    "text decoded twice": "1,Ã©cole\n",
    "text decoded wrongly": "1,锟斤拷\n",
    "a character without meaning": "1,a\0b\n",
    "a mark of a conflict": "1,甲\n<<<<<<< a,b\n2,乙\n",
}
TABLE = "编号,名称,金额\n" + "".join(f"E{n},单位{n},{n}\n" for n in range(1, 301))
NO_DATA = {
    "a total": "合计,,45150\n",
    "a total behind a number": "301,总计,45150\n",
    "a subtotal with blanks": " 小  计 ,,45150\n",
    "a note": "注：金额单位为万元,,\n",
    "who signed": "制表人：,张三,审核：\n",
    "a heading": "一、高等院校,,\n",
    "a sentence": "以上数据截至年底,,\n",
    "the header": "编号,名称,金额\n",
    "another table": ",,\n名称,统一社会信用代码,地区\n甲,91140000,晋中\n",
}


def read(path: Path, *, size: int) -> tuple[dict[str, object], dict[str, object] | None]:
    """Read a file row by row, and in columns by blocks of so many bytes if that can be done."""
    slow = delimited.read_delimited(path)  # far too small for anything else
    return describe(slow), read_fast(path, size=size)


def read_fast(path: Path, *, size: int) -> dict[str, object] | None:
    """Read a file in columns by blocks of so many bytes; None if that cannot be done."""
    taken: list[RawSheet | None] = []

    def watch(*arguments) -> RawSheet | None:
        taken.append(blocks.read_blocks(*arguments))
        return taken[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", size)
        patch.setattr(delimited, "LARGE", 1)
        patch.setattr(delimited, "read_blocks", watch)
        fast = delimited.read_delimited(path)
    return describe(fast) if taken and taken[-1] is not None else None


def describe(sheet: RawSheet) -> dict[str, object]:
    """Say all that a sheet says, in plain values."""
    names = ("file", "header", "rows_in", "blank", "rejected", "spoiled")
    facts: dict[str, object] = {name: getattr(sheet, name) for name in names}
    rows = [[number, *row] for number, *row in sheet.cells.itertuples()]
    problems = sorted(str(problem) for problem in sheet.problems)
    stated = {"dialect": dict(sheet.dialect), "units": dict(sheet.units)}
    return facts | stated | {"rows": rows, "problems": problems}


def read_pieces(path: Path, *, size: int) -> dict[str, object] | None:
    """Read a file row by row from pieces of so many bytes; None if that cannot be done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK", size)
        # Whether this way is taken shows nowhere else.
        dialect = delimited._find_head_dialect(path)  # noqa: SLF001
        sheet = delimited._read_lines(path, dialect)  # noqa: SLF001
    return None if sheet is None else describe(sheet)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_clean_files_are_read_in_columns_and_say_the_same(tmp_path, body, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + body).encode(encoding))
    slow, fast = read(path, size=1 << 24)
    assert fast == slow


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("size", [64, 1 << 24])
def test_clean_files_in_all_encodings_are_read_in_columns(tmp_path, encoding, size):
    path = tmp_path / "t.csv"
    path.write_bytes(TABLE.replace("单位", "单位䶮𠮷").encode(encoding))
    slow, fast = read(path, size=size)
    assert fast == slow
    assert slow["dialect"]["encoding"] == encoding
    assert slow["rows"][299] == [301, "E300", "单位䶮𠮷300", "300"]


@pytest.mark.parametrize("body", SURPRISES.values(), ids=SURPRISES)
def test_files_with_a_surprise_are_left_to_the_careful_reader(tmp_path, body):
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + body).encode())
    assert read(path, size=1 << 24)[1] is None


@pytest.mark.parametrize("place", ["middle", "end"])
@pytest.mark.parametrize("row", NO_DATA.values(), ids=NO_DATA)
def test_rows_that_are_no_data_are_left_to_the_careful_reader(tmp_path, row, place):
    path = tmp_path / "t.csv"
    path.write_text(TABLE + row + (TABLE.partition("\n")[2] * (place == "middle")), "utf-8")
    slow, fast = read(path, size=1 << 24)
    assert fast is None
    assert slow["rejected"] >= 1


@pytest.mark.parametrize("head", ["台账,,\n", "台账\n\n", "编号,,数额\n", "\n"])
def test_files_that_do_not_begin_with_their_header_are_left_to_the_careful_reader(tmp_path, head):
    path = tmp_path / "t.csv"
    path.write_text(head + TABLE, "utf-8")
    assert read(path, size=1 << 24)[1] is None


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode("gb18030") + b"E301,\xc9,1\n",  # half a character
        TABLE.encode() + b"E301,\xe9\xab,1\n",
        TABLE.encode("utf-16") + b"\n",
        TABLE.encode("utf-32"),
        "編號,單位名稱\n1,國立臺灣大學\n".encode("big5"),
        "id,name\n1,Universität Østfold\n".encode("cp1252"),
        b"\xff\xfe\xff",
        b"\x80\x81\xff,\x80\n",
    ],
)
def test_bytes_that_are_in_doubt_are_left_to_the_careful_reader(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    assert blocks.read_blocks(path, lambda _: ",") is None


def test_a_table_of_one_column_is_left_to_the_careful_reader(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name\n甲\n乙\n", encoding="utf-8")
    assert read(path, size=1 << 24)[1] is None


def test_units_in_a_row_of_their_own_are_left_to_the_careful_reader(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TABLE.replace("金额\n", "金额\n,,万元\n"), "utf-8")
    slow, fast = read(path, size=1 << 24)
    assert (fast, slow["units"]) == (None, {2: "万元"})


def test_where_most_rows_have_to_be_judged_nothing_is_gained(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("编号,名称,金额\n" + "E1,,3\n" * 500, "utf-8")
    assert read(path, size=1 << 24)[1] is None


def test_gaps_in_the_second_column_of_some_rows_change_nothing(tmp_path):
    path = tmp_path / "t.csv"
    rows = (f"E{n},{'' if n % 20 == 0 else '单位'},{n}\n" for n in range(3000))
    path.write_text("编号,名称,金额\n" + "".join(rows) + ",,\n", "utf-8")
    slow, fast = read(path, size=1 << 14)
    assert fast == slow
    assert (slow["rows_in"], slow["blank"], len(slow["rows"])) == (3001, 1, 3000)


@pytest.mark.parametrize("body", ['1,甲\n2,"乙\n,""丙"\n', "1,甲\n2,乙\n"])
def test_blocks_may_end_anywhere(tmp_path, body):
    path = tmp_path / "t.csv"
    text = (HEADER + body * 6).encode()
    path.write_bytes(text)
    slow = describe(delimited.read_delimited(path))
    for size in range(40, len(text), 2):
        assert read_fast(path, size=size) == slow


@pytest.mark.parametrize("sign", ["锟斤拷", "Ã©", "楂樻牎"])
def test_signs_of_damage_are_found_across_blocks(tmp_path, sign):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + f"1,{'a' * 50}{sign}\n", "utf-8")
    for size in range(55, 75):
        assert read_fast(path, size=size) is None


def test_a_large_file_takes_the_fast_way(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "1,甲\n", encoding="utf-8")
    slow = describe(delimited.read_delimited(path))
    monkeypatch.setattr(delimited, "LARGE", 1)
    monkeypatch.delattr(delimited, "build_sheet")  # only the careful reader needs it
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


WORDS = [
    "合计",
    "小 计",
    "total",
    "注：无",
    "一、学校",
    "制表人：",
    "以上数据",
    "编号",
    "名称",
    "金额",
]
CELLS = st.sampled_from(
    [*WORDS, "E1", "甲", "乙大学", "3", "45", "万元", "", "", " ", "2024-05-25"]
)


@settings(max_examples=25)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12),
    copies=st.sampled_from([0, 3, 150]),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_whatever_rows_are_no_data_the_fast_way_misses_none(
    tmp_path_factory, rows, copies, encoding
):
    path = tmp_path_factory.getbasetemp() / "drawn.csv"
    usual = "".join(f"E{n},单位{n},{n}\n" for n in range(copies))
    drawn = "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes(("编号,名称,金额\n" + usual + drawn + usual).encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_FIRST", 110)
        slow, fast = read(path, size=1 << 24)
    assert fast in (None, slow)


def test_a_header_that_is_too_wide_is_left_to_the_careful_path(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(16_385)) + "\n", encoding="utf-8")
    assert blocks.read_blocks(path, lambda _: ",") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("body", SURPRISES.values(), ids=SURPRISES)
def test_lines_that_are_rows_are_read_piece_by_piece_as_at_once(tmp_path, body, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes((HEADER + "1,甲乙丙\n" * 40 + body + "2,丁\n" * 40).encode(encoding))
    slow = describe(delimited.read_delimited(path))
    for size in (5, 33, 1 << 24):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delimited, "SAMPLE", 100)
            pieces = read_pieces(path, size=size)
        assert pieces in (None, slow)
    if body in (SURPRISES["a short row"], SURPRISES["a long row"]):
        assert pieces == slow


def test_a_row_of_another_length_costs_a_large_file_no_room(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "1,甲\n2,乙,丙\n" + "3,丁\n" * 20, encoding="utf-8")
    slow = describe(delimited.read_delimited(path))
    monkeypatch.setattr(delimited, "LARGE", 1)
    monkeypatch.setattr(delimited, "decode_text", lambda *_: pytest.fail("it was read at once"))
    monkeypatch.setattr(delimited, "SAMPLE", 8)
    assert describe(delimited.read_delimited(path)) == slow


LINES = st.lists(
    st.sampled_from(
        [
            "E1,甲,3",
            "E2,乙",
            "E3,丙,4,x",
            "E4;丁;5",
            "",
            ",,",
            "合计,,9",
            "注：无",
            "E5,戊,6",
            "a,b,c,d,e,,",
        ]
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(
    lines=LINES,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    size=st.sampled_from([7, 50, 1 << 24]),
)
def test_whatever_lines_hold_pieces_give_the_same(tmp_path_factory, lines, end, encoding, size):
    path = tmp_path_factory.getbasetemp() / "drawn.csv"
    usual = [f"E{n},单位{n},{n}" for n in range(8)]
    path.write_bytes(end.join(["编号,名称,金额", *usual, *lines, *usual]).encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        for module in (delimited, dialects):
            patch.setattr(module, "SAMPLE", 120)
        slow = describe(delimited.read_delimited(path))
        assert read_pieces(path, size=size) == slow  # there are no quotation marks


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("size", [2, 7, 1 << 24])
def test_marks_of_order_before_a_text_are_dropped_as_at_once(tmp_path, encoding, size):
    path = tmp_path / "t.csv"
    path.write_bytes(("\ufeff" * 5 + HEADER + "1,甲\n2,乙,丙\n").encode(encoding))
    slow = describe(delimited.read_delimited(path))
    assert slow["header"] == ("id", "name")
    assert read_pieces(path, size=size) in (None, slow)
