"""Pollock's polluted files: the table is right, or the person is told that it may be wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import pollock

TRUTH = [["a", "b"], ["1", "2"], ["3", "4"], ["3", "4"]]


def test_the_score_counts_rows_and_cells_as_often_as_they_stand():
    case = pollock.Case("x", b"", TRUTH)
    assert pollock.score(case, TRUTH) == pytest.approx(10)
    # header 3; records 2 of 3: 2/3 + 1 + 4/5; cells 6 of 8: 3/4 + 1 + 6/7; loaded 1
    assert pollock.score(case, TRUTH[:3]) == pytest.approx(4 + 2 / 3 + 9 / 5 + 7 / 4 + 6 / 7)
    assert pollock.score(case, [["x"]]) == pytest.approx(1)
    assert pollock.score(case, []) == pytest.approx(1)


def test_a_table_that_differs_is_told_or_silent():
    case = pollock.Case("x", b"", TRUTH)
    assert pollock.judge(case, pollock.Result(TRUTH, told=False)) == "right"
    assert pollock.judge(case, pollock.Result(TRUTH[:3], told=False)) == "silent"
    assert pollock.judge(case, pollock.Result(None, told=True)) == "told"
    shuffled = [TRUTH[0], TRUTH[3], TRUTH[1], TRUTH[2]]
    assert pollock.judge(case, pollock.Result(shuffled, told=False)) == "right"


def test_the_files_are_made_as_they_are(real_data):
    made = {case.name: case for case in pollock.make_cases(real_data / "pollock")}
    starts = ("row_more_sep", "row_less_sep", "row_extra_quote", "row_field_delimiter", "file_")
    counts = [sum(name.startswith(start) for name in made) for start in starts]
    assert counts == [84 * 9, 84 * 8, 84 * 9, 84, 21]
    assert len(made) == 2290
    for case in pollock.list_cases(real_data / "pollock"):
        same = [c.data.replace(b"\r\n", b"\n") for c in (case, made[case.name])]
        assert same[0] == same[1]
        assert case.truth == made[case.name].truth


SAMPLE = [
    "row_more_sep_row0_col3.csv",
    "row_more_sep_row20_col0.csv",
    "row_more_sep_row20_col8.csv",
    "row_less_sep_row0_col1.csv",
    "row_less_sep_row20_col1.csv",
    "row_less_sep_row20_col7.csv",
    "row_less_sep_row21_col5.csv",
    "row_extra_quote0_col0.csv",
    "row_extra_quote40_col5.csv",
    "row_extra_quote40_col8.csv",
    "row_extra_quote83_col8.csv",
    "row_field_delimiter_0_0x20.csv",
    "row_field_delimiter_50_0x20.csv",
]


def test_none_is_wrong_in_silence(real_data):
    cases = pollock.make_cases(real_data / "pollock")
    chosen = [c for c in cases if c.name.startswith(("file_", "source")) or c.name in SAMPLE]
    assert len(chosen) == 22 + len(SAMPLE)
    results = {case.name: pollock.read_by_ecograph(case) for case in chosen}
    verdicts = {case.name: pollock.judge(case, results[case.name]) for case in chosen}
    assert "silent" not in verdicts.values()
    right = {
        "source.csv",
        "file_no_trailing_newline.csv",
        "file_double_trailing_newline.csv",
        "file_preamble.csv",
        "file_header_only.csv",
        "file_one_data_row.csv",
        "file_record_delimiter_0xD.csv",
        "file_record_delimiter_0xA.csv",
        "file_field_delimiter_0x3B.csv",
        "file_field_delimiter_0x9.csv",
        "file_field_delimiter_0x2C_0x20.csv",
        "file_escape_char_0x5C.csv",
        "file_escape_char_0x00.csv",
        *(name for name in SAMPLE if name.startswith(("row_extra", "row_more"))),
    }
    assert {name for name in right if verdicts[name] != "right"} == set()
    clean = right - {name for name in right if name.startswith("row_")}
    clean -= {"file_preamble.csv", "file_escape_char_0x00.csv"}
    assert {name for name in clean if results[name].told} == set()
