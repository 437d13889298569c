"""Read dates at the precision of their text: a day, month, quarter, year, or a range of them.

Nothing is filled in from the day on which the program runs, and nothing is swapped: a text that
may mean two days is called ambiguous.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ecograph.reading.values.numerals import fold_text, parse_digits, parse_numeral

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Period",
    "PeriodFault",
    "Precision",
    "examine_period",
    "find_serial_day",
    "parse_period",
    "parse_year",
]

Precision = Literal["day", "month", "quarter", "year", "range"]
PeriodFault = Literal[
    "unreadable_date", "ambiguous_date", "impossible_date", "open_date", "serial_date"
]
"""Why a text is no period: the code of the problem."""

_EARLIEST, _LATEST = 1000, 2999
_SERIALS = (20_000, 60_000)  # day numbers of spreadsheets from 1954 to 2064
_EPOCH = dt.date(1899, 12, 30)

_CHINESE = "[〇○零一二三四五六七八九]"
_YEAR = rf"(?P<year>[0-9]{{4}}|{_CHINESE}{{4}}(?=\s*年))"
_MONTH = r"(?P<month>[0-9]{1,2}|[一二三四五六七八九十]{1,2}(?=\s*月))"
_DATE = r"(?P<day>[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3}(?=\s*[日号]))"
_DAY = re.compile(rf"{_YEAR}\s*[-/.年]\s*{_MONTH}\s*[-/.月]\s*{_DATE}\s*[日号]?")
_DAY_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_MONTH_ONLY = re.compile(rf"{_YEAR}\s*[-/.年]\s*{_MONTH}\s*(?:月份?)?")
_MONTH_COMPACT = re.compile(r"(?P<year>19[0-9]{2}|20[0-9]{2})(?P<month>[0-9]{2})")
_THIRD = re.compile(rf"{_YEAR}\s*[-/.年]\s*{_MONTH}\s*月\s*(?P<third>[上中下])旬")
_QUARTER = re.compile(
    rf"{_YEAR}\s*(?:-?q|年?第?)\s*(?P<quarter>[1-4一二三四])\s*(?P<word>季度?)?", re.IGNORECASE
)
_HALF = re.compile(rf"{_YEAR}\s*(?:年?\s*(?P<half>[上下])半年|-?h(?P<number>[12]))", re.IGNORECASE)
_WHOLE_YEAR = re.compile(rf"{_YEAR}\s*(?:年度?)?")
_POINTED = re.compile(r"[0-9]{4}\.1")  # what a spreadsheet leaves of 2024.10
_TWO_YEARS = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")

_YEAR_LAST = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<sign>[-/.])(?P<second>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})"
)
_SHORT_YEAR = re.compile(
    r"'?[0-9]{2}\s*(?:年度?|[-/.年]\s*[0-9]{1,2}\s*(?:月|[-/.月]\s*[0-9]{1,2}\s*[日号]?))|[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
_TIME = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")

_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|–|--| - )\s*")
_OPEN_END = re.compile(
    r"[-—–~至到起]*\s*(?:至今|今|现在|目前|以来|以后|以前|之后|之前|后|前|起|present|now|[-—–~至到])$",
    re.IGNORECASE,
)
_END_OF_YEAR = re.compile(r"[0-9]{1,2}月(?:[0-9]{1,2}[日号]?|份)?")
_END_OF_MONTH = re.compile(r"[0-9]{1,2}[日号]")
_STEM = re.compile(r"([0-9]{4}年)(?:([0-9]{1,2}月)(?:[0-9]{1,2}[日号]?)?|[0-9]{1,2}月?)?")


@dataclass(frozen=True)
class Period:
    """A date as precise as its text: first and last day it may mean."""

    start: dt.date
    end: dt.date
    precision: Precision

    def __str__(self) -> str:
        """Write the period in ISO 8601 at its own precision."""
        if self.precision == "day":
            return self.start.isoformat()
        if self.precision == "month":
            return f"{self.start:%Y-%m}"
        if self.precision == "quarter":
            return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
        if self.precision == "year":
            return f"{self.start:%Y}"
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def examine_period(text: str) -> Period | PeriodFault:
    """Read a day, month, quarter, year or a range of them, or say why the text is none.

    Parameters
    ----------
    text
        ISO 8601 or Chinese: ``2024-05-25``, ``二〇二四年五月``, ``2023-2025``, ``2024年第三季度``.

    Returns
    -------
    Period or str
        The code of the problem: ``ambiguous_date`` (may mean two days: ``5/6/2024``, ``24年5月``,
        ``2024.1``, which a spreadsheet makes of 2024.10), ``impossible_date`` (``2024-02-30``, an
        end before its beginning), ``open_date`` (``2023年至今``), ``serial_date`` (``45437``, the
        day number of a spreadsheet), else ``unreadable_date``.

    Examples
    --------
    >>> str(examine_period("2023年5月-2024年6月")), str(examine_period("2024年上半年"))
    ('2023-05-01/2024-06-30', '2024-01-01/2024-06-30')
    >>> examine_period("5/6/2024"), examine_period("2024-02-30")
    ('ambiguous_date', 'impossible_date')
    """
    folded = _TIME.sub("", fold_text(text))
    if not folded:
        return "unreadable_date"
    if _POINTED.fullmatch(folded):  # in a range it is text, which no spreadsheet has touched
        return "ambiguous_date"
    return _examine_point(folded) or _examine_range(folded) or _name_fault(folded)


def parse_period(text: str) -> Period | None:
    """Read a day, month, quarter, year or a range of them; None for every other text.

    >>> str(parse_period("2024年5月")), str(parse_period("2023-2025"))
    ('2024-05', '2023-01-01/2025-12-31')
    >>> parse_period("2024-02-30") is None, parse_period("5/6/2024") is None
    (True, True)
    """
    found = examine_period(text)
    return found if isinstance(found, Period) else None


def parse_year(text: str) -> int | None:
    """Read a year.

    >>> parse_year("2024年"), parse_year("24")
    (2024, None)
    """
    period = parse_period(text)
    return period.start.year if period and period.precision == "year" else None


def find_serial_day(text: str) -> dt.date | None:
    """Find the day that a spreadsheet would show for a number; None where it is none of our time.

    >>> find_serial_day("45437")
    datetime.date(2024, 5, 25)
    """
    match = _SERIAL.fullmatch(fold_text(text))
    number = int(match[1]) if match else 0
    return _EPOCH + dt.timedelta(number) if _SERIALS[0] <= number <= _SERIALS[1] else None


# Points in time


def _examine_point(text: str) -> Period | PeriodFault | None:
    """Read one day, month, quarter, half or whole year; None where the text has no such form."""
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            return read(match)
    return None


def _read_day(match: re.Match[str]) -> Period | PeriodFault:
    year, month, day = (_number(match[name]) for name in ("year", "month", "day"))
    return _make_day(year, month, day)


def _read_month(match: re.Match[str]) -> Period | PeriodFault:
    year, month = _number(match["year"]), _number(match["month"])
    if _TWO_YEARS.fullmatch(match[0]) and month > max(year % 100, 12):
        return "ambiguous_date"  # 2023-24 are two years
    return _make_months(year, month, month, "month")


def _read_compact_month(match: re.Match[str]) -> Period | PeriodFault:
    """Read 202405, unless its digits may be a short year, month and day too (201112)."""
    year, month = _number(match["year"]), _number(match["month"])
    if year % 100 in range(1, 13):
        return "ambiguous_date"
    return _make_months(year, month, month, "month")


def _read_year_last(match: re.Match[str]) -> Period | PeriodFault:
    """Read 25.5.2024 (with points the day goes first); with / or - only what can be one day."""
    first, second, year = (_number(match[name]) for name in ("first", "second", "year"))
    readings = {
        str(found): found
        for found in (_make_day(year, second, first), _make_day(year, first, second))
        if isinstance(found, Period)
    }
    if match["sign"] == ".":
        return _make_day(year, second, first)
    if len(readings) > 1:
        return "ambiguous_date"
    return next(iter(readings.values()), "impossible_date")


def _read_third(match: re.Match[str]) -> Period | PeriodFault:
    year, month = _number(match["year"]), _number(match["month"])
    whole = _make_months(year, month, month, "month")
    if not isinstance(whole, Period):
        return whole
    first, last = {"上": (1, 10), "中": (11, 20), "下": (21, whole.end.day)}[match["third"]]
    return Period(whole.start.replace(day=first), whole.start.replace(day=last), "range")


def _read_quarter(match: re.Match[str]) -> Period | PeriodFault | None:
    if not match["word"] and "q" not in match[0].lower():
        return None
    quarter = _number(match["quarter"])
    return _make_months(_number(match["year"]), 3 * quarter - 2, 3 * quarter, "quarter")


def _read_half(match: re.Match[str]) -> Period | PeriodFault:
    first = 1 if "上" in match[0] or match["number"] == "1" else 7
    return _make_months(_number(match["year"]), first, first + 5, "range")


def _read_year(match: re.Match[str]) -> Period | PeriodFault:
    return _make_months(_number(match["year"]), 1, 12, "year")


_FORMS = (
    (_DAY, _read_day),
    (_WHOLE_YEAR, _read_year),
    (_MONTH_ONLY, _read_month),
    (_DAY_COMPACT, _read_day),
    (_MONTH_COMPACT, _read_compact_month),
    (_YEAR_LAST, _read_year_last),
    (_THIRD, _read_third),
    (_QUARTER, _read_quarter),
    (_HALF, _read_half),
)


def _number(text: str) -> int:
    """Read figures, digits one by one or a Chinese numeral; what is none becomes 0."""
    if text.isascii():
        return int(text)
    digits = parse_digits(text) if len(text) != 1 else None
    return int(digits or parse_numeral(text) or 0)


def _make_day(year: int, month: int, day: int) -> Period | PeriodFault:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return "impossible_date"
    return Period(date, date, "day") if _EARLIEST <= year <= _LATEST else "impossible_date"


def _make_months(year: int, first: int, last: int, precision: Precision) -> Period | PeriodFault:
    if not (1 <= first <= last <= 12 and _EARLIEST <= year <= _LATEST):  # noqa: PLR2004 - months
        return "impossible_date"
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, first, 1), end, precision)


# Ranges


def _examine_range(text: str) -> Period | PeriodFault | None:
    """Read two points with a word or sign between them; None where the text has no such form."""
    found: Period | PeriodFault | None = None
    for first, last in _list_ends(text):
        found = _join_ends(_examine_point(first), _examine_point(last))
        if isinstance(found, Period):
            break
    return found


def _join_ends(
    first: Period | PeriodFault | None, last: Period | PeriodFault | None
) -> Period | PeriodFault | None:
    if not isinstance(first, Period) or not isinstance(last, Period):
        return first if first and not isinstance(first, Period) else _take_fault(last)
    if first.start > last.end:
        return "impossible_date"
    return Period(first.start, last.end, "range")


def _take_fault(found: Period | PeriodFault | None) -> PeriodFault | None:
    return None if isinstance(found, Period) else found


def _list_ends(text: str) -> Iterator[tuple[str, str]]:
    """List the ways to split a range: at a word, or at the middle - or /."""
    between = _BETWEEN.split(text)
    splits = [between] if len(between) > 1 else [_halve(text, "-"), text.split("/")]
    for parts in splits:
        if parts and len(parts) == 2:  # noqa: PLR2004 - a range has two ends
            first, last = (part.strip() for part in parts)
            yield first, _complete(first, last)


def _halve(text: str, sign: str) -> list[str] | None:
    """Halve 2023.5-2024.6 and 2023-05-01-2024-06-30 at the sign in the middle."""
    parts = text.split(sign)
    if len(parts) % 2:
        return None
    half = len(parts) // 2
    return [sign.join(parts[:half]), sign.join(parts[half:])]


def _complete(first: str, last: str) -> str:
    """Complete the end of 2023年5月-6月 by the year, and of 2024年5月25日-28日 by the month."""
    stem = _STEM.fullmatch(first)
    if stem and _END_OF_YEAR.fullmatch(last):
        return stem[1] + last
    if stem and stem[2] and _END_OF_MONTH.fullmatch(last):
        return stem[1] + stem[2] + last
    return last


# Faults


def _name_fault(text: str) -> PeriodFault:
    if _SHORT_YEAR.fullmatch(text):
        return "ambiguous_date"
    if find_serial_day(text):
        return "serial_date"
    if text.startswith("至") and isinstance(_examine_point(text[1:].strip()), Period):
        return "open_date"
    match = _OPEN_END.search(text)
    if match and isinstance(_examine_point(text[: match.start()].strip()), Period):
        return "open_date"
    return "unreadable_date"
