from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from ecograph.reading.workbooks.formats import (
    GENERAL,
    Format,
    find_builtin,
    parse_format,
    write_number,
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("General", GENERAL),
        ("G/通用格式", GENERAL),
        ("@", GENERAL),
        ("0", GENERAL),
        ("0.00%", Format("percent")),
        ("0.00E+00", GENERAL),
        ("#,##0.00;[Red]-#,##0.00", GENERAL),
        ('_ "¥"* #,##0.00_ ', GENERAL),
        ("[$CNY] 0.00", GENERAL),
        ("yyyy-mm-dd", Format("date")),
        ('yyyy"年"m"月"d"日"', Format("date")),
        ('[$-804]yyyy"年"m"月"d"日";@', Format("date")),
        ("m/d", Format("date")),
        ("aaaa", Format("date")),
        ("yyyy/m/d h:mm", Format("date")),
        ('yyyy"年"m"月"', Format("month")),
        ("mmm-yy", Format("month")),
        ("yyyy", Format("year")),
        ("h:mm", Format("time")),
        ("上午/下午h:mm", Format("time")),
        ("mm:ss", Format("time")),
        ("[h]:mm:ss", Format("elapsed")),
        ("000000", Format(zeros=6)),
        ("000-00", GENERAL),
        ('0.00"万元"', Format(unit="万元")),
        ("0.00万元", Format(unit="万元")),
        ('#,##0"（亿元）"', Format(unit="亿元")),
        ('0"人"', GENERAL),
        ('0!.0,"万"', GENERAL),  # the stored number is whole, only the display is in 万
        ('#,##0,"千元"', GENERAL),
        ('"$"#,##0', Format(currency="$")),
        (r"\€#,##0", Format(currency="€")),
        ("[$€-407]#,##0.00", Format(currency="€")),
        ("[$USD] #,##0", Format(currency="USD")),
        ("0" * 300, GENERAL),
    ],
)
def test_a_format_says_what_a_number_means(code: str, expected: Format) -> None:
    assert parse_format(code) == expected


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *[(0, "number"), (14, "date"), (17, "month"), (20, "time"), (22, "date"), (27, "month")],
        *[(31, "date"), (33, "time"), (46, "elapsed"), (49, "number"), (57, "month"), (58, "date")],
    ],
)
def test_formats_without_text_have_a_meaning(number: int, kind: str) -> None:
    assert find_builtin(number).kind == kind


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, "date", "1900-01-01"),
        (59, "date", "1900-02-28"),
        (60, "date", "1900-02-29"),  # a day that Excel knows
        (61, "date", "1900-03-01"),
        (45437, "date", "2024-05-25"),
        (45437.4375, "date", "2024-05-25 10:30:00"),
        (2958465, "date", "9999-12-31"),
        (2958466, "date", "2958466"),
        (0, "date", "0"),
        (-3.5, "date", "-3.5"),
        (45413, "month", "2024-05"),
        (45437, "month", "2024-05-25"),
        (45292, "year", "2024"),
        (45437, "year", "2024-05-25"),
        (0.4375, "time", "10:30:00"),
        (45437.4375, "time", "2024-05-25 10:30:00"),
        (1.5, "elapsed", "36:00:00"),
        (-1, "elapsed", "-1"),
        (float("inf"), "elapsed", "inf"),
    ],
)
def test_days_and_times(value: float, kind: str, expected: str) -> None:
    assert write_number(value, Format(kind)) == expected  # type: ignore[arg-type]


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert write_number(0, Format("date"), since_1904=True) == "1904-01-01"
    assert write_number(43975, Format("date"), since_1904=True) == "2024-05-25"
    assert write_number(2957004, Format("date"), since_1904=True) == "2957004"


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (352.0, GENERAL, "352"),
        (4847.3999999999996, GENERAL, "4847.4"),
        (1e-7, GENERAL, "0.0000001"),
        (1e300, GENERAL, "1e+300"),
        (0.27, parse_format("0%"), "27%"),
        (0.0725, find_builtin(10), "7.25%"),
        (float("inf"), Format("percent"), "inf"),
        (7, Format(zeros=5), "00007"),
        (-7, Format(zeros=5), "-7"),
        (7.5, Format(zeros=5), "7.5"),
        (262132.65, Format(currency="€"), "€262132.65"),
    ],
)
def test_numbers(value: float, form: Format, expected: str) -> None:
    assert write_number(value, form) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_changes_by_being_written(value: float) -> None:
    assert float(Decimal(write_number(value))) == value


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))  # noqa: DTZ001
def test_days_agree_with_openpyxl(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    written = str(moment).removesuffix(" 00:00:00")
    assert write_number(to_excel(moment), Format("date")) == written
    if moment.year > 1904:
        counted = to_excel(moment, CALENDAR_MAC_1904)
        assert write_number(counted, Format("date"), since_1904=True) == written


@given(st.text(max_size=300))
def test_any_text_may_stand_as_a_format(code: str) -> None:
    assert isinstance(write_number(45437.5, parse_format(code)), str)
