"""The lines of the explorer and the agreements behind them, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.render.explorer.payload import Columns, shorten
from ecograph.render.explorer.words import code_texts, locate
from ecograph.schema import read_schema
from ecograph.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.view import View

    Ints = NDArray[np.int64]

__all__ = ["describe_agreements", "describe_lines", "find_agreements"]

_PLAIN = "#64748B"  # the colour of a mode of agreements


def describe_lines(view: View, agreements: Ints) -> Columns:
    """Take the lines of a map, with the numbers of the agreements behind them."""
    lines = view.lines
    number = np.full(len(view.ecosystem.keys), -1)
    number[agreements] = np.arange(len(agreements))
    return {
        "lines.source": lines.source,
        "lines.target": lines.target,
        "lines.kind": lines.kind,
        "lines.weight": _keep_whole(lines.weight),
        "lines.first": lines.first,
        "lines.behind": number[lines.behind],
    }


def _keep_whole(values: NDArray[np.float64]) -> NDArray[Any]:
    whole = np.round(values)
    return whole.astype(np.int64) if (whole == values).all() else shorten(values)


def find_agreements(view: View) -> Ints:
    """Find the agreements that have anything to do with nodes on the map."""
    eco = view.ecosystem
    shown = np.zeros(len(eco.keys), dtype=bool)
    shown[view.positions] = True
    near = np.zeros(len(eco.keys), dtype=bool)
    for kind in ("party", "about", "concerns"):
        source, target = eco.find_pairs(kind)
        near[source[shown[target]]] = True
    positions = eco.find_positions("agreement")
    return positions[near[positions]]


def describe_agreements(view: View, positions: Ints) -> tuple[Columns, dict[str, Any]]:
    """Take the agreements of the nodes on a map: columns of numbers, and entries of the header."""
    eco = view.ecosystem
    places = np.searchsorted(eco.find_positions("agreement"), positions)
    frame = eco.select("agreement").iloc[places]
    ids, names = eco.keys[positions], eco.names[positions]
    modes = [term.key for term in read_schema().vocabularies["mode"]]
    statuses = [term.key for term in read_schema().vocabularies["status"]]
    dates = frame.reindex(columns=["date", "date_start", "amount", "status", "mode"])
    date, texts = code_texts(dates["date"].astype(object).fillna("").astype(str).tolist())
    place, where = code_texts(locate(frame))
    start = pd.to_datetime(dates["date_start"]).dt.year.fillna(0).to_numpy(dtype=np.int64)
    mode, others = _code_modes(dates["mode"], modes)
    columns: Columns = {
        "agreements.status": pd.Index(statuses).get_indexer(dates["status"]),
        "agreements.mode": mode,
        "agreements.year": start,
        "agreements.date": date,
        "agreements.amount": pd.to_numeric(dates["amount"]).to_numpy(dtype=np.float64),
        "agreements.source": place,
        "agreements.counts": eco.mark_counted()[positions].astype(np.int64),
    }
    ends, outsiders = _list_ends(view, positions)
    header = {
        "agreementIds": ["" if i == n else str(i) for i, n in zip(ids, names, strict=True)],
        "agreementNames": [str(name) for name in names],
        "dates": texts,
        "agreementPlaces": where,
        "modes": _describe_modes(modes) + others,
        "outsiders": outsiders,
    }
    return {**columns, **ends}, header


def _describe_modes(modes: Sequence[str]) -> list[dict[str, Any]]:
    schema = read_schema()
    return [
        {
            "key": key,
            "label": {lang: schema.label_term("mode", key, lang) for lang in LANGUAGES},
            "colour": _PLAIN,
        }
        for key in modes
    ]


def _code_modes(values: pd.Series, modes: Sequence[str]) -> tuple[Ints, list[dict[str, Any]]]:
    """Give the modes of agreements numbers; words that no vocabulary has stand for themselves."""
    words = sorted(set(values.dropna().astype(str)) - set(modes))
    others = [{"key": w, "label": dict.fromkeys(LANGUAGES, w), "colour": _PLAIN} for w in words]
    return pd.Index([*modes, *words]).get_indexer(values), others


def _list_ends(view: View, positions: Ints) -> tuple[Columns, list[str]]:
    """List parties and topics of agreements: numbers of nodes, or -2, -3 ... for names outside."""
    eco = view.ecosystem
    number = np.full(len(eco.keys), -1)
    number[view.positions] = np.arange(len(view.positions))
    row = np.full(len(eco.keys), -1)
    row[positions] = np.arange(len(positions))
    kinds = {"parties": ("party",), "topics": ("about", "concerns")}
    ends = {name: _pair(eco, row, pair) for name, pair in kinds.items()}
    outside = np.unique(np.concatenate([t[number[t] < 0] for _, t in ends.values()]))
    number[outside] = -2 - np.arange(len(outside))
    columns: Columns = {}
    for name, (rows, targets) in ends.items():
        sizes = np.bincount(rows, minlength=len(positions))
        columns[f"agreements.{name}First"] = np.concatenate([[0], np.cumsum(sizes)])
        columns[f"agreements.{name}"] = number[targets]
    return columns, [str(name) for name in eco.names[outside]]


def _pair(ecosystem: Ecosystem, row: Ints, kinds: Sequence[str]) -> tuple[Ints, Ints]:
    """Pair rows of agreements with what they are linked to, each once, sorted."""
    pairs = [ecosystem.find_pairs(kind) for kind in kinds]
    source = np.concatenate([row[s] for s, _ in pairs])
    target = np.concatenate([t.astype(np.int64) for _, t in pairs])
    kept = source >= 0
    order = np.lexsort((target[kept], source[kept]))
    return source[kept][order], target[kept][order]
