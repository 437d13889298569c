from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.centrality import rank
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.overview import compare_indicators, summarise
from ecograph.analysis.pairs import cross_disciplines
from ecograph.analysis.targets import compare_targets
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import EcographError
from ecograph.loader import load
from ecograph.render.document import render_docx
from ecograph.render.plots import svg
from ecograph.render.report import render_report

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem

docx = pytest.importorskip("docx", reason="the extra office is not installed")

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SIGNS = "◆▲●□–"
EVIL = "</w:t><script>alert(1)</script>{{7*7}}\x0b\x1b[31m&amp;=cmd|' /C calc'!A0" + "长" * 300
DATA = Path(__file__).parents[2] / "data"


def write_tables(tag: str = "") -> dict[str, str]:
    """Three industries of 60 firms each; 60, 60 and 6 of them have an agreement."""
    links = {"I1": 60, "I2": 60, "I3": 6}
    agreements = [(f"A{i}-{n}", i, f"E{i[1]}-{n}") for i in links for n in range(links[i])]
    quoted = '"' + f"{tag}".replace('"', '""') + '"'
    firms = [(f"E{i}-{n}", f"firm {i}-{n}", f"I{i}") for i in (1, 2, 3) for n in range(60)]
    firms[0] = (firms[0][0], quoted if tag else "first firm", "I1")
    return {
        "ecosystem.yaml": "name: the city\nas_of: 2024-12-31\nlanguage: en\n",
        "industries": list_rows(
            "id,name",
            [("I1", quoted if tag else "steel"), ("I2", "glass"), ("I3", "能源"), ("I4", "food")],
        ),
        "enterprises": list_rows("id,name,industry", firms),
        "universities": list_rows("id,name", [("U1", "the university")]),
        "disciplines": list_rows("id,name", [("D1", "physics"), ("D2", "law")]),
        "agreements": list_rows(
            "id,name,date,amount,status,disciplines,industry,parties",
            ((a, "w", "2024-05", "12万元", "signed", "D1", i, f"{e};U1") for a, i, e in agreements),
        ),
        "certificates": list_rows(
            "enterprise,certificate,valid_from,valid_to",
            [("E1-0", "little_giant", 2023, 2026), ("E1-1", "high_tech", 2023, 2026)],
        ),
        "indicators": list_rows(
            "id,name,value,unit,counts", [("K1", "agreements", 252, "items", "agreement")]
        ),
        "targets": list_rows(
            "id,name,value,unit,counts,due", [("T1", "links", 252, "items", "agreement", 2025)]
        ),
        "sources": list_rows("id,title,date", [("S1", quoted if tag else "daily", "2025-06-19")]),
    }


def analyse(ecosystem: Ecosystem) -> dict[str, pd.DataFrame]:
    return {
        "summary": summarise(ecosystem),
        "gaps": find_gaps(ecosystem),
        "pairs": cross_disciplines(ecosystem),
        "centrality": rank(ecosystem),
        "tiers": assign_tiers(ecosystem),
        "targets": compare_targets(ecosystem).assign(actual=126, reached=0.5),
        "coverage": compare_indicators(ecosystem),
    }


@pytest.fixture(scope="module")
def city() -> Ecosystem:
    return make_ecosystem(write_tables())


@pytest.fixture(scope="module")
def results(city: Ecosystem) -> dict[str, pd.DataFrame]:
    return analyse(city)


@pytest.fixture(scope="module")
def data(city: Ecosystem, results: dict[str, pd.DataFrame]) -> bytes:
    return render_docx(city, results)


class Paper:
    """What stands in a .docx, read from its XML."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        assert self.archive.testzip() is None
        self.parts = {
            name: ET.fromstring(self.archive.read(name))  # noqa: S314 - our own file
            for name in self.archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
        self.body = self.parts["word/document.xml"].find(f"{W}body")
        self.anchors = [e.get(f"{W}anchor") for e in self.body.iter(f"{W}hyperlink")]
        self.marks = [e.get(f"{W}name") for e in self.body.iter(f"{W}bookmarkStart")]

    def headings(self) -> list[str]:
        styles = {"Title", "Heading1", "Heading2"}
        return [squeeze(say(p)) for p in self.body.iter(f"{W}p") if style_of(p) in styles]

    def text(self) -> str:
        return squeeze(say(self.body))

    def tables(self) -> dict[str, list[list[str]]]:
        """Rows of each table by the bookmark of its caption."""
        found, mark = {}, ""
        for element in self.body:
            mark = next((e.get(f"{W}name") for e in element.iter(f"{W}bookmarkStart")), mark)
            if element.tag == f"{W}tbl" and mark.startswith("table_"):
                rows = element.iter(f"{W}tr")
                name = mark.split("_row_")[0]
                found[name] = [[squeeze(say(c)) for c in row.iter(f"{W}tc")] for row in rows]
                mark = ""
        return found


class Page(HTMLParser):
    """Headings, paragraphs and rows of tables of the page, in the language shown first.

    What is folded up (``details``) is for the screen: paper does not hold it.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.blocks: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._open: list[tuple[str, str]] = []
        self._table = ""
        self.feed(html.split('<div class="voice')[1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"meta", "link", "br", "i"}:
            return
        self._open.append((tag, given.get("class", "")))
        if any(tag == "details" for tag, _ in self._open):
            return
        if given.get("id", "").startswith("table-") and tag == "div":
            self._table = given["id"]
        if tag == "tr":
            self.tables.setdefault(self._table, []).append([])
        elif tag in {"td", "th"}:
            self.tables[self._table][-1].append("")
        elif tag in {"h1", "h2", "h3"}:
            self.headings.append("")
        elif tag in {"p", "li", "dt", "dd", "figcaption"}:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        styles = " ".join(style for _, style in self._open)
        if {"svg", "style", "title", "nav", "details"} & set(tags) or {"csv", "switch"} & {
            *styles.split()
        }:
            return
        if {"td", "th"} & set(tags):
            self.tables[self._table][-1][-1] += squeeze(data)
        elif {"h1", "h2", "h3"} & set(tags):
            self.headings[-1] += squeeze(data)
        elif {"p", "li", "dt", "dd", "figcaption"} & set(tags):
            self.blocks[-1] += squeeze(data)


def take_first(html: str) -> str:
    """Take the language that is shown first; a document has one."""
    mark = '<div class="voice '
    return mark.join(html.split(mark)[:2])


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def say(element: ET.Element) -> str:
    return "".join(e.text or "" for e in element.iter(f"{W}t"))


def style_of(paragraph: ET.Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("given", ["all", "none"])
def test_the_document_has_the_headings_sentences_and_tables_of_the_page(
    city: Ecosystem, results: dict[str, pd.DataFrame], lang: str, given: str
) -> None:
    chosen = results if given == "all" else {}
    page = Page(take_first(render_report(city, chosen, lang=lang)))
    paper = Paper(render_docx(city, chosen, lang=lang))

    assert len(page.headings) > 20
    assert paper.headings() == page.headings
    text = paper.text()
    assert len(page.blocks) > 60
    notes = [b for b in page.blocks if b not in text]
    signed = re.sub(f"[{SIGNS}]", "", text)
    assert [b for b in notes if re.sub(f"[{SIGNS}]", "", b) not in signed] == []
    tables = paper.tables()
    for name, rows in page.tables.items():
        mine = tables[name.replace("-", "_")]
        assert [[c.lstrip(SIGNS) for c in r] for r in mine] == [
            [c.lstrip(SIGNS) for c in r] for r in rows
        ], name


def test_the_numbers_of_the_tables_are_those_of_the_results(
    data: bytes, results: dict[str, pd.DataFrame]
) -> None:
    tables = Paper(data).tables()

    gaps = results["gaps"].reset_index().to_dict("records")
    head, *rows = tables["table_gaps"]
    observed = head.index("linksobserved")
    assert [row[0] for row in rows] == [squeeze(gap["name"]) for gap in gaps]
    assert [int(row[observed]) for row in rows] == [gap["observed"] for gap in gaps]
    # 126 links over 180 firms are 42 for each industry of 60
    assert rows[0][:4] == ["能源", "◆gap", "6", "42.0"]
    counts = dict(tables["table_summary_nodes"])
    assert (counts["Enterprise"], counts["University"]) == ("180", "1")
    assert len(tables["table_tiers"]) == 13  # as the page: twelve firms, and the head


def test_a_table_that_is_cut_says_which_file_has_the_rest(data: bytes) -> None:
    text = Paper(data).text()

    assert "Shown:12of180.CSV:tables/tiers.csv" in text
    assert "tables/gaps.csv" not in text


def test_every_link_leads_to_a_place_in_the_document(data: bytes, city: Ecosystem) -> None:
    for written in (data, render_docx(city, {})):
        paper = Paper(written)
        assert len(paper.marks) == len(set(paper.marks))
        assert set(paper.anchors) - set(paper.marks) == set()
        assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", mark) for mark in paper.marks)


def test_heads_are_repeated_and_rows_stay_whole(data: bytes) -> None:
    paper = Paper(data)

    heads = 0
    for table in paper.body.iter(f"{W}tbl"):
        widths = [int(e.get(f"{W}w")) for e in table.iter(f"{W}gridCol")]
        assert 0 < sum(widths) <= 9866  # 174 mm
        assert min(widths) > 0
        rows = list(table.iter(f"{W}tr"))
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        heads += rows[0].find(f"{W}trPr/{W}tblHeader") is not None
    assert heads == len(list(paper.body.iter(f"{W}tbl"))) - 1  # all but the large numbers in front


def test_the_page_is_a4_with_numbers_and_chinese_letters(data: bytes) -> None:
    document = docx.Document(io.BytesIO(data))
    paper = Paper(data)

    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    foot = next(e for n, e in paper.parts.items() if n.startswith("word/footer"))
    assert [f.get(f"{W}instr") for f in foot.iter(f"{W}fldSimple")] == ["PAGE", "NUMPAGES"]
    fonts = {f.get(f"{W}eastAsia") for f in paper.parts["word/styles.xml"].iter(f"{W}rFonts")}
    assert fonts == {"宋体", "微软雅黑"}
    known = {s.get(f"{W}styleId") for s in paper.parts["word/styles.xml"].iter(f"{W}style")}
    assert {style_of(p) for p in paper.body.iter(f"{W}p")} <= known
    assert document.core_properties.modified.isoformat().startswith("2024-12-31")


def test_charts_are_pictures_with_words(data: bytes, results: dict[str, pd.DataFrame]) -> None:
    document = docx.Document(io.BytesIO(data))

    charts = list(document.inline_shapes)
    assert {round(chart.width.mm) for chart in charts} == {174}
    said = [chart._inline.docPr.get("descr") for chart in charts]  # noqa: SLF001
    assert {"Number of enterprises in each tier", "Way made to each target, with its day"} < {*said}
    assert len(said) == len(set(said)) >= 4
    bars = [cell for row in Paper(data).tables()["table_targets"] for cell in row if "█" in cell]
    assert bars == ["50.0%█████░░░░░"]
    assert results["targets"]["reached"].tolist() == [0.5]


def test_the_same_input_gives_the_same_bytes(
    data: bytes, city: Ecosystem, results: dict[str, pd.DataFrame]
) -> None:
    few = {"gaps": results["gaps"], "targets": results["targets"]}
    again = {"gaps": find_gaps(city), "targets": few["targets"].copy()}
    assert render_docx(city, few) == render_docx(city, again)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_names_stay_text() -> None:
    hostile = make_ecosystem(write_tables(EVIL))
    hostile = replace(hostile, name=EVIL)
    results = {"gaps": find_gaps(hostile), "pairs": cross_disciplines(hostile)}
    paper = Paper(render_docx(hostile, results))

    assert "<script>alert(1)</script>{{7*7}}" in paper.text()
    assert "49" not in [cell for rows in paper.tables().values() for row in rows for cell in row]
    outside = [r for n, p in paper.parts.items() if n.endswith("document.xml.rels") for r in p]
    assert [r.get("Target") for r in outside if r.get("TargetMode") == "External"] == []


def test_generated_data_wear_a_badge(city: Ecosystem) -> None:
    assert "Syntheticdata" not in Paper(render_docx(city, {})).text()
    assert "Syntheticdata" in Paper(render_docx(replace(city, synthetic=True), {})).text()


def test_where_the_data_can_tell_nothing_the_document_says_so() -> None:
    ecosystem = load(DATA / "weifang")
    results = {"gaps": find_gaps(ecosystem), "tiers": assign_tiers(ecosystem)}
    page = Page(take_first(render_report(ecosystem, results)))
    paper = Paper(render_docx(ecosystem, results))

    assert paper.headings() == page.headings
    assert paper.text().count("需要补充的台账") >= 7


def test_results_are_not_changed(city: Ecosystem, results: dict[str, pd.DataFrame]) -> None:
    few = {name: results[name] for name in ("gaps", "pairs", "tiers")}
    before = {name: table.copy() for name, table in few.items()}
    render_docx(city, few)

    assert all(results[name].equals(before[name]) for name in before)


def test_without_the_extra_it_says_what_to_install(
    city: Ecosystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(EcographError, match=r"ecograph\[office\]"):
        render_docx(city, {})


def test_a_machine_without_chinese_letters_is_told_what_to_do(
    city: Ecosystem, results: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(svg, "find_chinese_font", lambda: None)
    with pytest.raises(EcographError, match="fonts-noto-cjk"):
        render_docx(city, results, lang="zh")
