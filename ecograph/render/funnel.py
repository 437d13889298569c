"""The funnel plot: ratios against how much was to be expected, between limits of chance."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from ecograph.render.shapes import (
    GRID,
    MUTED,
    VERDICT_COLOURS,
    as_percent,
    build,
    draw_mark,
    measure_text,
    wrap_chart,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Limits", "Point", "draw_funnel"]

_HEIGHT, _TOP, _BOTTOM = 360, 28, 46
_LEFT, _WIDTH = 7.0, 90.0
_WIDE = 420.0  # pixels across on a narrow screen, for which names are kept apart
_LINE, _LETTER = 15, 6.5  # pixels that a name takes upwards, and a Latin letter across
_BANDS = ("#E1E8EE", "#F1F4F7")  # within the narrow limits, within the wide ones


@dataclass(frozen=True)
class Point:
    """One group of the funnel.

    Parameters
    ----------
    label, note
        Its name, and what else a title tells of it.
    expected
        How much was to be expected, above 0.
    ratio
        Observed to expected, 0 or more.
    verdict
        One of ``VERDICT_COLOURS``: gives colour and shape.
    """

    label: str
    note: str
    expected: float
    ratio: float
    verdict: str


@dataclass(frozen=True)
class Limits:
    """Between which ratios groups lie by chance alone.

    Parameters
    ----------
    label
        What is written at their end.
    expected, low, high
        Expected counts, rising, and the limits there.
    """

    label: str
    expected: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


class _Axes(NamedTuple):
    """The ends of both axes, as powers of two."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def place_x(self, expected: float) -> float:
        """Place an expected count, as a share of the chart's width from 0 to 1."""
        share = (math.log2(expected) - self.x_low) / (self.x_high - self.x_low)
        return min(max(share, 0.0), 1.0)

    def place_y(self, ratio: float) -> float:
        """Place a ratio, as a share of the chart's height from the top, 0 to 1."""
        power = math.log2(ratio) if ratio > 0 else -math.inf
        within = min(max(power, self.y_low), self.y_high)
        return (self.y_high - within) / (self.y_high - self.y_low)


def draw_funnel(
    points: Sequence[Point], limits: Sequence[Limits], *, title: str, x_name: str, y_name: str
) -> Markup:
    """Draw ratios against expected counts, with the limits between which chance leaves them.

    Parameters
    ----------
    points
        The groups.
    limits
        The narrow limits first, then the wide ones.
    title
        What the chart shows, for those who cannot see it.
    x_name, y_name
        What the axes show.

    Returns
    -------
    markupsafe.Markup
        An ``<svg>`` element.

    Notes
    -----
    Spiegelhalter, Statistics in Medicine 24, 1185-1202, 2005; both axes are logarithmic here.
    """
    axes = _find_axes(points)
    plot = [
        *(_fill(part, axes, ink) for part, ink in reversed([*zip(limits, _BANDS, strict=False)])),
        _draw_grid(axes),
    ]
    frame = build(
        "svg",
        Markup("").join(plot),
        x=as_percent(_LEFT),
        y=_TOP,
        width=as_percent(_WIDTH),
        height=_HEIGHT,
    )
    parts = [frame, _name_axes(axes, x_name, y_name), *_label_limits(limits, axes)]
    parts += _draw_points(points, axes)
    return wrap_chart(title, _TOP + _HEIGHT + _BOTTOM, parts)


def find_range(points: Iterable[Point]) -> tuple[float, float]:
    """Find from which to which expected count the horizontal axis goes.

    >>> find_range([Point("a", "", 3.0, 1.0, "gap"), Point("b", "", 30.0, 1.0, "gap")])
    (2.0, 64.0)
    """
    powers = [math.log2(point.expected) for point in points]
    low, high = math.floor(min(powers) - 0.2), math.ceil(max(powers) + 0.2)
    return 2.0**low, 2.0 ** max(high, low + 3)


def _find_axes(points: Sequence[Point]) -> _Axes:
    low, high = find_range(points)
    powers = [math.log2(point.ratio) for point in points if point.ratio > 0]
    bottom = max(-5, min(-2, math.floor(min(powers, default=-2) - 0.3)))
    top = min(5, max(2, math.ceil(max(powers, default=2) + 0.3)))
    return _Axes(math.log2(low), math.log2(high), bottom, top)


def _fill(limits: Limits, axes: _Axes, ink: str) -> Markup:
    """Fill the area between the limits; the box is stretched to the chart."""
    there = [f"{100 * axes.place_x(x):.2f},{100 * axes.place_y(y):.2f}" for x, y in _trace(limits)]
    shape = build("polygon", points=" ".join(there), fill=ink)
    return build(
        "svg", shape, viewBox="0 0 100 100", preserveAspectRatio="none", width="100%", height="100%"
    )


def _trace(limits: Limits) -> list[tuple[float, float]]:
    """Go along the upper limit and back along the lower one."""
    there = list(zip(limits.expected, limits.high, strict=True))
    back = list(zip(limits.expected, limits.low, strict=True))
    return [*there, *reversed(back)]


def _draw_grid(axes: _Axes) -> Markup:
    lines = []
    for power in range(int(axes.y_low), int(axes.y_high) + 1):
        y = as_percent(100 * axes.place_y(2.0**power))
        ink, width = (MUTED, 1.5) if power == 0 else (GRID, 1)
        lines.append(build("line", x1=0, x2="100%", y1=y, y2=y, stroke=ink, stroke_width=width))
    return Markup("").join(lines)


def _name_axes(axes: _Axes, x_name: str, y_name: str) -> Markup:
    label = functools.partial(write, fill=MUTED, size=12)
    parts = [label(y_name, "0.5%", 14)]
    for power in range(int(axes.y_low), int(axes.y_high) + 1):
        name = f"1/{2**-power}" if power < 0 else f"{2**power}"
        y = round(_TOP + _HEIGHT * axes.place_y(2.0**power)) + 4
        parts.append(label(name, as_percent(_LEFT - 1), y, anchor="end"))
    for power in range(int(axes.x_low), int(axes.x_high) + 1):
        x = as_percent(_LEFT + _WIDTH * axes.place_x(2.0**power))
        name = f"{2.0**power:g}"
        parts.append(label(name, x, _TOP + _HEIGHT + 18, anchor="middle"))
    right = as_percent(_LEFT + _WIDTH)
    parts.append(label(x_name, right, _TOP + _HEIGHT + 38, anchor="end"))
    return Markup("").join(parts)


def _label_limits(limits: Sequence[Limits], axes: _Axes) -> list[Markup]:
    """Write at the right end of each upper limit what it is."""
    texts = []
    for part in limits:
        y = round(_TOP + _HEIGHT * axes.place_y(part.high[-1])) - 4
        texts.append(
            write(part.label, as_percent(_LEFT + _WIDTH), y, anchor="end", fill=MUTED, size=11)
        )
    return texts


def _draw_points(points: Sequence[Point], axes: _Axes) -> list[Markup]:
    """Draw names beside their marks, each where it covers the least of what stands already."""
    places = [
        (axes.place_x(point.expected) * _WIDE, _HEIGHT * axes.place_y(point.ratio))
        for point in points
    ]
    taken = [_Box(x - 8, y - 8, x + 8, y + 8) for x, y in places]
    texts = []
    for point, (x, y) in zip(points, places, strict=True):
        width = measure_text(point.label) * _LETTER
        sides = [side.move(x, y, width) for side in _SIDES]
        best = min(range(len(sides)), key=lambda n: (sum(map(sides[n].cover, taken)), n))
        taken.append(sides[best])
        texts.append(_name_point(point, axes, y, _SIDES[best]))
    marks = [_draw_point(point, axes, y) for point, (_, y) in zip(points, places, strict=True)]
    return [*texts, *marks]


class _Box(NamedTuple):
    """A rectangle in pixels of a chart of a common width."""

    left: float
    top: float
    right: float
    bottom: float

    def cover(self, other: _Box) -> float:
        """Measure what both cover; leaving the chart counts as covering."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        outside = max(-self.left, 0) + max(self.right - _WIDE, 0)
        return max(width, 0) * max(height, 0) + outside


class _Side(NamedTuple):
    """Where a name stands beside its mark."""

    anchor: str
    x: int
    y: int

    def move(self, x: float, y: float, width: float) -> _Box:
        """Find what a name of a width covers there."""
        start = x + self.x - width * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]
        return _Box(start, y + self.y - _LINE + 3, start + width, y + self.y + 3)


_SIDES = (
    _Side("start", 11, 4),
    _Side("end", -11, 4),
    _Side("middle", 0, -11),
    _Side("middle", 0, 20),
    _Side("start", 9, -9),
    _Side("end", -9, -9),
    _Side("start", 9, 17),
    _Side("end", -9, 17),
)


def _draw_point(point: Point, axes: _Axes, y: float) -> Markup:
    colour = VERDICT_COLOURS.get(point.verdict, MUTED)
    title = build("title", f"{point.label}: {point.note}")
    x = as_percent(_LEFT + _WIDTH * axes.place_x(point.expected))
    mark = draw_mark(point.verdict, colour)
    return build("g", title + build("svg", mark, x=x, y=round(_TOP + y, 1), overflow="visible"))


def _name_point(point: Point, axes: _Axes, y: float, side: _Side) -> Markup:
    text = write(point.label, str(side.x), side.y, anchor=side.anchor, size=12)
    x = as_percent(_LEFT + _WIDTH * axes.place_x(point.expected))
    return build("svg", text, x=x, y=round(_TOP + y, 1), overflow="visible")
