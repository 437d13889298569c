"""Work on all processors, with results that do not depend on how many there are."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import scipy.sparse as sp

from ecograph.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Product", "count_threads", "map_in_order"]

T = TypeVar("T")
R = TypeVar("R")

_ENTRIES_A_BLOCK = 1_000_000  # below this, starting a thread costs more than it saves


def count_threads() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(work: Callable[[T], R], items: Sequence[T], unit: str = "") -> Iterator[R]:
    """Do the work on all processors and give the results in the order of the items.

    Only a few results wait at a time, so that memory stays bounded; whoever stops early leaves
    nothing running but the items begun. numpy and scipy let other threads run while they compute.

    Parameters
    ----------
    work
        What is done with each item, in some thread.
    items
        What is worked on.
    unit
        The name of one item in the plural, if it is to be told how many are done.
    """
    results = _map_in_order(work, items)
    return track(results, len(items), unit) if unit else results


def _map_in_order(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    threads = count_threads()
    if threads == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class Product:
    """The product of a sparse matrix with vectors, by blocks of rows on all processors."""

    def __init__(self, matrix: sp.csr_array) -> None:
        """Cut the matrix into blocks of rows of about the same number of entries."""
        n = matrix.shape[0]
        marks = np.arange(_ENTRIES_A_BLOCK, matrix.nnz, _ENTRIES_A_BLOCK)
        cuts = np.unique([0, *np.searchsorted(matrix.indptr, marks).tolist(), n])
        self._spans = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
        self._blocks = [_view_rows(matrix, *span) for span in self._spans]

    def __call__(self, vector: Floats) -> Floats:
        """Multiply."""
        if len(self._blocks) == 1:
            product: Floats = self._blocks[0] @ vector
            return product
        return np.concatenate(list(map_in_order(lambda block: block @ vector, self._blocks)))


def _view_rows(matrix: sp.csr_array, first: int, last: int) -> sp.csr_array:
    """Take rows without copying their entries."""
    start, stop = matrix.indptr[first], matrix.indptr[last]
    entries = (matrix.data[start:stop], matrix.indices[start:stop])
    return sp.csr_array(
        (*entries, matrix.indptr[first : last + 1] - start), shape=(last - first, matrix.shape[1])
    )
