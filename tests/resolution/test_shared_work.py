"""Work shared with other processes gives what one process gives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from ecograph.names import parse_names
from ecograph.resolution import workers
from ecograph.resolution.blocking import find_candidates
from ecograph.resolution.chances import measure_chances
from ecograph.resolution.features import compare_records
from ecograph.resolution.records import gather_records

CITIES = ("太原", "大同", "")
NAMES = [
    f"{place}{a}{b}{trade}{form}"
    for place in ("山西", "太原市", "")
    for a in "晋宏鑫博瑞"
    for b in "远达源泰丰"
    for trade in ("科技", "环境工程")
    for form in ("有限公司", "股份公司")
]
NAMES += [
    f"{a}{b} {trade} {form}"
    for a in ("Kel", "Mer", "Tor", "Xan")
    for b in ("vin", "ven", "stel", "dor")
    for trade in ("Energy", "Foods")
    for form in ("Ltd", "GmbH", "S.A.")
]
NAMES += [
    "山西大学",
    "山西大学材料学院",
    "山西大学（材料学院）",
    "",
    " ",
    "12-3",
    "IBM",
    "ibm (IBM)",
]


@pytest.fixture(autouse=True)
def _two_processes(monkeypatch):
    monkeypatch.setattr(workers, "_count_shares", lambda number, least: 1 if number < least else 2)


@pytest.fixture(scope="module")
def records():
    table = pd.DataFrame({"id": [f"{n:04}" for n in range(len(NAMES))], "name": NAMES})
    table["city"] = [CITIES[n % 3] for n in range(len(NAMES))]
    table["aliases"] = [("晋达", "Kelven") if n % 7 == 0 else () for n in range(len(NAMES))]
    return gather_records(table)


@pytest.fixture
def started(monkeypatch):
    """Status with which each process that was started ended."""
    found = []
    receive = workers._receive  # noqa: SLF001 - to see how the process ended
    monkeypatch.setattr(
        workers,
        "_receive",
        lambda child, file: [receive(child, file), found.append(child.returncode)][0],
    )
    return found


def test_names_read_by_two_processes_are_those_read_by_one(started):
    assert workers.parse_shared(NAMES, least=1) == parse_names(NAMES)
    assert started == [0]


def test_pairs_compared_by_two_processes_are_those_compared_by_one(records, started):
    chances, pairs = measure_chances(records), find_candidates(records)
    first = np.append(pairs.first, [1, 0])
    second = np.append(pairs.second, [len(records) - 1, len(records) - 2])
    kept = frozenset({(1, len(records) - 1)})
    shared = workers.compare_shared(records, first, second, chances=chances, kept=kept, least=1)
    pd.testing.assert_frame_equal(
        shared, compare_records(records, first, second, chances=chances, kept=kept)
    )
    assert started == [0]
    assert len(shared) > 100


def test_few_names_start_no_process(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process"))
    assert workers.parse_shared(["IBM"])[0].core == "ibm"


@pytest.mark.parametrize("executable", [sys.executable + ".missing", "/bin/false"])
def test_without_another_process_the_work_is_done_here(monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)
    assert workers.parse_shared(NAMES[:9], least=1) == parse_names(NAMES[:9])
