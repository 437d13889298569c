"""Groups of actors that work with each other more than with others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from ecograph import engine
from ecograph.analysis.meta import attach_meta
from ecograph.projection import Network, project_ties

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.engine import Consensus

__all__ = [
    "COMMUNITY_COLUMNS",
    "MEMBER_COLUMNS",
    "find_communities",
    "label_communities",
    "list_members",
]

COMMUNITY_COLUMNS = (
    "members",
    "universities",
    "platforms",
    "enterprises",
    "institutions",
    "ties_within",
    "ties_outside",
    "leaders",
    "certainty",
)
MEMBER_COLUMNS = ("name", "kind", "community", "certainty")
_LEADERS = 3
_found: WeakKeyDictionary[Network, dict[int, Consensus]] = WeakKeyDictionary()


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
        names of the members with most ties by weight, mean certainty of the members.
        ``attrs["meta"]["method"]`` has the modularity, the resolutions tried and the number
        of runs.
    """
    network = project_ties(ecosystem, part)
    found = _find(network, ecosystem.settings.seed)
    method = {"part": part, **_describe_method(network, found)}
    return attach_meta(_describe(network, found), ecosystem, "communities", method=method)


def list_members(ecosystem: Ecosystem, part: str = "organisation") -> pd.DataFrame:
    """List who belongs to which community, and how sure that is.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        The side of the agreements that is kept.

    Returns
    -------
    pandas.DataFrame
        Indexed by node id in sorted order, columns ``MEMBER_COLUMNS``: ``community`` as in
        `find_communities`; ``certainty`` is the share of runs, 0 to 1, in which the node falls
        into the counterpart of its community, nan for nodes without ties.
    """
    network = project_ties(ecosystem, part)
    found = _find(network, ecosystem.settings.seed)
    table = network.nodes[["name", "kind"]].assign(
        community=found.labels + 1, certainty=found.certainty
    )
    method = {"part": part, **_describe_method(network, found)}
    return attach_meta(table, ecosystem, "members", method=method)


def label_communities(network: Network, *, seed: int) -> pd.Series:
    """Give each node of a network the number of its community, the largest being 1."""
    labels = _find(network, seed).labels + 1
    return pd.Series(labels, index=network.nodes.index, name="community")


def _find(network: Network, seed: int) -> Consensus:
    """Find the communities of a network once, however many results need them."""
    known = _found.setdefault(network, {})
    if seed not in known:
        known[seed] = engine.find_consensus(network.adjacency, seed=seed)
    return known[seed]


def _describe_method(network: Network, found: Consensus) -> dict[str, object]:
    linked = engine.compute_degree(network.adjacency) > 0
    plan = found.plan
    return {
        "algorithm": "Leiden (Traag et al. 2019), consensus of runs (Lancichinetti and "
        "Fortunato 2012), at the resolution where runs agree most",
        "modularity": engine.compute_modularity(network.adjacency, found.labels),
        "resolution": found.resolution,
        "resolutions": [
            {
                "resolution": row.resolution,
                "stability": row.stability,
                "error": row.error,
                "communities": row.communities,
            }
            for row in found.table
        ],
        "runs": len(plan.resolutions) * plan.seeds,
        "seeds": plan.seeds,
        "rounds": found.rounds,
        "agreed": found.agreed,
        "budget": _describe_budget(plan.ties),
        "certainty": float(found.certainty[linked].mean()) if linked.any() else None,
        "isolates": int((~linked).sum()),
    }


def _describe_budget(ties: float) -> str:
    what = "resolutions, seeds and rounds by the number of ties"
    return f"{what}: up to {ties:,.0f}" if np.isfinite(ties) else f"{what}: no limit"


def _describe(network: Network, found: Consensus) -> pd.DataFrame:
    labels = found.labels + 1
    sizes = np.bincount(labels, minlength=1)
    table = pd.DataFrame(index=pd.RangeIndex(len(sizes), name="community"))
    table["members"] = sizes
    kinds = network.nodes["kind"].to_numpy()
    for plural, kind in zip(
        COMMUNITY_COLUMNS[1:5], ("university", "platform", "enterprise", "institution"), strict=True
    ):
        table[plural] = np.bincount(labels[kinds == kind], minlength=len(sizes))
    table["ties_within"], table["ties_outside"] = _count_ties(network, labels)
    table["leaders"] = _name_leaders(network, labels)
    certainty = np.bincount(labels, weights=found.certainty, minlength=len(sizes))
    table["certainty"] = certainty / np.maximum(sizes, 1)
    described = table[table["members"] > 1]
    return described.set_index(described.index.astype("int64"))


def _count_ties(
    network: Network, labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the ties within each community (each has two rows) and those that leave it."""
    adjacency = network.adjacency
    own = np.repeat(labels, np.diff(adjacency.indptr))
    within = own == labels[adjacency.indices]
    size = int(labels.max(initial=0)) + 1
    return np.bincount(own[within], minlength=size) // 2, np.bincount(own[~within], minlength=size)


def _name_leaders(network: Network, labels: NDArray[np.int64]) -> pd.Series:
    strength = engine.compute_strength(network.adjacency)
    order = np.lexsort((np.arange(len(labels)), -strength, labels))
    members = pd.DataFrame(
        {"community": labels[order], "name": network.nodes["name"].to_numpy()[order]}
    )
    groups = members[np.bincount(labels)[members["community"]] > 1].groupby("community")
    return groups.head(_LEADERS).groupby("community")["name"].agg("；".join)
