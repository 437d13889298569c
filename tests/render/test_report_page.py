"""The report as a reader has it: in a browser, on paper, in Word, on shipped and public data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ecograph.loader import load
from ecograph.output import save_tables
from ecograph.registers import convert
from ecograph.render.document import render_docx
from ecograph.render.report import render_report
from ecograph.workflow import compute_results

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
MOST_BYTES, MOST_SECONDS = 3_000_000, 10.0
PAPER = 1000  # CSS pixels that an A4 page has between its margins: 266 of 297 mm, at 96 an inch


class Report(NamedTuple):
    """A report, and what it was made from."""

    ecosystem: Ecosystem
    results: dict[str, pd.DataFrame]
    html: str
    seconds: float


def write_report(folder: Path) -> Report:
    ecosystem = load(folder)
    results = compute_results(ecosystem)
    started = time.process_time()
    html = render_report(ecosystem, results, tables_href="tables", map_href="map.html")
    return Report(ecosystem, results, html, time.process_time() - started)


@pytest.fixture(scope="module")
def city() -> Report:
    return write_report(ROOT / "data" / "example-city")


@pytest.fixture(scope="module")
def town() -> Report:
    return write_report(ROOT / "data" / "jinzhong")


@pytest.fixture(scope="module", params=["norway-h2020", "anr-pia", "h2020"])
def register(
    request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Report:
    if request.param != "norway-h2020" and not os.environ.get("ECOGRAPH_WHOLE"):
        pytest.skip("the larger registers take part where ECOGRAPH_WHOLE is set")
    source = "h2020-2016" if request.param == "h2020" else request.param
    folder = tmp_path_factory.mktemp(request.param)
    save_tables(convert(request.param, real_data / source), folder)
    return write_report(folder)


@pytest.fixture(params=["city", "town"])
def shipped(request: pytest.FixtureRequest) -> Report:
    found: Report = request.getfixturevalue(request.param)
    return found


def judge(report: Report, open_page: Callable[..., Any], width: int) -> None:
    """Open a report, switch to each language, and let axe look at it."""
    opened = open_page(re.sub(r"<meta http-equiv[^>]*>", "", report.html), width=width, height=800)
    page = opened.page
    for lang in ("en", "zh"):
        page.click(f".switch label[for=choose-{lang}] >> visible=true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1 >> visible=true").count() == 1
    if AXE.exists():
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))"
        )
        assert [v for v in found if v[0] in {"serious", "critical"}] == []
    assert opened.complaints == []
    assert opened.requests == []


def test_it_is_small_and_quick(shipped: Report) -> None:
    assert len(shipped.html.encode()) < MOST_BYTES
    assert shipped.seconds < MOST_SECONDS


def test_every_link_within_the_page_leads_somewhere_and_no_anchor_is_twice(shipped: Report) -> None:
    anchors = re.findall(r'\sid="([^"]+)"', shipped.html)
    links = set(re.findall(r'href="#([^"]+)"', shipped.html))
    used = set(re.findall(r"url\(#([^)]+)\)", shipped.html))

    assert len(anchors) == len(set(anchors))
    assert links | used <= set(anchors)


@pytest.mark.browser
@pytest.mark.parametrize(("name", "width"), [("city", 1280), ("town", 390)])
def test_it_opens_offline_without_complaint(
    request: pytest.FixtureRequest, open_page: Callable[..., Any], name: str, width: int
) -> None:
    judge(request.getfixturevalue(name), open_page, width)


@pytest.mark.browser
@pytest.mark.real_data
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run npm ci in frontend/")
def test_public_registers_open_offline_without_complaint(
    register: Report, open_page: Callable[..., Any]
) -> None:
    assert len(register.html.encode()) < MOST_BYTES
    assert register.seconds < MOST_SECONDS
    judge(register, open_page, 1280)


@pytest.mark.browser
def test_the_reader_switches_the_language_with_the_keyboard(
    town: Report, open_page: Callable[..., Any]
) -> None:
    page = open_page(town.html).page
    heading = "h2 >> visible=true"
    assert "主要发现" in page.locator(heading).first.inner_text()

    page.focus("#choose-zh")
    page.keyboard.press("ArrowLeft")

    assert "Key findings" in page.locator(heading).first.inner_text()
    assert page.evaluate("document.querySelector('.voice.in-en').lang") == "en"


@pytest.mark.browser
def test_both_languages_say_the_same_numbers(city: Report, open_page: Callable[..., Any]) -> None:
    """Cells differ in words and in how money is written, not in other figures."""
    page = open_page(city.html).page
    numbers = {
        lang: page.evaluate(
            """lang => [...document.querySelectorAll(`.in-${lang} td.num`)]
                .map(cell => (cell.firstChild?.textContent ?? "").trim())
                .filter(text => /^[0-9.,%–-]+$/.test(text))""",
            lang,
        )
        for lang in ("en", "zh")
    }

    assert len(numbers["en"]) > 300
    assert numbers["en"] == numbers["zh"]


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_five_questions_are_answered_on_the_first_screen(
    shipped: Report, open_page: Callable[..., Any], lang: str
) -> None:
    page = open_page(shipped.html, width=1280, height=800).page
    page.click(f".switch label[for=choose-{lang}] >> visible=true")
    answers = page.locator(f".in-{lang} .questions dd")

    assert answers.count() == 5
    assert all(len(text) > 10 for text in answers.all_inner_texts())
    boxes = [answers.nth(n).bounding_box() for n in range(5)]
    assert max(box["y"] + box["height"] for box in boxes) <= 800


@pytest.mark.browser
def test_a_link_opens_the_rows_behind_a_figure(city: Report, open_page: Callable[..., Any]) -> None:
    page = open_page(city.html).page
    link = page.locator("#table-gaps-row-1 a[href^='#table-evidence']")
    number = int(link.inner_text())
    assert not page.locator("#table-evidence-1").is_visible()

    link.click()

    assert page.locator("#table-evidence-1").is_visible()
    assert page.locator("#table-evidence-1 tbody tr").count() == number == 5


# on paper


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_that_has_to_stay_whole_is_longer_than_a_page(
    city: Report, browser: Any, lang: str
) -> None:
    page = browser.new_page(viewport={"width": 696, "height": PAPER})  # 184 mm between margins
    page.set_content(city.html)
    page.click(f".switch label[for=choose-{lang}] >> visible=true")
    page.emulate_media(media="print")
    whole = page.evaluate(
        """() => [...document.querySelectorAll('.voice *')]
            .filter(e => e.checkVisibility() && getComputedStyle(e).breakInside === 'avoid')
            .map(e => [e.tagName, e.className, e.id, e.getBoundingClientRect().height])"""
    )
    kept = page.evaluate(
        """() => [...document.querySelectorAll('h2, h3')].filter(e => e.checkVisibility())
            .every(e => getComputedStyle(e).breakAfter === 'avoid')"""
    )
    page.close()

    assert len(whole) > 50
    assert [part for part in whole if part[3] > PAPER] == []
    assert kept


@pytest.mark.browser
def test_it_prints_on_a4_and_only_the_language_that_is_chosen(
    city: Report, browser: Any, tmp_path: Path
) -> None:
    text = shutil.which("pdftotext")
    if text is None:
        pytest.skip("pdftotext is not installed: package poppler-utils")
    page = browser.new_page()
    page.set_content(city.html)
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    page.close()
    said = read_pdf(tmp_path / "report.pdf")

    assert "主要发现" in said
    assert "Key findings" not in said
    info = subprocess.run(
        ["pdfinfo", tmp_path / "report.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"Page size: +59[45]\.?\d* x 84[12]", info)


# in Word


class Cells(HTMLParser):
    """The numbers of the tables of one language."""

    def __init__(self, html: str, lang: str) -> None:
        super().__init__()
        self.depth, self.inside, self.cell = 0, False, False
        self.numbers: list[str] = []
        self.lang = lang
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        css = dict(attrs).get("class") or ""
        if tag == "div" and "voice" in css.split():
            self.inside = f"in-{self.lang}" in css.split()
        self.cell = self.inside and (tag == "td" or (self.cell and tag in {"a", "span"}))

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.cell and re.fullmatch(r"[\d.,]{3,}", data.strip()):
            self.numbers.append(data.strip())


def read_pdf(path: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_libreoffice_opens_the_word_file_with_the_same_numbers(
    city: Report, tmp_path: Path
) -> None:
    pytest.importorskip("docx", reason="the extra office is not installed")
    office = shutil.which("soffice")
    if office is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice or pdftotext is not installed")
    path = tmp_path / "report.docx"
    path.write_bytes(render_docx(city.ecosystem, city.results))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path],
        check=True,
        capture_output=True,
        timeout=240,
    )
    said = re.sub(r"\s", "", read_pdf(tmp_path / "report.pdf"))
    numbers = Cells(city.html, "zh").numbers

    assert len(numbers) > 200
    missing = sorted({number for number in numbers if number not in said})
    assert missing == []
