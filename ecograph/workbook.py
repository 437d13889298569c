"""The template: an empty workbook whose sheets are the tables of the schema."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ecograph.schema import read_schema

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.schema import Column, Table

__all__ = ["render_template_workbook"]

_REQUIRED = PatternFill("solid", fgColor="DDEBF7")
_LONGEST_LIST = 255  # characters of a drop-down list in a workbook
_LAST_ROW = 5000


def render_template_workbook(lang: str = "zh") -> bytes:
    """Render a workbook to fill in: one sheet a table, headers with hints, drop-down lists.

    Parameters
    ----------
    lang
        Language of sheet names and headers, ``zh`` or ``en``.

    Returns
    -------
    bytes
        The XLSX file. Required columns are shaded; each header has a comment with its type and
        an example; the sheets hold no rows.
    """
    book = Workbook()
    del book[book.sheetnames[0]]
    for table in read_schema().tables.values():
        _add_sheet(book, table, lang)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add_sheet(book: Workbook, table: Table, lang: str) -> None:
    sheet = book.create_sheet(table.label(lang))
    for number, column in enumerate(table.columns.values(), start=1):
        _add_column(sheet, number, column, lang)
    sheet.freeze_panes = "A2"


def _add_column(sheet: Worksheet, number: int, column: Column, lang: str) -> None:
    header = column.zh[0] if lang == "zh" else column.name
    cell = sheet.cell(row=1, column=number, value=header)
    cell.font = Font(bold=column.required)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.comment = Comment(_describe_column(column, lang), "ecograph")
    if column.required:
        cell.fill = _REQUIRED
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = max(12, 2 * len(header) + 2)
    sheet.column_dimensions[letter].number_format = "@"
    words = _list_words(column, lang)
    if words and len(words) <= _LONGEST_LIST:
        validation = DataValidation(
            type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=False
        )
        validation.add(f"{letter}2:{letter}{_LAST_ROW}")
        sheet.add_data_validation(validation)


def _list_words(column: Column, lang: str) -> str:
    if column.type == "boolean":
        return "是,否" if lang == "zh" else "yes,no"
    if column.vocabulary is None:
        return ""
    terms = read_schema().vocabularies[column.vocabulary]
    return ",".join(term.label(lang) for term in terms)


def _describe_column(column: Column, lang: str) -> str:
    spellings = (*column.zh, column.name, *column.en)
    lines = [
        f"{column.name} ({column.type}{', required' if column.required else ''})",
        " / ".join(dict.fromkeys(spellings)),
    ]
    words = _list_words(column, lang)
    if words:
        lines.append(words)
    if column.example:
        lines.append(f"{'例' if lang == 'zh' else 'e.g.'} {column.example}")
    return "\n".join(lines)
