"""What a region does more of than others, and how mixed or one-sided what it does is.

Tables have a row for each region and a column for each activity; nothing in them is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import entr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Table = NDArray[np.floating | np.integer | np.bool_]

__all__ = [
    "compute_diversity",
    "compute_entropy",
    "compute_hachman",
    "compute_herfindahl",
    "compute_krugman",
    "compute_location_quotient",
    "compute_ubiquity",
    "mark_specialised",
]


def compute_location_quotient(counts: Table) -> Floats:
    """Divide the share of each activity in a region by its share in all regions together.

    Parameters
    ----------
    counts
        Regions x activities: persons, firms, projects, sales.

    Returns
    -------
    numpy.ndarray
        Regions x activities: 1 where the region has as much as all regions have on average, 0
        where it has nothing; nan in a row or column that sums to 0.

    Notes
    -----
    Balassa, The Manchester School 33, 99-123, 1965: "revealed" comparative advantage. Both shares
    are rounded once, so equal shares give exactly 1 and the mark at 1 does not depend on rounding.

    Examples
    --------
    >>> compute_location_quotient(np.array([[6, 2], [2, 6]])).tolist()
    [[1.5, 0.5], [0.5, 1.5]]
    """
    table = np.asarray(counts, dtype=float)
    by_column = table.sum(axis=0)
    whole = by_column / _blank_zeros(by_column.sum())
    quotient: Floats = _compute_shares(table) / _blank_zeros(whole)
    return quotient


def mark_specialised(quotient: Floats, threshold: float = 1.0) -> Bools:
    """Mark where a location quotient reaches a threshold; nan reaches none.

    Notes
    -----
    That the threshold itself is enough is a convention, as in economiccomplexity for R.

    Examples
    --------
    >>> mark_specialised(np.array([[1.5, 1.0, 0.9, np.nan]])).tolist()
    [[True, True, False, False]]
    """
    marks: Bools = np.asarray(quotient) >= threshold
    return marks


def compute_diversity(presence: Table) -> Ints:
    """Count the activities of each region (Hidalgo and Hausmann 2009).

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.

    Examples
    --------
    >>> compute_diversity(np.array([[True, True], [False, True]])).tolist()
    [2, 1]
    """
    counts: Ints = np.count_nonzero(np.asarray(presence) > 0, axis=1).astype(np.int64)
    return counts


def compute_ubiquity(presence: Table) -> Ints:
    """Count the regions that have each activity (Hidalgo and Hausmann 2009).

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.

    Examples
    --------
    >>> compute_ubiquity(np.array([[True, True], [False, True]])).tolist()
    [1, 2]
    """
    return compute_diversity(np.asarray(presence).T)


def compute_herfindahl(counts: Table) -> Floats:
    """Sum the squared shares of the activities of each region.

    Parameters
    ----------
    counts
        Regions x activities.

    Returns
    -------
    numpy.ndarray
        1 where a region has one activity only, 1/n where it has n equal ones; nan where it has
        none.

    Notes
    -----
    Hirschman, National Power and the Structure of Foreign Trade, 1945, without the root;
    Herfindahl, Concentration in the Steel Industry, 1950.

    Examples
    --------
    >>> compute_herfindahl(np.array([[1, 1], [3, 0]])).tolist()
    [0.5, 1.0]
    """
    table = np.asarray(counts, dtype=float)
    return _sum_filled(_compute_shares(table) ** 2, table)


def compute_entropy(counts: Table) -> Floats:
    """Measure how evenly each region is spread over activities, in nats.

    Parameters
    ----------
    counts
        Regions x activities.

    Returns
    -------
    numpy.ndarray
        0 where a region has one activity only, ln n where it has n equal ones; nan where it has
        none.

    Notes
    -----
    Shannon, Bell System Technical Journal 27, 379-423, 1948, with the natural logarithm.

    Examples
    --------
    >>> compute_entropy(np.array([[1, 1], [3, 0]])).round(6).tolist()
    [0.693147, 0.0]
    """
    table = np.asarray(counts, dtype=float)
    return _sum_filled(entr(_compute_shares(table)), table)


def compute_krugman(counts: Table) -> Floats:
    """Measure how far the structure of each region is from that of the other regions.

    Parameters
    ----------
    counts
        Regions x activities.

    Returns
    -------
    numpy.ndarray
        The sum over activities of the absolute difference between the share in the region and the
        share in all other regions taken together: 0 where they are alike, 2 where they share
        nothing; nan where the region or the others have nothing.

    Notes
    -----
    Krugman, Geography and Trade, 1991, compares two regions. A region is compared here with the
    sum of all others, so that large ones weigh more, as in Midelfart-Knarvik, Overman, Redding and
    Venables, The location of European industry, European Commission, Economic Papers 142, 2000; it
    is not compared with a whole that it is part of, nor with the mean of the others' shares.

    Examples
    --------
    >>> compute_krugman(np.array([[3, 1], [1, 3], [0, 0]])).tolist()
    [1.0, 1.0, nan]
    """
    table = np.asarray(counts, dtype=float)
    others = table.sum(axis=0) - table
    distance = np.abs(_compute_shares(table) - _compute_shares(others))
    return _sum_filled(distance, table)


def compute_hachman(counts: Table) -> Floats:
    """Measure how closely each region mirrors the structure of all regions together.

    Parameters
    ----------
    counts
        Regions x activities.

    Returns
    -------
    numpy.ndarray
        1 where the region has the structure of the whole, towards 0 the more it differs; nan where
        it has nothing.

    Notes
    -----
    The index of Frank Hachman, University of Utah: 1 divided by the mean location quotient of the
    region, weighted by its own shares.

    Examples
    --------
    >>> compute_hachman(np.array([[6, 2], [2, 6]])).tolist()
    [0.8, 0.8]
    """
    table = np.asarray(counts, dtype=float)
    parts = _compute_shares(table) * compute_location_quotient(table)
    mean = _sum_filled(np.where(np.isnan(parts), 0.0, parts), table)
    return 1 / mean


def _compute_shares(table: Floats) -> Floats:
    shares: Floats = table / _blank_zeros(table.sum(axis=1, keepdims=True))
    return shares


def _blank_zeros(sums: Floats) -> Floats:
    """Put nan for 0, so that a division by it is nan without a warning."""
    return np.where(sums > 0, sums, np.nan)


def _sum_filled(parts: Floats, table: Floats) -> Floats:
    """Sum the parts of each row; nan for a row without a count, even if there is no column."""
    return np.where(table.sum(axis=1) > 0, parts.sum(axis=1), np.nan)
