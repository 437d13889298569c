"""Read records: YAML, JSON and Parquet, every value as text."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any

import yaml

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.encodings import decode_text
from ecograph.reading.sheets import RawSheet, build_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["read_parquet", "read_records", "read_yaml_mapping"]


class _StrictLoader(yaml.SafeLoader):
    """A safe loader without aliases, which can grow without bound, and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node unless it is an alias."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call] # so in PyYAML's stubs
            reason = f"the alias *{event.anchor} is not allowed; write the value out"
            raise yaml.MarkedYAMLError(problem=reason, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as PyYAML calls it
        """Construct a mapping whose keys differ."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                reason = f'the key "{key.value}" stands twice'
                raise yaml.MarkedYAMLError(problem=reason, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


class _TextLoader(_StrictLoader):
    """A safe loader that keeps every scalar as its text, so that 010 and NO stay what they are."""


_TextLoader.yaml_implicit_resolvers = {}
_UNPARSABLE = (
    yaml.YAMLError,
    ValueError,
    RecursionError,
    *(KeyError, AttributeError, TypeError),  # what PyYAML raises on "!!bool maybe" and its like
)


def read_records(path: Path, *, sheet: str | None = None) -> list[RawSheet]:
    """Read a YAML or JSON file: a list of records, or lists of records by table name.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the one table to read; all of them by default.

    Raises
    ------
    DataError
        If the file cannot be parsed, holds no records, or has no such table.
    """
    text, encoding, doubts = decode_text(path.read_bytes(), path.name)
    is_json = path.suffix.lower() == ".json"
    content = _parse_json(text, path) if is_json else _parse_yaml(text, path)
    tables = _find_tables(content, path.name)
    if sheet is not None:
        tables = {sheet: _choose_table(tables, sheet, path.name)}
    dialect = {"encoding": encoding, "format": path.suffix[1:].lower()}
    return [
        build_sheet(_lay_out(rows), file=path.name, sheet=name, dialect=dialect, problems=doubts)
        for name, rows in tables.items()
    ]


def _find_tables(content: object, file: str) -> dict[str, list[dict[str, object]]]:
    tables: dict[object, Any] = content if isinstance(content, dict) else {"": content}
    for rows in tables.values():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _find_no_records(file)
    if not content:
        raise _find_no_records(file)
    return {str(name): rows for name, rows in tables.items()}


def _choose_table(
    tables: Mapping[str, list[dict[str, object]]], name: str, file: str
) -> list[dict[str, object]]:
    if name not in tables:
        known = ", ".join(filter(None, tables)) or "one table without a name"
        raise DataError(f'{file} has no table "{name}"; it has: {known}.')
    return tables[name]


def _find_no_records(file: str) -> DataError:
    problem = Problem("no_records", file=file)
    return DataError(f"{file} does not hold lists of records.", [problem])


def read_parquet(path: Path) -> RawSheet:
    """Read a Parquet file, every value as text.

    Raises
    ------
    DataError
        If the file is no Parquet file.
    """
    import pyarrow as pa  # noqa: PLC0415 - only who reads Parquet pays for it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        problem = Problem("unreadable_parquet", file=path.name, details={"reason": str(error)})
        raise DataError(f"{path.name} cannot be read as Parquet: {error}", [problem]) from None
    columns = [[_write_value(v) for v in column.to_pylist()] for column in table.columns]
    rows = [list(table.column_names), *map(list, zip(*columns, strict=True))]
    return build_sheet(enumerate(rows, start=1), file=path.name, dialect={"format": "parquet"})


def read_yaml_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds settings or facts: a mapping with text keys.

    Raises
    ------
    DataError
        If the file cannot be parsed or is no mapping.
    """
    text = decode_text(path.read_bytes(), path.name).text
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except _UNPARSABLE as error:
        raise _refuse(path, error) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _refuse(path, "it is not a mapping of names to values")
    return {str(key): value for key, value in content.items()}


def _parse_json(text: str, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_pair_up,
        )
    except (ValueError, RecursionError) as error:
        raise _refuse(path, error) from None


def _pair_up(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the key "{twice}" stands twice')
    return content


def _parse_yaml(text: str, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a safe loader, made stricter
    except _UNPARSABLE as error:
        raise _refuse(path, error) from None


def _refuse(path: Path, reason: object) -> DataError:
    problem = Problem("unreadable_records", file=path.name, details={"reason": str(reason)})
    return DataError(f"{path.name} cannot be read: {reason}", [problem])


def _lay_out(records: Sequence[Mapping[str, object]]) -> Iterator[tuple[int, list[str]]]:
    header = list(dict.fromkeys(str(key) for record in records for key in record))
    yield 1, header
    for number, record in enumerate(records, start=2):
        yield number, [_write_value(record.get(key)) for key in header]


def _write_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "；".join(
            str(item) if isinstance(item, list | tuple) else _write_value(item) for item in value
        )
    if isinstance(value, float):
        return _write_float(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def _write_float(value: float) -> str:
    """Write 2024.0 as 2024: a column of whole numbers with gaps arrives as floats."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
