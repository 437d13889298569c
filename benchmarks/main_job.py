"""Run the main job on every input at hand: wall time by stage, peak memory, same bytes or not.

    python benchmarks/main_job.py            # and the registers at ECOGRAPH_REAL_DATA, if it is set
    python benchmarks/main_job.py --seeds 8  # also the bytes, PYTHONHASHSEED 0 to 7, rows shuffled

Writes nothing but a temporary folder; prints Markdown tables for benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
REGISTERS = {"h2020": "h2020-2016", "anr-pia": "anr-pia", "norway-h2020": "norway-h2020"}
LIMIT_SECONDS, LIMIT_BYTES = 60, 2e9
SHOWN_SECONDS = 0.1


def main() -> None:
    """Print one table of times and, on request, one of bytes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=0, help="hash seeds to compare bytes under")
    seeds = parser.parse_args().seeds
    with tempfile.TemporaryDirectory() as scratch:
        inputs = find_inputs(Path(scratch))
        print("| input | seconds | peak memory, MB | stages over 0.1 s |\n|---|---|---|---|")
        for name, data in inputs.items():
            print_run(name, data, Path(scratch) / f"out-{name}")
        if seeds:
            print("\n| input | hash seeds, shuffles | files compared | distinct outputs |")
            print("|---|---|---|---|")
            for name, data in inputs.items():
                print_bytes(name, data, Path(scratch), seeds)


def find_inputs(scratch: Path) -> dict[str, Path]:
    """Find the shipped data, and convert the public registers where they are at hand."""
    inputs = {name: ROOT / "data" / name for name in ("jinzhong", "weifang", "example-city")}
    real = os.environ.get("ECOGRAPH_REAL_DATA")
    if real is None:
        print("ECOGRAPH_REAL_DATA is not set: the public registers are left out.\n")
        return inputs
    for register, folder in REGISTERS.items():
        inputs[register] = scratch / register
        ecograph("convert", register, Path(real) / folder, "-o", inputs[register], "-q")
    return inputs


def print_run(name: str, data: Path, out: Path) -> None:
    """Print a row of the table of times."""
    start = time.perf_counter()
    memory = ecograph("analyse", data, "-o", out, "-q")
    seconds = time.perf_counter() - start
    stages = json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"]
    listed = ", ".join(f"{stage} {s:.1f}" for stage, s in stages.items() if s > SHOWN_SECONDS)
    print(f"| {name} | {seconds:.1f} | {memory / 1e6:.0f} | {listed} |", flush=True)
    if seconds > LIMIT_SECONDS or memory > LIMIT_BYTES:
        sys.exit(f"{name} is over {LIMIT_SECONDS} s or {LIMIT_BYTES / 1e9:.0f} GB")


def print_bytes(name: str, data: Path, scratch: Path, seeds: int) -> None:
    """Print how many different outputs hash seeds and row orders give (1 is right).

    Problems name the rows they stand in, so where there are any, the files that list them are
    left out of the comparison.
    """
    found = set()
    for seed in range(seeds):
        shuffled = scratch / f"shuffled-{name}-{seed}"
        shuffle_rows(data, shuffled, seed)
        out = scratch / f"bytes-{name}-{seed}"
        ecograph("analyse", shuffled, "-o", out, "-q", hash_seed=seed)
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        left_out = {"problems.csv", "index.html"} if any(record["problems"].values()) else set()
        files = set(record["outputs"]) - left_out
        found.add(hash_files(out, files))
    print(f"| {name} | {seeds} | {len(files)} | {len(found)} |", flush=True)
    if len(found) != 1:
        sys.exit(f"{name}: the bytes depend on hash seed or row order")


def shuffle_rows(data: Path, target: Path, seed: int) -> None:
    """Copy a folder of CSV files, its rows in another order (seed 0: as they are)."""
    target.mkdir(parents=True)
    for file in sorted(data.iterdir()):
        if file.suffix != ".csv":
            (target / file.name).write_bytes(file.read_bytes())
            continue
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        if seed:
            random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
        with (target / file.name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])


def hash_files(out: Path, files: Iterable[str]) -> str:
    """Hash files of OUT, names and bytes."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + (out / name).read_bytes())
    return digest.hexdigest()


def ecograph(*arguments: object, hash_seed: int | None = None) -> int:
    """Run the program; return its peak memory in bytes."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    if hash_seed is not None:
        environment["PYTHONHASHSEED"] = str(hash_seed)
    command = [sys.executable, "-m", "ecograph", *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 - our own program
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in {0, 1}:
        sys.exit(f"{' '.join(command)} failed")
    return usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
