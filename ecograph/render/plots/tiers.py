"""The pyramid of tiers, and beside it the tiers of each region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ecograph.analysis.movement import count_pyramid
from ecograph.analysis.tiers import TIERS, assign_tiers
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import MUTED, TIER_COLOURS, measure_text, take_result, write
from ecograph.render.plots.sheet import draw_box, draw_lines, measure_bold, open_sheet, say_lack
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["count_groups", "keep_told", "plot_tiers"]

_LEVEL, _BAR = 42, 32  # pixels: of a level of the pyramid, of its bar
_ROW, _HEAD = 26, 40  # of a region, of the names over the regions
_NUMBER = 40  # of the number behind a bar
_REGIONS = 14  # more of them are in the table
_WIDE = 600  # from here on the regions stand beside the pyramid
_GROWN = TIERS[:-1]
_WARNING = "#B84A00"


class _Frame(NamedTuple):
    """Where a part of the chart stands: left, right, top."""

    left: float
    right: float
    top: float


def plot_tiers(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot the firms of each tier as a pyramid, with the tiers of each region beside it.

    Bars of regions are drawn to one scale, so that regions and tiers can be compared; a region
    without a tree has its nought in bold. Regions are in order of their firms in tiers.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``tiers`` and ``pyramid``; others are computed.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels; below 600 the regions stand below the pyramid.

    Returns
    -------
    matplotlib.figure.Figure
        As high as it needs; words where the data say nothing of any firm.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    tiers = take_result(ecosystem, results, "tiers", compute=assign_tiers)
    if keep_told(tiers).empty:
        return say_lack(ecosystem, "tiers", lang=voice.lang, width=width)
    pyramid = take_result(ecosystem, results, "pyramid", compute=count_pyramid)
    whole = pyramid[pyramid["level"] == "all"].set_index("tier")["firms"]
    regions = count_groups(pyramid, "region")
    frames = _share_room(width, len(regions))
    height = max(
        frames[0].top + _LEVEL * len(TIERS),
        frames[-1].top + _measure_regions(len(regions)) if len(regions) else 0,
    )
    figure, axes = open_sheet(width, height + 6, label=str(voice.say("tiers.chart")))
    _draw_pyramid(axes, whole, voice, frames[0])
    if len(regions):
        _draw_regions(axes, regions, voice, frames[-1])
    return figure


def keep_told(tiers: pd.DataFrame) -> pd.DataFrame:
    """Keep the tiers; none where the data say nothing about any firm."""
    known = (tiers["tier"] != "none") | (tiers["met"] + tiers["not_met"] > 0)
    return tiers if known.any() else tiers.iloc[:0]


def count_groups(pyramid: pd.DataFrame, level: str) -> pd.DataFrame:
    """Count the firms of each tier by region or by industry.

    Parameters
    ----------
    pyramid
        The result of `count_pyramid`.
    level
        ``region`` or ``industry``.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``id``, ``name`` and a column for each of ``TIERS`` (missing where
        withheld), most firms in tiers first, firms without a group last, and only if one of them
        is in a tier. No row where there are fewer than two groups with a name.
    """
    counts = _gather_groups(pyramid[pyramid["level"] == level], level)
    named = [group for group in counts if group[1]]
    grown = {group: sum(counts[group].get(tier, 0) or 0 for tier in _GROWN) for group in counts}
    kept = [group for group in counts if group[1] or grown[group]] if len(named) > 1 else []
    kept.sort(key=lambda group: (not group[1], -grown[group], group))
    rows = [(*group, *(counts[group].get(tier) for tier in TIERS)) for group in kept]
    table = pd.DataFrame(rows, columns=["id", "name", *TIERS])
    return table.astype(dict.fromkeys(TIERS, float))


def _gather_groups(
    rows: pd.DataFrame, level: str
) -> dict[tuple[str, str], dict[str, float | None]]:
    """Gather the firms of each tier by id and name of a group; None where withheld."""
    columns = (rows[name] for name in (level, f"{level}_name", "tier", "firms"))
    counts: dict[tuple[str, str], dict[str, float | None]] = {}
    for key, name, tier, firms in zip(*columns, strict=True):
        counts.setdefault((key, name), {})[tier] = None if is_missing(firms) else float(firms)
    return counts


def _share_room(width: float, regions: int) -> list[_Frame]:
    """Share the room between pyramid and regions: side by side, or one below the other."""
    if not regions:
        return [_Frame(4, width - 4, 4)]
    if width >= _WIDE:
        height = _measure_regions(regions)
        top = max((height - _LEVEL * len(TIERS)) / 2, 0)
        return [_Frame(4, 0.44 * width, top + 4), _Frame(0.48 * width, width - 4, 4)]
    return [_Frame(4, width - 4, 4), _Frame(4, width - 4, _LEVEL * len(TIERS) + 22)]


def _measure_regions(regions: int) -> float:
    cut = regions > _REGIONS
    return _HEAD + _ROW * min(regions, _REGIONS) + (22 if cut else 4)


def _draw_pyramid(axes: Axes, firms: pd.Series, voice: Voice, frame: _Frame) -> None:
    """Draw one centred bar a tier, those in no tier apart as the ground."""
    names = {tier: voice.label("tier", tier) for tier in TIERS}
    share = firms / max(firms.sum(), 1)
    notes = {tier: _write_count(voice, firms.get(tier), share.get(tier)) for tier in TIERS}
    left = frame.left + measure_bold([*names.values()], size=13) + 8
    right = frame.right - 1.1 * measure_text([*notes.values()]) - 10
    scale = (right - left) / max(firms.max(), 1)
    for place, tier in enumerate(TIERS):
        top = frame.top + _LEVEL * place
        size = 0 if is_missing(firms.get(tier)) else max(scale * firms[tier], 2 * (firms[tier] > 0))
        look: dict[str, Any] = {"facecolor": TIER_COLOURS[tier]}
        if tier == "none":
            look = {"facecolor": "white", "edgecolor": TIER_COLOURS[tier], "linewidth": 1.5}
        corner = ((left + right - size) / 2, top)
        if size:
            draw_box(axes, corner, (size, _BAR), say=f"{names[tier]}: {notes[tier]}", **look)
        write(axes, (frame.left, top + 21), names[tier], size=13, weight="bold")
        write(axes, (frame.right, top + 21), notes[tier], align="right", colour=MUTED)


def _write_count(voice: Voice, firms: Any, share: Any) -> str:  # noqa: ANN401 - or missing
    if is_missing(firms):
        return voice.write(None, "count")
    return f"{voice.write(firms, 'count')} · {voice.write(share, 'share')}"


def _draw_regions(axes: Axes, regions: pd.DataFrame, voice: Voice, frame: _Frame) -> None:
    """Draw a row a region and a column a tier, all bars to one scale."""
    shown = regions.head(_REGIONS)
    names = [name or str(voice.say("tiers.no_region")) for name in shown["name"]]
    start = frame.left + 1.1 * measure_text(names, cells=16) + 10
    heads = {tier: voice.label("tier", tier) for tier in _GROWN}
    most = shown[list(_GROWN)].max().fillna(0).to_dict()
    least = {tier: measure_bold([heads[tier]]) + 20 for tier in _GROWN}
    scale, columns = _fit_columns(frame.right - start, most, least)
    for tier in _GROWN:
        _head_column(axes, heads[tier], tier, (start, frame.top))
        for place, firms in enumerate(shown[tier]):
            say = f"{names[place]} · {heads[tier]}: {voice.write(firms, 'count')}"
            corner = (start, frame.top + _HEAD + _ROW * place)
            _draw_cell(axes, corner, firms, voice, look=(tier, scale, say))
        start += columns[tier]
    for place, name in enumerate(names):
        bottom = frame.top + _HEAD + _ROW * place
        write(axes, (frame.left, bottom + 15), name, cells=16)
    lines = [frame.top + _HEAD + _ROW * place - 2.5 for place in range(len(shown))]
    draw_lines(axes, lines, (frame.left, frame.right))
    if len(shown) < len(regions):
        said = voice.say("cut", shown=len(shown), total=len(regions))
        end = frame.top + _HEAD + _ROW * len(shown) + 14
        write(axes, (frame.left, end), said, colour=MUTED)


def _fit_columns(
    room: float, most: Mapping[str, float], least: Mapping[str, float]
) -> tuple[float, dict[str, float]]:
    """Find the scale of all bars and the width of each column, which holds its head as well.

    >>> _fit_columns(200, {"a": 1, "b": 10}, {"a": 60, "b": 60})
    (10.0, {'a': 60, 'b': 140.0})
    """
    fixed: dict[str, float] = {}
    while True:
        free = {tier: firms for tier, firms in most.items() if tier not in fixed}
        rest = room - sum(fixed.values()) - _NUMBER * len(free)
        scale = max(rest, 1) / max(sum(free.values()), 1)
        short = [tier for tier, firms in free.items() if scale * firms + _NUMBER < least[tier]]
        if not short:
            break
        fixed |= {tier: least[tier] for tier in short}
    sizes = {tier: fixed.get(tier, scale * firms + _NUMBER) for tier, firms in most.items()}
    return scale, sizes


def _head_column(axes: Axes, head: str, tier: str, corner: tuple[float, float]) -> None:
    x, top = corner
    draw_box(axes, (x, top + 22), (8, 8), facecolor=TIER_COLOURS[tier])
    write(axes, (x + 12, top + 30), head, weight="bold")


def _draw_cell(
    axes: Axes,
    corner: tuple[float, float],
    firms: float,
    voice: Voice,
    *,
    look: tuple[str, float, str],
) -> None:
    """Draw how many firms of a tier a region has: the bar, and the number behind it."""
    tier, scale, say = look
    x, top = corner
    size = 0 if is_missing(firms) else max(scale * firms, 2 * (firms > 0))
    if size:
        draw_box(axes, (x, top + 4), (size, 14), say=say, facecolor=TIER_COLOURS[tier])
    lacking = tier == TIERS[0] and firms == 0
    write(
        axes,
        (x + size + (4 if size else 0), top + 15),
        voice.write(firms, "count"),
        colour=_WARNING if lacking else MUTED,
        weight="bold" if lacking else "normal",
    )
