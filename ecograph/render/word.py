"""A Word document: paragraphs, pictures and tables in the styles of the report, packed as .docx."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from ecograph.render.archive import pack_again
from ecograph.render.office import clean_text, import_office
from ecograph.render.page import read_template
from ecograph.render.plots.canvas import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Line", "Manuscript", "Piece", "Square", "split_pieces"]

_TWIPS = 1440 / 25.4  # a millimetre
_PAPER, _MARGINS = (210, 297), (20, 18, 20, 18)  # mm: A4; top, right, bottom, left
_ROOM = round((_PAPER[0] - _MARGINS[1] - _MARGINS[3]) * _TWIPS)
_FILES = ("styles", "fontTable", "numbering", "settings")
_MANY = 9  # columns; more of them are set in smaller letters
_CELLS = {"TableText": 100, "TableNarrow": 88}  # twips that half a Chinese letter takes
_PADDING = 190  # twips beside the letters of a cell
_LINE = 30  # half letters of the longest line of a cell
_FIGURES, _CHINESE = 14, 6  # half letters that are not broken: of a number or word, of Chinese
_EDGES = (("top", 4, "DCE1E7"), ("bottom", 4, "DCE1E7"), ("insideH", 4, "DCE1E7"))
_UNKNOWN_DAY = dt.date(2000, 1, 1)


class Piece(NamedTuple):
    """Some words of a sentence: plain, strong, or leading to a place."""

    text: str
    strong: bool = False
    anchor: str = ""


@dataclass(frozen=True)
class Square:
    """A cell of a table.

    Parameters
    ----------
    text, below
        What it says, and what stands below in small letters.
    right
        Whether it is set at the right, as numbers are.
    strong
        Whether it stands out.
    colour
        Of its letters, as six hexadecimal digits.
    fill
        Of its ground; with a leading ``/`` it is hatched.
    prose
        Whether it needs room.
    """

    text: str = ""
    below: str = ""
    right: bool = False
    strong: bool = False
    colour: str = ""
    fill: str = ""
    prose: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a table, under the heading of a group where it is the group's first."""

    squares: Sequence[Square]
    group: str = ""
    anchor: str = ""


class Manuscript:
    """A document that is written from top to bottom.

    Examples
    --------
    >>> paper = Manuscript(title="Report", lang="en")
    >>> paper.write("A & B", "Heading1", anchor="first")
    >>> paper.tabulate([Square("n", right=True)], [Line([Square("1", right=True)])])
    >>> document = import_office("docx").Document(io.BytesIO(paper.pack(None)))
    >>> document.paragraphs[0].text, document.tables[0].rows[1].cells[0].text
    ('A & B', '1')
    """

    def __init__(self, *, title: str, lang: str) -> None:
        self._title, self._lang = clean_text(title), lang
        self._make = _Maker()
        self._document: Any = import_office("docx").Document()
        self._body = self._document.element.body
        self._marks = 0
        _lay_out(self._document.sections[0])

    def write(
        self,
        text: object,
        style: str = "Normal",
        *,
        anchor: str = "",
        edge: str = "",
        lead: str = "",
        after: str = "",
    ) -> None:
        """Write a paragraph.

        Parameters
        ----------
        text
            Markup with links and strong words, or plain text.
        style
            Id of a style of the template.
        anchor
            What links to it call it.
        edge
            Colour of a line at its left.
        lead
            Strong words before it, a tab from it.
        after
            Quiet words behind it.
        """
        pieces = split_pieces(text)
        if lead:
            pieces = [Piece(lead, strong=True), Piece("\t"), *pieces]
        runs = self._run(pieces)
        if after:
            runs += [self._letter(Piece(f" {after}"), colour="55606C")]
        self._add(self._make.paragraph(style, self._mark(runs, anchor), edge=edge))

    def list_contents(self, heading: str, entries: Iterable[tuple[str, str]]) -> None:
        """List the sections, each leading to its heading; Word can make the list anew."""
        self.write(heading, "Term")
        links = [(self._run([Piece(text, anchor=anchor)]), anchor) for text, anchor in entries]
        begin = [
            *self._make.field("begin"),
            self._make.run(self._make("w:instrText", ' TOC \\o "1-1" \\h \\z \\n ')),
            *self._make.field("separate"),
        ]
        for place, (runs, _) in enumerate(links):
            first, last = place == 0, place == len(links) - 1
            ends = self._make.field("end") if last else []
            self._add(
                self._make.paragraph("TOC1", [*(begin if first else []), *runs, *ends], edge="")
            )

    def break_page(self) -> None:
        """Go on on a new page."""
        self._add(self._make.paragraph("Normal", [self._make.run(self._make("w:br", type="page"))]))

    def draw(self, picture: bytes, words: str, *, millimetres: float = _ROOM / _TWIPS) -> None:
        """Put in a PNG as wide as the text.

        Parameters
        ----------
        picture
            The PNG.
        words
            What it shows, for those who cannot see it.
        millimetres
            How wide it is on paper.
        """
        drawing = self._picture(picture, words, millimetres)
        self._add(self._make.paragraph("Figure", [self._make.run(drawing)]))

    def explain(self, marks: Iterable[tuple[str, str]]) -> None:
        """Explain colours: each ground with what it means, in a line."""
        runs = []
        for fill, text in marks:
            runs += [
                self._letter(Piece("\u2003\u2003"), fill=fill),
                self._letter(Piece(f" {text}\u2003")),
            ]
        self._add(self._make.paragraph("Quiet", runs))

    def tabulate(
        self, head: Sequence[Square], lines: Sequence[Line], *, whole: bool = True
    ) -> None:
        """Set a table: its head on every page, no row across two.

        Parameters
        ----------
        head
            What stands over the columns.
        lines
            The rows, each as wide as the head.
        whole
            Whether it is kept on one page, if it fits.
        """
        style = "TableText" if len(head) <= _MANY else "TableNarrow"
        widths = _share_room(head, lines, _CELLS[style])
        rows = [self._row(head, widths, "TableHead")]
        for place, line in enumerate(lines):
            if line.group:
                rows.append(self._group(line.group, sum(widths), len(widths)))
            kept = whole and place < len(lines) - 1
            rows.append(self._row(line.squares, widths, style, keep=kept, anchor=line.anchor))
        self._add(self._make.table(rows, widths))
        self._add(self._make.paragraph("TableSmall", []))

    def tile(self, tiles: Sequence[tuple[str, str]]) -> None:
        """Set large numbers side by side, each over what it counts."""
        widths = [_ROOM // len(tiles)] * len(tiles)
        cells = [
            self._make.cell(
                [
                    self._make.paragraph("TileNumber", self._run(split_pieces(number))),
                    self._make.paragraph("TileLabel", self._run(split_pieces(label))),
                ],
                width,
            )
            for width, (number, label) in zip(widths, tiles, strict=True)
        ]
        self._add(self._make.table([self._make.row(cells)], widths))
        self._add(self._make.paragraph("TableSmall", []))

    def sign(self, text: str) -> None:
        """Write at the foot of each page what the document is, and the number of the page."""
        runs = [*self._run([Piece(text), Piece("\t")])]
        for name, behind in (("PAGE", " / "), ("NUMPAGES", "")):
            runs += [self._make("w:fldSimple", self._make.run(self._make("w:t", "1")), instr=name)]
            runs += self._run([Piece(behind)]) if behind else []
        foot = self._document.sections[0].footer
        old = foot.paragraphs[0]._p  # noqa: SLF001 - the way to replace it
        old.addprevious(self._make.paragraph("Footer", runs))
        old.getparent().remove(old)

    def pack(self, day: dt.date | None) -> bytes:
        """Pack the document as .docx; it says that it was made on the given day.

        Returns
        -------
        bytes
            The file; the same content gives the same bytes.
        """
        made = dt.datetime.combine(day or _UNKNOWN_DAY, dt.time())
        facts = self._document.core_properties
        facts.title, facts.author, facts.comments = self._title[:255], "ecograph", ""
        facts.last_modified_by, facts.revision = "ecograph", 1
        facts.language = "zh-CN" if self._lang == "zh" else "en"
        facts.created = facts.modified = made
        buffer = io.BytesIO()
        self._document.save(buffer)
        files = {f"word/{name}.xml": _read_part(name) for name in _FILES}
        return pack_again(buffer.getvalue(), files)

    def _add(self, element: Any) -> None:  # noqa: ANN401 - an element of lxml
        self._body.sectPr.addprevious(element)

    def _letter(self, piece: Piece, *, colour: str = "", fill: str = "") -> Any:  # noqa: ANN401
        return self._make.run(
            *self._make.text(piece.text), strong=piece.strong, colour=colour, fill=fill
        )

    def _run(self, pieces: Iterable[Piece], *, colour: str = "") -> list[Any]:
        """Make runs of pieces; those that lead somewhere are links."""
        runs = []
        for piece in pieces:
            run = self._letter(piece, colour=colour)
            where = _name_mark(piece.anchor)
            runs.append(self._make("w:hyperlink", run, anchor=where) if where else run)
        return runs

    def _mark(self, runs: list[Any], anchor: str) -> list[Any]:
        """Put runs between the ends of a bookmark."""
        if not anchor:
            return runs
        self._marks += 1
        start = self._make("w:bookmarkStart", id=str(self._marks), name=_name_mark(anchor))
        return [start, *runs, self._make("w:bookmarkEnd", id=str(self._marks))]

    def _picture(self, picture: bytes, words: str, millimetres: float) -> Any:  # noqa: ANN401
        width = import_office("docx.shared").Mm(millimetres)
        inline = self._document.part.new_pic_inline(io.BytesIO(picture), width, None)
        inline.docPr.set("descr", clean_text(words))
        return self._make("w:drawing", inline)

    def _row(
        self,
        squares: Sequence[Square],
        widths: Sequence[int],
        style: str,
        *,
        keep: bool = False,
        anchor: str = "",
    ) -> Any:  # noqa: ANN401
        cells = []
        for place, (square, width) in enumerate(zip(squares, widths, strict=True)):
            mark = anchor if place == 0 else ""
            content = self._fill(square, style, keep=keep, anchor=mark)
            cells.append(self._make.cell(content, width, fill=square.fill))
        return self._make.row(cells, head=style == "TableHead")

    def _fill(self, square: Square, style: str, *, keep: bool, anchor: str) -> list[Any]:
        """Fill a cell: its text, and what stands below."""
        pieces = [piece for piece in split_pieces(square.text) if piece.text]
        if square.strong:
            pieces = [piece._replace(strong=True) for piece in pieces]
        look: dict[str, Any] = {"right": square.right, "keep": keep}
        runs = self._mark(self._run(pieces, colour=square.colour), anchor)
        alone = square.below and not runs
        content = [] if alone else [self._make.paragraph(style, runs, **look)]
        if square.below:
            runs = self._run(split_pieces(square.below))
            content.append(self._make.paragraph("TableSmall", runs, **look))
        return content

    def _group(self, text: str, width: int, span: int) -> Any:  # noqa: ANN401
        runs = self._run(split_pieces(text))
        cell = self._make.cell([self._make.paragraph("TableGroup", runs)], width, span=span)
        return self._make.row([cell])


def split_pieces(text: object) -> list[Piece]:
    """Split a sentence at its links and strong words; what is no markup is taken as it is.

    >>> split_pieces(Markup('a &lt; <a class="num" href="#table-x">1</a>'))
    [Piece(text='a < ', strong=False, anchor=''), Piece(text='1', strong=False, anchor='table-x')]
    >>> split_pieces("<b>")
    [Piece(text='<b>', strong=False, anchor='')]
    """
    if not isinstance(text, Markup):
        return [Piece(str(text))]
    reader = _Reader()
    reader.feed(str(text))
    reader.close()
    return reader.pieces


class _Reader(HTMLParser):
    """Reads the markup of our own sentences."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._strong = False
        self._anchor = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        elif tag == "strong":
            self._strong = True
        elif tag == "a":
            self._anchor = (dict(attrs).get("href") or "").removeprefix("#")

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong":
            self._strong = False
        elif tag == "a":
            self._anchor = ""

    def handle_data(self, data: str) -> None:
        self.pieces.append(Piece(data, self._strong, self._anchor))


@dataclass(frozen=True)
class _Maker:
    """Makes the elements of WordprocessingML."""

    oxml: Any = field(default_factory=lambda: import_office("docx.oxml"))
    ns: Any = field(default_factory=lambda: import_office("docx.oxml.ns"))

    def __call__(self, tag: str, *content: Any, **attributes: str) -> Any:  # noqa: ANN401
        """Make an element; attributes are those of Word."""
        element = self.oxml.OxmlElement(tag)
        for name, value in attributes.items():
            element.set(self.ns.qn(f"w:{name}"), value)
        for part in content:
            if isinstance(part, str):
                element.text = part
                element.set(self.ns.qn("xml:space"), "preserve")
            else:
                element.append(part)
        return element

    def text(self, text: str) -> list[Any]:
        """Make the content of a run: letters, tabs and ends of lines."""
        parts = []
        clean = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
        for place, line in enumerate(clean.split("\n")):
            parts += [self("w:br")] if place else []
            for number, piece in enumerate(line.split("\t")):
                parts += [self("w:tab")] if number else []
                parts += [self("w:t", piece)] if piece else []
        return parts

    def run(self, *content: Any, strong: bool = False, colour: str = "", fill: str = "") -> Any:  # noqa: ANN401
        """Make a run."""
        look = [self("w:b"), self("w:bCs")] if strong else []
        look += [self("w:color", val=colour)] if colour else []
        look += [self._shade(fill)] if fill else []
        return self("w:r", *([self("w:rPr", *look)] if look else []), *content)

    def field(self, kind: str) -> list[Any]:
        """Make one end of a field."""
        return [self.run(self("w:fldChar", fldCharType=kind))]

    def paragraph(
        self,
        style: str,
        runs: Iterable[Any],
        *,
        right: bool = False,
        keep: bool = False,
        edge: str = "",
    ) -> Any:  # noqa: ANN401
        """Make a paragraph."""
        look = [self("w:pStyle", val=style)]
        look += [self("w:keepNext")] if keep else []
        if edge:
            line = self("w:left", val="single", sz="24", space="8", color=edge)
            look.append(self("w:pBdr", line))
        look += [self("w:jc", val="right")] if right else []
        return self("w:p", self("w:pPr", *look), *runs)

    def table(self, rows: Iterable[Any], widths: Sequence[int]) -> Any:  # noqa: ANN401
        """Make a table of fixed widths."""
        edges = [
            self(f"w:{name}", val="single", sz=str(size), space="0", color=colour)
            for name, size, colour in _EDGES
        ]
        look = self(
            "w:tblPr",
            self("w:tblW", w=str(sum(widths)), type="dxa"),
            self("w:tblBorders", *edges),
            self("w:tblLayout", type="fixed"),
            self("w:tblCellMar", *(self(f"w:{s}", w="80", type="dxa") for s in ("left", "right"))),
        )
        grid = self("w:tblGrid", *(self("w:gridCol", w=str(width)) for width in widths))
        return self("w:tbl", look, grid, *rows)

    def row(self, cells: Iterable[Any], *, head: bool = False) -> Any:  # noqa: ANN401
        """Make a row that stays on one page; a head is on every page."""
        look = [self("w:cantSplit"), *([self("w:tblHeader")] if head else [])]
        return self("w:tr", self("w:trPr", *look), *cells)

    def cell(self, content: Iterable[Any], width: int, *, fill: str = "", span: int = 1) -> Any:  # noqa: ANN401
        """Make a cell."""
        look = [self("w:tcW", w=str(width), type="dxa")]
        look += [self("w:gridSpan", val=str(span))] if span > 1 else []
        look += [self._shade(fill)] if fill else []
        return self("w:tc", self("w:tcPr", *look), *content)

    def _shade(self, fill: str) -> Any:  # noqa: ANN401
        if fill.startswith("/"):
            return self("w:shd", val="thinDiagStripe", color="DCE1E7", fill=fill[1:])
        return self("w:shd", val="clear", color="auto", fill=fill)


def _lay_out(section: Any) -> None:  # noqa: ANN401 - a section of python-docx
    millimetres = import_office("docx.shared").Mm
    section.page_width, section.page_height = map(millimetres, _PAPER)
    sides = zip(("top", "right", "bottom", "left"), _MARGINS, strict=True)
    for side, width in sides:
        setattr(section, f"{side}_margin", millimetres(width))
    section.header_distance = section.footer_distance = millimetres(10)


def _read_part(name: str) -> bytes:
    """Read a part of every document from the templates."""
    file = "fonts" if name == "fontTable" else name
    return read_template(f"word_{file}.xml").encode("utf-8")


def _name_mark(anchor: str) -> str:
    """Name a bookmark as Word wants it: letters, digits and low lines, at most forty.

    >>> _name_mark("table-gaps-row-1")
    'table_gaps_row_1'
    """
    return anchor.replace("-", "_")[:40]


def _share_room(head: Sequence[Square], lines: Sequence[Line], letter: int) -> list[int]:
    """Share the width of the page: each column gets what it needs at least, words share the rest.

    Returns
    -------
    list of int
        Widths in twips; they add up to the width of the text, or less where little stands in them.
    """
    columns = list(zip(*(line.squares for line in lines), strict=True)) or [()] * len(head)
    pairs = [_measure_column(top, column) for top, column in zip(head, columns, strict=True)]
    least = [low * letter + _PADDING for low, _ in pairs]
    more = [max(high - low, 0) * letter for low, high in pairs]
    room = min(_ROOM, max(2 * (sum(least) + sum(more)), _ROOM // 2))
    rest = room - sum(least)
    if rest < 0 or not any(more):
        wanted = [room * width / sum(least) for width in least]
    else:
        wanted = [low + rest * extra / sum(more) for low, extra in zip(least, more, strict=True)]
    widths = [int(width) for width in wanted]
    widths[-1] += room - sum(widths)
    return widths


def _measure_column(top: Square, column: Sequence[Square]) -> tuple[int, int]:
    """Measure how many half letters a column needs at least, and so that no line is broken."""
    head = _measure_word(top.text) + 1  # its letters are bold
    cells = [_measure_square(square) for square in column]
    least = max((low for low, _ in cells), default=0)
    most = max((high for _, high in cells), default=0)
    return max(least, head, 3), max(most, head)


def _measure_square(square: Square) -> tuple[int, int]:
    """Measure a cell; words may take several lines, numbers one."""
    texts = (square.text, square.below)
    whole = max(_count_cells(line) for text in texts for line in _write_plain(text).split("\n"))
    if square.right:
        return min(whole, _FIGURES), min(whole, _FIGURES)
    return max(map(_measure_word, texts)), whole * (2 if square.prose else 1)


def _measure_word(text: str) -> int:
    """Measure the longest word; Chinese may be broken anywhere, but not at each letter.

    >>> _measure_word("links observed"), _measure_word("与高校有协议的企业"), _measure_word("")
    (8, 6, 0)
    """
    words = [word for word in re.split(r"[\s\-/]", _write_plain(text)) if word]
    return max((_measure_unbroken(word) for word in words), default=0)


def _measure_unbroken(word: str) -> int:
    return min(_count_cells(word), _FIGURES if word.isascii() else _CHINESE)


def _count_cells(text: str) -> int:
    """Count the half letters that a text takes, a Chinese letter two; beyond a line it is the same.

    >>> _count_cells("能源 A"), _count_cells("a" * 99)
    (6, 30)
    """
    shown = shorten(text, _LINE)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in shown)


def _write_plain(text: str) -> str:
    return "".join(piece.text for piece in split_pieces(text))
