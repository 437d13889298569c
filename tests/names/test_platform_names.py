"""Platforms, joint bodies and sites: what makes two of them, and what does not."""

from __future__ import annotations

import pytest

from ecograph.names import abbreviates, parse_name

JOINT = [
    "甲乙重工-山西农业大学技术创新中心",
    "甲乙重工·山西农业大学技术创新中心",
    "甲乙重工—山西农大技术创新中心",
    "甲乙重工与山西农业大学共建技术创新中心",
    "山西农业大学和甲乙重工技术创新中心",
]


@pytest.mark.parametrize("text", JOINT)
def test_a_joint_body_is_named_by_both_partners_in_any_order(text):
    name = parse_name(text)
    assert (name.core, name.kind, name.parent, name.unit) == (
        "山西农业大学 甲乙",
        "institute",
        "",
        "",
    )
    assert name.marks == ("type:技术创新中心",)


def test_a_partner_may_be_a_campus_or_a_short_form():
    one = parse_name("甲乙环境与中国石油大学（北京）共建协同创新中心")
    other = parse_name("中国石油大学（北京）—甲乙环境协同创新中心")
    assert one.core == other.core != parse_name("甲乙环境—中国石油大学（华东）协同创新中心").core
    short = parse_name("甲乙药业—太原理工技术创新中心")
    assert short.core == parse_name("甲乙药业·太原理工大学技术创新中心").core


def test_two_fields_of_a_centre_are_no_partners():
    assert parse_name("煤炭与煤化工技术创新中心").core == "煤炭与煤化工"


def test_a_joint_laboratory_is_a_laboratory():
    name = parse_name("某某公司与山西大学联合实验室")
    assert (name.core, name.kind) == ("山西大学 某某", "laboratory")


@pytest.mark.parametrize("site", ["-苏州", "•苏州", "·苏州", "苏州", "（苏州）"])
def test_a_city_behind_a_brand_is_a_site(site):
    name = parse_name(f"甲乙谷{site}")
    assert (name.core, name.marks, name.places) == ("甲乙谷", ("branch:苏州",), ())


def test_a_dot_within_a_brand_is_no_site():
    assert parse_name("阿里·巴巴").core == "阿里巴巴"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("山西省某某重点实验室", "type:重点实验室"),
        ("某某省重点实验室", "type:重点实验室"),
        ("某某全国重点实验室", "type:国家重点实验室"),
        ("某某工程技术研究中心", "type:工程研究中心"),
        ("某某工程研究中心", "type:工程研究中心"),
        ("某某协同创新中心", "type:协同创新中心"),
        ("某某科技企业孵化器", "type:孵化器"),
        ("某某众创空间", "type:众创空间"),
        ("山西省某某研究院", "type:研究院"),
    ],
)
def test_the_type_of_a_platform_is_a_mark(text, mark):
    assert parse_name(text).marks == (mark,)


@pytest.mark.parametrize(
    "text",
    [
        "山西省某某重点实验室",
        "某某山西省重点实验室",
        "某某重点实验室（山西省）",
        "山西某某重点实验室",
    ],
)
def test_the_place_of_a_platform_may_stand_anywhere(text):
    name = parse_name(text)
    assert (name.places, name.core, name.kind) == (("山西",), "某某", "laboratory")


def test_a_zone_is_written_in_two_ways():
    one = parse_name("太原高新技术产业开发区科技企业孵化器")
    other = parse_name("太原高新区孵化器")
    assert (one.core, one.places, one.marks) == (other.core, other.places, other.marks)
    assert one.places == ("太原", "高新区")


def test_a_field_behind_what_names_an_institute_may_be_left_out():
    long = parse_name("中国科学院高能物理研究所")
    assert abbreviates(parse_name("中科院高能所"), long) == "likely"
    chemistry = parse_name("中国科学院兰州化学物理研究所")
    assert abbreviates(parse_name("中科院化学所"), chemistry) == ""
