"""The marks of verdicts, which tell them apart without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.render.plots.canvas import MUTED, VERDICT_COLOURS, VERDICT_MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["draw_marks"]


def draw_marks(
    axes: Axes, places: Sequence[tuple[float, float]], verdict: str, *, size: float = 10
) -> Line2D:
    """Draw the mark of a verdict at some places, as one artist.

    Parameters
    ----------
    axes
        Where.
    places
        x and y of each.
    verdict
        One of ``VERDICT_MARKS``; any other looks like one that cannot be told.
    size
        In pixels.
    """
    known = verdict if verdict in VERDICT_MARKS else "not_enough_data"
    colour, mark = VERDICT_COLOURS.get(known, MUTED), VERDICT_MARKS[known]
    (line,) = axes.plot(
        [x for x, _ in places],
        [y for _, y in places],
        marker=mark.shape,
        markersize=size - 1 if mark.hollow else size,
        markerfacecolor="white" if mark.hollow else colour,
        markeredgecolor=colour if mark.hollow else "white",
        markeredgewidth=2 if mark.hollow else 1,
        linestyle="none",
        clip_on=False,
        zorder=4,
    )
    return line
