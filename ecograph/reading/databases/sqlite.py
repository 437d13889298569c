"""Read SQLite files: every table and view is a sheet, nothing in the file is trusted."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.records.cells import CellWriter, order_columns
from ecograph.reading.records.tables import Budget, build_column_sheet, choose_names, leave_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["SQLITE_MAGIC", "open_sqlite", "read_sqlite"]

SQLITE_MAGIC = b"SQLite format 3\x00"
SECONDS = 6.0
"""How long the views of a file may compute, all together."""

_HOT_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_BLOCK = 4096  # rows that are turned into text at a time
_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_CHECKED_A_SECOND = 2e7  # bytes of a file, on a slow machine
_MOST_TABLES = 1000
_VIEW_LIMITS = (("SQLITE_LIMIT_LENGTH", 1 << 20), ("SQLITE_LIMIT_COLUMN", 256))
_LIMITS = (
    ("SQLITE_LIMIT_LENGTH", 1 << 26),
    ("SQLITE_LIMIT_SQL_LENGTH", 1 << 20),
    ("SQLITE_LIMIT_EXPR_DEPTH", 200),
    ("SQLITE_LIMIT_COMPOUND_SELECT", 100),
    ("SQLITE_LIMIT_VDBE_OP", 1 << 20),
    ("SQLITE_LIMIT_ATTACHED", 0),
    ("SQLITE_LIMIT_TRIGGER_DEPTH", 1),
)
_HARDENING = ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0")
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_LIST = (
    "SELECT name, type, coalesce(sql, '') LIKE 'create virtual%' FROM sqlite_master"
    " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
)
_HARMLESS = ("NULL value in", "CHECK constraint failed", "NUMERIC value in", "TEXT value in")
_FORMATS = {"printf", "format"}
_CALL = re.compile(r"""\b(?:printf|format)["`\]]?\s*(?:\(|/\*|--)""", re.IGNORECASE)
_SHORT = re.compile(  # a call whose every width and precision is written out and small
    r"\b(?:printf|format)\s*\(\s*'(?:[^'%]|''|%[-+ 0,#!]*\d{0,3}(?:\.\d{0,3})?[A-Za-z%])*'",
    re.IGNORECASE,
)
_ROW_NAMES = ("rowid", "_rowid_", "oid")


class _Table(NamedTuple):
    """A table or view of the file."""

    name: str
    kind: str
    virtual: int


class _Clock:
    """Stops SQLite when its time is over."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._end = float("inf")
        base.set_progress_handler(self._is_over, _STEPS)

    def allow(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def _is_over(self) -> bool:
        return time.monotonic() > self._end


@contextlib.contextmanager
def open_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file only to read it, trusting nothing that stands in it.

    Rows that another program wrote and that still lie in its write-ahead log are read too, from a
    copy; the file and its folder stay as they are.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    sqlite3.DatabaseError
        If it is no SQLite file, or a program was interrupted while it wrote there.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as stream:
        if stream.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC:
            raise sqlite3.DatabaseError("it is not a SQLite file")
    with _settle(path) as uri, contextlib.closing(sqlite3.connect(uri, uri=True)) as base:
        for name, limit in _LIMITS:
            base.setlimit(getattr(sqlite3, name), limit)
        for pragma in _HARDENING:
            base.execute(f"PRAGMA {pragma}")
        base.text_factory = _decode
        yield base


@contextlib.contextmanager
def _settle(path: Path) -> Iterator[str]:
    """Give the address of a file that nobody is writing to."""
    journal = Path(f"{path}-journal")
    if journal.is_file() and _is_hot(journal):
        raise sqlite3.OperationalError("a program was interrupted while it wrote; open it there")
    log = Path(f"{path}-wal")
    if not (log.is_file() and log.stat().st_size):
        yield f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return
    with tempfile.TemporaryDirectory(prefix="ecograph-") as folder:
        copy = Path(folder, "copy.sqlite")
        shutil.copyfile(path, copy)
        shutil.copyfile(log, f"{copy}-wal")
        yield f"{copy.as_uri()}?mode=ro"


def _is_hot(journal: Path) -> bool:
    with journal.open("rb") as stream:
        return stream.read(len(_HOT_JOURNAL)) == _HOT_JOURNAL


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def read_sqlite(
    path: Path, *, sheet: str | None = None, tables: Collection[str] = ()
) -> list[RawSheet]:
    """Read the tables and views of a SQLite file, every value as text.

    Rows come in the order of their rowid, the first one as row 2. Whole numbers and texts stay
    exact. Virtual tables, and views that compute for longer than `SECONDS`, are left out; columns
    of bytes are left empty; all of that is reported.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the one table to read; all by default.
    tables
        Names of the tables to read, in place of all.

    Raises
    ------
    DataError
        If the file is no SQLite file, is damaged, or has no such table.
    """
    try:
        with open_sqlite(path) as base:
            clock = _Clock(base)
            endless = _list_endless(base)
            _check_pages(base, clock, path, endless)
            found = [_Table(*row) for row in base.execute(_LIST).fetchmany(_MOST_TABLES)]
            chosen = choose_names([t.name for t in found], path.name, sheet=sheet, tables=tables)
            _confine(base, found, endless)
            clock.allow(float("inf"))
            budget = Budget(path.stat().st_size, path.name)
            wanted = [t for t in found if t.name in chosen and not _is_shadow(t, found)]
            stored = [_read_table(base, t, path.name, budget) for t in wanted if t.kind == "table"]
            clock.allow(SECONDS)
            seen = [_read_view(base, t, path.name, budget) for t in wanted if t.kind == "view"]
            return sorted(stored + seen, key=lambda read: read.sheet)
    except (sqlite3.Error, OSError, MemoryError) as error:
        reason = str(error) or type(error).__name__
        problem = Problem("unreadable_database", file=path.name, details={"reason": reason})
        raise DataError(f"{path.name} cannot be read as SQLite: {reason}", [problem]) from None


def _check_pages(
    base: sqlite3.Connection, clock: _Clock, path: Path, endless: Collection[str]
) -> None:
    """Refuse a file whose pages contradict each other: its rows may be lost, or come endlessly."""
    clock.allow(SECONDS + path.stat().st_size / _CHECKED_A_SECOND)
    names = ["100"]  # the whole file, and so many faults at most
    if endless:  # what columns are made of would be computed
        listed = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [_quote(name) for (name,) in listed if name not in endless]
    for (verdict,) in chain.from_iterable(base.execute(f"PRAGMA quick_check({n})") for n in names):
        if verdict != "ok" and not verdict.startswith(_HARMLESS):
            raise sqlite3.DatabaseError(f"it is damaged ({verdict.splitlines()[-1][:200]})")


def _list_endless(base: sqlite3.Connection) -> set[str]:
    """List the tables and views that may fill up a text beyond measure.

    ``printf('%.*c', 900000000, 'x')`` works for seconds without a look at the clock. The column of
    a table may be made so, too, and no authorizer is asked about that.
    """
    said = base.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name for name, sql in said if len(_CALL.findall(sql)) > len(_SHORT.findall(sql))}


def _confine(
    base: sqlite3.Connection, tables: Sequence[_Table], endless: Collection[str] = ()
) -> None:
    """Let nothing but reading happen from here on, and that from ordinary tables."""
    barred = {table.name for table in tables if table.virtual} | set(endless)

    def judge(action: int, first: str | None, name: str | None, *_: str | None) -> int:
        call = action == sqlite3.SQLITE_FUNCTION
        if action not in _ALLOWED or (action == sqlite3.SQLITE_READ and first in barred):
            return sqlite3.SQLITE_DENY
        if call and endless and str(name).lower() in _FORMATS:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    base.set_authorizer(judge)


def _is_shadow(table: _Table, tables: Sequence[_Table]) -> bool:
    """Tell whether a table only stores what belongs to a virtual one."""
    return any(other.virtual and table.name.startswith(f"{other.name}_") for other in tables)


def _read_table(base: sqlite3.Connection, table: _Table, file: str, budget: Budget) -> RawSheet:
    """Read a table; one that cannot be read does not spoil the others."""
    if table.virtual:
        return leave_out("virtual_table", file, table.name)
    try:
        return _read_rows(base, table, file, budget)
    except (sqlite3.Error, DataError) as error:
        code = "slow_query" if str(error) == "interrupted" else "unreadable_table"
        return leave_out(code, file, table.name, reason=str(error), seconds=f"{SECONDS:g}")


def _read_view(base: sqlite3.Connection, table: _Table, file: str, budget: Budget) -> RawSheet:
    """Read a view, whose values may be made up out of nothing and so must be short."""
    earlier = [(name, base.setlimit(getattr(sqlite3, name), n)) for name, n in _VIEW_LIMITS]
    try:
        return _read_table(base, table, file, budget)
    finally:
        for name, limit in earlier:
            base.setlimit(getattr(sqlite3, name), limit)


def _read_rows(base: sqlite3.Connection, table: _Table, file: str, budget: Budget) -> RawSheet:
    quoted = _quote(table.name)
    found = base.execute(f"SELECT * FROM {quoted} LIMIT 0")  # noqa: S608 - the name is quoted
    names = [str(column[0]) for column in found.description]
    header = order_columns(names)
    order = sorted(range(len(names)), key=lambda n: bool(names[n].strip()))
    writer = CellWriter(file, table.name, header)

    def decode(data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            writer.torn = True
            return data.decode("utf-8", "surrogateescape")

    base.text_factory = decode
    rows = _select(base, quoted, names if table.kind == "table" else _ROW_NAMES)
    return build_column_sheet(
        _lay_out(rows, order, writer, budget),
        writer,
        header=header,
        file=file,
        sheet=table.name,
        dialect={"format": "sqlite"},
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _select(base: sqlite3.Connection, quoted: str, taken: Sequence[str]) -> sqlite3.Cursor:
    """Select all rows in the order in which they were put in, where the table keeps it."""
    lower = {name.lower() for name in taken}
    name = next((name for name in _ROW_NAMES if name not in lower), None)
    if name is not None:
        with contextlib.suppress(sqlite3.OperationalError):  # a table without rowid
            return base.execute(f"SELECT * FROM {quoted} NOT INDEXED ORDER BY {name}")  # noqa: S608 - the name is quoted
    return base.execute(f"SELECT * FROM {quoted}")  # noqa: S608 - the name is quoted


def _lay_out(
    rows: sqlite3.Cursor, order: Sequence[int], writer: CellWriter, budget: Budget
) -> Iterator[list[list[str]]]:
    first = 2
    while block := rows.fetchmany(_BLOCK):
        whole: list[Sequence[Any]] = list(zip(*block, strict=True))
        columns = [writer.write_column(first, n, whole[place]) for n, place in enumerate(order)]
        budget.spend(columns)
        yield columns
        first += len(block)
