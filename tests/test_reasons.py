"""Sentences about all firms at once say the same as those about each firm alone."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ecograph.analysis.clauses import MET, NOT_MET, Facts, Span, judge_programme
from ecograph.analysis.reasons import say_missing, say_risks
from ecograph.rules import read_programmes
from ecograph.schema import read_schema

PROGRAMMES = {
    f"{day.year} {key}": programme
    for day in (dt.date(2025, 12, 31), dt.date(2026, 4, 1))
    for key, programme in read_programmes(day).items()
    if programme.clauses
}
SIZE = 40


def draw_facts(seed):
    """Draw facts at, beside and far from thresholds, so that all states and spans occur."""
    draw = np.random.default_rng(seed)
    terms = read_schema().vocabularies["certificate"]
    shares = [np.nan, 0.0, 0.03, 0.0299999, 0.05, 0.6, 0.75, 1.0]
    money = [np.nan, 9e6, 5e7, 49_999_999.5, 1e8, 123_456_789.0, 3e8]
    years = []
    for _ in range(4):
        revenue = draw.choice(money, SIZE)
        columns = read_schema().tables["financials"].columns.values()
        year = {c.name: revenue * draw.choice(shares, SIZE) for c in columns if c.type == "amount"}
        year |= {
            c.name: draw.choice([np.nan, 0, 1, 4], SIZE) for c in columns if c.type == "number"
        }
        staff = draw.choice([np.nan, 10, 100, 500, 501], SIZE)
        shared = {"revenue": revenue, "staff": staff, "rd_staff": staff * draw.choice(shares, SIZE)}
        years.append(pd.DataFrame({**year, **shared}))
    age = draw.choice([0.5, 3, 5, 10.25], SIZE)
    open_end = draw.choice([0, 0, 1, np.inf], SIZE)
    return Facts(
        firms=pd.RangeIndex(SIZE),
        certificates=pd.DataFrame(),
        years=years,
        spans={
            "age_years": Span(np.where(np.isinf(open_end), -np.inf, age), age + open_end),
            "agreements": Span(*[draw.integers(0, 2, SIZE).astype(float)] * 2),
        },
        held={t.key: draw.choice([-1, 0, 1], SIZE).astype(np.int8) for t in terms},
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", PROGRAMMES)
def test_what_is_missing_is_said_of_all_as_of_each(name, lang):
    judged = judge_programme(PROGRAMMES[name], draw_facts(len(name)))
    together = say_missing(judged, lang)
    assert len(set(together)) > 1
    rows = [np.array([row]) for row in range(SIZE)]
    singly = [say_missing([clause.take(row) for clause in judged], lang)[0] for row in rows]
    assert together.tolist() == singly


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_risks_are_said_of_all_as_of_each(lang):
    facts = draw_facts(1)
    judged = {key: judge_programme(p, facts) for key, p in PROGRAMMES.items()}
    judged = {key.split()[1]: clauses for key, clauses in judged.items()}
    failed = {
        key: [(clause.states == NOT_MET) & (facts.held[key] == MET) for clause in clauses]
        for key, clauses in judged.items()
    }
    together = say_risks(judged, failed, lang)
    assert (together == "").any()
    for row in range(SIZE):
        at = np.array([row])
        alone = {key: [clause.take(at) for clause in clauses] for key, clauses in judged.items()}
        flags = {key: [firms[at] for firms in clauses] for key, clauses in failed.items()}
        assert say_risks(alone, flags, lang).tolist() == [together[row]]


def test_figures_that_differ_only_in_what_is_not_said_share_a_sentence():
    """Firms that meet the staff limit by different figures lack the same."""
    facts = draw_facts(2)
    blank = facts.years[0] * np.nan
    figures = blank.assign(staff=np.arange(SIZE, dtype=float))
    alike = Facts(facts.firms, facts.certificates, [figures], facts.spans, facts.held)
    none = dict.fromkeys(facts.held, np.full(SIZE, NOT_MET, dtype=np.int8))
    judged = judge_programme(
        PROGRAMMES["2025 tech_sme"],
        Facts(alike.firms, alike.certificates, [figures], alike.spans, none),
    )
    said = say_missing(judged, "en")
    assert len({id(text) for text in said}) == 1
