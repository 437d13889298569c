"""Betweenness from a sample of pairs of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecograph.engine.bounds import Measured, bound_errors
from ecograph.engine.threads import map_in_order
from ecograph.engine.twins import narrow

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]
    Bools = NDArray[np.bool_]
    Shares = tuple[Ints, Floats]

__all__ = ["sample_betweenness"]

_MOST_PAIRS_AT_ONCE = 512
_CELLS_AT_ONCE = 64_000_000


@dataclass(frozen=True, eq=False)
class _Front:
    """Where the searches stand: one entry for each row and node of the row's last level."""

    row: Ints
    node: Ints
    paths: Floats


@dataclass(frozen=True, eq=False)
class _Step:
    """One step: entries that stay and that move, and from which of these one comes to which new."""

    before: _Front
    stays: Ints
    moves: Ints
    source: Ints
    target: Ints


def sample_betweenness(
    adjacency: sp.csr_array, *, samples: int, delta: float, seed: int
) -> Measured:
    """Estimate betweenness from pairs drawn at random, each with all its shortest paths.

    As Riondato and Upfal (ACM TKDD 12, 2018, no. 61), with searches from both ends that meet
    (Borassi and Natale, ACM JEA 24, 2019, no. 1.2) and the bound of `bound_errors`.

    Parameters
    ----------
    adjacency
        The network, of at least 3 nodes.
    samples
        The number of ordered pairs to draw, with replacement.
    delta
        The probability that any node's error exceeds the epsilon that is reported.
    seed
        Seed of the draws.
    """
    n = adjacency.shape[0]
    ties = narrow(adjacency)
    batches = _draw_pairs(n, samples, seed)
    total, squares = np.zeros(n), np.zeros(n)
    for nodes, shares in map_in_order(lambda pairs: _share_paths(ties, pairs), batches, "batches"):
        total += np.bincount(nodes, shares, n)
        squares += np.bincount(nodes, shares**2, n)
    scale = n / (n - 2)
    epsilon = scale * float(bound_errors(total, squares, samples, delta=delta).max())
    how = {"epsilon": epsilon, "delta": delta, "samples": samples}
    return Measured(total / samples * scale, exact=False, how=how)


def _draw_pairs(n: int, samples: int, seed: int) -> list[Ints]:
    """Draw ordered pairs of different nodes, in batches."""
    draws = np.random.default_rng(seed)
    start = draws.integers(0, n, samples)
    end = (start + draws.integers(1, n, samples)) % n
    size = max(1, min(_MOST_PAIRS_AT_ONCE, _CELLS_AT_ONCE // n))
    cuts = range(size, samples, size)
    return np.split(np.stack([start, end]), cuts, axis=1)


def _share_paths(ties: sp.csr_array, pairs: Ints) -> Shares:
    """List nodes with the share of a pair's shortest paths that pass them; ends are left out.

    Row r searches from the start of pair r, row r + count from its end.
    """
    count = pairs.shape[1]
    front, steps = _search(ties, pairs)
    here, there = _meet(front, count, ties.shape[0])
    total = np.zeros(count)
    total += np.bincount(front.row[here], front.paths[here] * front.paths[there], count)
    weight = np.divide(1, total, out=np.zeros(count), where=total > 0)
    ahead = np.zeros(len(front.row))
    ahead[here], ahead[there] = front.paths[there], front.paths[here]
    parts = [_list_shares(front, here, ahead, weight, pairs)]
    for step in reversed(steps):
        ahead = _walk_back(step, ahead)
        parts.append(_list_shares(step.before, step.moves, ahead, weight, pairs))
    nodes, shares = zip(*parts, strict=True)
    return np.concatenate(nodes), np.concatenate(shares)


def _search(ties: sp.csr_array, pairs: Ints) -> tuple[_Front, list[_Step]]:
    """Search from both ends of each pair, always on the side with fewer ties, until they meet."""
    count = pairs.shape[1]
    degree = np.diff(ties.indptr)
    front = _Front(np.arange(2 * count), pairs.ravel(), np.ones(2 * count))
    seen = np.zeros((2 * count, ties.shape[0]), dtype=bool)
    seen[front.row, front.node] = True
    steps: list[_Step] = []
    apart = np.ones(count, dtype=bool)
    while True:
        cost = np.bincount(front.row, degree[front.node], 2 * count).reshape(2, count)
        apart &= (cost > 0).all(axis=0)
        if not apart.any():
            return front, steps
        first = cost[0] <= cost[1]
        moving = np.concatenate([apart & first, apart & ~first])
        step, front = _advance(ties, front, moving, seen)
        steps.append(step)
        new = slice(len(step.stays), None)
        row, node = front.row[new], front.node[new]
        apart[row[seen[(row + count) % (2 * count), node]] % count] = False


def _advance(ties: sp.csr_array, front: _Front, moving: Bools, seen: Bools) -> tuple[_Step, _Front]:
    """Move some rows on by one step, to nodes that they have not seen."""
    moves, stays = np.flatnonzero(moving[front.row]), np.flatnonzero(~moving[front.row])
    source, node = _follow_ties(ties, front.node[moves])
    row = front.row[moves][source]
    new = ~seen[row, node]
    source, row, node = source[new], row[new], node[new]
    n = ties.shape[0]
    reached, target = np.unique(row * n + node, return_inverse=True)
    paths = np.zeros(len(reached))
    paths += np.bincount(target, front.paths[moves][source], len(reached))
    seen[reached // n, reached % n] = True
    moved = _Front(
        np.concatenate([front.row[stays], reached // n]),
        np.concatenate([front.node[stays], reached % n]),
        np.concatenate([front.paths[stays], paths]),
    )
    return _Step(front, stays, moves, source, target), moved


def _follow_ties(ties: sp.csr_array, nodes: Ints) -> tuple[Ints, Ints]:
    """List all ties of nodes: the place in the list of nodes, and the node at the other end."""
    start = ties.indptr[nodes].astype(np.int64)
    length = ties.indptr[nodes + 1] - start
    source = np.repeat(np.arange(len(nodes)), length)
    skip = np.concatenate([[0], np.cumsum(length)[:-1]]) if len(nodes) else length
    entries = np.arange(len(source)) + (start - skip)[source]
    return source, ties.indices[entries].astype(np.int64)


def _meet(front: _Front, count: int, n: int) -> tuple[Ints, Ints]:
    """Find the entries of both sides of a pair that stand at the same node."""
    near, far = np.flatnonzero(front.row < count), np.flatnonzero(front.row >= count)
    keys = front.row % count * n + front.node
    _, here, there = np.intersect1d(keys[near], keys[far], assume_unique=True, return_indices=True)
    return near[here], far[there]


def _walk_back(step: _Step, ahead: Floats) -> Floats:
    """Count the paths from the entries before a step to the other end of their pair."""
    before = np.zeros(len(step.before.row))
    before[step.stays] = ahead[: len(step.stays)]
    counts = ahead[len(step.stays) :][step.target]
    before[step.moves] = np.bincount(step.source, counts, len(step.moves))
    return before


def _list_shares(
    front: _Front, entries: Ints, ahead: Floats, weight: Floats, pairs: Ints
) -> Shares:
    """Multiply the paths on both sides of entries; leave out the pair's own ends."""
    pair, node = front.row[entries] % pairs.shape[1], front.node[entries]
    shares = front.paths[entries] * ahead[entries] * weight[pair]
    inner = (node != pairs[0, pair]) & (node != pairs[1, pair]) & (shares > 0)
    return node[inner], shares[inner]
