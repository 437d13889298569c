"""Match sheets to tables and headers to columns of the schema."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from ecograph.problems import Problem
from ecograph.reading.labels import clean_label, find_column, find_unit, split_header
from ecograph.reading.sources import FACTS_FILE
from ecograph.reading.values.plain import parse_number
from ecograph.schema import Schema, Table, fold_label, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecograph.reading.sheets.raw import RawSheet
    from ecograph.reading.sources import Source

__all__ = [
    "EXAMPLE_MARKS",
    "GUIDE_MARK",
    "Matched",
    "find_table",
    "list_labels",
    "match_sheets",
    "pass_over_guides",
]

EXAMPLE_MARKS = {"zh": "示例：", "en": "Example: "}
"""What the first cell of a row begins with that only shows how to fill in a sheet."""
GUIDE_MARK = "ecograph template"
"""What stands on the sheet of the template that tells how to fill in the others."""

_SEVERAL = {"list", "refs"}  # types of which several columns of a sheet may be one
_COUNTS = {"number", "integer"}  # types that read a share, but no thousands, from their unit
_EXAMPLE = re.compile(r"\s*(?:示例|example)\s*[:：]", re.IGNORECASE)
_LOOKED_AT = 50  # rows of a sheet that may be the guide
_MULTIPLE = re.compile("[十百千万亿‰]")
_SPANS = {"起止时间", "起止日期", "起止年月", "合作起止时间", "项目起止时间", "合同起止时间"}


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

    def unit(self, column: str) -> str:
        """Name the unit of a column: from its header, else from the row of units.

        Where the two differ both are named, which no reader of amounts takes for a unit: then
        each cell has to speak for itself.
        """
        position = self.columns[column][0]
        parts = split_header(self.sheet.header[position])
        own = parts.unit or parts.note
        below = find_unit(getattr(self.sheet, "units", {}).get(position, ""))
        if own and below and fold_label(own) != fold_label(below):
            return f"{own} / {below}"
        return own or below


def match_sheets(source: Source) -> tuple[list[Matched], list[Problem]]:
    """Match every sheet of a source to a table, by name and the mappings of ecosystem.yaml.

    Rows that only show how to fill in a sheet are set aside; a sheet of nodes that references
    may make (industries, regions, disciplines) and that has no row is taken as absent, unless
    there is nothing else.

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
    examples: list[Problem] = []
    for raw in pass_over_guides(source).sheets:
        name = find_table(raw, source.facts.get("tables", {}), schema)
        if name is None:
            problems.append(_report_unknown(raw))
            continue
        headers.setdefault(name, set()).update(*map(_spell, raw.header))
        sheet, found = _set_aside_examples(raw)
        examples += found
        columns, doubts = _match_columns(
            schema.tables[name], sheet, _find_renamed(source.facts.get("columns", {}), name)
        )
        missing = _find_missing(schema.tables[name], sheet, columns)
        problems += [*doubts, *missing]
        if not missing:
            matched.append(Matched(schema.tables[name], sheet, columns))
    matched = [m for m in matched if not _is_vacant(m.sheet, m.table)] or matched
    return matched, [*problems, *_tell_once(examples), *_check_mappings(source, headers)]


def pass_over_guides(source: Source) -> Source:
    """Leave out the sheets of a template that only tell how to fill in the others."""
    kept = tuple(sheet for sheet in source.sheets if not _is_guide(sheet))
    return source if len(kept) == len(source.sheets) else replace(source, sheets=kept)


def find_table(sheet: RawSheet, mapping: Mapping[str, str], schema: Schema) -> str | None:
    """Find the table that a sheet is, by ecosystem.yaml or else by its own name and its file's."""
    for label in list_labels(sheet):
        if label and label in mapping:
            return schema.find_table(mapping[label])
    for label in (sheet.sheet, PurePath(sheet.file).stem):
        found = schema.find_table(clean_label(label)) if label else None
        if found:
            return found
    return None


def list_labels(sheet: RawSheet) -> tuple[str, ...]:
    """List how ecosystem.yaml may name a sheet, the most exact first."""
    stem = PurePath(sheet.file).stem
    return (f"{sheet.file}::{sheet.sheet}", sheet.sheet, sheet.file, stem)


# what a sheet is


def _is_guide(sheet: RawSheet) -> bool:
    """Say whether the template's mark stands on a sheet, wherever its reader has put it."""
    told = (problem.value for problem in sheet.problems)
    cells = sheet.cells.iloc[:_LOOKED_AT, :2].to_numpy().ravel() if sheet.sheet else ()
    texts = (*sheet.header, *told, *cells) if sheet.sheet else ()
    return any(GUIDE_MARK in text for text in texts)


def _set_aside_examples(sheet: RawSheet) -> tuple[RawSheet, list[Problem]]:
    """Set rows aside whose first cell says that they are examples."""
    if not len(sheet.cells.columns):
        return sheet, []
    rows = sheet.cells.index[sheet.cells[0].str.match(_EXAMPLE)]
    if not len(rows):
        return sheet, []
    found = [
        Problem(
            "example_row",
            sheet.file,
            sheet.sheet,
            row=int(row),
            column=sheet.header[0],
            value=sheet.cells.at[row, 0][:200],
            severity="warning",
        )
        for row in rows
    ]
    cells, rejected = sheet.cells.drop(index=rows), sheet.rejected + len(rows)
    return replace(sheet, cells=cells, rejected=rejected), found


def _tell_once(examples: Sequence[Problem]) -> list[Problem]:
    """Tell of the examples of a file once: an unchanged template has one on every sheet."""
    files = dict.fromkeys(problem.file for problem in examples)
    groups = [[p for p in examples if p.file == file] for file in files]
    return [
        replace(
            group[0],
            details={
                "count": len(group),
                "places": ", ".join(f"{p.sheet or p.file} {p.row}" for p in group),
            },
        )
        for group in groups
    ]


def _is_vacant(sheet: RawSheet, table: Table) -> bool:
    """Say whether a sheet without rows stands for nodes that references make by themselves."""
    kind = read_schema().node_kinds.get(table.node or "")
    return bool(kind and kind.implicit and not len(sheet.cells))


# which column a header is


def _spell(header: str) -> tuple[str, ...]:
    """Spell a header as a mapping may: as written, and without its unit."""
    parts = split_header(header)
    return header, parts.name, *((f"{parts.name}({parts.note})",) if parts.note else ())


def _find_renamed(columns: Mapping[str, str | Mapping[str, str]], table: str) -> dict[str, str]:
    """Find what ecosystem.yaml says of headers: for all tables, and for this one."""
    everywhere = {header: name for header, name in columns.items() if isinstance(name, str)}
    own = columns.get(table, {})
    return everywhere if isinstance(own, str) else {**everywhere, **own}


def _match_columns(
    table: Table, sheet: RawSheet, renamed: Mapping[str, str]
) -> tuple[dict[str, tuple[int, ...]], list[Problem]]:
    columns: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    for position, header in enumerate(sheet.header):
        found, doubts = _name_column(table, sheet, header, renamed)
        problems += doubts
        name = found or header or f"column {position + 1}"
        several = name in table.columns and table.columns[name].type in _SEVERAL
        if name in columns and not several:
            if header != sheet.header[columns[name][0]]:  # else the sheet itself says so
                problems.append(_report_doubled(sheet, header, name, columns[name][0]))
            name = header if header not in columns else f"{header} ({position + 1})"
        columns[name] = (*columns.get(name, ()), position)
    return _lend_names(table, _read_span(table, columns)), problems


def _name_column(
    table: Table, sheet: RawSheet, header: str, renamed: Mapping[str, str]
) -> tuple[str | None, list[Problem]]:
    """Name the column that a header is; None where it is an attribute."""
    mapped = next((renamed[text] for text in _spell(header) if text in renamed), None)
    if mapped:
        return mapped, []
    name, note = find_column(table.name, header)
    if name is None:
        return None, []
    unit = split_header(header).unit
    report = functools.partial(Problem, file=sheet.file, sheet=sheet.sheet, column=header)
    counted = table.columns[name].type in _COUNTS and _MULTIPLE.match(unit)
    if counted and parse_number("1", unit) == 1:  # else the cells are read as so many
        details = {"name": name, "unit": unit}
        return None, [report("unit_not_read", details=details)]
    details = {"name": name, "note": note}
    doubt = report("header_note", severity="warning", details=details)
    return name, [doubt] if note else []


def _read_span(table: Table, columns: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Read "from ... to" as the date of a cooperation, where no column says when it was signed."""
    first = table.order[0] if table.order else ""
    spans = [name for name in columns if fold_label(split_header(name).name) in _SPANS]
    if first != "date" or first in columns or len(spans) != 1:
        return columns
    return {first if name == spans[0] else name: places for name, places in columns.items()}


def _lend_names(table: Table, columns: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Let the name be the key where a node table has no id column, and the other way round."""
    lent = dict(columns)
    if table.node or table.node_by:
        for absent, present in (("id", "name"), ("name", "id")):
            if absent not in lent and present in lent:
                lent[absent] = lent[present]
    return lent


# what is told


def _check_mappings(source: Source, headers: Mapping[str, set[str]]) -> list[Problem]:
    """Warn of entries of ecosystem.yaml that match no sheet or no header."""
    labels = {label for sheet in source.sheets for label in list_labels(sheet)}
    unused = [f"tables: {label}" for label in source.facts.get("tables", {}) if label not in labels]
    for name, entry in source.facts.get("columns", {}).items():
        if isinstance(entry, str):
            used = any(name in known for known in headers.values())
            unused += [] if used else [f"columns: {name}"]
        else:
            known = headers.get(name, set())
            unused += [f"columns: {name}: {header}" for header in entry if header not in known]
    return [Problem("unused_mapping", FACTS_FILE, value=v, severity="warning") for v in unused]


def _report_unknown(sheet: RawSheet) -> Problem:
    tables = read_schema().tables
    details = {
        "rows": sheet.rows_in,
        "tables": ", ".join(tables),
        "tables_zh": "、".join(table.label("zh") for table in tables.values()),
    }
    return Problem("unknown_table", sheet.file, sheet.sheet, severity="warning", details=details)


def _find_missing(table: Table, sheet: RawSheet, columns: Iterable[str]) -> list[Problem]:
    """Report the required columns that a sheet does not have."""
    missing = [c for c in table.columns.values() if c.required and c.name not in set(columns)]
    return [
        Problem(
            "missing_column",
            sheet.file,
            sheet.sheet,
            column=column.name,
            details={
                "table": table.name,
                "rows": sheet.rows_in,
                "spellings": ", ".join(dict.fromkeys((column.name, *column.zh, *column.en))),
            },
        )
        for column in missing
    ]


def _report_doubled(sheet: RawSheet, header: str, name: str, first: int) -> Problem:
    if fold_label(clean_label(header)) == fold_label(clean_label(sheet.header[first])):
        return Problem("repeated_header", sheet.file, sheet.sheet, column=header)
    return Problem(
        "repeated_column",
        sheet.file,
        sheet.sheet,
        column=header,
        severity="warning",
        details={"first": sheet.header[first], "name": name},
    )
