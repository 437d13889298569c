"""Say what a number means by the format that it is shown in: a day, a code, an amount in 万元."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

__all__ = ["GENERAL", "Format", "find_builtin", "parse_format", "write_number"]

Kind = Literal["number", "percent", "date", "month", "year", "time", "elapsed"]


class Format(NamedTuple):
    """What a number format says: the kind, digits at least shown, unit behind, currency before."""

    kind: Kind = "number"
    zeros: int = 0
    unit: str = ""
    currency: str = ""


GENERAL = Format()

_LONGEST = 255  # characters of a number format
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|!([^,.0#?])')
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_FILLERS = re.compile(r"[_*].|general|g/通用格式|am/pm|a/p|上午/下午|e[+-]", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_SCALED = re.compile(r"[0#?],+(?![0#?,])|0!?\.0,")
_UNIT = re.compile(
    r"(?:[十百千万亿]{1,3}(?:元|人民币|美元|欧元|日元|港元|英镑)?|(?:美元|欧元|日元|港元|英镑))"
)
_CURRENCY = re.compile(r"€|£|\$|US\$|HK\$|USD|EUR|GBP|HKD|JPY|CNY|RMB")
_HOME = {"CNY", "RMB"}
_NUMBERED: dict[Kind, tuple[int, ...]] = {
    "percent": (9, 10),
    "date": (14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58),
    "month": (17, 27, 36, 50, 52, 57),
    "time": (18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56),
    "elapsed": (46,),
}
_BUILTINS = {number: Format(kind) for kind, numbers in _NUMBERED.items() for number in numbers}
_ORIGIN = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
_ORIGIN_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP = 60  # 29 February 1900, a day that spreadsheets know and the calendar does not
_LAST = 2_958_466  # the day after 31 December 9999
_LONGEST_PLAIN = 40  # digits


def find_builtin(number: int) -> Format:
    """Find the format that a number stands for without being written out.

    Numbers 27 to 36 and 50 to 58 are dates in Chinese, Japanese and Korean spreadsheets
    (ECMA-376 part 1, 18.8.30; the Chinese column is followed).

    Examples
    --------
    >>> find_builtin(31).kind, find_builtin(57).kind, find_builtin(2).kind
    ('date', 'month', 'number')
    """
    return _BUILTINS.get(number, GENERAL)


@lru_cache(maxsize=4096)
def parse_format(code: str) -> Format:
    """Parse a number format, as far as it changes what a number means.

    Parameters
    ----------
    code
        The format as a spreadsheet writes it; its first section (for positive numbers) counts.

    Examples
    --------
    >>> parse_format('yyyy"年"m"月"').kind
    'month'
    >>> parse_format("00000").zeros
    5
    >>> parse_format('#,##0.00"万元"').unit
    '万元'
    >>> parse_format('[$€-407]#,##0.00').currency
    '€'
    """
    if len(code) > _LONGEST:
        return GENERAL
    literals: list[str] = []
    held = _QUOTED.sub(lambda found: _hold(found, literals), code).partition(";")[0]
    brackets = _BRACKETS.findall(held)
    bare = _FILLERS.sub("", _BRACKETS.sub("", held))
    if any(_ELAPSED.fullmatch(text) for text in brackets):
        return Format("elapsed")
    kind = _find_kind(bare)
    if kind != "number":
        return Format(kind)
    if "%" in bare:
        return Format("percent")
    shown = _restore(bare, literals)
    zeros = len(bare) if len(bare) > 1 and not bare.strip("0") else 0
    unit = "" if _SCALED.search(bare) else _find_unit(shown)
    return Format("number", zeros, unit, _find_currency(brackets, shown))


def _hold(found: re.Match[str], literals: list[str]) -> str:
    """Put a literal aside, a sign of its own in its place."""
    literals.append(next(text for text in found.groups() if text is not None))
    return "\ue000"


def _restore(bare: str, literals: list[str]) -> str:
    parts = iter(literals)
    return "".join(next(parts, "") if sign == "\ue000" else sign for sign in bare)


def _find_kind(bare: str) -> Kind:
    letters = set(bare.lower())
    day = bool(letters & {"d", "a"})
    year = bool(letters & {"y", "e", "b"})
    clock = bool(letters & {"h", "s"})
    month = "m" in letters and (year or day or not clock)
    if clock:
        return "date" if year or day else "time"
    if day or (month and not year):
        return "date"
    if year:
        return "month" if month else "year"
    return "number"


def _find_unit(shown: str) -> str:
    """Find the unit that is written behind the digits, if it changes the value."""
    unit = re.split(r"[0#?%]", shown)[-1].strip(" ()（）_")
    return unit if _UNIT.fullmatch(unit) else ""


def _find_currency(brackets: list[str], shown: str) -> str:
    """Find a foreign currency that is shown with the number."""
    named = [text[1:].partition("-")[0] for text in brackets if text.startswith("$")]
    around = re.split(r"[0#?][0#?,.]*", shown)
    for text in (*named, *around):
        if _CURRENCY.fullmatch(text.strip()):
            return "" if text.strip() in _HOME else text.strip()
    return ""


def write_number(value: float, form: Format = GENERAL, *, since_1904: bool = False) -> str:
    """Write a number as the text that the spreadsheet means.

    Parameters
    ----------
    value
        The number stored.
    form
        The format it is shown in. A day that is shown as a month is a month, if it is the first;
        a number that no calendar knows stays a number.
    since_1904
        Whether days are counted from 1 January 1904.

    Examples
    --------
    >>> write_number(45437.0), write_number(45437.0, Format("date"))
    ('45437', '2024-05-25')
    >>> write_number(45413.0, Format("month")), write_number(0.4375, Format("time"))
    ('2024-05', '10:30:00')
    >>> write_number(123.0, Format(zeros=5)), write_number(4847.4, Format(unit="万元"))
    ('00123', '4847.4万元')
    >>> write_number(0.27, Format("percent"))  # 0.27 under a header with % would be 0.27 %
    '27%'
    """
    if form.kind == "percent" and math.isfinite(value):
        return f"{(Decimal(repr(float(value))) * 100).normalize():f}%"
    if form.kind == "number":
        text = _write_plain(value)
        digits = text.zfill(form.zeros) if text.isdigit() else text
        return f"{form.currency}{digits}{form.unit}"
    if form.kind == "elapsed":
        return _write_elapsed(value)
    return _write_date(value, form.kind, since_1904=since_1904)


def _write_plain(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    value = float(value)
    if value.is_integer() and abs(value) < 10**_LONGEST_PLAIN:
        return str(int(value))
    text = repr(value)
    plain = "e" in text and abs(Decimal(text).adjusted()) < _LONGEST_PLAIN
    return format(Decimal(text), "f") if plain else text


def _write_elapsed(value: float) -> str:
    if not 0 <= value < _LAST:
        return _write_plain(value)
    hours, seconds = divmod(round(value * 86_400), 3600)
    return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"


def _write_date(value: float, kind: Kind, *, since_1904: bool) -> str:
    first = 0 if since_1904 else 1
    if kind == "time" and 0 <= value < 1:
        return (_ORIGIN + _span(value)).time().isoformat()
    if not first <= value < _LAST - (1462 if since_1904 else 0):
        return _write_plain(value)
    if not since_1904 and _LEAP <= value < _LEAP + 1:
        return "1900-02-29"
    early = not since_1904 and value < _LEAP
    moment = (_ORIGIN_1904 if since_1904 else _ORIGIN) + _span(value + early)
    return _write_moment(moment, kind)


def _span(days: float) -> dt.timedelta:
    """Measure days to the millisecond, as spreadsheets do."""
    return dt.timedelta(milliseconds=round(days * 86_400_000))


def _write_moment(moment: dt.datetime, kind: Kind) -> str:
    if moment.time() != dt.time():
        return str(moment)
    day = moment.date().isoformat()
    if kind == "month" and moment.day == 1:
        return day[:7]
    whole_year = (moment.month, moment.day) == (1, 1)
    return day[:4] if kind == "year" and whole_year else day
