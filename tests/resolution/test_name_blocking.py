"""Blocks find the pairs worth comparing, and never become quadratic."""

from __future__ import annotations

import pandas as pd
import pytest

from ecograph.resolution.blocking import find_candidates
from ecograph.resolution.records import gather_records


def gather(names):
    return gather_records(
        pd.DataFrame({"id": [f"{n:06}" for n in range(len(names))], "name": names})
    )


def pairs_of(names, **options):
    records = gather(names)
    found = find_candidates(records, **options)
    told = [name.original for name in records.names]
    return {frozenset((told[a], told[b])) for a, b in zip(found.first, found.second, strict=True)}


@pytest.mark.parametrize(
    "pair",
    [
        ("山西格盟普丽环境股份有限公司", "普丽环境公司"),
        ("Eastman Kodak Company", "Eastiman Kodak Co."),
        ("International Business Machines", "IBM"),
        ("Honeywell Information Systems", "Honeywell"),
        ("Toyota Jidosha", "Toyotta Jidosha"),
    ],
)
def test_names_that_may_be_one_meet_among_others(pair):
    others = [
        "晋城铸造有限公司",
        "大同煤业股份公司",
        "Siemens AG",
        "Xerox Corp.",
        "University of York",
    ]
    assert frozenset(pair) in pairs_of([*pair, *others])


def test_duckdb_finds_the_same_pairs_as_pandas():
    names = [f"{a}{b}{c}有限公司" for a in "晋太阳" for b in "宏远鑫" for c in ("科技", "商贸")]
    names += [f"{a} {b} Ltd" for a in ("Kelvin", "Kelven", "Xerox") for b in ("Energy", "Foods")]
    pytest.importorskip("duckdb")
    assert pairs_of(names, large=1) == pairs_of(names, large=10**9)


def test_look_alikes_give_few_pairs_and_what_was_left_out_is_reported():
    signs = "安邦博成创达德鼎东飞丰福富光广海恒宏华汇吉佳嘉建江金锦京晶九巨凯康科蓝利龙"
    names = [f"山西省{a}{b}有限公司" for a in signs for b in signs if a != b]
    records = gather(names)
    found = find_candidates(records)
    assert len(names) > 1000
    assert len(found.first) <= 60 * len(names)
    assert (found.first < found.second).all()
    assert found.dropped["records"].sum() > 0


def test_one_record_has_a_bounded_number_of_pairs():
    names = [f"Xantoria {chr(97 + a)}{chr(97 + b)}q Ltd" for a in range(26) for b in range(10)]
    found = find_candidates(gather(names), most=5)
    assert len(found.first) <= 2 * 5 * len(names)
