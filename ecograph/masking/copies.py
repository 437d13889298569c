"""A copy of an ecosystem with codes for names.

What is made is pseudonymous, not anonymous: links, certificates and their days, years and figures
of single firms stay, because the analysis needs them, and whoever knows a firm well may recognise
it by them. Share the copy with people, not with the web.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.coding import order_texts
from ecograph.ecosystem import EdgeColumns
from ecograph.masking.names import (
    BESIDE_HAN,
    INVISIBLE,
    PLACES,
    PUBLIC_KINDS,
    SEVERAL,
    SPACE,
    Finder,
    Hit,
    choose_key,
    code_nodes,
    fold_name,
    list_public_names,
    require_kinds,
    spell_names,
)
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem
    from ecograph.schema import Column, Table

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["MaskedTables", "list_masked_kinds", "mask"]

_DROPPED = frozenset({"note", "leader", "url", "result"})  # free text: nothing is computed from it


_TELLING = frozenset({"uscc", "latitude", "longitude", "aliases", "source"})  # of a masked node


_SAFE_DETAILS = frozenset({"kinds", "found", "status"})


_GONE = "…"


def mask(
    ecosystem: Ecosystem, *, kinds: Sequence[str] = ("enterprise",), key: str | None = None
) -> Ecosystem:
    r"""Make a copy of an ecosystem in which codes stand for the nodes of some kinds.

    A code such as ``E-7F3K29QM`` takes the place of id and name in nodes, edges and tables, in
    every language. Agreements get codes too, and so do the platforms, demands and achievements
    of a masked node. Credit codes, aliases, coordinates, sources, notes, columns that the schema
    does not know, and the file, sheet and row of everything are left out; of the founding day
    the year stays. Everywhere else names, aliases, long ids and their spellings (width and case
    of letters, without legal form, without place) are replaced by the codes.

    Codes are not in the order of ids, for who has the register could read names off it. What
    does not depend on the order of ids comes out the same: tiers, counts, dimensions, degrees and
    all measures of nodes. Gaps and pairs name the first of several firms behind a link; they are
    the same too where `analysis.links.list_links` was asked of the ecosystem before. What is
    drawn by a seed may differ: communities, layout, intervals and tests by resampling. So may
    what depends on the day on which a firm was founded.

    Parameters
    ----------
    ecosystem
        The ecosystem; it is not changed.
    kinds
        Node kinds to mask: organisations.
    key
        A secret. With the same one a node has the same code in every edition. Without one it is
        made of all ids together: then whoever has the list of ids can find out every code.

    Returns
    -------
    Ecosystem
        With the same nodes, edges and figures, in another order.

    Raises
    ------
    SettingsError
        If a kind is not one of an organisation, or the key is empty.
    """
    require_kinds(kinds)
    names = spell_names(ecosystem, kinds)
    codes = code_nodes(ecosystem, kinds, names, key=choose_key(ecosystem, key))
    return _Masking(ecosystem, tuple(kinds), codes, names).make()


# Sweeping texts


class _Sweep:
    """Replaces names in a text by codes."""

    def __init__(
        self, names: Mapping[str, str], whole: Mapping[str, str], public: Iterable[str]
    ) -> None:
        """Take the code of each folded name, of texts that are replaced whole, and public names."""
        self._codes, self._whole = dict(names), dict(whole)
        self._public = {fold_name(text).strip() for text in public}
        self._finder = Finder(names, self._public)
        self._done: dict[str, str] = {}

    def clean(self, text: str, *, place: bool = False) -> str:
        """Replace the names in a text; one that is a place as a whole stays, where it is one."""
        if place and fold_name(text).strip() in self._public:
            return text
        if text not in self._done:
            self._done[text] = self._replace(text)
        return self._done[text]

    def clean_column(self, column: pd.Series, *, place: bool = False) -> pd.Series:
        """Replace the names in a column of text; what is no text stays."""
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            return column
        distinct = {text for text in column.dropna().unique() if isinstance(text, str)}
        cleaned = {text: self.clean(text, place=place) for text in sorted(distinct)}
        changed = {text: other for text, other in cleaned.items() if text != other}
        if not changed:
            return column
        values = [changed.get(v, v) if isinstance(v, str) else v for v in column.to_numpy(object)]
        return pd.Series(values, index=column.index, dtype=column.dtype)

    def _replace(self, text: str) -> str:
        whole = self._whole.get(fold_name(text).strip())
        if whole:
            return whole
        cleaned = text
        for _ in range(3):  # what two codes leave between them might be a name again
            hits = self._look(cleaned)
            if not hits:
                return cleaned
            cleaned = self._put_codes(cleaned)
        return _GONE

    def _look(self, text: str) -> list[Hit]:
        return [hit for hit in self._finder.find(fold_name(text)) if not hit.inside]

    def _put_codes(self, text: str) -> str:
        """Put codes in the places of names, found letter by letter."""
        plain = unicodedata.normalize("NFC", text)
        folded, origin = _align(plain)
        pieces, last = [], 0
        for hit in self._finder.find(folded):
            if not hit.inside:
                start, end = origin[hit.start], origin[hit.end - 1] + 1
                pieces += [plain[last:start], self._codes[hit.entry]]
                last = end
        return "".join([*pieces, plain[last:]])


def _align(text: str) -> tuple[str, list[int]]:
    """Fold a text letter by letter, with the place that each folded letter comes from."""
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        folded = unicodedata.normalize("NFKC", letter).casefold()
        folded = SPACE.sub(" ", INVISIBLE.sub("", folded))
        if folded == " " and letters and letters[-1] == " ":
            continue
        letters += folded
        origin += [place] * len(folded)
    joined = "".join(letters)
    if joined.isascii():
        return joined, origin
    beside = {match.start() for match in BESIDE_HAN.finditer(joined)}
    kept = [n for n in range(len(joined)) if n not in beside]
    return "".join(joined[n] for n in kept), [origin[n] for n in kept]


# The copy


class _Masking:
    """How one ecosystem is masked: codes, the new order of nodes, and the sweep of texts."""

    def __init__(
        self,
        ecosystem: Ecosystem,
        kinds: tuple[str, ...],
        codes: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        """Take codes by id and ids by spelling, and find the order of the new ids."""
        self.ecosystem, self.kinds, self.codes = ecosystem, kinds, codes
        self.own = frozenset(ecosystem.keys[ecosystem.mark(*kinds)])
        renamed = pd.Index([codes.get(key, key) for key in ecosystem.keys], dtype="str")
        order = order_texts(renamed)
        self.place = np.empty(len(order), dtype=np.int64)
        self.place[order] = np.arange(len(order))
        self.keys = renamed[order].rename(ecosystem.keys.name)
        public = list_public_names(ecosystem, kinds)
        coded = {name: codes[key] if key else SEVERAL for name, key in names.items()}
        coded |= {n: c for n, c in self._name_coded().items() if n not in coded}
        self.sweep = _Sweep(coded, self._name_whole(), public)

    def make(self) -> Ecosystem:
        """Make the copy."""
        old = self.ecosystem
        parts = {kind: self._mask_part(kind) for kind in old.parts}
        copy = replace(
            old,
            name=self.sweep.clean(old.name),
            keys=self.keys,
            parts={kind: part for kind, (part, _) in parts.items()},
            positions={kind: places for kind, (_, places) in parts.items()},
            named={k: (rows, self.place[nodes]) for k, (rows, nodes) in old.named.items()},
            edge_columns={k: self._mask_edges(edges) for k, edges in old.edge_columns.items()},
            sheets=(),
            tables=MaskedTables(_drop_decisions(old.tables), self.mask_table, self.kinds),
            problems=tuple(map(_mask_problem, old.problems)),
            accounts=_mask_accounts(old.accounts),
            facts={},
            hashes={},
            merged=old.merged.iloc[:0],
        )
        if "links" in old.memory:
            copy.memory["links"] = self._renumber(old.memory["links"])
        return copy

    def _renumber(self, links: pd.DataFrame) -> pd.DataFrame:
        """Keep the firm that stands for each link: which is the first of several ids must stay."""
        numbers = {
            name: np.where(links[name] >= 0, self.place[links[name]], -1)
            for name in ("industry", "agreement", "enterprise")
        }
        by = list(numbers)
        return pd.DataFrame(numbers).sort_values(by, ignore_index=True)

    def _name_coded(self) -> dict[str, str]:
        """List the names of further coded nodes that are long enough to be looked for in texts."""
        names = self._name_nodes(lambda key: key in self.codes and key not in self.own)
        public = {fold_name(text).strip() for text in list_public_names(self.ecosystem, self.kinds)}
        return {n: c for n, c in names.items() if len(n) >= 6 and n not in public}  # noqa: PLR2004 - shorter ones are words

    def _name_whole(self) -> dict[str, str]:
        """List names and ids that are replaced where a cell holds nothing else."""
        ids = {fold_name(key).strip(): code for key, code in self.codes.items()}
        names = self._name_nodes(lambda key: key in self.codes)
        return {**ids, **{n: c for n, c in names.items() if n}}

    def _name_nodes(self, wanted: Any) -> dict[str, str]:  # noqa: ANN401 - a function of an id
        named: dict[str, str] = {}
        for key, name in zip(self.ecosystem.keys, self.ecosystem.names, strict=True):
            if wanted(key):
                text = fold_name(str(name)).strip()
                named[text] = SEVERAL if text in named else self.codes[key]
        return named

    def _mask_part(self, kind: str) -> tuple[pd.DataFrame, Ints]:
        old = self.ecosystem.positions[kind]
        part = self.ecosystem.parts[kind]
        ids = self.ecosystem.keys[old]
        spec = read_schema().tables.get(read_schema().node_kinds[kind].table)
        mixed = read_schema().tables["organisations"]
        columns: dict[str, Any] = {}
        for name in part:
            if name in {"_source", "row"}:
                columns[name] = np.full(
                    len(part), -1 if name == "_source" else 0, part["_source"].dtype
                )
            else:
                column = _find_column(spec, name) or _find_column(mixed, name)
                if column is not None:
                    columns[name] = self._mask_column(
                        part, name, column, ids, public=kind in PUBLIC_KINDS
                    )
        columns["row"] = np.zeros(len(part), dtype=np.int32)
        places = self.place[old]
        order = np.argsort(places, kind="stable")
        frame = pd.DataFrame(columns, index=part.index).take(order)
        return frame.set_axis(pd.RangeIndex(len(frame)), axis=0), places[order]

    def mask_table(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Mask one checked table, row by row in its order."""
        spec = read_schema().tables[name]
        ids = pd.Index(frame["_key"]) if "_key" in frame else None
        columns: dict[str, Any] = {}
        for label in frame:
            if label == "_key":
                columns[label] = [self.codes.get(key, key) for key in frame[label]]
            elif label in {"_file", "_sheet"}:
                columns[label] = np.full(len(frame), name if label == "_file" else "", dtype=object)
            elif str(label).startswith("_"):
                columns[label] = np.zeros(len(frame), dtype=np.int64)
            elif (column := _find_column(spec, str(label))) is not None:
                public = spec.node in PUBLIC_KINDS
                columns[label] = self._mask_column(frame, str(label), column, ids, public=public)
        return pd.DataFrame(columns, index=frame.index)

    def _mask_column(
        self,
        frame: pd.DataFrame,
        name: str,
        column: Column,
        ids: pd.Index | None,
        *,
        public: bool,
    ) -> pd.Series:
        """Mask one column: recode what refers, blank what tells, sweep what is text."""
        values = frame[name]
        if column.refers:
            return values.map(self._recode)
        if column.name in _DROPPED:
            return values.mask(np.ones(len(values), dtype=bool))
        coded, own = self._mark(ids, len(values))
        if column.name in _TELLING:
            values = values.mask(coded)
        if column.name == "founded":
            values = _keep_years(frame, name, own)
        if column.name in {"id", "name"} and ids is not None:
            codes = pd.Series([self.codes.get(key, "") for key in ids], index=values.index)
            values = values.where(~coded, codes)
            if public and column.name == "name":
                return values
        if column.name == "id" and public:
            return values
        return self._sweep_column(values, column)

    def _sweep_column(self, values: pd.Series, column: Column) -> pd.Series:
        if column.type == "choice":
            known = {term.key for term in read_schema().vocabularies[str(column.vocabulary)]}
            return values.map(
                lambda v: self.sweep.clean(v) if isinstance(v, str) and v not in known else v
            )
        return self.sweep.clean_column(values, place=column.name in PLACES)

    def _mark(self, ids: pd.Index | None, rows: int) -> tuple[Flags, Flags]:
        """Say which rows are of coded nodes, and which of masked ones."""
        if ids is None:
            return np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
        coded = np.array([key in self.codes for key in ids], dtype=bool)
        return coded, np.array([key in self.own for key in ids], dtype=bool)

    def _recode(self, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(self.codes.get(key, key) for key in value)
        return self.codes.get(value, value) if isinstance(value, str) else value

    def _mask_edges(self, edges: EdgeColumns) -> EdgeColumns:
        """Put the edges of a kind into the new order; where they stood is left out."""
        role, roles = self._mask_words(edges.role, edges.roles)
        level, levels = self._mask_words(edges.level, edges.levels)
        source, target = (
            self.place[ends].astype(np.int32) for ends in (edges.source, edges.target)
        )
        order = np.lexsort((level, edges.amount, role, target, source))
        return EdgeColumns(
            source[order],
            target[order],
            role=role[order],
            roles=roles,
            level=level[order],
            levels=levels,
            amount=edges.amount[order],
            sheet=np.full(len(order), -1, dtype=np.int16),
            row=np.zeros(len(order), dtype=np.int32),
        )

    def _mask_words(
        self, numbers: NDArray[np.int16], words: tuple[str, ...]
    ) -> tuple[NDArray[np.int16], tuple[str, ...]]:
        cleaned = [self.sweep.clean(word) for word in words]
        kept = tuple(sorted(set(cleaned)))
        number = np.array([*(kept.index(word) for word in cleaned), -1], dtype=np.int16)
        return number[numbers], kept


class MaskedTables(Mapping[str, pd.DataFrame]):
    """Tables that are masked when they are asked for, and kept."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        change: Callable[[str, pd.DataFrame], pd.DataFrame],
        kinds: tuple[str, ...],
    ) -> None:
        """Take the tables, mask none yet; of which kinds the nodes have codes."""
        self._tables, self._change, self.kinds = tables, change, kinds
        self._masked: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Mask a table."""
        if name not in self._masked:
            self._masked[name] = self._change(name, self._tables[name])
        return self._masked[name]

    def __iter__(self) -> Iterator[str]:
        """Name the tables."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self._tables)


def _drop_decisions(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Leave out what people decided about names: it is nothing but names, and done."""
    if "resolutions" not in tables:
        return tables
    return {name: tables[name] for name in tables if name != "resolutions"}


def list_masked_kinds(ecosystem: Ecosystem) -> tuple[str, ...]:
    """List the kinds whose nodes have codes in an ecosystem; none where it is no masked copy."""
    return ecosystem.tables.kinds if isinstance(ecosystem.tables, MaskedTables) else ()


def _find_column(spec: Table | None, name: str) -> Column | None:
    """Find what the schema says of a column as it was read; None for one that it does not know."""
    if spec is None:
        return None
    base = re.sub(r"_(start|end)$", "", name)
    found = spec.columns.get(name) or spec.columns.get(name.rstrip("_"))
    dated = spec.columns.get(base)
    return found or (dated if dated is not None and dated.type == "date" else None)


def _keep_years(frame: pd.DataFrame, name: str, rows: Flags) -> pd.Series:
    """Keep of a period in some rows the years in which it begins and ends."""
    values = frame[name]
    days = pd.to_datetime(frame[name if name != "founded" else "founded_start"])
    if name == "founded":
        years = days.dt.year.astype("Int64").astype("str").where(days.notna(), None)
        return values.where(~rows, years.astype(values.dtype))
    month, day = (1, 1) if name.endswith("_start") else (12, 31)
    whole = pd.to_datetime(
        pd.DataFrame({"year": days.dt.year, "month": month, "day": day}), errors="coerce"
    )
    return values.where(~rows, whole.astype(values.dtype))


def _mask_problem(problem: Problem) -> Problem:
    """Keep what is wrong; leave out where, and what stands there: a misspelt name is one too."""
    known = any(read_schema().find_column(t, problem.column) for t in read_schema().tables)
    details = {
        name: value if name in _SAFE_DETAILS or not isinstance(value, str) else _GONE
        for name, value in problem.details.items()
    }
    return replace(
        problem,
        file="",
        sheet="",
        row=None,
        column=problem.column if known else "",
        value=_GONE if problem.value else "",
        details=details,
    )


def _mask_accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Name tables where the files were named."""
    if "table" not in accounts:
        return accounts
    return accounts.assign(file=accounts["table"].replace("", _GONE), sheet="")
