"""Which universities fit which industry, each reason worked out by hand."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from builders import make_ecosystem

from ecograph.analysis.partners import PARTNER_COLUMNS, suggest_partners
from ecograph.loader import load

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"
DAY = "2024-12-31"

TOWN = {
    "universities": "id,name\nU1,alpha\nU2,beta\nU3,gamma\n",
    "institutions": "id,name\nB1,bank\n",
    "disciplines": "id,name\nD1,chemistry\nD2,physics\nD3,law\nD4,art\nD5,biology\nD6,music\n",
    "industries": "id,name\nI1,Steel\nI2,Glass\nI3,Tea\n",
    "offers": "university,discipline,level\nU1,D1,key\nU1,D2,\nU2,D1,\nU2,D6,\n",
    "enterprises": "id,name,industry\nE1,a,Steel\nE2,b,Steel\nE3,c,Glass\nE4,d,Glass\n",
    "teams": "id,name,university,disciplines\nT1,jurists,U3,D3\nT2,chemists,U2,D1\nT3,x,,D4\n",
    "achievements": """id,name,owners,disciplines,date
R1,r,T1,D3,2023
R2,s,U2;T2,D1,2023
R3,t,U1,D2,2026
R4,u,E1,D5,2023
""",
    "demands": """id,name,enterprise,disciplines,industry,date
Q1,q,E1,D4,,2023
Q2,q,E4,D1,Steel,2023
Q3,q,E4,D5,,2023
Q4,q,E2,D6,,2026
""",
    "agreements": """id,status,parties,disciplines
A1,signed,E1;U1,D1;D2
A2,signed,E2;U1,D1
A3,signed,E3;U2,D2;D3
A4,planned,E4;U1,D4
A5,signed,E4;B1,D5
""",
}
REASONS = ["demanded", "demanded_by", "in_use", "used_by", "related"]
SUPPLY = ["offered", "level", "teams", "team_names", "achievements", "links"]


@functools.cache
def suggest() -> pd.DataFrame:
    return suggest_partners(make_ecosystem(TOWN, as_of=DAY))


def test_reasons_of_a_town_by_hand() -> None:
    """Q2 of a glass firm names steel, Q4 comes later, A4 and A5 are no links.

    The firms with links are E1 (chemistry, physics), E2 (chemistry), E3 (physics, law); so
    chemistry and physics, of two firms each, share one: 1/2, and so do physics and law. Steel uses
    chemistry and physics: all that is close to law (physics) and to chemistry (physics), half of
    what is close to physics. Glass uses physics and law.
    """
    table = suggest()
    assert tuple(table.columns) == PARTNER_COLUMNS
    pairs = table.drop_duplicates(["industry", "discipline"])
    reasons = pairs.set_index(["industry", "discipline"])[REASONS].fillna(-1)
    assert reasons.T.to_dict("list") == {
        ("I1", "D1"): [1, 1, 2, 2, 1],
        ("I1", "D4"): [1, 1, 0, 0, -1],
        ("I1", "D2"): [0, 0, 1, 1, 0.5],
        ("I1", "D3"): [0, 0, 0, 0, 1],
        ("I2", "D5"): [1, 1, 0, 0, -1],
        ("I2", "D3"): [0, 0, 1, 1, 1],
        ("I2", "D2"): [0, 0, 1, 1, 0.5],
        ("I2", "D1"): [0, 0, 0, 0, 1],
    }
    assert table.attrs["meta"]["method"]["firms"] == 3
    assert table.attrs["meta"]["method"]["firms_of_several"] == 2


def test_supply_and_rank_of_a_town_by_hand() -> None:
    """R2 is of U2 and of its own team and counts once; R3 comes later; nobody has art or biology.

    T3 studies art, but no university fields it, and R4 is of a firm.
    """
    table = suggest()
    rows = table.set_index(["industry", "rank"])
    assert rows[["discipline", "university", "universities", *SUPPLY]].T.to_dict("list") == {
        ("I1", 1): ["D1", "U2", 2, True, "", 1, "chemists", 1, 0],
        ("I1", 2): ["D1", "U1", 2, True, "key", 0, "", 0, 2],
        ("I1", 3): ["D4", "", 0, False, "", 0, "", 0, 0],
        ("I1", 4): ["D2", "U1", 1, True, "", 0, "", 0, 2],
        ("I1", 5): ["D3", "U3", 1, False, "", 1, "jurists", 1, 0],
        ("I2", 1): ["D5", "", 0, False, "", 0, "", 0, 0],
        ("I2", 2): ["D3", "U3", 1, False, "", 1, "jurists", 1, 0],
        ("I2", 3): ["D2", "U1", 1, True, "", 0, "", 0, 0],
        ("I2", 4): ["D1", "U2", 2, True, "", 1, "chemists", 1, 1],
        ("I2", 5): ["D1", "U1", 2, True, "key", 0, "", 0, 0],
    }
    names = rows.loc[("I1", 1), ["industry_name", "discipline_name", "university_name"]]
    assert names.tolist() == ["Steel", "chemistry", "beta"]
    assert rows.loc[("I1", 3), "university_name"] == ""


def test_a_firm_of_two_industries_demands_in_both() -> None:
    firms = TOWN["enterprises"].replace("E1,a,Steel", "E1,a,Steel;Tea")
    table = suggest_partners(make_ecosystem({**TOWN, "enterprises": firms}, as_of=DAY))
    tea = table[table["industry"] == "I3"].drop_duplicates("discipline").set_index("discipline")
    assert tea.loc["D4", "demanded"] == 1
    assert tea.loc["D1", ["in_use", "used_by"]].tolist() == [1, 1]


def test_the_table_says_how_it_was_made() -> None:
    meta = suggest().attrs["meta"]
    assert meta["result"] == "partners"
    assert {"demanded", "in_use", "related", "supply", "rank"} < set(meta["method"])
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta


@pytest.mark.parametrize(
    "tables",
    [
        {"universities": "id,name\nU1,a\n"},
        {k: TOWN[k] for k in ("universities", "disciplines", "industries", "offers")},
        {k: TOWN[k] for k in ("universities", "industries", "enterprises")},
    ],
)
def test_without_a_reason_nothing_is_suggested(tables: dict[str, str]) -> None:
    table = suggest_partners(make_ecosystem(tables))
    assert (len(table), tuple(table.columns)) == (0, PARTNER_COLUMNS)


def test_a_demand_is_a_reason_though_nobody_offers_anything() -> None:
    tables = {k: TOWN[k] for k in ("industries", "enterprises", "demands", "disciplines")}
    table = suggest_partners(make_ecosystem(tables, as_of=DAY))
    assert table[["industry", "discipline", "university"]].to_numpy().tolist() == [
        ["I1", "D1", ""],
        ["I1", "D4", ""],
        ["I2", "D5", ""],
    ]


def list_edges(ecosystem: Ecosystem, kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    edges = ecosystem.edges[ecosystem.edges["kind"] == kind]
    for source, target in zip(edges["source"], edges["target"], strict=True):
        found[source].add(target)
    return found


def count_reasons(ecosystem: Ecosystem) -> dict[tuple[str, str], list[int]]:
    """Count demands and links of each industry and discipline, edge by edge."""
    kinds = ecosystem.nodes["kind"].to_dict()
    kind_of = ("studies", "concerns", "needs", "works_in", "about", "party")
    studies, concerns, needs, works_in, about, party = (
        list_edges(ecosystem, kind) for kind in kind_of
    )
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for firm, demands in needs.items():
        for demand in demands:
            for industry in concerns[demand] or works_in[firm]:
                for discipline in studies[demand]:
                    counts[industry, discipline][0] += 1
    for agreement in ecosystem.counted:
        members = party[agreement]
        if {kinds[member] for member in members} & {"university", "platform"}:
            named = concerns[agreement] | {m for m in members if kinds[m] == "industry"}
            for industry in named or set().union(*(works_in[m] for m in members)):
                for discipline in about[agreement]:
                    counts[industry, discipline][1] += 1
    return counts


@pytest.mark.parametrize("city", ["example-city", "weifang"])
def test_the_reasons_of_the_data_are_those_of_their_edges(city: str) -> None:
    """Also: all that is said of a university is in the registers, and ranks are without a gap."""
    ecosystem = load(DATA / city)
    table = suggest_partners(ecosystem)
    pairs = table.drop_duplicates(["industry", "discipline"]).set_index(["industry", "discipline"])
    counted = {key: value for key, value in count_reasons(ecosystem).items() if any(value)}
    told = pairs[["demanded", "in_use"]].T.to_dict("list")
    assert {key: value for key, value in told.items() if any(value)} == counted
    assert (pairs.loc[[key not in counted for key in told], "related"] > 0).all()
    offers, fields = list_edges(ecosystem, "offers"), list_edges(ecosystem, "fields")
    studies = list_edges(ecosystem, "studies")
    for row in table.itertuples():
        assert row.offered == (row.discipline in offers[row.university])
        teams = [team for team in fields[row.university] if row.discipline in studies[team]]
        assert row.teams == len(teams)
    ranks = table.groupby("industry")["rank"].agg(list)
    assert all(rank == list(range(1, len(rank) + 1)) for rank in ranks)
    assert np.isin(table["university"], [*offers, *fields, ""]).all()


def test_jinzhong_names_no_discipline_and_so_no_partner() -> None:
    ecosystem = load(DATA / "jinzhong")
    assert len(ecosystem.find_positions("discipline")) == len(suggest_partners(ecosystem)) == 0
