"""Network files, GraphML and GEXF, read back into the tables of an ecosystem.

A file that ecograph wrote with all nodes and edges gives the same ecosystem, but for the tables
that are neither (certificates, accounts, indicators and the like). A projected network, or one
that another program wrote, has ties where an ecosystem has agreements: each tie becomes as many
agreements of its two ends as it counts, so that the network is the same, but who signed together
as three or more is lost, and the agreements have no names, modes or ends.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecograph.errors import RegisterError
from ecograph.registers._graphs import read_graph
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.tables import TableSet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ecograph.registers._graphs import Edge, Graph
    from ecograph.schema import Table

__all__ = ["read_network"]

_MOST_AGREEMENTS = 2_000_000
_UNKNOWN = "institution"  # the kind of a node that says none
_BIPARTITE = ("party", "about", "concerns")  # what an edge of an agreement can mean
_SEPARATORS = re.compile(r"\s*[;；、\n]\s*")
_MADE = frozenset(
    {"id", "label", "name", "kind", "x", "y", "z", "size", "colour", "color", "r", "g", "b"}
    | {"tier", "community", "degree", "strength", "pagerank", "betweenness", "component"}
    | {"harmonic_closeness", "eigenvector", "core", "constraint", "modularity_class"}
)
_NUMBERS = {"amount", "number", "integer"}
_Row = dict[str, str]


class _Node(NamedTuple):
    """A node of the file: its kind, its id in the table, and how other tables name it."""

    kind: str
    key: str
    name: str
    reference: str


class _Home(NamedTuple):
    """Where edges of a kind stand: a table, the column, and whether the row is the target."""

    table: str
    column: str
    inward: bool
    single: bool


class _Desk:
    """The rows of all tables while they are made."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: dict[str, list[_Row]] = {}
        self.own: dict[str, _Row] = {}  # the row of each node
        self.cells: dict[tuple[str, str], dict[str, None]] = {}  # what node and column refer to
        self.pairs: dict[str, set[tuple[str, str]]] = {}  # ends of the edges, by kind
        self.ties = 0

    def add(self, table: str, row: _Row) -> None:
        self.rows.setdefault(table, []).append(row)


def read_network(path: Path) -> TableSet:
    """Read a GraphML or GEXF file as the tables of an ecosystem.

    Parameters
    ----------
    path
        The file. Attributes of nodes: ``kind`` (a kind of the schema, or its name in a language;
        of another or none, the node is an institution and its kind the type), ``name`` or
        ``label``, and columns of the schema or others. Attributes of edges: ``kind`` (a kind of
        the schema), ``role``, ``level``, ``amount``; an edge of no such kind is a tie, with
        ``agreements`` or ``weight`` (how many), ``amount``, ``first`` and ``last`` year. What
        ecograph computes (centralities, community, tier, places) is left out.

    Returns
    -------
    TableSet
        The tables, the facts that the file states, and what was read: ``nodes``, ``edges``, and
        ``ties`` with the ``agreements of ties`` that were made of them.

    Raises
    ------
    RegisterError
        If the file is no network or an empty one, or an edge has no place in an ecosystem.
    """
    graph = read_graph(path)
    if not graph.nodes:
        raise RegisterError(f"{path.name} has no nodes; export the network again.")
    nodes = _name_nodes(graph)
    desk = _Desk(path.name)
    taken = _write_nodes(desk, graph, nodes)
    ties: list[Edge] = []
    for edge in graph.edges:
        kind = _find_kind(edge, nodes)
        if kind is None:
            ties.append(edge)
        else:
            _write_edge(desk, edge, kind, nodes)
    _fill_cells(desk)
    _check_demands(desk)
    _write_ties(desk, ties, nodes)
    counts = {"nodes": len(nodes), "edges": len(graph.edges) - len(ties)}
    if ties:
        counts |= {"ties": len(ties), "agreements of ties": desk.ties}
    return TableSet(_tabulate(desk, taken), _state_facts(graph, path, ties=bool(ties)), counts)


# Nodes


def _name_nodes(graph: Graph) -> dict[str, _Node]:
    """Give every node its kind, an id that a list can hold, and a reference that is its own."""
    kinds = {key: _read_kind(attributes) for key, attributes in graph.nodes.items()}
    keys = _free_keys(kinds)
    owners: dict[str, int] = {}
    for key in keys.values():
        owners[key] = owners.get(key, 0) + 1
    found = {}
    for node, attributes in graph.nodes.items():
        key, kind = keys[node], kinds[node]
        name = next((t for n in ("name", "label") if (t := attributes.get(n, "").strip())), key)
        alone = owners[key] == 1 and ":" not in key
        found[node] = _Node(kind, key, name, key if alone else f"{kind}:{key}")
    return found


def _read_kind(attributes: Mapping[str, str]) -> str:
    word = attributes.get("kind", "").strip()
    return _list_kinds().get(word.casefold(), _UNKNOWN)


@functools.cache
def _list_kinds() -> dict[str, str]:
    """List the kinds of nodes by the words for them."""
    kinds = read_schema().node_kinds
    return {
        word.casefold(): kind
        for kind, known in kinds.items()
        for word in (kind, known.table, *known.labels.values())
    }


def _free_keys(kinds: Mapping[str, str]) -> dict[str, str]:
    """Free ids of the kind before them and of what separates lists; two of a kind stay two."""
    taken: set[tuple[str, str]] = set()
    keys = {}
    for node, kind in kinds.items():
        key = _SEPARATORS.sub("_", node.strip().removeprefix(f"{kind}:")) or node
        while (kind, key) in taken:
            key = f"{key}~"
        taken.add((kind, key))
        keys[node] = key
    return keys


def _write_nodes(
    desk: _Desk, graph: Graph, nodes: Mapping[str, _Node]
) -> dict[str, dict[str, None]]:
    """Write the row of every node; return the columns of attributes by table."""
    columns: dict[str, dict[str, None]] = {}
    for node, attributes in graph.nodes.items():
        known = nodes[node]
        table = read_schema().tables[read_schema().node_kinds[known.kind].table]
        row = {"id": known.key, "name": known.name}
        for column, text in _list_attributes(table, attributes):
            row.setdefault(column, text)
        foreign = attributes.get("kind", "").strip()
        if known.kind == _UNKNOWN and foreign.casefold() not in _list_kinds():
            row.setdefault("type", foreign)
        columns.setdefault(table.name, {}).update(dict.fromkeys(row))
        desk.add(table.name, row)
        desk.own[node] = row
    return columns


def _list_attributes(table: Table, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """List the attributes that are kept, under the column that each of them means."""
    for name, value in attributes.items():
        text = value.strip()
        if not text or name.strip().casefold() in _MADE:
            continue
        column = _find_column(table.name, name)
        if column in {"id", "name"} and column != name:
            continue
        if column is None or name != column:  # an office's own header may say a unit
            yield name.strip(), text
        else:
            yield column, _spell(text) if table.columns[column].type in _NUMBERS else text


@functools.lru_cache(maxsize=4096)
def _find_column(table: str, name: str) -> str | None:
    return read_schema().find_column(table, name)


def _spell(text: str) -> str:
    """Spell a number without exponent.

    >>> _spell("1.5e+16"), _spell("72600.0"), _spell("about 5")
    ('15000000000000000', '72600.0', 'about 5')
    """
    if "e" not in text.lower():
        return text
    try:
        return format(Decimal(text), "f")
    except InvalidOperation:
        return text


# Edges


def _find_kind(edge: Edge, nodes: Mapping[str, _Node]) -> str | None:
    """Find the kind of an edge; None if it is a tie."""
    stated = edge.attributes.get("kind", "").strip()
    if stated in read_schema().edge_kinds:
        return stated
    if "agreement" not in {nodes[edge.source].kind, nodes[edge.target].kind}:
        return None
    return next((kind for kind in _BIPARTITE if _orient(edge, kind, nodes)), None)


def _orient(edge: Edge, kind: str, nodes: Mapping[str, _Node]) -> tuple[str, str] | None:
    """Turn an edge so that its ends are what the kind asks for; None if they are not."""
    known = read_schema().edge_kinds[kind]
    for source, target in ((edge.source, edge.target), (edge.target, edge.source)):
        if nodes[source].kind in known.source and nodes[target].kind in known.target:
            return source, target
    return None


def _write_edge(desk: _Desk, edge: Edge, kind: str, nodes: Mapping[str, _Node]) -> None:
    ends = _orient(edge, kind, nodes)
    if ends is None:
        _refuse_edge(desk, edge, nodes, f"no edge of the kind {kind} joins them")
        return
    source, target = ends
    desk.pairs.setdefault(kind, set()).add((source, target))
    if kind == "demands":  # follows from who needs a demand, and what that studies
        return
    home = _find_home(kind, nodes[source].kind, nodes[target].kind)
    if home is None:
        _write_row(desk, edge, kind, (nodes[source], nodes[target]))
    else:
        row, other = (target, source) if home.inward else (source, target)
        _write_cell(desk, home, row, nodes[other])


def _write_row(desk: _Desk, edge: Edge, kind: str, ends: tuple[_Node, _Node]) -> None:
    """Write an edge that is a row of a table of its own."""
    table = _find_own(kind)
    if table is None or table.edge is None:
        raise RegisterError(f"{desk.file}: edges of the kind {kind} stand in no table.")
    row = {table.edge.source: ends[0].reference, table.edge.target: ends[1].reference}
    for name in ("role", "level", "amount"):
        text = edge.attributes.get(name, "").strip()
        if name in table.columns and text:
            row[name] = _spell(text)
    desk.add(table.name, row)


def _write_cell(desk: _Desk, home: _Home, row: str, other: _Node) -> None:
    """Note an edge that is a reference in the row of one of its ends."""
    cell = desk.cells.setdefault((row, home.column), {})
    cell[other.reference] = None
    if home.single and len(cell) > 1:
        raise RegisterError(
            f"{desk.file}: the node {row!r} has two edges where the table {home.table} holds "
            f"one {home.column}; remove one of them."
        )


def _fill_cells(desk: _Desk) -> None:
    """Write references into the rows of nodes; edges go before attributes of the same name."""
    for (node, column), references in desk.cells.items():
        desk.own[node][column] = "；".join(references)


@functools.cache
def _find_home(kind: str, source: str, target: str) -> _Home | None:
    """Find the column of a node's table in which edges of a kind stand; None if a table has them.

    >>> _find_home("hosts", "university", "platform")
    _Home(table='platforms', column='hosts', inward=True, single=False)
    >>> _find_home("party", "agreement", "university") is None
    True
    """
    if _find_own(kind):
        return None
    for table in read_schema().tables.values():
        for column in table.columns.values():
            row, other = (target, source) if column.inward else (source, target)
            if column.edge == kind and table.node == row and other in column.kinds:
                return _Home(table.name, column.name, column.inward, column.type == "ref")
    return None


def _find_own(kind: str) -> Table | None:
    tables = read_schema().tables.values()
    return next((table for table in tables if table.edge and table.edge.kind == kind), None)


def _check_demands(desk: _Desk) -> None:
    """Refuse what an enterprise demands if no demand of it says so."""
    studied: dict[str, set[str]] = {}
    for demand, discipline in desk.pairs.get("studies", set()):
        studied.setdefault(demand, set()).add(discipline)
    said = {(e, d) for e, demand in desk.pairs.get("needs", set()) for d in studied.get(demand, ())}
    for enterprise, discipline in sorted(desk.pairs.get("demands", set()) - said):
        raise RegisterError(
            f"{desk.file}: {enterprise!r} demands {discipline!r}, but no node of the kind demand "
            "says so; add one that the enterprise needs and that studies the discipline."
        )


# Ties


def _write_ties(desk: _Desk, ties: list[Edge], nodes: Mapping[str, _Node]) -> None:
    """Write every tie as as many agreements as it counts."""
    prefix, keys = "tie", {node.key for node in nodes.values()}
    while any(key.startswith(f"{prefix}-") for key in keys):
        prefix = f"{prefix}_"
    for tie in ties:
        count = _count_agreements(tie)
        if desk.ties + count > _MOST_AGREEMENTS:
            raise RegisterError(
                f"{desk.file}: its ties stand for more than {_MOST_AGREEMENTS:,} agreements; "
                "the weight of an edge is how many agreements it stands for."
            )
        first, last = (tie.attributes.get(n, "").strip() for n in ("first", "last"))
        dates = [first, *[""] * (count - 2), last] if count > 1 else [first or last]
        amount = _spell(tie.attributes.get("amount", "").strip())
        for number, date in enumerate(dates):
            desk.ties += 1
            row = {"id": f"{prefix}-{desk.ties}", "date": date, "amount": "" if number else amount}
            row |= {"status": "signed", "register": f"ties of {desk.file}"}
            _join_ends(desk, tie, row, nodes)


def _count_agreements(tie: Edge) -> int:
    """Count the agreements of a tie: as it says, else its weight if that is a whole number."""
    for name in ("agreements", "weight"):
        try:
            count = Decimal(tie.attributes.get(name, "").strip())
        except InvalidOperation:
            continue
        if count.is_finite() and count >= 1 and count == count.to_integral_value():
            return _MOST_AGREEMENTS + 1 if count > _MOST_AGREEMENTS else int(count)
    return 1


def _join_ends(desk: _Desk, tie: Edge, row: _Row, nodes: Mapping[str, _Node]) -> None:
    """Join the ends of a tie in an agreement: who signs it, or what it is about."""
    found: dict[str, list[str]] = {}
    for node in dict.fromkeys((tie.source, tie.target)):
        kind, reference = nodes[node].kind, nodes[node].reference
        if kind in {*ORGANISATION_KINDS, "region"}:
            desk.add("parties", {"agreement": row["id"], "organisation": reference})
        elif kind in {"discipline", "industry"}:
            column = "disciplines" if kind == "discipline" else "industry"
            found.setdefault(column, []).append(reference)
        else:
            _refuse_edge(desk, tie, nodes, "no agreement can join them; state its kind")
    desk.add("agreements", row | {name: "；".join(cells) for name, cells in found.items()})


def _refuse_edge(desk: _Desk, edge: Edge, nodes: Mapping[str, _Node], reason: str) -> None:
    source, target = nodes[edge.source], nodes[edge.target]
    raise RegisterError(
        f"{desk.file}: the edge from {edge.source!r} ({source.kind}) to {edge.target!r} "
        f"({target.kind}) has no place in an ecosystem: {reason}."
    )


# Tables


def _tabulate(desk: _Desk, taken: Mapping[str, Mapping[str, None]]) -> dict[str, pd.DataFrame]:
    """Make tables of rows, columns of the schema first."""
    tables = {}
    for table in read_schema().tables.values():
        rows = desk.rows.get(table.name, [])
        used = {name for row in rows for name in row}
        others = [name for name in taken.get(table.name, {}) if name not in table.columns]
        names = [name for name in table.columns if name in used] + others
        if rows:
            columns = {name: [row.get(name, "") for row in rows] for name in names}
            tables[table.name] = pd.DataFrame(columns, dtype=str)
    return tables


def _state_facts(graph: Graph, path: Path, *, ties: bool) -> dict[str, object]:
    known = {name: graph.facts.get(name, "").strip() for name in ("as_of", "language", "currency")}
    source = f"read from {path.name}"
    if ties:
        source += "; each tie stands for as many agreements of two ends as it counts"
    return {
        "name": graph.facts.get("name", "").strip() or path.stem,
        **{name: text for name, text in known.items() if text},
        **({"synthetic": True} if graph.facts.get("synthetic") == "true" else {}),
        "source": source,
    }
