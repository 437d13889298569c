"""How close activities are to each other by where they occur together, and to what a region has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = Sequence[float] | Floats | NDArray[np.integer]
    Table = NDArray[np.floating | np.integer | np.bool_]

__all__ = [
    "Method",
    "compute_cross_proximity",
    "compute_opportunity",
    "compute_proximity",
    "compute_relatedness_density",
]

Method = Literal["probability", "association", "cosine", "jaccard"]


def compute_proximity(presence: Table, method: Method = "probability") -> Floats:
    """Measure how close each two columns of a table are by the rows that they share.

    Parameters
    ----------
    presence
        Regions x activities: presence, or counts where the method takes them.
    method
        See `compute_cross_proximity`.

    Returns
    -------
    numpy.ndarray
        Activities x activities, symmetric; on the diagonal is what the formula gives for an
        activity with itself: 1, and for ``association`` of presence regions / ubiquity. nan in
        the row and column of an activity that occurs nowhere.

    Notes
    -----
    Hidalgo, Klinger, Barabási and Hausmann, Science 317, 482-487, 2007 (``probability``).

    Examples
    --------
    >>> compute_proximity(np.array([[1, 1, 0], [1, 0, 0]])).tolist()
    [[1.0, 0.5, nan], [0.5, 1.0, nan], [nan, nan, nan]]
    """
    return compute_cross_proximity(presence, presence, method)


def compute_cross_proximity(first: Table, second: Table, method: Method = "probability") -> Floats:
    """Measure how close each column of one table is to each of another with the same rows.

    Parameters
    ----------
    first, second
        Say regions x disciplines and the same regions x industries. For ``probability`` and
        ``jaccard``, whatever is more than 0 is present; for ``association`` and ``cosine``, counts
        are taken as they are.
    method
        With c the sum over rows of the product of two columns (for presence: the rows that they
        share), s the sum of a column and n the number of rows:

        - ``probability``: the smaller of the two conditional probabilities, c / max(s1, s2);
        - ``association``: association strength times the number of rows, n c / (s1 s2), which is
          1 where two columns meet as often as if they were independent, and has no upper limit;
        - ``cosine``: c divided by the lengths of the two columns as vectors; for presence,
          c / sqrt(s1 s2);
        - ``jaccard``: c / (s1 + s2 - c).

    Returns
    -------
    numpy.ndarray
        Columns of the first x columns of the second: from 0 to 1, but for ``association``. nan
        where one of the columns is empty.

    Raises
    ------
    ValueError
        If the tables have different numbers of rows, or the method is unknown.

    Notes
    -----
    Hidalgo et al., Science 317, 482-487, 2007, between products; between science and technology:
    Catalán, Navarrete and Figueroa, Research Policy 51 (8), 104016, 2022. The other three: van Eck
    and Waltman, JASIST 60, 1635-1651, 2009, whose association strength is c / (s1 s2), proportional
    to observed by expected; n makes it this ratio itself.

    Examples
    --------
    >>> disciplines = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    >>> industries = np.array([[1], [1], [0], [0]])
    >>> compute_cross_proximity(disciplines, industries).tolist()
    [[1.0], [0.5]]
    >>> compute_cross_proximity(disciplines, industries, "association").tolist()
    [[2.0], [1.0]]
    """
    one, two = _prepare(first, method), _prepare(second, method)
    both = np.outer(one.any(axis=0), two.any(axis=0))
    scale = len(one) if method == "association" else 1
    return scale * (one.T @ two) / np.where(both, _compute_base(one, two, method), np.nan)


def compute_relatedness_density(presence: Table, proximity: Floats) -> Floats:
    """Compute how much of the proximity around each activity belongs to activities a region has.

    Parameters
    ----------
    presence
        Regions x activities; more than 0 is present.
    proximity
        Activities x activities, symmetric, not negative; nan counts as none.

    Returns
    -------
    numpy.ndarray
        Regions x activities: the sum of the proximity of an activity to the others that the region
        has, divided by the sum of its proximity to all others; 0 to 1. The activity itself counts
        in neither sum, so that having it does not make it dense. nan where an activity is close to
        no other.

    Notes
    -----
    Hidalgo, Klinger, Barabási and Hausmann, Science 317, 482-487, 2007.

    Examples
    --------
    >>> proximity = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.0], [0.5, 0.0, 1.0]])
    >>> compute_relatedness_density(np.array([[1, 1, 0]]), proximity).tolist()
    [[0.5, 1.0, 1.0]]
    """
    weights = np.where(np.isnan(proximity), 0.0, proximity)
    np.fill_diagonal(weights, 0.0)
    around = weights.sum(axis=0)
    present = (np.asarray(presence) > 0) @ weights
    density = present / np.where(around > 0, around, np.nan)
    return np.minimum(density, 1.0)  # the two sums may be rounded apart


def compute_opportunity(demand: Counts, supply: Counts, density: Floats) -> Floats:
    """Multiply what is asked for, what is there to give it, and how close the two are.

    Parameters
    ----------
    demand
        How much each region (industry) asks for, 0 or more; of all activities alike, or regions x
        activities.
    supply
        How much there is of each activity (discipline), 0 or more.
    density
        Regions x activities: relatedness density, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Regions x activities: share of all demand x share of all supply x density; nan where the
        density is unknown, or where there is no demand or no supply at all.

    Notes
    -----
    Without the last factor it orders pairs as their expected count does, so that whatever it knows
    beyond popularity is relatedness: Hidalgo et al., Science 317, 482-487, 2007; that it must be
    judged by what it foretells: Albora et al., Scientific Reports 13, 1481, 2023.

    Examples
    --------
    >>> compute_opportunity([3, 1], [1, 1], np.array([[1.0, 0.5], [0.4, np.nan]])).tolist()
    [[0.375, 0.1875], [0.05, nan]]
    """
    asked, given = (np.asarray(part, dtype=float) for part in (demand, supply))
    if asked.ndim == 1:
        asked = asked[:, np.newaxis]
    totals = np.array([asked.sum(), given.sum()])
    asked_total, given_total = np.where(totals > 0, totals, np.nan)
    opportunity: Floats = (asked / asked_total) * (given / given_total) * density
    return opportunity


def _prepare(table: Table, method: Method) -> Floats:
    if method in ("association", "cosine"):
        return np.asarray(table, dtype=float)
    return (np.asarray(table) > 0).astype(float)


def _compute_base(one: Floats, two: Floats, method: Method) -> Floats:
    """Find what each method divides by what two columns share."""
    sums = one.sum(axis=0), two.sum(axis=0)
    base: Floats
    match method:
        case "probability":
            base = np.maximum.outer(*sums)
        case "association":
            base = np.outer(*sums)
        case "jaccard":
            base = np.add.outer(*sums) - one.T @ two
        case "cosine":
            base = np.sqrt(np.outer((one**2).sum(axis=0), (two**2).sum(axis=0)))
        case _:
            raise ValueError(f"no such method: {method}")
    return base
