"""What the pages say holds: commands exist, snippets run, and print what is shown.

Run are the fences of sh, console and python on the README pages and those of docs, page by page in
a folder of its own, and fences without a language whose every line is a command. A line ``...``
stands for lines left out, ``...`` within a line for a part of it. An HTML comment on the line
before a fence may say ``not run: why``, ``exit status: 1``, or ``file: NAME`` to save it there.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml
from program import run_program

import ecograph.cli
from ecograph.render.document import render_docx
from ecograph.results import render_files

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *ROOT.glob("README.*.md"), *(ROOT / "docs").rglob("*.md")])
OTHERS = [ROOT / "data" / "README.md", ROOT / "benchmarks" / "README.md"]  # read, not run
LANGUAGES = ("sh", "console", "python")

PLACES = {"DATA": "jinzhong", "my-city": "jinzhong", "another-city": "weifang"}
"""What stands for the reader's own folder, and the data that are put there (a copy of them)."""

INSTALL = "python3 -m venv .venv && .venv/bin/pip install -q -e"
TESTS = ".venv/bin/python -m pytest"
MASKED = "ecograph analyse DATA -o shared --mask"
ELSEWHERE = {
    "README.md": {INSTALL: "run by .ci/run", TESTS: "run by .ci/run"},
    "README.zh.md": {INSTALL: "run by .ci/run as the first command of README.md"},
    "docs/sharing.md": {MASKED: "one of them is run in docs/howto/share.md; each takes seconds"},
}
"""Fences of a page that begin so are not run here, and why."""

_COMMENT = re.compile(r"<!-- (not run|exit status|file): (.+) -->")
_INLINE = re.compile(r"`(ecograph [^`]+)`")
_INDENTED = re.compile(r"^ {4}(ecograph|python|pip) ", re.MULTILINE)


class Fence(NamedTuple):
    """A block of code of a page, with what the line before it says."""

    page: Path
    line: int
    language: str
    body: str
    not_run: str = ""
    status: int = 0
    file: str = ""

    @property
    def place(self):
        return f"{self.page.relative_to(ROOT)}, line {self.line}"


class Step(NamedTuple):
    """A command and what it is shown to print; None where nothing is shown."""

    command: str
    shown: str | None


def read_fences(page, text=None):
    """Read the blocks of code of a page."""
    lines = (page.read_text(encoding="utf-8") if text is None else text).splitlines()
    number = 0
    while number < len(lines):
        opened = re.fullmatch(r"( *)(`{3,})(\S*).*", lines[number])
        if opened is None:
            number += 1
            continue
        end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == opened[2])
        body = "".join(f"{line.removeprefix(opened[1])}\n" for line in lines[number + 1 : end])
        said = _COMMENT.fullmatch(lines[number - 1].strip()) if number else None
        notes = {said[1]: said[2]} if said else {}
        yield Fence(
            page,
            number + 1,
            opened[3] or ("sh" if is_all_commands(body) else ""),
            body,
            notes.get("not run", ""),
            int(notes.get("exit status", 0)),
            notes.get("file", ""),
        )
        number = end + 1


def is_all_commands(body):
    return all(line.startswith("ecograph ") for line in body.splitlines()) and bool(body)


def read_steps(fence):
    """Read the commands of a fence; continued lines are one."""
    body = fence.body.replace("\\\n", " ")
    if fence.language == "sh":
        lines = [line for line in body.splitlines() if shlex.split(line, comments=True)]
        return [Step(line, None) for line in lines]
    first, *parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not first, f"{fence.place}: output stands before the first command"
    return [Step(command, shown) for command, _, shown in (p.partition("\n") for p in parts)]


def is_like(shown, printed):
    """Say whether what is shown, with what it leaves out, is what was printed."""

    def fold(text):
        return "".join(f"{' '.join(line.split())}\n" for line in text.strip("\n").splitlines())

    pattern = ""
    for line in fold(shown).splitlines():
        skip = "(?:.*\n)*?" if line == "..." else None
        pattern += skip or re.escape(line).replace(r"\.\.\.", ".*") + "\n"
    return re.fullmatch(pattern, fold(printed)) is not None


def list_fences(page):
    """List the fences that are to be run, or saved, with why some are not."""
    elsewhere = ELSEWHERE.get(str(page.relative_to(ROOT)), {})
    fences = [f for f in read_fences(page) if f.language in LANGUAGES or f.file]
    reasons = [
        [why for start, why in elsewhere.items() if f.body.startswith(start)] for f in fences
    ]
    return [
        f._replace(not_run="".join(why) or f.not_run)
        for f, why in zip(fences, reasons, strict=True)
    ]


def list_commands(text):
    """List the ecograph commands of a text: in fences, indented, and within sentences."""
    fences = list(read_fences(ROOT, text))
    for fence in fences:
        lines = fence.body.replace("\\\n", " ").splitlines()
        yield from (line.removeprefix("$ ") for line in lines if re.match(r"(\$ )?ecograph ", line))
    for line in text.splitlines():
        if line.startswith("    ecograph "):
            yield line.strip()
    yield from _INLINE.findall(re.sub(r"\n", " ", text))


def find_fault(line):
    """Say what is wrong with a command line; None where nothing is."""
    before = re.split(r" (?:\||>|&&) ", line)[0]
    name, *words = shlex.split(before, comments=True)[1:]
    if name.startswith("-"):
        return None if name in {"-h", "--help", "--version"} else f"no option {name}"
    known = ecograph.cli.cli.commands
    if missing := [one for one in name.split("|") if one not in known]:
        return f"no command {missing[0]}"
    faults = (find_fault_of_option(known[name.split("|")[0]], *pair) for pair in pair_up(words))
    return next(filter(None, faults), None)


def find_fault_of_option(command, word, following):
    """Say what is wrong with a word that begins with a dash, or with the choice after it."""
    name, _, value = word.partition("=")
    options = {spelling: option for option in command.params for spelling in option.opts}
    if not re.match(r"--?[a-z]", name) or name in {"-h", "--help"}:
        return None
    if name not in options:
        return f"{command.name} has no option {name}"
    kind, given = options[name].type, value or following
    unknown = isinstance(kind, click.Choice) and given not in kind.choices
    if unknown and re.fullmatch(
        r"[a-z][a-z_]*", given
    ):  # no placeholder, choice of several or option
        return f"{command.name} {name} knows no {given}"
    return None


def pair_up(words):
    """Pair every word with the one after it."""
    return zip(words, [*words[1:], ""], strict=False)


@pytest.fixture(scope="module")
def kept(shared_work):
    """What was loaded and computed before from the same bytes and settings: pages share it."""
    drawn = {}

    def share_pages(render):
        def recall(ecosystem, results, *more, **options):
            key = (render.__name__, id(ecosystem))
            if key not in drawn:  # the ecosystem is kept too, so that its number stays its own
                drawn[key] = render(ecosystem, results, *more, **options), ecosystem
            return drawn[key][0]

        return recall

    return {
        **shared_work,
        "ecograph.results.render_files": share_pages(render_files),
        "ecograph.render.document.render_docx": share_pages(render_docx),
    }


@pytest.fixture
def folder(tmp_path, monkeypatch, kept):
    """A folder to work in: the shipped data, and copies where the reader's own data stand."""
    shutil.copytree(ROOT / "data", tmp_path / "data", copy_function=os.symlink)
    for name, data in PLACES.items():
        shutil.copytree(ROOT / "data" / data, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONUTF8", "1")
    for name, shared in kept.items():
        monkeypatch.setattr(name, shared)
    return tmp_path


def run_command(command):
    """Run a command, ecograph's in this process; return its status and what it printed."""
    words = shlex.split(command, comments=True)
    if words[0] != "ecograph" or set(words) & {"|", ">", "&&"}:
        done = subprocess.run(
            ["bash", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout
    done = run_program(*words[1:], together=True)
    return done.returncode, done.stdout.decode("utf-8")


def run_commands(fence):
    for step in read_steps(fence):
        status, printed = run_command(step.command)
        where = f"{fence.place}: {step.command}\n{printed}"
        assert status == fence.status, where
        assert step.shown is None or is_like(step.shown, printed), f"{where}\nis not\n{step.shown}"


def run_python(fence, names):
    """Run Python, and compare what stands behind prompts with what comes out."""
    examples = doctest.DocTestParser().get_examples(fence.body)
    if not examples:
        exec(compile(fence.body, fence.place, "exec"), names)  # noqa: S102 - our own pages
        return
    test = doctest.DocTest(examples, {}, fence.place, str(fence.page), fence.line, fence.body)
    test.globs = names
    told = io.StringIO()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(verbose=False, optionflags=flags)
    assert runner.run(test, out=told.write, clear_globs=False).failed == 0, told.getvalue()


def take_as_given(page):
    """Make the names that a page uses without loading anything: eg and eco."""
    uses = "eg.load(" not in page.read_text(encoding="utf-8")
    return {"eg": ecograph, "eco": ecograph.load("my-city")} if uses else {}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "page", [p for p in PAGES if list_fences(p)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_snippets_of_a_page_run_and_print_what_is_shown(page):
    fences = list_fences(page)
    names = take_as_given(page) if "python" in {fence.language for fence in fences} else {}
    for fence in fences:
        if fence.not_run:
            print(f"{fence.place}: not run: {fence.not_run}")  # noqa: T201 - pytest -rP shows it
        elif fence.file:
            Path(fence.file).parent.mkdir(exist_ok=True)
            Path(fence.file).write_text(fence.body, encoding="utf-8")
        elif fence.language == "python":
            run_python(fence, names)
        else:
            run_commands(fence)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_of_a_page_exists_with_its_options(page):
    lines = list(list_commands(page.read_text(encoding="utf-8")))
    faults = {line: find_fault(line) for line in lines}
    assert {line: fault for line, fault in faults.items() if fault} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_stand_in_fences_so_that_they_are_run(page):
    assert _INDENTED.findall(page.read_text(encoding="utf-8")) == []


def test_every_problem_has_a_place_and_a_severity_on_its_page():
    known = yaml.safe_load((ROOT / "ecograph" / "texts.yaml").read_text(encoding="utf-8"))
    groups = yaml.safe_load((ROOT / "docs" / "problems.yaml").read_text(encoding="utf-8"))
    listed = [code for group in groups for code in group["codes"]]
    assert sorted(listed) == sorted(known["problem"])
    assert {s for g in groups for s in g["codes"].values()} == {"error", "warning", "either"}


def test_the_fences_that_are_run_elsewhere_are_there():
    for page, starts in ELSEWHERE.items():
        bodies = [fence.body for fence in read_fences(ROOT / page)]
        assert [s for s in starts if not any(b.startswith(s) for b in bodies)] == []


def test_the_fences_that_ci_runs_are_where_they_are_looked_for():
    fences = [f.body for f in read_fences(ROOT / "README.md") if f.language == "sh"]
    assert fences[0].startswith(INSTALL)
    assert fences[1].startswith(TESTS)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ecograph fly data", "no command fly"),
        ("ecograph gaps data --wings", "gaps has no option --wings"),
        ("ecograph gaps data --format pdf", "gaps --format knows no pdf"),
        ("ecograph --wings", "no option --wings"),
        ("ecograph gaps data --format csv -o gaps.csv  # a table", None),
        ("ecograph project DATA --backbone", None),
        ("ecograph export|import DATA -o FILE", None),
        ("ecograph gaps DATA | head -3", None),
        ("ecograph --version", None),
    ],
)
def test_a_command_that_is_none_is_found(line, fault):
    assert find_fault(line) == fault


@pytest.mark.parametrize(
    ("shown", "printed", "like"),
    [
        ("a b\nc", "a   b\nc\n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a ... z\n", "a b c z\n", True),
        ("a\nc", "a\nb\nc\n", False),
        ("b", "a\nb\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n...\n", "a\nb\n", True),
        ("", "a\n", False),
        ("1.5", "1x5\n", False),
    ],
)
def test_only_what_was_printed_may_be_shown(shown, printed, like):
    assert is_like(shown, printed) is like


def test_fences_are_read_with_what_stands_before_them():
    text = "x\n<!-- not run: needs Word -->\n```sh\nls \\\n  -a\n```\n"
    text += "\n```console\n$ ls\na\n$ pwd\n```\n"
    first, second = read_fences(ROOT, text)
    assert first.not_run == "needs Word"
    assert [step.command.split() for step in read_steps(first)] == [["ls", "-a"]]
    assert read_steps(second) == [Step("ls", "a\n"), Step("pwd", "")]


def test_prompts_are_compared():
    run_python(Fence(ROOT, 1, "python", ">>> 1 + 1\n2\n"), {})
    with pytest.raises(AssertionError, match="Expected"):
        run_python(Fence(ROOT, 1, "python", ">>> 1 + 1\n3\n"), {})
