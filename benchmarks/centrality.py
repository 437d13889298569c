"""Compare ecograph's centralities with another library on a ready-made network, in one run.

    python benchmarks/centrality.py DATA [DATA ...]
    python benchmarks/centrality.py --against networkit DATA [DATA ...]

Prints, for every measure, seconds of both (median of 3, or one run of more than 5 s), their ratio
and the largest difference of any node's value.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

import networkit as nk
import networkx as nx
import numpy as np
import scipy.sparse as sp

import ecograph as eg
from ecograph import engine
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecograph.projection import Network

LONG = 5.0
OURS: dict[str, Callable] = {
    "pagerank": engine.compute_pagerank,
    "betweenness": engine.compute_betweenness,
    "harmonic_closeness": engine.compute_harmonic,
    "core": engine.compute_cores,
    "constraint": engine.compute_constraint,
}
THEIRS: dict[str, dict[str, Callable]] = {
    "networkx": {
        "pagerank": lambda g: nx.pagerank(g, tol=1e-13 / max(len(g), 1), max_iter=10_000),
        "betweenness": nx.betweenness_centrality,
        "harmonic_closeness": nx.harmonic_centrality,
        "core": nx.core_number,
        "constraint": lambda g: nx.constraint(g, weight="weight"),
    },
    "networkit": {
        "betweenness": lambda g: nk.centrality.Betweenness(g, normalized=True).run().scores(),
        "harmonic_closeness": lambda g: nk.centrality.HarmonicCloseness(g, False).run().scores(),  # noqa: FBT003
    },
}


def main() -> None:
    """Print one table for each ecosystem folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--against", choices=list(THEIRS), default="networkx")
    parser.add_argument("data", nargs="+")
    chosen = parser.parse_args()
    for data in chosen.data:
        compare(project_ties(eg.load(data)), chosen.against)


def compare(network: Network, library: str) -> None:
    """Print one table: ours beside theirs, on one thread."""
    nk.setNumberOfThreads(1)
    graph = build(network, library)
    print(f"\n{len(network.nodes):,} nodes, {len(network.ties):,} ties\n")
    print(f"| measure | ecograph, s | {library}, s | times faster | largest difference |")
    print("|---|---|---|---|---|")
    for name, measure in THEIRS[library].items():
        mine, values = clock(OURS[name], network.adjacency)
        other, reference = clock(measure, graph)
        if isinstance(reference, dict):
            reference = [reference[node] for node in network.nodes.index]
        gap = np.nanmax(np.abs(values - np.array(reference, dtype=float)))
        row = f"{mine:.3f} | {other:.3f} | {other / mine:.0f} | {gap:.0e}"
        print(f"| {name} | {row} |", flush=True)


def build(network: Network, library: str) -> object:
    """Build the network in the library's own form, before the clock starts."""
    if library == "networkx":
        return network.to_networkx()
    upper = sp.triu(network.adjacency, k=1).tocoo()
    ends = (upper.row.astype(np.uint64), upper.col.astype(np.uint64))
    return nk.GraphFromCoo((np.ones(upper.nnz), ends), n=len(network.nodes), directed=False)


def clock(measure: Callable, network: object) -> tuple[float, object]:
    """Time a measure: seconds and values."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < LONG:  # noqa: PLR2004 - the median of three
        start = time.perf_counter()
        value = measure(network)
        times.append(time.perf_counter() - start)
    return statistics.median(times), value


if __name__ == "__main__":
    main()
