"""Write files whole or not at all, one alone or several together."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType, TracebackType

__all__ = ["Draft", "abandon_drafts", "sweep_leftovers", "uninterrupted", "write_bytes"]

_LEFTOVER = ".ecograph-part"


class _Gate:
    """A lock of one thread at a time; whoever closes it is the next to hold it, and the last.

    A plain lock is not fair: the thread that lets go of it may take it again, or be the end of
    the process, before the one that waits has woken up.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._closing = False

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        outermost = not self._depth
        self._lock.release()
        while outermost and self._closing:
            time.sleep(1)

    def close(self) -> None:
        self._closing = True
        self.__enter__()


_gate = _Gate()  # whoever holds it may make, move or remove parts
_open: set[Draft] = set()
_numbers = itertools.count()


class Draft:
    """Files written beside their targets, until they all take their places at once.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with Draft() as draft:
    ...     draft.add(folder / "a.txt", b"new")
    ...     before = (folder / "a.txt").exists()
    ...     draft.publish()
    >>> before, (folder / "a.txt").read_bytes()
    (False, b'new')
    """

    def __init__(self) -> None:
        self._parts: dict[Path, Path] = {}
        self._folders: list[Path] = []
        self._locks = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Keep account of the draft, so that an interrupt can remove it."""
        with _gate:
            _open.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not published."""
        self.discard()
        self._locks.close()

    def hold(self, folder: Path) -> None:
        """Make other processes wait that want to hold the same folder, until the draft ends.

        Where the system cannot lock a folder, nobody waits; files are whole all the same.
        """
        with _gate:
            self._make_folder(folder)
        self._locks.enter_context(_lock(folder))

    def add(self, path: Path, data: bytes) -> None:
        """Write a file beside its target.

        Raises
        ------
        OSError
            If the folder cannot be made or the disk is full.
        """
        part = path.with_name(f".{os.getpid()}-{next(_numbers)}{_LEFTOVER}")
        with _gate:
            self._make_folder(path.parent)
            stream = part.open("wb")
            self._parts[path] = part
        try:
            with stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            del self._parts[path]
            part.unlink()
            raise

    def publish(self, *, but: Path | None = None) -> None:
        """Put the files in their places; an interrupt waits until that is done.

        Parameters
        ----------
        but
            A file that is not put in its place yet.
        """
        with uninterrupted():
            for path in sorted(self._parts.keys() - {but}):
                self._parts[path].replace(path)
                del self._parts[path]
            self._folders.clear()

    def discard(self) -> None:
        """Remove every part that is not in its place, and the folders made for them."""
        with _gate:
            _open.discard(self)
            for part in self._parts.values():
                with contextlib.suppress(OSError):
                    part.unlink()
            for folder in reversed(self._folders):
                with contextlib.suppress(OSError):
                    folder.rmdir()
            self._parts.clear()
            self._folders.clear()

    def _make_folder(self, folder: Path) -> None:
        missing = [f for f in (folder, *folder.parents) if not f.exists()]
        for made in reversed(missing):
            made.mkdir(exist_ok=True)
            self._folders.append(made)


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file: beside its target, to the disk, then in its place.

    Raises
    ------
    OSError
        If the folder cannot be made or the disk is full; an earlier file is left as it was.
    """
    with Draft() as draft:
        draft.add(path, data)
        draft.publish()


def abandon_drafts() -> None:
    """Remove every draft of this process and let no other begin: it is about to end.

    Files that are just taking their places take them first.
    """
    _gate.close()
    for draft in list(_open):
        draft.discard()


def sweep_leftovers(folder: Path) -> None:
    """Remove what an interrupted run left half-written."""
    if folder.is_dir():
        for part in folder.rglob(f".*{_LEFTOVER}"):
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let an interrupt, and other threads that write, wait until a few quick steps are done."""
    with _gate, _defer():
        yield


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock a folder; the system lets go of it if the process dies."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - only some systems have it

    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _defer() -> Iterator[None]:
    """Let Ctrl-C wait; only the main thread is ever interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[tuple[int, FrameType | None]] = []
    earlier = signal.signal(signal.SIGINT, lambda number, frame: caught.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if earlier is None else earlier)
        if caught and callable(earlier):
            earlier(*caught[-1])
