"""Through whom the firms without a link could reach science."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse as sp

from ecograph.analysis.links import (
    list_parties,
    number_nodes,
)
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.phrases import concat_texts, join_by_owner, join_texts, to_objects
from ecograph.analysis.ties import (
    cross_nodes,
    gather_ties,
    mark_existing,
    mark_linked,
)
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from ecograph.analysis.ties import Ties
    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.integer]
    Objects = NDArray[np.object_]

__all__ = ["BROKER_COLUMNS", "find_brokers", "mark_brokers"]

BROKER_COLUMNS = (
    "industry",
    "industry_name",
    "broker",
    "name",
    "kind",
    "type",
    "firms_reached",
    "firms_tied",
    "firms_near",
    "paths_near",
    "firms_meant",
    "universities",
    "university_names",
    "disciplines",
    "discipline_names",
    "firm_evidence",
    "university_evidence",
)

_MOST_FIRST = ("firms_tied", "firms_near", "firms_meant", "universities")
_JOINER = "；"
_TEXT = pa.large_string()
_STEPS_AT_ONCE = 4_000_000
_METHOD = {
    "broker": "a platform, institution or linked firm that exists on the as-of day and is tied to "
    "a university; others than platforms only where an unlinked firm is tied to them",
    "unlinked": "a firm that is no party of an agreement that counts with a university or platform",
    "tie": "an agreement that counts, an event or an achievement in common, serves, hosts",
    "firms_near": "unlinked firms tied to a partner of the broker that is no university",
    "firms_meant": "other unlinked firms of an industry that the platform advances",
    "disciplines": "those that support the platform or that its agreements with universities "
    "are about",
    "evidence": "how many unlinked firms, or universities, each kind of edge ties to the broker",
    "order": "by industry, then most firms_tied, firms_near, firms_meant, universities, then id",
}


class _Routes(NamedTuple):
    """What brokers (rows) and industries (columns) have in common, all of one shape.

    Parameters
    ----------
    reached
        Firms of the industry tied to the broker.
    tied
        The unlinked ones among them.
    near, paths
        Unlinked firms tied to a partner of the broker, and the paths of two ties to them.
    meant
        Other unlinked firms of an industry that the broker advances.
    kinds
        The unlinked firms tied to the broker by each kind of edge.
    """

    reached: sp.csr_array
    tied: sp.csr_array
    near: sp.csr_array
    paths: sp.csr_array
    meant: sp.csr_array
    kinds: Mapping[str, sp.csr_array]


def find_brokers(ecosystem: Ecosystem) -> pd.DataFrame:
    """Find the organisations through which the unlinked firms of each industry reach science.

    A broker is tied to a university, and to an unlinked firm or to a partner of one, or is a
    platform that is stated to advance the industry. All ties are edges of the graph, and each of
    the three ways is counted apart; none is a forecast.

    Parameters
    ----------
    ecosystem
        The ecosystem.

    Returns
    -------
    pandas.DataFrame
        One row an industry and broker, columns ``BROKER_COLUMNS``: ``type`` of the platform or
        institution; ``firms_reached``, the firms of the industry that are tied to the broker,
        linked or not; of the unlinked ones, each in one column only, ``firms_tied`` to the broker,
        ``firms_near`` (tied to a partner of it, by ``paths_near`` paths of two ties) and
        ``firms_meant`` (of an industry that it advances); universities tied to it and disciplines
        it works in; both evidences, counts of firms and of universities by kind of edge. A firm of
        several industries counts in each of them. ``attrs["meta"]["method"]`` defines the words
        and the order.

    Notes
    -----
    Paths of two ties through a third party are what Gould and Fernandez, Sociological Methodology
    19, 89-126, 1989, call brokerage.
    """
    ties = gather_ties(ecosystem)
    brokers = np.flatnonzero(mark_brokers(ecosystem, ties))
    routes = _count_routes(ecosystem, ties, brokers)
    row, industry = (routes.tied + routes.near + routes.meant).nonzero()
    kinds = {**routes.kinds, "advances": routes.meant}
    table = pd.DataFrame(
        {
            **_name_industries(ecosystem, industry),
            **{name: part[row] for name, part in _describe(ecosystem, ties, brokers).items()},
            **_read_routes(routes, row, industry),
            "firm_evidence": _say_counts(_look_up(kinds, row, industry), ecosystem.lang),
        }
    )
    order = [row, *(-table[name] for name in reversed(_MOST_FIRST)), industry]
    ordered = table.iloc[np.lexsort(order)].reset_index(drop=True)
    method = {**_METHOD, "unpaired": ties.unpaired}
    return attach_meta(ordered[list(BROKER_COLUMNS)], ecosystem, "brokers", method=method)


def mark_brokers(ecosystem: Ecosystem, ties: Ties) -> Flags:
    """Say of each organisation whether it may be a broker; see `find_brokers`."""
    at = ties.positions
    university, platform, firm = (
        ecosystem.mark(kind)[at] for kind in ("university", "platform", "enterprise")
    )
    linked = mark_linked(ecosystem)[at]
    serves_new = ties.every @ (firm & ~linked).astype(np.int32) > 0
    has_science = ties.every @ university.astype(np.int32) > 0
    found = has_science & ~university & (platform | serves_new) & (linked | ~firm)
    return np.asarray(found & mark_existing(ecosystem)[at], dtype=bool)


def _count_routes(ecosystem: Ecosystem, ties: Ties, brokers: Ints) -> _Routes:
    everyone = np.ones(len(ties.positions), dtype=bool)
    new = ~mark_linked(ecosystem)[ties.positions]
    firms, unlinked = (_cross_edges(ecosystem, ties, "works_in", who) for who in (everyone, new))
    advances = _cross_edges(ecosystem, ties, "advances", everyone)[brokers]
    tied = ties.every[brokers] @ unlinked
    near, paths = _count_near(ecosystem, ties, brokers, unlinked)
    meant = advances.multiply(unlinked.sum(axis=0)) - advances.multiply(tied + near)
    kinds = {kind: matrix[brokers] @ unlinked for kind, matrix in ties.by_kind.items()}
    reached = ties.every[brokers] @ firms
    return _Routes(reached, tied, near, paths, sp.csr_array(meant), kinds)


def _cross_edges(ecosystem: Ecosystem, ties: Ties, kind: str, who: Flags) -> sp.csr_array:
    """Cross some of the organisations with industries by the edges of a kind."""
    source, target = ecosystem.find_ends(kind)
    industries = ecosystem.find_positions("industry")
    column = number_nodes(ecosystem, industries)[target]
    row = np.where(who[ties.place[source]], ties.place[source], -1)
    return cross_nodes((row, len(who)), (column, len(industries)))


def _count_near(
    ecosystem: Ecosystem, ties: Ties, brokers: Ints, unlinked: sp.csr_array
) -> tuple[sp.csr_array, sp.csr_array]:
    """Count unlinked firms two ties away, and the paths to them, by broker and industry."""
    middle = ~ecosystem.mark("university")[ties.positions]
    firms = np.diff(unlinked.indptr) > 0
    own, industries = ties.every[brokers], unlinked[firms]
    first, second = own[:, middle], ties.every[middle][:, firms]
    none = sp.csr_array((0, industries.shape[1]), dtype=np.int32)
    parts = [(none, none)]
    for block in _split(first @ np.diff(second.indptr)):
        paths = first[block] @ second
        paths = paths - paths.multiply(own[block][:, firms])  # those tied to the broker itself
        paths.eliminate_zeros()
        parts.append(((paths > 0).astype(np.int32) @ industries, paths @ industries))
    near, paths = (sp.vstack(part, format="csr") for part in zip(*parts, strict=True))
    return near, paths


def _split(steps: Ints) -> Iterator[slice]:
    """Split rows into blocks of about as many steps each."""
    total = np.cumsum(steps, dtype=np.int64)
    cuts = np.searchsorted(total, np.arange(0, total[-1:].sum(), _STEPS_AT_ONCE)[1:]) + 1
    bounds = np.unique([0, *cuts, len(steps)]).tolist()
    yield from (slice(start, stop) for start, stop in itertools.pairwise(bounds))


def _name_industries(ecosystem: Ecosystem, number: Ints) -> dict[str, Any]:
    at = ecosystem.find_positions("industry")[number]
    return {"industry": ecosystem.keys[at], "industry_name": ecosystem.names[at]}


def _read_routes(routes: _Routes, row: Ints, industry: Ints) -> dict[str, Ints]:
    counts = {
        "firms_reached": routes.reached,
        "firms_tied": routes.tied,
        "firms_near": routes.near,
        "paths_near": routes.paths,
        "firms_meant": routes.meant,
    }
    return _look_up(counts, row, industry)


def _look_up(matrices: Mapping[str, sp.csr_array], row: Ints, column: Ints) -> dict[str, Ints]:
    if not len(row):  # scipy would answer with a matrix
        return {name: np.zeros(0, dtype=np.int64) for name in matrices}
    return {
        name: np.asarray(matrix[row, column], dtype=np.int64) for name, matrix in matrices.items()
    }


def _describe(ecosystem: Ecosystem, ties: Ties, brokers: Ints) -> dict[str, Any]:
    """Say of each broker who it is, and which universities and disciplines it connects."""
    at = ties.positions[brokers]
    places = ties.place[ecosystem.find_positions("university")]
    partners, topics = ties.every[brokers][:, places], _cross_topics(ecosystem, at)
    by_kind = {
        kind: np.diff(matrix[brokers][:, places].indptr) for kind, matrix in ties.by_kind.items()
    }
    return {
        "broker": ecosystem.keys[at],
        "name": ecosystem.names[at],
        **_classify(ecosystem, at),
        "universities": np.diff(partners.indptr).astype(np.int64),
        "university_names": _list_names(ecosystem, "university", partners),
        "disciplines": np.diff(topics.indptr).astype(np.int64),
        "discipline_names": _list_names(ecosystem, "discipline", topics),
        "university_evidence": _say_counts(by_kind, ecosystem.lang),
    }


def _classify(ecosystem: Ecosystem, at: Ints) -> dict[str, Objects]:
    """Say the kind of some nodes and, of platforms and institutions, the type."""
    kinds, types = (np.full(len(ecosystem.keys), "", dtype=object) for _ in range(2))
    for kind in ("platform", "institution", "enterprise"):
        kinds[ecosystem.find_positions(kind)] = kind
    for kind in ("platform", "institution"):
        stated = ecosystem.select(kind).reindex(columns=["type"])["type"]
        types[ecosystem.find_positions(kind)] = stated.astype(object).where(stated.notna(), "")
    return {"kind": kinds[at], "type": types[at]}


def _cross_topics(ecosystem: Ecosystem, at: Ints) -> sp.csr_array:
    """Cross brokers with disciplines: those of support, and of agreements with universities."""
    disciplines = ecosystem.find_positions("discipline")
    row, column = (number_nodes(ecosystem, positions) for positions in (at, disciplines))
    parties, nodes = list_parties(ecosystem), len(ecosystem.keys)
    academic = np.zeros(nodes, dtype=bool)
    academic[parties.loc[ecosystem.mark("university")[parties["party"]], "agreement"]] = True
    shared = parties[academic[parties["agreement"]]]
    signed = cross_nodes((row[shared["party"]], len(at)), (shared["agreement"].to_numpy(), nodes))
    agreement, topic = ecosystem.find_ends("about")
    about = cross_nodes((agreement, nodes), (column[topic], len(disciplines)))
    supporting, platform = ecosystem.find_ends("supports")
    supports = cross_nodes((row[platform], len(at)), (column[supporting], len(disciplines)))
    return sp.csr_array(signed @ about + supports)


def _list_names(ecosystem: Ecosystem, kind: str, matrix: sp.csr_array) -> Objects:
    """Join the names of the nodes of a kind that each row has, in the order of their ids."""
    rows = sp.csr_array(matrix).sorted_indices().tocoo()
    names = ecosystem.names[ecosystem.find_positions(kind)[rows.col]].to_numpy(dtype=object)
    texts = pa.array(names, _TEXT)
    return to_objects(
        join_by_owner(texts, rows.row.astype(np.int64), _JOINER, size=matrix.shape[0])
    )


def _say_counts(counts: Mapping[str, Ints], lang: str) -> Objects:
    """Say how many each kind of edge gives, but for those that give none."""
    kinds = read_schema().edge_kinds
    said = [
        concat_texts(f"{kinds[kind].labels[lang]}: ", pa.array(count, mask=count == 0).cast(_TEXT))
        for kind, count in counts.items()
    ]
    return to_objects(join_texts(said, _JOINER))
