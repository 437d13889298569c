"""Sheets as a county science office hands them in: what is header, unit, data, total, note."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.problems import PROBLEM_COLUMNS, tabulate_problems
from ecograph.reading.sheets import raw as sheets
from ecograph.reading.sheets.raw import RawSheet, build_sheet
from ecograph.reading.sheets.regions import find_layout, is_known_label, is_name

BODY = [
    ["1", "太原理工大学", "山西银圣科技有限公司", "20", "2024-03-01"],
    ["2", "山西农业大学", "太谷农机厂", "35.5", "2024-03-15"],
    ["3", "山西大学", "合计科技有限公司", "4", "2024-04-02"],
    ["4", "中北大学", "一汽大众汽车有限公司", "10.5", "2024-05-20"],
    ["5", "燕山大学", "注塑机厂", "30", "2024-06-30"],
    ["6", "西安交通大学", "说明书印刷厂", "100", "2024-07-01"],
]
HEADER = ["序号", "合作高校", "合作企业", "签约金额", "签约日期"]


def read(*rows: list[str], gridded: bool = False) -> RawSheet:
    """Build a sheet as a CSV file gives it, or a workbook (where all rows are as long)."""
    if gridded:
        width = max(map(len, rows))
        rows = tuple([*row, *[""] * (width - len(row))] for row in rows)
    dialect = {"format": "workbook"} if gridded else {"delimiter": ","}
    return build_sheet(enumerate(rows, start=1), file="t", sheet="s", dialect=dialect)


def told(sheet: RawSheet) -> list[tuple[str, str, int | None]]:
    return [(problem.code, problem.severity, problem.row) for problem in sheet.problems]


def used(sheet: RawSheet) -> list[list[str]]:
    return sheet.cells.to_numpy().tolist()


BOTH = pytest.mark.parametrize("gridded", [False, True], ids=["csv", "workbook"])


# Header and what stands above it


@BOTH
@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, *BODY],
        [["name"], ["甲"], ["乙"]],
        [["name", "note"], ["甲", ""], ["乙", ""], ["丙", "见附件"]],
        [["省份", "城市"], ["山西", "太原"], ["山西", "晋中"]],
        [["地区", "2022", "2023"], ["榆次", "3", "4"], ["太谷", "5", "6"]],
        [["地区", "2022年", "2023年"], ["榆次", "3", "4"], ["太谷", "5", "6"]],
        [["区县", "1月", "2月"], ["榆次", "3", "4"], ["太谷", "5", "6"]],
        [["region", "Q1", "Q2"], ["Yuci", "3", "4"], ["Taigu", "5", "6"]],
        [["PM2.5", "A1"], ["35", "4"], ["48", "5"]],
        [["id", "name"]],
        [["id", "name"], ["1", "甲"]],
        [["单位", "人"], ["市科技局", "张三"], ["市教育局", "李四"]],
        [["名称", "单位"], ["驻地高校", "所"], ["协议", "项"]],
        [["kind", "n", "m"], ["累计值", "1", "2"], ["新增", "3", "4"]],
        [["short", "long"], ["short name", "long name"], ["x", "y"]],
    ],
)
def test_a_clean_table_has_no_flag_and_keeps_every_row(rows, gridded):
    sheet = read(*rows, gridded=gridded)
    assert (sheet.header, used(sheet)) == (tuple(rows[0]), rows[1:])
    assert told(sheet) == []
    assert (sheet.rows_in, sheet.rejected, sheet.blank) == (len(rows) - 1, 0, 0)
    assert "header_row" not in sheet.dialect


@BOTH
def test_title_lines_are_passed_over_and_told_once(gridded):
    title = [
        ["2024年晋中市校企合作台账"],
        [],
        ["填报单位：市科技局", "", "", "填报日期：2024-12-31"],
    ]
    sheet = read(*title, HEADER, *BODY, gridded=gridded)
    assert (sheet.header, used(sheet)) == (tuple(HEADER), BODY)
    assert told(sheet) == [("preamble", "warning", 1)]
    assert sheet.problems[0].value == (
        "2024年晋中市校企合作台账 | 填报单位：市科技局 | 填报日期：2024-12-31"
    )
    assert sheet.problems[0].details == {"rows": 2}
    assert sheet.dialect["header_row"] == "4"
    assert sheet.cells.index.tolist() == [5, 6, 7, 8, 9, 10]
    assert (sheet.rows_in, sheet.rejected, sheet.blank) == (6, 0, 0)


def test_labels_and_values_in_cells_of_their_own_are_title_lines_too():
    line = ["填报单位：", "市科技局", "截至：", "2024-12-31"]
    sheet = read(line, HEADER, *BODY)
    assert (sheet.header, told(sheet)) == (tuple(HEADER), [("preamble", "warning", 1)])


def test_a_narrow_line_without_any_label_is_a_title_line():
    header = [f"指标{letter}" for letter in "甲乙丙丁戊己"]
    sheet = read(["附表", "企业情况"], header, [*"123456"], [*"234567"])
    assert (sheet.header, told(sheet)) == (tuple(header), [("preamble", "warning", 1)])


def test_blank_lines_above_the_header_are_nothing_to_tell():
    sheet = read(*[[""]] * 120, HEADER, *BODY)
    assert (sheet.header, told(sheet), used(sheet)) == (tuple(HEADER), [], BODY)
    assert sheet.cells.index[0] == 122


def test_a_unit_for_the_whole_table_is_taken_for_amounts_without_their_own():
    title = ["企业经营情况", "", "", "单位：万元"]
    header = ["企业名称", "营业收入", "研发费用（元）", "从业人员"]
    sheet = read(title, header, ["甲", "350", "20000", "12"], ["乙", "80", "10000", "5"])
    assert dict(sheet.units) == {1: "万元"}
    assert told(sheet) == [("preamble", "warning", 1), ("table_unit", "warning", 1)]
    assert sheet.problems[1].details == {"unit": "万元", "columns": "营业收入"}


@pytest.mark.parametrize("line", ["填报单位：市科技局", "单位：人", "单位：晋中市万元大厦管理处"])
def test_a_line_that_states_no_unit_of_money_gives_none(line):
    header = ["企业名称", "营业收入", "人数"]
    sheet = read([line], header, ["甲", "350", "1"], ["乙", "80", "2"])
    assert (dict(sheet.units), told(sheet)) == ({}, [("preamble", "warning", 1)])


def test_a_unit_above_the_table_without_amounts_is_told_to_be_of_nothing():
    sheet = read(["单位：万元"], ["区县", "户数", "其中"], ["甲", "3", "1"], ["乙", "8", "2"])
    assert sheet.problems[1].details == {"unit": "万元", "columns": "—"}


@BOTH
@pytest.mark.parametrize(
    "rows",
    [
        [["28/01/2018", "00:00", "2", "MG-8769"], ["29/01/2018", "00:15", "0", "RI-3895"]],
        [["A001", "甲", "太原"], ["A002", "乙", "晋中"], ["A003", "丙", "晋中"]],
        [["甲", "20万元"], ["乙", "3.5亿元"]],
        [["2021", "2022"], ["2022", "2023"], ["2023", "2024"]],
        [["甲", "2024-03-01"]],
    ],
)
def test_a_table_without_a_header_keeps_its_first_row(rows, gridded):
    sheet = read(*rows, gridded=gridded)
    assert (set(sheet.header), used(sheet)) == ({""}, rows)
    assert told(sheet) == [("header_missing", "warning", 1)]
    assert sheet.rows_in == len(rows)


def test_title_lines_above_a_table_without_header_are_told_as_well():
    rows = [["1", "甲", "20"], ["2", "乙", "30"], ["3", "丙", "50"]]
    sheet = read(["企业台账"], *rows)
    assert (used(sheet), told(sheet)) == (
        rows,
        [("preamble", "warning", 1), ("header_missing", "warning", 2)],
    )


# Header rows, units


@BOTH
def test_two_header_rows_are_joined(gridded):
    upper = ["合作高校", "合作企业", "金额（万元）", ""]
    lower = ["", "", "2023", "2024"]
    body = [["山西大学", "甲厂", "20", "3"], ["中北大学", "乙厂", "30", "4"]]
    sheet = read(upper, lower, *body, gridded=gridded)
    assert sheet.header == ("合作高校", "合作企业", "金额 2023（万元）", "金额 2024（万元）")
    assert (used(sheet), told(sheet)) == (body, [("stacked_header", "warning", 1)])


def test_merged_header_cells_that_are_filled_in_give_the_same():
    rows = [
        ["合作高校", "合作企业", "金额", "金额", "备注"],
        ["合作高校", "合作企业", "2023", "2024", "备注"],
        ["山西大学", "甲厂", "20", "3", ""],
        ["中北大学", "乙厂", "30", "4", ""],
    ]
    sheet = read(*rows, gridded=True)
    assert sheet.header == ("合作高校", "合作企业", "金额 2023", "金额 2024", "备注")
    assert told(sheet) == [("stacked_header", "warning", 1)]


@BOTH
def test_three_header_rows_are_joined(gridded):
    rows = [
        ["高校", "2023", "", "", "2024", "", ""],
        ["", "数量", "资金", "", "数量", "资金", ""],
        ["", "", "合同", "到账", "", "合同", "到账"],
        ["山西大学", "1", "20", "3", "2", "30", "4"],
        ["中北大学", "2", "25", "5", "3", "35", "6"],
    ]
    sheet = read(*rows, gridded=gridded)
    assert sheet.header == (
        *("高校", "2023 数量", "2023 资金 合同", "2023 资金 到账"),
        *("2024 数量", "2024 资金 合同", "2024 资金 到账"),
    )
    assert (used(sheet), sheet.problems[0].details) == (rows[3:], {"rows": 3})


def test_groups_of_text_columns_need_names_beside_them():
    rows = [["协议名称", "协议方", ""], ["", "高校", "企业"], ["合作研发", "山西大学", "甲厂"]]
    sheet = read(*rows)
    assert sheet.header == ("协议名称", "协议方 高校", "协议方 企业")
    assert used(sheet) == [rows[2]]


def test_captions_over_names_that_the_schema_knows_are_left_out():
    rows = [
        ["基本情况", "基本情况", "详细情况", "详细情况"],
        ["高校编号", "学校名称", "所在市", "备注"],
        ["G1", "山西大学", "太原市", "省属"],
        ["G2", "中北大学", "太原市", "省属"],
    ]
    sheet = read(*rows, gridded=True)
    assert (sheet.header, used(sheet)) == (tuple(rows[1]), rows[2:])
    assert told(sheet) == [("stacked_header", "warning", 1)]
    rows[0] = ["合作高校", "合作高校", "合作企业", "合作企业"]
    rows[1] = ["名称", "城市", "名称", "行业"]
    assert read(*rows, gridded=True).header == (
        *("合作高校 名称", "合作高校 城市", "合作企业 名称", "合作企业 行业"),
    )


def test_a_lower_header_cell_may_repeat_the_upper_one_with_its_unit():
    rows = [
        ["编号", "金额", "新增就业", ""],
        ["", "金额(万元)", "2023年", "2024年"],
        ["A1", "869", "17", "24"],
        ["A2", "35", "3", "4"],
    ]
    assert read(*rows).header == ("编号", "金额(万元)", "新增就业 2023年", "新增就业 2024年")


@pytest.mark.parametrize(
    "rows",
    [
        [["名称", "", "城市"], ["甲", "乙", "太原"], ["丙", "丁", "晋中"]],
        [["名称", "简介", ""], ["甲", "一", "二"], ["丙", "三", "四"]],
        [["id", "", "x"], ["1", "2", "3"], ["2", "3", "4"]],
        [["名称", "金额", ""], ["", "5", "6"], ["乙", "7", "8"]],
    ],
)
def test_two_rows_of_text_are_no_two_header_rows(rows):
    sheet = read(*rows)
    assert used(sheet)[-2:] == [
        [*row[: len(sheet.header)], *[""] * (len(sheet.header) - len(row))] for row in rows[1:]
    ]
    assert "stacked_header" not in {problem.code for problem in sheet.problems}


@BOTH
def test_a_row_of_units_is_no_data(gridded):
    rows = [
        ["企业名称", "营业收入", "从业人员", "研发占比"],
        ["", "（万元）", "人", "%"],
        ["甲", "350", "12", "4.5"],
        ["乙", "80", "5", "3"],
    ]
    sheet = read(*rows, gridded=gridded)
    assert dict(sheet.units) == {1: "万元", 2: "人", 3: "%"}
    assert (used(sheet), told(sheet)) == (rows[2:], [("unit_row", "warning", 2)])
    assert (sheet.rows_in, sheet.rejected) == (2, 0)


def test_a_row_of_units_may_say_so_in_its_first_cell():
    sheet = read(["指标", "收入"], ["单位", "亿元"], ["甲", "3"], ["乙", "4"])
    assert (dict(sheet.units), used(sheet)) == ({1: "亿元"}, [["甲", "3"], ["乙", "4"]])


@BOTH
def test_the_names_in_another_language_are_no_data(gridded):
    rows = [["企业名称", "金额", "年份"], ["Firm", "Sum", "Of"], ["甲", "35", "2024"]]
    rows += [["乙", "4", "2023"], ["丙", "5", "2022"]]
    sheet = read(*rows, gridded=gridded)
    assert (sheet.header, used(sheet)) == (tuple(rows[0]), rows[2:])
    assert told(sheet) == [("repeated_header_row", "warning", 2)]


def test_the_names_that_the_schema_knows_are_the_header():
    rows = [["甲栏", "乙栏"], ["企业名称", "所属行业"], ["甲", "机械"], ["乙", "化工"]]
    sheet = read(*rows)
    assert (sheet.header, used(sheet)) == (("企业名称", "所属行业"), rows[2:])
    assert told(sheet) == [("repeated_header_row", "warning", 1)]


# Rows that are no data


@BOTH
@pytest.mark.parametrize(
    "total",
    [
        ["合计", "", "", "200"],
        ["", "合  计", "", "200", ""],
        ["总计：", "6家", "", "200"],
        ["7", "小计", "", "200"],
        ["本页小计", "", "", "200.0"],
        ["Total", "", "", "200"],
        ["GRAND TOTAL", "", "—", "200"],
        ["合计（万元）", "", "", "200"],
        ["高等院校小计", "", "6所高校", "200"],
        ["共计 ", "6", "6", "200"],
    ],
)
def test_a_total_is_no_data(total, gridded):
    sheet = read(HEADER, *BODY, total, gridded=gridded)
    assert (used(sheet), told(sheet)) == (BODY, [("total_row", "warning", 8)])
    assert (sheet.rows_in, sheet.rejected) == (7, 1)


def test_a_total_that_does_not_add_up_is_told_with_the_sum():
    sheet = read(HEADER, *BODY, ["合计", "", "", "201"])
    assert told(sheet) == [("total_row", "warning", 8), ("total_differs", "warning", 8)]
    problem = sheet.problems[1]
    assert (problem.column, problem.value, problem.details) == ("签约金额", "201", {"sum": "200.0"})


def test_subtotals_are_of_the_rows_since_the_last_one_and_totals_of_all():
    rows = [
        [*BODY[:2]],
        [["小计", "", "", "55.5", ""]],
        [*BODY[2:]],
        [["小计", "", "", "143", ""], ["总计", "", "", "200", ""]],
    ]
    sheet = read(HEADER, *[row for part in rows for row in part])
    assert told(sheet) == [
        ("total_row", "warning", 4),
        ("total_row", "warning", 9),
        ("total_differs", "warning", 9),
        ("total_row", "warning", 10),
    ]
    assert sheet.problems[2].details == {"sum": "144.5"}


@pytest.mark.parametrize(
    "row",
    [
        ["7", "太原理工大学", "合计科技有限公司", "20", "2024-03-01"],
        ["7", "合计科技有限公司", "总计量器具厂", "20", "2024-03-01"],
        ["7", "Total Energies SE", "甲", "20", "2024-03-01"],
        ["累计值", "一", "二", "20", "2024-03-01"],
        ["8", "太原理工大学", "小计", "二〇二四年", "20"],
        ["7", "备注科技有限公司", "注：册厂", "20", "2024-03-01"],
    ],
)
def test_a_firm_that_is_called_like_a_total_or_a_note_is_kept(row):
    sheet = read(HEADER, *BODY, row)
    assert (used(sheet)[-1], told(sheet)) == (row, [])


@BOTH
@pytest.mark.parametrize(
    "note",
    [
        ["注：金额为合同金额"],
        ["注1：金额为合同金额，不含税", "", "", ""],
        ["* 表示省级重点"],
        ["填表人：张三", "", "审核人：李四", "", "制表日期：2024-12-31"],
        ["填表人：", "张三", "审核：", "李四"],
        ["Note: signed agreements only"],
        ["数据来源：市科技局"],
        ["", "", "以上数据截至2024年底"],
    ],
)
def test_a_note_under_the_table_is_no_data(note, gridded):
    sheet = read(HEADER, *BODY, [], note, gridded=gridded)
    assert (used(sheet), told(sheet)) == (BODY, [("footnote", "warning", 9)])
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (8, 1, 1)


def test_a_note_that_was_cut_at_its_commas_is_a_note():
    sheet = read(HEADER, *BODY, ["注：金额为合同金额", "不含税", "截至年底"])
    assert (used(sheet), told(sheet)) == (BODY, [("footnote", "warning", 8)])


def test_one_cell_behind_a_gap_at_the_end_is_a_note():
    sheet = read(HEADER, *BODY, [], ["晋中市科学技术局"], ["二〇二四年十二月"])
    assert (used(sheet), sheet.rejected) == (BODY, 2)
    assert told(sheet) == [("footnote", "warning", 9), ("footnote", "warning", 10)]


@BOTH
def test_headings_within_the_table_are_no_data(gridded):
    rows = [HEADER, ["一、高等院校"], *BODY[:3], ["（二）科研院所"], *BODY[3:]]
    sheet = read(*rows, gridded=gridded)
    assert used(sheet) == BODY
    assert told(sheet) == [("section_row", "warning", 2), ("section_row", "warning", 6)]


def test_headings_are_known_in_a_short_table_of_names_as_well():
    rows = [
        ["企业名称", "行业"],
        ["一、规上企业"],
        ["甲厂", "机械"],
        ["二、规下企业"],
        ["乙厂", "化工"],
    ]
    sheet = read(*rows)
    assert (used(sheet), sheet.rejected) == ([rows[2], rows[4]], 2)


def test_a_lone_text_where_numbers_stand_is_a_heading():
    sheet = read(HEADER, *BODY[:5], ["榆次区"], *BODY[5:])
    assert (used(sheet), told(sheet)) == (BODY, [("section_row", "warning", 7)])


def test_a_lone_name_in_a_full_table_is_kept_with_doubt():
    header = ["企业名称", "行业", "人员"]
    body = [[f"第{n}机械厂", "机械", f"{n}"] for n in "一二三四五六七八九十"]
    sheet = read(header, *body, ["太谷农机厂", "", ""], *body[:1], ["榆次农机厂", "", ""])
    assert used(sheet)[10] == ["太谷农机厂", "", ""]
    assert told(sheet) == [("lone_cell", "warning", 12), ("lone_cell", "warning", 14)]


@BOTH
def test_a_header_that_is_repeated_on_every_page_is_no_data(gridded):
    unit = ["", "", "", "万元", ""]
    rows = [HEADER, unit, *BODY[:3], [], HEADER, unit, *BODY[3:], HEADER]
    sheet = read(*rows, gridded=gridded)
    assert used(sheet) == BODY
    assert told(sheet)[0] == ("unit_row", "warning", 2)
    assert told(sheet)[1:] == [("repeated_header_row", "warning", n) for n in (7, 8, 12)]


@BOTH
@pytest.mark.parametrize(
    "other",
    [
        [["平台名称", "级别"], ["煤化工重点实验室", "省级"], ["镁合金中心", "市级"]],
        [["厂名栏", "产品栏", "去向栏"], ["甲厂", "机床", "太原"]],
    ],
)
def test_a_second_table_is_rejected_as_a_whole_and_told_once(other, gridded):
    sheet = read(HEADER, *BODY, [], *other, gridded=gridded)
    assert (used(sheet), told(sheet)) == (BODY, [("second_table", "error", 9)])
    assert sheet.problems[0].details == {"rows": len(other) - 1}
    assert (sheet.rows_in, sheet.rejected, sheet.blank) == (7 + len(other), len(other), 1)


def test_the_title_of_a_second_table_goes_with_it():
    rows = [[], ["附表2：平台情况"], ["平台名称", "级别"], ["煤化工重点实验室", "省级"]]
    sheet = read(HEADER, *BODY, *rows)
    assert (used(sheet), sheet.rejected) == (BODY, 3)
    assert told(sheet) == [("section_row", "warning", 9), ("second_table", "error", 10)]


def test_the_first_table_may_go_on_behind_the_second():
    rows = [[], ["平台名称", "级别"], ["镁合金中心", "省级"], [], HEADER, *BODY[4:]]
    sheet = read(HEADER, *BODY[:4], *rows)
    assert used(sheet) == BODY
    assert told(sheet) == [("second_table", "error", 7), ("repeated_header_row", "warning", 10)]


def test_a_header_of_known_names_needs_no_gap_before_it():
    sheet = read(HEADER, *BODY, ["企业名称", "所属行业", "成立时间"], ["甲", "机械", "2001"])
    assert (used(sheet), told(sheet)) == (BODY, [("second_table", "error", 8)])


@pytest.mark.parametrize(
    "row",
    [
        ["7", "太原科技大学", "丁厂", "待定", ""],
        ["7", "太原科技大学", "丁厂", "面议", "待定"],
        ["", "太原理工大学", "丁厂", "面议", "待定"],
        ["", "某大学", "某厂", "", ""],
        ["8", "9", "", "5", ""],
    ],
)
def test_a_row_of_data_behind_a_gap_is_no_second_table(row):
    sheet = read(HEADER, *BODY, [], row)
    assert (used(sheet)[-1], told(sheet)) == (row, [])


# Rows of another length


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
def test_a_blank_cell_too_many_is_taken_out_and_told(place):
    row = [*BODY[3][:place], "", *BODY[3][place:]]
    sheet = read(HEADER, *BODY[:3], row, *BODY[4:])
    assert (used(sheet), told(sheet)) == (BODY, [("extra_cells", "warning", 5)])
    assert sheet.problems[0].details == {"cells": 6, "header": 5, "read": " | ".join(BODY[3])}


def test_a_row_that_is_shifted_over_a_blank_last_column_is_mended():
    header, body = [*HEADER, "备注"], [[*row, ""] for row in BODY]
    row = [*BODY[3][:2], "", *BODY[3][2:], ""]
    sheet = read(header, *body[:3], row, *body[4:])
    assert (used(sheet), told(sheet)) == (body, [("extra_cells", "warning", 5)])


@pytest.mark.parametrize(
    "row",
    [
        ["", "甲", "", "乙"],
        ["甲", "乙", "丙", "丁"],
        ["", "", "甲", "乙", "丙", "丁"],
    ],
)
def test_a_long_row_that_may_be_read_in_two_ways_or_none_is_rejected(row):
    body = [
        ["甲", "乙", ""],
        ["丙", "丁", "戊"],
        ["甲", "", "己"],
        ["", "丁", "己"],
        ["庚", "", ""],
    ]
    sheet = read(["市", "县", "乡"], *body, row)
    assert (used(sheet), told(sheet)) == (body, [("extra_cells", "error", 7)])
    assert sheet.problems[0].details["read"] == "—"


def test_a_lost_separator_is_put_back_where_one_place_fits():
    body = [*BODY[:3], *BODY[4:], BODY[3]]
    sheet = read(HEADER, *body[:5], [*BODY[3][:3], "10.52024-05-20"])
    assert (used(sheet), told(sheet)) == (body, [("missing_cells", "warning", 7)])
    assert sheet.problems[0].details == {"cells": 4, "header": 5, "read": " | ".join(BODY[3])}
    sheet = read(HEADER, *body[:5], ["4", "中北大学一汽大众汽车有限公司", "10.5", "2024-05-20"])
    assert (used(sheet), told(sheet)) == (body[:5], [("missing_cells", "error", 7)])


def test_a_row_that_ends_too_early_is_filled_or_rejected_by_what_fits():
    header, body = [*HEADER, "备注"], [[*row, ""] for row in BODY]
    sheet = read(header, *body[:5], body[5][:5], BODY[0][1:])
    assert (used(sheet), told(sheet)) == (
        body,
        [("missing_cells", "warning", 7), ("missing_cells", "error", 8)],
    )


def test_trailing_separators_on_every_row_are_nothing_to_tell():
    rows = [[*row, "", ""] for row in [HEADER, *BODY]]
    sheet = read(*rows)
    assert (sheet.header, used(sheet), told(sheet)) == (tuple(HEADER), BODY, [])
    shifted = ["7", "", "山西大学", "甲厂", "20", "2024-03-01", "", ""]
    glued = ["7山西大学", "甲厂", "20", "2024-03-01", "", ""]
    sheet = read(*rows, shifted, glued)
    assert used(sheet) == [*BODY, *[["7", "山西大学", "甲厂", "20", "2024-03-01"]] * 2]
    assert told(sheet) == [("extra_cells", "warning", 8), ("missing_cells", "warning", 9)]


def test_a_header_with_fewer_cells_than_all_rows_is_doubtful():
    rows = [[*row, ""] for row in BODY]
    sheet = read(HEADER, *rows)
    assert (sheet.header, used(sheet)) == ((*HEADER, ""), rows)
    assert told(sheet) == [("short_header", "warning", 1)]
    glued = [*HEADER[:2], "合作企业签约金额", "签约日期"]
    assert told(read(glued, *BODY)) == [
        ("short_header", "warning", 1),
        *[("extra_cells", "error", n) for n in range(2, 8)],
    ]


def test_columns_without_a_name_are_kept_where_half_of_the_rows_hold_text():
    rows = [[*HEADER, "", ""], *[[*row, "", "甲"] for row in BODY]]
    sheet = read(*rows)
    assert (sheet.header, told(sheet)) == ((*HEADER, "", ""), [("blank_header", "warning", None)])
    assert used(sheet) == rows[1:]


def test_a_word_beside_the_table_costs_a_workbook_no_row():
    rows = [[*HEADER], *BODY[:2], [*BODY[2], "", "已核"], *BODY[3:]]
    sheet = read(*rows, gridded=True)
    assert (used(sheet), told(sheet)) == (BODY, [("extra_cells", "warning", 4)])


def test_a_long_lone_sentence_beyond_the_columns_or_in_a_column_of_links_is_a_note():
    header = ["名称", "网址", "人数"]
    body = [[f"第{n}厂", f"https://www.example.com/{'x' * 60}/{n}", "5"] for n in "一二三四五六"]
    note = ["", "以下为各县区报送的补充材料清单", ""]
    sheet = read(header, *body, note, gridded=True)
    assert (used(sheet), told(sheet)) == (body, [("footnote", "warning", 8)])
    sheet = read(header, *body, ["", "", "", "已核对"], *body[:1], gridded=True)
    assert (used(sheet), told(sheet)) == ([*body, body[0]], [("section_row", "warning", 8)])


def test_many_title_lines_without_an_end_are_the_table_itself():
    sheet = read(*[["附件"]] * 30, *[["甲", "乙"]] * 3)
    assert (sheet.header, sheet.rows_in) == (("附件",), 32)


# Everything is accounted for


def test_totals_are_not_checked_in_a_table_that_is_too_long_for_it(monkeypatch):
    monkeypatch.setattr(sheets, "_BLOCK", 4)
    sheet = read(HEADER, *BODY, ["合计", "", "", "201"])
    assert (used(sheet), told(sheet)) == (BODY, [("total_row", "warning", 8)])


def test_a_total_is_checked_over_blank_cells_too():
    body = [*BODY[:5], [*BODY[5][:3], "", BODY[5][4]]]
    sheet = read(HEADER, *body, ["合计", "", "", "100"])
    assert told(sheet) == [("total_row", "warning", 8)]


@pytest.mark.parametrize(
    ("name", "delimiter", "rows"),
    [
        ("anr-pia/projects.csv", ",", 1379),
        ("norway-h2020/grants.csv", ";", 2931),
        ("norway-h2020/fields.csv", ",", 44),
        ("h2020-2016/projects.csv", "\t", 7574),
    ],
)
def test_real_registers_have_no_flag(real_data, name, delimiter, rows):
    with (real_data / name).open(encoding="utf-8-sig", newline="") as stream:
        numbered = enumerate(csv.reader(stream, delimiter=delimiter), start=1)
        sheet = build_sheet(numbered, file=name, dialect={"delimiter": delimiter})
    assert (told(sheet), sheet.rows_in, len(sheet.cells)) == ([], rows, rows)


def test_rows_that_were_set_aside_before_are_counted():
    rows = [(1, None), (2, HEADER), (3, BODY[0]), (4, None), (5, BODY[1])]
    sheet = build_sheet(rows, file="t")
    assert (sheet.rows_in, sheet.rejected, used(sheet)) == (3, 1, BODY[:2])
    sheet = build_sheet(rows[1:], file="t", plain=True)
    assert (sheet.rows_in, sheet.rejected, used(sheet)) == (3, 1, BODY[:2])


def test_problems_that_are_found_while_rows_are_read_are_kept():
    found = []

    def stream():
        found.extend(read(["x", "x"], ["1", "2"]).problems)
        yield from enumerate([HEADER, *BODY], start=1)

    assert told(build_sheet(stream(), file="t", problems=found)) == [
        ("repeated_header", "error", None)
    ]


def test_plain_rows_are_taken_as_they_are():
    rows = [["1", "2"], ["合计", "5"], ["注：", ""], [], ["x"], ["y", "z", "1"]]
    sheet = build_sheet(enumerate(rows, start=1), file="t", plain=True)
    assert (sheet.header, used(sheet)) == (("1", "2"), [["合计", "5"], ["注：", ""], ["x", ""]])
    assert told(sheet) == [("missing_cells", "warning", 5), ("extra_cells", "error", 6)]
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (5, 1, 1)


WORDS = st.sampled_from(
    [
        "",
        " ",
        "甲",
        "乙厂",
        "5",
        "2024-01-02",
        "合计",
        "注：x",
        "万元",
        "名称",
        "金额",
        "一、",
        "http://x",
    ]
)


@settings(max_examples=50)
@given(st.lists(st.lists(WORDS, max_size=5), max_size=14), st.booleans())
def test_no_row_is_lost_whatever_stands_in_it(rows, gridded):
    dialect = {"format": "workbook"} if gridded else None
    sheet = build_sheet(enumerate(rows, start=1), file="t", dialect=dialect)
    assert sheet.rows_in == len(sheet.cells) + sheet.blank + sheet.rejected
    seconds = sum(p.details["rows"] for p in sheet.problems if p.code == "second_table")
    told_rows = {p.row for p in sheet.problems}
    kept = set(sheet.cells.index)
    unseen = [
        n
        for n, row in enumerate(rows, 1)
        if any(c.strip() for c in row) and not {n} & (kept | told_rows)
    ]
    header = len([p for p in sheet.problems if p.code in {"preamble", "stacked_header"}])
    assert len(unseen) <= seconds + 1 + 14 * bool(header)
    assert kept.isdisjoint(
        p.row for p in sheet.problems if p.code in {"total_row", "footnote", "section_row"}
    )
    frame = tabulate_problems(sheet.problems, "zh")
    assert tuple(frame.columns) == PROBLEM_COLUMNS


def test_words_of_the_schema_are_known_labels_and_numbers_no_names():
    labels = ["签约金额（万元）", "Name", "甲厂", "名" * 100]
    assert [is_known_label(text) for text in labels] == [True, True, False, False]
    names = ["第一季度", "x" * 100, "09:30"]
    assert [is_name(text) for text in names] == [True, False, False]


@pytest.mark.parametrize(
    "rows",
    [
        [[f"A{n}" for n in range(1500)], *[[f"B{n}" for n in range(1500)]] * 9],
        [["注" + " " * 1_000_000, "x"], *[["说明" + "：" * 500_000, "(" * 500_000]] * 4],
        [
            ["id", "name", "x"],
            *[["1", "甲", "乙"]] * 9,
            *[["1" * 4000, "2"]] * 5,
            ["", "", "", ""] * 9,
        ],
    ],
    ids=["wide", "long cells", "other lengths"],
)
def test_hostile_rows_take_no_more_than_linear_time(rows):
    sheet = read(*rows)
    assert sheet.rows_in == len(sheet.cells) + sheet.blank + sheet.rejected


def test_nothing_is_no_layout():
    assert find_layout([(1, ["", " "]), (2, [])]).header == ()


def test_a_row_of_units_is_one_above_sums_that_are_not_exact() -> None:
    rows = [
        ["编号", "合作名称", "签约金额", "状态"],
        ["", "", "（万元）", ""],
        ["A1", "共建", "120", "已签"],
        ["A2", "共建", "约300", "已签"],
        ["A3", "共建", "500", "已签"],
    ]
    read = build_sheet(enumerate(rows, start=1), file="a.csv")
    assert (dict(read.units), read.cells.index.tolist()) == ({2: "万元"}, [3, 4, 5])
    assert [(p.code, p.row) for p in read.problems] == [("unit_row", 2)]


def test_a_unit_row_may_stand_between_two_header_rows():
    sheet = read(
        ["编号", "名称", "研发投入", "完成投资", ""],
        ["", "", "（万元）", "", ""],
        ["", "", "", "2023年", "2024年"],
        *([f"P{n}", f"甲{n}平台", f"{n}.5", str(40 + n), str(60 + n)] for n in range(1, 7)),
    )
    assert sheet.header == ("编号", "名称", "研发投入", "完成投资 2023年", "完成投资 2024年")
    assert dict(sheet.units) == {2: "万元"}
    assert used(sheet)[0] == ["P1", "甲1平台", "1.5", "41", "61"]
    assert [(p.code, p.row) for p in sheet.problems] == [("stacked_header", 1), ("unit_row", 2)]


def test_of_thousands_of_totals_each_is_set_aside_and_the_rest_told_at_once():
    sheet = read(HEADER, *BODY, *[["合计", *[""] * (len(HEADER) - 1)]] * 10_002)
    assert (sheet.rejected, used(sheet)) == (10_002, BODY)
    first, last = len(BODY) + 2, len(BODY) + 10_003
    assert [p.row for p in sheet.problems[:-1]] == list(range(first, last - 1))
    assert sheet.problems[-1].code == "more_rows"
    details = {"count": 2, "code": "total_row", "first": last - 1, "last": last}
    assert sheet.problems[-1].details == details


def test_of_thousands_of_short_rows_all_are_kept_and_the_rest_told_at_once():
    sheet = read(["市", "县", "乡"], *[["1", "2", "3"]] * 8, *[["4", "5"]] * 10_001)
    assert (sheet.rejected, len(sheet.cells)) == (0, 10_009)
    assert sheet.problems[-1].details == {
        "count": 1,
        "code": "missing_cells",
        "first": 10_010,
        "last": 10_010,
    }
