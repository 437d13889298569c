"""How far groups keep to themselves: ties within them beside ties that lead out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import scipy.sparse as sp
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "Counted",
    "EIIndex",
    "PermutedIndex",
    "compute_conductance",
    "compute_ei_index",
    "permute_ei_index",
]

Counted: TypeAlias = Literal["ties", "weights"]
"""ties: each tie counts one; weights: each counts its weight."""

_CELLS_AT_ONCE = 2_000_000
_SAME = 1e-9  # sums of weights in another order differ by less, other divisions by more


class EIIndex(NamedTuple):
    """The E-I index, from -1 (all ties within groups) to 1 (all across); nan without ties.

    Parameters
    ----------
    network
        That of all ties.
    group
        For each group, that of its members' ties.
    node
        For each node, that of its ties; nan without a group.
    """

    network: float
    group: Floats
    node: Floats


class PermutedIndex(NamedTuple):
    """E-I indices beside those with groups dealt out anew.

    Each has observed, expected and deviation (mean and standard deviation over the draws), p_lower
    (the chance of an index as low or lower: more within than by chance), p_upper (as high or
    higher), p (two-sided: twice the smaller of the two, at most 1) and draws (those in which the
    index could be computed).

    Parameters
    ----------
    network
        Those of all ties.
    group
        Those of each group, one a row.
    """

    network: pd.Series
    group: pd.DataFrame


class _Ties(NamedTuple):
    """The ties between nodes with a group, in both directions."""

    rows: Ints
    columns: Ints
    weight: Floats


def compute_ei_index(
    adjacency: sp.csr_array, groups: NDArray[np.integer], *, counted: Counted = "ties"
) -> EIIndex:
    """Compare ties across groups with ties within them, by the E-I index.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights (n x n, zero diagonal); a weight of 0 is no tie.
    groups
        The group of each node (n); -1 for none, which leaves its ties out: they are neither
        within a group nor across.
    counted
        ties, or weights.

    Returns
    -------
    EIIndex
        That of the network, of each group from 0 to the greatest, and of each node.

    Notes
    -----
    Krackhardt and Stern, Social Psychology Quarterly 51, 123-140, 1988: (E - I) / (E + I) with E
    ties across and I within. A group's ties are counted as its members see them, each tie within
    it from both its ends; so the index of the network is the mean of those of groups, and that of
    a group the mean of those of its members, each weighted by the number of ties.

    Examples
    --------
    A path of four nodes in two groups of two: two ties within, one across.

    >>> import scipy.sparse as sp
    >>> path = sp.csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> index = compute_ei_index(path, np.array([0, 0, 1, 1]))
    >>> round(index.network, 3), index.group.round(3).tolist(), index.node.tolist()
    (-0.333, [-0.333, -0.333], [-1.0, 0.0, 0.0, -1.0])
    """
    ties = _read_ties(adjacency, groups, counted)
    same = groups[ties.rows] == groups[ties.columns]
    inner = _sum(ties.rows[same], ties.weight[same], len(groups))
    every = _sum(ties.rows, ties.weight, len(groups))
    known, size = groups >= 0, int(groups.max(initial=-1)) + 1
    group = _compare(*(_sum(groups[known], part[known], size) for part in (inner, every)))
    network = _compare(*(part.sum(keepdims=True) for part in (inner, every)))
    return EIIndex(float(network[0]), group, _compare(inner, every))


def permute_ei_index(
    adjacency: sp.csr_array,
    groups: NDArray[np.integer],
    *,
    seed: int,
    draws: int = 1000,
    counted: Counted = "ties",
) -> PermutedIndex:
    """Compare the E-I index with that of the same network where groups are dealt out anew.

    Parameters
    ----------
    adjacency, groups, counted
        As in `compute_ei_index`; nodes without a group stay without.
    seed
        Decides how the groups are dealt out.
    draws
        How many times.

    Returns
    -------
    PermutedIndex
        Observed and expected indices and the chances of both tails, for the network and for each
        group.

    Notes
    -----
    Small groups can hardly have ties within them whoever their members are, so an index above 0
    means little by itself; Krackhardt and Stern (1988) compare it with what the sizes of groups
    give. For the network that is 1 - 2 sum(s (s - 1)) / (n (n - 1)) with sizes s, to which the
    mean of the draws tends. A chance is (1 + draws as extreme) / (1 + draws), so never 0 (Davison
    and Hinkley 1997, ch. 4).

    Examples
    --------
    Two triangles joined by one tie: of the 20 ways to deal out two groups of three, 2 have as few
    ties across.

    >>> import scipy.sparse as sp
    >>> ends = np.array([[0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3]])
    >>> half = sp.coo_array((np.ones(7), ends), shape=(6, 6))
    >>> groups = np.array([0, 0, 0, 1, 1, 1])
    >>> dealt = permute_ei_index((half + half.T).tocsr(), groups, seed=1)
    >>> bool(0.07 < dealt.network["p_lower"] < 0.13), float(dealt.network["p_upper"])
    (True, 1.0)
    """
    ties = _read_ties(adjacency, groups, counted)
    index = compute_ei_index(adjacency, groups, counted=counted)
    observed = np.append(index.network, index.group)
    sums = np.zeros((5, len(observed)))
    for drawn in _draw(ties, groups, draws, seed):
        change = drawn - observed
        told = ~np.isnan(change)
        parts = (told, change, change**2, change <= _SAME, change >= -_SAME)
        sums += np.stack([np.sum(part, axis=0, where=told) for part in parts])
    table = _summarise(observed, sums)
    return PermutedIndex(table.loc[0].rename("network"), table.loc[1:].reset_index(drop=True))


def compute_conductance(
    adjacency: sp.csr_array, groups: NDArray[np.integer], *, counted: Counted = "ties"
) -> Floats:
    """Measure how easily each group is left: its share of ties that lead out.

    Parameters
    ----------
    adjacency
        The symmetric matrix of weights (n x n, zero diagonal); a weight of 0 is no tie.
    groups
        The group of each node (n); nodes of -1 have none, but are part of what is outside.
    counted
        ties, or weights.

    Returns
    -------
    numpy.ndarray
        For each group from 0 to the greatest, the ties that leave it over the sum of degrees in
        it, or of those outside where that is less: 0 for a group by itself, 1 for one without
        ties inside; nan where either sum is 0.

    Notes
    -----
    Leskovec, Lang, Dasgupta, Mahoney, Internet Mathematics 6, 29-123, 2009.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> path = sp.csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> compute_conductance(path, np.array([0, 1, 1, 1])).tolist()
    [1.0, 1.0]
    """
    ties = _read_ties(adjacency, np.zeros_like(groups), counted)
    home = groups[ties.rows]
    inside = home >= 0
    leaves = inside & (home != groups[ties.columns])
    size = int(groups.max(initial=-1)) + 1
    cut = _sum(home[leaves], ties.weight[leaves], size)
    volume = _sum(home[inside], ties.weight[inside], size)
    return _divide(cut, np.minimum(volume, ties.weight.sum() - volume))


def _read_ties(adjacency: sp.csr_array, groups: NDArray[np.integer], counted: Counted) -> _Ties:
    ties = adjacency.tocoo()
    real = (ties.data != 0) & (groups[ties.row] >= 0) & (groups[ties.col] >= 0)
    weight = ties.data[real].astype(float) if counted == "weights" else np.ones(real.sum())
    return _Ties(ties.row[real].astype(np.int64), ties.col[real].astype(np.int64), weight)


def _sum(labels: NDArray[np.integer], weight: Floats, size: int) -> Floats:
    """Sum weights by label, as floats even where there are none."""
    return np.bincount(labels, weight, size).astype(float)


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide; nan where there is nothing to divide by."""
    return part / np.where(whole > 0, whole, np.nan)


def _compare(inner: Floats, every: Floats) -> Floats:
    """Compute (E - I) / (E + I) from I and E + I; nan without ties."""
    return 1 - 2 * _divide(inner, every)


def _draw(ties: _Ties, groups: NDArray[np.integer], draws: int, seed: int) -> Iterator[Floats]:
    """Deal the groups out anew and compute indices, in blocks of draws x (network, groups)."""
    random = np.random.default_rng(seed)
    known = np.flatnonzero(groups >= 0)
    labels = groups[known].astype(np.int64)
    place = np.cumsum(groups >= 0) - 1  # of each node among those with a group
    among = ties._replace(rows=place[ties.rows], columns=place[ties.columns])
    size = int(groups.max(initial=-1)) + 1
    block = max(1, _CELLS_AT_ONCE // max(len(ties.rows), len(known), size, 1))
    for start in range(0, draws, block):
        count = min(block, draws - start)
        yield _index_draws(random.permuted(np.tile(labels, (count, 1)), axis=1), among, size)


def _index_draws(dealt: Ints, ties: _Ties, size: int) -> Floats:
    """Compute the indices of the network and of each group, for draws x nodes of labels."""
    draws, n = dealt.shape
    own = dealt + size * np.arange(draws)[:, None]  # so that each draw has groups of its own
    once = ties.rows < ties.columns
    first, weight = own[:, ties.rows[once]], 2 * ties.weight[once]
    same = first == own[:, ties.columns[once]]
    weights = np.broadcast_to(weight, same.shape)[same]
    inner = _sum(first[same], weights, draws * size).reshape(draws, size)
    degree = _sum(ties.rows, ties.weight, n)
    every = _sum(own.ravel(), np.tile(degree, draws), draws * size).reshape(draws, size)
    return _compare(*(np.column_stack([part.sum(axis=1), part]) for part in (inner, every)))


def _summarise(observed: Floats, sums: Floats) -> pd.DataFrame:
    """Turn sums over draws into means, deviations and chances; nan where nothing is observed."""
    draws, change, square, lower, upper = np.where(np.isnan(observed), np.nan, sums)
    told = np.where(draws > 0, draws, np.nan)
    mean = change / told
    chances = (1 + np.stack([lower, upper])) / (1 + draws)
    columns = {
        "observed": observed,
        "expected": observed + mean,
        "deviation": np.sqrt(np.maximum(square / told - mean**2, 0.0)),
        "p_lower": chances[0],
        "p_upper": chances[1],
        "p": np.minimum(2 * chances.min(axis=0), 1.0),
        "draws": sums[0],
    }
    return pd.DataFrame(columns)
