"""Charts of the report, as SVG that needs no script, no font and no network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from ecograph.render.shapes import (
    GRID,
    MUTED,
    VERDICT_COLOURS,
    as_percent,
    build,
    draw_mark,
    wrap_chart,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Interval", "Level", "draw_intervals", "draw_pyramid"]

_TIER_COLOURS = {"tree": "#00795A", "shrub": "#56B4E9", "seedling": "#E69F00", "none": "#C9CED6"}
_PAPER = ("#F5F7F9", "#FFFFFF")
_ROW, _TOP, _BOTTOM = 44, 30, 34
_LEFT, _WIDTH = 3.0, 94.0


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
        build("rect", x=0, y=_TOP + _ROW * n, width="100%", height=_ROW, fill=_PAPER[0])
        for n in range(0, len(rows), 2)
    ]
    parts = [*bands, _draw_axis(span, bottom), _name_sides(span, fewer, more)]
    for place, row in enumerate(rows):
        parts.append(_draw_row(row, span, _TOP + _ROW * place, _PAPER[place % 2]))
    return wrap_chart(title, bottom + _BOTTOM, parts)


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
    return wrap_chart(title, 8 + 46 * len(levels), bars)


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
        x = as_percent(_place(2.0**power, span))
        ink, width = (MUTED, 1.5) if power == 0 else (GRID, 1)
        line = build("line", x1=x, x2=x, y1=_TOP - 6, y2=bottom, stroke=ink, stroke_width=width)
        name = f"1/{2**-power}" if power < 0 else f"{2**power}"
        parts += [line, write(name, x, bottom + 18, anchor="middle", fill=MUTED, size=12)]
    return Markup("").join(parts)


def _name_sides(span: tuple[int, int], fewer: str, more: str) -> Markup:
    middle = _place(1, span)
    left = write(f"← {fewer}", as_percent(middle - 1.5), 14, anchor="end", fill=MUTED, size=12)
    right = write(f"{more} →", as_percent(middle + 1.5), 14, anchor="start", fill=MUTED, size=12)
    return left + right


def _draw_row(row: Interval, span: tuple[int, int], top: int, paper: str) -> Markup:
    colour = VERDICT_COLOURS.get(row.verdict, MUTED)
    y = top + 30
    low, value, high = (as_percent(_place(x, span)) for x in (row.low, row.value, row.high))
    whisker = build(
        "line", x1=low, x2=high, y1=y, y2=y, stroke=colour, stroke_width=2.5, stroke_linecap="round"
    )
    texts = write(row.label, "0.5%", top + 16, weight=600, paper=paper) + write(
        row.note, "99.5%", top + 16, anchor="end", fill=MUTED, paper=paper
    )
    ends = _draw_ends(row, span, y, colour)
    mark = build("svg", draw_mark(row.verdict, colour), x=value, y=y, overflow="visible")
    title = build("title", f"{row.label}: {row.note}")
    return build("g", title + whisker + ends + mark + texts)


def _draw_ends(row: Interval, span: tuple[int, int], y: int, colour: str) -> Markup:
    """Mark with an arrow where the interval goes on beyond the axis."""
    ends = Markup("")
    if row.low < 2.0 ** span[0]:
        arrow = build("path", d="M-5,-5 -11,0 -5,5", fill="none", stroke=colour, stroke_width=2)
        ends += build("svg", arrow, x=as_percent(_LEFT), y=y, overflow="visible")
    if row.high > 2.0 ** span[1]:
        arrow = build("path", d="M5,-5 11,0 5,5", fill="none", stroke=colour, stroke_width=2)
        ends += build("svg", arrow, x=as_percent(_LEFT + _WIDTH), y=y, overflow="visible")
    return ends


def _draw_level(level: Level, most: int, top: int) -> Markup:
    share = level.count / most if most else 0
    width = max(54 * share, 0.6) if level.count else 0.0
    bar = build(
        "rect",
        x=as_percent(48 - width / 2),
        y=top,
        width=as_percent(width),
        height=34,
        rx=3,
        fill=_TIER_COLOURS.get(level.tier, MUTED),
    )
    texts = write(level.label, "0.5%", top + 22, weight=600) + write(
        level.note, "99.5%", top + 22, anchor="end", fill=MUTED
    )
    return build("g", build("title", f"{level.label}: {level.note}") + bar + texts)
