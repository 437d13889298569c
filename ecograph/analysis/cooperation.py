"""What is known of the cooperation of firms with science, laid out to be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.links import KNOWLEDGE_KINDS, list_parties
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]

__all__ = ["Cooperation", "gather_cooperation", "list_standing"]


@dataclass(frozen=True, eq=False)
class Cooperation:
    """What is known of the cooperation of firms with science.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    agreements
        Those that count, indexed by position: amount, rung, the first and last day that their
        date may mean, first and last year of activity (nan where unknown).
    firms
        All firms that are listed.
    partners
        Universities and platforms with an agreement that counts.
    shared
        Enterprise, partner, agreement by position: every tie with each of its agreements.
    ties
        Indexed by the positions of enterprise and partner: agreements, rung, first and last
        year, dated (number of agreements with a date).
    events
        Those held by the as-of day.
    """

    ecosystem: Ecosystem
    agreements: pd.DataFrame
    firms: pd.DataFrame
    partners: pd.DataFrame
    shared: pd.DataFrame
    ties: pd.DataFrame
    events: pd.DataFrame

    @property
    def registered(self) -> bool:
        """Say whether there is a register of agreements, without which zero is not known."""
        return len(self.ecosystem.counts) > 0


def gather_cooperation(ecosystem: Ecosystem) -> Cooperation:
    """Gather agreements that count, ties, partners, firms and events."""
    parties = list_parties(ecosystem)
    agreements = _date_agreements(ecosystem)
    partners = parties[ecosystem.mark(*KNOWLEDGE_KINDS)[parties["party"]]]
    firms = parties[ecosystem.mark("enterprise")[parties["party"]]]
    shared = firms.set_axis(["agreement", "enterprise"], axis=1).merge(
        partners.set_axis(["agreement", "partner"], axis=1), on="agreement"
    )
    signing = np.isin(ecosystem.find_positions(*KNOWLEDGE_KINDS), partners["party"])
    return Cooperation(
        ecosystem=ecosystem,
        agreements=agreements,
        firms=ecosystem.select("enterprise"),
        partners=ecosystem.select(*KNOWLEDGE_KINDS)[signing],
        shared=shared,
        ties=_sum_ties(shared, agreements),
        events=_list_events(ecosystem),
    )


def list_standing(ecosystem: Ecosystem) -> Ints:
    """List the positions of the platforms that are not merely planned."""
    platforms = ecosystem.select("platform")
    status = platforms.reindex(columns=["status"])["status"]
    stands = status.isna() | status.isin(ecosystem.settings.counted)
    positions: Ints = ecosystem.find_positions("platform")[np.asarray(stands, dtype=bool)]
    return positions


def _date_agreements(ecosystem: Ecosystem) -> pd.DataFrame:
    """List amount, rung, and the years from signing to the recorded end or the as-of day."""
    columns = ["amount", "mode", "date_start", "date_end", "ends_start"]
    part = ecosystem.parts.get("agreement", pd.DataFrame()).reindex(columns=columns)
    nodes = part[ecosystem.counts]
    nodes.index = ecosystem.find_positions("agreement")[ecosystem.counts]
    rungs = {term.key: term.depth for term in read_schema().vocabularies["mode"]}
    starts, ends = (pd.to_datetime(nodes[column]) for column in ("date_start", "ends_start"))
    if ecosystem.as_of is not None:
        day = pd.Timestamp(ecosystem.as_of)
        ends = ends.mask(ends > day, day)
    first = starts.dt.year.astype(float)
    until = ends.dt.year.astype(float)
    return pd.DataFrame(
        {
            "amount": nodes["amount"].astype(float),
            "rung": nodes["mode"].map(rungs).astype(float),
            "date_start": starts,
            "date_end": pd.to_datetime(nodes["date_end"]),
            "first": first,
            "last": first.where(~(until > first), until),
        }
    )


def _sum_ties(shared: pd.DataFrame, agreements: pd.DataFrame) -> pd.DataFrame:
    details = shared.join(agreements[["rung", "first", "last"]], on="agreement")
    return details.groupby(["enterprise", "partner"]).agg(
        agreements=("agreement", "size"),
        rung=("rung", "max"),
        first=("first", "min"),
        last=("last", "max"),
        dated=("first", "count"),
    )


def _list_events(ecosystem: Ecosystem) -> pd.DataFrame:
    counts = ["firms", "achievements", "matched", "intents", "agreements"]
    events = ecosystem.table("events", ["date_start", "date_end", *counts])
    days = {column: pd.to_datetime(events[column]) for column in ("date_start", "date_end")}
    numbers = {column: events[column].astype(float) for column in counts}
    events = pd.DataFrame({**days, **numbers})
    if ecosystem.as_of is None:
        return events
    return events[~(events["date_start"] > pd.Timestamp(ecosystem.as_of))]
