from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
import yaml
from builders import make_ecosystem, write_folder

from ecograph.errors import DataError, SettingsError
from ecograph.loader import load
from ecograph.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

IDS = ["00123", "911100006000373410", "NA", "NULL", "None", "1e5", "010", "NO", "nan", "TRUE", "~"]
TOWN = {
    "universities": "id,name\nU1,a\nU2,b\n",
    "agreements": "id,parties,date\nA1,U1;U2,2024-05-25\n",
}


def write_records(folder: Path, suffix: str) -> Path:
    """Write firms with awkward ids, and an agreement of each with the next, in one format."""
    firms = pd.DataFrame({"id": IDS, "name": IDS})
    pairs = [f"{a}；{b}" for a, b in zip(IDS, [*IDS[1:], IDS[0]], strict=True)]
    tables = {"enterprises": firms, "agreements": pd.DataFrame({"id": IDS, "parties": pairs})}
    # agreements and firms share their ids on purpose
    for name, table in tables.items():
        path = folder / f"{name}.{suffix}"
        if suffix == "csv":
            table.to_csv(path, index=False)
        elif suffix == "tsv":
            table.to_csv(path, index=False, sep="\t", encoding="utf-16")
        elif suffix == "parquet":
            table.to_parquet(path)
        elif suffix == "json":
            path.write_text(json.dumps(table.to_dict("records")), "utf-8")
        elif suffix == "yaml":
            rows = (f"- id: {r.id}\n  name: {r.id}\n" for r in table.itertuples())
            if name == "agreements":
                rows = (f"- id: {r.id}\n  parties: {r.parties}\n" for r in table.itertuples())
            path.write_text("".join(rows), "utf-8")
    if suffix == "xlsx":
        path = folder / "city.xlsx"
        with pd.ExcelWriter(path) as book:
            for name, table in tables.items():
                table.to_excel(book, sheet_name=name, index=False)
        return path
    return folder


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx", "parquet", "json", "yaml"])
def test_ids_and_names_stay_exact_text_in_every_format(tmp_path: Path, suffix: str) -> None:
    ecosystem = load(write_records(tmp_path, suffix))
    firms = ecosystem.select("enterprise")
    assert firms["name"].tolist() == sorted(IDS)
    assert firms.index.tolist() == [f"enterprise:{i}" for i in sorted(IDS)]
    assert len(ecosystem.edges) == 2 * len(IDS)
    assert ecosystem.errors == ()


@pytest.mark.parametrize(
    "data",
    [
        "编号,名称\nU1,太原理工大学\n".encode("gb18030"),
        "编号;名称\nU1;太原理工大学\n".encode("utf-8-sig"),
        "编号\t名称\nU1\t太原理工大学\n".encode("utf-16"),
    ],
)
def test_registers_as_offices_write_them(data: bytes) -> None:
    ecosystem = make_ecosystem({"高校": data})
    assert ecosystem.nodes["name"].to_dict() == {"U1": "太原理工大学"}
    assert ecosystem.lang == "zh"


def test_a_workbook_is_an_ecosystem(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[object]]] = {
        "高校": [["编号", "名称"], ["U1", "太原理工大学"]],
        "企业": [["编号", "企业名称", "所属产业"], ["E1", "银圣", "新材料"]],
        "协议": [
            ["协议编号", "合作高校", "合作企业", "签约时间", "金额（万元）", "状态"],
            ["A1", "太原理工大学", "银圣", dt.date(2024, 5, 25), 120, "已签"],
        ],
        "说明": [["本表由科技局填写"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "晋中.xlsx")
    ecosystem = load(tmp_path / "晋中.xlsx")
    assert ecosystem.name == "晋中"
    assert ecosystem.as_of == dt.date(2024, 5, 25)
    agreement = ecosystem.nodes.loc["A1"]
    assert (agreement["amount"], agreement["status"], agreement["sheet"]) == (
        1.2e6,
        "signed",
        "协议",
    )
    assert ecosystem.edges[["source", "target", "kind"]].to_numpy().tolist() == [
        ["A1", "E1", "party"],
        ["A1", "U1", "party"],
        ["E1", "新材料", "works_in"],
    ]
    assert [(p.code, p.sheet) for p in ecosystem.problems] == [("unknown_table", "说明")]


def test_a_table_may_be_split_over_files_with_other_columns() -> None:
    tables = {
        "universities": "id,name,aliases\nU1,a,甲\nU2,b,\n",
        "universities_2": "id,name,city\nU3,c,晋中\n",
        "agreements_2023": "id,parties,disciplines,status\nA1,U1;U2,化学,planned\n",
        "agreements_2024": "id,合作高校,amount\nA2,甲;c,5万元\nA3,U3,\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.errors == ()
    agreements = ecosystem.select("agreement")
    assert agreements["status"].tolist() == ["planned", "signed", "signed"]
    assert agreements["file"].tolist() == ["agreements_2023.csv"] + ["agreements_2024.csv"] * 2
    assert agreements["row"].tolist() == [2, 2, 3]
    assert ecosystem.link("party")["target"].tolist() == ["U1", "U2", "U1", "U3", "U3"]
    assert ecosystem.accounts["used"].sum() == 6


def test_facts_of_ecosystem_yaml() -> None:
    facts = {
        "name": "晋中市",
        "as_of": "2024-06",
        "language": "en",
        "currency": "EUR",
        "synthetic": True,
        "tables": {"x.csv": "协议"},
        "columns": {"agreements": {"Wert": "amount", "Wer": "parties"}},
        "settings": {"seed": 5, "weighting": "newman"},
    }
    text = yaml.safe_dump(facts, allow_unicode=True)
    tables = {"universities": TOWN["universities"], "x": 'id,Wer,Wert\nA1,U1;U2,"5,5"\n'}
    ecosystem = make_ecosystem({**tables, "ecosystem.yaml": text})
    assert (ecosystem.name, ecosystem.lang, ecosystem.currency) == ("晋中市", "en", "EUR")
    assert ecosystem.synthetic is True
    assert ecosystem.as_of == dt.date(2024, 6, 30)
    assert (ecosystem.settings.seed, ecosystem.settings.weighting) == (5, "newman")
    assert ecosystem.nodes.at["A1", "amount"] == 5.5
    assert ecosystem.link("party")["target"].tolist() == ["U1", "U2"]


def test_the_caller_goes_before_ecosystem_yaml() -> None:
    tables = {**TOWN, "ecosystem.yaml": "as_of: 2024-01-01\nsettings: {seed: 5, margin: 0.9}\n"}
    chosen = make_ecosystem(tables, seed=7, as_of="2023-12-31").settings
    assert (chosen.seed, chosen.margin, chosen.as_of) == (7, 0.9, dt.date(2023, 12, 31))


def test_a_settings_value_is_taken_as_it_is(tmp_path: Path) -> None:
    ecosystem = load(write_folder(tmp_path, TOWN), settings=Settings(seed=9, lang="zh"))
    assert (ecosystem.settings.seed, ecosystem.lang) == (9, "zh")
    assert ecosystem.as_of == dt.date(2024, 5, 25)


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("2024-05-25", (2024, 5, 25)),
        ("2024", (2024, 12, 31)),
        ("2024-05-25 10:00:00", (2024, 5, 25)),
    ],
)
def test_the_day_may_be_written_as_a_period(text: str, as_of: tuple[int, int, int]) -> None:
    ecosystem = make_ecosystem({**TOWN, "ecosystem.yaml": f"as_of: {text}\n"})
    assert ecosystem.as_of == dt.date(*as_of)
    assert type(ecosystem.as_of) is dt.date


def test_without_any_date_no_day_is_made_up() -> None:
    ecosystem = make_ecosystem({**TOWN, "agreements": "id,parties\nA1,U1;U2\n"})
    assert ecosystem.as_of is None
    assert ecosystem.counted.tolist() == ["A1"]


@pytest.mark.parametrize(
    "text",
    [
        "as_of: someday\n",
        "language: fr\n",
        "settings: {sede: 1}\n",
        "settings: {counted: 5}\n",
        "settings: {as_of: 2024}\n",
        "colour: red\n",
    ],
)
def test_facts_that_make_no_sense_are_settings_errors(text: str) -> None:
    with pytest.raises(SettingsError):
        make_ecosystem({**TOWN, "ecosystem.yaml": text})


def test_a_broken_ecosystem_yaml_is_a_data_error() -> None:
    with pytest.raises(DataError, match=r"ecosystem\.yaml cannot be read"):
        make_ecosystem({**TOWN, "ecosystem.yaml": "a: ["})


def test_a_folder_without_a_known_table_is_refused_with_its_problems() -> None:
    with pytest.raises(DataError, match="no table that ecograph knows") as caught:
        make_ecosystem(
            {"gadgets": "id\nG1\n", "parties": "agreement\nA1\n", "teams": "\n", "events": ""}
        )
    assert sorted(p.code for p in caught.value.problems) == [
        "empty_file",
        "missing_column",
        "missing_column",
        "missing_column",
        "no_header",
        "unknown_table",
    ]


@pytest.mark.parametrize(
    "tables",
    [
        {"indicators": "id,name,value\nK1,a,3\n"},
        {"universities": "id,name\nU1,\n"},
        {"agreements": "id,status\n"},
    ],
)
def test_an_ecosystem_may_have_no_node(tables: dict[str, str]) -> None:
    ecosystem = make_ecosystem(tables)
    assert len(ecosystem.nodes) == len(ecosystem.graph) == 0
    assert ecosystem.nodes.index.name == "id"
    assert {"kind", "name", "file", "sheet", "row"} <= set(ecosystem.nodes)
    assert "0 nodes" in repr(ecosystem)


def test_attributes_of_one_table_do_not_disturb_another() -> None:
    tables = {
        **TOWN,
        "universities": "id,name,amount,date,date_start,status,kind,file\nU1,a,x,x,x,x,x,x\nU2,b\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.counted.tolist() == ["A1"]
    university = ecosystem.nodes.loc["U1"]
    assert (university["kind"], university["file"]) == ("university", "universities.csv")
    assert (university["file_"], university["status"]) == ("x", "x")


def test_every_node_and_edge_knows_its_row() -> None:
    tables = {**TOWN, "parties": "agreement,organisation,role,amount\n\nA1,b,牵头,5\n"}
    tables["agreements"] = "id,date\nA1,2024\n"
    ecosystem = make_ecosystem(tables)
    (edge,) = ecosystem.edges.to_dict("records")
    assert (edge["file"], edge["row"]) == ("parties.csv", 3)
    assert (edge["source"], edge["target"], edge["role"], edge["amount"]) == (
        "A1",
        "U2",
        "lead",
        5.0,
    )
    assert ecosystem.nodes.loc["U2", ["file", "row"]].tolist() == ["universities.csv", 3]


def test_columns_make_their_edges_in_their_direction() -> None:
    tables = {
        "universities": "id,name\nU1,a\n",
        "enterprises": "id,name,industry,region\nE1,e,新材料,太谷区\n",
        "platforms": "id,name,hosts,disciplines,industry,serves\nP1,p,U1;E1,化学,新材料,E1\n",
        "teams": "id,name,university,disciplines\nT1,t,U1,化学\n",
        "achievements": "id,name,owners\nR1,r,T1;U1\n",
        "demands": "id,name,enterprise,disciplines\nQ1,q,E1,化学;物理\n",
        "events": "id,name,participants\nV1,v,E1\n",
        "offers": "university,discipline,level\nU1,化学,A\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.errors == ()
    edges = ecosystem.edges
    assert set(zip(edges["source"], edges["kind"], edges["target"], strict=True)) == {
        ("E1", "works_in", "新材料"),
        ("E1", "lies_in", "太谷区"),
        ("U1", "hosts", "P1"),
        ("E1", "hosts", "P1"),
        ("化学", "supports", "P1"),
        ("P1", "advances", "新材料"),
        ("P1", "serves", "E1"),
        ("U1", "fields", "T1"),
        ("T1", "studies", "化学"),
        ("T1", "yields", "R1"),
        ("U1", "yields", "R1"),
        ("E1", "needs", "Q1"),
        ("Q1", "studies", "化学"),
        ("Q1", "studies", "物理"),
        ("E1", "demands", "化学"),
        ("E1", "demands", "物理"),
        ("E1", "joins", "V1"),
        ("U1", "offers", "化学"),
    }
    assert edges.loc[edges["kind"] == "offers", "level"].tolist() == ["A"]


def test_hashes_name_every_file(tmp_path: Path) -> None:
    ecosystem = load(write_folder(tmp_path, {**TOWN, "ecosystem.yaml": "name: x\n"}))
    assert sorted(ecosystem.hashes) == ["agreements.csv", "ecosystem.yaml", "universities.csv"]
    assert all(len(digest) == 64 for digest in ecosystem.hashes.values())


def test_a_path_may_hold_spaces_and_chinese(tmp_path: Path) -> None:
    ecosystem = load(str(write_folder(tmp_path / "晋 中", TOWN)))
    assert ecosystem.name == "晋 中"


def test_a_damaged_code_is_told_through_loading() -> None:
    book = openpyxl.Workbook()
    book.active.title = "企业"
    for row in (["编号", "名称", "统一社会信用代码"], ["E1", "银圣", 911100006000373410]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    (problem,) = make_ecosystem({"firms.xlsx": stream.getvalue()}).problems
    assert (problem.code, problem.row, problem.column) == ("damaged_code", 2, "统一社会信用代码")


def test_attributes_that_would_hide_columns_of_the_graph_are_all_kept() -> None:
    header = "id,name,kind,kind_,file,file_,table,table_"
    tables = {"enterprises": f"{header}\nE1,银圣,a,b,c,d,e,f\n"}
    (node,) = make_ecosystem(tables).nodes.to_dict("records")
    assert (node["kind"], node["kind__"], node["kind_"]) == ("enterprise", "a", "b")
    assert (node["file"], node["file__"], node["file_"]) == ("enterprises.csv", "c", "d")
    assert (node["table__"], node["table_"]) == ("e", "f")


def test_an_ecosystem_is_named_after_its_folder_or_file(tmp_path: Path, monkeypatch) -> None:
    folder = write_folder(tmp_path / "v1.2.2024", TOWN)
    assert load(folder).name == "v1.2.2024"
    monkeypatch.chdir(folder)
    assert load(".").name == "v1.2.2024"
    assert load("universities.csv").name == "universities"


def test_a_plan_for_later_does_not_move_now():
    tables = {
        "universities": "id,name\nU1,甲\n",
        "agreements": "id,parties,date,status\nA1,U1,2024-05,signed\nA2,U1,2030,planned\n",
    }
    assert make_ecosystem(tables).as_of == dt.date(2024, 5, 1)


def test_a_slip_in_a_year_does_not_move_now():
    tables = {
        "universities": "id,name\nU1,甲\n",
        "agreements": "id,parties,date\nA1,U1,2023\nA2,U1,2024-05-01\nA3,U1,2204-05-01\n",
    }
    assert make_ecosystem(tables).as_of == dt.date(2024, 5, 1)
