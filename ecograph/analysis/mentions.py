"""Where a node is named: its own row, the edges that it ends, the rows of tables that name it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.evidence import cite_edges, cite_nodes, cite_rows, join_evidence, spell_cells
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Matches", "cite_mentions", "cite_node", "find_nodes", "fold_name", "judge_agreements"]

_SPELLINGS = ("aliases", "uscc")
_SKIPPED = {"kind", "name", "file", "sheet", "row", "_source", "synthetic"}
_MAIN = ("certificate", "year", "name", "stage", "kind", "class", "level", "programme")
_DATED = ("_start", "_end")


class Matches(NamedTuple):
    """The nodes that a person may mean.

    Parameters
    ----------
    positions
        Theirs among the ecosystem's keys, sorted.
    how
        ``id``, ``name`` (name or alias, letter by letter), ``folded`` (but for width and case) or
        ``part`` (of a name); empty where there is none.
    """

    positions: Ints
    how: str


def fold_name(text: str) -> str:
    """Fold a name so that spellings that differ in width, case or blanks around are equal.

    >>> fold_name(" Ｕ01 ") == fold_name("u01")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold().strip()


def find_nodes(ecosystem: Ecosystem, name: str) -> Matches:
    """Find the nodes that an id, name, alias or code means; the strictest match that there is.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    name
        What a person wrote.
    """
    place = ecosystem.keys.get_indexer([name])
    if place[0] >= 0:
        return Matches(place.astype(np.int64), "id")
    spelt = _list_spellings(ecosystem)
    exact = spelt["text"] == name
    if exact.any():
        return _pick(spelt, exact, "name")
    wanted = fold_name(name)
    if not wanted:
        return Matches(np.zeros(0, dtype=np.int64), "")
    folded = spelt["text"].map(fold_name)
    for how, found in (
        ("folded", folded == wanted),
        ("part", folded.str.contains(wanted, regex=False) & ~spelt["is_id"]),
    ):
        if found.any():
            return _pick(spelt, found.astype(bool), how)
    return Matches(np.zeros(0, dtype=np.int64), "")


def cite_node(ecosystem: Ecosystem, position: int) -> pd.DataFrame:
    """Cite a node's own row: ``node``, then one ``cell`` for each that holds anything.

    The rows that were merged into it follow, ``merged``, and why (`ecograph.resolve`).
    """
    kind = _find_kind(ecosystem, position)
    place = np.array([position])
    id_ = str(ecosystem.keys[position])
    node = cite_nodes(ecosystem, place, "node", detail=[f"{kind}；{id_}"])
    part = ecosystem.parts[kind]
    row = part.iloc[[int(np.searchsorted(ecosystem.positions[kind], position))]]
    cells = [
        cite_nodes(ecosystem, place, "cell", value=[row[name].iloc[0]], detail=[name])
        for name in row.columns
        if name not in _SKIPPED and not name.endswith(_DATED) and _holds(row[name].iloc[0])
    ]
    return join_evidence(node, *cells, _cite_merged(ecosystem, id_))


def cite_mentions(ecosystem: Ecosystem, position: int) -> pd.DataFrame:
    """Cite every edge and every row of a table that names a node.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    position
        Of the node among its keys.

    Returns
    -------
    pandas.DataFrame
        ``what`` is the kind of edge, and ``value`` the other end; else ``what`` is the table and
        ``value`` its main cell. Of a party ``because`` says whether the
        agreement counts (`judge_agreements`).
    """
    edges = [
        cite
        for kind in sorted(ecosystem.edge_columns)
        for cite in _cite_ends(ecosystem, kind, position)
    ]
    return join_evidence(*edges, *_cite_tables(ecosystem, position))


def judge_agreements(ecosystem: Ecosystem, agreements: NDArray[np.integer]) -> list[str]:
    """Say of agreements whether they count, and if not, why.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    agreements
        Their positions.

    Returns
    -------
    list of str
        ``status=signed；counts=true``, or ``counts=false`` with ``because``: the statuses that
        count, or the day after which it was made.
    """
    part = ecosystem.parts["agreement"]
    rows = np.searchsorted(ecosystem.positions["agreement"], agreements)
    listed, said = ",".join(ecosystem.settings.counted), []
    for status, counts in zip(part["status"].iloc[rows], ecosystem.counts[rows], strict=True):
        why = f"；because=after {ecosystem.as_of}"
        if status not in ecosystem.settings.counted:
            why = f"；because=not {listed}"
        told = "true" if counts else f"false{why}"
        said.append(f"status={status}；counts={told}")
    return said


# Names


def _list_spellings(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the names, ids, aliases and codes of all nodes: position, text, is_id."""
    everyone = np.arange(len(ecosystem.keys))
    parts = [
        pd.DataFrame({"position": everyone, "text": texts, "is_id": is_id})
        for texts, is_id in ((ecosystem.names, False), (ecosystem.keys, True))
    ]
    for kind, part in sorted(ecosystem.parts.items()):
        for column in _SPELLINGS:
            if column not in part:
                continue
            stated = pd.Series(part[column].to_numpy(dtype=object), index=ecosystem.positions[kind])
            stated = stated.dropna().explode().dropna()
            texts = {"position": stated.index, "text": stated.to_numpy(), "is_id": False}
            parts.append(pd.DataFrame(texts))
    merged = ecosystem.merged
    merged = merged[merged["kind"] != ""]
    texts = {"position": ecosystem.keys.get_indexer(merged["into"]), "text": merged["id"]}
    parts.append(pd.DataFrame({**texts, "is_id": True}))
    spelt = pd.concat(parts, ignore_index=True)
    return spelt.assign(text=spelt["text"].astype(str).astype(object))


def _pick(spelt: pd.DataFrame, meant: pd.Series, how: str) -> Matches:
    return Matches(np.unique(spelt.loc[meant, "position"].to_numpy(dtype=np.int64)), how)


def _cite_merged(ecosystem: Ecosystem, id_: str) -> pd.DataFrame:
    """Cite the rows that were merged into a node: what each was called, and why."""
    merged = ecosystem.merged[ecosystem.merged["into"] == id_]
    pairs = zip(merged["kind"], merged["id"], strict=True)
    told = ["；".join(text for text in pair if text) for pair in pairs]
    places = {name: f"_{name}" for name in ("file", "sheet", "row")}
    rows = cite_rows(
        merged.rename(columns=places), "merged", value=merged["name"].to_list(), detail=told
    )
    return rows.assign(because=merged["because"].to_numpy(dtype=object), _group=0)


def _find_kind(ecosystem: Ecosystem, position: int) -> str:
    return next(kind for kind in sorted(ecosystem.parts) if ecosystem.mark(kind)[position])


def _holds(cell: object) -> bool:
    return isinstance(cell, list | tuple) or (pd.notna(cell) and cell != "")


# Edges


def _cite_ends(ecosystem: Ecosystem, kind: str, position: int) -> list[pd.DataFrame]:
    """Cite the edges of a kind from a node, then those to it."""
    source, target = ecosystem.find_ends(kind)
    found = {
        "target": np.flatnonzero(source == position),
        "source": np.flatnonzero(target == position),
    }
    cited = []
    for towards, edges in found.items():
        rows = cite_edges(ecosystem, kind, edges, towards=towards).drop(
            columns="_group", errors="ignore"
        )
        if kind == "party" and len(edges):
            rows = rows.assign(because=judge_agreements(ecosystem, source[edges]))
        cited.append(rows)
    return cited


# Tables


def _cite_tables(ecosystem: Ecosystem, position: int) -> list[pd.DataFrame]:
    """Cite the rows of tables that name a node where no edge comes of it."""
    cited = []
    for name in sorted(ecosystem.tables):
        columns = read_schema().tables[name].columns.values()
        for column in columns:
            if not column.refers or column.edge:
                continue
            rows = _find_rows(ecosystem, name, column.name, position)
            if len(rows):
                placed = rows.sort_values(["_file", "_sheet", "_row"], kind="stable")
                cited.append(_cite_table(name, column.name, placed))
    return cited


def _find_rows(ecosystem: Ecosystem, name: str, column: str, position: int) -> pd.DataFrame:
    """Find the rows of a table whose column names a node; none where edges hold them."""
    table = read_schema().tables[name]
    if table.edge and column in {table.edge.source, table.edge.target}:
        return pd.DataFrame()
    if (name, column) in ecosystem.named:
        rows, positions = ecosystem.named[name, column]
        return ecosystem.tables[name].iloc[rows[positions == position]]
    frame = ecosystem.tables[name]
    if column not in frame or not table.node:
        return pd.DataFrame()
    key = str(ecosystem.keys[position])
    if any(column in {link.source, link.target} for link in table.links):
        return pd.DataFrame()
    meant = [key == cell or (isinstance(cell, tuple) and key in cell) for cell in frame[column]]
    return frame[np.array(meant, dtype=bool)]


def _cite_table(name: str, column: str, rows: pd.DataFrame) -> pd.DataFrame:
    main = next((word for word in _MAIN if word in rows), column)
    shown = [
        label
        for label in rows.columns
        if not label.startswith("_")
        and not label.endswith(_DATED)
        and label not in {main, column, "synthetic"}
    ]
    cited = cite_rows(rows, name, value=rows[main].to_list(), detail=spell_cells(rows, shown))
    return cited.drop(columns="_group")
