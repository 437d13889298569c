"""Every problem that ecograph knows: a folder that has it, and where it is found."""

from __future__ import annotations

import io
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
import yaml
from builders import list_rows, make_ecosystem
from hypothesis import given
from hypothesis import strategies as st

from ecograph.checks import ACCOUNT_COLUMNS
from ecograph.errors import DataError
from ecograph.texts import LANGUAGES

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem

CATALOGUE = yaml.safe_load(files("ecograph").joinpath("texts.yaml").read_text("utf-8"))["problem"]


class Case(NamedTuple):
    """Tables with one problem, and its place: file, sheet, row, column, value."""

    tables: dict[str, str | bytes]
    place: tuple[str, str, int | None, str, str]
    severity: str = "error"
    kept: int | None = None  # rows of the file that are still used


def write_firm(*cells: object) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "企业"
    for row in (["编号", "名称", "别名"], list(cells)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GOOD = {
    "universities": "id,name,aliases\nU1,太原理工大学,太理工\nU2,山西大学,\n",
    "enterprises": "id,name\nE1,银圣\nE2,金虎\n",
    "agreements": "id,parties,status\nA1,U1;E1,signed\n",
}


def in_agreements(header: str, cell: str, **case: object) -> Case:
    column = case.pop("column", header)
    place = ("agreements.csv", "", 2, column, case.pop("value", cell))
    text = f"id,parties,{header}\nA1,U1;E1,{cell}\n"
    if header != "status":
        text = f"id,status,parties,{header}\nA1,signed,U1;E1,{cell}\n"
    return Case({**GOOD, "agreements": text}, place, **case)  # type: ignore[arg-type]


def with_table(name: str, text: str, place: tuple[int | None, str, str], **case: object) -> Case:
    row, column, value = place
    file = name if "." in name else f"{name}.csv"
    return Case({**GOOD, name: text}, (file, "", row, column, value), **case)  # type: ignore[arg-type]


NOWHERE = (None, "", "")
CASES = {
    "unreadable_encoding": with_table("teams", b"id\n\xff\x80", NOWHERE),  # type: ignore[arg-type]
    "unreadable_workbook": with_table("teams.xlsx", "no zip", NOWHERE),
    "unreadable_parquet": with_table("teams.parquet", "PAR1", NOWHERE),
    "unreadable_records": with_table("teams.json", "[", NOWHERE),
    "no_records": with_table("teams.yaml", "just text", NOWHERE),
    "damaged_text": with_table(
        "teams", "id,name\nT1,\ufffd\n", NOWHERE, severity="warning", kept=1
    ),
    "damaged_code": Case(
        {"firms.xlsx": write_firm(911100006000373410, "银圣")},
        ("firms.xlsx", "企业", 2, "编号", "911100006000373376"),
        kept=0,
    ),
    "far_date": with_table(
        "agreements",
        "id,parties,date,status\nA1,U1;E1,2024,signed\nA2,U1;E1,2023,signed\nA3,U1;E1,2204,signed\n",
        (4, "date", "2204"),
        severity="warning",
        kept=3,
    ),
    "error_cell": Case(
        {"firms.xlsx": write_firm("E1", "#REF!")},
        ("firms.xlsx", "企业", 2, "名称", "#REF!"),
        kept=0,
    ),
    "uncached_formula": Case(
        {"firms.xlsx": write_firm("E1", "银圣", "=A2&B2")},
        ("firms.xlsx", "企业", 2, "别名", "=A2&B2"),
        kept=1,
    ),
    "doubtful_quotes": with_table(
        "teams", 'id,name\nT1,a\nT2,"b\n', (3, "", ""), severity="warning", kept=2
    ),
    "no_header": with_table("teams", "\n\n", NOWHERE),
    "repeated_header": with_table("teams", "id,name,x,x\nT1,a,b,c\n", (None, "x", ""), kept=1),
    "blank_header": with_table("teams", "id,,name\nT1,a,b\n", NOWHERE, severity="warning", kept=1),
    "repeated_column": with_table(
        "teams", "id,team,name\nT1,a,b\n", (None, "name", ""), severity="warning", kept=1
    ),
    "extra_cells": with_table("teams", "id,name\nT1,a,b\n", (2, "", "T1 | a | b"), kept=0),
    "missing_cells": with_table(
        "teams", "id,name,leader\nT1,a\n", (2, "", "T1 | a"), severity="warning", kept=1
    ),
    "unknown_table": with_table("gadgets", "id\nG1\n", NOWHERE, severity="warning", kept=0),
    "missing_column": with_table("parties", "agreement\nA1\n", (None, "organisation", ""), kept=0),
    "unused_mapping": Case(
        {**GOOD, "ecosystem.yaml": "columns: {agreements: {Sum: amount}}\n"},
        ("ecosystem.yaml", "", None, "", "columns: agreements: Sum"),
        "warning",
    ),
    "missing_value": with_table("teams", "团队编号,名称\nT1,\n", (2, "名称", ""), kept=0),
    "duplicate_id": with_table("teams", "id,name\nT1,a\nT1,b\n", (3, "id", "T1"), kept=1),
    "duplicate_row": with_table(
        "financials",
        "企业,年度\nE1,2024\nE1,2023\n银圣,2024年\n",
        (4, "企业", "银圣"),
        severity="warning",
        kept=3,
    ),
    "shared_id": with_table(
        "teams", "id,name\nU1,a\n", (2, "id", "U1"), severity="warning", kept=1
    ),
    "unknown_reference": with_table(
        "parties",
        "agreement,organisation\nA1,U9\nA1,U2\n",
        (2, "organisation", "U9"),
        kept=1,
    ),
    "ambiguous_reference": with_table(
        "parties",
        "agreement,organisation\nA1,同名\n",
        (2, "organisation", "同名"),
        kept=0,
    ),
    "wrong_kind": with_table(
        "certificates", "enterprise,certificate\n太理工,高企\n", (2, "enterprise", "太理工"), kept=0
    ),
    "rejected_reference": with_table("parties", "协议,单位\nA1,E3\n", (2, "单位", "E3"), kept=0),
    "unknown_status": in_agreements("status", "perhaps", kept=0),
    "unknown_mode": in_agreements("合作方式", "telepathy", kept=1),
    "unknown_kind": with_table(
        "organisations", "id,name,kind\nO1,a,ship\n", (2, "kind", "ship"), kept=0
    ),
    "unreadable_amount": in_agreements("金额（万元）", "面议", kept=1),
    "foreign_currency": in_agreements("amount", "EUR 5", kept=1),
    "negative_amount": in_agreements("amount", "-5万元", kept=1),
    "unreadable_number": with_table(
        "events", "id,name,people\nV1,a,99999999999999999999\n", (2, "people", "9" * 20), kept=1
    ),
    "unreadable_date": in_agreements("date", "2024-02-30", kept=1),
    "unreadable_year": with_table(
        "financials", "enterprise,year\nE1,24\n", (2, "year", "24"), kept=0
    ),
    "unreadable_boolean": with_table(
        "industries", "id,name,key\nI1,a,maybe\n", (2, "key", "maybe"), kept=1
    ),
    "end_before_start": with_table(
        "certificates",
        "企业,资质,有效期起,有效期止\nE1,高企,2024-06,2024年5月\n",
        (2, "有效期止", "2024年5月"),
        kept=0,
    ),
    "self_cooperation": with_table(
        "parties", "agreement,organisation\nA2,E1\nA2,银圣\n", (3, "organisation", "银圣"), kept=1
    ),
    "duplicate_party": with_table(
        "parties",
        "agreement,organisation\nA2,E1\nA2,U2\nA2,E1\n",
        (4, "organisation", "E1"),
        severity="warning",
        kept=2,
    ),
    "no_parties": Case(
        {**GOOD, "agreements": "id,status,parties\nA1,signed,U1;E1\nA2,signed,\n"},
        ("agreements.csv", "", 3, "id", "A2"),
        "warning",
        2,
    ),
    "status_assumed": Case(
        {**GOOD, "agreements": "id,parties\nA1,U1;E1\n"},
        ("agreements.csv", "", None, "", ""),
        "warning",
        1,
    ),
}
CASES["ambiguous_reference"].tables["enterprises"] = "id,name\nE1,同名\nE2,同名\n"
CASES["rejected_reference"].tables["enterprises"] = "id,name\nE1,银圣\nE3,\n"
for code in ("self_cooperation", "duplicate_party"):
    CASES[code].tables["agreements"] = "id,status,parties\nA1,signed,U1;E1\nA2,signed,\n"


def place_of(problem: Problem) -> tuple[str, str, int | None, str, str]:
    return (problem.file, problem.sheet, problem.row, problem.column, problem.value)


def find_cases(code: str, ecosystem: Ecosystem) -> list[Problem]:
    file = CASES[code].place[0]
    return [p for p in ecosystem.problems if p.code == code and p.file == file]


def test_every_problem_of_the_catalogue_has_a_case() -> None:
    assert set(CASES) == set(CATALOGUE)


@pytest.mark.parametrize("code", CASES)
def test_a_problem_is_found_at_its_place(code: str) -> None:
    case = CASES[code]
    ecosystem = make_ecosystem(case.tables)
    found = find_cases(code, ecosystem)
    assert [(place_of(p), p.severity) for p in found] == [(case.place, case.severity)]
    accounts = ecosystem.accounts.set_index("file")
    if case.kept is not None:
        assert accounts.at[case.place[0], "used"] == case.kept


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CASES)
def test_a_problem_says_what_is_wrong_and_what_to_do(code: str, lang: str) -> None:
    case = CASES[code]
    (problem,) = find_cases(code, make_ecosystem(case.tables))
    for text in problem.explain(lang):
        assert text.strip()
        assert "{" not in text
    if case.place[4] and "{value}" in CATALOGUE[code]["message"][lang]:
        assert case.place[4] in problem.explain(lang)[0]


def test_good_tables_have_no_problem() -> None:
    assert make_ecosystem(GOOD).problems == ()


def test_all_problems_are_told_at_once() -> None:
    tables = {
        **GOOD,
        "agreements": "id,parties,status,amount,date\nA1,U1;E1,signed,lots,2024-13\nA1,U1,no,,\n",
        "parties": "agreement,organisation\nA1,U9\nA7,U1\n",
    }
    problems = make_ecosystem(tables).problems
    assert [(p.code, p.file, p.row, p.value) for p in problems if p.severity == "error"] == [
        ("unknown_status", "agreements.csv", 3, "no"),
        ("unreadable_amount", "agreements.csv", 2, "lots"),
        ("unreadable_date", "agreements.csv", 2, "2024-13"),
        ("unknown_reference", "parties.csv", 3, "A7"),
        ("unknown_reference", "parties.csv", 2, "U9"),
    ]


def test_strict_loading_refuses_with_every_problem() -> None:
    import tempfile  # noqa: PLC0415 - only here
    from pathlib import Path  # noqa: PLC0415

    from builders import write_folder  # noqa: PLC0415

    from ecograph.loader import load  # noqa: PLC0415

    tables = {**GOOD, "parties": "agreement,organisation\nA1,U9\nA1,U8\n"}
    with tempfile.TemporaryDirectory() as folder:
        path = write_folder(Path(folder), tables)
        with pytest.raises(DataError, match="has 2 errors") as caught:
            load(path, strict=True)
        assert load(path).errors == caught.value.problems


def balance(ecosystem: Ecosystem) -> bool:
    accounts = ecosystem.accounts
    total = accounts["used"] + accounts["rejected"] + accounts["blank"]
    return list(accounts.columns) == list(ACCOUNT_COLUMNS) and bool(
        (accounts["rows"] == total).all()
    )


def find_phantoms(ecosystem: Ecosystem) -> set[str]:
    ends = set(ecosystem.edges["source"]) | set(ecosystem.edges["target"])
    return (ends | set(ecosystem.graph)) - set(ecosystem.nodes.index)


ORGANISATIONS = st.sampled_from(
    ["U1", "U2", "E1", "a", "b", "", "U9", "E1;U2", "U1;U1", "university:U1", "x", " ", "NA"]
)
IDS = st.sampled_from(["A1", "A2", "A3", "U1", "", "NA", "1e5", "enterprise:E1"])
WORDS = st.sampled_from(
    ["", "已签", "planned", "?", "2024", "2024-02-30", "-5", "7万元", "nan", "2024-06/2024-05"]
)


@st.composite
def dirty_folders(draw: st.DrawFn) -> dict[str, str]:
    def rows(*cells: st.SearchStrategy[str]) -> list[list[str]]:
        extra = st.sampled_from([[], [], [], ["more"], [""]])
        row = st.tuples(st.tuples(*cells), extra).map(lambda pair: [*pair[0], *pair[1]])
        return draw(st.lists(row, max_size=6))

    return {
        "universities": list_rows("id,name,aliases", rows(ORGANISATIONS, WORDS, IDS)),
        "enterprises": list_rows("id,name,industry", rows(ORGANISATIONS, WORDS, WORDS)),
        "agreements_1": list_rows(
            "id,parties,status,date,amount,disciplines", rows(IDS, ORGANISATIONS, *[WORDS] * 4)
        ),
        "agreements_2": list_rows("id,status,date_start", rows(IDS, WORDS, WORDS)),
        "parties": list_rows("agreement,organisation,amount", rows(IDS, ORGANISATIONS, WORDS)),
        "offers": list_rows("university,discipline", rows(ORGANISATIONS, WORDS)),
        "demands": list_rows("id,name,enterprise", rows(IDS, WORDS, ORGANISATIONS)),
        "gadgets": list_rows("id", rows(IDS)),
    }


@given(dirty_folders())
def test_no_row_is_lost_and_no_node_is_a_phantom(tables: dict[str, str]) -> None:
    ecosystem = make_ecosystem(tables)
    assert balance(ecosystem)
    assert find_phantoms(ecosystem) == set()
    assert ecosystem.nodes.index.is_unique
    assert ecosystem.nodes.index.is_monotonic_increasing
    lines = sum(text.count("\n") - 1 for text in tables.values())
    assert ecosystem.accounts["rows"].sum() == lines
    assert len(ecosystem.accounts) == len(tables)
    for problem in ecosystem.problems:
        assert all(text for lang in LANGUAGES for text in problem.explain(lang))


def test_a_reference_that_leads_nowhere_makes_no_node() -> None:
    tables = {
        **GOOD,
        "parties": "agreement,organisation\nA1,U9\nA9,U1\n",
        "offers": "university,discipline\nU9,炼金术\nU1,化学\n",
    }
    ecosystem = make_ecosystem(tables)
    assert find_phantoms(ecosystem) == set()
    assert list(ecosystem.select("discipline").index) == ["化学"]
    assert "U9" not in ecosystem.graph
    assert "A9" not in ecosystem.graph


def test_tables_that_nobody_knows_are_accounted_for() -> None:
    accounts = make_ecosystem({**GOOD, "gadgets": "id\nG1\n\nG2\n"}).accounts
    (row,) = accounts[accounts["file"] == "gadgets.csv"].to_dict("records")
    assert (row["table"], row["rows"], row["rejected"], row["blank"]) == ("", 3, 2, 1)


def test_a_row_that_stands_twice_names_the_first_one() -> None:
    offers = "university,discipline\nU1,化学\nU2,化学\n太理工,化学\nU1,物理\n"
    ecosystem = make_ecosystem({**GOOD, "offers": offers})
    (problem,) = ecosystem.problems
    assert (problem.code, problem.row, problem.severity) == ("duplicate_row", 4, "warning")
    assert problem.details == {"first": "offers.csv, 2", "key": "U1 / 化学"}


@pytest.mark.parametrize("header", ["有效期起", "有效期止"])
def test_a_certificate_whose_validity_cannot_be_read_is_rejected(header: str) -> None:
    rows = "E1,高企,soon\nE2,高企,2024-06\nE1,单项冠军,\n"
    tables = {**GOOD, "certificates": f"企业,资质,{header}\n{rows}"}
    ecosystem = make_ecosystem(tables)
    assert [(p.code, p.row, p.column) for p in ecosystem.errors] == [("unreadable_date", 2, header)]
    assert len(ecosystem.tables["certificates"]) == 2
    assert ecosystem.accounts.set_index("file").at["certificates.csv", "rejected"] == 1


@pytest.mark.parametrize("cell", ["#N/A", "=TODAY()", 911100006000373410])
def test_a_certificate_whose_validity_is_lost_is_rejected(cell: object) -> None:
    book = openpyxl.Workbook()
    book.active.title = "资质"
    for row in (["企业", "资质", "有效期止"], ["E1", "高企", cell], ["E2", "高企", None]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    ecosystem = make_ecosystem({**GOOD, "certificates.xlsx": stream.getvalue()})
    assert len(ecosystem.errors) == 1
    assert ecosystem.tables["certificates"]["enterprise"].tolist() == ["E2"]
