from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecograph.statistics.composite import EVERY_WAY, Ways, compose_scores, rank_with_uncertainty

UNIT_POSTS = np.array([[0.0, 1], [0, 1]])
TABLES = st.lists(st.tuples(*[st.integers(0, 10)] * 4), min_size=1, max_size=8).map(np.array)
TEN = np.tile([0.0, 10], (4, 1))


def test_the_human_development_index_of_2014() -> None:
    """UNDP, Human Development Report 2015, table 1; schooling is averaged arithmetically."""
    rows = {
        "Norway": (81.6, 17.5, 12.6, 64_992, 0.944),
        "Australia": (82.4, 20.2, 13.0, 42_261, 0.935),  # schooling beyond the goalpost of 18
        "Switzerland": (83.0, 15.8, 12.8, 56_431, 0.930),
        "Germany": (80.9, 16.5, 13.1, 43_919, 0.916),
        "Singapore": (83.0, 15.4, 10.6, 76_628, 0.912),  # income beyond the goalpost
        "Japan": (83.5, 15.3, 11.5, 36_927, 0.891),
    }
    table = np.array(list(rows.values()))
    values = np.column_stack([table[:, :3], np.log(table[:, 3])])
    posts = np.array([[20, 85], [0, 18], [0, 15], [math.log(100), math.log(75_000)]])
    found = compose_scores(
        values,
        posts,
        dimensions=np.array([0, 1, 1, 2]),
        within="arithmetic",
        between="geometric",
    )
    tolerance = 0.0015  # what inputs rounded to tenths of a year can move it
    assert found.total == pytest.approx(table[:, 4], abs=tolerance)
    assert found.total[:2].round(3).tolist() == [0.944, 0.935]


def test_the_human_development_index_of_2010() -> None:
    """UNDP, Human Development Report 2010, Technical note 1: China, schooling geometrically."""
    values = np.array([[73.5, 7.5, 11.4, math.log(7263)]])
    greatest = 0.951  # the education index is divided by that of the best country
    posts = np.array(
        [[20, 83.2], [0, 13.2 * greatest], [0, 20.6 * greatest], [math.log(163), math.log(108_211)]]
    )
    found = compose_scores(values, posts, dimensions=np.array([0, 1, 1, 2]), between="geometric")
    assert found.dimensions.round(3).tolist() == [[0.847, 0.590, 0.584]]
    assert found.total.round(3).tolist() == [0.663]


def test_scores_by_hand() -> None:
    """Less is better in the second indicator: 60 is worst and 10 best."""
    values = np.array([[50, 35, 9], [120, 5, 4]])
    posts = np.array([[0, 100], [60, 10], [0, 16]])
    found = compose_scores(values, posts, dimensions=np.array([0, 1, 0]), weights=np.array([3, 1]))
    assert found.indicators.tolist() == [[0.5, 0.5, 9 / 16], [1, 1, 0.25]]
    first = math.sqrt(0.5 * 9 / 16)
    assert found.dimensions == pytest.approx(np.array([[first, 0.5], [0.5, 1]]))
    assert found.total == pytest.approx([0.75 * first + 0.125, 0.625])


def test_the_worst_in_one_thing_is_nothing_in_a_geometric_mean() -> None:
    values, one = np.array([[0.0, 1], [0.25, 1]]), np.array([0, 0])
    assert compose_scores(values, UNIT_POSTS, dimensions=one).total.tolist() == [0, 0.5]
    raised = compose_scores(values, UNIT_POSTS, dimensions=one, least=0.04)
    assert raised.total == pytest.approx([0.2, 0.5])
    flat = compose_scores(values, UNIT_POSTS, dimensions=one, within="arithmetic")
    assert flat.total.tolist() == [0.5, 0.625]


def test_a_missing_value_is_a_missing_score_unless_it_is_skipped() -> None:
    values = np.array([[0.5, np.nan], [np.nan, np.nan], [0.2, 0.8]])
    assert np.isnan(compose_scores(values, UNIT_POSTS).total).tolist() == [True, True, False]
    skipped = compose_scores(values, UNIT_POSTS, missing="skip", weights=np.array([1, 3]))
    assert skipped.total == pytest.approx([0.5, np.nan, 0.65], nan_ok=True)
    one = compose_scores(values, UNIT_POSTS, dimensions=np.array([0, 0]), missing="skip")
    assert one.total == pytest.approx([0.5, np.nan, 0.4], nan_ok=True)
    light = compose_scores(values, UNIT_POSTS, weights=np.array([1, 0]))
    assert light.total == pytest.approx([0.5, np.nan, 0.2], nan_ok=True)


def test_arguments_that_do_not_fit() -> None:
    values = np.ones((2, 2))
    with pytest.raises(ValueError, match="worst and a best value for each"):
        compose_scores(values, np.array([[0, 1]]))
    with pytest.raises(ValueError, match="must differ"):
        compose_scores(values, np.array([[0, 1], [2, 2]]))
    with pytest.raises(ValueError, match="without gaps"):
        compose_scores(values, UNIT_POSTS, dimensions=np.array([0, 2]))
    for weights in ([1], [1, -1], [0, 0], [np.nan, 1]):
        with pytest.raises(ValueError, match="none below 0"):
            compose_scores(values, UNIT_POSTS, weights=np.array(weights))
    with pytest.raises(ValueError, match="one normalisation"):
        rank_with_uncertainty(values, UNIT_POSTS, seed=1, ways=Ways(aggregations=()))


def test_tables_without_units_or_indicators() -> None:
    nobody = compose_scores(np.ones((0, 2)), UNIT_POSTS)
    assert nobody.total.shape == (0,)
    assert nobody.dimensions.shape == (0, 2)
    assert rank_with_uncertainty(np.ones((0, 2)), UNIT_POSTS, seed=1).empty
    nothing = rank_with_uncertainty(np.ones((2, 0)), np.ones((0, 2)), seed=1)
    assert nothing.isna().all(axis=None)
    assert len(nothing) == 2


def test_how_often_weights_put_a_unit_first() -> None:
    """One unit is best in the first thing, one in the second: first where its weight is above half.

    With a mean of 0.8 and parameters that sum to 2, the weight is beta(1.6, 0.4).
    """
    ways = Ways(normalisations=("goalposts",), aggregations=("arithmetic",), draws=4000)
    values = np.array([[1.0, 0], [0, 1]])
    for weights, chance in ((None, 0.5), ([4, 1], stats.beta.sf(0.5, 1.6, 0.4))):
        table = rank_with_uncertainty(
            values,
            UNIT_POSTS,
            seed=1,
            ways=ways,
            weights=None if weights is None else np.array(weights),
        )
        error = math.sqrt(chance * (1 - chance) / 4000)
        assert table["first"][0] == pytest.approx(chance, abs=4 * error)
        assert table["first"].sum() == pytest.approx(1)
    firm = rank_with_uncertainty(
        values,
        UNIT_POSTS,
        seed=1,
        ways=ways._replace(concentration=200.0),
        weights=np.array([4, 1]),
    )
    assert firm["first"].tolist() == [1, 0]


def test_each_normalisation_and_aggregation_by_hand() -> None:
    """One dimension, so that no weight is drawn; each way gives an order of its own."""
    values = np.array([[10.0, 1], [4, 4], [1, 9], [3, 3]])
    posts = np.array([[0, 10], [0, 20]])
    column = np.arange(4)
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    place = np.array([[4, 1], [3, 3], [1, 4], [2, 2]]) / 4
    scores = {"goalposts": values / [10, 20], "z_score": 1 + z / 10, "rank": place}
    orders = set()
    for normalisation, aggregation in itertools.product(scores, ("arithmetic", "geometric")):
        ways = Ways(normalisations=(normalisation,), aggregations=(aggregation,), draws=3)
        table = rank_with_uncertainty(values, posts, seed=1, dimensions=np.array([0, 0]), ways=ways)
        part = scores[normalisation]
        mean = part.mean(axis=1) if aggregation == "arithmetic" else np.sqrt(part.prod(axis=1))
        expected = [1 + (mean > mean[c] + 1e-9).sum() for c in column]
        ties = [(abs(mean - mean[c]) < 1e-9).sum() - 1 for c in column]
        expected = (np.array(expected) + np.array(ties) / 2).tolist()
        assert table["median"].tolist() == expected
        assert table["rank_low"].tolist() == table["rank_high"].tolist() == expected
        orders.add(tuple(expected))
    assert len(orders) >= 4


def test_all_draws_by_plain_loops() -> None:
    """Dimensions of two and one, three units, a value missing and skipped: shares of all ways."""
    values = np.array([[6.0, 2, 5], [3, 8, 4], [7, 5, np.nan]])
    posts = np.array([[0, 10], [10, 0], [0, 10]])
    draws = 3000
    table = rank_with_uncertainty(
        values,
        posts,
        seed=2,
        dimensions=np.array([0, 0, 1]),
        missing="skip",
        ways=Ways(draws=draws),
    )
    wins, random = np.zeros(3), np.random.default_rng(9)
    better = values * [1, -1, 1]
    frame = pd.DataFrame(better)
    scores = {
        "goalposts": np.array([[0.6, 0.8, 0.5], [0.3, 0.2, 0.4], [0.7, 0.5, np.nan]]),
        "z_score": ((frame - frame.mean()) / frame.std(ddof=0) / 10 + 1).to_numpy(),
        "rank": np.array([[2 / 3, 1, 1], [1 / 3, 1 / 3, 1 / 2], [1, 2 / 3, np.nan]]),
    }
    for _ in range(draws):
        part = scores[random.choice(list(scores))]
        within, between = random.choice(["a", "g"], 2)
        weight = random.dirichlet([1, 1])
        totals = []
        for row in part:
            inner = row[:2].mean() if within == "a" else math.sqrt(row[0] * row[1])
            if np.isnan(row[2]):
                totals.append(inner)
            elif between == "a":
                totals.append(weight @ [inner, row[2]])
            else:
                totals.append(inner ** weight[0] * row[2] ** weight[1])
        wins += np.array(totals) > max(totals) - 1e-9  # who is tied for first is first
    share = wins / draws
    error = np.sqrt(share * (1 - share) / draws)
    assert (abs(table["first"] - share) <= 4 * math.sqrt(2) * error + 1e-9).all()
    assert 0.01 < share[2] < 0.99


@given(TABLES)
@settings(max_examples=20, deadline=None)
def test_who_is_nowhere_worse_is_never_ranked_worse(values: np.ndarray) -> None:
    better = values[:1] + 1
    table = rank_with_uncertainty(
        np.vstack([values, better, better]), np.tile([0, 12], (4, 1)), seed=3, ways=Ways(draws=30)
    )
    last = table.iloc[-1]
    assert table.iloc[-2].equals(last.rename(table.index[-2]))  # the same values, the same ranks
    assert (last[["rank", "median", "rank_low", "rank_high"]] < table.iloc[0][1:5]).all()
    assert last["first"] >= table["first"][0]
    units = len(table)
    assert table["rank"].sum() == pytest.approx(units * (units + 1) / 2)
    assert (table["rank_low"] <= table["median"]).all()
    assert (table["median"] <= table["rank_high"]).all()


@given(TABLES)
@settings(max_examples=20, deadline=None)
def test_turning_an_indicator_round_with_its_goalposts_changes_nothing(values: np.ndarray) -> None:
    turned, posts = values.copy(), TEN.copy()
    turned[:, 1], posts[1] = 10 - values[:, 1], [10, 0]
    plain, other = compose_scores(values, TEN), compose_scores(turned, posts)
    assert other.total == pytest.approx(plain.total)
    ranked = [
        rank_with_uncertainty(table, ends, seed=4, ways=Ways(draws=20))
        for table, ends in ((values, TEN), (turned, posts))
    ]
    pd.testing.assert_frame_equal(ranked[0], ranked[1])


def test_units_without_a_score_are_not_ranked() -> None:
    values = np.array([[0.5, 0.5], [np.nan, 1.0], [0.2, 0.4]])
    table = rank_with_uncertainty(values, UNIT_POSTS, seed=1, ways=Ways(draws=20))
    assert table.iloc[1].isna().all()
    assert table["rank"].tolist()[::2] == [1, 2]
    assert table["first"].tolist()[::2] == [1, 0]
    skipped = rank_with_uncertainty(values, UNIT_POSTS, seed=1, missing="skip", ways=Ways(draws=20))
    assert skipped["rank"].tolist() == [2, 1, 3]


def test_indicators_that_do_not_vary_or_are_not_known() -> None:
    values = np.column_stack([np.full(3, 0.1), [0.1, 0.2, 0.3], np.full(3, np.nan)])
    posts = np.tile([0.0, 1], (3, 1))
    table = rank_with_uncertainty(values, posts, seed=1, missing="skip", ways=Ways(draws=50))
    assert table["median"].tolist() == [3, 2, 1]
    assert table["rank_low"].tolist() == [3, 2, 1]
    one = rank_with_uncertainty(values[:1, :2], posts[:2], seed=1, ways=Ways(draws=5))
    assert one[["rank", "rank_low", "rank_high", "first"]].to_numpy().tolist() == [[1, 1, 1, 1]]


def test_the_same_seed_gives_the_same_ranks() -> None:
    values = np.random.default_rng(0).random((20, 4))
    posts = np.tile([0.0, 1], (4, 1))
    before = values.copy()
    first, again, other = (
        rank_with_uncertainty(values, posts, seed=seed, ways=Ways(draws=50)) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert np.array_equal(values, before)
    assert EVERY_WAY.draws == 1000
    wide = rank_with_uncertainty(values, posts, seed=1, ways=Ways(draws=50), level=0.99)
    assert (wide["rank_low"] <= first["rank_low"]).all()
    assert (wide["rank_high"] >= first["rank_high"]).all()
    assert (wide["rank_high"] > first["rank_high"]).any()
