"""Project agreements onto one kind of their members: who is tied to whom, and how strongly."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.errors import SettingsError
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    import networkx as nx
    import scipy.sparse as sp
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Weighting

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["EDGES", "PARTS", "TIE_COLUMNS", "Memberships", "Network", "project", "project_ties"]

TIE_COLUMNS = ("source", "target", "weight", "agreements", "amount", "first", "last")

EDGES = {"discipline": ("about",), "industry": ("concerns", "party")}
PARTS: tuple[str, ...] = (
    "organisation",
    *ORGANISATION_KINDS,
    *EDGES,
)
"""The sides that can be kept; organisation is every kind that signs."""


@dataclass(frozen=True, eq=False)
class Network:
    """A one-mode network: nodes of one part, tied by the agreements that they share.

    Parameters
    ----------
    part
        The side that was kept.
    nodes
        Columns ``kind`` and ``name``, indexed by node id in sorted order; isolates included.
    adjacency
        The symmetric matrix of weights (closer), in the order of ``nodes``.
    weighting
        How the weights were made.
    memberships
        What the ties are made of.
    """

    part: str
    nodes: pd.DataFrame
    adjacency: sp.csr_array
    weighting: str
    memberships: Memberships

    @functools.cached_property
    def ties(self) -> pd.DataFrame:
        """The ties as a table, columns ``TIE_COLUMNS``; source before target; sorted.

        ``amount`` sums the known amounts of the shared agreements (nan where none is known);
        ``first`` and ``last`` are years.
        """
        return _tabulate_ties(self)

    def describe(self) -> dict[str, int]:
        """Say which agreements have too many members to tie them pair by pair."""
        members = self.memberships
        return {
            "unpaired_agreements": members.unpaired,
            "unpaired_members": members.unpaired_members,
        }

    def to_networkx(self) -> nx.Graph:
        """Build the networkx graph, in a fixed order; ``cost`` is 1 / ``weight``."""
        import networkx as nx  # noqa: PLC0415 - only who asks for the graph pays for it

        graph = nx.Graph(part=self.part, weighting=self.weighting)
        for key, kind, name in self.nodes[["kind", "name"]].itertuples():
            graph.add_node(key, kind=kind, name=name)
        for tie in self.ties.itertuples(index=False):
            graph.add_edge(
                tie.source,
                tie.target,
                weight=tie.weight,
                cost=1 / tie.weight,
                agreements=tie.agreements,
                amount=tie.amount,
                first=None if pd.isna(tie.first) else int(tie.first),
                last=None if pd.isna(tie.last) else int(tie.last),
            )
        return graph


@dataclass(frozen=True, eq=False)
class Memberships:
    """Who is in which of the agreements that count.

    Parameters
    ----------
    incidence
        Agreement x member of the part, 1 where the member is in the agreement; agreements of
        more members than the limit have none.
    amount
        Of each agreement, in the currency of the ecosystem; nan where unknown.
    year
        Of each agreement; nan where unknown.
    unpaired
        How many agreements have more members than the limit.
    unpaired_members
        How many memberships those have.
    """

    incidence: sp.csr_array
    amount: Floats
    year: Floats
    unpaired: int
    unpaired_members: int


def project(
    ecosystem: Ecosystem, part: str = "organisation", *, weighting: Weighting | None = None
) -> nx.Graph:
    """Project the agreements that count onto one kind of node.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `PARTS`: the side that is kept.
    weighting
        ``count`` (number of shared agreements) or ``newman`` (an agreement of k members adds
        1/(k-1); Newman, PNAS 98, 2001, p. 404); by default the ecosystem's setting.

    Returns
    -------
    networkx.Graph
        Nodes with ``kind`` and ``name``; edges with ``weight`` (closer), ``cost`` (farther:
        1 / weight), ``agreements``, ``amount``, ``first`` and ``last`` year.
    """
    return project_ties(ecosystem, part, weighting=weighting).to_networkx()


def project_ties(
    ecosystem: Ecosystem, part: str = "organisation", *, weighting: Weighting | None = None
) -> Network:
    """Project onto one part, as columns; see `project`. The same question is computed once.

    Raises
    ------
    SettingsError
        If there is no such part.
    """
    if part not in PARTS:
        raise SettingsError(f'There is no part "{part}"; choose one of: {", ".join(PARTS)}.')
    how = weighting or ecosystem.settings.weighting
    asked = ("projection", part, how)
    if asked not in ecosystem.memory:
        ecosystem.memory[asked] = _project(ecosystem, part, how)
    network: Network = ecosystem.memory[asked]
    return network


def _project(ecosystem: Ecosystem, part: str, weighting: Weighting) -> Network:
    kinds = ORGANISATION_KINDS if part == "organisation" else (part,)
    members = _gather_members(ecosystem, part, ecosystem.find_positions(*kinds))
    nodes = ecosystem.name_nodes(*kinds)
    return Network(part, nodes, _tie(members.incidence, weighting), weighting, members)


def _gather_members(ecosystem: Ecosystem, part: str, positions: Ints) -> Memberships:
    """Gather who is in which agreement, each once; see `Memberships`."""
    import scipy.sparse as sp  # noqa: PLC0415 - only who projects pays for it

    agreements = ecosystem.find_positions("agreement")[ecosystem.counts]
    source, target = ecosystem.find_ends(*EDGES.get(part, ("party",)))
    row = _place(agreements, len(ecosystem.keys))[source]
    column = _place(positions, len(ecosystem.keys))[target]
    inside = (row >= 0) & (column >= 0)
    shape = (len(agreements), len(positions))
    ones = np.ones(int(inside.sum()), dtype=np.int32)
    incidence = sp.csr_array((ones, (row[inside], column[inside])), shape=shape)
    incidence.sum_duplicates()
    incidence.data[:] = 1
    size = np.diff(incidence.indptr)
    large = size > ecosystem.settings.pair_limit
    if large.any():
        incidence.data[np.repeat(large, size)] = 0
        incidence.eliminate_zeros()
    incidence.sort_indices()
    amount, year = _describe_agreements(ecosystem)
    return Memberships(incidence, amount, year, int(large.sum()), int(size[large].sum()))


def _place(positions: Ints, nodes: int) -> NDArray[np.int32]:
    """Give some of all nodes numbers from 0; -1 to the others."""
    places = np.full(nodes, -1, dtype=np.int32)
    places[positions] = np.arange(len(positions), dtype=np.int32)
    return places


def _describe_agreements(ecosystem: Ecosystem) -> tuple[Floats, Floats]:
    part = ecosystem.parts.get("agreement", pd.DataFrame())
    part = part.reindex(columns=["amount", "date_start"])[ecosystem.counts]
    years = pd.to_datetime(part["date_start"]).dt.year
    return part["amount"].to_numpy(dtype=float), years.to_numpy(dtype=float)


def _tie(incidence: sp.csr_array, weighting: Weighting) -> sp.csr_array:
    """Multiply memberships into the matrix of shared agreements, nobody tied to itself."""
    import scipy.sparse as sp  # noqa: PLC0415 - only who projects pays for it

    shared = _share(incidence, weighting)
    product = sp.csr_array(incidence.T.astype(shared.dtype)) @ shared
    product.sort_indices()
    rows = np.repeat(np.arange(product.shape[0], dtype=np.int32), np.diff(product.indptr))
    others = product.indices != rows
    del rows
    starts = np.concatenate([[0], np.cumsum(others)])[product.indptr].astype(product.indptr.dtype)
    data, indices = product.data[others].astype(np.float64), product.indices[others]
    return sp.csr_array((data, indices, starts), shape=product.shape)


def _share(incidence: sp.csr_array, weighting: Weighting) -> sp.csr_array:
    """Weigh each membership by what the agreement adds to a tie."""
    import scipy.sparse as sp  # noqa: PLC0415 - only who projects pays for it

    if weighting == "count":
        return incidence
    others = np.maximum(np.diff(incidence.indptr) - 1, 1)
    return sp.csr_array(sp.diags_array(1 / others) @ incidence)


def _tabulate_ties(network: Network) -> pd.DataFrame:
    """Describe each tie by the agreements behind it."""
    adjacency, members = network.adjacency, network.memberships
    rows = np.repeat(np.arange(adjacency.shape[0]), np.diff(adjacency.indptr))
    upper = adjacency.indices > rows
    i, j = rows[upper], adjacency.indices[upper].astype(np.int64)
    tie, agreement = _list_pairs(members.incidence, i * adjacency.shape[0] + j)
    year, amount = members.year[agreement], members.amount[agreement]
    known = ~np.isnan(amount)
    total = np.bincount(tie, weights=np.where(known, amount, 0.0), minlength=len(i))
    total = np.where(np.bincount(tie[known], minlength=len(i)) > 0, total, np.nan)
    starts = np.searchsorted(tie, np.arange(len(i)))
    first, last = (
        edge.reduceat(year, starts) if len(i) else np.zeros(0) for edge in (np.fmin, np.fmax)
    )
    columns = {
        "source": network.nodes.index[i],
        "target": network.nodes.index[j],
        "weight": adjacency.data[upper],
        "agreements": np.bincount(tie, minlength=len(i)),
        "amount": total,
        "first": pd.array(first, dtype="Float64").astype("Int64"),
        "last": pd.array(last, dtype="Float64").astype("Int64"),
    }
    return pd.DataFrame(columns, columns=list(TIE_COLUMNS))


def _list_pairs(incidence: sp.csr_array, ties: Ints) -> tuple[Ints, Ints]:
    """List tie and agreement of every pair of members that shares one, by tie and agreement.

    Parameters
    ----------
    incidence
        Agreement x member, indices sorted.
    ties
        First member x number of members + second member, of every tie, sorted.
    """
    start, size = incidence.indptr[:-1].astype(np.int64), np.diff(incidence.indptr)
    parts = [np.zeros((2, 0), dtype=np.int64)]
    for k in np.unique(size[size > 1]):
        left, right = np.triu_indices(k, 1)
        starts = start[size == k][:, np.newaxis]
        i = incidence.indices[starts + left].astype(np.int64)
        pair = (i * incidence.shape[1] + incidence.indices[starts + right]).ravel()
        which = np.repeat(np.flatnonzero(size == k), len(left))
        parts.append(np.stack([np.searchsorted(ties, pair), which]))
    tie, agreement = np.concatenate(parts, axis=1)
    order = np.lexsort((agreement, tie))
    return tie[order], agreement[order]
