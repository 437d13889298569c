from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.values.amounts import (
    Amount,
    AmountRange,
    examine_amount,
    parse_amount,
    parse_currency,
    parse_unit,
)

EXACT = [
    ("4847.4万元", "48474000", "CNY"),
    ("1.28亿元", "128000000", "CNY"),
    ("42亿", "4200000000", ""),
    ("3万亿元", "3000000000000", "CNY"),
    ("５００万元", "5000000", "CNY"),
    ("４８４７．４万元", "48474000", "CNY"),
    ("￥１，２３４．５０", "1234.50", "CNY"),
    ("￥3,200.00元", "3200", "CNY"),
    ("¥3,200", "3200", "CNY"),
    ("RMB¥500", "500", "CNY"),
    ("人民币120万元整", "1200000", "CNY"),
    ("人民币壹佰贰拾万元整", "1200000", "CNY"),
    ("壹佰贰拾万圆正", "1200000", "CNY"),
    ("壹仟贰佰叁拾肆元伍角陆分", "1234.56", "CNY"),
    ("人民币壹仟贰佰叁拾肆元伍角整", "1234.5", "CNY"),
    ("壹万元零伍分", "10000.05", "CNY"),
    ("1234元5角6分", "1234.56", "CNY"),
    ("12元5角", "12.5", "CNY"),
    ("伍角整", "0.5", "CNY"),
    ("120 万元", "1200000", "CNY"),
    ("120万 元", "1200000", "CNY"),
    ("1,200万元", "12000000", "CNY"),
    ("1亿2千万", "120000000", ""),
    ("1亿2000万元", "120000000", "CNY"),
    ("1亿2千万元", "120000000", "CNY"),
    ("3个亿", "300000000", ""),
    ("1.5个亿", "150000000", ""),
    ("两个亿", "200000000", ""),
    ("三千二百万元", "32000000", "CNY"),
    ("三点五亿元", "350000000", "CNY"),
    ("五元", "5", "CNY"),
    ("十万元", "100000", "CNY"),
    ("零元", "0", "CNY"),
    ("1千2百万元", "12000000", "CNY"),
    ("3万5千元", "35000", "CNY"),
    ("500千元", "500000", "CNY"),
    ("12百万元", "12000000", "CNY"),
    ("0.5百万元", "500000", "CNY"),
    ("RMB 12 million", "12000000", "CNY"),
    ("rmb12million", "12000000", "CNY"),
    ("12 million yuan", "12000000", "CNY"),
    ("1.2e8元", "120000000", "CNY"),
    ("1.2E8", "120000000", ""),
    ("EUR 262132,65", "262132.65", "EUR"),
    ("€1.234,56", "1234.56", "EUR"),
    ("€ 1,234.56", "1234.56", "EUR"),
    ("US$ 5 million", "5000000", "USD"),
    ("500万美元", "5000000", "USD"),
    ("500万欧元", "5000000", "EUR"),
    ("美元500万", "5000000", "USD"),
    ("100万港币", "1000000", "HKD"),
    ("5000万日元", "50000000", "JPY"),
    ("500万元人民币", "5000000", "CNY"),
    ("100k", "100000", ""),
    ("7 kNOK", "7000", "NOK"),
    ("5 KRW", "5", "KRW"),
    ("5 NOK", "5", "NOK"),
    ("SEK 100", "100", "SEK"),
    ("0,5", "0.5", ""),
    ("12,5", "12.5", ""),
    ("1,234", "1234", ""),
    ("1,234,567.89", "1234567.89", ""),
    ("1 234 567", "1234567", ""),
    ("1'234'567", "1234567", ""),
    ("1,23", "1.23", ""),
    ("1.234", "1.234", ""),
    ("-5万元", "-50000", "CNY"),
    ("- 5万元", "-50000", "CNY"),
    ("−5万元", "-50000", "CNY"),
    ("¥-5", "-5", "CNY"),
    ("-¥5", "-5", "CNY"),
    ("（5万元）", "-50000", "CNY"),
    ("(1,234.50)", "-1234.50", ""),
    ("¥(500)", "-500", "CNY"),
    ("(5)万元", "-50000", "CNY"),
    ("+5万元", "50000", "CNY"),
    ("0", "0", ""),
    ("1e5", "100000", ""),
    (".5亿", "50000000", ""),
    ("5\u200b00万元", "5000000", "CNY"),
    ("\ufeff500", "500", ""),
    ("0.1亿元", "10000000", "CNY"),
    ("1" * 60 + "万元", "1" * 60 + "0000", "CNY"),
]

INEXACT = [
    ("约500万元", 5_000_000, 5_000_000),
    ("大约500万元", 5_000_000, 5_000_000),
    ("约 500 万元", 5_000_000, 5_000_000),
    ("500万元左右", 5_000_000, 5_000_000),
    ("约500万元左右", 5_000_000, 5_000_000),
    ("about 5", 5, 5),
    ("~500万元", 5_000_000, 5_000_000),
    ("不超过500万元", None, 5_000_000),
    ("近500万元", None, 5_000_000),
    ("将近500万元", None, 5_000_000),
    ("最高500万元", None, 5_000_000),
    ("500万元以内", None, 5_000_000),
    ("500万元以下", None, 5_000_000),
    ("<500万元", None, 5_000_000),
    ("≤500万元", None, 5_000_000),
    ("不少于500万元", 5_000_000, None),
    ("不低于500万元", 5_000_000, None),
    ("超过500万元", 5_000_000, None),
    ("超500万元", 5_000_000, None),
    ("≥500万元", 5_000_000, None),
    ("500万元以上", 5_000_000, None),
    ("500余万元", 5_000_000, None),
    ("500万余元", 5_000_000, None),
    ("500多万", 5_000_000, None),
    ("约500余万元", 5_000_000, None),
    ("1亿余元", 100_000_000, None),
    ("三百多万元", 3_000_000, None),
    ("500万+", 5_000_000, None),
    ("500-800万元", 5_000_000, 8_000_000),
    ("500~800万元", 5_000_000, 8_000_000),
    ("500～800万元", 5_000_000, 8_000_000),
    ("500—800万元", 5_000_000, 8_000_000),
    ("500万-800万元", 5_000_000, 8_000_000),
    ("500万元至800万元", 5_000_000, 8_000_000),
    ("500至800万元", 5_000_000, 8_000_000),
    ("500 - 800 万元", 5_000_000, 8_000_000),
    ("5000万-1亿元", 50_000_000, 100_000_000),
    ("1-2千万元", 10_000_000, 20_000_000),
    ("三百万至五百万元", 3_000_000, 5_000_000),
    ("约500-800万元", 5_000_000, 8_000_000),
    ("¥500-800", 500, 800),
    ("500-800", 500, 800),
    ("500±20万元", 4_800_000, 5_200_000),
    ("500万元±20万元", 4_800_000, 5_200_000),
    ("500万元±5%", 4_750_000, 5_250_000),
    ("1.23457E+11", 123_456_500_000, 123_457_500_000),
    ("1E+08", 50_000_000, 150_000_000),
]

REFUSED = [
    "",
    " ",
    "近亿元",
    "上亿元",
    "几百万元",
    "数千万元",
    "三五百万元",
    "七八万元",
    "面议",
    "无",
    "/",
    "-",
    "—",
    "万元",
    "亿元",
    "元",
    "百万元",
    "千万元",
    "¥",
    "人民币",
    "整",
    "3万5",
    "3万5元",
    "三亿五",
    "3亿5千万5千万",
    "1.5亿2千万",
    "1,2,3",
    "0,500",
    "012,345",
    "0.500,25",
    "12,34,567",
    "1.2.3",
    "1,23万",
    "1,23 万",
    "12,5元",
    "12,5万元",
    "¥1.234,56",
    "1,2345,6789",
    "100 EUR USD",
    "€100 USD",
    "100 kr",
    "1" * 65,
    ".",
    "--5",
    "+-5",
    "—5万元",
    "-（5万元）",
    "（-5万元）",
    "(5)",
    "（12）",
    "((500))",
    "100万元" + " " * 300 + "至200万元",
    "500万元+200万元",
    "500万元、200万元",
    "500万元 200万元",
    "500万元\n200万元",
    "1亿 2000万",
    "500万 3千",
    "总投资5亿元，其中一期2亿元",
    "总投资5亿元",
    "12.5亿（含税）",
    "500万元（已到账）",
    "500万元/年",
    "500万元每年",
    "5%",
    "百分之五",
    "5‰",
    "10²",
    "①",
    "½亿",
    "٣万元",
    "5兆元",
    "800-500万元",
    "5000-1亿元",
    "500万-800",
    "-5-8万元",
    "500-800-900万元",
    "500-800万元以上",
    "不少于500不超过800万元",
    "不少于500万元以下",
    "约",
    "约万元",
    "500-",
    "-800--900",
    "5分",
    "12元5",
    "12元零5",
    "1.5元3角",
    "万元3角",
    "12角角",
    "€12元5角",
    "-12元5角",
    "0x10",
    "nan",
    "inf",
    "1e400",
    "1_000",
    "2024-05-25",
    "2024年",
    "0354-398-5766",
    "5M",
    "500w",
    "500块",
    "免费",
    "十几万",
    "\u202e005万元",
    "500±万元",
    "500±5±5",
    "±5万元",
    "500万元±约5%",
    "¥500-$800",
    "百千元",
    "5万万",
    "100.万元x",
    "99.9万元整整",
]


def unpack(found: object) -> object:
    """Compare sums by what they are worth."""
    if isinstance(found, Amount):
        return found.value, found.currency
    return (found.low, found.high) if isinstance(found, AmountRange) else found


@pytest.mark.parametrize(("text", "value", "currency"), EXACT)
def test_amounts(text: str, value: str, currency: str) -> None:
    assert unpack(examine_amount(text)) == (Decimal(value), currency)
    assert parse_amount(text) == examine_amount(text)


@pytest.mark.parametrize(("text", "low", "high"), INEXACT)
def test_amounts_that_are_not_told_exactly(text: str, low: int | None, high: int | None) -> None:
    assert unpack(examine_amount(text)) == (low, high)
    assert parse_amount(text) is None


@pytest.mark.parametrize("text", REFUSED)
def test_amounts_that_are_no_single_sum(text: str) -> None:
    assert examine_amount(text) == "unreadable_amount"
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "value", "currency"),
    [
        ("120", "万元", "1200000", "CNY"),
        ("五", "万元", "50000", "CNY"),
        ("十二", "万元", "120000", "CNY"),
        ("1.5", "亿元", "150000000", "CNY"),
        ("7", "EUR", "7", "EUR"),
        ("7,5", "EUR", "7.5", "EUR"),
        ("7", "million EUR", "7000000", "EUR"),
        ("7", "EUR million", "7000000", "EUR"),
        ("7", "NOK", "7", "NOK"),
        ("7", "kNOK", "7000", "NOK"),
        ("7", "SEK", "7", "SEK"),
        ("7", "人民币：万元", "70000", "CNY"),
        ("7", "人民币万元", "70000", "CNY"),
        ("7", "单位：万元", "70000", "CNY"),
        ("7", "（万元）", "70000", "CNY"),
        ("7", "百万元", "7000000", "CNY"),
        ("7", "万美元", "70000", "USD"),
        ("7", "亿", "700000000", ""),
        ("1亿", "万元", "100000000", "CNY"),
        ("4847.4万元", "万元", "48474000", "CNY"),
        ("(120)", "万元", "-1200000", "CNY"),
        ("5千元", "元", "5000", "CNY"),
        ("120元", "元", "120", "CNY"),
        ("120元", "", "120", "CNY"),
        ("1.28亿元", "万元", "128000000", "CNY"),
        ("120万", "万元", "1200000", "CNY"),
        ("12元5角", "元", "12.5", "CNY"),
        ("120万元", "按项", "1200000", "CNY"),
    ],
)
def test_the_cell_goes_before_the_unit_of_the_header(
    text: str, unit: str, value: str, currency: str
) -> None:
    assert unpack(examine_amount(text, unit)) == (Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("120元", "万元"),
        ("￥120", "万元"),
        ("EUR 120", "万元"),
        ("120万美元", "万元"),
        ("5千", "万元"),
        ("5千元", "万元"),
        ("三千二百", "万元"),
        ("三千二百元", "万元"),
        ("12元5角", "万元"),
        ("约120元", "万元"),
        ("100-120元", "万元"),
        ("100元-120万元", "万元"),
        ("$5", "元"),
    ],
)
def test_a_cell_that_contradicts_the_unit_of_its_header_is_refused(text: str, unit: str) -> None:
    assert examine_amount(text, unit) == "unit_conflict"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("500-800", 5_000_000, 8_000_000),
        ("约500", 5_000_000, 5_000_000),
        ("500以上", 5_000_000, None),
    ],
)
def test_a_range_takes_the_unit_of_its_header(text: str, low: int, high: int | None) -> None:
    assert unpack(examine_amount(text, "万元")) == (low, high)


@pytest.mark.parametrize("unit", ["按项", "1000 EUR", "元/吨", "万万元", "%", "人"])
def test_a_header_unit_that_is_no_money_leaves_bare_numbers_unread(unit: str) -> None:
    assert parse_unit(unit) is None
    assert examine_amount("120", unit) == "unreadable_amount"
    assert examine_amount("1.2E+08", unit) == "unreadable_amount"
    assert examine_amount("120万元", unit) == examine_amount("120万元")


def test_no_decimal_comma_under_a_chinese_header() -> None:
    assert examine_amount("0,5", "万元") == "unreadable_amount"
    assert examine_amount("1,234", "万元") == Amount(Decimal(12_340_000), "CNY")


def test_no_currency_is_the_empty_text_but_a_long_one_is_none() -> None:
    assert (parse_currency(""), parse_currency(" ")) == ("", "")
    assert parse_currency("x" * 1000) is None
    assert parse_currency("元整") == "CNY"


SCALES = {"": 0, "元": 0, "万元": 4, "亿元": 8, "百万元": 6, "万": 4, "k": 3, " million": 6}


@settings(max_examples=150, deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False),
    st.sampled_from(sorted(SCALES)),
)
def test_a_number_with_its_unit_is_exact(x: Decimal, unit: str) -> None:
    amount = parse_amount(f"{x}{unit}")
    assert amount is not None
    assert amount.value == x * 10 ** SCALES[unit]


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=70) | st.text("0123456789.,-+eE()万亿千百十元角分整约余至~±% '¥$", max_size=20)
)
def test_no_text_makes_a_reader_raise_or_read_an_infinite_sum(text: str) -> None:
    for found in (examine_amount(text), examine_amount(text, "万元"), examine_amount("5", text)):
        if isinstance(found, Amount):
            assert found.value.is_finite()
        elif isinstance(found, AmountRange):
            assert found.low is None or found.high is None or found.low <= found.high
        else:
            assert found in {"unreadable_amount", "unit_conflict"}


@pytest.mark.parametrize("unit", ["9", "1,", "，", " ", "万", "a", "\ufdfa", "1 ", "约", "-"])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    text = unit * (2**20 // len(unit.encode()))
    begin = time.perf_counter()
    assert examine_amount(text) == "unreadable_amount"
    examine_amount("5", text)
    assert time.perf_counter() - begin < 1
