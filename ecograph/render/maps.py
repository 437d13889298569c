"""The interactive map: one page that opens offline, drawn by pyvis's vis-network."""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph.analysis.backbone import project_backbone
from ecograph.analysis.centrality import rank
from ecograph.coding import find_places
from ecograph.errors import SettingsError
from ecograph.projection import project_ties
from ecograph.reading.values import parse_list
from ecograph.render.layout import lay_out
from ecograph.render.page import (
    embed_json,
    embed_script,
    format_amount,
    hash_script,
    is_missing,
    read_template,
    render_template,
)
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecograph.analysis.backbone import Method
    from ecograph.ecosystem import Ecosystem

__all__ = ["EDGE_KINDS", "MEASURES", "to_html"]

MEASURES = ("strength", "degree", "pagerank", "betweenness")
"""What the size of an organisation can stand for."""

EDGE_KINDS: Mapping[str, str] = {
    "tie": "#475569",
    "single": "#8A6A4F",
    "planned": "#B4538A",
    "hosts": "#7CC4AC",
    "works_in": "#EBC37F",
    "advances": "#E8A583",
    "offers": "#9CCDEB",
    "supports": "#A7D8C9",
    "serves": "#C8CE93",
    "about": "#B9C3E6",
    "concerns": "#D9B8A0",
}
"""The kinds of lines on the map with their colours, the first drawn uppermost."""

_CONTEXT_KINDS = ("industry", "discipline")
_STRUCTURE = ("hosts", "works_in", "advances", "offers", "supports", "serves")
_SHOWN_AT_FIRST = ("tie", "single", "planned", "hosts", "works_in", "advances")
_FEW = 60  # lines of a kind up to which it is shown at first in any case
_MOST = {"tie": 15_000, "planned": 5_000, "about": 5_000, "concerns": 5_000}
_ROOM = 5  # at most one in so many places is kept for industries
_LABEL = 22  # width of a line of a label, in Latin letters
_FACTS = ("type", "level", "city", "province", "country")
_COLUMNS = ["source", "target", "kind", "weight", "agreements"]
_PAGE_TEXTS = (
    "agreements", "agreements_behind", "agreements_planned", "all_industries", "amount_unknown",
    "betweenness", "close", "date_unknown", "degree", "id", "industry_note", "linked", "no_match",
    "no_row", "not_counted", "not_linked", "others", "pagerank", "source", "strength",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _View:
    """What of an ecosystem is on the map.

    ``nodes`` has the shown nodes with ``x``, ``y``; ``edges`` the lines between them by number
    of node, with the agreements behind each; ``left_out`` counts ties that are not drawn.
    ``backbone`` has the ties that may be drawn, and ``candidates`` counts the organisations that
    may be shown: all if there is no backbone.
    """

    ecosystem: Ecosystem
    lang: str
    size: str
    ranking: pd.DataFrame
    nodes: pd.DataFrame
    edges: pd.DataFrame
    left_out: int
    backbone: pd.DataFrame | None
    candidates: int

    def say(self, key: str, **values: object) -> str:
        return translate(f"map.{key}", self.lang, **values)


def to_html(
    ecosystem: Ecosystem,
    *,
    size: str = "strength",
    lang: str | None = None,
    limit: int | None = None,
    ranking: pd.DataFrame | None = None,
    backbone: Method | None = None,
) -> str:
    """Draw the interactive map of an ecosystem as one self-contained page.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    size
        What the size of organisations stands for at first, and by which they are chosen where
        there are more than the limit: one of `MEASURES`.
    lang
        ``en`` or ``zh``; by default the ecosystem's own.
    limit
        The most nodes shown; by default the setting ``map_nodes``.
    ranking
        The result of `rank`, where it is there already.
    backbone
        A method of `ecograph.analysis.backbone.find_backbone`: draw only the ties of the
        backbone, and the organisations that have one, with what belongs to them. By default all.

    Returns
    -------
    str
        HTML that asks for nothing from any network; the same bytes for the same input.

    Raises
    ------
    SettingsError
        If size, lang, limit or backbone is not one that is known.
    """
    lang = lang or ecosystem.lang
    limit = ecosystem.settings.map_nodes if limit is None else limit
    _check_choices(size, lang, limit)
    ranking = rank(ecosystem) if ranking is None else ranking
    ties = None if backbone is None else project_backbone(ecosystem, method=backbone)
    view = _choose(ecosystem, lang=lang, size=size, limit=limit, ranking=ranking, backbone=ties)
    return _render(view)


def _check_choices(size: str, lang: str, limit: int) -> None:
    if size not in MEASURES:
        raise SettingsError(f'There is no size "{size}"; choose one of: {", ".join(MEASURES)}.')
    if lang not in LANGUAGES:
        raise SettingsError(f'lang is "{lang}"; choose one of: {", ".join(LANGUAGES)}.')
    if limit < 1:
        raise SettingsError(f'The limit is "{limit}"; give a whole number of at least 1.')


# What is shown


def _choose(
    ecosystem: Ecosystem,
    *,
    lang: str,
    size: str,
    limit: int,
    ranking: pd.DataFrame,
    backbone: pd.DataFrame | None,
) -> _View:
    industries = ecosystem.select("industry")
    room = limit - min(len(industries), limit // _ROOM)
    order = _keep_tied(ranking, backbone).rename_axis("id").reset_index()
    order = order.sort_values([size, "id"], ascending=[False, True], kind="stable")
    chosen = _take_nodes(ecosystem, order["id"].head(room))
    context = ecosystem.select(*_CONTEXT_KINDS)
    edges = _list_edges(ecosystem, chosen.index, context.index)
    if backbone is not None:
        edges = _keep_backbone(edges, backbone)
        context = _keep_linked(context, edges) if len(backbone) else context
    complete = room >= len(ranking) and backbone is None
    context = _choose_context(context, edges, limit - len(chosen), complete=complete)
    nodes = pd.concat([chosen, context])
    edges = edges[edges["source"].isin(nodes.index) & edges["target"].isin(nodes.index)]
    drawn = pd.concat([_thin(part, _MOST.get(kind)) for kind, part in _split(edges)])
    drawn = drawn.assign(
        source=nodes.index.get_indexer(drawn["source"]),
        target=nodes.index.get_indexer(drawn["target"]),
    )
    nodes[["x", "y"]] = _place(len(nodes), drawn, ecosystem.settings.seed)
    left_out = int((edges["kind"] == "tie").sum() - (drawn["kind"] == "tie").sum())
    return _View(ecosystem, lang, size, ranking, nodes, drawn, left_out, backbone, len(order))


def _keep_tied(ranking: pd.DataFrame, backbone: pd.DataFrame | None) -> pd.DataFrame:
    """Keep the organisations that have a tie in the backbone, or all if there is none."""
    if backbone is None:
        return ranking
    return ranking[ranking.index.isin(backbone["source"]) | ranking.index.isin(backbone["target"])]


def _keep_backbone(edges: pd.DataFrame, backbone: pd.DataFrame) -> pd.DataFrame:
    """Keep, of the ties, those of the backbone, and all other lines."""
    ends = pd.MultiIndex.from_frame(edges[["source", "target"]])
    strong = ends.isin(pd.MultiIndex.from_frame(backbone[["source", "target"]]))
    return edges[(edges["kind"] != "tie") | strong].reset_index(drop=True)


def _keep_linked(context: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Keep the industries and disciplines that have a line which is shown at first."""
    count = edges["kind"].map(edges["kind"].value_counts())
    seen = edges[edges["kind"].isin(_SHOWN_AT_FIRST) | (count <= _FEW)]
    return context[context.index.isin(seen["source"]) | context.index.isin(seen["target"])]


def _take_nodes(ecosystem: Ecosystem, ids: pd.Series) -> pd.DataFrame:
    """Take organisations by id, in the order of ids, with the attributes of all their kinds."""
    frames = [ecosystem.select(kind) for kind in ORGANISATION_KINDS]
    taken = [frame[frame.index.isin(ids)] for frame in frames]
    return pd.concat([frame for frame in taken if len(frame)] or taken[:1]).sort_index()


def _choose_context(
    context: pd.DataFrame, edges: pd.DataFrame, room: int, *, complete: bool
) -> pd.DataFrame:
    """Choose industries, then disciplines, the most linked first; all where nothing is left out."""
    links = pd.concat([edges["source"], edges["target"]]).value_counts()
    order = context.assign(
        links=links.reindex(context.index).fillna(0), later=context["kind"] != "industry"
    ).rename_axis("id")
    kept = order if complete else order[(order["links"] > 0) | ~order["later"]]
    kept = kept.reset_index().sort_values(
        ["later", "links", "id"], ascending=[True, False, True], kind="stable"
    )
    return context.loc[sorted(kept["id"].head(room))]


def _split(edges: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Split edges by kind, in reverse order of `EDGE_KINDS`, so that ties are drawn last."""
    return [(kind, edges[edges["kind"] == kind]) for kind in reversed(tuple(EDGE_KINDS))]


def _thin(edges: pd.DataFrame, most: int | None) -> pd.DataFrame:
    """Keep the closest edges of each node: an edge is as close as it is for one of its ends."""
    if most is None or len(edges) <= most:
        return edges
    order = edges.sort_values(
        ["weight", "source", "target"], ascending=[False, True, True], kind="stable"
    )
    place = np.minimum(order.groupby("source").cumcount(), order.groupby("target").cumcount())
    kept = place.sort_values(kind="stable").index[:most]
    return edges.loc[edges.index.isin(kept)]


def _place(count: int, edges: pd.DataFrame, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    quiet = ~edges["kind"].isin(_SHOWN_AT_FIRST)
    weight = edges["weight"].to_numpy(dtype=float) * np.where(quiet, 0.25, 1.0)
    half = sp.coo_array(
        (weight, (edges["source"].to_numpy(), edges["target"].to_numpy())), shape=(count, count)
    )
    return lay_out(sp.csr_array(half + half.T), seed=seed)


# The lines


def _list_edges(ecosystem: Ecosystem, chosen: pd.Index, context: pd.Index) -> pd.DataFrame:
    """List all lines between the chosen organisations, and from them to their context."""
    parts = [
        _list_ties(ecosystem, chosen),
        _list_single(ecosystem, chosen),
        _list_structure(ecosystem, chosen.append(context)),
        _list_topics(ecosystem, chosen, "about"),
        _list_topics(ecosystem, chosen, "concerns"),
    ]
    edges = pd.concat([part[_COLUMNS] for part in parts if len(part)] or [_no_edges()])
    return edges.sort_values(["kind", "source", "target"], kind="stable", ignore_index=True)


def _no_edges() -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype=object) for c in _COLUMNS})


def _list_members(
    ecosystem: Ecosystem, kinds: tuple[str, ...], chosen: pd.Index | None = None
) -> pd.DataFrame:
    """List agreement x party of some kinds, each once; of all parties or of chosen ones.

    ``alone`` says whether the agreement has one party only of these kinds.
    """
    agreement, party = ecosystem.find_pairs("party")
    inside = ecosystem.mark(*kinds)[party]
    agreement, party = agreement[inside], party[inside]
    alone = np.bincount(agreement, minlength=len(ecosystem.keys))[agreement] == 1
    kept = slice(None) if chosen is None else _mark(ecosystem, chosen)[party]
    return pd.DataFrame(
        {
            "agreement": ecosystem.keys[agreement[kept]],
            "member": ecosystem.keys[party[kept]],
            "alone": alone[kept],
        }
    )


def _mark(ecosystem: Ecosystem, ids: pd.Index) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say of every node whether it is among some ids."""
    marked = np.zeros(len(ecosystem.keys), dtype=bool)
    marked[find_places(ids, ecosystem.keys)] = True
    return marked


def _link_marked(
    ecosystem: Ecosystem,
    kinds: Iterable[str],
    *,
    sources: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
    targets: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
) -> pd.DataFrame:
    """List source, target and kind of edges whose ends are marked, each once."""
    frames = []
    for kind in sorted(kinds):
        source, target = ecosystem.find_pairs(kind)
        kept = np.ones(len(source), dtype=bool)
        if sources is not None:
            kept &= sources[source]
        if targets is not None:
            kept &= targets[target]
        ends = {"source": ecosystem.keys[source[kept]], "target": ecosystem.keys[target[kept]]}
        frames.append(pd.DataFrame({**ends, "kind": kind}))
    return pd.concat(frames, ignore_index=True)


def _gather(ecosystem: Ecosystem, pairs: pd.DataFrame, counted: str, other: str) -> pd.DataFrame:
    """Make one line of all agreements of a pair that count, and one of those that do not."""
    kind = np.where(pairs["agreement"].isin(ecosystem.counted), counted, other)
    keys = ["source", "target", "kind"]
    pairs = pairs.assign(kind=kind)
    group = pairs.groupby(keys, sort=True).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    cuts = np.append(np.flatnonzero(np.diff(group[order], prepend=-1)), len(group))
    agreements = pairs["agreement"].to_numpy()[order].tolist()
    lines = pairs[keys].iloc[order[cuts[:-1]]].reset_index(drop=True)
    behind = [tuple(agreements[first:last]) for first, last in itertools.pairwise(cuts.tolist())]
    return lines.assign(agreements=behind, weight=np.diff(cuts).astype(float))


def _list_ties(ecosystem: Ecosystem, chosen: pd.Index) -> pd.DataFrame:
    """List ties between organisations by shared agreements; those that do not count apart."""
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)[["agreement", "member"]]
    pairs = members.merge(members, on="agreement", suffixes=("", "_"))
    pairs = pairs[pairs["member"] < pairs["member_"]]
    pairs = pairs.rename(columns={"member": "source", "member_": "target"})
    lines = _gather(ecosystem, pairs, "tie", "planned")
    if ecosystem.settings.weighting == "count":
        return lines
    ties = project_ties(ecosystem).ties[["source", "target", "weight"]]
    closer = lines[["source", "target"]].merge(ties, how="left")["weight"]
    return lines.assign(weight=closer.where(lines["kind"] == "tie", lines["weight"]))


def _list_single(ecosystem: Ecosystem, chosen: pd.Index) -> pd.DataFrame:
    """List agreements that name one organisation only, to the industries they are for."""
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)
    alone = members.loc[members["alone"], ["agreement", "member"]]
    shown = _mark(ecosystem, pd.Index(alone["agreement"]))
    concerns = _link_marked(ecosystem, ["concerns"], sources=shown)[["source", "target"]]
    concerns = concerns.set_axis(["agreement", "member"], axis=1)
    signing = _list_members(ecosystem, ("industry",))[["agreement", "member"]]
    industries = pd.concat([signing, concerns]).drop_duplicates()
    pairs = alone.merge(industries, on="agreement", suffixes=("", "_"))
    pairs = pairs.rename(columns={"member": "source", "member_": "target"})
    return _gather(ecosystem, pairs, "single", "planned")


def _list_structure(ecosystem: Ecosystem, shown: pd.Index) -> pd.DataFrame:
    marked = _mark(ecosystem, shown)
    edges = _link_marked(ecosystem, _STRUCTURE, sources=marked, targets=marked)
    return edges.assign(weight=1.0, agreements=[()] * len(edges))


def _list_topics(ecosystem: Ecosystem, chosen: pd.Index, kind: str) -> pd.DataFrame:
    """List which organisations have counted agreements about which discipline or industry.

    Left out is what other lines say: agreements of one organisation for an industry, and
    industries that the organisation itself belongs to.
    """
    members = _list_members(ecosystem, ORGANISATION_KINDS, chosen)
    if kind == "concerns":
        members = members[~members["alone"]]
    shown = _mark(ecosystem, pd.Index(members["agreement"])) & ecosystem.mark_counted()
    topics = _link_marked(ecosystem, [kind], sources=shown)[["source", "target"]]
    topics = topics.set_axis(["agreement", "topic"], axis=1)
    pairs = members[["agreement", "member"]].merge(topics, on="agreement")
    pairs = pairs.rename(columns={"member": "source", "topic": "target"})
    own = _link_marked(ecosystem, ("works_in", "advances"), sources=_mark(ecosystem, chosen))
    own = own.set_index(["source", "target"]).index
    pairs = pairs[~pairs.set_index(["source", "target"]).index.isin(own)]
    return _gather(ecosystem, pairs, kind, kind)


# What the page holds


def _render(view: _View) -> str:
    library, program = _read_library(), read_template("map.js")
    return render_template(
        "map.html.j2",
        say=view.say,
        lang=view.lang,
        hashes=[hash_script(library), hash_script(program)],
        library=embed_script(library),
        program=embed_script(program),
        data=embed_json(_collect(view)),
        ecosystem=view.ecosystem,
        size=view.size,
        measures=MEASURES,
        node_kinds=_describe_node_kinds(view),
        edge_kinds=_describe_edge_kinds(view),
        industries=_list_industries(view),
        summary=_summarise(view),
        notes=_list_notes(view),
    )


@functools.cache
def _read_library() -> str:
    """Read the script of vis-network that pyvis brings, without its link to a source map."""
    path = resources.files("pyvis").joinpath("templates/lib/vis-9.1.2/vis-network.min.js")
    lines = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


def _collect(view: _View) -> dict[str, Any]:
    """Collect everything that the page's script reads."""
    agreements = _list_agreements(view)
    number = {key: i for i, key in enumerate(agreements.index)}
    return {
        "network": _build_network(view),
        "nodes": _describe_nodes(view),
        "edges": [[number[a] for a in behind] for behind in view.edges["agreements"]],
        "agreements": _describe_agreements(view, agreements),
        "kinds": {k["key"]: k["label"] for k in _describe_node_kinds(view)},
        "lines": {k["key"]: k for k in _describe_edge_kinds(view)},
        "size": view.size,
        "texts": {"apart": view.say("apart")} | {k: view.say(f"page.{k}") for k in _PAGE_TEXTS},
    }


def _build_network(view: _View) -> dict[str, Any]:
    """Let pyvis hold nodes, edges and options as vis-network takes them."""
    from pyvis.network import Network  # noqa: PLC0415 - it brings IPython, which is slow

    network = Network()
    network.nodes = _draw_nodes(view)
    network.edges = _draw_edges(view)
    network.options = _choose_options(view)
    nodes, edges, *_, options = network.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options)}


def _draw_nodes(view: _View) -> list[dict[str, Any]]:
    sizes = _size_nodes(view)
    return [
        {"id": i, "label": _wrap(str(name)), "group": kind, "x": int(x), "y": int(y), "size": size}
        for i, (name, kind, x, y, size) in enumerate(
            zip(
                view.nodes["name"],
                view.nodes["kind"],
                view.nodes["x"],
                view.nodes["y"],
                sizes[view.size],
                strict=True,
            )
        )
    ]


def _size_nodes(view: _View) -> pd.DataFrame:
    """Choose radii, in pixels where the whole map is seen: more nodes, smaller ones.

    The area of an organisation grows with its measure, that of all others with their lines.
    """
    least = float(np.clip(9 - len(view.nodes) / 150, 4, 8))
    values = view.ranking.reindex(view.nodes.index)[list(MEASURES)]
    sizes = least + 1.6 * least * np.sqrt(values / values.max().replace(0, 1))
    links = _count_links(view)
    base = least + np.where(view.nodes["kind"] == "industry", 3, 0)
    others = base + least * np.sqrt(links / max([1, *links]))
    return sizes.apply(lambda column: column.fillna(others)).round(1)


def _count_links(view: _View) -> pd.Series:
    """Count the lines of each shown node."""
    ends = np.concatenate([view.edges["source"], view.edges["target"]]).astype(np.int64)
    return pd.Series(np.bincount(ends, minlength=len(view.nodes)), index=view.nodes.index)


def _draw_edges(view: _View) -> list[dict[str, Any]]:
    heaviest = {kind: part["weight"].max() for kind, part in _split(view.edges)}
    columns = (view.edges[c] for c in _COLUMNS[:4])
    return [
        {
            "id": i,
            "from": int(source),
            "to": int(target),
            "kind": kind,
            "width": _choose_width(kind, weight, heaviest[kind]),
            "weight": round(float(weight), 6),
            **({"dashes": [6, 5]} if kind == "planned" else {}),
            **({"smooth": _bend(nth)} if nth else {}),
        }
        for i, (source, target, kind, weight, nth) in enumerate(
            zip(*columns, _count_before(view.edges), strict=True)
        )
    ]


def _count_before(edges: pd.DataFrame) -> list[int]:
    """Count the lines between the same two nodes that come before each line."""
    low = edges[["source", "target"]].min(axis=1)
    high = edges[["source", "target"]].max(axis=1)
    return [int(n) for n in edges.groupby([low, high]).cumcount()]


def _bend(nth: int) -> dict[str, Any]:
    """Bend a line so that it does not lie on another."""
    return {"enabled": True, "type": "curvedCW", "roundness": round(0.14 * nth, 2)}


def _choose_width(kind: str, weight: float, heaviest: float) -> float:
    if kind in {"tie", "single"}:
        share = max(weight - 1, 0) / max(heaviest - 1, 4)
        return round(2.2 + 5 * float(np.sqrt(share)), 1)
    return 1.8 if kind == "planned" else 1.3


def _choose_options(view: _View) -> dict[str, Any]:
    many = len(view.edges) > 3000  # noqa: PLR2004 - more are slow to draw while the map moves
    return {
        "physics": False,
        "layout": {"improvedLayout": False, "randomSeed": view.ecosystem.settings.seed},
        "interaction": {
            "dragNodes": False,
            "hover": not many,
            "hideEdgesOnDrag": many,
            "hideEdgesOnZoom": many,
            "multiselect": False,
            "selectConnectedEdges": False,
            "tooltipDelay": 3_600_000,
        },
        "nodes": {"borderWidth": 1.2, "borderWidthSelected": 3, "font": {"multi": False}},
        "edges": {"smooth": False, "selectionWidth": 1.5, "hoverWidth": 0.5},
        "groups": {
            kind: {"shape": look.shape, "color": _shade(look.colour)}
            for kind, look in read_schema().node_kinds.items()
            if look.organisation or kind in _CONTEXT_KINDS
        },
    }


def _shade(colour: str) -> dict[str, Any]:
    strong = {"background": colour, "border": "#0F172A"}
    return {"background": colour, "border": "#FFFFFF", "highlight": strong, "hover": strong}


def _wrap(name: str) -> str:
    """Break a name into one or two lines of about equal width for its label.

    >>> _wrap("山西省纺织装备数智化研发与应用技术创新中心").splitlines()
    ['山西省纺织装备数智化研', '发与应用技术创新中心']
    """
    name = " ".join(name.split())
    most = _LABEL if _measure(name) > 2 * _LABEL else _measure(name) / 2 + 2
    lines: list[str] = []
    line = ""
    for word in _list_words(name) if _measure(name) > _LABEL else [name]:
        if line and _measure(line + word.rstrip()) > most and len(lines) < 2:  # noqa: PLR2004
            lines.append(line.strip())
            line = ""
        line += word
    lines.append(line.strip())
    return "\n".join(lines[:2]) + ("…" if lines[2:] else "")


def _list_words(name: str) -> Iterable[str]:
    """Split a name where a line may end: behind spaces and around Han characters."""
    word = ""
    for letter in name:
        if letter >= "\u2e80" or len(word) >= _LABEL:
            yield word
            word = ""
        word += letter
        if letter == " " or letter >= "\u2e80":
            yield word
            word = ""
    yield word


def _measure(text: str) -> int:
    return sum(2 if letter >= "\u2e80" else 1 for letter in text)


def _describe_nodes(view: _View) -> list[dict[str, Any]]:
    sizes = _size_nodes(view)
    values = view.ranking.reindex(view.nodes.index)[list(MEASURES)]
    described = []
    for key, node in view.nodes.iterrows():
        entry: dict[str, Any] = {"id": str(key), "name": str(node["name"]), "kind": node["kind"]}
        entry["facts"] = _list_facts(view, node)
        aliases = node.get("aliases")
        entry["aliases"] = [] if is_missing(aliases) else list(parse_list(str(aliases)))
        entry["sizes"] = sizes.loc[key].tolist()
        if node["kind"] in ORGANISATION_KINDS:
            entry["values"] = [float(f"{v:.4g}") for v in values.loc[key]]
        entry["place"] = _locate(node)
        described.append(entry)
    return described


def _list_facts(view: _View, node: pd.Series) -> list[list[str]]:
    facts = []
    for name in _FACTS:
        value = node.get(name)
        if not is_missing(value):
            text = str(value)
            if name == "type" and node["kind"] == "platform":
                text = read_schema().label_term("platform_type", text, view.lang)
            facts.append([view.say(f"fact.{name}"), text])
    return facts


def _locate(node: pd.Series) -> str:
    """Say which file and sheet a node is from; its id leads to the row.

    A row number would let the page depend on the order of rows, which says nothing.
    """
    parts = [node.get("file"), node.get("sheet")]
    return " · ".join(dict.fromkeys(str(part) for part in parts if not is_missing(part)))


def _list_agreements(view: _View) -> pd.DataFrame:
    """List the agreements that have anything to do with the shown nodes."""
    ecosystem, shown = view.ecosystem, _mark(view.ecosystem, view.nodes.index)
    near = np.zeros(len(ecosystem.keys), dtype=bool)
    for kind in ("party", "about", "concerns"):
        source, target = ecosystem.find_pairs(kind)
        near[source[shown[target]]] = True
    agreements = ecosystem.select("agreement")[near[ecosystem.find_positions("agreement")]]
    dated = agreements.reindex(columns=["date_start"])["date_start"]
    order = pd.to_datetime(dated).sort_values(ascending=False, kind="stable", na_position="last")
    return agreements.loc[order.index]


def _describe_agreements(view: _View, agreements: pd.DataFrame) -> list[dict[str, Any]]:
    shown = _mark(view.ecosystem, agreements.index)
    parties = _number_ends(view, ["party"], shown)
    topics = _number_ends(view, ["about", "concerns"], shown)
    counted = set(view.ecosystem.keys[view.ecosystem.mark_counted() & shown])
    return [
        {
            "name": str(row["name"]),
            "counts": key in counted,
            **_say_terms(view, row),
            "parties": parties.get(key, []),
            "topics": topics.get(key, []),
            "place": _locate(row),
        }
        for key, row in agreements.iterrows()
    ]


def _say_terms(view: _View, row: pd.Series) -> dict[str, str]:
    """Say the status, mode, date and amount of an agreement, as far as they are known."""
    schema = read_schema()
    terms = {
        name: schema.label_term(name, str(row[name]), view.lang)
        for name in ("status", "mode")
        if not is_missing(row.get(name))
    }
    if not is_missing(row.get("date")):
        terms["date"] = str(row["date"])
    if not is_missing(row.get("amount")):
        terms["amount"] = format_amount(row["amount"], view.ecosystem.currency, view.lang)
    return terms


def _number_ends(
    view: _View, kinds: Iterable[str], shown: np.ndarray[Any, np.dtype[np.bool_]]
) -> dict[object, list[int | str]]:
    """List the far ends of shown agreements: numbers of shown nodes, names of all others."""
    links = _link_marked(view.ecosystem, kinds, sources=shown)
    numbers = view.nodes.index.get_indexer(links["target"])
    names = view.ecosystem.names[find_places(pd.Index(links["target"]), view.ecosystem.keys)]
    ends: dict[object, list[int | str]] = {}
    for source, number, name in zip(links["source"], numbers, names, strict=True):
        ends.setdefault(source, []).append(int(number) if number >= 0 else str(name))
    return ends


def _describe_node_kinds(view: _View) -> list[dict[str, Any]]:
    counts = view.nodes["kind"].value_counts()
    return [
        {
            "key": kind,
            "label": look.labels[view.lang],
            "colour": look.colour,
            "shape": look.shape,
            "count": int(counts[kind]),
        }
        for kind, look in read_schema().node_kinds.items()
        if kind in counts
    ]


def _describe_edge_kinds(view: _View) -> list[dict[str, Any]]:
    counts = view.edges["kind"].value_counts()
    return [
        {
            "key": kind,
            "label": _label_line(view, kind),
            "colour": colour,
            "count": int(counts[kind]),
            "shown": kind in _SHOWN_AT_FIRST or int(counts[kind]) <= _FEW,
            "group": "structure" if kind in (*_STRUCTURE, "about", "concerns") else "agreements",
        }
        for kind, colour in EDGE_KINDS.items()
        if kind in counts
    ]


def _label_line(view: _View, kind: str) -> str:
    backbone = kind == "tie" and view.backbone is not None
    return view.say("backbone.line" if backbone else f"line.{kind}")


def _list_industries(view: _View) -> list[tuple[int, str]]:
    return [
        (i, str(name))
        for i, (kind, name) in enumerate(zip(view.nodes["kind"], view.nodes["name"], strict=True))
        if kind == "industry"
    ]


def _summarise(view: _View) -> list[tuple[str, str]]:
    """Count what the ecosystem holds, shown or not: the sentence under the title."""
    eco = view.ecosystem
    agreements = len(eco.select("agreement"))
    counts = {
        "organisations": len(view.ranking),
        "industries": len(eco.select("industry")),
        "disciplines": len(eco.select("discipline")),
        "counted": len(eco.counted),
        "planned": agreements - len(eco.counted),
    }
    return [(f"{n:,}", view.say(f"summary.{key}")) for key, n in counts.items() if n]


def _list_notes(view: _View) -> list[str]:
    """Say what is not on the map."""
    shown = int(view.nodes["kind"].isin(ORGANISATION_KINDS).sum())
    counts = {"shown": f"{shown:,}", "total": f"{view.candidates:,}"}
    measure = view.say(f"page.{view.size}")
    notes = [] if view.backbone is None else _tell_backbone(view, view.backbone)
    if shown < view.candidates:
        key = "limited" if view.backbone is None else "backbone.limited"
        notes.append(view.say(key, measure=measure, **counts))
    if view.left_out:
        drawn = int((view.edges["kind"] == "tie").sum())
        total_ties = f"{drawn + view.left_out:,}"
        notes.append(view.say("thinned", shown=f"{drawn:,}", total=total_ties))
    return notes


def _tell_backbone(view: _View, backbone: pd.DataFrame) -> list[str]:
    """Say what the backbone is, and how much it hides."""
    how = backbone.attrs["meta"]["method"]
    rule = "ends" if how["backbone"]["method"] == "disparity" else "shared"
    notes = [
        view.say(f"backbone.{rule}", alpha=f"{view.ecosystem.settings.alpha:.0%}"),
        view.say(
            "backbone.hidden",
            hidden=f"{how['hidden']:,}",
            total=f"{how['ties']:,}",
            left=f"{len(view.ranking) - view.candidates:,}",
        ),
    ]
    return notes if len(backbone) else [*notes, view.say("backbone.none")]
