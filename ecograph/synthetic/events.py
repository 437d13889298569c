"""Events: when and by whom they are held, and the funnel of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecograph.synthetic.cells import join, make_table, number_ids, write_wan
from ecograph.synthetic.draws import choose, draw_dates, draw_lognormal, pick, sample

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.synthetic.city import City
    from ecograph.synthetic.profile import Profile

__all__ = ["draw_calendar", "draw_events"]


def draw_calendar(profile: Profile, city: City, rng: np.random.Generator) -> pd.DataFrame:
    """Draw when events are held, of which type, and by whom.

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
        id, name, date, type, participants; in the order of the dates.
    """
    settings = profile["events"]
    ids = number_ids("V", settings["count"])
    years = range(profile["years"]["first"], profile["years"]["last"] + 1)
    dates = sorted(draw_dates(rng, dict.fromkeys(years, 1.0), len(ids)))
    kinds = sample(rng, settings["types"], len(ids))
    rows = []
    for id_, date, kind in zip(ids, dates, kinds, strict=True):
        guests = choose(rng, city.reach, pick(rng, settings["universities"]))
        host = str(rng.choice(city.institutions[settings["hosts"]]))
        row = {"id": id_, "name": f"示例{kind}（{id_}）", "date": date.date().isoformat()}
        rows.append(row | {"type": kind, "participants": join([host, *guests])})
    return make_table(rows)


def draw_events(
    profile: Profile,
    rng: np.random.Generator,
    *,
    calendar: pd.DataFrame,
    achievements: pd.DataFrame,
) -> pd.DataFrame:
    """Draw the funnel of each event: shown, matched, intents, agreements, value.

    Parameters
    ----------
    profile
        What is known about the city.
    rng
        Source of random numbers.
    calendar
        The events.
    achievements
        Achievements with the event at which they were shown.

    Returns
    -------
    pandas.DataFrame
        The calendar with columns for people, firms and the funnel.
    """
    settings = profile["events"]
    count = len(calendar)
    listed = calendar["id"].map(achievements["event"].value_counts()).fillna(0).to_numpy()
    shown = listed.astype(int) + rng.poisson(settings["extra"], count)
    firms = rng.poisson(settings["firms"], count)
    intents = rng.binomial(firms, settings["intents"])
    agreed = rng.binomial(intents, settings["agreed"])
    value = agreed * draw_lognormal(rng, settings["amount"], count)
    funnel = {
        "people": firms + rng.poisson(settings["people"], count),
        "firms": firms,
        "financiers": rng.poisson(settings["financiers"], count),
        "achievements": shown,
        "matched": rng.binomial(shown, settings["matched"]),
        "intents": intents,
        "agreements": agreed,
    }
    texts = {name: figures.astype(str) for name, figures in funnel.items()}
    return calendar.assign(**texts, amount=[write_wan(v) for v in np.round(value, -4)])
