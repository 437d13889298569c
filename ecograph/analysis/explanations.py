"""Every clause of every programme for every firm, with the cells that its values stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    UNKNOWN,
    gather_facts,
    judge_clause,
    judge_programme,
    locate_accounts,
    locate_certificates,
    locate_firms,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.phrases import join_texts, to_objects
from ecograph.analysis.reasons import say_lacks
from ecograph.analysis.tiers import describe_rules
from ecograph.errors import SettingsError
from ecograph.rules import COMPARISONS, FACTS, MOST_YEARS, columns_of, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Clause, Programme

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]

__all__ = ["CLAUSE_COLUMNS", "explain_tiers"]

CLAUSE_COLUMNS = (
    "enterprise",
    "name",
    "programme",
    "edition",
    "document",
    "clause",
    "role",
    "asks",
    "state",
    "excused",
    "value_low",
    "value_high",
    "comparison",
    "limit_low",
    "limit_high",
    "unit",
    "difference",
    "unknown_for",
    "lacking",
    "certainty",
    "columns",
    "year",
    "cells",
)

_STATES = {NOT_MET: "not_met", UNKNOWN: "unknown", MET: "met"}
_BOUNDS = ("value_low", "value_high", "limit_low", "limit_high")
_JOINER = "；"


def explain_tiers(ecosystem: Ecosystem, enterprise: str | None = None) -> pd.DataFrame:
    """Explain every clause of every programme in force, with the cells that its values stand in.

    Parameters
    ----------
    ecosystem
        The ecosystem; its as-of day chooses the documents in force.
    enterprise
        Id or name of one firm; by default all firms.

    Returns
    -------
    pandas.DataFrame
        One row a firm, programme and clause, columns ``CLAUSE_COLUMNS``. ``role``: clause; part
        (of the clause before the last dot of its id); direct (a route that excuses clauses).
        ``state``: met, not_met or unknown; ``excused`` where a direct route makes it met.
        ``value_low`` to ``value_high`` and ``limit_low`` to ``limit_high`` are the bounds of what
        is compared, empty where they are open; ``difference`` says how far the value is on the
        right side of the limit, below 0 by how much it misses it (in ``unit``).
        ``unknown_for``: figures (the columns in ``lacking``), no_table (no table tells it),
        register (nobody is listed as a holder, or the day is open), document (what it demands was
        not seen), parts. ``certainty``: A to D. ``columns`` that were asked, the latest ``year``
        of the firm's accounts, and the ``cells``: file and row of each year, the latest first.

    Raises
    ------
    SettingsError
        If there is no such firm.

    Notes
    -----
    A figure that stands as that of the year before (``revenue_prev``) is found in the row of the
    year after. With all of 100,000 firms the table has some eight million rows.
    """
    rules, facts = read_rules(ecosystem.settings.rules), gather_facts(ecosystem)
    if enterprise is not None:
        place = _find_firm(ecosystem, enterprise)
        facts = facts.cut(place, place + 1)
    programmes = rules.pick(ecosystem.as_of)
    entries = [entry for p in programmes.values() for entry in _list_entries(p, facts)]
    names = ecosystem.select("enterprise")["name"].reindex(facts.firms).to_numpy(dtype=object)
    table = _tabulate_entries(entries, facts, names, ecosystem)
    method = {
        **describe_rules(programmes.values(), rules.tiers, ecosystem.currency),
        "without_clauses": [key for key, p in programmes.items() if not p.clauses],
    }
    return attach_meta(table, ecosystem, "tier_clauses", method=method)


class _Entry(NamedTuple):
    """A clause, a part of one, or a direct route, judged."""

    programme: Programme
    name: str
    role: str
    judged: Judged
    excused: Flags


def _find_firm(ecosystem: Ecosystem, enterprise: str) -> int:
    """Find the place of a firm by its id, else by its name."""
    firms = ecosystem.select("enterprise")
    if enterprise in firms.index:
        return int(firms.index.get_indexer([enterprise])[0])
    named = np.flatnonzero(firms["name"] == enterprise)
    if len(named) != 1:
        ids = ", ".join(firms.index[named])
        said = f"; {len(named)} firms have this name: {ids}" if len(named) else ""
        raise SettingsError(f'There is no enterprise with the id "{enterprise}"{said}.')
    return int(named[0])


def _list_entries(programme: Programme, facts: Facts) -> Iterator[_Entry]:
    """List the clauses of a programme with their parts, then its direct routes."""
    none = np.zeros(len(facts.firms), dtype=bool)
    for judged in judge_programme(programme, facts):
        excused = none
        if judged.doubted is not None:
            excused = judged.states != judge_clause(judged.clause, facts).states
        yield _Entry(programme, judged.clause.id, "clause", judged, excused)
        yield from _list_parts(programme, judged.clause.id, judged, none)
    for route in programme.direct:
        judged = judge_clause(route.clause, facts)
        yield _Entry(programme, route.clause.id, "direct", judged, none)
        yield from _list_parts(programme, route.clause.id, judged, none)


def _list_parts(programme: Programme, name: str, judged: Judged, none: Flags) -> Iterator[_Entry]:
    for number, part in enumerate(judged.parts, start=1):
        yield _Entry(programme, f"{name}.{number}", "part", part, none)
        yield from _list_parts(programme, f"{name}.{number}", part, none)


def _tabulate_entries(
    entries: Sequence[_Entry], facts: Facts, names: Objects, ecosystem: Ecosystem
) -> pd.DataFrame:
    """Set the entries out, one row a firm and entry; what is the same for all firms is coded."""
    size, count = len(facts.firms), len(entries)
    sources = _Sources(ecosystem, facts)
    shared = pd.DataFrame([_describe_entry(entry, ecosystem.lang) for entry in entries])
    varying = [_measure_entry(entry, sources, ecosystem.lang) for entry in entries]
    columns: dict[str, object] = {
        "enterprise": np.repeat(facts.firms.to_numpy(dtype=object), count),
        "name": np.repeat(names, count),
        "year": pd.Series(np.repeat(sources.find_years(), count)).astype("Int64"),
    }
    for name in shared:
        codes, categories = pd.factorize(shared[name])
        columns[name] = pd.Categorical.from_codes(np.tile(codes, size), categories)
    for name in varying[0] if varying else ():
        columns[name] = np.column_stack([values[name] for values in varying]).ravel()
    return pd.DataFrame(columns).reindex(columns=list(CLAUSE_COLUMNS))


def _describe_entry(entry: _Entry, lang: str) -> dict[str, str]:
    """Describe what is the same for all firms."""
    clause, test = entry.judged.clause, entry.judged.clause.test
    return {
        "programme": entry.programme.id,
        "edition": entry.programme.edition,
        "document": entry.programme.document,
        "clause": entry.name,
        "role": entry.role,
        "asks": clause.text(lang),
        "comparison": COMPARISONS[test.comparison] if test else "",
        "unit": test.unit if test else "",
        "certainty": clause.certainty,
        "columns": _JOINER.join(_list_columns(clause)),
    }


def _list_columns(clause: Clause) -> dict[str, int]:
    """List the columns that a test asks for, with the number of years."""
    if clause.test is None:
        return dict.fromkeys(clause.holds, 0)
    by = clause.test.limit.by
    return {**(columns_of(by) if by else {}), **columns_of(clause.test.quantity)}


def _measure_entry(entry: _Entry, sources: _Sources, lang: str) -> dict[str, NDArray[Any]]:
    """Measure what differs from firm to firm."""
    judged, open_end = entry.judged, np.full(len(entry.judged.states), np.nan)
    value, limit = judged.value or (open_end, open_end), judged.limit or (open_end, open_end)
    bounds = [np.where(np.isfinite(bound), bound, np.nan) for bound in (*value, *limit)]
    return {
        "state": np.array([*_STATES.values()], dtype=object)[judged.states + 1],
        "excused": entry.excused,
        **dict(zip(_BOUNDS, bounds, strict=True)),
        "difference": _measure_difference(judged),
        "unknown_for": _find_cause(judged),
        "lacking": say_lacks(judged, lang),
        "cells": sources.cite(judged.clause),
    }


def _measure_difference(judged: Judged) -> Floats:
    """Measure how far a value is on the right side: at least, where met; at most, where not."""
    if judged.value is None or judged.limit is None or judged.clause.test is None:
        return np.full(len(judged.states), np.nan)
    value, limit = judged.value, judged.limit
    upwards = judged.clause.test.comparison in {"at_least", "more_than"}
    with np.errstate(invalid="ignore"):  # what is open on both sides
        worst = value.low - limit.high if upwards else limit.low - value.high
        best = value.high - limit.low if upwards else limit.high - value.low
    found = np.where(best < 0, best, np.where(worst >= 0, worst, np.nan))
    return np.where(np.isfinite(found), found, np.nan)


def _find_cause(judged: Judged) -> Objects:
    """Find why a clause is unknown."""
    clause, unknown = judged.clause, judged.states == UNKNOWN
    if clause.test:
        lacking = np.any([firms for _, _, firms in judged.lacks], axis=0) if judged.lacks else False
        cause = np.where(lacking, "figures", "no_table")
        return np.where(unknown, cause, "").astype(object)
    word = "no_table"
    if clause.unseen:
        word = "document"
    elif clause.holds:
        word = "register"
    elif judged.parts:
        word = "parts"
    return np.where(unknown, word, "").astype(object)


class _Sources:
    """The cells that what is known about the firms comes from."""

    def __init__(self, ecosystem: Ecosystem, facts: Facts) -> None:
        """Locate all cells."""
        self._size = len(facts.firms)
        accounts = locate_accounts(ecosystem, facts.firms, years=MOST_YEARS + 1)
        self._years = [accounts[accounts["behind"] == n] for n in range(MOST_YEARS + 1)]
        self._certificates = locate_certificates(ecosystem, facts.firms)
        places = ecosystem.select("enterprise").index.get_indexer(facts.firms)
        self._firms = locate_firms(ecosystem)[places]
        self._cited: dict[tuple[int, bool], Objects] = {}

    def find_years(self) -> Floats:
        """Find the latest year of each firm's accounts; nan where it has none."""
        years = np.full(self._size, np.nan)
        years[self._years[0]["place"]] = self._years[0]["year"]
        return years

    def cite(self, clause: Clause) -> Objects:
        """Cite the cells of each firm that a clause looks at."""
        if clause.holds:
            rows = self._certificates
            return self._join([rows[rows["certificate"] == key] for key in clause.holds])
        needed = _list_columns(clause)
        years = max((n for column, n in needed.items() if column not in FACTS), default=0)
        asked = years, "age_years" in needed
        if asked not in self._cited:
            self._cited[asked] = self._cite_years(*asked)
        return self._cited[asked]

    def _cite_years(self, years: int, founded: bool) -> Objects:  # noqa: FBT001 - a key
        cells = self._join(self._years[:years])
        if not founded:
            return cells
        joined = np.where(cells == "", self._firms, self._firms + _JOINER + cells)
        return np.asarray(joined, dtype=object)

    def _join(self, parts: Sequence[pd.DataFrame]) -> Objects:
        """Join the cells of each firm."""
        columns = [pa.array(_scatter(rows, self._size)) for rows in parts]
        if not columns:
            return np.full(self._size, "", dtype=object)
        return to_objects(join_texts(columns, _JOINER))


def _scatter(rows: pd.DataFrame, size: int) -> Objects:
    """Put cells at the places of their firms; nothing elsewhere."""
    cells = np.full(size, None, dtype=object)
    cells[rows["place"]] = rows["cell"]
    return cells
