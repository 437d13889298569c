import datetime as dt
import sqlite3
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders import make_ecosystem
from export_towns import EXAMPLE, make_hostile

import ecograph as eg
from ecograph.errors import EcographError, SettingsError
from ecograph.render.exports import export_tables
from ecograph.schema import read_schema

duckdb = pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def hostile():
    return make_hostile()


@pytest.fixture(scope="module")
def written(hostile, tmp_path_factory):
    """The town as a SQLite and as a DuckDB file, open for questions."""
    folder = tmp_path_factory.mktemp("written")
    for form in ("sqlite", "duckdb"):
        export_tables(hostile, folder / f"town.{form}", form=form)
    lite = sqlite3.connect(folder / "town.sqlite")
    duck = duckdb.connect(str(folder / "town.duckdb"), read_only=True)
    yield {"sqlite": lite, "duckdb": duck}
    lite.close()
    duck.close()


BOTH = pytest.mark.parametrize("form", ["sqlite", "duckdb"])


def ask(written, form, query):
    return written[form].execute(query).fetchall()


@BOTH
def test_every_table_and_column_of_the_schema_is_there(written, form):
    for table in read_schema().tables.values():
        cursor = written[form].execute(f'SELECT * FROM "{table.name}"')  # noqa: S608
        assert set(table.columns) <= {column[0] for column in cursor.description}


@BOTH
def test_the_database_says_what_it_is(written, form):
    row = ask(
        written, form, "SELECT name, CAST(as_of AS VARCHAR), currency, language FROM ecograph"
    )
    assert row == [("Town & <b>", "2024-06-30", "CNY", "zh")]


@BOTH
def test_views_answer_what_was_worked_out_by_hand(written, form):
    counted = ask(written, form, "SELECT id FROM agreements_counted ORDER BY id")
    assert counted == [("A1",), ("A2",), ("A4",)]
    strong = ask(
        written,
        form,
        "SELECT id, partners, strength FROM organisations_all WHERE partners > 0"
        " ORDER BY strength DESC, id",
    )
    assert strong == [
        ("enterprise:1", 2, 3.0),
        ("university:1", 2, 3.0),
        ("E3", 2, 2.0),
        ("J1", 1, 1.0),
        ("U 2", 1, 1.0),
    ]
    tie = ask(
        written,
        form,
        "SELECT source_name, target_kind, weight, amount, first, last"
        " FROM ties_named WHERE target = 'university:1' AND source = 'enterprise:1'",
    )
    assert tie == [('say "hi"', "university", 2.0, 1200000.1, 2021, 2022)]


@BOTH
def test_columns_have_types(written, form):
    types = {
        "sqlite": ["text", "real", "text", "text", "integer"],
        "duckdb": ["VARCHAR", "DOUBLE", "VARCHAR", "DATE", "BIGINT"],
    }[form]
    query = "SELECT typeof(id), typeof(amount), typeof(date), typeof(date_start), typeof(_row)"
    assert list(ask(written, form, f"{query} FROM agreements WHERE id = 'A1'")[0]) == types


def test_dates_are_iso_text_in_sqlite_and_days_in_duckdb(written):
    query = "SELECT date, date_start, date_end, ends, ends_end FROM agreements WHERE id = 'A1'"
    text = ("2021-02-03", "2021-02-03", "2021-02-03", "2022", "2022-12-31")
    day = dt.date(2021, 2, 3)
    assert ask(written, "sqlite", query) == [text]
    assert ask(written, "duckdb", query) == [(text[0], day, day, "2022", dt.date(2022, 12, 31))]


@BOTH
def test_hostile_cells_and_columns_are_kept(written, form):
    assert ask(written, form, "SELECT name, x FROM universities WHERE id = '1'") == [
        ("<script>alert(1)</script> & Sons", "left")
    ]
    assert ask(written, form, "SELECT name FROM universities WHERE id = 'U 2'") == [
        ("=cmd|' /C calc'!A0",)
    ]


@BOTH
def test_references_lead_to_nodes(written, form):
    for table, column in (("edges", "source"), ("parties", "organisation"), ("ties", "target")):
        lost = f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM nodes)"  # noqa: S608
        assert ask(written, form, lost) == [(0,)]


def test_sqlite_documents_foreign_keys_that_hold(written):
    base = written["sqlite"]
    assert ask(written, "sqlite", "PRAGMA integrity_check") == [("ok",)]
    assert ask(written, "sqlite", "PRAGMA foreign_key_check") == []
    keys = {(row[2], row[3], row[4]) for row in base.execute("PRAGMA foreign_key_list(parties)")}
    assert keys == {("nodes", "agreement", "id"), ("nodes", "organisation", "id")}
    plan = str(base.execute("EXPLAIN QUERY PLAN SELECT * FROM nodes WHERE id = '1'").fetchall())
    assert "USING INDEX" in plan


def test_duckdb_says_in_comments_what_columns_hold(written):
    query = (
        "SELECT comment FROM duckdb_columns()"
        " WHERE table_name = 'parties' AND column_name = 'organisation'"
    )
    assert "an id of nodes" in ask(written, "duckdb", query)[0][0]


def test_a_table_that_is_only_edges_is_written_too(tmp_path):
    town = make_ecosystem(
        {
            "universities": "id,name\nU1,甲\nU2,乙\nU3,丙\n",
            "agreements": "id,parties,status\nA1,U1；U2,signed\nA2,,signed\n",
            "parties": "agreement,organisation,role\nA2,U2,lead\nA2,U3,\n",
        }
    )
    export_tables(town, tmp_path / "town.sqlite", form="sqlite")
    with sqlite3.connect(tmp_path / "town.sqlite") as base:
        query = "SELECT agreement, organisation, role FROM parties ORDER BY 2"
        assert base.execute(query).fetchall() == [("A2", "U2", "lead"), ("A2", "U3", None)]
    base.close()


def test_columns_that_differ_only_in_case_stay_apart(tmp_path):
    town = make_ecosystem({"universities": 'id,name,mood,"a""b; DROP TABLE nodes"\nU1,甲,good,x\n'})
    town.tables["universities"]["MOOD"] = "bad"  # as two sheets of one table could have it
    export_tables(town, tmp_path / "town.sqlite", form="sqlite")
    with sqlite3.connect(tmp_path / "town.sqlite") as base:
        row = pd.read_sql_query("SELECT * FROM universities", base).iloc[0]
    base.close()
    assert (row["mood"], row["MOOD_"], row['a"b; DROP TABLE nodes']) == ("good", "bad", "x")


def test_the_same_town_gives_the_same_database(tmp_path):
    for name in ("a", "b"):
        export_tables(make_hostile(), tmp_path / f"{name}.sqlite", form="sqlite")
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()


def test_a_folder_of_parquet_is_an_ecosystem_again(hostile, tmp_path):
    files = export_tables(hostile, tmp_path / "town", form="parquet")
    assert {file.name for file in files} >= {"nodes.parquet", "edges.parquet", "ties.parquet"}
    table = pq.read_table(tmp_path / "town" / "agreements.parquet")
    assert [str(table.schema.field(name).type) for name in ("amount", "date_end")] == [
        "double",
        "date32[day]",
    ]
    again = eg.load(tmp_path / "town")
    assert repr(again) == repr(hostile)
    assert not again.errors


def test_counts_of_the_example_city_stand_in_the_files(tmp_path):
    example = eg.load(EXAMPLE)
    (file,) = export_tables(example, tmp_path / "city.sqlite", form="sqlite")
    with sqlite3.connect(file) as base:
        counts = {
            table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("enterprises", "parties", "financials", "nodes", "edges")
        }
        sums = base.execute("SELECT count(*), sum(staff) FROM financials").fetchone()
    base.close()
    assert counts == {
        "enterprises": 900,
        "parties": 908,
        "financials": 2414,
        "nodes": 1932,
        "edges": 5550,
    }
    raw = pd.read_csv(EXAMPLE / "financials.csv")
    assert sums == (len(raw), raw["staff"].sum())


def test_an_earlier_file_is_replaced_and_nothing_is_left_beside(hostile, tmp_path):
    (tmp_path / "town.sqlite").write_bytes(b"old")
    export_tables(hostile, tmp_path / "town.sqlite", form="sqlite")
    assert [file.name for file in tmp_path.iterdir()] == ["town.sqlite"]
    assert (tmp_path / "town.sqlite").read_bytes().startswith(b"SQLite format 3")


def test_a_folder_with_other_files_is_left_alone(hostile, tmp_path):
    (tmp_path / "mine.parquet").write_bytes(b"")
    with pytest.raises(EcographError, match=r"mine\.parquet"):
        export_tables(hostile, tmp_path, form="parquet")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.parquet"]


def test_a_form_that_is_none_is_named(hostile, tmp_path):
    with pytest.raises(SettingsError, match="access"):
        export_tables(hostile, tmp_path / "a", form="access")


def test_who_has_no_duckdb_is_told_the_extra(hostile, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(EcographError, match=r"ecograph\[duckdb\]"):
        export_tables(hostile, tmp_path / "a.duckdb", form="duckdb")
    assert not list(tmp_path.iterdir())
