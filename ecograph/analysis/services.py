"""Services around science: finance for firms, commissioners in the counties, technology brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.funnels import list_totals
from ecograph.analysis.meta import attach_meta
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

__all__ = [
    "BROKER_COLUMNS",
    "BROKER_LEVELS",
    "COUNTY_COLUMNS",
    "FINANCE_COLUMNS",
    "TRAINING_COLUMNS",
    "count_brokers",
    "count_trainings",
    "cover_counties",
    "measure_finance",
]

BROKER_LEVELS = ("junior", "middle", "senior")
"""The ladder of certificates of technology brokers."""

FINANCE_COLUMNS = (
    "kind",
    "basis",
    "register",
    "rows",
    "cases",
    "financiers",
    "firms",
    "named_firms",
    "amount",
    "amount_per_firm",
    "coverage",
    "flags",
)

COUNTY_COLUMNS = (
    "name",
    "commissioners",
    "people",
    "covered",
    "industries",
    "leading",
    "leading_covered",
    "sessions",
    "attendances",
)

TRAINING_COLUMNS = (
    "programme",
    "basis",
    "level",
    "rows",
    "sessions",
    "attendances",
    "experts",
    "attendances_per_session",
    "flags",
)

BROKER_COLUMNS = ("people", "rows", "named", "parts", "per_level_below", "flags")

_CITY = "市级|省级|国家级|city|municipal|province|provincial|state|national"


def measure_finance(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure what finance brought to firms: loans, sessions, visits, subsidies, insurance.

    Returns
    -------
    pandas.DataFrame
        One row a kind, basis and register, columns ``FINANCE_COLUMNS``: ``rows``, and sums of
        ``cases``, ``financiers``, ``firms`` and ``amount`` over the rows that state them (nan
        where none does); ``named_firms``, the distinct firms that the rows name;
        ``amount_per_firm`` over the rows that state both, and ``coverage``, their share.
        ``flags``: ``planned`` (all rows of a kind are plans or talks, which are never summed with
        what was done), ``at_least`` (some numbers are lower bounds), ``repeated`` (firms of
        several rows may be the same, so the sum of ``firms`` counts services rather than firms).

    Notes
    -----
    Totals that an office published are kept apart from rows that stand for one case, and
    registers from each other: none of them are added.
    """
    rows = _list_finance(ecosystem)
    keys = ["kind", "planned", "basis", "register"]
    groups = rows.groupby(keys, sort=True)
    numbers = ["cases", "financiers", "firms", "amount"]
    table = groups[numbers].sum(min_count=1)
    table["rows"] = groups.size()
    both = rows[["amount", "firms"]].notna().all(axis=1)
    paired = rows[both].groupby(keys)[["amount", "firms"]].sum()
    ratio = paired["amount"] / paired["firms"].where(paired["firms"] > 0)
    table["amount_per_firm"] = ratio.reindex(table.index)
    table["coverage"] = both.groupby([rows[key] for key in keys]).mean()
    named = rows.explode("enterprises").dropna(subset="enterprises")
    table["named_firms"] = named.groupby(keys)["enterprises"].nunique().reindex(table.index)
    several = groups["firms"].count() > 1
    table["_several"], table["_least"] = several, groups["bound"].any()
    table = table.reset_index()
    marks = {
        "planned": table["planned"],
        "at_least": table["_least"],
        "repeated": table["_several"],
    }
    table["flags"] = _join_flags(marks, len(table))
    table["named_firms"] = table["named_firms"].fillna(0).astype(np.int64)
    method = {"rows": len(rows), "added": "rows of one kind, basis and register"}
    return attach_meta(table[list(FINANCE_COLUMNS)], ecosystem, "finance", method=method)


def cover_counties(ecosystem: Ecosystem) -> pd.DataFrame:
    """Say which counties have a science and technology commissioner, and for which industries.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level. Commissioners whose time had not begun or was
        over on the as-of day do not count.

    Returns
    -------
    pandas.DataFrame
        Indexed by county, columns ``COUNTY_COLUMNS``: ``commissioners`` (rows of their table and
        agreements that count and have the mode commissioner), ``people`` where stated,
        ``covered`` (nan where the data hold no commissioner); the ``industries`` that they serve;
        the county's ``leading`` industries and how many of them are served; ``sessions`` and
        ``attendances`` of trainings that name the county. ``attrs["meta"]["method"]`` has the
        share of counties covered and that of leading industries, each with its Wilson interval,
        and the shares that offices published.

    Notes
    -----
    Counties are all regions but those whose ``level`` is that of a city, province or state. A
    county without a row has no *known* commissioner: a list that is an excerpt covers less than
    there is. The interval is for reading the share as that of a larger set of counties; for the
    counties at hand the count is exact.
    """
    counties = _list_counties(ecosystem)
    sent = _list_sent(ecosystem)
    placed = sent["region"].isin(counties.index)
    without, sent = int((~placed).sum()), sent[placed]
    groups = sent.groupby("region")
    table = counties[["name"]].copy()
    sizes = groups.size().reindex(table.index, fill_value=0)
    table["commissioners"] = sizes.astype(np.int64)
    table["people"] = groups["people"].sum(min_count=1).reindex(table.index)
    known = len(sent) > 0  # without any row the register is silent, which is not the same as none
    table["covered"] = (table["commissioners"] > 0).astype(object) if known else np.nan
    served = sent.explode("industry").dropna(subset="industry")
    listed = served.groupby("region")["industry"].agg(lambda cells: "；".join(sorted(set(cells))))
    table["industries"] = listed.reindex(table.index).astype(object).fillna("")
    leading = counties["leading"].explode().dropna()
    pairs = set(zip(served["region"], served["industry"], strict=True))
    met = pd.Series([pair in pairs for pair in leading.items()], index=leading.index, dtype=bool)
    table["leading"] = leading.groupby(level=0).size().reindex(table.index, fill_value=0)
    table["leading_covered"] = met.groupby(level=0).sum().reindex(table.index, fill_value=0)
    taught = _list_trainings(ecosystem)
    taught = taught[taught["programme"] == "commissioner"].groupby("region")
    sums = taught[["sessions", "attendances"]].sum(min_count=1)
    table = table.join(sums)
    level = ecosystem.settings.ci_level
    covered = int((table["commissioners"] > 0).sum())
    method = {
        "counties": _describe_share(covered, len(table) if known else 0, level),
        "leading_industries": _describe_share(int(met.sum()), len(met) if known else 0, level),
        "published": _list_coverage(ecosystem),
        "without_county": without,
    }
    table = table[list(COUNTY_COLUMNS)].rename_axis("county")
    return attach_meta(table, ecosystem, "counties", method=method)


def count_trainings(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count trainings by programme: sessions, attendances, local experts.

    Returns
    -------
    pandas.DataFrame
        One row a programme, basis and level, columns ``TRAINING_COLUMNS``: sums over the rows
        that state them; ``attendances_per_session`` over the rows that state both. ``flags``:
        ``at_least`` (the sessions are a lower bound, so the mean is an upper one), ``parts``
        (rows that are part of another row are left out of the sums).

    Notes
    -----
    Attendances are no people: who comes twice is counted twice.
    """
    rows = _list_trainings(ecosystem)
    whole = rows[~rows["part"]]
    keys = ["programme", "basis", "level"]
    groups = whole.groupby(keys, sort=True)
    table = groups[["sessions", "attendances", "experts"]].sum(min_count=1)
    table["rows"] = groups.size()
    both = whole[whole[["sessions", "attendances"]].notna().all(axis=1)]
    paired = both.groupby(keys)[["sessions", "attendances"]].sum()
    mean = paired["attendances"] / paired["sessions"].where(paired["sessions"] > 0)
    table["attendances_per_session"] = mean.reindex(table.index)
    table["_least"] = groups["bound"].any()
    table["_parts"] = rows.groupby(keys)["part"].any().reindex(table.index)
    table = table.reset_index()
    marks = {"at_least": table["_least"], "parts": table["_parts"]}
    table["flags"] = _join_flags(marks, len(table))
    method = {"rows": len(rows), "left_out_as_parts": int(rows["part"].sum())}
    return attach_meta(table[list(TRAINING_COLUMNS)], ecosystem, "trainings", method=method)


def count_brokers(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count technology brokers by the level of their certificate.

    Returns
    -------
    pandas.DataFrame
        Indexed by level (``BROKER_LEVELS``, then others in the data), columns ``BROKER_COLUMNS``:
        ``people`` with that certificate (a row without a number is one person; nan where no row
        names the level), ``rows``, rows with a name, people of rows that are ``parts`` of another
        row and are left out, and people for each one of the level below.

    Notes
    -----
    A person may hold several certificates, so levels are not added; and the quotient of two
    levels is no rate of promotion, for which the same people would have to be followed.
    """
    columns = ["id", "name", "level", "people", "date_start", "part_of"]
    rows = ecosystem.table("brokers", columns)[columns].copy()
    rows = rows[~_is_later(ecosystem, rows["date_start"])]
    rows["people"] = rows["people"].astype(float).fillna(1.0)
    part = rows["part_of"].astype(object).fillna("").isin(rows["id"])
    others = sorted(set(rows["level"].dropna()) - set(BROKER_LEVELS))
    table = pd.DataFrame(index=pd.Index([*BROKER_LEVELS, *others], name="level", dtype=object))
    whole = rows[~part].groupby("level")
    table["people"] = whole["people"].sum().reindex(table.index)
    table["rows"] = whole.size().reindex(table.index, fill_value=0)
    table["named"] = whole["name"].count().reindex(table.index, fill_value=0)
    parts = rows[part].groupby("level")["people"].sum()
    table["parts"] = parts.reindex(table.index, fill_value=0.0)
    ladder = table["people"].reindex(list(BROKER_LEVELS))
    below = ladder.shift()
    table["per_level_below"] = (ladder / below.where(below > 0)).reindex(table.index)
    table["flags"] = _join_flags({"parts": table["parts"] > 0}, len(table))
    method = {"certificates": float(table["people"].sum()), "people": "a person may hold several"}
    return attach_meta(table[list(BROKER_COLUMNS)], ecosystem, "broker_levels", method=method)


# Rows


def _list_finance(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the rows of finance begun by the as-of day."""
    numbers = ["cases", "financiers", "firms", "amount"]
    texts = ["kind", "status", "basis", "register", "relation", "date_start", "enterprises"]
    rows = ecosystem.table("finance", [*texts, *numbers])[[*texts, *numbers]].copy()
    rows = rows[~_is_later(ecosystem, rows["date_start"])]
    rows[numbers] = rows[numbers].astype(float)
    counted = [*ecosystem.settings.counted]
    waiting = rows["status"].notna() & ~rows["status"].isin(counted)
    rows["planned"] = waiting | rows["basis"].isin(["planned", "what_if"])
    rows["basis"] = rows["basis"].astype(object).fillna("counted")
    rows["register"] = rows["register"].astype(object).fillna("")
    rows["bound"] = rows["relation"].isin([">=", ">"])
    lists = rows["enterprises"].map(lambda cell: cell if isinstance(cell, tuple) else ())
    rows["enterprises"] = lists.astype(object)
    return rows


def _list_counties(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the regions that are counties, indexed by key, with their leading industries."""
    rows = ecosystem.select("region").reindex(columns=["name", "level"])
    listed = ecosystem.table("regions", ["_key", "leading"])
    rows["leading"] = listed.set_index("_key")["leading"].reindex(rows.index)
    higher = (
        rows["level"]
        .astype(object)
        .fillna("")
        .astype(str)
        .str.contains(_CITY, case=False, regex=True)
    )
    counties = rows[~higher.to_numpy(dtype=bool)]
    lists = counties["leading"].map(lambda cell: cell if isinstance(cell, tuple) else ())
    return counties.assign(leading=lists.astype(object))


def _list_coverage(ecosystem: Ecosystem) -> dict[str, float]:
    """List the shares of counties and of their leading industries that offices published."""
    found = list_totals(ecosystem, ("commissioners.region", "regions.leading"))
    shares = found["value"] / np.where(found["unit"] == "%", 100, 1)
    return dict(zip(found["totals"], shares.astype(float), strict=True))


def _list_sent(ecosystem: Ecosystem) -> pd.DataFrame:
    """List commissioners in force with region, industry and people; those of agreements too.

    An agreement that the organisation of a listed commissioner has in that region is the same.
    """
    columns = ["region", "industry", "organisation", "people", "since_start", "until_end"]
    rows = ecosystem.table("commissioners", columns)[columns].copy()
    over = pd.Series(data=False, index=rows.index)
    if ecosystem.as_of is not None:
        over = pd.to_datetime(rows["until_end"]) < pd.Timestamp(ecosystem.as_of)
    rows = rows[~_is_later(ecosystem, rows["since_start"]) & ~over]
    agreed = _list_agreed(ecosystem)
    known = pd.MultiIndex.from_frame(rows[["region", "organisation"]].astype(str))
    new = ~pd.MultiIndex.from_frame(agreed[["region", "organisation"]].astype(str)).isin(known)
    agreed = agreed[new].drop_duplicates(["agreement", "region"])
    both = [frame for frame in (rows, agreed) if len(frame)] or [rows]
    sent = pd.concat(both, ignore_index=True)
    lists = sent["industry"].map(lambda cell: cell if isinstance(cell, tuple) else ())
    return sent.assign(industry=lists.astype(object), people=sent["people"].astype(float))


def _list_agreed(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the regions of agreements that send commissioners, each with each other party."""
    columns = ["_key", "mode", "industry"]
    rows = ecosystem.table("agreements", columns)[columns]
    meant = rows[(rows["mode"] == "commissioner") & rows["_key"].isin(ecosystem.counted)]
    agreement, party = ecosystem.find_pairs("party")
    sides = pd.DataFrame({"_key": ecosystem.keys[agreement], "party": ecosystem.keys[party]})
    region = ecosystem.mark("region")[party]
    pairs = sides[region].rename(columns={"party": "region"})
    pairs = pairs.merge(sides[~region].rename(columns={"party": "organisation"}), how="left")
    found = meant.merge(pairs, on="_key").rename(columns={"_key": "agreement"})
    return found[["agreement", "region", "organisation", "industry"]].assign(people=np.nan)


def _list_trainings(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the trainings begun by the as-of day, with what is a part of another row."""
    numbers = ["sessions", "attendances", "experts"]
    texts = ["id", "programme", "level", "basis", "region", "relation", "part_of", "date_start"]
    rows = ecosystem.table("trainings", [*texts, *numbers])[[*texts, *numbers]].copy()
    rows = rows[~_is_later(ecosystem, rows["date_start"])]
    rows[numbers] = rows[numbers].astype(float)
    rows["basis"] = rows["basis"].astype(object).fillna("counted")
    rows["level"] = rows["level"].astype(object).fillna("")
    rows["bound"] = rows["relation"].isin([">=", ">"])
    rows["part"] = rows["part_of"].astype(object).fillna("").isin(rows["id"])
    return rows


def _is_later(ecosystem: Ecosystem, starts: pd.Series) -> pd.Series:
    """Say which days are later than the as-of day; an unknown day is not."""
    if ecosystem.as_of is None:
        return pd.Series(data=False, index=starts.index)
    later: pd.Series = pd.to_datetime(starts) > pd.Timestamp(ecosystem.as_of)
    return later


def _describe_share(part: int, whole: int, level: float) -> dict[str, float]:
    """Describe a share of separate cases."""
    if whole == 0:
        return {"covered": part, "of": whole, "share": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    low, high = bound_share(np.array([part]), np.array([whole]), level)
    bounds = {"ci_low": float(low[0]), "ci_high": float(high[0])}
    return {"covered": part, "of": whole, "share": part / whole, **bounds}


def _join_flags(marks: dict[str, pd.Series], size: int) -> list[str]:
    """Write the flags that hold of each row."""
    said = [np.where(marked.astype(bool), flag, "") for flag, marked in marks.items()]
    rows = zip(*said, strict=True) if said else ((),) * size
    return ["; ".join(filter(None, row)) for row in rows]
