"""What a name says, part by part: expectations by hand, from how such names are made."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.names import Name, fold_name, parse_name, parse_names

PIECES = st.sampled_from(
    [
        *"第一二〇大学院所公司(),;-'&. 原市县",
        "太原",
        "山西",
        "大学",
        "有限公司",
        "gmbh",
        "univ",
        "of",
        "the",
    ]
)


@pytest.mark.parametrize(
    ("text", "places", "core", "industry", "form"),
    [
        ("山西格盟普丽环境股份有限公司", ("山西",), "格盟普丽", ("环境",), "joint_stock"),
        ("普丽环境公司", (), "普丽", ("环境",), "company"),
        ("普丽环境", (), "普丽", ("环境",), ""),
        ("某某（太原）科技有限公司", ("太原",), "某某", ("科技",), "limited"),
        ("襄垣县潞安煤业有限公司", ("襄垣",), "潞安", ("煤业",), "limited"),
        ("山西省太原市小店区某某厂", ("山西", "太原", "小店"), "某某", (), "factory"),
        ("太原高新区某某软件有限公司", ("太原", "高新区"), "某某", ("软件",), "limited"),
        ("太原钢铁（集团）有限公司", ("太原",), "太原钢铁", ("钢铁",), "limited"),
        ("平安保险有限公司", (), "平安", ("保险",), "limited"),
        ("某某投资合伙企业（有限合伙）", (), "某某", ("投资",), "partnership"),
        ("某某果蔬农民专业合作社", (), "某某果蔬", (), "cooperative"),
        ("Xerox Technologies GmbH & Co. KG", (), "xerox", ("technology",), "gmbh_co_kg"),
        ("Samsung Electronics (UK) Ltd.", ("uk",), "samsung", ("electronics",), "limited"),
        ("Air Liquide S.A.", (), "air liquide", ("air",), "sa"),
        ("SARL Dupont", (), "dupont", (), "sarl"),
        ("Equinor Energy AS", (), "equinor", ("energy",), "as"),
        ("Foo Sp. z o.o.", (), "foo", (), "sp_zoo"),
        ("Foo a/s", (), "foo", (), "as"),
        ("Ernst Leitz GmbH Wetzlar", (), "ernst leitz", (), "gmbh"),
        ("I.B.M. Corporaton", (), "ibm", (), "corp"),
        ("AT&T Inc", (), "att", (), "inc"),
    ],
)
def test_firms_are_place_brand_industry_and_form(text, places, core, industry, form):
    name = parse_name(text)
    assert (name.places, name.core, name.industry, name.form) == (places, core, industry, form)


@pytest.mark.parametrize(
    ("text", "core", "kind"),
    [
        ("太原理工大学", "太原理工", "university"),
        ("山西大学", "山西", "university"),
        ("山西大同大学", "大同", "university"),
        ("北大", "北京", "university"),
        ("太原学院", "太原", "college"),
        ("晋中信息学院", "晋中信息", "college"),
        ("山西省人民医院", "山西人民", "hospital"),
        ("太原市第五中学校", "太原中学", "school"),
        ("太原五中", "太原中学", "school"),
        ("山西省科技厅", "山西科学技术厅", "government"),
        ("中国科学院山西煤炭化学研究所", "中国科学院山西煤炭化学", "institute"),
        ("University of Oslo", "oslo", "university"),
        ("Universitetet i Oslo", "oslo", "university"),
        ("Univ. Oslo", "oslo", "university"),
        ("University of California, Davis", "california davis", "university"),
        ("Technische Universität München", "technology munchen", "university"),
        ("Oslo universitetssykehus HF", "oslo university", "hospital"),
        ("Université Montpellier 2", "montpellier 2", "university"),
        ("Université de Montpellier II", "montpellier 2", "university"),
        ("Beijing Second Hospital", "beijing 2", "hospital"),
        ("Beijing No. 2 Hospital", "beijing 2", "hospital"),
        ("Department of Energy", "department energy", "government"),
        ("California Instiute of Technology", "california technology", "institute"),
        ("Gjesdal kommune", "gjesdal municipality", "government"),
        ("Fédération Française d'Aviron", "federation francaise aviron", "association"),
    ],
)
def test_bodies_have_a_core_and_a_kind(text, core, kind):
    name = parse_name(text)
    assert (name.core, name.kind) == (core, kind)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("中电科二所", ("#2",)),
        ("中国船舶重工集团公司第七二五研究所", ("#725",)),
        ("第十二工程局", ("#12",)),
        ("太原五中", ("#5",)),
        ("山西医科大学第一附属医院", ("#1", "affiliated")),
        ("中国工商银行股份有限公司太原分行", ("branch:太原",)),
        ("上海某某科技有限公司北京分公司", ("branch:北京",)),
        ("中国石油大学（华东）", ("campus:华东",)),
        ("哈尔滨工业大学(威海)", ("campus:威海",)),
        ("哈尔滨工业大学威海校区", ("campus:威海",)),
        ("三一重工股份有限公司", ()),
        ("第一财经", ("#1",)),
        ("Institute No. 2", ("#2",)),
        ("Université de Paris VI", ("#6",)),
        ("The First Affiliated Hospital of Zhejiang University", ("#1", "affiliated")),
        ("DNB Bank ASA, filial Stockholm", ("branch:stockholm",)),
        ("University of South Australia", ("south",)),
        ("X Ltd", ()),
    ],
)
def test_marks_tell_namesakes_apart(text, marks):
    assert parse_name(text).marks == marks


@pytest.mark.parametrize(
    ("text", "parent", "unit"),
    [
        ("太原理工大学材料科学与工程学院", "太原理工大学", "材料科学与工程学院"),
        ("山西农业大学果树研究所", "山西农业大学", "果树研究所"),
        ("太原理工大学王某课题组", "太原理工大学", "王某课题组"),
        ("中国科学院山西煤炭化学研究所某某课题组", "中国科学院山西煤炭化学研究所", "某某课题组"),
        ("某某科技有限公司技术中心", "某某科技有限公司", "技术中心"),
        (
            "Department of Physics, University of Oslo",
            "university of oslo",
            "department of physics",
        ),
        (
            "Department of Geography Durham University",
            "durham university",
            "department of geography",
        ),
        ("CNRS, Laboratoire X", "cnrs", "laboratoire x"),
        ("X Lab, Y Univ", "y univ", "x lab"),
        (
            "Sungkyunkwan University School of Medicine",
            "sungkyunkwan university",
            "school of medicine",
        ),
    ],
)
def test_a_department_has_a_parent(text, parent, unit):
    name = parse_name(text)
    assert (name.parent, name.unit) == (parent, unit)
    assert name.core == parse_name(parent).core


@pytest.mark.parametrize(
    "text",
    [
        "太原学院",
        "晋中信息学院",
        "山西财经大学华商学院",
        "太原理工大学现代科技学院",
        "中国科学院山西煤炭化学研究所",
        "中国电子科技集团公司第二研究所",
        "山西医科大学第一医院",
        "山西大学附属中学",
        "北京大学深圳研究生院",
        "清华大学出版社有限公司",
        "Massachusetts Institute of Technology",
        "Virginia Polytechnic Institute and State University",
        "London School of Economics",
        "University of California, Davis",
    ],
)
def test_a_body_in_its_own_right_has_none(text):
    assert parse_name(text).parent == ""


def test_an_independent_college_is_not_its_university():
    assert parse_name("山西财经大学华商学院").core != parse_name("山西财经大学").core


@pytest.mark.parametrize(
    ("text", "core", "former"),
    [
        ("山西甲公司（原太原乙厂）", "甲", ("太原乙厂",)),
        ("山西甲乙公司（曾用名：太原丙丁厂）", "甲乙", ("太原丙丁厂",)),
        ("太原丙丁厂更名为山西甲乙公司", "甲乙", ("太原丙丁厂",)),
        ("X Ltd (formerly Y Inc)", "x", ("y inc",)),
        ("Alpha GmbH vormals Beta AG", "alpha", ("beta ag",)),
        ("Alpha SA, anciennement Beta", "alpha", ("beta",)),
        ("原平市某某公司", "某某", ()),
        ("太原某某公司", "某某", ()),
    ],
)
def test_former_names_are_not_the_name(text, core, former):
    name = parse_name(text)
    assert (name.core, name.former) == (core, former)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("中国科学院（中科院）", "中科院"),
        ("Karlsruhe Institute of Technology (KIT)", "kit"),
        ("Universidade Federal de Pernambuco - UFPE", "ufpe"),
        ("International Business Machines", "ibm"),
        ("太原理工大学", "太理工"),
        ("太原理工大学 Taiyuan University of Technology", "taiyuan university of technology"),
    ],
)
def test_abbreviations_are_stated_or_yielded(text, short):
    assert short in parse_name(text).short


def test_what_a_bracket_numbers_stays_apart():
    assert parse_name("某某需求（Q02）").marks != parse_name("某某需求（Q73）").marks


@pytest.mark.parametrize("text", ["", " ", "\u200b", "()", "（）", "，", "☃"])
def test_a_text_without_a_name_is_kept(text):
    name = parse_name(text)
    assert (name.original, name.folded) == (text, fold_name(text))


def test_names_are_read_once_and_in_order():
    names = parse_names(iter(["b", "a", "b"]))
    assert [name.original for name in names] == ["b", "a", "b"]
    assert names[0] is names[2]


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_fail(text):
    name = parse_name(text)
    assert isinstance(name, Name)
    assert bool(name.core) == bool(name.folded)
    assert name == parse_name(text)


def test_hostile_names_cost_no_more_than_others():
    pieces = (
        "第一",
        "大学",
        "(",
        "a.",
        "太原",
        "原",
        "a ",
        "更名为",
        "有限公司",
        "university ",
        "z, ",
        "一" * 9,
    )
    for piece in pieces:
        start = time.perf_counter()
        parse_name(piece * 1_000_000)
        assert time.perf_counter() - start < 1


@pytest.mark.real_data
def test_names_of_patent_owners_with_the_same_core_are_one_organisation(real_data):
    path = real_data / "org-names" / "air_umass_assignees.csv.gz"
    frame = pd.read_csv(path).drop_duplicates("organization")
    frame["core"] = [name.core for name in parse_names(frame["organization"])]
    pairs = frame.merge(frame, on="core").query("mention_id_x < mention_id_y")
    assert len(pairs) > 10_000
    assert (pairs["unique_id_x"] == pairs["unique_id_y"]).mean() > 0.98
