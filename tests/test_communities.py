from __future__ import annotations

import json
import random

import networkx as nx
import pandas as pd
import pytest
from builders import make_ecosystem, tabulate_graph

from ecograph import engine
from ecograph.analysis.communities import (
    COMMUNITY_COLUMNS,
    MEMBER_COLUMNS,
    find_communities,
    label_communities,
    list_members,
)
from ecograph.projection import project, project_ties

# Four around the mine, three around the kiln, one agreement between them; Hermit signs nothing.
TOWN = {
    "universities": "id,name\nM0,Mining School\nK0,Kiln Institute\n",
    "platforms": "id,name\nM1,Mine Laboratory\n",
    "enterprises": "id,name\nM2,Mine\nM3,Shaft\nK1,Kiln\nK2,Bricks\nH,Hermit\n",
    "agreements": """id,parties
1,M0;M1;M2;M3
2,M0;M2
3,K0;K1;K2
4,K0;M0
""",
}


def test_two_groups_by_hand() -> None:
    table = find_communities(make_ecosystem(TOWN))
    assert tuple(table.columns) == COMMUNITY_COLUMNS
    assert table.index.tolist() == [1, 2]
    assert table.index.name == "community"
    assert table.loc[1].to_dict() == {
        "members": 4,
        "universities": 1,
        "platforms": 1,
        "enterprises": 2,
        "institutions": 0,
        "ties_within": 6,
        "ties_outside": 1,
        "leaders": "Mining School；Mine；Mine Laboratory",
        "certainty": 1.0,
    }
    assert table.loc[2].to_dict() == {
        "members": 3,
        "universities": 1,
        "platforms": 0,
        "enterprises": 2,
        "institutions": 0,
        "ties_within": 3,
        "ties_outside": 1,
        "leaders": "Kiln Institute；Kiln；Bricks",
        "certainty": 1.0,
    }


def test_modularity_by_hand_and_by_networkx() -> None:
    """Weights: 7 among the mine, 3 among the kiln, 1 between; degrees 15 and 7 of 22."""
    ecosystem = make_ecosystem(TOWN)
    method = find_communities(ecosystem).attrs["meta"]["method"]
    assert method["modularity"] == pytest.approx(10 / 11 - (15**2 + 7**2) / 22**2)
    labels = label_communities(project_ties(ecosystem), seed=1)
    groups = [set(part.index) for _, part in labels.groupby(labels)]
    expected = nx.community.modularity(project(ecosystem), groups, weight="weight")
    assert method["modularity"] == pytest.approx(expected, abs=1e-12)
    assert method["isolates"] == 1


def test_labels_begin_at_one_with_the_largest_and_end_with_isolates() -> None:
    labels = label_communities(project_ties(make_ecosystem(TOWN)), seed=1)
    assert labels.to_dict() == {
        "M0": 1,
        "M1": 1,
        "M2": 1,
        "M3": 1,
        "K0": 2,
        "K1": 2,
        "K2": 2,
        "H": 3,
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_rows_give_the_same_communities(seed: int) -> None:
    graph = nx.connected_caveman_graph(6, 5)
    tables = tabulate_graph(graph)
    order = random.Random(seed)  # noqa: S311 - a test draws no secrets
    shuffled = {}
    for name, text in tables.items():
        header, *rows = text.splitlines()
        order.shuffle(rows)
        shuffled[name] = "\n".join([header, *rows, ""])
    expected = find_communities(make_ecosystem(tables))
    assert len(expected) == 6
    assert expected["members"].tolist() == [5] * 6
    pd.testing.assert_frame_equal(find_communities(make_ecosystem(shuffled)), expected)


def test_no_ties_make_no_communities() -> None:
    tables = {"universities": "id,name\nU1,a\nU2,b\n"}
    table = find_communities(make_ecosystem(tables))
    assert (len(table), tuple(table.columns)) == (0, COMMUNITY_COLUMNS)
    assert table.attrs["meta"]["method"]["modularity"] == 0
    assert table.attrs["meta"]["method"]["isolates"] == 2


def test_an_empty_part_has_no_communities() -> None:
    table = find_communities(make_ecosystem(TOWN), "discipline")
    assert (len(table), tuple(table.columns)) == (0, COMMUNITY_COLUMNS)


def test_members_are_listed_with_their_community() -> None:
    table = list_members(make_ecosystem(TOWN))
    assert tuple(table.columns) == MEMBER_COLUMNS
    assert table.index.tolist() == ["H", "K0", "K1", "K2", "M0", "M1", "M2", "M3"]
    assert table.index.name == "id"
    assert table["community"].tolist() == [3, 2, 2, 2, 1, 1, 1, 1]
    assert table["certainty"].isna().tolist() == [True] + [False] * 7
    assert (table["certainty"].dropna() == 1).all()
    assert table.loc["K1", ["name", "kind"]].tolist() == ["Kiln", "enterprise"]


def test_no_members_in_an_empty_part() -> None:
    table = list_members(make_ecosystem(TOWN), "discipline")
    assert (len(table), tuple(table.columns)) == (0, MEMBER_COLUMNS)


def test_the_method_says_what_was_run_and_can_be_written_as_strict_json() -> None:
    method = find_communities(make_ecosystem(TOWN)).attrs["meta"]["method"]
    assert [row["resolution"] for row in method["resolutions"]] == pytest.approx(
        [0.5, 2**-0.5, 1, 2**0.5, 2]
    )
    assert (method["runs"], method["seeds"], method["resolution"]) == (50, 10, 1.0)
    assert (method["agreed"], method["rounds"], method["certainty"]) == (True, 0, 1.0)
    assert method["budget"].endswith("up to 50,000")
    assert json.loads(json.dumps(method, allow_nan=False)) == method


def test_without_ties_no_certainty_is_claimed() -> None:
    tables = {"universities": "id,name\nU1,a\nU2,b\n"}
    method = find_communities(make_ecosystem(tables)).attrs["meta"]["method"]
    assert method["certainty"] is None


def test_a_network_is_divided_once_for_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    find = engine.find_consensus

    def count(adjacency, *, seed):
        calls.append(seed)
        return find(adjacency, seed=seed)

    monkeypatch.setattr(engine, "find_consensus", count)
    network = project_ties(make_ecosystem(TOWN))
    for seed in (1, 1, 2, 1):
        label_communities(network, seed=seed)
    assert calls == [1, 2]
