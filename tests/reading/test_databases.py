from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.databases import sqlite
from ecograph.reading.databases.addresses import (
    DatabaseFile,
    find_place,
    parse_address,
    parse_server,
)
from ecograph.reading.databases.reader import (
    hash_sheets,
    read_address,
    read_database_file,
)
from ecograph.reading.databases.sqlite import open_sqlite, read_sqlite
from ecograph.reading.records.tables import leave_out


def make(path, script):
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript(script)
        base.commit()
    return path


def rows_of(sheet):
    return sheet.cells.to_numpy().tolist()


def codes_of(sheets):
    return {sheet.sheet: [(p.code, p.row, p.column) for p in sheet.problems] for sheet in sheets}


def test_tables_and_views_are_sheets_with_exact_values(tmp_path):
    file = make(
        tmp_path / "t.db",
        """
        CREATE TABLE 企业 (编号 INTEGER, 名称 TEXT, 金额 REAL, 照片 BLOB);
        INSERT INTO 企业 VALUES (911100006000373410, '乙', 0.1, x'00ff'), (7, NULL, 2024.0, NULL),
          (8, CAST(x'cafec9cc' AS TEXT), 91110000600037341.0, NULL),
          (9, '丙', 1e17, NULL), (NULL, NULL, NULL, NULL);
        CREATE INDEX names ON 企业 (名称);
        CREATE VIEW 名单 AS SELECT 编号 FROM 企业 ORDER BY 1 DESC LIMIT 1;
        CREATE TABLE keyed (a TEXT PRIMARY KEY, rowid TEXT) WITHOUT ROWID;
        INSERT INTO keyed VALUES ('b', '1'), ('a', '2');
        CREATE TABLE odd (rowid, oid, _rowid_); INSERT INTO odd VALUES (3, 2, 1);
        CREATE TABLE "a "" b" ("" TEXT, x TEXT); INSERT INTO "a "" b" VALUES ('1', '2');
        """,
    )
    sheets = {sheet.sheet: sheet for sheet in read_database_file(file)}
    assert list(sheets) == ['a " b', "keyed", "odd", "企业", "名单"]
    table = sheets["企业"]
    assert rows_of(table) == [
        ["911100006000373410", "乙", "0.1", ""],
        ["7", "", "2024", ""],
        ["8", "\ufffd" * 4, "", ""],
        ["9", "丙", "100000000000000000", ""],  # a sum, not a code that lost its last digits
    ]
    assert (table.rows_in, table.blank, table.cells.index.tolist()) == (5, 1, [2, 3, 4, 5])
    assert sorted(codes_of([table])["企业"]) == [
        ("binary_column", 2, "照片"),
        ("damaged_code", 4, "金额"),
        ("damaged_text", 4, "名称"),
    ]
    assert rows_of(sheets["名单"]) == [["911100006000373410"]]
    assert rows_of(sheets["keyed"]) == [["a", "2"], ["b", "1"]]
    assert rows_of(sheets['a " b']) == [["1", "2"]]


def test_rows_come_in_the_order_in_which_they_were_put_in(tmp_path):
    file = make(
        tmp_path / "t.db",
        "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);INSERT INTO t VALUES ('c'), ('a'), ('b')",
    )
    assert rows_of(read_sqlite(file)[0]) == [["c"], ["a"], ["b"]]


def test_nothing_that_a_file_defines_can_do_harm(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "SECONDS", 0.3)
    file = make(
        tmp_path / "t.db",
        """
        CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');
        CREATE VIRTUAL TABLE words USING fts5 (x);
        CREATE VIEW over AS SELECT x FROM words;
        CREATE VIEW load AS SELECT load_extension('x') AS x;
        CREATE VIEW grow AS WITH RECURSIVE r(x) AS
          (SELECT 'aaaaaaaa' UNION ALL SELECT x || x FROM r) SELECT x FROM r;
        CREATE VIEW spin AS WITH RECURSIVE r(x) AS
          (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x FROM r WHERE x < 0;
        """,
    )
    found = codes_of(read_sqlite(file))
    assert {name: [code for code, *_ in codes] for name, codes in found.items()} == {
        "grow": ["unreadable_table"],
        "load": ["unreadable_table"],
        "over": ["unreadable_table"],
        "spin": ["slow_query"],
        "t": [],
        "words": ["virtual_table"],
    }


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        ("printf('%04d', a)", []),
        ("format('it''s %5.2f%%', a)", []),
        ("printf('%.*c', 2000000000, 'x')", ["unreadable_table"]),
        ("FORMAT('%.2000000000c', 'x')", ["unreadable_table"]),
        ("printf('%.' || '*c', 2000000000, 'x')", ["unreadable_table"]),
        ("\"printf\"('%*d', 2000000000, 1)", ["unreadable_table"]),
    ],
)
def test_a_view_may_not_fill_up_a_text_beyond_measure(call, codes, tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE t (a REAL); INSERT INTO t VALUES (7)")
    make(file, f"CREATE VIEW v AS SELECT {call} AS x FROM t")  # noqa: S608 - a call of the test
    begun = time.monotonic()
    found = codes_of(read_sqlite(file))
    assert [code for code, *_ in found["v"]] == codes
    assert found["t"] == []
    assert time.monotonic() - begun < 1


def test_a_column_that_is_made_may_not_either_and_a_name_is_no_call(tmp_path):
    made = "b TEXT GENERATED ALWAYS AS (printf('%.*c', 20000000 * length(a), 'x')) VIRTUAL"
    file = make(tmp_path / "t.db", f"CREATE TABLE long (a TEXT, {made})")
    make(file, "INSERT INTO long (a) VALUES (''); UPDATE long SET a = hex(zeroblob(50))")
    make(file, "CREATE TABLE papers (id TEXT, format TEXT)")
    make(file, "INSERT INTO papers VALUES ('P1', 'pdf')")
    begun = time.monotonic()
    found = read_sqlite(file)
    assert {name: [code for code, *_ in codes] for name, codes in codes_of(found).items()} == {
        "long": ["unreadable_table"],
        "papers": [],
    }
    assert rows_of(found[1]) == [["P1", "pdf"]]
    assert time.monotonic() - begun < 1


def test_only_reading_is_possible(tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE t (a TEXT)")
    before = file.read_bytes()
    with open_sqlite(file) as base:
        for attempt in ("INSERT INTO t VALUES (1)", "ATTACH 'x.db' AS x", "CREATE TABLE u (a)"):
            with pytest.raises(sqlite3.OperationalError):
                base.execute(attempt)
    assert file.read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == ["t.db"]


def test_what_is_no_select_is_denied_once_tables_are_known(tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE t (a TEXT)")
    with open_sqlite(file) as base:
        sqlite._confine(base, [])  # noqa: SLF001 - the second of two locks
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            base.execute("PRAGMA user_version")
    (tmp_path / "text.db").write_text("id,name")
    with pytest.raises(DataError, match="not a SQLite file"):
        read_sqlite(tmp_path / "text.db")


def test_rows_in_the_log_of_a_program_that_still_runs_are_read(tmp_path):
    file = make(tmp_path / "t.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a TEXT)")
    with contextlib.closing(sqlite3.connect(file)) as writer:
        writer.execute("INSERT INTO t VALUES ('new')")
        writer.commit()
        assert (tmp_path / "t.db-wal").stat().st_size
        before = sorted((f.name, f.read_bytes()) for f in tmp_path.iterdir() if "shm" not in f.name)
        assert rows_of(read_sqlite(file)[0]) == [["new"]]
        after = sorted((f.name, f.read_bytes()) for f in tmp_path.iterdir() if "shm" not in f.name)
        assert after == before


def test_a_file_left_in_the_middle_of_writing_is_refused(tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE t (a TEXT)")
    Path(f"{file}-journal").write_bytes(b"")
    assert len(read_sqlite(file)) == 1
    Path(f"{file}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 rest")
    with pytest.raises(DataError, match="interrupted while it wrote"):
        read_sqlite(file)


def test_a_file_damaged_anywhere_is_refused_or_read_whole(tmp_path):
    rows = ", ".join(f"('U{n}')" for n in range(500))
    file = make(tmp_path / "t.db", f"CREATE TABLE t (a TEXT); INSERT INTO t VALUES {rows}")  # noqa: S608
    data = file.read_bytes()
    for percent in range(0, 100, 4):
        file.write_bytes(data[: len(data) * percent // 100])
        with pytest.raises(DataError) as caught:
            read_database_file(file)
        assert [p.code for p in caught.value.problems] == ["unreadable_database"]
    file.write_bytes(data[:4096] + bytes(4096) + data[8192:])
    with pytest.raises(DataError):
        read_database_file(file)
    file.write_bytes(data)
    assert read_database_file(file)[0].rows_in == 500


def test_a_broken_rule_of_the_database_is_no_damage(tmp_path):
    file = make(
        tmp_path / "t.db",
        "PRAGMA ignore_check_constraints = ON;"
        "CREATE TABLE t (a CHECK (a > 5)); INSERT INTO t VALUES (1)",
    )
    assert rows_of(read_sqlite(file)[0]) == [["1"]]


def test_one_table_or_some_may_be_chosen(tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x)")
    assert [s.sheet for s in read_database_file(file, sheet="b")] == ["b"]
    address = parse_address(f"sqlite:{file}?tables=c,a")
    assert [s.sheet for s in read_address(address)] == ["a", "c"]
    with pytest.raises(DataError, match='no table "d"; it has: a, b, c'):
        read_database_file(file, sheet="d")
    empty = make(tmp_path / "e.db", "CREATE TABLE a (x); DROP TABLE a")
    with pytest.raises(DataError, match="holds no table"):
        read_database_file(empty)


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), TEXTS), min_size=1, max_size=8))
def test_what_is_put_in_comes_out(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("base") / "t.db"
    with contextlib.closing(sqlite3.connect(file)) as base:
        base.execute("CREATE TABLE t (n INTEGER, t TEXT)")
        base.executemany("INSERT INTO t VALUES (?, ?)", rows)
        base.commit()
    assert rows_of(read_sqlite(file)[0]) == [[str(n), t] for n, t in rows]


def test_addresses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.db").write_bytes(b"x")
    (tmp_path / "sqlite:odd").write_bytes(b"x")
    whole = (tmp_path / "t.db").as_posix()
    assert parse_address("sqlite:t.db") == DatabaseFile(Path("t.db"))
    assert parse_address("sqlite:///t.db").path == Path("t.db")
    assert parse_address(f"duckdb://{whole}").path == Path(whole)
    assert parse_address(Path(f"sqlite3:{whole}?tables=a,,b")).tables == ("a", "b")
    assert str(parse_address(f"sqlite:{whole}")) == str(tmp_path / "t.db")
    assert parse_address("sqlite:t.db").label == "t.db"
    for path in ("data/city", "C:\\data\\city.db", "sqlite:odd", "city.sqlite", ""):
        assert parse_address(path) is None
    assert parse_address(f"sqlite:{'x' * 5000}") is not None
    (tmp_path / "text.db").write_text("id,name\nU1,a\n")
    with pytest.raises(DataError, match="neither a SQLite nor a DuckDB file"):
        read_database_file(tmp_path / "text.db")


def test_the_hash_of_rows_is_of_every_cell_in_its_place(tmp_path):
    file = make(tmp_path / "t.db", "CREATE TABLE t (a, b); INSERT INTO t VALUES ('x', 'yz')")
    parts = ["t", "a", "b", "2", "x", "yz"]
    data = b"".join(b"%d:%s" % (len(p), p.encode()) for p in parts)
    assert hash_sheets(read_sqlite(file)) == hashlib.sha256(data).hexdigest()
    assert hash_sheets([leave_out("slow_query", "f", "t")]) == hashlib.sha256(b"1:t").hexdigest()


SECRET = "s3cr3t/p@ss 词"  # noqa: S105 - of no server


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:s3cr3t%2Fp%40ss%20%E8%AF%8D@db.example:5433/city?tables=a,b&schema=s",
        "postgres:/me:s3cr3t%2Fp%40ss%20%E8%AF%8D@db.example:5433/city?tables=a,b&schema=s",
        "postgresql://db.example:5433/city?user=me&password=s3cr3t%2Fp%40ss%20%E8%AF%8D&tables=a,b&schema=s",
    ],
)
def test_the_password_of_a_server_is_never_shown(text):
    server = parse_server(text)
    assert server.label == str(server) == repr(server) == "postgresql://db.example:5433/city"
    assert (server.schema, server.tables) == ("s", ("a", "b"))
    assert "me:s3cr3t%2Fp%40ss%20%E8%AF%8D@" in server.url
    assert SECRET in server.secret
    assert "default_transaction_read_only" in server.url


def test_urls_of_servers_that_cannot_be_read():
    assert parse_server("data/postgres") is None
    for text in ("postgresql://", "postgresql:city", "postgresql://h/a/b"):
        with pytest.raises(DataError, match="A database is named"):
            parse_server(text)
    with pytest.raises(DataError, match="no parameter options"):
        parse_server("postgresql://h/city?options=-c%20default_transaction_read_only%3Doff")
    assert "me@h/city" in parse_server("postgresql://me@h/city?sslmode=require").url


def test_an_address_that_was_told_before_stays_what_it_is():
    address = DatabaseFile(Path("city.db"))
    assert find_place(address) is address
    assert find_place("city") == Path("city")
