"""How complex regions and activities are, told from nothing but who has what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.linalg import eigh
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Table = NDArray[np.floating | np.integer | np.bool_]

__all__ = ["Complexity", "Fitness", "compute_complexity", "compute_fitness"]

_CLEAR = 1e-9  # nearer to each other than this, two eigenvalues are one


class Complexity(NamedTuple):
    """Complexity of rows (ECI) and columns (PCI), and the number of unconnected parts."""

    rows: Floats
    columns: Floats
    parts: int


class Fitness(NamedTuple):
    """Fitness of rows, complexity of columns, the steps made and whether they were enough."""

    rows: Floats
    columns: Floats
    steps: int
    converged: bool


def compute_complexity(presence: Table) -> Complexity:
    """Order rows and columns by the economic complexity index.

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.

    Returns
    -------
    Complexity
        For rows and for columns, values with mean 0 and standard deviation 1 over those that are
        not empty (divided by their number, not by one less), nan for empty ones; and the number of
        parts that no region and no activity joins. All values are nan where the data do not say
        what the order is:

        - more than one part, since then only the part that a region belongs to can be told (the
          eigenvalue 1 is repeated);
        - the second eigenvalue is 0 or repeated, as where all regions have the same activities;
        - the values do not vary with diversity, so that high and low cannot be told apart.

    Notes
    -----
    Hidalgo and Hausmann, PNAS 106, 10570-10575, 2009, in the form of Mealy, Farmer and Teytelboym,
    Science Advances 5, eaau1705, 2019: the eigenvector of the second largest eigenvalue of the
    matrix that averages over activities and back over regions. The sign makes regions correlate
    positively with their diversity; an activity is, up to scale, the mean of the regions that have
    it. The matrix is similar to a symmetric one, whose eigenvectors are computed on the shorter
    side of the table.

    Examples
    --------
    >>> nested = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])
    >>> compute_complexity(nested).rows.round(3).tolist()
    [1.342, 0.447, -0.447, -1.342]
    """
    present, rows, columns = _drop_empty(presence)
    parts = _count_parts(present)
    of_rows, of_columns = np.full(rows.sum(), np.nan), np.full(columns.sum(), np.nan)
    if parts == 1:
        of_rows, of_columns = _find_vectors(present)
        sign = _find_sign(of_rows, present.sum(axis=1))
        of_rows, of_columns = _standardise(sign * of_rows), _standardise(sign * of_columns)
    return Complexity(_place(of_rows, rows), _place(of_columns, columns), parts)


def compute_fitness(
    presence: Table, *, iterations: int = 1_000, tolerance: float = 1e-12
) -> Fitness:
    """Find the fitness of rows and the complexity of columns, each from the other.

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.
    iterations
        Make this many steps at most.
    tolerance
        Stop when no value changes by more than this share of itself in one step.

    Returns
    -------
    Fitness
        Values with mean 1 over the rows and over the columns that are not empty, nan for empty
        ones; the steps made; and whether they met the tolerance.

    Notes
    -----
    Tacchella, Cristelli, Caldarelli, Gabrielli and Pietronero, Scientific Reports 2, 723, 2012:
    from ones, the fitness of a row is the sum of the complexity of its columns, and the
    complexity of a column is 1 by the sum of 1 by the fitness of its rows, both taken from the
    step before and divided by their mean. In many tables some values fall towards 0 for ever, so
    that the tolerance is not met (Pugliese, Zaccaria and Pietronero, Eur. Phys. J. Special Topics
    225, 1893-1911, 2016): then the ranks may be used, but not the ratios.

    Examples
    --------
    >>> fitness = compute_fitness(np.array([[1, 1], [1, 0], [0, 0]]), iterations=1)
    >>> fitness.rows.round(3).tolist(), fitness.columns.round(3).tolist(), fitness.converged
    ([1.333, 0.667, nan], [0.667, 1.333], False)
    """
    present, rows, columns = _drop_empty(presence)
    by_row, by_column = sp.csr_array(present), sp.csr_array(present.T)
    fitness, complexity = np.ones(len(present)), np.ones(present.shape[1])
    steps, converged = 0, not present.size
    while steps < iterations and not converged:
        rows_before, columns_before = fitness, complexity
        with np.errstate(divide="ignore", over="ignore"):  # what has fallen to 0 stays there
            complexity = _normalise(1 / _sum_over(by_column, 1 / rows_before))
        fitness = _normalise(_sum_over(by_row, columns_before))
        converged = _is_still(rows_before, fitness, tolerance)
        converged = converged and _is_still(columns_before, complexity, tolerance)
        steps += 1
    return Fitness(_place(fitness, rows), _place(complexity, columns), steps, converged)


def _drop_empty(presence: Table) -> tuple[Floats, Bools, Bools]:
    """Keep the rows and columns that hold anything, and mark which they are."""
    present = np.asarray(presence) > 0
    rows: Bools = np.asarray(present.any(axis=1))
    columns: Bools = np.asarray(present.any(axis=0))
    return present[rows][:, columns].astype(float), rows, columns


def _place(values: Floats, kept: Bools) -> Floats:
    """Put values back where they belong among the empty rows or columns."""
    placed = np.full(len(kept), np.nan)
    placed[kept] = values
    return placed


def _count_parts(present: Floats) -> int:
    if not present.size:
        return 0
    size = sum(present.shape)
    rows, columns = present.nonzero()
    ties = sp.coo_array((np.ones(len(rows)), (rows, columns + len(present))), shape=(size, size))
    parts, _ = csgraph.connected_components(ties, directed=False)
    return int(parts)


def _find_vectors(present: Floats) -> tuple[Floats, Floats]:
    """Find the second eigenvector of the rows and that of the columns, signs in accord."""
    if present.shape[0] > present.shape[1]:
        of_columns, of_rows = _find_vectors(present.T)
        return of_rows, of_columns
    diversity, ubiquity = present.sum(axis=1), present.sum(axis=0)
    scaled = present / np.sqrt(np.outer(diversity, ubiquity))
    of_rows = _find_second(scaled @ scaled.T) / np.sqrt(diversity)
    return of_rows, of_rows @ present / ubiquity


def _find_second(matrix: Floats) -> Floats:
    """Find the eigenvector of the second largest eigenvalue; nan where it is 0 or not alone."""
    size = len(matrix)
    if size == 1:
        return np.full(1, np.nan)
    values, vectors = eigh(matrix, subset_by_index=(max(size - 3, 0), size - 1))
    third = values[0] if len(values) > 2 else 0.0  # noqa: PLR2004
    clear = values[-2] - third > _CLEAR
    return vectors[:, -2] if clear else np.full(size, np.nan)


def _find_sign(values: Floats, diversity: Floats) -> float:
    """Find the sign that makes values rise with diversity; nan where they do neither."""
    slope = _standardise(values) @ _standardise(diversity) / len(values)
    return float(np.sign(slope)) if abs(slope) > _CLEAR else np.nan


def _standardise(values: Floats) -> Floats:
    spread = values.std()
    standard: Floats = (values - values.mean()) / (spread if spread > 0 else np.nan)
    return standard


def _sum_over(table: sp.csr_array, values: Floats) -> Floats:
    return np.asarray(table @ values, dtype=float)


def _normalise(values: Floats) -> Floats:
    normal: Floats = values / values.mean()
    return normal


def _is_still(before: Floats, after: Floats, tolerance: float) -> bool:
    return bool(np.all(np.abs(after - before) <= tolerance * after))
