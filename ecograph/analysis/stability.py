"""Whether the verdict on an industry stands when what can be chosen is chosen otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.gaps import judge_links
from ecograph.analysis.links import list_links, list_parties
from ecograph.analysis.meta import attach_meta
from ecograph.progress import track
from ecograph.settings import Exposure
from ecograph.texts import label_of

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

__all__ = ["STABILITY_COLUMNS", "check_stability"]

STABILITY_COLUMNS = (
    "name",
    "verdict",
    "runs",
    "stands",
    "stands_exposure",
    "stands_window",
    "stands_university",
    "verdicts",
)

_WINDOWS = (1, 3, 5)  # years
_MOST_UNIVERSITIES = 50  # the others have too few links to change much


class _Variant(NamedTuple):
    """One way to ask: what is varied, what it is called, the links and the exposure."""

    what: str
    name: str
    links: pd.DataFrame
    exposure: Exposure


def check_stability(ecosystem: Ecosystem) -> pd.DataFrame:
    """Ask for the gaps in other ways, and say in what share of them each verdict stands.

    Varied are, one at a time: the exposure (those of `sum_exposure` that are known for at least
    two industries), the window (links that began in the last 1, 3 or 5 years before the as-of
    day), and the universities (without all agreements of each one, for the 50 with most links).

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        Indexed by industry, the least stable verdict first among gaps, then the others; columns
        ``STABILITY_COLUMNS``: the verdict of `find_gaps`, the number of other ways that could be
        asked, the share of them with the same verdict, in all and for each thing varied (nan where
        there was no such way), and all verdicts with their numbers.
    """
    links = list_links(ecosystem)
    verdict = judge_links(ecosystem, links, ecosystem.settings.exposure)[0]["verdict"]
    variants = _list_variants(ecosystem, links)
    runs = [
        judge_links(ecosystem, variant.links, variant.exposure)[0]["verdict"]
        for variant in track(variants, len(variants), "ways")
    ]
    found = pd.DataFrame(dict(enumerate(runs)), index=verdict.index)
    what = np.array([variant.what for variant in variants], dtype=object)
    same = found.eq(verdict, axis=0)
    shares = {
        f"stands_{kind}": same.loc[:, what == kind].mean(axis=1)
        for kind in ("exposure", "window", "university")
    }
    table = pd.DataFrame(
        {
            "name": ecosystem.select("industry")["name"],
            "verdict": verdict,
            "runs": len(variants),
            "stands": same.mean(axis=1),
            **shares,
            "verdicts": [_spell(row, ecosystem.lang) for row in found.to_numpy()],
        }
    )
    method = {"ways": [f"{variant.what}: {variant.name}" for variant in variants]}
    return attach_meta(_order(table), ecosystem, "stability", method=method)


def _list_variants(ecosystem: Ecosystem, links: pd.DataFrame) -> list[_Variant]:
    chosen = ecosystem.settings.exposure
    others = [exposure for exposure in get_args(Exposure) if exposure != chosen]
    variants = [_Variant("exposure", exposure, links, exposure) for exposure in others]
    known = [v for v in variants if _is_known(ecosystem, v)]
    windows = [
        _Variant("window", f"{years} years", recent, chosen)
        for years, recent in _cut_windows(ecosystem, links)
    ]
    return [*known, *windows, *_leave_out(ecosystem, links, chosen)]


def _is_known(ecosystem: Ecosystem, variant: _Variant) -> bool:
    table, _ = judge_links(ecosystem, variant.links, variant.exposure)
    return int(table["expected"].notna().sum()) > 1


def _cut_windows(ecosystem: Ecosystem, links: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    """Cut the links to those that began in the last years; without dates there is no window."""
    agreements = ecosystem.parts.get("agreement", pd.DataFrame())
    if ecosystem.as_of is None or "date_start" not in agreements:
        return []
    start = np.full(len(ecosystem.keys), np.datetime64("NaT", "s"))
    start[ecosystem.find_positions("agreement")] = agreements["date_start"].to_numpy("<M8[s]")
    began = pd.Series(start[links["agreement"]], index=links.index)
    day = pd.Timestamp(ecosystem.as_of)
    cuts = [(years, links[began > day - pd.DateOffset(years=years)]) for years in _WINDOWS]
    return [(years, recent) for years, recent in cuts if len(recent)]


def _leave_out(ecosystem: Ecosystem, links: pd.DataFrame, exposure: Exposure) -> list[_Variant]:
    """Leave out the agreements of each university that has links, those with most first."""
    parties = list_parties(ecosystem)
    parties = parties[ecosystem.mark("university")[parties["party"]]]
    parties = parties[parties["agreement"].isin(links["agreement"])]
    counts = parties["party"].value_counts()
    first = (
        counts.rename_axis("at").reset_index().sort_values(["count", "at"], ascending=[False, True])
    )
    variants = []
    for university in first["at"].head(_MOST_UNIVERSITIES):
        theirs = parties.loc[parties["party"] == university, "agreement"]
        kept = links[~links["agreement"].isin(theirs)]
        name = f"without {ecosystem.keys[university]}"
        variants.append(_Variant("university", name, kept, exposure))
    return variants


def _spell(verdicts: np.ndarray[tuple[int, ...], np.dtype[np.object_]], lang: str) -> str:
    """Write verdicts with their numbers, the most frequent first."""
    counts = pd.Series(verdicts).value_counts().rename_axis("verdict").reset_index()
    ordered = counts.sort_values(["count", "verdict"], ascending=[False, True])
    pairs = zip(ordered["verdict"], ordered["count"], strict=True)
    said = (f"{label_of('verdict', verdict, lang)} {count}" for verdict, count in pairs)
    return ("；" if lang == "zh" else "; ").join(said)


def _order(table: pd.DataFrame) -> pd.DataFrame:
    gap = table["verdict"] == "gap"
    order = np.lexsort((np.arange(len(table)), table["stands"], ~gap))
    return table.iloc[order][list(STABILITY_COLUMNS)].rename_axis("industry")
