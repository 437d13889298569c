"""Check cells: turn the text of matched sheets into typed tables, one rule a cell type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.problems import Problem, Severity
from ecograph.reading.values import (
    parse_amount,
    parse_boolean,
    parse_number,
    parse_period,
    parse_year,
)
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecograph.reading.headers import Matched
    from ecograph.schema import Column

__all__ = ["PLACE", "Read", "read_cells"]

PLACE = ("file", "sheet", "row")
"""Names of the columns that say where a row stands, behind an underscore in typed tables."""

_CODES = {
    "amount": "unreadable_amount",
    "number": "unreadable_number",
    "integer": "unreadable_number",
    "date": "unreadable_date",
    "year": "unreadable_year",
    "boolean": "unreadable_boolean",
}


_MOST = 2**53  # whole numbers above this are not exact as floats
_MADE = {f"_{name}" for name in (*PLACE, "source", "key", "rejected")}


@dataclass
class Read:
    """Typed rows of one sheet, with the rows that had to be rejected and why.

    Parameters
    ----------
    frame
        Typed columns; the index is the row as the spreadsheet shows it.
    problems
        What was found, each at its place.
    rejected
        Index labels of rows that cannot be used.
    """

    frame: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)


def read_cells(matched: Matched, *, currency: str) -> Read:
    """Read every cell of a matched sheet as its column's type.

    Parameters
    ----------
    matched
        A sheet with known table and columns.
    currency
        The ecosystem's currency; an amount in another one is reported, not converted.

    Returns
    -------
    Read
        Dates give three columns: NAME (ISO 8601 text at its precision), NAME_start and NAME_end
        (first and last day). Lists and references stay text until they are resolved.
    """
    read = Read(pd.DataFrame(index=matched.sheet.cells.index))
    read.problems += matched.sheet.problems
    columns: dict[str, Any] = {}
    for name, positions in matched.columns.items():
        texts = _join_positions(matched.sheet.cells, positions)
        column = matched.table.columns.get(name)
        if column is None:
            columns[_free_name(matched, name, columns)] = texts.where(texts != "", None)
        else:
            columns |= _read_column(read, matched, column, texts, currency)
            _reject_spoiled(read, matched, column)
    frame = pd.DataFrame(columns, index=matched.sheet.cells.index)
    read.frame = frame.assign(
        _file=matched.sheet.file, _sheet=matched.sheet.sheet, _row=frame.index
    )
    return read


def _reject_spoiled(read: Read, matched: Matched, column: Column) -> None:
    """Reject the rows where a deciding cell is empty only because its value was lost."""
    if column.decisive:
        positions = matched.columns[column.name]
        read.rejected |= {row for row, place in matched.sheet.spoiled if place in positions}


def _free_name(matched: Matched, name: str, taken: Iterable[str]) -> str:
    """Name an attribute so that it hides no column that ecograph makes itself."""
    dates = (c.name for c in matched.table.columns.values() if c.type == "date")
    made = _MADE | {f"{date}_{end}" for date in dates for end in ("start", "end")}
    taken = {*taken, *matched.columns} - {name}
    while name in made or name in taken:
        name = f"{name}_"
    return name


def _join_positions(cells: pd.DataFrame, positions: Sequence[int]) -> pd.Series:
    first = cells[positions[0]].str.strip()
    for position in positions[1:]:
        first = first.str.cat(cells[position].str.strip(), sep="；").str.strip("；")
    return first


def _read_column(
    read: Read, matched: Matched, column: Column, texts: pd.Series, currency: str
) -> dict[str, Any]:
    filled = texts[texts != ""]
    if column.required:
        blank = texts.index[texts == ""]
        _report(read, matched, column, "missing_value", dict.fromkeys(blank, ""))
    if column.type in {"id", "text", "list", "ref", "refs"}:
        return {column.name: texts.where(texts != "", None)}
    if column.type == "choice":
        return {column.name: _read_choice(read, matched, column, filled).reindex(texts.index)}
    if column.type == "date":
        return _read_dates(read, matched, column, filled, texts.index)
    if column.type == "amount":
        values = _read_amounts(read, matched, column, filled, currency)
    else:
        values = _read_plain(read, matched, column, filled)
    return {column.name: _set_type(values.reindex(texts.index), column.type)}


def _read_choice(read: Read, matched: Matched, column: Column, filled: pd.Series) -> pd.Series:
    schema = read_schema()
    vocabulary = str(column.vocabulary)
    keys = {text: schema.find_term(vocabulary, text) for text in filled.unique()}
    if vocabulary in schema.open_vocabularies:
        return filled.map({text: key or text for text, key in keys.items()})
    unknown = filled[filled.map(keys).isna()]
    known = ", ".join(term.zh[0] for term in schema.vocabularies[vocabulary])
    code = "unknown_kind" if vocabulary == "organisation_kind" else f"unknown_{column.name}"
    _report(read, matched, column, code, unknown.to_dict(), details={"known": known})
    return filled.map(keys)


def _read_dates(
    read: Read, matched: Matched, column: Column, filled: pd.Series, index: pd.Index
) -> dict[str, pd.Series]:
    periods = _map_unique(filled, parse_period)
    good = periods[periods.notna()]
    bad = filled[periods.isna()]
    _report(read, matched, column, "unreadable_date", bad.to_dict())
    days = pd.Series(pd.NaT, index=index, dtype="datetime64[s]")
    start, end = days.copy(), days.copy()
    start[good.index] = [np.datetime64(p.start, "s") for p in good]
    end[good.index] = [np.datetime64(p.end, "s") for p in good]
    text = good.map(str).reindex(index)
    return {column.name: text, f"{column.name}_start": start, f"{column.name}_end": end}


def _read_amounts(
    read: Read, matched: Matched, column: Column, filled: pd.Series, currency: str
) -> pd.Series:
    unit = matched.unit(column.name)
    amounts = _map_unique(filled, lambda text: parse_amount(text, unit))
    _report(read, matched, column, "unreadable_amount", filled[amounts.isna()].to_dict())
    good = amounts[amounts.notna()]
    foreign = [amount.currency not in {"", currency} for amount in good]
    details = {"currency": currency}
    other = filled[good.index[foreign]].to_dict()
    _report(read, matched, column, "foreign_currency", other, details=details)
    own = good[[not is_foreign for is_foreign in foreign]]
    values = pd.Series([float(a.value) for a in own], index=own.index, dtype=float)
    return _drop_negative(read, matched, column, filled, values)


def _read_plain(read: Read, matched: Matched, column: Column, filled: pd.Series) -> pd.Series:
    unit = matched.unit(column.name)
    readers: Mapping[str, Callable[[str], object]] = {
        "number": lambda text: parse_number(text, unit),
        "integer": _parse_whole,
        "year": parse_year,
        "boolean": parse_boolean,
    }
    values = _map_unique(filled, readers[column.type])
    _report(read, matched, column, _CODES[column.type], filled[values.isna()].to_dict())
    return values[values.notna()]


def _parse_whole(text: str) -> int | None:
    number = parse_number(text)
    if number is None or not number.is_integer() or abs(number) > _MOST:
        return None
    return int(number)


def _drop_negative(
    read: Read, matched: Matched, column: Column, filled: pd.Series, values: pd.Series
) -> pd.Series:
    if column.minimum is None:
        return values
    low = values < column.minimum
    _report(read, matched, column, "negative_amount", filled[values.index[low]].to_dict())
    return values[~low]


def _map_unique(texts: pd.Series, parse: Callable[[str], object]) -> pd.Series:
    parsed = {text: parse(text) for text in texts.unique()}
    return pd.Series([parsed[text] for text in texts], index=texts.index, dtype=object)


def _set_type(values: pd.Series, type_name: str) -> pd.Series:
    dtype = {"integer": "Int64", "year": "Int64", "boolean": "boolean"}.get(type_name, "float64")
    return values.astype(dtype)


def _report(
    read: Read,
    matched: Matched,
    column: Column,
    code: str,
    cells: Mapping[Any, str],
    *,
    details: Mapping[str, object] | None = None,
) -> None:
    severity: Severity = "error"
    for row, value in cells.items():
        place = {"file": matched.sheet.file, "sheet": matched.sheet.sheet, "row": row}
        read.problems.append(
            Problem(
                code,
                **place,
                column=matched.header(column.name),
                value=value[:200],
                severity=severity,
                details=details or {},
            )
        )
        if column.decisive:
            read.rejected.add(row)
