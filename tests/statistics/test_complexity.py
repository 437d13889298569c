"""Complexity and fitness against hand calculation, exact fractions and plain loops."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecograph.statistics.complexity import compute_complexity, compute_fitness

nan = math.nan
presences = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7))

# A toy as in Hidalgo and Hausmann 2009: who has a rare thing has the common ones too.
NESTED = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])


def average_twice(presence):
    """Build the matrix that averages over activities and back, by loops, in fractions."""
    rows, columns = presence.shape
    cells = [[int(cell) for cell in row] for row in presence]
    diversity = [sum(row) for row in cells]
    ubiquity = [sum(column) for column in zip(*cells, strict=True)]
    return [
        [
            sum(
                Fraction(cells[i][p] * cells[j][p], diversity[i] * ubiquity[p])
                for p in range(columns)
            )
            for j in range(rows)
        ]
        for i in range(rows)
    ]


def standardise(values):
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return [(value - mean) / spread for value in values]


def test_the_nested_toy_by_hand():
    # Averaging a + b d over the regions that have activity p gives a + b (p + 4) / 2, and this over
    # activities 1 to d gives a' + b d / 4: diversity itself is the eigenvector, its value is 1/4.
    found = compute_complexity(NESTED)
    scores = np.array([3, 1, -1, -3]) / math.sqrt(5)
    assert found.rows == pytest.approx(scores)
    assert found.columns == pytest.approx(-scores)
    assert found.parts == 1


def test_the_toy_in_exact_fractions():
    matrix = average_twice(NESTED)
    vector = [3, 1, -1, -3]
    raised = [sum(m * x for m, x in zip(row, vector, strict=True)) for row in matrix]
    shift = sum(raised) / 4  # the part along the trivial eigenvector
    assert [value - shift for value in raised] == [Fraction(x, 4) for x in vector]


@pytest.mark.parametrize("size", range(2, 8))
def test_complexity_of_a_staircase_is_diversity(size):
    found = compute_complexity(np.tri(size))
    expected = standardise(range(size))
    assert found.rows == pytest.approx(expected)
    assert found.columns == pytest.approx(expected)


@given(presences)
def test_complexity_against_the_unsymmetric_matrix(presence):
    kept = presence[presence.any(axis=1)][:, presence.any(axis=0)]
    assume(kept.shape[0] > 1)
    matrix = np.array(average_twice(kept), dtype=float)
    values, vectors = np.linalg.eig(matrix)
    order = np.argsort(-values.real)
    values, vectors = values.real[order], vectors.real[:, order]
    found = compute_complexity(presence)
    third = values[2] if len(values) > 2 else 0
    diversity = kept.sum(axis=1)
    if values[1] > 1 - 1e-9 or values[1] - third < 1e-7:
        assert np.isnan(found.rows).all()
        assert np.isnan(found.columns).all()
        return
    second = vectors[:, 1]
    slope = ((second - second.mean()) * (diversity - diversity.mean())).sum()
    if abs(slope) < 1e-7:
        assert np.isnan(found.rows).all()
        return
    expected = standardise(second * np.sign(slope))
    assert found.rows[presence.any(axis=1)] == pytest.approx(expected, abs=1e-6)
    products = [np.mean(np.array(expected)[column]) for column in kept.T]
    assert found.columns[presence.any(axis=0)] == pytest.approx(standardise(products), abs=1e-6)


@given(presences)
def test_complexity_has_mean_0_and_spread_1_and_rises_with_diversity(presence):
    found = compute_complexity(presence)
    for values in (found.rows, found.columns):
        known = values[~np.isnan(values)]
        if len(known):
            assert known.mean() == pytest.approx(0, abs=1e-9)
            assert known.std() == pytest.approx(1)
    known = ~np.isnan(found.rows)
    if known.any():
        assert np.corrcoef(found.rows[known], presence.sum(axis=1)[known])[0, 1] > 0


@given(presences, st.randoms(use_true_random=False))
def test_complexity_follows_its_rows_and_columns(presence, random):
    rows = random.sample(range(presence.shape[0]), presence.shape[0])
    columns = random.sample(range(presence.shape[1]), presence.shape[1])
    there, here = compute_complexity(presence), compute_complexity(presence[rows][:, columns])
    assert here.rows == pytest.approx(there.rows[rows], abs=1e-6, nan_ok=True)
    assert here.columns == pytest.approx(there.columns[columns], abs=1e-6, nan_ok=True)
    assert here.parts == there.parts


def test_complexity_of_a_long_table_is_that_of_a_wide_one():
    wide = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [0, 1, 0, 0, 1]])
    long = np.vstack([wide, wide, wide])  # each region three times
    once, thrice = compute_complexity(wide), compute_complexity(long)
    assert thrice.rows == pytest.approx(np.tile(once.rows, 3))
    assert thrice.columns == pytest.approx(once.columns)


def test_empty_rows_and_columns_have_no_complexity():
    table = np.zeros((6, 6))
    table[1:5, 2:6] = NESTED
    found = compute_complexity(table)
    assert np.isnan(found.rows[[0, 5]]).all()
    assert np.isnan(found.columns[[0, 1]]).all()
    assert found.rows[1:5] == pytest.approx(compute_complexity(NESTED).rows)
    assert found.parts == 1


def test_unconnected_parts_are_not_ordered_but_counted():
    blocks = np.kron(np.eye(2), NESTED)
    found = compute_complexity(blocks)
    assert np.isnan(found.rows).all()
    assert np.isnan(found.columns).all()
    assert found.parts == 2


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (np.ones((3, 4)), "all regions have the same"),
        (1 - np.eye(4), "the second eigenvalue is repeated"),
        (np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), "all are equally diverse"),
        (np.ones((1, 4)), "one region"),
        (np.ones((4, 1)), "one activity"),
    ],
)
def test_what_cannot_be_told_is_nan(table, why):
    found = compute_complexity(table)
    assert np.isnan(found.rows).all(), why
    assert np.isnan(found.columns).all(), why
    assert found.parts == 1


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 3)])
def test_tables_without_anything(shape):
    table = np.zeros(shape)
    for found in (compute_complexity(table), compute_fitness(table)):
        assert np.array_equal(found.rows, np.full(shape[0], nan), equal_nan=True)
        assert np.array_equal(found.columns, np.full(shape[1], nan), equal_nan=True)
    assert compute_complexity(table).parts == 0
    assert compute_fitness(table).steps == 0


def iterate(presence, steps):
    """Fitness by plain loops over plain numbers, every step from the one before."""
    cells = [[bool(cell) for cell in row] for row in presence]
    rows, columns = range(len(cells)), range(len(cells[0]))
    fitness, complexity = [1.0] * len(rows), [1.0] * len(columns)
    for _ in range(steps):
        raw_fitness = [math.fsum(complexity[p] for p in columns if cells[c][p]) for c in rows]
        raw_complexity = [
            1 / math.fsum(1 / fitness[c] for c in rows if cells[c][p]) for p in columns
        ]
        fitness = [value / (math.fsum(raw_fitness) / len(rows)) for value in raw_fitness]
        complexity = [
            value / (math.fsum(raw_complexity) / len(columns)) for value in raw_complexity
        ]
    return fitness, complexity


def test_two_steps_of_fitness_by_hand():
    # step 1: F = 2, 1 -> 4/3, 2/3; Q = 1/2, 1 -> 2/3, 4/3
    # step 2: F = 2/3 + 4/3, 2/3 -> 3/2, 1/2; Q = 1 / (3/4 + 3/2), 1 / (3/4) = 4/9, 4/3 -> 1/2, 3/2
    table = np.array([[1, 1], [1, 0]])
    once, twice = (compute_fitness(table, iterations=steps) for steps in (1, 2))
    assert once.rows == pytest.approx([4 / 3, 2 / 3])
    assert once.columns == pytest.approx([2 / 3, 4 / 3])
    assert twice.rows == pytest.approx([3 / 2, 1 / 2])
    assert twice.columns == pytest.approx([1 / 2, 3 / 2])
    assert (twice.steps, twice.converged) == (2, False)


def test_fitness_that_falls_for_ever_is_told():
    # the second region falls as 1 / n: 4/3, 2/3; 3/2, 1/2; 8/5, 2/5; ...
    found = compute_fitness(np.array([[1, 1], [1, 0]]), iterations=500)
    assert not found.converged
    assert found.steps == 500
    assert found.rows[1] == pytest.approx(2 / 502)


def test_fitness_that_falls_fast_comes_to_nothing_without_a_warning():
    # two regions have what the third has, and much that nobody else has
    table = np.array([[1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 0, 0]])
    found = compute_fitness(table, iterations=5_000)
    assert np.isfinite(found.rows).all()
    assert found.rows.mean() == pytest.approx(1)
    assert found.rows[2] == 0


def test_fitness_of_equals_is_one_at_once():
    found = compute_fitness(np.eye(3))
    assert found.rows.tolist() == found.columns.tolist() == [1, 1, 1]
    assert (found.steps, found.converged) == (1, True)


def test_fitness_that_converges_meets_the_tolerance():
    # more than half of the table is filled on the side of the diagonal that lets it converge
    table = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [1, 1, 0, 0, 1], [0, 1, 1, 0, 1]])
    found = compute_fitness(table)
    assert found.converged
    assert found.steps < 1_000
    onwards = compute_fitness(table, iterations=found.steps + 1, tolerance=0)
    assert onwards.rows == pytest.approx(found.rows, rel=1e-11)
    # a fixed point of the two equations
    fitness = table @ found.columns
    assert found.rows == pytest.approx(fitness / fitness.mean(), rel=1e-11)
    complexity = 1 / (table.T @ (1 / found.rows))
    assert found.columns == pytest.approx(complexity / complexity.mean(), rel=1e-11)


@given(presences, st.integers(0, 12))
def test_fitness_against_loops(presence, steps):
    rows, columns = presence.any(axis=1), presence.any(axis=0)
    assume(rows.any())
    found = compute_fitness(presence, iterations=steps, tolerance=0)
    fitness, complexity = iterate(presence[rows][:, columns], steps)
    assert found.rows[rows] == pytest.approx(fitness, rel=1e-12)
    assert found.columns[columns] == pytest.approx(complexity, rel=1e-12)
    assert np.isnan(found.rows[~rows]).all()
    assert np.isnan(found.columns[~columns]).all()


def test_arguments_stay_as_they_are():
    table = NESTED.astype(float)
    compute_complexity(table)
    compute_fitness(table, iterations=5)
    assert (table == NESTED).all()
