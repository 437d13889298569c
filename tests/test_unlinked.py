"""The firms without a link to science, worked by hand and by plain search."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from builders import make_ecosystem

from ecograph.analysis.brokers import find_brokers
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.unlinked import UNLINKED_COLUMNS, list_unlinked_firms
from ecograph.loader import load
from ecograph.projection import project

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"

# E1 is linked. E2 talks with U1, and a plan with the bank is none with science; E3 has signed with
# E1; E4 is served by P1, which U1 hosts; E5 has nothing; E6 no industry; E7 works in two.
TOWN = {
    "universities": "id,name\nU1,alpha\n",
    "platforms": "id,name,hosts,serves\nP1,lab,U1,E4\n",
    "institutions": "id,name\nB1,bank\n",
    "disciplines": "id,name\nD1,chemistry\n",
    "industries": "id,name\nI1,Steel\nI2,Glass\n",
    "enterprises": """id,name,industry,region
E1,e1,Steel,North
E2,e2,Steel,North
E3,e3,Steel,
E4,e4,Steel,South
E5,e5,Glass,
E6,e6,,
E7,e7,Steel;Glass,
""",
    "agreements": """id,status,parties,date
A1,signed,E1;U1,2023
A2,contact,E2;U1,2024
A3,planned,E2;B1,2024
A4,signed,E1;E3,2023
A5,signed,E5;U1,2027
""",
    "demands": """id,name,enterprise,disciplines,date
Q1,q,E3,D1,2024
Q2,q,E3,D1,2023
Q3,q,E5,D1,2027
""",
    "certificates": """enterprise,certificate,valid_from,valid_to
E2,高新技术企业,2023-01-01,2026-01-01
E2,老字号,,
E3,高新技术企业,2019-01-01,2022-01-01
E4,小巨人,2023-01-01,2026-01-01
E4,高新技术企业,2023-01-01,2026-01-01
""",
}
DAY = "2024-12-31"


@functools.cache
def read_city(name: str) -> Ecosystem:
    return load(DATA / name)


def test_unlinked_firms_of_a_town_by_hand() -> None:
    """In talks first, then demands, then steps: E4 reaches U1 by P1, in two.

    E5's agreement and demand come later, so it is pending and nothing is demanded; E3 reaches U1
    by E1. Trade names are no tier, and E3's certificate has run out.
    """
    table = list_unlinked_firms(make_ecosystem(TOWN, as_of=DAY))
    assert tuple(table.columns) == UNLINKED_COLUMNS
    rows = table.drop(columns=["industry_name", "name"]).fillna(-1).to_numpy().tolist()
    assert rows == [
        ["I1", "E2", "North", 1, 0, 1, 0, -1, -1],
        ["I1", "E3", "", 0, 2, 0, 1, 2, 2],
        ["I1", "E4", "South", 0, 0, 2, 1, -1, 2],
        ["I1", "E7", "", 0, 0, 0, 0, -1, -1],
        ["I2", "E5", "", 1, 0, 0, 0, -1, -1],
        ["I2", "E7", "", 0, 0, 0, 0, -1, -1],
    ]
    assert table["industry_name"].tolist() == ["Steel"] * 4 + ["Glass"] * 2
    assert table["name"].tolist()[0] == "e2"
    assert table.attrs["meta"]["method"]["without_industry"] == 1


def test_what_no_register_tells_is_unknown() -> None:
    without = {k: v for k, v in TOWN.items() if k not in {"demands", "certificates"}}
    table = list_unlinked_firms(make_ecosystem(without, as_of=DAY))
    assert table[["demands", "certificates"]].isna().to_numpy().all()
    assert table["enterprise"].tolist() == ["E2", "E3", "E4", "E7", "E5", "E7"]


def test_a_dated_certificate_is_unknown_without_a_day() -> None:
    tables = {
        "universities": "id,name\nU1,a\n",
        "enterprises": "id,name,industry\nE1,e,Steel\nE2,f,Steel\nE3,g,Steel\n",
        "certificates": "enterprise,certificate,valid_to\nE1,高新技术企业,2026\nE2,高新技术企业,\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.as_of is None
    held = list_unlinked_firms(ecosystem).set_index("enterprise")["certificates"]
    assert np.isnan(held["E1"])
    assert (held["E2"], held["E3"]) == (1, 0)


def test_an_ecosystem_without_firms_lists_none() -> None:
    table = list_unlinked_firms(make_ecosystem({"universities": "id,name\nU1,a\n"}))
    assert (len(table), tuple(table.columns)) == (0, UNLINKED_COLUMNS)


@pytest.mark.parametrize("city", ["jinzhong", "example-city", "weifang"])
def test_the_list_is_what_the_gaps_leave_out(city: str) -> None:
    """Of each industry, the listed firms are those of the table of gaps less the linked ones."""
    ecosystem = read_city(city)
    table, gaps = list_unlinked_firms(ecosystem), find_gaps(ecosystem)
    listed = table.groupby("industry").size().reindex(gaps.index, fill_value=0)
    assert (listed == gaps["firms"] - gaps["firms_linked"]).all()


def test_the_firms_of_jinzhong_that_the_articles_name_without_a_partner_are_listed() -> None:
    """The four with a result and no partner; E11 has a plan with a university, E12 is incubated."""
    table = list_unlinked_firms(read_city("jinzhong")).set_index("enterprise")
    assert {"E03", "E04", "E05", "E06"} < set(table.index)
    assert table.index[table["pending"] > 0].tolist() == ["E11"]
    assert table.index[table["certificates"] > 0].tolist() == ["E12"]


def test_steps_and_brokers_of_the_example_city_are_those_of_other_ways() -> None:
    """Steps by networkx; the brokers of a firm, with those that the other table counts."""
    ecosystem = read_city("example-city")
    table = list_unlinked_firms(ecosystem).set_index("enterprise")
    graph = project(ecosystem)
    universities = ecosystem.keys[ecosystem.find_positions("university")]
    found = nx.multi_source_dijkstra_path_length(graph, set(universities), weight=None)
    by_hand = [found.get(firm, np.nan) for firm in table.index]
    assert np.array_equal(table["steps"], by_hand, equal_nan=True)
    assert (table["steps_any"].fillna(99) <= table["steps"].fillna(99)).all()
    assert (table.loc[table["brokers"] > 0, "steps_any"] == 2).all()
    tied = find_brokers(ecosystem).groupby("industry")["firms_tied"].sum()
    assert (table.groupby("industry")["brokers"].sum() == tied).all()
