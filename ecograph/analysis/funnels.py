"""From events to signed and paid agreements: who meets, what is shown, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.indicators import FEWEST_UNITS, Cases, measure_ratio
from ecograph.analysis.meta import attach_meta
from ecograph.reading.values.amounts import parse_amount
from ecograph.reading.values.plain import parse_list
from ecograph.schema import read_schema
from ecograph.statistics.resampling import bound_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings

    Floats = NDArray[np.float64]

__all__ = [
    "ACHIEVEMENT_COLUMNS",
    "ACTORS",
    "ACTOR_COLUMNS",
    "BASES",
    "FUNNEL_COLUMNS",
    "STAGES",
    "STAGE_COLUMNS",
    "TOPIC_COLUMNS",
    "count_actors",
    "count_stages",
    "count_topics",
    "list_achievements",
    "list_totals",
    "measure_funnel",
]

STAGES = ("firms", "achievements", "matched", "intents", "signed", "paid")
"""What events bring, in the order of a funnel."""

BASES = ("stated", "listed", "published")
"""Stated by an event's own row, rows that name the event, totals that an office published."""

STAGE_COLUMNS = ("basis", "scope", "channel", "name", "period", "events", *STAGES, "amount")

FUNNEL_COLUMNS = (
    "basis",
    "scope",
    "channel",
    "name",
    "stage",
    "of",
    "value",
    "ci_low",
    "ci_high",
    "interval",
    "part",
    "whole",
    "events",
    "coverage",
    "flags",
)

ACTORS = ("government", "university", "institute", "enterprise", "finance", "other")
"""The parties of an ecosystem; the first five are those of the policy."""

ACTOR_COLUMNS = ("events", "named", "stated", "agreements")

TOPIC_COLUMNS = ("what", "topic", "events")

ACHIEVEMENT_COLUMNS = (
    "name",
    "owners",
    "firms",
    "science",
    "state",
    "maturity",
    "mode",
    "event",
    "price",
    "source",
)

_SCOPES = ("all", "type", "mode", "event", "register")
_TEXTS = ("unit", "register", "period", "relation", "basis")
_KEYS = ["basis", "scope", "channel", "name", "period"]
_FIGURES = ("events", *STAGES, "amount")
_EVENT_COLUMNS = {"signed": "agreements"}  # the columns of events that have another name
_MEANS = tuple((stage, "events") for stage in STAGES[:-1])
_SHARES = (
    ("matched", "achievements"),
    ("intents", "firms"),
    ("intents", "achievements"),
    ("intents", "matched"),
    ("signed", "firms"),
    ("signed", "achievements"),
    ("signed", "matched"),
    ("signed", "intents"),
    ("paid", "signed"),
)
_PAIRS = (*_MEANS, *_SHARES, ("amount", "signed"))
_TRIED = ("intent", "planned")  # statuses that are as far as an intent without being signed
_MONEY = ("platforms.rd_input", "platforms.direct_benefit", "events.amount")
_KINDS_OF_OFFICE = {
    "finance": "金融|银行|投资|基金|保险|担保|证券|bank|financ|fund|insur|invest|guarantee",
    "government": "政府|厅|局|委员会|govern|ministr|public",
}


def count_stages(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count what events brought: firms, results shown and matched, intents, signed, paid.

    Parameters
    ----------
    ecosystem
        The ecosystem; events after the as-of day are left out.

    Returns
    -------
    pandas.DataFrame
        One row a funnel, columns ``STAGE_COLUMNS``: ``basis`` (one of ``BASES``), ``scope``
        (``all`` events, those of a ``type`` or a ``mode`` of cooperation, one ``event``, or what
        one ``register`` published for a period), ``channel`` (its key), sums by stage over the
        events of which the stage is known, and ``amount`` signed. A stage that no event states is
        nan, never 0. ``attrs["meta"]["method"]["known"]`` says of how many events each is known.

    Notes
    -----
    Three sorts of figures stand beside each other and are never added. ``listed`` are rows that
    name the event: achievements, and agreements by their status (an intent that was signed is
    counted at both stages); they are an excerpt of what an event states. A published funnel takes
    its figures from one register and one period (column ``totals`` of indicators). Sums over
    events count firms and results once for each event.
    """
    cases = _gather_cases(ecosystem)
    sums = cases.groupby("_place")[list(_FIGURES)].sum(min_count=1)
    table = _take_heads(cases).join(sums).reset_index(drop=True)
    stated = cases[(cases["basis"] == "stated") & (cases["scope"] == "all")]
    method = {
        "events": len(stated),
        "known": {stage: int(stated[stage].notna().sum()) for stage in (*STAGES, "amount")},
        "ambiguous": _list_ambiguous(ecosystem),
    }
    return attach_meta(table[list(STAGE_COLUMNS)], ecosystem, "funnel_stages", method=method)


def measure_funnel(ecosystem: Ecosystem) -> pd.DataFrame:
    """Measure what share of each stage of a funnel reaches a later one.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level and seed.

    Returns
    -------
    pandas.DataFrame
        One row a funnel (see `count_stages`) and pair of stages, columns ``FUNNEL_COLUMNS``:
        ``value`` = ``part`` / ``whole``, sums of ``stage`` and ``of`` over the ``events`` for
        which both are known (``coverage`` is their share of the events of the funnel). ``of``
        events gives a mean per event, amount of signed the mean amount, every other pair a share.
        ``interval``: ``events`` (events drawn again), ``wilson``, or empty. ``flags``:
        ``not_separate`` (a Wilson interval, which takes cases as separate although an intent is
        not independent of its event: it is too short), ``partial`` (not known of all events),
        ``excerpt`` (rows that are listed only), ``exceeds`` (more than there could be for a share,
        so no share), ``at_most``, ``at_least``, ``about`` (published as a bound or roughly).

    Notes
    -----
    With at least five events a ratio is bounded by drawing events with replacement, as what one
    event brings moves together; a share of less events, and a published one, has the Wilson score
    interval (Wilson, JASA 22, 1927, p. 209). Firms may have several intents, so intents of firms
    are a rate that is read as a share only because offices do.
    """
    cases = _gather_cases(ecosystem)
    parts = [_divide_stages(cases, pair, ecosystem.settings) for pair in _PAIRS]
    table = pd.concat(parts).sort_index(kind="stable")
    table = table[list(FUNNEL_COLUMNS)].reset_index(drop=True)
    method = {
        "ratio": "sums over the events for which both stages are known",
        "interval": f"at least {FEWEST_UNITS} events drawn again, else Wilson score",
        "level": ecosystem.settings.ci_level,
        "as_far_as_an_intent": [*_TRIED, *ecosystem.settings.counted],
    }
    return attach_meta(table, ecosystem, "funnel", method=method)


def list_totals(ecosystem: Ecosystem, totals: Sequence[str]) -> pd.DataFrame:
    """List the published figures that are totals of some columns, by register and period.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    totals
        Tables or columns of the schema, such as ``events`` or ``events.agreements``.

    Returns
    -------
    pandas.DataFrame
        indicator, register, period, totals, value (money in the currency of the ecosystem),
        unit as published, relation, basis, several (whether the register states more than one
        for the period).
    """
    columns = ["id", "register", "period", "totals", "value", "unit", "relation", "basis"]
    found = ecosystem.table("indicators", columns)[columns]
    found = found[found["totals"].isin(totals) & found["value"].notna()]
    found = found.assign(value=[_read_money(*row) for row in zip(*_take_money(found), strict=True)])
    found = found.rename(columns={"id": "indicator"})
    filled = found.astype(dict.fromkeys(_TEXTS, object)).fillna(
        {"unit": "", "register": "", "period": "", "relation": "=", "basis": "published"}
    )
    keys = ["register", "period", "totals"]
    filled = filled.sort_values([*keys, "indicator"]).reset_index(drop=True)
    return filled.assign(several=filled.duplicated(keys, keep=False))


def count_actors(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count the kinds of party that meet at events and sign agreements.

    Returns
    -------
    pandas.DataFrame
        Indexed by actor (``ACTORS``), columns ``ACTOR_COLUMNS``: ``events`` in which it is known
        to take part, organisations ``named`` there, firms and financiers that events state without
        names (``stated``, attendances summed over events, nan where no event states them), and the
        ``agreements`` that count and have it as a party.

    Notes
    -----
    Government, universities, research institutes, enterprises and finance are the five parties of
    the policy. Which of them an institution is follows from its type, university or institute from
    that of the knowledge partner; what is neither government nor finance is other. An actor that
    no row names may nevertheless have been there.
    """
    actor = _classify(ecosystem)
    held = _mark_held(ecosystem)
    source, target = ecosystem.find_pairs("joins")
    joined = pd.DataFrame({"actor": actor[source], "node": source, "event": target})
    joined = joined[held[target]]
    stated = _list_events(ecosystem)[["firms", "financiers"]]
    stated = stated.set_axis(["enterprise", "finance"], axis=1)
    signed, party = ecosystem.find_pairs("party")
    parties = pd.DataFrame({"actor": actor[party], "agreement": signed})
    parties = parties[ecosystem.mark_counted()[signed]]
    place = ecosystem.find_positions("event")[held[ecosystem.find_positions("event")]]
    told = stated.assign(event=place).melt("event", var_name="actor")
    together = pd.concat([joined, told[told["value"] > 0]])[["actor", "event"]]
    table = pd.DataFrame(
        {
            "events": together.groupby("actor")["event"].nunique(),
            "named": joined.groupby("actor")["node"].nunique(),
            "stated": stated.sum(min_count=1),
            "agreements": parties.groupby("actor")["agreement"].nunique(),
        },
        index=pd.Index(ACTORS, name="actor"),
    )
    counts = ["events", "named", "agreements"]
    table[counts] = table[counts].fillna(0).astype(np.int64)
    method = {"events": int(held[ecosystem.find_positions("event")].sum())}
    return attach_meta(table[list(ACTOR_COLUMNS)], ecosystem, "actors", method=method)


def count_topics(ecosystem: Ecosystem) -> pd.DataFrame:
    """Count the fields that events are about, and the chains that they are to bring together.

    Returns
    -------
    pandas.DataFrame
        Columns ``TOPIC_COLUMNS``: ``what`` is ``field`` or ``chain``; the most frequent first.
    """
    events = _list_events(ecosystem)
    found = [
        (what, topic)
        for what, column in (("field", "fields"), ("chain", "chains"))
        for cell in events[column].dropna()
        for topic in dict.fromkeys(parse_list(cell))
    ]
    table = pd.DataFrame(found, columns=["what", "topic"], dtype=object)
    table = table.groupby(["what", "topic"], sort=True).size().rename("events").reset_index()
    order = ["what", "events", "topic"]
    table = table.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)
    told = events[["fields", "chains"]].notna().any(axis=1)
    method = {"events": len(events), "told": int(told.sum())}
    return attach_meta(table[list(TOPIC_COLUMNS)], ecosystem, "topics", method=method)


def list_achievements(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the results of research with their owners, and whether firms and science share them.

    Returns
    -------
    pandas.DataFrame
        Indexed by achievement, columns ``ACHIEVEMENT_COLUMNS``: names of the ``owners``, how many
        of them are ``firms`` and how many universities, platforms or teams (``science``);
        ``state``: ``shared``, ``firm_alone`` (no partner named), ``science_alone``, or
        ``no_owner``; what its own row says of maturity, mode, event and price.
    """
    own = ["maturity", "mode", "event", "price", "source"]
    results = ecosystem.table("achievements", [*own, "name", "_key"]).set_index("_key").sort_index()
    owner, result = ecosystem.find_pairs("yields")
    owned = pd.DataFrame({"owner": owner, "achievement": ecosystem.keys[result]})
    owned["name"] = ecosystem.names[owner]
    owned["firms"] = ecosystem.mark("enterprise")[owner]
    owned["science"] = ecosystem.mark("university", "platform", "team")[owner]
    groups = owned.groupby("achievement")
    sides = groups[["firms", "science"]].sum().reindex(results.index, fill_value=0).astype(np.int64)
    table = results[[*own, "name"]].join(sides)
    table["owners"] = groups["name"].agg("；".join).reindex(results.index).astype(object).fillna("")
    firms, science = table["firms"] > 0, table["science"] > 0
    states = ["shared", "firm_alone", "science_alone"]
    chosen = np.select([firms & science, firms, science], states, "no_owner")
    table["state"] = chosen.astype(object)
    table = table[list(ACHIEVEMENT_COLUMNS)].rename_axis("achievement")
    method = {"states": table["state"].value_counts().sort_index().to_dict()}
    return attach_meta(table, ecosystem, "achievements", method=method)


# Cases: one row an event in each funnel that it belongs to


def _gather_cases(ecosystem: Ecosystem) -> pd.DataFrame:
    """Gather the figures of every event for every funnel, and those that are published."""
    events = _list_events(ecosystem)
    frames = [
        _spread(events, events[list(STAGES)].assign(amount=events["amount"]), "stated"),
        _list_rows(ecosystem, events),
        _list_published(ecosystem),
    ]
    filled = [frame for frame in frames if len(frame)]
    cases = pd.concat(filled or frames, ignore_index=True)
    cases["name"] = _name_channels(ecosystem, cases, events)
    cases[list(_FIGURES)] = cases[list(_FIGURES)].astype(float)
    ranks = {word: rank for words in (BASES, _SCOPES) for rank, word in enumerate(words)}
    order = [cases["basis"].map(ranks), cases["scope"].map(ranks), cases["channel"]]
    keys = pd.DataFrame(dict(enumerate(order))).sort_values([0, 1, 2], kind="stable")
    ordered = cases.loc[keys.index].reset_index(drop=True).assign(_one=1.0)
    return ordered.assign(_place=ordered.groupby(_KEYS, sort=False).ngroup())


def _take_heads(cases: pd.DataFrame) -> pd.DataFrame:
    """Take what each funnel is, by its place."""
    heads: pd.DataFrame = cases.drop_duplicates("_place").set_index("_place")[_KEYS]
    return heads


def _list_events(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the events held by the as-of day, indexed by key."""
    texts = ["name", "date", "type", "mode", "fields", "chains"]
    numbers = [_EVENT_COLUMNS.get(stage, stage) for stage in (*STAGES, "amount", "financiers")]
    events = ecosystem.select("event").reindex(columns=[*texts, *numbers])
    held = _mark_held(ecosystem)[ecosystem.find_positions("event")]
    events = events[held].rename(columns={old: new for new, old in _EVENT_COLUMNS.items()})
    figures = [*STAGES, "amount", "financiers"]
    return events.assign(**events[figures].astype(float))


def _mark_held(ecosystem: Ecosystem) -> NDArray[np.bool_]:
    """Say of every node whether it is an event that is not after the as-of day."""
    held = ecosystem.mark("event")
    if ecosystem.as_of is not None:
        starts = ecosystem.select("event").reindex(columns=["date_start"])["date_start"]
        late = pd.to_datetime(starts) > pd.Timestamp(ecosystem.as_of)
        held[ecosystem.find_positions("event")[late.to_numpy()]] = False
    return held


def _spread(events: pd.DataFrame, figures: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Put the figures of each event into the funnels of all, of its type and mode, and its own."""
    channels = {
        "all": pd.Series("", index=events.index),
        "type": events["type"],
        "mode": events["mode"],
        "event": events.index.to_series(),
    }
    frames = [
        figures.assign(basis=basis, scope=scope, channel=channel, period="", events=1.0)
        for scope, channel in channels.items()
    ]
    spread = pd.concat(frames).dropna(subset="channel")
    single = spread["scope"] == "event"
    dates = events["date"].reindex(spread.index).astype(object).fillna("")
    spread["period"] = spread["period"].mask(single, dates)
    return spread.reset_index(drop=True)


def _list_rows(ecosystem: Ecosystem, events: pd.DataFrame) -> pd.DataFrame:
    """Count the achievements and agreements that name an event; by their own mode for modes."""
    rows = pd.concat([_list_shown(ecosystem), _list_agreed(ecosystem)], ignore_index=True)
    rows = rows[rows["event"].isin(events.index)]
    figures = _add_rows(rows, ["event"])
    named = events.loc[figures.index]
    whole = _spread(named.assign(mode=None), figures, "listed")
    by_mode = _add_rows(rows.dropna(subset="mode"), ["mode", "event"]).reset_index()
    by_mode = by_mode.rename(columns={"mode": "channel"}).drop(columns="event")
    by_mode = by_mode.assign(basis="listed", scope="mode", period="", events=1.0)
    return pd.concat([whole, by_mode], ignore_index=True)


def _add_rows(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add rows up; an amount or payment that one of the signed lacks leaves the sum unknown."""
    figures = rows.groupby(keys)[[*STAGES, "amount"]].sum(min_count=1)
    money = ["amount", "paid"]
    lacks = rows[money].isna().mul(rows["signed"].eq(1), axis=0)
    lacking = lacks.groupby([rows[key] for key in keys]).any()
    return figures.assign(**figures[money].mask(lacking))


def _list_shown(ecosystem: Ecosystem) -> pd.DataFrame:
    shown = ecosystem.table("achievements", ["event", "mode"])[["event", "mode"]]
    return shown.assign(achievements=1.0).reindex(columns=["event", "mode", *STAGES, "amount"])


def _list_agreed(ecosystem: Ecosystem) -> pd.DataFrame:
    """List agreements with 1 for each stage that they have reached and 0 for the others."""
    columns = ["_key", "event", "mode", "status", "amount", "paid"]
    rows = ecosystem.table("agreements", columns)[columns]
    signed = rows["_key"].isin(ecosystem.counted)
    paid = rows["paid"].astype(float)
    return pd.DataFrame(
        {
            "event": rows["event"],
            "mode": rows["mode"],
            "firms": np.nan,
            "achievements": np.nan,
            "matched": np.nan,
            "intents": (signed | rows["status"].isin(_TRIED)).astype(float),
            "signed": signed.astype(float),
            "paid": (paid > 0).astype(float).where(signed & paid.notna()),
            "amount": rows["amount"].astype(float).where(signed),
        }
    )


def _list_published(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the funnels that registers publish, each with its relations."""
    names = {"events": "events"}
    names |= {f"events.{_EVENT_COLUMNS.get(stage, stage)}": stage for stage in (*STAGES, "amount")}
    found = list_totals(ecosystem, tuple(names))
    found = found[~found["several"]].assign(stage=found["totals"].map(names))
    keys = ["register", "period"]
    wide = {"index": keys, "columns": "stage", "aggfunc": "first"}
    figures, relations = (
        found.pivot_table(values=column, **wide).reindex(columns=list(_FIGURES))
        for column in ("value", "relation")
    )
    table = (
        figures.join(relations.add_prefix("_"))
        .reset_index()
        .rename(columns={"register": "channel"})
    )
    table = table[figures.notna().sum(axis=1).to_numpy() > 1]  # one figure is no funnel
    return table.assign(basis="published", scope="register")


def _list_ambiguous(ecosystem: Ecosystem) -> list[str]:
    """List the indicators that a published funnel leaves out, as their register says two."""
    totals = ("events", *(f"events.{_EVENT_COLUMNS.get(s, s)}" for s in (*STAGES, "amount")))
    found = list_totals(ecosystem, totals)
    return sorted(found.loc[found["several"], "indicator"])


def _name_channels(ecosystem: Ecosystem, cases: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    label = read_schema().label_term
    modes = {key: label("mode", key, ecosystem.lang) for key in cases["channel"].unique()}
    named = cases["channel"].mask(cases["scope"] == "all", ecosystem.name)
    named = named.mask(cases["scope"] == "mode", cases["channel"].map(modes))
    return named.mask(cases["scope"] == "event", cases["channel"].map(events["name"]))


# Ratios of stages


def _divide_stages(cases: pd.DataFrame, pair: tuple[str, str], settings: Settings) -> pd.DataFrame:
    """Divide one stage by another in every funnel that knows both."""
    stage, of = pair
    both = cases[cases[stage].notna() & cases[of].notna()]
    if of == "events":
        both = both[both["scope"] != "event"]  # one event has no mean
    figures = {"part": both[stage], "whole": both[of], "events": both["_one"]}
    sums = pd.DataFrame(figures).groupby(both["_place"]).sum()
    table = _take_heads(cases).join(sums[sums["whole"] > 0], how="inner")
    table["value"] = table["part"] / table["whole"]
    table["coverage"] = table["events"] / cases.groupby("_place").size().reindex(table.index)
    table.loc[table["basis"] == "published", ["events", "coverage"]] = np.nan
    table = table.join(_bound_shares(table, settings, share=pair in _SHARES))
    many = both[both["_place"].isin(table.index[table["events"] >= FEWEST_UNITS])]
    for place, rows in many.groupby("_place"):
        drawn = _draw_events(rows[stage], rows[of], settings)
        if drawn[2]:
            table.loc[place, ["ci_low", "ci_high", "interval"]] = drawn
    stated = both[both["basis"] == "published"].set_index("_place")
    relations = stated.reindex(columns=[f"_{stage}", f"_{of}"])
    flags = _flag(table, relations.reindex(table.index), share=pair in _SHARES)
    return table.assign(stage=stage, of=of, flags=flags)


def _bound_shares(table: pd.DataFrame, settings: Settings, *, share: bool) -> pd.DataFrame:
    """Bound shares as if their cases were separate."""
    part, whole = (table[column].to_numpy(dtype=float) for column in ("part", "whole"))
    fits = (part <= whole) & share
    low, high = bound_share(
        np.where(fits, part, np.nan), np.where(fits, whole, np.nan), settings.ci_level
    )
    how = np.where(fits, "wilson", "").astype(object)
    return pd.DataFrame({"ci_low": low, "ci_high": high, "interval": how}, index=table.index)


def _draw_events(part: pd.Series, whole: pd.Series, settings: Settings) -> tuple[float, float, str]:
    """Bound a ratio by drawing events again; no interval where the draws do not tell."""
    cases = Cases(part.to_numpy(), whole.to_numpy(), np.arange(len(part)))
    found = measure_ratio(cases, settings)
    return found.ci_low, found.ci_high, "events" if found.interval else ""


def _flag(table: pd.DataFrame, relations: pd.DataFrame, *, share: bool) -> list[str]:
    """Say what a reader of each ratio has to know."""
    marks = {
        "not_separate": table["interval"] == "wilson",
        "partial": table["coverage"] < 1,
        "excerpt": table["basis"] == "listed",
        "exceeds": (table["part"] > table["whole"]) & share,
    }
    said = [np.where(marked, flag, "") for flag, marked in marks.items()]
    bounds = _read_bounds(relations.iloc[:, 0], relations.iloc[:, 1])
    return ["; ".join(filter(None, row)) for row in zip(*said, bounds, strict=True)]


def _read_bounds(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Say how the quotient of two published figures is bounded, from their relations.

    >>> _read_bounds(pd.Series(["=", ">=", "~"]), pd.Series([">=", "=", "="])).tolist()
    ['at_most', 'at_least', 'about']
    """
    turned = {">": "<", ">=": "<", "<": ">", "<=": ">", "~": "~"}
    plain = {">": ">", ">=": ">", "<": "<", "<=": "<", "~": "~"}
    above, below = (
        part.map(plain).astype(object).fillna(""),
        whole.map(turned).astype(object).fillna(""),
    )
    both = above.where(above == below, above + below)
    words = {"": "", ">": "at_least", "<": "at_most"}
    return both.map(lambda signs: words.get(signs, "about"))


# Money and kinds of party


def _take_money(found: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    return found["totals"], found["value"].astype(float), found["unit"].astype(object).fillna("")


def _read_money(totals: str, value: float, unit: str) -> float:
    """Write an amount that is stated in a unit such as 亿元 in whole units of the currency."""
    amount = parse_amount(f"{value:.12g}{unit}") if totals in _MONEY else None
    return value if amount is None else float(amount.value)


def _classify(ecosystem: Ecosystem) -> NDArray[np.object_]:
    """Say of every node which actor it is; empty for what is none."""
    actor = np.full(len(ecosystem.keys), "", dtype=object)
    actor[ecosystem.find_positions("enterprise")] = "enterprise"
    actor[ecosystem.find_positions("institution")] = "other"
    actor[ecosystem.find_positions("university")] = "university"
    for kind, words in (
        ("university", {"institute": "科研院所|研究所|研究院|institut"}),
        ("institution", _KINDS_OF_OFFICE),
    ):
        nodes = ecosystem.select(kind).reindex(columns=["type"])
        told = nodes["type"].astype(object).fillna("").astype(str)
        for name, pattern in words.items():
            meant = told.str.contains(pattern, case=False, regex=True).to_numpy(dtype=bool)
            actor[ecosystem.find_positions(kind)[meant]] = name
    return actor
