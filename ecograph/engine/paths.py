"""Measures on shortest paths: betweenness and harmonic closeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from ecograph.engine.bounds import Measured
from ecograph.engine.libraries import load_networkit, to_networkit, use_one_thread
from ecograph.engine.local import compute_components
from ecograph.engine.pairs import sample_betweenness
from ecograph.engine.reach import sample_harmonic, sum_from_sources, sum_to_classes
from ecograph.engine.threads import map_in_order
from ecograph.engine.trees import fold_trees
from ecograph.engine.twins import Twins, find_twins, narrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "BETWEENNESS_LIMIT",
    "HARMONIC_LIMIT",
    "compute_betweenness",
    "compute_harmonic",
    "measure_betweenness",
    "measure_harmonic",
]

BETWEENNESS_LIMIT = 8e9
"""The most sources x ties, of classes of twins, for exact betweenness: 30 s on two cores."""

HARMONIC_LIMIT = 6e10
"""The most sources x ties, of classes of twins, for exact closeness: 30 s on two cores."""

TOP = 100

_DELTA = 0.1
_PAIRS = 20_000
_SOURCES = 4096
_MOST_CANDIDATES = 2048
_DEEP = 100  # steps; beyond, searches of whole levels at once lose to node by node
_CELLS_AT_ONCE = 4_000_000
_MOST_SOURCES_AT_ONCE = 128


def compute_betweenness(adjacency: sp.csr_array) -> Floats:
    """Share of shortest paths (in steps) between pairs of others that pass through each node.

    Normalised by (n-1)(n-2)/2, as networkx does.
    """
    return measure_betweenness(adjacency, limit=np.inf).values


def compute_harmonic(adjacency: sp.csr_array) -> Floats:
    """Sum 1 / distance in steps to all other nodes that can be reached (Rochat 2009)."""
    return measure_harmonic(adjacency, limit=np.inf).values


def measure_betweenness(
    adjacency: sp.csr_array, *, limit: float = BETWEENNESS_LIMIT, seed: int = 1
) -> Measured:
    """Find betweenness, exactly where the work is within a limit, else from a sample of pairs.

    Exact is Brandes' accumulation (J. Math. Sociol. 25, 2001, p. 163), for many sources at once,
    on what is left when trees are folded (`fold_trees`) and true twins are one class: no shortest
    path visits two of them on its way. Registers of projects consist mostly of twins.

    Parameters
    ----------
    adjacency
        The network.
    limit
        The most sources x ties, of classes of twins, that is still computed exactly.
    seed
        Seed of the sample.
    """
    n = adjacency.shape[0]
    if n < 3:  # noqa: PLR2004 - between two others
        return Measured(np.zeros(n))
    pattern = _level(adjacency)
    folded = fold_trees(pattern)
    core = _level(pattern[folded.kept][:, folded.kept])
    twins = find_twins(core, np.ones(core.shape[0]))
    deep = _is_deep(twins.ties)
    if _count_work(core if deep else twins.ties) > limit:
        return sample_betweenness(pattern, samples=_PAIRS, delta=_DELTA, seed=seed)
    if deep:
        return Measured(_accumulate_slowly(pattern))
    passing = folded.passing.copy()
    weight = np.zeros(len(twins.first))
    weight += np.bincount(twins.label, folded.reach, len(weight))
    passing[folded.kept] += _accumulate_paths(twins, weight)[twins.label]
    return Measured(passing / ((n - 1) * (n - 2)))


def measure_harmonic(
    adjacency: sp.csr_array, *, limit: float = HARMONIC_LIMIT, seed: int = 1
) -> Measured:
    """Find harmonic closeness, exactly where the work is within a limit, else from a sample.

    From a sample, the nodes that may be among the `TOP` highest are then computed exactly.

    Parameters
    ----------
    adjacency
        The network.
    limit
        The most sources x ties, of classes of twins, that is still computed exactly.
    seed
        Seed of the sample.
    """
    pattern = _level(adjacency)
    twins = find_twins(pattern, np.ones(pattern.shape[0]))
    deep = _is_deep(twins.ties)
    if _count_work(twins.ties) * (_DEEP if deep else 1) > limit:
        return _sample_closeness(pattern, seed, top=not deep)
    if deep:
        return Measured(_close_slowly(pattern))
    return Measured(sum_to_classes(twins)[twins.label])


def _sample_closeness(pattern: sp.csr_array, seed: int, *, top: bool) -> Measured:
    components = compute_components(pattern)
    sampled, errors = sample_harmonic(
        pattern, components, samples=_SOURCES, delta=_DELTA, seed=seed
    )
    values = sampled.values
    place = max(len(values) - TOP, 0)
    least = np.partition(values - errors, place)[place]
    candidates = np.flatnonzero((values + errors >= least) & (np.diff(pattern.indptr) > 0))
    if not top or len(candidates) > _MOST_CANDIDATES:
        return Measured(values, exact=False, how={**sampled.how, "top_exact": 0})
    values[candidates] = sum_from_sources(pattern, candidates)
    return Measured(values, exact=False, how={**sampled.how, "top_exact": min(TOP, len(values))})


def _level(adjacency: sp.csr_array) -> sp.csr_array:
    """Give every tie the weight 1."""
    ties = narrow(adjacency)
    return sp.csr_array((np.ones(ties.nnz), ties.indices, ties.indptr), shape=ties.shape)


def _count_work(ties: sp.csr_array) -> float:
    return float(ties.shape[0]) * ties.nnz


def _is_deep(ties: sp.csr_array) -> bool:
    """Say whether some component reaches farther than a limit from its first node."""
    n = ties.shape[0]
    _, first = np.unique(compute_components(ties), return_index=True)
    seen = np.zeros(n, dtype=bool)
    front = np.zeros(n)
    front[first] = 1
    for _ in range(_DEEP):
        seen |= front > 0
        front = np.where(seen, 0.0, ties @ front)
        if not (front > 0).any():
            return False
        front = (front > 0).astype(float)
    return True


def _accumulate_slowly(pattern: sp.csr_array) -> Floats:
    """Compute betweenness node by node, on one thread so that sums have one order."""
    graph = to_networkit(pattern, weighted=False)
    with use_one_thread() as nk:
        measure = nk.centrality.Betweenness(graph, normalized=True)
        return np.asarray(measure.run().scores(), dtype=float)


def _close_slowly(pattern: sp.csr_array) -> Floats:
    """Compute harmonic closeness node by node."""
    nk = load_networkit()
    measure = nk.centrality.HarmonicCloseness(
        to_networkit(pattern, weighted=False), normalized=False
    )
    return np.asarray(measure.run().scores(), dtype=float)


def _accumulate_paths(twins: Twins, weight: Floats) -> Floats:
    """Sum, for a node of each class, its shares of the paths between all ordered pairs.

    ``weight`` counts the nodes that a class stands for, those of its trees included.
    """
    n = len(twins.first)
    width = max(8, min(_MOST_SOURCES_AT_ONCE, _CELLS_AT_ONCE // max(n, 1)))

    def work(first: int) -> Floats:
        sources = np.arange(first, min(first + width, n))
        dependency = _collect_dependencies(twins, weight, sources)
        sums: Floats = (dependency * weight[sources]).sum(axis=1)
        return sums

    between = np.zeros(n)
    for sums in map_in_order(work, range(0, n, width), "batches"):
        between += sums
    return between


def _collect_dependencies(twins: Twins, weight: Floats, sources: Ints) -> Floats:
    """Sum, for each node and source, the shares of the source's paths that pass the node."""
    paths, levels = _count_paths(twins, sources)
    size, weight = twins.size[:, np.newaxis], weight[:, np.newaxis]
    dependency = np.zeros_like(paths)
    for here, nearer in reversed(list(zip(levels[1:], levels, strict=False))):
        share = np.where(here, (weight + size * dependency) / np.where(here, paths, 1), 0)
        dependency += np.where(nearer, (twins.ties @ share) * paths, 0)
    return dependency


def _count_paths(twins: Twins, sources: Ints) -> tuple[Floats, list[Bools]]:
    """Count shortest paths from each source (columns); list the nodes met at steps 1, 2, ..."""
    paths = np.zeros((len(twins.first), len(sources)))
    paths[sources, np.arange(len(sources))] = 1
    seen = paths > 0
    levels: list[Bools] = []
    front = paths.copy()
    while True:
        arriving = twins.ties @ front
        arriving[seen] = 0
        new = arriving > 0
        if not new.any():
            return paths, levels
        seen |= new
        paths += arriving
        levels.append(new)
        front = arriving * twins.size[:, np.newaxis]
