"""Registers of an office with planted faults: the corpus is sound, and the goals hold on it."""

from __future__ import annotations

import csv
import importlib
import io
import random
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ecograph.problems import Problem

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
faults, faulty, formats, office = (
    importlib.import_module(name) for name in ("faults", "faulty", "formats", "office")
)
FILES = 140  # every class at least once


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    return faulty.run_numbers(range(FILES), seed=1, folder=folder)


# The corpus


def test_a_seed_gives_the_same_bytes_and_another_seed_others():
    assert faulty.build_case(7, 3) == faulty.build_case(7, 3)
    assert faulty.build_case(7, 3).data != faulty.build_case(7, 4).data


def test_a_round_of_files_holds_every_class_and_about_15_of_100_clean_ones():
    cases = [faulty.build_case(number) for number in range(FILES)]
    assert {case.classes[0] for case in cases} == {*faults.CLASSES, *faults.CLEAN}
    assert sum(case.clean for case in cases) == 21
    assert any(len(case.classes) > 2 for case in cases)


def test_no_generator_knows_the_readers():
    for module in (faults, formats, office):
        assert "ecograph" not in Path(module.__file__).read_text(encoding="utf-8")


def test_numerals_and_sums_are_written_as_on_a_cheque():
    assert office.write_numeral(20405) == "二万零四百零五"
    assert office.write_numeral(10_010) == "一万零一十"
    assert office.write_formal(Decimal("100200.05")) == "壹拾万零贰佰元零伍分"


def test_a_drawn_code_has_the_check_digit_of_the_standard():
    # 91140702MA0AAAAA + organisation and code checks, summed anew with the published weights
    code = office.make_code(random.Random(5))  # noqa: S311 - a drawn corpus
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(alphabet.index(c) * w for c, w in zip(code, weights, strict=False))
    assert alphabet[-total % 31] == code[17]
    body = sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    assert code[16] == {10: "X", 11: "0"}.get(11 - body % 11, str(11 - body % 11))


@pytest.mark.parametrize("form", ["csv", "tsv", "semicolon"])
def test_clean_text_is_what_the_csv_module_reads(form):
    draft = faults.draw_draft(random.Random(1), form, "agreements", rows=12)  # noqa: S311 - a drawn corpus
    faults.CLEAN["quoted"].plant(draft)
    case = faulty.finish_case(draft, "x", [faults.CLEAN["quoted"]], clean=True)
    rows = list(csv.reader(io.StringIO(case.data.decode(), newline=""), delimiter=draft.delimiter))
    assert rows[1:] == [case.rows[n] for n in sorted(case.rows)]


def test_a_workbook_is_what_openpyxl_reads():
    draft = faults.draw_draft(random.Random(2), "xlsx", "platforms", rows=12)  # noqa: S311 - a drawn corpus
    faults.CLASSES["merged_rows"].plant(draft)
    case = faulty.finish_case(draft, "x", [faults.CLASSES["merged_rows"]], clean=False)
    book = openpyxl.load_workbook(io.BytesIO(case.data))
    sheet = book[case.sheet]
    assert [cell.value for cell in sheet[1]] == [texts[0] for texts in case.header]
    assert [sheet.cell(n, 1).value for n in sorted(case.rows)] == [
        case.rows[n][0] for n in sorted(case.rows)
    ]
    merged = sheet.merged_cells.ranges
    assert {cell.min_row for cell in merged} <= set(case.faults[0].rows)


# The scorer


def find_case(name):
    numbers = range(2 * FILES)
    cases = (faulty.build_case(number) for number in numbers)
    return next(case for case in cases if case.classes == (name,))


def judge(case, found):
    outcome = faulty.Outcome(case.name, case.classes, case.clean)
    faulty.judge_faults(case, found, outcome)
    return outcome


def test_a_fault_is_located_only_at_its_row_column_and_code():
    case = find_case("impossible_date")
    planted = case.faults[0]
    place = {"file": case.file, "sheet": case.sheet, "column": planted.columns[0]}
    right = Problem("impossible_date", row=planted.rows[0], **place)
    assert judge(case, [right]).located == 1
    for wrong in (
        Problem("impossible_date", row=planted.rows[0] + 1, **place),
        Problem("unreadable_amount", row=planted.rows[0], **place),
        Problem("impossible_date", row=planted.rows[0], **{**place, "column": "备注"}),
        Problem("impossible_date", row=None, **place),
    ):
        assert judge(case, [wrong]).located == 0


def test_a_problem_beside_every_fault_counts_against_precision():
    case = find_case("impossible_date")
    stray = Problem("total_row", file=case.file, sheet=case.sheet, row=case.faults[0].rows[0] + 1)
    assert len(judge(case, [stray]).off) == 1


def test_a_lost_row_is_silent_unless_something_is_said_at_that_row():
    case = find_case("plain")
    gone = faulty.Difference(5, (), "a row", "nothing")
    place = {"file": case.file, "sheet": case.sheet}
    assert not faulty.is_told(case, gone, [])
    assert not faulty.is_told(case, gone, [Problem("extra_cells", row=6, **place)])
    assert faulty.is_told(case, gone, [Problem("extra_cells", row=5, **place)])


def test_texts_are_compared_as_a_person_would():
    assert faulty.is_same("120", "120.0")
    assert faulty.is_same("甲", "甲\u200b")
    assert faulty.is_same("2024-05-25", "2024-05-25 00:00:00")
    assert not faulty.is_same("00123", "123")
    assert not faulty.is_same("911407000000000001", "911407000000000000")


# The goals


def list_places(outcomes, verdict):
    return [(o.name, o.places) for o in outcomes if o.verdict == verdict]


def test_no_file_is_silently_wrong(outcomes):
    assert list_places(outcomes, "silent") == []


def test_no_file_makes_a_reader_crash(outcomes):
    assert list_places(outcomes, "crashed") == []


def test_clean_files_are_not_flagged(outcomes):
    assert [(o.name, o.off) for o in outcomes if o.clean and o.problems] == []


def test_faults_are_located_at_their_row_column_and_code(outcomes):
    missed = [(o.name, o.missed) for o in outcomes if o.missed]
    assert faulty.count_outcomes(outcomes)["located"] >= 0.995, missed


def test_problems_point_to_what_was_planted(outcomes):
    off = [(o.name, o.off) for o in outcomes if o.off]
    assert faulty.count_outcomes(outcomes)["precision"] >= 0.98, off
