"""The main job: from a folder of registers to tables, a report and a map."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import platform
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ecograph.cache import LIBRARIES, find_entry, identify, pack, prune
from ecograph.errors import SettingsError
from ecograph.files import Draft
from ecograph.publishing import (
    CRATE_FILE,
    RECORD,
    STORE,
    are_names_ours,
    is_intact,
    lay_beside,
    publish,
    require_same_kind,
)
from ecograph.reading.databases.addresses import find_place
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ecograph.cache import Entry, Identity
    from ecograph.ecosystem import Ecosystem
    from ecograph.masking import Copy, Mask
    from ecograph.reading.databases.addresses import Address
    from ecograph.settings import Settings

    Results = dict[str, pd.DataFrame]

__all__ = [
    "STAGES",
    "Digest",
    "Run",
    "analyse",
    "compute_results",
    "copy_masked",
    "render_masked",
]

STAGES = (
    "load",
    "summary",
    "centrality",
    "leaders",
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
    "year_changes",
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
"""What `analyse` does, in this order; a masked run masks after ``load`` and searches after
``report``."""

Given: TypeAlias = "Settings | Mapping[str, Any] | None"
Watch = Callable[[str], AbstractContextManager[object]]

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
    data: str | Path | Address,
    out: str | Path,
    *,
    settings: Given = None,
    watch: Watch = contextlib.nullcontext,
    cache: bool | str | Path = True,
    mask: Mask | None = None,
    crate: bool = False,
) -> Run:
    """Do the main job: load, analyse, and write tables, report and map into a folder.

    Parameters
    ----------
    data
        Folder, workbook or database, as for `ecograph.load`.
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
        settings and versions; or the folder to keep them in. A masked run keeps nothing and
        uses nothing that is kept: hashes of the input would tell whose it is.
    mask
        How to mask a copy to share (`ecograph.masking.Mask`): names are codes, small counts are
        withheld, and nothing is written where a name remains. A folder holds either masked
        results or those with names, never both.
    crate
        Whether ``ro-crate-metadata.json`` describes the folder too. It lists every output with
        its SHA-256, and ``run.json`` lists it as an output; so it cannot list ``run.json``. Like
        any output it is removed by a later run that does not make it.

    Returns
    -------
    Run
        The ecosystem, all results, and what was written; of a masked run those with codes, while
        the digest says what was wrong with the input.

    Raises
    ------
    DataError, SettingsError
        If the input cannot be used, OUT is the input, or holds results of the other kind.
    EcographError
        If a masked name would remain in a file.
    OSError
        If OUT cannot be written.
    """
    source, folder = find_place(data), Path(out)
    _require_apart(source, folder)
    require_same_kind(folder, masked=mask is not None)
    store = None if mask else _choose_store(folder, cache)
    seconds: dict[str, float] = {}
    with _time_stage("cache", seconds, watch):
        # Of a database only reading it shows whether it has changed.
        identity = identify(source, settings) if store and isinstance(source, Path) else None
        entry = find_entry(store, identity.key) if store and identity else None
        kept = _reuse(entry, folder, crate=crate) if entry else None
    if kept:
        load = functools.partial(_load, source, settings)
        digest, files = kept
        return Run(load, digest, seconds, files, fresh=False)
    made = _compute(source, settings, watch, mask)
    keep = None
    if store and identity and made.run.ecosystem.hashes.items() <= identity.inputs.items():
        keep = functools.partial(_keep, store, identity, made.run.digest)
    _fill(folder, made, keep=keep, crate=crate, watch=watch)
    if store:
        prune(store)
    return made.run


def _require_apart(source: Path | Address, folder: Path) -> None:
    inside = {folder.resolve(), folder.resolve() / "tables"}
    if isinstance(source, Path) and source.resolve() in inside:
        raise SettingsError(f"{folder} holds the input; choose another folder for the results.")


def compute_results(ecosystem: Ecosystem, *, only: Collection[str] | None = None) -> Results:
    """Compute every result table of an ecosystem, or only some, by name."""
    from ecograph.results import RESULTS  # noqa: PLC0415 - only who computes pays for it

    chosen = RESULTS if only is None else {name: RESULTS[name] for name in only}
    return {name: compute(ecosystem) for name, compute in chosen.items()}


def copy_masked(ecosystem: Ecosystem, mask: Mask) -> Copy:
    """Make a masked copy of an ecosystem; results are to be computed of it.

    Parameters
    ----------
    ecosystem
        The ecosystem with names.
    mask
        How it is masked.
    """
    from ecograph.analysis.links import list_links  # noqa: PLC0415 - as above
    from ecograph.masking import make_copy  # noqa: PLC0415 - as above

    list_links(ecosystem)  # which firm stands for a link of several must not depend on its code
    return make_copy(ecosystem, mask)


def render_masked(
    ecosystem: Ecosystem,
    mask: Mask,
    render: Callable[[Ecosystem, Results], bytes],
    *,
    name: str,
    only: Collection[str] | None = None,
) -> bytes:
    """Render one file of a masked copy.

    Parameters
    ----------
    ecosystem
        The ecosystem with names.
    mask
        How it is masked.
    render
        Renders the file, of the copy and its results.
    name
        What the file is called; it must not tell either.
    only
        The results that it takes; by default all.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    EcographError
        If a masked name would remain in it.
    """
    copy = copy_masked(ecosystem, mask)
    results = copy.hide(compute_results(copy.ecosystem, only=only))
    content = render(copy.shown, results)
    copy.require_clean({name: content}, lambda blank: {name: render(blank, {})})
    return content


@contextlib.contextmanager
def _time_stage(name: str, seconds: dict[str, float], watch: Watch) -> Iterator[None]:
    start = time.perf_counter()
    with watch(name):
        yield
    seconds[name] = round(time.perf_counter() - start, 3)


def _choose_store(folder: Path, cache: bool | str | Path) -> Path | None:  # noqa: FBT001 - or a folder
    if isinstance(cache, bool):
        return folder / STORE if cache else None
    return Path(cache)


def _reuse(entry: Entry, folder: Path, *, crate: bool) -> tuple[Digest, dict[str, str]] | None:
    """Leave the folder as the entry says it is, or make it so; None if the entry is of no use."""
    digest = _read_digest(entry.facts)
    if digest is None or not are_names_ours(_without_record(entry.hashes)):
        return None
    if not crate and is_intact(folder, entry.hashes):
        return digest, _without_record(entry.hashes)
    contents = entry.read_files()
    if contents is None or RECORD not in contents:
        return None
    whole = _add_crate(contents) if crate else contents
    hashes = _hash_files(whole)
    if not is_intact(folder, hashes):
        with Draft() as draft:
            draft.hold(folder)
            earlier = lay_beside(draft, folder, whole)
            publish(draft, folder, set(whole), earlier=earlier)
    return digest, _without_record(hashes)


def _without_record(hashes: Mapping[str, str]) -> dict[str, str]:
    return {name: sha for name, sha in hashes.items() if name != RECORD}


def _hash_files(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}


def _load(source: Path | Address, settings: Given) -> Ecosystem:
    from ecograph.loader import load  # noqa: PLC0415 - only who computes pays for it

    return load(source, settings=settings)


@dataclass(frozen=True)
class _Made:
    """What was computed: the run, every file but its record, and the copy if it is masked."""

    run: Run
    contents: Mapping[str, bytes]
    copy: Copy | None


def _compute(source: Path | Address, settings: Given, watch: Watch, mask: Mask | None) -> _Made:
    """Compute everything, and every file but the record of the run."""
    started, seconds = _now(), dict[str, float]()
    stage = functools.partial(_time_stage, seconds=seconds, watch=watch)
    with stage("load"):
        from ecograph.results import RESULTS, render_files  # noqa: PLC0415 - as above

        ecosystem = _load(source, settings)
    digest, copy = _digest(ecosystem), None
    if mask:
        with stage("mask"):
            copy = copy_masked(ecosystem, mask)
            ecosystem = copy.ecosystem
    results = {}
    for name, compute in RESULTS.items():
        with stage(name):
            results[name] = compute(ecosystem)
    if copy:
        ecosystem, results = copy.shown, copy.hide(results)
    contents = render_files(ecosystem, results, stage)
    if copy:
        with stage("search"):
            copy.require_clean(contents, _draw_blank)
    run = Run(lambda: ecosystem, digest, seconds, started=started)
    run.results = results
    return _Made(run, contents, copy)


def _draw_blank(ecosystem: Ecosystem) -> dict[str, bytes]:
    """Render the pages of an ecosystem without nodes: what is in them is not of the data."""
    from ecograph.results import render_files  # noqa: PLC0415 - as above

    return render_files(ecosystem, {}, contextlib.nullcontext)


def _fill(
    folder: Path,
    made: _Made,
    *,
    keep: Callable[[Draft, Mapping[str, bytes]], object] | None,
    crate: bool,
    watch: Watch,
) -> None:
    """Write the results and the record of the run, all or nothing."""
    run, contents = made.run, made.contents
    run.files = _hash_files(contents)
    also = {RECORD, CRATE_FILE} if crate else {RECORD}
    with Draft() as draft:
        draft.hold(folder)
        with _time_stage("write", run.seconds, watch):
            earlier = lay_beside(draft, folder, contents, also=also)
        plain = {**contents, RECORD: _record_run(run, made.copy)}
        whole = _add_crate(plain) if crate else plain
        run.files = _without_record(_hash_files(whole))
        if made.copy:
            made.copy.require_clean({name: whole[name] for name in also})
        for name in sorted(also):
            draft.add(folder / name, whole[name])
        with watch("write"):
            if keep:
                keep(draft, plain)
            publish(draft, folder, set(whole), earlier=earlier, masked=made.copy is not None)


def _add_crate(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the description of a folder as an RO-Crate, and list it in the record."""
    from ecograph.render.crate import describe_crate  # noqa: PLC0415 - as above

    record = json.loads(contents[RECORD])
    crate = describe_crate(record, {n: data for n, data in contents.items() if n != RECORD})
    outputs = {**record["outputs"], CRATE_FILE: hashlib.sha256(crate).hexdigest()}
    listed = {**record, "outputs": dict(sorted(outputs.items()))}
    return {**contents, CRATE_FILE: crate, RECORD: _write_record(listed)}


def _keep(
    store: Path, identity: Identity, digest: Digest, draft: Draft, contents: Mapping[str, bytes]
) -> None:
    """Add an entry of the results to the draft; where that fails they stand without."""
    entry = pack(identity, contents, {"digest": asdict(digest)})
    if entry is None:
        return
    with contextlib.suppress(OSError):
        draft.add(store / entry[0], entry[1])


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


def _record_run(run: Run, copy: Copy | None) -> bytes:
    """Record a run; of a masked one nothing that tells where its input is."""
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
        "settings": _list_settings(ecosystem, copy),
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
        **(copy.describe(run.results) if copy else {}),
    }
    return _write_record(record)


def _list_settings(ecosystem: Ecosystem, copy: Copy | None) -> dict[str, object]:
    settings = ecosystem.settings.to_dict()
    if copy and settings["rules"] is not None:
        settings["rules"] = "…"  # there are rules of one's own; their folder is nobody's business
    return settings


def _write_record(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
