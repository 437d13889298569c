"""The section of how firms move between tiers: flows, steps of the path, waiting times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.analysis.movement import STATES
from ecograph.render.page import is_missing
from ecograph.render.plots.moves import find_way, name_state, plot_moves, take_latest
from ecograph.render.reporting.figures import caution_renewals, write_bounds
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ecograph.render.plots.svg import Chart
    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_movement"]

_RESULTS = ("tier_moves", "path_steps", "promotion_summary")
_HORIZONS = (1, 3)  # years; the CSV has more


def present_movement(page: Page) -> dict[str, object]:
    """Present the moves between tiers of the latest two years, and how long firms wait."""
    moves = take_latest(page.result("tier_moves"))
    years = _name_years(moves)
    title = page.voice.say("movement.chart", years=years)
    tables = {
        "moves": _tabulate_moves(page, moves, years),
        "steps": _tabulate_steps(page),
        "promotions": _tabulate_promotions(page),
    }
    told = any(table.rows for table in tables.values())
    return {
        "title": title,
        "chart": _prepare_chart(page, moves, title),
        "summary": _summarise_moves(page, moves, years),
        **tables,
        "told": told,
        "caution": caution_renewals(page, _RESULTS) if told else "",
    }


def _name_years(moves: pd.DataFrame) -> str:
    if len(moves) == 0:
        return ""
    return f"{int(moves['year_from'].iloc[0])}→{int(moves['year_to'].iloc[0])}"


# the moves


def _prepare_chart(page: Page, moves: pd.DataFrame, title: Markup) -> Chart | str:
    told = len(moves) and moves["firms"].sum() > 0
    return page.chart("tier-moves", title, plot_moves) if told else ""


def _summarise_moves(page: Page, moves: pd.DataFrame, years: str) -> Markup:
    """Say how many firms rose, fell and stayed; nothing where a count is withheld."""
    if len(moves) == 0 or moves["firms"].isna().any():
        return Markup("")
    ways = [find_way(row["tier_from"], row["tier_to"]) for row in list_rows(moves)]
    sums = moves["firms"].astype(int).groupby(ways).sum()
    told = {
        way: page.link(int(sums.get(way, 0)), "count", "tier-moves")
        for way in ("rise", "fall", "stay", "other")
    }
    return page.voice.say("movement.summary", years=years, **told)


def _stack_share(voice: Voice, row: Mapping[str, Any]) -> Markup:
    """Write a share over its interval, for a narrow cell."""
    if is_missing(row["share"]) or not row["firms"]:
        return Markup("")
    parts = (voice.write(row["share"], "share"), write_bounds(voice, row, "share"))
    return Markup("<br>").join(filter(None, parts))


def _tabulate_moves(page: Page, moves: pd.DataFrame, years: str) -> Table:
    """Set out the moves as a square: from the tiers in the rows to those in the columns."""
    voice, rows = page.voice, list_rows(moves)
    reached = [key for key in STATES if any(r["firms"] and r["tier_to"] == key for r in rows)]
    left = [key for key in STATES if any(r["firms"] and r["tier_from"] == key for r in rows)]
    return page.tabulate(
        "tier-moves",
        [_sum_row(voice, key, [r for r in rows if r["tier_from"] == key]) for key in left],
        {"tier_from": "text", **dict.fromkeys(reached, "count"), "firms": "count"},
        caption=voice.say("movement.moves", years=years),
        csv="tier_moves.csv",
        empty=_lack_moves(page),
        heads={
            **{key: f"→ {name_state(voice, key)}" for key in reached},
            "firms": str(voice.say("movement.all")),
        },
    )


def _sum_row(voice: Voice, key: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Lay out where the firms of one tier went; a sum that would tell a withheld count is left."""
    cells: dict[str, object] = {"tier_from": name_state(voice, key)}
    for row in rows:
        cells[row["tier_to"]] = row["firms"]
        cells[f"{row['tier_to']}_below"] = _stack_share(voice, row)
    if any(is_missing(row["firms"]) for row in rows):
        return cells | {"firms": None}
    cells["firms"] = firms = sum(int(row["firms"]) for row in rows)
    known = max((int(r["firms_from"]) for r in rows if not is_missing(r["firms_from"])), default=0)
    if 0 < known < firms:
        cells["firms_below"] = voice.say("movement.known", number=f"{known:,}")
    return cells


def _lack_moves(page: Page) -> Markup:
    """Say what would fill the moves, and how many certificates have no first day."""
    register = page.method("tier_moves").get("register", {})
    undated = register.get("without_first_day", 0)
    said = [page.lack("tier-moves")]
    if undated:
        total = register["certificates"]
        said.append(page.voice.say("movement.undated", number=undated, total=total))
    return page.voice.run(said)


# the steps of the path


def _tabulate_steps(page: Page) -> Table:
    table = page.result("path_steps")
    latest = list_rows(take_latest(table))
    pooled = list_rows(table[table["scope"] == "pooled"]) if _count_years(table) > 1 else []
    forms = {
        "path": "text",
        "firms": "count",
        "firms_from": "count",
        "share": "share",
        "interval": "ready",
    }
    voice = page.voice
    return page.tabulate(
        "path-steps",
        [_describe_step(voice, row) for row in [*latest, *pooled]],
        forms,
        caption=voice.say("movement.steps_table"),
        csv="path_steps.csv",
        group="group",
        heads={
            "firms": str(voice.say("movement.took")),
            "firms_from": str(voice.say("movement.could")),
        },
    )


def _count_years(table: pd.DataFrame) -> int:
    return int(table.loc[table["scope"] == "year", "year_to"].nunique())


def _describe_step(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    first, last = int(row["year_from"]), int(row["year_to"])
    scope = "pooled" if row["scope"] == "pooled" else "latest"
    return {
        **row,
        "path": voice.label("path", row["path"]),
        "path_below": voice.tell("movement.path", row["path"]),
        "interval": write_bounds(voice, row, "share"),
        "group": voice.say(f"movement.{scope}", first=first, last=last),
    }


# the waiting times


def _tabulate_promotions(page: Page) -> Table:
    table = page.result("promotion_summary")
    table = table[table["firms"] != 0] if len(table) else table  # what is withheld is some
    horizons = [f"within_{years}" for years in _HORIZONS]
    forms = {
        "step": "text",
        "firms": "count",
        "promoted": "count",
        "waiting": "count",
        "median": "ready",
        **dict.fromkeys(horizons, "share"),
        "left_out": "count",
    }
    voice = page.voice
    named = {name: str(voice.say(f"movement.{name}")) for name in ("step", "median", "left_out")}
    return page.tabulate(
        "promotions",
        [_describe_wait(voice, row) for row in list_rows(table)],
        forms,
        caption=voice.say("movement.promotions_table"),
        csv="promotion_summary.csv",
        heads={**named, "firms": str(voice.say("movement.entered"))},
    )


def _describe_wait(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out how long firms wait in one tier; a median that is not reached is said to be so."""
    bounds = write_bounds(voice, row, "ratio", columns=("median_low", "median_high"))
    below = bounds if not is_missing(row["median"]) else voice.say("movement.not_reached")
    if any(is_missing(row[name]) for name in ("firms", "promoted", "waiting")):
        below = Markup("")  # withheld, and the median with it
    cells: dict[str, object] = {
        **row,
        "step": f"{voice.label('tier', row['tier'])} → {voice.label('tier', row['next_tier'])}",
        "median": voice.write(row["median"], "ratio"),
        "median_below": below,
        "left_out": row["entry_unknown"] + row["promotion_unknown"] + row["not_observed"],
    }
    for years in _HORIZONS:
        name = f"within_{years}"
        cells[f"{name}_below"] = write_bounds(
            voice, row, "share", columns=(f"{name}_low", f"{name}_high")
        )
    return cells
