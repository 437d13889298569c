"""Proximity and density against hand calculation and against plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist

from ecograph.statistics.relatedness import (
    compute_cross_proximity,
    compute_opportunity,
    compute_proximity,
    compute_relatedness_density,
)

nan = math.nan
METHODS = ["probability", "association", "cosine", "jaccard"]
sides = st.integers(1, 6)


@st.composite
def draw_pairs(draw, elements):
    """Draw two tables with the same rows."""
    rows = draw(sides)
    kind = np.int64
    first, second = (draw(hnp.arrays(kind, (rows, draw(sides)), elements=elements)) for _ in "12")
    return first, second


presences = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7))
pairs = draw_pairs(st.integers(0, 1))
counts = draw_pairs(st.sampled_from([0, 0, 1, 2, 7]))

# Column sums 3, 2, 1, 2; shared: 01: 2, 02: 1, 03: 1, 12: 1, 13: 0, 23: 0.
PRESENCE = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 1]])


def test_probability_by_hand():
    expected = [
        [1, 2 / 3, 1 / 3, 1 / 3],
        [2 / 3, 1, 1 / 2, 0],
        [1 / 3, 1 / 2, 1, 0],
        [1 / 3, 0, 0, 1],
    ]
    assert compute_proximity(PRESENCE) == pytest.approx(np.array(expected))


def test_the_other_methods_by_hand():
    association = compute_proximity(PRESENCE, "association")
    assert association[0, 1] == pytest.approx(4 * 2 / (3 * 2))
    assert association[0, 3] == pytest.approx(4 * 1 / (3 * 2))
    assert association[2, 2] == pytest.approx(4)
    assert compute_proximity(PRESENCE, "cosine")[0, 1] == pytest.approx(2 / math.sqrt(6))
    assert compute_proximity(PRESENCE, "jaccard")[0, 1] == pytest.approx(2 / 3)
    assert compute_proximity(PRESENCE, "jaccard")[0, 3] == pytest.approx(1 / 4)


def test_association_is_one_for_independent_columns():
    # each of the four combinations once: P(both) = 1/4 = 1/2 x 1/2
    table = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
    assert compute_proximity(table, "association")[0, 1] == 1.0


def test_counts_where_the_method_takes_them():
    table = np.array([[2, 1], [0, 3], [1, 0]])
    # c = 2, s = 3 and 4, lengths sqrt 5 and sqrt 10, three rows
    assert compute_proximity(table, "association")[0, 1] == pytest.approx(3 * 2 / (3 * 4))
    assert compute_proximity(table, "cosine")[0, 1] == pytest.approx(2 / math.sqrt(50))
    for method in ("probability", "jaccard"):
        assert (compute_proximity(table, method) == compute_proximity(table > 0, method)).all()


def test_an_activity_that_occurs_nowhere_is_close_to_nothing():
    table = np.array([[1, 0, 1], [1, 0, 0]])
    for method in METHODS:
        proximity = compute_proximity(table, method)
        assert np.isnan(proximity[1]).all()
        assert np.isnan(proximity[:, 1]).all()
        assert np.isfinite(proximity[np.ix_([0, 2], [0, 2])]).all()


@given(pairs)
def test_presence_against_loops(tables):
    first, second = tables
    found = {method: compute_cross_proximity(first, second, method) for method in METHODS}
    for i, j in np.ndindex(first.shape[1], second.shape[1]):
        one = {row for row, cell in enumerate(first[:, i]) if cell}
        two = {row for row, cell in enumerate(second[:, j]) if cell}
        if not one or not two:
            assert all(np.isnan(values[i, j]) for values in found.values())
            continue
        both = len(one & two)
        expected = {
            "probability": min(both / len(one), both / len(two)),
            "association": (both / len(first)) / (len(one) / len(first) * len(two) / len(first)),
            "cosine": both / math.sqrt(len(one) * len(two)),
            "jaccard": both / len(one | two),
        }
        assert {key: value[i, j] for key, value in found.items()} == pytest.approx(expected)


@given(counts)
def test_counts_against_scipy_and_means(tables):
    first, second = tables
    filled = np.ix_(first.any(axis=0), second.any(axis=0))
    one, two = (
        first[:, first.any(axis=0)].astype(float),
        second[:, second.any(axis=0)].astype(float),
    )
    cosine = compute_cross_proximity(first, second, "cosine")[filled]
    assert cosine == pytest.approx(1 - cdist(one.T, two.T, "cosine"))
    together = np.array([[(x * y).mean() for y in two.T] for x in one.T]).reshape(cosine.shape)
    by_chance = np.outer(one.mean(axis=0), two.mean(axis=0))
    association = compute_cross_proximity(first, second, "association")[filled]
    assert association == pytest.approx(together / by_chance)


@given(presences, st.sampled_from(METHODS))
def test_proximity_is_symmetric_and_ones_on_the_diagonal(presence, method):
    proximity = compute_proximity(presence, method)
    assert np.array_equal(proximity, proximity.T, equal_nan=True)
    filled = presence.any(axis=0)
    if method != "association":
        assert (proximity.diagonal()[filled] == 1).all()
        assert (proximity[np.ix_(filled, filled)] <= 1).all()


@given(pairs, st.sampled_from(METHODS))
def test_tables_in_the_other_order_give_the_transpose(tables, method):
    first, second = tables
    there = compute_cross_proximity(first, second, method)
    back = compute_cross_proximity(second, first, method)
    assert np.array_equal(there, back.T, equal_nan=True)


def test_cross_proximity_by_hand():
    disciplines = np.array([[1, 0], [1, 1], [0, 1]])
    industries = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]])
    expected = [[1, 0.5, nan], [0.5, 1, nan]]
    found = compute_cross_proximity(disciplines, industries)
    assert found == pytest.approx(np.array(expected), nan_ok=True)


def test_tables_with_different_rows_are_refused():
    with pytest.raises(ValueError, match="mismatch"):
        compute_cross_proximity(np.ones((2, 3)), np.ones((3, 3)))


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="no such method: euclid"):
        compute_proximity(PRESENCE, "euclid")


def test_density_by_hand():
    # around activity 0: 2/3 + 1/3 + 1/3 = 4/3; region 1 has 1 of them: (2/3) / (4/3) = 1/2
    # around activity 2: 1/3 + 1/2 = 5/6, both in region 1
    # around activity 3: 1/3, and region 1 has it
    density = compute_relatedness_density(PRESENCE, compute_proximity(PRESENCE))
    assert density[1] == pytest.approx([1 / 2, (2 / 3) / (7 / 6), 1, 1])
    assert density[3] == pytest.approx([1 / 4, 0, 0, 0])  # having 3 itself does not count


@given(presences, st.sampled_from(METHODS))
def test_density_against_loops(presence, method):
    proximity = compute_proximity(presence, method)
    density = compute_relatedness_density(presence, proximity)
    assert density.shape == presence.shape
    for row, column in np.ndindex(presence.shape):
        others = [j for j in range(presence.shape[1]) if j != column]
        around = [(proximity[column, j], presence[row, j]) for j in others]
        around = [(value, here) for value, here in around if not math.isnan(value)]
        total = sum(value for value, _ in around)
        if total == 0:
            assert np.isnan(density[row, column])
        else:
            here = sum(value for value, present in around if present)
            assert density[row, column] == pytest.approx(here / total)


@given(presences)
def test_a_region_with_everything_is_dense_everywhere(presence):
    whole = np.vstack([presence, np.ones(presence.shape[1], bool)])
    density = compute_relatedness_density(whole, compute_proximity(whole))[-1]
    if presence.shape[1] > 1:
        assert (density == 1).all()
    else:
        assert np.isnan(density).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_tables(shape, method):
    table = np.zeros(shape)
    proximity = compute_proximity(table, method)
    assert proximity.shape == (shape[1], shape[1])
    assert np.isnan(proximity).all()
    assert compute_relatedness_density(table, proximity).shape == shape


def test_arguments_stay_as_they_are():
    presence = PRESENCE.copy()
    proximity = compute_proximity(presence)
    before = proximity.copy()
    compute_relatedness_density(presence, proximity)
    assert (presence == PRESENCE).all()
    assert (proximity == before).all()


class TestOpportunity:
    """Demand times supply times density."""

    def test_multiplies_shares_and_density(self):
        density = np.array([[0.2, 1.0, 0.0], [0.5, 0.5, np.nan]])
        found = compute_opportunity([1, 4], np.array([5, 3, 2]), density)
        worked = [[0.2 * 0.5 * 0.2, 0.2 * 0.3, 0.0], [0.8 * 0.5 * 0.5, 0.8 * 0.3 * 0.5, np.nan]]
        np.testing.assert_allclose(found, worked, rtol=1e-12)

    def test_takes_demand_by_pair(self):
        asked = np.array([[0, 2], [1, 1]])
        found = compute_opportunity(asked, [1, 3], np.ones((2, 2)))
        np.testing.assert_allclose(found, [[0.0, 0.375], [0.0625, 0.1875]], rtol=1e-12)

    def test_orders_pairs_as_their_sums_where_all_are_alike_close(self):
        rows, columns = np.array([7, 2, 1]), np.array([6, 4])
        found = compute_opportunity(rows, columns, np.ones((3, 2)))
        np.testing.assert_allclose(found, np.outer(rows, columns) / 100, rtol=1e-12)

    @pytest.mark.parametrize(("demand", "supply"), [([0, 0], [1, 1]), ([1, 1], [0, 0])])
    def test_knows_nothing_without_demand_or_supply(self, demand, supply):
        assert np.isnan(compute_opportunity(demand, supply, np.ones((2, 2)))).all()
