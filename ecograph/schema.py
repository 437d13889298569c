"""What an ecosystem is made of: node and edge kinds, tables, columns and their synonyms.

Everything here is read from ``schema.yaml``, the one place that says it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ORGANISATION_KINDS",
    "Column",
    "EdgeKind",
    "Link",
    "NodeKind",
    "Schema",
    "Table",
    "Term",
    "fold_label",
    "read_schema",
]

_UNIT_IN_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]\s*$")
_UNIT_BEHIND_SLASH = re.compile(
    r"/\s*((?:人民币)?(?:万亿|十万|百万|千万|[百千万亿])?(?:[元圆](?:人民币)?|美元|欧元|英镑|日元|港元)"
    r"|(?:(?:k|thousand|million|billion)\s*)?(?:cny|rmb|yuan|eur|euro|usd|gbp|nok|hkd|jpy)"
    r"|[百千万亿]|%|[人家项件个])\s*$",
    re.IGNORECASE,
)
_UNIT_WORD = re.compile(r"^(?:计量|金额)?(?:单位|unit)\s*:\s*", re.IGNORECASE)
_JOINERS = re.compile(r"[\s_\-*:/·]+")


@dataclass(frozen=True)
class NodeKind:
    """A kind of node, its table and how a map draws it."""

    name: str
    labels: Mapping[str, str]
    table: str
    colour: str
    shape: str
    organisation: bool
    implicit: bool  # nodes come from references where the table is absent


@dataclass(frozen=True)
class EdgeKind:
    """A kind of edge and the node kinds that it may join."""

    name: str
    labels: Mapping[str, str]
    source: tuple[str, ...]
    target: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word of a vocabulary with its spellings."""

    key: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    counts: bool = False
    depth: int | None = None

    def label(self, lang: str) -> str:
        """Name the term in a language."""
        return (self.zh if lang == "zh" else self.en)[0]


@dataclass(frozen=True)
class Column:
    """A column of a table: its type, what it refers to, its synonyms."""

    name: str
    type: str
    required: bool
    en: tuple[str, ...]
    zh: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    vocabulary: str | None = None
    edge: str | None = None
    inward: bool = False
    minimum: float | None = None
    reject: bool = False
    example: str = ""

    @property
    def refers(self) -> bool:
        """Say whether the cells name nodes."""
        return self.type in {"ref", "refs"}

    @property
    def decisive(self) -> bool:
        """Say whether a row with an unreadable cell here has to be rejected."""
        return self.required or self.reject


@dataclass(frozen=True)
class Link:
    """An edge kind that two columns of one row make together."""

    kind: str
    source: str
    target: str


@dataclass(frozen=True)
class Table:
    """A table: what one row is and which columns it has."""

    name: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    row: Mapping[str, str]
    columns: Mapping[str, Column]
    node: str | None
    node_by: str | None  # the column that says each row's node kind
    edge: Link | None
    links: tuple[Link, ...]
    order: tuple[str, ...]  # two date columns, the first not after the second
    unique: tuple[str, ...] = ()  # columns that together stand once

    def label(self, lang: str) -> str:
        """Name the table in a language."""
        return self.zh[0] if lang == "zh" else self.name


@dataclass(frozen=True)
class Schema:
    """All kinds, vocabularies and tables."""

    node_kinds: Mapping[str, NodeKind]
    edge_kinds: Mapping[str, EdgeKind]
    vocabularies: Mapping[str, tuple[Term, ...]]
    open_vocabularies: frozenset[str]
    tables: Mapping[str, Table]

    def find_table(self, label: str) -> str | None:
        """Find the table that a file or sheet is named after, or None.

        >>> read_schema().find_table("合作协议_2024")
        'agreements'
        """
        folded = fold_label(label)
        known = _table_labels()
        return known.get(folded) or known.get(re.sub(r"[\d.年()第份期]+$", "", folded))

    def find_column(self, table: str, header: str) -> str | None:
        """Find the column that a header means, or None.

        >>> read_schema().find_column("agreements", "签约金额（万元）")
        'amount'
        """
        known = _column_labels(table)
        folded = fold_label(header)
        return known.get(folded) or known.get(fold_label(split_unit(header)[0]))

    def find_term(self, vocabulary: str, word: str) -> str | None:
        """Find the key of a word of a vocabulary, or None.

        >>> read_schema().find_term("status", "已签约")
        'signed'
        """
        return _term_labels(vocabulary).get(fold_label(word))

    def label_term(self, vocabulary: str, key: str, lang: str) -> str:
        """Name a key of a vocabulary; a word that is not in it stands for itself."""
        for term in self.vocabularies[vocabulary]:
            if term.key == key:
                return term.label(lang)
        return key

    def counting_statuses(self) -> tuple[str, ...]:
        """List the statuses that count as agreements."""
        return tuple(term.key for term in self.vocabularies["status"] if term.counts)


def fold_label(text: str) -> str:
    """Fold a header, table name or word so that spellings that mean the same are equal.

    >>> fold_label(" Unified Social_Credit-Code ")
    'unifiedsocialcreditcode'
    """
    return _JOINERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def split_unit(header: str) -> tuple[str, str]:
    """Split a header into its name and the unit behind it, in brackets or after a slash.

    >>> split_unit("金额（万元）"), split_unit("金额/万元")
    (('金额', '万元'), ('金额', '万元'))
    """
    text = unicodedata.normalize("NFKC", header).strip()
    match = _UNIT_IN_BRACKETS.search(text) or _UNIT_BEHIND_SLASH.search(text)
    if not match:
        return text, ""
    return text[: match.start()].strip(), _UNIT_WORD.sub("", match.group(1).strip())


@functools.cache
def read_schema() -> Schema:
    """Read the packaged schema (once)."""
    text = resources.files("ecograph").joinpath("schema.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, and our own file
    return Schema(
        node_kinds={k: _node_kind(k, v) for k, v in raw["node_kinds"].items()},
        edge_kinds={k: _edge_kind(k, v) for k, v in raw["edge_kinds"].items()},
        vocabularies={k: _terms(v) for k, v in raw["vocabularies"].items()},
        open_vocabularies=frozenset(k for k, v in raw["vocabularies"].items() if v.get("open")),
        tables={k: _table(k, v) for k, v in raw["tables"].items()},
    )


def _node_kind(name: str, raw: dict[str, Any]) -> NodeKind:
    return NodeKind(
        name=name,
        labels={"en": raw["en"], "zh": raw["zh"]},
        table=raw["table"],
        colour=raw["colour"],
        shape=raw["shape"],
        organisation=raw.get("organisation", False),
        implicit=raw.get("implicit", False),
    )


def _edge_kind(name: str, raw: dict[str, Any]) -> EdgeKind:
    labels = {"en": raw["en"], "zh": raw["zh"]}
    return EdgeKind(name, labels, tuple(raw["source"]), tuple(raw["target"]))


def _terms(raw: dict[str, Any]) -> tuple[Term, ...]:
    return tuple(
        Term(
            key, tuple(term["en"]), tuple(term["zh"]), term.get("counts", False), term.get("depth")
        )
        for key, term in raw.items()
        if key != "open"
    )


def _table(name: str, raw: dict[str, Any]) -> Table:
    edge = raw.get("edge")
    return Table(
        name=name,
        en=tuple(raw["en"]),
        zh=tuple(raw["zh"]),
        row=raw["row"],
        columns={k: _column(k, v) for k, v in raw["columns"].items()},
        node=raw.get("node"),
        node_by=raw.get("node_by"),
        edge=Link(**edge) if edge else None,
        links=tuple(Link(**link) for link in raw.get("links", ())),
        order=tuple(raw.get("order", ())),
        unique=tuple(raw.get("unique", ())),
    )


def _column(name: str, raw: dict[str, Any]) -> Column:
    known = {k: v for k, v in raw.items() if k not in {"en", "zh", "kinds", "required"}}
    return Column(
        name=name,
        required=raw.get("required", False),
        en=tuple(raw["en"]),
        zh=tuple(raw["zh"]),
        kinds=tuple(raw.get("kinds", ())),
        **known,
    )


@functools.cache
def _table_labels() -> dict[str, str]:
    labels: dict[str, str] = {}
    for name, table in read_schema().tables.items():
        for label in (name, *table.en, *table.zh):
            labels.setdefault(fold_label(label), name)
    return labels


@functools.cache
def _column_labels(table: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    columns = read_schema().tables[table].columns
    for name in columns:
        labels[fold_label(name)] = name
    for name, column in columns.items():
        for label in (*column.en, *column.zh):
            labels.setdefault(fold_label(label), name)
    return labels


@functools.cache
def _term_labels(vocabulary: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for term in read_schema().vocabularies[vocabulary]:
        for label in (term.key, *term.en, *term.zh):
            labels.setdefault(fold_label(label), term.key)
    return labels


_KINDS = read_schema().node_kinds
ORGANISATION_KINDS: tuple[str, ...] = tuple(k for k, v in _KINDS.items() if v.organisation)
"""The kinds that the word organisation covers: those that can sign."""
