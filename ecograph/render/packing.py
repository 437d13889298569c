"""Circles that do not overlap: communities of a drawing, components around it, a ring outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["ASPECT", "GOLDEN", "fill_disc", "pack", "ring", "spread_circles", "to_spiral"]

ASPECT = 1.5
"""Width to height of a whole drawing."""

GOLDEN = np.pi * (3 - np.sqrt(5))
"""The angle from one to the next that never comes round."""

_ROUNDS = 100


def to_spiral(count: int) -> Floats:
    """Place points evenly over the disc of radius 1, the first inmost, shape (count, 2).

    >>> to_spiral(1).round(2).tolist()
    [[0.71, 0.0]]
    """
    ranks = np.arange(count)
    angle = ranks * GOLDEN
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(around * np.sqrt((ranks + 0.5) / max(count, 1))[:, np.newaxis])


def fill_disc(centres: Floats, areas: Floats) -> Floats:
    """Move points in or out, in the order of their distance, until they fill a disc evenly.

    Parameters
    ----------
    centres
        Shape (points, 2).
    areas
        What each point takes of the disc; the disc's radius is the root of their sum.

    Returns
    -------
    numpy.ndarray
        The points then, about (0, 0).
    """
    at = centres - np.median(centres, axis=0)
    distance = np.sqrt((at**2).sum(axis=1))
    order = np.argsort(distance, kind="stable")
    filled = np.empty(len(at))
    filled[order] = np.sqrt(np.cumsum(areas[order]) - areas[order] / 2)
    return np.asarray(at * (filled / np.maximum(distance, 1e-6))[:, np.newaxis])


def spread_circles(centres: Floats, radii: Floats) -> Floats:
    """Move circles apart until none overlaps another, or nearly; small ones give way.

    Parameters
    ----------
    centres
        Shape (circles, 2).
    radii
        Shape (circles,).

    Returns
    -------
    numpy.ndarray
        The centres then.
    """
    at, area = centres.copy(), radii**2
    reach = radii[:, np.newaxis] + radii
    yields = area / (area[:, np.newaxis] + area)
    for _ in range(_ROUNDS):
        x, y = (at[:, [axis]] - at[:, axis] for axis in (0, 1))
        distance = np.sqrt(x * x + y * y)
        np.fill_diagonal(distance, np.inf)
        over = np.maximum(reach - distance, 0)
        if over.max(initial=0) < 0.01 * radii.max(initial=0):
            break
        crowd = np.sqrt(np.maximum((over > 0).sum(axis=1), 1))  # or many at once fling one far out
        over *= yields / np.maximum(distance, 1e-6) / crowd[:, np.newaxis]
        at = at + np.column_stack([(x * over).sum(axis=1), (y * over).sum(axis=1)])
    return at


def pack(radii: list[float]) -> list[Floats]:
    """Pack circles, given largest first, around the first; their centres."""
    if not radii:
        return []
    places = _list_places(radii)
    clear = np.full(len(places), np.inf)
    centres = []
    for radius in radii:
        centre = places[int(np.argmax(clear >= radius))]
        centres.append(centre)
        clear = np.minimum(clear, np.sqrt(((places - centre) ** 2).sum(axis=1)) - radius)
    return centres


def _list_places(radii: list[float]) -> Floats:
    """List the places where a circle may go, the inmost first, enough for all of them."""
    reach = 2 * radii[0] + 2.5 * float(np.sqrt((np.asarray(radii[1:]) ** 2).sum())) + radii[-1]
    step = max(min(radii) * 0.25, reach / 80)
    ticks = np.arange(np.ceil(ASPECT * reach / step) + 1) * step
    ticks = np.concatenate([-ticks[:0:-1], ticks])
    x, y = (g.ravel() for g in np.meshgrid(ticks, ticks[np.abs(ticks) <= reach]))
    order = np.lexsort((x, y, np.round((x / ASPECT) ** 2 + y**2, 3)))
    return np.column_stack([x, y])[order]


def ring(radii: Floats, drawn: Floats, gap: float) -> Floats:
    """Set circles, given largest first, on rings around a drawing, from below up on both sides.

    Parameters
    ----------
    radii
        Of the circles.
    drawn
        The points that must stay inside, shape (points, 2), about (0, 0).
    gap
        Between the drawing and the first ring.

    Returns
    -------
    numpy.ndarray
        The centres of the circles, shape (circles, 2).
    """
    middle, axes = _wrap(drawn)
    axes = axes + gap
    centres, first = np.empty((len(radii), 2)), 0
    while first < len(radii):
        widest = radii[first]
        axes = axes + widest
        places = _go_round(axes, 2 * radii[first:])
        centres[first : first + len(places)] = middle + places
        first += len(places)
        axes = axes + widest
    return centres


def _wrap(drawn: Floats) -> tuple[Floats, Floats]:
    """Find an ellipse around points: its centre and half its axes."""
    if len(drawn) == 0:
        return np.zeros(2), np.zeros(2)
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    half = np.maximum((high - low) / 2, 1.0)
    half = np.maximum(half, half.max() / 2)  # not too flat, or the ends crowd
    middle = (high + low) / 2
    farthest = np.sqrt((((drawn - middle) / half) ** 2).sum(axis=1)).max()
    return middle, half * max(float(farthest), 1.0)


def _go_round(axes: Floats, widths: Floats) -> Floats:
    """Place what has room on one ellipse, alternately left and right of its lowest point."""
    angle = np.linspace(0, 2 * np.pi, 2049)
    outline = np.column_stack([np.sin(angle) * axes[0], np.cos(angle) * axes[1]])
    steps = np.sqrt((np.diff(outline, axis=0) ** 2).sum(axis=1))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(int(np.searchsorted(np.cumsum(widths), along[-1], side="right")), 1)
    widths = widths[:count]
    # The whole ring is used where most of it is needed anyway.
    room = along[-1] / widths.sum()
    widths = widths * (room if room < 1.5 else 1.0)  # noqa: PLR2004
    side = np.where(np.arange(count) % 2 == 1, -1.0, 1.0)
    right, left = (np.cumsum(np.where(side == s, widths, 0.0)) for s in (1.0, -1.0))
    middle = np.where(side > 0, right - widths[0] / 2, left + widths[0] / 2) - widths / 2
    at = (side * middle) % along[-1]
    return np.column_stack([np.interp(at, along, outline[:, axis]) for axis in (0, 1)])
