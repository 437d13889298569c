"""Write docs/coverage.md: where each system of the articles is held, analysed and tested.

python docs/list_coverage.py
"""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ecograph as eg
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["SYSTEMS", "check_system", "find_figure", "read_systems", "render_list"]

ROOT = Path(__file__).parent.parent
SYSTEMS = tuple(f"S{number:02}" for number in range(1, 31))
NEEDED = ("held", "uses", "tests", "figures")
HEAD = """\
# What the articles describe, and where it is

Thirty systems of a regional innovation ecosystem that five published articles describe
(data/README.md names them). `python docs/list_coverage.py` writes this page from docs/coverage.yaml
and fails where a column is not in the schema, a function or test is not there, or a function does
not give a figure from data/jinzhong or data/weifang. Functions are those below `ecograph.analysis`,
tests those below `tests`; `test_coverage_list.py` asks for every figure of this page.

| system | articles | held in | functions | tests | figures |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Check every system, and write docs/coverage.md."""
    systems = read_systems()
    faults = [fault for system in systems for fault in check_system(system)]
    faults += find_missing(systems)
    if faults:
        raise SystemExit("\n".join(faults))
    (ROOT / "docs" / "coverage.md").write_text(render_list(systems), encoding="utf-8")


def read_systems() -> list[dict[str, Any]]:
    """Read the list of systems."""
    text = (ROOT / "docs" / "coverage.yaml").read_text(encoding="utf-8")
    systems: list[dict[str, Any]] = yaml.safe_load(text)
    return systems


def find_missing(systems: Sequence[dict[str, Any]]) -> list[str]:
    """Find the systems that are not listed once."""
    listed = [system["system"] for system in systems]
    return [
        f"{name}: listed {listed.count(name)} times" for name in SYSTEMS if listed.count(name) != 1
    ]


def check_system(system: dict[str, Any]) -> list[str]:
    """Say what a system lacks, a sentence each."""
    faults = [f"no {what}" for what in NEEDED if not system.get(what)]
    faults += [
        f"{name} is no column of the schema" for name in system["held"] if not _is_column(name)
    ]
    faults += [f"{name} is no function" for name in system["uses"] if not _is_function(name)]
    faults += [f"{name} is no test" for name in system["tests"] if not _is_test(name)]
    faults += list(_check_figures(system["figures"]))
    return [f"{system['system']}: {fault}" for fault in faults]


def find_figure(figure: dict[str, Any]) -> float:
    """Find a figure in what a function gives for a city."""
    table = _compute(figure["city"], figure["of"])
    if "meta" in figure:
        found: Any = table.attrs["meta"]["method"]
        for part in figure["meta"]:
            found = found[part]
        return float(found)
    rows = _pick(table, figure["row"])
    if "column" not in figure:
        return float(len(rows))
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} rows are {figure['row']}")
    return float(rows[figure["column"]].iloc[0])


def render_list(systems: Sequence[dict[str, Any]]) -> str:
    """Render the list as a page."""
    return HEAD + "".join(map(_render_row, systems))


def _is_column(name: str) -> bool:
    table, _, column = name.partition(".")
    tables = read_schema().tables
    return table in tables and column in tables[table].columns


def _is_function(name: str) -> bool:
    module, _, function = name.rpartition(".")
    try:
        return callable(getattr(importlib.import_module(f"ecograph.analysis.{module}"), function))
    except (ImportError, AttributeError):
        return False


def _is_test(name: str) -> bool:
    file, *path = name.split("::")
    place = ROOT / "tests" / file
    return place.is_file() and "::".join(path) in _list_tests(place)


@functools.cache
def _list_tests(place: Path) -> frozenset[str]:
    """List the tests of a file, those of a class behind its name."""
    tree = ast.parse(place.read_text(encoding="utf-8"))
    found = [(node.name, node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found += [
            (f"{group.name}::{node.name}", node)
            for node in group.body
            if isinstance(node, ast.FunctionDef)
        ]
    return frozenset(name for name, node in found if node.name.startswith("test_"))


def _check_figures(figures: Sequence[dict[str, Any]]) -> Iterator[str]:
    for figure in figures:
        try:
            found = find_figure(figure)
        except (LookupError, ValueError, TypeError, AttributeError, ImportError) as error:
            yield f"{figure['as']}: {figure['of']} of {figure['city']} gives none ({error!r})"
            continue
        if round(found, _count_decimals(figure["is"])) != figure["is"]:
            yield f"{figure['as']}: {figure['of']} of {figure['city']} gives {found}"


def _count_decimals(number: float) -> int:
    return len(str(number).partition(".")[2])


@functools.cache
def _load(city: str) -> Ecosystem:
    return eg.load(ROOT / "data" / city)


@functools.cache
def _compute(city: str, function: str) -> pd.DataFrame:
    module, _, name = function.rpartition(".")
    table: pd.DataFrame = getattr(importlib.import_module(f"ecograph.analysis.{module}"), name)(
        _load(city)
    )
    return table


def _pick(table: pd.DataFrame, row: str | dict[str, Any]) -> pd.DataFrame:
    """Pick the rows of an index label, or those that have some cells."""
    if isinstance(row, str):
        return table.loc[[row]]
    for column, value in row.items():
        table = table[table[column] == value]
    return table


def _render_row(system: dict[str, Any]) -> str:
    names = [_mark(system[what]) for what in ("held", "uses", "tests")]
    figures = "; ".join(str(figure["as"]) for figure in system["figures"])
    title = f"{system['system']} {system['name']}"
    cells = [title, ", ".join(system["seeds"]), *names, figures]
    return f"| {' | '.join(cells)} |\n"


def _mark(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    main()
