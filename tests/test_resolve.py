"""`eg.resolve` and `ecograph resolve`: who is one organisation, why, and what people decide."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from program import run_program

import ecograph as eg
from ecograph.analysis.duplicates import CLUSTER_COLUMNS, MATCH_COLUMNS

CODES = ("91350100M000100Y43", "911401007159362342")  # the first is the example of GB 32100
TABLES = {
    "enterprises": (
        "id,name,uscc,city\n"
        f"E1,山西格盟普丽环境股份有限公司,{CODES[0]},晋中市\nE2,普丽环境公司,,晋中市\n"
        f"E3,晋中昊远机械有限公司,{CODES[1]},晋中市\nE4,太原昊远机械有限公司,,太原市\n"
    ),
    "universities": "id,name\nU1,太原理工大学\nU2,太原科技大学\nU3,太原理工大学材料学院\n",
    "agreements": (
        "id,date,parties,status,amount\nA1,2023,E1；U1,signed,500\n"
        "A2,2024,普丽环境公司；太原理工大學,signed,100\n"
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("names")
    for name, text in TABLES.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def test_every_mention_has_a_cluster_a_verdict_and_a_reason(folder):
    table = eg.resolve(eg.load(folder, settings={"resolve": "none"}), lang="en")
    assert tuple(table.columns) == CLUSTER_COLUMNS
    assert table.at["E2", "cluster"] == table.at["E1", "cluster"] == "E1"
    assert table.at["E2", "verdict"] == "merged"
    assert table.at["E2", "mentions"] == 2
    assert table.loc["E2", ["file", "row"]].tolist() == ["enterprises.csv", 3]
    assert table.at["E3", "cluster"] != table.at["E4", "cluster"]
    assert table.at["U3", "cluster"] == "U3"
    assert table.at["U3", "verdict"] == "apart"
    assert "part of" in table.at["U3", "evidence"]


def test_a_name_that_no_table_lists_takes_part(folder):
    table = eg.resolve(eg.load(folder, settings={"resolve": "none"}))
    assert table.at["name:太原理工大學", "cluster"] == "U1"
    assert table.at["name:太原理工大學", "file"] == "agreements.csv"


def test_the_model_is_followed_only_where_that_is_asked(folder):
    plain = eg.load(folder)
    resolved = eg.load(folder, settings={"resolve": "merged"})
    assert len(plain.merged) == 0
    assert set(resolved.merged["id"]) == {"E2", "太原理工大學"}
    parties = resolved.link("party")
    assert list(zip(parties["source"], parties["target"], strict=True)) == [
        ("A1", "E1"),
        ("A1", "U1"),
        ("A2", "E1"),
        ("A2", "U1"),
    ]
    assert not resolved.errors


def test_a_list_and_a_table_of_names_are_resolved_too():
    listed = eg.resolve(["太原理工大学", "太原理工大學", "太原科技大学"])
    assert listed["cluster"].tolist() == ["0", "0", "2"]
    frame = pd.DataFrame({"name": ["甲公司", "甲公司"], "uscc": CODES, "id": ["a", "b"]})
    apart = eg.resolve(frame)
    assert apart["cluster"].tolist() == ["a", "b"]
    assert apart.at["a", "verdict"] == "apart"


def test_pairs_are_listed_with_both_names(folder):
    table = eg.list_matches(eg.load(folder, settings={"resolve": "none"}))
    assert tuple(table.columns) == MATCH_COLUMNS
    merged = table[table["verdict"] == "merged"]
    assert {frozenset(pair) for pair in zip(merged["first"], merged["second"], strict=True)} == {
        frozenset(("E1", "E2")),
        frozenset(("U1", "name:太原理工大學")),
    }
    assert table["probability"].is_monotonic_decreasing


def test_the_command_prints_who_is_one_and_why(folder):
    done = run_program("resolve", folder, "--lang", "zh", "--quiet")
    assert done.returncode == 1  # a party that no table lists
    printed = done.stdout.decode()
    assert "普丽环境公司" in printed
    assert "已归并" in printed
    assert "太原科技大学" not in printed
    assert "太原科技大学" in run_program("resolve", folder, "--all", "-q").stdout.decode()


def test_the_review_is_written_and_obeyed_when_it_is_filled_in(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    review = tmp_path / "resolutions.csv"
    run_program("resolve", tmp_path, "--review", review, "--lang", "en", "-q")
    listed = pd.read_csv(review, dtype=str, keep_default_na=False)
    same = listed["name"].isin(["E1", "E2"]) & listed["target"].isin(["E1", "E2"])
    assert same.sum() == 1
    listed.loc[same, "decision"] = "split"
    listed.to_csv(review, index=False)
    table = eg.resolve(eg.load(tmp_path, settings={"resolve": "none"}))
    assert table.at["E1", "cluster"] != table.at["E2", "cluster"]
    assert len(eg.load(tmp_path, settings={"resolve": "merged"}).select("enterprise")) == 4


def test_contradicting_decisions_are_printed_with_their_rows(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "resolutions.csv").write_text(
        "decision,name,target\nmerge,E1,E2\nsplit,E2,E1\n", encoding="utf-8"
    )
    done = run_program("resolve", tmp_path, "--format", "json", "--quiet")
    told = json.load(io.BytesIO(done.stdout))
    conflicts = [p["row"] for p in told["problems"] if p["code"] == "decision_conflict"]
    assert conflicts == [2, 3]
    assert told["meta"]["result"] == "resolution"
