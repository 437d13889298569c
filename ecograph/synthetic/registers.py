"""Registers: the tables that a profile states outright, and the label on every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.synthetic.cells import make_table, number_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.synthetic.city import City
    from ecograph.synthetic.profile import Profile

__all__ = [
    "label",
    "list_disciplines",
    "list_industries",
    "list_institutions",
    "list_regions",
    "list_universities",
    "publish_indicators",
    "publish_sources",
    "publish_targets",
]

_SOURCE = "S01"


def label(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Say on every row of every table that it is synthetic.

    Parameters
    ----------
    tables
        Tables by name.

    Returns
    -------
    dict of pandas.DataFrame
        The same with a column `synthetic`.

    Examples
    --------
    >>> label({"regions": make_table([{"id": "X"}])})["regions"].iloc[0].to_dict()
    {'id': 'X', 'synthetic': 'synthetic'}
    """
    return {name: table.assign(synthetic="synthetic") for name, table in tables.items()}


def list_universities(profile: Profile, city: City) -> pd.DataFrame:
    """List the universities, all of them resident.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.

    Returns
    -------
    pandas.DataFrame
        id, name, type, place, resident.
    """
    rows = profile["universities"]["rows"]
    return make_table(
        {"id": id_, "name": row["name"], "type": row["type"], **profile["place"], "resident": "是"}
        for id_, row in zip(city.offers, rows, strict=True)
    )


def list_disciplines(profile: Profile, city: City) -> pd.DataFrame:
    """List the disciplines with their official codes.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.

    Returns
    -------
    pandas.DataFrame
        id, name, code, parent (the field).
    """
    ids = {name: id_ for id_, name in city.names.items()}
    return make_table(
        {"id": ids[name], "name": name, "code": code, "parent": field}
        for field, group in profile["disciplines"].items()
        for code, name in group.items()
    )


def list_industries(city: City) -> pd.DataFrame:
    """List the industries, all of them key industries.

    Parameters
    ----------
    city
        Who is there.

    Returns
    -------
    pandas.DataFrame
        id, name, key.
    """
    return make_table({"id": id_, "name": city.names[id_], "key": "是"} for id_ in city.firms)


def list_regions(profile: Profile) -> pd.DataFrame:
    """List the counties; their name is their id.

    Parameters
    ----------
    profile
        What is known about the city.

    Returns
    -------
    pandas.DataFrame
        id, name.
    """
    return make_table({"id": name, "name": name} for name in profile["regions"])


def list_institutions(profile: Profile, city: City) -> pd.DataFrame:
    """List offices, financiers, service centres and schools.

    Parameters
    ----------
    profile
        What is known about the city.
    city
        Who is there.

    Returns
    -------
    pandas.DataFrame
        id, name, type, place.
    """
    return make_table(
        {"id": id_, "name": name, "type": kind, **profile["place"]}
        for kind, names in profile["institutions"].items()
        for id_, name in zip(city.institutions[kind], names, strict=True)
    )


def publish_indicators(profile: Profile) -> pd.DataFrame:
    """State the published totals that the tables were made to meet.

    Parameters
    ----------
    profile
        What is known about the city.

    Returns
    -------
    pandas.DataFrame
        One row per figure; `counts` says what to compare it with, where a count can.
    """
    rows = profile["indicators"]
    stamp = {"period": profile["facts"]["as_of"], "relation": "=", "source": _SOURCE}
    return _number_rows("K", [{**row, **stamp} for row in rows])


def publish_targets(profile: Profile) -> pd.DataFrame:
    """State the published goals.

    Parameters
    ----------
    profile
        What is known about the city.

    Returns
    -------
    pandas.DataFrame
        One row per goal.
    """
    return _number_rows("G", [{**row, "source": _SOURCE} for row in profile["targets"]])


def publish_sources(name: str, seed: int, profile: Profile) -> pd.DataFrame:
    """Name the command that made the tables as their only source.

    Parameters
    ----------
    name
        Name of the profile.
    seed
        Seed of the random numbers.
    profile
        What is known about the city.

    Returns
    -------
    pandas.DataFrame
        One row.
    """
    title = f"synthetic data made by ecograph generate --profile {name} --seed {seed}"
    note = f"合成数据：仅总量取自关于{profile['title']}的公开报道，名称和各行均为虚构"
    return make_table([{"id": _SOURCE, "title": title, "publisher": "ecograph", "note": note}])


def _number_rows(prefix: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    ids = number_ids(prefix, len(rows))
    return make_table({"id": id_, **row} for id_, row in zip(ids, rows, strict=True))
