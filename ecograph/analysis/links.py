"""Which agreements link an industry with science, and what the industry's exposure is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Exposure

    Flags = NDArray[np.bool_]

__all__ = [
    "KNOWLEDGE_KINDS",
    "list_firms",
    "list_links",
    "list_parties",
    "list_topics",
    "mark_science",
    "number_nodes",
    "read_accounts",
    "sum_exposure",
]

KNOWLEDGE_KINDS = ("university", "platform")
"""The kinds that stand for science: a link needs one of them as a party."""


def list_parties(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the parties of the agreements that count: agreement, party, each pair once.

    As in every list here, nodes are given by their positions among the ecosystem's ``keys``.
    """
    agreement, party = ecosystem.find_pairs("party")
    counted = ecosystem.mark_counted()[agreement]
    return pd.DataFrame({"agreement": agreement[counted], "party": party[counted]})


def list_firms(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms of each industry: industry, enterprise."""
    enterprise, industry = ecosystem.find_pairs("works_in")
    return pd.DataFrame({"industry": industry, "enterprise": enterprise})


def list_links(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the links of industries with science: industry, agreement, enterprise; each pair once.

    An agreement that counts and has a university or platform as a party is a link of the
    industries that it names; where it names none, of the industries of its firms. ``enterprise``
    is the first firm that is behind the link, -1 where none is named. The same question is
    computed once.
    """
    if "links" not in ecosystem.memory:
        ecosystem.memory["links"] = _list_links(ecosystem)
    links: pd.DataFrame = ecosystem.memory["links"]
    return links


def list_topics(ecosystem: Ecosystem) -> pd.DataFrame:
    """List what the links are about: industry, agreement, enterprise, discipline."""
    agreement, discipline = ecosystem.find_pairs("about")
    about = pd.DataFrame({"agreement": agreement, "discipline": discipline})
    return list_links(ecosystem).merge(about, on="agreement")


def mark_science(ecosystem: Ecosystem) -> Flags:
    """Say of every node whether it is an agreement that counts with a university or platform."""
    parties = list_parties(ecosystem)
    science = ecosystem.mark(*KNOWLEDGE_KINDS)[parties["party"]]
    marked = np.zeros(len(ecosystem.keys), dtype=bool)
    marked[parties.loc[science, "agreement"]] = True
    return marked


def _list_links(ecosystem: Ecosystem) -> pd.DataFrame:
    parties = list_parties(ecosystem)
    concerned, industry = ecosystem.find_pairs("concerns")
    signing = parties[ecosystem.mark("industry")[parties["party"]]]
    firm = _find_first_firm(ecosystem, parties)
    agreement = np.concatenate([concerned, signing["agreement"]])
    named = pd.DataFrame(
        {
            "industry": np.concatenate([industry, signing["party"]]),
            "agreement": agreement,
            "enterprise": firm[agreement],
        }
    )
    has_name = np.zeros(len(ecosystem.keys), dtype=bool)
    has_name[agreement] = True
    others = parties[
        ~has_name[parties["agreement"]] & ecosystem.mark("enterprise")[parties["party"]]
    ]
    of_firms = others.merge(list_firms(ecosystem), left_on="party", right_on="enterprise")
    links = pd.concat([named, of_firms[["industry", "agreement", "enterprise"]]])
    links = links[mark_science(ecosystem)[links["agreement"]]]
    links = links.sort_values(["industry", "agreement", "enterprise"])
    return links.drop_duplicates(["industry", "agreement"], ignore_index=True)


def _find_first_firm(ecosystem: Ecosystem, parties: pd.DataFrame) -> NDArray[np.int64]:
    """Find of every agreement the first firm that is a party; -1 where there is none."""
    firms = parties[ecosystem.mark("enterprise")[parties["party"]]]
    first = np.full(len(ecosystem.keys), len(ecosystem.keys))
    np.minimum.at(first, firms["agreement"].to_numpy(), firms["party"].to_numpy())
    return np.where(first < len(ecosystem.keys), first, -1)


def number_nodes(ecosystem: Ecosystem, positions: NDArray[np.integer]) -> NDArray[np.int64]:
    """Give some of all nodes numbers from 0 in their order; -1 to the others."""
    numbers = np.full(len(ecosystem.keys), -1)
    numbers[positions] = np.arange(len(positions))
    return numbers


def read_accounts(ecosystem: Ecosystem, figures: Sequence[str]) -> pd.DataFrame:
    """Read figures of the accounts up to the as-of year.

    Parameters
    ----------
    ecosystem
        The ecosystem; years after that of its as-of day are left out.
    figures
        Number and amount columns of the table ``financials``.

    Returns
    -------
    pandas.DataFrame
        Indexed by enterprise and year, in this order; one column a figure, nan where it is not in
        the data or rows of the same firm and year contradict each other.
    """
    keys = ["enterprise", "year"]
    accounts = ecosystem.table("financials", [*keys, *figures])[[*keys, *figures]]
    accounts = accounts.astype({**dict.fromkeys(figures, float), "year": int})
    accounts = accounts.dropna(subset=list(figures), how="all")
    if ecosystem.as_of is not None:
        accounts = accounts[accounts["year"] <= ecosystem.as_of.year]
    years = accounts.groupby(keys)
    low, high = years.min(), years.max()
    return low.where(low == high)


def sum_exposure(ecosystem: Ecosystem, exposure: Exposure) -> pd.DataFrame:
    """Sum what each industry's links are compared with.

    Stated and listed figures are never mixed: one counts what an office knows of, the other what
    is in the registers. The figures that the industries table states are used where every
    relevant industry with a listed firm or a link states one; else the listed firms are counted
    for all, and an industry without them is unknown. Output is only ever stated. A negative
    figure is unknown.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    exposure
        ``enterprises`` (number of firms), ``rd_staff`` (people; of each firm the latest known
        figure up to the as-of year) or ``output`` (currency).

    Returns
    -------
    pandas.DataFrame
        Indexed by industry; ``exposure`` (nan where unknown) and ``exposure_from``: stated,
        listed or unknown.
    """
    industries = ecosystem.select("industry")
    value = industries.reindex(columns=[exposure])[exposure].astype(float)
    value, origin = value.where(value >= 0), "stated"
    if exposure != "output" and not _is_complete(value, ecosystem):
        listed = _sum_listed(ecosystem, exposure).astype(float)
        value, origin = listed.reindex(industries.index), "listed"
    known = pd.Series(origin, index=industries.index).where(value.notna(), "unknown")
    return pd.DataFrame({"exposure": value, "exposure_from": known})


def _is_complete(stated: pd.Series, ecosystem: Ecosystem) -> bool:
    """Say whether all relevant industries with a firm or a link state a figure."""
    relevant = ecosystem.select("industry").reindex(columns=["relevant"])["relevant"]
    lacking = (stated.isna() & ~relevant.isin([False])).to_numpy()
    at_play = np.zeros(len(ecosystem.keys), dtype=bool)
    at_play[list_firms(ecosystem)["industry"]] = True
    at_play[list_links(ecosystem)["industry"]] = True
    return not at_play[ecosystem.find_positions("industry")[lacking]].any()


def _sum_listed(ecosystem: Ecosystem, exposure: Exposure) -> pd.Series:
    firms = list_firms(ecosystem)
    if exposure == "enterprises":
        summed = firms.groupby("industry").size()
    else:
        staff = read_accounts(ecosystem, ["rd_staff"])["rd_staff"]
        latest = staff[staff >= 0].groupby("enterprise").last()
        known = latest.reindex(ecosystem.keys[firms["enterprise"]]).to_numpy(dtype=float)
        summed = firms.assign(x=known).groupby("industry")["x"].sum(min_count=1)
    return summed.set_axis(ecosystem.keys[summed.index], axis=0)
