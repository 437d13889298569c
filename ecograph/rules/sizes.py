"""Size classes of firms: lower limits by sector, and which words tell a sector."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecograph.rules.clauses import CERTAINTIES
from ecograph.rules.programmes import DOCUMENT_KEYS, read_document
from ecograph.schema import read_schema

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecograph.rules.nodes import Node

__all__ = ["MEASURES", "SIZES", "Sector", "SizeRule", "read_size_file"]

SIZES = ("large", "medium", "small", "micro")
"""Size classes, the largest first; the last has no lower limit."""

MEASURES = ("staff", "revenue", "assets")
"""The figures of the accounts that have limits."""


@dataclass(frozen=True)
class Sector:
    """A sector with the lower limits of its classes.

    Parameters
    ----------
    id, en, zh
        Its name.
    words
        An industry whose name holds one of these is of this sector.
    certainty
        One of ``CERTAINTIES``.
    limits
        By measure, the lower limits of large, medium and small, which they include; none where
        the document leaves the sector out.
    """

    id: str
    en: str
    zh: str
    words: tuple[str, ...]
    certainty: str
    limits: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class SizeRule:
    """The size classes as one document sets them.

    Parameters
    ----------
    otherwise
        The sector of an industry whose name tells none; empty: unknown.
    look_in
        The texts of an industry that may tell its sector, the first that does counts.
    """

    en: str
    zh: str
    edition: str
    document: str
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    in_force_certainty: str
    certainty: str
    source: str
    note: str
    otherwise: str
    look_in: tuple[str, ...]
    sectors: tuple[Sector, ...]

    def in_force(self, as_of: dt.date) -> bool:
        """Say whether the document is in force on a day; its first and last day count."""
        begun = self.in_force_from is None or self.in_force_from <= as_of
        return begun and (self.in_force_to is None or as_of <= self.in_force_to)


def read_size_file(file: Node) -> tuple[SizeRule, ...]:
    """Read the editions of the size classes.

    Raises
    ------
    SettingsError
        If the file holds an unknown key or an impossible value; the sentence names both.
    """
    head = file.take(["en", "zh", "editions"])
    shared = {"en": head["en"].text(), "zh": head["zh"].text()}
    return tuple(_read_edition(node, shared) for node in head["editions"].items())


def _read_edition(node: Node, shared: Mapping[str, Any]) -> SizeRule:
    part = node.take([*DOCUMENT_KEYS, "look_in", "sectors"], ["note", "otherwise"])
    sectors = tuple(_read_sector(item) for item in part["sectors"].items())
    names = [sector.id for sector in sectors]
    if len(set(names)) < len(names):
        raise part["sectors"].refuse("every sector needs an id of its own.")
    return SizeRule(
        **shared,
        **read_document(part),
        otherwise=part["otherwise"].choice(names) if "otherwise" in part else "",
        look_in=part["look_in"].choices(read_schema().tables["industries"].columns),
        sectors=sectors,
    )


def _read_sector(node: Node) -> Sector:
    part = node.take(["id", "en", "zh", "words", "certainty"], ["limits"])
    return Sector(
        id=part["id"].text(),
        en=part["en"].text(),
        zh=part["zh"].text(),
        words=tuple(item.text().casefold() for item in part["words"].items()),
        certainty=part["certainty"].choice(CERTAINTIES),
        limits=_read_limits(part["limits"]) if "limits" in part else {},
    )


def _read_limits(node: Node) -> dict[str, tuple[float, float, float]]:
    """Read the limits by class, each by measure; turn them to limits by measure."""
    classes = [part.take([], MEASURES) for part in node.take(SIZES[:-1]).values()]
    measures = [name for name in MEASURES if name in classes[0]]
    if not measures or any(set(part) != set(measures) for part in classes):
        raise node.refuse("the classes should have limits of the same figures, at least one.")
    limits = {}
    for name in measures:
        large, medium, small = (part[name].number() for part in classes)
        if any(low >= high for high, low in itertools.pairwise((large, medium, small))):
            raise node.refuse(f"the limits of {name} should fall from large to small.")
        limits[name] = (large, medium, small)
    return limits
