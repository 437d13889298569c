"""How broad, deep, precise and dense the cooperation of firms with science is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.breadth import BREADTH
from ecograph.analysis.cooperation import gather_cooperation
from ecograph.analysis.density import DENSITY
from ecograph.analysis.depth import DEEP, DEPTH
from ecograph.analysis.indicators import DRAWS, FEWEST_UNITS, MOST_UNITS
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.precision import PRECISION
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.analysis.indicators import Measure
    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings

__all__ = [
    "DIMENSIONS",
    "DIMENSION_COLUMNS",
    "INDICATORS",
    "describe_intervals",
    "measure_cooperation",
    "measure_dimensions",
    "tabulate_measures",
]

INDICATORS: Mapping[str, Mapping[str, Callable[[Cooperation], Measure]]] = {
    "breadth": BREADTH,
    "depth": DEPTH,
    "precision": PRECISION,
    "density": DENSITY,
}
"""What measures each indicator, by dimension and id."""

DIMENSIONS = tuple(INDICATORS)

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


def measure_dimensions(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure the breadth, depth, precision and density of cooperation with science.

    The four dimensions by which Weifang's office describes its university-industry links
    (Weifang Daily, 25 May 2024), each as indicators that can be counted. "Density" there means
    how often and how regularly the sides meet, not the density of a graph: both are given, as
    ``contact_frequency``, ``contact_regularity`` and ``contact_burstiness``, and as
    ``tie_density``.

    A knowledge partner is a university or platform. A tie is a pair of a firm and a knowledge
    partner that share an agreement that counts.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level, seed, exposure and the statuses that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by indicator, columns ``DIMENSION_COLUMNS``: ``dimension`` (one of
        ``DIMENSIONS``); ``name``, ``unit`` and ``note`` in the ecosystem's language; ``value``,
        nan where it cannot be known, and then ``note`` says which register would fill it;
        ``ci_low`` and ``ci_high``, see Notes; ``n``, the observations that the value rests
        on (for a share its denominator); ``coverage``, the share of the population of which the
        needed field is known, nan where no field is needed. ``attrs["meta"]["method"]`` says of
        each interval how it was found, and of ``field_lift`` and ``field_alignment`` what chance
        gives, with p.

    Notes
    -----
    Intervals. Of a share of separate cases (firms, industries, months, what events brought) the
    Wilson score interval (Wilson, JASA 22, 1927, p. 209). The ties and agreements of a firm are
    not separate: what rests on them is computed again for 1,000 draws of the firms with
    replacement, each with its ties and agreements, and bounded by quantiles of the draws. An
    agreement of several firms moves with the first of them (by id), one that names no firm is a
    unit of its own. Effective numbers, Cramer's V and burstiness are bounded by the value and the
    standard deviation of the draws, because draws hold fewer kinds than the firms do. Gaps
    between events and platforms that state their return are units of their own; platforms per
    partner have the Poisson interval. Partners, exposures, the registers of platforms and
    demands, and what chance gives are held as they are. More than 2,000 firms are drawn in as
    many groups put together at random. With less than five firms, or firms that are all alike,
    draws tell nothing: there is no interval then, but for shares that of Wilson with firms as
    cases. A Cramer's V of 0, which was cut there, has none. Counts of partners and shares in a
    component or core have none, as they change with how many firms are looked at: draws, in which
    some firms are missing, would lie too low.

    Breadth: numbers of effective kinds are Hill numbers of order 1, exp of the Shannon entropy
    (Hill, Ecology 54, 1973, p. 427). They are those of the cases at hand, below those of all where
    cases are few; neither value nor interval corrects for kinds not met. ``industry_parity``
    counts an industry whose interval of `find_gaps` reaches 1, also one of which few links tell
    little. Depth: a mode's rung is that of the schema, 1 loose to 5 resident; a tie has the
    deepest of its agreements. Precision: ``field_fit`` asks whether an agreement is about a
    discipline that the demands or platforms of its industry name, ``field_lift`` divides it by
    its mean with disciplines dealt out among the agreements of a year, ``field_alignment`` takes
    from Cramer's V (Bergsma, J. Korean Statist. Soc. 42, 2013, p. 323) its mean under the same.
    ``key_focus`` is a location quotient of links over exposure. Density: ``tie_density`` is
    ``ties_per_firm`` over the number of partners, so of two regions whose firms have as many
    partners the larger has the lower density; compare ``ties_per_firm``. Burstiness is -1 for
    equal gaps, 0 for those of chance (Goh and Barabasi, EPL 81, 48002, 2008), and lower for few
    gaps. ``core_share`` is that of the 2-core of firms and partners (Seidman, Social Networks 5,
    1983, p. 269).
    """
    facts = gather_cooperation(ecosystem)
    measures = measure_cooperation(facts)
    details = {key: dict(found.details) for key, found in measures.items() if found.details}
    method = {
        "tie": "a firm and a university or platform that share an agreement that counts",
        "ties": len(facts.ties),
        **describe_intervals(ecosystem.settings),
        "intervals": {key: found.interval for key, found in measures.items() if found.interval},
        "exposure": ecosystem.settings.exposure,
        "deep": f"a mode of rung {DEEP} or more",
        **details,
    }
    table = tabulate_measures(measures, ecosystem)
    return attach_meta(table, ecosystem, "dimensions", method=method)


def measure_cooperation(
    facts: Cooperation, *, left_out: Collection[str] = ()
) -> dict[str, Measure]:
    """Measure every indicator, but for some, in their order."""
    return {
        indicator: measure(facts)
        for measures in INDICATORS.values()
        for indicator, measure in measures.items()
        if indicator not in left_out
    }


def tabulate_measures(measures: Mapping[str, Measure], ecosystem: Ecosystem) -> pd.DataFrame:
    """Lay measures out, indexed by indicator, columns ``DIMENSION_COLUMNS``."""
    rows = {key: _describe(ecosystem, key, found) for key, found in measures.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(DIMENSION_COLUMNS))
    return table.rename_axis("indicator")


def describe_intervals(settings: Settings) -> dict[str, object]:
    """Say how intervals are found."""
    return {
        "interval": "Wilson score of separate cases, else firms drawn again, "
        f"level {settings.ci_level}",
        "draws": DRAWS,
        "fewest_firms": FEWEST_UNITS,
        "firms_drawn_in_groups_above": MOST_UNITS,
    }


def _describe(ecosystem: Ecosystem, indicator: str, found: Measure) -> tuple[object, ...]:
    """Lay out a row in the order of ``DIMENSION_COLUMNS``."""
    lang = ecosystem.lang
    note = "missing" if np.isnan(found.value) else "counts"
    return (
        _DIMENSION_OF[indicator],
        translate(f"indicator.{indicator}.name", lang),
        float(found.value),
        translate(f"indicator.{indicator}.unit", lang, currency=ecosystem.currency),
        float(found.ci_low),
        float(found.ci_high),
        int(found.n),
        float(found.coverage),
        translate(f"indicator.{indicator}.{note}", lang),
    )


_DIMENSION_OF = {
    indicator: dimension for dimension, measures in INDICATORS.items() for indicator in measures
}
