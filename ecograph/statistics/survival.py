"""How long it takes until an event, where some are still waiting when the data end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["CURVE_COLUMNS", "Quantile", "estimate_survival", "find_quantile", "read_curve"]

CURVE_COLUMNS = (
    "time",
    "at_risk",
    "events",
    "censored",
    "survival",
    "variance",
    "ci_low",
    "ci_high",
)

_SLACK = 1e-12  # a product of fractions that is one half may come out a hair above it


class Quantile(NamedTuple):
    """The time by which a share have had the event, and its bounds; nan where not reached."""

    value: float
    low: float
    high: float


def estimate_survival(
    duration: Floats, event: Flags, entry: Floats | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    """Estimate which share has not had the event yet, by the product-limit method.

    Parameters
    ----------
    duration
        Time from the origin to the event or to the end of observation, one value a unit.
    event
        Whether the event happened at that time; otherwise the unit is censored. At the same time
        events come before censoring.
    entry
        Time from the origin at which each unit comes under observation; by default 0. A unit is at
        risk after its entry and up to its duration, that time included.
    level
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        Columns ``CURVE_COLUMNS``, one row for each distinct duration, in order: units at risk,
        events, censored, the share ``survival`` without the event after that time, its variance
        (Greenwood) and its interval (on the scale of the log of minus the log, so that it stays
        within 0 and 1). Before the first event both bounds are 1 by custom; where nobody is left
        they are nan.

    Raises
    ------
    ValueError
        If a duration is not above 0 or not above its entry, or an entry is below 0.

    Notes
    -----
    Kaplan and Meier, JASA 53, 457-481, 1958; the variance is Greenwood's (1926), eq. 2.2 there;
    the interval is that of Kalbfleisch and Prentice, The Statistical Analysis of Failure Time
    Data, 1980, p. 15. With late entries: Klein and Moeschberger, Survival Analysis, 2003, section
    4.6; where few are at risk early, the curve may drop to 0 too soon.

    Examples
    --------
    >>> curve = estimate_survival(np.array([1.0, 2, 2, 3]), np.array([True, True, False, False]))
    >>> curve[["time", "at_risk", "events", "survival"]].to_numpy().tolist()
    [[1.0, 4.0, 1.0, 0.75], [2.0, 3.0, 1.0, 0.5], [3.0, 1.0, 0.0, 0.5]]
    """
    entry = np.zeros(len(duration)) if entry is None else entry
    if (entry < 0).any() or not (duration > entry).all():
        raise ValueError("Each duration has to lie above its entry, and that not below 0.")
    time, place = np.unique(duration, return_inverse=True)
    events = np.bincount(place[event], minlength=len(time))
    leaving = np.bincount(place, minlength=len(time))
    entered = np.searchsorted(np.sort(entry), time, side="left")
    at_risk = entered - (np.cumsum(leaving) - leaving)
    survival = np.asarray(np.cumprod(1 - events / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(events / (at_risk * (at_risk - events)))  # of the log of survival
        variance = np.where(survival > 0, survival**2 * spread, np.nan)
    low, high = _bound_survival(survival, spread, level)
    columns = (time, at_risk, events, leaving - events, survival, variance, low, high)
    return pd.DataFrame(dict(zip(CURVE_COLUMNS, columns, strict=True)))


def find_quantile(curve: pd.DataFrame, share: float = 0.5) -> Quantile:
    """Find the time by which a share have had the event, with the interval of the curve.

    Parameters
    ----------
    curve
        What `estimate_survival` returns.
    share
        0.5 for the median.

    Returns
    -------
    Quantile
        The first time at which no more than ``1 - share`` are left; ``low`` and ``high`` are the
        first times at which the lower and the upper bound of the curve lie no higher. nan where
        the data end before.

    Notes
    -----
    Brookmeyer and Crowley, Biometrics 38, 29-41, 1982: the interval holds the times at which the
    curve does not differ from the share, here by the test on the scale of its own interval.

    Examples
    --------
    >>> curve = estimate_survival(np.arange(1.0, 5), np.array([True, True, True, False]))
    >>> find_quantile(curve).value
    2.0
    """
    left = 1 - share
    value, low, high = (
        _find_first(curve, curve[name].to_numpy() <= left + _SLACK)
        for name in ("survival", "ci_low", "ci_high")
    )
    return Quantile(value, low, high)


def read_curve(curve: pd.DataFrame, times: Floats) -> pd.DataFrame:
    """Read survival and its interval at some times.

    Parameters
    ----------
    curve
        What `estimate_survival` returns.
    times
        Times; after the last of the curve nothing is known, unless nobody is left.

    Returns
    -------
    pandas.DataFrame
        One row a time: survival, ci_low, ci_high; nan where not known.

    Examples
    --------
    >>> curve = estimate_survival(np.array([1.0, 2, 3]), np.array([True, False, False]))
    >>> read_curve(curve, np.array([0.5, 1.0, 4.0]))["survival"].round(3).tolist()
    [1.0, 0.667, nan]
    """
    places = np.searchsorted(curve["time"].to_numpy(), times, side="right")
    names = ["survival", "ci_low", "ci_high"]
    values = np.vstack([np.ones((1, 3)), curve[names].to_numpy(dtype=float)])[places]
    last = curve["time"].iloc[-1] if len(curve) else -np.inf
    over = (times > last) & (values[:, 0] > 0)
    return pd.DataFrame(np.where(over[:, np.newaxis], np.nan, values), columns=names)


def _bound_survival(survival: Floats, spread: Floats, level: float) -> tuple[Floats, Floats]:
    """Bound the share that is left: its log is drawn out or in by the same factor."""
    z = special.ndtri((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(survival)
        factor = np.exp(z * np.sqrt(spread) / -log)
        low, high = np.exp(log * factor), np.exp(log / factor)
    begun = survival < 1
    return np.where(begun, low, 1.0), np.where(begun, high, 1.0)


def _find_first(curve: pd.DataFrame, reached: Flags) -> float:
    return float(curve["time"].iloc[int(np.argmax(reached))]) if reached.any() else np.nan
