"""Write an ecosystem as a network file that other programs open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from ecograph.errors import SettingsError
from ecograph.projection import PARTS
from ecograph.render.exports.drawing import draw
from ecograph.render.exports.gexf import render_gexf
from ecograph.render.exports.graphml import render_graphml
from ecograph.render.exports.viewers import render_cytoscape, render_vosviewer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.exports.drawing import Drawing

__all__ = ["NETWORK_FORMS", "NetworkForm", "export_network"]

NetworkForm = Literal["graphml", "gexf", "cytoscape", "vosviewer"]

NETWORK_FORMS: tuple[str, ...] = get_args(NetworkForm)
"""The forms of network files."""

_WRITERS: Mapping[str, Callable[[Drawing], bytes]] = {
    "graphml": render_graphml,
    "gexf": render_gexf,
    "cytoscape": render_cytoscape,
    "vosviewer": render_vosviewer,
}


def export_network(ecosystem: Ecosystem, form: NetworkForm, *, part: str = "organisation") -> bytes:
    """Write an ecosystem as a network file.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    form
        ``graphml``, ``gexf`` (1.3, as Gephi reads it), ``cytoscape`` (Cytoscape.js JSON) or
        ``vosviewer`` (VOSviewer JSON).
    part
        One of `ecograph.projection.PARTS`: the projected network of that side, undirected, with
        ``weight``, ``agreements``, ``amount``, ``first`` and ``last`` year of ties, and kind,
        name, industry, region, tier, community and centralities of nodes. ``all``: every node
        and edge, directed, with the kinds, roles, levels and amounts of edges and the attributes
        of nodes. Both have places, sizes, and the schema's colours of kinds.

    Returns
    -------
    bytes
        The file. Control signs that XML forbids are left out of texts.

    Raises
    ------
    SettingsError
        If there is no such form or part.

    Examples
    --------
    >>> import json, ecograph
    >>> town = ecograph.load("data/example-city")
    >>> content = json.loads(export_network(town, "cytoscape", part="university"))
    >>> len(content["elements"]["nodes"])
    21
    """
    if form not in _WRITERS:
        known = ", ".join(NETWORK_FORMS)
        raise SettingsError(f'There is no form "{form}" of network files; choose one of: {known}.')
    if part not in {*PARTS, "all"}:
        known = ", ".join((*PARTS, "all"))
        raise SettingsError(f'There is no part "{part}"; choose one of: {known}.')
    return _WRITERS[form](draw(ecosystem, part))
