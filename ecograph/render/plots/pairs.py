"""The chart of industries by disciplines, with the verdict of each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from ecograph.analysis.pairs import cross_disciplines
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import MUTED, measure_text, take_result, write
from ecograph.render.plots.marks import draw_marks
from ecograph.render.plots.sheet import open_sheet, say_lack
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.voice import MISSING, Voice
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["FOUND", "choose_sides", "plot_pairs"]

FOUND = ("gap", "over_linked", "as_expected")
"""The verdicts that the data can give."""

_GROUNDS = {
    "gap": "#F8D5BC",
    "over_linked": "#C6DFF0",
    "as_expected": "#CFE9DF",
    "not_enough_data": "#F1F3F5",
    "not_relevant": "#FFFFFF",
}
_DISCIPLINES, _INDUSTRIES = 20, 15
_NARROW = 560  # pixels below which names are shorter and expected counts are left out
_CELL = 24  # pixels from row to row
_SLANT = 0.72  # how much of its length a slanted name takes upwards and to the right


def plot_pairs(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot industries by disciplines as a heat map of verdicts.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Results by name, of which "pairs" is taken; by default `ecograph.cross_disciplines`
        computes them.
    lang
        ``en`` or ``zh``; by default the ecosystem's.
    width
        In pixels of a page, which are points of the figure; the height follows the rows.

    Returns
    -------
    matplotlib.figure.Figure
        Ground and mark of a cell say its verdict, the numbers are firms linked and, where there
        is room, firms expected. At most 20 disciplines and 15 industries, those with most links.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    pairs = take_result(ecosystem, results, "pairs", compute=cross_disciplines)
    disciplines, industries = choose_sides(pairs)
    if not disciplines or not industries:
        return say_lack(ecosystem, "pairs", lang=voice.lang, width=width)
    cells = {(row["discipline"], row["industry"]): row for row in list_rows(pairs)}
    grid = _lay_out(width, disciplines, industries, cells)
    kept = list(industries)[: grid.columns]
    notes = _place_notes(voice, pairs, (len(disciplines), len(kept)), width)
    bottom = grid.top + _CELL * len(disciplines)
    height = bottom + 12 + 20 * (1 + max(note.line for note in notes))
    figure, axes = open_sheet(width, height, label=translate("report.pairs.alt", voice.lang))
    for place, key in enumerate(kept):
        _write_head(axes, industries[key], grid, place)
    for place, name in enumerate(disciplines.values()):
        y = grid.top + _CELL * place + 16
        write(axes, (grid.left - 8, y), name, align="right", cells=grid.letters)
    shown = [
        (cells[d, i], (grid.left + grid.cell * x, grid.top + _CELL * y))
        for y, d in enumerate(disciplines)
        for x, i in enumerate(kept)
        if (d, i) in cells
    ]
    _draw_cells(axes, shown, grid)
    for note in notes:
        _write_note(axes, note, bottom + 22 + 20 * note.line)
    return figure


def choose_sides(pairs: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Choose the disciplines and industries with most links, as names by id, most first.

    A discipline without a link is left out; of equal ones the first by id is chosen.
    """
    sides = []
    for side, most in (("discipline", _DISCIPLINES), ("industry", _INDUSTRIES)):
        links = pairs["observed"].fillna(1)  # what is withheld is some
        totals = links.groupby(pairs[side], sort=True).sum()
        ordered = totals.sort_values(ascending=False, kind="stable")
        if side == "discipline" or not totals.any():
            ordered = ordered[ordered > 0]
        names = dict(zip(pairs[side], pairs[f"{side}_name"], strict=True))
        sides.append({str(key): str(names[key]) for key in ordered.index[:most]})
    return sides[0], sides[1]


class _Grid(NamedTuple):
    """Where cells stand, in pixels; how many columns there are, and letters of a row's name."""

    left: float
    top: float
    cell: float
    columns: int
    letters: int
    slanted: bool
    spoken: bool


def _lay_out(
    width: float,
    rows: Mapping[str, str],
    heads: Mapping[str, str],
    cells: Mapping[tuple[str, str], Mapping[str, Any]],
) -> _Grid:
    letters = 14 if width < _NARROW else 24
    left = measure_text(list(rows.values()), cells=letters) + 16
    shown = [cell for (row, head), cell in cells.items() if row in rows and head in heads]
    least = _MARK + measure_text([_say_firms(cell, spoken=False) for cell in shown]) + 6
    spoken = _MARK + measure_text([_say_firms(cell, spoken=True) for cell in shown]) + 6
    columns = max(1, min(len(heads), int((width - left - 40) // least)))
    long = measure_text(list(heads.values())[:columns], cells=_HEAD)
    cell = (width - left - 8) / columns
    slanted = long + 6 > cell
    if slanted:
        cell = (width - left - 8 - max(_SLANT * long - least / 2, 0)) / columns
    top = _SLANT * long + 18 if slanted else 28
    return _Grid(left, top, cell, columns, letters, slanted=slanted, spoken=cell >= spoken)


_HEAD = 18  # letters of the name over a column
_MARK = 20  # pixels that a mark takes


def _write_head(axes: Axes, name: str, grid: _Grid, place: int) -> None:
    x = grid.left + grid.cell * (place + 0.5)
    if not grid.slanted:
        write(axes, (x, grid.top - 8), name, align="center", cells=_HEAD)
        return
    said = write(axes, (x, grid.top - 6), name, cells=_HEAD)
    said.set(rotation=45, rotation_mode="anchor")


def _draw_cells(
    axes: Axes,
    shown: Sequence[tuple[Mapping[str, Any], tuple[float, float]]],
    grid: _Grid,
) -> None:
    for verdict, ground in _GROUNDS.items():
        corners = [corner for cell, corner in shown if cell["verdict"] == verdict]
        if not corners:
            continue
        boxes = [Rectangle((x + 1, y + 1), grid.cell - 2, _CELL - 2) for x, y in corners]
        axes.add_collection(PatchCollection(boxes, facecolor=ground, linewidth=0))
        if verdict in FOUND:
            draw_marks(axes, [(x + 11, y + _CELL / 2) for x, y in corners], verdict, size=9)
    for cell, (x, y) in shown:
        _write_cell(axes, cell, (x, y), grid)


def _write_cell(
    axes: Axes, cell: Mapping[str, Any], corner: tuple[float, float], grid: _Grid
) -> None:
    """Write how many firms are linked; nothing into a cell that has none and says nothing."""
    said = _say_firms(cell, spoken=grid.spoken)
    if cell["verdict"] in FOUND:
        write(axes, (corner[0] + _MARK, corner[1] + 16), said)
    elif is_missing(cell["firms_linked"]) or cell["firms_linked"]:
        middle = corner[0] + grid.cell / 2
        write(axes, (middle, corner[1] + 16), said, colour=MUTED, align="center")


def _say_firms(cell: Mapping[str, Any], *, spoken: bool) -> str:
    linked, expected = cell["firms_linked"], cell["firms_expected"]
    said = MISSING if is_missing(linked) else f"{linked:,.0f}"
    if not spoken or cell["verdict"] not in FOUND or is_missing(expected):
        return said
    return f"{said} / {expected:,.1f}"


class _Note(NamedTuple):
    """What stands beneath: in which line, how far from the left, behind the mark of a verdict."""

    line: int
    x: float
    text: str
    verdict: str = ""


def _place_notes(
    voice: Voice, pairs: pd.DataFrame, shown: tuple[int, int], width: float
) -> list[_Note]:
    """Place what the marks mean, one beside the other while there is room; then what is cut."""
    notes: list[_Note] = []
    labels = {verdict: voice.label("verdict", verdict) for verdict in FOUND}
    line, x = 0, _EDGE
    for verdict, text in {**labels, "": translate("report.pairs.grey", voice.lang)}.items():
        room = measure_text([text]) * 1.1 + (16 if verdict else 0)
        if notes and x + room > width:
            line, x = line + 1, _EDGE
        notes.append(_Note(line, x, text, verdict))
        x += room + 18
    totals = pairs["discipline"].nunique(), pairs["industry"].nunique()
    if shown != totals:
        counts = {"rows": shown[0], "all_rows": totals[0]}
        counts |= {"columns": shown[1], "all_columns": totals[1]}
        cut = translate("report.pairs.chart_cut", voice.lang, **counts)
        notes.append(_Note(line + 1, _EDGE, cut))
    return notes


_EDGE = 8.0  # pixels left of the notes


def _write_note(axes: Axes, note: _Note, y: float) -> None:
    if note.verdict:
        draw_marks(axes, [(note.x + 4, y - 4)], note.verdict, size=9)
    x = note.x + (14 if note.verdict else 0)
    write(axes, (x, y), note.text, colour=MUTED, cells=100)
