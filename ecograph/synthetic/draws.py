"""Draws: weighted choices, dates and amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = [
    "choose",
    "draw_dates",
    "draw_lognormal",
    "pick",
    "sample",
    "shift",
    "split_total",
    "zipf",
]

T = TypeVar("T")


def zipf(count: int, exponent: float) -> NDArray[np.float64]:
    """Weigh ranks by Zipf's law.

    Parameters
    ----------
    count
        Number of ranks.
    exponent
        0 makes all equal.

    Returns
    -------
    numpy.ndarray
        rank ** -exponent, not normalised.

    Examples
    --------
    >>> zipf(4, 1).tolist()
    [1.0, 0.5, 0.3333333333333333, 0.25]
    """
    return np.asarray(np.arange(1, count + 1, dtype=np.float64) ** -exponent)


def sample(rng: np.random.Generator, weights: Mapping[T, float], count: int) -> list[T]:
    """Draw items by weight, with replacement.

    Parameters
    ----------
    rng
        Source of random numbers.
    weights
        Item to weight, not all zero.
    count
        How many draws.

    Returns
    -------
    list
        The items drawn.

    Examples
    --------
    >>> sample(np.random.default_rng(1), {"a": 0, "b": 2}, 3)
    ['b', 'b', 'b']
    """
    return _draw(rng, weights, count, replace=True)


def choose(rng: np.random.Generator, weights: Mapping[T, float], count: int) -> list[T]:
    """Draw different items by weight, all of them where there are too few.

    Parameters
    ----------
    rng
        Source of random numbers.
    weights
        Item to weight, all above zero.
    count
        How many items at most.

    Returns
    -------
    list
        The items drawn, in the order of the draws.

    Examples
    --------
    >>> sorted(choose(np.random.default_rng(1), {"a": 1, "b": 2}, 3))
    ['a', 'b']
    """
    return _draw(rng, weights, min(count, len(weights)), replace=False)


def pick(rng: np.random.Generator, weights: Mapping[T, float]) -> T:
    """Draw one item by weight.

    Parameters
    ----------
    rng
        Source of random numbers.
    weights
        Item to weight, not all zero.

    Returns
    -------
    object
        The item drawn.

    Examples
    --------
    >>> pick(np.random.default_rng(1), {"a": 0, "b": 2})
    'b'
    """
    return _draw(rng, weights, 1, replace=True)[0]


def draw_dates(
    rng: np.random.Generator, years: Mapping[int, float], count: int
) -> list[pd.Timestamp]:
    """Draw days: the year by weight, the day of the year evenly.

    Parameters
    ----------
    rng
        Source of random numbers.
    years
        Year to weight.
    count
        How many days.

    Returns
    -------
    list of pandas.Timestamp
        The days, as drawn.

    Examples
    --------
    >>> {day.year for day in draw_dates(np.random.default_rng(1), {2023: 1, 2024: 0}, 9)}
    {2023}
    """
    drawn = sample(rng, years, count)
    days = rng.integers(0, 365, size=count)
    return [
        pd.Timestamp(y, 1, 1) + pd.Timedelta(days=int(d)) for y, d in zip(drawn, days, strict=True)
    ]


def shift(
    day: pd.Timestamp | dt.date, *, years: int = 0, months: int = 0, days: int = 0
) -> pd.Timestamp:
    """Move a day by calendar years and months, then by days.

    Parameters
    ----------
    day
        Where to start.
    years, months
        Calendar steps; a day that a month lacks becomes its last one.
    days
        Days after that.

    Returns
    -------
    pandas.Timestamp
        The day reached.

    Examples
    --------
    >>> shift(pd.Timestamp("2024-02-29"), years=1, days=-1).date().isoformat()
    '2025-02-27'
    """
    return pd.Timestamp(day) + pd.DateOffset(years=years, months=months) + pd.Timedelta(days=days)


def draw_lognormal(
    rng: np.random.Generator, law: Mapping[str, float], count: int
) -> NDArray[np.float64]:
    """Draw log-normal values.

    Parameters
    ----------
    rng
        Source of random numbers.
    law
        `median`, and `sigma` of the logarithm.
    count
        How many values.

    Returns
    -------
    numpy.ndarray
        Positive values.

    Examples
    --------
    >>> draw_lognormal(np.random.default_rng(1), {"median": 5, "sigma": 0}, 2).tolist()
    [5.0, 5.0]
    """
    return law["median"] * np.exp(law["sigma"] * rng.standard_normal(count))


def split_total(
    rng: np.random.Generator, total: int, count: int, *, sigma: float, unit: int = 100
) -> list[int]:
    """Split an amount into log-normal parts that add up to it exactly.

    Parameters
    ----------
    rng
        Source of random numbers.
    total
        The amount in yuan, a multiple of `unit`.
    count
        How many parts.
    sigma
        Spread of the logarithms.
    unit
        Every part is a multiple of it; 100 yuan are 0.01万元.

    Returns
    -------
    list of int
        The parts in yuan.

    Examples
    --------
    >>> sum(split_total(np.random.default_rng(1), 128_000_000, 219, sigma=1.1))
    128000000
    """
    weights = np.exp(sigma * rng.standard_normal(count))
    parts = np.maximum(np.floor(total / unit * weights / weights.sum()), 1).astype(int)
    parts[parts.argmax()] += total // unit - parts.sum()
    return [int(part) * unit for part in parts]


def _draw(
    rng: np.random.Generator, weights: Mapping[T, float], count: int, *, replace: bool
) -> list[T]:
    items: Sequence[T] = list(weights)
    chances = np.fromiter(weights.values(), dtype=np.float64, count=len(items))
    places = rng.choice(len(items), size=count, replace=replace, p=chances / chances.sum())
    return [items[place] for place in places]
