"""SQLite files whose tables are named as in the schema: ecograph's own, or an office's."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecograph.errors import RegisterError
from ecograph.reading.databases.sqlite import open_sqlite
from ecograph.schema import read_schema
from ecograph.tables import TableSet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_database"]

_OWN = {"_node", "_file", "_sheet", "_row"}  # what ecograph adds to the tables that it writes


def read_database(path: Path) -> TableSet:
    """Read the tables of a SQLite file that bear a name of the schema.

    Parameters
    ----------
    path
        The file: written by `ecograph.render.exports.export_tables`, or an office's own with
        tables named and headed as the schema knows them, in English or Chinese. Other tables,
        views, and empty tables and columns are left out.

    Returns
    -------
    TableSet
        The tables, under their own headers; the facts of the table ``ecograph`` if there is one;
        and ``rows`` read.

    Raises
    ------
    RegisterError
        If the file is no SQLite file, is damaged, holds no table of the schema, or holds two for
        the same one, or a cell is not text or a number.
    """
    try:
        with open_sqlite(path) as base:
            names = [str(row[0]) for row in base.execute(_TABLES)]
            mapped = _map_tables(names, path.name)
            tables = {name: _read_table(base, own, name, path) for name, own in mapped.items()}
            facts = _read_facts(base, names, path)
    except OSError as error:
        raise RegisterError(f"{path} cannot be read ({error.strerror}).") from error
    except sqlite3.DatabaseError as error:
        raise RegisterError(
            f"{path.name} cannot be read as SQLite: {error}; "
            "name the database file itself, or copy the file again."
        ) from error
    tables = {name: table for name, table in tables.items() if len(table)}
    if not tables:
        known = ", ".join(read_schema().tables)
        raise RegisterError(f"{path.name} holds no rows in a table that ecograph knows: {known}.")
    rows = sum(len(table) for table in tables.values())
    return TableSet(tables, facts, {"tables": len(tables), "rows": rows})


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def _map_tables(names: list[str], file: str) -> dict[str, str]:
    """Map tables of the schema to those of the file."""
    mapped: dict[str, str] = {}
    for own in names:
        table = read_schema().find_table(own)
        if table is not None and table in mapped:
            raise RegisterError(
                f"{file}: the tables {mapped[table]} and {own} both hold {table}; join them."
            )
        if table is not None:
            mapped[table] = own
    return mapped


def _read_table(base: sqlite3.Connection, own: str, name: str, path: Path) -> pd.DataFrame:
    """Read a table as text, without columns that are empty or that ecograph made."""
    header, rows = _select(base, own)
    made = _OWN | _list_made(name)
    columns: dict[str, list[str]] = {}
    for place, label in enumerate(header):
        cells = [_spell(row[place], f"{path.name}, table {own}, column {label}") for row in rows]
        if label not in made and any(cells):
            columns[label] = cells
    return pd.DataFrame(columns, dtype=str)


def _select(base: sqlite3.Connection, own: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    quoted = own.replace('"', '""')
    found = base.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - the name is quoted
    return [str(column[0]) for column in found.description], found.fetchall()


_MADE = {"date": ("start", "end"), "amount": ("low", "high")}


def _list_made(name: str) -> set[str]:
    """List the columns that are made of others: the ends of dates and of inexact amounts."""
    columns = read_schema().tables[name].columns.values()
    return {f"{c.name}_{end}" for c in columns for end in _MADE.get(c.type, ())}


def _spell(value: object, place: str) -> str:
    """Spell a cell as text; numbers without exponent, whole ones without a point."""
    if value is None:
        return ""
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return str(int(value)) if value.is_integer() else format(exact, "f")
    if isinstance(value, int | str):
        return str(value)
    raise RegisterError(f"{place}: a cell holds bytes, not text or a number; take them out.")


def _read_facts(base: sqlite3.Connection, names: list[str], path: Path) -> dict[str, object]:
    known = dict(_list_facts(base)) if "ecograph" in names else {}
    facts: dict[str, object] = {"name": known.get("name") or path.stem}
    facts |= {n: known[n] for n in ("as_of", "language", "currency") if known.get(n)}
    if known.get("synthetic") == "1":
        facts["synthetic"] = True
    return {**facts, "source": f"read from {path.name}"}


def _list_facts(base: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    header, rows = _select(base, "ecograph")
    for row in rows[:1]:
        yield from zip(header, (_spell(v, "table ecograph") for v in row), strict=True)
