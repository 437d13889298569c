import io

import networkx as nx
import pandas as pd
import pytest
from export_towns import EXAMPLE, make_hostile, reload

import ecograph as eg
from ecograph.errors import RegisterError
from ecograph.projection import project_ties
from ecograph.registers.networks import read_network
from ecograph.render.exports import export_network

EDGES = ["source", "target", "kind", "role", "level", "amount"]
FORMS = pytest.mark.parametrize("form", ["graphml", "gexf"])


@pytest.fixture(scope="module")
def city():
    return eg.load(EXAMPLE)


def send(ecosystem, form, tmp_path, part="all"):
    """Export a town, import it, save it, load it."""
    file = tmp_path / f"town.{form}"
    file.write_bytes(export_network(ecosystem, form, part=part))
    return reload(read_network(file))


def list_edges(ecosystem):
    frame = ecosystem.edges[EDGES].astype({"role": object, "level": object})
    return frame.sort_values(EDGES, ignore_index=True)


def list_nodes(ecosystem):
    nodes = ecosystem.nodes.drop(columns=["file", "sheet", "row"])
    return nodes[sorted(nodes.columns)]


def read(text, tmp_path, name="town.graphml"):
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_network(file)


def write(graph, tmp_path, form="graphml"):
    buffer = io.BytesIO()
    (nx.write_graphml if form == "graphml" else nx.write_gexf)(graph, buffer)
    return read(buffer.getvalue(), tmp_path, f"town.{form}")


def test_the_example_city_comes_back_as_it_was(city, tmp_path):
    before = city
    after = send(before, "gexf", tmp_path)
    assert repr(after) == repr(before)
    assert after.synthetic
    assert not after.problems
    pd.testing.assert_frame_equal(list_edges(after), list_edges(before))
    pd.testing.assert_frame_equal(list_nodes(after), list_nodes(before), check_dtype=False)


@FORMS
def test_hostile_names_and_shared_ids_come_back(form, tmp_path):
    before = make_hostile()
    after = send(before, form, tmp_path)
    assert repr(after) == repr(before)
    pd.testing.assert_frame_equal(list_edges(after), list_edges(before))
    nodes = list_nodes(before).rename(columns={"x": "x_"})
    nodes.loc["E<2>", "name"] = "bell and null"  # without the signs that XML forbids
    found = list_nodes(after)
    event = found.pop("event") if "event" in found else None
    assert event is None
    pd.testing.assert_frame_equal(found, nodes[found.columns], check_dtype=False)
    assert after.tables["agreements"].set_index("id").loc["A1", "event"] == "V1"


@pytest.mark.parametrize(
    ("form", "part"), [("graphml", "organisation"), ("gexf", "university"), ("gexf", "discipline")]
)
def test_a_projected_network_comes_back_with_the_same_ties(form, part, city, tmp_path):
    before = city
    after = send(before, form, tmp_path, part)
    ties = [project_ties(town, part).ties for town in (before, after)]
    pd.testing.assert_frame_equal(*ties)
    nodes = [project_ties(town, part).nodes for town in (before, after)]
    pd.testing.assert_frame_equal(*nodes)


def test_an_agreement_of_three_comes_back_as_three_of_two(tmp_path):
    before = make_hostile()  # A1 has three parties, A2 and A4 two, A3 is only planned
    after = send(before, "graphml", tmp_path, "organisation")
    assert len(before.counted) == 3
    assert len(after.counted) == 5
    assert after.facts["source"].endswith("as many agreements of two ends as it counts")


@FORMS
def test_a_network_of_another_program_becomes_an_ecosystem(form, tmp_path):
    graph = nx.Graph()
    graph.add_node("a", label="甲大学", kind="高校")
    graph.add_node("b", label="乙公司", kind="enterprise", 城市="晋中")
    graph.add_node("c", label="丙协会", kind="association")
    graph.add_edge("a", "b", weight=3)
    graph.add_edge("b", "c", weight=0.5)
    tables = write(graph, tmp_path, form)
    assert tables.totals == {"nodes": 3, "edges": 0, "ties": 2, "agreements of ties": 4}
    town = reload(tables)
    assert town.nodes.loc[["a", "b", "c"], "kind"].tolist() == [
        "university",
        "enterprise",
        "institution",
    ]
    assert town.nodes.loc[["a", "b"], "name"].tolist() == ["甲大学", "乙公司"]
    assert town.nodes.loc["c", "type"] == "association"
    assert town.nodes.loc["b", "city"] == "晋中"
    assert project_ties(town).ties["weight"].tolist() == [3.0, 1.0]


def test_a_bipartite_network_without_kinds_of_edges_is_understood(tmp_path):
    graph = nx.Graph()
    for key, kind in (("A1", "agreement"), ("U1", "university"), ("E1", "enterprise")):
        graph.add_node(key, kind=kind)
    graph.add_node("D1", kind="discipline")
    graph.add_edges_from([("U1", "A1"), ("A1", "E1"), ("D1", "A1")])
    town = reload(write(graph, tmp_path))
    assert town.edges[["source", "target", "kind"]].to_numpy().tolist() == [
        ["A1", "D1", "about"],
        ["A1", "E1", "party"],
        ["A1", "U1", "party"],
    ]


def test_ids_that_would_split_a_list_are_written_otherwise(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("P1", kind="platform")
    graph.add_node("E；1", kind="enterprise")
    graph.add_edge("P1", "E；1", kind="serves")
    town = reload(write(graph, tmp_path))
    assert town.edges[["source", "target"]].to_numpy().tolist() == [["P1", "E_1"]]


def test_numbers_without_exponent_are_read_as_amounts(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("A1", kind="agreement", amount=1.5e16, status="signed", date="2024-05")
    town = reload(write(graph, tmp_path))
    assert town.nodes.loc["A1", "amount"] == 1.5e16
    assert town.nodes.loc["A1", "date_end"] == pd.Timestamp("2024-05-31")


NODES = '<node id="a"/><node id="b"/>'
REFUSED = {
    "document type": ('<!DOCTYPE g [<!ENTITY x "y">]><graphml/>', "DOCTYPE"),
    "external document type": ('<!DOCTYPE g SYSTEM "file:///etc/passwd"><graphml/>', "DOCTYPE"),
    "document type in UTF-16": ("<!DOCTYPE g><graphml/>".encode("utf-16"), "DOCTYPE"),
    "another form": ("<svg/>", "neither GraphML nor GEXF"),
    "no XML": ("a,b\n1,2\n", "not whole XML"),
    "half a file": ("<graphml><graph><node", "not whole XML"),
    "an undeclared entity": ("<graphml>&lol;</graphml>", "not whole XML"),
    "endless depth": ("<graphml>" + "<graph>" * 300, "too deeply"),
    "no nodes": ("<graphml><graph/></graphml>", "no nodes"),
    "no id": ("<graphml><graph><node/></graph></graphml>", "no id"),
    "an id twice": ('<graphml><node id="a"/><node id="a"/></graphml>', "two nodes"),
    "no end": (f'<graphml>{NODES}<edge source="a"/></graphml>', "no target"),
    "an unknown end": (
        f'<graphml>{NODES}<edge source="a" target="z"/></graphml>',
        "no node 'z'",
    ),
    "hyperedges": (f"<graphml>{NODES}<hyperedge/></graphml>", "hyperedges"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_broken_or_dangerous_is_refused(text, reason, tmp_path):
    with pytest.raises(RegisterError, match=reason):
        read(text, tmp_path)


def make_pair(source, target, **edge):
    graph = nx.DiGraph()
    graph.add_node("a", kind=source)
    graph.add_node("b", kind=target)
    graph.add_edge("a", "b", **edge)
    return graph


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (make_pair("team", "enterprise"), "has no place"),
        (make_pair("university", "enterprise", kind="serves"), "no edge of the kind serves"),
        (make_pair("enterprise", "discipline", kind="demands"), "no node of the kind demand"),
        (make_pair("university", "enterprise", agreements=10**7), "more than 2,000,000"),
    ],
)
def test_an_edge_that_has_no_place_is_refused_not_dropped(graph, reason, tmp_path):
    with pytest.raises(RegisterError, match=reason):
        write(graph, tmp_path)


def test_one_firm_in_two_regions_is_refused(tmp_path):
    graph = nx.DiGraph()
    for key, kind in (("e", "enterprise"), ("r", "region"), ("s", "region")):
        graph.add_node(key, kind=kind)
    graph.add_edges_from([("e", "r"), ("e", "s")], kind="lies_in")
    with pytest.raises(RegisterError, match="one region"):
        write(graph, tmp_path)


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr("ecograph.registers._graphs._MOST_BYTES", 10)
    with pytest.raises(RegisterError, match="larger than"):
        read("<graphml></graphml>", tmp_path)


def test_a_drawing_of_yed_gives_its_labels(tmp_path):
    text = """<graphml xmlns:y="http://www.yworks.com/xml/graphml">
    <key id="d6" for="node" yfiles.type="nodegraphics"/><graph edgedefault="directed">
    <node id="n0"><data key="d6"><y:ShapeNode><y:NodeLabel>甲</y:NodeLabel></y:ShapeNode></data>
    </node></graph></graphml>"""
    assert read(text, tmp_path).tables["institutions"]["name"].tolist() == ["甲"]
