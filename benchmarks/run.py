"""Run all benchmarks and write their tables into benchmarks/README.md.

    python benchmarks/run.py                        # everything; hours, most of it 10^7 agreements
    python benchmarks/run.py --quick                # small inputs, one round; writes no file
    python benchmarks/run.py --only start --only project
    python benchmarks/run.py --sizes 1e5,1e6 --only growth
    python benchmarks/run.py --only main --whole    # networkx to its end on h2020: hours

Public registers take part where ECOGRAPH_REAL_DATA names their folder. Each section of the README
stands between two markers; what stands outside of them is kept.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fp7
import registers
from clock import ROOT, run_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SECTIONS", "replace_section"]

HERE = Path(__file__).parent
README = HERE / "README.md"
LIBRARIES = (
    "ecograph", "networkx", "networkit", "numpy", "pandas", "pyarrow", "pyvis", "scipy",
    "igraph", "rustworkx", "scikit-network",
)  # fmt: skip
SAMPLE = 200  # source nodes of networkx on h2020

Line = tuple[object, ...]


class Plan(NamedTuple):
    """What is to be run: folders of small, public and drawn registers, and how much of it."""

    small: Path
    public: dict[str, Path]
    drawn: dict[int, Path]
    sizes: str
    scratch: Path
    quick: bool
    whole: bool

    @property
    def rounds(self) -> Line:
        """The option for the number of rounds."""
        return ("--runs", 1) if self.quick else ()

    def list_data(self) -> list[Path]:
        """List all folders."""
        return [self.small, *self.public.values(), *self.drawn.values()]


def main() -> None:
    """Run what is chosen; print it, and write it into the README."""
    chosen = parse_arguments()
    names = chosen.only or list(SECTIONS)
    with tempfile.TemporaryDirectory() as temporary:
        plan = prepare(chosen, chosen.scratch or Path(temporary))
        text = README.read_text(encoding="utf-8") if README.exists() else "# Benchmarks\n"
        for name in names:
            title, list_lines = SECTIONS[name]
            print(f"\n## {title}\n", flush=True)
            body = "\n\n".join(run_script(line) for line in list_lines(plan))
            head = f"Measured on {chosen.date} by `python benchmarks/run.py --only {name}`."
            text = replace_section(text, name, title, f"{head}\n\n{body}")
            text = replace_section(text, "machine", "Machine", describe_machine())
            if not chosen.quick:
                README.write_text(text, encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small inputs, one round, no file")
    parser.add_argument("--sizes", help="agreements of the registers that are drawn for growth")
    parser.add_argument("--only", action="append", choices=list(SECTIONS), metavar="SECTION")
    parser.add_argument("--whole", action="store_true", help="networkx on all nodes of h2020")
    parser.add_argument("--scratch", type=Path, help="where inputs are kept; else they go")
    parser.add_argument("--date", default=str(dt.datetime.now(tz=dt.UTC).date()))
    chosen = parser.parse_args()
    chosen.sizes = chosen.sizes or ("1e3,3e3" if chosen.quick else "1e5,1e6,1e7")
    return chosen


def prepare(chosen: argparse.Namespace, scratch: Path) -> Plan:
    """Convert the public registers and draw the smaller ones."""
    public: dict[str, Path] = {}
    real = os.environ.get("ECOGRAPH_REAL_DATA")
    if real and not chosen.quick:
        public = {"h2020": scratch / "h2020-2016", "fp7": scratch / "fp7"}
        source = Path(real) / "h2020-2016"
        run_command("-m", "ecograph", "convert", "h2020", source, "-o", public["h2020"], "-q")
        fp7.convert(Path(real) / "fp7", public["fp7"])
    drawn = {
        size: scratch / f"drawn-{size}" for size in ([1000] if chosen.quick else [10**4, 10**5])
    }
    for size, folder in drawn.items():
        registers.write_register(folder, size)
    return Plan(
        small=ROOT / "data" / "example-city",
        public=public,
        drawn=drawn,
        sizes=chosen.sizes,
        scratch=scratch,
        quick=chosen.quick,
        whole=chosen.whole,
    )


def run_script(line: Line) -> str:
    """Run a script of this folder; show and return what it prints."""
    command = [sys.executable, str(HERE / str(line[0])), *map(str, line[1:])]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    printed = []
    with subprocess.Popen(  # noqa: S603 - our own scripts
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        for text in process.stdout or ():
            print(text, end="", flush=True)
            printed.append(text)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return "".join(printed).strip()


# The sections


def list_main(plan: Plan) -> Iterator[Line]:
    """Run the main job beside the straightforward script."""
    yield ("programs.py", "main", plan.small, *plan.rounds)
    sample = () if plan.whole else ("--sample", SAMPLE)
    if "h2020" in plan.public:
        yield ("programs.py", "main", plan.public["h2020"], *sample, "--runs", 3)


def list_again(plan: Plan) -> Iterator[Line]:
    """Run the main job again on unchanged input."""
    inputs = [plan.small, *(plan.public[name] for name in plan.public if name == "h2020")]
    yield ("programs.py", "again", *inputs, *plan.rounds)


def list_start(plan: Plan) -> Iterator[Line]:
    """Run a small job from the start."""
    yield ("programs.py", "start", *plan.rounds)


def list_centrality(plan: Plan) -> Iterator[Line]:
    """Run the measures beside every library, networkx on small networks only."""
    small = [plan.small, *list(plan.drawn.values())[:1]]
    large = [path for name, path in plan.public.items() if name == "h2020"]
    yield ("centrality.py", *small[:1], *plan.rounds)
    if not plan.quick:
        yield ("centrality.py", "--without", "networkx", *small[1:], *large)


def list_project(plan: Plan) -> Iterator[Line]:
    """Run the projection beside three ways by hand."""
    yield ("parts.py", "project", *plan.list_data(), *plan.rounds)


def list_gaps(plan: Plan) -> Iterator[Line]:
    """Run gaps and location quotients where there are industries."""
    yield ("parts.py", "gaps", plan.small, *plan.drawn.values(), *plan.rounds)


def list_load(plan: Plan) -> Iterator[Line]:
    """Load all inputs."""
    yield ("parts.py", "load", *plan.list_data(), *plan.rounds)


def list_growth(plan: Plan) -> Iterator[Line]:
    """Measure all sizes."""
    yield ("growth.py", "--sizes", plan.sizes, "--scratch", plan.scratch)


def list_bytes(plan: Plan) -> Iterator[Line]:
    """Run the main job on every input, also under hash seeds and with rows shuffled."""
    yield ("main_job.py", "--seeds", 2 if plan.quick else 8)


SECTIONS: dict[str, tuple[str, Callable[[Plan], Iterator[Line]]]] = {
    "main": ("The main job, cold, beside pandas + networkx", list_main),
    "again": ("The main job again on unchanged input", list_again),
    "start": ("A small job from a cold start", list_start),
    "load": ("Loading", list_load),
    "project": ("Projection", list_project),
    "gaps": ("Gaps and location quotients", list_gaps),
    "centrality": ("Centralities on a ready-made network", list_centrality),
    "growth": ("Time and memory against size", list_growth),
    "bytes": ("Every input: stages, memory, same bytes", list_bytes),
}


# The README


def replace_section(text: str, name: str, title: str, body: str) -> str:
    r"""Put a body between the markers of a section, or append the section with its title.

    >>> page = replace_section("# Page\n", "a", "Title", "old")
    >>> replace_section(page, "a", "Title", "new") == page.replace("old", "new")
    True
    """
    first, last = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{first}\n\n{body.strip()}\n\n{last}"
    if first not in text:
        return f"{text.rstrip()}\n\n## {title}\n\n{section}\n"
    before, _, rest = text.partition(first)
    _, _, after = rest.partition(last)
    return f"{before}{section}{after}"


def describe_machine() -> str:
    """Describe the machine and the versions."""
    versions = ", ".join(f"{name} {version}" for name, version in list_versions())
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{os.cpu_count()} cores of {read_processor()}, {gigabytes:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}; {versions}."
    )


def list_versions() -> Iterator[tuple[str, str]]:
    """List the libraries that are installed."""
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


def read_processor() -> str:
    """Read the name of the processor, where the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    found = re.search(r"model name\s*: (.*)", text)
    return f"{found[1]} ({platform.machine()})" if found else platform.machine()


if __name__ == "__main__":
    main()
