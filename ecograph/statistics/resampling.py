"""How sure a number is: intervals by drawing units again, of shares, and chance alignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Numbers = NDArray[np.floating | np.integer]
    Labels = NDArray[np.integer]
    Statistic = Callable[[Floats], Floats]

__all__ = [
    "BootstrapInterval",
    "BootstrapMethod",
    "ShareMethod",
    "bootstrap_interval",
    "bootstrap_mean",
    "bootstrap_median",
    "bootstrap_ratio",
    "bound_share",
    "compute_cramers_v",
    "compute_mutual_information",
    "permute_alignment",
]

BootstrapMethod: TypeAlias = Literal["percentile", "bca"]
"""percentile: quantiles of the draws; bca: quantiles moved for bias and skewness."""

ShareMethod: TypeAlias = Literal["wilson", "exact"]
"""wilson: right on average over shares; exact: never less often right than it says."""

_CELLS_AT_ONCE = 1_000_000
_SAME = 1e-9  # sums in another order differ by less, other tables by more


class BootstrapInterval(NamedTuple):
    """A number with an interval from units drawn again.

    Parameters
    ----------
    value
        The number for all units.
    low, high
        Where it lies at the level asked for; nan where the draws do not tell.
    error
        The standard deviation of the draws.
    draws
        Those in which the number could be computed.
    """

    value: float
    low: float
    high: float
    error: float
    draws: int


def bootstrap_interval(
    statistic: Statistic,
    units: int,
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
    method: BootstrapMethod = "percentile",
    left_out: Floats | None = None,
) -> BootstrapInterval:
    """Bound a number by computing it again for units drawn with replacement.

    Parameters
    ----------
    statistic
        Takes how often each unit counts (draws x units, floats) and returns one number a draw;
        nan where there is none. With sums as matrix products no loop over draws is needed.
    units
        How many units there are (firms): those that would be others in another sample.
    seed
        Decides the draws.
    draws
        Samples drawn.
    level
        Level of the interval, with equal tails.
    method
        percentile, or bca.
    left_out
        For bca, the numbers with each unit left out, if there is a quick way to them; otherwise
        the statistic is called for units x units in blocks, which is slow above some 10,000.

    Returns
    -------
    BootstrapInterval
        With nan bounds for less than two units, and for bca also where all draws lie on one side
        of the value.

    Notes
    -----
    Efron, JASA 82, 171-185, 1987, for bca, with the acceleration from the jackknife (Efron and
    Tibshirani 1993, eq. 14.15) and ties with the value counted by half. Intervals are short for
    few units: those of 95 % for the mean of ten normal numbers hold the truth in about 90 %.

    Examples
    --------
    The share of links that the biggest of five firms holds:

    >>> links = np.array([1.0, 1, 2, 3, 9])
    >>> share = lambda weight: (weight * links).max(axis=1) / (weight @ links)
    >>> found = bootstrap_interval(share, 5, seed=1, draws=200)
    >>> found.value, found.low < found.value < found.high, found.draws
    (0.5625, True, 200)
    """
    value = float(statistic(np.ones((1, units)))[0])
    drawn = np.concatenate(
        [np.empty(0), *(statistic(weight) for weight in _draw(units, draws, seed))]
    )
    drawn = np.sort(drawn[~np.isnan(drawn)])
    if units < 2 or len(drawn) < 2 or np.isnan(value):  # noqa: PLR2004 - one does not vary
        return BootstrapInterval(value, np.nan, np.nan, np.nan, len(drawn))
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca":
        spared = _leave_out(statistic, units) if left_out is None else left_out
        tails = _move_tails(tails, drawn, value, spared)
    low, high = np.full(2, np.nan) if np.isnan(tails).any() else np.quantile(drawn, tails)
    return BootstrapInterval(value, float(low), float(high), float(drawn.std(ddof=1)), len(drawn))


def bootstrap_ratio(
    numerator: Numbers,
    denominator: Numbers,
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
    method: BootstrapMethod = "percentile",
) -> BootstrapInterval:
    """Bound a ratio of two sums over units, such as links by firm.

    Parameters
    ----------
    numerator, denominator
        One number a unit; a unit with nan in either is left out.
    seed, draws, level, method
        As in `bootstrap_interval`.

    Examples
    --------
    >>> found = bootstrap_ratio(np.array([0, 1, 2, 9]), np.array([1, 2, 4, 8]), seed=1)
    >>> found.value, bool(0 < found.low < 0.8 < found.high < 9 / 8)
    (0.8, True)
    """
    pair = np.column_stack([numerator, denominator]).astype(float)
    pair = pair[~np.isnan(pair).any(axis=1)]
    left_out = _divide(*(pair.sum(axis=0) - pair).T)
    return bootstrap_interval(
        lambda weight: _divide(*(weight @ pair).T),
        len(pair),
        seed=seed,
        draws=draws,
        level=level,
        method=method,
        left_out=left_out,
    )


def bootstrap_mean(
    values: Numbers,
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
    method: BootstrapMethod = "percentile",
) -> BootstrapInterval:
    """Bound the mean of a number over units; a unit with nan is left out.

    Examples
    --------
    >>> bootstrap_mean(np.array([2.0, 2, 2, np.nan]), seed=1).high
    2.0
    """
    ones = np.ones(len(values))
    return bootstrap_ratio(values, ones, seed=seed, draws=draws, level=level, method=method)


def bootstrap_median(
    values: Numbers,
    *,
    seed: int,
    draws: int = 1000,
    level: float = 0.95,
    method: BootstrapMethod = "percentile",
) -> BootstrapInterval:
    """Bound the median of a number over units; a unit with nan is left out.

    Notes
    -----
    The jackknife tells little of a median, so bca gains nothing here but its correction of bias.

    Examples
    --------
    >>> found = bootstrap_median(np.array([5.0, 1, 2, 8]), seed=1)
    >>> found.value, found.low
    (3.5, 1.0)
    """
    ranked = np.sort(np.asarray(values, dtype=float))
    ranked = ranked[~np.isnan(ranked)]

    def find_median(weight: Floats) -> Floats:
        """Find the middle of values repeated by weight, which are whole numbers."""
        if not ranked.size:
            return np.full(len(weight), np.nan)
        reached = np.cumsum(weight, axis=1)
        total = reached[:, -1:]
        low = (reached < np.floor((total + 1) / 2)).sum(axis=1)
        high = (reached < np.floor(total / 2) + 1).sum(axis=1)
        middle: Floats = (ranked[low] + ranked[high]) / 2
        return middle

    return bootstrap_interval(
        find_median,
        len(ranked),
        seed=seed,
        draws=draws,
        level=level,
        method=method,
        left_out=_leave_out_median(ranked),
    )


def bound_share(
    successes: Numbers, trials: Numbers, level: float = 0.95, *, method: ShareMethod = "wilson"
) -> tuple[Floats, Floats]:
    """Find the shares between which a count of successes leaves that of its group.

    Parameters
    ----------
    successes, trials
        One count a group; nan gives nan.
    level
        Level of the intervals, with equal tails.
    method
        wilson, or exact.

    Returns
    -------
    low, high
        From 0 to 1; 0 and 1 without a trial, which excludes nothing.

    Raises
    ------
    ValueError
        If a group has more successes than trials, or less than 0.

    Notes
    -----
    Wilson, JASA 22, 209-212, 1927; Clopper and Pearson, Biometrika 26, 404-413, 1934.

    Examples
    --------
    >>> low, high = bound_share(np.array([0, 15]), np.array([20, 148]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.0624], [0.1611, 0.1605])
    """
    met, all_ = np.broadcast_arrays(*np.atleast_1d(successes, trials))
    met, all_ = met.astype(float), all_.astype(float)
    if ((met < 0) | (met > all_)).any():
        raise ValueError("successes must lie between 0 and trials")
    low, high = (_score if method == "wilson" else _invert_beta)(met, all_, level)
    known = ~np.isnan(met + all_)
    low = np.where(met == 0, 0.0, low)
    high = np.where(met == all_, 1.0, high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def compute_cramers_v(first: Labels, second: Labels) -> float:
    """Measure how far two labels of the same units go together, corrected for chance.

    Parameters
    ----------
    first, second
        Label numbers (units); a unit with a number below 0 in either is left out.

    Returns
    -------
    float
        From 0 (no more than by chance) to 1 (one follows from the other); nan where either label
        is the same for all, or nearly each unit has its own.

    Notes
    -----
    Bergsma, J. Korean Statist. Soc. 42, 323-328, 2013: Cramer's V with phi squared less what
    independence gives, and the numbers of rows and columns less what that does to the greatest
    value.

    Examples
    --------
    >>> compute_cramers_v(np.array([0, 0, 1, 1, 2]), np.array([5, 5, 3, 3, 4]))
    1.0
    """
    pair = _pair(first, second)
    return float(_correct_v(_sum_squares(pair, pair.second[None]), pair)[0])


def compute_mutual_information(first: Labels, second: Labels) -> float:
    """Measure what two labels of the same units tell of each other, as a share of both.

    Parameters
    ----------
    first, second
        Label numbers (units); a unit with a number below 0 in either is left out.

    Returns
    -------
    float
        From 0 (independent) to 1 (one and the same); nan where neither label varies. Chance alone
        gives more than 0, the more labels and the fewer units: see `permute_alignment`.

    Notes
    -----
    2 I / (H1 + H2): Danon, Diaz-Guilera, Duch and Arenas, J. Stat. Mech. P09008, 2005, eq. 2.

    Examples
    --------
    >>> compute_mutual_information(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    0.0
    """
    pair = _pair(first, second)
    return float(_share_information(pair, pair.second[None])[0])


def permute_alignment(
    first: Labels,
    second: Labels,
    *,
    seed: int,
    strata: Labels | None = None,
    draws: int = 1000,
) -> pd.DataFrame:
    """Compare how far two labels go together with what dealing one of them out anew gives.

    Parameters
    ----------
    first, second
        Label numbers (units); a unit with a number below 0 in either is left out.
    seed
        Decides the draws.
    strata
        Numbers of strata (units), such as years, within which the second label is dealt out; so
        what two labels share only because both follow the stratum is expected too. None for one
        stratum.
    draws
        How often it is dealt out.

    Returns
    -------
    pandas.DataFrame
        Two rows, cramers_v and mutual_information, as by `compute_cramers_v` and
        `compute_mutual_information`: observed, expected and deviation (mean and standard
        deviation over the draws), p (the chance of as much or more), draws.

    Notes
    -----
    A chance is (1 + draws as extreme) / (1 + draws), so never 0 (Davison and Hinkley 1997, ch. 4).
    That of Cramer's V is by phi squared, which the correction cuts at 0. With strata the expected
    V is above 0 where both labels follow them.

    Examples
    --------
    Six firms in two towns and two trades; of the 20 ways to deal out trades 2 fit as well.

    >>> towns = np.array([0, 0, 0, 1, 1, 1])
    >>> table = permute_alignment(towns, towns, seed=1)
    >>> table["observed"].tolist(), bool(0.07 < table.loc["cramers_v", "p"] < 0.13)
    ([1.0, 1.0], True)
    """
    pair = _pair(first, second, strata)
    squares, shares = [np.empty(0)], [np.empty(0)]
    for dealt in _deal(pair, draws, seed):
        squares.append(_sum_squares(pair, dealt))
        shares.append(_share_information(pair, dealt))
    square, own = np.concatenate(squares), _sum_squares(pair, pair.second[None])
    share = np.concatenate(shares)
    rows = {
        "cramers_v": _compare(
            _correct_v(own, pair)[0], _correct_v(square, pair), square >= own - _SAME
        ),
        "mutual_information": _compare(
            observed := _share_information(pair, pair.second[None])[0],
            share,
            share >= observed - _SAME,
        ),
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


class _Pair(NamedTuple):
    """Two labels of the same units, numbered from 0 without gaps, in the order of strata."""

    first: Ints
    second: Ints
    strata: Ints
    sizes: tuple[Floats, Floats]


def _draw(units: int, draws: int, seed: int) -> Iterator[Floats]:
    """Draw units with replacement: how often each is drawn (draws x units), in blocks."""
    random = np.random.default_rng(seed)
    block = max(1, _CELLS_AT_ONCE // max(units, 1))
    for start in range(0, draws if units else 0, block):
        count = min(block, draws - start)
        unit = random.integers(0, units, (count, units))
        unit += units * np.arange(count)[:, None]
        often = np.bincount(unit.ravel(), minlength=count * units)
        yield often.reshape(count, units).astype(float)


def _leave_out(statistic: Statistic, units: int) -> Floats:
    """Compute a statistic with each unit left out, in blocks."""
    block = max(1, _CELLS_AT_ONCE // units)
    parts = []
    for start in range(0, units, block):
        count = min(block, units - start)
        weight = np.ones((count, units))
        weight[np.arange(count), start + np.arange(count)] = 0
        parts.append(statistic(weight))
    return np.concatenate(parts)


def _leave_out_median(ranked: Floats) -> Floats:
    """Find the medians of ranked values with each left out."""
    rest = len(ranked) - 1
    if rest < 1:
        return np.full(len(ranked), np.nan)
    place = np.arange(len(ranked))
    low, high = (rest - 1) // 2, rest // 2  # among those that stay
    return np.asarray((ranked[low + (place <= low)] + ranked[high + (place <= high)]) / 2)


def _move_tails(tails: Floats, drawn: Floats, value: float, left_out: Floats) -> Floats:
    """Move the levels of quantiles for bias and acceleration (Efron 1987)."""
    below = (drawn < value - _SAME * abs(value)).mean()
    bias = special.ndtri((below + (drawn <= value + _SAME * abs(value)).mean()) / 2)
    if np.isinf(bias):
        return np.full(2, np.nan)
    told = left_out[~np.isnan(left_out)]
    change = told.mean() - told if told.size else np.zeros(1)
    spread = (change**2).sum() ** 1.5
    skew = (change**3).sum() / (6 * spread) if spread else 0.0
    moved = bias + special.ndtri(tails)
    return np.asarray(special.ndtr(bias + moved / (1 - skew * moved)))


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide; nan where there is nothing to divide by."""
    return part / np.where(whole != 0, whole, np.nan)


def _score(met: Floats, trials: Floats, level: float) -> tuple[Floats, Floats]:
    """Invert the score test of a share."""
    z = float(special.ndtri((1 + level) / 2))
    n = np.where(trials > 0, trials, 1.0)
    middle = (met + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(met * (1 - met / n) + z**2 / 4) / (n + z**2)
    return middle - half, middle + half


def _invert_beta(met: Floats, trials: Floats, level: float) -> tuple[Floats, Floats]:
    """Invert the binomial tails of a share."""
    tail, failed = (1 - level) / 2, trials - met
    low = special.betaincinv(np.where(met > 0, met, 1.0), failed + 1, tail)
    high = special.betaincinv(met + 1, np.where(failed > 0, failed, 1.0), 1 - tail)
    return np.asarray(low), np.asarray(high)


def _pair(first: Labels, second: Labels, strata: Labels | None = None) -> _Pair:
    """Give labels numbers without gaps, and sort their units by strata."""
    layer = np.zeros(len(first), dtype=np.int64) if strata is None else np.asarray(strata)
    known = np.flatnonzero((np.asarray(first) >= 0) & (np.asarray(second) >= 0))
    order = known[np.argsort(layer[known], kind="stable")]
    labels = [np.unique(label[order], return_inverse=True)[1] for label in (first, second, layer)]
    one, other, layer = (label.astype(np.int64) for label in labels)
    return _Pair(one, other, layer, (_count(one), _count(other)))


def _count(labels: Ints) -> Floats:
    return np.bincount(labels).astype(float)


def _deal(pair: _Pair, draws: int, seed: int) -> Iterator[Ints]:
    """Deal the second label out within strata (draws x units), in blocks."""
    random = np.random.default_rng(seed)
    n, cells = len(pair.second), len(pair.sizes[0]) * len(pair.sizes[1])
    block = max(1, _CELLS_AT_ONCE // max(n, cells, 1))
    for start in range(0, draws, block):
        count = min(block, draws - start)
        # units are in the order of strata, so a random fraction mixes them within only
        key = pair.strata + random.random((count, n))
        yield pair.second[np.argsort(key, axis=1)]


def _cross(pair: _Pair, dealt: Ints) -> Floats:
    """Count the units of each pair of labels (draws x first x second)."""
    rows, columns = (len(size) for size in pair.sizes)
    cell = pair.first * columns + dealt
    cell = cell + rows * columns * np.arange(len(dealt))[:, None]
    table = np.bincount(cell.ravel(), minlength=len(dealt) * rows * columns)
    return table.reshape(len(dealt), rows, columns).astype(float)


def _sum_squares(pair: _Pair, dealt: Ints) -> Floats:
    """Compute phi squared, chi squared by unit, of each draw; nan where a label does not vary."""
    rows, columns = pair.sizes
    if min(len(rows), len(columns)) < 2:  # noqa: PLR2004 - one label does not vary
        return np.full(len(dealt), np.nan)
    parts = _cross(pair, dealt) ** 2 / (rows[:, None] * columns)
    return np.asarray(parts.sum(axis=(1, 2)) - 1)


def _correct_v(square: Floats, pair: _Pair) -> Floats:
    """Compute Cramer's V from phi squared, with Bergsma's corrections."""
    n = max(len(pair.first) - 1, 1)
    more = np.array([len(size) - 1.0 for size in pair.sizes])
    most = (more - more**2 / n).min()
    if not most > _SAME:
        return np.full(len(square), np.nan)
    beyond = np.maximum(square - more.prod() / n, 0.0)
    return np.asarray(np.sqrt(np.minimum(beyond / most, 1.0)))


def _share_information(pair: _Pair, dealt: Ints) -> Floats:
    """Compute the normalised mutual information of each draw; nan where no label varies."""
    n = max(len(pair.first), 1)
    each = sum(float(special.entr(size / n).sum()) for size in pair.sizes)
    if each <= _SAME:
        return np.full(len(dealt), np.nan)
    both = special.entr(_cross(pair, dealt) / n).sum(axis=(1, 2))
    return np.asarray(np.clip(2 * (each - both) / each, 0.0, 1.0))


def _compare(observed: float, drawn: Floats, as_much: NDArray[np.bool_]) -> dict[str, float]:
    """Set a measure beside its draws."""
    if np.isnan(observed):
        drawn = drawn[:0]
    told = len(drawn)
    return {
        "observed": float(observed),
        "expected": float(drawn.mean()) if told else np.nan,
        "deviation": float(drawn.std()) if told else np.nan,
        "p": float((1 + as_much.sum()) / (1 + told)) if told else np.nan,
        "draws": told,
    }
