"""Who is one organisation: names within and across tables, with the evidence in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from ecograph.analysis.meta import attach_meta
from ecograph.ecosystem import Ecosystem
from ecograph.resolution.decisions import read_decisions
from ecograph.resolution.evidence import say_evidence
from ecograph.resolution.mentions import UNKNOWN, gather_mentions, take_mentions
from ecograph.resolution.model import resolve_names
from ecograph.resolution.plan import decide, plan_merged
from ecograph.resolution.review import list_review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.problems import Problem
    from ecograph.resolution.decisions import Decision
    from ecograph.resolution.model import Resolution

    Names: TypeAlias = Ecosystem | pd.DataFrame | Sequence[str]

__all__ = [
    "CLUSTER_COLUMNS",
    "MATCH_COLUMNS",
    "check_resolutions",
    "list_matches",
    "resolve",
    "review_names",
]

CLUSTER_COLUMNS = (
    "name",
    "kind",
    "cluster",
    "mentions",
    "verdict",
    "other",
    "other_name",
    "probability",
    "evidence",
    "file",
    "sheet",
    "row",
)
MATCH_COLUMNS = (
    "first",
    "first_name",
    "second",
    "second_name",
    "verdict",
    "probability",
    "evidence",
)
_STRENGTH = {"merged": 0, "review": 1, "apart": 2}


def resolve(names: Names, *, lang: str | None = None) -> pd.DataFrame:
    """Find which names mean one organisation.

    Parameters
    ----------
    names
        An ecosystem, whose table ``resolutions`` is obeyed (load it with the setting ``resolve`` at
        ``none`` to see all that its registers hold); a table with a column ``name`` and, if known,
        ``id``, ``kind``, ``aliases``, ``code`` or ``uscc``, ``city``, ``province``, ``country``,
        ``region``, ``industry``; or a list of names.
    lang
        Language of the evidence, ``en`` or ``zh``; by default the ecosystem's, else English.

    Returns
    -------
    pandas.DataFrame
        One row a mention, indexed by id, those of one organisation together. Columns
        ``CLUSTER_COLUMNS``: ``cluster`` is the id that the organisation is kept under, and
        ``mentions`` how many it has; ``verdict`` is ``merged``, ``review`` (a person has to
        decide), ``apart`` (alike, but kept apart) or empty, and ``other`` the mention that it is
        about, with the ``probability`` that both are one and the ``evidence`` in words.

    See Also
    --------
    list_matches : All pairs.
    review_names : The list for people to decide.

    Notes
    -----
    Codes decide before names. The probability is that of Fellegi and Sunter, Journal of the
    American Statistical Association 64 (1969), pp. 1183-1210, with term frequencies, and a prior
    that falls as a register grows; see docs/method.md.

    Examples
    --------
    >>> names = ["太原科技大学", "太原理工大学", "太原理工大学（TYUT）", "山西大学", "山西大同大学"]
    >>> resolve(names)["cluster"].tolist()
    ['0', '2', '2', '3', '4']
    """
    mentions, decisions, resolution, lang = _resolve(names, lang)
    plan = plan_merged(mentions, resolution, decisions, lang=lang)
    known = {UNKNOWN + text: kept for text, kept in plan.names.items()}
    listed = mentions.drop_duplicates("id").set_index("id")
    into = pd.Series({**plan.nodes, **known}, dtype=object).reindex(listed.index)
    cluster = into.fillna(listed.index.to_series())
    table = listed.assign(cluster=cluster, mentions=cluster.groupby(cluster).transform("size"))
    table = table.join(_choose_pairs(resolution, cluster, listed["name"], lang))
    order = table.assign(_kept=into.isna()).reset_index()
    order = order.sort_values(["cluster", "_kept", "id"], ascending=[True, False, True])
    table = table.loc[order["id"], list(CLUSTER_COLUMNS)]
    return _attach(table, names, "resolution")


def list_matches(names: Names, *, lang: str | None = None) -> pd.DataFrame:
    """List the pairs of names that were merged, kept apart though alike, or left to a person.

    Parameters
    ----------
    names, lang
        As of `resolve`.

    Returns
    -------
    pandas.DataFrame
        Columns ``MATCH_COLUMNS``, the likeliest first; ``verdict`` as of `resolve`.

    Examples
    --------
    >>> found = list_matches(["第一研究所", "第二研究所"])
    >>> (found["verdict"] == "merged").any()
    np.False_
    """
    mentions, _, resolution, lang = _resolve(names, lang)
    named = mentions.drop_duplicates("id").set_index("id")["name"]
    pairs = resolution.pairs
    table = pairs.assign(
        first_name=named.reindex(pairs["first"]).to_numpy(),
        second_name=named.reindex(pairs["second"]).to_numpy(),
        evidence=[say_evidence(cell, lang) for cell in pairs["evidence"]],
    )
    table = table.sort_values(
        ["probability", "first", "second"], ascending=[False, True, True], ignore_index=True
    )
    return _attach(table[list(MATCH_COLUMNS)], names, "matches")


def review_names(ecosystem: Ecosystem, *, lang: str | None = None) -> pd.DataFrame:
    """List what people have to decide about names, ordered by what it changes.

    Parameters
    ----------
    ecosystem
        The ecosystem, loaded with the setting ``resolve`` at ``none`` so that all is listed.
    lang
        As of `resolve`.

    Returns
    -------
    pandas.DataFrame
        As `ecograph.resolution.review.list_review`: what was decided stands in it, so that the
        list, filled in, can take the place of the table ``resolutions``.
    """
    mentions, _, resolution, lang = _resolve(ecosystem, lang)
    earlier = read_decisions(ecosystem.table("resolutions"))
    return list_review(resolution, mentions, decisions=earlier, lang=lang)


def check_resolutions(ecosystem: Ecosystem) -> tuple[Problem, ...]:
    """Check what people decided about the names of an ecosystem."""
    return decide(ecosystem, gather_mentions(ecosystem))[1]


def _resolve(
    names: Names, lang: str | None
) -> tuple[pd.DataFrame, Sequence[Decision], Resolution, str]:
    if not isinstance(names, Ecosystem):
        given = names if isinstance(names, pd.DataFrame) else pd.DataFrame({"name": list(names)})
        mentions = take_mentions(given)
        return mentions, (), resolve_names(mentions), lang or "en"
    mentions = gather_mentions(names)
    decisions, _ = decide(names, mentions)
    if "resolution" not in names.memory:
        names.memory["resolution"] = resolve_names(mentions, decisions=decisions)
    return mentions, decisions, names.memory["resolution"], lang or names.lang


def _choose_pairs(
    resolution: Resolution, cluster: pd.Series, named: pd.Series, lang: str
) -> pd.DataFrame:
    """Choose for each mention the pair that says most: merged before review before apart."""
    sides = [
        resolution.pairs.rename(columns={one: "id", other: "other"})
        for one, other in (("first", "second"), ("second", "first"))
    ]
    pairs = pd.concat(sides, ignore_index=True)
    rank = pairs["verdict"].map(_STRENGTH)
    joined = cluster.reindex(pairs["id"]).to_numpy() == cluster.reindex(pairs["other"]).to_numpy()
    pairs = pairs.assign(rank=rank)[(pairs["verdict"] != "merged") | joined]
    pairs = pairs.sort_values(
        ["id", "rank", "probability", "other"], ascending=[True, True, False, True]
    )
    best = pairs.drop_duplicates("id").set_index("id")
    said = [say_evidence(cell, lang) for cell in best["evidence"]]
    best = best.assign(other_name=named.reindex(best["other"]).to_numpy(), evidence=said)
    return best[["verdict", "other", "other_name", "probability", "evidence"]]


def _attach(table: pd.DataFrame, names: Names, result: str) -> pd.DataFrame:
    """Attach what was done, where an ecosystem says what its settings are."""
    if not isinstance(names, Ecosystem):
        return table
    method = {"model": "Fellegi-Sunter with term frequencies", "resolve": names.settings.resolve}
    return attach_meta(table, names, result, method=method)
