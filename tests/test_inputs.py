"""What `ecograph check` says, proposes and marks, and the template on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import openpyxl
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result

from ecograph.cli import cli
from ecograph.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A folder with three faults of two kinds, and a sheet that nobody knows."""
    folder = tmp_path / "city"
    folder.mkdir()
    tables = {
        "universities": "编号,名称\nU1,甲大学\n",
        "enterprises": "编号,名称\nE1,乙公司\n",
        "agreements": "编号,协议方,金额,状态\n"
        "A1,U1；E1,120万元,已签\nA2,U1；E9,不详,已签\nA3,U1；E8,5万元,已签\n",
        "附件1 平台": "平台名称,依托单位\n丙实验室,甲大学\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_check_says_each_kind_once_with_its_first_place_and_remedy(faulty: Path) -> None:
    done = run("check", faulty)
    assert done.return_value == 1
    assert done.stdout.splitlines()[:3] == [
        "错误 unknown_reference：2 处",
        (
            "  首处 agreements.csv, 第 3 行, 协议方："
            "“E9”不是任何 高校, 平台, 企业, 机构, 产业, 地区 的编号、名称或别名。"
        ),
        "  请改正写法，或在相应表中补充该单位或别名。",
    ]
    kinds = [line for line in done.stdout.splitlines() if not line.startswith("  ")]
    assert kinds[1:3] == ["错误 unreadable_amount：1 处", "提醒 unknown_table：1 处"]
    assert "ecograph check DATA --suggest" in done.stdout
    assert done.stderr.splitlines()[-1] == (
        "错误 3 处，提醒 1 处；共 6 行：采用 5 + 剔除 1 + 空白 0 = 6。"
    )


def test_check_speaks_english(faulty: Path) -> None:
    done = run("check", faulty, "--lang", "en")
    assert done.stdout.splitlines()[0] == "error unknown_reference: 2"
    assert "first at agreements.csv, row 3, 协议方" in done.stdout
    assert done.stderr.splitlines()[-1] == (
        "3 errors, 1 warnings; 6 rows, 5 used, 1 rejected, 0 blank (5 + 1 + 0 = 6)."
    )


def test_check_lists_each_problem_where_a_form_is_asked_for(faulty: Path, tmp_path: Path) -> None:
    assert run("check", faulty, "-o", tmp_path / "problems.csv").return_value == 1
    table = pd.read_csv(tmp_path / "problems.csv", encoding="utf-8-sig")
    assert sorted(zip(table["code"], table["file"], table["row"].fillna(0), strict=True)) == [
        ("unknown_reference", "agreements.csv", 3),
        ("unknown_reference", "agreements.csv", 4),
        ("unknown_table", "附件1 平台.csv", 0),
        ("unreadable_amount", "agreements.csv", 3),
    ]
    rows = json.loads(run("check", faulty, "--format", "json").stdout)["rows"]
    assert len(rows) == 4


def test_a_text_of_the_data_moves_no_cursor(tmp_path: Path) -> None:
    text = '编号,名称\n"U1\x1b[2J\nx",甲\n"U1\x1b[2J\nx",乙\n'
    (tmp_path / "高校.csv").write_text(text, encoding="utf-8")
    said = run("check", tmp_path).stdout
    assert "duplicate_id" in said
    assert "\x1b" not in said


def test_check_marks_the_problems_in_a_copy(faulty: Path, tmp_path: Path) -> None:
    done = run("check", faulty, "--annotate", tmp_path / "marked.xlsx")
    assert done.return_value == 1
    assert "已标出 4 处问题" in done.stderr
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames[0] == "问题"
    assert "unreadable_amount" in book["agreements"]["C3"].comment.text
    for wrong in (["marked.csv"], ["marked.xlsx", "--suggest"]):
        assert isinstance(run("check", faulty, "--annotate", *wrong).exception, click.UsageError)


def test_data_that_cannot_be_loaded_are_marked_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "通讯录.csv").write_text("姓名,电话\n张三,138\n", encoding="utf-8")
    done = run("check", tmp_path, "--annotate", tmp_path / "marked.xlsx")
    assert isinstance(done.exception, DataError)
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert "unknown_table" in book["通讯录"]["A1"].comment.text


def test_check_proposes_and_saves_how_to_map(faulty: Path) -> None:
    done = run("check", faulty, "--suggest")
    assert done.return_value == 0
    assert "附件1 平台.csv" in done.stdout
    assert "platforms" in done.stdout
    assert "尚未采用" in done.stderr
    assert not (faulty / "ecosystem.yaml").exists()
    (faulty / "ecosystem.yaml").write_text("name: 某市  # ours\n", encoding="utf-8")
    done = run("check", faulty, "--suggest", "-o", faulty / "ecosystem.yaml")
    assert "新增 1 条对应，0 条已有" in done.stderr
    text = (faulty / "ecosystem.yaml").read_text(encoding="utf-8")
    assert text.startswith("name: 某市  # ours\n")
    assert yaml.safe_load(text)["tables"] == {"附件1 平台.csv": "platforms"}
    assert "没有可建议的对应" in run("check", faulty, "--suggest").stderr
    assert "提醒 0 处；共 6 行：采用 6 + 剔除 0" in run("check", faulty).stderr


def test_proposals_can_be_a_table_and_say_where_they_belong(faulty: Path, tmp_path: Path) -> None:
    run("check", faulty, "--suggest", "--lang", "en", "-o", tmp_path / "found.csv")
    table = pd.read_csv(tmp_path / "found.csv", encoding="utf-8-sig")
    assert table[["file", "table"]].to_numpy().tolist() == [["附件1 平台.csv", "platforms"]]
    done = run("check", faulty, "--suggest", "--lang", "en", "-o", tmp_path / "other.yaml")
    assert "1 entries added, 0 were there already" in done.stderr
    assert "from the folder of the data" in done.stderr


def test_the_template_is_written_in_both_languages(tmp_path: Path) -> None:
    for lang, first in (("zh", "说明"), ("en", "Guide")):
        path = tmp_path / f"{lang}.xlsx"
        assert run("template", "-o", path, "--lang", lang).exit_code == 0
        assert openpyxl.load_workbook(path).sheetnames[0] == first
