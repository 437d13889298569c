from __future__ import annotations

import itertools
import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.statistics.diversity import (
    compute_hill,
    estimate_coverage,
    rarefy_hill,
    standardise_hill,
    trace_hill,
)

# Spiders in two treatments of hemlocks: Ellison et al. 2010, as in Chao et al. 2014 and iNEXT
GIRDLED = np.array([46, 22, 17, 15, 15, 9, 8, 6, 6, 4] + [2] * 4 + [1] * 12)
LOGGED = np.array(
    [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2] + [1] * 14
)
SMALL = [np.array(counts) for counts in ([3, 2, 1, 1], [4, 1, 1, 1], [2, 2, 2], [5, 2], [1] * 6)]
SAMPLES = st.lists(st.integers(0, 12), min_size=1, max_size=12).map(np.array)


def test_published_hill_numbers_and_coverage() -> None:
    """The vignette of iNEXT (Hsieh, Ma, Chao): DataInfo and the observed column of AsyEst."""
    published = {"girdled": (26, 12.060, 7.840), "logged": (37, 14.421, 6.761)}
    for sample, values in zip((GIRDLED, LOGGED), published.values(), strict=True):
        hill = [round(compute_hill(sample, order), 3) for order in (0, 1, 2)]
        assert hill == list(values)
    assert round(estimate_coverage(GIRDLED), 4) == 0.9289
    assert round(estimate_coverage(LOGGED), 4) == 0.9446


def test_the_published_curve() -> None:
    """The same vignette: iNextEst of the girdled site, order 0."""
    curve = trace_hill(GIRDLED, np.array([1, 84, 168, 248, 336]), 0)
    assert curve["value"].round(3).tolist() == [1.0, 18.912, 26.0, 30.883, 34.731]
    assert curve["coverage"].round(3).tolist() == [0.122, 0.900, 0.929, 0.948, 0.964]


def test_published_extrapolation() -> None:
    """iNEXT 3 as printed in divent's vignette: estimateD(spider$Girdled, level = 300)."""
    values = [rarefy_hill(GIRDLED, 300, order) for order in (0, 1, 2)]
    assert values == pytest.approx([33.317733, 12.869603, 7.983882], abs=1e-6)
    assert estimate_coverage(GIRDLED, 300) == pytest.approx(0.9579518, abs=1e-7)


def test_published_interpolation() -> None:
    """Issue 12 of JohnsonHsieh/iNEXT: coverage of 1 to 3 units, diversity of 3."""
    counts = np.array([34, 18, 14, 2, 1, 1, 1, 1])
    coverage = [estimate_coverage(counts, size) for size in (1, 2, 3)]
    assert coverage == pytest.approx([0.3153365, 0.5105522, 0.6346728], abs=5e-8)
    assert [round(rarefy_hill(counts, 3, order), 3) for order in (0, 1, 2)] == [2.174, 2.006, 1.840]


def test_twice_the_logged_sample_from_its_published_asymptotes() -> None:
    """iNEXT's AsyEst gives 61.402778 kinds and a Shannon diversity of 16.337069 for all units."""
    for order, whole in ((0, 61.402778), (1, 16.337069)):
        own, before = compute_hill(LOGGED, order), _rarefy_plainly(LOGGED, 251, order)
        rate = (own - before) / (whole - before)
        expected = own + (whole - own) * (1 - (1 - rate) ** 252)
        assert rarefy_hill(LOGGED, 504, order) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("counts", SMALL, ids=str)
def test_every_subsample_is_looked_at(counts: np.ndarray) -> None:
    kinds = np.repeat(np.arange(len(counts)), counts)
    for size in range(1, len(kinds) + 1):
        drawn = list(itertools.combinations(kinds, size))
        tables = [np.bincount(subsample, minlength=len(counts)) for subsample in drawn]
        mean = np.mean([np.bincount(table, minlength=len(kinds) + 1) for table in tables], axis=0)
        k = np.arange(1, size + 1)
        entropy = -(k / size * np.log(k / size) * mean[1 : size + 1]).sum()
        simpson = ((k / size) ** 2 * mean[1 : size + 1]).sum()
        richness = np.mean([(table > 0).sum() for table in tables])
        assert rarefy_hill(counts, size, 0) == pytest.approx(richness)
        assert rarefy_hill(counts, size, 1) == pytest.approx(math.exp(entropy))
        assert rarefy_hill(counts, size, 2) == pytest.approx(1 / simpson)


@pytest.mark.parametrize("counts", SMALL, ids=str)
def test_coverage_is_the_chance_that_one_more_unit_is_of_a_kind_drawn(counts: np.ndarray) -> None:
    units = list(enumerate(np.repeat(np.arange(len(counts)), counts)))
    for size in range(1, min(len(units), 5)):
        known = [
            next_kind in {kind for _, kind in drawn}
            for drawn in itertools.combinations(units, size)
            for next_one, next_kind in units
            if (next_one, next_kind) not in drawn
        ]
        assert estimate_coverage(counts, size) == pytest.approx(np.mean(known))


def test_coverage_by_hand() -> None:
    """Chao and Jost 2012: f1 = 2, f2 = 2 and n = 10; then without kinds met twice."""
    assert estimate_coverage(np.array([4, 2, 2, 1, 1])) == pytest.approx(1 - 0.2 * 18 / 22)
    assert estimate_coverage(np.array([4, 2, 2, 1, 1]), 12) == pytest.approx(
        1 - 0.2 * (18 / 22) ** 3
    )
    assert estimate_coverage(np.array([3, 3, 1, 1])) == pytest.approx(1 - 2 / 8 * 7 / (7 + 2))
    assert estimate_coverage(np.array([7, 1])) == 1  # of the one kind met once, it knows no better
    assert estimate_coverage(np.array([3, 2])) == 1


@pytest.mark.parametrize("counts", [[4, 2, 2, 1, 1], [3, 3, 1, 1], [9, 6, 3], [30, 20, 2, 2, 1]])
def test_extrapolation_by_plain_sums(counts: list[int]) -> None:
    """Chao, Wang and Jost 2013 in exact fractions where their formula loses its digits."""
    n, once, twice = sum(counts), counts.count(1), counts.count(2)
    if twice:
        rate = Fraction((n - 1) * once, (n - 1) * once + 2 * twice)
        missed = (n - 1) / n * once**2 / (2 * twice)
    else:
        rate = Fraction((n - 1) * (once - 1), (n - 1) * (once - 1) + 2) if once else Fraction(0)
        missed = (n - 1) / n * once * (once - 1) / 2
    entropy = sum(x / n * sum(1 / k for k in range(x, n)) for x in counts)
    if rate:
        head = sum(rate**r / r for r in range(1, n))
        rest = Fraction(_log_one_less(rate)) - head
        entropy += once / n * float(rest / rate ** (n - 1))
    for order, whole in ((0, len(counts) + missed), (1, math.exp(entropy))):
        own = compute_hill(np.array(counts), order)
        before = _rarefy_plainly(np.array(counts), n - 1, order)
        gone = 1 - (own - before) / (whole - before) if whole > before else 1
        for size in (n + 1, 2 * n):
            expected = own + (whole - own) * (1 - gone ** (size - n))
            assert rarefy_hill(np.array(counts), size, order) == pytest.approx(expected, rel=1e-9)


@given(SAMPLES)
@settings(max_examples=40, deadline=None)
def test_curves_rise_through_the_sample_itself(counts: np.ndarray) -> None:
    n = int(counts.sum())
    if n < 2 or counts.max() == 1:
        return
    sizes = np.linspace(1, 2 * n, 4 * n - 1)  # by halves
    curves = np.array([trace_hill(counts, sizes, order)["value"] for order in (0, 1, 2)])
    coverage = trace_hill(counts, sizes, 0)["coverage"].to_numpy()
    assert curves[:, 0] == pytest.approx([1, 1, 1])
    own = [compute_hill(counts, order) for order in (0, 1, 2)]
    assert curves[:, np.flatnonzero(sizes == n)[0]] == pytest.approx(own)
    assert (np.diff(curves) >= -1e-9).all()
    assert (np.diff(coverage) >= -1e-9).all()
    assert (coverage >= -1e-12).all()
    assert (coverage <= 1 + 1e-12).all()
    inside = sizes <= n  # beyond, orders are estimated one by one
    assert (np.diff(curves[:, inside], axis=0) <= 1e-9).all()


@given(SAMPLES)
@settings(max_examples=40, deadline=None)
def test_a_sample_at_a_coverage_has_it(counts: np.ndarray) -> None:
    n = int(counts.sum())
    table = standardise_hill([counts], 0, 0.7, draws=2)
    row = table.iloc[0]
    if row["reason"] == "":
        expected = max(0.7, estimate_coverage(counts, 1))
        assert row["coverage"] == pytest.approx(expected)
        assert estimate_coverage(counts, row["size"]) == pytest.approx(expected)
        assert rarefy_hill(counts, min(row["size"], 2 * n), 0) == pytest.approx(row["value"])
    elif row["reason"] == "coverage_out_of_reach":
        assert estimate_coverage(counts, 2 * n) < 0.7
    else:
        assert n < 2 or counts.max() == 1


def test_the_common_coverage_is_the_least_at_twice_the_size() -> None:
    table = standardise_hill([GIRDLED, LOGGED, np.array([1, 1])], 1)
    assert table["coverage"].tolist() == pytest.approx([0.9635699] * 2 + [np.nan], nan_ok=True)
    assert table["size"][0] == pytest.approx(336)
    assert table["observed_coverage"].round(4).tolist()[:2] == [0.9289, 0.9446]
    assert table["value"][0] == pytest.approx(rarefy_hill(GIRDLED, 336, 1))
    assert table["reason"].tolist() == ["", "", "not_enough_data"]


def test_values_between_whole_sizes_by_hand() -> None:
    """Of 3 + 2 units: coverage 0.4 and 0.7, kinds 1 and 1.6 with one and two units."""
    row = standardise_hill([np.array([3, 2])], 0, 0.6).iloc[0]
    assert row["size"] == pytest.approx(1 + 2 / 3)
    assert row["value"] == pytest.approx(1 + 2 / 3 * 0.6)


def test_too_few_units_give_a_reason_and_no_value() -> None:
    samples = [np.array(counts) for counts in ([], [0, 0], [1], [1, 1, 1], [2, 1, 1, 1, 1])]
    table = standardise_hill(samples, 0, 0.95)
    assert table["reason"].tolist() == ["not_enough_data"] * 4 + ["coverage_out_of_reach"]
    assert table[["coverage", "size", "value", "ci_low", "ci_high"]].isna().all(axis=None)
    assert table["observed_coverage"].isna().tolist() == [True] * 4 + [False]
    assert table["n"].tolist() == [0, 0, 1, 3, 6]
    none = standardise_hill([], 0)
    assert none.empty
    assert "ci_low" in none.columns
    assert standardise_hill([np.array([1])], 2)["reason"].tolist() == ["not_enough_data"]


def test_one_kind_is_one_kind_at_any_size() -> None:
    table = standardise_hill([np.array([7])], 1)
    assert table[["coverage", "value", "ci_low", "ci_high"]].to_numpy().tolist() == [[1.0] * 4]
    assert table["size"].tolist() == [7]


def test_nothing_and_nothing_but_single_units() -> None:
    assert all(np.isnan(compute_hill(np.array([]), order)) for order in (0, 1, 2))
    assert compute_hill(np.array([1]), 1) == rarefy_hill(np.array([1]), 1, 1) == 1
    assert np.isnan(estimate_coverage(np.array([])))
    assert np.isnan(estimate_coverage(np.array([1, 1, 1])))
    assert np.isnan(estimate_coverage(np.array([1, 1, 1]), 6))
    assert estimate_coverage(np.array([1, 1, 1]), 2) == pytest.approx(0)
    assert rarefy_hill(np.array([1, 1, 1]), 2, 0) == pytest.approx(2)
    assert np.isnan(rarefy_hill(np.array([1, 1, 1]), 4, 0))
    assert estimate_coverage(np.array([2, 1]), 0) == pytest.approx(0)
    assert trace_hill(np.array([2, 1]), np.array([]), 0).empty


def test_arguments_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="twice the sample"):
        rarefy_hill(np.array([2, 1]), 7, 0)
    with pytest.raises(ValueError, match="between 1"):
        rarefy_hill(np.array([2, 1]), 0.5, 0)
    with pytest.raises(ValueError, match="whole numbers"):
        compute_hill(np.array([1.5]), 0)
    with pytest.raises(ValueError, match="none below 0"):
        compute_hill(np.array([-1]), 0)
    with pytest.raises(ValueError, match="coverage of 0"):
        standardise_hill([GIRDLED], 0, 0.0)
    with pytest.raises(ValueError, match="cannot be"):
        estimate_coverage(GIRDLED, -1)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_intervals_hold_the_truth_as_often_as_they_say(order: int) -> None:
    """100 samples of 300 units from 30 kinds; 95 % less three binomial errors is 0.885."""
    share = 1 / np.arange(1, 31.0)
    share /= share.sum()
    samples = list(np.random.default_rng(3).multinomial(300, share, size=100))
    table = standardise_hill(samples, order, 0.75, draws=60)
    assert (table["reason"] == "").all()
    truth = _diversify_truly(share, 0.75, order)
    held = ((table["ci_low"] <= truth) & (truth <= table["ci_high"])).mean()
    assert held > 0.885
    error = table["value"].std() / math.sqrt(len(table))
    assert abs(table["value"].mean() - truth) < 0.02 * truth + 3 * error


def test_the_interval_does_not_depend_on_other_samples_but_on_the_seed() -> None:
    alone = standardise_hill([LOGGED], 1, 0.9, draws=20, seed=5)
    beside = standardise_hill([GIRDLED, LOGGED], 1, 0.9, draws=20, seed=5)
    other = standardise_hill([LOGGED], 1, 0.9, draws=20, seed=6)
    assert alone.iloc[0].equals(beside.iloc[1].rename(0))
    assert alone["value"][0] == other["value"][0]
    assert alone["ci_high"][0] != other["ci_high"][0]
    wide = standardise_hill([LOGGED], 1, 0.9, draws=20, seed=5, level=0.99)
    half = [(table["ci_high"] - table["value"])[0] for table in (alone, wide)]
    assert half[1] / half[0] == pytest.approx(2.5758 / 1.96, rel=1e-4)


def test_large_samples_agree_with_exact_chances() -> None:
    """A subsample of 300 of 50,000 units: the windows leave out nothing that can be seen."""
    counts = np.array([30_000, 15_000, 4_500, 450, 45, 4, 1])
    for order in (0, 1, 2):
        expected = _rarefy_plainly(counts, 300, order)
        assert rarefy_hill(counts, 300, order) == pytest.approx(expected, rel=1e-9)


def test_the_argument_stays_as_it_is() -> None:
    counts = np.array([3, 0, 2, 1])
    standardise_hill([counts], 1, draws=5)
    trace_hill(counts, np.array([2]), 1)
    assert counts.tolist() == [3, 0, 2, 1]


def _rarefy_plainly(counts: np.ndarray, size: int, order: int) -> float:
    n, ways = int(counts.sum()), math.comb(int(counts.sum()), size)
    if order == 0:
        return float(sum(1 - Fraction(math.comb(n - int(x), size), ways) for x in counts))
    total = 0.0
    for x in map(int, counts):
        for k in range(1, min(x, size) + 1):
            chance = float(Fraction(math.comb(x, k) * math.comb(n - x, size - k), ways))
            share = k / size
            total += chance * (share**2 if order == 2 else -share * math.log(share))
    return 1 / total if order == 2 else math.exp(total)


def _log_one_less(rate: Fraction) -> Fraction:
    """Compute -ln(1 - rate) to 80 digits."""
    with localcontext(prec=80):
        part = Decimal((1 - rate).numerator) / Decimal((1 - rate).denominator)
        return Fraction(-part.ln())


def _diversify_truly(share: np.ndarray, coverage: float, order: int) -> float:
    """Find the expected diversity of samples of the size whose expected coverage is reached."""
    sizes = np.arange(1, 200)
    known = (share * (1 - (1 - share) ** sizes[:, None])).sum(axis=1)
    size = int(np.argmin(abs(known - coverage))) + 1
    if order == 0:
        return float((1 - (1 - share) ** size).sum())
    if order == 2:
        return float(1 / (1 / size + (size - 1) / size * (share**2).sum()))
    k = np.arange(1, size + 1)[:, None]
    ways = np.array([math.comb(size, int(m)) for m in k[:, 0]], dtype=float)[:, None]
    met = (ways * share**k * (1 - share) ** (size - k)).sum(axis=1)
    return math.exp(-(k[:, 0] / size * np.log(k[:, 0] / size) * met).sum())
