"""The map: what it holds, that nothing in it runs, and what a person can do on it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from page_reading import find_agreements, find_lines, find_nodes, list_ids, read_page

from ecograph.analysis.centrality import rank
from ecograph.analysis.communities import find_communities
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.projection import project_ties
from ecograph.render.lines import LINE_KINDS
from ecograph.render.maps import to_html
from ecograph.render.page import embed_json, embed_script, hash_script, render_template
from ecograph.texts import LANGUAGES

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


# What it holds


def test_every_organisation_industry_and_discipline_is_shown(town: Ecosystem) -> None:
    assert list_ids(to_html(town)) == [
        "E1", "E2", "E3", "P1", "U1", "U2", "D1", "I1", "I2", "I3",
    ]  # fmt: skip


def test_what_two_tables_share_is_said_as_each_of_them_says_it(tmp_path: Path) -> None:
    tables = {
        "universities": "id,name,type\nU1,甲大学,本科\n",
        "platforms": "id,name,type,hosts\nP1,乙中心,技术创新中心,U1\n",
    }
    nodes = find_nodes(to_html(load(write_town(tmp_path / "two", tables, {"language": "zh"}))))
    assert [nodes[key]["facts"]["type"] for key in ("U1", "P1")] == ["本科", "技术创新中心"]


def test_a_node_brings_what_is_known_of_it(town: Ecosystem) -> None:
    nodes = find_nodes(to_html(town))
    assert nodes["U1"]["facts"] == {"city": "晋中市"}
    assert nodes["U1"]["kind"] == "university"
    assert (nodes["E1"]["industry"], nodes["P1"]["industry"], nodes["U1"]["industry"]) == (
        "I1", "I1", None,
    )  # fmt: skip
    assert nodes["P1"]["facts"] == {"type": "laboratory"}
    assert nodes["E1"]["place"] == "enterprises.csv"
    assert {key: nodes["E1"]["measures"][key] for key in ("degree", "strength", "core")} == {
        "degree": 2, "strength": 3, "core": 2,
    }  # fmt: skip
    assert nodes["I1"]["measures"]["degree"] is None
    assert len({node["at"] for node in nodes.values()}) == 10


def test_measures_are_those_of_the_ranking(town: Ecosystem) -> None:
    nodes, ranking = find_nodes(to_html(town)), rank(town)
    for key in ("strength", "degree", "pagerank", "betweenness", "constraint"):
        for node, value in ranking[key].items():
            found = nodes[node]["measures"][key]
            expected = None if math.isnan(value) else pytest.approx(value, rel=3e-4)
            assert found == expected


def test_tiers_come_with_reasons_in_both_languages(tmp_path: Path) -> None:
    tables = {
        **TOWN,
        "certificates": "enterprise,certificate,valid_from,valid_to\n"
        "E1,小巨人,2023-07,2026-07\nE2,高新技术企业,2023-01,2026-01\n",
    }
    town = load(write_town(tmp_path / "town", tables, FACTS))
    nodes = find_nodes(to_html(town))
    expected = assign_tiers(town)
    assert {key: nodes[key]["tier"] for key in ("E1", "E2", "U1")} == {
        "E1": "tree", "E2": "shrub", "U1": None,
    }  # fmt: skip
    assert nodes["E1"]["reason"]["en"] == expected.loc["E1", "reason"]
    assert "小巨人" in nodes["E1"]["reason"]["zh"]
    assert to_html(town, results={"tiers": expected}) == to_html(town)


def test_an_industry_and_its_firms_wear_its_verdict(town: Ecosystem) -> None:
    nodes, gaps = find_nodes(to_html(town)), find_gaps(town)
    for industry, verdict in gaps["verdict"].items():
        assert nodes[industry]["verdict"] == verdict
    assert nodes["E1"]["verdict"] == gaps.loc["I1", "verdict"]
    assert nodes["U1"]["verdict"] is None


def test_a_community_is_named_after_its_leader(town: Ecosystem) -> None:
    nodes = find_nodes(to_html(town))
    together = {key: nodes[key]["community"] for key in ("E1", "P1", "U1", "E3")}
    assert together["E1"] == together["P1"] == together["U1"]
    assert together["E1"] in {nodes[key]["name"] for key in ("E1", "P1", "U1")}
    assert together["E3"] is None


def test_a_firm_lies_where_it_says_or_where_its_region_does(tmp_path: Path) -> None:
    tables = {
        **TOWN,
        "enterprises": "id,name,industry,region,latitude,longitude\n"
        "E1,银圣科技,I1,R1,37.7,112.7\nE2,Glass & Sons,I2,R1,,\nE3,Lone Ltd,I2,R2,,\n",
        "regions": "id,name,latitude,longitude\nR1,榆次区,37.5,112.5\nR2,太谷区,,\n",
    }
    nodes = find_nodes(to_html(load(write_town(tmp_path / "town", tables, FACTS))))
    assert nodes["E1"]["coordinates"] == pytest.approx((112.7, 37.7))
    assert nodes["E2"]["coordinates"] == pytest.approx((112.5, 37.5))
    assert nodes["E2"]["region"] == "榆次区"
    assert all(map(math.isnan, nodes["E3"]["coordinates"]))


def test_an_outline_beside_the_tables_is_kept(tmp_path: Path, town: Ecosystem) -> None:
    folder = write_town(tmp_path / "town", TOWN, FACTS)
    line = {"type": "LineString", "coordinates": [[112, 37], [113, 37.5]]}
    (folder / "outline.geojson").write_text(json.dumps(line), encoding="utf-8")
    header, _ = read_page(to_html(load(folder)))
    assert header["outline"] == [[[112.0, 37.0], [113.0, 37.5]]]
    assert read_page(to_html(town))[0]["outline"] is None


def test_ties_are_those_of_the_projection(town: Ecosystem) -> None:
    ties = project_ties(town).ties
    lines = find_lines(to_html(town), "tie")
    assert {pair: line["weight"] for pair, line in lines.items()} == {
        (s, t): w for s, t, w in ties[["source", "target", "weight"]].itertuples(index=False)
    }
    assert lines["E1", "U1"]["agreements"] == ["脱硝催化剂联合实验室", "Second job"]


def test_newman_weights_are_drawn(tmp_path: Path) -> None:
    folder = write_town(tmp_path / "town", TOWN, FACTS)
    weighted = load(folder, settings={"weighting": "newman"})
    lines = find_lines(to_html(weighted), "tie")
    assert {pair: line["weight"] for pair, line in lines.items()} == {
        ("E1", "P1"): 0.5, ("E1", "U1"): 1.5, ("P1", "U1"): 0.5,
    }  # fmt: skip


def test_an_agreement_of_too_many_ties_nobody(tmp_path: Path) -> None:
    folder = write_town(tmp_path / "town", TOWN, FACTS)
    limited = load(folder, settings={"pair_limit": 2})
    lines = find_lines(to_html(limited), "tie")
    assert {pair: line["agreements"] for pair, line in lines.items()} == {
        ("E1", "U1"): ["脱硝催化剂联合实验室"]
    }


def test_plans_are_dashed_and_not_counted(town: Ecosystem) -> None:
    page = to_html(town)
    planned = find_lines(page, "planned")
    assert planned["E2", "U2"]["agreements"] == ["Glass talks"]
    assert planned["U1", "I3"]["agreements"] == ["Only a plan"]
    assert {k["key"] for k in read_page(page)[0]["lineKinds"] if k["dashed"]} == {"planned"}
    agreements = find_agreements(page)
    assert [name for name, found in agreements.items() if not found["counts"]] == [
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


def test_an_agreement_says_what_the_register_says(town: Ecosystem) -> None:
    found = find_agreements(to_html(town))
    first = found["脱硝催化剂联合实验室"]
    assert first == {
        "status": "signed", "mode": "joint_lab", "year": 2024, "date": "2024-05",
        "amount": 2_000_000.0, "counts": 1, "place": "agreements.csv",
        "parties": ["E1", "U1"], "topics": ["D1", "I1"],
    }  # fmt: skip
    assert found["Second job"]["amount"] != found["Second job"]["amount"]
    assert found["Glass talks"]["year"] == 0


def test_a_party_that_is_not_shown_keeps_its_name(town: Ecosystem) -> None:
    page = to_html(town, limit=3)
    assert "Glass & Sons" not in [node["name"] for node in find_nodes(page).values()]
    parties = {end for found in find_agreements(page).values() for end in found["parties"]}
    assert {"U1", "Catalysis Lab"} & parties


def test_fewer_are_shown_and_the_page_says_so(town: Ecosystem) -> None:
    page = to_html(town, limit=5)
    shown = set(list_ids(page))
    assert len(shown) <= 5
    assert {"E1", "U1", "P1"} <= shown
    (note,) = read_page(page)[0]["notes"]
    assert note["en"].startswith("Showing 4 of 6 organisations, the strongest by strength")
    assert note["zh"].startswith("显示 6 家单位中的 4 家")
    assert read_page(to_html(town))[0]["notes"] == []


def test_the_measure_chooses_who_is_shown_and_how_large(town: Ecosystem) -> None:
    assert read_page(to_html(town, size="betweenness"))[0]["size"] == "betweenness"


def test_the_page_counts_what_the_ecosystem_holds(town: Ecosystem) -> None:
    header, _ = read_page(to_html(town, limit=3))
    assert [(entry["count"], entry["label"]["en"]) for entry in header["summary"]] == [
        (6, "organisations"), (3, "industries"), (1, "disciplines"), (3, "agreements"),
        (2, "more planned or in talks, not counted"),
    ]  # fmt: skip


def test_synthetic_data_are_marked(tmp_path: Path, town: Ecosystem) -> None:
    made = load(write_town(tmp_path / "made", TOWN, {**FACTS, "synthetic": True}))
    assert read_page(to_html(made))[0]["synthetic"] is True
    assert read_page(to_html(town))[0]["synthetic"] is False


@pytest.mark.parametrize("universities", ["id,name\n", "id,name\nU1,Alone\n"])
def test_a_map_of_hardly_anything_is_made(tmp_path: Path, universities: str) -> None:
    alone = load(write_town(tmp_path / "one", {"universities": universities}, FACTS))
    assert len(list_ids(to_html(alone))) == universities.count("U1")


@pytest.mark.parametrize(
    "wrong",
    [{"size": "beauty"}, {"lang": "fr"}, {"limit": 0}, {"backbone": "x"}, {"renderer": "ink"}],
)
def test_wrong_choices_are_refused(town: Ecosystem, wrong: dict) -> None:
    with pytest.raises(SettingsError):
        to_html(town, **wrong)


def test_all_texts_exist_in_both_languages() -> None:
    catalogue = yaml.safe_load((ROOT / "ecograph" / "texts.yaml").read_text(encoding="utf-8"))
    assert set(catalogue["map"]["line"]) == set(LINE_KINDS)
    entries = [catalogue["map"], catalogue["explorer"]]
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
        set(list_ids(page)) for page in (to_html(crowd, backbone="fixed_sizes"), to_html(crowd))
    )
    assert all_shown - shown == {"E10", "I2"}
    assert {"I0", "I1"} < shown


def test_the_map_says_what_the_backbone_hides(crowd: Ecosystem) -> None:
    header, _ = read_page(to_html(crowd, backbone="fixed_sizes"))
    rule, hidden = header["notes"]
    assert "two that sign so many (false discovery rate 5%)" in rule["en"]
    assert "Hidden: 2 of 7 ties, and 1 organisations" in hidden["en"]
    assert "已隐藏 7 条合作关系中的 2 条，以及没有骨干联系的 1 家单位" in hidden["zh"]
    (tie,) = (kind["label"] for kind in header["lineKinds"] if kind["key"] == "tie")
    assert "Agreements together, backbone only" in tie["en"]
    assert "共同协议，仅骨干" in tie["zh"]
    other, _ = read_page(to_html(crowd, backbone="disparity"))
    assert "even split" in other["notes"][0]["en"]
    assert read_page(to_html(crowd))[0]["notes"] == []


def test_a_limit_holds_for_who_is_in_the_backbone(crowd: Ecosystem) -> None:
    page = to_html(crowd, backbone="fixed_sizes", limit=6)
    assert len(list_ids(page)) <= 6
    note = read_page(page)[0]["notes"][-1]["en"]
    assert "Showing 5 of 10 organisations that have a tie in the backbone" in note


def test_a_map_without_a_backbone_says_so_and_still_opens(town: Ecosystem) -> None:
    page = to_html(town, backbone="fixed_sizes")
    notes = " ".join(note["en"] for note in read_page(page)[0]["notes"])
    assert "No tie is in the backbone" in notes
    assert "Hidden: 3 of 3 ties, and 6 organisations" in notes
    assert set(list_ids(page)) == {"I1", "I2", "I3"}
    assert read_page(page)[1]["lines.kind"] == []


# That it is safe and the same


def test_nothing_outside_is_named(town: Ecosystem) -> None:
    page = to_html(town)
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "http" not in own.replace('http-equiv="Content-Security-Policy"', "")
    assert re.findall(r'(?:src|href)="([^"]*)"', own) == ["data:,"]


def test_the_policy_names_script_and_style(town: Ecosystem) -> None:
    page = to_html(town)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    policy = html.unescape(policy)
    for element, kind in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_no_text_of_the_data_stands_in_the_page_but_the_title(hostile: Ecosystem) -> None:
    page = to_html(hostile)
    assert {node["name"] for node in find_nodes(page).values()} == set(HOSTILE)
    rest = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert html.escape(HOSTILE[0], quote=False) in rest.replace("&#34;", '"')
    for text in HOSTILE:
        assert text not in rest
    assert "<img" not in rest


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


def test_results_at_hand_give_the_same_map(town: Ecosystem) -> None:
    results = {
        "centrality": rank(town),
        "communities": find_communities(town),
        "gaps": find_gaps(town),
        "tiers": assign_tiers(town),
    }
    assert to_html(town, results=results) == to_html(town)


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
        render_template("explorer.html.j2")
    assert hash_script("x").startswith("'sha256-")
