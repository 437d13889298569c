"""Classes of characters: what a register is written in, and what only damage leaves behind.

No table is stored: the classes follow from the arithmetic of the codes. GB 2312 holds its symbols
in rows 1 to 9, the 3,755 common hanzi in rows 16 to 55 and 3,008 rarer ones in rows 56 to 87; Big5
its 5,401 common hanzi at A440 to C67E; JIS X 0208 its common kanji in rows 16 to 47.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["Share", "find_damage", "locate_rows", "measure", "measure_latin", "seems_korean"]

_CHUNK = 1 << 20  # characters that are looked at at once
_SHORT = 1 << 16  # characters up to which three signs of a wrong decoding are enough
_HIGH = range(0xA1, 0xFF)  # second bytes of GB 2312, Big5 (upper half), JIS and KS codes
_LOW = range(0x40, 0x7F)  # second bytes of Big5, lower half
_HANZI = (slice(0x3400, 0x4DC0), slice(0x4E00, 0xA000), slice(0xF900, 0xFB00))
_PRIVATE = slice(0xE000, 0xF900)
_SPARE = 6  # unusual characters that a short text may hold without doubt
_UNUSUAL = 0.35  # share of them in a longer one
_KOREAN = 24  # different hanzi, none of the last rows of level 1, that Chinese would hardly be
_PHRASES = ("锟斤拷", "烫烫烫", "屯屯屯")
_TYPOGRAPHY = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what Windows-1252 holds at 80 to 9F
_LATIN_LETTERS = "ŒœŠšŽžŸ"
_LATIN_SIGNS = "\u00a0€£§©®™°²³·«»‘’“”–—…•½¼¾±µºª¿¡¢¥"
_EUROPEAN = (("\u00a0", "\u024f"), ("\u0370", "\u052f"), ("\u2010", "\u2122"))
_CLOSING = "»”’…–—®™©"
_DAMAGED_BLOCKS = (
    range(0x80, 0xA0),  # C1 controls: Windows-1252 taken for Latin-1
    range(0xFDD0, 0xFDF0),  # no characters
    range(0xFFFD, 0x10000),  # the replacement character, and no characters
    range(0x0A00, 0x0B00),  # ends of lines in UTF-16 that has lost or gained a byte
)


class Share(NamedTuple):
    """How much of a text beyond ASCII is usual in its language, and how much at least possible."""

    usual: float
    possible: float


class _Mark:
    """What a character may be a sign of; bits of one byte."""

    DAMAGE = 1
    FIRST, SECOND, THIRD = 2, 4, 8  # two hanzi in UTF-8, read as three of GBK
    LEAD, FOLLOW = 16, 32  # one character in UTF-8, read as two or three of Windows-1252
    PHRASE = 64


class _Kind:
    """Which encodings a character is usual or possible in; bits."""

    GB, GB_RARE, GB_EARLY, HANZI = 1, 2, 4, 8
    BIG5, BIG5_RARE = 16, 32
    JIS, JIS_RARE = 64, 128
    KS, KS_RARE = 256, 512


_USUAL = {
    "gb18030": (_Kind.GB, _Kind.GB_RARE),
    "cp950": (_Kind.BIG5, _Kind.BIG5_RARE),
    "cp932": (_Kind.JIS, _Kind.JIS_RARE),
    "euc_jp": (_Kind.JIS, _Kind.JIS_RARE),
    "cp949": (_Kind.KS, _Kind.KS_RARE),
}


def measure(text: str, encoding: str) -> Share:
    """Measure how usual the characters beyond ASCII are for text in an encoding.

    Parameters
    ----------
    text
        As decoded with ``surrogateescape``, so that bytes that are no character count as unusual.
    encoding
        ``gb18030``, ``cp950``, ``cp932``, ``euc_jp`` or ``cp949``.

    Returns
    -------
    Share
        Zero and zero where the text holds nothing beyond ASCII.

    Examples
    --------
    >>> measure("太原理工大学", "gb18030")
    Share(usual=1.0, possible=1.0)
    >>> measure("國立臺灣大學".encode("big5").decode("gb18030"), "gb18030").usual < 0.5
    True
    """
    units = _list_units(text)
    units = units[units > 0x7F]  # noqa: PLR2004 - the last of ASCII
    if not len(units):
        return Share(0.0, 0.0)
    kinds = _list_kinds()[units]
    kinds[_find_lone(units)] = 0
    usual, rare = _USUAL[encoding]
    common = int(np.count_nonzero(kinds & usual))
    unusual = int(np.count_nonzero((kinds & (usual | rare)) == rare))
    allowed = min(unusual, max(_SPARE, _UNUSUAL * common))
    return Share(common / len(units), (common + allowed) / len(units))


def measure_latin(text: str) -> Share:
    """Measure how much beyond ASCII are letters within words, and signs that stand alone.

    >>> measure_latin("Université de Tromsø, 5 €"), measure_latin("¸ßÐ£").usual < 0.5
    (Share(usual=1.0, possible=1.0), True)
    """
    units = np.concatenate(([10], _list_units(text), [10])).astype(np.uint16)
    beyond = units > 0x7F  # noqa: PLR2004 - the last of ASCII
    if not beyond.any():
        return Share(0.0, 0.0)
    accented = ((units >= 0xC0) & (units <= 0xFF) & (units != 0xD7) & (units != 0xF7)) | np.isin(  # noqa: PLR2004 - Latin-1
        units, _list_units(_LATIN_LETTERS)
    )
    plain = ((units | 0x20) >= ord("a")) & ((units | 0x20) <= ord("z"))
    letters = accented | plain
    beside = np.zeros_like(beyond)
    beside[1:-1] = letters[:-2] | letters[2:]
    within = np.zeros_like(beyond)
    within[1:-1] = beyond[:-2] & beyond[2:]
    signs = np.isin(units, _list_units(_LATIN_SIGNS))
    good = beyond & ~within & ((accented & beside) | signs)
    share = float(np.count_nonzero(good) / np.count_nonzero(beyond))
    return Share(share, share)


def seems_korean(text: str) -> bool:
    """Say whether hanzi read from GB 2312 all lie where Korean has its syllables.

    >>> seems_korean("太原理工大学")
    False
    """
    units = np.unique(_list_units(text))
    kinds = _list_kinds()[units]
    hanzi = (kinds & _Kind.HANZI) > 0
    early = hanzi & ((kinds & _Kind.GB_EARLY) > 0)
    return int(early.sum()) >= _KOREAN and bool((early == hanzi).all())


def find_damage(text: str) -> list[int]:
    """Find the places of a text that tell of damage done before it came here.

    Replacement and control characters, characters that no text holds, text in UTF-8 that was
    once read as GBK or Windows-1252 and saved again, and the hanzi that memory without content
    reads as (烫烫烫).

    Parameters
    ----------
    text
        Without lone surrogates.

    Returns
    -------
    list of int
        Positions in the text, ascending.

    Examples
    --------
    >>> find_damage("École, 高校"), find_damage("Ã‰cole"), find_damage("楂樻牎")
    ([], [0], [0])
    """
    if text.isascii():
        return []
    found: list[int] = []
    for start in range(0, len(text), _CHUNK):
        chunk = text[start : start + _CHUNK + 5]  # what begins in a chunk may end behind it
        if not chunk.isascii():
            found += [start + n for n in _look_at(chunk, brief=len(text) < _SHORT) if n < _CHUNK]
    return found


def locate_rows(text: str, places: Iterable[int]) -> list[int]:
    r"""Find the rows that places of a text lie in; a line that ends within quotes goes on.

    >>> locate_rows('a,b\n"1\n2",3\n4,5', [0, 4, 7, 12])
    [1, 2, 2, 3]
    """
    wanted, row, inside = sorted(places), 1, False
    rows: list[int] = []
    for start in range(0, len(text), _CHUNK):
        end = start + _CHUNK
        here = [place - start for place in wanted[len(rows) :] if place < end]
        if not here and len(rows) == len(wanted):
            break
        signs = np.frombuffer(text[start : end + 1].encode("utf-32-le", "replace"), dtype="<u4")
        ends, inside = _find_row_ends(signs[:_CHUNK], signs[1 : _CHUNK + 1], inside=inside)
        rows += [row + int(n) for n in np.searchsorted(ends, here)]
        row += len(ends)
    return rows


def _find_row_ends(
    signs: NDArray[np.uint32], following: NDArray[np.uint32], *, inside: bool
) -> tuple[NDArray[np.intp], bool]:
    """Find ends of lines outside quotation marks; say whether the signs end within them."""
    ends = signs == ord("\n")
    ends[: len(following)] |= (signs[: len(following)] == ord("\r")) & (following != ord("\n"))
    places = np.flatnonzero(ends)
    quotes = np.flatnonzero(signs == ord('"'))
    outside = (np.searchsorted(quotes, places) + inside) % 2 == 0
    return places[outside], (len(quotes) + inside) % 2 == 1


def _look_at(chunk: str, *, brief: bool) -> list[int]:
    units = _list_units(chunk)
    marks = _list_marks()[units]
    present = int(np.bitwise_or.reduce(marks))
    found: list[Iterable[int]] = []
    if present & _Mark.DAMAGE:
        found.append(np.flatnonzero(marks & _Mark.DAMAGE).tolist())
    if present & _Mark.FIRST and present & _Mark.SECOND:
        found.append(_find_gbk_readings(units, marks, brief=brief))
    if present & _Mark.LEAD and present & _Mark.FOLLOW:
        found.append(_find_latin_readings(units, marks))
    if present & _Mark.PHRASE:
        found.append(_find_phrases(units, marks))
    places = sorted({place for part in found for place in part})
    high = np.flatnonzero((units & 0xFC00) == 0xD800)  # noqa: PLR2004 - two units, one character
    return [place - int(before) for place, before in zip(places, np.searchsorted(high, places))]  # noqa: B905 - as long


def _find_gbk_readings(
    units: NDArray[np.uint16], marks: NDArray[np.uint8], *, brief: bool
) -> Iterator[int]:
    """Find hanzi that make sense once written as GBK and read as UTF-8; in long text, four of them.

    Two common hanzi may come of it by chance once in some ten million names.
    """
    pattern = (_Mark.FIRST, _Mark.SECOND, _Mark.THIRD) * (1 if brief else 2)
    for place in _find_pattern(marks, pattern):
        piece = _write(units[place : place + len(pattern)])
        meant = piece.encode("gb18030").decode("utf-8")  # the classes of bytes see to that
        if all(_list_kinds()[ord(sign) & 0xFFFF] & _Kind.GB for sign in meant):
            yield place


def _find_latin_readings(units: NDArray[np.uint16], marks: NDArray[np.uint8]) -> Iterator[int]:
    """Find what makes sense once written as Windows-1252 and read as UTF-8 (Ã© is é)."""
    for place in _find_pattern(marks, (_Mark.LEAD, _Mark.FOLLOW)):
        lead, second = int(units[place]), chr(units[place + 1])
        length = 2 if lead < 0xE0 else 3  # noqa: PLR2004 - first bytes of three begin there
        piece = _write(units[place : place + length])
        try:
            meant = piece.encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        if length == 2 and lead > 0xC3 and second in _CLOSING:  # noqa: PLR2004 - «GÅ PÅ» is honest
            continue
        hanzi = meant >= "\u3000" and _list_kinds()[ord(meant)] & _Kind.GB
        if hanzi or any(low <= meant <= high for low, high in _EUROPEAN):
            yield place


def _find_phrases(units: NDArray[np.uint16], marks: NDArray[np.uint8]) -> Iterator[int]:
    for place in np.flatnonzero(marks & _Mark.PHRASE).tolist():
        if _write(units[place : place + 3]) in _PHRASES:
            yield place


def _find_pattern(marks: NDArray[np.uint8], pattern: tuple[int, ...]) -> list[int]:
    last = len(marks) - len(pattern) + 1
    if last < 1:
        return []
    fits = np.ones(last, dtype=bool)
    for n, mark in enumerate(pattern):
        fits &= (marks[n : n + last] & mark) > 0
    return [int(place) for place in np.flatnonzero(fits)]


def _list_units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")


def _find_lone(units: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Find halves of characters that stand alone: bytes that could not be decoded."""
    low: NDArray[np.bool_] = (units & 0xFC00) == 0xDC00  # noqa: PLR2004 - second halves
    low[1:] &= (units[:-1] & 0xFC00) != 0xD800  # noqa: PLR2004 - first halves
    return low


def _write(units: NDArray[np.uint16]) -> str:
    return units.tobytes().decode("utf-16-le", "replace")


@cache
def _list_marks() -> NDArray[np.uint8]:
    marks = np.zeros(1 << 16, dtype=np.uint8)
    for block in _DAMAGED_BLOCKS:
        marks[list(block)] |= _Mark.DAMAGE
    leads, trails = range(0xE4, 0xEA), range(0x80, 0xC0)
    marks[_list_codes("gb18030", leads, trails)] |= _Mark.FIRST
    marks[_list_codes("gb18030", trails[1:], leads)] |= _Mark.SECOND
    marks[_list_codes("gb18030", trails[1:], trails)] |= _Mark.THIRD
    marks[0xC2:0xF0] |= _Mark.LEAD
    marks[0xA0:0xC0] |= _Mark.FOLLOW
    marks[_list_units(_TYPOGRAPHY)] |= _Mark.FOLLOW
    marks[[ord(phrase[0]) for phrase in _PHRASES]] |= _Mark.PHRASE
    return marks


@cache
def _list_kinds() -> NDArray[np.uint16]:
    """List what every character is; those that only four bytes of GB 18030 write count as usual.

    Four bytes that fit by chance are rare; so whoever wrote them meant them.
    """
    kinds = np.zeros(1 << 16, dtype=np.uint16)
    kinds[0x80:] = _Kind.GB
    kinds[_list_codes("gb18030", range(0x81, 0xFF), [*range(0x40, 0x7F), *range(0x80, 0xFF)])] = 0
    for hanzi in _HANZI:
        kinds[hanzi] |= _Kind.HANZI | _Kind.GB_RARE
    for kind, codec, leads, trails in _list_areas():
        kinds[_list_codes(codec, leads, trails)] |= kind
    kinds[_PRIVATE] = 0
    for block in _DAMAGED_BLOCKS:
        kinds[list(block)] = 0
    return kinds


def _list_areas() -> Iterator[tuple[int, str, Iterable[int], Iterable[int]]]:
    """List what is usual and what possible in text of each encoding, by first and second byte."""
    both = [*_LOW, *_HIGH]
    yield _Kind.GB, "gb18030", range(0xA1, 0xA4), _HIGH
    yield _Kind.GB, "gb18030", [0xA8], range(0xA1, 0xBB)  # letters of pinyin, é and ü among them
    yield _Kind.GB, "gb18030", range(0xB0, 0xD8), _HIGH
    yield _Kind.GB, "cp950", range(0xA4, 0xC7), both  # common traditional hanzi, written in GBK
    yield _Kind.GB_EARLY, "gb18030", range(0xB0, 0xC9), _HIGH
    yield _Kind.GB_RARE, "gb18030", [0xA8, 0xA9], [*_LOW, *range(0x80, 0xA1)]  # signs of GBK
    yield _Kind.GB_RARE, "gb18030", [*range(0xA4, 0xAA), *range(0xD8, 0xF8)], _HIGH
    yield _Kind.BIG5, "cp950", range(0xA1, 0xC7), both
    yield _Kind.BIG5_RARE, "cp950", range(0xC9, 0xFA), both
    yield _Kind.JIS, "euc_jp", [*range(0xA1, 0xA6), *range(0xB0, 0xD0)], _HIGH
    yield _Kind.JIS_RARE, "euc_jp", [*range(0xA6, 0xA9), *range(0xD0, 0xF5)], _HIGH
    yield _Kind.KS, "cp949", [*range(0xA1, 0xA4), *range(0xB0, 0xC9)], _HIGH
    yield _Kind.KS_RARE, "cp949", [*range(0x81, 0xA1), *range(0xCA, 0xFE)], range(0x41, 0xFF)


def _list_codes(codec: str, leads: Iterable[int], trails: Iterable[int]) -> NDArray[np.uint16]:
    """List the characters beyond ASCII that codes of two bytes stand for."""
    seconds = list(trails)
    codes = b"".join(bytes((lead, trail, 0x0A)) for lead in leads for trail in seconds)
    units = _list_units(codes.decode(codec, "replace"))
    beyond: NDArray[np.uint16] = units[(units > 0x7F) & (units != 0xFFFD)]  # noqa: PLR2004 - ASCII and what is no code
    return beyond
