"""What an ecosystem holds, and how that compares with the figures that offices publish."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

__all__ = ["COVERAGE_COLUMNS", "compare_indicators", "count_matching", "summarise"]

COVERAGE_COLUMNS = (
    "name",
    "value",
    "unit",
    "relation",
    "counted",
    "coverage",
    "period",
    "population",
    "register",
    "rank",
    "rank_previous",
    "growth",
    "system",
    "note",
    "source",
)


def summarise(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count what an ecosystem holds.

    Returns
    -------
    pandas.DataFrame
        Columns ``what`` (nodes, edges, agreements, amount, rows), ``item``, ``value``.
    """
    rows: list[tuple[str, str, float]] = []
    counts = ecosystem.count_kinds()
    rows += [(f"{what}s", str(kind), int(n)) for (what, kind), n in counts.items()]
    agreements = ecosystem.parts.get("agreement", pd.DataFrame())
    if len(agreements):
        statuses = agreements["status"].value_counts().sort_index()
        rows += [("agreements", str(status), int(n)) for status, n in statuses.items()]
        rows.append(("agreements", "counted", int(ecosystem.counts.sum())))
        amounts = agreements.reindex(columns=["amount"]).loc[ecosystem.counts, "amount"]
        rows.append(("amount", "agreements_with_amount", int(amounts.notna().sum())))
        rows.append(("amount", f"sum_{ecosystem.currency}", round(math.fsum(amounts.dropna()), 2)))
    if len(ecosystem.accounts):
        totals = ecosystem.accounts[["rows", "used", "rejected", "blank"]].sum()
        rows += [("rows", str(item), int(n)) for item, n in totals.items()]
    table = pd.DataFrame(rows, columns=["what", "item", "value"])
    return attach_meta(table, ecosystem, "summary", method={})


def compare_indicators(ecosystem: Ecosystem) -> pd.DataFrame:
    """Set every published indicator beside what the graph itself counts.

    Published figures are shown, never added to counted rows.

    Returns
    -------
    pandas.DataFrame
        Indexed by indicator, columns ``COVERAGE_COLUMNS``: ``counted`` is the graph's own count
        where the indicator says what it counts, ``coverage`` = counted / value.
    """
    columns = ["id", "counts", "coverage", *COVERAGE_COLUMNS]
    indicators = ecosystem.table("indicators", columns)
    table = indicators.rename(columns={"coverage": "population"})
    table = table.loc[:, ~table.columns.duplicated()].set_index("id")
    counted = [count_matching(ecosystem, what) for what in indicators["counts"]]
    table["counted"] = np.array(counted, dtype=float)
    value = table["value"].astype(float)
    table["coverage"] = table["counted"] / value.where(value > 0)
    table = table[list(COVERAGE_COLUMNS)].rename_axis("indicator").sort_index()
    return attach_meta(
        table, ecosystem, "coverage", method={"counted": "rows of the graph, by kind"}
    )


def count_matching(ecosystem: Ecosystem, what: object) -> float:
    """Count what an indicator says that it counts.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    what
        A node kind (``agreement``: those that count; ``platform``: those not planned),
        ``university:resident`` (or another yes-no attribute), or ``certificate:KEY`` (firms
        that hold it on the as-of day).

    Returns
    -------
    float
        The count, or nan where ``what`` is empty or unknown, or there is no as-of day to decide
        whether a certificate is in force.
    """
    if not isinstance(what, str):
        return np.nan
    kind, _, detail = what.partition(":")
    if kind == "certificate":
        return _count_holders(ecosystem, detail)
    if kind == "agreement" and not detail:
        return float(ecosystem.counts.sum())
    if kind not in read_schema().node_kinds:
        return np.nan
    nodes = ecosystem.select(kind)
    if detail:
        answers = nodes.reindex(columns=[detail])[detail].dropna()
        return float(answers.isin([True]).sum()) if len(answers) else np.nan
    if kind == "platform" and "status" in nodes:
        waiting = nodes["status"].notna() & ~nodes["status"].isin(ecosystem.settings.counted)
        nodes = nodes[~waiting]
    return float(len(nodes))


def _count_holders(ecosystem: Ecosystem, certificate: str) -> float:
    """Count the firms that hold a certificate; unknown where that of one cannot be decided."""
    from ecograph.analysis.clauses import (  # noqa: PLC0415 - it reads the rules, a summary has none
        date_certificates,
        read_certificates,
    )

    rows = date_certificates(ecosystem)
    rows = rows[rows["certificate"].isin(read_certificates(certificate))]
    if (rows["standing"] == "undecided").any():
        return np.nan
    return float(rows.loc[rows["standing"] == "in_force", "enterprise"].nunique())
