"""The leading organisations, and between which ranks each of them may stand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.analysis.leaders import rank_leaders
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import (
    GRID,
    MUTED,
    measure_text,
    say_at,
    take_result,
    write,
)
from ecograph.render.plots.sheet import break_lines, open_sheet, say_lack
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.voice import Voice
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["explain_ranks", "keep_ranked", "plot_leaders"]

_SHAPES = {"dot": "o", "square": "s", "triangle": "^", "hexagon": "h"}  # as in the map
_SHOWN = 15
_WIDE = 600  # from here on a name stands before its row, not above it
_HEAD, _FOOT = 30, 6  # pixels
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


class _Scale(NamedTuple):
    """Where ranks stand: rank 1 at the left, the last at the right, on a logarithmic axis."""

    left: float
    right: float
    last: float

    def place(self, rank: float) -> float:
        """Place a rank: doubling it is a step of one width, as the first ranks matter most."""
        return self.left + (self.right - self.left) * math.log(rank) / math.log(max(self.last, 2))


def plot_leaders(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot the organisations with most ties, and the interval of the rank of each.

    Where two lines overlap widely, the data cannot tell who of the two stands before the other.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``leaders``; it is computed where it is missing.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels; below 600 names stand above their lines.

    Returns
    -------
    matplotlib.figure.Figure
        Of at most 15 organisations; words where nobody is tied, or intervals are not known.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    told = take_result(ecosystem, results, "leaders", compute=rank_leaders)
    leaders = told.copy(deep=False)
    leaders.attrs = {}  # pandas copies them at every step, which takes long
    if leaders.empty:
        return say_lack(ecosystem, "leaders", lang=voice.lang, width=width)
    ranked = keep_ranked(leaders)
    if ranked.empty:
        return _say_unsure(explain_ranks(told, voice).unescape(), width)
    rows = list_rows(ranked)
    wide = width >= _WIDE
    step = 26 if wide else 44
    height = _HEAD + step * len(rows) + _FOOT + 22
    level = voice.write(ecosystem.settings.ci_level, "level")
    figure, axes = open_sheet(width, height, label=str(voice.say("leaders.chart", level=level)))
    scale = _choose_scale(rows, voice, width)
    _draw_ground(axes, scale, (_HEAD, height - 22), voice)
    middles = [_HEAD + step * place + (13 if wide else 30) for place in range(len(rows))]
    _draw_intervals(axes, rows, scale, middles)
    for middle, row in zip(middles, rows, strict=True):
        _draw_row(axes, row, scale, voice, middle=middle)
    _explain_kinds(axes, rows, voice, height - 6)
    return figure


def keep_ranked(leaders: pd.DataFrame) -> pd.DataFrame:
    """Keep the first ranks by strength, if their intervals are known."""
    told = leaders["rank_low"].notna() & leaders["rank_high"].notna()
    return leaders[told & (leaders["measure"] == "strength")].head(_SHOWN)


def explain_ranks(leaders: pd.DataFrame, voice: Voice) -> Markup:
    """Say what the intervals of ranks mean, or why there are none."""
    if leaders["rank_low"].notna().any():
        return voice.say("leaders.intervals")
    most = leaders.attrs.get("meta", {}).get("method", {}).get("left_out_above")
    if most:
        return voice.say("leaders.left_out", most=f"{most:,}")
    return voice.say("leaders.no_intervals")


def _say_unsure(text: str, width: float) -> Figure:
    """Say why there is nothing to draw."""
    lines = break_lines(text, width - 16)
    figure, axes = open_sheet(width, 20 * len(lines) + 20, label=text)
    for place, line in enumerate(lines):
        write(axes, (8, 24 + 20 * place), line, cells=len(line) * 2)
    return figure


def _choose_scale(rows: Sequence[Mapping[str, Any]], voice: Voice, width: float) -> _Scale:
    """Leave room for names at the left and for what is said at the right."""
    last = max(float(row["rank_high"]) for row in rows)
    said = 1.15 * measure_text([_say_ranks(row, voice) for row in rows])
    names = 1.25 * measure_text([row["name"] for row in rows], cells=30)
    left = names + 24 if width >= _WIDE else 12.0
    return _Scale(left, width - said - 20, last)


def _draw_ground(axes: Axes, scale: _Scale, ends: tuple[float, float], voice: Voice) -> None:
    """Draw lines at round ranks, as far apart as their numbers need."""
    top, bottom = ends
    taken = -100.0
    for tick in (tick for tick in _TICKS if tick <= max(scale.last, 1)):
        x = scale.place(tick)
        if x - taken < 12 + 1.15 * measure_text([f"{tick:,}"]):
            continue
        axes.plot((x, x), (top, bottom), color=GRID, linewidth=0.8)
        write(axes, (x, top - 6), voice.write(tick, "count"), align="center", colour=MUTED)
        taken = x
    write(axes, (scale.right + 12, top - 6), voice.say("leaders.rank"), colour=MUTED, cells=30)


def _draw_intervals(
    axes: Axes, rows: Sequence[Mapping[str, Any]], scale: _Scale, middles: Sequence[float]
) -> None:
    """Draw the intervals of all ranks, closed at both ends."""
    looks = [_find_look(str(row["kind"]))[1] for row in rows]
    low, high = (
        [scale.place(float(row[end])) for row in rows] for end in ("rank_low", "rank_high")
    )
    axes.hlines(middles, low, high, colors=looks, linewidth=2.2)
    ends = [middle - 4 for middle in middles], [middle + 4 for middle in middles]
    for places in (low, high):
        axes.vlines(places, *ends, colors=looks, linewidth=1.4)


def _draw_row(
    axes: Axes, row: Mapping[str, Any], scale: _Scale, voice: Voice, *, middle: float
) -> None:
    """Draw an organisation: its name, its rank, and between which ranks it may stand."""
    beside = scale.left > 20  # noqa: PLR2004 - names have room of their own
    place = (8, middle + 4) if beside else (scale.left, middle - 14)
    write(axes, place, row["name"], cells=30)
    shape, colour = _find_look(str(row["kind"]))
    (mark,) = axes.plot(
        scale.place(float(row["rank"])), middle, shape, color=colour, markersize=8, mec="white"
    )
    said = _say_ranks(row, voice)
    say_at(mark, f"{row['name']}: {_say_strength(row, voice)}; {said}")
    write(axes, (scale.right + 12, middle + 4), said)


def _find_look(kind: str) -> tuple[str, str]:
    """Find shape and colour of a kind of organisation, those of the map."""
    known = read_schema().node_kinds.get(kind)
    return (_SHAPES.get(known.shape, "o"), known.colour) if known else ("o", MUTED)


def _say_ranks(row: Mapping[str, Any], voice: Voice) -> str:
    """Say between which ranks an organisation may stand."""
    low, high = (voice.write(row[end], "count") for end in ("rank_low", "rank_high"))
    return low if low == high else f"{low}–{high}"


def _say_strength(row: Mapping[str, Any], voice: Voice) -> str:
    value = "" if is_missing(row["value"]) else voice.write(row["value"], "number")
    return str(voice.say("leaders.strength", value=value))


def _explain_kinds(
    axes: Axes, rows: Sequence[Mapping[str, Any]], voice: Voice, baseline: float
) -> None:
    """Say what the shapes mean, one beside the other, as far as they occur."""
    x = 12.0
    for kind in dict.fromkeys(str(row["kind"]) for row in rows):
        shape, colour = _find_look(kind)
        name = voice.write(kind, "kind")
        axes.plot(x, baseline - 4, shape, color=colour, markersize=7, mec="white")
        write(axes, (x + 10, baseline), name, colour=MUTED)
        x += 26 + 1.15 * measure_text([name])
