"""One small function for every rule that rows must obey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.checks.directory import Directory
from ecograph.checks.rows import References
from ecograph.coding import code_texts, concat_texts, split_texts
from ecograph.reading.values.plain import parse_list
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ecograph.checks.rows import Rows
    from ecograph.schema import Column, Table

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "check_agreements_joined",
    "check_date_order",
    "check_duplicate_ids",
    "check_ids_shared",
    "check_parties_differ",
    "check_parts_differ",
    "check_row_kinds",
    "check_rows_differ",
    "check_years_near",
    "enter_nodes",
    "find_far",
    "resolve_references",
]

FAR_YEARS = 50
"""Years from the median beyond which the date of an agreement is taken for a slip."""


def check_duplicate_ids(rows: Rows) -> None:
    """Reject a row whose id another row of the same node kind or table already has."""
    groups = [
        (kind, table.name, part["id"])
        for table in read_schema().tables.values()
        for kind, part in _group_ids(rows, table)
    ]
    for kind in dict.fromkeys(kind for kind, _, _ in groups):
        _report_duplicates(rows, [(table, ids) for k, table, ids in groups if k == kind])


def enter_nodes(rows: Rows) -> Directory:
    """Enter every good row of the node tables into a directory, and number the rows."""
    directory = Directory()
    for table in read_schema().tables.values():
        if table.name not in rows.tables or not (table.node or table.node_by):
            continue
        numbers = np.full(len(rows.tables[table.name]), -1)
        for kind, part in rows.kinds_of(table):
            entered = directory.add(kind, part["id"], _names(part), aliases=_aliases(part))
            numbers[part.index] = entered
        rows.tables[table.name] = rows.tables[table.name].assign(_number=numbers)
        _enter_rejected(rows, table, directory)
    _enter_implicit(rows, directory)
    directory.name_keys()
    return directory


def check_ids_shared(rows: Rows, directory: Directory) -> None:
    """Warn where nodes of several kinds have one id, because it is then written KIND:ID."""
    if not directory.shared.any():
        return
    for table in read_schema().tables.values():
        for _, part in rows.kinds_of(table):
            for row, number in part.loc[directory.shared[part["_number"]], "_number"].items():
                rows.report(
                    table.name,
                    row,
                    "shared_id",
                    column="id",
                    reject=False,
                    severity="warning",
                    details={"key": directory.keys[number]},
                )


def check_date_order(rows: Rows) -> None:
    """Reject a row that ends before it starts."""
    for table in read_schema().tables.values():
        if not table.order:
            continue
        first, last = table.order
        good = rows.good(table.name)
        if f"{first}_start" not in good or f"{last}_end" not in good:
            continue
        for row in good.index[good[f"{first}_start"] > good[f"{last}_end"]]:
            details = {"start": good.at[row, first]}
            rows.report(table.name, row, "end_before_start", column=last, details=details)


def resolve_references(rows: Rows, directory: Directory) -> None:
    """Find the node behind every reference; report those that lead nowhere."""
    tables = read_schema().tables.values()
    for table in sorted(
        tables, key=lambda t: any(c.refers and c.required for c in t.columns.values())
    ):
        for column in table.columns.values():
            if column.refers and rows.has(table.name, column.name):
                _resolve_column(rows, table.name, column, directory)
        _enter_rejected(rows, table, directory)


def check_row_kinds(rows: Rows) -> None:
    """Empty references that a row of its kind may not make: no university works in an industry."""
    schema = read_schema()
    for table in schema.tables.values():
        for column in table.columns.values():
            if not (table.node_by and column.edge and (table.name, column.name) in rows.references):
                continue
            edge = schema.edge_kinds[column.edge]
            allowed = edge.target if column.inward else edge.source
            _empty_references(rows, table, column, allowed)


def check_rows_differ(rows: Rows, directory: Directory) -> None:
    """Warn where a row says again what stands once: a firm's year, a university's discipline."""
    for table in read_schema().tables.values():
        if not table.unique or table.name not in rows.tables:
            continue
        cells = {name: _read_unique(rows, table, name) for name in table.unique}
        if any(numbers is None for numbers in cells.values()):
            continue
        frame = pd.DataFrame(cells)[~rows.bad[table.name]]
        again = frame[frame.duplicated()]
        firsts = frame[frame.duplicated(keep=False)].drop_duplicates().reset_index(names="_first")
        kept = again.merge(firsts, on=list(table.unique), how="left")["_first"]
        for row, first in zip(again.index, kept, strict=True):
            _report_again(rows, table, row, int(first), directory)


def check_parties_differ(rows: Rows) -> None:
    """Reject a party that is in its agreement already: nobody cooperates with itself."""
    if "parties" not in rows.tables:
        return
    columns = ("agreement", "organisation")
    pairs = pd.DataFrame({name: rows.number("parties", name) for name in columns})
    pairs = pairs[~rows.bad["parties"]]
    repeated = pairs[pairs.duplicated()]
    if len(repeated) == 0:
        return
    members = pairs[pairs["agreement"].isin(repeated["agreement"])].groupby("agreement")
    count = members["organisation"].nunique()
    for row, agreement in repeated["agreement"].items():
        _report_repeated(rows, "parties", row, "organisation", alone=bool(count[agreement] == 1))


def check_parts_differ(rows: Rows) -> None:
    """Warn of organisations that are said to be parts of themselves, and leave that out."""
    for table, column in sorted(rows.references):
        if read_schema().tables[table].columns[column].edge != "part_of":
            continue
        found = rows.references[table, column]
        own = rows.tables[table]["_number"].to_numpy()[found.rows] == found.numbers
        for row in found.rows[own].tolist():
            rows.report(
                table, row, "part_of_itself", column=column, reject=False, severity="warning"
            )
        rows.references[table, column] = found.keep(~own)


def check_agreements_joined(rows: Rows) -> None:
    """Warn of agreements that name no party at all."""
    good = rows.good("agreements")
    if len(good) == 0:
        return
    named = np.unique(rows.refer("parties", "agreement").numbers)
    listed = np.unique(rows.refer("agreements", "parties").rows)
    joined = good["_number"].isin(named) | good.index.isin(listed)
    for row in good.index[~joined]:
        rows.report("agreements", row, "no_parties", column="id", reject=False, severity="warning")


def check_years_near(rows: Rows) -> None:
    """Warn of agreements dated so far from the others that a digit is probably wrong."""
    good = rows.good("agreements")
    if "date_start" not in good:
        return
    for row in good.index[find_far(good["date_start"])]:
        rows.report(
            "agreements",
            row,
            "far_date",
            column="date",
            reject=False,
            severity="warning",
            details={"years": FAR_YEARS},
        )


def find_far(days: pd.Series) -> pd.Series:
    """Find the days that lie more than `FAR_YEARS` from the median year.

    >>> find_far(pd.Series(pd.to_datetime(["2024-05-01", "2023-01-01", "2204-05-01"]))).tolist()
    [False, False, True]
    """
    years = days.dt.year
    return (years - years.median()).abs() > FAR_YEARS


def _group_ids(rows: Rows, table: Table) -> list[tuple[str, pd.DataFrame]]:
    """Group the good rows of a table that has ids by what their ids must differ within."""
    good = rows.good(table.name)
    if "id" not in good:
        return []
    return list(rows.kinds_of(table)) or [(table.name, good)]


def _report_duplicates(rows: Rows, groups: Sequence[tuple[str, pd.Series]]) -> None:
    codes, _ = code_texts(concat_texts([pd.Index(ids, dtype="str") for _, ids in groups]))
    again = pd.Series(codes).duplicated().to_numpy()
    if not again.any():
        return
    places = [(table, row) for table, ids in groups for row in ids.index]
    first = dict(zip(codes[::-1].tolist(), reversed(places), strict=True))
    located: dict[int, str] = {}
    for place in np.flatnonzero(again).tolist():
        table, row = places[place]
        code = int(codes[place])
        if code not in located:
            located[code] = rows.locate(*first[code])
        details = {"first": located[code]}
        rows.report(table, row, "duplicate_id", column="id", details=details)


def _names(part: pd.DataFrame) -> pd.Series:
    return part["name"].fillna(part["id"]) if "name" in part else part["id"]


def _aliases(part: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    """List the aliases of each row (nothing where no row has any)."""
    if "aliases" not in part or part["aliases"].isna().all():
        return ()
    return (parse_list(alias) if isinstance(alias, str) else () for alias in part["aliases"])


def _enter_rejected(rows: Rows, table: Table, directory: Directory) -> None:
    """Enter where the rejected rows of a node table stand, for those that refer to them."""
    if not (table.node or table.node_by) or not rows.has(table.name, "id"):
        return
    ids = rows.tables[table.name]["id"]
    known = ids[rows.bad[table.name]].dropna().drop_duplicates()
    for row, text in zip(known.index.tolist(), known.tolist(), strict=True):
        if text not in directory.rejected:
            directory.rejected[text] = rows.locate(table.name, row)


def _enter_implicit(rows: Rows, directory: Directory) -> None:
    """Enter disciplines, industries and regions that only references name."""
    schema = read_schema()
    for kind, node_kind in schema.node_kinds.items():
        if not node_kind.implicit or node_kind.table in rows.tables:
            continue
        texts: set[str] = set()
        for table in schema.tables.values():
            for column in table.columns.values():
                if column.kinds == (kind,) and rows.has(table.name, column.name):
                    cells = code_texts(rows.good(table.name)[column.name].dropna())[1]
                    texts.update(_split(cells, column)[1])
        directory.add(kind, sorted(texts), sorted(texts))


def _read_unique(rows: Rows, table: Table, name: str) -> Ints | None:
    """Read a column of what stands once in a table as numbers; None where it is not in the data."""
    if (table.name, name) in rows.references:
        return rows.number(table.name, name)
    if not rows.has(table.name, name):
        return None
    return code_texts(rows.tables[table.name][name])[0]


def _report_again(rows: Rows, table: Table, row: int, first: int, directory: Directory) -> None:
    cells = (_say_cell(rows, table.name, row, column, directory) for column in table.unique)
    rows.report(
        table.name,
        row,
        "duplicate_row",
        column=table.unique[0],
        reject=False,
        severity="warning",
        details={"first": rows.locate(table.name, first), "key": " / ".join(cells)},
    )


def _say_cell(rows: Rows, table: str, row: int, column: str, directory: Directory) -> str:
    if (table, column) in rows.references:
        return str(directory.keys[rows.number(table, column)[row]])
    return str(rows.tables[table].at[row, column])


def _empty_references(rows: Rows, table: Table, column: Column, allowed: Sequence[str]) -> None:
    frame = rows.tables[table.name]
    found = rows.references[table.name, column.name]
    fits = frame[str(table.node_by)].isin(allowed).to_numpy()
    named = np.unique(rows.refer(table.name, column.name).rows)
    for row in named[~fits[named]]:
        details = {"found": frame.at[row, str(table.node_by)], "kinds": ", ".join(allowed)}
        rows.report(
            table.name,
            row,
            "wrong_kind",
            column=column.name,
            value=frame.at[row, "id"],
            reject=False,
            severity="warning",
            details=details,
        )
    rows.references[table.name, column.name] = found.keep(fits[found.rows])


def _resolve_column(rows: Rows, table: str, column: Column, directory: Directory) -> None:
    """Find the nodes that the cells of a column mean, each once; report what leads nowhere."""
    cells = rows.good(table)[column.name].dropna()
    codes, distinct = code_texts(cells)
    owners, texts = _split(distinct, column)
    text_codes, asked = code_texts(texts)
    numbers = directory.find_all(asked, column.kinds)[text_codes]
    row, part = _expand(codes, owners, len(distinct))
    at = cells.index.to_numpy(dtype=np.int32)
    found = References(at[row], numbers[part].astype(np.int32))
    lost = found.numbers < 0
    again = _find_again(found, lost) if column.type == "refs" else np.zeros_like(lost)
    doubted = lost | again if column.edge == "party" else lost
    for place in np.flatnonzero(doubted):
        text = texts[part[place]]
        if lost[place]:
            _report_lost(rows, (table, int(found.rows[place]), column), text, directory)
        else:
            at = int(found.rows[place])
            mine = found.numbers[slice(*np.searchsorted(found.rows, (at, at + 1)))]
            alone = bool((mine == mine[0]).all())
            _report_repeated(rows, table, at, column.name, alone=alone, value=text)
    rows.references[table, column.name] = found.keep(~(lost | again))


def _split(cells: pd.Index, column: Column) -> tuple[Ints, pd.Index]:
    """Split the cells of a column of lists; a single reference is taken whole."""
    return split_texts(cells) if column.type == "refs" else (np.arange(len(cells)), cells)


def _expand(codes: Ints, owners: Ints, cells: int) -> tuple[Ints, Ints]:
    """Pair every row (by the code of its cell) with every part of its cell."""
    counts = np.bincount(owners, minlength=cells)
    starts = np.cumsum(counts) - counts
    repeats = counts[codes]
    row = np.repeat(np.arange(len(codes)), repeats)
    within = np.arange(len(row)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return row, starts[codes][row] + within


def _find_again(found: References, lost: Flags) -> Flags:
    """Find the references that their row makes already."""
    pairs = pd.DataFrame({"row": found.rows, "number": found.numbers})
    return np.asarray(pairs.duplicated()) & ~lost


def _report_lost(
    rows: Rows, place: tuple[str, int, Column], text: str, directory: Directory
) -> None:
    table, row, column = place
    finding = directory.find(text, column.kinds)
    rows.report(
        table,
        row,
        finding.code,
        column=column.name,
        value=text,
        reject=column.required,
        details={"kinds": ", ".join(column.kinds), **dict(finding.details)},
    )


def _report_repeated(
    rows: Rows, table: str, row: int, column: str, *, alone: bool, value: str | None = None
) -> None:
    in_cell = value is not None
    rows.report(
        table,
        row,
        "self_cooperation" if alone else "duplicate_party",
        column=column,
        value=value,
        reject=not in_cell,
        severity="error" if alone else "warning",
    )
