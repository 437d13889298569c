"""All results of an ecosystem, as tables and as the files of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecograph.analysis.breakdown import break_down_all
from ecograph.analysis.brokers import find_brokers
from ecograph.analysis.carriers import (
    count_review_classes,
    list_pipeline,
    measure_incubation,
    review_platforms,
)
from ecograph.analysis.centrality import rank
from ecograph.analysis.communities import find_communities, list_members
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.funnels import measure_funnel
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.leaders import rank_leaders
from ecograph.analysis.movement import count_moves, count_pyramid, count_steps
from ecograph.analysis.near_misses import list_near_misses
from ecograph.analysis.opportunities import find_opportunities
from ecograph.analysis.overview import compare_indicators, summarise
from ecograph.analysis.pairs import cross_disciplines
from ecograph.analysis.partners import suggest_partners
from ecograph.analysis.promotions import summarise_promotions
from ecograph.analysis.renewals import list_expiring
from ecograph.analysis.services import (
    count_brokers,
    count_trainings,
    cover_counties,
    measure_finance,
)
from ecograph.analysis.sizes import classify_sizes
from ecograph.analysis.stability import check_stability
from ecograph.analysis.structure import count_roles, measure_structure
from ecograph.analysis.targets import compare_targets, read_thermometer
from ecograph.analysis.tier_links import relate_tiers
from ecograph.analysis.tiers import assign_tiers
from ecograph.analysis.unlinked import list_unlinked_firms
from ecograph.analysis.years import compare_years
from ecograph.masking import mark_withheld
from ecograph.output import render_csv
from ecograph.problems import tabulate_problems
from ecograph.projection import project_ties
from ecograph.render.maps import to_html
from ecograph.render.report import render_report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

    Watch = Callable[[str], AbstractContextManager[object]]

__all__ = ["RESULTS", "render_files", "tabulate_nodes"]

RESULTS: Mapping[str, Callable[[Ecosystem], pd.DataFrame]] = {
    "summary": summarise,
    "centrality": rank,
    "leaders": rank_leaders,
    "communities": find_communities,
    "members": list_members,
    "gaps": find_gaps,
    "pairs": cross_disciplines,
    "opportunities": find_opportunities,
    "stability": check_stability,
    "brokers": find_brokers,
    "partners": suggest_partners,
    "unlinked": list_unlinked_firms,
    "structure": measure_structure,
    "roles": count_roles,
    "dimensions": measure_dimensions,
    "dimensions_by": break_down_all,
    "tiers": assign_tiers,
    "sizes": classify_sizes,
    "pyramid": count_pyramid,
    "tier_moves": count_moves,
    "path_steps": count_steps,
    "promotion_summary": summarise_promotions,
    "expiring": list_expiring,
    "near_misses": list_near_misses,
    "tier_links": relate_tiers,
    "year_changes": compare_years,
    "targets": compare_targets,
    "thermometer": read_thermometer,
    "funnel": measure_funnel,
    "platforms": review_platforms,
    "review_classes": count_review_classes,
    "pipeline": list_pipeline,
    "incubation": measure_incubation,
    "finance": measure_finance,
    "counties": cover_counties,
    "trainings": count_trainings,
    "broker_levels": count_brokers,
    "coverage": compare_indicators,
}
"""What computes each result, by name."""

_NO_INDEX = {
    "summary",
    "pairs",
    "opportunities",
    "brokers",
    "partners",
    "unlinked",
    "dimensions_by",
    "pyramid",
    "tier_moves",
    "path_steps",
    "promotion_summary",
    "expiring",
    "near_misses",
    "tier_links",
    "year_changes",
    "funnel",
    "platforms",
    "review_classes",
    "incubation",
    "finance",
    "trainings",
}


def tabulate_nodes(ecosystem: Ecosystem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out nodes and edges for files: without row numbers, so that row order does not matter."""
    return ecosystem.nodes.drop(columns="row"), ecosystem.edges.drop(columns="row")


def render_files(
    ecosystem: Ecosystem, results: Mapping[str, pd.DataFrame], watch: Watch
) -> dict[str, bytes]:
    """Render every file of a results folder but its record.

    Parameters
    ----------
    ecosystem
        What was analysed.
    results
        Its result tables by name.
    watch
        Opened with the name of each stage while it runs.
    """
    files: dict[str, bytes] = {}
    with watch("network"):
        files |= _render_tables(ecosystem, results)
    with watch("map"):
        page = to_html(ecosystem, results=results)
        files["map.html"] = page.encode("utf-8")
    with watch("report"):
        page = render_report(ecosystem, results, tables_href="tables", map_href="map.html")
        files["index.html"] = page.encode("utf-8")
    return files


def _render_tables(ecosystem: Ecosystem, results: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    nodes, edges = tabulate_nodes(ecosystem)
    plain: dict[str, Any] = {
        "tables/edges.csv": edges,
        "tables/organisations_network.csv": project_ties(ecosystem).ties,
        "problems.csv": tabulate_problems(ecosystem.problems, ecosystem.lang),
    }
    tables = {
        f"tables/{name}.csv": (mark_withheld(table), name not in _NO_INDEX)
        for name, table in results.items()
    }
    tables |= {name: (table, False) for name, table in plain.items()}
    tables["tables/nodes.csv"] = (nodes, True)
    return {name: render_csv(table, index=index) for name, (table, index) in tables.items()}
