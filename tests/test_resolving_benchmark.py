"""The benchmark of names: its sets are sound, its scores right, and its baselines do as said."""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from opencc import OpenCC

from ecograph.reading.values.codes import find_valid_codes

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
agreement_scores, name_baselines, namesakes, namesakes_abroad, resolving = (
    importlib.import_module(name)
    for name in (
        "agreement_scores", "name_baselines", "namesakes", "namesakes_abroad", "resolving",
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def chinese():
    return namesakes.make_namesakes()


@pytest.fixture(scope="module")
def abroad():
    return namesakes_abroad.make_international()


# Scores


def test_scores_are_those_worked_out_by_hand():
    # found {1 2 3} {4 5} {6}, true {1 2} {3 4 5} {6}: of 4 pairs found and 4 true, 2 are both
    scores = agreement_scores.score_clusters("aaabbc", "xxyyyz")
    assert scores[:3] == (0.5, 0.5, 0.5)
    # precision: 2/3 2/3 1/3 1 1 1, recall: 1 1 1/3 2/3 2/3 1
    assert scores.cubed_precision == pytest.approx(14 / 18)
    assert scores.cubed_recall == pytest.approx(14 / 18)


def test_weights_count_a_row_as_often_as_it_is_mentioned():
    found, truth, weights = "aab", "xyy", (3, 1, 2)
    rows = [n for n, times in enumerate(weights) for _ in range(times)]
    repeated = agreement_scores.score_clusters([found[n] for n in rows], [truth[n] for n in rows])
    assert agreement_scores.score_clusters(found, truth, weights=weights) == repeated
    assert repeated.precision == pytest.approx(4 / 7)  # 3 + 1 of C(4,2) + C(2,2)


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_those_of_listing_every_pair_and_every_mention(seed):
    rng = random.Random(seed)  # noqa: S311 - drawn cases
    found = [rng.randrange(8) for _ in range(40)]
    truth = [rng.randrange(6) for _ in range(40)]
    scores = agreement_scores.score_clusters(found, truth)
    pairs = list(itertools.combinations(range(40), 2))
    ours = {(a, b) for a, b in pairs if found[a] == found[b]}
    theirs = {(a, b) for a, b in pairs if truth[a] == truth[b]}
    assert scores.precision == pytest.approx(len(ours & theirs) / len(ours))
    assert scores.recall == pytest.approx(len(ours & theirs) / len(theirs))
    shared = [sum(f == g and t == u for g, u in zip(found, truth, strict=True))
              for f, t in zip(found, truth, strict=True)]  # fmt: skip
    precisions = [n / found.count(f) for n, f in zip(shared, found, strict=True)]
    recalls = [n / truth.count(t) for n, t in zip(shared, truth, strict=True)]
    assert scores.cubed_precision == pytest.approx(np.mean(precisions))
    assert scores.cubed_recall == pytest.approx(np.mean(recalls))


def test_all_apart_is_precise_and_all_together_complete():
    apart = agreement_scores.score_clusters(range(4), "aabb")
    together = agreement_scores.score_clusters([0] * 4, "aabb")
    assert (apart.precision, apart.recall, apart.cubed_recall) == (1, 0, 0.5)
    assert (together.precision, together.recall, together.cubed_precision) == (2 / 6, 1, 0.5)


# The Chinese set


@pytest.mark.parametrize("make", [namesakes.make_namesakes, namesakes_abroad.make_international])
def test_a_seed_gives_the_same_names_and_another_seed_others(make):
    first, again, other = make(60), make(60), make(60, seed=1)
    pd.testing.assert_frame_equal(first, again)
    assert set(first["name"]) != set(other["name"])


def test_there_are_2000_names_of_600_organisations_of_every_kind(chinese):
    assert chinese["name"].nunique() >= 2_000
    assert chinese["truth"].nunique() >= 600
    kinds = chinese.groupby("kind")["truth"].nunique()
    assert (kinds[["firm", "university", "institute", "hospital", "government"]] >= 50).all()
    assert kinds["platform"] >= 40
    assert (chinese.groupby("truth").size() > 1).all()


def test_every_way_of_writing_occurs(chinese):
    written = "+".join(chinese["variant"]).split("+")
    for variant in (
        "short", "abbreviation", "no_place", "no_form", "no_trade", "other_form", "typo",
        "homophone", "traditional", "signs", "spaces", "invisible", "brackets", "renamed", "old",
        "joint", "brand",
    ):  # fmt: skip
        assert written.count(variant) >= 8, variant


def test_codes_are_valid_of_one_organisation_and_not_on_every_row(chinese):
    coded = chinese[chinese["uscc"] != ""]
    assert find_valid_codes(list(coded["uscc"])).all()
    assert coded.groupby("uscc")["truth"].nunique().max() == 1
    assert coded.groupby("truth")["uscc"].nunique().max() == 1
    assert 0.2 < len(coded) / len(chinese) < 0.5


def test_a_name_of_several_organisations_is_told_by_city_or_code(chinese):
    folded = chinese.assign(name=chinese["name"].map(name_baselines.fold))
    bearers = folded.groupby("name")["truth"].nunique()
    shared = folded[folded["name"].isin(bearers[bearers > 1].index)]
    told = shared.groupby(["name", "city", "uscc"])["truth"].nunique()
    assert told.max() == 1, told[told > 1]
    assert shared["name"].nunique() > 20


def test_departments_and_branches_are_of_their_parent_but_not_the_same(chinese):
    parts = chinese[chinese["parent"] >= 0]
    assert (parts["parent"] != parts["truth"]).all()
    assert parts["truth"].nunique() >= 60
    names = chinese[chinese["variant"] == "full"].drop_duplicates("truth").set_index("truth")
    for row in parts[parts["variant"] == "full"].itertuples():
        assert row.name.startswith(names.at[row.parent, "name"])


def test_traps_are_many(chinese):
    full = chinese[chinese["variant"] == "full"].drop_duplicates("truth")
    near = name_baselines.link_by_ratio(sorted(set(full["name"])), "ratio")
    assert (near.score >= 80).sum() >= 300  # pairs of different organisations


def test_traditional_signs_lead_back_to_the_simplified_name(chinese):
    table = namesakes._TRADITIONAL  # noqa: SLF001 - the table is what is tested
    simplify = OpenCC("t2s").convert
    wrong = [(chr(a), chr(b)) for a, b in table.items() if simplify(chr(b)) != chr(a)]
    assert wrong == []
    assert chinese["variant"].str.contains("traditional").sum() >= 50


def test_no_writer_knows_the_readers():
    for module in (namesakes, namesakes_abroad):
        assert "import ecograph" not in Path(module.__file__).read_text(encoding="utf-8")
        assert "from ecograph" not in Path(module.__file__).read_text(encoding="utf-8")


def test_lookalikes_are_all_different_and_registers_have_the_duplicates_asked_for():
    alike = namesakes.make_lookalikes(500)
    assert alike["name"].nunique() == alike["truth"].nunique() == 500
    assert alike["name"].str.fullmatch("山西省.+有限公司").all()
    register = namesakes.make_register(4_000, duplicates=0.2)
    assert len(register) == 4_000
    assert 0.77 < register["truth"].nunique() / 4_000 < 0.83
    assert register["name"].str.contains("[a-z]", regex=True).mean() == pytest.approx(0.5, abs=0.1)


# The set of other languages


def test_four_languages_have_every_way_of_writing_and_numbers_of_their_own(abroad):
    assert abroad["truth"].nunique() >= 600
    assert (abroad.groupby("language")["name"].nunique() >= 300).all()
    written = "+".join(abroad["variant"]).split("+")
    for variant in (
        "no_form",
        "other_form",
        "typo",
        "renamed",
        "old",
        "acronym",
        "plain",
        "turned",
    ):
        assert written.count(variant) >= 8, variant
    coded = abroad[abroad["uscc"] != ""]
    assert coded.groupby("uscc")["truth"].nunique().max() == 1


def test_numbers_have_the_check_digits_of_their_countries():
    rng = random.Random(1)  # noqa: S311 - drawn cases
    for _ in range(50):
        norwegian = namesakes_abroad.make_number(rng, "NO")
        weighted = zip(map(int, norwegian), (3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)
        assert sum(a * b for a, b in weighted) % 11 == 0
        french = [int(sign) for sign in namesakes_abroad.make_number(rng, "FR")]
        doubled = [int(sign) for d in french[1::2] for sign in str(2 * d)]
        assert (sum(french[::2]) + sum(doubled)) % 10 == 0


# Baselines and the script


def test_baselines_link_what_is_alike_and_the_best_threshold_is_found():
    names = ["acme steel", "steel acme", "acme steel ltd", "other firm", "other farm"]
    edges = name_baselines.link_by_ratio(names)
    truth = [0, 0, 0, 1, 2]
    by_pairs, by_cubed = name_baselines.find_best(
        5, edges, lambda found: agreement_scores.score_clusters(found, truth)
    )
    assert by_pairs.threshold == by_cubed.threshold == 100
    assert by_pairs.agreement == (1,) * 6


def test_splink_is_told_the_parts_of_names_and_a_frequent_word_opens_no_block():
    names = ["太原理工大学材料学院", "山西省普丽环境股份有限公司", *["普丽环境公司"] * 40]
    mentions = pd.DataFrame({"name": names, "city": ["太原", *[""] * 41]})
    table = name_baselines._parse_rows(mentions)  # noqa: SLF001 - what Splink is told is tested
    told = table[["core", "head", "place", "form", "marks", "unit"]]
    assert told.iloc[1].tolist() == ["普丽", "普丽", "山西", "joint_stock", "-", "-"]
    assert table.loc[1, ["city", "code"]].isna().all()
    assert table.loc[0, ["kind", "unit", "city"]].tolist() == ["university", "材料学院", "太原"]
    assert table["words"].iloc[1:3].tolist() == [["山西"], []]


def test_errors_name_the_false_merges_and_the_missed_pairs():
    mentions = pd.DataFrame({"id": list("1234"), "name": list("abcd"), "code": ["", "X", "Y", ""]})
    labelled = resolving.Labelled("small", mentions, pd.Series([0, 0, 1, 1]))
    found = pd.Series(["1", "2", "2", "4"])
    errors = resolving.list_errors(labelled, found)
    listed = defaultdict(list)
    for row in errors.itertuples():
        listed[row.error].append(row.first + row.second)
    assert listed == {"merged": ["bc"], "missed": ["ab", "cd"]}
    assert agreement_scores.count_code_conflicts(found, mentions["code"]) == 1


def test_any_labelled_file_is_scored_and_printed(tmp_path, capsys, monkeypatch):
    path = tmp_path / "names.csv"
    path.write_text("who,is\nＡ Ltd,1\nA Ltd,1\nB,2\n", encoding="utf-8")
    arguments = ["resolving.py", "--file", str(path), "--name", "who", "--truth", "is"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--beside", "--baselines-only", "--no-splink"])
    resolving.main()
    header, _, first, *_ = capsys.readouterr().out.splitlines()
    assert header.startswith("| set | names | organisations | tool | pairs P |")
    assert first.startswith("| names.csv | 3 | 2 | equal when folded | 1.0000 | 1.0000 | 1.0000 |")
