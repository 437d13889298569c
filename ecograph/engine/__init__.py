"""Network measures on sparse matrices, compiled, each by what is fastest for it.

Every function takes the symmetric adjacency matrix of an undirected network without loops.
``compute_*`` return one exact value a node, ``measure_*`` may approximate above a stated size and
say how. Sums run in a fixed order, so that the same matrix gives the same bits on every run and
on any number of processors.
"""

from ecograph.engine.bounds import Measured
from ecograph.engine.consensus import Consensus, find_consensus
from ecograph.engine.groups import compute_communities, compute_modularity
from ecograph.engine.local import (
    compute_components,
    compute_constraint,
    compute_cores,
    compute_degree,
    compute_strength,
)
from ecograph.engine.paths import (
    BETWEENNESS_LIMIT,
    HARMONIC_LIMIT,
    compute_betweenness,
    compute_harmonic,
    measure_betweenness,
    measure_harmonic,
)
from ecograph.engine.spectra import compute_eigenvector, compute_pagerank

__all__ = [
    "BETWEENNESS_LIMIT",
    "HARMONIC_LIMIT",
    "Consensus",
    "Measured",
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
    "find_consensus",
    "measure_betweenness",
    "measure_harmonic",
]
