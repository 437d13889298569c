"""Programmes, each as its documents set it: clauses, direct routes, dates in force, certainty."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecograph.rules.clauses import CERTAINTIES, read_clause
from ecograph.rules.tiers import TIER_IDS
from ecograph.schema import read_schema

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from ecograph.rules.clauses import Clause
    from ecograph.rules.nodes import Node

__all__ = [
    "DOCUMENT_KEYS",
    "Direct",
    "Programme",
    "list_certificates",
    "read_document",
    "read_programme",
]

_TEXTS = ("edition", "document", "source")
_DATES = ("in_force_from", "in_force_to")
_GRADES = ("certainty", "in_force_certainty")
DOCUMENT_KEYS = (*_TEXTS, *_DATES, *_GRADES)
"""What every edition has to say of its document."""

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Direct:
    """A direct route: where its clause is met, the clauses that it replaces are, too."""

    clause: Clause
    replaces: tuple[str, ...]


@dataclass(frozen=True)
class Programme:
    """A programme as one document sets it."""

    id: str
    en: str
    zh: str
    local: bool
    edition: str
    document: str
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    in_force_certainty: str
    certainty: str
    source: str
    note: str
    clauses: tuple[Clause, ...]
    direct: tuple[Direct, ...]
    names: tuple[str, ...] = ()  # further spellings of its certificate
    tier: str = ""  # that its certificate gives, where tiers.yaml does not say it

    def in_force(self, as_of: dt.date) -> bool:
        """Say whether the document is in force on a day; its first and last day count."""
        begun = self.in_force_from is None or self.in_force_from <= as_of
        return begun and (self.in_force_to is None or as_of <= self.in_force_to)

    def label(self, lang: str) -> str:
        """Name the programme in a language."""
        return self.zh if lang == "zh" else self.en


def list_certificates() -> tuple[str, ...]:
    """List the certificates of the vocabulary."""
    return tuple(term.key for term in read_schema().vocabularies["certificate"])


def read_programme(file: Node) -> tuple[Programme, ...]:
    """Read the editions of a programme.

    Parameters
    ----------
    file
        A rule file; its ``certificates`` are those that clauses may ask to be held.

    Raises
    ------
    SettingsError
        If it holds an unknown key or an impossible value; the sentence names both.
    """
    head = file.take(["id", "en", "zh", "editions"], ["local", "names", "tier"])
    local = "local" in head and head["local"].flag()
    shared = {
        "id": _read_id(head["id"], local=local),
        "en": head["en"].text(),
        "zh": head["zh"].text(),
        "local": local,
        "names": tuple(item.text() for item in head["names"].items()) if "names" in head else (),
        "tier": head["tier"].choice(TIER_IDS[:-1]) if "tier" in head else "",
    }
    editions = [_read_edition(node, shared) for node in head["editions"].items()]
    if not editions:
        raise head["editions"].refuse("at least one edition is needed.")
    _check_dates(head["editions"], editions)
    return tuple(editions)


def read_document(part: Mapping[str, Node]) -> dict[str, Any]:
    """Read what every edition says of its document, without what it demands."""
    facts: dict[str, Any] = {name: part[name].text() for name in _TEXTS}
    facts |= {name: part[name].day() for name in _DATES}
    facts |= {name: part[name].choice(CERTAINTIES) for name in _GRADES}
    return {**facts, "note": part["note"].text() if "note" in part else ""}


def _read_id(node: Node, *, local: bool) -> str:
    """Read a key of the vocabulary; a local programme may bring its own."""
    if not local:
        return node.choice(list_certificates())
    if not _KEY.fullmatch(node.text()):
        raise node.refuse(f"{node.value!r} should be made of a to z, 0 to 9 and _.")
    return node.text()


def _check_dates(node: Node, editions: list[Programme]) -> None:
    names = [edition.edition for edition in editions]
    if len(set(names)) < len(names):
        raise node.refuse("every edition needs a name of its own.")
    for edition in editions:
        begun, ended = edition.in_force_from, edition.in_force_to
        if begun is not None and ended is not None and ended < begun:
            raise node.refuse(f"edition {edition.edition} ends before it begins.")
    for earlier, later in itertools.pairwise(editions):
        ended, begun = earlier.in_force_to, later.in_force_from
        if ended is None or begun is None or ended >= begun:
            raise node.refuse(
                f"edition {earlier.edition} should end before edition {later.edition} begins."
            )


def _read_edition(node: Node, shared: Mapping[str, Any]) -> Programme:
    part = node.take([*DOCUMENT_KEYS, "clauses"], ["note", "direct"])
    clauses = tuple(read_clause(item) for item in part["clauses"].items())
    names = [clause.id for clause in clauses]
    direct = part["direct"].items() if "direct" in part else []
    routes = tuple(_read_direct(item, names) for item in direct)
    if len({*names, *(route.clause.id for route in routes)}) < len(names) + len(routes):
        raise node.refuse("every clause needs an id of its own.")
    return Programme(**shared, **read_document(part), clauses=clauses, direct=routes)


def _read_direct(node: Node, names: Collection[str]) -> Direct:
    part = node.take(["replaces", "clause"])
    return Direct(read_clause(part["clause"]), part["replaces"].choices(names))
