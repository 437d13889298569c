"""The nodes of the explorer, as columns: what is known of each, and what was found of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.analysis.communities import find_communities
from ecograph.analysis.gaps import VERDICTS, find_gaps
from ecograph.analysis.tiers import assign_tiers
from ecograph.reading.values.plain import parse_list
from ecograph.render.explorer.payload import Columns, shorten
from ecograph.render.explorer.words import TIER_COLOURS, code_texts, label, locate
from ecograph.render.page import format_amount, is_missing
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.render.explorer.words import Label
    from ecograph.render.view import View
    from ecograph.schema import Column

    Ints = NDArray[np.int64]

__all__ = ["NODE_KINDS", "describe_nodes"]

NODE_KINDS = (*ORGANISATION_KINDS, "industry", "discipline")
"""The kinds of nodes on the map."""

_MEASURES = (
    "strength", "degree", "pagerank", "betweenness", "harmonic_closeness", "eigenvector", "core",
    "constraint",
)  # fmt: skip
_HIDDEN = frozenset({
    "kind", "name", "file", "sheet", "row", "_source", "synthetic", "aliases", "latitude",
    "longitude", "industry", "region",
})  # fmt: skip
_DERIVED = ("_start", "_end")
_MOST_FACTS = 24
_MOST_LETTERS = 200  # of a fact
_TIERS = tuple(TIER_COLOURS)


def describe_nodes(view: View, known: Mapping[str, pd.DataFrame]) -> tuple[Columns, dict[str, Any]]:
    """Take the nodes of a map: columns of numbers, and entries of the header.

    Parameters
    ----------
    view
        What is on the map.
    known
        Results by name that need not be computed: ``communities``, ``gaps``, ``tiers``.
    """
    eco = view.ecosystem
    ids = eco.keys[view.positions]
    names = eco.names[view.positions]
    frame = eco.select(*NODE_KINDS).reindex(ids)
    industry = _find_first_target(view, ("works_in", "advances"), view.positions)
    region, regions = _find_regions(view)
    tier, reason, reasons = _find_tiers(view, known, ids)
    community, communities = _find_communities(view, known, ids)
    place, places = code_texts(locate(frame))
    facts, facts_columns = _list_facts(view, frame)
    measures, measure_columns = _list_measures(view, ids)
    columns = {
        "nodes.kind": pd.Index(NODE_KINDS).get_indexer(frame["kind"]),
        "nodes.x": view.places[:, 0].astype(np.int64),
        "nodes.y": view.places[:, 1].astype(np.int64),
        "nodes.industry": industry,
        "nodes.region": region,
        "nodes.tier": tier,
        "nodes.reason": reason,
        "nodes.verdict": _find_verdicts(view, known, ids, industry),
        "nodes.community": community,
        "nodes.source": place,
        **_locate_on_earth(view, frame),
        **facts_columns,
        **measure_columns,
    }
    header = {
        "ids": ["" if i == n else str(i) for i, n in zip(ids, names, strict=True)],
        "names": [str(name) for name in names],
        "aliases": _list_aliases(frame),
        "regions": regions,
        "reasons": reasons,
        "communities": communities,
        "places": places,
        "facts": facts,
        "measures": measures,
    }
    return columns, header


def _find_first_target(view: View, kinds: Sequence[str], wanted: Ints) -> Ints:
    """Find, for each node on the map, the first node that it is linked to; by number, or -1."""
    eco = view.ecosystem
    number = np.full(len(eco.keys), -1)
    number[wanted] = np.arange(len(wanted))
    first = np.full(len(eco.keys), -1)
    for kind in reversed(kinds):
        source, target = eco.find_pairs(kind)
        first[source[::-1]] = number[target[::-1]]
    return np.asarray(first[view.positions])


def _find_regions(view: View) -> tuple[Ints, list[str]]:
    regions = view.ecosystem.find_positions("region")
    found = _find_first_target(view, ("lies_in",), regions)
    return found, [str(name) for name in view.ecosystem.names[regions]]


def _find_tiers(
    view: View, known: Mapping[str, pd.DataFrame], ids: pd.Index
) -> tuple[Ints, Ints, list[Label]]:
    """Find the tier of each firm, and why, in both languages."""
    eco = view.ecosystem
    told = {
        lang: known["tiers"]
        if lang == eco.lang and "tiers" in known
        else assign_tiers(eco.configure(replace(eco.settings, lang=lang)))
        for lang in LANGUAGES
    }
    tables = [told[lang].reindex(ids) for lang in LANGUAGES]
    tier = pd.Index(_TIERS).get_indexer(tables[0]["tier"])
    reasons = [table["reason"].astype(object).fillna("") for table in tables]
    pairs = [pair if pair[0] else None for pair in zip(*reasons, strict=True)]
    codes, distinct = pd.factorize(pd.Series(pairs, dtype=object))
    return tier, codes, [dict(zip(LANGUAGES, pair, strict=True)) for pair in distinct]


def _find_communities(
    view: View, known: Mapping[str, pd.DataFrame], ids: pd.Index
) -> tuple[Ints, list[dict[str, Any]]]:
    """Find the community of each organisation among those of two and more, named by its leader."""
    table = known["communities"] if "communities" in known else find_communities(view.ecosystem)
    label = view.ranking["community"].reindex(ids).fillna(0).astype(np.int64)
    described = [
        {"name": re.split("[;；]", str(row.leaders))[0].strip(), "members": int(row.members)}
        for row in table[["leaders", "members"]].itertuples()
    ]
    return pd.Index(table.index).get_indexer(label), described


def _find_verdicts(
    view: View, known: Mapping[str, pd.DataFrame], ids: pd.Index, industry: Ints
) -> Ints:
    """Find the verdict on each industry, and on the industry of all others."""
    gaps = known["gaps"] if "gaps" in known else find_gaps(view.ecosystem)
    own = pd.Index(VERDICTS).get_indexer(gaps["verdict"].reindex(ids))
    return np.where(own >= 0, own, np.where(industry >= 0, own[industry], -1))


def _list_measures(view: View, ids: pd.Index) -> tuple[list[dict[str, Any]], Columns]:
    """Take the measures of organisations; whole numbers stay exact, with -1 for none."""
    described, columns = [], {}
    for name in _MEASURES:
        values = view.ranking[name].reindex(ids).to_numpy(dtype=np.float64)
        finite = values[np.isfinite(values)]
        whole = bool((finite == np.round(finite)).all())
        filled = np.where(np.isfinite(values), values, -1).astype(np.int64) if whole else None
        columns[f"measures.{name}"] = shorten(values) if filled is None else filled
        described.append({"key": name, "label": label(f"map.page.{name}"), "whole": whole})
    return described, columns


def _locate_on_earth(view: View, frame: pd.DataFrame) -> Columns:
    """Take the coordinates of nodes, or else those of the region that they lie in."""
    eco = view.ecosystem
    regions = eco.find_positions("region")
    place = _find_first_target(view, ("lies_in",), regions)
    columns: Columns = {}
    for name in ("latitude", "longitude"):
        own = pd.to_numeric(frame.get(name, pd.Series(index=frame.index, dtype=float)), "coerce")
        region = eco.select("region").reindex(columns=[name])[name]
        theirs = np.append(pd.to_numeric(region, "coerce").to_numpy(dtype=np.float64), np.nan)
        columns[f"nodes.{name}"] = own.fillna(pd.Series(theirs[place], frame.index)).to_numpy(
            dtype=np.float32
        )
    return columns


def _list_aliases(frame: pd.DataFrame) -> list[list[Any]]:
    if "aliases" not in frame:
        return []
    texts = frame["aliases"].to_numpy(dtype=object)
    return [[i, *parse_list(str(t))] for i, t in enumerate(texts) if not is_missing(t)]


def _list_facts(view: View, frame: pd.DataFrame) -> tuple[list[dict[str, Any]], Columns]:
    """Take all further attributes that the registers have, as texts."""
    described: list[dict[str, Any]] = []
    columns: Columns = {}
    for name in frame.columns:
        if name in _HIDDEN or name.endswith(_DERIVED) or frame[name].isna().all():
            continue
        column = _find_column(frame, name)
        codes, texts = code_texts(_write_by_kind(view, frame, name))
        if not texts or len(described) == _MOST_FACTS:
            continue
        columns[f"facts.{len(described)}"] = codes
        described.append({"key": name, "label": _label_fact(name, column), "texts": texts})
    return described, columns


def _find_column(frame: pd.DataFrame, name: str) -> Column | None:
    """Find what the schema says of an attribute, in the first kind of node that has it."""
    having = set(frame.loc[frame[name].notna(), "kind"])
    return _take_column(next(kind for kind in NODE_KINDS if kind in having), name)


def _take_column(kind: str, name: str) -> Column | None:
    schema = read_schema()
    return schema.tables[schema.node_kinds[kind].table].columns.get(name)


def _write_by_kind(view: View, frame: pd.DataFrame, name: str) -> list[str]:
    """Write an attribute as the table of each kind says: a platform's type is a choice."""
    written = np.full(len(frame), "", dtype=object)
    for kind in frame["kind"].unique():
        rows = (frame["kind"] == kind).to_numpy()
        write = _choose_writer(view, name, _take_column(kind, name))
        written[rows] = _write_facts(frame[name][rows], write)
    return list(written)


def _label_fact(name: str, column: Column | None) -> Label:
    """Name an attribute by the schema, or as the register does."""
    if column is None:
        return dict.fromkeys(LANGUAGES, name)
    english = column.en[0] if "_" in name and column.en else name
    return {"en": english[:1].upper() + english[1:], "zh": column.zh[0]}


def _write_facts(values: pd.Series, write: Callable[[Any], str]) -> list[str]:
    written: dict[Any, str] = {}
    texts = []
    for value in values.to_numpy(dtype=object):
        if is_missing(value):
            texts.append("")
            continue
        if value not in written:
            written[value] = write(value)[:_MOST_LETTERS]
        texts.append(written[value])
    return texts


def _choose_writer(view: View, name: str, column: Column | None) -> Callable[[Any], str]:
    schema, lang = read_schema(), view.lang
    if name == "source":
        titles = _list_titles(view)
        return lambda value: titles.get(str(value), str(value))
    if column is not None and column.vocabulary:
        vocabulary = column.vocabulary
        return lambda value: schema.label_term(vocabulary, str(value), lang)
    if column is not None and column.type == "amount":
        return lambda value: format_amount(float(value), view.ecosystem.currency, lang)
    if column is not None and column.type == "boolean":
        return lambda value: translate(f"map.said_{'yes' if value else 'no'}", lang)
    return lambda value: f"{value:g}" if isinstance(value, float) else str(value)


def _list_titles(view: View) -> dict[str, str]:
    """List the titles of sources by id."""
    sources = view.ecosystem.table("sources", ["id", "title"])
    return dict(zip(sources["id"].astype(str), sources["title"].astype(str), strict=True))
