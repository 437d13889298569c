"""Find the tables of an ecosystem: a folder of files, or one workbook."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError, SettingsError
from ecograph.progress import track
from ecograph.reading.delimited import read_delimited
from ecograph.reading.outlines import read_outline
from ecograph.reading.records import read_parquet, read_records, read_yaml_mapping
from ecograph.reading.values import parse_currency
from ecograph.reading.workbooks import read_workbook
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ecograph.problems import Problem
    from ecograph.reading.outlines import Outline
    from ecograph.reading.sheets import RawSheet

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
_DELIMITED = {".csv", ".tsv", ".tab", ".txt"}
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_RECORDS = {".yaml", ".yml", ".json"}
_SUFFIXES = (_DELIMITED - {".txt"}) | _WORKBOOKS | _RECORDS | {".parquet"}


@dataclass(frozen=True)
class Source:
    """Everything that was read: sheets, the facts of ecosystem.yaml, hashes, the outline if any."""

    sheets: tuple[RawSheet, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    outline: Outline | None = None


def read_source(path: Path) -> Source:
    """Read a folder of tables, or one workbook or records file.

    Parameters
    ----------
    path
        Folder or file. Files are read in the order of their names; in a folder, files of other
        kinds and ``.txt`` files (notes, as a rule) are passed over without a word, but for
        ``outline.geojson``: what the map of places draws behind the organisations.

    Raises
    ------
    DataError
        If there is nothing to read, or no file of it can be read.
    SettingsError
        If ecosystem.yaml holds an unknown key, table or column, or the outline is none.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    files = _list_files(path) if path.is_dir() else [path]
    if not files:
        listed = ", ".join(sorted(_SUFFIXES))
        raise DataError(f"{path} holds no table; ecograph reads {listed}.")
    facts_file = path / FACTS_FILE
    outline_file = path / OUTLINE_FILE
    hashed = [*files, *(f for f in (facts_file, outline_file) if f.exists())]
    sheets: list[RawSheet] = []
    problems: list[Problem] = []
    for file in track(files, len(files), "files"):
        try:
            sheets += read_file(file)
        except DataError as error:
            problems += error.problems
            if len(files) == 1 or not error.problems:
                raise
    return Source(
        tuple(sheets),
        _read_facts(facts_file),
        {file.name: hash_file(file) for file in hashed},
        tuple(problems),
        read_outline(outline_file.read_bytes()) if outline_file.exists() else None,
    )


def read_file(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read the tables of one file by its suffix.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the one table to read from a workbook, YAML or JSON file; all by default.

    Raises
    ------
    DataError
        If the file is missing, of another kind, or cannot be read.
    """
    if not path.is_file():
        raise DataError(f"{path} is not a file.")
    suffix = path.suffix.lower()
    if suffix in _WORKBOOKS:
        return read_workbook(path, sheet=sheet)
    if suffix in _RECORDS:
        return read_records(path, sheet=sheet)
    if suffix == ".parquet":
        return [read_parquet(path)]
    if suffix in _DELIMITED:
        return [read_delimited(path)]
    listed = ", ".join(sorted(_SUFFIXES))
    raise DataError(f"{path.name} is of a kind that ecograph does not read ({listed}).")


def hash_file(path: Path) -> str:
    """Hash a file's bytes with SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _list_files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file()
        and file.suffix.lower() in _SUFFIXES
        and file.name != FACTS_FILE
        and not file.name.startswith((".", "~$"))
    )


def _read_facts(path: Path) -> dict[str, Any]:
    if not path.exists():
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
