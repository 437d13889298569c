"""The explorer in a browser without a network: what a person can do on it, and what data cannot."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import yaml
from payloads import PAYLOADS
from PIL import Image

from ecograph.analysis.windows import list_tie_years
from ecograph.loader import load
from ecograph.output import save_tables
from ecograph.registers import convert
from ecograph.render.maps import to_html

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
READY = "window.ecograph.ready.then(() => true)"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

TOWN = {
    "universities": "id,name,city,latitude,longitude\nU1,太原理工大学,太原市,37.8,112.5\n"
    "U2,Farm College,,37.4,112.6\n",
    "enterprises": "id,name,industry,region,founded,aliases\n"
    "E1,银圣科技,I1,榆次区,2019,银圣\nE2,Glass & Sons,I2,太谷区,2001,\nE3,Lone Ltd,I2,太谷区,,\n",
    "regions": "id,name,latitude,longitude\nR1,榆次区,37.7,112.7\nR2,太谷区,37.4,112.5\n",
    "platforms": "id,name,hosts,industry,type\nP1,Catalysis Lab,U1;E1,I1,laboratory\n",
    "industries": "id,name\nI1,新材料\nI2,Glass\nI3,Energy\n",
    "disciplines": "id,name\nD1,Chemistry\n",
    "offers": "university,discipline\nU1,D1\n",
    "certificates": "enterprise,certificate,valid_from,valid_to\nE1,小巨人,2023-07,2026-07\n",
    "agreements": (
        "id,name,date,amount,status,mode,industry,disciplines\n"
        "A1,脱硝催化剂联合实验室,2024-05,200万元,signed,joint_lab,I1,D1\n"
        "A2,Second job,2025,,active,joint,I1,\n"
        "A3,Glass talks,,,planned,,I2,\n"
        "A4,Old job,2023,50万元,ended,joint,I2,\n"
        "A5,Again,2025-03,1200万元,signed,joint,I2,\n"
        "A6,Only once,2024-02,80万元,signed,joint,I2,\n"
    ),
    "parties": (
        "agreement,organisation\nA1,U1\nA1,E1\nA2,U1\nA2,E1\nA2,P1\nA3,U2\nA3,E2\n"
        "A4,U2\nA4,E2\nA5,U2\nA5,E2\nA6,U1\nA6,E2\n"
    ),
}
HOSTILE_FILE = "<img src=x onerror=window.PWNED=1>"
FACTS = {"name": "小城 Town", "as_of": "2025-06-30", "language": "en"}


def write_town(folder: Path, tables: dict[str, str], facts: dict[str, object]) -> Ecosystem:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "ecosystem.yaml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    return to_html(write_town(tmp_path_factory.mktemp("towns") / "town", TOWN, FACTS))


@pytest.fixture(scope="module")
def city() -> str:
    return to_html(load(ROOT / "data" / "example-city"))


@pytest.fixture
def explore(open_page):
    """Open a page and wait until it is drawn."""

    def opener(html: str, **size: int):
        opened = open_page(html, **size)
        opened.page.evaluate(READY)
        return opened

    return opener


def list_nodes(page) -> set[str]:
    return set(page.evaluate("ecograph.visibleNodes()"))


def list_lines(page, kind: str) -> set[frozenset[str]]:
    lines = (line.split("\t") for line in page.evaluate("ecograph.visibleLines()"))
    return {frozenset((a, b)) for a, b, found in lines if found == kind}


def pair(*ends: str) -> frozenset[str]:
    return frozenset(ends)


# It opens


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_offline_without_a_word(explore, lang: str) -> None:
    opened = explore(to_html(load(ROOT / "data" / "jinzhong"), lang=lang))
    assert len(list_nodes(opened.page)) == 70
    assert opened.page.inner_text("h1") == "晋中市创新生态"
    opened.page.wait_for_timeout(400)
    assert (opened.complaints, opened.requests) == ([], [])


def test_it_draws_something(explore, city: str) -> None:
    """Count the colours in the middle of the picture: a blank map has one."""
    page = explore(city).page
    colours = page.evaluate(
        "(() => { const c = document.querySelector('.stage canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return new Set(new Uint32Array(d.buffer)).size; })()"
    )
    assert colours > 1000


def test_it_runs_inside_a_sandboxed_frame(open_page, town: str) -> None:
    outer = "<!DOCTYPE html><meta charset=utf-8><title>x</title><body><script>{}</script>"
    script = (
        "const f = document.createElement('iframe'); f.sandbox = 'allow-scripts';"
        "f.width = 900; f.height = 600; document.body.append(f);"
    )
    opened = open_page(outer.format(script))
    opened.page.evaluate("html => { document.querySelector('iframe').srcdoc = html; }", town)
    frame = opened.page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector(".ecograph")
    frame.evaluate(READY)
    frame.evaluate("ecograph.store.set({layout: 'tiers'})")
    opened.page.wait_for_timeout(500)
    assert frame.evaluate("ecograph.visibleNodes().length") == 10
    assert (opened.complaints, opened.requests) == ([], [])


def test_a_page_that_is_damaged_says_so(open_page, town: str) -> None:
    broken = re.sub(r'(id="data">.{40}).*?(</script>)', r"\1\2", town, flags=re.DOTALL)
    page = open_page(broken).page
    page.evaluate("window.ecograph.ready.catch(() => null)")
    assert "damaged" in page.inner_text("#explorer")


# Finding


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("理工", "太原理工大学"),
        ("tylgdx", "太原理工大学"),
        ("U2", "Farm College"),
        ("银圣", "银圣科技"),
        ("glass", "Glass"),
        ("CATAL", "Catalysis Lab"),
    ],
)
def test_search_finds_by_name_pinyin_alias_and_id(
    explore, town: str, query: str, first: str
) -> None:
    page = explore(town).page
    page.keyboard.press("/")
    page.keyboard.type(query)
    assert page.inner_text("#explorer-hits li >> nth=0").startswith(first)
    page.keyboard.press("Enter")
    assert page.inner_text(".details h2") == first


def test_search_says_when_nothing_is_found(explore, town: str) -> None:
    page = explore(town).page
    page.fill(".search input", "no such thing")
    assert "Nothing found" in page.inner_text("#explorer-hits")


def test_a_hidden_node_that_is_sought_is_shown_again(explore, town: str) -> None:
    page = explore(town).page
    page.uncheck("[data-key=node-enterprise]")
    assert "E1" not in list_nodes(page)
    page.evaluate("ecograph.select('E1')")
    assert "E1" in list_nodes(page)


# Choosing what is seen


def test_kinds_and_lines_can_be_hidden(explore, town: str) -> None:
    page = explore(town).page
    page.uncheck("[data-key=node-enterprise]")
    assert list_nodes(page) == {"P1", "U1", "U2", "D1", "I1", "I2", "I3"}
    page.check("[data-key=node-enterprise]")
    page.uncheck("[data-key=line-planned]")
    assert list_lines(page, "planned") == set()
    assert pair("U1", "E1") in list_lines(page, "tie")
    page.click("[data-key=none-nodes]")
    assert list_nodes(page) == set()
    assert page.is_visible(".nothing")
    page.click(".nothing button")
    assert len(list_nodes(page)) == 10


def choose(page, key: str, value: str) -> None:
    page.click("#explorer-filters-tab")
    page.select_option(f"[data-key=filter-{key}]", value=value)


@pytest.mark.parametrize(
    ("key", "value", "inside", "outside"),
    [
        ("industry", "I1", {"E1", "P1", "U1", "I1"}, {"E2", "E3", "U2"}),
        ("region", "太谷区", {"E2", "E3"}, {"E1"}),
        ("tier", "tree", {"E1"}, {"E2", "E3"}),
        ("status", "ended", {"U2", "E2"}, {"U1", "E1", "E3"}),
        ("verdict", "not_enough_data", {"I1", "E1"}, {"U1"}),
    ],
)
def test_filters_keep_what_meets_them(
    explore, town: str, key: str, value: str, inside: set[str], outside: set[str]
) -> None:
    page = explore(town).page
    choose(page, key, value)
    shown = list_nodes(page)
    assert inside <= shown
    assert not outside & shown
    page.click(".chips button")
    assert len(list_nodes(page)) == 10


def test_amounts_are_filtered_in_millions_and_in_wan(explore, town: str) -> None:
    page = explore(town).page
    page.click("#explorer-filters-tab")
    page.fill("[data-key=amountFrom]", "1")
    page.keyboard.press("Enter")
    assert list_lines(page, "tie") == {pair("U1", "E1"), pair("U2", "E2")}
    page.click("[data-key=language]")
    page.fill("[data-key=amountFrom]", "1000")
    page.keyboard.press("Enter")
    assert list_lines(page, "tie") == {pair("U2", "E2")}
    page.fill("[data-key=amountFrom]", "many")
    page.keyboard.press("Enter")
    assert page.is_visible("#amount-error")
    assert list_lines(page, "tie") == {pair("U2", "E2")}


def test_a_node_is_focused_and_expanded(explore, town: str) -> None:
    page = explore(town).page
    page.evaluate("ecograph.select('U1')")
    page.click("[data-key=steps-1]")
    near = list_nodes(page)
    assert {"U1", "E1", "P1", "E2"} <= near
    assert "U2" not in near
    page.evaluate("ecograph.select('E2')")
    page.click("[data-key=expand]")
    assert {"U2", "I2"} <= list_nodes(page)
    page.click("[data-key=unfocus]")
    assert len(list_nodes(page)) == 10


def move_slider(page, year: int) -> None:
    page.focus("input[data-key=year]")
    page.evaluate(
        "y => { const r = document.querySelector('input[data-key=year]'); r.value = y;"
        " r.dispatchEvent(new Event('input')); r.dispatchEvent(new Event('change')); }",
        str(year),
    )


def test_years_are_until_during_and_compared(explore, town: str) -> None:
    page = explore(town).page
    move_slider(page, 2024)
    assert list_lines(page, "tie") == {pair("U2", "E2"), pair("U1", "E1"), pair("U1", "E2")}
    page.click("[data-key=mode-during]")
    assert list_lines(page, "tie") == {pair("U1", "E1"), pair("U1", "E2")}
    move_slider(page, 2025)
    page.click("[data-key=mode-change]")
    text = page.inner_text(".time-note")
    # 2025 against 2024: U2-E2, U1-P1 and E1-P1 are new, U1-E2 is lost, U1-E1 is kept
    assert [int(n) for n in re.findall(r"\d+", text)][:3] == [3, 1, 1]
    assert "1 agreement without a year" in text


def test_years_are_those_of_the_library(explore, town: str, tmp_path: Path) -> None:
    eco = write_town(tmp_path / "again", TOWN, FACTS)
    page = explore(town).page
    years = list_tie_years(eco)
    for year in (2023, 2024, 2025):
        page.evaluate(f"ecograph.store.set({{filters: {{year: {year}, yearMode: 'during'}}}})")
        known = years[[year in active for active in years["years"]]]
        expected = {pair(a, b) for a, b in zip(known["source"], known["target"], strict=True)}
        assert list_lines(page, "tie") == expected


def test_the_years_play(explore, town: str) -> None:
    page = explore(town).page
    page.click("[data-key=play]")
    for _ in range(60):
        if page.evaluate("ecograph.state.filters.year") == 2025:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("ecograph.state.filters.year") == 2025
    page.click("[data-key=all-years]")
    assert page.evaluate("ecograph.state.filters.year") is None


# Looking closer


def click_on(page, node: str) -> None:
    at = page.evaluate(
        "id => { const e = ecograph.explorer, i = ecograph.model.nodes.id.indexOf(id);"
        " const p = e.derived.placement, s = e.stage, c = e.camera,"
        " b = document.querySelector('.stage').getBoundingClientRect();"
        " return [(p.x[i] - c.x) * c.scale + s.width / 2 + b.left,"
        " (p.y[i] - c.y) * c.scale + s.height / 2 + b.top]; }",
        node,
    )
    page.mouse.click(*at)


def test_a_click_on_a_symbol_opens_its_facts(explore, town: str) -> None:
    page = explore(town).page
    click_on(page, "E1")
    text = page.inner_text(".details")
    words = "银圣科技 tree giant 榆次区 新材料 2019 太原理工大学 脱硝催化剂联合实验室 E1"
    for word in (*words.split(), "enterprises.csv", "agreements.csv", "CNY 2 M"):
        assert word in text
    page.keyboard.press("Escape")
    assert page.is_hidden(".details")


def test_a_line_lists_its_agreements_planned_ones_apart(explore, town: str) -> None:
    page = explore(town).page
    page.evaluate("ecograph.selectLine('E1\\tU1\\ttie')")
    text = page.inner_text(".details")
    assert text.index("Second job") < text.index("脱硝催化剂联合实验室")
    assert "Glass talks" not in text
    page.evaluate("ecograph.selectLine('E2\\tU2\\tplanned')")
    assert "Glass talks" in page.inner_text(".details")
    assert page.locator(".details .status.planned").count() == 1


def test_a_click_on_a_line_opens_it(explore, town: str) -> None:
    page = explore(town).page
    at = page.evaluate(
        "(() => { const e = ecograph.explorer, m = ecograph.model, p = e.derived.placement,"
        " s = e.stage, c = e.camera, b = document.querySelector('.stage').getBoundingClientRect();"
        " const u = m.nodes.id.indexOf('E2'), v = m.nodes.id.indexOf('U1');"
        " return [((p.x[u] + p.x[v]) / 2 - c.x) * c.scale + s.width / 2 + b.left,"
        " ((p.y[u] + p.y[v]) / 2 - c.y) * c.scale + s.height / 2 + b.top]; })()"
    )
    page.mouse.click(*at)
    assert "Only once" in page.inner_text(".details")


def test_a_partner_is_followed(explore, town: str) -> None:
    page = explore(town).page
    page.evaluate("ecograph.select('E1')")
    page.click(".details .partners .link >> text=太原理工大学")
    assert page.inner_text(".details h2") == "太原理工大学"


# How it looks


@pytest.mark.parametrize("layout", ["network", "bipartite", "places", "tiers"])
def test_every_layout_is_drawn(explore, town: str, layout: str) -> None:
    opened = explore(town)
    opened.page.click(f"[data-key={layout}]")
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("ecograph.state.layout") == layout
    apart = opened.page.evaluate(
        "(() => { const {placement: p, visible: v} = ecograph.explorer.derived;"
        " return [...p.placed].filter((x, i) => x && v.nodes[i]).length; })()"
    )
    assert apart >= {"network": 10, "bipartite": 10, "places": 5, "tiers": 6}[layout]
    assert opened.complaints == []


def test_places_lie_as_on_a_map(explore, town: str) -> None:
    page = explore(town).page
    page.click("[data-key=places]")
    x, y = page.evaluate(
        "(() => { const p = ecograph.explorer.derived.placement, n = ecograph.model.nodes.id;"
        " const at = (id) => n.indexOf(id); return [[p.x[at('U1')], p.x[at('E1')]],"
        " [p.y[at('U1')], p.y[at('U2')]]]; })()"
    )
    assert x[0] < x[1]
    assert y[0] < y[1]


@pytest.mark.parametrize(
    "colour", ["community", "tier", "verdict", "measure:betweenness", "measure:strength"]
)
def test_colours_come_with_a_legend(explore, city: str, colour: str) -> None:
    opened = explore(city)
    opened.page.evaluate(f"ecograph.store.set({{colour: '{colour}'}})")
    entries = opened.page.locator(".colours .colour").count()
    assert entries >= 2
    assert opened.complaints == []


def test_sizes_follow_the_choice(explore, town: str) -> None:
    page = explore(town).page
    radius = "ecograph.explorer.derived.dress.nodeRadius[ecograph.model.nodes.id.indexOf('P1')]"
    before = page.evaluate(radius)
    page.evaluate("ecograph.store.set({size: 'betweenness'})")
    assert page.evaluate(radius) < before


def test_hulls_are_named(explore, city: str) -> None:
    page = explore(city).page
    page.check("[data-key=hulls]")
    names = page.evaluate("ecograph.explorer.derived.hulls.map(h => h.name)")
    assert len(names) >= 5
    assert all(names)


def test_the_language_changes_in_the_page(explore, town: str) -> None:
    page = explore(town).page
    page.click("[data-key=language]")
    assert page.evaluate("document.querySelector('.ecograph').lang") == "zh-CN"
    assert "图例" in page.inner_text(".side")
    page.evaluate("ecograph.select('E1')")
    assert "小巨人" in page.inner_text(".details")


def test_light_and_dark(explore, town: str) -> None:
    page = explore(town).page
    ground = "getComputedStyle(document.querySelector('.ecograph')).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("ecograph.store.set({theme: 'dark'})")
    assert page.evaluate(ground) != light


# Going back, and coming back


def test_undo_redo_and_reset(explore, town: str) -> None:
    page = explore(town).page
    page.uncheck("[data-key=node-enterprise]")
    page.click("[data-key=tiers]")
    page.keyboard.press("Control+z")
    assert page.evaluate("ecograph.state.layout") == "network"
    page.click("[data-key=undo]")
    assert "E1" in list_nodes(page)
    page.click("[data-key=redo]")
    assert "E1" not in list_nodes(page)
    page.click("[data-key=reset]")
    assert len(list_nodes(page)) == 10


def test_the_address_opens_the_same_picture(explore, town: str) -> None:
    page = explore(town).page
    page.evaluate(
        "ecograph.store.set({layout: 'tiers', hiddenKinds: ['platform'],"
        " filters: {region: '太谷区'}, selected: {type: 'node', id: 'E2'}})"
    )
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(700)
    state, nodes = page.evaluate("ecograph.state"), list_nodes(page)
    page.reload()
    page.evaluate(READY)
    assert page.evaluate("ecograph.state") == state
    assert list_nodes(page) == nodes
    assert "Glass & Sons" in page.inner_text(".details h2")


def test_a_strange_address_is_ignored(open_page, town: str) -> None:
    opened = open_page(town)
    opened.page.evaluate(READY)
    opened.page.evaluate(
        "location.hash = 'layout=%22x%22&filters=1&selected=7&camera=x&__proto__=1'"
    )
    opened.page.wait_for_timeout(200)
    opened.page.reload()
    opened.page.evaluate(READY)
    assert len(list_nodes(opened.page)) == 10
    assert opened.complaints == []


# By keyboard, by touch, on paper, for everybody


def test_the_map_moves_and_zooms_by_keyboard_and_wheel(explore, town: str) -> None:
    page = explore(town).page
    page.focus(".stage")
    before = page.evaluate("ecograph.camera")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    after = page.evaluate("ecograph.camera")
    assert after["x"] > before["x"]
    assert after["scale"] > before["scale"]
    page.keyboard.press("0")
    assert page.evaluate("ecograph.camera") == pytest.approx(before)
    page.mouse.move(800, 400)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    assert page.evaluate("ecograph.camera")["scale"] > before["scale"]
    page.mouse.move(700, 400)
    page.mouse.down()
    page.mouse.move(500, 300, steps=4)
    page.mouse.up()
    assert page.evaluate("ecograph.state.selected") is None


def test_two_fingers_zoom(browser, town: str, tmp_path: Path) -> None:
    file = tmp_path / "touch.html"
    file.write_text(town, encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.evaluate(READY)
    before = page.evaluate("ecograph.camera.scale")
    session = context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 70), ("touchMove", 110), ("touchEnd", 0)):
        points = [{"x": 195 - apart, "y": 450, "id": 0}, {"x": 195 + apart, "y": 450, "id": 1}]
        session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": points if kind != "touchEnd" else []},
        )
    page.wait_for_timeout(300)
    assert page.evaluate("ecograph.camera.scale") > 1.5 * before
    context.close()


def test_the_table_shows_what_the_map_shows(explore, town: str) -> None:
    page = explore(town).page
    choose(page, "region", "太谷区")
    page.click("[data-key=table]")
    names = page.locator(".table-view tbody tr > :first-child").all_inner_texts()
    ids, all_names = page.evaluate("[ecograph.model.nodes.id, ecograph.model.nodes.name]")
    known = dict(zip(ids, all_names, strict=True))
    shown = {known[node] for node in list_nodes(page)}
    assert set(names) == shown
    page.click("[data-key=sort-name]")
    assert page.locator("th[aria-sort]").count() == 1
    page.click("[data-key=tab-lines]")
    assert page.locator(".table-view tbody tr").count() == len(
        page.evaluate("ecograph.visibleLines()")
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_sideways(explore, city: str, width: int) -> None:
    page = explore(city, width=width, height=844).page
    page.evaluate("ecograph.select('U01')")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.documentElement.scrollHeight") == 844


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(explore, town: str, width: int, theme: str) -> None:
    if not AXE.exists():
        pytest.skip(f"{AXE.relative_to(ROOT)} is not there: run npm ci in frontend/")
    page = explore(re.sub(r"<meta http-equiv[^>]*>", "", town), width=width, height=844).page
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for state in (
        {"theme": theme},
        {"theme": theme, "selected": {"type": "node", "id": "E1"}},
        {"theme": theme, "view": "table"},
        {"theme": theme, "lang": "zh", "colour": "tier", "filters": {"year": 2024}},
    ):
        page.evaluate("state => { ecograph.store.reset(); ecograph.store.set(state); }", state)
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id]))")
        assert [v for v in found if v[0] in {"serious", "critical"}] == []


# Out of it


def save(opened, key: str) -> bytes:
    page = opened.page
    page.click("[data-key=save]")
    with page.expect_download() as download:
        page.click(f".menu >> text={key}")
    return Path(download.value.path()).read_bytes()


def test_a_picture_is_saved_at_the_chosen_size(explore, town: str) -> None:
    opened = explore(town)
    opened.page.click("[data-key=save]")
    told = opened.page.locator(".menu [role=menuitem] small").all_inner_texts()
    opened.page.keyboard.press("Escape")
    sizes = {}
    for scale in (1, 2):
        data = save(opened, f"PNG), {scale}×")
        assert data.startswith(b"\x89PNG")
        sizes[scale] = (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))
        assert told[scale - 1] == "{} × {}".format(*sizes[scale])
    assert sizes[2] == pytest.approx([2 * side for side in sizes[1]], abs=1)


def test_a_drawing_has_map_legend_title_and_sources(explore, town: str) -> None:
    root = ET.fromstring(save(explore(town), "SVG"))  # noqa: S314 - our own file
    text = " ".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
    for words in ("小城 Town", "2025-06-30", "University", "agreements.csv", "银圣科技"):
        assert words in text


def test_the_visible_table_is_saved_as_csv(explore, town: str) -> None:
    opened = explore(town)
    choose(opened.page, "region", "太谷区")
    data = save(opened, "CSV")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert {row["Id"] for row in rows} == list_nodes(opened.page)


def test_the_visible_network_is_saved_as_gexf(explore, town: str, tmp_path: Path) -> None:
    opened = explore(town)
    choose(opened.page, "region", "太谷区")
    file = tmp_path / "town.gexf"
    file.write_bytes(save(opened, "GEXF"))
    graph = nx.read_gexf(file, version="1.3")
    labels = nx.get_node_attributes(graph, "label").values()
    assert len(graph) == len(list_nodes(opened.page))
    assert "Glass & Sons" in labels
    assert graph.number_of_edges() == len(opened.page.evaluate("ecograph.visibleLines()"))


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_paper_holds_the_map_on_one_page(explore, town: str, paper: str) -> None:
    page = explore(town).page
    page.evaluate("window.print = () => {}")
    page.click("[data-key=save]")
    page.click(f".menu >> text={paper}")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    width, height = {"A4": (842, 595), "A3": (1191, 842)}[paper]
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert [float(side) for side in box.groups()] == pytest.approx([width, height], abs=2)


# On real data, in an office's surroundings, and the same as yesterday


@pytest.mark.real_data
def test_twelve_thousand_organisations_are_worked_with(explore, tmp_path: Path) -> None:
    registers = os.environ.get("ECOGRAPH_REAL_DATA")
    if not registers:
        pytest.skip("ECOGRAPH_REAL_DATA is not set")
    if not os.environ.get("ECOGRAPH_WHOLE"):
        pytest.skip("the largest map is worked with where ECOGRAPH_WHOLE is set")
    save_tables(convert("h2020", Path(registers) / "h2020-2016"), tmp_path / "h2020")
    opened = explore(to_html(load(tmp_path / "h2020")))
    page = opened.page
    assert len(list_nodes(page)) == 12_326 + 114
    page.keyboard.press("/")
    page.keyboard.type("fraunhofer")
    page.keyboard.press("Enter")
    assert "FRAUNHOFER" in page.inner_text(".details h2")
    page.click("[data-key=steps-1]")
    near = len(list_nodes(page))
    assert 1000 < near < 12_326
    page.evaluate("ecograph.store.set({filters: {year: 2015, yearMode: 'during'}})")
    assert 0 < len(list_nodes(page)) < near
    page.click("[data-key=reset]")
    page.click("[data-key=bipartite]")
    page.click("[data-key=table]")
    assert page.locator(".table-view tbody tr").count() == 100
    rows = save(opened, "CSV").decode("utf-8-sig").splitlines()
    assert len(rows) == 12_326 + 114 + 1
    assert (opened.complaints, opened.requests) == ([], [])


def test_a_page_written_and_opened_under_gbk_is_right(browser, tmp_path: Path) -> None:
    """Neither the locale of who writes it nor a Chinese folder changes a byte of it."""
    folder = tmp_path / "晋中市 地图"
    folder.mkdir()
    file = folder / "网络图.html"
    surroundings = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk"}
    subprocess.run(
        [sys.executable, "-m", "ecograph", "map", str(ROOT / "data" / "jinzhong"), "-o", str(file)],
        env={**surroundings, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert file.read_text(encoding="utf-8") == to_html(load(ROOT / "data" / "jinzhong"))
    context = browser.new_context(locale="zh-CN", offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.evaluate(READY)
    assert page.inner_text("h1") == "晋中市创新生态"
    context.close()


@pytest.mark.parametrize("name", ["jinzhong", "example-city"])
@pytest.mark.parametrize("layout", ["network", "tiers"])
def test_the_picture_is_that_of_before(explore, name: str, layout: str) -> None:
    """Compare 40 x 25 patches of the map with what was looked at and kept; letters hardly count."""
    page = explore(to_html(load(ROOT / "data" / name))).page
    page.evaluate(f"ecograph.store.set({{layout: '{layout}'}})")
    page.wait_for_timeout(500)
    seen = shrink(page.locator(".stage").screenshot())
    kept = Path(__file__).parent / "pictures" / f"{name}-{layout}.png"
    if os.environ.get("ECOGRAPH_KEEP_PICTURES"):
        kept.parent.mkdir(exist_ok=True)
        Image.fromarray(seen.astype(np.uint8)).save(kept)
    known = np.asarray(Image.open(kept), dtype=float)
    apart = np.abs(seen - known).max(axis=2)
    assert np.mean(apart > 24) < 0.03
    assert apart.mean() < 4


def shrink(picture: bytes) -> np.ndarray:
    """Take the mean colour of each patch of a picture."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return np.asarray(image.resize((40, 25), Image.Resampling.BOX), dtype=float)


def test_a_drawing_is_what_the_screen_shows(explore, open_page, city: str) -> None:
    opened = explore(city)
    opened.page.evaluate("ecograph.store.set({colour: 'community', hulls: true})")
    opened.page.wait_for_timeout(500)
    screen = shrink(opened.page.locator(".stage canvas").screenshot())
    drawing = save(opened, "SVG").decode("utf-8")
    frame = re.search(r'<g transform="translate\(([\d.]+) ([\d.]+)\)">\n<rect width="([\d.]+)" '
                      r'height="([\d.]+)"', drawing)  # fmt: skip
    x, y, width, height = map(float, frame.groups())
    page = open_page("<!DOCTYPE html><meta charset=utf-8><title>x</title>", width=1600, height=1400)
    page.page.set_content(f"<body style='margin:0'>{drawing[drawing.index('<svg') :]}")
    clip = {"x": x, "y": y, "width": width, "height": height}
    drawn = shrink(page.page.screenshot(clip=clip))
    apart = np.abs(screen - drawn).max(axis=2)
    covered = apart > 24  # where buttons and words lie over the map on the screen
    assert covered.mean() < 0.06
    assert apart[~covered].mean() < 4


# What data cannot do


def fill_tables(payloads: tuple[str, ...]) -> dict[str, str]:
    """Put each payload into a name, an id, an alias, a place, a date, a column of its own."""

    def quote(text: str) -> str:
        return '"' + text.replace('"', '""').replace("\x00", "") + '"'

    firms = [
        f"{quote(f'E{i}{text}')},{quote(text)},{quote(text)},{quote(text)},{quote(text)},{quote(text)}"
        for i, text in enumerate(payloads)
    ]
    deals = [f"A{i},{quote(text)},{quote(text)},signed" for i, text in enumerate(payloads)]
    ends = [f"A{i},U1\nA{i},{quote(f'E{i}{text}')}" for i, text in enumerate(payloads)]
    labs = [f"P{i},{quote(text)},{quote(text)},{quote(text)}" for i, text in enumerate(payloads)]
    sources = [f"S{i},{quote(text)},{quote(text)}" for i, text in enumerate(payloads)]
    return {
        "universities": "id,name\nU1,University\n",
        "platforms": "id,name,type,level\n" + "\n".join(labs),
        "sources": "id,title,publisher\n" + "\n".join(sources),
        HOSTILE_FILE: "id,name,industry,region,aliases,<img src=x onerror=window.PWNED=1>\n"
        + "\n".join(firms),
        "agreements": "id,name,date,status\n" + "\n".join(deals),
        "parties": "agreement,organisation\n" + "\n".join(ends),
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    tables = {f"{HOSTILE_FILE}.csv": "enterprises"}
    facts = {**FACTS, "name": "".join(PAYLOADS[:40]), "tables": tables}
    folder = tmp_path_factory.mktemp("towns") / "hostile"
    return to_html(write_town(folder, fill_tables(PAYLOADS), facts))


@pytest.mark.parametrize("policy", ["kept", "stripped"])
def test_no_payload_runs_wherever_it_stands(explore, hostile: str, policy: str) -> None:
    html = hostile
    if policy == "stripped":
        html = re.sub(r"<meta http-equiv=[^>]*>", "", html)
        assert "Content-Security-Policy" not in html
    opened = explore(html)
    page = opened.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    names = page.evaluate("ecograph.model.nodes.name")
    assert len(set(PAYLOADS) & set(names)) >= 200
    page.evaluate(
        "(async () => { const {store, model, explorer} = ecograph;"
        " const wait = () => new Promise(requestAnimationFrame);"
        " for (let i = 0; i < model.nodes.count; i++) {"
        "   explorer.reveal(i); if (i % 20 === 0) await wait(); }"
        " for (const id of ecograph.visibleLines()) ecograph.selectLine(id);"
        " const box = document.querySelector('.search input');"
        " for (const name of model.nodes.name) {"
        "   box.value = name; box.dispatchEvent(new Event('input')); }"
        " for (const layout of ['bipartite', 'places', 'tiers', 'network']) {"
        "   store.set({layout}); await wait(); }"
        " for (const colour of ['community', 'tier', 'verdict']) store.set({colour, hulls: true});"
        " for (const lang of ['zh', 'en']) { store.set({lang, view: 'table'}); await wait(); }"
        " for (const region of model.regions) store.set({filters: {region}});"
        " store.reset(); await wait(); })()"
    )
    for kind in ("SVG", "CSV", "GEXF", "PNG), 1×"):
        saved = save(opened, kind)
        if kind == "SVG":
            check_drawing(saved)
    page.wait_for_timeout(300)
    assert page.evaluate("typeof window.PWNED") == "undefined"
    assert dialogs == []
    assert page.locator("img, iframe, object, embed, math, a[href^=javascript]").count() == 0
    assert (opened.complaints, opened.requests) == ([], [])


def check_drawing(data: bytes) -> None:
    """Check that a drawing holds shapes and texts only."""
    allowed = {"svg", "title", "defs", "clipPath", "rect", "g", "path", "circle", "text", "tspan",
               "polygon", "line"}  # fmt: skip
    for element in ET.fromstring(data).iter():  # noqa: S314 - our own file
        assert element.tag.split("}")[1] in allowed
        assert not [name for name in element.attrib if name.lower().startswith(("on", "href"))]


def test_the_check_for_payloads_can_fail(explore, town: str) -> None:
    page = explore(re.sub(r"<meta http-equiv=[^>]*>", "", town)).page
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('div'),"
        " {innerHTML: '<img src=x onerror=window.PWNED=1>'}))"
    )
    page.wait_for_function("window.PWNED === 1")
