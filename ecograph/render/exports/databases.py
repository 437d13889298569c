"""Write the tables of an ecosystem as a SQLite or DuckDB file, or as Parquet files."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import yaml

from ecograph.errors import EcographError, SettingsError
from ecograph.files import Draft
from ecograph.render.exports.tables import VIEWS, list_tables
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.exports.tables import Field, TypedTable

__all__ = ["TABLE_FORMS", "TableForm", "export_tables"]

TableForm = Literal["sqlite", "duckdb", "parquet"]

TABLE_FORMS: tuple[str, ...] = get_args(TableForm)
"""The forms of databases."""

_SQLITE = {
    "text": "TEXT",
    "number": "REAL",
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "date": "TEXT",
}
_DUCKDB = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
_APPLICATION = int.from_bytes(b"ecog", "big")


def export_tables(ecosystem: Ecosystem, path: Path, *, form: TableForm) -> list[Path]:
    """Write all tables of an ecosystem, as a database or as a folder of Parquet files.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    path
        The database file to write, or with ``parquet`` the folder.
    form
        ``sqlite``, ``duckdb`` (needs the extra ``duckdb``) or ``parquet``.

    Returns
    -------
    list of Path
        The files written: the tables of the schema as they were read and checked, ``nodes``,
        ``edges``, ``ties`` (of organisations), ``ecograph`` (name, as_of, currency, language,
        synthetic, version) and ``ecograph_columns`` (what each column holds). Databases have the
        views ``agreements_counted``, ``organisations_all`` and ``ties_named`` besides; a folder
        of Parquet files has no tables without rows, and has ecosystem.yaml, so that ecograph
        loads it.

    Raises
    ------
    SettingsError
        If there is no such form.
    EcographError
        If duckdb is not installed, or a folder of Parquet files is to hold other files.
    OSError
        If the files cannot be written; earlier ones are left as they were.
    """
    if form not in TABLE_FORMS:
        known = ", ".join(TABLE_FORMS)
        raise SettingsError(f'There is no form "{form}" of tables; choose one of: {known}.')
    tables = list(list_tables(ecosystem))
    with Draft() as draft:
        files = _render(tables, path, form)
        for file, data in files.items():
            draft.add(file, data)
        draft.publish()
    return list(files)


def _render(tables: Sequence[TypedTable], path: Path, form: TableForm) -> Mapping[Path, bytes]:
    if form == "sqlite":
        return {path: _render_sqlite(tables)}
    if form == "duckdb":
        return {path: _render_duckdb(tables)}
    filled = [t for t in tables if len(t) or t.name not in read_schema().tables]
    files = {path / f"{table.name}.parquet": _render_parquet(table) for table in filled}
    files[path / "ecosystem.yaml"] = _state_facts(tables)
    _refuse_others(path, {"ecosystem.yaml", *(f"{table.name}.parquet" for table in tables)})
    return files


# SQLite


def _render_sqlite(tables: Iterable[TypedTable]) -> bytes:
    """Build the database in memory, where nothing depends on the time or the disk."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        base.execute(f"PRAGMA application_id = {_APPLICATION}")
        base.execute("BEGIN")
        for table in tables:
            _fill_sqlite(base, table)
        for name, query in VIEWS.items():
            base.execute(f"CREATE VIEW {_quote(name)} AS {query}")
        base.execute("COMMIT")
        return base.serialize()


def _fill_sqlite(base: sqlite3.Connection, table: TypedTable) -> None:
    columns = ", ".join(f"{_quote(f.name)} {_SQLITE[f.type]}{_refer(f)}" for f in table.fields)
    base.execute(f"CREATE TABLE {_quote(table.name)} ({columns})")
    marks = ", ".join("?" * len(table.fields))
    rows = zip(*(map(_to_sqlite, column) for column in table.columns), strict=True)
    base.executemany(f"INSERT INTO {_quote(table.name)} VALUES ({marks})", rows)  # noqa: S608 - names are quoted
    for statement in _index(table, references=True):
        base.execute(statement)


def _refer(field: Field) -> str:
    """Say what a column refers to; SQLite does not enforce it unless it is asked to."""
    return ' REFERENCES "nodes" ("id")' if field.refers else ""


def _to_sqlite(value: Any) -> Any:  # noqa: ANN401 - a plain value
    return value.isoformat() if isinstance(value, dt.date) else value


# DuckDB


def _render_duckdb(tables: Iterable[TypedTable]) -> bytes:
    try:
        duckdb = importlib.import_module("duckdb")  # an extra
    except ImportError:
        raise EcographError(
            "A DuckDB file needs the package duckdb: pip install 'ecograph[duckdb]'; "
            "or write SQLite or Parquet, which need nothing more."
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ecograph.duckdb"
        with duckdb.connect(str(file), config={"threads": 1}) as base:
            for table in tables:
                _fill_duckdb(base, table)
            for name, query in VIEWS.items():
                base.execute(f"CREATE VIEW {_quote(name)} AS {query}")
            base.execute("CHECKPOINT")
        return file.read_bytes()


def _fill_duckdb(base: Any, table: TypedTable) -> None:  # noqa: ANN401 - a connection of duckdb
    name = _quote(table.name)
    columns = ", ".join(f"{_quote(f.name)} {_DUCKDB[f.type]}" for f in table.fields)
    base.execute(f"CREATE TABLE {name} ({columns})")
    base.register("_arriving", _to_arrow(table))
    base.execute(f"INSERT INTO {name} SELECT * FROM _arriving")  # noqa: S608 - names are quoted
    base.unregister("_arriving")
    for statement in _index(table, references=False):  # each takes a quarter of a megabyte
        base.execute(statement)
    for field in table.fields:
        notes = (field.note, "an id of nodes, not enforced" if field.refers else "")
        if note := "; ".join(filter(None, notes)).replace("'", "''"):
            base.execute(f"COMMENT ON COLUMN {name}.{_quote(field.name)} IS '{note}'")


# Parquet


def _render_parquet(table: TypedTable) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only who writes Parquet pays for it

    buffer = io.BytesIO()
    pq.write_table(_to_arrow(table), buffer)
    return buffer.getvalue()


def _state_facts(tables: Iterable[TypedTable]) -> bytes:
    """Say what the folder holds as ecosystem.yaml, so that ecograph reads it as a folder."""
    (state,) = (table for table in tables if table.name == "ecograph")
    known = dict(zip((f.name for f in state.fields), (c[0] for c in state.columns), strict=True))
    facts = {
        name: str(value) if name == "as_of" else value
        for name, value in known.items()
        if value is not None and name != "version"
    }
    return yaml.safe_dump(facts, allow_unicode=True, sort_keys=False).encode("utf-8")


def _refuse_others(folder: Path, own: set[str]) -> None:
    names = sorted(f.name for f in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in names if name not in own and not name.startswith(".")]
    if others:
        raise EcographError(
            f"{folder} already holds {', '.join(others[:5])}; choose an empty folder, "
            "so that two sets of tables are not mixed."
        )


# All forms


def _to_arrow(table: TypedTable) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - only who writes Parquet or DuckDB pays for it

    types = {
        "text": pa.string(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    arrays = [
        pa.array(values, types[field.type])
        for field, values in zip(table.fields, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[field.name for field in table.fields])


def _index(table: TypedTable, *, references: bool) -> list[str]:
    """List the statements that index ids, and references to them."""
    found = []
    for field in table.fields if len(table) else ():
        if field.identifies or (references and field.refers):
            unique = "UNIQUE " if (table.name, field.name) == ("nodes", "id") else ""
            name = _quote(f"{table.name}.{field.name}")
            place = f"{_quote(table.name)} ({_quote(field.name)})"
            found.append(f"CREATE {unique}INDEX {name} ON {place}")
    return found


def _quote(name: str) -> str:
    """Quote a name for SQL.

    >>> _quote('a"b')
    '"a""b"'
    """
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
