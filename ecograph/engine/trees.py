"""Trees that hang from the rest of a network, folded into the nodes from which they hang."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve_triangular

from ecograph.engine.local import compute_cores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]

__all__ = ["Folded", "fold_trees"]


@dataclass(frozen=True, eq=False)
class Folded:
    """What is left of a network without its trees.

    Parameters
    ----------
    kept
        The nodes that lie on circles or between them.
    reach
        For each kept node, itself and the nodes in the trees that hang from it.
    passing
        For each node, the ordered pairs of others that it alone connects, at least one of the
        two in a tree that hangs from it.
    """

    kept: Ints
    reach: Floats
    passing: Floats


def fold_trees(adjacency: sp.csr_array) -> Folded:
    """Fold trees (Baglioni et al., ASONAM 2012): any path into a tree passes its foot."""
    n = adjacency.shape[0]
    kept = np.flatnonzero(compute_cores(adjacency) > 1)
    _, component = csgraph.connected_components(adjacency, directed=False)
    others = np.bincount(component)[component] - 1.0
    parent, size = _hang_trees(adjacency, kept, component)
    hung = np.flatnonzero(parent < n)
    inside = np.zeros(n)
    inside += np.bincount(parent[hung], size[hung] ** 2, n)
    passing = others**2 - inside - (others + 1 - size) ** 2
    return Folded(kept, size[kept], passing)


def _hang_trees(adjacency: sp.csr_array, kept: Ints, component: Ints) -> tuple[Ints, Floats]:
    """Find each node's parent towards what is kept (n for none) and the nodes from it outwards.

    Where a whole component is a tree, its first node is the foot.
    """
    n = adjacency.shape[0]
    order, parent = csgraph.breadth_first_order(_root(adjacency, kept, component), n)
    place = np.empty(n + 1, dtype=np.int64)
    place[order] = np.arange(n + 1)
    below = sp.coo_array(
        (-np.ones(n), (place[parent[:n]], place[:n])), shape=(n + 1, n + 1)
    ).tocsr()
    system = (below + sp.eye_array(n + 1)).tocsr()
    size = spsolve_triangular(system, np.ones(n + 1), lower=False, unit_diagonal=True)
    return parent[:n], size[place[:n]]


def _root(adjacency: sp.csr_array, kept: Ints, component: Ints) -> sp.csr_array:
    """Add a node n, tied to every kept node and to a node of each tree; drop ties of the kept."""
    n = adjacency.shape[0]
    is_kept = np.zeros(n, dtype=bool)
    is_kept[kept] = True
    ties = adjacency.tocoo()
    free = ~(is_kept[ties.row] & is_kept[ties.col])
    _, first = np.unique(component, return_index=True)
    bare = first[~np.isin(component[first], component[kept])]
    feet = np.concatenate([kept, bare])
    ends = np.concatenate([ties.row[free], np.full(len(feet), n), feet])
    heads = np.concatenate([ties.col[free], feet, np.full(len(feet), n)])
    return sp.coo_array((np.ones(len(ends)), (ends, heads)), shape=(n + 1, n + 1)).tocsr()
