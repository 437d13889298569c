"""Split delimited text into records, strictly: what is no record is said to be none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Marks", "Split", "State", "find_line_end", "split_line", "split_record"]

State = Literal["whole", "open", "broken"]

_LINE_END = re.compile(r"[\r\n]")


class Marks(NamedTuple):
    """Signs that structure a text: delimiter, quotation mark (or none), escape within quotes."""

    delimiter: str
    quote: str = '"'
    backslash: bool = False


class Split(NamedTuple):
    """A record: its cells, whether it is one, where it ends, and what its quotes are like.

    Parameters
    ----------
    cells
        Cells up to where the record breaks.
    state
        ``whole``; ``open``: a quotation mark is never closed; ``broken``: text stands behind one
        that closes.
    stop
        End of the line that the record ends in.
    framed
        Cells that stand in quotation marks.
    bare
        Positions of cells that hold a quotation mark without standing in any.
    """

    cells: list[str]
    state: State
    stop: int
    framed: int = 0
    bare: tuple[int, ...] = ()


def find_line_end(text: str, start: int) -> tuple[int, int]:
    r"""Find where a line ends and where the next one begins.

    >>> find_line_end("ab\r\ncd", 0), find_line_end("ab\r\ncd", 4)
    ((2, 4), (6, 6))
    """
    match = _LINE_END.search(text, start)
    if match is None:
        return len(text), len(text)
    stop = match.start()
    return stop, stop + (2 if text.startswith("\r\n", stop) else 1)


def split_line(line: str, marks: Marks, *, literal: int = -1) -> Split:
    """Split a line that is a record of its own.

    Parameters
    ----------
    line
        The line without its end.
    marks
        Delimiter, quotation mark, escape.
    literal
        Position of a quotation mark that is to be a sign like any other.

    Examples
    --------
    >>> split_line('1,"a ""b"", c"', Marks(",")).cells
    ['1', 'a "b", c']
    >>> split_line('1,"a"b', Marks(",")).state
    'broken'
    """
    return split_record(line, 0, len(line), marks=marks, literal=literal, bound=len(line))


def split_record(
    text: str,
    start: int,
    stop: int,
    *,
    marks: Marks,
    literal: int = -1,
    bound: int | None = None,
) -> Split:
    """Split the record that begins somewhere in a text, as RFC 4180 has it.

    Parameters
    ----------
    text
        The text.
    start, stop
        Where the record begins, and where its first line ends.
    marks
        Delimiter, quotation mark, escape.
    literal
        Position of a quotation mark that is to be a sign like any other.
    bound
        Where the record has to be over; by default the end of the text.
    """
    line = text[start:stop]
    if not marks.quote or marks.quote not in line:  # nearly always, and much quicker
        return Split(line.split(marks.delimiter), "whole", stop)
    bound = len(text) if bound is None else bound
    cells: list[str] = []
    bare: list[int] = []
    framed = 0
    while True:
        place = text.find(marks.quote, start, stop)
        if place < 0:
            cells += text[start:stop].split(marks.delimiter)
            return Split(cells, "whole", stop, framed, tuple(bare))
        last = text.rfind(marks.delimiter, start, place)
        if last >= 0:  # cells without a mark
            cells += text[start:last].split(marks.delimiter)
            start = last + len(marks.delimiter)
        if start != literal and start == place:
            cell, end = _read_framed(text, start, bound, marks, literal)
            if end < 0:
                return Split(cells, "open", stop, framed, tuple(bare))
            stop = stop if end <= stop else find_line_end(text, end)[0]
            framed += 1
        else:
            end = text.find(marks.delimiter, start, stop)
            end = stop if end < 0 else end
            cell = text[start:end]
            if cell.count(marks.quote) > (start <= literal < end):
                bare.append(len(cells))
        cells.append(cell)
        if end == stop:
            return Split(cells, "whole", stop, framed, tuple(bare))
        if not text.startswith(marks.delimiter, end, stop):
            return Split(cells, "broken", stop, framed, tuple(bare))
        start = end + len(marks.delimiter)


def _read_framed(text: str, start: int, bound: int, marks: Marks, literal: int) -> tuple[str, int]:
    """Read a cell in quotation marks; where it ends is -1 if they are never closed."""
    parts: list[str] = []
    start += 1
    for place in _find_quotes(text, start, bound, marks.quote):
        if place < start or place == literal:
            continue
        if marks.backslash and _is_escaped(text, start, place):
            parts.append(text[start : place - 1] + marks.quote)
            start = place + 1
        elif text.startswith(marks.quote, place + 1, bound) and place + 1 != literal:
            parts.append(text[start : place + 1])
            start = place + 2
        else:
            parts.append(text[start:place])
            cell = "".join(parts)
            return (cell.replace("\\\\", "\\") if marks.backslash else cell), place + 1
    return "", -1


def _find_quotes(text: str, start: int, bound: int, quote: str) -> Iterator[int]:
    place = text.find(quote, start, bound)
    while place >= 0:
        yield place
        place = text.find(quote, place + 1, bound)


def _is_escaped(text: str, start: int, place: int) -> bool:
    """Say whether an odd number of backslashes stands before a place."""
    before = text[max(start, place - 64) : place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
