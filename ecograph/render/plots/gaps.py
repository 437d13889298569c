"""Charts of industries beside what their size would give: ratios, the funnel, and what stands."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.stability import check_stability
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import (
    GRID,
    MUTED,
    VERDICT_COLOURS,
    Margins,
    add_axes,
    measure_text,
    open_figure,
    say_at,
    shorten,
    take_result,
    write,
)
from ecograph.render.plots.marks import draw_marks
from ecograph.render.plots.sheet import say_lack
from ecograph.render.plots.stands import WAYS, count_ways
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.voice import Voice
from ecograph.statistics.rates import compute_funnel
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["plot_funnel", "plot_gaps", "plot_stability", "read_dispersion"]

_NARROW = 560  # pixels below which names stand above their rows
_LETTER = 12 * 0.52  # pixels of a Latin letter
_MOST = 40  # industries of a chart
_NAME = 26  # letters of a name beside its row
_ZERO = 0.8  # how far below the lowest power of two a ratio of 0 stands
_POWERS = 5  # ratios from 1/32 to 32 are told apart
_LEVELS = (0.95, 0.998)  # the custom of funnel plots
_BANDS = ("#E1E8EE", "#F1F4F7")  # within the narrow limits, within the wide ones
_STEPS = 120
_BOLD = 1.2  # how much wider bold letters are
_ACROSS, _UP = ("axes fraction", "data"), ("data", "axes fraction")


def plot_gaps(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot each industry's links divided by those expected, with intervals.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Results by name, of which "gaps" is taken; by default `ecograph.find_gaps` computes them.
    lang
        ``en`` or ``zh``; by default the ecosystem's.
    width
        In pixels of a page, which are points of the figure; the height follows the rows.

    Returns
    -------
    matplotlib.figure.Figure
        On a logarithmic axis with a line at 1: shape and colour of a mark say the verdict, its
        words stand at the right. In the order of the table, at most 40 industries; those whose
        size is not known are left out.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    gaps = take_result(ecosystem, results, "gaps", compute=find_gaps)
    rows = list_rows(gaps[gaps["ratio"].notna()])
    if not rows:
        return say_lack(ecosystem, "gaps", lang=voice.lang, width=width)
    shown = rows[:_MOST]
    notes = [_note(voice, row) for row in shown]
    room = _make_room(shown, notes, width, cut=len(rows) > _MOST)
    height = room.margins.top + room.row * len(shown) + room.margins.bottom
    figure = open_figure(width, height, label=_say(voice, "alt_gaps"))
    axes = add_axes(figure, room.margins)
    span = _find_span(shown)
    axes.set_xlim(span.start - 0.15, span.high + 0.15)
    axes.set_ylim(len(shown), 0)
    _rule_rows(axes, len(shown), room.margins)
    _draw_scale(axes, span, voice)
    _draw_grid_beneath(axes, span, room, len(shown))
    for place, (row, note) in enumerate(zip(shown, notes, strict=True)):
        _draw_ratio(axes, row, note, place=place, span=span, room=room)
    if len(rows) > _MOST:
        cut = _say(voice, "chart_cut", shown=_MOST, total=len(rows))
        write(axes, (0, 0), cut, colour=MUTED, lift=(0, -42), frame=_CORNER, cells=120)
    return figure


def plot_funnel(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot each industry's ratio against its expected links, between the limits of chance.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Results by name, of which "gaps" is taken; by default `ecograph.find_gaps` computes them.
    lang
        ``en`` or ``zh``; by default the ecosystem's.
    width
        In pixels of a page, which are points of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Both axes are logarithmic. Within the darker band chance alone leaves 95 % of industries,
        within the lighter one 99.8 %. Names stand where there is room, those of verdicts first.

    Notes
    -----
    Spiegelhalter, Statistics in Medicine 24, 1185-1202, 2005.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    gaps = take_result(ecosystem, results, "gaps", compute=find_gaps)
    rows = list_rows(gaps[gaps["ratio"].notna() & (gaps["expected"] > 0)])
    if not rows:
        return say_lack(ecosystem, "gaps", lang=voice.lang, width=width)
    margins = Margins(44, 12, 30, 46)
    height = 440 if width >= _NARROW else 400
    figure = open_figure(width, height, label=_say(voice, "funnel"))
    axes = add_axes(figure, margins)
    span, across = _find_span(rows, bounds=False), _find_range(rows)
    axes.set_xlim(*across)
    axes.set_ylim(span.start - 0.15, span.high + 0.15)
    size = (width - margins.left - margins.right, height - margins.top - margins.bottom)
    limits = _draw_bands(axes, across, span, read_dispersion(gaps), size=size)
    _draw_grid(axes, across, span, voice)
    places = [(math.log2(row["expected"]), span.place(row["ratio"])) for row in rows]
    for row, place in zip(rows, places, strict=True):
        say_at(draw_marks(axes, [place], row["verdict"]), f"{row['name']}: {_note(voice, row)}")
    _name_points(axes, rows, places, size=size, limits=limits)
    return figure


def plot_stability(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot in how many other ways to ask each verdict stands.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Results by name, of which "stability" is taken; by default `ecograph.check_stability`
        computes them.
    lang
        ``en`` or ``zh``; by default the ecosystem's.
    width
        In pixels of a page, which are points of the figure; the height follows the rows.

    Returns
    -------
    matplotlib.figure.Figure
        A row an industry, a column for all ways and for each thing that is varied; a bar is as
        long as the share of ways in which the verdict stands, and the numbers stand beside it.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    table = take_result(ecosystem, results, "stability", compute=check_stability)
    rows = list_rows(count_ways(table[table["runs"] > 0]))
    if not rows:
        return say_lack(ecosystem, "stability", lang=voice.lang, width=width)
    shown = rows[:_MOST]
    ways = [way for way in WAYS if any(row[way][1] for row in shown)]
    sheet = _place_columns(shown, len(ways), width)
    line = 46 if sheet.narrow else 28
    margins = Margins(sheet.left, 8, 30, 30 if len(rows) > _MOST else 8)
    height = margins.top + line * len(shown) + margins.bottom
    figure = open_figure(width, height, label=_say(voice, "stability"))
    axes = add_axes(figure, margins)
    axes.set_xlim(0, len(ways))
    axes.set_ylim(len(shown), 0)
    _rule_rows(axes, len(shown), margins)
    heads = [voice.tell("gaps.way", way) for way in ways]
    if _BOLD * measure_text(heads, cells=60) > sheet.cell:
        heads = [voice.tell("gaps.way_short", way) for way in ways]
    for place, head in enumerate(heads):
        write(axes, (place, 1), head, colour=MUTED, lift=(0, 10), frame=_UP, cells=60)
    _name_rows(axes, shown, sheet)
    _draw_stands(axes, shown, ways, sheet)
    if len(rows) > _MOST:
        cut = _say(voice, "chart_cut", shown=_MOST, total=len(rows))
        write(axes, (0, 0), cut, colour=MUTED, lift=(0, -20), frame=_CORNER, cells=120)
    return figure


def read_dispersion(gaps: pd.DataFrame) -> float:
    """Read how much more counts vary than independent links would; 1 where nothing is known."""
    method = gaps.attrs.get("meta", {}).get("method", {})
    return float(method.get("dispersion", {}).get("value", 1.0))


_CORNER = ("axes fraction", "axes fraction")


def _say(voice: Voice, key: str, **values: object) -> str:
    """Say a text as it is: what a page would escape is no markup in a figure."""
    return translate(f"report.gaps.{key}", voice.lang, **values)


def _note(voice: Voice, row: Mapping[str, Any]) -> str:
    observed, expected = (
        voice.write(row["observed"], "count"),
        voice.write(row["expected"], "expected"),
    )
    verdict = voice.label("verdict", row["verdict"])
    return _say(voice, "note", observed=observed, expected=expected, verdict=verdict)


# the scale of ratios


class _Span(NamedTuple):
    """The powers of two between which ratios lie, and where a ratio of 0 stands."""

    low: int
    high: int
    zero: bool

    @property
    def start(self) -> float:
        """Where the scale begins."""
        return self.low - _ZERO if self.zero else self.low

    def place(self, ratio: float) -> float:
        """Place a ratio, at the end of the scale where it lies beyond it."""
        if ratio <= 0:
            return self.start
        return float(min(max(math.log2(ratio), self.low), self.high))

    def name(self) -> Iterator[tuple[float, str]]:
        """Name the places of the scale."""
        if self.zero:
            yield self.start, "0"
        for power in range(self.low, self.high + 1):
            yield power, f"1/{2**-power}" if power < 0 else f"{2**power}"


def _find_span(rows: Iterable[Mapping[str, Any]], *, bounds: bool = True) -> _Span:
    """Find the powers of two that hold all ratios, and their intervals."""
    names = ("ratio", "ci_low", "ci_high") if bounds else ("ratio",)
    values = [row[name] for row in rows for name in names if not is_missing(row[name])]
    powers = [math.log2(value) for value in values if value > 0 and math.isfinite(value)]
    low, high = math.floor(min([-2.0, *powers])), math.ceil(max([2.0, *powers]))
    return _Span(max(-_POWERS, low), min(_POWERS, high), min(values, default=1.0) <= 0)


def _draw_scale(axes: Axes, span: _Span, voice: Voice) -> None:
    """Name the places of the scale, and say on which side links are few."""
    for x, name in span.name():
        write(axes, (x, 0), name, colour=MUTED, align="center", lift=(0, -18), frame=_UP)
    fewer, more = f"← {_say(voice, 'fewer')}", f"{_say(voice, 'more')} →"
    write(axes, (0, 1), fewer, colour=MUTED, lift=(0, 10), frame=_CORNER)
    write(axes, (1, 1), more, colour=MUTED, align="right", lift=(0, 10), frame=_CORNER)


def _draw_grid_beneath(axes: Axes, span: _Span, room: _Room, count: int) -> None:
    """Draw the lines of the scale; where names stand above rows, only between the names."""
    if not room.narrow:
        _draw_lines(axes.axvline, [x for x, _ in span.name()])
        return
    for x, _ in span.name():
        colour, wide = (MUTED, 1.5) if x == 0 else (GRID, 1)
        tops = np.arange(count) + 0.44
        axes.vlines([x] * count, tops, tops + 0.48, colors=colour, linewidth=wide, zorder=0.6)


def _draw_lines(draw: Any, places: Iterable[float]) -> None:  # noqa: ANN401 - axvline or axhline
    for place in places:
        one = place == 0
        draw(place, color=MUTED if one else GRID, linewidth=1.5 if one else 1, zorder=0.6)


# rows of ratios


class _Room(NamedTuple):
    """How much room the parts of a chart of rows take, in pixels."""

    margins: Margins
    row: float
    narrow: bool
    cells: int


def _make_room(
    rows: Sequence[Mapping[str, Any]], notes: Sequence[str], width: float, *, cut: bool
) -> _Room:
    bottom, noted = 52 if cut else 28, measure_text(notes)
    if width < _NARROW:
        cells = int((width - 16 - 12 - noted) / _LETTER)
        return _Room(Margins(12, 12, 28, bottom), 48, narrow=True, cells=max(cells, 6))
    left = _BOLD * measure_text([row["name"] for row in rows], cells=_NAME) + 18
    return _Room(Margins(left, noted + 18, 28, bottom), 30, narrow=False, cells=_NAME)


def _rule_rows(axes: Axes, count: int, margins: Margins) -> None:
    """Draw thin lines between rows, over the whole width of the figure."""
    inside = axes.bbox.width / axes.figure.dpi * 72
    axes.hlines(
        range(count + 1),
        -margins.left / inside,
        1 + margins.right / inside,
        transform=axes.get_yaxis_transform(),
        colors=GRID,
        linewidth=0.8,
        clip_on=False,
        zorder=0.5,
    )


def _draw_ratio(
    axes: Axes, row: Mapping[str, Any], note: str, *, place: int, span: _Span, room: _Room
) -> None:
    """Draw a row: interval, mark, name and what they say."""
    y = place + (0.68 if room.narrow else 0.5)
    colour = VERDICT_COLOURS.get(row["verdict"], MUTED)
    if not is_missing(row["ci_low"]) and not is_missing(row["ci_high"]):
        ends = span.place(row["ci_low"]), span.place(row["ci_high"])
        axes.plot(ends, (y, y), color=colour, linewidth=2.5, solid_capstyle="round", clip_on=False)
        _draw_ends(axes, row, y, span)
    mark = draw_marks(axes, [(span.place(row["ratio"]), y)], row["verdict"])
    say_at(mark, f"{row['name']}: {note}")
    said = functools.partial(write, axes, frame=_ACROSS)
    named = functools.partial(
        said, text=row["name"], weight=_choose_weight(row["verdict"]), cells=room.cells
    )
    if room.narrow:
        top = place + 0.36
        named((0, top), lift=(-4, 0))
        said((1, top), note, colour=MUTED, align="right", lift=(4, 0))
    else:
        named((0, y), align="right", lift=(-10, -4))
        said((1, y), note, colour=MUTED, lift=(10, -4))


def _choose_weight(verdict: str) -> Literal["normal", "bold"]:
    """Choose letters that stand out for what stands out."""
    return "bold" if verdict in _FIRST else "normal"


def _draw_ends(axes: Axes, row: Mapping[str, Any], y: float, span: _Span) -> None:
    """Mark with an arrow where the interval goes on beyond the scale."""
    colour = VERDICT_COLOURS.get(row["verdict"], MUTED)
    if 0 < row["ci_low"] < 2.0**span.low:
        axes.plot([span.low], [y], "<", color=colour, markersize=7, clip_on=False)
    if row["ci_high"] > 2.0**span.high:
        axes.plot([span.high], [y], ">", color=colour, markersize=7, clip_on=False)


# the funnel


def _find_range(rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Find the powers of two between which expected counts lie."""
    powers = [math.log2(row["expected"]) for row in rows]
    low = math.floor(min(powers) - 0.2)
    return low, max(math.ceil(max(powers) + 0.2), low + 3)


def _draw_bands(
    axes: Axes,
    across: tuple[int, int],
    span: _Span,
    dispersion: float,
    *,
    size: tuple[float, float],
) -> list[_Box]:
    """Fill what lies between the limits of chance, the wide ones beneath; say where names stand."""
    expected = np.geomspace(2.0 ** across[0], 2.0 ** across[1], _STEPS)
    limits = compute_funnel(expected, levels=_LEVELS, dispersion=dispersion)
    boxes = []
    for level, colour in zip(reversed(_LEVELS), reversed(_BANDS), strict=True):
        part = limits[limits["level"] == level]
        low, high = ([span.place(v) for v in part[side]] for side in ("low", "high"))
        axes.fill_between(np.log2(expected), low, high, color=colour, linewidth=0, zorder=0.1)
        place, up = (across[1], high[-1]), -14 if level == _LEVELS[0] else 4
        write(axes, place, f"{100 * level:g}%", colour=MUTED, align="right", lift=(-4, up))
        x, y = _find_pixel(axes, place, size)
        boxes.append(_Box(x - 44, y + up - 3, x, y + up + 12))
    return boxes


def _draw_grid(axes: Axes, across: tuple[int, int], span: _Span, voice: Voice) -> None:
    _draw_lines(axes.axhline, [y for y, _ in span.name()])
    for y, name in span.name():
        write(axes, (0, y), name, colour=MUTED, align="right", lift=(-8, -4), frame=_ACROSS)
    step = max(1, math.ceil((across[1] - across[0]) / 8))
    for power in range(across[0], across[1] + 1, step):
        name = f"{2.0**power:g}"
        write(axes, (power, 0), name, colour=MUTED, align="center", lift=(0, -18), frame=_UP)
    write(axes, (0, 1), _say(voice, "funnel_y"), colour=MUTED, lift=(-38, 14), frame=_CORNER)
    x_name = _say(voice, "funnel_x")
    write(axes, (1, 0), x_name, colour=MUTED, align="right", lift=(0, -38), frame=_CORNER)


class _Box(NamedTuple):
    """A rectangle in pixels from the lower left corner of the axes."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: _Box) -> bool:
        """Say whether both cover a part of the same."""
        across = min(self.right, other.right) > max(self.left, other.left)
        return across and min(self.top, other.top) > max(self.bottom, other.bottom)


_Align = Literal["left", "center", "right"]
_SIDES: tuple[tuple[_Align, int, int], ...] = (
    ("left", 10, -4),
    ("right", -10, -4),
    ("center", 0, 10),
    ("center", 0, -18),
)
_SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}
_FIRST = ("gap", "over_linked")


def _name_points(
    axes: Axes,
    rows: Sequence[Mapping[str, Any]],
    places: Sequence[tuple[float, float]],
    *,
    size: tuple[float, float],
    limits: Sequence[_Box],
) -> None:
    """Write names beside their marks where they cover nothing; those of verdicts first."""
    spots = [_find_pixel(axes, place, size) for place in places]
    one = _find_pixel(axes, (0, 0), size)[1]
    taken = [_Box(x - 7, y - 7, x + 7, y + 7) for x, y in spots]
    taken += [_Box(0, one - 1, size[0], one + 1), *limits]
    order = sorted(range(len(rows)), key=lambda n: rows[n]["verdict"] not in _FIRST)
    for n in order[:_MOST]:
        name, (x, y) = shorten(str(rows[n]["name"]), _NAME), spots[n]
        wide = measure_text([name], cells=_NAME)
        for align, right, up in _SIDES:
            start = x + right - wide * _SHIFT[align]
            box = _Box(start - 2, y + up - 3, start + wide + 2, y + up + 12)
            if box.left < 0 or box.right > size[0] or any(map(box.meets, taken)):
                continue
            taken.append(box)
            weight = _choose_weight(rows[n]["verdict"])
            write(axes, places[n], name, align=align, weight=weight, lift=(right, up))
            break


def _find_pixel(
    axes: Axes, place: tuple[float, float], size: tuple[float, float]
) -> tuple[float, float]:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across, up = (place[0] - left) / (right - left), (place[1] - bottom) / (top - bottom)
    return across * size[0], up * size[1]


# what stands


def _draw_stands(
    axes: Axes, rows: Sequence[Mapping[str, Any]], ways: Sequence[str], sheet: _Sheet
) -> None:
    """Draw a bar and its numbers for each industry and way, all bars at once."""
    long = max(sheet.cell - 24 - measure_text(["00/00"]), 14) / sheet.cell
    known = [
        (column, place + sheet.lift, *row[way], VERDICT_COLOURS.get(row["verdict"], MUTED))
        for place, row in enumerate(rows)
        for column, way in enumerate(ways)
        if row[way][1]
    ]
    x, y, stands, runs, colours = zip(*known, strict=True)
    start, share = np.array(x), np.array(stands) / np.array(runs)
    axes.hlines(y, start, start + long, colors=GRID, linewidth=8, zorder=2)
    axes.hlines(y, start, start + long * share, colors=colours, linewidth=8, zorder=3)
    for column, at, stood, asked, _ in known:
        write(axes, (column + long, at), f"{stood}/{asked}", lift=(6, -4))


def _name_rows(axes: Axes, rows: Sequence[Mapping[str, Any]], sheet: _Sheet) -> None:
    """Write mark and name of each industry, at the left or above its bars."""
    for place, row in enumerate(rows):
        y = place + (0.3 if sheet.narrow else sheet.lift)
        x = (14 - sheet.left) / sheet.cell
        draw_marks(axes, [(x, y)], row["verdict"], size=9)
        write(axes, (x, y), row["name"], lift=(12, -4), cells=44 if sheet.narrow else _NAME)


class _Sheet(NamedTuple):
    """Where rows of bars stand: pixels left of them and of a column, and where in a row."""

    left: float
    cell: float
    lift: float
    narrow: bool


def _place_columns(rows: Sequence[Mapping[str, Any]], columns: int, width: float) -> _Sheet:
    narrow = width < _NARROW
    left = 8.0 if narrow else measure_text([row["name"] for row in rows], cells=_NAME) + 40
    return _Sheet(left, (width - left - 8) / columns, 0.72 if narrow else 0.5, narrow)
