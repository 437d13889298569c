"""An indicator's value, and how far it would be another had other firms been drawn.

The ties and agreements of one firm are not separate cases, so what rests on them is computed
again for firms drawn with replacement, each with all that is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy import special

from ecograph.statistics.diversity import compute_hill
from ecograph.statistics.resampling import bootstrap_interval, bootstrap_ratio, bound_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ecograph.settings import Settings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Numbers = NDArray[np.floating | np.integer | np.bool_]
    Statistic = Callable[[Floats], Floats]

__all__ = [
    "DRAWS",
    "FEWEST_UNITS",
    "MOST_UNITS",
    "Cases",
    "Measure",
    "Pool",
    "bound_draws",
    "bound_quantiles",
    "count_kinds",
    "divide",
    "in_blocks",
    "measure_diversity",
    "measure_median",
    "measure_ratio",
    "measure_share",
    "measure_tie_share",
    "pool_units",
    "widen_share",
]

DRAWS = 1000
"""How often firms are drawn again."""

FEWEST_UNITS = 5
"""With fewer firms, draws are too much alike to tell anything."""

MOST_UNITS = 2000
"""More firms are drawn in this many groups of about one size, put together at random."""

_FAR = 8.0  # standard deviations: no draw is as far off
_CELLS_AT_ONCE = 4_000_000
_SAME = 1e-9  # sums in another order differ by less


class Measure(NamedTuple):
    """An indicator.

    Parameters
    ----------
    value
        Nan where it cannot be known.
    n, coverage, ci_low, ci_high
        As in `ecograph.analysis.dimensions.measure_dimensions`.
    interval
        How the bounds were found; empty where there are none.
    details
        What else is to be said of it.
    """

    value: float
    n: int
    coverage: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    interval: str = ""
    details: Mapping[str, float] | None = None


class Cases(NamedTuple):
    """Cases whose parts and wholes are summed, each with the unit that it moves with."""

    part: Numbers
    whole: Numbers
    unit: Ints


class Pool(NamedTuple):
    """Units made ready to be drawn.

    Parameters
    ----------
    group
        Of each case, what it is drawn with.
    size
        The number of groups: as many as there are units, but for ``MOST_UNITS``.
    """

    group: Ints
    size: int


def pool_units(unit: Ints, seed: int) -> Pool:
    """Give units numbers from 0, and put them together at random where there are very many.

    Parameters
    ----------
    unit
        Of each case, in the order of positions, which rows do not change.
    seed
        Decides who is put together.

    Notes
    -----
    Random groups of clusters vary as clusters do (Wolter, Introduction to Variance Estimation,
    2007, ch. 2): the error of a sum over G groups has itself an error of about 1/sqrt(2 G), 1.6 %
    for 2,000, less than that of 1,000 draws.

    Examples
    --------
    >>> pool_units(np.array([7, 3, 7]), seed=1)
    Pool(group=array([1, 0, 1]), size=2)
    """
    units, group = np.unique(unit, return_inverse=True)
    if len(units) > MOST_UNITS:
        place = np.random.default_rng(seed).permutation(len(units))
        group = (place % MOST_UNITS)[group]
    return Pool(group.astype(np.int64), min(len(units), MOST_UNITS))


def divide(part: float, whole: float) -> float:
    """Divide, nan by zero.

    >>> divide(1, 4), divide(1, 0)
    (0.25, nan)
    """
    return float(part / whole) if whole else np.nan


def measure_share(k: int, n: int, settings: Settings, *, coverage: float = np.nan) -> Measure:
    """Divide k by n separate cases, with the Wilson interval where k is a part of n."""
    if n == 0 or k > n:
        return Measure(divide(k, n), n, coverage)
    low, high = bound_share(np.array([k]), np.array([n]), settings.ci_level)
    return Measure(k / n, n, coverage, float(low[0]), float(high[0]), "wilson")


def measure_ratio(
    cases: Cases,
    settings: Settings,
    *,
    n: int | None = None,
    coverage: float = np.nan,
    scale: float = 1.0,
) -> Measure:
    """Divide a sum by another, bounded by drawing units again.

    Parameters
    ----------
    cases
        What is summed.
    settings
        Their seed and ci_level are used.
    n
        The observations; by default the cases.
    coverage
        Their share of the population.
    scale
        What the ratio is multiplied with, held as it is.

    Returns
    -------
    Measure
        Without bounds for less than ``FEWEST_UNITS`` units and where all are alike.

    Examples
    --------
    >>> from ecograph.settings import Settings
    >>> one = np.ones(6)
    >>> found = measure_ratio(Cases(np.array([0, 1, 2, 3, 4, 8]), one, np.arange(6)), Settings())
    >>> found.value, found.n, bool(found.ci_low < 3 < found.ci_high)
    (3.0, 6, True)
    """
    value = scale * divide(float(cases.part.sum()), float(cases.whole.sum()))
    n = len(cases.unit) if n is None else n
    pool = pool_units(cases.unit, settings.seed)
    if pool.size < FEWEST_UNITS or np.isnan(value):
        return Measure(value, n, coverage)
    part, whole = (np.bincount(pool.group, x, pool.size) for x in (cases.part, cases.whole))
    found = bootstrap_ratio(part, whole, seed=settings.seed, draws=DRAWS, level=settings.ci_level)
    if not found.error > _SAME * abs(found.value):
        return Measure(value, n, coverage)
    return Measure(value, n, coverage, scale * found.low, scale * found.high, "firms")


def measure_tie_share(
    cases: Cases, settings: Settings, *, coverage: float = np.nan, scale: float = 1.0
) -> Measure:
    """Divide a part of cases by all of them, as `measure_ratio`, but see `widen_share`."""
    found = measure_ratio(cases, settings, coverage=coverage, scale=scale)
    return widen_share(found, len(np.unique(cases.unit)), settings, scale=scale)


def measure_median(
    values: Floats, unit: Ints, settings: Settings, *, coverage: float = np.nan
) -> Measure:
    """Find the median of values, bounded by drawing units again."""
    order = np.lexsort((unit, values))
    ranked, n = values[order], len(values)
    if not n:
        return Measure(np.nan, 0, coverage)
    found = Measure(float(np.median(ranked)), n, coverage)
    pool = pool_units(unit[order], settings.seed)
    return bound_quantiles(found, _find_medians(ranked, pool), pool, settings=settings)


def measure_diversity(
    kinds: Ints, count: Statistic, pool: Pool, *, settings: Settings, coverage: float = np.nan
) -> Measure:
    """Count kinds as if all were equally frequent: the Hill number of order 1.

    Parameters
    ----------
    kinds
        Of each case, from 0.
    count
        Counts the cases of each kind (draws x kinds) for given weights (draws x groups).
    pool
        What is drawn.
    settings
        Their seed and ci_level are used.
    coverage
        The share of the population that the cases are.
    """
    n = len(kinds)
    value = compute_hill(np.bincount(kinds), 1) if n else np.nan

    def diversify(weight: Floats) -> Floats:
        counts = count(weight)
        total = counts.sum(axis=1, keepdims=True)
        shares = counts / np.where(total > 0, total, 1.0)
        effective = np.exp(special.entr(shares).sum(axis=1))
        return np.where(total[:, 0] > 0, effective, np.nan)

    low, high = bound_draws(diversify, value, pool, settings=settings)
    how = "" if np.isnan(low) else "firms, normal"
    return Measure(value, n, coverage, max(low, 1.0), high, how)


def bound_quantiles(
    found: Measure, statistic: Statistic, pool: Pool, *, settings: Settings
) -> Measure:
    """Bound a measure by the quantiles of its draws, where they tell anything."""
    if pool.size < FEWEST_UNITS or np.isnan(found.value):
        return found
    drawn = bootstrap_interval(
        statistic, pool.size, seed=settings.seed, draws=DRAWS, level=settings.ci_level
    )
    if not drawn.error > _SAME * max(abs(found.value), _SAME):
        return found
    return found._replace(ci_low=drawn.low, ci_high=drawn.high, interval="firms")


def widen_share(found: Measure, units: int, settings: Settings, *, scale: float = 1.0) -> Measure:
    """Bound a share of which the draws do not tell: few units, or a share of 0 or 1.

    The interval is that of Wilson with as many cases as there are units (or cases, if those are
    fewer): as if all that is a firm's were alike, which makes it as wide as it can be.

    Examples
    --------
    >>> from ecograph.settings import Settings
    >>> found = widen_share(Measure(0.0, 40), 10, Settings())
    >>> found.ci_low, round(found.ci_high, 4), found.interval
    (0.0, 0.2775, 'wilson of firms')
    """
    if found.interval or np.isnan(found.value):
        return found
    cases = min(units, found.n)
    met = np.array([min(found.value / scale, 1.0) * cases])
    low, high = (
        scale * float(x[0]) for x in bound_share(met, np.array([cases]), settings.ci_level)
    )
    return found._replace(ci_low=low, ci_high=high, interval="wilson of firms")


def bound_draws(
    statistic: Statistic, value: float, pool: Pool, *, settings: Settings
) -> tuple[float, float]:
    """Bound a number by the standard deviation of its draws and a normal law.

    Draws hold some units twice and others not at all, and so fewer kinds and firmer associations
    than the units do. Quantiles of such draws may miss the number itself; their deviation serves
    (as in Chao et al., Ecological Monographs 84, 45-67, 2014, appendix G).
    """
    if pool.size < FEWEST_UNITS or np.isnan(value):
        return np.nan, np.nan
    drawn = bootstrap_interval(statistic, pool.size, seed=settings.seed, draws=DRAWS)
    if not drawn.error > _SAME * max(abs(value), 1.0):
        return np.nan, np.nan
    margin = float(special.ndtri((1 + settings.ci_level) / 2)) * drawn.error
    return value - margin, value + margin


def count_kinds(kinds: Ints, pool: Pool) -> Statistic:
    """Make the function that counts cases by kind, from 0, for weights of groups.

    >>> count = count_kinds(np.array([0, 1, 1]), Pool(np.array([0, 0, 1]), 2))
    >>> count(np.array([[1.0, 1.0], [0.0, 2.0]])).tolist()
    [[1.0, 2.0], [0.0, 2.0]]
    """
    shape = (pool.size, int(kinds.max(initial=-1)) + 1)
    table = sp.csr_array((np.ones(len(kinds)), (pool.group, kinds)), shape=shape)
    return lambda weight: np.asarray(weight @ table)


def in_blocks(statistic: Statistic, width: int) -> Statistic:
    """Have a statistic computed for some draws at a time, where each takes so many cells."""
    rows = max(1, _CELLS_AT_ONCE // max(width, 1))
    return lambda weight: np.concatenate(
        [statistic(weight[start : start + rows]) for start in range(0, len(weight), rows)]
    )


def _find_medians(ranked: Floats, pool: Pool) -> Statistic:
    """Make the function that finds the median of ranked values for weights of groups.

    Only ranks near the middle are looked at one by one, which no draw leaves.
    """
    n, group = len(ranked), pool.group
    size = np.bincount(group, minlength=pool.size).astype(float)
    below = np.bincount(group[: n // 2], minlength=pool.size)
    reach = _FAR * np.sqrt(((below - size / 2) ** 2).sum()) + 2
    start, stop = max(int(n / 2 - reach), 0), min(int(n / 2 + reach) + 1, n)
    before = np.bincount(group[:start], minlength=pool.size).astype(float)
    near, values = group[start:stop], ranked[start:stop]

    def find(weight: Floats) -> Floats:
        total = (weight @ size)[:, np.newaxis]
        reached = np.cumsum(weight[:, near], axis=1) + (weight @ before)[:, np.newaxis]
        ranks = (np.floor((total + 1) / 2), np.floor(total / 2) + 1)
        low, high = ((reached < rank).sum(axis=1) for rank in ranks)
        last = len(values) - 1
        return np.asarray((values[np.minimum(low, last)] + values[np.minimum(high, last)]) / 2)

    return in_blocks(find, len(near))
