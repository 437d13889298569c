"""The section of the four dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecograph.render.page import is_missing
from ecograph.render.reporting.tables import list_rows
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["tabulate_dimensions"]


def tabulate_dimensions(page: Page) -> Table:
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
    form, known = _choose_form(voice, row), not is_missing(row["value"])
    value = voice.write(row["value"], form)
    unit = _say_indicator(voice, row, "unit", "unit")
    return {
        "group": voice.label("dimension", row["dimension"]),
        "indicator": _say_indicator(voice, row, "name", "name"),
        "value": f"{value} {unit}" if known and unit and form in {"number", "count"} else value,
        "interval": voice.write_range(row["ci_low"], row["ci_high"], form),
        "n": row["n"],
        "coverage": row["coverage"],
        "note": _say_indicator(voice, row, "counts" if known else "missing", "note"),
    }


def _choose_form(voice: Voice, row: Mapping[str, Any]) -> str:
    """Choose how a value is written, by its unit."""
    form = {"share": "share", "比例": "share", voice.currency: "money"}.get(row["unit"], "number")
    whole = not is_missing(row["value"]) and float(row["value"]).is_integer()
    return "count" if form == "number" and whole else form


def _say_indicator(voice: Voice, row: Mapping[str, Any], part: str, column: str) -> object:
    """Say a text of the catalogue's indicators, or what the table says."""
    try:
        return translate(f"indicator.{row['id']}.{part}", voice.lang)
    except KeyError:
        return row[column]
