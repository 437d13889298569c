"""Whether a verdict stands when what can be chosen is chosen otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from ecograph.analysis.gaps import judge_links, mark_relevant
from ecograph.analysis.levels import list_groups, list_levels, merge_nodes
from ecograph.analysis.links import list_links, list_parties, list_topics, sum_exposure
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.pairs import cross_disciplines
from ecograph.progress import track
from ecograph.settings import Exposure
from ecograph.texts import label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Verdicts = NDArray[np.object_]

__all__ = [
    "PAIR_STABILITY_COLUMNS",
    "STABILITY_COLUMNS",
    "check_pair_stability",
    "check_stability",
]

STABILITY_COLUMNS = (
    "name",
    "verdict",
    "runs",
    "stands",
    "stands_exposure",
    "stands_window",
    "stands_university",
    "stands_level",
    "verdicts",
)

PAIR_STABILITY_COLUMNS = (
    "industry",
    "industry_name",
    "discipline",
    "discipline_name",
    "verdict",
    "runs",
    "stands",
    "stands_window",
    "stands_university",
    "stands_level",
    "verdicts",
)

_WINDOWS = (1, 3, 5)  # years
_MOST_UNIVERSITIES = 50  # the others have too few links to change much
_FOUND = ("gap", "over_linked", "as_expected")
_SIDES = {"industry": "industries", "discipline": "disciplines"}  # of a grid of pairs


class _Way(NamedTuple):
    """One way to ask: what is varied, what it is called, and what gives the verdicts."""

    what: str
    name: str
    ask: Callable[[], Verdicts]


class _Cut(NamedTuple):
    """Some of the agreements: what is varied, what it is called, and a mark of those kept."""

    what: str
    name: str
    kept: Flags


def check_stability(ecosystem: Ecosystem) -> pd.DataFrame:
    """Ask for the gaps in other ways, and say in what share of them each verdict stands.

    Varied are, one at a time: the exposure (those of `sum_exposure` that are known for at least
    two industries), the window (links that began in the last 1, 3 or 5 years before the as-of
    day), the universities (without all agreements of each one, for the 50 with most links), and
    the level of classification (the verdict on the group that an industry belongs to, see
    `list_levels`; an agreement or a listed firm of two of its industries counts once).

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
        there was no such way), and all verdicts with their numbers. A level is no other way for an
        industry that is alone in its group, not relevant, or of unknown exposure.
    """
    links = list_links(ecosystem)
    ways = [
        *_vary_exposure(ecosystem, links),
        *(
            _Way(cut.what, cut.name, partial(_judge_some, ecosystem, links, cut.kept))
            for cut in _list_cuts(ecosystem, links)
        ),
        *_vary_industries(ecosystem),
    ]
    names = ecosystem.select("industry")[["name"]].rename_axis("industry")
    verdict = _judge(ecosystem, links, ecosystem.settings.exposure)
    table = names.assign(**_compare(verdict, _run(ways), ways, ecosystem.lang))
    table = _order(table)[list(STABILITY_COLUMNS)]
    return attach_meta(table, ecosystem, "stability", method=_describe(ways))


def check_pair_stability(ecosystem: Ecosystem) -> pd.DataFrame:
    """Ask for pairs of industry and discipline in other ways, and say which verdicts stand.

    Varied are, one at a time, the window and the universities as in `check_stability` (of links
    that are about a discipline), and the level of classification, of disciplines and of
    industries: there a pair has the verdict on the pair of its groups. Exposure does not enter
    pairs: what is expected of them comes from the activity of firms and disciplines alone.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        One row a pair that has a verdict (gap, over_linked, as_expected) or gets one in another
        window or without some university; the least stable first among gaps, then the others.
        Columns ``PAIR_STABILITY_COLUMNS``, as in `check_stability`. A level is no other way for a
        pair whose discipline (or industry) is alone in its group. Groups cannot be a pair where
        none of their members can (setting ``irrelevant``).
    """
    topics, grid = list_topics(ecosystem), _cross(ecosystem)
    ways = list(_vary_pairs(ecosystem, topics, grid)) if len(topics) else []
    verdict, runs = grid.ravel(), _run(ways)
    shown = np.isin(verdict, _FOUND)
    for way, run in zip(ways, runs, strict=True):
        shown |= np.isin(run, _FOUND) & (way.what != "level")
    table = _name_pairs(ecosystem)[shown]
    runs = [run[shown] for run in runs]
    table = table.assign(**_compare(verdict[shown], runs, ways, ecosystem.lang))
    table = _order(table)[list(PAIR_STABILITY_COLUMNS)].reset_index(drop=True)
    return attach_meta(table, ecosystem, "pair_stability", method=_describe(ways))


# Ways to ask for industries


def _vary_exposure(ecosystem: Ecosystem, links: pd.DataFrame) -> Iterator[_Way]:
    for exposure in get_args(Exposure):
        if exposure != ecosystem.settings.exposure:
            table, _ = judge_links(ecosystem, links, exposure)
            if table["expected"].notna().sum() > 1:
                yield _Way("exposure", exposure, partial(_judge, ecosystem, links, exposure))


def _vary_industries(ecosystem: Ecosystem) -> Iterator[_Way]:
    """Put relevant industries of known exposure together; the others stay what they are."""
    known = sum_exposure(ecosystem, ecosystem.settings.exposure)
    counted = mark_relevant(ecosystem.select("industry")) & (known["exposure"] > 0)
    stated = known["exposure"].where(known["exposure_from"] == "stated")
    groups = list_groups(list_levels(ecosystem, "industry"), counted.to_numpy())
    for level, heads in groups.items():
        ask = partial(_judge_groups, ecosystem, heads, stated)
        yield _Way("level", f"industries, level {level}", ask)


def _judge(ecosystem: Ecosystem, links: pd.DataFrame, exposure: Exposure) -> Verdicts:
    verdict: Verdicts = judge_links(ecosystem, links, exposure)[0]["verdict"].to_numpy(object)
    return verdict


def _judge_some(ecosystem: Ecosystem, links: pd.DataFrame, kept: Flags) -> Verdicts:
    """Judge industries by the links that some of the agreements make."""
    return _judge(ecosystem, links[kept[links["agreement"]]], ecosystem.settings.exposure)


def _judge_groups(ecosystem: Ecosystem, heads: Ints, stated: pd.Series) -> Verdicts:
    """Judge groups of industries; a figure that was not used for the industries is not here."""
    exposure, merged = ecosystem.settings.exposure, merge_nodes(ecosystem, "industry", heads)
    summed = stated.groupby(heads).sum(min_count=1).to_numpy()
    part = merged.parts["industry"].assign(**{exposure: summed})
    merged = replace(merged, parts={**merged.parts, "industry": part})
    return _spread(_judge(merged, list_links(merged), exposure), heads, axis=0)


# Ways to ask for pairs


def _vary_pairs(ecosystem: Ecosystem, topics: pd.DataFrame, grid: Verdicts) -> Iterator[_Way]:
    for cut in _list_cuts(ecosystem, topics):
        yield _Way(cut.what, cut.name, partial(_cross_some, ecosystem, cut.kept))
    possible = grid != "not_relevant"
    for kind, plural in _SIDES.items():
        nodes = ecosystem.select(kind)
        groups = list_groups(list_levels(ecosystem, kind), mark_relevant(nodes).to_numpy())
        for level, heads in groups.items():
            ask = partial(_cross_groups, ecosystem, kind, heads, possible)
            yield _Way("level", f"{plural}, level {level}", ask)


def _cross(ecosystem: Ecosystem) -> Verdicts:
    """Judge all pairs: industries x disciplines, both in the order of ids."""
    pairs = cross_disciplines(ecosystem)
    ids = {kind: ecosystem.keys[ecosystem.find_positions(kind)] for kind in _SIDES}
    grid: Verdicts = np.empty([len(side) for side in ids.values()], dtype=object)
    grid[tuple(ids[kind].get_indexer(pairs[kind]) for kind in _SIDES)] = pairs["verdict"]
    return grid


def _cross_some(ecosystem: Ecosystem, kept: Flags) -> Verdicts:
    """Judge pairs by some of the agreements: one without a status does not count."""
    agreements = ecosystem.parts["agreement"]
    status = agreements["status"].where(kept[ecosystem.find_positions("agreement")])
    parts = {**ecosystem.parts, "agreement": agreements.assign(status=status)}
    return _cross(replace(ecosystem, parts=parts)).ravel()


def _cross_groups(ecosystem: Ecosystem, kind: str, heads: Ints, possible: Flags) -> Verdicts:
    """Judge pairs of groups: there are those of which some pair of members can be."""
    axis, merged = list(_SIDES).index(kind), merge_nodes(ecosystem, kind, heads)
    if ecosystem.settings.irrelevant:
        first, group = np.unique(heads, return_inverse=True)
        can_be = np.zeros((len(first), possible.shape[1 - axis]), dtype=bool)
        np.logical_or.at(can_be, group, np.moveaxis(possible, axis, 0))
        ruled_out = _name_cells(merged, ~np.moveaxis(can_be, 0, axis))
        merged = replace(merged, settings=replace(merged.settings, irrelevant=ruled_out))
    return _spread(_cross(merged), heads, axis=axis).ravel()


def _name_cells(ecosystem: Ecosystem, marked: Flags) -> tuple[tuple[str, str], ...]:
    """Name the pairs that are marked by their ids."""
    first, second = (ecosystem.keys[ecosystem.find_positions(kind)] for kind in _SIDES)
    places = np.nonzero(marked)
    return tuple(zip(first[places[0]], second[places[1]], strict=True))


def _name_pairs(ecosystem: Ecosystem) -> pd.DataFrame:
    industries, disciplines = (ecosystem.select(kind) for kind in _SIDES)
    first = np.repeat(np.arange(len(industries)), len(disciplines))
    second = np.tile(np.arange(len(disciplines)), len(industries))
    return pd.DataFrame(
        {
            "industry": industries.index[first],
            "industry_name": industries["name"].to_numpy()[first],
            "discipline": disciplines.index[second],
            "discipline_name": disciplines["name"].to_numpy()[second],
        }
    )


# Ways to ask by some of the agreements


def _list_cuts(ecosystem: Ecosystem, links: pd.DataFrame) -> list[_Cut]:
    at_play = np.zeros(len(ecosystem.keys), dtype=bool)
    at_play[links["agreement"]] = True
    return [*_cut_windows(ecosystem, at_play), *_leave_out(ecosystem, at_play)]


def _cut_windows(ecosystem: Ecosystem, at_play: Flags) -> list[_Cut]:
    """Keep agreements that began in the last years; without dates there is no window."""
    agreements = ecosystem.parts.get("agreement", pd.DataFrame())
    if ecosystem.as_of is None or "date_start" not in agreements:
        return []
    start = np.full(len(ecosystem.keys), np.datetime64("NaT", "s"))
    start[ecosystem.find_positions("agreement")] = agreements["date_start"].to_numpy("<M8[s]")
    day = pd.Timestamp(ecosystem.as_of)
    cuts = [
        _Cut("window", f"{years} years", start > (day - pd.DateOffset(years=years)).to_numpy())
        for years in _WINDOWS
    ]
    return [cut for cut in cuts if (cut.kept & at_play).any()]


def _leave_out(ecosystem: Ecosystem, at_play: Flags) -> list[_Cut]:
    """Leave out the agreements of each university that has links, those with most first."""
    parties = list_parties(ecosystem)
    parties = parties[ecosystem.mark("university")[parties["party"]]]
    parties = parties[at_play[parties["agreement"]]]
    counts = parties["party"].value_counts().rename_axis("at").reset_index()
    first = counts.sort_values(["count", "at"], ascending=[False, True])["at"]
    cuts = []
    for university in first.head(_MOST_UNIVERSITIES):
        kept = np.ones(len(ecosystem.keys), dtype=bool)
        kept[parties.loc[parties["party"] == university, "agreement"]] = False
        cuts.append(_Cut("university", f"without {ecosystem.keys[university]}", kept))
    return cuts


# What came of them


def _run(ways: Sequence[_Way]) -> list[Verdicts]:
    return [way.ask() for way in track(ways, len(ways), "ways")]


def _spread(verdicts: Verdicts, heads: Ints, *, axis: int) -> Verdicts:
    """Give each node the verdicts on its group, and none where it is alone in it."""
    _, group, size = np.unique(heads, return_inverse=True, return_counts=True)
    spread = np.moveaxis(verdicts, axis, 0)[group]
    spread[size[group] == 1] = None
    return np.moveaxis(spread, 0, axis)


def _compare(
    verdict: Verdicts, runs: Sequence[Verdicts], ways: Sequence[_Way], lang: str
) -> dict[str, Any]:
    """Compare verdicts with those that came of other ways: all columns but names."""
    found = np.array([*runs, verdict], dtype=object)[:-1]  # never without a shape
    what = np.array([way.what for way in ways], dtype=object)
    asked, same = pd.notna(found), found == verdict
    kinds = ("exposure", "window", "university", "level")
    return {
        "verdict": verdict,
        "runs": asked.sum(axis=0),
        "stands": _divide(same, asked),
        **{f"stands_{kind}": _divide(same[what == kind], asked[what == kind]) for kind in kinds},
        "verdicts": [_spell(column, lang) for column in found.T],
    }


def _divide(same: Flags, asked: Flags) -> NDArray[np.float64]:
    """Compute the share of ways; nan where there is none."""
    ways = asked.sum(axis=0)
    return np.asarray(same.sum(axis=0) / np.where(ways > 0, ways, np.nan))


def _spell(verdicts: Verdicts, lang: str) -> str:
    """Write verdicts with their numbers, the most frequent first."""
    counts = Counter(verdict for verdict in verdicts if verdict is not None)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    said = (f"{label_of('verdict', verdict, lang)} {count}" for verdict, count in ordered)
    return ("；" if lang == "zh" else "; ").join(said)


def _order(table: pd.DataFrame) -> pd.DataFrame:
    gap = table["verdict"] == "gap"
    return table.iloc[np.lexsort((np.arange(len(table)), table["stands"], ~gap))]


def _describe(ways: Sequence[_Way]) -> dict[str, object]:
    return {"ways": [f"{way.what}: {way.name}" for way in ways]}
