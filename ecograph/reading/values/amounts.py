"""Read sums of money, exactly or as the interval that the text leaves open.

The text of a cell is folded and cut off at a fixed length before anything looks at it; decimals
are exact. What may be two sums, or a sum and something else, is none.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from ecograph.reading.values.numerals import EXACT, fold_text, parse_decimal, parse_numeral

__all__ = [
    "Amount",
    "AmountFault",
    "AmountRange",
    "examine_amount",
    "parse_amount",
    "parse_currency",
    "parse_unit",
]

AmountFault = Literal["unreadable_amount", "unit_conflict"]
"""Why a text is no amount: the code of the problem."""

_LATIN = {"thousand": 3, "million": 6, "billion": 9, "k": 3}
_POWERS = {
    **_LATIN,
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "个亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
_SMALL = {"十", "百", "千"}
_CURRENCIES = {
    **dict.fromkeys(
        ["元", "圆", "元人民币", "人民币", "人民币元", "rmb", "cny", "¥", "yuan"], "CNY"
    ),
    **dict.fromkeys(["rmb¥", "cny¥", "人民币¥", "¥人民币"], "CNY"),
    **dict.fromkeys(["€", "eur", "euro", "欧元"], "EUR"),
    **dict.fromkeys(["$", "usd", "us$", "美元", "美金"], "USD"),
    **dict.fromkeys(["£", "gbp", "英镑"], "GBP"),
    **dict.fromkeys(["hkd", "hk$", "港元", "港币"], "HKD"),
    **dict.fromkeys(["jpy", "日元"], "JPY"),
    "nok": "NOK",
}
_CODE = re.compile(r"[A-Za-z]{3}")

_WORD = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
_UNITS = "[十百千万亿]"
_FIGURES = r"(?:[0-9]|\.[0-9])(?:[0-9.,' ]*[0-9.])?(?:e[+-]?[0-9]{1,2})?"
_NUMERAL = "[0-9.,零一二两三四五六七八九十百千万亿个点]+"
_SUM = re.compile(
    rf"(?P<sign>[+-]?)(?P<before>{_WORD}|[a-z]{{3}}(?![a-z]))?\s*(?P<inner>[+-]?)"
    rf"(?:(?P<figures>{_FIGURES})\s*(?P<multiple>{_UNITS}+|个亿|{'|'.join(_LATIN)})?"
    rf"|(?P<numeral>{_NUMERAL}))"
    rf"\s*(?P<after>{_WORD}|[a-z]{{3}})?整?"
)
_COINS = re.compile(
    r"(?P<yuan>.*元)?零?(?:(?P<jiao>[1-9一二三四五六七八九])角)?零?"
    r"(?:(?P<fen>[1-9一二三四五六七八九])分)?整?"
)
_FORMAL = str.maketrans(
    {
        **dict(
            zip("〇○壹贰叁肆伍陆柒捌玖拾佰仟圆正", "零零一二三四五六七八九十百千元整", strict=True)
        ),
        **dict(zip("貳參陸萬億兩圓", "二三六万亿两元", strict=True)),
    }
)
_UNIT_WORD = re.compile(r"^(?:计量|金额)?单位 ?")
_BRACKETS = re.compile(rf"((?:{_WORD})?)\(([^()]+)\)([十百千万亿元]*)")
_UNIT = re.compile(
    rf"(?P<before>.*?)\s*"
    rf"(?P<multiple>{_UNITS}+|(?:{'|'.join(_LATIN)}))\s*(?P<after>.*)",
    re.IGNORECASE,
)

_ABOUT, _LEAST, _MOST = "about", "least", "most"
_BEFORE = {
    **dict.fromkeys(
        ["大约", "约为", "约", "大概", "近似", "about", "approx.", "ca.", "≈", "~"], _ABOUT
    ),
    **dict.fromkeys(
        [
            "不少于",
            "不低于",
            "不小于",
            "至少",
            "最少",
            "超过",
            "超",
            "逾",
            "高于",
            "大于",
            "≥",
            ">=",
            ">",
            "over",
        ],
        _LEAST,
    ),
    **dict.fromkeys(
        [
            "不超过",
            "不高于",
            "不大于",
            "不多于",
            "至多",
            "最多",
            "最高",
            "将近",
            "接近",
            "近",
            "低于",
            "少于",
            "小于",
            "≤",
            "<=",
            "<",
            "up to",
        ],
        _MOST,
    ),
}
_BEHIND = {
    **dict.fromkeys(["左右", "上下"], _ABOUT),
    **dict.fromkeys(["以上", "及以上", "起", "+"], _LEAST),
    **dict.fromkeys(["以下", "及以下", "以内", "之内"], _MOST),
}
_START = re.compile("|".join(sorted(map(re.escape, _BEFORE), key=len, reverse=True)))
_END = re.compile(rf"(?:{'|'.join(sorted(map(re.escape, _BEHIND), key=len, reverse=True))})$")
_MORE = re.compile(rf"(?<=[0-9十百千万亿])[余多+](?={_UNITS}*元?$|个亿|元)")
_BETWEEN = re.compile(r"\s*(?:--|—+|[-–~至到])\s*")
_ROUNDED = re.compile(r"[+-]?[0-9](?:\.(?P<places>[0-9]+))?E\+(?P<power>[0-9]{2})")
_BARE_BRACKETS = 2  # digits: (12) without a unit may be the mark of a note


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
class AmountRange:
    """A sum of money that its text does not tell exactly.

    Parameters
    ----------
    low, high
        In whole units of the currency; None where the text leaves the end open. Both are the
        same where the text says "about".
    currency
        Three letters, or empty where the text names none.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str


@dataclass(frozen=True)
class _Sum:
    """A number as its cell has it, before the header is asked.

    Parameters
    ----------
    number
        Without the unit behind plain figures.
    power
        The power of ten that the cell itself states; None where it states none.
    currency
        Three letters or empty.
    small
        Whether it counts in hundreds or thousands only, which may be the header's 万 cut short.
    closed
        Whether a currency or the grammar of a numeral leaves no unit to be lent.
    comma
        Whether it may have a decimal comma.
    """

    number: Decimal
    power: int | None
    currency: str
    small: bool = False
    closed: bool = False
    comma: bool = False


def examine_amount(text: str, unit: str = "") -> Amount | AmountRange | AmountFault:
    """Read a sum of money, the interval that its text leaves open, or say why it is neither.

    Parameters
    ----------
    text
        A number with or without unit: ``4847.4万元``, ``1亿2千万``, ``约500万元``, ``500-800万元``.
    unit
        The unit that the header states for cells without one of their own (``万元``).

    Returns
    -------
    Amount, AmountRange or str
        The code of the problem where the text is no sum (words, two sums, a percentage), or where
        the cell says one unit and its header another (``120元`` under 万元).

    Examples
    --------
    >>> examine_amount("500-800万元")
    AmountRange(low=Decimal('5000000'), high=Decimal('8000000'), currency='CNY')
    >>> examine_amount("120元", "万元"), examine_amount("万元")
    ('unit_conflict', 'unreadable_amount')
    """
    folded = fold_text(text)
    if rounded := _ROUNDED.fullmatch(folded):
        return _open_rounded(rounded, unit)
    bare = folded.lower().translate(_FORMAL)
    exact = _parse_sum(bare) or _parse_coins(bare) or _parse_negative(bare)
    return _settle(exact, unit) if exact else _examine_range(bare, unit)


def parse_amount(text: str, unit: str = "") -> Amount | None:
    """Read a sum of money that the text tells exactly; None for every other text.

    Examples
    --------
    >>> parse_amount("4847.4万元").value
    Decimal('48474000.0')
    >>> parse_amount("EUR 262132,65")
    Amount(value=Decimal('262132.65'), currency='EUR')
    >>> parse_amount("500-800万元") is None
    True
    """
    found = examine_amount(text, unit)
    return found if isinstance(found, Amount) else None


def parse_currency(text: str) -> str | None:
    """Read the name, sign or three-letter code of a currency; nothing is no currency ("").

    >>> parse_currency(" Euro "), parse_currency("sek"), parse_currency("kroner")
    ('EUR', 'SEK', None)
    """
    folded = fold_text(text)
    if not folded:
        return "" if not text.strip() else None
    known = _CURRENCIES.get(folded.lower().removesuffix("整"))
    return folded.upper() if known is None and _CODE.fullmatch(folded) else known


def parse_unit(unit: str) -> tuple[int, str] | None:
    """Read a header's unit into its multiple and currency; None where it speaks of no money.

    >>> parse_unit("万元"), parse_unit("EUR million"), parse_unit("元/吨")
    ((10000, 'CNY'), (1000000, 'EUR'), None)
    """
    return _read_unit(fold_text(unit))


@functools.lru_cache(maxsize=128)
def _read_unit(text: str) -> tuple[int, str] | None:
    folded = _UNIT_WORD.sub("", re.sub(r"[:,\s]+", " ", text.strip("()"))).strip()
    whole = parse_currency(folded)
    if whole is not None:
        return 1, whole
    match = _UNIT.fullmatch(folded)
    currency = _join_currencies(match["before"], match["after"]) if match else None
    power = _POWERS.get(match["multiple"].lower()) if match else None
    return None if power is None or currency is None else (10**power, currency)


# Exact sums


def _parse_sum(text: str) -> _Sum | None:
    """Read one number with the units and the currency around it."""
    match = _SUM.fullmatch(text)
    currency = _join_currencies(match["before"] or "", match["after"] or "") if match else None
    if match is None or currency is None or (match["sign"] and match["inner"]):
        return None
    found = _read_numeral(match, currency) if match["numeral"] else _read_figures(match, currency)
    if found and "-" in (match["sign"], match["inner"]):
        return replace(found, number=-found.number)
    return found


def _read_figures(match: re.Match[str], currency: str) -> _Sum | None:
    multiple = match["multiple"] or ""
    chinese = currency == "CNY" or (bool(multiple) and multiple not in _LATIN)
    number = parse_decimal(match["figures"].strip(), comma=not chinese)
    if number is None or (multiple and multiple not in _POWERS):
        return None
    power = _POWERS.get(multiple)
    comma = "," in match["figures"] and parse_decimal(match["figures"], comma=False) is None
    closed = bool(match["after"])
    return _Sum(number, power, currency, multiple in _SMALL, closed, comma)


def _read_numeral(match: re.Match[str], currency: str) -> _Sum | None:
    text = match["numeral"]
    number = parse_numeral(text)
    if number is None:
        return None
    power = 0 if re.search("[万亿]", text) else None
    return _Sum(
        number, power, currency, power is None and bool(re.search("[百千]", text)), closed=True
    )


def _parse_coins(text: str) -> _Sum | None:
    """Read yuan with jiao and fen: 1234元5角6分."""
    match = _COINS.fullmatch(text) if re.search("[角分]", text) else None
    if match is None or not (match["yuan"] or match["jiao"]):
        return None
    yuan = _parse_sum(match["yuan"]) if match["yuan"] else _Sum(Decimal(0), None, "CNY")
    if yuan is None or yuan.currency != "CNY":
        return None
    whole = EXACT.scaleb(yuan.number, yuan.power or 0)
    if whole != whole.to_integral_value() or whole.is_signed():
        return None
    jiao, fen = (parse_numeral(match[name] or "零") or Decimal(0) for name in ("jiao", "fen"))
    value = EXACT.add(whole, EXACT.add(EXACT.scaleb(jiao, -1), EXACT.scaleb(fen, -2)))
    return _Sum(value, None, "CNY", closed=True)


def _parse_negative(text: str) -> _Sum | None:
    """Read a sum in brackets, as accounts write what is owed: (5万元), (5)万元."""
    match = _BRACKETS.fullmatch(text)
    found = _parse_sum(match[1] + match[2] + match[3]) if match else None
    if found is None or found.number.is_signed():
        return None
    bare = found.power is None and not found.currency
    if bare and len(text) <= _BARE_BRACKETS + 2:
        return None
    return replace(found, number=-found.number)


@functools.lru_cache(maxsize=256)
def _join_currencies(before: str, after: str) -> str | None:
    found = {parse_currency(part) for part in (before, after)} - {""}
    if not found:
        return ""
    return found.pop() if len(found) == 1 else None


def _settle(found: _Sum, unit: str) -> Amount | AmountFault:
    """Settle unit and currency between a cell and its header."""
    header = parse_unit(unit) if unit else (1, "")
    if header is None:  # the header speaks of no money; the cell has to speak for itself
        header = (1, "")
        if found.power is None and not found.currency:
            return "unreadable_amount"
    if found.comma and not unit.isascii():
        return "unreadable_amount"
    multiple, currency = header
    short = found.small or (found.power is None and bool(found.currency))
    if (short and multiple != 1) or (found.currency and currency not in {"", found.currency}):
        return "unit_conflict"
    if found.power is None:
        value = EXACT.multiply(found.number, Decimal(multiple))
    else:
        value = EXACT.multiply(found.number, Decimal(10**found.power))
    return Amount(value, found.currency or currency)


# Sums that are not told exactly


def _examine_range(text: str, unit: str) -> AmountRange | AmountFault:
    kinds, rest = _take_words(text)
    if {_LEAST, _MOST} <= kinds:
        return "unreadable_amount"
    low, high = _split_range(rest) or ((_parse_sum(rest),) * 2 if kinds else (None, None))
    if low is None or high is None:
        return "unreadable_amount"
    ends = _settle(low, unit), _settle(high, unit)
    for end in ends:
        if not isinstance(end, Amount):
            return end
    return _make_range(*ends, kinds)  # type: ignore[arg-type]  # both are amounts


def _make_range(low: Amount, high: Amount, kinds: set[str]) -> AmountRange | AmountFault:
    currencies = {low.currency, high.currency} - {""}
    one = low.value == high.value or not kinds - {_ABOUT}
    if not 0 <= low.value <= high.value or not one or len(currencies) > 1:
        return "unreadable_amount"
    return AmountRange(
        None if _MOST in kinds else low.value,
        None if _LEAST in kinds else high.value,
        "".join(currencies),
    )


def _take_words(text: str) -> tuple[set[str], str]:
    """Take off the words that make a sum inexact: about, at least, at most."""
    kinds: set[str] = set()
    if match := _START.match(text):
        kinds.add(_BEFORE[match[0]])
        text = text[match.end() :].lstrip()
    if match := _END.search(text):
        kinds.add(_BEHIND[match[0]])
        text = text[: match.start()].rstrip()
    bare = _MORE.sub("", text, count=1)
    return kinds | ({_LEAST} if bare != text else set()), bare


def _split_range(text: str) -> tuple[_Sum, _Sum] | None:
    """Read 500-800万元 and 500±20万元: low and high end."""
    parts = text.split("±") if "±" in text else _BETWEEN.split(text)
    if len(parts) != 2 or parts[1].startswith(("+", "-")):  # noqa: PLR2004 - two ends
        return None
    if "±" in text and parts[1].endswith("%"):
        return _spread(_parse_sum(parts[0]), parse_decimal(parts[1][:-1], comma=False), of=True)
    low, high = (_parse_sum(part.strip()) for part in parts)
    low = _lend(low, high) if low and high else None
    if low is None or high is None:
        return None
    return (low, high) if "±" not in text else _spread(low, _lower(high, low), of=False)


def _lend(low: _Sum, high: _Sum) -> _Sum | None:
    """Lend the unit of the high end to a low end without one; None where only the low has one."""
    own = low.power is not None or low.closed
    if not own and not low.comma:
        return replace(low, power=high.power, currency=low.currency or high.currency)
    bare = high.power is None and not high.currency
    return None if bare else low


def _lower(width: _Sum, centre: _Sum) -> Decimal:
    """Count a width in the unit of its centre."""
    return EXACT.scaleb(width.number, (width.power or 0) - (centre.power or 0))


def _spread(centre: _Sum | None, width: Decimal | None, *, of: bool) -> tuple[_Sum, _Sum] | None:
    if centre is None or width is None:
        return None
    half = EXACT.scaleb(EXACT.multiply(centre.number, width), -2) if of else width
    return (
        replace(centre, number=EXACT.subtract(centre.number, half)),
        replace(centre, number=EXACT.add(centre.number, half)),
    )


def _open_rounded(match: re.Match[str], unit: str) -> AmountRange | AmountFault:
    """Open a number that a spreadsheet has shortened to fit its column: 1.23457E+11."""
    number, places = Decimal(match[0]), len(match["places"] or "")
    half = EXACT.scaleb(Decimal("0.5"), int(match["power"]) - places)
    low, high = (_settle(_Sum(EXACT.add(number, x), None, ""), unit) for x in (-half, half))
    if isinstance(low, Amount) and isinstance(high, Amount):
        return AmountRange(low.value, high.value, high.currency)
    return "unreadable_amount"
