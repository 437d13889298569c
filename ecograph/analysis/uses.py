"""Which disciplines each industry has use for: what it demands, and what its links are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.links import (
    list_firms,
    list_parties,
    list_topics,
    mark_science,
    number_nodes,
)
from ecograph.analysis.ties import mark_existing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.integer]

__all__ = ["count_demands", "count_uses", "cross_firms", "read_pairs"]

_PAIR = ["industry", "discipline"]


def count_uses(ecosystem: Ecosystem) -> dict[str, Ints]:
    """Count why each industry has use for each discipline.

    A demand belongs to the industries that it names; where it names none, to those of its firm.

    Returns
    -------
    dict of numpy.ndarray
        Industries x disciplines, each in the order of ids: ``demanded``, demands that name the
        discipline, and ``demanded_by``, the firms behind them; ``in_use``, links of the industry
        that are about it, and ``used_by``, firms of the industry behind them.
    """
    demands = _list_demands(ecosystem).merge(
        read_pairs(ecosystem, "studies", ("demand", "discipline")), on="demand"
    )
    uses = list_topics(ecosystem)[[*_PAIR, "agreement"]]
    parts = {
        "demanded": demands[[*_PAIR, "demand"]],
        "demanded_by": demands[[*_PAIR, "enterprise"]],
        "in_use": uses,
        "used_by": uses.merge(_list_signers(ecosystem), on="agreement").merge(
            list_firms(ecosystem), on=["industry", "enterprise"]
        )[[*_PAIR, "enterprise"]],
    }
    return {name: _tabulate(ecosystem, part.drop_duplicates()) for name, part in parts.items()}


def count_demands(ecosystem: Ecosystem) -> Ints:
    """Count all demands of each industry, in the order of ids; see `count_uses`."""
    demands = _list_demands(ecosystem)[["industry", "demand"]].drop_duplicates()
    found = np.bincount(demands["industry"], minlength=len(ecosystem.keys))
    return found[ecosystem.find_positions("industry")]


def cross_firms(ecosystem: Ecosystem) -> Flags:
    """Mark the disciplines that the links of each firm are about.

    Returns
    -------
    numpy.ndarray
        Firms with any such link x disciplines in the order of ids.
    """
    about = read_pairs(ecosystem, "about", ("agreement", "discipline"))
    topics = _list_signers(ecosystem).merge(about, on="agreement")
    disciplines = ecosystem.find_positions("discipline")
    row, firms = pd.factorize(topics["enterprise"])
    presence = np.zeros((len(firms), len(disciplines)), dtype=bool)
    presence[row, number_nodes(ecosystem, disciplines)[topics["discipline"]]] = True
    return presence


def read_pairs(ecosystem: Ecosystem, kind: str, ends: tuple[str, str]) -> pd.DataFrame:
    """Read the edges of a kind, each pair once, with names for their two ends."""
    return pd.DataFrame(dict(zip(ends, ecosystem.find_pairs(kind), strict=True)))


def _list_demands(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the demands of the as-of day: demand, enterprise and industry."""
    concerned = read_pairs(ecosystem, "concerns", ("demand", "industry"))
    stated = read_pairs(ecosystem, "needs", ("enterprise", "demand"))
    stated = stated[mark_existing(ecosystem)[stated["demand"]]]
    silent = stated[~stated["demand"].isin(concerned["demand"])]
    of_firms = silent.merge(list_firms(ecosystem), on="enterprise")[["demand", "industry"]]
    return stated.merge(pd.concat([concerned, of_firms]), on="demand")


def _list_signers(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms that are parties of agreements with science: agreement, enterprise."""
    parties = list_parties(ecosystem).rename(columns={"party": "enterprise"})
    firm = ecosystem.mark("enterprise")[parties["enterprise"]]
    return parties[firm & mark_science(ecosystem)[parties["agreement"]]]


def _tabulate(ecosystem: Ecosystem, pairs: pd.DataFrame) -> Ints:
    """Count the rows of each industry and discipline."""
    sides = [ecosystem.find_positions(kind) for kind in _PAIR]
    row, column = (
        number_nodes(ecosystem, side)[pairs[kind]] for kind, side in zip(_PAIR, sides, strict=True)
    )
    height, width = map(len, sides)
    return np.bincount(row * width + column, minlength=height * width).reshape(height, width)
