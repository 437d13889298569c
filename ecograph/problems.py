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

__all__ = ["PROBLEM_COLUMNS", "Problem", "Severity", "tabulate_problems"]

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
