"""The four dimensions, two indicators each, year by year with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.analysis.breakdown import break_down_all
from ecograph.analysis.dimensions import DIMENSIONS, measure_dimensions
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import (
    GRID,
    INK,
    MUTED,
    measure_text,
    say_at,
    take_result,
    write,
)
from ecograph.render.plots.sheet import draw_box, open_sheet, say_lack
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.voice import Voice
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["HEADLINES", "choose_form", "gather_courses", "plot_dimensions"]

HEADLINES: Mapping[str, tuple[str, ...]] = {
    "breadth": ("firm_coverage", "effective_disciplines", "partners"),
    "depth": ("mode_depth", "deep_share", "amount_median", "amount_geometric"),
    "precision": ("field_fit", "industry_parity", "key_focus", "industry_reach"),
    "density": ("agreements_per_100_firms", "ties_per_firm", "contact_frequency"),
}
"""The indicators that are drawn of each dimension: the first two of these that the data know."""

_EACH, _YEARS = 2, 10
_WIDE = 600  # from here on two panels stand side by side
_PANEL, _TITLE, _YEAR_ROW = 66, 22, 20  # pixels: height of a panel, its title, the years below
_HEAD, _STEP = 24, _TITLE + _PANEL + _YEAR_ROW + 12
_COLOURS = dict(zip(DIMENSIONS, ("#0072B2", "#00795A", "#B84A00", "#7B4E9E"), strict=True))


class Course(NamedTuple):
    """An indicator over the years; where no year is known, one point for all of them.

    Parameters
    ----------
    indicator, dimension
        Their ids.
    name, unit
        What the indicator is called, and its unit in brackets; none where its values show it.
    form
        How its values are written.
    points
        Rows with ``label``, ``value``, ``ci_low``, ``ci_high``, ``n``, ``open`` (a year that is
        not over), in the order of years.
    """

    indicator: str
    dimension: str
    name: str
    unit: str
    form: str
    points: list[dict[str, Any]]


class _Frame(NamedTuple):
    """The room of a panel with all its texts, and how far from its left the lines begin."""

    left: float
    right: float
    top: float
    inset: float


class _Panel(NamedTuple):
    """Where a panel stands, and what values its lower and upper edge mean."""

    left: float
    right: float
    top: float
    low: float
    high: float

    def place(self, value: float) -> float:
        """Place a value, higher ones higher."""
        return self.top + _PANEL * (self.high - value) / (self.high - self.low)


def plot_dimensions(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot breadth, depth, precision and density by year, each with its interval.

    Of each dimension the first two indicators of ``HEADLINES`` that the data know, those known
    for several years first; where no year is known, one point stands for all years. A year that
    was not over on the as-of day is hollow. A point without a line has no interval.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``dimensions_by`` and ``dimensions``; others are
        computed.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels; below 600 panels stand below each other.

    Returns
    -------
    matplotlib.figure.Figure
        Of the last ten years at most; words where no indicator is known.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    courses = gather_courses(ecosystem, voice, results=results)
    if not courses:
        return say_lack(ecosystem, "dimensions", lang=voice.lang, width=width)
    columns = 2 if width >= _WIDE else 1
    tops, height = _stack(courses, columns)
    running = any(point["open"] for course in courses for point in course.points)
    label = str(voice.say("dimensions.chart"))
    figure, axes = open_sheet(width, height + _HEAD * running, label=label)
    room = width / columns
    inset = 22 + 1.15 * measure_text([end for c in courses for end in _write_ends(c, voice)])
    for dimension, top in tops.items():
        own = [course for course in courses if course.dimension == dimension]
        _head_dimension(axes, dimension, voice, (top, width), known=bool(own))
        for place, course in enumerate(own):
            y, x = divmod(place, columns)
            frame = _Frame(room * x, room * (x + 1), top + _STEP * y, inset)
            _draw_course(axes, course, voice, frame)
    if running:
        write(axes, (14, height + 10), voice.say("dimensions.running"), colour=MUTED, cells=90)
    return figure


def gather_courses(
    ecosystem: Ecosystem, voice: Voice, *, results: Mapping[str, pd.DataFrame] | None = None
) -> list[Course]:
    """Gather the indicators that are drawn, with what is known of each year."""
    by_group = take_result(ecosystem, results, "dimensions_by", compute=break_down_all).copy(
        deep=False
    )
    whole = take_result(ecosystem, results, "dimensions", compute=measure_dimensions).copy(
        deep=False
    )
    by_group.attrs, whole.attrs = {}, {}  # pandas copies them at every step, which takes long
    drawn = by_group["indicator"].isin([name for names in HEADLINES.values() for name in names])
    years = by_group[drawn & (by_group["by"] == "year") & by_group["value"].notna()]
    known: dict[str, list[dict[str, Any]]] = {}
    for row in list_rows(years):
        known.setdefault(row["indicator"], []).append(row)
    of_all = {str(row["indicator"]): row for row in list_rows(whole.reset_index())}
    return [
        course
        for dimension, indicators in HEADLINES.items()
        for course in _choose_courses(
            ecosystem, voice, dimension, found=(indicators, known, of_all)
        )
    ]


def choose_form(voice: Voice, unit: object, values: Sequence[Any]) -> str:
    """Choose how the values of an indicator are written, by its unit."""
    form = {"share": "share", "比例": "share", voice.currency: "money"}.get(str(unit), "number")
    whole = all(is_missing(value) or float(value).is_integer() for value in values)
    return "count" if form == "number" and whole else form


def _choose_courses(
    ecosystem: Ecosystem, voice: Voice, dimension: str, *, found: tuple[Any, Any, Any]
) -> list[Course]:
    """Choose the indicators of a dimension: followed over years first, in the order of the list."""
    indicators, known, of_all = found
    told = []
    for indicator in indicators:
        points = [
            {**row, "label": str(row["group"]), "open": _is_running(ecosystem, row["group"])}
            for row in known.get(indicator, [])[-_YEARS:]
        ]
        if not points and not is_missing(of_all.get(indicator, {}).get("value")):
            all_years = str(voice.say("dimensions.all_years"))
            points = [{**of_all[indicator], "label": all_years, "open": False}]
        if points:
            told.append(_make_course(voice, indicator, dimension, points))
    several = sorted(told, key=lambda course: len(course.points) < 2)  # noqa: PLR2004 - no course
    chosen = {course.indicator for course in several[:_EACH]}
    return [course for course in told if course.indicator in chosen]


def _is_running(ecosystem: Ecosystem, year: object) -> bool:
    """Say whether a year was not over on the as-of day."""
    day = ecosystem.as_of
    return day is not None and str(day.year) == str(year) and (day.month, day.day) != (12, 31)


def _make_course(
    voice: Voice, indicator: str, dimension: str, points: list[dict[str, Any]]
) -> Course:
    unit = translate(f"indicator.{indicator}.unit", voice.lang, currency=voice.currency)
    form = choose_form(voice, unit, [point["value"] for point in points])
    name = translate(f"indicator.{indicator}.name", voice.lang)
    said = f" ({unit})" if voice.lang == "en" else f"（{unit}）"
    return Course(
        indicator, dimension, name, "" if form in {"share", "money"} else said, form, points
    )


def _stack(courses: Sequence[Course], columns: int) -> tuple[dict[str, float], float]:
    """Stack the dimensions: the baseline of the name of each, and how high all are."""
    tops, top = {}, 0.0
    for dimension in DIMENSIONS:
        tops[dimension] = top + _HEAD
        own = sum(course.dimension == dimension for course in courses)
        top += _HEAD + 8 + _STEP * math.ceil(own / columns)
    return tops, top


def _head_dimension(
    axes: Axes, dimension: str, voice: Voice, place: tuple[float, float], *, known: bool
) -> None:
    """Write the name of a dimension over its panels, and whether nothing is known of it."""
    top, width = place
    axes.plot((4, width - 4), (top - 18, top - 18), color=GRID, linewidth=1)
    draw_box(axes, (4, top - 11), (4, 13), facecolor=_COLOURS[dimension])
    name = voice.label("dimension", dimension)
    write(axes, (14, top), name, size=13, weight="bold")
    if not known:
        start = 24 + 1.25 * measure_text([name], size=13)
        write(axes, (start, top), voice.say("dimensions.unknown"), colour=MUTED, cells=60)


# one panel


def _draw_course(axes: Axes, course: Course, voice: Voice, frame: _Frame) -> None:
    """Draw an indicator: its name, two lines to read values by, years, points with intervals."""
    _write_title(axes, course, voice, frame)
    low, high = _find_range(course.points, whole=course.form == "count")
    panel = _Panel(frame.left + frame.inset, frame.right - 16, frame.top + _TITLE + 8, low, high)
    heights = [panel.place(value) for value in (low, high)]
    axes.hlines(heights, panel.left, panel.right, color=GRID, linewidth=0.8)
    for y, said in zip(heights, _write_ends(course, voice), strict=True):
        write(axes, (panel.left - 8, y + 4), said, align="right", colour=MUTED)
    places = _spread(len(course.points), panel)
    _draw_points(axes, course, voice, (panel, places))
    _write_years(axes, course.points, places, panel.top + _PANEL + 18)


def _write_title(axes: Axes, course: Course, voice: Voice, frame: _Frame) -> None:
    """Write the name, its unit where there is room for it, and the newest value that is whole."""
    newest = ([point for point in course.points if not point["open"]] or course.points)[-1]
    exact = float(newest["value"])
    value = voice.write(float(f"{exact:.3g}") if course.form == "money" else exact, course.form)
    said = f"{newest['label']}{voice.say('colon')}{value}"
    room = frame.right - frame.left - 40 - 1.15 * measure_text([said])
    full = f"{course.name}{course.unit}"
    fits = 1.15 * measure_text([full], cells=100) <= room
    name = full if fits else course.name
    write(axes, (frame.left + 14, frame.top + 18), name, colour=MUTED, cells=int(room / 6.6))
    write(axes, (frame.right - 16, frame.top + 18), said, align="right")


def _write_ends(course: Course, voice: Voice) -> list[str]:
    """Write the values of the lower and the upper line."""
    ends = _find_range(course.points, whole=course.form == "count")
    if course.form == "money":
        return [voice.write(end, "money") for end in ends]
    return [f"{100 * end:g}%" if course.form == "share" else f"{end:,g}" for end in ends]


def _find_range(points: Sequence[Mapping[str, Any]], *, whole: bool = False) -> tuple[float, float]:
    """Find round values around all points and intervals; 0 is among them where it is near.

    >>> _find_range([{"value": 3.1, "ci_low": 2.7, "ci_high": 3.6}])
    (2.5, 4.0)
    """
    told = [
        float(point[name])
        for point in points
        for name in ("value", "ci_low", "ci_high")
        if not is_missing(point[name])
    ]
    low, high = min(told), max(told)
    low = 0.0 if 0 <= low < high / 2 else low
    size = high - low or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(size / 4))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= size / 4)
    step = max(step, 1.0) if whole else step
    lower, upper = step * math.floor(low / step), step * math.ceil(high / step)
    return float(f"{lower:.6g}"), float(f"{upper if upper > lower else lower + step:.6g}")


def _spread(number: int, panel: _Panel) -> list[float]:
    """Spread points evenly; one stands in the middle."""
    inset = 14.0
    if number == 1:
        return [(panel.left + panel.right) / 2]
    step = (panel.right - panel.left - 2 * inset) / (number - 1)
    return [panel.left + inset + step * place for place in range(number)]


def _draw_points(
    axes: Axes, course: Course, voice: Voice, where: tuple[_Panel, list[float]]
) -> None:
    """Draw the course, and the interval and value of each year; a year that runs is hollow."""
    panel, places = where
    colour = _COLOURS[course.dimension]
    heights = [panel.place(float(point["value"])) for point in course.points]
    axes.plot(places, heights, color=colour, linewidth=1, alpha=0.45)
    bounds = [(float(point["ci_low"]), float(point["ci_high"])) for point in course.points]
    known = [
        (x, panel.place(low), panel.place(high))
        for x, (low, high) in zip(places, bounds, strict=True)
        if not (is_missing(low) or is_missing(high))
    ]
    if known:
        axes.vlines(*zip(*known, strict=True), color=colour, linewidth=2, alpha=0.75)
    for x, y, point in zip(places, heights, course.points, strict=True):
        inner = "white" if point["open"] else colour
        (mark,) = axes.plot(
            x, y, "o", color=colour, markersize=6, markerfacecolor=inner, markeredgewidth=1.4
        )
        say_at(mark, _say_point(course, point, voice))


def _say_point(course: Course, point: Mapping[str, Any], voice: Voice) -> str:
    """Say year, value, interval and how many cases are behind them."""
    bounds = voice.write_range(point["ci_low"], point["ci_high"], course.form)
    value = voice.write(point["value"], course.form)
    cases = f"n = {voice.write(point['n'], 'count')}"
    inside = ", ".join(filter(None, (bounds, cases)))
    return f"{course.name}, {point['label']}: {value} ({inside})"


def _write_years(
    axes: Axes, points: Sequence[Mapping[str, Any]], places: Sequence[float], baseline: float
) -> None:
    """Write the years below, the last one always, of the others as many as have room."""
    room = 1.15 * measure_text([point["label"] for point in points]) + 10
    taken = float("inf")
    for x, point in reversed(list(zip(places, points, strict=True))):
        if taken - x >= room:
            write(axes, (x, baseline), point["label"], align="center", colour=INK)
            taken = x
