"""Compiled libraries behind the engine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["load_networkit", "to_networkit", "use_one_thread"]


def to_networkit(adjacency: sp.csr_array, *, weighted: bool = True) -> object:
    """Build NetworKit's graph of a network without loops whose indices are sorted."""
    half = _take_upper(adjacency)
    with use_one_thread() as nk:
        return nk.GraphFromCsr(half, directed=False, weighted=weighted)


def _take_upper(adjacency: sp.csr_array) -> sp.csr_matrix:
    """Take each tie once; `scipy.sparse.triu` goes through coordinates, at twice the time."""
    counts = np.diff(adjacency.indptr)
    rows = np.repeat(np.arange(len(counts), dtype=adjacency.indices.dtype), counts)
    upper = adjacency.indices > rows
    bounds = np.append(0, np.cumsum(upper))[adjacency.indptr]
    parts = (adjacency.data[upper], adjacency.indices[upper], bounds)
    return sp.csr_matrix(parts, shape=adjacency.shape)


@contextlib.contextmanager
def use_one_thread() -> Iterator[Any]:
    """Let NetworKit compute on one thread where several give another result on every run."""
    nk = load_networkit()
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)
    try:
        yield nk
    finally:
        nk.setNumberOfThreads(threads)


def load_networkit() -> Any:  # noqa: ANN401 - NetworKit has no types
    """Import NetworKit, which takes 0.8 s: only who measures pays for it."""
    import networkit  # noqa: PLC0415 - see above

    return networkit
