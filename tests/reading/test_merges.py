from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.reading.workbooks.merges import Merge, fill_merges, parse_range
from ecograph.reading.workbooks.remarks import Remarks


def fill(rows: list[list[str]], *ranges: str) -> tuple[list[list[str]], list[tuple[object, ...]]]:
    remarks = Remarks()
    merges = [merge for text in ranges if (merge := parse_range(text))]
    filled = [list(cells) for _, cells in fill_merges(enumerate(rows, start=1), merges, remarks)]
    seen = [(code, at, *first) for (code, at), first in remarks.seen.items()]
    return filled, seen


@pytest.mark.parametrize("text", ["A1", "", "A:B", "A0:B1", "1:2", "A1:B" + "9" * 99, "AAAA1:B2"])
def test_what_is_no_range(text: str) -> None:
    assert parse_range(text) is None


def test_a_range_is_counted_from_its_letters() -> None:
    assert parse_range("$B$2:AA10") == Merge(2, 1, 10, 26)


def test_cells_are_filled_downwards_and_told() -> None:
    rows = [["id", "n"], ["E1", "a"], ["", "b"], ["", "c"], ["E2", "d"]]
    filled, seen = fill(rows, "A2:A4")
    assert [row[0] for row in filled] == ["id", "E1", "E1", "E1", "E2"]
    assert seen == [("merged_cells", 0, 3, "E1", 2)]


def test_numbers_are_told_apart() -> None:
    filled, seen = fill([["id", "金额"], ["E1", "30"], ["E2", ""]], "B2:B3")
    assert filled[2] == ["E2", "30"]
    assert seen == [("merged_numbers", 1, 3, "30", 1)]


def test_a_header_that_stands_in_a_merged_range_is_not_overwritten() -> None:
    rows = [["名称", "经费", "年"], ["a", "1", "2"]]
    assert fill(rows, "A1:B1") == (rows, [])


def test_what_stands_in_a_merged_range_is_not_overwritten() -> None:
    assert fill([["id"], ["E1"], ["E2"]], "A2:A3") == ([["id"], ["E1"], ["E2"]], [])


def test_blank_rows_stay_blank() -> None:
    filled, seen = fill([["id", "n"], ["E1", "a"], [], ["", "c"]], "A2:A4")
    assert filled[2:] == [[], ["E1", "c"]]
    assert seen == [("merged_cells", 0, 4, "E1", 1)]


def test_a_header_of_two_rows_is_filled_to_the_right_and_down_without_a_word() -> None:
    rows = [["序号", "经费", ""], ["", "2023", "2024"], ["1", "5", "6"], ["2", "7", "8"]]
    filled, seen = fill(rows, "A1:A2", "B1:C1")
    assert filled[:2] == [["序号", "经费", "经费"], ["序号", "2023", "2024"]]
    assert (filled[2:], seen) == (rows[2:], [])


def test_the_last_group_of_a_header_reaches_beyond_its_cell() -> None:
    rows = [["序号", "经费"], ["", "2023", "2024"], ["1", "5"]]
    filled, _ = fill(rows, "A1:A2", "B1:C1")
    assert filled == [["序号", "经费", "经费"], ["序号", "2023", "2024"], ["1", "5", ""]]


def test_a_range_to_the_end_of_the_sheet_makes_no_columns() -> None:
    filled, _ = fill([["序号", "经费"], ["1", "2"]], "B1:XFD1")
    assert filled == [["序号", "经费"], ["1", "2"]]


def test_a_title_stays_one_cell() -> None:
    rows = [["台账", "", ""], ["id", "n", "m"], ["E1", "a", "b"]]
    assert fill(rows, "A1:C1") == (rows, [])


def test_cells_of_data_merged_across_stay_in_the_first_column_and_are_told() -> None:
    rows = [["id", "n", "m"], ["E1", "a", ""], ["合计", "", "3"]]
    filled, seen = fill(rows, "B2:C2", "A3:B3")
    assert filled == rows
    assert seen == [("merged_across", 1, 2, "a", 1), ("merged_across", 0, 3, "合计", 1)]


def test_a_table_of_one_column_is_filled_and_told() -> None:
    filled, seen = fill([["id"], ["E1"], ["x", "y"]], "A2:A2", "A1:A1")
    assert (filled[1][:1], seen) == (["E1"], [])


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(["", "a", "1"]), min_size=3, max_size=3), max_size=8),
    st.lists(st.builds(Merge, *[st.integers(0, 6)] * 4), max_size=5),
)
def test_nothing_is_lost_or_moved(rows: list[list[str]], merges: list[Merge]) -> None:
    filled = list(fill_merges(enumerate(rows, start=1), merges, Remarks()))
    assert [number for number, _ in filled] == list(range(1, len(rows) + 1))
    for row, (_, cells) in zip(rows, filled, strict=True):
        assert all(new == old for old, new in zip(row, cells, strict=False) if old)
        assert not Counter(cells) - Counter(dict.fromkeys(["", "a", "1"], 99))
        assert any(row) or not any(cells)
