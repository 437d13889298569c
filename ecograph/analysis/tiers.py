"""Which tier each firm has reached, why, and what it lacks for the next.

Certificates decide, then the routes without one; what is computed from the accounts never gives
a tier, it only tells what is missing for the next and which certificate is at risk. Every clause
is met, not met or unknown: a figure that is not in the data makes a clause unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from ecograph.analysis.phrases import (
    join_by_owner,
    say_days,
    say_distinct,
    to_objects,
)
from ecograph.analysis.reasons import say_missing, say_reasons, say_risks, say_route
from ecograph.ecosystem import Ecosystem
from ecograph.rules import CERTAINTIES, read_rules, read_tiers
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.rules import Programme, RuleBook, Tiers

    Flags = NDArray[np.bool_]
    Counts = NDArray[np.int64]
    Objects = NDArray[np.object_]

__all__ = [
    "TIERS",
    "TIER_COLUMNS",
    "assign_tiers",
    "count_tiers",
    "describe_rules",
    "find_failed",
    "name_neighbours",
    "rank_firms",
]

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
_BLOCK = 100_000  # firms judged at once: bounds the memory, and changes nothing else


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
    clauses and their certainty are in ``rules/*.yaml``, and in the folder that the setting
    ``rules`` names.
    """
    rules = read_rules(ecosystem.settings.rules)
    programmes, facts = rules.pick(ecosystem.as_of), gather_facts(ecosystem)
    blocks = [
        _assign_block(facts.cut(start, start + _BLOCK), programmes, rules, ecosystem.lang)
        for start in range(0, max(len(facts.firms), 1), _BLOCK)
    ]
    columns = {
        "name": ecosystem.select("enterprise")["name"].to_numpy(dtype=object),
        "industry": name_neighbours(ecosystem, "works_in"),
        "region": name_neighbours(ecosystem, "lies_in"),
        **{name: np.concatenate([block.pop(name) for block in blocks]) for name in [*blocks[0]]},
    }
    method = {
        **describe_rules(programmes.values(), rules.tiers, ecosystem.currency),
        "unknown_certificates": _count_unknown(facts.certificates, rules.certificates),
    }
    return attach_meta(_make_table(columns, facts.firms), ecosystem, "tiers", method=method)


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
    counts = firms.groupby(["industry", "tier"]).size().rename("firms").reset_index()
    split = counts.assign(industry=counts["industry"].str.split(_JOINER)).explode("industry")
    summed = split.pivot_table("firms", "industry", "tier", aggfunc="sum", fill_value=0)
    pyramid = summed.reindex(columns=TIERS, fill_value=0).rename_axis(columns=None).sort_index()
    pyramid["firms"] = pyramid.sum(axis=1)
    if "meta" in firms.attrs:
        pyramid.attrs = {"meta": {**firms.attrs["meta"], "result": "tier_counts"}}
    return pyramid


def rank_firms(facts: Facts, tiers: Tiers, *, without: Collection[str] = ()) -> Counts:
    """Rank the tiers of the firms: places in ``TIERS``.

    Parameters
    ----------
    facts
        What is known about the firms.
    tiers
        Which certificate gives which tier.
    without
        Certificates that are not looked at.
    """
    held, _, _ = _split_certificates(facts.certificates, tiers)
    held = held[~held["certificate"].isin(list(without)) & (held["place"] >= 0)]
    highest = _find_highest(held, len(facts.firms))
    return np.where(highest < len(TIERS), highest, _follow_routes(facts, tiers, "en")[0])


def find_failed(judged: Judged) -> Flags:
    """Find firms that surely fail a clause of re-certification."""
    failed = (judged.states == NOT_MET) & judged.clause.recheck
    return np.asarray(failed if judged.doubted is None else failed & ~judged.doubted)


def describe_rules(
    programmes: Iterable[Programme], tiers: Tiers, currency: str
) -> dict[str, object]:
    """Describe the rules that a result rests on, for its meta."""
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


def _assign_block(
    facts: Facts, programmes: Mapping[str, Programme], rules: RuleBook, lang: str
) -> dict[str, NDArray[Any]]:
    """Assign the tiers of some of the firms: columns of the table."""
    judged = {p.id: judge_programme(p, facts) for p in programmes.values() if p.clauses}
    standing = _find_standing(facts, rules, lang)
    ahead = _look_ahead(standing["tier"], judged, programmes, rules.tiers, lang)
    at_risk, grade = _find_risks(judged, facts, rules, lang)
    worst = np.array(("", *CERTAINTIES), dtype=object)[np.maximum(ahead.pop("grade"), grade)]
    return {**standing, **ahead, "at_risk": at_risk, "certainty": worst}


# Where a firm stands


def _find_standing(facts: Facts, rules: RuleBook, lang: str) -> dict[str, Objects]:
    """Find the tier of each firm: tier, reason, certificates, expires."""
    size = len(facts.firms)
    held, expired, undecided = _split_certificates(facts.certificates, rules.tiers)
    best, otherwise = _follow_routes(facts, rules.tiers, lang)
    highest = _find_highest(held, size)
    deciding = held[(held["rank"] < len(TIERS)) & (held["rank"] == highest[held["place"]])]
    others = held[held["rank"] == len(TIERS)]
    named = [_name_own(rows, rules, lang) for rows in (deciding, others, expired, undecided)]
    said = say_reasons(*named[:3], undecided=named[3], otherwise=otherwise, lang=lang)
    keys = say_distinct(held["certificate"], str)
    return {
        "tier": np.array(TIERS, dtype=object)[np.where(highest < len(TIERS), highest, best)],
        "reason": said,
        "certificates": to_objects(join_by_owner(keys, held["place"], _JOINER, size=size)),
        "expires": _find_expiry(deciding, size),
    }


def _name_own(rows: pd.DataFrame, rules: RuleBook, lang: str) -> pd.DataFrame:
    """Name the certificates of local rules, which the vocabulary does not have."""
    if not rules.names:
        return rows
    labels = {key: rules.label(key, lang) for key in set(rules.names.values())}
    return rows.assign(certificate=rows["certificate"].replace(labels))


def _find_highest(held: pd.DataFrame, size: int) -> Counts:
    """Find the rank of the highest tier that certificates give each firm; past all: none."""
    highest = np.full(size, len(TIERS))
    np.minimum.at(highest, held["place"], held["rank"])
    return highest


def _split_certificates(
    rows: pd.DataFrame, tiers: Tiers
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Split certificates: in force, with the tier that they give; expired; undecided."""
    giving = {key: _RANKS[tier.id] for tier in tiers.tiers for key in tier.certificates}
    rank = rows["certificate"].map(giving).fillna(len(TIERS)).astype(np.int64)
    held, expired, undecided = (
        rows.assign(rank=rank)[rows["standing"] == standing]
        for standing in ("in_force", "expired", "undecided")
    )
    return held, expired, undecided


def _find_expiry(deciding: pd.DataFrame, size: int) -> Objects:
    """Find the first day on which one of the deciding certificates expires."""
    first = deciding.groupby("place")["until"].min().reindex(range(size))
    return to_objects(say_days(first.to_numpy()))


def _follow_routes(facts: Facts, tiers: Tiers, lang: str) -> tuple[Counts, Objects]:
    """Find the rank, and its reason, of firms without a certificate that gives a tier."""
    rank = np.full(len(facts.firms), len(TIERS) - 1)
    reason = np.full(len(facts.firms), "", dtype=object)
    for route in tiers.routes:
        states = judge_clause(route.clause, facts).states
        still = rank == len(TIERS) - 1
        for state in (MET, UNKNOWN, NOT_MET):
            reason[still & (states == state)] = say_route(route.clause, state, lang)
        rank[still & (states == MET)] = _RANKS[route.tier]
    return rank, reason


# What comes next


def _look_ahead(
    tier: Objects,
    judged: Mapping[str, Sequence[Judged]],
    programmes: Mapping[str, Programme],
    tiers: Tiers,
    lang: str,
) -> dict[str, NDArray[Any]]:
    """Find the nearest programme of the next tier, what is missing for it, and its grade."""
    texts, numbers = ("next_tier", "next_programme", "missing"), ("met", "not_met", "unknown")
    ahead: dict[str, NDArray[Any]] = {
        **{name: np.full(len(tier), "", dtype=object) for name in texts},
        **{name: np.zeros(len(tier), dtype=np.int64) for name in (*numbers, "grade")},
    }
    for step in tiers.tiers:
        here = np.flatnonzero(tier == step.id)
        ahead["next_tier"][here] = step.next
        known = {key: judged[key] for key in step.programmes if key in judged}
        if step.next and not known:
            ahead["missing"][here] = translate("reason.no_programme", lang)
        nearest = _choose_nearest([*known.values()])[here] if known else here[:0]
        for number, (key, clauses) in enumerate(known.items()):
            rows = here[nearest == number]
            described = _describe_programme(programmes[key], clauses, rows, lang)
            for name, values in described.items():
                ahead[name][rows] = values
    return ahead


def _count_states(judged: Iterable[Judged], state: int) -> Counts:
    return np.asarray(np.sum([clause.states == state for clause in judged], axis=0))


def _choose_nearest(candidates: Sequence[Sequence[Judged]]) -> Counts:
    """Choose the candidate with the fewest clauses not met, then the fewest unknown."""
    most = 1 + max(len(judged) for judged in candidates)
    burden = [
        _count_states(judged, NOT_MET) * most + _count_states(judged, UNKNOWN)
        for judged in candidates
    ]
    return np.asarray(np.argmin(burden, axis=0))


def _describe_programme(
    programme: Programme, judged: Sequence[Judged], rows: Counts, lang: str
) -> dict[str, object]:
    """Describe how far some firms are from a programme."""
    taken = [clause.take(rows) for clause in judged]
    return {
        "next_programme": programme.id,
        "missing": say_missing(taken, lang),
        "met": _count_states(taken, MET),
        "not_met": _count_states(taken, NOT_MET),
        "unknown": _count_states(taken, UNKNOWN),
        "grade": max(_grade(clause) for clause in judged),
    }


def _grade(judged: Judged) -> int:
    """Rank the certainty of a clause: 1 is the best."""
    return 1 + CERTAINTIES.index(judged.clause.certainty)


# What is at risk


def _find_risks(
    judged: Mapping[str, Sequence[Judged]], facts: Facts, rules: RuleBook, lang: str
) -> tuple[Objects, Counts]:
    """Find certificates held whose rule is not met, and the worst grade of their clauses."""
    grade = np.zeros(len(facts.firms), dtype=np.int64)
    if not judged:
        return np.full(len(facts.firms), "", dtype=object), grade
    failed = {
        key: [find_failed(clause) & (facts.held[key] == MET) for clause in clauses]
        for key, clauses in judged.items()
    }
    for key, clauses in judged.items():
        for clause, firms in zip(clauses, failed[key], strict=True):
            grade[firms] = np.maximum(grade[firms], _grade(clause))
    names = {
        key: key if key not in rules.names.values() else rules.label(key, lang) for key in judged
    }
    said = say_risks(
        {names[key]: clauses for key, clauses in judged.items()},
        {names[key]: firms for key, firms in failed.items()},
        lang,
        until={names[key]: _find_last_days(facts, key) for key in judged},
    )
    return said, grade


def _find_last_days(facts: Facts, certificate: str) -> NDArray[np.datetime64]:
    """Find the last day of each firm's certificate; NaT where none is stated or none is held."""
    days = np.full(len(facts.firms), np.datetime64("NaT", "D"))
    rows = facts.certificates
    rows = rows[(rows["certificate"] == certificate) & (rows["place"] >= 0)]
    days[rows["place"]] = rows["until"].to_numpy().astype("datetime64[D]")
    return days


# The table


def name_neighbours(ecosystem: Ecosystem, kind: str) -> Objects:
    """Name the neighbours of each firm, in the order of their ids."""
    firms = ecosystem.find_positions("enterprise")
    sources, targets = ecosystem.find_pairs(kind)
    names = say_distinct(pd.Series(targets), lambda target: str(ecosystem.names[target]))
    return to_objects(
        join_by_owner(names, np.searchsorted(firms, sources), _JOINER, size=len(firms))
    )


def _make_table(columns: Mapping[str, NDArray[Any]], firms: pd.Index) -> pd.DataFrame:
    """Make the table, by tier; the firms of a tier stay in the order of their ids.

    Equal texts stay one object: spelt out as Arrow text they would fill the memory.
    """
    ranks = pd.Series(columns["tier"], dtype=object).map(_RANKS).to_numpy()
    order = np.argsort(ranks, kind="stable")
    index = firms.take(order).rename("enterprise")
    table = {
        name: pd.Series(columns[name][order], index=index, dtype=columns[name].dtype)
        for name in TIER_COLUMNS
    }
    return pd.DataFrame(table, index=index)


def _count_unknown(certificates: pd.DataFrame, known: Sequence[str]) -> dict[str, int]:
    """Count the firms of each certificate that neither vocabulary nor rules know."""
    free = certificates.loc[~certificates["certificate"].isin(known), "certificate"]
    return {str(text): int(n) for text, n in free.value_counts().sort_index().items()}
