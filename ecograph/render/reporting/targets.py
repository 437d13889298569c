"""The section of targets against what was reached, and of published indicators that move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing
from ecograph.render.plots.targets import STATES, order_targets, plot_targets
from ecograph.render.reporting.coverage import write_figure
from ecograph.render.reporting.figures import name_basis, say_flags, write_bounds
from ecograph.render.reporting.tables import list_rows, mark_filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["draw_share", "present_targets"]

_INDICATORS, _BLOCKS = 20, 10


def present_targets(page: Page) -> dict[str, object]:
    """Present targets against what was reached, and the indicators that move."""
    title = page.voice.say("targets.chart")
    told = page.result("targets")["reached"].notna().any()
    return {
        "summary": _count_states(page),
        "chart": page.chart("targets", title, plot_targets) if told else "",
        "title": title,
        "table": _tabulate_targets(page),
        "thermometer": _tabulate_indicators(page),
    }


def draw_share(value: object) -> Markup:
    """Draw a share as a bar of 0 to 100%, of blocks where no style sheet draws it.

    >>> print(draw_share(0.4))
    <span class="bar" aria-hidden="true" style="--part:40%">████░░░░░░</span>
    """
    if is_missing(value):
        return Markup("")
    part = min(max(float(str(value)), 0.0), 1.0)
    blocks = round(_BLOCKS * part)
    return Markup('<span class="bar" aria-hidden="true" style="--part:{}">{}</span>').format(
        f"{100 * part:.4g}%", "█" * blocks + "░" * (_BLOCKS - blocks)
    )


# targets


def _count_states(page: Page) -> Markup:
    """Say how many targets stand in which state."""
    states = page.result("targets")["state"].value_counts()
    said = [
        page.voice.say(
            "targets.state_count", state=page.voice.tell("state", key), number=states[key]
        )
        for key in STATES
        if key in states
    ]
    return page.voice.say("semicolon").join(said)


def _tabulate_targets(page: Page) -> Table:
    rows = list_rows(order_targets(page.result("targets")))
    forms = {
        "name": "text",
        "target": "ready",
        "actual": "ready",
        "reached": "share",
        "elapsed": "share",
        "days_left": "count",
        "state": "text",
        "flags": "words",
    }
    return page.tabulate(
        "targets",
        [_describe_target(page.voice, row) for row in rows],
        forms,
        caption=page.voice.say("targets.table"),
        csv="targets.csv",
        heads={"target": str(page.voice.say("targets.target"))},
    )


def _describe_target(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one target; where the number that was reached comes from stands below it."""
    kind = voice.name("target_kind", row["kind"])
    place = (voice.write(row[column], "words") for column in ("register", "period"))
    unit = "" if is_missing(row["unit"]) else f" {row['unit']}"
    known = not is_missing(row["actual"])
    return {
        **row,
        "name_below": " · ".join(filter(None, (kind, *place))),
        "target": write_figure(voice, row),
        "actual": f"{voice.write(row['actual'], 'published')}{unit if known else ''}",
        "actual_below": voice.tell("actual_from", row["actual_from"]),
        "reached_below": draw_share(row["reached"]),
        "state": voice.tell("state", row["state"]),
        "flags": say_flags(voice, row["flags"]),
    }


# the thermometer


def _tabulate_indicators(page: Page) -> Table:
    """Set out headline indicators first, then those that are a share or mean of another."""
    table, voice = page.result("thermometer"), page.voice
    headline = mark_filled(table["headline"]) & (table["headline"] == True)  # noqa: E712 - of objects
    related = ~headline & (table["share"].notna() | table["mean"].notna())
    chosen = [*list_rows(table[headline]), *list_rows(table[related])]
    names = table["name"].to_dict()
    rows = [_describe_indicator(voice, row, names) for row in chosen[:_INDICATORS]]
    forms = {
        "name": "text",
        "value": "ready",
        "basis": "text",
        "growth": "words",
        "rank": "words",
        "movement": "words",
        "share": "share",
        "mean": "ready",
        "flags": "words",
    }
    kept = {c: form for c, form in forms.items() if any(not is_missing(r[c]) for r in rows)}
    return page.tabulate(
        "thermometer",
        rows,
        kept,
        caption=voice.say("targets.thermometer_table"),
        total=len(table),
        csv="thermometer.csv",
        group="group",
        empty=_lack_headlines(page, table),
        heads={name: str(voice.say(f"targets.{name}")) for name in ("share", "mean")},
    )


def _describe_indicator(
    voice: Voice, row: Mapping[str, Any], names: Mapping[Any, str]
) -> dict[str, object]:
    """Set out one indicator; what it is a part or mean of stands below."""
    place = (voice.write(row[column], "words") for column in ("register", "period"))
    told = bool(row["headline"])
    bounds = write_bounds(voice, row, "share")
    return {
        **row,
        "name_below": " · ".join(filter(None, place)),
        "value": write_figure(voice, row) or voice.write(None, "number"),
        "value_below": _say_previous(voice, row),
        "basis": _name_basis(voice, row),
        "growth": _write_growth(voice, row),
        "rank": _write_rank(voice, row),
        "movement": _write_movement(voice, row["movement"]),
        "share_below": Markup("<br>").join(filter(None, (bounds, _name_base(row, "share", names)))),
        "mean": _write_mean(voice, row),
        "mean_below": _name_base(row, "mean", names),
        "flags": say_flags(voice, row["flags"]),
        "group": voice.say("targets.headline" if told else "targets.related"),
    }


def _say_previous(voice: Voice, row: Mapping[str, Any]) -> Markup:
    if is_missing(row["value_previous"]):
        return Markup("")
    origin = voice.tell("previous_from", row["previous_from"])
    value = voice.write(row["value_previous"], "number")
    return voice.say("targets.previous", value=value, origin=origin)


def _name_base(row: Mapping[str, Any], what: str, names: Mapping[Any, str]) -> str:
    """Name the indicator that a share or mean is taken of."""
    base = row[{"share": "part_of", "mean": "per"}[what]]
    return "" if is_missing(row[what]) else f"÷ {names.get(base, base)}"


def _write_mean(voice: Voice, row: Mapping[str, Any]) -> str:
    if is_missing(row["mean"]):
        return ""
    unit = "" if is_missing(row["unit"]) else f" {row['unit']}"
    return f"{voice.write(row['mean'], 'number')}{unit}"


def _name_basis(voice: Voice, row: Mapping[str, Any]) -> str:
    """Name where a figure comes from; an estimate is marked."""
    name = name_basis(voice, row["basis"])
    return str(voice.say("targets.estimate", basis=name)) if row["estimate"] else name


def _write_growth(voice: Voice, row: Mapping[str, Any]) -> str:
    if is_missing(row["growth"]):
        return ""
    return ("+" if row["growth"] > 0 else "") + voice.write(row["growth"], "share")


def _write_rank(voice: Voice, row: Mapping[str, Any]) -> str:
    if is_missing(row["rank"]):
        return ""
    rank = voice.write(row["rank"], "count")
    if is_missing(row["rank_previous"]):
        return rank
    previous = voice.write(row["rank_previous"], "count")
    return str(voice.say("coverage.rank", rank=rank, previous=previous))


def _write_movement(voice: Voice, movement: Any) -> str:  # noqa: ANN401 - places or nothing
    """Write places gained or lost.

    >>> from ecograph.render.reporting.voice import Voice
    >>> [_write_movement(Voice("en", "CNY"), places) for places in (3.0, -1.0, 0.0)]
    ['↑ 3', '↓ 1', '=']
    """
    if is_missing(movement):
        return ""
    sign = "↑" if movement > 0 else "↓"
    return f"{sign} {voice.write(abs(movement), 'count')}" if movement else "="


def _lack_headlines(page: Page, table: pd.DataFrame) -> Markup:
    """Say what would fill the thermometer; some indicators are there but tell no movement."""
    if len(table) == 0:
        return page.lack("thermometer")
    return page.voice.say("targets.no_headline", number=page.link(len(table), "count", "coverage"))
