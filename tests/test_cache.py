import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import ecograph as eg
from ecograph import loader, results
from ecograph.cache import LIBRARIES, _list_libraries, find_entry, identify, pack, prune

ROOT = Path(__file__).parent.parent
JINZHONG = ROOT / "data" / "jinzhong"
FEW = pytest.mark.usefixtures("few_results")
FILES = {"run.json": b"{}\n", "tables/gaps.csv": b"a,b\n" * 1000, "empty.html": b""}


@pytest.fixture
def data(tmp_path):
    return Path(shutil.copytree(JINZHONG, tmp_path / "data"))


@pytest.fixture
def entry(tmp_path, data):
    """The path of a small entry, and its key."""
    identity = identify(data, None)
    name, packed = pack(identity, FILES, {"text": "晋中"})
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / name).write_bytes(packed)
    return tmp_path / "store" / name, identity.key


def contents(out: Path) -> dict[str, bytes]:
    """The bytes of all results in OUT, run.json too."""
    files = (f for f in out.rglob("*") if f.is_file() and ".cache" not in f.parts)
    return {str(f.relative_to(out)): f.read_bytes() for f in files}


def test_what_is_kept_comes_back_as_it_was(entry):
    path, key = entry
    found = find_entry(path.parent, key)
    assert found.facts == {"text": "晋中"}
    assert found.read_files() == FILES
    assert found.hashes == {n: hashlib.sha256(d).hexdigest() for n, d in FILES.items()}


def test_a_byte_changed_anywhere_in_an_entry_is_noticed(entry):
    path, key = entry
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        found = find_entry(path.parent, key)
        assert found is None or found.read_files() in (None, FILES)  # zstd ignores some bits
    for length in (0, 1, 50, 200, len(whole) - 1):
        path.write_bytes(whole[:length])
        found = find_entry(path.parent, key)
        assert found is None or found.read_files() is None


@pytest.mark.parametrize(
    "files",
    [
        [["a.csv", "0" * 64, 10, 2**60]],
        [["a.csv", "0" * 64, -1, 5]],
        [["a.csv", "0" * 64, 10]],
        "nonsense",
        [["a.csv", "0" * 64, 2**40, 10]],
    ],
)
def test_a_forged_entry_is_not_believed_whatever_it_claims(tmp_path, files):
    key = "a" * 64
    header = json.dumps({"key": key, "facts": {}, "files": files}).encode() + b"\n"
    seal = b"ecograph-entry-1 " + hashlib.sha256(header).hexdigest().encode() + b"\n"
    (tmp_path / f"{key}.entry").write_bytes(seal + header + b"x" * 20)
    assert find_entry(tmp_path, key) is None


def test_an_entry_under_the_key_of_another_is_not_believed(entry):
    path, _ = entry
    path.rename(path.with_name("b" * 64 + ".entry"))
    assert find_entry(path.parent, "b" * 64) is None


def test_everything_that_decides_a_result_changes_the_key(data, monkeypatch):
    keys = [identify(data, None).key]
    assert identify(data, None).key == keys[0]
    keys.append(identify(data, {"seed": 2}).key)
    keys.append(identify(data, eg.Settings(seed=2)).key)
    (data / "events.csv").write_bytes((data / "events.csv").read_bytes() + b"\n")
    keys.append(identify(data, None).key)
    (data / "events.csv").rename(data / "events_2.csv")
    keys.append(identify(data, None).key)
    (data / "ecosystem.yaml").unlink()
    keys.append(identify(data, None).key)
    keys.append(identify(data.rename(data.with_name("other")), None).key)
    monkeypatch.setattr("ecograph.cache.__version__", "9")
    keys.append(identify(JINZHONG, None).key)
    monkeypatch.setattr("ecograph.cache._fingerprint_package", lambda: "edited")
    keys.append(identify(JINZHONG, None).key)
    monkeypatch.setattr("ecograph.cache._list_libraries", lambda: ["numpy-1"])
    keys.append(identify(JINZHONG, None).key)
    assert len(set(keys)) == len(keys)


def test_rule_files_of_ones_own_decide_too(data, tmp_path):
    rules = tmp_path / "rules"
    rules.mkdir()
    settings = {"rules": str(rules)}
    keys = [identify(data, None).key, identify(data, settings).key]
    for text in ("a: 1\n", "a: 2\n"):
        (rules / "own.yaml").write_text(text)
        keys.append(identify(data, settings).key)
    assert len(set(keys)) == 4


def test_libraries_are_found_with_their_installed_versions():
    assert len(_list_libraries()) == len(LIBRARIES)
    for listed in _list_libraries():
        name, version = listed.split("-", 1)
        assert version.removesuffix(".dist-info") == metadata.version(name.replace("_", "-"))


def test_input_that_is_not_there_has_no_key(tmp_path):
    assert identify(tmp_path / "nothing", None) is None


def test_only_the_entries_used_last_stay_and_nothing_of_others_goes(tmp_path):
    for age in range(7):
        file = tmp_path / f"{age:064x}.entry"
        file.write_bytes(b"x")
        os.utime(file, (1000 - age, 1000 - age))
    (tmp_path / "mine.entry").write_text("mine")
    prune(tmp_path)
    left = sorted(f.name for f in tmp_path.iterdir())
    assert left == [*(f"{age:064x}.entry" for age in range(4)), "mine.entry"]


@FEW
def test_unchanged_input_touches_no_file_and_computes_nothing(tmp_path, monkeypatch):
    first = eg.analyse(JINZHONG, tmp_path)
    before = {f: (f.stat().st_mtime_ns, f.stat().st_ino) for f in tmp_path.rglob("*.*")}
    monkeypatch.setattr("ecograph.workflow._compute", lambda *_: pytest.fail("computed"))
    second = eg.analyse(JINZHONG, tmp_path)
    after = {f: (f.stat().st_mtime_ns, f.stat().st_ino) for f in tmp_path.rglob("*.*")}
    entries = {f for f in before if f.suffix == ".entry"}  # used again: their time is new
    assert {f: s for f, s in after.items() if f not in entries} == {
        f: s for f, s in before.items() if f not in entries
    }
    assert (first.fresh, second.fresh) == (True, False)
    assert (second.digest, second.files) == (first.digest, first.files)
    assert second.results["gaps"].equals(first.results["gaps"])
    assert second.ecosystem.nodes.equals(first.ecosystem.nodes)


@FEW
@pytest.mark.parametrize("name", ["tables/gaps.csv", "index.html", "run.json"])
def test_damaged_and_lost_results_come_back(tmp_path, monkeypatch, name):
    eg.analyse(JINZHONG, tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr("ecograph.workflow._compute", lambda *_: pytest.fail("computed"))
    (tmp_path / name).unlink()
    eg.analyse(JINZHONG, tmp_path)
    assert contents(tmp_path) == before
    if name != "run.json":  # a stranger's file under that name would be refused
        (tmp_path / name).write_text("damaged")
        eg.analyse(JINZHONG, tmp_path)
        assert contents(tmp_path) == before


@FEW
def test_a_damaged_cache_is_passed_over_and_made_anew(tmp_path):
    eg.analyse(JINZHONG, tmp_path)
    before = contents(tmp_path)
    for file in (tmp_path / ".cache").iterdir():
        file.write_bytes(file.read_bytes()[:300])
    run = eg.analyse(JINZHONG, tmp_path)
    assert run.fresh
    assert {n: d for n, d in contents(tmp_path).items() if n != "run.json"} == {
        n: d for n, d in before.items() if n != "run.json"
    }
    assert not eg.analyse(JINZHONG, tmp_path).fresh


@FEW
def test_an_entry_cannot_write_outside_the_folder(tmp_path):
    store, out = tmp_path / "store", tmp_path / "out"
    digest = {"text": "", "lang": "en", "errors": 0, "warnings": 0, "problems": []}
    files = {"run.json": b"{}", "../victim.html": b"x"}
    name, packed = pack(identify(JINZHONG, None), files, {"digest": digest})
    store.mkdir()
    (store / name).write_bytes(packed)
    assert eg.analyse(JINZHONG, out, cache=store).fresh
    assert not (tmp_path / "victim.html").exists()


@FEW
def test_results_go_from_one_output_folder_to_another_through_a_shared_store(tmp_path):
    eg.analyse(JINZHONG, tmp_path / "a", cache=tmp_path / "store")
    run = eg.analyse(JINZHONG, tmp_path / "b", cache=tmp_path / "store")
    assert not run.fresh
    assert contents(tmp_path / "b") == contents(tmp_path / "a")
    assert not (tmp_path / "b" / ".cache").exists()


@FEW
def test_going_back_to_earlier_settings_computes_nothing(tmp_path):
    eg.analyse(JINZHONG, tmp_path)
    before = contents(tmp_path)
    assert eg.analyse(JINZHONG, tmp_path, settings={"lang": "en"}).fresh
    assert contents(tmp_path) != before
    assert not eg.analyse(JINZHONG, tmp_path).fresh
    assert contents(tmp_path) == before


@FEW
def test_without_cache_nothing_is_kept_or_used(tmp_path):
    eg.analyse(JINZHONG, tmp_path, cache=False)
    assert not (tmp_path / ".cache").exists()
    assert eg.analyse(JINZHONG, tmp_path, cache=False).fresh


@FEW
def test_a_store_that_cannot_be_written_does_not_stop_the_results(tmp_path):
    tmp_path.joinpath("out").mkdir()
    (tmp_path / "out" / ".cache").write_text("a file of someone else")
    assert eg.analyse(JINZHONG, tmp_path / "out").fresh
    assert (tmp_path / "out" / "run.json").exists()
    assert (tmp_path / "out" / ".cache").read_text() == "a file of someone else"


@FEW
def test_input_that_changes_during_the_run_is_not_kept(tmp_path, data, monkeypatch):
    def change_and_load(source, *, settings, real=loader.load):
        file = data / "events.csv"
        file.write_bytes(file.read_bytes() + b"\n")
        return real(source, settings=settings)

    monkeypatch.setattr(loader, "load", change_and_load)
    eg.analyse(data, tmp_path / "out")
    assert not (tmp_path / "out" / ".cache").exists()


PLAIN = """
import ecograph.results as results
results.RESULTS = dict.fromkeys(results.RESULTS, results.summarise)
results.to_html = results.render_report = lambda *_, **__: "<!DOCTYPE html>"
import ecograph.cli; ecograph.cli.main()
"""
"""As many files as always, with little in them."""


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PLAIN, *map(str, arguments)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def test_two_runs_at_once_into_one_folder_leave_whole_results(tmp_path, monkeypatch):
    runs = [start("analyse", JINZHONG, "-o", tmp_path / "both") for _ in range(2)]
    assert [run.communicate()[1] and run.returncode for run in runs] == [0, 0]
    made = dict.fromkeys(results.RESULTS, results.summarise)
    monkeypatch.setattr(results, "RESULTS", made)
    for page in ("to_html", "render_report"):
        monkeypatch.setattr(results, page, lambda *_, **__: "<!DOCTYPE html>")
    eg.analyse(JINZHONG, tmp_path / "alone")
    both, alone = contents(tmp_path / "both"), contents(tmp_path / "alone")
    record = json.loads(both.pop("run.json"))
    alone.pop("run.json")
    assert both == alone
    assert len(both) > 40
    assert record["outputs"] == {n: hashlib.sha256(d).hexdigest() for n, d in both.items()}
    assert [f.suffix for f in (tmp_path / "both" / ".cache").iterdir()] == [".entry"]
    assert not eg.analyse(JINZHONG, tmp_path / "both").fresh


def test_the_second_run_says_the_same_and_imports_no_heavy_library(tmp_path):
    (tmp_path / "data").mkdir()
    table = "id,parties,status\nA1,U1；E9,signed\n"
    (tmp_path / "data" / "universities.csv").write_text("id,name\nU1,甲\n", encoding="utf-8")
    (tmp_path / "data" / "agreements.csv").write_text(table, encoding="utf-8")
    code = (
        "import sys\n"
        "from ecograph.cli import cli\n"
        "status = cli.main(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'pandas', 'numpy', 'networkx', 'networkit', 'scipy', 'pyarrow', 'rich'}\n"
        "print(status, sorted(heavy & set(sys.modules)))\n"
    )
    arguments = ["analyse", str(tmp_path / "data"), "-o", str(tmp_path / "out")]
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, check=True, text=True
        )
        for _ in range(2)
    )
    assert second.stdout.strip() == "1 []"
    assert first.stdout.startswith("1 ")
    said = [line for line in second.stderr.splitlines() if " s: " not in line]
    assert "unknown_reference" in second.stderr
    assert [line for line in said if not line.startswith("Nothing has changed")] == [
        line for line in first.stderr.splitlines() if " s: " not in line
    ]
    assert any(line.startswith("Nothing has changed") for line in said)
