"""Find the node that a cell means: by id, by name, by alias; never by guessing.

A name in full-width signs is the name in half-width ones: 省建（集团）公司 is 省建(集团)公司. That
counts only where no text is the same as it stands.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.coding import code_texts, concat_texts, find_places, order_texts
from ecograph.reading.values.numerals import fold_signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Directory", "Finding"]

_NOBODY = -1
_SORTS = ("id", "name", "alias", "spelling")  # in this order; the first that knows a text decides


@dataclass(frozen=True)
class Finding:
    """What a text was found to mean: a node key, or the code of the rule that it breaks."""

    key: str | None
    code: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Register:
    """Texts of one sort (ids, names or aliases) of one kind, and the nodes that they stand for.

    Parameters
    ----------
    texts
        The distinct texts.
    members
        Node numbers, those of one text together, in the order of entering.
    starts
        Where the members of each text start; one more than texts.
    """

    texts: pd.Index
    members: Ints
    starts: Ints

    def count(self, asked: pd.Index) -> tuple[Ints, Ints]:
        """Find for each text asked how many nodes it stands for, and the first of them."""
        place = find_places(asked, self.texts)
        known = place >= 0
        count = np.zeros(len(asked), dtype=np.int64)
        first = np.full(len(asked), _NOBODY)
        count[known] = (self.starts[1:] - self.starts[:-1])[place[known]]
        first[known] = self.members[self.starts[place[known]]]
        return count, first

    def list_members(self, text: str) -> list[int]:
        """List the nodes that a text stands for."""
        place = int(self.texts.get_indexer(pd.Index([text], dtype="str"))[0])  # keeps its hashes
        members = self.members[self.starts[place] : self.starts[place + 1]]
        return members.tolist() if place >= 0 else []


@dataclass
class Directory:
    """All nodes by kind, with their ids, names and aliases; nodes are numbered as they enter.

    Parameters
    ----------
    rejected
        Where the rejected row of an id stands.
    keys
        The key of each node: its id, behind its kind where several kinds use the id.
    kinds
        The kind of each node.
    shared
        Whether the key of each node has its kind before the id.
    into
        The node that each node is: itself, unless it was merged (`merge`).

    Examples
    --------
    >>> directory = Directory()
    >>> directory.add("university", ["U1"], ["太原理工大学"], aliases=[["太理工"]])
    array([0])
    >>> directory.name_keys()
    >>> directory.find("太理工", ("university",)).key
    'U1'
    >>> directory.find("太理工", ("enterprise",)).code
    'wrong_kind'
    """

    rejected: dict[str, str] = field(default_factory=dict)
    keys: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))
    kinds: pd.Categorical = field(default_factory=lambda: pd.Categorical([]))
    shared: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    into: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _entries: list[tuple[str, pd.Index, pd.Index]] = field(default_factory=list)
    _aliases: list[tuple[str, list[str], list[int]]] = field(default_factory=list)
    _size: int = 0
    _merging: bool = False
    _registers: dict[tuple[str, str], _Register] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        ids: Sequence[str],
        names: Sequence[str],
        *,
        aliases: Iterable[Sequence[str]] = (),
    ) -> Ints:
        """Enter nodes of a kind; their ids must be new within it. Return their numbers."""
        entered = self._size + np.arange(len(ids))
        self._entries.append((kind, pd.Index(ids, dtype="str"), pd.Index(names, dtype="str")))
        pairs = [
            (alias, int(number))
            for number, listed in zip(entered, aliases, strict=False)
            for alias in dict.fromkeys(listed)
        ]
        self._aliases.append((kind, [alias for alias, _ in pairs], [n for _, n in pairs]))
        self._size += len(ids)
        return entered

    def name_keys(self) -> None:
        """Give every node its key: its id, behind its kind where several kinds use the id."""
        kinds = [kind for kind, _, _ in self._entries]
        sizes = [len(ids) for _, ids, _ in self._entries]
        known = sorted(set(kinds))
        codes = np.repeat(np.array([known.index(kind) for kind in kinds], dtype=np.int8), sizes)
        self.kinds = pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))
        ids = concat_texts([ids for _, ids, _ in self._entries])
        self.shared = _find_shared(ids, self.kinds)
        self.keys = ids
        if self.shared.any():
            keys = ids.to_numpy(dtype=object)
            keys[self.shared] = _qualify(ids[self.shared], self.kinds[self.shared])
            self.keys = pd.Index(keys, dtype="str")
        self.into = np.arange(len(self.keys))
        self._registers.clear()
        self.__dict__.pop("ranks", None)

    def merge(self, nodes: Mapping[str, str], names: Mapping[str, str]) -> None:
        """Take nodes for others, by key, and texts for nodes; what is not known is passed over.

        Whatever is found from now on is the node that is kept.
        """
        first = self.keys.get_indexer(pd.Index(list(nodes), dtype="str"))
        last = self.keys.get_indexer(pd.Index(list(nodes.values()), dtype="str"))
        known = (first >= 0) & (last >= 0)
        if not known.any() and not names:
            return
        self.into[first[known]] = last[known]
        self._merging = True
        merged = first[known]
        written = _qualify(self.list_ids(merged), self.kinds[merged])  # whoever writes KIND:ID
        meant = self.keys.get_indexer(pd.Index(list(names.values()), dtype="str"))
        self._add_aliases([*written, *names], np.concatenate([self.into[merged], meant]))
        self._registers.clear()

    def _add_aliases(self, texts: Sequence[str], numbers: Ints) -> None:
        for kind in self.kinds.categories:
            mine = np.flatnonzero((numbers >= 0) & np.asarray(self.kinds == kind)[numbers])
            if len(mine):
                self._aliases.append(
                    (kind, [texts[n] for n in mine.tolist()], numbers[mine].tolist())
                )

    @property
    def merged(self) -> Ints:
        """The numbers of the nodes that others were taken for."""
        return np.flatnonzero(self.into != np.arange(len(self.into)))

    @functools.cached_property
    def ranks(self) -> Ints:
        """The place of each node among all, sorted by key."""
        ranks = np.empty(len(self.keys), dtype=np.int64)
        ranks[order_texts(self.keys)] = np.arange(len(self.keys))
        return ranks

    def list_ids(self, numbers: Ints) -> pd.Index:
        """List the ids of nodes, without their kinds."""
        return concat_texts([ids for _, ids, _ in self._entries])[numbers]

    def find_all(self, texts: pd.Index, kinds: Sequence[str]) -> Ints:
        """Find the numbers of the nodes that distinct texts mean; -1 where `find` says why not."""
        found = self._find_qualified(texts, kinds)
        for sort in _SORTS:
            asked = np.flatnonzero(found == _NOBODY)
            if len(asked):
                found[asked] = self._match_all(texts[asked], sort, kinds)
        return np.where(found >= 0, found, _NOBODY)

    def find(self, text: str, kinds: Sequence[str]) -> Finding:
        """Find the one node of the allowed kinds that a text means, or say why there is none."""
        number = int(self.find_all(pd.Index([text], dtype="str"), kinds)[0])
        if number >= 0:
            return Finding(str(self.keys[number]))
        matches = next(self._match(text, kinds), [])
        if matches:
            listed = ", ".join(self.keys[m] for m in matches)
            return Finding(None, "ambiguous_reference", (("matches", listed),))
        return self._explain_absence(text)

    def forget(self) -> None:
        """Let go of what is only needed to find nodes."""
        self._registers.clear()

    def _list_registers(self, sort: str, kinds: Iterable[str]) -> list[_Register]:
        """List the registers of a sort of text, each made when it is first asked for."""
        found = []
        for kind in kinds:
            if (sort, kind) not in self._registers:
                self._registers[sort, kind] = _register(self._gather(sort, kind))
            found.append(self._registers[sort, kind])
        return found

    def _gather(self, sort: str, kind: str) -> list[tuple[pd.Index, Ints]]:
        """Gather the texts of one sort and kind with the nodes that they stand for."""
        if sort == "spelling":
            named = [*self._gather("name", kind), *self._gather("alias", kind)]
            return _fold_all(named)
        texts = [part for part in self._list_texts(sort) if part[0] == kind or self._merging]
        if self._merging:
            return [self._keep_kind(texts, kind)]
        return [(found, members) for _, found, members in texts]

    def _list_texts(self, sort: str) -> Iterator[tuple[str, pd.Index, Ints]]:
        """List ids, names or aliases with the numbers of their nodes, by kind as they entered."""
        if sort == "alias":
            for kind, aliases, members in self._aliases:
                yield kind, pd.Index(aliases, dtype="str"), np.array(members, dtype=np.int64)
            return
        start = 0
        for kind, ids, names in self._entries:
            yield kind, ids if sort == "id" else names, start + np.arange(len(ids))
            start += len(ids)

    def _keep_kind(
        self, parts: Sequence[tuple[str, pd.Index, Ints]], kind: str
    ) -> tuple[pd.Index, Ints]:
        """Keep the texts whose nodes are kept as one of a kind, each node once for each."""
        texts = concat_texts([texts for _, texts, _ in parts])
        kept = self.into[np.concatenate([members for _, _, members in parts])]
        mine = np.asarray(self.kinds[kept] == kind)
        pairs = pd.DataFrame({"text": texts[mine], "number": kept[mine]}).drop_duplicates()
        return pd.Index(pairs["text"], dtype="str"), pairs["number"].to_numpy()

    def _find_qualified(self, texts: pd.Index, kinds: Sequence[str]) -> Ints:
        """Find the texts that are written KIND:ID."""
        found = np.full(len(texts), _NOBODY)
        places = np.flatnonzero(texts.str.contains(":", regex=False))
        if len(places):
            parts = texts[places].to_series().str.partition(":")
            for kind in kinds:
                mine = places[(parts[0] == kind).to_numpy()]
                rest = pd.Index(parts.loc[parts[0] == kind, 2], dtype="str")
                for register in self._list_registers("id", (kind,)):
                    found[mine] = register.count(rest)[1]
        return found

    def _match_all(self, texts: pd.Index, sort: str, kinds: Sequence[str]) -> Ints:
        """Find the number that each text means; -1: none of this sort, -2: more than one."""
        if sort == "spelling":
            texts = pd.Index([_fold(text) for text in texts], dtype="str")
        total = np.zeros(len(texts), dtype=np.int64)
        found = np.full(len(texts), _NOBODY)
        for register in self._list_registers(sort, kinds):
            count, first = register.count(texts)
            total += count
            found = np.where(count > 0, first, found)
        return np.where(total > 1, -2, found)

    def _match(self, text: str, kinds: Iterable[str]) -> Iterator[list[int]]:
        """List the nodes that a text stands for: by id, by name, by alias, by another spelling."""
        for sort in _SORTS:
            registers = self._list_registers(sort, kinds)
            asked = _fold(text) if sort == "spelling" else text
            matches = [m for register in registers for m in register.list_members(asked)]
            if matches:
                yield matches

    def _explain_absence(self, text: str) -> Finding:
        entered = dict.fromkeys(kind for kind, _, _ in self._entries)
        matches = next(self._match(text, entered), [])
        if matches:
            return Finding(None, "wrong_kind", (("found", str(self.kinds[matches[0]])),))
        if text in self.rejected:
            return Finding(None, "rejected_reference", (("place", self.rejected[text]),))
        return Finding(None, "unknown_reference")


def _fold(text: str) -> str:
    """Fold full-width signs, and leave blanks out."""
    return "".join(fold_signs(text).split())


def _fold_all(parts: Sequence[tuple[pd.Index, Ints]]) -> list[tuple[pd.Index, Ints]]:
    """Fold texts, each node standing once for each."""
    pairs = dict.fromkeys(
        (_fold(text), int(number))
        for texts, numbers in parts
        for text, number in zip(texts, numbers, strict=True)
    )
    texts = pd.Index([text for text, _ in pairs], dtype="str")
    return [(texts, np.array([number for _, number in pairs], dtype=np.int64))]


def _register(parts: Sequence[tuple[pd.Index, Ints]]) -> _Register:
    """Put the texts of one sort and kind together, each with its nodes."""
    codes, texts = code_texts(concat_texts([texts for texts, _ in parts]))
    numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(numbers for _, numbers in parts)])
    if len(texts) == len(codes):  # each stands for one node
        return _Register(texts, numbers, np.arange(len(codes) + 1))
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(texts)))])
    return _Register(texts, numbers[order], starts)


def _qualify(ids: pd.Index, kinds: pd.Categorical) -> list[str]:
    return [f"{kind}:{node_id}" for kind, node_id in zip(kinds, ids, strict=True)]


def _find_shared(ids: pd.Index, kinds: pd.Categorical) -> Flags:
    """Find the ids that several kinds use, and those that are written like such a key."""
    shared = ids.duplicated(keep=False)
    while shared.any():
        taken = ids.isin(_qualify(ids[shared], kinds[shared])) & ~shared
        if not taken.any():
            break
        shared = shared | taken
    return np.asarray(shared)
