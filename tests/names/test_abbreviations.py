"""Short forms that people use, and pairs that look like short forms and are none."""

from __future__ import annotations

import pytest

from ecograph.names import abbreviates, parse_name


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("中科院山西煤化所", "中国科学院山西煤炭化学研究所"),
        ("山西煤化所", "中国科学院山西煤炭化学研究所"),
        ("太原理工", "太原理工大学"),
        ("太理工", "太原理工大学"),
        ("山大", "山西大学"),
        ("山西农大", "山西农业大学"),
        ("西安交大", "西安交通大学"),
        ("大同大学", "山西大同大学"),
        ("阳煤", "阳泉煤业集团有限责任公司"),
        ("太重", "太原重型机械集团有限公司"),
        ("经纬纺机", "经纬智能纺织机械有限公司"),
        ("山西省科技厅", "山西省科学技术厅"),
        ("山医大一院", "山西医科大学第一医院"),
        ("SNECMA", "Société nationale d'étude et de construction de moteurs d'aviation"),
        ("UNC", "University of North Carolina"),
    ],
)
def test_short_forms_are_seen(short, long):
    assert abbreviates(parse_name(short), parse_name(long)) in ("exact", "likely")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("北大", "北京大学"),
        ("中电科二所", "中国电子科技集团公司第二研究所"),
        ("CNRS", "Centre national de la recherche scientifique"),
        ("CNRS", "National Center for Scientific Research"),
        ("NTNU", "Norges teknisk-naturvitenskapelige universitet"),
        ("某协", "某地协作中心（某协）"),
    ],
)
def test_what_is_known_or_stated_is_exact(short, long):
    assert abbreviates(parse_name(short), parse_name(long)) == "exact"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("山西大学", "山西大同大学"),
        ("太原大学", "太原理工大学附属中学"),
        ("中电科三所", "中国电子科技集团公司第二研究所"),
        ("山医大二院", "山西医科大学第一医院"),
        ("大同", "太原理工大学"),
        ("格盟", "山西银圣科技有限公司"),
        ("银盛", "山西银圣科技有限公司"),
        ("北京大学", "北京理工大学"),
        ("清华", "北京大学"),
        ("MIT", "Massachusetts General Hospital"),
        ("UNO", "University of North Carolina"),
        ("山西大学", "山西大学"),
    ],
)
def test_what_is_no_short_form(short, long):
    assert not abbreviates(parse_name(short), parse_name(long))
