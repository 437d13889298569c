"""GraphML: what yEd, Gephi, igraph, NetworkX, Cytoscape and R read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ecograph.render.exports.drawing import list_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from ecograph.render.exports.drawing import Drawing

__all__ = ["render_graphml"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
    ' http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">'
)
_Column = tuple[str, str, "list[Any]"]  # name, type, values


def render_graphml(drawing: Drawing) -> bytes:
    """Render a network as GraphML; x, y (upwards), size, r, g, b stand as Gephi reads them."""
    nodes = [*_list_columns(drawing.nodes), *_list_looks(drawing)]
    edges = _list_columns(drawing.edges.drop(columns=["source", "target"]))
    facts = [(name, "string", [text]) for name, text in drawing.facts.items()]
    lines = [
        _HEAD,
        *_declare("graph", "g", facts),
        *_declare("node", "n", nodes),
        *_declare("edge", "e", edges),
        f'  <graph id="G" edgedefault="{"directed" if drawing.directed else "undirected"}">',
        *_write_data("g", facts, 0, indent="    "),
        *_write_nodes(drawing, nodes),
        *_write_edges(drawing, edges),
        "  </graph>",
        "</graphml>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _list_columns(table: pd.DataFrame) -> list[_Column]:
    return [(str(name), *list_values(table[name])) for name in table]


def _list_looks(drawing: Drawing) -> list[_Column]:
    red, green, blue = (
        [int(colour[at : at + 2], 16) for colour in drawing.colours] for at in (1, 3, 5)
    )
    return [
        ("x", "double", drawing.places[:, 0].tolist()),
        ("y", "double", (0.0 - drawing.places[:, 1]).tolist()),
        ("size", "double", drawing.sizes.tolist()),
        ("colour", "string", list(drawing.colours)),
        ("r", "int", red),
        ("g", "int", green),
        ("b", "int", blue),
    ]


def _declare(what: str, letter: str, columns: Sequence[_Column]) -> Iterator[str]:
    for number, (name, kind, _) in enumerate(columns):
        yield (
            f'  <key id="{letter}{number}" for="{what}" attr.name={quoteattr(name)}'
            f' attr.type="{kind}"/>'
        )


def _write_nodes(drawing: Drawing, columns: Sequence[_Column]) -> Iterator[str]:
    for row, key in enumerate(drawing.nodes.index):
        yield f"    <node id={quoteattr(key)}>"
        yield from _write_data("n", columns, row)
        yield "    </node>"


def _write_edges(drawing: Drawing, columns: Sequence[_Column]) -> Iterator[str]:
    ends = (drawing.edges[end].map(quoteattr) for end in ("source", "target"))
    for row, (source, target) in enumerate(zip(*ends, strict=True)):
        yield f'    <edge id="e{row}" source={source} target={target}>'
        yield from _write_data("e", columns, row)
        yield "    </edge>"


def _write_data(
    letter: str, columns: Sequence[_Column], row: int, *, indent: str = "      "
) -> Iterator[str]:
    for number, (_, _, values) in enumerate(columns):
        value = values[row]
        if value is not None:
            yield f'{indent}<data key="{letter}{number}">{_spell(value)}</data>'


def _spell(value: Any) -> str:  # noqa: ANN401 - a plain value
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(value) if isinstance(value, str) else repr(value)
