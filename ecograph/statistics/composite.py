"""One score out of many indicators, and how far ranks depend on the way it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Numbers = NDArray[np.floating | np.integer]

__all__ = [
    "EVERY_WAY",
    "Aggregation",
    "CompositeScores",
    "Missing",
    "Normalisation",
    "Ways",
    "compose_scores",
    "rank_with_uncertainty",
]

Aggregation: TypeAlias = Literal["arithmetic", "geometric"]
"""arithmetic: much here makes up for little there; geometric: less so, and nothing for 0."""

Normalisation: TypeAlias = Literal["goalposts", "z_score", "rank"]
"""goalposts: the way from worst to best; z_score: deviations from the mean; rank: the place."""

Missing: TypeAlias = Literal["nan", "skip"]
"""nan: a unit without a value has no score; skip: it is scored by what it has."""

_DIGITS = 12  # of scores: what differs by less is tied


class CompositeScores(NamedTuple):
    """Scores from 0 to 1, the more the better; nan where a value is missing.

    Parameters
    ----------
    total
        That of each unit.
    dimensions
        Units x dimensions.
    indicators
        Units x indicators.
    """

    total: Floats
    dimensions: Floats
    indicators: Floats


class Ways(NamedTuple):
    """Ways to make a score, of which draws take one each.

    Parameters
    ----------
    normalisations
        goalposts, z_score or rank.
    aggregations
        arithmetic or geometric: one is taken within dimensions, and one between them.
    concentration
        How firm the weights are: those of a draw are Dirichlet with the given weights as their
        mean and parameters that sum to this times the number of dimensions. With 1 and equal
        weights, all weightings are equally likely; with 100, hardly any but these.
    least
        The least score, for geometric means: units at the worst value of something would all be
        tied at 0.
    draws
        How many are drawn.
    """

    normalisations: tuple[Normalisation, ...] = ("goalposts", "z_score", "rank")
    aggregations: tuple[Aggregation, ...] = ("arithmetic", "geometric")
    concentration: float = 1.0
    least: float = 0.01
    draws: int = 1000


EVERY_WAY = Ways()
"""All normalisations, aggregations and weightings, each as likely as another."""


def compose_scores(
    values: Numbers,
    goalposts: Numbers,
    *,
    dimensions: Ints | None = None,
    weights: Numbers | None = None,
    within: Aggregation = "geometric",
    between: Aggregation = "arithmetic",
    missing: Missing = "nan",
    least: float = 0.0,
) -> CompositeScores:
    """Compose indicators into dimensions and dimensions into one score for each unit.

    Parameters
    ----------
    values
        Units x indicators (regions x what is measured); nan where not known.
    goalposts
        Indicators x 2, the worst and the best value; the best is the lesser one where less is
        better. Fixed ones keep scores comparable from year to year.
    dimensions
        The dimension of each indicator, numbers from 0 without gaps. None for one each.
    weights
        The weight of each dimension; None for equal ones. Indicators weigh the same within theirs.
    within, between
        How indicators make a dimension, and dimensions the total: geometric or arithmetic means.
    missing
        nan, or skip.
    least
        The least score of an indicator. With 0, a geometric mean is 0 as soon as one indicator is
        at its worst.

    Returns
    -------
    CompositeScores
        An indicator scores 0 at the worst value or beyond, 1 at the best or beyond.

    Raises
    ------
    ValueError
        If goalposts, dimensions or weights do not fit the values or each other.

    Notes
    -----
    As the Human Development Index since 2010 (UNDP, Technical note 1); OECD and JRC, Handbook on
    Constructing Composite Indicators, 2008, steps 5 and 6.

    Examples
    --------
    Two regions by firms (0 to 100) and travel time (60 to 10 minutes), the second twice as heavy:

    >>> values, goalposts = np.array([[50, 10], [100, 60]]), np.array([[0, 100], [60, 10]])
    >>> compose_scores(values, goalposts, weights=np.array([1, 2])).total.round(3).tolist()
    [0.833, 0.333]
    """
    table = np.asarray(values, dtype=float)
    posts = _check_goalposts(goalposts, table)
    groups = _check_dimensions(dimensions, table)
    weight = _check_weights(weights, groups)
    scores = np.maximum(_score_goalposts(table, posts), least)
    by_dimension = _average(scores, _spread(groups), within, missing)
    total = _average(by_dimension, weight[:, None], between, missing)[:, 0]
    return CompositeScores(total, by_dimension, scores)


def rank_with_uncertainty(
    values: Numbers,
    goalposts: Numbers,
    *,
    seed: int,
    dimensions: Ints | None = None,
    weights: Numbers | None = None,
    missing: Missing = "nan",
    ways: Ways = EVERY_WAY,
    level: float = 0.9,
) -> pd.DataFrame:
    """Rank units by composite scores made in many ways that could be argued for.

    Parameters
    ----------
    values, goalposts, dimensions, weights, missing
        As in `compose_scores`.
    seed
        Decides the draws.
    ways
        What is drawn: normalisations, aggregations, weights.
    level
        Level of the intervals of ranks, with equal tails.

    Returns
    -------
    pandas.DataFrame
        One row a unit: score and rank by `compose_scores` with the least score of ``ways``,
        median, rank_low and rank_high over the draws, first (the share of draws in which it is
        first, or tied for it).
        Rank 1 is best; units that are tied share their mean rank. nan for a unit with no score,
        which is not ranked.

    Raises
    ------
    ValueError
        If goalposts, dimensions or weights do not fit, or ``ways`` names none.

    Notes
    -----
    OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 7; Saisana, Saltelli
    and Tarantola, J. R. Statist. Soc. A 168, 307-323, 2005. z-scores have mean 100 and standard
    deviation 10, in hundredths, so that geometric means of them can be taken; ranks are divided by
    the number of units. Both are among all units that have a value.

    Examples
    --------
    The first region is best at all, the others at one thing each:

    >>> values = np.array([[9, 9], [5, 2], [2, 5]])
    >>> table = rank_with_uncertainty(values, np.array([[0, 10], [0, 10]]), seed=1)
    >>> table[["rank", "rank_low", "rank_high", "first"]].to_numpy().tolist()
    [[1.0, 1.0, 1.0, 1.0], [2.5, 2.0, 3.0, 0.0], [2.5, 2.0, 3.0, 0.0]]
    """
    if not ways.normalisations or not ways.aggregations:
        raise ValueError("name one normalisation and one aggregation at least")
    nominal = compose_scores(
        values,
        goalposts,
        dimensions=dimensions,
        weights=weights,
        missing=missing,
        least=ways.least,
    )
    table = np.asarray(values, dtype=float)
    posts, groups = _check_goalposts(goalposts, table), _check_dimensions(dimensions, table)
    drawn = _draw(ways, _check_weights(weights, groups), seed)
    scores = np.full((len(table), ways.draws), np.nan)
    for n, normalisation in enumerate(ways.normalisations):
        indicators = np.maximum(_normalise(table, posts, normalisation), ways.least)
        for w, within in enumerate(ways.aggregations):
            parts = _average(indicators, _spread(groups), within, missing)
            for b, between in enumerate(ways.aggregations):
                taken = (drawn.chosen == (n, w, b)).all(axis=1)
                scores[:, taken] = _average(parts, drawn.weights[taken].T, between, missing)
    return _summarise(nominal.total, _rank(scores), level)


class _Drawn(NamedTuple):
    """For each draw, the numbers of its ways and the weights of dimensions."""

    chosen: Ints
    weights: Floats


def _check_goalposts(goalposts: Numbers, table: Floats) -> Floats:
    posts = np.asarray(goalposts, dtype=float)
    if table.ndim != 2 or posts.shape != (table.shape[1], 2):  # noqa: PLR2004 - a table
        raise ValueError("goalposts need a worst and a best value for each indicator")
    if not (np.isfinite(posts).all() and (posts[:, 0] != posts[:, 1]).all()):
        raise ValueError("the worst and the best value of an indicator must differ")
    return posts


def _check_dimensions(dimensions: Ints | None, table: Floats) -> Ints:
    indicators = table.shape[1]
    groups = np.arange(indicators) if dimensions is None else np.asarray(dimensions)
    found = np.unique(groups)
    if groups.shape != (indicators,) or not np.array_equal(found, np.arange(len(found))):
        raise ValueError("dimensions need a number for each indicator, from 0 without gaps")
    return groups.astype(np.int64)


def _check_weights(weights: Numbers | None, groups: Ints) -> Floats:
    """Read the weights of dimensions, as shares."""
    size = int(groups.max(initial=-1)) + 1
    weight = np.ones(size) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != (size,) or not (weight >= 0).all() or (size and not weight.sum() > 0):
        raise ValueError("weights need a number for each dimension, none below 0, not all 0")
    return np.asarray(weight / max(float(weight.sum()), np.finfo(float).tiny))


def _spread(groups: Ints) -> Floats:
    """Mark the dimension of each indicator (indicators x dimensions)."""
    marks: Floats = np.eye(int(groups.max(initial=-1)) + 1)[groups]
    return marks


def _normalise(table: Floats, posts: Floats, normalisation: Normalisation) -> Floats:
    """Bring indicators to one scale on which more is better."""
    if normalisation == "goalposts":
        return _score_goalposts(table, posts)
    better = pd.DataFrame(table * np.sign(posts[:, 1] - posts[:, 0]))
    if normalisation == "rank":
        return np.asarray(better.rank() / better.count().clip(lower=1))
    spread = better.std(ddof=0)
    same = better.max() == better.min()  # as the deviation of equal numbers may not be quite 0
    z = (better - better.mean()) / spread.mask(same, np.inf)
    return np.asarray(1 + z / 10)


def _score_goalposts(table: Floats, posts: Floats) -> Floats:
    worst, best = posts.T
    scores: Floats = np.clip((table - worst) / (best - worst), 0.0, 1.0)
    return scores


def _average(scores: Floats, weights: Floats, how: Aggregation, missing: Missing) -> Floats:
    """Average scores (units x parts) by weights (parts x ways), over those that are known."""
    known, heavy = ~np.isnan(scores), (weights > 0).astype(float)
    mass = known @ weights
    if how == "geometric":
        nothing = scores == 0
        logs = np.log(np.where(known & ~nothing, scores, 1.0))
        mean = np.exp(_divide(logs @ weights, mass))
        mean = np.where(nothing @ heavy > 0, 0.0, mean)
    else:
        mean = _divide(np.where(known, scores, 0.0) @ weights, mass)
    return np.where((~known @ heavy > 0) & (missing == "nan"), np.nan, mean)


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide; nan where there is nothing to divide by."""
    return part / np.where(whole > 0, whole, np.nan)


def _draw(ways: Ways, weight: Floats, seed: int) -> _Drawn:
    """Draw ways and weights of dimensions; a dimension without weight stays without."""
    random = np.random.default_rng(seed)
    choices = (len(ways.normalisations), len(ways.aggregations), len(ways.aggregations))
    chosen = random.integers(0, choices, (ways.draws, len(choices)))
    weights = np.zeros((ways.draws, len(weight)))
    held = weight > 0
    firm = weight[held] * ways.concentration * len(weight)
    if held.any():
        weights[:, held] = random.dirichlet(firm, ways.draws)
    return _Drawn(chosen, weights)


def _rank(scores: Floats) -> Floats:
    """Rank units in each draw, the highest score first; nan where there is no score."""
    ranks = np.full(scores.shape, np.nan)
    scored = ~np.isnan(scores).all(axis=1)
    held = scores[scored].round(_DIGITS)
    ranks[scored] = stats.rankdata(-held, axis=0) if held.size else held
    return ranks


def _summarise(score: Floats, ranks: Floats, level: float) -> pd.DataFrame:
    """Set the ranks as it stands beside those of draws."""
    tails = [0.5, (1 - level) / 2, (1 + level) / 2]
    bounds = np.full((3, len(score)), np.nan)
    if ranks.size:
        bounds = np.quantile(ranks, tails, axis=1, method="inverted_cdf")
    first = (ranks == np.nanmin(ranks, axis=0, initial=np.inf)).mean(axis=1)
    return pd.DataFrame(
        {
            "score": score,
            "rank": _rank(score[:, None])[:, 0],
            "median": bounds[0],
            "rank_low": bounds[1],
            "rank_high": bounds[2],
            "first": np.where(np.isnan(score), np.nan, first),
        }
    )
