"""Share long work with processes of our own: reading names, and comparing pairs of records.

Each is the same program started anew with one share in a file, so that no script needs a guard
and no lock of a thread is copied. A share whose process fails is done here: the answer is the
same however it was shared.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.names import Name, parse_names

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Sequence

    from ecograph.resolution.chances import Chances
    from ecograph.resolution.records import Records

    Ints = np.ndarray[Any, np.dtype[Any]]
    Row = tuple[Any, ...]

__all__ = ["answer_share", "compare_shared", "parse_shared"]

_LEAST = 20_000  # names from which a process is worth its start
_MOST = 4  # processes, we among them: each holds the names that it compares
_PIECES = 4  # of a share: names of one script stand together and cost more than others
_LEFT_OUT = Name("\0", folded="\0")  # a sign that no folded name has
_take_fields = attrgetter(*(field.name for field in fields(Name)))


def parse_shared(texts: Sequence[str], *, least: int = _LEAST) -> list[Name]:
    """Read many names, as `parse_names` does.

    Parameters
    ----------
    texts
        Distinct names.
    least
        Names from which other processes help.

    Returns
    -------
    list of Name
        One for each text, in their order.
    """
    total = _count_shares(len(texts), least)
    if total == 1:
        return parse_names(texts)
    shares = [list(texts[at::total]) for at in range(total)]
    found: list[Any] = [None] * len(texts)
    for at, part in enumerate(_share("names", shares, parse_names)):
        found[at::total] = part
    return found


def compare_shared(
    records: Records,
    first: Ints,
    second: Ints,
    *,
    chances: Chances,
    kept: frozenset[tuple[int, int]] = frozenset(),
    least: int = _LEAST,
) -> pd.DataFrame:
    """Compare pairs of records, as `compare_records` does.

    Parameters
    ----------
    records, first, second, chances, kept
        As there.
    least
        Records from which other processes help, where there are as many pairs.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order.
    """
    total = _count_shares(min(len(first), len(records)), least)
    if total == 1:
        return _compare_share(_Pairs(records, first, second, chances, kept))
    pieces = np.array_split(np.arange(len(first)), total * _PIECES)
    shares = []
    for at in range(total):
        span = np.concatenate(pieces[at::total])
        thin = _thin_records(records, first[span], second[span])
        shares.append(_Pairs(thin, first[span], second[span], chances, kept))
    found = pd.concat(_share("pairs", shares, _compare_share), ignore_index=True)
    return found.take(_find_order(found, first, second, len(records))).reset_index(drop=True)


class _Pairs(NamedTuple):
    """Pairs of records to compare."""

    records: Records
    first: Ints
    second: Ints
    chances: Chances
    kept: frozenset[tuple[int, int]]


def _compare_share(pairs: _Pairs) -> pd.DataFrame:
    from ecograph.resolution.features import compare_records  # noqa: PLC0415 - not for reading

    return compare_records(*pairs[:3], chances=pairs.chances, kept=pairs.kept)


def _find_order(found: pd.DataFrame, first: Ints, second: Ints, width: int) -> Ints:
    """Find the order in which the pairs were given."""
    keys = first * width + second
    order = np.argsort(keys, kind="stable")
    told = found["first"].to_numpy() * width + found["second"].to_numpy()
    at: Ints = order[np.searchsorted(keys, told, sorter=order)]
    return np.argsort(at, kind="stable")


def _thin_records(records: Records, first: Ints, second: Ints) -> Records:
    """Leave out the names that no pair needs; the numbers of the records stay."""
    numbers: dict[str, int] = {}
    number = np.array(
        [numbers.setdefault(head.folded, len(numbers)) for head in records.heads], dtype=np.int64
    )
    needed = np.zeros(len(number), dtype=bool)
    needed[first] = needed[second] = True
    # Of several records with one folded name the last stands for all: it must not be left out.
    last = np.zeros(len(numbers), dtype=np.int64)
    last[number] = np.arange(len(number))
    needed[last[number[needed]]] = True
    told = needed.tolist()
    names, heads = (
        [name if is_told else _LEFT_OUT for name, is_told in zip(listed, told, strict=True)]
        for listed in (records.names, records.heads)
    )
    return replace(records, ids=[()] * len(records), names=names, heads=heads)


def _count_shares(number: int, least: int) -> int:
    if number < least or getattr(sys, "frozen", False) or not sys.executable:
        return 1
    able = getattr(os, "sched_getaffinity", None)
    return min(len(able(0)) if able else os.cpu_count() or 1, _MOST)


def _share(task: str, shares: Sequence[Any], work: Callable[[Any], Any]) -> list[Any]:
    """Do the first share here and each other one in a process."""
    prefix = "ecograph-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        files = [Path(folder, str(at)) for at in range(1, len(shares))]
        with ExitStack() as stack:
            children = [
                _start(task, share, file, stack)
                for share, file in zip(shares[1:], files, strict=True)
            ]
            done = [work(shares[0])]
            for share, file, child in zip(shares[1:], files, children, strict=True):
                answer = None if child is None else _receive(child, file)
                done.append(work(share) if answer is None else answer)
    return done


def _start(
    task: str,
    share: Any,  # noqa: ANN401 - of either task
    file: Path,
    stack: ExitStack,
) -> subprocess.Popen[bytes] | None:
    """Start a process on a share, or nothing where that is not possible."""
    from ecograph.reading.processes import open_child  # noqa: PLC0415 - not for the child itself

    try:
        _write(file, _pack_pairs(share) if isinstance(share, _Pairs) else share)
        child = stack.enter_context(open_child(__file__, task, str(file)))
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        return None
    stack.callback(child.kill)  # whatever happens to us, it does not stay behind
    return child


def _receive(child: subprocess.Popen[bytes], file: Path) -> Any:  # noqa: ANN401 - of either task
    child.communicate()
    if child.returncode:
        return None
    answer = _read(file)
    return _build_names(answer) if isinstance(answer, list) else answer


def answer_share(task: str, file: Path) -> None:
    """Put the answer to a share in the place of its file."""
    share = _read(file)
    if task == "names":
        _write(file, _pack_names(parse_names(share)))
    else:
        _write(file, _compare_share(_build_pairs(share)))


def _write(file: Path, value: Any) -> None:  # noqa: ANN401 - of either task
    with file.open("wb") as stream:
        pickle.dump(value, stream, protocol=5)


def _read(file: Path) -> Any:  # noqa: ANN401 - of either task
    with file.open("rb") as stream:
        return pickle.load(stream)  # noqa: S301 - we wrote it ourselves, in a folder of our own


def _pack_pairs(pairs: _Pairs) -> _Pairs:
    """Write names as plain rows, which are much faster to send; a head mostly is the name."""
    names, heads = pairs.records.names, pairs.records.heads
    other = [None if head is name else head for name, head in zip(names, heads, strict=True)]
    packed: Any = {"names": _pack_names(names), "heads": _pack_names(other)}
    return pairs._replace(records=replace(pairs.records, **packed))


def _build_pairs(pairs: _Pairs) -> _Pairs:
    names = [_LEFT_OUT if name is None else name for name in _build_names(pairs.records.names)]
    others = _build_names(pairs.records.heads)
    heads = [other or name for name, other in zip(names, others, strict=True)]
    return pairs._replace(records=replace(pairs.records, names=names, heads=heads))


def _pack_names(names: Iterable[Name | None]) -> list[Row | None]:
    return [None if name is None or name is _LEFT_OUT else _take_fields(name) for name in names]


def _build_names(rows: Iterable[Any]) -> list[Any]:
    return [None if row is None else Name(*row) for row in rows]


def _main(task: str, file: str) -> None:  # pragma: no cover - runs in the child
    # Not the function here, but that of the module by the name which what was sent calls it.
    importlib.import_module("ecograph.resolution.workers").answer_share(task, Path(file))


if __name__ == "__main__":  # pragma: no cover - runs in the child
    _main(*sys.argv[1:])
