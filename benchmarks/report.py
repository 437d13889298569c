"""Measure the report: how long it takes after the analysis, and how large it is.

    python benchmarks/report.py

The public registers take part where ECOGRAPH_REAL_DATA names their folder. Prints a table in the
form of benchmarks/README.md; seconds are of the processor, the analysis is that of one process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ecograph as eg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
REGISTERS = {"h2020": "h2020-2016", "anr-pia": "anr-pia", "norway-h2020": "norway-h2020"}
HEAD = ("input", "analysis, s", "index.html, s", "MB", "report.docx, s", "MB")


def main() -> None:
    """Print the table."""
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD))
    with tempfile.TemporaryDirectory() as folder:
        for name, path in list_inputs(Path(folder)):
            print("| " + " | ".join([name, *measure(path)]) + " |", flush=True)


def list_inputs(folder: Path) -> Iterator[tuple[str, Path]]:
    """List the shipped cities, and the public registers where they are."""
    for name in ("example-city", "jinzhong"):
        yield name, ROOT / "data" / name
    registers = os.environ.get("ECOGRAPH_REAL_DATA")
    if not registers:
        sys.stderr.write("ECOGRAPH_REAL_DATA is not set: no public registers.\n")
        return
    for register, source in REGISTERS.items():
        eg.save_tables(eg.convert(register, Path(registers) / source), folder / source)
        yield source, folder / source


def measure(path: Path) -> list[str]:
    """Measure one input: seconds and megabytes of what is written after the analysis."""
    ecosystem, loading = clock(lambda: eg.load(path))
    results, computing = clock(lambda: eg.compute_results(ecosystem))
    page, first = clock(
        lambda: eg.render_report(ecosystem, results, tables_href="tables", map_href="map.html")
    )
    paper, second = clock(lambda: eg.render_docx(ecosystem, results))
    sizes = (len(page.encode()) / 1e6, len(paper) / 1e6)
    return [
        f"{loading + computing:.1f}",
        f"{first:.1f}",
        f"{sizes[0]:.2f}",
        f"{second:.1f}",
        f"{sizes[1]:.2f}",
    ]


def clock(job: Callable[[], Any]) -> tuple[Any, float]:
    """Do a job, and say how many seconds of the processor it took."""
    started = time.process_time()
    done = job()
    return done, time.process_time() - started


if __name__ == "__main__":
    main()
