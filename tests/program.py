"""The program run within the tests: its status and bytes, and work that many runs share."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import ecograph.cli
from ecograph import loader
from ecograph.results import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Done(NamedTuple):
    """What a run left with and printed, as `subprocess.run` tells it."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run_program(*arguments: object, cwd: str | Path = ".", together: bool = False) -> Done:
    """Run ecograph in this process, its signals left alone; together: both streams in one."""
    screen, aside = open_stream(), open_stream()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ecograph", *map(str, arguments)])
        patch.setattr(ecograph.cli, "end_on_interrupt", lambda: None)
        patch.chdir(cwd)
        with (
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(screen if together else aside),
            pytest.raises(SystemExit) as left,
        ):
            ecograph.cli.main()
    code = left.value.code
    return Done(code if isinstance(code, int) else 0, read_bytes(screen), read_bytes(aside))


def open_stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def read_bytes(stream: io.TextIOWrapper) -> bytes:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


@contextlib.contextmanager
def sharing(kept: dict[str, object]) -> Iterator[None]:
    """Load and compute what was not loaded and computed before; see `keep_work`."""
    with pytest.MonkeyPatch.context() as patch:
        for name, shared in kept.items():
            patch.setattr(name, shared)
        yield


def keep_work() -> dict[str, object]:
    """Keep what is loaded and computed of the same bytes and settings, by what does it."""
    loaded: dict[object, Any] = {}
    computed: dict[object, Any] = {}
    read = loader.load

    def load(path: str | Path, *, settings: object = None, **more: object) -> object:
        if not os.path.isdir(path):  # noqa: PTH112 - may be no path at all
            return read(path, settings=settings, **more)
        found = sorted(file for file in Path(path).rglob("*") if file.is_file())
        files = tuple((file.name, file.read_bytes()) for file in found)
        named = any(name == "ecosystem.yaml" and b"name:" in data for name, data in files)
        key = (named or Path(path).resolve().name, hash(files), repr(settings or {}), repr(more))
        if key not in loaded:
            loaded[key] = read(path, settings=settings, **more)
        return loaded[key]

    def share(name: object, compute: Callable[[Any], object]) -> Callable[[Any], object]:
        def recall(ecosystem: object) -> object:
            key = (name, id(ecosystem))
            if key not in computed:  # the ecosystem is kept too, so that its number stays its own
                computed[key] = compute(ecosystem), ecosystem
            return computed[key][0]

        return recall

    return {
        "ecograph.loader.load": load,
        "ecograph.load": load,
        "ecograph.results.RESULTS": {name: share(name, make) for name, make in RESULTS.items()},
    }
