"""What a node has around it: ties, components, cores, constraint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csgraph

from ecograph.engine.libraries import load_networkit, to_networkit
from ecograph.engine.triangles import rank_ties, sum_triangles
from ecograph.engine.twins import find_twins, narrow

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    from ecograph.engine.twins import Twins

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "compute_components",
    "compute_constraint",
    "compute_cores",
    "compute_degree",
    "compute_strength",
    "order_labels",
]


def compute_degree(adjacency: sp.csr_array) -> Ints:
    """Count the neighbours of each node."""
    return np.diff(adjacency.indptr).astype(np.int64)


def compute_strength(adjacency: sp.csr_array) -> Floats:
    """Sum the weights of the ties of each node."""
    strength: Floats = np.asarray(adjacency.sum(axis=1), dtype=float).ravel()
    return strength


def compute_components(adjacency: sp.csr_array) -> Ints:
    """Label the connected components: the largest is 0, ties by their first node.

    Most nodes lie in one component, which a search from the busiest node finds in a third of the
    time. Each tie stands in both directions, so strong connection is connection.
    """
    n = adjacency.shape[0]
    labels = np.zeros(n, dtype=np.int64)
    if adjacency.nnz:
        busiest = int(np.argmax(np.diff(adjacency.indptr)))
        labels[csgraph.breadth_first_order(adjacency, busiest, return_predecessors=False)] = n
    others = np.flatnonzero(labels == 0)
    rest = adjacency[others][:, others]
    _, labels[others] = csgraph.connected_components(rest, directed=True, connection="strong")
    return order_labels(labels)


def order_labels(labels: NDArray[np.integer]) -> Ints:
    """Renumber group labels: the largest group is 0, groups of one size by their first node.

    >>> order_labels(np.array([7, 3, 3, 5])).tolist()
    [1, 0, 0, 2]
    """
    counts = np.bincount(labels)
    first = np.full(len(counts), len(labels))
    first[labels[::-1]] = np.arange(len(labels))[::-1]  # the last one written stands
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    ordered: Ints = rank[labels]
    return ordered


def compute_cores(adjacency: sp.csr_array) -> Ints:
    """Find the largest k such that a node keeps k neighbours of the same kind (Seidman 1983)."""
    graph = to_networkit(adjacency, weighted=False)
    # On several threads it is no faster, and slower by far where others want them too.
    method = load_networkit().centrality.CoreDecomposition(graph, enforceBucketQueueAlgorithm=True)
    return np.asarray(method.run().scores(), dtype=np.int64)


def compute_constraint(adjacency: sp.csr_array) -> Floats:
    """Measure how far a node's ties lead back to each other (Burt 1992, ch. 2).

    A node tied to nobody, or only by ties of weight 0, gets nan. What two nodes share through
    third ones is the same in both directions before it is divided by a node's strength, so each
    triangle is looked at once, and twins (see `find_twins`) are one class.
    """
    positive = narrow(adjacency)
    if not positive.data.all():
        positive = positive.copy()
        positive.eliminate_zeros()
    strength = compute_strength(positive)
    twins = find_twins(positive, _find_least(positive))
    inner = np.where(twins.size > 1, _find_least(positive)[twins.first], 0.0)
    total = _sum_investments(twins, inner, strength[twins.first])
    return np.where(strength > 0, total[twins.label], np.nan)


def _find_least(adjacency: sp.csr_array) -> Floats:
    """Find each node's least weight; 0 for isolates."""
    least = np.zeros(adjacency.shape[0])
    filled = np.diff(adjacency.indptr) > 0
    if filled.any():
        least[filled] = np.minimum.reduceat(adjacency.data, adjacency.indptr[:-1][filled])
    return least


def _sum_investments(twins: Twins, inner: Floats, strength: Floats) -> Floats:
    """Sum, for each class, the squared shares invested in its neighbours, directly or not.

    ``inner`` is the weight of the ties within a class.
    """
    strength = np.where(strength > 0, strength, 1.0)
    ranked = rank_ties(twins.ties)
    low, high, weight = ranked.order[ranked.low], ranked.order[ranked.high], ranked.weight
    own = (twins.size - 1) * inner / strength
    shared = sum_triangles(ranked, twins.size / strength) + weight * (own[low] + own[high])
    square = (weight + shared) ** 2
    n = len(strength)
    total, back = np.zeros(n), np.zeros(n)
    total += np.bincount(low, twins.size[high] * square, n)
    total += np.bincount(high, twins.size[low] * square, n)
    back += np.bincount(low, twins.size[high] / strength[high] * weight**2, n)
    back += np.bincount(high, twins.size[low] / strength[low] * weight**2, n)
    within = inner + back + (twins.size - 2) * inner**2 / strength
    total += np.where(twins.size > 1, (twins.size - 1) * within**2, 0.0)
    return total / strength**2
