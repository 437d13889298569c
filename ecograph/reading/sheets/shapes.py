"""What the cells of a column look like, and how a row fits that was cut in the wrong places."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Kind", "Profile", "describe_columns", "name_kind", "undo_loss", "undo_surplus"]

Kind = Literal["blank", "number", "date", "time", "link", "text"]

ENOUGH = 5
"""Rows from which the look of a column says something about a further row."""

_LONGEST = 64  # characters; longer cells are text
_LONGEST_GLUED = 4096  # characters that are tried as the place of a lost separator
_MOST_SHAPES = 8
_MOST_BLANKS = 12
_MOST_SURPLUS = 2
_LEAST_PREFIX = 3

_NUMBER = re.compile(
    r"(?:[a-z]{3} |us)?[$¥€£]?\s?[+-]?(?:\d[\d,' ]*(?:\.\d*)?|\.\d+)(?:,\d+)?(?:e[+-]?\d{1,3})?\s?"
    r"(?:%|‰|(?:万亿|[十百千]?[万亿]|[百千])?(?:元|美元|欧元|英镑|日元|人民币|人次|[人家项个件所次名户台套间期吨亩])?)整?",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:(?:1[5-9]|2\d)\d\d(?:\s?[-/年]\s?\d{1,2}|\s?\.\s?\d{1,2}\s?\.|年)"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:1[5-9]|2\d)?\d\d(?!\d)"
    r"|[〇零○一二三四五六七八九十]{2,4}年)"
    r"[\d\s\-/.:tz+年月日号至到~—–季度第起止〇零○一二三四五六七八九十]*",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]m)?", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def name_kind(text: str) -> Kind:
    """Name what a cell looks like.

    Parameters
    ----------
    text
        The cell as written; a quantity with its unit is a number, a range of dates is a date.

    Examples
    --------
    >>> [name_kind(t) for t in ("1.28亿元", "2024年5月", "09:30", "MG-8769", "太原理工大学", " ")]
    ['number', 'date', 'time', 'text', 'text', 'blank']
    """
    bare = text.strip()
    if not bare:
        return "blank"
    if len(bare) > _LONGEST:
        return "link" if _LINK.fullmatch(bare[:_LONGEST]) else "text"
    folded = unicodedata.normalize("NFKC", bare)[: 2 * _LONGEST]
    if _DATE.fullmatch(folded):
        return "date"
    if _NUMBER.fullmatch(folded):
        return "number"
    if _TIME.fullmatch(folded):
        return "time"
    return "link" if _LINK.fullmatch(folded) else "text"


@dataclass(frozen=True)
class Profile:
    """What the cells of a column look like.

    Parameters
    ----------
    rows
        Rows looked at.
    kinds
        Kinds met, ``blank`` among them.
    shapes
        Every form met, a digit as 9 and a letter as A, where they are few; None where not.
    starts
        Classes of the first character met.
    prefix
        What all filled cells begin with.
    values
        The texts met.
    """

    rows: int
    kinds: frozenset[Kind]
    shapes: frozenset[str] | None
    starts: frozenset[str]
    prefix: str
    values: frozenset[str]

    @property
    def telling(self) -> bool:
        """Say whether a name could not stand here: all cells are numbers, dates or codes."""
        return bool(self.kinds - {"blank"}) and (
            "text" not in self.kinds or any("9" in shape for shape in self.shapes or ())
        )

    def admits(self, text: str) -> bool:
        """Say whether a cell is of a kind that stands in this column."""
        if self.rows < ENOUGH:
            return True
        kind = name_kind(text)
        return kind == "blank" or kind in self.kinds or "text" in self.kinds

    def fits(self, text: str) -> bool:
        """Say whether a cell looks like those of this column in every way."""
        bare = text.strip()
        if self.rows < ENOUGH:
            return True
        if not bare:
            return "blank" in self.kinds
        if not bare.startswith(self.prefix) or _name_start(bare) not in self.starts:
            return False
        if self.shapes is not None and _draw_shape(bare) not in self.shapes:
            return False
        return name_kind(bare) in self.kinds


def describe_columns(rows: Sequence[Sequence[str]], width: int) -> tuple[Profile, ...]:
    """Describe columns by rows of them.

    Parameters
    ----------
    rows
        Some rows of a table, each of at least `width` cells.
    width
        Number of columns.
    """
    return tuple(_describe([row[n].strip() for row in rows]) for n in range(width))


def undo_surplus(cells: Sequence[str], profiles: Sequence[Profile]) -> tuple[str, ...] | None:
    """Take surplus blank cells out of a row where only one way to do so fits the columns.

    Parameters
    ----------
    cells
        A row of more cells than there are columns.
    profiles
        The columns.

    Returns
    -------
    tuple of str or None
        The row as it must have been; None where no way fits, or more than one.
    """
    surplus = len(cells) - len(profiles)
    bare = [cell.strip() for cell in cells]
    blanks = [n for n, text in enumerate(bare) if not text]
    if blanks == list(range(len(cells) - len(blanks), len(cells))):
        left = tuple(bare[: len(profiles)]), tuple(cells[: len(profiles)])
        ways = dict([left] if len(blanks) >= surplus else [])
    elif surplus > _MOST_SURPLUS or len(blanks) > _MOST_BLANKS:
        ways = {}
    else:
        every = list(combinations(blanks, surplus))
        ways = {_leave_out(bare, taken): _leave_out(cells, taken) for taken in every}
    return _choose(ways, profiles)


def undo_loss(cells: Sequence[str], profiles: Sequence[Profile]) -> tuple[str, ...] | None:
    """Put a lost separator back into a row where only one place for it fits the columns.

    Parameters
    ----------
    cells
        A row that is one cell short.
    profiles
        The columns.

    Returns
    -------
    tuple of str or None
        The row as it must have been; None where no place fits, or more than one.
    """
    if len(cells) != len(profiles) - 1 or profiles[0].rows < ENOUGH:
        return None
    before = [p.fits(c) for p, c in zip(profiles, cells, strict=False)]
    behind = [p.fits(c) for p, c in zip(profiles[1:], cells, strict=True)]
    first = before.index(False) if False in before else len(cells)  # none fits as it is from here
    last = len(cells) - (behind[::-1].index(False) if False in behind else len(cells))
    ways: set[tuple[str, ...]] = set()
    for n in range(max(last - 1, 0), first + 1):
        if n >= last and profiles[n].fits(""):
            ways.add((*cells[:n], "", *cells[n:]))
        if n < len(cells):
            parts = _cut(cells[n], profiles[n], profiles[n + 1])
            ways |= {(*cells[:n], *pair, *cells[n + 1 :]) for pair in parts}
        if len(ways) > 1:
            return None
    return next(iter(ways), None)


def _describe(texts: Sequence[str]) -> Profile:
    filled = [text for text in texts if text]
    shapes = frozenset(map(_draw_shape, filled))
    few = 0 < len(shapes) <= min(_MOST_SHAPES, max(2, len(filled) // 4)) and "" not in shapes
    prefix = _find_prefix(min(filled), max(filled)) if len(set(filled)) > 1 else ""
    return Profile(
        rows=len(texts),
        kinds=frozenset(map(name_kind, texts)),
        shapes=shapes if few else None,
        starts=frozenset(map(_name_start, filled)),
        prefix=prefix if len(prefix) >= _LEAST_PREFIX else "",
        values=frozenset(filled),
    )


def _find_prefix(first: str, last: str) -> str:
    """Find what two texts begin with; if these are the least and the greatest, so do all."""
    pairs = zip(first, last, strict=False)
    length = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(last)))
    return first[:length]


def _name_start(text: str) -> str:
    return _draw_sign(text[0])


def _draw_shape(text: str) -> str:
    """Draw the form of a text, 18/02 -> 99/99; nothing for a long one."""
    return "".join(map(_draw_sign, text)) if len(text) <= _LONGEST // 2 else ""


def _draw_sign(sign: str) -> str:
    if sign.isdecimal():
        return "9"
    if sign.isascii():
        return "A" if sign.isalpha() else sign
    return "文" if sign.isalpha() else sign


def _leave_out(cells: Sequence[str], taken: Sequence[int]) -> tuple[str, ...]:
    return tuple(cell for n, cell in enumerate(cells) if n not in taken)


def _choose(
    ways: Mapping[tuple[str, ...], tuple[str, ...]], profiles: Sequence[Profile]
) -> tuple[str, ...] | None:
    """Choose the one way that fits in every way, else the one way of the right kinds.

    The ways stand under their texts without margins.
    """
    for method in (Profile.fits, Profile.admits):
        fitting = [w for w in ways.values() if all(map(method, profiles, w))]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _cut(text: str, left: Profile, right: Profile) -> Iterator[tuple[str, str]]:
    """Cut a text in two wherever both parts fit their columns."""
    for place in range(1, min(len(text), _LONGEST_GLUED)):
        first, last = text[:place].strip(), text[place:].strip()
        if first and last and right.fits(last) and left.fits(first):
            yield first, last
