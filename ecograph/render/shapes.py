"""The shapes that charts are drawn with: marks, texts and elements of SVG."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "GRID",
    "INK",
    "MUTED",
    "VERDICT_COLOURS",
    "as_percent",
    "build",
    "draw_mark",
    "measure_text",
    "wrap_chart",
    "write",
]

VERDICT_COLOURS = {
    "gap": "#D55E00",
    "over_linked": "#0072B2",
    "as_expected": "#00795A",
    "not_enough_data": "#6B7480",
    "not_relevant": "#A8AFB8",
}
"""Okabe & Ito (2008), the green and the greys darkened so that they stand out on white."""

INK, MUTED, GRID = "#1B2733", "#55606C", "#DFE4E9"
_MARKS = {
    "gap": "M0,-7 7,0 0,7 -7,0Z",
    "over_linked": "M0,-7 7,5 -7,5Z",
    "as_expected": "M-5.5,0a5.5,5.5 0 1,0 11,0a5.5,5.5 0 1,0 -11,0Z",
    "not_enough_data": "M-5,-5 5,-5 5,5 -5,5Z",
    "not_relevant": "M-5,-1.5 5,-1.5 5,1.5 -5,1.5Z",
}
_HOLLOW = {"not_enough_data", "not_relevant"}


def draw_mark(verdict: str, colour: str) -> Markup:
    """Draw the mark of a verdict around the origin."""
    hollow = verdict in _HOLLOW
    shape = _MARKS.get(verdict, _MARKS["not_enough_data"])
    fill = "#FFFFFF" if hollow else colour
    return build("path", d=shape, fill=fill, stroke=colour if hollow else "#FFFFFF", stroke_width=2)


def build(tag: str, content: str = "", **attributes: object) -> Markup:
    """Build an element; the content is escaped unless it is markup already.

    >>> build("text", "<b>", x="1%", font_size=12)
    Markup('<text x="1%" font-size="12">&lt;b&gt;</text>')
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), value)
        for name, value in attributes.items()
    )
    return Markup("<{}{}>{}</{}>").format(tag, written, content, tag)


def as_percent(value: float) -> str:
    """Write a share of the width."""
    return f"{value:.2f}%"


def wrap_chart(title: str, height: int, parts: Iterable[Markup]) -> Markup:
    """Put the parts of a chart into an element of the width of the page."""
    inside = build("title", title) + Markup("").join(parts)
    return build(
        "svg", inside, role="img", aria_label=title, width="100%", height=height, class_="chart"
    )


def write(
    text: str,
    x: str,
    y: int,
    *,
    anchor: str = "start",
    fill: str = INK,
    size: int = 13,
    weight: int = 400,
    paper: str = "#FFFFFF",
) -> Markup:
    """Write a text at a place; its outline has the colour of the paper beneath."""
    return build(
        "text",
        _shorten(text),
        x=x,
        y=y,
        text_anchor=anchor,
        fill=fill,
        font_size=size,
        font_weight=weight,
        paint_order="stroke",
        stroke=paper,
        stroke_width=4,
    )


def measure_text(text: str) -> int:
    """Count the cells that a text takes as it is written, a Chinese character two.

    >>> measure_text("能源 A")
    6
    """
    return sum(map(_measure_letter, _shorten(text)))


def _shorten(text: str, cells: int = 30) -> str:
    """Cut a text at a width, a Chinese character being two cells wide.

    >>> _shorten("高端装备制造", 8)
    '高端装…'
    """
    used = 0
    for place, letter in enumerate(text):
        used += _measure_letter(letter)
        if used > cells:
            return text[: max(place - 1, 0)] + "…"
    return text


def _measure_letter(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
