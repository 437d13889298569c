"""Render results as CSV, JSON or Parquet, and save folders of tables."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import yaml

from ecograph.errors import EcographError
from ecograph.files import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ecograph.tables import TableSet

__all__ = [
    "Format",
    "render_csv",
    "render_json",
    "render_parquet",
    "save_tables",
]

Format = Literal["table", "csv", "json", "parquet"]

_FORMULA = re.compile(r"^[=+\-@＝＋－＠\t\r\x00]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?$")
_DIGITS = 12  # significant; what differs behind them is rounding
_EXACT = 2**53  # whole numbers up to here are exact


def render_csv(table: pd.DataFrame, *, index: bool = True) -> bytes:
    r"""Render a table as CSV that a spreadsheet opens: UTF-8 with BOM, no live formulas.

    Parameters
    ----------
    table
        Any result; numbers are written with 12 significant digits, missing ones empty.
    index
        Whether the index is the first column.

    Examples
    --------
    >>> render_csv(pd.DataFrame({"name": ["=1+1", "-5"], "n": [0.1, None]}), index=False).decode()
    "\ufeffname,n\n'=1+1,0.1\n-5,\n"
    """
    flat = table.reset_index() if index else table
    plain = pd.DataFrame({name: flat[name].map(_write_cell) for name in flat.columns}, dtype=object)
    return _encode_csv(plain)


def render_json(
    table: pd.DataFrame,
    *,
    index: bool = True,
    problems: pd.DataFrame | None = None,
    meta: Mapping[str, Any] | None = None,
) -> bytes:
    """Render a table as strict JSON: ``rows``, one object each, beside ``meta`` and ``problems``.

    Parameters
    ----------
    table
        Any result; its ``attrs["meta"]`` is the meta unless another is given.
    index
        Whether the index is a value of each row.
    problems
        What was found while reading, if anything was read.
    meta
        What the result says about itself.
    """
    flat = table.reset_index() if index else table
    content: dict[str, Any] = {
        "meta": _simplify(dict(meta if meta is not None else table.attrs.get("meta", {}))),
        "rows": _list_rows(flat),
    }
    if problems is not None:
        content["problems"] = _list_rows(problems)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8") + b"\n"


def render_parquet(table: pd.DataFrame, *, index: bool = True) -> bytes:
    """Render a table as Parquet."""
    flat = table.reset_index() if index else table
    flat = flat.copy()
    flat.attrs = {}
    buffer = io.BytesIO()
    flat.to_parquet(buffer, index=False)
    return buffer.getvalue()


def save_tables(tables: TableSet, folder: Path) -> list[Path]:
    """Save tables of text as an ecosystem folder: one CSV each, and ecosystem.yaml.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    EcographError
        If the folder holds files of another ecosystem, which would be mixed with this one.
    """
    _refuse_others(folder, {f"{name}.csv" for name in tables.tables} | {"ecosystem.yaml"})
    facts = yaml.safe_dump(dict(tables.facts), allow_unicode=True, sort_keys=False)
    written = [folder / f"{name}.csv" for name in sorted(tables.tables)]
    with Draft() as draft:
        for file in written:
            draft.add(file, _encode_csv(tables.tables[file.stem]))
        draft.add(folder / "ecosystem.yaml", facts.encode("utf-8"))
        draft.publish()
    return [*written, folder / "ecosystem.yaml"]


def _encode_csv(table: pd.DataFrame) -> bytes:
    """Encode a table as CSV; a lone carriage return within a cell has it quoted throughout."""
    texts = table.select_dtypes(include=["object", "string"])
    broken = any(column.astype(str).str.contains("\r").any() for _, column in texts.items())
    quoting = csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL
    buffer = io.StringIO()
    table.to_csv(buffer, index=False, lineterminator="\n", quoting=quoting)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _refuse_others(folder: Path, own: set[str]) -> None:
    if not folder.is_dir():
        return
    others = sorted(
        f.name for f in folder.iterdir() if f.name not in own and not f.name.startswith(".")
    )
    if others:
        raise EcographError(
            f"{folder} already holds {', '.join(others[:5])}; choose an empty folder, "
            "so that two ecosystems are not mixed."
        )


def _write_number(value: float) -> str:
    """Write a number: sums of money to the cent, anything else with 12 significant digits."""
    if value.is_integer() and abs(value) < _EXACT:
        return f"{value:.0f}"
    return repr(value) if round(value, 2) == value else f"{value:.{_DIGITS}g}"


def _write_cell(value: object) -> object:
    """Write one value as CSV text; only text can be a formula, numbers stay numbers."""
    if isinstance(value, str):
        live = _FORMULA.match(value) and not _NUMBER.match(value)
        return f"'{value}" if live else value
    simple = _simplify(value)
    if isinstance(simple, float):
        return _write_number(simple)
    if isinstance(simple, bool):
        return "true" if simple else "false"
    if isinstance(simple, list):
        return "；".join(str(item) for item in simple)
    return "" if simple is None else simple


def _list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {str(name): [_simplify(v) for v in table[name]] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _simplify(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value that a table may hold
    """Turn a value into one that strict JSON has; what is not a number becomes null."""
    if isinstance(value, dict):
        return {str(k): _simplify(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_simplify(item) for item in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        return _simplify(value.item())
    if isinstance(value, float):
        return float(_write_number(value)) if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value if isinstance(value, str | int | bool) else str(value)
