"""Find the tables of an ecosystem: a folder of files, or one workbook."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError, SettingsError
from ecograph.problems import Problem
from ecograph.progress import track
from ecograph.reading.databases.addresses import Server, parse_address
from ecograph.reading.databases.reader import hash_sheets
from ecograph.reading.kinds import SUFFIXES, find_doubt, read_file, show_name
from ecograph.reading.outlines import read_outline_file
from ecograph.reading.records.mappings import read_yaml_mapping
from ecograph.reading.values.amounts import parse_currency
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecograph.reading.databases.addresses import Address
    from ecograph.reading.outlines import Outline
    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["FACTS_FILE", "OUTLINE_FILE", "Source", "hash_file", "read_file", "read_source"]

FACTS_FILE = "ecosystem.yaml"
OUTLINE_FILE = "outline.geojson"
_FACTS = {
    "name": str,
    "as_of": object,
    "language": str,
    "currency": str,
    "synthetic": bool,
    "source": str,
    "tables": dict,
    "columns": dict,
    "settings": dict,
}
_NO_TABLES = {"thumbs.db"}  # what Windows puts into folders of pictures


@dataclass(frozen=True)
class Source:
    """Everything that was read: sheets, the facts of ecosystem.yaml, hashes, the outline if any."""

    sheets: tuple[RawSheet, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    outline: Outline | None = None


def read_source(path: Path | Address | str) -> Source:
    """Read a folder of tables, one file with tables in it, or a database.

    Parameters
    ----------
    path
        Folder or file, or a database as `ecograph.reading.databases.addresses` reads it. Files are
        read in the order of their names; in a folder, files of other kinds and ``.txt`` files
        (notes, as a rule) are passed over without a word, but for those that may well hold tables
        (archives, other spreadsheets), and ``outline.geojson``: what the map of places draws
        behind the organisations.

    Raises
    ------
    DataError
        If there is nothing to read, or no file of it can be read.
    SettingsError
        If ecosystem.yaml holds an unknown key, table or column, or the outline is none.
    """
    address = parse_address(path) if isinstance(path, str | Path) else path
    if address is not None:
        return _read_database(address)
    place = Path(str(path))
    files, doubts = _list_files(place)
    if not files:
        listed = ", ".join(sorted(SUFFIXES))
        raise DataError(f"{place} holds no table; ecograph reads {listed}.", doubts)
    facts_file = place / FACTS_FILE
    outline_file = place / OUTLINE_FILE
    sheets: list[RawSheet] = []
    problems = list(doubts)
    hashes = {f.name: hash_file(f) for f in (facts_file, outline_file) if f.is_file()}
    for file in track(files, len(files), "files"):
        try:
            sheets += read_file(file)
        except DataError as error:
            problems += error.problems
            if len(files) == 1 or not error.problems:
                raise
        with contextlib.suppress(OSError):  # what cannot be opened is told already
            hashes[show_name(file)] = hash_file(file)
    return Source(
        tuple(sheets),
        _read_facts(facts_file),
        dict(sorted(hashes.items())),
        tuple(problems),
        read_outline_file(outline_file) if outline_file.is_file() else None,
    )


def _read_database(address: Address) -> Source:
    """Read a database; the rows of a server are hashed as they were read."""
    sheets = tuple(read_file(address))
    hashed = hash_sheets(sheets) if isinstance(address, Server) else hash_file(address.path)
    return Source(sheets, hashes={address.label: hashed})


def hash_file(path: Path) -> str:
    """Hash a file's bytes with SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _list_files(path: Path) -> tuple[list[Path], list[Problem]]:
    """List the files to read, and report what looks like one but is none."""
    try:
        if not path.exists():
            raise DataError(f"{path} does not exist.")
        inside = sorted(path.iterdir()) if path.is_dir() else []
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("unreadable_file", file=show_name(path), details={"reason": reason})
        raise DataError(f"{path} cannot be read: {reason}.", [problem]) from None
    if not path.is_dir():
        return [path], []
    files = [file for file in inside if _is_table(file)]
    return files, [doubt for doubt in map(find_doubt, inside) if doubt is not None]


def _is_table(file: Path) -> bool:
    return (
        file.suffix.lower() in SUFFIXES
        and file.name != FACTS_FILE
        and file.name.lower() not in _NO_TABLES
        and not file.name.startswith((".", "~$"))
        and file.is_file()
    )


def _read_facts(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    facts = read_yaml_mapping(path)
    unknown = sorted(set(facts) - set(_FACTS))
    if unknown:
        raise SettingsError(
            f"{path.name} has unknown keys: {', '.join(unknown)}. Known: {', '.join(_FACTS)}."
        )
    for name, value in facts.items():
        if not isinstance(value, _FACTS[name]):
            raise SettingsError(f'{path.name}: {name} is "{value}", which is not usable there.')
    return {
        **facts,
        **{k: _READERS[k](value, path.name) for k, value in facts.items() if k in _READERS},
    }


def _read_currency(text: str, file: str) -> str:
    """Read ``currency:``, a sign, word or code -> three capital letters."""
    code = parse_currency(text)
    if not code:
        raise SettingsError(f'{file}: currency is "{text}"; write a code such as CNY or EUR.')
    return code


def _read_tables(mapping: Mapping[object, object], file: str) -> dict[str, str]:
    """Read ``tables:``, file or sheet -> table."""
    return {str(label): _find_table(name, file) for label, name in mapping.items()}


def _read_columns(mapping: Mapping[object, object], file: str) -> dict[str, dict[str, str]]:
    """Read ``columns:``, table -> header -> column."""
    schema = read_schema()
    found: dict[str, dict[str, str]] = {}
    for label, headers in mapping.items():
        table = _find_table(label, file)
        if not isinstance(headers, dict):
            raise SettingsError(f"{file}: columns of {label} must map headers to columns.")
        for header, name in headers.items():
            column = schema.find_column(table, str(name))
            if column is None:
                known = ", ".join(schema.tables[table].columns)
                raise SettingsError(
                    f'{file}: the table {table} has no column "{name}". Known: {known}.'
                )
            found.setdefault(table, {})[str(header)] = column
    return found


def _find_table(name: object, file: str) -> str:
    schema = read_schema()
    table = schema.find_table(str(name))
    if table is None:
        known = ", ".join(schema.tables)
        raise SettingsError(f'{file}: there is no table "{name}". Known: {known}.')
    return table


_READERS: dict[str, Callable[[Any, str], object]] = {
    "currency": _read_currency,
    "tables": _read_tables,
    "columns": _read_columns,
}
