"""Tiers and links: a town whose tables of two by two are written out."""

from dataclasses import replace

import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.tier_links import TIER_LINK_COLUMNS, TIER_LINK_VERDICTS, relate_tiers
from ecograph.statistics.odds import combine_odds_ratios, compute_odds_ratio, compute_trend

# industry: (high-tech linked, high-tech not, without a certificate linked, not)
CELLS = {"I1": (8, 4, 3, 9), "I2": (6, 6, 4, 12)}


def make_town(cells=CELLS, *, extra=(), certificate="高企", founded="2000"):
    firms, held, signed = list(extra), [], []
    for industry, counts in cells.items():
        for kind, count in enumerate(counts):
            for n in range(count):
                key = f"{industry[:2]}F{kind}{n:03}"
                firms.append((key, key, industry, founded))
                held += [(key, certificate, "2024-01-01", "")] if kind < 2 else []
                signed += [key] if kind % 2 == 0 else []
    return make_ecosystem(
        {
            "enterprises": list_rows("id,name,industry,founded", firms),
            "certificates": list_rows("enterprise,certificate,valid_from,valid_to", held),
            "universities": "id,name\nU1,U\n",
            "agreements": list_rows(
                "id,name,status,parties", ((f"A{k}", k, "已签", f"{k};U1") for k in signed)
            ),
        },
        as_of="2024-12-31",
        lang="en",
    )


class TestWorkedTown:
    table = relate_tiers(make_town()).set_index("tier")

    def test_counts_and_shares(self):
        shrub = self.table.loc["shrub"]
        assert (shrub["firms"], shrub["firms_linked"]) == (24, 14)
        assert (shrub["others"], shrub["others_linked"]) == (28, 7)
        assert (shrub["share"], shrub["others_share"]) == pytest.approx((14 / 24, 7 / 28))

    def test_the_crude_odds_ratio(self):
        shrub = self.table.loc["shrub"]
        crude = compute_odds_ratio([[14, 10], [7, 21]])
        found = tuple(shrub[["odds_ratio", "odds_low", "odds_high", "odds_p"]])
        assert found == pytest.approx(tuple(crude))

    def test_the_common_odds_ratio_by_hand(self):
        """(8 x 9 / 24 + 6 x 12 / 28) / (4 x 3 / 24 + 6 x 4 / 28) = 5.571429 / 1.357143."""
        shrub = self.table.loc["shrub"]
        assert shrub["common_odds"] == pytest.approx(5.571428571 / 1.357142857)
        common = combine_odds_ratios([[[8, 4], [3, 9]], [[6, 6], [4, 12]]])
        assert (shrub["common_low"], shrub["common_high"]) == pytest.approx(common[1:3])
        assert shrub["strata"] == 2

    def test_the_two_tiers_that_are_there_mirror_each_other(self):
        shrub, none = self.table.loc["shrub"], self.table.loc["none"]
        assert shrub["common_odds"] * none["common_odds"] == pytest.approx(1)
        assert (shrub["verdict"], none["verdict"]) == ("more", "fewer")

    def test_tiers_without_firms_tell_nothing(self):
        empty = self.table.loc[["tree", "seedling"]]
        assert empty["verdict"].tolist() == ["not_enough_data"] * 2
        assert empty["share"].isna().all()
        assert empty["common_odds"].isna().all()

    def test_the_trend_is_that_of_the_tables(self):
        method = relate_tiers(make_town()).attrs["meta"]["method"]
        trend = compute_trend(
            pd.DataFrame([[8, 3], [6, 4]]).to_numpy(),
            pd.DataFrame([[12, 12], [12, 16]]).to_numpy(),
            pd.Series([1.0, 0.0]).to_numpy(),
        )
        assert method["trend"]["statistic"] == pytest.approx(trend.statistic)
        assert method["trend"]["direction"] == 1

    def test_columns(self):
        table = relate_tiers(make_town())
        assert tuple(table.columns) == TIER_LINK_COLUMNS
        assert set(table["verdict"]) <= set(TIER_LINK_VERDICTS)


def test_a_difference_between_industries_is_none_within_them():
    """Simpson: 90 of 100 linked in I1, mostly high-tech; 10 of 100 in I2, mostly without."""
    cells = {"I1": (72, 8, 18, 2), "I2": (2, 18, 8, 72)}
    shrub = relate_tiers(make_town(cells)).set_index("tier").loc["shrub"]
    assert shrub["odds_low"] > 1
    assert shrub["common_odds"] == pytest.approx(1)
    assert shrub["verdict"] == "not_enough_data"  # the interval is wide


def test_many_firms_alike_are_as_others():
    cells = {"I1": (100, 200, 100, 200)}
    assert relate_tiers(make_town(cells))["verdict"].tolist()[1] == "as_others"


def test_few_firms_do_not_tell():
    cells = {"I1": (2, 1, 0, 3)}
    assert set(relate_tiers(make_town(cells))["verdict"]) == {"not_enough_data"}


def test_registers_that_are_silent_do_not_tell():
    silent = [(f"Z{n:04}", f"Z{n}", "I1", "2000") for n in range(1200)]
    table = relate_tiers(make_town(extra=silent))
    assert set(table["verdict"]) == {"not_enough_data"}
    assert table.attrs["meta"]["method"]["recorded"] < 0.05


def test_the_route_that_asks_for_an_agreement_gives_no_tier_here():
    """Young firms with an agreement are seedlings by that route."""
    table = relate_tiers(make_town({"I1": (0, 0, 5, 5)}, founded="2023"))
    assert table.set_index("tier")["firms"].to_dict() == {
        "tree": 0,
        "shrub": 0,
        "seedling": 0,
        "none": 10,
    }


def test_firms_without_an_industry_are_left_out_of_the_strata():
    cells = {**CELLS, "": (9, 0, 0, 9)}
    table = relate_tiers(make_town(cells))
    shrub = table.set_index("tier").loc["shrub"]
    assert shrub["firms"] == 33
    assert shrub["common_odds"] == pytest.approx(5.571428571 / 1.357142857)
    method = table.attrs["meta"]["method"]
    assert (method["firms"], method["firms_in_strata"]) == (70, 52)


def test_without_any_industry_all_are_one_stratum():
    shrub = relate_tiers(make_town({"": (8, 4, 3, 9)})).set_index("tier").loc["shrub"]
    assert (shrub["common_odds"], shrub["strata"]) == (pytest.approx(8 * 9 / (4 * 3)), 1)


def test_firms_of_the_same_two_industries_are_one_stratum():
    shrub = relate_tiers(make_town({"I1；I2": (8, 4, 3, 9)})).set_index("tier").loc["shrub"]
    assert (shrub["common_odds"], shrub["strata"]) == (pytest.approx(6), 1)


def test_a_place_without_firms():
    table = relate_tiers(make_ecosystem({"universities": "id,name\nU1,U\n"}))
    assert table["firms"].tolist() == [0] * 4
    assert table.attrs["meta"]["method"]["trend"]["p"] is None


def test_the_order_of_rows_does_not_matter_nor_do_plans_count():
    town = make_town(dict(reversed(CELLS.items())))
    pd.testing.assert_frame_equal(relate_tiers(town), relate_tiers(make_town()))
    planned = replace(town.settings, counted=("ended",))
    assert relate_tiers(replace(town, settings=planned))["firms_linked"].sum() == 0
