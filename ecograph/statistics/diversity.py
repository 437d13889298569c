"""How many kinds a sample holds, in effective numbers, at a size or completeness of one's choice.

Counts are of units by kind (agreements by discipline), whole numbers. A sample of few units shows
few kinds whatever lies behind it, so samples are compared at one coverage: the share of all units,
those not sampled too, that belong to kinds the sample has. Below a sample's own size the expected
diversity of its subsamples is exact; above, it is estimated, up to twice the size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Counts = NDArray[np.integer | np.floating]

__all__ = [
    "Order",
    "compute_hill",
    "estimate_coverage",
    "rarefy_hill",
    "standardise_hill",
    "trace_hill",
]

Order: TypeAlias = Literal[0, 1, 2]
"""0 counts kinds; 1 weighs them by their share, as entropy does; 2 counts the common ones."""

_CELLS_AT_ONCE = 500_000
_NODES = np.arange(-4.6, 4.2, 0.05)  # of the trapezoidal rule in `_sum_tail`
_SLACK = 1e-9  # a coverage that is reached but for rounding is reached
_FEWEST = 2  # units: one has nothing beside it


class _Samples(NamedTuple):
    """Samples of one size (rows) by kind (columns), with their kinds met once and twice."""

    counts: Floats
    n: int
    once: Floats
    twice: Floats


def compute_hill(counts: Counts, order: Order) -> float:
    """Compute the effective number of kinds in a sample as it is.

    Parameters
    ----------
    counts
        Units of each kind (kinds).
    order
        0, 1 or 2; the higher, the less rare kinds count.

    Returns
    -------
    float
        The number of equally common kinds that are as diverse; nan where nothing is counted.

    Notes
    -----
    Hill, Ecology 54, 427-432, 1973: kinds present; the exponential of Shannon's entropy; one over
    the chance that two units, drawn with replacement, are of one kind.

    Examples
    --------
    >>> [round(compute_hill(np.array([2, 1, 1]), order), 3) for order in (0, 1, 2)]
    [3.0, 2.828, 2.667]
    """
    share = _read(counts)
    if not share.size:
        return np.nan
    share = share / share.sum()
    if order == 1:
        return float(np.exp(special.entr(share).sum()))
    return float(share.size if order == 0 else 1 / (share**2).sum())


def estimate_coverage(counts: Counts, size: float | None = None) -> float:
    """Estimate the share of all units that belong to kinds a sample of a size would have.

    Parameters
    ----------
    counts
        Units of each kind in the sample (kinds).
    size
        Units in a smaller or larger sample; None for the sample as it is.

    Returns
    -------
    float
        From 0 to 1; nan where nothing is counted and, from the sample's own size on, where each
        kind was met once only: such a sample does not tell how much it missed.

    Raises
    ------
    ValueError
        If the size is negative.

    Notes
    -----
    Chao and Jost, Ecology 93, 2533-2547, 2012, who correct Turing's estimate by the kinds met
    twice; where there are none, as in Chao et al., Ecological Monographs 84, 45-67, 2014. Between
    whole sizes below the sample's own the line between them is taken.

    Examples
    --------
    Of ten units two are of kinds met once, so about one in six of the others is of a new kind.

    >>> counts = np.array([4, 2, 2, 1, 1])
    >>> round(estimate_coverage(counts), 3), round(estimate_coverage(counts, 5), 3)
    (0.836, 0.603)
    """
    sample = _observe(_read(counts)[None])
    if size is not None and not size >= 0:
        raise ValueError(f"a sample of {size} units cannot be")
    wanted = float(sample.n if size is None else size)
    if not sample.n or (wanted >= sample.n and not _tells(sample)):
        return np.nan
    return float(_cover(sample, np.array([wanted]))[0])


def rarefy_hill(counts: Counts, size: float, order: Order) -> float:
    """Estimate the diversity that a smaller or larger sample of the same units would show.

    Parameters
    ----------
    counts
        Units of each kind in the sample (kinds).
    size
        Units in the other sample, from 1 to twice those in this one.
    order
        0, 1 or 2, as in `compute_hill`.

    Returns
    -------
    float
        An effective number of kinds; nan above the sample's own size where each kind was met once
        only.

    Raises
    ------
    ValueError
        If the size is less than 1 or more than twice the sample's: further on, the number of kinds
        is guesswork.

    Notes
    -----
    Chao et al., Ecological Monographs 84, 45-67, 2014. Below: the diversity of the counts of
    counts to be expected in a subsample drawn without replacement, for order 0 the expected number
    of kinds; the line between whole sizes. Above, order 2 needs no model; orders 0 and 1 approach
    what is estimated of all units (Chao, Scand. J. Statist. 11, 265-270, 1984; Chao, Wang and
    Jost, Methods Ecol. Evol. 4, 1091-1100, 2013) at the rate at which the last unit of the sample
    did. For order 1 this is what iNEXT 3 does; the paper of 2014 weighs the entropies of
    the sample and of all units by size instead, which gives 12.81 where the example has 12.87.

    Examples
    --------
    Spiders on girdled hemlocks (Ellison et al. 2010): 26 species among 168, half as many sampled,
    or 300.

    >>> girdled = np.repeat([46, 22, 17, 15, 9, 8, 6, 4, 2, 1], [1, 1, 1, 2, 1, 1, 2, 1, 4, 12])
    >>> round(rarefy_hill(girdled, 84, 0), 3), round(rarefy_hill(girdled, 300, 1), 3)
    (18.912, 12.87)
    """
    return float(_trace(_observe(_read(counts)[None]), np.array([size], dtype=float), order)[0])


def trace_hill(counts: Counts, sizes: NDArray[np.number], order: Order) -> pd.DataFrame:
    """Estimate coverage and diversity at many sizes: the curve of rarefaction and extrapolation.

    Parameters
    ----------
    counts
        Units of each kind in the sample (kinds).
    sizes
        Units in other samples, each as in `rarefy_hill`.
    order
        0, 1 or 2.

    Returns
    -------
    pandas.DataFrame
        One row a size: size, coverage, value.

    Examples
    --------
    >>> trace_hill(np.array([4, 2, 2, 1, 1]), np.array([1, 10]), 0).round(3).to_numpy().tolist()
    [[1.0, 0.178, 1.0], [10.0, 0.836, 5.0]]
    """
    sample = _observe(_read(counts)[None])
    wanted = np.asarray(sizes, dtype=float)
    value = _trace(sample, wanted, order)
    coverage = np.where(np.isnan(value), np.nan, _spread(sample, len(wanted), wanted))
    return pd.DataFrame({"size": wanted, "coverage": coverage, "value": value})


def standardise_hill(
    samples: Sequence[Counts],
    order: Order,
    coverage: float | None = None,
    *,
    draws: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the diversity of samples at one coverage, whatever their sizes.

    Parameters
    ----------
    samples
        For each sample, units of each kind; kinds need not be the same.
    order
        0, 1 or 2, as in `compute_hill`.
    coverage
        The common coverage. By default the greatest that all samples which tell anything reach
        within twice their size, as in iNEXT.
    draws
        Of samples from the estimated whole, for the interval.
    level
        Level of the interval.
    seed
        Decides the draws, for each sample whatever others there are.

    Returns
    -------
    pandas.DataFrame
        One row a sample: n, observed_coverage, coverage and size at which the value is taken,
        value, ci_low, ci_high, reason. The reason of a value of nan is ``not_enough_data`` (less
        than two units, or each kind met once only) or ``coverage_out_of_reach`` (more than at
        twice the size); it is empty where there is a value. No size is below 1: where even one
        unit has a greater coverage, that one is taken.

    Raises
    ------
    ValueError
        If the coverage is not above 0 and at most 1.

    Notes
    -----
    Chao and Jost, Ecology 93, 2533-2547, 2012. The interval is the value with the standard
    deviation of the draws and a normal law, at least 1 (Chao et al. 2014, appendix G): a draw is
    of n units from a whole in which the kinds met share the estimated coverage, rare ones less
    than in the sample, and the kinds missed the rest. A draw that does not reach the coverage
    within twice its size is taken there. Intervals at 95 % are somewhat short: with 30 kinds of
    shares 1, 1/2, 1/3, ... and coverages of 0.6 and 0.75 they held the truth in 88 to 92 % of
    samples of 40 or 80 units and in 93 to 94 % of those of 300.

    Examples
    --------
    >>> rich, poor = np.array([5, 4, 3, 2, 2, 1, 1]), np.array([3, 2])
    >>> table = standardise_hill([rich, poor, np.array([1, 1])], 0, 0.6)
    >>> table[["n", "size", "value"]].round(2).to_numpy().tolist()
    [[18.0, 6.27, 4.39], [5.0, 1.67, 1.4], [2.0, nan, nan]]
    >>> table["reason"].tolist()
    ['', '', 'not_enough_data']
    """
    if coverage is not None and not 0 < coverage <= 1:
        raise ValueError(f"a coverage of {coverage} cannot be")
    seen = [_observe(_read(counts)[None]) for counts in samples]
    told = [sample for sample in seen if _tells(sample)]
    greatest = min((_cover_twice(sample) for sample in told), default=np.nan)
    target = greatest if coverage is None else coverage
    rows = [_standardise(sample, order, target, draws=draws, seed=seed) for sample in seen]
    table = pd.DataFrame(rows, columns=[*_Row._fields])
    margin = special.ndtri((1 + level) / 2) * table.pop("deviation")
    table.insert(5, "ci_low", (table["value"] - margin).clip(lower=1.0))
    table.insert(6, "ci_high", table["value"] + margin)
    return table


class _Row(NamedTuple):
    n: int
    observed_coverage: float = np.nan
    coverage: float = np.nan
    size: float = np.nan
    value: float = np.nan
    deviation: float = np.nan
    reason: str = ""


def _read(counts: Counts) -> Floats:
    """Keep the counts above 0, as floats."""
    read = np.asarray(counts, dtype=float)
    if read.ndim != 1 or not (np.isfinite(read) & (read >= 0) & (read == np.floor(read))).all():
        raise ValueError("counts must be one row of whole numbers, none below 0")
    return read[read > 0]


def _observe(counts: Floats) -> _Samples:
    """Describe samples of one size (samples x kinds)."""
    once, twice = ((counts == often).sum(axis=1).astype(float) for often in (1, 2))
    return _Samples(counts, int(counts[:1].sum()), once, twice)


def _tells(sample: _Samples) -> bool:
    """Tell whether one sample says anything of what it missed."""
    return sample.n >= _FEWEST and bool(sample.once[0] < sample.n)


def _trace(sample: _Samples, sizes: Floats, order: Order) -> Floats:
    """Estimate the diversity of one sample at many sizes; nan where it does not tell."""
    if not ((sizes >= 1) & (sizes <= 2 * sample.n)).all():
        raise ValueError(f"sizes must lie between 1 and {2 * sample.n}, twice the sample")
    value = _spread(sample, len(sizes), sizes, order)
    return np.where((sizes > sample.n) & (not _tells(sample)), np.nan, value)


def _spread(sample: _Samples, copies: int, sizes: Floats, order: Order | None = None) -> Floats:
    """Estimate coverage, or diversity of an order, of one sample at many sizes, in blocks."""
    parts = [np.empty(0)]
    for start, count in _cut(copies, sample):
        many = _observe(np.repeat(sample.counts, count, axis=0))
        size = sizes[start : start + count]
        parts.append(_cover(many, size) if order is None else _diversify(many, size, order))
    return np.concatenate(parts)


def _cut(rows: int, sample: _Samples) -> Iterator[tuple[int, int]]:
    """Cut many rows like a sample's into blocks of bearable size: where each starts, its rows."""
    block = max(1, _CELLS_AT_ONCE // max(sample.n, sample.counts.shape[1], len(_NODES)))
    for start in range(0, rows, block):
        yield start, min(block, rows - start)


def _standardise(sample: _Samples, order: Order, target: float, *, draws: int, seed: int) -> _Row:
    """Take one sample to a coverage."""
    if not _tells(sample):
        return _Row(sample.n, reason="not_enough_data")
    own = float(_cover(sample, np.array([float(sample.n)]))[0])
    if _cover_twice(sample) < target - _SLACK:
        return _Row(sample.n, own, reason="coverage_out_of_reach")
    size = _find_size(sample, target)
    taken, value = _cover(sample, size), _diversify(sample, size, order)
    deviation = _deviate(sample, order, target, draws=draws, seed=seed)
    return _Row(sample.n, own, float(taken[0]), float(size[0]), float(value[0]), deviation)


def _deviate(sample: _Samples, order: Order, target: float, *, draws: int, seed: int) -> float:
    """Compute the standard deviation of the diversity at a coverage over draws of the sample."""
    whole, random = _unveil(sample), np.random.default_rng(seed)
    parts = [np.empty(0)]
    for _, count in _cut(draws, sample):
        drawn = _observe(random.multinomial(sample.n, whole, size=count).astype(float))
        parts.append(_diversify(drawn, _find_size(drawn, target), order))
    values = np.concatenate(parts)
    return float(values.std(ddof=1)) if len(values) > 1 else np.nan


def _unveil(sample: _Samples) -> Floats:
    """Estimate the shares of the kinds met and of those missed (Chao et al. 2014, appendix G)."""
    share: Floats = sample.counts[0] / sample.n
    missing = float(_find_missing(sample)[0])
    if not missing:
        return share
    absent = share * (1 - share) ** sample.n  # a kind this common, yet not met
    kinds = int(np.ceil(_count_missed(sample)[0]))
    met = share - missing * absent / absent.sum()
    return np.append(met, np.full(kinds, missing / kinds))


def _find_return(sample: _Samples) -> Floats:
    """Estimate the chance that a unit of a kind met once, left out, would still be missed.

    It is 1 - A in Chao and Jost (2012); 0 where no kind was met once.
    """
    others = np.where(sample.twice > 0, sample.once, np.maximum(sample.once - 1, 0.0))
    pairs, rest = others * (sample.n - 1), 2 * np.maximum(sample.twice, 1.0)
    chance: Floats = pairs / (pairs + rest)
    return chance


def _find_missing(sample: _Samples) -> Floats:
    """Estimate one minus the coverage of samples as they are."""
    missing: Floats = sample.once / sample.n * _find_return(sample)
    return missing


def _count_missed(sample: _Samples) -> Floats:
    """Estimate, from below, the number of kinds missed (Chao 1984)."""
    once, twice = sample.once, sample.twice
    pairs = np.where(twice > 0, once**2, once * (once - 1))
    missed: Floats = (sample.n - 1) / sample.n * pairs / (2 * np.maximum(twice, 1.0))
    return missed


def _cover(sample: _Samples, size: Floats) -> Floats:
    """Estimate the coverage of each sample at its size, which need not be whole."""
    low = np.minimum(np.floor(size), sample.n - 1)
    first, second = _cover_whole(sample, low), _cover_whole(sample, low + 1)
    inside = first + np.minimum(size - low, 1.0) * (second - first)
    steps = np.maximum(size - sample.n, 0.0)
    beyond = 1 - _find_missing(sample) * _find_return(sample) ** steps
    return np.where(size < sample.n, inside, beyond)


def _cover_whole(sample: _Samples, size: Floats) -> Floats:
    """Estimate the coverage at whole sizes up to the sample's own."""
    below = np.minimum(size, sample.n - 1)
    missed = _miss(sample.counts - 1, sample.n - 1, below)
    inside = 1 - (sample.counts / sample.n * missed).sum(axis=1)
    return np.where(size < sample.n, inside, 1 - _find_missing(sample))


def _cover_twice(sample: _Samples) -> float:
    """Estimate the coverage of one sample at twice its size."""
    return float(_cover(sample, np.array([2.0 * sample.n]))[0])


def _miss(counts: Floats, total: int, size: Floats) -> Floats:
    """Compute the chance that no unit of a kind is among those drawn without replacement."""
    drawn = size[:, None]
    left = total - counts - drawn
    ways = special.gammaln(total - counts + 1) - special.gammaln(np.maximum(left, 0.0) + 1)
    every = special.gammaln(total + 1) - special.gammaln(total - drawn + 1)
    return np.where(left >= 0, np.exp(ways - every), 0.0)


def _find_size(sample: _Samples, target: float) -> Floats:
    """Find the size at which each sample has a coverage, between 1 and twice its own."""
    low = np.ones(len(sample.counts))
    high = np.full(len(sample.counts), float(sample.n))
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        below = _cover_whole(sample, middle) <= target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    first, second = _cover_whole(sample, low), _cover_whole(sample, high)
    step = np.where(second > first, second - first, 1.0)
    inside = low + np.clip((target - first) / step, 0.0, 1.0) * (high - low)
    return np.where(target < 1 - _find_missing(sample), inside, _find_beyond(sample, target))


def _find_beyond(sample: _Samples, target: float) -> Floats:
    """Find the size above the samples' own at which each has a coverage, up to twice."""
    missing, rate = _find_missing(sample), _find_return(sample)
    open_still = (missing > 0) & (missing > 1 - target)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log((1 - target) / missing) / np.log(rate)
    return sample.n + np.where(open_still, np.minimum(steps, sample.n), 0.0)


def _diversify(sample: _Samples, size: Floats, order: Order) -> Floats:
    """Estimate the diversity of each sample at its size, which need not be whole."""
    low = np.minimum(np.floor(size), max(sample.n - 1, 1))
    high = np.minimum(low + 1, sample.n)
    first, second = (_rarefy(sample, whole, order) for whole in (low, high))
    inside = first + np.minimum(size - low, 1.0) * (second - first)
    if (size <= sample.n).all():
        return inside
    return np.where(size <= sample.n, inside, _extend(sample, size, order))


def _rarefy(sample: _Samples, size: Floats, order: Order) -> Floats:
    """Compute the diversity to be expected of subsamples of whole sizes."""
    if order == 0:
        return np.asarray((1 - _miss(sample.counts, sample.n, size)).sum(axis=1))
    return np.exp(_expect_entropy(sample, size)) if order == 1 else _meet(sample, size)


def _meet(sample: _Samples, size: Floats) -> Floats:
    """Compute one over the chance that two units of a sample of a size are of one kind."""
    pairs = (sample.counts * (sample.counts - 1)).sum(axis=1)
    same = pairs / max(sample.n * (sample.n - 1), 1)
    effective: Floats = size / (1 + (size - 1) * same)
    return effective


def _expect_entropy(sample: _Samples, size: Floats) -> Floats:
    """Compute the entropy of the expected number of kinds with k units in a subsample, over k."""
    row, column = np.nonzero(sample.counts)
    key = row * (sample.n + 1) + sample.counts[row, column].astype(np.int64)
    key, alike = np.unique(key, return_counts=True)  # kinds with equal counts need one sum
    row, count = np.divmod(key, sample.n + 1)
    drawn = size[row].astype(np.int64)
    least, most = _bound_drawn(count, drawn, sample.n)
    cells = np.maximum(most - least + 1, 0)
    cell = np.repeat(np.arange(len(key)), cells)
    k = np.arange(len(cell)) - np.repeat(np.cumsum(cells) - cells - least, cells)
    chance = _draw_exactly(k, count[cell], drawn[cell], sample.n)
    term = alike[cell] * chance * special.entr(k / drawn[cell])
    return np.bincount(row[cell], term, len(size)).astype(float)


def _bound_drawn(count: Ints, drawn: Ints, total: int) -> tuple[Ints, Ints]:
    """Find how many units of a kind can be drawn; what has a chance below 1e-18 cannot.

    The margin is that of Bernstein's inequality, which holds without replacement too (Hoeffding,
    JASA 58, 13-30, 1963, section 6).
    """
    mean = drawn * (count / total)
    margin = 9 * np.sqrt(mean * (1 - count / total) * (1 - drawn / total)) + 30
    least = np.maximum(np.ceil(mean - margin).astype(np.int64), count + drawn - total)
    most = np.minimum(np.floor(mean + margin).astype(np.int64), np.minimum(count, drawn))
    return np.maximum(least, 1), most


def _draw_exactly(k: Ints, count: Ints, drawn: Ints, total: int) -> Floats:
    """Compute the chance of k units of a kind among those drawn without replacement."""
    logs: Floats = special.gammaln(np.arange(total + 1) + 1.0)  # of factorials
    others, rest = total - count, drawn - k
    ways = logs[count] - logs[k] - logs[count - k]
    ways = ways + logs[others] - logs[rest] - logs[others - rest]
    every = logs[total] - logs[drawn] - logs[total - drawn]
    chance: Floats = np.exp(ways - every)
    return chance


def _extend(sample: _Samples, size: Floats, order: Order) -> Floats:
    """Estimate the diversity above the samples' own size."""
    if order == 2:  # noqa: PLR2004 - the order itself
        return _meet(sample, size)
    own = np.full(len(sample.counts), float(sample.n))
    observed = _rarefy(sample, own, order)
    before = _rarefy(sample, np.maximum(own - 1, 1.0), order)
    more = _count_missed(sample) if order == 0 else _foresee(sample, observed)
    gained = np.maximum(observed - before, 0.0)
    left = more + gained
    rate = gained / np.where(left > 0, left, 1.0)
    reached: Floats = 1 - (1 - rate) ** np.maximum(size - sample.n, 0.0)
    return observed + more * reached


def _foresee(sample: _Samples, observed: Floats) -> Floats:
    """Estimate how much the diversity of order 1 of all units exceeds that of each sample.

    Chao, Wang and Jost (2013); its second part is summed as the series it is the rest of.
    """
    n, counts = sample.n, sample.counts
    inner = special.digamma(n) - special.digamma(np.where(counts > 0, counts, 1.0))
    entropy = (counts / n * inner).sum(axis=1)
    entropy = entropy + sample.once / n * _sum_tail(n, _find_return(sample))
    return np.asarray(np.maximum(np.exp(entropy) - observed, 0.0))


def _sum_tail(n: int, rate: Floats) -> Floats:
    """Sum rate^j / (n - 1 + j) over j = 1, 2, ... without its slow or cancelling forms.

    As an integral of exp(-y) / (1 - rate exp(-y / n)) with y = exp(t - exp(-t)), after which the
    trapezoidal rule errs by less than 1e-14 (Takahasi and Mori, Publ. RIMS 9, 721-741, 1974).
    """
    y = np.exp(_NODES - np.exp(-_NODES))
    weight = (_NODES[1] - _NODES[0]) * y * (1 + np.exp(-_NODES)) * np.exp(-y)
    shrink = rate[:, None]
    total: Floats = (weight / (1 - shrink - shrink * np.expm1(-y / n))).sum(axis=1)
    return rate / n * total
