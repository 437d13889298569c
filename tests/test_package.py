import ast
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import ecograph

ROOT = Path(ecograph.__file__).parent
MODULES = sorted(m.name for m in pkgutil.walk_packages([str(ROOT)], "ecograph."))


def test_everything_that_is_promised_can_be_imported():
    missing = [name for name in ecograph.__all__ if not hasattr(ecograph, name)]
    assert missing == []


@pytest.mark.parametrize("name", [m for m in MODULES if m != "ecograph.__main__"])
def test_public_names_exist_and_say_what_they_are(name):
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        value = getattr(module, public)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert inspect.getdoc(value), f"{name}.{public} has no docstring"


def public_functions():
    for name in MODULES:
        module = importlib.import_module(name) if name != "ecograph.__main__" else None
        for public in getattr(module, "__all__", ()):
            value = getattr(module, public)
            if inspect.isfunction(value) and value.__module__ == name:
                yield f"{name}.{public}", value


def test_public_functions_take_at_most_three_positional_parameters():
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    too_many = [
        name
        for name, function in public_functions()
        if sum(p.kind in kinds for p in inspect.signature(function).parameters.values()) > 3
        and ".cli." not in name
    ]
    assert too_many == []


def test_nothing_prints_outside_the_command_line():
    printing = [
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if "cli" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert printing == []


@pytest.mark.parametrize(
    "command", [["--help"], ["summary", "data/jinzhong", "-q"], ["check", "data/jinzhong", "-q"]]
)
def test_a_small_command_does_not_import_the_heavy_libraries(command):
    heavy = ["IPython", "matplotlib", "networkit", "pyvis", "scipy.stats", "openpyxl", "jinja2"]
    code = (
        "import sys\n"
        "from ecograph.cli import cli\n"
        f"cli.main({command!r}, standalone_mode=False)\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT.parent,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"
