"""The ecosystem: nodes and edges as columns of numbers, with tables and a network as views."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.checks.merging import MERGED_COLUMNS
from ecograph.coding import concat_texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import networkx as nx
    from numpy.typing import NDArray

    from ecograph.problems import Problem
    from ecograph.reading.outlines import Outline
    from ecograph.settings import Settings

    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]
    Flags = NDArray[np.bool_]

__all__ = ["EDGE_COLUMNS", "Ecosystem", "EdgeColumns"]

EDGE_COLUMNS = ("source", "target", "kind", "role", "level", "amount", "file", "sheet", "row")


@dataclass(frozen=True, eq=False)
class EdgeColumns:
    """The edges of one kind, column by column, sorted by source and target.

    Parameters
    ----------
    source, target
        Positions of the ends among all nodes.
    role, level
        Numbers of words, -1 where the register has none.
    roles, levels
        Those words, sorted.
    amount
        In the currency of the ecosystem; nan where unknown.
    sheet, row
        Number of the sheet, and the row in it as the spreadsheet shows it.
    """

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    role: NDArray[np.int16]
    roles: tuple[str, ...]
    level: NDArray[np.int16]
    levels: tuple[str, ...]
    amount: NDArray[np.float64]
    sheet: NDArray[np.int16]
    row: NDArray[np.int32]

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.source)


@dataclass(frozen=True, eq=False)
class Ecosystem:
    """A regional innovation ecosystem as a frozen value.

    What is held are numbered columns: ids once, attributes by kind, edges as positions. The data
    frames `nodes` and `edges` and the network `graph` are views, built when they are asked for.

    Parameters
    ----------
    name
        What it is called.
    keys
        The ids of all nodes, sorted.
    parts
        The attributes of the nodes of each kind, in the order of ``keys``; ``_source`` and
        ``row`` say where a node stands.
    positions
        The positions of the nodes of each kind among ``keys``.
    named
        For the references in tables that are neither nodes nor edges, by table and column: the
        rows that name a node, and its position.
    edge_columns
        The edges, by kind in sorted order.
    sheets
        File and sheet names, by number.
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
    outline
        Paths of longitude and latitude to draw behind a map of places, or None.
    merged
        The nodes that were taken for others: ``id``, ``kind``, ``name``, ``into`` (the node that is
        kept), ``because``, ``file``, ``sheet``, ``row``.
    """

    name: str
    keys: pd.Index
    parts: Mapping[str, pd.DataFrame]
    positions: Mapping[str, Ints]
    named: Mapping[tuple[str, str], tuple[Places, Ints]]
    edge_columns: Mapping[str, EdgeColumns]
    sheets: tuple[tuple[str, str], ...]
    tables: Mapping[str, pd.DataFrame]
    settings: Settings
    currency: str = "CNY"
    synthetic: bool = False
    problems: tuple[Problem, ...] = ()
    accounts: pd.DataFrame = field(default_factory=pd.DataFrame)
    facts: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    outline: Outline | None = None
    merged: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MERGED_COLUMNS)))

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
    def nodes(self) -> pd.DataFrame:
        """All nodes: ``kind``, ``name``, the attributes of all kinds, ``file``, ``sheet``, ``row``.

        One row a node, indexed by id in sorted order.
        """
        return self.select(*self.parts)

    @functools.cached_property
    def edges(self) -> pd.DataFrame:
        """All edges, columns ``EDGE_COLUMNS``, sorted by kind, source and target."""
        return self.link(*self.edge_columns)

    @functools.cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The network of all nodes and edges, built in a fixed order."""
        import networkx as nx  # noqa: PLC0415 - only who asks for the network pays for it

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
    def counts(self) -> Flags:
        """Whether each agreement counts: signed, active or ended, and made by the as-of day."""
        agreements = self.parts.get("agreement")
        if agreements is None:
            return np.zeros(0, dtype=bool)
        counts = agreements["status"].isin(self.settings.counted)
        if self.as_of is not None and "date_start" in agreements:
            counts &= ~(agreements["date_start"] > pd.Timestamp(self.as_of))
        return np.asarray(counts, dtype=bool)

    @functools.cached_property
    def counted(self) -> pd.Index:
        """The agreements that count, by id."""
        return self.keys[self.find_positions("agreement")[self.counts]]

    @functools.cached_property
    def names(self) -> pd.Index:
        """The names of all nodes, in the order of ``keys``."""
        texts = [pd.Index(part["name"], dtype="str") for part in self.parts.values()]
        places = [np.zeros(0, dtype=np.int64), *self.positions.values()]
        return concat_texts(texts)[np.argsort(np.concatenate(places), kind="stable")]

    @functools.cached_property
    def memory(self) -> dict[Any, Any]:
        """What was computed of this ecosystem under its settings and is asked for again."""
        return {}

    def find_positions(self, *kinds: str) -> Ints:
        """Find the positions of the nodes of some kinds among ``keys``, in their order."""
        found = [self.positions[kind] for kind in kinds if kind in self.positions]
        if len(found) == 1:
            return found[0]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def find_ends(self, *kinds: str) -> tuple[Places, Places]:
        """Find the positions of source and target of the edges of some kinds."""
        found = [self.edge_columns[kind] for kind in sorted(kinds) if kind in self.edge_columns]
        if len(found) == 1:
            return found[0].source, found[0].target
        none = np.zeros(0, dtype=np.int32)
        return (
            np.concatenate([none, *(edges.source for edges in found)]),
            np.concatenate([none, *(edges.target for edges in found)]),
        )

    def find_pairs(self, kind: str) -> tuple[Places, Places]:
        """Find the positions of source and target of the edges of a kind, each pair once."""
        source, target = self.find_ends(kind)
        again = (source[1:] == source[:-1]) & (target[1:] == target[:-1])
        if not again.any():
            return source, target
        first = np.concatenate([[True], ~again])
        return source[first], target[first]

    def mark(self, *kinds: str) -> Flags:
        """Say of every node whether it is of one of some kinds."""
        marked = np.zeros(len(self.keys), dtype=bool)
        marked[self.find_positions(*kinds)] = True
        return marked

    def mark_counted(self) -> Flags:
        """Say of every node whether it is an agreement that counts."""
        marked = np.zeros(len(self.keys), dtype=bool)
        marked[self.find_positions("agreement")[self.counts]] = True
        return marked

    def select(self, *kinds: str) -> pd.DataFrame:
        """Take the nodes of some kinds, with their attributes; in the order of ``keys``."""
        known = [kind for kind in kinds if kind in self.parts]
        frames = [self._dress(kind) for kind in known]
        if not frames:
            return pd.DataFrame(columns=list(_FIRST), index=self.keys[:0])
        if len(frames) == 1:
            return frames[0]
        order = np.argsort(np.concatenate([self.positions[kind] for kind in known]), kind="stable")
        return pd.concat(frames, sort=False).take(order)

    def name_nodes(self, *kinds: str) -> pd.DataFrame:
        """Take kind and name of the nodes of some kinds, indexed by id in sorted order."""
        known = [kind for kind in kinds if kind in self.parts]
        names = concat_texts([pd.Index(self.parts[kind]["name"], dtype="str") for kind in known])
        sizes = [len(self.parts[kind]) for kind in known]
        labels = np.repeat(np.array(known, dtype=object), sizes)
        places = [np.zeros(0, dtype=np.int64), *(self.positions[kind] for kind in known)]
        order = np.argsort(np.concatenate(places), kind="stable")
        columns = {"kind": labels[order], "name": names[order]}
        return pd.DataFrame(columns, index=self.keys[self.find_positions(*kinds)])

    def link(self, *kinds: str) -> pd.DataFrame:
        """Take the edges of some kinds, columns ``EDGE_COLUMNS``."""
        found = [kind for kind in sorted(set(kinds)) if kind in self.edge_columns]
        frames = [self._spell(kind) for kind in found]
        if not frames:
            return _NO_EDGES
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

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
        nodes = {kind: len(part) for kind, part in sorted(self.parts.items()) if len(part)}
        edges = {kind: len(edges) for kind, edges in self.edge_columns.items()}
        counts = {("node", k): n for k, n in nodes.items()} | {
            ("edge", k): n for k, n in edges.items()
        }
        index = pd.MultiIndex.from_tuples(counts, names=["what", "kind"]) if counts else _NO_KINDS
        return pd.Series(list(counts.values()), index=index, name="count", dtype=np.int64)

    def configure(self, settings: Settings) -> Ecosystem:
        """Return the same ecosystem under other settings; an open day or language stays."""
        kept = replace(
            settings, as_of=settings.as_of or self.as_of, lang=settings.lang or self.lang
        )
        return replace(self, settings=kept)

    def _dress(self, kind: str) -> pd.DataFrame:
        """Take the nodes of a kind with their ids and the names of their files."""
        part = self.parts[kind]
        place = self._name_places(part["_source"].to_numpy())
        attributes = part.drop(columns=["name", "_source", "row"])
        columns = {
            "kind": np.full(len(part), kind, dtype=object),
            "name": part["name"],
            **{name: attributes[name] for name in attributes},
            **dict(zip(("file", "sheet"), place, strict=True)),
            "row": part["row"],
        }
        frame = pd.DataFrame(columns, index=part.index, copy=False)
        return frame.set_axis(self.keys[self.positions[kind]], axis=0)

    def _spell(self, kind: str) -> pd.DataFrame:
        """Take the edges of a kind with the ids of their ends."""
        edges = self.edge_columns[kind]
        file, sheet = self._name_places(edges.sheet)
        columns = {
            "source": self.keys[edges.source],
            "target": self.keys[edges.target],
            "kind": np.full(len(edges), kind, dtype=object),
            "role": np.array([*edges.roles, np.nan], dtype=object)[edges.role],
            "level": np.array([*edges.levels, np.nan], dtype=object)[edges.level],
            "amount": edges.amount,
            "file": file,
            "sheet": sheet,
            "row": edges.row,
        }
        return pd.DataFrame(columns, columns=list(EDGE_COLUMNS), copy=False)

    def _name_places(self, numbers: NDArray[np.int16]) -> tuple[Any, Any]:
        """Name file and sheet by number; -1 is nowhere."""
        names = [*self.sheets, ("", "")]
        files, sheets = (np.array(column, dtype=object) for column in zip(*names, strict=True))
        return files[numbers], sheets[numbers]

    def __repr__(self) -> str:
        """Say what the ecosystem holds."""
        counts = self.count_kinds()
        held = {
            what: {kind: n for (w, kind), n in counts.items() if w == what}
            for what in ("node", "edge")
        }
        nodes, edges = (
            ", ".join(f"{n} {kind}" for kind, n in kinds.items()) for kinds in held.values()
        )
        return (
            f"<Ecosystem {self.name!r} as of {self.as_of}: {len(self.keys)} nodes ({nodes}), "
            f"{sum(held['edge'].values())} edges ({edges}), "
            f"{int(self.counts.sum())} agreements counted>"
        )

    def _repr_html_(self) -> str:
        """Show the counts in a notebook."""
        frame = self.count_kinds().to_frame()
        title = pd.Series([self.name, str(self.as_of)], index=["name", "as of"]).to_frame("")
        return str(title.to_html(header=False)) + str(frame.to_html())


_FIRST = ("kind", "name", "file", "sheet", "row")
_NO_EDGES = pd.DataFrame(columns=list(EDGE_COLUMNS)).astype({"amount": float, "row": np.int32})
_NO_KINDS = pd.MultiIndex.from_arrays([[], []], names=["what", "kind"])
