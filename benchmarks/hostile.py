"""Open hostile files with the command line and see that nothing worse happens than a message.

Each file goes through ``ecograph read FILE --format json`` and, in a folder of its own, through
``ecograph check FOLDER``, in a process that is forked from a warm one, so that a thousand cases
take minutes. Measured are the exit status, the signal, the word Traceback, the last door of the
program ("a fault of ecograph"), seconds, and the resident memory of the process and all that it
started. What is allowed: status 0 or 1 (2, wrong usage, where the path is no regular file), ten
seconds, a gigabyte.

    python benchmarks/hostile.py [--only GROUP] [--step 1] [--jobs 2] [--misses FILE --keep FOLDER]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hostile_files import Hostile, list_cases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Result", "find_faults", "list_lines", "run_case", "warm_up"]

SECONDS, MEGABYTES = 10.0, 1024.0
_DEADLINE = 40.0
_PAUSE = 0.02  # seconds between two looks at a running command
_SPACE = 12 << 30  # bytes of address space that a case may take, so that the machine survives
_DOOR = "This is a fault of ecograph"
_LARGEST_KEPT = 20 << 20
_SHORT = (
    *("cut_xlsx_40", "cut_xls_60", "cut_parquet_90", "cut_sqlite_60", "cut_json_80", "cut_yaml_20"),
    *("flip_xlsx_03", "png_as_xlsx", "xlsx_as_csv", "encrypted_zip_xlsx", "random_700_duckdb"),
    *("zeros_sheet_10000MB", "overlapping", "sparse_A1_XFD1048576", "ods_repeated_more"),
    *("laughs_utf-8_xl_worksheets_sheet1.xml", "list_100000.json", "list_100000.yaml"),
    *("aliases.yaml", "value_digits", "raw_name_0", "facts_deep", "fifo_csv"),
)
_PIECE = 60  # cases that one process runs before it is started anew


@dataclass(frozen=True)
class Result:
    """What one command did with one file.

    Parameters
    ----------
    group, name, command
        The case, and read or check.
    status
        Of the exit; minus the signal where one ended it.
    seconds, cpu, megabytes
        Wall time; time of the processor, which a busy machine does not stretch; the most
        resident memory of it and its children.
    traceback, door
        Whether it wrote the word Traceback, or that the fault is its own.
    odd
        Whether status 2 is right too.
    said
        The end of what it wrote.
    """

    group: str
    name: str
    command: str
    status: int
    seconds: float
    cpu: float
    megabytes: float
    traceback: bool
    door: bool
    odd: bool
    said: str


def warm_up() -> None:
    """Import what the commands import, so that a fork has it."""
    import ecograph.cli  # noqa: PLC0415
    import ecograph.loader  # noqa: PLC0415
    import ecograph.reading.sources  # noqa: F401, PLC0415


def run_case(case: Hostile, folder: Path, *, deadline: float = _DEADLINE) -> list[Result]:
    """Make a file, and run both commands on it.

    Parameters
    ----------
    case
        The file.
    folder
        An empty folder, which is emptied afterwards.
    deadline
        Seconds after which a command is killed.
    """
    place = folder / "data"
    place.mkdir()
    path = case.make(place)
    results = []
    for command in ("read", "check"):
        words = (
            ["read", str(path), "--format", "json"] if command == "read" else ["check", str(place)]
        )
        log = folder / "log"
        log.write_bytes(b"")
        status, seconds, cpu, megabytes = _run(words, log, deadline)
        said = _read_log(log)
        results.append(
            Result(
                case.group,
                case.name,
                command,
                status,
                round(seconds, 2),
                round(cpu, 2),
                round(megabytes, 1),
                "Traceback (most recent" in said,
                _DOOR in said,
                case.odd,
                said[-400:],
            )
        )
    return results


def _read_log(path: Path) -> str:
    """Read the start and the end of what was written."""
    with path.open("rb") as stream:
        text = stream.read(1 << 20)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - (1 << 16), 0))
        return (text + b"\n" + stream.read()).decode(errors="replace")


def _run(words: list[str], log: Path, deadline: float) -> tuple[int, float, float, float]:
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        _become(words, log)
    peak, cpu, status = 0.0, 0.0, None
    while status is None:
        done, code, usage = os.wait4(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
            peak = max(peak, usage.ru_maxrss / 1024)
            cpu = usage.ru_utime + usage.ru_stime
        elif time.monotonic() - start > deadline:
            with contextlib.suppress(ProcessLookupError):  # it may just have ended
                os.killpg(child, signal.SIGKILL)
            time.sleep(0.05)
        else:
            peak = max(peak, _weigh(child))
            time.sleep(_PAUSE)
    seconds = time.monotonic() - start
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what the case may have left behind
    return status, seconds, cpu, peak


def _become(words: list[str], log: Path) -> None:
    """Be the command, in a group of its own and with limits; never return."""
    status = 99
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (_SPACE, _SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv = ["ecograph", *words]
        from ecograph.cli import main  # noqa: PLC0415

        main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - to be seen as what it is
        import traceback  # noqa: PLC0415

        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)


def _weigh(child: int) -> float:
    """Weigh a process and what it started, in megabytes resident; shared pages count once."""
    size, waiting = 0.0, [child]
    while waiting:
        number = waiting.pop()
        with contextlib.suppress(OSError, ValueError, IndexError):
            shares = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
            size += int(shares.partition("\nPss:")[2].split()[0]) / 1024
            listed = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii")
            waiting += [int(word) for word in listed.split()]
    return size


def find_faults(result: Result) -> list[str]:
    """Name what a command did that it must not do."""
    allowed = {0, 1, 2} if result.odd else {0, 1}
    checks = {
        f"signal {-result.status}": result.status < 0,
        f"status {result.status}": result.status >= 0 and result.status not in allowed,
        "traceback": result.traceback,
        "last door": result.door,
        f"{result.seconds:.0f} s": result.seconds > SECONDS,
        f"{result.megabytes:.0f} MB": result.megabytes > MEGABYTES,
    }
    return [name for name, wrong in checks.items() if wrong]


def list_lines(results: Sequence[Result]) -> Iterator[str]:
    """Write the results as Markdown, a class a row."""
    yield (
        "| class | files | exit 0 | exit 1 | other exit | signals | tracebacks | last door "
        "| over 10 s | over 1 GB | longest s | most cpu s | most MB |"
    )
    yield "|---" * 13 + "|"
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.group].append(result)
    for name in sorted(groups):
        yield _format(name, groups[name])
    yield _format("**all**", results)


def _format(name: str, results: Sequence[Result]) -> str:
    counts = (
        len({r.name for r in results}),
        sum(r.status == 0 for r in results),
        sum(r.status == 1 for r in results),
        sum(r.status > 1 for r in results),
        sum(r.status < 0 for r in results),
        sum(r.traceback for r in results),
        sum(r.door for r in results),
        sum(r.seconds > SECONDS for r in results),
        sum(r.megabytes > MEGABYTES for r in results),
        max((r.seconds for r in results), default=0),
        max((r.cpu for r in results), default=0),
        max((r.megabytes for r in results), default=0),
    )
    return f"| {name} | " + " | ".join(f"{count:g}" for count in counts) + " |"


def list_misses(results: Sequence[Result], keep: Path | None) -> Iterator[str]:
    """List by class what must not happen, with what was said."""
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        for fault in find_faults(result):
            kind = fault if not fault[0].isdigit() else fault.split()[1]
            groups[result.group, kind].append(result)
    for (group, kind), found in sorted(groups.items()):
        names = ", ".join(dict.fromkeys(r.name for r in found))
        yield f"- **{group}: {kind}** x {len(found)}: {names[:300]}"
        first = found[0]
        where = f"{keep}/{first.name}" if keep else first.name
        cost = f"{first.seconds} s, cpu {first.cpu} s, {first.megabytes} MB"
        yield f"  - {first.command} {where}: {cost}: {first.said.strip()[-300:]!r}"


def _run_part(task: tuple[list[int], str, int, int, str]) -> list[Result]:
    numbers, bases, seed, step, keep = task
    warm_up()
    cases = list_cases(Path(bases), seed=seed, step=step)
    results: list[Result] = []
    for number in numbers:
        folder = Path(tempfile.mkdtemp(dir=Path(bases).parent))
        found = run_case(cases[number], folder)
        if keep and any(find_faults(result) for result in found):
            _keep(folder / "data", Path(keep) / cases[number].name)
        results += found
        shutil.rmtree(folder, ignore_errors=True)
    return results


def _keep(source: Path, target: Path) -> None:
    size = sum(p.stat().st_size for p in source.iterdir() if p.is_file() and not p.is_symlink())
    if size <= _LARGEST_KEPT:
        shutil.rmtree(target, ignore_errors=True)
        with contextlib.suppress(OSError, shutil.Error):  # a pipe cannot be kept
            shutil.copytree(source, target, symlinks=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=int, default=1, help="Percent between truncations.")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="Classes to run, parts of names, by comma.")
    parser.add_argument("--short", action="store_true", help="Run some twenty quick ones.")
    parser.add_argument("--keep", type=Path, help="Folder for the files that did harm.")
    parser.add_argument("--misses", type=Path, help="File for the list of misses.")
    parser.add_argument("--results", type=Path, help="File for every result, JSON lines.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        bases = Path(room) / "bases"
        bases.mkdir()
        writer = str(Path(__file__).with_name("hostile_files.py"))
        words = [sys.executable, writer, str(bases), *(["--plain"] if chosen.short else [])]
        subprocess.run(words, check=True)  # noqa: S603
        cases = list_cases(bases, seed=chosen.seed, step=chosen.step)
        numbers = [
            n
            for n, case in enumerate(cases)
            if any(word in case.group for word in chosen.only.split(","))
        ]
        if chosen.short:
            numbers = [n for n in numbers if cases[n].name in _SHORT]
        pieces = max(1, len(numbers) // _PIECE)
        parts = [numbers[n::pieces] for n in range(pieces)]
        keep = str(chosen.keep or "")
        tasks = [(part, str(bases), chosen.seed, chosen.step, keep) for part in parts]
        with multiprocessing.Pool(chosen.jobs, maxtasksperchild=1) as pool:
            results = []
            for part in pool.imap_unordered(_run_part, tasks):
                results += part
                _write_files(results, chosen.misses, chosen.results, chosen.keep)
    print("\n".join(list_lines(results)))


def _write_files(
    results: Sequence[Result], misses: Path | None, file: Path | None, keep: Path | None
) -> None:
    """Write what is known so far: a long run can be watched."""
    if misses:
        lines = [*list_lines(results), "", *list_misses(results, keep)]
        misses.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    if file:
        rows = (json.dumps(asdict(result), ensure_ascii=True) + "\n" for result in results)
        file.write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
