"""Where statements of the kind "these two are one" and "these two are not" cannot all hold.

The two are named by texts; statements by their number in the sequence that is given.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Pair = tuple[str, str]

__all__ = ["Groups", "find_circles", "find_contradictions"]

_ROUNDS = 4  # of setting aside the ways between two, before whole groups are set aside


class Groups:
    """Which texts mean one thing (union-find); the one that was named first stands for all.

    Examples
    --------
    >>> groups = Groups([("a", "b"), ("c", "b")])
    >>> groups.find("b") == groups.find("c"), groups.find("d")
    (True, 'd')
    """

    def __init__(self, joined: Iterable[Pair] = ()) -> None:
        """Join some pairs."""
        self._above: dict[str, str] = {}
        for one, other in joined:
            self.join(one, other)

    def find(self, key: str) -> str:
        """Find the text that stands for the group of another."""
        top = key
        while top in self._above:
            top = self._above[top]
        while key != top:
            self._above[key], key = top, self._above[key]
        return top

    def join(self, one: str, other: str) -> None:
        """Make the groups of two texts one; that of the first stands for both."""
        one, other = self.find(one), self.find(other)
        if one != other:
            self._above[other] = one


def find_contradictions(joins: Sequence[Pair], parts: Sequence[Pair]) -> list[tuple[int, int]]:
    """Find which pairs that are one make one of a pair that is two, also by way of others.

    Parameters
    ----------
    joins
        Pairs that are said to be one.
    parts
        Pairs that are said to be two.

    Returns
    -------
    list of tuple
        Numbers of a join and of a part that contradict each other. Without the joins that stand
        here no part is contradicted. A join that several parts contradict stands at least once.

    Notes
    -----
    The joins between the two of a part are those of one way; where the two are one by other ways
    as well, a few more rounds find these, and then all joins of the group stand. So the time is
    linear whatever is said.

    Examples
    --------
    >>> find_contradictions([("a", "b"), ("b", "c"), ("c", "d")], [("a", "c")])
    [(1, 0), (0, 0)]
    """
    found: dict[tuple[int, int], None] = {}
    left = dict(enumerate(joins))
    for number in range(_ROUNDS + 1):
        groups = Groups(left.values())
        undone = {n: p for n, p in enumerate(parts) if groups.find(p[0]) == groups.find(p[1])}
        if not undone:
            break
        find = _find_ways if number < _ROUNDS else _find_groups
        found |= dict.fromkeys(find(left, undone))
        gone = {join for join, _ in found}
        left = {n: pair for n, pair in left.items() if n not in gone}
    return list(found)


def find_circles(pairs: Sequence[Pair]) -> list[list[int]]:
    """Find the pairs that lead from a text back to itself, each read first -> second.

    Returns
    -------
    list of list
        The numbers of the pairs of each circle, or of circles that share a text.

    Examples
    --------
    >>> find_circles([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])
    [[1, 2]]
    """
    if not pairs:
        return []
    from scipy.sparse import coo_array  # noqa: PLC0415 - parts and wholes are seldom stated
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    keys = {key: n for n, key in enumerate(dict.fromkeys(key for pair in pairs for key in pair))}
    rows, columns = ([keys[pair[side]] for pair in pairs] for side in (0, 1))
    links = coo_array(([1] * len(pairs), (rows, columns)), shape=(len(keys), len(keys))).tocsr()
    _, labels = connected_components(links, directed=True, connection="strong")
    circles: dict[int, list[int]] = {}
    for number, (row, column) in enumerate(zip(rows, columns, strict=True)):
        if labels[row] == labels[column]:
            circles.setdefault(int(labels[row]), []).append(number)
    return list(circles.values())


def _find_ways(joins: Mapping[int, Pair], undone: Mapping[int, Pair]) -> Iterator[tuple[int, int]]:
    """Find the joins on a way between the two of each part.

    What was walked once is skipped, so that many parts of one long chain take no longer than the
    chain; only the first step of each is told again.
    """
    above, depths = _grow_trees(joins)
    walked = Groups()
    for part, pair in undone.items():
        one, other = sorted(pair, key=lambda key: -depths[key])
        yield above[one][1], part
        one, other = walked.find(one), walked.find(other)
        while one != other:
            if depths[one] < depths[other]:
                one, other = other, one
            parent, join = above[one]
            yield join, part
            walked.join(parent, one)
            one = walked.find(parent)


def _grow_trees(joins: Mapping[int, Pair]) -> tuple[dict[str, tuple[str, int]], dict[str, int]]:
    """Grow trees of joins: what stands above each text with the join between, and its depth."""
    near: dict[str, list[tuple[str, int]]] = {}
    for number, (one, other) in joins.items():
        near.setdefault(one, []).append((other, number))
        near.setdefault(other, []).append((one, number))
    above: dict[str, tuple[str, int]] = {}
    depths: dict[str, int] = {}
    for root in near:
        if root in depths:
            continue
        depths[root], waiting = 0, deque([root])
        while waiting:
            key = waiting.popleft()
            for other, number in near[key]:
                if other not in depths:
                    depths[other], above[other] = depths[key] + 1, (key, number)
                    waiting.append(other)
    return above, depths


def _find_groups(
    joins: Mapping[int, Pair], undone: Mapping[int, Pair]
) -> Iterator[tuple[int, int]]:
    """Find all joins of the groups that hold both of a part."""
    groups = Groups(joins.values())
    parts: dict[str, list[int]] = {}
    for part, pair in undone.items():
        parts.setdefault(groups.find(pair[0]), []).append(part)
    first: dict[str, int] = {}
    for join, pair in joins.items():
        top = groups.find(pair[0])
        if top in parts:
            first.setdefault(top, join)
            yield join, parts[top][0]
    yield from ((first[top], part) for top, numbers in parts.items() for part in numbers)
