"""A small Sankey: how many move from each state on the left to each on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from ecograph.render.shapes import INK, MUTED, as_percent, build, wrap_chart, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Bar", "Diagram", "Ribbon", "Stream", "draw_flows", "place_flows"]

Way = Literal["rise", "fall", "stay", "other"]

_ROOM, _SLOT, _GAP, _TOP = 260.0, 36.0, 8.0, 30.0
_LEFT, _RIGHT, _BAR = 27.0, 73.0, 1.6  # per cent of the width
_READABLE = 15  # a ribbon at least so high has its number on it
_STYLES: Mapping[Way, Mapping[str, object]] = {
    "rise": {"fill": "#7DB8D9", "stroke": "#0B5A8A", "stroke_width": 1},
    "fall": {"fill": "#F2C9A8", "stroke": "#B84A00", "stroke_width": 1, "stroke_dasharray": "4 3"},
    "stay": {"fill": "#E6EAEE", "stroke": "#C9D0D7", "stroke_width": 0.5},
    "other": {"fill": "#F5F7F9", "stroke": "#A8AFB8", "stroke_width": 1, "stroke_dasharray": "1 3"},
}


@dataclass(frozen=True)
class Stream:
    """How many move from one state to another.

    Parameters
    ----------
    source, target
        Keys of states.
    count
        How many, 0 or more.
    way
        Whether the move is one up, down, none, or none that can be told: gives colour and outline.
    note
        What is said of it to those who point at it.
    """

    source: str
    target: str
    count: int
    way: Way
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A state on one side: where its bar stands, in pixels from the top."""

    key: str
    count: int
    top: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """A stream between two bars: where it leaves and arrives, in pixels from the top."""

    stream: Stream
    start: float
    end: float
    height: float


@dataclass(frozen=True)
class Diagram:
    """Where everything stands; ``height`` is that of the whole drawing, in pixels."""

    left: tuple[Bar, ...]
    right: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    height: float


def draw_flows(
    streams: Sequence[Stream], names: Mapping[str, str], *, title: str, heads: tuple[str, str]
) -> Markup:
    """Draw streams between the states of two times, as wide as they are large.

    Parameters
    ----------
    streams
        At most one from each state to each.
    names
        Name of each state by key, from top to bottom.
    title
        What the chart shows, for those who cannot see it.
    heads
        What stands over the left and over the right side.

    Returns
    -------
    markupsafe.Markup
        An ``<svg>`` element; nothing where nobody moves or stays.
    """
    diagram = place_flows(streams, tuple(names))
    if not diagram.ribbons:
        return Markup("")
    ordered = sorted(diagram.ribbons, key=lambda ribbon: ribbon.stream.way != "stay")
    parts = [
        _write_heads(heads),
        _draw_ribbons(ordered, diagram.height),
        *(_write_number(ribbon) for ribbon in ordered),
        *(_draw_bar(bar, names[bar.key], left=True) for bar in diagram.left),
        *(_draw_bar(bar, names[bar.key], left=False) for bar in diagram.right),
    ]
    return wrap_chart(title, round(diagram.height), parts)


def place_flows(streams: Sequence[Stream], order: Sequence[str]) -> Diagram:
    """Place bars and ribbons: as high as they are large, all to one scale.

    Each state has a slot that is high enough for its name; its bar stands in the middle. Ribbons
    leave a bar in the order of where they go and arrive in the order of where they come from, so
    that no two cross more often than they have to.

    Parameters
    ----------
    streams
        At most one from each state to each; those of nobody are left out.
    order
        States from top to bottom.

    Returns
    -------
    Diagram
        The heights of the ribbons of a bar add up to its own.

    Examples
    --------
    >>> diagram = place_flows([Stream("a", "a", 3, "stay"), Stream("a", "b", 1, "fall")], "ab")
    >>> [(bar.key, bar.count, bar.height) for bar in diagram.right]
    [('a', 3, 195.0), ('b', 1, 65.0)]
    """
    rank = {key: place for place, key in enumerate(order)}
    kept = [stream for stream in streams if stream.count > 0]
    kept.sort(key=lambda stream: (rank[stream.source], rank[stream.target]))
    scale = _ROOM / max(sum(stream.count for stream in kept), 1)
    left = _stack_bars([(s.source, s.count) for s in kept], order, scale)
    right = _stack_bars([(s.target, s.count) for s in kept], order, scale)
    starts, ends = ({bar.key: bar.top for bar in side} for side in (left, right))
    ribbons = []
    for stream in kept:
        size = stream.count * scale
        ribbons.append(Ribbon(stream, starts[stream.source], ends[stream.target], size))
        starts[stream.source] += size
        ends[stream.target] += size
    return Diagram(left, right, tuple(ribbons), max(_find_foot(left), _find_foot(right)))


def _stack_bars(
    counts: Sequence[tuple[str, int]], order: Sequence[str], scale: float
) -> tuple[Bar, ...]:
    """Stack the bars of one side, those of nobody left out."""
    totals = {key: sum(count for k, count in counts if k == key) for key in order}
    bars, top = [], _TOP
    for key, count in totals.items():
        if count:
            height = count * scale
            slot = max(height, _SLOT)
            bars.append(Bar(key, count, top + (slot - height) / 2, height))
            top += slot + _GAP
    return tuple(bars)


def _find_foot(bars: Sequence[Bar]) -> float:
    return max((bar.top + bar.height + max(_SLOT - bar.height, 0) / 2 for bar in bars), default=0.0)


def _write_heads(heads: tuple[str, str]) -> Markup:
    before, after = heads
    start = write(before, as_percent(_LEFT), 16, anchor="end", fill=MUTED, size=12)
    return start + write(after, as_percent(_RIGHT), 16, fill=MUTED, size=12)


def _draw_ribbons(ribbons: Sequence[Ribbon], height: float) -> Markup:
    """Draw the ribbons in a box that is stretched to the room between the bars."""
    inside = Markup("").join(_draw_ribbon(ribbon) for ribbon in ribbons)
    return build(
        "svg",
        inside,
        x=as_percent(_LEFT + _BAR),
        y=0,
        width=as_percent(_RIGHT - _LEFT - 2 * _BAR),
        height=round(height),
        viewBox=f"0 0 100 {round(height)}",
        preserveAspectRatio="none",
    )


def _draw_ribbon(ribbon: Ribbon) -> Markup:
    a, b = ribbon.start, ribbon.end
    c, d = a + ribbon.height, b + ribbon.height
    path = (
        f"M0,{a:.2f}C50,{a:.2f} 50,{b:.2f} 100,{b:.2f}L100,{d:.2f}C50,{d:.2f} 50,{c:.2f} 0,{c:.2f}Z"
    )
    title = build("title", ribbon.stream.note)
    style = _STYLES[ribbon.stream.way]
    return build("path", title, d=path, vector_effect="non-scaling-stroke", **style)


def _write_number(ribbon: Ribbon) -> Markup:
    """Write how many, where a ribbon has room for it."""
    if ribbon.height < _READABLE:
        return Markup("")
    y = round(ribbon.start + ribbon.height / 2 + 4)
    x = as_percent(_LEFT + _BAR + 1)
    fill = str(_STYLES[ribbon.stream.way]["fill"])
    return write(f"{ribbon.stream.count:,}", x, y, size=12, paper=fill)


def _draw_bar(bar: Bar, name: str, *, left: bool) -> Markup:
    """Draw a bar with its name and number beside it."""
    x = _LEFT if left else _RIGHT - _BAR
    side, anchor = (_LEFT - 1.2, "end") if left else (_RIGHT + 1.2, "start")
    middle = round(bar.top + bar.height / 2)
    rect = build(
        "rect",
        x=as_percent(x),
        y=round(bar.top, 2),
        width=as_percent(_BAR),
        height=round(max(bar.height, 1), 2),
        fill=INK,
    )
    label = write(name, as_percent(side), middle - 2, anchor=anchor, weight=600)
    number = write(f"{bar.count:,}", as_percent(side), middle + 14, anchor=anchor, fill=MUTED)
    return build("g", build("title", f"{name}: {bar.count:,}") + rect + label + number)
