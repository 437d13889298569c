"""Tables of text on their way into a folder: what a converter or a generator makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["TableSet"]


@dataclass(frozen=True)
class TableSet:
    """An ecosystem before it is written: tables by name, facts for ecosystem.yaml.

    Parameters
    ----------
    tables
        Data frames of text by the schema's table name; columns by the schema's column names,
        an empty string where nothing is known.
    facts
        The content of ecosystem.yaml: name, as_of, language, currency, synthetic.
    totals
        Control totals that were checked while the tables were made, by name.
    """

    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, object] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
