"""What universities have in each discipline: offers, teams and achievements."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from ecograph.analysis.phrases import concat_texts, join_by_owner, to_objects
from ecograph.analysis.ties import mark_existing
from ecograph.analysis.uses import read_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Objects = NDArray[np.object_]

__all__ = ["gather_supply", "sum_supply"]

_SUPPLY = ["discipline", "university"]
_JOINER = "；"


def gather_supply(ecosystem: Ecosystem) -> pd.DataFrame:
    """Gather what each university has in each discipline, for all pairs with anything.

    Returns
    -------
    pandas.DataFrame
        One row a discipline and university (positions): offered (1), level, teams, team_names,
        achievements; nan where it has nothing of the kind.
    """
    teams, results = _list_teams(ecosystem), _list_results(ecosystem)
    parts = [
        _read_offers(ecosystem),
        _count(teams, "teams"),
        _join_teams(ecosystem, teams),
        _count(results, "achievements"),
    ]
    return functools.reduce(lambda one, two: one.merge(two, on=_SUPPLY, how="outer"), parts)


def sum_supply(ecosystem: Ecosystem) -> pd.DataFrame:
    """Sum what universities have in each discipline.

    An achievement of several universities counts once. What no register tells of any discipline is
    missing, not 0.

    Returns
    -------
    pandas.DataFrame
        Indexed by discipline in the order of ids: ``universities`` with anything, ``teams``,
        ``achievements``, ``offers``, their ``levels`` as text, the most frequent first, and
        ``supply``, the sum of those three counts that are known.
    """
    offers, teams, results = (
        _read_offers(ecosystem),
        _list_teams(ecosystem),
        _list_results(ecosystem),
    )
    items = {
        "teams": teams,
        "achievements": results.drop_duplicates(["discipline", "achievement"]),
        "offers": offers,
    }
    held = pd.concat([rows[_SUPPLY] for rows in items.values()]).drop_duplicates()
    counts = {
        name: _count_at(ecosystem, rows) for name, rows in {"universities": held, **items}.items()
    }
    table = pd.DataFrame(counts)
    supply = table[list(items)].sum(axis=1, min_count=1)
    table = table.assign(levels=_say_levels(ecosystem, offers), supply=supply)
    return table.set_axis(ecosystem.keys[ecosystem.find_positions("discipline")], axis=0)


def _count_at(ecosystem: Ecosystem, rows: pd.DataFrame) -> pd.Series:
    """Count the rows of each discipline; missing where there is no row at all."""
    found = np.bincount(rows["discipline"], minlength=len(ecosystem.keys))
    counts = pd.Series(found[ecosystem.find_positions("discipline")], dtype="Int64")
    return counts if len(rows) else counts.mask(counts == 0)


def _say_levels(ecosystem: Ecosystem, offers: pd.DataFrame) -> Objects:
    """Say how many offers there are of each level, by discipline."""
    stated = offers[offers["level"] != ""].astype({"level": object})
    groups = stated.groupby(["discipline", "level"], sort=True).size().rename("n").reset_index()
    groups = groups.sort_values(["discipline", "n"], ascending=[True, False], kind="stable")
    positions = ecosystem.find_positions("discipline")
    owners = np.searchsorted(positions, groups["discipline"].to_numpy())
    level = pa.array(groups["level"].to_numpy(dtype=object), pa.large_string())
    number = pa.array(groups["n"].to_numpy()).cast(pa.large_string())
    texts = concat_texts(level, "×", number)
    return to_objects(join_by_owner(texts, owners, _JOINER, size=len(positions)))


def _read_offers(ecosystem: Ecosystem) -> pd.DataFrame:
    university, discipline = ecosystem.find_ends("offers")
    levels: Objects = np.full(len(university), "", dtype=object)
    if "offers" in ecosystem.edge_columns:
        edges = ecosystem.edge_columns["offers"]
        levels = np.array([*edges.levels, ""], dtype=object)[edges.level]
    columns = {"university": university, "discipline": discipline, "level": levels, "offered": 1}
    return pd.DataFrame(columns).drop_duplicates(_SUPPLY)


def _list_teams(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the teams of universities by discipline."""
    teams = read_pairs(ecosystem, "fields", ("university", "team"))
    return teams.merge(read_pairs(ecosystem, "studies", ("team", "discipline")), on="team")


def _list_results(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the achievements of universities and of their teams by discipline."""
    university, team = ecosystem.find_ends("fields")
    owner, achievement = ecosystem.find_ends("yields")
    home = np.arange(len(ecosystem.keys))
    home[team] = university
    known = ecosystem.mark("university")[home[owner]] & mark_existing(ecosystem)[achievement]
    columns = {"university": home[owner][known], "achievement": achievement[known]}
    owned = pd.DataFrame(columns).drop_duplicates()
    studies = read_pairs(ecosystem, "studies", ("achievement", "discipline"))
    return owned.merge(studies, on="achievement")


def _join_teams(ecosystem: Ecosystem, teams: pd.DataFrame) -> pd.DataFrame:
    """Name the teams of each university in each discipline."""
    listed = teams.sort_values([*_SUPPLY, "team"])
    groups = listed.groupby(_SUPPLY)
    owners = groups.ngroup().to_numpy(dtype=np.int64)
    names = pa.array(ecosystem.names[listed["team"]].to_numpy(dtype=object), pa.large_string())
    pairs = listed[_SUPPLY].drop_duplicates()
    joined = join_by_owner(names, owners, _JOINER, size=len(pairs))
    return pairs.assign(team_names=to_objects(joined))


def _count(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows.groupby(_SUPPLY).size().rename(name).reset_index()
