from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.resolution.contradictions import Groups, find_circles, find_contradictions
from ecograph.resolution.decisions import (
    Decision,
    check_decisions,
    find_named,
    index_mentions,
    read_decisions,
)
from ecograph.texts import LANGUAGES

if TYPE_CHECKING:
    from ecograph.problems import Problem

MENTIONS = pd.DataFrame(
    {
        "id": ["U1", "U2", "E1", "E2", "E3", "007", "P1", "P2"],
        "name": [
            *("太原理工大学", "山西大学", "银圣", "金虎"),
            *("同名公司", "同名公司", "材料学院", "催化实验室"),
        ],
        "aliases": [("太理工",), (), (), (), (), (), (), ()],
        "code": ["A" * 18, "", "B" * 18, "C" * 18, "", "", "", ""],
    }
)
KNOWN = index_mentions(MENTIONS)
CODES = dict(zip(MENTIONS["id"], MENTIONS["code"], strict=True))


def decide(*rows: tuple[str, str, str]) -> list[Decision]:
    """Make decisions that stand in rows 2, 3, ... of a file."""
    return [
        Decision(action, name, target, file="resolutions.csv", row=row)  # type: ignore[arg-type]
        for row, (action, name, target) in enumerate(rows, start=2)
    ]


def check(*rows: tuple[str, str, str]) -> tuple[list[tuple[str, str, str]], list[Problem]]:
    valid, problems = check_decisions(decide(*rows), KNOWN, codes=CODES)
    return [(d.action, d.name, d.target) for d in valid], list(problems)


WRONG = {
    "decision_incomplete": ([("merge", "U1", "")], {2: "U1"}, 0),
    "decision_name_unknown": (
        [("merge", "U1", "U9"), ("alias", "晋大", "U8")],
        {2: "U9", 3: "U8"},
        0,
    ),
    "decision_name_ambiguous": ([("split", "同名公司", "U1")], {2: "同名公司"}, 0),
    "decision_of_itself": ([("merge", "太理工", "U1")], {2: "太理工"}, 0),
    "decision_repeated": ([("merge", "U1", "U2"), ("merge", "山西大学", "U1")], {3: "山西大学"}, 1),
    "decision_conflict": (
        [
            ("merge", "U1", "U2"),
            ("merge", "U2", "P1"),
            ("merge", "P1", "P2"),
            ("split", "P1", "U1"),
        ],
        {2: "U1", 3: "U2", 5: "P1"},
        1,
    ),
    "decision_alias_conflict": (
        [("alias", "晋大", "U1"), ("alias", "晋大", "U2"), ("alias", "晋院", "U2")],
        {2: "晋大", 3: "晋大"},
        1,
    ),
    "decision_part_cycle": (
        [
            ("part_of", "P1", "U1"),
            ("part_of", "U1", "P2"),
            ("part_of", "P2", "P1"),
            ("part_of", "E1", "P1"),
        ],
        {2: "P1", 3: "U1", 4: "P2"},
        1,
    ),
    "decision_codes_differ": ([("merge", "E1", "P1"), ("merge", "P1", "E2")], {3: "P1"}, 2),
}
"""Decisions with one thing wrong: the rows that are told with their values, and how many apply."""

WARNINGS = {"decision_of_itself", "decision_repeated", "decision_codes_differ"}


@pytest.mark.parametrize(
    "code",
    [
        *("decision_incomplete", "decision_name_unknown", "decision_name_ambiguous"),
        *("decision_of_itself", "decision_repeated", "decision_conflict"),
        *("decision_alias_conflict", "decision_part_cycle", "decision_codes_differ"),
    ],
)
def test_what_is_wrong_with_a_decision_is_told_at_its_row(code: str) -> None:
    rows, told, kept = WRONG[code]
    valid, problems = check(*rows)
    assert {p.code for p in problems} == {code}
    assert {p.row: p.value for p in problems} == told
    assert {p.severity for p in problems} == {"warning" if code in WARNINGS else "error"}
    assert len(valid) == kept
    for problem, lang in itertools.product(problems, LANGUAGES):
        assert all(text and "{" not in text for text in problem.explain(lang))


def test_a_contradiction_names_the_rows_on_the_other_side() -> None:
    _, problems = check(("merge", "U1", "U2"), ("split", "U1", "U2"), ("part_of", "U2", "U1"))
    rows = {p.row: p.details["rows"] for p in problems}
    assert rows == {
        2: "resolutions.csv, 3; resolutions.csv, 4",
        3: "resolutions.csv, 2",
        4: "resolutions.csv, 2",
    }


def test_decisions_that_agree_are_all_applied_with_ids() -> None:
    rows = [
        ("merge", "太理工", "P1"),
        ("split", "U1", "山西大学"),
        ("part_of", "P2", "U2"),
        ("alias", "山大", "U2"),
        ("alias", "银圣", "E2"),
    ]
    valid, problems = check(*rows)
    assert [p.code for p in problems] == ["decision_codes_differ"]  # E1 is named 银圣
    assert valid == [
        ("merge", "U1", "P1"),
        ("split", "U1", "U2"),
        ("part_of", "P2", "U2"),
        ("alias", "山大", "U2"),
        ("alias", "E1", "E2"),
    ]


def test_an_alias_of_a_merged_organisation_may_name_either_of_its_ids() -> None:
    valid, problems = check(("merge", "U1", "U2"), ("alias", "晋大", "U1"), ("alias", "晋大", "U2"))
    assert (len(valid), problems) == (3, [])


def test_several_rows_of_one_code_are_one_organisation() -> None:
    mentions = MENTIONS.assign(
        code=["" if i not in {"E3", "007"} else "D" * 18 for i in MENTIONS["id"]]
    )
    codes = dict(zip(mentions["id"], mentions["code"], strict=True))
    valid, problems = check_decisions(decide(("merge", "同名公司", "E1")), KNOWN, codes=codes)
    assert [(d.name, d.target) for d in valid] == [("E3", "E1")]
    assert problems == ()


def test_an_id_goes_before_a_name_and_a_name_before_an_alias() -> None:
    mentions = pd.DataFrame(
        {"id": ["A", "B", "C"], "name": ["B", "x", "y"], "aliases": [("x",), (), ("z",)]}
    )
    known = index_mentions(mentions)
    assert [find_named(text, known) for text in ("B", "x", "z", "Ｚ", "w")] == [
        *(("B",), ("B",), ("C",), ("C",), ()),
    ]


def test_the_order_of_the_rows_changes_nothing() -> None:
    every = decide(*(row for rows, _, _ in WRONG.values() for row in rows))
    expected = check_decisions(every, KNOWN, codes=CODES)
    for seed in range(5):
        shuffled = [every[n] for n in np.random.default_rng(seed).permutation(len(every))]
        assert check_decisions(shuffled, KNOWN, codes=CODES) == expected


def test_decisions_are_read_with_their_places_and_without_the_undecided() -> None:
    table = (
        "单位甲,决定,单位乙,理由,决定人,决定日期,我的列\n"
        "U1,合并,U2,更名,张,2025-06,x\nE1,,E2,,,,\n'=1+1,不合并,E1,,,,\n"
    )
    tables = {"universities": "id,name\nU1,甲\nU2,乙\n", "归并决定": table}
    ecosystem = make_ecosystem(tables, resolve="none")
    merge, split = read_decisions(ecosystem.table("resolutions"))
    place = {"file": "归并决定.csv", "sheet": ""}
    assert merge == Decision(
        "merge", "U1", "U2", reason="更名", by="张", date="2025-06", row=2, **place
    )
    assert split == Decision("split", "=1+1", "E1", row=4, **place)
    assert ecosystem.accounts.set_index("table").at["resolutions", "used"] == 3


def test_places_come_from_numbered_sheets_too() -> None:
    rows = {"decision": ["merge"], "name": ["A"], "target": ["B"], "_source": [1], "_row": [7]}
    (found,) = read_decisions(pd.DataFrame(rows), sheets=[("a.csv", ""), ("b.xlsx", "归并决定")])
    assert found.place == "b.xlsx / 归并决定, 7"
    assert read_decisions(pd.DataFrame()) == ()


@pytest.mark.parametrize("seed", range(60))
def test_no_contradiction_is_left_and_only_joins_between_the_two_go(seed: int) -> None:
    dice = np.random.default_rng(seed)
    pairs = list(itertools.combinations("abcdefghi"[: dice.integers(3, 10)], 2))
    joins = [pairs[n] for n in dice.permutation(len(pairs))[: dice.integers(1, len(pairs) + 1)]]
    parts = [pairs[n] for n in dice.integers(0, len(pairs), dice.integers(1, 4))]
    graph = nx.Graph(joins)
    graph.add_nodes_from("abcdefghi")
    held = {n for n, ends in enumerate(parts) if nx.has_path(graph, *ends)}
    found = find_contradictions(joins, parts)
    gone = {joins[join] for join, _ in found}
    left = nx.Graph([pair for pair in joins if pair not in gone])
    left.add_nodes_from("abcdefghi")
    assert {part for _, part in found} == held
    assert not any(nx.has_path(left, *ends) for ends in parts)
    assert {frozenset(pair) for pair in gone} <= list_between(graph, [parts[n] for n in held])


def list_between(graph: nx.Graph, parts: list[tuple[str, str]]) -> set[frozenset[str]]:
    """List the joins on any way between two: those of the blocks that it leads through."""
    steps: set[frozenset[str]] = set()
    for one, other in parts:
        closed = nx.Graph(graph)
        closed.add_edge(one, other)
        (block,) = (
            b
            for b in nx.biconnected_component_edges(closed)
            if {(one, other), (other, one)} & set(b)
        )
        steps |= {frozenset(step) for step in block} & {frozenset(step) for step in graph.edges}
    return steps


def test_joins_beside_the_way_stay() -> None:
    joins = [("a", "b"), ("b", "c"), ("c", "d"), ("b", "e"), ("x", "y")]
    assert {join for join, _ in find_contradictions(joins, [("a", "c")])} == {0, 1}
    assert find_contradictions(joins, [("a", "x"), ("e", "f")]) == []


@pytest.mark.parametrize("seed", range(30))
def test_circles_are_the_strong_components(seed: int) -> None:
    dice = np.random.default_rng(seed)
    drawn = [dice.permutation(8)[:2] for _ in range(dice.integers(1, 15))]
    pairs = [("abcdefgh"[one], "abcdefgh"[other]) for one, other in drawn]
    strong = [part for part in nx.strongly_connected_components(nx.DiGraph(pairs)) if len(part) > 1]
    expected = [[n for n, pair in enumerate(pairs) if set(pair) <= part] for part in strong]
    assert sorted(find_circles(pairs)) == sorted(expected)


def test_groups_of_a_long_chain_are_found_without_recursion() -> None:
    groups = Groups((str(n + 1), str(n)) for n in range(50_000))
    assert groups.find("0") == groups.find("50000")


def test_many_decisions_about_one_chain_take_time_in_proportion() -> None:
    """A chain of merges that each end of it is split from: walking each way anew takes minutes."""
    size = 10_000
    ids = [str(n) for n in range(size)]
    known = {key: (key,) for key in ids}
    rows = [("merge", a, b) for a, b in itertools.pairwise(ids)]
    rows += [("split", "0", key) for key in ids[size // 2 :]]
    start = time.perf_counter()
    valid, problems = check_decisions(decide(*rows), known)
    assert time.perf_counter() - start < 5
    assert (len(valid), len(problems)) == (0, len(rows))
