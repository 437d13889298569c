"""What can go wrong, one class for each fact; the command line turns them into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.problems import Problem

__all__ = ["DataError", "EcographError", "RegisterError", "SettingsError"]


class EcographError(Exception):
    """Anything that ecograph refuses, with a sentence that a person can act on."""


class DataError(EcographError):
    """The input cannot be used.

    Parameters
    ----------
    message
        One sentence that names what is wrong.
    problems
        Every problem found, in the order of files and rows.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class SettingsError(EcographError):
    """A setting, or ecosystem.yaml, holds an unknown key or a value that makes no sense."""


class RegisterError(EcographError):
    """A public register is not laid out as documented, or its control totals do not come out."""
