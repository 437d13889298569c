"""Load an ecosystem: read, check, resolve, and lay out nodes and edges."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecograph.checks import ACCOUNT_COLUMNS, Checked, check_sheets
from ecograph.checks.rules import find_far
from ecograph.coding import release_texts
from ecograph.ecosystem import Ecosystem
from ecograph.errors import DataError, SettingsError
from ecograph.layout import TableViews, lay_out
from ecograph.problems import Problem
from ecograph.reading.databases.addresses import find_place
from ecograph.reading.headers import match_sheets, pass_over_guides
from ecograph.reading.sources import read_source
from ecograph.reading.values.periods import parse_period
from ecograph.settings import Settings, settings_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecograph.checks import Merges
    from ecograph.reading.databases.addresses import Address
    from ecograph.reading.headers import Matched
    from ecograph.reading.sheets.raw import RawSheet
    from ecograph.reading.sources import Source

__all__ = ["load"]

_HAN = re.compile(r"[\u4e00-\u9fff]")


def load(
    path: str | Path | Address,
    *,
    settings: Settings | Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Ecosystem:
    """Load an ecosystem from a folder of tables, from one workbook, or from a database.

    Parameters
    ----------
    path
        Folder or workbook, laid out as ``ecograph schema`` says; or a database:
        ``sqlite:FILE``, ``duckdb:FILE``, ``postgresql://USER@HOST/DATABASE?tables=A,B``.
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
    place = find_place(path)
    source = pass_over_guides(read_source(place))
    matched, found = match_sheets(source)
    found = [*source.problems, *found]
    known = {(m.sheet.file, m.sheet.sheet) for m in matched}
    others = [s for s in source.sheets if (s.file, s.sheet) not in known]
    found += [problem for sheet in others for problem in sheet.problems]
    if not matched:
        raise DataError(f"{place} holds no table that ecograph knows.", found)
    merges = None
    if _is_asked(source, settings, matched):
        merges, more = _plan_merges(place, source, matched, found, settings)
        found += more
    checked = check_sheets(matched, currency=_name_currency(source), merges=merges)
    written = _guess_language(matched)
    source = replace(source, sheets=tuple(map(_forget_cells, source.sheets)))
    del matched  # the text of every cell, which is typed now
    ecosystem = _build_ecosystem(place, source, checked, found, settings, written)
    release_texts()
    if strict and ecosystem.errors:
        raise DataError(f"{place} has {len(ecosystem.errors)} errors.", ecosystem.problems)
    return ecosystem


def _build_ecosystem(
    place: Path | Address,
    source: Source,
    checked: Checked,
    found: Sequence[Problem],
    settings: Settings | Mapping[str, Any] | None,
    written: str,
) -> Ecosystem:
    chosen = _choose_settings(source, checked, settings, written)
    checked, assumed = _assume_status(checked, chosen.default_status)
    if chosen.resolve == "merged":
        assumed += _count_merged(checked.merged)
    laid = lay_out(checked)
    return Ecosystem(
        name=str(source.facts.get("name") or _name_after(place)),
        keys=laid.keys,
        parts=laid.parts,
        positions=laid.positions,
        named=laid.named,
        edge_columns=laid.edges,
        sheets=checked.sheets,
        tables=TableViews(checked),
        settings=chosen,
        currency=_name_currency(source),
        synthetic=bool(source.facts.get("synthetic", False)),
        problems=(*found, *checked.problems, *assumed),
        accounts=_account_for_all(source, checked),
        facts=dict(source.facts),
        hashes=dict(source.hashes),
        outline=source.outline,
        merged=checked.merged,
    )


def _name_currency(source: Source) -> str:
    return str(source.facts.get("currency", "CNY"))


def _is_asked(
    source: Source, settings: Settings | Mapping[str, Any] | None, matched: Sequence[Matched]
) -> bool:
    """Say whether people decided on names, or want the model to."""
    wanted = _override(source, settings).resolve
    decided = any(m.table.name == "resolutions" for m in matched)
    return wanted == "merged" or (wanted == "decided" and decided)


def _plan_merges(
    place: Path | Address,
    source: Source,
    matched: Sequence[Matched],
    found: Sequence[Problem],
    settings: Settings | Mapping[str, Any] | None,
) -> tuple[Merges, Sequence[Problem]]:
    """Find who is one organisation among what is there without any merging."""
    from ecograph.resolution.plan import plan_merges  # noqa: PLC0415 - few ask for it

    checked = check_sheets(matched, currency=_name_currency(source))
    written = _guess_language(matched)
    return plan_merges(_build_ecosystem(place, source, checked, found, settings, written))


def _name_after(place: Path | Address) -> str:
    if isinstance(place, Path):
        return place.resolve().name if place.is_dir() else place.stem
    return PurePath(place.label).stem


def _choose_settings(
    source: Source,
    checked: Checked,
    settings: Settings | Mapping[str, Any] | None,
    written: str,
) -> Settings:
    chosen = _override(source, settings)
    lang = chosen.lang or source.facts.get("language") or written
    as_of = chosen.as_of or _read_as_of(source.facts) or _find_latest(checked.tables, chosen)
    return replace(chosen, lang=lang, as_of=as_of)


def _override(source: Source, settings: Settings | Mapping[str, Any] | None) -> Settings:
    """Put settings over those of ecosystem.yaml; a settings value is taken as it is."""
    if isinstance(settings, Settings):
        return settings
    return settings_from(settings or {}, settings_from(source.facts.get("settings", {})))


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


def _forget_cells(sheet: RawSheet) -> RawSheet:
    return replace(sheet, cells=sheet.cells.iloc[:0].copy())


def _guess_language(matched: Sequence[Matched]) -> str:
    headers = "".join(name for sheet in matched for name in sheet.sheet.header)
    return "zh" if _HAN.search(headers) else "en"


def _assume_status(checked: Checked, default: str) -> tuple[Checked, list[Problem]]:
    agreements = checked.tables.get("agreements")
    if agreements is None:
        return checked, []
    if "status" not in agreements:
        agreements = agreements.assign(status=None)
    blank = agreements["status"].isna()
    problems = [
        Problem(
            "status_assumed",
            file=checked.sheets[number][0],
            sheet=checked.sheets[number][1],
            severity="warning",
            details={"count": int(count), "status": default},
        )
        for number, count in agreements.loc[blank, "_source"].value_counts().sort_index().items()
    ]
    status = agreements["status"].where(~blank, default)
    tables = {**checked.tables, "agreements": agreements.assign(status=status)}
    return replace(checked, tables=tables), problems


def _count_merged(merged: pd.DataFrame) -> list[Problem]:
    """Say how many organisations of each sheet the model or people took for others."""
    listed = merged[merged["kind"] != ""]
    return [
        Problem("names_merged", file=file, sheet=sheet, severity="warning", details={"count": n})
        for (file, sheet), n in listed.groupby(["file", "sheet"], sort=True).size().items()
    ]


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
