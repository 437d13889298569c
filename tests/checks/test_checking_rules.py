from __future__ import annotations

from builders import make_ecosystem

UNIVERSITIES = "id,name\nU1,a\nU2,b\n"


def codes(tables: dict[str, str]) -> list[tuple[str, str, int | None]]:
    return [
        (p.code, p.file, p.row)
        for p in make_ecosystem(tables).problems
        if p.code != "status_assumed"
    ]


def test_an_id_is_used_once_over_all_tables_of_its_kind() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "organisations": "id,name,kind\nU1,a,高校\nU1,c,企业\n",
    }
    assert codes(tables) == [
        ("duplicate_id", "organisations.csv", 2),
        ("shared_id", "universities.csv", 2),
        ("shared_id", "organisations.csv", 3),
    ]


def test_an_id_is_used_once_over_all_files_of_a_table() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "agreements_2023": "id,parties\nA1,U1;U2\n",
        "agreements_2024": "id,parties\nA1,U1;U2\nA2,U1;U2\n",
    }
    (problem,) = (p for p in make_ecosystem(tables).problems if p.code == "duplicate_id")
    assert (problem.file, problem.row) == ("agreements_2024.csv", 2)
    assert problem.details["first"] == "agreements_2023.csv, 2"


def test_an_id_is_used_once_in_tables_that_are_no_nodes() -> None:
    tables = {"universities": UNIVERSITIES, "sources": "id,title\nS1,a\nS1,b\n"}
    assert codes(tables) == [("duplicate_id", "sources.csv", 3)]


def test_a_row_may_end_on_the_day_it_starts_and_within_a_vague_start() -> None:
    text = "id,parties,date,ends\nA1,U1;U2,2024-05-25,2024-05-25\nA2,U1;U2,2024,2024-03\n"
    late = "A3,U1;U2,2024-05-25,2024-05-24\n"
    assert codes({"universities": UNIVERSITIES, "agreements": text}) == []
    assert codes({"universities": UNIVERSITIES, "agreements": text + late}) == [
        ("end_before_start", "agreements.csv", 4)
    ]


def test_a_list_with_one_bad_reference_keeps_the_good_ones() -> None:
    tables = {"universities": UNIVERSITIES, "agreements": "id,parties\nA1,U1;U9;U2\n"}
    ecosystem = make_ecosystem(tables)
    assert ecosystem.edges["target"].tolist() == ["U1", "U2"]
    assert codes(tables) == [("unknown_reference", "agreements.csv", 2)]


def test_nobody_cooperates_with_itself_in_a_cell() -> None:
    tables = {"universities": UNIVERSITIES, "agreements": "id,parties\nA1,U1;a\nA2,U1;U1\n"}
    ecosystem = make_ecosystem(tables)
    found = [(p.code, p.row) for p in ecosystem.problems if p.code.endswith(("tion", "party"))]
    assert found == [("self_cooperation", 2), ("self_cooperation", 3)]
    assert ecosystem.edges["target"].tolist() == ["U1", "U1"]


def test_a_party_named_twice_among_others_is_only_doubted() -> None:
    tables = {"universities": UNIVERSITIES, "agreements": "id,parties\nA1,U1;U2;b\n"}
    found = [(p.code, p.severity, p.value) for p in make_ecosystem(tables).problems[:1]]
    assert found == [("duplicate_party", "warning", "b")]


def test_agreements_with_parties_in_either_place_are_joined() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "agreements": "id,parties\nA1,U1\nA2,\nA3,\n",
        "parties": "agreement,organisation\nA2,U2\n",
    }
    assert codes(tables) == [("no_parties", "agreements.csv", 4)]


def test_a_rejected_row_is_named_where_it_is_referred_to() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "agreements": "id,status\nA1,perhaps\n",
        "parties": "agreement,organisation\nA1,U1\n",
    }
    problems = make_ecosystem(tables).problems
    (problem,) = (p for p in problems if p.code == "rejected_reference")
    assert (problem.value, problem.details["place"]) == ("A1", "agreements.csv, 2")


def test_implicit_nodes_come_only_where_there_is_no_table() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "agreements": "id,parties,disciplines,industry\nA1,U1;U2,化学;物理,新材料\n",
        "industries": "id,name\nI1,钢铁\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.select("discipline").index.tolist() == ["化学", "物理"]
    assert ecosystem.select("industry").index.tolist() == ["I1"]
    assert ("unknown_reference", "agreements.csv", 2) in codes(tables)


def test_one_word_may_name_a_discipline_and_an_industry() -> None:
    tables = {
        "universities": UNIVERSITIES,
        "agreements": "id,parties,disciplines,industry\nA1,U1;U2,新材料,新材料\n",
    }
    edges = make_ecosystem(tables).edges
    ends = dict(zip(edges["kind"], edges["target"], strict=True))
    assert ends["about"] == "discipline:新材料"
    assert ends["concerns"] == "industry:新材料"


def test_only_firms_of_a_mixed_list_work_in_industries() -> None:
    tables = {"organisations": "id,name,kind,industry\nO1,a,高校,新材料\nO2,b,企业,钢铁\n"}
    ecosystem = make_ecosystem(tables)
    assert ecosystem.edges[["source", "target"]].to_numpy().tolist() == [["O2", "钢铁"]]
    assert ecosystem.select("industry").index.tolist() == ["钢铁"]
    (problem,) = ecosystem.problems
    assert (problem.code, problem.severity, problem.row, problem.column, problem.value) == (
        "wrong_kind",
        "warning",
        2,
        "industry",
        "O1",
    )
