"""Refine where nodes lie: edges draw their ends together, all nodes push each other away.

What is made small is the objective of t-SNE with the edges themselves as likenesses. Attraction
stronger than in t-SNE leads to the pictures of UMAP and LargeVis. The push of all on all is exact
up to a grid: nodes are counted in cells and the counts convolved with the reach of one node by the
fast Fourier transform, so that a step costs as much as there are nodes and edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["measure_circles", "refine", "relax", "snap"]

_GRID = 2.0**-10
_STEPS = 200
_PULL = 1.5  # 1 is t-SNE, 4 about UMAP; see docs/layout.md
_EVEN = 0.25  # 0 leaves edges as strong as they are, 0.5 makes nodes alike: what they are drawn by
_MOMENTUM = 0.8
_LONGEST = 5.0  # of the steps of a node
_COOLING = 0.3  # the share of the steps, the last ones, that get shorter and shorter
_WALLED = 0.5  # the share of the steps, the last ones, in which communities have walls
_SLACK = 1.25  # the radius of a wall against that of its members spread evenly
_CELL = 0.7  # the least width of a cell; less costs time and gains little
_SIDES = (32, 48, 64, 96, 128, 160, 192, 256, 320, 400)  # cells a side, quick to transform
_MARGIN = 3  # cells around all nodes, for slopes
_SMALL_STEPS = 160


def refine(adjacency: sp.csr_array, start: Floats, labels: Ints, *, steps: int = _STEPS) -> Floats:
    """Move nodes to their neighbours, and keep each community in a circle.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights above 0; every node has an edge.
    start
        Where the nodes are at first, shape (nodes, 2), at any scale.
    labels
        The community of each node: 0, 1, 2 and so on.
    steps
        How often all nodes are moved.

    Returns
    -------
    numpy.ndarray
        Where the nodes are at last, about (0, 0); a node's push reaches about 1 far.

    Notes
    -----
    Van der Maaten and Hinton, Journal of Machine Learning Research 9, 2579-2605, 2008, eq. 5, with
    attraction times 2: Boehm, Berens, Kobak, Journal of Machine Learning Research 23, 95, 2022. The
    grid: Linderman and others, Nature Methods 16, 243-245, 2019, here with linear weights.

    Examples
    --------
    >>> from scipy import sparse
    >>> pair = sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> at = refine(pair, np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([0, 0]))
    >>> bool(at[0, 0] < at[1, 0]), at[:, 1].tolist()
    (True, [0.0, 0.0])
    """
    heads, tails, pull = _list_pulls(adjacency)
    at = snap(_scale(start))
    speed, field = np.zeros_like(at), _Field()
    for step in range(steps):
        move = field.push(at) + _draw(at, heads, tails, _PULL * pull)
        if step >= (1 - _WALLED) * steps:
            move += _hold(at, labels)
        length = 4 / _PULL * min(1.0, (1 - step / steps) / _COOLING)
        speed = snap(_limit(_MOMENTUM * speed + length * move))
        at = at + speed
    return snap(at - at.mean(axis=0))


def relax(adjacency: sp.csr_array, start: Floats) -> Floats:
    """Let edges pull and nodes push in a small network, whose edges one can follow by eye.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights above 0; every node has an edge.
    start
        Where the nodes are at first, shape (nodes, 2); a node takes about 1.

    Returns
    -------
    numpy.ndarray
        Where the nodes are at last, on the same scale.

    Notes
    -----
    Attraction log(1 + distance) (LinLog: Noack, Journal of Graph Algorithms and Applications 13,
    453-480, 2009), repulsion 1 / distance in proportion to the edges of both, as in ForceAtlas2
    (Jacomy and others, PLoS ONE 9, e98679, 2014), so that hubs keep room for their leaves.
    """
    ties = adjacency.tocoo()
    heads, tails, pull = ties.coords[0], ties.coords[1], 4 * np.sqrt(ties.data)
    mass = np.diff(adjacency.indptr) + 1.0
    n = len(mass)
    room = min(1.0, 16 * np.sqrt(n) * np.log1p(np.sqrt(n)) / mass.sum())
    at = snap(start - start.mean(axis=0))
    for left in 1 - np.arange(_SMALL_STEPS) / _SMALL_STEPS:
        gap = at[tails] - at[heads]
        distance = np.sqrt((gap**2).sum(axis=1))
        drawn = gap * (pull * np.log1p(distance) / (distance + 1e-6))[:, np.newaxis]
        force = room * _push_pairs(at, mass) - 0.02 * mass[:, np.newaxis] * at
        for axis in (0, 1):
            force[:, axis] += np.bincount(heads, drawn[:, axis], minlength=n)
        length = np.sqrt((force**2).sum(axis=1))[:, np.newaxis] + 1e-9
        longest = np.sqrt(n) * 0.12 * left**1.5 + 0.01
        at = snap(at + force / length * np.minimum(0.1 * length, longest))
    return at


def _push_pairs(at: Floats, mass: Floats) -> Floats:
    """Sum what all others push a node by: mass x mass / distance, away from them.

    Element by element, not by matrix products, whose last bits depend on the machine.
    """
    x, y = (at[:, [axis]] - at[:, axis] for axis in (0, 1))
    strength = mass * mass[:, np.newaxis] / np.maximum(x * x + y * y, 1e-4)
    return np.column_stack([(x * strength).sum(axis=1), (y * strength).sum(axis=1)])


def snap(at: Floats, grid: float = _GRID) -> Floats:
    """Round to a grid, so that differences in the last bits between machines do not grow."""
    return np.asarray(np.round(at / grid) * grid)


def measure_circles(at: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Measure the centres and the radii of communities, areas in proportion to their members.

    The radii are what communities take if their members are spread evenly and as densely as those
    of most communities are.

    Returns
    -------
    tuple of numpy.ndarray
        Centres, shape (communities, 2), and radii, shape (communities,).
    """
    sizes = np.bincount(labels)
    sums = [np.bincount(labels, at[:, axis]) for axis in (0, 1)]
    centres = np.column_stack(sums) / sizes[:, np.newaxis]
    spread = np.bincount(labels, ((at - centres[labels]) ** 2).sum(axis=1)) / sizes
    share = spread[labels] / sizes[labels]  # of a disc its members take, each one counted
    return centres, np.sqrt(2 * np.median(share) * sizes)


def _list_pulls(adjacency: sp.csr_array) -> tuple[Ints, Ints, Floats]:
    """List each edge once with how strongly it pulls: 1 in the sum of a node, on average.

    As the root of its weight, so that one strong tie does not swallow its ends, and less between
    nodes that have many, so that what ties all to all does not swallow the rest.
    """
    ties = adjacency.tocoo()
    once = ties.coords[0] < ties.coords[1]
    heads, tails = (ends[once].astype(np.int64) for ends in ties.coords)
    pull = np.sqrt(ties.data[once])
    n = adjacency.shape[0]
    strength = np.bincount(heads, pull, minlength=n) + np.bincount(tails, pull, minlength=n)
    pull = pull / (strength[heads] * strength[tails]) ** _EVEN
    return heads, tails, pull * (n / (2 * pull.sum()))


def _scale(start: Floats) -> Floats:
    """Scale to where the push spreads nodes, about."""
    at = start - start.mean(axis=0)
    spread = np.sqrt((at**2).sum(axis=1).mean())
    return np.asarray(at * (0.15 * np.sqrt(len(at)) / max(float(spread), _GRID)))


def _draw(at: Floats, heads: Ints, tails: Ints, pull: Floats) -> Floats:
    """Sum what edges draw nodes by: their pull x distance / (1 + distance squared)."""
    x, y = at.T.copy()
    over, down = x[tails] - x[heads], y[tails] - y[heads]
    strength = pull / (1 + over * over + down * down)
    drawn = np.empty_like(at)
    for axis, gap in enumerate((over, down)):
        force, n = gap * strength, len(at)
        drawn[:, axis] = np.bincount(heads, force, minlength=n)
        drawn[:, axis] -= np.bincount(tails, force, minlength=n)
    return drawn


def _hold(at: Floats, labels: Ints) -> Floats:
    """Draw nodes outside the circle of their community back to it."""
    centres, radii = measure_circles(at, labels)
    out = at - centres[labels]
    distance = np.sqrt((out**2).sum(axis=1))
    beyond = np.maximum(distance - _SLACK * radii[labels], 0)
    return np.asarray(-out * (0.2 * beyond / np.maximum(distance, _GRID))[:, np.newaxis])


def _limit(speed: Floats) -> Floats:
    length = np.sqrt((speed**2).sum(axis=1))
    return np.asarray(speed * np.minimum(1, _LONGEST / np.maximum(length, _GRID))[:, np.newaxis])


class _Field:
    """The push of all nodes, by way of a grid that is kept as long as it fits."""

    def __init__(self) -> None:
        self._fits = (0, 0.0)
        self._reach = np.zeros((0, 0))

    def push(self, at: Floats) -> Floats:
        """Sum distance / (1 + distance squared) squared over all others, to a total of t-SNE's."""
        low = at.min(axis=0)
        side, width = self._fit(float((at.max(axis=0) - low).max()))
        cells, shares = _spread((at - low) / width + _MARGIN, side)
        count = np.zeros(side * side)
        for cell, share in zip(cells, shares, strict=True):
            count += np.bincount(cell, share, minlength=side * side)
        height = self._convolve(count.reshape(side, side))
        slopes = _slope(height).reshape(-1, 2)
        push = np.zeros_like(at)
        for cell, share in zip(cells, shares, strict=True):
            push += slopes[cell] * share[:, np.newaxis]
        total = float((height.ravel() * count).sum()) - len(at)
        return push * (-0.5 / width * len(at) / max(total, 1.0))

    def _fit(self, span: float) -> tuple[int, float]:
        """Choose how many cells a side there are and how wide they are."""
        needed = int(span / _CELL) + 2 * _MARGIN
        side = next((s for s in _SIDES if s >= needed), _SIDES[-1])
        least = span / (side - 2 * _MARGIN - 1) / _CELL
        width = _CELL * 2 ** (np.ceil(4 * np.log2(max(least, 1.0))) / 4)
        if self._fits != (side, width):
            self._fits = (side, width)
            ticks = fft.fftfreq(2 * side, 1 / (2 * side)) * width
            square = ticks**2
            self._reach = fft.rfft2(1 / (1 + square + square[:, np.newaxis])).real
        return self._fits

    def _convolve(self, count: Floats) -> Floats:
        """Sum 1 / (1 + distance squared) from each cell to all nodes."""
        side = len(count)
        twice = (2 * side, 2 * side)  # so that the far side is not near
        summed = fft.irfft2(fft.rfft2(count, twice) * self._reach, twice)
        return np.asarray(summed[:side, :side])


def _spread(place: Floats, side: int) -> tuple[list[Ints], list[Floats]]:
    """List the four cells about each place, given in cells, and the share that each one gets."""
    corner = place.astype(np.int64)
    x, y = (place - corner).T
    first = corner[:, 1] * side + corner[:, 0]
    cells = [first, first + 1, first + side, first + side + 1]
    return cells, [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]


def _slope(height: Floats) -> Floats:
    """Measure slopes over x and y, a cell, from four neighbours each."""
    slopes = np.zeros((*height.shape, 2))
    slopes[:, 2:-2, 0] = 8 * (height[:, 3:-1] - height[:, 1:-3]) - height[:, 4:] + height[:, :-4]
    slopes[2:-2, :, 1] = 8 * (height[3:-1] - height[1:-3]) - height[4:] + height[:-4]
    return slopes / 12
