"""Communities that several runs agree on, at the scale where they agree most."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from ecograph.engine.groups import (
    compute_similarity,
    count_overlaps,
    drop_empty_ties,
    prepare_leiden,
)
from ecograph.engine.local import compute_components
from ecograph.progress import track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Consensus", "Plan", "Stability", "find_consensus", "plan_runs"]


@dataclass(frozen=True)
class Plan:
    """How much work a network of some size gets.

    Parameters
    ----------
    ties
        The most ties that a network of this plan has.
    resolutions
        The resolutions tried; 1 is always among them.
    seeds
        Runs at each resolution, and in each round of the consensus.
    rounds
        The most rounds of the consensus.
    """

    ties: float
    resolutions: tuple[float, ...]
    seeds: int
    rounds: int


_GRID = (0.5, 0.5**0.5, 1.0, 2**0.5, 2.0)
_PLANS = (
    Plan(50_000, _GRID, 10, 10),
    Plan(500_000, _GRID[::2], 5, 3),
    Plan(4_000_000, _GRID[::2], 2, 2),
    Plan(20_000_000, (1.0,), 2, 1),
    Plan(np.inf, (1.0,), 2, 0),
)


@dataclass(frozen=True)
class Stability:
    """How alike the runs at one resolution are.

    Parameters
    ----------
    resolution
        The resolution.
    stability
        Mean adjusted Rand index of all pairs of runs, over nodes with ties.
    error
        Its standard error (jackknife over runs; 0 for fewer than three runs).
    communities
        Median number of communities among nodes with ties.
    trivial
        Whether every run gives the connected components, or every node alone.
    """

    resolution: float
    stability: float
    error: float
    communities: float
    trivial: bool


@dataclass(frozen=True, eq=False)
class Consensus:
    """Communities that several runs agree on.

    Parameters
    ----------
    labels
        Community of each node: the largest is 0, ties by first node; isolates are alone.
    certainty
        Share of the runs in which a node falls into the counterpart of its community, 0 to 1;
        nan for isolates.
    resolution
        The resolution chosen.
    table
        Every resolution tried.
    plan
        How many runs were made.
    rounds
        Rounds of the consensus that were needed.
    agreed
        Whether all runs of the last round were the same.
    """

    labels: Ints
    certainty: Floats
    resolution: float
    table: tuple[Stability, ...]
    plan: Plan
    rounds: int
    agreed: bool


def find_consensus(adjacency: sp.csr_array, *, seed: int) -> Consensus:
    """Find communities by several Leiden runs, at the resolution where they agree most.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights; a weight of 0 is no tie.
    seed
        The seeds of all runs are drawn from it.

    Returns
    -------
    Consensus
        Labels, and how sure they are.

    Notes
    -----
    Consensus of runs: Lancichinetti and Fortunato, Sci. Rep. 2, 336, 2012; over ties alone as in
    Tandon et al., Phys. Rev. E 99, 042301, 2019.
    """
    network = drop_empty_ties(adjacency)
    plan = plan_runs(network.nnz // 2)
    seeds = _draw_seeds(seed, plan.seeds)
    runs = _sweep(network, plan.resolutions, seeds)
    table = _measure_stability(network, runs)
    chosen = _choose(table)
    labels, rounds, agreed = _agree(network, runs[chosen], seeds, chosen, plan.rounds)
    certainty = _measure_certainty(labels, runs[chosen])
    certainty[np.diff(network.indptr) == 0] = np.nan
    return Consensus(labels, certainty, chosen, table, plan, rounds, agreed)


def plan_runs(ties: int) -> Plan:
    """Say how many runs a network of so many ties gets."""
    return next(plan for plan in _PLANS if ties <= plan.ties)


def _draw_seeds(seed: int, count: int) -> list[int]:
    return [int(drawn) for drawn in np.random.SeedSequence(seed).generate_state(count)]


def _sweep(
    network: sp.csr_array, resolutions: Sequence[float], seeds: Sequence[int]
) -> dict[float, list[Ints]]:
    run = prepare_leiden(network)
    pairs = [(resolution, seed) for resolution in resolutions for seed in seeds]
    runs: dict[float, list[Ints]] = {resolution: [] for resolution in resolutions}
    for resolution, seed in track(pairs, len(pairs), "runs"):
        runs[resolution].append(run(seed=seed, resolution=resolution))
    return runs


def _measure_stability(
    network: sp.csr_array, runs: dict[float, list[Ints]]
) -> tuple[Stability, ...]:
    linked = np.diff(network.indptr) > 0  # isolates are alone in every run, which proves nothing
    isolates = int((~linked).sum())
    # a community is connected, so only as many as there are components are the components
    trivial = {int(compute_components(network).max(initial=-1)) + 1, len(linked)}
    table = []
    for resolution, divisions in runs.items():
        counts = np.array([labels.max(initial=-1) + 1 for labels in divisions])
        stability, error = _compare([labels[linked] for labels in divisions])
        is_trivial = all(int(count) in trivial for count in counts)
        communities = float(np.median(counts - isolates))
        table.append(Stability(resolution, stability, error, communities, is_trivial))
    return tuple(table)


def _compare(divisions: Sequence[Ints]) -> tuple[float, float]:
    """Compute the mean similarity of all pairs, and its jackknife error over divisions."""
    k = len(divisions)
    pairs = itertools.combinations(divisions, 2)
    similarity = np.array([compute_similarity(one, other) for one, other in pairs], dtype=float)
    first, second = np.triu_indices(k, 1)
    mean = float(similarity.mean()) if len(similarity) else 1.0
    few = 3
    if k < few:
        return mean, 0.0
    own = np.bincount(first, similarity, k) + np.bincount(second, similarity, k)
    without = (similarity.sum() - own) / ((k - 1) * (k - 2) / 2)
    return mean, float(np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum()))


def _choose(table: Sequence[Stability]) -> float:
    """Choose the resolution nearest to 1 of those that are as stable as the most stable one.

    As stable: no farther from it than two standard errors of the difference. A division into
    components or single nodes is stable without saying anything, so it does not count; but where
    plain modularity (resolution 1) finds no other, there is none to be found.
    """
    if next(row.trivial for row in table if row.resolution == 1):
        return 1.0
    rows = [row for row in table if not row.trivial]
    best = max(rows, key=lambda row: row.stability)
    close = [
        row.resolution
        for row in rows
        if best.stability - row.stability <= 2 * np.hypot(best.error, row.error)
    ]
    return min(close, key=lambda resolution: (abs(np.log(resolution)), resolution))


def _agree(
    network: sp.csr_array,
    runs: Sequence[Ints],
    seeds: Sequence[int],
    resolution: float,
    most: int,
) -> tuple[Ints, int, bool]:
    """Repeat the runs on ties weighed by agreement, until all are the same.

    Returns
    -------
    tuple
        Labels, how many rounds there were, and whether all runs are the same in the end.
    """
    for rounds in range(most + 1):
        if all(np.array_equal(labels, runs[0]) for labels in runs):
            return runs[0], rounds, True
        if rounds < most:
            run = prepare_leiden(_weigh(network, runs))
            runs = [run(seed=seed, resolution=resolution) for seed in seeds]
    return _take_central(runs), most, False


def _weigh(network: sp.csr_array, runs: Sequence[Ints]) -> sp.csr_array:
    """Multiply each weight by the share of runs that keep both ends together."""
    rows = np.repeat(np.arange(network.shape[0]), np.diff(network.indptr))
    together = np.zeros(network.nnz)
    for labels in runs:
        together += labels[rows] == labels[network.indices]
    parts = (network.data * (together / len(runs)), network.indices, network.indptr)
    return drop_empty_ties(sp.csr_array(parts, shape=network.shape))


def _take_central(runs: Sequence[Ints]) -> Ints:
    """Take the run that is most like the others, the first of several."""
    likeness = [sum(compute_similarity(labels, other) for other in runs) for labels in runs]
    return runs[int(np.argmax(likeness))]


def _measure_certainty(labels: Ints, runs: Sequence[Ints]) -> Floats:
    """Share the runs in which a node falls into the counterpart of its community."""
    same = np.zeros(len(labels))
    for other in runs:
        same += _match(labels, other)[labels] == other
    return same / len(runs)


def _match(labels: Ints, other: Ints) -> Ints:
    """Find for each community its counterpart: each the other's best by Jaccard; none: -1."""
    overlaps = count_overlaps(labels, other).tocoo()
    i, j = overlaps.coords
    union = np.bincount(labels)[i] + np.bincount(other)[j] - overlaps.data
    jaccard = overlaps.data / union
    best_i = _find_best(i, j, jaccard)
    best_j = _find_best(j, i, jaccard)
    if len(best_i) == 0:
        return best_i
    return np.where(best_j[best_i] == np.arange(len(best_i)), best_i, -1)


def _find_best(keys: NDArray[np.integer], values: NDArray[np.integer], score: Floats) -> Ints:
    """Find the value of the highest score for each key, the lowest of several."""
    order = np.lexsort((values, -score, keys))
    _, first = np.unique(keys[order], return_index=True)
    return values[order][first].astype(np.int64)
