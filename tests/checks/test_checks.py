"""Every problem that ecograph knows: a folder that has it, and where it is found."""

from __future__ import annotations

import ast
import io
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
import yaml
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st
from problem_cases import CHECKING, GOOD
from reading_cases import ELSEWHERE, READING

from ecograph.checks import ACCOUNT_COLUMNS
from ecograph.errors import DataError
from ecograph.texts import LANGUAGES

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem

CATALOGUE = yaml.safe_load(files("ecograph").joinpath("texts.yaml").read_text("utf-8"))["problem"]
CASES = READING | CHECKING
TESTS = Path(__file__).parents[1]


def place_of(problem: Problem) -> tuple[str, str, int | None, str, str]:
    return (problem.file, problem.sheet, problem.row, problem.column, problem.value)


@cache
def load_case(code: str) -> Ecosystem:
    return make_ecosystem(CASES[code].tables)


def find_cases(code: str) -> list[Problem]:
    file = CASES[code].place[0]
    return [p for p in load_case(code).problems if p.code == code and p.file == file]


def test_every_problem_of_the_catalogue_has_a_case() -> None:
    assert not set(CASES) & set(ELSEWHERE)
    assert set(CASES) | set(ELSEWHERE) == set(CATALOGUE)


@pytest.mark.parametrize("code", ELSEWHERE)
def test_what_has_no_case_here_is_shown_by_the_test_that_is_named(code: str) -> None:
    file, _, name = ELSEWHERE[code].partition("::")
    text = (TESTS / "reading" / file).read_text("utf-8")
    (found,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    parts = [*found.decorator_list, *found.body]
    assert any(f'"{code}"' in (ast.get_source_segment(text, part) or "") for part in parts)


@pytest.mark.parametrize("code", CASES)
def test_a_problem_is_found_at_its_place(code: str) -> None:
    case = CASES[code]
    found = find_cases(code)
    assert [(place_of(p), p.severity) for p in found] == [(case.place, case.severity)]
    accounts = load_case(code).accounts.set_index(["file", "sheet"])
    if case.kept is not None:
        assert accounts.at[case.place[:2], "used"] == case.kept


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CASES)
def test_a_problem_says_what_is_wrong_and_what_to_do(code: str, lang: str) -> None:
    case = CASES[code]
    (problem,) = find_cases(code)
    for text in problem.explain(lang):
        assert text.strip()
        assert "{" not in text.replace(case.place[4], "")
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
        ("impossible_date", "agreements.csv", 2, "2024-13"),
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


@settings(max_examples=12)
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


def test_what_amounts_add_up_to_is_compared_with_what_is_written(monkeypatch):
    """A value that changes on its way into the table stops the run, whatever caused it."""
    tables = {"agreements": "id,amount\nA1,0.1\nA2,0.2\nA3,120万元\nA4,约5\nA5,-1\nA6,EUR 3\n"}
    assert make_ecosystem(tables).tables["agreements"]["amount"].sum() == 1_200_000.3
    monkeypatch.setattr("ecograph.checks.cells._add_exactly", lambda *_: Decimal("1200000.2"))
    with pytest.raises(AssertionError, match=r"amount of agreements\.csv"):
        make_ecosystem(tables)
