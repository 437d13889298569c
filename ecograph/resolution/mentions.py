"""Gather who is named in an ecosystem: every organisation with all that helps to tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.reading.values.plain import parse_list
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem

__all__ = ["MENTION_COLUMNS", "UNKNOWN", "gather_mentions", "take_mentions"]

MENTION_COLUMNS = (
    "id",
    "name",
    "kind",
    "aliases",
    "code",
    "city",
    "province",
    "country",
    "region",
    "industry",
    "partners",
    "amount",
    "links",
    "file",
    "sheet",
    "row",
)
"""One row a mention; only id and name are required, all others may be empty."""

UNKNOWN = "name:"
"""What stands before a name that no table lists, in place of an id."""

_TEXTS = ("city", "province", "country")
_MOST = 1_000_000  # parties above which partners are not compared


def gather_mentions(ecosystem: Ecosystem) -> pd.DataFrame:
    """Gather the organisations of an ecosystem, and the names that led to none.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        Columns ``MENTION_COLUMNS``, sorted by id. A name that a register uses for an organisation
        that no table lists is a mention of its own, with the id ``name:NAME`` and no kind.
    """
    kinds = [kind for kind in ORGANISATION_KINDS if kind in ecosystem.parts]
    nodes = ecosystem.select(*kinds)
    mentions = pd.DataFrame(
        {
            "id": nodes.index.astype(object),
            "name": nodes["name"].to_numpy(dtype=object),
            "kind": nodes["kind"].to_numpy(dtype=object),
            "aliases": _read_lists(nodes, "aliases"),
            "code": _read_texts(nodes, "uscc"),
            **{name: _read_texts(nodes, name) for name in _TEXTS},
            "region": _name_ends(ecosystem, nodes.index, "lies_in").map(_take_first),
            "industry": _name_ends(ecosystem, nodes.index, "works_in"),
            **_weigh(ecosystem, nodes.index),
            **{name: nodes[name].to_numpy(dtype=object) for name in ("file", "sheet", "row")},
        }
    )
    unknown = _list_unknown(ecosystem.problems)
    parts = [mentions, take_mentions(unknown)] if len(unknown) else [mentions]
    return pd.concat(parts, ignore_index=True).sort_values("id", kind="stable", ignore_index=True)


def take_mentions(given: pd.DataFrame) -> pd.DataFrame:
    """Complete a table of names to mentions: absent columns are empty, ids are row numbers.

    Parameters
    ----------
    given
        A column ``name``, and any of ``MENTION_COLUMNS``; ``uscc`` counts as ``code``.

    Raises
    ------
    KeyError
        If there is no column ``name``.
    """
    columns = {"uscc": "code"} if "code" not in given else {}
    frame = given.rename(columns=columns)
    if "id" not in frame:
        frame = frame.assign(id=frame.index.astype(str))
    lists = {name: _read_lists(frame, name) for name in ("aliases", "industry", "partners")}
    texts = {
        name: _read_texts(frame, name)
        for name in ("id", "name", "kind", "code", *_TEXTS, "region", "file", "sheet")
    }
    numbers = {"amount": _read_numbers(frame, "amount"), "links": _read_numbers(frame, "links")}
    rows = frame["row"].to_numpy(dtype=object) if "row" in frame else None
    return pd.DataFrame({**texts, **lists, **numbers, "row": rows}, columns=list(MENTION_COLUMNS))


def _read_texts(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame:
        if column == "name":
            raise KeyError(column)
        return [""] * len(frame)
    return ["" if pd.isna(cell) else str(cell) for cell in frame[column]]


def _read_numbers(frame: pd.DataFrame, column: str) -> Any:  # noqa: ANN401 - a column
    if column not in frame:
        return np.zeros(len(frame))
    return pd.to_numeric(frame[column], errors="coerce").fillna(0).to_numpy(dtype=float)


def _read_lists(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    if column not in frame:
        return [()] * len(frame)
    return [_read_list(cell) for cell in frame[column]]


def _read_list(cell: object) -> tuple[str, ...]:
    if isinstance(cell, str):
        return tuple(parse_list(cell))
    return tuple(map(str, cell)) if isinstance(cell, list | tuple) else ()


def _take_first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""


def _name_ends(ecosystem: Ecosystem, ids: pd.Index, kind: str) -> pd.Series:
    """Name what each node leads to by the edges of a kind."""
    source, target = ecosystem.find_pairs(kind)
    names = pd.Series(ecosystem.names[target], index=ecosystem.keys[source], dtype=object)
    listed = names.groupby(level=0, sort=True).agg(tuple)
    found = listed.reindex(ids)
    return pd.Series([cell if isinstance(cell, tuple) else () for cell in found], dtype=object)


def _weigh(ecosystem: Ecosystem, ids: pd.Index) -> dict[str, Any]:
    """Find with whom each organisation is in agreements, how many, and what they come to."""
    agreement, party = ecosystem.find_pairs("party")
    edges = pd.DataFrame({"agreement": agreement, "party": party})
    others = edges.merge(edges, on="agreement", suffixes=("", "_other"))
    others = others[others["party"] != others["party_other"]] if len(others) < _MOST else edges[:0]
    places = ecosystem.keys.get_indexer(ids)
    partners = (
        others.drop_duplicates(["party", "party_other"]).groupby("party")["party_other"].agg(tuple)
        if len(others)
        else pd.Series(dtype=object)
    ).reindex(places)
    return {
        "partners": [_spell(cell, ecosystem.keys) for cell in partners],
        "amount": _sum_amounts(ecosystem, edges).reindex(places).fillna(0).to_numpy(),
        "links": edges.groupby("party").size().reindex(places).fillna(0).to_numpy(),
    }


def _spell(cell: object, keys: pd.Index) -> tuple[str, ...]:
    return tuple(sorted(keys[list(cell)])) if isinstance(cell, tuple) else ()


def _sum_amounts(ecosystem: Ecosystem, edges: pd.DataFrame) -> pd.Series:
    part = ecosystem.parts.get("agreement")
    if part is None or "amount" not in part:
        return pd.Series(dtype=float)
    amounts = pd.Series(part["amount"].to_numpy(), index=ecosystem.positions["agreement"])
    found = amounts.reindex(edges["agreement"]).to_numpy()
    return edges.assign(amount=found).groupby("party")["amount"].sum()


def _list_unknown(problems: tuple[Problem, ...]) -> pd.DataFrame:
    """List the names that led to no organisation, each once, with where it first stands."""
    lost = [
        problem
        for problem in problems
        if problem.code == "unknown_reference"
        and set(str(problem.details.get("kinds", "")).split(", ")) & set(ORGANISATION_KINDS)
    ]
    rows = [(UNKNOWN + p.value, p.value, p.file, p.sheet, p.row) for p in lost if p.value]
    frame = pd.DataFrame(rows, columns=["id", "name", "file", "sheet", "row"])
    counts = frame.groupby("id").size()
    first = frame.drop_duplicates("id")
    return first.assign(links=counts.reindex(first["id"]).to_numpy())
