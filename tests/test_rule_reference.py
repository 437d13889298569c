"""All clauses on random firms, at and around the thresholds, beside a slow evaluator.

By default some hundred firms; 10,000 with ECOGRAPH_ALL_FIRMS=1 in the environment.
"""

import datetime as dt
import os

import rule_reference as reference
from builders import make_ecosystem
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecograph.analysis.clauses import MET, UNKNOWN, gather_facts, judge_clause, judge_programme
from ecograph.analysis.sizes import classify_sizes
from ecograph.rules import read_editions, read_tiers

BATCH = 10
BATCHES = 1000 if os.environ.get("ECOGRAPH_ALL_FIRMS") else 12
EDITIONS = {f"{e.id} {e.edition}": e for e in read_editions() if e.clauses}
COLUMNS = (
    "staff", "rd_staff", "revenue", "revenue_prev", "rd_spend", "assets", "liabilities",
    "hightech_revenue", "main_revenue", "ip_class1", "ip_class2",
)  # fmt: skip
WAN, YI = 10_000, 100_000_000
TEXTS = {
    "high_tech": "高新技术企业",
    "specialised_sme": "专精特新",
    "tech_sme": "科小",
    "champion": "单项冠军",
}
INDUSTRY = {"staff": (1000, 300, 20), "revenue": (4 * YI, 2000 * WAN, 300 * WAN)}
SOFTWARE = {"staff": (300, 100, 10), "revenue": (1 * YI, 1000 * WAN, 50 * WAN)}

days = st.sampled_from([dt.date(2025, 12, 31), dt.date(2026, 3, 31), dt.date(2026, 4, 1)])
near = st.sampled_from([-1, 0, 0, 0, 1])
revenues = st.sampled_from(
    [0, 50 * WAN, 300 * WAN, 1000 * WAN, 1500 * WAN, 2000 * WAN, 5000 * WAN, YI, 2 * YI, 4 * YI]
)
shares = st.sampled_from([0, 10, 20, 29, 30, 40, 50, 60, 100, 150, 250, 300, 500, 550, 600, 700,
                          750, 900, 1000])  # fmt: skip
rates = st.sampled_from([-399, -10, 0, 49, 50, 50, 100, 150, 500])
counts = st.sampled_from([0, 1, 2, 3, 4, 5])


@st.composite
def figures(draw):
    """Draw a year's figures at and beside the thresholds, some of them unknown."""
    revenue = draw(revenues) + draw(near)
    staff = draw(st.sampled_from([0, 10, 20, 100, 300, 500, 1000])) + draw(near)
    assets = draw(revenues) + draw(near)
    row = {
        "staff": staff,
        "rd_staff": staff * draw(shares) // 1000 + draw(near),
        "revenue": revenue,
        "revenue_prev": revenue * 1000 // (1000 + draw(rates)) + draw(near),
        "rd_spend": draw(st.sampled_from([100 * WAN, 600 * WAN, 1000 * WAN, 3000 * WAN, -1])),
        "assets": assets,
        "liabilities": assets * draw(shares) // 1000 + draw(near),
        "hightech_revenue": revenue * draw(shares) // 1000 + draw(near),
        "main_revenue": revenue * draw(shares) // 1000 + draw(near),
        "ip_class1": draw(counts),
        "ip_class2": draw(counts),
    }
    if row["rd_spend"] < 0 or draw(st.booleans()):
        row["rd_spend"] = revenue * draw(shares) // 1000 + draw(near)
    unknown = draw(st.sets(st.sampled_from(COLUMNS), max_size=4))
    return {name: None if name in unknown else max(value, 0) for name, value in row.items()}


@st.composite
def histories(draw, day):
    """Draw some years, often growing at a rate that is a threshold."""
    rows = {
        y: draw(figures()) for y in range(day.year + 1, day.year - 5, -1) if draw(st.integers(0, 3))
    }
    if draw(st.booleans()):
        rate, last = draw(st.sampled_from([1050, 1049, 1051, 1000, 1150])), 1_000_000
        for year in sorted(rows):
            rows[year]["revenue"] = last * 100
            last = last * rate // 1000
    return rows


@st.composite
def foundings(draw, day):
    """Draw a founding date near an anniversary, to the day, the month or the year, or none."""
    years = draw(st.sampled_from([0, 1, 2, 3, 5, 10]))
    date = day.replace(year=day.year - years) + dt.timedelta(days=draw(st.integers(-1, 1)))
    if draw(st.integers(0, 9)) == 0:
        date = dt.date(2024, 2, 29)
    precise = draw(st.sampled_from(["day", "day", "month", "year", ""]))
    month_end = (date.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return {
        "day": (date.isoformat(), (date, date)),
        "month": (f"{date:%Y-%m}", (date.replace(day=1), month_end)),
        "year": (f"{date:%Y}", (dt.date(date.year, 1, 1), dt.date(date.year, 12, 31))),
        "": ("", None),
    }[precise]


@st.composite
def certificates(draw, day):
    """Draw certificates that begin or end around the day."""
    edges = st.sampled_from([None, *(day + dt.timedelta(days=n) for n in (-400, -1, 0, 1, 400))])
    found = []
    for key in draw(st.lists(st.sampled_from([*TEXTS]), max_size=2, unique=True)):
        begin, end = draw(edges), draw(edges)
        if begin is None or end is None or begin <= end:
            found.append((key, begin, end))
    return found


@st.composite
def towns(draw):
    day = draw(days)
    firms = [
        {
            "rows": draw(histories(day)),
            "founded": draw(foundings(day)),
            "certificates": draw(certificates(day)),
            "software": draw(st.booleans()),
        }
        for _ in range(BATCH)
    ]
    return day, firms


quickly = settings(
    max_examples=BATCHES,
    phases=[Phase.generate],  # a batch is printed whole: to shrink it takes minutes
    suppress_health_check=[*HealthCheck],
)


def write_rows(header, rows):
    return "\n".join(
        [header, *(",".join("" if c is None else str(c) for c in r) for r in rows), ""]
    )


def load_town(day, firms):
    ids = [f"E{n:02}" for n in range(len(firms))]
    pairs = list(zip(ids, firms, strict=True))
    tables = {
        "enterprises": write_rows(
            "id,name,industry,founded",
            [
                (key, f"firm {key}", "软件服务" if f["software"] else "新材料", f["founded"][0])
                for key, f in pairs
            ],
        ),
        "financials": write_rows(
            f"enterprise,year,{','.join(COLUMNS)}",
            [
                (key, year, *(row[c] for c in COLUMNS))
                for key, f in pairs
                for year, row in sorted(f["rows"].items())
            ],
        ),
        "certificates": write_rows(
            "enterprise,certificate,valid_from,valid_to",
            [
                (key, TEXTS[name], begin, end)
                for key, f in pairs
                for name, begin, end in f["certificates"]
            ],
        ),
    }
    return make_ecosystem(tables, as_of=day.isoformat())


def know(day, firms):
    listed = {name for firm in firms for name, _, _ in firm["certificates"]}
    return [
        reference.Firm(
            day,
            rows=firm["rows"],
            founded=firm["founded"][1],
            certificates=firm["certificates"],
            listed=listed,
        )
        for firm in firms
    ]


def say(state):
    return {MET: True, UNKNOWN: None}.get(int(state), False)


@quickly
@given(towns())
def test_all_clauses_are_judged_as_by_the_slow_evaluator(town):
    ecosystem, firms = load_town(*town), know(*town)
    facts = gather_facts(ecosystem)
    assert set(reference.PROGRAMMES) == set(EDITIONS)
    for name, judge in reference.PROGRAMMES.items():
        judged = judge_programme(EDITIONS[name], facts)
        for number, firm in enumerate(firms):
            found = {clause.clause.id: say(clause.states[number]) for clause in judged}
            assert found == judge(firm), (name, number)
    (route,) = read_tiers().routes
    states = [say(state) for state in judge_clause(route.clause, facts).states]
    assert states == [reference.judge_route(firm) for firm in firms]


@quickly
@given(towns())
def test_all_firms_are_classed_as_by_the_slow_evaluator(town):
    table, firms = classify_sizes(load_town(*town)), know(*town)
    for number, firm in enumerate(firms):
        row = table.iloc[number]
        possible = reference.classify(firm, SOFTWARE if town[1][number]["software"] else INDUSTRY)
        assert (row["largest"], row["smallest"]) == (possible[0], possible[-1])
        assert row["size"] == (possible[0] if len(possible) == 1 else "unknown")
