"""Slips in fixed words are mended; what names an organisation is never changed."""

from __future__ import annotations

import time

import pytest

from ecograph.names import fold_name, parse_name


@pytest.mark.parametrize(
    ("slipped", "meant"),
    [
        ("太原里工大学", "太原理工大学"),
        ("山西大学学", "山西大学"),
        ("太原学院院", "太原学院"),
        ("太原市人民医完", "太原市人民医院"),
        ("中国科雪院某某研究所", "中国科学院某某研究所"),
        ("某某机械有公限司", "某某机械有限公司"),
        ("某某机械有公司", "某某机械有限公司"),
        ("某某机械有限公可", "某某机械有限公司"),
        ("某某机械限公司", "某某机械有限公司"),
        ("某某集团有线公司", "某某集团有限公司"),
        ("某某机械有限任公司", "某某机械有限责任公司"),
        ("某某新材料股有限公司", "某某新材料股份有限公司"),
        ("某某新材料股分有限公司", "某某新材料股份有限公司"),
        ("某某环境工股程份有限公司", "某某环境工程股份有限公司"),
        ("某某机戒有限公司", "某某机械有限公司"),
        ("某某纺织械有限公司", "某某纺织机械有限公司"),
        ("某某重点试验室", "某某重点实验室"),
        ("某某技术创新中兴", "某某技术创新中心"),
    ],
)
def test_a_slip_in_a_fixed_word_changes_nothing(slipped, meant):
    one, other = parse_name(slipped), parse_name(meant)
    assert (one.core, one.kind, one.form, one.industry, one.tokens, one.marks) == (
        other.core,
        other.kind,
        other.form,
        other.industry,
        other.tokens,
        other.marks,
    )


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("清华大学", "清华"),
        ("万里工业有限公司", "万里"),
        ("大有公司", "大有"),
        ("云集有限公司", "云集"),
        ("石分有限公司", "石分"),
        ("万物管理有限公司", "万物"),
        ("山西中兴", "中兴"),
        ("鑫鑫有限公司", "鑫鑫"),
    ],
)
def test_a_brand_is_not_mended(text, core):
    assert parse_name(text).core == core


@pytest.mark.parametrize("sign", [*"、。，；", "！", "-"])
def test_a_sign_behind_a_chinese_name_is_no_part_of_it(sign):
    assert fold_name(f"某某有限公司{sign}") == "某某有限公司"


def test_slips_cost_no_more_than_other_names():
    for piece in ("里工", "有公限司", "股", "学学", "与大学联合实验室"):
        start = time.perf_counter()
        parse_name(piece * 100_000)
        assert time.perf_counter() - start < 1
