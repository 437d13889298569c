"""Clauses judged on facts made by hand: what is sure, what is open, and what stands behind it."""

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    UNKNOWN,
    Facts,
    Span,
    date_certificates,
    judge_clause,
    judge_programme,
    read_certificates,
)
from ecograph.rules import Clause, Direct, Limit, Programme, Quantity, Step, Test

NAN = float("nan")
STATES = (MET, UNKNOWN, NOT_MET)
REVENUE, STAFF = (Quantity("column", column=name) for name in ("revenue", "staff"))


def gather(*years, held=None, **spans):
    """Make facts: a mapping of figures a year, the latest first; each figure a list by firm."""
    lists = [*years[0].values()] if years else [*(held or {}).values()]
    size = len(lists[0]) if lists else len(next(iter(spans.values()))[0])
    return Facts(
        firms=pd.RangeIndex(size),
        certificates=pd.DataFrame(),
        years=[pd.DataFrame(year) for year in years],
        spans={name: Span(*map(np.array, span)) for name, span in spans.items()},
        held={key: np.array(states, dtype=np.int8) for key, states in (held or {}).items()},
    )


def ask(quantity, comparison, limit, name="asked"):
    limit = limit if isinstance(limit, Limit) else Limit(limit)
    test = Test(quantity=quantity, comparison=comparison, limit=limit, unit="count")
    return Clause(name, name, name, "A", test=test)


def hold(*keys, name="held"):
    return Clause(name, name, name, "A", holds=keys)


def judge(clause, facts):
    return judge_clause(clause, facts).states.tolist()


@pytest.mark.parametrize(
    ("comparison", "states"),
    [  # the span lies below 5, ends at 5, holds 5, begins at 5, lies above 5; is 5
        ("at_least", [NOT_MET, UNKNOWN, UNKNOWN, MET, MET, MET]),
        ("more_than", [NOT_MET, NOT_MET, UNKNOWN, UNKNOWN, MET, NOT_MET]),
        ("at_most", [MET, MET, UNKNOWN, UNKNOWN, NOT_MET, MET]),
        ("less_than", [MET, UNKNOWN, UNKNOWN, NOT_MET, NOT_MET, NOT_MET]),
    ],
)
def test_a_span_is_compared_by_both_its_ends(comparison, states):
    facts = gather(age_years=([1, 3, 4, 5, 6, 5], [4, 5, 6, 7, 8, 5]))
    assert judge(ask(Quantity("column", column="age_years"), comparison, 5), facts) == states


def test_and_is_the_least_and_or_the_greatest():
    pairs = list(itertools.product(STATES, STATES))
    facts = gather(held=dict(zip("ab", map(list, zip(*pairs, strict=True)), strict=True)))
    parts = (hold("a"), hold("b"))
    both = judge(Clause("both", "", "", "A", all_of=parts), facts)
    either = judge(Clause("either", "", "", "A", any_of=parts), facts)
    met, unknown, failed = STATES
    assert both == [met, unknown, failed, unknown, unknown, failed, failed, failed, failed]
    assert either == [met, met, met, met, unknown, unknown, met, unknown, failed]
    assert judge(hold("a", "b"), facts) == either  # one of several certificates is enough


def test_a_clause_without_a_test_is_unknown():
    assert judge(
        Clause("brand", "own brand", "自主品牌", "A"), gather({"revenue": [1.0, 2.0]})
    ) == [
        UNKNOWN,
        UNKNOWN,
    ]


def test_a_ratio_needs_both_figures_and_a_divisor_above_zero():
    facts = gather({"revenue": [10.0, 10.0, NAN, 10.0], "staff": [2.0, 0.0, 2.0, NAN]})
    ratio = Quantity("ratio", (REVENUE, STAFF))
    assert judge(ask(ratio, "at_least", 5), facts) == [MET, UNKNOWN, UNKNOWN, UNKNOWN]


def test_growth_of_two_years_needs_three():
    years = [{"revenue": [121.0, 121.0]}, {"revenue": [110.0, 110.0]}, {"revenue": [100.0, NAN]}]
    growth = Quantity("growth", (REVENUE,), years=2)
    judged = judge_clause(ask(growth, "at_least", 0.1), gather(*years))
    assert judged.states.tolist() == [MET, UNKNOWN]
    assert [(column, n, firms.tolist()) for column, n, firms in judged.lacks] == [
        ("revenue", 3, [False, True])
    ]
    assert judge(ask(growth, "at_least", 0.1), gather(*years[:2])) == [UNKNOWN, UNKNOWN]


def test_what_cannot_exceed_a_figure_is_not_met_or_unknown():
    facts = gather({"staff": [1.0, 2.0, 3.0, NAN]})
    up_to = Quantity("up_to", (STAFF,))
    assert judge(ask(up_to, "at_least", 2), facts) == [NOT_MET, UNKNOWN, UNKNOWN, UNKNOWN]


def test_points_of_an_open_figure_lie_between_the_ends_of_the_scale():
    scale = (Step("at_least", 100.0, 20.0), Step("at_least", 50.0, 10.0))
    points = Quantity("points", (STAFF,), scale=scale)
    facts = gather({"staff": [100.0, 99.0, 49.0, NAN]})
    value = judge_clause(ask(points, "at_least", 10), facts).value
    assert value.low.tolist() == [20, 10, 0, 0]
    assert value.high.tolist() == [20, 10, 0, 20]
    assert judge(ask(points, "at_least", 10), facts) == [MET, MET, NOT_MET, UNKNOWN]
    assert judge(ask(points, "at_most", 20), facts) == [MET, MET, MET, MET]


def test_where_the_band_is_unknown_every_limit_is_possible():
    bands = Limit(3.0, by=REVENUE, steps=(Step("at_most", 10.0, 5.0), Step("at_most", 20.0, 4.0)))
    facts = gather(
        {
            "revenue": [10.0, 20.0, 21.0, NAN, NAN, NAN],
            "staff": [4.0, 4.0, 3.0, 5.0, 4.0, 2.0],
        }
    )
    judged = judge_clause(ask(STAFF, "at_least", bands), facts)
    assert judged.states.tolist() == [NOT_MET, MET, MET, MET, UNKNOWN, NOT_MET]
    assert judged.limit.low.tolist() == [5, 4, 3, 3, 3, 3]
    assert judged.limit.high.tolist() == [5, 4, 3, 5, 5, 5]
    assert {column for column, _, firms in judged.lacks if firms[3]} == {"revenue"}


def set_out(*clauses, direct):
    day = dt.date(2025, 1, 1)
    words = dict.fromkeys(("en", "zh", "edition", "document", "source", "note"), "")
    return Programme(
        id="made_up",
        local=False,
        in_force_from=day,
        in_force_to=None,
        in_force_certainty="A",
        certainty="A",
        clauses=clauses,
        direct=direct,
        **words,
    )


def test_a_direct_route_that_is_met_excuses_and_one_that_is_open_leaves_doubt():
    facts = gather({"staff": [1.0] * 3 + [9.0]}, held={"a": [*STATES, NOT_MET]})
    programme = set_out(
        ask(STAFF, "at_least", 5, "size"),
        ask(STAFF, "at_least", 9, "score"),
        direct=(Direct(hold("a"), replaces=("score",)),),
    )
    size, score = judge_programme(programme, facts)
    assert size.states.tolist() == [NOT_MET, NOT_MET, NOT_MET, MET]
    assert size.doubted is None
    assert score.states.tolist() == [MET, NOT_MET, NOT_MET, MET]
    assert score.doubted.tolist() == [False, True, False, False]


def test_any_of_several_direct_routes_will_do():
    facts = gather(
        {"staff": [1.0] * 9}, held={"a": list(STATES) * 3, "b": list(np.repeat(STATES, 3))}
    )
    routes = tuple(Direct(hold(key), replaces=("size",)) for key in "ab")
    (size,) = judge_programme(set_out(ask(STAFF, "at_least", 5, "size"), direct=routes), facts)
    sure, doubted = size.states == MET, size.doubted
    assert sure.tolist() == [True, True, True, True, False, False, True, False, False]
    assert (doubted & ~sure).tolist() == [False] * 4 + [True, True, False, True, False]


@pytest.mark.parametrize(
    ("text", "certificates"),
    [
        ("little giant, high-tech enterprise", ("little_giant", "high_tech")),
        ("高企/科小、高新技术企业", ("high_tech", "tech_sme")),
        ("高企（2021年、2024年），瞪羚", ("high_tech", "gazelle")),
        ("科技和创新型中小企业", ("innovative_sme",)),
        ("重点「小巨人」企业(2021-2024)", ("key_little_giant",)),
        ("国家级制造业单项冠军企业", ("champion",)),
        ("省级瞪羚企业", ("gazelle",)),
        ("省级制造业单项冠军", ("省级制造业单项冠军",)),  # not the state's title
        ("国家老字号（2010年）", ("国家老字号（2010年）",)),
        ("；", ()),
    ],
)
def test_certificates_are_read_however_they_are_written(text, certificates):
    assert read_certificates(text) == certificates


def test_a_certificate_held_more_than_once_stands_as_its_best_row():
    rows = """enterprise,certificate,valid_from,valid_to
E1,高企,2030-01-01,2032-12-31
E1,高企,,2020-12-31
E2,高企,,2020-12-31
E2,高企；科小,2024-01-01,2026-12-31
E3,高企,2030-01-01,
E4,；,,
"""
    firms = "id,name\n" + "".join(f"E{n},firm {n}\n" for n in range(1, 5))
    ecosystem = make_ecosystem({"enterprises": firms, "certificates": rows}, as_of="2025-12-31")
    table = date_certificates(ecosystem)
    assert table[["enterprise", "certificate", "standing"]].to_numpy().tolist() == [
        ["E1", "high_tech", "expired"],
        ["E2", "high_tech", "in_force"],
        ["E2", "tech_sme", "in_force"],
        ["E3", "high_tech", "future"],
    ]
    assert table["until"].dt.year.tolist()[:3] == [2020, 2026, 2026]
