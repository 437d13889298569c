"""Brokerage by loops over all triples, over all networks of five nodes, and by hand."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecograph.statistics.brokerage import (
    ROLES,
    TWO_MODE_ROLES,
    count_brokerage,
    count_two_mode_brokerage,
    expect_brokerage,
    permute_brokerage,
)

NO_TIES = sp.csr_array((4, 4))
HALVES = np.array([0, 0, 1, 1])


def read_matrix(graph: nx.Graph) -> sp.csr_array:
    return sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(len(graph)), dtype=float))


def choose_role(first, broker, second):
    """Choose the role of a broker between two others, from the groups of all three."""
    if first == second:
        return "coordinator" if broker == first else "itinerant"
    if first == broker:
        return "representative"
    return "gatekeeper" if second == broker else "liaison"


def count_triples(graph, groups):
    """Count roles by the definition, for every ordered triple of nodes."""
    counts = np.zeros((len(graph), len(ROLES)), dtype=int)
    for first, broker, second in itertools.permutations(graph, 3):
        brokered = graph.has_edge(first, broker) and graph.has_edge(broker, second)
        if brokered and not graph.has_edge(first, second):
            kinds = groups[first], groups[broker], groups[second]
            if min(kinds) >= 0:
                counts[broker, ROLES.index(choose_role(*kinds))] += 1
                counts[broker, -1] += 1
    return counts


@st.composite
def draw_networks(draw):
    n = draw(st.integers(1, 10))
    graph = nx.empty_graph(n)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    if pairs:
        graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), max_size=30, unique=True)))
    groups = draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    return graph, np.array(groups)


@settings(max_examples=100, deadline=None)
@given(draw_networks())
def test_counts_are_those_of_triples_looked_at_one_by_one(drawn):
    graph, groups = drawn
    found = count_brokerage(read_matrix(graph), groups)
    assert found.columns.tolist() == list(ROLES)
    assert found.to_numpy().tolist() == count_triples(graph, groups).tolist()


def test_the_loop_over_triples_gives_the_published_roles_of_a_directed_network():
    """Roles that the R packages sna and cograph give for the example of cograph's manual.

    Ours are for networks without direction; this loop, by which they are checked, takes both.
    """
    graph = nx.DiGraph([(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 0)])
    published = {
        "coordinator": [0, 0, 0, 0],
        "itinerant": [1, 0, 0, 1],
        "representative": [0, 1, 0, 1],
        "gatekeeper": [1, 0, 1, 0],
        "liaison": [0, 0, 0, 0],
    }
    counts = count_triples(graph, HALVES)
    found = {role: counts[:, ROLES.index(role)].tolist() for role in published}
    assert found == published


@pytest.mark.parametrize("steps", [1, 50, 4_000_000])
def test_larger_networks_are_counted_alike_in_any_blocks(monkeypatch, steps):
    monkeypatch.setattr("ecograph.statistics.brokerage._STEPS_AT_ONCE", steps)
    graph = nx.powerlaw_cluster_graph(40, 4, 0.7, seed=1)
    groups = np.random.default_rng(1).integers(0, 4, 40)
    found = count_brokerage(read_matrix(graph), groups).to_numpy()
    assert found.tolist() == count_triples(graph, groups).tolist()


def test_a_square_of_two_and_two_makes_each_node_a_gatekeeper():
    """Each node has one neighbour of its own group and one of the other, not tied."""
    found = count_brokerage(read_matrix(nx.cycle_graph(4)), HALVES)
    assert found.to_numpy().tolist() == [[0, 0, 1, 1, 0, 2]] * 4


def test_the_roles_of_the_middle_of_a_path_of_three():
    path = read_matrix(nx.path_graph(3))
    roles = {}
    for groups in ([0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 2]):
        middle = count_brokerage(path, np.array(groups)).loc[1]
        roles[tuple(groups)] = middle[middle > 0].to_dict()
    assert roles == {
        (0, 0, 0): {"coordinator": 2, "total": 2},
        (0, 1, 0): {"itinerant": 2, "total": 2},
        (0, 0, 1): {"representative": 1, "gatekeeper": 1, "total": 2},
        (0, 1, 2): {"liaison": 2, "total": 2},
    }


def test_the_centre_of_a_star_takes_every_role():
    """Of its own group 2 leaves, of the others 3 and 1: 1, 3, 2 x 4 and 3 x 1 pairs."""
    groups = np.array([0, 0, 0, 1, 1, 1, 2])
    found = count_brokerage(read_matrix(nx.star_graph(6)), groups)
    assert found.loc[0].tolist() == [2, 6, 8, 8, 6, 30]
    assert not found.loc[1:].to_numpy().any()


def test_two_triangles_are_brokered_by_the_ends_of_their_tie():
    """Node 2 stands between 3 and each of 0 and 1; so does node 3 on the other side."""
    graph = nx.Graph([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)])
    found = count_brokerage(read_matrix(graph), np.array([0, 0, 0, 1, 1, 1]))
    assert found["total"].tolist() == [0, 0, 4, 4, 0, 0]
    assert found["gatekeeper"].tolist() == [0, 0, 2, 2, 0, 0]


@pytest.mark.parametrize("graph", [nx.complete_graph(4), nx.empty_graph(4)])
def test_all_ties_and_no_ties_leave_nothing_to_broker(graph):
    assert not count_brokerage(read_matrix(graph), HALVES).to_numpy().any()


def test_no_nodes_have_no_roles():
    assert count_brokerage(sp.csr_array((0, 0)), np.zeros(0, dtype=int)).shape == (0, 6)


def test_a_tie_of_weight_zero_is_none_and_others_count_alike():
    """A triangle whose third side has weight 0 is brokered by the node across it."""
    triangle = sp.csr_array(
        (np.array([0.5, 7.0, 0.5, 0.0, 7.0, 0.0]), [1, 2, 0, 2, 0, 1], [0, 2, 4, 6]), shape=(3, 3)
    )
    found = count_brokerage(triangle, np.zeros(3, dtype=int))
    assert found["coordinator"].tolist() == [2, 0, 0]
    assert triangle.nnz == 6


def draw_all(n):
    """List every network of n nodes (networks x n x n)."""
    one, other = np.triu_indices(n, 1)
    every = np.array(list(itertools.product([0, 1], repeat=len(one))))
    networks = np.zeros((len(every), n, n), dtype=int)
    networks[:, one, other] = networks[:, other, one] = every
    return networks


def sort_triples(groups):
    """Mark the ordered triples of each role (roles x first x broker x second)."""
    marks = np.zeros((len(ROLES), *(len(groups),) * 3))
    for triple in itertools.permutations(range(len(groups)), 3):
        marks[ROLES.index(choose_role(*groups[list(triple)])), *triple] = 1
        marks[-1, *triple] = 1
    return marks


@pytest.mark.parametrize("groups", [[0, 0, 1, 1, 2], [0, 0, 0, 1, 1], [0] * 5, [3, 0, 0, 0, 1]])
def test_expected_counts_are_those_of_all_networks_of_five_nodes(groups):
    """Six ties of ten: each network weighs d^ties (1 - d)^(10 - ties) with d = 0.6."""
    groups, every = np.array(groups), draw_all(5)
    brokered = np.einsum("gij,gjk,gik->gijk", every, every, 1 - every)
    counts = np.einsum("gijk,rijk->gjr", brokered, sort_triples(groups))
    ties = every.sum(axis=(1, 2)) // 2
    weight = 0.6**ties * 0.4 ** (10 - ties)
    mean, square = (np.tensordot(weight, counts**power, 1) for power in (1, 2))
    found = expect_brokerage(sp.csr_array(every[ties == 6][0]), groups)
    assert found.expected.to_numpy() == pytest.approx(mean)
    assert found.deviation.to_numpy() ** 2 == pytest.approx(square - mean**2)


def test_expected_counts_are_pairs_times_the_chance_of_an_open_triple():
    """Gould and Fernandez 1989: d^2 (1 - d) for each ordered pair of others by their groups."""
    graph = nx.gnm_random_graph(30, 100, seed=2)
    groups = np.repeat([0, 1, 2], [15, 10, 5])
    d = 100 / (30 * 29 / 2)
    found = expect_brokerage(read_matrix(graph), groups).expected.loc[0] / (d**2 * (1 - d))
    assert found.tolist() == pytest.approx(
        [14 * 13, 10 * 9 + 5 * 4, 14 * 15, 14 * 15, 2 * 10 * 5, 29 * 28]
    )


def test_z_is_the_distance_from_the_expected_count_in_deviations():
    found = expect_brokerage(read_matrix(nx.path_graph(4)), HALVES)
    by_hand = (found.observed["total"] - found.expected["total"]) / found.deviation["total"]
    assert found.z["total"].tolist() == pytest.approx(by_hand.tolist())
    assert found.z["liaison"].isna().all()  # there is no third group


def test_nodes_without_a_group_are_not_expected_to_broker():
    """The rest is a path of three: d = 2/3, and 2 d^2 (1 - d) = 8/27 for each of its nodes."""
    found = expect_brokerage(read_matrix(nx.path_graph(4)), np.array([0, 0, 0, -1]))
    assert found.expected["coordinator"].tolist() == pytest.approx(
        [8 / 27] * 3 + [np.nan], nan_ok=True
    )
    assert found.observed["coordinator"].tolist() == [0, 2, 0, 0]


@pytest.mark.parametrize("groups", [HALVES, np.full(4, -1)])
def test_no_ties_leave_nothing_to_expect(groups):
    found = expect_brokerage(NO_TIES, groups)
    assert np.nansum(found.expected.to_numpy()) == 0
    assert found.z.isna().all(axis=None)


def test_draws_come_close_to_all_ways_to_deal_out_groups():
    graph = nx.Graph([(0, 1), (0, 2), (0, 3), (3, 4), (4, 5), (3, 5), (0, 5)])
    groups = np.array([0, 0, 1, 1, 2, -1])
    every = np.array(
        [
            count_triples(graph, np.array([*dealt, -1]))
            for dealt in itertools.permutations(groups[:5])
        ]
    )
    observed = count_triples(graph, groups)
    found = permute_brokerage(read_matrix(graph), groups, seed=1, draws=500)
    known = slice(0, 5)
    assert found.observed.to_numpy().tolist() == observed.tolist()
    for part, exact, error in (
        (found.expected, every.mean(axis=0), 0.2),
        (found.deviation, every.std(axis=0), 0.15),
        (found.p_more, (every >= observed).mean(axis=0), 0.06),
        (found.p_fewer, (every <= observed).mean(axis=0), 0.06),
    ):
        assert part.to_numpy()[known] == pytest.approx(exact[known], abs=error)
        assert part.loc[5].isna().all()


def test_dealing_out_groups_never_changes_who_stands_between_whom():
    graph = nx.gnm_random_graph(12, 25, seed=3)
    found = permute_brokerage(read_matrix(graph), np.arange(12) % 3, seed=1, draws=20)
    assert found.expected["total"].tolist() == found.observed["total"].tolist()
    assert found.z["total"].isna().all()
    assert (found.p_more["total"] == 1).all()


def test_the_seed_decides_and_nothing_is_changed():
    matrix, groups = read_matrix(nx.cycle_graph(4)), HALVES.copy()
    first, again, other = (
        permute_brokerage(matrix, groups, seed=seed, draws=15).expected for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)
    assert (groups == HALVES).all()


def count_links(incidence, broker_groups, groups, linked):
    """Count the pairs of organisations of each broker one by one."""
    counts = np.zeros((len(incidence), len(TWO_MODE_ROLES)), dtype=int)
    for first, second in itertools.combinations(range(len(groups)), 2):
        both = np.flatnonzero((incidence[:, first] != 0) & (incidence[:, second] != 0))
        if min(groups[first], groups[second]) < 0 or (linked == "sole" and len(both) != 1):
            continue
        for broker in both[broker_groups[both] >= 0]:
            role = choose_role(groups[first], broker_groups[broker], groups[second])
            role = "gatekeeper" if role == "representative" else role
            counts[broker, TWO_MODE_ROLES.index(role)] += 1
            counts[broker, -1] += 1
    return counts


@pytest.mark.parametrize("linked", ["all", "sole"])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_two_mode_counts_are_those_of_pairs_looked_at_one_by_one(linked, data):
    brokers, organisations = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 8))
    incidence = data.draw(hnp.arrays(int, (brokers, organisations), elements=st.integers(0, 2)))
    of_brokers, groups = (
        data.draw(hnp.arrays(int, n, elements=st.integers(-1, 3))) for n in (brokers, organisations)
    )
    found = count_two_mode_brokerage(sp.csr_array(incidence), of_brokers, groups, linked=linked)
    assert found.columns.tolist() == list(TWO_MODE_ROLES)
    assert found.to_numpy().tolist() == count_links(incidence, of_brokers, groups, linked).tolist()


def test_a_platform_between_firms_of_three_fields():
    """Of its own field 2 firms, of two others 2 and 1: 1, 1, 2 x 3 and 2 x 1 pairs."""
    groups = np.array([5, 5, 2, 2, 0])
    found = count_two_mode_brokerage(sp.csr_array(np.ones((1, 5))), np.array([5]), groups)
    assert found.loc[0].tolist() == [1, 1, 6, 2, 10]


def test_a_second_platform_takes_the_pair_that_both_link():
    """Both link firms 0 and 1; only the first links them with firm 2."""
    serves = sp.csr_array([[1, 1, 1], [1, 1, 0]])
    fields, groups = np.array([0, -1]), np.array([0, 0, 1])
    every = count_two_mode_brokerage(serves, fields, groups)
    sole = count_two_mode_brokerage(serves, fields, groups, linked="sole")
    assert every.to_numpy().tolist() == [[1, 0, 2, 0, 3], [0, 0, 0, 0, 0]]
    assert sole.to_numpy().tolist() == [[0, 0, 2, 0, 2], [0, 0, 0, 0, 0]]


@pytest.mark.parametrize("linked", ["all", "sole"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0), (2, 3)])
def test_brokers_without_ties_link_nothing(linked, shape):
    brokers, organisations = (np.zeros(n, dtype=int) for n in shape)
    found = count_two_mode_brokerage(sp.csr_array(shape), brokers, organisations, linked=linked)
    assert found.shape == (shape[0], 5)
    assert not found.to_numpy().any()


@pytest.mark.parametrize("linked", ["all", "sole"])
def test_blocks_of_organisations_do_not_matter(monkeypatch, linked):
    draws = np.random.default_rng(4)
    incidence = (draws.random((6, 25)) < 0.4).astype(float)
    of_brokers, groups = draws.integers(0, 3, 6), draws.integers(0, 3, 25)
    monkeypatch.setattr("ecograph.statistics.brokerage._STEPS_AT_ONCE", 30)
    found = count_two_mode_brokerage(sp.csr_array(incidence), of_brokers, groups, linked=linked)
    assert found.to_numpy().tolist() == count_links(incidence, of_brokers, groups, linked).tolist()
