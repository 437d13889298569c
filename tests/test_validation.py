"""The short form of docs/validation.md: what it promises, on fewer draws."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
validation = importlib.import_module("validation")
SCALE = validation.Scale(draws=400, cities=40, towns=1)


def read_table(check) -> list[list[str]]:
    """Read the rows of a table that a check yields."""
    lines = list(check(SCALE))[2:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def read_share(cell: str) -> float:
    return float(cell.strip("%")) / 100


def test_p_values_are_uniform_under_their_nulls_and_never_too_small() -> None:
    rows = read_table(validation.check_nulls)
    assert len(rows) == 7
    for _, draws, few, many, *shares in rows:
        assert min(float(few), float(many)) > 0.01
        for level, cell in zip(validation.LEVELS, shares, strict=True):
            room = 2.6 * (level * (1 - level) / int(draws)) ** 0.5
            assert read_share(cell) <= level + room


def test_exact_intervals_cover_and_mid_ones_do_on_average() -> None:
    for interval, _, _, least, mean, _ in read_table(validation.check_intervals):
        if interval == "exact":
            assert read_share(least) >= 0.95
        else:
            assert 0.94 < read_share(mean) < 0.97


def test_false_gaps_are_rare_where_others_flag_many() -> None:
    rows = read_table(validation.check_discoveries)
    ours = [read_share(row[3]) for row in rows if row[2] == "ecograph"]
    assert max(ours) <= 0.15  # 0.05, and what 40 cities may be off by
    naive = {(row[0], row[1]): read_share(row[3]) for row in rows if "Poisson" in row[2]}
    assert naive["uneven", "0"] > 0.2


def test_power_rises_with_what_is_expected_and_degrees_hide_the_weak() -> None:
    rows = read_table(validation.check_power)
    ours = [read_share(row[1]) for row in rows]
    assert ours[0] < 0.1
    assert ours[-1] > 0.7
    assert max(read_share(row[-1]) for row in rows) < 0.2


def test_published_figures_come_out_to_the_digits_that_were_printed() -> None:
    rows = [row for row in read_table(validation.SECTIONS["published"][1]) if len(row) == 4]
    assert len(rows) >= 10
    for _, _, published, ours in rows:
        assert float(ours) == pytest.approx(float(published), abs=0)


def test_permutations_lie_where_the_exact_values_are() -> None:
    rows = read_table(validation.SECTIONS["permutations"][1])
    assert len(rows) == 4
    assert max(float(row[-1]) for row in rows) < 4.5


def test_ranks_that_are_told_apart_are_in_the_right_order() -> None:
    rows = read_table(validation.SECTIONS["rankings"][1])
    assert len(rows) == 7
    assert sum(int(row[-1].split(" of ")[0]) for row in rows) <= 1
    assert min(read_share(row[2]) for row in rows) > 0.75


def test_the_model_meets_its_sums() -> None:
    errors = [line.partition("error")[2] for line in validation.check_model(SCALE)][:2]
    assert all(float(text.split()[-1].strip(".")) < 1e-8 for text in errors)


def test_the_planted_gap_is_the_only_one() -> None:
    lines = list(validation.check_registers(SCALE))
    assert lines[2].startswith("| example-city | 1 |")
    assert lines[2].endswith("| 生物医药 |")


def test_the_null_of_firms_is_safe_where_that_of_contracts_is_not() -> None:
    spread, keeping = read_table(validation.SECTIONS["contracts"][1])
    assert max(read_share(row[3]) for row in (spread, keeping)) <= 0.05
    assert read_share(spread[2]) <= 0.05
    assert read_share(keeping[2]) > 0.05
