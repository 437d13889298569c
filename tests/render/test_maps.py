"""The map: what it holds, that nothing in it runs, and what a person can do on it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
import yaml

from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.projection import project_ties
from ecograph.render.layout import lay_out
from ecograph.render.maps import EDGE_KINDS, MEASURES, to_html
from ecograph.render.page import embed_json, embed_script, hash_script, render_template
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

ROOT = Path(__file__).resolve().parents[2]
JINZHONG = ROOT / "data" / "jinzhong"

TOWN = {
    "universities": "id,name,city\nU1,理工大学,晋中市\nU2,Farm College,\n",
    "enterprises": "id,name,industry\nE1,银圣科技,I1\nE2,Glass & Sons,I2\nE3,Lone Ltd,I2\n",
    "platforms": "id,name,hosts,industry,type\nP1,Catalysis Lab,U1;E1,I1,laboratory\n",
    "industries": "id,name\nI1,新材料\nI2,Glass\nI3,Energy\n",
    "disciplines": "id,name\nD1,Chemistry\n",
    "offers": "university,discipline\nU1,D1\n",
    "agreements": (
        "id,name,date,amount,status,mode,industry,disciplines\n"
        "A1,脱硝催化剂联合实验室,2024-05,200万元,signed,joint_lab,I1,D1\n"
        "A2,Second job,2025,,active,joint,I1,\n"
        "A3,Glass talks,,,planned,,I2,\n"
        "A4,Unnamed buyer,2025-01-02,,signed,transfer,I2,\n"
        "A5,Only a plan,,,contact,,I3,\n"
    ),
    "parties": (
        "agreement,organisation\nA1,U1\nA1,E1\nA2,U1\nA2,E1\nA2,P1\nA3,U2\nA3,E2\nA4,U2\nA5,U1\n"
    ),
}
FACTS = {"name": "小城 Town", "as_of": "2025-06-30", "language": "en"}

HOSTILE = (
    '</script><img src=x onerror="window.PWNED=1">',
    '"><svg onload="window.PWNED=1">',
    "{{7*7}}",
    "javascript:window.PWNED=1",
    "<!--<script>window.PWNED=1//",
    "'-(window.PWNED=1)-'",
)


def write_town(folder: Path, tables: dict[str, str], facts: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "ecosystem.yaml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    return folder


def quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture
def town(tmp_path: Path) -> Ecosystem:
    return load(write_town(tmp_path / "town", TOWN, FACTS))


@pytest.fixture
def hostile(tmp_path: Path) -> Ecosystem:
    first, second, third, fourth, fifth, sixth = map(quote, HOSTILE)
    deals = f"A1,{first},2024,signed,I1\nA2,{second},,planned,I1\n"
    tables = {
        "universities": "id,name,city,aliases\n"
        f"U1,{first},{second},{third}\nU2,{second},,\nU3,{third},,\n",
        "enterprises": f"id,name,industry\n__proto__,{fourth},I1\n{first},{fifth},I1\n",
        "industries": f"id,name\nI1,{first}\nI2,{sixth}\n",
        "agreements": f"id,name,date,status,industry\n{deals}",
        "parties": "agreement,organisation\nA1,U1\nA1,__proto__\nA2,U2\nA2,U1\n",
    }
    return load(write_town(tmp_path / "hostile", tables, {**FACTS, "name": HOSTILE[0]}))


def read_data(page: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))


def find_lines(page: str, kind: str) -> dict[tuple[str, str], dict]:
    data = read_data(page)
    ids = [node["id"] for node in data["nodes"]]
    return {
        (ids[edge["from"]], ids[edge["to"]]): {
            **edge,
            "agreements": [data["agreements"][i]["name"] for i in behind],
        }
        for edge, behind in zip(data["network"]["edges"], data["edges"], strict=True)
        if edge["kind"] == kind
    }


# What it holds


def test_every_organisation_industry_and_discipline_is_shown(town: Ecosystem) -> None:
    data = read_data(to_html(town))
    assert [node["id"] for node in data["nodes"]] == [
        "E1", "E2", "E3", "P1", "U1", "U2", "D1", "I1", "I2", "I3",
    ]  # fmt: skip
    assert len(data["network"]["nodes"]) == 10


def test_ties_are_those_of_the_projection(town: Ecosystem) -> None:
    ties = project_ties(town).ties
    lines = find_lines(to_html(town), "tie")
    assert {pair: line["weight"] for pair, line in lines.items()} == {
        (s, t): w for s, t, w in ties[["source", "target", "weight"]].itertuples(index=False)
    }
    assert lines["E1", "U1"]["agreements"] == ["脱硝催化剂联合实验室", "Second job"]
    assert lines["E1", "U1"]["width"] > lines["E1", "P1"]["width"]


def test_newman_weights_are_drawn(tmp_path: Path) -> None:
    folder = write_town(tmp_path / "town", TOWN, FACTS)
    weighted = load(folder, settings={"weighting": "newman"})
    ties = project_ties(weighted).ties
    lines = find_lines(to_html(weighted), "tie")
    assert {pair: line["weight"] for pair, line in lines.items()} == {
        ("E1", "P1"): 0.5, ("E1", "U1"): 1.5, ("P1", "U1"): 0.5,
    }  # fmt: skip
    assert ties["weight"].sum() == pytest.approx(2.5)


def test_plans_are_dashed_and_not_counted(town: Ecosystem) -> None:
    page = to_html(town)
    planned = find_lines(page, "planned")
    assert planned["E2", "U2"]["agreements"] == ["Glass talks"]
    assert planned["U1", "I3"]["agreements"] == ["Only a plan"]
    assert all(line["dashes"] for line in planned.values())
    assert not any("dashes" in line for line in find_lines(page, "tie").values())
    counts = {a["name"]: a["counts"] for a in read_data(page)["agreements"]}
    assert [name for name, counted in counts.items() if not counted] == [
        "Glass talks",
        "Only a plan",
    ]


def test_an_agreement_of_one_organisation_goes_to_its_industry(town: Ecosystem) -> None:
    lines = find_lines(to_html(town), "single")
    assert {pair: line["agreements"] for pair, line in lines.items()} == {
        ("U2", "I2"): ["Unnamed buyer"]
    }


def test_structure_follows_the_edges(town: Ecosystem) -> None:
    page = to_html(town)
    for kind in ("hosts", "works_in", "advances", "offers"):
        edges = town.link(kind)
        assert set(find_lines(page, kind)) == set(
            zip(edges["source"], edges["target"], strict=True)
        )
    assert set(find_lines(page, "about")) == {("U1", "D1"), ("E1", "D1")}
    concerns = find_lines(page, "concerns")
    assert {pair: len(line["agreements"]) for pair, line in concerns.items()} == {("U1", "I1"): 2}


def test_an_agreement_says_its_amount_date_status_and_mode(town: Ecosystem) -> None:
    found = {a["name"]: a for a in read_data(to_html(town, lang="zh"))["agreements"]}
    first = found["脱硝催化剂联合实验室"]
    assert (first["amount"], first["date"], first["status"], first["mode"]) == (
        "200万元", "2024-05", "已签", "联合实验室",
    )  # fmt: skip
    assert first["place"] == "agreements.csv"
    assert "amount" not in found["Second job"]


def test_fewer_are_shown_and_the_page_says_so(town: Ecosystem) -> None:
    page = to_html(town, limit=5)
    shown = {node["id"] for node in read_data(page)["nodes"]}
    assert len(shown) <= 5
    assert {"E1", "U1", "P1"} <= shown
    assert "Showing 4 of 6 organisations, the strongest by strength" in page
    assert "显示 6 家单位中的 4 家" in to_html(town, limit=5, lang="zh")
    assert "Showing" not in to_html(town)


def test_the_measure_chooses_and_sizes(town: Ecosystem) -> None:
    data = read_data(to_html(town, size="betweenness"))
    drawn = [node["size"] for node in data["network"]["nodes"]]
    assert drawn == [node["sizes"][MEASURES.index("betweenness")] for node in data["nodes"]]
    strength = {node["id"]: node["sizes"][0] for node in data["nodes"]}
    assert strength["E1"] > strength["P1"] > strength["E3"]


def test_synthetic_data_wear_a_badge(tmp_path: Path, town: Ecosystem) -> None:
    made = load(write_town(tmp_path / "made", TOWN, {**FACTS, "synthetic": True}))
    assert 'class="badge"' in to_html(made)
    assert 'class="badge"' not in to_html(town)


def test_a_map_of_one_node_opens(tmp_path: Path) -> None:
    alone = load(write_town(tmp_path / "one", {"universities": "id,name\nU1,Alone\n"}, FACTS))
    assert len(read_data(to_html(alone))["nodes"]) == 1


@pytest.mark.parametrize(
    "wrong", [{"size": "beauty"}, {"lang": "fr"}, {"limit": 0}, {"backbone": "x"}]
)
def test_wrong_choices_are_refused(town: Ecosystem, wrong: dict) -> None:
    with pytest.raises(SettingsError):
        to_html(town, **wrong)


def test_all_texts_exist_in_both_languages() -> None:
    catalogue = yaml.safe_load((ROOT / "ecograph" / "texts.yaml").read_text(encoding="utf-8"))
    assert set(catalogue["map"]["line"]) == set(EDGE_KINDS)
    entries = [catalogue["map"]]
    for entry in entries:
        if "en" in entry:
            assert set(entry) == set(LANGUAGES)
        else:
            entries.extend(entry.values())


# What of the backbone it holds


@pytest.fixture
def crowd(tmp_path: Path) -> Ecosystem:
    """Five couples that share forty agreements each, two ties across, and a firm of no tie."""
    firms = "".join(f"E{n},Firm {n},I{n // 8}\n" for n in range(11))
    pairs = [(n, n + 1) for n in range(0, 10, 2)] * 40 + [(1, 2), (3, 4)]
    tables = {
        "enterprises": f"id,name,industry\n{firms}",
        "industries": "id,name\nI0,Glass\nI1,Steel\nI2,Wood\n",
        "agreements": "id,name,status\n"
        + "".join(f"A{n},Deal {n},signed\n" for n in range(len(pairs)))
        + "B1,Plan,planned\n",
        "parties": "agreement,organisation\n"
        + "".join(f"A{n},E{a}\nA{n},E{b}\n" for n, (a, b) in enumerate(pairs))
        + "B1,E0\nB1,E9\n",
    }
    return load(write_town(tmp_path / "crowd", tables, FACTS))


@pytest.mark.parametrize("method", ["fixed_sizes", "sdsm"])
def test_only_ties_of_the_backbone_are_drawn(crowd: Ecosystem, method: str) -> None:
    page = to_html(crowd, backbone=method)
    couples = [(f"E{n}", f"E{n + 1}") for n in range(0, 10, 2)]
    ties = find_lines(page, "tie")
    assert list(ties) == couples
    assert all(len(tie["agreements"]) == 40 for tie in ties.values())
    assert set(find_lines(page, "planned")) == {("E0", "E9")}
    assert len(find_lines(to_html(crowd), "tie")) == 7


def test_who_has_no_tie_in_the_backbone_is_left_out_with_what_is_theirs(crowd: Ecosystem) -> None:
    shown, all_shown = (
        {node["id"] for node in read_data(page)["nodes"]}
        for page in (to_html(crowd, backbone="fixed_sizes"), to_html(crowd))
    )
    assert all_shown - shown == {"E10", "I2"}
    assert {"I0", "I1"} < shown


def test_the_map_says_what_the_backbone_hides(crowd: Ecosystem) -> None:
    page = to_html(crowd, backbone="fixed_sizes")
    assert "two that sign so many (false discovery rate 5%)" in page
    assert "Hidden: 2 of 7 ties, and 1 organisations" in page
    assert "Agreements together, backbone only" in page
    assert "Showing" not in page
    chinese = to_html(crowd, backbone="fixed_sizes", lang="zh")
    assert "已隐藏 7 条合作关系中的 2 条，以及没有骨干联系的 1 家单位" in chinese
    assert "共同协议，仅骨干" in chinese
    assert "even split" in to_html(crowd, backbone="disparity")
    assert "ackbone" not in re.sub(r"<script>.*?</script>", "", to_html(crowd), flags=re.DOTALL)


def test_a_limit_holds_for_who_is_in_the_backbone(crowd: Ecosystem) -> None:
    page = to_html(crowd, backbone="fixed_sizes", limit=6)
    assert len(read_data(page)["nodes"]) <= 6
    assert "Showing 5 of 10 organisations that have a tie in the backbone" in page


def test_a_map_without_a_backbone_says_so_and_still_opens(town: Ecosystem) -> None:
    page = to_html(town, backbone="fixed_sizes")
    assert "No tie is in the backbone" in page
    assert "Hidden: 3 of 3 ties, and 6 organisations" in page
    assert {node["id"] for node in read_data(page)["nodes"]} == {"I1", "I2", "I3"}
    assert read_data(page)["edges"] == []


# That it is safe and the same


def test_nothing_outside_is_named(town: Ecosystem) -> None:
    page = to_html(town)
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "http" not in own.replace('http-equiv="Content-Security-Policy"', "")
    assert re.findall(r'(?:src|href)="([^"]*)"', own) == ["data:,"]


def test_the_policy_names_each_script(town: Ecosystem) -> None:
    page = to_html(town)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    policy = html.unescape(policy)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy


def test_text_from_data_is_escaped(hostile: Ecosystem) -> None:
    page = to_html(hostile)
    names = {node["name"] for node in read_data(page)["nodes"]}
    assert set(HOSTILE) == names
    rest = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "<img" not in rest
    assert "<svg onload" not in rest
    assert rest.count("</script>") == 1


def test_no_number_is_nan(town: Ecosystem) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = re.search(r'id="data">(.*?)</script>', to_html(town), re.DOTALL).group(1)
    json.loads(text, parse_constant=refuse)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import hashlib, sys; from ecograph.loader import load;"
        "from ecograph.render.maps import to_html;"
        "print(hashlib.sha256(to_html(load(sys.argv[1])).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program, str(JINZHONG)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    assert len(found) == 1
    assert not list(tmp_path.iterdir())


def test_a_ranking_at_hand_gives_the_same_map(town: Ecosystem) -> None:
    from ecograph.analysis.centrality import rank  # noqa: PLC0415

    assert to_html(town, ranking=rank(town)) == to_html(town)


# Where things are


def test_nodes_keep_their_distance() -> None:
    rng = np.random.default_rng(3)
    ends = rng.integers(0, 300, (2, 900))
    ends = ends[:, ends[0] != ends[1]]
    half = sp.coo_array((np.ones(ends.shape[1]), ends), shape=(310, 310))
    positions = lay_out(sp.csr_array(half + half.T), spacing=50)
    gaps = np.sqrt(((positions[:, np.newaxis] - positions) ** 2).sum(axis=2))
    assert gaps[np.triu_indices(310, 1)].min() > 35
    assert np.array_equal(positions, lay_out(sp.csr_array(half + half.T), spacing=50))


def test_communities_stay_together() -> None:
    blocks = np.kron(np.eye(6), np.ones((15, 15)))
    np.fill_diagonal(blocks, 0)
    bridges = [(15 * i, 15 * ((i + 1) % 6)) for i in range(6)]
    for i, j in bridges:
        blocks[i, j] = blocks[j, i] = 1
    positions = lay_out(sp.csr_array(blocks))
    gaps = np.sqrt(((positions[:, np.newaxis] - positions) ** 2).sum(axis=2))
    nearest = np.argsort(gaps, axis=1)[:, 1:8] // 15
    assert (nearest == (np.arange(90) // 15)[:, np.newaxis]).mean() > 0.8


def test_components_do_not_overlap() -> None:
    chain = np.zeros((40, 40))
    for start in range(0, 36, 4):
        for i in range(start, start + 3):
            chain[i, i + 1] = chain[i + 1, i] = 1
    positions = lay_out(sp.csr_array(chain))
    boxes = [(p.min(axis=0), p.max(axis=0)) for p in np.split(positions[:36], 9)]
    for n, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[:n]:
            assert (low > other_high).any() or (high < other_low).any()
    assert positions[36:, 1].min() > positions[:36, 1].max()


def test_no_nodes_no_positions() -> None:
    assert lay_out(sp.csr_array((0, 0))).shape == (0, 2)


# What pages share


def test_json_cannot_end_its_element() -> None:
    text = "</script>&\u2028\u2029"
    assert json.loads(str(embed_json([text]))) == [text]
    assert not set("<>&\u2028\u2029") & set(embed_json([text]))
    with pytest.raises(ValueError, match="not JSON compliant"):
        embed_json(float("nan"))


@pytest.mark.parametrize("text", ["'</SCRIPT >'", "<!--", "a\rb"])
def test_a_script_that_would_break_its_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="script"):
        embed_script(text)


def test_templates_escape_and_miss_nothing() -> None:
    with pytest.raises(Exception, match="undefined"):
        render_template("map.html.j2")
    assert hash_script("x").startswith("'sha256-")


# In a browser


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_jinzhong_opens_offline_without_a_word(open_page, lang: str) -> None:
    opened = open_page(to_html(load(JINZHONG), lang=lang))
    assert opened.page.evaluate("ecograph.visibleNodes().length") == 70
    opened.page.wait_for_timeout(200)
    assert opened.complaints == []
    assert opened.requests == []


def show(opened, name: str) -> str:
    opened.page.fill("#search", name)
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_selector("#panel:not([hidden])")
    return opened.page.inner_text("#panel")


@pytest.mark.browser
@pytest.mark.parametrize("policy", ["kept", "stripped"])
def test_nothing_from_data_runs(open_page, hostile: Ecosystem, policy: str) -> None:
    page = to_html(hostile)
    if policy == "stripped":
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        assert "Content-Security-Policy" not in page
    opened = open_page(page)
    for name in HOSTILE:
        assert name in show(opened, name)
    panel = show(opened, "U1")
    assert HOSTILE[0] in panel
    assert HOSTILE[1] in panel
    opened.page.evaluate("ecograph.selectEdge('U1', '__proto__', 'tie')")
    assert HOSTILE[0] in opened.page.inner_text("#panel")
    opened.page.select_option("#industry", index=1)
    assert opened.page.title().startswith(HOSTILE[0])
    assert opened.page.inner_text("h1") == HOSTILE[0]
    assert opened.page.evaluate("typeof window.PWNED") == "undefined"
    assert opened.page.locator("img").count() == 0
    assert (opened.complaints, opened.requests) == ([], [])


@pytest.mark.browser
def test_kinds_and_lines_can_be_hidden(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    page.uncheck("[data-node-kind=enterprise]")
    assert page.evaluate("ecograph.visibleNodes()") == ["P1", "U1", "U2", "D1", "I1", "I2", "I3"]
    page.check("[data-node-kind=enterprise]")
    page.uncheck("[data-edge-kind=planned]")
    kinds = {kind for _, _, kind in page.evaluate("ecograph.visibleEdges()")}
    assert "planned" not in kinds
    assert {"tie", "single", "hosts"} <= kinds


@pytest.mark.browser
def test_an_industry_shows_its_members_and_their_partners(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    page.select_option("#industry", label="Glass")
    assert page.evaluate("ecograph.visibleNodes()") == ["E2", "E3", "U2", "I2"]
    page.select_option("#industry", value="")
    assert len(page.evaluate("ecograph.visibleNodes()")) == 10


@pytest.mark.browser
def test_search_by_keyboard_finds_facts(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("理工")
    assert page.inner_text("#found li >> nth=0").startswith("理工大学")
    page.keyboard.press("Enter")
    panel = page.inner_text("#panel")
    for text in ("晋中市", "脱硝催化剂联合实验室", "2024-05", "Only a plan", "Catalysis Lab"):
        assert text in panel
    page.keyboard.press("Escape")
    page.click("#panel .close")
    assert page.is_hidden("#panel")


@pytest.mark.browser
def test_a_line_lists_its_agreements(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    page.evaluate("ecograph.selectEdge('E1', 'U1', 'tie')")
    panel = page.inner_text("#panel")
    assert "Second job" in panel
    assert "脱硝催化剂联合实验室" in panel
    assert "CNY 2 M" in panel
    assert "Catalysis Lab" in panel
    assert translate("map.line.tie", "en") in panel


@pytest.mark.browser
def test_a_click_on_a_symbol_opens_its_facts(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    at = page.evaluate(
        "(() => { const n = ecograph.network, p = n.getPositions([0])[0], d = n.canvasToDOM(p),"
        " b = document.getElementById('network').getBoundingClientRect();"
        " return [d.x + b.left, d.y + b.top]; })()"
    )
    page.mouse.click(*at)
    page.wait_for_selector("#panel:not([hidden])")
    assert "银圣科技" in page.inner_text("#panel h2")


@pytest.mark.browser
def test_sizes_follow_the_choice(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town)).page
    size = "ecograph.network.body.nodes[0].options.size"
    before = page.evaluate(size)
    page.select_option("#size", "betweenness")
    assert page.evaluate(size) < before


@pytest.mark.browser
def test_a_narrow_screen_does_not_scroll_sideways(open_page, town: Ecosystem) -> None:
    page = open_page(to_html(town), width=390, height=844).page
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) == 390
    page.click("#open-options")
    assert page.is_visible("#size")
    page.fill("#search", "理工")
    page.keyboard.press("Enter")
    box = page.locator("#panel").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] > 300
    assert page.evaluate(wide) == 390
