"""The section of how firms move between tiers: flows, steps of the path, waiting times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.analysis.movement import STATES
from ecograph.analysis.tiers import TIERS
from ecograph.render.flows import Stream, draw_flows
from ecograph.render.page import is_missing
from ecograph.render.reporting.figures import caution_renewals, write_bounds
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ecograph.render.flows import Way
    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_movement"]

_RESULTS = ("tier_moves", "path_steps", "promotion_summary")
_HORIZONS = (1, 3)  # years; the CSV has more


def present_movement(page: Page) -> dict[str, object]:
    """Present the moves between tiers of the latest two years, and how long firms wait."""
    moves = _take_latest(page.result("tier_moves"))
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
        "chart": _draw_moves(page.voice, moves, str(title)),
        **tables,
        "told": told,
        "caution": caution_renewals(page, _RESULTS) if told else "",
    }


def _take_latest(table: pd.DataFrame) -> pd.DataFrame:
    """Take the rows of the latest pair of years."""
    yearly = table[table["scope"] == "year"]
    return yearly[yearly["year_to"] == yearly["year_to"].max()] if len(yearly) else yearly


def _name_years(moves: pd.DataFrame) -> str:
    if len(moves) == 0:
        return ""
    return f"{int(moves['year_from'].iloc[0])}→{int(moves['year_to'].iloc[0])}"


def _name_state(voice: Voice, key: str) -> str:
    return voice.label("tier", key) if key in TIERS else voice.tell("movement", key)


# the moves


def _draw_moves(voice: Voice, moves: pd.DataFrame, title: str) -> Markup:
    if len(moves) == 0:
        return Markup("")
    names = {key: _name_state(voice, key) for key in STATES}
    streams = [
        Stream(
            row["tier_from"],
            row["tier_to"],
            int(row["firms"]),
            _find_way(row["tier_from"], row["tier_to"]),
            f"{names[row['tier_from']]} → {names[row['tier_to']]}: {_write_move(voice, row)}",
        )
        for row in list_rows(moves)
    ]
    heads = (f"{int(moves['year_from'].iloc[0])}", f"{int(moves['year_to'].iloc[0])}")
    return draw_flows(streams, names, title=title, heads=heads)


def _find_way(source: str, target: str) -> Way:
    """Say whether a move is up, down, none, or none that can be told."""
    if source == target and source in TIERS:
        return "stay"
    if source not in TIERS or target not in TIERS:
        return "other"
    return "rise" if TIERS.index(target) < TIERS.index(source) else "fall"


def _write_move(voice: Voice, row: Mapping[str, Any]) -> str:
    number, share = voice.write(row["firms"], "count"), _write_share(voice, row)
    return f"{number} ({share})" if share else number


def _write_share(voice: Voice, row: Mapping[str, Any]) -> str:
    """Write a share with its interval; nothing where there is none."""
    if is_missing(row["share"]):
        return ""
    bounds = write_bounds(voice, row, "share")
    return f"{voice.write(row['share'], 'share')} [{bounds}]" if bounds else ""


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
            **{key: f"→ {_name_state(voice, key)}" for key in reached},
            "firms": str(voice.say("movement.all")),
        },
    )


def _sum_row(voice: Voice, key: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Lay out where the firms of one tier went, and how many they are."""
    cells: dict[str, object] = {"tier_from": _name_state(voice, key)}
    firms = known = 0
    for row in rows:
        cells[row["tier_to"]] = row["firms"]
        cells[f"{row['tier_to']}_below"] = _stack_share(voice, row)
        firms += int(row["firms"])
        known = max(known, 0 if is_missing(row["firms_from"]) else int(row["firms_from"]))
    cells["firms"] = firms
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
    latest = list_rows(_take_latest(table))
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
    table = table[table["firms"] > 0] if len(table) else table
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
