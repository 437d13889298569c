"""How large each firm is by the official size classes, and which figures decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import gather_latest, locate_accounts
from ecograph.analysis.meta import attach_meta
from ecograph.rules import MEASURES, SIZES, read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Sector, SizeRule

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]

__all__ = ["SECTORS_FROM", "SIZE_COLUMNS", "classify_sizes"]

SECTORS_FROM = ("named", "assumed", "unnamed", "several", "outside", "no_industry")
"""How a sector is known: a text of the industry names it; no text does, and the rule has a sector
for that, or has none; texts name several; the document leaves the sector out; the firm has no
industry."""

SIZE_COLUMNS = (
    "name",
    "size",
    "smallest",
    "largest",
    "sector",
    "sector_from",
    "staff",
    "staff_size",
    "staff_next",
    "revenue",
    "revenue_size",
    "revenue_next",
    "assets",
    "assets_size",
    "assets_next",
    "decided_by",
    "lacking",
    "certainty",
    "year",
    "cells",
)

_JOINER = "；"
_UNKNOWN = "unknown"
_MICRO = len(SIZES) - 1
_LABELS = np.array([*SIZES, _UNKNOWN], dtype=object)
_NO_SECTOR = -1


class _Found(NamedTuple):
    """The sector of each firm: its number (-1: none), and how it is known."""

    sector: Ints
    known_by: Objects


def classify_sizes(ecosystem: Ecosystem) -> pd.DataFrame:
    """Classify the firms as large, medium, small or micro.

    Each figure alone allows a class; as a class demands that all its lower limits hold, the
    smallest class that any of them allows is the firm's. Where figures lack, the class is known
    only if those that are there decide it.

    Parameters
    ----------
    ecosystem
        The ecosystem; figures are those of the latest year up to the as-of year.

    Returns
    -------
    pandas.DataFrame
        Indexed by enterprise, columns ``SIZE_COLUMNS``. ``size``: one of ``SIZES``, or unknown,
        then between ``smallest`` and ``largest``. ``sector`` whose limits are used, and
        ``sector_from``: one of ``SECTORS_FROM``. Of each figure, the class that it allows, and
        the limit that the next larger class demands (nan for large, and where the sector does not
        look at it). ``decided_by``: the figures that hold the firm in its class; ``lacking``: those
        that would be needed. ``certainty`` of the limits, ``year`` and ``cells`` (file and row).

    Notes
    -----
    工信部联企业〔2011〕300号 and the statistical edition of 2017 (``rules/size.yaml``). They go by
    the national classification of industries; here the words of the industry's texts decide, and
    a sector that is only assumed says so.
    """
    rules, facts = read_rules(ecosystem.settings.rules), gather_latest(ecosystem)
    rule = rules.pick_size(ecosystem.as_of)
    sectors = rule.sectors if rule else ()
    found = _find_sectors(ecosystem, rule, facts)
    columns: dict[str, object] = {
        "name": ecosystem.select("enterprise")["name"].to_numpy(dtype=object),
        **_classify(sectors, found.sector, facts),
        "sector": _take([s.id for s in sectors], found.sector, _UNKNOWN),
        "sector_from": found.known_by,
        "certainty": _take([s.certainty for s in sectors], found.sector, ""),
        **_locate(ecosystem, facts),
    }
    table = pd.DataFrame(columns, index=facts.firms.rename("enterprise"))[list(SIZE_COLUMNS)]
    method = _describe_method(rule, table, ecosystem.currency)
    return attach_meta(table, ecosystem, "sizes", method=method)


# Sectors


def _find_sectors(ecosystem: Ecosystem, rule: SizeRule | None, facts: Facts) -> _Found:
    """Find the sector of each firm by its industries."""
    size = len(facts.firms)
    if rule is None or not size:
        return _Found(np.full(size, _NO_SECTOR), np.full(size, "no_industry", dtype=object))
    read = [_read_sector(texts, rule) for texts in _list_texts(ecosystem, rule.look_in)]
    firms, industries = ecosystem.find_pairs("works_in")
    owners = np.searchsorted(ecosystem.find_positions("enterprise"), firms)
    numbers = np.searchsorted(ecosystem.find_positions("industry"), industries)
    rows = pd.DataFrame({"owner": owners, "key": numbers}).drop_duplicates()
    rows["sector"] = np.array([sector for sector, _ in read], dtype=np.int64)[rows["key"]]
    rows["known_by"] = np.array([word for _, word in read], dtype=object)[rows["key"]]
    return _unite_sectors(rows, size)


def _unite_sectors(rows: pd.DataFrame, size: int) -> _Found:
    """Unite the sectors of a firm's industries: they have to be the same."""
    sector = np.full(size, _NO_SECTOR)
    known_by = np.full(size, "no_industry", dtype=object)
    ordered = rows.sort_values(["owner", "known_by"], kind="stable")  # assumed before named
    first = ordered.drop_duplicates("owner")
    sector[first["owner"]] = first["sector"]
    known_by[first["owner"]] = first["known_by"]
    spread = ordered.groupby("owner")["sector"].agg(["min", "max"])
    several = spread.index[spread["min"] != spread["max"]]
    sector[several], known_by[several] = _NO_SECTOR, "several"
    return _Found(sector, known_by)


def _list_texts(ecosystem: Ecosystem, columns: Sequence[str]) -> list[list[str]]:
    """List the texts of each industry that may tell its sector."""
    frame = ecosystem.select("industry").reindex(columns=list(columns))
    return [
        [text for text in row if isinstance(text, str) and text]
        for row in frame.itertuples(index=False)
    ]


def _read_sector(texts: Sequence[str], rule: SizeRule) -> tuple[int, str]:
    """Read the number of an industry's sector from the first text that names any."""
    for text in texts:
        folded = text.casefold()
        named = [n for n, s in enumerate(rule.sectors) if any(w in folded for w in s.words)]
        if len(named) > 1:
            return _NO_SECTOR, "several"
        if named:
            return named[0], "named" if rule.sectors[named[0]].limits else "outside"
    names = [sector.id for sector in rule.sectors]
    return (names.index(rule.otherwise), "assumed") if rule.otherwise else (_NO_SECTOR, "unnamed")


# Classes: ranks from 0 (large) to the last (micro), so that "all limits hold" is the greatest


class _Allowed(NamedTuple):
    """The classes that a figure allows: from the best to the worst rank; whether it is asked."""

    best: Ints
    worst: Ints
    asked: Flags


def _classify(sectors: Sequence[Sector], chosen: Ints, facts: Facts) -> dict[str, object]:
    """Classify by every figure, and by all together."""
    allowed: dict[str, _Allowed] = {}
    columns: dict[str, object] = {}
    for name in MEASURES:
        value, limits = facts.figure(name, 0), _spread_limits(sectors, chosen, name)
        allowed[name] = _allow(value, limits)
        columns |= _describe_figure(name, value, allowed[name], limits)
    asked = np.any([found.asked for found in allowed.values()], axis=0)
    best = np.where(asked, np.max([found.best for found in allowed.values()], axis=0), 0)
    worst = np.where(asked, np.max([found.worst for found in allowed.values()], axis=0), _MICRO)
    deciding = {n: f.asked & (f.best == f.worst) & (worst == f.best) for n, f in allowed.items()}
    lacking = {n: (f.best != f.worst) & (best != worst) for n, f in allowed.items()}
    return {
        **columns,
        "size": _LABELS[np.where(best == worst, worst, len(SIZES))],
        "smallest": _LABELS[worst],
        "largest": _LABELS[best],
        "decided_by": _join_names(deciding, best == worst),
        "lacking": _join_names(lacking, asked),
    }


def _spread_limits(sectors: Sequence[Sector], chosen: Ints, name: str) -> Floats:
    """Take the limits of each firm's sector: one row a firm, nan where it has none."""
    nothing = (np.nan,) * _MICRO
    table = [*(sector.limits.get(name, nothing) for sector in sectors), nothing]
    return np.array(table, dtype=np.float64)[chosen]


def _allow(value: Floats, limits: Floats) -> _Allowed:
    """Find the classes that a figure allows; a figure that is not asked allows all.

    >>> limits = np.tile([1000.0, 300.0, 20.0], (4, 1))
    >>> _allow(np.array([1000.0, 999.0, 19.0, np.nan]), limits).worst.tolist()
    [0, 1, 3, 3]
    """
    asked = ~np.isnan(limits[:, 0])
    rank = np.sum(value[:, np.newaxis] < limits, axis=1)
    open_end = asked & np.isnan(value)
    return _Allowed(np.where(open_end, 0, rank), np.where(open_end, _MICRO, rank), asked)


def _describe_figure(
    name: str, value: Floats, allowed: _Allowed, limits: Floats
) -> dict[str, object]:
    """Describe a figure: its value, its class, and the limit of the next larger class."""
    known = allowed.asked & (allowed.best == allowed.worst)
    next_limit = np.take_along_axis(limits, np.maximum(allowed.best - 1, 0)[:, np.newaxis], axis=1)
    return {
        name: value,
        f"{name}_size": np.where(known, _LABELS[allowed.best], ""),
        f"{name}_next": np.where(known & (allowed.best > 0), next_limit[:, 0], np.nan),
    }


def _join_names(marks: Mapping[str, Flags], where: Flags) -> Objects:
    """Join the names of the figures that are marked."""
    powers = {name: 2**number for number, name in enumerate(marks)}
    joined = [_JOINER.join(n for n in marks if code & powers[n]) for code in range(2 ** len(marks))]
    codes = np.sum([powers[name] * (mark & where) for name, mark in marks.items()], axis=0)
    return np.asarray(np.array(joined, dtype=object)[codes])


# The table


def _take(texts: Sequence[str], numbers: Ints, otherwise: str) -> Objects:
    return np.array([*texts, otherwise], dtype=object)[numbers]


def _locate(ecosystem: Ecosystem, facts: Facts) -> dict[str, object]:
    """Locate the latest year of each firm's accounts."""
    accounts = locate_accounts(ecosystem, facts.firms, years=1)
    latest = accounts.set_index("place").reindex(range(len(facts.firms)))
    return {
        "year": latest["year"].astype("Int64").array,
        "cells": latest["cell"].fillna("").to_numpy(dtype=object),
    }


def _describe_method(
    rule: SizeRule | None, table: pd.DataFrame, currency: str
) -> dict[str, object]:
    counts = table["size"].value_counts().reindex([*SIZES, _UNKNOWN], fill_value=0)
    known = table["sector_from"].value_counts().reindex(SECTORS_FROM, fill_value=0)
    return {
        "logic": "all lower limits of a class must hold, or the firm drops a class; "
        "missing figures leave open what the others do not decide",
        "figures": "latest year up to the as-of year",
        "amounts_compared": currency == "CNY",
        "document": rule.document if rule else None,
        "edition": rule.edition if rule else None,
        "source": rule.source if rule else None,
        "sizes": {str(name): int(n) for name, n in counts.items()},
        "sectors_from": {str(name): int(n) for name, n in known.items()},
    }
