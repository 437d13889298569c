"""Which universities fit which industry: by discipline, with each reason apart."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from ecograph.analysis.links import (
    list_firms,
    list_links,
    list_parties,
    list_topics,
    mark_science,
    number_nodes,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.phrases import join_by_owner, to_objects
from ecograph.analysis.ties import mark_existing
from ecograph.statistics.relatedness import compute_proximity, compute_relatedness_density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]
    Objects = NDArray[np.object_]

__all__ = ["PARTNER_COLUMNS", "suggest_partners"]

PARTNER_COLUMNS = (
    "industry",
    "industry_name",
    "rank",
    "discipline",
    "discipline_name",
    "demanded",
    "demanded_by",
    "in_use",
    "used_by",
    "related",
    "universities",
    "university",
    "university_name",
    "offered",
    "level",
    "teams",
    "team_names",
    "achievements",
    "links",
)

_PAIR = ["industry", "discipline"]
_SUPPLY = ["discipline", "university"]
_MOST_FIRST = ("demanded", "in_use", "related", "offered", "teams", "achievements", "links")
_COUNTS = ("universities", "offered", "teams", "achievements", "links")
_NOBODY = -1
_JOINER = "；"
_METHOD = {
    "demanded": "demands of the industry that name the discipline; a demand belongs to the "
    "industries that it names, where it names none to those of its firm",
    "in_use": "links of the industry (see the result pairs) that are about the discipline; "
    "used_by: firms of the industry behind them",
    "related": "share of the proximity around the discipline that belongs to others that the "
    "industry uses (Hidalgo et al. 2007); proximity by the firms whose links are about both, the "
    "smaller conditional probability; nan where the industry uses none or nothing is close",
    "supply": "what is on record of the university: it offers the discipline (with what level), "
    "fields teams that study it, owns achievements in it, itself or by a team",
    "links": "of the industry with the university, of whatever discipline",
    "rows": "each discipline with a reason, with each university that supplies it, or with none",
    "rank": "within the industry: most demanded, used, related, then offered, most teams, "
    "achievements, links, then ids; no sum of them",
}


def suggest_partners(ecosystem: Ecosystem) -> pd.DataFrame:
    """Suggest disciplines and universities for each industry, and say why.

    A discipline is named where demands of the industry name it, where links of the industry are
    about it, or where it is related to those that are used. Reasons and supply are columns of
    their own; the rank compares them one after the other.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        One row an industry, discipline and university, columns ``PARTNER_COLUMNS``: the reasons
        ``demanded`` and ``in_use`` as counts, with the firms behind each, and ``related`` from 0 to
        1; how many ``universities`` supply the discipline; of this one, whether it is ``offered``
        and at what level, teams, achievements and the links that it has with the industry
        already. Where no university is known to supply a discipline, ``university`` is empty.
        ``attrs["meta"]["method"]`` defines the words and the order.

    Notes
    -----
    Related density is that of Hidalgo, Klinger, Barabási and Hausmann, Science 317, 482-487, 2007.
    The links of one city make a small table: few firms have links about two disciplines, and the
    industry's own are among them (``firms`` and ``firms_of_several`` in the meta say how many).
    """
    reasons, counted = _gather_reasons(ecosystem)
    supply = _gather_supply(ecosystem)
    supply["universities"] = supply.groupby("discipline")["university"].transform("size")
    rows = reasons.merge(supply, on="discipline", how="left")
    rows["university"] = rows["university"].fillna(_NOBODY).astype(np.int64)
    rows = rows.merge(_count_links(ecosystem), on=["industry", "university"], how="left")
    counts = rows[list(_COUNTS)].fillna(0).astype(np.int64)
    texts = rows[["level", "team_names"]].fillna("")
    rows = rows.assign(**counts, **texts).astype({"offered": bool})
    ordered = _order(rows)
    named = _name(ecosystem, ordered)[list(PARTNER_COLUMNS)]
    return attach_meta(named, ecosystem, "partners", method={**_METHOD, **counted})


def _gather_reasons(ecosystem: Ecosystem) -> tuple[pd.DataFrame, dict[str, int]]:
    """Gather why each industry has use for a discipline, for all pairs with a reason."""
    demands, uses, firms = (
        _list_demands(ecosystem),
        list_topics(ecosystem)[[*_PAIR, "agreement"]],
        _list_firms(ecosystem),
    )
    parts = {
        "demanded": demands[[*_PAIR, "demand"]],
        "demanded_by": demands[[*_PAIR, "enterprise"]],
        "in_use": uses,
        "used_by": uses.merge(firms, on="agreement").merge(
            list_firms(ecosystem), on=["industry", "enterprise"]
        )[[*_PAIR, "enterprise"]],
    }
    counts = {name: _tabulate(ecosystem, part.drop_duplicates()) for name, part in parts.items()}
    about = _read_pairs(ecosystem, "about", "agreement", "discipline")
    topics = firms.merge(about, on="agreement")[["enterprise", "discipline"]]
    related, counted = _relate(ecosystem, topics.drop_duplicates(), counts["in_use"])
    reasons = {**counts, "related": related}
    at = np.nonzero((counts["demanded"] > 0) | (counts["in_use"] > 0) | (related > 0))
    pairs = {
        kind: ecosystem.find_positions(kind)[number] for kind, number in zip(_PAIR, at, strict=True)
    }
    return pd.DataFrame({**pairs, **{name: table[at] for name, table in reasons.items()}}), counted


def _list_demands(ecosystem: Ecosystem) -> pd.DataFrame:
    """List what is demanded: demand, discipline, enterprise and industry."""
    asked = ecosystem.mark("demand") & mark_existing(ecosystem)
    studies = _read_pairs(ecosystem, "studies", "demand", "discipline")
    concerned = _read_pairs(ecosystem, "concerns", "demand", "industry")
    stated = _read_pairs(ecosystem, "needs", "enterprise", "demand")
    silent = stated[~stated["demand"].isin(concerned["demand"])]
    of_firms = silent.merge(list_firms(ecosystem), on="enterprise")[["demand", "industry"]]
    homes = pd.concat([concerned, of_firms])
    listed = studies[asked[studies["demand"]]].merge(stated, on="demand")
    return listed.merge(homes, on="demand")


def _list_firms(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the firms that are parties of agreements with science: agreement, enterprise."""
    parties = list_parties(ecosystem).rename(columns={"party": "enterprise"})
    firm = ecosystem.mark("enterprise")[parties["enterprise"]]
    return parties[firm & mark_science(ecosystem)[parties["agreement"]]]


def _read_pairs(ecosystem: Ecosystem, kind: str, source: str, target: str) -> pd.DataFrame:
    return pd.DataFrame(dict(zip((source, target), ecosystem.find_pairs(kind), strict=True)))


def _tabulate(ecosystem: Ecosystem, pairs: pd.DataFrame) -> Ints:
    """Count the rows of each industry and discipline."""
    sides = [ecosystem.find_positions(kind) for kind in _PAIR]
    row, column = (
        number_nodes(ecosystem, side)[pairs[kind]] for kind, side in zip(_PAIR, sides, strict=True)
    )
    height, width = map(len, sides)
    return np.bincount(row * width + column, minlength=height * width).reshape(height, width)


def _relate(
    ecosystem: Ecosystem, topics: pd.DataFrame, used: Ints
) -> tuple[Floats, dict[str, int]]:
    """Compute how related each discipline is to those that each industry uses."""
    column = number_nodes(ecosystem, ecosystem.find_positions("discipline"))[topics["discipline"]]
    row, firms = pd.factorize(topics["enterprise"])
    presence = np.zeros((len(firms), used.shape[1]), dtype=bool)
    presence[row, column] = True
    density = compute_relatedness_density(used, compute_proximity(presence))
    several = int((presence.sum(axis=1) > 1).sum())
    counted = {"firms": len(firms), "firms_of_several": several}
    return np.where(used.any(axis=1, keepdims=True), density, np.nan), counted


def _gather_supply(ecosystem: Ecosystem) -> pd.DataFrame:
    """Gather what each university has in each discipline, for all pairs with anything."""
    teams = _read_pairs(ecosystem, "fields", "university", "team")
    teams = teams.merge(_read_pairs(ecosystem, "studies", "team", "discipline"), on="team")
    results = _list_results(ecosystem)
    parts = [
        _read_offers(ecosystem),
        _count(teams, _SUPPLY, "teams"),
        _join_teams(ecosystem, teams),
        _count(results, _SUPPLY, "achievements"),
    ]
    return functools.reduce(lambda one, two: one.merge(two, on=_SUPPLY, how="outer"), parts)


def _read_offers(ecosystem: Ecosystem) -> pd.DataFrame:
    university, discipline = ecosystem.find_ends("offers")
    levels: Objects = np.full(len(university), "", dtype=object)
    if "offers" in ecosystem.edge_columns:
        edges = ecosystem.edge_columns["offers"]
        levels = np.array([*edges.levels, ""], dtype=object)[edges.level]
    columns = {"university": university, "discipline": discipline, "level": levels, "offered": 1}
    return pd.DataFrame(columns).drop_duplicates(_SUPPLY)


def _list_results(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the achievements of universities and of their teams by discipline."""
    university, team = ecosystem.find_ends("fields")
    owner, achievement = ecosystem.find_ends("yields")
    home = np.arange(len(ecosystem.keys))
    home[team] = university
    known = ecosystem.mark("university")[home[owner]] & mark_existing(ecosystem)[achievement]
    columns = {"university": home[owner][known], "achievement": achievement[known]}
    owned = pd.DataFrame(columns).drop_duplicates()
    studies = _read_pairs(ecosystem, "studies", "achievement", "discipline")
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


def _count_links(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count the links of each industry with each university."""
    parties = list_parties(ecosystem).rename(columns={"party": "university"})
    signed = parties[ecosystem.mark("university")[parties["university"]]]
    links = list_links(ecosystem).merge(signed, on="agreement")
    return _count(links, ["industry", "university"], "links")


def _count(rows: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    return rows.groupby(keys).size().rename(name).reset_index()


def _order(rows: pd.DataFrame) -> pd.DataFrame:
    keys = [-rows[name].to_numpy(dtype=float) for name in reversed(_MOST_FIRST)]
    order = np.lexsort([rows["university"], rows["discipline"], *keys, rows["industry"]])
    ordered = rows.iloc[order].reset_index(drop=True)
    return ordered.assign(rank=ordered.groupby("industry").cumcount() + 1)


def _name(ecosystem: Ecosystem, rows: pd.DataFrame) -> pd.DataFrame:
    """Give ids and names instead of positions; empty text for no university."""
    columns = {}
    for kind in (*_PAIR, "university"):
        at, missing = rows[kind].to_numpy(), rows[kind] == _NOBODY
        columns[kind] = ecosystem.keys[at].to_series(index=rows.index).mask(missing, "")
        columns[f"{kind}_name"] = ecosystem.names[at].to_series(index=rows.index).mask(missing, "")
    return rows.assign(**columns)
