"""How well the cooperation of firms with science is aimed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ecograph.analysis.breadth import mark_nodes
from ecograph.analysis.cooperation import list_standing, recall
from ecograph.analysis.indicators import (
    Cases,
    Measure,
    bound_draws,
    divide,
    measure_share,
    measure_tie_share,
    pool_units,
)
from ecograph.analysis.links import number_nodes, sum_exposure
from ecograph.statistics.resampling import permute_alignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.analysis.indicators import Statistic
    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

__all__ = ["PRECISION"]

_DEALS = (99, 999)  # how often labels are dealt out anew, at least and at most
_DEALT = 2_000_000  # labels, in all
_CELLS_AT_ONCE = 4_000_000
_SAME = 1e-9  # shares summed in another order differ by less


def _fit_fields(facts: Cooperation) -> Measure:
    return _measure_fit(facts, list_fields(facts))


def _measure_fit(facts: Cooperation, fields: _Fields) -> Measure:
    unit = facts.find_units(fields.agreement)
    cases = Cases(fields.fit().astype(float), np.ones(len(unit)), unit)
    coverage = divide(len(unit), len(facts.agreements))
    return measure_tie_share(cases, facts.ecosystem.settings, coverage=coverage)


def _lift_fields(facts: Cooperation) -> Measure:
    """Divide the share that fits by its mean when disciplines are dealt out within years."""
    fields = list_fields(facts)
    found = _measure_fit(facts, fields)
    year = facts.agreements["first"].reindex(fields.agreement).fillna(-1).to_numpy(dtype=np.int64)
    shares = fields.permute(year, facts.ecosystem.settings.seed)
    expected = float(shares.mean()) if len(shares) else np.nan
    if not expected > 0:
        return Measure(np.nan, found.n, found.coverage)
    as_much = int((shares >= found.value - _SAME).sum())
    p = (1 + as_much) / (1 + len(shares))
    value, low, high = (x / expected for x in (found.value, found.ci_low, found.ci_high))
    details = {"expected": expected, "p": p, "draws": len(shares)}
    return found._replace(value=value, ci_low=low, ci_high=high, details=details)


def _align_fields(facts: Cooperation) -> Measure:
    """Take from Cramer's V of industry and discipline what dealing within years gives."""
    settings = facts.ecosystem.settings
    pairs = facts.links[["industry", "agreement"]].merge(facts.topics, on="agreement")
    agreements = pairs["agreement"].to_numpy()
    first, second = (
        pd.factorize(pairs[column], sort=True)[0].astype(np.int64)
        for column in ("industry", "discipline")
    )
    year = facts.agreements["first"].reindex(agreements).fillna(-1).to_numpy(dtype=np.int64)
    n = len(np.unique(agreements))
    coverage = divide(n, len(facts.agreements))
    draws = _count_deals(len(pairs))
    found = permute_alignment(first, second, seed=settings.seed, strata=year, draws=draws)
    observed, expected, p = found.loc["cramers_v", ["observed", "expected", "p"]].astype(float)
    if np.isnan(observed):
        return Measure(np.nan, n, coverage)
    pool = pool_units(facts.find_units(agreements), settings.seed)
    low = high = np.nan
    if observed > 0:  # what the correction cuts at 0 hardly varies, and not around what was cut
        statistic = _associate(pool.group, first, second, pool.size)
        bounds = bound_draws(statistic, observed, pool, settings=settings)
        low, high = (bound - expected for bound in bounds)
    details = {"cramers_v": observed, "expected": expected, "p": p, "draws": draws}
    how = "" if np.isnan(low) else "firms, normal"
    return Measure(observed - expected, n, coverage, low, high, how, details)


def _focus_key(facts: Cooperation) -> Measure:
    """Compare the share of links in key industries with their share of exposure."""
    links, expected, coverage = _list_focused(facts)
    cases = Cases(links["key"].to_numpy(dtype=float), np.ones(len(links)), links["unit"].to_numpy())
    return _focus(facts, cases, expected, coverage)


def _focus_amounts(facts: Cooperation) -> Measure:
    """Compare the share of amounts in key industries with their share of exposure."""
    links, expected, _ = _list_focused(facts)
    amounts = facts.agreements["amount"].reindex(links["agreement"]).to_numpy(dtype=float)
    known = ~np.isnan(amounts)
    part, whole = amounts[known] * links["key"].to_numpy()[known], amounts[known]
    cases = Cases(part, whole, links["unit"].to_numpy()[known])
    return _focus(facts, cases, expected, divide(int(known.sum()), len(links)))


def _yield_intents(facts: Cooperation) -> Measure:
    return _measure_yield(facts, facts.events["intents"], facts.events["firms"])


def _yield_signings(facts: Cooperation) -> Measure:
    brought = facts.events["matched"].fillna(facts.events["achievements"])
    return _measure_yield(facts, facts.events["agreements"], brought)


PRECISION: Mapping[str, Callable[[Cooperation], Measure]] = {
    "field_fit": _fit_fields,
    "field_lift": _lift_fields,
    "field_alignment": _align_fields,
    "key_focus": _focus_key,
    "key_focus_amount": _focus_amounts,
    "intent_yield": _yield_intents,
    "signing_yield": _yield_signings,
}
"""The indicators of precision, by id."""


class _Fields(NamedTuple):
    """Agreements with the disciplines that they are about and those that would fit, as bits."""

    agreement: Ints
    about: Bytes
    fitting: Bytes

    def fit(self) -> Flags:
        """Say which agreements are about a discipline that fits."""
        return np.asarray((self.about & self.fitting).any(axis=1))

    def permute(self, strata: Ints, seed: int) -> Floats:
        """Compute the share that fits with what agreements are about dealt out within strata."""
        n = len(strata)
        order = np.argsort(strata, kind="stable")
        about, fitting, layer = self.about[order], self.fitting[order], strata[order]
        shares = [np.empty(0)]
        for key in _draw_keys(n, max(self.about.shape[1], 1), seed):
            dealt = about[np.argsort(layer + key, axis=1)]  # a fraction mixes within strata only
            shares.append((dealt & fitting).any(axis=2).mean(axis=1))
        return np.concatenate(shares)


def _draw_keys(n: int, width: int, seed: int) -> Iterator[Floats]:
    """Draw random keys by which to sort (draws x n), in blocks."""
    random = np.random.default_rng(seed)
    draws = _count_deals(n)
    block = max(1, _CELLS_AT_ONCE // max(n * width, 1))
    for start in range(0, draws if n else 0, block):
        yield random.random((min(block, draws - start), n))


def _count_deals(n: int) -> int:
    """Choose how often n labels are dealt out: less often, where they are many."""
    return int(np.clip(_DEALT // max(n, 1), *_DEALS))


def list_fields(facts: Cooperation) -> _Fields:
    """List the agreements about a discipline with an industry that names some."""
    number, wanted = recall(facts.ecosystem, _number_named)
    industry = number[facts.links["industry"]]
    asking = facts.links[np.asarray(wanted.any(axis=1))[industry]]
    agreement = np.intersect1d(asking["agreement"], facts.topics["agreement"])
    topics = facts.topics[facts.topics["agreement"].isin(agreement)]
    asking = asking[asking["agreement"].isin(agreement)]
    about = _mark_pairs(
        np.searchsorted(agreement, topics["agreement"]),
        number[topics["discipline"]],
        (len(agreement), wanted.shape[1]),
    )
    asking = asking.sort_values(["agreement", "industry"])
    bits = np.packbits(wanted, axis=1)[number[asking["industry"]]]
    starts = np.searchsorted(asking["agreement"], agreement)
    fitting = np.bitwise_or.reduceat(bits, starts, axis=0) if len(starts) else bits
    return _Fields(agreement, np.packbits(about, axis=1), fitting)


def _mark_pairs(row: Ints, column: Ints, shape: tuple[int, int]) -> Flags:
    marks = np.zeros(shape, dtype=bool)
    marks[row, column] = True
    return marks


def _number_named(ecosystem: Ecosystem) -> tuple[Ints, Flags]:
    """Give industries and disciplines numbers from 0, and mark the pairs of `_list_named`."""
    kinds = [ecosystem.find_positions(kind) for kind in ("industry", "discipline")]
    number = np.maximum(*(number_nodes(ecosystem, positions) for positions in kinds))
    named = _list_named(ecosystem)
    shape = (len(kinds[0]), len(kinds[1]))
    return number, _mark_pairs(number[named["industry"]], number[named["discipline"]], shape)


def _list_named(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the industries with the disciplines that their demands or platforms name.

    A demand is of the industries that it names; where it names none, of those of its firm.
    Platforms that are merely planned and demands later than the as-of day name nothing.
    """
    discipline, platform = ecosystem.find_pairs("supports")
    supported = pd.DataFrame({"node": platform, "discipline": discipline})
    supported = supported[np.isin(platform, list_standing(ecosystem))]
    node, discipline = ecosystem.find_pairs("studies")
    studied = pd.DataFrame({"node": node, "discipline": discipline})
    studied = studied[np.isin(node, _list_asked(ecosystem))]
    node, industry = (np.concatenate(ends) for ends in zip(*_list_homes(ecosystem), strict=True))
    homes = pd.DataFrame({"node": node, "industry": industry})
    named = pd.concat([supported, studied]).merge(homes, on="node")
    return named[["industry", "discipline"]].drop_duplicates()


def _list_asked(ecosystem: Ecosystem) -> Ints:
    """List the demands that are not known to be later than the as-of day."""
    demands = ecosystem.select("demand").reindex(columns=["date_start"])
    asked = np.ones(len(demands), dtype=bool)
    if ecosystem.as_of is not None:
        asked = ~(pd.to_datetime(demands["date_start"]) > pd.Timestamp(ecosystem.as_of)).to_numpy()
    return ecosystem.find_positions("demand")[asked]


def _list_homes(ecosystem: Ecosystem) -> list[tuple[Ints, Ints]]:
    """List platforms and demands with their industries."""
    concerned, industry = ecosystem.find_pairs("concerns")
    placed = np.zeros(len(ecosystem.keys), dtype=bool)
    placed[concerned] = True
    enterprise, demand = ecosystem.find_pairs("needs")
    firm, trade = ecosystem.find_pairs("works_in")
    needs = pd.DataFrame({"demand": demand, "enterprise": enterprise})[~placed[demand]]
    of_firm = needs.merge(pd.DataFrame({"enterprise": firm, "industry": trade}), on="enterprise")
    return [
        ecosystem.find_pairs("advances"),
        (concerned, industry),
        (of_firm["demand"].to_numpy(), of_firm["industry"].to_numpy()),
    ]


def _associate(group: Ints, first: Ints, second: Ints, size: int) -> Statistic:
    """Make the function that computes Cramer's V, with Bergsma's corrections, for weights."""
    columns = int(second.max(initial=-1)) + 1
    cell, place = np.unique(first * columns + second, return_inverse=True)
    row, column = np.divmod(cell, columns)
    tables = [
        sp.csr_array((np.ones(len(group)), (group, kind)), shape=(size, int(kind.max()) + 1))
        for kind in (place, first, second)
    ]

    def associate(weight: Floats) -> Floats:
        both, rows, others = (np.asarray(weight @ table) for table in tables)
        n = rows.sum(axis=1)
        square = (both**2 / np.maximum(rows[:, row] * others[:, column], 1)).sum(axis=1) - 1
        more = np.stack([(sums > 0).sum(axis=1) - 1.0 for sums in (rows, others)])
        most = (more - more**2 / np.maximum(n - 1, 1)).min(axis=0)
        beyond = np.maximum(square - more.prod(axis=0) / np.maximum(n - 1, 1), 0.0)
        told = np.where(most > _SAME, most, np.nan)
        return np.asarray(np.sqrt(np.minimum(beyond / told, 1.0)))

    return associate


def _list_focused(facts: Cooperation) -> tuple[pd.DataFrame, float, float]:
    """List the links of industries of known exposure, and the share of it that is in key ones."""
    industries = recall(facts.ecosystem, _weigh_industries)
    links = facts.links.join(industries, on="industry")
    links = links.assign(unit=facts.find_units(links["agreement"].to_numpy()))
    known = industries[industries["exposure"] > 0]
    expected = divide(known.loc[known["key"], "exposure"].sum(), known["exposure"].sum())
    return links[links["exposure"] > 0], expected, divide(len(known), len(industries))


def _weigh_industries(ecosystem: Ecosystem) -> pd.DataFrame:
    """List by position whether each industry is key, and its exposure."""
    exposure = sum_exposure(ecosystem, ecosystem.settings.exposure)["exposure"]
    key = mark_nodes(ecosystem.select("industry"), "key")
    table = pd.DataFrame({"key": key, "exposure": exposure})
    return table.set_axis(ecosystem.find_positions("industry"), axis=0)


def _focus(facts: Cooperation, cases: Cases, expected: float, coverage: float) -> Measure:
    """Divide the share of cases in key industries by what is expected."""
    if not expected > 0:
        return Measure(np.nan, len(cases.unit), coverage)
    return measure_tie_share(cases, facts.ecosystem.settings, coverage=coverage, scale=1 / expected)


def _measure_yield(facts: Cooperation, gained: pd.Series, brought: pd.Series) -> Measure:
    """Divide sums over the events for which both are known."""
    known = gained.notna() & brought.notna()
    coverage = divide(int(known.sum()), len(known))
    k, n = (int(counts[known].sum()) for counts in (gained, brought))
    return measure_share(k, n, facts.ecosystem.settings, coverage=coverage)
