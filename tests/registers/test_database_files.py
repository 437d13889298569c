import contextlib
import sqlite3

import pandas as pd
import pytest
from export_towns import EXAMPLE, make_hostile, reload

import ecograph as eg
from ecograph.errors import RegisterError
from ecograph.registers.databases import read_database
from ecograph.render.exports import export_tables


def make(tmp_path, script, name="office.sqlite"):
    with contextlib.closing(sqlite3.connect(tmp_path / name)) as base:
        base.executescript(script)
    return tmp_path / name


@pytest.mark.parametrize("town", [lambda: eg.load(EXAMPLE), make_hostile], ids=["city", "hostile"])
def test_a_town_comes_back_with_all_its_tables(town, tmp_path):
    before = town()
    export_tables(before, tmp_path / "town.sqlite", form="sqlite")
    after = reload(read_database(tmp_path / "town.sqlite"))
    assert repr(after) == repr(before)
    assert not after.errors
    assert set(after.tables) == set(before.tables)
    for name in before.tables:
        frames = [t.tables[name].drop(columns=["_file", "_sheet", "_row"]) for t in (before, after)]
        frames = [frame[sorted(frame.columns)] for frame in frames]
        if "name" in frames[0]:  # a text keeps no sign that has no place in one
            frames[0]["name"] = frames[0]["name"].str.replace("[\x00\x07]", "", regex=True)
        pd.testing.assert_frame_equal(*frames, check_dtype=False)


def test_a_database_of_an_office_is_read_by_its_own_names(tmp_path):
    file = make(
        tmp_path,
        """
        CREATE TABLE 高校 (编号 TEXT, 名称 TEXT);
        INSERT INTO 高校 VALUES ('U1', '甲大学');
        CREATE TABLE 企业 (编号 INTEGER, 名称 TEXT, 备用 TEXT);
        INSERT INTO 企业 VALUES (7, '乙公司', NULL);
        CREATE TABLE 合作协议 (
            编号 TEXT, 参与方 TEXT, "签约金额（万元）" REAL, 状态 TEXT, 签约日期 TEXT
        );
        INSERT INTO 合作协议 VALUES ('A1', 'U1；7', 120.5, '已签', '2024年5月');
        CREATE TABLE passwords (secret TEXT);
        INSERT INTO passwords VALUES ('not ours');
        """,
    )
    tables = read_database(file)
    assert set(tables.tables) == {"universities", "enterprises", "agreements"}
    assert tables.totals == {"tables": 3, "rows": 3}
    town = reload(tables)
    assert town.nodes.loc["A1", "amount"] == 1_205_000
    assert sorted(town.edges["target"]) == ["7", "U1"]
    assert not town.problems


def test_numbers_come_without_exponent_or_needless_point(tmp_path):
    file = make(
        tmp_path,
        "CREATE TABLE agreements (id, amount); INSERT INTO agreements VALUES"
        " ('a', 1e16), ('b', 0.1), ('c', 72600.0), ('d', 0.00001), ('e', NULL)",
    )
    amounts = read_database(file).tables["agreements"]["amount"]
    assert amounts.tolist() == ["10000000000000000", "0.1", "72600", "0.00001", ""]


BROKEN = {
    "bytes": ("CREATE TABLE 高校 (id, name); INSERT INTO 高校 VALUES (1, x'00ff')", "holds bytes"),
    "two tables": ("CREATE TABLE 高校 (id); CREATE TABLE universities (id)", "both hold"),
    "no table": ("CREATE TABLE secrets (id)", "no rows in a table"),
    "only views": ("CREATE VIEW universities AS SELECT 1 AS id", "no rows in a table"),
    "empty tables": ("CREATE TABLE universities (id, name)", "no rows in a table"),
}


@pytest.mark.parametrize(("script", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_database_that_cannot_be_used_is_refused(script, reason, tmp_path):
    with pytest.raises(RegisterError, match=reason):
        read_database(make(tmp_path, script))


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "a.sqlite").write_text("id,name\n")
    with pytest.raises(RegisterError, match="not a SQLite file"):
        read_database(tmp_path / "a.sqlite")
    with pytest.raises(RegisterError, match="cannot be read"):
        read_database(tmp_path / "missing.sqlite")


def test_a_damaged_database_is_refused(tmp_path):
    file = make(tmp_path, "CREATE TABLE universities (id, name)")
    file.write_bytes(file.read_bytes()[:200] + b"\xff" * 4000)
    with pytest.raises(RegisterError, match="copy the file again"):
        read_database(file)


def test_reading_leaves_the_file_as_it_was(tmp_path):
    file = make(tmp_path, "CREATE TABLE 高校 (id, name); INSERT INTO 高校 VALUES ('U1', '甲')")
    before = file.read_bytes()
    read_database(file)
    assert file.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["office.sqlite"]
