"""A sheet in pixels: boxes and lines, a key to them, or words where nothing can be drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from ecograph.render.plots.canvas import (
    GRID,
    INK,
    MUTED,
    Margins,
    add_axes,
    measure_text,
    open_figure,
    say_at,
    write,
)
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = [
    "Key",
    "break_lines",
    "draw_box",
    "draw_key",
    "draw_lines",
    "measure_bold",
    "measure_key",
    "open_sheet",
    "say_lack",
]

_SWATCH, _ROW, _SPACE = 16, 20, 18  # pixels
_CHINESE = re.compile("[\u2e80-\uffef]")
_WORD = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+")


class Key(NamedTuple):
    """A ground, as `draw_box` takes it, and what it means."""

    text: str
    look: Mapping[str, Any]


def open_sheet(width: float, height: float, *, label: str) -> tuple[Figure, Axes]:
    """Open a figure whose axes count pixels from the left and from the top.

    >>> figure, axes = open_sheet(360, 100, label="what it shows")
    >>> axes.get_xlim(), axes.get_ylim()
    ((np.float64(0.0), np.float64(360.0)), (np.float64(100.0), np.float64(0.0)))
    """
    figure = open_figure(width, height, label=label)
    axes = add_axes(figure, Margins(0, 0, 0, 0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return figure, axes


def draw_box(
    axes: Axes,
    corner: tuple[float, float],
    size: tuple[float, float],
    *,
    say: str = "",
    **look: Any,  # noqa: ANN401 - those of a patch
) -> Rectangle:
    """Draw a rectangle from its upper left corner; a pointer over it shows what it says."""
    box = Rectangle(corner, *size, **{"linewidth": 0, **look})
    axes.add_artist(box)
    box.set_clip_on(False)
    if say:
        say_at(box, say)
    return box


def draw_lines(axes: Axes, heights: Sequence[float], ends: tuple[float, float]) -> None:
    """Draw thin lines across, below everything else."""
    paths = [[(ends[0], height), (ends[1], height)] for height in heights]
    lines = LineCollection(paths, colors=GRID, linewidths=0.8, zorder=0.5)
    axes.add_artist(lines)
    lines.set_clip_on(False)


def measure_bold(texts: Sequence[str], *, size: float = 12, cells: int = 40) -> float:
    """Measure how wide the widest of some texts is in bold, in fonts with wide letters too."""
    wide = (1.1 if _CHINESE.search(text) else 1.36 for text in texts)
    sizes = (measure_text([text], size=size, cells=cells) for text in texts)
    return max((factor * room for factor, room in zip(wide, sizes, strict=True)), default=0.0)


def measure_key(keys: Sequence[Key], width: float) -> float:
    """Measure how high a key is."""
    return _ROW * (1 + max((row for row, _ in _place_keys(keys, width)), default=-1))


def draw_key(axes: Axes, keys: Sequence[Key], corner: tuple[float, float], *, width: float) -> None:
    """Explain grounds, one beside the other, in as many lines as they need."""
    left, top = corner
    for key, (row, x) in zip(keys, _place_keys(keys, width), strict=True):
        y = top + _ROW * row
        draw_box(axes, (left + x, y + 4), (_SWATCH, 11), **key.look)
        write(axes, (left + x + _SWATCH + 6, y + 14), key.text, colour=MUTED, cells=60)


def say_lack(ecosystem: Ecosystem, name: str, *, lang: str, width: float) -> Figure:
    """Say, in place of a chart, which registers would fill the table it is drawn from.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    name
        What the report calls the table.
    lang, width
        As of a chart.
    """
    voice = Voice(lang, ecosystem.currency)
    text = Page(ecosystem, {}, voice).lack(name).unescape()
    lines = break_lines(text, (width - 16) / 1.15)
    figure, axes = open_sheet(width, 20 * len(lines) + 20, label=text)
    for place, line in enumerate(lines):
        write(axes, (8, 24 + 20 * place), line, colour=INK, cells=len(line) * 2)
    return figure


def break_lines(text: str, width: float, *, size: float = 12) -> list[str]:
    """Break a text into lines that fit; Chinese breaks anywhere, other words between them.

    >>> break_lines("a certificate that 到期", 80)
    ['a', 'certificate', 'that 到期']
    """
    lines = [""]
    for word in _WORD.findall(text):
        longer = lines[-1] + word
        if lines[-1] and measure_text([longer.rstrip()], size=size, cells=len(longer) * 2) > width:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def _place_keys(keys: Sequence[Key], width: float) -> list[tuple[int, float]]:
    """Place each key: in which line, and how far from the left."""
    places, row, x = [], 0, 0.0
    for key in keys:
        room = _SWATCH + 6 + 1.1 * measure_text([key.text], cells=60)
        if x and x + room > width:
            row, x = row + 1, 0.0
        places.append((row, x))
        x += room + _SPACE
    return places
