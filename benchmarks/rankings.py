"""Draw agreements of organisations of planted activity, and see what intervals of ranks hold."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

import ecograph as eg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["check_rankings"]

LEVEL = 0.95


class Town(NamedTuple):
    """Organisations by how active they are, and how many agreements they sign."""

    name: str
    activity: Floats
    agreements: int


TOWNS = (
    Town("12, each 1.3 times the next", 1.3 ** -np.arange(12.0), 300),
    Town("12, each 1.3 times the next", 1.3 ** -np.arange(12.0), 60),
    Town("12 equals", np.ones(12), 300),
    Town("40 equals", np.ones(40), 100),
    Town("200 equals", np.ones(200), 350),
    Town("40, falling as 1 / rank", 1 / np.arange(1.0, 41), 150),
    Town("200, falling as 1 / rank", 1 / np.arange(1.0, 201), 350),
)


def check_rankings(towns: int, draws: int) -> Iterator[str]:
    """Count how often the interval of a rank holds the true rank, by strength and by degree."""
    yield (
        "| organisations | agreements | held, strength | held, degree "
        "| held, the ten seen first by strength | wrong of those told apart |"
    )
    yield "|---|---|---|---|---|---|"
    for town in TOWNS:
        random = np.random.default_rng(17)
        held: dict[str, list[float]] = {"strength": [], "degree": [], "first": []}
        wrong = apart = 0
        for _ in range(towns):
            pairs = draw_pairs(town, random)
            table = eg.find_leaders(load_pairs(pairs), measures=("strength", "degree"), draws=draws)
            for measure in ("strength", "degree"):
                held[measure].append(find_share(table, measure, town))
            held["first"].append(find_share(table, "strength", town, first=10))
            told = list_told(table, town)
            wrong, apart = wrong + sum(not right for right in told), apart + len(told)
        shares = " | ".join(
            f"{np.mean(held[name]):.1%}" for name in ("strength", "degree", "first")
        )
        yield f"| {town.name} | {town.agreements} | {shares} | {wrong} of {apart} |"


def draw_pairs(town: Town, random: np.random.Generator) -> Ints:
    """Draw agreements of two; the second partner is drawn from the others by activity."""
    waits = random.exponential(size=(town.agreements, len(town.activity))) / town.activity
    return np.argpartition(waits, 1, axis=1)[:, :2]


def load_pairs(pairs: Ints) -> Ecosystem:
    """Load an ecosystem of these agreements; organisations are firms, by their numbers."""
    firms = "".join(f"F{n},firm {n}\n" for n in np.unique(pairs))
    rows = "".join(f"A{n},F{one};F{two},signed\n" for n, (one, two) in enumerate(pairs))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "enterprises.csv").write_text(f"id,name\n{firms}")
        (Path(folder) / "agreements.csv").write_text(f"id,parties,status\n{rows}")
        return eg.load(folder, settings={"ci_level": LEVEL})


def number(ids: pd.Index) -> Ints:
    """Read the numbers of organisations from their ids."""
    return np.array([int(name[1:]) for name in ids])


def find_truth(town: Town, measure: str) -> Floats:
    """Find what each organisation's strength or degree is expected to be."""
    share = town.activity / town.activity.sum()
    ordered = share[:, np.newaxis] * share / (1 - share)[:, np.newaxis]
    np.fill_diagonal(ordered, 0.0)
    tie = ordered + ordered.T
    if measure == "strength":
        return np.asarray(tie.sum(axis=1))
    return np.asarray((1 - (1 - tie) ** town.agreements).sum(axis=1))


def find_share(table: pd.DataFrame, measure: str, town: Town, *, first: int | None = None) -> float:
    """Find the share of intervals that hold the true rank, of all or of those seen first."""
    rows = table[table["measure"] == measure]
    seen = number(rows.index)
    truth = stats.rankdata(-find_truth(town, measure)[seen].round(12))
    held = (rows["rank_low"] <= truth) & (truth <= rows["rank_high"])
    return float(held[:first].mean())


def list_told(table: pd.DataFrame, town: Town) -> list[bool]:
    """List, of neighbours in the top that are told apart, whether that is right."""
    truth = find_truth(town, "strength")
    order = number(table.index[table["measure"] == "strength"])
    boundaries = table.attrs["meta"]["method"]["tops"]["strength"]["boundaries"]
    pairs = zip(order, order[1:], boundaries, strict=False)
    return [bool(truth[a] > truth[b] + 1e-12) for a, b, found in pairs if found["apart"]]
