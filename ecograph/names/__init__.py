"""Organisations' names, understood: folded, taken apart, their places and short forms known."""

from __future__ import annotations

from ecograph.names.abbreviations import abbreviates
from ecograph.names.folding import fold_name
from ecograph.names.model import Name
from ecograph.names.parsing import parse_name, parse_names
from ecograph.names.places import relate_places

__all__ = ["Name", "abbreviates", "fold_name", "parse_name", "parse_names", "relate_places"]
