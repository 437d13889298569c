"""The bar of a stage that takes long, on standard error if that is a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecograph.progress import listen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from rich.live import Live
    from rich.table import Table

__all__ = ["watch_stage", "watch_stages"]

_PATIENCE = 0.5  # seconds before a stage shows
_PACE = 0.1  # seconds between two pictures
_FAST = 10.0  # units a second; slower rates have a decimal
_MINUTE = 60


@contextlib.contextmanager
def watch_stages(*, quiet: bool) -> Iterator[Callable[[str], AbstractContextManager[object]]]:
    """Show each stage while it runs: its bar, its rate and the time left, once it takes long.

    Parameters
    ----------
    quiet
        Whether nothing is to be shown.

    Yields
    ------
    Callable
        To be opened with the name of each stage.
    """
    if quiet or not sys.stderr.isatty():
        yield contextlib.nullcontext
        return
    bar = _Bar()
    with bar.draw():
        yield bar.watch


@contextlib.contextmanager
def watch_stage(name: str, *, quiet: bool) -> Iterator[None]:
    """Show one stage while it runs."""
    with watch_stages(quiet=quiet) as watch, watch(name):
        yield


@dataclass
class _Stage:
    """A stage that runs, and what was told of how far it is."""

    name: str
    began: float
    counting_since: float = 0.0
    done: int = 0
    total: int = 0
    unit: str = ""

    def hear(self, done: int, total: int, unit: str) -> None:
        """Take note; called for every unit, so nothing is drawn here."""
        if done == 0:
            self.counting_since = time.monotonic()
        self.done, self.total, self.unit = done, total, unit

    def describe(self, now: float) -> str:
        """Say the rate and the time left, or the time taken where no units are told.

        >>> stage = _Stage("centrality", 0.0, counting_since=10.0, done=50, total=200, unit="paths")
        >>> stage.describe(now=12.0)
        '50 of 200 paths, 25/s, 0:06 left'
        """
        if not self.total:
            return _spell_time(now - self.began)
        counted = f"{self.done:,} of {self.total:,} {self.unit}"
        if not self.done or now <= self.counting_since:
            return counted
        rate = self.done / (now - self.counting_since)
        left = _spell_time((self.total - self.done) / rate)
        return f"{counted}, {rate:,.{0 if rate >= _FAST else 1}f}/s, {left} left"


class _Bar:
    """What runs, drawn by a thread of its own, so that no computation waits for the screen."""

    def __init__(self) -> None:
        self._stage: _Stage | None = None
        self._over = threading.Event()
        self._live: Live | None = None

    @contextlib.contextmanager
    def watch(self, name: str) -> Iterator[None]:
        """Run a stage."""
        self._stage = stage = _Stage(name, time.monotonic())
        try:
            with listen(stage.hear):
                yield
        finally:
            self._stage = None

    @contextlib.contextmanager
    def draw(self) -> Iterator[None]:
        """Draw until the end."""
        drawer = threading.Thread(target=self._run, name="bar", daemon=True)
        drawer.start()
        try:
            yield
        finally:
            self._over.set()
            drawer.join()

    def _run(self) -> None:
        while not self._over.wait(_PACE):
            stage, now = self._stage, time.monotonic()
            if stage and now - stage.began >= _PATIENCE:
                self._show(stage)
            elif self._live:
                self._clear()
        if self._live:
            self._clear()

    def _show(self, stage: _Stage) -> None:
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            console = Console(stderr=True)
            self._live = Live(console=console, auto_refresh=False, transient=True)
            self._live.start()
        now = time.monotonic()  # not before the imports: units go on while these take their time
        self._live.update(_picture(stage, now), refresh=True)

    def _clear(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None


def _picture(stage: _Stage, now: float) -> Table:
    """Draw name, bar, and how fast it goes."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    picture = Table.grid(padding=(0, 1))
    total = stage.total or None
    bar = ProgressBar(total, stage.done, width=30, pulse=total is None, animation_time=now)
    picture.add_row(stage.name, bar, stage.describe(now))
    return picture


def _spell_time(seconds: float) -> str:
    """Write minutes and seconds.

    >>> _spell_time(75.2)
    '1:15'
    """
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes}:{rest:02d}"
