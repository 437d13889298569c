"""Measures on shortest paths: betweenness and harmonic closeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["compute_betweenness", "compute_harmonic"]

_SOURCES_AT_ONCE = 128
_WORDS_AT_ONCE = 16  # of 64 sources each


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
