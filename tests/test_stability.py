from __future__ import annotations

import json

import numpy as np
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.stability import STABILITY_COLUMNS, check_stability


def draw_town(*, dated: bool = True) -> dict[str, str]:
    """Industry A: 40 firms, each with one link, half with U1 in 2020, half with U2 in 2024.

    Industry B: 40 firms of which eight have one link, all with U3 in 2024. Of 48 links each is
    expected to have 24: B with 8 is a gap. In 2024 alone it is 8 of 28 where 14 are expected.
    """
    firms = [(f"{k}{n:02}", f"{k}{n:02}", k) for k in "AB" for n in range(40)]
    signed = [
        *((f"A{n}", f"A{n:02};U{1 if n < 20 else 2}", 2020 if n < 20 else 2024) for n in range(40)),
        *((f"B{n}", f"B{n:02};U3", 2024) for n in range(8)),
    ]
    staff = list_rows("enterprise,year,rd_staff", ((k, 2024, 1) for k, *_ in firms))
    return {
        "universities": "id,name\nU1,a\nU2,b\nU3,c\n",
        "enterprises": list_rows("id,name,industry", firms),
        "financials": staff,
        "agreements": list_rows("id,parties,date", signed)
        if dated
        else list_rows("id,parties", (row[:2] for row in signed)),
    }


def test_each_way_to_ask_is_counted() -> None:
    """B by windows: 2024 alone (8 of 14.0, p 0.06) is no gap, and so for 1 and 3 years; 5 are all.

    Without U1 or U2 it is the same 8 of 14, without U3 B has none of 20.
    """
    table = check_stability(make_ecosystem(draw_town(), as_of="2024-12-31"))
    assert tuple(table.columns) == STABILITY_COLUMNS
    row = table.loc["B"]
    assert row["verdict"] == "gap"
    assert row["runs"] == 1 + 3 + 3
    assert row["stands_exposure"] == 1  # staff is one a firm
    assert row["stands_window"] == pytest.approx(1 / 3)
    assert row["stands_university"] == pytest.approx(1 / 3)
    assert row["stands"] == pytest.approx(3 / 7)
    assert row["verdicts"] == "not enough data 4; gap 3"
    assert table.index[0] == "B"


def test_without_dates_there_are_no_windows() -> None:
    table = check_stability(make_ecosystem(draw_town(dated=False)))
    assert np.isnan(table.at["B", "stands_window"])
    assert table.at["B", "runs"] == 4


def test_an_ecosystem_without_industries_or_links() -> None:
    assert len(check_stability(make_ecosystem({"universities": "id,name\nU,u\n"}))) == 0
    table = check_stability(make_ecosystem({"industries": "id,name\nI,i\n"}))
    assert table.at["I", "verdict"] == "not_enough_data"
    assert np.isnan(table.at["I", "stands"])
    json.dumps(table.attrs["meta"], allow_nan=False)
