"""The notebooks run, and what they leave in their variables is what others count.

A notebook is run in its own kernel, as its reader does, and only once: a closing cell, which is
no part of it, prints the variables that are asked for. To execute the cells in a namespace here
as well would compute everything twice, and could not take what only a kernel knows (magics).
"""

import csv
import functools
import json
import math
import os
import statistics
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import NamedTuple

import nbclient
import nbformat
import numpy as np
import pytest
from scipy import stats

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SETTING = "ECOGRAPH_REAL_DATA"
COUNTED = {"已签", "在建", "已结束"}
TIERS = {  # the highest first
    "tree": {"专精特新“小巨人”企业", "重点“小巨人”", "制造业单项冠军"},
    "shrub": {"高新技术企业", "专精特新中小企业"},
    "seedling": {"科技型中小企业"},
}

ASKED = {
    "05-evidence": {
        "observed": "gaps['observed'].to_dict()",
        "exposure": "gaps['exposure'].to_dict()",
        "row": "gaps.loc[weakest, ['observed', 'expected', 'ci_low', 'ci_high']].tolist()",
        "by_hand": "by_hand",
        "dispersion": "dispersion['value']",
        "weakest": "weakest",
        "cited": "raw.iloc[cited['row'].astype(int) - 2]['id'].tolist()",
        "thin": "thin['verdict'].tolist()",
        "smallest_q": "smallest_q",
        "pairs": "missing['industry_name'].tolist()",
        "counties": "dict(zip(counties['name'], counties['observed']))",
        "explained": "[counties.loc[busiest, 'observed'], (rows['what'] == 'counted').sum()]",
    },
    "06-tiers-over-time": {
        "certified": "[[*k, v] for k, v in track[track['basis'] == 'certificate']"
        ".groupby(['year', 'tier']).size().items()]",
        "waits": "waits.set_index('tier').loc['seedling',"
        " ['firms', 'promoted', 'median', 'higher_before']].tolist()",
        "censored": "[of_promoted, product_limit]",
        "drawn": "[seen.tolist(), promoted.tolist()]",
        "lost": "losing['reason'].tolist()",
    },
    "07-two-regions-compared": {
        "verdicts": "compared['verdict'].tolist()",
        "reasons": "compared['reason'].tolist()",
        "sources": "sources[['agreements', 'agreements_published']].to_numpy().tolist()",
        "largest": "largest",
        "both": "len(both)",
        "coverage": "near.set_index('indicator').loc['firm_coverage',"
        " ['value_first', 'value_second']].tolist()",
        "agreements": "[len(half.tables['agreements']) for half in halves]",
        "twins": "same.set_index('indicator').loc['firm_coverage', 'value_first']",
        "alike": "same['verdict'].tolist()",
    },
    "08-teaching-the-statistics": {
        "first": "[links.tolist(), first['expected'].tolist()]",
        "alarms": "[alarm_p, alarm_q]",
        "covers": "[poisson_alike, poisson_uneven, known, told]",
        "outside": "outside",
        "sizes": "sizes.tolist()",
        "power": "power.to_numpy().tolist()",
        "ratio": "ratio",
        "within": "list(within[:3])",
        "called": "list(called.values())",
    },
}
REAL = {  # on the registers themselves: only the cells that use them
    "05-evidence": {
        "counties": "dict(zip(counties['name'], counties['observed']))",
        "firms": "dict(zip(counties['name'], counties['firms']))",
        "verdicts": "counties['verdict'].tolist()",
    },
    "07-two-regions-compared": {
        "sources": "sources['agreements'].tolist()",
        "median": "compared.set_index('indicator').loc['amount_median',"
        " ['value_first', 'value_second']].tolist()",
        "verdicts": "compared['verdict'].tolist()",
    },
}


class Ran(NamedTuple):
    """What a notebook showed: kinds of output of its last code cell, what it printed, answers."""

    last: set[str]
    printed: str
    answers: dict


@functools.cache
def run(name, *, real=False):
    """Run a notebook once, by default as if no register were named."""
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    cells = take_real(name, notebook.cells) if real else notebook.cells
    asked = (REAL if real else ASKED).get(name, {})
    answers = ", ".join(f"{key!r}: {wanted}" for key, wanted in asked.items())
    closing = f"import json\nprint(json.dumps({{{answers}}}, default=lambda value: value.item()))"
    notebook.cells = [*cells, nbformat.v4.new_code_cell(closing)]
    place = {"metadata": {"path": FOLDER}}
    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place)
    environment = {k: v for k, v in os.environ.items() if real or k != SETTING}
    client.execute(env=environment)
    *code, last, answer = (cell for cell in notebook.cells if cell.cell_type == "code")
    outputs = [output for cell in [*code, last] for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    kinds = {output.output_type for output in last.outputs}
    told = [output.text for output in answer.outputs if output.output_type == "stream"]
    return Ran(kinds, printed, json.loads("".join(told)))


def take_real(name, cells):
    """Take the cells that need a register: the first ones of 07, the last ones of 05."""
    heading = {"05": "## On a real register", "07": "## A fairer pair"}[name[:2]]
    start = next(n for n, cell in enumerate(cells) if cell.source.startswith(heading))
    imports = nbformat.v4.new_code_cell("import pandas as pd\n\nimport ecograph as eg")
    return cells[:start] if name.startswith("07") else [imports, *cells[start:]]


def read_rows(path, **kwargs):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, **kwargs))


@functools.cache
def read_city(table):
    return read_rows(FOLDER.parent / "data" / "example-city" / f"{table}.csv")


def list_city_links():
    """List the agreements that count and join science, each with its industries and firms."""
    parties = defaultdict(list)
    for row in read_city("parties"):
        parties[row["agreement"]].append(row["organisation"])
    of_firm = {row["id"]: row["industry"] for row in read_city("enterprises")}
    for row in read_city("agreements"):
        firms = [party for party in parties[row["id"]] if party.startswith("E")]
        science = any(party[0] in "UP" for party in parties[row["id"]])
        if row["status"] in COUNTED and science:
            yield row["id"], {row["industry"]} - {""} or {of_firm[firm] for firm in firms}, firms


def find_register(name):
    folder = os.environ.get(SETTING)
    if not folder or not (Path(folder) / name).is_dir():
        pytest.skip(f"{SETTING} does not name {name}: the public registers are not here")
    return Path(folder) / name


def bound_error(share, draws):
    """Four standard errors of a simulated share."""
    return 4 * math.sqrt(share * (1 - share) / draws)


def test_the_eight_notebooks_are_there():
    assert [n.name[:2] for n in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07", "08"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_outputs_are_committed(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.filterwarnings("ignore")  # of the Jupyter machinery, not of the notebooks' code
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs_from_top_to_bottom(path):
    assert run(path.stem).last & {"execute_result", "display_data"}


# 05


@pytest.fixture
def evidence():
    return run("05-evidence").answers


def test_evidence_counts_the_links_that_the_files_hold(evidence):
    links = Counter(industry for _, found, _ in list_city_links() for industry in found)
    firms = Counter(row["industry"] for row in read_city("enterprises"))
    assert evidence["observed"] == links
    assert evidence["exposure"] == firms
    weakest = evidence["weakest"]
    assert evidence["by_hand"] == pytest.approx(links.total() * firms[weakest] / firms.total())
    assert evidence["row"][1] == pytest.approx(evidence["by_hand"])


def test_evidence_estimates_how_uneven_firms_are_as_pearson_does(evidence):
    """The sum over firms of (count - mean)^2 / mean, over its degrees of freedom.

    A link is that of the first firm behind it.
    """
    of_firm = {row["id"]: row["industry"] for row in read_city("enterprises")}
    counts = {industry: Counter() for industry in of_firm.values()}
    for _, industries, firms in list_city_links():
        for industry in industries if firms else ():
            counts[industry][min(firms)] += 1
    statistic = degrees = 0
    for industry, size in Counter(of_firm.values()).items():
        values = [*counts[industry].values()]
        values += [0] * (size - len(values))
        mean = statistics.mean(values)
        statistic += sum((value - mean) ** 2 / mean for value in values)
        degrees += size - 1
    assert evidence["dispersion"] == pytest.approx(statistic / degrees)


def test_evidence_bounds_the_gap_where_the_tails_are_one_in_forty(evidence):
    observed, expected, low, high = evidence["row"]
    odds = evidence["dispersion"] - 1

    def law(ratio):
        return stats.nbinom(ratio * expected / odds, 1 / evidence["dispersion"])

    assert law(high).cdf(observed) == pytest.approx(0.025)
    assert law(low).sf(observed - 1) == pytest.approx(0.025)


def test_evidence_leads_from_the_figure_to_its_rows(evidence):
    told = [key for key, found, _ in list_city_links() if evidence["weakest"] in found]
    assert sorted(evidence["cited"]) == sorted(told)
    assert evidence["explained"][0] == evidence["explained"][1]


def test_evidence_judges_nothing_where_there_is_too_little(evidence):
    assert set(evidence["thin"]) == {"not_enough_data"}
    passed, with_one_less = evidence["smallest_q"]
    assert passed <= 0.05 < with_one_less
    assert "生物医药" not in evidence["pairs"]


def test_evidence_counts_counties_without_a_register_and_says_so(evidence):
    county = {row["id"]: row["region"] for row in read_city("enterprises")}
    links = Counter(
        found for *_, firms in list_city_links() for found in {county[f] for f in firms}
    )
    assert evidence["counties"] == links
    assert f"{SETTING} names no norway-h2020" in run("05-evidence").printed


def test_evidence_counts_the_counties_of_norway():
    grants = read_rows(find_register("norway-h2020") / "grants.csv", delimiter=";")
    kinds, firms, counties = defaultdict(set), defaultdict(set), defaultdict(set)
    for row in grants:
        kinds[row["Prosjektnr"]].add(row["FoU sektor"])
        if row["FoU sektor"] == "Næringsliv" and row["Adresse fylke"]:
            firms[row["Adresse fylke"]].add(row["Organisasjonsnummer"])
            counties[row["Prosjektnr"]].add(row["Adresse fylke"])
    science = {"UoH-sektor", "Instituttsektor"}
    links = Counter(
        c for project, found in counties.items() if kinds[project] & science for c in found
    )
    answers = run("05-evidence", real=True).answers
    assert {name: count for name, count in answers["counties"].items() if count} == links
    assert answers["firms"] == {name: len(found) for name, found in firms.items()}
    assert "gap" not in answers["verdicts"]


# 06


@pytest.fixture
def tiers():
    return run("06-tiers-over-time").answers


def list_first_days(tier):
    days = {}
    for row in read_city("certificates"):
        if row["certificate"] in TIERS[tier]:
            days[row["enterprise"]] = min(
                row["valid_from"], days.get(row["enterprise"], row["valid_from"])
            )
    return days


def test_tiers_of_a_year_are_those_of_the_certificates_in_force(tiers):
    found = Counter()
    for year in range(2020, 2025):
        held = defaultdict(set)
        for row in read_city("certificates"):
            if row["valid_from"] <= f"{year}-12-31" <= row["valid_to"]:
                held[row["enterprise"]].add(row["certificate"])
        for certificates in held.values():
            found[year, next(tier for tier in TIERS if TIERS[tier] & certificates)] += 1
    assert {(year, tier): firms for year, tier, firms in tiers["certified"]} == found


def test_waits_of_seedlings_are_those_of_the_product_limit(tiers):
    entered = list_first_days("seedling")
    higher = list_first_days("tree")
    for firm, day in list_first_days("shrub").items():
        higher[firm] = min(day, higher.get(firm, day))
    timed = {firm: day for firm, day in entered.items() if higher.get(firm, "9999") > day}
    ends = {firm: higher.get(firm, "2024-12-31") for firm in timed}
    days = {
        f: (date.fromisoformat(ends[f]) - date.fromisoformat(day)).days for f, day in timed.items()
    }
    timed = {firm: wait for firm, wait in days.items() if wait > 0}
    promoted = set(timed) & set(higher)
    survival, median = 1.0, math.nan
    for wait in sorted({timed[firm] for firm in promoted}):
        at_risk = sum(other >= wait for other in timed.values())
        survival *= 1 - sum(timed[firm] == wait for firm in promoted) / at_risk
        if survival <= 0.5:
            median = wait / 365.25
            break
    before = sum(higher.get(firm, "9999") <= day for firm, day in entered.items())
    assert tiers["waits"] == [len(timed), len(promoted), pytest.approx(median), before]


def test_censored_waits_are_told_by_the_product_limit_and_not_by_those_promoted(tiers):
    truth = 4 * math.log(2)
    of_promoted, product_limit = tiers["censored"]
    seen, promoted = (np.array(values) for values in tiers["drawn"])
    # of 400, half are still waiting at the median: its standard error is 4 / sqrt(those at risk)
    assert abs(product_limit - truth) < 2 * 4 / math.sqrt((seen >= truth).sum())
    assert of_promoted == np.median(seen[promoted])
    assert of_promoted < 0.6 * truth


def test_who_loses_falls_short_of_the_clause_that_is_named(tiers):
    assert len(tiers["lost"]) == 11
    assert all("15,000,000" in reason for reason in tiers["lost"])


# 07


@pytest.fixture
def regions():
    return run("07-two-regions-compared").answers


def test_regions_without_registers_may_not_be_compared_and_say_why(regions):
    assert f"{SETTING} does not name both registers" in run("07-two-regions-compared").printed
    assert set(regions["verdicts"]) == {"not_comparable"}
    assert all(regions["reasons"])
    assert regions["sources"] == [[10, 352], [7, 321]]


def test_regions_cover_the_firms_that_the_files_hold(regions):
    county = {row["id"]: row["region"] for row in read_city("enterprises")}
    firms, parties = Counter(county.values()), defaultdict(set)
    for row in read_city("parties"):
        if row["organisation"] in county:
            parties[row["agreement"]].add(county[row["organisation"]])
    first, second = (name for name, _ in firms.most_common(2))
    linked = {firm for *_, found in list_city_links() for firm in found}
    shares = [
        sum(county[firm] == name for firm in linked) / firms[name] for name in (first, second)
    ]
    assert regions["largest"] == [first, second]
    assert regions["coverage"] == pytest.approx(shares)
    assert regions["twins"] == pytest.approx(len(linked) / len(county))
    held = [sum(name in found for found in parties.values()) for name in (first, second)]
    assert regions["agreements"] == held
    assert regions["both"] == sum({first, second} <= found for found in parties.values())


def test_regions_of_one_law_hardly_differ(regions):
    """At most one false verdict is expected in twenty pairs; more than two would be a fault."""
    verdicts = Counter(regions["alike"])
    assert verdicts["no_difference_seen"] > 20
    assert verdicts["higher"] + verdicts["lower"] <= 2


def test_regions_of_two_registers_are_told_with_their_own_amounts():
    projects = read_rows(find_register("anr-pia") / "projects.csv")
    grants = read_rows(find_register("norway-h2020") / "grants.csv", delimiter=";")
    french = [float(row["Projet.Aide_allouee"].replace(",", ".")) for row in projects]
    norwegian = defaultdict(float)
    for row in grants:
        norwegian[row["Prosjektnr"]] += float(
            row["Innvilget beløp organisasjon EUR"].replace(",", ".")
        )
    answers = run("07-two-regions-compared", real=True).answers
    assert answers["sources"] == [len(projects), len(norwegian)]
    medians = [statistics.median(amounts) for amounts in (french, norwegian.values())]
    assert answers["median"] == pytest.approx(medians)
    assert Counter(answers["verdicts"])["not_comparable"] > 20


# 08


@pytest.fixture
def lessons():
    return run("08-teaching-the-statistics").answers


def test_lessons_expect_by_exposure(lessons):
    links, expected = lessons["first"]
    firms = [400, 200, 100, 50, 25, 12, 6, 3]
    assert expected == pytest.approx([sum(links) * n / 796 for n in firms])


def test_lessons_raise_as_many_alarms_as_chance_gives(lessons):
    few = stats.poisson.cdf(12, 20)  # 13 links of 20 would not be significantly few
    assert few < 0.05 < stats.poisson.cdf(13, 20)
    by_p, by_q = lessons["alarms"]
    truth = 1 - (1 - few) ** 40
    assert by_p == pytest.approx(truth, abs=bound_error(truth, 2000))
    assert by_q <= 0.05 + bound_error(0.05, 2000)


def test_lessons_cover_what_the_laws_give(lessons):
    """Add up all counts whose Garwood interval, from chi-square, holds 60."""
    counts = np.arange(400)
    low = np.nan_to_num(stats.chi2.ppf(0.025, 2 * counts) / 2)
    high = stats.chi2.ppf(0.975, 2 * counts + 2) / 2
    held = (low <= 60) & (high >= 60)
    alike = stats.poisson.pmf(counts, 60)[held].sum()
    uneven = stats.nbinom.pmf(counts, 60 * 0.5, 1 / 3)[held].sum()  # 60 firms of shape 0.5
    poisson_alike, poisson_uneven, known, told = lessons["covers"]
    assert poisson_alike == pytest.approx(alike, abs=bound_error(alike, 4000))
    assert poisson_uneven == pytest.approx(uneven, abs=bound_error(uneven, 4000))
    assert known >= 0.95 - bound_error(0.95, 4000)
    assert 0.92 < told < 0.98


def test_lessons_leave_few_outside_the_funnel(lessons):
    """No more than one in twenty outside the lines, and as many as the law of each size gives."""
    sizes = np.array(lessons["sizes"])
    low, high = stats.poisson.ppf(0.025, sizes), stats.poisson.isf(0.025, sizes)
    tails = [stats.poisson.cdf(k, sizes) for k in (low, low - 1)]
    below = np.where(tails[0] <= 0.025, tails[0], tails[1])
    tails = [stats.poisson.sf(k - 1, sizes) for k in (high, high + 1)]
    above = np.where(tails[0] <= 0.025, tails[0], tails[1])
    truth = (below + above).mean()
    assert truth <= 0.05
    assert lessons["outside"] == pytest.approx(truth, abs=bound_error(truth, 200))


def test_lessons_find_a_gap_as_often_as_the_binomial_law_says(lessons):
    """Of N links in all, the weak one of eight has a binomial number with chance 0.4 / 7.4."""
    for links, expected, alone, among in lessons["power"]:
        critical = max(k for k in range(-1, 60) if stats.poisson.cdf(k, expected) <= 0.05)
        truth = stats.binom.cdf(critical, int(links), 0.4 / 7.4)
        assert alone == pytest.approx(truth, abs=bound_error(truth, 3000) + 1e-9)
        assert among <= alone
    assert lessons["power"][-1][3] > 0.95


def test_lessons_reverse_by_mix_and_not_within_tiers(lessons):
    """East 36 of 160 x 19/200 + 40 x 84/200 = 32 expected; West 67 of 71."""
    assert lessons["ratio"] == pytest.approx({"east": 36 / 32, "west": 67 / 71})
    value, low, high = lessons["within"]
    agreeing = 16 * 37 / 200 + 20 * 96 / 200
    against = 144 * 3 / 200 + 20 * 64 / 200
    assert value == pytest.approx(agreeing / against)
    assert low < 1 < high


def test_lessons_find_the_planted_industry_in_every_draw(lessons):
    assert lessons["called"] == [["生物医药"]] * 3
