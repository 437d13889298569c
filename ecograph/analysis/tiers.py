"""Which tier each firm has reached, why, and what it lacks for the next.

Certificates decide, then the routes without one; what is computed from the accounts never gives
a tier, it only tells what is missing for the next and which certificate is at risk. Every clause
is met, not met or unknown: a figure that is not in the data makes a clause unknown.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    UNKNOWN,
    gather_facts,
    judge_clause,
    judge_programme,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.reasons import say_missing, say_reasons, say_risks, say_route
from ecograph.ecosystem import Ecosystem
from ecograph.rules import read_programmes, read_tiers
from ecograph.schema import read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.rules import Programme, Tiers

    Flags = NDArray[np.bool_]
    Counts = NDArray[np.int64]

__all__ = ["TIERS", "TIER_COLUMNS", "assign_tiers", "count_tiers"]

TIERS = tuple(tier.id for tier in read_tiers().tiers)

TIER_COLUMNS = (
    "name",
    "industry",
    "region",
    "tier",
    "reason",
    "certificates",
    "expires",
    "next_tier",
    "next_programme",
    "missing",
    "met",
    "not_met",
    "unknown",
    "certainty",
    "at_risk",
)

_RANKS = {tier: rank for rank, tier in enumerate(TIERS)}
_JOINER = "；"


def assign_tiers(ecosystem: Ecosystem) -> pd.DataFrame:
    """Assign every firm its tier, with the reason and what is missing for the next.

    A certificate in force on the as-of day (its last day counts) gives its tier; the highest
    counts. Where the as-of day is unknown, only certificates without any date do. Figures are those
    of the latest year up to the as-of year.

    Parameters
    ----------
    ecosystem
        The ecosystem; its as-of day chooses the documents in force.

    Returns
    -------
    pandas.DataFrame
        Indexed by enterprise, trees first, columns ``TIER_COLUMNS``: ``tier`` (one of ``TIERS``),
        ``reason``, ``certificates`` in force, ``expires`` (the first expiry among those that give
        the tier), ``next_tier``, ``next_programme`` (fewest clauses not met, then fewest unknown),
        ``missing`` (what is not met and by how much, what is unknown and for want of what), the
        counts ``met``, ``not_met``, ``unknown`` of its clauses, ``certainty`` (the worst grade of
        the clauses used, A to D), ``at_risk`` (a certificate held whose rule is not met).

    Notes
    -----
    Which certificate gives which tier is ecograph's default, ``rules/tiers.yaml``; documents,
    clauses and their certainty are in ``rules/*.yaml``.
    """
    programmes = read_programmes(ecosystem.as_of)
    tiers = read_tiers()
    facts = gather_facts(ecosystem)
    judged = {p.id: judge_programme(p, facts) for p in programmes.values() if p.clauses}
    standing = _find_standing(facts, tiers, ecosystem.lang)
    ahead = _look_ahead(standing["tier"], judged, programmes, tiers, ecosystem.lang)
    risks = _find_risks(judged, facts, ecosystem.lang)
    table = standing.join(ahead).assign(
        name=ecosystem.select("enterprise")["name"],
        industry=_name_neighbours(ecosystem, "works_in", facts.firms),
        region=_name_neighbours(ecosystem, "lies_in", facts.firms),
        at_risk=risks["at_risk"],
        certainty=ahead["certainty"].where(ahead["certainty"] > risks["grade"], risks["grade"]),
    )
    method = {
        **_describe_method(programmes.values(), tiers, ecosystem.currency),
        "unknown_certificates": _count_unknown(facts.certificates),
    }
    return attach_meta(_order_tiers(table), ecosystem, "tiers", method=method)


def count_tiers(table: Ecosystem | pd.DataFrame) -> pd.DataFrame:
    """Count the firms of each tier in each industry: the pyramid.

    Parameters
    ----------
    table
        An ecosystem, or the table of `assign_tiers`.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry name (empty: firms without one), one column a tier of ``TIERS``, and
        ``firms``. A firm of several industries counts in each of them.

    Examples
    --------
    >>> firms = pd.DataFrame({"industry": ["碳材料；新材料", "碳材料"], "tier": ["tree", "shrub"]})
    >>> count_tiers(firms).loc["碳材料"].to_dict()
    {'tree': 1, 'shrub': 1, 'seedling': 0, 'none': 0, 'firms': 2}
    """
    firms = assign_tiers(table) if isinstance(table, Ecosystem) else table
    split = firms.assign(industry=firms["industry"].str.split(_JOINER)).explode("industry")
    counts = pd.crosstab(split["industry"], split["tier"]).reindex(columns=TIERS, fill_value=0)
    pyramid = counts.rename_axis(columns=None).sort_index()
    pyramid["firms"] = pyramid.sum(axis=1)
    if "meta" in firms.attrs:
        pyramid.attrs = {"meta": {**firms.attrs["meta"], "result": "tier_counts"}}
    return pyramid


# Where a firm stands


def _find_standing(facts: Facts, tiers: Tiers, lang: str) -> pd.DataFrame:
    """Find the tier of each firm: tier, reason, certificates, expires."""
    held, expired, undecided = _split_certificates(facts.certificates, tiers)
    rank = held["tier"].map(_RANKS)
    deciding = held[rank.notna() & (rank == rank.groupby(held["enterprise"]).transform("min"))]
    by_firm = deciding.groupby("enterprise")
    routed, otherwise = _follow_routes(facts, tiers, lang)
    tier = by_firm["tier"].first().reindex(facts.firms).fillna(routed)
    table = pd.DataFrame({"tier": tier}, index=facts.firms)
    others = held[held["tier"].isna()]
    said = say_reasons(
        deciding, others, expired, undecided=undecided, otherwise=otherwise, lang=lang
    )
    table["reason"] = np.array(said, dtype=object)
    table["certificates"] = held["certificate"].groupby(held["enterprise"]).agg(_JOINER.join)
    table["expires"] = by_firm["until"].min().dt.strftime("%Y-%m-%d")
    return table.fillna({"certificates": "", "expires": ""}).rename_axis("enterprise")


def _split_certificates(
    rows: pd.DataFrame, tiers: Tiers
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Split certificates: in force, with the tier that they give; expired; undecided."""
    giving = {key: tier.id for tier in tiers.tiers for key in tier.certificates}
    rows = rows.sort_values(["enterprise", "certificate"])
    held, expired, undecided = (
        rows[rows["standing"] == standing] for standing in ("in_force", "expired", "undecided")
    )
    return held.assign(tier=held["certificate"].map(giving).astype(object)), expired, undecided


def _follow_routes(facts: Facts, tiers: Tiers, lang: str) -> tuple[pd.Series, pd.Series]:
    """Find the tier, and its reason, of firms without a certificate that gives one."""
    tier = pd.Series(TIERS[-1], index=facts.firms, dtype=object)
    reason = pd.Series("", index=facts.firms, dtype=object)
    for route in tiers.routes:
        states = judge_clause(route.clause, facts).states
        open_to = (tier == TIERS[-1]).to_numpy()
        for state in (MET, UNKNOWN, NOT_MET):
            reason[open_to & (states == state)] = say_route(route.clause, state, lang)
        tier[open_to & (states == MET)] = route.tier
    return tier, reason


# What comes next


def _look_ahead(
    tier: pd.Series,
    judged: Mapping[str, Sequence[Judged]],
    programmes: Mapping[str, Programme],
    tiers: Tiers,
    lang: str,
) -> pd.DataFrame:
    """Find the nearest programme of the next tier and what is missing for it."""
    ahead = pd.DataFrame("", index=tier.index, columns=["next_tier", "next_programme", "missing"])
    ahead = ahead.assign(met=0, not_met=0, unknown=0, certainty="")
    for step in tiers.tiers:
        here = (tier == step.id).to_numpy()
        ahead.loc[here, "next_tier"] = step.next
        known = [key for key in step.programmes if key in judged]
        if step.next and not known:
            ahead.loc[here, "missing"] = translate("reason.no_programme", lang)
        nearest = _choose_nearest([judged[key] for key in known], len(tier))
        for number, key in enumerate(known):
            rows = np.flatnonzero(here & (nearest == number))
            ahead.iloc[rows, 1:] = _describe_programme(programmes[key], judged[key], rows, lang)
    return ahead


def _count_states(judged: Iterable[Judged], state: int) -> Counts:
    return np.asarray(np.sum([clause.states == state for clause in judged], axis=0))


def _choose_nearest(candidates: Sequence[Sequence[Judged]], firms: int) -> Counts:
    """Choose the candidate with the fewest clauses not met, then the fewest unknown."""
    if not candidates:
        return np.full(firms, -1)
    most = 1 + max(len(judged) for judged in candidates)
    burden = [
        _count_states(judged, NOT_MET) * most + _count_states(judged, UNKNOWN)
        for judged in candidates
    ]
    return np.asarray(np.argmin(burden, axis=0))


def _describe_programme(
    programme: Programme, judged: Sequence[Judged], rows: Counts, lang: str
) -> pd.DataFrame:
    counts = {
        name: _count_states(judged, state)[rows]
        for name, state in (("met", MET), ("not_met", NOT_MET), ("unknown", UNKNOWN))
    }
    return pd.DataFrame(
        {
            "next_programme": programme.id,
            "missing": [say_missing(judged, int(row), lang) for row in rows],
            **counts,
            "certainty": max(clause.clause.certainty for clause in judged),
        },
        index=rows,
    )


# What is at risk


def _find_risks(judged: Mapping[str, Sequence[Judged]], facts: Facts, lang: str) -> pd.DataFrame:
    """Find certificates held whose rule is not met: at_risk, and the worst grade used."""
    broken = _find_broken(judged, facts)
    grades = [
        max((clause.clause.certainty for clause in itertools.chain(*held.values())), default="")
        for held in broken
    ]
    texts = [say_risks(held, row, lang) for row, held in enumerate(broken)]
    return pd.DataFrame({"at_risk": texts, "grade": grades}, index=facts.firms, dtype=object)


def _find_broken(
    judged: Mapping[str, Sequence[Judged]], facts: Facts
) -> list[dict[str, list[Judged]]]:
    """Find, firm by firm, the clauses that it surely fails of each certificate that it holds."""
    broken: list[dict[str, list[Judged]]] = [{} for _ in facts.firms]
    for key, clauses in judged.items():
        for clause in clauses:
            for row in np.flatnonzero(_find_failed(clause) & (facts.held[key] == MET)):
                broken[row].setdefault(key, []).append(clause)
    return broken


def _find_failed(judged: Judged) -> Flags:
    """Find firms that surely fail a clause of re-certification."""
    failed = (judged.states == NOT_MET) & judged.clause.recheck
    return np.asarray(failed if judged.doubted is None else failed & ~judged.doubted)


# The table


def _name_neighbours(ecosystem: Ecosystem, kind: str, firms: pd.Index) -> pd.Series:
    edges = ecosystem.link(kind)[["source", "target"]].drop_duplicates()
    edges = edges.sort_values(["source", "target"])
    names = ecosystem.nodes["name"].reindex(edges["target"]).to_numpy()
    joined = edges.assign(name=names).groupby("source")["name"].agg(_JOINER.join)
    return joined.reindex(firms).fillna("").astype(str)


def _order_tiers(table: pd.DataFrame) -> pd.DataFrame:
    ranked = table.assign(_rank=table["tier"].map(_RANKS), _id=table.index)
    ordered = ranked.sort_values(["_rank", "_id"])
    return ordered[list(TIER_COLUMNS)].rename_axis("enterprise")


def _count_unknown(certificates: pd.DataFrame) -> dict[str, int]:
    """Count the firms of each certificate that is not in the vocabulary."""
    known = [term.key for term in read_schema().vocabularies["certificate"]]
    free = certificates.loc[~certificates["certificate"].isin(known), "certificate"]
    return {str(text): int(n) for text, n in free.value_counts().sort_index().items()}


def _describe_method(
    programmes: Iterable[Programme], tiers: Tiers, currency: str
) -> dict[str, object]:
    documents = {
        f"{p.id} {p.edition}": {
            "document": p.document,
            "certainty": p.certainty,
            "source": p.source,
            "clauses": len(p.clauses),
            "local": p.local,
        }
        for p in programmes
    }
    return {
        "mapping": tiers.mapping,
        "tier": "certificates in force, else routes without one; never computed eligibility",
        "logic": "met, not met, unknown; missing data are unknown",
        "figures": "latest year up to the as-of year",
        "amounts_compared": currency == "CNY",
        "documents": documents,
    }
