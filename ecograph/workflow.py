"""The main job: from a folder of registers to tables, a report and a map."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import platform
import re
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecograph.analysis.centrality import rank
from ecograph.analysis.communities import find_communities
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.gaps import cross_disciplines, find_gaps
from ecograph.analysis.overview import compare_indicators, summarise
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.output import render_csv, sweep_leftovers, write_bytes
from ecograph.problems import tabulate_problems
from ecograph.projection import project_ties
from ecograph.render.maps import to_html
from ecograph.render.report import render_report
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import pandas as pd

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings

__all__ = ["STAGES", "Run", "analyse", "compute_results", "tabulate_nodes"]

_RESULTS: dict[str, Callable[[Ecosystem], pd.DataFrame]] = {
    "summary": summarise,
    "centrality": rank,
    "communities": find_communities,
    "gaps": find_gaps,
    "pairs": cross_disciplines,
    "dimensions": measure_dimensions,
    "tiers": assign_tiers,
    "coverage": compare_indicators,
}
STAGES = ("load", *_RESULTS, "network", "map", "report", "write")
"""What `analyse` does, in this order."""

_LIBRARIES = ("networkit", "networkx", "numpy", "pandas", "pyvis", "scipy")
_NO_INDEX = {"summary", "pairs"}
_UNDERWAY = ".ecograph-run"  # lists what is being written, until run.json does
_NAME = re.compile(r"(tables/)?[a-z_]+\.(csv|html)")


@dataclass
class Run:
    """What a run made and how long its stages took.

    Parameters
    ----------
    ecosystem
        What was loaded.
    results
        Every result table by name.
    seconds
        Wall time of each stage.
    files
        SHA-256 of every file written, by its path in OUT.
    """

    ecosystem: Ecosystem
    results: dict[str, pd.DataFrame] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def analyse(
    data: str | Path,
    out: str | Path,
    *,
    settings: Settings | Mapping[str, Any] | None = None,
    watch: Callable[[str], AbstractContextManager[object]] = contextlib.nullcontext,
) -> Run:
    """Do the main job: load, analyse, and write tables, report and map into a folder.

    Parameters
    ----------
    data
        Folder or workbook.
    out
        The folder to fill. Nothing is written before everything is computed; ``run.json`` is
        written last; files that ecograph did not write are never touched.
    settings
        As for `ecograph.load`.
    watch
        Opened with the name of each stage while it runs (progress).

    Returns
    -------
    Run
        The ecosystem, all results, and what was written.

    Raises
    ------
    DataError, SettingsError
        If the input cannot be used, or OUT is the input.
    OSError
        If OUT cannot be written.
    """
    source, folder = Path(data), Path(out)
    if source.resolve() in {folder.resolve(), folder.resolve() / "tables"}:
        raise SettingsError(f"{folder} holds the input; choose another folder for the results.")
    started = dt.datetime.now(tz=dt.UTC)
    seconds: dict[str, float] = {}
    with _time_stage("load", seconds, watch):
        ecosystem = load(source, settings=settings)
    run = Run(ecosystem, seconds=seconds)
    for name, compute in _RESULTS.items():
        with _time_stage(name, seconds, watch):
            run.results[name] = compute(ecosystem)
    contents = _render_files(run, watch)
    with _time_stage("write", seconds, watch):
        _write_files(run, folder, contents)
    record = _record_run(run, started)
    write_bytes(folder / "run.json", record)
    (folder / _UNDERWAY).unlink()
    return run


def compute_results(ecosystem: Ecosystem) -> dict[str, pd.DataFrame]:
    """Compute every result table of an ecosystem, by name."""
    return {name: compute(ecosystem) for name, compute in _RESULTS.items()}


def tabulate_nodes(ecosystem: Ecosystem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out nodes and edges for files: without row numbers, so that row order does not matter."""
    return ecosystem.nodes.drop(columns="row"), ecosystem.edges.drop(columns="row")


@contextlib.contextmanager
def _time_stage(
    name: str,
    seconds: dict[str, float],
    watch: Callable[[str], AbstractContextManager[object]],
) -> Iterator[None]:
    start = time.perf_counter()
    with watch(name):
        yield
    seconds[name] = round(time.perf_counter() - start, 3)


def _render_files(
    run: Run, watch: Callable[[str], AbstractContextManager[object]]
) -> dict[str, bytes]:
    """Render every file of OUT but run.json."""
    ecosystem, results = run.ecosystem, run.results
    files = {
        f"tables/{name}.csv": render_csv(table, index=name not in _NO_INDEX)
        for name, table in results.items()
    }
    with _time_stage("network", run.seconds, watch):
        ties = project_ties(ecosystem).ties
        nodes, edges = tabulate_nodes(ecosystem)
        files["tables/organisations_network.csv"] = render_csv(ties, index=False)
        files["tables/nodes.csv"] = render_csv(nodes)
        files["tables/edges.csv"] = render_csv(edges, index=False)
    problems = tabulate_problems(ecosystem.problems, ecosystem.lang)
    files["problems.csv"] = render_csv(problems, index=False)
    with _time_stage("map", run.seconds, watch):
        page = to_html(ecosystem, ranking=results["centrality"])
        files["map.html"] = page.encode("utf-8")
    with _time_stage("report", run.seconds, watch):
        page = render_report(ecosystem, results, tables_href="tables", map_href="map.html")
        files["index.html"] = page.encode("utf-8")
    return files


def _write_files(run: Run, folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write every file; a list of them stands in the folder while that is under way."""
    sweep_leftovers(folder)
    earlier = _read_outputs(folder / "run.json")
    underway = folder / _UNDERWAY
    _refuse_foreign(folder, {*contents, "run.json"}, {**_read_outputs(underway), **earlier})
    listed = {"outputs": dict.fromkeys(contents, "")}
    write_bytes(underway, json.dumps(listed).encode())
    _remove_outdated(folder, set(contents), earlier)
    for name, data in sorted(contents.items()):
        write_bytes(folder / name, data)
        run.files[name] = hashlib.sha256(data).hexdigest()


def _read_outputs(path: Path) -> dict[str, str]:
    """Read which files a run wrote, or was about to write; only names that ecograph gives."""
    try:
        outputs = json.loads(path.read_text(encoding="utf-8"))["outputs"]
        found = {str(name): str(sha) for name, sha in outputs.items() if _NAME.fullmatch(name)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {**found, "run.json": ""}


def _refuse_foreign(folder: Path, wanted: set[str], ours: Mapping[str, str]) -> None:
    foreign = sorted(name for name in wanted if name not in ours and (folder / name).exists())
    if foreign:
        raise SettingsError(
            f"{folder} holds files that ecograph did not write: {', '.join(foreign[:5])}. "
            "Choose another folder, or move them."
        )


def _remove_outdated(folder: Path, kept: set[str], earlier: Mapping[str, str]) -> None:
    """Remove files that an earlier run wrote, unchanged since, and this one does not."""
    for name in sorted(set(earlier) - kept - {"run.json"}):
        file = folder / name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == earlier[name]:
            file.unlink()


def _record_run(run: Run, started: dt.datetime) -> bytes:
    ecosystem = run.ecosystem
    accounts = ecosystem.accounts
    totals = accounts[["rows", "used", "rejected", "blank"]].sum()
    record = {
        "ecograph": __version__,
        "ecosystem": ecosystem.name,
        "synthetic": ecosystem.synthetic,
        "as_of": str(ecosystem.as_of) if ecosystem.as_of else None,
        "inputs": dict(sorted(ecosystem.hashes.items())),
        "settings": ecosystem.settings.to_dict(),
        "seed": ecosystem.settings.seed,
        "rows": {str(k): int(v) for k, v in totals.items()},
        "rows_by_file": accounts.to_dict(orient="records"),
        "problems": {
            "errors": len(ecosystem.errors),
            "warnings": len(ecosystem.problems) - len(ecosystem.errors),
        },
        "agreements_counted": len(ecosystem.counted),
        "outputs": dict(sorted(run.files.items())),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
        "started": started.isoformat(timespec="seconds"),
        "seconds": run.seconds,
    }
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
