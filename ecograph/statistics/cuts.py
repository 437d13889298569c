"""Ties and nodes without which a network falls apart, and what each of them separates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve_triangular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["ArticulationPoints", "Bridges", "find_articulation_points", "find_bridges"]


class Bridges(NamedTuple):
    """The ties that alone connect two parts of a network.

    Parameters
    ----------
    pairs
        The two nodes of each bridge (bridges x 2), the lower number first, in ascending order.
    separated
        For each bridge, the nodes on its smaller side, which lose all the rest without it.
    """

    pairs: Ints
    separated: Ints


class ArticulationPoints(NamedTuple):
    """What is left of its component without each node of a network.

    Parameters
    ----------
    is_point
        For each node, whether its component falls apart without it.
    pieces
        For each node, the pieces that are left of its component without it; 0 for isolates.
    separated
        For each node, the others that lose the largest of these pieces; 0 where there is one.
    """

    is_point: Bools
    pieces: Ints
    separated: Ints


class _Tree(NamedTuple):
    """A spanning tree of each component; its nodes are numbered parents first, branch by branch.

    Number 0 is an added node from which the trees hang, so that the nodes at and below number p
    are the numbers from p to p + size - 1.

    Parameters
    ----------
    node
        The node at each number; at 0, the number of nodes.
    parent
        The number of each number's parent; 0 for 0.
    size
        The nodes at and below each number.
    low, high
        The least and greatest number to which the nodes at and below each number have ties,
        besides the tie from the number itself to its parent, or that are among them.
    ends
        The numbers of the two ends of each tie outside the tree, in both directions.
    """

    node: Ints
    parent: Ints
    size: Ints
    low: Ints
    high: Ints
    ends: Ints


def find_bridges(adjacency: sp.csr_array) -> Bridges:
    """Find the ties without which two parts of a network would not be connected.

    Parameters
    ----------
    adjacency
        The symmetric matrix of ties (n x n, zero diagonal); a weight of 0 is no tie.

    Returns
    -------
    Bridges
        The two nodes of each bridge, and how many nodes lose the rest without it.

    Notes
    -----
    Tarjan, Information Processing Letters 2, 160-161, 1974: a tie of a spanning tree is a bridge
    where no other tie leaves what hangs from it. Any spanning tree serves, so a breadth-first one
    does, which scipy builds; each step is linear but the search for the least and greatest
    neighbour below each node (n log n). No weight matters but 0.

    Examples
    --------
    A path of three nodes and a fourth that hangs from its middle:

    >>> ends = np.array([[0, 1, 1], [1, 2, 3]])
    >>> half = sp.coo_array((np.ones(3), ends), shape=(4, 4))
    >>> bridges = find_bridges((half + half.T).tocsr())
    >>> bridges.pairs.tolist(), bridges.separated.tolist()
    ([[0, 1], [1, 2], [1, 3]], [1, 1, 1])
    """
    tree = _span(adjacency)
    number = np.arange(len(tree.node))
    closed = (tree.low >= number) & (tree.high < number + tree.size)
    below = np.flatnonzero(closed & (tree.parent > 0))
    pairs = np.sort(tree.node[np.stack([tree.parent[below], below], axis=1)], axis=1)
    side = np.minimum(tree.size[below], _measure_components(tree)[below] - tree.size[below])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return Bridges(pairs[order], side[order])


def find_articulation_points(adjacency: sp.csr_array) -> ArticulationPoints:
    """Find the nodes without which their component falls apart, and what each of them separates.

    Parameters
    ----------
    adjacency
        The symmetric matrix of ties (n x n, zero diagonal); a weight of 0 is no tie.

    Returns
    -------
    ArticulationPoints
        For each node, whether it is one, the pieces left without it, and the nodes cut off from
        the largest piece.

    Notes
    -----
    Tarjan and Vishkin, SIAM Journal on Computing 14, 862-874, 1985: ties of a spanning tree
    belong to one block (a part that no single node can separate) where they are connected in an
    auxiliary network, whichever the tree. Two ties of a node in different blocks lead into
    different pieces.

    Examples
    --------
    A path of four nodes; without the second, the first loses the other two:

    >>> half = sp.diags_array([np.ones(3)], offsets=[1], shape=(4, 4))
    >>> points = find_articulation_points((half + half.T).tocsr())
    >>> points.is_point.tolist(), points.separated.tolist()
    ([False, True, True, False], [0, 1, 1, 0])
    """
    tree = _span(adjacency)
    owner, size = _cut_off(tree)
    n = len(tree.node)
    others = _measure_components(tree) - 1
    above = others - np.bincount(owner, size, n).astype(np.int64)
    largest = above.copy()
    np.maximum.at(largest, owner, size)
    pieces = np.bincount(owner, minlength=n) + (above > 0)
    place = np.argsort(tree.node)[:-1]  # the last is the added node's
    return ArticulationPoints(pieces[place] > 1, pieces[place], (others - largest)[place])


def _span(adjacency: sp.csr_array) -> _Tree:
    ties = adjacency.tocoo()
    real = ties.data != 0
    rows, columns = ties.row[real].astype(np.int64), ties.col[real].astype(np.int64)
    n = adjacency.shape[0]
    order, above = _search(n, rows, columns)
    size, preorder = _number(above)
    node, parent, sizes = (np.empty(n + 1, dtype=np.int64) for _ in range(3))
    node[preorder], parent[preorder], sizes[preorder] = order, preorder[above], size
    number = np.empty(n + 1, dtype=np.int64)
    number[node] = np.arange(n + 1)
    first, second = number[rows], number[columns]
    up = parent[first] == second
    low, high = np.arange(n + 1), np.arange(n + 1)
    np.minimum.at(low, first[~up], second[~up])
    np.maximum.at(high, first[~up], second[~up])
    outside = ~up & (parent[second] != first)
    ends = np.stack([first[outside], second[outside]])
    return _Tree(node, parent, sizes, _find_least(low, sizes), -_find_least(-high, sizes), ends)


def _search(n: int, rows: Ints, columns: Ints) -> tuple[Ints, Ints]:
    """Search all components at once, breadth first, from an added node n that starts each.

    Returns the nodes in the order of the search and the place in it of each one's parent; the
    first place is the added node's, its own parent here.
    """
    ones = np.ones(len(rows), dtype=bool)
    network = sp.coo_array((ones, (rows, columns)), shape=(n, n)).tocsr()
    _, label = csgraph.connected_components(network, directed=False)
    _, starts = np.unique(label, return_index=True)
    rooted = sp.coo_array(
        (
            np.ones(len(rows) + len(starts), dtype=bool),
            (np.append(np.full(len(starts), n), rows), np.append(starts, columns)),
        ),
        shape=(n + 1, n + 1),
    ).tocsr()
    order, before = csgraph.breadth_first_order(rooted, n, directed=True)
    place = np.empty(n + 1, dtype=np.int64)
    place[order] = np.arange(n + 1)
    return order.astype(np.int64), place[np.append(n, before[order[1:]])]


def _number(above: Ints) -> tuple[Ints, Ints]:
    """Count what hangs from each place of a search, and number the places branch by branch.

    Both are sums along the tree, so solutions of triangular systems: places come after their
    parents. Children of one parent lie side by side in a breadth-first search.
    """
    n = len(above)
    links = sp.coo_array((-np.ones(n - 1), (np.arange(1, n), above[1:])), shape=(n, n))
    system = (links + sp.eye_array(n)).tocsr()
    size = spsolve_triangular(system.T.tocsr(), np.ones(n), lower=False, unit_diagonal=True)
    earlier = np.cumsum(size[1:]) - size[1:]
    step = np.zeros(n)
    step[1:] = 1 + earlier - earlier[np.searchsorted(above[1:], above[1:])]
    number = spsolve_triangular(system, step, lower=True, unit_diagonal=True)
    return np.rint(size).astype(np.int64), np.rint(number).astype(np.int64)


def _find_least(values: Ints, size: Ints) -> Ints:
    """Find the least of the values from each place to size places on, doubling the reach."""
    least, reach = values.copy(), values
    level = np.frexp(size)[1] - 1  # the greatest power of two within size
    for power in range(int(level.max()) + 1):
        here = np.flatnonzero(level == power)
        least[here] = np.minimum(reach[here], reach[here + size[here] - 2**power])
        reach = np.minimum(reach[: -(2**power)], reach[2**power :])
    return least


def _cut_off(tree: _Tree) -> tuple[Ints, Ints]:
    """Find the pieces that hang from each number and come off without it: owners and sizes.

    A block that holds the tie to the owner's parent stays connected with what is above it.
    """
    block = _label_blocks(tree)
    n = len(tree.node)
    hung = np.flatnonzero((tree.parent > 0) & (block != block[tree.parent]))
    keys, piece = np.unique(tree.parent[hung] * n + block[hung], return_inverse=True)
    size = np.bincount(piece, tree.size[hung], len(keys))
    return keys // n, size.astype(np.int64)


def _label_blocks(tree: _Tree) -> NDArray[np.int32]:
    """Label, for each number, the block of the tie to its parent."""
    n = len(tree.node)
    first, second = tree.ends
    apart = first + tree.size[first] <= second
    above = tree.parent
    leaves = (tree.low < above) | (tree.high >= above + tree.size[above])
    joined = np.flatnonzero(leaves & (above > 0))
    rows = np.append(first[apart], joined)
    columns = np.append(second[apart], above[joined])
    links = sp.coo_array((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(n, n))
    label: NDArray[np.int32] = csgraph.connected_components(links.tocsr(), directed=False)[1]
    return label


def _measure_components(tree: _Tree) -> Ints:
    """Count the nodes of each number's component; that of 0 is of no meaning."""
    roots = np.flatnonzero(tree.parent == 0)
    spread = np.diff(np.append(roots, len(tree.node)))
    return np.repeat(tree.size[roots], spread)
