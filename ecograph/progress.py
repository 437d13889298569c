"""How far a long computation is: whoever computes tells, whoever shows it listens."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Listener", "listen", "track"]

T = TypeVar("T")
Listener = Callable[[int, int, str], object]
"""Told how many units are done, of how many, and what one unit is."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def track(items: Iterable[T], total: int, unit: str) -> Iterator[T]:
    """Yield the items, and tell whoever listens how many of them are done.

    An item is done when the next one is asked for. Where nobody listens, this is ``iter``.

    Parameters
    ----------
    items
        What is worked on, one unit each: sources of paths, blocks, draws.
    total
        How many items there are.
    unit
        The name of one item in the plural, for a rate such as "120 sources/s".

    Examples
    --------
    >>> with listen(lambda done, total, unit: print(f"{done} of {total} {unit}")):
    ...     squares = [n * n for n in track(range(2), 2, "numbers")]
    0 of 2 numbers
    1 of 2 numbers
    2 of 2 numbers
    """
    listener = _listener.get()
    return iter(items) if listener is None else _tell(items, total, unit, listener)


@contextlib.contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Have a listener told of all that is tracked meanwhile, in this thread or context.

    Parameters
    ----------
    listener
        Called after every item; it must be quick.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def _tell(items: Iterable[T], total: int, unit: str, listener: Listener) -> Iterator[T]:
    listener(0, total, unit)
    for done, item in enumerate(items, start=1):
        yield item
        listener(done, total, unit)
