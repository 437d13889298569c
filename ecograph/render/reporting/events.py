"""The section of events and platforms: what meetings yield, what platforms report, who helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing
from ecograph.render.plots.events import list_funnels, plot_events
from ecograph.render.reporting.figures import name_basis, say_flags, write_bounds
from ecograph.render.reporting.services import tabulate_services
from ecograph.render.reporting.tables import list_rows, mark_filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_events"]

_CHANNELS = ("all", "type", "mode", "register")  # single events are in the CSV
_YIELDS = (
    ("firms", "events"),
    ("achievements", "events"),
    ("intents", "firms"),
    ("matched", "achievements"),
    ("signed", "events"),
    ("signed", "intents"),
    ("paid", "signed"),
    ("amount", "signed"),
)
_PLATFORMS, _PLANNED = 10, 20
_TOLD = ["rd_input", "direct_benefit", "transfer_income"]


def present_events(page: Page) -> dict[str, object]:
    """Present what fills the section; what does not is said in one sentence."""
    tables = [
        _tabulate_funnel(page),
        _tabulate_platforms(page),
        _tabulate_reviews(page),
        _tabulate_pipeline(page),
        _tabulate_incubation(page),
        *tabulate_services(page),
    ]
    title = page.voice.say("events.chart")
    drawn = list_funnels(page.result("funnel"))
    return {
        "title": title,
        "chart": page.chart("events", title, plot_events) if drawn else None,
        "tables": [table for table in tables if table.rows],
        "silent": _name_silent(page, [table for table in tables if not table.rows]),
    }


def _name_silent(page: Page, tables: list[Table]) -> Markup:
    """Say which tables have no rows, each with the register that would fill it."""
    if not tables:
        return Markup("")
    voice = page.voice
    said = [
        voice.say(
            "events.lacks",
            name=table.caption,
            registers=page.name_registers(table.id.removeprefix("table-")),
        )
        for table in tables
    ]
    return voice.say("events.silent", names=voice.say("semicolon").join(said))


# the funnel


def _tabulate_funnel(page: Page) -> Table:
    """Set out the yields of each channel, one row each; published ones stand apart."""
    table, voice = page.result("funnel"), page.voice
    table = table[table["scope"].isin(_CHANNELS)]
    pairs = [f"{stage}_{of}" for stage, of in _YIELDS]
    groups = table.groupby(["basis", "scope", "channel"], sort=False)
    rows = [_describe_channel(voice, list_rows(part)) for _, part in groups]
    kept = [pair for pair in pairs if any(pair in row for row in rows)]
    return page.tabulate(
        "funnel",
        rows,
        {"channel": "text", **dict.fromkeys(kept, "ready"), "flags": "words"},
        caption=voice.say("events.funnel"),
        csv="funnel.csv",
        group="group",
        heads={pair: str(voice.say(f"events.{pair}")) for pair in pairs},
    )


def _describe_channel(voice: Voice, rows: list[dict[str, Any]]) -> dict[str, object]:
    """Lay out the yields of one channel side by side."""
    first = rows[0]
    told = [_round_money(row) for row in rows if (row["stage"], row["of"]) in _YIELDS]
    cells: dict[str, object] = {
        "channel": first["name"],
        "channel_below": voice.tell("scope", first["scope"]),
        "flags": say_flags(voice, *(row["flags"] for row in told)),
        "group": voice.tell("funnel_basis", first["basis"]),
    }
    for row in told:
        cell = f"{row['stage']}_{row['of']}"
        cells[cell] = voice.write(row["value"], _choose_form(row))
        cells[f"{cell}_below"] = _say_support(voice, row)
    return cells


def _round_money(row: Mapping[str, Any]) -> dict[str, Any]:
    """Round a mean amount and its interval to three figures; other yields stay as they are."""
    numbers = ("value", "ci_low", "ci_high") if row["stage"] == "amount" else ()
    return {**row, **{name: float(f"{row[name]:.3g}") for name in numbers}}


def _choose_form(row: Mapping[str, Any]) -> str:
    """Choose how a yield is written: money, a mean, or a share where it is one."""
    if row["stage"] == "amount":
        return "money"
    return "number" if row["of"] == "events" or "exceeds" in str(row["flags"]) else "share"


def _say_support(voice: Voice, row: Mapping[str, Any]) -> Markup:
    """Write the interval of a yield, and of how many it is."""
    bounds = write_bounds(voice, row, _choose_form(row))
    number = voice.write(row["whole"], "count")
    return Markup("<br>").join(filter(None, (bounds, f"n = {number}")))


# platforms


def _tabulate_platforms(page: Page) -> Table:
    """Set out what platforms put in and report to have brought: sums, then the largest."""
    table, voice = page.result("platforms"), page.voice
    table = table[table[_TOLD].apply(mark_filled).any(axis=1)]
    single = table[table["scope"] == "platform"]
    largest = single.sort_values("direct_benefit", ascending=False, kind="stable").head(_PLATFORMS)
    sums = table[table["scope"].isin(["all", "type", "level"])]
    order = [sums[sums["scope"] == "all"], sums[sums["scope"] != "all"], largest]
    parts = [*order, table[table["scope"] == "published"]]
    rows = [row for part in parts for row in list_rows(part)]
    return page.tabulate(
        "platforms",
        [_describe_platform(voice, row) for row in rows],
        {
            "name": "text",
            "platforms": "count",
            "known": "count",
            "rd_input": "money",
            "direct_benefit": "money",
            "ratio": "ratio",
            "transfer_income": "money",
            "origin": "text",
            "flags": "words",
        },
        caption=voice.say("events.platforms"),
        csv="platforms.csv",
        group="group",
        heads={name: str(voice.say(f"events.{name}")) for name in ("known", "origin")},
    )


def _describe_platform(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one platform or sum, marked by who says so."""
    year = [] if is_missing(row["year"]) else [f"{int(row['year'])}"]
    classed = voice.name("review_class", row["class"])
    reported = "self_reported" if row["self_reported"] is True else "audited"
    published = "published" if row["scope"] == "published" else ""
    coverage = "" if is_missing(row["coverage"]) else voice.write(row["coverage"], "share")
    return {
        **row,
        "name_below": " · ".join(filter(None, [*year, classed])),
        "known_below": coverage,
        "ratio_below": write_bounds(voice, row, "ratio"),
        "origin": name_basis(voice, published, reported),
        "flags": say_flags(voice, row["flags"]),
        "group": voice.tell("platform_scope", row["scope"]),
    }


def _tabulate_reviews(page: Page) -> Table:
    """Set out the classes of platform reviews, and whether more are excellent than may be."""
    voice = page.voice
    classes = ("excellent", "good", "qualified", "unqualified")
    names = {name: voice.name("review_class", name) for name in classes}
    heads = {name: str(voice.say(f"events.{name}")) for name in ("recommender", "allowed")}
    return page.tabulate(
        "review-classes",
        [_describe_review(voice, row) for row in list_rows(page.result("review_classes"))],
        {
            "recommender": "text",
            "year": "ready",
            "reviewed": "count",
            **dict.fromkeys(classes, "count"),
            "share": "share",
            "allowed": "count",
            "verdict": "words",
        },
        caption=voice.say("events.review_classes"),
        csv="review_classes.csv",
        heads={**names, **heads, "share": str(voice.say("events.excellent_share"))},
    )


def _describe_review(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    return {
        **row,
        "recommender": row["recommender"] or "—",
        "year": "—" if is_missing(row["year"]) else f"{int(row['year'])}",
        "share_below": write_bounds(voice, row, "share"),
        "verdict": voice.say(f"events.review_{row['verdict']}"),
    }


def _tabulate_pipeline(page: Page) -> Table:
    table, voice = page.result("pipeline"), page.voice
    forms = {
        "name": "text",
        "status": "text",
        "hosts": "text",
        "due": "day",
        "days_left": "count",
        "state": "text",
        "agreement": "words",
    }
    return page.tabulate(
        "pipeline",
        [_describe_planned(voice, row) for row in list_rows(table.head(_PLANNED))],
        forms,
        caption=voice.say("events.pipeline"),
        total=len(table),
        csv="pipeline.csv",
    )


def _describe_planned(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    kind = voice.name("platform_type", row["type"])
    return {
        **row,
        "name_below": " · ".join(filter(None, (kind, voice.write(row["level"], "words")))),
        "status": voice.name("status", row["status"]),
        "state": voice.tell("state", row["state"]),
    }


def _tabulate_incubation(page: Page) -> Table:
    """Set out the gradient of each incubator; as offices publish it, unless it says otherwise."""
    table, voice = page.result("incubation"), page.voice
    forms = {
        "stage": "text",
        "count": "ready",
        "total": "count",
        "share": "share",
        "listed": "count",
        "basis": "text",
        "flags": "words",
    }
    return page.tabulate(
        "incubation",
        list(_list_stages(voice, table)),
        forms,
        caption=voice.say("events.incubation"),
        csv="incubation.csv",
        group="group",
        heads={"listed": str(voice.say("events.listed"))},
    )


def _list_stages(voice: Voice, table: pd.DataFrame) -> Iterator[dict[str, object]]:
    for row in list_rows(table):
        unit = "" if is_missing(row["unit"]) else f" {row['unit']}"
        growth = voice.name("growth_stage", row["growth"])
        yield {
            **row,
            "stage": voice.name("incubation_stage", row["stage"]),
            "stage_below": " · ".join(filter(None, (growth, voice.write(row["date"], "words")))),
            "count": f"{voice.write(row['count'], 'count')}{unit}",
            "share_below": write_bounds(voice, row, "share"),
            "basis": name_basis(voice, row["basis"]),
            "flags": say_flags(voice, row["flags"]),
            "group": row["name"],
        }
