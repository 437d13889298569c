"""Read how numbers are written: digits, groups of digits, and Chinese numerals.

The grammar is exact: what may be read in two ways in speech (三万五: 30,005 or 35,000), has a
unit out of order or stands for "some" (三五万) is no numeral. Every reader takes at most
`LONGEST` signs, so that its time is bounded.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

__all__ = [
    "EXACT",
    "LONGEST",
    "fold_signs",
    "fold_text",
    "parse_decimal",
    "parse_digits",
    "parse_numeral",
]

LONGEST = 64
"""Signs of the longest cell that may be a value, once it is folded."""

EXACT = Context(prec=4 * LONGEST)
"""Arithmetic that rounds none of the numbers that fit into `LONGEST` signs."""

_TENS = {"十": 10, "百": 100, "千": 1000}
_SECTION = 10**4  # Chinese numbers are counted in sections of four digits
_CIPHERS = "零一二三四五六七八九"
_DIGITS = {
    **{sign: value for value, sign in enumerate(_CIPHERS) if value},
    **{str(value): value for value in range(1, 10)},
    "两": 2,
}

_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([,' ][0-9]{3})+(\.[0-9]+)?")
_COMMA_DECIMAL = re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}([.' ][0-9]{3})+),([0-9]{1,2}|[0-9]{4,})")

_FIGURES = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)([十百千]?)")
_POINT = re.compile(rf"([^点]+)点([{_CIPHERS}]+)")

# What looks the same and means the same. A superscript, a fraction or a number in a circle does
# not: NFKC would turn 10² into 102.
_SAME = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full width
    **dict.fromkeys([0xA0, 0x3000, 0x202F, 0x205F, *range(0x2000, 0x200B)], " "),
    **dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x2060, 0xFEFF]),  # not seen
    **dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2212, 0xFE63], "-"),
    **dict.fromkeys([0x301C, 0x223C, 0x2053], "~"),
    **dict.fromkeys([0x2015, 0x2500, 0xFE58], "—"),
    0xFFE0: "¢",
    0xFFE1: "£",
    0xFFE5: "¥",
    0x2019: "'",
    0xFF61: "。",
    # Radicals that copying out of a PDF leaves in the place of the character.
    **dict(zip(map(ord, "⼀⼆⼋⼗⽇⽉⽅"), "一二八十日月方", strict=True)),
}
_CHINESE = str.maketrans(
    {
        **dict(zip("〇○壹贰叁肆伍陆柒捌玖拾佰仟", "零零一二三四五六七八九十百千", strict=True)),
        **dict(zip("貳參陸萬億兩弌弍弎", "二三六万亿两一二三", strict=True)),
        "廿": "二十",
        "卅": "三十",
        "卌": "四十",
    }
)


def fold_text(text: str) -> str:
    """Fold full-width signs and spaces; what is far too long to be a value becomes empty.

    Only signs that look and mean the same are folded, so ``10²`` stays what it is.

    >>> fold_text("　４８４７．４万元 "), fold_text("10²"), fold_text("9" * 1000)
    ('4847.4万元', '10²', '')
    """
    if len(text) > LONGEST:
        text = text.strip()
        if len(text) > 4 * LONGEST:
            return ""
    folded = fold_signs(text).strip()
    return folded if len(folded) <= LONGEST else ""


def fold_signs(text: str) -> str:
    """Fold signs that look and mean the same, and leave out what cannot be seen.

    >>> fold_signs("省建（集团）公司")
    '省建(集团)公司'
    """
    return text if text.isascii() else text.translate(_SAME)


def parse_decimal(text: str, *, comma: bool = True) -> Decimal | None:
    """Read figures: plain, in groups of three, or with a decimal comma.

    Parameters
    ----------
    text
        Folded text without spaces around it.
    comma
        Whether a decimal comma may be meant; no Chinese office writes one.

    Examples
    --------
    >>> parse_decimal("1,234.5"), parse_decimal("262132,65"), parse_decimal("12,34,567")
    (Decimal('1234.5'), Decimal('262132.65'), None)
    """
    if len(text) > LONGEST:
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(re.sub(r"[,' ]", "", text))
    if comma and _COMMA_DECIMAL.fullmatch(text):
        return Decimal(re.sub(r"[.' ]", "", text).replace(",", "."))
    return None


def parse_digits(text: str) -> str | None:
    """Read Chinese digits that stand one by one, as in a year.

    >>> parse_digits("二〇二四"), parse_digits("二十")
    ('2024', None)
    """
    if not text or len(text) > LONGEST:
        return None
    places = [_CIPHERS.find(sign) for sign in text.translate(_CHINESE)]
    return None if -1 in places else "".join(map(str, places))


def parse_numeral(text: str) -> Decimal | None:
    """Read a number with Chinese units: 一百零五, 1亿2千万, 三千二百万, 4847.4万, 壹佰贰拾.

    Parameters
    ----------
    text
        Folded text without spaces; figures alone are a numeral too.

    Returns
    -------
    decimal.Decimal or None
        None where the text is no numeral, or speech gives it two values: a digit without its unit
        (三万五, 一百五, 3亿5千), digits in a row (三五万), 兆.

    Examples
    --------
    >>> parse_numeral("1亿2千万"), parse_numeral("3万5"), parse_numeral("万")
    (Decimal('120000000'), None, None)
    """
    if not text or len(text) > LONGEST:
        return None
    bare = re.sub(r"(?<=[0-9零一二两三四五六七八九十百千])个(?=亿)", "", text.translate(_CHINESE))
    if bare == "零":
        return Decimal(0)
    parts = _split_sections(bare)
    return _add_sections(parts) if parts else None


def _split_sections(text: str) -> list[tuple[str, int, str]]:
    """Split at 亿 and 万 into sections: text, power of ten, and the unit behind which it stands.

    A unit without a number before it gives an empty section, which is no numeral.
    """
    high, marked, low = text.rpartition("亿")
    found: list[tuple[str, int, str]] = []
    for part, power, before in ((high, 8, ""), (low, 0, marked)):
        upper, unit, lower = part.rpartition("万")
        if unit:
            found.append((upper, power + 4, before))
        if lower or (power and marked and not unit):
            found.append((lower, power, unit or before))
    return found


def _add_sections(parts: list[tuple[str, int, str]]) -> Decimal | None:
    total = Decimal(0)
    for place, (section, power, before) in enumerate(parts):
        value = _read_section(section.removeprefix("零") if before else section)
        if value is None or not _is_placed(section, power, before):
            return None
        whole = value == value.to_integral_value() or place == len(parts) - 1
        if not whole or (before and value >= _SECTION):
            return None
        total = EXACT.add(total, EXACT.scaleb(value, power))
    return total


def _is_placed(section: str, power: int, before: str) -> bool:
    """Say whether a later section can be read in one way only.

    Speech drops the last unit: 三万五 is 35,000 and 3亿5千 is 350,000,000. So what follows 万 needs
    a unit, all its four digits or its zero, and what follows 亿 a 万 or its zero.
    """
    if not before or section.startswith("零"):
        return True
    if before == "亿":
        return power > 0
    whole = section.partition(".")[0]
    return any(unit in section for unit in _TENS) or (whole.isdigit() and len(whole) == 4)  # noqa: PLR2004 - a section


def _read_section(text: str) -> Decimal | None:
    """Read what stands between two of 亿, 万 and the end."""
    if match := _FIGURES.fullmatch(text):
        value = parse_decimal(match[1], comma=False)
        unit = Decimal(_TENS.get(match[2], 1))
        return None if value is None else EXACT.multiply(value, unit)
    match = _POINT.fullmatch(text)
    whole = _read_words(match[1] if match else text)
    if whole is None or match is None:
        return None if whole is None else Decimal(whole)
    return Decimal(f"{whole}.{parse_digits(match[2])}")


def _read_words(text: str) -> int | None:
    """Read a numeral below 10,000: units in order, 零 only in the place of what is left out."""
    if text == "零":
        return 0
    if "两十" in text or text.removesuffix("两") not in {text, ""}:
        return None
    value, lowest, digit, zero = 0, _SECTION, 0, False
    for sign in text:
        unit = _TENS.get(sign)
        if unit:
            if unit >= lowest or (zero and 10 * unit == lowest) or not (digit or unit == 10):  # noqa: PLR2004 - 十
                return None
            value, lowest, digit, zero = value + (digit or 1) * unit, unit, 0, False
        elif digit or (sign == "零" and (zero or not value)):
            return None
        elif sign == "零":
            zero = True
        else:
            digit = _DIGITS.get(sign, 0)
            if not digit:
                return None
    return _end_words(value, lowest, digit, zero=zero)


def _end_words(value: int, lowest: int, digit: int, *, zero: bool) -> int | None:
    """Add the last digit, which needs 十 or 零 before it (一百五 is 150 in speech)."""
    if not digit:
        return value if value and not zero else None
    if value and zero == (lowest == 10):  # noqa: PLR2004 - 十
        return None
    return value + digit
