"""Through whom unlinked firms could reach science: a town by hand, and by brute force."""

from __future__ import annotations

import functools
import itertools
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis import brokers
from ecograph.analysis.brokers import BROKER_COLUMNS, find_brokers
from ecograph.loader import load

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"
COUNTS = ["firms_reached", "firms_tied", "firms_near", "paths_near", "firms_meant"]

# E2, E3, E7 of steel and E4 of glass have no link yet. P1 serves E2, whose partner is E3; E4 has an
# agreement with the linked E1 and met U2 at an event with the bank. P2 is only planned, P3 has no
# university, V2 comes later, and E6 has no industry.
TOWN = {
    "universities": "id,name\nU1,alpha\nU2,beta\n",
    "disciplines": "id,name\nD1,chemistry\nD2,physics\n",
    "industries": "id,name\nI1,Steel\nI2,Glass\nI3,Tea\n",
    "platforms": """id,name,type,hosts,serves,industry,disciplines,status
P1,lab,laboratory,U1,E1;E2;E6,Steel,D1,
P2,plan,laboratory,U2,E4;E7,Steel,D2,planned
P3,valley,incubator,B1,E1;E3,Steel,,
""",
    "institutions": "id,name,type\nB1,bank,finance\n",
    "enterprises": """id,name,industry
E1,e1,Steel
E2,e2,Steel
E3,e3,Steel
E4,e4,Glass
E5,e5,Glass
E6,e6,
E7,e7,Steel
""",
    "agreements": """id,status,parties,disciplines
A1,signed,E1;U1,D2
A2,signed,E5;U2,D1
A3,signed,E2;E3,
A4,signed,E1;E4,D1
A5,planned,E7;U2,D1
""",
    "events": "id,name,participants,date\nV1,v,B1;U2;E4,2024\nV2,w,B1;U1;E3,2025\n",
}


def find(tables: dict[str, str], **settings: Any) -> Any:
    return find_brokers(make_ecosystem(tables, as_of="2024-12-31", **settings))


@functools.cache
def find_town() -> Any:
    return find(TOWN)


def test_brokers_of_a_town_by_hand() -> None:
    """Three of steel are unlinked, one of glass, and each row is a path in the town.

    P1, hosted by U1: it serves E2 (tied), E3 is a partner of E2 (near, one path), and E7 is one
    that it only advances; of glass E4 is near, by E1. E1 is linked to U1 and signed with E4 of
    glass; of steel E2 is near by P1, and E3 by the valley. B1 met both E4 and U2; E3 is near, by
    the valley that B1 hosts.
    """
    table = find_town().set_index(["industry", "broker"])
    assert table[COUNTS].T.to_dict("list") == {
        ("I1", "P1"): [2, 1, 1, 1, 1],
        ("I1", "E1"): [0, 0, 2, 2, 0],
        ("I1", "B1"): [0, 0, 1, 1, 0],
        ("I2", "B1"): [1, 1, 0, 0, 0],
        ("I2", "E1"): [1, 1, 0, 0, 0],
        ("I2", "P1"): [0, 0, 1, 1, 0],
    }
    assert table.index.tolist()[:2] == [("I1", "P1"), ("I1", "E1")]  # most tied, then most near


def test_brokers_are_described_by_hand() -> None:
    table = find_town()
    assert tuple(table.columns) == BROKER_COLUMNS
    assert table["industry_name"].tolist() == ["Steel"] * 3 + ["Glass"] * 3
    who = table.drop_duplicates("broker").set_index("broker")
    said = ["name", "kind", "type", "university_names", "discipline_names", "university_evidence"]
    assert who[said].T.to_dict("list") == {
        "P1": ["lab", "platform", "laboratory", "alpha", "chemistry", "hosts: 1"],
        "E1": ["e1", "enterprise", "", "alpha", "physics", "is a party of: 1"],
        "B1": ["bank", "institution", "finance", "beta", "", "joins: 1"],
    }
    assert who["universities"].tolist() == [1, 1, 1]
    assert who["disciplines"].tolist() == [1, 1, 0]
    evidence = table.set_index(["industry", "broker"])["firm_evidence"].to_dict()
    assert evidence[("I1", "P1")] == "serves: 1；advances: 1"
    assert evidence[("I2", "B1")] == "joins: 1"
    assert evidence[("I2", "E1")] == "is a party of: 1"
    assert evidence[("I1", "E1")] == ""


def test_disciplines_are_those_of_support_and_of_agreements_with_universities() -> None:
    """P1 signs A6 with U1 about physics, A7 with a firm only and A8, which does not count."""
    more = "A6,signed,P1;U1,D2\nA7,signed,P1;E5,D3\nA8,planned,P1;U1,D4\n"
    named = TOWN["disciplines"] + "D3,law\nD4,art\n"
    table = find({**TOWN, "agreements": TOWN["agreements"] + more, "disciplines": named})
    row = table.set_index("broker").loc["P1"].iloc[0]
    assert (row["disciplines"], row["discipline_names"]) == (2, "chemistry；physics")
    assert row["university_evidence"] == "is a party of: 1；hosts: 1"


def test_the_chinese_report_names_edges_in_chinese() -> None:
    assert find(TOWN, lang="zh")["firm_evidence"][0] == "服务企业: 1；面向产业: 1"


def test_a_firm_without_a_link_is_no_broker() -> None:
    """E2 and U1 met at an event, E2 and E3 signed; but E2 itself has no link."""
    events = TOWN["events"] + "V3,x,E2;U1,2024\n"
    table = find({**TOWN, "events": events})
    assert "E2" not in table["broker"].tolist()


def test_a_university_between_a_firm_and_a_broker_is_no_path() -> None:
    """E7 met U1, which hosts P1: it has no need of P1, and is counted as meant alone."""
    events = TOWN["events"] + "V3,x,E7;U1,2024\n"
    table = find({**TOWN, "events": events}).set_index(["industry", "broker"])
    assert table.loc[("I1", "P1"), COUNTS].tolist() == [2, 1, 1, 1, 1]


def test_a_firm_of_two_industries_counts_in_both() -> None:
    firms = TOWN["enterprises"].replace("E2,e2,Steel", "E2,e2,Steel;Glass")
    table = find({**TOWN, "enterprises": firms}).set_index(["industry", "broker"])
    assert table.loc[("I1", "P1"), COUNTS].tolist() == [2, 1, 1, 1, 1]
    assert table.loc[("I2", "P1"), COUNTS].tolist() == [1, 1, 1, 1, 0]


def test_the_table_says_how_it_was_made() -> None:
    meta = find_town().attrs["meta"]
    assert meta["result"] == "brokers"
    assert meta["method"]["unpaired"] == 0
    assert "firms_near" in meta["method"]
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta


@pytest.mark.parametrize(
    "tables",
    [
        {"universities": "id,name\nU1,a\n"},
        {"industries": "id,name\nI1,a\n", "enterprises": "id,name,industry\nE1,e,I1\n"},
        {"platforms": "id,name,hosts,industry\nP1,p,U1,Steel\n", "universities": "id,name\nU1,u\n"},
    ],
)
def test_without_unlinked_firms_or_universities_there_is_no_broker(tables: dict[str, str]) -> None:
    table = find(tables)
    assert (len(table), tuple(table.columns)) == (0, BROKER_COLUMNS)


def draw_town(seed: int) -> dict[str, str]:
    """Draw a town with every kind of edge, plans, and firms of two industries."""
    random = np.random.default_rng(seed)

    def pick(letter: str, size: int, most: int) -> str:
        chosen = random.choice(size, random.integers(most + 1), replace=False)
        return ";".join(f"{letter}{n}" for n in chosen)

    def mix() -> str:
        return ";".join(
            filter(None, [pick("F", 60, 2), pick("U", 3, 1), pick("P", 12, 1), pick("B", 3, 1)])
        )

    def pick_all() -> list[str]:
        return [pick("F", 60, 4), pick("I", 4, 1), pick("D", 4, 2)]

    status = ["signed", "active", "planned", "intent"]
    state = ["", "", "active", "planned", "ended"]
    return {
        "universities": list_rows("id,name", ((f"U{n}", f"u{n}") for n in range(3))),
        "institutions": list_rows("id,name", ((f"B{n}", f"b{n}") for n in range(3))),
        "disciplines": list_rows("id,name", ((f"D{n}", f"d{n}") for n in range(4))),
        "industries": list_rows("id,name", ((f"I{n}", f"i{n}") for n in range(4))),
        "enterprises": list_rows(
            "id,name,industry", ((f"F{n}", f"f{n}", pick("I", 4, 2)) for n in range(60))
        ),
        "teams": list_rows("id,name,university", ((f"T{n}", f"t{n}", f"U{n}") for n in range(3))),
        "platforms": list_rows(
            "id,name,status,hosts,serves,industry,disciplines",
            (
                (f"P{n}", f"p{n}", random.choice(state), pick("U", 3, 2), *pick_all())
                for n in range(12)
            ),
        ),
        "agreements": list_rows(
            "id,status,disciplines,parties",
            ((f"A{n}", random.choice(status), pick("D", 4, 2), mix()) for n in range(20)),
        ),
        "events": list_rows("id,name,participants", ((f"V{n}", f"v{n}", mix()) for n in range(5))),
        "achievements": list_rows(
            "id,name,owners",
            ((f"R{n}", f"r{n}", f"T{n % 3};{mix()}".replace("B", "F")) for n in range(5)),
        ),
    }


def list_edges(ecosystem: Ecosystem, kind: str) -> set[tuple[str, str]]:
    edges = ecosystem.edges
    edges = edges[edges["kind"] == kind]
    return set(zip(edges["source"], edges["target"], strict=True))


def list_neighbours(ecosystem: Ecosystem) -> dict[str, dict[str, set[str]]]:
    """List who is tied to whom by each kind of edge, one edge after the other."""
    kinds, counted = ecosystem.nodes["kind"].to_dict(), set(ecosystem.counted)
    status = ecosystem.select("platform").reindex(columns=["status"])["status"].dropna()
    planned = set(status.index[~status.isin(["signed", "active"])])
    home = {team: university for university, team in list_edges(ecosystem, "fields")}
    meetings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for agreement, party in list_edges(ecosystem, "party"):
        if agreement in counted:
            meetings["party", agreement].add(party)
    for kind in ("joins", "yields"):
        for owner, shared in list_edges(ecosystem, kind):
            meetings[kind, shared].add(home.get(owner, owner))
    pairs = {(kind, *pair) for kind in ("serves", "hosts") for pair in list_edges(ecosystem, kind)}
    for (kind, _), members in meetings.items():
        pairs |= {(kind, *pair) for pair in itertools.permutations(members, 2)}
    signs = {"university", "platform", "enterprise", "institution"}
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, one, two in pairs:
        if {kinds[one], kinds[two]} <= signs and not {one, two} & planned:
            found[kind][one].add(two)
            found[kind][two].add(one)
    return found


def list_unlinked(ecosystem: Ecosystem) -> set[str]:
    kinds, counted = ecosystem.nodes["kind"].to_dict(), set(ecosystem.counted)
    members: dict[str, set[str]] = defaultdict(set)
    for agreement, party in list_edges(ecosystem, "party"):
        if agreement in counted:
            members[agreement].add(party)
    linked = set().union(
        *(m for m in members.values() if {kinds[p] for p in m} & {"university", "platform"})
    )
    return {key for key, kind in kinds.items() if kind == "enterprise"} - linked


def search_brokers(ecosystem: Ecosystem) -> dict[tuple[str, str], list[Any]]:
    """Search all paths of one or two ties, one after the other."""
    kinds = ecosystem.nodes["kind"].to_dict()
    by_kind, unlinked = list_neighbours(ecosystem), list_unlinked(ecosystem)
    tied: dict[str, set[str]] = defaultdict(set)
    for neighbours in by_kind.values():
        for node, others in neighbours.items():
            tied[node] |= others
    firms: dict[str, set[str]] = defaultdict(set)
    for firm, industry in list_edges(ecosystem, "works_in"):
        firms[industry].add(firm)
    advances = list_edges(ecosystem, "advances")
    rows = {}
    for broker, industry in itertools.product(list(tied), list(firms)):
        own = firms[industry]
        new, others = own & unlinked, tied[broker]
        universities = {other for other in others if kinds[other] == "university"}
        paths = [
            firm
            for partner in others - universities
            for firm in tied[partner] & new
            if firm not in others
        ]
        near = set(paths)
        meant = new - others - near if (broker, industry) in advances else set()
        if (
            universities
            and kinds[broker] != "university"
            and broker not in unlinked
            and (kinds[broker] == "platform" or others & unlinked)
            and (others & new or near or meant)
        ):
            by = Counter({kind: len(to[broker] & new) for kind, to in by_kind.items()})
            by["advances"] = len(meant)
            counts = [len(own & others), len(new & others), len(near), len(paths), len(meant)]
            rows[industry, broker] = [*counts, len(universities), +by]
    return rows


def read_evidence(text: str) -> Counter[str]:
    keys = {"is a party of": "party"}
    parts = (part.rpartition(": ") for part in text.split("；") if part)
    return Counter({keys.get(label, label): int(count) for label, _, count in parts})


def compare(ecosystem: Ecosystem) -> int:
    table = find_brokers(ecosystem)
    found = {
        (row.industry, row.broker): [
            *(getattr(row, name) for name in COUNTS),
            row.universities,
            read_evidence(row.firm_evidence),
        ]
        for row in table.itertuples()
    }
    assert found == search_brokers(ecosystem)
    order = ["industry", "firms_tied", "firms_near", "firms_meant", "universities", "broker"]
    sizes = table[order[1:-1]] * -1
    keys = table[["industry"]].join(sizes).join(table["broker"])[order]
    assert keys.to_numpy().tolist() == sorted(keys.to_numpy().tolist())
    return len(table)


@pytest.mark.parametrize("seed", range(4))
def test_every_broker_of_a_drawn_town_is_found_by_brute_force(seed: int) -> None:
    assert compare(make_ecosystem(draw_town(seed), lang="en")) > 0


def test_blocks_of_brokers_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ecosystem = make_ecosystem(draw_town(1))
    whole = find_brokers(ecosystem)
    monkeypatch.setattr(brokers, "_STEPS_AT_ONCE", 3)
    assert find_brokers(ecosystem).equals(whole)


def test_every_broker_of_the_example_city_is_found_by_brute_force() -> None:
    assert compare(load(DATA / "example-city", settings={"lang": "en"})) > 0


def test_the_graphite_firm_of_jinzhong_could_ask_two_platforms() -> None:
    """P01 and P15 advance new materials and are hosted by U01; of its three firms E04 is new.

    Of the other platforms that are there, P02 advances textile machines, whose one firm is linked,
    and P03 to P06 industries without a firm; P08 serves a firm and P09 met U03 at an event, but
    neither stands between the two.
    """
    ecosystem = load(DATA / "jinzhong", settings={"lang": "en"})
    compare(ecosystem)
    table = find_brokers(ecosystem)
    assert table[["industry", "broker", "firms_meant"]].to_numpy().tolist() == [
        ["I02", "P01", 1],
        ["I02", "P15", 1],
    ]
    assert set(table["university_names"]) == {"太原理工大学"}


def test_weifang_lists_no_firm_and_so_no_broker() -> None:
    ecosystem = load(DATA / "weifang")
    assert len(ecosystem.find_positions("enterprise")) == len(find_brokers(ecosystem)) == 0
