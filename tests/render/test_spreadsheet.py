from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem
from openpyxl import load_workbook

from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.overview import summarise
from ecograph.render import spreadsheet
from ecograph.render.spreadsheet import render_xlsx

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from ecograph.ecosystem import Ecosystem

DANGERS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    " =1+1",
    "＝1+1",
    "#N/A",
    "#REF!",
    "'=1",
    "<b>&amp;\x00\x1b[31m",
    "_x0041_",
    "=" + "长" * 300,
]


@pytest.fixture(scope="module")
def town() -> Ecosystem:
    return make_ecosystem(
        {
            "ecosystem.yaml": "name: =the town\nas_of: 2024-12-31\nlanguage: en\n",
            "industries": "id,name\nI1,steel\nI2,glass\n",
            "enterprises": "id,name,industry\nE1,first,I1\nE2,=cmd(),I2\n",
        }
    )


def open_book(results: dict[str, pd.DataFrame], town: Ecosystem, lang: str = "en") -> Workbook:
    return load_workbook(io.BytesIO(render_xlsx(results, town, lang=lang)))


def open_sheet(table: pd.DataFrame, town: Ecosystem, name: str = "pyramid") -> Worksheet:
    return open_book({name: table}, town).worksheets[1]


@pytest.mark.parametrize("text", DANGERS)
def test_no_text_of_the_data_is_ever_a_formula(town: Ecosystem, text: str) -> None:
    for column in (pd.Series([text]), pd.Series([text], dtype=object), pd.Series([[text]])):
        table = pd.DataFrame({"first": ["x"], "name": column, text: [text]})
        sheet = open_sheet(table, replace(town, name=text))
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} == {"s"}
        if text.strip()[0] in "=+-@＝":
            assert sheet["B2"].quotePrefix
            assert sheet["C1"].quotePrefix


@pytest.mark.parametrize("text", DANGERS)
def test_the_xml_holds_no_formula_at_all(town: Ecosystem, text: str) -> None:
    data = render_xlsx({text: pd.DataFrame({text: [text]})}, replace(town, name=text))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        roots = [ET.fromstring(archive.read(name)) for name in sheets]  # noqa: S314 - ours
    assert len(roots) == 2
    assert [e for root in roots for e in root.iter() if e.tag.endswith("}f")] == []


def test_text_comes_back_as_it_was(town: Ecosystem) -> None:
    texts = ["plain", "=1+1", " spaces kept ", "a\nb", "能源 & <b>", "007", "2024-05"]
    sheet = open_sheet(pd.DataFrame({"name": texts}), town)

    assert [sheet.cell(row, 1).value for row in range(2, 9)] == texts


def test_values_keep_their_types(town: Ecosystem) -> None:
    table = pd.DataFrame(
        {
            "whole": [3, -7],
            "broken": [0.1 + 0.2, math.nan],
            "maybe": pd.array([5, None], dtype="Int64"),
            "yes": [True, False],
            "unsure": pd.array([True, None], dtype="boolean"),
            "day": pd.to_datetime(["2025-01-01", None]),
            "mixed": pd.Series([dt.date(2024, 2, 29), 2.5], dtype=object),
            "endless": [math.inf, -math.inf],
            "long": [10**17, 1],
            "none": [None, None],
        }
    )
    rows = list(open_sheet(table, town).iter_rows(min_row=2, values_only=True))

    day = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - a day of a sheet has no zone
    leap = dt.datetime(2024, 2, 29)  # noqa: DTZ001
    assert rows[0] == (3, 0.3, 5, True, True, day, leap, "∞", "100000000000000000", None)
    assert rows[1] == (-7, None, None, False, None, None, 2.5, "-∞", 1, None)


def test_shares_are_percentages_only_where_they_are_known_to_be(town: Ecosystem) -> None:
    table = pd.DataFrame(
        {"value": [0.25, 0.25], "unit": ["share", "firms"], "share": [0.5, 2.0], "ratio": [1.0, 2]}
    )
    sheet = open_sheet(table, town, "dimensions")

    assert [sheet[f"A{row}"].number_format for row in (2, 3)] == ["0.0%", "General"]
    assert [sheet[f"C{row}"].number_format for row in (2, 3)] == ["0.0%", "0.0%"]
    assert sheet["D2"].number_format == "General"
    assert sheet["A2"].value == 0.25


def test_results_can_be_read_back_number_by_number(town: Ecosystem) -> None:
    results = {"summary": summarise(town), "gaps": find_gaps(town)}
    data = render_xlsx(results, town)
    for place, (name, table) in enumerate(results.items(), 1):
        read = pd.read_excel(io.BytesIO(data), sheet_name=place)
        flat = table.reset_index() if name == "gaps" else table
        assert len(read) == len(flat)
        for number, column in enumerate(flat.columns):
            if pd.api.types.is_numeric_dtype(flat[column].dtype):
                left = flat[column].to_numpy(float, na_value=np.nan)
                right = read.iloc[:, number].to_numpy(float, na_value=np.nan)
                np.testing.assert_allclose(left, right, rtol=1e-11)
    assert load_workbook(io.BytesIO(data)).worksheets[2]["A1"].value == "industry"


def test_header_and_first_column_stay_and_can_be_filtered(town: Ecosystem) -> None:
    table = pd.DataFrame({"name": ["a", "b"], "note": ["x" * 500, "y"]})
    sheet = open_sheet(table, town)

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.dimensions == "A1:B3"
    assert sheet.column_dimensions["B"].width <= 60


def test_headers_are_in_the_language(town: Ecosystem) -> None:
    table = pd.DataFrame({"observed": [1]})

    assert open_book({"gaps": table}, town, "zh").worksheets[1]["A1"].value == "实有联系"
    assert open_book({"gaps": table}, town, "en").worksheets[1]["A1"].value == "links observed"


def test_the_first_sheet_lists_the_others(town: Ecosystem) -> None:
    tables = {"gaps": pd.DataFrame({"a": [1, 2]}), "pairs": pd.DataFrame({"a": []})}
    book = open_book(tables, town)
    front = book.worksheets[0]

    rows = [[cell.value for cell in row] for row in front["A4:D5"]]
    assert [row[0] for row in rows] == book.sheetnames[1:]
    assert [(row[1], row[3]) for row in rows] == [("gaps", 2), ("pairs", 0)]
    assert front["A4"].hyperlink.location == f"'{book.sheetnames[1]}'!A1"
    assert front["A1"].value == "=the town"
    assert front["A1"].data_type == "s"


def test_names_of_sheets_are_allowed_and_differ(town: Ecosystem) -> None:
    names = ["a" * 40, "a" * 41, "A" * 42, "x[1]:*?/\\", "'quoted'", "", "contents", "\x00"]
    titles = open_book({name: pd.DataFrame({"a": [1]}) for name in names}, town).sheetnames

    assert len({title.casefold() for title in titles}) == len(names) + 1
    assert all(0 < len(title) <= 31 for title in titles)
    assert not {*"[]:*?/\\"} & set("".join(titles))
    assert not any(title.startswith("'") or title.endswith("'") for title in titles)


def test_long_texts_are_cut_and_say_so(town: Ecosystem) -> None:
    sheet = open_sheet(pd.DataFrame({"name": ["长" * 40_000, "b" * 32_767]}), town)

    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("[…]")
    assert sheet["A3"].value == "b" * 32_767


def test_long_tables_go_on_in_another_sheet(
    town: Ecosystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "_ROWS", 4)
    monkeypatch.setattr(spreadsheet, "_BLOCK", 2)
    book = open_book({"gaps": pd.DataFrame({"n": range(7)})}, town)

    found = [[row[0] for row in s.iter_rows(min_row=2, values_only=True)] for s in book.worksheets]
    assert found[1:] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [front[3] for front in book.worksheets[0].iter_rows(min_row=4, values_only=True)] == [
        7
    ] * 3


def test_tables_without_rows_or_columns_are_empty_sheets(town: Ecosystem) -> None:
    book = open_book({"gaps": pd.DataFrame({"observed": []}), "pairs": pd.DataFrame()}, town)

    assert [sheet.max_row for sheet in book.worksheets[1:]] == [1, 1]
    assert book.worksheets[1]["A1"].value == "links observed"


def test_the_same_input_gives_the_same_bytes(town: Ecosystem) -> None:
    results = {"gaps": find_gaps(town)}
    before = results["gaps"].copy()
    data = render_xlsx(results, town)

    assert data == render_xlsx({"gaps": find_gaps(town)}, town)
    pd.testing.assert_frame_equal(results["gaps"], before)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    facts = load_workbook(io.BytesIO(data)).properties
    assert facts.modified.date() == facts.created.date() == dt.date(2024, 12, 31)


def test_generated_data_wear_a_badge(town: Ecosystem) -> None:
    front = open_book({}, replace(town, synthetic=True)).worksheets[0]

    assert front["A2"].value == "Synthetic data: not a real city"
