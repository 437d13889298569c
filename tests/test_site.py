"""The site builds offline without a warning, and says everything that is public."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import ecograph
from ecograph.cli.commands import commands
from ecograph.schema import read_schema

ROOT = Path(__file__).parent.parent
NEEDED = ("sphinx", "myst_parser", "furo", "sphinx_click")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"the site needs {', '.join(MISSING)}: pip install 'ecograph[docs]'"
)


class Reader(HTMLParser):
    """What a page loads, where its links lead, the ids it has, and its text."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.ids, self.words = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.ids |= {told["id"]} if told.get("id") else set()
        if tag == "a":
            self.links.append(told.get("href") or "")
        elif tag == "link":
            self.loads += [told.get("href") or ""] if told.get("rel") != "canonical" else []
        else:
            self.loads += [told[name] for name in ("src", "data", "poster") if told.get(name)]
            self.loads += [told["srcset"]] if told.get("srcset") else []

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site; a warning is an error."""
    out = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", out / "trees"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, ROOT / "docs", out / "html"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def pages(site):
    found = sorted(site.rglob("*.html"))
    return {str(p.relative_to(site)): Reader(p.read_text(encoding="utf-8")) for p in found}


def find_text(pages, start):
    return "".join(word for name in pages if name.startswith(start) for word in pages[name].words)


def test_nothing_is_loaded_from_elsewhere(site, pages):
    outside = re.compile(r"^(https?:)?//")
    loads = {name: [u for u in page.loads if outside.match(u)] for name, page in pages.items()}
    assert {name: urls for name, urls in loads.items() if urls} == {}
    styles = [
        p
        for p in site.rglob("*.css")
        if re.search(r"(@import|url\()\s*['\"]?(https?:)?//", p.read_text(encoding="utf-8"))
    ]
    assert styles == []


def test_what_pages_load_is_there(site, pages):
    for name, page in pages.items():
        for url in page.loads:
            path = re.split(r"[?#]", url)[0]
            if path and not url.startswith("data:"):
                assert (site / name).parent.joinpath(path).is_file(), f"{name}: {url}"


def test_links_within_the_site_lead_somewhere(site, pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            path, _, place = link.partition("#")
            if re.match(r"[a-z]+:", link) or not link:
                continue
            target = (site / name).parent.joinpath(path).resolve() if path else site / name
            known = pages.get(str(target.relative_to(site.resolve())) if path else name)
            if not target.is_file() or (place and known and place not in known.ids):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_every_public_name_is_explained_once(pages):
    explained = [
        i for name, page in pages.items() if name.startswith("reference/python/") for i in page.ids
    ]
    public = [f"ecograph.{name}" for name in ecograph.__all__ if not name.startswith("_")]
    assert [name for name in public if explained.count(name) != 1] == []
    assert [
        name
        for name in public
        if name.partition(".")[2] not in find_text(pages, "reference/python.html")
    ] == []


def test_every_command_and_option_is_explained(pages):
    text = find_text(pages, "reference/commands.html")
    for command in commands:
        assert f"ecograph {command.name}" in text
        assert f"ecograph-{command.name}" in pages["reference/commands.html"].ids
        for option in command.params:
            assert all(spelling in text for spelling in option.opts if spelling.startswith("--"))


def test_every_table_column_and_problem_is_explained(pages):
    text = find_text(pages, "reference/tables.html")
    for table in read_schema().tables.values():
        assert table.name in text
        assert [
            c for c in table.columns.values() if c.name not in text or c.zh[0] not in text
        ] == []
    problems = find_text(pages, "reference/problems.html")
    assert "unknown_reference" in problems
    assert "请改正写法" in problems


def test_a_signature_shows_what_goes_by_name_and_an_example(pages):
    text = find_text(pages, "reference/python/tiers.html")
    signature = r"simulate_rules\(\s+ecosystem: Ecosystem,\s+\*,\s+rules: [^)]+against: [^)]+\) →"
    assert re.search(signature, text)
    assert ">>> settings_from(" in find_text(pages, "reference/python/data.html")


def test_options_in_examples_can_be_copied(pages):
    text = find_text(pages, "reference/commands.html")
    assert "ecograph diff data/example-city --from 2023 --to 2024" in text


def test_nothing_that_is_made_is_kept_among_the_sources():
    kept = [
        p
        for p in (ROOT / "docs" / "reference").rglob("*.md")
        if len(p.read_text(encoding="utf-8").splitlines()) > 40
    ]
    assert kept == []
