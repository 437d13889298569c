"""What a header says: its column, its unit, and what else stands in it."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Header", "clean_label", "find_column", "find_unit", "list_spellings", "split_header"]

_LONGEST = 100  # characters; a longer header is a sentence, and is taken as it is
_MULTIPLE = "万亿|十万|百万|千万|[百千万亿]"
_MONEY = (
    rf"(?:人民币\s*:?\s*)?(?:{_MULTIPLE})?(?:元|圆)(?:人民币)?"
    rf"|(?:{_MULTIPLE})?(?:美元|欧元|英镑|日元|港元)"
)
_CODES = "cny|rmb|yuan|eur|euro|usd|gbp|nok|hkd|jpy|sek|dkk|chf"
_SIZES = "k|thousand|million|billion"
_ENGLISH = rf"(?:(?:{_SIZES})\s*)?(?:{_CODES})|(?:{_CODES})\s*(?:{_SIZES})|[€$£¥]"
_COUNTED = "人次|场次|平方米|[人家项件个名户篇次场期笔亩所台套吨年月天岁]"
_UNIT = re.compile(
    rf"(?:人民币\s*:?\s*)?(?:{_MULTIPLE})|{_MONEY}|{_ENGLISH}|[%‰]|(?:{_MULTIPLE})?(?:{_COUNTED})",
    re.IGNORECASE,
)
_UNIT_WORD = re.compile(r"^(?:计量|金额|数量)?(?:单位|unit)\s*:?\s*", re.IGNORECASE)
_UNIT_BEHIND = re.compile(
    r"\s*[/,;:_|\-\s]\s*(?:(?:计量|金额)?单位|unit)?\s*:?\s*"
    rf"({_MONEY}|{_ENGLISH}|[百千万亿]|%|[人家项件个])$"
    rf"|(?:计量)?单位\s*:\s*({_MONEY}|[百千万亿])$"
    r"|(?<=.)([百千万亿]元)$",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[(\[{【〔〖<《]([^()\[\]{}【】〔〕〖〗<>《》]*)[)\]}】〕〗>》]$")
_NUMBERING = re.compile(
    r"^(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|\d{1,2}\)|\d{1,2}[.、](?!\d)"
    r"|[一二三四五六七八九十]{1,3}[、.])\s*"
)
_CIRCLED = re.compile("^[①-⑳❶-❿]\\s*")
_MARKS = " *:★☆※、,;\"“”'"
_OPEN = f"{_MARKS}([【"
_BREAKS = re.compile(r"_x000[dDaA]_|[\r\n\v\f\x85\u2028\u2029]+")
_HARMLESS = re.compile(
    r"必填|选填|可选|必选|非必填|必填项|选填项|required|optional|mandatory"
    r"|可?多选|单选|下拉选择|请?选择|如有|若有|文本(?:格式)?|数字|含税|不含税"
    r"|(?:请?填写?)?(?:单位|企业|公司|学校)?全称|(?:请?加?盖)?公?章|与公章一致"
    r"|(?:年/?月/?日|年/?月)|y{2,4}[-/.年]?m{1,2}(?:[-/.月]?d{1,2}日?)?月?|(?:18位)(?:代码|编码)?",
    re.IGNORECASE,
)


class Header(NamedTuple):
    """What a header says.

    Parameters
    ----------
    name
        The header without numbering, marks, unit and notes in brackets.
    unit
        The unit, or the empty string.
    note
        What stands in brackets and is neither a unit nor a hint on how to fill in the column.
    """

    name: str
    unit: str
    note: str


@functools.lru_cache(maxsize=1 << 14)
def find_column(table: str, header: str) -> tuple[str | None, str]:
    r"""Find the column that a header means, and what in the header was not read.

    Parameters
    ----------
    table
        Name of the table.
    header
        The header as written.

    Returns
    -------
    column, note
        The column's name, or None where the header means no column or more than one; the note
        in brackets that may change what the header means.

    Examples
    --------
    >>> find_column("agreements", "3. 签约金额\n（万元）*")
    ('amount', '')
    >>> find_column("financials", "营业收入（上年）")
    ('revenue', '上年')
    """
    known = list_spellings(table)
    parts = split_header(header)
    whole = (header[:_LONGEST], *_peel(clean_label(header)), f"{parts.name}{parts.note}")
    for text in (*whole, parts.name):
        names = known.get(fold_label(text), frozenset())
        if len(names) == 1:
            read = text in whole or known.get(fold_label(parts.note)) == names
            return next(iter(names)), "" if read else parts.note
    return None, parts.note


@functools.cache
def list_spellings(table: str) -> dict[str, frozenset[str]]:
    """List the folded spellings of a table's columns, each with the columns that it may mean."""
    known: dict[str, frozenset[str]] = {}
    for name, column in read_schema().tables[table].columns.items():
        for label in (name, *column.en, *column.zh):
            folded = fold_label(label)
            known[folded] = known.get(folded, frozenset()) | {name}
    return known


@functools.lru_cache(maxsize=4096)
def split_header(header: str) -> Header:
    """Split a header into its name, the unit and any other note.

    >>> split_header("（一）合同金额 单位：万元"), split_header("*金额（含税）【万元】")
    (Header(name='合同金额', unit='万元', note=''), Header(name='金额', unit='万元', note=''))
    """
    if len(header) > _LONGEST:
        return Header(header.strip(), "", "")
    text, unit, notes = clean_label(header), "", list[str]()
    while match := _BRACKET.search(text):
        rest = text[: match.start()].rstrip(_MARKS)
        for part in _split_note(match[1]):
            found = find_unit(part)
            if found and not unit:
                unit = found
            elif not _HARMLESS.fullmatch(part):
                notes = [part, *notes]
        text = rest
    behind = None if unit else _UNIT_BEHIND.search(text)
    if behind and behind.start():
        unit = next(filter(None, behind.groups()))
        text = text[: behind.start()].rstrip(_OPEN)
    return Header(text, unit, ", ".join(notes))


def clean_label(header: str) -> str:
    """Fold signs; leave out what cannot be seen, line breaks, numbering and marks."""
    if len(header) > _LONGEST:
        return header.strip()
    text = _CIRCLED.sub("", _BREAKS.sub(" ", header).strip(_MARKS))
    text = "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf"
    )
    text = " ".join(text.split()).strip(_MARKS)
    bare = _NUMBERING.sub("", text, count=1).strip(_MARKS)
    return bare or text


def find_unit(text: str) -> str:
    """Find the unit that a text is, brackets and the word for unit taken off."""
    bare = unicodedata.normalize("NFKC", text[:_LONGEST]).strip().strip("()[]【】 ")
    bare = _UNIT_WORD.sub("", bare).strip()
    return bare if _UNIT.fullmatch(bare) else ""


def _peel(text: str) -> Iterator[str]:
    """Take units and hints off the end of a header one by one: 县（市、区）（必填）."""
    yield text
    while len(text) <= _LONGEST and (match := _BRACKET.search(text)):
        parts = _split_note(match[1])
        if not all(find_unit(part) or _HARMLESS.fullmatch(part) for part in parts):
            return
        text = text[: match.start()].rstrip(_MARKS)
        yield text


def _split_note(note: str) -> list[str]:
    """Split what stands in brackets; a unit such as ``人民币:万元`` or ``EUR million`` is one."""
    bare = note.strip()
    if find_unit(bare) or _HARMLESS.fullmatch(bare):
        return [bare]
    return [part.strip() for part in re.split(r"[,;、，；]", bare) if part.strip()]
