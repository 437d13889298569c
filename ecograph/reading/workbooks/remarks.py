"""What is to be told about the cells of a sheet beside their text, and told once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ecograph.problems import Problem
from ecograph.reading.workbooks.markup import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["Lost", "Remarks", "report_remarks"]

_MOST_LOST = 200_000


class Lost(NamedTuple):
    """A cell without a value: its row (from 1), position (from 0), rule and text."""

    row: int
    position: int
    code: str
    value: str


class _Seen(NamedTuple):
    """The first cell of its kind in a column, and how many cells there are."""

    row: int
    value: str
    cells: int


@dataclass
class Remarks:
    """What was noticed while the cells of one sheet were read."""

    lost: list[Lost] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    seen: dict[tuple[str, int], _Seen] = field(default_factory=dict)

    def lose(self, row: int, position: int, code: str, value: str) -> None:
        """Note a cell that is left empty since its value is lost."""
        if len(self.lost) >= _MOST_LOST:
            raise WorkbookError(f"{code}: > {_MOST_LOST}", "workbook_too_large")
        self.lost.append(Lost(row, position, code, value[:200]))

    def note(self, code: str, row: int, position: int, value: str) -> None:
        """Note a cell that is used, but not quite as it is stored; one remark a column."""
        first = self.seen.get((code, position))
        self.seen[code, position] = (
            _Seen(row, value[:200], 1) if first is None else first._replace(cells=first.cells + 1)
        )


def report_remarks(read: RawSheet, remarks: Remarks) -> RawSheet:
    """Add what was noticed to a sheet, each at its place.

    Parameters
    ----------
    read
        The sheet as it was built.
    remarks
        What was noticed on the way.
    """
    found = [*_report_lost(read, remarks), *_report_hidden(read, remarks)]
    for (code, position), seen in sorted(remarks.seen.items()):
        found.append(
            _report(read, code, position, row=seen.row, value=seen.value, count=seen.cells)
        )
    if not found:
        return read
    spoiled = frozenset((cell.row, cell.position) for cell in remarks.lost)
    return replace(read, problems=(*found, *read.problems), spoiled=read.spoiled | spoiled)


def _report_lost(read: RawSheet, remarks: Remarks) -> Iterator[Problem]:
    for cell in remarks.lost:
        yield Problem(
            cell.code,
            read.file,
            read.sheet,
            row=cell.row,
            column=_name_column(read, cell.position),
            value=cell.value,
        )


def _report_hidden(read: RawSheet, remarks: Remarks) -> Iterator[Problem]:
    if remarks.hidden:
        yield _report(read, "hidden_rows", None, row=remarks.hidden[0], count=len(remarks.hidden))
    named = [
        position
        for position, name in enumerate(read.header)
        if name and any(low <= position <= high for low, high in remarks.hidden_columns)
    ]
    if named:
        yield _report(read, "hidden_columns", named[0], count=len(named))


def _report(
    read: RawSheet,
    code: str,
    position: int | None,
    *,
    row: int | None = None,
    value: str = "",
    count: int,
) -> Problem:
    return Problem(
        code,
        read.file,
        read.sheet,
        row=row,
        column="" if position is None else _name_column(read, position),
        value=value,
        severity="warning",
        details={"count": count},
    )


def _name_column(read: RawSheet, position: int) -> str:
    return read.header[position] if position < len(read.header) else ""
