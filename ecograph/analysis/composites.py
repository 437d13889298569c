"""One score of groups out of the four dimensions, on request only, and how little it may mean."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ecograph.analysis.comparison import SIZE_BOUND
from ecograph.analysis.dimensions import DIMENSIONS
from ecograph.errors import SettingsError
from ecograph.statistics.composite import EVERY_WAY, compose_scores, rank_with_uncertainty
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.statistics.composite import Ways

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["COMPOSITE_COLUMNS", "Demands", "compose_dimensions"]

COMPOSITE_COLUMNS = (
    "name",
    *DIMENSIONS,
    "indicators",
    "note",
    "rank",
    "rank_low",
    "rank_high",
    "median",
    "share_first",
    "score",
)

_DIMENSION_NAMES: Mapping[str, tuple[str, ...]] = {
    "en": DIMENSIONS,
    "zh": ("广度", "深度", "精度", "密度"),
}
_MOST = {"key_focus": 1.0, "key_focus_amount": 1.0}
"""Where more is better only up to here. A location quotient of key industries can rise to one over
their share of exposure, which is the structure of a place and no merit of it: up to 1 it tells
neglect, above 1 it counts no more."""
_LESS_IS_BETTER = ("contact_burstiness",)
_IMPUTATIONS = ("skip", "median", "worst", "best")
_DRAWS = EVERY_WAY._replace(draws=500)
_TWO = 2  # groups: one cannot be ranked


class Demands(NamedTuple):
    """What data must have to enter a composite.

    Parameters
    ----------
    coverage
        The least share of cases of which the needed field must be known.
    least
        The fewest observations that a value must rest on.
    groups
        The least share of groups for which an indicator must be known.
    indicators
        The least share of indicators that must be known for a group.
    """

    coverage: float = 0.5
    least: int = 10
    groups: float = 0.75
    indicators: float = 0.67


_DEMANDS = Demands()


def compose_dimensions(
    table: pd.DataFrame,
    *,
    indicators: Sequence[str] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    demands: Demands = _DEMANDS,
    ways: Ways = _DRAWS,
    level: float = 0.9,
    seed: int = 1,
    lang: str | None = None,
) -> pd.DataFrame:
    """Compose the indicators of groups into dimensions, and these into one score with its doubts.

    Read the scores of the dimensions first: the composite stands last because it hides what they
    show. A rank without its interval says nothing.

    Parameters
    ----------
    table
        One row a group and indicator: ``group``, ``indicator`` (a column or the index) and
        ``dimension``, ``name``, ``unit``, ``value``, ``ci_low``, ``ci_high``, ``n``,
        ``coverage``; where it is there, ``group_name``. A table of `break_down_dimensions`, or
        tables of `measure_dimensions` put under each other with a column ``group``; of these let
        enter only what `compare_ecosystems` finds comparable.
    indicators
        Those that enter, if they are known for any group, differ and are in one unit. By default
        those that do not change with size alone and are known for enough groups.
    goalposts
        The worst and best value of indicators, which keep scores comparable from year to year and
        table to table; of others the least and greatest value of all groups.
    demands
        What data must have.
    ways
        Normalisations, aggregations and weightings that are drawn from.
    level
        Level of the intervals of ranks.
    seed
        Decides the draws.
    lang
        ``en`` or ``zh``; by default the language of the table.

    Returns
    -------
    pandas.DataFrame
        Indexed by group, the best first, columns ``COMPOSITE_COLUMNS``: the score of each
        dimension, 0 to 1 (nan for one without any indicator); ``indicators`` known; ``rank`` with
        ``rank_low`` and ``rank_high``, ``median`` and ``share_first`` (the share of draws in which
        the group is first, or tied for it); ``score``. Groups with too little data are not ranked,
        and ``note`` says so. ``attrs["meta"]`` names the indicators used, with their goalposts, and
        those dropped, with the reason.

    Raises
    ------
    SettingsError
        If a group has an indicator twice, less than two groups have enough data, no indicator is
        left, or goalposts are given for an indicator that does not enter.

    Notes
    -----
    Geometric means within dimensions, equal weights between (OECD and JRC, Handbook on
    Constructing Composite Indicators, 2008, steps 5 and 6). Ranks are drawn again (step 7;
    Saisana, Saltelli and Tarantola, J. R. Statist. Soc. A 168, 307-323, 2005) over normalisation,
    weights, aggregation, what a missing value is taken for (left out, the median, the worst or
    the best of the others) and, where intervals are known, values within their errors, by halves
    of normal laws. All indicators count up but ``contact_burstiness``, which enters only where
    it is asked for; ``key_focus`` and ``key_focus_amount`` count no more above 1.
    """
    facts = _read(table, demands)
    said = lang or table.attrs.get("meta", {}).get("settings", {}).get("lang") or "en"
    chosen, dropped = _choose_indicators(facts, indicators, demands, said)
    facts = facts.take_indicators(chosen)
    plan = _plan(facts, _set_goalposts(facts, goalposts))
    enough = _find_enough(facts, plan, demands)
    if enough.sum() < _TWO:
        raise SettingsError("Less than two groups have enough data for a composite.")
    ranked = _rank(facts.take_groups(enough), plan, ways, level=level, seed=seed)
    scored = _score_dimensions(facts, plan, ways.least).join(ranked)
    scored["note"] = _note(scored, facts, plan, said)
    ordered = scored.assign(_group=scored.index).sort_values(["rank", "_group"], kind="stable")
    method = {
        **_describe(facts, plan, ways),
        "dropped": dropped,
        "demands": demands._asdict(),
        "level": level,
        "seed": seed,
    }
    described = ordered[list(COMPOSITE_COLUMNS)]
    meta = {**table.attrs.get("meta", {}), "result": "composite", "method": method}
    described.attrs = {"meta": meta}
    return described


class _Facts(NamedTuple):
    """Groups x indicators: values good enough to be used, and their bounds.

    ``names`` and ``dimensions`` are of indicators, ``groups`` are the names of groups, ``mixed``
    are indicators of several units, ``level`` is that of the bounds.
    """

    value: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    names: pd.Series
    dimensions: pd.Series
    groups: pd.Series
    mixed: frozenset[str]
    level: float

    def take_indicators(self, chosen: list[str]) -> _Facts:
        """Take some indicators."""
        return self._replace(value=self.value[chosen], low=self.low[chosen], high=self.high[chosen])

    def take_groups(self, chosen: pd.Series) -> _Facts:
        """Take some groups."""
        return self._replace(value=self.value[chosen], low=self.low[chosen], high=self.high[chosen])


class _Plan(NamedTuple):
    """What is composed of what.

    Parameters
    ----------
    posts
        The worst and best value (indicators x 2).
    parts
        The dimensions that have an indicator.
    places
        The number of the dimension of each indicator.
    """

    posts: Floats
    parts: tuple[str, ...]
    places: Ints


def _read(table: pd.DataFrame, demands: Demands) -> _Facts:
    """Lay out the table, without values that rest on too little."""
    rows = table if "indicator" in table.columns else table.rename_axis("indicator").reset_index()
    if rows.duplicated(["group", "indicator"]).any():
        raise SettingsError("A group has the same indicator twice; give one breakdown at a time.")
    thin = (rows["coverage"] < demands.coverage) | (rows["n"] < demands.least)
    figures = rows[["value", "ci_low", "ci_high"]].astype(float).mask(thin)
    rows = rows.assign(**figures)
    order = {column: rows[column].drop_duplicates().tolist() for column in ("group", "indicator")}
    value, low, high = (
        rows.pivot_table(column, "group", "indicator", aggfunc="first")
        .reindex(index=order["group"], columns=order["indicator"])
        .clip(upper=pd.Series(_MOST).reindex(order["indicator"]), axis=1)
        for column in figures
    )
    heads = rows.drop_duplicates("indicator").set_index("indicator")
    titles = rows.drop_duplicates("group").set_index("group")
    shown = titles["group_name"] if "group_name" in titles else titles.index.to_series()
    units = rows.groupby("indicator")["unit"].nunique()
    mixed = frozenset(units.index[units > 1])
    level = table.attrs.get("meta", {}).get("settings", {}).get("ci_level", 0.95)
    said = heads["name"], heads["dimension"], shown
    return _Facts(value, low, high, *said, mixed=mixed, level=float(level))


def _choose_indicators(
    facts: _Facts, wanted: Sequence[str] | None, demands: Demands, lang: str
) -> tuple[list[str], dict[str, str]]:
    """Choose the indicators that enter, and say why others do not."""
    unknown = sorted(set(wanted or ()) - set(facts.value.columns))
    if unknown:
        raise SettingsError(f"There is no indicator {', '.join(unknown)} in the table.")
    at_all = facts.value.notna().any(axis=1)
    known, groups = facts.value.notna().sum(), int(at_all.sum())
    needed = 1 if wanted is not None else max(demands.groups * groups, 1)
    chosen, dropped = [], {}
    for indicator in facts.value.columns if wanted is None else wanted:
        said = {"name": facts.names[indicator], "known": known[indicator], "groups": groups}
        key = ""
        if wanted is None and indicator in SIZE_BOUND:
            key = "size_bound"
        elif indicator in facts.mixed:
            key = "units"
        elif known[indicator] < needed:
            key = "unknown"
        elif facts.value[indicator].nunique() < _TWO:
            key = "constant"
        if key:
            dropped[indicator] = translate(f"composite.{key}", lang, **said)
        else:
            chosen.append(indicator)
    if not chosen:
        raise SettingsError("No indicator is known for enough groups and differs between them.")
    return chosen, dropped


def _set_goalposts(facts: _Facts, given: Mapping[str, tuple[float, float]] | None) -> pd.DataFrame:
    """Find the worst and best value of each indicator."""
    others = sorted(set(given or {}) - set(facts.value.columns))
    if others:
        raise SettingsError(f"Goalposts are given for {', '.join(others)}, which do not enter.")
    posts = pd.DataFrame({"worst": facts.value.min(), "best": facts.value.max()})
    turned = posts.index.isin(_LESS_IS_BETTER)
    posts.loc[turned] = posts.loc[turned, ["best", "worst"]].to_numpy()
    for indicator, pair in (given or {}).items():
        if not np.isfinite(pair).all() or pair[0] == pair[1]:
            raise SettingsError(f"The goalposts of {indicator} must be two different numbers.")
        posts.loc[indicator] = pair
    return posts


def _plan(facts: _Facts, posts: pd.DataFrame) -> _Plan:
    """Give the dimensions that have an indicator a number, in their order."""
    of_each = facts.dimensions[facts.value.columns]
    parts = tuple(dimension for dimension in DIMENSIONS if (of_each == dimension).any())
    places = np.array([parts.index(dimension) for dimension in of_each], dtype=np.int64)
    return _Plan(posts.to_numpy(dtype=float), parts, places)


def _find_enough(facts: _Facts, plan: _Plan, demands: Demands) -> pd.Series:
    """Find the groups with enough indicators in all, and one at least in each dimension."""
    known = facts.value.notna()
    in_each = known.to_numpy(dtype=float) @ np.eye(len(plan.parts))[plan.places]
    return (known.mean(axis=1) >= demands.indicators) & (in_each > 0).all(axis=1)


def _rank(facts: _Facts, plan: _Plan, ways: Ways, *, level: float, seed: int) -> pd.DataFrame:
    """Rank groups as it stands, and over draws of values, imputations and ways.

    Each draw is one call with values and one way of its own, so that the ranks of all draws are
    those of the mixture.
    """
    random = np.random.default_rng(seed)
    rank = functools.partial(
        rank_with_uncertainty, goalposts=plan.posts, dimensions=plan.places, missing="skip"
    )
    once = ways._replace(draws=1)
    table = rank(facts.value.to_numpy(dtype=float), seed=seed, ways=once)
    ranks = np.empty((len(table), ways.draws))
    for draw in range(ways.draws):
        taken = ways.normalisations[random.integers(len(ways.normalisations))]
        values = _impute(_draw_values(facts, random), plan.posts, random)
        way = once._replace(normalisations=(taken,))
        ranks[:, draw] = rank(values, seed=int(random.integers(2**32)), ways=way)["median"]
    tails = [0.5, (1 - level) / 2, (1 + level) / 2]
    bounds = np.quantile(ranks, tails, axis=1, method="inverted_cdf")
    table[["median", "rank_low", "rank_high"]] = bounds.T
    table["share_first"] = (ranks == ranks.min(axis=0)).mean(axis=1)
    return table.set_axis(facts.value.index, axis=0)


def _draw_values(facts: _Facts, random: np.random.Generator) -> Floats:
    """Draw values within their errors: a half of a normal law on each side.

    None is below 0 unless its bound is.
    """
    value, low, high = (
        frame.to_numpy(dtype=float) for frame in (facts.value, facts.low, facts.high)
    )
    z = random.standard_normal(value.shape) / special.ndtri((1 + facts.level) / 2)
    arm = np.where(z > 0, high - value, value - low)
    floor = np.where((value < 0) | (low < 0), -np.inf, 0.0)
    drawn: Floats = np.maximum(value + np.where(np.isnan(arm), 0.0, arm) * z, floor)
    return drawn


def _impute(values: Floats, posts: Floats, random: np.random.Generator) -> Floats:
    """Take missing values for the median, the worst or the best of the others, or leave them."""
    how = _IMPUTATIONS[random.integers(len(_IMPUTATIONS))]
    if how == "skip" or not np.isnan(values).any():
        return values
    up = posts[:, 1] > posts[:, 0]
    ends = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    taken = {
        "median": np.nanmedian(values, axis=0),
        "worst": np.where(up, *ends),
        "best": np.where(up, *reversed(ends)),
    }[how]
    return np.where(np.isnan(values), taken, values)


def _score_dimensions(facts: _Facts, plan: _Plan, least: float) -> pd.DataFrame:
    """Score the dimensions of all groups, by what is known of them."""
    found = compose_scores(
        facts.value.to_numpy(dtype=float),
        plan.posts,
        dimensions=plan.places,
        missing="skip",
        least=least,
    )
    scores = pd.DataFrame(found.dimensions, index=facts.value.index, columns=list(plan.parts))
    table = scores.reindex(columns=list(DIMENSIONS))
    table["name"] = facts.groups
    table["indicators"] = facts.value.notna().sum(axis=1)
    return table


def _note(scored: pd.DataFrame, facts: _Facts, plan: _Plan, lang: str) -> list[str]:
    """Say of each group where it ranks, or what it lacks."""
    names = dict(zip(DIMENSIONS, _DIMENSION_NAMES[lang], strict=True))
    groups = int(scored["rank"].notna().sum())
    said = []
    for row, known in zip(scored.itertuples(), facts.value.notna().to_numpy(), strict=True):
        lacking = [names[d] for n, d in enumerate(plan.parts) if not known[plan.places == n].any()]
        key = "no_dimension" if lacking and known.any() else "not_enough_data"
        if not np.isnan(row.rank):
            key = "one_rank" if row.rank_low == row.rank_high else "ranked"
        figures = {"low": f"{row.rank_low:g}", "high": f"{row.rank_high:g}", "groups": groups}
        counts = {"known": row.indicators, "used": len(known)}
        joined = translate("composite.joiner", lang).join(lacking)
        said.append(translate(f"composite.{key}", lang, dimensions=joined, **figures, **counts))
    return said


def _describe(facts: _Facts, plan: _Plan, ways: Ways) -> dict[str, Any]:
    """Describe what was composed, and how."""
    used = {
        indicator: {
            "name": facts.names[indicator],
            "dimension": facts.dimensions[indicator],
            "worst": float(pair[0]),
            "best": float(pair[1]),
            "known": int(facts.value[indicator].notna().sum()),
        }
        for indicator, pair in zip(facts.value.columns, plan.posts, strict=True)
    }
    return {
        "used": used,
        "score": "geometric means within dimensions, equal weights between",
        "direction": "more is better, but for contact_burstiness; key_focus up to 1",
        "drawn": {
            **ways._asdict(),
            "imputations": list(_IMPUTATIONS),
            "values": "within their intervals, where these are known",
        },
    }
