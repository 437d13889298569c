"""Which place lies in which: public knowledge of the divisions of China."""

from __future__ import annotations

import pytest

from ecograph.names import relate_places
from ecograph.names.places import match_place


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (("山西",), ("山西",), "same"),
        (("山西",), ("晋中",), "inside"),
        (("晋中", "榆次"), ("山西",), "inside"),
        (("榆次",), ("晋中",), "inside"),
        (("太原",), ("大同",), "apart"),
        (("山西", "太原"), ("大同",), "apart"),
        (("山西",), ("陕西",), "apart"),
        (("山西", "太原"), ("太原",), "same"),
        (("太原", "高新区"), ("太原",), "same"),
        (("太原", "高新区"), ("山西",), "inside"),
        (("内蒙古",), ("包头",), "inside"),
        (("海南",), ("海口",), "unknown"),  # also a district of Wuhai and a prefecture of Qinghai
        (("吉林",), ("长春",), "unknown"),  # the province or its city
        (("吉林", "吉林"), ("长春",), "apart"),
        (("中国",), ("太原",), "inside"),
        (("某地",), ("太原",), "unknown"),
        ((), ("太原",), "unknown"),
        (("norway",), ("norge",), "same"),
        (("france",), ("germany",), "apart"),
        (("france",), ("太原",), "apart"),
        (("croissy",), ("lyon",), "unknown"),
    ],
)
def test_relations_of_places_both_ways(a, b, relation):
    assert relate_places(a, b) == relation
    assert relate_places(b, a) == relation


def test_namesakes_never_conflict_wrongly():
    # 鼓楼区: Nanjing, Xuzhou, Fuzhou and Kaifeng have one each; Taiyuan has none.
    assert relate_places(("鼓楼",), ("南京",)) == "unknown"
    assert relate_places(("鼓楼",), ("福州",)) == "unknown"
    assert relate_places(("南京", "鼓楼"), ("南京",)) == "inside"
    assert relate_places(("南京", "鼓楼"), ("福州", "鼓楼")) == "apart"
    assert relate_places(("鼓楼",), ("太原",)) == "apart"


@pytest.mark.parametrize(
    ("text", "name", "length"),
    [
        ("山西省科技厅", "山西", 3),
        ("山西大学", "山西", 2),
        ("襄垣县某某", "襄垣", 3),
        ("祁县玻璃", "祁县", 2),
        ("长阳土家族自治县某", "长阳", 8),
        ("内蒙古自治区某", "内蒙古", 6),
        ("新疆维吾尔自治区某", "新疆", 8),
        ("延边朝鲜族自治州某", "延边", 8),
    ],
)
def test_places_with_and_without_their_suffix(text, name, length):
    found = match_place(text)
    assert (found.name, found.length) == (name, length)


def test_a_place_lies_in_the_one_before_it():
    assert match_place("长安科技", 0, ("山西",)) is None
    assert match_place("长安科技", 0, ("陕西",)).name == "长安"
