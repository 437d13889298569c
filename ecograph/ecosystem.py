"""The ecosystem: nodes and edges as tidy tables, and the network of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from ecograph.problems import Problem
    from ecograph.settings import Settings

__all__ = ["EDGE_COLUMNS", "Ecosystem"]

EDGE_COLUMNS = ("source", "target", "kind", "role", "level", "amount", "file", "sheet", "row")


@dataclass(frozen=True, eq=False)
class Ecosystem:
    """A regional innovation ecosystem as a frozen value.

    Parameters
    ----------
    name
        What it is called.
    nodes
        One row a node, indexed by node id in sorted order; columns ``kind``, ``name``, the
        attributes of all node tables, and ``file``, ``sheet``, ``row`` of its source.
    edges
        One row an edge, columns ``EDGE_COLUMNS``, sorted by kind, source and target.
    tables
        The checked tables, by name.
    settings
        The settings in force; ``settings.lang`` is always set, ``settings.as_of`` is None only
        where no day is stated and no agreement that counts has a date.
    currency
        Three letters: what amounts are in.
    synthetic
        Whether the data were generated.
    problems
        Everything found while reading.
    accounts
        Rows in, used, rejected and blank, by file and sheet.
    facts
        What ecosystem.yaml says.
    hashes
        SHA-256 of every input file by name.
    """

    name: str
    nodes: pd.DataFrame
    edges: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    settings: Settings
    currency: str = "CNY"
    synthetic: bool = False
    problems: tuple[Problem, ...] = ()
    accounts: pd.DataFrame = field(default_factory=pd.DataFrame)
    facts: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.date | None:
        """The day on which the ecosystem is looked at."""
        return self.settings.as_of

    @property
    def lang(self) -> str:
        """The language of texts."""
        return self.settings.lang or "en"

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which something could not be used."""
        return tuple(p for p in self.problems if p.severity == "error")

    @functools.cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The network of all nodes and edges, built in a fixed order."""
        graph = nx.MultiDiGraph(name=self.name)
        for key, kind, name in zip(
            self.nodes.index, self.nodes["kind"], self.nodes["name"], strict=True
        ):
            graph.add_node(key, kind=kind, name=name)
        for source, target, kind, role, amount in zip(
            *(self.edges[c] for c in ("source", "target", "kind", "role", "amount")), strict=True
        ):
            details = {} if pd.isna(role) else {"role": role}
            if not np.isnan(amount):
                details["amount"] = amount
            graph.add_edge(source, target, kind=kind, **details)
        return graph

    @functools.cached_property
    def counted(self) -> pd.Index:
        """The agreements that count: signed, active or ended, and made by the as-of day."""
        agreements = self.select("agreement")
        if len(agreements) == 0:
            return agreements.index
        counts = agreements["status"].isin(self.settings.counted)
        if self.as_of is not None and "date_start" in agreements:
            counts &= ~(agreements["date_start"] > pd.Timestamp(self.as_of))
        return agreements.index[counts]

    def select(self, *kinds: str) -> pd.DataFrame:
        """Take the nodes of some kinds."""
        return self.nodes[self.nodes["kind"].isin(kinds)]

    def link(self, *kinds: str) -> pd.DataFrame:
        """Take the edges of some kinds."""
        return self.edges[self.edges["kind"].isin(kinds)]

    def table(self, name: str, columns: Iterable[str] = ()) -> pd.DataFrame:
        """Take a checked table; columns that were not in the data are added empty.

        Parameters
        ----------
        name
            A table of the schema; an empty one where the data have none.
        columns
            Columns that must be there.
        """
        frame = self.tables.get(name, pd.DataFrame())
        absent = [c for c in columns if c not in frame]
        return frame.assign(**dict.fromkeys(absent)) if absent else frame

    def count_kinds(self) -> pd.Series:
        """Count nodes and edges by kind.

        Returns
        -------
        pandas.Series
            Counts, indexed by (``node`` or ``edge``, kind).
        """
        nodes = self.nodes["kind"].value_counts().sort_index()
        edges = self.edges["kind"].value_counts().sort_index()
        counts = pd.concat({"node": nodes, "edge": edges}, names=["what", "kind"])
        return counts.rename("count")

    def configure(self, settings: Settings) -> Ecosystem:
        """Return the same ecosystem under other settings; an open day or language stays."""
        kept = replace(
            settings, as_of=settings.as_of or self.as_of, lang=settings.lang or self.lang
        )
        return replace(self, settings=kept)

    def __repr__(self) -> str:
        """Say what the ecosystem holds."""
        counts = self.count_kinds()
        nodes, edges = (
            ", ".join(f"{n} {kind}" for kind, n in counts.get(what, pd.Series()).items())
            for what in ("node", "edge")
        )
        return (
            f"<Ecosystem {self.name!r} as of {self.as_of}: {len(self.nodes)} nodes ({nodes}), "
            f"{len(self.edges)} edges ({edges}), {len(self.counted)} agreements counted>"
        )

    def _repr_html_(self) -> str:
        """Show the counts in a notebook."""
        frame = self.count_kinds().to_frame()
        title = pd.Series([self.name, str(self.as_of)], index=["name", "as of"]).to_frame("")
        return str(title.to_html(header=False)) + str(frame.to_html())
