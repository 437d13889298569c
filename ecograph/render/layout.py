"""Positions of nodes on a plane: the same every time, nothing on top of anything else.

Each connected component is laid out by itself, components are packed around the largest, and
nodes without any edge stand in rows below. Positions are rounded to a grid at every step, so that
differences in the last bits between machines do not grow into different pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from ecograph import engine

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["lay_out"]

_GRID = 2.0**-6
_ASPECT = 1.5  # width to height of the whole
_GOLDEN = np.pi * (3 - np.sqrt(5))
_STEPS = 160
_EXACT = 2500  # nodes up to which every pair repels; above, a sample of nodes stands for all
_SAMPLE = 800
_ROWS = 64  # nodes at a time, so that the work stays in the cache
_SEPARATIONS = 80


def lay_out(adjacency: sp.csr_array, *, spacing: float = 80.0, seed: int = 1) -> Floats:
    """Place the nodes of a network.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights.
    spacing
        The distance that any two nodes keep at least, near enough.
    seed
        Seed of communities and of the start.

    Returns
    -------
    numpy.ndarray
        x and y (downwards) of each node, whole numbers, about (0, 0).
    """
    labels = engine.compute_components(adjacency)
    sizes = np.bincount(labels) if len(labels) else np.zeros(0, dtype=np.int64)
    linked = [np.flatnonzero(labels == c) for c in np.flatnonzero(sizes > 1)]
    drawings = [_draw_component(adjacency[nodes][:, nodes], spacing, seed) for nodes in linked]
    positions = np.zeros((adjacency.shape[0], 2))
    for nodes, drawing, centre in zip(
        linked, drawings, _pack([_radius(d) + 0.5 * spacing for d in drawings]), strict=True
    ):
        positions[nodes] = drawing + centre
    alone = np.flatnonzero(sizes[labels] == 1) if len(labels) else labels
    drawn = positions[np.concatenate(linked)] if linked else np.zeros((0, 2))
    positions[alone] = _set_in_rows(len(alone), drawn, spacing)
    return np.round(positions)


def _draw_component(adjacency: sp.csr_array, spacing: float, seed: int) -> Floats:
    """Draw a connected network about its centre, wider than high."""
    degree = engine.compute_degree(adjacency)
    n = len(degree)
    if int(degree.max()) == n - 1 and int(degree.sum()) == 2 * (n - 1):
        return _draw_star(int(degree.argmax()), n, spacing)
    start = _start(adjacency, spacing, seed)
    drawing = _scale(_turn(_relax(adjacency, start, spacing, seed)), spacing)
    drawing = _separate(drawing, spacing)
    return np.asarray(drawing - (drawing.max(axis=0) + drawing.min(axis=0)) / 2)


def _draw_star(hub: int, n: int, spacing: float) -> Floats:
    """Draw a hub with its leaves around it, in rings where one is too small."""
    leaves = np.arange(n - 1)
    if n - 1 <= 10:  # noqa: PLR2004 - what fits on one ring without looking empty or full
        angle = 2 * np.pi * leaves / (n - 1)
        distance = np.full(n - 1, spacing * max(1.5, (n - 1) / (2 * np.pi) * 1.15))
    else:
        angle, distance = leaves * _GOLDEN, spacing * np.sqrt(leaves + 2)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * distance[:, np.newaxis]
    return np.insert(ring, hub, 0.0, axis=0)


def _start(adjacency: sp.csr_array, spacing: float, seed: int) -> Floats:
    """Put communities on a spiral, the largest inmost, and their members around them."""
    labels = engine.compute_communities(adjacency, seed=seed)
    sizes = np.bincount(labels)
    extent = spacing * np.sqrt(np.cumsum(sizes))
    turn = np.arange(len(sizes)) * _GOLDEN
    centres = np.column_stack([np.cos(turn), np.sin(turn)]) * extent[:, np.newaxis]
    order = np.argsort(labels, kind="stable")
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    angle = rank * _GOLDEN
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    return _snap(centres[labels] + around * (spacing * 0.5 * np.sqrt(rank + 0.5))[:, np.newaxis])


def _relax(adjacency: sp.csr_array, start: Floats, spacing: float, seed: int) -> Floats:
    """Let edges pull and nodes push: attraction log(1 + d) (LinLog; Noack 2009), repulsion 1/d.

    A node pushes in proportion to its edges, as in ForceAtlas2 (Jacomy et al. 2014), so that hubs
    keep room for their leaves. Steps are limited, and shorter and shorter.
    """
    rng = np.random.default_rng(seed)
    weights = _balance(adjacency).tocoo()
    heads, tails, pull = weights.coords[0], weights.coords[1], weights.data
    mass = engine.compute_degree(adjacency).astype(np.float64) + 1
    n = len(mass)
    room = min(1.0, 16 * np.sqrt(n) * np.log1p(np.sqrt(n)) / mass.sum())
    limits = spacing * np.sqrt(n) * 0.12 * (1 - np.arange(_STEPS) / _STEPS) ** 1.5 + spacing * 0.01
    at = np.asarray(start - start.mean(axis=0))
    for limit in limits:
        force = room * spacing * _push(at, mass, rng) - 0.02 * mass[:, np.newaxis] * at / spacing
        gap = at[tails] - at[heads]
        distance = np.sqrt((gap**2).sum(axis=1)) / spacing
        drawn = gap * (pull * np.log1p(distance) / (distance + 1e-6))[:, np.newaxis]
        for axis in (0, 1):
            force[:, axis] += np.bincount(heads, drawn[:, axis], minlength=n) * (4 / spacing)
        length = np.sqrt((force**2).sum(axis=1))[:, np.newaxis] + 1e-9
        at = _snap(at + force / length * np.minimum(length * spacing * 0.1, limit))
    return at


def _balance(adjacency: sp.csr_array) -> sp.csr_array:
    """Weigh edges as the root of their weight, so that one strong tie does not swallow its ends."""
    balanced = adjacency.copy()
    balanced.data = np.sqrt(balanced.data)
    return balanced


def _push(at: Floats, mass: Floats, rng: np.random.Generator) -> Floats:
    """Sum what all others push a node by: mass x mass / distance, away from them.

    Element by element, not by matrix products, whose last bits depend on the machine.
    """
    n = len(mass)
    others = np.arange(n) if n <= _EXACT else np.sort(rng.choice(n, _SAMPLE, replace=False))
    there, heavy = at[others].T.copy(), mass[others] * (n / len(others))
    pushed = np.empty_like(at)
    for first in range(0, n, _ROWS):
        rows = slice(first, first + _ROWS)
        x, y = at[rows, :1] - there[0], at[rows, 1:] - there[1]
        strength = heavy / np.maximum(x * x + y * y, 1.0)
        pushed[rows, 0] = (x * strength).sum(axis=1)
        pushed[rows, 1] = (y * strength).sum(axis=1)
    return np.asarray(pushed * mass[:, np.newaxis])


def _turn(at: Floats) -> Floats:
    """Turn a drawing so that its long side lies level."""
    x, y = (at - at.mean(axis=0)).T
    angle = -0.5 * np.arctan2(2 * (x * y).sum(), (x**2 - y**2).sum())
    cos, sin = np.cos(angle), np.sin(angle)
    return _snap(np.column_stack([x * cos - y * sin, x * sin + y * cos]))


def _scale(at: Floats, spacing: float) -> Floats:
    """Scale a drawing so that most nodes are about the spacing from the next, and none is lost."""
    nearest = float(np.median(np.asarray(cKDTree(at).query(at, k=2)[0])[:, 1]))
    spread = float(np.sqrt((at**2).sum(axis=1).mean()))
    widest = 0.6 * np.sqrt(len(at)) + 2.2
    factor = min(spacing / max(nearest, _GRID), widest * spacing / max(spread, _GRID))
    return _snap((at - at.mean(axis=0)) * factor)


def _separate(at: Floats, spacing: float) -> Floats:
    """Move nodes apart until all keep the spacing, or nearly."""
    at = at + np.column_stack([np.arange(len(at)) % 7, np.arange(len(at)) % 5]) * _GRID
    for _ in range(_SEPARATIONS):
        pairs = cKDTree(at).query_pairs(spacing * 0.98, output_type="ndarray")
        if len(pairs) == 0:
            break
        i, j = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].T
        gap = at[i] - at[j]
        distance = np.maximum(np.sqrt((gap**2).sum(axis=1)), _GRID)
        move = gap * (0.5 * (spacing - distance) / distance)[:, np.newaxis]
        for axis in (0, 1):
            at[:, axis] += np.bincount(i, move[:, axis], minlength=len(at))
            at[:, axis] -= np.bincount(j, move[:, axis], minlength=len(at))
        at = _snap(at)
    return at


def _radius(at: Floats) -> float:
    return float(np.sqrt((at**2).sum(axis=1)).max())


def _pack(radii: list[float]) -> list[Floats]:
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
    ticks = np.arange(np.ceil(_ASPECT * reach / step) + 1) * step
    ticks = np.concatenate([-ticks[:0:-1], ticks])
    x, y = (g.ravel() for g in np.meshgrid(ticks, ticks[np.abs(ticks) <= reach]))
    order = np.lexsort((x, y, np.round((x / _ASPECT) ** 2 + y**2, 3)))
    return np.column_stack([x, y])[order]


def _set_in_rows(count: int, drawn: Floats, spacing: float) -> Floats:
    """Set nodes in rows below a drawing, as wide as it is."""
    if count == 0:
        return np.zeros((0, 2))
    cell = np.array([spacing * 1.8, spacing * 1.2])
    width = np.ptp(drawn[:, 0]) if len(drawn) else 0.0
    least = np.sqrt(count * cell[1] / cell[0] * _ASPECT)
    columns = int(min(count, max(round(width / cell[0]) + 1, np.ceil(least))))
    row, column = np.divmod(np.arange(count), columns)
    gap = max(2.2 * spacing, 0.06 * np.ptp(drawn[:, 1])) if len(drawn) else 0.0
    top = drawn[:, 1].max() + gap if len(drawn) else 0.0
    middle = (drawn[:, 0].max() + drawn[:, 0].min()) / 2 if len(drawn) else 0.0
    x = middle + (column - (columns - 1) / 2) * cell[0]
    return np.column_stack([x, top + row * cell[1]])


def _snap(at: Floats) -> Floats:
    return np.asarray(np.round(at / _GRID) * _GRID)
