"""Every clause of every firm: values, limits, what is lacking, and where it stands."""

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.explanations import CLAUSE_COLUMNS, explain_tiers
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError

TOWN = {
    "enterprises": "id,name,founded\nE1,甲厂,2015-06-30\nE2,乙厂,\n",
    "certificates": (
        "enterprise,certificate,valid_to\nE1,高企,2026-11-30\nE1,专精特新,2027-01-01\n"
        "E2,高企,2020-01-01\n"
    ),
    "financials": (
        "enterprise,year,revenue,rd_spend,staff,rd_staff,main_revenue\n"
        "E1,2023,300000000,6300000,100,20,\n"
        "E1,2024,300000000,6300000,100,20,\n"
        "E1,2025,300000000,6300000,100,20,210000000\n"
        "E2,2022,1000,,,,\n"
    ),
}


@pytest.fixture(scope="module")
def ecosystem():
    return make_ecosystem(TOWN, as_of="2026-04-01", lang="en")


@pytest.fixture(scope="module")
def table(ecosystem):
    return explain_tiers(ecosystem)


def find(table, firm, programme, clause):
    rows = table[
        (table["enterprise"] == firm)
        & (table["programme"] == programme)
        & (table["clause"] == clause)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_clause_that_fails_says_by_how_much_and_where_it_stands(table):
    row = find(table, "E1", "high_tech", "rd_ratio")
    assert (row["state"], row["comparison"], row["unit"]) == ("not_met", "≥", "share")
    assert row["value_low"] == row["value_high"] == 0.021  # 18.9 of 900 million
    assert (row["limit_low"], row["limit_high"]) == (0.03, 0.03)
    assert row["difference"] == pytest.approx(-0.009, abs=1e-12)
    assert row["columns"] == "revenue；rd_spend"
    assert row["cells"] == "financials.csv:4；financials.csv:3；financials.csv:2"
    assert (row["year"], row["edition"], row["certainty"]) == (2025, "2016", "A")
    assert row["document"] == "国科发火〔2016〕32号 第十一条"


def test_a_clause_that_is_met_says_with_how_much_room(table):
    row = find(table, "E1", "high_tech", "staff_share")
    assert (row["state"], row["difference"]) == ("met", 0.1)
    row = find(table, "E1", "tech_sme", "revenue")  # at most 200 million
    assert (row["state"], row["difference"]) == ("not_met", -100_000_000)
    row = find(table, "E1", "tech_sme", "staff")
    assert (row["state"], row["difference"]) == ("met", 400)


@pytest.mark.parametrize(
    ("firm", "programme", "clause", "cause", "lacking"),
    [
        ("E1", "high_tech", "hightech_share", "figures", "hightech_revenue"),
        ("E2", "high_tech", "rd_ratio", "figures", "revenue of 3 years, rd_spend of 3 years"),
        ("E2", "high_tech", "registered", "figures", "founding date"),
        ("E1", "high_tech", "evaluation", "no_table", ""),
        ("E1", "little_giant", "niche_years", "no_table", ""),  # age only bounds it
        ("E1", "specialised_sme", "rd", "document", ""),
        ("E1", "specialised_sme", "main_share", "document", ""),
        ("E2", "specialised_sme", "revenue", "parts", ""),
        ("E1", "high_tech", "staff_share", "", ""),
    ],
)
def test_why_a_clause_is_unknown(table, firm, programme, clause, cause, lacking):
    row = find(table, firm, programme, clause)
    assert (row["unknown_for"], row["lacking"]) == (cause, lacking)
    assert (row["state"] == "unknown") == (cause != "")


def test_certificates_are_cited(table):
    row = find(table, "E1", "little_giant", "specialised")
    assert (row["state"], row["cells"]) == ("met", "certificates.csv:3")
    row = find(table, "E2", "little_giant", "specialised")
    assert (row["state"], row["cells"]) == ("not_met", "")
    row = find(table, "E2", "tech_sme", "direct_high_tech")
    assert (row["role"], row["state"], row["cells"]) == ("direct", "not_met", "certificates.csv:4")


def test_a_register_without_a_holder_leaves_it_open():
    rows = explain_tiers(make_ecosystem({"enterprises": "id,name\nE1,a\n"}, as_of="2026-04-01"))
    row = find(rows, "E1", "little_giant", "specialised")
    assert (row["state"], row["unknown_for"]) == ("unknown", "register")


def test_a_direct_route_excuses(table):
    for clause in ("personnel", "score"):
        row = find(table, "E1", "tech_sme", clause)
        assert row["state"] == "met"
    assert find(table, "E1", "tech_sme", "score")["excused"]  # 12 + 10 to 50 + 0 to 30 points
    assert not find(table, "E1", "tech_sme", "personnel")["excused"]  # met by itself: 20 %


def test_the_founding_date_is_cited(table):
    row = find(table, "E1", "high_tech", "registered")
    assert (row["cells"], row["columns"]) == ("enterprises.csv:2", "age_years")
    assert row["value_low"] == pytest.approx(10 + 275 / 366)  # from 2025-06-30


def test_parts_follow_their_clause(table):
    rows = table[(table["enterprise"] == "E1") & (table["programme"] == "champion")]
    assert rows["clause"].tolist()[:5] == [
        "niche_years",
        "niche_years.1",
        "niche_years.2",
        "niche_years.2.1",
        "niche_years.2.2",
    ]
    assert rows["role"].tolist()[:5] == ["clause", *["part"] * 4]


def test_the_clauses_are_those_that_the_tiers_count(table, ecosystem):
    tiers = assign_tiers(ecosystem)
    for firm, row in tiers.iterrows():
        rows = table[
            (table["enterprise"] == firm)
            & (table["programme"] == row["next_programme"])
            & (table["role"] == "clause")
        ]
        counts = rows["state"].value_counts().reindex(["met", "not_met", "unknown"], fill_value=0)
        assert counts.tolist() == [row["met"], row["not_met"], row["unknown"]]


@pytest.mark.parametrize("asked", ["E1", "甲厂"])
def test_one_firm_by_id_or_name(table, ecosystem, asked):
    alone = explain_tiers(ecosystem, asked)
    wanted = table[table["enterprise"] == "E1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, wanted, check_categorical=False)


def test_a_firm_that_is_not_there_is_an_error(ecosystem):
    with pytest.raises(SettingsError, match='no enterprise with the id "E9"'):
        explain_tiers(ecosystem, "E9")
    twins = make_ecosystem({"enterprises": "id,name\nE1,甲\nE2,甲\n"})
    with pytest.raises(SettingsError, match="2 firms have this name: E1, E2"):
        explain_tiers(twins, "甲")


def test_rows_that_stand_twice_are_both_cited():
    town = {
        "enterprises": "id,name\nE1,a\n",
        "financials": "enterprise,year,staff\nE1,2024,600\nE1,2023,1\nE1,2024,400\n",
    }
    rows = explain_tiers(make_ecosystem(town, as_of="2024-12-31"))
    row = find(rows, "E1", "tech_sme", "staff")
    assert (row["state"], row["lacking"]) == ("unknown", "staff")  # 600 or 400
    assert row["cells"] == "financials.csv:2,financials.csv:4"


def test_the_table_is_described(table):
    assert tuple(table.columns) == CLAUSE_COLUMNS
    method = table.attrs["meta"]["method"]
    assert "innovative_sme" in method["without_clauses"]
    assert method["documents"]["little_giant 2026"]["certainty"] == "B"
    assert not np.isinf(table.select_dtypes("float")).to_numpy().any()
    empty = explain_tiers(make_ecosystem({"universities": "id,name\nU1,u\n"}))
    assert tuple(empty.columns) == CLAUSE_COLUMNS
    assert empty.empty
