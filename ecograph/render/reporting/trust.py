"""How far the data reach: what stands beside the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.render.reporting.coverage import order_coverage, write_figure
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page

__all__ = ["describe_trust"]

_INDICATORS = 4


def describe_trust(page: Page) -> Iterator[Markup]:
    """Say how far the data reach, a sentence each."""
    if page.ecosystem.synthetic:
        yield page.voice.say("trust.synthetic")
    yield from _describe_coverage(page)
    accounts = page.ecosystem.accounts
    if len(accounts):
        totals = accounts[["rows", "used", "rejected", "blank"]].sum()
        numbers = {str(k): page.link(n, "count", "accounts") for k, n in totals.items()}
        yield page.voice.say("trust.rows", **numbers)
    yield _describe_problems(page)


def _describe_coverage(page: Page) -> Iterator[Markup]:
    """Set the least covered indicators beside what the graph counts."""
    table = order_coverage(page)
    table = table.assign(place=range(1, len(table) + 1))
    partial = table[table["coverage"] < 1].sort_values(["coverage", "place"], kind="stable")
    if len(partial) == 0:
        return
    for row in list_rows(partial.head(_INDICATORS)):
        anchor = f"coverage-row-{row['place']}"
        yield page.voice.say(
            "trust.coverage",
            name=row["name"],
            value=page.link(write_figure(page.voice, row), "ready", anchor),
            counted=page.link(row["counted"], "count", anchor),
            share=page.link(row["coverage"], "share", anchor),
        )
    if len(partial) > _INDICATORS:
        number = page.link(len(partial) - _INDICATORS, "count", "coverage")
        yield page.voice.say("trust.coverage_more", number=number)
    yield page.voice.say("trust.conclusion")


def _describe_problems(page: Page) -> Markup:
    errors = len(page.ecosystem.errors)
    warnings = len(page.ecosystem.problems) - errors
    if errors + warnings == 0:
        return page.voice.say("trust.no_problems")
    return page.voice.say(
        "trust.problems",
        errors=page.link(errors, "count", "codes"),
        warnings=page.link(warnings, "count", "codes"),
    )
