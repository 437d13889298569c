"""The figures of the main results by their paths, and how a person finds one."""

from __future__ import annotations

import difflib
import itertools
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.gaps import GAP_COLUMNS, find_gaps
from ecograph.analysis.mentions import fold_name
from ecograph.analysis.overview import compare_indicators, summarise
from ecograph.analysis.pairs import PAIR_COLUMNS, cross_disciplines
from ecograph.analysis.tiers import TIERS, assign_tiers
from ecograph.definitions import list_defined
from ecograph.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping

    from ecograph.ecosystem import Ecosystem

    Results = Mapping[str, pd.DataFrame]

__all__ = ["FIGURES", "Figure", "find_figures", "list_values", "read_number", "take_result"]

_COMPUTE: Mapping[str, Callable[[Ecosystem], pd.DataFrame]] = {
    "summary": summarise,
    "gaps": find_gaps,
    "dimensions": measure_dimensions,
    "tiers": assign_tiers,
    "coverage": compare_indicators,
    "pairs": cross_disciplines,
}

FIGURES = tuple(_COMPUTE)
"""The results whose figures have paths."""

_ONE_FIGURE = frozenset({"tiers", "summary", "dimensions"})
_MAIN = FIGURES[:-1]  # of pairs there are too many to list by value
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(\s*%)?")
_ROUNDING = 1e-9
_CLOSE = 5
_MOST_COMPARED = 20_000  # paths in which close matches are looked for


class Figure(NamedTuple):
    """A figure of a result.

    Parameters
    ----------
    result
        One of ``FIGURES``.
    words
        Of each step to its row, what it may be called: the id, the name, and short names.
    figure
        What is told of the row: a column, or the row itself.
    value
        A number, a word, or nan.
    """

    result: str
    words: tuple[tuple[str, ...], ...]
    figure: str
    value: float | str

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of its row."""
        return tuple(words[0] for words in self.words)

    @property
    def name(self) -> str:
        """What its row is called."""
        return " - ".join(words[min(1, len(words) - 1)] for words in self.words)

    @property
    def path(self) -> str:
        """What a person asks for it by."""
        return "/".join((self.result, *self.keys, *self._tail))

    def spell(self) -> set[str]:
        """Spell its path in all ways, folded."""
        ways = itertools.product(*map(dict.fromkeys, self.words))
        return {fold_name("/".join((self.result, *way, *self._tail))) for way in ways}

    @property
    def _tail(self) -> tuple[str, ...]:
        """The column, where the row has several."""
        return () if self.result in _ONE_FIGURE else (self.figure,)


def take_result(ecosystem: Ecosystem, result: str, results: Results | None = None) -> pd.DataFrame:
    """Take a result that was computed before, else compute it."""
    if results is not None and result in results:
        return results[result]
    memory = ecosystem.memory.setdefault("figures", {})
    if result not in memory:
        memory[result] = _COMPUTE[result](ecosystem)
    table: pd.DataFrame = memory[result]
    return table


def find_figures(
    ecosystem: Ecosystem, path: str, *, results: Results | None = None
) -> list[Figure]:
    """Find the figure that a path names, or all those that it leads to.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    path
        ``gaps/生物医药/observed``, with ids or names; ``gaps/生物医药`` leads to all its figures.
    results
        Results that were computed before.

    Raises
    ------
    SettingsError
        If it leads nowhere; with the closest paths.
    """
    wanted = fold_name(path).rstrip("/")
    result = wanted.partition("/")[0]
    if result not in FIGURES:
        close = difflib.get_close_matches(result, FIGURES, _CLOSE)
        raise SettingsError(_miss(path, close or FIGURES))
    last = wanted.rpartition("/")[2]
    figures = list(_list_figures(ecosystem, result, results, only=last))
    spelt = [(figure, figure.spell()) for figure in figures]
    exact = [figure for figure, ways in spelt if wanted in ways]
    begun = [f for f, ways in spelt if any(way.startswith(f"{wanted}/") for way in ways)]
    found = exact or _prefer_counted(wanted, begun)
    if not found:
        known = sorted({way for _, ways in spelt[:_MOST_COMPARED] for way in ways})
        raise SettingsError(_miss(path, difflib.get_close_matches(wanted, known, _CLOSE, 0.5)))
    return found


def list_values(
    ecosystem: Ecosystem, number: str, *, results: Results | None = None
) -> list[Figure]:
    """List the figures of the main results (all but pairs) that have a value.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    number
        As it stands in a report: ``1,932``, ``0.21``, ``21.4%``. A figure has it if it does when
        it is rounded to as many digits; a share of 0.214 is 21.4%, as is a published 21.4.
    results
        Results that were computed before.

    Raises
    ------
    SettingsError
        If it is no number, or no figure has it.
    """
    read = read_number(number)
    if read is None:
        raise SettingsError(f'"{number}" is no number.')
    (value, digits), percent = read, number.rstrip().endswith("%")
    found = [
        figure
        for result in _MAIN
        for figure in _list_figures(ecosystem, result, results)
        if _equals(figure.value, value, digits)
        or (percent and _equals(figure.value, 100 * value, digits - 2))
    ]
    if not found:
        told = ", ".join(_MAIN)
        raise SettingsError(
            f"No figure of {told} is {number}; name one, as gaps/INDUSTRY/observed."
        )
    return found


def read_number(text: str) -> tuple[float, int] | None:
    """Read a number as a report writes it, and how many digits stand behind its point.

    >>> read_number("1,932"), read_number("21.4%"), read_number("U01")
    ((1932.0, 0), (0.214, 3), None)
    """
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    bare = plain.rstrip("%").strip().replace(",", "")
    digits = len(bare.partition(".")[2])
    if plain.endswith("%"):
        return round(float(bare) / 100, digits + 2), digits + 2
    return float(bare), digits


def _equals(value: object, wanted: float, digits: int) -> bool:
    """Say whether a value is what is wanted, if it is rounded in the same way."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return False
    # a whole number is not meant to stand for 17.3
    slack = 0.5 * 10.0**-digits if digits else 0.0
    return abs(value - wanted) <= slack + _ROUNDING


def _prefer_counted(wanted: str, begun: list[Figure]) -> list[Figure]:
    """Prefer the agreements that count, where agreements are asked for and no status."""
    if wanted == "summary/agreements":
        return [figure for figure in begun if figure.keys[-1] == "counted"]
    return begun


def _miss(path: str, close: Collection[str]) -> str:
    near = f" Close to it: {', '.join(close)}." if close else ""
    return f'There is no figure "{path}".{near} Results that can be asked: {", ".join(FIGURES)}.'


# The figures of each result


def _list_figures(
    ecosystem: Ecosystem, result: str, results: Results | None, *, only: str = ""
) -> Iterator[Figure]:
    """List the figures of a result; of a table with many columns only one, if it is one."""
    table = take_result(ecosystem, result, results)
    if result == "tiers":
        counts = table["tier"].value_counts()
        for tier in TIERS:
            yield Figure(result, ((tier,),), tier, int(counts.get(tier, 0)))
        return
    columns = () if result in _ONE_FIGURE else _choose_columns(result, table, only)
    for row in table.reset_index().to_dict(orient="records"):
        words = _name_row(result, row)
        if result == "summary":
            yield Figure(result, words, row["what"], _simplify(row["value"]))
        elif result == "dimensions":
            yield Figure(result, words, row["indicator"], _simplify(row["value"]))
        else:
            for column in columns:
                yield Figure(result, words, column, _simplify(row[column]))


def _name_row(result: str, row: Mapping[Hashable, Any]) -> tuple[tuple[str, ...], ...]:
    """Name the steps to a row: what each may be called, the id first and then the name."""
    if result == "pairs":
        return tuple((row[side], row[f"{side}_name"]) for side in ("industry", "discipline"))
    if result == "summary":
        return (row["what"],), (row["item"],)
    if result == "dimensions":
        indicator = row["indicator"]
        return ((f"{row['dimension']}.{indicator}", row["name"], indicator),)
    return ((str(row["industry" if result == "gaps" else "indicator"]), str(row["name"])),)


def _choose_columns(result: str, table: pd.DataFrame, only: str) -> list[str]:
    known = {"gaps": GAP_COLUMNS, "pairs": PAIR_COLUMNS}.get(result, tuple(table.columns))
    defined = [column for column in known if column in list_defined(result)]
    return [only] if only in defined else defined


def _simplify(value: Any) -> float | str:  # noqa: ANN401 - any cell
    """Turn numbers of arrays into plain ones; what is not known is nan."""
    if isinstance(value, str):
        return value
    return math.nan if pd.isna(value) else float(value)
