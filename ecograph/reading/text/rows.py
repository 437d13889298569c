"""Go through the rows of delimited text; one that is broken is mended or set aside."""

from __future__ import annotations

import re
import string
from itertools import chain, repeat
from typing import TYPE_CHECKING

from ecograph.problems import Problem, Tally
from ecograph.reading.sheets.widths import MOST_COLUMNS, refuse_width
from ecograph.reading.text.dialects import sample_rows
from ecograph.reading.text.repairs import (
    build_profile,
    find_foreign,
    is_irreparable,
    repair_header,
    repair_lines,
    repair_row,
)
from ecograph.reading.text.tokens import find_line_end, split_line, split_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecograph.problems import Severity
    from ecograph.reading.text.dialects import Dialect
    from ecograph.reading.text.repairs import Repair
    from ecograph.reading.text.tokens import Split

__all__ = ["Rows"]

_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .*)?|={7}")
_LINE_ENDS = re.compile(r"[\r\n]+")
_LONGEST_PLAIN = 1 << 16  # characters of a line that is split before it is looked at
_NOTHING = [""]  # the cells of a line that holds nothing
_LONGEST_VALUE = 200
_JOINED = 8  # lines that a row with broken quotation marks may run over
_EFFORT = 8  # what repairs may cost, for each sign of a text
_LEAST_EFFORT = 4_000_000


def _pass_ends(text: str, start: int) -> tuple[int, int]:
    """Pass over lines that hold nothing: where the next one begins, and how many they are."""
    match = _LINE_ENDS.match(text, start)
    stop = match.end() if match else start
    ends = text.count("\n", start, stop) + text.count("\r", start, stop)
    return stop, ends - text.count("\r\n", start, stop)


class Rows:
    r"""The numbered rows of a text, None for one that is set aside; to be gone through once.

    A row that quotation marks or delimiters break is mended where there is exactly one way to do
    so, else set aside. What was wrong is in `problems` when the rows are at an end. The effort that
    goes into mending is bounded by the length of the text.

    Parameters
    ----------
    text
        The text.
    dialect
        How it is written.
    file
        Name of its file, for the problems.
    more
        What follows the text, in texts of whole lines; none of them holds a quotation mark.

    Examples
    --------
    >>> from ecograph.reading.text.dialects import Dialect
    >>> from ecograph.reading.text.tokens import Marks
    >>> text = 'id,name\n1,"a\n2,b\n'
    >>> rows = Rows(text, Dialect(Marks(","), width=2), "x.csv")
    >>> list(rows)
    [(1, ['id', 'name']), (2, ['1', '"a']), (3, ['2', 'b'])]
    >>> [(p.code, p.row, p.column, p.value) for p in rows.problems]
    [('broken_quotes', 2, 'name', '"a')]
    """

    def __init__(self, text: str, dialect: Dialect, file: str, *, more: Iterable[str] = ()) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._more = more
        self._marks = dialect.marks
        self._start = dialect.start
        self._file = file
        self._profile = build_profile(sample_rows(text, dialect), dialect.width)
        self._effort = _EFFORT * len(text) + _LEAST_EFFORT
        self._header: Sequence[str] = ()
        self._begun = self._quoted = False
        self._bare: list[Problem] = []
        self._nul = "\0" in text
        self._tally, self._bare_tally = Tally(), Tally()

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        """Go through the rows from the first one on."""
        start, last = self._start, int(self._start > 0)
        for text in chain([self._text], self._more):
            if text is not self._text:
                self._text, self._nul = text, "\0" in text
                self._effort += _EFFORT * len(text)
            for number, cells in self._go_through(start, last):
                last = number
                yield number, cells
            start = 0
        self.problems += self._tally.list_more()
        if self._quoted:
            self.problems += [*self._bare, *self._bare_tally.list_more()]

    def _go_through(self, start: int, number: int) -> Iterator[tuple[int, list[str] | None]]:
        """Go through the rows of the text from one place on, behind a row of some number."""
        text, delimiter, width = self._text, self._marks.delimiter, self._profile.width
        quote = -1
        while start < len(text):
            if text[start] in "\r\n":
                self._note_begin(_NOTHING)
                behind, count = _pass_ends(text, start)
                yield from zip(range(number + 1, number + count + 1), repeat(_NOTHING))
                start, number = behind, number + count
                continue
            number += 1
            stop, behind = find_line_end(text, start)
            quote = self._find_quote(start) if quote < start else quote
            plain = quote >= stop and stop - start <= _LONGEST_PLAIN
            cells: list[str] | None = text[start:stop].split(delimiter) if plain else None
            if cells is None or len(cells) != width or self._nul or not self._begun:
                cells, behind = self._read(start, stop, behind, number)
            start = behind
            if cells is not None:
                self._note_begin(cells)
            yield number, cells

    def _find_quote(self, start: int) -> int:
        """Find the next quotation mark; the end of the text if there is none."""
        place = self._text.find(self._marks.quote, start) if self._marks.quote else -1
        return len(self._text) if place < 0 else place

    def _note_begin(self, cells: Sequence[str]) -> None:
        self._begun = self._begun or len(cells) == self._profile.width
        if not self._header and any(cell.strip() for cell in cells):
            self._header = tuple(cells)

    def _read(
        self, start: int, stop: int, behind: int, number: int
    ) -> tuple[list[str] | None, int]:
        """Read the row that begins somewhere: its cells, if it has any; where the next begins."""
        text, delimiter = self._text, self._marks.delimiter
        line = text[start:stop]
        cells_in = line.count(delimiter) + 1
        if cells_in != self._profile.width and not line.replace(delimiter, "").strip():
            return [line.replace(delimiter, "")], behind
        if not self._header and cells_in > MOST_COLUMNS:
            self._refuse_width(line, number)
        if text[start] in "<>=|" and _CONFLICT.fullmatch(text, start, stop):
            self._report("conflict_marker", number, line)
            return None, behind
        bound = None if self._effort > 0 else stop
        split = split_record(text, start, stop, marks=self._marks, bound=bound)
        if split.state != "whole":  # a mark was looked for in what follows
            self._effort -= 4 * ((split.stop if split.state == "broken" else len(text)) - start)
        cells: list[str] | None = split.cells
        if split.state == "whole" and (
            self._is_usual(split) or not any(cell.strip() for cell in split.cells)
        ):
            self._note_quotes(split, number)
            behind = find_line_end(text, split.stop)[1]
        else:
            cells, behind = self._mend(start, stop, split, number)
        if self._nul and cells is not None:
            cells = self._drop_nul(cells, number)
        return cells, behind

    def _refuse_width(self, line: str, number: int) -> None:
        """Refuse a first row that is too wide before it is split."""
        if not (self._marks.quote and self._marks.quote in line):
            named = line.rstrip(self._marks.delimiter + string.whitespace)
            refuse_width(named.count(self._marks.delimiter) + 1, self._file, row=number)

    def _is_usual(self, split: Split) -> bool:
        return self._is_right(split) and (not split.bare or self._marks.quote != '"')

    def _is_right(self, split: Split) -> bool:
        return split.state == "whole" and len(split.cells) == self._profile.width

    def _mend(
        self, start: int, stop: int, split: Split, number: int
    ) -> tuple[list[str] | None, int]:
        """Mend a row that breaks the rules, or has another width than the others."""
        line = self._text[start:stop]
        if self._begun and split.state == "whole" and is_irreparable(line, self._marks):
            return split.cells, find_line_end(self._text, split.stop)[1]
        behind = find_line_end(self._text, stop)[1]
        self._spend(line)
        repair = self._repair(line, split) if self._effort > 0 else None
        if repair is not None and not (self._is_right(split) and repair.cells == split.cells):
            self._report_repair(repair, number, line)
            return repair.cells, behind
        if self._effort > 0 and find_foreign(line, self._marks, self._profile.width):
            self._report("mixed_delimiter", number, line)
            return None, behind
        if split.state == "whole":
            self._note_quotes(split, number)
            return split.cells, find_line_end(self._text, split.stop)[1]
        return self._join(start, stop, number)

    def _spend(self, line: str) -> None:
        """Count what is tried with a line: every mark is a place where it is split anew."""
        marks = line.count(self._marks.quote) if self._marks.quote else 0
        self._effort -= len(line) * (16 + 8 * marks)

    def _repair(self, line: str, split: Split) -> Repair | None:
        """Repair a row in the one way that there is; a row of the right width needs none."""
        if self._is_right(split) and not (split.bare and (self._quoted or split.framed)):
            return None
        header = not self._begun
        if header and split.state == "whole" and not split.bare:
            repair = repair_header(split.cells, self._profile.width)
            if repair is not None:
                return repair
        return repair_row(line, self._marks, self._profile, state=split.state, header=header)

    def _join(self, start: int, stop: int, number: int) -> tuple[list[str] | None, int]:
        """Join broken lines to a row that they may be; set the first one aside otherwise."""
        text = self._text
        behind = after = find_line_end(text, stop)[1]
        for _ in range(_JOINED):
            if self._effort <= 0 or after >= len(text):
                break
            end = find_line_end(text, after)[0]
            self._spend(text[start:end])
            alone = split_line(text[after:end], self._marks)
            if alone.state == "whole" and self._is_usual(alone):
                break
            repair = repair_lines(text[start:end], self._marks, self._profile)
            if repair is not None:
                self._report_repair(repair, number, text[start:end])
                return repair.cells, find_line_end(text, end)[1]
            after = find_line_end(text, end)[1]
        self._report("broken_quotes", number, text[start:stop])
        return None, behind

    def _note_quotes(self, split: Split, number: int) -> None:
        """Note marks within cells without any around: doubtful where other cells are quoted."""
        self._quoted = self._quoted or split.framed > 0
        if split.bare and self._marks.quote == '"':
            place = split.bare[0]
            value, column = split.cells[place], self._name(place, split.cells)
            self._bare += self._make(
                self._bare_tally, "broken_quotes", number, value, severity="warning", column=column
            )

    def _drop_nul(self, cells: list[str], number: int) -> list[str]:
        for position, cell in enumerate(cells):
            if "\0" in cell:
                column = self._name(position, cells)
                value = cell[:_LONGEST_VALUE].replace("\0", "\\0")
                self._report("nul_character", number, value, severity="warning", column=column)
        return [cell.replace("\0", "") for cell in cells]

    def _report_repair(self, repair: Repair, number: int, line: str) -> None:
        known = repair.position >= 0
        value = repair.cells[repair.position] if known else line
        column = self._name(repair.position, repair.cells) if known else ""
        self._report(repair.code, number, value, severity="warning", column=column)

    def _name(self, position: int, cells: Sequence[str]) -> str:
        """Name a column as the header does, or as this row does if it is the first."""
        names = self._header or cells
        return names[position].strip()[:_LONGEST_VALUE] if position < len(names) else ""

    def _report(
        self, code: str, row: int, value: str, *, severity: Severity = "error", column: str = ""
    ) -> None:
        self.problems += self._make(self._tally, code, row, value, severity=severity, column=column)

    def _make(
        self,
        tally: Tally,
        code: str,
        row: int,
        value: str,
        *,
        severity: Severity,
        column: str = "",
    ) -> list[Problem]:
        """Make a problem, unless thousands like it are told already."""
        if not tally.admit(code, self._file, row=row, column=column, severity=severity):
            return []
        return [Problem(code, self._file, "", row, column, value[:_LONGEST_VALUE], severity)]
