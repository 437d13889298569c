"""The official thresholds, written down by hand from the documents, against the rule files.

`OFFICIAL` is the independent table: every number that a rule file tests has to stand in it with
the same comparison, and each is tried at, just below and just above. Amounts are in yuan.
"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    UNKNOWN,
    Facts,
    Span,
    judge_clause,
    judge_programme,
)
from ecograph.rules import COMPARISONS, Clause, Limit, Test, read_editions, read_rules, read_tiers

WAN, YI = 10_000, 100_000_000
NAN = float("nan")
WORDS = {MET: "met", UNKNOWN: "unknown", NOT_MET: "not met"}

EDITIONS = {f"{e.id} {e.edition}": e for e in read_editions()}


# Dials: figures of the latest years, the latest first, that give a quantity a value


def same(years, **figures):
    return [figures] * years


def ratio(above, below, base, years=1):
    return lambda value: same(years, **{above: value * base, below: base})


def figure(name, years=1):
    return lambda value: same(years, **{name: value})


def grow(years):
    """Grow by the same rate each year."""

    def figures(rate):
        return [{"revenue": 1_000_000 * (1 + rate) ** n} for n in range(years, -1, -1)]

    return figures


AGE = "age"  # not of the accounts: the years since founding
AGREEMENTS = "agreements"
RATE, YEAR = 0.0001, 1 / 366

# clause, sign, threshold, step to either side, dial; "up to": the figure bounds what is asked
OFFICIAL = {
    # 国科发政〔2017〕115号: 职工总数不超过500人、年销售收入不超过2亿元、资产总额不超过2亿元
    "tech_sme 2017": [
        ("staff", "≤", 500, 1, figure("staff")),
        ("revenue", "≤", 2 * YI, 1, figure("revenue")),
        ("assets", "≤", 2 * YI, 1, figure("assets")),
        ("personnel", ">", 0, None, None),  # points: see the scales
        ("score", "≥", 60, None, None),
    ],
    # 国科发火〔2016〕32号 第十一条: 注册一年以上、科技人员不低于10%、高新收入不低于60%
    "high_tech 2016": [
        ("registered", "≥", 1, YEAR, AGE),
        ("staff_share", "≥", 0.10, RATE, ratio("rd_staff", "staff", 1000)),
        ("rd_ratio", "≥", "bands", None, None),
        ("hightech_share", "≥", 0.60, RATE, ratio("hightech_revenue", "revenue", YI)),
    ],
    # 工信部企业〔2022〕63号 附件: 总分60，创新能力20、成长性15、专业化15
    "innovative_sme 2022": [
        ("innovation", "≥", 20, None, None),
        ("growth", "≥", 15, None, None),
        ("specialisation", "≥", 15, None, None),
        ("score", "≥", 60, None, None),
    ],
    "innovative_sme 2026": [],
    # 工信部企业〔2022〕63号: 2年、研发100万且3%、营收1000万；直通: 近2年研发均值1000万
    "specialised_sme 2022": [
        ("niche_years", "≥", 2, YEAR, (AGE, "up to")),
        ("rd_spend", "≥", 100 * WAN, 1, figure("rd_spend")),
        ("rd_ratio", "≥", 0.03, RATE, ratio("rd_spend", "revenue", YI)),
        ("revenue.1", "≥", 1000 * WAN, 1, figure("revenue")),
        ("direct_rd", "≥", 1000 * WAN, 1, figure("rd_spend", 2)),
    ],
    # 2026-04-01: 3年、营收1500万 (one secondary summary)
    "specialised_sme 2026": [
        ("niche_years", "≥", 3, YEAR, (AGE, "up to")),
        ("revenue.1", "≥", 1500 * WAN, 1, figure("revenue")),
    ],
    # 工信部企业〔2022〕63号: 3年、主营70%、近2年平均增长5%、负债率70%、研发按营收分三档、Ⅰ类2项
    "little_giant 2022": [
        ("niche_years", "≥", 3, YEAR, (AGE, "up to")),
        ("main_share", "≥", 0.70, RATE, ratio("main_revenue", "revenue", YI)),
        ("growth", "≥", 0.05, RATE, grow(2)),
        ("debt", "≤", 0.70, RATE, ratio("liabilities", "assets", YI)),
        ("rd.1.1", "≥", 1 * YI, 1, figure("revenue")),
        ("rd.1.2", "≥", 0.03, RATE, ratio("rd_spend", "revenue", YI, 2)),
        ("rd.2.1", "≥", 5000 * WAN, 1, figure("revenue")),
        ("rd.2.2", "<", 1 * YI, 1, figure("revenue")),
        ("rd.2.3", "≥", 0.06, RATE, ratio("rd_spend", "revenue", YI, 2)),
        ("rd.3.1", "<", 5000 * WAN, 1, figure("revenue")),
        ("rd.3.3", "≥", 3000 * WAN, 1, figure("rd_spend")),
        ("rd.3.4", "≥", 0.50, RATE, ratio("rd_staff", "staff", 1000)),
        ("ip", "≥", 2, 1, ("ip_class1", "up to")),
    ],
    # 2026-04-01: 营收5000万、主营90%、复合增长5%、负债率75%、两年研发合计1200万且每年3%、Ⅰ类4项
    "little_giant 2026": [
        ("niche_years", "≥", 3, YEAR, (AGE, "up to")),
        ("revenue", "≥", 5000 * WAN, 1, figure("revenue")),
        ("main_share", "≥", 0.90, RATE, ratio("main_revenue", "revenue", YI)),
        ("growth", "≥", 0.05, RATE, grow(2)),
        ("debt", "≤", 0.75, RATE, ratio("liabilities", "assets", YI)),
        ("rd_sum", "≥", 1200 * WAN, 2, lambda value: same(2, rd_spend=value / 2)),
        ("rd_ratio", "≥", 0.03, RATE, ratio("rd_spend", "revenue", YI, 2)),
        ("ip", "≥", 4, 1, ("ip_class1", "up to")),
    ],
    # 单项冠军 2023: 10年（新产品5年）、近3年主营业务收入均值4亿
    "champion 2023": [
        ("niche_years.1", "≥", 10, YEAR, (AGE, "up to")),
        ("niche_years.2.1", "≥", 5, YEAR, (AGE, "up to")),
        ("revenue", "≥", 4 * YI, 1, figure("revenue", 3)),
    ],
    "key_little_giant 2021": [],
    "gazelle local": [],
    "unicorn local": [],
    # ecograph's own route into the lowest tier
    "route": [
        ("young_and_active.1", "≤", 5, YEAR, AGE),
        ("young_and_active.2.1", "≥", 1, 1, AGREEMENTS),
        ("young_and_active.2.2", "≥", 1, 1, figure("ip_class1")),
        ("young_and_active.2.3", "≥", 1, 1, figure("ip_class2")),
    ],
}

TRIED = [(name, *row) for name, rows in OFFICIAL.items() for row in rows if row[-1] is not None]


def list_tests(name):
    """List the tests of an edition by the dotted name of their clause."""
    if name == "route":
        clauses = [route.clause for route in read_tiers().routes]
    else:
        clauses = [*EDITIONS[name].clauses, *(d.clause for d in EDITIONS[name].direct)]
    return {
        found: clause.test
        for clause in clauses
        for found, clause in walk(clause.id, clause)
        if clause.test
    }


def walk(name, clause):
    yield name, clause
    for number, part in enumerate((*clause.any_of, *clause.all_of), start=1):
        yield from walk(f"{name}.{number}", part)


def know(*years, age=None, agreements=0.0, held=None):
    """Know one firm: its figures, the latest year first, and what it holds."""
    low, high = (-np.inf, np.inf) if age is None else (float(age), float(age))
    columns = sorted({name for year in years for name in year} | EVERY)
    return Facts(
        firms=pd.RangeIndex(1),
        certificates=pd.DataFrame(),
        years=[pd.DataFrame([dict.fromkeys(columns, NAN) | year]) for year in (*years, {}, {}, {})],
        spans={
            "age_years": Span(np.array([low]), np.array([high])),
            "agreements": Span(*[np.array([float(agreements)])] * 2),
        },
        held={k: np.array([(held or {}).get(k, NOT_MET)], dtype=np.int8) for k in CERTIFICATES},
    )


CERTIFICATES = read_rules().certificates
EVERY = {
    "staff", "rd_staff", "revenue", "revenue_prev", "rd_spend", "assets", "liabilities",
    "hightech_revenue", "main_revenue", "ip_class1", "ip_class2",
}  # fmt: skip


def turn(dial, value):
    """Know a firm whose quantity has a value; say whether the value only bounds what is asked."""
    dial, *bounding = dial if isinstance(dial, tuple) else (dial,)
    if dial == AGE:
        return know(age=value), bool(bounding)
    if dial == AGREEMENTS:
        return know(agreements=value), False
    return know(*(figure(dial) if isinstance(dial, str) else dial)(value)), bool(bounding)


def ask(test, facts):
    return WORDS[int(judge_clause(Clause("", "", "", "A", test=test), facts).states[0])]


def judge(name, facts):
    judged = judge_programme(EDITIONS[name], facts)
    return {part.clause.id: WORDS[int(part.states[0])] for part in judged}


def score(quantity, *years):
    """Measure a quantity that every figure is known of."""
    test = Test(quantity=quantity, comparison="at_least", limit=Limit(0.0), unit="points")
    value = judge_clause(Clause("", "", "", "A", test=test), know(*years)).value
    return float(value.low[0]), float(value.high[0])


# The files hold the official numbers, all of them and no others


def test_every_edition_is_written_down():
    assert set(OFFICIAL) == {*EDITIONS, "route"}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_rule_files_hold_the_official_thresholds(name):
    held = {
        clause: (COMPARISONS[t.comparison], t.limit.threshold if t.limit.by is None else "bands")
        for clause, t in list_tests(name).items()
    }
    assert held == {clause: (sign, limit) for clause, sign, limit, *_ in OFFICIAL[name]}


INCLUSIVE = {"≥": True, "≤": True, ">": False, "<": False}


@pytest.mark.parametrize(
    ("name", "clause", "sign", "limit", "step", "dial"),
    TRIED,
    ids=[f"{name} {clause}" for name, clause, *_ in TRIED],
)
def test_at_just_below_and_just_above(name, clause, sign, limit, step, dial):
    test = list_tests(name)[clause]
    upwards = sign in "≥>"
    wanted = {
        limit - step: not upwards,
        limit: INCLUSIVE[sign],
        limit + step: upwards,
    }
    for value, met in wanted.items():
        facts, bounding = turn(dial, value)
        state = ("unknown" if bounding else "met") if met else "not met"
        assert ask(test, facts) == state, value


def test_only_firms_that_are_known_to_fail_fail():
    blank = know()
    for name in OFFICIAL:
        for clause, test in list_tests(name).items():
            if clause != "young_and_active.2.1":  # agreements are counted, never lacking
                assert ask(test, blank) == "unknown", (name, clause)


# 高企: the classes of revenue; 5000万 and 2亿 themselves belong to the smaller class (含)


@pytest.mark.parametrize(
    ("revenue", "needed"),
    [
        (1, 0.05),
        (5000 * WAN - 1, 0.05),
        (5000 * WAN, 0.05),
        (5000 * WAN + 1, 0.04),
        (2 * YI - 1, 0.04),
        (2 * YI, 0.04),
        (2 * YI + 1, 0.03),
        (100 * YI, 0.03),
    ],
)
def test_the_class_of_revenue_decides_the_ratio(revenue, needed):
    test = list_tests("high_tech 2016")["rd_ratio"]
    limits = judge_clause(Clause("", "", "", "A", test=test), know({"revenue": revenue})).limit
    assert (limits.low[0], limits.high[0]) == (needed, needed)


@pytest.mark.parametrize(
    ("revenue", "spend", "state"),
    [
        (5000 * WAN, 250 * WAN, "met"),
        (5000 * WAN, 250 * WAN - 1, "not met"),
        (2 * YI, 800 * WAN, "met"),
        (2 * YI, 800 * WAN - 1, "not met"),
        (10 * YI, 3000 * WAN, "met"),
        (10 * YI, 3000 * WAN - 1, "not met"),
    ],
)
def test_the_ratio_of_three_years(revenue, spend, state):
    figures = same(3, revenue=revenue, rd_spend=spend)
    assert judge("high_tech 2016", know(*figures))["rd_ratio"] == state
    assert judge("high_tech 2016", know(*figures[:2]))["rd_ratio"] == "unknown"


def test_the_evaluation_above_70_can_not_be_computed():
    """70 points themselves fail; no table holds the points, so that the clause stays unknown."""
    clause = {c.id: c for c in EDITIONS["high_tech 2016"].clauses}["evaluation"]
    assert not clause.computable
    assert "70分（不含70分）" in clause.zh
    assert judge("high_tech 2016", know())["evaluation"] == "unknown"


# 科小: points; 60 of 100, and personnel above 0


def take(name, clause, *path):
    quantity = list_tests(name)[clause].quantity
    for number in path:
        quantity = quantity.of[number]
    return quantity


def climb(steps, base=1000):
    """List shares at and just below each step, in parts of a thousand, with their points."""
    for number, (share, points) in enumerate(steps):
        yield share * base / 1000, points
        yield share * base / 1000 - 1, steps[number + 1][1] if number + 1 < len(steps) else 0


PERSONNEL = [(300, 20), (250, 16), (200, 12), (150, 8), (100, 4)]  # of a thousand staff
SPEND = [(60, 50), (50, 40), (40, 30), (30, 20), (20, 10)]


@pytest.mark.parametrize(("rd_staff", "points"), climb(PERSONNEL))
def test_the_points_of_personnel(rd_staff, points):
    figures = {"staff": 1000, "rd_staff": rd_staff}
    assert score(take("tech_sme 2017", "personnel"), figures) == (points, points)


@pytest.mark.parametrize(("spend", "points"), climb(SPEND))
def test_the_points_of_rd_over_revenue(spend, points):
    figures = {"revenue": 1000, "rd_spend": spend}
    assert score(take("tech_sme 2017", "score", 1, 0), figures) == (points, points)


def test_rd_over_total_cost_leaves_the_points_open_below_fifty():
    """The firm picks the better of two ratios; the tables do not hold total cost."""
    quantity = take("tech_sme 2017", "score", 1)
    assert score(quantity, {"revenue": 1000, "rd_spend": 60}) == (50, 50)
    assert score(quantity, {"revenue": 1000, "rd_spend": 59}) == (40, 50)


@pytest.mark.parametrize(
    ("class1", "class2", "points"),
    [(0, 0, 0), (0, 1, 6), (0, 2, 12), (0, 3, 18), (0, 4, 24), (0, 9, 24), (1, 0, 30), (5, 4, 30)],
)
def test_the_points_of_intellectual_property(class1, class2, points):
    figures = {"ip_class1": class1, "ip_class2": class2}
    assert score(take("tech_sme 2017", "score", 2), figures) == (points, points)


@pytest.mark.parametrize(
    ("rd_staff", "spend", "class1", "class2", "personnel", "total"),
    [
        (99, 60, 1, 0, "not met", "met"),  # 0 + 50 + 30: 80 points, yet no personnel
        (100, 60, 0, 1, "met", "met"),  # 4 + 50 + 6 = 60
        (100, 60, 0, 0, "met", "not met"),  # 4 + 50 + 0 = 54
        (250, 20, 1, 0, "met", "unknown"),  # 16 + 10 + 30 = 56, or more by total cost
        (300, 20, 1, 0, "met", "met"),  # 20 + 10 + 30 = 60
    ],
)
def test_sixty_points_and_personnel(rd_staff, spend, class1, class2, personnel, total):
    figures = {"staff": 1000, "rd_staff": rd_staff, "revenue": 1000, "rd_spend": spend}
    judged = judge("tech_sme 2017", know({**figures, "ip_class1": class1, "ip_class2": class2}))
    assert (judged["personnel"], judged["score"]) == (personnel, total)


@pytest.mark.parametrize("name", ["tech_sme 2017", "innovative_sme 2022"])
def test_a_high_tech_certificate_is_a_direct_route(name):
    figures = {"staff": 1000, "rd_staff": 0, "revenue": 1000, "rd_spend": 0, "ip_class1": 0}
    poor = {**figures, "ip_class2": 0, "revenue_prev": 2000, "assets": 1, "liabilities": 2}
    replaced = {"tech_sme 2017": "personnel", "innovative_sme 2022": "innovation"}[name]
    assert judge(name, know(poor))[replaced] == "not met"
    assert judge(name, know(poor, held={"high_tech": MET}))[replaced] == "met"


# 创新型: points of 2022


def pay(permille):
    return {"revenue": 1000, "rd_spend": permille}


INNOVATIVE_SPEND = [(50, 20), (30, 15), (20, 10), (10, 5)]
GROWTH = [(150, 20), (100, 15), (50, 10), (0, 5)]
MAIN = [(700, 20), (600, 15), (550, 10), (500, 5)]


@pytest.mark.parametrize(("spend", "points"), climb(INNOVATIVE_SPEND))
def test_the_points_of_rd_of_innovative(spend, points):
    found = score(take("innovative_sme 2022", "innovation", 1), pay(spend))
    assert found == (points, points)


@pytest.mark.parametrize(
    ("class1", "class2", "points"),
    [(0, 0, (0, 0)), (0, 1, (5, 5)), (1, 0, (10, 20)), (3, 2, (10, 20))],
)
def test_the_points_of_ip_of_innovative_are_open_with_class_one(class1, class2, points):
    """Class I gives 10, own class I 15, own high-value class I 20: the tables hold class I only."""
    figures = {"ip_class1": class1, "ip_class2": class2}
    assert score(take("innovative_sme 2022", "innovation", 0), figures) == points


@pytest.mark.parametrize(("gain", "points"), climb(GROWTH))
def test_the_points_of_growth(gain, points):
    years = {"revenue": 1000 + gain}, {"revenue": 1000}
    assert score(take("innovative_sme 2022", "growth", 0), *years) == (points, points)


@pytest.mark.parametrize(
    ("debt", "points"), [(549, 10), (550, 10), (551, 5), (749, 5), (750, 5), (751, 0), (2000, 0)]
)
def test_the_points_of_debt(debt, points):
    figures = {"assets": 1000, "liabilities": debt}
    assert score(take("innovative_sme 2022", "growth", 1), figures) == (points, points)


@pytest.mark.parametrize(("main", "points"), climb(MAIN))
def test_the_points_of_the_main_business(main, points):
    figures = {"revenue": 1000, "main_revenue": main}
    assert score(take("innovative_sme 2022", "specialisation", 1), figures) == (points, points)


@pytest.mark.parametrize(
    ("spend", "state"),
    [(50, "met"), (49, "not met")],  # 20 points, 15 points; no IP
)
def test_twenty_points_of_innovation(spend, state):
    figures = {**pay(spend), "ip_class1": 0, "ip_class2": 0}
    assert judge("innovative_sme 2022", know(figures))["innovation"] == state


@pytest.mark.parametrize(
    ("gain", "debt", "state"),
    [
        (100, 751, "met"),  # 15 + 0
        (99, 751, "not met"),  # 10 + 0
        (0, 550, "met"),  # 5 + 10
        (0, 551, "not met"),  # 5 + 5
        (-1, 550, "not met"),  # 0 + 10
    ],
)
def test_fifteen_points_of_growth(gain, debt, state):
    years = {"revenue": 1000 + gain, "assets": 1000, "liabilities": debt}, {"revenue": 1000}
    assert judge("innovative_sme 2022", know(*years))["growth"] == state


@pytest.mark.parametrize(
    ("main", "state"),
    [
        (550, "met"),  # 5 or 10, and 10
        (549, "unknown"),  # 5 or 10, and 5
        (500, "unknown"),
        (499, "not met"),  # at most 10
    ],
)
def test_fifteen_points_of_specialisation(main, state):
    figures = {"revenue": 1000, "main_revenue": main}
    assert judge("innovative_sme 2022", know(figures))["specialisation"] == state


@pytest.mark.parametrize(
    ("class1", "class2", "spend", "gain", "debt", "main", "state"),
    [
        (0, 1, 50, 50, 550, 600, "met"),  # 25 + 20 + (5 or 10) + 15 = 65 or 70
        (0, 0, 50, 50, 550, 600, "met"),  # 20 + 20 + 5 + 15 = 60
        (0, 0, 50, 50, 550, 550, "unknown"),  # 55 or 60
        (0, 0, 50, 0, 551, 500, "not met"),  # 20 + 10 + 10 + 5 = 45
    ],
)
def test_sixty_points_of_innovative(class1, class2, spend, gain, debt, main, state):
    latest = {
        "revenue": 1000 + gain,
        "rd_spend": spend * (1000 + gain) / 1000,
        "main_revenue": main * (1000 + gain) / 1000,
        "assets": 1000,
        "liabilities": debt,
        "ip_class1": class1,
        "ip_class2": class2,
    }
    judged = judge("innovative_sme 2022", know(latest, {"revenue": 1000}))
    assert judged["score"] == state


# Both sides of 2026-04-01


@pytest.mark.parametrize(
    ("programme", "clause", "figures", "states"),
    [
        ("specialised_sme", "revenue", {"revenue": 1500 * WAN}, ("met", "met")),
        ("specialised_sme", "revenue", {"revenue": 1500 * WAN - 1}, ("met", "unknown")),
        ("specialised_sme", "revenue", {"revenue": 1000 * WAN}, ("met", "unknown")),
        ("specialised_sme", "revenue", {"revenue": 1000 * WAN - 1}, ("unknown", "unknown")),
        ("little_giant", "main_share", {"revenue": 100, "main_revenue": 90}, ("met", "met")),
        ("little_giant", "main_share", {"revenue": 100, "main_revenue": 89}, ("met", "not met")),
        ("little_giant", "debt", {"assets": 100, "liabilities": 75}, ("not met", "met")),
        ("little_giant", "ip", {"ip_class1": 3}, ("unknown", "not met")),
    ],
)
def test_the_last_day_of_the_old_and_the_first_of_the_new(programme, clause, figures, states):
    days = dt.date(2026, 3, 31), dt.date(2026, 4, 1)
    editions = [read_rules().pick(day)[programme] for day in days]
    assert [edition.edition for edition in editions] == ["2022", "2026"]
    judged = [judge(f"{programme} {edition.edition}", know(figures)) for edition in editions]
    assert tuple(found[clause] for found in judged) == states


@pytest.mark.parametrize(
    ("held", "state"), [(MET, "met"), (NOT_MET, "not met"), (UNKNOWN, "unknown")]
)
def test_little_giants_of_2026_hold_the_tier_below(held, state):
    facts = know(held={"specialised_sme": held})
    assert judge("little_giant 2026", facts)["specialised"] == state


def test_growth_is_a_mean_in_2022_and_compound_in_2026():
    # +50 %, -39.9 %: the mean of the rates is +5.05 %, the compound rate is -5.1 %
    facts = know({"revenue": 9015}, {"revenue": 15_000}, {"revenue": 10_000})
    assert judge("little_giant 2022", facts)["growth"] == "met"
    assert judge("little_giant 2026", facts)["growth"] == "not met"


@pytest.mark.parametrize(
    ("revenue", "permille", "state"),
    [
        (YI, 30, "met"),
        (YI, 29, "not met"),
        (YI - 1000, 60, "met"),
        (YI - 1000, 59, "not met"),
        (5000 * WAN, 60, "met"),
        (5000 * WAN - 1000, 60, "not met"),  # below 5000万: 3000万 of R&D at least
    ],
)
def test_the_classes_of_revenue_of_little_giants(revenue, permille, state):
    figures = same(2, revenue=revenue, rd_spend=revenue * permille / 1000)
    assert judge("little_giant 2022", know(*figures))["rd"] == state


def test_below_fifty_million_new_equity_stays_unknown():
    figures = {"revenue": 4000 * WAN, "rd_spend": 3000 * WAN, "staff": 100, "rd_staff": 50}
    assert judge("little_giant 2022", know(figures, figures))["rd"] == "unknown"
    fewer = {**figures, "rd_staff": 49}
    assert judge("little_giant 2022", know(fewer, fewer))["rd"] == "not met"


@pytest.mark.parametrize("before", [29, 30])
def test_the_ratio_of_little_giants_counts_in_each_year(before):
    years = [{"revenue": YI, "rd_spend": YI * rate / 1000} for rate in (60, before)]
    state = "met" if before >= 30 else "not met"
    assert judge("little_giant 2022", know(*years))["rd"] == state
    assert judge("little_giant 2026", know(*years))["rd_ratio"] == state
