"""What is known of the cooperation of firms with science, laid out to be measured."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from ecograph.analysis.links import KNOWLEDGE_KINDS, list_links, list_parties
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Numbers = NDArray[np.integer]

__all__ = ["Cooperation", "gather_cooperation", "list_standing", "recall"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Cooperation:
    """What is known of the cooperation of firms with science: all of it, or that of some.

    As in every list of `ecograph.analysis.links`, nodes are given by their positions.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    firms
        The firms that are meant, sorted.
    agreements
        Those that count, indexed by position: amount, rung, the first and last day that their
        date may mean, first and last year of activity, the year in which they certainly began
        (nan where unknown).
    parties
        Their agreement and party, each pair once.
    links
        Their industry and agreement, with the first firm behind; see `list_links`.
    topics
        Their agreement and discipline, each pair once.
    history
        Agreement, partner and dates of what shows that a partner is not new; where the agreements
        are those of a year, that of earlier years too.
    events
        Those held by the as-of day.
    since
        The day before the year up to the as-of day, or before the year that is meant; None where
        the as-of day is not known.
    """

    ecosystem: Ecosystem
    firms: Ints
    agreements: pd.DataFrame
    parties: pd.DataFrame
    links: pd.DataFrame
    topics: pd.DataFrame
    history: pd.DataFrame
    events: pd.DataFrame
    since: pd.Timestamp | None

    @property
    def registered(self) -> bool:
        """Say whether there is a register of agreements, without which zero is not known."""
        return len(self.ecosystem.counts) > 0

    @functools.cached_property
    def partners(self) -> Ints:
        """The universities and platforms with one of the agreements, sorted."""
        knowledge = self.ecosystem.mark(*KNOWLEDGE_KINDS)[self.parties["party"]]
        return np.unique(self.parties.loc[knowledge, "party"].to_numpy(dtype=np.int64))

    @functools.cached_property
    def shared(self) -> pd.DataFrame:
        """Enterprise, partner and agreement: every tie with each of its agreements."""
        meant = np.zeros(len(self.ecosystem.keys), dtype=bool)
        meant[self.firms] = True
        knowledge = self.ecosystem.mark(*KNOWLEDGE_KINDS)
        firms, partners = (self.parties[mark[self.parties["party"]]] for mark in (meant, knowledge))
        return firms.set_axis(["agreement", "enterprise"], axis=1).merge(
            partners.set_axis(["agreement", "partner"], axis=1), on="agreement"
        )

    @functools.cached_property
    def ties(self) -> pd.DataFrame:
        """Agreements, rung, first and last year and number of dated agreements of each tie.

        Indexed by enterprise and partner, in this order.
        """
        details = self.shared.join(self.agreements[["rung", "first", "last"]], on="agreement")
        return details.groupby(["enterprise", "partner"]).agg(
            agreements=("agreement", "size"),
            rung=("rung", "max"),
            first=("first", "min"),
            last=("last", "max"),
            dated=("first", "count"),
        )

    @functools.cached_property
    def units(self) -> Ints:
        """What each agreement moves with when firms are drawn again.

        It is the place among ``firms`` of its first one; an agreement that names none of them is
        a unit of its own, numbered after the firms.
        """
        size = len(self.firms)
        place = np.full(len(self.ecosystem.keys), size)
        place[self.firms] = np.arange(size)
        first = np.full(len(self.agreements), size)
        row = self.find_rows(self.parties["agreement"].to_numpy())
        np.minimum.at(first, row, place[self.parties["party"]])
        alone = first == size
        first[alone] += np.arange(int(alone.sum()))
        return first

    def find_rows(self, agreements: Numbers) -> Ints:
        """Find the rows of some of the agreements, which stand in the order of positions."""
        return np.searchsorted(self.agreements.index, agreements)

    def find_units(self, agreements: Numbers) -> Ints:
        """Find the units of some of the agreements."""
        return self.units[self.find_rows(agreements)]

    def restrict(
        self, firms: Numbers, agreements: Numbers, *, industry: int | None = None
    ) -> Cooperation:
        """Restrict to some firms and agreements.

        Parameters
        ----------
        firms
            The firms that are meant from now on; the ties of others are no longer counted.
        agreements
            The agreements that are left, which may have parties beside those firms.
        industry
            Where it is given, only the links of this industry are left.
        """
        kept = self.agreements.index.isin(agreements)
        links = self.links if industry is None else self.links[self.links["industry"] == industry]
        return replace(
            self,
            firms=self.firms[np.isin(self.firms, firms)],
            agreements=self.agreements[kept],
            parties=self._keep(self.parties, kept),
            links=self._keep(links, kept),
            topics=self._keep(self.topics, kept),
            history=self._keep(self.history, kept),
        )

    def restrict_to_year(self, year: int) -> Cooperation:
        """Restrict to the agreements that certainly began, and the events held, in a year."""
        began = self.agreements["began"] == year
        days = (self.events[column].dt.year == year for column in ("date_start", "date_end"))
        later = self.history["date_start"] > pd.Timestamp(year=year, month=12, day=31)
        those = self.restrict(self.firms, self.agreements.index[began].to_numpy())
        return replace(
            those,
            history=self.history[~later],
            events=self.events[np.logical_and(*days)],
            since=pd.Timestamp(year=year - 1, month=12, day=31),
        )

    def _keep(self, rows: pd.DataFrame, kept: NDArray[np.bool_]) -> pd.DataFrame:
        """Keep the rows of the agreements that are left."""
        return rows[kept[self.find_rows(rows["agreement"].to_numpy())]]


def gather_cooperation(ecosystem: Ecosystem) -> Cooperation:
    """Gather firms, agreements that count with what they name, and events."""
    parties, agreements = list_parties(ecosystem), _date_agreements(ecosystem)
    since = None
    if ecosystem.as_of is not None:
        since = pd.Timestamp(ecosystem.as_of) - pd.DateOffset(years=1)
    partners = parties[ecosystem.mark(*KNOWLEDGE_KINDS)[parties["party"]]]
    return Cooperation(
        ecosystem=ecosystem,
        firms=ecosystem.find_positions("enterprise"),
        agreements=agreements,
        parties=parties,
        links=list_links(ecosystem),
        topics=_list_topics(ecosystem),
        history=partners.set_axis(["agreement", "partner"], axis=1).join(
            agreements[["date_start", "date_end"]], on="agreement"
        ),
        events=_list_events(ecosystem),
        since=since,
    )


def recall(ecosystem: Ecosystem, answer: Callable[[Ecosystem], T]) -> T:
    """Answer a question about the whole ecosystem, which is the same for all its parts, once."""
    asked = (answer.__module__, answer.__qualname__)
    if asked not in ecosystem.memory:
        ecosystem.memory[asked] = answer(ecosystem)
    found: T = ecosystem.memory[asked]
    return found


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
    starts, ends, stops = (
        pd.to_datetime(nodes[column]) for column in ("date_start", "date_end", "ends_start")
    )
    if ecosystem.as_of is not None:
        day = pd.Timestamp(ecosystem.as_of)
        stops = stops.mask(stops > day, day)
    first = starts.dt.year.astype(float)
    until = stops.dt.year.astype(float)
    return pd.DataFrame(
        {
            "amount": nodes["amount"].astype(float),
            "rung": nodes["mode"].map(rungs).astype(float),
            "date_start": starts,
            "date_end": ends,
            "first": first,
            "last": first.where(~(until > first), until),
            "began": first.where(first == ends.dt.year),
        }
    )


def _list_topics(ecosystem: Ecosystem) -> pd.DataFrame:
    agreement, discipline = ecosystem.find_pairs("about")
    counted = ecosystem.mark_counted()[agreement]
    return pd.DataFrame({"agreement": agreement[counted], "discipline": discipline[counted]})


def _list_events(ecosystem: Ecosystem) -> pd.DataFrame:
    counts = ["firms", "achievements", "matched", "intents", "agreements"]
    events = ecosystem.table("events", ["date_start", "date_end", *counts])
    days = {column: pd.to_datetime(events[column]) for column in ("date_start", "date_end")}
    numbers = {column: events[column].astype(float) for column in counts}
    events = pd.DataFrame({**days, **numbers})
    if ecosystem.as_of is None:
        return events
    return events[~(events["date_start"] > pd.Timestamp(ecosystem.as_of))]
