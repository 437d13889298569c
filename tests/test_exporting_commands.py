import sqlite3

import networkx as nx
import pytest
from builders import write_folder
from click.testing import CliRunner
from export_towns import HOSTILE, make_hostile

import ecograph as eg
from ecograph.cli.exporting import export_commands
from ecograph.errors import RegisterError

export, import_file = export_commands


@pytest.fixture
def town(tmp_path):
    return write_folder(tmp_path / "town", HOSTILE)


def run(command, *arguments):
    return CliRunner().invoke(command, [*map(str, arguments)], prog_name=f"ecograph {command.name}")


@pytest.mark.parametrize("command", export_commands, ids=lambda c: c.name)
def test_every_command_has_help_with_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"  ecograph {command.name}" in result.output.split("Example:")[1]


def test_the_ending_of_the_file_decides_the_form(tmp_path, monkeypatch):
    town = write_folder(tmp_path / "town", {"universities": "id,name\nU1,甲\n"})
    asked = []

    def export_network(_, form, *, part):
        asked.append((form, part))
        return b"network"

    def export_tables(_, path, *, form):
        asked.append((form, path.name))
        return [path]

    monkeypatch.setattr("ecograph.render.exports.export_network", export_network)
    monkeypatch.setattr("ecograph.render.exports.export_tables", export_tables)
    for name in ("a.graphml", "a.gexf", "a.cyjs", "a.json", "a.sqlite", "a.DB", "a.duckdb", "a"):
        assert run(export, town, "-o", tmp_path / name, "-q").exit_code == 0
    networks = ["graphml", "gexf", "cytoscape", "vosviewer"]
    assert asked == [
        *((form, "organisation") for form in networks),
        ("sqlite", "a.sqlite"),
        ("sqlite", "a.DB"),
        ("duckdb", "a.duckdb"),
        ("parquet", "a"),
    ]
    assert (tmp_path / "a.gexf").read_bytes() == b"network"


def test_a_part_is_exported_on_request(town, tmp_path):
    for part, nodes in (("university", 2), ("all", 18)):
        file = tmp_path / f"{part}.graphml"
        assert run(export, town, "-o", file, "--part", part).exit_code == 0
        assert len(nx.read_graphml(file)) == nodes


def test_a_form_can_be_said_where_the_ending_says_nothing(town, tmp_path):
    assert run(export, town, "-o", tmp_path / "a.data", "--format", "gexf").exit_code == 0
    assert len(nx.read_gexf(tmp_path / "a.data")) == 8


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-o", "a.xlsx"], "end the file in"),
        (["-o", "a.sqlite", "--part", "all"], "has all tables"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_read(town, arguments, reason):
    done = run(export, town, *arguments)
    assert done.exit_code == 2
    assert reason in done.output


@pytest.mark.parametrize("name", ["a.gexf", "a.sqlite"])
def test_what_was_exported_is_imported(town, name, tmp_path):
    part = [] if name == "a.sqlite" else ["--part", "all"]
    assert run(export, town, "-o", tmp_path / name, *part).exit_code == 0
    done = run(import_file, tmp_path / name, "-o", tmp_path / "again")
    assert done.exit_code == 0, done.output
    assert "Read: " in done.output
    assert repr(eg.load(tmp_path / "again")) == repr(make_hostile())


def test_the_database_answers(town, tmp_path):
    run(export, town, "-o", tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "a.db") as base:
        assert base.execute("SELECT count(*) FROM agreements_counted").fetchone() == (3,)
    base.close()


def test_a_file_that_is_neither_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("nothing")
    done = run(import_file, tmp_path / "a.txt", "-o", tmp_path / "again")
    assert isinstance(done.exception, RegisterError)
    assert not (tmp_path / "again").exists()
