from __future__ import annotations

import functools
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from ecograph.analysis.centrality import rank
from ecograph.analysis.communities import find_communities
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.overview import compare_indicators, summarise
from ecograph.analysis.pairs import cross_disciplines
from ecograph.analysis.tiers import assign_tiers
from ecograph.loader import load
from ecograph.render.report import render_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ecograph.ecosystem import Ecosystem

EVIL = "</script><img src=x onerror=\"window.PWNED=1\"><svg onload='window.PWNED=1'>{{7*7}}"
SECTIONS = (
    "findings",
    "gaps",
    "closing",
    "tiers",
    "movement",
    "renewals",
    "targets",
    "events",
    "leaders",
    "dimensions",
    "coverage",
    "data",
    "method",
)
TABLES = (
    "summary",
    "gaps",
    "pairs",
    "closing",
    "tiers",
    "tier-moves",
    "expiring",
    "near-misses",
    "tier-links",
    "targets",
    "thermometer",
    "centrality",
    "communities",
    "dimensions",
    "coverage",
    "accounts",
    "problems",
    "sources",
    "settings",
)


def analyse(ecosystem: Ecosystem) -> dict[str, pd.DataFrame]:
    return {
        "summary": summarise(ecosystem),
        "gaps": find_gaps(ecosystem),
        "pairs": cross_disciplines(ecosystem),
        "centrality": rank(ecosystem),
        "communities": find_communities(ecosystem),
        "tiers": assign_tiers(ecosystem),
        "dimensions": measure_dimensions(ecosystem),
        "coverage": compare_indicators(ecosystem),
    }


def write_city(folder: Path, *, tag: str = "") -> Path:
    """Three industries of 60 firms; the third links at a tenth of the rate of the others."""
    links = {"I1": 60, "I2": 60, "I3": 6}
    firms = [(f"E{i}-{n}", f"I{i}") for i in (1, 2, 3) for n in range(60)]
    agreements = [(f"A{i}-{n}", i, f"E{i[1]}-{n}") for i in links for n in range(links[i])]
    tables = {
        "industries": [("id", "name"), *((i, f"industry {i}{tag}") for i in (*links, "I4"))],
        "enterprises": [
            ("id", "name", "industry", "region"),
            *((e, f"firm {e}{tag}", i, f"county{tag}") for e, i in firms),
        ],
        "universities": [("id", "name"), ("U1", f"university{tag}")],
        "disciplines": [("id", "name"), ("D1", f"physics{tag}"), ("D2", "law")],
        "agreements": [
            ("id", "name", "date", "amount", "status", "disciplines", "industry"),
            *((a, f"work{tag}", "2024-05", "12万元", "signed", "D1", i) for a, i, _ in agreements),
            ("A-plan", "plan", "2024-05", "", "planned", "D1", "I1"),
        ],
        "parties": [
            ("agreement", "organisation"),
            *((a, side) for a, _, firm in agreements for side in (firm, "U1")),
            ("A-plan", "U1"),
        ],
        "certificates": [
            ("enterprise", "certificate", "valid_from", "valid_to"),
            ("E1-0", "little_giant", "2023", "2026"),
            ("E1-1", "high_tech", "2023", "2026"),
        ],
        "indicators": [
            ("id", "name", "value", "unit", "relation", "rank", "rank_previous", "growth"),
            ("K1", f"agreements{tag}", "252", "项", ">=", "3", "6", "0.27"),
            ("K2", "unknown", "", "", "~", "", "", ""),
        ],
        "sources": [("id", "title", "date"), ("S1", f"daily{tag}", "2025-06-19")],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        frame = pd.DataFrame(rows[1:], columns=list(rows[0]))
        if name == "indicators":
            extra = {"counts": "agreement", "register": f"register{tag}", "source": "S1"}
            frame = frame.assign(**{k: [v, ""] for k, v in extra.items()})
        frame.to_csv(folder / f"{name}.csv", index=False)
    facts = f"name: 'city{tag.replace(chr(39), chr(39) * 2)}'\nas_of: 2024-12-31\nlanguage: en\n"
    (folder / "ecosystem.yaml").write_text(facts, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Ecosystem:
    return load(write_city(tmp_path_factory.mktemp("city")))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Ecosystem:
    ecosystem = load(write_city(tmp_path_factory.mktemp("hostile"), tag=EVIL))
    assert EVIL in ecosystem.name
    return ecosystem


@pytest.fixture(scope="module")
def results(city: Ecosystem) -> dict[str, pd.DataFrame]:
    return analyse(city)


@pytest.fixture(scope="module")
def draw(city: Ecosystem, results: dict[str, pd.DataFrame]) -> Callable[[str], str]:
    """Draw the report of the city in a language; once, for all who look at it."""
    return functools.cache(lambda lang: render_report(city, results, lang=lang))


@pytest.fixture(scope="module")
def hostile_results(hostile: Ecosystem) -> dict[str, pd.DataFrame]:
    return analyse(hostile)


@pytest.fixture(scope="module")
def hostile_page(hostile: Ecosystem, hostile_results: dict[str, pd.DataFrame]) -> str:
    return render_report(hostile, hostile_results, lang="zh")


class Page(HTMLParser):
    """The ids, links, tags and table cells of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: dict[str, list[str]] = {}
        self.text = ""
        self._row: str | None = None
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(given)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        if tag == "tr":
            self._row = given.get("id")
        if tag == "td" and self._row:
            self.rows.setdefault(self._row, []).append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag != "td"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell and self._row:
            self.rows[self._row][-1] += data


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("given", ["all", "none"])
def test_every_section_is_there_and_every_link_leads_somewhere(
    city: Ecosystem, draw: Callable[[str], str], lang: str, given: str
) -> None:
    page = Page(draw(lang) if given == "all" else render_report(city, {}, lang=lang))

    assert len(page.ids) == len(set(page.ids))
    assert {f"section-{name}" for name in SECTIONS} <= set(page.ids)
    assert {f"table-{name}" for name in TABLES} <= set(page.ids)
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert [link for link in inside if link not in page.ids] == []
    assert len(inside) == len(page.links)


def test_without_results_each_section_names_the_register_that_would_fill_it(
    city: Ecosystem,
) -> None:
    page = render_report(city, {}, lang="zh")

    assert page.count("需要补充的台账") >= 7
    assert "协议、协议方、企业、产业" in page
    assert "<svg" not in page


def test_the_page_says_what_the_tables_say(
    draw: Callable[[str], str], results: dict[str, pd.DataFrame]
) -> None:
    page = Page(draw("en"))

    gaps = results["gaps"].reset_index()
    assert next(iter(gaps["industry"])) == "I3"
    for place, row in enumerate(gaps.to_dict("records"), 1):
        cells = page.rows[f"table-gaps-row-{place}"]
        assert cells[0] == row["name"]
        assert int(cells[2].replace(",", "")) == row["observed"]
        if row["expected"] == row["expected"]:
            assert float(cells[3]) == pytest.approx(row["expected"], abs=0.05)
            assert float(cells[4]) == pytest.approx(row["ratio"], abs=0.005)
            low, high = (float(bound) for bound in cells[5].split("–"))
            assert (low, high) == pytest.approx((row["ci_low"], row["ci_high"]), abs=0.005)
        else:
            assert cells[3:6] == ["—", "—", "—"]


def test_findings_are_sentences_with_numbers_that_lead_to_their_row(
    draw: Callable[[str], str],
) -> None:
    html = draw("en")
    text = re.sub(r"\s+", " ", Page(html).text)

    # 126 links over 180 firms: 42 for each industry of 60
    assert "industry I3 has 6 links with science where its 60 firms would give 42.0" in text
    assert "(ratio 0.14, 95% interval 0.05–0.31; q < 0.001): weakly linked." in text
    assert '<a class="num" href="#table-gaps-row-1">42.0</a>' in html
    assert "126 agreements count (signed, active, ended). 1 do not count (planned)." in text
    assert "CNY 15.12 M" in text
    assert "agreements: ≥ 252 项 published, 126 counted in the graph (50.0%)." in text
    assert "very certain" in text


def test_chinese_comes_with_chinese_units(draw: Callable[[str], str]) -> None:
    text = Page(draw("zh")).text

    assert "计入协议 126 项（已签、在建、已结束）" in text
    assert "1,512万元" in text
    assert "3（上期 6）" in text
    assert "+27.0%" in text


def test_a_planner_is_told_when_the_data_cannot_tell(
    city: Ecosystem, results: dict[str, pd.DataFrame]
) -> None:
    silent = results["gaps"].assign(verdict="not_enough_data")
    text = Page(render_report(city, {"gaps": silent}, lang="zh")).text

    assert "数据不足：4 个产业中有 4 个" in text
    assert "其中 1 个产业既无列名企业，也无规模数据" in text
    assert "没有产业被证实联系薄弱" in text


def test_no_tiers_are_shown_where_nothing_is_known_of_any_firm(
    city: Ecosystem, results: dict[str, pd.DataFrame]
) -> None:
    unknown = results["tiers"].assign(tier="none", met=0, not_met=0)
    html = render_report(city, {"tiers": unknown}, lang="en")

    assert '<p class="empty" id="table-tiers">' in html
    assert "enterprises, certificates, financials" in html
    assert "are placed in tiers" not in html


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nan_is_never_printed(draw: Callable[[str], str], lang: str) -> None:
    text = Page(draw(lang)).text

    assert not re.search(r"\b(nan|NaN|None|NaT|<NA>|inf)\b", text)
    assert "Markup" not in text


def test_the_same_input_gives_the_same_bytes(
    city: Ecosystem, results: dict[str, pd.DataFrame]
) -> None:
    assert render_report(city, results) == render_report(city, analyse(city))


def test_results_are_not_changed(city: Ecosystem, results: dict[str, pd.DataFrame]) -> None:
    before = {name: table.copy() for name, table in results.items()}
    render_report(city, results)

    for name, table in results.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_generated_data_wear_a_badge(
    city: Ecosystem, results: dict[str, pd.DataFrame], draw: Callable[[str], str]
) -> None:
    badge = "合成数据，不代表真实城市"

    assert badge in render_report(replace(city, synthetic=True), results, lang="zh")
    assert badge not in draw("zh")


def test_tables_and_map_are_linked_where_they_lie_beside_the_page(
    city: Ecosystem, results: dict[str, pd.DataFrame]
) -> None:
    links = Page(render_report(city, results, tables_href="tables", map_href="map.html")).links

    assert {"map.html", "tables/gaps.csv", "tables/tiers.csv", "tables/pairs.csv"} <= set(links)


def test_names_are_text_and_never_markup(
    hostile: Ecosystem, hostile_results: dict[str, pd.DataFrame]
) -> None:
    html = render_report(hostile, hostile_results, lang="en", tables_href='"><script>')
    page = Page(html)

    assert not {"script", "img", "iframe", "object", "form"} & page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert EVIL in page.text
    assert "49" not in {cell.strip() for cells in page.rows.values() for cell in cells}


def test_problems_are_listed_with_their_remedy(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    path = folder / "parties.csv"
    path.write_text(path.read_text(encoding="utf-8") + "AI1-0,nobody\n", encoding="utf-8")
    page = Page(render_report(load(folder), {}, lang="en"))

    assert "Errors: 1; warnings: 0." in page.text
    assert page.rows["table-problems-row-1"][1] == "parties.csv"
    assert "nobody" in page.rows["table-problems-row-1"][5]
    assert page.rows["table-codes-row-1"][1:3] == ["unknown_reference", "1"]
    assert "The account is even." in page.text


@pytest.mark.browser
@pytest.mark.parametrize("policy", ["with its policy", "policy taken away"])
def test_opens_without_network_error_or_script(
    hostile_page: str, browser: object, tmp_path: Path, policy: str
) -> None:
    html = hostile_page
    if policy == "policy taken away":
        html = re.sub(r"<meta http-equiv=[^>]*>", "", html)
    path = tmp_path / "index.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 844})  # type: ignore[attr-defined]
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto(path.as_uri())

    assert said == []
    assert [url for url in asked if url != path.as_uri() and not url.startswith("data:")] == []
    assert page.evaluate("window.PWNED") is None
    assert page.evaluate("document.scripts.length + document.images.length") == 0
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_never_scrolls_sideways(
    draw: Callable[[str], str], browser: object, width: int, lang: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})  # type: ignore[attr-defined]
    page.set_content(draw(lang))

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
