"""The section of leading organisations, who stands between others, and communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from ecograph.analysis.meta import list_cautions
from ecograph.render.page import is_missing
from ecograph.render.plots.leaders import explain_ranks, keep_ranked, plot_leaders
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.render.plots.svg import Chart
    from ecograph.render.reporting.tables import Page, Table

__all__ = ["present_leaders"]

_LEADERS, _BETWEEN, _COMMUNITIES = 15, 8, 8
_PAIRS = {"across": "liaison", "within": "itinerant", "science": "gatekeeper"}


def present_leaders(page: Page) -> dict[str, object]:
    """Present the most tied organisations, those between others, and the largest communities."""
    communities = page.result("communities")
    meta = page.method("communities")
    modularity = page.link(meta.get("modularity"), "ratio", "communities")
    level = page.voice.write(page.ecosystem.settings.ci_level, "level")
    return {
        "title": page.voice.say("leaders.chart", level=level),
        "chart": _draw_leaders(page),
        "sure": _say_sure(page),
        "table": _tabulate_leaders(page),
        "between": _tabulate_between(page),
        "cautions": list_cautions(page.meta("centrality"), page.voice.lang),
        "lead": page.voice.say("leaders.communities_lead", modularity=modularity),
        "communities": _tabulate_communities(page, communities),
    }


def _draw_leaders(page: Page) -> Chart | None:
    """Draw the ranks, where their intervals are known."""
    if keep_ranked(page.result("leaders")).empty:
        return None
    level = page.voice.write(page.ecosystem.settings.ci_level, "level")
    return page.chart("leaders", page.voice.say("leaders.chart", level=level), plot_leaders)


def _say_sure(page: Page) -> Markup:
    """Say what the intervals of ranks mean, or why there are none."""
    leaders = page.whole("leaders")
    return Markup("") if leaders.empty else explain_ranks(leaders, page.voice)


def _tabulate_leaders(page: Page) -> Table:
    table = page.result("centrality")
    top = table[table["strength"] > 0].head(_LEADERS)
    leaders = page.result("leaders")
    bounds = leaders.loc[leaders["measure"] == "strength", ["rank_low", "rank_high"]]
    top = top.join(bounds)
    forms = {
        "rank": "count",
        "rank_interval": "ready",
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
        [_bound_rank(page, {**row, "rank": place}) for place, row in enumerate(list_rows(top), 1)],
        forms,
        caption=page.voice.say("leaders.table", shown=len(top)),
        total=len(table),
        csv="centrality.csv",
        heads={"rank_interval": str(page.voice.say("leaders.rank_interval"))},
    )


def _bound_rank(page: Page, row: dict[str, object]) -> dict[str, object]:
    """Write between which ranks an organisation may stand; nothing where that is not known."""
    if is_missing(row["rank_low"]) or is_missing(row["rank_high"]):
        return row
    bounds = page.voice.write_range(row["rank_low"], row["rank_high"], "count")
    return {**row, "rank_interval": bounds}


def _tabulate_between(page: Page) -> Table:
    """Set out who stands between firms, or firms and science, that have no agreement together."""
    roles = page.result("roles")
    pairs = roles.assign(**{name: roles[role] for name, role in _PAIRS.items()})
    pairs[["across", "within"]] = pairs[["across", "within"]] / 2  # a pair counts from both ends
    pairs["all"] = pairs[list(_PAIRS)].astype(float).sum(axis=1)
    order = np.argsort(-pairs["all"].to_numpy(), kind="stable")
    top = pairs.iloc[order]
    top = top[top["all"] > 0]
    forms = {"name": "text", "kind": "kind", "ties": "count", **dict.fromkeys(_PAIRS, "count")}
    return page.tabulate(
        "roles",
        list_rows(top.head(_BETWEEN)),
        forms,
        caption=page.voice.say("leaders.between"),
        total=len(top),
        csv="roles.csv",
        heads={name: str(page.voice.say(f"leaders.{name}")) for name in _PAIRS},
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
