"""The section of what the data cover: the graph's own counts, and published figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup, escape

from ecograph.render.page import is_missing
from ecograph.render.reporting.tables import list_rows, mark_filled
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["order_coverage", "present_coverage", "write_figure"]

_RELATIONS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "≈ "}
_SUMMARIES = {"nodes": "nodes", "edges": "edges", "agreements": "agreements", "amount": "sums"}


def present_coverage(page: Page) -> dict[str, object]:
    """Present what the graph holds beside what offices publish."""
    return {
        "summary": list(_tabulate_summary(page)),
        "table": _tabulate_coverage(page),
        "empty": page.lack("summary"),
    }


def order_coverage(page: Page) -> pd.DataFrame:
    """Put the indicators of a register together, registers in the order of their first row."""
    table = page.result("coverage")
    registers = table["register"].fillna(str(page.voice.say("coverage.no_register")))
    ordered = table.assign(group=registers, _place=pd.factorize(registers)[0])
    return ordered.sort_values("_place", kind="stable")


def write_figure(voice: Voice, row: Mapping[str, Any]) -> str:
    """Write a published figure with its relation and unit."""
    if is_missing(row["value"]):
        return ""
    relation = _RELATIONS.get(str(row["relation"]), "")
    unit = "" if is_missing(row["unit"]) else f" {row['unit']}"
    return f"{relation}{voice.write(row['value'], 'published')}{unit}"


# what the graph holds


def _tabulate_summary(page: Page) -> Iterator[Table]:
    """Lay out what the graph holds, one small table a group."""
    summary = page.result("summary")
    for what, caption in _SUMMARIES.items():
        part = summary[summary["what"] == what]
        if len(part):
            yield page.tabulate(
                f"summary-{what}",
                [_describe_count(page.voice, row) for row in list_rows(part)],
                {"item": "text", "value": "ready"},
                caption=page.voice.say(f"coverage.{caption}"),
            )


def _describe_count(voice: Voice, row: Mapping[str, Any]) -> dict[str, str]:
    what, item = row["what"], str(row["item"])
    form = "money" if item.startswith("sum_") else "count"
    return {"item": _name_item(voice, what, item), "value": voice.write(row["value"], form)}


def _name_item(voice: Voice, what: str, item: str) -> str:
    schema = read_schema()
    if what == "nodes":
        return voice.write(item, "kind")
    if what == "edges" and item in schema.edge_kinds:
        return schema.edge_kinds[item].labels[voice.lang]
    if item.startswith("sum_"):
        return str(voice.say("coverage.sum"))
    if item in {"counted", "agreements_with_amount"}:
        return str(voice.say(f"coverage.{item}"))
    return voice.name("status", item)


# what offices publish


def _tabulate_coverage(page: Page) -> Table:
    forms = {
        "indicator": "text",
        "published": "ready",
        "counted": "count",
        "coverage": "share",
        "period": "day",
        "rank": "words",
        "growth": "words",
        "note": "prose",
        "source": "words",
    }
    table = order_coverage(page)
    for column in ("rank", "growth"):
        if not mark_filled(table[column]).any():
            del forms[column]
    return page.tabulate(
        "coverage",
        [_describe_published(page, row) for row in list_rows(table)],
        forms,
        caption=page.voice.say("coverage.table"),
        csv="coverage.csv",
        group="group",
    )


def _describe_published(page: Page, row: Mapping[str, Any]) -> dict[str, object]:
    """Write a published figure as people write it."""
    voice = page.voice
    return {
        **row,
        "indicator": row["name"],
        "published": write_figure(voice, row),
        "rank": _write_rank(voice, row),
        "growth": _write_growth(voice, row["growth"]),
        "note_below": voice.write(row["population"], "words"),
        "source": _link_sources(page, row["source"]),
    }


def _link_sources(page: Page, stated: object) -> Markup:
    """Lead from the ids in a cell to the rows of the table of sources."""
    if is_missing(stated):
        return Markup("")
    ids = page.ecosystem.table("sources", ["id"])["id"].tolist()
    links = [
        Markup('<a href="#table-sources-row-{}">{}</a>').format(ids.index(part) + 1, part)
        if part in ids
        else escape(part)
        for part in re.split(r"\s*[;；、]\s*", str(stated))
    ]
    return page.voice.say("comma").join(links)


def _write_growth(voice: Voice, growth: Any) -> str:  # noqa: ANN401 - a share or nothing
    if is_missing(growth):
        return ""
    return ("+" if growth > 0 else "") + voice.write(growth, "share")


def _write_rank(voice: Voice, row: Mapping[str, Any]) -> str:
    if is_missing(row["rank"]):
        return ""
    rank = voice.write(row["rank"], "count")
    if is_missing(row["rank_previous"]):
        return rank
    previous = voice.write(row["rank_previous"], "count")
    return str(voice.say("coverage.rank", rank=rank, previous=previous))
