"""Backbones of networks: the ties that are stronger than chance would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import special

from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compute_law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = [
    "EndTests",
    "FixedSizes",
    "Model",
    "SharedTests",
    "compare_shared",
    "compute_tails",
    "filter_disparity",
    "fit_fixed_sizes",
]

Model = Literal["fixed_sizes", "sdsm"]

_AT_ONCE = 1000  # laws, to bound the memory
_REACH, _ROOM = 12.0, 40  # standard deviations, and counts, beyond which lies hardly any chance
_STEEPEST, _HALVINGS = 750.0, 30  # the most log odds of a float; for a tilt near enough
_STEPS = 100  # Newton's method needs about five
_CLOSE = 1e-10  # of each sum, beside its size
_SHORTEST = 1e-6  # of a step, where going up has stalled


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


class FixedSizes(NamedTuple):
    """The chances to sign in the most random table whose agreements keep their sizes.

    Parameters
    ----------
    size, agreements
        The sizes that agreements have, ascending, and how many agreements have each.
    label
        The class of each organisation: those that sign alike many agreements.
    members, total
        How many organisations a class has, and how many agreements each of them signs; the
        busiest class comes first.
    single
        Sizes x classes: the chance that an organisation signs an agreement.
    joint
        Sizes x couples of classes, in the order of ``numpy.triu_indices``: the chance that two
        different organisations both sign it; 0 for a class of one with itself.
    error
        The largest difference of any expected sum from the one that was given.
    """

    size: Ints
    agreements: Ints
    label: Ints
    members: Ints
    total: Ints
    single: Floats
    joint: Floats
    error: float


class _Draws(NamedTuple):
    """Agreements that each draw some organisations, but never none or all."""

    size: Ints
    agreements: Ints
    members: Ints
    total: Ints


class _Survey(NamedTuple):
    """What draws give at some log odds."""

    level: float  # the log-likelihood
    expected: Floats  # agreements of an organisation of each class
    spread: Floats  # covariance of the agreements of all organisations of each class


class _Classes(NamedTuple):
    """Agreements and organisations by class."""

    joint: Floats  # class of agreements x couple: the chance that both organisations sign one
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
    incidence: sp.csr_array,
    *,
    model: Model = "fixed_sizes",
    alpha: float = 0.05,
    limit: int = 100_000,
) -> SharedTests:
    """Compare the agreements that organisations share with what their activity gives.

    Parameters
    ----------
    incidence
        Agreements x organisations, 1 where the organisation signs.
    model
        ``fixed_sizes``: every agreement keeps its number of signatories, and organisations their
        numbers of agreements in expectation (`fit_fixed_sizes`). ``sdsm``: both are kept only in
        expectation (the stochastic degree sequence model: Neal, Social Networks 39, 84-97, 2014,
        with the chances of `ecograph.statistics.bipartite.fit_configuration`).
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
    Both models take as given how many agreements each organisation signs, so they cannot see that
    it signs too few of them, nor why it signs many.

    An agreement of k signatories has k(k - 1)/2 pairs of them, and by ``fixed_sizes`` just as many
    are expected. By ``sdsm`` it has k only in the mean, now more and now fewer, and about k^2/2
    pairs are expected, twice too many for k = 2: ``many`` is too large there (a backbone lacks
    ties) and ``few`` too small. How far it goes shows in ``expected`` beside the sum of
    ``shared``. That organisations keep their sums only in the mean lets the shares of the busiest
    vary a little more than if they kept them exactly, and both tails err on the safe side.

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
    [[0.302, 0.001, 0.006]]
    """
    classes = {"fixed_sizes": _fix_sizes, "sdsm": _keep_sums}[model](incidence)
    couples = _compare_couples(classes, alpha)
    table, unlisted = _list_pairs(incidence, classes, couples, limit)
    couple = couples.place[classes.label[table["source"]], classes.label[table["target"]]]
    few, many = _test_pairs(classes, couple, table["shared"].to_numpy())
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


def fit_fixed_sizes(row_sums: NDArray[np.integer], column_sums: NDArray[np.integer]) -> FixedSizes:
    """Fit the most random table whose rows keep their sums, and columns theirs in expectation.

    Parameters
    ----------
    row_sums, column_sums
        The sizes of agreements, and how many agreements each organisation signs.

    Returns
    -------
    FixedSizes
        Chances whose sums are those given: over agreements in expectation, within an agreement
        exactly, so that chances of pairs add up to k(k - 1)/2 in an agreement of k.

    Raises
    ------
    ValueError
        If the sums of rows and columns differ in all, or no table has such sums.

    Notes
    -----
    Each agreement of k signatories draws a set of k, with a chance in proportion to the product
    of the weights w of its members: independent events of odds w, given that k of them happen.
    Two are both in it with chance w_i w_j e_(k-2)(w without i and j) / e_k(w), e the elementary
    symmetric polynomials: Chen, Dempster and Liu, Biometrika 81, 457-469, 1994. It is computed as
    p_i p_j P(K = k - 2 without i and j) / P(K = k), where odds are multiplied by what makes k the
    mean of the number K of events; both laws come from their characteristic function, which has
    no large and no small numbers in it, whatever k is.

    The likelihood is concave in log w; Newton's method with halved steps goes up it. Where the
    m busiest organisations fill all places they could have, the sum over agreements of min(k, m),
    the table falls apart: an agreement of up to m signatories has them among these m, a larger
    one has all of them, and the rest is a table of its own (the border of the theorem of Gale,
    Pacific Journal of Mathematics 7, 1073-1082, 1957, and Ryser, where weights would be infinite).

    Examples
    --------
    Two of four organisations sign each of two agreements, so 2 x 1 pairs are expected:

    >>> fit = fit_fixed_sizes(np.array([2, 2]), np.array([1, 1, 1, 1]))
    >>> fit.single.round(6).tolist(), fit.joint.round(6).tolist()
    ([[0.5]], [[0.166667]])
    """
    if row_sums.sum() != column_sums.sum():
        raise ValueError("the sums of rows and of columns differ in all")
    size, agreements = _count(row_sums)[::2]
    falling, label, members = _count(-column_sums)
    total = -falling
    single = np.zeros((len(size), len(total)))
    first, second = np.triu_indices(len(total))
    parts = []
    for start, stop, above in _find_blocks(_Draws(size, agreements, members, total)):
        own = slice(start, stop)
        block = _Draws(size - above, agreements, members[own], total[own])
        single[:, own], pairs = _fit_block(block)
        parts.append(((first >= start) & (second < stop), pairs))
    joint = single[:, first] * single[:, second]
    for inside, pairs in parts:
        joint[:, inside] = pairs
    error = float(np.abs(agreements @ single - total).max(initial=0.0))
    return FixedSizes(size, agreements, label, members, total, single, joint, error)


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


def _keep_sums(incidence: sp.csr_array) -> _Classes:
    """Fit the chances of pairs where all sums are kept in expectation; equal where sums are."""
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
    first, second = np.triu_indices(len(size))
    joint = fit.chance[:, first] * fit.chance[:, second]
    return _Classes(joint, rows, fit.column_class, size, total, fit.error)


def _fix_sizes(incidence: sp.csr_array) -> _Classes:
    """Fit the chances of pairs of organisations in agreements of fixed sizes."""
    rows, columns = (np.asarray(incidence.sum(axis=n)).astype(np.int64).ravel() for n in (1, 0))
    fit = fit_fixed_sizes(rows, columns)
    return _Classes(fit.joint, fit.agreements, fit.label, fit.members, fit.total, fit.error)


def _count(values: NDArray[np.integer]) -> tuple[Ints, Ints, Ints]:
    """Count each value: the values, ascending, which of them each is, and how often it is there."""
    value, label, times = np.unique(values, return_inverse=True, return_counts=True)
    return value.astype(np.int64), label.astype(np.int64), times.astype(np.int64)


def _find_blocks(draws: _Draws) -> Iterator[tuple[int, int, int]]:
    """Find where a table falls apart: first class, class after the last, organisations above."""
    members = np.cumsum(draws.members)
    places = draws.agreements @ np.minimum.outer(draws.size, members)
    free = places - np.cumsum(draws.members * draws.total)
    if (free < 0).any():
        raise ValueError("no table has such sums")
    stops = np.flatnonzero(free == 0) + 1
    starts = np.append(0, stops[:-1])
    above = np.append(0, members)[starts]
    return zip(starts.tolist(), stops.tolist(), above.tolist(), strict=False)


def _fit_block(block: _Draws) -> tuple[Floats, Floats]:
    """Compute chances of organisations and pairs; see `FixedSizes`; sizes may be out of range."""
    members, room = block.members, block.members.sum()
    couples = np.triu_indices(len(members))
    full = block.size >= room
    single = np.repeat(full[:, np.newaxis], len(members), axis=1).astype(float)
    joint = np.repeat(full[:, np.newaxis], len(couples[0]), axis=1).astype(float)
    drawn = np.flatnonzero((block.size > 0) & ~full)
    if len(drawn):
        total = block.total - block.agreements[full].sum()
        draws = _Draws(block.size[drawn], block.agreements[drawn], members, total)
        for place, (_, alone, both) in zip(drawn, _list_draws(draws, _climb(draws)), strict=True):
            single[place] = alone
            joint[place] = np.clip(both[couples], 0.0, 1.0) if block.size[place] > 1 else 0.0
    joint[:, (couples[0] == couples[1]) & (members[couples[0]] == 1)] = 0.0
    return single, joint


def _climb(draws: _Draws) -> Floats:
    """Find the log odds of classes at which expected numbers of agreements are those given."""
    odds = np.asarray(special.logit(draws.total / draws.agreements.sum()))
    here = _survey(draws, odds)
    for _ in range(_STEPS):
        left = draws.total - here.expected
        if (np.abs(left) <= _CLOSE * np.maximum(1.0, draws.total)).all():
            break
        odds, here = _move(draws, odds, here, draws.members * left)
    return odds


def _move(draws: _Draws, odds: Floats, here: _Survey, pull: Floats) -> tuple[Floats, _Survey]:
    """Make Newton's step, halved until it goes up (Armijo's rule)."""
    step = np.linalg.lstsq(here.spread, pull, rcond=1e-13)[0]
    slope, slack, length = pull @ step, 1e-12 * abs(here.level), 1.0
    there = _survey(draws, odds + step)
    while there.level < here.level + 1e-4 * length * slope - slack and length > _SHORTEST:
        length /= 2
        there = _survey(draws, odds + length * step)
    return odds + length * step, there


def _survey(draws: _Draws, odds: Floats) -> _Survey:
    """Add up what all agreements give; a size at a time, to bound the memory."""
    members = draws.members
    level = float((members * draws.total) @ odds)
    expected, spread = np.zeros(len(odds)), np.zeros((len(odds), len(odds)))
    for times, (log, alone, both) in zip(draws.agreements, _list_draws(draws, odds), strict=True):
        level -= times * log
        expected += times * alone
        spread += times * np.outer(members, members) * (both - np.outer(alone, alone))
        spread[np.diag_indices_from(spread)] += times * members * (alone - np.diag(both))
    return _Survey(level, expected, spread)


def _list_draws(draws: _Draws, odds: Floats) -> Iterator[tuple[float, Floats, Floats]]:
    """Give log e_k and the chances of organisations and of pairs for each size k."""
    tilt = _find_tilt(draws.members, np.repeat(odds[:, np.newaxis], len(draws.size), 1), draws.size)
    for size, raised in zip(draws.size, tilt, strict=True):
        log, alone, both = _draw(odds + raised, draws.members, size)
        bound = draws.members @ np.logaddexp(0.0, odds + raised)
        yield float(log + bound - size * raised), alone, both


def _draw(odds: Floats, members: Ints, size: int) -> tuple[float, Floats, Floats]:
    """Compute the log of the chance of a number of events, and chances given that number.

    As the mean is the number, what so few points of the characteristic function cannot tell from
    it lies out of reach. Their number is odd: at half a turn the factor of an event of chance 1/2
    is 0, and could not be taken out.
    """
    chance = special.expit(odds)
    sway = chance * special.expit(-odds)
    reach = int(_REACH * np.sqrt(members @ sway)) + _ROOM
    points = (min(reach, int(members.sum())) + 1) // 2
    half = np.pi * np.arange(points + 1)[:, np.newaxis] / (2 * points + 1)
    rise = np.sin(half) ** 2
    turn = np.arctan2(chance * np.sin(2 * half), 1 - 2 * chance * rise)
    factor = 0.5 * np.log1p(-4 * sway * rise) + 1j * turn  # of each event, as a logarithm
    root = np.exp(factor @ members / 2 - 1j * half[:, 0] * size)
    root[1:] *= np.sqrt(2)  # for the other half turn
    without = root[:, np.newaxis] * chance * np.exp(2j * half - factor)
    law = (root**2).real.sum()
    alone = (root @ without).real
    both = without.real.T @ without.real - without.imag.T @ without.imag
    return float(np.log(law / (2 * points + 1))), alone / law, both / law


def _compare_couples(classes: _Classes, alpha: float) -> _Couples:
    """Compute what holds for all pairs of organisations of two classes."""
    count = len(classes.size)
    first, second = np.triu_indices(count)
    place = np.zeros((count, count), dtype=np.int64)
    place[first, second] = place[second, first] = np.arange(len(first))
    same = first == second
    size = classes.size
    pairs = np.where(same, size[first] * (size[first] - 1) // 2, size[first] * size[second])
    none = np.exp(classes.agreements @ special.xlog1py(1.0, -classes.joint))
    few, many = _mark_testable(classes, classes.total[first], classes.total[second], alpha)
    expected = classes.agreements @ classes.joint
    return _Couples(first, second, place, pairs, expected, none, few, many)


def _mark_testable(
    classes: _Classes, first: Ints, second: Ints, alpha: float
) -> tuple[Flags, Flags]:
    """Mark where the fewest and the most agreements that two can share would be significant.

    Parameters
    ----------
    classes, alpha
        As everywhere.
    first, second
        How many agreements each of the two of a couple signs.
    """
    members, joint = classes.agreements, classes.joint
    most = np.minimum(np.minimum(first, second), members @ (joint > 0))
    least = np.maximum(first + second - members.sum(), members @ (joint == 1))
    least = np.minimum(least, most)  # a class of one has no pair, but a couple
    few = compute_tails(members, joint, least)[0] <= alpha
    return few, _mark_rare(members, joint, most, alpha=alpha)


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


def _test_pairs(classes: _Classes, couple: Ints, shared: Ints) -> tuple[Floats, Floats]:
    """Compute the chances of as few agreements and of as many, once for pairs that are alike."""
    most = int(shared.max(initial=0)) + 1
    keys, label = np.unique(couple * most + shared, return_inverse=True)
    alike, count = np.divmod(keys, most)
    few, many = compute_tails(classes.agreements, classes.joint[:, alike], count)
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
