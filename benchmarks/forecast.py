"""Ask whether gaps of high opportunity fill later: forecasts out of sample on public registers.

    python benchmarks/forecast.py           # some minutes; writes docs/forecast.md, and what came
                                            # out into docs/validation.md
    python benchmarks/forecast.py --quick   # a drawn table and one register; writes nothing

Tables of agreements by row (place or organisation) and column (programme or action) are cut at a
year t. What is known by then scores the pairs; what comes in t+1 to t+3 judges the scores. All
pairs of the kind asked for are judged, none is sampled. Registers are at ECOGRAPH_REAL_DATA.
"""

from __future__ import annotations

import argparse
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from clock import ROOT
from run import replace_section

import ecograph as eg
from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.blocks import compare_blocks
from ecograph.statistics.forecasts import (
    compute_auc,
    compute_average_precision,
    compute_odds_ratio,
    compute_precision,
    count_levels,
)
from ecograph.statistics.rates import control_discoveries
from ecograph.statistics.relatedness import (
    compute_opportunity,
    compute_proximity,
    compute_relatedness_density,
)
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from ecograph.statistics.relatedness import Method

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "Register",
    "Table",
    "check_forecasts",
    "compare_verdicts",
    "conclude",
    "draw_table",
    "find_registers",
    "judge",
    "judge_strata",
    "make_case",
    "read_register",
    "take_outcome",
    "write_section",
]

PAGE = ROOT / "docs" / "forecast.md"
SUMMARY = ROOT / "docs" / "validation.md"
OUTCOME = "### What came out"
NAME, TITLE = "forecast", "Whether gaps of high opportunity fill"
AHEAD = 3  # years in which a gap may fill
FEWEST = 100  # agreements by an origin, and after it
ENOUGH = 10  # pairs that fill, and that do not, for an origin to be judged
STRATA = 20
ALPHA = 0.05
LEVEL = (0.025, 0.975)
DRAWS, QUICK_DRAWS, AT_ONCE = 400, 100, 200

METRICS = ("AUC", "average precision", "precision at 10", "precision at 50", "precision at filled")
SCORES = (
    "opportunity",
    "density",
    "popularity",
    "column popularity",
    "persistence",
    "breadth",
    "popularity x breadth",
    "random",
)
DIFFERENCES = (
    ("opportunity", "popularity"),
    ("opportunity", "persistence"),
    ("opportunity", "popularity x breadth"),
    ("density", "popularity"),
    ("density", "breadth"),
)
IN_STRATA = ("density", "breadth", "popularity")
SHORT = (*METRICS[:2], METRICS[-1])
GROUPS = (
    "testable, high opportunity",
    "testable, low opportunity",
    "testable, more popular",
    "testable, less popular",
    "not testable",
    "a gap",
)
COMPARED = (
    ("a gap", "not testable"),
    ("testable, high opportunity", "not testable"),
    ("testable, high opportunity", "testable, low opportunity"),
    ("testable, more popular", "testable, less popular"),
)
METHODS: tuple[Method, ...] = ("probability", "association", "cosine", "jaccard")


class Choice(NamedTuple):
    """What of a register stands for regions, disciplines and years; chosen before any result."""

    folder: str
    place: str
    places: str
    column: str
    columns: str
    year: str
    caveat: str


CHOICES = {
    "h2020": Choice(
        *("h2020-2016", "country", "countries", "disciplines", "programmes", "date"),
        "Programmes are lines of funding at several levels, a stand-in for disciplines. The "
        "register ends in 2016 with some starts in 2017, so that later origins have fewer than "
        "three years ahead; projects without a start date are left out.",
    ),
    "norway-h2020": Choice(
        *("norway-h2020", "city", "municipalities", "disciplines", "programmes", "date"),
        "Programmes as above; only the Norwegian partners are listed, and 2022 is incomplete.",
    ),
    "anr-pia": Choice(
        *("anr-pia", "province", "regions", "action", "actions", "edition"),
        "Nothing in this register stands for a discipline: an action is a kind of call, and most "
        "are made once or twice, so that many pairs could not fill. Years are those of the call, "
        "as a third of the projects has no start date.",
    ),
}

ABOUT = (
    "Tables of agreements (a pair is active where there is one) are cut at each year t that has",
    f"at least {FEWEST} agreements by then and as many after it, and judged by t+1 to t+{AHEAD},",
    "or as far as the register reaches. Opportunity is share of the row x share of the column x",
    "relatedness density; popularity is the same without density; breadth is what density would be",
    "if all columns were equally close, so that a score must beat it to owe anything to which",
    "columns are related. All pairs of the kind asked for are judged, none is sampled. Figures are",
    "means over t; in brackets are intervals of 95 % by drawing rows again, which are rough for",
    "the first 10 pairs and for few rows. Two tables are drawn, to show what comes out where",
    "relatedness decides, and where it does not. Why relatedness is to be judged by what it",
    "foretells: Albora et al., Scientific Reports 13, 1481, 2023.",
)
ABSENT = "The registers are not here: ECOGRAPH_REAL_DATA does not name a folder that has them."
WORDS = {
    "new pairs": (
        "Empty pairs that fill",
        "A pair without an agreement by t, its row and its column with one; it fills by a first",
        "agreement. Persistence is blind here, so that the activity of row x column in year t",
        "stands for it.",
    ),
    "deficits": (
        "Pairs below expectation that reach it",
        "A pair with fewer agreements by t than row sum x column sum / all; it fills by having at",
        "least as many as that at the end of the years ahead. Persistence is observed / expected.",
    ),
    "all pairs": (
        "All pairs, active later or not",
        "Empty or not; persistence is the number of agreements by t. Density leaves out the pair",
        "itself, so that a row of one column has none there, whatever it does again.",
    ),
}
VERDICTS = (
    "By the configuration model of organisations and columns, on what is known by t; summed over",
    "t. A pair is testable where no organisation at all is significantly few by itself, and a gap",
    "where it still is after correction for many tests. Without an agreement both depend on what",
    "is expected alone, so that testable pairs are those of active rows and popular columns. They",
    "are halved at the median of opportunity, and of popularity, of each t. Odds ratios need at",
    f"least {ENOUGH} pairs in each group.",
)


class Table(NamedTuple):
    """Agreements by year, row and column, and how many agreements there are in each year."""

    name: str
    counts: Ints
    years: Ints
    agreements: Ints


class Register(NamedTuple):
    """The tables of places and of organisations, and the place of each organisation (-1: none)."""

    places: Table
    organisations: Table
    home: Ints


class Case(NamedTuple):
    """The pairs that are judged at an origin: scores by name, what came true, and their rows."""

    scores: dict[str, Floats]
    filled: Flags
    rows: Ints


def main() -> None:
    """Print the page and write it, and what came out into that of all validations."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small part; writes nothing")
    parser.add_argument("--draws", type=int, help="samples of rows for the intervals")
    chosen = parser.parse_args()
    draws = chosen.draws or (QUICK_DRAWS if chosen.quick else DRAWS)
    lines = [show(line) for line in check_forecasts(draws, quick=chosen.quick)]
    if chosen.quick or not find_registers():
        return
    for page, part in ((PAGE, lines), (SUMMARY, take_outcome(lines))):
        page.write_text(write_section(page.read_text(encoding="utf-8"), part), encoding="utf-8")


def take_outcome(lines: Iterable[str]) -> list[str]:
    """Take the sentences on what came out for empty pairs.

    >>> take_outcome(["x", "### What came out", "", "- In short, a", "- Deficits: b", "### y"])
    ['- In short, a']
    """
    told = itertools.dropwhile(lambda line: line != OUTCOME, lines)
    listed = itertools.takewhile(lambda line: line == OUTCOME or not line.startswith("###"), told)
    return [
        line for line in listed if line.startswith(("- In short", "- New", "- Empty", "- Among"))
    ]


def show(line: str) -> str:
    """Print a line at once."""
    print(line, flush=True)
    return line


def write_section(text: str, lines: Iterable[str]) -> str:
    """Put lines between the markers of this section, or append it with its title."""
    return replace_section(text, NAME, TITLE, "\n".join(lines))


def check_forecasts(draws: int = DRAWS, *, quick: bool = False) -> Iterator[str]:
    """Judge all registers at hand; give the lines of the section."""
    found = find_registers()
    names = [name for name in found if not quick or name == "norway-h2020"]
    registers = {name: read_register(name, found[name]) for name in names}
    yield from describe(registers)
    drawn = [draw_table(related=related, seed=1) for related in (True, False)]
    tables = [table for register in registers.values() for table in register[:2]]
    asked = {
        "new pairs": [*drawn, *tables],
        "deficits": [register.places for register in registers.values()],
        "all pairs": tables,
    }
    frames = {setting: judge_all(of_it, setting, draws) for setting, of_it in asked.items()}
    strata = pd.concat([judge_strata(table, draws) for table in asked["new pairs"]])
    verdicts = [compare_verdicts(register, draws) for register in registers.values()]
    yield from (OUTCOME, "")
    yield from (f"- {line}" for line in conclude(frames, strata, verdicts))
    yield ""
    for setting, frame in frames.items():
        yield from print_setting(setting, frame)
    yield from print_strata(strata)
    if not quick:
        yield from print_methods(asked["deficits"], draws)
    yield from print_verdicts(verdicts)


# Registers


def find_registers() -> dict[str, Path]:
    """Find the folders of the registers that are at hand."""
    real = os.environ.get("ECOGRAPH_REAL_DATA")
    if not real:
        return {}
    folders = {name: Path(real) / choice.folder for name, choice in CHOICES.items()}
    return {name: folder for name, folder in folders.items() if folder.is_dir()}


def read_register(name: str, source: Path) -> Register:
    """Convert a register, and count its agreements by year, row and column."""
    choice = CHOICES[name]
    tables = eg.convert(name, source).tables
    ties = list_ties(tables, choice)
    years = np.arange(ties["year"].min(), ties["year"].max() + 1)
    labels, known = pd.factorize(ties["organisation"], sort=True)
    home = ties.groupby(labels)["place"].first().to_numpy()
    ties = ties.assign(organisation=labels, column=pd.factorize(ties["column"], sort=True)[0])
    signed = ties.drop_duplicates("agreement")["year"] - years[0]
    agreements = np.bincount(signed, minlength=len(years))
    counts = {side: count_agreements(ties, side, years) for side in ("place", "organisation")}
    title = choice.folder
    return Register(
        Table(f"{title}: {choice.places}", counts["place"], years, agreements),
        Table(f"{title}: organisations", counts["organisation"], years, agreements),
        home[: len(known)],
    )


def list_ties(tables: Mapping[str, pd.DataFrame], choice: Choice) -> pd.DataFrame:
    """List year, agreement, organisation, place (a number, -1 unknown) and column."""
    kinds = ("universities", "platforms", "enterprises", "institutions")
    parts = [tables[kind] for kind in kinds if choice.place in tables[kind]]
    everyone = pd.concat(
        [part.assign(key=part["id"] if "id" in part else part["name"]) for part in parts]
    )
    place = everyone.drop_duplicates("key").set_index("key")[choice.place].fillna("")
    agreements = tables["agreements"].rename(columns={"id": "agreement"})
    agreements = agreements.assign(
        year=pd.to_numeric(agreements[choice.year].str[:4], errors="coerce"),
        column=agreements[choice.column].str.split(";"),
    )
    about = agreements.dropna(subset=["year"]).explode("column")
    about = about.assign(year=about["year"].astype(int), column=about["column"].str.strip())
    parties = tables["parties"][["agreement", "organisation"]]
    ties = parties.merge(about.loc[about["column"] != "", ["agreement", "year", "column"]])
    known = ties["organisation"].map(place).replace("", np.nan)
    return ties.assign(place=pd.factorize(known, sort=True)[0])


def count_agreements(ties: pd.DataFrame, side: str, years: Ints) -> Ints:
    """Count the agreements of each year, row and column; each once, unknown rows (-1) left out."""
    once = ties[ties[side] >= 0].drop_duplicates(["agreement", side, "column"])
    shape = (len(years), int(ties[side].max()) + 1, int(ties["column"].max()) + 1)
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, (once["year"] - years[0], once[side], once["column"]), 1)
    return counts


def draw_table(*, related: bool, seed: int, rows: int = 60, columns: int = 40) -> Table:
    """Draw a table of eight years in which relatedness decides, or nothing but popularity does.

    Rows differ in activity and columns in popularity as gamma numbers do. Where ``related``, a row
    has nine in ten of its agreements in the fifth of the columns that it belongs to.
    """
    random = np.random.default_rng(seed)
    active, popular = random.gamma(2.0, 1.0, rows), random.gamma(2.0, 1.0, columns)
    rate = np.outer(active / active.mean(), popular / popular.mean())
    if related:
        same = np.equal.outer(np.arange(rows) % 5, np.arange(columns) % 5)
        rate *= np.where(same, 4.5, 0.125)
    counts = random.poisson(0.06 * rate, (8, rows, columns))
    name = "drawn: relatedness decides" if related else "drawn: popularity alone decides"
    return Table(name, counts, np.arange(2001, 2009), counts.sum(axis=(1, 2)))


# Cases


def list_origins(table: Table) -> list[int]:
    """List the years with enough agreements by then, and enough after it."""
    agreements, many = table.agreements, len(table.years)
    return [
        int(table.years[at])
        for at in range(many - 1)
        if agreements[: at + 1].sum() >= FEWEST
        and agreements[at + 1 : at + 1 + AHEAD].sum() >= FEWEST
    ]


def make_case(table: Table, origin: int, setting: str, *, method: Method = "probability") -> Case:
    """Score the pairs of a kind by what is known at the end of a year, and see what came.

    Parameters
    ----------
    table
        Agreements by year, row and column.
    origin
        The year t; scores see nothing that is later.
    setting
        One of `SETTINGS`.
    method
        How proximity is measured.
    """
    at = origin - int(table.years[0]) + 1
    past, latest = table.counts[:at].sum(axis=0), table.counts[at - 1]
    later = table.counts[at : at + AHEAD].sum(axis=0)
    rows, columns = (np.flatnonzero(past.any(axis=side)) for side in (1, 0))
    grid = np.ix_(rows, columns)
    asked, filled, persistence = (part[grid] for part in SETTINGS[setting](past, latest, later))
    random = np.random.default_rng(origin).random(asked.shape)
    scores = {**score_pairs(past[grid], method), "persistence": persistence, "random": random}
    row = np.broadcast_to(rows[:, np.newaxis], asked.shape)
    chosen = {name: scores[name][asked].astype(float) for name in SCORES}
    return Case(chosen, filled[asked], row[asked])


def score_pairs(past: Ints, method: Method) -> dict[str, Floats]:
    """Score all pairs of a table by opportunity and its parts; density unknown is none."""
    presence = past > 0
    demand, supply = past.sum(axis=1), past.sum(axis=0)
    closeness = {
        "density": compute_proximity(presence, method),
        "breadth": np.ones((len(supply), len(supply))),
    }
    near = {
        name: np.nan_to_num(compute_relatedness_density(presence, part), nan=0.0)
        for name, part in closeness.items()
    }
    return {
        **near,
        "opportunity": compute_opportunity(demand, supply, near["density"]),
        "popularity x breadth": compute_opportunity(demand, supply, near["breadth"]),
        "popularity": np.outer(demand, supply).astype(float),
        "column popularity": np.broadcast_to(supply, past.shape).astype(float),
    }


Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def ask_new(past: Ints, latest: Ints, later: Ints) -> Parts:
    """Ask which empty pairs get a first agreement; persistence is activity in the last year."""
    return past == 0, later > 0, np.outer(latest.sum(axis=1), latest.sum(axis=0))


def ask_deficits(past: Ints, latest: Ints, later: Ints) -> Parts:  # noqa: ARG001 - one form for all
    """Ask which pairs below expectation reach it; persistence is how near they are to it."""
    before, after = compute_expected(past), compute_expected(past + later)
    ratio = past / np.where(before > 0, before, 1.0)
    return past < before, past + later >= after, ratio


def ask_all(past: Ints, latest: Ints, later: Ints) -> Parts:  # noqa: ARG001 - one form for all
    """Ask which pairs of all are active later; persistence is how active they have been."""
    return np.ones(past.shape, dtype=bool), later > 0, past


SETTINGS: dict[str, Callable[[Ints, Ints, Ints], Parts]] = {
    "new pairs": ask_new,
    "deficits": ask_deficits,
    "all pairs": ask_all,
}


def compute_expected(counts: Ints) -> Floats:
    """Compute what the sums of rows and columns give where they are independent."""
    return np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(int(counts.sum()), 1)


# Judgement


def judge_all(tables: Iterable[Table], setting: str, draws: int) -> pd.DataFrame:
    """Judge several tables; see `judge`."""
    frames = [judge(table, setting, draws) for table in tables]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def judge(
    table: Table, setting: str, draws: int, *, method: Method = "probability"
) -> pd.DataFrame:
    """Compare scores at all origins of a table, with intervals by drawing rows again.

    Parameters
    ----------
    table
        Agreements by year, row and column.
    setting
        One of `SETTINGS`.
    draws
        Samples of rows, with replacement; the same rows for all scores and origins, so that
        differences are paired and origins need not be independent.
    method
        How proximity is measured.

    Returns
    -------
    pandas.DataFrame
        One row for each origin (0: the mean over origins), score or difference of two, and
        metric: value, low, high; and how many pairs were judged, and filled.
    """
    cases = find_cases(table, setting, method=method)
    weight = draw_rows(table.counts.shape[1], draws)
    parts = [measure(case, weight) for case in cases.values()]
    frames = [
        summarise(part, len(case.filled), int(case.filled.sum())).assign(origin=origin)
        for (origin, case), part in zip(cases.items(), parts, strict=True)
    ]
    if parts:
        pairs, filled = (
            float(np.mean([count(case.filled) for case in cases.values()])) for count in (len, sum)
        )
        frames.insert(0, summarise(np.mean(parts, axis=0), pairs, filled).assign(origin=0))
    named = [frame.assign(table=table.name, setting=setting) for frame in frames]
    return pd.concat(named, ignore_index=True) if named else pd.DataFrame()


def find_cases(table: Table, setting: str, *, method: Method = "probability") -> dict[int, Case]:
    """Make the cases of all origins at which enough pairs fill, and enough do not."""
    cases = {
        origin: make_case(table, origin, setting, method=method) for origin in list_origins(table)
    }
    return {
        origin: case
        for origin, case in cases.items()
        if ENOUGH <= case.filled.sum() <= len(case.filled) - ENOUGH
    }


def draw_rows(rows: int, draws: int, *, seed: int = 1) -> Floats:
    """Draw rows with replacement: how often each counts (draws + 1 x rows), first all alike."""
    random = np.random.default_rng(seed)
    weight = np.ones((draws + 1, rows))
    for draw in range(1, draws + 1):
        weight[draw] = np.bincount(random.integers(rows, size=rows), minlength=rows)
    return weight


def measure(case: Case, weight: Floats) -> Floats:
    """Measure every score by every metric in every draw (scores x metrics x draws)."""
    return np.stack([measure_score(case, name, weight) for name in SCORES])


def measure_score(case: Case, name: str, weight: Floats) -> Floats:
    """Measure a score by every metric in every draw (metrics x draws)."""
    levels = count_levels(case.scores[name], case.filled, case.rows)
    weight = weight[:, : levels.hits.shape[1]]
    parts = []
    for start in range(0, len(weight), AT_ONCE):
        hits, misses = levels.weigh(weight[start : start + AT_ONCE])
        found = hits.sum(axis=0)
        precisions = [compute_precision(hits, misses, first) for first in (10, 50, found)]
        parts.append(
            [compute_auc(hits, misses), compute_average_precision(hits, misses), *precisions]
        )
    return np.concatenate(parts, axis=1)


def summarise(figures: Floats, pairs: float, filled: float) -> pd.DataFrame:
    """Turn draws into values and intervals, of scores and of differences between them."""
    place = {name: at for at, name in enumerate(SCORES)}
    shown = {name: figures[at] for name, at in place.items()}
    for one, other in DIFFERENCES:
        shown[f"{one} - {other}"] = figures[place[one]] - figures[place[other]]
    rows = [
        {"score": score, "metric": metric, **bound(draws[at])}
        for score, draws in shown.items()
        for at, metric in enumerate(METRICS)
    ]
    return pd.DataFrame(rows).assign(pairs=pairs, filled=filled)


def bound(draws: Floats) -> dict[str, float]:
    """Take the first number as the value, quantiles of the others as its interval."""
    known = draws[1:][~np.isnan(draws[1:])]
    low, high = np.quantile(known, LEVEL) if len(known) else (np.nan, np.nan)
    return {"value": float(draws[0]), "low": float(low), "high": float(high)}


def judge_strata(table: Table, draws: int) -> pd.DataFrame:
    """Compare scores by AUC among empty pairs that are about equally popular."""
    weight = draw_rows(table.counts.shape[1], draws)
    cases = find_cases(table, "new pairs").values()
    if not cases:
        return pd.DataFrame()
    shown = {
        name: np.mean([measure_strata(case, name, weight) for case in cases], axis=0)
        for name in IN_STRATA
    }
    for other in IN_STRATA[1:]:
        shown[f"density - {other}"] = shown["density"] - shown[other]
    rows = [{"table": table.name, "score": name, **bound(shown[name])} for name in shown]
    return pd.DataFrame(rows)


def measure_strata(case: Case, name: str, weight: Floats) -> Floats:
    """Measure a score by AUC within strata of popularity, weighed by their pairs (draws)."""
    popularity = case.scores["popularity"]
    edges = np.quantile(popularity, np.arange(1, STRATA) / STRATA)
    stratum = np.searchsorted(edges, popularity, side="left")
    won, pairs = np.zeros(len(weight)), np.zeros(len(weight))
    for number in range(STRATA):
        here = stratum == number
        levels = count_levels(case.scores[name][here], case.filled[here], case.rows[here])
        for start in range(0, len(weight), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            hits, misses = levels.weigh(weight[part, : levels.hits.shape[1]])
            both = hits.sum(axis=0) * misses.sum(axis=0)
            won[part] += np.nan_to_num(compute_auc(hits, misses)) * both
            pairs[part] += both
    return won / np.where(pairs > 0, pairs, np.nan)


# Verdicts


def compare_verdicts(register: Register, draws: int) -> pd.DataFrame:
    """Compare how often empty pairs of each verdict fill, and by which odds ratio.

    Verdicts are those of `ecograph.cross_disciplines`, on what is known by each origin: firms of
    an industry are here organisations of a place. Pairs in which no tie at all is significant by
    itself (testable) are halved at the median of opportunity, and for comparison at that of
    popularity, of each origin; gaps are those that are so after correction for many tests.

    Returns
    -------
    pandas.DataFrame
        One row a group (pairs, filled, and their share as value) and one a comparison of two (odds
        ratio as value), summed over origins, with intervals by drawing rows again.
    """
    table, rows = register.places, register.places.counts.shape[1]
    filled, left = (np.zeros((len(GROUPS), rows)) for _ in range(2))
    for origin in list_origins(table):
        case = make_case(table, origin, "new pairs")
        for at, chosen in enumerate(split_verdicts(register, origin, case)):
            filled[at] += np.bincount(case.rows[chosen & case.filled], minlength=rows)
            left[at] += np.bincount(case.rows[chosen & ~case.filled], minlength=rows)
    weight = draw_rows(rows, draws)
    hits, misses = filled @ weight.T, left @ weight.T
    found = [
        {"group": name, "pairs": hits[at, 0] + misses[at, 0], "filled": hits[at, 0]}
        | bound_group(hits[at], misses[at])
        for at, name in enumerate(GROUPS)
    ]
    for one, other in COMPARED:
        pair = [GROUPS.index(one), GROUPS.index(other)]
        enough = (hits[pair, 0] + misses[pair, 0] >= ENOUGH).all()
        ratio = compute_odds_ratio(hits[pair], misses[pair])
        found.append({"group": f"{one} : {other}"} | (bound(ratio) if enough else {}))
    return pd.DataFrame(found).assign(table=table.name)


def bound_group(hits: Floats, misses: Floats) -> dict[str, float]:
    """Bound the share that fills; by the exact interval where draws cannot differ."""
    pairs = hits + misses
    found = bound(hits / np.where(pairs > 0, pairs, np.nan))
    if found["low"] == found["high"]:
        low, high = bound_share(hits[:1], pairs[:1], method="exact")
        found |= {"low": float(low[0]), "high": float(high[0])}
    return found


def split_verdicts(register: Register, origin: int, case: Case) -> list[Flags]:
    """Mark the pairs of each of `GROUPS` among those of a case."""
    past = register.places.counts[: origin - int(register.places.years[0]) + 1].sum(axis=0)
    active = np.ix_(past.any(axis=1), past.any(axis=0))
    p, q = (part[active][past[active] == 0] for part in find_chances(register, origin))
    testable = p <= ALPHA
    halves = []
    for name in ("opportunity", "popularity"):
        score = case.scores[name]
        high = score >= (np.median(score[testable]) if testable.any() else np.inf)
        halves += [testable & high, testable & ~high]
    return [*halves, ~testable, q <= ALPHA]


def find_chances(register: Register, origin: int) -> tuple[Floats, Floats]:
    """Find the chance of as few organisations of each place and column by a year, and adjust it."""
    table, home = register.organisations, register.home
    ties = table.counts[: origin - int(table.years[0]) + 1].any(axis=0) & (home >= 0)[:, np.newaxis]
    shape = (register.places.counts.shape[1], ties.shape[1])
    observed = np.zeros(shape, dtype=np.int64)
    np.add.at(observed, home[home >= 0], ties[home >= 0])
    active = ties.any(axis=1)
    fit = fit_configuration(ties[active].sum(axis=1), ties[active].sum(axis=0))
    members = np.zeros((shape[0], len(fit.chance)), dtype=np.int64)
    np.add.at(members, (home[active], fit.row_class), 1)
    tests = compare_blocks(observed, members, fit.chance[:, fit.column_class], alpha=ALPHA)
    testable = (tests.expected > 0) & (tests.critical >= 0)
    return tests.few, control_discoveries(tests.few.ravel(), testable.ravel()).reshape(shape)


# The section


def describe(registers: Mapping[str, Register]) -> Iterator[str]:
    """Say what is judged, and what it stands for."""
    yield from (*ABOUT, "")
    if not registers:
        yield from (ABSENT, "")
        return
    yield "| table | rows | columns | agreements | t |"
    yield "|---|---|---|---|---|"
    for register in registers.values():
        for table in (register.places, register.organisations):
            shape = " | ".join(str(count) for count in table.counts.shape[1:])
            origins = ", ".join(map(str, list_origins(table)))
            yield f"| {table.name} | {shape} | {table.agreements.sum()} | {origins} |"
    yield ""
    for choice in (CHOICES[name] for name in registers):
        yield f"- {choice.folder}: {choice.places} and organisations x {choice.columns}."
        yield f"  {choice.caveat}"
    yield ""


def print_setting(setting: str, frame: pd.DataFrame) -> Iterator[str]:
    """Print scores, differences, and for new pairs the origins one by one."""
    if frame.empty:
        return
    title, *text = WORDS[setting]
    metrics = METRICS if setting == "new pairs" else SHORT
    mean = frame[frame["origin"] == 0]
    yield from (f"### {title}", "", *text, "")
    yield f"| table | pairs, filled | score | {' | '.join(metrics)} |"
    yield "|---" * (len(metrics) + 3) + "|"
    for table, part in mean.groupby("table", sort=False):
        size = f"{part['pairs'].iloc[0]:.0f}, {part['filled'].iloc[0]:.0f}"
        yield from print_rows(
            part, {name: f"{table} | {size} | {name}" for name in SCORES}, metrics
        )
    names = [f"{one} - {other}" for one, other in DIFFERENCES]
    yield from ("", f"| table | difference | {' | '.join(metrics)} |")
    yield "|---" * (len(metrics) + 2) + "|"
    for table, part in mean.groupby("table", sort=False):
        yield from print_rows(part, {name: f"{table} | {name}" for name in names}, metrics)
    yield ""
    if setting == "new pairs":
        yield from print_origins(drop_drawn(frame[frame["origin"] > 0]))


def print_rows(
    frame: pd.DataFrame, labels: Mapping[str, str], metrics: Iterable[str]
) -> Iterator[str]:
    """Print a row of some metrics for each score that has a label."""
    figures = {(row["score"], row["metric"]): row for row in frame.to_dict("records")}
    for score, label in labels.items():
        cells = [write_figure(figures[score, metric]) for metric in metrics]
        yield f"| {label} | {' | '.join(cells)} |"


def print_origins(frame: pd.DataFrame) -> Iterator[str]:
    """Print AUC by origin."""
    if frame.empty:
        return
    shown = ("opportunity", "density", "popularity", "opportunity - popularity")
    yield f"AUC by t, where at least {ENOUGH} pairs fill and {ENOUGH} do not:"
    yield ""
    yield f"| table | t | pairs | filled | {' | '.join(shown)} |"
    yield "|---" * (len(shown) + 4) + "|"
    for (table, origin), part in frame.groupby(["table", "origin"], sort=False):
        rows = part[part["metric"] == "AUC"].set_index("score")
        sizes = f"{part['pairs'].iloc[0]:.0f} | {part['filled'].iloc[0]:.0f}"
        cells = " | ".join(write_figure(rows.loc[score]) for score in shown)
        yield f"| {table} | {origin} | {sizes} | {cells} |"
    yield ""


def print_strata(strata: pd.DataFrame) -> Iterator[str]:
    """Print what density tells among pairs of about the same popularity."""
    yield from (
        "### Density among empty pairs of about the same popularity",
        "",
        f"AUC within {STRATA} strata of popularity. What popularity has left there shows how even",
        "the strata are; what density has beyond breadth is what relatedness knows of its own.",
        "",
        f"| table | {' | '.join(IN_STRATA)} | density - breadth | density - popularity |",
        "|---" * (len(IN_STRATA) + 3) + "|",
    )
    for table, part in strata.groupby("table", sort=False):
        cells = " | ".join(write_figure(row) for row in part.to_dict("records"))
        yield f"| {table} | {cells} |"
    yield ""


def print_methods(tables: Iterable[Table], draws: int) -> Iterator[str]:
    """Print how far the way to measure proximity matters."""
    yield from (
        "### Other measures of proximity",
        "",
        "AUC of opportunity less that of popularity for new pairs, by how proximity is measured.",
        "",
        f"| table | {' | '.join(METHODS)} |",
        "|---" * (len(METHODS) + 1) + "|",
    )
    for table in tables:
        frames = [judge(table, "new pairs", draws, method=method) for method in METHODS]
        found = [select(frame, "opportunity - popularity", "AUC") for frame in frames]
        cells = [write_figure(part.iloc[0]) if len(part) else "" for part in found]
        yield f"| {table.name} | {' | '.join(cells)} |"
    yield ""


def print_verdicts(frames: Iterable[pd.DataFrame]) -> Iterator[str]:
    """Print how often the pairs of each verdict fill."""
    rows = [row for frame in frames for row in frame.to_dict("records")]
    if not rows:
        return
    yield from ("### Empty pairs by verdict", "", *VERDICTS, "")
    yield "| table | group, or odds ratio of two | pairs | filled | share, or odds ratio |"
    yield "|---|---|---|---|---|"
    for row in rows:
        sizes = [row["pairs"], row["filled"]]
        counts = " | ".join("" if np.isnan(size) else f"{size:.0f}" for size in sizes)
        yield f"| {row['table']} | {row['group']} | {counts} | {write_figure(row)} |"
    yield ""


def write_figure(row: Mapping[str, float] | pd.Series) -> str:
    """Write a value with its interval."""
    value, low, high = (row.get(name, np.nan) for name in ("value", "low", "high"))
    return "" if np.isnan(value) else f"{value:.3f} ({low:.3f} to {high:.3f})"


def drop_drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the tables that are drawn."""
    return frame if frame.empty else frame[~frame["table"].str.startswith("drawn")]


def select(frame: pd.DataFrame, score: str, metric: str) -> pd.DataFrame:
    """Take the means over origins of a score by a metric, one row a table."""
    if frame.empty:
        return frame
    found = (frame["origin"] == 0) & (frame["score"] == score) & (frame["metric"] == metric)
    return frame[found]


# What came out


def conclude(
    frames: Mapping[str, pd.DataFrame], strata: pd.DataFrame, verdicts: Iterable[pd.DataFrame]
) -> Iterator[str]:
    """Say in sentences what the figures are, whatever they are; of real registers only.

    Parameters
    ----------
    frames
        What `judge_all` found, by setting.
    strata
        What `judge_strata` found.
    verdicts
        What `compare_verdicts` found.
    """
    real = {setting: drop_drawn(frame) for setting, frame in frames.items()}
    if len(real["new pairs"]):
        yield sum_up(real["new pairs"])
    for setting, frame in real.items():
        if len(frame):
            yield from conclude_setting(setting.capitalize(), frame)
    even = drop_drawn(strata)
    for other in IN_STRATA[1:] if len(even) else ():
        part = even[even["score"] == f"density - {other}"]
        yield (
            "Among empty pairs of about the same popularity, AUC: density against "
            f"{other} is {compare(part)}"
        )
    yield from conclude_verdicts(verdicts)


def sum_up(frame: pd.DataFrame) -> str:
    """Give the middle AUC of the scores that matter, and what relatedness adds."""
    shown = ("opportunity", "popularity", "persistence", "popularity x breadth")
    middles = [f"{name} {select(frame, name, 'AUC')['value'].median():.3f}" for name in shown]
    gain = select(frame, "opportunity - popularity", "AUC")
    own = select(frame, "opportunity - popularity x breadth", "AUC")
    return (
        f"In short, for empty pairs, median AUC over {len(gain)} tables: {', '.join(middles)}. "
        f"Opportunity is clearly above popularity in {(gain['low'] > 0).sum()} tables and clearly "
        f"below in {(gain['high'] < 0).sum()}; above popularity x breadth, which does not know "
        f"what is related, in {(own['low'] > 0).sum()} and below in {(own['high'] < 0).sum()}."
    )


def conclude_setting(what: str, frame: pd.DataFrame) -> Iterator[str]:
    """Say what came out in one setting."""
    found = select(frame, "opportunity", "AUC")
    yield f"{what}: those of higher opportunity {count_sides(found, 0.5)} {spread(found)}."
    for metric in METRICS[:2]:
        for one, other in DIFFERENCES[: 3 if metric == "AUC" else 2]:
            part = select(frame, f"{one} - {other}", metric)
            yield f"{what}, {metric}: {one} against {other} is {compare(part)}"
    yield f"{what}, highest AUC: {name_best(frame)}."


def count_sides(found: pd.DataFrame, middle: float) -> str:
    """Count the tables whose interval lies above, and below, what says nothing."""
    more, less = (found["low"] > middle).sum(), (found["high"] < middle).sum()
    rest = len(found) - more - less
    return (
        f"fill more often in {more} of {len(found)} tables, less often in {less}, open in {rest};"
    )


def spread(found: pd.DataFrame) -> str:
    """Write the least, the middle and the greatest AUC."""
    low, middle, high = found["value"].quantile([0, 0.5, 1])
    return f"AUC {low:.2f} to {high:.2f}, median {middle:.2f}"


def compare(difference: pd.DataFrame) -> str:
    """Say in which tables a difference is clearly above 0, clearly below, or neither."""
    tables = {
        "better": difference.loc[difference["low"] > 0, "table"],
        "worse": difference.loc[difference["high"] < 0, "table"],
    }
    sides = [
        f"{word} in {len(names)}" + (f" ({', '.join(names)})" if len(names) else "")
        for word, names in tables.items()
    ]
    rest = len(difference) - sum(map(len, tables.values()))
    return (
        f"{', '.join(sides)} of {len(difference)} tables, open in {rest}; median difference "
        f"{difference['value'].median():+.3f}."
    )


def name_best(frame: pd.DataFrame) -> str:
    """Name the tables in which each score has the highest AUC."""
    auc = frame[(frame["origin"] == 0) & (frame["metric"] == "AUC") & frame["score"].isin(SCORES)]
    best = auc.loc[auc.groupby("table", sort=False)["value"].idxmax()]
    groups = best.groupby("score", sort=False)["table"]
    return "; ".join(f"{score} in {', '.join(tables)}" for score, tables in groups)


def conclude_verdicts(verdicts: Iterable[pd.DataFrame]) -> Iterator[str]:
    """Say which groups of empty pairs fill more often than which."""
    for one, other in COMPARED:
        ratios = [frame[frame["group"] == f"{one} : {other}"] for frame in verdicts]
        part = pd.concat(ratios).dropna(subset=["value"]) if ratios else pd.DataFrame()
        if len(part):
            yield (
                f"Empty pairs that are {one}, beside {other}: {count_sides(part, 1)} odds ratios "
                f"{', '.join(f'{ratio:.1f}' for ratio in part['value'])} "
                f"({', '.join(part['table'])})."
            )


if __name__ == "__main__":
    main()
