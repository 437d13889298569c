"""Ctrl-C: end at once, whatever library is at work, and leave no half-written file."""

from __future__ import annotations

import os
import signal
import sys
import threading

from ecograph.files import abandon_drafts

__all__ = ["INTERRUPTED", "MESSAGE", "end_on_interrupt"]

INTERRUPTED = 130
MESSAGE = "ecograph: Interrupted."


def end_on_interrupt() -> None:
    """Have a thread wait for Ctrl-C and end the process: status 130, and no draft is left.

    Python looks for signals between two steps of its own, and compiled libraries take over the
    signal while they compute, so the main thread may hear of it minutes later. Here no other
    thread gets the signal at all. Where a system has no such thing, Python's way remains.
    """
    if not hasattr(signal, "sigwait"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_await_interrupt, name="interrupt", daemon=True).start()


def _await_interrupt() -> None:
    signal.sigwait({signal.SIGINT})
    abandon_drafts()
    cleared = "\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else ""  # a bar, and the cursor it hid
    os.write(2, f"{cleared}{MESSAGE}\n".encode())  # no buffer, whose lock may be held for long
    os._exit(INTERRUPTED)
