"""Certificates that expire soon, or have expired: who has to be certified again, and is at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import MET, NOT_MET, UNKNOWN, gather_facts, judge_programme
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.phrases import say_days, to_objects
from ecograph.analysis.ranks import describe_firms, describe_register, list_terms
from ecograph.analysis.reasons import say_missing
from ecograph.analysis.tiers import TIERS, rank_firms
from ecograph.errors import SettingsError
from ecograph.rules import read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Programme

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]

__all__ = ["EXPIRING_COLUMNS", "RULE_STATES", "list_expiring"]

RULE_STATES = ("not_met", "unknown", "met")
"""Whether a holder meets the rule of a certificate, as far as tables can tell."""

EXPIRING_COLUMNS = (
    "enterprise",
    "name",
    "industry",
    "region",
    "certificate",
    "valid_to",
    "days_left",
    "status",
    "tier",
    "tier_without",
    "rule",
    "edition",
    "missing",
    "met",
    "not_met",
    "unknown",
    "by_hand",
    "certainty",
)


class _Verdicts(NamedTuple):
    """What is said of some holders under one edition of a rule, one value each."""

    rule: Objects
    missing: Objects
    met: Ints
    not_met: Ints
    unknown: Ints


def list_expiring(ecosystem: Ecosystem, *, months: int = 12, past: int = 6) -> pd.DataFrame:
    """List the certificates that expire within some months, or have expired without a renewal.

    The list for re-certification (到期复审). The last day still counts: a certificate that expires
    on the as-of day is in force, with 0 days left. One that the register lists again with a later
    last day, or without any, is renewed and left out.

    Parameters
    ----------
    ecosystem
        The ecosystem; without an as-of day the list is empty.
    months
        How far ahead, in calendar months.
    past
        How far back.

    Returns
    -------
    pandas.DataFrame
        Columns ``EXPIRING_COLUMNS``, one row a firm and certificate, the first to expire first:
        ``days_left`` (negative where expired), ``status`` (expiring or expired), the ``tier`` of
        the firm today and ``tier_without`` (that which its other certificates in force and the
        routes without one would give). ``rule`` (one of ``RULE_STATES``) says whether the firm
        meets the clauses of re-certification that tables can tell, in the ``edition`` in force on
        the last day, with today's figures: not_met where one surely fails, met where all are met,
        else unknown (also where the programme sets no such clause, or where a direct route that no
        table can tell may stand in for what is not met). ``missing`` says what is not met and by
        how much, and what is unknown; ``by_hand`` counts the clauses that no table can
        tell, which have to be checked by hand; ``certainty`` is the worst grade of the clauses
        judged.

    Raises
    ------
    SettingsError
        If ``months`` or ``past`` is negative.

    Notes
    -----
    Documents and clauses are in ``rules/*.yaml``; which of them hold on re-certification is marked
    there.
    """
    for name, value in (("months", months), ("past", past)):
        if value < 0:
            raise SettingsError(f"{name} is {value}; give 0 or more.")
    terms, facts = list_terms(ecosystem), gather_facts(ecosystem)
    rows = _find_due(ecosystem, terms, months, past)
    table = _describe_rows(ecosystem, facts, rows).join(_judge_rows(ecosystem, facts, rows))
    method = {
        "months": months,
        "past": past,
        "rule": "clauses that hold on re-certification, of the edition in force on the last day",
        "figures": "latest year up to the as-of year",
        "status": table["status"].value_counts().sort_index().to_dict(),
        "register": describe_register(terms),
    }
    return attach_meta(table[list(EXPIRING_COLUMNS)], ecosystem, "expiring", method=method)


def _find_due(ecosystem: Ecosystem, terms: pd.DataFrame, months: int, past: int) -> pd.DataFrame:
    """Find the certificates whose latest last day lies within the months ahead or past."""
    day = pd.Timestamp(ecosystem.as_of) if ecosystem.as_of else pd.NaT
    keys = ["place", "certificate"]
    endless = pd.MultiIndex.from_frame(terms.loc[terms["until"].isna(), keys])
    ordered = terms.dropna(subset="until").sort_values([*keys, "until"])
    latest = ordered.drop_duplicates(keys, keep="last")
    latest = latest[~pd.MultiIndex.from_frame(latest[keys]).isin(endless)]
    if pd.isna(day):
        return latest.iloc[:0].assign(days_left=0)
    last, first = day + pd.DateOffset(months=months), day - pd.DateOffset(months=past)
    begun = ~(latest["since"] > day)
    due = latest[begun & latest["until"].between(first, last)]
    due = due.assign(days_left=(due["until"] - day).dt.days)
    return due.sort_values(["until", *keys], ignore_index=True)


def _describe_rows(ecosystem: Ecosystem, facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each certificate whose it is, when it ends, and which tier hangs on it."""
    firms = describe_firms(ecosystem).reset_index().take(rows["place"])
    names, tiers = np.array(TIERS, dtype=object), read_rules(ecosystem.settings.rules).tiers
    without = np.zeros(len(rows), dtype=np.int64)
    for certificate in rows["certificate"].unique():
        here = (rows["certificate"] == certificate).to_numpy()
        rank = rank_firms(facts, tiers, without=[certificate])
        without[here] = rank[rows.loc[here, "place"]]
    return firms.reset_index(drop=True).assign(
        certificate=rows["certificate"].to_numpy(dtype=object),
        valid_to=to_objects(say_days(rows["until"].to_numpy())),
        days_left=rows["days_left"].to_numpy(dtype=np.int64),
        status=np.where(rows["days_left"] < 0, "expired", "expiring").astype(object),
        tier=names[rank_firms(facts, tiers)[rows["place"]]],
        tier_without=names[without],
    )


# The rule of each certificate, in the edition in force on its last day


def _judge_rows(ecosystem: Ecosystem, facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Judge of each row whether its firm meets the rule of re-certification."""
    editions = read_rules(ecosystem.settings.rules).editions
    number = _choose_editions(rows, editions)
    texts, counts = (
        ("rule", "edition", "missing", "certainty"),
        ("met", "not_met", "unknown", "by_hand"),
    )
    table: dict[str, NDArray[np.generic]] = {
        **{name: np.full(len(rows), "", dtype=object) for name in texts},
        **{name: np.zeros(len(rows), dtype=np.int64) for name in counts},
    }
    table["rule"][:] = "unknown"
    for place in np.unique(number[number >= 0]):
        here = np.flatnonzero(number == place)
        programme = editions[place]
        asked = [c for c in programme.clauses if c.recheck]
        table["edition"][here] = programme.edition
        table["by_hand"][here] = sum(not clause.computable for clause in asked)
        judged = _judge_holders(programme, facts, rows["place"].to_numpy()[here])
        if judged:
            for name, values in _sum_up(judged, ecosystem.lang)._asdict().items():
                table[name][here] = values
            table["certainty"][here] = max(j.clause.certainty for j in judged)
    return pd.DataFrame(table)


def _choose_editions(rows: pd.DataFrame, editions: Sequence[Programme]) -> Ints:
    """Choose the edition in force on the last day of each certificate; -1 where there is none."""
    number = np.full(len(rows), -1)
    days = rows["until"].dt.date.to_numpy()
    for place, programme in enumerate(editions):
        here = np.flatnonzero((rows["certificate"] == programme.id).to_numpy())
        number[here[[programme.in_force(day) for day in days[here]]]] = place
    return number


def _judge_holders(programme: Programme, facts: Facts, places: Ints) -> list[Judged]:
    """Judge what tables can tell of the clauses of re-certification, for some firms."""
    return [
        judged.take(places)
        for judged in judge_programme(programme, facts)
        if judged.clause.recheck and judged.clause.computable
    ]


def _sum_up(judged: Sequence[Judged], lang: str) -> _Verdicts:
    """Sum up the clauses: one that may be replaced by a direct route is not surely failed."""
    states = np.array([_doubt(clause) for clause in judged])
    worst = states.min(axis=0)
    counts = [(states == state).sum(axis=0) for state in (MET, NOT_MET, UNKNOWN)]
    rule = np.array(RULE_STATES, dtype=object)[worst - NOT_MET]
    return _Verdicts(rule, say_missing(judged, lang), *counts)


def _doubt(judged: Judged) -> NDArray[np.int8]:
    if judged.doubted is None:
        return judged.states
    return np.where(judged.doubted & (judged.states == NOT_MET), UNKNOWN, judged.states)
