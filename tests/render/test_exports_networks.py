import io
import json
from xml.etree import ElementTree as ET

import networkx as nx
import pandas as pd
import pytest
from builders import make_ecosystem
from export_towns import EXAMPLE, LONG, make_hostile

import ecograph as eg
from ecograph.errors import EcographError, SettingsError
from ecograph.render.exports import NETWORK_FORMS, export_network, to_igraph, to_pandas

# Two universities and two firms; A1 has three parties, A2 repeats one pair, A3 is only planned.
TOWN = {
    "universities": "id,name\nU1,甲大学\nU2,乙大学\n",
    "enterprises": "id,name,industry,region\nE1,丙公司,能源,祁县\nE2,丁公司,,\n",
    "agreements": (
        "id,parties,date,amount,status\nA1,U1；U2；E1,2021,300,signed\n"
        "A2,U1；E1,2023-05-01,700,active\nA3,U2；E2,2024,,planned\n"
    ),
}
GEXF = "{http://gexf.net/1.3}"
VIZ = "{http://gexf.net/1.3/viz}"
COLOURS = {"university": (0, 114, 178), "enterprise": (230, 159, 0)}  # #0072B2, #E69F00


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN)


@pytest.fixture(scope="module")
def hostile():
    return make_hostile()


def read_graphml(ecosystem, part="organisation"):
    return nx.read_graphml(io.BytesIO(export_network(ecosystem, "graphml", part=part)))


def read_gexf(ecosystem, part="organisation"):
    return nx.read_gexf(io.BytesIO(export_network(ecosystem, "gexf", part=part)))


READERS = pytest.mark.parametrize("read", [read_graphml, read_gexf], ids=["graphml", "gexf"])


@READERS
def test_networkx_reads_the_ties_worked_out_by_hand(town, read):
    graph = read(town)
    assert not graph.is_directed()
    ties = {
        tuple(sorted(pair)): (d["weight"], d["agreements"], d["amount"], d["first"], d["last"])
        for *pair, d in graph.edges(data=True)
    }
    assert ties == {
        ("E1", "U1"): (2.0, 2, 1000.0, 2021, 2023),
        ("E1", "U2"): (1.0, 1, 300.0, 2021, 2021),
        ("U1", "U2"): (1.0, 1, 300.0, 2021, 2021),
    }


@READERS
def test_nodes_say_what_and_where_they_are(town, read):
    nodes = read(town).nodes
    assert set(nodes) == {"U1", "U2", "E1", "E2"}
    firm = nodes["E1"]
    assert (firm["kind"], firm["name"]) == ("enterprise", "丙公司")
    assert (firm["industry"], firm["region"]) == ("能源", "祁县")
    assert (firm["degree"], firm["strength"]) == (2, 3.0)
    assert firm["community"] == nodes["U1"]["community"] != nodes["E2"]["community"]
    assert sum(node["pagerank"] for node in nodes.values()) == pytest.approx(1)
    assert "industry" not in nodes["U1"]


def test_gephi_finds_colours_places_and_sizes(town):
    root = ET.fromstring(export_network(town, "gexf"))  # noqa: S314 - our own
    assert root.tag == f"{GEXF}gexf"
    assert root.get("version") == "1.3"
    sizes, places = {}, set()
    for node in root.iter(f"{GEXF}node"):
        kind = {"U": "university", "E": "enterprise"}[node.get("id")[0]]
        colour = node.find(f"{VIZ}color")
        assert tuple(int(colour.get(part)) for part in "rgb") == COLOURS[kind]
        place = node.find(f"{VIZ}position")
        places.add((float(place.get("x")), float(place.get("y"))))
        sizes[node.get("id")] = float(node.find(f"{VIZ}size").get("value"))
    assert len(places) == 4
    assert sizes["E2"] < sizes["U2"] < sizes["U1"] == sizes["E1"]  # strength 0, 2, 3, 3


def test_places_agree_between_the_forms_but_for_the_direction_of_y(town):
    graphml = read_graphml(town).nodes
    gexf = read_gexf(town).nodes
    found = json.loads(export_network(town, "cytoscape"))["elements"]["nodes"]
    for node in found:
        key, place = node["data"]["id"], node["position"]
        assert (graphml[key]["x"], graphml[key]["y"]) == (place["x"], -place["y"])
        viz = gexf[key]["viz"]["position"]
        assert (viz["x"], viz["y"]) == (place["x"], -place["y"])


def test_everything_is_in_the_whole_network():
    graph = read_graphml(eg.load(EXAMPLE), "all")
    assert graph.is_directed()
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (1932, 5550)
    kinds = pd.Series([kind for *_, kind in graph.edges(data="kind")]).value_counts()
    assert (kinds["party"], kinds["works_in"], kinds["serves"]) == (908, 900, 420)
    assert graph.nodes["A001"]["amount"] == 72600  # 7.26万元
    assert graph.nodes["A001"]["status"] == "ended"
    assert graph.edges["A001", "U13"]["role"] == "lead"
    assert graph.nodes["U01"]["resident"] is True


@READERS
def test_hostile_texts_arrive_as_texts(hostile, read):
    nodes = read(hostile, "all").nodes
    assert nodes["university:1"]["name"] == "<script>alert(1)</script> & Sons"
    assert nodes["U 2"]["name"] == "=cmd|' /C calc'!A0"
    assert nodes["enterprise:1"]["name"] == 'say "hi"'
    assert nodes["E3"]["name"] == LONG
    assert nodes["E<2>"]["name"] == "bell and null"  # XML cannot hold the signs
    assert nodes["D1"]["name"] == "]]> CDATA"
    assert nodes["enterprise:1"]["uscc"] == "0091"  # digits, not a number
    assert nodes["university:1"]["x_"] == "left"  # not a place


@pytest.mark.parametrize("form", ["graphml", "gexf"])
@pytest.mark.parametrize("part", ["organisation", "all"])
def test_no_sign_that_xml_forbids_is_written(hostile, form, part):
    data = export_network(hostile, form, part=part)
    text = data.decode("utf-8")
    assert not {chr(n) for n in range(32)} - set("\t\n\r") & set(text)
    assert "<script>" not in text
    assert ET.fromstring(data) is not None  # noqa: S314 - our own


def test_two_ids_that_differ_in_a_control_sign_stay_two():
    tables = {"universities": "id,name\nU1,甲\nU\x011,乙\n"}
    assert set(read_graphml(make_ecosystem(tables)).nodes) == {"U1", "U1~"}


def test_parallel_edges_of_the_whole_network_are_kept():
    tables = {
        **TOWN,
        "demands": "id,name,enterprise,disciplines,industry\nQ1,求,E1,D1,能源\n",
        "agreements": "id,industry,parties,status\nA1,能源,U1；能源,signed\n",
    }
    graph = read_graphml(make_ecosystem(tables), "all")
    found = sorted(d["kind"] for *pair, d in graph.edges(data=True) if pair == ["A1", "能源"])
    assert found == ["concerns", "party"]


def test_cytoscape_has_elements_whose_ids_are_their_own(hostile):
    for part in ("organisation", "all"):
        elements = json.loads(export_network(hostile, "cytoscape", part=part))["elements"]
        nodes = [node["data"]["id"] for node in elements["nodes"]]
        edges = [edge["data"]["id"] for edge in elements["edges"]]
        assert len({*nodes, *edges}) == len(nodes) + len(edges)
        for edge in elements["edges"]:
            assert {edge["data"]["source"], edge["data"]["target"]} <= set(nodes)
        assert all(set(node["position"]) == {"x", "y"} for node in elements["nodes"])
    kinds = {node["data"]["id"]: node["data"]["colour"] for node in elements["nodes"]}
    assert kinds["E3"] == "#E69F00"


def test_cytoscape_edges_never_take_the_id_of_a_node():
    tables = {**TOWN, "universities": "id,name\nU1,甲\nU2,乙\ne0,丙\n"}
    elements = json.loads(export_network(make_ecosystem(tables), "cytoscape"))["elements"]
    assert "e0" not in {edge["data"]["id"] for edge in elements["edges"]}


def test_vosviewer_gets_its_own_words(town):
    network = json.loads(export_network(town, "vosviewer"))["network"]
    items = {item["id"]: item for item in network["items"]}
    assert items["E1"]["label"] == "丙公司"
    assert items["E1"]["weights"] == {"Links": 2, "Total link strength": 3.0}
    assert items["E2"]["weights"] == {"Links": 0, "Total link strength": 0.0}
    assert "pagerank" in items["E1"]["scores"]
    assert items["E1"]["cluster"] == items["U1"]["cluster"]
    assert all(-1 <= item["x"] <= 1 and -1 <= item["y"] <= 1 for item in items.values())
    links = {(link["source_id"], link["target_id"]): link["strength"] for link in network["links"]}
    assert links == {("E1", "U1"): 2.0, ("E1", "U2"): 1.0, ("U1", "U2"): 1.0}


def test_vosviewer_clusters_of_the_whole_network_are_kinds(town):
    network = json.loads(export_network(town, "vosviewer", part="all"))["network"]
    labels = {cluster["cluster"]: cluster["label"] for cluster in network["clusters"]}
    found = {item["id"]: labels[item["cluster"]] for item in network["items"]}
    assert found["U1"] == "University"
    assert found["A1"] == "Agreement"


def test_the_same_town_gives_the_same_bytes(hostile):
    again = make_hostile()
    for form in NETWORK_FORMS:
        for part in ("organisation", "all"):
            first, second = (export_network(t, form, part=part) for t in (hostile, again))
            assert first == second


@pytest.mark.parametrize("part", ["organisation", "discipline", "all"])
def test_a_town_of_one_university_can_be_exported(part):
    lonely = make_ecosystem({"universities": "id,name\nU1,甲\n"})
    for form in NETWORK_FORMS:
        data = export_network(lonely, form, part=part)
        assert (b"U1" in data) == (part != "discipline")


def test_tables_handed_out_are_the_caller_s_own(town):
    for part in ("organisation", "all"):
        before = export_network(town, "gexf", part=part)
        for table in to_pandas(town, part):
            table.iloc[0, 0] = table.iloc[-1, 0]
        assert export_network(town, "gexf", part=part) == before


def test_a_form_or_part_that_is_none_is_named(town):
    with pytest.raises(SettingsError, match="pajek"):
        export_network(town, "pajek")
    with pytest.raises(SettingsError, match="everything"):
        export_network(town, "gexf", part="everything")


def test_pandas_gets_nodes_and_ties(town):
    nodes, ties = to_pandas(town)
    assert nodes.loc["E1", ["kind", "strength"]].tolist() == ["enterprise", 3.0]
    assert ties["weight"].tolist() == [2.0, 1.0, 1.0]
    assert ties[["source", "target"]].to_numpy().tolist()[0] == ["E1", "U1"]
    every, edges = to_pandas(town, "all")
    assert len(every) == 9  # and three agreements, an industry, a region
    assert (edges["kind"] == "party").sum() == 7


def test_igraph_gets_the_same_ties(town):
    pytest.importorskip("igraph")
    graph = to_igraph(town)
    assert graph.vs["name"] == ["E1", "E2", "U1", "U2"]
    assert graph.vs.find(name="U1")["label"] == "甲大学"
    assert graph.strength(weights="weight") == [3.0, 0.0, 3.0, 2.0]
    assert to_igraph(town, "all").is_directed()


def test_who_has_no_igraph_is_told_what_to_do(town, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "igraph", None)
    with pytest.raises(EcographError, match="pip install igraph"):
        to_igraph(town)
