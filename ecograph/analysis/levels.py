"""Levels of a classification: what lies above a node, and an ecosystem looked at from there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.ecosystem import EdgeColumns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["MOST_LEVELS", "list_groups", "list_levels", "merge_nodes"]

MOST_LEVELS = 5
"""So many levels are looked at, from the top."""

_CODE_LENGTHS = ((2, 4, 6), (3, 5, 7))  # catalogue of degrees and majors; GB/T 13745


def list_levels(ecosystem: Ecosystem, kind: str) -> pd.DataFrame:
    """List what each node of a kind belongs to at each level above it.

    The column ``parent`` says what lies above a node: the id, else the name, of a node of the
    kind, else a group of that name. Above a node that names itself lies nothing. Where parents go
    round in a circle, the first of its nodes by id is taken for the top.

    Where no discipline has a parent, numeric codes say the same, if each is as long as a code of
    one catalogue: digits 1-2 and 1-4 of that of degrees and majors (0802 under 08; a final T or K
    counts for nothing), or digits 1-3 and 1-5 of GB/T 13745 (460.20 under 460).

    Parameters
    ----------
    ecosystem
        The ecosystem.
    kind
        ``industry`` or ``discipline``.

    Returns
    -------
    pandas.DataFrame
        Indexed by id; columns 1 (the top), 2, ... up to ``MOST_LEVELS``. A cell is the id of a
        node, the name of a group or the start of a code; a node that does not lie below a level
        stands there for itself. No column where there is one level only.
    """
    nodes = ecosystem.select(kind)
    parents = _read_texts(nodes, "parent")
    if (parents != "").any():
        return _follow_parents(nodes, parents, kind)
    if kind == "discipline":
        return _cut_codes(nodes)
    return pd.DataFrame(index=nodes.index)


def list_groups(levels: pd.DataFrame, counted: Flags) -> dict[int, Ints]:
    """List the levels that ask another question: where some nodes are one, but not all.

    Parameters
    ----------
    levels
        As `list_levels` gives them.
    counted
        Whether each node is put together with others; those that are not stay alone.

    Returns
    -------
    dict
        By level, the number of the first node of each one's group. A level with the same groups
        as one above it is left out.

    Examples
    --------
    >>> levels = pd.DataFrame({1: ["x", "x", "x"], 2: ["a", "b", "a"]})
    >>> list_groups(levels, np.ones(3, dtype=bool))
    {2: array([0, 1, 0])}
    """
    members = np.flatnonzero(counted)
    found: dict[int, Ints] = {}
    for level in range(1, levels.shape[1] + 1):
        labels = pd.factorize(levels.loc[counted, level])[0]
        _, first, group = np.unique(labels, return_index=True, return_inverse=True)
        heads = np.arange(len(levels))
        heads[members] = members[first[group]]
        is_new = not any(np.array_equal(heads, known) for known in found.values())
        if 1 < len(first) < len(members) and is_new:
            found[level] = heads
    return found


def merge_nodes(ecosystem: Ecosystem, kind: str, heads: Ints) -> Ecosystem:
    """Return the ecosystem with the nodes of each group as one: the first stands for all.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    kind
        The kind whose nodes are merged.
    heads
        For each node of the kind, the number of the first node of its group.

    Returns
    -------
    Ecosystem
        Edges of all members lead to or from their first one, which keeps its own id, name and
        attributes. The tables stay as they were read.
    """
    own = ecosystem.find_positions(kind)
    moved, kept = np.arange(len(ecosystem.keys)), np.ones(len(ecosystem.keys), dtype=bool)
    moved[own] = own[heads]
    kept[own] = heads == np.arange(len(heads))
    place = (np.cumsum(kept) - 1)[moved]
    part = ecosystem.parts[kind][kept[own]].reset_index(drop=True)
    return replace(
        ecosystem,
        keys=ecosystem.keys[kept],
        parts={**ecosystem.parts, kind: part},
        positions={name: place[at[kept[at]]] for name, at in ecosystem.positions.items()},
        named={
            column: (rows, np.where(at < 0, at, place[at]))
            for column, (rows, at) in ecosystem.named.items()
        },
        edge_columns={
            name: _move_ends(edges, place) for name, edges in ecosystem.edge_columns.items()
        },
    )


def _read_texts(nodes: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Read a column of texts; empty where there is none."""
    texts = nodes.reindex(columns=[column])[column].astype(object)
    return np.asarray(texts.where(texts.notna(), "").astype(str).str.strip(), dtype=object)


def _follow_parents(nodes: pd.DataFrame, parents: NDArray[np.object_], kind: str) -> pd.DataFrame:
    """Climb from each node to the one above it at each depth below the top."""
    known = _number_texts(nodes, kind)
    groups = sorted(set(parents) - {""} - set(known.index))
    numbers = pd.concat([known, pd.Series(len(nodes) + np.arange(len(groups)), index=groups)])
    above = np.arange(len(nodes) + len(groups))
    named = np.flatnonzero(parents != "")
    above[named] = numbers.reindex(parents[named]).to_numpy()
    above = _cut_circles(above)
    depth = _count_steps(above)
    labels = np.array([*nodes.index, *groups], dtype=object)
    levels = {
        level + 1: labels[_climb(above, np.maximum(depth - level, 0))][: len(nodes)]
        for level in range(min(int(depth.max(initial=0)), MOST_LEVELS))
    }
    return pd.DataFrame(levels, index=nodes.index)


def _number_texts(nodes: pd.DataFrame, kind: str) -> pd.Series:
    """Give each text the number of the node that it means: by id first, then by name."""
    ids = nodes.index.astype(str)
    texts = [*ids, *ids.str.removeprefix(f"{kind}:"), *nodes["name"]]
    numbers = pd.Series(np.tile(np.arange(len(nodes)), 3), index=texts)
    return numbers[~numbers.index.duplicated()]


def _cut_circles(above: Ints) -> Ints:
    """Make the lowest number of each circle its top; a top lies above itself."""
    own, lowest, ahead = np.arange(len(above)), np.arange(len(above)), above
    circular = np.zeros(len(above), dtype=bool)
    circular[_climb(above, np.full(len(above), len(above)))] = True  # where all ways end
    for _ in range(len(above).bit_length()):
        lowest, ahead = np.minimum(lowest, lowest[ahead]), ahead[ahead]
    cut: Ints = np.where(circular & (lowest == own), own, above)
    return cut


def _count_steps(above: Ints) -> Ints:
    """Count the steps from each node to its top."""
    steps, ahead = (above != np.arange(len(above))).astype(np.int64), above
    for _ in range(len(above).bit_length()):
        steps, ahead = steps + steps[ahead], ahead[ahead]
    return np.asarray(steps)


def _climb(above: Ints, steps: Ints) -> Ints:
    """Go up so many steps from each node, each time twice as far where a bit says so."""
    place, ahead = np.arange(len(above)), above
    for bit in range(int(steps.max(initial=0)).bit_length()):
        place = np.where((steps >> bit) & 1, ahead[place], place)
        ahead = ahead[ahead]
    return place


def _cut_codes(nodes: pd.DataFrame) -> pd.DataFrame:
    """Cut numeric codes to the lengths of the levels above them."""
    codes = pd.Series(_read_texts(nodes, "code"), index=nodes.index, dtype=object)
    codes = codes.str.replace(".", "", regex=False).str.replace(r"[TK]+$", "", regex=True)
    given = codes[codes != ""]
    lengths = set(given.str.len())
    known = [cuts for cuts in _CODE_LENGTHS if lengths and lengths <= set(cuts)]
    if not known or not given.str.fullmatch(r"[0-9]+").all():
        return pd.DataFrame(index=nodes.index)
    labels = codes.where(codes != "", nodes.index.to_series())
    cuts = [length for length in known[0] if length < max(lengths)]
    levels = {
        level: labels.where(codes == "", codes.str[:length])
        for level, length in enumerate(cuts, start=1)
    }
    return pd.DataFrame(levels, index=nodes.index)


def _move_ends(edges: EdgeColumns, place: Ints) -> EdgeColumns:
    """Lead edges to the places of their ends, in the order of these."""
    source, target = place[edges.source], place[edges.target]
    order = np.lexsort((target, source))
    return EdgeColumns(
        source=source[order].astype(np.int32),
        target=target[order].astype(np.int32),
        role=edges.role[order],
        roles=edges.roles,
        level=edges.level[order],
        levels=edges.levels,
        amount=edges.amount[order],
        sheet=edges.sheet[order],
        row=edges.row[order],
    )
