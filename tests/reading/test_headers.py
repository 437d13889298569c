from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.headers import GUIDE_MARK, Matched, match_sheets, pass_over_guides
from ecograph.reading.labels import find_column, list_spellings, split_header
from ecograph.reading.sheets.raw import RawSheet, build_sheet
from ecograph.reading.sources import Source
from ecograph.reading.values.amounts import parse_amount
from ecograph.schema import read_schema


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


@pytest.mark.parametrize(
    ("header", "column", "unit"),
    [
        ("签约金额（万元）", "amount", "万元"),
        ("协议金额(万元)", "amount", "万元"),
        ("1.签约金额", "amount", ""),
        ("（一）合同金额", "amount", ""),
        ("一、合同金额【万元】", "amount", "万元"),
        ("③金额", "amount", ""),
        ("⑴ 金额", "amount", ""),
        ("金额*", "amount", ""),
        ("＊金额：", "amount", ""),
        ("★金额（必填）", "amount", ""),
        ("金额（必填）（万元）", "amount", "万元"),
        ("金额（万元，含税）", "amount", "万元"),
        ("金额（万元）（必填）*", "amount", "万元"),
        ("签 约\n金 额\r\n（万元）", "amount", "万元"),
        ("签约_x000D_金额", "amount", ""),
        ("\ufeff金\u200b额", "amount", ""),
        ("金　额〔万元〕", "amount", "万元"),
        ("金额/万元", "amount", "万元"),
        ("金额，万元", "amount", "万元"),
        ("金额 单位：万元", "amount", "万元"),
        ("金额（单位：万元）", "amount", "万元"),
        ("金额 万元", "amount", "万元"),
        ("金额万元", "amount", "万元"),
        ("金额(万元", "amount", "万元"),
        ("金额（人民币：万元）", "amount", "人民币:万元"),
        ("Value, EUR", "amount", "EUR"),
        ("2) Contract value [EUR million] (required)", "amount", "EUR million"),
        ("签订日期（年/月/日）", "date", ""),
        ("签约时间（YYYY-MM-DD）", "date", ""),
        ("合作高校（全称）", "parties", ""),
        ("依托单位", None, ""),
        ("序号", None, ""),
        ("联系人", None, ""),
        ("联系电话", None, ""),
        ("备注", None, ""),
        ("（万元）", None, "万元"),
        ("1.", None, ""),
        ("", None, ""),
    ],
)
def test_headers_as_offices_write_them(header: str, column: str | None, unit: str) -> None:
    assert find_column("agreements", header) == (column, "")
    assert split_header(header).unit == unit


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("enterprises", "统一信用代码", "uscc"),
        ("enterprises", "社会统一信用代码（18位）", "uscc"),
        ("enterprises", "所属县区", "region"),
        ("enterprises", "县（市、区）", "region"),
        ("enterprises", "企业（单位）名称", "name"),
        ("universities", "University (ID)", "id"),
        ("universities", "单位名称（盖章）", "name"),
        ("platforms", "依托单位", "hosts"),
        ("agreements", "签约时间", "date"),
        ("agreements", "签约年份", "date"),
        ("financials", "研发费用（万元）", "rd_spend"),
        ("financials", "从业人员（人）", "staff"),
        ("enterprises", "企业名称（Enterprise）", "name"),
    ],
)
def test_words_that_offices_use(table: str, header: str, column: str) -> None:
    assert find_column(table, header) == (column, "")


def test_a_long_header_is_taken_as_it_is() -> None:
    sentence = "金额" + "（" * 200_000
    assert split_header(sentence) == (sentence, "", "")
    assert find_column("agreements", sentence) == (None, "")


@pytest.mark.parametrize("table", read_schema().tables)
def test_no_spelling_means_two_columns_of_a_table(table: str) -> None:
    assert [word for word, names in list_spellings(table).items() if len(names) > 1] == []
    columns = read_schema().tables[table].columns.values()
    for column in columns:
        for label in (column.name, *column.en, *column.zh):
            assert find_column(table, f"2、{label}（必填）") == (column.name, "")


def test_a_note_that_may_change_the_meaning_is_told() -> None:
    (matched,), problems = match("企业,年度,营业收入（上年）", file="经营.csv")
    assert matched.columns["revenue"] == (2,)
    assert problems == [("header_note", "warning", "营业收入（上年）")]
    facts = {"columns": {"financials": {"营业收入（上年）": "revenue_prev"}}}
    (matched,), problems = match("企业,年度,营业收入（上年）", file="经营.csv", **facts)
    assert matched.columns["revenue_prev"] == (2,)
    assert problems == []


def test_a_note_that_is_no_unit_makes_no_number_a_sum() -> None:
    (matched,), _ = match("id,金额（含配套）")
    assert matched.unit("amount") == "含配套"  # which no reader of amounts takes for a unit


def test_a_count_in_thousands_is_used_only_where_cells_are_read_so() -> None:
    (matched,), problems = match("企业,年度,从业人员（万人）", file="经营.csv")
    assert (matched.unit("staff"), problems) == ("万人", [])
    (matched,), problems = match("企业,年度,从业人员（百人次）", file="经营.csv")
    assert "staff" not in matched.columns
    assert problems == [("unit_not_read", "error", "从业人员（百人次）")]


def test_a_row_of_units_is_the_unit_where_the_header_has_none() -> None:
    (matched,), _ = match("id,金额,到账金额（元）")
    sheet = replace(matched.sheet, units={1: "（万元）", 2: "万元"})
    matched = replace(matched, sheet=sheet)
    assert matched.unit("amount") == "万元"
    assert matched.unit("id") == ""
    assert parse_amount("120", matched.unit("amount")).value == 1_200_000
    assert matched.unit("paid") == "元 / 万元"
    assert parse_amount("120", matched.unit("paid")) is None


def test_two_spellings_of_one_header_after_folding_are_an_error() -> None:
    (matched,), problems = match("id,1.金额,金额*")
    assert matched.columns["amount"] == (1,)
    assert problems == [("repeated_header", "error", "金额*")]


def test_from_to_is_the_date_only_where_no_other_is() -> None:
    assert match("id,起止时间")[0][0].columns["date"] == (1,)
    (matched,), problems = match("id,签订日期,起止时间")
    assert (matched.columns["date"], matched.columns["起止时间"]) == ((1,), (2,))
    assert problems == []
    (matched,), _ = match("企业,资质,起止时间", file="资质.csv")
    assert "valid_from" not in matched.columns


def build(rows: list[list[str]], file: str, sheet: str = "") -> RawSheet:
    return build_sheet(list(enumerate(rows, 1)), file=file, sheet=sheet)


def test_example_rows_are_set_aside_and_told_once_a_file() -> None:
    first = build(
        [["编号", "名称"], ["示例：U1", "a"], ["U2", "b"], ["示例:x", "c"]], "c.xlsx", "高校"
    )
    second = build([["id", "name"], ["Example: E1", "a"], ["E2", "b"]], "c.xlsx", "enterprises")
    other = build([["id", "name"], ["E3", "示例：公司"]], "企业.csv")
    matched, problems = match_sheets(Source((first, second, other)))
    assert [m.sheet.cells.index.tolist() for m in matched] == [[3], [3], [2]]
    assert [(m.sheet.rows_in, m.sheet.rejected) for m in matched] == [(3, 2), (2, 1), (1, 0)]
    assert [(p.code, p.severity, p.file, p.sheet, p.row, p.value) for p in problems] == [
        ("example_row", "warning", "c.xlsx", "高校", 2, "示例：U1")
    ]
    assert problems[0].details == {"count": 3, "places": "高校 2, 高校 4, enterprises 2"}


def test_the_sheet_that_tells_how_to_fill_in_is_passed_over() -> None:
    guide = build([["填报说明"], [f"本页（{GUIDE_MARK}）"]], "c.xlsx", "说明")
    table = build([["编号", "名称"], ["U1", "a"]], "c.xlsx", "高校")
    source = Source((guide, table))
    assert pass_over_guides(source).sheets == (table,)
    assert pass_over_guides(Source((table,))).sheets == (table,)
    matched, problems = match_sheets(source)
    assert ([m.sheet for m in matched], problems) == ([table], [])
    alone = build([["id", "name"], ["1", GUIDE_MARK]], "高校.csv")  # a file is never the guide
    assert pass_over_guides(Source((alone,))).sheets == (alone,)


def test_an_empty_sheet_of_industries_leaves_them_to_references() -> None:
    empty = build([["编号", "名称"], ["示例：I1", "新材料"]], "c.xlsx", "产业")
    firms = build([["编号", "名称"]], "c.xlsx", "企业")
    matched, _ = match_sheets(Source((empty, firms)))
    assert [m.table.name for m in matched] == ["enterprises"]


def test_a_sheet_without_columns_is_no_table() -> None:
    matched, problems = match_sheets(Source((build([], "高校.csv"),)))
    assert matched == []
    assert {p.code for p in problems} == {"missing_column"}


@given(st.sampled_from(sorted(read_schema().tables)), st.data())
@settings(max_examples=60)
def test_numbering_marks_and_units_hide_no_header(table: str, data: st.DataObject) -> None:
    columns = read_schema().tables[table].columns.values()
    label, name = data.draw(
        st.sampled_from([(word, c.name) for c in columns for word in (*c.zh, *c.en)])
    )
    before = data.draw(
        st.sampled_from(["", "1.", "2、", "（三）", "四、", "⑤", "*", " ", "\n", "①"])
    )
    behind = data.draw(
        st.sampled_from(
            ["", "*", "：", "（必填）", "[万元]", "／万元", "（单位：元）", "\r\n", "（选填）*"]
        )
    )
    assert find_column(table, before + label + behind) == (name, "")


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_can_be_a_header(text: str) -> None:
    parts = split_header(text)
    assert len(parts.name) <= 4 * len(text)
    column, _ = find_column("agreements", text)
    assert column is None or column in read_schema().tables["agreements"].columns


def test_a_mapping_for_all_tables_is_looked_for_on_every_sheet() -> None:
    facts = {"columns": {"Sum": "amount", "Day": "date"}}
    (matched,), problems = match("id,Sum", **facts)
    assert matched.columns["amount"] == (1,)
    assert problems == [("unused_mapping", "warning", "")]


def test_several_headers_of_a_list_are_read_as_one_cell() -> None:
    (matched,), _ = match("id,合作高校,合作企业")
    assert matched.columns["parties"] == (1, 2)
    assert "date" not in matched.columns
