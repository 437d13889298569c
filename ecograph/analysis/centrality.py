"""Who holds the network together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph import engine
from ecograph.analysis.communities import label_communities
from ecograph.analysis.meta import attach_meta
from ecograph.projection import project_ties

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem
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
    table = rank_network(network, seed=ecosystem.settings.seed)
    method = {
        "part": part,
        "weighting": network.weighting,
        "exact": True,
        "betweenness": "Brandes 2001, normalised by (n-1)(n-2)/2, distances in steps",
        "harmonic_closeness": "sum of 1/steps, not normalised",
        "community": "Leiden, modularity, resolution 1",
        "modularity": table.attrs["modularity"],
    }
    return attach_meta(table, ecosystem, "centrality", method=method)


def rank_network(network: Network, *, seed: int = 1) -> pd.DataFrame:
    """Compute every centrality of a projected network; see `rank`."""
    matrix = network.adjacency
    communities = label_communities(network, seed=seed)
    table = network.nodes[["name", "kind"]].assign(
        degree=engine.compute_degree(matrix),
        strength=engine.compute_strength(matrix),
        pagerank=engine.compute_pagerank(matrix),
        betweenness=engine.compute_betweenness(matrix),
        harmonic_closeness=engine.compute_harmonic(matrix),
        eigenvector=engine.compute_eigenvector(matrix),
        core=engine.compute_cores(matrix),
        constraint=engine.compute_constraint(matrix),
        component=engine.compute_components(matrix) + 1,
        community=communities,
    )
    order = table.reset_index().sort_values(
        ["strength", "degree", "id"], ascending=[False, False, True], kind="stable"
    )
    ranked = order.set_index("id")[list(CENTRALITY_COLUMNS)]
    ranked.attrs["modularity"] = engine.compute_modularity(matrix, communities.to_numpy())
    return ranked
