"""Who is kept of those that are one: what people name as the target, else by kind, code, links."""

from __future__ import annotations

import pandas as pd
import pytest

from ecograph.resolution.decisions import Decision
from ecograph.resolution.mentions import UNKNOWN, take_mentions
from ecograph.resolution.plan import plan_decided


def mention(*rows):
    columns = ["id", "name", "kind", "code", "links"]
    return take_mentions(pd.DataFrame(rows, columns=columns))


FIRMS = mention(
    ("E1", "甲公司", "enterprise", "", 9),
    ("E2", "甲", "enterprise", "91110000600037341L", 1),
    ("E3", "甲集团", "enterprise", "", 1),
    ("U1", "甲", "university", "", 1),
    ("I1", "甲院", "institution", "", 30),
    (UNKNOWN + "甲总", "甲总", "", "", 2),
)


def test_the_target_is_kept_through_a_chain():
    plan = plan_decided(FIRMS, [Decision("merge", "E2", "E1"), Decision("merge", "E1", "E3")])
    assert plan.nodes == {"E1": "E3", "E2": "E3"}


def test_where_each_is_a_target_the_one_with_a_code_is_kept():
    plan = plan_decided(FIRMS, [Decision("merge", "E1", "E2"), Decision("merge", "E2", "E1")])
    assert plan.nodes == {"E1": "E2"}


def test_an_institution_may_turn_out_to_be_a_firm_but_a_university_may_not():
    decisions = [Decision("merge", "I1", "E1"), Decision("merge", "U1", "I1")]
    plan = plan_decided(FIRMS, decisions)
    assert "U1" not in plan.nodes or plan.nodes["U1"] != "E1"
    assert plan.nodes["I1"] in {"E1", "U1"}


@pytest.mark.parametrize("text", ["甲总", UNKNOWN + "甲总"])
def test_a_name_that_no_table_lists_becomes_a_name_of_the_other_whichever_comes_first(text):
    first = plan_decided(FIRMS, [Decision("alias", text, "E1")])
    other = plan_decided(FIRMS, [Decision("merge", "E1", UNKNOWN + "甲总")])
    assert first.names == other.names == {"甲总": "E1"}
    assert first.nodes == other.nodes == {}


def test_reasons_name_the_decision_and_its_place():
    decision = Decision("merge", "E1", "E3", reason="同址", by="张三", file="a.csv", row=4)
    plan = plan_decided(FIRMS, [decision], lang="zh")
    assert plan.because == {"E1": "已决定为同一单位; 同址; 张三; a.csv, 4"}


def test_parts_are_planned_without_merging_anything():
    plan = plan_decided(FIRMS, [Decision("part_of", "E1", "U1")])
    assert (plan.nodes, plan.parts) == ({}, {"E1": "U1"})
