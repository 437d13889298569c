"""Measure how time and memory grow with the size of the register.

    python benchmarks/growth.py --sizes 1e5,1e6,1e7
    python benchmarks/growth.py --measure DATA [--everything]   # one size, in this process

Each size runs in a process of its own. Prints a Markdown table: seconds and peak memory stage by
stage, and the fitted exponents. Above a million agreements only the linear parts are measured.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clock import fit_exponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["measure"]

LINEAR = (
    "load", "project", "degree", "strength", "pagerank", "components", "communities", "gaps",
)  # fmt: skip
EVERYTHING = (*LINEAR, "core", "constraint", "eigenvector", "all centralities", "tiers")
MOST_FOR_EVERYTHING = 1_000_000  # agreements
GUIDES = {1_000_000: (600, 8), 10_000_000: (3600, 20)}  # agreements: seconds, GB
MOST_EXPONENT = 1.1
LIMIT = 7200.0  # seconds for one size


def main() -> None:
    """Measure one folder, or print the table of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="1e5,1e6,1e7", help="numbers of agreements")
    parser.add_argument("--measure", metavar="DATA")
    parser.add_argument("--everything", action="store_true")
    parser.add_argument("--scratch", type=Path, help="where registers are kept; else they go")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for one size")
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure, everything=chosen.everything)
        return
    sizes = [int(float(size)) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        print_growth(sizes, chosen.scratch or Path(scratch), limit=chosen.limit)


# One size, in this process


def measure(data: str | Path, *, everything: bool = False) -> None:
    """Run the stages on a folder, one after another; print a JSON line for each."""
    import ecograph as eg  # noqa: PLC0415 - the process that draws the registers stays small
    from ecograph import engine  # noqa: PLC0415
    from ecograph.projection import project_ties  # noqa: PLC0415

    ecosystem = _run("load", lambda: eg.load(data))
    _say(nodes=len(ecosystem.keys))
    matrix = _run("project", lambda: project_ties(ecosystem).adjacency)
    _say(ties=matrix.nnz // 2)
    _run("degree", lambda: engine.compute_degree(matrix))
    _run("strength", lambda: engine.compute_strength(matrix))
    _run("pagerank", lambda: engine.compute_pagerank(matrix))
    _run("components", lambda: engine.compute_components(matrix))
    _run("communities", lambda: eg.find_communities(ecosystem))
    _run("gaps", lambda: eg.find_gaps(ecosystem))
    if everything:
        _run("core", lambda: engine.compute_cores(matrix))
        _run("constraint", lambda: engine.compute_constraint(matrix))
        _run("eigenvector", lambda: engine.compute_eigenvector(matrix))
        ranking = _run("all centralities", lambda: eg.rank(ecosystem))
        _say(method=ranking.attrs["meta"]["method"])
        _run("tiers", lambda: eg.assign_tiers(ecosystem))


def _run(stage: str, job: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the job returns
    start = time.perf_counter()
    value = job()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    _say(stage=stage, seconds=seconds, peak=peak)
    return value


def _say(**facts: object) -> None:
    print(json.dumps(facts, default=str, ensure_ascii=False), flush=True)


# All sizes


def print_growth(sizes: list[int], scratch: Path, *, limit: float = LIMIT) -> None:
    """Draw a register of each size, measure it, and print the table."""
    counts, costs, methods = {}, {}, {}
    for size in sizes:
        data = scratch / f"register-{size}"
        counts[size] = _draw(data, size)
        everything = size <= MOST_FOR_EVERYTHING
        costs[size], methods[size] = _measure_apart(data, everything=everything, limit=limit)
    _print_counts(counts)
    _print_costs(costs)
    for size, method in methods.items():
        print(f"\nMethods at {size:,} agreements: {method}.")


def _draw(data: Path, size: int) -> dict[str, int]:
    """Draw a register in a process of its own; read its counts."""
    script = Path(__file__).parent / "registers.py"
    command = [sys.executable, str(script), str(size), "-o", str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    lines = [line.split() for line in done.stdout.splitlines()]
    return {what: int(count.replace(",", "")) for count, what in lines}


def _measure_apart(
    data: Path, *, everything: bool, limit: float
) -> tuple[dict[str, tuple[float, float]], str]:
    """Measure a folder in a process of its own: seconds and peak bytes by stage, and methods."""
    said = list(_listen(data, everything=everything, limit=limit))
    costs = {line["stage"]: (line["seconds"], line["peak"]) for line in said if "stage" in line}
    facts = {key: value for line in said if "stage" not in line for key, value in line.items()}
    facts.update(facts.pop("method", {}))
    if len(costs) < len(EVERYTHING if everything else LINEAR):
        facts["unfinished"] = f"stopped after {list(costs)[-1] if costs else 'nothing'}"
    return costs, "; ".join(f"{key} {value}" for key, value in facts.items())


def _listen(data: Path, *, everything: bool, limit: float) -> Iterator[dict[str, Any]]:
    """Take what the process says as it goes, and show it; stop it after a number of seconds."""
    options = ["--everything"] if everything else []
    command = [sys.executable, __file__, "--measure", str(data), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        timer = threading.Timer(limit, process.kill)
        timer.start()
        for line in process.stdout or ():
            print(f"{data.name}: {line}", end="", file=sys.stderr, flush=True)
            yield json.loads(line)
        timer.cancel()


def _print_counts(counts: dict[int, dict[str, int]]) -> None:
    print("| agreements | organisations | participations | pairs of parties |\n|---|---|---|---|")
    for count in counts.values():
        print("| " + " | ".join(f"{n:,}" for n in count.values()) + " |")


def _print_costs(costs: dict[int, dict[str, tuple[float, float]]]) -> None:
    """Print a row a stage: of each size seconds and peak so far, and the exponent of time."""
    print("\n| stage | " + " | ".join(f"{size:,}: s, GB" for size in costs) + " | exponent |")
    print("|---" * (len(costs) + 2) + "|")
    for stage in EVERYTHING:
        known = {size: found[stage] for size, found in costs.items() if stage in found}
        cells = [
            f"{known[size][0]:.2f}, {known[size][1] / 1e9:.2f}" if size in known else ""
            for size in costs
        ]
        print(f"| {stage} | {' | '.join(cells)} | {_say_exponent(stage, known)} |")
    totals = {size: _total(found) for size, found in costs.items()}
    cells = [f"{s:.1f}, {peak / 1e9:.2f}" for s, peak in totals.values()]
    linear = {size: _total(found, LINEAR) for size, found in costs.items()}
    print(f"| all of these | {' | '.join(cells)} | |")
    cells = [f"{s:.1f}, {peak / 1e9:.2f}" for s, peak in linear.values()]
    print(f"| the linear parts | {' | '.join(cells)} | {_say_exponent('load', linear)} |")
    memory = {size: (peak, peak) for size, (_, peak) in linear.items()}
    print(f"| memory of the linear parts | {'| ' * len(costs)}| {_say_exponent('load', memory)} |")
    guides = ["{:.0f}, {:.0f}".format(*GUIDES[size]) if size in GUIDES else "" for size in costs]
    print(f"| guide | {' | '.join(guides)} | {MOST_EXPONENT} for linear parts |")


def _total(
    found: dict[str, tuple[float, float]], stages: tuple[str, ...] = EVERYTHING
) -> tuple[float, float]:
    """Add up seconds, and take the highest peak, of some stages."""
    kept = [cost for stage, cost in found.items() if stage in stages]
    return sum(seconds for seconds, _ in kept), max((peak for _, peak in kept), default=0)


def _say_exponent(stage: str, known: dict[int, tuple[float, float]]) -> str:
    if len(known) < 2:  # noqa: PLR2004 - two points make a line
        return ""
    exponent = fit_exponent(list(known), [seconds for seconds, _ in known.values()])
    over = stage in LINEAR and exponent > MOST_EXPONENT
    return f"{exponent:.2f}{' (over)' if over else ''}"


if __name__ == "__main__":
    main()
