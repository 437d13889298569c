"""What every result says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["attach_meta"]


def attach_meta(
    table: pd.DataFrame, ecosystem: Ecosystem, result: str, *, method: Mapping[str, object]
) -> pd.DataFrame:
    """Return the table with ``attrs["meta"]``: what was counted, settings, seed, method."""
    described = table.copy()
    described.attrs = {
        "meta": {
            "result": result,
            "ecosystem": ecosystem.name,
            "synthetic": ecosystem.synthetic,
            "as_of": ecosystem.as_of.isoformat() if ecosystem.as_of else None,
            "counted": {
                "statuses": list(ecosystem.settings.counted),
                "agreements": int(ecosystem.counts.sum()),
                "not_counted": int((~ecosystem.counts).sum()),
            },
            "settings": ecosystem.settings.to_dict(),
            "seed": ecosystem.settings.seed,
            "method": dict(method),
            "version": __version__,
        }
    }
    return described
