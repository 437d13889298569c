"""Specialisation against hand calculation and against plain loops over plain numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecograph.statistics.specialisation import (
    compute_diversity,
    compute_entropy,
    compute_hachman,
    compute_herfindahl,
    compute_krugman,
    compute_location_quotient,
    compute_ubiquity,
    mark_specialised,
)

nan = math.nan
tables = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.sampled_from([0, 0, 1, 2, 3, 10, 1_000]),
)
by_row = [compute_herfindahl, compute_entropy, compute_krugman, compute_hachman]

# Three regions and three activities. Row sums 10, 20, 10; column sums 20, 10, 10.
COUNTS = np.array([[8, 2, 0], [10, 0, 10], [2, 8, 0]])


def test_location_quotient_by_hand():
    # region 0, activity 0: (8/10) / (20/40) = 1.6; activity 1: (2/10) / (10/40) = 0.8
    expected = [[1.6, 0.8, 0.0], [1.0, 0.0, 2.0], [0.4, 3.2, 0.0]]
    assert compute_location_quotient(COUNTS) == pytest.approx(np.array(expected), abs=1e-15)


def test_an_empty_row_or_column_has_no_quotient():
    counts = np.array([[1, 0, 3], [0, 0, 0], [2, 0, 1]])
    quotient = compute_location_quotient(counts)
    assert np.isnan(quotient[1]).all()
    assert np.isnan(quotient[:, 1]).all()
    # 1/4 by 3/7 and 3/4 by 4/7 in the first row, 2/3 by 3/7 and 1/3 by 4/7 in the last
    expected = [[7 / 12, 21 / 16], [14 / 9, 7 / 12]]
    assert quotient[np.ix_([0, 2], [0, 2])] == pytest.approx(np.array(expected))


@given(tables)
def test_location_quotient_against_fractions(counts):
    total = int(counts.sum())
    quotient = compute_location_quotient(counts)
    for (row, column), count in np.ndenumerate(counts):
        by_chance = int(counts[row].sum()) * int(counts[:, column].sum())
        if not by_chance:
            assert np.isnan(quotient[row, column])
            continue
        exact = Fraction(int(count) * total, by_chance)
        assert quotient[row, column] == pytest.approx(float(exact), rel=1e-14)
        assert mark_specialised(quotient)[row, column] == (exact >= 1)  # also at exactly 1


@given(tables)
def test_quotients_average_to_one(counts):
    quotient = compute_location_quotient(counts)
    weights = counts.sum(axis=0) / max(counts.sum(), 1)
    mean = np.nansum(quotient * weights, axis=1)
    assert mean == pytest.approx(np.where(counts.sum(axis=1) > 0, 1.0, 0.0))


def test_mark_specialised():
    quotient = np.array([[1.0, 0.999, nan, 2.0]])
    assert mark_specialised(quotient).tolist() == [[True, False, False, True]]
    assert mark_specialised(quotient, 1.5).tolist() == [[False, False, False, True]]
    assert mark_specialised(quotient).dtype == bool


def test_diversity_and_ubiquity_by_hand():
    assert compute_diversity(COUNTS).tolist() == [2, 2, 2]
    assert compute_ubiquity(COUNTS).tolist() == [3, 2, 1]
    assert compute_ubiquity(COUNTS > 5).tolist() == [2, 1, 1]


@given(tables)
def test_diversity_and_ubiquity_count_the_same_cells(counts):
    cells = [list(map(bool, row)) for row in counts.tolist()]
    assert compute_diversity(counts).tolist() == [sum(row) for row in cells]
    assert compute_ubiquity(counts).tolist() == [sum(column) for column in zip(*cells, strict=True)]


def test_herfindahl_by_hand():
    # 0.8^2 + 0.2^2, 2 x 0.5^2, 0.2^2 + 0.8^2
    assert compute_herfindahl(COUNTS) == pytest.approx([0.68, 0.5, 0.68])


def test_entropy_by_hand():
    mixed = -0.8 * math.log(0.8) - 0.2 * math.log(0.2)
    assert compute_entropy(COUNTS) == pytest.approx([mixed, math.log(2), mixed])


def test_krugman_by_hand():
    # region 0: (0.8, 0.2, 0) against 12, 8, 10 of 30: 0.4 + 1/15 + 1/3 = 0.8
    # region 1: (0.5, 0, 0.5) against 10, 10, 0 of 20: 0 + 0.5 + 0.5 = 1
    # region 2: (0.2, 0.8, 0) against 18, 2, 10 of 30: 0.4 + 11/15 + 1/3 = 22/15
    assert compute_krugman(COUNTS) == pytest.approx([0.8, 1.0, 22 / 15])


def test_krugman_weighs_the_others_by_size():
    # the others: 0 and 100 of a large one, 2 and 0 of a small one: 2/102 and 100/102
    counts = np.array([[1, 1], [0, 100], [2, 0]])
    assert compute_krugman(counts)[0] == pytest.approx(0.5 - 2 / 102 + 100 / 102 - 0.5)


def test_krugman_of_one_region_among_empty_ones_is_nothing_to_compare():
    assert np.isnan(compute_krugman(np.array([[0.1, 0.2, 0.3], [0.0, 0.0, 0.0]]))).all()
    assert compute_krugman(np.array([[1, 0], [0, 1]])).tolist() == [2.0, 2.0]


def test_hachman_by_hand():
    # region 0: 1 / (0.8 x 1.6 + 0.2 x 0.8) = 1 / 1.44
    expected = [1 / 1.44, 1 / 1.5, 1 / 2.64]
    assert compute_hachman(COUNTS) == pytest.approx(expected)
    assert compute_hachman(np.array([[1, 2], [2, 4], [3, 6]])) == pytest.approx([1, 1, 1])


@given(tables)
def test_rows_against_loops(counts):
    herfindahl, entropy, krugman, hachman = (measure(counts) for measure in by_row)
    cells = counts.tolist()
    for number, row in enumerate(cells):
        others = [sum(column) - row[j] for j, column in enumerate(zip(*cells, strict=True))]
        whole = [mine + theirs for mine, theirs in zip(row, others, strict=True)]
        if not sum(row):
            found = [measure[number] for measure in (herfindahl, entropy, krugman, hachman)]
            assert np.isnan(found).all()
            continue
        shares = [cell / sum(row) for cell in row]
        assert herfindahl[number] == pytest.approx(sum(share**2 for share in shares))
        plain = -sum(share * math.log(share) for share in shares if share)
        assert entropy[number] == pytest.approx(plain, abs=1e-12)
        parts = [s**2 / (w / sum(whole)) for s, w in zip(shares, whole, strict=True) if w]
        assert hachman[number] == pytest.approx(1 / sum(parts))
        if sum(others):
            apart = sum(abs(s - o / sum(others)) for s, o in zip(shares, others, strict=True))
            assert krugman[number] == pytest.approx(apart, abs=1e-12)
        else:
            assert np.isnan(krugman[number])


@given(tables, st.sampled_from([2, 5, 1_000]))
def test_a_unit_of_measurement_changes_nothing(counts, factor):
    for measure in (compute_location_quotient, *by_row):
        assert measure(counts * factor) == pytest.approx(measure(counts), nan_ok=True)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_tables(shape):
    table = np.zeros(shape)
    assert compute_location_quotient(table).shape == shape
    assert compute_diversity(table).tolist() == [0] * shape[0]
    assert compute_ubiquity(table).tolist() == [0] * shape[1]
    for measure in by_row:
        assert measure(table) == pytest.approx(np.full(shape[0], nan), nan_ok=True)


def test_arguments_stay_as_they_are():
    counts = COUNTS.astype(float)
    for measure in (compute_location_quotient, *by_row):
        measure(counts)
    assert (counts == COUNTS).all()
