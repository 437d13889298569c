"""Which tier each firm stands in on any day, as numbers: no sentence is made.

A rank is a place in ``TIERS``, 0 the highest. `assign_tiers` says the same of the as-of day, with
its reasons.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    UNKNOWN,
    Span,
    gather_facts,
    judge_clause,
    list_certificates,
)
from ecograph.analysis.links import list_parties
from ecograph.analysis.tiers import TIERS, name_neighbours
from ecograph.coding import find_places
from ecograph.rules import columns_of, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Clause

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    States = NDArray[np.int8]

__all__ = [
    "RENEWALS",
    "Ranks",
    "describe_firms",
    "describe_register",
    "find_holders",
    "list_terms",
    "rank_by_certificates",
    "rank_by_routes",
    "same_day",
]

RENEWALS = ("listed", "none_listed", "no_register")
"""Whether the register lists any certificate that a firm has had more than once."""


_LOWEST = len(TIERS) - 1


class Ranks(NamedTuple):
    """The rank of each firm on each day, and the best that it may be for all that is known."""

    rank: Ints
    possible: Ints


def list_terms(ecosystem: Ecosystem) -> pd.DataFrame:
    """List from when to when each certificate of a listed firm is valid.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        One row an entry of the register, renewals apart: ``place`` of the firm among the
        enterprises, ``certificate``, ``since`` (the first day that its beginning may be) and
        ``until`` (the last day that its end may be), both NaT where unknown, and the ``rank`` of
        the tier that it gives (that of no tier where it gives none); in this order.
    """
    rows = list_certificates(ecosystem)
    place = find_places(pd.Index(rows["enterprise"]), ecosystem.select("enterprise").index)
    tiers = read_rules(ecosystem.settings.rules).tiers.tiers
    giving = {key: rank for rank, tier in enumerate(tiers) for key in tier.certificates}
    rank = np.asarray(rows["certificate"].map(giving).fillna(_LOWEST), dtype=np.int64)
    terms = rows.assign(place=place, rank=rank)
    columns = ["place", "certificate", "since", "until", "rank"]
    return terms.loc[place >= 0, columns].sort_values(columns, ignore_index=True)


def find_holders(
    terms: pd.DataFrame, days: Sequence[dt.date], size: int, *, as_of: dt.date | None
) -> States:
    """Find who holds any of some certificates on each day.

    Parameters
    ----------
    terms
        Rows of `list_terms`.
    days
        The days; none of them after the as-of day.
    size
        The number of firms.
    as_of
        The as-of day. A certificate without a first day is taken to have begun by then, and may
        have begun before.

    Returns
    -------
    numpy.ndarray
        Firms x days: ``MET``, ``UNKNOWN`` (only where a first day is) or ``NOT_MET``.
    """
    day = np.array(days, dtype="datetime64[s]")
    since, until = (terms[name].to_numpy()[:, np.newaxis] for name in ("since", "until"))
    begun, undated = since <= day, np.isnat(since)
    begun |= undated & (day == np.datetime64(as_of or "NaT", "s"))
    state = np.where(begun, MET, np.where(undated, UNKNOWN, NOT_MET))
    state = np.where(until < day, NOT_MET, state).astype(np.int8)
    held = np.full((size, len(days)), NOT_MET, dtype=np.int8)
    np.maximum.at(held, terms["place"].to_numpy(), state)
    return held


def rank_by_certificates(
    terms: pd.DataFrame, days: Sequence[dt.date], size: int, *, as_of: dt.date | None
) -> Ranks:
    """Rank each firm on each day by its certificates in force; see `find_holders`."""
    rank = np.full((size, len(days)), _LOWEST)
    possible = rank.copy()
    for tier in reversed(range(_LOWEST)):
        held = find_holders(terms[terms["rank"] == tier], days, size, as_of=as_of)
        rank[held == MET] = tier
        possible[held >= UNKNOWN] = tier
    return Ranks(rank, possible)


def rank_by_routes(ecosystem: Ecosystem, day: dt.date | None) -> Ranks:
    """Rank each firm on a day by the routes without a certificate.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    day
        The as-of day, or one before: figures are those of years up to then, and an agreement
        without a date may have been made by then or not.

    Returns
    -------
    Ranks
        One rank a firm.

    Notes
    -----
    What is judged without the accounts stays true with them, so that they are read only for the
    firms that are still undecided.
    """
    then = ecosystem.configure(replace(ecosystem.settings, as_of=day))
    facts = _gather_facts(ecosystem, replace(then, tables={}))
    routes = read_rules(ecosystem.settings.rules).tiers.routes
    undecided = np.zeros(len(facts.firms), dtype=bool)
    for route in routes:
        undecided |= judge_clause(route.clause, facts).states == UNKNOWN
    if undecided.any():
        needed = [name for route in routes for name in _list_columns(route.clause)]
        figures = _cut_accounts(ecosystem, facts.firms[undecided], needed)
        facts = _gather_facts(ecosystem, replace(then, tables={"financials": figures}))
    rank = np.full(len(facts.firms), _LOWEST)
    possible = rank.copy()
    for route in routes:
        states = judge_clause(route.clause, facts).states
        for found, least in ((rank, MET), (possible, UNKNOWN)):
            found[(states >= least) & (found == _LOWEST)] = TIERS.index(route.tier)
    return Ranks(rank, possible)


def same_day(day: dt.date, year: int) -> dt.date:
    """Take the same day of another year; 28 February for the 29th where there is none.

    >>> same_day(dt.date(2024, 2, 29), 2023)
    datetime.date(2023, 2, 28)
    """
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def describe_firms(ecosystem: Ecosystem) -> pd.DataFrame:
    """Name each firm, its industries and its regions: name, industry, region, by enterprise."""
    firms = ecosystem.select("enterprise")
    columns = {
        "name": firms["name"].to_numpy(dtype=object),
        "industry": name_neighbours(ecosystem, "works_in"),
        "region": name_neighbours(ecosystem, "lies_in"),
    }
    return pd.DataFrame(columns, index=firms.index.rename("enterprise"))


def describe_register(terms: pd.DataFrame) -> dict[str, object]:
    """Say what the register of certificates can tell of the past.

    Where no certificate is listed twice for a firm, the register may hold only the latest one: what
    looks like a new certificate may be a renewal, and times in a tier are too short.

    Parameters
    ----------
    terms
        Rows of `list_terms`.

    Returns
    -------
    dict
        ``renewals`` (one of ``RENEWALS``), and how many ``certificates`` there are, ``renewed``
        ones, and ones ``without_first_day`` and ``without_last_day``.
    """
    giving = terms[terms["rank"] < _LOWEST]
    renewed = int(giving.duplicated(["place", "certificate"]).sum())
    seen = "listed" if renewed else "none_listed" if len(giving) else "no_register"
    return {
        "renewals": seen,
        "certificates": len(giving),
        "renewed": renewed,
        "without_first_day": int(giving["since"].isna().sum()),
        "without_last_day": int(giving["until"].isna().sum()),
    }


def _gather_facts(ecosystem: Ecosystem, then: Ecosystem) -> Facts:
    """Gather facts of an earlier day, when an agreement without a date may not have been made."""
    facts = gather_facts(then)
    if then.as_of is None or then.as_of == ecosystem.as_of:
        return facts
    made = pd.to_datetime(then.select("agreement").reindex(columns=["date_end"])["date_end"])
    sure = np.zeros(len(then.keys), dtype=bool)
    sure[then.find_positions("agreement")] = made.le(pd.Timestamp(then.as_of)).to_numpy()
    parties = list_parties(then)
    surely = np.bincount(parties.loc[sure[parties["agreement"]], "party"], minlength=len(sure))
    least = surely[then.find_positions("enterprise")].astype(float)
    span = Span(least, facts.spans["agreements"].high)
    return replace(facts, spans={**facts.spans, "agreements": span})


def _cut_accounts(ecosystem: Ecosystem, firms: pd.Index, needed: Iterable[str]) -> pd.DataFrame:
    """Cut out of the accounts what is known of some firms in some columns."""
    accounts = ecosystem.table("financials", ["enterprise", "year"])
    of_firms = accounts[accounts["enterprise"].isin(firms)]
    return of_firms[["enterprise", "year", *(n for n in dict.fromkeys(needed) if n in accounts)]]


def _list_columns(clause: Clause) -> Iterator[str]:
    """List the columns that a clause and its parts look at."""
    if clause.test:
        yield from columns_of(clause.test.quantity)
        if clause.test.limit.by is not None:
            yield from columns_of(clause.test.limit.by)
    for part in (*clause.any_of, *clause.all_of):
        yield from _list_columns(part)
