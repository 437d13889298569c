"""What a command imports decides how long a person waits for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = [
    "IPython",
    "calamine",
    "ecograph.engine",
    "ecograph.render",
    "ecograph.rules",
    "jinja2",
    "matplotlib",
    "networkit",
    "networkx",
    "openpyxl",
    "pandas.plotting._matplotlib",
    "pyvis",
    "rich.live",
    "rich.progress",
    "scipy.sparse",
    "scipy.stats",
]


def list_imports(code, *arguments):
    """Run code in a fresh interpreter; return the names of everything it imported."""
    code += "\nimport json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=True,
        text=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def run_command(*arguments):
    code = "import sys\nfrom ecograph.cli import cli\ncli.main(sys.argv[1:], standalone_mode=False)"
    return list_imports(code, *arguments)


@pytest.mark.parametrize("arguments", [["--help"], ["analyse", "--help"], ["centrality", "--help"]])
def test_help_imports_only_what_lays_out_the_commands(arguments):
    heavy = {*HEAVY, "numpy", "pandas", "pyarrow", "rich", "scipy", "yaml"}
    assert heavy & run_command(*arguments) == set()


@pytest.mark.parametrize("command", ["summary", "check"])
def test_a_small_command_imports_no_library_of_the_large_ones(command):
    assert set(HEAVY) & run_command(command, "data/jinzhong", "-q") == set()


def test_the_library_imports_the_others_when_they_are_asked_for():
    heavy = {*HEAVY, "click", "numpy", "pandas", "pyarrow", "rich", "scipy", "yaml"}
    assert heavy & list_imports("import ecograph") == set()
