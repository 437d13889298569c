"""What every result says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.texts import label_of, translate
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["attach_meta", "list_cautions"]

_ESTIMATED = ("betweenness", "harmonic_closeness")


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


def list_cautions(meta: Mapping[str, Any], lang: str) -> list[str]:
    """Say what a reader of a result has to know: what is estimated, and who is left out.

    Parameters
    ----------
    meta
        ``attrs["meta"]`` of a result.
    lang
        ``en`` or ``zh``.

    Examples
    --------
    >>> how = {"exact": False, "samples": 100, "delta": 0.1, "epsilon": 0.0123}
    >>> list_cautions({"method": {"betweenness": how}}, "en")[0].partition(":")[0]
    'Betweenness is estimated from 100 samples'
    """
    method = meta.get("method", {})
    estimates = {name: method[name] for name in _ESTIMATED if name in method}
    said = [
        translate(
            "caution.estimated",
            lang,
            measure=label_of("column", name, lang).capitalize(),
            samples=f"{how['samples']:,}",
            sure=f"{1 - how['delta']:.0%}",
            epsilon=f"{how['epsilon']:.2g}",
        )
        for name, how in estimates.items()
        if not how["exact"]
    ]
    if method.get("unpaired_agreements"):
        limit = meta["settings"]["pair_limit"]
        count = method["unpaired_agreements"]
        said.append(translate("caution.unpaired", lang, count=f"{count:,}", limit=f"{limit:,}"))
    if meta.get("result") == "comparison":
        said += [method["summary"], method["caution"]]
    return said
