"""Firms of one group, of one brand or of one register are not one for what their names share."""

from __future__ import annotations

import pandas as pd
import pytest

from ecograph.names import parse_name
from ecograph.resolution.brands import count_pieces
from ecograph.resolution.legal import find_other_person, list_told
from ecograph.resolution.model import resolve_names
from ecograph.resolution.slips import is_cut, is_slip, is_written_out


def resolve(*names, **columns):
    ids = [f"m{number:03}" for number in range(len(names))]
    return resolve_names(pd.DataFrame({"id": ids, "name": list(names), **columns}))


def together(*names, **columns):
    return len(set(resolve(*names, **columns).clusters)) == 1


OTHERS = [
    ("Norvolta Operations SAS", "NORVOLTA OPERATIONS SL"),
    ("NORVOLTA NETWORKS OY", "NORVOLTA NETWORKS GMBH & CO KG"),
    ("Norvolta AB", "NORVOLTA MARINE AS"),
    ("Norvolta Energy SA", "Norvolta Energy Deutschland GmbH"),
    ("Norvolta Power Sweden AB", "NORVOLTA POWER LTD"),
    ("NORVOLTA AG", "NORVOLTA VISION INTERNATIONAL GMBH"),
    ("Norvolta Technologies AG", "NORVOLTA TECHNOLOGIES DRESDEN GMBH"),
    ("NORVOLTA AS", "Norvolta Energi AS"),
    ("NORVOLTA GmbH", "NORVOLTA Solutions GmbH"),
    ("Fondation Norvolta Electric", "Norvolta Electric"),
    ("Norvolta Helicopter Portugal LDA", "NORVOLTA HELICOPTER FRANCE"),
    ("Ecole normale superieure de Lyon", "Ecole normale superieure"),
    ("Ecole normale superieure de Paris", "Ecole normale superieure Paris-Saclay"),
    ("IBM", "ICM"),
]


@pytest.mark.parametrize("names", OTHERS)
def test_other_persons_in_law_are_not_merged_even_with_shared_partners(names):
    assert not together(*names, partners=[("p1", "p2", "p3", "p4")] * 2)


@pytest.mark.parametrize(
    "names",
    [
        ("NORVOLTA-KNOW IKE", "NORVOLTA-KNOW"),
        ("NORVOLTA CONSULTING SARL", "Norvolta Consulting"),
        ("TECHNISCHE UNIVERSITAT DORTMUND", "TECHNISCHE UNIVERSITAET DORTMUND"),
        ("SATT Nord (SATT)", "SATT Nord"),
        ("Norvolta Instruments Inc", "Norvolta Instruments Co., Ltd."),
        ("Norvolta Subsea AS, Bergen", "Norvolta Subsea AS"),
    ],
)
def test_one_firm_in_two_spellings_stays_merged(names):
    assert together(*names)


def test_one_name_in_two_countries_is_left_to_a_person():
    found = resolve("Norvolta International SA", "NORVOLTA INTERNATIONAL SA", country=["be", "lu"])
    assert found.pairs.verdict.tolist() == ["review"]


def test_one_name_in_two_cities_is_not_merged_with_a_longer_one():
    names = ("Centre de Ressources Sportives", "Centre de Ressources Sportives Aquitaine")
    assert not together(*names, city=["Toulouse", "Poitiers"])


SIGNS = "盈宏晟嘉睿恒瑞明聚诚鼎丰"


def test_what_all_names_of_a_register_begin_with_is_no_evidence():
    """Twelve firms, all different: 示例 and a place, then a brand of two signs."""
    names = [f"示例榆次{sign}{end}装备有限公司" for sign in SIGNS for end in "德茂"]
    found = resolve(*names, city=["示例市"] * len(names))
    assert len(set(found.clusters)) == len(names)
    assert (found.pairs.verdict != "merged").all()


@pytest.mark.parametrize(
    "names",
    [
        ("榆次盈德信息技术有限公司", "榆次盈和信息技术有限公司"),
        ("介休宏新食品科技有限公司", "介休宏胜新材料科技有限公司"),
        ("太谷晟拓食品有限公司", "太谷晟拓新材料有限公司"),
    ],
)
def test_a_brand_with_another_sign_or_trade_is_another_firm(names):
    assert not together(*names)


def test_shared_pieces_are_cut_and_their_share_is_told():
    """By hand: twelve of sixteen cores begin with 示例, so the share is 12/16."""
    pieces = count_pieces(
        [*(f"示例{sign}德" for sign in SIGNS), "普丽", "重工机", "海天星", "北方"]
    )
    rest, share = pieces.cut("示例盈德")
    assert (rest, share) == ("盈德", pytest.approx(12 / 14))  # cores of two signs have no piece
    assert pieces.cut("海天星") == ("海天星", 1.0)
    assert pieces.cut("示例")[0] == ""


def test_an_institute_of_an_academy_is_a_part_of_it():
    found = resolve("中国科学院", "中国科学院化学研究所")
    assert len(set(found.clusters)) == 2
    assert "parent_of" in {one.code for one in found.pairs.evidence[0]}
    assert found.pairs.verdict.tolist() == ["apart"]


def test_units_with_other_names_are_not_merged():
    assert not together("太原理工大学材料学院", "太原理工大学材料科学与工程学院")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("Volta SAS", "Volta SL", "form_conflict"),
        ("Volta GmbH", "Volta AG", ""),
        ("Volta Inc", "Volta Ltd", ""),
        ("Volta Norge AS", "Volta GmbH", "form_conflict"),
        ("Volta Sweden AB", "Volta AB", "country_conflict"),
        ("Volta Marine AS", "Volta AS", "other_words"),
        ("Volta Marine AS", "Volta", ""),
        ("Volta Technologies AG", "Volta AG", ""),
    ],
)
def test_what_makes_two_persons_in_law(first, second, told):
    assert find_other_person(parse_name(first), parse_name(second)) == told
    assert find_other_person(parse_name(second), parse_name(first)) == told


def test_slips_seats_and_acronyms_tell_nothing():
    assert list_told(parse_name("Volta Marine Ltd, Leeds"), parse_name("Volta Marnie Ltd")) == set()


def test_short_words_and_long_compounds_are_no_slips():
    assert not is_slip("volt", "volk")
    assert is_slip("voltaic", "voltiac")
    assert is_cut("technol", "technology")
    assert not is_cut("vaeksthus", "vaeksthusmidtjylland")


def test_two_letters_may_stand_for_one_with_dots():
    assert is_written_out("muehlhausen", "muhlhausen")
    assert is_written_out("aarhus", "arhus")
    assert not is_written_out("aerotech", "arotech")  # no ä begins a word before a consonant's e
    assert not is_written_out("muehlhausen", "mohlhausen")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ministry of Tides", "Ministry of Tides and Harbours"),
        ("Norlandic Ministry of Tides", "Ministry of Tides"),
        ("Norlandic Ministry of Tides", "Sudlandic Ministry of Tides"),
        ("Ministry of Tides", "Ministerio de Tides"),
    ],
)
def test_ministries_of_other_words_or_languages_are_left_to_people(first, second):
    found = resolve(first, second, "Bank of Tides", "Society of Harbours")
    assert found.clusters.nunique() == 4
    assert set(found.pairs["verdict"]) <= {"review", "apart"}


def test_one_ministry_with_a_slip_is_one():
    found = resolve("Ministry of Agriculture and Tides", "Ministry of Agricluture and Tides")
    assert found.clusters.tolist() == ["m000", "m000"]


def test_a_firm_of_another_country_is_not_the_bare_name():
    found = resolve("Voltamar", "Voltamar Spain SL", "Quercia Boats SAS", "Quercia Boats")
    assert found.clusters.tolist() == ["m000", "m001", "m002", "m002"]


def test_faculties_of_one_word_more_may_be_one_of_more_words_not():
    names = [
        "Faculty of Science, University of Acmia",
        "University of Acmia, Faculty of Transport and Traffic Sciences",
        "University of Acmia, Faculty of Natural Science",
    ]
    pairs = resolve(*names).pairs
    transport = pairs[(pairs["first"] == "m000") & (pairs["second"] == "m001")]
    assert "merged" not in set(transport["verdict"])


def test_a_letter_makes_another_university_of_a_short_name():
    names = [
        "University of Malaga",
        "University of Malaya",
        "Muenden University",
        "Munden University",
    ]
    found = resolve(*names)
    assert found.clusters.tolist() == ["m000", "m001", "m002", "m002"]
    found = resolve("University of Constantinople", "University of Constantinolpe")
    assert found.clusters.tolist() == ["m000", "m000"]
