"""The template: a workbook to fill in, whose sheets are the tables of the schema.

A first sheet tells what each of the others is for; reading passes over it (`pass_over_guides`),
and over the example on each sheet (`EXAMPLE_MARKS`).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import unicodedata
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from ecograph.reading.headers import EXAMPLE_MARKS, GUIDE_MARK
from ecograph.reading.values.amounts import parse_amount
from ecograph.render.archive import pack_again
from ecograph.schema import read_schema
from ecograph.texts import list_texts, translate

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.schema import Column, Table

__all__ = ["render_template_workbook"]

_REQUIRED = PatternFill("solid", fgColor="BDD7EE")
_OPTIONAL = PatternFill("solid", fgColor="EDEDED")
_PALE = PatternFill("solid", fgColor="F7F7F7")
_GREY, _LINK = "7F7F7F", "0B5A8A"
_LINE = Border(bottom=Side("thin", color="BFBFBF"))
_LONGEST_LIST = 255  # characters of a drop-down list in a workbook
_LAST_ROW = 5000
_NARROW, _WIDE = 10, 40  # letters across
_FIRST = ("universities", "platforms", "enterprises", "agreements", "parties", "industries")
_FIGURES = {"amount", "number", "integer", "year"}
_UNITS = {"zh": ("（万元）", 10**4), "en": (" (CNY)", 1)}
_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no time zone, and this one no day
_A4, _COLUMNS_A_PAGE = 9, 12


def render_template_workbook(lang: str = "zh") -> bytes:
    """Render a workbook to fill in: one sheet a table, and one in front that tells how.

    Parameters
    ----------
    lang
        Language of sheet names, headers and hints, ``zh`` or ``en``.

    Returns
    -------
    bytes
        The XLSX file; the same bytes every time. Required columns are shaded; each header has a
        comment with its type, unit and example; columns of codes and dates are text, so that no
        program rounds a code or makes a day of a month; the second row is an example that is not
        loaded.
    """
    book = Workbook()
    guide = book.worksheets[0]
    tables = read_schema().tables
    for table in tables.values():
        _add_sheet(book, table, lang)
    _write_guide(guide, lang)
    book.properties.creator = book.properties.title = "ecograph"
    book.properties.created = book.properties.modified = _DAY
    core = tostring(book.properties.to_tree())
    buffer = io.BytesIO()
    book.save(buffer)
    return pack_again(buffer.getvalue(), {"docProps/core.xml": core})


# a sheet to fill in


def _add_sheet(book: Workbook, table: Table, lang: str) -> None:
    sheet = book.create_sheet(table.label(lang))
    for number, column in enumerate(table.columns.values(), start=1):
        _add_column(sheet, number, column, lang)
    _write_example(sheet, table, lang)
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = 32
    _set_up_print(sheet)
    if table.name in _FIRST:
        sheet.sheet_properties.tabColor = "5B9BD5"


def _add_column(sheet: Worksheet, number: int, column: Column, lang: str) -> None:
    header = _name_column(column, lang)
    cell = sheet.cell(row=1, column=number, value=header)
    cell.font = Font(bold=column.required)
    cell.alignment = Alignment(vertical="center", horizontal="center", wrap_text=True)
    cell.fill = _REQUIRED if column.required else _OPTIONAL
    cell.border = _LINE
    note = _describe_column(column, lang)
    cell.comment = Comment(note, "ecograph", height=24 * (note.count("\n") + 2), width=320)
    shape = sheet.column_dimensions[get_column_letter(number)]
    shape.width = _measure(header, _write_value(column, lang))
    shape.number_format = "General" if column.type in _FIGURES else "@"
    _offer(sheet, number, column, lang)


def _name_column(column: Column, lang: str) -> str:
    """Name a column, with the unit of its sums of money."""
    name = column.zh[0] if lang == "zh" else column.name
    return f"{name}{_UNITS[lang][0]}" if column.type == "amount" else name


def _write_example(sheet: Worksheet, table: Table, lang: str) -> None:
    """Write a row that shows how to fill in the sheet; its first cell says so."""
    for number, column in enumerate(table.columns.values(), start=1):
        cell = sheet.cell(row=2, column=number)
        value = _write_value(column, lang)
        cell.value = f"{EXAMPLE_MARKS[lang]}{value}" if number == 1 else value
        cell.font, cell.fill = Font(italic=True, color=_GREY), _PALE
        cell.number_format = "General" if column.type in _FIGURES else "@"


def _write_value(column: Column, lang: str) -> str | float:
    """Write an example as a person would: sums in the unit of the header, words in the language."""
    if column.type == "amount":
        amount = parse_amount(column.example)
        value = float(amount.value) / _UNITS[lang][1] if amount else 0.0
        return "" if not value else int(value) if value.is_integer() else value
    if column.type in _FIGURES and column.example:
        return int(column.example)
    if column.type == "boolean" and column.example:
        return translate("template.affirmed", lang)
    term = column.vocabulary and read_schema().find_term(column.vocabulary, column.example)
    return read_schema().label_term(str(column.vocabulary), term, lang) if term else column.example


def _offer(sheet: Worksheet, number: int, column: Column, lang: str) -> None:
    """Offer what may stand in a column: words of a list, or what another sheet holds."""
    choice = _list_words(column, lang) or _point_to_names(column, lang)
    if not choice:
        return
    closed = column.vocabulary not in {None, *read_schema().open_vocabularies}
    rule = DataValidation(
        type="list",
        formula1=choice,
        allow_blank=True,
        showErrorMessage=closed,
        errorStyle="warning",
        errorTitle="ecograph",
        error=translate("template.not_in_list", lang),
    )
    letter = get_column_letter(number)
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _list_words(column: Column, lang: str) -> str:
    """List the words of a column as a workbook wants them; nothing where they are too long."""
    words = _take_words(column, lang)
    joined = ",".join(words)
    fits = words and len(joined) <= _LONGEST_LIST and not any("," in word for word in words)
    return f'"{joined}"' if fits else ""


def _take_words(column: Column, lang: str) -> list[str]:
    if column.type == "boolean":
        return [translate("template.affirmed", lang), translate("template.denied", lang)]
    terms = read_schema().vocabularies[column.vocabulary] if column.vocabulary else ()
    return [term.label(lang) for term in terms]


def _point_to_names(column: Column, lang: str) -> str:
    """Point to the names on the sheet of the one kind that a column refers to."""
    if column.type != "ref" or len(column.kinds) != 1:
        return ""
    schema = read_schema()
    table = schema.tables[schema.node_kinds[column.kinds[0]].table]
    key = "id" if table.node == "agreement" else "name"
    letter = get_column_letter(1 + list(table.columns).index(key))
    return f"'{table.label(lang)}'!${letter}$3:${letter}${_LAST_ROW}"


def _describe_column(column: Column, lang: str) -> str:
    """Say in a few lines what to write into a column."""
    kind = translate(f"template.type.{column.type}", lang)
    needed = translate("template.required" if column.required else "template.optional", lang)
    lines = [f"{column.zh[0]} / {column.name}", f"{kind}; {needed}"]
    if column.kinds:
        schema = read_schema()
        kinds = [schema.node_kinds[kind].labels[lang] for kind in column.kinds]
        lines.append(translate("template.refers", lang, kinds=" / ".join(kinds)))
    words = _take_words(column, lang)
    if words:
        lines.append(translate("template.words", lang, words=" / ".join(words)))
    if column.type == "amount":
        lines.append(translate("template.unit", lang, unit=_UNITS[lang][0].strip(" ()（）")))
    if column.example:
        lines.append(translate("template.example", lang, value=_write_value(column, lang)))
    return "\n".join(lines)


# the sheet in front


def _write_guide(page: Worksheet, lang: str) -> None:
    """Write what each sheet is for and how to hand the workbook in."""
    page.title = translate("template.guide", lang)
    for letter, width in zip("ABCD", (22, 62, 34, 16), strict=True):
        page.column_dimensions[letter].width = width
    _put(page["A1"], translate("template.title", lang)).font = Font(bold=True, size=16)
    _put(page["A2"], translate("template.mark", lang, mark=GUIDE_MARK)).font = Font(color=_GREY)
    page.row_dimensions[1].height = 26
    for place in ("A1:D1", "A2:D2"):
        page.merge_cells(place)
    row = 4
    steps = [t for key, t in list_texts("template", lang).items() if key.startswith("steps.")]
    for number, sentence in enumerate(steps, start=1):
        _put(page[f"A{row}"], f"{number}. {sentence}")
        page.merge_cells(f"A{row}:D{row}")
        page.row_dimensions[row].height = 17 * (1 + _count_letters(sentence) // 128)
        row += 1
    row = _write_tables(page, row + 1, lang)
    _write_words(page, row + 1, lang)
    page.sheet_view.showGridLines = False
    _set_up_print(page, repeat=False)


def _write_tables(page: Worksheet, row: int, lang: str) -> int:
    """List the sheets with what a row of each is; return the row behind them."""
    heads = ("sheet", "one_row", "needed", "priority")
    _write_heads(page, row, [translate(f"template.{head}", lang) for head in heads])
    for table in read_schema().tables.values():
        row += 1
        title = table.label(lang)
        link = _put(page[f"A{row}"], title)
        link.font = Font(color=_LINK, underline="single")
        link.hyperlink = Hyperlink(ref=f"A{row}", location=f"'{title}'!A1")
        needed = [_name_column(c, lang) for c in table.columns.values() if c.required]
        _put(page[f"B{row}"], table.row[lang])
        _put(page[f"C{row}"], translate("template.comma", lang).join(needed))
        _put(page[f"D{row}"], translate("template.first", lang) if table.name in _FIRST else "")
        for letter in "ABCD":
            page[f"{letter}{row}"].border = _LINE
    return row + 1


def _write_words(page: Worksheet, row: int, lang: str) -> None:
    """List the words that may be chosen, by column."""
    _write_heads(page, row, [translate(f"template.{head}", lang) for head in ("list", "choice")])
    seen: set[str] = set()
    for table in read_schema().tables.values():
        for column in table.columns.values():
            if column.vocabulary and column.vocabulary not in seen:
                seen.add(column.vocabulary)
                row += 1
                words = translate("template.comma", lang).join(_take_words(column, lang))
                _put(page[f"A{row}"], f"{table.label(lang)}: {_name_column(column, lang)}")
                _put(page[f"B{row}"], words)
                page.merge_cells(f"B{row}:D{row}")
                page.row_dimensions[row].height = 17 * (1 + _count_letters(words) // 118)


def _write_heads(page: Worksheet, row: int, heads: list[str]) -> None:
    for letter, head in zip("ABCD", heads, strict=False):
        cell = _put(page[f"{letter}{row}"], head)
        cell.font, cell.fill = Font(bold=True), _REQUIRED


def _put(cell: Cell, text: str) -> Cell:
    cell.value = text
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


# looks


def _set_up_print(sheet: Worksheet, *, repeat: bool = True) -> None:
    """Print across, on as many pages as keep it legible, with header and name on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    pages = math.ceil(sheet.max_column / _COLUMNS_A_PAGE)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer: Any = sheet.oddFooter
    footer.center.text = "&A  &P / &N"
    if repeat:
        sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:B"


def _measure(header: str, example: str | float) -> int:
    """Measure how wide a column has to be."""
    widest = max(_count_letters(header), _count_letters(str(example)))
    return min(max(widest + 3, _NARROW), _WIDE)


def _count_letters(text: str) -> int:
    """Count how wide a text is, a Chinese letter as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
