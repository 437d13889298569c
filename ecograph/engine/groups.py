"""Groups of nodes: communities, and how good a division is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecograph.engine.libraries import load_networkit, to_networkit
from ecograph.engine.local import compute_strength, order_labels

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["compute_communities", "compute_modularity"]


def compute_communities(adjacency: sp.csr_array, *, seed: int, resolution: float = 1.0) -> Ints:
    """Group nodes into communities by the Leiden method (Traag et al. 2019), isolates alone.

    Returns
    -------
    numpy.ndarray
        Community numbers in a stable order: the largest is 0, ties by their first node.
    """
    n = adjacency.shape[0]
    if adjacency.nnz == 0:
        return np.arange(n, dtype=np.int64)
    nk = load_networkit()
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)  # several threads would give another result on every run
    try:
        nk.setSeed(seed, False)  # noqa: FBT003 - NetworKit's own signature
        method = nk.community.ParallelLeiden(
            to_networkit(adjacency), iterations=10, randomize=False, gamma=resolution
        )
        labels = np.asarray(method.run().getPartition().getVector(), dtype=np.int64)
    finally:
        nk.setNumberOfThreads(threads)
    return order_labels(labels)


def compute_modularity(adjacency: sp.csr_array, labels: Ints) -> float:
    """Compute the share of weight within groups beyond what degrees give (Newman 2004)."""
    total = adjacency.sum()
    if total == 0:
        return 0.0
    rows = np.repeat(np.arange(adjacency.shape[0]), np.diff(adjacency.indptr))
    within = adjacency.data[labels[rows] == labels[adjacency.indices]].sum() / total
    shares = np.bincount(labels, weights=compute_strength(adjacency)) / total
    return float(within - (shares**2).sum())
