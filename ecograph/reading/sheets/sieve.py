"""Sift the rows under a header: data, and what only looks like it."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Protocol

from ecograph.problems import Problem, Tally
from ecograph.reading.sheets.asides import (
    TOTAL_WORDS,
    covers_all,
    find_differences,
    is_note,
    is_section,
    is_total,
    is_total_word,
    may_be_note,
)
from ecograph.reading.sheets.regions import is_known_label, is_name, list_labels
from ecograph.reading.sheets.shapes import (
    ENOUGH,
    Profile,
    describe_columns,
    name_kind,
    undo_loss,
    undo_surplus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecograph.problems import Severity
    from ecograph.reading.sheets.regions import Layout

__all__ = ["Sieve", "Store", "describe_length"]

_LEAST = 3  # rows from which a name in a column of numbers is strange
_LONG = 30  # characters that make a cell a sentence
_LONGEST = 200  # characters by which a row is compared with the header
_MOST_MENDED = 1000  # rows in which a lost separator is looked for


class Store(Protocol):
    """Where the rows of a table go."""

    recent: list[Sequence[str]]
    packed: bool

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Keep a row of the full width."""


class Sieve:
    """Tells data from totals, notes, headings and other tables, and mends rows cut wrongly.

    Parameters
    ----------
    layout
        The head of the sheet.
    header
        The names of the columns.
    sample
        The first rows under the header.
    length
        Cells of a row as it should stand; None where cells cannot shift, as in a workbook.
    store
        Takes the rows of data.
    place
        File and sheet, for the problems.
    """

    def __init__(
        self,
        layout: Layout,
        header: Sequence[str],
        sample: Sequence[Sequence[str]],
        *,
        length: int | None,
        store: Store,
        place: tuple[str, str],
    ) -> None:
        self.problems: list[Problem] = []
        self.rows_in = self.blank = self.rejected = 0
        self._place_of, self._tally = place, Tally()
        self._header, self._width, self._length = tuple(header), len(header), length
        self._store = store
        reach = self._width if length is None else length
        self._profiles = _describe_sample(sample, reach, gridded=length is None)
        self._full = _is_full(sample, self._width)
        heads = [*layout.header_rows, layout.other_header, layout.unit_row]
        self._heads = [tuple(map(_fold, row.cells)) for row in heads if row]
        self._leads = {head[n] for head in self._heads for n in range(len(head)) if head[n]}
        first = {row.cells[0] for row in heads if row}
        self._words = frozenset(first) | TOTAL_WORDS | list_labels() - {""}
        self._gap = False
        self._alert = False
        self._second: tuple[int, str] | None = None
        self._second_rows = 0
        self._waiting: list[tuple[int, Sequence[str], bool]] = []
        self._since = 0
        self._mended = 0

    def sift(self, numbered: Iterable[tuple[int, Sequence[str] | None]]) -> None:
        """Take rows under their numbers; None for one that was reported and set aside before."""
        add, words, width = self._store.add, self._words, self._width
        quick = width > 1 and self._length in {None, width}
        before, nothing = self.rows_in, [""]
        for self.rows_in, (number, cells) in enumerate(numbered, start=before + 1):
            if cells is None:
                self.rejected += 1
                continue
            if cells == nothing:
                self.blank += 1
                self._gap = self._alert = True
                continue
            # Most rows begin with two cells of text that no total, note or heading could hold.
            if quick and len(cells) == width and not self._alert:
                first, second = cells[0], cells[1]
                if (
                    first
                    and second
                    and first == first.strip()
                    and second == second.strip()
                    and first not in words
                    and not may_be_note(first)
                    and not is_total_word(first)
                    and not is_total_word(second)
                ):
                    add(number, cells)
                    continue
            self._judge(number, cells)

    def finish(self) -> None:
        """Settle what only the end of the sheet settles."""
        for number, cells, gap in self._waiting:
            self._settle(number, cells, aside=gap or self._is_sentence(cells), code="footnote")
        self._waiting = []
        self._close_second()
        self.problems += self._tally.list_more()

    def _judge(self, number: int, cells: Sequence[str]) -> None:
        filled = [n for n, cell in enumerate(cells) if cell and not cell.isspace()]
        if not filled:
            self.blank += 1
            self._gap = self._alert = True
            return
        texts = [cells[n].strip() for n in filled]
        gap, self._gap = self._gap, False
        if self._repeats_header(cells, filled):
            self._release("section_row", aside=True)
            self._close_second()
            self._set_aside("repeated_header_row", number, texts)
        elif self._second:
            self.rejected += 1
            self._second_rows += 1
        elif self._width == 1 or not self._is_aside(number, cells, filled, texts, gap=gap):
            self._release("section_row")
            self._place(number, cells)
        self._alert = bool(self._gap or self._waiting or self._second)

    def _is_aside(
        self,
        number: int,
        cells: Sequence[str],
        filled: Sequence[int],
        texts: Sequence[str],
        *,
        gap: bool,
    ) -> bool:
        """Set a row aside that is no data, or let it wait for what follows."""
        lone = len(filled) == 1
        if is_total(texts):
            self._release("section_row")
            self._set_aside("total_row", number, texts)
            self._check_total(number, cells, texts)
        elif is_note(texts) and not self._is_usual(cells, filled):
            self._release("footnote", aside=True)
            self._set_aside("footnote", number, texts)
        elif lone and is_section(texts[0]):
            self._release("section_row")
            self._set_aside("section_row", number, texts)
        elif lone and (self._full or (gap and self._width > 2)):  # noqa: PLR2004 - a pair may lack one
            self._waiting.append((number, cells, gap))
        elif self._is_header(filled, texts, gap=gap or bool(self._waiting)):
            self._release("section_row", aside=True)
            self._second = number, " | ".join(texts)
            self.rejected += 1
            self._second_rows = 0
        else:
            return False
        return True

    def _is_usual(self, cells: Sequence[str], filled: Sequence[int]) -> bool:
        """Say whether a row is as full as most and fits its columns."""
        return len(filled) > max(2, self._width // 2) and self._profiles[filled[0]].fits(
            cells[filled[0]]
        )

    def _is_sentence(self, cells: Sequence[str]) -> bool:
        n, text = next((n, cell.strip()) for n, cell in enumerate(cells) if cell.strip())
        return len(text) > _LONG or not self._admits(n, text)

    def _admits(self, position: int, text: str) -> bool:
        if position >= len(self._profiles):
            return False
        profile = self._profiles[position]
        return profile.fits(text) if profile.telling else profile.admits(text)

    def _repeats_header(self, cells: Sequence[str], filled: Sequence[int]) -> bool:
        if not self._heads or _fold(cells[filled[0]]) not in self._leads:
            return False
        folded = [(n, _fold(cells[n])) for n in filled]
        for head in self._heads:
            names = sum(map(bool, head))
            same = all(n < len(head) and head[n] == text for n, text in folded)
            if same and len(folded) >= min(names, max(2, 0.6 * names)):
                return True
        return False

    def _is_header(self, filled: Sequence[int], texts: Sequence[str], *, gap: bool) -> bool:
        """Say whether a row names the columns of another table; without a gap before it, surely."""
        if len(texts) < 2 or not (gap or texts[0] in self._words):  # noqa: PLR2004 - one name is a heading
            return False
        if not all(map(is_name, texts)) or len(set(texts)) < len(texts):
            return False
        known = sum(map(is_known_label, texts))
        if known > 1 and known >= (0.6 if gap else 0.9) * len(texts):
            return True
        return gap and self._is_strange(filled, texts)

    def _is_strange(self, filled: Sequence[int], texts: Sequence[str]) -> bool:
        """Say whether names stand where there are numbers, dates or codes in this table."""
        pairs = [
            (self._profiles[n], text)
            for n, text in zip(filled, texts, strict=True)
            if n < len(self._profiles)
        ]
        telling = [(profile, text) for profile, text in pairs if profile.telling]
        return (
            self._profiles[0].rows >= _LEAST
            and bool(telling)
            and not any(text in profile.values for profile, text in pairs)
            and not any(_is_alike(profile, text) for profile, text in telling)
        )

    def _release(self, code: str, *, aside: bool = False) -> None:
        """Settle rows of one cell that waited for what follows."""
        waiting, self._waiting = self._waiting, []
        for number, cells, _ in waiting:
            self._settle(number, cells, aside=aside or self._is_sentence(cells), code=code)

    def _settle(self, number: int, cells: Sequence[str], *, aside: bool, code: str) -> None:
        texts = [cell.strip() for cell in cells if cell.strip()]
        if aside:
            self._set_aside(code, number, texts)
        else:
            self._tell("lone_cell", number, texts[0])
            self._store.add(number, self._fill(cells))

    def _close_second(self) -> None:
        """Report a second table at its end: that of the sheet, or the first one goes on."""
        if self._second:
            number, value = self._second
            details = {"rows": self._second_rows}
            self._tell("second_table", number, value, "error", details=details)
        self._second = None

    def _set_aside(self, code: str, number: int, texts: Sequence[str]) -> None:
        self.rejected += 1
        self._gap = True
        self._tell(code, number, " | ".join(texts))

    def _tell(
        self,
        code: str,
        number: int,
        value: str,
        severity: Severity = "warning",
        *,
        column: str = "",
        details: Mapping[str, object] | None = None,
    ) -> None:
        place = self._place_of
        if self._tally.admit(code, *place, row=number, column=column, severity=severity):
            told = value[:_LONGEST]
            self.problems.append(
                Problem(code, *place, number, column, told, severity, details or {})
            )

    def _place(self, number: int, cells: Sequence[str]) -> None:
        """Add a row of data, mended where its cells have shifted."""
        beyond = any(cell.strip() for cell in cells[self._width :])
        if self._length is None:
            if beyond:
                self._report_extra(number, cells, self._fill(cells), "warning")
            self._store.add(number, self._fill(cells))
        elif len(cells) == self._length:
            if beyond:
                self._report_extra(number, cells, (), "error")
            else:
                self._store.add(number, self._fill(cells))
        elif len(cells) > self._length:
            self._shorten(number, cells)
        else:
            self._lengthen(number, cells)

    def _shorten(self, number: int, cells: Sequence[str]) -> None:
        mended = undo_surplus(cells, self._profiles)
        if mended is None or any(cell.strip() for cell in mended[self._width :]):
            self._report_extra(number, cells, (), "error")
        else:
            self._report_extra(number, cells, mended[: self._width], "warning")
            self._store.add(number, mended[: self._width])

    def _report_extra(
        self, number: int, cells: Sequence[str], read: Sequence[str], severity: Severity
    ) -> None:
        self.rejected += severity == "error"
        self._report_length("extra_cells", number, cells, read, severity)

    def _lengthen(self, number: int, cells: Sequence[str]) -> None:
        padded = (*cells, *[""] * (len(self._profiles) - len(cells)))
        mended = self._mend(cells)
        plain = mended == padded or (
            mended is None and all(map(Profile.admits, self._profiles, cells))
        )
        row = padded if plain else mended
        if row is None or any(cell.strip() for cell in row[self._width :]):
            self.rejected += 1
            self._report_length("missing_cells", number, cells, (), "error")
            return
        self._report_length("missing_cells", number, cells, row[: self._width], "warning")
        self._store.add(number, row[: self._width])

    def _mend(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        self._mended += 1
        return undo_loss(cells, self._profiles) if self._mended <= _MOST_MENDED else None

    def _report_length(
        self,
        code: str,
        number: int,
        cells: Sequence[str],
        read: Sequence[str],
        severity: Severity,
    ) -> None:
        place = self._place_of
        if self._tally.admit(code, *place, row=number, severity=severity):
            value = " | ".join(cells)[:_LONGEST]
            details = describe_length(cells, len(self._profiles), read)
            self.problems.append(Problem(code, *place, number, "", value, severity, details))

    def _fill(self, cells: Sequence[str]) -> Sequence[str]:
        return [*cells[: self._width], *[""] * (self._width - len(cells))]

    def _check_total(self, number: int, cells: Sequence[str], texts: Sequence[str]) -> None:
        """Say where the rows above do not add up to a total."""
        rows = self._store.recent
        since, self._since = self._since, len(rows)
        if self._store.packed:
            return
        counted = rows if covers_all(texts) else rows[since:]
        for n, total in find_differences(cells[: self._width], counted):
            value, details = cells[n].strip(), {"sum": f"{total:f}"}
            self._tell("total_differs", number, value, column=self._header[n], details=details)


def describe_length(cells: Sequence[str], width: int, read: Sequence[str]) -> dict[str, object]:
    """Describe a row of another length: its cells, those of the table, what it is read as."""
    return {"cells": len(cells), "header": width, "read": " | ".join(read)[:200] or "—"}


def _describe_sample(
    sample: Sequence[Sequence[str]], width: int, *, gridded: bool
) -> tuple[Profile, ...]:
    """Describe columns by those of the first rows that are surely rows of data."""
    even = [[*row[:width], *[""] * (width - len(row))] for row in sample] if gridded else sample
    least = 1 if width > 2 else 0  # noqa: PLR2004 - in a table of two columns one may be blank
    data = [row for row in even if len(row) == width and _count_filled(row) > least]
    return describe_columns([row for row in data if not is_total(_list_texts(row))], width)


def _is_full(sample: Sequence[Sequence[str]], width: int) -> bool:
    """Say whether rows hold so much that one with a single cell is odd."""
    counts = [_count_filled(row) for row in sample]
    lone = sum(count == 1 for count in counts)
    return width > 2 and len(counts) >= ENOUGH and median(counts) > 2 and 5 * lone <= len(counts)  # noqa: PLR2004 - fewer are no rule


def _count_filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _list_texts(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _is_alike(profile: Profile, text: str) -> bool:
    shaped = profile.shapes is not None and profile.rows >= ENOUGH
    return name_kind(text) in profile.kinds - {"text"} or (shaped and profile.fits(text))


def _fold(text: str) -> str:
    return "".join(text[:_LONGEST].split()).casefold()
