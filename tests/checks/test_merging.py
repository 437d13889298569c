"""Rows of one organisation become one node: what each said is kept, or reported."""

from __future__ import annotations

import pytest

import ecograph as eg

GOOD = {
    "universities": "id,name\nU1,太原理工大学\n",
    "enterprises": (
        "id,name,uscc,industry,region,founded,aliases,note\n"
        "E1,甲环境股份有限公司,91110000600037341L,环保,太谷区,,甲,\n"
        "E2,甲环境公司,,新能源;环保,榆次区,2015,甲环,旧名录\n"
        "E3,乙催化有限公司,,新材料,,2016,,\n"
    ),
    "institutions": "id,name,city\nI1,甲研究中心,晋中市\n",
    "agreements": (
        "id,date,parties,status,amount\n"
        "A1,2020,E1;U1,signed,10\nA2,2021,甲环境公司;U1,signed,20\n"
        "A3,2022,E2;E1;U1,signed,\nA4,2022,I1;太理工,signed,\n"
    ),
    "financials": "enterprise,year,revenue\nE1,2020,5\nE2,2021,7\n",
    "resolutions": (
        "decision,name,target,reason,by\n"
        "merge,E2,E1,同一地址,张三\nalias,太理工,U1,,\nmerge,I1,甲环境股份有限公司,,\n"
    ),
}


@pytest.fixture
def load(tmp_path):
    def write(**tables):
        for name, text in {**GOOD, **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return eg.load(tmp_path)

    return write


def test_what_was_merged_is_one_node_with_all_that_its_rows_say(load):
    ecosystem = load()
    assert list(ecosystem.select("enterprise", "institution").index) == ["E1", "E3"]
    firm = ecosystem.nodes.loc["E1"]
    assert firm["founded"] == "2015"
    assert firm["uscc"] == "91110000600037341L"
    assert firm["city"] == "晋中市"
    assert firm["note"] == "旧名录"
    assert firm["aliases"] == "甲；甲环境公司；甲环；甲研究中心"
    assert ecosystem.nodes.at["U1", "aliases"] == "太理工"
    works_in = ecosystem.link("works_in")
    assert list(works_in[works_in["source"] == "E1"]["target"]) == ["新能源", "环保"]


def test_whatever_names_a_merged_node_means_the_one_that_is_kept(load):
    ecosystem = load()
    parties = ecosystem.link("party")
    assert list(zip(parties["source"], parties["target"], strict=True)) == [
        (agreement, party) for agreement in ("A1", "A2", "A3", "A4") for party in ("E1", "U1")
    ]
    assert list(ecosystem.tables["financials"]["enterprise"]) == ["E1", "E1"]
    found = sorted((p.code, p.file, p.row, p.value) for p in ecosystem.problems)
    assert found == [
        ("duplicate_party", "agreements.csv", 4, "E1"),
        ("merged_values_differ", "enterprises.csv", 3, "榆次区"),
    ]


def test_every_row_is_accounted_for_and_every_merged_one_says_where_it_stood(load):
    ecosystem = load()
    accounts = ecosystem.accounts.set_index("table")
    assert accounts.loc["enterprises", ["rows", "used", "rejected"]].tolist() == [3, 3, 0]
    merged = ecosystem.merged.set_index("id")
    assert merged.loc["E2", ["into", "file", "row", "name"]].tolist() == [
        "E1",
        "enterprises.csv",
        3,
        "甲环境公司",
    ]
    assert merged.at["I1", "into"] == "E1"
    assert "同一地址; 张三; resolutions.csv, 2" in merged.at["E2", "because"]
    assert merged.loc["太理工", ["kind", "into"]].tolist() == ["", "U1"]


def test_explain_leads_from_a_merged_id_to_the_node_and_its_rows(load):
    table = eg.explain(load(), "E2", measures=False)
    merged = table[table["what"] == "merged"].set_index("value")
    assert table["value"].iloc[0] == "甲环境股份有限公司"
    assert merged.loc["甲环境公司", ["file", "row"]].tolist() == ["enterprises.csv", 3]
    assert "同一地址" in merged.at["甲环境公司", "because"]


def test_nobody_is_merged_where_that_is_asked(tmp_path, load):
    load()
    ecosystem = eg.load(tmp_path, settings={"resolve": "none"})
    assert list(ecosystem.select("enterprise", "institution").index) == ["E1", "E2", "E3", "I1"]
    assert len(ecosystem.merged) == 0
    assert "unknown_reference" in [p.code for p in ecosystem.problems]


def test_an_agreement_between_two_names_of_one_firm_is_self_cooperation(load):
    ecosystem = load(agreements="id,parties,status\nA1,E1;E2,signed\n")
    assert ("self_cooperation", 2) in [(p.code, p.row) for p in ecosystem.problems]
    assert len(ecosystem.link("party")) == 1


def test_a_single_reference_goes_to_a_kept_row_that_has_none(load):
    ecosystem = load(resolutions="decision,name,target\nmerge,E1,E3\n")
    lies_in = ecosystem.link("lies_in")
    assert ("E3", "太谷区") in zip(lies_in["source"], lies_in["target"], strict=True)
    assert not [p for p in ecosystem.problems if p.code == "merged_values_differ"]


def test_a_masked_copy_holds_neither_decisions_nor_merged_names(load):
    copy = eg.mask(load())
    assert len(copy.merged) == 0
    assert "resolutions" not in copy.tables


def test_a_kept_id_that_other_kinds_use_is_found_with_its_kind(load):
    ecosystem = load(
        institutions="id,name\nE1,丙中心\n",
        agreements="id,parties,status\nA1,institution:E1;U1,signed\nA2,enterprise:E1;U1,signed\n",
        resolutions="decision,name,target\nmerge,institution:E1,enterprise:E1\n",
        financials="enterprise,year\nE1,2020\n",
    )
    parties = ecosystem.link("party")
    assert set(parties["target"]) == {"enterprise:E1", "U1"}
    assert len(parties) == 4


def test_a_part_is_a_node_of_its_own_that_leads_to_the_whole(load):
    ecosystem = load(
        institutions="id,name\nI1,甲环境太原分公司\nI2,丙中心\n",
        agreements="id,parties,status\nA1,I1;U1,signed\n",
        resolutions="decision,name,target\nmerge,E2,E1\npart_of,I1,E2\npart_of,丙中心,U1\n",
    )
    parts = ecosystem.link("part_of")
    assert list(zip(parts["source"], parts["target"], strict=True)) == [("I1", "E1"), ("I2", "U1")]
    assert parts["row"].tolist() == [2, 3]
    assert "I1" in ecosystem.link("party")["target"].to_numpy()
