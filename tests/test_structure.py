"""How industries stand in the network: a town by hand, every dealing of it, and networkx."""

from __future__ import annotations

import functools
import itertools
import json
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.structure import (
    ROLE_COLUMNS,
    STRUCTURE_COLUMNS,
    count_roles,
    measure_structure,
)
from ecograph.loader import load
from ecograph.projection import project
from ecograph.statistics.mixing import compute_ei_index

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"

# Steel is a triangle, glass a pair, tea one firm; all hang on U1. E1 and E2 sign twice. E8 has no
# industry, B1 is a bank, E7 of wine has no tie and neither has the platform.
TIES = ["E1;E2", "E1;E2", "E1;E3", "E2;E3", "E3;U1", "E4;U1", "E4;E5", "E6;U1", "E6;B1", "E1;E8"]
TIES += ["U1;U2"]
TOWN = {
    "universities": "id,name\nU1,alpha\nU2,beta\n",
    "platforms": "id,name\nP1,lab\n",
    "institutions": "id,name\nB1,bank\n",
    "industries": "id,name\nI1,Steel\nI2,Glass\nI3,Tea\nI4,Wine\n",
    "enterprises": """id,name,industry
E1,a,Steel
E2,b,Steel
E3,c,Steel
E4,d,Glass
E5,e,Glass
E6,f,Tea
E7,g,Wine
E8,h,
""",
    "agreements": list_rows("id,parties", ((f"A{n:02}", tie) for n, tie in enumerate(TIES))),
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return measure_structure(make_ecosystem(TOWN))


def test_ties_and_cuts_of_a_town_by_hand(table: pd.DataFrame) -> None:
    """Bridges: E1-E8, E3-U1 (4 and 6 organisations), E4-U1 (2), E4-E5, E6-U1 (2), E6-B1, U1-U2.

    Without E1, E3, E4 or E6 something is cut off. The tie to E8 of no industry is left out of those
    of steel. Wine has no firm in the network, so nothing is said of it.
    """
    assert tuple(table.columns) == STRUCTURE_COLUMNS
    assert table["name"].tolist() == ["Steel", "Glass", "Tea", "Wine"]
    counts = table.loc[:, "firms":"ties_elsewhere"].join(
        table.loc[:, "bridges":"articulation_points"]
    )
    assert counts.fillna(-1).T.to_dict("list") == {
        "I1": [3, 3, 3, 1, 0, 2, 1, 2],
        "I2": [2, 2, 1, 1, 0, 2, 1, 1],
        "I3": [1, 1, 0, 1, 1, 2, 1, 1],
        "I4": [1, 0, -1, -1, -1, -1, -1, -1],
    }


def test_mixing_of_a_town_by_hand(table: pd.DataFrame) -> None:
    """Steel: (1 - 6) / 7, glass: (1 - 2) / 3; tea has one firm, which could not be within.

    Of weights, 1 of 9 leads out of steel and 1 of 3 out of glass.
    """
    assert table["ei"].tolist()[:2] == pytest.approx([-5 / 7, -1 / 3])
    assert table["conductance"].tolist()[:2] == pytest.approx([1 / 9, 1 / 3])
    unknown = ["ei", "ei_expected", "p_closed", "p_open", "conductance"]
    assert table.loc[["I3", "I4"], unknown].isna().to_numpy().all()


def test_chances_are_those_of_all_dealings(table: pd.DataFrame) -> None:
    """Six firms can be dealt out to three, two and one in 60 ways; science and the bank stay.

    A chance of 999 draws is at most 0.016 off in the mean, an index about 0.02.
    """
    places = ["E1", "E2", "E3", "E4", "E5", "E6", "U1", "U2", "B1"]
    graph = nx.Graph(tie.split(";") for tie in TIES)
    matrix = nx.to_scipy_sparse_array(graph.subgraph(places), nodelist=places, weight=None)
    dealings = sorted(set(itertools.permutations([0, 0, 0, 1, 1, 2])))
    assert len(dealings) == 60
    drawn = np.array(
        [compute_ei_index(matrix, np.array([*dealt, 3, 3, 4])).group[:2] for dealt in dealings]
    )
    observed = table["ei"].to_numpy()[:2]
    closed = (drawn <= observed + 1e-9).mean(axis=0)
    opened = (drawn >= observed - 1e-9).mean(axis=0)
    assert table["p_closed"].to_numpy()[:2] == pytest.approx(closed, abs=0.06)
    assert table["p_open"].to_numpy()[:2] == pytest.approx(opened, abs=0.06)
    assert table["ei_expected"].to_numpy()[:2] == pytest.approx(drawn.mean(axis=0), abs=0.08)


def test_constraint_of_a_town_is_that_of_networkx(table: pd.DataFrame) -> None:
    graph = project(make_ecosystem(TOWN))
    constraint = nx.constraint(graph, weight="weight")
    firms = {"I1": ["E1", "E2", "E3"], "I2": ["E4", "E5"], "I3": ["E6"]}
    medians = {industry: median(constraint[n] for n in own) for industry, own in firms.items()}
    assert table["constraint"].dropna().to_dict() == pytest.approx(medians)
    assert np.isnan(table.at["I4", "constraint"])


def test_a_firm_of_two_industries_is_grouped_with_the_narrower() -> None:
    """E1 of steel and tea: tea has two firms, steel three, so E1 is of tea among the groups.

    Steel keeps E2-E3, and E3-U1 and two ties to E1 lead out; bridges and firms count for both.
    """
    firms = TOWN["enterprises"].replace("E1,a,Steel", "E1,a,Steel;Tea")
    table = measure_structure(make_ecosystem({**TOWN, "enterprises": firms}))
    assert table["firms"].tolist() == [3, 2, 2, 1]
    ties = table[["ties_within", "ties_science", "ties_elsewhere"]]
    assert ties.loc["I1"].tolist() == [1, 1, 2]
    assert ties.loc["I3"].tolist() == [0, 1, 3]
    assert table.loc[["I1", "I3"], "ei"].tolist() == pytest.approx([(3 - 2) / 5, 1])
    assert table["bridges"].tolist()[:3] == [2, 2, 3]
    assert table["articulation_points"].tolist()[:3] == [2, 1, 2]


def test_of_two_industries_of_one_size_the_first_by_id_counts() -> None:
    """E6 of tea and wine, which have one and two firms; with E7 away, one each: tea."""
    firms = TOWN["enterprises"].replace("E6,f,Tea", "E6,f,Wine;Tea").replace("E7,g,Wine", "E7,g,")
    table = measure_structure(make_ecosystem({**TOWN, "enterprises": firms}))
    assert table["ties_science"].fillna(-1).tolist() == [1, 1, 1, -1]


def test_where_nothing_is_left_to_chance_no_chance_is_given() -> None:
    """Firms of one industry only, or none tied to another: every dealing is the same."""
    alone = {**TOWN, "enterprises": "id,name,industry\nE1,a,Steel\nE2,b,Steel\n"}
    alone["agreements"] = "id,parties\nA1,E1;E2\nA2,E2;U1\n"
    apart = {**TOWN, "agreements": "id,parties\nA1,E1;U1\nA2,E2;U1\nA3,E4;U1\nA4,E5;U2\n"}
    for tables, ei in ((alone, -1 / 3), (apart, 1)):
        table = measure_structure(make_ecosystem(tables)).dropna(subset="ei")
        assert set(table["ei"].round(9)) == {round(ei, 9)}
        assert table["ei_expected"].tolist() == pytest.approx([ei] * len(table))
        assert table[["p_closed", "p_open"]].isna().to_numpy().all()


def test_the_seed_decides_what_is_drawn(table: pd.DataFrame) -> None:
    assert measure_structure(make_ecosystem(TOWN)).equals(table)
    other = measure_structure(make_ecosystem(TOWN, seed=2))
    assert other["ei"].equals(table["ei"])
    assert not other["ei_expected"].equals(table["ei_expected"])


@pytest.mark.parametrize("compute", [measure_structure, count_roles])
def test_each_table_says_how_it_was_made(compute: Any) -> None:
    meta = compute(make_ecosystem(TOWN)).attrs["meta"]
    assert meta["result"] == {measure_structure: "structure", count_roles: "roles"}[compute]
    assert meta["seed"] == 1
    assert "fewest firms" in meta["method"]["groups"]
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta


@pytest.mark.parametrize(
    "tables",
    [
        {"universities": "id,name\nU1,a\n"},
        {"industries": "id,name\nI1,a\n"},
        {"industries": "id,name\nI1,a\n", "enterprises": "id,name,industry\nE1,e,I1\n"},
        {"enterprises": "id,name\nE1,e\nE2,f\n", "agreements": "id,parties\nA1,E1;E2\n"},
    ],
)
def test_of_what_is_in_no_network_nothing_is_said(tables: dict[str, str]) -> None:
    ecosystem = make_ecosystem(tables)
    table, roles = measure_structure(ecosystem), count_roles(ecosystem)
    assert table.index.tolist() == ecosystem.select("industry").index.tolist()
    assert table.loc[:, "ties_within":].isna().to_numpy().all()
    assert roles.index.tolist() == ecosystem.select("university").index.tolist()
    assert roles.loc[:, "coordinator":].isna().to_numpy().all()
    assert tuple(roles.columns) == ROLE_COLUMNS


def test_roles_of_a_town_by_hand() -> None:
    """U1 has firms of three industries and U2, none tied to another; the bank is left out.

    Three pairs of firms in both orders make 6 liaisons, U2 with each firm 3 and 3. Among 8
    organisations there are 8 ties, so the density is 2/7, and a pair is brokered by chance with
    d^2 (1 - d) = 20/343: of the 42 pairs in both orders, 8 are of firms of one industry, 22 of
    two, 6 of U2 with a firm and 6 the other way. Two of six firms are of one industry in 8 of 30.
    """
    table = count_roles(make_ecosystem(TOWN))
    assert table.index.tolist() == ["U1", "U2", "P1"]
    roles = ["coordinator", "itinerant", "representative", "gatekeeper", "liaison", "total"]
    assert table.loc["U1", ["ties", *roles]].tolist() == [4, 0, 0, 3, 3, 6, 12]
    assert table.loc["U2", ["ties", *roles]].tolist() == [1, 0, 0, 0, 0, 0, 0]
    expected = table.loc["U1", [f"{role}_expected" for role in roles]].astype(float)
    assert (expected * 343 / 20).tolist() == pytest.approx([0, 8, 6, 6, 22, 42])
    shares = table.loc["U1", ["one_industry", "one_industry_expected"]].tolist()
    assert shares == pytest.approx([0, 8 / 30])
    assert np.isnan(table.at["U1", "coordinator_z"])  # U1 is the only other of science
    assert table.at["U1", "liaison_z"] > 0 > table.at["U1", "itinerant_z"]
    assert table.loc["U2", ["one_industry", "one_industry_expected"]].isna().all()
    assert table.at["P1", "ties"] == 0
    assert table.loc["P1", "coordinator":].isna().all()


@functools.cache
def read_city(name: str) -> Ecosystem:
    return load(DATA / name)


def label(ecosystem: Ecosystem) -> dict[str, str]:
    """Label firms by industry (each has one here) and universities and platforms as science."""
    kinds = ecosystem.nodes["kind"].to_dict()
    edges = ecosystem.edges[ecosystem.edges["kind"] == "works_in"]
    assert edges["source"].is_unique
    labels = dict(zip(edges["source"], edges["target"], strict=True))
    return labels | {k: "science" for k, v in kinds.items() if v in {"university", "platform"}}


@pytest.mark.parametrize("city", ["jinzhong", "example-city"])
def test_the_structure_of_the_data_is_that_of_networkx(city: str) -> None:
    ecosystem = read_city(city)
    table = measure_structure(ecosystem)
    graph, labels = project(ecosystem), label(ecosystem)
    members: dict[str, list[str]] = defaultdict(list)
    for node in graph:
        if graph.degree(node) and labels.get(node, "science") != "science":
            members[labels[node]].append(node)
    bridges, points = list(nx.bridges(graph)), set(nx.articulation_points(graph))
    constraint = nx.constraint(graph, weight="weight")
    assert members
    for industry, firms in members.items():
        row, own = table.loc[industry], set(firms)
        assert row["firms_in_network"] == len(firms)
        assert row["bridges"] == sum(bool({*tie} & own) for tie in bridges)
        assert row["articulation_points"] == len(points & own)
        assert row["constraint"] == pytest.approx(median(constraint[firm] for firm in firms))
        within = graph.subgraph(firms).number_of_edges()
        ends = [labels.get(to) for firm in firms for to in graph[firm] if to not in own]
        assert row["ties_within"] == within
        assert row["ties_science"] == ends.count("science")
        if len(firms) > 1:
            outside = row["ties_science"] + row["ties_elsewhere"]
            assert row["ei"] == pytest.approx((outside - 2 * within) / (outside + 2 * within))
    assert (table["firms_in_network"].drop(list(members)) == 0).all()
    assert table["firms"].sum() == (ecosystem.edges["kind"] == "works_in").sum()


@pytest.mark.parametrize("city", ["jinzhong", "example-city"])
def test_the_roles_of_the_data_are_those_of_a_plain_count(city: str) -> None:
    ecosystem = read_city(city)
    table = count_roles(ecosystem).dropna(subset="total")
    graph, labels = project(ecosystem), label(ecosystem)
    kept = graph.subgraph([n for n in graph if n in labels])
    assert len(table) == sum(labels[n] == "science" and kept.degree(n) > 0 for n in kept)
    for broker, row in table.iterrows():
        counts = dict.fromkeys(["coordinator", "itinerant", "gatekeeper", "liaison"], 0)
        for one, two in itertools.permutations(kept[broker], 2):
            if not kept.has_edge(one, two):
                firms = [labels[n] for n in (one, two) if labels[n] != "science"]
                role = {0: "coordinator", 1: "gatekeeper"}.get(len(firms))
                counts[role or ("itinerant" if len(set(firms)) == 1 else "liaison")] += 1
        assert counts.pop("gatekeeper") == row["gatekeeper"] + row["representative"]
        assert counts == row[list(counts)].to_dict()
