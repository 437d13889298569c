"""Tables with one problem each, of every kind that the checks find, and the place of each."""

from __future__ import annotations

import io
from typing import NamedTuple

import openpyxl


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


def with_table(
    name: str, text: str | bytes, place: tuple[int | None, str, str], **case: object
) -> Case:
    row, column, value = place
    file = name if "." in name else f"{name}.csv"
    return Case({**GOOD, name: text}, (file, "", row, column, value), **case)  # type: ignore[arg-type]


NOWHERE = (None, "", "")
CHECKING = {
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
    "short_header": with_table(
        "teams", "id,name\nT1,a,\nT2,b,\n", (1, "", ""), severity="warning", kept=2
    ),
    "preamble": with_table(
        "teams",
        "团队台账\nid,name,leader\nT1,a,b\nT2,c,d\n",
        (1, "", "团队台账"),
        severity="warning",
        kept=2,
    ),
    "table_unit": with_table(
        "agreements",
        "单位：万元\nid,status,parties,amount\nA1,signed,U1;E1,5\nA2,signed,U2;E2,6\n",
        (1, "", "单位：万元"),
        severity="warning",
        kept=2,
    ),
    "stacked_header": with_table(
        "teams",
        "id,name,n,\n,,2023,2024\nT1,a,1,2\nT2,b,3,4\n",
        (1, "", "id | name | n | 2023 | 2024"),
        severity="warning",
        kept=2,
    ),
    "unit_row": with_table(
        "agreements",
        "id,status,parties,amount\n,,,万元\nA1,signed,U1;E1,5\n",
        (2, "", "万元"),
        severity="warning",
        kept=1,
    ),
    "header_missing": with_table(
        "teams", "T1,a\nT2,b\nT3,c\n", (1, "", ""), severity="warning", kept=0
    ),
    "repeated_header_row": with_table(
        "teams",
        "id,name\nT1,a\nid,name\nT2,b\n",
        (3, "", "id | name"),
        severity="warning",
        kept=2,
    ),
    "total_row": with_table(
        "agreements",
        "id,status,parties,amount\nA1,signed,U1;E1,5\nA2,signed,U2;E2,6\n合计,,,11\n",
        (4, "", "合计 | 11"),
        severity="warning",
        kept=2,
    ),
    "total_differs": with_table(
        "agreements",
        "id,status,parties,amount\nA1,signed,U1;E1,5\nA2,signed,U2;E2,6\n合计,,,12\n",
        (4, "amount", "12"),
        severity="warning",
        kept=2,
    ),
    "footnote": with_table(
        "teams",
        "id,name,leader\nT1,a,b\n注：新增,,\n",
        (3, "", "注：新增"),
        severity="warning",
        kept=1,
    ),
    "section_row": with_table(
        "teams",
        "id,name,leader\n一、高校,,\nT1,a,b\n",
        (2, "", "一、高校"),
        severity="warning",
        kept=1,
    ),
    "lone_cell": with_table(
        "teams",
        "id,name,leader\n" + "".join(f"T{n},a,b\n" for n in range(1, 7)) + "T7,,\n",
        (8, "", "T7"),
        severity="warning",
        kept=6,
    ),
    "second_table": with_table(
        "teams",
        "id,name,leader\nT1,a,b\n\n企业名称,所属行业,\n甲,乙,\n",
        (4, "", "企业名称 | 所属行业"),
        kept=1,
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
    "part_of_itself": with_table(
        "institutions",
        "id,name,隶属单位\nI1,a,I2\nI2,b,b\n",
        (3, "隶属单位", "b"),
        severity="warning",
        kept=2,
    ),
    "merged_values_differ": Case(
        {
            **GOOD,
            "enterprises": "id,name,founded\nE1,银圣,2015\nE2,金虎,2016\n",
            "resolutions": "decision,name,target\nmerge,E2,E1\n",
        },
        ("enterprises.csv", "", 3, "founded", "2016"),
        "warning",
        kept=2,
    ),
    "unknown_decision": with_table(
        "resolutions",
        "decision,name,target\nperhaps,U1,U2\nmerge,E1,E2\n,U1,E1\n",
        (2, "decision", "perhaps"),
        kept=3,
    ),
    "unknown_kind": with_table(
        "organisations", "id,name,kind\nO1,a,ship\n", (2, "kind", "ship"), kept=0
    ),
    "unreadable_amount": in_agreements("金额（万元）", "面议", kept=1),
    "foreign_currency": in_agreements("amount", "EUR 5", kept=1),
    "negative_amount": in_agreements("amount", "-5万元", kept=1),
    "unreadable_number": with_table(
        "events", "id,name,people\nV1,a,99999999999999999999\n", (2, "people", "9" * 20), kept=1
    ),
    "inexact_amount": in_agreements("amount", "约500万元", severity="warning", kept=1),
    "unit_conflict": in_agreements("金额（万元）", "120元", kept=1),
    "unreadable_date": in_agreements("date", "今年", kept=1),
    "ambiguous_date": in_agreements("date", "5/6/2024", kept=1),
    "impossible_date": in_agreements("date", "2024-02-30", kept=1),
    "open_date": in_agreements("date", "2023年至今", kept=1),
    "serial_date": in_agreements("date", "45437", kept=1),
    "invalid_code": with_table(
        "platforms",
        "id,name,uscc\nP1,a,91100000100003962X\n",
        (2, "uscc", "91100000100003962X"),
        severity="warning",
        kept=1,
    ),
    "repaired_code": with_table(
        "platforms",
        "id,name,uscc\nP1,a,9110OOOO100003962t\n",
        (2, "uscc", "9110OOOO100003962t"),
        severity="warning",
        kept=1,
    ),
    "rounded_code": with_table(
        "platforms",
        "id,name,uscc\nP1,a,9.11E+17\n",
        (2, "uscc", "9.11E+17"),
        severity="warning",
        kept=1,
    ),
    "unreadable_year": with_table(
        "financials", "enterprise,year\nE1,24\n", (2, "year", "24"), kept=0
    ),
    "unreadable_boolean": with_table(
        "industries", "id,name,key\nI1,a,maybe\n", (2, "key", "maybe"), kept=1
    ),
    "header_note": with_table(
        "teams", "团队编号,名称（旧）\nT1,a\n", (None, "名称（旧）", ""), severity="warning", kept=1
    ),
    "unit_not_read": with_table(
        "industries", "id,name,企业数（万所）\nI1,a,1\n", (None, "企业数（万所）", ""), kept=1
    ),
    "example_row": with_table(
        "teams", "id,name\n示例：T0,a\nT1,b\n", (2, "id", "示例：T0"), severity="warning", kept=1
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
    "names_merged": Case(
        {
            **GOOD,
            "ecosystem.yaml": "settings: {resolve: merged}\n",
            "enterprises": "id,name\nE1,普丽环境股份有限公司\nE2,普丽环境公司\n",
            "agreements": "id,parties,status\nA1,U1;E2,signed\n",
        },
        ("enterprises.csv", "", None, "", ""),
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
CHECKING["ambiguous_reference"].tables["enterprises"] = "id,name\nE1,同名\nE2,同名\n"
CHECKING["rejected_reference"].tables["enterprises"] = "id,name\nE1,银圣\nE3,\n"
for code in ("self_cooperation", "duplicate_party"):
    CHECKING[code].tables["agreements"] = "id,status,parties\nA1,signed,U1;E1\nA2,signed,\n"
