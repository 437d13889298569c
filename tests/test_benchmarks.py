"""The benchmarks: what they are made of is right, and the ratios that matter are kept.

Seconds on a busy machine prove nothing, so ratios of the best of several runs in turns are
guarded, each with room for noise.
"""

from __future__ import annotations

import doctest
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import ecograph as eg
from ecograph import engine
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"
EXAMPLE = ROOT / "data" / "example-city"

sys.path.insert(0, str(BENCHMARKS))
clock, fp7, parts, registers, run, straightforward = (
    importlib.import_module(name)
    for name in ("clock", "fp7", "parts", "registers", "run", "straightforward")
)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "register"
    registers.write_register(folder, 10_000)
    return folder


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Drawn registers


def test_same_seed_same_bytes(tmp_path):
    for name, seed in (("first", 3), ("second", 3), ("other", 4)):
        registers.write_register(tmp_path / name, 500, seed=seed)
    assert read_files(tmp_path / "first") == read_files(tmp_path / "second")
    differing = {
        name
        for name, content in read_files(tmp_path / "first").items()
        if content != (tmp_path / "other" / name).read_bytes()
    }
    assert {"agreements.csv", "parties.csv", "enterprises.csv", "certificates.csv"} <= differing


def test_agreements_have_three_to_forty_different_parties(register):
    parties = pd.read_csv(register / "parties.csv")
    sizes = parties.groupby("agreement").size()
    assert len(sizes) == 10_000
    assert sizes.min() == 3
    assert 20 < sizes.max() <= 40
    assert sizes.mean() == pytest.approx(4, abs=0.1)
    assert not parties.duplicated(["agreement", "organisation"]).any()
    assert (parties["role"] == "牵头").sum() == 10_000


def test_counts_are_those_of_the_files(tmp_path):
    counts = registers.write_register(tmp_path, 700)
    parties = pd.read_csv(tmp_path / "parties.csv")
    sizes = parties.groupby("agreement").size()
    listed = sum(
        len(pd.read_csv(tmp_path / f"{table}.csv"))
        for table in ("universities", "platforms", "enterprises")
    )
    assert counts == {
        "agreements": 700,
        "organisations": listed,
        "participations": len(parties),
        "pairs": int((sizes * (sizes - 1) / 2).sum()),
    }


def test_few_are_very_active(register):
    activity = pd.read_csv(register / "parties.csv")["organisation"].value_counts()
    firms = activity[activity.index.str.startswith("E")]
    universities = activity[activity.index.str.startswith("U")]
    assert universities.iloc[0] > 5 * universities.median()
    assert firms.iloc[0] > 20 * firms.median()
    assert firms.median() <= 3


def test_chunks_of_agreements_follow_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(registers, "_CHUNK", 200)
    registers.write_register(tmp_path, 500)
    ids = pd.read_csv(tmp_path / "agreements.csv")["id"]
    assert ids.tolist() == [f"A{number:08d}" for number in range(1, 501)]
    parties = pd.read_csv(tmp_path / "parties.csv")
    assert parties["agreement"].drop_duplicates().tolist() == ids.tolist()


def test_a_drawn_register_has_no_problems_and_its_weak_industry_is_found(register):
    ecosystem = eg.load(register)
    assert len(ecosystem.problems) == 0
    gaps = eg.find_gaps(ecosystem)
    assert gaps.loc[registers.WEAK, "verdict"] == "gap"
    assert gaps["ratio"].idxmin() == registers.WEAK


# The straightforward script


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("by-hand")
    straightforward.analyse(EXAMPLE, out)
    return out


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the main job; its pages are not what is compared."""
    out = tmp_path_factory.mktemp("ecograph")
    with pytest.MonkeyPatch.context() as patch:
        for page in ("to_html", "render_report"):
            patch.setattr(f"ecograph.results.{page}", lambda *_, **__: "")
        eg.analyse(EXAMPLE, out)
    return out


def read_both(results: Path, by_hand: Path, name: str, *keys: str) -> list[pd.DataFrame]:
    tables = [pd.read_csv(out / "tables" / f"{name}.csv") for out in (results, by_hand)]
    return [table.set_index(list(keys)).sort_index() for table in tables]


@pytest.mark.parametrize(
    ("column", "tolerance"),
    [
        ("degree", 0),
        ("strength", 0),
        ("pagerank", 1e-5),
        ("betweenness", 1e-9),
        ("harmonic_closeness", 1e-9),
        ("eigenvector", 1e-3),
        ("core", 0),
        ("constraint", 1e-9),
        ("component", 0),
    ],
)
def test_the_script_ranks_alike(results, by_hand, column, tolerance):
    ours, theirs = read_both(results, by_hand, "centrality", "id")
    assert ours.index.equals(theirs.index)
    np.testing.assert_allclose(ours[column], theirs[column], rtol=tolerance, atol=tolerance)


def test_the_script_ties_alike(results, by_hand):
    ours, theirs = read_both(results, by_hand, "organisations_network", "source", "target")
    columns = ["weight", "agreements", "amount", "first", "last"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns], check_dtype=False)


def test_the_script_finds_the_same_gaps(results, by_hand):
    """By hand links are independent; ecograph's law with a dispersion of 1 is the same."""
    ours, theirs = read_both(results, by_hand, "gaps", "industry")
    ours = ours.loc[theirs.index]
    columns = ["observed", "expected", "ratio"]
    pd.testing.assert_frame_equal(ours[columns], theirs[columns], check_dtype=False)
    plain = eg.compare_rates(ours["observed"].to_numpy(float), ours["exposure"].to_numpy(float))
    columns = ["ci_low", "ci_high", "p", "q", "verdict"]
    pd.testing.assert_frame_equal(
        plain.set_index(ours.index)[columns], theirs[columns], check_dtype=False
    )


def test_the_script_crosses_alike(results, by_hand):
    ours, theirs = read_both(results, by_hand, "pairs", "industry", "discipline")
    ours = ours.loc[theirs.index]
    assert ours["observed"].sum() == theirs["observed"].sum() > 0
    pd.testing.assert_series_equal(ours["observed"], theirs["observed"])
    pd.testing.assert_series_equal(ours["expected"], theirs["expected"])
    pd.testing.assert_series_equal(ours["ratio"], theirs["ratio"])


def test_the_script_measures_the_same_dimensions(results, by_hand):
    ours, theirs = read_both(results, by_hand, "dimensions", "indicator")
    pd.testing.assert_series_equal(ours.loc[theirs.index, "value"], theirs["value"])


def test_the_script_gives_the_same_tiers_where_certificates_decide(results, by_hand):
    ours, theirs = read_both(results, by_hand, "tiers", "enterprise")
    certified = theirs["tier"] != "none"
    assert certified.sum() > 100
    pd.testing.assert_series_equal(ours.loc[certified, "tier"], theirs.loc[certified, "tier"])
    assert set(ours.loc[~certified, "tier"]) <= {"none", "seedling"}  # routes without a certificate


def test_the_script_draws_every_organisation_of_a_small_city(results, by_hand):
    page = (by_hand / "map.html").read_text(encoding="utf-8")
    names = pd.read_csv(results / "tables" / "centrality.csv")["name"]
    assert all(json.dumps(name) in page for name in names)


def test_a_sample_is_extrapolated(tmp_path, monkeypatch):
    monkeypatch.setattr(straightforward, "draw", lambda *_: "")
    seconds = straightforward.analyse(EXAMPLE, tmp_path, sample=10)
    recorded = pd.read_json(tmp_path / "seconds.json").T
    nodes = len(pd.read_csv(tmp_path / "tables" / "centrality.csv"))
    sampled = recorded.index[recorded["share"] < 1]
    assert list(sampled) == ["betweenness", "harmonic_closeness"]
    for stage in sampled:
        measured = recorded.loc[stage, "measured"]
        assert seconds[stage] == pytest.approx(measured * nodes / 10, rel=1e-6)


# The other tools


def test_all_ways_to_project_give_the_same_ties():
    register = straightforward.load(EXAMPLE)
    weights = straightforward.project(register)["weight"]
    matrix = parts.multiply(register.parties)
    graph = parts.project_networkx(register.parties)
    found = [weights, matrix.data, [weight for *_, weight in graph.edges(data="weight")]]
    counts = [np.bincount(np.asarray(values, dtype=int)).tolist() for values in found]
    assert counts[0] == counts[1] == counts[2]
    assert sum(counts[0]) == len(weights) > 400


@pytest.mark.parametrize("case", parts.CASES)
def test_parts_are_compared_with_every_contender(case, tmp_path, monkeypatch, capsys):
    registers.write_register(tmp_path / "drawn", 300)
    monkeypatch.setattr(sys, "argv", ["parts.py", case, str(tmp_path / "drawn"), "--runs", "1"])
    parts.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    jobs = parts.CASES[case](tmp_path / "drawn")
    contenders = [name for contenders in jobs.values() for name in contenders]
    assert [row[2] for row in rows] == contenders
    assert contenders[0] == "ecograph"


def test_growth_is_measured_stage_by_stage():
    command = [sys.executable, str(BENCHMARKS / "growth.py"), "--sizes", "200,400"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = {line.split(" | ")[0]: line for line in shown.splitlines() if line.startswith("| ")}
    for stage in ("load", "project", "communities", "gaps", "all centralities", "tiers"):
        cells = rows[f"| {stage}"].strip(" |").split(" | ")
        assert len(cells) == 4
        float(cells[3].partition(" ")[0])
    assert "Methods at 400 agreements" in shown
    assert "unfinished" not in shown


def test_growth_tells_what_was_not_finished_in_time():
    options = ["--sizes", "200", "--limit", "0.01"]
    command = [sys.executable, str(BENCHMARKS / "growth.py"), *options]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "unfinished stopped after nothing" in shown


def test_examples_in_the_tools_are_right():
    for module in (clock, run):
        failed, tried = doctest.testmod(module)
        assert (failed, tried > 0) == (0, True)


def test_contenders_take_turns_and_their_median_counts():
    calls = []
    costs = iter([5.0, 1.0, 3.0])

    def ours() -> object:
        calls.append("ours")
        return clock.Cost(next(costs), 7, 1)

    found = clock.compare({"ours": ours, "theirs": lambda: calls.append("theirs")}, runs=3)
    assert calls == ["ours", "theirs"] * 3
    assert found["ours"] == clock.Cost(3.0, 7, 3)


def test_long_cases_run_less_often():
    found = clock.compare({"slow": lambda: time.sleep(0.02)}, runs=5, long=0.01)
    assert found["slow"].runs == 2


@pytest.mark.parametrize("exponent", [0.5, 1, 2])
def test_an_exponent_is_fitted(exponent):
    sizes = [1e3, 1e4, 1e6]
    costs = [7 * size**exponent for size in sizes]
    assert clock.fit_exponent(sizes, costs) == pytest.approx(exponent)


def test_prose_outside_the_markers_is_kept():
    page = run.replace_section("# Benchmarks\n\nRead me.\n", "a", "First", "1")
    page = run.replace_section(page, "b", "Second", "2") + "\nThe end.\n"
    again = run.replace_section(page, "a", "First", "3")
    assert again == page.replace("\n1\n", "\n3\n")
    assert again.startswith("# Benchmarks\n\nRead me.\n\n## First\n")
    assert again.endswith("The end.\n")


def test_every_section_is_in_the_readme():
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for name in (*run.SECTIONS, "machine"):
        assert text.count(f"<!-- begin {name} -->") == 1
        assert text.count(f"<!-- end {name} -->") == 1


def test_dirt_in_fp7_is_left_out(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    lines = [
        "<<<<<<< HEAD",
        "new_org_id;organisationName",
        "=======",
        "new_org_id;name",
        ">>>>>>> b",
    ]
    lines += ['a1;"ALPHA";x', "b2;BETA; GAMMA;y", "a1;ALPHA AGAIN;x", "broken"]
    (source / "organisations.csv").write_text("\n".join(lines), encoding="utf-8")
    pairs = "projectRcn\tnew_org_id\n7\ta1\n7\tb2\n7\tb2\n8\ta1\n8\tunknown\n"
    (source / "participations.csv").write_text(pairs, encoding="utf-8")
    fp7.convert(source, target)
    ecosystem = eg.load(target)
    assert ecosystem.select("institution")["name"].to_dict() == {"a1": "ALPHA", "b2": "BETA"}
    assert len(ecosystem.counted) == 2
    assert len(ecosystem.link("party")) == 3


# Ratios


def time_best(*calls: Callable[[], object], rounds: int) -> list[float]:
    """Run calls in turns; return the best seconds of each."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


@pytest.mark.parametrize(
    ("ours", "theirs", "least"),
    [
        (engine.compute_betweenness, nx.betweenness_centrality, 10),
        (engine.compute_harmonic, nx.harmonic_centrality, 10),
    ],
)
def test_paths_are_far_faster_than_by_networkx(ours, theirs, least):
    graph = nx.gnm_random_graph(600, 3000, seed=1)
    matrix = sp.csr_array(nx.to_scipy_sparse_array(graph, dtype=float))
    ours(matrix)  # the first call imports what it needs
    mine, other = time_best(lambda: ours(matrix), lambda: theirs(graph), rounds=3)
    assert other > least * mine


def test_projection_is_not_slower_than_a_self_join(register):
    ecosystem = eg.load(register)
    tables = straightforward.load(register)

    def project() -> object:
        return project_ties(ecosystem.configure(ecosystem.settings)).ties

    mine, other = time_best(project, lambda: straightforward.project(tables), rounds=5)
    assert mine < 1.2 * other


def test_a_matrix_of_ties_is_projected_faster_than_by_a_self_join(register):
    ecosystem = eg.load(register)
    tables = straightforward.load(register)

    def project() -> object:
        return project_ties(ecosystem.configure(ecosystem.settings)).adjacency

    mine, other = time_best(project, lambda: straightforward.project(tables), rounds=5)
    assert other > 1.5 * mine


def test_loading_grows_with_the_register(tmp_path):
    for agreements in (40_000, 80_000):  # large enough that fixed costs do not hide the growth
        registers.write_register(tmp_path / str(agreements), agreements)
    eg.load(EXAMPLE)  # the first call imports what it needs
    once, twice = time_best(
        lambda: eg.load(tmp_path / "40000"), lambda: eg.load(tmp_path / "80000"), rounds=2
    )
    assert twice < 2.6 * once


def test_a_small_job_starts_fast():
    # A program is compiled once, when it is first used: pandas was when it was installed.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def start(*arguments: str) -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=environment)

    summary = ("-m", "ecograph", "summary", "data/jinzhong", "-q")
    mine, pandas = time_best(
        lambda: start(*summary), lambda: start("-c", "import pandas"), rounds=5
    )
    assert mine < 3 * pandas


# Pages in a browser


@pytest.mark.browser
def test_the_explorer_keeps_up_with_a_bare_page_and_stays_small():
    """The short form of pages.py: 1,000 nodes, one round; a page that fails ends it with 1."""
    if shutil.which("chromium") is None and shutil.which("google-chrome") is None:
        pytest.skip("no browser found: neither chromium nor google-chrome is installed")
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "pages.py"), "--quick"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert sum("ecograph" in row for row in rows) == 1
    assert sum("bare" in row for row in rows) == 1


def test_a_page_is_small(tmp_path):
    """At most 40 bytes a node and 10 an edge beyond 400 kB (5,000 nodes, 15,000 edges)."""
    page = tmp_path / "page.html"
    subprocess.run(
        [sys.executable, str(BENCHMARKS / "pages" / "writers.py"), "ecograph", "5000", str(page)],
        capture_output=True,
        check=True,
    )
    assert page.stat().st_size < 400_000 + 40 * 5_000 + 10 * 15_000
