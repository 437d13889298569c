"""Read what a cell says: amounts, numbers, dates, lists, yes and no.

Each reader takes the text of one cell and returns a value or None where the text cannot be read;
it never guesses and never looks at today's date.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

__all__ = [
    "Amount",
    "Period",
    "Precision",
    "parse_amount",
    "parse_boolean",
    "parse_currency",
    "parse_list",
    "parse_number",
    "parse_period",
    "parse_year",
]

Precision = Literal["day", "month", "quarter", "year", "range"]

_LONGEST = 64  # characters; a longer cell is not an amount or a date
_MULTIPLES = {
    "": 1,
    "百": 10**2,
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
    "k": 10**3,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
}
_CURRENCIES = {
    "": "",
    "元": "CNY",
    "圆": "CNY",
    "元人民币": "CNY",
    "人民币": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "¥": "CNY",
    "yuan": "CNY",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "欧元": "EUR",
    "$": "USD",
    "usd": "USD",
    "us$": "USD",
    "美元": "USD",
    "nok": "NOK",
    "gbp": "GBP",
    "£": "GBP",
    "英镑": "GBP",
    "日元": "JPY",
    "港元": "HKD",
}
_AMOUNT = re.compile(
    r"(?P<before>[^\d.,+\-]*?)\s*(?P<number>[+-]?[\d.,][\d.,' ]*(?:e[+-]?\d{1,2})?)\s*"
    r"(?P<multiple>万亿|十万|百万|千万|亿|万|千|百|k|thousand|million|billion)?\s*(?P<after>[^\d]*)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,' ]\d{3})+(\.\d+)?")
_COMMA_DECIMAL = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}([.' ]\d{3})+),(\d{1,2}|\d{4,})")
_UNIT = re.compile(
    r"(?P<before>.*?)\s*"
    r"(?P<multiple>万亿|十万|百万|千万|亿|万|千|百|k|thousand|million|billion)\s*(?P<after>.*)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z]{3}")

_YES = {"是", "有", "√", "✓", "yes", "y", "true", "1", "t"}
_NO = {"否", "无", "×", "no", "n", "false", "0", "f"}

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_DAY_LAST_YEAR = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DAY_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?份?")
_QUARTER = re.compile(r"(\d{4})\s*(?:-?q|年第?)\s*([1-4一二三四])\s*(?:季度)?", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})\s*年?度?")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_RANGE_WORDS = re.compile(r"\s*(?:至|到|~|～|—|–|--| - )\s*")
_YEARS_RANGE = re.compile(r"(\d{4})年?\s*-\s*(\d{4})年?")
_CHINESE_DIGIT = {"一": 1, "二": 2, "三": 3, "四": 4}
_EARLIEST, _LATEST = 1000, 2999


@dataclass(frozen=True)
class Amount:
    """A sum of money.

    Parameters
    ----------
    value
        In whole units of the currency (yuan, not 万元).
    currency
        Three letters, or empty where the text names none.
    """

    value: Decimal
    currency: str


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


def parse_amount(text: str, unit: str = "") -> Amount | None:
    """Read a sum of money.

    Parameters
    ----------
    text
        A number with or without unit: ``4847.4万元``, ``1.28亿元``, ``EUR 262132,65``.
    unit
        The unit that the header states for cells without one of their own (``万元``).

    Returns
    -------
    Amount or None
        None where the text is no single exact sum (a range, "about", words), or where the cell
        says one unit and its header another (``120元`` under 万元).

    Examples
    --------
    >>> parse_amount("4847.4万元").value
    Decimal('48474000.0')
    >>> parse_amount("EUR 262132,65")
    Amount(value=Decimal('262132.65'), currency='EUR')
    >>> parse_amount("500-800万元") is None
    True
    """
    folded = _fold(text)
    match = _AMOUNT.fullmatch(folded) if len(folded) <= _LONGEST else None
    if not match:
        return None
    number = _parse_decimal(match["number"].strip())
    currency = _parse_currency(match["before"], match["after"])
    if number is None or currency is None:
        return None
    multiple = _MULTIPLES[match["multiple"].lower()] if match["multiple"] else None
    settled = _settle_units(multiple, currency, unit)
    return Amount(number * settled[0], settled[1]) if settled else None


def parse_number(text: str, unit: str = "") -> float | None:
    """Read a number; a percentage becomes a share.

    >>> parse_number("27%"), parse_number("1,460"), parse_number("about 5")
    (0.27, 1460.0, None)
    """
    folded = _fold(text)
    if len(folded) > _LONGEST:
        return None
    percent = folded.endswith("%") or (unit == "%" and bool(folded))
    number = _parse_decimal(folded.removesuffix("%").strip())
    if number is None:
        return None
    return float(number / 100 if percent else number)


def parse_period(text: str) -> Period | None:
    """Read a day, month, quarter, year or a range of them, at its own precision.

    Parameters
    ----------
    text
        ISO 8601 or Chinese: ``2024-05-25``, ``2024年5月``, ``2023-2025``, ``2024年第三季度``.

    Returns
    -------
    Period or None
        None where the text is no date, an impossible one, or may mean two days (``5/6/2024``).

    Examples
    --------
    >>> str(parse_period("2024年5月")), str(parse_period("2023-2025"))
    ('2024-05', '2023-01-01/2025-12-31')
    >>> parse_period("2024-02-30") is None, parse_period("5/6/2024") is None
    (True, True)
    """
    folded = _TIME.sub("", _fold(text))
    if not folded or len(folded) > _LONGEST:
        return None
    return _parse_point(folded) or _parse_range(folded)


def parse_year(text: str) -> int | None:
    """Read a year.

    >>> parse_year("2024年"), parse_year("24")
    (2024, None)
    """
    period = parse_period(text)
    return period.start.year if period and period.precision == "year" else None


def parse_boolean(text: str) -> bool | None:
    """Read yes or no.

    >>> parse_boolean("是"), parse_boolean("no"), parse_boolean("maybe")
    (True, False, None)
    """
    folded = _fold(text).casefold()
    if folded in _YES:
        return True
    return False if folded in _NO else None


def parse_currency(text: str) -> str | None:
    """Read the name, sign or three-letter code of a currency; nothing is no currency ("").

    >>> parse_currency(" Euro "), parse_currency("sek"), parse_currency("kroner")
    ('EUR', 'SEK', None)
    """
    folded = _fold(text)
    known = _CURRENCIES.get(folded.lower().removesuffix("整"))
    return folded.upper() if known is None and _CODE.fullmatch(folded) else known


def parse_list(text: str) -> tuple[str, ...]:
    """Split a cell that holds a list at ; and 、.

    >>> parse_list("太原理工大学；山西大学、 燕山大学;")
    ('太原理工大学', '山西大学', '燕山大学')
    """
    return tuple(part.strip() for part in re.split(r"[;；、\n]", text) if part.strip())


def _fold(text: str) -> str:
    """Fold full-width signs; what is far too long to be a value becomes empty."""
    bare = text.strip()
    return unicodedata.normalize("NFKC", bare).strip() if len(bare) <= 4 * _LONGEST else ""


def _parse_decimal(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        plain = text
    elif _GROUPED.fullmatch(text):
        plain = re.sub(r"[,' ]", "", text)
    elif _COMMA_DECIMAL.fullmatch(text):
        plain = re.sub(r"[.' ]", "", text).replace(",", ".")
    else:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the patterns above admit numbers only
        return None


def _parse_currency(before: str, after: str) -> str | None:
    found = {parse_currency(part) for part in (before, after)} - {""}
    if not found:
        return ""
    return found.pop() if len(found) == 1 else None


def _settle_units(multiple: int | None, currency: str, unit: str) -> tuple[int, str] | None:
    """Settle multiple and currency between a cell and its header; None where they contradict."""
    header = _parse_unit(unit) if unit else (1, "")
    if header is None:  # the header speaks of no money; the cell has to speak for itself
        return (multiple or 1, currency) if multiple or currency else None
    if currency and header[1] and currency != header[1]:
        return None
    if multiple is None and currency and header[0] != 1:
        return None
    return (header[0] if multiple is None else multiple), currency or header[1]


def _parse_unit(unit: str) -> tuple[int, str] | None:
    """Read a header's unit such as 万元 or EUR million into its multiple and currency."""
    folded = re.sub(r"[:,\s]+", " ", _fold(unit))
    whole = parse_currency(folded)
    if whole is not None:
        return 1, whole
    match = _UNIT.fullmatch(folded)
    currency = _parse_currency(match["before"], match["after"]) if match else None
    if match is None or currency is None:
        return None
    return _MULTIPLES[match["multiple"].lower()], currency


def _parse_point(text: str) -> Period | None:
    if match := _DAY.fullmatch(text) or _DAY_COMPACT.fullmatch(text):
        return _make_day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_LAST_YEAR.fullmatch(text):
        return _make_day(int(match[3]), int(match[2]), int(match[1]))
    if ("季" in text or "q" in text.lower()) and (match := _QUARTER.fullmatch(text)):
        quarter = _CHINESE_DIGIT.get(match[2]) or int(match[2])
        return _make_months(int(match[1]), 3 * quarter - 2, 3 * quarter, "quarter")
    if match := _MONTH.fullmatch(text):
        return _make_months(int(match[1]), int(match[2]), int(match[2]), "month")
    if match := _YEAR.fullmatch(text):
        return _make_months(int(match[1]), 1, 12, "year")
    return None


def _parse_range(text: str) -> Period | None:
    years = _YEARS_RANGE.fullmatch(text)
    parts = list(years.groups()) if years else _RANGE_WORDS.split(text)
    if len(parts) == 1:
        parts = text.split("/")
    if len(parts) != 2:  # noqa: PLR2004 - a range has two ends
        return None
    first, last = (_parse_point(part.strip()) for part in parts)
    if first is None or last is None or first.start > last.end:
        return None
    return Period(first.start, last.end, "range")


def _make_day(year: int, month: int, day: int) -> Period | None:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    return Period(date, date, "day") if _EARLIEST <= year <= _LATEST else None


def _make_months(year: int, first: int, last: int, precision: Precision) -> Period | None:
    if not (1 <= first <= last <= 12 and _EARLIEST <= year <= _LATEST):  # noqa: PLR2004 - months
        return None
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, first, 1), end, precision)
