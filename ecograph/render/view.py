"""What of an ecosystem is on its map, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph.analysis.backbone import project_backbone
from ecograph.analysis.centrality import rank
from ecograph.coding import find_places
from ecograph.errors import SettingsError
from ecograph.render.layout import lay_out
from ecograph.render.lines import LINE_KINDS, SHOWN_AT_FIRST, Lines, list_lines
from ecograph.schema import ORGANISATION_KINDS
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.analysis.backbone import Method
    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["MEASURES", "View", "choose_view"]

MEASURES = ("strength", "degree", "pagerank", "betweenness")
"""What the size of an organisation can stand for."""

_CONTEXT_KINDS = ("industry", "discipline")
_MOST = {"tie": 200_000, "planned": 50_000, "about": 50_000, "concerns": 50_000}
_ROOM = 5  # at most one in so many places is kept for industries
_QUIET = 0.25  # what a line weighs for the layout that is not shown at first
_FEW = 60  # lines of a kind up to which it is shown at first in any case


@dataclass(frozen=True, eq=False)
class View:
    """What of an ecosystem is on the map.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    lang
        The language in which the map opens.
    size
        What the size of organisations stands for at first.
    ranking
        The result of `rank`.
    positions
        Of the nodes on the map among the keys of the ecosystem: organisations, then context,
        each in the order of keys.
    places
        x and y of those nodes, y downwards.
    lines
        The lines between them; ends are numbers of nodes on the map.
    left_out
        How many ties between them are not drawn.
    backbone
        The ties that may be drawn, or None for all.
    candidates
        How many organisations may be shown: all if there is no backbone.
    """

    ecosystem: Ecosystem
    lang: str
    size: str
    ranking: pd.DataFrame
    positions: Ints
    places: NDArray[np.float64]
    lines: Lines
    left_out: int
    backbone: pd.DataFrame | None
    candidates: int

    def is_shown_at_first(self, kind: str) -> bool:
        """Say whether lines of a kind are shown before anybody chooses."""
        return kind in SHOWN_AT_FIRST or self.lines.count(kind) <= _FEW

    def list_notes(self, lang: str) -> list[str]:
        """Say what is not on the map."""
        return _list_notes(self, lang)


def choose_view(
    ecosystem: Ecosystem,
    *,
    size: str = "strength",
    lang: str | None = None,
    limit: int | None = None,
    ranking: pd.DataFrame | None = None,
    backbone: Method | None = None,
) -> View:
    """Choose what is on a map, and place it; parameters as in `ecograph.render.maps.to_html`."""
    lang = lang or ecosystem.lang
    limit = ecosystem.settings.map_nodes if limit is None else limit
    _check_choices(size, lang, limit)
    ranking = rank(ecosystem) if ranking is None else ranking
    ties = None if backbone is None else project_backbone(ecosystem, method=backbone)
    order = _order(_keep_tied(ranking, ties), size)
    room = limit - min(len(ecosystem.find_positions("industry")), limit // _ROOM)
    chosen = _mark(ecosystem, order[:room])
    context = ecosystem.mark(*_CONTEXT_KINDS)
    lines = list_lines(ecosystem, chosen, context)
    if ties is not None:
        lines = _keep_backbone(lines, ties, ecosystem)
        context &= _mark_linked(lines, ecosystem) if len(ties) else True
    complete = room >= len(ranking) and ties is None
    kept = _choose_context(ecosystem, context, lines, limit - int(chosen.sum()), complete=complete)
    positions = np.concatenate([np.flatnonzero(chosen), np.flatnonzero(kept)])
    lines = _number_ends(lines, positions, len(ecosystem.keys))
    drawn = lines.take(_find_closest(lines))
    return View(
        ecosystem,
        lang,
        size,
        ranking,
        positions,
        _place(len(positions), drawn, ecosystem.settings.seed),
        drawn,
        lines.count("tie") - drawn.count("tie"),
        ties,
        len(order),
    )


def _check_choices(size: str, lang: str, limit: int) -> None:
    if size not in MEASURES:
        raise SettingsError(f'There is no size "{size}"; choose one of: {", ".join(MEASURES)}.')
    if lang not in LANGUAGES:
        raise SettingsError(f'lang is "{lang}"; choose one of: {", ".join(LANGUAGES)}.')
    if limit < 1:
        raise SettingsError(f'The limit is "{limit}"; give a whole number of at least 1.')


def _order(ranking: pd.DataFrame, size: str) -> pd.Index:
    """Order organisations by a measure, equal ones by id."""
    order = ranking.rename_axis("id").reset_index()
    order = order.sort_values([size, "id"], ascending=[False, True], kind="stable")
    return pd.Index(order["id"])


def _mark(ecosystem: Ecosystem, ids: pd.Index) -> Flags:
    """Say of every node whether it is among some ids."""
    marked = np.zeros(len(ecosystem.keys), dtype=bool)
    marked[find_places(ids, ecosystem.keys)] = True
    return marked


# The backbone


def _keep_tied(ranking: pd.DataFrame, backbone: pd.DataFrame | None) -> pd.DataFrame:
    """Keep the organisations that have a tie in the backbone, or all if there is none."""
    if backbone is None:
        return ranking
    return ranking[ranking.index.isin(backbone["source"]) | ranking.index.isin(backbone["target"])]


def _keep_backbone(lines: Lines, backbone: pd.DataFrame, ecosystem: Ecosystem) -> Lines:
    """Keep, of the ties, those of the backbone, and all other lines."""
    ends = [find_places(pd.Index(backbone[end]), ecosystem.keys) for end in ("source", "target")]
    strong = np.isin(
        lines.source * len(ecosystem.keys) + lines.target, ends[0] * len(ecosystem.keys) + ends[1]
    )
    return lines.take(~lines.mark("tie") | strong)


def _mark_linked(lines: Lines, ecosystem: Ecosystem) -> Flags:
    """Mark what has a line that is shown at first."""
    count = np.bincount(lines.kind, minlength=len(LINE_KINDS))
    seen = lines.mark(*SHOWN_AT_FIRST) | (count[lines.kind] <= _FEW)
    linked = np.zeros(len(ecosystem.keys), dtype=bool)
    linked[lines.source[seen]] = True
    linked[lines.target[seen]] = True
    return linked


# Context, and lines


def _choose_context(
    ecosystem: Ecosystem, context: Flags, lines: Lines, room: int, *, complete: bool
) -> Flags:
    """Choose industries, then disciplines, the most linked first; all where nothing is left out."""
    links = np.bincount(np.concatenate([lines.source, lines.target]), minlength=len(ecosystem.keys))
    later = ecosystem.mark("discipline")
    possible = np.flatnonzero(context & (complete | (links > 0) | ~later))
    order = np.lexsort((possible, -links[possible], later[possible]))
    kept = np.zeros(len(ecosystem.keys), dtype=bool)
    kept[possible[order][:room]] = True
    return kept


def _number_ends(lines: Lines, positions: Ints, count: int) -> Lines:
    """Keep the lines between nodes of the map, and number their ends by these."""
    number = np.full(count, -1)
    number[positions] = np.arange(len(positions))
    source, target = number[lines.source], number[lines.target]
    kept = (source >= 0) & (target >= 0)
    lines = lines.take(kept)
    return Lines(source[kept], target[kept], lines.kind, lines.weight, lines.first, lines.behind)


def _find_closest(lines: Lines) -> Ints:
    """Find the lines that are drawn: of a kind with very many, the closest of each node."""
    return np.sort(
        np.concatenate(
            [_thin(lines, np.flatnonzero(lines.mark(kind)), _MOST.get(kind)) for kind in LINE_KINDS]
        )
    )


def _thin(lines: Lines, places: Ints, most: int | None) -> Ints:
    """Keep the closest lines of each node: a line is as close as it is for one of its ends."""
    if most is None or len(places) <= most:
        return places
    ends = pd.DataFrame({"source": lines.source[places], "target": lines.target[places]})
    order = np.lexsort((ends["target"], ends["source"], -lines.weight[places]))
    ends = ends.iloc[order]
    place = np.minimum(ends.groupby("source").cumcount(), ends.groupby("target").cumcount())
    return places[order][np.argsort(place.to_numpy(), kind="stable")[:most]]


def _place(count: int, lines: Lines, seed: int) -> NDArray[np.float64]:
    weight = lines.weight * np.where(lines.mark(*SHOWN_AT_FIRST), 1.0, _QUIET)
    half = sp.coo_array((weight, (lines.source, lines.target)), shape=(count, count))
    return lay_out(sp.csr_array(half + half.T), seed=seed)


# Notes


def _list_notes(view: View, lang: str) -> list[str]:
    shown = int(view.ecosystem.mark(*ORGANISATION_KINDS)[view.positions].sum())
    counts = {"shown": f"{shown:,}", "total": f"{view.candidates:,}"}
    measure = translate(f"map.page.{view.size}", lang)
    notes = [] if view.backbone is None else _tell_backbone(view, view.backbone, lang)
    if shown < view.candidates:
        key = "limited" if view.backbone is None else "backbone.limited"
        notes.append(translate(f"map.{key}", lang, measure=measure, **counts))
    if view.left_out:
        drawn = view.lines.count("tie")
        total = f"{drawn + view.left_out:,}"
        notes.append(translate("map.thinned", lang, shown=f"{drawn:,}", total=total))
    return notes


def _tell_backbone(view: View, backbone: pd.DataFrame, lang: str) -> list[str]:
    """Say what the backbone is, and how much it hides."""
    how = backbone.attrs["meta"]["method"]
    rule = "ends" if how["backbone"]["method"] == "disparity" else "shared"
    counts = {
        "hidden": f"{how['hidden']:,}",
        "total": f"{how['ties']:,}",
        "left": f"{len(view.ranking) - view.candidates:,}",
    }
    notes = [
        translate(f"map.backbone.{rule}", lang, alpha=f"{view.ecosystem.settings.alpha:.0%}"),
        translate("map.backbone.hidden", lang, **counts),
    ]
    return notes if len(backbone) else [*notes, translate("map.backbone.none", lang)]
