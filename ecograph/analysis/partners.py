"""Which universities fit which industry: by discipline, with each reason apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.links import list_links, list_parties
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.supply import gather_supply
from ecograph.analysis.uses import count_uses, cross_firms
from ecograph.statistics.relatedness import compute_proximity, compute_relatedness_density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer]

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
_MOST_FIRST = ("demanded", "in_use", "related", "offered", "teams", "achievements", "links")
_COUNTS = ("universities", "offered", "teams", "achievements", "links")
_NOBODY = -1
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
    supply = gather_supply(ecosystem)
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
    counts, firms = count_uses(ecosystem), cross_firms(ecosystem)
    related = _relate(firms, counts["in_use"])
    reasons = {**counts, "related": related}
    at = np.nonzero((counts["demanded"] > 0) | (counts["in_use"] > 0) | (related > 0))
    pairs = {
        kind: ecosystem.find_positions(kind)[number] for kind, number in zip(_PAIR, at, strict=True)
    }
    several = int((firms.sum(axis=1) > 1).sum())
    table = pd.DataFrame({**pairs, **{name: value[at] for name, value in reasons.items()}})
    return table, {"firms": len(firms), "firms_of_several": several}


def _relate(firms: Flags, used: Ints) -> Floats:
    """Compute how related each discipline is to those that each industry uses."""
    density = compute_relatedness_density(used, compute_proximity(firms))
    return np.where(used.any(axis=1, keepdims=True), density, np.nan)


def _count_links(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count the links of each industry with each university."""
    parties = list_parties(ecosystem).rename(columns={"party": "university"})
    signed = parties[ecosystem.mark("university")[parties["university"]]]
    links = list_links(ecosystem).merge(signed, on="agreement")
    return links.groupby(["industry", "university"]).size().rename("links").reset_index()


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
