"""Compare pages that show a network: what they take to open, to move, to write and to keep.

    python benchmarks/pages.py                                   # prints a table; an hour or two
    python benchmarks/pages.py --sizes 5000 --only bare,sigma --rounds 1
    python benchmarks/pages.py --quick    # 1,000 nodes, bare and ecograph; fails where one fails
    python benchmarks/pages.py --write                           # also into benchmarks/README.md

The same planted graphs with given places, in headless Chromium without a graphics card and without
a network, 1280 x 800 pixels, a fresh browser for every page; contenders in turns. Processor time is
user and system time of all processes of the browser. What contenders are stands in
``pages/writers.py``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil
from clock import ROOT
from playwright.sync_api import Error, sync_playwright
from playwright.sync_api import TimeoutError as Timeout
from run import README, replace_section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserType, Page

__all__ = ["list_moves"]

HERE = Path(__file__).parent / "pages"
TITLES = {
    "bare": "bare WebGL2",
    "sigma": "sigma.js 3.0.3",
    "sigma-light": "sigma.js 3.0.3, points and lines",
    "pyvis": "pyvis 0.3.2",
    "ecograph": "ecograph",
}
SIZES = (5_000, 20_000, 100_000)
QUICK = (1_000,)
WIDTH, HEIGHT = 1280, 800
MOVES = 20
DEEPEST = 8.0  # zoom, against the whole map
LIMIT = 300.0
"""Seconds after which writing or opening is given up."""
PATIENCE = 40.0
"""Seconds after which no further move is begun."""

ARGUMENTS = (
    "--no-sandbox", "--no-first-run", "--disable-quic", "--disable-sync", "--disable-gpu-sandbox",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--enable-unsafe-swiftshader",  # WebGL by the processor
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
READY = f"async () => {{ await window.bench.ready; await ({DRAWN})(); }}"
MOVE = f"""async ([i, moving]) => {{
  const start = performance.now();
  await window.bench.move(i, moving);
  const taken = performance.now() - start;
  await ({DRAWN})();
  return taken;
}}"""


class Failure(Exception):  # noqa: N818 - a result like others, printed in the table
    """Why a contender has no figures for a size."""


class Pace(NamedTuple):
    """What a move of the camera takes, in seconds: of the processor, and by the clock."""

    processor: float
    wall: float


class Result(NamedTuple):
    """What one page took: bytes of its file, seconds, bytes of memory."""

    size: float
    writing: float
    memory: float
    opening: float
    whole: Pace
    moving: Pace


def main() -> None:
    """Measure what is chosen and print the table."""
    chosen = parse_arguments()
    found: dict[tuple[int, str], list[Result] | str] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        for done in range(chosen.rounds):
            for nodes in chosen.sizes:
                for name in chosen.only:
                    key = (nodes, name)
                    if not isinstance(results := found.get(key, []), str):
                        found[key] = add(results, play.chromium, name, nodes, Path(scratch))
                        tell(f"round {done + 1}, {nodes:,} nodes, {name}: {found[key]}")
    table = "\n".join(write_table(found, chosen.sizes, chosen.only))
    print(table)
    if chosen.write:
        command = " ".join(["python benchmarks/pages.py", *sys.argv[1:]])
        head = f"Measured on {dt.datetime.now(tz=dt.UTC).date()} by `{command}`; rounds: "
        text = chosen.write.read_text(encoding="utf-8") if chosen.write.exists() else ""
        body = f"{head}{chosen.rounds}.\n\n{table}"
        chosen.write.write_text(replace_section(text, "pages", "Pages", body), encoding="utf-8")
    if chosen.quick and any(isinstance(results, str) for results in found.values()):
        sys.exit(1)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--only", type=lambda text: text.split(","), help=", ".join(TITLES))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path, nargs="?", const=README, metavar="FILE")
    chosen = parser.parse_args()
    chosen.sizes = chosen.sizes or (QUICK if chosen.quick else SIZES)
    chosen.only = chosen.only or (["bare", "ecograph"] if chosen.quick else list(TITLES))
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    if unknown := set(chosen.only) - set(TITLES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    return chosen


def add(
    results: list[Result], chromium: BrowserType, name: str, nodes: int, scratch: Path
) -> list[Result] | str:
    """Measure a page once more; return all results, or why there are none."""
    path = scratch / f"{name}-{nodes}.html"
    try:
        return [*results, measure(chromium, name, nodes, path)]
    except Failure as failure:
        return str(failure)
    finally:
        path.unlink(missing_ok=True)


def tell(text: str) -> None:
    """Say how far it is, apart from what is printed."""
    print(text, file=sys.stderr, flush=True)


# One page


def list_moves() -> list[tuple[float, float, float]]:
    """List where the camera goes: a share of the map across and down from its middle, and zoom.

    The way leads into the map and out again; its places are taken in strides, so that those which
    a slow page comes to are near and far as all are.

    >>> moves = list_moves()
    >>> len(moves), max(zoom for _, _, zoom in moves), min(zoom for _, _, zoom in moves)
    (20, 8.0, 1.0)
    """
    path = []
    for step in range(MOVES):
        depth = 1 - abs(1 - 2 * step / MOVES)
        place = step % 5 / 10 - 0.2
        path.append((place, -place / 2, DEEPEST**depth))
    return [path[7 * step % MOVES] for step in range(MOVES)]


def measure(chromium: BrowserType, name: str, nodes: int, path: Path) -> Result:
    """Write a page, open it in a browser of its own, and move around in it."""
    written = write_page(name, nodes, path)
    size = path.stat().st_size
    browser = launch(chromium)
    try:
        page = prepare(browser)
        opening = open_page(page, name, path)
        whole, moving = (move_around(page, moving=moving) for moving in (False, True))
    except Timeout as late:
        raise Failure(f"not open within {LIMIT:.0f} s") from late
    except Error as error:
        raise Failure(f"failed: {error.message.splitlines()[0]}") from error
    finally:
        browser.close()
    return Result(size, written["seconds"], written["memory"], opening, whole, moving)


def write_page(name: str, nodes: int, path: Path) -> dict[str, float]:
    """Write a page in a process of its own; return its seconds and its peak memory."""
    command = [sys.executable, HERE / "writers.py", name, nodes, path]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [*map(str, command)], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise Failure(f"not written within {LIMIT:.0f} s") from late
    if done.returncode:
        raise Failure(done.stderr.strip().splitlines()[-1])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def launch(chromium: BrowserType) -> Browser:
    """Start the browser of the system, or else the one that came with Playwright."""
    return chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))


def prepare(browser: Browser) -> Page:
    """Make an empty page that knows the moves, as warm as a browser that somebody has open."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, bypass_csp=True)
    page.set_default_timeout(LIMIT * 1000)
    page.add_init_script(f"window.moves = {json.dumps(list_moves())};")
    page.goto("about:blank")
    page.evaluate(DRAWN)
    page.wait_for_timeout(1000)  # until the browser has done what it does after its start
    return page


def open_page(page: Page, name: str, path: Path) -> float:
    """Open a page; return the seconds of processor up to its first complete picture."""
    before = read_processor()
    page.goto(path.as_uri(), timeout=LIMIT * 1000)
    driver = HERE / f"{name}.js"
    if name == "ecograph":
        page.evaluate(driver.read_text(encoding="utf-8"))
    wait_for(page, READY)
    return read_processor() - before


def wait_for(page: Page, promise: str) -> None:
    """Wait until a promise is kept, but not for ever; fail if it is broken."""
    page.evaluate(f"""() => {{
      const keep = (value) => {{ window.kept = value; }};
      ({promise})().then(() => keep("yes"), (error) => keep(String(error)));
    }}""")
    kept = page.wait_for_function("window.kept", polling=50).json_value()
    if kept != "yes":
        raise Failure(f"failed: {kept}")


def move_around(page: Page, *, moving: bool) -> Pace:
    """Move the camera along all places, or as many as time allows; return the medians."""
    paces = []
    start = time.perf_counter()
    for place in range(MOVES):
        before = read_processor()
        wall = page.evaluate(MOVE, [place, moving]) / 1000
        paces.append(Pace(read_processor() - before, wall))
        if time.perf_counter() - start > PATIENCE:
            break
    return Pace(*map(statistics.median, zip(*paces, strict=True)))


def read_processor() -> float:
    """Read the seconds of processor of all processes of the browser, ended ones included."""
    return sum(map(read_clock, psutil.Process().children(recursive=True)))


def read_clock(process: psutil.Process) -> float:
    """Read the seconds of a process and its ended children; 0 if it is gone, or not a browser."""
    try:
        if process.name().startswith("node"):  # it drives the browser
            return 0.0
        times = process.cpu_times()
        ended = float(times.children_user + times.children_system)
        if sys.platform != "linux":
            return float(times.user + times.system) + ended
        return time.clock_gettime(~process.pid << 3 | 2) + ended  # finer: its clock, by number
    except (psutil.NoSuchProcess, OSError):
        return 0.0


# The table


def write_table(
    found: dict[tuple[int, str], list[Result] | str], sizes: Sequence[int], names: Sequence[str]
) -> Iterator[str]:
    """Write a row for each page and size, with ratios to the bare page of that size."""
    yield (
        "| nodes | page | open, processor s | move, ms of processor | wall | without lines, ms of "
        "processor | wall | file, MB | written in, s | memory, MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for nodes in sizes:
        bare = found.get((nodes, "bare"), "")
        unit = None if isinstance(bare, str) else take_medians(bare)
        for name in names:
            results = found[nodes, name]
            cells = (
                [results, *[""] * 7]
                if isinstance(results, str)
                else list_cells(take_medians(results), unit)
            )
            yield f"| {nodes:,} | {TITLES[name]} | {' | '.join(cells)} |"


def take_medians(results: Sequence[Result]) -> list[float]:
    """Take the median of each figure, in the order and units of the table."""
    rows = [
        (
            one.opening,
            *(1000 * seconds for pace in (one.whole, one.moving) for seconds in pace),
            one.size / 1e6,
            one.writing,
            one.memory / 1e6,
        )
        for one in results
    ]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def list_cells(figures: Sequence[float], unit: Sequence[float] | None) -> Iterator[str]:
    """Write figures, each with its ratio to that of the bare page."""
    for place, figure in enumerate(figures):
        ratio = f" ({figure / unit[place]:.1f})" if unit else ""
        yield f"{figure:.3g}{ratio}"


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
