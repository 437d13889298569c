"""Compare whole programs, each run in its own process, in turns, medians of 5.

    python benchmarks/programs.py main DATA [DATA ...] [--sample K]
    python benchmarks/programs.py again DATA [DATA ...]
    python benchmarks/programs.py start

main: the main job, cold and with its map, beside ``straightforward.py``. With ``--sample K`` the
script takes betweenness and harmonic closeness from K source nodes and their seconds are
extrapolated to all, linearly.
again: the main job once more on unchanged input. start: a summary of a small folder, beside
importing pandas. Each prints a Markdown table.
"""

from __future__ import annotations

import argparse
import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from clock import ROOT, Cost, compare, run_command

START_LIMIT = 0.7  # seconds


def main() -> None:
    """Print the table of a case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("data", nargs="*", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        CASES[chosen.case](chosen, Path(scratch))


def compare_main(chosen: argparse.Namespace, scratch: Path) -> None:
    """Print what the main job and the straightforward script take."""
    print("| input | ecograph, s | MB | pandas + networkx, s | MB | times faster | runs |")
    print("|---|---|---|---|---|---|---|")
    for data in chosen.data:
        theirs = functools.partial(
            run_script, data, scratch / f"by-hand-{data.name}", chosen.sample
        )
        ours = functools.partial(run_cold, data, scratch / data.name)
        costs = compare({"ecograph": ours, "script": theirs}, runs=chosen.runs)
        cells = " | ".join(f"{c.seconds:.1f} | {c.memory / 1e6:.0f}" for c in costs.values())
        ratio = costs["script"].seconds / costs["ecograph"].seconds
        print(f"| {data.name} | {cells} | {ratio:.1f} | {costs['script'].runs} |", flush=True)
    for data in chosen.data:
        print_stages(data, scratch)


def print_stages(data: Path, scratch: Path) -> None:
    """Print the stages of both programs, as their last runs recorded them."""
    record = json.loads((scratch / data.name / "run.json").read_text(encoding="utf-8"))
    listed = ", ".join(f"{stage} {s:.1f}" for stage, s in record["seconds"].items() if s >= 0.05)  # noqa: PLR2004
    print(f"\n{data.name}, seconds by stage. ecograph: {listed}.")
    stages = read_stages(scratch / f"by-hand-{data.name}")
    parts = []
    for name, stage in stages.items():
        note = f" (extrapolated from {stage['share']:.2%})" if stage["share"] < 1 else ""
        parts.append(f"{name} {stage['full']:.1f}{note}")
    print(f"Script: {', '.join(parts)}.")


def compare_again(chosen: argparse.Namespace, scratch: Path) -> None:
    """Print what the main job takes at first, and once more on unchanged input."""
    print("| input | first, s | again, s | times faster | runs |\n|---|---|---|---|---|")
    for data in chosen.data:
        out = scratch / data.name
        again = functools.partial(analyse, data, out)
        again()
        cold = functools.partial(run_cold, data, scratch / f"cold-{data.name}")
        costs = compare({"first": cold, "again": again}, runs=chosen.runs)
        first, second = (cost.seconds for cost in costs.values())
        row = f"{first:.2f} | {second:.2f} | {first / second:.1f} | {costs['again'].runs}"
        print(f"| {data.name} | {row} |", flush=True)


def compare_start(chosen: argparse.Namespace, _scratch: Path) -> None:
    """Print what a small job takes from the start, beside importing pandas."""
    jinzhong = ROOT / "data" / "jinzhong"
    contenders = {
        "ecograph summary data/jinzhong": ("-m", "ecograph", "summary", jinzhong, "-q"),
        "import pandas": ("-c", "import pandas"),
        "python alone": ("-c", "pass"),
    }
    calls = {name: functools.partial(run_command, *line) for name, line in contenders.items()}
    print("| command | seconds | runs |\n|---|---|---|")
    for name, cost in compare(calls, runs=chosen.runs).items():
        note = f" (guide: {START_LIMIT})" if name.startswith("ecograph") else ""
        print(f"| {name}{note} | {cost.seconds:.2f} | {cost.runs} |")


CASES = {"main": compare_main, "again": compare_again, "start": compare_start}


def analyse(data: Path, out: Path, *options: str) -> Cost:
    """Run the main job."""
    return run_command("-m", "ecograph", "analyse", data, "-o", out, "-q", *options)


def run_cold(data: Path, out: Path) -> Cost:
    """Run the main job without a cache, where there is one."""
    return analyse(data, out, *(["--no-cache"] if has_cache() else []))


@functools.cache
def has_cache() -> bool:
    """Say whether the program keeps results."""
    command = [sys.executable, "-m", "ecograph", "analyse", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return "--no-cache" in done.stdout


def run_script(data: Path, out: Path, sample: int | None) -> Cost:
    """Run the straightforward script; extrapolate what it did for a sample only."""
    script = ROOT / "benchmarks" / "straightforward.py"
    options = () if sample is None else ("--sample", sample)
    cost = run_command(script, data, "-o", out, *options)
    more = sum(stage["full"] - stage["measured"] for stage in read_stages(out).values())
    return cost._replace(seconds=cost.seconds + more)


def read_stages(out: Path) -> dict[str, dict[str, float]]:
    """Read what the straightforward script recorded of its stages."""
    return json.loads((out / "seconds.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
