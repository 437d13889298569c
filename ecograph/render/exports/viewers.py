"""JSON for viewers of networks: Cytoscape (.cyjs, Cytoscape.js) and VOSviewer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.render.exports.drawing import MEASURES, list_values
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecograph.render.exports.drawing import Drawing

__all__ = ["render_cytoscape", "render_vosviewer"]

_MOST_CLUSTERS = 1000  # VOSviewer knows no more
_NUMBERS = {"degree", "strength", "community", "component"}  # that are no scores


def render_cytoscape(drawing: Drawing) -> bytes:
    """Render a network for Cytoscape and Cytoscape.js: ``elements`` with data and positions."""
    keys = drawing.nodes.index.tolist()
    nodes = _list_records(drawing.nodes)
    looks = zip(drawing.colours, drawing.sizes.tolist(), drawing.places.tolist(), strict=True)
    shown = [
        {
            "data": {"id": key, **record, "colour": colour, "size": size},
            "position": {"x": x, "y": y},
        }
        for key, record, (colour, size, (x, y)) in zip(keys, nodes, looks, strict=True)
    ]
    prefix = _find_prefix(keys)  # nodes and edges share their ids
    edges = [
        {"data": {"id": f"{prefix}{number}", **record}}
        for number, record in enumerate(_list_records(drawing.edges))
    ]
    content = {
        "format_version": "1.0",
        "generated_by": f"ecograph-{drawing.facts['ecograph']}",
        "data": dict(drawing.facts),
        "elements": {"nodes": shown, "edges": edges},
    }
    return _dump(content)


def render_vosviewer(drawing: Drawing) -> bytes:
    """Render a network for VOSviewer: items and links; a cluster is a community, or a kind.

    Links have no direction and stand once for two items; y is upwards. Of more than 1000
    communities, the smallest have no cluster.
    """
    links = _list_links(drawing)
    clusters, labels = _list_clusters(drawing)
    content = {
        "network": {
            "items": _list_items(drawing, clusters, links),
            "links": links,
            "clusters": [{"cluster": n, "label": label} for n, label in labels.items()],
        },
        "info": {"title": drawing.facts.get("name", "")},
    }
    return _dump(content)


def _list_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows of a table, each with the values that it has."""
    columns = [(str(name), list_values(table[name])[1]) for name in table]
    return [
        {name: values[row] for name, values in columns if values[row] is not None}
        for row in range(len(table))
    ]


def _find_prefix(keys: Iterable[str]) -> str:
    prefix = "e"
    while any(key.startswith(prefix) and key[len(prefix) :].isdigit() for key in keys):
        prefix = f"{prefix}_"
    return prefix


def _list_items(
    drawing: Drawing, clusters: list[int | None], links: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    scale = float(np.abs(drawing.places).max(initial=0.0)) or 1.0
    places = (np.round(drawing.places / scale, 6) * [1.0, -1.0] + 0.0).tolist()
    scores = [name for name in MEASURES if name in drawing.nodes and name not in _NUMBERS]
    records = _list_records(drawing.nodes)
    weights = _weigh_items(drawing, links)
    items = []
    for row, (key, record) in enumerate(zip(drawing.nodes.index, records, strict=True)):
        item = {
            "id": key,
            "label": record.get("name") or key,
            "x": places[row][0],
            "y": places[row][1],
            "weights": {name: values[row] for name, values in weights.items()},
            "scores": {name: record[name] for name in scores if name in record},
        }
        items.append(item if clusters[row] is None else {**item, "cluster": clusters[row]})
    return items


def _weigh_items(drawing: Drawing, links: list[dict[str, Any]]) -> dict[str, list[float]]:
    ends = pd.DataFrame(links, columns=["source_id", "target_id", "strength"])
    both = pd.concat([ends.set_index(end)["strength"] for end in ("source_id", "target_id")])
    groups = both.astype(float).groupby(level=0)
    keys = drawing.nodes.index
    return {
        "Links": groups.size().reindex(keys, fill_value=0).tolist(),
        "Total link strength": groups.sum().reindex(keys, fill_value=0.0).tolist(),
    }


def _list_links(drawing: Drawing) -> list[dict[str, Any]]:
    edges = drawing.edges
    ends = np.sort(edges[["source", "target"]].to_numpy(dtype=object), axis=1)
    weight = edges["weight"] if "weight" in edges else np.ones(len(edges))
    table = pd.DataFrame({"a": ends[:, 0], "b": ends[:, 1], "weight": np.asarray(weight, float)})
    strength = table[table["a"] != table["b"]].groupby(["a", "b"], sort=True)["weight"].sum()
    return [
        {"source_id": a, "target_id": b, "strength": value}
        for (a, b), value in zip(strength.index, strength.tolist(), strict=True)
    ]


def _list_clusters(drawing: Drawing) -> tuple[list[int | None], Mapping[int, str]]:
    if "community" in drawing.nodes:
        numbers = drawing.nodes["community"].tolist()
        return [int(n) if n <= _MOST_CLUSTERS else None for n in numbers], {}
    kinds = {kind: known.labels[drawing.lang] for kind, known in read_schema().node_kinds.items()}
    numbers = {kind: number for number, kind in enumerate(kinds, start=1)}
    found = [numbers[kind] for kind in drawing.nodes["kind"]]
    present = set(found)
    return found, {n: kinds[kind] for kind, n in numbers.items() if n in present}


def _dump(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8") + b"\n"
