"""Undo what broke a row of delimited text, where that can be done in exactly one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ecograph.reading.text.tokens import Marks, split_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecograph.reading.text.tokens import State

__all__ = [
    "Profile",
    "Repair",
    "build_profile",
    "find_foreign",
    "is_irreparable",
    "repair_header",
    "repair_lines",
    "repair_row",
]

_OTHERS = (",", ";", "\t", "|", "；", "，", " ")
_LONGEST = 1 << 16  # characters of a row that is worth a repair
_MOST_QUOTES = 40  # in a row, that are tried one by one
_FEW = 3  # columns from which a header may have another delimiter
_ENOUGH = 10  # rows from which a column that never was blank may not be
_SHAPES = (
    ("number", re.compile(r"[+-]?[\d.,]{1,40}")),
    ("sum", re.compile(r"[^\w\s]?[+-]?[\d.,]{1,40}[%元]?")),
    ("date", re.compile(r"\d{1,4}[-/.:年]\d{1,2}[-/.:月]?\d{0,4}[日]?")),
    ("link", re.compile(r"(?:https?://|www\.)\S+", re.ASCII)),
    ("code", re.compile(r"(?=\S*\d)[A-Za-z0-9_\-]{1,40}", re.ASCII)),
)


class Profile(NamedTuple):
    """What the columns of a table look like: which shapes of text, whether ever blank."""

    width: int
    shapes: tuple[frozenset[str], ...]
    blank: tuple[bool, ...]
    rows: int

    def fits(self, cells: Sequence[str]) -> bool:
        """Say whether cells look like the rows that the profile was built from."""
        if len(cells) != self.width:
            return False
        return all(
            blank if not cell.strip() else _find_shape(cell) in shapes
            for cell, shapes, blank in zip(cells, self.shapes, self.blank, strict=True)
        )


class Repair(NamedTuple):
    """A row as it was meant, what had broken it, and the cell that is in doubt (-1: none)."""

    cells: list[str]
    code: str
    position: int = -1


def build_profile(rows: Iterable[Sequence[str]], width: int) -> Profile:
    """Describe the columns of rows of one width.

    >>> build_profile([["1", "a"], ["2", "b"]], 2).shapes
    (frozenset({'number'}), frozenset({'text'}))
    """
    shapes: list[set[str]] = [set() for _ in range(width)]
    blank = [False] * width
    count = 0
    for count, cells in enumerate(rows, start=1):  # noqa: B007 - counts rows
        for position, cell in enumerate(cells):
            if cell.strip():
                shapes[position].add(_find_shape(cell))
            else:
                blank[position] = True
    blank = blank if count >= _ENOUGH else [True] * width
    return Profile(width, tuple(map(frozenset, shapes)), tuple(blank), count)


def repair_row(
    line: str, marks: Marks, profile: Profile, *, state: State = "broken", header: bool = False
) -> Repair | None:
    """Repair a row whose quotation marks or delimiters are broken; None where that is ambiguous.

    Tried are, one after the other: one mark that is a sign like any other; a delimiter lost
    beside a mark; marks within a cell that were not doubled; another delimiter; no marks at all.
    The first way that gives cells of the right number in exactly one manner is taken.

    Parameters
    ----------
    line
        The row as it stands.
    marks
        Delimiter, quotation mark, escape of the file.
    profile
        What other rows look like; decides between several manners.
    state
        What splitting it strictly said. A whole row is mended only into one like the others.
    header
        Whether no row of the right width was seen yet.

    Examples
    --------
    >>> profile = build_profile([["1", "a, b"]], 2)
    >>> repair_row('2,""c, d"', Marks(","), profile).cells
    ['2', '"c, d']
    """
    if len(line) > _LONGEST:
        return None
    quoted = bool(marks.quote) and marks.quote in line
    for way in _WAYS if quoted else ():
        found = _choose(way(line, marks), profile)
        if found is not None and (state != "whole" or profile.fits(found)):
            return Repair(found, "broken_quotes", _find_doubt(found, marks.quote))
    other = _choose(_change_delimiter(line, marks, profile, header=header), profile)
    if other is not None:
        return Repair(other, "mixed_delimiter")
    plain = line.split(marks.delimiter)
    if quoted and state != "whole" and len(plain) == profile.width:
        return Repair(plain, "broken_quotes", _find_doubt(plain, marks.quote))
    return None


def repair_lines(text: str, marks: Marks, profile: Profile) -> Repair | None:
    r"""Repair a row of several lines whose marks are not doubled; every line end stands in marks.

    >>> profile = build_profile([["1", "a"]], 2)
    >>> repair_lines('2,"one\nand "two""', Marks(","), profile).cells
    ['2', 'one\nand "two"']
    """
    found = _choose(_split_leniently(text, marks), profile) if len(text) <= _LONGEST else None
    return Repair(found, "broken_quotes") if found is not None else None


def repair_header(cells: Sequence[str], width: int) -> Repair | None:
    """Take the blank cells out of a header that has more cells than the rows beneath.

    >>> repair_header(["id", "", "name"], 2).cells
    ['id', 'name']
    """
    named = [cell for cell in cells if cell.strip()]
    surplus = any(cell.strip() for cell in cells[width:])
    return Repair(named, "shifted_row") if surplus and len(named) == width else None


def find_foreign(line: str, marks: Marks, width: int) -> str:
    """Find the delimiter that a row uses instead of the file's; empty where there is none.

    A row is foreign where the file's delimiter stands nowhere outside quotation marks, and
    another one splits it into as many cells as the table has columns, or more.

    >>> find_foreign('1 x y "a, b"', Marks(","), 3)
    ' '
    """
    if width == 1 or len(line) > _LONGEST or not _is_without(line, marks):
        return ""
    for other in _list_others(line, marks):
        split = split_line(line, marks._replace(delimiter=other))
        sure = split.state == "whole" and split.framed and not split.bare
        if sure and len(split.cells) >= width:
            return other
    return ""


def is_irreparable(line: str, marks: Marks) -> bool:
    """Say at once whether a row cannot be mended here: no mark in it, and no delimiter but its own.

    >>> is_irreparable("1,2;3", Marks(",")), is_irreparable("1;2", Marks(","))
    (True, False)
    """
    if marks.quote and marks.quote in line:
        return False
    return marks.delimiter in line or not _list_others(line, marks)


def _choose(rows: Iterable[list[str]], profile: Profile) -> list[str] | None:
    """Choose the one row of the right width; of several, the one that fits the others."""
    right = {tuple(row): row for row in rows if len(row) == profile.width}
    if len(right) > 1:
        right = {key: row for key, row in right.items() if profile.fits(row)}
    return next(iter(right.values())) if len(right) == 1 else None


def _drop_mark(line: str, marks: Marks) -> Iterator[list[str]]:
    for place in _list_quotes(line, marks.quote):
        split = split_line(line, marks, literal=place)
        if split.state == "whole" and not split.bare:
            yield split.cells


def _add_delimiter(line: str, marks: Marks) -> Iterator[list[str]]:
    """Put a delimiter before or behind each mark that does not stand beside one already."""
    for place in _list_quotes(line, marks.quote):
        for where in (place, place + len(marks.quote)):
            before, behind = line[:where], line[where:]
            edge = not before or not behind or before.endswith(marks.delimiter)
            if not edge and not behind.startswith(marks.delimiter):
                split = split_line(before + marks.delimiter + behind, marks)
                if split.state == "whole" and not split.bare:
                    yield split.cells


def _split_leniently(line: str, marks: Marks) -> Iterator[list[str]]:
    """End a cell in marks only at one with a delimiter, or the end, behind it; allow blanks."""
    cells: list[str] = []
    start, end = 0, -1
    while end != len(line):
        inner = len(line) - len(line[start:].lstrip(" "))
        if line.startswith(marks.quote, inner):
            close, end = _find_close(line, inner + 1, marks)
            if end < 0:
                return
            cells.append(line[inner + 1 : close].replace(marks.quote * 2, marks.quote))
        else:
            end = line.find(marks.delimiter, start)
            end = len(line) if end < 0 else end
            if "\n" in line[start:end] or "\r" in line[start:end]:
                return
            cells.append(line[start:end])
        start = end + len(marks.delimiter)
    yield cells


def _find_close(line: str, start: int, marks: Marks) -> tuple[int, int]:
    """Find the mark that closes a cell, and the end of the cell behind it; -1 where none does."""
    place = line.find(marks.quote, start)
    while place >= 0:
        behind = line.find(marks.delimiter, place)
        behind = len(line) if behind < 0 else behind
        if not line[place + 1 : behind].strip(" "):
            return place, behind
        place = line.find(marks.quote, place + 1)
    return -1, -1


def _change_delimiter(
    line: str, marks: Marks, profile: Profile, *, header: bool
) -> Iterator[list[str]]:
    """Split at other delimiters; at blanks only what is quoted or looks like the other rows."""
    if profile.width < (_FEW if header else 2) or not _is_without(line, marks):
        return
    for other in _list_others(line, marks):
        split = split_line(line, marks._replace(delimiter=other))
        if split.state == "whole" and not split.bare and len(split.cells) == profile.width:
            fits = split.framed or (not header and profile.fits(split.cells))
            if other != " " or fits:
                yield split.cells


def _is_without(line: str, marks: Marks) -> bool:
    """Say whether the delimiter stands nowhere outside quotation marks."""
    if marks.delimiter not in line:
        return True
    return bool(marks.quote) and marks.delimiter not in "".join(line.split(marks.quote)[::2])


_WAYS = (_drop_mark, _add_delimiter, _split_leniently)


def _list_others(line: str, marks: Marks) -> list[str]:
    """List the other delimiters that stand in a line."""
    return [sign for sign in _OTHERS if sign in line and sign != marks.delimiter]


def _list_quotes(line: str, quote: str) -> list[int]:
    places = [match.start() for match in re.finditer(re.escape(quote), line)]
    return places if len(places) <= _MOST_QUOTES else []


def _find_doubt(cells: Sequence[str], quote: str) -> int:
    """Find the one cell that holds an odd number of quotation marks; -1 for none or several."""
    odd = [n for n, cell in enumerate(cells) if cell.count(quote) % 2]
    return odd[0] if len(odd) == 1 else -1


def _find_shape(cell: str) -> str:
    text = cell.strip()[:64]
    return next((name for name, pattern in _SHAPES if pattern.fullmatch(text)), "text")
