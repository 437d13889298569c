"""Take rows that mean one organisation for one: cells, references, and where each stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.checks.rows import References
from ecograph.reading.values.plain import parse_list
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ecograph.checks.directory import Directory
    from ecograph.checks.rows import Rows

    Ints = NDArray[np.int64]

__all__ = ["MERGED_COLUMNS", "Merges", "fold_rows"]

MERGED_COLUMNS = ("id", "kind", "name", "into", "because", "file", "sheet", "row")
"""One row a node that was taken for another: its id, its name, the node, why, and its place."""

_OWN = {"id", "name", "aliases"}  # what a row is called; it becomes an alias
_NONE = References(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))


@dataclass(frozen=True)
class Merges:
    """Which nodes are one, and which texts mean a node.

    Parameters
    ----------
    nodes
        The node that is kept, by each that is taken for it; all by key.
    names
        The node that a text means, by text.
    parts
        The node that a node is part of; both by key.
    because
        Why, in words, by the key of each node that is taken for another.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)


def fold_rows(rows: Rows, directory: Directory, merges: Merges) -> pd.DataFrame:
    """Move what the rows of merged nodes say to the rows of those that are kept.

    Cells go where the kept row has none; where both say something, and not the same, that is
    reported. Names become aliases. The rows that were moved are taken out as rejected ones are.

    Parameters
    ----------
    rows
        Checked rows, changed in place.
    directory
        All nodes.
    merges
        Which nodes were merged, and why.

    Returns
    -------
    pandas.DataFrame
        Columns ``MERGED_COLUMNS``, one row a merged node, and one a name that was given to a node
        (without kind and place).
    """
    if not (merges.nodes or merges.names or merges.parts):
        return pd.DataFrame(columns=list(MERGED_COLUMNS))
    places = _place_nodes(rows)
    pairs = _pair_rows(places, directory)
    told = _tell(rows, directory, pairs).assign(
        because=[merges.because.get(key, "") for key in directory.keys[pairs["number"]]]
    )
    for (source, target), part in pairs.groupby(["source", "target"], sort=True):
        _fold_cells(rows, part, str(source), str(target))
        _fold_names(rows, part, str(source), str(target))
    for table, column in sorted(rows.references):
        _move_references(rows, pairs[pairs["source"] == table], table, column)
    _add_parts(rows, places, directory, merges.parts)
    for table, part in pairs.groupby("source"):
        rows.bad[str(table)][part["row"]] = True
    return pd.concat([told, _give_names(rows, places, directory, merges)])[list(MERGED_COLUMNS)]


def _place_nodes(rows: Rows) -> pd.DataFrame:
    """Find the table and the row of every node that has a good one, by number."""
    tables = [t.name for t in read_schema().tables.values() if t.node or t.node_by]
    placed = [
        pd.DataFrame({"source": name, "row": good.index, "number": good["_number"]})
        for name in tables
        if len(good := rows.good(name))
    ]
    return pd.concat(placed, ignore_index=True).set_index("number", drop=False)


def _pair_rows(places: pd.DataFrame, directory: Directory) -> pd.DataFrame:
    """Pair the row of each merged node with that of the node that is kept."""
    merged = places[places.index.isin(directory.merged)].sort_index()
    kept = places.reindex(directory.into[merged["number"]])
    merged = merged.assign(target=kept["source"].array, kept=kept["row"].array)
    return merged.dropna(subset=["target"]).astype({"kept": np.int64}).reset_index(drop=True)


def _tell(rows: Rows, directory: Directory, pairs: pd.DataFrame) -> pd.DataFrame:
    numbers = pairs["number"].to_numpy()
    told = pd.DataFrame(
        {
            "id": directory.keys[numbers],
            "kind": np.asarray(directory.kinds[numbers]).astype(object),
            "name": _take(rows, pairs, "name"),
            "into": directory.keys[directory.into[numbers]],
            "row": _take(rows, pairs, "_row"),
        }
    )
    sheets = [rows.matched[int(number)].sheet for number in _take(rows, pairs, "_source")]
    told = told.assign(file=[s.file for s in sheets], sheet=[s.sheet for s in sheets])
    return told.assign(name=told["name"].fillna(told["id"]))


def _take(rows: Rows, pairs: pd.DataFrame, column: str) -> pd.Series:
    """Take a column of the merged rows, whatever table each stands in."""
    taken = pd.Series(index=pairs.index, dtype=object)
    for table, part in pairs.groupby("source"):
        frame = rows.tables[str(table)]
        if column in frame:
            taken[part.index] = frame[column].iloc[part["row"]].to_numpy(dtype=object)
    return taken


# Cells


def _fold_cells(rows: Rows, part: pd.DataFrame, source: str, target: str) -> None:
    """Fill what kept rows lack, column by column, in the order of the merged rows."""
    frame = rows.tables[source].iloc[part["row"]]
    for column in frame:
        if column in _OWN or column[0] == "_" or (source, column) in rows.references:
            continue
        said = frame[column].notna().to_numpy()
        if said.any():
            kept = part["kept"].to_numpy()[said]
            _fold_column(rows, frame.loc[said, column], kept, (source, target))


def _fold_column(rows: Rows, cells: pd.Series, kept: Ints, tables: tuple[str, str]) -> None:
    """Fill one column of the kept rows, and report the cells that say something else."""
    source, target = tables
    column, frame = str(cells.name), rows.tables[target]
    empty = pd.Series(index=frame.index, dtype=object)
    filled = frame[column].copy() if column in frame else empty.astype(cells.dtype)
    first = filled.iloc[kept].isna().to_numpy() & ~pd.Series(kept).duplicated().to_numpy()
    filled.iloc[kept[first]] = cells[first].array
    rows.tables[target] = frame.assign(**{column: filled})
    if column not in read_schema().tables[source].columns:
        return
    now = filled.iloc[kept].to_numpy(dtype=object)
    for n in np.flatnonzero(now != cells.to_numpy(dtype=object)).tolist():
        _report_other(rows, source, int(cells.index[n]), column, rows.locate(target, int(kept[n])))


def _fold_names(rows: Rows, part: pd.DataFrame, source: str, target: str) -> None:
    """Add the names and aliases of merged rows to the aliases of the kept ones."""
    frame, kept = rows.tables[source], rows.tables[target]
    aliases = kept["aliases"] if "aliases" in kept else pd.Series(index=kept.index, dtype=object)
    aliases = aliases.astype(object)
    for place, mine in part.groupby("kept"):
        own = _list_names(kept, int(str(place)))
        more = [name for row in mine["row"] for name in _list_names(frame, int(row))]
        texts = [name for name in dict.fromkeys([*own[1:], *more]) if name != own[0]]
        aliases.iloc[int(str(place))] = "；".join(texts) or None
    rows.tables[target] = kept.assign(aliases=aliases)


def _give_names(
    rows: Rows, places: pd.DataFrame, directory: Directory, merges: Merges
) -> pd.DataFrame:
    """Add names that people or the model gave to nodes to the aliases of these."""
    found = directory.keys.get_indexer(pd.Index(list(merges.names.values()), dtype="str"))
    told = []
    for text, number in zip(merges.names, directory.into[found].tolist(), strict=True):
        if number not in places.index:
            continue
        table, row = str(places.at[number, "source"]), int(places.at[number, "row"])
        _add_alias(rows, table, row, text)
        told.append((text, str(directory.keys[number]), merges.because.get(text, "")))
    names = pd.DataFrame(told, columns=["id", "into", "because"], dtype=object)
    return names.assign(name=names["id"], kind="", file="", sheet="", row=None)


def _add_alias(rows: Rows, table: str, row: int, text: str) -> None:
    frame = rows.tables[table]
    known = _list_names(frame, row)
    if text in known:
        return
    aliases = frame["aliases"] if "aliases" in frame else pd.Series(index=frame.index, dtype=object)
    aliases = aliases.astype(object)
    aliases.iloc[row] = "；".join([*known[1:], text])
    rows.tables[table] = frame.assign(aliases=aliases)


def _list_names(frame: pd.DataFrame, row: int) -> list[str]:
    """List the name of a row, then its aliases."""
    name = frame["name"].iloc[row] if "name" in frame else None
    aliases = frame["aliases"].iloc[row] if "aliases" in frame else None
    first = name if isinstance(name, str) else str(frame["id"].iloc[row])
    return [first, *(parse_list(aliases) if isinstance(aliases, str) else ())]


# References


def _move_references(rows: Rows, pairs: pd.DataFrame, table: str, column: str) -> None:
    """Let the kept rows make the references of the merged ones, each once."""
    found = rows.references[table, column]
    place = np.full(len(rows.tables[table]), -1)
    place[pairs["row"]] = np.arange(len(pairs))
    merged = place[found.rows] >= 0
    if not merged.any():
        return
    rows.references[table, column] = found.keep(~merged)
    moved = pairs.iloc[place[found.rows[merged]]].assign(number=found.numbers[merged])
    for target, part in moved.groupby("target", sort=True):
        _add_references(rows, part, column, (table, str(target)))


def _add_parts(
    rows: Rows, places: pd.DataFrame, directory: Directory, parts: Mapping[str, str]
) -> None:
    """Add what nodes are parts of, as their rows would say it."""
    ends = [directory.keys.get_indexer(pd.Index(list(k))) for k in (parts, parts.values())]
    known = (ends[0] >= 0) & (ends[1] >= 0)
    first, whole = (directory.into[end[known]] for end in ends)
    fits = (first != whole) & np.isin(first, places.index)
    own = places.loc[first[fits], ["source", "row"]].reset_index(drop=True)
    added = own.assign(kept=own["row"], number=whole[fits])
    for table, part in added.groupby("source", sort=True):
        _add_references(rows, part, "part_of", (str(table), str(table)))


def _add_references(rows: Rows, part: pd.DataFrame, column: str, tables: tuple[str, str]) -> None:
    """Add references to kept rows, where their table has the column and the row has room."""
    source, target = tables
    schema = read_schema().tables
    own, other = schema[source].columns[column], schema[target].columns.get(column)
    found = rows.references.get((target, column), _NONE)
    every = pd.DataFrame(
        {
            "row": np.concatenate([found.rows, part["kept"]]).astype(np.int32),
            "number": np.concatenate([found.numbers, part["number"]]).astype(np.int32),
            "from": np.concatenate([np.full(len(found.rows), -1), part["row"]]),
        }
    ).drop_duplicates(["row", "number"])
    refused = every["from"] >= 0
    if other is not None and other.edge == own.edge:
        refused &= every.duplicated("row") & (other.type == "ref")
    for row, kept in every.loc[refused, ["from", "row"]].itertuples(index=False):
        _report_other(rows, source, int(row), column, rows.locate(target, int(kept)))
    every = every[~refused].sort_values("row", kind="stable")
    if len(every):
        numbers = References(every["row"].to_numpy(), every["number"].to_numpy())
        rows.references[target, column] = numbers


def _report_other(rows: Rows, table: str, row: int, column: str, kept: str) -> None:
    rows.report(
        table,
        row,
        "merged_values_differ",
        column=column,
        reject=False,
        severity="warning",
        details={"kept": kept},
    )
