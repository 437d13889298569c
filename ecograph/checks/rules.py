"""One small function for every rule that rows must obey."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.checks.directory import Directory
from ecograph.reading.values import parse_list
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecograph.checks.rows import Rows
    from ecograph.schema import Column, Table

__all__ = [
    "check_agreements_joined",
    "check_date_order",
    "check_duplicate_ids",
    "check_ids_shared",
    "check_parties_differ",
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
    schema = read_schema()
    seen: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for table in schema.tables.values():
        keyed = "id" in table.columns
        groups = list(rows.kinds_of(table)) or ([(table.name, rows.good(table.name))] * keyed)
        for kind, part in groups:
            known = seen[kind]
            for row, node_id in part.get("id", pd.Series(dtype=object)).items():
                if node_id in known:
                    first = rows.locate(*known[node_id])
                    rows.report(
                        table.name, row, "duplicate_id", column="id", details={"first": first}
                    )
                else:
                    known[node_id] = (table.name, row)


def enter_nodes(rows: Rows) -> Directory:
    """Enter every good row of the node tables into a directory."""
    directory = Directory()
    for table in read_schema().tables.values():
        for kind, part in rows.kinds_of(table):
            aliases = part["aliases"] if "aliases" in part else [None] * len(part)
            for node_id, name, alias in zip(part["id"], _names(part), aliases, strict=True):
                directory.add(kind, node_id, name, aliases=parse_list(alias or ""))
        _enter_rejected(rows, table, directory)
    _enter_implicit(rows, directory)
    directory.name_keys()
    return directory


def check_ids_shared(rows: Rows, directory: Directory) -> None:
    """Warn where nodes of several kinds have one id, because it is then written KIND:ID."""
    shared = {k for k, (_, i) in zip(directory.keys, directory.entries, strict=True) if k != i}
    for table in read_schema().tables.values():
        for kind, part in rows.kinds_of(table):
            ids = part["id"]
            for row in ids.index[[f"{kind}:{node_id}" in shared for node_id in ids]]:
                rows.report(
                    table.name,
                    row,
                    "shared_id",
                    column="id",
                    reject=False,
                    severity="warning",
                    details={"key": f"{kind}:{ids[row]}"},
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
    """Replace every reference by node keys; report those that lead nowhere.

    A single reference becomes a key or None, a list becomes a tuple of keys.
    """
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
            if not (table.node_by and column.edge and rows.has(table.name, column.name)):
                continue
            edge = schema.edge_kinds[column.edge]
            allowed = edge.target if column.inward else edge.source
            _empty_references(rows, table, column, allowed)


def check_rows_differ(rows: Rows) -> None:
    """Warn where a row says again what stands once: a firm's year, a university's discipline."""
    for table in read_schema().tables.values():
        good = rows.good(table.name)
        if not table.unique or not set(table.unique) <= set(good):
            continue
        first: dict[tuple[object, ...], int] = {}
        for row, *cells in good[list(table.unique)].itertuples():
            kept = first.setdefault(tuple(cells), row)
            if kept != row:
                _report_again(rows, table, row, kept)


def check_parties_differ(rows: Rows) -> None:
    """Reject a party that is in its agreement already: nobody cooperates with itself."""
    if "parties" not in rows.tables:
        return
    good = rows.good("parties")
    repeated = good.index[good.duplicated(["agreement", "organisation"])]
    members = good.groupby("agreement")["organisation"].nunique()
    for row in repeated:
        alone = members[good.at[row, "agreement"]] == 1
        _report_repeated(rows, "parties", row, "organisation", alone=bool(alone))


def check_agreements_joined(rows: Rows) -> None:
    """Warn of agreements that name no party at all."""
    good = rows.good("agreements")
    if len(good) == 0:
        return
    named = set(rows.good("parties").get("agreement", ()))
    listed = good["parties"].map(bool) if "parties" in good else good["id"].isna()
    for row in good.index[~good["_key"].isin(named) & ~listed]:
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


def _names(part: pd.DataFrame) -> list[str]:
    if "name" not in part:
        return list(part["id"])
    return [name or node_id for name, node_id in zip(part["name"], part["id"], strict=True)]


def _enter_rejected(rows: Rows, table: Table, directory: Directory) -> None:
    """Enter where the rejected rows of a node table stand, for those that refer to them."""
    if not (table.node or table.node_by) or not rows.has(table.name, "id"):
        return
    ids = rows.tables[table.name]["id"]
    for row in sorted(rows.rejected[table.name]):
        if ids[row]:
            directory.rejected.setdefault(ids[row], rows.locate(table.name, row))


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
                    cells = rows.good(table.name)[column.name].dropna()
                    split: Callable[[str], tuple[str, ...]] = _splitter(column)
                    texts.update(text for cell in cells.unique() for text in split(cell))
        for text in sorted(texts):
            directory.add(kind, text, text)


def _report_again(rows: Rows, table: Table, row: int, first: int) -> None:
    cells = (str(rows.tables[table.name].at[row, column]) for column in table.unique)
    rows.report(
        table.name,
        row,
        "duplicate_row",
        column=table.unique[0],
        reject=False,
        severity="warning",
        details={"first": rows.locate(table.name, first), "key": " / ".join(cells)},
    )


def _empty_references(rows: Rows, table: Table, column: Column, allowed: Sequence[str]) -> None:
    good = rows.good(table.name)
    kinds = good[str(table.node_by)]
    wrong = set(good.index[good[column.name].map(bool) & ~kinds.isin(allowed)])
    for row in sorted(wrong):
        details = {"found": kinds[row], "kinds": ", ".join(allowed)}
        rows.report(
            table.name,
            row,
            "wrong_kind",
            column=column.name,
            value=good.at[row, "id"],
            reject=False,
            severity="warning",
            details=details,
        )
    frame = rows.tables[table.name]
    blank = "" if column.type == "ref" else ()
    cells = [blank if row in wrong else cell for row, cell in frame[column.name].items()]
    rows.tables[table.name] = frame.assign(**{column.name: cells})


def _splitter(column: Column) -> Callable[[str], tuple[str, ...]]:
    return parse_list if column.type == "refs" else lambda text: (text,)


def _resolve_column(rows: Rows, table: str, column: Column, directory: Directory) -> None:
    split, single = _splitter(column), column.type == "ref"
    frame = rows.tables[table]
    resolved: dict[int, str | tuple[str, ...]] = {}
    for row, cell in rows.good(table)[column.name].items():
        keys = _resolve_cell(rows, (table, row, column), split(cell), directory) if cell else ()
        if keys:
            resolved[row] = keys[0] if single else keys
    blank = "" if single else ()
    cells = [resolved.get(row, blank) for row in frame.index]
    rows.tables[table] = frame.assign(**{column.name: cells})


def _resolve_cell(
    rows: Rows, place: tuple[str, int, Column], texts: Sequence[str], directory: Directory
) -> tuple[str, ...]:
    """Find the nodes that the texts of a cell mean, each once; report what leads nowhere."""
    table, row, column = place
    findings = [directory.find(text, column.kinds) for text in texts]
    keys: list[str] = []
    for text, found in zip(texts, findings, strict=True):
        if found.key is None:
            details = {"kinds": ", ".join(column.kinds), **dict(found.details)}
            rows.report(
                table,
                row,
                found.code,
                column=column.name,
                value=text,
                reject=column.required,
                details=details,
            )
        elif found.key not in keys:
            keys.append(found.key)
        elif column.edge == "party":
            alone = len({other.key for other in findings}) == 1
            _report_repeated(rows, table, row, column.name, alone=alone, value=text)
    return tuple(keys)


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
