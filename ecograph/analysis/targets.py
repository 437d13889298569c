"""Targets beside what was reached, and the published indicators read as a thermometer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.analysis.overview import count_matching
from ecograph.schema import read_schema
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.ecosystem import Ecosystem

__all__ = [
    "LEAST_COVERAGE",
    "TARGET_COLUMNS",
    "THERMOMETER_COLUMNS",
    "compare_targets",
    "read_thermometer",
]

TARGET_COLUMNS = (
    "name",
    "value",
    "unit",
    "relation",
    "kind",
    "period",
    "register",
    "baseline",
    "actual",
    "actual_from",
    "gap",
    "reached",
    "days_left",
    "elapsed",
    "expected",
    "state",
    "flags",
    "system",
    "source",
)

THERMOMETER_COLUMNS = (
    "register",
    "name",
    "value",
    "unit",
    "relation",
    "period",
    "value_previous",
    "previous_from",
    "growth",
    "rank",
    "rank_previous",
    "movement",
    "headline",
    "basis",
    "estimate",
    "part_of",
    "share",
    "ci_low",
    "ci_high",
    "per",
    "mean",
    "flags",
    "system",
    "note",
    "source",
)

LEAST_COVERAGE = 0.9
"""The share of a published total that the graph must hold for its own count to stand."""

_AT_MOST = ("<=", "<")
_ESTIMATES = ("estimate", "planned", "what_if")
_DENOMINATORS = ("per", "part_of")


Target: TypeAlias = dict[str, Any]


class _Count(NamedTuple):
    """What the graph counts, or why it cannot tell."""

    value: float
    flag: str = ""


def compare_targets(ecosystem: Ecosystem) -> pd.DataFrame:
    """Set targets beside what was reached by the as-of day.

    Parameters
    ----------
    ecosystem
        The ecosystem; ``counts`` of a target says what the graph counts for it: a kind, such as
        ``agreement``, ``certificate:KEY``, or ``platform:TYPE`` with a level behind another colon.

    Returns
    -------
    pandas.DataFrame
        Indexed by target, columns ``TARGET_COLUMNS``. ``kind``: ``flow`` (new within the period)
        or ``stock`` (how many there are). ``actual`` comes from the ``graph`` where the graph can
        tell, else from the ``indicator`` that the target names, else it is nan (``actual_from``).
        ``gap`` = value - actual; ``reached``, the share of the way made (of a stock from its
        ``baseline`` where that is known); ``days_left``; ``elapsed`` share of the period and
        ``expected`` at it if the way were even. ``state``: ``reached``, ``on_pace``, ``behind``,
        ``missed`` (the period is over), ``not_begun``, ``unknown``. ``flags`` says why the graph
        cannot tell (``no_counts``, ``no_rows``, ``undated``, ``small_coverage``, ``no_day``), and
        ``other_register``, ``other_unit``, ``other_period`` or ``estimate`` where an indicator
        does not fit; ``kind_assumed`` where the data do not say flow or stock.

    Notes
    -----
    A certificate is new in the period in which it begins, also where its firm held one before.
    The pace is linear because no other is stated; certificates are awarded in a few batches a
    year, so being behind it in spring need not mean much. The graph can tell a flow only if all
    rows of that sort are dated, and anything only if it holds ``LEAST_COVERAGE`` of a total that
    is published under the same ``counts``: a register of which the graph holds an excerpt would
    look like a target missed. A target and its indicator have one register and one unit, or the
    indicator is not used. Nothing is added up. Shares reached have no interval: they are no
    shares of cases.
    """
    targets = _list_targets(ecosystem)
    rows = [_judge(ecosystem, target) for target in targets.to_dict("records")]
    judged = pd.DataFrame(rows, index=targets.index)
    table = targets.join(judged) if rows else targets
    table = table.reindex(columns=list(TARGET_COLUMNS)).sort_index().rename_axis("target")
    states = table["state"].value_counts().sort_index().to_dict()
    method = {"pace": "linear", "states": states, "least_coverage": LEAST_COVERAGE}
    return attach_meta(table, ecosystem, "targets", method=method)


def read_thermometer(ecosystem: Ecosystem) -> pd.DataFrame:
    """Read published indicators as a thermometer: value, growth, rank and its movement.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level.

    Returns
    -------
    pandas.DataFrame
        Indexed by indicator, those of a register together, columns ``THERMOMETER_COLUMNS``:
        ``value_previous`` as stated, or value / (1 + growth) (``previous_from``); ``growth`` as
        stated, else from the previous value; ``movement`` = places gained in the rank (from 6th
        to 3rd is 3); ``headline``, whether a rank, growth or previous value is published;
        ``estimate``, whether the figure is an estimate, a plan or a what-if; the ``share`` that
        it is of the indicator named under ``part_of``, with a Wilson interval where both count
        separate cases; and the ``mean`` for each unit of the indicator under ``per`` (in
        ``unit`` for each of those). ``flags``: ``about``, ``at_least``, ``at_most``,
        ``self_reported``, ``other_register`` and ``other_period`` (neither share nor mean is
        computed across registers or periods), ``other_unit`` (no share).

    Notes
    -----
    Figures of two registers are never divided, added or compared. A part and its whole, and a sum
    and what it is the sum of, are those that the data name; no mean is taken of a figure whose
    base is not stated. The interval is for reading a share of a census as a tendency.
    """
    table = _list_indicators(ecosystem)
    growth = table["growth"].to_numpy(dtype=float)
    stated = table["value_previous"].to_numpy(dtype=float)
    value = table["value"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = np.where(growth > -1, value / (1 + growth), np.nan)
        computed = np.where(stated != 0, value / stated - 1, np.nan)
    known = ~np.isnan(stated)
    table["value_previous"] = np.where(known, stated, implied)
    sources = [known, ~np.isnan(implied)]
    table["previous_from"] = np.select(sources, ["stated", "growth"], "").astype(object)
    table["growth"] = np.where(np.isnan(growth), computed, growth)
    table["movement"] = table["rank_previous"].astype(float) - table["rank"].astype(float)
    told = table[["rank", "growth", "value_previous"]].notna()
    table["headline"] = told.any(axis=1)
    table["estimate"] = table["basis"].isin(_ESTIMATES)
    table = table.join(_compare_parts(table, ecosystem.settings.ci_level))
    table = table[list(THERMOMETER_COLUMNS)].rename_axis("indicator")
    method = {
        "registers": int(table["register"].nunique()),
        "headlines": int(table["headline"].sum()),
        "interval": "Wilson score",
        "level": ecosystem.settings.ci_level,
    }
    return attach_meta(table, ecosystem, "thermometer", method=method)


# Targets


def _list_targets(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the targets, indexed by id."""
    own = [c.name for c in read_schema().tables["targets"].columns.values() if c.name != "id"]
    columns = ["id", *own, "period_start", "period_end"]
    targets = ecosystem.table("targets", columns)[columns].set_index("id")
    targets["assumed"] = targets["kind"].isna()
    targets["kind"] = targets["kind"].astype(object).fillna("stock")
    targets["relation"] = targets["relation"].astype(object).fillna(">=")
    numbers = ["value", "baseline"]
    targets[numbers] = targets[numbers].astype(float)
    return targets


def _judge(ecosystem: Ecosystem, target: Target) -> Target:
    """Judge one target: what was reached, how much is left, and whether the pace suffices."""
    count = _count_actual(ecosystem, target)
    assumed = "kind_assumed" if target["assumed"] else ""
    actual, source, flags = count.value, "graph", [assumed, count.flag]
    if np.isnan(actual):
        published, flag = _take_indicator(ecosystem, target)
        flags.append(flag)
        actual, source = published, "indicator"
    source = "" if np.isnan(actual) else source
    elapsed, left = _measure_time(ecosystem, target)
    start = _find_start(target)
    value = float(target["value"])
    expected = start + (value - start) * elapsed
    way = value - (0.0 if np.isnan(start) else start)
    made = actual - (0.0 if np.isnan(start) else start)
    return {
        "actual": actual,
        "actual_from": source,
        "gap": value - actual,
        "reached": made / way if way else np.nan,
        "days_left": left,
        "elapsed": elapsed,
        "expected": expected,
        "state": _name_state(target, actual, expected, elapsed),
        "flags": "; ".join(filter(None, flags)),
    }


def _find_start(target: Target) -> float:
    """Find where the way to a target starts: a flow at 0, a stock at its baseline."""
    return 0.0 if target["kind"] == "flow" else float(target["baseline"])


def _measure_time(ecosystem: Ecosystem, target: Target) -> tuple[float, float]:
    """Measure the share of the period that is over, and the days that are left of it."""
    first, last = (pd.Timestamp(target[f"period_{end}"]) for end in ("start", "end"))
    if ecosystem.as_of is None or pd.isna(first) or pd.isna(last):
        return np.nan, np.nan
    day = pd.Timestamp(ecosystem.as_of)
    over = (day - first).days + 1
    return float(np.clip(over / ((last - first).days + 1), 0, 1)), float((last - day).days)


def _name_state(target: Target, actual: float, expected: float, elapsed: float) -> str:
    """Name how a target stands; the pace is asked only while its period runs."""
    value, fewer = float(target["value"]), target["relation"] in _AT_MOST
    if elapsed == 0:
        return "not_begun"
    if np.isnan(actual):
        return "unknown"
    strict = target["relation"] in {">", "<"}
    met = _reaches(actual, value, fewer=fewer, strict=strict)
    if elapsed == 1:
        return "reached" if met else "missed"
    if met and not fewer:
        return "reached"
    if np.isnan(expected):
        return "unknown"
    return "on_pace" if _reaches(actual, expected, fewer=fewer, strict=False) else "behind"


def _reaches(actual: float, value: float, *, fewer: bool, strict: bool) -> bool:
    """Say whether a number is as great as another, or as small.

    >>> _reaches(400, 400, fewer=False, strict=False), _reaches(400, 400, fewer=False, strict=True)
    (True, False)
    """
    if strict and actual == value:
        return False
    return actual <= value if fewer else actual >= value


def _count_actual(ecosystem: Ecosystem, target: Target) -> _Count:
    """Count in the graph what a target is about, or say why the graph cannot tell."""
    counts = target["counts"]
    kind, *details = counts.split(":") if isinstance(counts, str) else [""]
    dates = _list_dates(ecosystem, kind, details)
    why = ""
    if dates is None:
        why = "no_counts"
    elif ecosystem.as_of is None:
        why = "no_day"
    elif len(dates) == 0:
        why = "no_rows"
    elif _is_excerpt(ecosystem, ":".join([kind, *details[:1]]), kind):
        why = "small_coverage"
    if why or dates is None:
        return _Count(np.nan, why)
    if target["kind"] == "flow":
        return _count_new(ecosystem, dates, target)
    held = count_matching(ecosystem, counts) if kind == "certificate" else float(len(dates))
    return _Count(held, "undated" if np.isnan(held) else "")


def _count_new(ecosystem: Ecosystem, dates: pd.DataFrame, target: Target) -> _Count:
    """Count the rows whose day lies in the period, up to the as-of day."""
    first, last = (pd.Timestamp(target[f"period_{end}"]) for end in ("start", "end"))
    if pd.isna(first) or pd.isna(last):
        return _Count(np.nan, "undated")
    last = min(last, pd.Timestamp(ecosystem.as_of))
    within = (dates["start"] >= first) & (dates["end"] <= last)
    outside = (dates["end"] < first) | (dates["start"] > last)
    if not (within | outside).all():
        return _Count(np.nan, "undated")
    return _Count(float(dates.loc[within, "who"].nunique()))


def _list_dates(ecosystem: Ecosystem, kind: str, details: Sequence[str]) -> pd.DataFrame | None:
    """List who is counted, with the first and the last day on which that may have begun."""
    if kind == "certificate":
        columns = ["enterprise", "certificate", "valid_from_start", "valid_from_end"]
        rows = ecosystem.table("certificates", columns)[columns]
        rows = rows[rows["certificate"].isin(details)].drop(columns="certificate")
    elif kind == "platform":
        rows = _list_platforms(ecosystem, details)
    elif kind == "agreement" and not details:
        agreements = ecosystem.select("agreement").reindex(columns=["date_start", "date_end"])
        rows = agreements[ecosystem.counts].reset_index()
    else:
        return None
    dated = rows.set_axis(["who", "start", "end"], axis=1)
    return dated.assign(**{end: pd.to_datetime(dated[end]) for end in ("start", "end")})


def _list_platforms(ecosystem: Ecosystem, details: Sequence[str]) -> pd.DataFrame:
    """List the platforms that stand, of a type and level where these are asked for."""
    columns = ["type", "level", "status", "since_start", "since_end"]
    platforms = ecosystem.select("platform").reindex(columns=columns)
    status = platforms["status"]
    kept = status.isna() | status.isin(ecosystem.settings.counted)
    for column, wanted in zip(("type", "level"), details, strict=False):
        kept &= platforms[column] == wanted
    return platforms.loc[kept, ["since_start", "since_end"]].reset_index()


def _is_excerpt(ecosystem: Ecosystem, *counted: str) -> bool:
    """Say whether the graph holds less of a published total than ``LEAST_COVERAGE``."""
    columns = ["counts", "value"]
    indicators = ecosystem.table("indicators", columns)[columns].dropna()
    told = indicators[indicators["counts"].isin(counted)]
    held = np.array([count_matching(ecosystem, what) for what in told["counts"]], dtype=float)
    return bool((held < LEAST_COVERAGE * told["value"].to_numpy(dtype=float)).any())


def _take_indicator(ecosystem: Ecosystem, target: Target) -> tuple[float, str]:
    """Take the published figure that a target names, if it is of one register, unit and period."""
    columns = ["id", "value", "unit", "register", "basis", "period_start", "period_end"]
    indicators = ecosystem.table("indicators", columns)[columns]
    found = indicators[indicators["id"] == target["indicator"]]
    if len(found) == 0:
        return np.nan, ""
    row = found.iloc[0]
    if isinstance(target["register"], str) and row["register"] != target["register"]:
        return np.nan, "other_register"
    if isinstance(target["unit"], str) and row["unit"] != target["unit"]:
        return np.nan, "other_unit"
    if row["basis"] in _ESTIMATES:
        return np.nan, "estimate"
    if _is_outside(row, target, ecosystem):
        return np.nan, "other_period"
    return float(row["value"]), ""


def _is_outside(row: pd.Series, target: Target, ecosystem: Ecosystem) -> bool:
    """Say whether a published figure is not of a target's period as far as it has run."""
    first, last = (pd.Timestamp(target[f"period_{end}"]) for end in ("start", "end"))
    start, end = pd.Timestamp(row["period_start"]), pd.Timestamp(row["period_end"])
    if pd.isna(end) or pd.isna(last):
        return True
    if ecosystem.as_of is not None and start > pd.Timestamp(ecosystem.as_of):
        return True
    return bool(end > last or end < first or (target["kind"] == "flow" and start < first))


# The thermometer


def _list_indicators(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the indicators by register and id."""
    own = [c.name for c in read_schema().tables["indicators"].columns.values()]
    table = ecosystem.table("indicators", own)[own].set_index("id")
    numbers = ["value", "value_previous", "growth", "rank", "rank_previous"]
    table[numbers] = table[numbers].astype(float)
    table["basis"] = table["basis"].astype(object).fillna("published")
    table["register"] = table["register"].astype(object).fillna("")
    table["relation"] = table["relation"].astype(object).fillna("=")
    return table.assign(_id=table.index).sort_values(["register", "_id"]).drop(columns="_id")


def _compare_parts(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Compare each figure with what it is a part of, and with what it is spread over."""
    bases = {column: table[column].map(table["value"]).astype(float) for column in _DENOMINATORS}
    named = {column: table[column].isin(table.index) for column in _DENOMINATORS}
    same = {
        (column, what): table[column].map(table[what].astype(object).fillna(""))
        == table[what].astype(object).fillna("")
        for column in _DENOMINATORS
        for what in ("register", "period", "unit")
    }
    one = {c: same[c, "register"] & same[c, "period"] for c in _DENOMINATORS}
    whole = bases["part_of"].where(one["part_of"] & same["part_of", "unit"])
    share = table["value"] / whole.where(whole > 0)
    cases = (table["value"] % 1 == 0) & (whole % 1 == 0) & (share <= 1) & ~_is_money(table["unit"])
    low, high = bound_share(
        table["value"].where(cases).to_numpy(dtype=float), whole.where(cases).to_numpy(), level
    )
    spread = bases["per"].where(one["per"])
    marks = {
        "about": table["relation"] == "~",
        "at_least": table["relation"].isin([">=", ">"]),
        "at_most": table["relation"].isin(["<=", "<"]),
        "self_reported": table["basis"] == "self_reported",
        "other_register": _differ(named, same, "register"),
        "other_period": _differ(named, same, "period"),
        "other_unit": named["part_of"] & ~same["part_of", "unit"],
    }
    said = [np.where(marked, flag, "") for flag, marked in marks.items()]
    return pd.DataFrame(
        {
            "share": share,
            "ci_low": low,
            "ci_high": high,
            "mean": table["value"] / spread.where(spread > 0),
            "flags": ["; ".join(filter(None, row)) for row in zip(*said, strict=True)],
        },
        index=table.index,
    )


def _differ(
    named: dict[str, pd.Series], same: dict[tuple[str, str], pd.Series], what: str
) -> pd.Series:
    """Say which indicators name another that differs in something."""
    differs = [named[column] & ~same[column, what] for column in _DENOMINATORS]
    return differs[0] | differs[1]


def _is_money(units: pd.Series) -> pd.Series:
    """Say which units are money or per cent, which are no cases."""
    money: pd.Series = (
        units.astype(object).fillna("").str.contains("元|%|EUR|CNY|USD|NOK|℃", regex=True)
    )
    return money
