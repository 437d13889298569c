"""Links of the report into the map: what is to be seen where they lead, in a real browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from builders import make_ecosystem

from ecograph.analysis.pairs import cross_disciplines
from ecograph.render.maps import to_html
from ecograph.render.report import render_report
from ecograph.render.reporting.atlas import locate_on_map
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

READY = "window.ecograph.ready.then(() => true)"
AGREEMENTS = (  # id, discipline, industry, parties
    ("A1", "D1", "I1", "E1;U1"),
    ("A2", "D2", "I1", "E2;U2"),
    ("A3", "D1", "I2", "E3;U3"),
)


def write_town() -> dict[str, str]:
    rows = "\n".join(
        f"{key},{key},2024-05,signed,{topic},{industry},{parties}"
        for key, topic, industry, parties in AGREEMENTS
    )
    head = "id,name,date,status,disciplines,industry,parties\n"
    return {
        "ecosystem.yaml": "name: 小城\nas_of: 2024-12-31\nlanguage: zh\n",
        "industries": 'id,name\nI1,steel\nI2,glass & "co" + #1\n',
        "disciplines": "id,name\nD1,physics\nD2,law\n",
        "universities": "id,name\nU1,u one\nU2,u two\nU3,u three\n",
        "enterprises": "id,name,industry\nE1,one,I1\nE2,two,I1\nE3,three,I2\nE4,four,I2\n",
        "agreements": f"{head}{rows}\n",
    }


@pytest.fixture(scope="module")
def town() -> Ecosystem:
    return make_ecosystem(write_town())


def open_at(open_page, town: Ecosystem, href: str) -> tuple[set[str], dict]:
    """Open the map as the link would; list the nodes that are seen, and the state."""
    page = open_page(to_html(town)).page
    address = page.url
    page.goto("about:blank")
    page.goto(f"{address}#{href.partition('#')[2]}")
    page.evaluate(READY)
    return set(page.evaluate("ecograph.visibleNodes()")), page.evaluate("ecograph.state")


def make_page(town: Ecosystem, map_href: str | None = "map.html") -> Page:
    return Page(town, {}, Voice("zh", "CNY"), "tables", map_href)


def test_without_a_map_there_is_no_link(town: Ecosystem) -> None:
    assert locate_on_map(make_page(town, None), industry="I1") is None


def test_an_address_holds_nothing_that_ends_it(town: Ecosystem) -> None:
    key = "I'1\" &=#+%<b>工业"
    href = locate_on_map(make_page(town), industry=key)

    page, _, state = href.partition("#")
    assert page == "map.html"
    assert not set(state) & set("\"'<> #+")
    parts = dict(part.split("=") for part in state.split("&"))
    assert json.loads(unquote(parts["filters"]))["industry"] == key


@pytest.mark.browser
def test_a_link_opens_the_map_at_one_industry(open_page, town: Ecosystem) -> None:
    seen, state = open_at(open_page, town, locate_on_map(make_page(town), industry="I1"))

    assert state["filters"]["industry"] == "I1"
    assert seen == {"I1", "E1", "E2", "U1", "U2", "D1", "D2"}


@pytest.mark.browser
def test_a_link_opens_the_map_at_one_industry_and_discipline(open_page, town: Ecosystem) -> None:
    href = locate_on_map(make_page(town), industry="I1", discipline="D1")
    seen, state = open_at(open_page, town, href)

    assert state["filters"]["industry"] == "I1"
    assert state["focus"] == {"id": "D1", "steps": 1}
    assert seen == {"D1", "E1", "U1"}


@pytest.mark.browser
def test_cells_of_the_heat_map_lead_there(open_page, town: Ecosystem) -> None:
    results = {"pairs": cross_disciplines(town)}
    alone = render_report(town, results)
    linked = render_report(town, results, map_href="map.html")
    page = open_page(linked).page

    cell = page.locator("#table-pairs a").first
    assert cell.get_attribute("href").startswith("map.html#filters=")
    assert page.locator("#table-pairs a[href^='map.html']").count() == len(AGREEMENTS)
    assert "map.html#" not in alone
