"""Accounts: the figures of firms over the years, by the highest certificate each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ecograph.synthetic.profile import Profile

    Figures = NDArray[np.float64]

__all__ = ["draw_accounts"]

_SPREAD = 0.35  # of the logarithm of size, between firms of one class
_NOISE = 0.04  # of the R&D ratio, between years of one firm


def draw_accounts(
    profile: Profile, held: Mapping[str, NDArray[np.bool_]], rng: np.random.Generator
) -> dict[str, Figures]:
    """Draw staff, revenue, R&D, assets and intellectual property.

    Holders of the certificate that sets thresholds meet them, except the profile's share whose
    R&D ratio has slipped.

    Parameters
    ----------
    profile
        What is known about the city.
    held
        Certificate to a mask of the firms that hold it, one element per firm.
    rng
        Source of random numbers.

    Returns
    -------
    dict of numpy.ndarray
        Column to figures of shape (firms, years), whole numbers; amounts in yuan.
    """
    classes = _classify(profile, held)
    size = np.exp(_SPREAD * rng.standard_normal(len(classes)))[:, None]
    growth = _draw_growth(profile, len(classes), rng)
    staff = _cap(profile, held, "staff", _column(classes, "staff") * size * np.sqrt(growth))
    revenue = _cap(profile, held, "revenue", _column(classes, "revenue") * size * growth)
    assets = _cap(profile, held, "assets", revenue * _column(classes, "assets"))
    staff = np.ceil(staff)
    ratio = _draw_ratio(profile, classes, held, revenue, rng)
    return {
        "staff": staff,
        "rd_staff": np.ceil(staff * _draw_rd_share(profile, classes, held, rng)),
        "revenue": _round(revenue),
        "rd_spend": _round(revenue * ratio),
        "assets": _round(assets),
        "ip_class1": _draw_stock(classes, "class1", growth.shape[1], rng),
        "ip_class2": _draw_stock(classes, "class2", growth.shape[1], rng),
    }


def _classify(profile: Profile, held: Mapping[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """Give each firm the medians of the first size class whose certificate it holds."""
    sizes = profile["firms"]["sizes"]
    keys = [key for key in sizes if key in held]
    other = next(key for key in sizes if key not in held)
    names = np.select([held[key] for key in keys], keys, default=other)
    medians = pd.DataFrame.from_dict(sizes, orient="index").astype(float)
    return medians.reindex(names)


def _column(classes: pd.DataFrame, name: str) -> Figures:
    return np.asarray(classes[name], dtype=np.float64)[:, None]


def _draw_growth(profile: Profile, firms: int, rng: np.random.Generator) -> Figures:
    law = profile["firms"]["growth"]
    years = profile["years"]["last"] - profile["years"]["first"]
    steps = law["mean"] + law["sd"] * rng.standard_normal((firms, years))
    path: Figures = np.cumsum(np.column_stack([np.zeros(firms), steps]), axis=1)
    return np.exp(path)


def _cap(
    profile: Profile, held: Mapping[str, NDArray[np.bool_]], name: str, figures: Figures
) -> Figures:
    """Keep the holders of a certificate within the limits of its size class."""
    capped = figures.copy()
    for key, rule in profile["certificates"].items():
        limit = rule.get("limits", {}).get(name, np.inf)
        capped = np.where(held[key][:, None], np.minimum(capped, limit), capped)
    return capped


def _draw_ratio(
    profile: Profile,
    classes: pd.DataFrame,
    held: Mapping[str, NDArray[np.bool_]],
    revenue: Figures,
    rng: np.random.Generator,
) -> Figures:
    """Draw R&D over revenue: free for most firms, above the threshold for its holders."""
    rules, count = profile["firms"]["thresholds"], len(classes)
    free = classes["rd"].to_numpy() * np.exp(_SPREAD * rng.standard_normal(count))
    bands = np.searchsorted(rules["revenue"], revenue.min(axis=1))
    bound = np.array(rules["ratio"])[bands] * _draw_margin(profile, count, rng)
    ratio = np.where(held[rules["certificate"]], bound, free)
    noisy: Figures = ratio[:, None] * np.exp(_NOISE * rng.standard_normal(revenue.shape))
    return noisy


def _draw_margin(profile: Profile, count: int, rng: np.random.Generator) -> Figures:
    """Draw R&D ratios over their threshold: above 1, but below it for those that slipped."""
    margin, slipped = profile["firms"]["margin"], profile["firms"]["slipped"]
    above = rng.uniform(margin["least"], margin["most"], count)
    below = rng.uniform(slipped["least"], slipped["most"], count)
    return np.where(rng.random(count) < slipped["share"], below, above)


def _draw_rd_share(
    profile: Profile,
    classes: pd.DataFrame,
    held: Mapping[str, NDArray[np.bool_]],
    rng: np.random.Generator,
) -> Figures:
    rules = profile["firms"]["thresholds"]
    noise = np.exp(_SPREAD * rng.standard_normal(len(classes)))
    share = np.minimum(classes["rd_staff"].to_numpy() * noise, 1)
    least = np.where(held[rules["certificate"]], rules["staff"], 0)
    return np.asarray(np.maximum(share, least)[:, None])


def _draw_stock(classes: pd.DataFrame, name: str, years: int, rng: np.random.Generator) -> Figures:
    """Draw rights held at each year's end: a stock that only grows."""
    first = rng.poisson(_column(classes, name))
    more = rng.poisson(_column(classes, name) / 10, size=(len(classes), years - 1))
    return np.cumsum(np.column_stack([first, more]), axis=1).astype(np.float64)


def _round(amounts: Figures) -> Figures:
    return np.round(amounts, -3)
