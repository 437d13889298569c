from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from suggestion_cases import CASES, COLLEGES, FIRMS, LAST_CASES, MORE_CASES, SHEETS, STATES, USCC

import ecograph as eg
from ecograph.errors import DataError, SettingsError
from ecograph.reading.corrections import add_mappings
from ecograph.reading.labels import find_column
from ecograph.reading.sheets.raw import RawSheet, build_sheet
from ecograph.reading.sources import Source, read_source
from ecograph.reading.suggestions import (
    LEAST_CONFIDENCE,
    SUGGESTION_COLUMNS,
    Suggestion,
    suggest_mappings,
    tabulate_suggestions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEYS = {
    "agreements": "协议编号",
    "enterprises": "企业名称",
    "universities": "高校名称",
    "platforms": "平台名称",
    "certificates": "企业",
    "financials": "企业,年度",
    "demands": "需求编号,企业",
    "achievements": "成果名称",
    "teams": "团队名称",
    "events": "活动名称",
}


def build(file: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> RawSheet:
    return build_sheet(list(enumerate([header, *rows], 1)), file=file, plain=True)


def list_names(file: str, names: Sequence[str]) -> RawSheet:
    return build(
        file, ["编号", "名称"], [[f"{file}{n}", name] for n, name in enumerate(set(names))]
    )


KNOWN = (list_names("高校.csv", COLLEGES), list_names("企业.csv", FIRMS))


def propose(table: str, header: str, cells: Sequence[str], **facts: object) -> list[Suggestion]:
    keys = KEYS[table].split(",")
    rows = [[*("x" for _ in keys), cell] for cell in cells]
    sheet = build(f"{table}.csv", [*keys, header], rows)
    found = suggest_mappings(Source((*KNOWN, sheet), facts))
    return [one for one in found if one.file == sheet.file]


@pytest.mark.parametrize(
    ("cases", "least"), [(CASES, 0.95), (MORE_CASES, 0.75), (LAST_CASES, 0.85)]
)
def test_proposals_are_right_or_not_made(
    cases: Sequence[tuple[str, str, Sequence[str], str | None]], least: float
) -> None:
    """Of the headers that have a column, most are found; whatever is proposed is right."""
    found = wanted = 0
    wrong = []
    for table, header, cells, column in cases:
        assert find_column(table, header)[0] is None, f"{header} is in the schema by now"
        proposed = [one.column for one in propose(table, header, cells)]
        wanted += column is not None
        found += proposed == [column]
        if proposed not in ([], [column]):
            wrong.append((header, proposed, column))
    assert wrong == []
    assert found >= least * wanted


@pytest.mark.parametrize(("file", "header", "table"), SHEETS)
def test_tables_are_proposed_for_sheets(file: str, header: str, table: str | None) -> None:
    names = header.split(",")
    found = suggest_mappings(Source((build(file, names, [["1"] * len(names)]),)))
    assert [(one.table, one.label) for one in found if not one.header] == (
        [(table, file)] if table else []
    )


def test_confidence_and_reasons_are_told_in_words() -> None:
    (one,) = propose("enterprises", "营业执照号", USCC)
    table = tabulate_suggestions([one], "zh")
    assert tuple(table.columns) == SUGGESTION_COLUMNS
    assert table.loc[0].tolist() == [
        *("enterprises.csv", "", "营业执照号", "enterprises", "uscc", 0.97),
        "5 个单元格均为统一社会信用代码",
    ]
    assert "5 cells are unified social credit codes" in one.explain("en")
    sheet = build("企业（汇总）.csv", ["企业名称", "县区"], [["a", "b"]])
    (two,) = suggest_mappings(Source((sheet,)))
    assert two.explain("zh") == "工作表或文件名与 企业 相符；2/2 个表头可识别"
    assert two.explain("en").startswith("the name of the sheet or file speaks of enterprises; 2/2")
    assert LEAST_CONFIDENCE <= two.confidence <= 1
    assert tabulate_suggestions([]).empty


def test_codes_with_a_wrong_check_digit_are_no_codes() -> None:
    assert propose("enterprises", "营业执照号", [f"{code[:-1]}I" for code in USCC]) == []


def test_what_is_mapped_already_is_not_proposed_again() -> None:
    facts = {"columns": {"agreements": {"签约阶段": "name"}}}
    assert propose("agreements", "签约阶段", STATES, **facts) == []
    assert [one.column for one in propose("agreements", "签约阶段", STATES)] == ["status"]


def test_two_headers_that_fit_a_column_alike_are_left_to_the_person() -> None:
    rows = [["x", state, state] for state in STATES]
    sheet = build("agreements.csv", ["协议编号", "落实阶段", "推进阶段"], rows)
    assert suggest_mappings(Source((sheet,))) == []


def test_organisations_of_all_kinds_in_one_list_are_known_as_names() -> None:
    names = [[f"O{n}", name, "企业"] for n, name in enumerate(dict.fromkeys(FIRMS))]
    register = build("单位名录.csv", ["编号", "名称", "类别"], names)
    rows = [["x", firm] for firm in FIRMS]
    sheet = build("agreements.csv", ["协议编号", "对方单位"], rows)
    (one,) = suggest_mappings(Source((register, sheet)))
    assert (one.column, one.reasons[-1]) == ("parties", ("names", "5"))


def test_a_sheet_that_fits_two_tables_alike_is_left_to_the_person() -> None:
    sheet = build("Sheet1.csv", ["编号", "名称", "来源", "城市"], [["1", "a", "b", "c"]])
    assert suggest_mappings(Source((sheet,))) == []


@given(
    st.lists(st.text(max_size=60), min_size=1, max_size=4),
    st.lists(st.lists(st.text(max_size=60), min_size=4, max_size=4), max_size=4),
)
@settings(max_examples=25)
def test_any_sheet_can_be_looked_at(header: list[str], rows: list[list[str]]) -> None:
    sheet = build_sheet(
        list(enumerate([header, *(row[: len(header)] for row in rows)], 1)), file="agreements.csv"
    )
    assert all(one.confidence >= LEAST_CONFIDENCE for one in suggest_mappings(Source((sheet,))))


# writing into ecosystem.yaml

TABLE = Suggestion("x.csv", "", "", "enterprises", "", 0.9, (), "x.csv")
SHEET = Suggestion("b.xlsx", "表 1", "", "agreements", "", 0.9, (), "b.xlsx::表 1")
COLUMN = Suggestion("x.csv", "", "税号: #1", "enterprises", "uscc", 0.9, ())
OTHER = Suggestion("b.xlsx", "表 1", '"款"\n项', "agreements", "amount", 0.9, ())
ADDED = {
    "tables": {"x.csv": "enterprises", "b.xlsx::表 1": "agreements"},
    "columns": {
        "enterprises": {"税号: #1": "uscc"},
        "agreements": {'"款"\n项': "amount"},
    },
}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", {}),
        ("# nothing yet\n", {}),
        ("name: 某市  # ours\nas_of: 2024-12-31", {"name": "某市", "as_of": "2024-12-31"}),
        ("tables:\n  a.csv: teams\nname: x\n", {"tables": {"a.csv": "teams"}, "name": "x"}),
        (
            "columns:  # by hand\n    协议:\n        # why\n        Sum: paid\nname: x\n",
            {"columns": {"协议": {"Sum": "paid"}}, "name": "x"},
        ),
        ("columns:\n  teams:\n    Boss: leader\n", {"columns": {"teams": {"Boss": "leader"}}}),
        ("tables:\ncolumns:\nname: x\n", {"name": "x"}),
        ("name: x\ntables:\n", {"name": "x"}),
    ],
)
def test_suggestions_are_added_and_every_line_stays(text: str, held: dict[str, object]) -> None:
    written, added = add_mappings(text, [TABLE, SHEET, COLUMN, OTHER])
    assert added == 4
    lines = written.splitlines()
    assert [line for line in lines if line in text.splitlines()] == text.splitlines()
    facts = yaml.load(written, Loader=yaml.BaseLoader)  # noqa: S506 - another reader, all text
    wanted = {key: value for key, value in held.items() if key not in ADDED}
    wanted["tables"] = {**held.get("tables", {}), **ADDED["tables"]}
    columns = {**held.get("columns", {})}
    for table, headers in ADDED["columns"].items():
        label = "协议" if table == "agreements" and "协议" in columns else table
        columns[label] = {**columns.get(label, {}), **headers}
    assert facts == {**wanted, "columns": columns}
    assert add_mappings(written, [TABLE, SHEET, COLUMN, OTHER]) == (written, 0)


def test_what_the_file_says_goes_before_a_suggestion() -> None:
    text = "tables:\n  x.csv: teams\n"
    assert add_mappings(text, [TABLE]) == (text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "tables: {a.csv: teams}\n",
        "- 1\n",
        "columns: {teams: {a: id}}\n",
        'name: "a\n\ntables:\n\nb"\ntables:\n  a.csv: teams\n',
    ],
)
def test_a_file_that_cannot_be_added_to_is_refused_whole(text: str) -> None:
    with pytest.raises(SettingsError, match="by lines"):
        add_mappings(text, [TABLE, Suggestion("t", "", "b", "teams", "name", 0.9, ())])
    with pytest.raises(DataError):
        add_mappings("a: [", [TABLE])


def test_a_messy_folder_loads_after_its_suggestions_are_saved(tmp_path: Path) -> None:
    files = {
        "附件1 高校.csv": "编号,名称\nU1,太原理工大学\nU2,山西大学\n",
        "2024年企业台账.csv": "序号,企业名称,营业执照号,企业所在县区\n"
        + "".join(f"{n},公司{n},{code},太谷区\n" for n, code in enumerate(USCC)),
        "校企合作协议统计表202412.csv": "合同编号,技术合同名称,对方单位,本地合作企业,"
        "技术合同金额,签约阶段\nH1,a,太原理工大学,公司1,120万元,已签\nH2,b,山西大学,公司2,30万元,在建\nH3,c,山西大学,公司0,5万元,意向\n",
        "通讯录.csv": "姓名,电话\n张三,138\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "ecosystem.yaml").write_text("name: 某市  # ours\n", encoding="utf-8")
    with pytest.raises(DataError):
        eg.load(tmp_path)
    for _ in range(2):  # names of organisations are known only when their tables are
        facts = tmp_path / "ecosystem.yaml"
        text, _ = add_mappings(
            facts.read_text(encoding="utf-8"), suggest_mappings(read_source(tmp_path))
        )
        facts.write_text(text, encoding="utf-8")
    ecosystem = eg.load(tmp_path)
    assert ecosystem.name == "某市"
    assert [(p.code, p.file) for p in ecosystem.problems] == [("unknown_table", "通讯录.csv")]
    agreements = ecosystem.select("agreement")
    assert agreements["amount"].tolist() == [1_200_000, 300_000, 50_000]
    assert agreements["status"].tolist() == ["signed", "active", "intent"]
    assert sorted(ecosystem.edges.query("kind == 'party'")["target"]) == [
        *("U1", "U2", "U2", "公司0", "公司1", "公司2"),
    ]
    assert ecosystem.select("enterprise")["uscc"].tolist() == USCC
    assert suggest_mappings(read_source(tmp_path)) == []


@pytest.mark.parametrize(
    ("label", "table"),
    [
        ("附件3 2024年度重点企业（终稿）", "enterprises"),
        ("汇总汇总汇总汇总汇总汇总汇总汇总", None),
        ("（最终版）", None),
    ],
)
def test_a_label_is_stripped_only_as_far_as_something_is_left(
    label: str, table: str | None
) -> None:
    sheet = build(f"{label}.csv", ["企业名称", "县区"], [["甲", "乙"]])
    named = [one.table for one in suggest_mappings(Source((sheet,))) if one.confidence > 0.85]
    assert named == ([table] if table else [])


def test_a_required_column_that_can_only_be_proposed_is_enough_with_a_name() -> None:
    sheet = build("附件 企业资质.csv", ["公司名称", "认定资质"], [["甲", "小巨人"]] * 5)
    found = suggest_mappings(Source((sheet,)))
    assert [(one.table, one.column) for one in found] == [
        ("certificates", ""),
        ("certificates", "certificate"),
    ]
