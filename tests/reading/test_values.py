from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.values.plain import parse_boolean, parse_list, parse_number

PARSERS = (parse_boolean, parse_list, parse_number)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("27%", 0.27),
        ("２７％", 0.27),
        ("27 %", 0.27),
        ("27.5%", 0.275),
        ("150%", 1.5),
        ("-3.5%", -0.035),
        ("0.1%", 0.001),
        ("5‰", 0.005),
        ("百分之二十七", 0.27),
        ("百分之27", 0.27),
        ("百分之二十七点五", 0.275),
        ("百分之一百", 1.0),
        ("千分之五", 0.005),
        ("0.27", 0.27),
        ("1,460", 1460.0),
        ("-3.5", -3.5),
        ("1e3", 1000.0),
        ("12,5", 12.5),
        ("二十七", 27.0),
        ("1.2万", 12000.0),
        ("about 5", None),
        ("约27%", None),
        ("20%-30%", None),
        ("27%%", None),
        ("27%‰", None),
        ("百分之", None),
        ("百分之二十七%", None),
        ("三五", None),
        ("3万5", None),
        ("5家", None),
        ("10²", None),
        ("", None),
        ("%", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert parse_number(text) == value


def test_percent_in_the_header_divides_once() -> None:
    assert parse_number("27", "%") == parse_number("27", "％") == 0.27
    assert parse_number("27%", "%") == 0.27
    assert parse_number("5", "‰") == 0.005
    assert parse_number("", "%") is None


def test_a_header_that_counts_in_ten_thousands_is_heard() -> None:
    assert parse_number("1.2", "万人") == 12000.0
    assert parse_number("3", "千") == 3000.0
    assert parse_number("3", "亿件") == 300_000_000.0
    assert parse_number("3", "人") == 3.0
    assert parse_number("1.2万", "万人") == 12000.0
    assert parse_number("27%", "万人") is None
    assert parse_number("3", "千百") is None


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


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=70) | st.text("0123456789.,-+eE%‰百分之万亿二 '", max_size=20))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for parse in PARSERS:
        parse(text)
    parse_number("5", text)


@pytest.mark.parametrize("unit", ["9", "1,", "，", " ", "万", "a", "\ufdfa", "1 ", "%"])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    text = unit * (2**20 // len(unit.encode()))
    begin = time.perf_counter()
    assert parse_number(text) is None
    assert parse_boolean(text) is None
    assert time.perf_counter() - begin < 1
