"""Backbones of networks: the ties that are stronger than chance would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import special

from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compute_law

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["EndTests", "SharedTests", "compare_shared", "compute_tails", "filter_disparity"]

_AT_ONCE = 1000  # laws, to bound the memory
_REACH, _ROOM = 12.0, 40  # standard deviations, and counts, beyond which lies hardly any chance
_STEEPEST, _HALVINGS = 750.0, 30  # the most log odds of a float; for a tilt near enough


class EndTests(NamedTuple):
    """Tests of ties at each of their ends, one value a tie.

    Parameters
    ----------
    source, target
        Positions of the ends, source before target; sorted.
    weight
        Of the tie.
    expected
        The mean weight of the ties of the end at which the tie stands out more.
    p_source, p_target
        The chance of as large a share of the end's strength or a larger one; nan at an end that
        has no other tie.
    p
        The smaller of the two; nan where neither end has another tie.
    """

    source: Ints
    target: Ints
    weight: Floats
    expected: Floats
    p_source: Floats
    p_target: Floats
    p: Floats


class SharedTests(NamedTuple):
    """Tests of how many agreements two organisations share.

    Parameters
    ----------
    table
        One row a pair that shares any, or shares none where that could be significant; columns
        source and target (positions, source before target; sorted), shared, expected, few and
        many (the chance of as few or fewer, as many or more), q_few and q_many (nan for a pair
        that is not testable in that direction).
    pairs
        How many pairs of organisations there are.
    testable_few, testable_many
        How many of them could come out in each direction.
    expected
        How many agreements all pairs together are expected to share.
    unlisted
        How many pairs that share none, though that could be significant, the table leaves out.
    error
        The largest difference of any expected sum from the one that was given.
    """

    table: pd.DataFrame
    pairs: int
    testable_few: int
    testable_many: int
    expected: float
    unlisted: int
    error: float


class _Classes(NamedTuple):
    """Agreements and organisations by class: chances are those of agreement x organisation."""

    chance: Floats
    agreements: Ints  # how many a class has
    label: Ints  # of each organisation
    size: Ints  # how many organisations a class has
    total: Ints  # the agreements that each organisation of a class signs
    error: float


class _Couples(NamedTuple):
    """Couples of classes of organisations: what holds for each pair of their members."""

    first: Ints
    second: Ints
    place: Ints  # class x class, the number of the couple
    pairs: Ints
    expected: Floats
    none: Floats  # the chance to share no agreement
    few: Flags  # whether sharing as few as they can would be significant
    many: Flags  # whether sharing as many as they can would be


def filter_disparity(adjacency: sp.csr_array) -> EndTests:
    """Test for each tie whether it takes more of an end's strength than an even deal would give.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights; ties of a node to itself are left out.

    Returns
    -------
    EndTests
        A tie belongs to the backbone at level alpha where its ``p`` is below alpha: where it
        stands out at one end at least. As the smaller of two, this p is up to twice too small for
        a single test; who corrects for multiple testing counts both ends.

    Notes
    -----
    Serrano, Boguna and Vespignani, PNAS 106, 6483-6488, 2009: the strength s of a node with k
    ties is cut at k - 1 uniformly random points, so a tie takes a share of w/s or more with chance
    (1 - w/s)^(k - 1). The only tie of a node takes all of it, whatever its weight, which tells
    nothing: it is judged by its other end alone.

    Examples
    --------
    Three ties of 8, 1 and 1 at one node, whose other ends have no more:

    >>> star = np.zeros((4, 4))
    >>> star[0, 1:] = star[1:, 0] = [8, 1, 1]
    >>> filter_disparity(sp.csr_array(star)).p.round(2).tolist()
    [0.04, 0.81, 0.81]
    """
    ties = adjacency.sorted_indices().tocoo()
    kept = (ties.row < ties.col) & (ties.data > 0)
    source, target = ties.row[kept].astype(np.int64), ties.col[kept].astype(np.int64)
    weight = ties.data[kept].astype(float)
    both = np.concatenate([source, target])
    degree, strength = np.bincount(both), np.bincount(both, np.tile(weight, 2))
    p_source, p_target = (
        _test_share(weight / strength[ends], degree[ends]) for ends in (source, target)
    )
    telling = np.where(np.fmin(p_source, p_target) == p_source, source, target)
    expected = strength[telling] / degree[telling]
    return EndTests(
        source, target, weight, expected, p_source, p_target, np.fmin(p_source, p_target)
    )


def compare_shared(
    incidence: sp.csr_array, *, alpha: float = 0.05, limit: int = 100_000
) -> SharedTests:
    """Compare the agreements that organisations share with what their activity gives.

    Parameters
    ----------
    incidence
        Agreements x organisations, 1 where the organisation signs.
    alpha
        The level at which one test decides which pairs are testable.
    limit
        The most pairs that share none to list; those of the least chance come first, and whole
        couples of classes (organisations that sign alike many agreements) are taken or left.

    Returns
    -------
    SharedTests
        Exact but for rounding, also far out in the tails: a number of shared agreements is a sum
        of independent events of different chances, whose law is Poisson's binomial.

    Notes
    -----
    The stochastic degree sequence model: Neal, Social Networks 39, 84-97, 2014, with the chances
    of Saracco et al., Scientific Reports 5, 10595, 2015 (see `fit_configuration`).

    The model takes as given how many agreements each organisation signs and how many sign each
    agreement, so it cannot see that an organisation signs too few of them, nor why it signs many.
    It keeps both only in expectation, and that has a price where agreements are small: one of k
    signatories has k(k - 1)/2 pairs of them, but about k^2/2 are expected, twice too many for
    k = 2. There, ``many`` is too large (a backbone lacks ties) and ``few`` is too small. How far
    it goes shows in ``expected`` beside the sum of ``shared``.

    Which pairs are testable is decided by sums alone, never by what is shared: in the direction
    of few where sharing none (or as few as they can who sign more than half of all), in that of
    many where sharing every agreement of the less active of the two would be significant for one
    test (Tarone, Biometrics 46, 515-522, 1990). q-values (Benjamini and Hochberg 1995) count all
    testable pairs, also those that share nothing: most small organisations share none, and to
    correct for those alone that do would take a tie for significant because it is there.

    Examples
    --------
    Two of four organisations sign the same three of twelve agreements:

    >>> table = np.zeros((12, 4), dtype=int)
    >>> table[:3, :2] = table[3:7, 2] = table[7:, 3] = 1
    >>> tests = compare_shared(sp.csr_array(table))
    >>> tests.table[["source", "target", "shared"]].to_numpy().tolist()
    [[0, 1, 3]]
    >>> tests.table[["expected", "many", "q_many"]].round(3).to_numpy().tolist()
    [[0.87, 0.045, 0.045]]
    """
    classes = _find_classes(incidence)
    couples = _compare_couples(classes, alpha)
    table, unlisted = _list_pairs(incidence, classes, couples, limit)
    couple = couples.place[classes.label[table["source"]], classes.label[table["target"]]]
    few, many = _test_pairs(classes, couples, couple, table["shared"].to_numpy())
    testable_few, testable_many = couples.few[couple], couples.many[couple]
    without = int(couples.pairs[couples.many].sum() - testable_many.sum())
    tests = table.assign(
        expected=couples.expected[couple],
        few=few,
        many=many,
        q_few=_control(few, testable_few, couples.none, unlisted),
        q_many=_control(many, testable_many, np.ones(1), np.array([without])),
    )
    return SharedTests(
        tests,
        int(couples.pairs.sum()),
        int(couples.pairs[couples.few].sum()),
        int(couples.pairs[couples.many].sum()),
        float(couples.pairs @ couples.expected),
        int(unlisted.sum()),
        classes.error,
    )


def compute_tails(members: Ints, chance: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Compute the chances of as few independent events as a count or fewer, of as many or more.

    Parameters
    ----------
    members
        How many events of each class there are.
    chance
        The chance of an event of each class, for each of several sums (classes x sums).
    count
        One count a sum.

    Returns
    -------
    few, many
        Of each sum; right to about ten digits however small they are.

    Notes
    -----
    Each law is tilted, to P(k) exp(t k) / M(t), so that the count is its mean: near its mean
    `compute_law` is exact, so that 1e-30 comes out as well as 0.3. The tilt: Esscher,
    Skandinavisk Aktuarietidskrift 15, 175-195, 1932.

    Examples
    --------
    >>> few, many = compute_tails(np.array([100]), np.array([[0.5]]), np.array([100]))
    >>> few.tolist(), bool(np.isclose(many[0], 2.0**-100, rtol=1e-10))
    ([1.0], True)
    """
    few, many = np.ones(len(count)), np.ones(len(count))
    order = np.argsort(count, kind="stable")  # laws of one length together
    for part in np.array_split(order, len(order) // _AT_ONCE + 1):
        few[part], many[part] = _sum_tails(members, chance[:, part], count[part])
    return few, many


def _test_share(share: Floats, degree: Ints) -> Floats:
    """Compute the chance of as large a share of a node's strength or a larger one."""
    others = degree - 1
    return np.where(others > 0, (1 - np.minimum(share, 1.0)) ** others, np.nan)


def _find_classes(incidence: sp.csr_array) -> _Classes:
    """Fit the chances of agreements and organisations, which are equal where sums are."""
    columns = np.asarray(incidence.sum(axis=0)).astype(np.int64).ravel()
    fit = fit_configuration(
        np.asarray(incidence.sum(axis=1)).astype(np.int64).ravel(),
        columns,
        allowed=np.broadcast_to(np.True_, incidence.shape),  # takes no memory
    )
    rows, size = (
        np.bincount(label, minlength=count).astype(np.int64)
        for label, count in zip((fit.row_class, fit.column_class), fit.chance.shape, strict=True)
    )
    total = np.zeros(len(size), dtype=np.int64)
    total[fit.column_class] = columns
    return _Classes(fit.chance, rows, fit.column_class, size, total, fit.error)


def _compare_couples(classes: _Classes, alpha: float) -> _Couples:
    """Compute what holds for all pairs of organisations of two classes."""
    count = len(classes.size)
    first, second = np.triu_indices(count)
    place = np.zeros((count, count), dtype=np.int64)
    place[first, second] = place[second, first] = np.arange(len(first))
    same = first == second
    size = classes.size
    pairs = np.where(same, size[first] * (size[first] - 1) // 2, size[first] * size[second])
    both = classes.chance[:, first] * classes.chance[:, second]
    none = np.exp(classes.agreements @ special.xlog1py(1.0, -both))
    few, many = _mark_testable(classes, both, classes.total[first], classes.total[second], alpha)
    return _Couples(first, second, place, pairs, classes.agreements @ both, none, few, many)


def _mark_testable(
    classes: _Classes, chance: Floats, first: Ints, second: Ints, alpha: float
) -> tuple[Flags, Flags]:
    """Mark where the fewest and the most agreements that two can share would be significant.

    Parameters
    ----------
    classes, alpha
        As everywhere.
    chance
        The chance that both sign an agreement (classes of agreements x couples).
    first, second
        How many agreements each of the two signs.
    """
    members = classes.agreements
    least = np.maximum(first + second - members.sum(), 0)
    few = compute_tails(members, chance, least)[0] <= alpha
    return few, _mark_rare(members, chance, np.minimum(first, second), alpha=alpha)


def _mark_rare(members: Ints, chance: Floats, count: Ints, *, alpha: float) -> Flags:
    """Mark where as many events as some count have at most a chance, see `compute_tails`.

    Chernoff's bound for a mean m, exp(k - m) (m/k)^k, settles most cases.
    """
    mean = members @ chance
    bound = count - mean + special.xlogy(count, mean) - special.xlogy(count, count)
    rare = (count > mean) & (bound <= np.log(alpha))
    rest = np.flatnonzero(~rare)
    rare[rest] = compute_tails(members, chance[:, rest], count[rest])[1] <= alpha
    return np.asarray(rare, dtype=bool)


def _list_pairs(
    incidence: sp.csr_array, classes: _Classes, couples: _Couples, limit: int
) -> tuple[pd.DataFrame, Ints]:
    """List the pairs that share any agreement or could be said to share too few.

    Returns
    -------
    table, unlisted
        Columns source, target and shared; for each couple of classes, how many pairs that share
        none, though that could be significant, are left out.
    """
    signed = incidence.astype(np.int64)
    signed.eliminate_zeros()
    ties = sp.triu(signed.T @ signed, 1).tocoo()
    source, target = ties.row.astype(np.int64), ties.col.astype(np.int64)
    couple = couples.place[classes.label[source], classes.label[target]]
    absent = couples.pairs - np.bincount(couple, minlength=len(couples.pairs))
    absent[~couples.few] = 0
    order = np.argsort(couples.none, kind="stable")
    listed = order[np.cumsum(absent[order]) <= limit]
    first, second = _cross(classes, couples, listed[absent[listed] > 0])
    nodes = incidence.shape[1]
    new = ~np.isin(first * nodes + second, source * nodes + target)
    table = pd.DataFrame(
        {
            "source": np.concatenate([source, first[new]]),
            "target": np.concatenate([target, second[new]]),
            "shared": np.concatenate([ties.data, np.zeros(int(new.sum()), dtype=np.int64)]),
        }
    )
    absent[listed] = 0
    return table.sort_values(["source", "target"], ignore_index=True), absent


def _cross(classes: _Classes, couples: _Couples, chosen: Ints) -> tuple[Ints, Ints]:
    """List all pairs of organisations of couples of classes, the first before the second."""
    members = np.argsort(classes.label, kind="stable")
    begin = np.cumsum(classes.size) - classes.size
    a, b = couples.first[chosen], couples.second[chosen]
    room = classes.size[a] * classes.size[b]
    which = np.repeat(np.arange(len(chosen)), room)
    inside = np.arange(len(which)) - (np.cumsum(room) - room)[which]
    left, right = np.divmod(inside, classes.size[b][which])
    one, other = members[begin[a][which] + left], members[begin[b][which] + right]
    once = (a != b)[which] | (left < right)
    return np.minimum(one, other)[once], np.maximum(one, other)[once]


def _test_pairs(
    classes: _Classes, couples: _Couples, couple: Ints, shared: Ints
) -> tuple[Floats, Floats]:
    """Compute the chances of as few agreements and of as many, once for pairs that are alike."""
    most = int(shared.max(initial=0)) + 1
    keys, label = np.unique(couple * most + shared, return_inverse=True)
    alike, count = np.divmod(keys, most)
    chance = classes.chance
    both = chance[:, couples.first[alike]] * chance[:, couples.second[alike]]
    few, many = compute_tails(classes.agreements, both, count)
    return few[label], many[label]


def _sum_tails(members: Ints, chance: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Sum the smaller tail of tilted laws, and find the other from it; see `compute_tails`."""
    with np.errstate(divide="ignore"):
        yes, no = np.log(chance), np.log1p(-chance)
    tilt = _find_tilt(members, yes - no, count)
    reach = count.max(initial=0)
    length = 1 + min(int(members.sum()), int(reach + _REACH * np.sqrt(reach)) + _ROOM)
    law = compute_law(members, special.expit(yes - no + tilt), length=length)
    rate = members @ np.logaddexp(no, yes + tilt) - tilt * count
    away = np.arange(length) - count[:, np.newaxis]
    outer = away * np.where(tilt < 0, -1, 1)[:, np.newaxis]  # beyond the count, off the mean
    tail = np.where(outer >= 0, law * np.exp(-np.abs(tilt)[:, np.newaxis] * np.abs(away)), 0.0)
    scale = np.exp(rate)
    small = np.minimum(scale * tail.sum(axis=1), 1.0)
    rest = np.clip(1 + scale * law[np.arange(len(count)), count] - small, 0.0, 1.0)
    return np.where(tilt < 0, small, rest), np.where(tilt < 0, rest, small)


def _find_tilt(members: Ints, logit: Floats, count: Ints) -> Floats:
    """Find by how much to raise the log odds of events for their mean to be about the count."""
    sure, possible = members @ (logit == np.inf), members @ (logit > -np.inf)
    aim = np.clip(count, sure + 0.5, possible - 0.5)  # no finite tilt goes to either end
    low, high = np.full(len(count), -_STEEPEST), np.full(len(count), _STEEPEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = members @ special.expit(logit + middle) > aim
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2)


def _control(p: Floats, testable: Flags, others: Floats, copies: Ints) -> Floats:
    """Adjust p-values for the number of tests (Benjamini & Hochberg 1995).

    Parameters
    ----------
    p, testable
        One value a test; those not testable are not counted and get nan.
    others, copies
        The p-values of further tests, and of how many tests each.
    """
    value = np.concatenate([p[testable], others])
    number = np.concatenate([np.ones(int(testable.sum()), dtype=np.int64), copies])
    order = np.argsort(value, kind="stable")
    rank = np.maximum(np.cumsum(number[order]), 1)
    scaled = value[order] * number.sum() / rank
    adjusted = np.empty(len(value))
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    q = np.full(len(p), np.nan)
    q[testable] = np.minimum(adjusted[: int(testable.sum())], 1.0)
    return q
