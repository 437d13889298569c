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
    from ecograph.analysis.centrality import rank
    from ecograph.analysis.changes import find_organisation_changes, find_tie_changes
    from ecograph.analysis.communities import find_communities, list_members
    from ecograph.analysis.comparison import compare_ecosystems, describe_sources
    from ecograph.analysis.composites import compose_dimensions
    from ecograph.analysis.crosstables import cross_tabulate, tabulate_reference
    from ecograph.analysis.deflation import deflate_amounts
    from ecograph.analysis.dimensions import measure_dimensions
    from ecograph.analysis.gaps import find_gaps
    from ecograph.analysis.leaders import find_leaders
    from ecograph.analysis.opportunities import find_opportunities
    from ecograph.analysis.overview import compare_indicators, summarise
    from ecograph.analysis.pairs import cross_disciplines
    from ecograph.analysis.partners import suggest_partners
    from ecograph.analysis.regional import (
        measure_complexity,
        measure_relatedness,
        measure_specialisation,
    )
    from ecograph.analysis.stability import check_pair_stability, check_stability
    from ecograph.analysis.structure import count_roles, measure_structure
    from ecograph.analysis.tiers import assign_tiers, count_tiers
    from ecograph.analysis.unlinked import list_unlinked_firms
    from ecograph.analysis.windows import recompute, take_window, trace_windows
    from ecograph.ecosystem import Ecosystem
    from ecograph.errors import DataError, EcographError, RegisterError, SettingsError
    from ecograph.loader import load
    from ecograph.output import save_tables
    from ecograph.problems import tabulate_problems
    from ecograph.projection import project
    from ecograph.registers import convert
    from ecograph.render.maps import to_html
    from ecograph.render.report import render_report
    from ecograph.schema import read_schema
    from ecograph.settings import Settings, settings_from
    from ecograph.statistics.rates import compare_rates
    from ecograph.synthetic import generate_city
    from ecograph.workflow import analyse, compute_results

__all__ = [
    "DataError",
    "EcographError",
    "Ecosystem",
    "RegisterError",
    "Settings",
    "SettingsError",
    "__version__",
    "analyse",
    "assign_tiers",
    "break_down_dimensions",
    "check_pair_stability",
    "check_stability",
    "compare_ecosystems",
    "compare_indicators",
    "compare_rates",
    "compose_dimensions",
    "compute_results",
    "convert",
    "count_roles",
    "count_tiers",
    "cross_disciplines",
    "cross_tabulate",
    "deflate_amounts",
    "describe_sources",
    "find_backbone",
    "find_brokers",
    "find_communities",
    "find_gaps",
    "find_leaders",
    "find_opportunities",
    "find_organisation_changes",
    "find_tie_changes",
    "generate_city",
    "list_members",
    "list_unlinked_firms",
    "load",
    "measure_complexity",
    "measure_dimensions",
    "measure_relatedness",
    "measure_specialisation",
    "measure_structure",
    "project",
    "project_backbone",
    "rank",
    "read_schema",
    "recompute",
    "render_report",
    "save_tables",
    "settings_from",
    "suggest_partners",
    "summarise",
    "tabulate_problems",
    "tabulate_reference",
    "take_window",
    "to_html",
    "trace_windows",
]

_HOMES = {
    "analysis.backbone": ("find_backbone", "project_backbone"),
    "analysis.breakdown": ("break_down_dimensions",),
    "analysis.brokers": ("find_brokers",),
    "analysis.centrality": ("rank",),
    "analysis.changes": ("find_organisation_changes", "find_tie_changes"),
    "analysis.communities": ("find_communities", "list_members"),
    "analysis.comparison": ("compare_ecosystems", "describe_sources"),
    "analysis.composites": ("compose_dimensions",),
    "analysis.crosstables": ("cross_tabulate", "tabulate_reference"),
    "analysis.deflation": ("deflate_amounts",),
    "analysis.dimensions": ("measure_dimensions",),
    "analysis.gaps": ("find_gaps",),
    "analysis.leaders": ("find_leaders",),
    "analysis.opportunities": ("find_opportunities",),
    "analysis.overview": ("compare_indicators", "summarise"),
    "analysis.pairs": ("cross_disciplines",),
    "analysis.partners": ("suggest_partners",),
    "analysis.regional": (
        "measure_complexity",
        "measure_relatedness",
        "measure_specialisation",
    ),
    "analysis.stability": ("check_pair_stability", "check_stability"),
    "analysis.structure": ("count_roles", "measure_structure"),
    "analysis.tiers": ("assign_tiers", "count_tiers"),
    "analysis.unlinked": ("list_unlinked_firms",),
    "analysis.windows": ("recompute", "take_window", "trace_windows"),
    "ecosystem": ("Ecosystem",),
    "errors": ("DataError", "EcographError", "RegisterError", "SettingsError"),
    "loader": ("load",),
    "output": ("save_tables",),
    "problems": ("tabulate_problems",),
    "projection": ("project",),
    "registers": ("convert",),
    "render.maps": ("to_html",),
    "render.report": ("render_report",),
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
