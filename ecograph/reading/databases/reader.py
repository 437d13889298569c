"""Read databases: SQLite and DuckDB files, and servers, each named by a path or a URL."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.databases.addresses import Address, Server
from ecograph.reading.databases.sqlite import SQLITE_MAGIC, read_sqlite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["DUCKDB_MAGIC", "hash_sheets", "read_address", "read_database_file"]

DUCKDB_MAGIC = b"DUCK"
"""What stands at byte 8 of a DuckDB file."""


def read_address(address: Address, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the tables of a database that is named by a URL.

    Parameters
    ----------
    address
        What `ecograph.reading.databases.addresses.parse_address` gives.
    sheet
        Name of the one table to read; all by default.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    if isinstance(address, Server):
        from ecograph.reading.databases.postgres import read_postgres

        return read_postgres(address, sheet=sheet)
    return read_database_file(address.path, sheet=sheet, tables=address.tables)


def read_database_file(
    path: Path, *, sheet: str | None = None, tables: Collection[str] = ()
) -> list[RawSheet]:
    """Read the tables of a SQLite or DuckDB file, told apart by its first bytes.

    Parameters
    ----------
    path
        The file; its suffix does not matter.
    sheet, tables
        Which tables; all by default.

    Raises
    ------
    DataError
        If it is neither, is damaged, or has no such table.
    """
    with path.open("rb") as stream:
        start = stream.read(16)
    if start == SQLITE_MAGIC:
        return read_sqlite(path, sheet=sheet, tables=tables)
    if start[8:12] == DUCKDB_MAGIC:
        from ecograph.reading.records.columnar import read_duckdb

        return read_duckdb(path, sheet=sheet, tables=tables)
    reason = "it is neither a SQLite nor a DuckDB file"
    problem = Problem("unreadable_database", file=path.name, details={"reason": reason})
    raise DataError(f"{path.name} cannot be read: {reason}.", [problem])


def hash_sheets(sheets: Iterable[RawSheet]) -> str:
    """Hash the rows of tables with SHA-256: what stands for the file where there is none.

    Parameters
    ----------
    sheets
        Tables as read, in an order that does not change.

    Examples
    --------
    >>> hash_sheets([])[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    for sheet in sheets:
        _add(digest, [sheet.sheet, *sheet.header])
        _add(digest, map(str, sheet.cells.index))
        for position in sheet.cells:
            _add(digest, sheet.cells[position])
    return digest.hexdigest()


def _add(digest: hashlib._Hash, texts: Iterable[str]) -> None:
    """Add texts, each behind its length, so that none can run into the next."""
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
