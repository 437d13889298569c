"""Set our figures beside those that others published, worked out exactly, or compute."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy import stats

from ecograph import engine
from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.brokerage import permute_brokerage
from ecograph.statistics.complexity import compute_fitness
from ecograph.statistics.mixing import permute_ei_index
from ecograph.statistics.nestedness import compute_nodf
from ecograph.statistics.relatedness import compute_proximity
from ecograph.statistics.specialisation import (
    compute_diversity,
    compute_location_quotient,
    compute_ubiquity,
    mark_specialised,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

T = TypeVar("T")

__all__ = ["compare_bicm", "compare_permutations", "compare_published", "read_davis"]

SIZES = np.array([12, 9, 7, 6])  # of the groups that are dealt out among the club's 34 members


class Figure(NamedTuple):
    """What was published, and ours."""

    what: str
    source: str
    published: float
    ours: float


def compare_published() -> Iterator[str]:
    """Set published figures beside ours, to the digits that were printed."""
    yield "| figure | source | published | ours |"
    yield "|---|---|---|---|"
    for figure in [*list_networks(), *list_tables(), *list_trade()]:
        digits = len(f"{figure.published:.10g}".partition(".")[2])
        yield (
            f"| {figure.what} | {figure.source} | {figure.published:.10g} "
            f"| {figure.ours:.{digits}f} |"
        )
    if find_trade() is None:
        yield ""
        yield "World trade is left out: ECOGRAPH_REAL_DATA does not lead to it."


def list_networks() -> Iterator[Figure]:
    """List figures of the karate club."""
    karate = nx.to_scipy_sparse_array(nx.karate_club_graph(), weight=None, dtype=float)
    constraint = engine.compute_constraint(sp.csr_array(karate))
    source = "Burt 1992; networkx"
    yield Figure("karate club, constraint of the instructor", source, 0.1554, constraint[0])
    yield Figure("karate club, constraint of the officer", source, 0.1564, constraint[33])


def list_tables() -> Iterator[Figure]:
    """List figures of small tables."""
    davis = read_davis()
    source = "Davis et al. 1941"
    yield Figure("southern women, ties", source, 89, davis.sum())
    yield Figure("southern women, events of the busiest", source, 8, davis.sum(axis=1).max())
    yield Figure("southern women, guests of the largest", source, 14, davis.sum(axis=0).max())
    nested = [[1, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 1, 0, 0, 0]]
    found = compute_nodf(np.array(nested))
    source = "Almeida-Neto et al. 2008"
    yield Figure("NODF of the worked example, rows", source, 53.3, found.rows)
    yield Figure("NODF of the worked example, columns", source, 63.3, found.columns)
    yield Figure("NODF of the worked example", source, 58.3, found.table)
    simple = np.array([[1, 1, 1, 1], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]])
    source = "Hidalgo & Hausmann 2009, fig. S4"
    yield Figure("simple network, diversity of C3", source, 2, compute_diversity(simple)[2])
    yield Figure("simple network, ubiquity of P4", source, 3, compute_ubiquity(simple)[3])


def find_trade() -> Path | None:
    """Find the table of world trade."""
    folder = os.environ.get("ECOGRAPH_REAL_DATA", "")
    file = Path(folder) / "world-trade" / "world_trade_avg_1998_to_2000.csv"
    return file if folder and file.exists() else None


def list_trade() -> Iterator[Figure]:
    """List figures of world trade, 226 countries by 785 products."""
    file = find_trade()
    if file is None:
        return
    rows = pd.read_csv(file, dtype={"country": str, "product": str}, keep_default_na=False)
    trade = rows.pivot_table(index="country", columns="product", values="value", aggfunc="sum")
    quotient = compute_location_quotient(trade.fillna(0).to_numpy())
    presence = mark_specialised(quotient)
    source = "economiccomplexity 1.4.0"
    fitness = compute_fitness(presence, iterations=19)
    yield Figure("world trade, Balassa of and in 0011", source, 2.4825815, quotient[4, 0])
    yield Figure("world trade, Balassa of and in 0015", source, 3.815013019, quotient[4, 4])
    countries, products = compute_proximity(presence.T), compute_proximity(presence)
    yield Figure("world trade, proximity of afg and aia", source, 0.181818182, countries[0, 2])
    yield Figure("world trade, proximity of alb and and", source, 0.310880829, countries[3, 4])
    yield Figure("world trade, proximity of 0011 and 0012", source, 0.3658537, products[0, 1])
    yield Figure("world trade, fitness of afg", source, 0.78605655, fitness.rows[0])
    yield Figure("world trade, fitness of and", source, 1.37321261, fitness.rows[4])
    yield Figure("world trade, complexity of 0013", source, 2.3018690, fitness.columns[2])


def read_davis() -> NDArray[np.bool_]:
    """Read the southern women of Natchez (18 x 14)."""
    graph = nx.davis_southern_women_graph()
    top, bottom = graph.graph["top"], graph.graph["bottom"]
    return np.asarray(nx.bipartite.biadjacency_matrix(graph, top, bottom).toarray() > 0)


# Permutations


def compare_permutations(draws: int) -> Iterator[str]:
    """Set what permutations give beside what can be worked out, in their own standard errors."""
    yield "| what is dealt out | compared | draws | farthest off, in standard errors |"
    yield "|---|---|---|---|"
    checks = {
        ("groups among the karate club", "mean E-I index"): judge_mixing(draws),
        ("groups among the karate club", "mean of each member's coordinated pairs"): judge_roles(
            draws // 5
        ),
        ("disciplines among links", "chance of as few, each pair of 4 x 5"): judge_links(draws),
        ("ties by the configuration model", "mean of each sum, 18 + 14"): judge_sums(draws),
    }
    for (dealt, compared), (count, off) in checks.items():
        yield f"| {dealt} | {compared} | {count:,} | {off:.1f} |"


def read_karate() -> tuple[sp.csr_array, NDArray[np.int64]]:
    """Read the karate club, and deal its members into four groups."""
    karate = nx.to_scipy_sparse_array(nx.karate_club_graph(), weight=None, dtype=float)
    return sp.csr_array(karate), np.repeat(np.arange(len(SIZES)), SIZES)


def judge_mixing(draws: int) -> tuple[int, float]:
    """Judge the mean E-I index by the sizes of groups alone (Krackhardt & Stern 1988)."""
    adjacency, groups = read_karate()
    dealt = permute_ei_index(adjacency, groups, seed=5, draws=draws).network
    n = SIZES.sum()
    expected = 1 - 2 * (SIZES * (SIZES - 1)).sum() / (n * (n - 1))
    return draws, abs(dealt["expected"] - expected) / (dealt["deviation"] / np.sqrt(draws))


def judge_roles(draws: int) -> tuple[int, float]:
    """Judge each member's share of pairs all of one group by the chance that three are."""
    adjacency, groups = read_karate()
    dealt = permute_brokerage(adjacency, groups, seed=5, draws=draws)
    n = SIZES.sum()
    chance = (SIZES * (SIZES - 1) * (SIZES - 2)).sum() / (n * (n - 1) * (n - 2))
    expected = chance * dealt.observed["total"].to_numpy()
    spread = dealt.deviation["coordinator"].to_numpy()
    off = np.abs(dealt.expected["coordinator"].to_numpy() - expected)
    return draws, float(np.max(off[spread > 0] / spread[spread > 0]) * np.sqrt(draws))


def judge_links(draws: int) -> tuple[int, float]:
    """Judge Monte Carlo chances by the hypergeometric law."""
    rows, columns = np.array([40, 25, 15, 8]), np.array([30, 25, 15, 10, 8])
    tables = stats.random_table(rows, columns).rvs(draws, random_state=np.random.default_rng(5))
    observed = np.floor(np.outer(rows, columns) / rows.sum() * 0.7)
    law = stats.hypergeom(rows.sum(), rows[:, np.newaxis], columns)
    chance = law.cdf(observed)
    found = (tables <= observed).mean(axis=0)
    spread = np.sqrt(chance * (1 - chance) / draws)
    return draws, float(np.max(np.abs(found - chance)[spread > 0] / spread[spread > 0]))


def judge_sums(draws: int) -> tuple[int, float]:
    """Judge the sums of drawn tables by those that the model was fitted to."""
    table = read_davis()
    chance = fit_configuration(table.sum(axis=1), table.sum(axis=0)).expand()
    random = np.random.default_rng(5)
    off = []
    drawn = np.array([random.random(table.shape) < chance for _ in range(draws)])
    for axis in (1, 0):
        spread = np.sqrt((chance * (1 - chance)).sum(axis=axis) / draws)
        mean = drawn.sum(axis=axis + 1).mean(axis=0)
        off.append(np.abs(mean - table.sum(axis=axis)) / spread)
    return draws, float(np.max(np.concatenate(off)))


# bicm


def compare_bicm() -> Iterator[str]:
    """Set the chances that the package bicm fits beside ours, and count what it can test."""
    if importlib.util.find_spec("bicm") is None:
        yield "The package bicm is not installed; `pip install bicm` to compare with it."
        return
    from bicm import BipartiteGraph  # noqa: PLC0415 - only where it is installed

    table = read_davis()
    ours = fit_configuration(table.sum(axis=1), table.sum(axis=0)).expand()
    graph = _quietly(lambda: _project(BipartiteGraph(), table, "poisson"))
    theirs = _quietly(graph.get_bicm_matrix)
    met, exact = find_exact(table, ours)
    sums = table.sum(axis=1)
    errors = [np.abs(part.sum(axis=1) - sums).max() for part in (theirs, ours)]
    yield (
        f"- Southern women: chances of ties differ by {np.abs(theirs - ours).max():.0e} at most; "
        f"sums are met to {errors[0]:.0e} by bicm, {errors[1]:.0e} by ours."
    )
    yield (
        f"- bicm tests the {met.sum()} of {met.size} pairs of women who met, and only for more "
        "than expected: who is missing is neither asked nor seen. Its model, with a lower tail "
        "added, is the last column of the table of power."
    )
    for method in ("poisson", "normal", "rna"):
        graph = _quietly(lambda m=method: _project(BipartiteGraph(), table, m))
        p = _quietly(graph.get_projected_pvals_mat)[np.triu_indices(len(table), 1)]
        alike, off = np.corrcoef(p[met], exact[met])[0, 1], np.abs(p - exact)[met].max()
        yield (
            f"- Its p-values by `{method}`: correlation {alike:.3f} with the exact ones, "
            f"{off:.2f} off at most."
        )


def find_exact(table: NDArray[np.bool_], chance: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Find which pairs of rows meet, and the exact chances that they meet as often or oftener."""
    first, second = np.triu_indices(len(table), 1)
    shared = (table[first] & table[second]).sum(axis=1)
    both = chance[first] * chance[second]
    law = [stats.poisson_binom(p).sf(count - 1) for p, count in zip(both, shared, strict=True)]
    return shared > 0, np.array(law)


def _project(graph: T, table: NDArray[np.bool_], method: str) -> T:
    graph.set_biadjacency_matrix(table.astype(int))
    graph.compute_projection(rows=True, approx_method=method, progress_bar=False)
    return graph


def _quietly(job: Callable[[], T]) -> T:
    """Do a job that prints, without its printing."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return job()
