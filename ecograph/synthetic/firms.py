"""Firms: certificates, names and places, accounts, and what they ask of science."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.synthetic.accounts import draw_accounts
from ecograph.synthetic.cells import join, make_table, number_ids, write_wan
from ecograph.synthetic.city import meet
from ecograph.synthetic.draws import (
    draw_dates,
    draw_lognormal,
    pick,
    sample,
    shift,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.synthetic.city import City
    from ecograph.synthetic.profile import Profile

__all__ = [
    "draw_certificates",
    "draw_demands",
    "draw_enterprises",
    "draw_financials",
    "draw_holders",
]

_MARGIN = 31  # a certificate in force has at least about a month to run


def draw_holders(
    profile: Profile, city: City, rng: np.random.Generator
) -> dict[str, dict[str, list[str]]]:
    """Draw which firms hold, or held, each certificate.

    Every firm has a merit that all certificates look at, so that holders overlap as they do in
    life; each certificate adds its own noise.

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
    dict
        Certificate to `held` (exactly the profile's count) and `lapsed` firms, no firm in both.
    """
    firms = list(city.industry_of)
    merit = dict(zip(firms, rng.standard_normal(len(firms)).tolist(), strict=True))
    holders: dict[str, dict[str, list[str]]] = {}
    for key, rule in profile["certificates"].items():
        pool = holders[rule["among"]]["held"] if "among" in rule else firms
        noise = rng.standard_normal(len(pool))
        score = {f: rule["pull"] * merit[f] + n for f, n in zip(pool, noise.tolist(), strict=True)}
        ranked = sorted(pool, key=lambda firm: -score[firm])
        held, rest = ranked[: rule["count"]], ranked[rule["count"] :]
        holders[key] = {"held": sorted(held), "lapsed": sorted(rest[: rule["lapsed"]])}
    return holders


def draw_certificates(
    profile: Profile, holders: Mapping[str, Mapping[str, list[str]]], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the terms of the certificates.

    Parameters
    ----------
    profile
        What is known about the city.
    holders
        As `draw_holders` gives them.
    rng
        Source of random numbers.

    Returns
    -------
    pandas.DataFrame
        One row per firm and certificate; held ones are in force on the profile's day, lapsed
        ones ran out within the two years before.
    """
    rows = []
    for key, rule in profile["certificates"].items():
        for state, firms in holders[key].items():
            for firm in firms:
                starts = _draw_start(profile, rule["term"], held=state == "held", rng=rng)
                rows.append(_write_certificate(firm, rule, starts))
    return make_table(rows)


def draw_enterprises(
    profile: Profile, city: City, rng: np.random.Generator, *, certificates: pd.DataFrame
) -> pd.DataFrame:
    """Draw names, counties and founding years; a firm is older than its certificates.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.
    rng
        Source of random numbers.
    certificates
        Firms and the days from which they hold something.

    Returns
    -------
    pandas.DataFrame
        id, name, industry, region, place, founded.
    """
    settings = profile["firms"]
    members = city.industry_of
    brands = rng.permutation(["".join(pair) for pair in product(*settings["brand"])])
    span = settings["founded"]
    founded = rng.integers(span["first"], span["last"], size=len(members), endpoint=True)
    first = certificates.groupby("enterprise")["valid_from"].min().str[:4].astype(int).to_dict()
    suffixes = rng.choice(settings["suffixes"], size=len(members))
    rows = []
    for place, (firm, industry) in enumerate(members.items()):
        name = city.names[industry]
        region = _draw_region(profile, name, rng)
        title = (
            f"示例{region[:2]}{brands[place]}{profile['industries'][name]['word']}{suffixes[place]}"
        )
        year = min(int(founded[place]), first.get(firm, span["last"] + 1) - 1)
        row = {"id": firm, "name": title, "industry": industry, "region": region, "founded": year}
        rows.append(row | profile["place"])
    return make_table(rows)


def draw_financials(
    profile: Profile,
    city: City,
    rng: np.random.Generator,
    *,
    holders: Mapping[str, Mapping[str, list[str]]],
) -> pd.DataFrame:
    """Draw accounts that mostly fit the certificates held; some firm-years are missing.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.
    rng
        Source of random numbers.
    holders
        As `draw_holders` gives them.

    Returns
    -------
    pandas.DataFrame
        One row per firm and year; amounts in yuan.
    """
    firms = list(city.industry_of)
    held = {key: np.isin(firms, states["held"]) for key, states in holders.items()}
    accounts = draw_accounts(profile, held, rng)
    first, last = profile["years"]["first"], profile["years"]["last"]
    keys = pd.DataFrame(product(firms, range(first, last + 1)), columns=["enterprise", "year"])
    values = pd.DataFrame({name: figures.ravel() for name, figures in accounts.items()})
    known = rng.random(len(keys)) >= profile["firms"]["missing"]
    rows: pd.DataFrame = pd.concat([keys, values.astype("int64")], axis=1)[known]
    return rows.astype(str).reset_index(drop=True)


def draw_demands(profile: Profile, city: City, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what firms ask of science, of all industries alike.

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
        id, name, enterprise, disciplines, industry, amount in 万元, date.
    """
    settings = profile["demands"]
    ids = number_ids("Q", settings["count"])
    industries = sample(rng, city.sizes, len(ids))
    amounts = draw_lognormal(rng, settings["amount"], len(ids))
    known = rng.random(len(ids)) >= settings["missing"]
    years = range(profile["years"]["first"], profile["years"]["last"] + 1)
    dates = draw_dates(rng, dict.fromkeys(years, 1.0), len(ids))
    rows = []
    for place, (id_, industry) in enumerate(zip(ids, industries, strict=True)):
        topic = str(rng.choice(profile["industries"][city.names[industry]]["topics"]))
        row = {"id": id_, "name": f"{topic}技术攻关需求（示例{id_}）"}
        row["enterprise"] = pick(rng, dict.fromkeys(city.firms[industry], 1.0))
        row["disciplines"] = join(meet(city, industry, rng).disciplines)
        row["industry"] = industry
        row["amount"] = write_wan(round(amounts[place], -4)) if known[place] else ""
        row["date"] = dates[place].date().isoformat()
        rows.append(row)
    return make_table(rows)


def _draw_start(
    profile: Profile, term: int, *, held: bool, rng: np.random.Generator
) -> pd.Timestamp:
    today = profile["facts"]["as_of"]
    if held:
        return shift(today, days=-int(rng.integers(0, term * 365 - _MARGIN)))
    return shift(shift(today, days=-int(rng.integers(1, 2 * 365))), years=-term, days=1)


def _write_certificate(firm: str, rule: Mapping[str, str], starts: pd.Timestamp) -> dict[str, str]:
    return {
        "enterprise": firm,
        "certificate": rule["text"],
        "valid_from": starts.date().isoformat(),
        "valid_to": shift(starts, years=int(rule["term"]), days=-1).date().isoformat(),
        "authority": rule["authority"],
        "level": rule["level"],
    }


def _draw_region(profile: Profile, industry: str, rng: np.random.Generator) -> str:
    home: str | None = profile["industries"][industry].get("home")
    if home is not None and rng.random() < profile["home_share"]:
        return home
    regions: Mapping[str, float] = profile["regions"]
    return pick(rng, regions)
