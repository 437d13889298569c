"""Exports: network files, databases, and graphs of other libraries."""

from __future__ import annotations

from ecograph.render.exports.conversions import to_igraph, to_pandas
from ecograph.render.exports.databases import TABLE_FORMS, TableForm, export_tables
from ecograph.render.exports.networks import NETWORK_FORMS, NetworkForm, export_network

__all__ = [
    "NETWORK_FORMS",
    "TABLE_FORMS",
    "NetworkForm",
    "TableForm",
    "export_network",
    "export_tables",
    "to_igraph",
    "to_pandas",
]
