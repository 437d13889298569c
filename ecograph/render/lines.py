"""The lines of a map: who has agreements with whom, and what belongs to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.coding import find_places
from ecograph.projection import project_ties
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["LINE_KINDS", "SHOWN_AT_FIRST", "STRUCTURE", "Lines", "list_lines"]

LINE_KINDS: Mapping[str, str] = {
    "tie": "#475569",
    "single": "#8A6A4F",
    "planned": "#B4538A",
    "hosts": "#7CC4AC",
    "works_in": "#EBC37F",
    "advances": "#E8A583",
    "offers": "#9CCDEB",
    "supports": "#A7D8C9",
    "serves": "#C8CE93",
    "part_of": "#C3B1C9",
    "about": "#B9C3E6",
    "concerns": "#D9B8A0",
}
"""The kinds of lines on the map with their colours, the first drawn uppermost."""

STRUCTURE = ("hosts", "works_in", "advances", "offers", "supports", "serves", "part_of")
"""The kinds of lines that come from registers of organisations, not from agreements."""

SHOWN_AT_FIRST = ("tie", "single", "planned", "hosts", "works_in", "advances")
"""The kinds of lines that are shown before anybody chooses."""

_NUMBER = {kind: number for number, kind in enumerate(LINE_KINDS)}
_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines between nodes, sorted by kind and ends; parallel lines of different kinds are apart.

    Parameters
    ----------
    source, target
        Positions of the ends among the keys of the ecosystem.
    kind
        Number of the kind in `LINE_KINDS`.
    weight
        How strong the line is: by agreements, as the setting ``weighting`` says; 1 for structure.
    first, behind
        ``behind[first[i]:first[i + 1]]`` are the positions of the agreements behind line i.
    """

    source: Ints
    target: Ints
    kind: Ints
    weight: NDArray[np.float64]
    first: Ints
    behind: Ints

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.source)

    def mark(self, *kinds: str) -> Flags:
        """Say of each line whether it is of one of some kinds."""
        return np.isin(self.kind, [_NUMBER[kind] for kind in kinds])

    def count(self, kind: str) -> int:
        """Count the lines of a kind."""
        return int((self.kind == _NUMBER[kind]).sum())

    def take(self, places: Ints | Flags) -> Lines:
        """Take some lines, in the order of their places."""
        places = np.arange(len(self))[places]
        lengths = np.diff(self.first)[places]
        first = np.concatenate([[0], np.cumsum(lengths)])
        within = np.arange(first[-1]) - np.repeat(first[:-1], lengths)
        behind = self.behind[np.repeat(self.first[places], lengths) + within]
        return Lines(
            self.source[places],
            self.target[places],
            self.kind[places],
            self.weight[places],
            first,
            behind,
        )


def list_lines(ecosystem: Ecosystem, chosen: Flags, context: Flags) -> Lines:
    """List all lines between chosen organisations, and from them to their context.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    chosen
        The organisations on the map: a mark for every node of the ecosystem.
    context
        The industries and disciplines that may be on the map, marked likewise.
    """
    counted = ecosystem.mark_counted()
    shares = [
        _pair_members(ecosystem, chosen, counted),
        _pair_alone(ecosystem, chosen, counted),
        *_list_structure(ecosystem, chosen | context),
        _pair_topics(ecosystem, chosen, counted, "about"),
        _pair_topics(ecosystem, chosen, counted, "concerns"),
    ]
    lines = _gather(pd.concat(shares, ignore_index=True))
    return lines if ecosystem.settings.weighting == "count" else _weigh(lines, ecosystem)


def _share(
    source: NDArray[np.integer],
    target: NDArray[np.integer],
    kind: Ints | str,
    agreement: Ints | None,
) -> pd.DataFrame:
    """List what makes lines: two ends, a kind, and one agreement or none (-1)."""
    number = _NUMBER[kind] if isinstance(kind, str) else kind
    none = np.full(len(source), -1) if agreement is None else agreement
    columns = {"source": source, "target": target, "kind": number, "agreement": none}
    return pd.DataFrame(columns, dtype=np.int64)


def _gather(shares: pd.DataFrame) -> Lines:
    """Make one line of all shares of the same ends and kind."""
    source, target, kind, agreement = (
        shares[c].to_numpy() for c in ("source", "target", "kind", "agreement")
    )
    order = np.lexsort((agreement, target, source, kind))
    source, target, kind, agreement = (a[order] for a in (source, target, kind, agreement))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(source) != 0) | (np.diff(target) != 0) | (np.diff(kind) != 0)
    starts = np.append(np.flatnonzero(new), len(order))
    backed = np.concatenate([[0], np.cumsum(agreement >= 0)])
    first = backed[starts]
    weight = np.maximum(np.diff(first), 1).astype(np.float64)
    at = starts[:-1]
    return Lines(source[at], target[at], kind[at], weight, first, agreement[agreement >= 0])


def _list_members(
    ecosystem: Ecosystem, kinds: tuple[str, ...], chosen: Flags | None = None
) -> pd.DataFrame:
    """List agreement x party of some kinds, each once; of all parties or of chosen ones.

    ``size`` says how many parties of these kinds the agreement has.
    """
    agreement, party = ecosystem.find_pairs("party")
    inside = ecosystem.mark(*kinds)[party]
    agreement, party = agreement[inside].astype(np.int64), party[inside].astype(np.int64)
    size = np.bincount(agreement, minlength=len(ecosystem.keys))[agreement]
    kept = np.ones(len(party), dtype=bool) if chosen is None else chosen[party]
    columns = {"agreement": agreement[kept], "member": party[kept], "size": size[kept]}
    return pd.DataFrame(columns)


def _pair_members(ecosystem: Ecosystem, chosen: Flags, counted: Flags) -> pd.DataFrame:
    """Pair the parties of each agreement; pairs by agreements that do not count are planned.

    As in the projection, an agreement of more parties than the setting ``pair_limit`` ties none.
    """
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)
    members = members[members["size"] <= ecosystem.settings.pair_limit]
    pairs = members.merge(members, on="agreement", suffixes=("", "_"))
    pairs = pairs[pairs["member"] < pairs["member_"]]
    agreement = pairs["agreement"].to_numpy()
    kind = np.where(counted[agreement], _NUMBER["tie"], _NUMBER["planned"])
    return _share(pairs["member"].to_numpy(), pairs["member_"].to_numpy(), kind, agreement)


def _pair_alone(ecosystem: Ecosystem, chosen: Flags, counted: Flags) -> pd.DataFrame:
    """Pair the only organisation of an agreement with the industries that it is for."""
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)
    alone = members.loc[members["size"] == 1, ["agreement", "member"]]
    signing = _list_members(ecosystem, ("industry",))[["agreement", "member"]]
    industries = pd.concat([signing, _list_topics(ecosystem, "concerns")]).drop_duplicates()
    pairs = alone.merge(industries, on="agreement", suffixes=("", "_"))
    agreement = pairs["agreement"].to_numpy()
    kind = np.where(counted[agreement], _NUMBER["single"], _NUMBER["planned"])
    return _share(pairs["member"].to_numpy(), pairs["member_"].to_numpy(), kind, agreement)


def _list_topics(ecosystem: Ecosystem, kind: str) -> pd.DataFrame:
    source, target = ecosystem.find_pairs(kind)
    columns = {"agreement": source.astype(np.int64), "member": target.astype(np.int64)}
    return pd.DataFrame(columns)


def _list_structure(ecosystem: Ecosystem, shown: Flags) -> list[pd.DataFrame]:
    shares = []
    for kind in STRUCTURE:
        source, target = ecosystem.find_pairs(kind)
        kept = shown[source] & shown[target]
        shares.append(_share(source[kept], target[kept], kind, None))
    return shares


def _pair_topics(ecosystem: Ecosystem, chosen: Flags, counted: Flags, kind: str) -> pd.DataFrame:
    """Pair organisations with what their agreements that count are about.

    Left out is what other lines say: agreements of one organisation for an industry, and
    industries that the organisation itself belongs to.
    """
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)
    if kind == "concerns":
        members = members[members["size"] > 1]
    members = members.loc[counted[members["agreement"]], ["agreement", "member"]]
    pairs = members.merge(_list_topics(ecosystem, kind), on="agreement", suffixes=("", "_"))
    ends = [pairs["member"].to_numpy(), pairs["member_"].to_numpy()]
    known = np.isin(_code(ecosystem, *ends), _list_own(ecosystem))
    source, target = (end[~known] for end in ends)
    return _share(source, target, kind, pairs["agreement"].to_numpy()[~known])


def _list_own(ecosystem: Ecosystem) -> Ints:
    """List the pairs of an organisation and an industry of its own, coded."""
    pairs = [ecosystem.find_pairs(kind) for kind in ("works_in", "advances")]
    return np.concatenate([_NOBODY, *(_code(ecosystem, *pair) for pair in pairs)])


def _code(ecosystem: Ecosystem, source: NDArray[np.integer], target: NDArray[np.integer]) -> Ints:
    return source.astype(np.int64) * len(ecosystem.keys) + target


def _weigh(lines: Lines, ecosystem: Ecosystem) -> Lines:
    """Weigh ties as the projection does, where it does not count agreements."""
    ties = project_ties(ecosystem).ties
    ends = [find_places(pd.Index(ties[end]), ecosystem.keys) for end in ("source", "target")]
    known = pd.Series(ties["weight"].to_numpy(), index=_code(ecosystem, *ends))
    tied = lines.mark("tie")
    closer = known.reindex(_code(ecosystem, lines.source, lines.target)).to_numpy()
    weight = np.where(tied & ~np.isnan(closer), closer, lines.weight)
    return Lines(lines.source, lines.target, lines.kind, weight, lines.first, lines.behind)
