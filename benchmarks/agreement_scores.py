"""Score clusters against the truth: pairs and B-cubed, by counts, without listing a pair.

The pairs of 185,250 mentions are 17 billion. All that is needed of them stands in the table of how
many mentions each cluster shares with each true organisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Agreement", "count_code_conflicts", "label_components", "measure_f1", "score_clusters"]


class Agreement(NamedTuple):
    """Precision, recall and F1 over pairs (first three) and by B-cubed (last three)."""

    precision: float
    recall: float
    f1: float
    cubed_precision: float
    cubed_recall: float
    cubed_f1: float


def score_clusters(
    found: Iterable[object], truth: Iterable[object], *, weights: Iterable[int] | None = None
) -> Agreement:
    """Score found clusters of mentions against the true ones.

    Parameters
    ----------
    found, truth
        The cluster and the organisation of each mention.
    weights
        How many mentions each stands for (whole numbers); 1 where not given.

    Returns
    -------
    Agreement
        A share of nothing is 1: no pair found makes no mistake.

    Notes
    -----
    Pairs: two mentions in one cluster that are of one organisation. B-cubed: Bagga and Baldwin
    1998; of each mention the share of its cluster that is of its organisation (precision) and
    the share of its organisation that is in its cluster (recall), averaged over mentions.

    Examples
    --------
    Five mentions of two organisations, one of them torn and its part put to the other:

    >>> [round(share, 3) for share in score_clusters("xxxyy", "aabbb")]
    [0.5, 0.5, 0.5, 0.733, 0.733, 0.733]
    """
    rows, columns = _number(found), _number(truth)
    counts = np.ones(len(rows)) if weights is None else np.asarray(list(weights), dtype=float)
    cells = pd.DataFrame({"found": rows, "truth": columns, "count": counts})
    shared = cells.groupby(["found", "truth"], sort=True)["count"].sum().reset_index()
    both = shared["count"].to_numpy()
    ours = np.bincount(rows, counts)[shared["found"]]
    theirs = np.bincount(columns, counts)[shared["truth"]]
    together = _count_pairs(both)
    precision = _divide(together, _count_pairs(np.bincount(rows, counts)))
    recall = _divide(together, _count_pairs(np.bincount(columns, counts)))
    cubed_precision = _divide(float((both * both / ours).sum()), float(both.sum()))
    cubed_recall = _divide(float((both * both / theirs).sum()), float(both.sum()))
    return Agreement(
        precision,
        recall,
        measure_f1(precision, recall),
        cubed_precision,
        cubed_recall,
        measure_f1(cubed_precision, cubed_recall),
    )


def measure_f1(precision: float, recall: float) -> float:
    """Take the harmonic mean of precision and recall; 0 where both are.

    >>> round(measure_f1(0.5, 1), 3), measure_f1(0, 0)
    (0.667, 0.0)
    """
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def count_code_conflicts(found: Iterable[object], codes: Iterable[str]) -> int:
    """Count the codes that were merged into the cluster of another: 0 where codes decide.

    >>> count_code_conflicts("xxxxyy", ["A", "B", "B", "C", "A", ""])
    2
    """
    frame = pd.DataFrame({"found": _number(found), "code": list(codes)})
    kinds = frame[frame["code"] != ""].groupby("found")["code"].nunique()
    return int((kinds - 1).sum())


def label_components(
    number: int, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Label the connected components of things 0 to ``number`` - 1 by the pairs that hold.

    >>> label_components(4, np.array([0]), np.array([2])).tolist()
    [0, 1, 0, 2]
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - scoring alone is fast
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    edges = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(number, number))
    return np.asarray(connected_components(edges, directed=False)[1], dtype=np.int64)


def _number(labels: Iterable[object]) -> NDArray[np.int64]:
    return np.asarray(pd.factorize(np.asarray(list(labels), dtype=object))[0], dtype=np.int64)


def _count_pairs(sizes: NDArray[np.float64]) -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _divide(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
