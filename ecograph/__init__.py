"""Graph-based analyser of regional innovation ecosystems.

>>> import ecograph as eg
>>> "load" in dir(eg)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ecograph.version import __version__

if TYPE_CHECKING:
    from ecograph.analysis.backbone import find_backbone, project_backbone
    from ecograph.analysis.breakdown import break_down_dimensions
    from ecograph.analysis.brokers import find_brokers
    from ecograph.analysis.carriers import (
        count_review_classes,
        list_pipeline,
        measure_incubation,
        review_platforms,
    )
    from ecograph.analysis.centrality import rank
    from ecograph.analysis.changes import find_organisation_changes, find_tie_changes
    from ecograph.analysis.communities import find_communities, list_members
    from ecograph.analysis.comparison import compare_ecosystems, describe_sources
    from ecograph.analysis.composites import compose_dimensions
    from ecograph.analysis.crosstables import cross_tabulate, tabulate_reference
    from ecograph.analysis.deflation import deflate_amounts
    from ecograph.analysis.dimensions import measure_dimensions
    from ecograph.analysis.duplicates import list_matches, resolve, review_names
    from ecograph.analysis.explanations import explain_tiers
    from ecograph.analysis.funnels import (
        count_actors,
        count_topics,
        list_achievements,
        measure_funnel,
    )
    from ecograph.analysis.gaps import find_gaps
    from ecograph.analysis.leaders import find_leaders
    from ecograph.analysis.movement import count_moves, count_pyramid, count_steps, track_tiers
    from ecograph.analysis.near_misses import list_near_misses
    from ecograph.analysis.opportunities import find_opportunities
    from ecograph.analysis.overview import compare_indicators, summarise
    from ecograph.analysis.pairs import cross_disciplines
    from ecograph.analysis.partners import suggest_partners
    from ecograph.analysis.promotions import summarise_promotions, time_promotions
    from ecograph.analysis.provenance import explain
    from ecograph.analysis.regional import (
        measure_complexity,
        measure_relatedness,
        measure_specialisation,
    )
    from ecograph.analysis.renewals import list_expiring
    from ecograph.analysis.services import (
        count_brokers,
        count_trainings,
        cover_counties,
        measure_finance,
    )
    from ecograph.analysis.simulation import simulate_rules
    from ecograph.analysis.sizes import classify_sizes
    from ecograph.analysis.stability import check_pair_stability, check_stability
    from ecograph.analysis.structure import count_roles, measure_structure
    from ecograph.analysis.targets import compare_targets, read_thermometer
    from ecograph.analysis.tier_links import relate_tiers
    from ecograph.analysis.tiers import assign_tiers, count_tiers
    from ecograph.analysis.unlinked import list_unlinked_firms
    from ecograph.analysis.windows import (
        list_node_years,
        list_tie_years,
        recompute,
        take_window,
        trace_windows,
    )
    from ecograph.analysis.years import compare_years
    from ecograph.ecosystem import Ecosystem
    from ecograph.errors import DataError, EcographError, RegisterError, SettingsError
    from ecograph.loader import load
    from ecograph.masking import Mask, find_leaks, list_names, list_public_names, mask, suppress
    from ecograph.output import save_tables
    from ecograph.problems import tabulate_problems
    from ecograph.projection import project
    from ecograph.registers import convert
    from ecograph.registers.databases import read_database
    from ecograph.registers.networks import read_network
    from ecograph.render.crate import describe_crate
    from ecograph.render.document import render_docx
    from ecograph.render.exports import export_network, export_tables, to_igraph, to_pandas
    from ecograph.render.maps import to_html
    from ecograph.render.notebook import show_map
    from ecograph.render.plots.calendar import plot_expiring
    from ecograph.render.plots.dimensions import plot_dimensions
    from ecograph.render.plots.events import plot_events
    from ecograph.render.plots.gaps import plot_funnel, plot_gaps, plot_stability
    from ecograph.render.plots.leaders import plot_leaders
    from ecograph.render.plots.moves import plot_moves
    from ecograph.render.plots.pairs import plot_pairs
    from ecograph.render.plots.targets import plot_targets
    from ecograph.render.plots.tiers import plot_tiers
    from ecograph.render.report import render_report
    from ecograph.render.spreadsheet import render_xlsx
    from ecograph.render.widget import map_widget
    from ecograph.schema import read_schema
    from ecograph.settings import Settings, settings_from
    from ecograph.statistics.rates import compare_rates
    from ecograph.synthetic import generate_city
    from ecograph.workflow import analyse, compute_results

__all__ = [
    "DataError",
    "EcographError",
    "Ecosystem",
    "Mask",
    "RegisterError",
    "Settings",
    "SettingsError",
    "__version__",
    "analyse",
    "assign_tiers",
    "break_down_dimensions",
    "check_pair_stability",
    "check_stability",
    "classify_sizes",
    "compare_ecosystems",
    "compare_indicators",
    "compare_rates",
    "compare_targets",
    "compare_years",
    "compose_dimensions",
    "compute_results",
    "convert",
    "count_actors",
    "count_brokers",
    "count_moves",
    "count_pyramid",
    "count_review_classes",
    "count_roles",
    "count_steps",
    "count_tiers",
    "count_topics",
    "count_trainings",
    "cover_counties",
    "cross_disciplines",
    "cross_tabulate",
    "deflate_amounts",
    "describe_crate",
    "describe_sources",
    "explain",
    "explain_tiers",
    "export_network",
    "export_tables",
    "find_backbone",
    "find_brokers",
    "find_communities",
    "find_gaps",
    "find_leaders",
    "find_leaks",
    "find_opportunities",
    "find_organisation_changes",
    "find_tie_changes",
    "generate_city",
    "list_achievements",
    "list_expiring",
    "list_matches",
    "list_members",
    "list_names",
    "list_near_misses",
    "list_node_years",
    "list_pipeline",
    "list_public_names",
    "list_tie_years",
    "list_unlinked_firms",
    "load",
    "map_widget",
    "mask",
    "measure_complexity",
    "measure_dimensions",
    "measure_finance",
    "measure_funnel",
    "measure_incubation",
    "measure_relatedness",
    "measure_specialisation",
    "measure_structure",
    "plot_dimensions",
    "plot_events",
    "plot_expiring",
    "plot_funnel",
    "plot_gaps",
    "plot_leaders",
    "plot_moves",
    "plot_pairs",
    "plot_stability",
    "plot_targets",
    "plot_tiers",
    "project",
    "project_backbone",
    "rank",
    "read_database",
    "read_network",
    "read_schema",
    "read_thermometer",
    "recompute",
    "relate_tiers",
    "render_docx",
    "render_report",
    "render_xlsx",
    "resolve",
    "review_names",
    "review_platforms",
    "save_tables",
    "settings_from",
    "show_map",
    "simulate_rules",
    "suggest_partners",
    "summarise",
    "summarise_promotions",
    "suppress",
    "tabulate_problems",
    "tabulate_reference",
    "take_window",
    "time_promotions",
    "to_html",
    "to_igraph",
    "to_pandas",
    "trace_windows",
    "track_tiers",
]

_HOMES = {
    "analysis.backbone": ("find_backbone", "project_backbone"),
    "analysis.breakdown": ("break_down_dimensions",),
    "analysis.brokers": ("find_brokers",),
    "analysis.carriers": (
        "count_review_classes",
        "list_pipeline",
        "measure_incubation",
        "review_platforms",
    ),
    "analysis.centrality": ("rank",),
    "analysis.changes": ("find_organisation_changes", "find_tie_changes"),
    "analysis.communities": ("find_communities", "list_members"),
    "analysis.comparison": ("compare_ecosystems", "describe_sources"),
    "analysis.composites": ("compose_dimensions",),
    "analysis.crosstables": ("cross_tabulate", "tabulate_reference"),
    "analysis.deflation": ("deflate_amounts",),
    "analysis.dimensions": ("measure_dimensions",),
    "analysis.duplicates": ("list_matches", "resolve", "review_names"),
    "analysis.explanations": ("explain_tiers",),
    "analysis.funnels": ("count_actors", "count_topics", "list_achievements", "measure_funnel"),
    "analysis.gaps": ("find_gaps",),
    "analysis.leaders": ("find_leaders",),
    "analysis.movement": ("count_moves", "count_pyramid", "count_steps", "track_tiers"),
    "analysis.near_misses": ("list_near_misses",),
    "analysis.opportunities": ("find_opportunities",),
    "analysis.overview": ("compare_indicators", "summarise"),
    "analysis.pairs": ("cross_disciplines",),
    "analysis.partners": ("suggest_partners",),
    "analysis.provenance": ("explain",),
    "analysis.promotions": ("summarise_promotions", "time_promotions"),
    "analysis.regional": ("measure_complexity", "measure_relatedness", "measure_specialisation"),
    "analysis.renewals": ("list_expiring",),
    "analysis.services": ("count_brokers", "count_trainings", "cover_counties", "measure_finance"),
    "analysis.simulation": ("simulate_rules",),
    "analysis.sizes": ("classify_sizes",),
    "analysis.stability": ("check_pair_stability", "check_stability"),
    "analysis.structure": ("count_roles", "measure_structure"),
    "analysis.targets": ("compare_targets", "read_thermometer"),
    "analysis.tier_links": ("relate_tiers",),
    "analysis.tiers": ("assign_tiers", "count_tiers"),
    "analysis.unlinked": ("list_unlinked_firms",),
    "analysis.windows": (
        "list_node_years",
        "list_tie_years",
        "recompute",
        "take_window",
        "trace_windows",
    ),
    "analysis.years": ("compare_years",),
    "ecosystem": ("Ecosystem",),
    "errors": ("DataError", "EcographError", "RegisterError", "SettingsError"),
    "loader": ("load",),
    "output": ("save_tables",),
    "problems": ("tabulate_problems",),
    "projection": ("project",),
    "registers": ("convert",),
    "masking": ("Mask", "find_leaks", "list_names", "list_public_names", "mask", "suppress"),
    "registers.databases": ("read_database",),
    "render.crate": ("describe_crate",),
    "render.document": ("render_docx",),
    "render.spreadsheet": ("render_xlsx",),
    "registers.networks": ("read_network",),
    "render.exports": ("export_network", "export_tables", "to_igraph", "to_pandas"),
    "render.maps": ("to_html",),
    "render.notebook": ("show_map",),
    "render.plots.calendar": ("plot_expiring",),
    "render.plots.dimensions": ("plot_dimensions",),
    "render.plots.events": ("plot_events",),
    "render.plots.gaps": ("plot_funnel", "plot_gaps", "plot_stability"),
    "render.plots.leaders": ("plot_leaders",),
    "render.plots.moves": ("plot_moves",),
    "render.plots.pairs": ("plot_pairs",),
    "render.plots.targets": ("plot_targets",),
    "render.plots.tiers": ("plot_tiers",),
    "render.report": ("render_report",),
    "render.widget": ("map_widget",),
    "schema": ("read_schema",),
    "settings": ("Settings", "settings_from"),
    "statistics.rates": ("compare_rates",),
    "synthetic": ("generate_city",),
    "workflow": ("analyse", "compute_results"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    """Import a public object when it is first used, so that a small job starts fast."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ecograph' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"ecograph.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
