from __future__ import annotations

import contextlib
import datetime as dt
import io
import uuid
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.databases.reader import read_database_file
from ecograph.reading.records import batches, columnar
from ecograph.reading.records.batches import BatchError, receive_tables, send_duckdb, send_parquet
from ecograph.reading.records.columnar import build_arrow_sheet, read_parquet
from ecograph.reading.records.tables import Budget


def build(table):
    """Build a sheet of a table in this process."""
    return build_arrow_sheet(
        table.to_batches(max_chunksize=2),
        table.schema,
        file="t",
        sheet="",
        kind="parquet",
        budget=Budget(1, "t"),
    )


def rows_of(sheet):
    return sheet.cells.to_numpy().tolist()


def codes_of(sheet):
    return [(p.code, p.severity, p.row, p.column) for p in sheet.problems]


def test_values_of_every_kind_become_text():
    table = pa.table(
        {
            "id": pa.array([911100006000373410, None, -1]),
            "sum": pa.array(
                [Decimal("12345678901234567.10"), None, Decimal("0.00")], pa.decimal128(20, 2)
            ),
            "f": pa.array([0.1, None, 2024], pa.float32()),
            "ns": pa.array([1, None, 10**18], pa.timestamp("ns")),
            "far": pa.array([2**60, None, 0], pa.timestamp("us")),
            "kind": pa.array(["甲", None, "甲"]).dictionary_encode(),
            "list": [[1, 2], None, []],
            "nested": [[{"a": 1}], None, None],
        }
    )
    sheet = build(table)
    first, blank, last = ("911100006000373410", 1, "-1")
    assert [sheet.cells[0].tolist(), sheet.blank] == [[first, last], blank]
    assert sheet.cells[1].tolist() == ["12345678901234567.10", "0.00"]
    assert sheet.cells[2].tolist() == ["0.1", "2024"]
    assert sheet.cells[3].tolist() == ["1970-01-01 00:00:00.000000001", "2001-09-09 01:46:40"]
    assert sheet.cells[4].tolist() == ["", "1970-01-01"]  # the first is in the year 38504
    assert sheet.cells[5].tolist() == ["甲", "甲"]
    assert sheet.cells[6].tolist() == ["1；2", ""]
    assert sheet.cells[7].tolist() == ['[{"a": 1}]', ""]
    assert codes_of(sheet) == [
        ("unreadable_cell", "error", 2, "far"),
        ("nested_value", "warning", 2, "nested"),
    ]
    assert all(p.explain("zh") for p in sheet.problems)
    assert sheet.cells.index.tolist() == [2, 4]


def test_bytes_are_left_empty_and_told_once():
    table = pa.table(
        {"id": ["a", "b", "c"], "photo": [None, b"x", b"y"], "in": [[b"z"], None, None]}
    )
    sheet = build(table)
    assert rows_of(sheet) == [["a", "", ""], ["b", "", ""], ["c", "", ""]]
    assert codes_of(sheet) == [
        ("binary_column", "error", 3, "photo"),
        ("binary_column", "error", 2, "in"),
    ]
    assert sheet.spoiled == {(2, 2), (3, 1), (4, 1)}


def test_text_in_another_encoding_is_told():
    data = pa.array(["甲".encode("gbk"), b"ok"])
    text = pa.StringArray.from_buffers(2, data.buffers()[1], data.buffers()[2])
    sheet = build(pa.table({"id": text}))
    assert rows_of(sheet)[1] == ["ok"]
    assert codes_of(sheet) == [("damaged_text", "warning", 2, "id")]


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=9),
        ),
        max_size=9,
    )
)
def test_integers_and_texts_come_back(rows):
    table = pa.table(
        {
            "n": pa.array([n for n, _ in rows], pa.int64()),
            "t": pa.array([t for _, t in rows], pa.string()),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    assert rows_of(build(pq.read_table(io.BytesIO(sink.getvalue())))) == [
        [str(n), t] for n, t in rows
    ]


def receive(send, path):
    """Take what the child would send, in this process."""
    sink = io.BytesIO()
    send(str(path), sink)
    sink.seek(0)
    found = []
    while sink.tell() < len(sink.getbuffer()):
        reader = pa.ipc.open_stream(sink)
        facts = {k.decode(): v.decode() for k, v in reader.schema.metadata.items()}
        found.append((facts, reader.read_all()))
    return found


def test_a_child_sends_a_parquet_file_without_its_dictionaries(tmp_path):
    table = pa.table({"k": pa.array(["甲", None]).dictionary_encode(), "l": [[["a"]], None]})
    pq.write_table(table, tmp_path / "t.parquet")
    ((facts, sent),) = receive(send_parquet, tmp_path / "t.parquet")
    assert facts == {"name": "", "code": "", "reason": "", "rows": "2"}
    assert sent.schema.types == [pa.string(), table.schema.field("l").type]
    assert sent.to_pylist() == table.to_pylist()


def test_a_child_refuses_what_would_blow_up_elsewhere(tmp_path):
    kind = pa.list_(pa.dictionary(pa.int32(), pa.string()))
    pq.write_table(pa.table({"bad": pa.array([["a"]], kind)}), tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="column bad: a list of categories"):
        receive(send_parquet, tmp_path / "t.parquet")
    value, kind = "x", pa.string()
    for _ in range(51):
        value, kind = [value], pa.list_(kind)
    with pytest.raises(ValueError, match="nested deeper than 50"):
        batches._flatten(pa.schema([("bad", kind)]))  # noqa: SLF001 - no file holds so many levels


DUCKDB = """
CREATE TABLE 企业 (id BIGINT, big HUGEINT, sum DECIMAL(18,2), day DATE, signed TIMESTAMP,
  photo BLOB, parties VARCHAR[], more STRUCT(a INTEGER), kind ENUM('甲', '乙'),
  r DOUBLE, key UUID, ok BOOLEAN);
INSERT INTO 企业 VALUES (911100006000373410, 170141183460469231731687303715884105727, 1.10,
  '2024-05-25', '2024-05-25 00:00:00', '\\xAA'::BLOB, ['U1', 'E1'], {'a': 1}, '乙', 0.1,
  '12345678-1234-1234-1234-123456789012', true);
INSERT INTO 企业 (id, signed) VALUES (7, '2024-05-25 08:30:00');
CREATE VIEW 名单 AS SELECT id FROM 企业 ORDER BY id;
CREATE VIEW endless AS SELECT a.range AS x
  FROM range(100000000) a, range(1000000) b WHERE a.range + b.range = -1;
CREATE VIEW late AS SELECT 1 AS x
  FROM range(100000000) a, range(1000000) b WHERE a.range + b.range = -1;
CREATE SCHEMA other;
CREATE TABLE other.t (rowid INTEGER);
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    path = tmp_path_factory.mktemp("base") / "t.duckdb"
    with duckdb.connect(str(path)) as link:
        for statement in DUCKDB.split(";\n"):
            link.execute(statement)
        link.execute("CREATE TABLE gone AS SELECT 1 AS x")
        link.execute("CREATE VIEW outside AS SELECT * FROM gone")
        link.execute("DROP TABLE gone")
    return path


def test_a_child_sends_the_tables_of_a_database(base, monkeypatch):
    monkeypatch.setattr(batches, "VIEW_SECONDS", 0.3)
    found = {facts["name"]: (facts["code"], sent) for facts, sent in receive(send_duckdb, base)}
    assert {name: code for name, (code, _) in found.items()} == {
        "企业": "",
        "other.t": "",
        "名单": "",
        "endless": "slow_query",
        "late": "slow_query",
        "outside": "unreadable_table",
    }


def test_a_child_sends_only_the_tables_that_are_wanted(base):
    sink = io.BytesIO()
    send_duckdb(str(base), sink, ["other.t"])
    sink.seek(0)
    codes = []
    while sink.tell() < len(sink.getbuffer()):
        reader = pa.ipc.open_stream(sink)
        facts = reader.schema.metadata
        reader.read_all()
        codes.append((facts[b"name"].decode(), facts[b"code"].decode()))
    assert sorted(name for name, code in codes if not code) == ["other.t"]
    assert {code for name, code in codes if name != "other.t"} == {"unwanted"}


def test_a_database_is_read_in_a_child(base):
    with duckdb.connect(str(base), read_only=True) as link:
        expected = link.execute(
            "SELECT id::VARCHAR, big::VARCHAR, sum::VARCHAR FROM 企业"
        ).fetchall()
    before = base.read_bytes()
    (table,) = read_database_file(base, tables=["企业"])
    assert rows_of(table)[0] == [
        *("911100006000373410", "170141183460469231731687303715884105727", "1.10", "2024-05-25"),
        *("2024-05-25", "", "U1；E1", '{"a": 1}', "乙", "0.1"),
        *("12345678-1234-1234-1234-123456789012", "true"),
    ]
    assert rows_of(table)[0][:3] == list(expected[0])
    assert rows_of(table)[1][4] == "2024-05-25 08:30:00"
    assert codes_of(table) == [
        ("binary_column", "error", 2, "photo"),
        ("nested_value", "warning", 2, "more"),
    ]
    assert base.read_bytes() == before
    assert [f.name for f in base.parent.iterdir()] == ["t.duckdb"]


def test_a_table_that_cannot_be_read_is_told(monkeypatch):
    none = iter(())
    monkeypatch.setattr(
        columnar,
        "receive_tables",
        lambda *_: iter(
            [
                batches.Delivery("a", pa.schema([("x", pa.int64())]), none),
                batches.Delivery("b", None, none, None, "slow_query", "Interrupted"),
            ]
        ),
    )
    found = columnar.read_duckdb(_Fake())
    assert [codes_of(sheet) for sheet in found] == [[], [("slow_query", "error", None, "")]]
    assert all(p.explain("zh") for sheet in found for p in sheet.problems)


class _Fake:
    """A path whose file nobody opens."""

    name = "t.duckdb"

    def stat(self):
        return self

    resolve = stat

    st_size = 10


def test_rows_that_do_not_come_are_told(monkeypatch):
    short = batches.Delivery("", pa.schema([("x", pa.int64())]), iter(()), 3)
    monkeypatch.setattr(columnar, "receive_tables", lambda *_: iter([short]))
    with pytest.raises(DataError, match="3 rows, but 0 came"):
        read_parquet(_Fake())
    huge = batches.Delivery("", pa.schema([("x", pa.int64())]), iter(()), 10**9)
    monkeypatch.setattr(columnar, "receive_tables", lambda *_: iter([huge]))
    with pytest.raises(DataError, match="far more"):
        read_parquet(_Fake())


def test_a_parquet_file_cut_anywhere_is_refused(tmp_path):
    table = pa.table({"id": [f"U{n}" for n in range(200)], "n": list(range(200))})
    pq.write_table(table, tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    for percent in range(100):
        (tmp_path / "cut.parquet").write_bytes(data[: len(data) * percent // 100])
        with pytest.raises((pa.ArrowException, OSError)):
            send_parquet(str(tmp_path / "cut.parquet"), io.BytesIO())
    with pytest.raises(DataError) as caught:
        read_parquet(tmp_path / "cut.parquet")
    assert [p.code for p in caught.value.problems] == ["unreadable_parquet"]


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path):
    long = pa.DictionaryArray.from_arrays(
        pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 1_000_000])
    )
    pq.write_table(pa.table({"a": long}), tmp_path / "bomb.parquet")
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    with pytest.raises(DataError) as caught:
        read_parquet(tmp_path / "bomb.parquet")
    assert [p.code for p in caught.value.problems] == ["records_too_large"]
    assert all(caught.value.problems[0].explain("zh"))


def fake_child(tmp_path, monkeypatch, script):
    """Let a script stand for the child."""
    (tmp_path / "child.py").write_text(script)
    monkeypatch.setattr(batches, "__file__", str(tmp_path / "child.py"))
    (tmp_path / "x.parquet").write_bytes(b"x")
    return list(receive_tables("parquet", tmp_path / "x.parquet"))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("import os; os.abort()", "records_too_large"),
        ("import time; time.sleep(60)", "records_too_slow"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff\\x10')", "records_too_large"),
    ],
)
def test_a_child_that_dies_or_hangs_is_told(tmp_path, monkeypatch, script, code):
    monkeypatch.setattr(batches, "SECONDS", 0.5)
    with pytest.raises(BatchError) as caught:
        fake_child(tmp_path, monkeypatch, script)
    assert caught.value.code == code


def test_a_date_of_another_calendar_day_is_kept():
    day = pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)])
    assert rows_of(build(pa.table({"d": day}))) == [["0001-01-01"], ["9999-12-31"]]
    key = uuid.UUID(int=5)
    array = pa.array([key.bytes], pa.binary(16)).cast(pa.uuid()) if hasattr(pa, "uuid") else None
    if array is not None:
        assert rows_of(build(pa.table({"u": array}))) == [[str(key)]]


def test_what_broke_the_child_comes_in_its_words(tmp_path, monkeypatch):
    script = f"""
import sys
sys.path.insert(0, {str(batches.__file__.rpartition("ecograph")[0])!r})
from ecograph.reading.records.batches import _send_end
_send_end(sys.stdout.buffer, "no_duckdb", "none here")
"""
    with pytest.raises(BatchError, match="none here") as caught:
        fake_child(tmp_path, monkeypatch, script)
    assert caught.value.code == "no_duckdb"


class Watch:
    """A watch that waits for nothing."""

    def __init__(self, *, late):
        self.late = late
        self.wait = contextlib.nullcontext


def take(data, *, late):
    return list(batches._receive(io.BufferedReader(io.BytesIO(data)), Watch(late=late)))  # noqa: SLF001


def test_why_a_child_broke_off_comes_behind_what_it_sent():
    sink = io.BytesIO()
    table = pa.table({"a": [1, 2]})
    batches._send(sink, "t", table.schema, table.to_batches())  # noqa: SLF001
    batches._send_end(sink, "records_too_large", "memory")  # noqa: SLF001
    with pytest.raises(BatchError, match="memory") as caught:
        take(sink.getvalue(), late=False)
    assert caught.value.code == "records_too_large"


def test_a_child_that_was_stopped_between_two_tables_was_too_slow():
    assert take(b"", late=False) == []
    with pytest.raises(BatchError) as caught:
        take(b"", late=True)
    assert caught.value.code == "records_too_slow"
