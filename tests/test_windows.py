"""What holds in a year, any analysis by year, a slider's years, and prices of one year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reading import find_agreements

from ecograph.analysis.centrality import rank
from ecograph.analysis.deflation import deflate_amounts
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.gaps import VERDICTS, find_gaps
from ecograph.analysis.overview import summarise
from ecograph.analysis.stability import check_stability
from ecograph.analysis.structure import measure_structure
from ecograph.analysis.unlinked import list_unlinked_firms
from ecograph.analysis.windows import (
    NODE_YEAR_COLUMNS,
    TIE_YEAR_COLUMNS,
    TRACE_COLUMNS,
    TRACED,
    View,
    Window,
    count_agreements,
    list_node_years,
    list_tie_years,
    list_windows,
    mark_active,
    recompute,
    take_window,
    trace_windows,
)
from ecograph.errors import SettingsError
from ecograph.projection import project_ties
from ecograph.render.maps import to_html

TOWN = {
    "universities": "id,name\nU1,North\nU2,South\n",
    "enterprises": "id,name,industry\nE1,Ash,I1\nE2,Birch,I1\nE3,Cedar,I2\n",
    "institutions": "id,name\nN1,Bank\n",
    "agreements": """\
id,date,ends,status,amount,parties,disciplines
A1,2021-03-01,2022-06-30,ended,100,U1;E1,optics
A2,2022-05,,signed,60,U1;E1;E2,optics
A3,2021-02-01,2023,ended,40,U2;E2,physics
A4,2023,,signed,90,U1;E2;N1,
A5,2023-01,2027-12,signed,,U1;E1,
A6,,2023-06-01,signed,500,U2;E3,
A7,2023-07-01,,planned,700,U2;E3,
A8,2022-2023,,signed,10,U2;E1,
A9,2019,,ended,30,U1;E3,
""",
}
AS_OF = "2024-03-01"
RUNNING = {
    2018: "",
    2019: "A9",
    2020: "",
    2021: "A1 A3",
    2022: "A1 A2 A3",
    2023: "A3 A4 A5",
    2024: "A5",  # to the as-of day
    2025: "",  # not known yet, whatever the end on record
}
SIGNED = {2021: "A1 A3", 2022: "A2", 2023: "A4 A5", 2024: ""}
PRICES = pd.DataFrame({"year": [2019, 2021, 2022, 2023], "index": [80.0, 100.0, 125.0, 200.0]})


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN, as_of=AS_OF)


class TestWhatHoldsInAYear:
    @pytest.mark.parametrize(("year", "expected"), RUNNING.items())
    def test_running_from_the_date_to_the_recorded_end(self, town, year, expected):
        assert take_window(town, year).counted.tolist() == expected.split()

    @pytest.mark.parametrize(("year", "expected"), SIGNED.items())
    def test_signed_in_the_year_of_the_date(self, town, year, expected):
        view = take_window(town, year, active="signed")
        assert view.counted.tolist() == expected.split()

    def test_several_years_take_what_overlaps_them(self, town):
        assert take_window(town, 2019, 2021).counted.tolist() == ["A1", "A3", "A9"]
        signed = take_window(town, 2022, 2023, active="signed")
        assert signed.counted.tolist() == ["A2", "A4", "A5"]

    def test_what_has_no_year_is_in_none_and_counted(self, town):
        everything = take_window(town, 1, 9999)
        assert everything.counted.tolist() == ["A1", "A2", "A3", "A4", "A5", "A9"]
        assert everything.undated == 2  # A6 without a date, A8 in one of two years
        assert len(town.counted) == 8

    def test_all_agreements_are_marked_also_those_that_do_not_count(self, town):
        marked = mark_active(town, Window(2023, 2023))
        assert town.select("agreement").index[marked].tolist() == ["A3", "A4", "A5", "A7"]

    def test_without_an_as_of_day_the_recorded_end_stands(self):
        tables = {"agreements": "id,date,ends,status\nA1,2020,2029,planned\n"}
        town = make_ecosystem(tables)
        assert town.as_of is None
        assert mark_active(town, Window(2029, 2029)).tolist() == [True]
        assert take_window(town, 2029).as_of == dt.date(2029, 12, 31)

    def test_impossible_windows_are_errors(self, town):
        with pytest.raises(SettingsError, match="ends in 2021, before it starts: 2022"):
            take_window(town, 2022, 2021)
        with pytest.raises(SettingsError, match="running, signed"):
            take_window(town, 2022, active="now")
        with pytest.raises(SettingsError, match="no years"):
            take_window(town, 0)


class TestAWindowIsAnEcosystem:
    def test_it_is_looked_at_on_its_last_day_but_not_later_than_the_whole(self, town):
        assert take_window(town, 2022).as_of == dt.date(2022, 12, 31)
        assert take_window(town, 2020, 2024).as_of == dt.date(2024, 3, 1)

    def test_the_whole_stays_as_it_is(self, town):
        before = project_ties(town).ties.copy()
        view = take_window(town, 2022)
        project_ties(view)
        find_gaps(view)
        assert view.memory is not town.memory
        pd.testing.assert_frame_equal(project_ties(town).ties, before)
        assert len(project_ties(view).ties) == 4  # E1-U1, E1-E2, E2-U1, E2-U2

    def test_what_is_left_out_is_not_waiting_to_be_signed(self, town):
        """Ended agreements are no plans: of the firm of A7 one is pending in 2023, none before."""
        pending = [
            list_unlinked_firms(take_window(town, year)).set_index("enterprise")["pending"]
            for year in (2022, 2023)
        ]
        assert pending[0].to_dict() == {"E3": 0}
        assert pending[1].to_dict() == {"E3": 1}

    def test_a_window_within_a_window_is_that_window(self, town):
        inner, outer = take_window(town, 2022), take_window(take_window(town, 2021, 2023), 2022)
        assert inner.counted.tolist() == outer.counted.tolist()
        assert (inner.undated, inner.as_of) == (outer.undated, outer.as_of) == (2, inner.as_of)
        pd.testing.assert_frame_equal(inner.nodes, outer.nodes)
        pd.testing.assert_frame_equal(inner.edges, outer.edges)

    def test_nodes_and_edges_are_those_of_a_folder_without_the_others(self, town):
        kept = {"A1", "A2", "A3"}
        lines = TOWN["agreements"].splitlines()
        rows = [line for line in lines if line.split(",")[0] in kept | {"id"}]
        tables = {**TOWN, "agreements": "\n".join([*rows, ""])}
        other, view = make_ecosystem(tables, as_of="2022-12-31"), take_window(town, 2022)
        ours, theirs = (t.edges[["source", "target", "kind"]] for t in (view, other))
        pd.testing.assert_frame_equal(ours, theirs)
        pd.testing.assert_frame_equal(view.nodes[["kind", "name"]], other.nodes[["kind", "name"]])
        pd.testing.assert_frame_equal(rank(view), rank(other))
        pd.testing.assert_frame_equal(find_gaps(view), find_gaps(other))
        pd.testing.assert_frame_equal(measure_dimensions(view), measure_dimensions(other))

    def test_references_in_other_tables_lead_to_the_same_nodes(self):
        certificates = (
            "enterprise,certificate,valid_from\nE2,高新技术企业,2020\nE1,高新技术企业,2021\n"
        )
        town = make_ecosystem({**TOWN, "certificates": certificates}, as_of=AS_OF)
        view = take_window(town, 2019)
        named = {
            ecosystem: ecosystem.keys[ecosystem.named["certificates", "enterprise"][1]].tolist()
            for ecosystem in (town, view)
        }
        assert named[town] == named[view]
        assert len(view.keys) < len(town.keys)

    @pytest.mark.parametrize(
        "answer",
        [rank, find_gaps, measure_dimensions, check_stability, measure_structure, summarise],
    )
    @pytest.mark.parametrize("year", [2018, 2022])
    def test_every_analysis_answers_also_for_an_empty_year(self, town, answer, year):
        meta = answer(take_window(town, year)).attrs["meta"]
        assert meta["counted"]["agreements"] == len(RUNNING[year].split())

    def test_the_map_draws_a_window_and_nothing_else(self, town):
        whole, page = to_html(town), to_html(take_window(town, 2022))
        before, after = (find_agreements(html) for html in (whole, page))
        assert "A4" in before
        assert "A4" not in after
        assert "A3" in after

    def test_other_settings_keep_the_window(self, town):
        view = take_window(town, 2022)
        other = view.configure(view.settings)
        assert isinstance(other, View)
        assert (other.window, other.counted.tolist()) == (Window(2022, 2022), ["A1", "A2", "A3"])


class TestListOfWindows:
    def test_from_the_first_to_the_last_year_of_any_activity(self, town):
        assert [w.label for w in list_windows(town)] == [str(y) for y in range(2019, 2025)]
        signed = list_windows(town, active="signed")
        assert (signed[0].label, signed[-1].label) == ("2019", "2023")

    def test_longer_windows_end_in_each_year(self, town):
        labels = [w.label for w in list_windows(town, span=3, first=2020)]
        assert labels == ["2020-2022", "2021-2023", "2022-2024"]
        assert list_windows(town, span=9) == (Window(2019, 2024),)

    def test_nothing_dated_has_no_window_and_a_window_has_a_year(self, town):
        bare = make_ecosystem({"enterprises": "id,name\nE1,a\n"})
        assert list_windows(bare) == ()
        assert list_windows(bare, first=2020, last=2021) == (Window(2020, 2020), Window(2021, 2021))
        with pytest.raises(SettingsError, match="give 1 or more"):
            list_windows(town, span=0)
        with pytest.raises(SettingsError, match="before it starts"):
            list_windows(town, first=2030)


class TestTheSameOfEachWindow:
    def test_answers_stand_under_each_other(self, town):
        table = recompute(town, rank, list_windows(town))
        assert table.columns[:2].tolist() == ["window", table.columns[1]]
        for year in (2021, 2023):
            own = rank(take_window(town, year))
            part = table[table["window"] == str(year)]
            assert part["name"].tolist() == own["name"].tolist()
            assert part["strength"].tolist() == own["strength"].tolist()
        method = table.attrs["meta"]["method"]
        assert method["windows"] == [str(year) for year in range(2019, 2025)]
        assert (method["of"], method["undated"], method["cut_short"]) == ("rank", 2, ["2024"])

    def test_plain_pairs_are_windows_and_a_table_without_index_stays_one(self, town):
        table = recompute(town, lambda view: project_ties(view).ties, [(2019, 2021), (2023, 2023)])
        assert table.columns[:3].tolist() == ["window", "source", "target"]
        assert table["window"].value_counts().to_dict() == {"2019-2021": 3, "2023": 5}

    def test_without_a_window_there_is_no_row(self, town):
        assert recompute(town, rank, []).columns.tolist() == ["window"]

    def test_windows_without_an_answer_leave_no_row(self, town):
        ties = recompute(town, lambda view: project_ties(view).ties, [(2018, 2018), (2019, 2019)])
        assert ties["window"].tolist() == ["2019"]
        none = recompute(town, lambda view: project_ties(view).ties, [(2018, 2018)])
        assert len(none) == 0
        assert "source" in none


class TestHeadlineFigures:
    @pytest.fixture(scope="class")
    def traced(self, town):
        return trace_windows(town, first=2020, last=2023)

    def read(self, traced, analysis, window):
        part = traced[(traced["analysis"] == analysis) & (traced["window"] == window)]
        return part.set_index("figure")["value"]

    def test_the_network_of_2022_by_hand(self, traced):
        """A1, A2, A3: E1, E2, U1 and U2, of whom E1-U1, E1-E2, E2-U1 and E2-U2 are tied."""
        assert tuple(traced.columns) == TRACE_COLUMNS
        assert self.read(traced, "network", "2022").to_dict() == {
            "agreements": 3,
            "signed": 1,
            "amount": 200,
            "organisations": 4,
            "ties": 4,
            "ties_per_organisation": 2,
            "largest_share": 1,
        }

    def test_two_components_in_2021_and_nothing_in_2020(self, traced):
        found = self.read(traced, "network", "2021")
        assert (found["ties"], found["largest_share"], found["signed"]) == (2, 0.5, 2)
        empty = self.read(traced, "network", "2020")
        assert (empty["agreements"], empty["organisations"], empty["ties"]) == (0, 0, 0)
        assert np.isnan(empty[["amount", "ties_per_organisation", "largest_share"]]).all()

    def test_verdicts_count_industries_and_indicators_are_the_analysis_own(self, town, traced):
        verdicts = self.read(traced, "gaps", "2023")
        assert verdicts.index.tolist() == list(VERDICTS)
        assert verdicts.sum() == 2
        own = measure_dimensions(take_window(town, 2023)).loc[list(TRACED)]
        rows = traced[(traced["analysis"] == "dimensions") & (traced["window"] == "2023")]
        rows = rows.set_index("figure").loc[list(TRACED)]
        np.testing.assert_array_equal(rows["value"], own["value"])
        np.testing.assert_array_equal(rows["ci_low"], own["ci_low"])

    def test_without_industries_there_are_no_verdicts(self):
        tables = {
            "enterprises": "id,name\nE1,a\nE2,b\n",
            "agreements": "id,date,parties\nA,2020,E1;E2\n",
        }
        assert set(trace_windows(make_ecosystem(tables))["analysis"]) == {"network", "dimensions"}

    def test_nothing_dated_gives_no_row(self):
        table = trace_windows(make_ecosystem({"enterprises": "id,name\nE1,a\n"}))
        assert table.columns.tolist() == list(TRACE_COLUMNS)
        assert len(table) == 0


class TestYearsOfASlider:
    def test_ties_have_their_years_and_the_gaps_between_them(self):
        tables = {
            "enterprises": "id,name\nE1,a\nE2,b\nE3,c\nE4,d\n",
            "agreements": """\
id,date,ends,parties
A1,2014,2015,E1;E2
A2,2018,,E1;E2;E3
A3,2015,2019,E3
A4,,,E3;E4
""",
        }
        town = make_ecosystem(tables, as_of="2018-06-30")
        table = list_tie_years(town)
        assert tuple(table.columns) == TIE_YEAR_COLUMNS
        assert table["years"].tolist() == [(2014, 2015, 2018), (2018,), (2018,), ()]
        assert table["source"].tolist() == ["E1", "E1", "E2", "E3"]
        assert table["first"].tolist()[:3] == [2014, 2018, 2018]
        assert table["last"].tolist()[:3] == [2018, 2018, 2018]
        assert pd.isna(table.loc[3, ["first", "last"]]).all()
        nodes = list_node_years(town)
        assert tuple(nodes.columns) == NODE_YEAR_COLUMNS
        assert nodes["years"].to_dict() == {
            "E1": (2014, 2015, 2018),
            "E2": (2014, 2015, 2018),
            "E3": (2015, 2016, 2017, 2018),  # alone in A3, to the as-of day
            "E4": (),
        }
        signed = list_tie_years(town, active="signed")["years"]
        assert signed.tolist() == [(2014, 2018), (2018,), (2018,), ()]

    def test_of_more_than_sixty_four_years_each_is_told(self):
        random = np.random.default_rng(7)
        years = {n: sorted(random.choice(np.arange(1940, 2025), 5).tolist()) for n in range(300)}
        rows = [(f"A{n}.{y}", y, f"U;E{n:03}") for n in years for y in sorted({*years[n], 1940})]
        tables = {
            "universities": "id,name\nU,u\n",
            "enterprises": list_rows("id,name", ((f"E{n:03}", n) for n in years)),
            "agreements": list_rows("id,date,parties", rows),
        }
        listed = list_tie_years(make_ecosystem(tables, as_of="2024-12-31"))["years"]
        assert listed.tolist() == [tuple(sorted({*years[n], 1940})) for n in years]

    def test_agreements_too_large_to_pair_are_years_of_nodes_only(self):
        town = make_ecosystem(TOWN, as_of=AS_OF, pair_limit=2)
        table = list_tie_years(town).set_index(["source", "target"])["years"]
        assert ("E1", "E2") not in table.index
        assert list_node_years(town).loc["N1", "years"] == (2023,)

    def test_disciplines_have_years_too(self, town):
        assert list_node_years(town, "discipline").set_index("name")["years"].to_dict() == {
            "optics": (2021, 2022),
            "physics": (2021, 2022, 2023),
        }

    def test_nothing_is_empty(self):
        bare = make_ecosystem({"enterprises": "id,name\nE1,a\n"})
        assert len(list_tie_years(bare)) == 0
        assert list_node_years(bare)["years"].tolist() == [()]

    def test_a_wrong_word_for_active_is_an_error(self, town):
        with pytest.raises(SettingsError, match="running, signed"):
            list_tie_years(town, active="now")


@st.composite
def draw_agreements(draw):
    rows = []
    for n in range(draw(st.integers(0, 10))):
        start = draw(st.integers(2018, 2024))
        end = draw(st.none() | st.integers(start, 2027))
        parties = draw(st.sets(st.integers(0, 5), min_size=1, max_size=4))
        rows.append((f"A{n}", start, end or "", ";".join(f"E{p}" for p in sorted(parties))))
    return rows


@settings(max_examples=5)
@given(rows=draw_agreements(), active=st.sampled_from(["running", "signed"]))
def test_the_years_of_a_tie_are_those_whose_window_has_it(rows, active):
    tables = {
        "enterprises": list_rows("id,name", ((f"E{n}", n) for n in range(6))),
        "agreements": list_rows("id,date,ends,parties", rows),
    }
    town = make_ecosystem(tables, as_of="2024-12-31")
    ties, nodes = list_tie_years(town, active=active), list_node_years(town, active=active)
    assert [*zip(ties["source"], ties["target"], strict=True)] == [
        *zip(*(project_ties(town).ties[end] for end in ("source", "target")), strict=True)
    ]
    for year in range(2018, 2025):
        view = take_window(town, year, active=active)
        there = {*zip(*(project_ties(view).ties[end] for end in ("source", "target")), strict=True)}
        listed = ties[np.array([year in years for years in ties["years"]], dtype=bool)]
        assert {*zip(listed["source"], listed["target"], strict=True)} == there
        assert (count_agreements(view) > 0).tolist() == [year in years for years in nodes["years"]]


class TestPricesOfOneYear:
    def test_amounts_are_multiplied_by_the_index_of_the_base_over_that_of_their_year(self, town):
        amounts = deflate_amounts(town, PRICES, base=2022).select("agreement")["amount"]
        assert amounts.drop(["A5", "A6", "A8"]).to_dict() == {
            "A1": 125.0,  # 100 of 2021 at 125 / 100
            "A2": 60.0,
            "A3": 50.0,
            "A4": 56.25,  # 90 of 2023 at 125 / 200
            "A7": 437.5,
            "A9": 46.875,
        }
        assert amounts[["A5", "A6", "A8"]].isna().all()  # no amount, no date, no one year

    def test_ties_sum_them_and_the_whole_stays_as_it_is(self, town):
        real = deflate_amounts(town, PRICES, base=2022)
        ties = project_ties(take_window(real, 2022)).ties.set_index(["source", "target"])["amount"]
        assert ties["E1", "U1"] == 125 + 60
        assert project_ties(town).ties.set_index(["source", "target"])["amount"]["E1", "U1"] == 160
        assert take_window(real, 2022).base == 2022

    def test_amounts_of_parties_follow_and_others_stay(self):
        town = make_ecosystem(
            {
                "enterprises": "id,name\nE1,a\nE2,b\n",
                "agreements": "id,date\nA1,2021\n",
                "parties": "agreement,organisation,amount\nA1,E1,30\nA1,E2,\n",
                "demands": "id,name,enterprise,amount\nQ1,need,E1,70\n",
            }
        )
        real = deflate_amounts(town, PRICES, base=2023)
        assert real.link("party")["amount"].tolist()[0] == 60
        assert np.isnan(real.link("party")["amount"].tolist()[1])
        assert real.select("demand")["amount"].tolist() == [70]

    def test_a_year_may_not_be_missing_where_only_a_party_has_an_amount(self):
        tables = {
            "enterprises": "id,name\nE1,a\n",
            "agreements": "id,date\nA1,2021\n",
            "parties": "agreement,organisation,amount\nA1,E1,30\n",
        }
        with pytest.raises(SettingsError, match="no 2021"):
            deflate_amounts(make_ecosystem(tables), PRICES[PRICES["year"] == 2022], base=2022)

    def test_any_unit_of_the_index_serves(self, town):
        scaled = PRICES.assign(index=PRICES["index"] / 3)
        one, two = (deflate_amounts(town, p, base=2021).nodes["amount"] for p in (PRICES, scaled))
        pd.testing.assert_series_equal(one, two)

    def test_missing_years_are_named(self, town):
        with pytest.raises(SettingsError, match=r"no 2019, 2023; add"):
            deflate_amounts(town, PRICES[PRICES["year"].isin([2021, 2022])], base=2022)
        with pytest.raises(SettingsError, match="no 2030"):
            deflate_amounts(town, PRICES, base=2030)

    def test_years_that_nobody_needs_may_be_missing(self):
        tables = {
            "agreements": "id,date,status,amount\nA1,2021,signed,5\nA2,2022,signed,\n"
            "A3,2023,planned,8\n"
        }
        real = deflate_amounts(make_ecosystem(tables), PRICES[PRICES["year"] == 2021], base=2021)
        assert real.select("agreement")["amount"].fillna(-1).tolist() == [5, -1, -1]

    @pytest.mark.parametrize(
        ("prices", "said"),
        [
            ({"year": [2021]}, "no column index"),
            ({"year": [2021, 2021], "index": [1, 2]}, "years twice: 2021"),
            ({"year": [2021, 2022], "index": [1, 0]}, "not above 0 in: 2022"),
            ({"year": [2021, 2022], "index": ["x", 1]}, "not above 0 in: 2021"),
            ({"year": ["then"], "index": [1]}, "no whole number"),
            ({"year": [2021.5], "index": [1]}, "no whole number"),
        ],
    )
    def test_an_index_that_makes_no_sense_is_an_error(self, town, prices, said):
        with pytest.raises(SettingsError, match=said):
            deflate_amounts(town, pd.DataFrame(prices), base=2021)

    def test_nothing_is_restated_twice(self, town):
        real = deflate_amounts(town, PRICES, base=2022)
        with pytest.raises(SettingsError, match="prices of 2022 already"):
            deflate_amounts(take_window(real, 2022), PRICES, base=2021)

    def test_without_agreements_there_is_nothing_to_restate(self):
        bare = make_ecosystem({"enterprises": "id,name\nE1,a\n"})
        assert deflate_amounts(bare, PRICES, base=2021).keys.tolist() == ["E1"]
