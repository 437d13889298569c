"""The heat map of industries by disciplines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecograph.render.page import is_missing
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page

__all__ = ["present_pairs"]

_DISCIPLINES, _INDUSTRIES = 20, 15
_STEPS = ((0.5, "far_fewer"), (0.8, "fewer"), (1.25, "near"), (2.0, "more"))
_BEYOND, _UNSURE = "far_more", "unsure"


def present_pairs(page: Page) -> dict[str, object]:
    """Present disciplines by industries, the ones with most links first."""
    pairs = page.result("pairs")
    if pairs["observed"].sum() == 0:
        return {"rows": (), "empty": _explain_no_pairs(page, pairs)}
    totals, industries = _sum_links(pairs, "discipline"), _sum_links(pairs, "industry")
    shown = totals[totals > 0].head(_DISCIPLINES)
    across = industries.head(_INDUSTRIES)
    return {
        "rows": list(_lay_out_pairs(page, pairs, (shown.index, across.index))),
        "head": _name_nodes(pairs, "industry", across.index),
        "notes": list(_note_cuts(page, totals, industries)),
        "csv": page.locate("pairs.csv"),
        "steps": (*(name for _, name in _STEPS), _BEYOND, _UNSURE),
    }


def _explain_no_pairs(page: Page, pairs: pd.DataFrame) -> Markup:
    if len(pairs):
        return page.voice.run([page.voice.say("pairs.none"), page.lack("pairs")])
    return page.lack("pairs")


def _sum_links(pairs: pd.DataFrame, side: str) -> pd.Series:
    """Count the links of each node of a side, most first, then by id."""
    totals = pairs.groupby(side, sort=True)["observed"].sum()
    return totals.sort_values(ascending=False, kind="stable")


def _note_cuts(page: Page, disciplines: pd.Series, industries: pd.Series) -> Iterator[Markup]:
    """Say what is left out."""
    none, total = int((disciplines == 0).sum()), len(disciplines)
    shown = min(total - none, _DISCIPLINES)
    if shown < total:
        yield page.voice.say("pairs.cut", shown=shown, total=total, number=none)
    if len(industries) > _INDUSTRIES:
        yield page.voice.say("pairs.cut_industries", shown=_INDUSTRIES, total=len(industries))


def _name_nodes(pairs: pd.DataFrame, side: str, keys: pd.Index) -> list[str]:
    names = dict(zip(pairs[side], pairs[f"{side}_name"], strict=True))
    return [str(names[key]) for key in keys]


def _lay_out_pairs(
    page: Page, pairs: pd.DataFrame, sides: tuple[pd.Index, pd.Index]
) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Lay out each discipline: its name, and a cell an industry."""
    disciplines, industries = sides
    cells = {(row["discipline"], row["industry"]): row for row in list_rows(pairs)}
    names = _name_nodes(pairs, "discipline", disciplines)
    write = page.voice.write
    for discipline, name in zip(disciplines, names, strict=True):
        row = [cells[discipline, industry] for industry in industries]
        yield (
            name,
            [
                (write(c["observed"], "count"), write(c["expected"], "expected"), _shade(c))
                for c in row
            ],
        )


def _shade(cell: Mapping[str, Any]) -> str:
    """Choose the step of a cell: how far from expected, where the data can tell."""
    if not cell["enough_data"] or is_missing(cell["ratio"]):
        return _UNSURE
    return next((name for bound, name in _STEPS if cell["ratio"] <= bound), _BEYOND)
