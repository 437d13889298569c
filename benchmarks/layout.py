"""Compare ecograph's layout with others, on networks whose groups no layout was given.

    OMP_NUM_THREADS=1 python benchmarks/layout.py [SIZE ...]
    OMP_NUM_THREADS=1 python benchmarks/layout.py --pictures docs/images [--data FOLDER]

All take turns in one run. Prints processor seconds (user and system), purity (the share of the 10
nearest in the picture that are of the same planted block), and how many of its neighbours a node
keeps (the share that is among its k nearest, k neighbours). Loading and compiling libraries does
not count. A method that is too slow for a size is left out there.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

import ecograph as eg
from ecograph import engine
from ecograph.projection import project_ties
from ecograph.render import layout
from ecograph.render.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Method = Callable[[sp.csr_array], Floats]

SIZES = (200, 2_000, 5_000, 20_000, 100_000)
TIES = 3  # a node
BETWEEN = 0.17  # the share of ties drawn without regard to blocks
UNEVEN = 0.8  # deviation of the logarithm of how many ties nodes draw
LEAST, MOST, EXPONENT = 20, 400, 1.5  # members of a block
NEAREST = 10
MODULES = {"umap-learn": "umap", "igraph": "igraph"}


def main() -> None:
    """Print one table, or draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--data", type=Path, help="an ecosystem folder to draw as well")
    parser.add_argument("sizes", nargs="*", type=int)
    chosen = parser.parse_args()
    if chosen.pictures:
        draw_pictures(chosen.pictures, chosen.data)
        return
    for name, module in MODULES.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed and does not take part.")
    methods = {name: pair for name, pair in list_methods().items() if is_there(name)}
    warm_up({name: method for name, (method, _) in methods.items()})
    print("| nodes | method | seconds | purity | neighbours kept |\n|---|---|---|---|---|")
    for size in chosen.sizes or SIZES:
        adjacency, block = plant(size)
        for name, (method, most) in methods.items():
            if size <= most:
                print_row(name, method, adjacency, block)


def list_methods() -> dict[str, tuple[Method, int]]:
    """List the methods, each with the largest network it is asked for."""
    return {
        "ecograph": (lay_out, 1_000_000),
        "ecograph, start only": (start, 1_000_000),
        "umap-learn, same start": (run_umap, 1_000_000),
        "networkx spring_layout": (run_spring, 2_000),
        "networkx forceatlas2_layout": (run_forceatlas, 2_000),
        "igraph umap": (lambda a: run_igraph(a, "umap"), 20_000),
        "igraph drl": (lambda a: run_igraph(a, "drl"), 5_000),
        "igraph fr": (lambda a: run_igraph(a, "fruchterman_reingold"), 5_000),
    }


def is_there(name: str) -> bool:
    """Tell whether the library of a method is installed."""
    module = next((MODULES[m] for m in MODULES if name.startswith(m)), "networkx")
    return importlib.util.find_spec(module) is not None


def warm_up(methods: dict[str, Method]) -> None:
    """Load and compile everything on a small network."""
    adjacency, _ = plant(200)
    for method in methods.values():
        method(adjacency)


def print_row(name: str, method: Method, adjacency: sp.csr_array, block: Ints) -> None:
    """Print what one method needs and reaches."""
    begun = time.process_time()
    at = method(adjacency)
    seconds = time.process_time() - begun
    purity, kept = measure_purity(at, block), measure_kept(at, adjacency)
    print(f"| {len(at):,} | {name} | {seconds:.1f} | {purity:.3f} | {kept:.3f} |", flush=True)


# The networks


def plant(size: int, *, seed: int = 7) -> tuple[sp.csr_array, Ints]:
    """Draw a network with planted blocks: its matrix, and the block of each node.

    Each node draws one tie (a few draw themselves, which is none), then nodes draw in proportion to
    their activity until there are three ties a node. The other end is drawn in proportion to
    activity too, among the own block or, now and then, among all.
    """
    rng = np.random.default_rng(seed)
    sizes = draw_sizes(rng, size)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    block = np.repeat(np.arange(len(sizes)), sizes)
    reach = np.concatenate([[0.0], np.cumsum(np.exp(UNEVEN * rng.standard_normal(size)))])
    keys, first = np.zeros(0, dtype=np.int64), np.arange(size)
    while len(keys) < TIES * size:
        wide = rng.random(len(first)) < BETWEEN
        low = np.where(wide, 0.0, reach[starts[block[first]]])
        high = np.where(wide, reach[-1], reach[starts[block[first] + 1]])
        drawn = low + rng.random(len(first)) * (high - low)
        other = np.clip(np.searchsorted(reach, drawn, side="right") - 1, 0, size - 1)
        pairs = np.sort(np.column_stack([first, other])[first != other], axis=1)
        keys = np.concatenate([keys, pairs[:, 0] * size + pairs[:, 1]])
        keys = keys[np.sort(np.unique(keys, return_index=True)[1])][: TIES * size]
        missing = rng.random(TIES * size - len(keys)) * reach[-1]
        first = np.searchsorted(reach, missing, side="right") - 1
    place = rng.permutation(size)  # so that numbers do not tell blocks
    heads, tails = place[keys // size], place[keys % size]
    half = sp.coo_array((np.ones(len(keys)), (heads, tails)), shape=(size, size))
    shuffled = np.empty(size, dtype=np.int64)
    shuffled[place] = block
    return sp.csr_array(half + half.T), shuffled


def draw_sizes(rng: np.random.Generator, total: int) -> Ints:
    """Draw sizes of blocks from a power law within bounds, to a total."""
    power = 1 - EXPONENT
    low, high = LEAST**power, MOST**power
    drawn = ((low + rng.random(total // LEAST + 1) * (high - low)) ** (1 / power)).astype(np.int64)
    sizes = drawn[: np.searchsorted(np.cumsum(drawn), total) + 1]
    sizes[-1] -= sizes.sum() - total
    small = sizes[-1] < LEAST and len(sizes) > 1
    return np.append(sizes[:-2], sizes[-2:].sum()) if small else sizes


# The measures


def measure_purity(at: Floats, block: Ints) -> float:
    """Compute the mean share of the nearest that are of the same block."""
    near = cKDTree(at).query(at, k=NEAREST + 1)[1]
    own = near == np.arange(len(at))[:, np.newaxis]
    same = (block[near] == block[:, np.newaxis]) & ~own
    return float(np.minimum(same.sum(axis=1) / NEAREST, 1).mean())


def measure_kept(at: Floats, adjacency: sp.csr_array) -> float:
    """Compute the mean share of a node's k neighbours that are among its k nearest."""
    degree, tree = np.diff(adjacency.indptr), cKDTree(at)
    farthest = np.zeros(len(at))
    for k in np.unique(degree[degree > 0]):
        nodes = np.flatnonzero(degree == k)
        farthest[nodes] = tree.query(at[nodes], k=[min(k + 1, len(at))])[0][:, 0]
    rows = np.repeat(np.arange(len(at)), degree)
    distance = np.sqrt(((at[rows] - at[adjacency.indices]) ** 2).sum(axis=1))
    kept = np.bincount(rows, distance <= farthest[rows] * (1 + 1e-9), minlength=len(at))
    return float((kept[degree > 0] / degree[degree > 0]).mean())


# The others


def start(adjacency: sp.csr_array) -> Floats:
    """Place nodes where our refinement begins."""
    return layout._start(adjacency, 1)[0]  # noqa: SLF001 - the start is no answer that anybody else asks for


def run_umap(adjacency: sp.csr_array) -> Floats:
    """Optimise by umap-learn, its own number of epochs, from our start."""
    from umap import umap_  # noqa: PLC0415 - a contender, if it is installed

    first = start(adjacency)
    first = (10 * (first - first.min(axis=0)) / np.ptp(first, axis=0)).astype(np.float32)
    a, b = umap_.find_ab_params(1.0, 0.1)
    graph = sp.coo_matrix(adjacency.astype(np.float32))
    settings = (None, graph, 2, 1.0, a, b, 1.0, 5, None, first, np.random.RandomState(1))
    drawn = umap_.simplicial_set_embedding(*settings, "euclidean", {}, False, {}, False)  # noqa: FBT003 - as umap-learn takes them
    return np.asarray(drawn[0], dtype=np.float64)


def run_spring(adjacency: sp.csr_array) -> Floats:
    """Lay out by Fruchterman and Reingold's method in networkx."""
    return _order(nx.spring_layout(nx.from_scipy_sparse_array(adjacency), seed=1))


def run_forceatlas(adjacency: sp.csr_array) -> Floats:
    """Lay out by ForceAtlas2 in networkx."""
    return _order(nx.forceatlas2_layout(nx.from_scipy_sparse_array(adjacency), seed=1))


def _order(places: dict[int, Floats]) -> Floats:
    return np.array([places[node] for node in range(len(places))], dtype=np.float64)


def run_igraph(adjacency: sp.csr_array, name: str) -> Floats:
    """Lay out by one of igraph's methods."""
    import random  # noqa: PLC0415 - igraph draws from it

    import igraph  # noqa: PLC0415 - a contender, if it is installed

    random.seed(1)
    ties = sp.triu(adjacency).tocoo()
    graph = igraph.Graph(n=adjacency.shape[0], edges=np.column_stack([ties.row, ties.col]))
    return np.array(getattr(graph, f"layout_{name}")().coords, dtype=np.float64)


# The pictures


def draw_pictures(folder: Path, data: Path | None) -> None:
    """Draw planted networks, nodes coloured by block, and an ecosystem's, by community."""
    for size in (200, 2_000, 20_000):
        adjacency, block = plant(size)
        draw(adjacency, lay_out(adjacency), block, folder / f"layout-{size}.png")
    if data:
        adjacency = project_ties(eg.load(data)).adjacency
        begun = time.process_time()
        at = lay_out(adjacency)
        seconds, kept = time.process_time() - begun, measure_kept(at, adjacency)
        print(f"{data.name}: {len(at):,} nodes, {seconds:.1f} s, {kept:.3f} neighbours kept")
        community = engine.compute_communities(adjacency, seed=1)
        draw(adjacency, at, community, folder / f"layout-{data.name.partition('-')[0]}.png")


def draw(adjacency: sp.csr_array, at: Floats, colour: Ints, path: Path) -> None:
    """Draw a network with matplotlib, lines the fainter the more there are."""
    import matplotlib as mpl  # noqa: PLC0415 - for pictures only

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - the same
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - the same
    from PIL import Image  # noqa: PLC0415 - the same

    ties = sp.triu(adjacency).tocoo()
    faint = float(np.clip(400 / max(ties.nnz, 1), 0.004, 0.7))
    figure, axes = plt.subplots(figsize=(7, 6), dpi=100)
    lines = np.stack([at[ties.row], at[ties.col]], axis=1)
    axes.add_collection(LineCollection(lines, colors="#555", linewidths=0.4, alpha=faint))
    dot = float(np.clip(8_000 / len(at), 0.8, 30))
    axes.scatter(*at.T, c=colour % 20, cmap="tab20", s=dot, linewidths=0, zorder=2)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    axes.axis("off")
    figure.tight_layout(pad=0.2)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    Image.fromarray(pixels).quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )  # a third of the bytes
    plt.close(figure)


if __name__ == "__main__":
    main()
