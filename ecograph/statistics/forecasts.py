"""How well scores given beforehand tell the cells of a table that come true from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.floating | np.integer]

__all__ = [
    "Levels",
    "compute_auc",
    "compute_average_precision",
    "compute_odds_ratio",
    "compute_precision",
    "count_levels",
]

_BITS = 40  # of a score that count; sums in another order differ in later ones


class Levels(NamedTuple):
    """How many cells of each unit came true, and did not, at each level of the score.

    Parameters
    ----------
    hits, misses
        Levels x units, the highest score first. Every score of a hit is a level, and so is what
        lies between two of them, before the first and after the last.
    """

    hits: sp.csr_array
    misses: sp.csr_array

    def weigh(self, weight: Floats) -> tuple[Floats, Floats]:
        """Count hits and misses (levels x draws) where units count by weight (draws x units)."""
        return np.asarray(self.hits @ weight.T), np.asarray(self.misses @ weight.T)


def count_levels(scores: Floats, came_true: Flags, units: Ints) -> Levels:
    """Count hits and misses by level of the score and by unit.

    From these counts follow all measures here, for all units or for units drawn again, without
    looking at the cells once more.

    Parameters
    ----------
    scores
        One number a cell, no nan; two that differ by about 1e-12 of themselves are the same.
    came_true
        Whether each cell came true.
    units
        The unit (from 0) of each cell: that which is drawn when intervals are wanted.

    Returns
    -------
    Levels
        Levels x (largest unit + 1).

    Examples
    --------
    Two hits at 0.9 and 0.5; one miss is equal to the second and one is below it:

    >>> scores, found = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    >>> levels = count_levels(scores, found, np.zeros(4, dtype=int))
    >>> levels.hits.toarray().ravel().tolist(), levels.misses.toarray().ravel().tolist()
    ([0.0, 1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0])
    """
    settled = _settle(scores)
    steps = np.unique(settled[came_true])
    place = np.searchsorted(steps, settled)
    equal = np.append(steps, np.inf)[place] == settled
    level = 2 * (len(steps) - place) - equal
    shape = (2 * len(steps) + 1, int(units.max(initial=-1)) + 1)
    return Levels(*(_count(level[part], units[part], shape) for part in (came_true, ~came_true)))


def compute_auc(hits: Numbers, misses: Numbers) -> Floats:
    """Compute how often a hit has a higher score than a miss, ties by half.

    Parameters
    ----------
    hits, misses
        How many there are at each level, the highest first; or levels x draws.

    Returns
    -------
    numpy.ndarray
        The area under the curve of receiver operating characteristics: 1 where all hits are
        above all misses, 0.5 where scores tell nothing; nan without a hit or without a miss.

    Notes
    -----
    Hanley and McNeil, Radiology 143, 29-36, 1982: the statistic of Wilcoxon and of Mann and
    Whitney, divided by the number of pairs.

    Examples
    --------
    >>> float(compute_auc(np.array([1, 1, 0]), np.array([0, 1, 1])))
    0.875
    """
    found, missed = np.asarray(hits, dtype=float), np.asarray(misses, dtype=float)
    below = missed.sum(axis=0) - np.cumsum(missed, axis=0)
    won = (found * (below + missed / 2)).sum(axis=0)
    return _divide(won, found.sum(axis=0) * missed.sum(axis=0))


def compute_precision(hits: Numbers, misses: Numbers, first: float | Numbers) -> Floats:
    """Compute the share of hits among the cells of the highest scores.

    Parameters
    ----------
    hits, misses
        As in `compute_auc`.
    first
        How many cells are looked at, in all or for each draw; all cells where there are less.

    Returns
    -------
    numpy.ndarray
        From 0 to 1: the mean over all orders of cells of the same score; nan without a cell.

    Examples
    --------
    Of the first two, one is a hit and the other one of the two cells at the second level:

    >>> float(compute_precision(np.array([1, 1, 0]), np.array([0, 1, 1]), 2))
    0.75
    """
    found, missed = np.asarray(hits, dtype=float), np.asarray(misses, dtype=float)
    cells = found + missed
    before = np.cumsum(cells, axis=0) - cells
    taken = np.clip(first - before, 0.0, cells)
    met = (found * taken / np.where(cells > 0, cells, 1.0)).sum(axis=0)
    return _divide(met, taken.sum(axis=0))


def compute_average_precision(hits: Numbers, misses: Numbers) -> Floats:
    """Compute the mean, over hits, of the share of hits among all that score at least as high.

    Parameters
    ----------
    hits, misses
        As in `compute_auc`.

    Returns
    -------
    numpy.ndarray
        From above 0 to 1; where all scores are the same, the share of hits; nan without a hit.

    Notes
    -----
    The area under the curve of precision over recall by steps, as Davis and Goadrich (ICML 2006)
    advise against straight lines between its points.

    Examples
    --------
    >>> round(float(compute_average_precision(np.array([1, 1, 0]), np.array([0, 1, 1]))), 4)
    0.8333
    """
    found, missed = np.asarray(hits, dtype=float), np.asarray(misses, dtype=float)
    reached = np.cumsum(found, axis=0)
    precision = reached / np.maximum(reached + np.cumsum(missed, axis=0), 1e-300)
    return _divide((found * precision).sum(axis=0), found.sum(axis=0))


def compute_odds_ratio(hits: Numbers, misses: Numbers) -> Floats:
    """Compute the odds of a hit in one group, divided by those in another.

    Parameters
    ----------
    hits, misses
        Two counts each, of the group and of the other; or 2 x draws.

    Returns
    -------
    numpy.ndarray
        Above 0; nan where one of the groups is empty.

    Notes
    -----
    0.5 is added to each count, so that none is 0 and the logarithm has next to no bias: Haldane,
    Annals of Human Genetics 20, 309-311, 1956; Anscombe, Biometrika 43, 461-464, 1956.

    Examples
    --------
    >>> float(compute_odds_ratio(np.array([4, 1]), np.array([2, 7])))
    9.0
    """
    found, missed = np.asarray(hits, dtype=float), np.asarray(misses, dtype=float)
    odds = (found + 0.5) / (missed + 0.5)
    known = (found + missed > 0).all(axis=0)
    return np.where(known, odds[0] / odds[1], np.nan)


def _settle(scores: Floats) -> Floats:
    """Drop the last digits, in which the same sum in another order may differ."""
    part, power = np.frexp(np.asarray(scores, dtype=float))
    return np.asarray(np.ldexp(np.rint(np.ldexp(part, _BITS)), power - _BITS))


def _count(level: Ints, unit: Ints, shape: tuple[int, int]) -> sp.csr_array:
    ones = np.ones(len(level))
    return sp.csr_array(sp.coo_array((ones, (level, unit)), shape=shape))


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide; nan where there is nothing to divide by."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan))
