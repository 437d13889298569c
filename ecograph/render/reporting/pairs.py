"""The heat map of industries by disciplines, each cell with its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecograph.render.page import is_missing
from ecograph.render.plots.pairs import FOUND, choose_sides
from ecograph.render.reporting.atlas import locate_on_map
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page

__all__ = ["PairCell", "present_pairs"]

_VERDICTS = (*FOUND, "not_enough_data", "not_relevant")


@dataclass(frozen=True)
class PairCell:
    """A cell of the heat map.

    Parameters
    ----------
    observed, expected
        Firms linked, and as many as chance would give.
    verdict
        What the data can tell.
    note
        The same in words, with links and interval.
    href
        Where the map shows it; empty for nowhere.
    """

    observed: str
    expected: str
    verdict: str
    note: str
    href: str


def present_pairs(page: Page) -> dict[str, object]:
    """Present disciplines by industries, the ones with most links first."""
    pairs = page.result("pairs")
    disciplines, industries = choose_sides(pairs)
    if not disciplines:
        return {"rows": (), "empty": _explain_no_pairs(page, pairs)}
    cells = {(row["discipline"], row["industry"]): row for row in list_rows(pairs)}
    rows = [
        (name, [_present_cell(page, cells[key, industry]) for industry in industries])
        for key, name in disciplines.items()
    ]
    found = {cell.verdict for _, row in rows for cell in row}
    return {
        "rows": rows,
        "head": list(industries.values()),
        "notes": list(_note_cuts(page, pairs, len(disciplines), len(industries))),
        "csv": page.locate("pairs.csv"),
        "verdicts": [
            (verdict, page.voice.label("verdict", verdict))
            for verdict in _VERDICTS
            if verdict in found
        ],
        "open": page.voice.say("pairs.open") if page.map_href else "",
    }


def _explain_no_pairs(page: Page, pairs: pd.DataFrame) -> Markup:
    if len(pairs):
        return page.voice.run([page.voice.say("pairs.none"), page.lack("pairs")])
    return page.lack("pairs")


def _note_cuts(
    page: Page, pairs: pd.DataFrame, disciplines: int, industries: int
) -> Iterator[Markup]:
    """Say what is left out."""
    totals = pairs["observed"].fillna(1).groupby(pairs["discipline"]).sum()
    if disciplines < len(totals):
        none = int((totals == 0).sum())
        yield page.voice.say("pairs.cut", shown=disciplines, total=len(totals), number=none)
    everyone = pairs["industry"].nunique()
    if industries < everyone:
        yield page.voice.say("pairs.cut_industries", shown=industries, total=everyone)


def _present_cell(page: Page, cell: Mapping[str, Any]) -> PairCell:
    write, verdict = page.voice.write, str(cell["verdict"])
    note = page.voice.say(
        "pairs.note",
        discipline=cell["discipline_name"],
        industry=cell["industry_name"],
        verdict=page.voice.label("verdict", verdict),
        links=write(cell["observed"], "count"),
        interval=page.voice.write_range(cell["ci_low"], cell["ci_high"], "ratio") or "—",
    )
    href = _open_map(page, cell) if _is_named(cell) or verdict in FOUND else None
    return PairCell(
        observed=write(cell["firms_linked"], "count"),
        expected=write(cell["firms_expected"], "expected"),
        verdict=verdict,
        note=note.unescape(),
        href=href or "",
    )


def _open_map(page: Page, cell: Mapping[str, Any]) -> str | None:
    """Open the map at a pair; where no agreement names both, at the industry alone."""
    discipline = str(cell["discipline"]) if _is_named(cell) else ""
    return locate_on_map(page, industry=str(cell["industry"]), discipline=discipline)


def _is_named(cell: Mapping[str, Any]) -> bool:
    """Say whether an agreement names both; a count that is withheld is of some."""
    return is_missing(cell["observed"]) or bool(cell["observed"])
