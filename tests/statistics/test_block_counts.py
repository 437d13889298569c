from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecograph.statistics.blocks import compare_blocks, compute_law

CHANCES = st.lists(st.floats(0, 1), max_size=12)


def add_up(chances: list[float]) -> list[float]:
    """Add up the chances of all outcomes by their number of events."""
    law = [0.0] * (len(chances) + 1)
    for outcome in itertools.product((False, True), repeat=len(chances)):
        each = (p if event else 1 - p for p, event in zip(chances, outcome, strict=True))
        law[sum(outcome)] += math.prod(each)
    return law


@given(CHANCES)
def test_the_law_is_that_of_all_outcomes(chances: list[float]) -> None:
    members = np.ones(len(chances), dtype=int)
    law = compute_law(members, np.array(chances).reshape(-1, 1))
    assert law[0] == pytest.approx(add_up(chances), abs=1e-12)


def test_classes_of_many_are_as_one_by_one() -> None:
    """scipy's law of the same 47 events."""
    members, chance = np.array([20, 0, 27]), np.array([[0.03, 0.9], [0.5, 0.5], [0.41, 0.2]])
    law = compute_law(members, chance)
    for at in range(2):
        known = stats.poisson_binom(np.repeat(chance[:, at], members))
        assert law[at] == pytest.approx(known.pmf(np.arange(48)), abs=1e-12)


def test_both_tails_critical_counts_and_power_are_exact() -> None:
    members = np.array([[8, 4], [0, 12]])
    chance = np.array([[0.7, 0.1], [0.2, 0.6]])
    observed = np.array([[3, 2], [0, 9]])
    tests = compare_blocks(observed, members, chance, alpha=0.1, margin=0.5)
    for block, column in itertools.product(range(2), range(2)):
        each = np.repeat(chance[:, column], members[block])
        law = np.array(add_up(each.tolist()))
        count = observed[block, column]
        assert tests.expected[block, column] == pytest.approx(each.sum())
        assert tests.few[block, column] == pytest.approx(law[: count + 1].sum())
        assert tests.many[block, column] == pytest.approx(law[count:].sum())
        critical = int((np.cumsum(law) <= 0.1).sum()) - 1
        assert tests.critical[block, column] == critical
        half = np.array(add_up((each / 2).tolist()))
        assert tests.power[block, column] == pytest.approx(half[: critical + 1].sum())


def test_where_nothing_is_significant_there_is_no_critical_count_and_no_power() -> None:
    tests = compare_blocks(np.array([[0]]), np.array([[2]]), np.array([[0.1]]))
    assert (tests.critical.tolist(), tests.power.tolist()) == ([[-1]], [[0.0]])


def test_a_block_of_many_firms_is_cut_where_hardly_any_chance_is_left() -> None:
    """100,000 firms of two classes, against scipy's binomial law where the classes are one."""
    members, chance = np.array([[60_000, 40_000]]), np.array([[0.0003], [0.0003]])
    observed = np.array([[11]])
    tests = compare_blocks(observed, members, chance)
    assert tests.few[0, 0] == pytest.approx(stats.binom.cdf(11, 100_000, 0.0003), abs=1e-11)
    assert tests.many[0, 0] == pytest.approx(stats.binom.sf(10, 100_000, 0.0003), abs=1e-11)
    assert tests.critical[0, 0] == stats.binom.ppf(0.05, 100_000, 0.0003) - 1


def test_no_blocks_and_no_columns() -> None:
    none = compare_blocks(np.zeros((0, 3), int), np.zeros((0, 1), int), np.zeros((1, 3)))
    assert none.few.shape == (0, 3)
    none = compare_blocks(np.zeros((2, 0), int), np.zeros((2, 1), int), np.zeros((1, 0)))
    assert none.power.shape == (2, 0)
