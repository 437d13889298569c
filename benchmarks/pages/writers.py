"""Write a page of one contender and print what that took, as JSON; imports and layout apart.

    python benchmarks/pages/writers.py bare 5000 /tmp/bare.html

Every contender is a function that makes its writer, so that what it imports or bundles once stays
out of the clock. Its page defines ``window.bench``: ``ready``, a promise kept when the first
complete picture is drawn, and ``move(i, moving)``, which draws move i of ``window.moves``, down to
the pixels; ``moving`` hides lines.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import importlib
import json
import re
import resource
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from planted import Graph, draw_graph

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    Writer = Callable[[Graph, Path], None]

__all__ = ["COLOURS", "WRITERS"]

HERE = Path(__file__).parent
UNKNOWN = ("industry", "region", "tier", "reason", "verdict", "source")
MODULES = HERE.parent.parent / "frontend" / "node_modules"
COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b4c9a", "#7f7f7f",
)  # fmt: skip
LINE_COLOUR = "#d5dae1"
FITTED = 720  # pixels that the map takes across when it is seen as a whole
DENSE = 65536  # positions that 16 bits tell apart
_FROM_NETWORK = re.compile(
    r"<link\b[^>]*\bhttps:[^>]*>|<script\b[^>]*\bhttps:[^>]*>\s*</script>", re.DOTALL
)


def main() -> None:
    """Write one page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("contender", choices=list(WRITERS))
    parser.add_argument("nodes", type=int)
    parser.add_argument("path", type=Path)
    chosen = parser.parse_args()
    graph = draw_graph(chosen.nodes)
    write = WRITERS[chosen.contender]()
    start = time.perf_counter()
    write(graph, chosen.path)
    print(json.dumps({"seconds": time.perf_counter() - start, "memory": read_peak()}))


def read_peak() -> int:
    """Read the peak memory of this process in bytes, without that of the one it was born from."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    kilobytes = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024


def find_radius(graph: Graph) -> float:
    """Find the radius of dots in pixels when the whole map is seen: smaller where there are more.

    >>> [round(find_radius(draw_graph(nodes)), 1) for nodes in (300, 3000, 30000)]
    [3.0, 3.0, 1.2]
    """
    return float(np.clip(0.28 * FITTED / np.sqrt(len(graph.x)), 1, 3))


# The contenders


def prepare_bare() -> Writer:
    """Make the writer of a bare page of WebGL2 on typed arrays."""
    template = (HERE / "bare.html").read_text(encoding="utf-8")

    def write(graph: Graph, path: Path) -> None:
        packed = base64.b64encode(gzip.compress(pack(graph), 6, mtime=0)).decode()
        head = {"n": len(graph.x), "m": len(graph.source), "r": find_radius(graph)}
        colours = [part / 255 for colour in COLOURS for part in bytes.fromhex(colour[1:])]
        page = fill(template, HEAD=json.dumps(head), COLOURS=json.dumps(colours), DATA=packed)
        path.write_text(page, encoding="utf-8")

    return write


def pack(graph: Graph) -> bytes:
    """Pack a graph: the targets of lines, places in 16 bits, groups, the lines of each node."""
    corner = np.array([graph.x.min(), graph.y.min()])
    span = max(np.ptp(graph.x), np.ptp(graph.y))
    places = (np.column_stack([graph.x, graph.y]) - corner) / span * (DENSE - 1)
    counts = np.bincount(graph.source, minlength=len(graph.x))
    parts = (
        graph.target,
        places.astype("<u2"),
        graph.group,
        counts.astype(np.uint8),
    )
    return b"".join(part.tobytes() for part in parts)


def prepare_sigma(programs: str) -> Writer:
    """Make the writer of a page of sigma.js and graphology.

    Parameters
    ----------
    programs
        ``default``, or ``light`` for squares and lines of one pixel.
    """
    script = bundle_sigma()
    template = (HERE / "sigma.html").read_text(encoding="utf-8")

    def write(graph: Graph, path: Path) -> None:
        data = {
            "programs": programs,
            "radius": find_radius(graph),
            "colours": COLOURS,
            "lineColour": LINE_COLOUR,
            "names": graph.names,
            "x": round_all(graph.x),
            "y": round_all(graph.y),
            "group": graph.group.tolist(),
            "source": graph.source.tolist(),
            "target": graph.target.tolist(),
        }
        written = json.dumps(data, separators=(",", ":"))
        path.write_text(fill(template, DATA=written, SCRIPT=script), encoding="utf-8")

    return write


def bundle_sigma() -> str:
    """Bundle sigma.js, graphology and what drives them into one script."""
    options = ("--bundle", "--format=iife", "--minify", "--target=es2022", "--legal-comments=none")
    command = [MODULES / ".bin" / "esbuild", HERE / "sigma.js", *options]
    done = subprocess.run(  # noqa: S603 - our own tool
        [*map(str, command), f"--alias:sigma={MODULES / 'sigma'}",
         f"--alias:graphology={MODULES / 'graphology'}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.replace("</script", "<\\/script")


def prepare_pyvis() -> Writer:
    """Make the writer of a page of pyvis: places given, physics off, nothing from the network."""
    network_class = importlib.import_module("pyvis.network").Network
    driver = (HERE / "pyvis.js").read_text(encoding="utf-8")

    def write(graph: Graph, path: Path) -> None:
        network = network_class(height="100vh", width="100%", cdn_resources="in_line")
        network.nodes = list_vis_nodes(graph)  # its own way to add them is quadratic
        network.edges = [
            {"from": source, "to": target}
            for source, target in zip(graph.source.tolist(), graph.target.tolist(), strict=True)
        ]
        network.set_options(
            json.dumps(
                {
                    "physics": {"enabled": False},
                    "layout": {"improvedLayout": False},
                    "nodes": {"shape": "dot", "borderWidth": 0},
                    "edges": {"smooth": False, "color": LINE_COLOUR},
                    "interaction": {"hideEdgesOnDrag": True, "hideEdgesOnZoom": True},
                }
            )
        )
        page = _FROM_NETWORK.sub("", network.generate_html())
        path.write_text(page.replace("</body>", f"<script>{driver}</script></body>"), "utf-8")

    return write


def list_vis_nodes(graph: Graph) -> list[dict[str, object]]:
    """List nodes as vis-network takes them, in units of the map."""
    size = find_radius(graph) * float(np.ptp(graph.x)) / FITTED
    rows = zip(
        graph.names, round_all(graph.x), round_all(graph.y), graph.group.tolist(), strict=True
    )
    return [
        {"id": n, "label": name, "x": x, "y": y, "size": size, "color": COLOURS[group]}
        for n, (name, x, y, group) in enumerate(rows)
    ]


def prepare_ecograph() -> Writer:
    """Prepare the explorer: every node an enterprise, every line a tie, communities as found."""
    from ecograph.render.explorer.page import render_explorer  # noqa: PLC0415 - out of the clock
    from ecograph.render.explorer.picture import Picture  # noqa: PLC0415 - the same

    def write(graph: Graph, path: Path) -> None:
        picture = Picture(describe_header(graph), list_columns(graph))
        path.write_text(render_explorer(picture), encoding="utf-8")

    return write


def describe_header(graph: Graph) -> dict[str, Any]:
    """Describe a graph as the explorer reads it: plain values."""
    firm = {"key": "enterprise", "label": {"en": "Enterprise", "zh": "企业"}, "organisation": True}
    tie = {"key": "tie", "label": {"en": "Tie", "zh": "联系"}, "group": "agreements"}
    groups = np.bincount(graph.group)
    strength = {"key": "strength", "label": {"en": "strength", "zh": "合作强度"}, "whole": True}
    return {
        "title": "Planted graph", "asOf": "", "lang": "en", "synthetic": True, "currency": "CNY",
        "sources": [], "made": "ecograph", "notes": [], "summary": [], "size": "strength",
        "nodeKinds": [{**firm, "colour": "#E69F00", "shape": "dot"}],
        "lineKinds": [{**tie, "colour": "#475569", "dashed": False, "shown": True}],
        "tiers": [], "verdicts": [], "statuses": [], "modes": [], "regions": [], "reasons": [],
        "places": [], "outline": None, "ids": [""] * len(graph.names), "names": list(graph.names),
        "aliases": [], "facts": [], "measures": [strength], "agreementIds": [],
        "agreementNames": [], "agreementPlaces": [], "dates": [], "outsiders": [],
        "communities": [
            {"name": f"Community {n}", "members": int(size)} for n, size in enumerate(groups)
        ],
    }  # fmt: skip


def list_columns(graph: Graph) -> dict[str, NDArray[Any]]:
    """List the columns of a graph as the explorer reads them."""
    nodes, lines = len(graph.names), len(graph.source)
    none, nothing = np.full(nodes, -1), np.zeros(0, dtype=np.int64)
    lost = np.full(nodes, np.nan, dtype=np.float32)
    degree = np.bincount(np.concatenate([graph.source, graph.target]), minlength=nodes)
    order = np.lexsort((graph.target, graph.source))
    columns = {
        "nodes.kind": none + 1, "nodes.x": np.round(graph.x).astype(np.int64),
        "nodes.y": np.round(graph.y).astype(np.int64), "nodes.community": graph.group,
        **{f"nodes.{name}": none for name in UNKNOWN},
        "nodes.latitude": lost, "nodes.longitude": lost, "measures.strength": degree,
        "lines.source": graph.source[order], "lines.target": graph.target[order],
        "lines.kind": np.zeros(lines, dtype=np.int64), "lines.weight": np.ones(lines, np.int64),
        "lines.first": np.zeros(lines + 1, dtype=np.int64), "lines.behind": nothing,
    }  # fmt: skip
    names = ("status", "mode", "year", "date", "amount", "source", "counts", "parties", "topics")
    columns |= {f"agreements.{name}": nothing for name in names}
    return columns | {
        f"agreements.{name}First": np.zeros(1, np.int64) for name in ("parties", "topics")
    }


WRITERS: dict[str, Callable[[], Writer]] = {
    "bare": prepare_bare,
    "sigma": lambda: prepare_sigma("default"),
    "sigma-light": lambda: prepare_sigma("light"),
    "pyvis": prepare_pyvis,
    "ecograph": prepare_ecograph,
}


# Text


def fill(template: str, **parts: str) -> str:
    """Put parts where a template has their names between percent signs.

    >>> fill("a %B% c", B="%C%", C="d")
    'a %C% c'
    """
    return re.sub("%([A-Z]+)%", lambda found: parts[found[1]], template)


def round_all(values: NDArray[np.float32]) -> list[float]:
    """Round to tenths of a unit."""
    rounded: list[float] = np.round(values.astype(float), 1).tolist()
    return rounded


if __name__ == "__main__":
    main()
