"""Load an ecosystem: read, check, resolve, and lay out nodes and edges."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecograph.checks import ACCOUNT_COLUMNS, Checked, check_sheets
from ecograph.checks.rules import find_far
from ecograph.ecosystem import EDGE_COLUMNS, Ecosystem
from ecograph.errors import DataError, SettingsError
from ecograph.problems import Problem
from ecograph.reading.headers import match_sheets
from ecograph.reading.sources import read_source
from ecograph.reading.values import parse_period
from ecograph.schema import read_schema
from ecograph.settings import Settings, settings_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecograph.reading.headers import Matched
    from ecograph.reading.sources import Source
    from ecograph.schema import Column, Table

__all__ = ["load"]

_PLACE = {"_file": "file", "_sheet": "sheet", "_row": "row"}
_RESERVED = {"kind", "file", "sheet", "row", "table"}
_HAN = re.compile(r"[\u4e00-\u9fff]")


def load(
    path: str | Path,
    *,
    settings: Settings | Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Ecosystem:
    """Load an ecosystem from a folder of tables, or from one workbook.

    Parameters
    ----------
    path
        Folder or workbook, laid out as ``ecograph schema`` says.
    settings
        A settings value, or names and values that go before those of ecosystem.yaml.
    strict
        Whether any error in the data stops loading; otherwise what is wrong is left out and
        listed in ``problems`` of the result.

    Returns
    -------
    Ecosystem
        Nodes, edges, tables, problems and the account of all rows.

    Raises
    ------
    DataError
        If nothing can be read; with ``strict`` if any row or cell is in error.
    SettingsError
        If ecosystem.yaml or the settings hold an unknown key or an impossible value.
    """
    source = read_source(Path(path))
    matched, found = match_sheets(source)
    found = [*source.problems, *found]
    known = {(m.sheet.file, m.sheet.sheet) for m in matched}
    others = [s for s in source.sheets if (s.file, s.sheet) not in known]
    found += [problem for sheet in others for problem in sheet.problems]
    if not matched:
        raise DataError(f"{path} holds no table that ecograph knows.", found)
    checked = check_sheets(matched, currency=str(source.facts.get("currency", "CNY")))
    ecosystem = _build_ecosystem(Path(path), source, matched, checked, found, settings)
    if strict and ecosystem.errors:
        raise DataError(f"{path} has {len(ecosystem.errors)} errors.", ecosystem.problems)
    return ecosystem


def _build_ecosystem(
    path: Path,
    source: Source,
    matched: Sequence[Matched],
    checked: Checked,
    found: Sequence[Problem],
    settings: Settings | Mapping[str, Any] | None,
) -> Ecosystem:
    chosen = _choose_settings(source, matched, checked, settings)
    tables, assumed = _assume_status(checked.tables, chosen.default_status)
    checked = replace(checked, tables=tables)
    edges = _lay_out_edges(checked)
    return Ecosystem(
        name=str(source.facts.get("name") or _name_after(path)),
        nodes=_lay_out_nodes(checked, edges),
        edges=edges,
        tables=tables,
        settings=chosen,
        currency=str(source.facts.get("currency", "CNY")),
        synthetic=bool(source.facts.get("synthetic", False)),
        problems=(*found, *checked.problems, *assumed),
        accounts=_account_for_all(source, checked),
        facts=dict(source.facts),
        hashes=dict(source.hashes),
    )


def _name_after(path: Path) -> str:
    return path.resolve().name if path.is_dir() else path.stem


def _choose_settings(
    source: Source,
    matched: Sequence[Matched],
    checked: Checked,
    settings: Settings | Mapping[str, Any] | None,
) -> Settings:
    if isinstance(settings, Settings):
        chosen = settings
    else:
        chosen = settings_from(settings or {}, settings_from(source.facts.get("settings", {})))
    lang = chosen.lang or source.facts.get("language") or _guess_language(matched)
    as_of = chosen.as_of or _read_as_of(source.facts) or _find_latest(checked.tables, chosen)
    return replace(chosen, lang=lang, as_of=as_of)


def _read_as_of(facts: Mapping[str, Any]) -> dt.date | None:
    stated = facts.get("as_of")
    if isinstance(stated, dt.datetime):
        return stated.date()
    if stated is None or isinstance(stated, dt.date):
        return stated
    period = parse_period(str(stated))
    if period is None:
        raise SettingsError(f'ecosystem.yaml: as_of is "{stated}", which is not a date.')
    return period.end


def _find_latest(tables: Mapping[str, pd.DataFrame], settings: Settings) -> dt.date | None:
    """Find when the latest agreement that counts began: "now" does not depend on today."""
    columns = ["date_start", "status"]
    agreements = tables.get("agreements", pd.DataFrame()).reindex(columns=columns)
    status = agreements["status"].astype(object)
    status = status.where(status.notna(), settings.default_status)
    days = pd.to_datetime(agreements["date_start"])
    starts = days[status.isin(settings.counted) & ~find_far(days)].dropna()
    return pd.Timestamp(starts.max()).date() if len(starts) else None


def _guess_language(matched: Sequence[Matched]) -> str:
    headers = "".join(name for sheet in matched for name in sheet.sheet.header)
    return "zh" if _HAN.search(headers) else "en"


def _assume_status(
    tables: Mapping[str, pd.DataFrame], default: str
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    agreements = tables.get("agreements")
    if agreements is None:
        return dict(tables), []
    if "status" not in agreements:
        agreements = agreements.assign(status=None)
    blank = agreements["status"].isna()
    problems = [
        Problem(
            "status_assumed",
            file=str(file),
            sheet=str(sheet),
            severity="warning",
            details={"count": len(part), "status": default},
        )
        for (file, sheet), part in agreements[blank].groupby(["_file", "_sheet"])
    ]
    status = agreements["status"].where(~blank, default)
    return {**tables, "agreements": agreements.assign(status=status)}, problems


def _account_for_all(source: Source, checked: Checked) -> pd.DataFrame:
    """Add the sheets that are no table: all their rows are rejected, none is lost."""
    used = set(zip(checked.accounts["file"], checked.accounts["sheet"], strict=True))
    rows = [
        (sheet.file, sheet.sheet, "", sheet.rows_in, 0, sheet.rows_in - sheet.blank, sheet.blank)
        for sheet in source.sheets
        if (sheet.file, sheet.sheet) not in used
    ]
    others = pd.DataFrame(rows, columns=list(ACCOUNT_COLUMNS))
    return pd.concat([checked.accounts, others], ignore_index=True) if rows else checked.accounts


def _lay_out_nodes(checked: Checked, edges: pd.DataFrame) -> pd.DataFrame:
    parts = [_lay_out_implicit(checked, edges)]
    parts += [
        _lay_out_table(table, checked.tables[table.name])
        for table in read_schema().tables.values()
        if table.name in checked.tables and (table.node or table.node_by)
    ]
    nodes = pd.concat([part for part in parts if len(part)] or parts[:1], sort=False)
    nodes["name"] = nodes["name"].where(nodes["name"].notna(), nodes.index.to_series())
    return nodes.rename_axis("id").sort_index()


def _lay_out_table(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    references = [c.name for c in table.columns.values() if c.refers and c.name in frame]
    kind = frame[table.node_by] if table.node_by else table.node
    renamed = _rename_reserved(list(frame.columns))
    laid = frame.rename(columns={**renamed, **_PLACE}).assign(kind=kind)
    laid = laid.drop(columns=[*references, "_source", "id"]).set_index("_key")
    if "name" not in laid:
        laid = laid.assign(name=None)
    first = ["kind", "name"]
    return laid[[*first, *(c for c in laid.columns if c not in first)]]


def _rename_reserved(columns: Sequence[str]) -> dict[str, str]:
    """Give columns that would hide one of the graph's a name that no other column has."""
    renamed: dict[str, str] = {}
    for name in columns:
        if name in _RESERVED:
            free = f"{name}_"
            while free in columns:
                free = f"{free}_"
            renamed[name] = free
    return renamed


def _lay_out_implicit(checked: Checked, edges: pd.DataFrame) -> pd.DataFrame:
    """Lay out nodes that only references name, where a row that is used does so."""
    named = set(edges["source"]) | set(edges["target"])
    kinds = read_schema().node_kinds
    rows = [
        (key, kind, name, "", "", pd.NA)
        for key, (kind, name) in zip(checked.directory.keys, checked.directory.entries, strict=True)
        if kinds[kind].implicit and kinds[kind].table not in checked.tables and key in named
    ]
    columns = ["_key", "kind", "name", "file", "sheet", "row"]
    return pd.DataFrame(rows, columns=columns).set_index("_key")


def _lay_out_edges(checked: Checked) -> pd.DataFrame:
    parts = [
        part
        for table in read_schema().tables.values()
        if table.name in checked.tables
        for part in _edges_of(table, checked.tables[table.name])
        if len(part)
    ]
    if not parts:
        return pd.DataFrame(columns=list(EDGE_COLUMNS))
    edges = pd.concat(parts, ignore_index=True).reindex(columns=list(EDGE_COLUMNS))
    edges["amount"] = edges["amount"].astype(float)
    order = ["kind", "source", "target", "role", "amount", "level", "file", "sheet", "row"]
    return edges.sort_values(order, kind="stable", ignore_index=True)


def _edges_of(table: Table, frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    if table.edge:
        names = {table.edge.source: "source", table.edge.target: "target", **_PLACE}
        names |= {c: c for c in ("role", "level", "amount") if c in frame}
        kept = frame[list(names)].rename(columns=names)
        yield kept.assign(kind=table.edge.kind)
    for column in table.columns.values():
        if column.edge and column.name in frame:
            yield _edges_of_column(column, frame)
    for link in table.links:
        if link.source in frame and link.target in frame:
            ends = frame[[link.source, link.target, *_PLACE]].set_axis(
                ["source", "target", *_PLACE], axis=1
            )
            yield _explode(ends, "target").assign(kind=link.kind)


def _edges_of_column(column: Column, frame: pd.DataFrame) -> pd.DataFrame:
    row_end, cell_end = ("target", "source") if column.inward else ("source", "target")
    ends = frame[["_key", column.name, *_PLACE]].set_axis([row_end, cell_end, *_PLACE], axis=1)
    return _explode(ends, cell_end).assign(kind=column.edge)


def _explode(ends: pd.DataFrame, column: str) -> pd.DataFrame:
    """Give every reference of a cell its own row; drop the rows without one."""
    long = ends.explode(column).rename(columns=_PLACE)
    return long[long[column].notna() & (long[column] != "")]
