"""What changed since last year: the last two whole years of an ecosystem, side by side."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ecograph.analysis.cooperation import gather_cooperation
from ecograph.analysis.links import list_firms
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.movement import track_tiers
from ecograph.analysis.tiers import TIERS
from ecograph.analysis.windows import date_agreements, find_distinct
from ecograph.projection import project_ties
from ecograph.schema import ORGANISATION_KINDS
from ecograph.statistics.rates import control_discoveries
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.ecosystem import Ecosystem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["YEAR_CHANGE_COLUMNS", "YEAR_FIGURES", "YEAR_VERDICTS", "compare_years"]

YEAR_FIGURES = (
    "agreements",
    "with_amount",
    "amount",
    "firms",
    "universities",
    "newcomers",
    "ties_new",
    "ties_ended",
    "rose",
    "fell",
    "links",
)
"""What is compared; the last one, and firms, of each industry too."""

YEAR_VERDICTS = ("more", "fewer", "no_clear_change", "not_enough_data", "not_tested")

YEAR_CHANGE_COLUMNS = (
    "scope",
    "item",
    "item_name",
    "figure",
    "year_before",
    "year_after",
    "before",
    "after",
    "ratio",
    "ci_low",
    "ci_high",
    "p",
    "q",
    "verdict",
    "names",
)

_TESTED = ("agreements", "firms", "universities", "links")
_CLUSTERED = ("agreements", "links")  # several of one firm come together
_NAMES = 12


class _Years(NamedTuple):
    """The two years that are compared, and why not others.

    Parameters
    ----------
    before, after
        The years.
    earliest
        The first year in which an agreement that counts began.
    running
        The year of the as-of day, where it is not over.
    last_whole
        The last year that was over on the as-of day.
    """

    before: int
    after: int
    earliest: int
    running: int | None
    last_whole: int


def compare_years(ecosystem: Ecosystem) -> pd.DataFrame:
    """Compare the last two whole years: what is more, what is fewer, who is new.

    Only years that are over are compared: the running year of an as-of day before 31 December is
    left out, as its end is not known. Where agreements end before the last whole year, the last
    two years that they reach are compared.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level and alpha.

    Returns
    -------
    pandas.DataFrame
        Columns ``YEAR_CHANGE_COLUMNS``, one row a figure (one of ``YEAR_FIGURES``) of the whole
        ecosystem (``scope`` all) or of an industry: ``before`` and ``after``, the ``ratio`` of
        the two with its interval, ``p`` and ``q``, ``verdict`` (one of ``YEAR_VERDICTS``) and
        ``names`` of those who are new, rose or fell in the later year, at most a dozen.
        agreements, with_amount, amount: those that count and certainly began in the year, those
        of them with an amount, the sum of these; firms: those in such an agreement with a
        university or platform; universities: those in such an agreement; newcomers: organisations
        whose first agreement is of the year (unknown for the first year of the data, and for those
        in an undated agreement); ties_new: pairs of organisations whose first shared agreement is
        of the year; ties_ended: pairs with an agreement running in the year before and none in
        it; rose, fell: firms that changed to a higher or lower tier in the twelve months up to the
        as-of day (after) and in those before; links: see `find_gaps`. nan where unknown. No row
        where the as-of day is unknown or fewer than two years can be compared;
        ``attrs["meta"]["method"]`` then says why.

    Notes
    -----
    The interval of a ratio is exact given the sum of both counts, of which the later is binomial
    (Przyborowski and Wilenski, Biometrika 31, 313-323, 1940; Clopper and Pearson 1934). Agreements
    of one firm come together: counts of agreements and links are divided by the design effect of
    firms (Rao and Scott, Biometrics 48, 577-585, 1992; ``design_effect``, at least 1). Firms and
    universities may be in both years, so that their intervals are wider than need be. more or
    fewer: q is at most alpha, over all figures of the whole, or the industries of a figure
    (Benjamini and Hochberg 1995); not_enough_data: so few that not even all in one year would be
    significant; no_clear_change: neither, which does not mean that nothing changed. Sums of
    amounts hang on few large agreements, and the other figures on how far back the data go: they
    are not tested. An agreement that is entered late makes the later year look poorer.
    """
    facts = gather_cooperation(ecosystem)
    years = _choose_years(ecosystem, facts)
    method = _describe(ecosystem, facts, years)
    if isinstance(years, str):
        rows: list[dict[str, Any]] = []
    else:
        both = (years.before, years.after)
        rows = [*_count_all(facts, both), *_follow_ties(ecosystem, years)]
        rows += [_find_newcomers(facts, years), *_follow_tiers(ecosystem)]
        order = {figure: n for n, figure in enumerate(YEAR_FIGURES)}
        rows.sort(key=lambda row: order[row["figure"]])
        rows += _count_industries(facts, both)
        method["design_effect"] = _measure_design_effect(facts, both)
    table = pd.DataFrame(rows, columns=["scope", "item", "item_name", *_COUNTED, "names"])
    table = _test(table, ecosystem, float(method.get("design_effect", 1.0)))
    return attach_meta(table, ecosystem, "year_changes", method=method)


_COUNTED = ("figure", "year_before", "year_after", "before", "after")


def _choose_years(ecosystem: Ecosystem, facts: Cooperation) -> _Years | str:
    """Choose the last two whole years that the data reach; where there are none, say why."""
    day, began = ecosystem.as_of, facts.agreements["began"].dropna()
    if day is None:
        return "no_day"
    whole = day == dt.date(day.year, 12, 31)
    last = day.year if whole else day.year - 1
    over = began[began <= last]
    if over.empty:
        return "no_year"
    after, earliest = int(over.max()), int(over.min())
    if earliest == after:
        return "one_year"
    return _Years(after - 1, after, earliest, None if whole else day.year, last)


def _describe(ecosystem: Ecosystem, facts: Cooperation, years: _Years | str) -> dict[str, Any]:
    began = facts.agreements["began"]
    method: dict[str, Any] = {
        "years": "the last two that are over on the as-of day and in which agreements began",
        "undated": int(began.isna().sum()),
    }
    if isinstance(years, str):
        return {**method, "left_out": years}
    running = 0 if years.running is None else int((began == years.running).sum())
    return {
        **method,
        **years._asdict(),
        "running_agreements": running,
        "tier_days": [_shift(ecosystem.as_of, back) for back in (2, 1, 0)],
        "interval": f"exact given the sum of both counts, level {ecosystem.settings.ci_level}",
    }


def _shift(day: dt.date | None, back: int) -> str:
    """Say the same day some years before; of 29 February the last of the month."""
    if day is None:
        return ""
    return str((pd.Timestamp(day) - pd.DateOffset(years=back)).date())


# counts


def _make_row(
    figure: str,
    years: tuple[int, int],
    counts: Sequence[float],
    *,
    item: tuple[str, str] = ("", ""),
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """Lay out a figure of both years; names a dozen at most."""
    return {
        "scope": "industry" if item[0] else "all",
        "item": item[0],
        "item_name": item[1],
        "figure": figure,
        "year_before": years[0],
        "year_after": years[1],
        "before": float(counts[0]),
        "after": float(counts[1]),
        "names": "；".join(names[:_NAMES]),
    }


def _count_all(facts: Cooperation, years: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Count agreements, amounts, linked firms and universities of both years."""
    parts = [facts.agreements[facts.agreements["began"] == year] for year in years]
    amounts = [part["amount"].dropna() for part in parts]
    yield _make_row("agreements", years, [len(part) for part in parts])
    yield _make_row("with_amount", years, [len(known) for known in amounts])
    sums = [known.sum() if len(known) else np.nan for known in amounts]
    yield _make_row("amount", years, sums)
    signed = facts.parties[facts.ecosystem.mark("university")[facts.parties["party"]]]
    for figure, who in (
        ("firms", facts.shared.set_index("agreement")["enterprise"]),
        ("universities", signed.set_index("agreement")["party"]),
    ):
        yield _make_row(
            figure, years, [who[who.index.isin(part.index)].nunique() for part in parts]
        )


def _count_industries(facts: Cooperation, years: tuple[int, int]) -> list[dict[str, Any]]:
    """Count the links and linked firms of each industry in both years; none where none is."""
    ecosystem, began = facts.ecosystem, facts.agreements["began"]
    shared = facts.shared[["enterprise", "agreement"]].drop_duplicates()
    firms = list_firms(ecosystem).merge(shared, on="enterprise")
    named = ecosystem.name_nodes("industry")["name"]
    positions = ecosystem.find_positions("industry")
    counted = {}
    for figure, rows, unit in (("links", facts.links, "agreement"), ("firms", firms, "enterprise")):
        year = rows["agreement"].map(began)
        counts = [
            rows[year == one].groupby("industry")[unit].nunique().reindex(positions, fill_value=0)
            for one in years
        ]
        counted[figure] = np.column_stack(counts)
    return [
        _make_row(figure, years, counted[figure][place], item=(key, name))
        for place, (key, name) in enumerate(named.items())
        for figure in counted
    ]


def _find_newcomers(facts: Cooperation, years: _Years) -> dict[str, Any]:
    """Find the organisations whose first agreement is of each year; of the later, who they are."""
    ecosystem = facts.ecosystem
    parties = facts.parties[ecosystem.mark(*ORGANISATION_KINDS)[facts.parties["party"]]]
    first = parties["agreement"].map(facts.agreements["first"])
    known = first.groupby(parties["party"]).agg(["min", "count", "size"])
    start = known["min"].where(known["count"] == known["size"])
    both = (years.before, years.after)
    counts = [float((start == year).sum()) if years.earliest < year else np.nan for year in both]
    new = known[start == years.after].reset_index().sort_values(["size", "party"])
    new = new.sort_values("size", ascending=False, kind="stable")
    names = [str(ecosystem.names[place]) for place in new["party"].head(_NAMES)]
    return _make_row("newcomers", both, counts, names=names)


def _follow_ties(ecosystem: Ecosystem, years: _Years) -> Iterator[dict[str, Any]]:
    """Count the ties that are new in each year, and those that ran before and do not run in it."""
    network = project_ties(ecosystem)
    dated = date_agreements(ecosystem)[ecosystem.counts]
    first, last = (dated[end].to_numpy() for end in ("first", "last"))
    incidence, size = network.memberships.incidence, len(network.nodes)

    def list_pairs(among: NDArray[np.bool_]) -> Ints:
        members = incidence[np.flatnonzero(among)]
        found = (members.T @ members).tocoo()
        above = found.row < found.col
        return find_distinct(found.row[above].astype(np.int64) * size + found.col[above])

    def count_beyond(those: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
        pairs = list_pairs(those)
        return float((~np.isin(pairs, list_pairs(others), assume_unique=True)).sum())

    def mark_running(year: int) -> NDArray[np.bool_]:
        return np.asarray((first <= year) & (last >= year))

    both, nothing = (years.before, years.after), float("nan")
    known = [year > years.earliest for year in both]
    new = [
        count_beyond(first == year, first < year) if told else nothing
        for year, told in zip(both, known, strict=True)
    ]
    ended = [
        count_beyond(mark_running(year - 1), mark_running(year)) if told else nothing
        for year, told in zip(both, known, strict=True)
    ]
    yield _make_row("ties_new", both, new)
    yield _make_row("ties_ended", both, ended)


def _follow_tiers(ecosystem: Ecosystem) -> Iterator[dict[str, Any]]:
    """Count the firms that rose and fell a tier up to the as-of day, and in the year before."""
    track = track_tiers(ecosystem)
    year = ecosystem.as_of.year if ecosystem.as_of else 0
    rank = {tier: float(n) for n, tier in enumerate(TIERS)}
    known = track["tier"].where(track["basis"] != "unclear").map(rank)  # as in the moves
    ranks = known.groupby([track["enterprise"], track["year"]]).first().unstack("year")  # noqa: PD010 - a series
    ranks = ranks.reindex(columns=[year - 2, year - 1, year])
    step = [ranks[now] - ranks[now - 1] for now in (year - 1, year)]
    both, named = (year - 1, year), ecosystem.select("enterprise")["name"]
    for figure, sign in (("rose", -1), ("fell", 1)):
        counts = [float((sign * s > 0).sum()) if s.notna().any() else np.nan for s in step]
        moved = step[1].index[(sign * step[1] > 0).to_numpy()]
        names = [str(named[key]) for key in moved[:_NAMES]]
        yield _make_row(figure, both, counts, names=names)


# tests


def _measure_design_effect(facts: Cooperation, years: tuple[int, int]) -> float:
    """Measure how much more the split over the years varies than that of separate agreements."""
    later = facts.agreements["began"] == years[1]
    either = (later | (facts.agreements["began"] == years[0])).to_numpy()
    if not either.any():
        return 1.0
    _, unit = np.unique(facts.units[either], return_inverse=True)
    size, part = np.bincount(unit), np.bincount(unit, later.to_numpy()[either])
    firms, all_ = len(size), int(size.sum())
    share = part.sum() / all_
    if share in {0, 1} or firms < 2:  # noqa: PLR2004 - one firm cannot vary
        return 1.0
    spread = ((part - size * share) ** 2).sum() * firms / (firms - 1)
    chance = all_ * share * (1 - share) * all_ / (all_ - 1)
    return max(1.0, float(spread / chance))


def _test(table: pd.DataFrame, ecosystem: Ecosystem, effect: float) -> pd.DataFrame:
    """Add ratio, interval, chances and verdict to counts."""
    tested = table["figure"].isin(_TESTED).to_numpy(dtype=bool)
    divisor = np.where(table["figure"].isin(_CLUSTERED), effect, 1.0)
    before, after = (
        np.where(tested, table[when].astype(float), np.nan) / divisor for when in _WHEN
    )
    told = tested & (before + after > 0)
    low, high = bound_share(after, before + after, ecosystem.settings.ci_level, method="exact")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (table["after"] / table["before"]).astype(float)
        bounds = [np.where(told, end / (1 - end), np.nan) for end in (low, high)]
    p = np.where(told, _find_chance(before, after), np.nan)
    alpha = ecosystem.settings.alpha
    testable = told & (0.5 ** (before + after - 1) <= alpha)
    table = table.assign(ratio=ratio.where(np.isfinite(ratio)), ci_low=bounds[0], p=p)
    table["ci_high"] = np.where(np.isfinite(bounds[1]), bounds[1], np.nan)
    table["q"] = np.nan
    families = table["scope"].where(table["scope"] == "all", table["figure"])
    for family in dict.fromkeys(families):
        own = (families == family).to_numpy()
        table.loc[own, "q"] = control_discoveries(p[own], testable[own])
    significant = (table["q"] <= alpha).to_numpy()
    cases = [~tested, ~testable, significant & (after > before), significant]
    verdicts = ["not_tested", "not_enough_data", "more", "fewer"]
    table["verdict"] = np.select(cases, verdicts, "no_clear_change") if len(table) else ""
    types = {"year_before": "int64", "year_after": "int64", "before": float, "after": float}
    return table.astype(types)[list(YEAR_CHANGE_COLUMNS)]


_WHEN = ("before", "after")


def _find_chance(before: Floats, after: Floats) -> Floats:
    """Find the chance of a split as uneven as this one, were both years alike; of both sides.

    >>> _find_chance(np.array([5.0]), np.array([0.0])).tolist()
    [0.0625]
    """
    many = np.where(after > 0, special.betainc(np.maximum(after, 1e-9), before + 1, 0.5), 1.0)
    few = np.where(before > 0, special.betainc(np.maximum(before, 1e-9), after + 1, 0.5), 1.0)
    chance: Floats = np.minimum(1.0, 2 * np.minimum(many, few))
    return chance
