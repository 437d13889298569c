"""Read a file as the kind that its name and its first bytes say."""

from __future__ import annotations

import stat
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.databases.addresses import parse_address
from ecograph.reading.databases.reader import (
    DUCKDB_MAGIC,
    read_address,
    read_database_file,
)
from ecograph.reading.databases.sqlite import SQLITE_MAGIC
from ecograph.reading.sheets.doubts import doubt_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecograph.reading.databases.addresses import Address
    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["SUFFIXES", "find_doubt", "read_file", "show_name"]

Kind = Literal["delimited", "workbook", "records", "parquet", "database"]

_SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "delimited": (".csv", ".tsv", ".tab", ".txt"),
    "workbook": (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"),
    "records": (".yaml", ".yml", ".json", ".jsonl", ".ndjson"),
    "parquet": (".parquet",),
    "database": (".sqlite", ".sqlite3", ".db", ".duckdb"),
}
_KINDS = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}
SUFFIXES = frozenset(_KINDS) - {".txt"}
"""Suffixes of files that are read in a folder; a .txt file there is a note, as a rule."""

_UNREAD = {".et", ".ett", ".dbf", ".mdb", ".accdb", ".numbers", ".zip", ".rar", ".7z", ".gz"}
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_SPECIAL = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def read_file(path: Path | Address | str, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the tables of one file, or of a database that is named by a URL.

    A file is of the kind that its suffix says, unless its first bytes are those of a workbook,
    Parquet file or database; then it is read as that, which is reported.

    Parameters
    ----------
    path
        The file, or what `ecograph.reading.databases.addresses.parse_address` reads.
    sheet
        Name of the one table to read from a workbook, YAML or JSON file or database; all by
        default.

    Raises
    ------
    DataError
        If the file is missing, empty, of another kind, or cannot be read.
    """
    address = parse_address(path) if isinstance(path, str | Path) else path
    if address is not None:
        sheets = _guard(address.label, lambda: read_address(address, sheet=sheet))
        return [doubt_cells(read) for read in sheets]
    file = Path(str(path))
    label = show_name(file)
    sheets = _guard(label, lambda: _read_path(file, sheet), name=file.name)
    sheets = [doubt_cells(read) for read in sheets]
    return [_rename(read, label) for read in sheets] if label != file.name else sheets


def find_doubt(path: Path) -> Problem | None:
    """Find out whether what lies in a folder looks like a table but is not read.

    Parameters
    ----------
    path
        Anything in a folder.
    """
    suffix = path.suffix.lower()
    if path.name.startswith((".", "~$")) or suffix not in SUFFIXES | _UNREAD:
        return None
    reason = _find_special(path)
    if suffix in SUFFIXES and reason:
        return Problem("not_a_file", file=show_name(path), details={"reason": reason})
    if suffix in _UNREAD and not reason:
        details = {"suffix": suffix}
        return Problem("unread_kind", file=show_name(path), severity="warning", details=details)
    return None


def show_name(path: Path) -> str:
    r"""Show a file's name: bytes that are no text, and signs that cannot be seen, as escapes.

    Examples
    --------
    >>> show_name(Path("a/\x1b[31m高校.csv"))
    '\\x1b[31m高校.csv'
    """
    name = path.name
    try:
        name.encode()
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        sign if unicodedata.category(sign) not in _INVISIBLE else _escape(sign) for sign in name
    )


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


def _guard(label: str, read: Callable[[], list[RawSheet]], *, name: str = "") -> list[RawSheet]:
    """Turn what the system refuses into a problem, under a name that can be shown."""
    try:
        return read()
    except DataError as error:
        if label == name or not name:
            raise
        problems = [replace(p, file=label) for p in error.problems]
        raise DataError(str(error).replace(name, label), problems) from None
    except MemoryError:
        reason = "there is not enough memory"
    except OSError as error:
        reason = error.strerror or "the system refuses"
    problem = Problem("unreadable_file", file=label, details={"reason": reason})
    raise DataError(f"{label} cannot be read: {reason}.", [problem])


def _rename(sheet: RawSheet, label: str) -> RawSheet:
    problems = tuple(replace(problem, file=label) for problem in sheet.problems)
    return replace(sheet, file=label, problems=problems)


def _read_path(path: Path, sheet: str | None) -> list[RawSheet]:
    label = show_name(path)
    reason = _find_special(path)
    if reason:
        problem = Problem("not_a_file", file=label, details={"reason": reason})
        raise DataError(f"{label} is not a file that can be read: {reason}.", [problem])
    named = _KINDS.get(path.suffix.lower())
    if named is None:
        listed = ", ".join(sorted(_KINDS))
        raise DataError(f"{label} is of a kind that ecograph does not read ({listed}).")
    with path.open("rb") as stream:
        start = stream.read(16)
    if not start:
        raise DataError(f"{label} is empty.", [Problem("empty_file", file=label)])
    kind = _recognise(start) or named
    sheets = _read_kind(kind, path, sheet)
    if kind in (named, "workbook"):  # the reader of workbooks tells by itself
        return sheets
    details = {"kind": "Parquet" if kind == "parquet" else sheets[0].dialect.get("format", kind)}
    told = Problem("wrong_format", file=label, severity="warning", details=details)
    return [replace(sheets[0], problems=(told, *sheets[0].problems)), *sheets[1:]]


def _recognise(start: bytes) -> Kind | None:
    """Recognise a kind that no text can be by the first bytes."""
    if start.startswith((_ZIP, _OLE)):
        return "workbook"
    if start.startswith(_PARQUET):
        return "parquet"
    is_database = start == SQLITE_MAGIC or (start[8:12] == DUCKDB_MAGIC and b"\x00" in start)
    return "database" if is_database else None


def _read_kind(kind: Kind, path: Path, sheet: str | None) -> list[RawSheet]:
    """Read a file by its reader, imported here: a start pays for those alone that it needs."""
    if kind == "workbook":
        from ecograph.reading.workbooks.reader import read_workbook

        return read_workbook(path, sheet=sheet)
    if kind == "records":
        from ecograph.reading.records.reader import read_records

        return read_records(path, sheet=sheet)
    if kind == "parquet":
        from ecograph.reading.records.columnar import read_parquet

        return [read_parquet(path)]
    if kind == "database":
        return read_database_file(path, sheet=sheet)
    from ecograph.reading.text.delimited import read_delimited

    return [read_delimited(path)]


def _find_special(path: Path) -> str:
    """Say why a path is no ordinary file; nothing if it is one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a link to nothing" if path.is_symlink() else "it is not there"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return next((name for is_kind, name in _SPECIAL if is_kind(mode)), "")
