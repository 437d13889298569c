"""The dimensions of industries, tiers, counties and years, on the small region worked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from test_dimensions import TABLES, bound_by_wilson

from ecograph.analysis import breakdown
from ecograph.analysis.breakdown import BREAKDOWN_COLUMNS, BREAKDOWNS, break_down_dimensions
from ecograph.analysis.dimensions import DIMENSION_COLUMNS, measure_dimensions
from ecograph.analysis.tiers import TIERS
from ecograph.errors import SettingsError

if TYPE_CHECKING:
    from ecograph.analysis.breakdown import Breakdown


def break_down(by: Breakdown, **changes: str) -> pd.DataFrame:
    tables = TABLES | {f"{name}.csv": text for name, text in changes.items()}
    return break_down_dimensions(make_ecosystem(tables), by)


@pytest.fixture(scope="module")
def industries() -> pd.DataFrame:
    return break_down("industry")


def take(table: pd.DataFrame, group: str) -> pd.DataFrame:
    return table[table["group"] == group].set_index("indicator")


def say_all(table: pd.DataFrame, group: str, *indicators: str) -> list[float]:
    return take(table, group)["value"].reindex(indicators).tolist()


def test_each_industry_has_its_own_worked_answers(industries: pd.DataFrame) -> None:
    """I1: E1, E2 with A1, A2, A3, A6; I2: E3, E4 with A4; I3: E5 with none."""
    table = industries
    asked = ("partners", "firm_coverage", "ties_per_firm", "agreements_per_100_firms")
    assert say_all(table, "I1", *asked) == [2, 1, 3 / 2, 100]  # A2 and A3 in 2024
    assert say_all(table, "I2", *asked) == [1, 1 / 2, 1 / 2, 50]
    assert say_all(table, "I3", *asked) == [0, 0, 0, 0]
    more = ("tie_density", "agreements_per_tie", "field_fit", "new_partners", "outside_share")
    assert say_all(table, "I1", *more) == pytest.approx([3 / 4, 4 / 3, 1 / 3, 0, 1 / 2])
    assert say_all(table, "I2", *more) == [1 / 2, 1, 0, 1, 0]
    assert say_all(table, "I3", *more) == pytest.approx(
        [np.nan, np.nan, np.nan, 0, np.nan], nan_ok=True
    )
    assert take(table, "I1").at["field_fit", "n"] == 3


def test_a_small_group_has_a_wide_interval_and_no_case_has_none(industries: pd.DataFrame) -> None:
    table = industries
    row = take(table, "I2").loc["firm_coverage"]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(bound_by_wilson(1 / 2, 2))
    alone = take(table, "I2").loc["platform_share"]  # one tie, of E3 with its own P3
    assert [alone["ci_low"], alone["ci_high"]] == pytest.approx(bound_by_wilson(1, 1))
    none = take(table, "I3").loc["deep_share"]
    assert none[["value", "ci_low", "ci_high"]].isna().all()
    assert none["n"] == 0


def test_a_year_has_what_began_in_it() -> None:
    """2023: A1 (E1-U1) and A7 (U4 with a bank); 2024: A2, A3, A4; A6 is not dated."""
    table = break_down("year")
    assert table["group"].unique().tolist() == ["2023", "2024"]
    asked = ("partners", "new_partners", "firm_coverage", "agreements_per_100_firms")
    assert say_all(table, "2023", *asked) == [2, 2, 1 / 5, 40]
    assert say_all(table, "2024", *asked) == [3, 1, 3 / 5, 60]  # U1 is old, of U2 A6 may be
    assert take(table, "2024").at["new_partners", "n"] == 2
    assert say_all(table, "2023", "ties_per_firm", "intent_yield") == pytest.approx(
        [1 / 5, np.nan], nan_ok=True
    )
    assert say_all(table, "2024", "contact_frequency", "intent_yield") == [8, 9 / 30]
    assert table.attrs["meta"]["method"]["agreements_in_no_group"] == 1
    assert "persistence" not in set(table["indicator"])


def test_a_county_has_its_firms_and_what_names_it_and_no_firm() -> None:
    firms = "id,name,region\nE1,A,R1\nE2,B,R1\nE3,C,R2\nE4,D,\nE5,E,R2\n"
    signed = TABLES["agreements.csv"].replace("U4;N1", "U4;N1;R2")
    table = break_down("region", enterprises=firms, agreements=signed)
    assert say_all(table, "R1", "partners", "firm_coverage") == [2, 1]
    assert say_all(table, "R2", "partners", "firm_coverage") == [2, 1 / 2]  # P3 and U4
    assert table.attrs["meta"]["method"]["firms_in_no_group"] == 1


def test_tiers_stand_in_their_order_with_their_names() -> None:
    held = "enterprise,certificate,valid_from,valid_to\nE3,小巨人,2023-01-01,2026-01-01\n"
    table = break_down("tier", certificates=held)
    tree = take(table, "tree")
    assert table["group"].unique().tolist() == [t for t in TIERS if t in ("tree", "none")]
    assert tree["group_name"].unique().tolist() == ["tree"]
    assert say_all(table, "tree", "partners", "firm_coverage") == [1, 1]
    assert say_all(table, "none", "partners", "firm_coverage") == [2, 2 / 4]


@pytest.mark.parametrize("by", ["region", "industry", "tier"])
def test_one_group_that_holds_everything_is_the_whole(by: Breakdown) -> None:
    """All firms are of R1 and I1, and A7, which names no firm, names both; no firm has a tier."""
    lines = [f"E{n},e{n},I1,R1" for n in range(1, 6)]
    signed = TABLES["agreements.csv"].replace("U4;N1", "U4;N1;R1;I1")
    if by == "tier":
        signed = signed.replace("A7,2023,,,signed,,,U4;N1;R1;I1\n", "")
    changes = {
        "enterprises.csv": "\n".join(["id,name,industry,region", *lines, ""]),
        "agreements.csv": signed,
        "industries.csv": "id,name,key\nI1,Glass,yes\n",
    }
    ecosystem = make_ecosystem(TABLES | changes)
    broken, whole = break_down_dimensions(ecosystem, by), measure_dimensions(ecosystem)
    key = {"region": "R1", "industry": "I1", "tier": "none"}[by]
    part = take(broken, key)[list(DIMENSION_COLUMNS)]
    assert len(part) > 15
    pd.testing.assert_frame_equal(part, whole.loc[part.index])


def test_one_year_that_holds_everything_is_the_whole() -> None:
    signed = TABLES["agreements.csv"].replace("2023", "2024").replace("A6,,", "A6,2024-02-02,")
    events = TABLES["events.csv"].replace("Series,2023", "Series,2024")
    ecosystem = make_ecosystem(TABLES | {"agreements.csv": signed, "events.csv": events})
    broken, whole = break_down_dimensions(ecosystem, "year"), measure_dimensions(ecosystem)
    part = take(broken, "2024")[list(DIMENSION_COLUMNS)]
    assert len(part) > 20
    pd.testing.assert_frame_equal(part, whole.loc[part.index])


def draw_town() -> dict[str, str]:
    """Sixty firms in three counties, each agreement of one firm."""
    random = np.random.default_rng(8)
    signed = (
        (f"A{n}", f"E{random.integers(60):02};U{random.integers(6)}", random.integers(2022, 2024))
        for n in range(90)
    )
    return {
        "universities": list_rows("id,name", ((f"U{n}", f"u{n}") for n in range(6))),
        "enterprises": list_rows(
            "id,name,region", ((f"E{n:02}", f"e{n}", f"R{n % 3}") for n in range(60))
        ),
        "agreements": list_rows("id,parties,date", signed),
    }


def test_groups_that_share_nothing_sum_to_the_whole() -> None:
    ecosystem = make_ecosystem(draw_town())
    whole = measure_dimensions(ecosystem)
    counties = break_down_dimensions(ecosystem, "region").set_index(["indicator", "group"])
    for indicator in ("firm_coverage", "ties_per_firm", "agreements_per_tie", "persistence"):
        rows = counties.loc[indicator]
        assert rows["n"].sum() == whole.at[indicator, "n"]
        total = (rows["value"] * rows["n"]).sum()
        assert total == pytest.approx(whole.at[indicator, "value"] * whole.at[indicator, "n"])
    years = break_down_dimensions(ecosystem, "year").set_index(["indicator", "group"])
    assert years.loc["agreements_per_100_firms", "value"].sum() == pytest.approx(100 * 90 / 60)
    assert years.loc["new_partners", "value"].sum() == whole.at["partners", "value"]


def test_a_county_with_a_third_of_the_firms_is_less_sure_than_the_whole() -> None:
    ecosystem = make_ecosystem(draw_town())
    whole = measure_dimensions(ecosystem).loc["ties_per_firm"]
    counties = break_down_dimensions(ecosystem, "region").set_index("indicator")
    rows = counties.loc["ties_per_firm"]
    widths = rows["ci_high"] - rows["ci_low"]
    assert (widths > 1.2 * (whole["ci_high"] - whole["ci_low"])).all()


@pytest.mark.parametrize("by", ["region", "year"])
def test_the_order_of_rows_does_not_matter(by: Breakdown) -> None:
    tables = draw_town()
    turned = {
        name: "\n".join([text.splitlines()[0], *text.splitlines()[:0:-1], ""])
        for name, text in tables.items()
    }
    first, second = (break_down_dimensions(make_ecosystem(x), by) for x in (tables, turned))
    assert len(first) > 0
    pd.testing.assert_frame_equal(first, second)


def test_of_very_many_groups_the_largest_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "MOST_GROUPS", 2)
    table = break_down("industry")
    assert table["group"].unique().tolist() == ["I1", "I2"]
    method = table.attrs["meta"]["method"]
    assert (method["groups"], method["groups_left_out"]) == (3, 1)


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_an_ecosystem_without_groups_has_the_columns_and_no_row(by: Breakdown) -> None:
    table = break_down_dimensions(make_ecosystem({"universities": "id,name\nU1,One\n"}), by)
    assert table.columns.tolist() == list(BREAKDOWN_COLUMNS)
    assert len(table) == 0
    assert table.attrs["meta"]["result"] == "breakdown"


def test_an_unknown_breakdown_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="industry, tier, region, year"):
        break_down_dimensions(make_ecosystem({"universities": "id,name\nU1,One\n"}), "moon")


def test_all_breakdowns_stand_under_each_other_up_to_a_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ecosystem = make_ecosystem(TABLES)
    whole = breakdown.break_down_all(ecosystem)
    assert whole["by"].unique().tolist() == ["industry", "tier", "year"]  # no firm has a county
    for by in ("industry", "year"):
        part = whole[whole["by"] == by].reset_index(drop=True)
        alone = break_down_dimensions(ecosystem, by)
        pd.testing.assert_frame_equal(part, alone, check_dtype=False)
    monkeypatch.setattr(breakdown, "MOST_AGREEMENTS", 5)  # of six that count
    cut = breakdown.break_down_all(ecosystem)
    assert (len(cut), tuple(cut.columns)) == (0, BREAKDOWN_COLUMNS)
    assert cut.attrs["meta"]["method"] == {"left_out_above": 5}
