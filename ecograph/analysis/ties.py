"""Who is tied to whom by what the registers hold: agreements, services, hosts, events, results."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from ecograph.analysis.links import (
    list_parties,
    mark_science,
    number_nodes,
)
from ecograph.projection import project_ties
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]

__all__ = [
    "TIE_KINDS",
    "Ties",
    "cross_nodes",
    "gather_ties",
    "mark_existing",
    "mark_linked",
    "measure_steps",
]

TIE_KINDS = ("party", "serves", "hosts", "joins", "yields")
"""The kinds of edges that tie two organisations: both are parties of an agreement that counts, the
one serves or hosts the other, both join an event, both yield an achievement."""

_STARTS = {"event": "date_start", "achievement": "date_start", "demand": "date_start"}
_CLOSED = "ended"


class Ties(NamedTuple):
    """The ties between the organisations that exist.

    Parameters
    ----------
    positions
        Of the organisations among the ecosystem's keys, in their order.
    place
        The place of each node among the organisations; -1 for other nodes.
    by_kind
        For each of ``TIE_KINDS``, the symmetric matrix of organisations: 1 where they are tied.
    every
        The same for ties of any kind.
    unpaired
        How many agreements, events and achievements have more members than the setting pair_limit;
        they tie nobody.
    """

    positions: Ints
    place: Ints
    by_kind: Mapping[str, sp.csr_array]
    every: sp.csr_array
    unpaired: int


def gather_ties(ecosystem: Ecosystem) -> Ties:
    """Gather the ties between the organisations that exist, by kind; once for each ecosystem.

    A team's results are those of the university that fields it.
    """
    if "ties" not in ecosystem.memory:
        ecosystem.memory["ties"] = _gather_ties(ecosystem)
    ties: Ties = ecosystem.memory["ties"]
    return ties


def mark_existing(ecosystem: Ecosystem) -> Flags:
    """Say of every node whether it is there on the as-of day.

    An agreement is where it counts. A platform with a status that is not one of those counted
    (planned, in talks) or that has ended is not, nor is one that starts later. Events, achievements
    and demands of a later day are not. Everything else is.
    """
    existing = np.ones(len(ecosystem.keys), dtype=bool)
    existing[ecosystem.find_positions("agreement")] = ecosystem.counts
    existing[ecosystem.find_positions("platform")] = _is_open(ecosystem)
    for kind, column in _STARTS.items():
        existing[ecosystem.find_positions(kind)] = _has_begun(ecosystem, kind, column)
    return existing


def mark_linked(ecosystem: Ecosystem) -> Flags:
    """Say of every node whether it is a party of an agreement that links with science."""
    parties = list_parties(ecosystem)
    linked = np.zeros(len(ecosystem.keys), dtype=bool)
    linked[parties.loc[mark_science(ecosystem)[parties["agreement"]], "party"]] = True
    return linked


def cross_nodes(rows: tuple[Ints, int], columns: tuple[Ints, int]) -> sp.csr_array:
    """Make a matrix of 1 of pairs of places; a place of -1 leaves the pair out.

    Parameters
    ----------
    rows, columns
        The place of each pair, and how many places there are.

    Examples
    --------
    >>> cross_nodes((np.array([0, 0, -1]), 1), (np.array([1, 1, 0]), 2)).toarray().tolist()
    [[0, 1]]
    """
    (row, height), (column, width) = rows, columns
    inside = (row >= 0) & (column >= 0)
    ones = np.ones(int(inside.sum()), dtype=np.int32)
    matrix = sp.csr_array((ones, (row[inside], column[inside])), shape=(height, width))
    matrix.data[:] = 1  # pairs that stand more than once were added up
    return matrix


def measure_steps(adjacency: sp.csr_array, goals: Ints) -> Floats:
    """Count the steps from each node to the nearest of some; nan where none can be reached.

    Examples
    --------
    >>> path = sp.csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    >>> measure_steps(path, np.array([0])).tolist()
    [0.0, 1.0, 2.0, nan]
    """
    if not len(goals):
        return np.full(adjacency.shape[0], np.nan)
    steps = csgraph.dijkstra(adjacency, indices=goals, unweighted=True, min_only=True)
    return np.where(np.isinf(steps), np.nan, steps)


def _is_open(ecosystem: Ecosystem) -> Flags:
    status = ecosystem.select("platform").reindex(columns=["status"])["status"]
    waiting = status.notna() & ~status.isin(ecosystem.settings.counted)
    begun = _has_begun(ecosystem, "platform", "since_start")
    gone = waiting | status.isin([_CLOSED])
    return np.asarray(begun & ~gone.to_numpy(dtype=bool), dtype=bool)


def _has_begun(ecosystem: Ecosystem, kind: str, column: str) -> Flags:
    """Say of each node of a kind whether its first day, where known, is not after the as-of day."""
    days = ecosystem.select(kind).reindex(columns=[column])[column]
    if ecosystem.as_of is None:
        return np.ones(len(days), dtype=bool)
    later = days.to_numpy(dtype="datetime64[s]") > np.datetime64(ecosystem.as_of)
    return np.asarray(~later, dtype=bool)


def _gather_ties(ecosystem: Ecosystem) -> Ties:
    positions = ecosystem.find_positions(*ORGANISATION_KINDS)
    place = number_nodes(ecosystem, positions)
    network = project_ties(ecosystem)
    existing = mark_existing(ecosystem)
    paired = {"party": (network.adjacency, network.memberships.unpaired)}
    paired |= {kind: _pair(ecosystem, kind, place, existing) for kind in ("joins", "yields")}
    raw = {kind: matrix for kind, (matrix, _) in paired.items()}
    for kind in ("serves", "hosts"):
        source, target = ecosystem.find_ends(kind)
        sides = [(place[ends], len(positions)) for ends in (source, target)]
        half = cross_nodes(sides[0], sides[1])
        raw[kind] = half + half.T
    by_kind = {kind: _clean(raw[kind], existing[positions]) for kind in TIE_KINDS}
    every = _clean(sum(by_kind.values(), sp.csr_array(raw["hosts"].shape)), existing[positions])
    return Ties(positions, place, by_kind, every, sum(count for _, count in paired.values()))


def _pair(
    ecosystem: Ecosystem, kind: str, place: Ints, existing: Flags
) -> tuple[sp.csr_array, int]:
    """Tie those who share a node; count the nodes of more members than are tied pair by pair."""
    source, target = ecosystem.find_ends(kind)
    university, team = ecosystem.find_ends("fields")
    home = np.arange(len(ecosystem.keys))
    home[team] = university
    shared, meeting = np.unique(np.where(existing[target], target, -1), return_inverse=True)
    members = np.where(existing[target], place[home[source]], -1)
    size = int(place.max(initial=-1)) + 1
    incidence = cross_nodes((members, size), (meeting, len(shared)))
    crowded = np.asarray(incidence.sum(axis=0)) > ecosystem.settings.pair_limit
    kept = incidence[:, ~crowded]
    return kept @ kept.T, int(crowded.sum())


def _clean(matrix: sp.csr_array, existing: Flags) -> sp.csr_array:
    """Keep ties between different organisations that exist, each as 1."""
    ties = matrix.tocoo()
    real = (ties.data != 0) & (ties.row != ties.col) & existing[ties.row] & existing[ties.col]
    size = matrix.shape[0]
    return cross_nodes((ties.row[real], size), (ties.col[real], size))
