"""Weigh what was found about pairs of names, and turn it into probabilities."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Floats = np.ndarray[Any, np.dtype[Any]]

__all__ = [
    "LEVELS",
    "Weights",
    "cap_odds",
    "fit_prior",
    "load_weights",
    "weigh_pair",
    "weigh_pairs",
]

_BELOW = 0.2  # of the logarithm of odds
_ROUNDS, _MOST = 10, 40.0
_BELIEVED = 100  # names that the shipped prior counts for
_FEWEST_OTHERS, _MOST_OTHERS = 0.05, 20.0
_UNSURE = ("contained", "begins", "overlap")  # not merged across cities
LEVELS = ("core", "place", "industry", "form", "kind", "city", "country", "named")


@dataclass(frozen=True)
class Weights:
    """What findings are worth, in natural logarithms of odds.

    Parameters
    ----------
    prior
        Logarithm of the other names that an organisation has on average, to begin with.
    high, low
        Probabilities from which names are merged, and from which a person is asked.
    levels
        Of each finding and its level, the worth.
    partner, partners
        For each shared partner, and at most.
    capped
        Levels of ``core`` that are never enough to merge: a person is asked at most.
    """

    prior: float
    high: float
    low: float
    levels: Mapping[str, Mapping[str, float]]
    partner: float
    partners: float
    capped: tuple[str, ...]


@functools.cache
def load_weights() -> Weights:
    """Load the weights that are shipped.

    >>> load_weights().levels["core"]["equal"] > load_weights().levels["core"]["typo"]
    True
    """
    text = resources.files("ecograph.resolution").joinpath("weights.yaml").read_text("utf-8")
    given = yaml.safe_load(text)
    levels = {
        name: {level: float(worth) for level, worth in given[name].items()} for name in LEVELS
    }
    numbers = {name: float(given[name]) for name in ("prior", "high", "low", "partner", "partners")}
    return Weights(levels=levels, capped=tuple(given["capped"]), **numbers)


def weigh_pairs(found: pd.DataFrame, weights: Weights) -> Floats:
    """Weigh pairs: how much likelier they are one organisation for what was found.

    Parameters
    ----------
    found
        What `compare_records` found.
    weights
        What each finding is worth.

    Returns
    -------
    numpy.ndarray
        One number a pair, without the prior, rounded to six digits.

    Notes
    -----
    The sum of Fellegi and Sunter (1969): for each finding the logarithm of how much likelier it
    is for one organisation than for two.
    """
    total = found["worth"].to_numpy(dtype=float).copy()
    for name in LEVELS:
        total += found[name].map(weights.levels[name]).to_numpy(dtype=float)
    same_city = found["city"].isin(["same", "inside"]).to_numpy()
    total += np.where(same_city, found["city_worth"].to_numpy(dtype=float), 0.0)
    shared = np.minimum(weights.partner * found["partners"].to_numpy(), weights.partners)
    total += np.where(_find_persons(found), 0.0, shared)
    rounded: Floats = np.round(total, 6)
    return rounded


def _find_persons(found: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Find the pairs that may be two persons in law: to share partners does not make them one."""
    apart: np.ndarray[Any, np.dtype[np.bool_]] = (
        (found["form"] == "apart") | (found["doubt"] != "")
    ).to_numpy()
    return apart


def cap_odds(odds: Floats, found: pd.DataFrame, weights: Weights) -> Floats:
    """Keep pairs that a person must look at below merging, unless the data state them.

    Those whose cores only look alike, whose names make one doubt, and those in two countries.
    """
    doubted = found["core"].isin(weights.capped) | (found["doubt"] != "")
    doubted |= found["country"] == "apart"
    doubted |= (found["city"] == "apart") & found["core"].isin(_UNSURE)
    alone = (doubted & (found["named"] == "")).to_numpy()
    most = math.log(weights.high / (1 - weights.high)) - _BELOW
    capped: Floats = np.where(alone, np.minimum(odds, most), odds)
    return capped


def weigh_pair(found: Mapping[str, Any], weights: Weights) -> float:
    """Weigh one pair, as `weigh_pairs` does many."""
    total = found["worth"] + sum(weights.levels[name][found[name]] for name in LEVELS)
    if found["city"] in {"same", "inside"}:
        total += found["city_worth"]
    if not (found["form"] == "apart" or found["doubt"]):
        total += min(weights.partner * found["partners"], weights.partners)
    return round(float(total), 6)


def fit_prior(worths: Floats, size: int, weights: Weights) -> float:
    """Fit the logarithm of the odds that two names drawn at random are one organisation.

    Parameters
    ----------
    worths
        Of the pairs that may be one, what `weigh_pairs` found.
    size
        Names compared: the more there are, the seldomer two drawn at random are one.
    weights
        Where it begins: a register with few pairs says little about its own.

    Notes
    -----
    Expectation and maximisation of the one number: the odds give the probabilities of the pairs,
    and these how many other names an organisation has on average.
    """
    others = math.exp(weights.prior)
    for _ in range(_ROUNDS):
        odds = np.clip(worths + math.log(others / size), -_MOST, _MOST)
        found = 2 * float(np.sum(1 / (1 + np.exp(-odds)))) + _BELIEVED * math.exp(weights.prior)
        others = min(max(found / (size + _BELIEVED), _FEWEST_OTHERS), _MOST_OTHERS)
    return round(math.log(others / size), 6)
