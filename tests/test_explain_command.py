"""`ecograph explain`: from a name or figure to its rows, or a sentence that says what is close."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import write_folder
from click.testing import CliRunner
from program import run_program

from ecograph.cli.explaining import explain_commands

ROOT = Path(__file__).parent.parent
(EXPLAIN,) = explain_commands

TOWN = {
    "universities": "id,name\nU1,甲大学\n",
    "industries": "id,name\nI1,新材料\n",
    "enterprises": "id,name,industry\nE1,=乙公司,I1\nE2,[red]丙公司,I1\n",
    "agreements": "id,name,date,status,parties\nA1,一号,2024-01-02,signed,U1；E1\n",
}


@pytest.fixture
def town(tmp_path):
    return str(write_folder(tmp_path / "town", TOWN))


def invoke(*arguments):
    done = CliRunner().invoke(EXPLAIN, [*arguments, "--quiet"], catch_exceptions=False)
    return done.exit_code, done.stdout


def read_table(*arguments):
    _, text = invoke(*arguments, "--format", "csv")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_figure_is_written_with_the_rows_that_make_it(town):
    rows = read_table(town, "gaps/新材料/observed")
    assert rows[0]["what"] == "figure"
    assert rows[0]["value"] == "1"
    counted = [row for row in rows if row["what"] == "counted"]
    assert [(row["value"], row["file"], row["row"]) for row in counted] == [
        ("一号", "agreements.csv", "2")
    ]


def test_the_chosen_format_and_file_are_used(town, tmp_path):
    status, text = invoke(town, "U1", "--format", "json", "--lang", "en")
    content = json.loads(text)
    assert status == 0
    assert content["meta"]["result"] == "provenance"
    assert content["rows"][0] == {
        "what": "node",
        "value": "甲大学",
        "detail": "university；U1",
        "because": "",
        "file": "universities.csv",
        "sheet": "",
        "row": 2,
    }
    target = tmp_path / "why.csv"
    assert invoke(town, "U1", "-o", str(target)) == (0, "")
    assert "甲大学" in target.read_text(encoding="utf-8")


def test_a_person_sees_a_table_with_nothing_taken_for_markup(town):
    status, text = invoke(town, "E2")
    assert status == 0
    assert "[red]丙公司" in text
    assert "enterprises.csv" in text


def test_formulas_are_disarmed_in_files(town):
    rows = read_table(town, "E1")
    assert rows[0]["value"] == "'=乙公司"


def test_a_number_lists_the_figures_that_have_it(town):
    rows = read_table(town, "2")
    assert {row["what"] for row in rows} == {"candidate"}
    assert "gaps/I1/firms" in {row["detail"] for row in rows}


def test_an_ambiguous_name_lists_what_may_be_meant(town):
    rows = read_table(town, "公司")
    assert [row["detail"] for row in rows] == ["enterprise；E1", "enterprise；E2"]


def test_what_is_not_there_ends_with_status_1_and_what_is_close(town):
    done = run_program("explain", town, "甲大孝")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert done.stdout == b""
    assert said.startswith("ecograph: ")
    assert "甲大学" in said
    assert "Traceback" not in said


def test_help_has_an_example_and_imports_nothing_heavy():
    done = CliRunner().invoke(EXPLAIN, ["--help"])
    assert "  ecograph explain" in done.output.split("Example:")[1]
    code = "import sys, ecograph.cli.explaining; print('pandas' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True, text=True
    )
    assert found.stdout.strip() == "False"
