"""Compare ecograph's measures with every library that has them, on ready-made networks.

    python benchmarks/centrality.py DATA [DATA ...]
    python benchmarks/centrality.py --without networkx DATA [DATA ...]
    python benchmarks/centrality.py --only core --only component DATA [DATA ...]

Every library gets the network in its own form before the clock starts; ecograph gets its sparse
matrix, and what it converts counts as its own time. All take turns in one run, on all processors
where they can use them. Prints seconds (medians of 5, of fewer where a round takes more than a
minute), ecograph's share of the fastest library's time, and the largest difference of any node's
value from that library's.
"""

from __future__ import annotations

import argparse
import importlib.util
from typing import TYPE_CHECKING, Any

import networkit as nk
import networkx as nx
import numpy as np
import scipy.sparse as sp
from clock import compare

import ecograph as eg
from ecograph import engine
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecograph.projection import Network

TOLERANCE = 1e-10  # of iterations, where a library lets us say
DAMPING = 0.85
MODULES = {
    "igraph": "igraph",
    "networkit": "networkit",
    "rustworkx": "rustworkx",
    "scikit-network": "sknetwork",
    "networkx": "networkx",
}
OURS: dict[str, Callable[[sp.csr_array], Any]] = {
    "degree": engine.compute_degree,
    "strength": engine.compute_strength,
    "pagerank": engine.compute_pagerank,
    "betweenness": engine.compute_betweenness,
    "harmonic_closeness": engine.compute_harmonic,
    "eigenvector": engine.compute_eigenvector,
    "core": engine.compute_cores,
    "constraint": engine.compute_constraint,
    "component": engine.compute_components,
    "community (one run)": lambda matrix: engine.compute_communities(matrix, seed=1),
}
LABELS = ("component", "community (one run)")  # numbers without an order: not subtracted


def main() -> None:
    """Print one table for each ecosystem folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--without", action="append", default=[], choices=list(MODULES))
    parser.add_argument(
        "--only", action="append", default=[], choices=list(OURS), metavar="MEASURE"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("data", nargs="+")
    chosen = parser.parse_args()
    libraries = [name for name in MODULES if name not in chosen.without]
    for name in list(libraries):
        if importlib.util.find_spec(MODULES[name]) is None:
            libraries.remove(name)
            print(f"{name} is not installed and does not take part.")
    for data in chosen.data:
        measures = chosen.only or list(OURS)
        print_table(project_ties(eg.load(data)), libraries, chosen.runs, measures=measures)


def print_table(network: Network, libraries: list[str], runs: int, *, measures: list[str]) -> None:
    """Print a table: ours beside every library, and ours against the fastest."""
    calls = {library: PREPARE[library](network.adjacency) for library in libraries}
    ties = network.adjacency.nnz // 2
    print(f"\n{len(network.nodes):,} nodes, {ties:,} ties\n")
    print(f"| measure | ecograph, s | {' | '.join(libraries)} | ours / fastest | difference |")
    print("|---" * (len(libraries) + 4) + "|")
    for measure in measures:
        ours = OURS[measure]
        found: dict[str, Any] = {}
        contenders = {"ecograph": keep(found, "ecograph", lambda f=ours: f(network.adjacency))}
        for library, known in calls.items():
            if measure in known:
                contenders[library] = keep(found, library, known[measure])
        costs = {name: c.seconds for name, c in compare(contenders, runs=runs).items()}
        rivals = {name: seconds for name, seconds in costs.items() if name != "ecograph"}
        best = min(rivals, key=rivals.__getitem__)
        cells = [write(rivals.get(library)) for library in libraries]
        gap = "" if measure in LABELS else f"{find_gap(found['ecograph'], found[best]):.0e}"
        ratio = costs["ecograph"] / rivals[best]
        row = " | ".join([measure, write(costs["ecograph"]), *cells, f"{ratio:.2f}", gap])
        print(f"| {row} |", flush=True)


def keep(found: dict[str, Any], name: str, call: Callable[[], Any]) -> Callable[[], None]:
    """Time a call and keep what it returned."""

    def run() -> None:
        found[name] = call()

    return run


def write(seconds: float | None) -> str:
    """Write seconds; nothing where a library has no such measure."""
    return "" if seconds is None else f"{seconds:.4f}" if seconds < 1 else f"{seconds:.2f}"


def find_gap(ours: Any, theirs: Any) -> float:  # noqa: ANN401 - whatever libraries return
    """Find the largest difference of any node's value; isolates have no constraint."""
    values = list(theirs.values()) if hasattr(theirs, "values") else theirs
    return float(np.nanmax(np.abs(np.asarray(ours, float) - np.asarray(values, float))))


def list_ties(matrix: sp.csr_array) -> Iterator[tuple[int, int, float]]:
    """List every tie once."""
    half = sp.triu(matrix, k=1).tocoo()
    return zip(half.row.tolist(), half.col.tolist(), half.data.tolist(), strict=True)


def prepare_igraph(matrix: sp.csr_array) -> dict[str, Callable[[], Any]]:
    """Build igraph's network."""
    import igraph  # noqa: PLC0415 - optional

    graph = igraph.Graph.TupleList([], directed=False)
    graph.add_vertices(matrix.shape[0])
    ties = list(list_ties(matrix))
    graph.add_edges([(a, b) for a, b, _ in ties])
    weights = [w for *_, w in ties]
    return {
        "degree": graph.degree,
        "strength": lambda: graph.strength(weights=weights),
        "pagerank": lambda: graph.pagerank(damping=DAMPING, weights=weights),
        "betweenness": lambda: scale_pairs(graph.betweenness(), matrix.shape[0]),
        "harmonic_closeness": lambda: np.array(graph.harmonic_centrality(normalized=False)),
        "eigenvector": lambda: normalise(graph.eigenvector_centrality(weights=weights)),
        "core": graph.coreness,
        "constraint": lambda: graph.constraint(weights=weights),
        "component": lambda: graph.connected_components().membership,
        "community (one run)": lambda: graph.community_leiden("modularity", weights=weights),
    }


def scale_pairs(values: list[float], n: int) -> Any:  # noqa: ANN401 - an array
    """Turn counts of pairs into shares."""
    return np.array(values) * 2 / ((n - 1) * (n - 2))


def normalise(values: list[float]) -> Any:  # noqa: ANN401 - an array
    """Scale to length 1."""
    vector = np.abs(np.array(values))
    return vector / np.linalg.norm(vector)


def prepare_networkit(matrix: sp.csr_array) -> dict[str, Callable[[], Any]]:
    """Build NetworKit's network."""
    half = sp.triu(matrix, k=1).tocoo()
    ends = (half.row.astype(np.uint64), half.col.astype(np.uint64))
    n = matrix.shape[0]
    graph = nk.GraphFromCoo((half.data.astype(float), ends), n=n, weighted=True, directed=False)
    bare = nk.graphtools.toUnweighted(graph)
    central = nk.centrality
    sinks = central.SinkHandling.DistributeSinks
    return {
        "degree": lambda: central.DegreeCentrality(bare).run().scores(),
        "pagerank": lambda: (
            central.PageRank(graph, DAMPING, TOLERANCE, distributeSinks=sinks).run().scores()
        ),
        "betweenness": lambda: central.Betweenness(bare, normalized=True).run().scores(),
        "harmonic_closeness": lambda: (
            central.HarmonicCloseness(bare, normalized=False).run().scores()
        ),
        "eigenvector": lambda: normalise(
            central.EigenvectorCentrality(graph, TOLERANCE).run().scores()
        ),
        "core": lambda: central.CoreDecomposition(bare).run().scores(),
        "component": lambda: (
            nk.components.ConnectedComponents(bare).run().getPartition().getVector()
        ),
        "community (one run)": lambda: nk.community.ParallelLeiden(graph).run().getPartition(),
    }


def prepare_rustworkx(matrix: sp.csr_array) -> dict[str, Callable[[], Any]]:
    """Build rustworkx's network."""
    import rustworkx as rx  # noqa: PLC0415 - optional

    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(matrix.shape[0]))
    graph.add_edges_from(list(list_ties(matrix)))
    return {
        "degree": lambda: [graph.degree(node) for node in graph.node_indices()],
        "betweenness": lambda: rx.betweenness_centrality(graph),
        "eigenvector": lambda: rx.eigenvector_centrality(
            graph, weight_fn=float, max_iter=10_000, tol=TOLERANCE
        ),
        "core": lambda: dict(sorted(rx.core_number(graph).items())),
        "component": lambda: rx.connected_components(graph),
    }


def prepare_scikit_network(matrix: sp.csr_array) -> dict[str, Callable[[], Any]]:
    """Take scikit-network's measures, which work on sparse matrices."""
    from sknetwork import clustering, ranking, topology  # noqa: PLC0415 - optional

    square = sp.csr_matrix(matrix)
    bare = square.astype(bool)
    return {
        "pagerank": lambda: ranking.PageRank(
            DAMPING, solver="piteration", n_iter=1000, tol=TOLERANCE
        ).fit_predict(square),
        "core": lambda: topology.get_core_decomposition(bare),
        "component": lambda: topology.get_connected_components(square),
        "community (one run)": lambda: clustering.Leiden(random_state=1).fit_predict(square),
    }


def prepare_networkx(matrix: sp.csr_array) -> dict[str, Callable[[], Any]]:
    """Build networkx's network."""
    graph = nx.Graph()
    graph.add_nodes_from(range(matrix.shape[0]))
    graph.add_weighted_edges_from(list_ties(matrix))
    n = max(len(graph), 1)
    return {
        "degree": lambda: dict(graph.degree),
        "strength": lambda: dict(graph.degree(weight="weight")),
        "pagerank": lambda: nx.pagerank(graph, DAMPING, tol=TOLERANCE / n, max_iter=10_000),
        "betweenness": lambda: nx.betweenness_centrality(graph),
        "harmonic_closeness": lambda: nx.harmonic_centrality(graph),
        "core": lambda: nx.core_number(graph),
        "constraint": lambda: nx.constraint(graph, weight="weight"),
        "component": lambda: list(nx.connected_components(graph)),
    }


PREPARE: dict[str, Callable[[sp.csr_array], dict[str, Callable[[], Any]]]] = {
    "igraph": prepare_igraph,
    "networkit": prepare_networkit,
    "rustworkx": prepare_rustworkx,
    "scikit-network": prepare_scikit_network,
    "networkx": prepare_networkx,
}


if __name__ == "__main__":
    main()
