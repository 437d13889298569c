"""The section of the four dimensions: their course over the years, and every indicator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecograph.render.page import is_missing
from ecograph.render.plots.dimensions import choose_form, gather_courses, plot_dimensions
from ecograph.render.reporting.tables import list_rows
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_dimensions"]


def present_dimensions(page: Page) -> dict[str, object]:
    """Present the four dimensions: a chart by year, and the table of all indicators."""
    title = page.voice.say("dimensions.chart")
    results = {name: page.result(name) for name in ("dimensions", "dimensions_by")}
    drawn = gather_courses(page.ecosystem, page.voice, results=results)
    given = replace(page, results=results)  # what is missing is not computed for a chart
    return {
        "title": title,
        "chart": given.chart("dimensions", title, plot_dimensions) if drawn else None,
        "reading": page.voice.say("dimensions.reading") if drawn else "",
        "csv": page.locate("dimensions_by.csv") if len(results["dimensions_by"]) else None,
        "table": _tabulate_dimensions(page),
    }


def _tabulate_dimensions(page: Page) -> Table:
    """Set out the indicators, a group a dimension."""
    table, voice = page.result("dimensions"), page.voice
    rows = list_rows(table.assign(id=table.index))
    forms = {
        "indicator": "text",
        "value": "ready",
        "interval": "ready",
        "n": "count",
        "coverage": "share",
        "note": "prose",
    }
    return page.tabulate(
        "dimensions",
        [_describe_indicator(voice, row) for row in rows],
        forms,
        caption=voice.say("dimensions.table"),
        csv="dimensions.csv",
        group="group",
    )


def _describe_indicator(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Write one indicator in the language of the page."""
    form, known = choose_form(voice, row["unit"], [row["value"]]), not is_missing(row["value"])
    told = known or is_missing(row["n"])  # withheld, which is no lack of data
    value = voice.write(row["value"], form)
    unit = _say_indicator(voice, row, "unit", "unit")
    return {
        "group": voice.label("dimension", row["dimension"]),
        "indicator": _say_indicator(voice, row, "name", "name"),
        "value": f"{value} {unit}" if known and unit and form in {"number", "count"} else value,
        "interval": voice.write_range(row["ci_low"], row["ci_high"], form),
        "n": row["n"],
        "coverage": row["coverage"],
        "note": _say_indicator(voice, row, "counts" if told else "missing", "note"),
    }


def _say_indicator(voice: Voice, row: Mapping[str, Any], part: str, column: str) -> object:
    """Say a text of the catalogue's indicators, or what the table says."""
    try:
        return translate(f"indicator.{row['id']}.{part}", voice.lang)
    except KeyError:
        return row[column]
