"""Lay out checked tables as an ecosystem's columns: nodes by kind, edges as positions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.ecosystem import EdgeColumns
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.checks import Checked, References
    from ecograph.schema import Table

    Ints = NDArray[np.int64]

__all__ = ["Layout", "TableViews", "lay_out"]

_RESERVED = {"kind", "file", "sheet", "row", "table"}
_NOWHERE = -1


@dataclass(frozen=True)
class Layout:
    """What an ecosystem holds: see `Ecosystem`."""

    keys: pd.Index
    parts: Mapping[str, pd.DataFrame]
    positions: Mapping[str, Ints]
    named: Mapping[tuple[str, str], tuple[Ints, Ints]]
    edges: EdgeColumns


class _Edges(NamedTuple):
    """Edges of one kind from one column of a table: ends by number, and the rows they stand in."""

    kind: str
    source: Ints
    target: Ints
    table: str
    rows: Ints


def lay_out(checked: Checked) -> Layout:
    """Lay out nodes and edges; an implicit node is there only where an edge names it."""
    edges = [
        found
        for table in read_schema().tables.values()
        if table.name in checked.tables
        for found in _list_edges(table, checked)
    ]
    laid = [
        part
        for table in read_schema().tables.values()
        if table.name in checked.tables and (table.node or table.node_by)
        for part in _lay_out_table(table, checked)
    ]
    laid += _lay_out_implicit(checked, edges)
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(part["_number"] for _, part in laid)])
    order = numbers[np.argsort(checked.directory.ranks[numbers], kind="stable")]
    place = np.full(len(checked.directory.keys), _NOWHERE)
    place[order] = np.arange(len(order))
    keys = checked.directory.keys[order].rename("id")
    parts: dict[str, list[pd.DataFrame]] = {}
    for kind, part in laid:
        parts.setdefault(kind, []).append(part)
    placed = {kind: _place_nodes(part, place, keys) for kind, part in parts.items()}
    return Layout(
        keys,
        {kind: part for kind, (part, _) in placed.items()},
        {kind: positions for kind, (_, positions) in placed.items()},
        _list_named(checked, place),
        _lay_out_edges(checked, edges, place),
    )


class TableViews(Mapping[str, pd.DataFrame]):
    """The checked tables as a person reads them: references are ids, rows know their place.

    Tables that are nothing but edges are left out: the edges hold them. A view is built when it
    is asked for, and kept.

    Parameters
    ----------
    checked
        What was checked.
    """

    def __init__(self, checked: Checked) -> None:
        """Take the tables, build nothing yet."""
        self._checked = checked
        self._names = [name for name in checked.tables if not _is_held(name, checked)]
        self._views: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Build the view of a table."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._views:
            self._views[name] = _view(self._checked, name)
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        """Name the tables."""
        return iter(self._names)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self._names)


def _is_held(name: str, checked: Checked) -> bool:
    """Say whether edges hold everything that a table says."""
    edge = read_schema().tables[name].edge
    held = {"role", "level", "amount", "_source", "_row"}
    return edge is not None and set(checked.tables[name].columns) <= held


def _view(checked: Checked, name: str) -> pd.DataFrame:
    frame = checked.tables[name]
    files, sheets = (np.array(column, dtype=object) for column in zip(*checked.sheets, strict=True))
    source = frame["_source"].to_numpy()
    view = frame.drop(columns=["_source", "_number"], errors="ignore")
    view = view.assign(_file=files[source], _sheet=sheets[source])
    if "_number" in frame:
        view["_key"] = checked.directory.keys[frame["_number"]]
    columns = read_schema().tables[name].columns
    for (table, column), found in checked.references.items():
        if table == name:
            single = columns[column].type == "ref"
            view[column] = _spell(found, checked.directory.keys, len(frame), single=single)
    return view


def _spell(found: References, keys: pd.Index, rows: int, *, single: bool) -> Any:  # noqa: ANN401 - a column
    """Write the references of each row as an id, or as a tuple of ids."""
    texts = keys[found.numbers].to_numpy(dtype=object)
    if single:
        cells = np.full(rows, "", dtype=object)
        cells[found.rows] = texts
        return cells
    ends = np.searchsorted(found.rows, np.arange(rows + 1))
    cells = np.empty(rows, dtype=object)
    cells[:] = [tuple(texts[a:b]) for a, b in itertools.pairwise(ends)]
    return cells


def _list_named(checked: Checked, place: Ints) -> dict[tuple[str, str], tuple[Ints, Ints]]:
    """List what tables name that are neither nodes nor edges."""
    tables = read_schema().tables
    return {
        (table, column): (found.rows, place[found.numbers])
        for (table, column), found in checked.references.items()
        if not (tables[table].node or tables[table].node_by or tables[table].edge)
    }


# Nodes


def _lay_out_table(table: Table, checked: Checked) -> Iterator[tuple[str, pd.DataFrame]]:
    frame = checked.tables[table.name]
    kinds = frame[table.node_by] if table.node_by else None
    laid = frame.rename(columns={**_rename_reserved(list(frame.columns)), "_row": "row"})
    laid = laid.drop(columns="id")
    if kinds is None:
        yield str(table.node), laid
    else:
        for kind in sorted(kinds.unique()):
            yield kind, laid[(kinds == kind).to_numpy()]


def _rename_reserved(columns: Sequence[str]) -> dict[str, str]:
    """Give columns that would hide one of the graph's a name that no other column has."""
    renamed: dict[str, str] = {}
    for name in columns:
        if name in _RESERVED:
            free = f"{name}_"
            while free in columns:
                free = f"{free}_"
            renamed[name] = free
    return renamed


def _lay_out_implicit(
    checked: Checked, edges: Sequence[_Edges]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Lay out nodes that only references name, where a row that is used does so."""
    directory = checked.directory
    named = np.zeros(len(directory.keys), dtype=bool)
    for found in edges:
        named[found.source] = named[found.target] = True
    for kind, node_kind in read_schema().node_kinds.items():
        if node_kind.implicit and node_kind.table not in checked.tables:
            numbers = np.flatnonzero(named & np.asarray(directory.kinds == kind))
            if len(numbers):
                yield kind, _make_implicit(numbers, directory.list_ids(numbers))


def _make_implicit(numbers: Ints, names: pd.Index) -> pd.DataFrame:
    columns = {
        "name": names,
        "_number": numbers,
        "_source": np.full(len(numbers), _NOWHERE, dtype=np.int16),
        "row": pd.array([pd.NA] * len(numbers), dtype="Int64"),
    }
    return pd.DataFrame(columns)


def _place_nodes(
    parts: Sequence[pd.DataFrame], place: Ints, keys: pd.Index
) -> tuple[pd.DataFrame, Ints]:
    """Order the nodes of one kind by their positions; one without a name has its id for one."""
    part = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True, sort=False)
    positions = place[part["_number"]]
    part = part.drop(columns="_number")
    if (np.diff(positions) < 0).any():
        order = np.argsort(positions, kind="stable")
        part, positions = part.take(order), positions[order]
    part = part.set_axis(pd.RangeIndex(len(part)), axis=0)
    if "name" not in part:
        part = part.assign(name=keys[positions])
    elif part["name"].isna().any():
        part = part.assign(name=part["name"].fillna(pd.Series(keys[positions])))
    return part, positions


# Edges


def _list_edges(table: Table, checked: Checked) -> Iterator[_Edges]:
    """List the edges that a table makes: of a row, of a column, and of two columns together."""

    def refer(column: str) -> References | None:
        return checked.references.get((table.name, column))

    if table.edge:
        source, target = refer(table.edge.source), refer(table.edge.target)
        if source is not None and target is not None:
            yield _Edges(table.edge.kind, source.numbers, target.numbers, table.name, source.rows)
    for column in table.columns.values():
        found = refer(column.name)
        if column.edge and found is not None:
            own = checked.tables[table.name]["_number"].to_numpy()[found.rows]
            first, last = (found.numbers, own) if column.inward else (own, found.numbers)
            yield _Edges(column.edge, first, last, table.name, found.rows)
    for link in table.links:
        source, target = refer(link.source), refer(link.target)
        if source is not None and target is not None:
            single = np.full(len(checked.tables[table.name]), _NOWHERE)
            single[source.rows] = source.numbers
            known = single[target.rows] >= 0
            first, last = single[target.rows][known], target.numbers[known]
            yield _Edges(link.kind, first, last, table.name, target.rows[known])


def _lay_out_edges(checked: Checked, edges: Sequence[_Edges], place: Ints) -> EdgeColumns:
    kinds = sorted({found.kind for found in edges if len(found.rows)})
    edges = [found for found in edges if len(found.rows)]
    kind = _join([np.full(len(f.rows), kinds.index(f.kind), dtype=np.int8) for f in edges], np.int8)
    source, target = (
        place[_join([getattr(f, end) for f in edges], np.int64)].astype(np.int32)
        for end in ("source", "target")
    )
    attributes = {
        name: [_take(checked, f, name) for f in edges]
        for name in ("role", "level", "amount", "_source", "_row")
    }
    frame = {
        "role": _code_words(attributes["role"]),
        "level": _code_words(attributes["level"]),
        "amount": _join(attributes["amount"], np.float64),
        "sheet": _join(attributes["_source"], np.int16),
        "row": _join(attributes["_row"], np.int32),
    }
    order = _order_edges(kind, source, target, frame, checked.sheets)
    starts = tuple(np.searchsorted(kind[order], np.arange(len(kinds) + 1)).tolist())
    ordered = {name: column[order] for name, column in frame.items()}
    return EdgeColumns(tuple(kinds), starts, source[order], target[order], **ordered)


def _join(parts: Sequence[Any], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=dtype), *parts]).astype(dtype, copy=False)


def _take(checked: Checked, found: _Edges, name: str) -> NDArray[Any]:
    """Take an attribute of the rows that make edges; only a row that is an edge has its own."""
    frame = checked.tables[found.table]
    edge = read_schema().tables[found.table].edge
    own = name.startswith("_") or (edge is not None and edge.kind == found.kind)
    if own and name in frame:
        column = np.asarray(frame[name])
        whole = len(found.rows) == len(column)
        return column if whole and found.rows[-1] == len(column) - 1 else column[found.rows]
    return np.full(len(found.rows), np.nan)


def _code_words(parts: Sequence[NDArray[Any]]) -> pd.Categorical:
    """Code words that few edges differ in; columns without any cost nothing but codes."""
    return pd.Categorical(np.concatenate([np.zeros(0, dtype=object), *parts]))


def _order_edges(
    kind: NDArray[np.int8],
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    frame: Mapping[str, Any],
    sheets: Sequence[tuple[str, str]],
) -> Ints:
    """Order edges by kind, source and target, and those of one pair by everything else."""
    nodes = int(max(source.max(initial=0), target.max(initial=0))) + 1
    pair = (kind.astype(np.int64) * nodes + source) * nodes + target
    order = np.argsort(pair, kind="stable")
    ranked = pair[order]
    same = ranked[1:] == ranked[:-1]
    tied = np.flatnonzero(np.r_[False, same] | np.r_[same, False])
    if len(tied):
        edges = order[tied]
        details = pd.DataFrame({name: column[edges] for name, column in frame.items()})
        details[["file", "name"]] = [sheets[number] for number in details["sheet"]]
        details = details.assign(pair=pair[edges])
        columns = ["pair", "role", "amount", "level", "file", "name", "row"]
        order[tied] = edges[details.sort_values(columns, kind="stable").index]
    return order
