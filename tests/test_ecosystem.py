from __future__ import annotations

import dataclasses
import datetime as dt

import networkx as nx
import pytest
from builders import make_ecosystem

from ecograph.ecosystem import EDGE_COLUMNS
from ecograph.settings import Settings

TOWN = {
    "universities": "id,name\nU1,<script>alert(1)</script>\nU2,b\n",
    "enterprises": "id,name\nE1,e\n",
    "agreements": """id,date,status,parties
A1,2022,signed,U1;E1
A2,2023-06-30,active,U1;U2
A3,2024-05-25,ended,U2;E1
A4,2024,planned,U1;E1
A5,2023,intent,U1;E1
A6,,contact,U1;E1
A7,,signed,U1;U2;E1
""",
    "ecosystem.yaml": "name: <script>town</script>\n",
}


def test_the_graph_has_the_nodes_and_edges_and_no_phantom() -> None:
    ecosystem = make_ecosystem(TOWN)
    graph = ecosystem.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert list(graph) == ecosystem.nodes.index.tolist()
    assert graph.number_of_edges() == len(ecosystem.edges) == 15
    assert graph.nodes["U2"] == {"kind": "university", "name": "b"}
    assert graph.edges["A1", "E1", 0] == {"kind": "party"}
    assert ecosystem.graph is graph


def test_the_graph_keeps_roles_amounts_and_parallel_edges() -> None:
    tables = {
        "universities": "id,name,\nU1,a\n",
        "agreements": "id,parties\nA1,U1\n",
        "parties": "agreement,organisation,role,amount\nA1,U1,lead,5万元\n",
    }
    edges = make_ecosystem(tables).graph["A1"]["U1"].values()
    assert list(edges) == [
        {"kind": "party", "role": "lead", "amount": 50_000.0},
        {"kind": "party"},
    ]


def test_planned_intended_and_discussed_agreements_never_count() -> None:
    assert make_ecosystem(TOWN).counted.tolist() == ["A1", "A2", "A3", "A7"]


@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        ("2021-12-31", ["A7"]),
        ("2022-01-01", ["A1", "A7"]),
        ("2023-06-29", ["A1", "A7"]),
        ("2023-06-30", ["A1", "A2", "A7"]),
        ("2024-05-24", ["A1", "A2", "A7"]),
        ("2024-05-25", ["A1", "A2", "A3", "A7"]),
    ],
)
def test_later_agreements_do_not_count_yet(as_of: str, counted: list[str]) -> None:
    assert make_ecosystem(TOWN, as_of=as_of).counted.tolist() == counted


def test_configure_gives_another_value_and_keeps_the_day_and_language() -> None:
    ecosystem = make_ecosystem(TOWN, as_of="2023-12-31", lang="zh")
    assert ecosystem.counted.tolist() == ["A1", "A2", "A7"]
    other = ecosystem.configure(Settings(counted=("planned", "intent")))
    assert other.counted.tolist() == ["A5"]
    assert (other.as_of, other.lang) == (dt.date(2023, 12, 31), "zh")
    assert other.configure(Settings(as_of=dt.date(2022, 1, 1))).counted.tolist() == ["A1", "A7"]
    assert ecosystem.counted.tolist() == ["A1", "A2", "A7"]


def test_an_ecosystem_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_ecosystem(TOWN).name = "x"  # type: ignore[misc]


def test_counts_by_kind() -> None:
    counts = make_ecosystem(TOWN).count_kinds()
    assert counts.to_dict() == {
        ("node", "agreement"): 7,
        ("node", "enterprise"): 1,
        ("node", "university"): 2,
        ("edge", "party"): 15,
    }


def test_repr_says_what_it_holds() -> None:
    text = repr(make_ecosystem(TOWN))
    assert text == (
        "<Ecosystem '<script>town</script>' as of 2024-05-25: "
        "10 nodes (7 agreement, 1 enterprise, 2 university), 15 edges (15 party), "
        "4 agreements counted>"
    )


def test_the_notebook_shows_counts_and_runs_no_script() -> None:
    html = make_ecosystem(TOWN)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;town&lt;/script&gt;" in html
    for count in (">7<", ">1<", ">2<", ">15<"):
        assert count in html


def test_select_link_and_table() -> None:
    ecosystem = make_ecosystem(TOWN)
    assert ecosystem.select("university", "enterprise").index.tolist() == ["E1", "U1", "U2"]
    assert ecosystem.link("party")["source"].nunique() == 7
    assert tuple(ecosystem.edges.columns) == EDGE_COLUMNS
    assert ecosystem.table("certificates", ["enterprise"]).columns.tolist() == ["enterprise"]
    before = ecosystem.tables["agreements"].columns.tolist()
    assert ecosystem.table("agreements", ["amount"])["amount"].isna().all()
    assert ecosystem.tables["agreements"].columns.tolist() == before


def test_errors_are_the_problems_for_which_something_was_lost() -> None:
    tables = {**TOWN, "parties": "agreement,organisation\nA1,U9\n", "gadgets": "x\n1\n"}
    ecosystem = make_ecosystem(tables)
    assert [p.code for p in ecosystem.errors] == ["unknown_reference"]
    assert {p.code for p in ecosystem.problems} == {"unknown_reference", "unknown_table"}
