"""Fill merged cells: the spreadsheet shows one value over several cells and stores it in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecograph.reading.workbooks.remarks import Remarks

__all__ = ["Merge", "count_letters", "fill_merges", "parse_range"]

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6}):\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_WIDEST = 64  # columns that a cell of the header may reach beyond the cells that are there
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class Merge(NamedTuple):
    """A merged range: rows from 1, positions from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


def parse_range(text: str) -> Merge | None:
    """Parse a range of cells; None if it is none.

    Examples
    --------
    >>> parse_range("A2:C4")
    Merge(top=2, left=0, bottom=4, right=2)
    """
    found = _RANGE.fullmatch(text[:40])
    if found is None:
        return None
    left, top, right, bottom = found.groups()
    return Merge(int(top), count_letters(left), int(bottom), count_letters(right))


def count_letters(letters: str) -> int:
    """Count a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def fill_merges(
    rows: Iterable[tuple[int, Sequence[str]]], merges: Sequence[Merge], remarks: Remarks
) -> Iterator[tuple[int, Sequence[str]]]:
    """Fill merged cells downwards, and to the right as long as the header goes on.

    Rows without text of their own stay as they are. Sideways, only cells of the header are
    filled: the rows from the top down to the first one that nothing is merged across, but for
    titles, which stand in their row alone. A value merged across columns under the header stays
    in the first of them, and is told.

    Parameters
    ----------
    rows
        Numbered rows, from the top.
    merges
        The merged ranges.
    remarks
        Takes one remark a column for each kind of range.
    """
    if not merges:
        yield from rows
        return
    starting = _index(merges)
    held: dict[int, _Held] = {}
    in_header = True
    widest = 0
    for number, cells in rows:
        filled = list(cells)
        own = {position for position, cell in enumerate(cells) if cell.strip()}
        held = {left: one for left, one in held.items() if one.merge.bottom >= number}
        if own:
            _fill_down(number, filled, held.values(), remarks)
        begun = [m for m in starting.get(number, ()) if m.left in own]
        told = not in_header or len(own) < 2  # noqa: PLR2004 - a title stands alone in its row
        held |= {m.left: _Held(m, cells[m.left], told) for m in begun}
        across = [m for m in begun if m.right > m.left]
        if in_header and len(own) > 1:
            wide = [one.merge for one in held.values() if one.merge.right > one.merge.left]
            _fill_across(filled, wide)
            in_header = bool(wide)
        elif not in_header:
            for merge in across:
                remarks.note("merged_across", number, merge.left, cells[merge.left])
        widest = max(widest, len(filled))
        filled += [""] * (widest - len(filled) if own else 0)
        yield number, filled


class _Held(NamedTuple):
    """A merged range that has begun, its value, and whether its filling is told."""

    merge: Merge
    text: str
    told: bool


def _index(merges: Sequence[Merge]) -> Mapping[int, list[Merge]]:
    starting: dict[int, list[Merge]] = {}
    for merge in merges:
        starting.setdefault(merge.top, []).append(merge)
    return starting


def _fill_down(number: int, filled: list[str], held: Iterable[_Held], remarks: Remarks) -> None:
    for (_, left, _, _), text, told in held:
        if left < len(filled) and not filled[left].strip():
            filled[left] = text
            if told:
                code = "merged_numbers" if _NUMBER.fullmatch(text[:40]) else "merged_cells"
                remarks.note(code, number, left, text)


def _fill_across(filled: list[str], merges: Iterable[Merge]) -> None:
    for merge in merges:
        if merge.right - merge.left < _WIDEST:
            filled += [""] * (merge.right + 1 - len(filled))
        for position in range(merge.left + 1, min(merge.right + 1, len(filled))):
            if not filled[position].strip():
                filled[position] = filled[merge.left]
