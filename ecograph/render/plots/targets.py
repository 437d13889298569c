"""Targets: how much of the way to each is made, and how much of its time is over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ecograph.analysis.targets import compare_targets
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import GRID, INK, MUTED, measure_text, take_result, write
from ecograph.render.plots.sheet import (
    Key,
    break_lines,
    draw_box,
    draw_key,
    measure_bold,
    measure_key,
    open_sheet,
    say_lack,
)
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["STATES", "order_targets", "plot_targets", "write_actual", "write_due"]

STATES = ("missed", "behind", "unknown", "on_pace", "reached", "not_begun")
"""States of targets, those to look at first."""

_TOP, _BAR = 4, 14  # pixels
_TARGETS = 12  # more of them are in the table
_COLOURS = {
    "missed": "#B84A00",
    "behind": "#B84A00",
    "on_pace": "#0068A3",
    "reached": "#00795A",
}
_PACE = {"facecolor": INK}


def plot_targets(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot how much of the way to each target is made, with its deadline.

    A mark stands where the bar would end if the way were even. Targets of which the data do not
    tell how far they are have no bar; how many they are is said.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``targets``; otherwise it is computed.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels.

    Returns
    -------
    matplotlib.figure.Figure
        As high as it needs; words where no target can be held against anything.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    table = order_targets(take_result(ecosystem, results, "targets", compute=compare_targets))
    told = table[table["reached"].notna()]
    if len(told) == 0:
        return say_lack(ecosystem, "targets", lang=voice.lang, width=width)
    shown = told.head(_TARGETS)
    keys = [Key(str(voice.say("targets.elapsed")), _PACE)]
    row_height = 68 if _is_wide(width) else 86
    foot = _TOP + row_height * len(shown)
    below = foot + measure_key(keys, width=width - 8)
    notes = _list_notes(voice, table, told, shown, width=width)
    height = below + 18 * len(notes) + 8
    figure, axes = open_sheet(width, height, label=str(voice.say("targets.chart")))
    for place, row in enumerate(shown.to_dict("records")):
        due = write_due(voice, row, ecosystem.as_of)
        _draw_target(axes, row, voice, due, top=_TOP + row_height * place)
    draw_key(axes, keys, (4, foot), width=width - 8)
    for place, note in enumerate(notes):
        write(axes, (4, below + 14 + 18 * place), note, colour=MUTED, cells=120)
    return figure


def order_targets(table: pd.DataFrame) -> pd.DataFrame:
    """Put the targets that need a look first."""
    place = table["state"].map({state: n for n, state in enumerate(STATES)}).astype(float)
    return table.assign(_place=place).sort_values("_place", kind="stable").drop(columns="_place")


def write_actual(voice: Voice, row: Mapping[str, Any]) -> str:
    """Write what was reached and what was aimed at, with the unit."""
    unit = "" if is_missing(row["unit"]) else f" {row['unit']}"
    actual, target = (voice.write(row[name], "published") for name in ("actual", "value"))
    return str(voice.say("targets.of_target", actual=actual, target=target).unescape()) + unit


def write_due(voice: Voice, row: Mapping[str, Any], as_of: dt.date | None) -> str:
    """Write the deadline and how long it is until then; nothing where there is none."""
    if is_missing(row["days_left"]):
        return ""
    days = int(row["days_left"])
    left = voice.say("targets.left", number=f"{days:,}") if days > 0 else voice.say("targets.over")
    if as_of is None:
        return str(left)
    day = (as_of + dt.timedelta(days=days)).isoformat()
    return f"{voice.say('targets.due', day=day)} · {left}"


def _list_notes(
    voice: Voice, table: pd.DataFrame, told: pd.DataFrame, shown: pd.DataFrame, *, width: float
) -> list[str]:
    """Say what is not drawn, in lines that fit."""
    notes = []
    if len(shown) < len(told):
        notes.append(str(voice.say("cut", shown=len(shown), total=len(told))))
    if len(told) < len(table):
        notes.append(str(voice.say("targets.untold", number=len(table) - len(told))))
    return [line for note in notes for line in break_lines(note, (width - 8) / 1.15)]


def _draw_target(axes: Axes, row: Mapping[str, Any], voice: Voice, due: str, *, top: float) -> None:
    """Draw one target: its name and numbers, the bar, its state and deadline."""
    right = axes.get_xlim()[1] - 4
    figures = f"{write_actual(voice, row)} · {voice.write(row['reached'], 'share')}"
    state = voice.tell("state", row["state"])
    colour = _COLOURS.get(row["state"], MUTED)
    wide = _is_wide(right)
    beside = 1.15 * measure_text([figures], cells=60) + 16 if wide else 0
    cells = int((right - 4 - beside) / measure_bold(["a"], size=13))
    write(axes, (4, top + 16), row["name"], size=13, weight="bold", cells=max(cells, 8))
    write(axes, (right, top + (16 if wide else 54)), figures, align="right", cells=60)
    _draw_bar(axes, row, f"{row['name']}: {figures}, {state}", colour=colour, top=top + 24)
    write(axes, (4, top + 54), state, colour=colour, weight="bold")
    if due:
        write(axes, (right, top + (54 if wide else 71)), due, colour=MUTED, align="right", cells=60)


def _draw_bar(axes: Axes, row: Mapping[str, Any], say: str, *, colour: str, top: float) -> None:
    """Draw the way made, and where an even pace would stand."""
    full = axes.get_xlim()[1] - 8
    draw_box(axes, (4, top), (full, _BAR), facecolor=GRID)
    part = min(max(float(row["reached"]), 0.0), 1.0)
    draw_box(axes, (4, top), (full * part, _BAR), say=say, facecolor=colour)
    if not is_missing(row["elapsed"]) and row["days_left"] > 0:
        pace = min(max(float(row["elapsed"]), 0.0), 1.0)
        draw_box(axes, (4 + full * pace - 1.5, top - 4), (3, _BAR + 8), **_PACE)


def _is_wide(width: float) -> bool:
    return width > 500  # noqa: PLR2004 - else a name needs the whole line
