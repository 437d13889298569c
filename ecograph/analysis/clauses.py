"""Facts about the firms, and clauses judged on them: met, not met or unknown.

A quantity is measured as a span, from the least to the greatest that it can be; a clause is met
or not met only where every value in the span says so. A figure that is not in the data leaves the
span open, and the clause unknown.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.links import list_parties
from ecograph.coding import find_places
from ecograph.reading.values.periods import parse_period
from ecograph.rules import MOST_YEARS, columns_of, read_rules
from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.rules import Clause, Limit, Programme, Quantity, Step

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Objects = NDArray[np.object_]
    States = NDArray[np.int8]
    Rows = Ints | Flags | slice

__all__ = [
    "MET",
    "NOT_MET",
    "STANDINGS",
    "UNKNOWN",
    "Facts",
    "Judged",
    "Span",
    "date_certificates",
    "gather_facts",
    "gather_latest",
    "judge_clause",
    "judge_programme",
    "list_certificates",
    "locate_accounts",
    "locate_certificates",
    "locate_firms",
    "read_certificates",
]

MET, UNKNOWN, NOT_MET = 1, 0, -1
"""States of a clause, so ordered that "and" is the least and "or" the greatest."""

STANDINGS = ("future", "expired", "undecided", "in_force")
"""How a certificate stands on the as-of day; undecided where it is bounded and there is no day."""

_SEPARATORS = re.compile(r"[;；、，,/\n](?![^(（]*[)）])")  # not those within brackets
_QUOTES = re.compile(r"[\"'“”‘’＂「」《》]")
_YEAR_IN_BRACKETS = re.compile(r"[(（][^()（）]*(?:\d{4}|有效|valid)[^()（）]*[)）]")
_LAST_DAY = re.compile(r"(?:至|到|until|to|[-~～—–])\s*(\d{4}[\d\s年月日./-]*)")
_PREFIX = re.compile(r"国家级|国家|省级")
_NATIONAL = frozenset({"high_tech", "little_giant", "key_little_giant", "champion"})

_PLACE = ["_file", "_sheet", "_row"]
_DIGITS = 12  # growth rates are rounded here, so that 105/100 - 1 is 0.05
_DAYS = 366
_REDUCERS: dict[str, Any] = {
    "sum": np.sum,
    "sum_years": np.sum,
    "mean_years": np.mean,
    "least_years": np.min,
    "greatest": np.max,
}
_OPERATORS: dict[str, Any] = {
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "more_than": np.greater,
    "less_than": np.less,
}


class Span(NamedTuple):
    """The least and the greatest that a value can be, by firm; equal where it is known."""

    low: Floats
    high: Floats

    def take(self, rows: Rows) -> Span:
        """Take the spans of some firms."""
        return Span(self.low[rows], self.high[rows])


@dataclass(frozen=True)
class Facts:
    """What is known about the firms.

    Parameters
    ----------
    firms
        Ids of the firms, sorted; all that follows is in their order.
    certificates
        One row a firm and certificate: enterprise, certificate, until, standing, and the firm's
        place (-1: not among the firms), in order of firm and certificate.
    years
        Figures of each firm's latest year, of the year before it, and so on: indexed by the places
        of the firms that have any, in their order.
    spans
        ``FACTS`` of the rules: what is no figure of the accounts.
    held
        By certificate: who holds it; unknown where the data name no holder, past or future.
    """

    firms: pd.Index
    certificates: pd.DataFrame
    years: Sequence[pd.DataFrame]
    spans: Mapping[str, Span]
    held: Mapping[str, States]

    def figure(self, column: str, back: int) -> Floats:
        """Take a figure of some years before the latest; nan where it is not in the data."""
        if (column, back) not in self._figures:
            figures = np.full(len(self.firms), np.nan)
            if back < len(self.years):
                figures[self.years[back].index] = self.years[back][column]
            self._figures[column, back] = figures
        return self._figures[column, back]

    @functools.cached_property
    def _figures(self) -> dict[tuple[str, int], Floats]:
        """The figures that were asked for: most clauses look at the same few."""
        return {}

    def cut(self, start: int, stop: int) -> Facts:
        """Cut out the firms from a place up to, but without, another."""
        places = self.certificates["place"]
        certificates = self.certificates[(places >= start) & (places < stop)]
        return Facts(
            firms=self.firms[start:stop],
            certificates=certificates.assign(place=certificates["place"] - start),
            years=[_cut_places(year, start, stop) for year in self.years],
            spans={name: span.take(slice(start, stop)) for name, span in self.spans.items()},
            held={key: states[start:stop] for key, states in self.held.items()},
        )


@dataclass(frozen=True)
class Judged:
    """A clause with the state of every firm, and what stands behind it.

    Parameters
    ----------
    clause
        The clause.
    states
        ``MET``, ``UNKNOWN`` or ``NOT_MET``, by firm.
    value, limit
        What a test compares; nothing for clauses of other kinds.
    lacks
        What a test needs: column, number of years, and which firms are without it.
    parts
        What a combination is made of.
    doubted
        Firms that may have come by a direct route instead.
    """

    clause: Clause
    states: States
    value: Span | None = None
    limit: Span | None = None
    lacks: tuple[tuple[str, int, Flags], ...] = ()
    parts: tuple[Judged, ...] = ()
    doubted: Flags | None = None

    def take(self, rows: Rows) -> Judged:
        """Take what is judged of some firms."""
        return replace(
            self,
            states=self.states[rows],
            value=None if self.value is None else self.value.take(rows),
            limit=None if self.limit is None else self.limit.take(rows),
            lacks=tuple((column, years, firms[rows]) for column, years, firms in self.lacks),
            parts=tuple(part.take(rows) for part in self.parts),
            doubted=None if self.doubted is None else self.doubted[rows],
        )


def gather_facts(ecosystem: Ecosystem) -> Facts:
    """Gather what is known about the firms on the as-of day.

    Parameters
    ----------
    ecosystem
        The ecosystem; figures of years after its as-of day are left out.

    Returns
    -------
    Facts
        Certificates, figures, ages in years and numbers of agreements, by firm.
    """
    firms = ecosystem.select("enterprise")
    rules = read_rules(ecosystem.settings.rules)
    certificates = date_certificates(ecosystem)
    certificates["place"] = find_places(pd.Index(certificates["enterprise"]), firms.index)
    agreements = np.bincount(list_parties(ecosystem)["party"], minlength=len(ecosystem.keys))
    signed = agreements[ecosystem.find_positions("enterprise")].astype(np.float64)
    return Facts(
        firms=firms.index,
        certificates=certificates,
        years=_line_up_years(ecosystem, firms.index, MOST_YEARS + 1),
        spans={"age_years": _find_ages(ecosystem, firms), "agreements": Span(signed, signed)},
        held=_find_holders(certificates, len(firms), rules.certificates),
    )


def gather_latest(ecosystem: Ecosystem) -> Facts:
    """Gather the figures of each firm's latest year, and nothing else that is known of it."""
    firms = ecosystem.select("enterprise").index
    return Facts(
        firms=firms,
        certificates=pd.DataFrame(),
        years=_line_up_years(ecosystem, firms, 1),
        spans={},
        held={},
    )


def read_certificates(text: str, *, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Read the certificates that a cell names: keys of the vocabulary, else the text itself.

    Quotes, a year or validity in brackets and 国家级, 国家 or 省级 in front do not matter; a title
    that the state awards is another one where it is 省级.

    Parameters
    ----------
    text
        One certificate, or several with ``；``, ``、``, ``，`` or ``/`` between them.
    names
        Folded spellings that the vocabulary does not have, with their keys: `RuleBook.names`.

    Returns
    -------
    tuple of str
        Each once, in the order of the text.

    Examples
    --------
    >>> read_certificates('专精特新"小巨人"企业；高新技术企业（2021年）；老字号')
    ('little_giant', 'high_tech', '老字号')
    >>> read_certificates("国家高新技术企业"), read_certificates("省级小巨人")
    (('high_tech',), ('省级小巨人',))
    """
    return tuple(dict.fromkeys(key for key, _ in _read_entries(text, names or {})))


def date_certificates(ecosystem: Ecosystem) -> pd.DataFrame:
    """Date every certificate of a firm.

    Parameters
    ----------
    ecosystem
        The ecosystem; without an as-of day, certificates with a first or last day are undecided.

    Returns
    -------
    pandas.DataFrame
        enterprise, certificate, until, standing (one of ``STANDINGS``); a certificate that a firm
        has more than once stands as the last of ``STANDINGS``, until its latest day. Certificates
        of local rules are known by their names there.
    """
    dated = list_certificates(ecosystem)
    dated["rank"] = _rank_standings(dated["since"], dated["until"], ecosystem)
    keys = ["enterprise", "certificate"]
    latest = dated.groupby([*keys, "rank"], as_index=False)["until"].max()
    latest = latest.drop_duplicates(keys, keep="last")
    standing = latest["rank"].map(dict(enumerate(STANDINGS))).astype(object)
    return latest.drop(columns="rank").assign(standing=standing)


def locate_accounts(ecosystem: Ecosystem, firms: pd.Index, *, years: int) -> pd.DataFrame:
    """Locate the rows that the figures of the accounts come from.

    Parameters
    ----------
    ecosystem
        The ecosystem; years after that of its as-of day are left out.
    firms
        Ids of firms.
    years
        How many years of each firm, from its latest.

    Returns
    -------
    pandas.DataFrame
        One row a firm and year with any figure, in this order: ``place`` of the firm, years
        ``behind`` its latest, ``year``, ``cell`` (file and row as the spreadsheet shows it,
        ``accounts.csv:12`` or ``city.xlsx[经营]:12``; several where the year stands twice).
    """
    rows = _select_accounts(ecosystem, firms, _PLACE, years=years)
    rows = rows.assign(cell=_name_cells(rows), row=rows["_row"])
    return _join_cells(rows, ["place", "behind"])[["place", "behind", "year", "cell"]]


def locate_certificates(ecosystem: Ecosystem, firms: pd.Index) -> pd.DataFrame:
    """Locate the rows that the certificates come from.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    firms
        Ids of firms.

    Returns
    -------
    pandas.DataFrame
        One row a firm and certificate, in this order: ``place`` of the firm, ``certificate``,
        ``cell`` (see `locate_accounts`).
    """
    rows = list_certificates(ecosystem)
    places = find_places(pd.Index(rows["enterprise"]), firms)
    rows = rows.assign(place=places)[places >= 0]
    located = rows[["place", "certificate"]].assign(cell=_name_cells(rows), row=rows["_row"])
    joined = _join_cells(located, ["place", "certificate"])
    return joined[["place", "certificate", "cell"]]


def locate_firms(ecosystem: Ecosystem) -> Objects:
    """Locate the rows that the firms come from: their cells (see `locate_accounts`), by firm."""
    firms = ecosystem.select("enterprise")
    rows = firms[["file", "sheet", "row"]].set_axis(_PLACE, axis=1)
    return np.asarray(_name_cells(rows), dtype=object)


def judge_programme(programme: Programme, facts: Facts) -> list[Judged]:
    """Judge every clause; where a direct route is met, so are the clauses that it replaces.

    Parameters
    ----------
    programme
        The programme, as the document in force sets it.
    facts
        What is known about the firms.

    Returns
    -------
    list of Judged
        The clauses in the order of the programme.
    """
    judged = {clause.id: judge_clause(clause, facts) for clause in programme.clauses}
    for route in programme.direct:
        states = judge_clause(route.clause, facts).states
        for name in route.replaces:
            judged[name] = _excuse(judged[name], states)
    return list(judged.values())


def judge_clause(clause: Clause, facts: Facts) -> Judged:
    """Judge a clause for every firm.

    Parameters
    ----------
    clause
        A test, certificates held, a combination of clauses, or none of these: unknown.
    facts
        What is known about the firms.

    Returns
    -------
    Judged
        The states, in the order of the firms, and what stands behind them.
    """
    if clause.test:
        value = _measure(clause.test.quantity, facts)
        limit = _bound_limit(clause.test.limit, facts)
        states = _compare(value, clause.test.comparison, limit)
        return Judged(clause, states, value, limit, lacks=_find_lacks(clause, facts))
    if clause.holds:
        return Judged(clause, np.max([facts.held[key] for key in clause.holds], axis=0))
    if clause.any_of or clause.all_of:
        parts = tuple(judge_clause(part, facts) for part in (*clause.any_of, *clause.all_of))
        states = np.array([part.states for part in parts])
        decided = states.max(axis=0) if clause.any_of else states.min(axis=0)
        return Judged(clause, decided, parts=parts)
    return Judged(clause, np.full(len(facts.firms), UNKNOWN, dtype=np.int8))


# Certificates


def list_certificates(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the certificates of all cells: enterprise, certificate, since, until, place."""
    columns = ["enterprise", "certificate", "valid_from_start", "valid_to_end", *_PLACE]
    rows = ecosystem.table("certificates", columns)[columns].dropna(subset="certificate")
    codes, texts = pd.factorize(rows["certificate"])
    names = read_rules(ecosystem.settings.rules).names
    entries = [
        (code, *entry) for code, text in enumerate(texts) for entry in _read_entries(text, names)
    ]
    known = pd.DataFrame(entries, columns=["code", "certificate", "stated"]).astype({"code": int})
    known["stated"] = pd.to_datetime(known["stated"])
    rows = rows.drop(columns="certificate").assign(code=codes).merge(known, on="code")
    return pd.DataFrame(
        {
            "enterprise": rows["enterprise"].astype(object),
            "certificate": rows["certificate"].astype(object),
            "since": pd.to_datetime(rows["valid_from_start"]),
            "until": pd.to_datetime(rows["valid_to_end"]).fillna(rows["stated"]),
            **{name: rows[name] for name in _PLACE},
        }
    )


def _read_entries(text: str, names: Mapping[str, str]) -> list[tuple[str, dt.date | None]]:
    """Read the certificates of a cell, each with the last day that its brackets state."""
    whole = _find_certificate(text, names)
    parts = [text] if whole else [part.strip() for part in _SEPARATORS.split(text)]
    found = [(_find_certificate(part, names) or part, part) for part in parts if part]
    return [(key, _find_last_day(part)) for key, part in found]


def _find_certificate(text: str, names: Mapping[str, str]) -> str | None:
    """Find the key of a certificate, however it is written."""
    bare = _YEAR_IN_BRACKETS.sub("", _QUOTES.sub("", text)).strip()
    key = _find_key(text, names) or _find_key(bare, names)
    prefix = _PREFIX.match(bare)
    if key or not prefix:
        return key
    key = _find_key(bare[prefix.end() :], names)
    return None if prefix[0] == "省级" and key in _NATIONAL else key


def _find_key(text: str, names: Mapping[str, str]) -> str | None:
    return names.get(fold_label(text)) or read_schema().find_term("certificate", text)


def _find_last_day(text: str) -> dt.date | None:
    brackets = _YEAR_IN_BRACKETS.search(text)
    day = _LAST_DAY.search(brackets[0]) if brackets else None
    period = parse_period(day[1].strip()) if day else None
    return period.end if period else None


def _rank_standings(starts: pd.Series, ends: pd.Series, ecosystem: Ecosystem) -> NDArray[np.int64]:
    """Rank how certificates stand on the as-of day: places in ``STANDINGS``."""
    future, expired, undecided, in_force = range(len(STANDINGS))
    if ecosystem.as_of is None:
        return np.where(starts.notna() | ends.notna(), undecided, in_force)
    day = pd.Timestamp(ecosystem.as_of)
    return np.select([starts > day, ends < day], [future, expired], in_force)


# Facts


def _line_up_years(ecosystem: Ecosystem, firms: pd.Index, years: int) -> list[pd.DataFrame]:
    """Line some years up by how many they lie behind each firm's latest year."""
    accounts = _read_figures(ecosystem, firms, years)
    behind = accounts.pop("behind").to_numpy()
    accounts = accounts.drop(columns="year").set_index("place").rename_axis(None)
    frames = [accounts[behind == back] for back in range(years)]
    for back in range(years - 1):
        frames[back + 1] = _look_back(frames[back + 1], frames[back]["revenue_prev"])
    return frames


def _look_back(earlier: pd.DataFrame, stated: pd.Series) -> pd.DataFrame:
    """Fill in the revenue that the accounts of the year after state for the year before."""
    stated = stated.dropna()
    filled = earlier.reindex(earlier.index.union(stated.index))
    return filled.assign(revenue=filled["revenue"].fillna(stated))


def _cut_places(year: pd.DataFrame, start: int, stop: int) -> pd.DataFrame:
    first, last = year.index.searchsorted([start, stop])
    cut = year.iloc[first:last]
    return cut.set_axis(cut.index - start)


def _read_figures(ecosystem: Ecosystem, firms: pd.Index, years: int) -> pd.DataFrame:
    """Read all figures by place of the firm and year; amounts only where they are in yuan.

    A figure is unknown where rows of the same firm and year contradict each other.
    """
    keys = ["place", "behind"]
    rows = _select_accounts(ecosystem, firms, _list_figures(), years=years)
    again = rows.duplicated(keys, keep=False)
    if again.any():
        stated = rows[again].groupby(keys)
        low, high = stated.min(), stated.max()
        rows = pd.concat([rows[~again], low.where(low == high).reset_index()])
    rows = rows.sort_values(keys, ignore_index=True)
    if ecosystem.currency == "CNY":  # the documents say yuan
        return rows
    columns = read_schema().tables["financials"].columns.values()
    return rows.assign(**{c.name: np.nan for c in columns if c.type == "amount"})


def _select_accounts(
    ecosystem: Ecosystem, firms: pd.Index, columns: Sequence[str], *, years: int
) -> pd.DataFrame:
    """Select rows with any figure, of the latest years up to that of the as-of day.

    The columns asked for, with ``place`` of the firm, ``year`` and years ``behind`` the latest.
    """
    figures = _list_figures()
    table = ecosystem.table("financials", ["enterprise", "year", *figures, *columns])
    place = find_places(pd.Index(table["enterprise"]), firms)
    year = table["year"].to_numpy(dtype=np.int64)
    known = np.any([table[name].notna() for name in figures], axis=0)
    known &= place >= 0
    if ecosystem.as_of is not None:
        known &= year <= ecosystem.as_of.year
    latest = np.full(len(firms), np.iinfo(np.int64).min)
    np.maximum.at(latest, place[known], year[known])
    behind = np.where(known, latest[place] - year, years) if len(firms) else place
    used = known & (behind < years)
    taken = {name: table[name].to_numpy()[used] for name in columns}
    numbers = {name: taken[name].astype(np.float64) for name in figures if name in columns}
    return pd.DataFrame(
        {"place": place[used], "behind": behind[used], "year": year[used], **taken, **numbers}
    )


def _list_figures() -> list[str]:
    columns = read_schema().tables["financials"].columns.values()
    return [c.name for c in columns if c.type in {"number", "amount"}]


def _name_cells(rows: pd.DataFrame) -> pd.Series:
    """Name file, sheet and row of each row."""
    sheet = rows["_sheet"].fillna("").astype(str)
    named = ("[" + sheet + "]").where(sheet != "", "")
    return rows["_file"].fillna("").astype(str) + named + ":" + rows["_row"].astype(str)


def _join_cells(located: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put the rows of the same keys together, in their order."""
    ordered = located.sort_values([*keys, "row"], kind="stable", ignore_index=True)
    again = ordered.duplicated(keys, keep=False)
    if not again.any():
        return ordered
    cells = ordered[again].groupby(keys, sort=False)["cell"].transform(",".join)
    ordered.loc[again, "cell"] = cells
    return ordered.drop_duplicates(keys, ignore_index=True)


def _find_ages(ecosystem: Ecosystem, firms: pd.DataFrame) -> Span:
    """Find the age in years: whole on anniversaries, between two bounds for vague dates."""
    dates = firms.reindex(columns=["founded_start", "founded_end"])
    if ecosystem.as_of is None:
        return _leave_open(len(firms))
    ages = [
        _count_years(pd.to_datetime(dates[column]), pd.Timestamp(ecosystem.as_of))
        for column in ("founded_end", "founded_start")
    ]
    return Span(_or_else(ages[0], -np.inf), _or_else(ages[1], np.inf))


def _count_years(since: pd.Series, day: pd.Timestamp) -> Floats:
    month_day = since.dt.month * 100 + since.dt.day
    whole = day.year - since.dt.year - (month_day > day.month * 100 + day.day)
    months = (since.dt.year + whole - 1970) * 12 + since.dt.month - 1  # nan where unknown
    known = months.notna().to_numpy()
    first = months.fillna(0).to_numpy(dtype=np.int64).astype("datetime64[M]")
    days = since.dt.day.fillna(1).to_numpy(dtype=np.int64).astype("timedelta64[D]")
    anniversary = first.astype("datetime64[D]") + days - np.timedelta64(1, "D")
    passed = (np.datetime64(day.date()) - anniversary).astype(float) / _DAYS
    return np.where(known, whole.to_numpy(dtype=float) + passed, np.nan)


def _find_holders(certificates: pd.DataFrame, size: int, known: Sequence[str]) -> dict[str, States]:
    """Find who holds what; where the data never name a certificate, its register is absent."""
    codes, named = pd.factorize(certificates["certificate"])
    standing = certificates["standing"].to_numpy(dtype=object)
    places = certificates["place"].to_numpy()
    held = {}
    for key in known:
        if key not in named:
            held[key] = np.full(size, UNKNOWN, dtype=np.int8)
            continue
        states = np.full(size, NOT_MET, dtype=np.int8)
        own = (codes == named.get_loc(key)) & (places >= 0)
        for stands, state in (("undecided", UNKNOWN), ("in_force", MET)):
            states[places[own & (standing == stands)]] = state
        held[key] = states
    return held


# Quantities: bounds by firm, equal where the value is known


def _leave_open(size: int) -> Span:
    return Span(np.full(size, -np.inf), np.full(size, np.inf))


def _or_else(values: Floats, other: float) -> Floats:
    return np.where(np.isnan(values), other, values)


def _close(values: Floats) -> Span:
    return Span(_or_else(values, -np.inf), _or_else(values, np.inf))


def _open_up(span: Span) -> Floats:
    """Turn bounds into values, nan where they differ."""
    return np.where(span.low == span.high, span.low, np.nan)


def _measure(quantity: Quantity, facts: Facts, back: int = 0) -> Span:
    """Measure a quantity, seen from some years before each firm's latest year."""
    if quantity.operation == "column":
        span = facts.spans.get(quantity.column)
        return _close(facts.figure(quantity.column, back)) if span is None else span
    if quantity.operation == "between":
        return Span(*(np.broadcast_to(bound, len(facts.firms)) for bound in quantity.bounds))
    if quantity.operation in {"growth", "compound_growth"}:
        return _measure_growth(quantity, facts, back)
    parts = [
        _measure(part, facts, back + year) for part in quantity.of for year in range(quantity.years)
    ]
    return _combine(quantity, parts)


def _combine(quantity: Quantity, spans: Sequence[Span]) -> Span:
    lows, highs = (np.array(bound) for bound in zip(*spans, strict=True))
    if quantity.operation == "ratio":
        return _divide(spans[0], spans[1])
    if quantity.operation == "up_to":
        return Span(np.full(len(highs[0]), -np.inf), highs[0])
    if quantity.operation == "points":  # a scale rises or falls: its ends are those of the value
        ends = np.array([_score(bound[0], quantity.scale) for bound in (lows, highs)])
        return Span(ends.min(axis=0), ends.max(axis=0))
    reduce = _REDUCERS[quantity.operation]
    return Span(reduce(lows, axis=0), reduce(highs, axis=0))


def _divide(above: Span, below: Span) -> Span:
    divisor = _open_up(below)
    return _close(_open_up(above) / np.where(divisor > 0, divisor, np.nan))


def _score(values: Floats, scale: Sequence[Step]) -> Floats:
    return np.select(_reach(values, scale), [step.value for step in scale], 0.0)


def _reach(values: Floats, steps: Sequence[Step]) -> list[Flags]:
    return [_OPERATORS[step.comparison](values, step.limit) for step in steps]


def _measure_growth(quantity: Quantity, facts: Facts, back: int) -> Span:
    spans = [_measure(quantity.of[0], facts, back + n) for n in range(quantity.years + 1)]
    rates = [_open_up(_divide(now, before)) for now, before in itertools.pairwise(spans)]
    if quantity.operation == "growth":
        return _close(np.round(np.mean(rates, axis=0) - 1, _DIGITS))
    return _close(np.round(np.prod(rates, axis=0) ** (1 / quantity.years) - 1, _DIGITS))


def _bound_limit(limit: Limit, facts: Facts) -> Span:
    """Find the threshold of each firm; all are possible where the band is unknown."""
    if limit.by is None:
        same = np.broadcast_to(np.float64(limit.threshold), len(facts.firms))
        return Span(same, same)
    value = _open_up(_measure(limit.by, facts))
    values = [step.value for step in limit.steps]
    chosen = np.select(_reach(value, limit.steps), values, limit.threshold)
    unknown = np.isnan(value)
    every = [*values, limit.threshold]
    return Span(np.where(unknown, min(every), chosen), np.where(unknown, max(every), chosen))


# Clauses: met, not met or unknown


def _compare(value: Span, comparison: str, limit: Span) -> States:
    """Compare bounds: sure only where every possible value says the same.

    >>> at = np.array([59.0, 60.0, 46.0]), np.array([59.0, 60.0, 96.0])
    >>> _compare(Span(*at), "at_least", Span(np.full(3, 60.0), np.full(3, 60.0))).tolist()
    [-1, 1, 0]
    """
    match comparison:
        case "at_least":
            met, failed = value.low >= limit.high, value.high < limit.low
        case "more_than":
            met, failed = value.low > limit.high, value.high <= limit.low
        case "at_most":
            met, failed = value.high <= limit.low, value.low > limit.high
        case _:
            met, failed = value.high < limit.low, value.low >= limit.high
    return np.where(met, MET, np.where(failed, NOT_MET, UNKNOWN)).astype(np.int8)


def _find_lacks(clause: Clause, facts: Facts) -> tuple[tuple[str, int, Flags], ...]:
    """Find which firms lack which of the columns that a test needs."""
    if clause.test is None:
        return ()
    needed = columns_of(clause.test.quantity)
    if clause.test.limit.by is not None:
        needed = {**columns_of(clause.test.limit.by), **needed}
    lacks = []
    for column, years in needed.items():
        absent = [_find_absent(column, facts, back) for back in range(years)]
        lacks.append((column, years, np.asarray(np.any(absent, axis=0))))
    return tuple(lacks)


def _find_absent(column: str, facts: Facts, back: int) -> Flags:
    span = facts.spans.get(column)
    return np.isnan(facts.figure(column, back)) if span is None else np.isinf(span.high)


def _excuse(judged: Judged, route: States) -> Judged:
    """Count a clause as met by those who come by a direct route, and doubt it where they may."""
    doubted = route == UNKNOWN
    return replace(
        judged,
        states=np.where(route == MET, route, judged.states),
        doubted=doubted if judged.doubted is None else doubted | judged.doubted,
    )
