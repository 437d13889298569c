"""Measure things that are compared in one run: in turns, so that a slow minute hits all alike."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["ROOT", "Cost", "compare", "fit_exponent", "run_command"]

ROOT = Path(__file__).parent.parent
RUNS = 5
LONG = 60.0
"""Seconds of a round from which on fewer rounds are run."""


class Cost(NamedTuple):
    """What a command or call took: median seconds, peak memory in bytes (0: unknown), runs."""

    seconds: float
    memory: int
    runs: int


def compare(
    contenders: Mapping[str, Callable[[], object]], *, runs: int = RUNS, long: float = LONG
) -> dict[str, Cost]:
    """Run contenders in turns; return the median of each.

    Parameters
    ----------
    contenders
        What is compared, by name; one that returns a `Cost` is taken at its word, others are timed.
    runs
        Rounds; where the first took longer than ``long``, as many as fit into five times that,
        at least one.
    long
        Seconds.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    start = time.perf_counter()
    for done in range(1, runs + 1):
        for name, call in contenders.items():
            costs[name].append(_time(call))
        spent = time.perf_counter() - start
        if spent / done * (done + 1) > RUNS * long:
            break
    return {
        name: Cost(
            statistics.median(cost.seconds for cost in found),
            max(cost.memory for cost in found),
            len(found),
        )
        for name, found in costs.items()
    }


def _time(call: Callable[[], object]) -> Cost:
    start = time.perf_counter()
    value = call()
    seconds = time.perf_counter() - start
    return value if isinstance(value, Cost) else Cost(seconds, 0, 1)


def run_command(*arguments: object) -> Cost:
    """Run Python with arguments from the root of the project; return its cost.

    Its output is shown only where it fails.
    """
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, *map(str, arguments)]
    with tempfile.TemporaryFile() as log:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if os.waitstatus_to_exitcode(status) != 0:
            log.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{log.read().decode(errors='replace')}")
    return Cost(seconds, usage.ru_maxrss * 1024, 1)


def fit_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Fit the exponent of growth: the slope of log cost over log size, by least squares.

    >>> round(fit_exponent([1, 10, 100], [3, 30, 300]), 9)
    1.0
    """
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    ).slope
