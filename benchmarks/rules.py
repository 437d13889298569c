"""Write the tables of docs/rules.md from the rule files, and measure what the rules cost.

    python benchmarks/rules.py              # all: some minutes
    python benchmarks/rules.py --page       # the tables of the rule files only
    python benchmarks/rules.py --quick      # 2,000 firms; writes nothing

The firms are drawn, with figures around the thresholds; some are unknown. Ten sets of rules are
judged at the end of five years: six programmes of the package, two local ones from a folder, the
route into the lowest tier, and the size classes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
from clock import ROOT
from run import describe_machine, replace_section

import ecograph as eg
from ecograph.analysis.clauses import gather_facts, judge_clause, judge_programme
from ecograph.analysis.explanations import explain_tiers
from ecograph.analysis.simulation import simulate_rules
from ecograph.analysis.sizes import classify_sizes
from ecograph.analysis.tiers import assign_tiers
from ecograph.rules import (
    COMPARISONS,
    MEASURES,
    OPERATIONS,
    read_editions,
    read_rules,
    read_sizes,
    read_tiers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Clause, Programme, Quantity, Step, Test

T = TypeVar("T")

__all__ = ["PAGE", "evaluate", "write_city", "write_page"]

PAGE = ROOT / "docs" / "rules.md"
FIRMS, YEARS = 100_000, range(2022, 2027)
SETS = 10
WAN, YI = 1e4, 1e8
INCLUDES = {"at_least": "yes", "at_most": "yes", "more_than": "no", "less_than": "no"}

LOCAL = {
    "gazelle.yaml": """
id: gazelle
en: Gazelle
zh: 瞪羚企业
local: true
editions:
  - edition: example
    document: 广州黄埔（示例）
    in_force_from:
    in_force_to:
    in_force_certainty: B
    certainty: B
    source: an example of another city
    clauses:
      - id: growth
        en: growth
        zh: 成长
        certainty: B
        any_of:
          - en: grown fast from 10 million yuan
            zh: 高成长
            all_of:
              - {en: revenue, zh: 营业收入, quantity: revenue, comparison: at_least,
                 threshold: 10_000_000, unit: yuan}
              - {en: compound growth, zh: 复合增长率, unit: share, comparison: at_least,
                 quantity: {compound_growth: revenue, years: 3}, threshold: 0.20}
          - en: 500 million yuan within five years
            zh: 五年内达5亿元
            all_of:
              - {en: age, zh: 年限, quantity: age_years, comparison: at_most,
                 threshold: 5, unit: years}
              - {en: revenue, zh: 营业收入, quantity: revenue, comparison: at_least,
                 threshold: 500_000_000, unit: yuan}
""",
    "above_size.yaml": """
id: above_size
en: Industrial firm above designated size
zh: 规模以上工业企业
local: true
editions:
  - edition: example
    document: 统计口径（示例）
    in_force_from:
    in_force_to:
    in_force_certainty: D
    certainty: D
    source: from memory
    clauses:
      - {id: revenue, en: revenue, zh: 营业收入, quantity: revenue, comparison: at_least,
         threshold: 20_000_000, unit: yuan, certainty: D}
""",
}


def main() -> None:
    """Run what is chosen."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--page", action="store_true", help="the tables of the rule files only")
    parser.add_argument("--quick", action="store_true", help="2,000 firms; writes nothing")
    parser.add_argument("--firms", type=int, default=FIRMS)
    parser.add_argument("--date", default=str(dt.datetime.now(tz=dt.UTC).date()))
    chosen = parser.parse_args()
    page = write_page(PAGE.read_text(encoding="utf-8"))
    if not chosen.page:
        cost = measure(2000 if chosen.quick else chosen.firms)
        print(cost)
        head = f"Measured on {chosen.date} by `python benchmarks/rules.py`.\n{describe_machine()}"
        page = replace_section(page, "cost", "What it costs", f"{head}\n\n{cost}")
    if not chosen.quick:
        PAGE.write_text(page, encoding="utf-8")


# What it costs


def measure(firms: int) -> str:
    """Measure all and set it out as a table."""
    with tempfile.TemporaryDirectory() as scratch:
        data, rules = Path(scratch) / "city", Path(scratch) / "rules"
        rules.mkdir()
        for name, text in LOCAL.items():
            (rules / name).write_text(text, encoding="utf-8")
        write_city(data, firms)
        settings = {"rules": str(rules), "as_of": f"{YEARS[-1]}-12-31"}
        loading, ecosystem = clock(lambda: eg.load(data, settings=settings))
        jobs: dict[str, Callable[[], object]] = {
            f"judge: {SETS} sets of rules x {len(YEARS)} years": lambda: evaluate(ecosystem),
            f"assign_tiers, with all sentences, x {len(YEARS)} years": lambda: [
                assign_tiers(look_on(ecosystem, year)) for year in YEARS
            ],
            "simulate_rules, 2026 against 2022": lambda: simulate_rules(ecosystem),
            "explain_tiers, one firm": lambda: explain_tiers(ecosystem, "E000000"),
            "explain_tiers, all firms": lambda: explain_tiers(ecosystem),
        }
        rows = [
            ("load the data", *loading),
            *((name, *clock(job)[0]) for name, job in jobs.items()),
        ]
    heads = ("what", "seconds", "of processor", "peak of memory so far, MB")
    written = [(n, f"{s:.1f}", f"{cpu:.1f}", f"{memory:,.0f}") for n, s, cpu, memory in rows]
    busy = f"{os.getloadavg()[1]:.1f}"
    return (
        f"{firms:,} firms, accounts of 8 years. At a load average of {busy}: seconds by the clock "
        f"include waiting for other work.\n\n{tabulate(heads, written)}"
    )


def clock(job: Callable[[], T]) -> tuple[tuple[float, float, float], T]:
    """Run a job; say seconds by the clock, seconds of the processor, and the peak of memory."""
    start, used = time.perf_counter(), time.process_time()
    result = job()
    return (time.perf_counter() - start, time.process_time() - used, find_peak()), result


def evaluate(ecosystem: Ecosystem) -> list[dict[str, np.ndarray]]:
    """Judge every clause of every programme at the end of each year, and the sizes.

    Programmes that have no edition with clauses in force on a day are judged by that of 2025.
    """
    rules = read_rules(ecosystem.settings.rules)
    found = []
    for year in YEARS:
        seen = look_on(ecosystem, year)
        facts = gather_facts(seen)
        in_force = {key: p for key, p in rules.pick(seen.as_of).items() if p.clauses}
        states = {
            f"{key}.{clause.clause.id}": clause.states
            for key, programme in {**rules.choose("2025"), **in_force}.items()
            for clause in judge_programme(programme, facts)
        }
        for route in rules.tiers.routes:
            states[route.clause.id] = judge_clause(route.clause, facts).states
        states["size"] = classify_sizes(seen)["size"].to_numpy()
        found.append(states)
    return found


def look_on(ecosystem: Ecosystem, year: int) -> Ecosystem:
    """Look at the ecosystem on the last day of a year."""
    day = dt.date(year, 12, 31)
    settings = eg.settings_from({"as_of": day, "rules": ecosystem.settings.rules})
    return ecosystem.configure(settings)


def find_peak() -> float:
    """Say the most memory that was held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_city(folder: Path, firms: int, *, seed: int = 1) -> None:
    """Write a city of drawn firms: half a million and more figures, some of them unknown."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(seed)
    ids = np.array([f"E{number:06}" for number in range(firms)])
    born = dt.date(2005, 1, 1).toordinal() + draw.integers(0, 365 * 18, firms)
    founded = [dt.date.fromordinal(day).isoformat() for day in born]
    industry = draw.choice(["新材料", "装备制造", "软件服务"], firms)
    pd.DataFrame({"id": ids, "name": ids, "industry": industry, "founded": founded}).to_csv(
        folder / "enterprises.csv", index=False
    )
    draw_certificates(ids, draw).to_csv(folder / "certificates.csv", index=False)
    years = [draw_accounts(ids, year, draw) for year in range(2019, 2027)]
    pd.concat(years).to_csv(folder / "financials.csv", index=False)


def draw_certificates(ids: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """Draw certificates, most of which last for three years."""
    texts = ["高新技术企业", "科技型中小企业", "专精特新", "小巨人"]
    count = len(ids) * 3 // 4
    begun = draw.integers(2017, 2026, count)
    return pd.DataFrame(
        {
            "enterprise": draw.choice(ids, count),
            "certificate": draw.choice(texts, count, p=[0.4, 0.4, 0.15, 0.05]),
            "valid_from": [f"{year}-07-01" for year in begun],
            "valid_to": [f"{year + 3}-06-30" for year in begun],
        }
    )


def draw_accounts(ids: np.ndarray, year: int, draw: np.random.Generator) -> pd.DataFrame:
    """Draw the figures of a year around the thresholds."""
    size = len(ids)
    revenue = np.round(np.exp(draw.normal(np.log(5e7), 1.5, size)))
    staff, assets = np.ceil(revenue / 8e5), np.round(revenue * draw.uniform(0.5, 2, size))
    figures = {
        "staff": staff,
        "rd_staff": np.round(staff * draw.uniform(0, 0.4, size)),
        "revenue": revenue,
        "rd_spend": np.round(revenue * draw.uniform(0, 0.09, size)),
        "assets": assets,
        "liabilities": np.round(assets * draw.uniform(0.2, 1, size)),
        "hightech_revenue": np.round(revenue * draw.uniform(0.3, 1, size)),
        "main_revenue": np.round(revenue * draw.uniform(0.4, 1, size)),
        "ip_class1": draw.poisson(1.5, size),
        "ip_class2": draw.poisson(3, size),
    }
    table = pd.DataFrame({"enterprise": ids, "year": year, **figures})
    return table.mask(
        pd.DataFrame(draw.random(table.shape) < [0, 0, *[0.05] * 10], columns=table.columns)
    )


# The page


def write_page(text: str) -> str:
    """Write the tables of the rule files into the page, between their markers."""
    sections = {
        "programmes": ("Programmes", list_programmes()),
        "clauses": ("Clauses", "\n\n".join(map(describe_edition, read_editions()))),
        "tiers": ("Tiers", describe_tiers()),
        "sizes": ("Size classes", describe_sizes()),
        "operations": ("Operations", list_operations()),
    }
    for name, (title, body) in sections.items():
        text = replace_section(text, name, title, body)
    return text


def list_programmes() -> str:
    """List the editions with document, dates in force and certainty."""
    rows = [
        (
            f"{e.en} {e.zh} (`{e.id}`)",
            e.edition,
            e.document,
            f"{say_day(e.in_force_from)} to {say_day(e.in_force_to)} ({e.in_force_certainty})",
            e.certainty,
            f"{sum(c.computable for c in e.clauses)} of {len(e.clauses)}",
            e.source,
        )
        for e in read_editions()
    ]
    heads = ("programme", "edition", "document", "in force (certainty)", "certainty")
    return tabulate((*heads, "clauses that tables can tell", "source"), rows)


def describe_edition(edition: Programme) -> str:
    """Describe the clauses of an edition."""
    head = f"### {edition.en} {edition.zh}, edition {edition.edition}\n\n{edition.document}."
    note = f" {edition.note}" if edition.note else ""
    if not edition.clauses:
        return f"{head}{note}\n\nNo clauses."
    rows = [row for clause in edition.clauses for row in describe_clause(clause, clause.id)]
    for route in edition.direct:
        excused = f"direct, instead of {', '.join(route.replaces)}"
        rows += describe_clause(route.clause, route.clause.id, excused)
    heads = ("clause", "what it asks", "quantity", "limit", "limit included (含)", "certainty")
    return f"{head}{note}\n\n{tabulate(heads, rows)}"


def describe_clause(clause: Clause, name: str, way: str = "") -> Iterator[tuple[str, ...]]:
    """Describe a clause and its parts, one a row."""
    asks = f"{clause.en} ({clause.zh})" + ("" if clause.recheck else "; not for a re-check")
    asks += f"; {way}" if way else ""
    if clause.test:
        yield (f"`{name}`", asks, *describe_test(clause.test), clause.certainty)
        return
    kind = "no table tells it: always unknown"
    if clause.unseen:
        kind = "the value was not seen: always unknown"
    elif clause.holds:
        kind = f"holds {', '.join(clause.holds)}"
    elif clause.any_of or clause.all_of:
        kind = "any of its parts" if clause.any_of else "all of its parts"
    yield (f"`{name}`", asks, kind, "", "", clause.certainty)
    for number, part in enumerate((*clause.any_of, *clause.all_of), start=1):
        yield from describe_clause(part, f"{name}.{number}")


def describe_test(test: Test) -> tuple[str, str, str]:
    """Describe quantity, limit and whether the limit is included."""
    limit, sign = test.limit, COMPARISONS[test.comparison]
    said = f"{sign} {say_value(limit.threshold, test.unit)}"
    if limit.by:
        steps = [
            f"{sign} {say_value(s.value, test.unit)} where {spell(limit.by)} "
            f"{COMPARISONS[s.comparison]} {say_value(s.limit, 'yuan')}"
            for s in limit.steps
        ]
        said = "; ".join([*steps, f"{said} otherwise"])
    return spell(test.quantity), said, INCLUDES[test.comparison]


def spell(quantity: Quantity) -> str:
    """Spell a quantity in words."""
    name, parts = quantity.operation, [spell(part) for part in quantity.of]
    years = f"{quantity.years} years" if quantity.years > 1 else "one year"
    low, high = quantity.bounds
    words = {
        "column": quantity.column,
        "ratio": " / ".join(parts),
        "sum": " + ".join(parts),
        "greatest": f"the greatest of ({'; '.join(parts)})",
        "between": f"{low:g} to {high:g}, which no table tells",
        "up_to": f"at most {parts[0] if parts else ''}",
        "points": f"points of {' '.join(parts)} [{'; '.join(map(say_step, quantity.scale))}]",
        "sum_years": f"sum of ({' '.join(parts)}) over {years}",
        "mean_years": f"mean of ({' '.join(parts)}) over {years}",
        "least_years": f"least of ({' '.join(parts)}) over {years}",
        "growth": f"mean yearly growth of {' '.join(parts)}, {years}",
        "compound_growth": f"compound yearly growth of {' '.join(parts)}, {years}",
    }
    return words[name]


def say_step(step: Step) -> str:
    """Say a step of a scale."""
    return f"{COMPARISONS[step.comparison]} {step.limit:g}: {step.value:g}"


def say_value(value: float, unit: str) -> str:
    """Say a value with its unit.

    >>> say_value(5e7, "yuan"), say_value(0.035, "share"), say_value(2, "years")
    ('5000万元', '3.5%', '2 years')
    """
    if unit == "share":
        return f"{value * 100:.10g}%"
    if unit == "yuan":
        return f"{value / YI:g}亿元" if value >= YI else f"{value / WAN:g}万元"
    return f"{value:g} {unit}" if unit in {"years", "points", "people"} else f"{value:g}"


def say_day(day: dt.date | None) -> str:
    """Say a day; an open end is left open."""
    return day.isoformat() if day else "…"


def describe_tiers() -> str:
    """Describe which certificate gives which tier."""
    tiers = read_tiers()
    labels = {e.id: e.zh for e in read_editions()}
    rows = [
        (
            tier.id,
            ", ".join(f"{labels.get(key, '')} `{key}`".strip() for key in tier.certificates),
            tier.next,
            ", ".join(f"`{key}`" for key in tier.programmes),
        )
        for tier in tiers.tiers
    ]
    routes = [f"{route.clause.en} ({route.clause.zh}): {route.tier}" for route in tiers.routes]
    heads = ("tier", "certificates that give it", "next tier", "programmes on the way to it")
    table = tabulate(heads, rows)
    rest = f"Without a certificate: {'; '.join(routes)}."
    return f"{tiers.mapping}: {tiers.source}.\n\n{table}\n\n{rest}"


def describe_sizes() -> str:
    """Describe the limits of the size classes."""
    parts = []
    for rule in read_sizes():
        rows = [
            (
                f"{sector.en} {sector.zh} (`{sector.id}`)",
                *(
                    " / ".join(say_value(v, "people" if m == "staff" else "yuan") for v in limits)
                    if (limits := sector.limits.get(m))
                    else ""
                    for m in MEASURES
                ),
                sector.certainty,
                ", ".join(sector.words),
            )
            for sector in rule.sectors
        ]
        heads = ("sector", *(f"{m}: large / medium / small" for m in MEASURES))
        force = f"in force {say_day(rule.in_force_from)} to {say_day(rule.in_force_to)}"
        head = f"{rule.document}; {force} ({rule.in_force_certainty}); certainty {rule.certainty}."
        table = tabulate((*heads, "certainty", "words"), rows)
        parts.append(f"{head} {rule.note} Source: {rule.source}.\n\n{table}")
    return "\n\n".join(parts)


def list_operations() -> str:
    """List what a quantity may be made of."""
    return tabulate(("operation", "meaning"), [(f"`{k}`", v) for k, v in OPERATIONS.items()])


def tabulate(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Set rows out as a table of Markdown."""
    first, *others = [
        f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in (heads, *rows)
    ]
    return "\n".join([first, f"|{'---|' * len(heads)}", *others])


if __name__ == "__main__":
    main()
