"""Sums of 1 / distance, by searches from 64 sources in one machine word."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from ecograph.engine.bounds import Measured, bound_errors
from ecograph.engine.threads import map_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from ecograph.engine.twins import Twins

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]
    Words = NDArray[np.uint64]
    Counts = NDArray[np.uint8]

__all__ = ["sample_harmonic", "sum_from_sources", "sum_to_classes"]

_MOST_WORDS = 16  # of 64 sources each
_CELLS_AT_ONCE = 16_000_000
_ENTRIES_AT_ONCE = 32_768
_ROWS_AT_ONCE = 16_384
_MOST_STEPS = 128
_ABSENT = -1


def sum_to_classes(twins: Twins) -> Floats:
    """Sum, for a node of each class, 1 / steps to all other nodes.

    Searches from 64 sources share one machine word (Then et al., VLDB 8, 2014, p. 449). The
    sources of one word are classes of one size, so that counting bits counts nodes.
    """
    ties = twins.ties
    total = twins.size - 1
    linked = np.flatnonzero(np.diff(ties.indptr))
    inner = ties[linked][:, linked]
    sources, sizes = _fill_words(twins.size[linked])
    width = _choose_width(len(linked))
    cuts = range(0, len(sources), width)

    def work(first: int) -> Floats:
        here = slice(first, first + width)
        sums = np.zeros(len(linked))
        for step, new in _search(inner, sources[here]):
            sums += (np.bitwise_count(new) @ sizes[here]) / step
        return sums

    for sums in map_in_order(work, cuts, "batches"):
        total[linked] += sums
    return total


def sum_from_sources(adjacency: sp.csr_array, nodes: Ints) -> Floats:
    """Sum 1 / steps from each of a few nodes, none an isolate, to all others."""
    linked = np.flatnonzero(np.diff(adjacency.indptr))
    inner = adjacency[linked][:, linked]
    sources, _ = _fill_words(np.ones(len(nodes)))
    places = np.where(sources == _ABSENT, _ABSENT, np.searchsorted(linked, nodes)[sources])
    width = _choose_width(len(linked))

    def work(first: int) -> Floats:
        here = places[first : first + width]
        sums = np.zeros(here.size)
        for step, new in _search(inner, here):
            sums += _count_columns(new) / step
        return sums

    parts = list(map_in_order(work, range(0, len(places), width), "batches"))
    return np.concatenate(parts)[: len(nodes)] if parts else np.zeros(0)


def sample_harmonic(
    adjacency: sp.csr_array, components: Ints, *, samples: int, delta: float, seed: int
) -> tuple[Measured, Floats]:
    """Estimate the sum of 1 / steps to all others from sources drawn at random.

    What lies farther than a fixed number of steps is counted with half of its most.

    Parameters
    ----------
    adjacency
        The network.
    components
        The component of each node.
    samples
        The number of sources to draw, with replacement.
    delta
        The probability that any node's error exceeds the epsilon that is reported, a share of
        the most that the measure can be, n - 1.
    seed
        Seed of the draws.

    Returns
    -------
    tuple
        The estimates, and a bound of the error of each.
    """
    n = adjacency.shape[0]
    drawn = np.random.default_rng(seed).integers(0, n, samples)
    total, squares, far = _sum_samples(adjacency, components, drawn)
    least = 0.5 / (_MOST_STEPS + 1)
    total += least * far
    squares += least**2 * far
    errors = bound_errors(total, squares, samples, delta=delta) + least * far / samples
    how = {"epsilon": float(errors.max()) * n / (n - 1), "delta": delta, "samples": samples}
    return Measured(total / samples * n, exact=False, how=how), errors * n


def _sum_samples(
    adjacency: sp.csr_array, components: Ints, drawn: Ints
) -> tuple[Floats, Floats, Floats]:
    """Sum 1 / steps to the drawn nodes, and its square; count those beyond the last step."""
    n = adjacency.shape[0]
    linked = np.flatnonzero(np.diff(adjacency.indptr))
    inner = adjacency[linked][:, linked]
    place = np.full(n, _ABSENT)
    place[linked] = np.arange(len(linked))
    inside = drawn[place[drawn] != _ABSENT]
    order, _ = _fill_words(np.ones(len(inside)))
    sources = np.where(order == _ABSENT, _ABSENT, place[inside[order]]) if len(inside) else order
    width = _choose_width(len(linked))

    def work(first: int) -> tuple[Floats, Floats, Floats]:
        sums = np.zeros((3, len(linked)))
        for step, new in _search(inner, sources[first : first + width], _MOST_STEPS):
            count = np.bitwise_count(new).sum(axis=1, dtype=np.int64)
            sums += count * np.array([[1 / step], [1 / step**2], [1.0]])
        return sums[0], sums[1], sums[2]

    total, squares, met = np.zeros(n), np.zeros(n), np.bincount(drawn, minlength=n).astype(float)
    for parts in map_in_order(work, range(0, len(sources), width), "batches"):
        for whole, part in zip((total, squares, met), parts, strict=True):
            whole[linked] += part
    there = np.bincount(components[drawn], minlength=components.max() + 1)[components]
    return total, squares, there - met


def _choose_width(n: int) -> int:
    return max(1, min(_MOST_WORDS, _CELLS_AT_ONCE // max(n, 1)))


def _fill_words(sizes: Floats) -> tuple[Ints, Floats]:
    """Put sources into words of 64, each of one size; return sources, a row a word, and sizes."""
    order = np.argsort(sizes, kind="stable")
    values, counts = np.unique(sizes, return_counts=True)
    words = -(-counts // 64)
    start = np.concatenate([[0], np.cumsum(words)])
    offset = np.arange(len(sizes)) - np.repeat(np.cumsum(counts) - counts, counts)
    filled = np.full((start[-1], 64), _ABSENT)
    filled.ravel()[np.repeat(start[:-1] * 64, counts) + offset] = order
    return filled, np.repeat(values, words)


def _search(
    ties: sp.csr_array, sources: Ints, most: int | None = None
) -> Iterator[tuple[int, Words]]:
    """Give, for each step, the sources newly met by each node: bit b of word w is source w, b."""
    word, bit = np.nonzero(sources != _ABSENT)
    reached = np.zeros((ties.shape[0], len(sources)), dtype=np.uint64)
    np.bitwise_or.at(reached, (sources[word, bit], word), np.uint64(1) << bit.astype(np.uint64))
    blocks = _cut_rows(ties)
    new = np.empty_like(reached)
    for step in range(1, (most or ties.shape[0]) + 1):
        for rows, entries, starts in blocks:
            np.bitwise_or.reduceat(reached[entries], starts, axis=0, out=new[rows])
        new &= ~reached
        if not new.any():
            return
        reached |= new
        yield step, new


def _cut_rows(ties: sp.csr_array) -> list[tuple[slice, Ints, Ints]]:
    """Cut rows into blocks whose neighbours' words fit into the processor's cache."""
    marks = np.arange(_ENTRIES_AT_ONCE, ties.nnz, _ENTRIES_AT_ONCE)
    cuts = np.unique([0, *np.searchsorted(ties.indptr, marks), ties.shape[0]]).tolist()
    blocks: list[tuple[slice, Ints, Ints]] = []
    for first, last in itertools.pairwise(cuts):
        start, stop = ties.indptr[first], ties.indptr[last]
        blocks.append(
            (slice(first, last), ties.indices[start:stop], ties.indptr[first:last] - start)
        )
    return blocks


def _count_columns(words: Words) -> Floats:
    """Count the nodes that have each bit."""
    total = np.zeros(words.shape[1] * 64)
    for first in range(0, len(words), _ROWS_AT_ONCE):
        some = words[first : first + _ROWS_AT_ONCE]
        bits = np.unpackbits(some.view(np.uint8), axis=1, bitorder="little")
        total += bits.sum(axis=0, dtype=np.int64)
    return total
