"""The firms without a link to science, and what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.brokers import mark_brokers
from ecograph.analysis.clauses import date_certificates
from ecograph.analysis.links import KNOWLEDGE_KINDS, list_firms
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ties import gather_ties, mark_existing, mark_linked, measure_steps
from ecograph.coding import find_places
from ecograph.projection import project_ties
from ecograph.rules import read_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]

__all__ = ["UNLINKED_COLUMNS", "list_unlinked_firms"]

UNLINKED_COLUMNS = (
    "industry",
    "industry_name",
    "enterprise",
    "name",
    "region",
    "pending",
    "demands",
    "certificates",
    "brokers",
    "steps",
    "steps_any",
)

_METHOD = {
    "unlinked": "a firm that is no party of an agreement that counts with a university or platform",
    "pending": "agreements with a university or platform that do not count: planned, in talks, or "
    "later than the as-of day",
    "demands": "stated by the as-of day; nan where the data have no demand at all",
    "certificates": "in force on the as-of day, of those that give a tier; nan where the data have "
    "no certificate at all, or it cannot be decided whether one is in force",
    "brokers": "organisations tied to the firm that the result brokers would list",
    "steps": "to the nearest university by agreements that count",
    "steps_any": "to the nearest university by services, hosts, events and achievements as well",
    "order": "by industry, then most pending, most demands, fewest steps_any, most certificates, "
    "then id",
}


def list_unlinked_firms(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms of each industry that have no link to science yet.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        One row an industry and firm, columns ``UNLINKED_COLUMNS``: names of firm and region;
        agreements with science that are ``pending``; demands stated; certificates of a tier in
        force; brokers tied to it; steps in the networks of agreements and of ties of any kind (a
        tie is one step), nan where no university can be reached. A firm of several industries is
        listed in each of them; those without one are only counted, in ``attrs["meta"]``, whose
        ``method`` defines the words and the order.
    """
    firms = list_firms(ecosystem)
    new = ~mark_linked(ecosystem)
    firms = firms[new[firms["enterprise"]]]
    table = _name(ecosystem, firms).assign(
        **{name: values[firms["enterprise"]] for name, values in _describe(ecosystem).items()}
    )
    order = [
        firms["enterprise"],
        -table["certificates"],
        table["steps_any"],
        -table["demands"],
        -table["pending"],
        firms["industry"],
    ]
    ordered = table.iloc[np.lexsort(order)].reset_index(drop=True)
    everyone = ecosystem.find_positions("enterprise")
    homeless = np.setdiff1d(everyone[new[everyone]], ecosystem.find_ends("works_in")[0])
    method = {**_METHOD, "without_industry": len(homeless)}
    return attach_meta(ordered[list(UNLINKED_COLUMNS)], ecosystem, "unlinked", method=method)


def _name(ecosystem: Ecosystem, firms: pd.DataFrame) -> pd.DataFrame:
    region = np.full(len(ecosystem.keys), "", dtype=object)
    source, target = ecosystem.find_ends("lies_in")
    region[source] = ecosystem.names[target]
    return pd.DataFrame(
        {
            "industry": ecosystem.keys[firms["industry"]],
            "industry_name": ecosystem.names[firms["industry"]],
            "enterprise": ecosystem.keys[firms["enterprise"]],
            "name": ecosystem.names[firms["enterprise"]],
            "region": region[firms["enterprise"]],
        }
    )


def _describe(ecosystem: Ecosystem) -> dict[str, Floats | Ints]:
    """Say of every node what the table tells of a firm."""
    ties = gather_ties(ecosystem)
    universities = ties.place[ecosystem.find_positions("university")]
    agreements = project_ties(ecosystem).adjacency
    values = {
        "brokers": ties.every @ mark_brokers(ecosystem, ties).astype(np.int64),
        "steps": measure_steps(agreements, universities),
        "steps_any": measure_steps(ties.every, universities),
    }
    # What a node that is no organisation gets is never read: the last value, or 0.
    spread = {name: np.append(value, 0)[ties.place] for name, value in values.items()}
    return {
        "pending": _count_pending(ecosystem),
        "demands": _count_demands(ecosystem),
        "certificates": _count_certificates(ecosystem),
        **spread,
    }


def _count_pending(ecosystem: Ecosystem) -> Ints:
    """Count, for every node, the agreements with science that it is in and that do not count."""
    agreement, party = ecosystem.find_pairs("party")
    science = np.zeros(len(ecosystem.keys), dtype=bool)
    science[agreement[ecosystem.mark(*KNOWLEDGE_KINDS)[party]]] = True
    waiting = (science & ~ecosystem.mark_counted())[agreement]
    return np.bincount(party[waiting], minlength=len(ecosystem.keys))


def _count_demands(ecosystem: Ecosystem) -> Floats:
    firm, demand = ecosystem.find_pairs("needs")
    if not len(demand):
        return np.full(len(ecosystem.keys), np.nan)
    stated = firm[mark_existing(ecosystem)[demand]]
    return np.bincount(stated, minlength=len(ecosystem.keys)).astype(float)


def _count_certificates(ecosystem: Ecosystem) -> Floats:
    """Count, for every node, the certificates in force that give a tier."""
    if not len(ecosystem.table("certificates")):
        return np.full(len(ecosystem.keys), np.nan)
    held = date_certificates(ecosystem)
    tiers = read_rules(ecosystem.settings.rules).tiers.tiers
    giving = [key for tier in tiers for key in tier.certificates]
    held = held[held["certificate"].isin(giving)]
    place = find_places(pd.Index(held["enterprise"]), ecosystem.keys)
    standing = held["standing"].where(place >= 0).to_numpy()
    valid, doubted = (
        np.bincount(place[standing == how], minlength=len(ecosystem.keys))
        for how in ("in_force", "undecided")
    )
    return np.where(doubted > 0, np.nan, valid.astype(float))
