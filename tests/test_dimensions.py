"""Every indicator on a region small enough to be worked out by hand."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.dimensions import DIMENSION_COLUMNS, DIMENSIONS, measure_dimensions
from ecograph.loader import load
from ecograph.statistics.resampling import compute_cramers_v

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
id,name,hosts,status,province,disciplines,industry,rd_input,direct_benefit
P1,Joint lab,E1;U1,active,Here,D1,I2,100万元,300万元
P2,Planned lab,E2;U2,planned,Here,D2,I2,10万元,900万元
P3,Test bench,E3,,Here,,,50万元,
P4,Park,,,Here,,,100万元,100万元
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
    "demands.csv": "id,name,enterprise,disciplines\nQ1,Stronger glass,E2,D2\n",
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
    "new_partners": (1, 3, 3 / 4),  # P3; U1 and U4 are older, of U2 A6 is not dated
    "firm_coverage": (3 / 5, 5, None),  # E1, E2, E3
    "effective_disciplines": (2, 4, 4 / 6),  # D1 twice, D2 twice
    "effective_provinces": (3 / 2 ** (2 / 3), 3, 3 / 4),  # Here twice, There once
    "outside_share": (1 / 3, 3, 3 / 4),  # U2
    "industry_reach": (1 / 2, 2, None),  # of I1 and I3, I1
    "industry_parity": (1, 2, 1),  # I3 has none of 1 link expected, which says nothing
    "amount_median": (2_000_000, 3, 3 / 6),
    "amount_geometric": (1e6 * (1 * 3 * 2) ** (1 / 3), 3, 3 / 6),
    "mode_depth": (7 / 3, 3, 3 / 4),  # E1-U1 4, E2-U2 1, E1-U2 2
    "deep_share": (1 / 3, 3, 3 / 4),  # E1-U1
    "persistence": (1 / 3, 3, 3 / 4),  # E1-U1; E1-U2 is not dated
    "platform_share": (2 / 4, 4, 2 / 3),  # E1-U1 host P1, E3 hosts P3; P4 names no host
    "platforms_per_100_partners": (25, 4, 2 / 3),  # P1
    "platform_return": ((300 + 100) / (100 + 100), 2, 2 / 3),  # P1 and P4; P2 is planned
    "field_fit": (1 / 4, 4, 4 / 6),  # I1 names D2 (Q1 of E2), I2 names D1 (P1): A3 fits
    "field_lift": (1 / 4 / (5 / 12), 4, 4 / 6),  # 2024 deals D1 to I2 one time in three: 3 fit
    "field_alignment": (0, 4, 4 / 6),  # phi squared is 1/3, as by independence, always
    "key_focus": ((4 / 5) / (3 / 5), 5, 1),  # all links but A4; firms E1, E2, E5
    "key_focus_amount": ((4 / 6) / (3 / 5), 3, 3 / 5),  # A1 and A2, not A4; A3, A6 unknown
    "intent_yield": (9 / 30, 30, 2 / 4),  # V1, V3
    "signing_yield": (3 / 25, 25, 2 / 4),  # V1 of 10 matched, V2 of 15 shown
    "agreements_per_100_firms": (60, 5, 5 / 6),  # A2, A3, A4 for five firms; A6 is not dated
    "agreements_per_tie": (5 / 4, 4, None),
    "ties_per_firm": (4 / 5, 5, None),
    "tie_density": (4 / 20, 20, None),
    "contact_frequency": (12 / 1.5, 3, 3 / 4),  # January, March, April: gaps of 2 and 1 months
    "contact_regularity": (3 / 4, 4, 3 / 4),
    "contact_burstiness": ((0.5 - 1.5) / (0.5 + 1.5), 2, 3 / 4),
    "giant_share": (4 / 8, 8, None),  # E1, E2, U1, U2; beside E3-P3 and U4-N1
    "core_share": (0, 6, None),  # U1-E1-U2-E2 is a line
}
DEALT = {"field_lift": 0.06}  # 999 deals err by less in 998 of 1,000


def bound_by_wilson(share: float, n: float) -> tuple[float, float]:
    """(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    z = 1.9599639845400545
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return tuple((share + z**2 / (2 * n) + side * half) / (1 + z**2 / n) for side in (-1, 1))


def draw_all(ties: tuple[int, ...]) -> tuple[float, float]:
    """Bound the mean of five firms by all 5^5 samples that can be drawn of them."""
    means = [sum(drawn) / len(ties) for drawn in itertools.product(ties, repeat=len(ties))]
    return tuple(np.quantile(means, (0.025, 0.975)))


def scale(bounds: tuple[float, float], factor: float, shift: float = 0) -> tuple[float, float]:
    return tuple(shift + factor * bound for bound in bounds)


INTERVALS = {
    "firm_coverage": bound_by_wilson(3 / 5, 5),
    "outside_share": bound_by_wilson(1 / 3, 3),  # what follows is of less than five firms
    "industry_reach": bound_by_wilson(1 / 2, 2),
    "industry_parity": bound_by_wilson(1, 2),
    "deep_share": bound_by_wilson(1 / 3, 2),  # E1, E2
    "persistence": bound_by_wilson(1 / 3, 3),
    "platform_share": bound_by_wilson(1 / 2, 3),
    "platforms_per_100_partners": scale((0.025318, 5.571643), 100 / 4),  # Garwood, of one
    "field_fit": bound_by_wilson(1 / 4, 3),
    "field_lift": scale(bound_by_wilson(1 / 4, 3), 12 / 5),
    "key_focus": scale(bound_by_wilson(4 / 5, 3), 5 / 3),
    "key_focus_amount": scale(bound_by_wilson(2 / 3, 2), 5 / 3),  # A1 and A2 are of one firm
    "intent_yield": bound_by_wilson(9 / 30, 30),
    "signing_yield": bound_by_wilson(3 / 25, 25),
    "agreements_per_100_firms": scale(draw_all((1, 1, 1, 0, 0)), 100),
    "ties_per_firm": draw_all((2, 1, 1, 0, 0)),
    "tie_density": scale(draw_all((2, 1, 1, 0, 0)), 1 / 4),
    "contact_regularity": scale(bound_by_wilson(1 / 2, 2), 2 / 4, 2 / 4),  # February and March
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
    assert row["value"] == pytest.approx(value, rel=DEALT.get(indicator, 1e-9), abs=1e-9)
    assert row["n"] == n
    expected = np.nan if coverage is None else coverage
    assert row["coverage"] == pytest.approx(expected, nan_ok=True)


def test_every_indicator_has_a_worked_answer(small: pd.DataFrame) -> None:
    assert small.index.tolist() == list(WORKED)
    assert small.index.name == "indicator"
    assert small.columns.tolist() == list(DIMENSION_COLUMNS)
    assert small["dimension"].unique().tolist() == list(DIMENSIONS)


@pytest.mark.parametrize("indicator", WORKED)
def test_interval_has_the_worked_bounds_and_is_empty_where_few_firms_tell_nothing(
    small: pd.DataFrame, indicator: str
) -> None:
    bounds = small.loc[indicator, ["ci_low", "ci_high"]].tolist()
    expected = INTERVALS.get(indicator, (np.nan, np.nan))
    assert bounds == pytest.approx(expected, rel=DEALT.get(indicator, 1e-5), abs=1e-6, nan_ok=True)
    how = small.attrs["meta"]["method"]["intervals"]
    assert (indicator in how) == (indicator in INTERVALS)


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
    known = ["partners", "firm_coverage", "industry_reach", "ties_per_firm"]
    assert table.loc[known, "value"].tolist() == [0] * 4


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
    contacts = table.loc[["contact_frequency", "contact_regularity", "contact_burstiness"]]
    assert contacts["value"].isna().all()
    assert contacts["n"].tolist() == [1, 1, 0]


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


def test_a_key_industry_that_is_under_linked_is_not_at_par() -> None:
    """Of 40 links each of two industries of 40 firms is expected to have 20; I2 has none."""
    firms = [(f"{i}-{n:02}", f"{i}-{n}", i) for i in ("I1", "I2") for n in range(40)]
    tables = {
        "universities": "id,name\nU1,One\n",
        "industries": "id,name,key\nI1,Glass,yes\nI2,Beef,yes\n",
        "enterprises": list_rows("id,name,industry", firms),
        "agreements": list_rows("id,parties", ((f"A{n}", f"I1-{n:02};U1") for n in range(40))),
    }
    row = measure_dimensions(make_ecosystem(tables)).loc["industry_parity"]
    assert (row["value"], row["n"]) == (0.5, 2)


def test_two_firms_with_the_same_two_partners_are_a_core(tmp_path: Path) -> None:
    """The ring E1-U1-E2-U2 stays when E3 and U3, on a string, are cut off."""
    pairs = ("E1;U1", "E1;U2", "E2;U1", "E2;U2", "E2;U3", "E3;U3")
    text = list_rows("id,parties", ((f"A{n}", pair) for n, pair in enumerate(pairs)))
    row = measure(tmp_path, agreements=text).loc["core_share"]
    assert (row["value"], row["n"]) == (pytest.approx(4 / 6), 6)


def test_fields_that_follow_industries_align_and_fit_better_than_chance() -> None:
    """Four agreements in each of two industries, about D1 in I1 and D2 in I2, as is asked for.

    V is 1. Of the 70 ways to deal out the labels two fit in all or none, so the mean V is above 0;
    the mean share that fits is 1/2.
    """
    firms = [(f"{i}{n}", f"{i}{n}", i) for i in ("I1", "I2") for n in range(4)]
    signed = ((f"A{key}", f"{key};U1", f"D{key[1]}", 2024) for key, *_ in firms)
    tables = {
        "universities": "id,name\nU1,One\n",
        "enterprises": list_rows("id,name,industry", firms),
        "platforms": "id,name,industry,disciplines\nP1,a,I1,D1\nP2,b,I2,D2\n",
        "agreements": list_rows("id,parties,disciplines,date", signed),
    }
    table = measure_dimensions(make_ecosystem(tables))
    method = table.attrs["meta"]["method"]
    assert table.at["field_fit", "value"] == 1
    assert table.at["field_lift", "value"] == pytest.approx(2, rel=0.03)
    assert method["field_lift"]["p"] == pytest.approx(1 / 70, abs=0.012)
    assert method["field_alignment"]["cramers_v"] == pytest.approx(1)
    squares = [((k / 4 - (4 - k) / 4) ** 2, math.comb(4, k) ** 2) for k in range(5)]
    chance = sum(  # Bergsma: (phi² - 1/7) / (1 - 1/7), at least 0
        ways * math.sqrt(max((square - 1 / 7) / (6 / 7), 0)) for square, ways in squares
    )
    assert method["field_alignment"]["expected"] == pytest.approx(chance / 70, abs=0.03)
    assert table.at["field_alignment", "value"] == pytest.approx(1 - chance / 70, abs=0.03)


Rows = list[tuple[str, str, int, str, int]]


def test_the_interval_of_alignment_is_that_of_a_plain_loop_over_the_same_draws() -> None:
    """Firms with one or two agreements, three in four about the discipline of their industry."""
    industry = [n % 2 for n in range(24)]
    firm = [n // 2 + 6 * (n % 2) if n < 12 else n for n in range(24)]
    discipline = [i if n % 4 else 1 - i for n, i in enumerate(industry)]
    units = sorted(set(firm))
    tables = {
        "universities": "id,name\nU1,One\n",
        "enterprises": list_rows(
            "id,name,industry",
            ((f"E{f:02}", f, f"I{industry[firm.index(f)]}") for f in units),
        ),
        "agreements": list_rows(
            "id,parties,disciplines,industry",
            (
                (f"A{n:02}", f"E{firm[n]:02};U1", f"D{discipline[n]}", f"I{industry[n]}")
                for n in range(24)
            ),
        ),
    }
    drawn = []
    for sample in np.random.default_rng(1).integers(0, len(units), (1000, len(units))):
        rows = [n for unit in sample for n in range(24) if firm[n] == units[unit]]
        labels = (np.array(label)[rows] for label in (industry, discipline))
        drawn.append(compute_cramers_v(*labels))
    table = measure_dimensions(make_ecosystem(tables))
    row = table.loc["field_alignment"]
    margin = 1.959964 * np.nanstd(drawn, ddof=1)
    expected = [row["value"] - margin, row["value"] + margin]
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(expected)
    observed = table.attrs["meta"]["method"]["field_alignment"]["cramers_v"]
    assert observed == pytest.approx(compute_cramers_v(np.array(industry), np.array(discipline)))


def test_a_demand_later_than_the_as_of_day_asks_for_nothing_yet(tmp_path: Path) -> None:
    later = "id,name,enterprise,disciplines,date\nQ1,Glass,E2,D2,2025-02-01\n"
    row = measure(tmp_path, demands=later).loc["field_fit"]
    assert (row["value"], row["n"]) == (0, 1)  # A4 in I2


def test_a_demand_that_names_an_industry_is_not_of_that_of_its_firm(tmp_path: Path) -> None:
    text = "id,name,enterprise,disciplines,industry\nQ1,Glass,E2,D2,I2\n"
    row = measure(tmp_path, demands=text).loc["field_fit"]
    assert (row["value"], row["n"]) == (1, 1)  # A4 is about D2, which Q1 names for I2


def draw_town() -> dict[str, str]:
    """Thirty firms of which some have many agreements, with ten universities in three provinces."""
    random = np.random.default_rng(3)
    modes = ("consulting", "licence", "joint", "joint lab")
    signed = [
        (
            f"A{n:03}",
            f"E{int(30 * random.random() ** 2):02};U{random.integers(10)}",
            random.choice(modes),
            f"D{int(6 * random.random() ** 2)}",
            int(random.lognormal(12)),
        )
        for n in range(80)
    ]
    alone = [(f"B{n}", f"U{n}", "joint", "D0", 1000) for n in range(3)]
    provinces = ((f"U{n}", f"u{n}", "ABC"[n % 3], "yes" if n % 3 == 0 else "") for n in range(10))
    return {
        "universities": list_rows("id,name,province,resident", provinces),
        "enterprises": list_rows("id,name", ((f"E{n:02}", f"e{n}") for n in range(30))),
        "agreements": list_rows("id,parties,mode,disciplines,amount", [*signed, *alone]),
    }


@pytest.fixture(scope="module")
def town() -> pd.DataFrame:
    return measure_dimensions(make_ecosystem(draw_town()))


def read_town(tables: dict[str, str]) -> Rows:
    """List unit, partner, rung, discipline and amount of each agreement."""
    rungs = {"consulting": 1, "licence": 2, "joint": 3, "joint lab": 4}
    listed = []
    for line in tables["agreements"].splitlines()[1:]:
        key, parties, mode, discipline, amount = line.split(",")
        first, _, partner = parties.partition(";")
        listed.append(
            (first if partner else key, partner or first, rungs[mode], discipline, amount)
        )
    return [(*row[:4], int(row[4])) for row in listed]


def list_deepest(rows: Rows) -> list[int]:
    deepest: dict[tuple[object, str], int] = {}
    for unit, partner, rung, *_ in rows:
        deepest[unit, partner] = max(rung, deepest.get((unit, partner), 0))
    return list(deepest.values())


def average_logs(rows: Rows) -> float:
    return math.exp(sum(math.log(amount) for *_, amount in rows) / len(rows))


def count_effective(rows: Rows) -> float:
    counts = Counter(discipline for *_, discipline, _ in rows)
    return math.exp(-sum(k / len(rows) * math.log(k / len(rows)) for k in counts.values()))


def share_outside(rows: Rows) -> float:
    met = {partner for _, partner, *_ in rows}
    return sum(int(partner[1]) % 3 != 0 for partner in met) / len(met)


@pytest.mark.parametrize(
    ("indicator", "statistic", "of_firms", "normal"),
    [
        ("mode_depth", lambda rows: np.mean(list_deepest(rows)), True, False),
        ("deep_share", lambda rows: np.mean(np.array(list_deepest(rows)) > 3), True, False),
        ("agreements_per_tie", lambda rows: len(rows) / len(list_deepest(rows)), True, False),
        ("amount_median", lambda rows: np.median([row[4] for row in rows]), False, False),
        ("amount_geometric", average_logs, False, False),
        ("effective_disciplines", count_effective, False, True),
        ("outside_share", share_outside, False, False),
    ],
)
def test_interval_is_that_of_a_plain_loop_over_the_same_draws(
    town: pd.DataFrame, indicator: str, statistic: Any, *, of_firms: bool, normal: bool
) -> None:
    """Each time a firm is drawn all its rows come again, as if they were of another firm."""
    rows = [row for row in read_town(draw_town()) if row[0].startswith("E") or not of_firms]
    units = sorted({row[0] for row in rows}, key=lambda unit: (unit[0] != "E", unit))
    drawn = []
    for sample in np.random.default_rng(1).integers(0, len(units), (1000, len(units))):
        again = [
            ((n, unit), *row[1:])
            for n, unit in enumerate(sample)
            for row in rows
            if row[0] == units[unit]
        ]
        drawn.append(statistic(again))
    row = town.loc[indicator]
    assert row["value"] == pytest.approx(statistic(rows))
    low, high = np.quantile(drawn, (0.025, 0.975))
    if normal:
        low, high = (row["value"] + side * 1.959964 * np.std(drawn, ddof=1) for side in (-1, 1))
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([low, high], rel=1e-6)


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
