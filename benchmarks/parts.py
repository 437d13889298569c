"""Compare parts of the work with what a user would do by hand, in turns, medians of 5.

    python benchmarks/parts.py load|project|gaps DATA [DATA ...]

Prints a Markdown table. Nothing is kept from one run to the next: ecograph gets an ecosystem
whose derived tables are not there yet.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp
import straightforward
from clock import compare

import ecograph as eg
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from collections.abc import Callable

    Contenders = dict[str, Callable[[], object]]

__all__ = ["CASES"]

FEW = 100_000  # parties up to which networkx is asked to project


def main() -> None:
    """Print the table of a case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print("| input | job | by | seconds | ecograph is times faster | runs |")
    print("|---|---|---|---|---|---|")
    for data in chosen.data:
        for job, contenders in CASES[chosen.case](data).items():
            print_rows(f"{data.name} | {job}", contenders, chosen.runs)


def print_rows(label: str, contenders: Contenders, runs: int) -> None:
    """Print one row a contender, ecograph first."""
    costs = compare(contenders, runs=runs)
    ours = costs["ecograph"].seconds
    for name, cost in costs.items():
        ratio = "" if name == "ecograph" else f"{cost.seconds / ours:.2f}"
        print(f"| {label} | {name} | {cost.seconds:.3f} | {ratio} | {cost.runs} |", flush=True)


def load(data: Path) -> dict[str, Contenders]:
    """Read a folder: checked and resolved, merely read, or read and cleaned by hand."""
    files = sorted(data.glob("*.csv"))
    return {
        "load": {
            "ecograph": lambda: eg.load(data),
            "pandas.read_csv alone": lambda: [
                pd.read_csv(file, low_memory=False) for file in files
            ],
            "pandas, cleaned by hand": lambda: straightforward.load(data),
        }
    }


def project(data: Path) -> dict[str, Contenders]:
    """Tie organisations by the agreements that they share."""
    ecosystem = eg.load(data)
    register = straightforward.load(data)
    weights: Contenders = {
        "ecograph": lambda: project_ties(_forget(ecosystem)).adjacency,
        "scipy by hand": lambda: multiply(register.parties),
    }
    if len(register.parties) <= FEW:
        weights["networkx"] = lambda: project_networkx(register.parties)
    return {
        "ties with amounts and years": {
            "ecograph": lambda: project_ties(_forget(ecosystem)).ties,
            "pandas self-join": lambda: straightforward.project(register),
        },
        "weights only": weights,
    }


def gaps(data: Path) -> dict[str, Contenders]:
    """Find gaps, and cross industries with disciplines in dense tables."""
    ecosystem = eg.load(data)
    register = straightforward.load(data)
    return {
        "gaps": {
            "ecograph": lambda: eg.find_gaps(_forget(ecosystem)),
            "pandas and scipy": lambda: straightforward.find_gaps(register),
        },
        "location quotients": {
            "ecograph": lambda: eg.cross_disciplines(_forget(ecosystem)),
            "dense crosstab": lambda: straightforward.cross(register),
        },
    }


CASES = {"load": load, "project": project, "gaps": gaps}


def _forget(ecosystem: eg.Ecosystem) -> eg.Ecosystem:
    """Make the same ecosystem without what was derived from it."""
    return ecosystem.configure(ecosystem.settings)


def multiply(parties: pd.DataFrame) -> sp.csr_array:
    """Count shared agreements by a product of the incidence matrix with itself."""
    agreement, rows = pd.factorize(parties["agreement"])
    organisation, columns = pd.factorize(parties["organisation"])
    ones = np.ones(len(parties), dtype=np.int32)
    shape = (len(rows), len(columns))
    incidence = sp.csr_array((ones, (agreement, organisation)), shape=shape)
    return sp.triu(incidence.T @ incidence, k=1).tocsr()


def project_networkx(parties: pd.DataFrame) -> nx.Graph:
    """Project the bipartite graph."""
    graph = nx.Graph(zip(parties["agreement"], parties["organisation"], strict=True))
    return nx.bipartite.weighted_projected_graph(graph, parties["organisation"].unique())


if __name__ == "__main__":
    main()
