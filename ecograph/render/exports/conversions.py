"""Hand a network to other Python libraries in one call."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ecograph.errors import EcographError
from ecograph.render.exports.drawing import Drawing, draw, list_values

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["to_igraph", "to_pandas"]


def to_pandas(
    ecosystem: Ecosystem, part: str = "organisation"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a network as two tables, of nodes and of ties.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `ecograph.projection.PARTS`, or ``all`` for every node and edge.

    Returns
    -------
    tuple of pandas.DataFrame
        Nodes, indexed by id, with what `export_network` says of them, ``x``, ``y`` (downwards),
        ``size`` and ``colour``; ties or edges, with ``source`` and ``target``.

    Examples
    --------
    >>> import ecograph
    >>> nodes, ties = to_pandas(ecograph.load("data/example-city"), "university")
    >>> len(nodes), list(ties.columns[:3])
    (21, ['source', 'target', 'weight'])
    """
    drawing = draw(ecosystem, part)
    return _add_looks(drawing), drawing.edges.copy()


def to_igraph(ecosystem: Ecosystem, part: str = "organisation") -> Any:  # noqa: ANN401 - igraph.Graph
    """Give a network as a graph of igraph.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `ecograph.projection.PARTS`, or ``all`` for every node and edge (directed).

    Returns
    -------
    igraph.Graph
        Vertices have their id as ``name``, as is the custom of igraph, and their name as
        ``label``; vertices and edges have what `export_network` says of them, None where unknown.

    Raises
    ------
    EcographError
        If igraph is not installed; it is under the GPL, so that ecograph does not bring it.
    """
    try:
        igraph = importlib.import_module("igraph")  # not a dependency
    except ImportError:
        raise EcographError(
            "to_igraph needs the package igraph (GPL-2.0 or later); "
            "if its licence suits you: pip install igraph."
        ) from None
    drawing = draw(ecosystem, part)
    places = {key: place for place, key in enumerate(drawing.nodes.index)}
    ends = zip(drawing.edges["source"], drawing.edges["target"], strict=True)
    nodes = _list_plain(_add_looks(drawing).rename(columns={"name": "label"}))
    return igraph.Graph(
        n=len(drawing.nodes),
        edges=[(places[source], places[target]) for source, target in ends],
        directed=drawing.directed,
        vertex_attrs={"name": list(drawing.nodes.index), **nodes},
        edge_attrs=_list_plain(drawing.edges.drop(columns=["source", "target"])),
        graph_attrs=dict(drawing.facts),
    )


def _add_looks(drawing: Drawing) -> pd.DataFrame:
    return drawing.nodes.assign(
        x=drawing.places[:, 0],
        y=drawing.places[:, 1],
        size=drawing.sizes,
        colour=list(drawing.colours),
    )


def _list_plain(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): list_values(table[name])[1] for name in table}
