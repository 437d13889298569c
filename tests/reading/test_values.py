from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.reading.values import (
    Amount,
    Period,
    parse_amount,
    parse_boolean,
    parse_list,
    parse_number,
    parse_period,
    parse_year,
)

PARSERS = (parse_amount, parse_boolean, parse_list, parse_number, parse_period, parse_year)
DAYS = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("4847.4万元", "48474000", "CNY"),
        ("1.28亿元", "128000000", "CNY"),
        ("42亿", "4200000000", ""),
        ("3万亿元", "3000000000000", "CNY"),
        ("５００万元", "5000000", "CNY"),
        ("￥１，２３４．５０", "1234.50", "CNY"),
        ("人民币120万元整", "1200000", "CNY"),
        ("120 万元", "1200000", "CNY"),
        ("EUR 262132,65", "262132.65", "EUR"),
        ("€1.234,56", "1234.56", "EUR"),
        ("US$ 5 million", "5000000", "USD"),
        ("100k", "100000", ""),
        ("5 NOK", "5", "NOK"),
        ("SEK 100", "100", "SEK"),
        ("0,5", "0.5", ""),
        ("1,234", "1234", ""),
        ("1,234,567.89", "1234567.89", ""),
        ("1 234 567", "1234567", ""),
        ("1'234'567", "1234567", ""),
        ("1,23", "1.23", ""),
        ("1.234", "1.234", ""),
        ("-5万元", "-50000", "CNY"),
        ("0", "0", ""),
        ("1e5", "100000", ""),
        (".5亿", "50000000", ""),
    ],
)
def test_amounts(text: str, value: str, currency: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert (amount.value, amount.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "500-800万元",
        "500～800万元",
        "约100万元",
        "100万元以上",
        "近亿元",
        "面议",
        "万元",
        "3万5千",
        "1,2,3",
        "0,500",
        "012,345",
        "0.500,25",
        "12,34,567",
        "1.2.3",
        "100 EUR USD",
        "€100 USD",
        "100 kr",
        "1" * 65,
        ".",
        "--5",
        "100万元" + " " * 300 + "至200万元",
    ],
)
def test_amounts_that_are_no_single_exact_sum(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "value", "currency"),
    [
        ("120", "万元", "1200000", "CNY"),
        ("1.5", "亿元", "150000000", "CNY"),
        ("7", "EUR", "7", "EUR"),
        ("7", "million EUR", "7000000", "EUR"),
        ("7", "EUR million", "7000000", "EUR"),
        ("7", "NOK", "7", "NOK"),
        ("7", "kNOK", "7000", "NOK"),
        ("7", "SEK", "7", "SEK"),
        ("7", "人民币：万元", "70000", "CNY"),
        ("7", "人民币万元", "70000", "CNY"),
        ("7", "万美元", "70000", "USD"),
        ("7", "亿", "700000000", ""),
        ("1亿", "万元", "100000000", "CNY"),
    ],
)
def test_the_cell_goes_before_the_unit_of_the_header(
    text: str, unit: str, value: str, currency: str
) -> None:
    amount = parse_amount(text, unit)
    assert amount is not None
    assert (amount.value, amount.currency) == (Decimal(value), currency)


def test_a_header_unit_that_is_no_money_leaves_bare_numbers_unread() -> None:
    assert parse_amount("120", "按项") is None
    assert parse_amount("120", "1000 EUR") is None
    assert parse_amount("120", "元/吨") is None
    assert parse_amount("120万元", "按项") == parse_amount("120万元")


@pytest.mark.parametrize("text", ["120元", "￥120", "EUR 120", "120万美元"])
def test_a_cell_that_contradicts_the_unit_of_its_header_is_refused(text: str) -> None:
    assert parse_amount(text, "万元") is None


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("120", "万元", 1_200_000), ("1.28亿元", "万元", 128_000_000), ("120万", "万元", 1_200_000)],
)
def test_a_cell_with_a_multiple_of_its_own_needs_no_header(
    text: str, unit: str, value: int
) -> None:
    assert parse_amount(text, unit) == Amount(Decimal(value), "CNY")


def test_a_currency_in_a_header_without_multiple_may_be_said_again() -> None:
    assert parse_amount("120元", "元") == Amount(Decimal(120), "CNY")


@given(st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False))
def test_ten_thousand_yuan_are_exact(x: Decimal) -> None:
    amount = parse_amount(f"{x}万元")
    assert amount is not None
    assert amount.value == x * 10**4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("27%", 0.27),
        ("２７％", 0.27),
        ("1,460", 1460.0),
        ("-3.5", -3.5),
        ("1e3", 1000.0),
        ("12,5", 12.5),
        ("about 5", None),
        ("5家", None),
        ("", None),
        ("%", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert parse_number(text) == value


def test_percent_in_the_header_divides_once() -> None:
    assert parse_number("27", "%") == 0.27
    assert parse_number("27%", "%") == 0.27
    assert parse_number("", "%") is None


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2024-05-25", "2024-05-25", "2024-05-25", "day"),
        ("2024/5/25", "2024-05-25", "2024-05-25", "day"),
        ("2024.5.25", "2024-05-25", "2024-05-25", "day"),
        ("2024年5月25日", "2024-05-25", "2024-05-25", "day"),
        ("２０２４年５月２５日", "2024-05-25", "2024-05-25", "day"),
        ("20240525", "2024-05-25", "2024-05-25", "day"),
        ("25.5.2024", "2024-05-25", "2024-05-25", "day"),
        ("2024-05-25T10:30:00+08:00", "2024-05-25", "2024-05-25", "day"),
        ("2024-05-25 10:30", "2024-05-25", "2024-05-25", "day"),
        ("2024-02-29", "2024-02-29", "2024-02-29", "day"),
        ("2024年5月", "2024-05-01", "2024-05-31", "month"),
        ("2024-2", "2024-02-01", "2024-02-29", "month"),
        ("2023年2月份", "2023-02-01", "2023-02-28", "month"),
        ("2024-Q3", "2024-07-01", "2024-09-30", "quarter"),
        ("2024年第三季度", "2024-07-01", "2024-09-30", "quarter"),
        ("2024年1季度", "2024-01-01", "2024-03-31", "quarter"),
        ("2024", "2024-01-01", "2024-12-31", "year"),
        ("2024年度", "2024-01-01", "2024-12-31", "year"),
        ("2023-2025", "2023-01-01", "2025-12-31", "range"),
        ("2023年-2025年", "2023-01-01", "2025-12-31", "range"),
        ("2023年5月至2024年6月", "2023-05-01", "2024-06-30", "range"),
        ("2024-05-01/2024-06-30", "2024-05-01", "2024-06-30", "range"),
        ("2024/5/1至2024/6/30", "2024-05-01", "2024-06-30", "range"),
        ("2024/5/1 - 2024/6/30", "2024-05-01", "2024-06-30", "range"),
        ("2024-05-01 ~ 2024-06-30", "2024-05-01", "2024-06-30", "range"),
    ],
)
def test_periods(text: str, start: str, end: str, precision: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert period.precision == precision


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "2023-02-29",
        "2024-13",
        "2024-00",
        "5/6/2024",
        "24",
        "45437",
        "0024-05-25",
        "9999",
        "2025-2023",
        "2024-06-30/2024-05-01",
        "去年",
        "2024-05-25 或 26",
        "2024年3季度5月",
    ],
)
def test_periods_that_are_impossible_or_ambiguous(text: str) -> None:
    assert parse_period(text) is None


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    texts = {
        "day": f"{first}",
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year}-Q{draw(st.integers(1, 4))}",
        "year": f"{first:%Y}",
        "range": f"{first}/{last}",
    }
    period = parse_period(texts[draw(st.sampled_from(sorted(texts)))])
    assert period is not None
    return period


@given(periods())
def test_a_period_is_read_back_from_its_own_text(period: Period) -> None:
    assert parse_period(str(period)) == period
    assert period.start <= period.end


@pytest.mark.parametrize(
    ("text", "year"),
    [("2024", 2024), ("2024年", 2024), ("2024年度", 2024), ("2024-05", None), ("24", None)],
)
def test_years(text: str, year: int | None) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize("text", ["是", "有", "√", "Yes", "TRUE", "1", " y "])
def test_yes(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize("text", ["否", "无", "×", "No", "FALSE", "0", "ｎ"])
def test_no(text: str) -> None:
    assert parse_boolean(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "是否"])
def test_neither_yes_nor_no(text: str) -> None:
    assert parse_boolean(text) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("太原理工大学；山西大学、 燕山大学;", ("太原理工大学", "山西大学", "燕山大学")),
        ("a;b\nc", ("a", "b", "c")),
        ("Smith, Jones & Co", ("Smith, Jones & Co",)),
        (" ; ；、", ()),
        ("", ()),
    ],
)
def test_lists(text: str, parts: tuple[str, ...]) -> None:
    assert parse_list(text) == parts


@given(st.text() | st.text("0123456789.,-+eE年月日万亿元Qq/ %~'"))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for parse in PARSERS:
        parse(text)
    result = parse_amount(text, text)
    assert result is None or isinstance(result.value, Decimal)


@pytest.mark.parametrize("unit", ["9", "1,", "，", " ", "年", "万", "a", "\ufdfa", "2024-", "1 "])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    text = unit * (2**20 // len(unit.encode()))
    begin = time.perf_counter()
    results = [parse(text) for parse in PARSERS if parse is not parse_list]
    assert time.perf_counter() - begin < 1
    assert results == [None] * 5
