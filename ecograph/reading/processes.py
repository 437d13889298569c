"""Start a script of our own in a process that may die without harm."""

from __future__ import annotations

import os
import subprocess
import sys

__all__ = ["open_child"]


def open_child(script: str, *words: str, **settings: str) -> subprocess.Popen[bytes]:
    """Open a process that runs a Python file and sends its answer to standard output.

    Parameters
    ----------
    script
        The file; what it imports is found where we find it.
    *words
        Its arguments.
    **settings
        Environment variables beside our own.
    """
    # -P: no module of the folder that we happen to stand in is ever run
    command = [sys.executable, "-P", "-X", "utf8", script, *words]
    known = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(  # noqa: S603 - our own file
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": known, **settings},
    )
