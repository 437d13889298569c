"""Shares and odds: their intervals, in one table of two by two or in many that are combined.

A table is ``[[a, b], [c, d]]``: a row for those of a group and one for the others, a column for
those with what is counted and one for those without it. Its odds ratio is ad/bc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import optimize, special

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "CommonOdds",
    "OddsRatio",
    "Trend",
    "combine_odds_ratios",
    "compare_odds_ratios",
    "compute_odds_ratio",
    "compute_trend",
]

_ALIKE = 1e-7  # chances that differ by less are the same: as in R's fisher.test
_STEEPEST = 700.0  # the most log odds whose exponential is a float
_ENOUGH = 5.0  # Mantel and Fleiss 1980


class OddsRatio(NamedTuple):
    """An odds ratio with its interval and the chance of one as far from 1."""

    value: float
    low: float
    high: float
    p: float


class CommonOdds(NamedTuple):
    """The odds ratio that several tables have in common.

    Parameters
    ----------
    value, low, high
        The ratio and its interval; nan where no table tells. The interval is from 0 to infinity
        where the ratio is 0 or infinite: its law is not known there.
    statistic, p
        Chi-square with one degree of freedom that it is 1, without a correction, and its chance.
    strata
        How many of the tables tell anything.
    enough
        Whether counts are large enough for the statistic.
    """

    value: float
    low: float
    high: float
    statistic: float
    p: float
    strata: int
    enough: bool


class Trend(NamedTuple):
    """Whether a share rises with a score: chi-square (one degree of freedom), chance, direction."""

    statistic: float
    p: float
    direction: int


def compute_odds_ratio(table: Ints, *, level: float = 0.95) -> OddsRatio:
    """Compute the odds ratio of a table with its exact interval.

    Parameters
    ----------
    table
        2 x 2 counts.
    level
        Level of the interval, with equal tails.

    Returns
    -------
    OddsRatio
        The value that makes the table likeliest given its margins, its exact interval, and the
        chance, were it 1, of a table no likelier than this one. nan, with an interval from 0 to
        infinity and a chance of 1, where a margin is 0 and nothing can be told.

    Notes
    -----
    The count of a table with given margins has Fisher's noncentral hypergeometric law. Interval:
    Cornfield, Proc. Third Berkeley Symp. 4, 135-148, 1956. Chance: Fisher, J. R. Statist. Soc. 98,
    39-82, 1935; two-sided as in R's ``fisher.test``.

    Examples
    --------
    Of 13 twins of one kind 10 were convicted, of 17 of the other kind 2 (Fisher 1935):

    >>> ratio = compute_odds_ratio(np.array([[2, 15], [10, 3]]))
    >>> round(ratio.value, 5), round(ratio.low, 5), round(ratio.high, 5), round(ratio.p, 6)
    (0.04694, 0.00332, 0.36319, 0.000537)
    """
    counts = np.asarray(table, dtype=np.int64)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    least, most = max(0, int(columns[0] - rows[1])), int(min(rows[0], columns[0]))
    if least == most:
        return OddsRatio(np.nan, 0.0, np.inf, 1.0)
    support, found = np.arange(least, most + 1.0), float(counts[0, 0])
    weight = _weigh(support, rows, int(columns[0]))
    tail = (1 - level) / 2

    def mean(log_odds: float) -> float:
        return float(_tilt(weight, support, log_odds) @ support) - found

    def reach(log_odds: float) -> float:
        return float(_tilt(weight, support, log_odds)[support >= found].sum()) - tail

    def stay(log_odds: float) -> float:
        return tail - float(_tilt(weight, support, log_odds)[support <= found].sum())

    value, low, high = (_solve(rising) for rising in (mean, reach, stay))
    chance = _tilt(weight, support, 0.0)
    p = float(chance[chance <= chance[support == found] * (1 + _ALIKE)].sum())
    at_least, at_most = found == least, found == most
    return OddsRatio(
        0.0 if at_least else np.inf if at_most else value,
        0.0 if at_least else low,
        np.inf if at_most else high,
        min(p, 1.0),
    )


def combine_odds_ratios(tables: Ints, *, level: float = 0.95) -> CommonOdds:
    """Combine the odds ratios of several tables, each of a stratum of its own.

    Parameters
    ----------
    tables
        K x 2 x 2 counts.
    level
        Level of the interval.

    Returns
    -------
    CommonOdds
        The common odds ratio, its interval, the test that it is 1, and whether counts are enough.

    Notes
    -----
    Ratio and test: Mantel and Haenszel, J. Natl. Cancer Inst. 22, 719-748, 1959. Interval: Robins,
    Breslow and Greenland, Biometrics 42, 311-323, 1986, eq. 3. Counts are enough where the sum that
    is expected lies 5 or more from both ends of what is possible: Mantel and Fleiss, Am. J.
    Epidemiol. 112, 129-134, 1980.

    Examples
    --------
    >>> common = combine_odds_ratios(np.array([[[10, 20], [10, 40]], [[20, 10], [10, 10]]]))
    >>> round(common.value, 6), common.strata  # (10*40/80 + 20*10/50) / (20*10/80 + 10*10/50)
    (2.0, 2)
    """
    (a, b), (c, d) = np.moveaxis(_keep_telling(tables), 0, -1)
    n = a + b + c + d
    agreeing, against = a * d / n, b * c / n
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))
    expected = (a + b) * (a + c) / n
    least, most = np.maximum(0, (a + c) - (c + d)), np.minimum(a + b, a + c)
    room = min((expected - least).sum(), (most - expected).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float((a - expected).sum() ** 2 / variance.sum())
        value = float(agreeing.sum() / against.sum())
        half = special.ndtri((1 + level) / 2) * np.sqrt(_spread_log(a, b, c, d))
        low, high = value * np.exp(-half), value * np.exp(half)
    known = bool(np.isfinite(half))
    return CommonOdds(
        value,
        float(low) if known else 0.0 if len(n) else np.nan,
        float(high) if known else np.inf if len(n) else np.nan,
        statistic,
        float(special.chdtrc(1, statistic)),
        len(n),
        bool(room >= _ENOUGH),
    )


def compare_odds_ratios(tables: Ints) -> tuple[float, float]:
    """Test whether several tables have the same odds ratio.

    Parameters
    ----------
    tables
        K x 2 x 2 counts; those with a margin of 0 tell nothing and are left out.

    Returns
    -------
    statistic, p
        Chi-square with one degree of freedom less than there are tables, and its chance; nan where
        fewer than two tables tell, or where the common odds ratio is 0 or infinite.

    Notes
    -----
    Breslow and Day, Statistical Methods in Cancer Research I, 1980, section 4.4, eq. 4.30, at the
    Mantel-Haenszel ratio; with the correction of Tarone, Biometrika 72, 91-95, 1985.

    Examples
    --------
    >>> statistic, p = compare_odds_ratios(np.array([[[10, 20], [10, 40]], [[20, 10], [10, 10]]]))
    >>> abs(statistic) < 1e-12, round(p, 3)  # both have an odds ratio of 2
    (True, 1.0)
    """
    kept = _keep_telling(tables)
    common = combine_odds_ratios(tables).value
    if len(kept) < 2 or not 0 < common < np.inf:  # noqa: PLR2004 - one table is like itself
        return np.nan, np.nan
    (a, b), (c, d) = np.moveaxis(kept, 0, -1)
    expected = _expect(a + b, c + d, a + c, common)
    cells = (expected, a + b - expected, a + c - expected, d - a + expected)
    variance = 1 / np.sum([1 / cell for cell in cells], axis=0)
    surplus = a - expected
    statistic = float((surplus**2 / variance).sum() - surplus.sum() ** 2 / variance.sum())
    return statistic, float(special.chdtrc(len(kept) - 1, statistic))


def compute_trend(counts: Ints, totals: Ints, scores: Floats) -> Trend:
    """Test whether a share rises with the score of its group, over several strata.

    Parameters
    ----------
    counts, totals
        Strata x groups: those with what is counted, and all.
    scores
        One score a group.

    Returns
    -------
    Trend
        Without a correction; nan and direction 0 where nothing can be told.

    Notes
    -----
    Mantel, JASA 58, 690-700, 1963, eq. 7.

    Examples
    --------
    >>> trend = compute_trend(np.array([[1, 5, 9]]), np.array([[10, 10, 10]]), np.arange(3.0))
    >>> round(trend.statistic, 3), trend.direction
    (12.373, 1)
    """
    n, cases = totals.sum(axis=1), counts.sum(axis=1)
    kept = n > 1
    n, cases, totals, counts = n[kept], cases[kept], totals[kept], counts[kept]
    first, second = totals @ scores, totals @ scores**2
    surplus = float((counts @ scores - cases * first / n).sum())
    variance = float((cases * (n - cases) * (n * second - first**2) / (n**2 * (n - 1.0))).sum())
    if variance <= 0:
        return Trend(np.nan, np.nan, 0)
    statistic = surplus**2 / variance
    return Trend(statistic, float(special.chdtrc(1, statistic)), int(np.sign(surplus)))


# One table: the law of its count given the margins


def _weigh(support: Floats, rows: Ints, total: int) -> Floats:
    """Weigh each possible count at odds of 1: logs of binomial coefficients."""
    first = _log_choose(float(rows[0]), support)
    weight = first + _log_choose(float(rows[1]), total - support)
    return np.asarray(weight - weight.max())


def _log_choose(n: float, k: Floats) -> Floats:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _tilt(weight: Floats, support: Floats, log_odds: float) -> Floats:
    tilted = weight + log_odds * support
    chance = np.exp(tilted - tilted.max())
    return np.asarray(chance / chance.sum())


def _solve(rising: Callable[[float], float]) -> float:
    """Find the odds at which something that rises with their log is 0; 0 or infinity beyond."""
    if rising(-_STEEPEST) >= 0:
        return 0.0
    if rising(_STEEPEST) <= 0:
        return np.inf
    root = optimize.brentq(rising, -_STEEPEST, _STEEPEST, xtol=1e-12, rtol=1e-14, maxiter=500)
    return float(np.exp(root))


# Many tables


def _keep_telling(tables: Ints) -> Floats:
    """Keep the tables in which no margin is 0: the others tell nothing of an odds ratio."""
    counts = np.asarray(tables, dtype=float).reshape(-1, 2, 2)
    told = (counts.sum(axis=1) > 0).all(axis=1) & (counts.sum(axis=2) > 0).all(axis=1)
    return np.asarray(counts[told])


def _spread_log(a: Floats, b: Floats, c: Floats, d: Floats) -> float:
    """Estimate the variance of the log of the common odds ratio (Robins et al. 1986)."""
    n = a + b + c + d
    like, unlike = (a + d) / n, (b + c) / n
    agreeing, against = a * d / n, b * c / n
    r, s = agreeing.sum(), against.sum()
    return float(
        (like * agreeing).sum() / (2 * r**2)
        + (like * against + unlike * agreeing).sum() / (2 * r * s)
        + (unlike * against).sum() / (2 * s**2)
    )


def _expect(of_group: Floats, of_others: Floats, cases: Floats, ratio: float) -> Floats:
    """Find the first cells that would give every table the same odds ratio.

    The smaller root of (ratio - 1) x^2 - (others - cases + ratio (group + cases)) x
    + ratio group cases, written so that a ratio of 1 divides by nothing.
    """
    linear = of_others - cases + ratio * (of_group + cases)
    root = np.sqrt(linear**2 - 4 * (ratio - 1) * ratio * of_group * cases)
    return np.asarray(2 * ratio * of_group * cases / (linear + root))
