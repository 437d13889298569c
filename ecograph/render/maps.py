"""The interactive map: one page that opens offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ecograph.errors import SettingsError
from ecograph.render.explorer.page import render_explorer
from ecograph.render.explorer.picture import take_picture
from ecograph.render.pyvis_page import render_pyvis
from ecograph.render.view import MEASURES, choose_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.analysis.backbone import Method
    from ecograph.ecosystem import Ecosystem

    RendererName = Literal["explorer", "pyvis"]

__all__ = ["MEASURES", "RENDERERS", "to_html"]

RENDERERS = ("explorer", "pyvis")
"""What can draw the map: the explorer, or pyvis's vis-network with less to do on it."""


def to_html(
    ecosystem: Ecosystem,
    *,
    size: str = "strength",
    lang: str | None = None,
    limit: int | None = None,
    results: Mapping[str, pd.DataFrame] | None = None,
    backbone: Method | None = None,
    renderer: RendererName = "explorer",
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
        ``en`` or ``zh``: the language in which it opens; by default the ecosystem's own.
    limit
        The most nodes shown; by default the setting ``map_nodes``.
    results
        Result tables that are there already, by name: ``centrality``, ``communities``, ``gaps``,
        ``tiers``. What is missing is computed.
    backbone
        A method of `ecograph.analysis.backbone.find_backbone`: draw only the ties of the
        backbone, and the organisations that have one, with what belongs to them. By default all.
    renderer
        One of `RENDERERS`.

    Returns
    -------
    str
        HTML that asks for nothing from any network; the same bytes for the same input.

    Raises
    ------
    SettingsError
        If size, lang, limit, backbone or renderer is not one that is known.
    """
    if renderer not in RENDERERS:
        choices = ", ".join(RENDERERS)
        raise SettingsError(f'There is no renderer "{renderer}"; choose one of: {choices}.')
    ranking = None if results is None else results.get("centrality")
    view = choose_view(
        ecosystem, size=size, lang=lang, limit=limit, ranking=ranking, backbone=backbone
    )
    if renderer == "pyvis":
        return render_pyvis(view)
    return render_explorer(take_picture(view, results=results))
