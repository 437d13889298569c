"""Every indicator on a region small enough to be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecograph.analysis.dimensions import DIMENSION_COLUMNS, DIMENSIONS, measure_dimensions
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"

TABLES = {
    "ecosystem.yaml": "name: Small\nas_of: 2024-12-31\nlanguage: en\ncurrency: CNY\n",
    "universities.csv": """\
id,name,province,resident
U1,First,Here,yes
U2,Second,There,
U3,Third,Here,
U4,Fourth,,
""",
    "platforms.csv": """\
id,name,hosts,status,province
P1,Joint lab,E1;U1,active,Here
P2,Planned lab,E2;U2,planned,Here
P3,Test bench,E3,,Here
P4,Park,,,Here
""",
    "enterprises.csv": "id,name,industry\nE1,A,I1\nE2,B,I1\nE3,C,I2\nE4,D,I2\nE5,E,I3\n",
    "institutions.csv": "id,name\nN1,Bank\n",
    "industries.csv": "id,name,key\nI1,Glass,yes\nI2,Textiles,\nI3,Beef,yes\n",
    "disciplines.csv": "id,name\nD1,Materials\nD2,Mechanics\n",
    "agreements.csv": """\
id,date,ends,amount,status,mode,disciplines,parties
A1,2023-03-01,,100万元,signed,joint,D1,E1;U1
A2,2024-06-10,,300万元,active,joint lab,D1,E1;U1
A3,2024-07,,,signed,consulting,D2,E2;U2
A4,2024-08-01,,200万元,ended,,D2,E3;P3
A5,2024-09,,900万元,planned,equity,D1,E4;U3
A6,,,,signed,licence,,E1;U2
A7,2023,,,signed,,,U4;N1
""",
    "events.csv": """\
id,name,date,firms,achievements,matched,intents,agreements
V1,Fair,2024-01-10,20,40,10,5,2
V2,Roadshow,2024-03,30,15,,,1
V3,Visit,2024-04-02,10,,,4,
V4,Series,2023,,,,,
V5,Next fair,2025-02-01,50,50,50,50,50
""",
}

# value, n, coverage
WORKED = {
    "partners": (4, 6, None),  # U1, U2, U4, P3 in A1-A4, A6, A7
    "firm_coverage": (3 / 5, 5, None),  # E1, E2, E3
    "effective_disciplines": (2, 4, 4 / 6),  # D1 twice, D2 twice
    "effective_provinces": (3 / 2 ** (2 / 3), 3, 3 / 4),  # Here twice, There once
    "outside_share": (1 / 3, 3, 3 / 4),  # U2
    "industry_reach": (1 / 2, 2, None),  # of I1 and I3, I1
    "amount_median": (2_000_000, 3, 3 / 6),
    "mode_depth": (7 / 3, 3, 3 / 4),  # E1-U1 4, E2-U2 1, E1-U2 2
    "deep_share": (1 / 3, 3, 3 / 4),  # E1-U1
    "persistence": (1 / 3, 3, 3 / 4),  # E1-U1; E1-U2 is not dated
    "platform_share": (2 / 4, 4, 2 / 3),  # E1-U1 host P1, E3 hosts P3; P4 names no host
    "key_focus": ((4 / 5) / (3 / 5), 5, 1),  # all links but A4; firms E1, E2, E5
    "intent_yield": (9 / 30, 30, 2 / 4),  # V1, V3
    "signing_yield": (3 / 25, 25, 2 / 4),  # V1 of 10 matched, V2 of 15 shown
    "agreements_per_100_firms": (60, 5, 5 / 6),  # A2, A3, A4 for five firms; A6 is not dated
    "agreements_per_tie": (5 / 4, 4, None),
    "tie_density": (4 / 20, 20, None),
    "contact_frequency": (12 / 1.5, 3, 3 / 4),  # January, March, April: gaps of 2 and 1 months
    "contact_regularity": (3 / 4, 4, 3 / 4),
    "giant_share": (4 / 8, 8, None),  # E1, E2, U1, U2; beside E3-P3 and U4-N1
}
INTERVALS = {  # (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n) with z = 1.959964
    "firm_coverage": (0.230724, 0.882379),
    "outside_share": (0.061492, 0.792340),
    "industry_reach": (0.094531, 0.905469),
    "deep_share": (0.061492, 0.792340),
    "persistence": (0.061492, 0.792340),
    "platform_share": (0.150039, 0.849961),
    "intent_yield": (0.166647, 0.478758),
    "signing_yield": (0.041668, 0.299558),
}


def write(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def measure(folder: Path, **changes: str) -> pd.DataFrame:
    tables = TABLES | {f"{name}.csv": text for name, text in changes.items()}
    return measure_dimensions(load(write(folder, tables), strict=True))


def drop_column(text: str, column: str) -> str:
    rows = [line.split(",") for line in text.splitlines()]
    at = rows[0].index(column)
    return "\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows) + "\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return measure(tmp_path_factory.mktemp("small"))


@pytest.mark.parametrize("indicator", WORKED)
def test_indicator_has_the_worked_answer(small: pd.DataFrame, indicator: str) -> None:
    value, n, coverage = WORKED[indicator]
    row = small.loc[indicator]
    assert row["value"] == pytest.approx(value)
    assert row["n"] == n
    expected = np.nan if coverage is None else coverage
    assert row["coverage"] == pytest.approx(expected, nan_ok=True)


def test_every_indicator_has_a_worked_answer(small: pd.DataFrame) -> None:
    assert small.index.tolist() == list(WORKED)
    assert small.index.name == "indicator"
    assert small.columns.tolist() == list(DIMENSION_COLUMNS)
    assert small["dimension"].unique().tolist() == list(DIMENSIONS)


@pytest.mark.parametrize("indicator", WORKED)
def test_interval_is_wilson_for_shares_and_empty_elsewhere(
    small: pd.DataFrame, indicator: str
) -> None:
    bounds = small.loc[indicator, ["ci_low", "ci_high"]].tolist()
    expected = INTERVALS.get(indicator, (np.nan, np.nan))
    assert bounds == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_interval_follows_the_level_of_the_settings(tmp_path: Path) -> None:
    folder = write(tmp_path, TABLES)
    narrow = measure_dimensions(load(folder, settings={"ci_level": 0.5}))
    wide = measure_dimensions(load(folder, settings={"ci_level": 0.99}))
    assert narrow.loc["firm_coverage", "ci_low"] > wide.loc["firm_coverage", "ci_low"]
    assert "0.99" in wide.attrs["meta"]["method"]["interval"]


def test_meta_says_what_a_tie_is_and_how_many_were_counted(small: pd.DataFrame) -> None:
    meta = small.attrs["meta"]
    assert meta["result"] == "dimensions"
    assert meta["method"]["ties"] == 4
    assert meta["counted"]["agreements"] == 6


def test_a_long_agreement_persists_until_its_end(tmp_path: Path) -> None:
    text = TABLES["agreements.csv"].replace("A3,2024-07,,", "A3,2022-07,2023-06-30,")
    assert measure(tmp_path, agreements=text).loc["persistence", "value"] == pytest.approx(2 / 3)


def test_an_agreement_does_not_persist_beyond_the_as_of_day(tmp_path: Path) -> None:
    text = TABLES["agreements.csv"].replace("A3,2024-07,,", "A3,2024-07,2029-06-30,")
    assert measure(tmp_path, agreements=text).loc["persistence", "value"] == pytest.approx(1 / 3)


def test_a_year_that_straddles_the_window_is_not_placed(tmp_path: Path) -> None:
    facts = TABLES["ecosystem.yaml"].replace("2024-12-31", "2024-06-30")
    table = measure_dimensions(load(write(tmp_path, TABLES | {"ecosystem.yaml": facts})))
    row = table.loc["agreements_per_100_firms"]  # A1 before, A2 within; A6 and A7 (2023) unknown
    assert (row["value"], row["n"]) == (20, 2)
    assert row["coverage"] == pytest.approx(2 / 4)


def test_a_yield_above_one_has_no_interval(tmp_path: Path) -> None:
    text = TABLES["events.csv"].replace("V3,Visit,2024-04-02,10,,,4,", "V3,Visit,2024-04,1,,,40,")
    row = measure(tmp_path, events=text).loc["intent_yield"]
    assert row["value"] == pytest.approx(45 / 21)
    assert np.isnan(row["ci_low"])


def test_all_industries_are_meant_where_none_is_key(tmp_path: Path) -> None:
    table = measure(tmp_path, industries=drop_column(TABLES["industries.csv"], "key"))
    assert table.loc["industry_reach", "value"] == pytest.approx(2 / 3)
    assert np.isnan(table.loc["key_focus", "value"])


def test_focus_compares_only_industries_of_known_exposure(tmp_path: Path) -> None:
    firms = "id,name,industry\nE1,A,I1\nE2,B,I1\nE3,C,I2\nE4,D,I2\nE5,E,\n"
    row = measure(tmp_path, enterprises=firms).loc["key_focus"]
    assert row["value"] == pytest.approx((4 / 5) / (2 / 4))
    assert row["coverage"] == pytest.approx(2 / 3)


def test_outside_is_not_known_without_a_home(tmp_path: Path) -> None:
    text = drop_column(TABLES["universities.csv"], "resident")
    row = measure(tmp_path, universities=text).loc["outside_share"]
    assert np.isnan(row["value"])
    assert "resident" in row["note"]


def test_home_is_the_province_of_the_firms_where_no_university_is_resident(tmp_path: Path) -> None:
    lines = TABLES["enterprises.csv"].splitlines()
    firms = "\n".join([lines[0] + ",province", *(line + ",There" for line in lines[1:])])
    text = drop_column(TABLES["universities.csv"], "resident")
    table = measure(tmp_path, universities=text, enterprises=firms)
    assert table.loc["outside_share", "value"] == pytest.approx(2 / 3)


def test_zero_is_said_where_the_registers_are_there_but_nothing_counts(tmp_path: Path) -> None:
    text = "id,status,parties\nA1,planned,E1;U1\n"
    table = measure(tmp_path, agreements=text)
    assert table.loc[["partners", "firm_coverage", "industry_reach"], "value"].tolist() == [0] * 3


def test_two_organisations_give_unknowns_and_the_registers_that_would_fill_them(
    tmp_path: Path,
) -> None:
    tables = {"universities.csv": "id,name\nU1,One\n", "enterprises.csv": "id,name\nE1,Two\n"}
    table = measure_dimensions(load(write(tmp_path, tables)))
    assert table.index.tolist() == list(WORKED)
    assert table["value"].isna().all()
    assert table["note"].str.contains("fill").all()


def test_one_event_tells_no_frequency(tmp_path: Path) -> None:
    table = measure(tmp_path, events="id,name,date\nV1,Fair,2024-01-10\n")
    contacts = table.loc[["contact_frequency", "contact_regularity"]]
    assert contacts["value"].isna().all()
    assert contacts["n"].tolist() == [1, 1]


def test_the_order_of_rows_does_not_matter(small: pd.DataFrame, tmp_path: Path) -> None:
    turned = {}
    for name in ("agreements", "events", "enterprises", "universities"):
        head, *rows = TABLES[f"{name}.csv"].splitlines()
        turned[name] = "\n".join([head, *reversed(rows)]) + "\n"
    pd.testing.assert_frame_equal(measure(tmp_path, **turned), small)


def test_measuring_changes_nothing(tmp_path: Path) -> None:
    ecosystem = load(write(tmp_path, TABLES))
    nodes, events = ecosystem.nodes.copy(), ecosystem.table("events").copy()
    first = measure_dimensions(ecosystem)
    pd.testing.assert_frame_equal(first, measure_dimensions(ecosystem))
    pd.testing.assert_frame_equal(ecosystem.nodes, nodes)
    pd.testing.assert_frame_equal(ecosystem.table("events"), events)


def test_weifang_has_its_published_funnel() -> None:
    table = measure_dimensions(load(DATA / "weifang"))
    row = table.loc["intent_yield"]
    assert (row["value"], row["n"]) == (pytest.approx(72 / 265), 265)
    assert round(100 * row["value"], 1) == 27.2
    assert row["ci_low"] < 72 / 265 < row["ci_high"]


def test_weifang_has_no_firms_and_says_so_in_chinese() -> None:
    table = measure_dimensions(load(DATA / "weifang"))
    needing_firms = ["firm_coverage", "mode_depth", "deep_share", "persistence", "platform_share"]
    assert table.loc[needing_firms, "value"].isna().all()
    assert table.loc[needing_firms, "note"].str.contains("“企业”").all()
    assert table.loc["partners", "value"] == 4  # U01, U02, U03, U05


def test_jinzhong_has_the_ties_that_its_articles_name() -> None:
    table = measure_dimensions(load(DATA / "jinzhong"))
    assert table.loc["firm_coverage", "value"] == pytest.approx(5 / 16)  # E01, E02, E07-E09
    assert table.loc["mode_depth", "value"] == pytest.approx((4 + 3 + 4 + 4 + 3 + 3) / 6)
    assert table.loc["platform_share", "value"] == pytest.approx(3 / 6)  # P15, P01, P02
    assert table.loc["outside_share", "value"] == pytest.approx(1 / 6)  # U08 in Beijing
