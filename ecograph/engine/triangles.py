"""Sums over the triangles of a network."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from ecograph.engine.threads import map_in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]
    Shares = tuple[slice, NDArray[Any], Ints, Floats]

__all__ = ["RankedTies", "rank_ties", "sum_triangles"]

_ENTRIES_AT_ONCE = 2_000_000


@dataclass(frozen=True, eq=False)
class RankedTies:
    """The ties of a network, each from its end of lower degree to that of higher degree.

    So directed, no node has more than sqrt(2 x ties) ties going out, hubs included, and looking
    for triangles takes at most of the order of ties^1.5 steps (Chiba and Nishizeki, SIAM J.
    Comput. 14, 1985, p. 210).

    Parameters
    ----------
    order
        The node at each rank of degree.
    start
        Where the ties of each rank begin, as in a CSR matrix.
    low, high
        The ranks of the ends of each tie.
    weight
        The weight of each tie.
    """

    order: Ints
    start: Ints
    low: Ints
    high: Ints
    weight: Floats


def rank_ties(adjacency: sp.csr_array) -> RankedTies:
    """Direct the ties of a symmetric matrix from lower to higher degree."""
    n = adjacency.shape[0]
    degree = np.diff(adjacency.indptr)
    order = np.argsort(degree, kind="stable")
    rank = np.empty(n, dtype=np.int32)
    rank[order] = np.arange(n)
    low, high = np.repeat(rank, degree), rank[adjacency.indices]
    up = low < high
    half = sp.coo_array((adjacency.data[up], (low[up], high[up])), shape=(n, n)).tocsr()
    half.sort_indices()
    low = np.repeat(np.arange(n, dtype=np.int32), np.diff(half.indptr))
    return RankedTies(order, half.indptr, low, half.indices, half.data)


def sum_triangles(ties: RankedTies, factor: Floats) -> Floats:
    """Sum, for each tie, the products of the two other ties of its triangles.

    Parameters
    ----------
    ties
        The ties, by rank.
    factor
        For each node, what the product is multiplied by where it is the third of a triangle.
    """
    total = np.zeros(len(ties.low))
    by_rank = factor[ties.order]
    for here, sums, others, parts in map_in_order(
        lambda span: _sum_block(ties, by_rank, span), _cut_blocks(ties), "blocks"
    ):
        total[here] += sums
        np.add.at(total, others, parts)
    return total


def _cut_blocks(ties: RankedTies) -> list[slice]:
    """Cut the ties into blocks of whole ranks with a bounded number of entries to compare."""
    out = np.diff(ties.start)
    cost = np.concatenate([[0], np.cumsum(out[ties.low] + out[ties.high])])[ties.start]
    marks = np.arange(_ENTRIES_AT_ONCE, cost[-1], _ENTRIES_AT_ONCE)
    cuts = np.unique(ties.start[np.concatenate([[0], np.searchsorted(cost, marks), [len(out)]])])
    return [slice(first, last) for first, last in itertools.pairwise(cuts.tolist())]


def _sum_block(ties: RankedTies, factor: Floats, here: slice) -> Shares:
    """Sum over the triangles whose two lowest nodes are tied by a tie of the block."""
    base, near, far = _find_triangles(ties, here)
    low, middle, high = ties.low[base], ties.high[base], ties.high[near]
    weight = ties.weight
    count = here.stop - here.start
    sums = np.bincount(base - here.start, weight[near] * weight[far] * factor[high], count)
    sums += np.bincount(near - here.start, weight[base] * weight[far] * factor[middle], count)
    return here, sums, far, weight[base] * weight[near] * factor[low]


def _find_triangles(ties: RankedTies, here: slice) -> tuple[Ints, Ints, Ints]:
    """List triangles low < middle < high by their ties: low-middle, low-high, middle-high."""
    low, middle = ties.low[here], ties.high[here]
    ends = _pick_rows(ties, low), _pick_rows(ties, middle)
    near, far = (_intersect(*ends, side) for side in (0, 1))
    base = np.repeat(np.arange(here.start, here.stop), np.diff(near.indptr))
    return base, near.data - 1, far.data - 1


def _pick_rows(ties: RankedTies, ranks: Ints) -> sp.csr_array:
    """Take the ties that go out of ranks; the entries are the numbers of the ties, from 1."""
    n = len(ties.order)
    numbers = np.arange(1, len(ties.low) + 1)
    return sp.csr_array((numbers, ties.high, ties.start), shape=(n, n))[ranks]


def _intersect(left: sp.csr_array, right: sp.csr_array, side: int) -> sp.csr_array:
    """Keep the entries of one side where both have one."""
    pair = [left, right]
    other = pair[1 - side]
    pair[1 - side] = sp.csr_array(
        (np.ones_like(other.data), other.indices, other.indptr), shape=other.shape
    )
    return sp.csr_array(pair[0].multiply(pair[1]))
