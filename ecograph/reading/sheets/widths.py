"""Refuse a table that is wider than any register."""

from __future__ import annotations

from ecograph.errors import DataError
from ecograph.problems import Problem

__all__ = ["MOST_COLUMNS", "refuse_width"]

MOST_COLUMNS = 16_384
"""Columns of a table, as in a spreadsheet; what is wider is no register."""


def refuse_width(columns: int, file: str, sheet: str = "", *, row: int | None = None) -> None:
    """Refuse a table of more columns than `MOST_COLUMNS`.

    Parameters
    ----------
    columns
        How many it has.
    file, sheet, row
        Where its header stands, for the problem.

    Raises
    ------
    DataError
        If there are too many.
    """
    if columns > MOST_COLUMNS:
        details = {"most": f"{MOST_COLUMNS:,}"}
        problem = Problem("too_many_columns", file, sheet, row, details=details)
        raise DataError(f"{file} has more than {MOST_COLUMNS:,} columns.", [problem])
