"""Encodings: what registers are written in is read without a word, everything else is told."""

from __future__ import annotations

import tracemalloc

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.text import characters
from ecograph.reading.text.characters import (
    find_damage,
    locate_rows,
    measure,
    measure_latin,
    seems_korean,
)
from ecograph.reading.text.encodings import choose_encoding, decode_head, decode_text, place_damage

CHINESE = (
    "编号,名称,负责人,金额（万元）,备注\n"
    "E1,太原市䶮鑫新材料有限公司,𠮷喆,4847.4,“揭榜挂帅”——首付30%…\n"
    "E2,晋中学院,朱镕堃,128,《合同》·Ⅱ期；≥2年、①㎡℃\n"
)
TRADITIONAL = "編號,名稱\n1,國立臺灣大學\n2,聯發科技股份有限公司\n3,財團法人工業技術研究院\n"
JAPANESE = "番号,機関名\n1,東京大学\n2,トヨタ自動車株式会社\n3,みずほ情報総研\n"
LATIN = "id,name\n1,Université de Besançon\n2,Høgskolen i Østfold\n3,«Å» kostar 5 €\n4,Cœur naïf\n"
CODES = {"Big5": "cp950", "Shift-JIS": "cp932", "Windows-1252": "cp1252", "EUC-JP": "euc_jp"}
REGISTERS = {
    "Chinese": CHINESE,
    "traditional": TRADITIONAL,
    "French and Norwegian": LATIN,
    "Japanese firms": "编号,名称\n1,丰田汽车（中国）投资有限公司\n2,ソニー（中国）有限公司\n",
    "English": "id,name\n1,North-West “Institute” – Café ½\n",
    "names only": "喆,堃\n翀,燊\n",
    "one euro": "id,price\n1,€ 5\n",
}


def codes(data: bytes) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.row) for problem in decode_text(data, "x.csv").problems]


# What is honest passes without a word


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", REGISTERS.values(), ids=REGISTERS)
def test_honest_text_is_read_as_it_was_written_and_not_doubted(text, encoding):
    assert decode_text(text.encode(encoding), "x") == (text, encoding, ())


@pytest.mark.parametrize(
    ("mark", "encoding", "name"),
    [
        (b"\xfe\xff", "utf-16-be", "utf-16"),
        (b"\x00\x00\xfe\xff", "utf-32-be", "utf-32"),
        (b"\x84\x31\x95\x33", "gb18030", "gb18030"),
        (b"\xef\xbb\xbf\xef\xbb\xbf", "utf-8", "utf-8-sig"),  # marked twice
    ],
)
def test_byte_order_marks_are_obeyed_and_are_no_text(mark, encoding, name):
    assert decode_text(mark + CHINESE.encode(encoding), "x") == (CHINESE, name, ())


def list_level(rows: range) -> list[str]:
    """List the hanzi of rows of GB 2312 by its own codec."""
    pairs = (bytes((row + 0xA0, cell + 0xA0)) for row in rows for cell in range(1, 95))
    return [sign for sign in (pair.decode("gb2312", "ignore") for pair in pairs) if sign]


COMMON, LESS_COMMON = list_level(range(16, 56)), list_level(range(56, 88))


@settings(max_examples=40)
@given(
    st.text(st.sampled_from(COMMON), min_size=8, max_size=40),
    st.text(st.sampled_from(LESS_COMMON), max_size=4),
    st.sampled_from([1, 30]),
)
def test_common_hanzi_are_never_doubted(common, less_common, times):
    hanzi = common + less_common
    table = "编号,名称,地址\n" + "".join(f"{n},{hanzi},太原市小店区\n" for n in range(times))
    for encoding in ("gb18030", "utf-8"):
        assert decode_text(table.encode(encoding), "x") == (table, encoding, ())


@given(st.text(min_size=1, max_size=60))
def test_any_text_in_utf8_behind_hanzi_is_read_as_it_is(text):
    table = "编号,名称\n" + text.replace("\ufeff", "")
    assume("\0" not in table)
    assert decode_text(table.encode(), "x")[:2] == (table, "utf-8")


def test_the_euro_sign_of_windows_is_one_byte():
    data = (
        "编号,价格\n1,26万".encode("gb18030") + b"\x80\n2," + "五万".encode("gb18030") + b" \x80\n"
    )
    assert decode_text(data, "x") == ("编号,价格\n1,26万€\n2,五万 €\n", "gb18030", ())


def test_nothing_is_text():
    assert decode_text(b"", "x") == ("", "utf-8", ())


# Other encodings are found and told


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (TRADITIONAL, "big5", "Big5"),
        (JAPANESE, "shift_jis", "Shift-JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (LATIN, "cp1252", "Windows-1252"),
        ("id,name\n1,Ålesund\n", "cp1252", "Windows-1252"),
        ("id,name\n1,Cœur d'or\n", "cp1252", "Windows-1252"),
        ("id,name\n1,5 € it’s\n", "cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_other_encodings_are_used_and_reported(text, encoding, name, times):
    header, _, rows = text.partition("\n")
    table = f"{header}\n{rows * times}"
    decoded = decode_text(table.encode(encoding), "x.csv")
    assert decoded.text == table
    assert decoded.encoding == CODES[name]
    (problem,) = decoded.problems
    assert (problem.code, problem.severity, problem.file) == (
        "doubtful_encoding",
        "warning",
        "x.csv",
    )
    assert problem.details["encoding"] == name
    assert str(problem.details["candidates"]).split(", ")[0] == name
    assert name in problem.explain("en")[0]


def test_korean_is_told_from_chinese_by_where_its_syllables_lie():
    names = "서울대학교 한국과학기술원 삼성전자 포항공과대학교 현대자동차 부산광역시 연세대학교"
    table = names.replace(" ", "\n")
    decoded = decode_text(table.encode("euc_kr"), "x")
    assert (decoded.text, decoded.encoding) == (table, "cp949")
    assert [problem.code for problem in decoded.problems] == ["doubtful_encoding"]
    assert not seems_korean(CHINESE)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [CHINESE, LATIN, "a,b\n1,2\n"])
def test_utf16_without_a_mark_is_known_by_its_zeros(text, encoding):
    decoded = decode_text(text.encode(encoding), "x")
    assert decoded[:2] == (text, encoding)
    assert [problem.code for problem in decoded.problems] == ["doubtful_encoding"]


def test_a_nul_within_text_does_not_make_it_utf16():
    for text in ("id,name\n1,a\0b\n", "编号,名称\n1,a\0b\n", "a\0,\0\1\0b\0"):
        assert decode_text(text.encode(), "x")[:2] == (text, "utf-8")


def test_a_mark_of_utf8_before_gb18030_is_doubted():
    decoded = decode_text(b"\xef\xbb\xbf" + CHINESE.encode("gb18030"), "x")
    assert decoded.encoding == "gb18030"
    assert decoded.text.endswith(CHINESE)
    assert decoded.problems[0].details["candidates"] == "GB18030, UTF-8"


def test_gb18030_that_is_nearly_utf8_by_chance():
    data = b"\xd4\xa1\xcd\xb5"  # 浴偷; in UTF-8 a letter of Cyrillic and a mark of Greek
    assert data.decode("utf-8") == "ԡ͵"
    decoded = decode_text(b"1," + data, "x")
    assert decoded[:2] == ("1,浴偷", "gb18030")
    assert decoded.problems[0].details["candidates"] == "GB18030, UTF-8"
    assert (
        decode_text("id,name\n0,崭峡厚\n1,注汁龚摇萍\n".encode("gb18030"), "x").encoding
        == "gb18030"
    )


def test_what_fits_nothing_well_is_doubted():
    data = b"".join(bytes((0xA9, low)) for low in range(0x40, 0x60)) + b",1\n"
    choice = choose_encoding(data)
    assert choice is None or choice.candidates


@pytest.mark.parametrize("data", [b"\xff\x80\x80", b"id\n\xff\x80\x80", b"id,n\n1,\x81 \x9d "])
def test_bytes_that_are_no_text_are_refused(data):
    with pytest.raises(DataError, match="neither UTF-8 nor GB18030") as caught:
        decode_text(data, "x.csv")
    assert [(p.code, p.file) for p in caught.value.problems] == [("unreadable_encoding", "x.csv")]


# Damage costs a cell, not the file


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_at_the_end_is_told_and_the_rest_is_read(encoding, cut):
    size = len("校".encode(encoding))
    whole = CHINESE + "E3,太原高校"
    data = whole.encode(encoding)[: -min(cut, size - 1)]
    decoded = decode_text(data, "x.csv")
    assert decoded[:2] == (whole[:-1] + "\ufffd", encoding)
    assert codes(data) == [("cut_text", 4)]
    assert decoded.problems[0].value == "E3,太原高\ufffd"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_in_the_middle_is_told_with_its_row(encoding):
    rows = ["编号,名称", *(f"E{n},太原理工大学" for n in range(2, 900)), ""]
    data = "\n".join(rows).encode(encoding)
    place = data.index(b"\nE500,") - 1  # the last byte of row 499
    decoded = decode_text(data[:place] + data[place + 1 :], "x.csv")
    assert decoded.encoding == encoding
    assert decoded.text.splitlines()[498] == "E499,太原理工大\ufffd"
    assert decoded.text.splitlines()[:498] == rows[:498]
    assert decoded.text.splitlines()[499:] == rows[499:-1]
    assert [(p.code, p.row, p.severity) for p in decoded.problems] == [
        ("damaged_text", 499, "warning")
    ]


def test_one_bad_byte_in_a_million_costs_one_cell():
    rows = [f"{n},company" for n in range(100_000)]
    data = "\n".join(rows).encode()
    broken = data.replace(b"\n777,c", b"\n777,\x81", 1)
    decoded = decode_text(broken, "x")
    assert decoded.encoding == "utf-8"
    assert decoded.text.split("\n")[777] == "777,\ufffdompany"
    assert ("damaged_text", 778) in [(p.code, p.row) for p in decoded.problems]
    assert decoded.text.replace("\ufffd", "c") == data.decode()


def test_utf16_with_a_byte_lost_is_told():
    data = CHINESE.encode("utf-16")
    assert codes(data[:-1]) == [("cut_text", 3)]
    assert decode_text(data[:-1], "x").text == CHINESE[:-1] + "\ufffd"
    shifted = data[:40] + data[41:]  # from here on ends of lines are U+0A00
    assert ("damaged_text", 2) in codes(shifted) or ("damaged_text", 1) in codes(shifted)
    assert codes(b"\xff\xfe" + "名\n".encode("utf-16-le") + b"\x00\xd8" + "a\n".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("编号,名称\n1,太\ufffd原\n", 2),
        ("id,name\n1,a\n2,caf\x82\n", 3),
        ("id,name\n1,Ã©cole\n", 2),
        ("id,name\n1,itâ€™s\n", 2),
        ("编号,名称\n1,å¤ªåŽŸ\n", 2),  # 太原, read as Windows-1252
        ("编号,名称\n1,甲\n2,楂樻牎\n", 3),  # 高校, read as GBK
        ("编号,名称\n1,锟斤拷锟斤拷\n", 2),
        ("编号,名称\n1,烫烫烫\n", 2),
        ("编号,名称\n1,a\ufffe\n", 2),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_signs_of_earlier_damage_are_told_with_their_row(text, row, encoding):
    found = [
        p for p in decode_text(text.encode(encoding), "x").problems if p.code == "damaged_text"
    ]
    assert [(p.row, p.value) for p in found] == [(row, text.splitlines()[row - 1])]


@pytest.mark.parametrize(
    "text",
    [
        "«GÅ PÅ»",
        "é»—à«…",
        "汗蒸烫烫",
        "大屯屯镇",
        "Ãé Ã, Â",
        "ESPAÑ® Ü°",
        "涓一乙",
        "Ãa",
        "é«",
        "洛桑瑜伽",
        "å",
        "Ã",
    ],
)
def test_honest_text_shows_no_damage(text):
    assert find_damage(text) == []
    assert find_damage(text * 500) == [] or "Ã" in text


def test_damage_is_found_behind_characters_of_four_bytes_and_across_chunks(monkeypatch):
    monkeypatch.setattr(characters, "_CHUNK", 7)
    text = "𠮷𠮷𠮷a\ufffd高高\nÃ©𠮷楂樻牎\n"
    assert find_damage(text) == [4, 8, 11]
    assert locate_rows(text, [4, 8, 11]) == [1, 2, 2]


def test_rare_hanzi_and_ends_are_no_sign_of_damage():
    assert "丂丂".encode().decode("gb18030") == "涓備競"
    assert find_damage("涓備競") == []
    assert find_damage("楂樻") == []


def test_letters_of_four_bytes_stand_alone_too():
    text = "id,name\n1,Høgskolen i Østfold\n"
    assert "ø".encode("gb18030") == b"\x810\x8b3"
    assert decode_text(text.encode("gb18030"), "x") == (text, "gb18030", ())


def test_utf16_may_begin_with_nul():
    assert decode_text(b"\xff\xfe\x00\x00" + "a,b".encode("utf-16-le"), "x").text == "\0a,b"


def test_a_long_file_in_gb18030_keeps_its_euros_and_loses_its_bad_bytes():
    row = "太原理工大学,26万".encode("gb18030")
    data = (row + b"\n") * 9_000 + row + b"\x80\n" + row + b"\xc9\n"
    decoded = decode_text(data, "x")
    assert decoded.text.splitlines()[-2:] == ["太原理工大学,26万€", "太原理工大学,26万\ufffd"]
    assert [(p.code, p.row) for p in decoded.problems] == [("damaged_text", 9_002)]


def test_in_long_text_three_hanzi_are_too_few_to_tell():
    honest = "1,太原\n" * 20_000
    assert find_damage(honest + "楂樻牎\n") == []
    assert find_damage(honest + "楂樻牎楂樻牎\n") == [len(honest)]


@given(st.text(st.sampled_from('a"\r\n高𠮷'), max_size=40), st.sampled_from([3, 1 << 20]))
def test_rows_are_counted_as_a_reader_of_quotation_marks_counts_them(text, chunk):
    rows, inside, expected = 1, False, []
    for n, sign in enumerate(text):
        expected.append(rows)
        if sign == '"':
            inside = not inside
        elif not inside and (sign == "\n" or (sign == "\r" and text[n + 1 : n + 2] != "\n")):
            rows += 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characters, "_CHUNK", chunk)
        assert locate_rows(text, range(len(text))) == expected


def test_damage_is_given_its_column_and_value():
    cells = pd.DataFrame(
        {0: ["1", "2", "3"], 1: ["甲\ufffd", "乙", "Ã©"], 2: ["\x85", "", "丙"]},
        index=[2, 3, 5],
        dtype="str",
    )
    other = Problem("extra_cells", row=2)
    found = [
        Problem("damaged_text", file="x.csv", row=2, severity="warning"),
        Problem("damaged_text", file="x.csv", row=5, severity="warning"),
        Problem("damaged_text", file="x.csv", row=9, severity="warning"),
        other,
    ]
    placed = place_damage(found, ("id", "name", "note"), cells)
    assert [(p.code, p.row, p.column, p.value) for p in placed] == [
        ("damaged_text", 9, "", ""),
        ("extra_cells", 2, "", ""),
        ("damaged_text", 2, "name", "甲\ufffd"),
        ("damaged_text", 2, "note", "\x85"),
        ("damaged_text", 5, "name", "Ã©"),
    ]
    assert place_damage([other], ("id", "name", "note"), cells) == [other]


# Heads, shares, cost


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-32", "utf-16-be"])
def test_the_head_of_a_file_ends_with_a_whole_line(encoding):
    data = CHINESE.encode(encoding)
    head = decode_head(data[: len(data) * 3 // 4])
    assert CHINESE.startswith(head)
    assert head.splitlines()[0] == CHINESE.splitlines()[0]
    assert decode_head(b"\xff\x80\x80") == ""


def test_shares_by_hand():
    assert measure("abc", "gb18030") == (0, 0)
    assert measure_latin("abc") == (0, 0)
    assert measure("太原" + "鱻", "gb18030") == (2 / 3, 1)  # 鱻 is no character of GB 2312
    assert measure("太\udcff", "gb18030") == (0.5, 0.5)
    assert measure_latin("é ÷") == (0, 0)
    assert measure_latin("né ÷") == (0.5, 0.5)


def test_the_arithmetic_of_gb2312_gives_its_published_counts():
    assert (len(COMMON), len(LESS_COMMON)) == (3755, 3008)
    assert measure("".join(COMMON), "gb18030") == (1, 1)
    assert measure("".join(LESS_COMMON), "gb18030").usual < 1  # but for traditional ones


def test_memory_grows_with_the_text_and_no_faster():
    data = (CHINESE * 4_000).encode("gb18030")
    tracemalloc.start()
    decode_text(data, "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(data) + (64 << 20)
