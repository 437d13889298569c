"""A network ready to be written: nodes with what is known of them, places, colours and sizes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph.analysis.centrality import rank
from ecograph.analysis.tiers import assign_tiers
from ecograph.projection import project_ties
from ecograph.render.layout import lay_out
from ecograph.schema import read_schema
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]

__all__ = ["MADE", "MEASURES", "Drawing", "clean_text", "draw", "list_values"]

MEASURES = (
    "degree",
    "strength",
    "pagerank",
    "betweenness",
    "harmonic_closeness",
    "eigenvector",
    "core",
    "constraint",
    "component",
)
"""What `ecograph.analysis.centrality.rank` says of a node, but for its community."""

MADE = ("x", "y", "size", "colour", "r", "g", "b", "id", "label", "source", "target", "weight")
"""Names that the writers use themselves; an attribute of the data gets another name."""

Typed = Literal["string", "boolean", "long", "double"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEWLINE = re.compile("\r\n?")
_PLACE = {"file", "sheet", "row"}
_FIRST = {"kind", "name"}
_SMALLEST, _LARGEST = 8.0, 48.0  # diameters, where nodes stand at least 80 apart
_SURROUNDINGS = {"industry": ("works_in", "advances"), "region": ("lies_in",)}


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a network file says.

    Parameters
    ----------
    part
        The part that was kept, or ``all``.
    directed
        Whether edges have a direction.
    nodes
        Indexed by id; ``kind``, ``name`` and attributes that at least one node has.
    edges
        ``source``, ``target`` and attributes that at least one edge has.
    places
        x and y of the nodes, y downwards.
    sizes
        Diameters of the nodes.
    colours
        Of the nodes, as ``#RRGGBB``.
    facts
        What the file says about itself, as text.
    lang
        The language of labels.
    """

    part: str
    directed: bool
    nodes: pd.DataFrame
    edges: pd.DataFrame
    places: Floats
    sizes: Floats
    colours: tuple[str, ...]
    facts: Mapping[str, str]
    lang: str


def draw(ecosystem: Ecosystem, part: str = "organisation") -> Drawing:
    """Gather what there is to write of a part of an ecosystem, or of all of it; once.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `ecograph.projection.PARTS`, or ``all`` for every node and edge.

    Raises
    ------
    SettingsError
        If there is no such part.
    """
    asked = ("drawing", part)
    if asked not in ecosystem.memory:
        found = _draw_all(ecosystem) if part == "all" else _draw_part(ecosystem, part)
        ecosystem.memory[asked] = found
    drawing: Drawing = ecosystem.memory[asked]
    return drawing


def clean_text(text: object) -> str:
    r"""Take out of a text what XML and UTF-8 cannot hold; line ends become one sign.

    >>> clean_text("a\x00b\r\nc")
    'ab\nc'
    """
    return _NEWLINE.sub("\n", _FORBIDDEN.sub("", str(text)))


def list_values(column: pd.Series) -> tuple[Typed, list[Any]]:
    """List the values of a column as plain Python values of one type; None where unknown.

    Returns
    -------
    tuple
        The name of the type, as GraphML and GEXF call it, and the values.

    Examples
    --------
    >>> list_values(pd.Series([1.5, None]))
    ('double', [1.5, None])
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean", _convert(column, bool)
    if pd.api.types.is_integer_dtype(column.dtype):
        return "long", _convert(column, int)
    if pd.api.types.is_float_dtype(column.dtype):
        return "double", [v if math.isfinite(v) else None for v in column.astype(float).tolist()]
    return "string", [text or None for text in _convert(column, _spell, missing="")]


# One part


def _draw_part(ecosystem: Ecosystem, part: str) -> Drawing:
    network = project_ties(ecosystem, part)
    ranking = rank(ecosystem, part).reindex(network.nodes.index)
    nodes = _describe_part(ecosystem, network.nodes, ranking)
    places = lay_out(network.adjacency, seed=ecosystem.settings.seed)
    return _compose(
        ecosystem, part, nodes, network.ties, places=places, strength=ranking["strength"]
    )


def _describe_part(
    ecosystem: Ecosystem, nodes: pd.DataFrame, ranking: pd.DataFrame
) -> pd.DataFrame:
    around = {
        name: _name_targets(ecosystem, kinds).reindex(nodes.index)
        for name, kinds in _SURROUNDINGS.items()
    }
    tiers = assign_tiers(ecosystem)["tier"].reindex(nodes.index)
    counted = ranking[["community", *MEASURES]]
    return nodes.assign(**around, tier=tiers, **{name: counted[name] for name in counted})


def _name_targets(ecosystem: Ecosystem, kinds: Sequence[str]) -> pd.Series:
    """Name what the edges of some kinds lead to, by their source; several names are joined."""
    edges = ecosystem.link(*kinds)
    names = pd.Series(ecosystem.names.to_numpy(object), index=ecosystem.keys)
    found = pd.Series(names.reindex(edges["target"]).to_numpy(object), index=edges["source"])
    return found.groupby(level=0).agg(lambda group: "；".join(sorted(set(group))))


# Everything


def _draw_all(ecosystem: Ecosystem) -> Drawing:
    edges = ecosystem.edges[["source", "target", "kind", "role", "level", "amount"]]
    count = len(ecosystem.keys)
    ends = [ecosystem.keys.get_indexer(pd.Index(edges[end])) for end in ("source", "target")]
    ties = sp.coo_array((np.ones(len(edges)), tuple(ends)), shape=(count, count))
    both = sp.csr_array(ties + ties.T)
    places = lay_out(both, seed=ecosystem.settings.seed) if count else np.zeros((0, 2))
    strength = pd.Series(np.asarray(both.sum(axis=1)).ravel(), index=ecosystem.keys)
    nodes = _describe_all(ecosystem)
    return _compose(ecosystem, "all", nodes, edges, places=places, strength=strength)


def _describe_all(ecosystem: Ecosystem) -> pd.DataFrame:
    """Take the nodes with everything that a network can carry: no places in files."""
    nodes = ecosystem.nodes
    dates = {name for name in nodes if {f"{name}_start", f"{name}_end"} <= set(nodes.columns)}
    derived = {f"{name}_{end}" for name in dates for end in ("start", "end")}
    kept = [name for name in nodes if name not in derived | _PLACE]
    return nodes[kept].assign(**_list_mentions(ecosystem))


def _list_mentions(ecosystem: Ecosystem) -> dict[str, pd.Series]:
    """List, by column, the references of node tables that are no edges."""
    found: dict[str, pd.Series] = {}
    for table in read_schema().tables.values():
        frame = ecosystem.table(table.name)
        linked = {end for link in table.links for end in (link.source, link.target)}
        for column in table.columns.values() if table.node else ():
            mentions = column.refers and not column.edge and column.name not in linked
            if mentions and column.name in frame:
                cells = pd.Series(frame[column.name].map(_spell).to_numpy(), frame["_key"])
                found[column.name] = pd.concat([found.get(column.name), cells[cells != ""]])
    return {name: cells.reindex(ecosystem.keys) for name, cells in found.items()}


# Both


def _compose(
    ecosystem: Ecosystem,
    part: str,
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    places: Floats,
    strength: pd.Series,
) -> Drawing:
    colours = {kind: known.colour for kind, known in read_schema().node_kinds.items()}
    ids = _clean_ids(nodes.index)
    ends = {end: edges[end].map(ids) for end in ("source", "target")}
    nodes, edges = nodes.set_axis(pd.Index(ids.values(), dtype="str"), axis=0), edges.assign(**ends)
    return Drawing(
        part,
        part == "all",
        _keep_known(nodes, kept=_FIRST),
        _keep_known(edges, kept={"source", "target"}),
        places,
        _size(strength.to_numpy(dtype=float)),
        tuple(colours[kind] for kind in nodes["kind"]),
        _state_facts(ecosystem, part),
        ecosystem.lang,
    )


def _clean_ids(keys: Iterable[str]) -> dict[str, str]:
    """Clean ids as texts; two that become the same get different ones all the same."""
    cleaned: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        free = clean_text(key)
        while free in taken:
            free = f"{free}~"
        taken.add(free)
        cleaned[key] = free
    return cleaned


def _keep_known(table: pd.DataFrame, *, kept: Iterable[str]) -> pd.DataFrame:
    """Leave out columns without any value, and rename those that the writers would confuse."""
    known = [name for name in table if name in kept or _has_values(table[name])]
    names: list[str] = []
    for name in known:
        free = clean_text(name)
        while free in names or (free in MADE and name not in kept and name != "weight"):
            free = f"{free}_"
        names.append(free)
    return table[known].set_axis(names, axis=1)


def _has_values(column: pd.Series) -> bool:
    return any(value is not None for value in list_values(column)[1])


def _size(strength: Floats) -> Floats:
    """Give nodes areas by their strength."""
    most = float(strength.max(initial=0.0))
    share = np.sqrt(strength / most) if most > 0 else np.zeros(len(strength))
    return np.round(_SMALLEST + (_LARGEST - _SMALLEST) * share, 2)


def _state_facts(ecosystem: Ecosystem, part: str) -> dict[str, str]:
    facts = {
        "name": clean_text(ecosystem.name),
        "as_of": "" if ecosystem.as_of is None else ecosystem.as_of.isoformat(),
        "language": ecosystem.lang,
        "currency": ecosystem.currency,
        "synthetic": "true" if ecosystem.synthetic else "false",
        "part": part,
        "ecograph": __version__,
    }
    return {name: text for name, text in facts.items() if text}


def _convert(column: pd.Series, to: Any, *, missing: Any = None) -> list[Any]:  # noqa: ANN401 - any type
    gone = column.isna().to_numpy()
    return [missing if no else to(value) for value, no in zip(column, gone, strict=True)]


def _spell(value: Any) -> str:  # noqa: ANN401 - any cell
    if isinstance(value, list | tuple):
        return "；".join(clean_text(item) for item in value)
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    return clean_text(value)
