"""The section of weakly linked industries: chart, table, and how to read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ecograph.render.charts import Interval, draw_intervals
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["find_dispersion", "find_least", "present_gaps"]


def present_gaps(page: Page) -> dict[str, object]:
    """Present industries beside what their size would give."""
    gaps, voice, settings = page.result("gaps"), page.voice, page.ecosystem.settings
    comparable, unknown = gaps[gaps["ratio"].notna()], gaps[gaps["ratio"].isna()]
    level = page.link(settings.ci_level, "level", "settings")
    return {
        "title": _title_chart(page),
        "chart": _draw_gaps(page, comparable) if len(comparable) else "",
        "incomparable": voice.say("gaps.incomparable", names=voice.join(unknown["name"]))
        if len(unknown) and len(comparable)
        else "",
        "table": _tabulate_gaps(page, gaps),
        "reading": (
            voice.say("gaps.reading_1", level=level),
            voice.say("gaps.reading_2", alpha=page.link(settings.alpha, "published", "settings")),
            voice.say("gaps.reading_3", least=page.link(find_least(page), "expected", "settings")),
        ),
    }


def find_dispersion(page: Page) -> float:
    """Find how much more counts vary than independent links would; 1 where nothing is known."""
    method = page.result("gaps").attrs.get("meta", {}).get("method", {})
    return float(method.get("dispersion", {}).get("value", 1.0))


def find_least(page: Page) -> float:
    """Find the least expected count at which zero is significantly few for one test."""
    dispersion = find_dispersion(page)
    rarer = (dispersion - 1) / math.log(dispersion) if dispersion > 1 else 1.0
    return -math.log(page.ecosystem.settings.alpha) * rarer


def _draw_gaps(page: Page, gaps: pd.DataFrame) -> Markup:
    rows = [
        Interval(
            label=str(row["name"]),
            note=str(_note_gap(page.voice, row)),
            value=row["ratio"],
            low=row["ci_low"],
            high=row["ci_high"],
            verdict=row["verdict"],
        )
        for row in list_rows(gaps)
    ]
    return draw_intervals(
        rows,
        title=str(_title_chart(page)),
        fewer=str(page.voice.say("gaps.fewer")),
        more=str(page.voice.say("gaps.more")),
    )


def _title_chart(page: Page) -> Markup:
    level = page.voice.write(page.ecosystem.settings.ci_level, "level")
    return page.voice.say("gaps.chart", level=level)


def _note_gap(voice: Voice, row: Mapping[str, Any]) -> Markup:
    return voice.say(
        "gaps.note",
        observed=voice.write(row["observed"], "count"),
        expected=voice.write(row["expected"], "expected"),
        verdict=voice.label("verdict", row["verdict"]),
    )


def _tabulate_gaps(page: Page, gaps: pd.DataFrame) -> Table:
    forms = {
        "name": "text",
        "verdict": "verdict",
        "observed": "count",
        "expected": "expected",
        "ratio": "ratio",
        "interval": "ready",
        "q": "q",
        "exposure": "money" if page.ecosystem.settings.exposure == "output" else "count",
        "firms": "count",
        "firms_linked": "count",
        "firms_recorded": "count",
    }
    rows = [
        {**row, "interval": page.voice.write_range(row["ci_low"], row["ci_high"], "ratio")}
        for row in list_rows(gaps)
    ]
    return page.tabulate("gaps", rows, forms, caption=page.voice.say("gaps.table"), csv="gaps.csv")
