"""E-I indices and conductance against networkx, every way to deal out groups, and by hand."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.statistics.mixing import compute_conductance, compute_ei_index, permute_ei_index


def read_matrix(graph: nx.Graph) -> sp.csr_array:
    return sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(len(graph)), dtype=float))


def join_triangles() -> sp.csr_array:
    """Join the triangles 0, 1, 2 and 3, 4, 5 by the tie 2-3."""
    return read_matrix(nx.Graph([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]))


HALVES = np.array([0, 0, 0, 1, 1, 1])


@st.composite
def draw_networks(draw, least_group=-1):
    n = draw(st.integers(1, 9))
    pairs = [(i, j) for i in range(n) for j in range(i)]
    graph = nx.empty_graph(n)
    if pairs:
        for one, other in draw(st.lists(st.sampled_from(pairs), max_size=20, unique=True)):
            graph.add_edge(one, other, weight=draw(st.integers(1, 8)) / 2)
    groups = draw(st.lists(st.integers(least_group, 3), min_size=n, max_size=n))
    return graph, np.array(groups)


def weigh_ends(graph, groups, counted, *, ends):
    """Add up (E, I) over ties between nodes with a group, from those of their ends in a set."""
    outer = inner = 0.0
    for one, other, weight in graph.edges(data="weight", default=1):
        for end in (one, other):
            if end in ends and min(groups[one], groups[other]) >= 0:
                value = weight if counted == "weights" else 1
                outer += value * (groups[one] != groups[other])
                inner += value * (groups[one] == groups[other])
    return (outer - inner) / (outer + inner) if outer + inner else np.nan


@pytest.mark.parametrize("counted", ["ties", "weights"])
@settings(max_examples=40, deadline=None)
@given(drawn=draw_networks())
def test_indices_are_those_of_ties_looked_at_one_by_one(counted, drawn):
    graph, groups = drawn
    index = compute_ei_index(read_matrix(graph), groups, counted=counted)
    everyone = set(range(len(groups)))
    of_groups = [set(np.flatnonzero(groups == g)) for g in range(groups.max() + 1)]
    assert index.network == pytest.approx(
        weigh_ends(graph, groups, counted, ends=everyone), nan_ok=True
    )
    for found, sets in ((index.group, of_groups), (index.node, [{i} for i in everyone])):
        known = [weigh_ends(graph, groups, counted, ends=ends) for ends in sets]
        assert found.tolist() == pytest.approx(known, nan_ok=True)


def test_the_karate_club_mixes_as_networkx_says():
    graph = nx.karate_club_graph()
    groups = np.array([int(club == "Officer") for _, club in graph.nodes(data="club")])
    matrix = nx.attribute_mixing_matrix(graph, "club")
    index = compute_ei_index(read_matrix(graph), groups)
    assert index.network == pytest.approx(1 - 2 * np.trace(matrix))


def test_two_triangles_have_six_ties_within_and_one_across():
    index = compute_ei_index(join_triangles(), HALVES)
    assert index.network == pytest.approx(-5 / 7)
    assert index.group.tolist() == pytest.approx([-5 / 7, -5 / 7])
    assert index.node.tolist() == pytest.approx([-1, -1, -1 / 3, -1 / 3, -1, -1])


def test_weights_count_where_they_are_asked_for():
    """A path with a tie of 3 within and one of 1 across: (1 - 3) / 4, and by number (1 - 1) / 2."""
    path = sp.csr_array([[0, 3.0, 0], [3.0, 0, 1.0], [0, 1.0, 0]])
    assert compute_ei_index(path, np.array([0, 0, 1]), counted="weights").network == -0.5
    assert compute_ei_index(path, np.array([0, 0, 1])).network == 0


def test_a_star_of_one_kind_and_leaves_of_another_only_leads_out():
    index = compute_ei_index(read_matrix(nx.star_graph(4)), np.array([0, 1, 1, 1, 1]))
    assert index.network == 1
    assert index.group.tolist() == [1, 1]


def test_one_group_only_keeps_to_itself():
    index = compute_ei_index(read_matrix(nx.complete_graph(5)), np.zeros(5, dtype=int))
    assert index.network == -1
    assert index.group.tolist() == [-1]


def test_nodes_without_a_group_have_no_index_and_give_none():
    """Of the path 0-1-2-3, only 0-1 is between nodes with a group."""
    index = compute_ei_index(read_matrix(nx.path_graph(4)), np.array([0, 1, -1, 0]))
    assert index.network == 1
    assert index.node.tolist() == pytest.approx([1, 1, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_no_ties_have_no_index(n):
    empty, groups = sp.csr_array((n, n)), np.zeros(n, dtype=int)
    index = compute_ei_index(empty, groups)
    assert np.isnan(index.network)
    assert np.isnan(index.group).all()
    dealt = permute_ei_index(empty, groups, seed=1, draws=5)
    assert np.isnan(dealt.network[["observed", "expected", "p_lower", "p_upper", "p"]]).all()
    assert dealt.network["draws"] == 0


def test_a_tie_of_weight_zero_is_none():
    path = sp.csr_array((np.array([0.0, 0.0]), [1, 0], [0, 1, 2]), shape=(2, 2))
    assert np.isnan(compute_ei_index(path, np.array([0, 1])).network)
    assert np.isnan(compute_conductance(path, np.array([0, 1]))).all()


@settings(max_examples=40, deadline=None)
@given(draw_networks(least_group=0))
def test_the_index_of_the_whole_is_the_mean_of_its_parts_by_ties(drawn):
    graph, groups = drawn
    index = compute_ei_index(read_matrix(graph), groups)
    degree = np.array([graph.degree(node) for node in range(len(groups))], dtype=float)
    volume = np.bincount(groups, degree)
    if degree.sum():
        assert np.nansum(index.group * volume) / volume.sum() == pytest.approx(index.network)
        assert np.nansum(index.node * degree) / degree.sum() == pytest.approx(index.network)


def deal_all(graph, groups):
    """Compute the indices of network and groups for each order of the labels."""
    return [
        [
            weigh_ends(graph, dealt, "weights", ends=ends)
            for ends in (
                set(range(len(groups))),
                *(set(np.flatnonzero(dealt == g)) for g in range(groups.max() + 1)),
            )
        ]
        for dealt in map(np.array, itertools.permutations(groups))
    ]


def test_draws_come_close_to_all_ways_to_deal_out_groups():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1), (1, 2, 2), (2, 3, 0.5), (1, 4, 1.5), (4, 5, 3)])
    groups = np.array([0, 0, 1, 1, 1, 2])
    every = np.array(deal_all(graph, groups))
    dealt = permute_ei_index(read_matrix(graph), groups, seed=3, draws=5000, counted="weights")
    rows = [dealt.network, *(dealt.group.loc[g] for g in range(3))]
    for row, values in zip(rows, every.T, strict=True):
        observed = values[0]
        assert row["observed"] == pytest.approx(observed)
        assert row["expected"] == pytest.approx(values.mean(), abs=0.04)
        assert row["deviation"] == pytest.approx(values.std(), abs=0.04)
        assert row["p_lower"] == pytest.approx((values <= observed + 1e-9).mean(), abs=0.02)
        assert row["p_upper"] == pytest.approx((values >= observed - 1e-9).mean(), abs=0.02)
        assert row["p"] == min(1, 2 * min(row["p_lower"], row["p_upper"]))


def test_the_network_is_expected_to_mix_as_pairs_of_nodes_do():
    """Of the 45 pairs of ten nodes, 15 + 3 + 0 are within the groups of 6, 3 and 1."""
    graph = nx.gnm_random_graph(10, 20, seed=4)
    groups = np.array([0] * 6 + [1] * 3 + [2])
    dealt = permute_ei_index(read_matrix(graph), groups, seed=5, draws=4000)
    assert dealt.network["expected"] == pytest.approx(1 - 2 * 18 / 45, abs=0.015)


def test_two_triangles_are_as_much_apart_as_2_of_20_ways_to_deal_them_out():
    dealt = permute_ei_index(join_triangles(), HALVES, seed=6, draws=4000)
    assert dealt.network["p_lower"] == pytest.approx(0.1, abs=0.02)
    assert dealt.network["p_upper"] == 1
    assert dealt.network["p"] == pytest.approx(0.2, abs=0.04)


def test_draws_that_are_all_alike_tell_nothing():
    """In a complete graph every way to deal out groups gives the same index."""
    dealt = permute_ei_index(read_matrix(nx.complete_graph(6)), HALVES, seed=1, draws=50)
    assert dealt.network["expected"] == pytest.approx(dealt.network["observed"])
    assert dealt.network[["p_lower", "p_upper", "p"]].tolist() == [1, 1, 1]


def test_a_group_that_may_get_isolates_is_told_by_the_draws_that_have_ties():
    """A tie and four isolates: a group of one has it, or a part of it, in a third of draws."""
    graph = nx.empty_graph(6)
    graph.add_edge(0, 1)
    groups = np.array([0, 1, 1, 1, 1, 1])
    dealt = permute_ei_index(read_matrix(graph), groups, seed=2, draws=3000)
    assert dealt.group.loc[0, "draws"] == pytest.approx(1000, abs=100)
    assert dealt.group.loc[0, "expected"] == 1
    assert dealt.group.loc[1, "draws"] == 3000


def test_the_seed_decides_and_nothing_is_changed():
    matrix, groups = join_triangles(), HALVES.copy()
    first = permute_ei_index(matrix, groups, seed=7, draws=60)
    assert first.group.equals(permute_ei_index(matrix, groups, seed=7, draws=60).group)
    other = permute_ei_index(matrix, groups, seed=8, draws=60)
    assert first.network["expected"] != other.network["expected"]
    assert (groups == HALVES).all()


def test_blocks_of_draws_do_not_matter(monkeypatch):
    whole = permute_ei_index(join_triangles(), HALVES, seed=7, draws=90)
    monkeypatch.setattr("ecograph.statistics.mixing._CELLS_AT_ONCE", 200)
    parts = permute_ei_index(join_triangles(), HALVES, seed=7, draws=90)
    assert parts.group.to_numpy() == pytest.approx(whole.group.to_numpy())


@pytest.mark.parametrize(("counted", "weight"), [("ties", None), ("weights", "weight")])
@settings(max_examples=40, deadline=None)
@given(drawn=draw_networks())
def test_conductance_is_that_of_networkx(counted, weight, drawn):
    graph, groups = drawn
    found = compute_conductance(read_matrix(graph), groups, counted=counted)
    assert len(found) == groups.max() + 1
    for group, value in enumerate(found):
        inside = set(np.flatnonzero(groups == group))
        sides = (nx.volume(graph, side, weight) for side in (inside, set(graph) - inside))
        if min(sides):
            assert value == pytest.approx(nx.conductance(graph, inside, weight=weight))
        else:
            assert np.isnan(value)


def test_triangles_are_left_by_one_of_seven_ends():
    assert compute_conductance(join_triangles(), HALVES).tolist() == pytest.approx([1 / 7, 1 / 7])


def test_a_component_by_itself_cannot_be_left():
    graph = nx.disjoint_union(nx.complete_graph(3), nx.path_graph(3))
    assert compute_conductance(read_matrix(graph), HALVES).tolist() == [0, 0]


def test_all_nodes_in_one_group_leave_nothing_outside():
    assert np.isnan(compute_conductance(read_matrix(nx.path_graph(3)), np.zeros(3, dtype=int)))


def test_no_nodes_are_no_groups():
    none = np.zeros(0, dtype=int)
    assert compute_conductance(sp.csr_array((0, 0)), none).shape == (0,)
