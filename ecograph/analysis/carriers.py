"""Platforms and incubators: what goes in and comes out, how they are judged, what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.funnels import list_totals
from ecograph.analysis.indicators import FEWEST_UNITS, Cases, measure_ratio
from ecograph.analysis.meta import attach_meta
from ecograph.schema import read_schema
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]

__all__ = [
    "INCUBATION_COLUMNS",
    "MOST_EXCELLENT",
    "MOST_GRANTED",
    "PIPELINE_COLUMNS",
    "PLATFORM_COLUMNS",
    "REVIEW_COLUMNS",
    "STAGES_OF_INCUBATION",
    "count_review_classes",
    "list_pipeline",
    "measure_incubation",
    "review_platforms",
]

MOST_EXCELLENT = 0.5
"""The share of the platforms of one recommender that may be excellent in a year."""

MOST_GRANTED = 0.2
"""A grant over the non-fiscal research spending of the year, at most."""

STAGES_OF_INCUBATION = ("in_talks", "to_settle", "team", "settled", "graduated")
"""The gradient of an incubator, from the first talk on."""

PLATFORM_COLUMNS = (
    "scope",
    "key",
    "name",
    "year",
    "platforms",
    "known",
    "coverage",
    "rd_input",
    "direct_benefit",
    "ratio",
    "ci_low",
    "ci_high",
    "transfer_income",
    "self_reported",
    "class",
    "grant",
    "flags",
)

REVIEW_COLUMNS = (
    "year",
    "recommender",
    "reviewed",
    "excellent",
    "good",
    "qualified",
    "unqualified",
    "other",
    "share",
    "ci_low",
    "ci_high",
    "allowed",
    "verdict",
    "grants",
)

PIPELINE_COLUMNS = (
    "name",
    "type",
    "level",
    "status",
    "hosts",
    "due",
    "days_left",
    "state",
    "agreement",
    "source",
)

INCUBATION_COLUMNS = (
    "incubator",
    "name",
    "stage",
    "growth",
    "unit",
    "date",
    "count",
    "total",
    "share",
    "ci_low",
    "ci_high",
    "basis",
    "listed",
    "flags",
)

_FIGURES = ["rd_input", "direct_benefit"]
_CLASSES = ("excellent", "good", "qualified", "unqualified")
_REVIEW = ["platform", "year", "recommender", "class", "grant", *_FIGURES, "rd_own"]
_LEVELS = ("platform", "type", "level", "all", "published")


def review_platforms(ecosystem: Ecosystem) -> pd.DataFrame:
    """Set what platforms put into research beside the benefit that they report.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level and seed. Planned platforms are left out, see
        `list_pipeline`.

    Returns
    -------
    pandas.DataFrame
        Columns ``PLATFORM_COLUMNS``. ``scope`` is ``platform`` (one row each), ``type``,
        ``level``, ``all``, or ``published`` (totals of one register for one period). ``known``
        platforms state both figures; sums and ``ratio`` (benefit over input) are those of these
        platforms only. ``year``, ``class`` and ``grant`` are those of the latest review.
        ``self_reported`` is True unless the ``basis`` says that figures are audited.
        ``flags``: ``partial`` (some platforms do not state both), ``grant_above_cap``.

    Notes
    -----
    A benefit that a platform reports is not caused by the input of the same year, and the two
    are not counted by one rule: the ratio is a description. With at least five platforms its
    interval comes from drawing platforms again; a published total does not show its spread.
    Figures of a review stand before those of the table of platforms, the latest year first, not
    later than the as-of day. A grant above ``MOST_GRANTED`` of the non-fiscal spending is flagged:
    the cap of Shanxi's review of new-type research institutions (notice of its Department of
    Science and Technology of 2024-07-11).
    """
    platforms = _gather_platforms(ecosystem)
    frames = [
        _sum_platforms(ecosystem, platforms, scope, column)
        for scope, column in (("type", "type"), ("level", "level"), ("all", "_all"))
    ]
    tables = [_list_single(platforms), *frames, _list_published(ecosystem)]
    filled = [table for table in tables if len(table)] or tables
    table = pd.concat(filled, ignore_index=True).reindex(columns=list(PLATFORM_COLUMNS))
    known = int(platforms[_FIGURES].notna().all(axis=1).sum())
    method = {
        "ratio": "direct benefit over R&D input, platforms that state both",
        "platforms": len(platforms),
        "known": known,
        "most_granted": MOST_GRANTED,
        "interval": f"at least {FEWEST_UNITS} platforms drawn again",
    }
    return attach_meta(table, ecosystem, "platforms", method=method)


def count_review_classes(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count review classes by year and recommender, and check the cap on excellent ones.

    Returns
    -------
    pandas.DataFrame
        Columns ``REVIEW_COLUMNS``: platforms ``reviewed`` (with a class) and in each class,
        the ``share`` that is excellent with its Wilson interval, how many are ``allowed``,
        ``verdict`` (``within``, ``above_cap``, ``no_recommender``) and the sum of known grants.

    Notes
    -----
    At most half of the platforms that one recommender puts forward may be excellent, rounded
    down: Shanxi's yearly review of new-type research institutions (notice of its Department of
    Science and Technology of 2024-07-11). Other schemes have other caps. The interval is for
    reading the share as a tendency of the recommender; the cap itself is a count.
    """
    reviews = _list_reviews(ecosystem)
    reviews = reviews[reviews["class"].notna()]
    classes = reviews["class"].where(reviews["class"].isin(_CLASSES), "other")
    keys = [reviews["year"].fillna(0), reviews["recommender"].astype(object).fillna("")]
    counts = pd.crosstab(keys, classes).reindex(columns=[*_CLASSES, "other"], fill_value=0)
    table = counts.rename_axis(index=["year", "recommender"])
    table["reviewed"] = counts.sum(axis=1)
    excellent, reviewed = table["excellent"].to_numpy(), table["reviewed"].to_numpy()
    table["share"] = excellent / reviewed
    level = ecosystem.settings.ci_level
    table["ci_low"], table["ci_high"] = bound_share(excellent, reviewed, level)
    table["allowed"] = np.floor(MOST_EXCELLENT * reviewed).astype(np.int64)
    table["grants"] = reviews["grant"].groupby(keys).sum(min_count=1).to_numpy()
    table = table.reset_index()
    above = (table["excellent"] > table["allowed"]).to_numpy()
    nobody = (table["recommender"] == "").to_numpy()
    table["verdict"] = np.select([nobody, above], ["no_recommender", "above_cap"], "within")
    table["year"] = table["year"].where(table["year"] > 0)
    method = {"cap": MOST_EXCELLENT, "interval": "Wilson score", "level": level}
    return attach_meta(table[list(REVIEW_COLUMNS)], ecosystem, "review_classes", method=method)


def list_pipeline(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the platforms that are planned or candidates, with their days.

    Returns
    -------
    pandas.DataFrame
        Indexed by platform, the first due first, columns ``PIPELINE_COLUMNS``: ``due`` as
        written, ``days_left`` from the as-of day to the last day that it may mean (nan where no
        day is known), ``state``: ``no_date``, ``due`` (later than the as-of day or on it) or
        ``overdue``; ``agreement``, those that its hosts have with each other and that are not yet
        signed (what it is to rest on).

    Notes
    -----
    A planned platform is no platform: no count of platforms holds it.
    """
    columns = ["name", "type", "level", "status", "due", "due_end", "source"]
    platforms = ecosystem.select("platform").reindex(columns=columns)
    planned = platforms[~_mark_standing(ecosystem, platforms)].copy()
    host, platform = ecosystem.find_pairs("hosts")
    hosts = pd.DataFrame({"host": host, "platform": ecosystem.keys[platform]})
    hosts = hosts[hosts["platform"].isin(planned.index)].sort_values(["platform", "host"])
    names = hosts.assign(name=ecosystem.names[hosts["host"]]).groupby("platform")["name"]
    planned["hosts"] = names.agg("；".join).reindex(planned.index).astype(object).fillna("")
    planned["agreement"] = (
        _find_intended(ecosystem, hosts).reindex(planned.index).astype(object).fillna("")
    )
    due = pd.to_datetime(planned["due_end"])
    planned["days_left"] = np.nan
    if ecosystem.as_of is not None:
        planned["days_left"] = (due - pd.Timestamp(ecosystem.as_of)).dt.days.astype(float)
    late = planned["days_left"] < 0
    planned["state"] = np.select([due.isna(), late], ["no_date", "overdue"], "due").astype(object)
    order = planned.assign(_due=due, _id=planned.index).sort_values(["_due", "_id"]).index
    table = planned.loc[order, list(PIPELINE_COLUMNS)].rename_axis("platform")
    method = {"platforms": len(table), "dated": int(due.notna().sum())}
    return attach_meta(table, ecosystem, "pipeline", method=method)


def measure_incubation(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure the gradient of each incubator: in talks, to settle, teams, settled firms.

    Returns
    -------
    pandas.DataFrame
        One row an incubator and stage (``STAGES_OF_INCUBATION``; growth stages apart where the
        data tell them), columns ``INCUBATION_COLUMNS``: the latest ``count`` not after the as-of
        day, the ``total`` of the incubator, the stage's ``share`` of it with its Wilson interval,
        and, at the stage settled, the firms ``listed`` as served by the incubator. ``flags``:
        ``mixed_units`` (the total adds firms, teams and projects, as offices do).

    Notes
    -----
    Stages are read at one time; a share is no chance of moving on to the next stage, which would
    need the same firms followed through time.
    """
    rows = _list_stages(ecosystem)
    keys = ["incubator"]
    rows["total"] = rows.groupby(keys)["count"].transform("sum")
    rows["share"] = rows["count"] / rows["total"].where(rows["total"] > 0)
    level = ecosystem.settings.ci_level
    rows["ci_low"], rows["ci_high"] = bound_share(
        rows["count"].to_numpy(dtype=float), rows["total"].to_numpy(dtype=float), level
    )
    units = rows["unit"].astype(object).fillna("") + rows["stage"].where(
        rows["stage"].isin(["team"]), ""
    )
    mixed = units.groupby(rows["incubator"]).transform("nunique") > 1
    rows["flags"] = np.where(mixed, "mixed_units", "")
    names = ecosystem.select("platform")["name"]
    rows["name"] = rows["incubator"].map(names)
    rows["listed"] = rows["incubator"].map(_count_served(ecosystem))
    rows["listed"] = rows["listed"].where(rows["stage"] == "settled")
    method = {
        "incubators": int(rows["incubator"].nunique()),
        "interval": "Wilson score",
        "level": level,
    }
    table = rows[list(INCUBATION_COLUMNS)].reset_index(drop=True)
    return attach_meta(table, ecosystem, "incubation", method=method)


# Platforms


def _mark_standing(ecosystem: Ecosystem, platforms: pd.DataFrame) -> Flags:
    """Mark the platforms that are not merely planned."""
    status = platforms["status"]
    return np.asarray(status.isna() | status.isin(ecosystem.settings.counted), dtype=bool)


def _list_reviews(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the reviews of years that are not later than that of the as-of day."""
    columns = [*_REVIEW, "transfer_income", "basis"]
    reviews = ecosystem.table("platform_reviews", columns)[columns].copy()
    numbers = ["year", "grant", *_FIGURES, "rd_own", "transfer_income"]
    reviews[numbers] = reviews[numbers].astype(float)
    if ecosystem.as_of is not None:
        reviews = reviews[~(reviews["year"] > ecosystem.as_of.year)]
    return reviews.sort_values(["platform", "year"], na_position="first")


def _gather_platforms(ecosystem: Ecosystem) -> pd.DataFrame:
    """Gather the platforms that stand, with the figures of their latest review or their own."""
    own = [*_FIGURES, "basis"]
    columns = ["name", "type", "level", "status", *own]
    platforms = ecosystem.select("platform").reindex(columns=columns)
    platforms = platforms[_mark_standing(ecosystem, platforms)].drop(columns="status")
    platforms[_FIGURES] = platforms[_FIGURES].astype(float)
    reviews = _list_reviews(ecosystem)
    full = reviews[reviews[_FIGURES].notna().all(axis=1)]
    figures = full.drop_duplicates("platform", keep="last").set_index("platform")
    better = figures.reindex(platforms.index)
    reviewed = platforms.index.isin(figures.index)
    chosen = {name: better[name].where(reviewed, platforms[name]) for name in own}
    platforms = platforms.assign(**chosen)
    judged = reviews.drop_duplicates("platform", keep="last").set_index("platform")
    judged = judged[["year", "class", "grant", "rd_own", "transfer_income"]]
    joined = platforms.join(judged).assign(_all="")
    capped = joined["grant"] > MOST_GRANTED * joined["rd_own"]
    return joined.assign(flags=np.where(capped, "grant_above_cap", ""))


def _list_single(platforms: pd.DataFrame) -> pd.DataFrame:
    """List each platform that states a figure, a class or a grant."""
    said = [*_FIGURES, "transfer_income", "class", "grant"]
    single = platforms[platforms[said].notna().any(axis=1)]
    figures = single[_FIGURES].astype(float)
    known = figures.notna().all(axis=1).astype(float)
    reports = figures.notna().any(axis=1) | single["transfer_income"].notna()
    honest = ~single["basis"].isin(["audited"])
    return single.assign(
        scope="platform",
        key=single.index,
        platforms=1,
        known=known,
        coverage=known,
        ratio=figures["direct_benefit"] / figures["rd_input"].where(figures["rd_input"] > 0),
        self_reported=honest.astype(object).where(reports),
    ).reset_index(drop=True)


def _sum_platforms(
    ecosystem: Ecosystem, platforms: pd.DataFrame, scope: str, column: str
) -> pd.DataFrame:
    """Sum the figures of platforms of one kind over those that state both."""
    known = platforms[_FIGURES].notna().all(axis=1)
    keys = platforms[column]
    figures = platforms[_FIGURES].where(known)
    table = figures.groupby(keys).sum(min_count=1)
    table["platforms"] = platforms.groupby(keys).size()
    table["known"] = known.groupby(keys).sum().astype(float)
    table["coverage"] = table["known"] / table["platforms"]
    table["ratio"] = table["direct_benefit"] / table["rd_input"].where(table["rd_input"] > 0)
    unaudited = known & ~platforms["basis"].isin(["audited"])
    told = unaudited.groupby(keys).any()
    table["self_reported"] = told.astype(object).where(table["known"] > 0)
    table[["ci_low", "ci_high"]] = np.nan
    for key in table.index[table["known"] >= FEWEST_UNITS]:
        own = figures[known & (keys == key)]
        cases = Cases(own["direct_benefit"], own["rd_input"], np.arange(len(own)))
        found = measure_ratio(cases, ecosystem.settings)
        table.loc[key, ["ci_low", "ci_high"]] = found.ci_low, found.ci_high
    table["flags"] = np.where(table["known"] < table["platforms"], "partial", "")
    names = _label_keys(ecosystem, table.index, scope)
    return table.rename_axis("key").reset_index().assign(scope=scope, name=names)


def _label_keys(ecosystem: Ecosystem, keys: pd.Index, scope: str) -> list[str]:
    if scope == "all":
        return [ecosystem.name] * len(keys)
    if scope == "level":
        return list(keys)
    label = read_schema().label_term
    return [label("platform_type", key, ecosystem.lang) for key in keys]


def _list_published(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the totals of platforms that registers publish, each register and period apart."""
    totals = {"platforms": "platforms", **{f"platforms.{name}": name for name in _FIGURES}}
    found = list_totals(ecosystem, tuple(totals))
    found = found[~found["several"]].assign(figure=found["totals"].map(totals))
    keys = ["register", "period"]
    table = found.pivot_table(index=keys, columns="figure", values="value", aggfunc="first")
    table = table.reindex(columns=["platforms", *_FIGURES])
    own = found[found["figure"].isin(_FIGURES)]
    bases = own.groupby(keys)["basis"].agg(lambda basis: not (basis == "audited").all())
    table["self_reported"] = bases.reindex(table.index).astype(object)
    about = found["relation"].ne("=").groupby([found[key] for key in keys]).any()
    table["flags"] = np.where(about.reindex(table.index), "about", "")
    table["ratio"] = table["direct_benefit"] / table["rd_input"].where(table["rd_input"] > 0)
    table = table.reset_index()
    year = pd.to_numeric(table["period"].str.slice(0, 4), errors="coerce")
    return table.assign(scope="published", key=table["register"], name=table["register"], year=year)


# What is to come


def _find_intended(ecosystem: Ecosystem, hosts: pd.DataFrame) -> pd.Series:
    """Find the agreements, not yet signed, that at least two hosts of a planned platform share."""
    agreement, party = ecosystem.find_pairs("party")
    open_ = ~ecosystem.mark_counted()[agreement]
    parties = pd.DataFrame({"agreement": agreement[open_], "host": party[open_]})
    shared = hosts.merge(parties, on="host").groupby(["platform", "agreement"]).size()
    pairs = shared[shared > 1].reset_index()
    pairs["agreement"] = ecosystem.keys[pairs["agreement"].to_numpy(dtype=np.int64)]
    return pairs.groupby("platform")["agreement"].agg("；".join)


# Incubation


def _list_stages(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the latest count of each stage of each incubator, in the order of the gradient."""
    columns = ["incubator", "stage", "growth", "count", "unit", "date", "date_start", "basis"]
    rows = ecosystem.table("incubation", columns)[columns].copy()
    starts = pd.to_datetime(rows["date_start"])
    if ecosystem.as_of is not None:
        rows = rows[~(starts > pd.Timestamp(ecosystem.as_of))]
    ranks = {stage: rank for rank, stage in enumerate(STAGES_OF_INCUBATION)}
    rows["rank"] = rows["stage"].map(ranks).fillna(len(ranks))
    keys = ["incubator", "rank", "stage", "growth"]
    rows["growth"] = rows["growth"].astype(object).fillna("")
    rows = rows.assign(start=starts).sort_values([*keys, "start"], na_position="first")
    rows = rows.drop_duplicates(keys, keep="last")
    return rows.assign(count=rows["count"].astype(float))


def _count_served(ecosystem: Ecosystem) -> pd.Series:
    """Count the firms that each platform is said to serve."""
    platform, enterprise = ecosystem.find_pairs("serves")
    served = pd.Series(enterprise, index=ecosystem.keys[platform])
    return served.groupby(level=0).nunique().astype(float)
