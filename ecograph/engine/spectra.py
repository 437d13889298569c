"""Where a random walk or the leading eigenvector puts its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import csgraph
from scipy.sparse.linalg import splu

from ecograph.engine.local import compute_strength
from ecograph.engine.threads import Product
from ecograph.engine.twins import narrow

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["compute_eigenvector", "compute_pagerank"]

_TOLERANCE = 1e-13
_MOST_STEPS = 1000
_NOISE = 1e-12
_SAME_EIGENVALUE = 1e-9  # relative
_BASIS = 40
_RESTARTS = 15
_ERROR = 1e-11
_CHECK_EVERY = 5
_SMALLEST_GAP = 1e-6  # relative
_MOST_INVERSIONS = 60
_STALLED = 1e-15  # relative


def compute_pagerank(adjacency: sp.csr_array, damping: float = 0.85) -> Floats:
    """Find the stationary share of a random walker who jumps with probability 1 - damping.

    Isolates pass their share on to all nodes alike (Page et al. 1999; as networkx does). They all
    have one share, t; the others' are t (I - damping A / strength)^-1 1. Scaled by the square
    root of strength that system is symmetric and positive definite, so conjugate gradients
    (Hestenes and Stiefel 1952) solve it in a tenth of the products that power iteration needs.
    """
    strength = compute_strength(adjacency)
    tied = strength > 0
    scale = np.divide(1, np.sqrt(strength), out=np.zeros_like(strength), where=tied)
    multiply = Product(narrow(adjacency))
    solution = _solve_walk(lambda v: v - damping * scale * multiply(scale * v), scale)
    rank = np.where(tied, solution * np.sqrt(strength), 1.0)
    share: Floats = rank / rank.sum()
    return share


def _solve_walk(apply: Callable[[Floats], Floats], target: Floats) -> Floats:
    """Solve by conjugate gradients; sums are numpy's own, in one order on any machine."""
    solution, rest = np.zeros_like(target), target.copy()
    direction, square = rest.copy(), (rest * rest).sum()
    enough = square * _TOLERANCE**2
    for _ in range(_MOST_STEPS):
        if square <= enough:
            break
        image = apply(direction)
        length = square / (direction * image).sum()
        solution += length * direction
        rest -= length * image
        before, square = square, (rest * rest).sum()
        direction = rest + square / before * direction
    return solution


def compute_eigenvector(adjacency: sp.csr_array) -> Floats:
    """Find the leading eigenvector, of length 1, that power iteration from all ones reaches.

    Nodes outside the components of the largest eigenvalue get 0 (Bonacich 1987). Lanczos' method
    finds it unless the two largest eigenvalues almost agree; then inverse iteration does.
    """
    n = adjacency.shape[0]
    vector = np.full(n, 1 / np.sqrt(max(n, 1)))
    if not adjacency.data.any():
        return vector
    ties = narrow(adjacency)
    multiply = Product(ties)
    for _ in range(_RESTARTS):
        vector, found, narrow_gap = _search_krylov(multiply, vector)
        if found:
            return _keep_leading(ties, vector)
        if narrow_gap:
            break
    return _keep_leading(ties, _invert_shifted(ties))


def _search_krylov(multiply: Product, start: Floats) -> tuple[Floats, bool, bool]:
    """Find the best vector in few products with the matrix; say whether it is good enough.

    It is once its residual is small beside the gap to the next eigenvalue (Davis and Kahan 1970).
    The last value says that the gap is too narrow to get there.
    """
    basis = [start / _measure_length(start)]
    diagonal: list[float] = []
    beside: list[float] = []
    while True:
        new = multiply(basis[-1])
        diagonal.append(float((new * basis[-1]).sum()))
        for _ in range(2):
            for old in basis:
                new -= (new * old).sum() * old
        beside.append(_measure_length(new))
        full = len(basis) == _BASIS
        done = beside[-1] <= _TOLERANCE * abs(diagonal[0])
        if full or done or len(basis) % _CHECK_EVERY == 0:
            values, weights = eigh_tridiagonal(diagonal, beside[:-1])
            gap = values[-1] - values[-2] if len(values) > 1 else values[-1]
            found = done or beside[-1] * abs(weights[-1, -1]) <= _ERROR * gap
            if full or found:
                vector = _combine(basis, np.asarray(weights[:, -1], dtype=np.float64))
                return vector, found, gap < _SMALLEST_GAP * values[-1]
        basis.append(new / beside[-1])


def _combine(basis: list[Floats], weights: Floats) -> Floats:
    total = np.zeros_like(basis[0])
    for vector, weight in zip(basis, weights, strict=True):
        total += weight * vector
    return total if total.sum() > 0 else -total


def _measure_length(vector: Floats) -> float:
    return float(np.sqrt((vector * vector).sum()))


def _invert_shifted(ties: sp.csr_array) -> Floats:
    """Find the leading eigenvector by inverse iteration from all ones (Noda 1971).

    The shift, the largest growth of any entry, is never below the largest eigenvalue, falls to
    it, and keeps all entries positive. Two eigenvalues that almost agree cost it nothing.
    """
    n = ties.shape[0]
    vector = np.ones(n)
    shift = np.inf
    for _ in range(_MOST_INVERSIONS):
        growth = (ties @ vector)[vector > _NOISE] / vector[vector > _NOISE]
        if growth.max() >= shift * (1 - _STALLED):
            break
        shift = growth.max()
        system = (sp.eye_array(n) * (shift * (1 + _STALLED)) - ties).tocsc()
        vector = splu(system, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(
            vector
        )
        vector = np.abs(vector) / np.abs(vector).max()
    return vector / _measure_length(vector)


def _keep_leading(adjacency: sp.csr_array, vector: Floats) -> Floats:
    """Set to 0 what power iteration leaves in components without the largest eigenvalue."""
    _, labels = csgraph.connected_components(adjacency, directed=False)
    length = np.sqrt(np.bincount(labels, weights=vector**2))
    grown = np.sqrt(np.bincount(labels, weights=(adjacency @ vector) ** 2))
    largest = np.divide(grown, length, out=np.zeros_like(grown), where=length > 0)
    leading = largest[labels] >= largest[np.argmax(length)] * (1 - _SAME_EIGENVALUE)
    vector = vector / _measure_length(vector)
    kept = np.where(leading & (vector >= _NOISE), vector, 0.0)
    kept /= _measure_length(kept)
    return kept
