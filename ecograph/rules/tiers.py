"""Tiers: which certificates give them, and what leads from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecograph.rules.clauses import read_clause

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ecograph.rules.clauses import Clause
    from ecograph.rules.nodes import Node
    from ecograph.rules.programmes import Programme

__all__ = ["TIER_IDS", "Route", "Tier", "Tiers", "place_programmes", "read_tier_file"]

TIER_IDS = ("tree", "shrub", "seedling", "none")
"""The tiers, the highest first; which certificate gives which of them is data."""


@dataclass(frozen=True)
class Tier:
    """A tier: the certificates that give it, and what leads beyond it."""

    id: str
    certificates: tuple[str, ...]
    next: str
    programmes: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A way into a tier without a certificate."""

    tier: str
    clause: Clause


@dataclass(frozen=True)
class Tiers:
    """All tiers, the highest first, and the routes without a certificate."""

    mapping: str
    source: str
    tiers: tuple[Tier, ...]
    routes: tuple[Route, ...]


def read_tier_file(file: Node) -> Tiers:
    """Read which certificate gives which tier.

    Raises
    ------
    SettingsError
        If the file holds an unknown key or an impossible value; the sentence names both.
    """
    part = file.take(["mapping", "source", "tiers", "routes"])
    tiers = tuple(_read_tier(node) for node in part["tiers"].items())
    names = [tier.id for tier in tiers]
    if tuple(names) != TIER_IDS:
        raise part["tiers"].refuse(f"the tiers should be, in this order: {', '.join(TIER_IDS)}.")
    unknown = [tier.next for tier in tiers if tier.next not in {"", *names}]
    if unknown:
        raise part["tiers"].refuse(f"next names no tier: {', '.join(unknown)}.")
    given = [key for tier in tiers for key in tier.certificates]
    if len(set(given)) < len(given):
        raise part["tiers"].refuse("a certificate gives one tier only.")
    return Tiers(
        mapping=part["mapping"].text(),
        source=part["source"].text(),
        tiers=tiers,
        routes=tuple(_read_route(node, names) for node in part["routes"].items()),
    )


def place_programmes(tiers: Tiers, programmes: Iterable[Programme]) -> Tiers:
    """Place programmes that name their tier themselves, in it and on the way to it."""
    for programme in programmes:
        if programme.tier:
            placed = tuple(_place(tier, programme) for tier in tiers.tiers)
            tiers = replace(tiers, tiers=placed)
    return tiers


def _place(tier: Tier, programme: Programme) -> Tier:
    certificates, ways = (
        tuple(key for key in keys if key != programme.id)
        for keys in (tier.certificates, tier.programmes)
    )
    return replace(
        tier,
        certificates=(*certificates, *[programme.id] * (programme.tier == tier.id)),
        programmes=(*ways, *[programme.id] * (programme.tier == tier.next)),
    )


def _read_tier(node: Node) -> Tier:
    part = node.take(["id"], ["certificates", "next", "programmes"])
    keys = node.certificates
    return Tier(
        id=part["id"].text(),
        certificates=part["certificates"].choices(keys) if "certificates" in part else (),
        next=part["next"].text() if "next" in part else "",
        programmes=part["programmes"].choices(keys) if "programmes" in part else (),
    )


def _read_route(node: Node, tiers: Collection[str]) -> Route:
    part = node.take(["tier", "clause"])
    return Route(part["tier"].choice(tiers), read_clause(part["clause"]))
