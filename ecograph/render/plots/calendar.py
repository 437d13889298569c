"""A calendar of certificates: how many expire in each month, and what firms would lose."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecograph.analysis.renewals import list_expiring
from ecograph.analysis.tiers import TIERS
from ecograph.render.plots.canvas import (
    INK,
    MUTED,
    TIER_COLOURS,
    measure_text,
    take_result,
    write,
)
from ecograph.render.plots.sheet import (
    Key,
    draw_box,
    draw_key,
    draw_lines,
    measure_key,
    open_sheet,
    say_lack,
)
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["LOSSES", "count_months", "mark_losses", "plot_expiring"]

LOSSES = ("ended", "keep", *(f"lose_{tier}" for tier in reversed(TIERS[:-1])))
"""What becomes of a firm without the certificate, from the bottom of a bar to its top."""

_ROOM, _TOP, _FOOT = 170.0, 40.0, 42.0  # pixels: the highest bar, above, the months below
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "ended": {
        "facecolor": "white",
        "edgecolor": MUTED,
        "linewidth": 1,
        "linestyle": (0, (2, 2)),
    },
    "keep": {"facecolor": "#E3E7EB", "edgecolor": "white", "linewidth": 0.6},
    "lose_seedling": {
        "facecolor": TIER_COLOURS["seedling"],
        "edgecolor": "white",
        "linewidth": 0.6,
        "hatch": "////",
    },
    "lose_shrub": {"facecolor": TIER_COLOURS["shrub"], "edgecolor": "white", "linewidth": 0.6},
    "lose_tree": {"facecolor": TIER_COLOURS["tree"], "edgecolor": "white", "linewidth": 0.6},
}


def plot_expiring(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot how many certificates expire in each month, by what firms would lose with them.

    A line marks the as-of day; before it stand certificates that expired without a renewal.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``expiring``; otherwise it is computed.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels.

    Returns
    -------
    matplotlib.figure.Figure
        As high as it needs; words where nothing expires.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    table = take_result(ecosystem, results, "expiring", compute=list_expiring)
    if len(table) == 0:
        return say_lack(ecosystem, "expiring", lang=voice.lang, width=width)
    months = count_months(table, ecosystem.as_of)
    shown = [loss for loss in LOSSES if months[loss].any()]
    keys = [Key(str(voice.say(f"renewals.{loss}")), _LOOKS[loss]) for loss in shown]
    base = _TOP + _ROOM
    height = base + _FOOT + measure_key(keys, width=width - 8) + 4
    figure, axes = open_sheet(width, height, label=str(voice.say("renewals.chart")))
    slot = _draw_scale(axes, months, width)
    _draw_months(axes, months, voice, slot)
    _name_months(axes, months, slot, base)
    if ecosystem.as_of:
        _draw_day(axes, months, ecosystem.as_of, voice, slot=slot)
    draw_key(axes, keys, (4, base + _FOOT), width=width - 8)
    return figure


def mark_losses(table: pd.DataFrame) -> pd.Series:
    """Say of each certificate what its firm would lose without it: one of ``LOSSES``.

    Parameters
    ----------
    table
        The result of `list_expiring`.

    Returns
    -------
    pandas.Series
        ``lose_`` with the tier that the firm would fall from; ``keep`` where another certificate
        or route gives the same tier, or none is held; ``ended`` where it has expired already.
    """
    losses = [
        "ended" if days < 0 else f"lose_{tier}" if without != tier else "keep"
        for days, tier, without in zip(
            table["days_left"], table["tier"], table["tier_without"], strict=True
        )
    ]
    return pd.Series(losses, index=table.index, name="loss", dtype=object)


def count_months(table: pd.DataFrame, as_of: dt.date | None = None) -> pd.DataFrame:
    """Count certificates by the month in which they expire and by what would be lost.

    Parameters
    ----------
    table
        The result of `list_expiring`.
    as_of
        A day whose month is there in any case.

    Returns
    -------
    pandas.DataFrame
        Indexed by month (months since the year 0), none left out between the first and the last;
        a column for each of ``LOSSES``.
    """
    days = [dt.date.fromisoformat(str(day)[:10]) for day in table["valid_to"]]
    month = pd.Series([_number_month(day) for day in days], index=table.index, name="month")
    counts = pd.crosstab(month, mark_losses(table))
    named = [*counts.index, *([_number_month(as_of)] if as_of else [])]
    months = range(min(named), max(named) + 1)
    return counts.reindex(index=months, columns=list(LOSSES), fill_value=0).rename_axis("month")


def _number_month(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _draw_scale(axes: Axes, months: pd.DataFrame, width: float) -> tuple[float, float, float]:
    """Draw a line for each round number; return where months begin, their width, their scale."""
    most = max(int(months.sum(axis=1).max()), 1)
    step = _choose_step(most)
    ticks = range(0, most + 1, step)
    start = measure_text([f"{ticks[-1]:,}"]) + 12
    scale = _ROOM / most
    base = _TOP + _ROOM
    draw_lines(axes, [base - scale * tick for tick in ticks], (start, width - 4))
    for tick in ticks:
        place = (start - 6, base - scale * tick + 4)
        write(axes, place, f"{tick:,}", align="right", colour=MUTED)
    return start, (width - 4 - start) / len(months), scale


def _choose_step(most: int) -> int:
    """Choose a round step that makes two to five lines.

    >>> [_choose_step(most) for most in (1, 9, 45, 77, 300)]
    [1, 2, 10, 20, 100]
    """
    rough = max(most / 4, 1)
    power = 10 ** math.floor(math.log10(rough))
    return int(next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.8))


def _draw_months(
    axes: Axes, months: pd.DataFrame, voice: Voice, slot: tuple[float, float, float]
) -> None:
    """Draw a bar a month, its parts on each other, and its number where there is room."""
    start, room, scale = slot
    wide = 1.15 * measure_text([f"{months.sum(axis=1).max():,}"]) <= room
    for place, (month, counts) in enumerate(months.iterrows()):
        top, x = _TOP + _ROOM, start + room * (place + 0.14)
        for loss in LOSSES:
            size = scale * counts[loss]
            if not size:
                continue
            top -= size
            name = f"{_write_month(int(str(month)))} · {voice.say(f'renewals.{loss}')}"
            say = f"{name}: {counts[loss]:,}"
            draw_box(axes, (x, top), (0.72 * room, size), say=say, **_LOOKS[loss])
        if wide and counts.sum():
            middle = start + room * (place + 0.5)
            write(axes, (middle, top - 5), f"{counts.sum():,}", align="center")


def _write_month(month: int) -> str:
    """Write a month.

    >>> _write_month(12 * 2024 + 6)
    '2024-07'
    """
    return f"{month // 12}-{month % 12 + 1:02d}"


def _name_months(
    axes: Axes, months: pd.DataFrame, slot: tuple[float, float, float], base: float
) -> None:
    """Write the number of each month, and the year where one begins."""
    start, room, _ = slot
    every = max(1, math.ceil(21 / room))
    for place, month in enumerate(months.index):
        middle = start + room * (place + 0.5)
        if month % every == 0:
            write(axes, (middle, base + 16), month % 12 + 1, align="center", colour=MUTED)
        left = len(months) - place
        if month % 12 == 0 or (place == 0 and 12 - month % 12 >= min(3, left)):
            x = start + room * (place + 0.14)
            write(axes, (x, base + 33), month // 12, weight="bold")


def _draw_day(
    axes: Axes,
    months: pd.DataFrame,
    day: dt.date,
    voice: Voice,
    *,
    slot: tuple[float, float, float],
) -> None:
    """Draw a line at the as-of day."""
    start, room, _ = slot
    passed = day.day / calendar.monthrange(day.year, day.month)[1]
    x = start + room * (_number_month(day) - months.index[0] + passed)
    axes.vlines(x, 20, _TOP + _ROOM, colors=INK, linewidths=1.2, linestyles="dashed")
    text = str(voice.say("as_of", date=day.isoformat()).unescape())
    half = measure_text([text]) * 0.58
    middle = min(max(x, half + 4), axes.get_xlim()[1] - half - 4)
    write(axes, (middle, 14), text, align="center", weight="normal")
