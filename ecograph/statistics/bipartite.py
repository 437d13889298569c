"""Two-mode tables of which only the row and column sums are taken as given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    _Point = tuple[Floats, Floats]

__all__ = ["Configuration", "find_classes", "fit_configuration", "sample_curveball"]

_STEPS = 200  # Newton's method needs about ten
_CLOSE = 1e-10  # of each sum, beside its size
_WRONG = 1e-6  # a sum off by more can be had by no table
_TINY = 1e-300  # in the place of 0 in a logarithm
_SHORTEST = 1e-6  # of a step, where going down has stalled


class Configuration(NamedTuple):
    """The chances of ties in the most random table with the same expected sums.

    Parameters
    ----------
    chance
        Row classes x column classes: rows of one sum (and the same structural zeros) are a class.
    row_class, column_class
        The class of each row and of each column.
    error
        The largest difference of any expected sum from the one that was given.
    """

    chance: Floats
    row_class: Ints
    column_class: Ints
    error: float

    def expand(self) -> Floats:
        """Give the chance of every cell (rows x columns)."""
        return self.chance[self.row_class][:, self.column_class]


class _Target(NamedTuple):
    """Sums of the rows and columns of classes, sizes of classes, and 1 where ties can be."""

    rows: Floats
    columns: Floats
    row_size: Floats
    column_size: Floats
    free: Floats

    def find_chance(self, u: Floats, v: Floats) -> Floats:
        """Turn log x and log y into chances."""
        return np.asarray(self.free * special.expit(np.add.outer(u, v)))

    def find_left(self, chance: Floats) -> tuple[Floats, Floats]:
        """Find what the sums of chances lack."""
        return self.rows - chance @ self.column_size, self.columns - self.row_size @ chance

    def measure(self, u: Floats, v: Floats) -> float:
        """Measure the log-likelihood."""
        bound = self.free * np.logaddexp(0.0, np.add.outer(u, v))
        ties = (self.row_size * self.rows) @ u + (self.column_size * self.columns) @ v
        return float(ties - self.row_size @ bound @ self.column_size)


def fit_configuration(
    row_sums: NDArray[np.integer],
    column_sums: NDArray[np.integer],
    *,
    allowed: Flags | None = None,
) -> Configuration:
    """Fit the bipartite configuration model: ties by chance, sums as given in expectation.

    Parameters
    ----------
    row_sums, column_sums
        How many ties each row and each column has.
    allowed
        Rows x columns, False where there can be no tie (a structural zero); by default all can.

    Returns
    -------
    Configuration
        Chances x y / (1 + x y) whose sums over rows and columns are those given.

    Raises
    ------
    ValueError
        If the sums of rows and columns differ in all, or no table has such sums.

    Notes
    -----
    Saracco, Di Clemente, Gabrielli and Squartini, Scientific Reports 5, 10595, 2015. The
    likelihood is concave in log x and log y; Newton's method with halved steps goes up it, the
    rows eliminated by hand as their part of the matrix is diagonal. Lines that are empty or full
    are taken out first, since their x or y is 0 or infinite.

    Examples
    --------
    >>> fit = fit_configuration(np.array([1, 1]), np.array([1, 1]))
    >>> fit.expand().round(6).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if row_sums.sum() != column_sums.sum():
        raise ValueError("the sums of rows and of columns differ in all")
    cells = np.ones((len(row_sums), len(column_sums)), bool) if allowed is None else allowed
    rows, row_class, row_size = find_classes(row_sums, cells)
    columns, column_class, column_size = find_classes(column_sums, cells[rows].T)
    target = _Target(
        row_sums[rows].astype(float),
        column_sums[columns].astype(float),
        row_size.astype(float),
        column_size.astype(float),
        cells[rows][:, columns].astype(float),
    )
    chance = _fit(target)
    error = max(np.abs(left).max(initial=0.0) for left in target.find_left(chance))
    if error > _WRONG:
        raise ValueError("no table has such sums")
    return Configuration(chance, row_class, column_class, float(error))


def find_classes(sums: NDArray[np.integer], cells: Flags) -> tuple[Ints, Ints, Ints]:
    """Find the classes of rows that have one sum and the same structural zeros.

    Parameters
    ----------
    sums
        The sum of each row.
    cells
        Rows x columns, False where there can be nothing.

    Returns
    -------
    first, label, size
        The first row of each class, the class of each row, the number of rows of each class.

    Examples
    --------
    >>> [part.tolist() for part in find_classes(np.array([2, 1, 2]), np.ones((3, 4), bool))]
    [[1, 0], [1, 0, 1], [1, 2]]
    """
    if cells.all():
        keys = np.asarray(sums)
    else:
        packed = np.packbits(cells, axis=1).astype(np.int64)
        keys = np.column_stack([sums, packed])
    _, first, label, size = np.unique(
        keys, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    return first, label.ravel(), size


def sample_curveball(
    presence: NDArray[np.bool_],
    draws: int,
    *,
    seed: int,
    trades: int | None = None,
    allowed: Flags | None = None,
) -> Iterator[Flags]:
    """Draw tables of 0 and 1 with exactly the same sums, each alike likely.

    Parameters
    ----------
    presence
        Rows x columns.
    draws
        How many tables.
    seed
        Seed of the draws.
    trades
        Trades between two rows (or columns, if there are fewer) before each table, by default five
        for each.
    allowed
        Rows x columns, False where there can be no tie; by default all can.

    Yields
    ------
    numpy.ndarray
        Rows x columns.

    Notes
    -----
    Strona, Nappo, Boccacci, Fattorini and San-Miguel-Ayanz, Nature Communications 5, 4114, 2014;
    uniform: Carstens, Physical Review E 91, 042812, 2015. With structural zeros two rows deal out
    only what both could have; the tables that are reached are still alike likely, but where zeros
    differ from row to row some tables may be out of reach of trades between two.

    Examples
    --------
    >>> [table] = sample_curveball(np.eye(3, dtype=bool), 1, seed=1)
    >>> table.sum(axis=0).tolist(), table.sum(axis=1).tolist()
    ([1, 1, 1], [1, 1, 1])
    """
    random = np.random.default_rng(seed)
    flipped = presence.shape[0] > presence.shape[1]  # fewer, longer rows mix in fewer trades
    table = (presence.T if flipped else presence).copy()
    cells = None if allowed is None or allowed.all() else allowed.T if flipped else allowed
    count = 5 * len(table) if trades is None else trades
    for _ in range(draws):
        if len(table) > 1:
            for _ in range(count):
                _trade(table, random, cells)
        yield (table.T if flipped else table).copy()


def _fit(target: _Target) -> Floats:
    """Find the chances of classes: lines that are empty or full first, then all others."""
    chance, free = np.zeros(target.free.shape), target.free.copy()
    changed = True
    while changed:
        left = target.find_left(chance)
        changed = _settle(left[0], target.column_size, chance, free)
        left = target.find_left(chance)
        changed |= _settle(left[1], target.row_size, chance.T, free.T)
    rows, columns = target.find_left(chance)
    return np.asarray(chance + _climb(target._replace(rows=rows, columns=columns, free=free)))


def _settle(left: Floats, size: Floats, chance: Floats, free: Floats) -> bool:
    """Take out rows with no tie left or as many as cells: changes the last two arguments."""
    room = free @ size
    empty = (room > 0) & (left < 0.5)  # noqa: PLR2004 - sums are whole
    full = (room > 0) & ~empty & (room - left < 0.5)  # noqa: PLR2004
    chance[full] += free[full]
    free[empty | full] = 0.0
    return bool((empty | full).any())


def _climb(target: _Target) -> Floats:
    """Go up the likelihood until expected sums are those given."""
    total = max(float(target.rows @ target.row_size), 1.0)
    u = np.log(np.maximum(target.rows, _TINY))
    v = np.log(np.maximum(target.columns, _TINY) / total)
    close = [_CLOSE * np.maximum(1.0, sums) for sums in (target.rows, target.columns)]
    chance = target.find_chance(u, v)
    for _ in range(_STEPS):
        left = target.find_left(chance)
        if all((np.abs(part) <= most).all() for part, most in zip(left, close, strict=True)):
            break
        u, v = _move(target, u, v, left)
        chance = target.find_chance(u, v)
    return chance


def _move(target: _Target, u: Floats, v: Floats, left: tuple[Floats, Floats]) -> _Point:
    """Make Newton's step, halved until it goes up (Armijo's rule)."""
    pull = target.row_size * left[0], target.column_size * left[1]
    du, dv = _find_step(target, target.find_chance(u, v), pull)
    slope, here = pull[0] @ du + pull[1] @ dv, target.measure(u, v)
    length = 1.0
    while length > _SHORTEST:
        moved = u + length * du, v + length * dv
        if target.measure(*moved) >= here + 1e-4 * length * slope - 1e-12 * abs(here):
            break
        length /= 2
    return moved


def _find_step(target: _Target, chance: Floats, pull: _Point) -> _Point:
    """Solve for Newton's step, the rows eliminated."""
    weight = target.free * chance * (1 - chance)
    weight = weight * np.outer(target.row_size, target.column_size)
    of_rows = weight.sum(axis=1)
    inverse = np.divide(1.0, of_rows, out=np.zeros_like(of_rows), where=of_rows > 0)
    matrix = np.diag(weight.sum(axis=0)) - weight.T @ (inverse[:, np.newaxis] * weight)
    dv = np.linalg.lstsq(matrix, pull[1] - weight.T @ (inverse * pull[0]), rcond=1e-13)[0]
    return inverse * (pull[0] - weight @ dv), dv


def _trade(table: Flags, random: np.random.Generator, cells: Flags | None) -> None:
    """Let two rows deal out anew what only one has and both could have: changes the table."""
    first, second = random.choice(len(table), 2, replace=False)
    differ = table[first] ^ table[second]
    apart = np.flatnonzero(differ if cells is None else differ & cells[first] & cells[second])
    own = int(table[first, apart].sum())
    table[first, apart] = False
    table[second, apart] = True
    taken = apart[random.permutation(len(apart))[:own]]
    table[first, taken] = True
    table[second, taken] = False
