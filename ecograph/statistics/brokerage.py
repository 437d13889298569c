"""Brokers between groups: who stands between two others, and for which groups."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "ROLES",
    "TWO_MODE_ROLES",
    "Brokerage",
    "DealtBrokerage",
    "Linked",
    "count_brokerage",
    "count_two_mode_brokerage",
    "expect_brokerage",
    "permute_brokerage",
]

ROLES = ("coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total")
"""Gould and Fernandez 1989: w_I, w_O, b_IO, b_OI, b_O and t, in this order."""

TWO_MODE_ROLES = ("coordinator", "itinerant", "gatekeeper", "liaison", "total")
"""The roles between the organisations of a broker of another kind."""

Linked: TypeAlias = Literal["all", "sole"]
"""all: each pair of a broker's organisations; sole: only those that no other broker links."""

_STEPS_AT_ONCE = 4_000_000
_HIGH = 32  # bits; a number above and a count below share one whole number


class Brokerage(NamedTuple):
    """Observed brokerage beside that of random networks; each a table of nodes x roles.

    Parameters
    ----------
    observed
        The counts of `count_brokerage`.
    expected, deviation
        Mean and standard deviation of the counts by chance; nan for nodes without a group.
    z
        How many deviations the observed count lies above the expected one; nan where chance
        leaves no choice.
    """

    observed: pd.DataFrame
    expected: pd.DataFrame
    deviation: pd.DataFrame
    z: pd.DataFrame


class DealtBrokerage(NamedTuple):
    """Observed brokerage beside that with groups dealt out anew; each a table of nodes x roles.

    Parameters
    ----------
    observed
        The counts of `count_brokerage`.
    expected, deviation
        Mean and standard deviation over the draws; nan for nodes without a group.
    z
        How many deviations the observed count lies above the expected one; nan where the draws
        do not differ.
    p_more, p_fewer
        The chance of as many or more, and of as few or fewer: (1 + such draws) / (1 + draws).
    """

    observed: pd.DataFrame
    expected: pd.DataFrame
    deviation: pd.DataFrame
    z: pd.DataFrame
    p_more: pd.DataFrame
    p_fewer: pd.DataFrame


def count_brokerage(adjacency: sp.csr_array, groups: NDArray[np.integer]) -> pd.DataFrame:
    """Count the pairs of others between which each node stands, by the groups of all three.

    A node brokers for two others that are tied to it and not to each other. Each such pair is
    counted in both orders, as in a directed network whose ties all go both ways, so all counts
    but those of representatives and gatekeepers are even.

    Parameters
    ----------
    adjacency
        The symmetric matrix of ties (n x n, zero diagonal); weights other than 0 count alike.
    groups
        The group of each node (n); -1 for none, which leaves the node out altogether: it has 0 in
        each role and is not among the others.

    Returns
    -------
    pandas.DataFrame
        One row a node. coordinator: all three in one group; itinerant: the two others in one
        group, the broker in another; representative: the first with the broker, the second not;
        gatekeeper: the second with the broker, the first not; liaison: three groups; total. With
        ties in both directions, a pair of one within and one without makes the broker its
        representative in one order and its gatekeeper in the other, so the two are equal.

    Notes
    -----
    Gould and Fernandez, Sociological Methodology 19, 89-126, 1989. All pairs of neighbours are
    counted from the neighbours in each group, then those tied to each other, which are the
    triangles, are taken off. The triangles cost at most of the order of ties^1.5 steps.

    Examples
    --------
    A star; its centre is of the group of the first leaf, the other two are of another group:

    >>> star = sp.csr_array([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    >>> roles = count_brokerage(star, np.array([0, 0, 1, 1]))
    >>> roles[["itinerant", "representative", "gatekeeper", "total"]].loc[0].tolist()
    [2, 2, 2, 6]
    """
    rows, columns = _read_ties(adjacency, groups)
    pairs = _count_pairs(rows, groups[columns], groups)
    return _tabulate(pairs - _count_closed(rows, columns, groups))


def expect_brokerage(adjacency: sp.csr_array, groups: NDArray[np.integer]) -> Brokerage:
    """Compare brokerage with that in random networks of the same density and group sizes.

    Parameters
    ----------
    adjacency, groups
        As in `count_brokerage`.

    Returns
    -------
    Brokerage
        Observed and expected counts, deviations and z, each nodes x roles; nan without a group.

    Notes
    -----
    Each two nodes are tied with the chance d, the density among the nodes with a group, each
    independently of the rest. A pair is then brokered by a third with chance d^2 (1 - d), which
    gives the expected counts of Gould and Fernandez (1989). They treat directed networks; the
    deviations here are exact for undirected ones, where both orders of a pair are one event: two
    pairs of others that share one node have covariance d^3 (1 - d)^3, others none. The counts of
    a node are far from normal where few are expected, so z is for ranking rather than for tests.

    Examples
    --------
    Two groups of two and a density of 1/2: one pair of others for an itinerant, in two orders.

    >>> path = sp.csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> random = expect_brokerage(path, np.array([0, 0, 1, 1]))
    >>> float(random.expected["itinerant"][0])
    0.25
    """
    known = groups >= 0
    rows, _ = _read_ties(adjacency, groups)
    density = len(rows) / max(known.sum() * (known.sum() - 1), 1)
    mean, variance = _expect_counts(np.bincount(groups[known]), density)
    observed = count_brokerage(adjacency, groups)
    expected, deviation = _spread(mean, groups), _spread(np.sqrt(variance), groups)
    return Brokerage(observed, expected, deviation, _standardise(observed, expected, deviation))


def permute_brokerage(
    adjacency: sp.csr_array, groups: NDArray[np.integer], *, seed: int, draws: int = 200
) -> DealtBrokerage:
    """Compare brokerage with that in the same network where the groups are dealt out anew.

    Who stands between whom stays as it is; only for which groups is left to chance, so the total
    never differs. This tells apart what a node's place gives from what the groups give.

    Parameters
    ----------
    adjacency, groups
        As in `count_brokerage`; nodes without a group stay without.
    seed
        Decides how the groups are dealt out.
    draws
        How many times.

    Returns
    -------
    DealtBrokerage
        Observed counts, mean, deviation, z and the chances of both tails, each nodes x roles.

    Examples
    --------
    >>> star = sp.csr_array([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    >>> dealt = permute_brokerage(star, np.array([0, 0, 1, 1]), seed=1)
    >>> dealt.expected["total"].tolist()
    [6.0, 0.0, 0.0, 0.0]
    """
    observed = count_brokerage(adjacency, groups)
    change = np.zeros((4, *observed.shape))
    for dealt in _deal(groups, draws, seed):
        more = count_brokerage(adjacency, dealt).to_numpy() - observed.to_numpy()
        change += np.stack([more, more**2, more >= 0, more <= 0])
    known = (groups >= 0)[:, None]
    mean, square = change[:2] / draws
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    expected = _name(np.where(known, observed.to_numpy() + mean, np.nan))
    deviation = _name(np.where(known, spread, np.nan))
    z = _standardise(observed, expected, deviation)
    chances = np.where(known, (1 + change[2:]) / (1 + draws), np.nan)
    return DealtBrokerage(observed, expected, deviation, z, *(_name(p) for p in chances))


def count_two_mode_brokerage(
    incidence: sp.csr_array,
    broker_groups: NDArray[np.integer],
    groups: NDArray[np.integer],
    *,
    linked: Linked = "all",
) -> pd.DataFrame:
    """Count the pairs of organisations that each broker of another kind links, by their groups.

    Organisations have no ties among themselves here, so each two that a broker serves are a pair
    that it links. A pair has no direction and is counted once, unlike in `count_brokerage`.

    Parameters
    ----------
    incidence
        Ties of brokers (rows, such as platforms) and organisations (columns); weights other than
        0 count alike.
    broker_groups
        The group of each broker; -1 for none, which gives it 0 in each role.
    groups
        The group of each organisation, of the same groups; -1 for none, which leaves it out.
    linked
        all, or sole for the pairs that no other broker links, with a group or without.

    Returns
    -------
    pandas.DataFrame
        One row a broker. coordinator: both organisations of the broker's group; itinerant: both
        of one other group; gatekeeper (or representative): one of the broker's group and one of
        another; liaison: of two groups, neither the broker's; total.

    Notes
    -----
    After Jasny and Lubell, Social Networks 41, 36-47, 2015, who carry the roles of Gould and
    Fernandez (1989) over to organisations that meet in institutions. All pairs are counted from
    each broker's organisations by group; sole ones are looked at one by one, in blocks.

    Examples
    --------
    A platform of group 0 that serves two firms of group 0 and one of group 1:

    >>> serves = sp.csr_array([[1, 1, 1]])
    >>> roles = count_two_mode_brokerage(serves, np.array([0]), np.array([0, 0, 1]))
    >>> roles.loc[0].to_dict()
    {'coordinator': 1, 'itinerant': 0, 'gatekeeper': 2, 'liaison': 0, 'total': 3}
    """
    ties = incidence.tocoo()
    real = (ties.data != 0) & (groups[ties.col] >= 0)
    rows, columns = ties.row[real].astype(np.int64), ties.col[real]
    if linked == "all":
        counts = _count_pairs(rows, groups[columns], broker_groups)
    else:
        ones = np.ones(len(rows), dtype=np.int64)
        cleaned = sp.coo_array((ones, (rows, columns)), shape=incidence.shape).tocsr()
        counts = _count_sole(cleaned, broker_groups, groups)
    counts[broker_groups < 0] = 0
    table = np.column_stack([counts, counts.sum(axis=1)])
    return pd.DataFrame(table, columns=list(TWO_MODE_ROLES))


def _read_ties(adjacency: sp.csr_array, groups: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """List the ends of each tie between nodes with a group, in both directions."""
    ties = adjacency.tocoo()
    real = (ties.data != 0) & (groups[ties.row] >= 0) & (groups[ties.col] >= 0)
    return ties.row[real].astype(np.int64), ties.col[real].astype(np.int64)


def _count_pairs(rows: Ints, met: NDArray[np.integer], groups: NDArray[np.integer]) -> Ints:
    """Count the pairs of what each row meets, by role: within, in one other group, mixed, others.

    ``met`` is the group of what is met in each tie, ``groups`` the group of each row.
    """
    n = len(groups)
    same = met == groups[rows]
    own = np.bincount(rows[same], minlength=n)
    apart, kind = rows[~same], met[~same].astype(np.int64)
    width = int(kind.max(initial=0)) + 1
    keys, counts = np.unique(apart * width + kind, return_counts=True)
    other = np.bincount(apart, minlength=n)
    squares = np.bincount(keys // width, counts.astype(float) ** 2, n).astype(np.int64)
    parts = (own * (own - 1) // 2, (squares - other) // 2, own * other, (other**2 - squares) // 2)
    return np.stack(parts, axis=1)


def _count_closed(rows: Ints, columns: Ints, groups: NDArray[np.integer]) -> Ints:
    """Count the pairs of neighbours of each node that are tied to each other, by role.

    Ties are directed from lower to higher degree, so that even a hub has few going out (see
    Chiba and Nishizeki, SIAM Journal on Computing 14, 1985, p. 210), and each triangle is met
    once, from its lowest corner.
    """
    n = len(groups)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(np.bincount(rows, minlength=n), kind="stable")] = np.arange(n)
    up = rank[rows] < rank[columns]
    low, high = rank[rows[up]], rank[columns[up]]
    same = groups[rows[up]] == groups[columns[up]]
    within, across = (
        sp.coo_array((np.ones(part.sum(), dtype=np.int32), (low[part], high[part])), shape=(n, n))
        for part in (same, ~same)
    )
    return _sort_triangles(within.tocsr(), across.tocsr())[rank]


def _sort_triangles(within: sp.csr_array, across: sp.csr_array) -> Ints:
    """Count the triangles of each node by role: ties across groups number three, two or none."""
    one = _sum_triangles(within, within, within).sum(axis=0)
    three = _sum_triangles(across, across, across).sum(axis=0)
    first = _sum_triangles(within, across, across)  # the low and the middle corner in one group
    second = _sum_triangles(across, within, across)  # the middle and the high corner
    third = _sum_triangles(across, across, within)  # the low and the high corner
    alone = first[2] + second[0] + third[1]
    mixed = first[0] + first[1] + second[1] + second[2] + third[0] + third[2]
    return np.stack([one, alone, mixed, three], axis=1)


def _sum_triangles(first: sp.csr_array, second: sp.csr_array, third: sp.csr_array) -> Ints:
    """Count the triangles at each node as low, middle and high corner (3 x nodes).

    The first matrix holds the ties from low to middle corners, the second those from middle to
    high ones, the third those from low to high ones.
    """
    corners = np.zeros((3, first.shape[0]), dtype=np.int64)
    for block in _split(first @ np.diff(second.indptr)):
        closed = (first[block] @ second).multiply(third[block])
        corners[0, block] = closed.sum(axis=1)
        corners[2] += closed.sum(axis=0)
    back = first.T.tocsr()
    for block in _split(back @ np.diff(third.indptr)):
        corners[1, block] = (back[block] @ third).multiply(second[block]).sum(axis=1)
    return corners


def _split(steps: NDArray[np.integer]) -> Iterator[slice]:
    """Split rows into blocks of about as many steps; where no row takes any there is no block."""
    total = np.cumsum(steps, dtype=np.int64)
    last = total[-1] if len(total) else 0
    if last:
        full = np.searchsorted(total, np.arange(_STEPS_AT_ONCE, last, _STEPS_AT_ONCE)) + 1
        bounds = np.unique(np.concatenate([[0], full, [len(steps)]])).tolist()
        yield from (slice(start, stop) for start, stop in itertools.pairwise(bounds))


def _tabulate(counts: Ints) -> pd.DataFrame:
    """Give pairs in both orders, with their total."""
    within, alone, mixed, others = counts.T
    roles = np.stack([2 * within, 2 * alone, mixed, mixed, 2 * others], axis=1)
    return _name(np.column_stack([roles, roles.sum(axis=1)]))


def _name(values: NDArray[np.generic]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=list(ROLES))


def _expect_counts(sizes: Ints, density: float) -> tuple[Floats, Floats]:
    """Compute means and variances of the roles of a node of each group (groups x roles)."""
    pairs, meetings = _count_chances(sizes.astype(float))
    chance = density**2 * (1 - density)
    orders = np.array([2.0, 2.0, 1.0, 1.0, 2.0, 2.0])
    shared = (density * (1 - density)) ** 3
    variance = pairs * chance * (1 - chance) + 2 * meetings * shared
    return orders * pairs * chance, orders**2 * variance


def _count_chances(sizes: Floats) -> tuple[Floats, Floats]:
    """Count, for a node of each group, the pairs of others by role and which of them meet.

    Two pairs meet where they share a node: each node that is in k pairs adds k (k - 1) / 2.
    """
    own, other = np.maximum(sizes - 1, 0), sizes.sum() - sizes
    squares, cubes = (np.sum(sizes**power) - sizes**power for power in (2, 3))
    mixed, everyone = own * other, own + other
    pairs = [_pair(own), (squares - other) / 2, mixed, mixed]
    pairs += [(other**2 - squares) / 2, _pair(everyone)]
    mixing = own * _pair(other) + other * _pair(own)
    inside = (cubes - 3 * squares + 2 * other) / 2
    between = (other**3 - 2 * other * squares + cubes - other**2 + squares) / 2
    meetings = [own * _pair(own - 1), inside, mixing, mixing]
    meetings += [between, everyone * _pair(everyone - 1)]
    return np.stack(pairs, axis=1), np.stack(meetings, axis=1)


def _pair(sizes: Floats) -> Floats:
    return sizes * (sizes - 1) / 2


def _spread(by_group: Floats, groups: NDArray[np.integer]) -> pd.DataFrame:
    """Give each node the row of its group, or nan."""
    return _name(np.vstack([by_group, np.full(by_group.shape[1], np.nan)])[groups])


def _standardise(
    observed: pd.DataFrame, expected: pd.DataFrame, deviation: pd.DataFrame
) -> pd.DataFrame:
    return (observed - expected) / deviation.where(deviation > 0)


def _deal(groups: NDArray[np.integer], draws: int, seed: int) -> Iterator[NDArray[np.integer]]:
    """Deal the groups out anew among the nodes that have one."""
    random = np.random.default_rng(seed)
    known = np.flatnonzero(groups >= 0)
    for _ in range(draws):
        dealt = groups.copy()
        dealt[known] = random.permutation(groups[known])
        yield dealt


def _count_sole(
    incidence: sp.csr_array, broker_groups: NDArray[np.integer], groups: NDArray[np.integer]
) -> Ints:
    """Count the pairs of organisations that one broker alone links, by broker and role.

    One product tells how many brokers link two organisations and, where one does, which: their
    numbers are summed above the bits of the count.
    """
    counts = np.zeros(len(broker_groups) * 4, dtype=np.int64)
    members = incidence.T.tocsr()
    marked = members.copy()
    marked.data = 1 + (members.indices.astype(np.int64) << _HIGH)
    for block in _split(members @ np.diff(incidence.indptr)):
        links = (marked[block] @ incidence).tocoo()
        first = links.row + block.start
        sole = (links.data & (2**_HIGH - 1) == 1) & (first < links.col)
        broker = links.data[sole] >> _HIGH
        kinds = broker_groups[broker], groups[first[sole]], groups[links.col[sole]]
        counts += np.bincount(broker * 4 + _choose_role(*kinds), minlength=len(counts))
    return counts.reshape(-1, 4)


def _choose_role(
    broker: NDArray[np.integer], first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Choose among within, in one other group, mixed and others, by the groups of all three."""
    mixed = (first == broker) != (second == broker)
    alike = np.where(first == broker, 0, 1)
    return np.where(mixed, 2, np.where(first == second, alike, 3))
