"""The main job: from a folder of registers to tables, a report and a map."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import platform
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ecograph.cache import LIBRARIES, find_entry, hash_file, identify, pack, prune
from ecograph.errors import SettingsError
from ecograph.files import Draft, sweep_leftovers, uninterrupted, write_bytes
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ecograph.cache import Entry, Identity
    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings

__all__ = ["STAGES", "Digest", "Run", "analyse", "compute_results"]

STAGES = (
    "load",
    "summary",
    "centrality",
    "communities",
    "members",
    "gaps",
    "pairs",
    "opportunities",
    "stability",
    "brokers",
    "partners",
    "unlinked",
    "structure",
    "roles",
    "dimensions",
    "dimensions_by",
    "tiers",
    "sizes",
    "pyramid",
    "tier_moves",
    "path_steps",
    "promotion_summary",
    "expiring",
    "near_misses",
    "tier_links",
    "targets",
    "thermometer",
    "funnel",
    "platforms",
    "review_classes",
    "pipeline",
    "incubation",
    "finance",
    "counties",
    "trainings",
    "broker_levels",
    "coverage",
    "network",
    "map",
    "report",
    "write",
)
"""What `analyse` does, in this order."""

Given: TypeAlias = "Settings | Mapping[str, Any] | None"
Watch = Callable[[str], AbstractContextManager[object]]

_RECORD = "run.json"
_STORE = ".cache"
_UNDERWAY = ".ecograph-run"  # lists what is being written, until run.json does
_NAME = re.compile(r"(tables/)?[a-z_]+\.(csv|html)")
_MOST_SAID = 100  # problems in a digest


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


@dataclass(frozen=True)
class Digest:
    """What a run has to say about its input.

    Parameters
    ----------
    text
        What was loaded, in a line.
    lang
        The language of its texts.
    errors, warnings
        How many problems there are.
    problems
        The gravest of them, as `ecograph.tabulate_problems` sets them out.
    """

    text: str
    lang: str
    errors: int
    warnings: int
    problems: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Run:
    """What a run made and how long its stages took.

    Parameters
    ----------
    load
        Loads the ecosystem, when it is asked for.
    digest
        What there is to say about the input.
    seconds
        Wall time of each stage of this run.
    files
        SHA-256 of every file of the results, by its path in OUT.
    fresh
        Whether the results were computed; otherwise the same ones were kept.
    started
        When it began.
    """

    load: Callable[[], Ecosystem] = field(repr=False)
    digest: Digest
    seconds: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    fresh: bool = True
    started: dt.datetime = field(default_factory=_now)

    @functools.cached_property
    def ecosystem(self) -> Ecosystem:
        """What was loaded; if nothing had to be computed, it is loaded when it is asked for."""
        return self.load()

    @functools.cached_property
    def results(self) -> dict[str, pd.DataFrame]:
        """Every result table by name; if they were kept, computed when they are asked for."""
        return compute_results(self.ecosystem)


def analyse(
    data: str | Path,
    out: str | Path,
    *,
    settings: Given = None,
    watch: Watch = contextlib.nullcontext,
    cache: bool | str | Path = True,
) -> Run:
    """Do the main job: load, analyse, and write tables, report and map into a folder.

    Parameters
    ----------
    data
        Folder or workbook.
    out
        The folder to fill. Nothing is written before everything is computed; all files take
        their places together, ``run.json`` last; files that ecograph did not write are never
        touched.
    settings
        As for `ecograph.load`.
    watch
        Opened with the name of each stage while it runs (progress).
    cache
        Whether results are kept in ``.cache`` in OUT, and used again for the same input,
        settings and versions; or the folder to keep them in.

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
    store = _choose_store(folder, cache)
    seconds: dict[str, float] = {}
    with _time_stage("cache", seconds, watch):
        identity = identify(source, settings) if store else None
        entry = find_entry(store, identity.key) if store and identity else None
        digest = _reuse(entry, folder) if entry else None
    if entry and digest:
        load = functools.partial(_load, source, settings)
        return Run(load, digest, seconds, _without_record(entry.hashes), fresh=False)
    run, contents = _compute(source, settings, watch)
    keep = None
    if store and identity and run.ecosystem.hashes.items() <= identity.inputs.items():
        keep = functools.partial(_keep, store, identity, run.digest)
    _fill(folder, run, contents, keep=keep, watch=watch)
    if store:
        prune(store)
    return run


def compute_results(ecosystem: Ecosystem) -> dict[str, pd.DataFrame]:
    """Compute every result table of an ecosystem, by name."""
    from ecograph.results import RESULTS  # noqa: PLC0415 - only who computes pays for it

    return {name: compute(ecosystem) for name, compute in RESULTS.items()}


@contextlib.contextmanager
def _time_stage(name: str, seconds: dict[str, float], watch: Watch) -> Iterator[None]:
    start = time.perf_counter()
    with watch(name):
        yield
    seconds[name] = round(time.perf_counter() - start, 3)


def _choose_store(folder: Path, cache: bool | str | Path) -> Path | None:  # noqa: FBT001 - or a folder
    if isinstance(cache, bool):
        return folder / _STORE if cache else None
    return Path(cache)


def _reuse(entry: Entry, folder: Path) -> Digest | None:
    """Leave the folder as the entry says it is, or make it so; None if the entry is of no use."""
    digest = _read_digest(entry.facts)
    if digest is None or not all(_NAME.fullmatch(name) for name in _without_record(entry.hashes)):
        return None
    if _is_intact(folder, entry.hashes):
        return digest
    contents = entry.read_files()
    if contents is None or _RECORD not in contents:
        return None
    with Draft() as draft:
        draft.hold(folder)
        earlier = _lay_beside(draft, folder, contents)
        _publish(draft, folder, set(contents), earlier)
    return digest


def _is_intact(folder: Path, hashes: Mapping[str, str]) -> bool:
    """Tell whether all files are there as they were written, and no run was broken off."""
    try:
        return not (folder / _UNDERWAY).exists() and all(
            hash_file(folder / name) == sha for name, sha in hashes.items()
        )
    except OSError:
        return False


def _without_record(hashes: Mapping[str, str]) -> dict[str, str]:
    return {name: sha for name, sha in hashes.items() if name != _RECORD}


def _load(source: Path, settings: Given) -> Ecosystem:
    from ecograph.loader import load  # noqa: PLC0415 - only who computes pays for it

    return load(source, settings=settings)


def _compute(source: Path, settings: Given, watch: Watch) -> tuple[Run, dict[str, bytes]]:
    """Compute everything, and every file but the record of the run."""
    started, seconds = _now(), dict[str, float]()
    stage = functools.partial(_time_stage, seconds=seconds, watch=watch)
    with stage("load"):
        from ecograph.results import RESULTS, render_files  # noqa: PLC0415 - as above

        ecosystem = _load(source, settings)
    results = {}
    for name, compute in RESULTS.items():
        with stage(name):
            results[name] = compute(ecosystem)
    contents = render_files(ecosystem, results, stage)
    files = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    run = Run(lambda: ecosystem, _digest(ecosystem), seconds, files, started=started)
    run.results = results
    return run, contents


def _fill(
    folder: Path,
    run: Run,
    contents: Mapping[str, bytes],
    *,
    keep: Callable[[Draft, Mapping[str, bytes]], object] | None,
    watch: Watch,
) -> None:
    """Write the results and the record of the run, all or nothing."""
    with Draft() as draft:
        draft.hold(folder)
        with _time_stage("write", run.seconds, watch):
            earlier = _lay_beside(draft, folder, contents)
        record = _record_run(run)
        draft.add(folder / _RECORD, record)
        with watch("write"):
            if keep:
                keep(draft, {**contents, _RECORD: record})
            _publish(draft, folder, {*contents, _RECORD}, earlier)


def _lay_beside(draft: Draft, folder: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Write files beside their targets; return what an earlier run wrote there."""
    sweep_leftovers(folder)
    earlier = _read_outputs(folder / _RECORD)
    ours = {**_read_outputs(folder / _UNDERWAY), **earlier}
    _refuse_foreign(folder, {_RECORD: None, **contents}, ours)
    for name, data in sorted(contents.items()):
        draft.add(folder / name, data)
    return earlier


def _publish(draft: Draft, folder: Path, names: set[str], earlier: Mapping[str, str]) -> None:
    """Put files in their places, the record last; a list of them stands there meanwhile."""
    listed = json.dumps({"outputs": dict.fromkeys(sorted(names), "")})
    with uninterrupted():
        write_bytes(folder / _UNDERWAY, listed.encode())
        draft.publish(but=folder / _RECORD)
        _remove_outdated(folder, names, earlier)
        draft.publish()
        (folder / _UNDERWAY).unlink()


def _keep(
    store: Path, identity: Identity, digest: Digest, draft: Draft, contents: Mapping[str, bytes]
) -> None:
    """Add an entry of the results to the draft; where that fails they stand without."""
    entry = pack(identity, contents, {"digest": asdict(digest)})
    if entry is None:
        return
    with contextlib.suppress(OSError):
        draft.add(store / entry[0], entry[1])


def _read_outputs(path: Path) -> dict[str, str]:
    """Read which files a run wrote, or was about to write; only names that ecograph gives."""
    try:
        outputs = json.loads(path.read_text(encoding="utf-8"))["outputs"]
        found = {str(name): str(sha) for name, sha in outputs.items() if _NAME.fullmatch(name)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {**found, _RECORD: ""}


def _refuse_foreign(
    folder: Path, wanted: Mapping[str, bytes | None], ours: Mapping[str, str]
) -> None:
    """Refuse to replace what no run wrote, unless it is the same to the byte."""
    found = (name for name in wanted if name not in ours and (folder / name).exists())
    foreign = sorted(name for name in found if not _holds(folder / name, wanted[name]))
    if foreign:
        raise SettingsError(
            f"{folder} holds files that ecograph did not write: {', '.join(foreign[:5])}. "
            "Choose another folder, or move them."
        )


def _holds(path: Path, data: bytes | None) -> bool:
    return data is not None and path.is_file() and path.read_bytes() == data


def _remove_outdated(folder: Path, kept: set[str], earlier: Mapping[str, str]) -> None:
    """Remove files that an earlier run wrote, unchanged since, and this one does not."""
    for name in sorted(set(earlier) - kept - {_RECORD}):
        file = folder / name
        if file.is_file() and hash_file(file) == earlier[name]:
            file.unlink()


def _digest(ecosystem: Ecosystem) -> Digest:
    """Say what there is to say about an ecosystem, the gravest problems first."""
    from ecograph.output import render_json  # noqa: PLC0415 - as above
    from ecograph.problems import tabulate_problems  # noqa: PLC0415

    gravest = sorted(ecosystem.problems, key=lambda p: (p.severity, p.file, p.sheet, p.row or 0))
    said = tabulate_problems(gravest[:_MOST_SAID], ecosystem.lang)
    errors = len(ecosystem.errors)
    return Digest(
        text=repr(ecosystem),
        lang=ecosystem.lang,
        errors=errors,
        warnings=len(ecosystem.problems) - errors,
        problems=tuple(json.loads(render_json(said, index=False))["rows"]),
    )


def _read_digest(facts: Mapping[str, Any]) -> Digest | None:
    try:
        digest = Digest(**facts["digest"])
    except (KeyError, TypeError):
        return None
    return replace(digest, problems=tuple(digest.problems))


def _record_run(run: Run) -> bytes:
    from importlib import metadata  # noqa: PLC0415 - as above

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
        "problems": {"errors": run.digest.errors, "warnings": run.digest.warnings},
        "agreements_counted": len(ecosystem.counted),
        "outputs": dict(sorted(run.files.items())),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in LIBRARIES},
        },
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": run.seconds,
    }
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
