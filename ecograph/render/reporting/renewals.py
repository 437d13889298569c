"""The section of certificates that expire, firms that are nearly there, and tiers by linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ecograph.analysis.renewals import RULE_STATES
from ecograph.render.page import is_missing
from ecograph.render.plots.calendar import mark_losses, plot_expiring
from ecograph.render.reporting.figures import caution_renewals, write_bounds, write_odds
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.tiers import shorten_list
from ecograph.rules import read_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_renewals"]

_ROWS, _SOON, _HALF, _WANTING = 15, 90, 6, 8  # rows; days; months; conditions
_SPANS = ("soon", "expired", "half", "later")  # the most urgent first


def present_renewals(page: Page) -> dict[str, object]:
    """Present what expires, what is nearly met, and whether tiers and links go together."""
    expiring = _mark_spans(page.result("expiring"), page.ecosystem.as_of)
    title = page.voice.say("renewals.chart")
    return {
        "chart": page.chart("expiring", title, plot_expiring) if len(expiring) else "",
        "title": title,
        "summary": _summarise_spans(page, expiring),
        "counts": _tabulate_counts(page, expiring),
        "expiring": _tabulate_expiring(page, expiring),
        "caution": caution_renewals(page, ["expiring"]) if len(expiring) else "",
        "wanting": _tabulate_wanting(page),
        "near": _tabulate_near(page),
        "links": _tabulate_links(page),
        "recorded": _describe_recorded(page),
    }


# what expires


def _mark_spans(table: pd.DataFrame, as_of: dt.date | None) -> pd.DataFrame:
    """Say of each certificate when it ends and what would be lost; in order of urgency."""
    half = _count_half_year(as_of)
    spans = [_name_span(day, half) for day in table["days_left"]]
    places = [_SPANS.index(span) for span in spans]
    falls = mark_losses(table).str.startswith("lose_").astype(bool)
    marked = table.assign(span=spans, falls=falls, _place=places, _safe=~falls)
    order = ["_place", "_safe", "days_left"]
    return marked.sort_values(order, kind="stable", ignore_index=True)


def _name_span(days: float, half: int) -> str:
    if days < 0:
        return "expired"
    return "soon" if days <= _SOON else "half" if days <= half else "later"


def _count_half_year(as_of: dt.date | None) -> int:
    """Count the days of the half year after a day.

    >>> _count_half_year(pd.Timestamp("2024-12-31")), _count_half_year(None)
    (181, 183)
    """
    if as_of is None:
        return 183
    return int((pd.Timestamp(as_of) + pd.DateOffset(months=_HALF) - pd.Timestamp(as_of)).days)


def _summarise_spans(page: Page, table: pd.DataFrame) -> Markup:
    """Say how many certificates expire in half a year and in a year, and what hangs on them."""
    ahead = table[table["span"] != "expired"]
    if len(ahead) == 0:
        return Markup("")
    numbers = {"half": int((ahead["span"] != "later").sum()), "year": len(ahead)}
    links = {
        name: page.link(number, "count", "expiring-counts")
        for name, number in (numbers | {"fall": int(ahead["falls"].sum())}).items()
    }
    return page.voice.say("renewals.summary", **links)


def _tabulate_counts(page: Page, table: pd.DataFrame) -> Table:
    """Count certificates by when they end, whether the rule is met, and what would be lost."""
    voice, rows = page.voice, []
    for span in _SPANS:
        part = table[table["span"] == span]
        if len(part):
            states = part["rule"].value_counts()
            rows.append(
                {
                    "span": voice.say(f"renewals.{span}"),
                    **{key: int(states.get(key, 0)) for key in RULE_STATES},
                    "count": len(part),
                    "fall": None if span == "expired" else int(part["falls"].sum()),
                }
            )
    heads = {key: voice.label("renewal_rule", key) for key in RULE_STATES}
    return page.tabulate(
        "expiring-counts",
        rows,
        {"span": "text", **dict.fromkeys(RULE_STATES, "count"), "count": "count", "fall": "count"},
        caption=voice.say("renewals.counts"),
        heads={**heads, **{name: str(voice.say(f"renewals.{name}")) for name in ("span", "fall")}},
    )


def _tabulate_expiring(page: Page, table: pd.DataFrame) -> Table:
    first = table.head(_ROWS)
    forms = {
        "name": "text",
        "certificate": "text",
        "valid_to": "day",
        "days_left": "count",
        "tier": "tier",
        "rule": "text",
        "missing": "prose",
    }
    return page.tabulate(
        "expiring",
        [_describe_certificate(page.voice, row) for row in list_rows(first)],
        forms,
        caption=page.voice.say("renewals.expiring"),
        total=len(table),
        csv="expiring.csv",
        group="group",
        empty=_lack_expiring(page),
        heads={"missing": str(page.voice.say("renewals.missing"))},
    )


def _describe_certificate(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one certificate; the tier that would be left stands below the tier."""
    without = ""
    if row["tier_without"] != row["tier"]:
        name = voice.label("tier", row["tier_without"])
        without = voice.say("renewals.without", tier=name)
    return {
        **row,
        "name_below": _name_place(voice, row),
        "certificate": voice.name("certificate", row["certificate"]),
        "certificate_below": _name_edition(voice, row),
        "tier_below": without,
        "rule": voice.label("renewal_rule", row["rule"]),
        "missing": shorten_list(voice, row["missing"]),
        "missing_below": _say_by_hand(voice, row),
        "group": voice.say(f"renewals.{row['span']}"),
    }


def _lack_expiring(page: Page) -> Markup:
    """Say why nothing expires: no last days, or none near the as-of day."""
    register = page.method("expiring").get("register", {})
    number, without = (register.get(key, 0) for key in ("certificates", "without_last_day"))
    if number and without < number:
        return page.voice.say("renewals.none_due", number=number - without, total=number)
    said = [page.lack("expiring")]
    if without:
        said.append(page.voice.say("renewals.undated", number=without, total=number))
    return page.voice.run(said)


def _name_place(voice: Voice, row: Mapping[str, Any]) -> str:
    return " · ".join(filter(None, (voice.write(row[c], "words") for c in ("industry", "region"))))


def _name_edition(voice: Voice, row: Mapping[str, Any]) -> Markup:
    if is_missing(row["edition"]):
        return Markup("")
    return voice.say("renewals.edition", edition=row["edition"])


def _say_by_hand(voice: Voice, row: Mapping[str, Any]) -> Markup:
    """Say how many clauses no table can tell, and how sure the documents are."""
    said = []
    if row["by_hand"]:
        said.append(voice.say("renewals.by_hand", number=int(row["by_hand"])))
    if not is_missing(row["certainty"]):
        said.append(voice.say("renewals.certainty", grade=row["certainty"]))
    return Markup(" · ").join(said)


# what is nearly met


def _tabulate_wanting(page: Page) -> Table | None:
    """Count which condition is lacking most often; nothing where no firm is near."""
    table, voice = page.result("near_misses"), page.voice
    if len(table) == 0:
        return None
    keys = ["next_tier", "programme", "clause"]
    groups = table.groupby(keys, sort=True)["short_share"]
    counts = groups.agg(lacking_firms="size", typical="median").reset_index()
    counts = counts.sort_values("lacking_firms", ascending=False, kind="stable")
    first = list_rows(counts.head(_WANTING))
    clauses = _name_clauses(page)
    rows = [
        {
            **row,
            "clause": clauses.get((row["programme"], row["clause"]), row["clause"]),
            "programme": voice.name("certificate", row["programme"]),
            "programme_below": f"→ {voice.label('tier', row['next_tier'])}",
        }
        for row in first
    ]
    heads = ("clause", "lacking_firms", "typical")
    return page.tabulate(
        "wanting",
        rows,
        {"clause": "text", "programme": "text", "lacking_firms": "count", "typical": "share"},
        caption=voice.say("renewals.wanting"),
        total=len(counts),
        csv="near_misses.csv",
        heads={name: str(voice.say(f"renewals.{name}")) for name in heads},
    )


def _name_clauses(page: Page) -> dict[tuple[str, str], str]:
    """Name the clauses of the programmes in force, in the language of the page."""
    ecosystem = page.ecosystem
    programmes = read_rules(ecosystem.settings.rules).pick(ecosystem.as_of)
    return {
        (programme.id, clause.id): clause.zh if page.voice.lang == "zh" else clause.en
        for programme in programmes.values()
        for clause in programme.clauses
    }


def _tabulate_near(page: Page) -> Table:
    table = page.result("near_misses")
    forms = {
        "name": "text",
        "programme": "text",
        "missing": "prose",
        "short_share": "share",
        "unknown": "count",
    }
    voice = page.voice
    return page.tabulate(
        "near-misses",
        [_describe_near(voice, row) for row in list_rows(table.head(_ROWS))],
        forms,
        caption=voice.say("renewals.near_table"),
        total=len(table),
        csv="near_misses.csv",
        empty=_lack_near(page),
        heads={name: str(voice.say(f"renewals.{name}_near")) for name in ("missing", "unknown")},
    )


def _describe_near(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    tiers = (voice.label("tier", row[column]) for column in ("tier", "next_tier"))
    return {
        **row,
        "name_below": _name_place(voice, row),
        "programme": voice.name("certificate", row["programme"]),
        "programme_below": " → ".join(tiers),
        "missing_below": _say_by_hand(voice, row),
    }


def _lack_near(page: Page) -> Markup:
    """Say what would fill the list, and that firms that fail nothing are not in it."""
    failing_none = page.method("near_misses").get("failing_none", {})
    said = [page.voice.say("renewals.no_near", registers=page.name_registers("near-misses"))]
    number = max(failing_none.values(), default=0)
    if number:
        said.append(page.voice.say("renewals.failing_none", number=number))
    return page.voice.run(said)


# tiers and links


def _tabulate_links(page: Page) -> Table:
    table, voice = page.result("tier_links"), page.voice
    table = table if (table["firms"] != 0).any() else table.iloc[:0]
    forms = {
        "tier": "tier",
        "firms": "count",
        "share": "share",
        "others_share": "share",
        "odds_ratio": "ready",
        "common_odds": "ready",
        "common_q": "q",
        "verdict": "text",
    }
    return page.tabulate(
        "tier-links",
        [_describe_link(voice, row) for row in list_rows(table)],
        forms,
        caption=voice.say("renewals.links_table"),
        csv="tier_links.csv",
        heads={name: str(voice.say(f"renewals.{name}")) for name in ("firms", "share")},
    )


def _describe_link(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one tier: shares with their counts, odds ratios with their intervals."""
    numbers = (voice.write(row[column], "count") for column in ("firms_linked", "firms"))
    others = (voice.write(row[column], "count") for column in ("others_linked", "others"))
    bounds = write_bounds(voice, row, "share")
    return {
        **row,
        "share_below": Markup("<br>").join(filter(None, ("/".join(numbers), bounds))),
        "others_share_below": "/".join(others),
        "odds_ratio": write_odds(voice, row["odds_ratio"]),
        "odds_ratio_below": write_bounds(voice, row, "ratio", columns=("odds_low", "odds_high")),
        "common_odds": write_odds(voice, row["common_odds"]),
        "common_odds_below": write_bounds(
            voice, row, "ratio", columns=("common_low", "common_high")
        ),
        "verdict": voice.label("tier_link_verdict", row["verdict"]),
    }


def _describe_recorded(page: Page) -> Markup:
    """Say of what share of firms there is any record at all."""
    share = page.method("tier_links").get("recorded")
    if is_missing(share) or not len(page.result("tier_links")):
        return Markup("")
    return page.voice.say("renewals.recorded", share=page.voice.write(share, "share"))
