"""The map by pyvis: what it holds, that nothing in it runs, and that it is UTF-8 anywhere."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import yaml
from payloads import PAYLOADS

from ecograph.loader import load
from ecograph.render.pyvis_page import render_pyvis
from ecograph.render.view import choose_view
from ecograph.schema import read_schema
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.render.view import View

ROOT = Path(__file__).resolve().parents[2]
JINZHONG = ROOT / "data" / "jinzhong"

TOWN = {
    "universities": "id,name,city,aliases\nU1,理工大学,晋中市,理工;TYUT\nU2,Farm College,,\n",
    "enterprises": "id,name,industry\nE1,银圣科技,I1\nE2,Glass & Sons,I2\nE3,Lone Ltd,I2\n",
    "platforms": "id,name,hosts,industry,type\nP1,Catalysis Lab,U1;E1,I1,laboratory\n",
    "industries": "id,name\nI1,新材料\nI2,Glass\n",
    "agreements": (
        "id,name,status,industry\n"
        "A1,Joint lab,signed,I1\nA2,Second job,active,I1\nA3,Talks,planned,\n"
        "A4,Third job,signed,\nA5,Unnamed buyer,signed,I2\n"
    ),
    "parties": (
        "agreement,organisation\nA1,U1\nA1,E1\nA2,U1\nA2,E1\nA2,P1\nA3,U1\nA3,E1\nA4,U2\nA4,E2\n"
        "A5,U2\n"
    ),
}
FACTS = {"name": "小城 Town", "as_of": "2025-06-30", "language": "en"}


def read_town(folder: Path, tables: dict[str, str], **facts: object) -> Ecosystem:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "ecosystem.yaml").write_text(yaml.safe_dump({**FACTS, **facts}), encoding="utf-8")
    return load(folder)


@pytest.fixture
def town(tmp_path: Path) -> Ecosystem:
    return read_town(tmp_path / "town", TOWN)


def read_data(page: str) -> dict:
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))


def find_lines(data: dict, kind: str) -> dict[tuple[str, str], dict]:
    keys = [node["key"] for node in data["nodes"]]
    return {
        (keys[line["from"]], keys[line["to"]]): line
        for line in data["edges"]
        if line["group"] == kind
    }


# What it holds


def test_nodes_have_the_look_of_their_kind(town: Ecosystem) -> None:
    data = read_data(render_pyvis(choose_view(town)))
    assert {node["key"]: node["group"] for node in data["nodes"]} == {
        "E1": "enterprise", "E2": "enterprise", "E3": "enterprise", "P1": "platform",
        "U1": "university", "U2": "university", "I1": "industry", "I2": "industry",
    }  # fmt: skip
    for kind in ("enterprise", "platform", "university", "industry"):
        look = read_schema().node_kinds[kind]
        group = data["options"]["groups"][kind]
        assert (group["shape"], group["color"]["background"]) == (look.shape, look.colour)
    assert [node["id"] for node in data["nodes"]] == list(range(8))


def test_lines_are_those_of_the_view_with_the_uppermost_last(town: Ecosystem) -> None:
    view = choose_view(town)
    edges = read_data(render_pyvis(view))["edges"]
    kinds = [edge["group"] for edge in edges]
    assert {k: kinds.count(k) for k in kinds} == {
        "tie": 4, "single": 1, "planned": 1, "hosts": 2, "works_in": 3, "advances": 1,
        "concerns": 1,
    }  # fmt: skip
    assert len(edges) == len(view.lines)
    assert kinds[-4:] == ["tie"] * 4


def test_only_plans_are_dashed_and_more_agreements_are_wider(town: Ecosystem) -> None:
    data = read_data(render_pyvis(choose_view(town)))
    dashed = {edge["group"] for edge in data["edges"] if "dashes" in edge}
    assert dashed == {"planned"}
    ties = find_lines(data, "tie")
    assert ties["E1", "U1"]["weight"] == 2
    assert ties["E1", "U1"]["width"] > ties["E1", "P1"]["width"] == ties["E2", "U2"]["width"]


def test_parallel_lines_are_bent_apart(tmp_path: Path, town: Ecosystem) -> None:
    both = {
        kind: find_lines(read_data(render_pyvis(choose_view(town))), kind)["E1", "U1"]
        for kind in ("planned", "tie")
    }
    assert "smooth" not in both["planned"]
    assert both["tie"]["smooth"] == {"enabled": True, "type": "curvedCW", "roundness": 0.14}
    hosted = {
        "universities": "id,name\nU1,One\n",
        "platforms": "id,name,hosts\nP1,Lab,U1\n",
        "agreements": "id,name,status\nA1,Job,signed\nA2,Plan,planned\n",
        "parties": "agreement,organisation\nA1,U1\nA1,P1\nA2,U1\nA2,P1\n",
    }
    edges = read_data(render_pyvis(choose_view(read_town(tmp_path / "three", hosted))))["edges"]
    assert [edge["group"] for edge in edges] == ["hosts", "planned", "tie"]
    assert [edge.get("smooth", {}).get("type") for edge in edges] == [None, "curvedCW", "curvedCCW"]
    assert [edge["from"] for edge in edges] == [1, 0, 0]


def test_tooltips_say_facts_and_agreements(town: Ecosystem) -> None:
    data = read_data(render_pyvis(choose_view(town)))
    titles = {node["key"]: node["title"].split("\n") for node in data["nodes"]}
    assert titles["U1"] == [
        "理工大学", "University · U1", "City: 晋中市", "Also known as: 理工 · TYUT",
        "strength (agreements shared): 3", "From: universities.csv",
    ]  # fmt: skip
    assert "Type: laboratory" in titles["P1"]
    assert find_lines(data, "tie")["E1", "U1"]["title"].split("\n") == [
        "银圣科技 – 理工大学", translate("map.line.tie", "en"), "Joint lab", "Second job",
    ]  # fmt: skip


def test_a_line_of_many_agreements_names_some(tmp_path: Path) -> None:
    numbers = range(8)
    many = {
        "universities": "id,name\nU1,One\nU2,Two\n",
        "agreements": "id,name,status\n" + "".join(f"A{n},Job {n},signed\n" for n in numbers),
        "parties": "agreement,organisation\n" + "".join(f"A{n},U1\nA{n},U2\n" for n in numbers),
    }
    data = read_data(render_pyvis(choose_view(read_town(tmp_path / "many", many))))
    (line,) = data["edges"]
    assert line["title"].split("\n")[2:] == [*(f"Job {n}" for n in range(5)), "and 3 more"]


def test_larger_means_more(town: Ecosystem) -> None:
    sizes = {n["key"]: n["size"] for n in read_data(render_pyvis(choose_view(town)))["nodes"]}
    assert sizes["U1"] > sizes["P1"] > sizes["E2"] > sizes["E3"]


@pytest.mark.parametrize(("count", "moving"), [(200, True), (201, False)])
def test_above_200_nodes_keep_their_places(tmp_path: Path, count: int, moving: bool) -> None:  # noqa: FBT001
    firms = "id,name\n" + "".join(f"E{n},Firm {n}\n" for n in range(count))
    view = choose_view(read_town(tmp_path / "firms", {"enterprises": firms}))
    data = read_data(render_pyvis(view))
    assert len(data["nodes"]) == count
    assert data["options"]["physics"]["enabled"] is moving
    assert [[node["x"], node["y"]] for node in data["nodes"]] == view.places.tolist()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_legend_counts_kinds_and_notes_are_there(town: Ecosystem, lang: str) -> None:
    page = render_pyvis(choose_view(town, lang=lang, limit=5))
    university = read_schema().node_kinds["university"].labels[lang]
    assert f"<span>{university}</span><b>" in page
    tie = translate("map.line.tie", lang)
    assert f"<span>{tie}</span><b>3</b>" in page
    (note,) = choose_view(town, lang=lang, limit=5).list_notes(lang)
    assert f'<p class="note">{note}</p>' in page


@pytest.mark.parametrize(("count", "hidden"), [(60, set()), (61, {"offers"})])
def test_many_lines_of_a_quiet_kind_are_hidden(
    tmp_path: Path, count: int, hidden: set[str]
) -> None:
    offers = "university,discipline\n" + "".join(f"U1,D{n}\n" for n in range(count))
    fields = "id,name\n" + "".join(f"D{n},Field {n}\n" for n in range(count))
    tables = {"universities": "id,name\nU1,One\n", "disciplines": fields, "offers": offers}
    edges = read_data(render_pyvis(choose_view(read_town(tmp_path / "school", tables))))["edges"]
    assert len(edges) == count
    assert {edge["group"] for edge in edges if edge.get("hidden")} == hidden
    assert {edge["group"] for edge in edges if edge.get("physics") is False} == hidden


# That it is the same, and UTF-8, anywhere


PROGRAM = """
import locale, pathlib, sys
from ecograph.files import write_bytes
from ecograph.loader import load
from ecograph.render.pyvis_page import render_pyvis
from ecograph.render.view import choose_view
assert "IPython" not in sys.modules and "pyvis" not in sys.modules
write_bytes(pathlib.Path(sys.argv[2]), render_pyvis(choose_view(load(sys.argv[1]))).encode("utf-8"))
print(locale.getencoding())
"""


def make_locale(folder: Path) -> dict[str, str]:
    """Make a locale of GBK, or one of ASCII where the system cannot."""
    folder.mkdir()
    charmap = Path("/usr/share/i18n/charmaps/GBK.gz")
    if shutil.which("localedef") and charmap.exists():
        source = folder / "GBK"
        source.write_bytes(gzip.decompress(charmap.read_bytes()))
        target = folder / "zh_CN.GBK"
        made = subprocess.run(
            ["localedef", "--no-archive", "-c", "-i", "POSIX", "-f", source, target],
            capture_output=True,
            check=False,
        )
        if target.exists() and made.returncode in {0, 1}:
            return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.GBK"}
    return {"LC_ALL": "C"}


def test_it_is_utf8_and_the_same_under_a_locale_of_gbk(tmp_path: Path) -> None:
    expected = render_pyvis(choose_view(load(JINZHONG))).encode("utf-8")
    chosen = make_locale(tmp_path / "locales")
    program = [sys.executable, "-X", "utf8=0", "-c", PROGRAM, str(JINZHONG)]
    done = subprocess.run(
        [*program, str(tmp_path / "map.html")],
        env={
            **os.environ, **chosen, "PYTHONIOENCODING": "gbk", "PYTHONHASHSEED": "7",
            "PYTHONPATH": str(ROOT),
        },
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.decode("gbk").strip().lower() not in {"utf-8", "utf8"}
    assert (tmp_path / "map.html").read_bytes() == expected
    assert "晋中市创新生态" in expected.decode("utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"locales", "map.html"}


def test_the_same_view_gives_the_same_bytes(town: Ecosystem) -> None:
    assert render_pyvis(choose_view(town)) == render_pyvis(choose_view(town))


# That nothing from data runs


class Outline(HTMLParser):
    """The elements of a page with their attributes, and the text of the heading and title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple]] = []
        self.texts: dict[str, str] = {}
        self.feed(page.split('<script type="application/json"', maxsplit=1)[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        tag = self.elements[-1][0] if self.elements else ""
        self.texts[tag] = self.texts.get(tag, "") + data


def rename(view: View, name: str) -> View:
    return replace(view, ecosystem=replace(view.ecosystem, name=name))


def test_there_are_hundreds_of_payloads() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200


def test_no_name_of_an_ecosystem_makes_an_element(
    town: Ecosystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, empty in (("_read_library", str), ("_build_network", dict)):  # they take long
        monkeypatch.setattr(f"ecograph.render.pyvis_page.{name}", lambda *_, empty=empty: empty())
    view = choose_view(town)
    plain = Outline(render_pyvis(view))
    for payload in PAYLOADS:
        outline = Outline(render_pyvis(rename(view, payload)))
        assert outline.elements == plain.elements
        assert outline.texts["h1"].startswith(payload)
        assert outline.texts["title"].startswith(f"{payload}: ")


def test_a_name_cannot_end_the_data(town: Ecosystem) -> None:
    page = render_pyvis(make_hostile(town))
    assert page.count("</script>") == 3
    assert page.count("<!--") == 1
    assert {node["title"].split("\n")[0] for node in read_data(page)["nodes"]} > {"<b href>x"}


def make_hostile(town: Ecosystem) -> View:
    names = ["</script>", "<!--<script>", "<b href>x", "]]>", "\u2028", "__proto__", "a", "b"]
    view = choose_view(town)
    return replace(view, ecosystem=hurt(view.ecosystem, names, "x"))


def hurt(ecosystem: Ecosystem, texts: list[str], title: str) -> Ecosystem:
    """Put hostile texts in place of every name, id, alias, city, file and sheet."""

    def take(count: int, start: int) -> list[str]:
        return [texts[(start + i) % len(texts)] for i in range(count)]

    parts = {
        kind: part.assign(
            name=pd.array(take(len(part), 0), dtype=part["name"].dtype),
            **{
                c: take(len(part), n) for n, c in enumerate(("aliases", "city", "type", "level"), 1)
            },
        )
        for kind, part in ecosystem.parts.items()
    }
    count = len(ecosystem.keys)
    ids = sorted(text + "\u200b" * n for n in range(count // len(texts) + 1) for text in texts)
    sheets = tuple(zip(*(take(len(ecosystem.sheets), n) for n in (5, 6)), strict=True))
    keys = pd.Index(ids[:count], dtype=ecosystem.keys.dtype)
    return replace(ecosystem, name=title, keys=keys, parts=parts, sheets=sheets)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> View:
    """A ring of as many universities as there are payloads, each pair with its agreement."""
    count = len(PAYLOADS)
    ring = "".join(f"A{n:03},U{n:03}\nA{n:03},U{(n + 1) % count:03}\n" for n in range(count))
    tables = {
        "universities": "id,name\n" + "".join(f"U{n:03},x\n" for n in range(count)),
        "industries": "id,name\n" + "".join(f"I{n:03},x\n" for n in range(count)),
        "agreements": "id,name,status,industry\n"
        + "".join(
            f"A{n:03},x,{'planned' if n % 9 == 0 else 'signed'},I{n:03}\n" for n in range(count)
        ),
        "parties": f"agreement,organisation\n{ring}",
    }
    plain = read_town(tmp_path_factory.mktemp("ring") / "town", tables)
    return choose_view(hurt(plain, list(PAYLOADS), " ".join(PAYLOADS)))


HARM = """() => {
  const all = [...document.querySelectorAll("*")];
  return {
    ran: typeof window.PWNED,
    strange: all.filter((e) => e.matches("script[src], template, body style") || e.matches(
      "img, image, iframe, object, embed, a, form, video, audio, base, math"
    )).length,
    handlers: all.filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
  };
}"""
READ_ALL = """() => {
  const { popup } = network.interactionHandler;
  const ends = [...Object.values(network.body.nodes), ...Object.values(network.body.edges)];
  const told = ends.map((end) => {
    popup.setText(end.getTitle());
    return popup.frame.textContent;
  });
  popup.show();
  document.body.append(...ends.map((end) => end.getTitle()));
  return told;
}"""


def strip_policy(page: str) -> str:
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert "<meta http-equiv" not in bare
    return bare


def watch(opened) -> list[str]:
    dialogs: list[str] = []

    def dismiss(dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    opened.page.on("dialog", dismiss)
    return dialogs


@pytest.mark.browser
@pytest.mark.parametrize("policy", ["kept", "stripped"])
def test_nothing_from_data_runs(open_page, hostile: View, policy: str) -> None:
    page = render_pyvis(hostile)
    opened = open_page(page if policy == "kept" else strip_policy(page))
    dialogs = watch(opened)
    opened.page.evaluate(
        "new Promise((d) => { network.once('afterDrawing', () => d(1)); network.redraw(); })"
    )
    hover(opened)
    tooltips = opened.page.evaluate(READ_ALL)
    data = read_data(page)
    assert tooltips == [item["title"] for item in (*data["nodes"], *data["edges"])]
    for payload in PAYLOADS:
        assert sum(payload in tooltip for tooltip in tooltips) >= 2
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate(HARM) == {"ran": "undefined", "strange": 0, "handlers": 0}
    assert (dialogs, opened.complaints, opened.requests) == ([], [], [])


@pytest.mark.browser
@pytest.mark.parametrize("order", [1, -1])
def test_no_name_of_an_ecosystem_runs(open_page, town: Ecosystem, order: int) -> None:
    name = " ".join(PAYLOADS[::order])
    opened = open_page(strip_policy(render_pyvis(rename(choose_view(town), name))))
    heading = opened.page.evaluate("document.querySelector('h1').textContent")
    assert heading.replace("\ufffd", "") == name.replace("\x00", "")
    assert opened.page.evaluate(HARM) == {"ran": "undefined", "strange": 0, "handlers": 0}
    assert (opened.complaints, opened.requests) == ([], [])


@pytest.mark.browser
def test_what_runs_would_be_seen(open_page) -> None:
    opened = open_page(f"<!DOCTYPE html>{PAYLOADS[0]}<p onclick=x>")
    harm = opened.page.evaluate(HARM)
    assert (harm["ran"], harm["handlers"]) == ("number", 1)


# In a browser


def settle(opened) -> None:
    opened.page.evaluate(
        "network.physics.stabilized || new Promise((d) => network.once('stabilized', () => d(1)))"
    )


def hover(opened, node: int = 0) -> None:
    at = opened.page.evaluate(
        "(node) => { const d = network.canvasToDOM(network.getPositions([node])[node]),"
        " b = container.getBoundingClientRect(); return [d.x + b.left, d.y + b.top]; }",
        node,
    )
    opened.page.mouse.move(at[0] - 40, at[1] - 40)
    opened.page.mouse.move(*at)
    opened.page.wait_for_selector(".vis-tooltip", state="visible")


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_jinzhong_opens_offline_without_a_word(open_page, lang: str) -> None:
    opened = open_page(render_pyvis(choose_view(load(JINZHONG), lang=lang)))
    settle(opened)
    assert opened.page.evaluate("[nodes.length, edges.length]") == [70, 57]
    hover(opened)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert opened.page.evaluate(size) == [1280, 800]
    assert (opened.complaints, opened.requests) == ([], [])


@pytest.mark.browser
def test_pointing_at_a_symbol_tells_its_facts(open_page, town: Ecosystem) -> None:
    opened = open_page(render_pyvis(choose_view(town)))
    settle(opened)
    hover(opened)
    assert opened.page.inner_text(".vis-tooltip").startswith("银圣科技\nEnterprise · E1")


@pytest.mark.browser
def test_kinds_of_lines_can_be_hidden(open_page, town: Ecosystem) -> None:
    page = open_page(render_pyvis(choose_view(town))).page
    seen = "edges.get().filter((e) => !e.hidden).map((e) => e.group)"
    assert "tie" in page.evaluate(seen)
    page.uncheck("[data-group=tie]")
    assert set(page.evaluate(seen)) == {
        "single", "planned", "hosts", "works_in", "advances", "concerns",
    }  # fmt: skip
    page.check("[data-group=tie]")
    assert page.evaluate(seen).count("tie") == 4


@pytest.mark.browser
@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_node_opens(open_page, tmp_path: Path, count: int) -> None:
    tables = {"universities": "id,name\n" + "U1,Alone\n" * count}
    opened = open_page(render_pyvis(choose_view(read_town(tmp_path / "few", tables))))
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("[nodes.length, edges.length]") == [count, 0]
    assert (opened.complaints, opened.requests) == ([], [])
