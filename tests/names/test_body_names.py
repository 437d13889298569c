"""Bodies, their parts and their cities, in long and short forms."""

from __future__ import annotations

import pytest

from ecograph.names import parse_name


@pytest.mark.parametrize(
    ("text", "parent", "unit"),
    [
        ("太原理工大学（材料学院）", "太原理工大学", "材料学院"),
        ("太原理工大学 材料学院", "太原理工大学", "材料学院"),
        ("长治医学院（图书馆）", "长治医学院", "图书馆"),
        ("中国科学技术大学（研究生院）", "中国科学技术大学", "研究生院"),
        ("运城学院（某某重点实验室）", "运城学院", "某某重点实验室"),
        ("中国地质大学（武汉）（图书馆）", "中国地质大学(武汉)", "图书馆"),
        ("中国地质大学（武汉）图书馆", "中国地质大学(武汉)", "图书馆"),
        ("华中农大材料科学与工程学院", "华中农业大学", "材料科学与工程学院"),
        ("太原理工材料学院", "太原理工大学", "材料学院"),
        ("山西中医大药学院", "山西中医药大学", "药学院"),
        ("中国矿大图书馆", "中国矿业大学", "图书馆"),
        ("太原师院科研处", "太原师范学院", "科研处"),
        ("武汉理工大学经济管理学院", "武汉理工大学", "经济管理学院"),
        ("浙大科研处", "浙江大学", "科研处"),
        ("北航软件学院", "北京航空航天大学", "软件学院"),
        (
            "University of Oslo (Department of Physics)",
            "university of oslo",
            "department of physics",
        ),
    ],
)
def test_a_part_is_told_in_brackets_and_of_short_forms(text, parent, unit):
    name = parse_name(text)
    assert (name.parent, name.unit) == (parent, unit)


@pytest.mark.parametrize(
    "text",
    [
        "晋中理工学院",
        "广东理工职业学院",
        "北京理工珠海学院",
        "中国科学院大学（国科大）",
        "上海交大昂立股份有限公司",
    ],
)
def test_a_body_of_its_own_is_no_part(text):
    assert parse_name(text).unit == ""


@pytest.mark.parametrize(
    ("text", "places", "marks"),
    [
        ("山西师范大学（太原）", ("山西", "太原"), ()),
        ("沈阳工业大学（沈阳）", ("沈阳",), ()),
        ("清华大学（北京）", ("北京",), ()),
        ("清华大学（深圳）", (), ("campus:深圳",)),
        ("中国地质大学（武汉）", (), ("campus:武汉",)),
        ("中国石油大学（华东）", (), ("campus:华东",)),
    ],
)
def test_a_body_s_own_place_in_brackets_is_no_campus(text, places, marks):
    name = parse_name(text)
    assert (name.places, name.marks) == (places, marks)


@pytest.mark.parametrize(
    ("text", "places", "body"),
    [
        ("太原市山西师范大学", ("山西", "太原"), "山西师范大学"),
        ("西安市西北工业大学", ("西安",), "西北工业大学"),
        ("武汉市华中科技大学", ("武汉",), "华中科技大学"),
        ("北京市清华大学", ("北京",), "清华大学"),
        ("长治市长治医学院", ("长治",), "长治医学院"),
        ("山西省山西大学", ("山西",), "山西大学"),
        ("福建省厦门市厦门大学", ("福建", "厦门"), "厦门大学"),
    ],
)
def test_a_city_before_a_body_is_no_part_of_its_name(text, places, body):
    name = parse_name(text)
    assert (name.places, name.core) == (places, parse_name(body).core)


def test_a_city_within_a_university_s_name_stays():
    assert parse_name("山西大同大学").core != parse_name("山西大学").core


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("介休市国资委", "介休市国有资产监督管理委员会"),
        ("山西省晋中市介休市国资委", "介休市国有资产监督管理委员会"),
        ("太原市科技局", "太原市科学技术局"),
        ("长治市场监管局", "长治市市场监督管理局"),
        ("太原市人社局", "太原市人力资源和社会保障局"),
        ("襄垣县行政审批局", "山西省长治市襄垣县行政审批服务管理局"),
        ("工信局", "工业和信息化局"),
    ],
)
def test_an_office_is_the_same_in_short(short, long):
    one, other = parse_name(short), parse_name(long)
    assert (one.core, one.kind) == (other.core, other.kind)


def test_two_offices_stay_two():
    assert parse_name("太原市环保局").core != parse_name("太原市生态环境局").core


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("吕梁一院", "吕梁市第一人民医院"),
        ("山西医科大学附属第一医院", "山西医科大学第一附属医院"),
        ("长治医学院第二医院", "长治医学院第二附属医院"),
        ("太原市中医院", "太原市中医医院"),
        ("太原妇幼", "太原市妇幼保健院"),
    ],
)
def test_a_hospital_is_the_same_in_short(one, other):
    one, other = parse_name(one), parse_name(other)
    assert (one.core, one.kind, one.marks) == (other.core, other.kind, other.marks)
    assert one.kind == "hospital"


def test_hospitals_differ_by_number():
    assert parse_name("吕梁一院").marks != parse_name("吕梁二院").marks


@pytest.mark.parametrize(
    ("text", "core", "industry"),
    [
        ("华为终端有限公司", "华为", ("终端",)),
        ("华为技术有限公司", "华为", ("技术",)),
        ("某某置业有限公司", "某某", ("置业",)),
        ("某某资本有限公司", "某某", ("资本",)),
        ("Aker Capital AS", "aker", ("capital",)),
        ("Total Marine Services Ltd", "total", ("marine", "service")),
    ],
)
def test_what_a_firm_of_a_group_does_is_its_industry(text, core, industry):
    name = parse_name(text)
    assert (name.core, name.industry) == (core, industry)


@pytest.mark.parametrize("text", ["Fondation Total", "Total Foundation", "Volkswagen Stiftung"])
def test_a_foundation_is_no_firm(text):
    assert parse_name(text).kind == "association"


def test_normal_schools_are_named_by_their_cities():
    texts = ["de Paris", "de Lyon", "Paris-Saclay"]
    assert len({parse_name(f"Ecole normale supérieure {text}").core for text in texts}) == 3


@pytest.mark.parametrize(
    ("site", "mark"),
    [("(Besançon)", "branch:besancon"), ("Aquitaine", "branch:aquitaine"), ("", "")],
)
def test_sites_of_a_national_body_are_marked(site, mark):
    name = parse_name(f"Etablissement Français du Sang {site}")
    assert (name.core, name.marks) == ("etablissement francais sang", (mark,) if mark else ())


@pytest.mark.parametrize("tag", ["LABX", "EQPX", "SATT", "CARN", "IAHU", "QZX"])
def test_a_programme_s_tag_is_no_name(tag):
    name, plain = parse_name(f"Sorbonne Université ({tag})"), parse_name("Sorbonne Université")
    assert (name.core, name.tokens, name.places) == (plain.core, plain.tokens, plain.places)


def test_an_acronym_in_brackets_is_no_tag():
    assert "kit" in parse_name("Karlsruhe Institute of Technology (KIT)").short
