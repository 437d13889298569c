"""The command line: most is run in this process, where signals and streams matter a real one."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from builders import write_folder
from click.testing import CliRunner
from program import run_program, sharing

import ecograph as eg
from ecograph import settings
from ecograph.cli import cli, options
from ecograph.cli.commands import commands
from ecograph.projection import PARTS
from ecograph.registers import REGISTERS
from ecograph.render.maps import MEASURES, RENDERERS

ROOT = Path(__file__).parent.parent
JINZHONG = str(ROOT / "data" / "jinzhong")
EXAMPLE = str(ROOT / "data" / "example-city")


@pytest.fixture(scope="module", autouse=True)
def shared(shared_work):
    """Load the same data, and compute all results of them, once."""
    with sharing(shared_work):
        yield


def run(*arguments):
    """Run the program in this process."""
    return run_program(*arguments, cwd=ROOT)


def run_itself(*arguments):
    """Run the program itself, as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "ecograph", *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )


@pytest.fixture
def faulty(tmp_path):
    """A folder with one unknown reference and one amount that is not exact."""
    (tmp_path / "universities.csv").write_text("id,name\nU1,甲大学\n", encoding="utf-8")
    (tmp_path / "enterprises.csv").write_text("id,name\nE1,乙公司\n", encoding="utf-8")
    (tmp_path / "agreements.csv").write_text(
        "id,parties,amount,status\nA1,U1；E1,120万元,signed\nA2,U1；E9,about 5,signed\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.parametrize("command", commands, ids=lambda c: c.name)
def test_every_command_has_help_with_an_example(command):
    result = CliRunner().invoke(cli, [command.name, "--help"])
    assert result.exit_code == 0
    assert f"  ecograph {command.name}" in result.output.split("Example:")[1]


def test_the_contract_commands_are_all_there():
    promised = (
        "analyse check summary centrality communities gaps dimensions tiers project map report "
        "read schema template generate convert"
    )
    names = [c.name for c in commands]
    assert [name for name in names if name in promised.split()] == promised.split()
    assert len(set(names)) == len(names)


def test_two_ecosystems_are_compared_only_where_they_can_be():
    done = run("compare", JINZHONG, ROOT / "data" / "weifang", "--format", "json", "--lang", "en")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert {row["verdict"] for row in rows} == {"not_comparable"}
    assert all(row["reason"] for row in rows)
    assert f"Of {len(rows)} comparisons 0 can be made." in done.stderr.decode()


def test_a_composite_is_made_only_of_groups_and_on_request():
    done = run("dimensions", EXAMPLE, "--composite")
    assert (done.returncode, "--by" in done.stderr.decode()) == (2, True)
    done = run("dimensions", EXAMPLE, "--by", "industry", "--composite", "--format", "json", "-q")
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) == 8
    assert all(row["rank_low"] <= row["rank"] <= row["rank_high"] for row in rows if row["rank"])


def read_rows(*arguments):
    done = run(*arguments, "--format", "json", "-q")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"]


def test_two_years_are_compared_by_tie_and_by_organisation():
    asked = ("diff", EXAMPLE, "--from", "2023", "--to", "2024")
    ties = read_rows(*asked)
    assert {row["change"] for row in ties} <= {"new", "lost", "deepened", "thinned"}
    for row in read_rows(*asked, "--organisations"):
        assert row["ties_before"] + row["new"] - row["lost"] == row["ties_after"]
    assert run("diff", EXAMPLE).returncode == 2
    assert b"2021-2023" in run("diff", EXAMPLE, "--from", "last", "--to", "2024").stderr


def test_figures_are_followed_from_year_to_year():
    rows = read_rows("trace", EXAMPLE)
    agreements = {r["window"]: r["value"] for r in rows if r["figure"] == "signed"}
    assert sum(agreements.values()) == len(eg.load(EXAMPLE).counted)


def test_editions_of_rules_are_compared_and_clauses_explained():
    rows = read_rows("tiers", EXAMPLE, "--rules", "2026", "--against", "2022")
    assert {row["change"] for row in rows} <= {
        *("gains", "loses", "becomes_unknown", "becomes_known", "same")
    }
    clauses = read_rows("tiers", EXAMPLE, "--explain", "E001")
    assert {row["enterprise"] for row in clauses} == {"E001"}
    assert run("tiers", EXAMPLE, "--against", "2022").returncode == 2


def test_a_reference_is_read_and_its_mistakes_are_told(tmp_path):
    wider = tmp_path / "wider.csv"
    wider.write_text("city,I1,I2,I9\nA,3,1,0\nB,1,4,2\n", encoding="utf-8")
    asked = ("specialisation", EXAMPLE, "--rows", "region", "--columns", "industry", "-q")
    done = run(*asked, "--reference", wider, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["meta"]["method"]["reference"]
    wider.write_text("city,I1,I2\nA,3,many\n", encoding="utf-8")
    done = run(*asked, "--reference", wider)
    assert done.returncode == 1
    assert str(wider) in done.stderr.decode()
    assert "many" in done.stderr.decode()


@pytest.mark.parametrize(
    "name",
    [
        *("summary", "centrality", "leaders", "communities", "gaps", "stability", "brokers"),
        *("unlinked", "structure", "roles", "dimensions", "tiers", "project", "pair-stability"),
        *("opportunities", "specialisation", "complexity", "relatedness"),
    ],
)
def test_table_commands_write_strict_json_with_rows_meta_and_problems(name):
    done = run(name, EXAMPLE, "--format", "json", "-q")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout, parse_constant=pytest.fail)
    assert set(content) == {"meta", "rows", "problems"}
    assert content["meta"]["counted"]["statuses"] == ["signed", "active", "ended"]
    assert content["problems"] == []
    assert content["rows"]


def test_what_the_command_prints_is_the_table_that_python_returns():
    rows = json.loads(run("centrality", JINZHONG, "--format", "json").stdout)["rows"]
    table = eg.rank(eg.load(JINZHONG)).reset_index()
    assert [row["id"] for row in rows] == table["id"].tolist()
    assert [row["pagerank"] for row in rows] == pytest.approx(table["pagerank"].tolist(), abs=1e-11)


def test_formats_follow_the_ending_of_the_file(tmp_path):
    for ending in ("csv", "json", "parquet"):
        file = tmp_path / f"gaps.{ending}"
        assert run("gaps", JINZHONG, "-o", file).returncode == 0
    assert pd.read_csv(tmp_path / "gaps.csv")["industry"].tolist() == [
        row["industry"] for row in json.loads((tmp_path / "gaps.json").read_bytes())["rows"]
    ]
    assert len(pd.read_parquet(tmp_path / "gaps.parquet")) == 12


def test_data_goes_to_standard_output_and_everything_else_to_standard_error(faulty):
    done = run_itself("centrality", faulty, "--format", "csv")
    assert done.stdout.decode("utf-8-sig").splitlines()[0].startswith("id,name,kind,degree")
    assert "unknown_reference" in done.stderr.decode()
    assert done.returncode == 1


def test_check_lists_every_problem_with_its_place(faulty):
    done = run("check", faulty, "--format", "json")
    rows = json.loads(done.stdout)["rows"]
    assert done.returncode == 1
    assert [(r["code"], r["file"], r["row"], r["column"], r["value"]) for r in rows] == [
        ("inexact_amount", "agreements.csv", 3, "amount", "about 5"),
        ("unknown_reference", "agreements.csv", 3, "parties", "E9"),
    ]
    assert all(r["message"] and r["remedy"] for r in rows)


def test_check_speaks_chinese_on_request(faulty):
    rows = json.loads(run("check", faulty, "--format", "json", "--lang", "zh").stdout)["rows"]
    assert "不是任何" in rows[1]["message"]


def test_check_of_clean_data_leaves_with_zero_and_says_what_it_read():
    done = run("check", JINZHONG, "--lang", "en")
    assert (done.returncode, done.stdout) == (0, b"")
    assert re.search(r"0 errors, 0 warnings; \d+ rows, \d+ used, 0 rejected", done.stderr.decode())


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["gaps"], ["gaps", "no-such-folder"], ["gaps", JINZHONG, "--seed", "-1"]],
)
def test_wrong_usage_leaves_with_two(arguments):
    done = run_itself(*arguments)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_an_unknown_setting_leaves_with_one_and_names_it(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("sed: 3\n")
    done = run("gaps", JINZHONG, "--settings", file)
    assert done.returncode == 1
    assert b"sed" in done.stderr
    assert b"Traceback" not in done.stderr


def test_settings_come_from_the_file_and_options_go_before_them(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("seed: 3\nalpha: 0.1\n")
    done = run("gaps", JINZHONG, "--settings", file, "--seed", "4", "--format", "json")
    settings = json.loads(done.stdout)["meta"]["settings"]
    assert (settings["seed"], settings["alpha"]) == (4, 0.1)


def test_as_of_leaves_later_agreements_out():
    done = run("summary", JINZHONG, "--as-of", "2025-06-30", "--format", "json")
    assert json.loads(done.stdout)["meta"]["as_of"] == "2025-06-30"


def test_an_empty_folder_leaves_with_one_and_says_what_can_be_read(tmp_path):
    done = run("summary", tmp_path)
    assert done.returncode == 1
    assert b".xlsx" in done.stderr


def test_read_shows_rows_as_text_with_the_header_as_found(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("编号,金额（万元）\n00123,1e5\n,\n", encoding="gb18030")
    content = json.loads(run("read", file, "--format", "json").stdout)
    assert content["meta"]["columns"] == ["编号", "金额（万元）"]
    assert content["meta"]["dialect"]["encoding"] == "gb18030"
    assert content["rows"] == [{"编号": "00123", "金额（万元）": "1e5"}]
    assert content["meta"]["rows"] == {"rows": 2, "rejected": 0, "blank": 1}


def test_schema_lists_all_columns_and_kinds():
    content = json.loads(run("schema", "--format", "json").stdout)
    tables = {row["table"] for row in content["rows"]}
    assert {"universities", "agreements", "parties", "indicators"} <= tables
    assert content["meta"]["edge_kinds"]["party"]["source"] == ["agreement"]


def test_project_writes_the_one_mode_network():
    rows = json.loads(run("project", JINZHONG, "--format", "json").stdout)["rows"]
    assert {"source", "target", "weight"} <= set(rows[0])
    assert ("E01", "U01") in {(row["source"], row["target"]) for row in rows}


def test_map_and_report_are_written_alone(tmp_path):
    for name in ("map", "report"):
        file = tmp_path / f"{name}.html"
        assert run(name, JINZHONG, "-o", file).returncode == 0
        text = file.read_text(encoding="utf-8")
        assert text.startswith("<!DO")
        assert "晋中" in text


@pytest.mark.usefixtures("few_results")
def test_a_person_never_sees_a_traceback_when_the_disk_says_no(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    done = run("analyse", JINZHONG, "-o", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_table_for_a_person_is_in_the_language_of_the_data():
    text = run("gaps", JINZHONG).stdout.decode()
    assert "数据不足" in text
    assert "not_enough_data" not in text


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C")


def snapshot(folder):
    """Every file and folder below a folder, with its bytes."""
    return {
        str(f.relative_to(folder)): f.read_bytes() if f.is_file() else None
        for f in folder.rglob("*")
    }


def interrupt(code, *arguments):
    """Run the program after some code that says "now" on standard output, then press Ctrl-C.

    Returns its status, what it said, and how long it took to end.
    """
    code += "\nimport ecograph.cli; ecograph.cli.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"now\n", process.stderr.read()
    time.sleep(0.2)  # into the middle of what it says it does now
    start = time.perf_counter()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    return process.returncode, error.decode(), time.perf_counter() - start


COMPUTE = """
import ctypes, ecograph.cli
begin = ecograph.cli.end_on_interrupt

def sleep(*_, **__):
    print("now", flush=True)
    ctypes.CDLL(None).usleep(30_000_000)  # a library that hears of no signal

def begin_and_import():  # in this order, as always: libraries start threads of their own
    begin()
    import ecograph.analysis.centrality as centrality
    centrality.rank.__globals__["project_ties"] = sleep

ecograph.cli.end_on_interrupt = begin_and_import
"""
PLAIN = """
import ecograph.cli
begin = ecograph.cli.end_on_interrupt

def begin_and_choose():  # as many files with little in them: what is interrupted comes soon
    begin()
    import ecograph.results as results
    results.RESULTS = dict.fromkeys(results.RESULTS, results.summarise)
    results.to_html = results.render_report = lambda *_, **__: "<!DOCTYPE html>"

ecograph.cli.end_on_interrupt = begin_and_choose
"""
WRITE = f"""
{PLAIN}
import os, time, ecograph.files
fsync, count = os.fsync, iter(range(100))

def stall(handle):
    if next(count) == 5:
        print("now", flush=True)
        time.sleep(30)
    fsync(handle)

ecograph.files.os.fsync = stall
"""
PUBLISH = f"""
{PLAIN}
import time
from pathlib import Path
replace, count = Path.replace, iter(range(100))

def hesitate(part, target):
    if next(count) == 5:
        print("now", flush=True)
        time.sleep(0.6)
    return replace(part, target)

Path.replace = hesitate
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory, shared):  # noqa: ARG001 - what is computed here is shared
    """A folder that holds the results of a city."""
    out = tmp_path_factory.mktemp("filled") / "out"
    assert run("analyse", JINZHONG, "-o", out, "-q").returncode == 0
    return out


@POSIX
@pytest.mark.parametrize("code", [COMPUTE, WRITE], ids=["computing", "writing"])
def test_an_interrupt_ends_within_a_second_and_leaves_the_folder_as_it_was(tmp_path, filled, code):
    out = tmp_path / "out"
    for _ in range(2):
        before = snapshot(tmp_path)
        status, error, seconds = interrupt(code, "analyse", JINZHONG, "-o", out, "--seed", "2")
        assert (status, error) == (130, "ecograph: Interrupted.\n")
        assert seconds < 1
        assert snapshot(tmp_path) == before  # at first, no folder at all
        if not out.exists():
            shutil.copytree(filled, out)


@POSIX
def test_an_interrupt_waits_while_the_files_take_their_places(tmp_path):
    status, error, seconds = interrupt(PUBLISH, "analyse", JINZHONG, "-o", tmp_path)
    assert (status, error) == (130, "ecograph: Interrupted.\n")
    assert seconds < 1
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    for name, digest in record["outputs"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".")] == [".cache"]


@POSIX
def test_an_interrupt_leaves_the_file_of_a_table_command_as_it_was(tmp_path):
    (tmp_path / "rank.csv").write_text("old")
    status, error, seconds = interrupt(COMPUTE, "centrality", EXAMPLE, "-o", tmp_path / "rank.csv")
    assert (status, error, seconds < 1) == (130, "ecograph: Interrupted.\n", True)
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {"rank.csv": "old"}


@pytest.mark.parametrize("name", ["analyse", "centrality", "report", "map"])
def test_commands_whose_results_may_be_approximate_take_exact(name):
    command = next(c for c in commands if c.name == name)
    assert "exactly" in next(p for p in command.params if p.name == "exact").help


def test_exact_is_a_setting_of_the_result():
    done = run("centrality", JINZHONG, "--exact", "--format", "json", "-q")
    assert json.loads(done.stdout)["meta"]["settings"]["exact"] is True


def test_what_a_table_leaves_out_is_said_beside_it_and_in_the_report(tmp_path):
    data = write_folder(
        tmp_path / "town",
        {
            "enterprises": "id,name\nA,Alder\nB,Birch\nC,Cedar\n",
            "agreements": "id,parties\n1,A;B;C\n2,A;B\n",
            "ecosystem.yaml": "name: Town\nsettings: {pair_limit: 2}\n",
        },
    )
    said = "Agreements with more than 2 members: 1."
    for command in ("centrality", "project"):
        assert said in run(command, data).stderr.decode()
        assert said not in run(command, data, "-q").stderr.decode()
    assert run("analyse", data, "-o", tmp_path / "out", "-q").returncode == 0
    assert said in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_seeds_on_the_command_line_are_those_of_the_library():
    assert options.MOST_SEED == settings.MOST_SEED


@pytest.mark.usefixtures("few_results")
def test_no_cache_computes_again_and_keeps_nothing(faulty, tmp_path):
    for _ in range(2):
        done = run("analyse", faulty, "-o", tmp_path / "out", "--no-cache")
        assert b"Nothing has changed" not in done.stderr
    assert not (tmp_path / "out" / ".cache").exists()
    both = run(
        "analyse", faulty, "-o", tmp_path / "out", "--no-cache", "--cache", tmp_path / "store"
    )
    assert both.returncode == 2


@pytest.mark.usefixtures("few_results")
def test_analyse_writes_what_is_right_says_what_is_wrong_and_leaves_with_one(faulty, tmp_path):
    done = run("analyse", faulty, "-o", tmp_path / "out", "--lang", "zh")
    assert done.returncode == 1
    assert "错误 [unknown_reference] agreements.csv, 第 3 行, parties" in done.stderr.decode()
    assert "共 1 处错误" in done.stderr.decode()
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["problems"] == {"errors": 1, "warnings": 1}  # about 5 is no exact sum


def test_an_ending_that_is_no_format_is_wrong_usage(tmp_path):
    done = run("gaps", JINZHONG, "-o", tmp_path / "gaps.xlsx")
    assert done.returncode == 2
    assert b".csv" in done.stderr
    assert not (tmp_path / "gaps.xlsx").exists()


def test_a_month_as_of_means_its_last_day():
    done = run("summary", JINZHONG, "--as-of", "2025-06", "--format", "json", "-q")
    assert json.loads(done.stdout)["meta"]["as_of"] == "2025-06-30"


@pytest.mark.parametrize("command", commands, ids=lambda c: c.name)
def test_every_command_takes_the_common_options(command):
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--as-of", "--lang", "--settings", "--seed", "--quiet"} <= options


@pytest.mark.parametrize(
    ("command", "option", "known"),
    [
        ("project", "part", PARTS),
        ("map", "size", MEASURES),
        ("map", "renderer", RENDERERS),
        ("convert", "register", REGISTERS),
    ],
)
def test_choices_on_the_command_line_are_those_of_the_library(command, option, known):
    """They are written out there, so that help does not import the library."""
    chosen = next(p for c in commands if c.name == command for p in c.params if p.name == option)
    assert sorted(chosen.type.choices) == sorted(known)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_the_report_takes_the_form_of_its_name(tmp_path, suffix):
    file = tmp_path / f"report{suffix}"
    assert run("report", JINZHONG, "-o", file, "-q").returncode == 0
    assert file.read_bytes().startswith(b"PK")
