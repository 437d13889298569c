"""Join pairs to clusters, the surest first, and never two that something tells apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Joined", "Rules", "join_clusters"]

_LOOKED_AT = 8  # members of each cluster whose pairs are looked at
_LIMIT = 5.0  # logarithm of odds above which a pair counts as sure
_SUPPORT = -1.5  # least that the pairs between two clusters must hold on average
_MARGIN = 2.0  # in logarithms of odds: what fits two clusters about equally well


@dataclass(frozen=True)
class Joined:
    """Clusters, and the pairs that would have joined what something tells apart.

    Parameters
    ----------
    roots
        Of each record the smallest of its cluster.
    refused
        Of each pair that was not joined, the two members that stand against it.
    torn
        Of each record that fits several clusters, a member of each of two.
    """

    roots: list[int]
    refused: dict[tuple[int, int], tuple[int, int]]
    torn: dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Rules:
    """What may be joined.

    Parameters
    ----------
    apart
        Says whether two records can never be one.
    weigh
        Gives the logarithm of the odds of two records.
    codes
        Of each record its code, or empty: a cluster has one at most.
    decided
        Pairs that are one whatever else is known, codes too.
    forced
        Pairs that are one unless codes or decisions speak against it.
    forbidden
        Pairs that never are.
    stated
        Pairs that need no support by other members: the data state them.
    """

    apart: Callable[[int, int], bool]
    weigh: Callable[[int, int], float]
    codes: Sequence[str]
    decided: Sequence[tuple[int, int]] = ()
    forced: Sequence[tuple[int, int]] = ()
    forbidden: Sequence[tuple[int, int]] = ()
    stated: frozenset[tuple[int, int]] = frozenset()


class _Union:
    def __init__(self, rules: Rules) -> None:
        self.parents = list(range(len(rules.codes)))
        self.codes = {at: {code} for at, code in enumerate(rules.codes) if code}
        self.members: dict[int, list[int]] = {}
        self.forbidden: dict[int, list[int]] = defaultdict(list)
        for a, b in rules.forbidden:
            self.forbidden[a].append(b)
            self.forbidden[b].append(a)

    def find(self, at: int) -> int:
        while self.parents[at] != at:
            self.parents[at] = self.parents[self.parents[at]]
            at = self.parents[at]
        return at

    def list_members(self, root: int) -> list[int]:
        return self.members.get(root, [root])

    def unite(self, a: int, b: int) -> None:
        low, high = min(a, b), max(a, b)
        self.members[low] = self.list_members(low) + self.list_members(high)
        self.members.pop(high, None)
        self.parents[high] = low
        if high in self.codes:
            self.codes[low] = self.codes.get(low, set()) | self.codes[high]
        if high in self.forbidden:
            self.forbidden[low] += self.forbidden[high]

    def find_ban(self, a: int, b: int) -> bool:
        """Say whether a code or a decision keeps two clusters apart."""
        one, other = self.codes.get(a, set()), self.codes.get(b, set())
        if not (one <= other or other <= one):
            return True
        return any(self.find(one) == b for one in self.forbidden.get(a, ()))


def join_clusters(edges: Sequence[tuple[float, int, int]], rules: Rules) -> Joined:
    """Join records to clusters.

    Parameters
    ----------
    edges
        Pairs to join: logarithm of the odds, and two records, the smaller first.
    rules
        What may be joined.

    Returns
    -------
    Joined
        The clusters. Two are joined by their surest pair only if no two members are apart and
        the pairs between them hold on average; a record that fits two clusters which are apart
        about equally well is left alone.

    Examples
    --------
    A and C are apart, B may be either:

    >>> rules = Rules(lambda a, b: (a, b) == (0, 2), lambda a, b: 3.0, ["", "", ""])
    >>> join_clusters([(3.0, 0, 1), (2.5, 1, 2)], rules).roots
    [0, 1, 2]
    """
    order = sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2]))
    joined, refused = _join(order, rules)
    torn = _find_torn(order, refused, joined, rules)
    if torn:
        rest = [edge for edge in order if edge[1] not in torn and edge[2] not in torn]
        joined, again = _join(rest, rules)
        refused = {**refused, **again}
    return Joined([joined.find(at) for at in range(len(rules.codes))], refused, torn)


def _join(
    order: Sequence[tuple[float, int, int]], rules: Rules
) -> tuple[_Union, dict[tuple[int, int], tuple[int, int]]]:
    union = _Union(rules)
    refused: dict[tuple[int, int], tuple[int, int]] = {}
    for a, b in rules.decided:
        if union.find(a) != union.find(b):
            union.unite(union.find(a), union.find(b))
    for a, b in rules.forced:
        left, right = union.find(a), union.find(b)
        if left != right and not union.find_ban(left, right):
            union.unite(left, right)
    for _, a, b in order:
        left, right = union.find(a), union.find(b)
        if left == right:
            continue
        if union.find_ban(left, right):
            refused[a, b] = (a, b)
        elif against := _find_against(union, (left, right), (a, b), rules):
            refused[a, b] = against
        else:
            union.unite(left, right)
    return union, refused


def _find_against(
    union: _Union, roots: tuple[int, int], pair: tuple[int, int], rules: Rules
) -> tuple[int, int] | None:
    """Find two members that are apart, or the worst pair if those between do not hold."""
    sides = [_sample(union.list_members(root), at) for root, at in zip(roots, pair, strict=True)]
    if len(sides[0]) == len(sides[1]) == 1:
        return None
    between = sorted((min(a, b), max(a, b)) for a in sides[0] for b in sides[1])
    found = next((one for one in between if rules.apart(*one)), None)
    if found is not None or pair in rules.stated:
        return found
    odds = [max(-_LIMIT, min(_LIMIT, rules.weigh(*one))) for one in between]
    return between[odds.index(min(odds))] if sum(odds) < _SUPPORT * len(odds) else None


def _sample(members: Sequence[int], at: int) -> list[int]:
    """Take some members, spread evenly, and the one whose pair is looked at."""
    if len(members) <= _LOOKED_AT:
        return list(members)
    step = len(members) / _LOOKED_AT
    return sorted({at, *(members[int(place * step)] for place in range(_LOOKED_AT))})


def _find_torn(
    order: Sequence[tuple[float, int, int]],
    refused: Mapping[tuple[int, int], tuple[int, int]],
    joined: _Union,
    rules: Rules,
) -> dict[int, tuple[int, int]]:
    """Find records that were joined to one cluster and fit another about equally well."""
    if not refused:
        return {}
    inner: dict[int, tuple[float, int]] = {}
    for odds, a, b in order:
        if joined.find(a) == joined.find(b):
            inner.setdefault(a, (odds, b))
            inner.setdefault(b, (odds, a))
    outer: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for odds, a, b in order:
        if (a, b) in refused:
            outer[a].append((odds, b))
            outer[b].append((odds, a))
    held = {record for pair in (*rules.decided, *rules.forced) for record in pair}
    torn: dict[int, tuple[int, int]] = {}
    for record in sorted(outer):
        odds, other = outer[record][0]
        if (
            record in held
            or record not in inner
            or rules.apart(min(record, other), max(record, other))
        ):
            continue
        best, mate = inner[record]
        if best - odds < _MARGIN and rules.apart(min(mate, other), max(mate, other)):
            torn[record] = (mate, other)
    return torn
