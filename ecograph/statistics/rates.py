"""Counts of groups against what their exposure would give, and how far counts can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ecograph.settings import Interval

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = [
    "Dispersion",
    "bound_counts",
    "choose_verdicts",
    "compare_rates",
    "compute_funnel",
    "control_discoveries",
    "count_as_few",
    "count_as_many",
    "estimate_dispersion",
    "find_critical",
    "find_needed",
    "shrink_ratios",
]

_POWER = 0.8  # by custom (Cohen 1988), what a study should have
_HALVINGS = 80  # of an interval that holds a solution: beyond what a float can tell apart


class Dispersion(NamedTuple):
    """How much more counts vary within groups than independent events would.

    Parameters
    ----------
    value
        Variance over mean, at least 1; 1 also where no group tells.
    p
        The chance of as much variation if events were independent; nan where no group tells.
    units
        The number of units behind it.
    """

    value: float
    p: float
    units: int


def compare_rates(
    observed: Floats,
    exposure: Floats,
    *,
    alpha: float = 0.05,
    margin: float = 0.5,
    level: float = 0.95,
    dispersion: float = 1.0,
    interval: Interval = "exact",
) -> pd.DataFrame:
    """Compare counts with what their exposure would give.

    Indirect standardisation, as for a standardised mortality ratio: of all N events, a group with
    exposure w is expected to have N w / sum(w) (Breslow & Day 1987, vol. II, ch. 2).

    Parameters
    ----------
    observed, exposure
        One value a group; a group with no known exposure above 0 is left out of the comparison.
    alpha
        False discovery rate.
    margin
        A ratio to expectation above which a deficit does not matter: as_expected is said only
        where the whole interval lies above it.
    level
        Level of the interval.
    dispersion
        Variance over mean of a count; 1 is Poisson, more is negative binomial.
    interval
        exact, or mid for intervals by the mid-P.

    Returns
    -------
    pandas.DataFrame
        One row a group: expected, ratio, ci_low, ci_high, p (as few or fewer), q, p_over, q_over
        (as many or more), critical (the most events significantly few for one test), power (the
        chance to see that few at ``margin`` times the expected rate), needed (how much more would
        have to be expected for a power of 0.8), shrunk (ratio drawn towards that of all),
        verdict.

    Examples
    --------
    Four industries of 60 firms, one of which links at a sixth of the rate of the others:

    >>> table = compare_rates(np.array([17.0, 115, 115, 115]), np.full(4, 60.0))
    >>> table["verdict"].tolist()
    ['gap', 'over_linked', 'over_linked', 'over_linked']
    >>> f"{table['expected'][0]:.1f}", f"{table['p'][0]:.0e}"
    ('90.5', '3e-21')
    """
    known = (exposure > 0) & ~np.isnan(observed)
    weight = np.where(known, exposure, 0.0)
    count = np.where(known, observed, 0.0)
    total = weight.sum()
    expected = count.sum() * weight / total if total else weight
    comparable = expected > 0
    low, high = bound_counts(count, level, dispersion=dispersion, interval=interval)
    with np.errstate(invalid="ignore", divide="ignore"):
        table = pd.DataFrame(
            {
                "expected": expected,
                "ratio": count / expected,
                "ci_low": low / expected,
                "ci_high": high / expected,
                "p": count_as_few(count, expected, dispersion=dispersion),
                "p_over": count_as_many(count, expected, dispersion=dispersion),
                "shrunk": shrink_ratios(count, expected, dispersion=dispersion),
            }
        )
    table[~comparable] = np.nan
    critical = find_critical(expected, alpha, dispersion=dispersion)
    testable = comparable & (critical >= 0)
    table["q"] = control_discoveries(table["p"].to_numpy(), testable)
    table["q_over"] = control_discoveries(table["p_over"].to_numpy(), comparable)
    power = count_as_few(critical, margin * expected, dispersion=dispersion)
    table["power"] = np.where(comparable, power, np.nan)
    enough = find_needed(alpha=alpha, margin=margin, dispersion=dispersion)
    table["needed"] = np.where(comparable, np.maximum(enough - expected, 0.0), np.nan)
    tested = (table[name].to_numpy() for name in ("q", "q_over", "ci_low"))
    table["verdict"] = choose_verdicts(*tested, alpha=alpha, margin=margin)
    table["critical"] = pd.Series(critical).where(testable).astype("Int64")
    return table


def count_as_few(count: Floats, expected: Floats, *, dispersion: float = 1.0) -> Floats:
    """Compute the chance of as few events or fewer.

    Parameters
    ----------
    count, expected
        One value a group; below a count of 0 lies nothing.
    dispersion
        Variance over mean. The negative binomial law with this variance is that of the sum over
        firms whose own counts are negative binomial.

    Examples
    --------
    >>> count_as_few(np.array([0.0, 0.0]), np.array([1.0, 3.0])).round(3).tolist()
    [0.368, 0.05]
    """
    if dispersion <= 1:
        return np.asarray(stats.poisson.cdf(count, expected))
    shape = expected / (dispersion - 1)
    below = special.betainc(
        np.where(shape > 0, shape, 1.0), np.maximum(count, 0) + 1, 1 / dispersion
    )
    return np.where(count < 0, 0.0, np.where(shape > 0, below, 1.0))


def count_as_many(count: Floats, expected: Floats, *, dispersion: float = 1.0) -> Floats:
    """Compute the chance of as many events or more; see `count_as_few`."""
    if dispersion <= 1:
        return np.asarray(stats.poisson.sf(count - 1, expected))
    shape = expected / (dispersion - 1)
    above = special.betaincc(np.where(shape > 0, shape, 1.0), np.maximum(count, 1), 1 / dispersion)
    return np.where(count <= 0, 1.0, np.where(shape > 0, above, 0.0))


def bound_counts(
    count: Floats, level: float, *, dispersion: float = 1.0, interval: Interval = "exact"
) -> tuple[Floats, Floats]:
    """Find the expectations between which a count leaves that of its group.

    Parameters
    ----------
    count
        One count a group.
    level
        Level of the interval, with equal tails.
    dispersion, interval
        As in `compare_rates`.

    Returns
    -------
    low, high
        Expected counts; low is 0 for a count of 0.

    Notes
    -----
    Exact Poisson: Garwood, Biometrika 28, 437-442, 1936. Mid-P: Lancaster, JASA 56, 223-234, 1961.

    Examples
    --------
    >>> low, high = bound_counts(np.array([0.0, 10.0]), 0.95)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 4.8], [3.69, 18.39])
    """
    tail = (1 - level) / 2
    if interval == "exact":
        low = _invert(np.maximum(count - 1, 0), 1 - tail, dispersion)
        return np.where(count > 0, low, 0.0), _invert(count, tail, dispersion)

    def lie_below(expected: Floats) -> Floats:
        """Compute the chance of fewer events and half of that of as many."""
        few = count_as_few(count, expected, dispersion=dispersion)
        return (few + count_as_few(count - 1, expected, dispersion=dispersion)) / 2

    low, high = (_solve(lie_below, target, len(count)) for target in (1 - tail, tail))
    return np.where(count > 0, low, 0.0), high


def find_critical(expected: Floats, alpha: float, *, dispersion: float = 1.0) -> Floats:
    """Find the most events that are significantly few: the largest k with P(X <= k) <= alpha.

    Returns
    -------
    numpy.ndarray
        -1 where even no event at all would not be significant.

    Examples
    --------
    >>> find_critical(np.array([2.9, 3.0, 10.0]), 0.05).tolist()
    [-1.0, 0.0, 4.0]
    """
    safe = np.where(expected > 0, expected, 1.0)
    if dispersion <= 1:
        k = np.asarray(stats.poisson.ppf(alpha, safe))
    else:
        k = np.asarray(stats.nbinom.ppf(alpha, safe / (dispersion - 1), 1 / dispersion))
    k = np.where(count_as_few(k, safe, dispersion=dispersion) <= alpha, k, k - 1)
    return np.where(expected > 0, k, -1.0)


def find_needed(*, alpha: float, margin: float, dispersion: float = 1.0) -> float:
    """Find the expected count from which a rate of ``margin`` is found with a chance of 0.8.

    The chance goes up and down by little, as critical counts are whole; from the value returned
    on it stays above.

    Examples
    --------
    >>> round(find_needed(alpha=0.05, margin=0.5), 1)
    21.9
    """
    if not 0 <= margin < 1:
        return np.inf
    size = 64
    while True:
        k = np.arange(float(size))
        rises = _invert(k, alpha, dispersion)  # from here on, k is significantly few
        least = count_as_few(k[:-1], margin * rises[1:], dispersion=dispersion)
        if (least >= _POWER).any():
            return float(rises[np.argmax(least >= _POWER)])
        size *= 2


def shrink_ratios(observed: Floats, expected: Floats, *, dispersion: float = 1.0) -> Floats:
    """Draw the ratios of small groups towards that of all, by how much ratios differ at all.

    Returns
    -------
    numpy.ndarray
        The best linear guess at each ratio where ratios have the mean and variance, beyond
        chance, that the groups show; all equal where they differ no more than by chance. nan
        where nothing is expected.

    Notes
    -----
    Global empirical Bayes: Marshall, Applied Statistics 40, 283-294, 1991, section 2.

    Examples
    --------
    >>> shrink_ratios(np.array([0.0, 20, 60]), np.array([1.0, 40, 39])).round(3).tolist()
    [0.806, 0.547, 1.487]
    """
    shrunk = np.full(len(expected), np.nan)
    known = expected > 0
    if known.any():
        weight = expected[known]
        ratio = observed[known] / weight
        mean = np.average(ratio, weights=weight)
        chance = dispersion * mean / weight
        spread = np.average((ratio - mean) ** 2, weights=weight)
        beyond = max(0.0, spread - dispersion * mean / weight.mean())
        kept = beyond / (beyond + chance) if mean else np.zeros(len(ratio))
        shrunk[known] = mean + kept * (ratio - mean)
    return shrunk


def compute_funnel(
    expected: Floats, *, levels: tuple[float, ...] = (0.95, 0.998), dispersion: float = 1.0
) -> pd.DataFrame:
    """Compute between which ratios groups of a size lie by chance alone.

    Parameters
    ----------
    expected
        Expected counts, the horizontal axis of the funnel.
    levels
        Shares of groups within the limits; 95 % and 99.8 % are the custom.
    dispersion
        Variance over mean.

    Returns
    -------
    pandas.DataFrame
        One row for each level and expected count: level, expected, low, high (ratios).

    Notes
    -----
    Spiegelhalter, Statistics in Medicine 24, 1185-1202, 2005, with exact limits.

    Examples
    --------
    >>> compute_funnel(np.array([10.0]), levels=(0.95,)).round(2).to_numpy().tolist()
    [[0.95, 10.0, 0.4, 1.7]]
    """
    rows = []
    for level in levels:
        tail = (1 - level) / 2
        low = find_critical(expected, tail, dispersion=dispersion) + 1
        high = _find_high_critical(expected, tail, dispersion) - 1
        part = {"level": level, "expected": expected, "low": low / expected}
        rows.append(pd.DataFrame({**part, "high": high / expected}))
    return pd.concat(rows, ignore_index=True)


def estimate_dispersion(counts: Floats, groups: NDArray[np.int64], sizes: Floats) -> Dispersion:
    """Estimate how much more the counts of units vary within groups than chance makes them.

    Parameters
    ----------
    counts
        The events of each unit that has any (firms with links).
    groups
        The group of each of these units.
    sizes
        For each group, how many units it has in all, those without events too.

    Returns
    -------
    Dispersion
        Pearson's statistic over its degrees of freedom, pooled over the groups of at least two
        events; its chance from a gamma law of the same mean and variance.

    Notes
    -----
    McCullagh & Nelder 1989, section 6.2.3; moments under independence given each group's sum:
    Haldane, Biometrika 31, 346-355, 1940.

    Examples
    --------
    Two groups of ten firms; in the second one firm has all links:

    >>> counts, groups = np.array([1.0, 1, 1, 1, 4]), np.array([0, 0, 0, 0, 1])
    >>> found = estimate_dispersion(counts, groups, np.array([10.0, 10]))
    >>> round(found.value, 2), round(found.p, 3)
    (2.33, 0.0)
    """
    k = len(sizes)
    total = np.bincount(groups, counts, k)
    size = np.maximum(sizes, np.bincount(groups, minlength=k))
    told = (total >= 2) & (size >= 2)  # noqa: PLR2004 - one event, or one unit, cannot vary
    if not told.any():
        return Dispersion(1.0, np.nan, 0)
    total, size = total[told], size[told]
    squares = np.bincount(groups, counts**2, k)[told]
    statistic = float((size * squares / total - total).sum())
    degrees = float((size - 1).sum())
    variance = float((2 * (size - 1) * (1 - 1 / total)).sum())
    p = float(stats.gamma.sf(statistic, degrees**2 / variance, scale=variance / degrees))
    return Dispersion(max(1.0, statistic / degrees), p, int(size.sum()))


def control_discoveries(p: Floats, testable: Flags) -> Floats:
    """Adjust p-values for the number of tests, over those that could come out (others nan).

    Benjamini & Hochberg, J. R. Statist. Soc. B 57, 289-300, 1995.

    >>> control_discoveries(np.array([0.01, 0.5, 0.04]), np.array([True, False, True])).tolist()
    [0.02, nan, 0.04]
    """
    q = np.full(len(p), np.nan)
    if testable.any():
        q[testable] = stats.false_discovery_control(np.minimum(p[testable], 1.0))
    return q


def choose_verdicts(
    q: Floats, q_over: Floats, low: Floats, *, alpha: float, margin: float
) -> NDArray[np.str_]:
    """Say gap, over_linked, as_expected or not_enough_data of each count.

    Parameters
    ----------
    q, q_over
        Adjusted chances of as few and of as many; nan where it could not be tested.
    low
        Lower bound of the ratio to expectation.
    alpha, margin
        As in `compare_rates`.

    Examples
    --------
    >>> few, many, low = np.array([0.01, 1, 1]), np.array([1, 1, 1.0]), np.array([0.1, 0.7, 0.2])
    >>> choose_verdicts(few, many, low, alpha=0.05, margin=0.5).tolist()
    ['gap', 'as_expected', 'not_enough_data']
    """
    return np.select(
        [q <= alpha, q_over <= alpha, low > margin],
        ["gap", "over_linked", "as_expected"],
        "not_enough_data",
    )


def _invert(count: Floats, chance: float, dispersion: float) -> Floats:
    """Find the expectation at which as few events or fewer have a chance."""
    if dispersion <= 1:
        return np.asarray(stats.chi2.isf(chance, 2 * count + 2) / 2)
    shape = special.nbdtrin(count, chance, 1 / dispersion)
    return np.asarray(shape * (dispersion - 1))


def _solve(function: Callable[[Floats], Floats], target: float, size: int) -> Floats:
    """Find where a function that falls from 1 to 0 takes a value, for each element."""
    low: Floats = np.zeros(size)
    high: Floats = np.ones(size)
    while (above := function(high) > target).any():
        low, high = np.where(above, high, low), np.where(above, high * 2, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = function(middle) > target
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return high


def _find_high_critical(expected: Floats, alpha: float, dispersion: float) -> Floats:
    """Find the fewest events that are significantly many: the least k with P(X >= k) <= alpha."""
    if dispersion <= 1:
        k = stats.poisson.isf(alpha, expected) + 1
    else:
        k = stats.nbinom.isf(alpha, expected / (dispersion - 1), 1 / dispersion) + 1
    return np.asarray(k)
