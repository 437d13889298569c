from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.values.numerals import fold_text, parse_decimal, parse_digits, parse_numeral

DIGITS = "零一二三四五六七八九"

RIGHT = {
    "零": 0,
    "〇": 0,
    "七": 7,
    "两": 2,
    "十": 10,
    "十二": 12,
    "二十": 20,
    "廿五": 25,
    "卅一": 31,
    "九十九": 99,
    "一百": 100,
    "两百": 200,
    "一百零五": 105,
    "一百一十": 110,
    "一百十二": 112,
    "一千零五": 1005,
    "一千零五十": 1050,
    "一千零一十": 1010,
    "一千五百": 1500,
    "两千": 2000,
    "九千九百九十九": 9999,
    "一万": 10_000,
    "一万零五": 10_005,
    "一万零五百": 10_500,
    "三万五百": 30_500,
    "三万五千": 35_000,
    "十万": 100_000,
    "一百零五万": 1_050_000,
    "三千二百万": 32_000_000,
    "一亿": 10**8,
    "一亿零五百万": 105_000_000,
    "一亿二千万": 120_000_000,
    "十二亿": 1_200_000_000,
    "一百二十三亿": 12_300_000_000,
    "三万亿": 3 * 10**12,
    "三万五千亿": 35_000 * 10**8,
    "一千二百三十四万五千六百七十八": 12_345_678,
    "壹佰贰拾万": 1_200_000,
    "壹仟贰佰叁拾肆": 1234,
    "壹萬貳仟": 12_000,
    "玖億": 900_000_000,
    "两个亿": 200_000_000,
    "3个亿": 300_000_000,
    "十个亿": 10**9,
    "1亿2千万": 120_000_000,
    "1亿2000万": 120_000_000,
    "1千2百万": 12_000_000,
    "3万5千": 35_000,
    "3万5000": 35_000,
    "3万零5": 30_005,
    "3亿零500": 300_000_500,
    "3亿5万": 300_050_000,
    "5百万": 5_000_000,
    "500千": 500_000,
    "1,200万": 12_000_000,
    "12亿3456万7890": 1_234_567_890,
    "9999": 9999,
    "三点五亿": 350_000_000,
    "零点五亿": 50_000_000,
    "二十三点五万": 235_000,
}

WRONG = (
    "",
    "万",
    "亿",
    "千",
    "百",
    "千万",
    "百万",
    "万亿",
    "个亿",
    "兆",
    "3兆",
    "百百",
    "一二百",
    "三五万",
    "七八百万",
    "一二三",
    "二〇二四",
    "三万五",
    "3万5",
    "3万50",
    "3万500",
    "三亿五",
    "三亿五千",
    "3亿5千",
    "3亿5000",
    "三万五亿",
    "一百五",
    "一千五",
    "一千零五百",
    "一百零十",
    "一百零零五",
    "一百一十零五",
    "一百零",
    "零五",
    "零零",
    "两十",
    "十两",
    "二两",
    "一百零两",
    "十十",
    "十百",
    "百千",
    "万万",
    "5万5万",
    "3亿亿",
    "亿三千万",
    "1.5亿2千万",
    "3亿12345万",
    "12千3百",
    "1二",
    "二1",
    "3点5亿",
    "点五",
    "三点亿",
    "三点五点五",
    "几百万",
    "数千万",
    "一百万元",
    "负五",
    "-5万",
    "1 2万",
    "12,34万",
    "①",
    "10²",
)


@pytest.mark.parametrize(("text", "value"), RIGHT.items())
def test_numerals(text: str, value: int) -> None:
    assert parse_numeral(text) == value


def test_numerals_with_a_fraction_are_exact() -> None:
    assert parse_numeral("4847.4万") == Decimal(48_474_000)
    assert parse_numeral("1亿2345.67万") == Decimal(123_456_700)
    assert parse_numeral("零点零零一") == Decimal("0.001")
    assert parse_numeral("0." + "1" * 50 + "亿") == Decimal("1" * 8 + "." + "1" * 42)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_malformed_or_has_two_values_is_no_numeral(text: str) -> None:
    assert parse_numeral(text) is None


def spell(number: int) -> str:
    """Spell a whole number from its digits, as a bank clerk would write it on paper."""
    signs = ""
    for place, unit in ((12, "万"), (8, "亿"), (4, "万"), (0, "")):
        section = number // 10**place % 10**4
        text = ""
        for power, name in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
            digit = section // 10**power % 10
            if digit:
                text += DIGITS[digit] + name
            elif section % 10**power and not text.endswith("零") and (text or signs):
                text += "零"
        if section:
            signs += text + unit
        elif unit == "亿" and number >= 10**12:
            signs += unit
        if section == 0 and signs and number % 10**place:
            signs += "零"
    return signs.replace("零零", "零")


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 10**12 - 1))
def test_a_spelt_number_is_read_back(number: int) -> None:
    assert parse_numeral(spell(number)) == number


@settings(max_examples=150, deadline=None)
@given(st.text("零一二三两十百千万亿点个0123.", max_size=9))
def test_a_unit_more_never_passes_unseen(text: str) -> None:
    value = parse_numeral(text)
    if value is not None and not text.endswith(("万", "亿", "千", "百", "十")):
        grown = parse_numeral(text + "万")
        assert grown is None or grown == value * 10**4


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("　４８４７．４万元 ", "4847.4万元"),
        ("￥5", "¥5"),
        ("5\u200b00\ufeff", "500"),
        ("−5", "-5"),
        ("2024⽉", "2024月"),
        ("5～8", "5~8"),
        ("10²", "10²"),
        ("①", "①"),
        ("½", "½"),
        ("٣", "٣"),
        ("9" * 64, "9" * 64),
        ("9" * 65, ""),
        (" " * 300 + "5", "5"),
        ("5" + " " * 300 + "5", ""),
        ("", ""),
    ],
)
def test_only_what_looks_and_means_the_same_is_folded(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"),
        ("1 234 567", "1234567"),
        ("1'234'567", "1234567"),
        ("262132,65", "262132.65"),
        ("1.234,56", "1234.56"),
        ("12,5", "12.5"),
        ("0,5", "0.5"),
        ("1e5", "100000"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("12,34,567", None),
        ("0,500", None),
        ("012,345", None),
        ("1,2,3", None),
        ("1.2.3", None),
        ("٣", None),
        ("1e500", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("1" * 65, None),
    ],
)
def test_decimals(text: str, value: str | None) -> None:
    assert parse_decimal(text) == (None if value is None else Decimal(value))


def test_no_decimal_comma_where_none_is_meant() -> None:
    assert parse_decimal("12,5", comma=False) is None
    assert parse_decimal("1,234", comma=False) == 1234


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二〇二四", "2024"),
        ("二零○五", "2005"),
        ("贰零", "20"),
        ("二十", None),
        ("", None),
        ("2", None),
    ],
)
def test_digits_one_by_one(text: str, digits: str | None) -> None:
    assert parse_digits(text) == digits


@pytest.mark.parametrize("unit", ["9", "一", "百", "零", "1,", "点"])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    text = unit * 2**19
    begin = time.perf_counter()
    assert parse_numeral(text) is parse_decimal(text) is parse_digits(text) is None
    assert fold_text(text) == ""
    assert time.perf_counter() - begin < 1
