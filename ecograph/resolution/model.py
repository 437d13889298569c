"""Resolve names: which mentions are one organisation, which are two, and what a person decides."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.names import fold_name
from ecograph.resolution.blocking import find_candidates
from ecograph.resolution.chances import measure_chances
from ecograph.resolution.clusters import Rules, join_clusters
from ecograph.resolution.codes import is_sure
from ecograph.resolution.conflicts import find_veto
from ecograph.resolution.evidence import Evidence
from ecograph.resolution.features import compare_pair
from ecograph.resolution.reasons import give_reasons
from ecograph.resolution.records import gather_records
from ecograph.resolution.weights import cap_odds, fit_prior, load_weights, weigh_pair, weigh_pairs
from ecograph.resolution.workers import compare_shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecograph.resolution.chances import Chances
    from ecograph.resolution.clusters import Joined
    from ecograph.resolution.decisions import Decision
    from ecograph.resolution.records import Records
    from ecograph.resolution.weights import Weights

__all__ = ["Resolution", "resolve_names"]

PAIR_COLUMNS = ("first", "second", "probability", "verdict", "evidence")
_LISTED = frozenset({"university", "platform", "enterprise"})
_JOINING = {"merge", "alias"}
_PARTING = {"split", "part_of"}
_CACHED = 1 << 20  # pairs that are remembered while clusters are joined
_SURE = 3.0  # logarithm of odds from which names with the same words need no support by others


@dataclass(frozen=True)
class Resolution:
    """What was found about the mentions of a register.

    Parameters
    ----------
    pairs
        Pairs worth showing: columns ``first``, ``second`` (ids of mentions), ``probability``,
        ``verdict`` (``merged``, ``apart`` or ``review``) and ``evidence`` (`Evidence` objects).
    clusters
        Of each mention the smallest id of its cluster, in the order of the mentions.
    dropped
        Blocks too large to compare all their names: columns ``family``, ``blocks``, ``records``.
    """

    pairs: pd.DataFrame
    clusters: pd.Series
    dropped: pd.DataFrame


def resolve_names(mentions: pd.DataFrame, *, decisions: Sequence[Decision] = ()) -> Resolution:
    """Resolve which mentions are one organisation.

    Parameters
    ----------
    mentions
        Columns ``id`` and ``name``; any others of ``MENTION_COLUMNS`` help.
    decisions
        What people decided, with names or ids: obeyed before anything else.

    Returns
    -------
    Resolution
        Pairs and clusters; the same whatever the order of the rows.

    Notes
    -----
    Records with distinct names, codes and places are compared where they share a rare key
    (`find_candidates`), weighed as Fellegi and Sunter (1969) do, with weights that grow with the
    rarity of what agrees (`measure_chances`) and a prior that falls with the size of the register,
    and joined the surest first, unless a member of one cluster is apart from one of the other.

    Examples
    --------
    >>> names = ["山西格盟普丽环境股份有限公司", "普丽环境公司", "山西大学", "山西大同大学"]
    >>> resolve_names(pd.DataFrame({"id": list("abcd"), "name": names})).clusters.tolist()
    ['a', 'a', 'c', 'd']
    """
    with _pause_collection():
        records = gather_records(mentions)
        run = _Run(
            records, measure_chances(records), load_weights(), _read_decisions(records, decisions)
        )
        return run.resolve(mentions)


@contextlib.contextmanager
def _pause_collection() -> Iterator[None]:
    """Keep Python from looking for cycles: it would walk over all names again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class _Decided:
    forced: list[tuple[int, int]]
    forbidden: list[tuple[int, int]]


class _Run:
    """One register at work."""

    def __init__(
        self, records: Records, chances: Chances, weights: Weights, decided: _Decided
    ) -> None:
        self.records, self.chances, self.weights, self.decided = records, chances, weights, decided
        self.prior = 0.0
        self.known: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]

    def resolve(self, mentions: pd.DataFrame) -> Resolution:
        candidates = find_candidates(self.records)
        first, second = self._add_decided(candidates.first, candidates.second)
        kept = frozenset([*self.decided.forced, *self.decided.forbidden])
        found = compare_shared(self.records, first, second, chances=self.chances, kept=kept)
        worths = weigh_pairs(found, self.weights)
        fit = self._find_fit(found)
        self.prior = fit_prior(worths[fit], self.chances.size, self.weights)
        odds = np.round(worths + self.prior, 6)
        listed = map(self._are_listed_apart, found["first"], found["second"])
        found["doubt"] = found["doubt"].mask(np.fromiter(listed, bool, len(found)), "other_table")
        found["odds"] = cap_odds(odds, found, self.weights)
        joined = self._join(found)
        pairs = self._judge(found, joined)
        return Resolution(pairs, self._name_clusters(mentions, joined), candidates.dropped)

    def _add_decided(
        self, first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        asked = {*self.decided.forced, *self.decided.forbidden}
        if not asked:
            return first, second
        known = set(zip(first.tolist(), second.tolist(), strict=True))
        more = sorted(asked - known)
        if not more:
            return first, second
        added = np.array(more, dtype=np.int64)
        return np.append(first, added[:, 0]), np.append(second, added[:, 1])

    def _join(self, found: pd.DataFrame) -> Joined:
        first, second, odds = (found[name].to_numpy() for name in ("first", "second", "odds"))
        self.known = _sort_odds(first * len(self.records) + second, odds)
        codes = self.records.codes
        code = (found["code"] == "same").to_numpy(copy=True)
        code[code] = [is_sure(codes[at]) for at in first[code].tolist()]
        alike = ((found["core"] == "same") & (found["odds"] >= _SURE)).to_numpy()
        stated = alike | (found["named"] != "").to_numpy()
        fit = self._find_fit(found)
        merging = found["odds"].to_numpy() >= _to_odds(self.weights.high)
        sure = code | ((found["named"] != "").to_numpy() & fit)
        open_ = merging & fit & ~sure
        edges = list(
            zip(odds[open_].tolist(), first[open_].tolist(), second[open_].tolist(), strict=True)
        )
        forced = zip(first[sure].tolist(), second[sure].tolist(), strict=True)
        barred = set(self.decided.forbidden)
        rules = Rules(
            functools.lru_cache(maxsize=_CACHED)(self._apart),
            functools.lru_cache(maxsize=_CACHED)(self._weigh),
            self.records.codes,
            decided=[pair for pair in self.decided.forced if pair not in barred],
            forced=[pair for pair in forced if pair not in barred],
            forbidden=self.decided.forbidden,
            stated=frozenset(zip(first[stated].tolist(), second[stated].tolist(), strict=True)),
        )
        return join_clusters(edges, rules)

    @staticmethod
    def _find_fit(found: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Find the pairs that nothing forbids."""
        free = (found["veto"] == "").to_numpy() | (found["named"] == "former").to_numpy()
        fit: np.ndarray[Any, Any] = free & (found["code"] != "apart").to_numpy()
        return fit

    def _apart(self, a: int, b: int) -> bool:
        codes = self.records.codes[a], self.records.codes[b]
        if all(codes) and codes[0] != codes[1]:
            return True
        lands = self.records.countries[a], self.records.countries[b]
        if (all(lands) and lands[0] != lands[1]) or self._are_listed_apart(a, b):
            return True
        return bool(find_veto(self.records.heads[a], self.records.heads[b], self.chances))

    def _are_listed_apart(self, a: int, b: int) -> bool:
        """Say whether tables list two as different kinds; an institution may be any."""
        kinds = self.records.kinds[a], self.records.kinds[b]
        return kinds[0] != kinds[1] and _LISTED.issuperset(kinds)

    def _weigh(self, a: int, b: int) -> float:
        keys, odds = self.known
        at = int(np.searchsorted(keys, a * len(self.records) + b))
        if at < len(keys) and keys[at] == a * len(self.records) + b:
            return float(odds[at])
        return (
            weigh_pair(compare_pair(self.records, a, b, chances=self.chances), self.weights)
            + self.prior
        )

    def _judge(self, found: pd.DataFrame, joined: Joined) -> pd.DataFrame:
        """Give each pair worth showing its verdict and its reasons."""
        roots = np.array(joined.roots, dtype=np.int64)
        first, second = found["first"].to_numpy(), found["second"].to_numpy()
        merged = roots[first] == roots[second]
        barred = set(self.decided.forbidden)
        forbidden = np.array(
            [pair in barred for pair in zip(first.tolist(), second.tolist(), strict=True)],
            dtype=bool,
        )
        apart = (found["veto"] != "").to_numpy() | (found["code"] == "apart").to_numpy() | forbidden
        odds = found["odds"].to_numpy()
        likely = odds >= _to_odds(self.weights.low)
        alike = found["core"].isin(["same", "equal", "sound", "typo", "exact_short"]).to_numpy()
        shown = merged | likely | (apart & (alike | forbidden))
        verdicts = np.select([merged, apart], ["merged", "apart"], "review")
        rows = found[shown].assign(verdict=verdicts[shown])
        ids = [group[0] for group in self.records.ids]
        pairs = pd.DataFrame(
            {
                "first": [ids[at] for at in rows["first"]],
                "second": [ids[at] for at in rows["second"]],
                "probability": _state_chances(rows),
                "verdict": rows["verdict"].to_numpy(dtype=object),
                "evidence": give_reasons(
                    self.records, rows, joined, chances=self.chances, decided=self.decided
                ),
            }
        )
        swap = pairs["first"] > pairs["second"]
        pairs.loc[swap, ["first", "second"]] = pairs.loc[swap, ["second", "first"]].to_numpy()
        pairs = pd.concat([pairs, self._pair_same()], ignore_index=True)
        return pairs.sort_values(["first", "second"], ignore_index=True)

    def _pair_same(self) -> pd.DataFrame:
        """Pair the mentions of one record: their names are the same."""
        same = (Evidence("same_name"),)
        rows = [
            (group[0], other, 1.0, "merged", same)
            for group in self.records.ids
            for other in group[1:]
        ]
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))

    def _name_clusters(self, mentions: pd.DataFrame, joined: Joined) -> pd.Series:
        smallest: dict[int, str] = {}
        for at, root in enumerate(joined.roots):
            group = self.records.ids[at][0]
            smallest[root] = min(smallest.get(root, group), group)
        clusters = {
            one: smallest[root]
            for group, root in zip(self.records.ids, joined.roots, strict=True)
            for one in group
        }
        ids = [str(one) for one in mentions["id"].tolist()]
        index = pd.Index(ids, name="id", dtype=object)
        return pd.Series([clusters[one] for one in ids], index=index, name="cluster", dtype=object)


def _sort_odds(
    keys: np.ndarray[Any, Any], odds: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    order = np.argsort(keys, kind="stable")
    return keys[order], odds[order]


def _state_chances(rows: pd.DataFrame) -> np.ndarray[Any, Any]:
    """State the probability that each pair is one: what decides before names leaves no doubt."""
    likely = 1 / (1 + np.exp(-np.clip(rows["odds"].to_numpy(dtype=float), -40, 40)))
    merged, same = rows["verdict"] == "merged", rows["code"] == "same"
    settled = [rows["verdict"] == "apart", merged & (same | (rows["named"] != ""))]
    stated: np.ndarray[Any, Any] = np.round(np.select(settled, [0.0, 1.0], likely), 6)
    return stated


def _to_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _read_decisions(records: Records, decisions: Sequence[Decision]) -> _Decided:
    """Find the records that decisions name, by id or by name."""
    if not decisions:
        return _Decided([], [])
    known = _index_records(records)
    forced: set[tuple[int, int]] = set()
    forbidden: set[tuple[int, int]] = set()
    for decision in decisions:
        pairs = set(_pair_named(known, decision.name, decision.target))
        if decision.action in _JOINING:
            forced |= (
                pairs
                | set(_pair_alone(known, decision.name))
                | set(_pair_alone(known, decision.target))
            )
        elif decision.action in _PARTING:
            forbidden |= pairs
    return _Decided(sorted(forced), sorted(forbidden))


def _index_records(records: Records) -> dict[str, list[int]]:
    known: dict[str, list[int]] = defaultdict(list)
    for at, (ids, name) in enumerate(zip(records.ids, records.names, strict=True)):
        known[name.folded].append(at)
        for one in ids:
            known[f"id:{one}"].append(at)
    return known


def _pair_named(known: dict[str, list[int]], a: str, b: str) -> Iterator[tuple[int, int]]:
    for one in _find_named(known, a):
        for other in _find_named(known, b):
            if one != other:
                yield min(one, other), max(one, other)


def _pair_alone(known: dict[str, list[int]], text: str) -> Iterator[tuple[int, int]]:
    named = _find_named(known, text)
    yield from ((named[0], other) for other in named[1:])


def _find_named(known: dict[str, list[int]], text: str) -> list[int]:
    return known.get(f"id:{text}") or known.get(fold_name(text), [])
