"""Read a workbook by python-calamine in a process of its own, which may die without harm.

The library allocates what a file asks for and aborts the process where there is no memory; so it
never runs in ours. What comes back are lines of JSON, nothing that could run. This file is run as a
script and imports nothing of ecograph, so that the child starts fast.
"""

from __future__ import annotations

import json
import math
import signal
import sys
import threading
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ChildError", "read_child"]

MEMORY = 512 << 20
"""Bytes of memory that the child may take for a file of no size; a large one is given more."""

_MEMORY_A_BYTE = 48
_MOST_MEMORY = 4 << 30
_MOST_SHEETS = 1000
_LONGEST_LINE = 1 << 28
_ROWS_A_LINE = 500
_PATIENCE = 6  # times as long as the child may work, it may wait on a busy machine


class ChildError(Exception):
    """The child could not read the file: the code of the problem, and the reason."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


def read_child(path: Path, seconds: float) -> Iterator[Any]:
    """Read a workbook in a child process.

    Parameters
    ----------
    path
        An XLS, XLSB or ODS file.
    seconds
        Time that the processor may work for the child.

    Yields
    ------
    dict or list
        For each sheet first a dict with name, hidden, merges and left (columns passed over), then
        lists of its rows. A row is a list of cells: text, number, boolean, None, or a list of
        kind and text for days.

    Raises
    ------
    ChildError
        If it is no workbook, or too much for the limits.
    """
    from ecograph.reading.processes import open_child  # noqa: PLC0415 - not for the child itself

    memory = min(_MOST_MEMORY, MEMORY + _MEMORY_A_BYTE * path.stat().st_size)
    words = (str(path.resolve()), str(memory), str(math.ceil(seconds)))
    with open_child(__file__, *words) as child:
        late = threading.Event()
        timer = threading.Timer(_PATIENCE * seconds, _stop, (child, late))
        timer.daemon = True
        timer.start()
        try:
            yield from _receive(cast("IO[bytes]", child.stdout))
            status = child.wait()
        finally:
            timer.cancel()
            child.kill()
        if status:
            raise _explain(status, late=late.is_set())


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _receive(stream: IO[bytes]) -> Iterator[Any]:
    """Receive whole lines; the last one of a child that died may be cut, and is left out."""
    while line := stream.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            break
        found = json.loads(line)
        if isinstance(found, dict) and "broken" in found:
            raise ChildError(found["code"], str(found["broken"]))
        yield found


def _explain(status: int, *, late: bool) -> ChildError:
    if late or -status == getattr(signal, "SIGXCPU", None):
        return ChildError("workbook_too_slow")
    return ChildError("workbook_too_large", f"memory ({status})")


def _main(path: str, memory: int, seconds: int) -> None:  # pragma: no cover - runs in the child
    """Send the sheets of a workbook to standard output."""
    _limit(memory, seconds)
    import python_calamine as calamine  # noqa: PLC0415 - only the child may import it

    try:
        book = calamine.load_workbook(path)
        sheets = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
        if len(sheets) > _MOST_SHEETS:
            _refuse("workbook_too_large", f"sheets: {len(sheets)} > {_MOST_SHEETS}")
            return
        for entry in sheets:
            hidden = entry.visible != calamine.SheetVisibleEnum.Visible
            _send_sheet(book.get_sheet_by_name(entry.name), entry.name, hidden=hidden)
    except calamine.PasswordError:
        _refuse("unreadable_workbook", "protected by a password")
    except (calamine.CalamineError, OSError, ValueError) as error:
        large = "limit exceeded" in str(error)  # the library has a limit of its own on cells
        _refuse("workbook_too_large" if large else "unreadable_workbook", str(error)[:300])
    except MemoryError:
        _refuse("workbook_too_large", "memory")


def _limit(memory: int, seconds: int) -> None:  # pragma: no cover - runs in the child
    try:
        import resource  # noqa: PLC0415 - not every system has it
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _send_sheet(sheet: Any, name: str, *, hidden: bool) -> None:  # noqa: ANN401  # pragma: no cover - runs in the child
    merges = sheet.merged_cell_ranges or []
    left = (sheet.start or (0, 0))[1]  # the rows begin at the top, the columns where there is text
    _send({"name": name, "hidden": hidden, "merges": merges, "left": left})
    rows = []
    for row in sheet.iter_rows():
        rows.append([_pack(cell) for cell in row])
        if len(rows) == _ROWS_A_LINE:
            _send(rows)
            rows = []
    _send(rows)


def _pack(cell: Any) -> Any:  # noqa: ANN401  # pragma: no cover - runs in the child
    if isinstance(cell, str):
        return cell or None
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    return [type(cell).__name__, str(cell)]


def _refuse(code: str, reason: str) -> None:  # pragma: no cover - runs in the child
    _send({"broken": reason, "code": code})


def _send(value: object) -> None:  # pragma: no cover - runs in the child
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":  # pragma: no cover - runs in the child
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
