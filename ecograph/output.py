"""Render results as CSV, JSON or Parquet, and save folders of tables."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import yaml

from ecograph.errors import EcographError
from ecograph.files import Draft
from ecograph.spelling import simplify, spell_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from ecograph.tables import TableSet

__all__ = [
    "Format",
    "render_csv",
    "render_json",
    "render_parquet",
    "save_tables",
]

Format = Literal["table", "csv", "json", "parquet"]

_BOM = b"\xef\xbb\xbf"
_BLOCK = 100_000  # rows that are text at a time


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
    >>> import pandas as pd
    >>> render_csv(pd.DataFrame({"name": ["=1+1", "-5"], "n": [0.1, None]}), index=False).decode()
    "\ufeffname,n\n'=1+1,0.1\n-5,\n"
    """
    flat = table.reset_index() if index else table
    if not len(flat.columns):
        return _BOM + b"\n"
    body = _render_rows(flat, always=False)
    always = body is None
    if body is None:
        body = _render_rows(flat, always=True)
    return b"".join([_BOM, _render_header(flat, always=always), *(body or ())])


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
        "meta": simplify(dict(meta if meta is not None else table.attrs.get("meta", {}))),
        "rows": _list_rows(flat),
    }
    if problems is not None:
        content["problems"] = _list_rows(problems)
    return (_spell_json(content) + "\n").encode("utf-8")


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


def _render_rows(table: pd.DataFrame, *, always: bool) -> list[bytes] | None:
    """Render the rows of a table, block by block.

    Parameters
    ----------
    table
        Any result, without its index.
    always
        Whether every cell is quoted, not only where it must be.

    Returns
    -------
    list of bytes or None
        None if every cell must be quoted, because one of them holds a lone carriage return.
    """
    blocks = []
    for start in range(0, len(table), _BLOCK):
        block = table.iloc[start : start + _BLOCK]
        cells = [spell_column(block.iloc[:, n]) for n in range(block.shape[1])]
        lines = _join_cells(cells, always=always)
        if lines is None:
            return None
        blocks.append(lines)
    return blocks


def _join_cells(cells: Sequence[pa.Array], *, always: bool) -> bytes | None:
    """Join columns of text to lines; None if a carriage return asks for quotes everywhere."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it
    import pyarrow.compute as pc  # noqa: PLC0415

    quoted = []
    for texts in cells:
        if not always and pc.any(pc.match_substring(texts, "\r")).as_py():
            return None
        quoted.append(_quote(texts, always=always, alone=len(cells) == 1))
    comma, end = (pa.scalar(text, pa.large_string()) for text in (",", "\n"))
    lines = pc.binary_join_element_wise(*quoted, comma)
    lines = pc.binary_join_element_wise(lines, pa.scalar("", pa.large_string()), end)
    _, offsets, data = lines.buffers()
    first, last = (np.frombuffer(offsets, np.int64)[lines.offset + n] for n in (0, len(lines)))
    return bytes(data[first:last]) if data is not None else b""


def _quote(texts: pa.Array, *, always: bool, alone: bool) -> pa.Array:
    """Quote the texts that a comma, a quote or a line feed would break, or all."""
    import pyarrow as pa  # noqa: PLC0415 - only who writes pays for it
    import pyarrow.compute as pc  # noqa: PLC0415

    needy = pc.match_substring_regex(texts, '[",\n]')
    if alone:  # a line with nothing on it would be no row
        needy = pc.or_(needy, pc.equal(texts, ""))
    if always:
        needy = pa.array(np.ones(len(texts), bool))
    elif not pc.any(needy).as_py():
        return texts
    mark, nothing = (pa.scalar(text, pa.large_string()) for text in ('"', ""))
    doubled = pc.replace_substring(texts.filter(needy), '"', '""')
    spelled = pc.binary_join_element_wise(mark, doubled, mark, nothing)
    return pc.replace_with_mask(texts, needy, spelled)


def _render_header(table: pd.DataFrame, *, always: bool) -> bytes:
    buffer = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL
    csv.writer(buffer, lineterminator="\n", quoting=quoting).writerow(table.columns)
    return buffer.getvalue().encode("utf-8")


def _encode_csv(table: pd.DataFrame) -> bytes:
    """Encode a table as CSV; a lone carriage return within a cell has it quoted throughout."""
    texts = table.select_dtypes(include=["object", "string"])
    broken = any(column.astype(str).str.contains("\r").any() for _, column in texts.items())
    quoting = csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL
    buffer = io.StringIO()
    table.to_csv(buffer, index=False, lineterminator="\n", quoting=quoting)
    return _BOM + buffer.getvalue().encode("utf-8")


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


def _spell_json(content: Mapping[str, Any]) -> str:
    """Spell an object with an indent of 1 as the standard library does, its plain rows quickly.

    The standard library indents in Python, sign by sign; only without an indent it is fast.
    """
    parts = [f"{json.dumps(name)}: {_spell_part(part)}" for name, part in content.items()]
    return "{\n " + ",\n ".join(parts) + "\n}"


def _spell_part(part: Any) -> str:  # noqa: ANN401 - any part of strict JSON
    if isinstance(part, list) and part and all(map(_is_plain, part)):
        text = json.dumps(part, ensure_ascii=False, allow_nan=False, separators=(",\n   ", ": "))
        rows = text[2:-2].replace("},\n   {", "\n  },\n  {\n   ")  # no text holds a line feed
        return f"[\n  {{\n   {rows}\n  }}\n ]"
    text = json.dumps(part, ensure_ascii=False, allow_nan=False, indent=1)
    return text.replace("\n", "\n ")  # no line feed stands within a text


def _is_plain(row: Mapping[str, Any]) -> bool:
    """Say whether a row has values, none of which is itself a list or an object."""
    return bool(row) and not any(isinstance(value, list | dict) for value in row.values())


def _list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    named = enumerate(map(str, table.columns))
    columns = {name: _list_values(table.iloc[:, n]) for n, name in named}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _list_values(column: pd.Series) -> list[Any]:
    """List the values of a column as strict JSON has them; those of text need only be listed."""
    values = column.tolist()
    if column.dtype == "str":
        return [value if isinstance(value, str) else None for value in values]
    return [value if type(value) is str else simplify(value) for value in values]
