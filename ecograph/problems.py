"""A problem found in the input: where it is, what is wrong, what to do."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ecograph.schema import read_schema
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    _Kind = tuple[str, str, str, str, "Severity"]  # code, file, sheet, column, severity

__all__ = ["MOST_ALIKE", "PROBLEM_COLUMNS", "Problem", "Severity", "Tally", "tabulate_problems"]

Severity = Literal["error", "warning"]

PROBLEM_COLUMNS = (
    "code",
    "severity",
    "file",
    "sheet",
    "row",
    "column",
    "value",
    "message",
    "remedy",
)

MOST_ALIKE = 10_000
"""Problems of one kind in one sheet and column that are told one by one."""

_NAMED = frozenset({"kinds", "found", "status"})  # details that are words of the schema


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or doubtful, at its place.

    Parameters
    ----------
    code
        Short name of the rule, stable over versions.
    file, sheet, row, column, value
        Where: file name, sheet name, row as the spreadsheet shows it, header as written, cell
        as written; empty (row: None) where it does not apply.
    severity
        ``error`` where something could not be used, ``warning`` where it was used with doubt.
    details
        Values for the sentence that belongs to the code.
    """

    code: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: Severity = "error"
    details: Mapping[str, object] = field(default_factory=dict)

    def explain(self, lang: str) -> tuple[str, str]:
        """Say what is wrong and what to do about it.

        >>> Problem("duplicate_id", value="U1", details={"first": "a.csv, 2"}).explain("en")[0]
        'The id "U1" is already used (a.csv, 2).'
        """
        message, remedy = _find_texts(self.code, lang)
        values: dict[str, object] = {"value": self.value, "column": self.column}
        if self.details:
            values |= _name_kinds(self.details, lang)
        return message.format_map(values), remedy.format_map(values)


class Tally:
    """Counts problems of a kind, so that of many thousands alike the first are told one by one.

    A kind is a code of one severity in one sheet and column. What goes beyond `MOST_ALIKE` is told
    once, with how many rows it is about, the first of them and the last.

    Examples
    --------
    >>> tally = Tally()
    >>> sum(tally.admit("total_row", "a.csv", row=row) for row in range(2, 10_005))
    10000
    >>> [more] = tally.list_more()
    >>> more.explain("en")[0]
    '3 more rows, from row 10002 to row 10004, have the same problem (total_row).'
    """

    def __init__(self) -> None:
        self._counts: dict[_Kind, int] = {}
        self._ends: dict[_Kind, tuple[int, int]] = {}

    def admit(
        self,
        code: str,
        file: str = "",
        sheet: str = "",
        *,
        row: int,
        column: str = "",
        severity: Severity = "error",
    ) -> bool:
        """Count a problem; say whether it is to be told by itself."""
        kind = code, file, sheet, column, severity
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count <= MOST_ALIKE:
            return True
        first, last = self._ends.get(kind, (row, row))
        self._ends[kind] = min(first, row), max(last, row)
        return False

    def list_more(self) -> list[Problem]:
        """List the kinds of which more were counted than told: how many, from where to where."""
        return [
            Problem("more_rows", *kind[1:3], row, kind[3], "", kind[4], self._describe(kind))
            for kind, (row, _) in self._ends.items()
        ]

    def _describe(self, kind: _Kind) -> dict[str, object]:
        first, last = self._ends[kind]
        count = self._counts[kind] - MOST_ALIKE
        return {"count": count, "code": kind[0], "first": first, "last": last}


def tabulate_problems(problems: Iterable[Problem], lang: str = "en") -> pd.DataFrame:
    """Set problems out as a table.

    Parameters
    ----------
    problems
        Problems in any order.
    lang
        Language of message and remedy, ``en`` or ``zh``.

    Returns
    -------
    pandas.DataFrame
        One row a problem, columns ``PROBLEM_COLUMNS``; sorted by file, sheet, row and column.
    """
    ordered = sorted(problems, key=lambda p: (p.file, p.sheet, p.row or 0, p.column, p.code))
    said = {place: [getattr(p, place) for p in ordered] for place in PROBLEM_COLUMNS[:-2]}
    texts = [p.explain(lang) for p in ordered]
    said |= {name: [pair[n] for pair in texts] for n, name in enumerate(PROBLEM_COLUMNS[-2:])}
    said["row"] = pd.array(said["row"], dtype="Int64")
    return pd.DataFrame(said, columns=list(PROBLEM_COLUMNS))


@functools.cache
def _find_texts(code: str, lang: str) -> tuple[str, str]:
    """Find the sentences that belong to a code."""
    message, remedy = (translate(f"problem.{code}.{part}", lang) for part in ("message", "remedy"))
    return message, remedy


def _name_kinds(details: Mapping[str, object], lang: str) -> dict[str, object]:
    """Name the node kinds and statuses among the details in a language."""
    if _NAMED.isdisjoint(details):
        return dict(details)
    schema = read_schema()
    named = dict(details)
    for key in {"kinds", "found"} & set(details):
        kinds = str(details[key]).split(", ")
        named[key] = ", ".join(schema.node_kinds[kind].labels[lang] for kind in kinds)
    if "status" in details:
        named["status"] = schema.label_term("status", str(details["status"]), lang)
    return named
