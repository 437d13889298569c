"""A figure as SVG inside a page, or as a picture in a document."""

from __future__ import annotations

import io
import re
import warnings
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup
from matplotlib import rc_context

from ecograph.errors import EcographError
from ecograph.render.plots.canvas import clean_text, find_chinese_font

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.figure import Figure

__all__ = ["Chart", "draw_png", "draw_svg"]

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_WIDE, _NARROW, _PAPER = 720, 360, 660  # pixels of a page, of a phone, of a sheet of paper
_DOTS = 220  # an inch of paper
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FAMILY = re.compile(r"font-family:[^;]*;?\s*|(?<=px )'[^;]*(?=;|$)")
_UNTURNED = re.compile(r"rotate\(-?0 [^)]*\)")
_CHINESE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]")
_RULES: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ecograph",
    "path.simplify": False,
    "axes.unicode_minus": False,
}


@dataclass(frozen=True)
class Chart:
    """A chart of a page: drawn when it is needed, for a wide and a narrow screen, or for paper.

    Parameters
    ----------
    name
        Its name, the only one of the page.
    title
        What it shows, for those who cannot see it.
    plot
        Draws it in a width in pixels.
    """

    name: str
    title: str
    plot: Callable[[int], Figure]

    def __html__(self) -> Markup:
        """Draw it twice; the style sheet shows the one that fits."""
        return Markup("").join(
            Markup('<div class="plot {}">{}</div>').format(
                width, draw_svg(self.plot(pixels), title=self.title, name=f"{self.name}-{width}")
            )
            for width, pixels in (("wide", _WIDE), ("narrow", _NARROW))
        )

    def draw_png(self) -> tuple[bytes, float]:
        """Draw it for paper; return the picture and its height over its width."""
        figure = self.plot(_PAPER)
        width, height = figure.get_size_inches()
        return draw_png(figure), float(height / width)


def draw_svg(figure: Figure, *, title: str, name: str | None) -> Markup:
    """Write a figure as an element of a page.

    Letters stay letters, in the fonts of the page; marks that have something to say (`say_at`) say
    it as their title. The bytes depend on the figure alone, not on the fonts of the machine.

    Parameters
    ----------
    figure
        The figure.
    title
        What it shows, for those who cannot see it.
    name
        Its name, the only one of the page; None makes one from what is drawn.

    Returns
    -------
    markupsafe.Markup
        An ``<svg>`` element without scripts, that refers to nothing outside.
    """
    drawn = _save_svg(figure)
    root = ET.fromstring(drawn)  # noqa: S314 - what matplotlib has just written
    _name_parts(root, name or f"plot-{zlib.crc32(drawn.encode()):08x}")
    for element, parent in _pair_with_parents(root):
        _clean_element(element, parent)
    _mark_root(root, title)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - escaped by ElementTree


def draw_png(figure: Figure) -> bytes:
    """Draw a figure as a picture.

    Raises
    ------
    EcographError
        If it has Chinese letters and the machine no font for them.
    """
    if find_chinese_font() is None and any(map(_CHINESE.search, _list_texts(figure))):
        raise EcographError(
            "No font of this machine has Chinese letters, so the charts of the document cannot be "
            "drawn. Install one, such as Noto Sans CJK (package fonts-noto-cjk), or write the "
            "report as .html, which is shown with the fonts of its reader."
        )
    return _save(figure, "png", dpi=_DOTS, metadata={"Software": None})


def _save_svg(figure: Figure) -> str:
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    return _save(figure, "svg", metadata=nothing).decode("utf-8")


def _save(figure: Figure, form: str, **choices: Any) -> bytes:  # noqa: ANN401 - those of savefig
    target = io.BytesIO()
    with rc_context(_RULES), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(target, format=form, **choices)
    return target.getvalue()


def _list_texts(figure: Figure) -> Iterator[str]:
    from matplotlib.text import Text  # noqa: PLC0415 - only pictures ask

    for artist in figure.findobj(Text):
        yield str(artist.get_text())


# from a file of its own to an element of a page


def _pair_with_parents(root: ET.Element) -> list[tuple[ET.Element, ET.Element]]:
    return [(child, parent) for parent in root.iter() for child in parent]


def _name_parts(root: ET.Element, name: str) -> None:
    """Keep the ids that something refers to, under names that no other chart of the page has."""
    known = {element.get("id"): element for element in root.iter() if element.get("id")}
    used = {_refer(element) for element in root.iter()} - {None}
    used |= {key for e in root.iter() for key in _REFERENCE.findall(_join_attributes(e))}
    renamed = {key: f"{name}-{n}" for n, key in enumerate(k for k in known if k in used)}
    for element in root.iter():
        _rename(element, renamed)


def _refer(element: ET.Element) -> str | None:
    target = element.get(f"{{{_XLINK}}}href", "")
    return target[1:] if target.startswith("#") else None


def _join_attributes(element: ET.Element) -> str:
    return " ".join(value for key, value in element.items() if key != "id")


def _rename(element: ET.Element, renamed: dict[str | None, str]) -> None:
    key, target = element.get("id"), _refer(element)
    if key and not key.startswith("say:"):
        del element.attrib["id"]
    if key in renamed:
        element.set("id", renamed[key])
    if target is not None:
        del element.attrib[f"{{{_XLINK}}}href"]
        element.set("href", f"#{renamed[target]}")
    for name in ("clip-path", "style"):
        if element.get(name):
            refer = _REFERENCE.sub(lambda found: f"url(#{renamed[found[1]]})", element.attrib[name])
            element.set(name, refer)


def _clean_element(element: ET.Element, parent: ET.Element) -> None:
    """Leave out what belongs to a file of its own, and what the page decides."""
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    if element.tag in {"style", "metadata"}:
        parent.remove(element)
        return
    key = element.get("id", "")
    if key.startswith("say:"):
        del element.attrib["id"]
        element.insert(0, _write_title(key.removeprefix("say:")))
    if element.tag != "text" and not (element.text or "").strip():
        element.text = None
    element.tail = None
    for name, value in list(element.items()):
        element.set(name, _tidy(name, value))
        if not element.get(name):
            del element.attrib[name]


def _tidy(name: str, value: str) -> str:
    if name == "style":
        value = _FAMILY.sub("", value).strip()
    elif name == "transform":
        value = _UNTURNED.sub("", value)
    if name in {"d", "transform", "x", "y", "style"}:
        value = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
    return " ".join(value.split())


def _mark_root(root: ET.Element, title: str) -> None:
    _, _, width, height = root.get("viewBox", "").split()
    root.tag, root.text = "svg", None
    root.attrib.pop("version", None)
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", clean_text(title))
    root.set("width", width)
    root.set("height", height)
    root.insert(0, _write_title(clean_text(title)))


def _write_title(text: str) -> ET.Element:
    title = ET.Element("title")
    title.text = text
    return title
