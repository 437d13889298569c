from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "coverage.md"


def load_script():
    """Load the script that makes the page; docs is no package."""
    spec = importlib.util.spec_from_file_location(
        "list_coverage", PAGE.with_name("list_coverage.py")
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


SCRIPT = load_script()
LIST = SCRIPT.read_systems()
FIRST = next(system for system in LIST if system["system"] == "S15")


def spoil(**changes):
    """Make a system that is held, analysed and tested so no more."""
    return SCRIPT.check_system(copy.deepcopy(FIRST) | changes)


def test_all_thirty_systems_are_listed_in_order():
    assert tuple(system["system"] for system in LIST) == SCRIPT.SYSTEMS
    assert SCRIPT.find_missing(LIST) == []


@pytest.mark.parametrize("system", LIST, ids=lambda system: system["system"])
def test_a_system_gives_its_figures(system):
    """Columns, functions and tests are there, and each figure is what a function gives."""
    assert SCRIPT.check_system(system) == []


def test_the_page_is_what_the_script_writes():
    assert PAGE.read_text(encoding="utf-8") == SCRIPT.render_list(LIST)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"held": []}, "S15: no held"),
        ({"figures": []}, "S15: no figures"),
        ({"held": ["indicators.colour"]}, "S15: indicators.colour is no column of the schema"),
        ({"held": ["balloons.value"]}, "S15: balloons.value is no column of the schema"),
        ({"uses": ["targets.fly"]}, "S15: targets.fly is no function"),
        ({"uses": ["balloons.fly"]}, "S15: balloons.fly is no function"),
        ({"tests": ["test_targets.py::test_fly"]}, "S15: test_targets.py::test_fly is no test"),
        ({"tests": ["test_fly.py::test_fly"]}, "S15: test_fly.py::test_fly is no test"),
        (
            {"tests": ["test_targets.py::TestJinzhong::ecosystem"]},
            "S15: test_targets.py::TestJinzhong::ecosystem is no test",
        ),
    ],
)
def test_a_row_with_something_missing_fails(changes, fault):
    assert spoil(**changes) == [fault]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"is": 25}, "gives 24.0"),
        ({"column": "colour"}, "gives none"),
        ({"row": "K999"}, "gives none"),
        ({"of": "targets.fly"}, "gives none"),
        ({"row": {"register": "技术合同登记"}}, "gives none"),
    ],
)
def test_a_figure_that_no_function_gives_fails(changes, fault):
    faults = spoil(figures=[FIRST["figures"][0] | changes])
    assert len(faults) == 1
    assert fault in faults[0]


def test_a_missing_system_fails(monkeypatch):
    assert SCRIPT.find_missing(LIST[1:]) == ["S01: listed 0 times"]
    assert SCRIPT.find_missing([*LIST, LIST[0]]) == ["S01: listed 2 times"]
    monkeypatch.setattr(SCRIPT, "read_systems", lambda: LIST[1:])
    with pytest.raises(SystemExit, match="S01: listed 0 times"):
        SCRIPT.main()


@pytest.mark.parametrize(("number", "decimals"), [(7.187, 3), (24, 0), (0.733, 3), (201.975, 3)])
def test_figures_are_compared_at_their_decimals(number, decimals):
    assert SCRIPT._count_decimals(number) == decimals  # noqa: SLF001 - what a typed figure promises
