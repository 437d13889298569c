"""Small folders of tables, written as the text that a person would type."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ecograph.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx

    from ecograph.ecosystem import Ecosystem


def write_folder(folder: Path, tables: Mapping[str, str | bytes]) -> Path:
    """Write tables as files: a bare name is a CSV file, a name with a suffix is taken as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / (name if "." in name else f"{name}.csv")).write_bytes(data)
    return folder


def make_ecosystem(tables: Mapping[str, str | bytes], **settings: Any) -> Ecosystem:
    """Load an ecosystem from tables given as text."""
    with TemporaryDirectory() as folder:
        return load(write_folder(Path(folder) / "town", tables), settings=settings)


def list_rows(header: str, rows: Iterable[Iterable[object]]) -> str:
    """Write rows under a header as CSV text."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows), ""])


def tabulate_graph(graph: nx.Graph) -> dict[str, str]:
    """Make tables of a graph: nodes are firms, each edge is an agreement of two parties."""
    ties = [f"N{a:03};N{b:03}" for a, b in graph.edges]
    return {
        "enterprises": list_rows("id,name", ((f"N{n:03}", f"firm {n}") for n in graph)),
        "agreements": list_rows("id,parties", ((f"A{i:04}", t) for i, t in enumerate(ties))),
    }
