"""How broad, deep, precise and dense the cooperation of firms with science is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from ecograph import engine
from ecograph.analysis.cooperation import Cooperation, gather_cooperation, list_standing
from ecograph.analysis.links import list_links, sum_exposure
from ecograph.analysis.meta import attach_meta
from ecograph.projection import project_ties
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]

__all__ = ["DIMENSIONS", "DIMENSION_COLUMNS", "measure_dimensions"]

DIMENSIONS = ("breadth", "depth", "precision", "density")

DIMENSION_COLUMNS = (
    "dimension",
    "name",
    "value",
    "unit",
    "ci_low",
    "ci_high",
    "n",
    "coverage",
    "note",
)

_DEEP = 4  # the rung from which a cooperation has a house of its own: laboratory, centre, college
_MONTHS = 12


def measure_dimensions(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure the breadth, depth, precision and density of cooperation with science.

    The four dimensions by which Weifang's office describes its university-industry links
    (Weifang Daily, 25 May 2024), each as indicators that can be counted. "Density" there means
    how often and how regularly the sides meet, not the density of a graph: both are given, as
    ``contact_frequency`` and ``contact_regularity``, and as ``tie_density``.

    A knowledge partner is a university or platform. A tie is a pair of a firm and a knowledge
    partner that share an agreement that counts.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level, exposure and the statuses that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by indicator, columns ``DIMENSION_COLUMNS``: ``dimension`` (one of
        ``DIMENSIONS``); ``name``, ``unit`` and ``note`` in the ecosystem's language; ``value``,
        nan where it cannot be known, and then ``note`` says which register would fill it;
        ``ci_low`` and ``ci_high``, the Wilson score interval of a share of separate cases
        (Wilson, JASA 22, 1927, p. 209), else nan; ``n``, the observations that the value rests
        on (for a share its denominator); ``coverage``, the share of the population of which the
        needed field is known, nan where no field is needed.

    Notes
    -----
    Breadth: numbers of effective kinds are Hill numbers of order 1, exp of the Shannon entropy
    (Hill, Ecology 54, 1973, p. 427). Depth: a mode's rung is that of the schema, 1 loose to
    5 resident; a tie has the deepest of its agreements. Precision: ``key_focus`` is a location
    quotient of links over exposure.
    """
    facts = gather_cooperation(ecosystem)
    rows = {
        indicator: _describe(facts, indicator, dimension, measure(facts))
        for dimension, measures in _INDICATORS.items()
        for indicator, measure in measures.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(DIMENSION_COLUMNS))
    method = {
        "tie": "a firm and a university or platform that share an agreement that counts",
        "ties": len(facts.ties),
        "interval": f"Wilson score, level {ecosystem.settings.ci_level}",
        "exposure": ecosystem.settings.exposure,
        "deep": f"a mode of rung {_DEEP} or more",
    }
    return attach_meta(table.rename_axis("indicator"), ecosystem, "dimensions", method=method)


class _Measure(NamedTuple):
    value: float
    n: int
    coverage: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan


# breadth


def _count_partners(facts: Cooperation) -> _Measure:
    n = len(facts.agreements)
    return _Measure(len(facts.partners), n) if facts.registered else _Measure(np.nan, n)


def _cover_firms(facts: Cooperation) -> _Measure:
    if not facts.registered:
        return _Measure(np.nan, len(facts.firms))
    return _take_share(facts, facts.shared["enterprise"].nunique(), len(facts.firms))


def _diversify_disciplines(facts: Cooperation) -> _Measure:
    agreement, discipline = facts.ecosystem.find_pairs("about")
    counted = facts.ecosystem.mark_counted()[agreement]
    n = len(np.unique(agreement[counted]))
    effective = _count_effective(pd.Series(discipline[counted]))
    return _Measure(effective, n, _divide(n, len(facts.agreements)))


def _diversify_provinces(facts: Cooperation) -> _Measure:
    provinces = _list_provinces(facts.partners)
    coverage = _divide(len(provinces), len(facts.partners))
    return _Measure(_count_effective(provinces), len(provinces), coverage)


def _share_outside(facts: Cooperation) -> _Measure:
    provinces = _list_provinces(facts.partners)
    coverage = _divide(len(provinces), len(facts.partners))
    home = _find_home(facts)
    if home is None:
        return _Measure(np.nan, 0, coverage)
    return _take_share(facts, int((provinces != home).sum()), len(provinces), coverage)


def _reach_industries(facts: Cooperation) -> _Measure:
    industries = facts.ecosystem.select("industry")
    key = _is_marked(industries, "key")
    positions = facts.ecosystem.find_positions("industry")
    aimed = positions[key] if key.any() else positions
    if not facts.registered:
        return _Measure(np.nan, len(aimed))
    linked = np.isin(aimed, list_links(facts.ecosystem)["industry"])
    return _take_share(facts, int(linked.sum()), len(aimed))


# depth


def _centre_amounts(facts: Cooperation) -> _Measure:
    known = facts.agreements["amount"].dropna()
    coverage = _divide(len(known), len(facts.agreements))
    return _Measure(float(known.median()), len(known), coverage)


def _average_modes(facts: Cooperation) -> _Measure:
    rungs = facts.ties["rung"].dropna()
    return _Measure(float(rungs.mean()), len(rungs), _divide(len(rungs), len(facts.ties)))


def _share_deep(facts: Cooperation) -> _Measure:
    rungs = facts.ties["rung"].dropna()
    coverage = _divide(len(rungs), len(facts.ties))
    return _take_share(facts, int((rungs >= _DEEP).sum()), len(rungs), coverage)


def _share_persistent(facts: Cooperation) -> _Measure:
    """Share of ties with two years or more, of those whose agreements are all dated."""
    dated = facts.ties[facts.ties["dated"] == facts.ties["agreements"]]
    lasting = int((dated["last"] > dated["first"]).sum())
    return _take_share(facts, lasting, len(dated), _divide(len(dated), len(facts.ties)))


def _share_housed(facts: Cooperation) -> _Measure:
    """Share of ties whose two ends host one platform; a platform counts as its own host."""
    standing = list_standing(facts.ecosystem)
    host, platform = facts.ecosystem.find_pairs("hosts")
    hosts = pd.DataFrame({"host": host, "platform": platform})[np.isin(platform, standing)]
    coverage = _divide(hosts["platform"].nunique(), len(standing))
    if len(hosts) == 0:
        return _Measure(np.nan, 0, coverage)
    own = pd.DataFrame({"partner": standing, "platform": standing})
    sides = pd.concat([hosts.rename(columns={"host": "partner"}), own])
    pairs = hosts.rename(columns={"host": "enterprise"}).merge(sides, on="platform")
    housed = pd.MultiIndex.from_frame(pairs[["enterprise", "partner"]])
    k = int(facts.ties.index.isin(housed).sum())
    return _take_share(facts, k, len(facts.ties), coverage)


# precision


def _focus_key(facts: Cooperation) -> _Measure:
    """Compare the share of links in key industries with their share of exposure."""
    exposure = sum_exposure(facts.ecosystem, facts.ecosystem.settings.exposure)["exposure"]
    key = _is_marked(facts.ecosystem.select("industry"), "key")
    known = exposure[exposure > 0]
    coverage = _divide(len(known), len(exposure))
    links = facts.ecosystem.keys[list_links(facts.ecosystem)["industry"]]
    links = links[links.isin(known.index)]
    share = _divide(int(links.isin(key.index[key]).sum()), len(links))
    expected = _divide(known[key[known.index]].sum(), known.sum())
    return _Measure(_divide(share, expected), len(links), coverage)


def _yield_intents(facts: Cooperation) -> _Measure:
    return _take_yield(facts, facts.events["intents"], facts.events["firms"])


def _yield_signings(facts: Cooperation) -> _Measure:
    brought = facts.events["matched"].fillna(facts.events["achievements"])
    return _take_yield(facts, facts.events["agreements"], brought)


# density


def _rate_agreements(facts: Cooperation) -> _Measure:
    """Count the agreements certainly signed in the twelve months up to the as-of day."""
    if facts.ecosystem.as_of is None:
        return _Measure(np.nan, 0, _divide(0, len(facts.agreements)))
    before = pd.Timestamp(facts.ecosystem.as_of) - pd.DateOffset(years=1)
    within = facts.agreements["date_start"] > before
    placed = within | (facts.agreements["date_end"] <= before)
    coverage = _divide(int(placed.sum()), len(facts.agreements))
    if coverage == 0:
        return _Measure(np.nan, 0, coverage)
    rate = _divide(100 * int(within.sum()), len(facts.firms))
    return _Measure(rate if facts.registered else np.nan, int(placed.sum()), coverage)


def _average_multiplicity(facts: Cooperation) -> _Measure:
    return _Measure(_divide(len(facts.shared), len(facts.ties)), len(facts.ties))


def _fill_pairs(facts: Cooperation) -> _Measure:
    pairs = len(facts.firms) * len(facts.partners)
    return _Measure(_divide(len(facts.ties), pairs), pairs)


def _rate_contacts(facts: Cooperation) -> _Measure:
    """Turn the mean gap between events, in months, into events a year."""
    months = _list_months(facts.events)
    span = months.max() - months.min()
    rate = _divide(_MONTHS * (len(months) - 1), span)
    return _Measure(rate, len(months), _divide(len(months), len(facts.events)))


def _share_months(facts: Cooperation) -> _Measure:
    months = _list_months(facts.events)
    coverage = _divide(len(months), len(facts.events))
    span = months.max() - months.min() + 1
    if not span > 1:
        return _Measure(np.nan, len(months), coverage)
    return _Measure(months.nunique() / span, int(span), coverage)


def _share_giant(facts: Cooperation) -> _Measure:
    adjacency = project_ties(facts.ecosystem).adjacency
    tied = engine.compute_degree(adjacency) > 0
    largest = int((engine.compute_components(adjacency)[tied] == 0).sum())
    return _Measure(_divide(largest, int(tied.sum())), int(tied.sum()))


_INDICATORS: Mapping[str, Mapping[str, Callable[[Cooperation], _Measure]]] = {
    "breadth": {
        "partners": _count_partners,
        "firm_coverage": _cover_firms,
        "effective_disciplines": _diversify_disciplines,
        "effective_provinces": _diversify_provinces,
        "outside_share": _share_outside,
        "industry_reach": _reach_industries,
    },
    "depth": {
        "amount_median": _centre_amounts,
        "mode_depth": _average_modes,
        "deep_share": _share_deep,
        "persistence": _share_persistent,
        "platform_share": _share_housed,
    },
    "precision": {
        "key_focus": _focus_key,
        "intent_yield": _yield_intents,
        "signing_yield": _yield_signings,
    },
    "density": {
        "agreements_per_100_firms": _rate_agreements,
        "agreements_per_tie": _average_multiplicity,
        "tie_density": _fill_pairs,
        "contact_frequency": _rate_contacts,
        "contact_regularity": _share_months,
        "giant_share": _share_giant,
    },
}


def _describe(
    facts: Cooperation, indicator: str, dimension: str, measure: _Measure
) -> tuple[object, ...]:
    """Lay out a row in the order of ``DIMENSION_COLUMNS``."""
    lang = facts.ecosystem.lang
    unit = translate(f"indicator.{indicator}.unit", lang, currency=facts.ecosystem.currency)
    note = "missing" if np.isnan(measure.value) else "counts"
    return (
        dimension,
        translate(f"indicator.{indicator}.name", lang),
        float(measure.value),
        unit,
        float(measure.ci_low),
        float(measure.ci_high),
        int(measure.n),
        float(measure.coverage),
        translate(f"indicator.{indicator}.{note}", lang),
    )


def _take_share(facts: Cooperation, k: int, n: int, coverage: float = np.nan) -> _Measure:
    """Divide k by n, with the Wilson interval where k is a part of n."""
    if n == 0 or k > n:
        return _Measure(_divide(k, n), n, coverage)
    level = facts.ecosystem.settings.ci_level
    interval = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return _Measure(k / n, n, coverage, float(interval.low), float(interval.high))


def _take_yield(facts: Cooperation, gained: pd.Series, brought: pd.Series) -> _Measure:
    """Divide sums over the events for which both are known."""
    known = gained.notna() & brought.notna()
    coverage = _divide(int(known.sum()), len(known))
    return _take_share(facts, int(gained[known].sum()), int(brought[known].sum()), coverage)


def _divide(part: float, whole: float) -> float:
    """Divide, nan by zero.

    >>> _divide(1, 4), _divide(1, 0)
    (0.25, nan)
    """
    return float(part / whole) if whole else np.nan


def _count_effective(kinds: pd.Series) -> float:
    """Count kinds as if all were equally frequent: the Hill number of order 1.

    >>> round(_count_effective(pd.Series(["a", "b", "b", "a"])), 9)
    2.0
    """
    if len(kinds) == 0:
        return np.nan
    shares = kinds.value_counts(normalize=True).sort_index().to_numpy(dtype=float)
    return float(np.exp(stats.entropy(shares)))


def _is_marked(nodes: pd.DataFrame, column: str) -> pd.Series:
    """Say of which nodes a yes-no attribute is known to be yes."""
    stated = nodes.reindex(columns=[column])[column].astype("boolean")
    return stated.fillna(value=False).astype(bool)


def _list_provinces(nodes: pd.DataFrame) -> pd.Series:
    return nodes.reindex(columns=["province"])["province"].dropna()


def _find_home(facts: Cooperation) -> str | None:
    """Find the one province of the resident universities, else of the firms, else None."""
    universities = facts.ecosystem.select("university")
    resident = universities[_is_marked(universities, "resident")]
    for group in (resident, facts.firms):
        provinces = _list_provinces(group).unique()
        if len(provinces) == 1:
            return str(provinces[0])
    return None


def _list_months(events: pd.DataFrame) -> pd.Series:
    """List the months, as numbers, of the events dated to the month or the day."""
    starts, ends = (_number_months(events[column]) for column in ("date_start", "date_end"))
    return starts[starts == ends]


def _number_months(days: pd.Series) -> pd.Series:
    months: pd.Series = _MONTHS * days.dt.year + days.dt.month
    return months
