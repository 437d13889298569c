"""In how many of the other ways to ask a verdict stands, as numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WAYS", "count_ways"]

WAYS = ("all", "exposure", "window", "university", "level")
"""What is counted: all other ways to ask, then each thing that is varied."""


def count_ways(stability: pd.DataFrame) -> pd.DataFrame:
    """Count for each industry in how many of how many ways its verdict stands.

    Parameters
    ----------
    stability
        The result of `ecograph.check_stability`; its meta name the ways. Where it has none, only
        all ways are counted.

    Returns
    -------
    pandas.DataFrame
        The same rows with a column for each of ``WAYS``: a pair (stands, runs), runs being 0
        where there was no such way.
    """
    ways = stability.attrs.get("meta", {}).get("method", {}).get("ways", [])
    known = Counter(str(way).split(":")[0] for way in ways)
    counted = {"all": _pair(stability["stands"], stability["runs"])}
    others = stability["runs"] - sum(known[way] for way in WAYS[1:-1])
    for way in WAYS[1:]:
        # A level is asked only of an industry that has others in its group.
        runs = others if way == "level" and known else stability["runs"] * 0 + known[way]
        counted[way] = _pair(stability[f"stands_{way}"], runs)
    return stability.assign(**counted)


def _pair(shares: pd.Series, runs: pd.Series) -> list[tuple[int, int]]:
    """Turn shares of runs into numbers of them."""
    whole = runs.where(shares.notna(), 0).clip(lower=0)
    return [
        (round(share * number) if number else 0, int(number))
        for share, number in zip(shares, whole, strict=True)
    ]
