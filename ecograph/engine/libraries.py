"""Compiled libraries behind the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

__all__ = ["load_networkit", "to_networkit", "to_networkit_ties"]


def to_networkit(adjacency: sp.csr_array) -> object:
    """Build NetworKit's graph of a network."""
    nk = load_networkit()
    upper = sp.triu(adjacency, k=1).tocoo()
    ends = (upper.row.astype(np.uint64), upper.col.astype(np.uint64))
    return nk.GraphFromCoo(
        (upper.data.astype(float), ends), n=adjacency.shape[0], weighted=True, directed=False
    )


def to_networkit_ties(adjacency: sp.csr_array) -> object:
    """Build NetworKit's graph without weights, in a tenth of the time."""
    nk = load_networkit()
    half = sp.triu(adjacency, k=1, format="csr")
    return nk.GraphFromCsr(sp.csr_matrix(half), directed=False)


def load_networkit() -> Any:  # noqa: ANN401 - NetworKit has no types
    """Import NetworKit, which takes 0.8 s: only who measures pays for it."""
    import networkit  # noqa: PLC0415 - see above

    return networkit
