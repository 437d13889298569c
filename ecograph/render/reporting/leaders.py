"""The section of leading organisations and communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.analysis.meta import list_cautions
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.render.reporting.tables import Page, Table

__all__ = ["present_leaders"]

_LEADERS, _COMMUNITIES = 15, 8


def present_leaders(page: Page) -> dict[str, object]:
    """Present the most tied organisations and the largest communities."""
    ranked, communities = page.result("centrality"), page.result("communities")
    meta = communities.attrs.get("meta", {}).get("method", {})
    modularity = page.link(meta.get("modularity"), "ratio", "communities")
    return {
        "table": _tabulate_leaders(page),
        "cautions": list_cautions(ranked.attrs.get("meta", {}), page.voice.lang),
        "lead": page.voice.say("leaders.communities_lead", modularity=modularity),
        "communities": _tabulate_communities(page, communities),
    }


def _tabulate_leaders(page: Page) -> Table:
    table = page.result("centrality")
    top = table[table["strength"] > 0].head(_LEADERS)
    forms = {
        "rank": "count",
        "name": "text",
        "kind": "kind",
        "strength": "number",
        "degree": "count",
        "betweenness": "number",
        "harmonic_closeness": "number",
        "constraint": "number",
        "community": "count",
    }
    return page.tabulate(
        "centrality",
        list_rows(top.assign(rank=range(1, len(top) + 1))),
        forms,
        caption=page.voice.say("leaders.table", shown=len(top)),
        total=len(table),
        csv="centrality.csv",
    )


def _tabulate_communities(page: Page, communities: pd.DataFrame) -> Table:
    sizes = ("community", "members", "universities", "platforms", "enterprises", "institutions")
    ties = ("ties_within", "ties_outside")
    top = communities.head(_COMMUNITIES)
    return page.tabulate(
        "communities",
        list_rows(top.reset_index()),
        {**dict.fromkeys((*sizes, *ties), "count"), "certainty": "share", "leaders": "prose"},
        caption=page.voice.say("leaders.communities", shown=len(top)),
        total=len(communities),
        csv="communities.csv",
    )
