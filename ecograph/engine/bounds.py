"""How far the mean of a sample may lie from the truth, for all nodes at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Measured", "bound_errors"]


@dataclass(frozen=True, eq=False)
class Measured:
    """The values of a measure and how they were found.

    Parameters
    ----------
    values
        One value a node.
    exact
        Whether every value is exact.
    how
        What an approximation used and guarantees; empty where exact.
    """

    values: Floats
    exact: bool = True
    how: Mapping[str, object] = field(default_factory=dict)


def bound_errors(total: Floats, squares: Floats, samples: int, *, delta: float) -> Floats:
    """Bound the error of every mean of independent draws from 0 to 1.

    Empirical Bernstein bound (Maurer and Pontil, COLT 2009, theorem 4) on both sides, shared out
    over all nodes: with a probability of at least 1 - delta no mean is off by more.

    Parameters
    ----------
    total, squares
        For each node, the sum of its draws and of their squares.
    samples
        The number of draws, at least 2.
    delta
        The probability that any bound fails.
    """
    variance = np.maximum(squares - total**2 / samples, 0) / (samples - 1)
    log = np.log(4 * max(len(total), 1) / delta)
    bound: Floats = np.sqrt(2 * variance * log / samples) + 7 * log / (3 * (samples - 1))
    return bound
