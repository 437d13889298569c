from __future__ import annotations

import pandas as pd
import pytest
from builders import make_ecosystem
from markupsafe import Markup

from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

CAPTION = Markup("caption")


@pytest.fixture(scope="module")
def page():
    town = make_ecosystem({"enterprises": "id,name\nE1,one\n"})
    return Page(town, {"gaps": pd.DataFrame()}, Voice("en", "CNY"), "tables")


def test_a_table_has_a_column_for_each_form_that_a_row_has(page):
    rows = [{"name": "a", "count": 1200, "name_below": "small"}, {"name": "b"}]
    forms = {"count": "count", "name": "text", "absent": "text"}
    table = page.tabulate("t", rows, forms, caption=CAPTION)

    assert [cell.text for cell in table.head] == ["number", "name"]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["1,200", "a"], ["—", "b"]]
    assert [cell.css for cell in table.rows[0].cells] == ["num", ""]
    assert table.rows[0].cells[1].below == "small"
    assert [row.id for row in table.rows] == ["table-t-row-1", "table-t-row-2"]


def test_a_group_is_named_over_its_first_row(page):
    rows = [{"name": n, "group": g} for n, g in ("aX", "bX", "cY", "dX")]
    table = page.tabulate("t", rows, {"name": "text"}, caption=CAPTION, group="group")

    assert [row.group for row in table.rows] == ["X", "", "Y", "X"]


def test_a_cut_table_says_so_and_leads_to_all_rows(page):
    rows = [{"name": "a"}]
    cut = page.tabulate("t", rows, {"name": "text"}, caption=CAPTION, total=1500, csv="t.csv")
    whole = page.tabulate("t", rows, {"name": "text"}, caption=CAPTION, total=1)

    assert cut.note == "Shown: 1 of 1,500."
    assert cut.csv == "tables/t.csv"
    assert page.locate("../problems.csv") == "problems.csv"
    assert (whole.note, whole.csv) == ("", None)


def test_a_table_without_rows_says_what_would_fill_it(page):
    table = page.tabulate("coverage", [], {"name": "text"}, caption=CAPTION)

    assert (table.head, table.rows) == ((), ())
    assert table.empty.endswith("It would be filled by: indicators.")
    assert page.tabulate("t", [], {}, caption=CAPTION, empty=CAPTION).empty == CAPTION


def test_a_short_table_stays_on_one_sheet(page):
    """A sheet takes 30 lines, a line 96 letters or 48 Chinese ones."""

    def is_short(rows, text="x"):
        table = [{"name": text} for _ in range(rows)]
        return page.tabulate("t", table, {"name": "text"}, caption=CAPTION).short

    assert is_short(30)
    assert not is_short(31)
    assert is_short(15, "x" * 96)
    assert not is_short(16, "x" * 96)
    assert not is_short(16, "长" * 48)


@pytest.mark.parametrize("name", ["gaps", "pairs", "tiers"])
def test_a_missing_result_has_its_columns_and_no_rows(page, name):
    assert len(page.result(name)) == 0
    assert len(page.result(name).columns) > 0


def test_a_number_leads_to_its_table(page):
    link = page.link(1234, "count", "gaps-row-1")

    assert link == '<a class="num" href="#table-gaps-row-1">1,234</a>'
