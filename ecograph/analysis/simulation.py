"""What other editions of the rules would change: who gains, who loses, and by which clause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ecograph.analysis.clauses import MET, NOT_MET, UNKNOWN, gather_facts, judge_programme
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.phrases import (
    concat_texts,
    join_texts,
    place_texts,
    repeat_text,
    say_nothing,
    to_objects,
)
from ecograph.analysis.reasons import say_clauses
from ecograph.analysis.tiers import TIERS, describe_rules, rank_firms
from ecograph.rules import CERTAINTIES, read_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.clauses import Facts, Judged
    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Clause, Programme, Quantity, RuleBook, Tiers

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]
    States = NDArray[np.int8]
    Texts = Any  # a column of text, null where nothing is said; Arrow has no types

__all__ = ["CHANGES", "SIMULATION_COLUMNS", "simulate_rules"]

CHANGES = ("loses", "gains", "becomes_unknown", "becomes_known", "same")
"""How eligibility changes: met to not met; not met to met; to unknown; from unknown; not at all."""

SIMULATION_COLUMNS = (
    "name",
    "programme",
    "holds",
    "before_edition",
    "after_edition",
    "before",
    "after",
    "before_computed",
    "after_computed",
    "change",
    "deciding",
    "reason",
    "certainty",
    "unsure",
    "tier",
    "tier_before",
    "tier_after",
)

_JOINER = "；"
_UNSURE = ("C", "D")
_WORDS = np.array(["not_met", "unknown", "met"], dtype=object)
_METHOD = {
    "before, after": "all clauses of the edition; what no table tells is unknown",
    "before_computed, after_computed": "clauses that no table can tell are left aside, and what "
    "cannot exceed a figure is taken at that figure; a demand that was not seen stays unknown",
    "change": "of the computed eligibility, from the edition before to that after",
    "holders": "whoever holds the certificate is judged by the clauses of re-certification",
    "deciding": "EDITION:CLAUSE, of a firm whose eligibility changes: the clauses not met by an "
    "edition by which it is not eligible, those unknown by one by which that is unknown",
    "tier_before, tier_after": "the tier if each firm held just what its computed eligibility "
    "gives: where that is unknown what it holds now counts, and so do certificates without clauses",
    "eligibility": "computed, never a certificate: what is awarded rests on more than the tables",
}


class _Side(NamedTuple):
    """A programme by one edition, judged in full and as far as the tables can tell."""

    edition: Programme
    full: States
    computed: States
    judged: Sequence[Judged]
    states: Sequence[States]  # of the clauses in ``judged``, those that do not apply met


def simulate_rules(
    ecosystem: Ecosystem, *, rules: str | dt.date = "2026", against: str | dt.date = "2022"
) -> pd.DataFrame:
    """Simulate which firms gain and which lose by one set of rules against another.

    Both are applied to the same firms, certificates and figures, those of the ecosystem's as-of
    day.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    rules, against
        Which editions of the programmes: a day, a year or the name of an edition (see
        `RuleBook.choose`).

    Returns
    -------
    pandas.DataFrame
        Indexed by enterprise, one row a firm and programme whose editions differ, columns
        ``SIMULATION_COLUMNS``: whether the firm ``holds`` the certificate; eligible (met, not_met
        or unknown) ``before`` by the edition of ``against`` and ``after`` by that of ``rules``, in
        full and as far as the tables can tell (``computed``); the ``change`` (one of ``CHANGES``),
        the ``deciding`` clauses with the sentence on them in ``reason``, the worst ``certainty`` of
        these and whether it is ``unsure`` (C or D); the firm's ``tier`` now, and what it would be
        before and after. Ordered by programme, change and id. ``attrs["meta"]["method"]`` has the
        counts, the programmes that were not compared, and why.

    Raises
    ------
    SettingsError
        If no programme has such an edition.
    """
    book, facts = read_rules(ecosystem.settings.rules), gather_facts(ecosystem)
    chosen = book.choose(against), book.choose(rules)
    judged = [{key: _judge(p, facts) for key, p in programmes.items()} for programmes in chosen]
    before, after = judged
    compared = [key for key in before if key in after and _differ(before[key], after[key])]
    tiers = {
        "tier": rank_firms(facts, book.tiers),
        "tier_before": _rank_eligible(before, facts, book.tiers),
        "tier_after": _rank_eligible(after, facts, book.tiers),
    }
    named = {name: np.array(TIERS, dtype=object)[rank] for name, rank in tiers.items()}
    parts = [_compare(before[key], after[key], facts, ecosystem.lang) for key in compared]
    names = ecosystem.select("enterprise")["name"].to_numpy(dtype=object)
    table = _make_table([{"name": names, **part, **named} for part in parts], facts.firms)
    method = {
        **_METHOD,
        "rules": str(rules),
        "against": str(against),
        **_describe_editions(chosen, compared, book, ecosystem.currency),
        **_count(table, named),
    }
    return attach_meta(table, ecosystem, "simulation", method=method)


# Eligibility


def _judge(edition: Programme, facts: Facts) -> _Side:
    """Judge a programme in full, and without what no table can tell."""
    holds = facts.held[edition.id] == MET
    full = [_find_states(clause, holds) for clause in judge_programme(edition, facts)]
    judged = judge_programme(_leave_aside(edition), facts)
    states = [_find_states(clause, holds) for clause in judged]
    return _Side(edition, _unite(full, facts), _unite(states, facts), judged, states)


def _find_states(judged: Judged, holds: Flags) -> States:
    """Find the states of a clause: unknown where a direct route may excuse, met where idle."""
    states = judged.states.copy()
    if judged.doubted is not None:
        states[judged.doubted & (states == NOT_MET)] = UNKNOWN
    if not judged.clause.recheck:
        states[holds] = MET
    return states


def _unite(states: Sequence[States], facts: Facts) -> States:
    """Unite the clauses: all have to be met; without any nothing is known."""
    if not states:
        return np.full(len(facts.firms), UNKNOWN, dtype=np.int8)
    return np.asarray(np.min(states, axis=0), dtype=np.int8)


def _leave_aside(edition: Programme) -> Programme:
    """Leave what no table can tell out of a programme."""
    clauses = [_reduce(clause) for clause in edition.clauses]
    kept = tuple(clause for clause in clauses if clause)
    names = {clause.id for clause in kept}
    direct = tuple(
        replace(route, clause=clause, replaces=tuple(n for n in route.replaces if n in names))
        for route in edition.direct
        if (clause := _reduce(route.clause))
    )
    return replace(edition, clauses=kept, direct=direct)


def _reduce(clause: Clause) -> Clause | None:
    """Reduce a clause to what the tables can tell; None where nothing is left."""
    if clause.unseen or clause.holds:
        return clause
    if clause.test:
        quantity = _take_bound(clause.test.quantity)
        return replace(clause, test=replace(clause.test, quantity=quantity))
    any_of, all_of = (
        tuple(part for part in map(_reduce, parts) if part)
        for parts in (clause.any_of, clause.all_of)
    )
    return replace(clause, any_of=any_of, all_of=all_of) if any_of or all_of else None


def _take_bound(quantity: Quantity) -> Quantity:
    """Take what cannot exceed a figure at that figure."""
    if quantity.operation == "up_to":
        return _take_bound(quantity.of[0])
    return replace(quantity, of=tuple(map(_take_bound, quantity.of)))


def _differ(before: _Side, after: _Side) -> bool:
    return before.edition != after.edition


# Changes


def _compare(before: _Side, after: _Side, facts: Facts, lang: str) -> dict[str, object]:
    """Compare the two editions of a programme: columns by firm."""
    change = _find_change(before.computed, after.computed)
    changed = change != CHANGES.index("same")
    sides, programme = (before, after), after.edition
    told = [_Told(side, _find_deciding(side, changed), changed) for side in sides]
    certainty = np.array(("", *CERTAINTIES), dtype=object)[
        np.max([_grade(side) for side in told], axis=0)
    ]
    return {
        "programme": np.full(len(change), programme.id, dtype=object),
        "holds": facts.held[programme.id] == MET,
        "before_edition": np.full(len(change), before.edition.edition, dtype=object),
        "after_edition": np.full(len(change), programme.edition, dtype=object),
        "before": _WORDS[before.full + 1],
        "after": _WORDS[after.full + 1],
        "before_computed": _WORDS[before.computed + 1],
        "after_computed": _WORDS[after.computed + 1],
        "change": np.array(CHANGES, dtype=object)[change],
        "deciding": _join([_list_names(side) for side in told], _JOINER),
        "reason": _join([_say(side, lang) for side in told], "；" if lang == "zh" else "; "),
        "certainty": certainty,
        "unsure": np.isin(certainty, _UNSURE),
    }


def _find_change(before: States, after: States) -> Ints:
    """Find the number of each change among ``CHANGES``."""
    loses, gains, to_unknown, from_unknown, same = range(len(CHANGES))
    return np.select(
        [
            before == after,
            after == UNKNOWN,
            before == UNKNOWN,
            after == MET,
        ],
        [same, to_unknown, from_unknown, gains],
        loses,
    )


class _Told(NamedTuple):
    """One side of a change: of each clause, the firms of which it is told."""

    side: _Side
    where: Sequence[Flags]
    changed: Flags


def _find_deciding(side: _Side, changed: Flags) -> list[Flags]:
    """Find of each clause the firms that it keeps from being eligible, or from being known so."""
    asked = changed & (side.computed != MET)
    return [asked & (states == side.computed) for states in side.states]


def _grade(told: _Told) -> Ints:
    """Rank the worst certainty of the clauses told; that of the edition where it has none."""
    graded = [(clause.clause.certainty, firms) for clause, firms in _pair(told)]
    if not graded:
        graded = [(told.side.edition.certainty, told.changed)]
    ranks = [np.where(firms, 1 + CERTAINTIES.index(grade), 0) for grade, firms in graded]
    return np.asarray(np.max(ranks, axis=0))


def _pair(told: _Told) -> Iterator[tuple[Judged, Flags]]:
    return zip(told.side.judged, told.where, strict=True)


def _list_names(told: _Told) -> Texts:
    """List the clauses told of each firm, with the edition in front."""
    edition, size = told.side.edition.edition, len(told.changed)
    named = [
        place_texts(repeat_text(f"{edition}:{clause.clause.id}", int(firms.sum())), firms)
        for clause, firms in _pair(told)
    ]
    return join_texts(named, _JOINER) if named else say_nothing(size)


def _say(told: _Told, lang: str) -> Texts:
    """Say the clauses told; one that a direct route may excuse is said as it stands."""
    if not told.side.judged:
        return say_nothing(len(told.changed))
    said = pa.array(say_clauses(told.side.judged, told.where, lang), pa.large_string())
    said = pc.if_else(pc.equal(said, ""), None, said)
    return concat_texts(f"{told.side.edition.edition}: ", said)


def _join(texts: Sequence[Texts], joiner: str) -> Objects:
    return to_objects(join_texts(texts, joiner))


# Tiers


def _rank_eligible(sides: Mapping[str, _Side], facts: Facts, tiers: Tiers) -> Ints:
    """Rank the tier of firms that hold just what they are eligible for."""
    judged = {key: side for key, side in sides.items() if side.edition.clauses}
    rank = rank_firms(facts, tiers, without=judged)
    for number, tier in enumerate(tiers.tiers):
        for key in tier.certificates:
            if key in judged:
                states = judged[key].computed
                gives = (states == MET) | ((states == UNKNOWN) & (facts.held[key] == MET))
                rank = np.where(gives, np.minimum(rank, number), rank)
    return rank


# The table


def _make_table(parts: Sequence[Mapping[str, object]], firms: pd.Index) -> pd.DataFrame:
    """Make the table: by programme, change and id."""
    index = firms.rename("enterprise")
    frames = [pd.DataFrame(dict(part), index=index) for part in parts]
    if not frames:
        return pd.DataFrame(columns=list(SIMULATION_COLUMNS), index=index[:0])
    ranks = {name: rank for rank, name in enumerate(CHANGES)}
    ordered = [
        frame.iloc[np.argsort(frame["change"].map(ranks).to_numpy(), kind="stable")]
        for frame in frames
    ]
    return pd.concat(ordered)[list(SIMULATION_COLUMNS)]


def _describe_editions(
    chosen: tuple[Mapping[str, Programme], Mapping[str, Programme]],
    compared: Sequence[str],
    book: RuleBook,
    currency: str,
) -> dict[str, object]:
    """Describe the editions, and why some programmes were not compared."""
    before, after = chosen
    editions = [*(before[key] for key in compared), *(after[key] for key in compared)]
    return {
        **describe_rules(editions, book.tiers, currency),
        "same_edition": [k for k in before if k in after and k not in compared],
        "only_before": [key for key in before if key not in after],
        "only_after": [key for key in after if key not in before],
        "without_clauses": [f"{e.id} {e.edition}" for e in editions if not e.clauses],
    }


def _count(table: pd.DataFrame, tiers: Mapping[str, Objects]) -> dict[str, object]:
    """Count changes by programme, deciding clauses by change, and firms by tier."""
    changed = table[table["change"] != "same"]
    clauses = changed.assign(clause=changed["deciding"].str.split(_JOINER)).explode("clause")
    clauses = clauses[clauses["clause"].fillna("") != ""]
    return {
        "changes": {
            key: _tally(rows["change"], CHANGES) for key, rows in table.groupby("programme")
        },
        "clauses": {
            f"{key} {change}": _tally(rows["clause"], sorted(set(rows["clause"])))
            for (key, change), rows in clauses.groupby(["programme", "change"])
        },
        "tiers": {name: _tally(pd.Series(values), TIERS) for name, values in tiers.items()},
        "unsure": int(table["unsure"].sum()),
    }


def _tally(values: pd.Series, names: Iterable[str]) -> dict[str, int]:
    counts = values.value_counts()
    return {name: int(counts.get(name, 0)) for name in names}
