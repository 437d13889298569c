"""Agreements: those in science and technology, those beside it, and those not yet signed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecograph.synthetic.cells import join, make_table, number_ids, write_wan
from ecograph.synthetic.city import meet
from ecograph.synthetic.draws import (
    choose,
    draw_dates,
    pick,
    sample,
    shift,
    split_total,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ecograph.synthetic.city import City
    from ecograph.synthetic.profile import Profile

__all__ = ["Pact", "draw_agreements", "draw_pacts", "draw_parties", "total_pacts"]

_LEADS, _JOINS = "牵头", "参与"


@dataclass(frozen=True)
class Pact:
    """One agreement before it is written into its two tables; amounts in yuan, 0 if unknown."""

    kind: str
    date: pd.Timestamp
    mode: str
    parties: tuple[str, ...]
    industry: str = ""
    disciplines: tuple[str, ...] = ()
    status: str = ""
    ends: pd.Timestamp | None = None
    amount: int = 0
    id: str = ""


def draw_pacts(profile: Profile, city: City, rng: np.random.Generator) -> list[Pact]:
    """Draw the agreements of all kinds, numbered in the order of their dates.

    The industries of those in science and technology are one multinomial draw by firms times
    rate per firm: counts fluctuate as a sample does, nothing is forced.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.
    rng
        Source of random numbers.

    Returns
    -------
    list of Pact
        As many of each kind as the profile says; the known amounts of science and technology
        add up to the profile's total.
    """
    kinds = profile["agreements"]["kinds"]
    science = [_run(profile, pact, rng) for pact in _draw_links(profile, city, "science", rng)]
    civic = [_run(profile, pact, rng) for pact in _draw_civic(profile, city, rng)]
    statuses = sample(rng, kinds["pending"]["statuses"], kinds["pending"]["count"])
    links = _draw_links(profile, city, "pending", rng)
    pending = [replace(pact, status=text) for pact, text in zip(links, statuses, strict=True)]
    pacts = sorted([*_price(profile, science, rng), *civic, *pending], key=lambda pact: pact.date)
    ids = number_ids("A", len(pacts))
    return [replace(pact, id=id_) for pact, id_ in zip(pacts, ids, strict=True)]


def draw_agreements(profile: Profile, city: City, pacts: list[Pact]) -> pd.DataFrame:
    """Write the agreements themselves; their parties have a table of their own.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.
    pacts
        The agreements.

    Returns
    -------
    pandas.DataFrame
        One row per agreement, amounts in 万元 with the unit, blank if unknown.
    """
    return make_table(_write(profile, city, pact) for pact in pacts)


def draw_parties(
    profile: Profile, pacts: list[Pact], rng: np.random.Generator, *, platforms: pd.DataFrame
) -> pd.DataFrame:
    """Write the parties; now and then a platform of the industry joins as the last one.

    Parameters
    ----------
    profile
        What is known about the city.
    pacts
        The agreements.
    rng
        Source of random numbers.
    platforms
        Platforms with the industry they advance.

    Returns
    -------
    pandas.DataFrame
        agreement, organisation, role; the first party leads.
    """
    near = platforms.groupby("industry")["id"].agg(list).to_dict()
    rows = []
    for pact in pacts:
        joins = rng.random() < profile["agreements"]["platform"] and pact.industry in near
        more = (str(rng.choice(near[pact.industry])),) if joins else ()
        for place, party in enumerate((*pact.parties, *more)):
            role = _JOINS if place else _LEADS
            rows.append({"agreement": pact.id, "organisation": party, "role": role})
    return make_table(rows)


def total_pacts(pacts: list[Pact]) -> dict[str, float]:
    """Add up what the profile's figures are about.

    Parameters
    ----------
    pacts
        The agreements.

    Returns
    -------
    dict
        `agreements` that count, `science` among them, known `amount` in yuan.
    """
    science = [pact for pact in pacts if pact.kind == "science"]
    return {
        "agreements": float(sum(pact.kind != "pending" for pact in pacts)),
        "science": float(len(science)),
        "amount": float(sum(pact.amount for pact in science)),
    }


def _draw_links(profile: Profile, city: City, kind: str, rng: np.random.Generator) -> list[Pact]:
    settings = profile["agreements"]
    count, modes = settings["kinds"][kind]["count"], settings["kinds"][kind]["modes"]
    dates = _draw_days(profile, count, rng)
    pacts = []
    for date, industry in zip(dates, sample(rng, city.rates, count), strict=True):
        link = meet(city, industry, rng, universities=pick(rng, settings["universities"]))
        firms = choose(rng, city.firms[industry], pick(rng, settings["firms"]))
        parties = (*link.universities, *firms)
        pacts.append(Pact(kind, date, pick(rng, modes), parties, industry, link.disciplines))
    return pacts


def _draw_civic(profile: Profile, city: City, rng: np.random.Generator) -> list[Pact]:
    settings = profile["agreements"]["kinds"]["civic"]
    pacts = []
    for date in _draw_days(profile, settings["count"], rng):
        mode = pick(rng, settings["modes"])
        universities = choose(rng, city.reach, pick(rng, settings["universities"]))
        partner = str(rng.choice(city.institutions[settings["with"][mode]]))
        pacts.append(Pact("civic", date, mode, (*universities, partner)))
    return pacts


def _draw_days(profile: Profile, count: int, rng: np.random.Generator) -> list[pd.Timestamp]:
    years = profile["years"]
    span = range(years["first"], years["last"] + 1)
    return draw_dates(rng, dict(zip(span, years["weights"], strict=True)), count)


def _run(profile: Profile, pact: Pact, rng: np.random.Generator) -> Pact:
    """Give an agreement its end, and the status that follows from it on the profile's day."""
    settings = profile["agreements"]
    ends = shift(pact.date, months=pick(rng, settings["months"]))
    running = pick(rng, settings["running"])
    over = ends <= shift(profile["facts"]["as_of"])
    return replace(pact, ends=ends, status=settings["ended"] if over else running)


def _price(profile: Profile, pacts: list[Pact], rng: np.random.Generator) -> list[Pact]:
    law = profile["agreements"]["amount"]
    known = rng.random(len(pacts)) >= law["missing"]
    amounts = iter(split_total(rng, law["total"], int(known.sum()), sigma=law["sigma"]))
    return [
        replace(pact, amount=next(amounts)) if there else pact
        for pact, there in zip(pacts, known, strict=True)
    ]


def _write(profile: Profile, city: City, pact: Pact) -> dict[str, str]:
    about = city.names[pact.disciplines[0]] if pact.disciplines else ""
    return {
        "id": pact.id,
        "name": f"示例{about}{pact.mode}（{pact.id}）",
        "date": pact.date.date().isoformat(),
        "ends": pact.ends.date().isoformat() if pact.ends is not None else "",
        "amount": write_wan(pact.amount) if pact.amount else "",
        "status": pact.status,
        "mode": pact.mode,
        "disciplines": join(pact.disciplines),
        "industry": pact.industry,
        "register": profile["agreements"]["register"],
    }
