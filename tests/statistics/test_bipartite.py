from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize

from ecograph.statistics.bipartite import find_classes, fit_configuration, sample_curveball

TABLES = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=7))


def read_davis() -> np.ndarray:
    """Read which of 18 women of Natchez was at which of 14 events (Davis et al. 1941)."""
    graph = nx.davis_southern_women_graph()
    women = graph.graph["top"]
    return nx.bipartite.biadjacency_matrix(graph, women, graph.graph["bottom"]).toarray() > 0


def fit(table: np.ndarray, allowed: np.ndarray | None = None) -> np.ndarray:
    return fit_configuration(table.sum(axis=1), table.sum(axis=0), allowed=allowed).expand()


def test_two_rows_by_hand() -> None:
    """Rows 2 and 1, columns 1, 1, 1: by symmetry each cell of a row has a third of its sum."""
    chance = fit(np.array([[1, 1, 0], [0, 0, 1]], dtype=bool))
    assert chance == pytest.approx(np.array([[2 / 3] * 3, [1 / 3] * 3]))


def test_a_table_of_two_by_two_by_root_finding() -> None:
    """Rows 3, 1 and 2 over 4 columns of sums 2, 2, 1, 1: x y / (1 + x y) by another solver."""
    table = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1]], dtype=bool)

    def miss(logs: np.ndarray) -> np.ndarray:
        x, y = np.exp(logs[:3]), np.exp(np.append(logs[3:], 0.0))
        chance = np.outer(x, y) / (1 + np.outer(x, y))
        return np.concatenate([chance.sum(1) - [3, 1, 2], (chance.sum(0) - [2, 2, 1, 1])[:3]])

    logs = optimize.fsolve(miss, np.zeros(6), xtol=1e-13)
    x, y = np.exp(logs[:3]), np.exp(np.append(logs[3:], 0.0))
    assert fit(table) == pytest.approx(np.outer(x, y) / (1 + np.outer(x, y)), abs=1e-9)


def test_the_southern_women_keep_their_sums() -> None:
    table = read_davis()
    assert table.shape == (18, 14)
    assert table.sum() == 89
    found = fit_configuration(table.sum(axis=1), table.sum(axis=0))
    assert found.expand().sum(axis=1) == pytest.approx(table.sum(axis=1), abs=1e-8)
    assert found.expand().sum(axis=0) == pytest.approx(table.sum(axis=0), abs=1e-8)
    assert found.error < 1e-8
    odds = found.expand() / (1 - found.expand())
    assert np.linalg.matrix_rank(odds, tol=1e-8) == 1  # x y, a product


@given(TABLES, st.data())
def test_sums_come_out_for_any_table_with_any_zeros(table: np.ndarray, data: st.DataObject) -> None:
    allowed = data.draw(hnp.arrays(bool, table.shape))
    for cells, free in ((table, None), (table & allowed, allowed)):
        chance = fit(cells, free)
        assert chance.sum(axis=1) == pytest.approx(cells.sum(axis=1), abs=1e-8)
        assert chance.sum(axis=0) == pytest.approx(cells.sum(axis=0), abs=1e-8)
        assert chance.min(initial=0) >= 0
        assert chance.max(initial=0) <= 1
        if free is not None:
            assert (chance[~free] == 0).all()


def test_full_and_nested_tables_are_certain() -> None:
    nested = np.tril(np.ones((6, 6), dtype=bool))
    assert (fit(nested) == nested).all()
    assert (fit(np.ones((2, 3), dtype=bool)) == 1).all()
    assert fit(np.zeros((0, 3), dtype=bool)).shape == (0, 3)


def test_sums_that_no_table_has_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in all"):
        fit_configuration(np.array([2, 1]), np.array([1, 1]))
    with pytest.raises(ValueError, match="no table"):
        fit_configuration(np.array([3, 0]), np.array([2, 1]))


def test_a_large_table_of_heavy_tails() -> None:
    draws = np.random.default_rng(1)
    weight = np.outer(draws.pareto(1.2, 2000), draws.pareto(1.2, 200)) * 0.02
    table = draws.random((2000, 200)) < 0.9 * np.minimum(weight, 1)
    assert fit_configuration(table.sum(axis=1), table.sum(axis=0)).error < 1e-8


def test_curveball_keeps_every_sum_and_changes_the_rest() -> None:
    table = read_davis()
    drawn = list(sample_curveball(table, 5, seed=1))
    assert len({d.tobytes() for d in drawn}) == 5
    for one in drawn:
        assert (one.sum(axis=0) == table.sum(axis=0)).all()
        assert (one.sum(axis=1) == table.sum(axis=1)).all()
    again = list(sample_curveball(table, 5, seed=1))
    assert all((a == b).all() for a, b in zip(drawn, again, strict=True))


def test_curveball_draws_each_table_alike_often() -> None:
    """There are five 3 x 3 tables with rows 2, 1, 1 and columns 2, 1, 1."""
    start = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool)
    seen: dict[bytes, int] = {}
    for table in sample_curveball(start, 3000, seed=2, trades=6):
        seen[table.tobytes()] = seen.get(table.tobytes(), 0) + 1
    assert len(seen) == 5
    assert max(abs(count - 600) for count in seen.values()) < 4 * np.sqrt(600 * 0.8)


def test_curveball_leaves_structural_zeros_alone() -> None:
    start = np.eye(3, dtype=bool)
    assert len({t.tobytes() for t in sample_curveball(start, 200, seed=1)}) == 6
    allowed = np.ones((3, 3), dtype=bool)
    allowed[0, 1] = False
    drawn = [table.tobytes() for table in sample_curveball(start, 2000, seed=1, allowed=allowed)]
    assert len(set(drawn)) == 4  # of six permutations two have the first row in the second column
    assert max(abs(drawn.count(one) - 500) for one in set(drawn)) < 4 * np.sqrt(500 * 0.75)
    tall = np.concatenate([start, start])  # traded by columns
    free = np.concatenate([allowed, allowed])
    for table in sample_curveball(tall, 50, seed=1, allowed=free):
        assert not table[~free].any()
        assert (table.sum(axis=1) == 1).all()
        assert (table.sum(axis=0) == 2).all()


def test_classes_are_rows_of_one_sum_and_the_same_zeros() -> None:
    cells = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 0, 1]], dtype=bool)
    first, label, size = find_classes(np.array([2, 2, 2, 1]), cells)
    assert sorted(size.tolist()) == [1, 1, 2]
    assert label[0] == label[2]
    assert len(set(label.tolist())) == 3
    assert (label[first] == np.arange(3)).all()


def test_one_row_cannot_trade() -> None:
    [table] = sample_curveball(np.array([[True, False]]), 1, seed=1)
    assert table.tolist() == [[True, False]]
