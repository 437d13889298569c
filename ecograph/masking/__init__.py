"""Copies to share: codes for names, small counts withheld, and a search for names that remain."""

from __future__ import annotations

from ecograph.masking.copies import mask
from ecograph.masking.counts import SMALL_COUNTS, Cells, blur_places, mark_withheld, suppress
from ecograph.masking.leaks import LEAK_COLUMNS, find_leaks
from ecograph.masking.names import list_names, list_public_names

__all__ = [
    "LEAK_COLUMNS",
    "SMALL_COUNTS",
    "Cells",
    "blur_places",
    "find_leaks",
    "list_names",
    "list_public_names",
    "mark_withheld",
    "mask",
    "suppress",
]
