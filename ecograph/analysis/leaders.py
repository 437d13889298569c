"""How sure the ranking of organisations is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph import engine
from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.progress import listen, track
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Ranks = NDArray[np.int32]

__all__ = [
    "LEADER_COLUMNS",
    "LEAST_AGREEMENTS",
    "MEASURES",
    "MOST_TIES",
    "STABLE",
    "find_leaders",
    "rank_leaders",
]

LEADER_COLUMNS = (
    "measure",
    "name",
    "kind",
    "value",
    "rank",
    "rank_low",
    "rank_high",
    "top_share",
)

MEASURES: Mapping[str, Callable[[sp.csr_array], NDArray[Any]]] = {
    "strength": engine.compute_strength,
    "degree": engine.compute_degree,
    "pagerank": engine.compute_pagerank,
    "betweenness": engine.compute_betweenness,
    "harmonic_closeness": engine.compute_harmonic,
}
"""What can be ranked by; the last two search paths anew in every draw, which takes long."""

LEAST_AGREEMENTS = 10
"""The fewest agreements that tie somebody of which anything is said: a draw leaves out a third
of them, so that intervals of fewer would cover almost every rank."""

MOST_TIES = 50_000
"""Up to how many ties `rank_leaders` draws agreements again, which takes up to two seconds."""

STABLE = 0.8
"""The least kappa of a stable top: from there on agreement is "almost perfect" by the custom of
Landis and Koch (Biometrics 33, 1977, p. 165)."""

_EQUAL = 1e-9  # relative; iterations and the order of sums leave less between equal values
_ROUNDING = 1e-9


def find_leaders(
    ecosystem: Ecosystem,
    part: str = "organisation",
    *,
    measures: Sequence[str] = ("strength", "degree", "pagerank"),
    draws: int = 200,
    top: int = 10,
) -> pd.DataFrame:
    """Rank the organisations, and say how sure each rank is.

    A bootstrap: as many agreements as count are drawn from them with replacement, and the network
    of those drawn is ranked anew; so many times. The agreement is the unit, so that whoever signs
    together comes and goes together.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose the seed, ci_level and the weighting.
    part
        The side of the agreements that is kept, one of `ecograph.projection.PARTS`.
    measures
        Names of `MEASURES`.
    draws
        How many times agreements are drawn.
    top
        How many places the top has.

    Returns
    -------
    pandas.DataFrame
        One row for each measure and organisation that has ties, indexed by id, sorted by measure,
        rank and id; columns ``LEADER_COLUMNS``. ``rank``: 1 is the highest; equal values share
        the mean of their ranks. ``rank_low`` to ``rank_high``: the interval of the rank at
        ci_level, where among equals an organisation may be first or last. ``top_share``: the
        share of draws in which it is in the top; places for which several are equal are shared,
        as if drawn by lot, and whoever has no tie or a value of 0 gets none. Both are missing
        where fewer than `LEAST_AGREEMENTS` agreements tie somebody.

        ``attrs["meta"]["method"]["tops"]`` has for each measure ``overlap``, the mean share of the
        top that a draw keeps; ``by_chance``, the same for places drawn by lot; ``kappa``, the
        overlap beyond chance (Cohen 1960); ``verdict``: stable (a kappa of at least `STABLE`),
        unstable or not_enough_data (also where no more organisations than places have a value
        above 0); and ``boundaries``: for each rank of the top, the share of draws in which its
        holder is ``ahead`` of the next (equals count half), and whether the two can be told
        ``apart``, that is, their difference is above 0 throughout its interval at ci_level.

    Raises
    ------
    SettingsError
        If there is no such part or measure, top is below 1, or ci_level needs more draws.

    Notes
    -----
    Percentile intervals: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13;
    of ranks: Goldstein and Spiegelhalter, J. R. Stat. Soc. A 159, 1996, p. 385. Agreements are
    taken to be signed independently. Ranks of equals are where the bootstrap is weakest (Hall and
    Miller, Annals of Statistics 37, 2009, p. 3929). What intervals hold where activity is planted
    is measured by ``benchmarks/validation.py`` (docs/validation.md): at a ci_level of 0.95 between
    96 and 99.6% by strength, but down to 88% by degree, for a draw repeats agreements and so has
    fewer different partners. They hold for an organisation that is named beforehand, not for
    whoever turns out first among many equals (85%). The overlap of tops flatters, for a draw
    starts from what was seen.
    """
    settings = ecosystem.settings
    _refuse(measures, draws=draws, top=top, level=settings.ci_level)
    network = project_ties(ecosystem, part)
    tied = np.flatnonzero(engine.compute_degree(network.adjacency))
    observed = {name: _rank(MEASURES[name](network.adjacency)[tied]) for name in measures}
    tallies: Mapping[str, _Tally] = {}
    if _count_tying(network) >= LEAST_AGREEMENTS:
        networks = _draw_networks(network, tied, draws=draws, seed=settings.seed)
        tallies = _tally(track(networks, draws, "draws"), observed, draws=draws, top=top)
    order = _find_order(draws, settings.ci_level)
    nodes = network.nodes.iloc[tied]
    tables, tops = [], {}
    for name, ranking in observed.items():
        tables.append(_tabulate(nodes.assign(measure=name), ranking, tallies.get(name), order))
        tops[name] = _judge(ranking, tallies.get(name), top, order)
    method = {**_describe_method(network, draws, top), "tops": tops}
    return attach_meta(pd.concat(tables), ecosystem, "leaders", method=method)


def rank_leaders(ecosystem: Ecosystem) -> pd.DataFrame:
    """Rank the organisations by strength, and say how sure each rank is, where that is quick.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        As of `find_leaders`, by strength alone. Above ``MOST_TIES`` ties nothing is drawn:
        intervals are missing, and ``attrs["meta"]["method"]`` says so as ``left_out_above``;
        `find_leaders` still finds them, in more time.
    """
    network = project_ties(ecosystem)
    if network.adjacency.nnz // 2 <= MOST_TIES:
        return find_leaders(ecosystem, measures=("strength",))
    tied = np.flatnonzero(engine.compute_degree(network.adjacency))
    ranking = _rank(MEASURES["strength"](network.adjacency)[tied])
    nodes = network.nodes.iloc[tied].assign(measure="strength")
    method: dict[str, object] = {"part": network.part, "left_out_above": MOST_TIES}
    return attach_meta(_tabulate(nodes, ranking, None, 0), ecosystem, "leaders", method=method)


class _Ranking(NamedTuple):
    """Values, and the ranks that each could have in any order of equals: its best and its worst."""

    value: Floats
    best: Ranks
    worst: Ranks


@dataclass(frozen=True, eq=False)
class _Tally:
    """Best and worst ranks in each draw (rows), the seats of all draws, the top that each kept."""

    best: Ranks
    worst: Ranks
    seats: Floats
    kept: Floats


def _refuse(measures: Sequence[str], *, draws: int, top: int, level: float) -> None:
    unknown = [name for name in measures if name not in MEASURES]
    if unknown or not measures:
        asked = f'There is no measure "{unknown[0]}"' if unknown else "No measure is named"
        raise SettingsError(f"{asked}; choose of: {', '.join(MEASURES)}.")
    if top < 1:
        raise SettingsError(f"top is {top}; give at least 1.")
    if _find_order(draws, level) < 1:
        least = int(np.ceil(2 / (1 - level) - _ROUNDING)) - 1
        raise SettingsError(f"draws is {draws}; a level of {level:g} needs at least {least}.")


def _find_order(draws: int, level: float) -> int:
    """Find which of the sorted draws, counted from either end, bounds an interval.

    >>> _find_order(200, 0.95), _find_order(39, 0.95), _find_order(38, 0.95)
    (5, 1, 0)
    """
    return int((draws + 1) * (1 - level) / 2 + _ROUNDING)


def _weigh_agreements(network: Network) -> Floats:
    """Say what each agreement adds to a tie; 0 where it ties nobody."""
    others = np.diff(network.memberships.incidence.indptr) - 1.0
    shares = 1 / np.maximum(others, 1) if network.weighting == "newman" else 1.0
    return np.where(others > 0, shares, 0.0)


def _count_tying(network: Network) -> int:
    """Count the agreements that tie somebody."""
    return int((_weigh_agreements(network) > 0).sum())


def _rank(values: NDArray[Any]) -> _Ranking:
    """Rank from the highest value; values that only rounding tells apart are equal.

    >>> _rank(np.array([5, 7, 5, 0])).best.tolist(), _rank(np.array([5, 7, 5, 0])).worst.tolist()
    ([2, 1, 2, 4], [3, 1, 3, 4])
    """
    order = np.argsort(-values, kind="stable")
    falling = values[order].astype(float)
    first = np.ones(len(values), dtype=bool)
    first[1:] = falling[:-1] - falling[1:] > _EQUAL * falling[:-1]
    starts = np.append(np.flatnonzero(first), len(values)).astype(np.int32)
    group = np.cumsum(first) - 1
    best, worst = np.empty((2, len(values)), dtype=np.int32)
    best[order], worst[order] = starts[group] + 1, starts[group + 1]
    return _Ranking(values.astype(float), best, worst)


def _seat(ranking: _Ranking, top: int) -> Floats:
    """Give out the places of the top; equals share those left for them, values of 0 get none."""
    seats = (top + 1.0 - ranking.best) / (ranking.worst - ranking.best + 1.0)
    return np.where(ranking.value > 0, np.clip(seats, 0.0, 1.0), 0.0)


def _draw_networks(
    network: Network, tied: Ints, *, draws: int, seed: int
) -> Iterator[sp.csr_array]:
    """Draw agreements with replacement, and tie those who have ties at all by the drawn ones."""
    ties = sp.csr_array(network.adjacency[tied][:, tied])
    ties.sort_indices()
    shares = _share_agreements(ties, network, tied)
    agreements = shares.shape[1]
    chances = np.full(agreements, 1 / agreements)
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield _weigh_ties(ties, shares @ random.multinomial(agreements, chances))


def _share_agreements(ties: sp.csr_array, network: Network, tied: Ints) -> sp.csr_array:
    """Say what each agreement (columns) adds to each entry of the matrix of ties (rows).

    What is drawn only changes how often a column counts, so one product with a vector makes the
    network of a draw, where B' diag(times) B would multiply matrices.
    """
    incidence = sp.csr_array(network.memberships.incidence[:, tied])
    incidence.sort_indices()
    agreement, one, other = _list_pairs(incidence)
    n = len(tied)
    rows = np.repeat(np.arange(n), np.diff(ties.indptr))
    pairs = np.concatenate([one * n + other, other * n + one])
    entries = np.searchsorted(rows * n + ties.indices, pairs)
    added = np.tile(_weigh_agreements(network)[agreement], 2)
    shape = (ties.nnz, incidence.shape[0])
    return sp.csr_array((added, (entries, np.tile(agreement, 2))), shape=shape)


def _list_pairs(incidence: sp.csr_array) -> tuple[Ints, Ints, Ints]:
    """List the agreement, one and the other of all pairs of members of one agreement."""
    size = np.diff(incidence.indptr)
    places = np.arange(incidence.nnz)
    later = np.repeat(incidence.indptr[1:], size) - 1 - places  # members after each
    left = np.repeat(places, later)
    right = left + 1 + np.arange(len(left)) - np.repeat(np.cumsum(later) - later, later)
    members = incidence.indices.astype(np.int64)
    return np.repeat(np.arange(len(size)), size)[left], members[left], members[right]


def _weigh_ties(ties: sp.csr_array, weights: Floats) -> sp.csr_array:
    """Give the ties other weights; a weight of 0 is no tie."""
    kept = weights > 0
    starts = np.append(0, np.cumsum(kept))[ties.indptr]
    return sp.csr_array((weights[kept], ties.indices[kept], starts), shape=ties.shape)


def _tally(
    networks: Iterator[sp.csr_array], observed: Mapping[str, _Ranking], *, draws: int, top: int
) -> dict[str, _Tally]:
    """Rank each network anew, and note who is where."""
    holders = {name: _seat(ranking, top) for name, ranking in observed.items()}
    tallies = {name: _open_tally(draws, len(seats)) for name, seats in holders.items()}
    for draw, network in enumerate(networks):
        tied = engine.compute_degree(network) > 0
        for name, tally in tallies.items():
            with listen(_ignore):  # units are draws, not the searches within one
                values = MEASURES[name](network)
            ranking = _rank(np.where(tied, values, 0.0))
            seats = _seat(ranking, top)
            tally.best[draw], tally.worst[draw] = ranking.best, ranking.worst
            tally.seats[:] += seats
            tally.kept[draw] = (seats * holders[name]).sum() / max(holders[name].sum(), 1.0)
    return tallies


def _open_tally(draws: int, size: int) -> _Tally:
    best, worst = np.zeros((2, draws, size), dtype=np.int32)
    return _Tally(best, worst, np.zeros(size), np.zeros(draws))


def _ignore(done: int, total: int, unit: str) -> None:
    """Hear what is told, and tell nobody."""


def _tabulate(
    nodes: pd.DataFrame, ranking: _Ranking, tally: _Tally | None, order: int
) -> pd.DataFrame:
    """Lay out one measure, the first ranks first."""
    table = nodes.assign(value=ranking.value, rank=(ranking.best + ranking.worst) / 2)
    if tally is None:
        table = table.assign(rank_low=pd.NA, rank_high=pd.NA, top_share=np.nan)
    else:
        draws = len(tally.kept)
        table["rank_low"] = np.partition(tally.best, order - 1, axis=0)[order - 1]
        table["rank_high"] = np.partition(tally.worst, draws - order, axis=0)[draws - order]
        table["top_share"] = tally.seats / draws
    table = table.astype({"rank_low": "Int64", "rank_high": "Int64"})
    return table.iloc[np.argsort(ranking.best, kind="stable")][list(LEADER_COLUMNS)]


def _judge(ranking: _Ranking, tally: _Tally | None, top: int, order: int) -> dict[str, object]:
    """Say how much of the top the draws keep, and which of its ranks can be told apart."""
    holders = int((ranking.value > 0).sum())
    if tally is None or holders <= top:
        judged = dict.fromkeys(("overlap", "by_chance", "kappa"))
        verdict = "not_enough_data"
    else:
        overlap, chance = float(tally.kept.mean()), top / len(ranking.best)
        kappa = (overlap - chance) / (1 - chance)
        judged = {"overlap": overlap, "by_chance": chance, "kappa": kappa}
        verdict = "stable" if kappa >= STABLE else "unstable"
    boundaries = [] if tally is None else _list_boundaries(ranking, tally, top, order)
    return {"verdict": verdict, **judged, "boundaries": boundaries}


def _list_boundaries(
    ranking: _Ranking, tally: _Tally, top: int, order: int
) -> list[dict[str, object]]:
    """Compare the holder of each rank of the top with the next; equals stand by id."""
    leaders = np.argsort(ranking.best, kind="stable")[: top + 1]
    best, worst = tally.best[:, leaders], tally.worst[:, leaders]
    before = worst[:, :-1] < best[:, 1:]
    equal = best[:, :-1] == best[:, 1:]
    ahead = (before + equal / 2).mean(axis=0)
    differ = np.diff(ranking.best[leaders]) > 0
    apart = differ & ((~before).sum(axis=0) < order)
    return [
        {"rank": rank, "ahead": float(share), "apart": bool(clear)}
        for rank, (share, clear) in enumerate(zip(ahead, apart, strict=True), start=1)
    ]


def _describe_method(network: Network, draws: int, top: int) -> dict[str, object]:
    tied = engine.compute_degree(network.adjacency) > 0
    return {
        "part": network.part,
        "weighting": network.weighting,
        **network.describe(),
        "algorithm": "bootstrap of agreements, percentile intervals (Efron and Tibshirani 1993)",
        "ties": "equal values share the mean of their ranks; intervals allow any order of equals",
        "draws": draws,
        "top": top,
        "agreements": _count_tying(network),
        "least_agreements": LEAST_AGREEMENTS,
        "stable": STABLE,
        "without_ties": int((~tied).sum()),
    }
