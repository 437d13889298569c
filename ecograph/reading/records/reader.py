"""Read records: YAML, JSON and JSON Lines, every value as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.records import mappings, objects
from ecograph.reading.records.cells import CellWriter, mend_text, order_columns
from ecograph.reading.records.columnar import read_parquet
from ecograph.reading.records.mappings import parse_yaml, read_yaml_mapping
from ecograph.reading.records.objects import BrokenLine, is_lines, parse_json, parse_lines
from ecograph.reading.records.tables import build_column_sheet, refuse_area
from ecograph.reading.sheets.widths import refuse_width
from ecograph.reading.text.encodings import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet

__all__ = ["read_parquet", "read_records", "read_yaml_mapping"]

_LINES = {".jsonl", ".ndjson"}
_BLOCK = 1 << 14  # records that are turned into text at a time
_YAML = {".yaml", ".yml"}
_LEAST_CELLS = 2_000_000  # of a table however short its file; the blank ones among them
_CELLS_A_SIGN = 16  # and so many for every character
_MOST_TABLES = 1000


def read_records(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read a YAML, JSON or JSON Lines file: a list of records, or lists of records by table name.

    The first record is row 2. A key that a record lacks is a blank cell. A list becomes one cell,
    its entries joined by ；; a mapping in a cell stays JSON text, which is reported.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the one table to read; all of them by default.

    Raises
    ------
    DataError
        If the file cannot be parsed, is too large, holds no records, or has no such table.
    """
    text, encoding, doubts = decode_text(_read_bytes(path), path.name)
    content, form, found = _parse(text, path)
    tables, others = _find_tables(content, path.name)
    if sheet is not None:
        tables = {sheet: _choose_table(tables, sheet, path.name)}
    dialect = {"encoding": encoding, "format": form}
    limit = max(_LEAST_CELLS, _CELLS_A_SIGN * len(text))
    torn = "\\u" in text  # an escape may stand for half a character
    sheets = [
        _build(rows, path.name, name, dialect=dialect, torn=torn, limit=limit)
        for name, rows in tables.items()
    ]
    first = replace(sheets[0], problems=(*doubts, *found, *others, *sheets[0].problems))
    return [first, *sheets[1:]]


def _read_bytes(path: Path) -> bytes:
    """Read a file unless it is so large that its text would not be read."""
    limit = mappings.MOST_BYTES if path.suffix.lower() in _YAML else objects.MOST_BYTES
    size = path.stat().st_size
    if size > limit:
        details = {"limit": f"{limit >> 20} MiB"}
        problem = Problem("records_too_large", file=path.name, details=details)
        raise DataError(f"{path.name} is larger than {limit >> 20} MiB.", [problem])
    return path.read_bytes()


def _parse(text: str, path: Path) -> tuple[Any, str, tuple[Problem, ...]]:
    """Parse a text by the suffix of its file; JSON and JSON Lines are told apart by the text."""
    suffix = path.suffix.lower()
    if suffix in _YAML:
        return parse_yaml(text, path.name), suffix[1:], ()
    lines = is_lines(text)
    if lines or (suffix in _LINES and not text.lstrip().startswith("[")):
        wrong = () if suffix in _LINES else (_report_format(path, "JSON Lines"),)
        return parse_lines(text, path.name), "jsonl", wrong
    wrong = (_report_format(path, "JSON"),) if suffix in _LINES else ()
    return parse_json(text, path.name), "json", wrong


def _report_format(path: Path, kind: str) -> Problem:
    details = {"kind": kind, "suffix": path.suffix}
    return Problem("wrong_format", file=path.name, severity="warning", details=details)


def _find_tables(content: object, file: str) -> tuple[dict[str, list[Any]], list[Problem]]:
    """Find lists of records, and report what stands beside them."""
    tables: dict[object, Any] = content if isinstance(content, dict) else {"": content}
    found = {str(name): rows for name, rows in tables.items() if _is_table(rows)}
    if not content or (not any(rows for rows in found.values()) and len(found) < len(tables)):
        problem = Problem("no_records", file=file)
        raise DataError(f"{file} does not hold lists of records.", [problem])
    if len(tables) > _MOST_TABLES:
        problem = Problem("too_many_tables", file=file, details={"most": f"{_MOST_TABLES:,}"})
        raise DataError(f"{file} holds more than {_MOST_TABLES:,} tables.", [problem])
    others = [
        Problem("not_a_table", file=file, sheet=mend_text(str(name)), value=_show(value))
        for name, value in tables.items()
        if str(name) not in found
    ]
    return found, others


def _is_table(rows: object) -> bool:
    return isinstance(rows, list) and (not rows or any(isinstance(row, dict) for row in rows))


def _show(value: object) -> str:
    """Show the beginning of a value that is no record."""
    nested = isinstance(value, dict | list)
    return (
        ("{...}" if isinstance(value, dict) else "[...]") if nested else mend_text(str(value))[:200]
    )


def _choose_table(tables: Mapping[str, list[Any]], name: str, file: str) -> list[Any]:
    if name not in tables:
        known = ", ".join(filter(None, tables)) or "one table without a name"
        raise DataError(f'{file} has no table "{name}"; it has: {known}.')
    return tables[name]


def _build(
    table: Sequence[Any],
    file: str,
    sheet: str,
    *,
    dialect: Mapping[str, str],
    torn: bool,
    limit: int,
) -> RawSheet:
    keys = list(dict.fromkeys(k for record in table if isinstance(record, dict) for k in record))
    keys.sort(key=lambda key: bool(str(key).strip()))  # as in order_columns
    sheet = mend_text(sheet)
    refuse_width(len(keys), file, sheet)
    refuse_area(len(table), len(keys), file, sheet=sheet, limit=limit)
    header = order_columns(keys)
    writer = CellWriter(file, sheet, header)
    writer.torn = torn
    return build_column_sheet(
        _lay_out(table, keys, writer),
        writer,
        header=header,
        file=file,
        sheet=sheet,
        dialect=dialect,
    )


def _lay_out(
    table: Sequence[Any], keys: Sequence[object], writer: CellWriter
) -> Iterator[list[list[str]]]:
    for start in range(0, len(table), _BLOCK):
        block = [
            _take_record(record, row, writer)
            for row, record in enumerate(table[start : start + _BLOCK], start=start + 2)
        ]
        yield [
            writer.write_column(start + 2, position, [record.get(key) for record in block])
            for position, key in enumerate(keys or [""])
        ]


def _take_record(record: object, row: int, writer: CellWriter) -> dict[object, object]:
    """Take a record, or report what stands in its place; null is a blank one."""
    if isinstance(record, dict):
        return record
    if isinstance(record, BrokenLine):
        writer.reject(row, "unreadable_record", record.text, reason=record.reason)
    elif record is not None:
        writer.reject(row, "not_a_record", _show(record))
    return {}
