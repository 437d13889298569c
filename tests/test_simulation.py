"""What the editions of 2026 change against those of 2022, worked by hand on a few firms."""

import datetime as dt

import pytest
from builders import make_ecosystem

from ecograph.analysis.simulation import CHANGES, SIMULATION_COLUMNS, simulate_rules
from ecograph.errors import SettingsError

# Revenue grows by 10 % a year in all; the figures of 2025 tell the firms apart (in 10,000 yuan)
#   keeps: fit by both. shares: main business 80 % (70 % by 2022, 90 % by 2026).
#   debtor: liabilities 72 % (70 % by 2022, 75 % by 2026). small: R&D of 900 in two years (1,200).
#   blank: liabilities are not known. poor: fails by both. held: a little giant that shrinks.
FIRMS = {
    #        revenue of 2023, 2024, 2025; R&D of 2024, 2025; main; assets, liabilities; class I IP
    "keeps": (8264, 9091, 10000, 900, 900, 9500, 10000, 5000, 9),
    "shares": (8264, 9091, 10000, 900, 900, 8000, 10000, 5000, 9),
    "debtor": (8264, 9091, 10000, 900, 900, 9500, 10000, 7200, 9),
    "small": (8264, 9091, 10000, 450, 450, 9500, 10000, 5000, 9),
    "blank": (8264, 9091, 10000, 900, 900, 9500, 10000, "", 9),
    "poor": (8264, 9091, 10000, 100, 100, 5000, 10000, 9000, 0),
    "held": (12000, 11000, 10000, 900, 900, 9500, 10000, 5000, 9),
}


def write(rows):
    names = "revenue,rd_spend,main_revenue,assets,liabilities,ip_class1"
    lines = [f"enterprise,year,{names}"]
    for key, (r23, r24, r25, d24, d25, main, assets, debts, ip) in rows.items():
        owed = f"{debts}0000" if debts != "" else ""
        lines += [
            f"{key},2023,{r23}0000,,,,,",
            f"{key},2024,{r24}0000,{d24}0000,,,,",
            f"{key},2025,{r25}0000,{d25}0000,{main}0000,{assets}0000,{owed},{ip}",
        ]
    return "\n".join(lines) + "\n"


TOWN = {
    "enterprises": "id,name,founded\n" + "".join(f"{key},{key},2010-01-01\n" for key in FIRMS),
    "certificates": "enterprise,certificate\nheld,小巨人\n"
    + "".join(f"{key},专精特新\n" for key in FIRMS if key != "held"),
    "financials": write(FIRMS),
}


@pytest.fixture(scope="module")
def ecosystem():
    return make_ecosystem(TOWN, as_of="2026-04-01", lang="en")


@pytest.fixture(scope="module")
def table(ecosystem):
    return simulate_rules(ecosystem)


@pytest.fixture(scope="module")
def giants(table):
    return table[table["programme"] == "little_giant"]


@pytest.mark.parametrize(
    ("firm", "before", "after", "change", "deciding"),
    [
        # by 2022 with revenue of 100 million: R&D 3 % each year; 9 % here
        ("keeps", "met", "met", "same", ""),
        ("shares", "met", "not_met", "loses", "2026:main_share"),
        ("debtor", "not_met", "met", "gains", "2022:debt"),
        ("small", "met", "not_met", "loses", "2026:rd_sum"),  # 900 of 1,200
        ("blank", "unknown", "unknown", "same", ""),
        ("poor", "not_met", "not_met", "same", ""),
    ],
)
def test_who_gains_and_who_loses(giants, firm, before, after, change, deciding):
    row = giants.loc[firm]
    assert (row["before_computed"], row["after_computed"]) == (before, after)
    assert (row["change"], row["deciding"]) == (change, deciding)


def test_who_holds_the_certificate_is_judged_by_the_clauses_of_re_certification(giants):
    # growth and holding 专精特新 do not count for a re-check in 2026; in 2022 growth does
    row = giants.loc["held"]
    assert row["holds"]
    assert (row["before_computed"], row["after_computed"]) == ("not_met", "met")
    assert (row["change"], row["deciding"]) == ("gains", "2022:growth")


def test_in_full_nothing_that_no_table_tells_is_met(giants):
    assert giants.loc["keeps", "before"] == giants.loc["keeps", "after"] == "unknown"
    assert giants.loc["shares", "after"] == "not_met"
    assert giants.loc["debtor", "before"] == "not_met"


def test_the_reason_says_the_edition_and_by_how_much(giants):
    assert giants.loc["shares", "reason"] == (
        "2026: share of the main business in revenue 80%, needs ≥90% (certainty B)"
    )
    assert giants.loc["debtor", "reason"] == "2022: liabilities over assets 72%, needs ≤70%"
    assert giants.loc["keeps", "reason"] == ""


def test_demands_that_were_not_seen_leave_the_outcome_open(table):
    """The share and R&D that the edition of 2026 asks for were not seen: nobody passes by it."""
    rows = table[table["programme"] == "specialised_sme"]
    row = rows.loc["keeps"]
    assert (row["before_computed"], row["after_computed"]) == ("met", "unknown")
    assert (row["change"], row["deciding"]) == ("becomes_unknown", "2026:main_share；2026:rd")
    assert (row["certainty"], row["unsure"]) == ("C", True)
    assert "the value was not seen" in row["reason"]


def test_an_edition_without_clauses_leaves_all_unknown(table):
    rows = table[table["programme"] == "innovative_sme"]
    assert set(rows["after"]) == set(rows["after_computed"]) == {"unknown"}
    changed = rows[rows["change"] != "same"]
    assert set(changed["change"]) == {"becomes_unknown"}
    assert set(changed["certainty"]) == {"C"}
    assert "innovative_sme 2026" in table.attrs["meta"]["method"]["without_clauses"]


def test_the_tier_if_firms_held_just_what_they_meet(giants):
    tiers = giants[["tier", "tier_before", "tier_after"]]
    assert tiers.loc["shares"].tolist() == ["shrub", "tree", "shrub"]
    assert tiers.loc["debtor"].tolist() == ["shrub", "shrub", "tree"]
    assert tiers.loc["poor"].tolist()[0] == "shrub"
    assert tiers.loc["held"].tolist()[::2] == ["tree", "tree"]
    assert tiers.loc["held", "tier_before"] != "tree"


def test_counts_by_programme_clause_and_tier(table):
    method = table.attrs["meta"]["method"]
    assert method["changes"]["little_giant"] == {
        "loses": 2,
        "gains": 2,
        "becomes_unknown": 0,
        "becomes_known": 0,
        "same": 3,
    }
    assert method["clauses"]["little_giant loses"] == {"2026:main_share": 1, "2026:rd_sum": 1}
    assert method["clauses"]["little_giant gains"] == {"2022:debt": 1, "2022:growth": 1}
    assert method["tiers"]["tier"] == {"tree": 1, "shrub": 6, "seedling": 0, "none": 0}
    assert method["only_after"] == ["champion"]  # no edition in force in 2022
    assert set(method["same_edition"]) >= {"high_tech", "tech_sme"}
    assert method["documents"]["little_giant 2026"]["certainty"] == "B"


def test_both_sides_the_other_way_round(ecosystem, table):
    back = simulate_rules(ecosystem, rules="2022", against="2026")
    merged = table.set_index("programme", append=True).join(
        back.set_index("programme", append=True), rsuffix="_back"
    )
    turned = {"gains": "loses", "loses": "gains", "becomes_unknown": "becomes_known"}
    turned = {**turned, "becomes_known": "becomes_unknown", "same": "same"}
    assert merged["change"].map(turned).tolist() == merged["change_back"].tolist()
    assert merged["before_computed"].tolist() == merged["after_computed_back"].tolist()


@pytest.mark.parametrize(
    ("rules", "against"),
    [("2026-04-01", "2026-03-31"), (dt.date(2026, 4, 1), dt.date(2026, 3, 31))],
)
def test_days_choose_the_editions_in_force(ecosystem, table, rules, against):
    found = simulate_rules(ecosystem, rules=rules, against=against)
    assert found["change"].tolist() == table["change"].tolist()
    assert found.attrs["meta"]["method"]["only_after"] == []


def test_against_itself_nothing_changes(ecosystem):
    found = simulate_rules(ecosystem, rules="2026", against="2026")
    assert found.empty
    assert tuple(found.columns) == SIMULATION_COLUMNS
    assert found.attrs["meta"]["method"]["changes"] == {}


def test_an_edition_that_is_not_there_is_an_error(ecosystem):
    with pytest.raises(SettingsError, match='No programme has an edition "1999"'):
        simulate_rules(ecosystem, rules="1999")
    with pytest.raises(SettingsError, match="give a day, a year, or one of"):
        simulate_rules(ecosystem, against="next")
    with pytest.raises(SettingsError, match='"2026-02-30" is not a day'):
        simulate_rules(ecosystem, against="2026-02-30")


def test_the_table_is_ordered(table):
    assert tuple(table.columns) == SIMULATION_COLUMNS
    giants = table[table["programme"] == "little_giant"]
    ranks = giants["change"].map({change: n for n, change in enumerate(CHANGES)})
    assert ranks.is_monotonic_increasing
    assert giants.index[:2].tolist() == ["shares", "small"]


def test_without_firms_the_table_is_empty():
    found = simulate_rules(make_ecosystem({"universities": "id,name\nU1,u\n"}))
    assert found.empty
    assert tuple(found.columns) == SIMULATION_COLUMNS
