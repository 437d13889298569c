from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecograph.errors import DataError
from ecograph.reading.records.reader import read_parquet, read_records, read_yaml_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet


def read(folder: Path, name: str, text: str) -> list[RawSheet]:
    (folder / name).write_text(text, "utf-8")
    return read_records(folder / name)


def rows_of(sheet: RawSheet) -> list[list[str]]:
    rows: list[list[str]] = sheet.cells.to_numpy().tolist()
    return rows


def test_yaml_scalars_stay_their_text(tmp_path: Path) -> None:
    words = ["010", "NO", "1e5", "null", "~", "2024-05-25", "0x1F", "1_000", "12:30", "yes"]
    (sheet,) = read(tmp_path, "t.yaml", "".join(f"- id: {w}\n" for w in words))
    assert [row[0] for row in rows_of(sheet)] == words


def test_yaml_lists_and_absent_keys(tmp_path: Path) -> None:
    text = "- {id: A1, parties: [U1, E1]}\n- {id: A2, name: x}\n- {}\n"
    (sheet,) = read(tmp_path, "t.yml", text)
    assert sheet.header == ("id", "parties", "name")
    assert rows_of(sheet) == [["A1", "U1；E1", ""], ["A2", "", "x"]]
    assert (sheet.rows_in, sheet.blank) == (3, 1)


def test_json_keeps_numbers_as_written(tmp_path: Path) -> None:
    text = '[{"id": 911100006000373410, "v": 1.10, "b": true, "n": null, "x": NaN, "t": "00123"}]'
    for name in ("t.json", "T.JSON"):
        (sheet,) = read(tmp_path, name, text)
        assert rows_of(sheet) == [["911100006000373410", "1.10", "true", "", "NaN", "00123"]]
        assert sheet.dialect["format"] == "json"


def test_several_tables_in_one_file(tmp_path: Path) -> None:
    sheets = read(tmp_path, "t.json", json.dumps({"高校": [{"id": "U1"}], "企业": []}))
    assert [(s.sheet, s.header, len(s.cells)) for s in sheets] == [
        ("高校", ("id",), 1),
        ("企业", (), 0),
    ]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("t.json", "[{", "unreadable_records"),
        ("t.json", "", "unreadable_records"),
        ("t.json", "[" * 100_000, "unreadable_records"),
        ("t.yaml", "a: [", "unreadable_records"),
        ("t.yaml", "- id: \x00", "unreadable_records"),
        ("t.yaml", "- id: !!bool maybe", "unreadable_records"),
        ("t.yaml", "- id: !!timestamp someday", "unreadable_records"),
        ("t.yaml", "- !!python/object:os.system x", "unreadable_records"),
        ("t.yaml", "- {? [a] : b}", "unreadable_records"),
        ("t.yaml", "", "no_records"),
        ("t.yaml", "just text", "no_records"),
        ("t.json", '{"a": 1}', "no_records"),
        ("t.json", '["a", "b"]', "no_records"),
        ("t.json", "{}", "no_records"),
        ("t.json", "[]", "no_records"),
        ("t.yaml", "{}", "no_records"),
        ("t.yaml", "[]", "no_records"),
    ],
)
def test_broken_records_are_a_problem_never_a_traceback(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    with pytest.raises(DataError, match=name) as caught:
        read(tmp_path, name, text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == (code, name)
    assert all(problem.explain("zh"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t.yaml", "- id: &a [x, *a]\n", r"alias \*a is not allowed[^\0]*line 1"),
        ("t.yaml", "- &a {id: x}\n- *a\n", r"alias \*a is not allowed[^\0]*line 2"),
        ("t.yaml", "- id: x\n  name: y\n  id: z\n", r'key "id" stands twice[^\0]*line 3'),
        ("t.yaml", "高校: []\n高校: []\n", 'key "高校" stands twice'),
        ("t.json", '[{"id": 1, "name": 2, "id": 3}]', 'key "id" stands twice'),
        ("t.json", '{"高校": [], "高校": []}', 'key "高校" stands twice'),
    ],
)
def test_aliases_and_repeated_keys_are_refused(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, name, text)
    assert [p.code for p in caught.value.problems] == ["unreadable_records"]


def test_one_table_of_several(tmp_path: Path) -> None:
    for name, text in (
        ("t.json", '{"高校": [{"id": 1}], "企业": [{"id": 2}]}'),
        ("t.yaml", "高校: [{id: 1}]\n企业: [{id: 2}]\n"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
        (sheet,) = read_records(tmp_path / name, sheet="企业")
        assert (sheet.sheet, rows_of(sheet)) == ("企业", [["2"]])
        with pytest.raises(DataError, match='has no table "平台"; it has: 高校, 企业'):
            read_records(tmp_path / name, sheet="平台")
    (tmp_path / "t.json").write_text('[{"id": 1}]', "utf-8")
    with pytest.raises(DataError, match="it has: one table without a name"):
        read_records(tmp_path / "t.json", sheet="高校")


def test_parquet_values_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": ["00123", "911100006000373410", "NA"],
            "n": pa.array([1, None, 3], pa.int64()),
            "year": pa.array([2024.0, None, float("nan")]),
            "share": [0.5, 1e-7, -0.0],
            "day": pa.array([dt.date(2024, 5, 25), None, None]),
            "time": pa.array([dt.datetime(2024, 5, 25), None, None], pa.timestamp("ns")),  # noqa: DTZ001
            "sum": pa.array([Decimal("1.10"), None, None]),
            "list": [["a", "b"], [], None],
            "yes": [True, False, None],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    sheet = read_parquet(tmp_path / "t.parquet")
    assert sheet.header == tuple(table.column_names)
    assert rows_of(sheet) == [
        ["00123", "1", "2024", "0.5", "2024-05-25", "2024-05-25", "1.10", "a；b", "true"],
        ["911100006000373410", "", "", "1e-07", "", "", "", "", "false"],
        ["NA", "3", "", "0", "", "", "", "", ""],
    ]


def test_parquet_takes_no_column_from_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "year=2024"
    folder.mkdir()
    pq.write_table(pa.table({"id": ["U1"]}), folder / "t.parquet")
    assert read_parquet(folder / "t.parquet").header == ("id",)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"id,name\n" * 10, b"PAR1" + b"\0" * 64 + b"PAR1"])
def test_broken_parquet_is_a_problem(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.parquet").write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_parquet(tmp_path / "t.parquet")
    assert [p.code for p in caught.value.problems] == ["unreadable_parquet"]


def test_yaml_mappings_of_settings(tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    for text, content in (("", {}), ("a: 1\n2: b\n", {"a": 1, "2": "b"})):
        path.write_text(text, "utf-8")
        assert read_yaml_mapping(path) == content
    for text in ("- a\n", "a: [", "a: !!bool maybe", "text", "a: 1\na: 2\n", "a: &x 1\nb: *x\n"):
        path.write_text(text, "utf-8")
        with pytest.raises(DataError, match=r"e\.yaml cannot be read"):
            read_yaml_mapping(path)


def test_what_is_no_record_is_left_out_and_told_at_its_row(tmp_path: Path) -> None:
    text = (
        '{"企业": [{"id": 1}, "x", null, [2], {"id": 2, "": 3}], "total": 2, "of": {}, "list": [1]}'
    )
    (sheet,) = read(tmp_path, "t.json", text)
    assert (sheet.sheet, sheet.header) == ("企业", ("", "id"))
    assert rows_of(sheet) == [["", "1"], ["3", "2"]]
    assert sheet.cells.index.tolist() == [2, 6]
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (5, 1, 2)
    assert [(p.code, p.sheet, p.row, p.value) for p in sheet.problems] == [
        ("not_a_table", "total", None, "2"),
        ("not_a_table", "of", None, "{...}"),
        ("not_a_table", "list", None, "[...]"),
        ("blank_header", "企业", None, ""),
        ("not_a_record", "企业", 3, "x"),
        ("not_a_record", "企业", 5, "[...]"),
    ]
    assert all(p.explain("zh") for p in sheet.problems)


@pytest.mark.parametrize(
    ("name", "told"), [("t.jsonl", []), ("t.ndjson", []), ("t.json", ["wrong_format"])]
)
def test_json_lines_are_read_whatever_they_are_called(
    tmp_path: Path, name: str, told: list[str]
) -> None:
    text = '{"id": 1}\n{"id": 2}\n\n{"id": \n{"id": NaN}\n'
    (sheet,) = read(tmp_path, name, text)
    assert rows_of(sheet) == [["1"], ["2"], ["NaN"]]
    assert sheet.cells.index.tolist() == [2, 3, 6]
    assert (sheet.rows_in, sheet.blank, sheet.rejected) == (5, 1, 1)
    assert [(p.code, p.row) for p in sheet.problems] == [
        *((code, None) for code in told),
        ("unreadable_record", 5),
        ("not_a_number", 6),
    ]


def test_a_json_file_is_read_though_it_is_called_lines(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "t.jsonl", '[\n{"id": 1},\n{"id": 2}]')
    assert rows_of(sheet) == [["1"], ["2"]]
    assert [p.code for p in sheet.problems] == ["wrong_format"]


def test_half_a_character_is_replaced_and_told(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "t.json", r'[{"\ud83dk": "a\ud83d", "b": "\ud83d\ude00"}]')
    assert (sheet.header, rows_of(sheet)) == (("\ufffdk", "b"), [["a\ufffd", "😀"]])
    assert [(p.code, p.row) for p in sheet.problems] == [("damaged_text", 2)]


def test_a_file_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecograph.reading.records.objects.MOST_BYTES", 10)
    monkeypatch.setattr("ecograph.reading.records.mappings.MOST_BYTES", 8)
    for name in ("t.json", "t.yaml"):
        with pytest.raises(DataError) as caught:
            read(tmp_path, name, "[{}, {}, {}]")
        assert [p.code for p in caught.value.problems] == ["records_too_large"]


def test_records_that_share_no_key_do_not_fill_the_memory(tmp_path: Path) -> None:
    text = json.dumps([{f"k{n}": n} for n in range(5000)])
    with pytest.raises(DataError, match="more than 2,000,000 cells"):
        read(tmp_path, "t.json", text)


def test_records_without_any_name_are_counted_and_told(tmp_path: Path) -> None:
    for text, blank, rejected in (("[{}, {}, 3]", 2, 1), ('[{"": 1}, {" ": ""}, 3]', 1, 2)):
        (sheet,) = read(tmp_path, "t.json", text)
        assert (sheet.header, len(sheet.cells)) == ((), 0)
        assert (sheet.rows_in, sheet.blank, sheet.rejected) == (3, blank, rejected)
        assert [p.code for p in sheet.problems] == ["no_header", "not_a_record"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([{f"c{n}": "x" for n in range(16_385)}], "too_many_columns"),
        ({f"t{n}": [{"a": "1"}] for n in range(1001)}, "too_many_tables"),
        ([{f"k{n}": "x"} for n in range(1500)], "records_too_large"),
    ],
)
def test_what_is_far_too_wide_or_too_much_is_refused(
    content: object, code: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, "t.json", json.dumps(content))
    assert [p.code for p in caught.value.problems] == [code]


def test_a_parquet_table_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({f"c{n}": ["x"] for n in range(16_385)}), tmp_path / "t.parquet")
    with pytest.raises(DataError) as caught:
        read_parquet(tmp_path / "t.parquet")
    assert [p.code for p in caught.value.problems] == ["too_many_columns"]
