"""GEXF 1.3: what Gephi opens with colours, places and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ecograph.render.exports.drawing import list_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from ecograph.render.exports.drawing import Drawing

__all__ = ["render_gexf"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">'
)
_Column = tuple[str, str, "list[Any]"]  # name, type, values


def render_gexf(drawing: Drawing) -> bytes:
    """Render a network as GEXF 1.3; y is upwards, as in Gephi."""
    nodes = _list_columns(drawing.nodes)
    edges = _list_columns(drawing.edges.drop(columns=["source", "target"]))
    direction = "directed" if drawing.directed else "undirected"
    lines = [
        _HEAD,
        *_write_meta(drawing),
        f'  <graph defaultedgetype="{direction}" mode="static">',
        *_declare("node", nodes),
        *_declare("edge", edges),
        "    <nodes>",
        *_write_nodes(drawing, nodes),
        "    </nodes>",
        "    <edges>",
        *_write_edges(drawing, edges),
        "    </edges>",
        "  </graph>",
        "</gexf>",
        "",
    ]
    return "\n".join(lines).encode("utf-8")


def _list_columns(table: pd.DataFrame) -> list[_Column]:
    return [(str(name), *list_values(table[name])) for name in table]


def _write_meta(drawing: Drawing) -> Iterator[str]:
    """Say what the file is; GEXF has no other place for facts about a graph than keywords."""
    facts = {n: text for n, text in drawing.facts.items() if n not in {"name", "ecograph"}}
    yield "  <meta>"
    yield f"    <creator>ecograph {escape(drawing.facts['ecograph'])}</creator>"
    yield f"    <description>{escape(drawing.facts.get('name', ''))}</description>"
    words = ", ".join(f"{name}={text}" for name, text in facts.items())
    yield f"    <keywords>{escape(words)}</keywords>"
    yield "  </meta>"


def _declare(what: str, columns: Sequence[_Column]) -> Iterator[str]:
    yield f'    <attributes class="{what}" mode="static">'
    for number, (name, kind, _) in enumerate(columns):
        yield f'      <attribute id="{what[0]}{number}" title={quoteattr(name)} type="{kind}"/>'
    yield "    </attributes>"


def _write_nodes(drawing: Drawing, columns: Sequence[_Column]) -> Iterator[str]:
    names = list_values(drawing.nodes["name"])[1]
    for row, key in enumerate(drawing.nodes.index):
        x, y = drawing.places[row].tolist()
        label = quoteattr(names[row] or key)
        red, green, blue = (int(drawing.colours[row][at : at + 2], 16) for at in (1, 3, 5))
        yield f"      <node id={quoteattr(key)} label={label}>"
        yield from _write_values("n", columns, row)
        yield f'        <viz:color r="{red}" g="{green}" b="{blue}"/>'
        yield f'        <viz:position x="{x!r}" y="{0.0 - y!r}" z="0.0"/>'
        yield f'        <viz:size value="{float(drawing.sizes[row])!r}"/>'
        yield "      </node>"


def _write_edges(drawing: Drawing, columns: Sequence[_Column]) -> Iterator[str]:
    ends = (drawing.edges[end].map(quoteattr) for end in ("source", "target"))
    known = {name: values for name, _, values in columns}
    for row, (source, target) in enumerate(zip(*ends, strict=True)):
        own = f' weight="{known["weight"][row]!r}"' if "weight" in known else ""
        if "kind" in known:  # parallel edges of different kinds stay apart in Gephi
            own += f" kind={quoteattr(known['kind'][row])} label={quoteattr(known['kind'][row])}"
        yield f'      <edge id="{row}" source={source} target={target}{own}>'
        yield from _write_values("e", columns, row)
        yield "      </edge>"


def _write_values(letter: str, columns: Sequence[_Column], row: int) -> Iterator[str]:
    yield "        <attvalues>"
    for number, (_, _, values) in enumerate(columns):
        value = values[row]
        if value is not None:
            yield f'          <attvalue for="{letter}{number}" value={_spell(value)}/>'
    yield "        </attvalues>"


def _spell(value: Any) -> str:  # noqa: ANN401 - a plain value
    if isinstance(value, bool):
        return '"true"' if value else '"false"'
    return quoteattr(value) if isinstance(value, str) else f'"{value!r}"'
