"""Decode the bytes of a text file: which encoding they are in, and what is doubtful about it."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.text.characters import (
    Share,
    find_damage,
    locate_rows,
    measure,
    measure_latin,
    seems_korean,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

__all__ = ["Choice", "Decoded", "choose_encoding", "decode_head", "decode_text", "place_damage"]

_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "cp1252": "Windows-1252",
}
_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_RIVALS = ("cp1252", "cp950", "cp932", "euc_jp", "cp949")
_SAMPLE = 1 << 18  # bytes that are weighed
_LINE = 1 << 14  # bytes of one line that are
_CHUNK = 1 << 16  # characters
_HEAD = 1 << 16  # bytes that tell UTF-16
_TWO_BEYOND = re.compile(rb"[\x80-\xff]{2}")
_FOUR = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")  # one character of GB 18030
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_BAD = re.compile("[\ud800-\udfff]+")
_EURO = re.compile("(?<![\udc80-\udcff])\udc80(?![\udc80-\udcff])")
_STRANGE = re.compile("[\u0180-\u036f\u0500-\u07ff]")  # phonetic signs, marks alone, rare scripts
_PLAIN_DAMAGE = "[\u0080-\u009f\ufffd]"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DAMAGE = ("damaged_text", "cut_text")
_LONGEST = 200  # characters of a value in a problem
_SHORT = 1 << 12  # bytes of a file that may look like UTF-8 by chance
_WHOLE = 0.7  # share of bytes beyond ASCII that are UTF-8, from which a file is UTF-8 with damage
_USUAL, _POSSIBLE, _BETTER = 0.9, 0.9, 0.1
_READABLE = 0.5
_STRAY = 0.05  # share of bytes that may be no character before a file is no text
_ZEROS = 0.02  # share of characters whose other byte is zero, from which it is UTF-16


class Decoded(NamedTuple):
    """Text, the encoding that it was in, and what is doubtful about it."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


class Choice(NamedTuple):
    """An encoding; where it is doubtful, what else it may be, the likeliest first."""

    encoding: str
    candidates: tuple[str, ...] = ()


def decode_text(data: bytes, file: str) -> Decoded:
    """Decode bytes by byte order mark, then as UTF-8, then as GB18030, unless that makes no sense.

    What no register would hold is taken as a sign of another encoding (Big5, Shift-JIS, EUC-JP,
    EUC-KR, Windows-1252, UTF-16 without a mark), which is used and reported. Bytes that are no
    character become U+FFFD and cost their cell, not the file.

    Parameters
    ----------
    data
        The whole file.
    file
        Its name, for the problems.

    Returns
    -------
    Decoded
        Its problems, all of them warnings: ``doubtful_encoding``; ``cut_text``, the file ends
        within a character; ``damaged_text`` for every row with characters that damage leaves
        behind. Rows are counted outside quotation marks; `place_damage` names columns.

    Raises
    ------
    DataError
        If the bytes are no text in any encoding.

    Examples
    --------
    >>> decode_text("高校".encode("gb18030"), "x.csv")
    Decoded(text='高校', encoding='gb18030', problems=())
    """
    text = _decode_plain(data)
    if text is not None:
        return Decoded(text, "utf-8", tuple(_report_damage(text, file, cut=False)))
    choice = choose_encoding(data)
    if choice is None:
        problem = Problem("unreadable_encoding", file=file)
        raise DataError(f"{file} is neither UTF-8 nor GB18030 text.", [problem])
    text, cut = _decode(data, choice.encoding)
    problems = [*_report_doubt(choice, file), *_report_damage(text, file, cut=cut)]
    return Decoded(text, choice.encoding, tuple(problems))


def choose_encoding(data: bytes) -> Choice | None:
    """Choose the encoding of bytes; None where they are no text.

    >>> choose_encoding("編號,名稱;1,國立成功大學".encode("big5"))
    Choice(encoding='cp950', candidates=('cp950', 'euc_jp', 'gb18030'))
    """
    marked = next((name for mark, name in _ORDER_MARKS if data.startswith(mark)), "")
    if marked == "utf-32" and not _is_valid(data, "utf-32"):
        marked = "utf-16"  # whose first character is NUL
    if marked and marked != "utf-8-sig":
        return Choice(marked)
    wide = _find_wide(data) if not marked else ""
    if wide:
        return Choice(wide, (wide,))
    fault = _find_fault(data)
    if fault is None:
        return _doubt_short(data, marked or "utf-8")
    sample = _take_sample(data.removeprefix(codecs.BOM_UTF8), fault)
    whole = len(sample) < _SAMPLE // 2  # then all lines beyond ASCII are in it
    return _weigh(sample, marked, size=len(data) if whole else len(sample))


def decode_head(data: bytes) -> str:
    r"""Decode the first bytes of a file as far as whole lines go; nothing where they are no text.

    >>> decode_head("编号,名称\n1,太原".encode("gb18030")[:-1])
    '编号,名称\n'
    """
    lines = data[: data.rfind(b"\n") + 1] or data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE)):
        lines += b"\0" * (-len(lines) % (4 if data.startswith(codecs.BOM_UTF32_LE) else 2))
    choice = choose_encoding(lines)
    return _decode(lines, choice.encoding)[0] if choice else ""


def place_damage(
    problems: Iterable[Problem], header: Sequence[str], cells: pd.DataFrame
) -> list[Problem]:
    r"""Give damage its row, column and value, as found in the table that was made of the text.

    Parameters
    ----------
    problems
        Problems, those of `decode_text` among them; others pass as they are.
    header, cells
        As in `RawSheet`.

    Returns
    -------
    list of Problem
        A ``damaged_text`` for every damaged cell; what was reported of a row none of whose cells
        shows damage (a header, a row that was set aside) stays as it was.

    Examples
    --------
    >>> import pandas as pd
    >>> found = Problem("damaged_text", file="x.csv", row=2, severity="warning")
    >>> cells = pd.DataFrame({0: ["1"], 1: ["高\ufffd"]}, index=[2], dtype="str")
    >>> [(p.row, p.column, p.value) for p in place_damage([found], ("id", "name"), cells)]
    [(2, 'name', '高�')]
    """
    known = list(problems)
    damage = [p for p in known if p.code in _DAMAGE and p.row is not None]
    if not damage:
        return known
    rows = {problem.row for problem in damage}
    placed = [
        replace(damage[0], code="damaged_text", row=row, column=name, value=value[:_LONGEST])
        for name, (_, column) in zip(header, cells.items(), strict=False)
        for row, value in _list_suspects(column, rows)
        if find_damage(value)
    ]
    found = {problem.row for problem in placed}
    kept = [p for p in known if p.code != "damaged_text" or p.row not in found]
    return kept + sorted(placed, key=lambda p: p.row or 0)


def _list_suspects(column: pd.Series, rows: set[int | None]) -> Iterator[tuple[int, str]]:
    """List cells of rows that are known for damage, and all that hold plain signs of it."""
    suspects = column[column.index.isin(rows) | column.str.contains(_PLAIN_DAMAGE, regex=True)]
    yield from zip(suspects.index.tolist(), suspects.tolist(), strict=True)


def _decode_plain(data: bytes) -> str | None:
    """Decode UTF-8 that is long enough to be nothing else."""
    if len(data) <= _SHORT or b"\0" in data[:_HEAD] or data.startswith(codecs.BOM_UTF8):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _decode(data: bytes, encoding: str) -> tuple[str, bool]:
    """Decode, with U+FFFD for what is no character; say whether the end of the data is none."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(encoding).lstrip("\ufeff"), False
    except UnicodeDecodeError:
        text = _decode_gbk(data) if encoding == "gb18030" else data.decode(encoding, "replace")
    return text.lstrip("\ufeff"), text.endswith("\ufffd")


def _decode_gbk(data: bytes) -> str:
    """Decode GB18030 in which a single byte is the euro sign, as Windows writes it."""
    text = data.decode("gb18030", "surrogateescape")
    return "".join(map(_mend, (text[n : n + _CHUNK] for n in range(0, len(text), _CHUNK))))


def _mend(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _BAD.sub("\ufffd", _EURO.sub("€", text))
    return text


def _report_doubt(choice: Choice, file: str) -> list[Problem]:
    if not choice.candidates:
        return []
    details = {
        "encoding": _NAMES[choice.encoding],
        "candidates": ", ".join(_NAMES[name] for name in choice.candidates),
    }
    return [Problem("doubtful_encoding", file=file, severity="warning", details=details)]


def _report_damage(text: str, file: str, *, cut: bool) -> Iterator[Problem]:
    """Report damage once a row; at the end of a text that is cut off, as that."""
    places = find_damage(text)
    told: set[tuple[int, str]] = set()
    for row, place in zip(locate_rows(text, places), places, strict=True):
        code = "cut_text" if cut and place == len(text) - 1 else "damaged_text"
        if (row, code) not in told:
            told.add((row, code))
            value = _quote(text, place)
            yield Problem(code, file=file, row=row, value=value, severity="warning")


def _quote(text: str, place: int) -> str:
    """Quote the line of a place, or the part of it around the place."""
    begin, end = max(0, place - _LONGEST // 2), place + _LONGEST // 2
    before, behind = text[begin:place], text[place:end]
    return re.split(r"[\r\n]", before)[-1] + re.split(r"[\r\n]", behind)[0]


def _find_fault(data: bytes) -> int | None:
    """Find the first byte that cannot be UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _is_valid(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _find_wide(data: bytes) -> str:
    """Find UTF-16 without a mark: one byte of most pairs is zero, or the text makes sense."""
    head = data[: min(_HEAD, len(data) // 2 * 2)]
    zeros = (head[::2].count(0), head[1::2].count(0))
    if max(zeros) < max(1, _ZEROS * len(head) / 2) or 4 * min(zeros) > max(zeros):
        return ""
    encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    text = head.decode(encoding, "replace")
    if _CONTROL.search(text):
        return ""
    if max(zeros) >= _READABLE * len(head) / 2:
        return encoding
    sensible = measure(text, "gb18030").usual >= _READABLE
    return encoding if sensible and not head.isascii() and _measure_utf8(head) < _WHOLE else ""


def _doubt_short(data: bytes, encoding: str) -> Choice:
    """Doubt UTF-8 where a few hanzi of GB 2312 happen to be valid in it."""
    if len(data) > _SHORT or data.isascii() or encoding != "utf-8":
        return Choice(encoding)
    text = data.decode(encoding)
    if max(text) >= "\u0800" or not _STRANGE.search(text) or not _is_valid(data, "gb18030"):
        return Choice(encoding)
    usual = measure(data.decode("gb18030"), "gb18030").usual
    return Choice("gb18030", ("gb18030", "utf-8")) if usual == 1 else Choice(encoding)


def _weigh(sample: bytes, marked: str, *, size: int) -> Choice | None:
    """Weigh the readings of bytes that are not UTF-8, or not throughout."""
    whole = _measure_utf8(sample)
    text = _EURO.sub("€", sample.decode("gb18030", "surrogateescape"))
    ours = measure(text, "gb18030")
    if whole >= _WHOLE and not (ours.usual >= _READABLE and _is_strange(sample)):
        return Choice(marked or "utf-8")
    if _TWO_BEYOND.search(sample) is None:
        return _weigh_single(sample, ours, size=size)
    doubt = ("gb18030", "utf-8") if marked else ()
    if ours.usual >= _USUAL and ours.possible >= _POSSIBLE:
        korean = seems_korean(text)
        return Choice("cp949", ("cp949", "gb18030")) if korean else Choice("gb18030", doubt)
    shares = {name: _measure_rival(sample, name) for name in _RIVALS}
    better = [
        name
        for name, share in shares.items()
        if share.possible >= _POSSIBLE and share.usual > ours.usual + _BETTER
    ]
    if not better and (ours.possible >= _POSSIBLE or ours.usual >= _READABLE):
        return Choice("gb18030", doubt)
    shares |= {"utf-8": Share(whole, whole), "gb18030": ours}
    return _rank(shares, better, sample, size=size)


def _weigh_single(sample: bytes, ours: Share, *, size: int) -> Choice | None:
    """Weigh bytes beyond ASCII that all stand alone, as in Latin, where Chinese has pairs."""
    if ours.usual >= _USUAL and _FOUR.search(sample) and _is_valid(sample, "gb18030"):
        return Choice("gb18030")
    latin = _measure_rival(sample, "cp1252")
    if latin.possible >= _POSSIBLE:
        return Choice("cp1252", ("cp1252", "gb18030") if ours.possible else ("cp1252",))
    strange = len(_BEYOND_ASCII.findall(sample))
    if strange <= _STRAY * size:
        return Choice("utf-8", ("utf-8", "cp1252", "gb18030"))
    return Choice("gb18030", ("gb18030", "cp1252")) if _is_valid(sample, "gb18030") else None


def _is_strange(sample: bytes) -> bool:
    """Say whether bytes that are nearly UTF-8 would be text in scripts that hardly occur."""
    return bool(_STRANGE.search(sample.decode("utf-8", "ignore")))


def _rank(
    shares: dict[str, Share], better: Sequence[str], sample: bytes, *, size: int
) -> Choice | None:
    """Take the likeliest of doubtful encodings; where there is none, only stray bytes pass."""
    ranked = sorted(shares, key=lambda name: (name in better, *shares[name]), reverse=True)
    likely = tuple(name for name in ranked if shares[name].possible >= _READABLE)
    if likely:
        return Choice(likely[0], likely)
    strange = len(_BEYOND_ASCII.findall(sample))
    return None if strange > _STRAY * size else Choice("utf-8", ("utf-8", "cp1252"))


def _measure_utf8(sample: bytes) -> float:
    """Measure the share of bytes beyond ASCII that belong to characters of UTF-8."""
    text, used = codecs.utf_8_decode(sample, "surrogateescape", False)  # noqa: FBT003 - a cut end may pass
    strange = len(_BEYOND_ASCII.findall(sample[:used]))
    return 1 - sum(map(len, _BAD.findall(text))) / strange if strange else 0.0


def _measure_rival(sample: bytes, encoding: str) -> Share:
    text = sample.decode(encoding, "surrogateescape")
    return measure_latin(text) if encoding == "cp1252" else measure(text, encoding)


def _take_sample(data: bytes, fault: int) -> bytes:
    """Take lines with something beyond ASCII from the beginning and from a place on."""
    if len(data) <= _SAMPLE:
        return data
    return b"".join([*_list_lines(data, 0), *_list_lines(data, fault)])


def _list_lines(data: bytes, start: int) -> Iterator[bytes]:
    taken = 0
    while taken < _SAMPLE // 2 and (match := _BEYOND_ASCII.search(data, start)):
        place = match.start()
        earliest = max(start, place - _LINE)
        begin = max(data.rfind(b"\n", earliest, place) + 1, earliest)
        end = data.find(b"\n", place, place + _LINE)
        start = end + 1 if end >= 0 else min(place + _LINE, len(data))
        yield data[begin:start]
        taken += start - begin
