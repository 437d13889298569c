"""Write the values of records and databases as text, and say where that is doubtful."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from ecograph.problems import Problem, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecograph.problems import Severity

__all__ = [
    "CellWriter",
    "Constant",
    "Lost",
    "Number",
    "mend_text",
    "order_columns",
    "write_float",
    "write_json",
]

DEEPEST = 50
"""Levels of a value within a cell."""

_EXACT = 2**53  # from here on a float skips whole numbers
_ROUND = 2  # digits of a sum that is written in full, and of no code
_SEPARATORS = frozenset(";；、")  # what splits a cell into a list later on
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPES |= {chr(n): f"\\u{n:04x}" for n in range(32) if chr(n) not in _ESCAPES}
_QUOTING = str.maketrans(_ESCAPES)


class Number(str):
    """A number as its file spells it."""

    __slots__ = ()


_PLAIN = {str, int, Number}  # what is written by its text alone


class Constant(Number):
    """NaN or Infinity, which JSON does not know."""

    __slots__ = ()


class Lost(NamedTuple):
    """A value that Python cannot hold, such as a day in the year 38504, as the file has it."""

    text: str


class CellWriter:
    """Values on their way into the cells of one sheet.

    Parameters
    ----------
    file, sheet
        Where they stand, for the problems.
    header
        Column names by position.

    Attributes
    ----------
    spoiled
        Row and position of cells that are empty because their value was lost.
    rejected
        Rows that cannot be used.
    torn
        Whether a text may hold half a character.

    Examples
    --------
    >>> writer = CellWriter("t.json", "", ["id", "parties"])
    >>> writer.write(2, 0, 7), writer.write(2, 1, ["U1", "E1"])
    ('7', 'U1；E1')
    >>> writer.write(3, 0, {"a": Number("1")}), writer.list_problems()[0].code
    ('{"a": 1}', 'nested_value')
    """

    def __init__(self, file: str, sheet: str, header: Sequence[str]) -> None:
        self.spoiled: set[tuple[int, int]] = set()
        self.rejected: set[int] = set()
        self.torn = False
        self._file = file
        self._sheet = sheet
        self._header = header
        self._lost: set[int] = set()
        self._problems: list[Problem] = []
        self._tally = Tally()

    def write(self, row: int, position: int, value: object) -> str:
        """Write one value as text."""
        if isinstance(value, str):
            return self._write_text(row, position, value)
        if isinstance(value, Lost):
            return self.lose(row, position, "unreadable_cell", value.text)
        if isinstance(value, list | tuple):
            return self._write_list(row, position, value)
        if isinstance(value, dict):
            return self._write_nested(row, position, value)
        return self._write_plain(row, position, value)

    def _write_plain(self, row: int, position: int, value: object) -> str:
        if isinstance(value, bytes):
            self.lose_column(position, "binary_column", [row])
        elif isinstance(value, float) and _is_inexact(value):
            self.lose(row, position, "damaged_code", repr(value))
        elif value is not None:
            return _write_scalar(value)
        return ""

    def write_column(self, first: int, position: int, values: Sequence[object]) -> list[str]:
        """Write the values of one column, from the row ``first`` on."""
        texts = ["" if value is None else value for value in values]
        if {*map(type, texts)} <= _PLAIN and not self.torn:
            written = list(map(str, texts))
            if "\x00" not in "".join(written):
                return written
        return [self.write(row, position, value) for row, value in enumerate(values, start=first)]

    def lose_column(self, position: int, code: str, rows: Sequence[int]) -> None:
        """Report a column that cannot be used, once however often it comes."""
        self.spoiled |= {(row, position) for row in rows}
        if rows and position not in self._lost:
            self._lost.add(position)
            self.doubt(rows[0], position, code, severity="error")

    def lose(self, row: int, position: int, code: str, value: str = "") -> str:
        """Report a value that cannot be used; its cell is left empty."""
        self.spoiled.add((row, position))
        self.doubt(row, position, code, value, severity="error")
        return ""

    def reject(self, row: int, code: str, value: str, **details: object) -> None:
        """Report a row that cannot be used; its cells are to be blank."""
        self.rejected.add(row)
        self.doubt(row, -1, code, value, severity="error", **details)

    def doubt(
        self,
        row: int,
        position: int,
        code: str,
        value: str = "",
        *,
        severity: Severity = "warning",
        **details: object,
    ) -> None:
        """Report a value; of thousands alike only the number."""
        column = self._header[position] if 0 <= position < len(self._header) else ""
        place = code, self._file, self._sheet
        if self._tally.admit(*place, row=row, column=column, severity=severity):
            value = mend_text(value)[:200]
            self._problems.append(Problem(*place, row, column, value, severity, details))

    def list_problems(self) -> list[Problem]:
        """List what was reported, and how many more there are of a kind."""
        return [*self._problems, *self._tally.list_more()]

    def _write_text(self, row: int, position: int, text: str) -> str:
        if self.torn:
            text = self._mend(row, position, text)
        if "\x00" in text:
            text = text.replace("\x00", "")
            self.doubt(row, position, "nul_character", text)
        if isinstance(text, Constant):
            self.doubt(row, position, "not_a_number", text)
        return str(text)

    def _mend(self, row: int, position: int, text: str) -> str:
        r"""Replace halves of characters, which no file could hold."""
        whole = mend_text(text)
        if whole != text:
            self.doubt(row, position, "damaged_text", whole)
        return whole

    def _write_list(self, row: int, position: int, values: Sequence[object]) -> str:
        if any(isinstance(item, list | tuple | dict) for item in values):
            return self._write_nested(row, position, values)
        texts = [self.write(row, position, item) for item in values]
        split = next((text for text in texts if not _SEPARATORS.isdisjoint(text)), None)
        if split is not None:
            self.doubt(row, position, "split_entry", split)
        return "；".join(texts)

    def _write_nested(self, row: int, position: int, value: object) -> str:
        if not _is_shallow(value):
            return self.lose(row, position, "nested_too_deep")
        text = self._write_text(row, position, write_json(value))
        self.doubt(row, position, "nested_value", text)
        return text


def order_columns(names: Iterable[object]) -> list[str]:
    """Order column names as they come, those without a letter first, where no header ends."""
    return sorted(map(mend_text, map(str, names)), key=lambda name: bool(name.strip()))


def mend_text(text: str) -> str:
    r"""Replace halves of characters; whole ones stay.

    >>> mend_text("校\ud83d")
    '校\ufffd'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def write_float(value: float) -> str:
    """Write 2024.0 as 2024: a column of whole numbers with gaps arrives as floats.

    >>> write_float(2024.0), write_float(0.1), write_float(float("nan"))
    ('2024', '0.1', '')
    """
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def write_json(value: object) -> str:
    """Write a value of few levels as JSON, numbers as they were spelt.

    >>> write_json({"a": [Number("1.10"), "x", None, True]})
    '{"a": [1.10, "x", null, true]}'
    """
    if isinstance(value, dict):
        inner = (f"{_quote(str(key))}: {write_json(item)}" for key, item in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(write_json, value)) + "]"
    if value is None:
        return "null"
    text = _write_scalar(value)
    return text if isinstance(value, bool | int | float | Decimal | Number) else _quote(text)


def _quote(text: str) -> str:
    return f'"{text.translate(_QUOTING)}"'


def _write_scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return write_float(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime) and _is_midnight(value):
        return value.date().isoformat()
    return str(value)


def _is_midnight(value: dt.datetime) -> bool:
    return value.time() == dt.time() and not getattr(value, "nanosecond", 0)  # as pandas has them


def _is_inexact(value: float) -> bool:
    """Tell a number that may have lost its last digits; 1e16 has too few for a code."""
    if not math.isfinite(value) or abs(value) < _EXACT:
        return False
    return len(Decimal(repr(value)).normalize().as_tuple().digits) > _ROUND


def _is_shallow(value: object) -> bool:
    """Tell whether a value has few levels, without descending by recursion."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined] # only lists and mappings are kept
            if isinstance(inner, list | tuple | dict)
        ]
        if not level:
            return True
    return False
