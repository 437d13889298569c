"""Who is tied to whom, kind by kind, and what is there on the as-of day."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from builders import make_ecosystem
from hypothesis import given
from hypothesis import strategies as st

from ecograph.analysis.ties import (
    TIE_KINDS,
    cross_nodes,
    gather_ties,
    mark_existing,
    mark_linked,
    measure_steps,
)
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

TOWN = {
    "universities": "id,name\nU1,a\nU2,b\n",
    "platforms": """id,name,hosts,serves,status,since
P1,p,U1;E1,E1;E2,,2020
P2,planned,U2,E2,planned,
P3,late,U2,E2,,2026
P4,over,U2,E2,ended,
P5,open,U2,,active,2024
""",
    "institutions": "id,name\nB1,bank\n",
    "enterprises": "id,name\nE1,e\nE2,f\nE3,g\n",
    "teams": "id,name,university\nT1,team,U2\nT2,nobody's,\n",
    "achievements": "id,name,owners,date\nR1,r,T1;E3,2023\nR2,s,U1;E3,2026\nR3,t,U2;T1,2020\n",
    "events": "id,name,participants,date\nV1,v,U1;E1;B1,2024\nV2,w,U2;E3,2025-06-01\n",
    "agreements": """id,status,parties,date
A1,signed,U1;E1;E2,2023
A2,planned,U2;E3,2023
A3,signed,P2;E3,2023
A4,signed,E2;B1,2023
A5,signed,U2;E3,2026
""",
}
DAY = "2024-12-31"


@functools.cache
def make_town() -> Ecosystem:
    return make_ecosystem(TOWN, as_of=DAY)


def spell(matrix: sp.csr_array, keys: list[str]) -> set[str]:
    rows, columns = matrix.nonzero()
    return {f"{keys[i]}-{keys[j]}" for i, j in zip(rows, columns, strict=True) if i < j}


def test_ties_of_each_kind_by_hand() -> None:
    """P2 is planned, P3 later, P4 over; V2, R2 and A5 are later, A2 does not count.

    T1 is a team of U2, so R1 ties E3 with U2, and R3 ties nobody.
    """
    ecosystem = make_town()
    ties = gather_ties(ecosystem)
    keys = ecosystem.keys[ties.positions].tolist()
    assert {kind: spell(matrix, keys) for kind, matrix in ties.by_kind.items()} == {
        "party": {"E1-U1", "E2-U1", "E1-E2", "B1-E2"},
        "serves": {"E1-P1", "E2-P1"},
        "hosts": {"P1-U1", "E1-P1", "P5-U2"},
        "joins": {"E1-U1", "B1-U1", "B1-E1"},
        "yields": {"E3-U2"},
    }
    every = set().union(*(spell(matrix, keys) for matrix in ties.by_kind.values()))
    assert spell(ties.every, keys) == every
    assert ties.every.max() == 1
    assert (ties.every != ties.every.T).nnz == 0
    assert tuple(ties.by_kind) == TIE_KINDS


def test_what_exists_by_hand() -> None:
    ecosystem = make_town()
    gone = set(ecosystem.keys[~mark_existing(ecosystem)])
    assert gone == {"A2", "A5", "P2", "P3", "P4", "R2", "V2"}


def test_who_is_linked_by_hand() -> None:
    """A1 links E1 and E2; E3 has A3 with a platform, which counts as gaps counts it."""
    ecosystem = make_town()
    assert set(ecosystem.keys[mark_linked(ecosystem)]) == {"E1", "E2", "E3", "P2", "U1"}


def test_without_a_day_only_the_status_decides() -> None:
    tables = {
        "universities": "id,name\nU1,a\n",
        "platforms": "id,name,hosts,status,since\nP1,p,U1,,2030\nP2,q,U1,planned,2001\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.as_of is None
    ties = gather_ties(ecosystem)
    assert spell(ties.every, ecosystem.keys[ties.positions].tolist()) == {"P1-U1"}


def test_a_meeting_of_more_than_the_limit_ties_nobody() -> None:
    """V1 has three members; with a limit of two it and A1 tie nobody."""
    ties = gather_ties(make_ecosystem(TOWN, as_of=DAY, pair_limit=2))
    assert ties.by_kind["joins"].nnz == 0
    assert ties.by_kind["party"].nnz == 2
    assert ties.unpaired == 2


def test_ties_are_gathered_once_and_agreements_are_those_of_the_projection() -> None:
    ecosystem = make_ecosystem(TOWN | {"platforms": "id,name\nP2,p\n"}, as_of=DAY)
    assert gather_ties(ecosystem) is gather_ties(ecosystem)
    network = project_ties(ecosystem).adjacency
    assert (gather_ties(ecosystem).by_kind["party"] != (network > 0)).nnz == 0


@pytest.mark.parametrize("tables", [{"universities": "id,name\nU1,a\n"}, {"industries": "id,name"}])
def test_an_ecosystem_without_edges_has_no_ties(tables: dict[str, str]) -> None:
    ecosystem = make_ecosystem(tables)
    ties = gather_ties(ecosystem)
    assert ties.every.shape == (len(ties.positions),) * 2
    assert ties.every.nnz == 0
    assert set(ties.by_kind) == set(TIE_KINDS)


def test_pairs_stand_once_and_those_without_a_place_are_left_out() -> None:
    rows, columns = np.array([0, 0, 1, -1, 2]), np.array([1, 1, 0, 0, -1])
    assert cross_nodes((rows, 3), (columns, 2)).toarray().tolist() == [[0, 1], [1, 0], [0, 0]]


def search(neighbours: list[set[int]], goals: list[int]) -> list[float]:
    """Search breadth first, set by set."""
    steps = [np.nan] * len(neighbours)
    front, step = set(goals), 0
    while front:
        for node in front:
            steps[node] = step
        reached = set().union(*(neighbours[node] for node in front))
        front, step = {node for node in reached if np.isnan(steps[node])}, step + 1
    return steps


@given(
    ends=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20),
    goals=st.lists(st.integers(0, 11), max_size=4, unique=True),
)
def test_steps_are_those_of_a_plain_search(ends: list[tuple[int, int]], goals: list[int]) -> None:
    matrix = np.zeros((12, 12))
    neighbours: list[set[int]] = [set() for _ in range(12)]
    for i, j in ends:
        if i != j:
            matrix[i, j] = matrix[j, i] = 1
            neighbours[i].add(j)
            neighbours[j].add(i)
    steps = measure_steps(sp.csr_array(matrix), np.array(goals, dtype=int))
    assert np.array_equal(steps, search(neighbours, goals), equal_nan=True)
