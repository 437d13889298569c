"""Pyramid and movement: towns of a few firms, worked by hand."""

import datetime as dt
import functools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.analysis.movement import (
    BASES,
    MOVE_COLUMNS,
    PYRAMID_COLUMNS,
    STATES,
    STEP_COLUMNS,
    TRACK_COLUMNS,
    count_moves,
    count_pyramid,
    count_steps,
    track_tiers,
)
from ecograph.analysis.ranks import describe_register, list_terms, same_day
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError
from ecograph.loader import load

DATA = Path(__file__).parent.parent / "data"

FIRMS = [
    ("E1", "one", "I1", "R1", "2010"),
    ("E2", "two", "I1；I2", "R1", "2010"),
    ("E3", "three", "I2", "R2", "2022-06-30"),
    ("E4", "four", "", "", "2010"),
]
HELD = [  # enterprise, certificate, valid_from, valid_to
    ("E1", "科技型中小企业", "2022-03-01", "2023-02-28"),
    ("E1", "高新技术企业", "2023-07-01", "2026-06-30"),
    ("E2", "高新技术企业", "2022-01-01", "2024-12-31"),
    ("E2", "专精特新中小企业", "2023-05-01", "2026-04-30"),
    ("E2", "小巨人", "2024-02-01", "2027-01-31"),
    ("E3", "科技型中小企业", "2023-04-01", "2024-03-31"),
]


def make_town(held=HELD, firms=FIRMS, as_of="2024-12-31", **tables):
    return make_ecosystem(
        {
            "enterprises": list_rows("id,name,industry,region,founded", firms),
            "certificates": list_rows("enterprise,certificate,valid_from,valid_to", held),
            "industries": "id,name\nI1,steel\nI2,glass\n",
            "regions": "id,name\nR1,north\nR2,south\n",
            **tables,
        },
        as_of=as_of,
        lang="en",
    )


@functools.cache
def worked_town():
    return make_town()


def track(ecosystem, column="tier", **years):
    table = track_tiers(ecosystem, **years)
    return {key: part[column].tolist() for key, part in table.groupby("enterprise")}


def flows(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    moved = table[table["firms"] > 0]
    return {(r.tier_from, r.tier_to): r.firms for r in moved.itertuples()}


class TestPyramid:
    table = count_pyramid(worked_town())

    def pick(self, **where):
        table = self.table
        for name, value in where.items():
            table = table[table[name] == value]
        return dict(zip(table["tier"], table["firms"], strict=True))

    def test_all_firms_count_once_in_the_total(self):
        assert self.pick(level="all") == {"tree": 1, "shrub": 1, "seedling": 0, "none": 2}

    def test_a_firm_of_two_industries_counts_in_each(self):
        assert self.pick(level="industry", industry="I1")["tree"] == 1
        assert self.pick(level="industry", industry="I2") == {
            "tree": 1,
            "shrub": 0,
            "seedling": 0,
            "none": 1,
        }

    def test_firms_without_an_industry_or_region_have_a_row(self):
        assert self.pick(level="cell", industry="", region="")["none"] == 1

    def test_cells_and_totals_are_named(self):
        assert tuple(self.table.columns) == PYRAMID_COLUMNS
        assert set(self.table.loc[self.table["level"] == "all", "industry_name"]) == {"total"}
        cell = self.table[(self.table["level"] == "cell") & (self.table["industry"] == "I1")]
        assert set(cell["industry_name"]) == {"steel"}
        assert set(cell["region_name"]) == {"north"}

    def test_shares_of_a_group_add_up_to_one(self):
        groups = self.table.groupby(["level", "industry", "region"])["share"].sum()
        assert groups.to_numpy() == pytest.approx(1.0)

    def test_the_regions_add_up_to_the_firms(self):
        regions = self.table[self.table["level"] == "region"]
        assert regions["firms"].sum() == 4

    def test_a_place_without_firms_has_no_rows(self):
        empty = make_ecosystem({"universities": "id,name\nU1,U\n"}, as_of="2024-12-31")
        assert count_pyramid(empty).shape == (0, len(PYRAMID_COLUMNS))


class TestTrack:
    def test_the_worked_town(self):
        assert track(worked_town()) == {
            "E1": ["seedling", "shrub", "shrub"],
            "E2": ["shrub", "shrub", "tree"],
            "E3": ["none", "seedling", "none"],
            "E4": ["none", "none", "none"],
        }

    def test_the_first_and_the_last_day_count(self):
        held = [("E1", "高企", "2022-06-30", "2024-06-30")]
        days = make_town(held, as_of="2025-06-30")
        assert track(days, first=2021)["E1"] == ["none", "shrub", "shrub", "shrub", "none"]
        after = make_town(held, as_of="2025-07-01")
        assert track(after, first=2021)["E1"] == ["none", "shrub", "shrub", "none", "none"]
        before = make_town(held, as_of="2025-06-29")
        assert track(before, first=2021)["E1"] == ["none", "none", "shrub", "shrub", "none"]

    def test_firms_are_outside_until_they_are_founded(self):
        found = track(worked_town(), "basis", first=2021)["E3"]
        assert found == ["not_founded", "unclear", "certificate", "unclear"]

    def test_a_vague_founding_date_leaves_the_firm_unknown(self):
        firms = [("E1", "one", "", "", "2022")]
        town = make_town(firms=firms, held=[], as_of="2024-06-30")
        found = track_tiers(town, first=2021)
        assert found["tier"].tolist() == ["outside", "unknown", "none", "none"]
        assert found["basis"].tolist()[:2] == ["not_founded", "founding_unclear"]

    def test_without_a_first_day_a_certificate_is_sure_only_on_the_as_of_day(self):
        held = [("E1", "高企", "", "2025-06-30"), ("E2", "科小", "2022-05-01", "2024-12-31")]
        town = make_town(held)
        assert track(town)["E1"] == ["unknown", "unknown", "shrub"]
        assert track(town, "basis")["E1"] == ["undecided", "undecided", "certificate"]
        assert track(town)["E2"] == ["seedling"] * 3

    def test_a_sure_certificate_as_high_decides_where_another_is_undated(self):
        held = [("E1", "高企", "", ""), ("E1", "专精特新", "2022-05-01", "2025-12-31")]
        assert track(make_town(held))["E1"] == ["shrub"] * 3

    def test_without_a_last_day_a_certificate_goes_on(self):
        assert track(make_town([("E1", "高企", "2022-05-01", "")]))["E1"] == ["shrub"] * 3

    def test_a_route_uses_only_figures_of_the_years_up_to_then(self):
        town = make_town(
            [],
            [("E1", "one", "", "", "2020-01-01")],
            financials="enterprise,year,ip_class1,ip_class2\nE1,2022,0,0\nE1,2023,1,0\n",
        )
        found = track_tiers(town, first=2021)
        assert found["tier"].tolist() == ["none", "none", "seedling", "seedling"]
        assert found["basis"].tolist() == ["unclear", "none", "route", "route"]

    def test_a_firm_grows_out_of_the_route(self):
        town = make_town(
            [],
            [("E1", "one", "", "", "2018-12-31")],
            financials="enterprise,year,ip_class1,ip_class2\nE1,2022,1,0\n",
        )
        assert track(town, first=2022)["E1"] == ["seedling", "seedling", "none"]

    @pytest.mark.parametrize(
        ("date", "found"),
        [
            ("2023-05-01", ["none", "route"]),
            ("2023", ["none", "route"]),
            ("", ["unclear", "route"]),
        ],
    )
    def test_an_agreement_counts_from_its_date_on(self, date, found):
        town = make_town(
            [],
            [("E1", "one", "", "", "2020-01-01")],
            as_of="2023-12-31",
            financials="enterprise,year,ip_class1,ip_class2\nE1,2022,0,0\n",
            universities="id,name\nU1,U\n",
            agreements=f"id,name,date,status,parties\nA1,A,{date},已签,E1;U1\n",
        )
        assert track(town, "basis", first=2022)["E1"] == found

    def test_years_before_any_certificate_are_left_out_by_default(self):
        table = track_tiers(worked_town())
        assert tuple(table.columns) == TRACK_COLUMNS
        assert sorted(table["year"].unique()) == [2022, 2023, 2024]
        assert set(table["tier"]) <= set(STATES)
        assert set(table["basis"]) <= set(BASES)

    def test_the_29th_of_february(self):
        assert same_day(dt.date(2024, 2, 29), 2022) == dt.date(2022, 2, 28)
        table = track_tiers(make_town(as_of="2024-02-29"), first=2023)
        assert table.attrs["meta"]["method"]["days"] == ["2023-02-28", "2024-02-29"]

    @pytest.mark.parametrize(
        "years", [{"last": 2025}, {"first": 2025}, {"first": 2023, "last": 2022}]
    )
    def test_years_that_cannot_be(self, years):
        with pytest.raises(SettingsError, match="year is"):
            track_tiers(worked_town(), **years)

    def test_without_a_day_nothing_is_tracked(self):
        town = worked_town()
        town = replace(town, settings=replace(town.settings, as_of=None))
        assert track_tiers(town).shape == (0, 4)
        assert count_moves(town).shape == (0, len(MOVE_COLUMNS))
        assert count_steps(town).shape == (0, len(STEP_COLUMNS))

    @pytest.mark.parametrize("name", ["example-city", "jinzhong", "weifang"])
    @pytest.mark.parametrize("as_of", [None, dt.date(2023, 6, 30)])
    def test_on_the_as_of_day_it_is_the_tier_assigned(self, name, as_of):
        city = load(DATA / name)
        city = city.configure(replace(city.settings, as_of=as_of))
        assigned = assign_tiers(city)["tier"].sort_index()
        now = track_tiers(city, first=city.as_of.year).set_index("enterprise")["tier"]
        assert now.to_dict() == assigned.to_dict()


class TestMoves:
    def test_the_worked_town(self):
        moves = count_moves(worked_town(), by="certificates")
        assert flows(moves, year_from=2022, scope="year") == {
            ("seedling", "shrub"): 1,
            ("shrub", "shrub"): 1,
            ("none", "seedling"): 1,
            ("none", "none"): 1,
        }
        assert flows(moves, year_from=2023, scope="year") == {
            ("shrub", "shrub"): 1,
            ("shrub", "tree"): 1,
            ("seedling", "none"): 1,
            ("none", "none"): 1,
        }
        pooled = flows(moves, scope="pooled")
        assert pooled == {
            ("seedling", "shrub"): 1,
            ("shrub", "shrub"): 2,
            ("shrub", "tree"): 1,
            ("none", "seedling"): 1,
            ("none", "none"): 2,
            ("seedling", "none"): 1,
        }

    def test_the_interval_is_that_of_wilson(self):
        """1 of 3: (1/3 + z^2/6 -+ z sqrt(2/27 + z^2/36)) / (1 + z^2/3), z = 1.959964."""
        moves = count_moves(worked_town(), by="certificates")
        row = moves[(moves["scope"] == "pooled") & (moves["path"] == "strong_to_great")].iloc[0]
        assert (row["firms"], row["firms_from"]) == (1, 3)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((0.061492, 0.792340), abs=1e-5)

    def test_paths_are_named(self):
        moves = count_moves(worked_town())
        named = moves[moves["path"] != ""]
        assert set(zip(named["tier_from"], named["tier_to"], named["path"], strict=True)) <= {
            ("none", "seedling", "micro_growth"),
            ("seedling", "shrub", "small_to_high"),
            ("shrub", "tree", "strong_to_great"),
        }

    def test_what_is_not_known_has_no_share(self):
        moves = count_moves(worked_town())
        assert flows(moves, year_from=2022, scope="year")["unknown", "seedling"] == 1
        beyond = moves[(moves["tier_from"] == "unknown") | (moves["tier_to"] == "unknown")]
        assert beyond[["share", "ci_low", "ci_high"]].isna().all(axis=None)

    def test_every_firm_is_counted_once_a_pair_of_years(self):
        moves = count_moves(worked_town(), first=2021)
        assert (
            moves[moves["scope"] == "year"].groupby("year_from")["firms"].sum().tolist() == [4] * 3
        )

    def test_one_year_has_no_moves(self):
        assert count_moves(worked_town(), first=2024).shape == (0, len(MOVE_COLUMNS))

    def test_a_wrong_choice_is_refused(self):
        with pytest.raises(SettingsError, match="certificates"):
            count_moves(worked_town(), by="colour")

    def test_the_register_says_whether_it_lists_renewals(self):
        once = count_moves(worked_town()).attrs["meta"]["method"]["register"]
        assert (once["renewals"], once["renewed"]) == ("none_listed", 0)
        again = make_town([*HELD, ("E1", "高企", "2020-07-01", "2023-06-30")])
        assert describe_register(list_terms(again))["renewals"] == "listed"
        assert describe_register(list_terms(make_town([])))["renewals"] == "no_register"


CERTIFICATES = ["科小", "高企", "专精特新", "小巨人", "老字号"]
DAYS = st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2025, 12, 31)))
REGISTERS = st.lists(
    st.tuples(st.sampled_from(["E1", "E2", "E3", "E4"]), st.sampled_from(CERTIFICATES), DAYS, DAYS),
    max_size=8,
)


def hold(register):
    """Give the worked town another register of certificates."""
    columns = ["enterprise", "certificate", "valid_from_start", "valid_to_end"]
    frame = pd.DataFrame(register, columns=columns, dtype=object)
    dated = {name: pd.to_datetime(frame[name]) for name in columns[2:]}
    places = {"_file": "certificates.csv", "_sheet": "", "_row": 1}
    town = worked_town()
    return replace(town, tables={**town.tables, "certificates": frame.assign(**dated, **places)})


@given(REGISTERS, st.sampled_from(["tier", "certificates"]))
@settings(max_examples=8, deadline=None)
def test_the_moves_of_a_tier_add_up_to_one(register, by):
    town = hold(register)
    moves = count_moves(town, first=2022, by=by)
    known = moves[moves["share"].notna()]
    rows = known.groupby(["scope", "year_from", "tier_from"])
    assert (rows["firms"].sum() == rows["firms_from"].first()).all()
    assert (rows["share"].sum() - 1).abs().max() < 1e-12 or not len(known)
    assert ((known["ci_low"] <= known["share"]) & (known["share"] <= known["ci_high"])).all()
    now = track_tiers(town, first=2024).set_index("enterprise")["tier"]
    assert now.to_dict() == assign_tiers(town)["tier"].to_dict()


def test_the_order_of_rows_does_not_matter():
    town, other = worked_town(), make_town(HELD[::-1], FIRMS[::-1])
    for function in (count_pyramid, track_tiers, count_moves, count_steps):
        pd.testing.assert_frame_equal(function(other), function(town))


class TestSteps:
    def test_the_worked_town(self):
        steps = count_steps(worked_town()).set_index(["scope", "year_from", "path"])
        taken = steps[["firms", "firms_from"]].apply(tuple, axis=1).to_dict()
        assert taken["year", 2022, "micro_growth"] == (1, 2)  # E3, of E3 and E4
        assert taken["year", 2022, "small_to_high"] == (1, 1)  # E1
        assert taken["year", 2022, "high_to_strong"] == (1, 1)  # E2
        assert taken["year", 2022, "strong_to_great"] == (0, 1)
        assert taken["year", 2023, "strong_to_great"] == (1, 2)  # E2, of E1 and E2
        assert taken["year", 2023, "high_to_strong"] == (0, 1)  # E1
        assert taken["pooled", 2022, "strong_to_great"] == (1, 3)

    def test_a_step_that_nobody_can_take_has_no_share(self):
        steps = count_steps(make_town([("E4", "老字号", "2022-01-01", "")]), first=2023)
        row = steps[(steps["path"] == "high_to_strong") & (steps["scope"] == "year")].iloc[0]
        assert row["firms_from"] == 0
        assert math.isnan(row["share"])

    def test_firms_that_are_not_founded_cannot_take_one(self):
        steps = count_steps(worked_town(), first=2021).set_index(["scope", "year_from", "path"])
        assert steps.loc[("year", 2021, "micro_growth"), "firms_from"] == 3

    def test_whole_numbers_stay_whole(self):
        assert count_steps(worked_town())["firms"].dtype == np.int64
        assert count_moves(worked_town())["firms_from"].dtype == np.int64
