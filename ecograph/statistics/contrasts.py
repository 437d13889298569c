"""How two independent estimates differ, from the interval of each."""

from __future__ import annotations

import numpy as np

__all__ = ["bound_difference", "bound_ratio"]


def bound_difference(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """Bound the difference of two independent numbers by the interval of each (MOVER).

    Parameters
    ----------
    first, second
        Value, lower and upper bound, of one level.

    Returns
    -------
    low, high
        Of first less second, at that level.

    Notes
    -----
    Zou and Donner, Statist. Med. 27, 1693-1702, 2008; for shares with Wilson intervals it is
    method 10 of Newcombe, Statist. Med. 17, 873-890, 1998.

    Examples
    --------
    Newcombe's 56 of 70 against 48 of 80:

    >>> low, high = bound_difference((0.8, 0.69183, 0.87695), (0.6, 0.49045, 0.70038))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    (value, low, high), (other, other_low, other_high) = first, second
    change = value - other
    return (
        change - float(np.hypot(value - low, other_high - other)),
        change + float(np.hypot(high - value, other - other_low)),
    )


def bound_ratio(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """Bound the ratio of two independent numbers above 0 by the interval of each (MOVER).

    Parameters
    ----------
    first, second
        Value, lower and upper bound, of one level; no bound below 0.

    Returns
    -------
    low, high
        Of first over second, at that level; high is inf where the second may be 0, and both are
        nan where a value is not above 0.

    Notes
    -----
    Donner and Zou, Stat. Methods Med. Res. 21, 347-359, 2012, eq. 9: the ratios r at which the
    interval of first less r times second ends at 0. The lower root is written as the product of
    the roots over the upper one, so that it does not cancel.

    Examples
    --------
    Seven of 34 against one (Perondi et al., New Engl. J. Med. 350, 1722-1730, 2004):

    >>> low, high = bound_ratio((7 / 34, 0.103495, 0.367984), (1 / 34, 0.005211, 0.149156))
    >>> round(low, 2), round(high, 1)
    (1.15, 42.0)
    """
    (value, low, high), (other, other_low, other_high) = first, second
    if not (value > 0 and other > 0):
        return np.nan, np.nan
    product = value * other
    inner, outer = low * (2 * value - low), other_high * (2 * other - other_high)
    least = inner / (product + np.sqrt(max(product**2 - inner * outer, 0.0)))
    inner, outer = other_low * (2 * other - other_low), high * (2 * value - high)
    if inner <= 0:
        return float(least), np.inf
    return float(least), float((product + np.sqrt(max(product**2 - inner * outer, 0.0))) / inner)
