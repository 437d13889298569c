from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecograph.statistics.forecasts import (
    compute_auc,
    compute_average_precision,
    compute_odds_ratio,
    compute_precision,
    count_levels,
)

CELLS = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=12)
# scores, highest first, and what came true: a tie across the second and third cell
SCORES = np.array([9.0, 5.0, 5.0, 2.0, 1.0])
FOUND = np.array([True, False, True, False, True])


def count(scores, found, weight=None):
    """Count hits and misses by level, each cell a unit of its own."""
    scores, found = np.asarray(scores, dtype=float), np.asarray(found, dtype=bool)
    levels = count_levels(scores, found, np.arange(len(scores)))
    return levels.weigh(np.ones((1, len(scores))) if weight is None else np.asarray(weight))


def compare_all(cells):
    """Compare every hit with every miss."""
    hits = [score for score, found in cells if found]
    misses = [score for score, found in cells if not found]
    won = [(hit > miss) + (hit == miss) / 2 for hit in hits for miss in misses]
    return np.mean(won) if won else np.nan


def shuffle_ties(cells, first):
    """Average the share of hits among the first cells over all orders of equal scores."""
    groups = [
        [found for score, found in cells if score == step]
        for step in sorted({score for score, _ in cells}, reverse=True)
    ]
    total, left = Fraction(0), min(first, len(cells))
    for group in groups:
        taken = min(left, len(group))
        orders = list(itertools.combinations(group, taken))
        total += Fraction(sum(map(sum, orders)), len(orders))
        left -= taken
    return float(total / min(first, len(cells)))


def average_by_hits(cells):
    """Average, over hits, the share of hits among all cells that score at least as high."""
    above = [[found for other, found in cells if other >= score] for score, found in cells if found]
    return np.mean([np.mean(part) for part in above]) if above else np.nan


class TestAUC:
    def test_by_hand(self):
        """Hits 9, 5, 1 and misses 5, 2: of six pairs 2 + 1.5 + 0 are won."""
        assert compute_auc(*count(SCORES, FOUND))[0] == pytest.approx(3.5 / 6)

    @given(CELLS)
    def test_is_the_share_of_pairs_that_are_in_order(self, cells):
        auc = compute_auc(*count(*zip(*cells, strict=True)))[0]
        assert auc == pytest.approx(compare_all(cells), nan_ok=True)

    def test_is_the_statistic_of_mann_and_whitney(self):
        random = np.random.default_rng(5)
        scores, found = random.integers(0, 30, 400).astype(float), random.random(400) < 0.2
        theirs = stats.mannwhitneyu(scores[found], scores[~found]).statistic
        ours = compute_auc(*count(scores, found))[0]
        assert ours == pytest.approx(theirs / found.sum() / (~found).sum())

    def test_turned_scores_turn_it_around(self):
        ours, turned = (compute_auc(*count(sign * SCORES, FOUND))[0] for sign in (1, -1))
        assert ours + turned == pytest.approx(1)

    @pytest.mark.parametrize("found", [[True, True], [False, False]])
    def test_is_unknown_without_a_hit_or_a_miss(self, found):
        assert np.isnan(compute_auc(*count([1.0, 2.0], found))[0])


class TestPrecision:
    @pytest.mark.parametrize(
        ("first", "share"), [(1, 1), (2, 1.5 / 2), (3, 2 / 3), (4, 2 / 4), (5, 3 / 5), (9, 3 / 5)]
    )
    def test_by_hand(self, first, share):
        assert compute_precision(*count(SCORES, FOUND), first)[0] == pytest.approx(share)

    @given(CELLS, st.integers(1, 14))
    def test_is_the_mean_over_all_orders_of_equal_scores(self, cells, first):
        precision = compute_precision(*count(*zip(*cells, strict=True)), first)[0]
        assert precision == pytest.approx(shuffle_ties(cells, first))

    def test_how_many_are_looked_at_may_differ_by_draw(self):
        hits, misses = count(SCORES, FOUND, np.ones((2, 5)))
        found = compute_precision(hits, misses, np.array([1, 4]))
        assert found.tolist() == [1.0, 0.5]

    def test_is_unknown_where_nothing_is_looked_at(self):
        assert np.isnan(compute_precision(*count(SCORES, FOUND), 0)[0])


class TestAveragePrecision:
    def test_by_hand(self):
        """Hits at 1 of 1, 2 of 3 (with the tie) and 3 of 5."""
        found = compute_average_precision(*count(SCORES, FOUND))[0]
        assert found == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)

    @given(CELLS)
    def test_is_the_mean_of_the_precision_at_each_hit(self, cells):
        found = compute_average_precision(*count(*zip(*cells, strict=True)))[0]
        assert found == pytest.approx(average_by_hits(cells), nan_ok=True)

    def test_equal_scores_give_the_share_of_hits(self):
        assert compute_average_precision(*count(np.zeros(5), FOUND))[0] == pytest.approx(3 / 5)


class TestLevels:
    @given(CELLS, st.data())
    def test_a_weight_is_the_same_as_repeating_cells(self, cells, data):
        weight = data.draw(st.lists(st.integers(0, 3), min_size=len(cells), max_size=len(cells)))
        repeated = [cell for cell, times in zip(cells, weight, strict=True) for _ in range(times)]
        hits, misses = count(*zip(*cells, strict=True), [weight])
        assert compute_auc(hits, misses)[0] == pytest.approx(compare_all(repeated), nan_ok=True)
        if repeated:
            expected = shuffle_ties(repeated, 3)
            assert compute_precision(hits, misses, 3)[0] == pytest.approx(expected)

    def test_cells_of_a_unit_are_counted_together(self):
        levels = count_levels(SCORES, FOUND, np.array([0, 2, 2, 0, 0]))
        assert levels.hits.toarray().sum(axis=0).tolist() == [2, 0, 1]
        assert levels.misses.toarray().sum(axis=0).tolist() == [1, 0, 1]

    def test_sums_in_another_order_are_the_same_score(self):
        one, other = 0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1
        assert one != other
        assert compute_auc(*count([one, other], [True, False]))[0] == 0.5

    @pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
    def test_scores_that_differ_by_a_billionth_are_told_apart(self, scale):
        found = compute_auc(*count([scale * (1 + 1e-9), scale], [True, False]))[0]
        assert found == 1.0

    def test_no_cells(self):
        levels = count_levels(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))
        assert levels.hits.shape == (1, 0)
        hits, misses = levels.weigh(np.ones((2, 0)))
        for found in (
            compute_auc(hits, misses),
            compute_precision(hits, misses, 10),
            compute_average_precision(hits, misses),
        ):
            assert np.isnan(found).tolist() == [True, True]

    def test_arguments_stay_as_they_are(self):
        scores, found = SCORES.copy(), FOUND.copy()
        count(scores, found)
        assert scores.tolist() == SCORES.tolist()
        assert found.tolist() == FOUND.tolist()


class TestOddsRatio:
    def test_by_hand(self):
        """(10.5 / 20.5) / (5.5 / 40.5)."""
        found = compute_odds_ratio(np.array([10, 5]), np.array([20, 40]))
        assert found == pytest.approx(10.5 * 40.5 / (20.5 * 5.5))

    def test_turned_groups_turn_it_around(self):
        hits, misses = np.array([0, 3]), np.array([7, 0])
        ratios = compute_odds_ratio(hits, misses), compute_odds_ratio(hits[::-1], misses[::-1])
        assert np.prod(ratios) == pytest.approx(1)

    def test_draws_are_kept_apart_and_an_empty_group_is_unknown(self):
        found = compute_odds_ratio(np.array([[1, 0], [1, 2]]), np.array([[1, 0], [1, 3]]))
        assert found[0] == 1.0
        assert np.isnan(found[1])
