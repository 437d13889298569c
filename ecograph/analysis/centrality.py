"""Who holds the network together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecograph import engine
from ecograph.analysis.communities import label_communities
from ecograph.analysis.meta import attach_meta
from ecograph.projection import project_ties

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem
    from ecograph.engine import Measured
    from ecograph.projection import Network

__all__ = ["CENTRALITY_COLUMNS", "rank", "rank_network"]

CENTRALITY_COLUMNS = (
    "name",
    "kind",
    "degree",
    "strength",
    "pagerank",
    "betweenness",
    "harmonic_closeness",
    "eigenvector",
    "core",
    "constraint",
    "component",
    "community",
)


_GUARANTEE = "with probability 1 - delta no node is off by more than epsilon"


def rank(ecosystem: Ecosystem, part: str = "organisation") -> pd.DataFrame:
    """Rank the nodes of a projection by how they are placed in it.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        The side of the agreements that is kept, one of `ecograph.projection.PARTS`.

    Returns
    -------
    pandas.DataFrame
        Indexed by node id, the strongest first, columns ``CENTRALITY_COLUMNS``. degree and
        betweenness, harmonic closeness and core count steps; strength, PageRank, eigenvector and
        constraint use weights. ``attrs["meta"]`` says what was counted and how.
    """
    network = project_ties(ecosystem, part)
    settings = ecosystem.settings
    table = rank_network(network, seed=settings.seed, exact=settings.exact)
    method = {"part": part, "weighting": network.weighting, **network.describe(), **table.attrs}
    return attach_meta(table, ecosystem, "centrality", method=method)


def rank_network(network: Network, *, seed: int = 1, exact: bool = False) -> pd.DataFrame:
    """Compute every centrality of a projected network; see `rank`.

    ``attrs`` says how: whether all is exact, and of what is not, the method and its guarantee.
    """
    matrix = network.adjacency
    communities = label_communities(network, seed=seed)
    between = engine.measure_betweenness(matrix, seed=seed, **({"limit": np.inf} if exact else {}))
    harmonic = engine.measure_harmonic(matrix, seed=seed, **({"limit": np.inf} if exact else {}))
    table = network.nodes[["name", "kind"]].assign(
        degree=engine.compute_degree(matrix),
        strength=engine.compute_strength(matrix),
        pagerank=engine.compute_pagerank(matrix),
        betweenness=between.values,
        harmonic_closeness=harmonic.values,
        eigenvector=engine.compute_eigenvector(matrix),
        core=engine.compute_cores(matrix),
        constraint=engine.compute_constraint(matrix),
        component=engine.compute_components(matrix) + 1,
        community=communities,
    )
    order = np.lexsort((np.arange(len(table)), -table["degree"], -table["strength"]))
    ranked = table.iloc[order][list(CENTRALITY_COLUMNS)]
    ranked.attrs = {
        "exact": between.exact and harmonic.exact,
        "betweenness": _describe_betweenness(between),
        "harmonic_closeness": _describe_harmonic(harmonic),
        "community": "consensus of Leiden runs; see the result communities",
        "modularity": engine.compute_modularity(matrix, communities.to_numpy()),
    }
    return ranked


def _describe_betweenness(measured: Measured) -> dict[str, object]:
    """Say in words how betweenness was found, beside the numbers of its guarantee."""
    unit = "normalised by (n-1)(n-2)/2, distances in steps"
    limit = f"exact up to {engine.BETWEENNESS_LIMIT:.0e} sources x ties, of classes of twins"
    if measured.exact:
        return {"method": f"Brandes 2001, {unit}", "exact": True, "limit": limit}
    method = f"sampled pairs (Riondato and Upfal 2018), {unit}; {_GUARANTEE}"
    return {"method": method, "exact": False, "limit": limit, **measured.how}


def _describe_harmonic(measured: Measured) -> dict[str, object]:
    """Say in words how harmonic closeness was found, beside the numbers of its guarantee."""
    unit = "sum of 1/steps, not normalised"
    limit = f"exact up to {engine.HARMONIC_LIMIT:.0e} sources x ties, of classes of twins"
    if measured.exact:
        return {"method": f"search from all nodes, {unit}", "exact": True, "limit": limit}
    method = f"search from sampled nodes, {unit}; the top_exact highest are exact; {_GUARANTEE}"
    return {"method": method, "exact": False, "limit": limit, **measured.how}
