"""What a node has around it: ties, components, cores, constraint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph.engine.libraries import load_networkit, to_networkit

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    """Label the connected components: the largest is 0, ties by their first node."""
    _, labels = csgraph.connected_components(adjacency, directed=False)
    return order_labels(labels)


def order_labels(labels: NDArray[np.integer]) -> Ints:
    """Renumber group labels: the largest group is 0, groups of one size by their first node.

    >>> order_labels(np.array([7, 3, 3, 5])).tolist()
    [1, 0, 0, 2]
    """
    _, first, inverse, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(first))
    return rank[inverse]


def compute_cores(adjacency: sp.csr_array) -> Ints:
    """Find the largest k such that a node keeps k neighbours of the same kind (Seidman 1983)."""
    nk = load_networkit()
    graph = to_networkit(adjacency)
    return np.asarray(nk.centrality.CoreDecomposition(graph).run().scores(), dtype=np.int64)


def compute_constraint(adjacency: sp.csr_array) -> Floats:
    """Measure how far a node's ties lead back to each other (Burt 1992, ch. 2); isolates: nan."""
    strength = compute_strength(adjacency)
    share = sp.diags_array(1 / np.where(strength > 0, strength, 1)) @ adjacency
    pattern = adjacency.astype(bool).astype(float)
    invested = (share + (share @ share).multiply(pattern)).tocsr()
    constraint = np.asarray(invested.multiply(invested).sum(axis=1)).ravel()
    constraint[strength == 0] = np.nan
    return constraint
