"""Backbones of small towns, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from click.testing import CliRunner
from page_reading import read_page
from scipy import stats

from ecograph.analysis.backbone import (
    BACKBONE_COLUMNS,
    BACKBONE_TIE_COLUMNS,
    BACKBONE_VERDICTS,
    Method,
    find_backbone,
    project_backbone,
)
from ecograph.cli import cli
from ecograph.errors import SettingsError
from ecograph.loader import load
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


CITY = Path(__file__).resolve().parents[1] / "data" / "example-city"
METHODS = ("fixed_sizes", "sdsm", "disparity")
of_couples = pytest.mark.parametrize(("method", "chance"), [("fixed_sizes", 45), ("sdsm", 25)])


@of_couples
def test_couples_are_the_backbone_and_all_others_are_tied_too_little(
    method: str, chance: int
) -> None:
    """Of ten firms two sign each of 200 agreements: one of 45 pairs, or each firm with 1/5.

    All pairs are alike and testable. Five share 40; the other 40 share none.
    """
    table = find_backbone(make_town(list_couples(40)), method=method)
    law = stats.binom(200, 1 / chance)
    assert tuple(table.columns) == BACKBONE_COLUMNS
    assert table.index.tolist() == list(range(45))
    tied, apart = table[:5], table[5:]
    assert (tied["verdict"] == "backbone").all()
    assert tied["source"].tolist() == ["E0", "E2", "E4", "E6", "E8"]
    assert tied["target"].tolist() == ["E1", "E3", "E5", "E7", "E9"]
    assert tied["target_name"].tolist()[:2] == ["firm 1", "firm 3"]
    assert (tied["weight"] == 40).all()
    assert tied["p_more"].tolist() == pytest.approx([law.sf(39)] * 5, rel=1e-6)
    assert tied["q_more"].tolist() == pytest.approx([law.sf(39) * 9] * 5, rel=1e-6)
    assert (apart["verdict"] == "fewer").all()
    assert (apart["weight"] == 0).all()
    assert apart["p_fewer"].tolist() == pytest.approx([law.cdf(0)] * 40)
    assert apart["q_fewer"].tolist() == pytest.approx([law.cdf(0) * 45 / 40] * 40)
    assert table["expected"].tolist() == pytest.approx([200 / chance] * 45)
    assert table.loc[5, ["source", "target"]].tolist() == ["E0", "E2"]


@of_couples
def test_what_was_tested_is_told(method: str, chance: int) -> None:
    table = find_backbone(make_town([*list_couples(40), "E0", "E0"]), method=method)
    how = table.attrs["meta"]["method"]
    assert table.attrs["meta"]["result"] == "backbone"
    known = {
        "part": "organisation",
        "method": method,
        "agreements": 200,
        "single_agreements": 2,
        "pairs": 45,
        "testable": 45,
        "testable_few": 45,
        "unlisted": 0,
        "shared": 200,
        "unpaired_agreements": 0,
        "verdicts": {"backbone": 5, "fewer": 40, "could_be_chance": 0, "not_enough_data": 0},
    }
    assert {name: how[name] for name in known} == known
    assert how["shared_expected"] == pytest.approx(45 * 200 / chance)


def test_agreements_keep_their_sizes_unless_asked_otherwise() -> None:
    town = make_town(["E0;E1;E2", "E1;E2", "E2;E3", "E4;E5;E6;E7"])
    pd.testing.assert_frame_equal(find_backbone(town), find_backbone(town, method="fixed_sizes"))
    how = find_backbone(town).attrs["meta"]["method"]
    assert how["shared"] == 3 + 1 + 1 + 6
    assert how["shared_expected"] == pytest.approx(how["shared"])
    assert find_backbone(town, method="sdsm").attrs["meta"]["method"]["shared_expected"] > 13


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
    """Of 62 firms with an agreement each, two share one of the 31 with 1/(31 x 61) each."""
    parties = [f"E{n};E{n + 1}" for n in range(0, 62, 2)]
    table = find_backbone(make_town(parties, firms=62))
    assert len(table) == 31
    assert (table["verdict"] == "could_be_chance").all()
    assert table["p_more"].tolist() == pytest.approx([1 - (1 - 1 / (31 * 61)) ** 31] * 31)
    assert table["q_more"].tolist() == pytest.approx(table["p_more"] * 61)  # 31 x 61 pairs


def test_pairs_too_small_for_any_verdict_are_said_to_be() -> None:
    """Of two agreements, one firm signs both and two one each: nothing could be significant."""
    table = find_backbone(make_town(["E0;E1", "E1;E2"], firms=3))
    assert (table["verdict"] == "not_enough_data").all()
    assert table[["q_more", "q_fewer"]].isna().all(axis=None)


def test_a_limit_leaves_pairs_without_a_tie_out() -> None:
    table = find_backbone(make_town(list_couples(40)), limit=39)
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
    assert table["p_more"].tolist() == pytest.approx([0.04, 0.81, 0.81])
    assert table["q_more"].tolist() == pytest.approx([0.12, 0.81, 0.81])
    assert table["verdict"].tolist() == [verdict, "could_be_chance", "could_be_chance"]
    assert table[["p_fewer", "q_fewer"]].isna().all(axis=None)
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
    assert table.loc[("E0", "E1"), "p_more"] == pytest.approx(0.5)  # half at E0, a quarter at E1
    assert table.loc[("E1", "E3"), "p_more"] == pytest.approx(0.25)  # half at E1, one of three ties


@pytest.mark.parametrize("method", METHODS)
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
        assert same["p_more"].dropna().is_monotonic_increasing
    assert (table["source"] < table["target"]).all()
    ties = project_ties(town, part).ties
    found = table[table["weight"] > 0].sort_values(["source", "target"])
    assert found["weight"].tolist() == ties["weight"].tolist()
    if part == "organisation":
        assert table.loc[0, ["source", "target"]].tolist() == ["E3", "E4"]
    pd.testing.assert_frame_equal(table, find_backbone(town, part, method=method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("parties", [[], ["E0"], ["E0;E1"]])
def test_towns_of_hardly_any_agreements(method: str, parties: list[str]) -> None:
    table = find_backbone(make_town(parties), method=method)
    assert len(table) == ("E0;E1" in parties)
    assert (table["verdict"] == "not_enough_data").all()


def test_what_is_unknown_is_refused() -> None:
    town = make_town(["E0;E1"])
    with pytest.raises(SettingsError, match=r'no method "magic".*fixed_sizes, sdsm, disparity'):
        find_backbone(town, method="magic")
    for method in METHODS:
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


# The network of the backbone


def test_only_ties_of_the_backbone_are_kept_with_their_tests() -> None:
    """Five couples of forty agreements, and one tie across that is there by chance."""
    town = make_town([*list_couples(40), "E1;E2"])
    ties, found = project_backbone(town), find_backbone(town)
    assert tuple(ties.columns) == BACKBONE_TIE_COLUMNS
    assert ties["source"].tolist() == ["E0", "E2", "E4", "E6", "E8"]
    assert ties["target"].tolist() == ["E1", "E3", "E5", "E7", "E9"]
    assert ties["weight"].tolist() == ties["agreements"].tolist() == [40] * 5
    known = found[found["verdict"] == "backbone"].sort_values("source", ignore_index=True)
    for column in ("expected", "p_more", "q_more"):
        assert ties[column].tolist() == known[column].tolist()
    meta = ties.attrs["meta"]
    assert meta["result"] == "network"
    assert (meta["method"]["ties"], meta["method"]["hidden"]) == (6, 1)
    assert meta["method"]["backbone"] == found.attrs["meta"]["method"]


def test_the_network_of_the_backbone_has_the_weights_of_the_settings() -> None:
    town = make_town([*list_couples(40), *["E0;E1;E2"] * 2], weighting="newman")
    ties = project_backbone(town).set_index(["source", "target"])
    assert ties.loc[("E0", "E1"), "weight"] == 41
    assert ties.loc[("E0", "E1"), "agreements"] == 42


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("parties", [[], ["E0"], ["E0;E1"]])
def test_without_a_backbone_no_tie_is_left(method: str, parties: list[str]) -> None:
    ties = project_backbone(make_town(parties), method=method)
    assert tuple(ties.columns) == BACKBONE_TIE_COLUMNS
    assert len(ties) == 0
    assert ties.attrs["meta"]["method"]["hidden"] == ("E0;E1" in parties)


def test_the_network_of_the_backbone_of_disparity_is_of_weights() -> None:
    """The heaviest tie of the star of 8, 1 and 1 has q = 0.12."""
    ties = project_backbone(make_town(list_star(), alpha=0.13), method="disparity")
    assert ties[["source", "target"]].to_numpy().tolist() == [["E0", "E1"]]
    assert ties.loc[0, ["weight", "expected", "p_more", "q_more"]].tolist() == pytest.approx(
        [8, 10 / 3, 0.04, 0.12]
    )


# On the command line


def run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, arguments), "--quiet"], standalone_mode=False)
    assert done.exception is None
    return done.stdout


def test_the_network_of_the_backbone_is_written(tmp_path: Path) -> None:
    """Without a method, agreements keep their sizes; with disparity, no tie is left."""
    run("project", CITY, "--backbone", "-o", tmp_path / "fixed.csv")
    ties = pd.read_csv(tmp_path / "fixed.csv")
    known = project_backbone(load(CITY))
    assert tuple(ties.columns) == BACKBONE_TIE_COLUMNS
    assert ties[["source", "target"]].to_numpy().tolist() == (
        known[["source", "target"]].to_numpy().tolist()
    )
    assert 0 < len(ties) < known.attrs["meta"]["method"]["ties"]
    run("project", CITY, "--backbone", "disparity", "-o", tmp_path / "ends.csv")
    assert len(pd.read_csv(tmp_path / "ends.csv")) == 0


def test_the_map_of_the_backbone_is_written(tmp_path: Path) -> None:
    run("map", CITY, "-o", tmp_path / "map.html", "--lang", "en", "--backbone")
    header, _ = read_page((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert header["notes"][0]["en"].startswith("Backbone only")


@pytest.mark.parametrize("name", ["project", "map"])
def test_methods_on_the_command_line_are_those_of_the_library(name: str) -> None:
    option = next(p for p in cli.commands[name].params if p.name == "backbone")
    assert tuple(option.type.choices) == get_args(Method) == METHODS
    assert option.flag_value == "fixed_sizes"
