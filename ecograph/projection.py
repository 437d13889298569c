"""Project agreements onto one kind of their members: who is tied to whom, and how strongly."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph.errors import SettingsError
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Weighting

__all__ = ["PARTS", "TIE_COLUMNS", "Network", "project", "project_ties"]

TIE_COLUMNS = ("source", "target", "weight", "agreements", "amount", "first", "last")

_EDGES = {"discipline": ("about",), "industry": ("concerns", "party")}
PARTS: tuple[str, ...] = (
    "organisation",
    *ORGANISATION_KINDS,
    *_EDGES,
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
    ties
        Columns ``TIE_COLUMNS``; source before target; sorted. ``weight`` means closer;
        ``amount`` sums the known amounts of the shared agreements (nan where none is known);
        ``first`` and ``last`` are years.
    weighting
        How ``weight`` was made.
    """

    part: str
    nodes: pd.DataFrame
    ties: pd.DataFrame
    weighting: str

    @functools.cached_property
    def adjacency(self) -> sp.csr_array:
        """The symmetric matrix of weights, in the order of ``nodes``."""
        i = self.nodes.index.get_indexer(self.ties["source"])
        j = self.nodes.index.get_indexer(self.ties["target"])
        weight = self.ties["weight"].to_numpy(dtype=float)
        n = len(self.nodes)
        half = sp.coo_array((weight, (i, j)), shape=(n, n))
        return sp.csr_array(half + half.T)

    def to_networkx(self) -> nx.Graph:
        """Build the networkx graph, in a fixed order; ``cost`` is 1 / ``weight``."""
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
    """Project onto one part, as tables; see `project`.

    Raises
    ------
    SettingsError
        If there is no such part.
    """
    if part not in PARTS:
        raise SettingsError(f'There is no part "{part}"; choose one of: {", ".join(PARTS)}.')
    how = weighting or ecosystem.settings.weighting
    kinds = ORGANISATION_KINDS if part == "organisation" else (part,)
    nodes = ecosystem.select(*kinds)[["kind", "name"]]
    pairs = _pair_members(_list_members(ecosystem, part, nodes))
    if how == "count":
        pairs["share"] = 1.0
    return Network(part, nodes, _sum_ties(ecosystem, pairs, nodes.index), how)


def _list_members(ecosystem: Ecosystem, part: str, nodes: pd.DataFrame) -> pd.DataFrame:
    """List agreement x member, each pair once, as numbers in sorted order."""
    edges = ecosystem.link(*_EDGES.get(part, ("party",)))
    members = pd.DataFrame(
        {
            "agreement": ecosystem.counted.get_indexer(edges["source"]),
            "member": nodes.index.get_indexer(edges["target"]),
        }
    )
    members = members[(members >= 0).all(axis=1)].drop_duplicates()
    return members.sort_values(["agreement", "member"], ignore_index=True)


def _pair_members(members: pd.DataFrame) -> pd.DataFrame:
    """Pair the members of each agreement: columns i < j, agreement, share (1 / (k - 1))."""
    agreement, start, size = np.unique(members["agreement"], return_index=True, return_counts=True)
    member = members["member"].to_numpy()
    parts = []
    for k in np.unique(size[size > 1]):
        left, right = np.triu_indices(k, 1)
        starts = start[size == k][:, np.newaxis]
        i, j = member[starts + left], member[starts + right]
        which = np.repeat(agreement[size == k], len(left))
        parts.append((i.ravel(), j.ravel(), which, np.full(i.size, 1 / (k - 1))))
    names = ("i", "j", "agreement", "share")
    if not parts:
        return pd.DataFrame({name: [] for name in names})
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _sum_ties(ecosystem: Ecosystem, pairs: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    if len(pairs) == 0:
        return pd.DataFrame(columns=list(TIE_COLUMNS))
    agreements = ecosystem.nodes.loc[ecosystem.counted].reindex(columns=["amount", "date_start"])
    which = pairs["agreement"].to_numpy(dtype=np.int64)
    years = pd.to_datetime(agreements["date_start"]).dt.year.to_numpy(dtype=float)
    pairs = pairs.assign(
        amount=agreements["amount"].to_numpy(dtype=float)[which], year=years[which]
    ).sort_values(["i", "j", "agreement"], kind="stable")
    groups = pairs.groupby(["i", "j"], sort=True)
    ties = groups.agg(
        weight=("share", "sum"),
        agreements=("share", "size"),
        first=("year", "min"),
        last=("year", "max"),
    )
    ties["amount"] = groups["amount"].sum(min_count=1)
    ties = ties.reset_index()
    ties["source"] = index[ties["i"].to_numpy(dtype=np.int64)]
    ties["target"] = index[ties["j"].to_numpy(dtype=np.int64)]
    years_known = ties[["first", "last"]].astype("Int64")
    return ties.assign(**years_known)[list(TIE_COLUMNS)]
