"""What changed between two looks at an ecosystem: ties, and organisations that come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.analysis.windows import count_agreements, describe_view, find_distinct, number_ties
from ecograph.coding import find_places
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network
    from ecograph.settings import Weighting

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = [
    "CHANGES",
    "ORGANISATION_CHANGE_COLUMNS",
    "STATUSES",
    "TIE_CHANGE_COLUMNS",
    "find_organisation_changes",
    "find_tie_changes",
]

CHANGES = ("new", "lost", "deepened", "thinned", "same")
"""Of a tie: it was not there, it is no longer, its weight rose, fell, or is what it was."""

STATUSES = ("entered", "left", "stayed")
"""Of an organisation: a party of an agreement after only, before only, or both."""

TIE_CHANGE_COLUMNS = (
    "source",
    "source_name",
    "target",
    "target_name",
    "change",
    "weight_before",
    "weight_after",
    "amount_before",
    "amount_after",
)

ORGANISATION_CHANGE_COLUMNS = (
    "name",
    "kind",
    "status",
    "ties_before",
    "new",
    "lost",
    "ties_after",
    "deepened",
    "thinned",
    "weight_before",
    "weight_after",
    "agreements_before",
    "agreements_after",
)

_SAME = 1e-9  # sums of weights in another order differ by less
_METHOD = {
    "change": "new: no shared agreement before; lost: none after; deepened, thinned: more or less "
    "weight after than before; same: as much, also where the agreements are others",
    "matched": "by id; what has no namesake by id on the other side, by kind and name, where both "
    "are the only ones of that name",
    "identity": "ties_before + new - lost = ties_after",
}


class _Side(NamedTuple):
    """One look: its network, and of each of its nodes the number among all of both looks."""

    ecosystem: Ecosystem
    network: Network
    number: Ints

    def spread(self, values: NDArray[Any], size: int) -> NDArray[Any]:
        """Lay values of the side's nodes out among all; 0 for those that it does not have."""
        spread = np.zeros(size, dtype=values.dtype)
        spread[self.number] = values
        return spread


class _Pair(NamedTuple):
    """Two looks side by side.

    Parameters
    ----------
    nodes
        All nodes of both, by id: kind and name, those of the later look where it has them.
    ties
        All ties of both as numbers of nodes, with change, weights and amounts.
    before, after
        The looks.
    matched
        How many nodes of both are one, and by what.
    """

    nodes: pd.DataFrame
    ties: pd.DataFrame
    before: _Side
    after: _Side
    matched: dict[str, int]


def find_tie_changes(
    before: Ecosystem,
    after: Ecosystem,
    *,
    part: str = "organisation",
    weighting: Weighting | None = None,
) -> pd.DataFrame:
    """Find the ties that are new, lost, deepened or thinned between two looks.

    Parameters
    ----------
    before, after
        Two windows of one ecosystem (`ecograph.analysis.windows.take_window`), or two ecosystems,
        such as the folders of two years. The earlier is looked at under the settings of the later,
        but for its own as-of day. Nodes are one by id; nodes whose id the other does not have are
        one by kind and name, where no other of that kind in either has the name. They then have
        the later id.
    part
        The side of the agreements that is kept, one of `ecograph.projection.PARTS`.
    weighting
        As in `ecograph.projection.project`.

    Returns
    -------
    pandas.DataFrame
        Every tie of either, columns ``TIE_CHANGE_COLUMNS``: ``change``, one of ``CHANGES``;
        weights before and after, 0 where there was no tie; known amounts of the shared agreements,
        0 where there was no tie, nan where none is known. In the order of ``CHANGES``, the largest
        difference first. ``attrs["meta"]["method"]`` says what was compared, and how many of each
        change there are.
    """
    pair = _compare(before, after, part, weighting)
    ties, ids, names = pair.ties, pair.nodes.index, pair.nodes["name"].to_numpy()
    source, target = ties["source"].to_numpy(), ties["target"].to_numpy()
    table = ties.assign(
        source=ids[source],
        source_name=names[source],
        target=ids[target],
        target_name=names[target],
    )
    rise = (ties["weight_after"] - ties["weight_before"]).abs().to_numpy()
    order = np.lexsort((target, source, -rise, _rank(ties["change"], CHANGES)))
    table = table.iloc[order][list(TIE_CHANGE_COLUMNS)].reset_index(drop=True)
    counts = {change: int((ties["change"] == change).sum()) for change in CHANGES}
    return attach_meta(
        table, pair.after.ecosystem, "tie_changes", method={**_describe(pair, part), **counts}
    )


def find_organisation_changes(
    before: Ecosystem,
    after: Ecosystem,
    *,
    part: str = "organisation",
    weighting: Weighting | None = None,
) -> pd.DataFrame:
    """Find the organisations that enter and leave, and count the ties each gains and loses.

    Parameters
    ----------
    before, after, part, weighting
        As in `find_tie_changes`.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, every node that is in an agreement that counts in either, columns
        ``ORGANISATION_CHANGE_COLUMNS``: ``status``, one of ``STATUSES``; its ties before and after
        (partners), of them ``new``, ``lost``, ``deepened`` and ``thinned``, so that for each
        ties_before + new - lost = ties_after; weights of its ties and agreements. Those that enter
        first, then those that leave, each with most changes first.
    """
    pair = _compare(before, after, part, weighting)
    size = len(pair.nodes)
    columns = {"name": pair.nodes["name"], "kind": pair.nodes["kind"]}
    for when, side in (("before", pair.before), ("after", pair.after)):
        matrix = side.network.adjacency
        ties, weight = np.diff(matrix.indptr), np.asarray(matrix.sum(axis=1), dtype=float)
        columns[f"ties_{when}"] = side.spread(ties.astype(np.int64), size)
        columns[f"weight_{when}"] = side.spread(weight, size)
        columns[f"agreements_{when}"] = side.spread(count_agreements(side.ecosystem, part), size)
    for change in CHANGES[:-1]:
        found = pair.ties[pair.ties["change"] == change]
        ends = np.concatenate([found["source"], found["target"]]).astype(np.int64)
        columns[change] = np.bincount(ends, minlength=size)
    table = pd.DataFrame(columns, index=pair.nodes.index)
    there = [table[f"agreements_{when}"] > 0 for when in ("before", "after")]
    table["status"] = np.select([~there[0], ~there[1]], STATUSES[:2], STATUSES[2])
    table = _order(table[there[0] | there[1]])[list(ORGANISATION_CHANGE_COLUMNS)]
    counts = {status: int((table["status"] == status).sum()) for status in STATUSES}
    method = {**_describe(pair, part), **counts}
    return attach_meta(table, pair.after.ecosystem, "organisation_changes", method=method)


def _compare(before: Ecosystem, after: Ecosystem, part: str, weighting: Weighting | None) -> _Pair:
    """Lay two looks side by side, under the settings of the later."""
    before = _look_alike(before, after)
    networks = [project_ties(look, part, weighting=weighting) for look in (before, after)]
    nodes, numbers, matched = _match(networks[0].nodes, networks[1].nodes)
    sides = [
        _Side(look, network, number)
        for look, network, number in zip((before, after), networks, numbers, strict=True)
    ]
    return _Pair(nodes, _join_ties(sides[0], sides[1], len(nodes)), sides[0], sides[1], matched)


def _look_alike(before: Ecosystem, after: Ecosystem) -> Ecosystem:
    """Give the earlier the settings of the later; it keeps its memory where it has them."""
    settings = replace(after.settings, as_of=before.as_of, lang=before.settings.lang)
    return before if settings == before.settings else before.configure(settings)


# Which nodes are one


def _match(
    before: pd.DataFrame, after: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Ints, Ints], dict[str, int]]:
    """Give the nodes of both numbers, each once: all nodes by id, and the numbers of each side."""
    ids = np.array(before.index, dtype=object)
    by_id = find_places(before.index, after.index) >= 0
    partner = _find_namesakes(before, after, by_id)
    named = partner >= 0
    ids[named] = after.index[partner[named]]
    only = before[~by_id & ~named]
    nodes = pd.concat([after, only]).sort_index()
    numbers = nodes.index.get_indexer(pd.Index(ids)), nodes.index.get_indexer(after.index)
    same = after["name"].reindex(before.index[by_id]).to_numpy() == before.loc[by_id, "name"]
    matched = {"id": int(by_id.sum()), "name": int(named.sum()), "renamed": int((~same).sum())}
    return nodes, numbers, matched


def _find_namesakes(before: pd.DataFrame, after: pd.DataFrame, by_id: Flags) -> Ints:
    """Find, of the nodes before without their id after, the place of the one of their name."""
    partner = np.full(len(before), -1)
    free = [~by_id, find_places(after.index, before.index) < 0]
    if not (free[0].any() and free[1].any()):
        return partner
    keys = [pd.MultiIndex.from_frame(side[["kind", "name"]]) for side in (before, after)]
    ours, theirs = (
        np.flatnonzero(left & ~key.duplicated(keep=False) & (side["name"] != "").to_numpy())
        for left, key, side in zip(free, keys, (before, after), strict=True)
    )
    found = keys[1][theirs].get_indexer(keys[0][ours])
    partner[ours[found >= 0]] = theirs[found[found >= 0]]
    return partner


# Which ties are there


def _join_ties(before: _Side, after: _Side, size: int) -> pd.DataFrame:
    """Join the ties of both sides, by the numbers of their nodes."""
    keyed = [_key_ties(side, size) for side in (before, after)]
    key = find_distinct(np.concatenate(keyed))
    ties: dict[str, NDArray[Any]] = {"source": key // max(size, 1), "target": key % max(size, 1)}
    for when, side, own in zip(("before", "after"), (before, after), keyed, strict=True):
        place = np.searchsorted(key, own)
        for name in ("weight", "amount"):
            ties[f"{name}_{when}"] = np.zeros(len(key))
            ties[f"{name}_{when}"][place] = side.network.ties[name].to_numpy(dtype=float)
    first, second = ties["weight_before"], ties["weight_after"]
    alike = np.isclose(first, second, rtol=_SAME, atol=0)
    conditions = [first == 0, second == 0, alike, second > first]
    change = np.select(conditions, ["new", "lost", "same", "deepened"], "thinned")
    return pd.DataFrame({**ties, "change": change.astype(object)})


def _key_ties(side: _Side, size: int) -> Ints:
    """Give each tie one number for its two ends, in the order of the side's ties."""
    first, second = (side.number[end] for end in number_ties(side.network))
    return np.minimum(first, second) * size + np.maximum(first, second)


def _rank(values: pd.Series, order: tuple[str, ...]) -> Ints:
    return np.asarray(values.map({value: n for n, value in enumerate(order)}), dtype=np.int64)


def _order(table: pd.DataFrame) -> pd.DataFrame:
    changed = -(table["new"] + table["lost"]).to_numpy()
    return table.iloc[
        np.lexsort((np.arange(len(table)), changed, _rank(table["status"], STATUSES)))
    ].rename_axis("id")


def _describe(pair: _Pair, part: str) -> dict[str, object]:
    looks = {
        when: {
            **describe_view(side.ecosystem),
            "currency": side.ecosystem.currency,
            **side.network.describe(),
        }
        for when, side in (("before", pair.before), ("after", pair.after))
    }
    weighting = pair.after.network.weighting
    return {"part": part, "weighting": weighting, **looks, "nodes": pair.matched, **_METHOD}
