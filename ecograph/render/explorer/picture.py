"""Everything that the explorer shows of an ecosystem, as columns that a page can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecograph.analysis.gaps import VERDICTS
from ecograph.render.explorer.agreements import (
    describe_agreements,
    describe_lines,
    find_agreements,
)
from ecograph.render.explorer.nodes import NODE_KINDS, describe_nodes
from ecograph.render.explorer.words import STATUS_COLOURS, TIER_COLOURS, VERDICT_COLOURS, label
from ecograph.render.lines import LINE_KINDS, STRUCTURE
from ecograph.render.page import is_missing
from ecograph.schema import ORGANISATION_KINDS, read_schema
from ecograph.texts import LANGUAGES
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.explorer.payload import Columns
    from ecograph.render.explorer.words import Label
    from ecograph.render.view import View


__all__ = ["Picture", "describe_kinds", "take_picture"]


@dataclass(frozen=True, eq=False)
class Picture:
    """What the explorer reads: a header of plain values, and columns of numbers by name.

    The names of columns and of the entries of the header are those that
    ``frontend/src/decode.ts`` reads into the ``Model`` of ``frontend/src/types.ts``.
    """

    header: Mapping[str, Any]
    columns: Columns = field(default_factory=dict)


def take_picture(view: View, *, results: Mapping[str, pd.DataFrame] | None = None) -> Picture:
    """Gather everything that the explorer shows.

    Parameters
    ----------
    view
        What is on the map.
    results
        Result tables that are there already, by name: ``communities``, ``gaps``, ``tiers``; what
        is missing is computed.
    """
    known = results or {}
    nodes, about_nodes = describe_nodes(view, known)
    shown = find_agreements(view)
    agreements, about_agreements = describe_agreements(view, shown)
    header = {
        **_describe_page(view),
        **about_nodes,
        **about_agreements,
        "outline": view.ecosystem.outline,
    }
    return Picture(header, {**nodes, **describe_lines(view, shown), **agreements})


def _describe_page(view: View) -> dict[str, Any]:
    eco, schema = view.ecosystem, read_schema()
    return {
        "title": eco.name,
        "asOf": eco.as_of.isoformat() if eco.as_of else "",
        "lang": view.lang,
        "synthetic": eco.synthetic,
        "currency": eco.currency,
        "sources": _list_sources(eco),
        "outline": eco.outline,
        "made": f"ecograph {__version__}",
        "notes": [
            dict(zip(LANGUAGES, note, strict=True))
            for note in zip(*(view.list_notes(lang) for lang in LANGUAGES), strict=True)
        ],
        "summary": _summarise(view),
        "size": view.size,
        **describe_kinds(view),
        "tiers": [
            {"key": tier, "label": label(f"tier.{tier}"), "colour": TIER_COLOURS[tier]}
            for tier in TIER_COLOURS
        ],
        "verdicts": [
            {"key": key, "label": label(f"verdict.{key}"), "colour": VERDICT_COLOURS[key]}
            for key in VERDICTS
        ],
        "statuses": [
            {
                "key": term.key,
                "label": {lang: term.label(lang) for lang in LANGUAGES},
                "colour": STATUS_COLOURS[term.key],
                "counts": term.key in eco.settings.counted,
            }
            for term in schema.vocabularies["status"]
        ],
    }


def describe_kinds(view: View) -> dict[str, Any]:
    """Describe the kinds of nodes and of lines on a map: label, colour, shape or dashes."""
    kinds = read_schema().node_kinds
    return {
        "nodeKinds": [
            {
                "key": kind,
                "label": dict(look.labels),
                "colour": look.colour,
                "shape": look.shape,
                "organisation": kind in ORGANISATION_KINDS,
            }
            for kind in NODE_KINDS
            for look in (kinds[kind],)
        ],
        "lineKinds": [
            {
                "key": kind,
                "label": _label_line(view, kind),
                "colour": colour,
                "dashed": kind == "planned",
                "group": "structure" if kind in (*STRUCTURE, "about", "concerns") else "agreements",
                "shown": view.is_shown_at_first(kind),
            }
            for kind, colour in LINE_KINDS.items()
        ],
    }


def _label_line(view: View, kind: str) -> Label:
    backbone = kind == "tie" and view.backbone is not None
    return label("map.backbone.line" if backbone else f"map.line.{kind}")


def _summarise(view: View) -> list[dict[str, Any]]:
    """Count what the ecosystem holds, shown or not."""
    eco = view.ecosystem
    agreements = len(eco.find_positions("agreement"))
    counts = {
        "organisations": len(view.ranking),
        "industries": len(eco.find_positions("industry")),
        "disciplines": len(eco.find_positions("discipline")),
        "counted": len(eco.counted),
        "planned": agreements - len(eco.counted),
    }
    return [{"count": n, "label": label(f"map.summary.{key}")} for key, n in counts.items() if n]


def _list_sources(ecosystem: Ecosystem) -> list[str]:
    """List the sources that the data name, or else the files, sorted."""
    named = ecosystem.table("sources", ["title", "publisher", "date"])
    if not len(named):
        return sorted(ecosystem.hashes)
    rows = named[["title", "publisher", "date"]].itertuples(index=False)
    return sorted(" · ".join(str(part) for part in row if not is_missing(part)) for row in rows)
