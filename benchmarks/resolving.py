"""Measure how well names are resolved to organisations, beside what others do.

    python benchmarks/resolving.py --set namesakes [--seed 0] [--beside] [--errors FILE]
    python benchmarks/resolving.py --set all --beside
    python benchmarks/resolving.py --file names.csv --name NAME --truth ORGANISATION
    python benchmarks/resolving.py --scale 100000 1000000
    python benchmarks/resolving.py --lookalikes 10000

Sets: namesakes (Chinese) and international (English, French, German, Norwegian) are written by
rule with a seed; ror (affiliations of papers) and air_umass (assignees of patents, of
PatentsView-Evaluation) are under ECOGRAPH_REAL_DATA. air_umass counts each name as often as it
is mentioned, air_umass_names once; its truth takes subsidiaries for their parent, so names alone
cannot reach a full recall.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import psutil
from agreement_scores import Agreement, count_code_conflicts, score_clusters
from name_baselines import (
    Edges,
    find_best,
    fold,
    link_by_parts,
    link_by_ratio,
    link_by_splink,
    match_exactly,
)
from namesakes import make_lookalikes, make_namesakes, make_register
from namesakes_abroad import make_international

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Clusters = NDArray[np.int64] | pd.Series

__all__ = ["SETS", "Labelled", "Outcome", "list_errors", "load_set", "run_ecograph"]

_MENTION = ("id", "name", "city", "province", "country", "code", "industry")
_RATIOS = ("token_set_ratio", "ratio")
_EVERY = 0.1  # seconds between two looks at the memory
_MOST_ERRORS = 20_000
_MOST_OF_GROUP = 50  # pairs of one wrong cluster or torn organisation that are listed
_HEADER = (
    "set", "names", "organisations", "tool", "pairs P", "pairs R", "pairs F1",
    "B³ P", "B³ R", "B³ F1", "codes merged", "seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """Mentions with their true organisations; ``weights``: how many mentions a row stands for."""

    name: str
    mentions: pd.DataFrame
    truth: pd.Series
    weights: tuple[int, ...] | None = None
    notes: pd.DataFrame | None = None
    """Columns that help to study an error."""


@dataclass(frozen=True)
class Outcome:
    """What a tool made of a set."""

    tool: str
    clusters: Clusters
    agreement: Agreement
    conflicts: int
    seconds: float


def main() -> None:
    """Print the tables asked for."""
    chosen = _parse_arguments()
    if chosen.scale or chosen.lookalikes:
        _print_costs(chosen.scale, chosen.lookalikes)
        return
    print(f"| {' | '.join(_HEADER)} |\n|{'---|' * len(_HEADER)}", flush=True)
    errors = []
    for labelled in _list_sets(chosen):
        ours = [] if chosen.baselines_only else [run_ecograph(labelled)]
        for outcome in (
            *ours,
            *(_run_others(labelled, splink=not chosen.no_splink) if chosen.beside else ()),
        ):
            print(_write_line(labelled, outcome), flush=True)
        errors += [list_errors(labelled, outcome.clusters) for outcome in ours]
    if chosen.errors and errors:
        pd.concat(errors).to_csv(chosen.errors, index=False, lineterminator="\n")


def load_set(name: str, seed: int = 0) -> Labelled:
    """Load a labelled set by its name."""
    return SETS[name](seed)


def run_ecograph(labelled: Labelled) -> Outcome:
    """Resolve a set with ecograph."""
    from ecograph.resolution import resolve_names  # noqa: PLC0415 - others are run without

    mentions = labelled.mentions.assign(id=labelled.mentions["id"].astype(str))
    start = time.perf_counter()
    resolution = resolve_names(mentions)
    seconds = time.perf_counter() - start
    clusters = mentions["id"].map(resolution.clusters)
    return _judge(labelled, "ecograph", clusters, seconds)


def list_errors(labelled: Labelled, clusters: Clusters) -> pd.DataFrame:
    """List pairs that are falsely merged and pairs that are missed, for study.

    Returns
    -------
    DataFrame
        set, error (merged or missed), both names, what else stands with each. At most 50 pairs of
        one cluster or organisation; equal names of one error once.
    """
    notes = labelled.mentions if labelled.notes is None else labelled.notes
    frame = notes.assign(truth_=labelled.truth.to_numpy(), found_=pd.factorize(clusters)[0])
    rows = [
        *_list_split(frame, "found_", "truth_", "merged"),
        *_list_split(frame, "truth_", "found_", "missed"),
    ]
    found = pd.DataFrame(rows, columns=["error", "first", "second", "first_notes", "second_notes"])
    found = found.drop_duplicates(["error", "first", "second"]).head(_MOST_ERRORS)
    return found.assign(set=labelled.name)


# Sets


def _load_written(name: str, frame: pd.DataFrame) -> Labelled:
    known = frame.rename(columns={"uscc": "code"})
    mentions = known[[column for column in _MENTION if column in known]]
    industries = [(text,) if text else () for text in mentions["industry"]]
    return Labelled(name, mentions.assign(industry=industries), frame["truth"], notes=frame)


def _load_namesakes(seed: int) -> Labelled:
    return _load_written("namesakes", make_namesakes(seed=seed))


def _load_international(seed: int) -> Labelled:
    return _load_written("international", make_international(seed=seed))


def _load_ror(seed: int) -> Labelled:  # noqa: ARG001 - as it is
    entries = json.loads((_find_folder() / "ror_names.json").read_text(encoding="utf-8"))
    names = [entry["affiliation"] for entry in entries]
    return _label("ror", names, [entry["ror-id"] for entry in entries])


def _load_air_umass(seed: int) -> Labelled:  # noqa: ARG001 - as it is
    frame = pd.read_csv(
        _find_folder() / "air_umass_assignees.csv.gz", dtype=str, keep_default_na=False
    )
    counts = (
        frame.groupby(["organization", "unique_id"], sort=True).size().reset_index(name="count")
    )
    labelled = _label("air_umass", counts["organization"], counts["unique_id"])
    mentions = labelled.mentions.assign(links=counts["count"])
    return replace(labelled, mentions=mentions, weights=tuple(counts["count"]))


def _load_air_umass_names(seed: int) -> Labelled:
    labelled = _load_air_umass(seed)
    mentions = labelled.mentions.drop(columns="links")
    return replace(labelled, name="air_umass_names", mentions=mentions, weights=None)


SETS: dict[str, Callable[[int], Labelled]] = {
    "namesakes": _load_namesakes,
    "international": _load_international,
    "ror": _load_ror,
    "air_umass": _load_air_umass,
    "air_umass_names": _load_air_umass_names,
}
"""How each set is loaded; by a seed where it is written."""


def _label(name: str, names: Sequence[str], truth: Sequence[str]) -> Labelled:
    ids = [f"M{number:06d}" for number in range(1, len(names) + 1)]
    mentions = pd.DataFrame({"id": ids, "name": list(names)})
    return Labelled(name, mentions, pd.Series(list(truth)))


def _find_folder() -> Path:
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        sys.exit("ECOGRAPH_REAL_DATA is not set: ror and air_umass are not here.")
    return Path(folder) / "org-names"


def _list_sets(chosen: argparse.Namespace) -> Iterator[Labelled]:
    if chosen.file:
        frame = pd.read_csv(chosen.file, dtype=str, keep_default_na=False)
        labelled = _label(Path(chosen.file).name, frame[chosen.name], frame[chosen.truth])
        given = {"city": chosen.city, "code": chosen.code}
        more = {column: frame[header].to_numpy() for column, header in given.items() if header}
        yield replace(
            labelled,
            mentions=labelled.mentions.assign(**more),
            notes=frame.rename(columns={chosen.name: "name"}),
        )
        return
    for name in SETS if chosen.set == "all" else [chosen.set]:
        yield load_set(name, chosen.seed)


# Others


def _run_others(labelled: Labelled, *, splink: bool) -> Iterator[Outcome]:
    """Run the baselines, each at the thresholds that are best on the labels of this set."""
    start = time.perf_counter()
    rows = match_exactly(labelled.mentions["name"])
    seconds = time.perf_counter() - start
    yield _judge(labelled, "equal when folded", rows, seconds)
    distinct = [fold(name) for name in labelled.mentions["name"][_take_first(rows)]]
    for scorer in _RATIOS:
        start = time.perf_counter()
        edges = link_by_ratio(distinct, scorer)
        yield from _judge_best(
            labelled, scorer, (rows, edges), seconds + time.perf_counter() - start
        )
    if splink:
        yield from _run_splink(labelled)


def _run_splink(labelled: Labelled) -> Iterator[Outcome]:
    start = time.perf_counter()
    folded = labelled.mentions.assign(name=[fold(name) for name in labelled.mentions["name"]])
    edges = link_by_splink(folded)
    yield from _judge_best(
        labelled, "Splink", (np.arange(len(folded)), edges), time.perf_counter() - start
    )
    yield from _run_splink_on_parts(labelled, folded)


def _run_splink_on_parts(labelled: Labelled, folded: pd.DataFrame) -> Iterator[Outcome]:
    start = time.perf_counter()
    told = [column for column in ("name", "city", "code") if column in folded]
    rows = folded.groupby(told, sort=False).ngroup().to_numpy(dtype=np.int64)
    edges = link_by_parts(labelled.mentions.iloc[_take_first(rows)].reset_index(drop=True))
    yield from _judge_best(
        labelled, "Splink on parsed names", (rows, edges), time.perf_counter() - start
    )


def _judge_best(
    labelled: Labelled, tool: str, linked: tuple[NDArray[np.int64], Edges], seconds: float
) -> Iterator[Outcome]:
    rows, edges = linked
    truth, weights = labelled.truth, labelled.weights
    by_pairs, by_cubed = find_best(
        int(rows.max()) + 1,
        edges,
        lambda clusters: score_clusters(clusters[rows], truth, weights=weights),
    )
    for best, measure in ((by_pairs, "pairs"), (by_cubed, "B³")):
        label = f"{tool} ≥ {best.threshold:g} (best {measure})"
        yield _judge(labelled, label, best.clusters[rows], seconds)


def _take_first(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(rows, return_index=True)[1]


def _judge(labelled: Labelled, tool: str, clusters: Clusters, seconds: float) -> Outcome:
    agreement = score_clusters(clusters, labelled.truth, weights=labelled.weights)
    codes = labelled.mentions.get("code")
    conflicts = 0 if codes is None else count_code_conflicts(clusters, codes)
    return Outcome(tool, clusters, agreement, conflicts, seconds)


# Costs


def _print_costs(scales: Sequence[int], lookalikes: Sequence[int]) -> None:
    """Print what long registers cost, each in a process of its own."""
    print("| register | names | seconds | peak MB | pairs P | pairs R |\n|---|---|---|---|---|---|")
    context = multiprocessing.get_context("spawn")
    for kind, numbers in (("drawn", scales), ("look-alikes", lookalikes)):
        for number in numbers or ():
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                seconds, peak, agreement = pool.submit(measure_cost, kind, number).result()
            shares = f"{agreement.precision:.4f} | {agreement.recall:.4f}"
            print(f"| {kind} | {number:,} | {seconds:.1f} | {peak:.0f} | {shares} |", flush=True)


def measure_cost(kind: str, number: int) -> tuple[float, float, Agreement]:
    """Measure seconds, the peak memory of all processes in MB, and the agreement of a register."""
    frame = make_register(number) if kind == "drawn" else make_lookalikes(number)
    labelled = Labelled(kind, frame.drop(columns="truth"), frame["truth"])
    peak, ended = [0.0], threading.Event()
    watcher = threading.Thread(target=_watch_memory, args=(peak, ended), daemon=True)
    watcher.start()
    outcome = run_ecograph(labelled)
    ended.set()
    watcher.join()
    return outcome.seconds, peak[0], outcome.agreement


def _watch_memory(peak: list[float], ended: threading.Event) -> None:
    """Keep the most memory that this process and its children hold together, in MB."""
    me = psutil.Process()
    while not ended.wait(_EVERY):
        held = 0
        for process in (me, *me.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                held += process.memory_info().rss
        peak[0] = max(peak[0], held / 1024**2)


# Words


def _list_split(
    frame: pd.DataFrame, whole: str, part: str, error: str
) -> Iterator[tuple[str, str, str, str, str]]:
    """List pairs of one group by ``whole`` whose ``part`` differs."""
    for _, group in frame.groupby(whole, sort=True):
        if group[part].nunique() < 2:  # noqa: PLR2004 - one kind is no error
            continue
        heads = group.drop_duplicates([part, "name"]).head(_MOST_OF_GROUP)
        pairs = [
            (error, a["name"], b["name"], _note(a), _note(b))
            for n, (_, a) in enumerate(heads.iterrows())
            for _, b in heads.iloc[n + 1 :].iterrows()
            if a[part] != b[part]
        ]
        yield from pairs[:_MOST_OF_GROUP]


def _note(row: pd.Series) -> str:
    hidden = {"id", "name", "found_", "truth"}
    return "; ".join(
        f"{k}={v}" for k, v in row.items() if k not in hidden and str(v) not in {"", "-1"}
    )


def _write_line(labelled: Labelled, outcome: Outcome) -> str:
    names = sum(labelled.weights) if labelled.weights else len(labelled.mentions)
    cells = [labelled.name, f"{names:,}", f"{labelled.truth.nunique():,}", outcome.tool]
    cells += [f"{share:.4f}" for share in outcome.agreement]
    cells += [str(outcome.conflicts), f"{outcome.seconds:.1f}"]
    return f"| {' | '.join(cells)} |"


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", choices=[*SETS, "all"], default="namesakes")
    parser.add_argument("--seed", type=int, default=0, help="of the written sets")
    parser.add_argument("--beside", action="store_true", help="run the baselines too")
    parser.add_argument(
        "--baselines-only", action="store_true", help="with --beside: leave ecograph out"
    )
    parser.add_argument("--no-splink", action="store_true", help="with --beside: leave Splink out")
    parser.add_argument("--errors", metavar="FILE", help="write false merges and missed pairs")
    parser.add_argument("--file", help="a labelled CSV file in place of a set")
    parser.add_argument("--name", default="name", help="its column of names")
    parser.add_argument("--truth", default="truth", help="its column of organisations")
    parser.add_argument("--city", help="its column of cities")
    parser.add_argument("--code", help="its column of codes")
    parser.add_argument("--scale", type=int, nargs="+", metavar="NAMES", help="measure costs")
    parser.add_argument(
        "--lookalikes", type=int, nargs="+", metavar="NAMES", help="the same, all alike"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
