"""Knowledge: disciplines offered, platforms, teams and achievements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.synthetic.cells import join, make_table, number_ids, write_wan
from ecograph.synthetic.city import meet
from ecograph.synthetic.draws import (
    choose,
    draw_dates,
    draw_lognormal,
    pick,
    sample,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from ecograph.synthetic.city import City, Link
    from ecograph.synthetic.profile import Profile

__all__ = [
    "draw_achievements",
    "draw_offers",
    "draw_platforms",
    "draw_teams",
]


def draw_offers(profile: Profile, city: City, rng: np.random.Generator) -> pd.DataFrame:
    """List what each university offers, with a drawn level.

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
    pandas.DataFrame
        university, discipline, level.
    """
    pairs = [(id_, discipline) for id_, offered in city.offers.items() for discipline in offered]
    levels = sample(rng, profile["universities"]["levels"], len(pairs))
    return make_table(
        {"university": university, "discipline": discipline, "level": level}
        for (university, discipline), level in zip(pairs, levels, strict=True)
    )


def draw_platforms(profile: Profile, city: City, rng: np.random.Generator) -> pd.DataFrame:
    """Draw platforms: hosts, disciplines, the industry they advance, firms they serve.

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
    pandas.DataFrame
        One row per platform; research input and benefit in yuan where reported.
    """
    settings = profile["platforms"]
    ids = number_ids("P", settings["count"])
    industries = sample(rng, city.sizes, len(ids))
    kinds = sample(rng, settings["types"], len(ids))
    levels = sample(rng, settings["levels"], len(ids))
    years = rng.integers(
        settings["since"]["first"], settings["since"]["last"], len(ids), endpoint=True
    )
    rows = []
    for place, (id_, industry) in enumerate(zip(ids, industries, strict=True)):
        topic = _draw_topic(profile, city, industry, rng)
        row: dict[str, object] = {"id": id_, "name": f"示例{topic}{kinds[place]}（{id_}）"}
        row |= {"type": kinds[place], "level": levels[place]}
        row |= _draw_platform_ties(profile, city, industry, rng)
        rows.append(row | {"since": years[place], **profile["place"], **_draw_report(profile, rng)})
    return make_table(rows)


def draw_teams(profile: Profile, city: City, rng: np.random.Generator) -> pd.DataFrame:
    """Draw research teams of the universities, in disciplines that these offer.

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
    pandas.DataFrame
        id, name, university, disciplines.
    """
    ids = number_ids("T", profile["teams"]["count"])
    rows = []
    for id_, university in zip(ids, sample(rng, city.reach, len(ids)), strict=True):
        offered = dict.fromkeys(city.offers[university], 1.0)
        chosen = choose(rng, offered, int(rng.integers(1, 3)))
        name = f"示例{city.names[chosen[0]]}团队（{id_}）"
        rows.append(
            {"id": id_, "name": name, "university": university, "disciplines": join(chosen)}
        )
    return make_table(rows)


def draw_achievements(
    profile: Profile,
    city: City,
    rng: np.random.Generator,
    *,
    teams: pd.DataFrame,
    calendar: pd.DataFrame,
) -> pd.DataFrame:
    """Draw results of research: owners, industry that could use them, event that showed them.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.
    rng
        Source of random numbers.
    teams
        Teams with their university.
    calendar
        Events with their dates.

    Returns
    -------
    pandas.DataFrame
        One row per achievement; prices in 万元, blank where none was asked.
    """
    settings = profile["achievements"]
    ids = number_ids("R", settings["count"])
    industries = sample(rng, city.sizes, len(ids))
    crews = {str(key): list(group) for key, group in teams.groupby("university")["id"]}
    shown = dict(zip(calendar["id"], calendar["date"], strict=True))
    rows = []
    for id_, industry in zip(ids, industries, strict=True):
        link = meet(city, industry, rng)
        topic = _draw_topic(profile, city, industry, rng)
        row = {"id": id_, "name": f"示例{topic}成果（{id_}）"}
        row["owners"] = join(_draw_owners(settings, link, crews, rng))
        row |= {"disciplines": join(link.disciplines), "industry": industry}
        rows.append(row | _draw_offer(profile, rng) | _draw_showing(profile, shown, rng))
    return make_table(rows)


def _draw_topic(profile: Profile, city: City, industry: str, rng: np.random.Generator) -> str:
    return str(rng.choice(profile["industries"][city.names[industry]]["topics"]))


def _draw_platform_ties(
    profile: Profile, city: City, industry: str, rng: np.random.Generator
) -> dict[str, str]:
    settings = profile["platforms"]
    link = meet(city, industry, rng)
    firms = choose(rng, city.firms[industry], 1 + int(rng.poisson(settings["serves"])))
    sides = {"university": link.universities, "enterprise": tuple(firms[:1])}
    sides["both"] = sides["university"] + sides["enterprise"]
    hosts = sides[pick(rng, settings["hosts"])]
    return {
        "hosts": join(hosts),
        "disciplines": join(link.disciplines),
        "industry": industry,
        "serves": join(sorted(set(firms) - set(hosts))),
    }


def _draw_report(profile: Profile, rng: np.random.Generator) -> dict[str, str]:
    settings = profile["platforms"]
    spent = float(draw_lognormal(rng, settings["rd_input"], 1)[0])
    benefit = spent * float(draw_lognormal(rng, settings["benefit"], 1)[0])
    if rng.random() >= settings["reporting"]:
        return {"rd_input": "", "direct_benefit": ""}
    return {
        "rd_input": write_wan(round(spent, -4)),
        "direct_benefit": write_wan(round(benefit, -4)),
    }


def _draw_owners(
    settings: Profile, link: Link, crews: Mapping[str, list[str]], rng: np.random.Generator
) -> list[str]:
    university = link.universities[0]
    kind = pick(rng, settings["owners"])
    crew = [str(rng.choice(crews[university]))] if university in crews else []
    if kind == "university" or not crew:
        return [university]
    return crew if kind == "team" else [*crew, university]


def _draw_offer(profile: Profile, rng: np.random.Generator) -> dict[str, str]:
    settings = profile["achievements"]
    price = float(draw_lognormal(rng, settings["price"], 1)[0])
    priced = rng.random() < settings["priced"]
    return {
        "maturity": pick(rng, settings["maturity"]),
        "price": write_wan(round(price, -4)) if priced else "",
        "mode": pick(rng, settings["modes"]),
    }


def _draw_showing(
    profile: Profile, shown: Mapping[str, str], rng: np.random.Generator
) -> dict[str, str]:
    """Draw the event that showed a result, or else the day on which it was published."""
    settings = profile["achievements"]
    if rng.random() < settings["shown"]:
        event = str(rng.choice(list(shown)))
        return {"date": shown[event], "event": event}
    years = range(settings["first"], profile["years"]["last"] + 1)
    date = draw_dates(rng, dict.fromkeys(years, 1.0), 1)[0]
    return {"date": date.date().isoformat(), "event": ""}
