"""Read Parquet and DuckDB files, every value as text, batch by batch."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.records.batches import VIEW_SECONDS, BatchError, receive_tables
from ecograph.reading.records.cells import CellWriter, Lost, order_columns
from ecograph.reading.records.tables import Budget, build_column_sheet, choose_names, leave_out
from ecograph.reading.sheets.widths import refuse_width

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecograph.reading.records.batches import Delivery, Kind
    from ecograph.reading.sheets.raw import RawSheet

_UNREADABLE: dict[Kind, str] = {
    "parquet": "unreadable_parquet",
    "duckdb": "unreadable_database",
}

__all__ = ["build_arrow_sheet", "read_duckdb", "read_parquet"]


def read_parquet(path: Path) -> RawSheet:
    """Read a Parquet file, every value as text.

    Whole numbers stay exact, decimals keep their digits, midnight is left off days; a list becomes
    one cell, its entries joined by ；. Columns of bytes are left empty, which is reported.

    Parameters
    ----------
    path
        The file; the first row is row 2.

    Raises
    ------
    DataError
        If the file is no Parquet file, is damaged, or unpacks to far more than it holds.
    """
    return next(iter(_read(path, "parquet").values()))


def read_duckdb(
    path: Path, *, sheet: str | None = None, tables: Collection[str] = ()
) -> list[RawSheet]:
    """Read the tables and views of a DuckDB file, every value as text.

    Rows come in the order of their rowid, the first one as row 2. A table outside of the schema
    ``main`` is named with its schema. Views that compute for too long are left out, columns of
    bytes left empty; all of that is reported.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the one table to read; all by default.
    tables
        Names of the tables to read, in place of all.

    Raises
    ------
    DataError
        If the file is no DuckDB file, is damaged, or has no such table, or if duckdb is missing.
    """
    read = _read(path, "duckdb", {sheet} if sheet is not None else set(tables))
    chosen = choose_names(list(read), path.name, sheet=sheet, tables=tables)
    return [table for name, table in read.items() if name in chosen]


def _read(path: Path, kind: Kind, wanted: Collection[str] = ()) -> dict[str, RawSheet]:
    """Read all tables by name; one that broke off is left out as a whole."""
    budget = Budget(path.stat().st_size, path.name)
    read: dict[str, RawSheet] = {}
    stated: dict[str, int | None] = {}
    try:
        for delivery in receive_tables(kind, path, wanted):
            stated[delivery.name] = delivery.rows
            read[delivery.name] = _build(delivery, path.name, kind, budget)
        _compare_rows(read, stated, kind)
    except (BatchError, OSError, ValueError) as error:
        code = error.code if isinstance(error, BatchError) else _UNREADABLE[kind]
        reason = str(error).replace(str(path.resolve()), path.name)
        problem = Problem(code, file=path.name, details={"reason": reason, "limit": reason})
        raise DataError(f"{path.name} cannot be read: {reason or code}", [problem]) from None
    return read


def _compare_rows(
    read: Mapping[str, RawSheet], stated: Mapping[str, int | None], kind: Kind
) -> None:
    """Hold what came to what the file says it has."""
    for name, rows in stated.items():
        if rows not in (None, read[name].rows_in):
            raise BatchError(_UNREADABLE[kind], f"{rows} rows, but {read[name].rows_in} came")


def _build(delivery: Delivery, file: str, kind: Kind, budget: Budget) -> RawSheet:
    if delivery.code:
        seconds = f"{VIEW_SECONDS:g}"
        return leave_out(
            delivery.code, file, delivery.name, reason=delivery.reason, seconds=seconds
        )
    if delivery.rows is not None:
        budget.foresee(delivery.rows, len(delivery.schema))
    return build_arrow_sheet(
        delivery.batches,
        delivery.schema,
        file=file,
        sheet=delivery.name,
        kind=kind,
        budget=budget,
    )


def build_arrow_sheet(
    batches: Iterable[Any],
    schema: Any,  # noqa: ANN401 - pyarrow has no stubs
    *,
    file: str,
    sheet: str,
    kind: str,
    budget: Budget,
) -> RawSheet:
    """Build a sheet of Arrow batches.

    Parameters
    ----------
    batches
        Rows, the first one as row 2.
    schema
        Their columns, as pyarrow describes them.
    file, sheet, kind
        Where they come from, and the format for the dialect.
    budget
        What they may come to.
    """
    names = schema.names
    refuse_width(len(names), file, sheet)
    header = order_columns(names)
    order = sorted(range(len(names)), key=lambda n: bool(names[n].strip()))
    writer = CellWriter(file, sheet, header)
    return build_column_sheet(
        _lay_out(batches, order, writer, budget),
        writer,
        header=header,
        file=file,
        sheet=sheet,
        dialect={"format": kind},
    )


def _lay_out(
    batches: Iterable[Any], order: Sequence[int], writer: CellWriter, budget: Budget
) -> Iterator[list[list[str]]]:
    first = 2
    for batch in batches:
        columns = [
            _write_column(batch.column(place), first, position, writer)
            for position, place in enumerate(order)
        ]
        budget.spend(columns)
        yield columns
        first += len(batch)


def _write_column(array: Any, first: int, position: int, writer: CellWriter) -> list[str]:  # noqa: ANN401 - pyarrow has no stubs
    if _holds_bytes(array.type):
        present = [first + n for n, there in enumerate(array.is_valid().to_pylist()) if there]
        writer.lose_column(position, "binary_column", present)
        return [""] * len(array)
    return writer.write_column(first, position, _list_values(array, writer))


@functools.cache
def _holds_bytes(kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no stubs
    """Tell whether a type is bytes, or a list or structure with bytes in it."""
    import pyarrow as pa  # noqa: PLC0415 - only who reads Parquet pays for it

    kinds = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    waiting = [kind]
    while waiting:
        found = waiting.pop()
        if any(is_kind(found) for is_kind in kinds):
            return True
        if pa.types.is_nested(found):
            waiting += [found.field(n).type for n in range(found.num_fields)]
    return False


def _list_values(array: Any, writer: CellWriter) -> list[Any]:  # noqa: ANN401 - pyarrow has no stubs
    """List the values of an array; texts in no Unicode and days beyond the calendar as they can."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_float32(array.type):  # 0.1 is 0.1, not 0.10000000149011612
        return [None if text is None else float(text) for text in array.cast("string").to_pylist()]
    try:
        values: list[Any] = array.to_pylist()
    except UnicodeDecodeError:
        writer.torn = True
        data = array.cast(pa.binary()).to_pylist()
        return [None if d is None else d.decode("utf-8", "surrogateescape") for d in data]
    except (ValueError, OverflowError, KeyError):
        return [_hold(scalar) for scalar in array]
    return values


def _hold(scalar: Any) -> Any:  # noqa: ANN401 - pyarrow has no stubs
    """Hold one value, if Python can."""
    try:
        return scalar.as_py()
    except (ValueError, OverflowError, KeyError):
        return Lost(str(getattr(scalar, "value", "?")))
