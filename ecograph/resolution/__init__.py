"""Resolve names: which mentions of a register are one organisation, and why."""

from __future__ import annotations

from ecograph.resolution.evidence import Evidence, say_evidence
from ecograph.resolution.model import Resolution, resolve_names

__all__ = ["Evidence", "Resolution", "resolve_names", "say_evidence"]
