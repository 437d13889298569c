"""Which agreements link an industry with science, and what the industry's exposure is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Exposure

__all__ = ["KNOWLEDGE_KINDS", "list_firms", "list_links", "list_parties", "sum_exposure"]

KNOWLEDGE_KINDS = ("university", "platform")
"""The kinds that stand for science: a link needs one of them as a party."""


def list_parties(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the parties of the agreements that count: agreement, party, kind, each pair once."""
    party = ecosystem.link("party")
    party = party[party["source"].isin(ecosystem.counted)][["source", "target"]]
    party = party.drop_duplicates().set_axis(["agreement", "party"], axis=1)
    kinds = ecosystem.nodes["kind"].reindex(party["party"]).to_numpy()
    return party.assign(kind=kinds)


def list_firms(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms of each industry: industry, enterprise."""
    works = ecosystem.link("works_in")[["target", "source"]].drop_duplicates()
    return works.set_axis(["industry", "enterprise"], axis=1)


def list_links(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the links of industries with science: industry, agreement, each pair once.

    An agreement that counts and has a university or platform as a party is a link of the
    industries that it names; where it names none, of the industries of its firms.
    """
    parties = list_parties(ecosystem)
    science = parties.loc[parties["kind"].isin(KNOWLEDGE_KINDS), "agreement"].unique()
    concerns = ecosystem.link("concerns")[["target", "source"]]
    named = concerns.set_axis(["industry", "agreement"], axis=1)
    signing = parties[parties["kind"] == "industry"].rename(columns={"party": "industry"})
    named = pd.concat([named, signing[["industry", "agreement"]]])
    of_firms = parties.merge(list_firms(ecosystem), left_on="party", right_on="enterprise")
    of_firms = of_firms[~of_firms["agreement"].isin(named["agreement"])]
    links = pd.concat([named, of_firms[["industry", "agreement"]]])
    links = links[links["agreement"].isin(science)].drop_duplicates()
    return links.sort_values(["industry", "agreement"], ignore_index=True)


def sum_exposure(ecosystem: Ecosystem, exposure: Exposure) -> pd.DataFrame:
    """Sum what each industry's links are compared with.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    exposure
        ``enterprises`` (number of firms), ``rd_staff`` (people, latest year) or ``output``
        (currency); the figure that the industries table states goes before the listed firms.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry; ``exposure`` (nan where unknown) and ``exposure_from``: stated,
        listed or unknown.
    """
    industries = ecosystem.select("industry")
    stated = industries.reindex(columns=[exposure])[exposure].astype(float)
    listed = _sum_listed(ecosystem, exposure).astype(float).reindex(industries.index)
    value = stated.fillna(listed)
    origin = pd.Series("unknown", index=industries.index)
    origin[listed.notna()] = "listed"
    origin[stated.notna()] = "stated"
    return pd.DataFrame({"exposure": value, "exposure_from": origin})


def _sum_listed(ecosystem: Ecosystem, exposure: Exposure) -> pd.Series:
    firms = list_firms(ecosystem)
    if exposure == "enterprises":
        return firms.groupby("industry").size().astype(float)
    if exposure == "output":
        return pd.Series(dtype=float)
    accounts = ecosystem.table("financials", ["enterprise", "year", "rd_staff"])
    latest = accounts.sort_values("year").groupby("enterprise")["rd_staff"].last()
    return firms.assign(x=firms["enterprise"].map(latest)).groupby("industry")["x"].sum(min_count=1)
