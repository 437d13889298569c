"""Nestedness and bipartite modularity against published tables, networkx and plain loops."""

import math

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecograph.statistics import nestedness
from ecograph.statistics.nestedness import (
    compute_bipartite_modularity,
    compute_nodf,
    compute_weighted_nodf,
)

nan = math.nan
tables = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.sampled_from([0, 0, 1, 2, 3]),
)


def score_pairs(lines, score):
    """Score each two lines, the fuller one first, by a plain loop; empty lines are left out."""
    lines = [line for line in lines if any(line)]
    lines.sort(key=lambda line: -sum(map(bool, line)))
    scores = []
    for i, upper in enumerate(lines):
        for lower in lines[i + 1 :]:
            fuller = sum(map(bool, upper)) > sum(map(bool, lower))
            scores.append(score(upper, lower) if fuller else 0.0)
    return scores


def overlap(upper, lower):
    return sum(bool(a and b) for a, b in zip(upper, lower, strict=True)) / sum(map(bool, lower))


def decrease(upper, lower):
    return sum(b > 0 and a > b for a, b in zip(upper, lower, strict=True)) / sum(map(bool, lower))


def average(table, score):
    rows = score_pairs(table.tolist(), score)
    columns = score_pairs(table.T.tolist(), score)
    return tuple(
        100 * sum(part) / len(part) if part else nan for part in (rows, columns, rows + columns)
    )


def test_the_example_of_almeida_neto_2008():
    # The worked example of Oikos 117, 1227-1239; the tests of PoisotLab/EcologicalNetworks.jl have
    # 0.53, 0.63 and 0.58 for it. By hand, rows: 2/3 + 2/3 + 1/2 + 1/2, 1 + 1, 1/2 + 1/2 = 16/3 of
    # 10 pairs; columns: 2/3 + 1/2 + 1, 2/3 + 1/2 + 0, 1 + 1, 1 = 19/3 of 10.
    table = np.array(
        [[1, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]]
    )
    found = compute_nodf(table)
    assert found.rows == pytest.approx(160 / 3)
    assert found.columns == pytest.approx(190 / 3)
    assert found.table == pytest.approx(175 / 3)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (np.tri(5), (100, 100, 100)),
        (np.eye(4), (0, 0, 0)),
        (np.ones((3, 3)), (0, 0, 0)),  # no decreasing fill
        (np.kron(np.eye(2), np.ones((2, 2))), (0, 0, 0)),
    ],
)
def test_perfect_order_and_none(table, expected):
    assert compute_nodf(table) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (np.maximum(5 - np.add.outer(range(5), range(5)), 0), (100, 100, 100)),
        (np.tri(5)[::-1] * [5, 4, 3, 2, 1], (0, 100, 50)),
        (np.array([[5, 1, 1, 1, 1]] + [[1, 0, 0, 0, 0]] * 4), (40, 40, 40)),
        (np.tri(5), (0, 0, 0)),  # nothing decreases
    ],
)
def test_the_examples_of_almeida_neto_and_ulrich_2011(table, expected):
    # Environmental Modelling & Software 26, 173-178; the first three are WN1A, WN1B and WN1D in the
    # tests of PoisotLab/EcologicalNetworks.jl: 1.0; 0.5 of rows 0.0 and columns 1.0; 0.4
    assert compute_weighted_nodf(table) == pytest.approx(expected)


@given(tables)
def test_nestedness_against_loops(table):
    assert compute_nodf(table) == pytest.approx(average(table, overlap), nan_ok=True)
    assert compute_weighted_nodf(table) == pytest.approx(average(table, decrease), nan_ok=True)


@given(tables)
def test_weights_decrease_in_blocks_as_at_once(table):
    whole = compute_weighted_nodf(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nestedness, "_CELLS", 1)
        assert compute_weighted_nodf(table) == pytest.approx(whole, nan_ok=True)


@given(tables, st.randoms(use_true_random=False))
def test_order_and_empty_lines_play_no_part(table, random):
    padded = np.pad(table, 1)
    rows = random.sample(range(padded.shape[0]), padded.shape[0])
    columns = random.sample(range(padded.shape[1]), padded.shape[1])
    for measure in (compute_nodf, compute_weighted_nodf):
        found = measure(padded[rows][:, columns])
        assert found == pytest.approx(measure(table), nan_ok=True)
        turned = measure(table.T)
        expected = (found.columns, found.rows, found.table)
        assert turned == pytest.approx(expected, nan_ok=True)


@given(tables)
def test_weighted_nestedness_is_at_most_that_of_presence(table):
    weighted, plain = compute_weighted_nodf(table), compute_nodf(table)
    for low, high in zip(weighted, plain, strict=True):
        assert math.isnan(high) or 0 <= low <= high + 1e-9 <= 100 + 2e-9


@pytest.mark.parametrize("measure", [compute_nodf, compute_weighted_nodf])
def test_too_little_to_compare(measure):
    for shape in [(0, 0), (0, 3), (3, 0), (2, 2)]:
        assert measure(np.zeros(shape)) == pytest.approx((nan, nan, nan), nan_ok=True)
    assert measure(np.ones((1, 1))) == pytest.approx((nan, nan, nan), nan_ok=True)
    assert measure(np.ones((1, 3))) == pytest.approx((nan, 0, 0), nan_ok=True)


def test_modularity_by_hand():
    # nine ties, groups {0, 1, 2} with {0, 1} and {3, 4} with {2, 3}: 4 + 3 ties within, sums 5 and
    # 4 on both sides: 7/9 - (25 + 16) / 81 = 22/81
    table = np.array([[0, 1, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]])
    rows, columns = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1])
    assert compute_bipartite_modularity(table, rows, columns) == pytest.approx(22 / 81)
    sparse = sp.csr_array(table)
    assert compute_bipartite_modularity(sparse, rows, columns) == pytest.approx(22 / 81)


def test_modularity_of_separate_blocks():
    # k equal blocks hold all ties, and 1/k of them by chance
    for blocks in (1, 2, 3, 5):
        labels = np.repeat(np.arange(blocks), 2)
        table = np.kron(np.eye(blocks), np.ones((2, 2)))
        found = compute_bipartite_modularity(table, labels, labels)
        assert found == pytest.approx(1 - 1 / blocks)


def test_modularity_with_weights_by_hand():
    # 10 of 12 within; rows 9 and 3, columns 8 and 4: 10/12 - (9 x 8 + 3 x 4) / 144 = 1/4
    table = np.array([[7.5, 1.5], [0.5, 2.5]])
    labels = np.array([0, 1])
    assert compute_bipartite_modularity(table, labels, labels) == pytest.approx(1 / 4)


def test_modularity_of_a_group_on_one_side_only():
    table = np.array([[1, 1], [0, 1]])
    found = compute_bipartite_modularity(table, np.array([0, 4]), np.array([0, 1]))
    assert found == pytest.approx(1 / 3 - (2 / 3) * (1 / 3))


def test_modularity_without_ties_is_0():
    labels = np.array([0, 1])
    assert compute_bipartite_modularity(np.zeros((2, 2)), labels, labels) == 0
    none = np.zeros(0, dtype=int)
    assert compute_bipartite_modularity(np.zeros((0, 0)), none, none) == 0


@given(tables, st.randoms(use_true_random=False), st.booleans())
def test_modularity_against_the_double_sum_and_networkx(table, random, weighted):
    table = table if weighted else table > 0
    rows = np.array([random.randrange(3) for _ in range(table.shape[0])])
    columns = np.array([random.randrange(3) for _ in range(table.shape[1])])
    found = compute_bipartite_modularity(table, rows, columns)
    total = int(table.sum())
    if not total:
        assert found == 0
        return
    double = 0.0
    for i, j in np.ndindex(table.shape):
        if rows[i] == columns[j]:
            double += table[i, j] - int(table[i].sum()) * int(table[:, j].sum()) / total
    assert found == pytest.approx(double / total, abs=1e-12)
    # ties that all lead from rows to columns: modularity of directed networks is Barber's
    graph = nx.DiGraph()
    graph.add_nodes_from([("row", i) for i in range(len(rows))])
    graph.add_nodes_from([("column", j) for j in range(len(columns))])
    for i, j in zip(*table.nonzero(), strict=True):
        graph.add_edge(("row", i), ("column", j), weight=int(table[i, j]))
    groups = [
        {("row", i) for i in np.flatnonzero(rows == group)}
        | {("column", j) for j in np.flatnonzero(columns == group)}
        for group in range(3)
    ]
    assert found == pytest.approx(nx.community.modularity(graph, groups), abs=1e-12)
