"""Groups of actors that work with each other more than with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph import engine
from ecograph.analysis.meta import attach_meta
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.projection import Network

__all__ = ["COMMUNITY_COLUMNS", "find_communities", "label_communities"]

COMMUNITY_COLUMNS = (
    "members",
    "universities",
    "platforms",
    "enterprises",
    "institutions",
    "ties_within",
    "ties_outside",
    "leaders",
)
_LEADERS = 3


def find_communities(ecosystem: Ecosystem, part: str = "organisation") -> pd.DataFrame:
    """Describe the communities of a projection.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        The side of the agreements that is kept.

    Returns
    -------
    pandas.DataFrame
        Indexed by community (1 is the largest), communities of one left out; columns
        ``COMMUNITY_COLUMNS``: counts of members by kind, numbers of ties within and to outside,
        names of the members with most ties by weight. ``attrs["meta"]["method"]`` has the
        modularity.
    """
    network = project_ties(ecosystem, part)
    labels = label_communities(network, seed=ecosystem.settings.seed)
    method = {
        "part": part,
        "algorithm": "Leiden (Traag et al. 2019), modularity, resolution 1",
        "modularity": engine.compute_modularity(network.adjacency, labels.to_numpy()),
        "isolates": int((engine.compute_degree(network.adjacency) == 0).sum()),
    }
    return attach_meta(_describe(network, labels), ecosystem, "communities", method=method)


def label_communities(network: Network, *, seed: int) -> pd.Series:
    """Give each node of a network the number of its community, the largest being 1."""
    labels = engine.compute_communities(network.adjacency, seed=seed) + 1
    return pd.Series(labels, index=network.nodes.index, name="community")


def _describe(network: Network, labels: pd.Series) -> pd.DataFrame:
    members = network.nodes.assign(
        community=labels, strength=engine.compute_strength(network.adjacency)
    )
    kinds = pd.crosstab(members["community"], members["kind"])
    table = pd.DataFrame({"members": labels.value_counts().sort_index()})
    for plural, kind in zip(
        COMMUNITY_COLUMNS[1:5], ("university", "platform", "enterprise", "institution"), strict=True
    ):
        table[plural] = kinds.get(kind, 0)
    table = table.join(_count_ties(network, labels)).fillna(0)
    ordered = members.reset_index().sort_values(["strength", "id"], ascending=[False, True])
    top = ordered.groupby("community").head(_LEADERS).groupby("community")["name"]
    table["leaders"] = top.agg("；".join)
    table = table[table["members"] > 1]
    return table.astype({"ties_within": int, "ties_outside": int}).rename_axis("community")


def _count_ties(network: Network, labels: pd.Series) -> pd.DataFrame:
    ends = (
        labels.reindex(network.ties["source"]).to_numpy(),
        labels.reindex(network.ties["target"]).to_numpy(),
    )
    within = ends[0] == ends[1]
    outside = np.concatenate([ends[0][~within], ends[1][~within]])
    return pd.DataFrame(
        {
            "ties_within": pd.Series(ends[0][within]).value_counts(),
            "ties_outside": pd.Series(outside).value_counts(),
        }
    )
