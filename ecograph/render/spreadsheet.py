"""The results as a workbook: a sheet a table, with numbers that are numbers and no live formulas.

The frame of the workbook is made by openpyxl. Rows are written here, a column at a time: a hundred
thousand of them take seconds, where a cell at a time takes a minute.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import math
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.xml.functions import tostring

from ecograph.masking import find_threshold, list_masked_kinds
from ecograph.render.archive import pack_again
from ecograph.render.office import clean_text
from ecograph.schema import read_schema
from ecograph.spelling import simplify, spell_column
from ecograph.texts import label_of, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.ecosystem import Ecosystem

__all__ = ["render_xlsx"]

_ROWS, _LETTERS, _NAME = 1_048_576, 32_767, 31  # what a sheet, a cell and a sheet's name can hold
_SAMPLE = 200  # rows that widths are measured in
_NARROW, _WIDE = 8, 48  # letters across
_EXACT = 10**15  # a spreadsheet keeps fifteen digits
_BLOCK = 20_000  # rows that are text at a time
_CUT = " […]"
_UNFIT = re.compile(r"[\[\]:*?/\\]")
_DANGER = re.compile(r"\s*[=+\-@＝＋－＠\t\n]")  # what a formula can begin with
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
_HEAD = PatternFill("solid", fgColor="E6EAEE")
_DAY = "yyyy-mm-dd"
_LOOKS = {"quote": "A1", "share": "A2", "day": "A3"}
_ZERO_DAY, _FIRST_DAY = dt.date(1899, 12, 30), dt.date(1900, 3, 1)
_UNKNOWN_DAY = dt.date(2000, 1, 1)
_SHARES = frozenset(
    {
        "coverage",
        "elapsed",
        "growth",
        "others_share",
        "power",
        "reached",
        "recorded",
        "share",
        "short_share",
        "stands",
        "stands_exposure",
        "stands_level",
        "stands_university",
        "stands_window",
        *(f"within_{n}{end}" for n in (1, 2, 3, 5) for end in ("", "_low", "_high")),
    }
)
_BOUNDS = ("ci_low", "ci_high")
_SHARE_TABLES = frozenset({"tier_moves", "path_steps", "tier_links", "incubation", "thermometer"})
_SHARE_UNITS = frozenset({"share", "比例"})


@dataclass(frozen=True)
class _Sheet:
    """One sheet: some rows of a result."""

    title: str
    name: str
    table: pd.DataFrame
    total: int


def render_xlsx(
    results: Mapping[str, pd.DataFrame], ecosystem: Ecosystem, *, lang: str | None = None
) -> bytes:
    """Render the results as a workbook, one sheet a table and a list of them in front.

    Numbers, days and yes or no are typed; shares are shown as percentages. Text is never a formula:
    what could be taken for one is marked as text, so that it stays text when the cell is edited.
    Header and first column stay in view, and each table can be filtered.

    Parameters
    ----------
    results
        The result tables by name; an index without a name is left out.
    ecosystem
        What they are about: its name, its as-of day and its language.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.

    Returns
    -------
    bytes
        The .xlsx file; the same input gives the same bytes. Tables longer than a sheet go on in
        the next one, texts longer than a cell are cut and end in ``[…]``.
    """
    language = lang or ecosystem.lang
    sheets = _plan_sheets(results, language)
    book = Workbook()
    front = book.worksheets[0]
    _write_contents(front, sheets, ecosystem, language)
    for row, sentence in enumerate(_say_mask(results, ecosystem, language), start=1):
        _put(front, f"C{row}", sentence)
    looks = _register_looks(book)
    for sheet in sheets:
        _frame_sheet(book.create_sheet(sheet.title), sheet, language)
    replaced = {"docProps/core.xml": _describe(book, ecosystem)}
    buffer = io.BytesIO()
    book.save(buffer)
    for number, sheet in enumerate(sheets, start=2):
        part = f"xl/worksheets/sheet{number}.xml"
        replaced[part] = _fill_frame(_read_part(buffer, part), sheet, looks)
    return pack_again(buffer.getvalue(), replaced)


def _plan_sheets(results: Mapping[str, pd.DataFrame], lang: str) -> list[_Sheet]:
    """Give each table its sheet, or several where it is too long."""
    taken = {_name_sheet(_label("contents", lang), set()).casefold()}
    sheets = []
    for name, table in results.items():
        flat = _flatten(table)
        for start in range(0, max(len(flat), 1), _ROWS - 1):
            title = _name_sheet(_label(name, lang), taken)
            taken.add(title.casefold())
            part = flat.iloc[start : start + _ROWS - 1]
            sheets.append(_Sheet(title, name, part, len(flat)))
    return sheets


def _label(name: str, lang: str) -> str:
    return label_of("sheet", name, lang)


def _name_sheet(label: str, taken: set[str]) -> str:
    """Name a sheet: at most 31 letters, none that is forbidden, no name twice.

    >>> _name_sheet("a/b: '[c]'", set()), _name_sheet("gaps", {"gaps", "gaps 2"})
    ("a b  ' c", 'gaps 3')
    """
    clean = _UNFIT.sub(" ", clean_text(label)).strip().strip("'").strip() or "table"
    for number in itertools.count(1):
        tail = f" {number}" if number > 1 else ""
        name = clean[: _NAME - len(tail)] + tail
        if name.casefold() not in taken:
            return name
    raise AssertionError


def _flatten(table: pd.DataFrame) -> pd.DataFrame:
    """Make a named index the first columns."""
    named = any(name is not None for name in table.index.names)
    return table.reset_index() if named else table


# the list of sheets


def _write_contents(
    page: Worksheet, sheets: Sequence[_Sheet], ecosystem: Ecosystem, lang: str
) -> None:
    """Write in front which sheet holds what, each with a link to it."""
    page.title = _name_sheet(_label("contents", lang), set())
    page.freeze_panes = "B4"
    for letter, width in zip("ABCD", (34, 22, 90, 10), strict=True):
        page.column_dimensions[letter].width = width
    _put(page, "A1", ecosystem.name, bold=True)
    if ecosystem.as_of:
        page["B1"].value, page["B1"].number_format = ecosystem.as_of, _DAY
    if ecosystem.synthetic:
        _put(page, "A2", translate("report.synthetic", lang), bold=True)
    for letter, key in zip("ABCD", ("sheet", "table", "holds", "rows"), strict=True):
        _put(page, f"{letter}3", _label(key, lang), bold=True)
        page[f"{letter}3"].fill = _HEAD
    for row, sheet in enumerate(sheets, start=4):
        _put(page, f"A{row}", sheet.title)
        page[f"A{row}"].hyperlink = _lead_to(f"A{row}", sheet.title)
        page[f"A{row}"].font = Font(color="0B5A8A", underline="single")
        _put(page, f"B{row}", sheet.name)
        _put(page, f"C{row}", label_of("sheet_holds", sheet.name, lang))
        page[f"D{row}"].value = sheet.total


def _say_mask(
    results: Mapping[str, pd.DataFrame], ecosystem: Ecosystem, lang: str
) -> Iterator[str]:
    """Say of a copy to share what has codes for names, and which counts are withheld."""
    kinds = [read_schema().node_kinds[kind].labels[lang] for kind in list_masked_kinds(ecosystem)]
    if kinds:
        joined = translate("report.comma", lang).join(kinds).lower()
        yield translate("report.masked", lang, kinds=joined)
    least = find_threshold(results)
    if least is not None:
        yield translate("report.withheld", lang, least=least, mark=f"<{least}")


def _lead_to(cell: str, title: str) -> Hyperlink:
    where = title.replace("'", "''")
    return Hyperlink(ref=cell, location=f"'{where}'!A1")


def _put(page: Worksheet, place: str, text: str, *, bold: bool = False) -> None:
    """Write a text that stays text, as if a quote stood before it where it could be a formula."""
    cell = page[place]
    clean = _clean(text)
    cell.value = clean
    cell.data_type = "s"  # the value's setter takes some texts for formulas or errors
    cell.quotePrefix = bool(_DANGER.match(clean))
    if bold:
        cell.font = Font(bold=True)


# the frame of a sheet: everything but its rows


def _register_looks(book: Workbook) -> dict[str, int]:
    """Make known to the workbook how cells can look, and take the number of each look."""
    page = book.create_sheet()
    page["A1"].quotePrefix = True
    page["A2"].number_format, page["A3"].number_format = "0.0%", _DAY
    looks = {name: page[place].style_id for name, place in _LOOKS.items()}
    book.remove(page)
    return looks


def _frame_sheet(page: Worksheet, sheet: _Sheet, lang: str) -> None:
    """Write the header of a table, and how its sheet is looked at."""
    page.freeze_panes = "B2"
    table = sheet.table
    for number, name in enumerate(table.columns):
        letter = get_column_letter(number + 1)
        label = label_of("column", str(name), lang)
        _put(page, f"{letter}1", label, bold=True)
        page[f"{letter}1"].fill = _HEAD
        page[f"{letter}1"].alignment = Alignment(vertical="top", wrap_text=True)
        width = _measure_column(label, table.iloc[:_SAMPLE, number])
        page.column_dimensions[letter].width = width
    if len(table.columns):
        last = get_column_letter(len(table.columns))
        page.auto_filter.ref = f"A1:{last}{len(table) + 1}"


def _read_part(archive: io.BytesIO, name: str) -> bytes:
    with zipfile.ZipFile(archive) as file:
        return file.read(name)


def _fill_frame(frame: bytes, sheet: _Sheet, looks: Mapping[str, int]) -> bytes:
    """Write the rows of a table between the header and the end of its sheet's data."""
    head, end, tail = frame.partition(b"</sheetData>")
    last = get_column_letter(max(len(sheet.table.columns), 1))
    size = f'<dimension ref="A1:{last}{len(sheet.table) + 1}"'.encode()
    parts = [re.sub(rb'<dimension ref="[^"]*"', size, head)]
    for start in range(0, len(sheet.table), _BLOCK):
        block = sheet.table.iloc[start : start + _BLOCK]
        parts.append(_write_rows(sheet.name, block, start + 2, looks))
    return b"".join([*parts, end, tail])


# the rows


def _write_rows(name: str, block: pd.DataFrame, first: int, looks: Mapping[str, int]) -> bytes:
    """Write some rows as elements of a sheet."""
    columns = []
    for place in range(block.shape[1]):
        letter = get_column_letter(place + 1)
        cells = _spell_column(name, block, place, looks)
        columns.append(
            [cell and f'<c r="{letter}{row}"{cell}</c>' for row, cell in enumerate(cells, first)]
        )
    rows = map("".join, zip(*columns, strict=True))
    lines = [f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, first)]
    return "".join(lines).encode("utf-8")


def _spell_column(
    name: str, block: pd.DataFrame, place: int, looks: Mapping[str, int]
) -> list[str]:
    """Spell the cells of a column: each as what follows its place; nothing where it is empty."""
    column = block.iloc[:, place]
    if pd.api.types.infer_dtype(column, skipna=True) == "string":
        spelled = {text: _spell_text(text, looks) for text in column.dropna().unique()}
        return [spelled.get(text, "") for text in column.tolist()]
    styles = [looks["share"] if share else 0 for share in _find_shares(name, block, place)]
    if _is_plain(column):
        texts = spell_column(column).to_pylist()
        return [
            text and f"{_look(style)}><v>{text}</v>"
            for text, style in zip(texts, styles, strict=True)
        ]
    return [
        _spell_value(value, style, looks)
        for value, style in zip(column.tolist(), styles, strict=True)
    ]


def _is_plain(column: pd.Series) -> bool:
    """Say whether a column holds numbers that a spreadsheet can hold, and nothing else."""
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) or not pd.api.types.is_numeric_dtype(dtype):
        return False
    sizes = np.abs(column.to_numpy(np.float64, na_value=np.nan))
    return not bool((sizes > _EXACT).any())


def _look(style: int) -> str:
    return f' s="{style}"' if style else ""


def _find_shares(name: str, table: pd.DataFrame, place: int) -> Iterable[bool]:
    """Say which cells of a column are shares: by its name, or by the unit of the row."""
    column = str(table.columns[place])
    bound = column in _BOUNDS
    if name in {"dimensions", "dimensions_by"} and (bound or column == "value"):
        return [unit in _SHARE_UNITS for unit in table["unit"]]
    return [column in _SHARES or (bound and name in _SHARE_TABLES)] * len(table)


def _spell_value(value: Any, style: int, looks: Mapping[str, int]) -> str:  # noqa: ANN401
    """Spell a value of any kind."""
    if isinstance(value, list | tuple | set | dict):
        return _spell_text("；".join(str(simplify(item)) for item in value), looks)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return f' t="b"><v>{int(value)}</v>'
    if isinstance(value, int | float | np.number):
        return _spell_number(value, style, looks)
    return _spell_day(value, looks) if isinstance(value, dt.date) else _spell_text(value, looks)


def _spell_number(value: Any, style: int, looks: Mapping[str, int]) -> str:  # noqa: ANN401
    """Spell a number as a spreadsheet can hold it; what it cannot hold exactly is text.

    >>> _spell_number(0.1 + 0.2, 2, {}), _spell_number(10**17, 0, {})
    (' s="2"><v>0.3</v>', ' t="inlineStr"><is><t xml:space="preserve">100000000000000000</t></is>')
    """
    if math.isinf(value):
        return _spell_text("∞" if value > 0 else "-∞", looks)
    simple = simplify(value.item() if isinstance(value, np.number) else value)
    if isinstance(simple, int) and abs(simple) > _EXACT:
        return _spell_text(str(simple), looks)
    whole = isinstance(simple, float) and simple.is_integer() and abs(simple) < _EXACT
    return f"{_look(style)}><v>{int(simple) if whole else repr(simple)}</v>"


def _spell_day(day: dt.date, looks: Mapping[str, int]) -> str:
    """Spell a day as the days since the last of 1899; text before March 1900, as 1900 is doubtful.

    >>> _spell_day(dt.date(2025, 1, 1), {"day": 3})
    ' s="3"><v>45658</v>'
    """
    plain = day.date() if isinstance(day, dt.datetime) else day
    if plain < _FIRST_DAY:
        return _spell_text(plain.isoformat(), looks)
    return f' s="{looks["day"]}"><v>{(plain - _ZERO_DAY).days}</v>'


def _spell_text(text: object, looks: Mapping[str, int]) -> str:
    """Spell a text as it is, marked as text where it could be a formula.

    >>> _spell_text("=1<2", {"quote": 1})
    ' s="1" t="inlineStr"><is><t xml:space="preserve">=1&lt;2</t></is>'
    """
    clean = _clean(str(text))
    if not clean:
        return ""
    look = f' s="{looks["quote"]}"' if _DANGER.match(clean) else ""
    return f'{look} t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is>'


def _clean(text: str) -> str:
    """Take a text as a cell can hold it: no control characters, no codes of them, not too long."""
    clean = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    clean = _CODE.sub(r"_x005F_x\1_", clean)
    return clean if len(clean) <= _LETTERS else clean[: _LETTERS - len(_CUT)] + _CUT


# widths and facts


def _measure_column(label: str, column: pd.Series) -> int:
    """Measure how wide a column is, from its first rows; headers may take two lines."""
    texts = (str(simplify(value) or "") for value in column.tolist())
    widest = max((_count_letters(text[:_WIDE]) for text in texts), default=0)
    return min(max(widest + 2, math.ceil(_count_letters(label) / 2) + 3, _NARROW), _WIDE)


def _count_letters(text: str) -> int:
    """Count how wide a text is, a Chinese letter as two.

    >>> _count_letters("能源 A")
    6
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _describe(book: Workbook, ecosystem: Ecosystem) -> bytes:
    """Say who made the workbook; the day is that of the data."""
    made = dt.datetime.combine(ecosystem.as_of or _UNKNOWN_DAY, dt.time())
    facts = book.properties
    facts.creator, facts.title = "ecograph", clean_text(ecosystem.name)[:255]
    facts.created = facts.modified = made
    return bytes(tostring(facts.to_tree()))
