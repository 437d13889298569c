"""Network measures on sparse matrices, compiled and exact.

Every function takes the symmetric adjacency matrix of an undirected network without loops and
returns one value a node. Sums run in a fixed order on one thread, so that the same matrix gives
the same bits on every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "compute_betweenness",
    "compute_communities",
    "compute_components",
    "compute_constraint",
    "compute_cores",
    "compute_degree",
    "compute_eigenvector",
    "compute_harmonic",
    "compute_modularity",
    "compute_pagerank",
    "compute_strength",
]

_SOURCES_AT_ONCE = 128
_WORDS_AT_ONCE = 16  # of 64 sources each
_TOLERANCE = 1e-13
_MOST_STEPS = 100_000
_NOISE = 1e-12
_SAME_EIGENVALUE = 1e-9  # relative


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


def compute_harmonic(adjacency: sp.csr_array) -> Floats:
    """Sum 1 / distance in steps to all other nodes that can be reached (Rochat 2009).

    Breadth-first searches from 64 sources share one machine word (Then et al., VLDB 2014).
    """
    n = adjacency.shape[0]
    closeness = np.zeros(n)
    linked = np.flatnonzero(np.diff(adjacency.indptr))
    inner = adjacency[linked][:, linked]
    for first in range(0, len(linked), 64 * _WORDS_AT_ONCE):
        sources = np.arange(first, min(first + 64 * _WORDS_AT_ONCE, len(linked)))
        closeness[linked] += _sum_reciprocal_steps(inner, sources)
    return closeness


def compute_betweenness(adjacency: sp.csr_array) -> Floats:
    """Share of shortest paths (in steps) between pairs of others that pass through each node.

    Brandes' accumulation (J. Math. Sociol. 25, 2001, p. 163), for many sources at once, on the
    network of true twins: nodes with the same neighbours, themselves included, are one node with
    a multiplicity, because no shortest path visits two of them on its way. Registers of projects
    consist mostly of twins. Normalised by (n-1)(n-2)/2, as networkx does.
    """
    n = adjacency.shape[0]
    if n < 3:  # noqa: PLR2004 - between two others
        return np.zeros(n)
    twins, first = _group_twins(adjacency)
    size = np.bincount(twins).astype(float)
    quotient = adjacency[first][:, first]
    quotient.data = np.ones_like(quotient.data, dtype=float)
    linked = np.flatnonzero(np.diff(quotient.indptr))
    between = np.zeros(len(first))
    between[linked] = _accumulate_paths(quotient[linked][:, linked].tocsr(), size[linked])
    return between[twins] / ((n - 1) * (n - 2))


def compute_cores(adjacency: sp.csr_array) -> Ints:
    """Find the largest k such that a node keeps k neighbours of the same kind (Seidman 1983)."""
    nk = _networkit()
    graph = _to_networkit(adjacency)
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
    nk = _networkit()
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)  # several threads would give another result on every run
    try:
        nk.setSeed(seed, False)  # noqa: FBT003 - NetworKit's own signature
        method = nk.community.ParallelLeiden(
            _to_networkit(adjacency), iterations=10, randomize=False, gamma=resolution
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


def _sum_reciprocal_steps(adjacency: sp.csr_array, sources: Ints) -> Floats:
    """Sum 1 / steps from every node to the sources, by bits: bit s of word w is source 64 w + s."""
    n = adjacency.shape[0]
    places = np.arange(len(sources))
    reached = np.zeros((n, -(-len(sources) // 64)), dtype=np.uint64)
    reached[sources, places // 64] = np.uint64(1) << (places % 64).astype(np.uint64)
    total = np.zeros(n)
    known = np.bitwise_count(reached).sum(axis=1, dtype=np.int64)
    for step in range(1, n + 1):
        arrived = np.bitwise_or.reduceat(reached[adjacency.indices], adjacency.indptr[:-1])
        reached |= arrived
        count = np.bitwise_count(reached).sum(axis=1, dtype=np.int64)
        if np.array_equal(count, known):
            break
        total += (count - known) / step
        known = count
    return total


def _group_twins(adjacency: sp.csr_array) -> tuple[Ints, Ints]:
    """Label nodes by their closed neighbourhood; return labels and a first node of each."""
    n = adjacency.shape[0]
    closed = (adjacency.astype(bool) + sp.eye_array(n, dtype=bool, format="csr")).tocsr()
    closed.sort_indices()
    rows: dict[bytes, int] = {}
    labels = np.empty(n, dtype=np.int64)
    for node in range(n):
        key = closed.indices[closed.indptr[node] : closed.indptr[node + 1]].tobytes()
        labels[node] = rows.setdefault(key, len(rows))
    _, first = np.unique(labels, return_index=True)
    return labels, first


def _accumulate_paths(adjacency: sp.csr_array, size: Floats) -> Floats:
    n = adjacency.shape[0]
    between = np.zeros(n)
    for first in range(0, n, _SOURCES_AT_ONCE):
        sources = np.arange(first, min(first + _SOURCES_AT_ONCE, n))
        dependency = _collect_dependencies(adjacency, size, sources)
        between += (dependency * size[sources]).sum(axis=1)
    return between


def _collect_dependencies(adjacency: sp.csr_array, size: Floats, sources: Ints) -> Floats:
    """Sum, for each node and source, the shares of the source's paths that pass the node."""
    paths, levels = _count_paths(adjacency, size, sources)
    weight = size[:, np.newaxis]
    dependency = np.zeros_like(paths)
    for here, nearer in reversed(list(zip(levels[1:], levels, strict=False))):
        share = np.where(here, weight * (1 + dependency) / np.where(here, paths, 1), 0)
        dependency += np.where(nearer, (adjacency @ share) * paths, 0)
    return dependency


def _count_paths(
    adjacency: sp.csr_array, size: Floats, sources: Ints
) -> tuple[Floats, list[Bools]]:
    """Count shortest paths from each source (columns); list the nodes met at steps 1, 2, ..."""
    paths = np.zeros((adjacency.shape[0], len(sources)))
    paths[sources, np.arange(len(sources))] = 1
    seen = paths > 0
    levels: list[Bools] = []
    front = paths.copy()
    while True:
        arriving = adjacency @ front
        arriving[seen] = 0
        new = arriving > 0
        if not new.any():
            return paths, levels
        seen |= new
        paths += arriving
        levels.append(new)
        front = arriving * size[:, np.newaxis]


def _to_networkit(adjacency: sp.csr_array) -> object:
    nk = _networkit()
    upper = sp.triu(adjacency, k=1).tocoo()
    ends = (upper.row.astype(np.uint64), upper.col.astype(np.uint64))
    return nk.GraphFromCoo(
        (upper.data.astype(float), ends), n=adjacency.shape[0], weighted=True, directed=False
    )


def _networkit() -> Any:  # noqa: ANN401 - NetworKit has no types
    import networkit  # noqa: PLC0415 - takes 0.8 s; only who measures pays for it

    return networkit
