"""Two-mode tables of counts of which only the row and column sums are taken as given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph.statistics.bipartite import find_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "CountTests",
    "WeightedConfiguration",
    "compare_counts",
    "fit_weighted_configuration",
]

_NONE = "no table has such sums"
_STEPS = 200  # Newton's method needs about ten
_CLOSE = 1e-12  # of each sum
_WRONG = 1e-8  # of a sum: if one is off by more, it can be had by no table
_DEEPEST = 700.0  # of -log x y: the mean is 1e-304
_INSIDE = 0.9  # of the way to the edge, beyond which no mean is finite
_RIDGE = 1e-12  # x may rise by as much as y falls, so the matrix is singular but for this
_NOISE = 1e-13  # of what the likelihood is summed of
_SHORTEST = 1e-9  # of a step, where going up has stalled
_ROOM = 2**18  # numbers that are held at once: more would not fit the cache
_FAR = 4096  # counts up to which laws are built up one by one
_LONGEST = 16_384  # counts up to which a tail is summed
_CLEAR = 1e-3  # a tail above this may be taken as 1 less the other without harm
_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.97)  # of the way to the edge: where bounds are tried
_ENOUGH = 1e-12  # of a tail: what is left out of it
_BIG = 1e200  # above this, numbers are scaled down
_TURNS, _FADED = 8, 1e-13  # points on the circle for each count; weight of what comes round again
_LEAST = 1e-300  # below this a chance may have sunk to 0
_PROBES, _SMALL = 64, -50.0  # points tried; below this logarithm all that follow are nothing
_SURE = 1e-12  # far out a chance below this cannot be told from rounding


class WeightedConfiguration(NamedTuple):
    """The mean counts in the most random table of whole numbers with the same expected sums.

    Parameters
    ----------
    mean
        Row classes x column classes: rows of one sum (and the same structural zeros) are a class.
        The count of a cell has the geometric law of that mean: m^n / (1 + m)^(n + 1).
    row_class, column_class
        The class of each row and of each column.
    error
        The largest difference of any expected sum from the one that was given, as a share of it.
    """

    mean: Floats
    row_class: Ints
    column_class: Ints
    error: float

    def expand(self) -> Floats:
        """Give the mean of every cell (rows x columns)."""
        return self.mean[self.row_class][:, self.column_class]


class CountTests(NamedTuple):
    """Tests of counts, each blocks x columns.

    Parameters
    ----------
    expected
        Expected counts.
    few, many
        The chance of as few or fewer, and of as many or more.
    """

    expected: Floats
    few: Floats
    many: Floats


class _Cells(NamedTuple):
    """Cells of blocks and columns, numbered row by row."""

    members: Ints
    mean: Floats
    observed: Ints

    @property
    def counts(self) -> Ints:
        """The count of each cell."""
        return self.observed.ravel()

    def take(self, part: Ints) -> tuple[Ints, Floats, Ints]:
        """Take some cells: sizes of classes and their means (classes x cells), and counts."""
        block, column = np.divmod(part, self.mean.shape[1])
        return self.members[block].T, self.mean[:, column], self.counts[part]


class _Place(NamedTuple):
    """Where the search is: log x and log y, and the means that they give."""

    u: Floats
    v: Floats
    mean: Floats


class _Target(NamedTuple):
    """Sums of the rows and columns of classes, sizes of classes, and where counts can be."""

    rows: Floats
    columns: Floats
    row_size: Floats
    column_size: Floats
    free: Flags

    def place(self, u: Floats, v: Floats) -> _Place:
        """Turn log x and log y into means."""
        depth = np.where(self.free, -np.add.outer(u, v), _DEEPEST)
        mean = 1.0 / np.expm1(np.minimum(depth, _DEEPEST))
        return _Place(u, v, np.where(self.free, mean, 0.0))

    def find_left(self, mean: Floats) -> tuple[Floats, Floats]:
        """Find what the sums of means lack."""
        return self.rows - mean @ self.column_size, self.columns - self.row_size @ mean

    def measure(self, place: _Place) -> float:
        """Measure the log-likelihood."""
        counts = self.weigh(place.u, place.v)
        return float(counts - self.row_size @ np.log1p(place.mean) @ self.column_size)

    def weigh(self, u: Floats, v: Floats) -> float:
        """Sum u and v over all that is counted."""
        return float((self.row_size * self.rows) @ u + (self.column_size * self.columns) @ v)

    def find_error(self, mean: Floats) -> float:
        """Find by what share of itself any sum is missed."""
        parts = zip(self.find_left(mean), (self.rows, self.columns), strict=True)
        return max(
            float(np.max(np.abs(left) / np.where(sums > 0, sums, 1.0), initial=0.0))
            for left, sums in parts
        )

    def flip(self) -> _Target:
        """Exchange rows and columns."""
        sides = self.columns, self.rows, self.column_size, self.row_size
        return _Target(*sides, self.free.T)


def fit_weighted_configuration(
    row_sums: NDArray[np.integer],
    column_sums: NDArray[np.integer],
    *,
    allowed: Flags | None = None,
) -> WeightedConfiguration:
    """Fit the bipartite weighted configuration model: counts by chance, sums as given on average.

    Of all laws of tables of whole numbers with these expected sums, the one of most entropy: the
    count of a cell is independent of all others and geometric, its mean x y / (1 - x y).

    Parameters
    ----------
    row_sums, column_sums
        The counts of each row and of each column in all.
    allowed
        Rows x columns, False where there can be nothing (a structural zero); by default all can.

    Returns
    -------
    WeightedConfiguration
        Means whose sums over rows and columns are those given, each within 1e-8 of itself.

    Raises
    ------
    ValueError
        If the sums of rows and columns differ in all, one is negative, or no table has such sums
        (with structural zeros, sums of more than 2**31 in all are not looked for).

    Notes
    -----
    Garlaschelli and Loffredo, Physical Review Letters 102, 038701, 2009 (weights of the Bose
    kind); for two-mode tables Bruno, Mazzilli, Patelli, Squartini and Saracco, Journal of Physics:
    Complexity 4, 045011, 2023. The likelihood is concave in log x and log y and falls without end
    towards the edge x y = 1; Newton's method with shortened steps goes up it, the longer side
    eliminated. What is left of its matrix is a Laplacian, so its diagonal is had without taking
    differences. Cells that are 0 in every table of these sums are taken out first, since their
    x y is 0: in a table of these sums (a greatest flow) they are those that lie on no circle of
    cells along which counts could be moved.

    Examples
    --------
    >>> fit = fit_weighted_configuration(np.array([10, 3]), np.array([10, 3]))
    >>> fit.expand().round(6).tolist()
    [[8.0, 2.0], [2.0, 1.0]]
    """
    _check_sums(row_sums, column_sums)
    cells = np.ones((len(row_sums), len(column_sums)), bool) if allowed is None else allowed
    rows, row_class, row_size = find_classes(row_sums, cells)
    columns, column_class, column_size = find_classes(column_sums, cells[rows].T)
    sums = row_sums[rows].astype(float), column_sums[columns].astype(float)
    sizes = row_size.astype(float), column_size.astype(float)
    free = _find_free(sums[0] * sizes[0], sums[1] * sizes[1], cells[rows][:, columns])
    target = _Target(*sums, *sizes, free)
    mean = _climb(target) if len(rows) >= len(columns) else _climb(target.flip()).T
    error = target.find_error(mean)
    if error > _WRONG:
        raise ValueError(_NONE)
    return WeightedConfiguration(mean, row_class, column_class, error)


def compare_counts(observed: Ints, members: Ints, mean: Floats) -> CountTests:
    """Compare the counts of blocks of rows with what the means of their cells give.

    Parameters
    ----------
    observed
        The count of each block in each column (blocks x columns).
    members
        How many rows of each class a block has (blocks x classes).
    mean
        The mean count of a row of each class in each column (classes x columns).

    Returns
    -------
    CountTests
        Exact: a count is a sum of independent geometric ones of different means. Up to a count of
        4,096 both tails are right to some 1e-11 of themselves, down to 1e-300, which is the least
        that is given; above it to 1e-12, which is the least there.

    Notes
    -----
    The chances p of such a sum, with q = m / (1 + m) of each of its rows, follow from n p(n) =
    sum over k from 1 to n of s(k) p(n - k), s(k) the sum of q^k: the logarithm of the generating
    function, differentiated. All terms are positive. A sum of geometric counts is log-concave, so
    what is left of an upper tail lies between two geometric series. Large counts: Abate and
    Whitt, Operations Research Letters 12, 245-251, 1992, on the generating function of p(0) + ...
    + p(n).

    Examples
    --------
    One block of two rows with a mean of 1 each: chances 1/4, 1/4, 3/16, ...

    >>> tests = compare_counts(np.array([[1]]), np.array([[2]]), np.array([[1.0]]))
    >>> [part.tolist() for part in tests]
    [[[2.0]], [[0.5]], [[0.75]]]
    """
    cells = _Cells(members, mean, observed)
    few = np.exp(-(members @ np.log1p(mean))).ravel()
    many = np.ones(observed.size)
    order = np.argsort(-cells.counts, kind="stable")
    far = order[cells.counts[order] > _FAR]
    near = order[(cells.counts[order] > 0) & (cells.counts[order] <= _FAR)]
    for part in _divide(near, cells.counts, len(mean)):
        few[part], many[part] = _sum_tails(*cells.take(part))
    for n in far:
        few[n], many[n] = _invert_tails(*cells.take(n))
    _sum_deep_tails(cells, near[many[near] < _CLEAR], many)
    tails = (np.clip(p, _LEAST, 1.0).reshape(observed.shape) for p in (few, many))
    return CountTests(members @ mean, *tails)


def _check_sums(row_sums: NDArray[np.integer], column_sums: NDArray[np.integer]) -> None:
    if row_sums.sum() != column_sums.sum():
        raise ValueError("the sums of rows and of columns differ in all")
    if min(row_sums.min(initial=0), column_sums.min(initial=0)) < 0:
        raise ValueError("a sum is negative")


def _find_free(rows: Floats, columns: Floats, cells: Flags) -> Flags:
    """Find the cells that are not 0 in every table of these sums."""
    free = cells & np.logical_and.outer(rows > 0, columns > 0)
    if free.sum() == np.sum(rows > 0) * np.sum(columns > 0):
        return free
    row, column = np.nonzero(free)
    flow = _find_flow(rows, columns, row, column)
    start, end = (
        np.concatenate([row, len(rows) + column[flow > 0]]),
        np.concatenate([len(rows) + column, row[flow > 0]]),
    )
    size = len(rows) + len(columns)
    moves = sp.csr_array((np.ones(len(start)), (start, end)), shape=(size, size))
    _, circle = csgraph.connected_components(moves, directed=True, connection="strong")
    return free & np.equal.outer(circle[: len(rows)], circle[len(rows) :])


def _find_flow(rows: Floats, columns: Floats, row: Ints, column: Ints) -> Floats:
    """Find a table of these sums, given the cells that may be above 0."""
    n, size = len(rows), len(rows) + len(columns)
    start = np.concatenate([np.full(n, size), row, np.arange(n, size)])
    end = np.concatenate([np.arange(n), n + column, np.full(len(columns), size + 1)])
    most = np.concatenate([rows, np.minimum(rows[row], columns[column]), columns])
    graph = sp.csr_array((most.astype(np.int32), (start, end)), shape=(size + 2, size + 2))
    found = csgraph.maximum_flow(graph, size, size + 1)
    if found.flow_value != rows.sum():
        raise ValueError(_NONE)
    return np.asarray(found.flow[row, n + column]).ravel()


def _climb(target: _Target) -> Floats:
    """Go up the likelihood until expected sums are those given, or as far as it goes."""
    here = target.place(
        _guess(target.rows, target.column_size), _guess(target.columns, target.row_size)
    )
    error = target.find_error(here.mean)
    for _ in range(_STEPS):
        there = None if error <= _CLOSE else _move(target, here)
        if there is None:
            break
        last, error = error, target.find_error(there.mean)
        if last <= min(error, _WRONG):
            break  # nearer than rounding allows
        here = there
    return here.mean


def _guess(sums: Floats, across: Floats) -> Floats:
    """Guess log x: right where all rows are equal, and all columns."""
    known = sums > 0
    share = np.divide(sums, sums + across.sum(), out=np.ones_like(sums), where=known)
    return np.asarray(np.log(share) / 2)


def _move(target: _Target, here: _Place) -> _Place | None:
    """Make Newton's step, inside the edge and halved until it goes up (Armijo's rule)."""
    left = target.find_left(here.mean)
    pull = target.row_size * left[0], target.column_size * left[1]
    du, dv = _find_step(target, here.mean, pull)
    slope, level = pull[0] @ du + pull[1] @ dv, target.measure(here)
    rise, depth = np.add.outer(du, dv), -np.add.outer(here.u, here.v)
    share = np.divide(rise, depth, out=np.zeros_like(rise), where=target.free)
    noise = _NOISE * (target.weigh(np.abs(here.u), np.abs(here.v)))
    length = _INSIDE / max(_INSIDE, float(share.max(initial=0.0)))
    while length > _SHORTEST:
        there = target.place(here.u + length * du, here.v + length * dv)
        if target.measure(there) >= level + 1e-4 * length * slope - noise:
            return there
        length /= 2
    return None


def _find_step(target: _Target, mean: Floats, pull: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Solve for Newton's step, the rows eliminated."""
    weight = mean * (1 + mean) * np.outer(target.row_size, target.column_size)
    of_rows = weight.sum(axis=1)
    inverse = np.divide(1.0, of_rows, out=np.zeros_like(of_rows), where=of_rows > 0)
    matrix = -weight.T @ (inverse[:, np.newaxis] * weight)
    np.fill_diagonal(matrix, 0.0)
    of_columns = -matrix.sum(axis=0)
    np.fill_diagonal(matrix, of_columns)
    scale = np.sqrt(np.divide(1.0, of_columns, out=np.zeros_like(of_columns), where=of_columns > 0))
    wanted = scale * (pull[1] - weight.T @ (inverse * pull[0]))
    scaled = scale[:, np.newaxis] * matrix * scale + _RIDGE * np.eye(len(scale))
    dv = scale * np.linalg.solve(scaled, wanted)
    return inverse * (pull[0] - weight @ dv), dv


def _divide(cells: Ints, count: Ints, classes: int) -> list[Ints]:
    """Divide cells, those of the highest counts first, into parts that can be held at once."""
    parts = []
    while len(cells):
        size = max(1, _ROOM // int(count[cells[0]] + 1 + classes))
        parts.append(cells[:size])
        cells = cells[size:]
    return parts


def _sum_tails(members: Ints, mean: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Sum the chances up to some counts, the highest first, all above 0, and what is left."""
    law, scale = _build_law(members, mean, count)
    up_to = law.sum(axis=1)
    below = up_to - law[np.arange(len(count)), count]
    return up_to * np.exp(scale), 1.0 - below * np.exp(scale)


def _sum_deep_tails(cells: _Cells, deep: Ints, many: Floats) -> None:
    """Sum small chances themselves, from their counts on: changes the last argument."""
    for part in _divide(deep, cells.counts, len(cells.mean)):
        many[part] = _bound_upper(*cells.take(part))
    deep = deep[many[deep] > _LEAST]
    length = np.minimum(cells.counts + cells.counts // 4 + 64, _LONGEST)
    while len(deep):
        open_ = np.zeros(len(many), dtype=bool)
        for part in _divide(deep, length, len(cells.mean)):
            many[part], open_[part] = _sum_upper(*cells.take(part), length[part])
        deep = deep[open_[deep] & (length[deep] < _LONGEST)]
        length = np.minimum(2 * length, _LONGEST)


def _bound_upper(members: Ints, mean: Floats, count: Ints) -> Floats:
    """Find what the chance of some counts or more is at the most (Chernoff's bound)."""
    highest = np.where(members > 0, mean, 0.0).max(axis=0)
    edge = 1 / np.maximum(highest, _LEAST)  # where the generating function ends
    bounds = [np.zeros(len(count))]
    for share in _SHARES:
        logs = np.einsum("kc,kc->c", members, np.log1p(-mean * (members > 0) * share * edge))
        bounds.append(-logs - count * np.log1p(share * edge))
    return np.asarray(np.exp(np.min(bounds, axis=0)))


def _sum_upper(members: Ints, mean: Floats, count: Ints, length: Ints) -> tuple[Floats, Flags]:
    """Sum the chances from some counts on, and say where more of them would have to be summed."""
    law, scale = _build_law(members, mean, length)
    at = np.arange(len(count))
    law[np.arange(law.shape[1]) < count[:, np.newaxis]] = 0.0
    last = law[at, length]
    falls = np.divide(last, law[at, length - 1], out=np.zeros(len(at)), where=last > 0)
    highest = np.where(members > 0, mean, 0.0).max(axis=0)
    most = np.where(falls < 1, last * falls / np.maximum(1 - falls, 1e-300), np.inf)
    many = law.sum(axis=1) + most
    return many * np.exp(scale), most - last * highest > _ENOUGH * many


def _build_law(members: Ints, mean: Floats, length: Ints) -> tuple[Floats, Floats]:
    """Build up the chances of counts of several sums, the longest first.

    Returns
    -------
    law, scale
        Sums x counts, 0 beyond the length of each; to be multiplied by exp(scale) of each.
    """
    sums, law = np.zeros((2, len(length), int(length[0]) + 1))
    law[:, 0] = 1.0
    scale = -np.einsum("kc,kc->c", members, np.log1p(mean))
    ratio = mean / (1 + mean)
    power = members * ratio
    running = np.searchsorted(-length, -np.arange(law.shape[1]), side="right")
    for n, c in enumerate(running[1:].tolist(), start=1):
        sums[:c, n] = power[:, :c].sum(axis=0)
        power[:, :c] *= ratio[:, :c]
        law[:c, n] = np.einsum("cn,cn->c", sums[:c, 1 : n + 1], law[:c, n - 1 :: -1]) / n
        big = np.flatnonzero(law[:c, n] > _BIG)
        if len(big):
            law[big, : n + 1] /= _BIG
            scale[big] += np.log(_BIG)
    return law, scale


def _invert_tails(members: Ints, mean: Floats, count: Ints) -> tuple[float, float]:
    """Find the chances up to and from a large count from the generating function."""
    last = int(count)
    points = _TURNS * (last + 1)
    radius = _FADED ** (1 / points)
    known, size = mean[members > 0], members[members > 0]
    probes = np.unique(np.geomspace(1, points // 2, _PROBES).astype(np.int64))
    small = _find_logs(size, known, radius * np.exp(2j * np.pi * probes / points)).real < _SMALL
    turn = np.arange(1 + (probes[small].min() if small.any() else points // 2))
    z = radius * np.exp(2j * np.pi * turn / points)
    twice = np.where((turn == 0) | (2 * turn == points), 1.0, 2.0)
    value = twice * np.exp(_find_logs(size, known, z)) / (1 - z)
    few, below = (
        float((value * np.exp(-2j * np.pi * (turn * n % points) / points)).real.sum())
        / (points * float(radius**n))
        for n in (last, last - 1)
    )
    return max(few, _SURE), max(1 - below, _SURE)


def _find_logs(members: Ints, mean: Floats, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Find the logarithm of the generating function: (1 - q) / (1 - q z) = 1 / (1 + m (1 - z))."""
    logs = np.zeros(len(z), dtype=complex)
    for m, k in zip(mean.tolist(), members.tolist(), strict=True):
        logs -= k * np.log1p(m * (1 - z))
    return logs
