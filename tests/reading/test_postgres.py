"""PostgreSQL is read through a fake driver everywhere, and from a server where there is one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import types
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest

from ecograph.errors import DataError
from ecograph.reading.databases.addresses import parse_server
from ecograph.reading.databases.postgres import read_postgres
from ecograph.reading.kinds import read_file
from ecograph.reading.sources import read_source

PASSWORD = "s3cret-pw"  # noqa: S105 - of a server that lives as long as the test
COLUMNS = [
    ("firms", "id", "bigint", "b", True),
    ("firms", "photo", "bytea", "b", False),
    ("firms", "tags", "text[]", "b", False),
    ("firms", "signed", "timestamp with time zone", "b", False),
    ('odd"', "a", "text", "b", False),
    ('odd"', "b", "bytea", "b", False),
    ("pictures", "b", "bytea", "b", False),
    ("slow", "x", "text", "b", False),
]


class FaultError(Exception):
    """What the fake driver raises."""


class Cursor:
    """A cursor that writes down what it is asked."""

    def __init__(self, asked):
        self.asked = asked

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, sql):
        self.asked.append(sql)
        if '"slow"' in sql:
            raise FaultError("canceling statement due to statement timeout")
        if '"pictures"' in sql:
            raise FaultError(f"no, {PASSWORD}")

    def fetchall(self):
        return COLUMNS

    def fetch_record_batch(self):
        table = pa.table({"id": ["7", None], "name": ["甲", None]})
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())


@pytest.fixture
def driver(monkeypatch):
    """A driver that answers by itself; the SQL asked and the URL."""
    asked = []

    class Link(Cursor):
        cursor = Cursor.__enter__

        def rollback(self):
            asked.append("ROLLBACK")

    def connect(url):
        asked.append(url)
        if "wrong" in url:
            raise FaultError(f"password {PASSWORD}\n  refused")
        return Link(asked)

    manager = types.ModuleType("adbc_driver_manager")
    manager.Error = FaultError
    package = types.ModuleType("adbc_driver_postgresql")
    package.dbapi = types.SimpleNamespace(connect=connect)
    monkeypatch.setitem(sys.modules, "adbc_driver_manager", manager)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", package)
    return asked


def test_a_session_can_only_read_and_asks_for_text_in_an_order(driver):
    firms, odd, pictures, slow = read_postgres(parse_server(f"postgresql://me:{PASSWORD}@h/city"))
    url, *asked = driver
    assert "options=-c%20default_transaction_read_only%3Don" in url
    assert asked[0] == "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    assert asked[2] == (
        'SELECT t."id"::text AS "id", CASE WHEN t."photo" IS NOT NULL THEN \'\\x00\'::bytea END'
        ' AS "photo", array_to_string(t."tags", \'；\', \'\') AS "tags",'
        " regexp_replace(t.\"signed\"::text, ' 00:00:00(\\+00)?$', '') AS \"signed\""
        ' FROM "public"."firms" AS t ORDER BY t."id"'
    )
    assert asked[3].endswith('FROM "public"."odd""" AS t ORDER BY t."a"::text COLLATE "C"')
    assert asked[4].endswith('FROM "public"."pictures" AS t')
    assert firms.cells.to_numpy().tolist() == [["7", "甲"]]
    assert (firms.rows_in, firms.blank, odd.sheet) == (2, 1, 'odd"')
    assert [(p.code, p.details["reason"]) for p in pictures.problems] == [
        ("unreadable_table", "no, ***")
    ]
    assert [p.code for p in slow.problems] == ["slow_query"]


@pytest.mark.usefixtures("driver")
def test_a_source_on_a_server_is_hashed_by_its_rows():
    url = f"postgresql://me:{PASSWORD}@h/city?tables=firms"
    source = read_source(Path(url))
    assert list(source.hashes) == ["postgresql://h/city"]
    assert source.hashes == read_source(url).hashes
    assert PASSWORD not in repr(source)
    assert [s.sheet for s in read_file(url, sheet="firms")] == ["firms"]


@pytest.mark.usefixtures("driver")
def test_a_server_that_refuses_is_told_without_the_password():
    with pytest.raises(DataError) as caught:
        read_postgres(parse_server(f"postgresql://wrong:{PASSWORD}@h/city"))
    assert str(caught.value) == "postgresql://h/city cannot be read: password *** refused"
    assert [p.code for p in caught.value.problems] == ["unreadable_database"]
    with pytest.raises(DataError, match='no table "x"'):
        read_postgres(parse_server("postgresql://h/city?tables=x"))


def test_without_a_driver_one_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    monkeypatch.setitem(sys.modules, "adbc_driver_manager", types.ModuleType("adbc_driver_manager"))
    with pytest.raises(DataError, match=r"pip install .ecograph\[database\]") as caught:
        read_postgres(parse_server("postgresql://h/city"))
    assert [p.code for p in caught.value.problems] == ["no_driver"]


SCRIPT = """
CREATE TABLE 企业 (id bigint PRIMARY KEY, 名称 text, 金额 numeric(20,4), day date, at timestamptz,
  photo bytea, tags text[], share real, ok boolean);
INSERT INTO 企业 VALUES (911100006000373410, '乙', 4847.4000, '2024-05-25', '2024-05-25 00:00+00',
  '\\xAA', '{a,b}', 0.1, true), (7, '甲', NULL, NULL, NULL, NULL, NULL, NULL, false);
CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO public.企业 (id) VALUES (99); RETURN 1; END $$;
CREATE VIEW bad AS SELECT evil() AS x;
CREATE TABLE "no key" (a text, b text);
INSERT INTO "no key" VALUES ('b', '1'), ('a', '2');
"""


def find_program(name):
    """Find a program of the server, which distributions keep out of the way."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or next((str(path) for path in reversed(kept)), None)
    return found or pytest.skip(f"no PostgreSQL server here: {name} is not found")


@pytest.fixture(scope="module")
def server():
    """A server of its own, for as long as the tests need it."""
    pytest.importorskip("adbc_driver_postgresql", reason="adbc-driver-postgresql is not installed")
    programs = [find_program(name) for name in ("initdb", "pg_ctl", "psql")]
    # not in tmp_path, whose parent every start of pytest closes to the user nobody
    with TemporaryDirectory(prefix="ecograph-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield from run_server(folder, *programs)


def run_server(folder, initdb, postgres, psql):
    """Run a server in a folder, as nobody where root would, which PostgreSQL refuses."""
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if not os.getuid() else {}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    (folder / "password").write_text(PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    data = str(folder / "data")
    login = [f"--pwfile={folder / 'password'}", "-A", "scram-sha-256", "-U", "owner"]
    subprocess.run(
        [initdb, "-D", data, *login, "-N", "-E", "UTF8", "--locale=C"], check=True, **quiet, **user
    )
    options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
    subprocess.run(
        [postgres, "-D", data, "-w", "-o", options, "start"], check=True, **quiet, **user
    )
    try:
        known = {**os.environ, "PGPASSWORD": PASSWORD}
        asked = [psql, "-h", "127.0.0.1", "-p", port, "-U", "owner", "postgres", "-c", SCRIPT]
        subprocess.run(asked, env=known, check=True, **quiet)
        yield f"127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [postgres, "-D", data, "-m", "immediate", "stop"], check=True, **quiet, **user
        )


def test_tables_of_a_server_come_exactly_and_cannot_be_changed(server):
    url = f"postgresql://owner:{PASSWORD}@{server}"
    bad, keyless, firms = read_source(url).sheets
    assert [p.code for p in bad.problems] == ["unreadable_table"]
    assert "read-only" in bad.problems[0].details["reason"]
    assert keyless.cells.to_numpy().tolist() == [["a", "2"], ["b", "1"]]
    assert firms.cells.to_numpy().tolist() == [
        ["7", "甲", "", "", "", "", "", "", "false"],
        [
            "911100006000373410",
            "乙",
            "4847.4000",
            "2024-05-25",
            "2024-05-25",
            "",
            "a；b",
            "0.1",
            "true",
        ],
    ]
    assert [(p.code, p.row, p.column) for p in firms.problems] == [("binary_column", 3, "photo")]
    assert read_source(url).hashes == read_source(f"{url}?tables=bad,no%20key,企业").hashes
    with pytest.raises(DataError, match="password authentication failed") as caught:
        read_source(f"postgresql://owner:wr0ng@{server}")
    assert "wr0ng" not in str(caught.value)
