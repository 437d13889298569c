import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.output import _encode_csv, render_csv
from ecograph.spelling import spell_cell, spell_column

TEXTS = ["甲,乙", 'a"b', "=1+1", "-5", "x", "", "\n", None, "+3", "＝1", "a\nb", "\t", "-x"]
FLOATS = [0.3, 1 / 3, -0.0, 0.0, 1e16, 1e300, 1e-7, 13437508769.58, 2e6, np.nan, np.inf, -np.inf]
FLOATS += [0.005, 1.005, 2.0**53, 2.0**43 + 0.25, 4.35, 1e-320, -5.25, 0.1 + 0.2, 123456789012.345]
ODD = [["a", "b"], None, 3, 1.5, True, "=s", (1, 2), float("nan"), pd.NA, np.float64(0.1), b"x"]
ODD += [pd.Timestamp("2020-01-01"), {"a": 1}, pd.NaT, np.int64(7)]


def render_cell_by_cell(table: pd.DataFrame) -> bytes:
    """Write a table as CSV the slow way: the oracle."""
    cells = {name: table[name].map(spell_cell) for name in table.columns}
    return _encode_csv(pd.DataFrame(cells, dtype=object))


def draw(rows: int, seed: int) -> pd.DataFrame:
    """Draw a table with a column of every kind."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows)

    def pick(values):
        chosen = np.empty(len(values), dtype=object)
        chosen[:] = values
        return chosen[rng.integers(0, len(values), rows)]

    return pd.DataFrame(
        {
            "text": pd.Series(pick(TEXTS), dtype=object),
            "string": pd.array(pick(["p", None, "@q"]), dtype="string"),
            "empty": pd.Series([None] * rows, dtype=object),
            "odd": pd.Series(pick(ODD), dtype=object),
            "float": pick(FLOATS).astype(float),
            "wide": rng.lognormal(0, 8, rows),
            "money": np.round(rng.lognormal(10, 3, rows), 2),
            "whole": rng.integers(0, 9, rows).astype(float),
            "single": rng.random(rows).astype(np.float32),
            "Float64": pd.array(pick([0.1, 2.0, None]), dtype="Float64"),
            "int": rng.integers(-5, 5, rows),
            "uint8": rng.integers(0, 255, rows).astype(np.uint8),
            "Int64": pd.array(pick([3, None, -4]), dtype="Int64"),
            "bool": rng.random(rows) < 0.5,
            "boolean": pd.array(pick([True, False, None]), dtype="boolean"),
            "day": pd.to_datetime(pd.Series(pick(["2024-01-02", None]), dtype=object)),
            "zoned": pd.Series(pd.date_range("2020", periods=rows, tz="Asia/Shanghai", freq="h")),
            "span": pd.to_timedelta(number, unit="h"),
            "category": pd.Categorical(pick(["a,b", "=x", "z", None])),
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 5, 300])
def test_a_table_written_by_columns_has_the_bytes_of_one_written_by_cells(rows):
    table = draw(rows, rows)
    assert render_csv(table, index=False) == render_cell_by_cell(table)
    for name in table:  # alone, an empty cell must be quoted
        assert render_csv(table[[name]], index=False) == render_cell_by_cell(table[[name]])


def test_blocks_of_rows_join_without_a_seam(monkeypatch):
    table = draw(50, 1)
    monkeypatch.setattr("ecograph.output._BLOCK", 7)
    assert render_csv(table, index=False) == render_cell_by_cell(table)


def test_a_carriage_return_anywhere_has_every_cell_quoted():
    table = draw(20, 2)
    table.loc[19, "text"] = "a\rb"
    assert render_csv(table, index=False) == render_cell_by_cell(table)
    assert render_csv(table, index=False).startswith(b'\xef\xbb\xbf"text"')


@given(st.lists(st.floats(), min_size=1, max_size=30))
def test_numbers_of_any_size_are_spelled_as_one_by_one(numbers):
    column = pd.Series(numbers, dtype=float)
    assert spell_column(column).to_pylist() == [str(spell_cell(n)) for n in numbers]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30), st.integers(0, 13))
def test_decimal_numbers_are_spelled_as_one_by_one(digits, places):
    numbers = [n / 10**places for n in digits]
    column = pd.Series(numbers, dtype=float)
    assert spell_column(column).to_pylist() == [str(spell_cell(n)) for n in numbers]


@given(st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=20))
def test_texts_are_written_as_one_by_one(texts):
    table = pd.DataFrame({"a": pd.Series(texts, dtype=object), "n": range(len(texts))})
    assert render_csv(table, index=False) == render_cell_by_cell(table)


def test_columns_are_several_times_as_fast_as_cells():
    rng, rows = np.random.default_rng(1), 30_000
    table = pd.DataFrame(
        {
            "id": [f"n{n}" for n in range(rows)],
            "name": [f"企业{n}" for n in range(rows)],
            "degree": rng.integers(0, 9, rows),
            "strength": rng.integers(0, 9, rows).astype(float),
            "pagerank": rng.random(rows),
            "amount": np.round(rng.lognormal(10, 2, rows), 2),
            "flag": rng.random(rows) < 0.5,
        }
    )

    def measure(render):
        start = time.process_time()
        render(table)
        return time.process_time() - start

    renders = (render_cell_by_cell, lambda t: render_csv(t, index=False))
    rounds = [[measure(render) for render in renders] for _ in range(7)]  # in turns
    slow, fast = (min(seconds) for seconds in zip(*rounds, strict=True))
    assert fast * 4 < slow
