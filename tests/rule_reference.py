"""A slow evaluator of the official rules: plain Python, one firm at a time, exact fractions.

Written from the documents, clause by clause, and not from the rule files or the package: it knows
neither. A state is True (met), False (not met) or None (unknown).
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

WAN, YI = 10_000, 100_000_000


class Firm:
    """What is known about one firm on a day.

    Parameters
    ----------
    rows
        Figures by year; a figure that is absent or None is unknown.
    founded
        The first and the last day on which it may have been founded, or None.
    certificates
        Key, first day, last day; days may be None.
    listed
        Keys of the certificates that any row of the data names.
    agreements
        How many it has that count.
    """

    def __init__(self, day, *, rows, founded, certificates, listed, agreements=0):
        self.day = day
        usable = {y: row for y, row in rows.items() if y <= day.year and any_known(row)}
        self.rows, self.latest = usable, max(usable, default=None)
        self.founded, self.certificates = founded, certificates
        self.listed, self.agreements = listed, agreements

    def get(self, name, back=0):
        """Take a figure, so many years before the latest year with any."""
        if self.latest is None:
            return None
        value = self.rows.get(self.latest - back, {}).get(name)
        if name == "revenue" and value is None and back:
            return self.get("revenue_prev", back - 1)
        return value

    def ratio(self, above, below, back=0):
        a, b = self.get(above, back), self.get(below, back)
        return None if a is None or b is None or b <= 0 else Fraction(a) / Fraction(b)

    def aged(self, years):
        """Say whether it is at least so many years old."""
        if self.founded is None:
            return None
        first, last = (anniversary(day, years) <= self.day for day in self.founded)
        return first if first == last else None

    def at_most_aged(self, years):
        if self.founded is None:
            return None
        first, last = (self.day <= anniversary(day, years) for day in self.founded)
        return first if first == last else None

    def holds(self, key):
        """Say whether it holds a certificate; unknown where the data name no holder at all."""
        if key not in self.listed:
            return None
        return any(
            name == key
            and (begin is None or begin <= self.day)
            and (end is None or self.day <= end)
            for name, begin, end in self.certificates
        )


def any_known(row):
    return any(value is not None for value in row.values())


def anniversary(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return dt.date(day.year + years, 3, 1)


# Three values


def every(*states):
    if False in states:
        return False
    return None if None in states else True


def some(*states):
    if True in states:
        return True
    return None if None in states else False


def least(value, limit):
    return None if value is None else value >= limit


def most(value, limit):
    return None if value is None else value <= limit


def never_surely(state):
    """What is asked may be less than the figure: it can fail, but it is never known to be met."""
    return False if state is False else None


def total(values):
    values = list(values)
    return None if None in values else sum(values)


def reaches(low, high, limit):
    if low >= limit:
        return True
    return False if high < limit else None


def climb(value, steps, most_points):
    """Score a value: the points of the first step that it reaches; between 0 and all if unknown."""
    if value is None:
        return 0, most_points
    points = next((points for limit, points in steps if value >= limit), 0)
    return points, points


def percent(*steps):
    return [(Fraction(limit, 100), points) for limit, points in steps]


def add(*spans):
    return sum(low for low, _ in spans), sum(high for _, high in spans)


def best(*spans):
    return max(low for low, _ in spans), max(high for _, high in spans)


# Programmes


def judge_tech_sme(firm):
    """Judge by 国科发政〔2017〕115号."""
    steps = percent((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
    personnel = climb(firm.ratio("rd_staff", "staff"), steps, 20)
    spend_steps = percent((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
    spend = climb(firm.ratio("rd_spend", "revenue"), spend_steps, 50)
    spend = best(spend, (0, 50))  # over total cost, which no table holds
    ip = best(
        climb(firm.get("ip_class1"), [(1, 30)], 30),
        climb(firm.get("ip_class2"), [(4, 24), (3, 18), (2, 12), (1, 6)], 24),
    )
    direct = firm.holds("high_tech")
    return {
        "staff": most(firm.get("staff"), 500),
        "revenue": most(firm.get("revenue"), 2 * YI),
        "assets": most(firm.get("assets"), 2 * YI),
        "products": None,
        "conduct": None,
        "personnel": direct or reaches(*personnel, 1),  # points are whole: above 0 is 1 or more
        "score": direct or reaches(*add(personnel, spend, ip), 60),
    }


def judge_high_tech(firm):
    """Judge by 国科发火〔2016〕32号 第十一条."""
    spend = total(firm.get("rd_spend", n) for n in range(3))
    income = total(firm.get("revenue", n) for n in range(3))
    revenue = firm.get("revenue")
    share = None if spend is None or not income or income < 0 else Fraction(spend) / income
    if revenue is None:
        rd_ratio = None if share is None or 3 <= share * 100 < 5 else share * 100 >= 5
    elif revenue <= 5000 * WAN:
        rd_ratio = least(share, Fraction(5, 100))
    elif revenue <= 2 * YI:
        rd_ratio = least(share, Fraction(4, 100))
    else:
        rd_ratio = least(share, Fraction(3, 100))
    return {
        "registered": firm.aged(1),
        "core_ip": None,
        "field": None,
        "staff_share": least(firm.ratio("rd_staff", "staff"), Fraction(10, 100)),
        "rd_ratio": rd_ratio,
        "rd_domestic": None,
        "hightech_share": least(firm.ratio("hightech_revenue", "revenue"), Fraction(60, 100)),
        "evaluation": None,
        "conduct": None,
    }


def judge_innovative(firm):
    """Judge by 工信部企业〔2022〕63号, annex on 创新型中小企业."""
    class1 = firm.get("ip_class1")
    owned = {None: (0, 20), True: (10, 20), False: (0, 0)}[least(class1, 1)]
    innovation = add(
        best(owned, climb(firm.get("ip_class2"), [(1, 5)], 5)),
        climb(firm.ratio("rd_spend", "revenue"), percent((5, 20), (3, 15), (2, 10), (1, 5)), 20),
    )
    rate = growth_rates(firm, 1)
    debt = firm.ratio("liabilities", "assets")
    if debt is None:
        solid = 0, 10
    else:
        points = 10 if debt <= Fraction(55, 100) else 5 if debt <= Fraction(75, 100) else 0
        solid = points, points
    steps = percent((15, 20), (10, 15), (5, 10), (0, 5))
    growth = add(climb(rate and rate[0], steps, 20) if rate else (0, 20), solid)
    focus = add(
        (5, 10),  # strategic emerging or not: no table says
        climb(
            firm.ratio("main_revenue", "revenue"),
            percent((70, 20), (60, 15), (55, 10), (50, 5)),
            20,
        ),
    )
    direct = firm.holds("high_tech")
    return {
        "innovation": direct or reaches(*innovation, 20),
        "growth": direct or reaches(*growth, 15),
        "specialisation": direct or reaches(*focus, 15),
        "score": direct or reaches(*add(innovation, growth, focus), 60),
    }


def growth_rates(firm, years):
    """List the yearly rates, the latest first; None where one is unknown."""
    values = [firm.get("revenue", n) for n in range(years + 1)]
    if None in values or any(before <= 0 for before in values[1:]):
        return None
    return [Fraction(values[n]) / values[n + 1] - 1 for n in range(years)]


def judge_specialised_2022(firm):
    """Judge by 工信部企业〔2022〕63号, annex on 专精特新中小企业."""
    spend = [firm.get("rd_spend", n) for n in range(2)]
    mean = None if None in spend else Fraction(sum(spend), 2)
    return {
        "niche_years": never_surely(firm.aged(2)),
        "rd_spend": least(firm.get("rd_spend"), 100 * WAN),
        "rd_ratio": least(firm.ratio("rd_spend", "revenue"), Fraction(3, 100)),
        "revenue": some(least(firm.get("revenue"), 1000 * WAN), None),  # or new equity
        "score": least(mean, 1000 * WAN) or None,  # or the 13 indicators
    }


def judge_specialised_2026(firm):
    """Judge by what is known of the document in force from 2026-04-01."""
    return {
        "niche_years": never_surely(firm.aged(3)),
        "revenue": some(least(firm.get("revenue"), 1500 * WAN), None),
        "main_share": None,
        "rd": None,
        "score": None,
    }


def yearly(firm, percentage):
    """Say whether R&D over revenue is so high in each of two years."""
    return every(
        *(least(firm.ratio("rd_spend", "revenue", n), Fraction(percentage, 100)) for n in range(2))
    )


def judge_little_giant_2022(firm):
    """Judge by 工信部企业〔2022〕63号, annex on 小巨人."""
    rates = growth_rates(firm, 2)
    revenue = firm.get("revenue")
    large, middle = least(revenue, YI), least(revenue, 5000 * WAN)
    return {
        "niche_years": never_surely(firm.aged(3)),
        "main_share": least(firm.ratio("main_revenue", "revenue"), Fraction(70, 100)),
        "growth": None if rates is None else sum(rates) / 2 >= Fraction(5, 100),
        "debt": most(firm.ratio("liabilities", "assets"), Fraction(70, 100)),
        "digital": None,
        "certified": None,
        "niche_share": None,
        "brand": None,
        "rd": some(
            every(large, yearly(firm, 3)),
            every(middle, opposite(large), yearly(firm, 6)),
            every(
                opposite(middle),
                None,  # new equity
                least(firm.get("rd_spend"), 3000 * WAN),
                least(firm.ratio("rd_staff", "staff"), Fraction(50, 100)),
            ),
        ),
        "rd_body": None,
        "ip": never_surely(least(firm.get("ip_class1"), 2)),
        "product": None,
    }


def opposite(state):
    return None if state is None else not state


def judge_little_giant_2026(firm):
    """Judge by the document in force from 2026-04-01."""
    rates = growth_rates(firm, 2)
    spend = total(firm.get("rd_spend", n) for n in range(2))
    return {
        "specialised": firm.holds("specialised_sme"),
        "niche_years": never_surely(firm.aged(3)),
        "revenue": least(firm.get("revenue"), 5000 * WAN),
        "main_share": least(firm.ratio("main_revenue", "revenue"), Fraction(90, 100)),
        "growth": None
        if rates is None
        else (1 + rates[0]) * (1 + rates[1]) >= Fraction(105, 100) ** 2,
        "debt": most(firm.ratio("liabilities", "assets"), Fraction(75, 100)),
        "rd_sum": least(spend, 1200 * WAN),
        "rd_ratio": yearly(firm, 3),
        "ip": never_surely(least(firm.get("ip_class1"), 4)),
        "niche_share": None,
        "product": None,
        "score": None,
    }


def judge_champion(firm):
    """Judge by the measures of 2023 for 制造业单项冠军."""
    income = total(firm.get("revenue", n) for n in range(3))
    return {
        "niche_years": some(never_surely(firm.aged(10)), every(never_surely(firm.aged(5)), None)),
        "market_share": None,
        "revenue": None if income is None else Fraction(income, 3) >= 4 * YI,
        "rd_body": None,
        "rd_intensity": None,
    }


def judge_route(firm):
    """Judge ecograph's own route into the lowest tier."""
    return every(
        firm.at_most_aged(5),
        some(
            firm.agreements >= 1,
            least(firm.get("ip_class1"), 1),
            least(firm.get("ip_class2"), 1),
        ),
    )


PROGRAMMES = {
    "tech_sme 2017": judge_tech_sme,
    "high_tech 2016": judge_high_tech,
    "innovative_sme 2022": judge_innovative,
    "specialised_sme 2022": judge_specialised_2022,
    "specialised_sme 2026": judge_specialised_2026,
    "little_giant 2022": judge_little_giant_2022,
    "little_giant 2026": judge_little_giant_2026,
    "champion 2023": judge_champion,
}


# 划型


def classify(firm, limits):
    """Classify by 工信部联企业〔2011〕300号: the possible classes, the largest first.

    Parameters
    ----------
    firm
        The firm.
    limits
        By figure, the lower limits of large, medium and small.
    """
    names = ("large", "medium", "small", "micro")
    possible = []
    settled = False
    for number, name in enumerate(names):
        if name == "micro":
            meets = True
        else:
            meets = every(*(least(firm.get(f), steps[number]) for f, steps in limits.items()))
        if meets is not False and not settled:
            possible.append(name)
        settled = settled or meets is True
    return possible
