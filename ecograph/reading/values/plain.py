"""Read what a cell says where it is no amount, date or code: numbers, lists, yes and no.

Each reader takes the text of one cell and returns a value or None where the text cannot be read;
it never guesses.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ecograph.reading.values.numerals import EXACT, fold_text, parse_decimal, parse_numeral

__all__ = ["parse_boolean", "parse_list", "parse_number"]

_YES = {"是", "有", "√", "✓", "yes", "y", "true", "1", "t"}
_NO = {"否", "无", "×", "no", "n", "false", "0", "f"}

_PARTS = {"%": 2, "‰": 3}  # places behind the point
_PARTS_IN_WORDS = (("百分之", 2), ("千分之", 3))
_COUNTED = re.compile(r"([十百千万亿]+)[人家个件项次户台套名]?")  # of a header: 万人


def parse_number(text: str, unit: str = "") -> float | None:
    """Read a number; a percentage becomes a share.

    Parameters
    ----------
    text
        Figures, a Chinese numeral or a percentage: ``1,460``, ``1.2万``, ``百分之二十七``.
    unit
        The unit that the header states for cells without one of their own: ``%``, ``‰``, ``万人``.

    Examples
    --------
    >>> parse_number("27%"), parse_number("1,460"), parse_number("1.2", "万人")
    (0.27, 1460.0, 12000.0)
    >>> parse_number("about 5"), parse_number("百分之二十七")
    (None, 0.27)
    """
    bare, places = _take_parts(fold_text(text))
    number = parse_decimal(bare)
    if number is None:
        number, counted = parse_numeral(bare), None
    else:
        counted = _COUNTED.fullmatch(fold_text(unit))
    if number is None or (places and counted):
        return None
    places = places or _PARTS.get(unit.strip().replace("％", "%"), 0)
    many = parse_numeral(f"1{counted[1]}") if counted else Decimal(1)
    return None if many is None else float(EXACT.scaleb(EXACT.multiply(number, many), -places))


def parse_boolean(text: str) -> bool | None:
    """Read yes or no.

    >>> parse_boolean("是"), parse_boolean("no"), parse_boolean("maybe")
    (True, False, None)
    """
    folded = fold_text(text).casefold()
    if folded in _YES:
        return True
    return False if folded in _NO else None


def parse_list(text: str) -> tuple[str, ...]:
    """Split a cell that holds a list at ; and 、.

    >>> parse_list("太原理工大学；山西大学、 燕山大学;")
    ('太原理工大学', '山西大学', '燕山大学')
    """
    return tuple(part.strip() for part in re.split(r"[;；、\n]", text) if part.strip())


def _take_parts(text: str) -> tuple[str, int]:
    """Take the sign of a share off a number; return how many places it moves the point."""
    for sign, places in _PARTS.items():
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip(), places
    for words, places in _PARTS_IN_WORDS:
        if text.startswith(words):
            return text.removeprefix(words), places
    return text, 0
