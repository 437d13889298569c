"""Every measure against networkx, or against dense linear algebra where networkx has none."""

from __future__ import annotations

import os

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from ecograph import engine
from ecograph.engine.local import order_labels


def weigh(graph: nx.Graph, seed: int) -> nx.Graph:
    """Give ties whole and half weights, the same on every run."""
    draws = np.random.default_rng(seed)
    for *_, tie in graph.edges(data=True):
        tie["weight"] = float(draws.integers(1, 9)) / 2
    return graph


def join_cliques(*cliques: range) -> nx.Graph:
    graph = nx.Graph()
    for members in cliques:
        graph.add_edges_from(nx.complete_graph(list(members)).edges)
    return nx.convert_node_labels_to_integers(graph, ordering="sorted")


def draw_graph(seed: int) -> nx.Graph:
    """Draw a graph of 2 to 41 nodes: sparse ones fall apart, dense ones hold together."""
    draws = np.random.default_rng(seed)
    n = int(draws.integers(2, 42))
    graph = nx.gnp_random_graph(n, float(draws.choice([0.03, 0.08, 0.2, 0.5])), seed=seed)
    weighted = weigh(graph, seed) if seed % 2 else graph
    if seed % 10 == 1:  # every third tie has weight 0
        for number, (*_, tie) in enumerate(weighted.edges(data=True)):
            tie["weight"] *= number % 3 > 0
    return weighted


NAMED = {
    "one node": nx.empty_graph(1),
    "two isolates": nx.empty_graph(2),
    "seven isolates": nx.empty_graph(7),
    "one tie": nx.path_graph(2),
    "star": nx.star_graph(8),
    "path": nx.path_graph(12),
    "cycle": nx.cycle_graph(9),
    "complete": nx.complete_graph(7),
    "weighted complete": weigh(nx.complete_graph(6), 1),
    "two components": nx.disjoint_union(nx.complete_graph(4), nx.path_graph(5)),
    "three alike": nx.disjoint_union_all([nx.cycle_graph(4), nx.cycle_graph(4), nx.cycle_graph(4)]),
    "tree": nx.balanced_tree(3, 3),
    "bipartite": nx.complete_bipartite_graph(3, 5),
    "barbell": nx.barbell_graph(5, 3),
    "twins": join_cliques(range(6), range(4, 10), range(9, 14)),
    "weighted twins": weigh(join_cliques(range(8), range(7, 12), range(20, 25)), 2),
    "clique with a pendant and isolates": nx.disjoint_union(
        nx.lollipop_graph(6, 2), nx.empty_graph(3)
    ),
    "karate club": nx.Graph(nx.karate_club_graph().edges),
    "weighted karate club": nx.karate_club_graph(),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(5, 6)),
}
GRAPHS = {**NAMED, **{f"drawn {seed}": draw_graph(seed) for seed in range(180)}}


def read_matrix(graph: nx.Graph) -> sp.csr_array:
    if len(graph) == 0:
        return sp.csr_array((0, 0))
    return sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=sorted(graph), dtype=float))


def read_values(values: dict[int, float]) -> np.ndarray:
    return np.array([values[node] for node in sorted(values)], dtype=float)


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> nx.Graph:
    return GRAPHS[request.param]


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_degree_strength_and_core(graph: nx.Graph) -> None:
    matrix = read_matrix(graph)
    assert_close(engine.compute_degree(matrix), read_values(dict(graph.degree)))
    assert_close(engine.compute_strength(matrix), read_values(dict(graph.degree(weight="weight"))))
    assert_close(engine.compute_cores(matrix), read_values(nx.core_number(graph)))


def test_pagerank(graph: nx.Graph) -> None:
    expected = nx.pagerank(graph, tol=1e-15, max_iter=10_000)
    assert_close(engine.compute_pagerank(read_matrix(graph)), read_values(expected))


def test_betweenness(graph: nx.Graph) -> None:
    expected = nx.betweenness_centrality(graph)
    assert_close(engine.compute_betweenness(read_matrix(graph)), read_values(expected))


def test_harmonic_closeness(graph: nx.Graph) -> None:
    expected = nx.harmonic_centrality(graph)
    assert_close(engine.compute_harmonic(read_matrix(graph)), read_values(expected))


def test_constraint(graph: nx.Graph) -> None:
    expected = nx.constraint(graph, weight="weight")
    assert_close(engine.compute_constraint(read_matrix(graph)), read_values(expected))


def test_components(graph: nx.Graph) -> None:
    labels = engine.compute_components(read_matrix(graph))
    groups = sorted(map(sorted, nx.connected_components(graph)), key=lambda g: (-len(g), g[0]))
    assert [np.flatnonzero(labels == n).tolist() for n in range(len(groups))] == groups


def test_eigenvector(graph: nx.Graph) -> None:
    """The oracle projects all ones onto the eigenspace of the largest eigenvalue."""
    values, vectors = np.linalg.eigh(read_matrix(graph).toarray())
    space = vectors[:, values > values[-1] - 1e-8]
    expected = space @ (space.T @ np.ones(len(graph)))
    found = engine.compute_eigenvector(read_matrix(graph))
    assert_close(found, expected / np.linalg.norm(expected))
    assert np.linalg.norm(found) == pytest.approx(1)
    assert not ((found > 0) & (found < 1e-12)).any()


def test_communities_are_a_partition_whose_modularity_networkx_confirms(graph: nx.Graph) -> None:
    matrix = read_matrix(graph)
    labels = engine.compute_communities(matrix, seed=1)
    groups = [set(np.flatnonzero(labels == n).tolist()) for n in range(labels.max() + 1)]
    assert sum(map(len, groups)) == len(graph)
    assert all(groups)
    first = [(-len(g), min(g)) for g in groups]
    assert first == sorted(first)
    if graph.number_of_edges():
        expected = nx.community.modularity(graph, groups, weight="weight")
        assert engine.compute_modularity(matrix, labels) == pytest.approx(expected, abs=1e-12)
    else:
        assert engine.compute_modularity(matrix, labels) == 0


FUNCTIONS = [name for name in engine.__all__ if name.islower()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_nodes(name: str) -> None:
    empty = read_matrix(nx.empty_graph(0))
    if name == "compute_communities":
        assert len(engine.compute_communities(empty, seed=1)) == 0
    elif name == "compute_modularity":
        assert engine.compute_modularity(empty, np.zeros(0, dtype=np.int64)) == 0
    elif name == "find_consensus":
        assert len(engine.find_consensus(empty, seed=1).labels) == 0
    elif name.startswith("measure_"):
        assert len(getattr(engine, name)(empty).values) == 0
    else:
        assert len(getattr(engine, name)(empty)) == 0


def test_published_values() -> None:
    karate = engine.compute_constraint(read_matrix(NAMED["karate club"]))
    assert round(karate[0], 4) == 0.1554
    assert round(karate[33], 4) == 0.1564
    families = nx.florentine_families_graph()
    between = engine.compute_betweenness(read_matrix(families))
    assert round(between[sorted(families).index("Medici")], 3) == 0.522


def test_a_star_by_hand() -> None:
    matrix = read_matrix(nx.star_graph(4))
    assert engine.compute_betweenness(matrix).tolist() == [1, 0, 0, 0, 0]
    assert engine.compute_harmonic(matrix).tolist() == [4, 2.5, 2.5, 2.5, 2.5]
    assert engine.compute_constraint(matrix).tolist() == [0.25, 1, 1, 1, 1]
    centre = 1 / np.sqrt(2)
    assert_close(engine.compute_eigenvector(matrix), np.array([centre, *[centre / 2] * 4]))


@pytest.mark.parametrize(
    ("leading", "other"),
    [
        (nx.complete_graph(4), nx.path_graph(3)),
        (nx.cycle_graph(5), nx.path_graph(30)),  # eigenvalues 2 and 1.9897
        (nx.star_graph(9), nx.complete_graph(3)),
    ],
)
def test_components_without_the_largest_eigenvalue_get_exactly_nothing(
    leading: nx.Graph, other: nx.Graph
) -> None:
    vector = engine.compute_eigenvector(read_matrix(nx.disjoint_union(other, leading)))
    assert vector[: len(other)].tolist() == [0.0] * len(other)
    assert (vector[len(other) :] > 0.1).all()


def test_labels_are_ordered_by_size_then_first_member() -> None:
    assert order_labels(np.array([9, 9, 4, 4, 4, 1, 7, 7])).tolist() == [
        1,
        1,
        0,
        0,
        0,
        3,
        2,
        2,
    ]
    assert order_labels(np.array([], dtype=int)).tolist() == []


def test_modularity_by_hand() -> None:
    """Two triangles and a bridge: 6/7 of the ties lie within, 1/2 would by chance."""
    triangles = nx.Graph([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)])
    matrix = read_matrix(triangles)
    labels = engine.compute_communities(matrix, seed=1)
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert engine.compute_modularity(matrix, labels) == pytest.approx(6 / 7 - 1 / 2)


def test_the_same_seed_gives_the_same_communities() -> None:
    matrix = read_matrix(nx.gnp_random_graph(200, 0.03, seed=5))
    first = engine.compute_communities(matrix, seed=1)
    assert all((engine.compute_communities(matrix, seed=1) == first).all() for _ in range(5))


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_measures_do_not_depend_on_the_order_of_nodes(seed: int, random: object) -> None:
    graph = draw_graph(seed)
    order = sorted(graph)
    random.shuffle(order)  # type: ignore[attr-defined]
    matrix = read_matrix(graph)
    moved = sp.csr_array(matrix[order][:, order])
    for name in ("pagerank", "betweenness", "harmonic", "eigenvector", "cores", "constraint"):
        measure = getattr(engine, f"compute_{name}")
        assert_close(measure(moved), measure(matrix)[order])


def test_measures_leave_the_matrix_alone() -> None:
    matrix = read_matrix(NAMED["weighted twins"])
    before = matrix.toarray()
    for name in set(FUNCTIONS) - {"compute_communities", "compute_modularity", "find_consensus"}:
        getattr(engine, name)(matrix)
    engine.compute_communities(matrix, seed=1)
    engine.find_consensus(matrix, seed=1)
    np.testing.assert_array_equal(matrix.toarray(), before)


MEASURES = ("pagerank", "betweenness", "harmonic", "eigenvector", "cores", "constraint")


def tie_path(n: int) -> sp.csr_array:
    half = sp.diags_array([np.ones(n - 1)], offsets=[1], shape=(n, n))
    return sp.csr_array(half + half.T)


def test_a_long_path_by_closed_forms() -> None:
    n = 100_000 if os.environ.get("ECOGRAPH_WHOLE") else 30_000
    path = tie_path(n)
    place = np.arange(n)
    between = engine.measure_betweenness(path)
    assert between.exact
    assert_close(between.values, 2 * place * (n - 1 - place) / ((n - 1) * (n - 2)))
    sums = np.concatenate([[0], np.cumsum(1 / np.arange(1, n))])
    harmonic = engine.measure_harmonic(path)
    error = np.abs(harmonic.values - sums[place] - sums[n - 1 - place]).max()
    assert error <= (1e-9 if harmonic.exact else harmonic.how["epsilon"] * (n - 1))
    assert engine.compute_cores(path).tolist() == [1] * n
    assert engine.compute_components(path).tolist() == [0] * n
    assert_close(engine.compute_constraint(path), np.r_[1, np.full(n - 2, 0.5), 1])
    wave = np.sin(np.pi * (place + 1) / (n + 1)) * np.sqrt(2 / (n + 1))
    assert_close(engine.compute_eigenvector(path), wave)
    rank = engine.compute_pagerank(path)
    passed = path @ (rank / engine.compute_degree(path))
    assert np.abs(rank - 0.85 * passed - 0.15 / n).max() < 1e-15


def test_two_thousand_all_tied_by_closed_forms() -> None:
    n = 2_000
    matrix = sp.csr_array(np.ones((n, n)) - np.eye(n))
    assert_close(engine.compute_pagerank(matrix), np.full(n, 1 / n))
    assert_close(engine.compute_betweenness(matrix), np.zeros(n))
    assert_close(engine.compute_harmonic(matrix), np.full(n, n - 1.0))
    assert_close(engine.compute_eigenvector(matrix), np.full(n, 1 / np.sqrt(n)))
    assert engine.compute_cores(matrix).tolist() == [n - 1] * n
    share = 1 / (n - 1)
    each = (share + (n - 2) * share**2) ** 2
    assert_close(engine.compute_constraint(matrix), np.full(n, (n - 1) * each))


SAMPLED = ["path", "star", "two components", "karate club", "barbell", "grid", "seven isolates"]


@pytest.mark.parametrize("name", [*SAMPLED, *(f"drawn {seed}" for seed in range(20, 60))])
def test_approximations_lie_within_their_guarantee(name: str) -> None:
    graph = GRAPHS[name]
    if len(graph) < 3:
        pytest.skip("nobody lies between two others")
    matrix = read_matrix(graph)
    between = engine.measure_betweenness(matrix, limit=-1)
    harmonic = engine.measure_harmonic(matrix, limit=-1)
    assert not between.exact
    assert not harmonic.exact
    exact = read_values(nx.betweenness_centrality(graph))
    assert np.abs(between.values - exact).max() <= between.how["epsilon"] < 0.1
    scale = len(graph) - 1
    exact = read_values(nx.harmonic_centrality(graph))
    assert np.abs(harmonic.values - exact).max() / scale <= harmonic.how["epsilon"] < 0.1


def test_the_highest_closeness_is_exact_in_an_approximation() -> None:
    graph = nx.barabasi_albert_graph(3_000, 3, seed=4)
    matrix = read_matrix(graph)
    exact = engine.compute_harmonic(matrix)
    found = engine.measure_harmonic(matrix, limit=-1)
    top = np.argsort(-exact, kind="stable")[: found.how["top_exact"]]
    assert len(top) == 100
    assert_close(found.values[top], exact[top])


def test_the_number_of_processors_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = read_matrix(weigh(nx.barabasi_albert_graph(3_000, 5, seed=2), 3))
    found = []
    for threads in (1, 2, 4):
        monkeypatch.setattr("ecograph.engine.threads.count_threads", lambda n=threads: n)
        values = [getattr(engine, f"compute_{name}")(matrix) for name in MEASURES]
        sampled = [engine.measure_betweenness(matrix, limit=-1).values]
        sampled += [engine.measure_harmonic(matrix, limit=-1).values]
        found.append([value.tobytes() for value in (*values, *sampled)])
    assert found[0] == found[1] == found[2]
