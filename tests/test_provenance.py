"""From a figure to its rows: as many rows as the figure, and rows that say so in the file."""

import csv
import itertools
import math
import re
import statistics
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from builders import make_ecosystem

import ecograph as eg
from ecograph.analysis.cases import CASES
from ecograph.analysis.centrality import CENTRALITY_COLUMNS
from ecograph.analysis.dimensions import INDICATORS
from ecograph.analysis.figures import find_figures, list_values
from ecograph.analysis.gaps import GAP_COLUMNS
from ecograph.analysis.overview import COVERAGE_COLUMNS
from ecograph.analysis.pairs import PAIR_COLUMNS
from ecograph.analysis.provenance import (
    EXPLANATION_COLUMNS,
    explain,
    explain_node,
    explain_number,
)
from ecograph.analysis.tiers import TIERS
from ecograph.definitions import define_figure, list_defined
from ecograph.errors import EcographError, SettingsError
from ecograph.output import render_csv, render_json, render_parquet

ROOT = Path(__file__).parent.parent
CITY = ROOT / "data" / "example-city"
COUNTED = {"已签", "在建", "已结束"}
TREE = {"专精特新“小巨人”企业", "重点“小巨人”", "制造业单项冠军"}
SHRUB = {"高新技术企业", "专精特新中小企业"}

TOWN = {
    "universities": "id,name,aliases\nU1,甲大学,甲大\nU2,乙学院,\n",
    "platforms": "id,name,hosts,serves\nP1,催化实验室,U1；E1,E2\n",
    "industries": "id,name\nI1,新材料\nI2,能源\n",
    "enterprises": (
        "id,name,industry,founded\nE1,<b>甲厂</b>,I1,2010\nE2,=乙厂,I1,2012\nE3,丙厂,I2,2015\n"
    ),
    "certificates": (
        "enterprise,certificate,valid_from,valid_to\n"
        "E1,小巨人,2023-01-01,2026-01-01\nE1,小巨人,2018-01-01,2020-01-01\nE2,高企,2019-01-01,2020-01-01\n"
    ),
    "financials": "enterprise,year,revenue,staff\nE1,2023,1000000,10\nE1,2024,2000000,12\n",
    "agreements": (
        "id,name,date,status,industry,disciplines,parties\n"
        "A1,一号,2023-05-01,signed,I1,D1,U1；E1\n"
        "A2,二号,2023-06-01,signed,,D1,U1；E2；E1\n"
        "A3,三号,2023-07-01,planned,I1,D1,U1；E1\n"
        "A4,四号,2025-06-01,signed,I1,D1,U1；E1\n"
        "A5,五号,2023-08-01,signed,I1,,E1；E2\n"
        "A6,六号,2023-09-01,signed,I2,D2,P1；E3\n"
    ),
    "indicators": (
        "id,name,value,counts\nK1,协议,8,agreement\nK2,小巨人,1,certificate:little_giant\n"
    ),
    "targets": "id,name,value\nG1,x,1\n",
}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN, as_of="2024-12-31", lang="en")


@pytest.fixture(scope="module")
def city():
    return eg.load(CITY)


@pytest.fixture(scope="module")
def results(city):
    compute = {
        "gaps": eg.find_gaps,
        "dimensions": eg.measure_dimensions,
        "tiers": eg.assign_tiers,
        "summary": eg.summarise,
        "coverage": eg.compare_indicators,
    }
    return {name: function(city) for name, function in compute.items()}


def read_csv(name):
    """Read a table without ecograph: each row by the number that a spreadsheet shows."""
    with (CITY / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return dict(enumerate(csv.DictReader(file), start=2))


def pick(table, what):
    return table[table["what"] == what]


def read_values(table, what):
    return pd.to_numeric(pick(table, what)["value"]).tolist()


def list_places(table, what):
    rows = pick(table, what)
    return [tuple(x) for x in rows[["file", "row"]].itertuples(index=False)]


def count_links_by_hand():
    """Count links of each industry from the files alone: industry -> rows of agreements."""
    science = {r["id"] for n in ("universities", "platforms") for r in read_csv(n).values()}
    homes = {r["id"]: r["industry"] for r in read_csv("enterprises").values()}
    parties = {}
    for row in read_csv("parties").values():
        parties.setdefault(row["agreement"], set()).add(row["organisation"])
    links = {}
    for number, row in read_csv("agreements").items():
        members = parties.get(row["id"], set())
        if row["status"] not in COUNTED or row["date"] > "2024-12-31" or not members & science:
            continue
        named = set(filter(None, re.split("[;；]", row["industry"])))
        for industry in named or {homes[m] for m in members if m in homes}:
            links.setdefault(industry, set()).add(number)
    return links


# Acceptance: as many rows as the figure


def test_observed_links_are_the_rows_that_the_files_hold(city, results):
    by_hand = count_links_by_hand()
    assert len(results["gaps"]) == 8
    for industry, row in results["gaps"].iterrows():
        table = explain_number(city, f"gaps/{industry}/observed", results=results)
        places = list_places(table, "counted")
        assert len(places) == row["observed"] == len(by_hand[industry])
        assert {number for _, number in places} == by_hand[industry]
        assert {file for file, _ in places} == {"agreements.csv"}


def test_every_link_is_followed_by_parties_that_stand_in_the_file(city, results):
    parties = read_csv("parties")
    agreements = read_csv("agreements")
    table = explain_number(city, "gaps/生物医药/observed", results=results)
    current = None
    seen = 0
    for row in table.itertuples():
        if row.what == "counted":
            current = agreements[row.row]["id"]
        elif row.what == "party":
            assert row.file == "parties.csv"
            assert parties[row.row]["agreement"] == current
            assert row.detail.startswith(parties[row.row]["organisation"])
            seen += 1
    assert seen >= 2 * len(pick(table, "counted"))


def test_firms_of_a_tier_are_those_whose_certificate_is_in_force_in_the_file(city, results):
    rows = read_csv("certificates")
    held = {}
    for number, row in rows.items():
        if row["valid_from"] <= "2024-12-31" <= row["valid_to"]:
            held.setdefault(row["enterprise"], {})[number] = row["certificate"]
    trees = {firm for firm, own in held.items() if TREE & set(own.values())}
    table = explain_number(city, "tiers/tree", results=results)
    firms = read_csv("enterprises")
    found = {firms[number]["id"] for _, number in list_places(table, "counted")}
    assert len(found) == (results["tiers"]["tier"] == "tree").sum() == len(pick(table, "counted"))
    assert found == trees
    for _, number in list_places(table, "certificate"):
        assert rows[number]["valid_from"] <= "2024-12-31" <= rows[number]["valid_to"]
        assert rows[number]["enterprise"] in found
    assert {rows[n]["enterprise"] for _, n in list_places(table, "certificate")} == found


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_lists_as_many_firms_as_it_has(city, results, tier):
    table = explain_number(city, f"tiers/{tier}", results=results)
    assert read_values(table, "figure") == [len(pick(table, "counted"))]
    assert len(pick(table, "counted")) == (results["tiers"]["tier"] == tier).sum()


def test_shrubs_stand_on_a_certificate_each(city, results):
    rows = read_csv("certificates")
    table = explain_number(city, "tiers/shrub", results=results)
    named = {rows[number]["certificate"] for _, number in list_places(table, "certificate")}
    assert named <= SHRUB
    firms = {rows[number]["enterprise"] for _, number in list_places(table, "certificate")}
    assert len(firms) == len(pick(table, "counted"))


def test_firm_counts_of_industries_are_their_rows(city, results):
    for industry, row in results["gaps"].iloc[::3].iterrows():
        for column in ("firms", "firms_linked", "firms_recorded"):
            table = explain_number(city, f"gaps/{industry}/{column}", results=results)
            assert len(pick(table, "counted")) == row[column]


def test_expected_links_are_the_rate_times_the_rows_of_exposure(city, results):
    for industry, row in results["gaps"].iterrows():
        table = explain_number(city, f"gaps/{industry}/expected", results=results)
        links, total, rate, exposure = read_values(table, "factor")
        assert sum(read_values(table, "exposure")) == exposure == row["exposure"]
        assert math.isclose(rate, links / total, rel_tol=1e-9)
        assert math.isclose(rate * exposure, row["expected"], rel_tol=1e-9)


def test_summary_figures_are_counted_or_summed_by_their_rows(city, results):
    for row in results["summary"].itertuples():
        table = explain_number(city, f"summary/{row.what}/{row.item}", results=results)
        counted, summed = pick(table, "counted"), read_values(table, "summed")
        if len(counted):
            assert len(counted) == row.value
        else:
            assert math.isclose(sum(summed), row.value, abs_tol=0.01)


def test_coverage_counts_are_their_rows_beside_the_published_one(city, results):
    rows = read_csv("indicators")
    for key, row in results["coverage"].iterrows():
        table = explain_number(city, f"coverage/{key}/counted", results=results)
        assert len(pick(table, "counted")) == (0 if pd.isna(row["counted"]) else row["counted"])
        ((file, number),) = list_places(table, "published")
        assert (file, rows[number]["id"]) == ("indicators.csv", key)


def test_pairs_list_their_links_and_firms(city):
    pairs = eg.cross_disciplines(city)
    seen = {"pairs": pairs}
    for row in pairs[pairs["observed"] > 0].sort_values("observed").tail(3).itertuples():
        path = f"pairs/{row.industry_name}/{row.discipline_name}"
        for column in ("observed", "contracts", "firms_linked"):
            table = explain_number(city, f"{path}/{column}", results=seen)
            assert len(pick(table, "counted")) == getattr(row, column)
        row_sum, column_sum, total = read_values(
            explain_number(city, f"{path}/expected", results=seen), "factor"
        )
        assert math.isclose(row_sum * column_sum / total, row.expected, rel_tol=1e-9)


COUNTS = {"partners", "new_partners"}
MEANS = {
    "firm_coverage",
    "industry_reach",
    "industry_parity",
    "mode_depth",
    "deep_share",
    "persistence",
    "platform_share",
    "field_fit",
    "agreements_per_tie",
    "ties_per_firm",
}
RATIOS = {
    "platforms_per_100_partners": 100,
    "platform_return": 1,
    "intent_yield": 1,
    "signing_yield": 1,
    "agreements_per_100_firms": 100,
}
CASE_COUNTS = (MEANS | {"effective_disciplines", "effective_provinces", "outside_share"}) | {
    "amount_median",
    "amount_geometric",
    "field_lift",
    "field_alignment",
    "key_focus",
    "contact_frequency",
    "giant_share",
    "core_share",
}


def explain_indicator(ecosystem, results, indicator):
    row = results["dimensions"].loc[indicator]
    path = f"dimensions/{row['dimension']}.{indicator}"
    return row, explain_number(ecosystem, path, results=results)


@pytest.mark.parametrize("indicator", sorted(COUNTS))
def test_an_indicator_that_counts_lists_what_it_counts(city, results, indicator):
    row, table = explain_indicator(city, results, indicator)
    assert len(pick(table, "counted")) == row["value"]


@pytest.mark.parametrize("indicator", sorted(MEANS))
def test_a_share_or_average_is_the_mean_of_its_cases(city, results, indicator):
    row, table = explain_indicator(city, results, indicator)
    assert math.isclose(statistics.fmean(read_values(table, "case")), row["value"], rel_tol=1e-9)


@pytest.mark.parametrize("indicator", sorted(CASE_COUNTS))
def test_there_are_as_many_cases_as_the_indicator_says(city, results, indicator):
    row, table = explain_indicator(city, results, indicator)
    assert len(pick(table, "case")) == row["n"]


@pytest.mark.parametrize("indicator", sorted(RATIOS))
def test_a_ratio_is_the_sum_of_its_parts_over_that_of_its_wholes(city, results, indicator):
    row, table = explain_indicator(city, results, indicator)
    part, whole = (sum(read_values(table, side)) for side in ("part", "whole"))
    assert math.isclose(RATIOS[indicator] * part / whole, row["value"], rel_tol=1e-9)


def test_amounts_give_median_and_geometric_mean(city, results):
    row, table = explain_indicator(city, results, "amount_median")
    assert statistics.median(read_values(table, "case")) == row["value"]
    row, table = explain_indicator(city, results, "amount_geometric")
    found = statistics.geometric_mean(read_values(table, "case"))
    assert math.isclose(found, row["value"], rel_tol=1e-9)


def test_tie_density_is_the_ties_over_the_pairs_that_there_can_be(city, results):
    row, table = explain_indicator(city, results, "tie_density")
    firms, partners = read_values(table, "factor")[-2:]
    assert math.isclose(len(pick(table, "part")) / (firms * partners), row["value"], rel_tol=1e-9)


def test_every_indicator_has_cases():
    known = {indicator for measures in INDICATORS.values() for indicator in measures}
    assert set(CASES) == known


# A small town, worked out by hand


def test_links_of_the_town_are_those_worked_out_by_hand(town):
    table = explain_number(town, "gaps/新材料/observed")
    assert pick(table, "counted")["value"].tolist() == ["一号", "二号"]  # A1 names I1, A2 by firms
    assert pick(table, "counted")["detail"].tolist() == ["A1；concerns", "A2；works_in"]
    assert list_places(table, "concerns") == [("agreements.csv", 2)]
    assert list_places(table, "works_in") == [("enterprises.csv", 2), ("enterprises.csv", 3)]


def test_a_firm_leads_to_its_agreements_and_why_one_does_not_count(town):
    table = explain_node(town, "E1")
    parties = pick(table, "party").set_index("value")["because"]
    assert parties["一号"] == "status=signed；counts=true"
    assert parties["三号"] == "status=planned；counts=false；because=not signed,active,ended"
    assert parties["四号"] == "status=signed；counts=false；because=after 2024-12-31"
    assert set(parties.index) == {"一号", "二号", "三号", "四号", "五号"}


def test_a_firm_leads_to_certificates_accounts_platforms_tier_and_clauses(town):
    table = explain_node(town, "E1")
    assert list_places(table, "node") == [("enterprises.csv", 2)]
    assert list_places(table, "certificates") == [("certificates.csv", 2), ("certificates.csv", 3)]
    assert list_places(table, "financials") == [("financials.csv", 2), ("financials.csv", 3)]
    assert pick(table, "financials")["value"].tolist() == ["2023", "2024"]
    assert list_places(table, "hosts") == [("platforms.csv", 2)]
    assert pick(table, "tier")["value"].tolist() == ["tree"]
    assert "rules/tiers.yaml" in pick(table, "tier")["because"].iloc[0]
    clauses = pick(table, "clause")
    assert set(clauses["value"]) <= {"met", "not_met", "unknown"}
    assert clauses["because"].str.match(r"rules/\w+\.yaml .+: .+ \([ABCD]\)").all()
    revenue = clauses[clauses["detail"].str.contains("financials.csv:3")]
    assert set(zip(revenue["file"], revenue["row"], strict=True)) == {("financials.csv", 3)} or (
        "enterprises.csv",
        2,
    ) in set(zip(revenue["file"], revenue["row"], strict=True))


def test_an_organisation_leads_to_its_measures_with_their_method(town):
    table = explain_node(town, "U1")
    measures = pick(table, "measure").set_index("detail")
    assert measures.loc["degree", "value"] == "2"  # E1 and E2; P1 shares no agreement with U1
    assert measures["because"].str.contains("docs/method.md#centrality").all()
    assert "Brandes" in measures.loc["betweenness", "because"]
    assert not len(pick(explain_node(town, "U1", measures=False), "measure"))
    assert not len(pick(explain_node(town, "A1"), "measure"))


def test_an_industry_leads_to_its_figures_by_paths_that_can_be_asked(town):
    table = pick(explain_node(town, "能源"), "figure").set_index("detail")
    assert table.loc["gaps/I2/observed", "value"] == "1"
    for path in table.index[::4]:
        assert len(pick(explain_number(town, path), "figure")) == 1


def test_an_agreement_says_whether_it_counts(town):
    assert pick(explain_node(town, "A1"), "counts")["value"].tolist() == ["true"]
    (row,) = pick(explain_node(town, "A3"), "counts").itertuples()
    assert (row.value, row.because) == ("false", "docs/method.md#what-counts-as-an-agreement")


@pytest.mark.parametrize("name", ["U1", "甲大学", "甲大", "ｕ１", " u1 "])
def test_ids_names_aliases_and_their_foldings_lead_to_the_same_node(town, name):
    table = explain_node(town, name)
    assert pick(table, "node")["value"].tolist() == ["甲大学"]


def test_a_part_of_several_names_lists_all_that_may_be_meant(town):
    table = explain_node(town, "甲")
    assert set(table["what"]) == {"candidate"}
    assert table["value"].tolist() == ["<b>甲厂</b>", "甲大学"]
    assert table["detail"].tolist() == ["enterprise；E1", "university；U1"]
    assert table.attrs["meta"]["method"] == {"asked": "甲", "matched": "part", "nodes": 2}


def test_what_is_not_there_is_said_with_what_is_close(town):
    with pytest.raises(SettingsError, match="乙学院"):
        explain_node(town, "丁学院")
    with pytest.raises(SettingsError, match=re.escape("gaps/新材料/observed")):
        explain_number(town, "gaps/新材科/observed")
    with pytest.raises(SettingsError, match="gaps"):
        explain_number(town, "gasp/新材料/observed")
    with pytest.raises(EcographError, match="No figure"):
        explain(town, "987654")


@pytest.mark.parametrize("asked", ["", " ", "gaps/?/", "%", "\x00", "*", "a" * 5000, "[("])
def test_nonsense_is_refused_in_words(town, asked):
    with pytest.raises(SettingsError):
        explain(town, asked)


def test_a_number_lists_all_figures_that_have_it(town):
    table = explain(town, "2")
    assert set(table["what"]) == {"candidate"}
    paths = set(table["detail"])
    assert {"gaps/I1/observed", "gaps/I1/firms", "summary/nodes/industry"} <= paths
    for path, value in zip(table["detail"], table["value"], strict=True):
        assert float(value) == 2
        assert [figure.path for figure in find_figures(town, path)] == [path]


def test_a_number_may_be_rounded_as_reports_round(city, results):
    shown = {"0.2144", "21.4%", "0.21"}  # 193 of 900 firms
    for number in shown:
        paths = {figure.path for figure in list_values(city, number, results=results)}
        assert "dimensions/breadth.firm_coverage" in paths
    rows = {figure.path for figure in list_values(city, "6,668", results=results)}
    assert rows == {"summary/rows/rows", "summary/rows/used"}


def test_a_path_that_is_not_whole_lists_where_it_leads(town):
    table = explain_number(town, "gaps/I1")
    assert set(table["what"]) == {"candidate"}
    assert set(table["detail"]) == {f"gaps/I1/{column}" for column in list_defined("gaps")}
    agreed = explain_number(town, "summary/agreements")
    assert pick(agreed, "figure")["detail"].tolist() == ["summary/agreements/counted"]
    assert len(pick(agreed, "counted")) == 4


def test_industries_of_one_name_are_told_apart():
    tables = {**TOWN, "industries": "id,name\nI1,新材料\nI2,新材料\n"}
    table = explain_number(make_ecosystem(tables, as_of="2024-12-31"), "gaps/新材料/observed")
    assert pick(table, "candidate")["detail"].tolist() == ["gaps/I1/observed", "gaps/I2/observed"]


def test_a_name_with_a_slash_can_be_asked():
    tables = {**TOWN, "industries": "id,name\nI1,光/电\nI2,能源\n"}
    table = explain_number(make_ecosystem(tables, as_of="2024-12-31"), "gaps/光/电/observed")
    assert len(pick(table, "counted")) == 2


def test_coverage_of_the_town_stands_on_its_rows(town):
    table = explain_number(town, "coverage/小巨人/counted")
    assert list_places(table, "published") == [("indicators.csv", 3)]
    assert list_places(table, "counted") == [("enterprises.csv", 2)]
    assert list_places(table, "certificate") == [("certificates.csv", 2)]  # the other has expired


def test_stated_exposure_stands_in_the_row_of_the_industry():
    tables = {**TOWN, "industries": "id,name,enterprises\nI1,新材料,40\nI2,能源,10\n"}
    table = explain_number(make_ecosystem(tables, as_of="2024-12-31"), "gaps/I1/exposure")
    assert read_values(table, "exposure") == [40]
    assert list_places(table, "exposure") == [("industries.csv", 2)]


def test_staff_adds_up_to_the_exposure():
    tables = {
        **TOWN,
        "financials": "enterprise,year,rd_staff\nE1,2023,5\nE1,2024,7\nE2,2024,4\nE3,2030,9\n",
    }
    ecosystem = make_ecosystem(tables, as_of="2024-12-31", exposure="rd_staff")
    table = explain_number(ecosystem, "gaps/I1/exposure")
    assert read_values(table, "figure") == [11]
    assert read_values(table, "exposure") == [7, 4]
    assert list_places(table, "exposure") == [("financials.csv", 3), ("financials.csv", 4)]


def test_rows_of_a_workbook_are_cited_by_sheet(tmp_path):
    book = openpyxl.Workbook()
    sheets = {
        "企业": [["编号", "名称", "产业"], ["E1", "甲厂", "I1"]],
        "高校": [["编号", "名称"], ["U1", "甲大学"]],
        "产业": [["编号", "名称"], ["I1", "新材料"]],
        "经营": [["企业", "年度", "营业收入"], ["E1", 2023, 5], ["E1", 2024, 7]],
        "协议": [["编号", "名称", "状态", "协议方"], ["A1", "一号", "已签", "U1；E1"]],
    }
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "town.xlsx")
    ecosystem = eg.load(tmp_path / "town.xlsx", settings={"as_of": "2024-12-31"})
    table = explain_number(ecosystem, "gaps/I1/observed")
    assert pick(table, "counted")[["file", "sheet", "row"]].to_numpy().tolist() == [
        ["town.xlsx", "协议", 2]
    ]
    clauses = pick(explain_node(ecosystem, "E1"), "clause")
    cited = clauses[clauses["file"] != ""]
    assert set(zip(cited["file"], cited["sheet"], strict=True)) <= {
        ("town.xlsx", "经营"),
        ("town.xlsx", "企业"),
    }
    assert "经营" in set(cited["sheet"])


# Whatever the data are


def test_everything_can_be_explained_where_there_is_next_to_nothing():
    ecosystem = make_ecosystem({"enterprises": "id,name\nE1,甲\n"})
    assert pick(explain_node(ecosystem, "甲"), "node")["row"].tolist() == [2]
    for result in ("summary", "dimensions", "tiers"):
        for figure in find_figures(ecosystem, result)[::5]:
            table = explain_number(ecosystem, figure.path)
            assert pick(table, "figure")["detail"].tolist() == [figure.path]


def test_hostile_names_stay_text_and_lead_to_their_rows(town):
    table = explain_node(town, "=乙厂")
    assert pick(table, "node")["value"].tolist() == ["=乙厂"]
    assert "node,'=乙厂," in render_csv(table, index=False).decode()


@pytest.mark.parametrize("asked", ["E1", "甲", "gaps/I1/expected", "tiers/tree"])
def test_explanations_have_one_layout_and_the_same_bytes_every_time(town, asked):
    table = explain(town, asked)
    again = explain(make_ecosystem(TOWN, as_of="2024-12-31", lang="en"), asked)
    assert tuple(table.columns) == EXPLANATION_COLUMNS
    assert table["row"].dtype == "Int64"
    assert all(isinstance(cell, str) for c in ("value", "detail", "because") for cell in table[c])
    assert table.attrs["meta"]["result"] == "provenance"
    for render in (render_csv, render_json, render_parquet):
        assert render(table, index=False) == render(again, index=False)


def test_results_that_are_given_are_not_computed_again(town):
    gaps = eg.find_gaps(town)
    gaps.loc["I1", "observed"] = 77
    table = explain_number(town, "gaps/I1/observed", results={"gaps": gaps})
    assert read_values(table, "figure") == [77]


# Definitions


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("result", "figures"),
    [
        ("gaps", set(GAP_COLUMNS) - {"name", "exposure_from"}),
        ("pairs", set(PAIR_COLUMNS[4:]) - {"enough_data"}),
        ("tiers", set(TIERS)),
        ("summary", {"nodes", "edges", "agreements", "amount", "rows"}),
        ("coverage", {"value", "counted", "coverage", "rank", "rank_previous", "growth"}),
        ("centrality", set(CENTRALITY_COLUMNS) - {"name", "kind"}),
    ],
)
def test_every_figure_is_defined_in_both_languages(result, figures, lang):
    assert set(list_defined(result)) == figures
    assert all(define_figure(result, figure, lang).text for figure in figures)
    assert set(COVERAGE_COLUMNS) >= set(list_defined("coverage"))


def test_every_method_stands_under_a_heading_of_the_document():
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    results = ("gaps", "pairs", "dimensions", "tiers", "summary", "coverage", "centrality")
    for result in results:
        source = define_figure(result, "", "en").source
        assert source.removeprefix("docs/method.md#") in anchors
        function = define_figure(result, "", "en").function.removeprefix("ecograph.")
        assert callable(getattr(eg, function))


def test_paths_spell_ids_and_names_alike(town):
    ways = itertools.product(("I1", "新材料", "ｉ１"), ("D1",))
    found = {
        find_figures(town, f"pairs/{industry}/{discipline}/observed")[0].path
        for industry, discipline in ways
    }
    assert found == {"pairs/I1/D1/observed"}
