"""Public registers of research projects, read into ecosystems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.errors import RegisterError
from ecograph.registers import anr_pia, h2020, norway

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ecograph.tables import TableSet

__all__ = ["REGISTERS", "convert"]

_READERS: Mapping[str, Callable[[Path], TableSet]] = {
    "h2020": h2020.read_register,
    "anr-pia": anr_pia.read_register,
    "norway-h2020": norway.read_register,
}

REGISTERS: tuple[str, ...] = tuple(_READERS)


def convert(register: str, source: Path) -> TableSet:
    """Read a public register and hold it to its own control totals.

    Parameters
    ----------
    register
        One of `REGISTERS`.
    source
        The folder with the register's files, under the names that docs/registers.md lists.

    Returns
    -------
    TableSet
        The ecosystem, not yet written, with the totals that were checked.

    Raises
    ------
    RegisterError
        If the register is unknown, a file or column is missing, or a control total fails.
    """
    if register not in _READERS:
        raise RegisterError(
            f"{register!r} is not a register that ecograph reads; choose {', '.join(REGISTERS)}."
        )
    if not source.is_dir():
        raise RegisterError(
            f"{source} is not a folder; name the folder that holds the files of {register}."
        )
    return _READERS[register](source)
