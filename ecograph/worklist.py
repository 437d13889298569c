"""The list of names that people decide on, as a workbook or CSV that is read back as it is."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from ecograph.checks import check_sheets
from ecograph.errors import DataError, EcographError
from ecograph.files import write_bytes
from ecograph.output import render_csv
from ecograph.reading.headers import GUIDE_MARK, match_sheets
from ecograph.reading.sources import read_source
from ecograph.render.archive import pack_again
from ecograph.render.office import clean_text
from ecograph.resolution.decisions import read_decisions
from ecograph.schema import read_schema
from ecograph.spelling import simplify
from ecograph.texts import list_texts, translate

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.resolution.decisions import Decision

__all__ = ["render_review_csv", "render_review_workbook", "write_review"]

_TABLE = "resolutions"
_INPUT = PatternFill("solid", fgColor="FFF2CC")
_HEAD = PatternFill("solid", fgColor="E6EAEE")
_INPUT_HEAD = PatternFill("solid", fgColor="BDD7EE")
_FILLED_IN = ("decision", "reason", "by", "date")
_FIGURES = {"probability": "0.000", "amount": "#,##0.##", "links": "0"}
_ROWS, _LETTERS = 1_048_576, 32_767  # what a sheet and a cell can hold
_ADDED = 1000  # rows below the list where people may add pairs of their own
_SAMPLE = 200  # rows that widths are measured in
_NARROW, _WIDE, _INPUT_WIDTH = 8, 40, 12  # letters across
_DANGER = re.compile(r"\s*[=+\-@＝＋－＠\t\n]")  # what a formula can begin with
_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no time zone, and this one no day
_A4 = 9


def write_review(table: pd.DataFrame, path: Path, *, lang: str = "zh") -> None:
    """Write the list of names for people to decide, as a workbook or as CSV.

    Parameters
    ----------
    table
        As `ecograph.resolution.review.list_review` gives it.
    path
        A file ending in ``.xlsx`` or ``.csv``.
    lang
        Language of headers and words, ``zh`` or ``en``.

    Raises
    ------
    EcographError
        If the file ends otherwise, if a workbook cannot hold the list, or if an earlier file holds
        decisions that the list does not: they would be lost.
    """
    form = path.suffix.lower()
    if form not in {".csv", ".xlsx"}:
        raise EcographError(translate("review.suffix", lang, path=path.name))
    render = render_review_csv if form == ".csv" else render_review_workbook
    data = render(table, lang)
    _refuse_loss(table, path, lang)
    write_bytes(path, data)


def render_review_csv(table: pd.DataFrame, lang: str = "zh") -> bytes:
    """Render the list as CSV, UTF-8 with BOM; saved as ``resolutions.csv``, it is read back.

    A spreadsheet program makes 7 of the id 007 when it saves CSV again; the workbook keeps it.
    """
    return render_csv(_spell_words(table, lang), index=False)


def render_review_workbook(table: pd.DataFrame, lang: str = "zh") -> bytes:
    """Render the list as a workbook to fill in, with a second sheet that tells how.

    Parameters
    ----------
    table
        As `ecograph.resolution.review.list_review` gives it.
    lang
        Language of headers and words, ``zh`` or ``en``.

    Returns
    -------
    bytes
        The XLSX file; the same table gives the same bytes. What is to be filled in is shaded,
        decisions are chosen from a list, and no text is a formula.

    Raises
    ------
    EcographError
        If a sheet cannot hold the list.
    """
    if len(table) + _ADDED >= _ROWS:
        raise EcographError(translate("review.too_long", lang, rows=len(table)))
    book = Workbook()
    page = book.worksheets[0]
    page.title = read_schema().tables[_TABLE].label(lang)
    spelled = _spell_words(table, lang)
    for number, name in enumerate(table.columns, start=1):
        _write_column(page, number, str(name), spelled.iloc[:, number - 1])
    _offer_decisions(page, len(table), lang)
    _arrange(page, len(table))
    _write_guide(book.create_sheet(translate("template.guide", lang)), lang)
    return _pack(book)


# words


def _spell_words(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Spell headers, decisions and verdicts as people read them."""
    schema = read_schema()
    terms = {t.key: t.label(lang) for t in schema.vocabularies["resolution"]}
    verdicts = list_texts("review", lang)
    words = {
        "decision": table["decision"].map(lambda key: terms.get(key, key)),
        "verdict": table["verdict"].map(lambda key: verdicts.get(f"verdict.{key}", key)),
    }
    return table.assign(**words).rename(columns=lambda name: _label(str(name), lang))


def _label(name: str, lang: str) -> str:
    """Name a column so that reading finds it again, or takes it for no column of its own."""
    column = read_schema().tables[_TABLE].columns.get(name)
    if column is None:
        return translate(f"review.column.{name}", lang)
    return column.zh[0] if lang == "zh" else name


# the sheet to fill in


def _write_column(page: Worksheet, number: int, name: str, cells: pd.Series) -> None:
    """Write a column below its header; texts stay texts, also those that are typed in later."""
    filled_in = name in _FILLED_IN
    form = _FIGURES.get(name, "@")
    look = _register_look(page.cell(row=1, column=number), name)
    head = _put(page.cell(row=1, column=number), str(cells.name))
    head.font, head.fill = Font(bold=True), _INPUT_HEAD if filled_in else _HEAD
    head.alignment = Alignment(vertical="center", wrap_text=True)
    for row, value in enumerate(cells.tolist(), start=2):
        cell: Any = page.cell(row=row, column=number)
        cell._style = copy.copy(look)  # noqa: SLF001 - setting each part of it takes six times as long
        if name in _FIGURES:
            cell.value = None if pd.isna(value) else simplify(value)
        elif value:
            _put(cell, str(value))
    shape = page.column_dimensions[get_column_letter(number)]
    shape.number_format = form
    shape.width = max(_measure(cells), _INPUT_WIDTH if filled_in else _NARROW)


def _register_look(cell: Any, name: str) -> Any:  # noqa: ANN401 - openpyxl's array of numbers
    """Make known to the workbook how the cells of a column look, by way of one of them."""
    cell.number_format = _FIGURES.get(name, "@")
    cell.alignment = Alignment(vertical="top", wrap_text=name not in _FIGURES)
    if name in _FILLED_IN:
        cell.fill = _INPUT
    return copy.copy(cell._style)  # noqa: SLF001 - the numbers of a look are kept nowhere else


def _offer_decisions(page: Worksheet, rows: int, lang: str) -> None:
    """Offer the decisions to choose from, also in the rows below the list."""
    words = [term.label(lang) for term in read_schema().vocabularies["resolution"]]
    rule = DataValidation(
        type="list",
        formula1=f'"{",".join(words)}"',
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle="ecograph",
        error=translate("template.not_in_list", lang),
    )
    rule.add(f"A2:A{rows + 1 + _ADDED}")
    page.add_data_validation(rule)


def _arrange(page: Worksheet, rows: int) -> None:
    """Keep header and decision in view, let people filter, print across."""
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(page.max_column)}{rows + 1}"
    page.row_dimensions[1].height = 32
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def _write_guide(page: Worksheet, lang: str) -> None:
    """Write how to fill in the list and where to put it; the mark lets reading pass over it."""
    page.column_dimensions["A"].width = 100
    _put(page["A1"], translate("template.title", lang)).font = Font(bold=True, size=14)
    _put(page["A2"], translate("template.mark", lang, mark=GUIDE_MARK))
    steps = [t for key, t in list_texts("review", lang).items() if key.startswith("steps.")]
    for number, sentence in enumerate(steps, start=1):
        cell = _put(page[f"A{number + 3}"], f"{number}. {sentence}")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        page.row_dimensions[number + 3].height = 16 * (1 + _count_letters(sentence) // 96)
    page.sheet_view.showGridLines = False


def _put(cell: Any, text: str) -> Any:  # noqa: ANN401 - a cell; stubs take it for a merged one too
    """Write a text that stays text, as if a quote stood before it where it could be a formula."""
    clean = clean_text(text)[:_LETTERS]
    cell.value = clean
    cell.data_type = "s"  # the value's setter takes some texts for formulas or errors
    if _DANGER.match(clean):
        cell.quotePrefix = True
    return cell


def _measure(cells: pd.Series) -> int:
    """Measure how wide a column is, from its first rows."""
    texts = (str(cell)[:_WIDE] for cell in cells.head(_SAMPLE) if not pd.isna(cell))
    return min(max(map(_count_letters, texts), default=0) + 2, _WIDE)


def _count_letters(text: str) -> int:
    """Count how wide a text is, a Chinese letter as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pack(book: Workbook) -> bytes:
    """Pack a workbook without the time of packing."""
    book.properties.creator = book.properties.title = "ecograph"
    book.properties.modified = book.properties.created = _DAY
    core = tostring(book.properties.to_tree())
    buffer = io.BytesIO()
    book.save(buffer)
    return pack_again(buffer.getvalue(), {"docProps/core.xml": core})


# what must not be lost


def _refuse_loss(table: pd.DataFrame, path: Path, lang: str) -> None:
    """Refuse to write over decisions that the list does not hold."""
    held = {_key(decision) for decision in read_decisions(table)}
    lost = [decision for decision in _read_earlier(path) if _key(decision) not in held]
    if lost:
        example = f"{lost[0].name} / {lost[0].target}"
        facts = {"path": path.name, "count": len(lost), "example": example}
        raise EcographError(translate("review.lost", lang, **facts))


def _key(decision: Decision) -> tuple[str, str, str]:
    return decision.action, decision.name, decision.target


def _read_earlier(path: Path) -> tuple[Decision, ...]:
    """Read the decisions of an earlier list; none where the file is another thing."""
    if not path.is_file():
        return ()
    try:
        source = read_source(path)
    except DataError:
        return ()
    source = replace(source, facts={"tables": {path.name: _TABLE}})
    matched = [m for m in match_sheets(source)[0] if m.table.name == _TABLE]
    tables = check_sheets(matched).tables if matched else {}
    return read_decisions(tables[_TABLE]) if _TABLE in tables else ()
