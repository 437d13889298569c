"""Groups of nodes: communities, how good a division is, and how alike two divisions are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import scipy.sparse as sp

from ecograph.engine.libraries import to_networkit, use_one_thread
from ecograph.engine.local import compute_strength, order_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "LeidenRun",
    "compute_communities",
    "compute_modularity",
    "compute_similarity",
    "count_overlaps",
    "drop_empty_ties",
    "prepare_leiden",
]

_ITERATIONS = 4  # more gain less than another seed does; see docs/method.md


class LeidenRun(Protocol):
    """One run of the Leiden method on a network that is prepared already."""

    def __call__(self, *, seed: int, resolution: float) -> Ints:
        """Return labels in a stable order: the largest community is 0, ties by first node."""


def compute_communities(adjacency: sp.csr_array, *, seed: int, resolution: float = 1.0) -> Ints:
    """Group nodes into communities by one run of the Leiden method, isolates alone.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights; a weight of 0 is no tie.
    seed
        Decides the order in which nodes are visited.
    resolution
        More than 1 makes smaller communities, less than 1 larger ones.

    Returns
    -------
    numpy.ndarray
        Community numbers in a stable order: the largest is 0, ties by their first node.

    Notes
    -----
    Traag, Waltman, van Eck, Sci. Rep. 9, 5233, 2019.
    """
    return prepare_leiden(drop_empty_ties(adjacency))(seed=seed, resolution=resolution)


def prepare_leiden(adjacency: sp.csr_array) -> LeidenRun:
    """Convert a network once for any number of Leiden runs; no weight may be 0."""
    if adjacency.nnz == 0:
        return lambda *, seed, resolution: np.arange(adjacency.shape[0], dtype=np.int64)  # noqa: ARG005
    graph = to_networkit(adjacency)

    def run(*, seed: int, resolution: float) -> Ints:
        with use_one_thread() as nk:
            nk.setSeed(seed, False)  # noqa: FBT003 - NetworKit's own signature
            method = nk.community.ParallelLeiden(
                graph, iterations=_ITERATIONS, randomize=True, gamma=resolution
            )
            labels = np.asarray(method.run().getPartition().getVector(), dtype=np.int64)
        return order_labels(labels)

    return run


def drop_empty_ties(adjacency: sp.csr_array) -> sp.csr_array:
    """Leave out ties of weight 0; the argument stays as it is."""
    if np.all(adjacency.data):
        return adjacency
    kept = adjacency.copy()
    kept.eliminate_zeros()
    return kept


def compute_modularity(adjacency: sp.csr_array, labels: Ints) -> float:
    """Compute the share of weight within groups beyond what degrees give (Newman 2004)."""
    total = adjacency.sum()
    if total == 0:
        return 0.0
    rows = np.repeat(np.arange(adjacency.shape[0]), np.diff(adjacency.indptr))
    within = adjacency.data[labels[rows] == labels[adjacency.indices]].sum() / total
    shares = np.bincount(labels, weights=compute_strength(adjacency)) / total
    return float(within - (shares**2).sum())


def compute_similarity(first: Ints, second: Ints) -> float:
    """Compare two divisions of the same nodes by the adjusted Rand index.

    Returns
    -------
    float
        1 where they are the same, 0 in the mean where they agree by chance alone.

    Notes
    -----
    Hubert and Arabie, Journal of Classification 2, 193-218, 1985, eq. 5.

    Examples
    --------
    >>> compute_similarity(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    overlaps = count_overlaps(first, second)
    together = _count_pairs(overlaps.data)
    by_first = _count_pairs(np.bincount(first))
    by_second = _count_pairs(np.bincount(second))
    pairs = _count_pairs(np.array([len(first)]))
    chance = by_first * by_second / pairs if pairs else 0.0
    most = (by_first + by_second) / 2
    return 1.0 if most == chance else float((together - chance) / (most - chance))


def count_overlaps(first: Ints, second: Ints) -> sp.csr_array:
    """Count the nodes that a group of the first and a group of the second division share."""
    shape = (first.max(initial=-1) + 1, second.max(initial=-1) + 1)
    ones = np.ones(len(first), dtype=np.int64)
    return sp.csr_array(sp.coo_array((ones, (first, second)), shape=shape))


def _count_pairs(sizes: NDArray[np.integer]) -> float:
    counts = sizes.astype(float)  # whole numbers of pairs would overflow when multiplied
    return float((counts * (counts - 1)).sum() / 2)
