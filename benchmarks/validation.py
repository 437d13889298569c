"""Show that tests, intervals and verdicts hold what they promise; write docs/validation.md.

    python benchmarks/validation.py            # some minutes
    python benchmarks/validation.py --quick    # fewer draws; prints, writes nothing
    python benchmarks/validation.py --only model

Everything is simulated under a truth that is known, or computed from the laws themselves; seeds
are fixed, so that the same figures come out again.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from clock import ROOT
from oracles import compare_bicm, compare_permutations, compare_published, read_davis
from rankings import check_rankings
from run import describe_machine, replace_section
from scipy import stats

import ecograph as eg
from ecograph.statistics.backbone import compute_tails, fit_fixed_sizes
from ecograph.statistics.bipartite import fit_configuration, sample_curveball
from ecograph.statistics.blocks import compare_blocks, compute_law
from ecograph.statistics.rates import (
    bound_counts,
    compare_rates,
    count_as_few,
    count_as_many,
    estimate_dispersion,
)
from ecograph.statistics.weighted import compare_counts, fit_weighted_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PAGE = ROOT / "docs" / "validation.md"
LEVELS = (0.01, 0.05, 0.10)
FIRMS, INDUSTRIES, RATE = 60, 8, 1.0
DEPTH = 0.3  # the rate of a weak industry, as a share of that of the others
TOPICS = 20


class Scale(NamedTuple):
    """How many draws, cities, and towns of which organisations are ranked."""

    draws: int
    cities: int
    towns: int


def main() -> None:
    """Run all checks; print them, and write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer draws; writes nothing")
    parser.add_argument("--only", action="append", choices=list(SECTIONS), metavar="SECTION")
    chosen = parser.parse_args()
    quick = chosen.quick
    scale = Scale(200, 20, 2) if quick else Scale(2000, 1000, 60)
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Validation\n"
    for name in chosen.only or SECTIONS:
        title, check = SECTIONS[name]
        print(f"\n## {title}\n", flush=True)
        body = "\n".join(show(line) for line in check(scale))
        text = replace_section(text, name, title, body)
    text = replace_section(text, "machine", "Machine", describe_machine())
    if not quick:
        PAGE.write_text(text, encoding="utf-8")


def show(line: str) -> str:
    """Print a line at once."""
    print(line, flush=True)
    return line


# Calibration


def check_nulls(scale: Scale) -> Iterator[str]:
    """Draw from each null and look at the p-values."""
    yield "| null | draws | KS p, few | KS p, many | p <= 1 % | p <= 5 % | p <= 10 % |"
    yield "|---|---|---|---|---|---|---|"
    for name, draw in NULLS.items():
        random = np.random.default_rng(7)
        few, many = draw(random, scale.draws)
        equal = np.clip(few + many - 1, 0, None)  # the chance of just what was seen
        spread = random.random(len(few)) * equal
        tests = [stats.kstest(part - spread, "uniform").pvalue for part in (few, many)]
        shares = " | ".join(f"{(few <= level).mean():.2%}" for level in LEVELS)
        yield f"| {name} | {len(few)} | {tests[0]:.2f} | {tests[1]:.2f} | {shares} |"


def draw_rates(random: np.random.Generator, draws: int, dispersion: float) -> tuple[Floats, Floats]:
    """Draw counts of groups of 0.5 to 60 expected events."""
    expected = np.exp(random.uniform(np.log(0.5), np.log(60), draws))
    if dispersion > 1:
        shape = expected / (dispersion - 1)
        count = random.negative_binomial(shape, 1 / dispersion).astype(float)
    else:
        count = random.poisson(expected).astype(float)
    few = count_as_few(count, expected, dispersion=dispersion)
    return few, count_as_many(count, expected, dispersion=dispersion)


def draw_blocks(random: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Draw tables of the model fitted to the southern women; three groups of six are blocks."""
    table = read_davis()
    fit = fit_configuration(table.sum(axis=1), table.sum(axis=0))
    chance = fit.expand()
    members = np.zeros((3, len(fit.chance)), dtype=np.int64)
    np.add.at(members, (np.repeat(np.arange(3), 6), fit.row_class), 1)
    few, many = [], []
    for _ in range(-(-draws // (3 * table.shape[1]))):
        drawn = random.random(table.shape) < chance
        observed = drawn.reshape(3, 6, -1).sum(axis=1)
        tests = compare_blocks(observed, members, fit.chance[:, fit.column_class])
        few.append(tests.few.ravel())
        many.append(tests.many.ravel())
    return np.concatenate(few), np.concatenate(many)


def draw_links(random: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Draw tables of fixed sums; a random cell of each is looked at."""
    rows, columns = np.array([40, 25, 15, 8]), np.array([30, 25, 15, 10, 8])
    tables = stats.random_table(rows, columns).rvs(draws, random_state=random)
    at = random.integers(4, size=draws), random.integers(5, size=draws)
    count = tables[np.arange(draws), at[0], at[1]]
    law = stats.hypergeom(rows.sum(), rows[at[0]], columns[at[1]])
    return law.cdf(count), law.sf(count - 1)


def draw_contracts(random: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Draw tables of firms that may repeat contracts; three groups of firms are blocks."""
    rows, columns = np.repeat([1, 2, 4, 9], [12, 6, 4, 2]), np.array([24, 14, 8, 6, 6])
    fit = fit_weighted_configuration(rows, columns)
    mean = fit.mean[:, fit.column_class]
    block = np.arange(len(rows)) % 3
    members = np.zeros((3, len(fit.mean)), dtype=np.int64)
    np.add.at(members, (block, fit.row_class), 1)
    few, many = [], []
    for _ in range(-(-draws // (3 * len(columns)))):
        drawn = random.geometric(1 / (1 + mean[fit.row_class])) - 1
        observed = np.array([drawn[block == n].sum(axis=0) for n in range(3)])
        tests = compare_counts(observed, members, mean)
        few.append(tests.few.ravel())
        many.append(tests.many.ravel())
    return np.concatenate(few), np.concatenate(many)


def draw_shared(random: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Draw agreements of two that keep their size; each draw looks at another pair."""
    totals = np.array([60, 40, 30, 20, 20, 10, 10, 5, 5])
    fit = fit_fixed_sizes(np.full(totals.sum() // 2, 2), totals)
    couples = np.triu_indices(len(fit.members))
    chance = fit.joint[0]
    of_couple = np.where(
        couples[0] == couples[1],
        fit.members[couples[0]] * (fit.members[couples[0]] - 1) / 2,
        fit.members[couples[0]] * fit.members[couples[1]],
    )
    couple = random.choice(len(chance), size=draws, p=of_couple * chance)
    count = random.binomial(fit.agreements[0], chance[couple])
    return compute_tails(fit.agreements, chance[np.newaxis, couple], count)


NULLS: dict[str, Callable[[np.random.Generator, int], tuple[Floats, Floats]]] = {
    "industries, independent links (Poisson)": lambda r, n: draw_rates(r, n, 1.0),
    "industries, uneven firms (dispersion 2)": lambda r, n: draw_rates(r, n, 2.0),
    "industries, uneven firms (dispersion 6)": lambda r, n: draw_rates(r, n, 6.0),
    "pairs, firms (configuration model)": draw_blocks,
    "pairs, links (fixed sums)": draw_links,
    "pairs, contracts (weighted model)": draw_contracts,
    "ties, agreements of two (fixed sizes)": draw_shared,
}


def check_intervals(_: Scale) -> Iterator[str]:
    """Add up the chances of the counts whose interval holds the truth, over a grid of truths."""
    yield "| interval | dispersion | expected | least cover | mean cover | greatest cover |"
    yield "|---|---|---|---|---|---|"
    for interval in ("exact", "mid"):
        for dispersion in (1.0, 2.0):
            for low, high in ((1, 5), (5, 20), (20, 80)):
                covers = [
                    find_cover(truth, interval, dispersion) for truth in np.linspace(low, high, 60)
                ]
                figures = f"{min(covers):.2%} | {np.mean(covers):.2%} | {max(covers):.2%}"
                yield f"| {interval} | {dispersion:g} | {low} to {high} | {figures} |"


def find_cover(expected: float, interval: str, dispersion: float) -> float:
    """Find the chance that the 95 % interval holds the truth."""
    count = np.arange(0.0, expected + 40 * np.sqrt(expected * dispersion) + 60)
    low, high = bound_counts(count, 0.95, dispersion=dispersion, interval=interval)
    few = count_as_few(count, np.full(len(count), expected), dispersion=dispersion)
    return float(np.diff(few, prepend=0.0)[(low <= expected) & (expected <= high)].sum())


# Cities


def draw_city(
    random: np.random.Generator, weak: int, *, uneven: bool, rate: float = RATE
) -> Floats:
    """Draw the links of each firm (industries x firms); the first industries link less."""
    means = np.full(INDUSTRIES, rate)
    means[:weak] *= DEPTH
    if uneven:
        means = means[:, np.newaxis] * random.gamma(0.5, 2.0, (INDUSTRIES, FIRMS))
        return random.poisson(means).astype(float)
    return random.poisson(means[:, np.newaxis], (INDUSTRIES, FIRMS)).astype(float)


def flag_gaps(links: Floats) -> dict[str, NDArray[np.bool_]]:
    """Flag industries by ecograph, and by what else is in use."""
    observed, size = links.sum(axis=1), np.full(len(links), float(FIRMS))
    groups = np.repeat(np.arange(len(links)), FIRMS)
    found = links.ravel() > 0
    spread = estimate_dispersion(links.ravel()[found], groups[found], size)
    tables = {
        "ecograph": compare_rates(observed, size, dispersion=spread.value),
        "the same, Poisson only": compare_rates(observed, size),
    }
    quotient = observed / observed.mean()
    return {
        **{name: (table["verdict"] == "gap").to_numpy() for name, table in tables.items()},
        "location quotient < 1": quotient < 1,
        "lowest quarter of counts": observed <= np.quantile(observed, 0.25),
    }


def check_discoveries(scale: Scale) -> Iterator[str]:
    """Count false gaps among gaps in cities of which some have weak industries."""
    yield "| firms | weak industries | flagged by | false among flagged | weak ones found |"
    yield "|---|---|---|---|---|"
    for uneven in (False, True):
        for weak in (0, 1, 3):
            random = np.random.default_rng(11)
            false: dict[str, list[float]] = {}
            power: dict[str, list[float]] = {}
            for _ in range(scale.cities):
                flags = flag_gaps(draw_city(random, weak, uneven=uneven))
                for name, flagged in flags.items():
                    wrong = flagged[weak:].sum() / max(flagged.sum(), 1)
                    false.setdefault(name, []).append(wrong)
                    power.setdefault(name, []).append(flagged[:weak].mean() if weak else np.nan)
            kind = "uneven" if uneven else "alike"
            for name, wrongs in false.items():
                found = f"{np.mean(power[name]):.1%}" if weak else ""
                yield f"| {kind} | {weak} | {name} | {np.mean(wrongs):.1%} | {found} |"


def check_power(scale: Scale) -> Iterator[str]:
    """Find how often an industry at 30 % of the rate is found, against what it should have."""
    names = list(flag_gaps(draw_city(np.random.default_rng(0), 1, uneven=False)))
    yield f"| expected links | {' | '.join(names)} | configuration model |"
    yield "|---" * (len(names) + 2) + "|"
    for expected in (3, 5, 8, 12, 20, 40, 80):
        random = np.random.default_rng(13)
        hits = np.zeros(len(names) + 1)
        cities = scale.cities // 4
        for _ in range(cities):
            links = draw_city(random, 1, uneven=True, rate=expected / FIRMS)
            flags = [flag[0] for flag in flag_gaps(links).values()]
            hits += [*flags, flag_by_model(links, random)]
        shares = " | ".join(f"{share:.0%}" for share in hits / cities)
        yield f"| {expected} | {shares} |"


def flag_by_model(links: Floats, random: np.random.Generator) -> bool:
    """Flag the first industry at 5 % by a null that takes the activity of each firm as given."""
    firm = np.repeat(np.arange(links.size), links.ravel().astype(int))
    table = np.zeros((links.size, TOPICS), dtype=bool)
    table[firm, random.integers(TOPICS, size=len(firm))] = True
    fit = fit_configuration(table.sum(axis=1), table.sum(axis=0))
    chance = fit.expand()[:FIRMS].ravel()
    law = compute_law(np.ones(chance.size, dtype=np.int64), chance[:, np.newaxis])[0]
    return bool(law[: table[:FIRMS].sum() + 1].sum() <= LEVELS[1])


def check_contracts(scale: Scale) -> Iterator[str]:
    """Count p-values below 5 % by each null of pairs in towns where industry has no effect."""
    yield "| contracts of a firm | towns | contracts | firms | links |"
    yield "|---|---|---|---|---|"
    for name, keeping in (("each about any discipline", 0.0), ("mostly about one", 0.9)):
        random = np.random.default_rng(19)
        drawn = [judge_town(random, keeping) for _ in range(max(scale.towns // 3, 2))]
        shares = (np.concatenate(parts) <= LEVELS[1] for parts in zip(*drawn, strict=True))
        figures = " | ".join(f"{share.mean():.1%}" for share in shares)
        yield f"| {name} | {len(drawn)} | {figures} |"


def judge_town(random: np.random.Generator, keeping: float) -> tuple[Floats, Floats, Floats]:
    """Draw 400 firms of eight industries; give the chances of as few by contracts, firms, links."""
    firms, popular = 400, 1 / np.arange(1.0, TOPICS + 1)
    popular /= popular.sum()
    firm = np.repeat(np.arange(firms), random.geometric(0.25, firms))
    favourite = random.choice(TOPICS, firms, p=popular)
    kept = random.random(len(firm)) < keeping
    topic = np.where(kept, favourite[firm], random.choice(TOPICS, len(firm), p=popular))
    table = np.zeros((firms, TOPICS), dtype=np.int64)
    np.add.at(table, (firm, topic), 1)
    table = table[:, table.any(axis=0)]
    block = np.arange(firms) % INDUSTRIES
    counts = np.array([table[block == n].sum(axis=0) for n in range(INDUSTRIES)])
    weighted = fit_weighted_configuration(table.sum(axis=1), table.sum(axis=0))
    mean = weighted.mean[:, weighted.column_class]
    contracts = compare_counts(counts, count_members(block, weighted.row_class), mean).few
    ties = table > 0
    fit = fit_configuration(ties.sum(axis=1), ties.sum(axis=0))
    tied = np.array([ties[block == n].sum(axis=0) for n in range(INDUSTRIES)])
    members = count_members(block, fit.row_class)
    by_firms = compare_blocks(tied, members, fit.chance[:, fit.column_class]).few
    sums = counts.sum(axis=1)[:, np.newaxis], counts.sum(axis=0)
    links = stats.hypergeom(counts.sum(), *sums).cdf(counts)
    return contracts.ravel(), by_firms.ravel(), links.ravel()


def count_members(block: NDArray[np.int64], row_class: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the rows of each class in each block."""
    members = np.zeros((block.max() + 1, row_class.max() + 1), dtype=np.int64)
    np.add.at(members, (block, row_class), 1)
    return members


# The configuration model


def check_model(scale: Scale) -> Iterator[str]:
    """Check sums, time, and what tables of exactly the same sums say."""
    table = read_davis()
    fit = fit_configuration(table.sum(axis=1), table.sum(axis=0))
    yield f"- Southern women, 18 x 14, 89 ties: largest error of any sum {fit.error:.0e}."
    random = np.random.default_rng(1)
    weight = np.outer(random.pareto(1.2, 2000), random.pareto(1.2, 200)) * 0.02
    large = random.random((2000, 200)) < 0.9 * np.minimum(weight, 1)
    start = time.perf_counter()
    error = fit_configuration(large.sum(axis=1), large.sum(axis=0)).error
    seconds = time.perf_counter() - start
    yield (
        f"- 2,000 x 200 with heavy tails, {large.sum():,} ties: {seconds:.2f} s, largest error "
        f"{error:.0e}."
    )
    drawn = np.array(list(sample_curveball(table, scale.draws, seed=3)))
    blocks = drawn.reshape(len(drawn), 3, 6, -1).sum(axis=2)
    members = np.zeros((3, len(fit.chance)), dtype=np.int64)
    np.add.at(members, (np.repeat(np.arange(3), 6), fit.row_class), 1)
    chance = fit.chance[:, fit.column_class]
    expected = members @ chance
    shift = np.abs(blocks.mean(axis=0) - expected)
    yield (
        f"- Its blocks (three groups of six women x 14 events) in {len(drawn):,} tables of exactly "
        f"the same sums (curveball): means differ by {shift.max():.3f} at most and "
        f"{shift.mean():.3f} on average, of {expected.mean():.2f} expected; a mean of draws is off "
        f"by {blocks.std(axis=0).max() / np.sqrt(len(drawn)):.3f}."
    )
    law = compute_law(members[0], chance)
    spread = np.sqrt((law * np.arange(law.shape[1]) ** 2).sum(axis=1) - expected[0] ** 2)
    ratio = blocks[:, 0].std(axis=0) / spread
    yield (
        f"- Deviations of the first group's blocks are {ratio.min():.2f} to {ratio.max():.2f} "
        "times those of the model."
    )


def check_registers(_: Scale) -> Iterator[str]:
    """Show the verdicts on the data that ship with ecograph."""
    yield "| data | gap | over-linked | as expected | not enough data | not relevant | gaps |"
    yield "|---|---|---|---|---|---|---|"
    kinds = ("gap", "over_linked", "as_expected", "not_enough_data", "not_relevant")
    for name in ("example-city", "jinzhong", "weifang"):
        table = eg.find_gaps(eg.load(ROOT / "data" / name))
        counts = " | ".join(str((table["verdict"] == kind).sum()) for kind in kinds)
        gaps = ", ".join(table.loc[table["verdict"] == "gap", "name"])
        yield f"| {name} | {counts} | {gaps} |"


SECTIONS: dict[str, tuple[str, Callable[[Scale], Iterator[str]]]] = {
    "nulls": ("P-values under their nulls", check_nulls),
    "intervals": ("What intervals cover", check_intervals),
    "discoveries": ("False gaps among gaps", check_discoveries),
    "power": ("How weak industries are found", check_power),
    "contracts": ("Which null of pairs is safe", check_contracts),
    "model": ("The configuration model", check_model),
    "permutations": ("Permutations", lambda scale: compare_permutations(scale.draws)),
    "rankings": ("Ranks", lambda scale: check_rankings(scale.towns, scale.draws // 10)),
    "published": ("Published figures", lambda _: compare_published()),
    "bicm": ("Beside the package bicm", lambda _: compare_bicm()),
    "registers": ("The data that ship with ecograph", check_registers),
}


if __name__ == "__main__":
    main()
