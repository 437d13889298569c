"""Read Parquet and DuckDB files in a process of its own, which may die without harm.

Both libraries allocate what a file asks for, and neither promises to survive a crafted one. What
comes back is a stream of Arrow batches a table. This file is run as a script and imports nothing of
ecograph, so that the child starts fast.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, Self, cast

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Iterator
    from pathlib import Path

__all__ = ["BatchError", "Delivery", "receive_tables"]

Kind = Literal["parquet", "duckdb"]

MEMORY = 512 << 20
"""Bytes that the child may take beside its libraries for a file of no size; a large one more."""

SECONDS = 8.0
"""How long the child may work on one batch."""

VIEW_SECONDS = 6.0
"""How long the views of a database may compute, all together."""

_DUCKDB_MEMORY = 1 << 30  # addresses that DuckDB reserves; its own setting limits what it uses
_MEMORY_A_BYTE = 16
_LIBRARIES = 1 << 30
_MOST_MEMORY = 3 << 30
_ROWS = 1 << 14  # of a batch
_MOST_TABLES = 1000
_DEEPEST = 50
_EXACT = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_EXACT |= {"UBIGINT", "BOOLEAN", "VARCHAR", "DOUBLE", "FLOAT"}
_SAFE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "threads": "1",
    "memory_limit": "400MB",
    "temp_directory": "",
}
_TABLES = (
    "SELECT schema_name, table_name, 'table' FROM duckdb_tables() WHERE NOT internal"
    " UNION ALL SELECT schema_name, view_name, 'view' FROM duckdb_views() WHERE NOT internal"
    " ORDER BY 1, 2"
)


class BatchError(Exception):
    """The child could not read the file: the code of the problem, and the reason."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Delivery(NamedTuple):
    """A table as it comes from the child, or why it does not.

    Parameters
    ----------
    name
        Of the table; empty in a Parquet file.
    schema
        Columns, as pyarrow describes them.
    batches
        Rows, to be taken before the next table is asked for.
    rows
        How many there are, where the file says so beforehand.
    code, reason
        The problem of a table that cannot be read; of one that came before, if that broke off.
    """

    name: str
    schema: Any
    batches: Iterator[Any]
    rows: int | None = None
    code: str = ""
    reason: str = ""


def receive_tables(kind: Kind, path: Path, wanted: Collection[str] = ()) -> Iterator[Delivery]:
    """Receive the tables of a file from a child process.

    Parameters
    ----------
    kind
        What the file is.
    path
        The file.
    wanted
        Names of the tables to send, all if none is named; the others come with the code
        ``unwanted``.

    Yields
    ------
    Delivery
        One a table: first what is stored, then views, each in the order of their names.

    Raises
    ------
    BatchError
        If the file cannot be read, or is too much for the limits.
    """
    from ecograph.reading.processes import open_child  # noqa: PLC0415 - not for the child itself

    memory = min(_MOST_MEMORY, MEMORY + _MEMORY_A_BYTE * path.stat().st_size)
    words = (kind, str(path.resolve()), str(memory), *wanted)
    with (
        open_child(__file__, *words, ARROW_DEFAULT_MEMORY_POOL="system") as child,
        _Watch(child) as watch,
    ):
        try:
            yield from _receive(cast("IO[bytes]", child.stdout), watch)
            status = child.wait()
        finally:
            child.kill()
        if status:
            raise BatchError("records_too_large", f"status {status}")


class _Watch:
    """Kills a child that lets us wait for too long."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._since: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.late = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @contextlib.contextmanager
    def wait(self) -> Iterator[None]:
        """Watch while we wait; a stream that breaks is explained."""
        import pyarrow as pa  # noqa: PLC0415 - only who reads such files pays for it

        self._since = time.monotonic()
        try:
            yield
        except (pa.ArrowException, OSError, EOFError) as error:
            code = "records_too_slow" if self.late else "records_too_large"
            raise BatchError(code, str(error)[:200]) from None
        finally:
            self._since = None

    def _look(self) -> None:
        while not self._over.wait(0.1):
            since = self._since
            if since is not None and time.monotonic() - since > SECONDS:
                self.late = True
                self._child.kill()


def _receive(stream: IO[bytes], watch: _Watch) -> Iterator[Delivery]:
    import pyarrow as pa  # noqa: PLC0415

    while True:
        with watch.wait():
            if not stream.peek(1):  # type: ignore[attr-defined] # a pipe is buffered
                break
            reader = pa.ipc.open_stream(stream)
        facts = {k.decode(): v.decode() for k, v in (reader.schema.metadata or {}).items()}
        if "broken" in facts:
            raise BatchError(facts["broken"], facts["reason"])
        batches = _receive_batches(reader, watch)
        rows = int(facts["rows"]) if "rows" in facts else None
        yield Delivery(facts["name"], reader.schema, batches, rows, facts["code"], facts["reason"])
        for _ in batches:  # whatever was not taken
            pass
    if watch.late:
        raise BatchError("records_too_slow")


def _receive_batches(reader: Any, watch: _Watch) -> Iterator[Any]:  # noqa: ANN401 - pyarrow has no stubs
    while True:
        with watch.wait():
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                return
        batch.validate()
        yield batch


# From here on: what runs in the child.


def send_parquet(path: str, sink: IO[bytes]) -> None:
    """Send the table of a Parquet file.

    Parameters
    ----------
    path
        The file.
    sink
        Where the stream goes.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        schema = _flatten(file.schema_arrow)
        batches = file.iter_batches(batch_size=_ROWS, use_threads=False)
        rows = file.metadata.num_rows
        _send(sink, "", schema, (batch.cast(schema) for batch in batches), rows=rows)


def send_duckdb(path: str, sink: IO[bytes], wanted: Collection[str] = ()) -> None:
    """Send the tables and views of a DuckDB file, which is opened only to be read.

    Parameters
    ----------
    path
        The file.
    sink
        Where the streams go.
    wanted
        Names of the tables to send; all if none is named.
    """
    import duckdb  # noqa: PLC0415

    with contextlib.closing(duckdb.connect(path, read_only=True, config=_SAFE)) as base:
        base.execute("SET lock_configuration = true")
        end = None
        found = base.execute(_TABLES).fetchmany(_MOST_TABLES)
        for schema, table, kind in sorted(found, key=lambda row: row[2]):
            name = table if schema == "main" else f"{schema}.{table}"
            if wanted and name not in wanted:
                _send_reason(sink, name, "unwanted", "")
                continue
            if kind == "view" and end is None:
                end = time.monotonic() + VIEW_SECONDS
            try:
                with _interrupt(base, end):
                    _send_query(base, schema, table, kind, name, sink)
            except duckdb.Error as error:
                slow = isinstance(error, duckdb.InterruptException)
                _send_reason(sink, name, "slow_query" if slow else "unreadable_table", str(error))


@contextlib.contextmanager
def _interrupt(base: Any, end: float | None) -> Iterator[None]:  # noqa: ANN401 - duckdb has no stubs for it
    """Interrupt the database at a time."""
    if end is None:
        yield
        return
    timer = threading.Timer(max(0.1, end - time.monotonic()), base.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _send_query(
    base: Any,  # noqa: ANN401 - duckdb has no stubs for it
    schema: str,
    table: str,
    kind: str,
    name: str,
    sink: IO[bytes],
) -> None:
    source = f"{_quote(schema)}.{_quote(table)}"
    described = base.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 - the names are quoted
    columns = [_select(row[0], row[1]) for row in described]
    by_row = kind == "table" and "rowid" not in {row[0].lower() for row in described}
    order = " ORDER BY rowid" if by_row else ""
    reader = _open_reader(base.sql(f"SELECT {', '.join(columns)} FROM {source}{order}"))  # noqa: S608
    _send(sink, name, reader.schema, reader)


def _open_reader(relation: Any) -> Any:  # noqa: ANN401 - duckdb has no stubs for it
    """Open a stream of batches; versions of DuckDB name it differently."""
    names = ("to_arrow_reader", "fetch_arrow_reader", "fetch_record_batch")
    return next(getattr(relation, name) for name in names if hasattr(relation, name))(_ROWS)


def _select(name: str, kind: str) -> str:
    """Select a column such that Arrow can carry it exactly."""
    column = _quote(name)
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    if kind in _EXACT or kind.startswith("DECIMAL") or nested:
        return column
    if kind == "BLOB":  # bytes are left out, only where they were is told
        return f"CASE WHEN {column} IS NOT NULL THEN '\\x00'::BLOB END AS {column}"
    text = f"CAST({column} AS VARCHAR)"
    if kind.startswith("TIMESTAMP"):
        text = f"regexp_replace({text}, ' 00:00:00(\\+00)?$', '')"
    return f"{text} AS {column}"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _flatten(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no stubs
    """Replace dictionaries by their values, so that texts take their room here, not elsewhere."""
    import pyarrow as pa  # noqa: PLC0415

    fields = []
    for field in schema:
        _refuse_depth(field)
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _refuse_depth(field: Any) -> None:  # noqa: ANN401 - pyarrow has no stubs
    """Refuse a column of many levels, or with a dictionary inside of it."""
    import pyarrow as pa  # noqa: PLC0415

    level = [field.type]
    for _ in range(_DEEPEST):
        level = [
            kind.field(n).type
            for kind in level
            if pa.types.is_nested(kind)
            for n in range(kind.num_fields)
        ]
        if any(map(pa.types.is_dictionary, level)):
            raise ValueError(f"column {field.name[:50]}: a list of categories")
        if not level:
            return
    raise ValueError(f"column {field.name[:50]}: nested deeper than {_DEEPEST} levels")


def _send(sink: IO[bytes], name: str, schema: Any, batches: Any, **facts: object) -> None:  # noqa: ANN401
    import pyarrow as pa  # noqa: PLC0415

    told = {"name": name, "code": "", "reason": "", **{k: str(v) for k, v in facts.items()}}
    known = schema.with_metadata(told)
    with pa.ipc.new_stream(sink, known) as writer:
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(told))
    sink.flush()


def _send_reason(sink: IO[bytes], name: str, code: str, reason: str) -> None:
    import pyarrow as pa  # noqa: PLC0415

    told = {"name": name, "code": code, "reason": reason[:300]}
    with pa.ipc.new_stream(sink, pa.schema([], told)):
        pass
    sink.flush()


def _send_end(sink: IO[bytes], code: str, reason: str) -> None:
    import pyarrow as pa  # noqa: PLC0415

    with pa.ipc.new_stream(sink, pa.schema([], {"broken": code, "reason": reason[:300]})):
        pass
    sink.flush()


def _limit_memory(memory: int) -> None:  # pragma: no cover - runs in the child
    """Limit what may be taken beside what the libraries have taken already."""
    try:
        import resource  # noqa: PLC0415 - not every system has it
    except ImportError:
        return
    taken = _LIBRARIES
    with contextlib.suppress(OSError), open("/proc/self/statm") as stream:  # noqa: PTH123 - a file of the system
        taken = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(
    kind: str, path: str, memory: int, wanted: Collection[str]
) -> None:  # pragma: no cover - runs in the child
    sink = sys.stdout.buffer
    try:
        broken = _import_libraries(kind)
    except ImportError:
        _send_end(sink, "no_duckdb", "")
        return
    _limit_memory(memory + _DUCKDB_MEMORY * (kind == "duckdb"))
    try:
        if kind == "duckdb":
            send_duckdb(path, sink, wanted)
        else:
            send_parquet(path, sink)
    except MemoryError:
        _send_end(sink, "records_too_large", "memory")
    except broken as error:
        code = "unreadable_database" if kind == "duckdb" else "unreadable_parquet"
        _send_end(sink, code, str(error))


def _import_libraries(
    kind: str,
) -> tuple[type[Exception], ...]:  # pragma: no cover - runs in the child
    """Import what is needed before memory is limited; list what a broken file raises."""
    import pyarrow as pa  # noqa: PLC0415

    raised = (pa.ArrowException, OSError, ValueError)
    if kind == "duckdb":
        import duckdb  # noqa: PLC0415

        return (duckdb.Error, *raised)
    import pyarrow.parquet  # noqa: F401, PLC0415 - before memory is limited

    return raised


if __name__ == "__main__":  # pragma: no cover - runs in the child
    _run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
