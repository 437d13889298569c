"""Copies to share: codes for names, small counts withheld, and a search for names that remain."""

from __future__ import annotations

from ecograph.masking.copies import list_masked_kinds, mask
from ecograph.masking.counts import (
    LEAST,
    SMALL_COUNTS,
    Cells,
    blur_places,
    find_threshold,
    mark_withheld,
    suppress,
)
from ecograph.masking.leaks import LEAK_COLUMNS, find_leaks
from ecograph.masking.names import list_names, list_public_names
from ecograph.masking.sharing import Copy, Mask, make_copy

__all__ = [
    "LEAK_COLUMNS",
    "LEAST",
    "SMALL_COUNTS",
    "Cells",
    "Copy",
    "Mask",
    "blur_places",
    "find_leaks",
    "find_threshold",
    "list_masked_kinds",
    "list_names",
    "list_public_names",
    "make_copy",
    "mark_withheld",
    "mask",
    "suppress",
]
