"""Read the tables of a PostgreSQL database, in a session that can only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.databases.addresses import QUERY_SECONDS
from ecograph.reading.records.columnar import build_arrow_sheet
from ecograph.reading.records.tables import Budget, choose_names, leave_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecograph.reading.databases.addresses import Server
    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["read_postgres"]

_ALLOWED = 1 << 24  # bytes: what may come is what a file of this size may hold
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL), t.typtype::text,
       coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = {schema} AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
ORDER BY c.relname COLLATE "C", a.attnum
"""


class _Column(NamedTuple):
    table: str
    name: str
    kind: str
    category: str
    is_key: bool


def read_postgres(server: Server, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the tables and views of a schema, every value as the text that PostgreSQL writes.

    Rows come in the order of the primary key, where there is one, else of all columns, so that
    the same rows give the same result. Columns of bytes are left empty, which is reported.

    Parameters
    ----------
    server
        The database.
    sheet
        Name of the one table to read; all that the server names by default.

    Raises
    ------
    DataError
        If the driver is missing, the server does not answer or does not let us in, or has no such
        table; a password is never part of it.
    """
    try:
        import adbc_driver_manager as adbc  # noqa: PLC0415 - only who asks a server pays for it
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415
    except ImportError:
        problem = Problem("no_driver", file=server.label)
        reason = 'a database on a server needs a driver: pip install "ecograph[database]"'
        raise DataError(f"{server.label} cannot be read: {reason}", [problem]) from None
    try:
        with dbapi.connect(server.url) as link:
            return _read(link, server, sheet)
    except (adbc.Error, OSError, ValueError) as error:
        reason = _hide(str(error), server)
    problem = Problem("unreadable_database", file=server.label, details={"reason": reason})
    raise DataError(f"{server.label} cannot be read: {reason}", [problem])


def _hide(text: str, server: Server) -> str:
    for secret in server.secret:
        text = text.replace(secret, "***")
    return " ".join(text.split())[:300]


def _read(link: Any, server: Server, sheet: str | None) -> list[RawSheet]:  # noqa: ANN401 - the driver's
    """Read all tables as they stood at one moment."""
    budget = Budget(_ALLOWED, server.label)
    with link.cursor() as cursor:
        cursor.execute(_SNAPSHOT)
        cursor.execute(_COLUMNS.format(schema=_spell(server.schema)))
        columns = [_Column(*row) for row in cursor.fetchall()]
        names = list(dict.fromkeys(column.table for column in columns))
        chosen = choose_names(names, server.label, sheet=sheet, tables=server.tables)
        return [
            _read_table(link, cursor, server, [c for c in columns if c.table == name], budget)
            for name in names
            if name in chosen
        ]


def _read_table(
    link: Any,  # noqa: ANN401 - the driver's
    cursor: Any,  # noqa: ANN401 - the driver's
    server: Server,
    columns: Sequence[_Column],
    budget: Budget,
) -> RawSheet:
    """Read a table; one that cannot be read does not spoil the others."""
    import adbc_driver_manager as adbc  # noqa: PLC0415 - it is there if we came here

    name = columns[0].table
    try:
        cursor.execute(select_table(server.schema, columns))
        return _build(cursor.fetch_record_batch(), server, name, budget)
    except (adbc.Error, OSError, ValueError) as error:  # Arrow raises what comes midway
        link.rollback()
        cursor.execute(_SNAPSHOT)
        code = "slow_query" if "statement timeout" in str(error) else "unreadable_table"
        reason = _hide(str(error), server)
        return leave_out(code, server.label, name, reason=reason, seconds=str(QUERY_SECONDS))


def _build(reader: Any, server: Server, name: str, budget: Budget) -> RawSheet:  # noqa: ANN401 - the driver's
    return build_arrow_sheet(
        _split(reader),
        reader.schema,
        file=server.label,
        sheet=name,
        kind="postgresql",
        budget=budget,
    )


def _split(batches: Any) -> Iterator[Any]:  # noqa: ANN401 - the driver's
    for batch in batches:
        yield from (batch.slice(start, 1 << 14) for start in range(0, len(batch), 1 << 14))


def select_table(schema: str, columns: Sequence[_Column]) -> str:
    """Select a table as text, in an order that its rows decide."""
    chosen = [f"{_write(c)} AS {_quote(c.name)}" for c in columns]
    keys = [c for c in columns if c.is_key] or columns
    order = [
        f"t.{_quote(c.name)}" if c.is_key else f'{_write(c)} COLLATE "C"'
        for c in keys
        if c.kind != "bytea"
    ]
    source = f"{_quote(schema)}.{_quote(columns[0].table)}"
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    return f"SELECT {', '.join(chosen)} FROM {source} AS t{ordered}"  # noqa: S608 - the names are quoted


def _write(column: _Column) -> str:
    """Write a column as text in SQL; of bytes only where they are."""
    name = f"t.{_quote(column.name)}"
    if column.kind == "bytea":
        return f"CASE WHEN {name} IS NOT NULL THEN '\\x00'::bytea END"
    if column.kind.endswith("[]"):
        return f"array_to_string({name}, '；', '')"
    if column.kind.startswith("timestamp"):
        return f"regexp_replace({name}::text, ' 00:00:00(\\+00)?$', '')"
    return f"{name}::text"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _spell(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
