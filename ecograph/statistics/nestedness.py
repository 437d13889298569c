"""The shape of a table: is little contained in much, or does it fall into blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
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
]

_CELLS = 4_000_000  # compared at once


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
