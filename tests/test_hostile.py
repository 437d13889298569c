"""Hostile files end in a message: no signal, no traceback, no long wait, no lake of memory."""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
hostile, hostile_files = (importlib.import_module(name) for name in ("hostile", "hostile_files"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measured through /proc and fork")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    file = tmp_path_factory.mktemp("hostile") / "results.jsonl"
    script = str(BENCHMARKS / "hostile.py")
    words = [sys.executable, script, "--short", "--results", str(file)]
    subprocess.run(words, check=True, capture_output=True)
    lines = file.read_text(encoding="utf-8").splitlines()
    return [hostile.Result(**json.loads(line)) for line in lines]


def test_the_corpus_holds_over_five_hundred_files_of_every_kind(tmp_path):
    for kind in hostile_files.BASES:
        (tmp_path / f"base.{kind}").write_bytes(b"x")
    cases = hostile_files.list_cases(tmp_path)
    assert len({case.name for case in cases}) == len(cases) > 500
    truncated = {case.group for case in cases if case.group.startswith("truncated")}
    assert truncated == {f"truncated {kind}" for kind in hostile_files.BASES}


def test_a_bomb_is_what_it_says(tmp_path):
    cases = {case.name: case for case in hostile_files.list_cases(tmp_path)}
    path = cases["zeros_sheet_200MB"].make(tmp_path)
    assert path.stat().st_size < 300_000
    with zipfile.ZipFile(path) as book, book.open("xl/worksheets/sheet1.xml") as part:
        assert book.getinfo("xl/worksheets/sheet1.xml").file_size == 200 << 20
        assert part.read(1000) == bytes(1000)
    lying = cases["declared_small_sheet"].make(tmp_path).read_bytes()
    with zipfile.ZipFile(io.BytesIO(lying)) as book:
        assert book.getinfo("xl/worksheets/sheet1.xml").file_size == 100


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": -11}, "signal 11"),
        ({"status": 2}, "status 2"),
        ({"traceback": True}, "traceback"),
        ({"door": True}, "last door"),
        ({"seconds": 10.4}, "10 s"),
        ({"megabytes": 1025.0}, "1025 MB"),
    ],
)
def test_each_harm_is_named(change, fault):
    fine = dict.fromkeys(("group", "name", "command", "said"), "x")
    fine |= {"status": 1, "seconds": 1.0, "cpu": 1.0, "megabytes": 90.0, "odd": False}
    fine |= {"traceback": False, "door": False}
    assert hostile.find_faults(hostile.Result(**fine)) == []
    assert hostile.find_faults(hostile.Result(**{**fine, **change})) == [fault]


def test_a_command_that_takes_too_long_is_ended_and_seen(tmp_path):
    case = hostile_files.Hostile("x", "slow", lambda folder: folder / "missing.csv")
    slow = hostile.run_case(case, tmp_path, deadline=0.0)
    assert {result.status for result in slow} <= {-9, 1, 2}
    assert any(hostile.find_faults(result) for result in slow)


def test_twenty_hostile_files_do_no_harm(results):
    assert len(results) == 2 * len(hostile._SHORT)  # noqa: SLF001 - every one was run
    assert [(r.name, r.command, f) for r in results if (f := hostile.find_faults(r))] == []
