"""Find the node that a cell means: by id, by name, by alias; never by guessing."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Directory", "Finding"]


@dataclass(frozen=True)
class Finding:
    """What a text was found to mean: a node key, or the code of the rule that it breaks."""

    key: str | None
    code: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass
class Directory:
    """All nodes by kind, with their ids, names and aliases.

    Examples
    --------
    >>> directory = Directory()
    >>> directory.add("university", "U1", "太原理工大学", aliases=["太理工"])
    >>> directory.name_keys()
    >>> directory.find("太理工", ("university",)).key
    'U1'
    >>> directory.find("太理工", ("enterprise",)).code
    'wrong_kind'
    """

    ids: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    aliases: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    rejected: dict[str, str] = field(default_factory=dict)
    entries: list[tuple[str, str]] = field(default_factory=list)  # (kind, id)
    keys: list[str] = field(default_factory=list)
    _found: dict[tuple[str, tuple[str, ...]], Finding] = field(default_factory=dict)

    def add(self, kind: str, node_id: str, name: str, *, aliases: Iterable[str] = ()) -> None:
        """Enter a node; its id must be new within its kind."""
        number = len(self.entries)
        self.entries.append((kind, node_id))
        self.ids[kind][node_id] = number
        self.names[kind][name].append(number)
        for alias in dict.fromkeys(aliases):
            self.aliases[kind][alias].append(number)

    def name_keys(self) -> None:
        """Give every node its key: its id, behind its kind where several kinds use the id."""
        uses = Counter(node_id for _, node_id in self.entries)
        shared = {node_id for node_id, count in uses.items() if count > 1}
        while new := uses.keys() & {f"{k}:{i}" for k, i in self.entries if i in shared} - shared:
            shared |= new  # an id that is itself written like a key
        self.keys = [f"{k}:{i}" if i in shared else i for k, i in self.entries]
        self._found.clear()

    def find(self, text: str, kinds: Sequence[str]) -> Finding:
        """Find the one node of the allowed kinds that a text means."""
        asked = (text, tuple(kinds))
        if asked not in self._found:
            self._found[asked] = self._find(text, tuple(kinds))
        return self._found[asked]

    def _find(self, text: str, kinds: tuple[str, ...]) -> Finding:
        kind, _, rest = text.partition(":")
        if kind in kinds and rest in self.ids[kind]:
            return Finding(self.keys[self.ids[kind][rest]])
        for matches in self._match(text, kinds):
            if len(matches) == 1:
                return Finding(self.keys[matches[0]])
            if matches:
                listed = ", ".join(self.keys[m] for m in matches)
                return Finding(None, "ambiguous_reference", (("matches", listed),))
        return self._explain_absence(text)

    def _match(self, text: str, kinds: Sequence[str]) -> Iterable[list[int]]:
        yield [self.ids[kind][text] for kind in kinds if text in self.ids[kind]]
        yield [number for kind in kinds for number in self.names[kind].get(text, ())]
        yield [number for kind in kinds for number in self.aliases[kind].get(text, ())]

    def _explain_absence(self, text: str) -> Finding:
        for matches in self._match(text, list(self.ids)):
            if matches:
                return Finding(None, "wrong_kind", (("found", self.entries[matches[0]][0]),))
        if text in self.rejected:
            return Finding(None, "rejected_reference", (("place", self.rejected[text]),))
        return Finding(None, "unknown_reference")
