"""Divisions against ground truth by construction, published optima and hand calculation."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph import engine
from ecograph.engine.consensus import plan_runs
from ecograph.engine.groups import compute_similarity
from ecograph.progress import listen

BLOCKS = 8
BLOCK = 30


def read_matrix(graph: nx.Graph) -> sp.csr_array:
    return sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=sorted(graph), dtype=float))


def draw_planted(mixing: float, degree: float = 14) -> sp.csr_array:
    """Draw 8 blocks of 30 nodes, a share of whose ties leads out of the block."""
    inner = (1 - mixing) * degree / BLOCK
    outer = mixing * degree / (BLOCK * (BLOCKS - 1))
    return read_matrix(nx.planted_partition_graph(BLOCKS, BLOCK, inner, outer, seed=2))


def join_two_cliques() -> sp.csr_array:
    """Join two cliques of six by a node (12) that has three ties to each."""
    graph = nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6))
    graph.add_edges_from((12, other) for other in (0, 1, 2, 6, 7, 8))
    return read_matrix(graph)


def same_division(first: np.ndarray, second: np.ndarray) -> bool:
    return compute_similarity(first, second) == 1


@pytest.mark.parametrize("mixing", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", [1, 2])
def test_planted_blocks_are_recovered(mixing: float, seed: int) -> None:
    found = engine.find_consensus(draw_planted(mixing), seed=seed)
    assert same_division(found.labels, np.repeat(np.arange(BLOCKS), BLOCK))
    assert found.certainty.min() == 1


def test_the_blurred_blocks_are_less_sure() -> None:
    clear = engine.find_consensus(draw_planted(0.3), seed=1)
    blurred = engine.find_consensus(draw_planted(0.5), seed=1)
    assert compute_similarity(blurred.labels, np.repeat(np.arange(BLOCKS), BLOCK)) > 0.8
    assert blurred.certainty.mean() < clear.certainty.mean()
    assert ((blurred.certainty >= 0) & (blurred.certainty <= 1)).all()


def test_the_karate_club_reaches_its_optimum() -> None:
    """0.4198 is the greatest modularity (Brandes et al. 2008, table 2), of four communities."""
    matrix = read_matrix(nx.Graph(nx.karate_club_graph().edges))
    found = engine.find_consensus(matrix, seed=1)
    assert found.labels.max() + 1 == 4
    assert engine.compute_modularity(matrix, found.labels) == pytest.approx(0.4198, abs=5e-5)
    once = engine.compute_modularity(matrix, engine.compute_communities(matrix, seed=1))
    assert 0.41 <= once <= 0.41980


def test_a_ring_of_cliques_is_divided_into_its_cliques() -> None:
    """Modularity alone joins cliques in pairs (Fortunato and Barthelemy 2007); a scan sees it."""
    matrix = read_matrix(nx.ring_of_cliques(30, 5))
    found = engine.find_consensus(matrix, seed=1)
    assert same_division(found.labels, np.repeat(np.arange(30), 5))
    assert found.resolution > 1
    plain = next(row for row in found.table if row.resolution == 1)
    assert plain.communities < 30
    assert plain.stability < 1


def test_components_are_communities_where_there_is_nothing_within() -> None:
    found = engine.find_consensus(read_matrix(nx.caveman_graph(6, 5)), seed=1)
    assert same_division(found.labels, np.repeat(np.arange(6), 5))
    assert found.resolution == 1
    assert all(row.trivial for row in found.table)
    clique = engine.find_consensus(read_matrix(nx.complete_graph(12)), seed=1)
    assert (clique.labels.max(), clique.resolution) == (0, 1)


def test_a_division_that_is_none_does_not_win_for_being_stable() -> None:
    found = engine.find_consensus(draw_planted(0.5), seed=1)
    assert (found.table[0].stability, found.table[0].trivial) == (1, True)
    assert found.resolution == 1


def test_a_node_between_two_cliques_is_unsure_and_all_others_are_sure() -> None:
    found = engine.find_consensus(join_two_cliques(), seed=1)
    assert found.resolution == 1
    assert found.certainty[:12].tolist() == [1] * 12
    assert 0.5 <= found.certainty[12] < 1
    assert same_division(found.labels[:12], np.repeat([0, 1], 6))
    assert found.agreed


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
def test_every_community_is_connected(resolution: float) -> None:
    for seed in range(40):
        matrix = read_matrix(nx.gnp_random_graph(120, 0.03, seed=seed))
        labels = engine.compute_communities(matrix, seed=seed, resolution=resolution)
        i, j = matrix.nonzero()
        kept = labels[i] == labels[j]
        within = sp.csr_array((np.ones(kept.sum()), (i[kept], j[kept])), shape=matrix.shape)
        assert csgraph.connected_components(within)[0] == labels.max() + 1


def test_nodes_without_ties_are_alone_and_claim_no_certainty() -> None:
    empty = engine.find_consensus(sp.csr_array((0, 0)), seed=1)
    assert (empty.labels.tolist(), empty.certainty.tolist()) == ([], [])
    for n in (1, 3):
        found = engine.find_consensus(sp.csr_array((n, n)), seed=1)
        assert found.labels.tolist() == list(range(n))
        assert np.isnan(found.certainty).all()
        assert engine.compute_communities(sp.csr_array((n, n)), seed=1).tolist() == list(range(n))


def test_a_weight_of_zero_is_no_tie() -> None:
    cliques = sp.block_diag([np.ones((4, 4)) - np.eye(4)] * 2 + [[[0]]], format="lil")
    expected = engine.find_consensus(sp.csr_array(cliques), seed=1)
    i, j = np.nonzero(~np.eye(9, dtype=bool))
    zeros = sp.csr_array((cliques.toarray()[i, j], (i, j)), shape=(9, 9))
    assert zeros.nnz == 72
    found = engine.find_consensus(zeros, seed=1)
    assert zeros.nnz == 72
    assert found.labels.tolist() == expected.labels.tolist() == [0] * 4 + [1] * 4 + [2]
    assert np.isnan(found.certainty).tolist() == [False] * 8 + [True]
    assert engine.compute_communities(zeros, seed=1).tolist() == expected.labels.tolist()


def test_similarity_by_hand() -> None:
    """Sum of C(n, 2): 2 together, 4 by each, 15 pairs: (2 - 16/15) / (4 - 16/15) = 7/22.

    Groups 0, 0, 0, 1, 1, 2 against 0, 0, 1, 1, 1, 1 change the second sum to 7.
    """
    first = np.array([0, 0, 0, 1, 1, 2])
    assert compute_similarity(first, np.array([0, 0, 1, 2, 2, 2])) == pytest.approx(7 / 22)
    chance = 4 * 7 / 15
    expected = (2 - chance) / (5.5 - chance)
    assert compute_similarity(first, np.array([0, 0, 1, 1, 1, 1])) == pytest.approx(expected)
    assert compute_similarity(first, np.array([2, 2, 2, 0, 0, 1])) == 1
    assert compute_similarity(np.zeros(4, dtype=int), np.arange(4)) == 0
    assert compute_similarity(np.arange(0), np.arange(0)) == 1


def test_larger_networks_get_fewer_runs() -> None:
    plans = [plan_runs(ties) for ties in (0, 50_000, 50_001, 1_000_000, 8_000_000, 80_000_000)]
    runs = [len(plan.resolutions) * plan.seeds for plan in plans]
    assert runs == [50, 50, 15, 6, 2, 2]
    assert all(1 in plan.resolutions for plan in plans)


def test_progress_counts_the_runs() -> None:
    told = []
    with listen(lambda done, total, unit: told.append((done, total, unit))):
        engine.find_consensus(join_two_cliques(), seed=1)
    assert told[0] == (0, 50, "runs")
    assert told[50] == (50, 50, "runs")


PROGRAM = """
import hashlib
import sys

import networkit
import networkx as nx
import numpy as np
import scipy.sparse as sp

from ecograph import engine

networkit.setNumberOfThreads(int(sys.argv[1]))
graph = nx.planted_partition_graph(8, 30, 7 / 30, 7 / 210, seed=2)
matrix = sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=sorted(graph), dtype=float))
found = engine.find_consensus(matrix, seed=5)
sys.stdout.write(hashlib.sha256(found.labels.tobytes() + found.certainty.tobytes()).hexdigest())
"""


def test_processes_hash_seeds_and_threads_make_no_difference() -> None:
    digests = set()
    for hash_seed, threads in (("0", "1"), ("77", "2"), ("random", "4")):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads}
        command = [sys.executable, "-c", PROGRAM, threads]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    matrix = draw_planted(0.5)
    engine.compute_communities(matrix, seed=9)
    found = engine.find_consensus(matrix, seed=5)
    data = found.labels.tobytes() + found.certainty.tobytes()
    assert digests == {hashlib.sha256(data).hexdigest()}


def test_the_seed_is_used() -> None:
    matrix = read_matrix(nx.gnp_random_graph(300, 0.03, seed=1))
    first = engine.compute_communities(matrix, seed=1)
    assert not np.array_equal(first, engine.compute_communities(matrix, seed=2))
    assert np.array_equal(first, engine.compute_communities(matrix, seed=1))


def test_a_random_network_is_said_to_be_unsure() -> None:
    found = engine.find_consensus(read_matrix(nx.gnp_random_graph(300, 0.03, seed=1)), seed=1)
    assert found.certainty[~np.isnan(found.certainty)].mean() < 0.6
    assert max(row.stability for row in found.table if not row.trivial) < 0.4
