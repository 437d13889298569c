"""A small Sankey: how many firms move from each tier of one year to each of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ecograph.analysis.movement import STATES, count_moves
from ecograph.analysis.tiers import TIERS
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import INK, MUTED, say_at, take_result, write
from ecograph.render.plots.sheet import (
    Key,
    draw_box,
    draw_key,
    measure_bold,
    measure_key,
    open_sheet,
    say_lack,
)
from ecograph.render.reporting.figures import write_bounds
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = [
    "Bar",
    "Diagram",
    "Ribbon",
    "Stream",
    "find_way",
    "name_state",
    "place_flows",
    "plot_moves",
    "take_latest",
]

Way = Literal["rise", "fall", "stay", "other"]

_ROOM, _SLOT, _GAP, _TOP, _BAR = 260.0, 36.0, 8.0, 30.0, 10.0  # pixels
_READABLE = 15  # a ribbon at least so high has its number on it
_STYLES: Mapping[Way, Mapping[str, Any]] = {
    "rise": {"facecolor": "#7DB8D9", "edgecolor": "#0B5A8A", "linewidth": 1},
    "fall": {
        "facecolor": "#F2C9A8",
        "edgecolor": "#B84A00",
        "linewidth": 1.2,
        "linestyle": (0, (4, 3)),
    },
    "stay": {"facecolor": "#E6EAEE", "edgecolor": "#C9D0D7", "linewidth": 0.5},
    "other": {
        "facecolor": "#F5F7F9",
        "edgecolor": "#A8AFB8",
        "linewidth": 1,
        "linestyle": (0, (1, 3)),
    },
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


def plot_moves(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot how firms moved between tiers in the latest two years, as bands from left to right.

    A band is as high as it has firms; those that rise have a full outline, those that fall a
    broken one. Moves of which the count is withheld are left out, and their number is said.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``tier_moves``; otherwise it is computed.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels.

    Returns
    -------
    matplotlib.figure.Figure
        As high as it needs; words where the data tell of no two years.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    moves = take_latest(take_result(ecosystem, results, "tier_moves", compute=count_moves))
    names = {key: name_state(voice, key) for key in STATES}
    diagram = place_flows(_list_streams(moves, names, voice), STATES)
    if not diagram.ribbons:
        return say_lack(ecosystem, "tier-moves", lang=voice.lang, width=width)
    keys = [Key(str(voice.say(f"movement.{way}")), style) for way, style in _STYLES.items()]
    height = diagram.height + 10 + measure_key(keys, width=width - 8)
    hidden = int(moves["firms"].isna().sum())
    label = str(voice.say("movement.chart", years="→".join(_name_years(moves))))
    figure, axes = open_sheet(width, height + (20 if hidden else 0) + 4, label=label)
    _draw_diagram(axes, diagram, names, heads=_name_years(moves))
    draw_key(axes, keys, (4, diagram.height + 10), width=width - 8)
    if hidden:
        said = voice.say("movement.withheld_moves", number=hidden)
        write(axes, (4, height + 14), said, colour=MUTED, cells=80)
    return figure


def take_latest(table: pd.DataFrame) -> pd.DataFrame:
    """Take the rows of the latest pair of years."""
    yearly = table[table["scope"] == "year"]
    return yearly[yearly["year_to"] == yearly["year_to"].max()] if len(yearly) else yearly


def name_state(voice: Voice, key: str) -> str:
    """Name a tier, or why there is none."""
    return voice.label("tier", key) if key in TIERS else voice.tell("movement", key)


def find_way(source: str, target: str) -> Way:
    """Say whether a move is up, down, none, or none that can be told.

    >>> find_way("shrub", "tree"), find_way("tree", "none"), find_way("unknown", "tree")
    ('rise', 'fall', 'other')
    """
    if source == target and source in TIERS:
        return "stay"
    if source not in TIERS or target not in TIERS:
        return "other"
    return "rise" if TIERS.index(target) < TIERS.index(source) else "fall"


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


def _list_streams(moves: pd.DataFrame, names: Mapping[str, str], voice: Voice) -> list[Stream]:
    """List the moves whose number is told."""
    return [
        Stream(
            row["tier_from"],
            row["tier_to"],
            int(row["firms"]),
            find_way(row["tier_from"], row["tier_to"]),
            f"{names[row['tier_from']]} → {names[row['tier_to']]}: {_write_move(voice, row)}",
        )
        for row in moves[moves["firms"].notna()].to_dict("records")
    ]


def _write_move(voice: Voice, row: Mapping[Any, Any]) -> str:
    """Write how many firms moved, their share and its interval."""
    number = voice.write(row["firms"], "count")
    if is_missing(row["share"]):
        return number
    bounds = write_bounds(voice, row, "share")
    share = voice.write(row["share"], "share") + (f" [{bounds}]" if bounds else "")
    return f"{number} ({share})"


def _name_years(moves: pd.DataFrame) -> tuple[str, str]:
    return f"{int(moves['year_from'].iloc[0])}", f"{int(moves['year_to'].iloc[0])}"


def _draw_diagram(
    axes: Axes, diagram: Diagram, names: Mapping[str, str], *, heads: tuple[str, str]
) -> None:
    """Draw bands between bars, those that go up or down above those that stay."""
    beside = [
        8 + measure_bold([names[bar.key] for bar in side], size=13)
        for side in (diagram.left, diagram.right)
    ]
    left, right = beside[0], axes.get_xlim()[1] - beside[1]
    for ribbon in sorted(diagram.ribbons, key=lambda ribbon: ribbon.stream.way != "stay"):
        _draw_ribbon(axes, ribbon, left + _BAR, right - _BAR)
    _draw_bars(axes, diagram.left, names, at=left)
    _draw_bars(axes, diagram.right, names, at=right)
    write(axes, (left, 18), heads[0], weight="bold")
    write(axes, (right, 18), heads[1], weight="bold", align="right")


def _draw_ribbon(axes: Axes, ribbon: Ribbon, start: float, end: float) -> None:
    """Draw a band, with its number where it leaves if it is high enough."""
    middle, low, high = (start + end) / 2, ribbon.start, ribbon.end
    foot, last = low + ribbon.height, high + ribbon.height
    there = [(start, low), (middle, low), (middle, high), (end, high)]
    back = [(end, last), (middle, last), (middle, foot), (start, foot), (start, low)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    shape = PathPatch(Path([*there, *back], codes), **_STYLES[ribbon.stream.way])
    axes.add_artist(shape)
    shape.set_clip_on(False)
    say_at(shape, ribbon.stream.note)
    if ribbon.height >= _READABLE:
        write(axes, (start + 5, low + ribbon.height / 2 + 4), f"{ribbon.stream.count:,}")


def _draw_bars(axes: Axes, bars: Iterable[Bar], names: Mapping[str, str], *, at: float) -> None:
    """Draw the bars of a side with names and numbers outside."""
    outside = at < axes.get_xlim()[1] / 2
    for bar in bars:
        name, number = names[bar.key], f"{bar.count:,}"
        x = at if outside else at - _BAR
        size = (_BAR, max(bar.height, 1))
        draw_box(axes, (x, bar.top), size, say=f"{name}: {number}", facecolor=INK)
        middle, place = bar.top + bar.height / 2, at - 6 if outside else at + 6
        align: Literal["left", "right"] = "right" if outside else "left"
        write(axes, (place, middle - 2), name, size=13, weight="bold", align=align)
        write(axes, (place, middle + 13), number, colour=MUTED, align=align)
