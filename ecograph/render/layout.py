"""Positions of nodes on a plane: the same every time, nothing on top of anything else.

Communities are found, laid out and packed as circles; their members start inside and are refined
by what they are tied to. Each larger component is laid out by itself, and all are packed around
the largest; tiny components and nodes without any edge stand on rings outside. Positions are
rounded to a grid at every step, so that differences in the last bits between machines do not grow
into different pictures. How it compares with others is in docs/layout.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

from ecograph import engine
from ecograph.render.packing import ASPECT, GOLDEN, fill_disc, pack, ring, spread_circles, to_spiral
from ecograph.render.refine import refine, relax, snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["lay_out"]

_GRID = 2.0**-6
_TINY = 4  # nodes; such components go on the ring around one that is much larger
_MEMBERS = 2000.0  # nodes for which Leiden's own resolution finds the communities one can see
_FINEST = 60.0  # so that there are not more communities than can be packed
_SMALL = 100  # nodes; up to there long edges mar a picture more than mixed communities do
_PACKED = 2500  # communities; more are left to the refinement
_SEPARATIONS = 120
_GROWTH = 0.5  # the share of the rounds in which the distance that nodes keep grows
_MOVES = 500_000  # of nodes, by which separation ends in a large network


def lay_out(adjacency: sp.csr_array, *, spacing: float = 80.0, seed: int = 1) -> Floats:
    """Place the nodes of a network.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights; a weight of 0 is no tie.
    spacing
        The distance that any two nodes keep at least, near enough.
    seed
        Seed of the communities.

    Returns
    -------
    numpy.ndarray
        x and y (downwards) of each node, whole numbers, about (0, 0).
    """
    ties = _clean(adjacency)
    labels = engine.compute_components(ties)
    members = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    inner = _count_inner(np.array([len(m) for m in members if len(m)], dtype=np.int64))
    drawings = _draw_components([ties[m][:, m] for m in members if len(m) > 1], spacing, seed)
    radii = [_radius(drawing) + 0.5 * spacing for drawing in drawings]
    positions = np.zeros((ties.shape[0], 2))
    for nodes, drawing, centre in zip(members, drawings, pack(radii[:inner]), strict=False):
        positions[nodes] = drawing + centre
    outside = members[inner:] if ties.shape[0] else []
    drawn = positions[np.concatenate(members[:inner])] if inner else np.zeros((0, 2))
    around = np.array([*radii[inner:], *[0.6 * spacing] * (len(outside) - len(radii[inner:]))])
    centres = ring(around, drawn, 0.7 * spacing) if inner else _set_in_rows(len(outside), spacing)
    for place, nodes in enumerate(outside):
        own = drawings[inner + place] if inner + place < len(drawings) else 0.0
        positions[nodes] = own + centres[place]
    return np.round(positions)


def _clean(adjacency: sp.csr_array) -> sp.csr_array:
    """Add up entries of the same place and leave out those of 0."""
    ties: sp.csr_array = adjacency.astype(np.float64)
    ties.sum_duplicates()
    ties.eliminate_zeros()
    return ties


def _count_inner(sizes: Ints) -> int:
    """Count the components, given largest first, that are not on the ring."""
    if len(sizes) == 0:
        return 0
    least = _TINY if sizes[0] > 5 * _TINY else 1
    return int((sizes > least).sum())


def _draw_components(parts: list[sp.csr_array], spacing: float, seed: int) -> list[Floats]:
    """Draw each component; those that are the same, such as pairs, once."""
    drawn: dict[tuple[bytes, ...], Floats] = {}
    drawings = []
    for part in parts:
        key = (part.indptr.tobytes(), part.indices.tobytes(), part.data.tobytes())
        if key not in drawn:
            drawn[key] = _draw_component(part, spacing, seed)
        drawings.append(drawn[key])
    return drawings


def _draw_component(adjacency: sp.csr_array, spacing: float, seed: int) -> Floats:
    """Draw a connected network about its centre, wider than high."""
    degree = engine.compute_degree(adjacency)
    n = len(degree)
    if int(degree.max()) == n - 1 and int(degree.sum()) == 2 * (n - 1):
        return _draw_star(int(degree.argmax()), n, spacing)
    start, labels = _start(adjacency, seed)
    at = relax(adjacency, start) if n <= _SMALL else refine(adjacency, start, labels)
    drawing = _scale(_turn(at), spacing)
    drawing = _separate(drawing, spacing)
    return np.asarray(drawing - (drawing.max(axis=0) + drawing.min(axis=0)) / 2)


def _draw_star(hub: int, n: int, spacing: float) -> Floats:
    """Draw a hub with its leaves around it, in rings where one is too small."""
    leaves = np.arange(n - 1)
    if n - 1 <= 10:  # noqa: PLR2004 - what fits on one ring without looking empty or full
        angle = 2 * np.pi * leaves / (n - 1)
        distance = np.full(n - 1, spacing * max(1.5, (n - 1) / (2 * np.pi) * 1.15))
    else:
        angle, distance = leaves * GOLDEN, spacing * np.sqrt(leaves + 2)
    star = np.column_stack([np.cos(angle), np.sin(angle)]) * distance[:, np.newaxis]
    return np.insert(star, hub, 0.0, axis=0)


def _start(adjacency: sp.csr_array, seed: int) -> tuple[Floats, Ints]:
    """Pack communities as circles and put their members inside; also return the communities."""
    n = adjacency.shape[0]
    fineness = min(max(n / _MEMBERS, 1.0), _FINEST)
    rooted = adjacency.copy()
    rooted.data = np.sqrt(rooted.data)
    labels = engine.compute_communities(rooted, seed=seed, resolution=fineness)
    sizes = np.bincount(labels)
    radii = np.sqrt(sizes.astype(np.float64))
    centres = to_spiral(len(sizes))
    if len(sizes) > 2:  # noqa: PLR2004 - there is something to arrange
        centres = refine(_join(rooted, labels), centres, np.zeros(len(sizes), dtype=np.int64))
    centres = snap(fill_disc(centres, 1.5 * radii**2))
    if len(sizes) <= _PACKED:
        centres = snap(spread_circles(centres, radii))
    order = np.argsort(labels, kind="stable")
    inside = np.empty((n, 2))
    inside[order] = np.concatenate([to_spiral(int(size)) for size in sizes])
    return centres[labels] + inside * radii[labels][:, np.newaxis], labels


def _join(adjacency: sp.csr_array, labels: Ints) -> sp.csr_array:
    """Add up the ties between communities."""
    ties = adjacency.tocoo()
    ends = labels[ties.coords[0]], labels[ties.coords[1]]
    across = ends[0] != ends[1]
    between = (ties.data[across], (ends[0][across], ends[1][across]))
    return sp.csr_array(sp.coo_array(between, shape=(labels.max() + 1,) * 2))


def _turn(at: Floats) -> Floats:
    """Turn a drawing so that its long side lies level."""
    x, y = (at - at.mean(axis=0)).T
    angle = -0.5 * np.arctan2(2 * (x * y).sum(), (x**2 - y**2).sum())
    cos, sin = np.cos(angle), np.sin(angle)
    return snap(np.column_stack([x * cos - y * sin, x * sin + y * cos]), _GRID**2)


def _scale(at: Floats, spacing: float) -> Floats:
    """Scale a drawing so that most nodes are about the spacing from the next, and none is lost."""
    nearest = float(np.median(np.asarray(cKDTree(at).query(at, k=2)[0])[:, 1]))
    spread = float(np.sqrt((at**2).sum(axis=1).mean()))
    widest = 0.75 * np.sqrt(len(at)) + 2.2
    factor = min(spacing / max(nearest, _GRID), widest * spacing / max(spread, _GRID))
    return snap((at - at.mean(axis=0)) * factor, _GRID)


def _separate(at: Floats, spacing: float) -> Floats:
    """Move nodes apart until all keep the spacing, or nearly.

    What they keep grows round by round, and a node among many moves less than they ask for, so that
    a crowd widens and does not fly apart.
    """
    at = at + to_spiral(len(at)) * (0.1 * spacing)  # or nodes of one place would stay together
    rounds = min(_SEPARATIONS, max(_MOVES // len(at), 20))
    for kept in spacing * np.minimum(np.arange(1, rounds + 1) / (_GROWTH * rounds), 1.0):
        pairs = cKDTree(at).query_pairs(kept * 0.98, output_type="ndarray")
        if len(pairs) == 0:
            continue
        i, j = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].T
        gap = at[i] - at[j]
        distance = np.maximum(np.sqrt((gap**2).sum(axis=1)), _GRID)
        move = gap * (0.5 * (kept - distance) / distance)[:, np.newaxis]
        near = np.bincount(i, minlength=len(at)) + np.bincount(j, minlength=len(at))
        for axis in (0, 1):
            asked = np.bincount(i, move[:, axis], minlength=len(at))
            asked -= np.bincount(j, move[:, axis], minlength=len(at))
            at[:, axis] += asked / np.sqrt(np.maximum(near, 1))
        at = snap(at, _GRID)
    return at


def _radius(at: Floats) -> float:
    return float(np.sqrt((at**2).sum(axis=1)).max())


def _set_in_rows(count: int, spacing: float) -> Floats:
    """Set nodes in rows where there is nothing else."""
    cell = np.array([spacing * 1.8, spacing * 1.2])
    columns = int(np.ceil(np.sqrt(count * cell[1] / cell[0] * ASPECT)))
    row, column = np.divmod(np.arange(count), max(columns, 1))
    at = np.column_stack([column, row]) * cell
    return np.asarray(at - at.mean(axis=0)) if count else at
