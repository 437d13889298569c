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
    Places = NDArray[np.int32]

__all__ = ["Layout", "TableViews", "lay_out"]

_RESERVED = {"kind", "file", "sheet", "row", "table"}
_WORDS = ("role", "level")
_NOWHERE = -1


@dataclass(frozen=True)
class Layout:
    """What an ecosystem holds: see `Ecosystem`."""

    keys: pd.Index
    parts: Mapping[str, pd.DataFrame]
    positions: Mapping[str, Ints]
    named: Mapping[tuple[str, str], tuple[Places, Ints]]
    edges: Mapping[str, EdgeColumns]


class _Edges(NamedTuple):
    """Edges of one kind from one column of a table: ends by number, and the rows they stand in."""

    kind: str
    source: NDArray[np.integer]
    target: NDArray[np.integer]
    table: str
    rows: NDArray[np.int32]


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
        held = {name for name in checked.tables if _is_held(name, checked)}
        self._tables = {k: frame for k, frame in checked.tables.items() if k not in held}
        self._references = {k: v for k, v in checked.references.items() if k[0] not in held}
        self._keys = checked.directory.keys
        self._sheets = checked.sheets
        self._views: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Build the view of a table."""
        if name not in self._tables:
            raise KeyError(name)
        if name not in self._views:
            self._views[name] = self._view(name)
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        """Name the tables."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self._tables)

    def _view(self, name: str) -> pd.DataFrame:
        frame = self._tables[name]
        files, sheets = (np.array(part, dtype=object) for part in zip(*self._sheets, strict=True))
        source = frame["_source"].to_numpy()
        view = frame.drop(columns=["_source", "_number"], errors="ignore")
        view = view.assign(_file=files[source], _sheet=sheets[source])
        if "_number" in frame:
            view["_key"] = self._keys[frame["_number"]]
        columns = read_schema().tables[name].columns
        for (table, column), found in self._references.items():
            if table == name:
                single = columns[column].type == "ref"
                view[column] = _spell(found, self._keys, len(frame), single=single)
        return view


def _is_held(name: str, checked: Checked) -> bool:
    """Say whether edges hold everything that a table says."""
    edge = read_schema().tables[name].edge
    held = {"role", "level", "amount", "_source", "_row"}
    return edge is not None and set(checked.tables[name].columns) <= held


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


def _list_named(checked: Checked, place: Ints) -> dict[tuple[str, str], tuple[Places, Ints]]:
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


def _lay_out_edges(
    checked: Checked, edges: Sequence[_Edges], place: Ints
) -> dict[str, EdgeColumns]:
    edges = [found for found in edges if len(found.rows)]
    kinds = sorted({found.kind for found in edges})
    return {
        kind: _lay_out_kind(checked, [f for f in edges if f.kind == kind], place) for kind in kinds
    }


def _lay_out_kind(checked: Checked, edges: Sequence[_Edges], place: Ints) -> EdgeColumns:
    """Lay out the edges of one kind, in their order."""
    source = place[_join([f.source for f in edges])].astype(np.int32)
    target = place[_join([f.target for f in edges])].astype(np.int32)
    role, roles = _code_words([_take(checked, f, "role") for f in edges])
    level, levels = _code_words([_take(checked, f, "level") for f in edges])
    columns: dict[str, Any] = {
        "role": role,
        "level": level,
        "amount": _join([_take(checked, f, "amount") for f in edges]).astype(
            np.float64, copy=False
        ),
        "sheet": _join([_take(checked, f, "_source") for f in edges]),
        "row": _join([_take(checked, f, "_row") for f in edges]),
    }
    order = _order_edges(source, target, columns, checked.sheets)
    if order is not None:
        source, target = source[order], target[order]
        columns = {name: _reorder(column, order) for name, column in columns.items()}
    return EdgeColumns(source, target, roles=roles, levels=levels, **columns)


def _join(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _take(checked: Checked, found: _Edges, name: str) -> NDArray[Any]:
    """Take an attribute of the rows that make edges; only a row that is an edge has its own."""
    frame = checked.tables[found.table]
    edge = read_schema().tables[found.table].edge
    own = name.startswith("_") or (edge is not None and edge.kind == found.kind)
    if own and name in frame:
        column = np.asarray(frame[name])
        whole = len(found.rows) == len(column) and (np.diff(found.rows) == 1).all()
        return column if whole else column[found.rows]
    return np.broadcast_to(np.nan, len(found.rows))  # takes no room


def _code_words(parts: Sequence[NDArray[Any]]) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Give words numbers in sorted order; a column without any takes no room."""
    if all(part.dtype != object for part in parts):
        return np.broadcast_to(np.int16(_NOWHERE), sum(map(len, parts))), ()
    words = pd.Categorical(np.concatenate([part.astype(object) for part in parts]))
    return words.codes.astype(np.int16), tuple(words.categories)


def _reorder(column: NDArray[Any], order: Ints) -> NDArray[Any]:
    return column if column.strides == (0,) else column[order]


def _order_edges(
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    columns: Mapping[str, NDArray[Any]],
    sheets: Sequence[tuple[str, str]],
) -> Ints | None:
    """Order edges by source and target, and those of one pair by everything else.

    None where they are in this order already.
    """
    pair = source.astype(np.int64) * (int(target.max(initial=0)) + 1) + target
    step = np.diff(pair)
    if (step > 0).all():
        return None
    order = np.argsort(pair, kind="stable")
    ranked = pair[order]
    same = ranked[1:] == ranked[:-1]
    tied = np.flatnonzero(np.r_[False, same] | np.r_[same, False])
    if len(tied):
        edges = order[tied]
        details = pd.DataFrame({name: column[edges] for name, column in columns.items()})
        details[["file", "name"]] = [sheets[number] for number in details["sheet"]]
        words = {name: details[name].replace(_NOWHERE, np.iinfo(np.int16).max) for name in _WORDS}
        details = details.assign(pair=pair[edges], **words)
        by = ["pair", "role", "amount", "level", "file", "name", "row"]
        order[tied] = edges[details.sort_values(by, kind="stable").index]
    return order
