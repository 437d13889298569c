"""The list that people decide on: pairs of names, the ones that change most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ecograph.resolution.decisions import find_named, index_mentions
from ecograph.resolution.evidence import Evidence, say_evidence
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from ecograph.resolution.decisions import Decision
    from ecograph.resolution.model import Resolution

    Floats = NDArray[np.float64]

__all__ = ["MOST_SETTLED", "REVIEW_COLUMNS", "list_review"]

REVIEW_COLUMNS = (
    "decision",
    "name",
    "target",
    "first",
    "second",
    "verdict",
    "probability",
    "why",
    "amount",
    "links",
    "first_place",
    "second_place",
    "reason",
    "by",
    "date",
)
"""One row a pair; decision, name, target, reason, by and date are those of ``resolutions``."""

MOST_SETTLED = 5000
"""Pairs merged or kept apart without a person that are listed; there may be millions."""

_GROUPS = {"review": 0, "merged": 1, "apart": 2}
_DECIDED = 3
_WEIGHTS: tuple[Literal["amount", "links"], ...] = ("amount", "links")
_FACTS = ("name", *_WEIGHTS, "partners", "file", "sheet", "row")


def list_review(
    resolution: Resolution,
    mentions: pd.DataFrame,
    *,
    decisions: Sequence[Decision] = (),
    lang: str = "en",
) -> pd.DataFrame:
    """List pairs of names for people to decide, ordered by what a decision changes.

    Parameters
    ----------
    resolution
        What was found for the mentions.
    mentions
        One row a mention: ``id``, ``name`` and, if known, ``amount``, ``links`` or ``partners``,
        ``file``, ``sheet``, ``row``.
    decisions
        What was decided before, as it is written; each stands in the list, also where its pair
        is no longer proposed, so that writing the list over an earlier one loses nothing.
    lang
        Language of ``why``, ``en`` or ``zh``.

    Returns
    -------
    pandas.DataFrame
        Columns ``REVIEW_COLUMNS``: ``decision`` is empty where nobody decided; ``name`` and
        ``target`` are ids, ``first`` and ``second`` the names; ``amount`` and ``links`` are those
        of both together. Pairs left to a person come first, then those that were merged, those
        kept apart (at most `MOST_SETTLED` of both), and those that were decided; each of them by
        amount, links and probability.
    """
    known = index_mentions(mentions) if decisions else {}
    decided = [_Decided.of(decision, known) for decision in decisions]
    taken = {one.key for one in decided}
    named = set[str]().union(*taken)
    listed = _choose_pairs(resolution.pairs, mentions, named)
    facts = _gather_facts(mentions, named.union(listed["first"], listed["second"]))
    pairs = [_Pair.of(row, lang) for row in _list_rows(listed)]
    found = {pair.key: pair for pair in pairs}
    rows = [pair.spell(facts) for pair in pairs if pair.key not in taken]
    rows += [one.spell(facts, found.get(one.key)) for one in decided]
    return pd.DataFrame(sorted(rows, key=_order), columns=list(REVIEW_COLUMNS))


@dataclass(frozen=True)
class _Facts:
    """What is listed of a mention."""

    name: str
    amount: float
    links: int
    place: str


_UNKNOWN = _Facts("", 0.0, 0, "")


@dataclass(frozen=True)
class _Pair:
    """A pair that was compared."""

    first: str
    second: str
    verdict: str
    probability: float
    why: str

    @classmethod
    def of(cls, row: Mapping[str, Any], lang: str) -> _Pair:
        why = _say_all(row["evidence"], lang)
        ends = str(row["first"]), str(row["second"])
        return cls(*ends, str(row["verdict"]), float(row["probability"]), why)

    @property
    def key(self) -> frozenset[str]:
        return frozenset({self.first, self.second})

    def spell(self, facts: Mapping[str, _Facts]) -> dict[str, Any]:
        """Write the pair as a row without a decision."""
        ends = [facts.get(key, _UNKNOWN) for key in (self.first, self.second)]
        return {
            **dict.fromkeys(REVIEW_COLUMNS, ""),
            **_describe(ends),
            **self.judge(),
            "name": self.first,
            "target": self.second,
        }

    def judge(self) -> dict[str, Any]:
        """Write what was found for the pair."""
        return {"verdict": self.verdict, "probability": self.probability, "why": self.why}


@dataclass(frozen=True)
class _Decided:
    """A decision, and the mentions that it names; none where it names none or several."""

    decision: Decision
    ends: tuple[str | None, str | None]

    @classmethod
    def of(cls, decision: Decision, known: Mapping[str, Sequence[str]]) -> _Decided:
        named = (find_named(text, known) for text in (decision.name, decision.target))
        first, second = (found[0] if len(found) == 1 else None for found in named)
        return cls(decision, (first, second))

    @property
    def key(self) -> frozenset[str]:
        return frozenset(key for key in self.ends if key is not None)

    def spell(self, facts: Mapping[str, _Facts], pair: _Pair | None) -> dict[str, Any]:
        """Write the decision as it was made, with what is known of its two."""
        made = self.decision
        unjudged = {"verdict": "", "probability": float("nan"), "why": ""}
        return {
            **_describe([facts.get(key or "", _UNKNOWN) for key in self.ends]),
            **(pair.judge() if pair else unjudged),
            "decision": made.action,
            "name": made.name,
            "target": made.target,
            "reason": made.reason,
            "by": made.by,
            "date": made.date,
        }


def _gather_facts(mentions: pd.DataFrame, ids: AbstractSet[str]) -> dict[str, _Facts]:
    """Gather what is listed of some mentions, by id."""
    held = [name for name in _FACTS if name in mentions]
    table = mentions.loc[mentions["id"].isin(ids), ["id", *held]]
    amounts, links = (_weigh(table, what).tolist() for what in _WEIGHTS)
    return {
        str(row["id"]): _Facts(_spell(row.get("name")), amount, int(link), _spell_place(row))
        for row, amount, link in zip(_list_rows(table), amounts, links, strict=True)
    }


def _weigh(mentions: pd.DataFrame, what: Literal["amount", "links"]) -> Floats:
    """Take amounts, or links (the number of partners where they are not counted)."""
    if what in mentions:
        cells = pd.to_numeric(mentions[what], errors="coerce").to_numpy(float, na_value=np.nan)
        return np.where(np.isfinite(cells), cells, 0.0)
    if what == "links" and "partners" in mentions:
        counts = (len(c) if isinstance(c, tuple | list) else 0 for c in mentions["partners"])
        return np.fromiter(counts, float, len(mentions))
    return np.zeros(len(mentions))


def _list_rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in table]
    columns = [table[name].tolist() for name in table]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _spell(cell: object) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell)


def _spell_place(row: Mapping[str, Any]) -> str:
    """Say where a mention stands."""
    where = " / ".join(filter(None, (_spell(row.get(name)) for name in ("file", "sheet"))))
    number = _spell(row.get("row")).removesuffix(".0")
    return ", ".join(filter(None, (where, number)))


def _say_all(evidence: Evidence | Iterable[Evidence], lang: str) -> str:
    reasons = [evidence] if isinstance(evidence, Evidence) else list(evidence)
    said = dict.fromkeys(say_evidence(reason, lang) for reason in reasons)
    return translate("suggestion.joiner", lang).join(said)


def _describe(ends: Sequence[_Facts]) -> dict[str, Any]:
    """Write what is known of the two of a pair, and what a decision moves."""
    first, second = ends
    return {
        "first": first.name,
        "second": second.name,
        "amount": first.amount + second.amount,
        "links": first.links + second.links,
        "first_place": first.place,
        "second_place": second.place,
    }


def _choose_pairs(
    pairs: pd.DataFrame, mentions: pd.DataFrame, named: AbstractSet[str]
) -> pd.DataFrame:
    """Choose all pairs that a person has to decide or has decided, and the weightiest others."""
    pairs, mentions = pairs.reset_index(drop=True), mentions.drop_duplicates("id")
    ids = pd.Index(mentions["id"])
    ends = [ids.get_indexer(pd.Index(pairs[end])) for end in ("first", "second")]
    sums: dict[str, Floats] = {}
    for what in _WEIGHTS:
        weights = np.append(_weigh(mentions, what), 0.0)  # the last one: of whom nothing is known
        sums[what] = weights[ends[0]] + weights[ends[1]]
    group = pairs["verdict"].map(_GROUPS)
    kept = (group == 0) | (pairs["first"].isin(named) & pairs["second"].isin(named))
    order = pairs[["probability", "first", "second"]].assign(group=group, **sums)[~kept]
    names = ["group", *_WEIGHTS, "probability", "first", "second"]
    order = order.sort_values(names, ascending=[True, False, False, False, True, True])
    return pairs[kept | pairs.index.isin(order.index[:MOST_SETTLED])]


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order what is undecided first, then by what a decision changes."""
    probability = row["probability"]
    group = _DECIDED if row["decision"] else _GROUPS[row["verdict"]]
    sure = 0.0 if pd.isna(probability) else probability
    texts = (row["name"], row["target"], row["decision"], row["reason"], row["by"], row["date"])
    return (group, -row["amount"], -row["links"], -sure, *texts)
