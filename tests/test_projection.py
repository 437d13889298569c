from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.errors import SettingsError
from ecograph.projection import TIE_COLUMNS, project, project_ties

# Ten organisations. Beihang's ties lie in agreements without a date or an amount, the bank signs
# once among four, North is alone, and the one plan (A6) must not show anywhere.
TOWN = {
    "universities": "id,name\nTY,Taiyuan\nSX,Shanxi\nBH,Beihang\nNB,North\n",
    "platforms": "id,name\nLB,Laboratory\n",
    "enterprises": "id,name\nYS,Yinsheng\nJH,Jinhu\nAH,Anhua\nHD,Hengda\n",
    "institutions": "id,name\nBK,Bank\n",
    "agreements": """id,date,status,金额（万元）,parties,disciplines,industry
A1,2021-03,signed,100,TY;YS,chemistry;physics,materials;steel
A2,2023,signed,,TY;YS,,
A3,2024-05-25,active,300,TY;YS;JH,chemistry;physics;optics,materials
A4,2022,ended,,SX;JH,chemistry,materials
A5,2024,signed,40,SX;JH;AH;BK,,
A6,2023,planned,900,TY;AH,optics;physics,steel;materials
A7,2020,signed,5,LB,,
A8,,signed,7,BH;LB,,
A9,2022,ended,,BH;HD,,
""",
}
W = 10_000.0
TIES = [
    ("AH", "BK", 1, 1, 40 * W, 2024, 2024),
    ("AH", "JH", 1, 1, 40 * W, 2024, 2024),
    ("AH", "SX", 1, 1, 40 * W, 2024, 2024),
    ("BH", "HD", 1, 1, None, 2022, 2022),
    ("BH", "LB", 1, 1, 7 * W, None, None),
    ("BK", "JH", 1, 1, 40 * W, 2024, 2024),
    ("BK", "SX", 1, 1, 40 * W, 2024, 2024),
    ("JH", "SX", 2, 2, 40 * W, 2022, 2024),
    ("JH", "TY", 1, 1, 300 * W, 2024, 2024),
    ("JH", "YS", 1, 1, 300 * W, 2024, 2024),
    ("TY", "YS", 3, 3, 400 * W, 2021, 2024),
]


def test_ten_organisations_by_hand() -> None:
    ties = project_ties(make_ecosystem(TOWN)).ties
    assert tuple(ties.columns) == TIE_COLUMNS
    expected = pd.DataFrame(TIES, columns=list(TIE_COLUMNS)).astype(
        {"weight": float, "amount": float, "first": "Int64", "last": "Int64"}
    )
    pd.testing.assert_frame_equal(ties, expected, check_dtype=False)


def test_newman_shares_an_agreement_among_its_pairs() -> None:
    ties = project_ties(make_ecosystem(TOWN), weighting="newman").ties
    weights = {(s, t): w for s, t, w in ties[["source", "target", "weight"]].to_numpy()}
    third = pytest.approx(1 / 3)
    assert weights == {
        ("AH", "BK"): third,
        ("AH", "JH"): third,
        ("AH", "SX"): third,
        ("BH", "HD"): 1,
        ("BH", "LB"): 1,
        ("BK", "JH"): third,
        ("BK", "SX"): third,
        ("JH", "SX"): pytest.approx(4 / 3),
        ("JH", "TY"): 0.5,
        ("JH", "YS"): 0.5,
        ("TY", "YS"): 2.5,
    }
    assert ties["agreements"].tolist() == [row[3] for row in TIES]


def test_the_setting_chooses_the_weighting_and_an_argument_goes_before_it() -> None:
    ecosystem = make_ecosystem(TOWN, weighting="newman")
    assert project_ties(ecosystem).weighting == "newman"
    assert project_ties(ecosystem).ties["weight"].iloc[-1] == 2.5
    assert project_ties(ecosystem, weighting="count").ties["weight"].iloc[-1] == 3


def test_the_networkx_graph_has_weight_cost_and_isolates() -> None:
    graph = project(make_ecosystem(TOWN))
    assert type(graph) is nx.Graph
    assert list(graph) == sorted(graph)
    assert list(nx.isolates(graph)) == ["NB"]
    assert graph.nodes["TY"] == {"kind": "university", "name": "Taiyuan"}
    tie = graph.edges["TY", "YS"]
    assert (tie["weight"], tie["cost"], tie["agreements"]) == (3, 1 / 3, 3)
    assert (tie["amount"], tie["first"], tie["last"]) == (400 * W, 2021, 2024)
    assert np.isnan(graph.edges["BH", "HD"]["amount"])
    assert graph.edges["BH", "LB"]["first"] is None
    assert graph.number_of_edges() == 11


@pytest.mark.parametrize(
    ("part", "nodes", "ties"),
    [
        ("university", 4, {}),
        ("platform", 1, {}),
        ("institution", 1, {}),
        ("enterprise", 4, {("AH", "JH"): 1, ("JH", "YS"): 1}),
        (
            "discipline",
            3,
            {("chemistry", "optics"): 1, ("chemistry", "physics"): 2, ("optics", "physics"): 1},
        ),
        ("industry", 2, {("materials", "steel"): 1}),
    ],
)
def test_other_parts(part: str, nodes: int, ties: dict[tuple[str, str], int]) -> None:
    network = project_ties(make_ecosystem(TOWN), part)
    assert len(network.nodes) == nodes
    found = {(s, t): w for s, t, w in network.ties[["source", "target", "weight"]].to_numpy()}
    assert found == ties


def test_an_agreement_of_too_many_ties_nobody_and_is_counted() -> None:
    """A5 has four parties; the pairs that it alone made are gone, JH and SX keep A4."""
    network = project_ties(make_ecosystem(TOWN, pair_limit=3))
    ties = {(s, t): n for s, t, n in network.ties[["source", "target", "agreements"]].to_numpy()}
    left = {(row[0], row[1]): row[3] for row in TIES if "BK" not in row[:2] and row[0] != "AH"}
    assert ties == left | {("JH", "SX"): 1}
    assert network.describe() == {"unpaired_agreements": 1, "unpaired_members": 4}
    assert "BK" in network.nodes.index
    assert project_ties(make_ecosystem(TOWN, pair_limit=4)).describe() == {
        "unpaired_agreements": 0,
        "unpaired_members": 0,
    }


def test_a_party_of_a_thousand_costs_no_pairs_unless_asked() -> None:
    firms = [f"F{n}" for n in range(1000)]
    tables = {
        "enterprises": list_rows("id,name", ((firm, firm) for firm in firms)),
        "agreements": list_rows("id,parties", [("A", ";".join(firms)), ("B", "F1;F2")]),
    }
    assert project_ties(make_ecosystem(tables)).adjacency.nnz == 2
    assert project_ties(make_ecosystem(tables, pair_limit=1000)).adjacency.nnz == 1000 * 999


def test_a_part_that_does_not_exist() -> None:
    with pytest.raises(SettingsError, match='no part "banks"; choose one of: organisation'):
        project(make_ecosystem(TOWN), "banks")


def test_the_as_of_day_cuts_later_ties() -> None:
    ties = project_ties(make_ecosystem(TOWN, as_of="2022-12-31")).ties
    pairs = list(zip(ties["source"], ties["target"], strict=True))
    assert pairs == [("BH", "HD"), ("BH", "LB"), ("JH", "SX"), ("TY", "YS")]


def test_one_party_named_in_both_places_is_one_member() -> None:
    tables = {**TOWN, "parties": "agreement,organisation,amount\nA1,TY,1\nA1,YS,2\n"}
    ties = project_ties(make_ecosystem(tables)).ties
    assert ties.set_index(["source", "target"]).at[("TY", "YS"), "weight"] == 3


def test_the_adjacency_is_symmetric_in_the_order_of_nodes() -> None:
    network = project_ties(make_ecosystem(TOWN))
    graph = network.to_networkx()
    expected = nx.to_numpy_array(graph, nodelist=list(network.nodes.index))
    np.testing.assert_array_equal(network.adjacency.toarray(), expected)


@st.composite
def signings(draw: st.DrawFn) -> list[list[int]]:
    return draw(st.lists(st.lists(st.integers(0, 7), max_size=5, unique=True), max_size=8))


def tabulate(signed: list[list[int]]) -> dict[str, str]:
    rows = ((f"A{i}", ";".join(f"E{m}" for m in members)) for i, members in enumerate(signed))
    firms = list_rows("id,name", ((f"E{n}", f"firm {n}") for n in range(8)))
    return {"enterprises": firms, "agreements": list_rows("id,parties", rows)}


@settings(max_examples=40)
@given(signings())
def test_an_agreement_of_k_parties_makes_all_their_pairs(signed: list[list[int]]) -> None:
    ecosystem = make_ecosystem(tabulate(signed))
    pairs = [pair for members in signed for pair in combinations(sorted(members), 2)]
    ties = project_ties(ecosystem).ties
    assert ties["agreements"].sum() == sum(len(m) * (len(m) - 1) // 2 for m in signed)
    found = {(s, t): w for s, t, w in ties[["source", "target", "weight"]].to_numpy()}
    assert found == {(f"E{a}", f"E{b}"): pairs.count((a, b)) for a, b in pairs}


@settings(max_examples=40)
@given(signings())
def test_newman_strength_is_the_number_of_agreements_with_others(signed: list[list[int]]) -> None:
    graph = project(make_ecosystem(tabulate(signed)), weighting="newman")
    for n in range(8):
        shared = sum(n in members and len(members) > 1 for members in signed)
        assert graph.degree(f"E{n}", weight="weight") == pytest.approx(shared, abs=1e-12)


RUN = """
import random, sys
sys.path.insert(0, sys.argv[1])
from builders import make_ecosystem
from test_projection import TOWN
from ecograph.analysis.centrality import rank
from ecograph.analysis.communities import find_communities
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.pairs import cross_disciplines
from ecograph.projection import PARTS, project, project_ties
order = random.Random(int(sys.argv[2]))
def shuffle(text):
    header, *rows = text.splitlines()
    order.shuffle(rows)
    return "\\n".join([header, *rows, ""])
eco = make_ecosystem({name: shuffle(text) for name, text in TOWN.items()})
for part in PARTS:
    print(project_ties(eco, part).ties.to_csv(), rank(eco, part).to_csv())
    print(list(project(eco, part).edges(data=True)))
print(find_communities(eco).to_csv(), find_gaps(eco).to_csv(), cross_disciplines(eco).to_csv())
print(list(eco.graph.edges(data=True)), eco.nodes.drop(columns="row").to_csv())
"""


def test_neither_hash_seed_nor_row_order_changes_a_byte() -> None:
    folder = str(Path(__file__).parent)
    outputs = []
    for seed in ("0", "7"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", RUN, folder, seed]
        done = subprocess.run(command, env=env, capture_output=True, check=True)
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 1000


def test_an_industry_that_signs_is_tied_to_the_industries_that_the_agreement_names():
    tables = {
        "industries": "id,name\nI1,glass\nI2,steel\nI3,food\n",
        "universities": "id,name\nU1,one\n",
        "agreements": "id,parties,industry,status\nA1,U1；I1,I2,signed\n",
    }
    network = project(make_ecosystem(tables), "industry")
    assert sorted(network.edges) == [("I1", "I2")]
    assert "I3" in network
