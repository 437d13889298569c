from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.values.periods import (
    Period,
    examine_period,
    find_serial_day,
    parse_period,
    parse_year,
)

DAYS = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))

PERIODS = [
    ("2024-05-25", "2024-05-25", "2024-05-25", "day"),
    ("2024/5/25", "2024-05-25", "2024-05-25", "day"),
    ("2024.5.25", "2024-05-25", "2024-05-25", "day"),
    ("2024.05.25", "2024-05-25", "2024-05-25", "day"),
    ("2024.1.5", "2024-01-05", "2024-01-05", "day"),
    ("2024年5月25日", "2024-05-25", "2024-05-25", "day"),
    ("2024年5月25号", "2024-05-25", "2024-05-25", "day"),
    ("2024 年 5 月 25 日", "2024-05-25", "2024-05-25", "day"),
    ("２０２４年５月２５日", "2024-05-25", "2024-05-25", "day"),
    ("2024年5⽉25⽇", "2024-05-25", "2024-05-25", "day"),
    ("\u200e2024/5/25", "2024-05-25", "2024-05-25", "day"),
    ("20240525", "2024-05-25", "2024-05-25", "day"),
    ("二〇二四年五月二十五日", "2024-05-25", "2024-05-25", "day"),
    ("二零二四年五月二十五日", "2024-05-25", "2024-05-25", "day"),
    ("二○二四年五月廿五日", "2024-05-25", "2024-05-25", "day"),
    ("二〇二四年十二月三十一日", "2024-12-31", "2024-12-31", "day"),
    ("二〇二四年一月一日", "2024-01-01", "2024-01-01", "day"),
    ("2024年十月十日", "2024-10-10", "2024-10-10", "day"),
    ("25.5.2024", "2024-05-25", "2024-05-25", "day"),
    ("5.6.2024", "2024-06-05", "2024-06-05", "day"),
    ("13/6/2024", "2024-06-13", "2024-06-13", "day"),
    ("6/13/2024", "2024-06-13", "2024-06-13", "day"),
    ("5/5/2024", "2024-05-05", "2024-05-05", "day"),
    ("13-06-2024", "2024-06-13", "2024-06-13", "day"),
    ("2024-05-25T10:30:00+08:00", "2024-05-25", "2024-05-25", "day"),
    ("2024-05-25T00:00:00", "2024-05-25", "2024-05-25", "day"),
    ("2024-05-25T00:00:00Z", "2024-05-25", "2024-05-25", "day"),
    ("2024-05-25 10:30", "2024-05-25", "2024-05-25", "day"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "day"),
    ("2024年5月", "2024-05-01", "2024-05-31", "month"),
    ("二〇二四年五月", "2024-05-01", "2024-05-31", "month"),
    ("2024年五月", "2024-05-01", "2024-05-31", "month"),
    ("2024年十二月", "2024-12-01", "2024-12-31", "month"),
    ("2024.5", "2024-05-01", "2024-05-31", "month"),
    ("2024.10", "2024-10-01", "2024-10-31", "month"),
    ("2024.01", "2024-01-01", "2024-01-31", "month"),
    ("2024年1月", "2024-01-01", "2024-01-31", "month"),
    ("2024-2", "2024-02-01", "2024-02-29", "month"),
    ("2024/05", "2024-05-01", "2024-05-31", "month"),
    ("202405", "2024-05-01", "2024-05-31", "month"),
    ("199912", "1999-12-01", "1999-12-31", "month"),
    ("2023年2月份", "2023-02-01", "2023-02-28", "month"),
    ("2024-Q3", "2024-07-01", "2024-09-30", "quarter"),
    ("2024Q3", "2024-07-01", "2024-09-30", "quarter"),
    ("2024q1", "2024-01-01", "2024-03-31", "quarter"),
    ("2024年第三季度", "2024-07-01", "2024-09-30", "quarter"),
    ("2024年三季度", "2024-07-01", "2024-09-30", "quarter"),
    ("2024年第4季", "2024-10-01", "2024-12-31", "quarter"),
    ("2024年1季度", "2024-01-01", "2024-03-31", "quarter"),
    ("二〇二四年第二季度", "2024-04-01", "2024-06-30", "quarter"),
    ("2024", "2024-01-01", "2024-12-31", "year"),
    ("2024年", "2024-01-01", "2024-12-31", "year"),
    ("2024年度", "2024-01-01", "2024-12-31", "year"),
    ("二〇二四年", "2024-01-01", "2024-12-31", "year"),
    ("2024年上半年", "2024-01-01", "2024-06-30", "range"),
    ("2024年下半年", "2024-07-01", "2024-12-31", "range"),
    ("2024H1", "2024-01-01", "2024-06-30", "range"),
    ("2024-H2", "2024-07-01", "2024-12-31", "range"),
    ("2024年5月上旬", "2024-05-01", "2024-05-10", "range"),
    ("2024年5月中旬", "2024-05-11", "2024-05-20", "range"),
    ("2024年2月下旬", "2024-02-21", "2024-02-29", "range"),
    ("2023-2025", "2023-01-01", "2025-12-31", "range"),
    ("2023-2025年", "2023-01-01", "2025-12-31", "range"),
    ("2023年-2025年", "2023-01-01", "2025-12-31", "range"),
    ("2023至2025年", "2023-01-01", "2025-12-31", "range"),
    ("2023—2025", "2023-01-01", "2025-12-31", "range"),
    ("2023年5月至2024年6月", "2023-05-01", "2024-06-30", "range"),
    ("2023年5月-2024年6月", "2023-05-01", "2024-06-30", "range"),
    ("2023.5—2025.4", "2023-05-01", "2025-04-30", "range"),
    ("2023.5-2025.4", "2023-05-01", "2025-04-30", "range"),
    ("2024.1-2024.10", "2024-01-01", "2024-10-31", "range"),
    ("2023.5.1-2024.6.30", "2023-05-01", "2024-06-30", "range"),
    ("2023-05-01-2024-06-30", "2023-05-01", "2024-06-30", "range"),
    ("2023-05-2024-06", "2023-05-01", "2024-06-30", "range"),
    ("20230501-20240630", "2023-05-01", "2024-06-30", "range"),
    ("2023年5月-6月", "2023-05-01", "2023-06-30", "range"),
    ("2023年5-6月", "2023-05-01", "2023-06-30", "range"),
    ("2023年5月至6月", "2023-05-01", "2023-06-30", "range"),
    ("2023年5月1日至12月31日", "2023-05-01", "2023-12-31", "range"),
    ("2024年5月25日-28日", "2024-05-25", "2024-05-28", "range"),
    ("2024年5月25-28日", "2024-05-25", "2024-05-28", "range"),
    ("2024年第一季度至2024年第三季度", "2024-01-01", "2024-09-30", "range"),
    ("2024-05-01/2024-06-30", "2024-05-01", "2024-06-30", "range"),
    ("2024/5/1至2024/6/30", "2024-05-01", "2024-06-30", "range"),
    ("2024/5/1 - 2024/6/30", "2024-05-01", "2024-06-30", "range"),
    ("2024/5/1-2024/6/30", "2024-05-01", "2024-06-30", "range"),
    ("2024-05-01 ~ 2024-06-30", "2024-05-01", "2024-06-30", "range"),
]

FAULTS = {
    "ambiguous_date": [
        "5/6/2024",
        "05-06-2024",
        "24年5月",
        "'24年5月",
        "24年5月6日",
        "24年",
        "24-05-06",
        "24/5/6",
        "24.5.6",
        "2024.1",
        "2023-24",
        "2010-13",
        "201112",
        "240525",
        "5/6/2024-7/8/2024",
        "2023年-5/6/2024",
    ],
    "impossible_date": [
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024年2月30日",
        "2024-04-31",
        "2024-13-01",
        "2024-00-10",
        "2024-10-00",
        "2024-13",
        "2024-00",
        "202413",
        "20241325",
        "20240230",
        "二〇二四年十三月",
        "二〇二四年二月三十日",
        "2024年二十月",
        "2024年三五月",
        "31/04/2024",
        "25/13/2024",
        "32.1.2024",
        "0024-05-25",
        "9999",
        "2024年13月上旬",
        "2025-2023",
        "2024-06-30/2024-05-01",
        "2024年5月25日-3日",
        "2023-02-29/2024-01-01",
        "2024-01-01至2024-02-30",
    ],
    "open_date": [
        "2023年至今",
        "2023至今",
        "2023年5月至今",
        "2023年5月—至今",
        "2023.5-今",
        "2023年起",
        "2023年以来",
        "2023年以前",
        "2023年5月后",
        "2023-",
        "2023年—",
        "2023-05-01~",
        "2023 - present",
        "至2025年",
        "至2025年12月31日",
    ],
    "serial_date": ["45437", "45000", "20000", "60000", "45437.5"],
    "unreadable_date": [
        "",
        " ",
        "24",
        "123",
        "12345",
        "60001",
        "1234567",
        "123456789",
        "030600",
        "去年",
        "今年",
        "今天",
        "至今",
        "长期",
        "永久",
        "待定",
        "-",
        "/",
        "至",
        "年",
        "月日",
        "民国113年",
        "民国一百一十三年",
        "令和6年",
        "2024年底",
        "2024年初",
        "2024年左右",
        "约2024年",
        "2024年5月底",
        "5月25日",
        "五月",
        "2024-05-25 或 26",
        "2024、2025年",
        "2024年3季度5月",
        "2024年第五季度",
        "2024年二十一日",
        "2024年5月25日（周六）",
        "二〇二四",
        "二十四年五月",
        "May 2024",
        "25 May 2024",
        "2024-W21",
        "2024-146",
        "20240525103000",
        "①年",
        "٢٠٢٤",
        "2024-05-25-26-27",
        "2023年至2024年至2025年",
        "2024年5月1日和2日",
        "x" * 65,
        "2024" + "0" * 80,
    ],
}


@pytest.mark.parametrize(("text", "start", "end", "precision"), PERIODS)
def test_periods(text: str, start: str, end: str, precision: str) -> None:
    period = examine_period(text)
    assert isinstance(period, Period)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert period.precision == precision
    assert parse_period(text) == period


@pytest.mark.parametrize(("fault", "text"), [(f, text) for f in FAULTS for text in FAULTS[f]])
def test_what_is_no_period_is_called_by_its_fault(fault: str, text: str) -> None:
    assert examine_period(text) == fault
    assert parse_period(text) is None


def test_a_serial_number_tells_its_day() -> None:
    # 1 January 2000 is day 36526 in the workbooks of every spreadsheet program
    assert find_serial_day("36526") == dt.date(2000, 1, 1)
    assert find_serial_day("45437.75") == dt.date(2024, 5, 25)
    assert find_serial_day("19999") is find_serial_day("2024") is find_serial_day("x") is None


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


@settings(max_examples=100, deadline=None)
@given(periods())
def test_a_period_is_read_back_from_its_own_text(period: Period) -> None:
    assert parse_period(str(period)) == period
    assert period.start <= period.end


FORMS = (
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month:02}.{0.day:02}",
    "{0:%Y%m%d}",
    "{1}年{2}月{3}日",
)
WORDS = ["", *"一二三四五六七八九十", *(f"十{d}" for d in "一二三四五六七八九"), "二十"]
WORDS += [*(f"二十{d}" for d in "一二三四五六七八九"), "三十", "三十一"]


@settings(max_examples=150, deadline=None)
@given(DAYS, st.sampled_from(FORMS))
def test_a_day_is_read_in_every_form(day: dt.date, form: str) -> None:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in f"{day.year}")
    text = form.format(day, year, WORDS[day.month], WORDS[day.day])
    assert parse_period(text) == Period(day, day, "day")


@settings(max_examples=200, deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)), st.sampled_from("/-"))
def test_day_and_month_are_never_swapped(day: dt.date, sign: str) -> None:
    for text in (f"{day:%d{sign}%m{sign}%Y}", f"{day:%m{sign}%d{sign}%Y}"):
        found = examine_period(text)
        if day.day > 12 or day.day == day.month:
            assert found == Period(day, day, "day")
        else:
            assert found == "ambiguous_date"


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=70) | st.text("0123456789年月日季度上下半至-/.Qq ~—今一二十〇", max_size=20)
)
def test_no_text_makes_a_reader_raise(text: str) -> None:
    found = examine_period(text)
    assert isinstance(found, Period) or found in FAULTS
    parse_year(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024", 2024),
        ("2024年", 2024),
        ("2024年度", 2024),
        ("二〇二四年", 2024),
        ("2024-05", None),
        ("24", None),
        ("45437", None),
    ],
)
def test_years(text: str, year: int | None) -> None:
    assert parse_year(text) == year


@pytest.mark.parametrize("unit", ["9", "年", "2024-", " ", "\ufdfa", "1/", "至", "5月"])
def test_a_megabyte_is_refused_at_once(unit: str) -> None:
    text = unit * (2**20 // len(unit.encode()))
    begin = time.perf_counter()
    assert examine_period(text) == "unreadable_date"
    assert time.perf_counter() - begin < 1
