"""Check cells: turn the text of matched sheets into typed tables, one rule a cell type."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.coding import code_texts, map_texts
from ecograph.problems import MOST_ALIKE, Problem, Severity
from ecograph.reading.values.amounts import Amount, AmountRange, examine_amount, parse_unit
from ecograph.reading.values.codes import examine_code, find_valid_codes
from ecograph.reading.values.periods import Period, examine_period, find_serial_day, parse_year
from ecograph.reading.values.plain import parse_boolean, parse_number
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.reading.headers import Matched
    from ecograph.schema import Column

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Faults = NDArray[np.object_]

__all__ = ["PLACE", "Read", "read_cells"]

PLACE = ("file", "sheet", "row")
"""Names of the columns that say where a row stands, behind an underscore in typed tables."""

_CODES = {
    "number": "unreadable_number",
    "integer": "unreadable_number",
    "year": "unreadable_year",
    "boolean": "unreadable_boolean",
}
_WARNINGS = {"inexact_amount", "invalid_code", "repaired_code", "rounded_code"}
_ENDS = {"date": ("start", "end"), "amount": ("low", "high")}
"""What is made beside a column of a type, behind its name."""


_DECIMAL = r"[0-9]{1,12}(\.[0-9]{1,3})?"
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
    sums
        What the amounts of a column add up to as they are written, without any rounding.
    """

    frame: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    sums: dict[str, Decimal] = field(default_factory=dict)


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
        (first and last day). An amount that its text does not tell exactly is empty; where
        a sheet has such, NAME_low and NAME_high hold what it leaves open, and nothing adds
        them up. Lists and references stay text until they are resolved.
    """
    read = Read(pd.DataFrame(index=matched.sheet.cells.index))
    read.problems += matched.sheet.problems
    index = matched.sheet.cells.index
    columns: dict[str, Any] = {}
    for name, positions in matched.columns.items():
        texts = _join_positions(matched.sheet.cells, positions)
        column = matched.table.columns.get(name)
        if column is None:
            columns[_free_name(matched, name, columns)] = texts.where(texts != "", None)
        else:
            columns |= _read_column(read, matched, column, texts, currency)
            _reject_spoiled(read, matched, column)
    columns["_row"] = index.to_numpy(dtype=np.int32)
    read.frame = pd.DataFrame(columns, index=index, copy=False)
    return read


def _reject_spoiled(read: Read, matched: Matched, column: Column) -> None:
    """Reject the rows where a deciding cell is empty only because its value was lost."""
    if column.decisive:
        positions = matched.columns[column.name]
        read.rejected |= {row for row, place in matched.sheet.spoiled if place in positions}


def _free_name(matched: Matched, name: str, taken: Iterable[str]) -> str:
    """Name an attribute so that it hides no column that ecograph makes itself."""
    known = matched.table.columns.values()
    made = _MADE | {f"{c.name}_{end}" for c in known for end in _ENDS.get(c.type, ())}
    taken = {*taken, *matched.columns} - {name}
    while name in made or name in taken:
        name = f"{name}_"
    return name


def _join_positions(cells: pd.DataFrame, positions: Sequence[int]) -> pd.Series:
    first = _strip(cells[positions[0]])
    for position in positions[1:]:
        first = first.str.cat(_strip(cells[position]), sep="；").str.strip("；")
    return first


def _strip(texts: pd.Series) -> pd.Series:
    """Strip texts; what has nothing to strip is not held twice."""
    stripped = texts.str.strip()
    return texts if stripped.equals(texts) else stripped


def _read_column(
    read: Read, matched: Matched, column: Column, texts: pd.Series, currency: str
) -> dict[str, Any]:
    blank = texts == ""
    filled = texts[~blank] if blank.any() else texts
    if column.required:
        _report(read, matched, column, "missing_value", texts[blank])
    if column.type in {"id", "text", "list", "ref", "refs"}:
        return {column.name: texts.where(~blank, None) if blank.any() else texts}
    if column.type == "choice":
        return {column.name: _read_choice(read, matched, column, filled).reindex(texts.index)}
    if column.type == "date":
        return _read_dates(read, matched, column, filled, texts.index)
    if column.type == "amount":
        return _read_amounts(read, matched, column, filled, texts.index, currency=currency)
    if column.type == "code":
        values = _read_codes(read, matched, column, filled)
    else:
        values = _read_plain(read, matched, column, filled)
    return {column.name: values.reindex(texts.index)}


def _read_choice(read: Read, matched: Matched, column: Column, filled: pd.Series) -> pd.Series:
    schema = read_schema()
    vocabulary = str(column.vocabulary)
    if vocabulary in schema.open_vocabularies:
        return map_texts(filled, lambda text: schema.find_term(vocabulary, text) or text)
    found = map_texts(filled, lambda text: schema.find_term(vocabulary, text))
    known = ", ".join(term.zh[0] for term in schema.vocabularies[vocabulary])
    code = "unknown_kind" if vocabulary == "organisation_kind" else f"unknown_{column.name}"
    _report(read, matched, column, code, filled[found.isna()], details={"known": known})
    return found


def _read_dates(
    read: Read, matched: Matched, column: Column, filled: pd.Series, index: pd.Index
) -> dict[str, pd.Series]:
    codes, distinct = code_texts(filled)
    found = [examine_period(text) for text in distinct]
    periods = [period if isinstance(period, Period) else None for period in found]
    faults = np.array(["" if isinstance(x, Period) else x for x in found], dtype=object)[codes]
    _report_faults(read, matched, column, filled, faults)
    good = faults == ""
    text = np.array([None if p is None else str(p) for p in periods], dtype=object)
    start, end = (
        np.array([getattr(p, edge, None) for p in periods], dtype="datetime64[s]")
        for edge in ("start", "end")
    )
    columns = {column.name: text, f"{column.name}_start": start, f"{column.name}_end": end}
    rows = filled.index[good]
    return {
        name: pd.Series(values[codes[good]], index=rows).reindex(index)
        for name, values in columns.items()
    }


def _read_amounts(
    read: Read,
    matched: Matched,
    column: Column,
    filled: pd.Series,
    index: pd.Index,
    *,
    currency: str,
) -> dict[str, pd.Series]:
    codes, distinct = code_texts(filled)
    unit = matched.unit(column.name)
    sums, faults, parsed = _read_sums(distinct, unit, currency)
    _report_faults(read, matched, column, filled, faults[codes], currency=currency)
    value, low, high = (pd.Series(ends[codes], index=filled.index) for ends in sums)
    exact = _drop_negative(read, matched, column, filled, value[value.notna()])
    kept = codes[filled.index.isin(exact.index)]
    read.sums[column.name] = _add_exactly(distinct, parsed, unit, kept)
    columns = {column.name: exact}
    if (faults == "inexact_amount").any():
        columns |= {f"{column.name}_low": low, f"{column.name}_high": high}
    return {name: values.reindex(index) for name, values in columns.items()}


def _read_sums(
    distinct: pd.Index, unit: str, currency: str
) -> tuple[tuple[Floats, Floats, Floats], Faults, dict[int, Decimal]]:
    """Read distinct amounts: value, low and high end of what is not exact, faults.

    Beside them stand, by place, the values of those that are more than plain figures.
    """
    parsed: dict[int, Decimal] = {}
    values = _read_scaled(distinct, unit, currency)
    low, high = np.full((2, len(distinct)), np.nan)
    faults = np.full(len(distinct), "", dtype=object)
    for place in np.flatnonzero(np.isnan(values)):
        found = examine_amount(distinct[place], unit)
        if isinstance(found, str):
            faults[place] = found
        elif found.currency not in {"", currency}:
            faults[place] = "foreign_currency"
        elif isinstance(found, Amount):
            values[place] = float(found.value)
            parsed[int(place)] = found.value
        else:
            faults[place] = "inexact_amount"
            low[place], high[place] = _float_ends(found)
    return (values, low, high), faults, parsed


def _add_exactly(
    distinct: pd.Index, parsed: Mapping[int, Decimal], unit: str, codes: Ints
) -> Decimal:
    """Add amounts up as they are written: what the typed column has to come to."""
    multiple = (parse_unit(unit) or (1, ""))[0] if unit else 1
    total = Decimal(0)
    for place, count in zip(*np.unique(codes, return_counts=True), strict=True):
        value = parsed.get(int(place))
        plain = Decimal(distinct[place]) * multiple if value is None else value
        total += plain * int(count)
    return total


def _read_scaled(distinct: pd.Index, unit: str, currency: str) -> Floats:
    """Read plain decimals under a unit of money in the ecosystem's currency; nan for the rest."""
    values = _read_decimals(distinct)
    header = parse_unit(unit) if unit else (1, "")
    if header is None or header[1] not in {"", currency}:
        return np.full(len(distinct), np.nan)
    if header[0] != 1:
        plain = ~np.isnan(values)
        values[plain] = [float(Decimal(text) * header[0]) for text in distinct[plain]]
    return values


def _float_ends(found: AmountRange) -> tuple[float, float]:
    low, high = (np.nan if end is None else float(end) for end in (found.low, found.high))
    return low, high


def _read_codes(read: Read, matched: Matched, column: Column, filled: pd.Series) -> pd.Series:
    """Check unified social credit codes; only one that is certainly a slip is mended."""
    codes, distinct = code_texts(filled)
    mended = np.array(distinct, dtype=object)
    faults = np.full(len(distinct), "", dtype=object)
    for place in np.flatnonzero(~find_valid_codes(list(distinct))):
        reading = examine_code(distinct[place])
        mended[place], faults[place] = reading.code, reading.fault
    _report_faults(read, matched, column, filled, faults[codes])
    return pd.Series(pd.array(mended[codes], dtype="str"), index=filled.index)


def _read_plain(read: Read, matched: Matched, column: Column, filled: pd.Series) -> pd.Series:
    unit = matched.unit(column.name)
    codes, distinct = code_texts(filled)
    if column.type == "number":
        values = _read_numbers(distinct, unit)
    else:
        read_one, dtype = _READERS[column.type]
        values = pd.array([read_one(text, unit) for text in distinct], dtype=dtype)
    found = pd.Series(values[codes], index=filled.index)
    _report(read, matched, column, _CODES[column.type], filled[found.isna()])
    return found[found.notna()]


def _read_numbers(distinct: pd.Index, unit: str) -> Floats:
    values = _read_decimals(distinct) if not unit else np.full(len(distinct), np.nan)
    for place in np.flatnonzero(np.isnan(values)):
        number = parse_number(distinct[place], unit)
        values[place] = np.nan if number is None else number
    return values


def _read_decimals(distinct: pd.Index) -> Floats:
    """Read plain decimals at once, as the nearest float; nan for every other text."""
    values = np.full(len(distinct), np.nan)
    plain = np.asarray(distinct.str.fullmatch(_DECIMAL), dtype=bool)
    values[plain] = distinct[plain].astype(float)
    return values


def _parse_whole(text: str, unit: str) -> int | None:
    number = parse_number(text, unit)
    if number is None or not number.is_integer() or abs(number) > _MOST:
        return None
    return int(number)


_READERS: Mapping[str, tuple[Callable[[str, str], object], str]] = {
    "integer": (_parse_whole, "Int64"),
    "year": (lambda text, _: parse_year(text), "Int64"),
    "boolean": (lambda text, _: parse_boolean(text), "boolean"),
}


def _drop_negative(
    read: Read, matched: Matched, column: Column, filled: pd.Series, values: pd.Series
) -> pd.Series:
    if column.minimum is None:
        return values
    low = values < column.minimum
    _report(read, matched, column, "negative_amount", filled[values.index[low]])
    return values[~low]


def _report_faults(
    read: Read,
    matched: Matched,
    column: Column,
    filled: pd.Series,
    faults: Faults,
    *,
    currency: str = "",
) -> None:
    """Report cells by what is wrong with each; an empty text is no fault."""
    details = {"currency": currency, "unit": matched.unit(column.name)}
    for code in sorted(set(faults) - {""}):
        _report(read, matched, column, code, filled[faults == code], details=details)


def _report(
    read: Read,
    matched: Matched,
    column: Column,
    code: str,
    cells: pd.Series,
    *,
    details: Mapping[str, object] | None = None,
) -> None:
    warns = code in _WARNINGS and not column.decisive
    severity: Severity = "warning" if warns else "error"
    header, more = matched.header(column.name), len(cells) - MOST_ALIKE
    place = matched.sheet.file, matched.sheet.sheet
    for row, value in cells.iloc[:MOST_ALIKE].items():
        said = _add_day(code, value, details or {})
        read.problems.append(Problem(code, *place, row, header, value[:200], severity, said))
    if more > 0:
        first, last = int(cells.index[MOST_ALIKE]), int(cells.index[-1])
        told = {"count": more, "code": code, "first": first, "last": last}
        read.problems.append(Problem("more_rows", *place, first, header, "", severity, told))
    if column.decisive:
        read.rejected.update(cells.index.tolist())


def _add_day(code: str, value: str, details: Mapping[str, object]) -> Mapping[str, object]:
    """Say which day a spreadsheet shows for its number."""
    return {**details, "day": find_serial_day(value)} if code == "serial_date" else details
