"""Charts of the report, as SVG that needs no script, no font and no network."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["VERDICT_COLOURS", "Interval", "Level", "draw_intervals", "draw_pyramid"]

VERDICT_COLOURS = {
    "gap": "#D55E00",
    "over_linked": "#0072B2",
    "as_expected": "#00795A",
    "not_enough_data": "#6B7480",
    "not_relevant": "#A8AFB8",
}
"""Okabe & Ito (2008), the green and the greys darkened so that they stand out on white."""

_TIER_COLOURS = {"tree": "#00795A", "shrub": "#56B4E9", "seedling": "#E69F00", "none": "#C9CED6"}
_INK, _MUTED, _GRID = "#1B2733", "#55606C", "#DFE4E9"
_PAPER = ("#F5F7F9", "#FFFFFF")
_ROW, _TOP, _BOTTOM = 44, 30, 34
_LEFT, _WIDTH = 3.0, 94.0
_MARKS = {
    "gap": "M0,-7 7,0 0,7 -7,0Z",
    "over_linked": "M0,-7 7,5 -7,5Z",
    "as_expected": "M-5.5,0a5.5,5.5 0 1,0 11,0a5.5,5.5 0 1,0 -11,0Z",
    "not_enough_data": "M-5,-5 5,-5 5,5 -5,5Z",
    "not_relevant": "M-5,-1.5 5,-1.5 5,1.5 -5,1.5Z",
}
_HOLLOW = {"not_enough_data", "not_relevant"}


@dataclass(frozen=True)
class Interval:
    """One row of a dot plot: a ratio to what is expected, with its interval.

    Parameters
    ----------
    label, note
        What stands above the row at the left and at the right.
    value, low, high
        The ratio and its bounds, 0 or more.
    verdict
        One of ``VERDICT_COLOURS``: gives colour and shape.
    """

    label: str
    note: str
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Level:
    """One level of a pyramid, the top one first.

    Parameters
    ----------
    label, note
        What stands at the left and at the right of the bar.
    count
        How many.
    tier
        tree, shrub, seedling or none: gives the colour.
    """

    label: str
    note: str
    count: int
    tier: str


def draw_intervals(rows: Sequence[Interval], *, title: str, fewer: str, more: str) -> Markup:
    """Draw ratios with their intervals on a logarithmic axis, with a line at 1.

    Positions are shares of the width and letters have fixed sizes, so that the chart fits a
    phone and a sheet of paper alike.

    Parameters
    ----------
    rows
        From top to bottom.
    title
        What the chart shows, for those who cannot see it.
    fewer, more
        What stands above the axis at the left and at the right of 1.

    Returns
    -------
    markupsafe.Markup
        An ``<svg>`` element.
    """
    span = _find_span(rows)
    bottom = _TOP + _ROW * len(rows)
    bands = [
        _element("rect", x=0, y=_TOP + _ROW * n, width="100%", height=_ROW, fill=_PAPER[0])
        for n in range(0, len(rows), 2)
    ]
    parts = [*bands, _draw_axis(span, bottom), _name_sides(span, fewer, more)]
    for place, row in enumerate(rows):
        parts.append(_draw_row(row, span, _TOP + _ROW * place, _PAPER[place % 2]))
    return _wrap(title, bottom + _BOTTOM, parts)


def draw_pyramid(levels: Sequence[Level], *, title: str) -> Markup:
    """Draw counts as centred bars, the top level first.

    Parameters
    ----------
    levels
        From top to bottom.
    title
        What the chart shows, for those who cannot see it.

    Returns
    -------
    markupsafe.Markup
        An ``<svg>`` element.
    """
    most = max((level.count for level in levels), default=0)
    bars = [_draw_level(level, most, 8 + 46 * place) for place, level in enumerate(levels)]
    return _wrap(title, 8 + 46 * len(levels), bars)


def _find_span(rows: Iterable[Interval]) -> tuple[int, int]:
    """Find the powers of two that hold all rows, at most 1/32 to 32."""
    bounds = [
        math.log2(x) for r in rows for x in (r.value, r.low, r.high) if x > 0 and math.isfinite(x)
    ]
    low = min([-2.0, *bounds])
    high = max([2.0, *bounds])
    return max(-5, math.floor(low)), min(5, math.ceil(high))


def _place(ratio: float, span: tuple[int, int]) -> float:
    low, high = span
    power = math.log2(ratio) if ratio > 0 else -math.inf
    return _LEFT + _WIDTH * (min(max(power, low), high) - low) / (high - low)


def _draw_axis(span: tuple[int, int], bottom: int) -> Markup:
    parts = []
    for power in range(span[0], span[1] + 1):
        x = _percent(_place(2.0**power, span))
        ink, width = (_MUTED, 1.5) if power == 0 else (_GRID, 1)
        line = _element("line", x1=x, x2=x, y1=_TOP - 6, y2=bottom, stroke=ink, stroke_width=width)
        name = f"1/{2**-power}" if power < 0 else f"{2**power}"
        parts += [line, _write(name, x, bottom + 18, anchor="middle", fill=_MUTED, size=12)]
    return Markup("").join(parts)


def _name_sides(span: tuple[int, int], fewer: str, more: str) -> Markup:
    middle = _place(1, span)
    left = _write(f"← {fewer}", _percent(middle - 1.5), 14, anchor="end", fill=_MUTED, size=12)
    right = _write(f"{more} →", _percent(middle + 1.5), 14, anchor="start", fill=_MUTED, size=12)
    return left + right


def _draw_row(row: Interval, span: tuple[int, int], top: int, paper: str) -> Markup:
    colour = VERDICT_COLOURS.get(row.verdict, _MUTED)
    y = top + 30
    low, value, high = (_percent(_place(x, span)) for x in (row.low, row.value, row.high))
    whisker = _element(
        "line", x1=low, x2=high, y1=y, y2=y, stroke=colour, stroke_width=2.5, stroke_linecap="round"
    )
    texts = _write(row.label, "0.5%", top + 16, weight=600, paper=paper) + _write(
        row.note, "99.5%", top + 16, anchor="end", fill=_MUTED, paper=paper
    )
    ends = _draw_ends(row, span, y, colour)
    mark = _element("svg", _draw_mark(row.verdict, colour), x=value, y=y, overflow="visible")
    title = _element("title", f"{row.label}: {row.note}")
    return _element("g", title + whisker + ends + mark + texts)


def _draw_mark(verdict: str, colour: str) -> Markup:
    hollow = verdict in _HOLLOW
    shape = _MARKS.get(verdict, _MARKS["not_enough_data"])
    fill = "#FFFFFF" if hollow else colour
    return _element(
        "path", d=shape, fill=fill, stroke=colour if hollow else "#FFFFFF", stroke_width=2
    )


def _draw_ends(row: Interval, span: tuple[int, int], y: int, colour: str) -> Markup:
    """Mark with an arrow where the interval goes on beyond the axis."""
    ends = Markup("")
    if row.low < 2.0 ** span[0]:
        arrow = _element("path", d="M-5,-5 -11,0 -5,5", fill="none", stroke=colour, stroke_width=2)
        ends += _element("svg", arrow, x=_percent(_LEFT), y=y, overflow="visible")
    if row.high > 2.0 ** span[1]:
        arrow = _element("path", d="M5,-5 11,0 5,5", fill="none", stroke=colour, stroke_width=2)
        ends += _element("svg", arrow, x=_percent(_LEFT + _WIDTH), y=y, overflow="visible")
    return ends


def _draw_level(level: Level, most: int, top: int) -> Markup:
    share = level.count / most if most else 0
    width = max(54 * share, 0.6) if level.count else 0.0
    bar = _element(
        "rect",
        x=_percent(48 - width / 2),
        y=top,
        width=_percent(width),
        height=34,
        rx=3,
        fill=_TIER_COLOURS.get(level.tier, _MUTED),
    )
    texts = _write(level.label, "0.5%", top + 22, weight=600) + _write(
        level.note, "99.5%", top + 22, anchor="end", fill=_MUTED
    )
    return _element("g", _element("title", f"{level.label}: {level.note}") + bar + texts)


def _write(
    text: str,
    x: str,
    y: int,
    *,
    anchor: str = "start",
    fill: str = _INK,
    size: int = 13,
    weight: int = 400,
    paper: str = "#FFFFFF",
) -> Markup:
    return _element(
        "text",
        _shorten(text),
        x=x,
        y=y,
        text_anchor=anchor,
        fill=fill,
        font_size=size,
        font_weight=weight,
        paint_order="stroke",
        stroke=paper,
        stroke_width=4,
    )


def _shorten(text: str, cells: int = 30) -> str:
    """Cut a text at a width, a Chinese character being two cells wide.

    >>> _shorten("高端装备制造", 8)
    '高端装…'
    """
    used = 0
    for place, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > cells:
            return text[: max(place - 1, 0)] + "…"
    return text


def _wrap(title: str, height: int, parts: Iterable[Markup]) -> Markup:
    inside = _element("title", title) + Markup("").join(parts)
    return _element(
        "svg", inside, role="img", aria_label=title, width="100%", height=height, class_="chart"
    )


def _element(tag: str, content: str = "", **attributes: object) -> Markup:
    """Build an element; the content is escaped unless it is markup already.

    >>> _element("text", "<b>", x="1%", font_size=12)
    Markup('<text x="1%" font-size="12">&lt;b&gt;</text>')
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), value)
        for name, value in attributes.items()
    )
    return Markup("<{}{}>{}</{}>").format(tag, written, content, tag)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
