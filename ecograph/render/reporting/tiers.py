"""The section of firms by tier: pyramid, counts, and what each lacks for the next."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ecograph.analysis.tiers import TIERS
from ecograph.render.page import is_missing
from ecograph.render.plots.tiers import count_groups, keep_told, plot_tiers
from ecograph.render.reporting.tables import list_rows, mark_filled
from ecograph.texts import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["count_levels", "present_tiers", "shorten_list", "take_tiers"]

_FIRMS, _GROUPS = 12, 20
_PARTS, _LETTERS = 2, 120  # of a list in a cell; the CSV has all


def present_tiers(page: Page) -> dict[str, object]:
    """Present how many firms each tier has, where, and firms at risk or near the next tier."""
    tiers = take_tiers(page)
    table = _tabulate_tiers(page, tiers)
    if len(tiers) == 0:
        return {"chart": "", "table": table}
    counts = count_levels(tiers)
    return {
        "chart": page.chart("tiers", page.voice.say("tiers.chart"), plot_tiers),
        "counts": _tabulate_counts(page, counts),
        "near": _describe_near(page, counts),
        "treeless": _describe_treeless(page),
        "groups": [*_tabulate_groups(page)],
        "table": table,
    }


def take_tiers(page: Page) -> pd.DataFrame:
    """Take the tiers; none where the data say nothing about any firm."""
    return keep_told(page.result("tiers"))


def count_levels(tiers: pd.DataFrame) -> pd.DataFrame:
    """Count the firms of each tier.

    Parameters
    ----------
    tiers
        The result of `assign_tiers`.

    Returns
    -------
    pandas.DataFrame
        One row a tier of ``TIERS``: ``tier``, ``count``, ``at_risk`` (firms that hold a
        certificate whose rule they no longer meet), ``near`` (every clause of the
        next tier is met but one),
        ``near_unsure`` (one clause not met, but others unknown), ``share`` of all firms.
    """
    one_short = mark_filled(tiers["next_programme"]) & (tiers["not_met"] == 1)
    marks = pd.DataFrame(
        {
            "tier": tiers["tier"],
            "count": 1,
            "at_risk": mark_filled(tiers["at_risk"]),
            "near": one_short & (tiers["unknown"] == 0),
            "near_unsure": one_short & (tiers["unknown"] > 0),
        }
    )
    counts = marks.groupby("tier").sum().reindex(TIERS, fill_value=0).rename_axis("tier")
    return counts.assign(share=counts["count"] / max(len(tiers), 1)).reset_index()


def shorten_list(voice: Voice, text: object) -> str:
    """Keep the first parts of a list and say how many more there are."""
    if is_missing(text):
        return ""
    parts = re.split(r"[；;]\s*", str(text))
    kept = str(voice.say("semicolon")).join(parts[:_PARTS])
    kept = kept if len(kept) <= _LETTERS else f"{kept[: _LETTERS - 1]}…"
    if len(parts) <= _PARTS:
        return kept
    return f"{kept}{voice.say('tiers.more', number=len(parts) - _PARTS)}"


def _count_open(tiers: pd.DataFrame) -> pd.Series:
    """Count the clauses between each firm and the next tier; inf where there is none."""
    ahead = mark_filled(tiers["next_programme"])
    return (tiers["not_met"] + tiers["unknown"]).astype(float).where(ahead, math.inf)


def _tabulate_counts(page: Page, counts: pd.DataFrame) -> Table:
    forms = {
        "tier": "tier",
        "count": "count",
        "share": "share",
        "at_risk": "count",
        "near": "count",
    }
    caption = page.voice.say("tiers.counts")
    return page.tabulate("tier-counts", list_rows(counts), forms, caption=caption)


def _describe_near(page: Page, counts: pd.DataFrame) -> Markup:
    """Say how many firms are one clause short, and apart for how many that is not sure."""
    near, unsure = int(counts["near"].sum()), int(counts["near_unsure"].sum())
    sentences = []
    if near or unsure:
        number = page.link(near, "count", "tier-counts")
        sentences.append(page.voice.say("tiers.near", number=number))
    if unsure:
        number = page.link(unsure, "count", "tiers")
        sentences.append(page.voice.say("tiers.near_unsure", number=number))
    return page.voice.run(sentences)


def _describe_treeless(page: Page) -> Markup:
    """Name the regions that have firms in tiers but no tree, those with most seedlings first."""
    regions = count_groups(page.result("pyramid"), "region")
    named = regions[regions["name"] != ""]
    bare = named[(named["tree"] == 0) & (named[["shrub", "seedling"]].sum(axis=1) > 0)]
    if len(bare) == 0:
        return Markup("")
    ordered = bare.sort_values("seedling", ascending=False, kind="stable")
    names = [
        page.voice.say(
            "tiers.treeless_one",
            name=row["name"],
            seedlings=page.voice.write(row["seedling"], "count"),
            shrubs=page.voice.write(row["shrub"], "count"),
        )
        for row in list_rows(ordered)
    ]
    number = page.link(len(bare), "count", "tier-regions")
    said = page.voice.join(names)
    return page.voice.say("tiers.treeless", number=number, total=len(named), names=said)


def _tabulate_groups(page: Page) -> Iterator[Table]:
    """Set out the tiers of each region and of each industry, where there are several."""
    voice, pyramid = page.voice, page.result("pyramid")
    heads = {tier: voice.label("tier", tier) for tier in TIERS}
    for level, plural in (("region", "regions"), ("industry", "industries")):
        groups = count_groups(pyramid, level)
        if len(groups) == 0:
            continue
        total = groups[list(TIERS)].sum(axis=1, min_count=len(TIERS))
        grown = (total - groups["none"]) / total
        nameless = str(voice.say(f"tiers.no_{level}"))
        told = groups.assign(
            name=groups["name"].where(groups["name"] != "", nameless), all=total, grown=grown
        )
        yield page.tabulate(
            f"tier-{plural}",
            list_rows(told.head(_GROUPS)),
            {"name": "text", **dict.fromkeys(TIERS, "count"), "all": "count", "grown": "share"},
            caption=voice.say(f"tiers.{plural}"),
            total=len(told),
            csv="pyramid.csv",
            heads={
                **heads,
                "name": label_of("column", level, voice.lang),
                "all": str(voice.say("tiers.all_firms")),
                "grown": str(voice.say("tiers.grown")),
            },
        )


def _tabulate_tiers(page: Page, tiers: pd.DataFrame) -> Table:
    first = _order_tiers(tiers).head(_FIRMS)
    return page.tabulate(
        "tiers",
        [_describe_firm(page.voice, row) for row in list_rows(first)],
        {"name": "text", "tier": "tier", "at_risk": "words", "next_tier": "tier"},
        caption=page.voice.say("tiers.table"),
        total=len(tiers),
        csv="tiers.csv",
    )


def _order_tiers(tiers: pd.DataFrame) -> pd.DataFrame:
    """Put the firms at risk first, then those with the fewest clauses to the next tier."""
    keyed = tiers.assign(
        _safe=~mark_filled(tiers["at_risk"]), _open=_count_open(tiers), _id=tiers.index
    )
    return keyed.sort_values(["_safe", "_open", "not_met", "_id"], kind="stable")


def _describe_firm(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one firm in four cells, each with the detail below."""
    place = (voice.write(row[column], "words") for column in ("industry", "region"))
    ahead = (voice.name("certificate", row["next_programme"]), _describe_missing(voice, row))
    return {
        "name": row["name"],
        "name_below": " · ".join(filter(None, place)),
        "tier": row["tier"],
        "tier_below": voice.write(row["reason"], "words"),
        "at_risk": row["at_risk"],
        "next_tier": row["next_tier"],
        "next_tier_below": str(voice.say("colon")).join(filter(None, ahead)),
    }


def _describe_missing(voice: Voice, row: Mapping[str, Any]) -> str:
    """Say what is missing for the next tier; in short where nothing at all is known."""
    if row["unknown"] and not row["met"] and not row["not_met"]:
        return str(voice.say("tiers.unknown", number=row["unknown"]))
    return shorten_list(voice, row["missing"])
