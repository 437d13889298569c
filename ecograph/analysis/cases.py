"""The cases that each indicator of the four dimensions rests on, with their rows.

What an indicator does with its cases is said by their name: ``counted`` ones are as many as the
figure, a ``case`` has a value of which the figure is the mean (or the median, or what its
definition says), ``part`` and ``whole`` add up to the two sides of a ratio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.analysis.breadth import mark_nodes
from ecograph.analysis.cooperation import gather_cooperation, list_standing
from ecograph.analysis.depth import DEEP
from ecograph.analysis.evidence import cite_nodes, cite_rows, join_evidence, state_fact
from ecograph.analysis.gaps import judge_links
from ecograph.analysis.links import KNOWLEDGE_KINDS, sum_exposure
from ecograph.analysis.precision import list_fields
from ecograph.schema import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.analysis.cooperation import Cooperation
    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Cite = Callable[[Cooperation], pd.DataFrame]

__all__ = ["CASES", "cite_cases"]


def cite_cases(ecosystem: Ecosystem, indicator: str) -> pd.DataFrame:
    """Cite the cases that an indicator rests on.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    indicator
        One of those of `measure_dimensions`.

    Returns
    -------
    pandas.DataFrame
        Columns ``EVIDENCE_COLUMNS``; after a tie or firm the ``agreement`` rows behind it.
    """
    return CASES[indicator](gather_cooperation(ecosystem))


# Breadth


def _list_partners(facts: Cooperation) -> pd.DataFrame:
    counted = cite_nodes(facts.ecosystem, facts.partners, "counted")
    parties = facts.parties[facts.parties["party"].isin(facts.partners)]
    return _add_agreements(
        facts, counted, parties["party"].to_numpy(), parties["agreement"], facts.partners
    )


def _list_new(facts: Cooperation) -> pd.DataFrame:
    """List the partners all of whose agreements were certainly made since a day."""
    history = facts.history[facts.history["partner"].isin(facts.partners)]
    new = (history["date_start"] > facts.since).groupby(history["partner"]).all()
    return cite_nodes(facts.ecosystem, new.index[new].to_numpy(dtype=np.int64), "counted")


def _list_covered(facts: Cooperation) -> pd.DataFrame:
    linked = np.isin(facts.firms, facts.shared["enterprise"])
    return _show(facts, facts.firms, linked.astype(int).tolist())


def _list_provinces(facts: Cooperation) -> pd.DataFrame:
    nodes = facts.ecosystem.select(*KNOWLEDGE_KINDS).reindex(columns=["province"])["province"]
    nodes = nodes.set_axis(facts.ecosystem.find_positions(*KNOWLEDGE_KINDS), axis=0)
    known = nodes.reindex(facts.partners).dropna()
    return _show(facts, known.index.to_numpy(dtype=np.int64), known.to_list())


def _list_reach(facts: Cooperation) -> pd.DataFrame:
    aimed = _list_aimed(facts)
    return _show(facts, aimed, np.isin(aimed, facts.links["industry"]).astype(int).tolist())


def _list_parity(facts: Cooperation) -> pd.DataFrame:
    ecosystem, aimed = facts.ecosystem, _list_aimed(facts)
    table, _ = judge_links(ecosystem, facts.links, ecosystem.settings.exposure)
    high = table["ci_high"].set_axis(ecosystem.find_positions("industry"), axis=0)
    known = high.reindex(aimed).dropna()
    return _show(facts, known.index.to_numpy(dtype=np.int64), (known >= 1).astype(int).to_list())


# Depth


def _list_amounts(facts: Cooperation) -> pd.DataFrame:
    known = facts.agreements["amount"].dropna()
    return _show(facts, known.index.to_numpy(dtype=np.int64), known.to_list())


def _list_above(facts: Cooperation) -> pd.DataFrame:
    known = facts.agreements["amount"]
    known = known[known > 0]
    return _show(facts, known.index.to_numpy(dtype=np.int64), known.to_list())


def _list_modes(facts: Cooperation) -> pd.DataFrame:
    return _show_ties(facts, facts.ties["rung"].dropna())


def _list_deep(facts: Cooperation) -> pd.DataFrame:
    return _show_ties(facts, (facts.ties["rung"].dropna() >= DEEP).astype(int))


def _list_lasting(facts: Cooperation) -> pd.DataFrame:
    dated = facts.ties[facts.ties["dated"] == facts.ties["agreements"]]
    return _show_ties(facts, (dated["last"] > dated["first"]).astype(int))


def _list_housed(facts: Cooperation) -> pd.DataFrame:
    hosts = _find_hosts(facts)
    if not len(hosts):
        return _show_ties(facts, facts.ties["agreements"].iloc[:0])
    own = pd.DataFrame({"host": hosts["platform"], "platform": hosts["platform"]})
    sides = pd.concat([hosts, own.drop_duplicates()]).rename(columns={"host": "partner"})
    pairs = hosts.rename(columns={"host": "enterprise"}).merge(sides, on="platform")
    housed = facts.ties.index.isin(pd.MultiIndex.from_frame(pairs[["enterprise", "partner"]]))
    return _show_ties(facts, pd.Series(housed.astype(int), index=facts.ties.index))


def _list_built(facts: Cooperation) -> pd.DataFrame:
    """List the platforms that a university and a firm host, and the partners."""
    hosts = _find_hosts(facts)
    science = hosts[facts.ecosystem.mark("university")[hosts["host"]]]
    firms = hosts[hosts["host"].isin(facts.firms)]
    built = np.intersect1d(science["platform"], firms["platform"])
    return _side_by_side(facts, built, facts.partners)


def _list_returns(facts: Cooperation) -> pd.DataFrame:
    standing = list_standing(facts.ecosystem)
    figures = facts.ecosystem.select("platform").reindex(columns=["direct_benefit", "rd_input"])
    figures = figures.astype(float).set_axis(facts.ecosystem.find_positions("platform"), axis=0)
    known = figures.loc[standing]
    known = known[known["direct_benefit"].notna() & (known["rd_input"] > 0)]
    positions = known.index.to_numpy(dtype=np.int64)
    sides = {"part": "direct_benefit", "whole": "rd_input"}
    return join_evidence(
        *(
            cite_nodes(facts.ecosystem, positions, what, value=known[column].to_list())
            for what, column in sides.items()
        )
    )


# Precision


def _list_topics(facts: Cooperation) -> pd.DataFrame:
    """List the agreements about a discipline, with what they are about."""
    names = facts.ecosystem.names.to_numpy(dtype=object)[facts.topics["discipline"]]
    about = pd.Series(names, index=facts.topics["agreement"]).groupby(level=0).agg("；".join)
    return _show(facts, about.index.to_numpy(dtype=np.int64), about.to_list())


def _list_fitting(facts: Cooperation) -> pd.DataFrame:
    """List the agreements whose industry names a discipline, and whether they are about one."""
    fields = list_fields(facts)
    return _show(facts, fields.agreement, fields.fit().astype(int).tolist())


def _list_aligned(facts: Cooperation) -> pd.DataFrame:
    """List the links about a discipline, with what they are about."""
    kept = facts.topics["agreement"].isin(facts.links["agreement"])
    linked = facts.restrict(facts.firms, facts.topics.loc[kept, "agreement"].to_numpy())
    return _list_topics(linked)


def _list_focused(facts: Cooperation) -> pd.DataFrame:
    links = _weigh_links(facts)
    return _show(facts, links["agreement"].to_numpy(), links["key"].astype(int).to_list())


def _list_focused_amounts(facts: Cooperation) -> pd.DataFrame:
    links = _weigh_links(facts)
    amount = facts.agreements["amount"].reindex(links["agreement"]).to_numpy(dtype=float)
    known = ~np.isnan(amount)
    positions, key = (links[name].to_numpy()[known] for name in ("agreement", "key"))
    whole = amount[known]
    return join_evidence(
        cite_nodes(facts.ecosystem, positions, "part", value=(whole * key).tolist()),
        cite_nodes(facts.ecosystem, positions, "whole", value=whole.tolist()),
    )


def _list_intents(facts: Cooperation) -> pd.DataFrame:
    return _show_yield(facts, facts.events["intents"], facts.events["firms"])


def _list_signings(facts: Cooperation) -> pd.DataFrame:
    brought = facts.events["matched"].fillna(facts.events["achievements"])
    return _show_yield(facts, facts.events["agreements"], brought)


# Density


def _list_signed(facts: Cooperation) -> pd.DataFrame:
    """List the agreements of the twelve months up to the as-of day, and the firms."""
    within = facts.agreements["date_start"] > facts.since
    signed = facts.agreements.index[within].to_numpy(dtype=np.int64)
    return _side_by_side(facts, signed, facts.firms)


def _list_repeats(facts: Cooperation) -> pd.DataFrame:
    return _show_ties(facts, facts.ties["agreements"])


def _list_degrees(facts: Cooperation) -> pd.DataFrame:
    ties = pd.Series(facts.ties.index.get_level_values("enterprise")).value_counts()
    counts = ties.reindex(facts.firms, fill_value=0)
    return _show(facts, facts.firms, counts.to_list())


def _list_tied(facts: Cooperation) -> pd.DataFrame:
    """List the ties, one for each, beside the number of pairs that there can be."""
    ties = _show_ties(facts, facts.ties["agreements"] * 0 + 1).replace({"what": {"case": "part"}})
    return join_evidence(
        state_fact("factor", len(facts.firms), "firms"),
        state_fact("factor", len(facts.partners), "partners"),
        ties,
    )


def _list_meetings(facts: Cooperation) -> pd.DataFrame:
    """List the events dated to the month or the day, with their months."""
    starts, ends = (facts.events[name].dt.strftime("%Y-%m") for name in ("date_start", "date_end"))
    dated = starts[(starts == ends) & starts.notna()].sort_values(kind="stable")
    return _cite_events(facts, "case", dated)


def _list_paired(facts: Cooperation) -> pd.DataFrame:
    """List the organisations that share an agreement with another, with how many of them."""
    parties = facts.parties[facts.ecosystem.mark(*ORGANISATION_KINDS)[facts.parties["party"]]]
    size = parties.groupby("agreement")["party"].transform("size")
    paired = parties[(size > 1) & (size <= facts.ecosystem.settings.pair_limit)]
    counts = paired["party"].value_counts().sort_index()
    return _show(facts, counts.index.to_numpy(dtype=np.int64), counts.to_list())


def _list_core(facts: Cooperation) -> pd.DataFrame:
    """List the firms and partners with a tie, with how many of them."""
    ends = [facts.ties.index.get_level_values(side) for side in ("enterprise", "partner")]
    counts = pd.Series(np.concatenate(ends)).value_counts().sort_index()
    return _show(facts, counts.index.to_numpy(dtype=np.int64), counts.to_list())


CASES: Mapping[str, Cite] = {
    "partners": _list_partners,
    "new_partners": _list_new,
    "firm_coverage": _list_covered,
    "effective_disciplines": _list_topics,
    "effective_provinces": _list_provinces,
    "outside_share": _list_provinces,
    "industry_reach": _list_reach,
    "industry_parity": _list_parity,
    "amount_median": _list_amounts,
    "amount_geometric": _list_above,
    "mode_depth": _list_modes,
    "deep_share": _list_deep,
    "persistence": _list_lasting,
    "platform_share": _list_housed,
    "platforms_per_100_partners": _list_built,
    "platform_return": _list_returns,
    "field_fit": _list_fitting,
    "field_lift": _list_fitting,
    "field_alignment": _list_aligned,
    "key_focus": _list_focused,
    "key_focus_amount": _list_focused_amounts,
    "intent_yield": _list_intents,
    "signing_yield": _list_signings,
    "agreements_per_100_firms": _list_signed,
    "agreements_per_tie": _list_repeats,
    "ties_per_firm": _list_degrees,
    "tie_density": _list_tied,
    "contact_frequency": _list_meetings,
    "contact_regularity": _list_meetings,
    "contact_burstiness": _list_meetings,
    "giant_share": _list_paired,
    "core_share": _list_core,
}
"""What lists the cases of each indicator, by id."""


def _show(facts: Cooperation, positions: Ints, values: Sequence[object]) -> pd.DataFrame:
    return join_evidence(
        cite_nodes(facts.ecosystem, positions, "case", value=values, detail=_name(facts, positions))
    )


def _name(facts: Cooperation, positions: Ints) -> list[str]:
    names = facts.ecosystem.names.to_numpy(dtype=object)[positions]
    ids = facts.ecosystem.keys[positions]
    return [f"{name} ({id_})" for name, id_ in zip(names, ids, strict=True)]


def _show_ties(facts: Cooperation, values: pd.Series) -> pd.DataFrame:
    """Show ties by the row of their first agreement, and after each all its agreements."""
    firms, partners = (
        values.index.get_level_values(side).to_numpy(dtype=np.int64)
        for side in ("enterprise", "partner")
    )
    shared = facts.shared.sort_values(["enterprise", "partner", "agreement"], kind="stable")
    ties = pd.MultiIndex.from_frame(shared[["enterprise", "partner"]])
    group = values.index.get_indexer(ties)
    agreement = shared["agreement"].to_numpy(dtype=np.int64)[group >= 0]
    group = group[group >= 0]
    first = agreement[np.unique(group, return_index=True)[1]]
    told = zip(_name(facts, firms), _name(facts, partners), strict=True)
    cases = cite_nodes(
        facts.ecosystem,
        first,
        "case",
        value=values.to_list(),
        detail=[f"{firm} - {partner}" for firm, partner in told],
    )
    return join_evidence(cases, cite_nodes(facts.ecosystem, agreement, "agreement", group=group))


def _add_agreements(
    facts: Cooperation, counted: pd.DataFrame, owners: Ints, agreements: pd.Series, nodes: Ints
) -> pd.DataFrame:
    """Add the agreements of each node after it."""
    group = np.searchsorted(nodes, owners)
    behind = cite_nodes(
        facts.ecosystem, agreements.to_numpy(dtype=np.int64), "agreement", group=group
    )
    return join_evidence(counted, behind)


def _side_by_side(facts: Cooperation, part: Ints, whole: Ints) -> pd.DataFrame:
    """Cite the two sides of a ratio, one after the other."""
    ones = ([1] * len(nodes) for nodes in (part, whole))
    sides = [
        cite_nodes(
            facts.ecosystem,
            nodes,
            what,
            value=value,
            detail=_name(facts, nodes),
            group=nodes * 0 + n,
        )
        for n, (what, nodes, value) in enumerate(
            zip(("part", "whole"), (part, whole), ones, strict=True)
        )
    ]
    return join_evidence(*sides)


def _cite_events(facts: Cooperation, what: str, values: pd.Series) -> pd.DataFrame:
    """Cite events by their places in the table."""
    columns = ["id", "name", "_file", "_sheet", "_row"]
    rows = facts.ecosystem.table("events", columns).loc[values.index]
    names = [f"{name} ({id_})" for name, id_ in zip(rows["name"], rows["id"], strict=True)]
    return cite_rows(rows, what, value=values.to_list(), detail=names)


def _show_yield(facts: Cooperation, gained: pd.Series, brought: pd.Series) -> pd.DataFrame:
    known = gained.notna() & brought.notna()
    sides = {"part": gained[known], "whole": brought[known]}
    return join_evidence(*(_cite_events(facts, what, side) for what, side in sides.items()))


def _find_hosts(facts: Cooperation) -> pd.DataFrame:
    """Find the hosts of the platforms that are not merely planned."""
    host, platform = facts.ecosystem.find_pairs("hosts")
    hosts = pd.DataFrame({"host": host, "platform": platform})
    return hosts[hosts["platform"].isin(list_standing(facts.ecosystem))]


def _list_aimed(facts: Cooperation) -> Ints:
    """List the key industries; all, where none is marked."""
    key = mark_nodes(facts.ecosystem.select("industry"), "key").to_numpy()
    positions = facts.ecosystem.find_positions("industry")
    return positions[key] if key.any() else positions


def _weigh_links(facts: Cooperation) -> pd.DataFrame:
    """List the links of industries of known exposure, and whether the industry is key."""
    ecosystem = facts.ecosystem
    exposure = sum_exposure(ecosystem, ecosystem.settings.exposure)["exposure"]
    key = mark_nodes(ecosystem.select("industry"), "key")
    table = pd.DataFrame({"key": key, "exposure": exposure})
    table = table.set_axis(ecosystem.find_positions("industry"), axis=0)
    links = facts.links.join(table, on="industry")
    return links[links["exposure"] > 0]
