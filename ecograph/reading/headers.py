"""Match sheets to tables and headers to columns of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from ecograph.problems import Problem
from ecograph.reading.sources import FACTS_FILE
from ecograph.schema import Schema, Table, fold_label, read_schema, split_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.reading.sheets import RawSheet
    from ecograph.reading.sources import Source

__all__ = ["Matched", "match_sheets"]

_SEVERAL = {"list", "refs"}  # types of which several columns of a sheet may be one


@dataclass(frozen=True)
class Matched:
    """A sheet whose table and columns are known.

    Parameters
    ----------
    table
        The table of the schema.
    sheet
        The sheet as read.
    columns
        Positions in the sheet by column name, attributes under their own header.
    """

    table: Table
    sheet: RawSheet
    columns: Mapping[str, tuple[int, ...]]

    def header(self, column: str) -> str:
        """Name the header that a column was read from, as written."""
        return " / ".join(self.sheet.header[i] for i in self.columns.get(column, ())) or column

    def read_cell(self, row: int, column: str) -> str:
        """Read a cell as written; several headers of one column give one text."""
        cells = (self.sheet.cells.at[row, i].strip() for i in self.columns.get(column, ()))
        return "；".join(cell for cell in cells if cell)

    def unit(self, column: str) -> str:
        """Name the unit that the header states for a column, or the empty string."""
        return split_unit(self.sheet.header[self.columns[column][0]])[1]


def match_sheets(source: Source) -> tuple[list[Matched], list[Problem]]:
    """Match every sheet of a source to a table, by name and the mappings of ecosystem.yaml.

    Returns
    -------
    matched, problems
        Sheets that are tables; what was not recognised, missing or doubled, and mappings that
        match nothing. A sheet without a required column is not matched.
    """
    schema = read_schema()
    matched: list[Matched] = []
    problems: list[Problem] = []
    headers: dict[str, set[str]] = {}
    for sheet in source.sheets:
        name = _find_table(sheet, source.facts.get("tables", {}), schema)
        if name is None:
            problems.append(_report_unknown(sheet))
            continue
        headers.setdefault(name, set()).update(*map(_spell, sheet.header))
        table = schema.tables[name]
        renamed = _find_renamed(source.facts.get("columns", {}), name)
        columns, doubled = _match_columns(table, sheet, renamed, schema)
        problems += doubled
        columns = _lend_names(table, columns)
        missing = [c for c in table.columns.values() if c.required and c.name not in columns]
        problems += [_report_missing(table, sheet, c.name) for c in missing]
        if not missing:
            matched.append(Matched(table, sheet, columns))
    return matched, [*problems, *_check_mappings(source, headers)]


def _list_labels(sheet: RawSheet) -> tuple[str, ...]:
    stem = PurePath(sheet.file).stem
    return (f"{sheet.file}::{sheet.sheet}", sheet.sheet, sheet.file, stem)


def _spell(header: str) -> tuple[str, str]:
    """Spell a header as a mapping may: as written, and without its unit."""
    return header, split_unit(header)[0]


def _check_mappings(source: Source, headers: Mapping[str, set[str]]) -> list[Problem]:
    """Warn of entries of ecosystem.yaml that match no sheet or no header."""
    labels = {label for sheet in source.sheets for label in _list_labels(sheet)}
    unused = [f"tables: {label}" for label in source.facts.get("tables", {}) if label not in labels]
    for name, entry in source.facts.get("columns", {}).items():
        if isinstance(entry, str):
            used = any(name in known for known in headers.values())
            unused += [] if used else [f"columns: {name}"]
        else:
            known = headers.get(name, set())
            unused += [f"columns: {name}: {header}" for header in entry if header not in known]
    return [Problem("unused_mapping", FACTS_FILE, value=v, severity="warning") for v in unused]


def _find_table(sheet: RawSheet, mapping: Mapping[str, str], schema: Schema) -> str | None:
    for label in _list_labels(sheet):
        if label and label in mapping:
            return schema.find_table(mapping[label])
    for label in (sheet.sheet, PurePath(sheet.file).stem):
        found = schema.find_table(label) if label else None
        if found:
            return found
    return None


def _find_renamed(columns: Mapping[str, str | Mapping[str, str]], table: str) -> dict[str, str]:
    """Find what ecosystem.yaml says of headers: for all tables, and for this one."""
    everywhere = {header: name for header, name in columns.items() if isinstance(name, str)}
    own = columns.get(table, {})
    return everywhere if isinstance(own, str) else {**everywhere, **own}


def _match_columns(
    table: Table, sheet: RawSheet, renamed: Mapping[str, str], schema: Schema
) -> tuple[dict[str, tuple[int, ...]], list[Problem]]:
    columns: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    for position, header in enumerate(sheet.header):
        mapped = next((renamed[text] for text in _spell(header) if text in renamed), None)
        name = mapped or schema.find_column(table.name, header) or header
        if not header:
            name = f"column {position + 1}"
        several = name in table.columns and table.columns[name].type in _SEVERAL
        if name in columns and not several:
            if header != sheet.header[columns[name][0]]:  # else the sheet itself says so
                problems.append(_report_doubled(sheet, header, name, columns[name][0]))
            name = header if header not in columns else f"{header} ({position + 1})"
        columns[name] = (*columns.get(name, ()), position)
    return columns, problems


def _lend_names(table: Table, columns: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Let the name be the key where a node table has no id column, and the other way round."""
    lent = dict(columns)
    if table.node or table.node_by:
        for absent, present in (("id", "name"), ("name", "id")):
            if absent not in lent and present in lent:
                lent[absent] = lent[present]
    return lent


def _report_unknown(sheet: RawSheet) -> Problem:
    details = {"rows": sheet.rows_in, "tables": ", ".join(read_schema().tables)}
    return Problem("unknown_table", sheet.file, sheet.sheet, severity="warning", details=details)


def _report_missing(table: Table, sheet: RawSheet, column: str) -> Problem:
    spellings = table.columns[column]
    details = {
        "table": table.name,
        "rows": sheet.rows_in,
        "spellings": ", ".join(dict.fromkeys((column, *spellings.zh, *spellings.en))),
    }
    return Problem("missing_column", sheet.file, sheet.sheet, column=column, details=details)


def _report_doubled(sheet: RawSheet, header: str, name: str, first: int) -> Problem:
    if fold_label(header) == fold_label(sheet.header[first]):
        return Problem("repeated_header", sheet.file, sheet.sheet, column=header)
    return Problem(
        "repeated_column",
        sheet.file,
        sheet.sheet,
        column=header,
        severity="warning",
        details={"first": sheet.header[first], "name": name},
    )
