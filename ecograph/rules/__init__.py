"""Programmes, tiers and size classes as data: documents, dates in force, and how sure each is.

One YAML file a programme, with one edition for each document; ``tiers.yaml`` says which
certificate gives which tier, ``size.yaml`` how large a firm is. Nothing in the files is evaluated
as code: a quantity is a small tree of the operations in ``OPERATIONS``.
"""

from __future__ import annotations

from ecograph.rules.clauses import (
    CERTAINTIES,
    COMPARISONS,
    FACTS,
    MOST_YEARS,
    OPERATIONS,
    UNITS,
    Clause,
    Limit,
    Quantity,
    Step,
    Test,
    columns_of,
)
from ecograph.rules.programmes import Direct, Programme
from ecograph.rules.rulebook import (
    RuleBook,
    read_editions,
    read_programmes,
    read_rules,
    read_sizes,
    read_tiers,
)
from ecograph.rules.sizes import MEASURES, SIZES, Sector, SizeRule
from ecograph.rules.tiers import Route, Tier, Tiers

__all__ = [
    "CERTAINTIES",
    "COMPARISONS",
    "FACTS",
    "MEASURES",
    "MOST_YEARS",
    "OPERATIONS",
    "SIZES",
    "UNITS",
    "Clause",
    "Direct",
    "Limit",
    "Programme",
    "Quantity",
    "Route",
    "RuleBook",
    "Sector",
    "SizeRule",
    "Step",
    "Test",
    "Tier",
    "Tiers",
    "columns_of",
    "read_editions",
    "read_programmes",
    "read_rules",
    "read_sizes",
    "read_tiers",
]
