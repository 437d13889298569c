"""The shape of a table: is little contained in much, or does it fall into blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Table = NDArray[np.floating | np.integer | np.bool_]

__all__ = [
    "Nestedness",
    "compute_bipartite_modularity",
    "compute_nodf",
    "compute_weighted_nodf",
    "find_bipartite_groups",
]

_CELLS = 4_000_000  # compared at once
_SAME = 1e-12  # sums in another order differ by less


class Nestedness(NamedTuple):
    """Nestedness among rows, among columns and of the whole table, each from 0 to 100."""

    rows: float
    columns: float
    table: float


def compute_nodf(presence: Table) -> Nestedness:
    """Measure nestedness by overlap and decreasing fill.

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.

    Returns
    -------
    Nestedness
        100 where whatever a row (column) has, every fuller one has too, and no two have the same
        number; 0 where none share anything or all have the same number. nan where there are not
        two rows (columns, either) to compare.

    Notes
    -----
    Almeida-Neto, Guimarães, Guimarães, Loyola and Ulrich, Oikos 117, 1227-1239, 2008. A pair of
    rows scores the share of the emptier one that the fuller one has too, and 0 if they are equally
    full; this is averaged over pairs. With rows and columns ordered by decreasing fill, as is
    meant here, the order within the table plays no part. Empty rows and columns are left out:
    nothing can be said of what they share.

    Examples
    --------
    >>> compute_nodf(np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]]))
    Nestedness(rows=100.0, columns=100.0, table=100.0)
    """
    present = _drop_empty(np.asarray(presence)) > 0
    return _average(present, _sum_overlap(present), _sum_overlap(present.T))


def compute_weighted_nodf(weights: Table) -> Nestedness:
    """Measure nestedness by overlap, decreasing fill and decreasing weight.

    Parameters
    ----------
    weights
        Regions x activities, not negative; 0 is absent.

    Returns
    -------
    Nestedness
        As `compute_nodf`, but a cell of the emptier row counts only if its weight is smaller than
        that of the fuller row, so that a table of 0 and 1 scores 0.

    Notes
    -----
    Almeida-Neto and Ulrich, Environmental Modelling & Software 26, 173-178, 2011. Fuller means
    more cells that are not empty, whatever their weight.

    Examples
    --------
    >>> compute_weighted_nodf(np.array([[3, 2, 1], [2, 1, 0], [2, 0, 0]]))
    Nestedness(rows=66.66666666666667, columns=100.0, table=83.33333333333333)
    """
    table = _drop_empty(np.asarray(weights))
    return _average(table, _sum_decrease(table), _sum_decrease(table.T))


def compute_bipartite_modularity(
    table: Table | sp.csr_array, row_labels: Ints, column_labels: Ints
) -> float:
    """Compute the share of weight within groups of rows and columns beyond what sums give.

    Parameters
    ----------
    table
        Rows x columns, dense or sparse, presence or weights.
    row_labels, column_labels
        The group of each row and each column, numbered together from 0.

    Returns
    -------
    float
        At most 1, less than 0 where groups hold less than by chance; 0 for a table without weight.

    Notes
    -----
    Barber, Physical Review E 76, 066102, 2007: by chance, the weight of a cell is the product of
    its row sum and column sum divided by the sum of the table. With weights: Beckett, Royal
    Society Open Science 3, 140536, 2016.

    Examples
    --------
    >>> groups = np.array([0, 1])
    >>> compute_bipartite_modularity(np.array([[2, 0], [0, 2]]), groups, groups)
    0.5
    """
    rows, columns, weights = sp.find(table)
    total = float(weights.sum())
    if total == 0:
        return 0.0
    of_rows, of_columns = row_labels[rows], column_labels[columns]
    groups = max(row_labels.max(), column_labels.max()) + 1
    by_row = np.bincount(of_rows, weights=weights, minlength=groups) / total
    by_column = np.bincount(of_columns, weights=weights, minlength=groups) / total
    within = weights[of_rows == of_columns].sum() / total
    return float(within - by_row @ by_column)


def find_bipartite_groups(counts: Floats) -> Ints:
    """Find groups of rows and columns of high bipartite modularity.

    Parameters
    ----------
    counts
        Rows x columns, 0 or more, none of them empty.

    Returns
    -------
    numpy.ndarray
        The group of each row, then of each column, numbered from 0: of the divisions found from
        each row, and from each column, as a group, the better one.

    Notes
    -----
    Label propagation and merging: Liu and Murata, Journal of Statistical Mechanics, P09028, 2010;
    Beckett, Royal Society Open Science 3, 140536, 2016. Not always the best division.

    Examples
    --------
    >>> find_bipartite_groups(np.array([[2.0, 0.0], [0.0, 3.0]])).tolist()
    [0, 1, 0, 1]
    """
    if not counts.size:
        return np.zeros(sum(counts.shape), dtype=np.int64)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    excess = (counts - expected) / counts.sum()
    rows, columns, value = _improve(excess)
    columns_too, rows_too, other = _improve(excess.T)
    best = (rows_too, columns_too) if other > value + _SAME else (rows, columns)
    return np.asarray(pd.factorize(np.concatenate(best))[0])


def _drop_empty(table: Table) -> Table:
    present = table > 0
    return table[present.any(axis=1)][:, present.any(axis=0)]


def _average(table: Table, rows: float, columns: float) -> Nestedness:
    """Average sums over pairs of rows and of columns, in percent."""
    row_pairs, column_pairs = (size * (size - 1) // 2 for size in table.shape)
    return Nestedness(
        _divide(rows, row_pairs),
        _divide(columns, column_pairs),
        _divide(rows + columns, row_pairs + column_pairs),
    )


def _divide(total: float, pairs: int) -> float:
    return 100 * total / pairs if pairs else np.nan


def _sum_overlap(present: Bools) -> float:
    """Sum over pairs of rows the share of the emptier one that is in the fuller one too."""
    cells = present.astype(float)
    fill = cells.sum(axis=1)
    shared = cells @ cells.T
    return float(np.where(fill[:, None] > fill, shared / fill, 0.0).sum())


def _sum_decrease(weights: Table) -> float:
    """Sum over pairs of rows the share of the emptier one that the fuller one exceeds."""
    fill = np.count_nonzero(weights > 0, axis=1)
    rank = np.unique(weights, return_inverse=True)[1].reshape(weights.shape).astype(np.int32)
    least = np.where(weights > 0, rank, np.iinfo(np.int32).max)  # nothing exceeds an empty cell
    total = 0.0
    for rows in np.array_split(np.arange(len(fill)), -(-len(fill) * weights.size // _CELLS) or 1):
        more = np.count_nonzero(rank[rows][:, None] > least, axis=2)
        total += float(np.where(fill[rows][:, None] > fill, more / fill, 0.0).sum())
    return total


def _improve(excess: Floats) -> tuple[Ints, Ints, float]:
    """Propagate labels and merge groups in turn until modularity stays, from rows alone."""
    rows: Ints = np.arange(len(excess))
    before = -np.inf
    while True:
        rows, columns, between = _propagate(excess, rows)
        value = float(np.trace(between))
        if value <= before + _SAME:
            return rows, columns, value
        rows, before = _merge(between)[rows], value


def _propagate(excess: Floats, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Give columns, then rows, the group that they have most excess with, until it stays."""
    before = -np.inf
    while True:
        columns = np.argmax(_sum_groups(excess, rows), axis=0)
        columns = np.unique(columns, return_inverse=True)[1]
        toward = _sum_groups(excess.T, columns)
        rows, value = np.argmax(toward, axis=0), float(toward.max(axis=0).sum())
        if value <= before + _SAME:
            between = np.zeros((len(toward), len(toward)))
            between[np.unique(rows)] = _sum_groups(toward.T, rows)
            return rows, columns, between
        before = value


def _sum_groups(table: Floats, labels: Ints) -> Floats:
    """Sum the rows of each group that has any, in the order of labels."""
    order = np.argsort(labels, kind="stable")
    ranked = labels[order]
    starts = np.append(0, np.flatnonzero(ranked[1:] != ranked[:-1]) + 1)
    return np.asarray(np.add.reduceat(table[order], starts, axis=0))


def _merge(between: Floats) -> Ints:
    """Merge the two groups that gain most, as long as any gain; give the group of each."""
    gain, target = between + between.T, np.arange(len(between))
    np.fill_diagonal(gain, -np.inf)
    while gain.size and gain.max() > _SAME:
        kept, gone = sorted(divmod(int(gain.argmax()), len(gain)))
        target[target == gone] = kept
        gain[kept] += gain[gone]
        gain[:, kept] += gain[:, gone]
        gain[gone] = gain[:, gone] = -np.inf
        gain[kept, kept] = -np.inf
    return target
