"""How long firms take from entering a tier to entering a higher one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ranks import describe_register, list_terms
from ecograph.analysis.tiers import TIERS
from ecograph.rules import read_rules
from ecograph.statistics.survival import (
    CURVE_COLUMNS,
    estimate_survival,
    find_quantile,
    read_curve,
)

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Days = NDArray[np.datetime64]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

__all__ = [
    "HORIZONS",
    "PROMOTION_COLUMNS",
    "SUMMARY_COLUMNS",
    "summarise_promotions",
    "time_promotions",
]

HORIZONS = (1, 2, 3, 5)
"""Years after which the summary says how many were promoted."""

PROMOTION_COLUMNS = (
    "tier",
    "next_tier",
    "time",
    "at_risk",
    "events",
    "censored",
    "survival",
    "ci_low",
    "ci_high",
)
SUMMARY_COLUMNS = (
    "tier",
    "next_tier",
    "firms",
    "promoted",
    "waiting",
    "median",
    "median_low",
    "median_high",
    *(f"within_{years}{bound}" for years in HORIZONS for bound in ("", "_low", "_high")),
    "entry_unknown",
    "promotion_unknown",
    "higher_before",
    "not_observed",
)

_DAYS_A_YEAR = 365.25
_LOWEST = len(TIERS) - 1


class _Spells(NamedTuple):
    """Times, in days, from entering a tier to a higher one; and who had to be left out."""

    duration: Floats
    event: Flags
    entry: Floats
    left_out: dict[str, int]


def time_promotions(ecosystem: Ecosystem, *, first: dt.date | None = None) -> pd.DataFrame:
    """Time how long firms stay below the next tier, by the product-limit method.

    A firm enters a tier on the first day of its first certificate of that tier, and is promoted
    on the first day of its first certificate of any higher tier; those not promoted by the as-of
    day are censored then. It goes on waiting while no certificate is in force. Firms without a
    tier (``none``) wait from the first day of their founding date on, and only those are taken
    that were founded since the register begins: of the others the first certificate may lie
    before it. Routes without a certificate have no day and do not count.

    Parameters
    ----------
    ecosystem
        The ecosystem; without an as-of day nothing can be timed.
    first
        A day since which the register is complete. Firms that entered a tier before come under
        observation only then (left truncation), and promotions before it are left out. By default
        all that the register lists is taken as it is.

    Returns
    -------
    pandas.DataFrame
        Columns ``PROMOTION_COLUMNS``, the lowest tier first: for each distinct time in years, firms
        at risk, promoted, censored, and the share ``survival`` that is not promoted after it, with
        its interval (log-log, from Greenwood's variance).

    Notes
    -----
    See `estimate_survival`. A firm whose entry has no known day is left out, and so is one whose
    promotion has none; `summarise_promotions` counts them. Where the register lists only the
    latest certificate of each firm, entries are later than they were and times too short:
    ``attrs["meta"]["method"]["register"]`` says whether it lists any twice.
    """
    terms = list_terms(ecosystem)
    parts = [
        curve.assign(tier=tier, next_tier=_next_of(tier))
        for tier, (_, curve) in _estimate_curves(ecosystem, terms, first).items()
    ]
    empty = pd.DataFrame(columns=list(PROMOTION_COLUMNS))
    table = pd.concat([empty, *parts], ignore_index=True)[list(PROMOTION_COLUMNS)]
    whole = dict.fromkeys(("at_risk", "events", "censored"), np.int64)
    real = dict.fromkeys(("time", "survival", "ci_low", "ci_high"), float)
    method = _describe_method(ecosystem, terms, first)
    return attach_meta(table.astype({**whole, **real}), ecosystem, "promotions", method=method)


def summarise_promotions(ecosystem: Ecosystem, *, first: dt.date | None = None) -> pd.DataFrame:
    """Summarise how long promotions take: the median time, and the share within some years.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    first
        As in `time_promotions`.

    Returns
    -------
    pandas.DataFrame
        Columns ``SUMMARY_COLUMNS``, one row a tier that has a higher one, the lowest first:
        ``firms`` timed, ``promoted``, ``waiting``; the median in years with its interval
        (Brookmeyer and Crowley); ``within_N``, the share promoted within N years, with its
        interval, nan beyond the longest wait; and how many were left out: ``entry_unknown`` and
        ``promotion_unknown`` (no day), ``higher_before`` (a higher tier first or on the same day,
        so that no wait was seen), ``not_observed`` (founded before the register, or promoted before
        ``first``).
    """
    terms = list_terms(ecosystem)
    curves = _estimate_curves(ecosystem, terms, first)
    rows = [_summarise(tier, spells, curve) for tier, (spells, curve) in curves.items()]
    table = pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))
    method = _describe_method(ecosystem, terms, first)
    return attach_meta(table, ecosystem, "promotion_summary", method=method)


def _estimate_curves(
    ecosystem: Ecosystem, terms: pd.DataFrame, first: dt.date | None
) -> dict[str, tuple[_Spells, pd.DataFrame]]:
    """Estimate the curve of each tier that has a higher one, the lowest tier first."""
    if ecosystem.as_of is None:
        return {}
    curves = {}
    for rank in reversed(range(1, len(TIERS))):
        spells = _find_spells(ecosystem, terms, rank, first)
        level = ecosystem.settings.ci_level
        curve = estimate_survival(spells.duration, spells.event, spells.entry, level=level)
        curve["time"] /= _DAYS_A_YEAR
        curves[TIERS[rank]] = spells, curve[[name for name in CURVE_COLUMNS if name != "variance"]]
    return curves


def _find_spells(
    ecosystem: Ecosystem, terms: pd.DataFrame, rank: int, first: dt.date | None
) -> _Spells:
    """Find the waits of a tier: who entered it, when, and when a higher one."""
    as_of = np.datetime64(ecosystem.as_of or "NaT", "s")
    size = len(ecosystem.find_positions("enterprise"))
    seen = terms[~(terms["since"] > as_of)]
    promoted, no_promotion_day = _find_first(seen[seen["rank"] < rank], size)
    if rank == _LOWEST:
        entered, no_entry_day, early = _find_founding(ecosystem, seen)
        candidates = (entered <= as_of) | no_entry_day
    else:
        entered, no_entry_day = _find_first(seen[seen["rank"] == rank], size)
        early = np.zeros(size, dtype=bool)
        candidates = ~np.isnat(entered) | no_entry_day
    since = entered if first is None else np.maximum(entered, np.datetime64(first, "s"))
    ends = np.where(np.isnat(promoted), as_of, promoted)
    left = {
        "entry_unknown": no_entry_day,
        "promotion_unknown": no_promotion_day,
        "higher_before": promoted <= entered,
        "not_observed": early | (ends <= since),
    }
    reasons = np.select([*left.values()], range(1, len(left) + 1), 0)[candidates]
    kept = candidates & ~np.any([*left.values()], axis=0)
    return _Spells(
        _count_days(ends - entered)[kept],
        ~np.isnat(promoted)[kept],
        _count_days(since - entered)[kept],
        {name: int((reasons == n).sum()) for n, name in enumerate(left, start=1)},
    )


def _find_first(terms: pd.DataFrame, size: int) -> tuple[Days, Flags]:
    """Find the first day of the first of some certificates of each firm, and who has none known."""
    first = terms.groupby("place")["since"].min().reindex(range(size))
    unknown = np.zeros(size, dtype=bool)
    unknown[terms.loc[terms["since"].isna(), "place"]] = True
    return first.to_numpy(dtype="datetime64[s]"), unknown


def _find_founding(ecosystem: Ecosystem, seen: pd.DataFrame) -> tuple[Days, Flags, Flags]:
    """Find the founding days, who has none, and who was founded before the register begins."""
    dates = ecosystem.select("enterprise").reindex(columns=["founded_start"])["founded_start"]
    founded = pd.to_datetime(dates).to_numpy(dtype="datetime64[s]")
    begin = seen.loc[seen["rank"] < _LOWEST, "since"].min().to_datetime64()
    return founded, np.isnat(founded), ~(founded >= begin)


def _count_days(span: NDArray[np.timedelta64]) -> Floats:
    return np.asarray(span / np.timedelta64(1, "D"), dtype=np.float64)


def _summarise(tier: str, spells: _Spells, curve: pd.DataFrame) -> dict[str, object]:
    median = find_quantile(curve)
    row: dict[str, object] = {
        "tier": tier,
        "next_tier": _next_of(tier),
        "firms": len(spells.duration),
        "promoted": int(spells.event.sum()),
        "waiting": int((~spells.event).sum()),
        **dict(zip(("median", "median_low", "median_high"), median, strict=True)),
        **spells.left_out,
    }
    within = 1 - read_curve(curve, np.array(HORIZONS, dtype=float))
    for years, values in zip(HORIZONS, within.to_numpy().tolist(), strict=True):
        names = (f"within_{years}", f"within_{years}_high", f"within_{years}_low")
        row |= dict(zip(names, values, strict=True))  # what bounds those who wait bounds the others
    return row


def _next_of(tier: str) -> str:
    return TIERS[TIERS.index(tier) - 1]


def _describe_method(
    ecosystem: Ecosystem, terms: pd.DataFrame, first: dt.date | None
) -> dict[str, object]:
    return {
        "mapping": read_rules(ecosystem.settings.rules).tiers.mapping,
        "estimate": "product-limit (Kaplan & Meier 1958), by first certificate of a tier",
        "interval": "log-log of Greenwood's variance; median: Brookmeyer & Crowley 1982",
        "censored": "not promoted by the as-of day",
        "complete_since": first.isoformat() if first else None,
        "register": describe_register(terms),
    }
