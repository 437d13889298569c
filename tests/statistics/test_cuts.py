"""Bridges and articulation points against networkx, taking each tie and node away, and by hand."""

from __future__ import annotations

import time

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.statistics.cuts import find_articulation_points, find_bridges


def read_matrix(graph: nx.Graph) -> sp.csr_array:
    return sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(len(graph)), dtype=float))


def join_triangles() -> nx.Graph:
    """Join the triangles 0, 1, 2 and 3, 4, 5 by the tie 2-3."""
    return nx.Graph([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)])


@st.composite
def draw_graphs(draw):
    n = draw(st.integers(1, 12))
    graph = nx.empty_graph(n)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    if pairs:
        graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), max_size=18, unique=True)))
    return graph


def take_away(graph: nx.Graph, node: int) -> list[int]:
    """Measure the pieces that a node leaves of its component, the largest first."""
    rest = graph.subgraph(nx.node_connected_component(graph, node) - {node})
    return sorted(map(len, nx.connected_components(rest)), reverse=True)


def cut(graph: nx.Graph, one: int, other: int) -> int:
    """Measure the smaller side of a tie."""
    rest = graph.copy()
    rest.remove_edge(one, other)
    return min(len(nx.node_connected_component(rest, end)) for end in (one, other))


def check_bridges(graph: nx.Graph) -> None:
    found = find_bridges(read_matrix(graph))
    known = sorted(tuple(sorted(pair)) for pair in nx.bridges(graph))
    assert found.pairs.tolist() == [list(pair) for pair in known]
    assert found.separated.tolist() == [cut(graph, *pair) for pair in known]


def check_points(graph: nx.Graph) -> None:
    found = find_articulation_points(read_matrix(graph))
    assert np.flatnonzero(found.is_point).tolist() == sorted(nx.articulation_points(graph))
    pieces = [take_away(graph, node) for node in range(len(graph))]
    assert found.pieces.tolist() == [len(sizes) for sizes in pieces]
    assert found.separated.tolist() == [sum(sizes[1:]) for sizes in pieces]


@settings(max_examples=80, deadline=None)
@given(draw_graphs())
def test_small_graphs_fall_apart_as_they_do_one_tie_and_one_node_at_a_time(graph):
    check_bridges(graph)
    check_points(graph)


@pytest.mark.parametrize("seed", range(12))
def test_larger_graphs_fall_apart_as_they_do_one_tie_and_one_node_at_a_time(seed):
    graph = nx.gnp_random_graph(90, [0.01, 0.02, 0.03, 0.06][seed % 4], seed=seed)
    check_bridges(graph)
    check_points(graph)


@pytest.mark.parametrize(
    "graph",
    [
        nx.empty_graph(1),
        nx.empty_graph(4),
        nx.path_graph(2),
        nx.star_graph(6),
        nx.path_graph(9),
        nx.cycle_graph(7),
        nx.complete_graph(6),
        nx.barbell_graph(4, 3),
        nx.balanced_tree(3, 3),
        nx.complete_bipartite_graph(2, 5),
        nx.disjoint_union_all([nx.path_graph(4), nx.cycle_graph(5), nx.empty_graph(2)]),
        nx.convert_node_labels_to_integers(nx.florentine_families_graph()),
        nx.karate_club_graph(),
    ],
)
def test_named_graphs_fall_apart_as_they_do_one_tie_and_one_node_at_a_time(graph):
    check_bridges(graph)
    check_points(graph)


def test_a_tie_between_two_triangles_separates_three_from_three():
    matrix = read_matrix(join_triangles())
    bridges, points = find_bridges(matrix), find_articulation_points(matrix)
    assert bridges.pairs.tolist() == [[2, 3]]
    assert bridges.separated.tolist() == [3]
    assert np.flatnonzero(points.is_point).tolist() == [2, 3]
    assert points.separated.tolist() == [0, 0, 2, 2, 0, 0]


def test_the_centre_of_a_star_holds_all_leaves_together():
    points = find_articulation_points(read_matrix(nx.star_graph(5)))
    assert points.pieces.tolist() == [5, 1, 1, 1, 1, 1]
    assert points.separated.tolist() == [4, 0, 0, 0, 0, 0]
    assert find_bridges(read_matrix(nx.star_graph(5))).separated.tolist() == [1] * 5


def test_a_path_is_cut_at_each_inner_node():
    points = find_articulation_points(read_matrix(nx.path_graph(6)))
    assert points.is_point.tolist() == [False, True, True, True, True, False]
    assert points.separated.tolist() == [0, 1, 2, 2, 1, 0]
    assert find_bridges(read_matrix(nx.path_graph(6))).separated.tolist() == [1, 2, 3, 2, 1]


@pytest.mark.parametrize("graph", [nx.complete_graph(5), nx.cycle_graph(5), nx.empty_graph(5)])
def test_nothing_cuts_a_complete_graph_a_ring_or_isolates(graph):
    assert find_bridges(read_matrix(graph)).pairs.shape == (0, 2)
    assert not find_articulation_points(read_matrix(graph)).is_point.any()


def test_isolates_leave_no_pieces():
    assert find_articulation_points(sp.csr_array((3, 3))).pieces.tolist() == [0, 0, 0]


def test_no_nodes_are_no_cuts():
    assert find_bridges(sp.csr_array((0, 0))).pairs.shape == (0, 2)
    assert find_articulation_points(sp.csr_array((0, 0))).is_point.shape == (0,)


def test_a_weight_of_zero_is_no_tie():
    """Without the third side, a triangle is a path."""
    weighted = sp.csr_array(
        (np.array([5.0, 0.0, 5.0, 0.1, 0.0, 0.1]), [1, 2, 0, 2, 0, 1], [0, 2, 4, 6]), shape=(3, 3)
    )
    assert find_bridges(weighted).pairs.tolist() == [[0, 1], [1, 2]]
    assert find_articulation_points(weighted).is_point.tolist() == [False, True, False]
    assert weighted.nnz == 6


@settings(max_examples=50, deadline=None)
@given(draw_graphs(), st.randoms(use_true_random=False))
def test_the_numbers_of_nodes_do_not_matter(graph, draws):
    order = list(range(len(graph)))
    draws.shuffle(order)
    moved = nx.relabel_nodes(graph, dict(enumerate(order)), copy=True)
    before = find_articulation_points(read_matrix(graph))
    after = find_articulation_points(read_matrix(moved))
    assert after.separated[order].tolist() == before.separated.tolist()


@pytest.mark.parametrize("graph", [nx.path_graph(100_000), nx.star_graph(99_999)])
def test_deep_and_wide_trees_are_cut_at_once(graph):
    """The whole of either takes a tenth of a second; in squares of nodes it would take hours."""
    matrix = read_matrix(graph)
    start = time.perf_counter()
    bridges, points = find_bridges(matrix), find_articulation_points(matrix)
    assert time.perf_counter() - start < 5
    assert len(bridges.pairs) == 99_999
    inner = np.diff(matrix.indptr) > 1
    assert (points.is_point == inner).all()
    smaller = np.minimum(np.arange(1, 100_000), np.arange(99_999, 0, -1))
    assert bridges.separated.tolist() == (smaller if inner.sum() > 1 else np.ones(99_999)).tolist()
