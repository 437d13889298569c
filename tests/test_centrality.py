from __future__ import annotations

import functools
import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem, tabulate_graph

from ecograph import engine
from ecograph.analysis.centrality import CENTRALITY_COLUMNS, rank, rank_network
from ecograph.errors import SettingsError
from ecograph.projection import PARTS, project, project_ties

# Centre signs with Alder twice and with Birch; Birch with Cedar; Drift signs only a plan.
TOWN = {
    "universities": "id,name\nA,Alder\nB,Birch\nC,Cedar\nD,Drift\n",
    "enterprises": "id,name\nZ,Centre\n",
    "agreements": """id,parties,status
1,Z;A,signed
2,Z;A,signed
3,Z;B,signed
4,B;C,signed
5,D;A,planned
""",
}


def test_five_organisations_by_hand() -> None:
    """A path Alder = Centre - Birch - Cedar, and Drift alone."""
    table = rank(make_ecosystem(TOWN))
    assert tuple(table.columns) == CENTRALITY_COLUMNS
    assert table.index.name == "id"
    assert table.index.tolist() == ["Z", "B", "A", "C", "D"]
    assert table["name"].tolist() == ["Centre", "Birch", "Alder", "Cedar", "Drift"]
    assert table["kind"].tolist() == ["enterprise"] + ["university"] * 4
    assert table["strength"].tolist() == [3, 2, 2, 1, 0]
    assert table["degree"].tolist() == [2, 2, 1, 1, 0]
    assert table["betweenness"].tolist() == pytest.approx([2 / 6, 2 / 6, 0, 0, 0])
    assert table["harmonic_closeness"].tolist() == pytest.approx([2.5, 2.5, 11 / 6, 11 / 6, 0])
    assert table["core"].tolist() == [1, 1, 1, 1, 0]
    assert table["component"].tolist() == [1, 1, 1, 1, 2]
    assert table["constraint"].tolist()[:4] == pytest.approx([5 / 9, 1 / 2, 1, 1])
    assert np.isnan(table.at["D", "constraint"])
    assert table["pagerank"].sum() == pytest.approx(1)
    assert table.at["D", "eigenvector"] == 0
    assert table.at["D", "community"] > table["community"].drop("D").max()


def test_equals_sort_by_ties_then_id() -> None:
    """Birch has two ties of one agreement, Alder one tie of two; Cedar and Elm are alike."""
    tables = {
        **TOWN,
        "institutions": "id,name\nE,Elm\nF,Fir\n",
        "parties": "agreement,organisation\n6,F\n6,E\n",
    }
    tables["agreements"] += "6,,signed\n"
    assert rank(make_ecosystem(tables)).index.tolist() == ["Z", "B", "A", "C", "E", "F", "D"]


def test_the_karate_club_of_78_agreements() -> None:
    karate = nx.Graph(nx.karate_club_graph().edges)
    ecosystem = make_ecosystem(tabulate_graph(karate))
    assert len(ecosystem.counted) == 78
    table = rank(ecosystem)
    assert round(table.at["N000", "constraint"], 4) == 0.1554
    assert round(table.at["N033", "constraint"], 4) == 0.1564
    assert table.index[:2].tolist() == ["N033", "N000"]
    oracles = {
        "betweenness": nx.betweenness_centrality(karate),
        "pagerank": nx.pagerank(karate, tol=1e-15, max_iter=10_000),
        "harmonic_closeness": nx.harmonic_centrality(karate),
        "eigenvector": nx.eigenvector_centrality_numpy(karate),
        "core": nx.core_number(karate),
    }
    for column, expected in oracles.items():
        values = pd.Series({f"N{n:03}": value for n, value in expected.items()})
        found = table[column].reindex(values.index)
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-9, err_msg=column)


def test_the_table_describes_the_same_network_as_project() -> None:
    ecosystem = make_ecosystem(TOWN, weighting="newman")
    table = rank(ecosystem)
    degrees = dict(project(ecosystem).degree(weight="weight"))
    assert table["strength"].to_dict() == degrees


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_ranked_even_an_empty_one(part: str) -> None:
    ecosystem = make_ecosystem(TOWN)
    table = rank(ecosystem, part)
    assert tuple(table.columns) == CENTRALITY_COLUMNS
    assert len(table) == {"organisation": 5, "university": 4, "enterprise": 1}.get(part, 0)


def test_an_unknown_part() -> None:
    with pytest.raises(SettingsError, match="no part"):
        rank(make_ecosystem(TOWN), "people")


def test_the_result_says_what_it_counted() -> None:
    meta = rank(make_ecosystem(TOWN, as_of="2024-05-25")).attrs["meta"]
    assert meta["result"] == "centrality"
    assert meta["as_of"] == "2024-05-25"
    assert meta["counted"] == {
        "statuses": ["signed", "active", "ended"],
        "agreements": 4,
        "not_counted": 1,
    }
    assert meta["seed"] == 1
    assert meta["method"]["part"] == "organisation"
    json.dumps(meta, allow_nan=False)


def test_the_result_says_what_is_estimated_and_how_surely(monkeypatch) -> None:
    """Any network is too large where the limit is below 0, unless exactness is asked for."""
    for name in ("measure_betweenness", "measure_harmonic"):
        estimate = functools.partial(getattr(engine, name), limit=-1)
        monkeypatch.setattr(engine, name, estimate)
    karate = tabulate_graph(nx.karate_club_graph())
    meta = rank(make_ecosystem(karate)).attrs["meta"]["method"]
    assert not meta["exact"]
    for measure in ("betweenness", "harmonic_closeness"):
        assert not meta[measure]["exact"]
        assert meta[measure]["epsilon"] > 0
        assert meta[measure]["delta"] == 0.1
        assert meta[measure]["samples"] > 0
        assert "sampled" in meta[measure]["method"]
    json.dumps(meta, allow_nan=False)
    meta = rank(make_ecosystem(karate, exact=True)).attrs["meta"]["method"]
    assert meta["exact"]
    assert meta["betweenness"]["exact"]
    assert "epsilon" not in meta["harmonic_closeness"]


def test_the_result_says_whose_pairs_were_too_many() -> None:
    tables = {**TOWN, "agreements": "id,parties\n1,Z;A;B\n2,B;C\n"}
    method = rank(make_ecosystem(tables, pair_limit=2)).attrs["meta"]["method"]
    assert (method["unpaired_agreements"], method["unpaired_members"]) == (1, 3)


def test_a_network_is_not_changed_by_ranking_it() -> None:
    network = project_ties(make_ecosystem(TOWN))
    nodes, ties = network.nodes.copy(), network.ties.copy()
    rank_network(network, seed=1)
    pd.testing.assert_frame_equal(network.nodes, nodes)
    pd.testing.assert_frame_equal(network.ties, ties)
