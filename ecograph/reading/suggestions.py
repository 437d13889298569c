"""Propose which table a sheet is and which column a header is, where no name says so.

A proposal needs two witnesses that agree, such as a name that is like a known one and cells that
are of the column's type; a word that may turn the meaning round (last year, share, contact)
silences it. Nothing is applied: what is proposed goes into ecosystem.yaml by a person's hand.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecograph.reading.headers import find_table, list_labels, pass_over_guides
from ecograph.reading.labels import find_column, split_header
from ecograph.reading.likeness import compare_name, fit_label, turns_meaning
from ecograph.reading.values.amounts import parse_amount
from ecograph.reading.values.codes import find_valid_codes
from ecograph.reading.values.periods import parse_period, parse_year
from ecograph.reading.values.plain import parse_list, parse_number
from ecograph.schema import read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecograph.reading.sheets.raw import RawSheet
    from ecograph.reading.sources import Source
    from ecograph.schema import Column, Table

__all__ = [
    "LEAST_CONFIDENCE",
    "SUGGESTION_COLUMNS",
    "Suggestion",
    "suggest_mappings",
    "tabulate_suggestions",
]

LEAST_CONFIDENCE = 0.8
"""Below this nothing is proposed; benchmarked on header spellings of offices."""

SUGGESTION_COLUMNS = ("file", "sheet", "header", "table", "column", "confidence", "why")

_SAMPLE = 200  # cells of a column that are looked at
_FEW = 2  # filled cells that tell nothing yet
_MOST = 0.9  # share of cells that have to be of a column's type
_ALIKE = 0.4  # from here on names are like each other
_SAME = 0.85  # from here on they are the same but for plain words
_MANY = 0.6  # share of names that other sheets know
_FEWEST = 3  # columns that a sheet without a telling name has to have
_LONGEST = 40  # letters of a header that may be a name
_SEVERAL = {"list", "refs"}

_NUMBER = re.compile(r"[+-]?[\d,]{1,20}(?:\.\d{1,10})?")
_READERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "date": (parse_period, "dates"),
    "year": (parse_year, "dates"),
    "number": (parse_number, "numbers"),
    "integer": (parse_number, "numbers"),
}


@dataclass(frozen=True)
class Suggestion:
    """What a sheet or a header may be.

    Parameters
    ----------
    file, sheet, header
        Where; header is empty where the sheet as a whole is meant.
    table, column
        What is proposed; column is empty where the sheet as a whole is meant.
    confidence
        From 0 to 1: how often proposals of this kind are right.
    reasons
        Names of reasons with what they speak of.
    label
        How ecosystem.yaml names the sheet.
    """

    file: str
    sheet: str
    header: str
    table: str
    column: str
    confidence: float
    reasons: tuple[tuple[str, str], ...]
    label: str = field(default="", compare=False)

    def explain(self, lang: str) -> str:
        """Say in words why it is proposed."""
        tables = read_schema().tables
        said = (
            translate(
                f"suggestion.{key}", lang, what=tables[what].label(lang) if what in tables else what
            )
            for key, what in self.reasons
        )
        return translate("suggestion.joiner", lang).join(said)


class _Match(NamedTuple):
    """How well something fits, and why."""

    score: float
    reasons: tuple[tuple[str, str], ...]


def suggest_mappings(source: Source) -> list[Suggestion]:
    """Propose tables for sheets and columns for headers that match nothing.

    Parameters
    ----------
    source
        Everything that was read.

    Returns
    -------
    list of Suggestion
        In the order of sheets and headers; only those of `LEAST_CONFIDENCE` or more.
    """
    schema = read_schema()
    sheets = [s for s in pass_over_guides(source).sheets if s.header]
    mapping = source.facts.get("tables", {})
    tables = {id(s): find_table(s, mapping, schema) for s in sheets}
    names = _list_names(sheets, tables)
    found: list[Suggestion] = []
    for sheet in sheets:
        name = tables[id(sheet)]
        renamed = _list_renamed(source.facts.get("columns", {}), name)
        if name is None:
            proposed = _suggest_table(sheet, names)
            found += proposed
            name = proposed[0].table if proposed else None
        if name is not None:
            found += _suggest_columns(sheet, schema.tables[name], names, renamed)
    return found


def tabulate_suggestions(suggestions: Iterable[Suggestion], lang: str = "en") -> pd.DataFrame:
    """Set suggestions out as a table, one row each, columns `SUGGESTION_COLUMNS`."""
    rows = [
        (s.file, s.sheet, s.header, s.table, s.column, round(s.confidence, 2), s.explain(lang))
        for s in suggestions
    ]
    return pd.DataFrame(rows, columns=list(SUGGESTION_COLUMNS))


# which table a sheet is


def _suggest_table(sheet: RawSheet, names: Mapping[str, frozenset[str]]) -> list[Suggestion]:
    """Propose the table whose name and headers fit; nothing where two fit alike."""
    fits = [
        (match.score, -place, table.name, match.reasons)
        for place, table in enumerate(read_schema().tables.values())
        if (match := _fit_table(sheet, table, names)).score >= LEAST_CONFIDENCE
    ]
    fits.sort(reverse=True)
    if not fits or (len(fits) > 1 and fits[0][0] == fits[1][0]):
        return []
    score, _, name, reasons = fits[0]
    label = list_labels(sheet)[0] if sheet.sheet else sheet.file
    return [Suggestion(sheet.file, sheet.sheet, "", name, "", score, reasons, label)]


def _fit_table(sheet: RawSheet, table: Table, names: Mapping[str, frozenset[str]]) -> _Match:
    """Say how well a sheet fits a table: its name, its headers, its required columns."""
    named = max(fit_label(label, table) for label in (sheet.sheet, sheet.file) if label)
    read = [h for h in sheet.header if h and find_column(table.name, h)[0]]
    weight = sum(_weigh(h) for h in read)
    columns = {find_column(table.name, h)[0] for h in read}
    if table.node or table.node_by:
        columns |= {"id"} if "name" in columns else {"name"} if "id" in columns else set()
    missing = {c.name for c in table.columns.values() if c.required} - columns
    if missing and named:
        missing -= {s.column for s in _suggest_columns(sheet, table, names, {})}
    if missing or not read:
        return _Match(0, ())
    best = weight >= _find_heaviest(sheet.header) - 1e-9
    reasons = (("headers", f"{len(read)}/{len([h for h in sheet.header if h])}"),)
    if named:
        named_reason = (("sheet_name", table.name),)
        score = (0.9 if named < 1 else 0.95) + (0.04 if best else -0.08 if named < 1 else 0)
        return _Match(score, (*named_reason, *reasons))
    alone = best and weight >= 2 * math.log(2) and len(columns) >= _FEWEST
    lead = weight - _find_heaviest(sheet.header, but=table.name)
    return _Match(0.85 if alone and lead >= math.log(2) else 0, reasons)


def _weigh(header: str) -> float:
    """Weigh a header by how few tables know it: 编号 says little, 签约金额 much."""
    knowing = sum(find_column(name, header)[0] is not None for name in read_schema().tables)
    return math.log(len(read_schema().tables) / knowing)


def _find_heaviest(header: Sequence[str], *, but: str = "") -> float:
    """Find the weight of the headers that the best table, other than one, knows."""
    weights = [
        sum(_weigh(h) for h in header if h and find_column(name, h)[0])
        for name in read_schema().tables
        if name != but
    ]
    return max(weights)


# which column a header is


def _suggest_columns(
    sheet: RawSheet,
    table: Table,
    names: Mapping[str, frozenset[str]],
    renamed: Iterable[str],
) -> list[Suggestion]:
    """Propose columns for the headers of a sheet that are none; each column once."""
    known = {h: find_column(table.name, h)[0] for h in sheet.header}
    taken = {name for name in known.values() if name}
    free = [
        column
        for column in table.columns.values()
        if column.name not in taken or column.type in _SEVERAL
    ]
    mapped = {*renamed}
    found: list[Suggestion] = []
    for position, header in enumerate(sheet.header):
        spelled = {header, split_header(header).name}
        if not header or known[header] or len(header) > _LONGEST or spelled & mapped:
            continue
        cells = _take_cells(sheet, position)
        fits = [(_fit_column(header, cells, c, table, names), c.name) for c in free]
        best = max(fits, key=lambda fit: fit[0].score, default=(_Match(0, ()), ""))
        alike = [name for fit, name in fits if fit.score >= best[0].score - 0.02]
        if best[0].score >= LEAST_CONFIDENCE and len(alike) == 1:
            place = (sheet.file, sheet.sheet, header, table.name, best[1])
            found.append(Suggestion(*place, best[0].score, best[0].reasons))
    return _settle(found, table)


def _settle(found: Sequence[Suggestion], table: Table) -> list[Suggestion]:
    """Keep of several headers for one column the best; none where they are alike."""
    kept = []
    for one in found:
        rivals = [s.confidence for s in found if s.column == one.column and s is not one]
        several = table.columns[one.column].type in _SEVERAL
        if several or not rivals or one.confidence > max(rivals) + 0.02:
            kept.append(one)
    return kept


def _fit_column(
    header: str,
    cells: Sequence[str],
    column: Column,
    table: Table,
    names: Mapping[str, frozenset[str]],
) -> _Match:
    """Say how well a header and its cells fit a column."""
    alike, spelling = compare_name(header, column)
    agrees, reason = _compare_cells(header, cells, column, names)
    if agrees is False or (turns_meaning(header, spelling) and reason != "codes"):
        return _Match(0, ())
    reasons = ((reason, str(len(cells))),) if agrees else ()
    said = (*((("like", spelling),) if alike >= _ALIKE else ()), *reasons)
    if agrees and reason == "codes":
        return _Match(0.97, said)
    owned = column.edge == "part_of"  # but owners and rivals are organisations too
    if agrees and reason in {"words", "names"} and not owned:
        one = _is_only(column, table, reason)
        return _Match(0.95 if alike >= _ALIKE else 0.88 if one else 0, said)
    if agrees:
        return _Match(alike if alike >= _SAME else 0, said)
    certain = alike >= _SAME and column.type in {"text", "list", "id", "ref", "refs"}
    return _Match(alike - 0.05 if certain else 0, said)


def _is_only(column: Column, table: Table, reason: str) -> bool:
    """Say whether a column is the only one of its table that such cells may stand in."""
    others = [c for c in table.columns.values() if c is not column]
    if reason == "words":
        return all(c.vocabulary != column.vocabulary for c in others)
    return not any(set(c.kinds) & set(column.kinds) for c in others)


# what cells say


def _take_cells(sheet: RawSheet, position: int) -> list[str]:
    """Take the first filled cells of a column."""
    cells = (cell.strip() for cell in sheet.cells[position].iloc[: 5 * _SAMPLE])
    return [cell for cell in cells if cell][:_SAMPLE]


def _compare_cells(
    header: str, cells: Sequence[str], column: Column, names: Mapping[str, frozenset[str]]
) -> tuple[bool | None, str]:
    """Say whether cells are of a column's type: yes, no, or nothing known; and by what."""
    if len(cells) <= _FEW:
        return None, ""
    codes = _share(find_valid_codes(cells).tolist()) >= _MOST
    if codes or column.name == "uscc":
        return codes and column.name == "uscc", "codes"
    if column.vocabulary:
        find = functools.partial(read_schema().find_term, column.vocabulary)
        return _share(find(cell) is not None for cell in cells) >= _MOST, "words"
    if column.type == "amount":
        read = functools.partial(parse_amount, unit=split_header(header).unit)
        return not _are_years(cells) and _can_read(cells, read), "amounts"
    if column.type in _READERS:
        parse, reason = _READERS[column.type]
        return _can_read(cells, parse), reason
    return _compare_texts(cells, column, names)


def _compare_texts(
    cells: Sequence[str], column: Column, names: Mapping[str, frozenset[str]]
) -> tuple[bool | None, str]:
    """Say whether cells can be text of a column: names of other tables, or at least no figures."""
    if column.type in {"text", "list"}:
        figures = _share(bool(_NUMBER.fullmatch(c)) or parse_period(c) is not None for c in cells)
        return (False, "") if figures >= _MOST else (None, "")
    if not column.refers:
        return None, ""
    known = frozenset().union(*(names.get(kind, frozenset()) for kind in column.kinds))
    parts = [part for cell in cells for part in parse_list(cell[:400])]
    if not known:
        return None, ""
    return _share(part in known for part in parts) >= _MANY or None, "names"


def _can_read(cells: Sequence[str], read: Callable[[str], object]) -> bool:
    return _share(read(cell) is not None for cell in cells) >= _MOST


def _are_years(cells: Sequence[str]) -> bool:
    return all(re.fullmatch(r"(?:19|20)\d{2}年?", cell) for cell in cells)


def _share(found: Iterable[bool]) -> float:
    flags = list(found)
    return sum(flags) / len(flags) if flags else 0


def _list_names(
    sheets: Iterable[RawSheet], tables: Mapping[int, str | None]
) -> dict[str, frozenset[str]]:
    """List the ids and names that the sheets hold, by kind of node."""
    schema = read_schema()
    names: dict[str, set[str]] = {}
    for sheet in sheets:
        table = schema.tables.get(tables[id(sheet)] or "")
        if table is None or not (table.node or table.node_by):
            continue
        kinds = [table.node] if table.node else ["university", "enterprise", "institution"]
        for position, header in enumerate(sheet.header):
            if find_column(table.name, header)[0] in {"id", "name"}:
                held = {cell.strip() for cell in sheet.cells[position]} - {""}
                for kind in kinds:
                    names.setdefault(str(kind), set()).update(held)
    return {kind: frozenset(held) for kind, held in names.items()}


def _list_renamed(columns: Mapping[str, object], table: str | None) -> list[str]:
    """List the headers that ecosystem.yaml speaks of already."""
    own = columns.get(table or "", {})
    return [*own] if isinstance(own, dict) else []
