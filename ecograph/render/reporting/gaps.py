"""The section of weakly linked industries: chart, table, and how to read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ecograph.render.charts import Interval, draw_intervals
from ecograph.render.funnel import Limits, Point, draw_funnel, find_range
from ecograph.render.reporting.tables import list_rows
from ecograph.statistics.rates import compute_funnel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["find_dispersion", "find_least", "present_gaps"]

_LEVELS = (0.95, 0.998)  # the custom of funnel plots
_STEPS = 240


def present_gaps(page: Page) -> dict[str, object]:
    """Present industries beside what their size would give."""
    gaps, voice, settings = page.result("gaps"), page.voice, page.ecosystem.settings
    comparable, unknown = gaps[gaps["ratio"].notna()], gaps[gaps["ratio"].isna()]
    level = page.link(settings.ci_level, "level", "settings")
    return {
        "title": _title_chart(page),
        "chart": _draw_gaps(page, comparable) if len(comparable) else "",
        "funnel_title": voice.say("gaps.funnel"),
        "funnel": _draw_funnel(page, comparable) if len(comparable) > 1 else "",
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


def _draw_funnel(page: Page, gaps: pd.DataFrame) -> Markup:
    """Draw industries against what was to be expected, by how little chance may explain."""
    voice = page.voice
    points = [
        Point(
            label=str(row["name"]),
            note=str(_note_gap(voice, row)),
            expected=row["expected"],
            ratio=row["ratio"],
            verdict=row["verdict"],
        )
        for row in list_rows(gaps[gaps["expected"] > 0])
    ]
    expected = np.geomspace(*find_range(points), _STEPS)
    limits = compute_funnel(expected, levels=_LEVELS, dispersion=find_dispersion(page))
    bands = [
        Limits(str(voice.write(level, "level")), *part[["expected", "low", "high"]].to_numpy().T)
        for level, part in limits.groupby("level")
    ]
    return draw_funnel(
        points,
        bands,
        title=str(voice.say("gaps.funnel")),
        x_name=str(voice.say("gaps.funnel_x")),
        y_name=str(voice.say("gaps.funnel_y")),
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
