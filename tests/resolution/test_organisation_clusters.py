"""Clusters are joined the surest first, and hold together."""

from __future__ import annotations

import itertools

import pytest

from ecograph.resolution.clusters import Rules, join_clusters


def rules(size, apart=(), odds=3.0, **more):
    never = {tuple(sorted(pair)) for pair in apart}
    more.setdefault("codes", [""] * size)
    return Rules(
        lambda a, b: (min(a, b), max(a, b)) in never,
        lambda a, b: odds if isinstance(odds, float) else odds.get((min(a, b), max(a, b)), -5.0),
        **more,
    )


def test_the_surer_of_two_links_wins():
    """0-1 is far surer than 1-2, and 0 and 2 are apart: 2 stays alone."""
    joined = join_clusters([(9.0, 0, 1), (3.0, 1, 2)], rules(3, [(0, 2)]))
    assert joined.roots == [0, 0, 2]
    assert joined.refused == {(1, 2): (0, 2)}


def test_what_fits_two_about_equally_well_is_left_alone():
    joined = join_clusters([(3.5, 0, 1), (3.0, 1, 2)], rules(3, [(0, 2)]))
    assert joined.roots == [0, 1, 2]
    assert joined.torn == {1: (0, 2)}


def test_a_chain_of_look_alikes_does_not_become_one():
    """Only neighbours look alike; by hand: 0-1 joins, 2-3 joins, and 1-2 would join 4 pairs of
    which 3 are at -5 and one at 3, -3.0 on average."""
    chain = {(at, at + 1): 3.0 for at in range(3)}
    edges = [(odds, *pair) for pair, odds in chain.items()]
    edges[1] = (2.5, 1, 2)
    joined = join_clusters(edges, rules(4, odds=chain))
    assert joined.roots == [0, 0, 2, 2]
    assert (1, 2) in joined.refused


def test_a_cluster_has_one_code_however_long_the_way():
    edges = [(9.0, at, at + 1) for at in range(39)]
    joined = join_clusters(edges, rules(40, codes=["A", *[""] * 38, "B"]))
    assert joined.roots[0] != joined.roots[39]


def test_decisions_bind_whatever_is_alike():
    told = rules(4, decided=[(2, 3)], forbidden=[(0, 1)])
    edges = [(9.0, a, b) for a, b in itertools.combinations(range(4), 2) if (a, b) != (2, 3)]
    joined = join_clusters(edges, told)
    assert joined.roots[2] == joined.roots[3]
    assert joined.roots[0] != joined.roots[1]


@pytest.mark.parametrize("turn", [1, -1])
def test_the_order_of_the_links_changes_nothing(turn):
    edges = [(3.0, 0, 1), (3.0, 1, 2), (3.0, 2, 3)][::turn]
    assert join_clusters(edges, rules(4)).roots == [0, 0, 0, 0]
