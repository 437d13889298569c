"""Names are merged, kept apart or left to a person, each for a stated reason."""

from __future__ import annotations

import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecograph.resolution.chances import measure_chances
from ecograph.resolution.codes import clean_code, is_sure
from ecograph.resolution.evidence import EVIDENCE, Evidence, say_evidence
from ecograph.resolution.model import resolve_names
from ecograph.resolution.records import gather_records
from ecograph.resolution.sounds import sounds_alike
from ecograph.resolution.weights import fit_prior, load_weights, weigh_pairs

CODES = ("91350100M000100Y43", "911401007159362342")  # the first is the example of GB 32100


def resolve(*names, decisions=(), **columns):
    ids = [f"m{number}" for number in range(len(names))]
    frame = pd.DataFrame({"id": ids, "name": list(names), **columns})
    return resolve_names(frame, decisions=decisions)


def count(resolution):
    return len(set(resolution.clusters))


def together(*names, **columns):
    return count(resolve(*names, **columns)) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("山西格盟普丽环境股份有限公司", "普丽环境公司"),
        ("山西格盟普丽环境股份有限公司", "普丽环境"),
        ("太原重工股份有限公司", "太原重工股份公司"),
        ("ＡＢＣ科技（太原）有限公司", "abc科技(太原)有限公司"),
        ("華為技術有限公司", "华为技术有限公司"),
        ("山西大学学", "山西大学"),
        ("太原理工大学（材料学院）", "太原理工大学材料学院"),
        ("Lucent Technologies Inc.", "LUCENT TECHNOLOGIES"),
        ("Universite de Liege", "Université de Liège"),
    ],
)
def test_one_organisation_in_two_spellings_is_merged(names):
    assert together(*names)


@pytest.mark.parametrize(
    "names",
    [
        ("山西大学", "山西大同大学"),
        ("第一研究所", "第二研究所"),
        ("华为技术有限公司", "华为终端有限公司"),
        ("太原市第一人民医院", "太原市第二人民医院"),
        ("山西宏远商贸有限公司", "北京宏远商贸有限公司"),
        ("太原理工大学", "太原理工大学材料学院"),
        ("太原理工大学", "太原理工大学（材料学院）"),
        ("Boston University", "Boston College"),
        ("Havgard Holding AS", "Havgard Gruppen AS"),
        ("Mercier Optique SAS", "Mercier Optique SAS, agence de Lyon"),
        ("Siemens Energy AG", "Bosch Energy AG"),
    ],
)
def test_near_namesakes_are_not_merged(names):
    assert not together(*names)


def test_the_same_code_merges_whatever_the_names():
    found = resolve("甲乙丙有限公司", "Some Other Name Ltd", code=[CODES[0], CODES[0].lower()])
    assert count(found) == 1
    assert found.pairs.evidence[0][0] == Evidence("same_code", (("code", CODES[0]),))


def test_different_codes_keep_the_same_name_apart_and_say_so():
    found = resolve("普丽环境公司", "普丽环境公司", code=["916096841", "916096842"])
    assert count(found) == 2
    assert found.pairs.verdict.tolist() == ["apart"]
    assert found.pairs.evidence[0][0].code == "different_codes"


def test_different_codes_are_not_joined_by_a_third_without_a_code():
    names = ["普丽环境有限公司", "普丽环境有限公司", "普丽环境公司"]
    found = resolve(*names, code=["916096841", "916096842", ""])
    clusters = found.clusters.tolist()
    assert clusters[0] != clusters[1]
    assert clusters[2] == "m2", "it fits both equally well: a person must say"
    assert "review" in set(found.pairs.verdict)


def test_a_code_with_a_wrong_check_sign_keeps_apart_but_joins_nobody():
    assert clean_code("91350100M000100Y44") == "91350100M000100Y44"
    assert not is_sure("91350100M000100Y44")
    assert not together("普丽环境公司", "普丽环境公司", code=["91350100M000100Y44", CODES[0]])
    assert not together("普丽环境公司", "昊远机械公司", code=["91350100M000100Y44"] * 2)


def test_a_stated_alias_and_a_stated_former_name_merge():
    found = resolve("晋能新材料公司", "阳光实业公司", aliases=[("阳光实业公司",), ()])
    assert count(found) == 1
    assert found.pairs.evidence[0][0].code == "stated_alias"
    assert together("晋能新材料有限公司（原名：阳光实业有限公司）", "阳光实业有限公司")


def test_a_bare_name_that_fits_firms_in_two_places_is_left_to_a_person():
    found = resolve("山西普丽环境有限公司", "北京普丽环境有限公司", "普丽环境")
    assert found.clusters.tolist() == ["m0", "m1", "m2"]


def decide(action, name, target):
    return SimpleNamespace(action=action, name=name, target=target)


def test_people_are_obeyed_before_anything_else():
    pair = ("普丽环境公司", "完全不同的名称")
    assert count(resolve(*pair, decisions=[decide("merge", *pair)])) == 1
    same = ("普丽环境公司", "普丽环境有限公司")
    for action in ("split", "part_of"):
        found = resolve(*same, decisions=[decide(action, "m0", "m1")])
        assert count(found) == 2
        assert found.pairs.evidence[0][0].code == "forbidden"


def test_a_split_holds_through_others():
    names = ("普丽环境公司", "普丽环境有限公司", "普丽环境")
    found = resolve(*names, decisions=[decide("split", "m0", "m1")])
    assert found.clusters["m0"] != found.clusters["m1"]


def test_a_merge_against_the_codes_is_made_and_reported():
    columns = {"code": ["916096841", "916096842"]}
    found = resolve("甲乙公司", "丙丁公司", decisions=[decide("merge", "m0", "m1")], **columns)
    assert count(found) == 1
    assert [one.code for one in found.pairs.evidence[0][:2]] == ["decided", "code_conflict"]


def test_a_cluster_is_named_by_its_smallest_id_in_the_order_of_the_rows():
    frame = pd.DataFrame({"id": ["z", "b", "a"], "name": ["IBM", "甲乙丙公司", "ibm"]})
    clusters = resolve_names(frame).clusters
    assert clusters.index.tolist() == ["z", "b", "a"]
    assert clusters.tolist() == ["a", "b", "a"]


def test_what_was_found_is_added_up():
    """Fellegi and Sunter: logarithms of odds add, and a city that is not the same adds none."""
    row = {"core": "same", "worth": 3.0, "place": "same", "industry": "none", "form": "same"}
    row |= {"kind": "none", "city": "none", "country": "none", "named": "", "partners": 0}
    row |= {"doubt": ""}
    found = pd.DataFrame([row | {"city_worth": 9.0}])
    levels = load_weights().levels
    by_hand = 3.0 + levels["core"]["same"] + levels["place"]["same"] + levels["form"]["same"]
    assert weigh_pairs(found, load_weights()).tolist() == [pytest.approx(by_hand)]


def test_the_prior_falls_as_the_register_grows():
    sure = np.full(10, 40.0)
    small, large = (fit_prior(sure, size, load_weights()) for size in (1_000, 1_000_000))
    assert small > large
    assert large == pytest.approx(math.log(0.05 / 1_000_000), abs=1e-6)  # the fewest believed


def test_a_core_made_of_common_words_is_worth_less_than_a_rare_one():
    names = [f"{word} Solutions Ltd" for word in ("Global Energy", "Xantoria", "Global Water")]
    frame = pd.DataFrame({"id": list("abc"), "name": names})
    chances = measure_chances(gather_records(frame))
    assert chances.weigh_core("xantoria") > 6
    assert chances.weigh_word("solution") < chances.weigh_word("xantoria")


def test_characters_sound_alike_without_tones():
    """Pinyin by hand: pu li, pu li; hong yuan, hong yuan; xin yuan."""
    assert sounds_alike("普丽", "普利")
    assert sounds_alike("宏远", "鸿源")
    assert not sounds_alike("宏远", "鑫源")


def test_every_reason_is_said_in_both_languages():
    values = (
        "code",
        "alias",
        "former",
        "core",
        "place",
        "words",
        "short",
        "long",
        "first",
        "second",
    )
    values += ("number", "unit", "parent", "name")
    details = tuple((value, "某某{x}") for value in values)
    for code in EVIDENCE:
        assert all(say_evidence(Evidence(code, details), lang) for lang in ("en", "zh"))


SCRIPT = """
import pandas as pd
from ecograph.resolution.model import resolve_names
names = ["山西普丽环境有限公司", "普丽环境", "太原重工", "太原重工股份公司", "山西大学"]
names += ["Xerox Corp.", "Xerox Corporation", "Fuji Xerox", "University of York", "普丽环境公司"]
frame = pd.DataFrame({"id": [f"{n:02}" for n in range(len(names))], "name": names})
frame = frame.sample(frac=1, random_state=SEED)
found = resolve_names(frame)
print(found.clusters.sort_index().tolist(), found.pairs.to_csv(index=False))
"""


def test_neither_the_order_of_rows_nor_the_hash_seed_changes_anything():
    said = {
        subprocess.run(  # another process, as a hash seed is given at the start
            [sys.executable, "-c", SCRIPT.replace("SEED", seed)],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert said.pop()


def test_nothing_and_empty_names_are_no_trouble():
    assert resolve_names(pd.DataFrame({"id": [], "name": []})).clusters.empty
    assert len(resolve("", None, "普丽环境").clusters) == 3


def test_what_tables_list_as_two_kinds_is_left_to_a_person_but_an_institution_may_be_any():
    frame = pd.DataFrame({"id": list("ab"), "name": ["普丽环境研究院", "普丽环境研究院"]})
    apart = resolve_names(frame.assign(kind=["platform", "enterprise"]))
    assert apart.clusters.tolist() == ["a", "b"]
    assert apart.pairs["verdict"].tolist() == ["review"]
    assert "other_table" in [evidence.code for evidence in apart.pairs["evidence"].iloc[0]]
    joined = resolve_names(frame.assign(kind=["institution", "enterprise"]))
    assert joined.clusters.tolist() == ["a", "a"]
