"""Spell values as text for files: a cell at a time, or a column at once with the same result."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["simplify", "spell_cell", "spell_column"]

_FORMULA = re.compile(r"^[=+\-@＝＋－＠\t\r\x00]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?$")
_DIGITS = 12  # significant; what differs behind them is rounding
_EXACT = 2**53  # whole numbers up to here are exact
_LEAST_MONEY, _MOST_MONEY = 0.005, 2.0**43  # here hundredths are far wider apart than floats


def spell_cell(value: object) -> object:
    """Spell one value; only text can be a formula, numbers stay numbers.

    >>> spell_cell("=1+1"), spell_cell(0.1 + 0.2), spell_cell(True), spell_cell(["a", "b"])
    ("'=1+1", '0.3', 'true', 'a；b')
    """
    if isinstance(value, str):
        live = _FORMULA.match(value) and not _NUMBER.match(value)
        return f"'{value}" if live else value
    simple = simplify(value)
    if isinstance(simple, float):
        return _spell_number(simple)
    if isinstance(simple, bool):
        return "true" if simple else "false"
    if isinstance(simple, list):
        return "；".join(str(item) for item in simple)
    return "" if simple is None else simple


def simplify(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value that a table may hold
    """Turn a value into one that strict JSON has; what is not a number becomes null."""
    if isinstance(value, dict):
        return {str(k): simplify(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [simplify(item) for item in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        return simplify(value.item())
    if isinstance(value, float):
        return float(_spell_number(value)) if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value if isinstance(value, str | int | bool) else str(value)


def spell_column(column: pd.Series) -> pa.Array:  # noqa: PLR0911 - one for each kind of column
    """Spell a column, each value as `spell_cell` does; missing values are empty.

    Returns
    -------
    pyarrow.Array
        Of strings, as long as the column.
    """
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _spell_categories(column)
    if pd.api.types.is_bool_dtype(dtype):
        return _fill(column, lambda held: np.where(held.to_numpy(bool), "true", "false"))
    if pd.api.types.is_integer_dtype(dtype):
        return _as_text(pa.array(column))
    if pd.api.types.is_float_dtype(dtype):
        return _spell_floats(column.to_numpy(np.float64, na_value=np.nan))
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return _fill(column, lambda held: np.datetime_as_string(held.to_numpy(), unit="D"))
    if pd.api.types.infer_dtype(column, skipna=True) in {"string", "empty"}:
        return _spell_texts(column)
    return _to_text(column.map(spell_cell))


def _spell_number(value: float) -> str:
    """Spell a number: sums of money to the cent, anything else with 12 significant digits."""
    if value.is_integer() and abs(value) < _EXACT:
        return f"{value:.0f}"
    return repr(value) if round(value, 2) == value else f"{value:.{_DIGITS}g}"


def _spell_categories(column: pd.Series) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it

    spelled = _to_text(pd.Series(column.cat.categories, dtype=object).map(spell_cell))
    codes = column.cat.codes.to_numpy()
    return _as_text(spelled.take(pa.array(codes, mask=codes < 0)))


def _fill(column: pd.Series, spell: Any) -> pa.Array:  # noqa: ANN401 - a function of the column
    """Spell the values that are there; leave the others empty."""
    held = column.notna().to_numpy()
    texts = np.full(len(column), "", dtype=object)
    texts[held] = spell(column[held])
    return _to_text(texts)


def _spell_texts(column: pd.Series) -> pa.Array:
    """Spell texts: those that a spreadsheet would run get a quote."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it
    import pyarrow.compute as pc  # noqa: PLC0415

    texts = _as_text(pa.array(column.to_numpy(object), pa.large_string(), from_pandas=True))
    live = pc.match_substring_regex(texts, r"\A[=+\-@＝＋－＠\t\r\x00]").to_numpy(
        zero_copy_only=False
    )
    if not live.any():
        return texts
    spelled = texts.to_numpy(zero_copy_only=False)
    spelled[live] = [spell_cell(text) for text in spelled[live]]
    return _to_text(spelled)


def _spell_floats(values: Floats) -> pa.Array:
    """Spell numbers: whole ones, sums of money, others by their digits."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it

    held, size = np.isfinite(values), np.abs(values)
    whole = (values == np.rint(values)) & (size < _EXACT) & ~((values == 0) & np.signbit(values))
    if whole[held].all():
        numbers = np.where(held, values, 0).astype(np.int64)
        return _as_text(pa.array(numbers, mask=~held))
    broken = held & ~whole & (size < _MOST_MONEY) & (size >= _LEAST_MONEY)
    money = broken.copy()
    money[broken] = np.rint(values[broken] * 100) / 100 == values[broken]
    rest = held & ~whole & ~money
    texts = np.full(len(values), "", dtype=object)
    texts[whole] = [str(value) for value in values[whole].astype(np.int64).tolist()]
    texts[money] = [repr(value) for value in values[money].tolist()]
    plain = rest & (size < _MOST_MONEY) & (size >= _LEAST_MONEY)
    texts[plain] = [f"{value:.{_DIGITS}g}" for value in values[plain].tolist()]
    odd = rest & ~plain
    texts[odd] = [_spell_number(value) for value in values[odd].tolist()]
    return _to_text(texts)


def _to_text(values: Any) -> pa.Array:  # noqa: ANN401 - a series or an array
    """Turn spelled values into an array of strings."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it

    return pa.array([str(value) for value in values], pa.large_string())


def _as_text(values: pa.Array) -> pa.Array:
    """Cast an array of arrow to strings, empty where there is nothing."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it

    return values.cast(pa.large_string()).fill_null("")
