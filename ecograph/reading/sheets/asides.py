"""Tell a row that is no data by its words: a total, a note, a heading; check what a total says."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from ecograph.reading.sheets.shapes import name_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "TOTAL_WORDS",
    "covers_all",
    "find_differences",
    "is_note",
    "is_section",
    "is_total",
    "is_total_word",
    "may_be_note",
]

_LONGEST = 40  # characters of the word for a total, of the words that begin a note

_TOTAL = re.compile(
    r"(?:.{0,12}(?:合计|总计|小计|共计)|累计|总和)(?:数|额)?(?:\(.{0,12}\))?:?"
    r"|(?:grand|sub|page)?-?totals?(?:\(.{0,12}\))?:?|sum:?",
    re.IGNORECASE,
)
_HINT = re.compile("计|和|total|sum|ｔ|ｓ", re.IGNORECASE)
_WHOLE = re.compile("合计|总计|共计|累计|总和|^grand|^total|^sum$", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:备?注|说明|附注|填[表报]说明|(?:数据|资料)?来源|(?:填[表报]|制表|编制|报送|审[核批签]|复核|签发|经办|统计|单位)?"
    r"(?:负责)?(?:人|单位|日期|时间|部门)|制表|填表|填报|审[核批]|复核|联系(?:人|电话|方式)|电话|盖章|截至"
    r"|notes?|sources?|remarks?|(?:prepared|checked|approved|compiled)(?: by| on)?|date|contact)"
    r"\s*(?:\([^()]{0,12}\))?\s*\d{0,2}\s*[:：]",
    re.IGNORECASE,
)
_STAR = re.compile(r"[*※＊†]+\s*\S|[①-⑳]\s*\S|注\s*\d*\s*[、.]|以上(?:数据|表)|本表")
_SECTION = re.compile(
    r"[一二三四五六七八九十]{1,3}\s*[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}(?:部分|章)"
    r"|(?:part|section)\s+(?:[a-z]|\d{1,2})\b",
    re.IGNORECASE,
)
_DASHES = frozenset({"-", "--", "—", "——", "－", "/", "\\", "…", "无", "×"})
_PLAIN = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{1,30})?")
_TOTAL_ENDS = frozenset("计和数额)）:：lsmLSM")
_NOTE_STARTS = frozenset(
    "备注说附填数资来制编报审复签经统单负联电盖截本以第一二三四五六七八九十(（*※＊†①②③④⑤⑥⑦⑧⑨⑩"
)
_WORDS = ("total", "totals", "subtotal", "sum", "grand total")
_CASES = (str.lower, str.upper, str.title, str.capitalize)
TOTAL_WORDS = frozenset(case(word) for word in _WORDS for case in _CASES)


def is_total(texts: Sequence[str]) -> bool:
    """Say whether a row is a total: its word, and numbers or nothing beside it.

    Parameters
    ----------
    texts
        The cells that hold text, from the left.

    Examples
    --------
    >>> is_total(["合  计", "350"]), is_total(["3", "小计", "5"]), is_total(["合计科技", "350"])
    (True, True, False)
    """
    place = next((n for n, text in enumerate(texts[:2]) if is_total_word(text)), None)
    if place is None or (place and not _is_number(texts[0])):
        return False
    others = [text for text in texts[place + 1 :] if text not in _DASHES]
    numbers = sum(map(_is_number, others))
    return len(others) - numbers <= min(numbers, 1)


def is_note(texts: Sequence[str]) -> bool:
    """Say whether a row is a note under a table, by the words that it begins with.

    >>> is_note(["注：金额含税"]), is_note(["填表人：", "张三"]), is_note(["注塑机厂", "太原"])
    (True, True, False)
    """
    if len(texts) == 1 and _STAR.match(texts[0][:_LONGEST]):
        return True
    if not _NOTE.match(texts[0][:_LONGEST]):
        return False
    labels = sum(bool(_NOTE.match(text[:_LONGEST])) for text in texts)
    return 2 * labels >= len(texts) or len(texts) <= 3  # noqa: PLR2004 - a sentence cut at commas


def may_be_note(text: str) -> bool:
    """Say whether a cell may begin a note or heading; quickly, since every row is asked."""
    if text[0] not in _NOTE_STARTS:
        return False
    head = text[:_LONGEST]
    return bool(_NOTE.match(head) or _STAR.match(head) or _SECTION.match(head))


def is_section(text: str) -> bool:
    """Say whether a cell that stands alone is a heading within a table.

    >>> is_section("一、高等院校"), is_section("一汽大众")
    (True, False)
    """
    return bool(_SECTION.match(text[:_LONGEST]))


def covers_all(texts: Sequence[str]) -> bool:
    """Say whether a total is one of all rows above it, not of those since the last one."""
    return any(_WHOLE.search(_squeeze(text)) for text in texts[:2])


def find_differences(
    cells: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[tuple[int, Decimal]]:
    """Find the columns in which rows do not add up to a total.

    Parameters
    ----------
    cells
        The row with the total.
    rows
        The rows that it is of. A column is checked where it holds plain numbers only.

    Returns
    -------
    list of (int, Decimal)
        Position and the sum that was found.

    Examples
    --------
    >>> find_differences(["合计", "9"], [["甲", "3"], ["乙", "5"]])
    [(1, Decimal('8'))]
    """
    differences = []
    word = next((n for n, cell in enumerate(cells) if _is_word(cell.strip())), len(cells))
    for position, cell in enumerate(cells):
        stated = _read_plain(cell) if position > word else None
        found = None if stated is None else _add_up(rows, position)
        if stated is not None and found is not None and not _agree(stated, found):
            differences.append((position, found))
    return differences


def _is_word(text: str) -> bool:
    return bool(text) and is_total_word(text)


def is_total_word(text: str) -> bool:
    """Say whether a text, without margins, is a word for a total."""
    return (
        len(text) <= _LONGEST
        and text[-1] in _TOTAL_ENDS
        and bool(_HINT.search(text))
        and bool(_TOTAL.fullmatch(_squeeze(text)))
    )


def _is_number(text: str) -> bool:
    return name_kind(text) == "number"


def _squeeze(text: str) -> str:
    """Leave out all blanks of a short text, and fold its signs."""
    return "".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())


def _read_plain(text: str) -> Decimal | None:
    bare = text.strip()
    return Decimal(bare.replace(",", "")) if _PLAIN.fullmatch(bare) else None


def _add_up(rows: Sequence[Sequence[str]], position: int) -> Decimal | None:
    """Add up a column of plain numbers; None where a cell is anything else, or all are blank."""
    total, count = Decimal(0), 0
    for row in rows:
        cell = row[position]
        if cell.strip():
            number = _read_plain(cell)
            if number is None:
                return None
            total, count = total + number, count + 1
    return total if count > 1 else None


def _agree(stated: Decimal, found: Decimal) -> bool:
    """Say whether a total agrees with a sum, but for the last digit that it states."""
    exponent = stated.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)
    return abs(stated - found) <= step / 2 or abs(stated - found) <= abs(found) * Decimal("1e-9")
