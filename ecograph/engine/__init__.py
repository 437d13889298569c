"""Network measures on sparse matrices, compiled and exact.

Every function takes the symmetric adjacency matrix of an undirected network without loops and
returns one value a node. Sums run in a fixed order on one thread, so that the same matrix gives
the same bits on every run.
"""

from ecograph.engine.groups import compute_communities, compute_modularity
from ecograph.engine.local import (
    compute_components,
    compute_constraint,
    compute_cores,
    compute_degree,
    compute_strength,
)
from ecograph.engine.paths import compute_betweenness, compute_harmonic
from ecograph.engine.spectra import compute_eigenvector, compute_pagerank

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
