import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import ecograph as eg

ROOT = Path(__file__).parent.parent
JINZHONG = ROOT / "data" / "jinzhong"
FEW = pytest.mark.usefixtures("few_results")
CENTRALITY = (
    "id,name,kind,degree,strength,pagerank,betweenness,harmonic_closeness,eigenvector,core,"
    "constraint,component,community"
)
GAPS = "observed,expected,ratio,ci_low,ci_high,p,q,verdict"


def hashes(out: Path) -> dict[str, str]:
    """SHA-256 of everything in OUT but run.json and what is kept for the next time."""
    return {
        str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(out.rglob("*"))
        if file.is_file() and file.name != "run.json" and file.suffix != ".entry"
    }


def shuffle(data: Path, target: Path, seed: int) -> Path:
    """Copy a folder of CSV files with its rows in another order."""
    target.mkdir()
    for file in data.iterdir():
        if file.suffix != ".csv":
            (target / file.name).write_bytes(file.read_bytes())
            continue
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
        with (target / file.name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
    return target


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("main job") / "晋中 out"
    eg.analyse(JINZHONG, folder)
    return folder


def test_out_holds_what_the_contract_says(out):
    tables = {file.name for file in (out / "tables").iterdir()}
    assert {"index.html", "map.html", "problems.csv", "run.json"} <= {f.name for f in out.iterdir()}
    promised = "centrality communities gaps dimensions tiers nodes edges organisations_network"
    assert {f"{name}.csv" for name in promised.split()} <= tables
    assert [file.name for file in out.iterdir() if file.name.startswith(".")] == [".cache"]
    assert [file.suffix for file in (out / ".cache").iterdir()] == [".entry"]


def test_columns_that_others_read(out):
    def header(name):
        return (out / "tables" / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]

    assert header("centrality") == CENTRALITY
    assert header("gaps").startswith("industry,name,") or header("gaps").startswith("industry,")
    assert GAPS in header("gaps")
    assert header("tiers").startswith("enterprise,name,")
    assert {"tier", "reason", "next_tier", "missing"} <= set(header("tiers").split(","))
    assert header("organisations_network") == "source,target,weight,agreements,amount,first,last"


def test_run_json_accounts_for_every_row_and_file(out):
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    rows = record["rows"]
    assert rows["rows"] == rows["used"] + rows["rejected"] + rows["blank"]
    lines = 0
    for file in JINZHONG.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines += sum(1 for _ in csv.reader(stream)) - 1
    assert rows["rows"] == lines
    assert record["outputs"] == hashes(out)
    for name, digest in record["inputs"].items():
        assert hashlib.sha256((JINZHONG / name).read_bytes()).hexdigest() == digest
    assert set(record["inputs"]) == {f.name for f in JINZHONG.iterdir()}
    assert record["settings"]["seed"] == record["seed"] == 1


def test_a_second_run_gives_the_same_bytes_and_leaves_other_files_alone(out):
    before = hashes(out)
    (out / "notes.txt").write_text("mine")
    (out / "tables" / "mine.csv").write_text("a,b\n")
    eg.analyse(JINZHONG, out, cache=False)
    after = hashes(out)
    assert (out / "notes.txt").read_text() == "mine"
    assert {k: v for k, v in after.items() if "mine" not in k and k != "notes.txt"} == before
    (out / "notes.txt").unlink()
    (out / "tables" / "mine.csv").unlink()


def test_neither_hash_seed_nor_row_order_changes_a_byte(out, tmp_path):
    for seed in (0, 1, 7):
        data = shuffle(JINZHONG, tmp_path / f"data-{seed}", seed)
        target = tmp_path / f"out-{seed}"
        subprocess.run(
            [sys.executable, "-m", "ecograph", "analyse", str(data), "-o", str(target), "-q"],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONUTF8": "1"},
            cwd=ROOT,
            check=True,
        )
        assert hashes(target) == hashes(out)


@FEW
def test_a_file_of_an_earlier_run_that_is_no_longer_made_is_removed(tmp_path):
    eg.analyse(JINZHONG, tmp_path)
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    old, changed = tmp_path / "tables" / "old.csv", tmp_path / "tables" / "changed.csv"
    for file in (old, changed):
        file.write_bytes(b"x\n")
        record["outputs"][f"tables/{file.name}"] = hashlib.sha256(b"x\n").hexdigest()
    changed.write_bytes(b"edited by a person\n")
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    eg.analyse(JINZHONG, tmp_path)
    assert not old.exists()
    assert changed.read_bytes() == b"edited by a person\n"


def test_results_do_not_go_where_the_input_is():
    with pytest.raises(eg.SettingsError, match="another folder"):
        eg.analyse(JINZHONG, JINZHONG)


@FEW
def test_a_failure_while_computing_leaves_the_earlier_result(out, tmp_path, monkeypatch):
    earlier = shutil.copytree(out, tmp_path / "earlier")
    monkeypatch.setattr("ecograph.results.render_report", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        eg.analyse(JINZHONG, earlier, settings={"seed": 2})
    assert hashes(earlier) == hashes(out)


def test_the_planted_industry_of_the_example_city_is_the_only_gap():
    gaps = eg.find_gaps(eg.load(ROOT / "data" / "example-city"))
    assert gaps.loc[gaps["verdict"] == "gap", "name"].tolist() == ["生物医药"]
    assert "over_linked" not in set(gaps["verdict"])


def test_the_articles_can_tell_about_no_industry():
    for city in ("jinzhong", "weifang"):
        gaps = eg.find_gaps(eg.load(ROOT / "data" / city))
        assert set(gaps["verdict"]) == {"not_enough_data"}


def test_firms_with_a_result_and_no_partner_are_isolates():
    ecosystem = eg.load(JINZHONG)
    ranking = eg.rank(ecosystem).set_index("name")
    for name in ("山西晋农生物", "聚贤石墨", "倡源煤业", "安泰钢铁"):
        assert ranking.at[name, "degree"] == 0


def test_planned_cooperation_is_in_the_data_and_counts_nowhere():
    ecosystem = eg.load(JINZHONG)
    agreements = ecosystem.select("agreement")
    planned = agreements.index[agreements["status"].isin(["planned", "contact", "intent"])]
    assert len(planned) == 10
    assert not set(planned) & set(ecosystem.counted)
    network = eg.project(ecosystem)
    names = dict(ecosystem.nodes["name"])
    pairs = {frozenset((names[a], names[b])) for a, b in network.edges}
    assert frozenset(("太重榆液", "燕山大学")) not in pairs
    assert frozenset(("山西格盟普丽环境股份有限公司", "太原理工大学")) in pairs


@pytest.mark.real_data
def test_h2020_ends_within_a_minute(tmp_path):
    real = os.environ.get("ECOGRAPH_REAL_DATA")
    if real is None:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    eg.save_tables(eg.convert("h2020", Path(real) / "h2020-2016"), tmp_path / "data")
    start = time.perf_counter()
    run = eg.analyse(tmp_path / "data", tmp_path / "out")
    assert time.perf_counter() - start < 60
    assert len(run.results["centrality"]) == 12_326
    ties = pd.read_csv(tmp_path / "out" / "tables" / "organisations_network.csv")
    assert len(ties) == 170_120  # pairs counted from participations with a sparse product


@FEW
@pytest.mark.parametrize("name", ["index.html", "run.json", "tables/nodes.csv"])
def test_a_file_of_someone_else_under_our_name_is_never_touched(tmp_path, name):
    (tmp_path / "tables").mkdir()
    (tmp_path / name).write_text("mine")
    with pytest.raises(eg.SettingsError, match=name):
        eg.analyse(JINZHONG, tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == [tmp_path / name]


@FEW
def test_a_run_that_was_killed_while_its_files_took_their_places_is_repaired(
    tmp_path, tmp_path_factory, monkeypatch
):
    undisturbed = tmp_path_factory.mktemp("undisturbed")
    eg.analyse(JINZHONG, undisturbed)

    class Killed(BaseException):
        pass

    def replace_some(part, target, *, real=Path.replace):
        if part.parent.name == "tables" and target.name == "gaps.csv":
            raise Killed
        return real(part, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_some)
        patch.setattr("ecograph.files.Draft.discard", lambda _: None)  # a kill tidies nothing
        with pytest.raises(Killed):
            eg.analyse(JINZHONG, tmp_path)
    assert (tmp_path / "index.html").exists()
    assert not (tmp_path / "run.json").exists()
    eg.analyse(JINZHONG, tmp_path)
    assert hashes(tmp_path) == hashes(undisturbed)
    assert not (tmp_path / ".ecograph-run").exists()


@FEW
def test_a_forged_record_leads_to_no_file_outside(tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    out = tmp_path / "out"
    eg.analyse(JINZHONG, out)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    record["outputs"]["../victim.txt"] = hashlib.sha256(b"precious").hexdigest()
    (out / "run.json").write_text(json.dumps(record), encoding="utf-8")
    eg.analyse(JINZHONG, out)
    assert victim.read_text() == "precious"


def test_results_do_not_go_around_their_own_input(tmp_path):
    data = shuffle(JINZHONG, tmp_path / "tables", 1)
    with pytest.raises(eg.SettingsError, match="holds the input"):
        eg.analyse(data, tmp_path)


@pytest.mark.parametrize(
    "tables",
    [
        {"agreements.csv": "id,status\nA1,signed\n"},
        {"events.csv": "id,name\nV1,fair\n"},
        {"indicators.csv": "id,name,value\nK1,firms,3\n"},
        {"universities.csv": "id,name\n", "agreements.csv": "id,parties\n"},
        {"enterprises.csv": "id,name\nE1,\n"},
    ],
)
def test_the_main_job_ends_on_data_with_nothing_to_draw(tmp_path, tables):
    data = tmp_path / "data"
    data.mkdir()
    for name, text in tables.items():
        (data / name).write_text(text, encoding="utf-8")
    eg.analyse(data, tmp_path / "out")
    assert (tmp_path / "out" / "run.json").exists()
