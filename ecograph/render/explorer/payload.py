"""Pack what a page reads into one short text: columns of numbers and a header, compressed.

The text is base64 of gzip of: the length of the header (4 bytes, little end first); the header as
JSON; columns of numbers, one after the other. The header says of each column where it starts, its
type, how many numbers it has, and whether it holds differences. The bytes of a column stand by
place (all lowest bytes, then all next ones), which compresses better. `frontend/src/decode.ts`
reads it.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Columns", "pack", "shorten"]

Columns = dict[str, "NDArray[Any]"]
_LEVEL = 7
_WHOLE = ("int8", "uint8", "int16", "uint16", "int32", "uint32")
_DROPPED = 12  # of the 23 bits behind the point of a single-precision number


def pack(header: Mapping[str, Any], columns: Columns) -> str:
    """Pack a header and columns of numbers.

    Parameters
    ----------
    header
        Plain values; ``columns`` in it is added here.
    columns
        Arrays of one dimension by name: whole numbers are kept exactly in the smallest type that
        holds them, as differences where these are smaller; others as they are.

    Raises
    ------
    ValueError
        If a number of the header is not finite.

    Examples
    --------
    >>> len(pack({"title": "x"}, {"ends": np.arange(100_000)})) < 700
    True
    """
    described, blocks, offset = {}, [], 0
    for name, values in columns.items():
        kept, differences = _shrink(np.asarray(values))
        described[name] = [str(kept.dtype), len(kept), offset, int(differences)]
        blocks.append(_split_bytes(kept))
        offset += kept.nbytes
    text = json.dumps(
        {**header, "columns": described},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode("utf-8", "replace")
    content = b"".join([len(text).to_bytes(4, "little"), text, *blocks])
    return base64.b64encode(gzip.compress(content, _LEVEL, mtime=0)).decode("ascii")


def shorten(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Round numbers to about three and a half digits, which halves what they take; nan stays.

    >>> shorten(np.array([1 / 3, 2.0])).tolist()
    [0.3333740234375, 2.0]
    """
    single = np.ascontiguousarray(values, dtype=np.float32)
    bits = single.view(np.uint32)
    half = np.uint32(1 << (_DROPPED - 1))
    rounded = ((bits + half) >> np.uint32(_DROPPED)) << np.uint32(_DROPPED)
    return np.where(np.isfinite(single), rounded.view(np.float32), single)


def _shrink(values: NDArray[Any]) -> tuple[NDArray[Any], bool]:
    """Take the smallest type that holds whole numbers, as they are or as differences."""
    if values.dtype.kind == "f":
        return values, False
    whole = values.astype(np.int64)
    plain = whole.astype(_choose_type(whole))
    steps = np.diff(whole, prepend=0)
    rising = bool((steps[1:] >= 0).all())
    if rising or np.abs(steps).max(initial=0) < np.iinfo(np.int32).max:
        apart = steps.astype(_choose_type(steps))
        if rising or apart.dtype.itemsize < plain.dtype.itemsize:
            return apart, True
    return plain, False


def _choose_type(whole: NDArray[np.int64]) -> np.dtype[Any]:
    low, high = int(whole.min(initial=0)), int(whole.max(initial=0))
    fits = (np.dtype(t) for t in _WHOLE if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    return next(fits)


def _split_bytes(values: NDArray[Any]) -> bytes:
    """Write the bytes of numbers by place, lowest first."""
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    width = little.dtype.itemsize
    return little.view(np.uint8).reshape(-1, width).T.tobytes() if len(values) else b""
