"""The map as pyvis draws it: a page for those who know pyvis and vis-network, safe and offline.

pyvis holds the network; it does not write the page. In pages of its own writing (pyvis 0.3.2) a
heading, a colour, an id or a title can run as a script, two libraries come from the network, and
the encoding is that of the machine.
"""

from __future__ import annotations

import functools
import json
import textwrap
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.reading.values.plain import parse_list
from ecograph.render.lines import LINE_KINDS
from ecograph.render.page import (
    embed_json,
    embed_script,
    hash_script,
    is_missing,
    read_template,
    render_template,
)
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ecograph.render.lines import Lines
    from ecograph.render.view import View

    Floats = NDArray[np.float64]

__all__ = ["render_pyvis"]

_MOVING = 200  # nodes up to which the network finds its own places while one looks
_LABEL = 24  # width of a line of a label, in Latin letters
_HAN = "\u2e80"  # from here on, letters are about twice as wide
_NAMED = 5  # agreements that the tooltip of a line names
_MANY = 2000  # lines that are slow to draw while the map moves
_FACTS = ("type", "level", "city", "province", "country")
_KINDS = (*ORGANISATION_KINDS, "industry", "discipline")
_FONT = '"Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", Arial, sans-serif'


def render_pyvis(view: View) -> str:
    """Draw a view of an ecosystem by pyvis's vis-network, as one self-contained page.

    Parameters
    ----------
    view
        What is on the map: the result of `ecograph.render.view.choose_view`.

    Returns
    -------
    str
        HTML that asks for nothing from any network, and in which nothing from the data can run;
        the same bytes for the same view. It is to be written as UTF-8.
    """
    library, program = _read_library(), read_template("pyvis.js")
    return render_template(
        "pyvis.html.j2",
        say=functools.partial(_say, view),
        lang=view.lang,
        hashes=[hash_script(library), hash_script(program)],
        library=embed_script(library),
        program=embed_script(program),
        data=embed_json(_build_network(view)),
        ecosystem=view.ecosystem,
        node_kinds=_list_node_kinds(view),
        line_kinds=_list_line_kinds(view),
        notes=view.list_notes(view.lang),
    )


def _say(view: View, key: str, **values: object) -> str:
    return translate(f"map.{key}", view.lang, **values)


@functools.cache
def _read_library() -> str:
    """Read the script of vis-network that pyvis brings, without its link to a source map."""
    path = resources.files("pyvis").joinpath("templates/lib/vis-9.1.2/vis-network.min.js")
    lines = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


def _build_network(view: View) -> dict[str, Any]:
    """Let pyvis hold nodes, edges and options, all at once: one by one is slow."""
    from pyvis.network import Network  # noqa: PLC0415 - it brings IPython, which is slow

    network = Network()
    network.nodes = _draw_nodes(view)
    network.edges = _draw_lines(view)
    network.options = _choose_options(view)
    nodes, edges, *_, options = network.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options)}


def _choose_options(view: View) -> dict[str, Any]:
    many = len(view.lines) > _MANY
    return {
        "physics": {
            "enabled": _is_moving(view),
            "barnesHut": {
                "gravitationalConstant": -3000,
                "centralGravity": 1.2,
                "springLength": 120,
            },
            "stabilization": {"enabled": True, "iterations": 300, "fit": True},
        },
        "layout": {"improvedLayout": False, "randomSeed": view.ecosystem.settings.seed},
        "interaction": {"hover": not many, "hideEdgesOnDrag": many, "hideEdgesOnZoom": many},
        "nodes": {"font": {"multi": False, "face": _FONT, "color": "#1B2733", "strokeWidth": 3}},
        "edges": {"smooth": False},
        "groups": {
            kind: {"shape": read_schema().node_kinds[kind].shape, "color": _shade(kind)}
            for kind in _KINDS
        },
    }


def _is_moving(view: View) -> bool:
    return len(view.positions) <= _MOVING


def _shade(kind: str) -> dict[str, Any]:
    colour = read_schema().node_kinds[kind].colour
    strong = {"background": colour, "border": "#0F172A"}
    return {"background": colour, "border": "#FFFFFF", "highlight": strong, "hover": strong}


# Nodes


def _draw_nodes(view: View) -> list[dict[str, Any]]:
    """Draw nodes, each known by its number on the map; its own id is its ``key``.

    On large maps the letters of the largest are large, so that they alone are read from afar.
    """
    nodes, moving, unit = _take_nodes(view), _is_moving(view), _measure_unit(view)
    x, y = (column.tolist() for column in view.places.T.astype(int))
    columns = (nodes.index, nodes["name"], nodes["kind"], x, y, _size_nodes(view).tolist())
    return [
        {
            "id": i,
            "key": str(key),
            "label": _wrap(str(name)),
            "title": title,
            "group": str(kind),
            "x": x,
            "y": y,
            "size": size,
            **({} if moving else {"font": {"size": round(max(size, size**2 / 15 / unit))}}),
        }
        for i, (title, (key, name, kind, x, y, size)) in enumerate(
            zip(_tell_nodes(view, nodes), zip(*columns, strict=True), strict=True)
        )
    ]


def _take_nodes(view: View) -> pd.DataFrame:
    """Take the nodes of the map with their attributes."""
    places = np.searchsorted(view.ecosystem.find_positions(*_KINDS), view.positions)
    return view.ecosystem.select(*_KINDS).iloc[places]


def _size_nodes(view: View) -> Floats:
    """Choose radii: the area of an organisation grows with its measure, others with lines."""
    ends = np.concatenate([view.lines.source, view.lines.target])
    links = np.bincount(ends, minlength=len(view.positions))
    values = _list_values(view)
    shares = values / max([1e-12, *values[~np.isnan(values)]])
    shares = np.where(np.isnan(values), links / max([2, *(2 * links)]), shares)
    return np.asarray(np.round(_measure_unit(view) * (8 + 16 * np.sqrt(shares)), 1))


def _measure_unit(view: View) -> float:
    """Choose how large things are: on a wide map larger, so that they are seen from afar."""
    width, height = np.ptp(view.places, axis=0) if len(view.positions) else (0, 0)
    return float(np.clip(max(width, 1.4 * height) / 3200, 1, 3))


def _list_values(view: View) -> Floats:
    """List what the sizes of organisations stand for; other nodes have no value."""
    values = view.ranking[view.size].reindex(view.ecosystem.keys[view.positions])
    return np.asarray(values, dtype=np.float64)


def _tell_nodes(view: View, nodes: pd.DataFrame) -> Iterator[str]:
    """Say what a tooltip says of each node, line by line."""
    kinds = {kind: read_schema().node_kinds[kind].labels[view.lang] for kind in _KINDS}
    measure = _say(view, f"page.{view.size}")
    rows = zip(nodes.index, nodes.to_dict("records"), _list_values(view), strict=True)
    for key, node, value in rows:
        lines = [str(node["name"]), f"{kinds[node['kind']]} · {key}", *_list_facts(view, node)]
        if not np.isnan(value):
            lines.append(f"{measure}: {value:.4g}")
        place = dict.fromkeys(p for p in (node["file"], node["sheet"]) if not is_missing(p))
        if place:
            lines.append(f"{_say(view, 'page.source')}: {' · '.join(place)}")
        yield "\n".join(lines)


def _list_facts(view: View, node: dict[Any, Any]) -> Iterator[str]:
    for name in _FACTS:
        if not is_missing(node.get(name)):
            text = str(node[name])
            if name == "type" and node["kind"] == "platform":
                text = read_schema().label_term("platform_type", text, view.lang)
            yield f"{_say(view, f'fact.{name}')}: {text}"
    if not is_missing(node.get("aliases")):
        yield f"{_say(view, 'pyvis.aliases')}: {' · '.join(parse_list(str(node['aliases'])))}"


# Lines


def _draw_lines(view: View) -> list[dict[str, Any]]:
    """Draw lines, those that lie uppermost last."""
    lines = view.lines.take(np.argsort(-view.lines.kind, kind="stable"))
    looks = [_choose_look(view, kind) for kind in LINE_KINDS]
    ends = (lines.source.tolist(), lines.target.tolist())
    numbers = (lines.kind.tolist(), lines.weight.round(6).tolist(), _choose_widths(lines).tolist())
    rows = zip(*ends, *numbers, _list_bends(lines), _tell_lines(view, lines), strict=True)
    return [
        {
            "id": i,
            "from": source,
            "to": target,
            **looks[kind],
            "weight": weight,
            "width": width,
            "title": title,
            **bend,
        }
        for i, (source, target, kind, weight, width, bend, title) in enumerate(rows)
    ]


def _choose_look(view: View, kind: str) -> dict[str, Any]:
    """Choose what all lines of a kind have in common; those that are not seen do not pull."""
    opacity = "A0" if len(view.lines) > _MANY else "C0"
    look: dict[str, Any] = {"group": kind, "color": LINE_KINDS[kind] + opacity}
    if kind == "planned":
        look["dashes"] = [6, 5]
    return look if view.is_shown_at_first(kind) else {**look, "hidden": True, "physics": False}


def _choose_widths(lines: Lines) -> Floats:
    """Choose widths: ties and agreements of one party are wider by weight."""
    widths = np.where(lines.mark("planned"), 1.8, 1.3)
    for kind in ("tie", "single"):
        weight = lines.weight[lines.mark(kind)]
        share = np.maximum(weight - 1, 0) / max([4, *(weight - 1)])
        widths[lines.mark(kind)] = 2.2 + 5 * np.sqrt(share)
    return np.asarray(widths.round(1))


def _list_bends(lines: Lines) -> Iterator[dict[str, Any]]:
    """Bend all but the first of the lines between two nodes, to one side and the other."""
    low, high = np.minimum(lines.source, lines.target), np.maximum(lines.source, lines.target)
    before = pd.DataFrame({"low": low, "high": high}).groupby(["low", "high"]).cumcount()
    for nth, turned in zip(before.tolist(), (lines.source > low).tolist(), strict=True):
        turn = "curvedCW" if (nth % 2 == 1) != turned else "curvedCCW"
        smooth = {"enabled": True, "type": turn, "roundness": round(0.14 * ((nth + 1) // 2), 2)}
        yield {"smooth": smooth} if nth else {}


def _tell_lines(view: View, lines: Lines) -> Iterator[str]:
    """Say what a tooltip says of each line: its kind, its ends and agreements behind it."""
    names = view.ecosystem.names
    ends = names[view.positions].tolist()
    behind = names[lines.behind].tolist()
    kinds = [_label_line(view, kind) for kind in LINE_KINDS]
    places = (lines.source, lines.target, lines.kind, lines.first[:-1], lines.first[1:])
    for source, target, kind, first, last in zip(*(p.tolist() for p in places), strict=True):
        said = [f"{ends[source]} – {ends[target]}", kinds[kind]]
        said += behind[first : min(last, first + _NAMED)]
        if last - first > _NAMED:
            said.append(_say(view, "page.others", n=last - first - _NAMED))
        yield "\n".join(said)


def _label_line(view: View, kind: str) -> str:
    backbone = kind == "tie" and view.backbone is not None
    return _say(view, "backbone.line" if backbone else f"line.{kind}")


# The legend


def _list_node_kinds(view: View) -> list[dict[str, Any]]:
    counts = {kind: int(view.ecosystem.mark(kind)[view.positions].sum()) for kind in _KINDS}
    return [
        {
            "label": look.labels[view.lang],
            "colour": look.colour,
            "shape": look.shape,
            "count": counts[kind],
        }
        for kind, look in read_schema().node_kinds.items()
        if counts.get(kind)
    ]


def _list_line_kinds(view: View) -> list[dict[str, Any]]:
    return [
        {
            "key": kind,
            "label": _label_line(view, kind),
            "colour": colour,
            "count": view.lines.count(kind),
            "shown": view.is_shown_at_first(kind),
        }
        for kind, colour in LINE_KINDS.items()
        if view.lines.count(kind)
    ]


def _wrap(name: str) -> str:
    """Break a name into one or two lines for its label.

    >>> _wrap("山西省纺织装备数智化研发与应用技术创新中心").splitlines()
    ['山西省纺织装备数智化研发', '与应用技术创新中心']
    """
    wide = sum(letter >= _HAN for letter in name) > len(name) / 2
    width = _LABEL // 2 if wide else _LABEL
    return "\n".join(textwrap.wrap(name, width, max_lines=2, placeholder="…"))
