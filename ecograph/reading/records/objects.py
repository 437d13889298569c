"""Parse JSON and JSON Lines, numbers as they are spelt and no key twice."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.records.cells import Constant, Number

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BrokenLine", "is_lines", "parse_json", "parse_lines"]

MOST_BYTES = 1 << 27
"""Bytes of a JSON file; what is larger belongs into CSV, Parquet or a database."""

MOST_PARTS = 8_000_000
"""Commas and brackets of a JSON file, which take memory however short they are."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]', re.DOTALL)
_PARTS = ",[{"


class BrokenLine(NamedTuple):
    """A line that is no JSON, and why."""

    text: str
    reason: str


class _RepeatedKeyError(ValueError):
    """A key stands twice in an object."""


def parse_json(text: str, file: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Parse JSON into lists, mappings, texts and numbers as they are spelt.

    Parameters
    ----------
    text
        The whole file.
    file
        Its name, for the problems.

    Raises
    ------
    DataError
        If the text is no JSON, is too large or nested too deep, or holds a key twice; the line
        and the column are said.

    Examples
    --------
    >>> parse_json('[{"id": 911100006000373410, "v": 1.10}]', "t.json")
    [{'id': '911100006000373410', 'v': '1.10'}]
    """
    refuse_size(text, file)
    try:
        return _parse(text)
    except json.JSONDecodeError as error:
        raise _report(file, error.msg, error.lineno, error.colno) from None
    except _RepeatedKeyError:
        _refuse_repeated(text, file)
    except RecursionError:
        raise _report(file, "it is nested too deep", 1, 1) from None


def parse_lines(text: str, file: str) -> list[Any]:
    r"""Parse JSON Lines: one record a line.

    Parameters
    ----------
    text
        The whole file.
    file
        Its name, for the problems.

    Returns
    -------
    list
        What every line holds: ``{}`` for a blank one, a `BrokenLine` for one that is no JSON.

    Raises
    ------
    DataError
        If the file is too large, or no line of it can be read.

    Examples
    --------
    >>> parse_lines('{"id": 1}\n\n{"id":', "t.jsonl")[:2]
    [{'id': '1'}, {}]
    """
    refuse_size(text, file)
    found = [_parse_line(line) for line in text.rstrip().split("\n")]
    if all(isinstance(record, BrokenLine) for record in found):
        raise _report(file, found[0].reason, 1, 1)
    return found


def is_lines(text: str) -> bool:
    r"""Tell whether a text holds one object a line rather than one value.

    >>> is_lines('{"id": 1}\n{"id": 2}'), is_lines('{"a": [\n{"id": 2}]}')
    (True, False)
    """
    lines = (line.strip() for line in text.lstrip().split("\n", 50)[:50])
    first = [line for line in lines if line][:2]
    return len(first) > 1 and all(_is_object(line) for line in first)


def refuse_size(text: str, file: str) -> None:
    """Refuse a text that would take too much memory.

    Raises
    ------
    DataError
        If it has too many characters or parts.
    """
    parts = sum(map(text.count, _PARTS))
    if len(text) > MOST_BYTES or parts > MOST_PARTS:
        limit = f"{MOST_BYTES >> 20} MiB, {MOST_PARTS:,}"
        problem = Problem("records_too_large", file=file, details={"limit": limit})
        raise DataError(f"{file} is larger than what is read as records ({limit}).", [problem])


def _parse(text: str) -> Any:  # noqa: ANN401 - whatever it holds
    return json.loads(
        text,
        parse_float=Number,
        parse_int=Number,
        parse_constant=Constant,
        object_pairs_hook=_pair_up,
    )


def _parse_line(line: str) -> Any:  # noqa: ANN401 - whatever it holds
    if not line.strip():
        return {}
    try:
        return _parse(line)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (column {error.colno})"
    except _RepeatedKeyError as error:
        reason = str(error)
    except RecursionError:
        reason = "it is nested too deep"
    return BrokenLine(line[:200], reason)


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except (ValueError, RecursionError):
        return False


def _pair_up(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value] # add is how it is seen
        raise _RepeatedKeyError(f'the key "{twice[:200]}" stands twice')
    return content


def _refuse_repeated(text: str, file: str) -> NoReturn:
    """Find where a key stands for the second time; only who has such a key pays for the search."""
    levels: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        sign = token.group()[0]
        if sign in "{[":
            levels.append(set())
        elif sign in "}]":
            levels.pop()
        elif token.group(1):
            name = json.loads(token.group()[: -len(token.group(1))])
            if name in levels[-1]:
                place = token.start()
                line = text.count("\n", 0, place) + 1
                column = place - text.rfind("\n", 0, place)
                raise _report(file, f'the key "{name[:200]}" stands twice', line, column)
            levels[-1].add(name)
    raise AssertionError  # pragma: no cover - the parser has seen one


def _report(file: str, reason: str, line: int, column: int) -> DataError:
    place = f"{reason} (line {line}, column {column})"
    problem = Problem("unreadable_records", file=file, row=line, details={"reason": place})
    return DataError(f"{file} cannot be read: {place}", [problem])
