"""Ecosystems side by side: where they differ, where that cannot be seen or asked, and why."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ecograph.analysis.cooperation import gather_cooperation, list_standing
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.links import KNOWLEDGE_KINDS, sum_exposure
from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.statistics.contrasts import bound_difference, bound_ratio
from ecograph.statistics.diversity import standardise_hill
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings

    Rows = Mapping[str, Mapping[str, Any]]

__all__ = [
    "COMPARISON_COLUMNS",
    "COMPARISON_VERDICTS",
    "SIZE_BOUND",
    "SOURCE_COLUMNS",
    "compare_ecosystems",
    "describe_sources",
]

COMPARISON_VERDICTS = ("higher", "lower", "no_difference_seen", "not_comparable")
"""What is said of the first ecosystem of a pair, seen from the second."""

COMPARISON_COLUMNS = (
    "first",
    "second",
    "indicator",
    "dimension",
    "name",
    "unit",
    "value_first",
    "value_second",
    "verdict",
    "difference",
    "difference_low",
    "difference_high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "reason",
    "cause",
    "ci_low_first",
    "ci_high_first",
    "n_first",
    "coverage_first",
    "ci_low_second",
    "ci_high_second",
    "n_second",
    "coverage_second",
)

SOURCE_COLUMNS = (
    "as_of",
    "synthetic",
    "currency",
    "firms",
    "firms_party",
    "partners",
    "platforms",
    "agreements",
    "dated",
    "with_amount",
    "with_discipline",
    "with_mode",
    "years",
    "events",
    "agreements_published",
    "firms_published",
    "platforms_published",
    "events_published",
)

SIZE_BOUND = frozenset(
    {
        "partners",
        "new_partners",
        "effective_disciplines",
        "effective_provinces",
        "industry_parity",
        "field_fit",
        "tie_density",
        "contact_burstiness",
        "giant_share",
        "core_share",
    }
)
"""Indicators that change with the size of a place or of its registers alone."""

_ALIKE = 1.25  # sizes and spans within this ratio are near enough
_APART = 183  # days: windows of twelve months share less than half
_EARLY = 0.1  # of dated agreements, so that one old contract does not stretch a register
_YEAR = 365.25  # days
_PERCENT = 0.1  # shares below are written with a digit more
_LARGE = 1000  # numbers from here on are written whole


def compare_ecosystems(
    ecosystems: Sequence[Ecosystem],
    *,
    names: Sequence[str] | None = None,
    coverage_floor: float = 0.5,
    least: int = 10,
) -> pd.DataFrame:
    """Compare the four dimensions of ecosystems, pair by pair, where they can be compared at all.

    All are measured under the settings of the first, each as of its own day.

    Parameters
    ----------
    ecosystems
        Two or more.
    names
        What to call them; by default their names, with the as-of day where two have the same.
    coverage_floor
        The least share of cases of which the needed field must be known, of published agreements,
        platforms or events that must be named, and of disciplines that must be in both lists.
    least
        The fewest observations that a value must rest on.

    Returns
    -------
    pandas.DataFrame
        One row a pair and indicator, columns ``COMPARISON_COLUMNS``. ``verdict`` is one of
        ``COMPARISON_VERDICTS`` and speaks of the first: higher or lower where the interval of the
        difference leaves out 0; ``reason`` says why in the language of the first ecosystem, and
        ``cause`` names all that stands against a comparison, by the keys of the catalogue of texts.
        ``difference`` is first less second, ``ratio`` first over second (both above 0;
        ``ratio_high`` is nan where nothing bounds it); nan where not comparable. Effective numbers
        that are compared stand at a common sample coverage, others as they are. ``ci_low`` and
        ``ci_high`` are of level ci_level, the interval of a difference or ratio of the wider
        level in ``attrs["meta"]``, so that all of the table hold together at ci_level. The meta
        also has `describe_sources`.

    Raises
    ------
    SettingsError
        If there are less than two ecosystems, or names are not as many or not distinct.

    Notes
    -----
    Of a pair of independent intervals the interval of the difference is MOVER (Zou and Donner,
    Statist. Med. 27, 1693-1702, 2008), that of the ratio as in Donner and Zou (Stat. Methods Med.
    Res. 21, 347-359, 2012, eq. 9). Effective numbers of kinds are Hill numbers of order 1 at the
    greatest coverage that both reach (Chao and Jost, Ecology 93, 2533-2547, 2012). There are no
    p-values to control false discoveries with, so levels are divided by the number of comparisons
    (Dunn, JASA 56, 52-64, 1961); where draws do not reach so far into the tail, the interval of
    level ci_level is stretched by the normal law instead, whichever is wider.
    """
    sides = _measure_sides(ecosystems, names)
    limits = _Limits(coverage_floor, least)
    cases = [
        _Case(indicator, pair, limits)
        for pair in combinations(sides, 2)
        for indicator in pair[0].rows
    ]
    causes = [_list_causes(case) for case in cases]
    compared = sum(not found for found in causes)
    level = ecosystems[0].settings.ci_level
    wide = 1 - (1 - level) / max(compared, 1)
    again = sides if wide > level else ()
    wider = {side.name: _measure_at(side.ecosystem, wide) for side in again}
    rows = [
        _judge(case, found, wider, _Levels(level, wide))
        for case, found in zip(cases, causes, strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    return _describe(table, sides, limits, {"comparisons": compared, "level_each": wide})


def describe_sources(
    ecosystems: Sequence[Ecosystem], *, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Describe what ecosystems rest on: how much is listed, counted, dated and named.

    Parameters
    ----------
    ecosystems, names
        As in `compare_ecosystems`, but one will do.

    Returns
    -------
    pandas.DataFrame
        Indexed by ecosystem, columns ``SOURCE_COLUMNS``: the as-of day, whether synthetic,
        currency; ``firms`` listed and ``firms_party``, the share of them that is a party to any
        agreement; ``partners``; ``platforms`` that are not merely planned; ``agreements`` that
        count and the shares of them that are ``dated``, ``with_amount``, ``with_discipline``,
        ``with_mode``; ``years`` up to the as-of day in which nine of ten dated ones began;
        ``events``; and the published totals that the indicators table sets beside these counts
        (for firms the greatest of any certificate where there is none of all), nan where none is.
    """
    found = {
        name: _describe_source(gather_cooperation(ecosystem))
        for name, ecosystem in zip(_name_all(ecosystems, names), ecosystems, strict=True)
    }
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(SOURCE_COLUMNS))
    return table.rename_axis("ecosystem")


class _Limits(NamedTuple):
    """What a value must have to be compared."""

    coverage: float
    least: int


class _Levels(NamedTuple):
    """Levels of intervals: of one, and of one among all that are compared."""

    one: float
    each: float


class _Cause(NamedTuple):
    """What stands against a comparison, and in words."""

    key: str
    said: str


class _Trait(NamedTuple):
    """What the meaning of an indicator asks of a comparison.

    Parameters
    ----------
    bases
        The kinds of rows it is made of: agreement, platform, event.
    firms
        Whether it needs firms to be ``listed`` (all that there are) or ``named``, or neither.
    counts
        Whether it is a raw count.
    dated
        Whether it is a rate of a time.
    adds_up
        Whether it grows with the years that a register covers.
    aims
        Whether it is a share of the key industries.
    weighs
        Whether it compares with the exposure of industries.
    signed
        Whether it may be below 0.
    sizes
        What its size is counted in, where size alone changes it (a key of the catalogue).
    instead
        The indicator that says the same but for that.
    """

    bases: tuple[str, ...] = ("agreement",)
    firms: str = ""
    counts: bool = False
    dated: bool = False
    adds_up: bool = False
    aims: bool = False
    weighs: bool = False
    signed: bool = False
    sizes: str = ""
    instead: str = ""


_HOUSED = ("agreement", "platform")
_TRAITS: Mapping[str, _Trait] = {
    "partners": _Trait(counts=True),
    "new_partners": _Trait(counts=True),
    "firm_coverage": _Trait(firms="listed", adds_up=True),
    "industry_reach": _Trait(adds_up=True, aims=True),
    "industry_parity": _Trait(aims=True, weighs=True, sizes="links"),
    "mode_depth": _Trait(firms="named"),
    "deep_share": _Trait(firms="named"),
    "persistence": _Trait(firms="named", adds_up=True),
    "platform_share": _Trait(_HOUSED, firms="named"),
    "platforms_per_100_partners": _Trait(_HOUSED, firms="named", adds_up=True),
    "platform_return": _Trait(("platform",)),
    "field_fit": _Trait(instead="field_lift"),
    "field_alignment": _Trait(signed=True),
    "key_focus": _Trait(weighs=True),
    "key_focus_amount": _Trait(weighs=True),
    "intent_yield": _Trait(("event",)),
    "signing_yield": _Trait(("event",)),
    "agreements_per_100_firms": _Trait(firms="listed", dated=True),
    "agreements_per_tie": _Trait(firms="named", adds_up=True),
    "ties_per_firm": _Trait(firms="listed", adds_up=True),
    "tie_density": _Trait(firms="listed", adds_up=True, sizes="pairs", instead="ties_per_firm"),
    "contact_frequency": _Trait(("event",), dated=True),
    "contact_regularity": _Trait(("event",)),
    "contact_burstiness": _Trait(("event",), signed=True, sizes="gaps"),
    "giant_share": _Trait(adds_up=True, sizes="organisations"),
    "core_share": _Trait(firms="named", adds_up=True, sizes="organisations"),
}


@dataclass(frozen=True, eq=False)
class _Side:
    """One ecosystem with what was measured of it."""

    name: str
    ecosystem: Ecosystem
    facts: Cooperation
    source: Mapping[str, Any]
    rows: Rows


@dataclass(frozen=True, eq=False)
class _Case:
    """One indicator of a pair."""

    indicator: str
    sides: tuple[_Side, _Side]
    limits: _Limits

    @property
    def trait(self) -> _Trait:
        return _TRAITS.get(self.indicator, _Trait())

    @property
    def known(self) -> list[_Side]:
        """The sides that have a value."""
        return [side for side in self.sides if not np.isnan(self.read(side, "value"))]

    def read(self, side: _Side, column: str) -> Any:  # noqa: ANN401 - any cell
        """Read what was measured of a side."""
        return side.rows[self.indicator][column]

    @functools.cached_property
    def standard(self) -> pd.DataFrame:
        """The effective numbers of kinds at one sample coverage."""
        return _standardise(self, self.sides[0].ecosystem.settings.ci_level)

    @property
    def lang(self) -> str:
        """The language of the first ecosystem."""
        return self.sides[0].ecosystem.lang

    def say(self, key: str, **values: object) -> str:
        """Say a text in the language of the first ecosystem."""
        return _say(key, self.lang, **values)

    def tell(self, key: str, **values: object) -> _Cause:
        """Say a cause."""
        return _Cause(key, self.say(key, **values))

    def tell_of(self, key: str, sides: list[_Side], **values: object) -> Iterator[_Cause]:
        """Say a cause of some sides at once, if there are any."""
        if sides:
            names = self.say("both") if len(sides) > 1 else sides[0].name
            yield self.tell(key, names=names, **values)

    def tell_items(self, key: str, items: list[str], **values: object) -> Iterator[_Cause]:
        """Say a cause with what shows it, if there is any."""
        if items:
            yield self.tell(key, items=self.say("comma").join(items), **values)


# measuring


def _measure_sides(
    ecosystems: Sequence[Ecosystem], names: Sequence[str] | None
) -> tuple[_Side, ...]:
    if len(ecosystems) < 2:  # noqa: PLR2004 - a pair
        raise SettingsError("Give at least two ecosystems to compare.")
    sides, level = [], ecosystems[0].settings.ci_level
    for name, ecosystem in zip(_name_all(ecosystems, names), ecosystems, strict=True):
        alike = _ask(ecosystem, replace(ecosystems[0].settings, as_of=ecosystem.as_of))
        facts = gather_cooperation(alike)
        source = dict(zip(SOURCE_COLUMNS, _describe_source(facts), strict=True))
        sides.append(_Side(name, alike, facts, source, _measure_at(alike, level)))
    return tuple(sides)


def _measure_at(ecosystem: Ecosystem, level: float) -> Rows:
    """Measure with intervals of a level."""
    asked = _ask(ecosystem, replace(ecosystem.settings, ci_level=level))
    rows: Rows = measure_dimensions(asked).to_dict(orient="index")
    return rows


def _ask(ecosystem: Ecosystem, settings: Settings) -> Ecosystem:
    """Look at an ecosystem under some settings; it keeps its memory where they are its own."""
    return ecosystem if settings == ecosystem.settings else ecosystem.configure(settings)


def _name_all(ecosystems: Sequence[Ecosystem], names: Sequence[str] | None) -> list[str]:
    """Give every ecosystem a name of its own."""
    if names is None:
        plain = [ecosystem.name for ecosystem in ecosystems]
        dated = [f"{ecosystem.name} {ecosystem.as_of or ''}".strip() for ecosystem in ecosystems]
        shown = [d if plain.count(p) > 1 else p for p, d in zip(plain, dated, strict=True)]
        return [
            f"{name} ({shown[:n].count(name) + 1})" if shown.count(name) > 1 else name
            for n, name in enumerate(shown)
        ]
    if len(names) != len(ecosystems) or len(set(names)) != len(names):
        raise SettingsError(f"Give {len(ecosystems)} names, no two of them the same.")
    return list(names)


def _describe_source(facts: Cooperation) -> tuple[Any, ...]:
    """Describe one ecosystem in the order of ``SOURCE_COLUMNS``."""
    ecosystem, agreements = facts.ecosystem, facts.agreements
    party = np.unique(ecosystem.find_ends("party")[1])
    firms = ecosystem.find_positions("enterprise")
    n = len(agreements)
    return (
        ecosystem.as_of.isoformat() if ecosystem.as_of else None,
        ecosystem.synthetic,
        ecosystem.currency,
        len(firms),
        _divide(int(np.isin(firms, party).sum()), len(firms)),
        len(facts.partners),
        len(list_standing(ecosystem)),
        n,
        _divide(int(agreements["date_start"].notna().sum()), n),
        _divide(int(agreements["amount"].notna().sum()), n),
        _divide(facts.topics["agreement"].nunique(), n),
        _divide(int(agreements["rung"].notna().sum()), n),
        _span(facts),
        len(ecosystem.table("events")),
        _read_published(ecosystem, "agreement"),
        _read_published(ecosystem, "enterprise", "certificate:"),
        _read_published(ecosystem, "platform"),
        _read_published(ecosystem, "event"),
    )


def _span(facts: Cooperation) -> float:
    """Count the years in which nine of ten dated agreements began, up to the as-of day."""
    starts = facts.agreements["date_start"].dropna()
    if facts.ecosystem.as_of is None or starts.empty:
        return np.nan
    days = (pd.Timestamp(facts.ecosystem.as_of) - starts.quantile(_EARLY)).days
    return float(max(days, 1) / _YEAR)


def _read_published(ecosystem: Ecosystem, kind: str, part: str = "") -> float:
    """Read the greatest published total of a kind, else of any part of it; nan where none is."""
    totals = ecosystem.table("indicators", ["counts", "value"])[["counts", "value"]].dropna()
    totals = totals[totals["value"] > 0]
    counts = totals["counts"].astype(str)
    whole = totals.loc[counts == kind, "value"].astype(float)
    parts = totals.loc[counts.str.startswith(part) & bool(part), "value"].astype(float)
    return float(whole.max() if len(whole) else parts.max())


# what stands against a comparison


def _list_causes(case: _Case) -> list[_Cause]:
    return [cause for find in _CAUSES for cause in find(case)]


def _find_missing(case: _Case) -> Iterator[_Cause]:
    absent = [side for side in case.sides if side not in case.known]
    bare = [side for side in absent if case.trait.firms and not side.source["firms"]]
    yield from case.tell_of("no_firms", bare)
    others = [side for side in absent if side not in bare]
    for note in dict.fromkeys(str(case.read(side, "note")) for side in others):
        said = note[:1].lower() + note[1:].rstrip(".。")
        alike = [side for side in others if case.read(side, "note") == note]
        yield from case.tell_of("missing", alike, note=said)


def _find_units(case: _Case) -> Iterator[_Cause]:
    first, second = (case.read(side, "unit") for side in case.sides)
    if first != second:
        yield case.tell("currency", first=first, second=second)


def _find_counts(case: _Case) -> Iterator[_Cause]:
    if case.trait.counts:
        yield case.tell("size")


def _find_classification(case: _Case) -> Iterator[_Cause]:
    """Ask of each side whether the disciplines it uses are in the list of the other."""
    if case.indicator != "effective_disciplines" or len(case.known) < len(case.sides):
        return
    items = []
    for side, other in zip(case.sides, reversed(case.sides), strict=True):
        used = _count_disciplines(side.facts).index
        listed = other.ecosystem.name_nodes("discipline")["name"]
        share = _divide(int(used.isin(listed).sum()), len(used))
        if share < case.limits.coverage:
            items.append(case.say("share_item", name=side.name, share=_write_share(share)))
    yield from case.tell_items("classification", items)


def _find_key_industries(case: _Case) -> Iterator[_Cause]:
    if case.trait.aims:
        marked = [side for side in case.sides if _has_key(side.ecosystem)]
        if len(marked) == 1:
            yield from case.tell_of("key_industries", marked)


def _find_firms(case: _Case) -> Iterator[_Cause]:
    """Ask whether the firms listed can be all that there are."""
    listing = case.trait.firms == "listed"
    sides = [s for s in case.known if listing or (case.trait.weighs and _lists_exposure(s))]
    yield from case.tell_items(
        "firms_partial", [item for side in sides for item in _say_part(case, side, "firm")]
    )
    yield from case.tell_of("participants", [s for s in sides if s.source["firms_party"] == 1])


def _find_coverage(case: _Case) -> Iterator[_Cause]:
    floor = case.limits.coverage
    shares = {side.name: case.read(side, "coverage") for side in case.known}
    items = [
        case.say("share_item", name=name, share=_write_share(share))
        for name, share in shares.items()
        if share < floor
    ]
    yield from case.tell_items("coverage", items, floor=_write_share(floor))


def _find_few(case: _Case) -> Iterator[_Cause]:
    if case.trait.counts:
        return
    least = case.limits.least
    numbers = {side.name: int(case.read(side, "n")) for side in case.known}
    items = [case.say("few_item", name=name, n=n) for name, n in numbers.items() if n < least]
    yield from case.tell_items("few", items, least=least)


def _find_sizes(case: _Case) -> Iterator[_Cause]:
    if not case.trait.sizes or len(case.known) < len(case.sides):
        return
    first, second = (_read_size(case, side) for side in case.sides)
    if not _are_alike(first, second):
        what = case.say(case.trait.sizes)
        figures = {"first": f"{first:,}", "second": f"{second:,}", "what": what}
        yield case.tell("network_size", **figures, instead=_name_other(case))


def _find_chance(case: _Case) -> Iterator[_Cause]:
    if case.indicator == "field_fit" and len(case.known) == len(case.sides):
        yield case.tell("chance", instead=_name_other(case))


def _find_days(case: _Case) -> Iterator[_Cause]:
    if not case.trait.dated or len(case.known) < len(case.sides):
        return
    first, second = (side.ecosystem.as_of for side in case.sides)
    if first is None or second is None or abs((first - second).days) > _APART:
        unknown = case.say("unknown_day")
        yield case.tell("day", first=first or unknown, second=second or unknown)


def _find_spans(case: _Case) -> Iterator[_Cause]:
    if not case.trait.adds_up or len(case.known) < len(case.sides):
        return
    dated = {side.name: side.source["dated"] for side in case.sides}
    items = [
        case.say("share_item", name=name, share=_write_share(share))
        for name, share in dated.items()
        if not share >= case.limits.coverage
    ]
    yield from case.tell_items("span_unknown", items)
    first, second = (side.source["years"] for side in case.sides)
    if not items and not _are_alike(first, second):
        yield case.tell("span", first=f"{first:.1f}", second=f"{second:.1f}")


def _find_intervals(case: _Case) -> Iterator[_Cause]:
    """Ask whether it is known how far each value may be off."""
    if case.trait.counts or len(case.known) < len(case.sides):
        return
    if case.indicator in _KINDS:
        reasons = case.standard["reason"]
        silent = [s for s, reason in zip(case.sides, reasons, strict=True) if reason]
        yield from case.tell_of("kinds_unseen", silent)
        return
    bounds = [_read_bounds(side.rows[case.indicator]) for side in case.sides]
    open_ = [s for s, bound in zip(case.sides, bounds, strict=True) if np.isnan(bound).any()]
    yield from case.tell_of("no_interval", open_)


def _find_synthetic(case: _Case) -> Iterator[_Cause]:
    drawn = [side for side in case.sides if side.source["synthetic"]]
    if len(drawn) == 1:
        (other,) = (side.name for side in case.sides if side is not drawn[0])
        yield case.tell("synthetic", name=drawn[0].name, other=other)


def _find_excerpts(case: _Case) -> Iterator[_Cause]:
    """Ask whether the rows are a few named ones of many that are only published as a total."""
    for base in case.trait.bases:
        items = [item for side in case.sides for item in _say_part(case, side, base)]
        yield from case.tell_items(f"{base}_excerpt", items)


def _say_part(case: _Case, side: _Side, base: str) -> Iterator[str]:
    """Say how many of a published total are named, if they are too few."""
    named, published = side.source[f"{base}s"], side.source[f"{base}s_published"]
    if named < case.limits.coverage * published:
        figures = {"named": f"{named:,}", "published": f"{published:,.0f}"}
        share = _write_share(named / published)
        key = "firms_partial_item" if base == "firm" else "excerpt_item"
        yield case.say(key, name=side.name, share=share, **figures)


_CAUSES: tuple[Callable[[_Case], Iterator[_Cause]], ...] = (
    _find_missing,
    _find_units,
    _find_counts,
    _find_classification,
    _find_key_industries,
    _find_firms,
    _find_coverage,
    _find_few,
    _find_sizes,
    _find_chance,
    _find_days,
    _find_spans,
    _find_intervals,
    _find_synthetic,
    _find_excerpts,
)
_ABSENT = {"missing", "no_firms"}
_GENERAL = {"synthetic", "agreement_excerpt", "platform_excerpt", "event_excerpt"}


# what is said


class _Estimate(NamedTuple):
    """A value with its interval, and with its interval as one among all that are compared."""

    one: tuple[float, float, float]
    each: tuple[float, float, float]


def _judge(
    case: _Case, causes: list[_Cause], wider: Mapping[str, Rows], levels: _Levels
) -> dict[str, object]:
    """Make a row of the table."""
    head = {
        "first": case.sides[0].name,
        "second": case.sides[1].name,
        "indicator": case.indicator,
        **{column: case.read(case.sides[0], column) for column in ("dimension", "name")},
        "unit": " / ".join(dict.fromkeys(str(case.read(side, "unit")) for side in case.sides)),
    }
    if not causes:
        found = _estimate(case, wider, levels)
        shown = [estimate.one for estimate in found]
        return {**head, **_spread(case, shown), **_contrast(case, *(e.each for e in found))}
    return {
        **head,
        **_spread(case, [_read_bounds(side.rows[case.indicator]) for side in case.sides]),
        "verdict": "not_comparable",
        "reason": _explain(causes, case.lang),
        "cause": "; ".join(dict.fromkeys(cause.key for cause in causes)),
    }


def _estimate(case: _Case, wider: Mapping[str, Rows], levels: _Levels) -> list[_Estimate]:
    """Take the values that are compared, with intervals of both levels."""
    if case.indicator in _KINDS:
        tables = (case.standard, _standardise(case, levels.each))
        found = [table.to_dict(orient="records") for table in tables]
        return [_Estimate(*map(_read_bounds, rows)) for rows in zip(*found, strict=True)]
    stretch = float(special.ndtri((1 + levels.each) / 2) / special.ndtri((1 + levels.one) / 2))
    return [_widen(case, side, wider.get(side.name, side.rows), stretch) for side in case.sides]


def _widen(case: _Case, side: _Side, wider: Rows, stretch: float) -> _Estimate:
    """Take the wider of the interval measured and the narrow one stretched."""
    value, low, high = one = _read_bounds(side.rows[case.indicator])
    _, least, most = _read_bounds(wider[case.indicator])
    stretched = value - stretch * (value - low)
    least = min(least, stretched if case.trait.signed else max(stretched, 0.0))
    most = max(most, value + stretch * (high - value))
    return _Estimate(one, (value, least, most))


def _read_bounds(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """Read a value with its interval."""
    return float(row["value"]), float(row["ci_low"]), float(row["ci_high"])


def _spread(case: _Case, shown: list[tuple[float, float, float]]) -> dict[str, object]:
    """Lay out what is known of both sides."""
    cells: dict[str, object] = {}
    for place, side, bounds in zip(("first", "second"), case.sides, shown, strict=True):
        columns = (f"{column}_{place}" for column in ("value", "ci_low", "ci_high"))
        cells |= dict(zip(columns, bounds, strict=True))
        cells[f"n_{place}"] = int(case.read(side, "n"))
        cells[f"coverage_{place}"] = float(case.read(side, "coverage"))
    return cells


def _contrast(
    case: _Case, first: tuple[float, float, float], second: tuple[float, float, float]
) -> dict[str, object]:
    """Compare two values by their intervals."""
    change = first[0] - second[0]
    low, high = bound_difference(first, second)
    least, most = (np.nan, np.nan) if case.trait.signed else bound_ratio(first, second)
    verdict = "higher" if low > 0 else "lower" if high < 0 else "no_difference_seen"
    return {
        "difference": change,
        "difference_low": low,
        "difference_high": high,
        "ratio": np.nan if np.isnan(least) else first[0] / second[0],
        "ratio_low": least,
        "ratio_high": most if np.isfinite(most) else np.nan,
        "verdict": verdict,
        "reason": _explain_verdict(case, verdict, (change, low, high)),
        "cause": "",
    }


def _explain_verdict(case: _Case, verdict: str, change: tuple[float, float, float]) -> str:
    value, low, high = change
    ends = sorted((abs(low), abs(high)))
    figures = {"difference": abs(value), "low": ends[0], "high": ends[1]}
    reach = {"below": max(-low, 0.0), "above": max(high, 0.0)}
    written = {key: _write_number(number) for key, number in (figures | reach).items()}
    names = {"first": case.sides[0].name, "second": case.sides[1].name}
    said = [case.tell(verdict, **names, **written)]
    if case.indicator in _KINDS:
        at = case.standard["coverage"].min()
        raw = (_write_number(case.read(side, "value")) for side in case.sides)
        first, second = raw
        said.append(
            case.tell("common_coverage", share=_write_share(at), first=first, second=second)
        )
    return _explain(said, case.lang)


def _explain(causes: list[_Cause], lang: str) -> str:
    """Join what is said; where a value is missing, what holds for the whole pair is left out."""
    absent = any(cause.key in _ABSENT for cause in causes)
    merged = [c.said for c in causes if not (absent and c.key in _GENERAL)]
    text = _say("joiner", lang).join(dict.fromkeys(merged))
    return text[:1].upper() + text[1:] + _say("stop", lang)


# kinds


def _count_disciplines(facts: Cooperation) -> pd.Series:
    """Count the agreements of each discipline, by name."""
    names = facts.ecosystem.names[facts.topics["discipline"]]
    return pd.Series(names).value_counts().sort_index()


def _count_provinces(facts: Cooperation) -> pd.Series:
    """Count the partners of each province."""
    organisations = facts.ecosystem.select(*KNOWLEDGE_KINDS).reindex(columns=["province"])
    partners = facts.ecosystem.keys[facts.partners]
    return organisations["province"].reindex(partners).dropna().value_counts().sort_index()


_KINDS: Mapping[str, Callable[[Cooperation], pd.Series]] = {
    "effective_disciplines": _count_disciplines,
    "effective_provinces": _count_provinces,
}


def _standardise(case: _Case, level: float) -> pd.DataFrame:
    """Bring the effective numbers of kinds of a pair to one sample coverage."""
    samples = [_KINDS[case.indicator](side.facts).to_numpy() for side in case.sides]
    seed = case.sides[0].ecosystem.settings.seed
    return standardise_hill(samples, 1, level=level, seed=seed)


# words and numbers


def _say(key: str, lang: str, **values: object) -> str:
    return translate(f"comparison.{key}", lang, **values)


def _write_share(share: float) -> str:
    """Write a share in per cent.

    >>> _write_share(0.5), _write_share(0.0284), _write_share(float("nan"))
    ('50%', '2.8%', '0%')
    """
    known = 0.0 if np.isnan(share) else share
    return f"{known:.1%}" if 0 < known < _PERCENT else f"{known:.0%}"


def _write_number(number: float) -> str:
    """Write a number with three digits, a large one whole.

    >>> _write_number(0.12345), _write_number(351200.0), _write_number(12.0)
    ('0.123', '351,200', '12')
    """
    return f"{number:,.0f}" if abs(number) >= _LARGE else f"{number:.3g}"


def _are_alike(first: float, second: float) -> bool:
    """Say whether two sizes are near enough."""
    return bool(max(first, second) <= _ALIKE * min(first, second))


def _has_key(ecosystem: Ecosystem) -> bool:
    """Say whether any industry is marked as key."""
    industries = ecosystem.select("industry").reindex(columns=["key"])
    return bool(industries["key"].isin([True]).any())


def _lists_exposure(side: _Side) -> bool:
    """Say whether the exposure of industries is counted from the firms listed."""
    exposure = sum_exposure(side.ecosystem, side.ecosystem.settings.exposure)
    return bool((exposure["exposure_from"] == "listed").any())


def _read_size(case: _Case, side: _Side) -> int:
    """Read the size that an indicator changes with."""
    return len(side.facts.links) if case.trait.sizes == "links" else int(case.read(side, "n"))


def _name_other(case: _Case) -> str:
    """Name the indicator to be read instead, if there is one."""
    if not case.trait.instead:
        return ""
    return case.say("instead", name=case.sides[0].rows[case.trait.instead]["name"])


def _divide(part: float, whole: float) -> float:
    """Divide, nan by zero."""
    return float(part / whole) if whole else np.nan


def _describe(
    table: pd.DataFrame, sides: tuple[_Side, ...], limits: _Limits, counted: dict[str, Any]
) -> pd.DataFrame:
    """Attach what the comparison says about itself."""
    lang = sides[0].ecosystem.lang
    figures = {"all": len(table), "compared": counted["comparisons"]}
    method = {
        "summary": _explain([_Cause("summary", _say("summary", lang, **figures))], lang),
        "caution": _explain([_Cause("caution", _say("caution", lang))], lang),
        "difference": "first less second, MOVER (Zou & Donner 2008)",
        "ratio": "first over second, MOVER (Donner & Zou 2012, eq. 9)",
        "effective_numbers": "Hill order 1 at a common sample coverage (Chao & Jost 2012)",
        "correction": "levels divided by the comparisons (Dunn 1961), as there are no p-values",
        **counted,
        "coverage_floor": limits.coverage,
        "least": limits.least,
        "verdicts": {
            verdict: int((table["verdict"] == verdict).sum()) for verdict in COMPARISON_VERDICTS
        },
        "sources": [_simplify({"ecosystem": side.name, **side.source}) for side in sides],
    }
    days = {side.source["as_of"] for side in sides}
    described = attach_meta(table, sides[0].ecosystem, "comparison", method=method)
    meta = described.attrs["meta"]
    del meta["counted"]  # that of the first alone; each has its own in sources
    described.attrs["meta"] = {
        **meta,
        "ecosystem": _say("and", lang).join(side.name for side in sides),
        "synthetic": any(side.ecosystem.synthetic for side in sides),
        "as_of": days.pop() if len(days) == 1 else None,
    }
    return described


def _simplify(source: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is not known as nothing."""
    return {
        key: None if isinstance(value, float) and np.isnan(value) else value
        for key, value in source.items()
    }
