"""Where a random walk or the leading eigenvector puts its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph.engine.local import compute_strength

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["compute_eigenvector", "compute_pagerank"]

_TOLERANCE = 1e-13
_MOST_STEPS = 100_000
_NOISE = 1e-12
_SAME_EIGENVALUE = 1e-9  # relative


def compute_pagerank(adjacency: sp.csr_array, damping: float = 0.85) -> Floats:
    """Find the stationary share of a random walker who jumps with probability 1 - damping.

    Isolates pass their share on to all nodes alike (Page et al. 1999; as networkx does).
    """
    n = adjacency.shape[0]
    if n == 0:
        return np.zeros(0)
    strength = compute_strength(adjacency)
    spread = adjacency.multiply(1 / np.where(strength > 0, strength, 1)).tocsr()
    rank = np.full(n, 1 / n)
    for _ in range(_MOST_STEPS):
        dangling = rank[strength == 0].sum() / n
        new: Floats = damping * (spread @ rank + dangling) + (1 - damping) / n
        if np.abs(new - rank).sum() < _TOLERANCE:
            return new
        rank = new
    return rank


def compute_eigenvector(adjacency: sp.csr_array) -> Floats:
    """Find the leading eigenvector, of length 1, that power iteration from all ones reaches.

    Nodes outside the components of the largest eigenvalue get 0 (Bonacich 1987).
    """
    n = adjacency.shape[0]
    vector = np.full(n, 1 / np.sqrt(max(n, 1)))
    if adjacency.nnz == 0:
        return vector
    shifted = adjacency + sp.eye_array(n, format="csr")
    for _ in range(_MOST_STEPS):
        new = shifted @ vector
        new /= np.linalg.norm(new)
        if np.abs(new - vector).max() < _TOLERANCE:
            break
        vector = new
    return _keep_leading(adjacency, new)


def _keep_leading(adjacency: sp.csr_array, vector: Floats) -> Floats:
    """Set to 0 what power iteration leaves in components without the largest eigenvalue."""
    _, labels = csgraph.connected_components(adjacency, directed=False)
    length = np.sqrt(np.bincount(labels, weights=vector**2))
    grown = np.sqrt(np.bincount(labels, weights=(adjacency @ vector) ** 2))
    largest = np.divide(grown, length, out=np.zeros_like(grown), where=length > 0)
    leading = largest[labels] >= largest[np.argmax(length)] * (1 - _SAME_EIGENVALUE)
    kept = np.where(leading & (vector >= _NOISE), vector, 0.0)
    kept /= np.linalg.norm(kept)
    return kept
