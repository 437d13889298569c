from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.values.codes import examine_code, find_valid_codes

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 2
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # as printed there
PUBLIC = (
    "91100000100003962T",  # Industrial and Commercial Bank of China
    "12100000400002259P",  # Peking University
    "914403001922038216",  # Huawei
    "9144030071526726XG",  # Tencent; the organisation code ends with X for 10
    "91110000802100433B",  # Baidu
    "91330100799655058B",  # Alibaba
    "91110108551385082Q",  # Xiaomi
    "9152000071430580XT",  # Kweichow Moutai
)
ICBC = PUBLIC[0]


def complete(body: str) -> str:
    """Complete 16 signs by both check signs, in the plain arithmetic of the standards."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(letters.index(s) * w for s, w in zip(body[8:], weights, strict=True)) % 11
    body += {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(SIGNS.index(s) * w for s, w in zip(body, WEIGHTS, strict=True))
    return body + SIGNS[(31 - total % 31) % 31]


BODIES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from("123456789ANY"),
    st.integers(1, 9),
    st.sampled_from(["10", "11", "14", "37", "44", "65", "81"]),
    st.integers(0, 9999).map("{:04}".format),
    st.text(SIGNS, min_size=8, max_size=8),
)


@pytest.mark.parametrize("code", PUBLIC)
def test_public_codes_are_valid(code: str) -> None:
    assert complete(code[:16]) == code
    assert examine_code(code).fault is None
    assert examine_code(code).code == code


def test_the_check_sign_worked_out_by_hand() -> None:
    # 91100000 10000396 2: 9*1 + 1*3 + 1*9 + 1*20 + 3*24 + 9*10 + 6*30 + 2*28 = 439 = 14*31 + 5,
    # so the last sign is number 31 - 5 = 26, a T. Of the organisation code 1*3 + 3*8 + 9*4 + 6*2
    # = 75 = 6*11 + 9, so its last sign is 11 - 9 = 2.
    assert examine_code("91100000100003962T").fault is None


@settings(max_examples=60, deadline=None)
@given(BODIES)
def test_codes_made_by_the_standards_are_valid(body: str) -> None:
    assert find_valid_codes([complete(body)]).all()


@settings(max_examples=60, deadline=None)
@given(BODIES, st.integers(0, 17), st.sampled_from(SIGNS))
def test_every_wrong_sign_is_found(body: str, place: int, sign: str) -> None:
    code = complete(body)
    wrong = code[:place] + sign + code[place + 1 :]
    assert find_valid_codes([wrong])[0] == (wrong == code)


@settings(max_examples=60, deadline=None)
@given(BODIES, st.integers(0, 16))
def test_every_swap_of_neighbours_is_found(body: str, place: int) -> None:
    code = complete(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert find_valid_codes([swapped])[0] == (swapped == code)


@pytest.mark.parametrize(
    "text",
    [
        "911OOOOO1OOOO3962T",
        "9I1OOOOO1OOOO3962T",
        "91l00000100003962T",
        "91i00000l00003962T",
        "91100000100003962t",
        "９１１０００００１００００３９６２Ｔ",
        "9110 0000 1000 0396 2T",
        "91-100000-10000396-2-T",
        " 91100000100003962T ",
        "91100000100003962T\u200b",
    ],
)
def test_a_slip_is_mended_where_one_code_fits(text: str) -> None:
    reading = examine_code(text)
    assert (reading.code, reading.fault) == (ICBC, "repaired_code")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "—",
        "000000000000000000",
        "111111111111111111",
        "911100006000373410",
        "91100000100003962X",
        "91100000100003962",
        "91100000100003962TT",
        "91100000100003926T",
        "9110000010000396ZT",
        "B1100000100003962T",
        "140400200012345",
        "40574718-8",
        "l" * 18,
        "太原理工大学",
        "91100000100003962Т",  # a Cyrillic letter
        "911000001000039६2T",
        "ß" * 18,
        "x" * 100,
    ],
)
def test_what_cannot_be_mended_is_kept_as_written(text: str) -> None:
    reading = examine_code(text)
    assert (reading.code, reading.fault) == (text, "invalid_code")


def test_department_class_and_province_are_checked_beside_the_check_signs() -> None:
    for body in ("B110000010000396", "9010000010000396", "9A10000010000396", "9199000010000396"):
        assert examine_code(complete(body)).fault == "invalid_code"
    assert examine_code(complete("91A0000010000396")).fault == "invalid_code"


def test_the_organisation_code_is_checked_by_itself() -> None:
    # a wrong organisation code under a check sign that fits the 17 signs before it
    body = "91100000100003963"
    total = sum(SIGNS.index(s) * w for s, w in zip(body, WEIGHTS, strict=True))
    assert examine_code(body + SIGNS[(31 - total % 31) % 31]).fault == "invalid_code"


@pytest.mark.parametrize(
    "text", ["9.11E+17", "9.111E+17", "9.11e+17", "９.11E+17", "911000001000039000"]
)
def test_what_a_spreadsheet_has_rounded_is_called_so(text: str) -> None:
    reading = examine_code(text)
    assert (reading.code, reading.fault) == (text, "rounded_code")


def test_two_possible_corrections_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecograph.reading.values import codes  # noqa: PLC0415 - to make two codes fit

    monkeypatch.setattr(codes, "_list_repairs", lambda _: [ICBC, PUBLIC[1]])
    assert examine_code("9110000010000396l2T").fault == "invalid_code"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20) | st.text(SIGNS + "OIolı -", min_size=16, max_size=20))
def test_no_text_makes_the_reader_raise_or_invent(text: str) -> None:
    reading = examine_code(text)
    if reading.fault in {None, "repaired_code"}:
        assert complete(reading.code[:16]) == reading.code
    else:
        assert reading.code == text


def test_many_codes_and_long_texts_take_little_time() -> None:
    begin = time.perf_counter()
    assert find_valid_codes([ICBC] * 50_000).all()
    assert not find_valid_codes([]).any()
    assert examine_code("9" * 2**20).fault == "invalid_code"
    assert time.perf_counter() - begin < 2
