"""Charts as pictures, for documents that cannot show the charts of a page.

Charts are SVG. Word has shown SVG since 2016, but not the parts of it that they are drawn with
(the outline of letters under their fill would cover them), and WPS Office and older versions show
none. So a document gets PNG, which all of them show and print. It is drawn by resvg, a library in
Rust, with the fonts of the system. Its package ``resvg-py`` is MIT and one wheel a system for all
versions of Python, without libraries or programs beside it; CairoSVG and svglib are LGPL, and a
browser is no dependency for a picture.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from ecograph.errors import EcographError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["clean_text", "draw_picture", "import_office", "measure_chart"]

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEIGHT = re.compile(r'<svg\b[^<>]*? height="(\d+)"')
_CHINESE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]")
_FONTS = (
    '"Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Noto Sans CJK SC", "Noto Sans SC", '
    '"Source Han Sans SC", "WenQuanYi Micro Hei", "SimHei", "Segoe UI", "Arial", '
    '"Liberation Sans", "DejaVu Sans", sans-serif'
)
_ZOOM = 2.5  # some 240 dots an inch on paper


def draw_picture(chart: str, width: int) -> bytes:
    """Draw a chart as PNG.

    Parameters
    ----------
    chart
        An ``<svg>`` element that is as wide as there is room, as `wrap_chart` makes it.
    width
        How much room there is, in CSS pixels; the picture has 2.5 dots for each.

    Returns
    -------
    bytes
        The PNG; on one machine the same chart gives the same bytes. Another one may have other
        fonts.

    Raises
    ------
    EcographError
        If resvg-py is not installed, or the chart has Chinese letters and the machine no font
        for them.

    Examples
    --------
    >>> from ecograph.render.charts import Level, draw_pyramid
    >>> picture = draw_picture(draw_pyramid([Level("tree", "3", 3, "tree")], title="t"), 640)
    >>> picture[1:4], int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    (b'PNG', 1600, 135)
    """
    if _CHINESE.search(chart) and not _has_chinese():
        raise EcographError(
            "No font of this machine has Chinese letters, so the charts of the document cannot be "
            "drawn. Install one, such as Noto Sans CJK (package fonts-noto-cjk), or write the "
            "report as .html, which is shown with the fonts of its reader."
        )
    return _rasterise(clean_text(chart), width, measure_chart(chart))


def measure_chart(chart: str) -> int:
    """Measure how high a chart is, in CSS pixels.

    >>> measure_chart('<svg role="img" width="100%" height="54" class="chart"></svg>')
    54
    """
    found = _HEIGHT.match(chart)
    if found is None:
        raise ValueError("the chart does not say how high it is")
    return int(found[1])


def clean_text(text: str) -> str:
    r"""Leave out what no XML file can hold: control characters and halves of letters.

    >>> clean_text("a\x00b\x1b[31m\ud800c")
    'ab[31mc'
    """
    return _UNFIT.sub("", text)


def import_office(name: str) -> ModuleType:
    """Import a package that only documents need.

    Raises
    ------
    EcographError
        If it is not installed: the message names the extra that brings it.
    """
    import importlib  # noqa: PLC0415 - only documents need it

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EcographError(
            f"Word documents need the package {name.partition('.')[0]}, which is not installed. "
            'Install the extra: pip install "ecograph[office]".'
        ) from error


def _rasterise(chart: str, width: int, height: int) -> bytes:
    """Draw within a frame of a size; the chart's shares of the width are shares of it."""
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{chart}</svg>'
    )
    resvg: Any = import_office("resvg_py")
    picture: bytes = resvg.svg_to_bytes(
        svg_string=frame,
        zoom=_ZOOM,
        background="white",
        style_sheet=f"text {{ font-family: {_FONTS}; }}",
        languages=["zh", "en"],
        skip_system_fonts="<text" not in chart,  # to read them takes longer than to draw
    )
    return bytes(picture)


@functools.cache
def _has_chinese() -> bool:
    """Say whether a Chinese letter leaves a trace."""
    blank, letter = (f'<text x="2" y="16">{text}</text>' for text in (" ", "中"))
    return _rasterise(blank, 20, 20) != _rasterise(letter, 20, 20)
