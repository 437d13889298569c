"""Nodes that are tied alike, which a measure needs to look at only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Keys = NDArray[np.uint64]

__all__ = ["Twins", "find_twins", "narrow"]

_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits look random: 2^64 / golden ratio


@dataclass(frozen=True, eq=False)
class Twins:
    """Classes of nodes whose rows are the same once each node is tied to itself.

    Parameters
    ----------
    label
        The class of each node.
    first
        The first node of each class.
    size
        The number of nodes in each class.
    ties
        Adjacency of the classes, without loops.
    """

    label: Ints
    first: Ints
    size: Floats
    ties: sp.csr_array


def find_twins(adjacency: sp.csr_array, loop: Floats) -> Twins:
    """Group nodes by their rows, after giving each node a tie of weight ``loop`` to itself.

    Random keys are summed along each row; rows of the same sum are then compared entry by entry,
    so that a chance collision costs speed, never truth.
    """
    label, first = _group_keys(_sum_keys(adjacency, loop))
    if not _rows_agree(adjacency, loop, label, first):
        label = first = np.arange(adjacency.shape[0])
    ties = adjacency if len(first) == len(label) else narrow(adjacency[first][:, first])
    return Twins(label, first, np.bincount(label, minlength=len(first)).astype(float), ties)


def narrow(matrix: sp.csr_array) -> sp.csr_array:
    """Index a matrix by 32 bits where they suffice, sharing its values."""
    if max(matrix.nnz, *matrix.shape) > np.iinfo(np.int32).max:
        return matrix
    parts = (matrix.indices, matrix.indptr)
    indices, indptr = (part.astype(np.int32, copy=False) for part in parts)
    return sp.csr_array((matrix.data, indices, indptr), shape=matrix.shape)


def _sum_keys(adjacency: sp.csr_array, loop: Floats) -> Keys:
    n = adjacency.shape[0]
    keys = np.random.default_rng(1).integers(0, 2**64, size=n, dtype=np.uint64)
    total = _mix(keys, loop)
    filled = np.diff(adjacency.indptr) > 0
    if filled.any():
        entries = _mix(keys[adjacency.indices], adjacency.data)
        total[filled] += np.add.reduceat(entries, adjacency.indptr[:-1][filled])
    return total


def _mix(keys: Keys, weights: Floats) -> Keys:
    """Blend keys with the bits of weights."""
    bits = weights.view(np.uint64)
    mixed = (keys ^ (bits * _MIX ^ bits >> np.uint64(29))) * _MIX
    return mixed ^ mixed >> np.uint64(32)


def _group_keys(keys: Keys) -> tuple[Ints, Ints]:
    """Give equal keys one number, in the order of their first nodes."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    return rank[inverse], first[order].astype(np.int64)


def _rows_agree(adjacency: sp.csr_array, loop: Floats, label: Ints, first: Ints) -> bool:
    """Say whether every node's closed row is that of the first node of its class."""
    later = np.flatnonzero(first[label] != np.arange(len(label)))
    model = first[label[later]]
    rows = _close_rows(adjacency, loop, later)
    models = _close_rows(adjacency, loop, model)
    return bool(
        np.array_equal(rows.indptr, models.indptr)
        and np.array_equal(rows.indices, models.indices)
        and np.array_equal(rows.data, models.data)
    )


def _close_rows(adjacency: sp.csr_array, loop: Floats, nodes: Ints) -> sp.csr_array:
    """Take rows with the node itself in its place."""
    rows = adjacency[nodes]
    degree = np.diff(rows.indptr)
    owner = np.repeat(np.arange(len(nodes)), degree)
    before = np.bincount(owner[rows.indices < nodes[owner]], minlength=len(nodes))
    places = rows.indptr[:-1] + before
    indices = np.insert(rows.indices, places, nodes)
    data = np.insert(rows.data, places, loop[nodes])
    indptr = np.concatenate([[0], np.cumsum(degree + 1)])
    return sp.csr_array((data, indices, indptr), shape=(len(nodes), adjacency.shape[1]))
