"""Plan which nodes are taken for one: what people decided, and what the model merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx

from ecograph.checks import Merges
from ecograph.resolution.decisions import (
    check_decisions,
    find_named,
    index_mentions,
    read_decisions,
)
from ecograph.resolution.evidence import say_evidence
from ecograph.resolution.mentions import UNKNOWN, gather_mentions
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem
    from ecograph.resolution.decisions import Decision
    from ecograph.resolution.model import Resolution

__all__ = ["decide", "plan_decided", "plan_merged", "plan_merges"]

_ORDER = ("university", "platform", "enterprise", "institution", "")
_OPEN = {"institution", ""}  # kinds that any other may turn out to be


def plan_merges(ecosystem: Ecosystem) -> tuple[Merges, tuple[Problem, ...]]:
    """Plan who is taken for one in an ecosystem that was loaded without any merging.

    Parameters
    ----------
    ecosystem
        Its table ``resolutions`` is obeyed; its setting ``resolve`` says whether the model is
        asked too.

    Returns
    -------
    merges, problems
        The plan, and what is wrong with the decisions.
    """
    mentions = gather_mentions(ecosystem)
    decisions, problems = decide(ecosystem, mentions)
    lang, settings = ecosystem.lang, ecosystem.settings
    if settings.resolve == "decided":
        return plan_decided(mentions, decisions, lang=lang), problems
    from ecograph.resolution.model import resolve_names  # noqa: PLC0415 - the heavy part

    resolution = resolve_names(mentions, decisions=decisions)
    return plan_merged(mentions, resolution, decisions, lang=lang), problems


def decide(
    ecosystem: Ecosystem, mentions: pd.DataFrame
) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Read what people decided in an ecosystem's table ``resolutions``, and check it."""
    codes = dict(zip(mentions["id"], mentions["code"], strict=True))
    decisions = read_decisions(ecosystem.table("resolutions"))
    return check_decisions(decisions, index_mentions(mentions), codes=codes)


def plan_decided(
    mentions: pd.DataFrame, decisions: Sequence[Decision], *, lang: str = "en"
) -> Merges:
    """Plan only what people decided: ``merge`` and ``alias``.

    Parameters
    ----------
    mentions
        As `ecograph.resolution.mentions.gather_mentions` gives them.
    decisions
        Valid ones, whose names and targets are ids (`check_decisions`).
    lang
        Language of the reasons.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecograph.resolution.decisions import Decision
    >>> mentions = pd.DataFrame({"id": ["E1", "E2"], "kind": "enterprise", "links": [1, 9]})
    >>> mentions = mentions.assign(code="", name=["甲公司", "甲"])
    >>> plan_decided(mentions, [Decision("merge", "E2", "E1")]).nodes
    {'E2': 'E1'}
    """
    joined = [d for d in decisions if d.action in {"merge", "alias"}]
    known = index_mentions(mentions)
    meant = [_mean(find_named(d.name, known), d.name) for d in joined]
    graph = nx.Graph(zip(meant, (d.target for d in joined), strict=True))
    groups = [sorted(group) for group in nx.connected_components(graph)]
    told = {first: _say_decision(d, lang) for first, d in zip(meant, joined, strict=True)}
    wanted = {d.target for d in joined} - set(told)
    parts = {d.name: d.target for d in decisions if d.action == "part_of"}
    return replace(_plan(mentions, groups, told, wanted), parts=parts)


def plan_merged(
    mentions: pd.DataFrame, resolution: Resolution, decisions: Sequence[Decision] = (), *, lang: str
) -> Merges:
    """Plan what the model merged, after what people decided.

    Parameters
    ----------
    mentions
        As `ecograph.resolution.mentions.gather_mentions` gives them.
    resolution
        What `ecograph.resolution.model.resolve_names` found for them.
    decisions
        Valid ones, whose names and targets are ids; ``resolution`` has obeyed them.
    lang
        Language of the reasons.
    """
    clusters = resolution.clusters
    several = clusters[clusters.duplicated(keep=False)]
    groups = [sorted(ids) for _, ids in several.groupby(several).groups.items()]
    decided = plan_decided(mentions, decisions, lang=lang)
    merged = resolution.pairs[resolution.pairs["verdict"] == "merged"]
    told: dict[str, str] = {}
    for pair in merged.sort_values("probability", kind="stable").itertuples():
        why = f"{say_evidence(pair.evidence, lang)} (p = {pair.probability:.3f})"
        told |= {str(pair.first): why, str(pair.second): why}
    told |= {i: decided.because[i] for i in decided.nodes}
    told |= {UNKNOWN + name: decided.because[name] for name in decided.names}
    wanted = set(decided.nodes.values()) | set(decided.names.values())
    return replace(_plan(mentions, groups, told, wanted), parts=decided.parts)


def _mean(found: Sequence[str], text: str) -> str:
    """Take the id that a decision means by a text: an alias may be a name without a row."""
    return found[0] if len(found) == 1 else UNKNOWN + text


def _say_decision(decision: Decision, lang: str) -> str:
    said = translate(f"decided.{decision.action}", lang)
    return "; ".join(text for text in (said, decision.reason, decision.by, decision.place) if text)


def _plan(
    mentions: pd.DataFrame,
    groups: Iterable[Sequence[str]],
    told: dict[str, str],
    wanted: set[str],
) -> Merges:
    """Choose who is kept of each group, the wanted ones first."""
    facts = mentions.drop_duplicates("id").set_index("id")
    nodes: dict[str, str] = {}
    names: dict[str, str] = {}
    for group in groups:
        for kept, others in _keep(group, facts, wanted):
            names |= {i.removeprefix(UNKNOWN): kept for i in others if i.startswith(UNKNOWN)}
            nodes |= {i: kept for i in others if not i.startswith(UNKNOWN)}
    because = {i: told.get(i, told.get(kept, "")) for i, kept in nodes.items()}
    because |= {name: told.get(UNKNOWN + name, "") for name in names}
    return Merges(nodes, names, because=because)


def _keep(
    group: Sequence[str], facts: pd.DataFrame, wanted: set[str]
) -> list[tuple[str, list[str]]]:
    """Part a group by kind, and choose who is kept of each part; a name alone is never kept.

    A university is no firm, even of the same name; an institution or a bare name may be either,
    and goes to the part that comes first.
    """
    ranked = sorted(group, key=lambda i: (i.startswith(UNKNOWN), i not in wanted, *_rank(i, facts)))
    parts: dict[str, list[str]] = {}
    for mention in ranked:
        kind = _kind(mention, facts)
        parts.setdefault("" if kind in _OPEN else kind, []).append(mention)
    open_ones = parts.pop("", [])
    if not parts:
        parts[""] = []
    next(iter(parts.values())).extend(open_ones)
    kept = [sorted(part, key=ranked.index) for part in parts.values()]
    return [(part[0], part[1:]) for part in kept if not part[0].startswith(UNKNOWN)]


def _kind(mention: str, facts: pd.DataFrame) -> str:
    return str(facts.at[mention, "kind"]) if mention in facts.index else ""


def _rank(mention: str, facts: pd.DataFrame) -> tuple[int, int, float, int, str]:
    """Rank who is kept: listed in a table, by kind, with a code, with most agreements."""
    if mention not in facts.index:
        return len(_ORDER), 1, 0, 0, mention
    row = facts.loc[mention]
    unlisted = mention.startswith(UNKNOWN)
    order = len(_ORDER) if unlisted else _ORDER.index(str(row["kind"]))
    return order, int(not row["code"]), -float(row["links"]), -len(str(row["name"])), mention
