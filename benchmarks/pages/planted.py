"""A planted graph with given positions: communities of a town, three lines a node, by a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GROUPS", "Graph", "draw_graph"]

GROUPS = 8
"""Colours that communities take in turns."""

_LINES = 3  # a node
_COMMUNITY = 100  # nodes
_WITHIN = 0.8  # of lines; the others lead anywhere
_APART = 80.0  # units of the map between neighbours
_SYLLABLES = ("bei", "chang", "feng", "guang", "hua", "jin", "long", "ming", "ning", "shan")
_PLACES = 5  # syllables of a name


class Graph(NamedTuple):
    """Nodes with places, names and groups, and the lines between them.

    Parameters
    ----------
    x, y
        Where nodes are, in units of the map; y goes downwards.
    group
        Number of the colour of each node, below ``GROUPS``.
    names
        What each node is called; no two alike.
    source, target
        The two nodes of each line, by number, sorted by source.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    group: NDArray[np.uint8]
    names: list[str]
    source: NDArray[np.uint32]
    target: NDArray[np.uint32]


def draw_graph(nodes: int, seed: int = 1) -> Graph:
    """Draw a graph; the same seed gives the same one.

    >>> first, second = draw_graph(300), draw_graph(300)
    >>> all(np.array_equal(one, other) for one, other in zip(first, second))
    True
    >>> len(first.source), len(set(first.names))
    (900, 300)
    """
    chance = np.random.default_rng(seed)
    communities = -(-nodes // _COMMUNITY)
    community = np.arange(nodes) // _COMMUNITY
    x, y = _place(community, communities, chance)
    source = np.repeat(np.arange(nodes), _LINES)
    return Graph(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        group=(community % GROUPS).astype(np.uint8),
        names=_name(nodes, chance),
        source=source.astype(np.uint32),
        target=_aim(source, nodes, chance).astype(np.uint32),
    )


def _place(
    community: NDArray[np.int64], communities: int, chance: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lay communities out as the seeds of a sunflower, and their nodes around their middles."""
    size = _APART * np.sqrt(_COMMUNITY)
    number = np.arange(communities)
    radius = size * np.sqrt((number + 0.5) / np.pi)
    turn = number * np.pi * (3 - np.sqrt(5))
    scatter = chance.normal(scale=size / 4, size=(2, len(community)))
    across = (radius * np.cos(turn))[community] + scatter[0]
    down = (radius * np.sin(turn))[community] + scatter[1]
    return across, down


def _aim(source: NDArray[np.int64], nodes: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """Choose the other ends: mostly of the same community, never the node itself."""
    first = source // _COMMUNITY * _COMMUNITY
    size = np.minimum(first + _COMMUNITY, nodes) - first
    within = (chance.random(len(source)) < _WITHIN) & (size > 1)
    step = np.where(within, chance.integers(1, np.maximum(size, 2)), 0)
    near = first + (source - first + step) % size
    far = (source + chance.integers(1, nodes, len(source))) % nodes
    return np.where(within, near, far)


def _name(nodes: int, chance: np.random.Generator) -> list[str]:
    chosen = chance.integers(len(_SYLLABLES), size=(nodes, _PLACES))
    words = ("".join(_SYLLABLES[place] for place in row).capitalize() for row in chosen.tolist())
    return [f"{word} {number}" for number, word in enumerate(words)]
