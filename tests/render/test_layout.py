from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from ecograph.render.layout import lay_out
from ecograph.render.packing import pack, ring, spread_circles, to_spiral
from ecograph.render.refine import _Field, measure_circles, refine


def tie(count: int, pairs: list[tuple[int, int]], weights: object = 1.0) -> sp.csr_array:
    heads, tails = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    filled = np.broadcast_to(np.asarray(weights, dtype=float), len(heads))
    half = sp.coo_array((filled, (heads, tails)), shape=(count, count))
    return sp.csr_array(half + half.T)


def plant(
    sizes: list[int], seed: int = 5, between: float = 0.15
) -> tuple[sp.csr_array, np.ndarray]:
    """Draw three ties a node, most of them within blocks."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(len(sizes)), sizes)
    starts, lengths = (np.cumsum(sizes) - sizes)[block], np.array(sizes)[block]
    n = len(block)
    heads = np.tile(np.arange(n), 3)
    own = starts[heads] + (rng.random(3 * n) * lengths[heads]).astype(int)
    tails = np.where(rng.random(3 * n) < between, rng.integers(0, n, 3 * n), own)
    pairs = np.unique(np.sort(np.column_stack([heads, tails])[heads != tails], axis=1), axis=0)
    place = rng.permutation(n)
    shuffled = np.empty(n, dtype=int)
    shuffled[place] = block
    return tie(n, place[pairs].tolist()), shuffled


def measure_purity(at: np.ndarray, block: np.ndarray) -> float:
    near = cKDTree(at).query(at, k=11)[1][:, 1:]
    return float((block[near] == block[:, np.newaxis]).mean())


# The whole


def test_the_same_bytes_twice() -> None:
    adjacency, _ = plant([60, 40, 200, 30])
    before = adjacency.copy()
    assert lay_out(adjacency).tobytes() == lay_out(adjacency).tobytes()
    assert (adjacency != before).nnz == 0


def test_positions_are_whole_numbers() -> None:
    at = lay_out(plant([60, 70])[0])
    assert np.array_equal(at, np.round(at))
    assert at.dtype == np.float64


@pytest.mark.parametrize(
    "sizes", [[20, 30, 25], [80, 40, 120, 60], [30, 50, 400, 120, 200, 90, 310]]
)
def test_nodes_lie_among_their_block(sizes: list[int]) -> None:
    adjacency, block = plant(sizes)
    assert measure_purity(lay_out(adjacency), block) > 0.9 - 0.1 * (len(block) < 100)


def test_nodes_keep_their_distance() -> None:
    rng = np.random.default_rng(3)
    ends = rng.integers(0, 300, (900, 2))
    adjacency = tie(310, [(i, j) for i, j in ends.tolist() if i != j])
    assert pdist(lay_out(adjacency, spacing=50)).min() > 35


def test_nodes_with_the_same_neighbours_do_not_share_a_place() -> None:
    pairs = [(hub, leaf) for hub in range(3) for leaf in range(3, 240)]
    assert pdist(lay_out(tie(240, pairs))).min() > 40


def test_spacing_is_a_scale() -> None:
    adjacency, _ = plant([50, 90])
    near, far = (lay_out(adjacency, spacing=s) for s in (40, 160))
    assert np.ptp(far) / np.ptp(near) == pytest.approx(4, rel=0.05)


def test_a_huge_community_does_not_spill() -> None:
    adjacency, block = plant([1500, 60, 60, 60, 60, 60, 60], between=0.1)
    at = lay_out(adjacency)
    huge = at[block == 0]
    centre = np.median(huge, axis=0)
    distance = np.sqrt(((at - centre) ** 2).sum(axis=1))
    # The circle that holds nine tenths of it: next to none of its members are far outside, and
    # hardly any others are inside.
    radius = np.quantile(distance[block == 0], 0.9)
    assert (distance[block == 0] < 1.5 * radius).mean() > 0.97
    assert (distance[block != 0] < 0.8 * radius).mean() < 0.1


def test_ties_are_shorter_than_chance() -> None:
    adjacency, _ = plant([40] * 10)
    at = lay_out(adjacency)
    ties = adjacency.tocoo()
    lengths = np.sqrt(((at[ties.coords[0]] - at[ties.coords[1]]) ** 2).sum(axis=1))
    assert np.median(lengths) < 0.3 * np.median(pdist(at))


# Weights


def test_a_tie_of_no_weight_is_none() -> None:
    pairs = [(0, 1), (1, 2), (2, 0), (2, 3)]
    assert np.array_equal(lay_out(tie(4, pairs, [1, 1, 1, 0])), lay_out(tie(4, pairs[:3])))


def test_ties_listed_twice_add_up() -> None:
    once = tie(4, [(0, 1), (1, 2), (2, 0), (2, 3)], [2, 1, 1, 1]).tocoo()
    data = np.append(np.where(once.data == 2, 1.0, once.data), [1.0, 1.0])
    ends = [np.append(c, [0, 1][:: 1 - 2 * i]) for i, c in enumerate(once.coords)]
    pointers = np.concatenate([[0], np.cumsum(np.bincount(ends[0], minlength=4))])
    order = np.argsort(ends[0], kind="stable")
    twice = sp.csr_array((data[order], ends[1][order], pointers), shape=(4, 4))
    assert np.array_equal(lay_out(twice), lay_out(sp.csr_array(once)))


def test_a_huge_weight_does_not_swallow_the_rest() -> None:
    adjacency, _ = plant([80, 60])
    adjacency.data[:] = 1.0
    pairs = sp.triu(adjacency).tocoo()
    weights = np.ones(pairs.nnz)
    weights[0] = 1e9
    at = lay_out(tie(140, np.column_stack([pairs.row, pairs.col]).tolist(), weights))
    assert np.isfinite(at).all()
    assert pdist(at).min() > 40


# Small ones


def test_no_nodes_no_positions() -> None:
    assert lay_out(sp.csr_array((0, 0))).shape == (0, 2)


@pytest.mark.parametrize("count", [1, 2, 7, 300])
def test_isolates_alone_stand_apart_about_the_middle(count: int) -> None:
    at = lay_out(sp.csr_array((count, count)))
    assert at.mean(axis=0) == pytest.approx([0, 0], abs=1)
    assert count == 1 or pdist(at).min() > 80


def test_two_nodes() -> None:
    at = lay_out(tie(2, [(0, 1)]), spacing=80)
    assert 80 <= pdist(at)[0] <= 200


@pytest.mark.parametrize("leaves", [3, 9, 40])
def test_a_star_is_a_star(leaves: int) -> None:
    at = lay_out(tie(leaves + 1, [(2, i) for i in range(leaves + 1) if i != 2]), spacing=80)
    others = np.delete(at, 2, axis=0)
    assert pdist(at).min() > 70
    assert others.mean(axis=0) == pytest.approx(at[2], abs=40)
    farthest = np.sqrt(((others - at[2]) ** 2).sum(axis=1))
    assert leaves > 10 or np.ptp(farthest) < 3


@given(st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_small_network_is_drawn_without_overlap(pairs: list[tuple[int, int]]) -> None:
    at = lay_out(tie(25, [(i, j) for i, j in pairs if i != j]), spacing=80)
    assert np.isfinite(at).all()
    assert pdist(at).min() > 50


# Components


def test_components_do_not_overlap() -> None:
    pairs = [(i, i + 1) for start in range(0, 36, 4) for i in range(start, start + 3)]
    at = lay_out(tie(40, pairs))
    boxes = [(p.min(axis=0), p.max(axis=0)) for p in np.split(at[:36], 9)]
    for n, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[:n]:
            assert (low > other_high).any() or (high < other_low).any()


def test_isolates_and_tiny_components_are_outside_the_rest() -> None:
    adjacency, _ = plant([60, 50])
    pairs = sp.triu(adjacency).tocoo()
    more = [(110, 111), (112, 113), (113, 114)]
    at = lay_out(tie(200, [*zip(pairs.row.tolist(), pairs.col.tolist(), strict=True), *more]))
    low, high = at[:110].min(axis=0), at[:110].max(axis=0)
    assert not ((at[110:] > low) & (at[110:] < high)).all(axis=1).any()
    assert pdist(at).min() > 55
    assert np.sqrt(((at[110] - at[111]) ** 2).sum()) < 200


# The parts


def test_the_push_is_that_of_all_pairs() -> None:
    at = np.random.default_rng(2).normal(0, 8, (400, 2))
    gaps = at[:, np.newaxis] - at
    square = (gaps**2).sum(axis=2)
    total = (1 / (1 + square)).sum() - 400
    exact = 400 / total * (gaps / (1 + square)[..., np.newaxis] ** 2).sum(axis=1)
    error = np.sqrt(((_Field().push(at) - exact) ** 2).sum(axis=1).mean())
    # Cells are wide: what is next to a node is blurred, what is further off is not.
    assert error < 0.3 * np.sqrt((exact**2).sum(axis=1).mean())


def test_refinement_brings_mixed_nodes_to_their_block() -> None:
    adjacency, block = plant([200, 200, 200], between=0.05)
    first = np.random.default_rng(1).random((600, 2))
    at = refine(adjacency, first, np.zeros(600, dtype=np.int64))
    assert measure_purity(first, block) < 0.5
    assert measure_purity(at, block) > 0.9


def test_circles_of_communities() -> None:
    at = np.concatenate([to_spiral(1000) * np.sqrt(1000), to_spiral(250) * np.sqrt(250) + [99, 0]])
    centres, radii = measure_circles(at, np.repeat([0, 1], [1000, 250]))
    assert centres == pytest.approx(np.array([[0, 0], [99, 0]]), abs=0.5)
    assert radii == pytest.approx(np.sqrt([1000, 250]), rel=0.02)


@given(st.lists(st.floats(0.5, 20), min_size=2, max_size=30), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_circles_that_were_spread_hardly_overlap(radii: list[float], seed: int) -> None:
    size = np.array(radii)
    at = spread_circles(np.random.default_rng(seed).normal(0, 40, (len(size), 2)), size)
    gaps = pdist(at) - pdist(size[:, np.newaxis], lambda a, b: a[0] + b[0])
    assert gaps.min() > -0.25 * size.max()


@given(st.lists(st.floats(1, 30), min_size=1, max_size=30))
@settings(max_examples=20, deadline=None)
def test_packed_circles_do_not_overlap(radii: list[float]) -> None:
    size = np.sort(np.array(radii))[::-1]
    at = np.array(pack(size.tolist()))
    if len(size) > 1:
        gaps = pdist(at) - pdist(size[:, np.newaxis], lambda a, b: a[0] + b[0])
        assert gaps.min() > -1e-6


def test_circles_on_a_ring_are_outside_and_apart() -> None:
    drawn = to_spiral(500) * [300, 150]
    size = np.sort(np.random.default_rng(4).uniform(5, 15, 90))[::-1]
    at = ring(size, drawn, 20.0)
    gaps = pdist(at) - pdist(size[:, np.newaxis], lambda a, b: a[0] + b[0])
    assert gaps.min() > -1
    assert (cKDTree(drawn).query(at)[0] > size + 15).all()


# The figures of docs/layout.md


def test_the_benchmark_networks_are_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    monkeypatch.delitem(sys.modules, "layout", raising=False)
    import layout  # noqa: PLC0415

    adjacency, block = layout.plant(2000)
    degree = np.diff(adjacency.indptr)
    assert adjacency.nnz == 2 * 3 * 2000
    assert (degree > 0).mean() > 0.99
    assert np.bincount(block).min() >= 20
    assert np.bincount(block).max() <= 420
    at = lay_out(adjacency)
    assert layout.measure_purity(at, block) > 0.92
    assert layout.measure_kept(at, adjacency) > 0.25
