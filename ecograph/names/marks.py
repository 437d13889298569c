"""What tells namesakes apart: ordinals, and names that an organisation had before."""

from __future__ import annotations

import re

__all__ = ["find_latin_ordinal", "read_number", "take_former"]

_DIGITS = {**{sign: value for value, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_ROMAN = {
    word: value
    for value, word in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ],
        start=1,
    )
}
_ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ],
        start=1,
    )
}
_NUMBER = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th|er|eme|e)?")

_STATED = "原名称|原名|原称|原为|原|曾用名称|曾用名|曾名|曾称|前身为|前身|旧称|更名前"
_BEFORE = (
    r"formerly known as|formerly called|formerly|former name|previously known as|previously|"
    r"previous name|"
    r"f\.?/?k\.?/?a\.?|anciennement|ancienne?|ex-|ex |vormals|fruher|tidligere|tidl\.?|antes|gia"
)
_HINTS = (
    "原",
    "曾",
    "前身",
    "旧称",
    "更名",
    "改名",
    "现名",
    "former",
    "previous",
    "f.k.a",
    "fka",
    "f/k/a",
    "ancien",
    "ex-",
    "(ex",
    "vormals",
    "fruher",
    "tidl",
    "antes",
    "(gia",
    "renamed",
)
_IN_BRACKETS = re.compile(rf"\((?:(?:{_STATED})[:,是为]?|(?:{_BEFORE})[: ]*)([^()]{{2,}})\)")
_NOW = re.compile(
    r"^(.{2,}?)[(,]?(?:现更名为|已更名为|更名为|现名为|现名|改名为|renamed to|renamed)[:,]?\s*"
    r"([^()]{2,})\)?$"
)
_LEADING = re.compile(
    r"^原(?=.{4,}(?:公司|厂|所|院|大学|学院|学校|集团|局|委|部|中心)$)"
    r"(?![子料点创生野平阳油动始本态])(.+)$"
)
_AFTER_COMMA = re.compile(rf"^(.{{2,}}?)[,;] ?(?:{_BEFORE})[: ]*(.{{2,}})$")
_INFIX = re.compile(
    r"^(.{2,}?) (?:vormals|formerly known as|formerly|anciennement|tidligere|f/k/a|fka) (.{2,})$"
)
_EX = re.compile(r"^ex-(.{2,})$")


def read_number(text: str) -> int | None:
    """Read an ordinal's digits: Chinese or Arabic; digit by digit, where no unit stands.

    >>> read_number("十二"), read_number("七二五"), read_number("2"), read_number("某")
    (12, 725, 2, None)
    """
    if text.isascii() and text.isdigit():
        return int(text[:9])
    value, digits = 0, ""
    for sign in text[:9]:
        unit = {"十": 10, "百": 100}.get(sign)
        if unit:
            value += int(digits or "1") * unit
            digits = ""
        elif sign in _DIGITS:
            digits += str(_DIGITS[sign])
        else:
            return None
    return value + int(digits or "0") if text else None


def find_latin_ordinal(word: str, previous: str = "") -> int | None:
    """Read an ordinal in Latin letters: ``No 2``, ``2nd``, ``II``, ``second``.

    >>> find_latin_ordinal("ii"), find_latin_ordinal("3rd"), find_latin_ordinal("bank")
    (2, 3, None)
    """
    if word in _ENGLISH:
        return _ENGLISH[word]
    if word in _ROMAN and (len(word) > 1 or previous == "no"):
        return _ROMAN[word]
    found = _NUMBER.fullmatch(word)
    return int(found.group(1)) if found else None


def take_former(folded: str) -> tuple[str, tuple[str, ...]]:
    """Part a folded name from the names that it says it had before.

    >>> take_former("山西甲公司(原太原乙厂)"), take_former("x ltd(formerly y inc)")
    (('山西甲公司', ('太原乙厂',)), ('x ltd', ('y inc',)))
    """
    if not _has_hint(folded):
        return folded, ()
    former = [found.strip() for found in _IN_BRACKETS.findall(folded)]
    text = _IN_BRACKETS.sub("", folded).strip() if former else folded
    for pattern, now, before in ((_NOW, 2, 1), (_AFTER_COMMA, 1, 2), (_INFIX, 1, 2)):
        found = pattern.match(text)
        if found:
            former.append(found.group(before).strip(" ,("))
            text = found.group(now).strip()
    for pattern in (_LEADING, _EX):
        found = pattern.match(text)
        if found:
            former.append(found.group(1).strip())
            text = found.group(1).strip()
    if not text:
        return folded, ()
    return text, tuple(dict.fromkeys(name for name in former if name))


def _has_hint(folded: str) -> bool:
    for hint in _HINTS:  # noqa: SIM110 - every name comes here, and a generator costs thrice as much
        if hint in folded:
            return True
    return False
