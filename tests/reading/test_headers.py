from __future__ import annotations

import pytest

from ecograph.reading.headers import Matched, match_sheets
from ecograph.reading.sheets import build_sheet
from ecograph.reading.sources import Source


def match(
    header: str, *, file: str = "agreements.csv", sheet: str = "", **facts: object
) -> tuple[list[Matched], list[tuple[str, str, str]]]:
    cells = header.split(",")
    raw = build_sheet([(1, cells), (2, ["x"] * len(cells))], file=file, sheet=sheet)
    matched, problems = match_sheets(Source((raw,), facts))
    return matched, [(p.code, p.severity, p.column) for p in problems]


@pytest.mark.parametrize(
    ("file", "sheet", "table"),
    [
        ("agreements.csv", "", "agreements"),
        ("Agreements_2023.csv", "", "agreements"),
        ("协议台账2024年.csv", "", "agreements"),
        ("合作协议（2024）.csv", "", "agreements"),
        ("高校.csv", "", "universities"),
        ("data.xlsx", "企业名录", "enterprises"),
        ("data.xlsx", "Parties", "parties"),
        ("协议.xlsx", "Sheet1", "agreements"),
    ],
)
def test_tables_are_known_by_file_or_sheet(file: str, sheet: str, table: str) -> None:
    matched, problems = match("id,name,agreement,organisation", file=file, sheet=sheet)
    assert [m.table.name for m in matched] == [table]
    assert [p for p in problems if p[1] == "error"] == []


def test_columns_in_english() -> None:
    (matched,), problems = match("Contract ID,Title,Signed_on,Value (EUR),colour")
    assert dict(matched.columns) == {
        "id": (0,),
        "name": (1,),
        "date": (2,),
        "amount": (3,),
        "colour": (4,),
    }
    assert matched.unit("amount") == "EUR"
    assert matched.header("amount") == "Value (EUR)"
    assert problems == []


def test_columns_in_chinese() -> None:
    (matched,), problems = match("协议编号,合同名称,签订日期,合同金额（万元）,合作高校,合作企业")
    assert dict(matched.columns) == {
        "id": (0,),
        "name": (1,),
        "date": (2,),
        "amount": (3,),
        "parties": (4, 5),
    }
    assert matched.unit("amount") == "万元"
    assert matched.unit("date") == ""
    assert matched.header("parties") == "合作高校 / 合作企业"
    assert problems == []


def test_the_name_is_the_key_where_there_is_no_id() -> None:
    (matched,), problems = match("高校名称,城市", file="高校.csv")
    assert matched.columns["id"] == matched.columns["name"] == (0,)
    assert problems == []


def test_a_table_that_nobody_knows() -> None:
    matched, problems = match("id,name", file="readme.csv")
    assert matched == []
    assert problems == [("unknown_table", "warning", "")]


def test_a_required_column_that_is_missing() -> None:
    matched, problems = match("agreement,role", file="parties.csv")
    assert matched == []
    assert problems == [("missing_column", "error", "organisation")]


def test_two_headers_of_one_meaning() -> None:
    (matched,), problems = match("id,签约金额,合同金额")
    assert matched.columns["amount"] == (1,)
    assert matched.columns["合同金额"] == (2,)
    assert problems == [("repeated_column", "warning", "合同金额")]


def test_one_header_twice_is_reported_once() -> None:
    raw = build_sheet([(1, ["id", "name", "name"]), (2, ["1", "a", "b"])], file="高校.csv")
    (matched,), problems = match_sheets(Source((raw,)))
    assert matched.columns["name"] == (1,)
    assert matched.columns["name (3)"] == (2,)
    codes = [p.code for p in (*raw.problems, *problems)]
    assert codes == ["repeated_header"]


def test_one_header_in_two_spellings_is_reported() -> None:
    (matched,), problems = match("id,Name,name")
    assert matched.columns["name"] == (1,)
    assert problems == [("repeated_header", "error", "name")]


def test_a_column_without_a_header_is_kept() -> None:
    (matched,), _ = match("id,,name")
    assert dict(matched.columns) == {"id": (0,), "column 2": (1,), "name": (2,)}


@pytest.mark.parametrize("label", ["x.csv", "x"])
def test_mappings_name_tables_and_columns(label: str) -> None:
    facts = {"tables": {label: "agreements"}, "columns": {"agreements": {"Sum": "amount"}}}
    (matched,), problems = match("id,Sum", file="x.csv", **facts)
    assert matched.table.name == "agreements"
    assert matched.columns["amount"] == (1,)
    assert problems == []


def test_a_mapping_may_name_one_sheet_of_one_file() -> None:
    facts = {"tables": {"x.xlsx::Sheet1": "universities"}}
    (matched,), _ = match("id,name", file="x.xlsx", sheet="Sheet1", **facts)
    assert matched.table.name == "universities"
    assert match("id,name", file="y.xlsx", sheet="Sheet1", **facts)[0] == []


def test_a_mapping_may_leave_the_unit_out() -> None:
    for entry in ("款项", "款项（万元）"):
        facts = {"columns": {"agreements": {entry: "amount"}}}
        (matched,), problems = match("id,款项（万元）", **facts)
        assert matched.columns["amount"] == (1,)
        assert matched.unit("amount") == "万元"
        assert problems == []


def test_mappings_that_match_nothing_are_named() -> None:
    facts = {
        "tables": {"agreements.csv": "agreements", "agreement.csv": "agreements"},
        "columns": {"agreements": {"Sum": "amount", "Day": "date"}, "teams": {"Boss": "leader"}},
    }
    raw = build_sheet([(1, ["id", "Sum"]), (2, ["1", "2"])], file="agreements.csv")
    _, problems = match_sheets(Source((raw,), facts))
    assert {(p.code, p.severity, p.file) for p in problems} == {
        ("unused_mapping", "warning", "ecosystem.yaml")
    }
    assert [p.value for p in problems] == [
        "tables: agreement.csv",
        "columns: agreements: Day",
        "columns: teams: Boss",
    ]
