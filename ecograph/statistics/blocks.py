"""Counts of ties in blocks of a two-mode table against chances that differ from tie to tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from ecograph.statistics.bipartite import sample_curveball

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["BlockTests", "DrawnTests", "compare_blocks", "compare_curveball", "compute_law"]

_SURE = 1e-15  # a chance below this cannot be told from rounding
_WHOLE = 512  # rows up to which all counts are looked at
_REACH, _ROOM = 12.0, 40.0  # standard deviations, and more, beyond which lies less than that
_CLEAR = 1e-12  # by so much a chance may be rounded above a level and still be at it


class BlockTests(NamedTuple):
    """Tests of counts, each blocks x columns.

    Parameters
    ----------
    expected
        Expected counts.
    few, many
        The chance of as few ties or fewer, and of as many or more.
    critical
        The most ties that are significantly few; -1 where no tie at all would not be.
    power
        The chance to see that few where every chance is cut down to the margin.
    """

    expected: Floats
    few: Floats
    many: Floats
    critical: Ints
    power: Floats


class DrawnTests(NamedTuple):
    """Tests of counts against tables that are drawn, each blocks x columns.

    Parameters
    ----------
    mean, deviation
        Mean and standard deviation of the counts of the draws.
    few, many
        The share of as few ties or fewer, and of as many or more, the table itself counted in.
    """

    mean: Floats
    deviation: Floats
    few: Floats
    many: Floats


def compare_blocks(
    observed: Ints, members: Ints, chance: Floats, *, alpha: float = 0.05, margin: float = 0.5
) -> BlockTests:
    """Compare the ties of blocks of rows with what the chances of their ties give.

    Parameters
    ----------
    observed
        Ties of each block with each column (blocks x columns).
    members
        How many rows of each class a block has (blocks x classes).
    chance
        The chance of a tie of a row of each class with each column (classes x columns).
    alpha
        The level of `critical`.
    margin
        By what chances are multiplied for `power`.

    Returns
    -------
    BlockTests
        Exact but for rounding: a count is a sum of independent events of different chances, whose
        law is Poisson's binomial.

    Examples
    --------
    One block of two rows, tied to the one column with chances 0.5 and 0.1; no tie is seen:

    >>> tests = compare_blocks(np.array([[0]]), np.array([[1, 1]]), np.array([[0.5], [0.1]]))
    >>> tests.expected.round(2).tolist(), tests.few.round(2).tolist(), tests.many.tolist()
    ([[0.6]], [[0.45]], [[1.0]])
    """
    rows = [
        _compare_block(*block, chance, alpha, margin)
        for block in zip(observed, members, strict=True)
    ]
    shape = observed.shape
    parts = zip(*rows, strict=True) if rows else ([],) * len(BlockTests._fields)
    return BlockTests(*(np.reshape(np.asarray(part), shape) for part in parts))


def compare_curveball(
    presence: Flags,
    block: Ints,
    blocks: int,
    *,
    draws: int,
    seed: int,
    allowed: Flags | None = None,
) -> DrawnTests:
    """Compare the ties of blocks of rows with those of tables drawn with exactly the same sums.

    Parameters
    ----------
    presence
        Rows x columns.
    block
        The block of each row, from 0.
    blocks
        How many blocks there are.
    draws
        How many tables are drawn, at least one.
    seed
        Seed of the draws.
    allowed
        As in `sample_curveball`.

    Returns
    -------
    DrawnTests
        Chances (k + 1) / (draws + 1), where k draws are as extreme.

    Raises
    ------
    ValueError
        If there is not at least one draw.

    Notes
    -----
    Davison and Hinkley 1997, Bootstrap Methods and their Application, eq. 4.11. Sums that are
    fixed let counts vary less than sums that only hold on average, as in `compare_blocks`: of the
    variance of a block's count about the share is lost that the block has in the variance of the
    column. So chances of the two agree where each block is a small part of the table; of three
    blocks of the 18 southern women of Davis et al. 1941, standard deviations are 0.76 to 0.91 of
    those of the other.

    Examples
    --------
    Of two rows with one tie each to one of two columns, half of all tables have the first's there:

    >>> table = np.eye(2, dtype=bool)
    >>> tests = compare_curveball(table, np.array([0, 1]), 2, draws=999, seed=1)
    >>> tests.mean.round(1).tolist(), tests.few.round(1).tolist()
    ([[0.5, 0.5], [0.5, 0.5]], [[1.0, 0.5], [0.5, 1.0]])
    """
    if draws < 1:
        raise ValueError("at least one table must be drawn")
    rows = np.arange(len(block))
    member = sp.csr_array((np.ones(len(block), np.int64), (block, rows)), (blocks, len(block)))
    observed = member @ presence
    total, squares, few, many = np.zeros((4, *observed.shape), dtype=np.int64)
    for table in sample_curveball(presence, draws, seed=seed, allowed=allowed):
        drawn = member @ table
        total += drawn
        squares += drawn**2
        few += drawn <= observed
        many += drawn >= observed
    mean = total / draws
    variance = np.maximum(squares / draws - mean**2, 0.0)
    tails = ((part + 1) / (draws + 1) for part in (few, many))
    return DrawnTests(mean, np.sqrt(variance), *tails)


def compute_law(members: Ints, chance: Floats, *, length: int | None = None) -> Floats:
    """Compute the chances of each count of a sum of independent events.

    Parameters
    ----------
    members
        How many events of each class there are.
    chance
        The chance of an event of each class, for each of several sums (classes x sums).
    length
        How many counts to compute, from 0 on, by default all; there must be hardly any chance of
        a count beyond.

    Returns
    -------
    numpy.ndarray
        Sums x counts; off by about 1e-16 times the number of events.

    Notes
    -----
    From the characteristic function by a discrete Fourier transform: Hong, Computational
    Statistics & Data Analysis 59, 41-51, 2013, eq. 6.

    Examples
    --------
    >>> compute_law(np.array([2]), np.array([[0.5]])).round(2).tolist()
    [[0.25, 0.5, 0.25]]
    """
    size = int(members.sum()) + 1 if length is None else length
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size) - 1
    transform = np.ones((chance.shape[1], len(turn)), dtype=complex)
    for count, of_class in zip(members.tolist(), chance, strict=True):
        if count:
            transform *= (1 + np.multiply.outer(of_class, turn)) ** count
    return np.maximum(np.fft.irfft(transform, size, axis=1), 0.0)


def _compare_block(
    observed: Ints, members: Ints, chance: Floats, alpha: float, margin: float
) -> tuple[Floats, Floats, Floats, Ints, Floats]:
    expected = members @ chance
    length = _choose_length(observed, members, chance)
    law = compute_law(members, chance, length=length)
    up_to, from_on = np.cumsum(law, axis=1), np.cumsum(law[:, ::-1], axis=1)[:, ::-1]
    place = np.arange(len(observed))
    critical = (up_to <= alpha + _CLEAR).sum(axis=1) - 1
    cut = np.cumsum(compute_law(members, margin * chance, length=length), axis=1)
    power = np.where(critical >= 0, cut[place, critical], 0.0)
    few, many = (np.clip(part[place, observed], _SURE, 1.0) for part in (up_to, from_on))
    return expected, few, many, critical, np.clip(power, 0.0, 1.0)


def _choose_length(observed: Ints, members: Ints, chance: Floats) -> int:
    """Choose how many counts are looked at: all of a few rows, those within reach of many."""
    everything = int(members.sum()) + 1
    if everything <= _WHOLE:
        return everything
    mean, variance = members @ chance, members @ (chance * (1 - chance))
    reach = (mean + _REACH * np.sqrt(variance) + _ROOM).max(initial=0.0)
    return min(everything, max(int(reach), int(observed.max(initial=0))) + 2)
