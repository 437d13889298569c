"""Backbones of small towns, worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from scipy import stats

from ecograph.analysis.backbone import BACKBONE_COLUMNS, BACKBONE_VERDICTS, find_backbone
from ecograph.errors import SettingsError
from ecograph.projection import project_ties

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem


def make_town(parties: list[str], *, firms: int = 10, **settings: object) -> Ecosystem:
    tables = {
        "enterprises": list_rows("id,name", ((f"E{n}", f"firm {n}") for n in range(firms))),
        "agreements": list_rows("id,parties", ((f"A{n:03}", p) for n, p in enumerate(parties))),
    }
    return make_ecosystem(tables, **settings)


def list_couples(times: int) -> list[str]:
    """List the parties of five couples of firms that sign only together."""
    return [f"E{n};E{n + 1}" for n in range(0, 10, 2) for _ in range(times)]


def list_star() -> list[str]:
    """List ties of 8, 1 and 1 of one firm."""
    return ["E0;E1"] * 8 + ["E0;E2", "E0;E3"]


def test_couples_are_the_backbone_and_all_others_are_tied_too_little() -> None:
    """Each of ten firms signs a fifth of 100 agreements, so two share each with 1/25.

    All 45 pairs are alike and testable. Five share 20; the other 40 share none.
    """
    table = find_backbone(make_town(list_couples(20)))
    law = stats.binom(100, 0.04)
    assert tuple(table.columns) == BACKBONE_COLUMNS
    assert table.index.tolist() == list(range(45))
    tied, apart = table[:5], table[5:]
    assert (tied["verdict"] == "backbone").all()
    assert tied["source"].tolist() == ["E0", "E2", "E4", "E6", "E8"]
    assert tied["target"].tolist() == ["E1", "E3", "E5", "E7", "E9"]
    assert tied["target_name"].tolist()[:2] == ["firm 1", "firm 3"]
    assert (tied["weight"] == 20).all()
    assert tied["p"].tolist() == pytest.approx([law.sf(19)] * 5, rel=1e-6)
    assert tied["q"].tolist() == pytest.approx([law.sf(19) * 9] * 5, rel=1e-6)
    assert (apart["verdict"] == "fewer").all()
    assert (apart["weight"] == 0).all()
    assert apart["p_few"].tolist() == pytest.approx([law.cdf(0)] * 40)
    assert apart["q_few"].tolist() == pytest.approx([law.cdf(0) * 45 / 40] * 40)
    assert table["expected"].tolist() == pytest.approx([4] * 45)
    assert table.loc[5, ["source", "target"]].tolist() == ["E0", "E2"]


def test_what_was_tested_is_told() -> None:
    table = find_backbone(make_town([*list_couples(20), "E0", "E0"]))
    method = table.attrs["meta"]["method"]
    assert table.attrs["meta"]["result"] == "backbone"
    known = {
        "part": "organisation",
        "method": "sdsm",
        "agreements": 100,
        "single_agreements": 2,
        "pairs": 45,
        "testable": 45,
        "testable_few": 45,
        "unlisted": 0,
        "shared": 100,
        "unpaired_agreements": 0,
        "verdicts": {"backbone": 5, "fewer": 40, "could_be_chance": 0, "not_enough_data": 0},
    }
    assert {name: method[name] for name in known} == known
    assert method["shared_expected"] == pytest.approx(180)


def test_agreements_of_one_member_change_nothing() -> None:
    town = find_backbone(make_town(list_couples(6)))
    more = find_backbone(make_town([*list_couples(6), *["E0", "E3"] * 9]))
    pd.testing.assert_frame_equal(town, more, check_exact=False)


def test_weights_by_newman_leave_counts_to_the_test() -> None:
    parties = ["E0;E1;E2"] * 3 + list_couples(2)
    by_count, by_newman = (
        find_backbone(make_town(parties, weighting=how)) for how in ("count", "newman")
    )
    pd.testing.assert_frame_equal(by_count, by_newman)
    row = by_newman.set_index(["source", "target"]).loc[("E0", "E1")]
    assert row["weight"] == 5


def test_one_shared_agreement_of_two_in_many_could_be_chance() -> None:
    """Of 62 firms with an agreement each, two share one of the 31 with 1/31^2 each."""
    parties = [f"E{n};E{n + 1}" for n in range(0, 62, 2)]
    table = find_backbone(make_town(parties, firms=62))
    assert len(table) == 31
    assert (table["verdict"] == "could_be_chance").all()
    assert table["p"].tolist() == pytest.approx([1 - (1 - 1 / 31**2) ** 31] * 31)
    assert table["q"].tolist() == pytest.approx([1] * 31)


def test_pairs_too_small_for_any_verdict_are_said_to_be() -> None:
    """Of two agreements, one firm signs both and two one each: nothing could be significant."""
    table = find_backbone(make_town(["E0;E1", "E1;E2"], firms=3))
    assert (table["verdict"] == "not_enough_data").all()
    assert table[["q", "q_few"]].isna().all(axis=None)


def test_a_limit_leaves_pairs_without_a_tie_out() -> None:
    table = find_backbone(make_town(list_couples(20)), limit=39)
    assert (table["verdict"] == "backbone").all()
    assert len(table) == 5
    assert table.attrs["meta"]["method"]["unlisted"] == 40


@pytest.mark.parametrize(("alpha", "verdict"), [(0.11, "could_be_chance"), (0.13, "backbone")])
def test_a_star_by_the_disparity_filter(alpha: float, verdict: str) -> None:
    """Of the three ends with other ties one has p = (1 - 8/10)^2, so q is 3 x 0.04."""
    table = find_backbone(make_town(list_star(), alpha=alpha), method="disparity")
    assert tuple(table.columns) == BACKBONE_COLUMNS
    assert table["target"].tolist() == ["E1", "E2", "E3"]
    assert table["weight"].tolist() == [8, 1, 1]
    assert table["expected"].tolist() == pytest.approx([10 / 3] * 3)
    assert table["p"].tolist() == pytest.approx([0.04, 0.81, 0.81])
    assert table["q"].tolist() == pytest.approx([0.12, 0.81, 0.81])
    assert table["verdict"].tolist() == [verdict, "could_be_chance", "could_be_chance"]
    assert table[["p_few", "q_few"]].isna().all(axis=None)
    assert table.attrs["meta"]["method"]["ends"] == 3


def test_a_tie_without_neighbours_is_not_judged_by_the_disparity_filter() -> None:
    table = find_backbone(make_town([*list_star(), "E8;E9"]), method="disparity")
    assert table["verdict"].tolist()[-1] == "not_enough_data"
    assert table.iloc[-1][["source", "target"]].tolist() == ["E8", "E9"]


def test_the_disparity_filter_takes_the_weights_of_the_settings() -> None:
    """By Newman, an agreement of three adds 1/2 to each tie: strengths 1, 2, 1."""
    town = make_town(["E0;E1;E2", "E1;E3"], weighting="newman")
    table = find_backbone(town, method="disparity").set_index(["source", "target"])
    assert table["weight"].to_dict() == {
        ("E0", "E1"): 0.5,
        ("E0", "E2"): 0.5,
        ("E1", "E2"): 0.5,
        ("E1", "E3"): 1,
    }
    assert table.loc[("E0", "E1"), "p"] == pytest.approx(0.5)  # half at E0, a quarter at E1
    assert table.loc[("E1", "E3"), "p"] == pytest.approx(0.25)  # half at E1, one of three ties


@pytest.mark.parametrize("method", ["sdsm", "disparity"])
@pytest.mark.parametrize("part", ["organisation", "university", "discipline"])
def test_the_strongest_evidence_comes_first(method: str, part: str) -> None:
    random = np.random.default_rng(3)
    parties = [
        ";".join(f"E{n}" for n in sorted(random.choice(10, size, replace=False)))
        for size in random.integers(1, 5, 60)
    ]
    town = make_town([*parties, *["E3;E4"] * 12])
    table = find_backbone(town, part, method=method)
    rank = table["verdict"].map({verdict: n for n, verdict in enumerate(BACKBONE_VERDICTS)})
    assert rank.is_monotonic_increasing
    for _, same in table[table["verdict"] != "fewer"].groupby("verdict"):
        assert same["p"].dropna().is_monotonic_increasing
    assert (table["source"] < table["target"]).all()
    ties = project_ties(town, part).ties
    found = table[table["weight"] > 0].sort_values(["source", "target"])
    assert found["weight"].tolist() == ties["weight"].tolist()
    if part == "organisation":
        assert table.loc[0, ["source", "target"]].tolist() == ["E3", "E4"]
    pd.testing.assert_frame_equal(table, find_backbone(town, part, method=method))


@pytest.mark.parametrize("method", ["sdsm", "disparity"])
@pytest.mark.parametrize("parties", [[], ["E0"], ["E0;E1"]])
def test_towns_of_hardly_any_agreements(method: str, parties: list[str]) -> None:
    table = find_backbone(make_town(parties), method=method)
    assert len(table) == ("E0;E1" in parties)
    assert (table["verdict"] == "not_enough_data").all()


def test_what_is_unknown_is_refused() -> None:
    town = make_town(["E0;E1"])
    with pytest.raises(SettingsError, match=r'no method "magic".*sdsm, disparity'):
        find_backbone(town, method="magic")
    for method in ("sdsm", "disparity"):
        with pytest.raises(SettingsError, match='no part "moon"'):
            find_backbone(town, "moon", method=method)


def test_couples_within_a_crowd_are_found() -> None:
    """Three planted couples, 14 agreements each, among 120 at random of 60 firms."""
    random = np.random.default_rng(11)
    parties = [";".join(f"E{n}" for n in random.choice(60, 3, replace=False)) for _ in range(120)]
    planted = [("E0", "E1"), ("E2", "E3"), ("E4", "E5")]
    parties += [";".join(couple) for couple in planted for _ in range(14)]
    table = find_backbone(make_town(parties, firms=60))
    backbone = table[table["verdict"] == "backbone"]
    assert set(zip(backbone["source"], backbone["target"], strict=True)) == set(planted)
