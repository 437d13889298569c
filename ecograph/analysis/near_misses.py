"""Firms that are one clause short of the next tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import NOT_MET, UNKNOWN, gather_facts, judge_programme
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ranks import describe_firms
from ecograph.analysis.reasons import say_missing
from ecograph.analysis.tiers import rank_firms
from ecograph.rules import UNITS, read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Programme

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["NEAR_MISS_COLUMNS", "list_near_misses"]

NEAR_MISS_COLUMNS = (
    "enterprise",
    "name",
    "industry",
    "region",
    "tier",
    "next_tier",
    "programme",
    "clause",
    "missing",
    "value",
    "threshold",
    "short_by",
    "short_share",
    "unit",
    "met",
    "unknown",
    "by_hand",
    "certainty",
)


class _Shortfall(NamedTuple):
    """How far firms are from meeting a clause, by the figure that fails.

    Parameters
    ----------
    figures
        How many figures, or other conditions, have to change.
    value, threshold
        Of the one that fails; nan where there is none, or more than one.
    unit
        Its place in ``UNITS``; -1 where there is none.
    """

    figures: Ints
    value: Floats
    threshold: Floats
    unit: Ints

    @property
    def share(self) -> Floats:
        """The distance, as a share of the threshold; infinite where it is not known."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.abs(self.value - self.threshold) / np.abs(self.threshold)
        return np.where(np.isnan(share), np.inf, share)


def list_near_misses(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms that surely fail exactly one clause of a programme of the next tier.

    Parameters
    ----------
    ecosystem
        The ecosystem; tiers are those of `assign_tiers`, programmes those in force on the as-of
        day, figures those of the latest year up to it.

    Returns
    -------
    pandas.DataFrame
        Columns ``NEAR_MISS_COLUMNS``, one row a firm and programme, those with the fewest unknown
        clauses first, then the smallest ``short_share``. ``clause`` is the one that is not met,
        ``missing`` says it in words; ``value`` (the best that the data allow) and ``threshold`` are
        of the figure that fails, nan where it is no figure or several have to change; where a
        clause can be met in several ways, of the nearest. ``short_by`` is how much is lacking (or
        too much), ``short_share`` the same as a share of the threshold. ``met`` and ``unknown``
        count the other clauses that tables can tell, ``by_hand`` those that none can.

    Notes
    -----
    A firm that fails no clause of a programme is not listed with it: nothing is known to be
    missing there. ``attrs["meta"]["method"]`` counts those firms by programme.
    """
    rules, facts = read_rules(ecosystem.settings.rules), gather_facts(ecosystem)
    programmes, rank = rules.pick(ecosystem.as_of), rank_firms(facts, rules.tiers)
    parts: list[pd.DataFrame] = []
    failing_none: dict[str, int] = {}
    for place, tier in enumerate(rules.tiers.tiers):
        here = np.flatnonzero(rank == place)
        for key in tier.programmes:
            if key not in programmes or not programmes[key].clauses:
                continue
            judged = _judge_firms(programmes[key], facts, here)
            failed = np.sum([clause.states == NOT_MET for clause in judged], axis=0)
            failing_none[key] = failing_none.get(key, 0) + int((failed == 0).sum())
            part = _describe_clauses(judged, np.flatnonzero(failed == 1), ecosystem.lang)
            part["place"] = here[failed == 1]
            parts.append(part.assign(tier=tier.id, next_tier=tier.next, programme=key))
    table = _order_rows(parts, describe_firms(ecosystem))
    method = {
        "mapping": rules.tiers.mapping,
        "programmes": {key: programmes[key].edition for key in failing_none},
        "failing_none": failing_none,
        "firms": int(table["enterprise"].nunique()),
        "amounts_compared": ecosystem.currency == "CNY",
    }
    return attach_meta(table, ecosystem, "near_misses", method=method)


def _judge_firms(programme: Programme, facts: Facts, places: Ints) -> list[Judged]:
    return [judged.take(places) for judged in judge_programme(programme, facts)]


def _describe_clauses(judged: Sequence[Judged], rows: Ints, lang: str) -> pd.DataFrame:
    """Describe, for firms that fail one clause, which it is and by how much."""
    taken = [clause.take(rows) for clause in judged]
    states = np.array([clause.states for clause in taken]).reshape(len(taken), len(rows))
    told = np.array([clause.clause.computable for clause in taken])
    unknown = (states[told] == UNKNOWN).sum(axis=0)
    by_hand = (states[~told] == UNKNOWN).sum(axis=0)
    failing = np.argmax(states == NOT_MET, axis=0)
    parts = [
        _describe_clause(clause, np.flatnonzero(failing == n), lang)
        for n, clause in enumerate(taken)
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1]).sort_index()
    return table.assign(met=len(taken) - 1 - unknown - by_hand, unknown=unknown, by_hand=by_hand)


def _describe_clause(judged: Judged, rows: Ints, lang: str) -> pd.DataFrame:
    """Describe how far some firms are from a clause that they fail."""
    taken = judged.take(rows)
    short = _measure_shortfall(taken)
    units = np.array([*UNITS, ""], dtype=object)
    share = short.share
    return pd.DataFrame(
        {
            "clause": judged.clause.id,
            "missing": say_missing([taken], lang),
            "value": short.value,
            "threshold": short.threshold,
            "short_by": np.abs(short.value - short.threshold),
            "short_share": np.where(np.isinf(share), np.nan, share),
            "unit": units[short.unit],
            "certainty": judged.clause.certainty,
        },
        index=rows,
    )


def _measure_shortfall(judged: Judged) -> _Shortfall:
    """Measure how far each firm is from a clause; those that do not fail it have 0 figures."""
    failed = judged.states == NOT_MET
    if judged.parts:
        parts = [_measure_shortfall(part) for part in judged.parts]
        found = _choose_nearest(parts) if judged.clause.any_of else _add_up(parts)
        return found._replace(figures=np.where(failed, found.figures, 0))
    nothing = np.full(len(failed), np.nan)
    figures = failed.astype(np.int64)
    if judged.clause.test is None or judged.value is None or judged.limit is None:
        return _Shortfall(figures, nothing, nothing, np.full(len(failed), -1))
    low = judged.clause.test.comparison in {"at_least", "more_than"}
    value = judged.value.high if low else judged.value.low
    limit = judged.limit.low if low else judged.limit.high
    return _Shortfall(
        figures,
        np.where(failed, value, np.nan),
        np.where(failed, limit, np.nan),
        np.where(failed, UNITS.index(judged.clause.test.unit), -1),
    )


def _add_up(parts: Sequence[_Shortfall]) -> _Shortfall:
    """Add up what has to change where all parts are needed; one figure is told as it is."""
    figures = np.sum([part.figures for part in parts], axis=0)
    value, threshold = (np.full(len(figures), np.nan) for _ in range(2))
    unit = np.full(len(figures), -1)
    for part in parts:
        alone = (figures == 1) & (part.figures == 1)
        value[alone], threshold[alone] = part.value[alone], part.threshold[alone]
        unit[alone] = part.unit[alone]
    return _Shortfall(figures, value, threshold, unit)


def _choose_nearest(parts: Sequence[_Shortfall]) -> _Shortfall:
    """Choose the way with the fewest figures to change, then the smallest share to go."""
    figures = np.array([part.figures for part in parts])
    share = np.array([part.share for part in parts])
    nearest = np.lexsort((share, figures), axis=0)[0]
    here = np.arange(len(nearest))
    columns = (np.array(column)[nearest, here] for column in zip(*parts, strict=True))
    return _Shortfall(*columns)


def _order_rows(parts: Sequence[pd.DataFrame], firms: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of all programmes together, the nearest first."""
    if not parts:
        return pd.DataFrame(columns=list(NEAR_MISS_COLUMNS))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    named = firms.reset_index().take(table["place"]).reset_index(drop=True)
    table = pd.concat([named, table], axis=1)
    keys = ["unknown", "short_share", "place", "programme"]
    ordered = table.sort_values(keys, ignore_index=True, na_position="last")
    return ordered[list(NEAR_MISS_COLUMNS)]
