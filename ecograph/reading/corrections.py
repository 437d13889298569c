"""Write what is accepted of suggestions into the text of ecosystem.yaml, and nothing else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError, SettingsError
from ecograph.reading.records.mappings import parse_yaml
from ecograph.reading.sources import FACTS_FILE
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecograph.reading.suggestions import Suggestion

__all__ = ["add_mappings"]

_INDENT = 2


def add_mappings(text: str, suggestions: Iterable[Suggestion]) -> tuple[str, int]:
    r"""Add suggestions to ``tables:`` and ``columns:``; every other line stays as it is.

    Parameters
    ----------
    text
        The text of ecosystem.yaml; empty where there is none yet.
    suggestions
        What to add. What the file says already goes before it.

    Returns
    -------
    text, count
        The new text, and how many entries were added.

    Raises
    ------
    DataError
        If the text is no YAML.
    SettingsError
        If the text is written so that nothing can be added to it by lines.

    Examples
    --------
    >>> from ecograph.reading.suggestions import Suggestion
    >>> one = Suggestion("x.csv", "", "", "enterprises", "", 0.9, (), "x.csv")
    >>> add_mappings("name: 某市  # ours\n", [one])
    ('name: 某市  # ours\ntables:\n  "x.csv": enterprises\n', 1)
    """
    facts = _read(text)
    tables, columns = _choose(facts, list(suggestions))
    wanted = _merge(facts, tables, columns)
    try:
        written = _extend(text.splitlines(), tables, columns, facts)
        same = _read(written) == wanted
    except DataError:  # a line within a longer text was taken for the head of a block
        same = False
    if not same:
        raise _refuse()
    return written, len(tables) + sum(map(len, columns.values()))


def _extend(
    lines: Sequence[str],
    tables: Mapping[str, str],
    columns: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, Any],
) -> str:
    """Insert the lines of new entries into those of the file."""
    lines = _insert(lines, "tables", [_write(k, v) for k, v in tables.items()], facts)
    for table, headers in columns.items():
        entries = [_write(header, name) for header, name in headers.items()]
        lines = _insert_under(lines, _spell_table(facts, table), entries, facts)
        facts = _read("\n".join(lines))
    return "".join(f"{line}\n" for line in lines)


def _read(text: str) -> dict[str, Any]:
    facts = parse_yaml(text, FACTS_FILE) if text.strip() else None
    if facts is not None and not isinstance(facts, dict):
        raise _refuse()
    return facts or {}


def _choose(
    facts: Mapping[str, Any], suggestions: Sequence[Suggestion]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Choose what the file does not say yet."""
    tables = {
        s.label: s.table
        for s in suggestions
        if not s.header and s.label not in (facts.get("tables") or {})
    }
    columns: dict[str, dict[str, str]] = {}
    for one in suggestions:
        known = (facts.get("columns") or {}).get(_spell_table(facts, one.table)) or {}
        if one.header and one.header not in known:
            columns.setdefault(one.table, {})[one.header] = one.column
    return tables, columns


def _merge(
    facts: Mapping[str, Any], tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Say what the file has to hold in the end."""
    merged = dict(facts)
    if tables:
        merged["tables"] = {**(facts.get("tables") or {}), **tables}
    if columns:
        held = dict(facts.get("columns") or {})
        for table, headers in columns.items():
            label = _spell_table(facts, table)
            held[label] = {**(held.get(label) or {}), **headers}
        merged["columns"] = held
    return merged


def _spell_table(facts: Mapping[str, Any], table: str) -> str:
    """Name a table as the file does already."""
    labels = facts.get("columns") or {}
    return next((label for label in labels if read_schema().find_table(label) == table), table)


def _insert(
    lines: Sequence[str], key: str, entries: Sequence[str], facts: Mapping[str, Any]
) -> list[str]:
    """Insert entries at the top of a block of the outermost level, or make the block."""
    if not entries:
        return [*lines]
    if key not in facts:
        return [*lines, f"{key}:", *(f"{' ' * _INDENT}{entry}" for entry in entries)]
    place = _find_line(lines, key, 0)
    step = _find_indent(lines, place)
    return [
        *lines[: place + 1],
        *(f"{' ' * step}{entry}" for entry in entries),
        *lines[place + 1 :],
    ]


def _insert_under(
    lines: Sequence[str], table: str, entries: Sequence[str], facts: Mapping[str, Any]
) -> list[str]:
    """Insert entries into the block of a table within ``columns:``."""
    if table not in (facts.get("columns") or {}):
        block = [f"{table}:", *(f"{' ' * _INDENT}{entry}" for entry in entries)]
        return _insert(lines, "columns", block, facts)
    top = _find_line(lines, "columns", 0)
    place = top + 1 + _find_line(lines[top + 1 :], table, _find_indent(lines, top))
    step = _find_indent(lines, place)
    return [
        *lines[: place + 1],
        *(f"{' ' * step}{entry}" for entry in entries),
        *lines[place + 1 :],
    ]


def _find_line(lines: Sequence[str], key: str, indent: int) -> int:
    """Find the line that opens a block."""
    opening = re.compile(rf" {{{indent}}}[\"']?{re.escape(key)}[\"']?\s*:\s*(?:#.*)?")
    for number, line in enumerate(lines):
        if opening.fullmatch(line):
            return number
    raise _refuse()


def _find_indent(lines: Sequence[str], place: int) -> int:
    """Find how far the entries of a block stand in."""
    own = len(lines[place]) - len(lines[place].lstrip())
    for line in lines[place + 1 :]:
        if line.strip() and not line.lstrip().startswith("#"):
            found = len(line) - len(line.lstrip())
            return found if found > own else own + _INDENT
    return own + _INDENT


def _write(key: str, value: str) -> str:
    return f"{json.dumps(key, ensure_ascii=False)}: {value}"


def _refuse() -> SettingsError:
    return SettingsError(
        f"{FACTS_FILE} is written so that nothing can be added to it by lines. "
        "Write tables: and columns: with one entry a line, or save to another file."
    )
