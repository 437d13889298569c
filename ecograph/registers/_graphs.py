"""Read the markup of GraphML and GEXF files into plain nodes and edges, safely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ecograph.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Edge", "Graph", "read_graph"]

_MOST_BYTES = 256 * 1024 * 1024
_DEEPEST = 256
_Keys = dict[str, tuple[str, "str | None"]]  # attribute by key: its name and default


@dataclass(frozen=True)
class Edge:
    """An edge as it is written: the ids of its ends, and its attributes as text."""

    source: str
    target: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Graph:
    """A network as it is written.

    Parameters
    ----------
    nodes
        Attributes as text, by id, in the order of the file; the label is one of them.
    edges
        In the order of the file.
    facts
        What the file says about itself, where ecograph wrote it.
    """

    nodes: Mapping[str, Mapping[str, str]]
    edges: tuple[Edge, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


def read_graph(path: Path) -> Graph:
    """Read a GraphML or GEXF file.

    Raises
    ------
    RegisterError
        If the file cannot be read, is too large, is no such file, declares a document type
        (which could hide instructions to the reader), or contradicts itself.
    """
    root = _parse(path)
    if root.tag == "graphml":
        graph = _read_graphml(root, path.name)
    elif root.tag == "gexf":
        graph = _read_gexf(root, path.name)
    else:
        raise RegisterError(
            f"{path.name} is neither GraphML nor GEXF: it begins with <{root.tag[:40]}>; "
            "export it again in one of these forms."
        )
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            if end not in graph.nodes:
                raise RegisterError(
                    f"{path.name}: an edge leads from {edge.source!r} to {edge.target!r}, "
                    f"but there is no node {end!r}; add the node or remove the edge."
                )
    return graph


# Markup


def _parse(path: Path) -> Element:
    """Parse XML without document types, entities or endless depth; tags lose their namespace."""
    data = _read_bytes(path)
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise RegisterError(f"{path.name} is nested too deeply; export it again.")
        builder.start(_localise(tag), {_localise(k): v for k, v in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_localise(tag))

    def refuse(*_: object) -> None:
        raise RegisterError(
            f"{path.name} declares a document type (<!DOCTYPE), which ecograph does not follow "
            "because it can hide instructions; delete that line if you trust the file."
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat knows no keywords
    except expat.ExpatError as error:
        raise RegisterError(f"{path.name} is not whole XML: {error}; export it again.") from error
    return builder.close()


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise RegisterError(f"{path} cannot be read ({error.strerror}).") from error
    if len(data) > _MOST_BYTES:
        most = _MOST_BYTES // 1024**2
        raise RegisterError(
            f"{path.name} is larger than {most} MB; export a part of the network, "
            "or use a SQLite file."
        )
    return data


def _localise(tag: str) -> str:
    return tag.rpartition("}")[2]


# GraphML


def _read_graphml(root: Element, file: str) -> Graph:
    if next(root.iter("hyperedge"), None) is not None:
        raise RegisterError(
            f"{file} has hyperedges; make each of them a node that is tied to its members."
        )
    keys = {what: _list_keys(root, what) for what in ("graph", "node", "edge")}
    nodes: dict[str, Mapping[str, str]] = {}
    for element in root.iter("node"):
        _add_node(nodes, element, _read_data(element, keys["node"]), file)
    edges = [
        Edge(*_read_ends(element, file), _read_data(element, keys["edge"]))
        for element in root.iter("edge")
    ]
    top = root.find("graph")
    facts = {} if top is None else _read_data(top, keys["graph"])
    return Graph(nodes, tuple(edges), facts)


def _list_keys(root: Element, what: str) -> _Keys:
    return {
        element.get("id", ""): (
            element.get("attr.name") or element.get("id") or "",
            element.findtext("default"),
        )
        for element in root.iter("key")
        if element.get("for", "all") in {what, "all"}
    }


def _read_data(element: Element, keys: _Keys) -> dict[str, str]:
    """Read the attributes of a node or edge; of yEd's drawings only the label."""
    found = {name: default for name, default in keys.values() if default is not None}
    for data in element.findall("data"):
        name, _ = keys.get(data.get("key", ""), (data.get("key", ""), None))
        label = next((e.text for e in data.iter() if e.tag in {"NodeLabel", "EdgeLabel"}), None)
        if not len(data):
            found[name] = data.text or ""
        elif label:
            found.setdefault("label", label)
    return found


# GEXF


def _read_gexf(root: Element, file: str) -> Graph:
    keys = {what: _list_attributes(root, what) for what in ("node", "edge")}
    nodes: dict[str, Mapping[str, str]] = {}
    for element in root.iter("node"):
        attributes = {"label": element.get("label", ""), **_read_values(element, keys["node"])}
        _add_node(nodes, element, attributes, file)
    edges = []
    for element in root.iter("edge"):
        own = {name: element.get(name, "") for name in ("weight", "kind") if element.get(name)}
        attributes = own | _read_values(element, keys["edge"])
        edges.append(Edge(*_read_ends(element, file), attributes))
    return Graph(nodes, tuple(edges), _read_meta(root))


def _list_attributes(root: Element, what: str) -> _Keys:
    return {
        element.get("id", ""): (
            element.get("title") or element.get("id") or "",
            element.findtext("default"),
        )
        for group in root.iter("attributes")
        if group.get("class") == what
        for element in group.findall("attribute")
    }


def _read_values(element: Element, keys: _Keys) -> dict[str, str]:
    found = {name: default for name, default in keys.values() if default is not None}
    for value in element.iterfind("attvalues/attvalue"):
        key = value.get("for") or value.get("id") or ""
        found[keys.get(key, (key, None))[0]] = value.get("value", "")
    return found


def _read_meta(root: Element) -> dict[str, str]:
    """Read what ecograph says about a file that it wrote itself."""
    meta = root.find("meta")
    if meta is None or not (meta.findtext("creator") or "").startswith("ecograph "):
        return {}
    words = (meta.findtext("keywords") or "").split(", ")
    pairs = (word.partition("=") for word in words if "=" in word)
    return {"name": meta.findtext("description") or "", **{k: text for k, _, text in pairs}}


# Both


def _add_node(
    nodes: dict[str, Mapping[str, str]], element: Element, attributes: Mapping[str, str], file: str
) -> None:
    key = element.get("id", "")
    if not key.strip():
        raise RegisterError(f"{file}: a node has no id; give every node one.")
    if key in nodes:
        raise RegisterError(f"{file}: two nodes have the id {key!r}; give each its own.")
    nodes[key] = attributes


def _read_ends(element: Element, file: str) -> tuple[str, str]:
    source, target = element.get("source"), element.get("target")
    if source is None or target is None:
        raise RegisterError(f"{file}: an edge has no source or no target; give it both ends.")
    return source, target
