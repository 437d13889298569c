"""The tables of an ecosystem with typed columns, as databases and Parquet files hold them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from ecograph.projection import project_ties
from ecograph.render.exports.drawing import clean_text, list_values
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecograph.ecosystem import Ecosystem
    from ecograph.schema import Column, Table

__all__ = ["VIEWS", "Field", "TypedTable", "list_tables"]

Type = Literal["text", "number", "integer", "boolean", "date"]

_KINDS = ", ".join(f"'{kind}'" for kind in ORGANISATION_KINDS)

VIEWS: Mapping[str, str] = {
    "agreements_counted": (
        "SELECT a.* FROM agreements AS a JOIN nodes AS n ON n.id = a._node WHERE n.counted"
    ),
    "organisations_all": (
        "SELECT n.id, n.kind, n.name, count(t.id) AS partners,"  # noqa: S608 - our own words
        " coalesce(sum(t.weight), 0.0) AS strength FROM nodes AS n"
        " LEFT JOIN (SELECT source AS id, weight FROM ties"
        " UNION ALL SELECT target, weight FROM ties) AS t ON t.id = n.id"
        f" WHERE n.kind IN ({_KINDS}) GROUP BY n.id, n.kind, n.name"
    ),
    "ties_named": (
        "SELECT t.source, s.name AS source_name, s.kind AS source_kind,"
        " t.target, g.name AS target_name, g.kind AS target_kind,"
        ' t.weight, t.agreements, t.amount, t."first", t."last"'
        " FROM ties AS t JOIN nodes AS s ON s.id = t.source JOIN nodes AS g ON g.id = t.target"
    ),
}
"""Views by name, in SQL that SQLite and DuckDB both read."""

_TYPES: Mapping[str, Type] = {
    "amount": "number",
    "number": "number",
    "integer": "integer",
    "year": "integer",
    "boolean": "boolean",
}
_TYPED: Mapping[str, Type] = {"boolean": "boolean", "long": "integer", "double": "number"}
_PLACE: tuple[tuple[str, Type], ...] = (("_file", "text"), ("_sheet", "text"), ("_row", "integer"))


@dataclass(frozen=True)
class Field:
    """A column of a typed table.

    Parameters
    ----------
    name
        Its name; no two of a table differ only in case.
    type
        What its values are; dates are days.
    refers
        Whether its values are ids of the table ``nodes``.
    identifies
        Whether rows are looked up by it.
    note
        What it holds, in English.
    """

    name: str
    type: Type
    refers: bool = False
    identifies: bool = False
    note: str = ""


@dataclass(frozen=True)
class TypedTable:
    """A table as it is written: fields, and the values of each; None where unknown."""

    name: str
    fields: tuple[Field, ...]
    columns: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns[0]) if self.columns else 0


def list_tables(ecosystem: Ecosystem) -> Iterator[TypedTable]:
    """List all tables: what the ecosystem is, those of the schema, nodes, edges and ties.

    Every table and column of the schema is there, empty where the data have none. A date gives
    three columns: the text at its precision, and the first and last day.
    """
    tables = [_type_table(table, ecosystem) for table in read_schema().tables.values()]
    yield _state(ecosystem)
    yield _type_nodes(ecosystem)
    yield _type_edges(ecosystem)
    yield _type_ties(ecosystem)
    yield from tables
    yield _describe_columns(tables)


# What the ecosystem is


def _state(ecosystem: Ecosystem) -> TypedTable:
    facts: dict[Field, Any] = {
        Field("name", "text"): clean_text(ecosystem.name),
        Field("as_of", "date"): ecosystem.as_of,
        Field("currency", "text", note="of all amounts"): ecosystem.currency,
        Field("language", "text"): ecosystem.lang,
        Field("synthetic", "boolean"): ecosystem.synthetic,
        Field("version", "text", note="of the ecograph that wrote this"): __version__,
    }
    return TypedTable("ecograph", tuple(facts), tuple([value] for value in facts.values()))


def _describe_columns(tables: Sequence[TypedTable]) -> TypedTable:
    """Say of every column of the schema's tables what it holds and what it refers to."""
    rows = [
        (table.name, field.name, field.type, "nodes.id" if field.refers else None, field.note)
        for table in tables
        for field in table.fields
    ]
    names = ("table_name", "column_name", "type", "refers_to", "note")
    columns = tuple([row[place] or None for row in rows] for place in range(len(names)))
    return TypedTable("ecograph_columns", tuple(Field(n, "text") for n in names), columns)


# Nodes, edges and ties


def _type_nodes(ecosystem: Ecosystem) -> TypedTable:
    nodes = ecosystem.nodes[["kind", "name", "file", "sheet", "row"]]
    agreements = ecosystem.mark("agreement")
    counted = pd.Series(ecosystem.mark_counted(), dtype=object).where(agreements, None)
    fields = {
        Field("id", "text", identifies=True): nodes.index,
        Field("kind", "text", identifies=True): nodes["kind"],
        Field("name", "text"): nodes["name"],
        Field("counted", "boolean", note="whether an agreement counts"): counted,
        **{Field(name, kind): nodes[name[1:]] for name, kind in _PLACE},
    }
    return _make("nodes", fields)


def _type_edges(ecosystem: Ecosystem) -> TypedTable:
    edges = ecosystem.edges
    fields = {
        Field("source", "text", refers=True): edges["source"],
        Field("target", "text", refers=True): edges["target"],
        Field("kind", "text", identifies=True): edges["kind"],
        Field("role", "text"): edges["role"],
        Field("level", "text"): edges["level"],
        Field("amount", "number"): edges["amount"],
        **{Field(name, kind): edges[name[1:]] for name, kind in _PLACE},
    }
    return _make("edges", fields)


def _type_ties(ecosystem: Ecosystem) -> TypedTable:
    ties = project_ties(ecosystem).ties
    fields = {
        Field("source", "text", refers=True): ties["source"],
        Field("target", "text", refers=True): ties["target"],
        Field("weight", "number"): ties["weight"],
        Field("agreements", "integer"): ties["agreements"],
        Field("amount", "number"): ties["amount"],
        Field("first", "integer", note="year"): ties["first"],
        Field("last", "integer", note="year"): ties["last"],
    }
    return _make("ties", fields)


# The tables of the schema


def _type_table(table: Table, ecosystem: Ecosystem) -> TypedTable:
    frame = _take_table(table, ecosystem)
    node = bool(table.node or table.node_by)
    fields: dict[Field, Any] = {}
    for column in table.columns.values():
        for field in _list_fields(column):
            fields[field] = frame.get(field.name, _nothing(len(frame)))
    if node:
        key = Field("_node", "text", refers=True, note="the id in the table nodes")
        fields[key] = frame.get("_key", _nothing(len(frame)))
    for name, kind in _PLACE:
        fields[Field(name, kind)] = frame.get(name, _nothing(len(frame)))
    return _make(table.name, fields | _list_others(frame, fields))


def _list_fields(column: Column) -> Iterator[Field]:
    """List the fields that a column of the schema gives."""
    note = " / ".join(dict.fromkeys((column.zh[0], column.en[0])))
    if column.type == "date":
        yield Field(column.name, "text", note=note)
        yield Field(f"{column.name}_start", "date", note=f"{note}: first day")
        yield Field(f"{column.name}_end", "date", note=f"{note}: last day")
    else:
        single = column.type == "ref"
        identifies = column.type == "id" and column.name == "id"
        kind = _TYPES.get(column.type, "text")
        yield Field(column.name, kind, refers=single, identifies=identifies, note=note)


def _list_others(frame: pd.DataFrame, fields: Mapping[Field, Any]) -> dict[Field, Any]:
    """List the columns of the data that the schema does not know, under names that are free."""
    known = {field.name for field in fields} | {"_key"}
    taken = {name.casefold() for name in known}
    others: dict[Field, Any] = {}
    for name in frame:
        if name in known:
            continue
        free = clean_text(name) or "column"
        while free.casefold() in taken:
            free = f"{free}_"
        taken.add(free.casefold())
        others[Field(free, _TYPED.get(list_values(frame[name])[0], "text"))] = frame[name]
    return others


def _take_table(table: Table, ecosystem: Ecosystem) -> pd.DataFrame:
    """Take a checked table; one that is nothing but edges is made of these again."""
    if table.name in ecosystem.tables:
        return ecosystem.tables[table.name]
    accounts = ecosystem.accounts
    if table.edge is None or accounts.empty:
        return pd.DataFrame()
    mine = accounts.loc[accounts["table"] == table.name, ["file", "sheet"]]
    edges = ecosystem.link(table.edge.kind).merge(mine.drop_duplicates(), on=["file", "sheet"])
    names = {"source": table.edge.source, "target": table.edge.target}
    places = {"file": "_file", "sheet": "_sheet", "row": "_row"}
    kept = [name for name in ("role", "level", "amount") if name in table.columns]
    return edges[["source", "target", *kept, *places]].rename(columns=names | places)


def _nothing(rows: int) -> pd.Series:
    return pd.Series([None] * rows, dtype=object)


def _make(name: str, fields: Mapping[Field, Any]) -> TypedTable:
    columns = (_convert(pd.Series(values), field.type) for field, values in fields.items())
    return TypedTable(name, tuple(fields), tuple(columns))


def _convert(values: pd.Series, kind: Type) -> list[Any]:
    """Convert a column to plain values of its type."""
    if kind == "date":
        return [None if pd.isna(day) else _to_day(day) for day in values]
    if kind == "text":
        return list_values(values.astype(object))[1]
    to = {"number": float, "integer": int, "boolean": bool}[kind]
    return [None if pd.isna(value) else to(value) for value in values]


def _to_day(day: Any) -> dt.date:  # noqa: ANN401 - any kind of day
    return dt.date.fromisoformat(str(day)[:10])
