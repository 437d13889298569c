import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.errors import EcographError
from ecograph.output import (
    _spell_json,
    render_csv,
    render_json,
    render_parquet,
    save_tables,
)
from ecograph.tables import TableSet


def read_back(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_csv_starts_with_a_byte_order_mark_so_that_excel_reads_utf8():
    assert render_csv(pd.DataFrame({"名称": ["晋中"]})).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1"])
def test_csv_text_that_a_spreadsheet_would_run_gets_a_quote(text):
    back = read_back(render_csv(pd.DataFrame({"name": [text]}), index=False))
    assert back.at[0, "name"] == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+3.5", "-1,234", "00123", "1e5", "911100006000373410"])
def test_csv_numbers_and_ids_written_as_text_stay_as_they_are(text):
    back = read_back(render_csv(pd.DataFrame({"id": [text]}), index=False))
    assert back.at[0, "id"] == text


def test_csv_negative_numbers_stay_numbers_and_missing_ones_stay_empty():
    table = pd.DataFrame({"x": [-5.25, np.nan, np.inf], "n": pd.array([1, None, 3], "Int64")})
    back = read_back(render_csv(table, index=False))
    assert back["x"].tolist() == ["-5.25", "", ""]
    assert back["n"].tolist() == ["1", "", "3"]


def test_csv_rounds_to_twelve_significant_digits():
    back = read_back(render_csv(pd.DataFrame({"x": [0.1 + 0.2, 1 / 3]}), index=False))
    assert back["x"].tolist() == ["0.3", "0.333333333333"]


@given(st.lists(st.floats(), max_size=5), st.text(max_size=20))
def test_json_is_strict_whatever_the_numbers_and_texts(numbers, text):
    table = pd.DataFrame({"x": numbers, "t": [text] * len(numbers)})

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(render_json(table, index=False), parse_constant=refuse)
    assert [row["t"] for row in content["rows"]] == [text] * len(numbers)


def test_json_has_rows_meta_and_problems():
    table = pd.DataFrame({"n": [1]}, index=pd.Index(["a"], name="id"))
    table.attrs = {"meta": {"seed": 1}}
    problems = pd.DataFrame({"code": ["x"], "row": pd.array([None], "Int64")})
    content = json.loads(render_json(table, problems=problems))
    assert content == {
        "meta": {"seed": 1},
        "rows": [{"id": "a", "n": 1}],
        "problems": [{"code": "x", "row": None}],
    }


def test_parquet_reads_back_equal():
    table = pd.DataFrame(
        {"x": [1.5, np.nan], "t": ["a", "b"]}, index=pd.Index(["p", "q"], name="id")
    )
    back = pd.read_parquet(io.BytesIO(render_parquet(table))).set_index("id")
    assert back["x"].equals(table["x"])
    assert back["t"].tolist() == ["a", "b"]


def test_saved_tables_load_unchanged(tmp_path):
    names = pd.DataFrame({"id": ["00123", "=A"], "name": ["NA", "-晋中"]})
    save_tables(TableSet({"universities": names}, {"name": "甲"}), tmp_path)
    back = read_back((tmp_path / "universities.csv").read_bytes())
    assert back.equals(names.astype(back.dtypes))
    assert (tmp_path / "ecosystem.yaml").read_text(encoding="utf-8") == "name: 甲\n"


def test_a_carriage_return_in_a_name_stays_one_cell():
    table = pd.DataFrame({"name": ["a\rb", "c"], "n": [1, 2]})
    back = render_csv(table, index=False).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(back, newline=""))) == [
        ["name", "n"],
        ["a\rb", "1"],
        ["c", "2"],
    ]


def test_sums_of_money_keep_their_cents():
    back = read_back(render_csv(pd.DataFrame({"amount": [13437508769.58, 2e6]}), index=False))
    assert back["amount"].tolist() == ["13437508769.58", "2000000"]


def test_two_ecosystems_are_not_mixed_in_one_folder(tmp_path):
    names = pd.DataFrame({"id": ["U1"], "name": ["甲"]})
    save_tables(TableSet({"universities": names, "events": names}), tmp_path)
    with pytest.raises(EcographError, match=r"events\.csv"):
        save_tables(TableSet({"universities": names}), tmp_path)
    save_tables(TableSet({"universities": names, "events": names}), tmp_path)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "名", '"']),
            st.none() | st.integers() | st.text() | st.lists(st.integers()),
        )
    )
)
def test_rows_are_spelt_as_the_standard_library_indents_them(rows) -> None:
    content = {"meta": {"of": ["x\n", {}]}, "rows": rows, "problems": []}
    assert _spell_json(content) == json.dumps(content, ensure_ascii=False, indent=1)
