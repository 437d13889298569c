"""Find what is what at the head of a sheet: title lines, header rows, a row of units, data.

The rules look for evidence and take the first row for the header where there is none: a table
that begins with its header, as most do, is read as it stands.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecograph.reading.labels import clean_label, find_unit, split_header
from ecograph.reading.sheets.shapes import name_kind
from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecograph.schema import Column

__all__ = ["Layout", "Row", "find_layout", "is_known_label", "is_name", "list_labels"]

_LONGEST_NAME = 80  # characters of a header cell
_MOST_TITLES = 20  # rows that may stand above a header
_NEAR = 15  # rows within which a better header is looked for
_MOST = 0.8  # share of cells that makes a kind the kind of a column

_PERIOD_NAME = re.compile(
    r"(?:19|20)\d\d年?度?|(?:(?:19|20)\d\d年)?\d{1,2}月份?|第?[一二三四1-4]季度"
)
_LABEL_LINE = re.compile(
    r"[^:：]{1,12}[:：]\s*$"
    r"|(?:填报|编制|制表|报送|统计|主管|金额|计量|联系)?"
    r"(?:单位|日期|时间|机关|部门|人|电话)\s*[:：]"
    r"|截[至止]|附件|附表|表\s*\d|密级|文号|制表"
    r"|unit[s]?\s*:|as of\b|source\s*:|prepared\b|date\s*:",
    re.IGNORECASE,
)
_TABLE_UNIT = re.compile(r"(?:单位|units?)\s*[:：]\s*([^\s,;，；、()（）]{1,20})", re.IGNORECASE)
_MONEY = re.compile(r"元|亿|^[百千十]*万$|cny|rmb|yuan|eur|usd|nok|gbp|[€$£¥]", re.IGNORECASE)
_MONEY_NAME = re.compile(
    r"金额|经费|资金|投入|收入|产值|产出|效益|费用|投资|预算|价格|利润|税额|资产|负债|额$|amount|budget|revenue|cost|price",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """A row with text: its place among those looked at, its number, its cells without margins."""

    place: int
    number: int
    cells: tuple[str, ...]

    @functools.cached_property
    def filled(self) -> tuple[str, ...]:
        """The cells that hold text."""
        return tuple(cell for cell in self.cells if cell)

    def cell(self, position: int) -> str:
        """Give the cell at a position; beyond the end it is blank."""
        return self.cells[position] if position < len(self.cells) else ""


@dataclass(frozen=True)
class Layout:
    """The head of a sheet.

    Parameters
    ----------
    header
        Names of the columns; all blank where the sheet has no header.
    start
        How many of the rows looked at stand above the data, blank ones among them.
    first
        Number of the first row that is no title line.
    header_rows
        The rows that name the columns, as found; none where the sheet has no header.
    preamble
        Rows above the header.
    other_header
        A row beside the header that names the columns once more (in another language).
    unit_row
        The row of units.
    units
        Units by position, of `unit_row` and of the preamble.
    table_unit
        The line of the preamble that states a unit for all amounts, and columns that it is for.
    """

    header: tuple[str, ...] = ()
    start: int = 0
    first: int | None = None
    header_rows: tuple[Row, ...] = ()
    preamble: tuple[Row, ...] = ()
    other_header: Row | None = None
    unit_row: Row | None = None
    units: Mapping[int, str] = field(default_factory=dict)
    table_unit: tuple[Row, str, tuple[int, ...]] | None = None


def find_layout(ahead: Sequence[tuple[int, Sequence[str]]]) -> Layout:
    """Find title lines, header and units among the first rows of a sheet.

    Parameters
    ----------
    ahead
        The first rows: numbers and cells.

    Examples
    --------
    >>> found = find_layout([(1, ["企业台账"]), (2, ["名称", "金额"]), (3, ["", "万元"]),
    ...                      (4, ["甲", "5"]), (5, ["乙", "6"])])
    >>> found.header, found.start, dict(found.units)
    (('名称', '金额'), 3, {1: '万元'})
    """
    rows = [row for place, (n, cells) in enumerate(ahead) if (row := _trim(place, n, cells)).cells]
    if not rows:
        return Layout(start=len(ahead))
    first = _find_first(rows)
    preamble, rest = tuple(rows[:first]), _take_block(rows[first:])
    depth = _count_stacked(rest)
    if depth == 1 and _is_data(rest[0], rest[1:]):
        width = _find_mode([len(row.cells) for row in rest])
        return Layout(("",) * width, rest[0].place, rest[0].number, preamble=preamble)
    header = _join_header(rest[:depth]) if depth > 1 else rest[0].cells
    beneath = rest[depth:]
    used, other = rest[:depth], None
    if depth == 1 and beneath and _is_other_header(rest[0], beneath[0], beneath[1:]):
        used, other = [rest[0]], beneath[0]
        if _count_known(other) > _count_known(rest[0]):
            header, used, other = other.cells, [other], rest[0]
        beneath = beneath[1:]
    units = _read_units(beneath)
    unit_row = beneath[0] if units else None
    if unit_row and depth == 1 and not other and _count_stacked([*used, *beneath[1:]]) > 1:
        used = [rest[0], beneath[1]]  # the units stand between the two header rows
        header = _join_header(used)
    above = [row for row in (*used, other, unit_row) if row]
    table_unit = _find_table_unit(preamble, header, units)
    spread = dict.fromkeys(table_unit[2], table_unit[1]) if table_unit else {}
    return Layout(
        header,
        max(row.place for row in above) + 1,
        rest[0].number,
        tuple(used),
        preamble,
        other,
        unit_row,
        {**spread, **units},
        table_unit,
    )


def is_name(text: str) -> bool:
    """Say whether a text may name a column: it is no number, date or link, and not long.

    >>> is_name("签约金额"), is_name("2023年"), is_name("2023-05-01"), is_name("350")
    (True, True, False, False)
    """
    if len(text) > _LONGEST_NAME:
        return False
    return name_kind(text) == "text" or bool(_PERIOD_NAME.fullmatch(text))


def is_known_label(text: str) -> bool:
    """Say whether a text names a column of some table of the schema."""
    if len(text) > _LONGEST_NAME:
        return False
    known = _fold_labels()
    return fold_label(text) in known or fold_label(split_header(text).name) in known


@functools.cache
def list_labels() -> frozenset[str]:
    """List all spellings of the columns of the schema."""
    return frozenset(name for c in _list_columns() for name in (c.name, *c.en, *c.zh))


@functools.cache
def _fold_labels() -> frozenset[str]:
    return frozenset(map(fold_label, list_labels()))


@functools.cache
def _fold_amounts() -> frozenset[str]:
    amounts = [column for column in _list_columns() if column.type == "amount"]
    return frozenset(fold_label(name) for c in amounts for name in (c.name, *c.en, *c.zh))


def _list_columns() -> list[Column]:
    return [column for table in read_schema().tables.values() for column in table.columns.values()]


def _trim(place: int, number: int, cells: Sequence[str]) -> Row:
    bare = [cell.strip() for cell in cells]
    while bare and not bare[-1]:
        bare.pop()
    return Row(place, number, tuple(bare))


def _take_block(rows: Sequence[Row]) -> Sequence[Row]:
    """Take the rows up to a gap, behind which another table may stand."""
    for n in range(3, len(rows)):
        if rows[n].place > rows[n - 1].place + 1:
            return rows[:n]
    return rows


def _find_first(rows: Sequence[Row]) -> int:
    """Find the first row that is no title line."""
    for place in range(min(len(rows), _MOST_TITLES)):
        if not _is_title(rows, place):
            return place
    return 0


def _is_title(rows: Sequence[Row], place: int) -> bool:
    """Say whether a row stands above the table: much narrower than what follows it."""
    row, beneath = rows[place], rows[place + 1 :]
    wide = [len(below.filled) for below in beneath if len(below.filled) > 1]
    if len(wide) < 2:  # noqa: PLR2004 - a header and a row
        return False
    count, usual = len(row.filled), _find_mode(wide)
    if count == 1:
        return not is_known_label(row.filled[0]) or usual > 2  # noqa: PLR2004 - a table of two columns may lack one
    if any(_LABEL_LINE.match(text) for text in row.filled):
        wider = count < usual
    else:
        wider = 2 * count < usual and _count_stacked(rows[place:]) == 1
    if not wider:
        return False
    return any(_is_header(rows, n) for n in range(place + 1, min(place + _NEAR, len(rows))))


def _is_header(rows: Sequence[Row], place: int) -> bool:
    """Say whether a row reads as a header of those beneath it."""
    row, beneath = rows[place], rows[place + 1 :]
    usual = _find_mode([len(below.filled) for below in beneath]) if beneath else 1
    folded = [fold_label(text) for text in row.filled if is_name(text)]
    whole = len(folded) == len(row.filled) and len(set(folded)) == len(folded)
    return whole and len(folded) > 1 and usual <= 1.5 * len(folded)


def _find_mode(numbers: Sequence[int]) -> int:
    counted = Counter(numbers)
    return max(counted, key=lambda number: (counted[number], number))


def _count_known(row: Row) -> int:
    return sum(map(is_known_label, row.filled))


def _is_data(row: Row, beneath: Sequence[Row]) -> bool:
    """Say whether the first row looks like those beneath it and unlike names."""
    if any(map(is_known_label, row.filled)):
        return False
    return any(
        _is_value(text, [below.cell(n) for below in beneath if below.cell(n)])
        for n, text in enumerate(row.cells)
        if text
    )


def _is_value(text: str, below: Sequence[str]) -> bool:
    """Say whether a text is a value like those below it."""
    if is_name(text) and (name_kind(text) == "text" or not _are_periods(below)):
        return _has_shape(text, below)
    kind = name_kind(text)
    if not below:
        return kind in {"date", "time"}
    return sum(name_kind(other) == kind for other in below) >= _MOST * len(below)


def _are_periods(below: Sequence[str]) -> bool:
    """Say whether a year or month stands among its like."""
    return bool(below) and all(_PERIOD_NAME.fullmatch(other) for other in below)


def _has_shape(text: str, below: Sequence[str]) -> bool:
    """Say whether a text with digits is a code like those below it (A001 over A002)."""
    if not any(sign.isdecimal() for sign in text) or name_kind(text) != "text":
        return False
    shape = _draw(text)
    alike = sum(_draw(other) == shape for other in below)
    return len(below) > 1 and alike >= _MOST * len(below)


def _draw(text: str) -> str:
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text[:_LONGEST_NAME]))


def _is_other_header(header: Row, row: Row, beneath: Sequence[Row]) -> bool:
    """Say whether a row under the header names the columns once more."""
    same = [fold_label(text) for text in row.cells] == [fold_label(text) for text in header.cells]
    if same or len(row.filled) < 2 or not all(map(is_name, row.filled)):  # noqa: PLR2004 - one is no header
        return False
    known = _count_known(row)
    if known > 1 and known >= 0.6 * len(row.filled) and len(row.filled) >= 0.8 * len(header.filled):
        return True
    if len(beneath) < 3 or len(row.filled) < len(header.filled):  # noqa: PLR2004 - too few to tell
        return False
    telling = [n for n in range(len(row.cells)) if _is_no_text([b.cell(n) for b in beneath])]
    return len(telling) > 1 and not any(re.search(r"\d", row.cell(n)) for n in telling)


def _is_no_text(cells: Sequence[str]) -> bool:
    kinds = [name_kind(cell) for cell in cells if cell]
    return len(kinds) > 1 and sum(kind != "text" for kind in kinds) >= _MOST * len(kinds)


def _find_runs(cells: Sequence[str], width: int) -> list[tuple[int, int]]:
    """Find where a header cell reaches over several columns: from, to (behind the last)."""
    padded = [*cells[:width], *[""] * (width - len(cells))]
    runs, start = [], 0
    for n in range(1, width + 1):
        if n == width or (padded[n] and padded[n] != padded[start]):
            if padded[start] and n - start > 1:
                runs.append((start, n))
            start = n
    return runs


def _count_stacked(rows: Sequence[Row]) -> int:
    """Count the header rows that stand one above the other: 1 where nothing speaks for more."""
    if len(rows) < 2:  # noqa: PLR2004 - nothing beneath
        return 1
    upper, lower = rows[0], rows[1]
    if _is_under(upper, lower, rows[2:]):
        return 2
    if len(rows) > 2 and _is_between(upper, lower, len(rows[2].cells)):  # noqa: PLR2004 - a third row
        width = max(len(upper.cells), len(rows[2].cells))
        middle = tuple(lower.cell(n) or _reach(upper, n, lower) for n in range(width))
        if _is_under(Row(lower.place, lower.number, middle), rows[2], rows[3:]):
            return 3
    return 1


def _reach(upper: Row, position: int, lower: Row) -> str:
    """Give the name above a blank cell, where it reaches down and not aside."""
    beside = any(lower.cell(n) for n in range(position)) and not upper.cell(position)
    return "" if beside else upper.cell(position)


def _is_between(upper: Row, lower: Row, width: int) -> bool:
    runs = _find_runs(upper.cells, max(width, len(upper.cells), len(lower.cells)))
    within = {n for start, stop in runs for n in range(start, stop)}
    return (
        bool(runs)
        and all(lower.cell(start) and is_name(lower.cell(start)) for start, _ in runs)
        and _is_clear(upper, lower, within)
    )


def _is_clear(upper: Row, lower: Row, within: set[int]) -> bool:
    """Say whether a row is blank, or repeats what is above, outside some columns."""
    return all(
        not text or n in within or _name(text) == _name(upper.cell(n))
        for n, text in enumerate(lower.cells)
    )


def _name(text: str) -> str:
    """Name a header cell without its unit."""
    return split_header(text).name


def _is_under(upper: Row, lower: Row, beneath: Sequence[Row]) -> bool:
    """Say whether a row names the columns over which cells of the row above reach."""
    width = max(len(upper.cells), len(lower.cells))
    runs = _find_runs(upper.cells, width)
    within = {n for start, stop in runs for n in range(start, stop)}
    if not runs or not _is_clear(upper, lower, within):
        return False
    for start, stop in runs:
        names = [lower.cell(n) for n in range(start, stop)]
        merged = set(names) == {upper.cell(start)}
        if not merged and not (all(map(is_name, names)) and all(names)):
            return False
        if not merged and len(set(names)) < len(names):
            return False
    apart = set(range(width)) - within
    besides = any(n in apart and upper.cell(n) for n in range(width))
    data = [row for row in beneath if any(row.cell(n) for n in within)]
    kinds = any(_is_no_text([row.cell(n) for row in data]) for n in within)
    captions = 2 * _count_known(lower) > len(lower.filled)
    return kinds or captions or (besides and any(row.cell(n) for row in beneath for n in apart))


def _join_header(rows: Sequence[Row]) -> tuple[str, ...]:
    """Join header rows that stand one above the other: 金额 over 2023 -> 金额 2023."""
    width = max(len(row.cells) for row in rows)
    levels: list[list[str]] = []
    for row in rows[:-1]:
        reached: list[str] = []
        for n in range(width):
            aside = n > 0 and not row.cell(n) and (not levels or levels[-1][n] == levels[-1][n - 1])
            reached.append(reached[-1] if aside and _is_reached(rows, n) else row.cell(n))
        levels.append(reached)
    lowest = [rows[-1].cell(n) for n in range(width)]
    levels.append(lowest)
    often = Counter(lowest)
    return tuple(
        lowest[n]
        if often[lowest[n]] == 1 and _is_caption(levels[0][n], lowest[n])
        else _join_names([v[n] for v in levels])
        for n in range(width)
    )


def _is_caption(above: str, name: str) -> bool:
    """Say whether the name below says it all, and the one above only groups columns."""
    return is_known_label(name) and not is_known_label(above)


def _is_reached(rows: Sequence[Row], position: int) -> bool:
    return bool(rows[-1].cell(position))


def _join_names(names: Sequence[str]) -> str:
    last = {_name(name): name for name in names if name}  # 金额 over 金额（万元） is one name
    distinct = list(last.values())
    if len(distinct) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(distinct)
    above = split_header(distinct[0])
    if above.unit and not split_header(distinct[-1]).unit and above.name:
        return f"{' '.join([above.name, *distinct[1:]])}（{above.unit}）"
    return " ".join(distinct)


def _read_units(beneath: Sequence[Row]) -> dict[int, str]:
    """Read the row of units under a header, if the next row is one."""
    if len(beneath) < 2:  # noqa: PLR2004 - it has to stand above something
        return {}
    row, rows = beneath[0], beneath[1:]
    cells = dict(enumerate(row.cells))
    if clean_label(row.cell(0)).casefold() in {"单位", "计量单位", "unit", "units"}:
        del cells[0]
    units = {n: find_unit(text) for n, text in cells.items() if text}
    if not units or not all(units.values()):
        return {}
    columns = [[below.cell(n) for below in rows if below.cell(n)] for n in units]
    figures = [c for c in columns if 2 * sum(map(_holds_figure, c)) >= len(c) > 0]
    return units if figures and 2 * len(figures) >= len(units) else {}


def _holds_figure(text: str) -> bool:
    """Say whether a cell may hold a sum or a count: 500, 约300, 500-800, 120万."""
    return len(text) <= _LONGEST_NAME and any(sign.isdigit() for sign in text)


def _find_table_unit(
    preamble: Sequence[Row], header: Sequence[str], units: Mapping[int, str]
) -> tuple[Row, str, tuple[int, ...]] | None:
    """Find a unit of money that a title line states, and the amounts without one of their own."""
    for row in preamble:
        stated = map(find_unit, _TABLE_UNIT.findall(" ".join(row.filled)[:400]))
        unit = next((unit for unit in stated if _MONEY.search(unit)), "")
        if unit:
            columns = [n for n, name in enumerate(header) if n not in units and _wants_unit(name)]
            return row, unit, tuple(columns)
    return None


def _wants_unit(header: str) -> bool:
    parts = split_header(header)
    if parts.unit:
        return False
    amount = fold_label(parts.name) in _fold_amounts()
    return amount or bool(_MONEY_NAME.search(parts.name[:_LONGEST_NAME]))
