"""The sheet that charts are drawn on: sizes in pixels of a page, letters, colours and marks.

Charts are drawn by matplotlib, because the same figure then stands in the report (as SVG, without
a script), in the Word file (as PNG), and in the hands of a researcher, who can change it and save
it as PDF.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ecograph.ecosystem import Ecosystem

__all__ = [
    "GRID",
    "INK",
    "MUTED",
    "PAPER",
    "TIER_COLOURS",
    "VERDICT_COLOURS",
    "VERDICT_MARKS",
    "Margins",
    "Mark",
    "add_axes",
    "clean_text",
    "find_chinese_font",
    "measure_text",
    "open_figure",
    "say_at",
    "shorten",
    "take_result",
    "write",
]

INK, MUTED, GRID, PAPER = "#1B2733", "#55606C", "#DFE4E9", "#F5F7F9"
VERDICT_COLOURS: Mapping[str, str] = {
    "gap": "#D55E00",
    "over_linked": "#0072B2",
    "as_expected": "#00795A",
    "not_enough_data": "#6B7480",
    "not_relevant": "#A8AFB8",
}
"""Okabe & Ito (2008), the green and the greys darkened so that they stand out on white."""

TIER_COLOURS: Mapping[str, str] = {
    "tree": "#00795A",
    "shrub": "#56B4E9",
    "seedling": "#E69F00",
    "none": "#C9CED6",
}
_CHINESE_FONTS = (
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",  # the same letters in the same file, and the only name that is found there
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Arial Unicode MS",
)
_UNFIT = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+"
)
_CHINESE_FILE = re.compile(
    r"(sans.?cjk|sourcehansans|notosans.?sc|msyh|pingfang|hiragino|wqy|simhei|arial.?unicode)[^/\\]*$",
    re.IGNORECASE,
)
_LETTER = 0.52  # width of a Latin letter by the size of the letters; a Chinese one takes two


class Mark(NamedTuple):
    """How a point is drawn: its shape for those who see no colour, filled or hollow."""

    shape: str
    hollow: bool = False


VERDICT_MARKS: Mapping[str, Mark] = {
    "gap": Mark("D"),
    "over_linked": Mark("^"),
    "as_expected": Mark("o"),
    "not_enough_data": Mark("s", hollow=True),
    "not_relevant": Mark("_", hollow=True),
}


class Margins(NamedTuple):
    """What stays free around a plot, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


class Drawing(Figure):
    """A figure of matplotlib that shows itself in a notebook, whatever backend is chosen there."""

    def _repr_svg_(self) -> str:
        from ecograph.render.plots.svg import draw_svg  # noqa: PLC0415 - which imports this module

        drawn = draw_svg(self, title=str(self.get_label()), name=None)
        return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def open_figure(width: float, height: float, *, label: str = "") -> Figure:
    """Open a figure without axes.

    Parameters
    ----------
    width, height
        In pixels of a page, which are points of a figure: letters of 12 are 12 pixels high.
    label
        What the chart shows, for those who cannot see it.
    """
    with rc_context({"figure.facecolor": "white", "figure.autolayout": False}):
        figure = Drawing(figsize=(width / 72, height / 72), dpi=100)
    figure.set_label(label)
    return figure


def add_axes(figure: Figure, margins: Margins) -> Axes:
    """Add axes that leave margins free, without frame, ticks and labels.

    Whatever is written is written by `write`: a name is text, never a formula.
    """
    width, height = figure.get_size_inches() * 72
    box = (
        margins.left / width,
        margins.bottom / height,
        (width - margins.left - margins.right) / width,
        (height - margins.top - margins.bottom) / height,
    )
    axes = figure.add_axes(box)
    axes.set_axis_off()
    return axes


def write(  # noqa: PLR0913 - how a text can be set, all but its place by name
    axes: Axes,
    place: tuple[float, float],
    text: object,
    *,
    size: float = 12,
    colour: str = INK,
    align: Literal["left", "center", "right"] = "left",
    weight: Literal["normal", "bold"] = "normal",
    lift: tuple[float, float] = (0, 0),
    frame: tuple[Any, Any] = ("data", "data"),
    cells: int = 40,
) -> Artist:
    """Write a text on its baseline.

    Parameters
    ----------
    axes
        Where.
    place
        In the coordinates of ``frame``.
    text
        Text of any origin; never read as a formula, cut at ``cells``.
    lift
        Pixels to the right and upwards from the place.
    frame
        What x and y are measured in, as `matplotlib.axes.Axes.annotate` takes them: "data", "axes
        fraction", "axes pixels", "figure points", or a transform.
    cells
        At most so many letters, a Chinese one being two.
    """
    return axes.annotate(
        shorten(clean_text(str(text)), cells),
        place,
        xycoords=frame,
        xytext=lift,
        textcoords="offset points",
        ha=align,
        va="baseline",
        color=colour,
        fontsize=size,
        fontweight=weight,
        fontfamily=_choose_fonts(),
        annotation_clip=False,
        parse_math=False,
    )


def say_at(artist: Artist, text: object) -> None:
    """Let a mark tell its values where a pointer rests on it in the SVG."""
    artist.set_gid(f"say:{clean_text(str(text))}")


def take_result(
    ecosystem: Ecosystem,
    results: Mapping[str, pd.DataFrame] | None,
    name: str,
    *,
    compute: Callable[[Ecosystem], pd.DataFrame],
) -> pd.DataFrame:
    """Take a result that is there already, or compute it."""
    found = None if results is None else results.get(name)
    return compute(ecosystem) if found is None else found


def clean_text(text: str) -> str:
    r"""Leave out what no drawing can hold: control characters, line ends, halves of letters.

    >>> clean_text("a\x00b\nc\ud800 d")
    'a b c  d'
    """
    return _UNFIT.sub(" ", text)


def measure_text(texts: Sequence[object], *, size: float = 12, cells: int = 40) -> float:
    """Measure how wide the widest of some texts is, in pixels, whatever fonts there are.

    >>> measure_text(["能源", "AI"], size=10)
    20.8
    """
    counts = [sum(map(_measure_letter, shorten(clean_text(str(t)), cells))) for t in texts]
    return round(max(counts, default=0) * size * _LETTER, 1)


def shorten(text: str, cells: int) -> str:
    """Cut a text at a width, a Chinese character being two cells wide.

    >>> shorten("高端装备制造", 8)
    '高端装…'
    """
    used = 0
    for place, letter in enumerate(text):
        used += _measure_letter(letter)
        if used > cells:
            return text[: max(place - 1, 0)] + "…"
    return text


def find_chinese_font() -> str | None:
    """Find a font of this machine that has Chinese letters."""
    fonts = _choose_fonts()
    return fonts[1] if len(fonts) > 1 else None


@functools.cache
def _choose_fonts() -> list[str]:
    """Choose the font that matplotlib brings, and for other letters one of the machine."""
    return ["DejaVu Sans", *(_match_fonts() or _find_new_fonts())[:1]]


def _match_fonts() -> list[str]:
    known = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _CHINESE_FONTS if name in known]


def _find_new_fonts() -> list[str]:
    """Look for fonts that were installed after matplotlib made its list."""
    for path in sorted(font_manager.findSystemFonts()):
        if _CHINESE_FILE.search(path):
            font_manager.fontManager.addfont(path)
    return _match_fonts()


def _measure_letter(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
