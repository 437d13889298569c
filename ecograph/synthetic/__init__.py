"""Synthetic cities of realistic size, to try ecograph on and to test it with.

A profile is a packaged data file: published totals, assumed weights, parts of invented names.
Every row that comes out is labelled synthetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecograph.synthetic.agreements import draw_agreements, draw_pacts, draw_parties, total_pacts
from ecograph.synthetic.city import found_city
from ecograph.synthetic.events import draw_calendar, draw_events
from ecograph.synthetic.firms import (
    draw_certificates,
    draw_demands,
    draw_enterprises,
    draw_financials,
    draw_holders,
)
from ecograph.synthetic.knowledge import (
    draw_achievements,
    draw_offers,
    draw_platforms,
    draw_teams,
)
from ecograph.synthetic.profile import PROFILES, load_profile
from ecograph.synthetic.registers import (
    label,
    list_disciplines,
    list_industries,
    list_institutions,
    list_regions,
    list_universities,
    publish_indicators,
    publish_sources,
    publish_targets,
)
from ecograph.tables import TableSet

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.synthetic.city import City
    from ecograph.synthetic.profile import Profile

__all__ = ["PROFILES", "generate_city"]


def generate_city(profile: str = "jinzhong", *, seed: int = 1) -> TableSet:
    """Draw an innovation ecosystem that has the published totals of a real city.

    Counts (universities, platforms, certificates in force, agreements that count, their total
    amount) equal the profile's figures exactly; everything else is a sample. The profile's
    rates per firm and industry are the truth that an analysis of gaps should find again.

    Parameters
    ----------
    profile
        One of `PROFILES`.
    seed
        Seed of the random numbers. The same profile and seed give the same tables.

    Returns
    -------
    TableSet
        Tables of text by the schema's names, each with a column `synthetic`; the facts of
        ecosystem.yaml; as totals the number of agreements that count, of those in science and
        technology, and the known amount of these in yuan.

    Raises
    ------
    SettingsError
        If there is no such profile.

    Examples
    --------
    >>> city = generate_city("jinzhong", seed=1)
    >>> len(city.tables["platforms"]), city.totals["agreements"]
    (116, 352.0)
    >>> city.facts["synthetic"]
    True
    """
    settings = load_profile(profile)
    rng = np.random.default_rng(seed)
    city = found_city(settings, rng)
    pacts = draw_pacts(settings, city, rng)
    tables = {
        **_list_places(settings, city, rng),
        **_draw_firms(settings, city, rng),
        **_draw_knowledge(settings, city, rng),
    }
    tables["agreements"] = draw_agreements(settings, city, pacts)
    tables["parties"] = draw_parties(settings, pacts, rng, platforms=tables["platforms"])
    tables |= {
        "indicators": publish_indicators(settings),
        "targets": publish_targets(settings),
        "sources": publish_sources(profile, seed, settings),
    }
    facts = {**settings["facts"], "as_of": str(settings["facts"]["as_of"]), "synthetic": True}
    return TableSet(label(tables), facts, total_pacts(pacts))


def _list_places(profile: Profile, city: City, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    return {
        "universities": list_universities(profile, city),
        "disciplines": list_disciplines(profile, city),
        "industries": list_industries(city),
        "regions": list_regions(profile),
        "institutions": list_institutions(profile, city),
        "offers": draw_offers(profile, city, rng),
    }


def _draw_firms(profile: Profile, city: City, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    holders = draw_holders(profile, city, rng)
    certificates = draw_certificates(profile, holders, rng)
    return {
        "enterprises": draw_enterprises(profile, city, rng, certificates=certificates),
        "certificates": certificates,
        "financials": draw_financials(profile, city, rng, holders=holders),
        "demands": draw_demands(profile, city, rng),
    }


def _draw_knowledge(
    profile: Profile, city: City, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    platforms = draw_platforms(profile, city, rng)
    teams = draw_teams(profile, city, rng)
    calendar = draw_calendar(profile, city, rng)
    achievements = draw_achievements(profile, city, rng, teams=teams, calendar=calendar)
    return {
        "platforms": platforms,
        "teams": teams,
        "achievements": achievements,
        "events": draw_events(profile, rng, calendar=calendar, achievements=achievements),
    }
