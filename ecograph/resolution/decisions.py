"""What people decided about two names: read from ``resolutions``, checked, and made to agree.

Decisions go before everything that is computed, so none of them may silently win over another:
those that contradict each other are all set aside and reported with their rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ecograph.names.folding import fold_name
from ecograph.problems import Problem
from ecograph.resolution.contradictions import Groups, find_circles, find_contradictions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecograph.problems import Severity

__all__ = [
    "Action",
    "Decision",
    "check_decisions",
    "find_named",
    "index_mentions",
    "read_decisions",
]

Action = Literal["merge", "split", "alias", "part_of"]

_GUARDED = re.compile(
    r"'[=+\-@＝＋－＠\t\r\x00]"
)  # a quote that keeps a spreadsheet from running it
_LISTED = 8  # rows that one sentence names
_CELLS = ("decision", "name", "target", "reason", "by", "date")


@dataclass(frozen=True)
class Decision:
    """What somebody decided about two names.

    Parameters
    ----------
    action
        ``merge``: both are one organisation; ``split``: they are two; ``alias``: the name is
        another name of the target; ``part_of``: the name is a part of the target.
    name, target
        Ids or names of the two.
    reason, by, date
        Why, by whom and when it was decided.
    file, sheet, row
        Where it stands.
    """

    action: Action
    name: str
    target: str
    reason: str = ""
    by: str = ""
    date: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None

    @property
    def place(self) -> str:
        """Say in words where it stands.

        >>> Decision("merge", "U1", "U2", file="resolutions.csv", row=2).place
        'resolutions.csv, 2'
        """
        where = f"{self.file} / {self.sheet}" if self.sheet else self.file
        return where if self.row is None else f"{where}, {self.row}"


def read_decisions(
    table: pd.DataFrame, *, sheets: Sequence[tuple[str, str]] = ()
) -> tuple[Decision, ...]:
    """Read decisions from the checked table ``resolutions``; rows without a decision are left out.

    Parameters
    ----------
    table
        The table as checked (``_source`` and ``_row`` say where a row stands) or as viewed
        (``_file``, ``_sheet`` and ``_row`` do).
    sheets
        File and sheet names by the number that ``_source`` holds.

    Returns
    -------
    tuple of Decision
        In the order of files, sheets and rows.

    Examples
    --------
    >>> rows = {"decision": ["merge", None], "name": ["U1", "U1"], "target": ["U2", "U3"]}
    >>> [(d.action, d.name, d.target) for d in read_decisions(pd.DataFrame(rows))]
    [('merge', 'U1', 'U2')]
    """
    if "decision" not in table:
        return ()
    decided = table[table["decision"].notna()]
    texts = [_read_texts(decided, name) for name in _CELLS]
    places = _read_places(decided, sheets)
    rows = zip(*texts, *places, strict=True)
    found = (Decision(*row) for row in rows if row[0])
    return tuple(sorted(found, key=_order))


def index_mentions(mentions: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Index mentions by what a decision may call them: id, folded name, or folded alias.

    Parameters
    ----------
    mentions
        One row a mention: ``id``, ``name`` and, if known, ``aliases`` (tuples of text).

    Returns
    -------
    dict
        Ids of mentions by text. An alias stands only where no name is the same.

    Examples
    --------
    >>> mentions = pd.DataFrame({"id": ["U1", "U2"], "name": ["山西大学", "山西大学"]})
    >>> index_mentions(mentions)["山西大学"]
    ('U1', 'U2')
    """
    ids = [str(text) for text in mentions["id"]]
    named = _group(zip(ids, mentions["name"], strict=True))
    other = _group(_pair_aliases(ids, mentions))
    called = {folded: tuple(keys) for folded, keys in {**other, **named}.items() if folded}
    return {**called, **{key: (key,) for key in ids}}


def find_named(text: str, known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Find the mentions that a text means: the one with that id, or those with that name.

    >>> find_named("U1", {"U1": ("U1",)}), find_named("nobody", {"U1": ("U1",)})
    (('U1',), ())
    """
    exact = known.get(text, ())
    return (text,) if text in exact else tuple(exact or known.get(fold_name(text), ()))


def check_decisions(
    decisions: Iterable[Decision],
    known: Mapping[str, Sequence[str]],
    *,
    codes: Mapping[str, str] | None = None,
) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Check what decisions name and whether they agree; those that do not are all set aside.

    Parameters
    ----------
    decisions
        Decisions as read.
    known
        Ids of mentions by what they may be called (`index_mentions`).
    codes
        Unified social credit codes by id of mention.

    Returns
    -------
    valid, problems
        The decisions that can be applied together, in the order of their places, and what is
        wrong with the others. Name and target are ids of mentions; only the name of an alias
        stays as it is written where it means no mention, or several.

    Notes
    -----
    A split, or a part of a whole, contradicts the merges on the way between its two ends; all
    of them are set aside. The time is linear in the number of decisions.

    Examples
    --------
    >>> merge, split = Decision("merge", "A", "B", row=2), Decision("split", "B", "A", row=3)
    >>> valid, problems = check_decisions([merge, split], {"A": ("A",), "B": ("B",)})
    >>> valid, [(p.code, p.row) for p in problems]
    ((), [('decision_conflict', 2), ('decision_conflict', 3)])
    """
    check = _Check(known, dict(codes or {}))
    taken = check.drop_repeated(check.resolve(sorted(decisions, key=_order)))
    for rule in (check.drop_contradictions, check.drop_aliases, check.drop_cycles):
        taken = rule(taken)
    check.warn_of_codes(taken)
    problems = sorted(check.problems, key=lambda p: (p.file, p.sheet, p.row or 0, p.code))
    return tuple(one.spell() for one in taken), tuple(problems)


# reading


def _order(decision: Decision) -> tuple[object, ...]:
    texts = (decision.action, decision.name, decision.target, decision.reason, decision.by)
    return (decision.file, decision.sheet, decision.row or 0, *texts, decision.date)


def _read_texts(table: pd.DataFrame, name: str) -> list[str]:
    """Read a column as text; the quote that a spreadsheet needs before "=1+1" is taken off."""
    if name not in table:
        return [""] * len(table)
    texts = ["" if pd.isna(cell) else str(cell).strip() for cell in table[name]]
    return [text[1:] if _GUARDED.match(text) else text for text in texts]


def _read_places(
    table: pd.DataFrame, sheets: Sequence[tuple[str, str]]
) -> tuple[list[str], list[str], list[int | None]]:
    """Read file, sheet and row of each row."""
    if "_source" in table and sheets:
        files, names = ([sheets[int(n)][part] for n in table["_source"]] for part in (0, 1))
    else:
        files, names = _read_texts(table, "_file"), _read_texts(table, "_sheet")
    rows: list[int | None] = [int(n) for n in table["_row"]] if "_row" in table else []
    return files, names, rows or [None] * len(table)


def _group(pairs: Iterable[tuple[str, object]]) -> dict[str, dict[str, None]]:
    """Group ids by folded text, each once and in their order."""
    groups: dict[str, dict[str, None]] = {}
    for key, text in pairs:
        if isinstance(text, str):
            groups.setdefault(fold_name(text), {})[key] = None
    return groups


def _pair_aliases(ids: Sequence[str], mentions: pd.DataFrame) -> Iterator[tuple[str, object]]:
    if "aliases" in mentions:
        for key, aliases in zip(ids, mentions["aliases"], strict=True):
            if isinstance(aliases, tuple | list):
                yield from ((key, alias) for alias in aliases)


# checking


@dataclass(frozen=True, eq=False)
class _Named:
    """A decision as it is written, and the ids of its two; no first one for a new alias."""

    written: Decision
    first: str
    second: str

    @property
    def action(self) -> str:
        return self.written.action

    @property
    def ends(self) -> tuple[str, str]:
        return self.first, self.second

    def spell(self) -> Decision:
        """Write the decision with ids."""
        return replace(self.written, name=self.first or self.written.name, target=self.second)


@dataclass
class _Check:
    """What decisions may name, and what was found wrong with them."""

    known: Mapping[str, Sequence[str]]
    codes: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, decisions: Iterable[Decision]) -> list[_Named]:
        """Find the mentions that decisions name; report those that name none or several."""
        found: list[_Named] = []
        for decision in decisions:
            if not decision.name or not decision.target:
                self._report("decision_incomplete", decision)
                continue
            first, second = self._find(decision, "name"), self._find(decision, "target")
            if first is None or second is None:
                continue
            if first == second:
                self._report("decision_of_itself", decision, severity="warning")
            else:
                found.append(_Named(decision, first, second))
        return found

    def drop_repeated(self, taken: Iterable[_Named]) -> list[_Named]:
        """Leave out what an earlier row decides already."""
        first: dict[tuple[str, ...], _Named] = {}
        for one in taken:
            ends = (one.first or fold_name(one.written.name), one.second)
            mutual = one.action in {"merge", "split"}
            known = first.setdefault((one.action, *(sorted(ends) if mutual else ends)), one)
            if known is not one:
                details = {"first": known.written.place}
                self._report("decision_repeated", one.written, severity="warning", details=details)
        return list(first.values())

    def drop_contradictions(self, taken: Sequence[_Named]) -> list[_Named]:
        """Set aside splits, and parts of a whole, that merges undo; and these merges."""
        joins = _list_joins(taken)
        parts = [one for one in taken if one.action in {"split", "part_of"}]
        against: dict[_Named, list[_Named]] = {}
        pairs = find_contradictions([one.ends for one in joins], [one.ends for one in parts])
        for join, part in pairs:
            against.setdefault(joins[join], []).append(parts[part])
            against.setdefault(parts[part], []).append(joins[join])
        return self._set_aside("decision_conflict", taken, against)

    def drop_aliases(self, taken: Sequence[_Named]) -> list[_Named]:
        """Set aside the aliases that are given to several organisations."""
        groups = Groups(one.ends for one in taken if one.action == "merge")
        bearers: dict[str, list[_Named]] = {}
        for one in taken:
            if one.action == "alias":
                bearers.setdefault(fold_name(one.written.name), []).append(one)
        several = [
            rows for rows in bearers.values() if len({groups.find(one.second) for one in rows}) > 1
        ]
        return self._set_aside("decision_alias_conflict", taken, _oppose(several))

    def drop_cycles(self, taken: Sequence[_Named]) -> list[_Named]:
        """Set aside the parts that by way of others are a part of themselves."""
        groups = Groups(one.ends for one in _list_joins(taken))
        parts = [one for one in taken if one.action == "part_of"]
        circles = find_circles([(groups.find(one.first), groups.find(one.second)) for one in parts])
        rows = [[parts[number] for number in circle] for circle in circles]
        return self._set_aside("decision_part_cycle", taken, _oppose(rows))

    def warn_of_codes(self, taken: Sequence[_Named]) -> None:
        """Warn where organisations of different codes become one; the decision is applied."""
        groups, held = Groups(), dict(self.codes)
        for one in _list_joins(taken):
            tops = [groups.find(end) for end in one.ends]
            codes = [held.get(top, "") for top in tops]
            if all(codes) and codes[0] != codes[1]:
                details = {"codes": " / ".join(codes)}
                self._report(
                    "decision_codes_differ", one.written, severity="warning", details=details
                )
            groups.join(*tops)
            held[groups.find(tops[0])] = codes[0] or codes[1]

    def _find(self, decision: Decision, column: Literal["name", "target"]) -> str | None:
        """Find the one mention that a cell means; empty where an alias means none, or several."""
        text = decision.name if column == "name" else decision.target
        found = find_named(text, self.known)
        if len(found) == 1 or (found and self._are_one(found)):
            return found[0]
        if column == "name" and decision.action == "alias":
            return ""
        code = "decision_name_ambiguous" if found else "decision_name_unknown"
        self._report(code, decision, column=column, details={"matches": _list_texts(found)})
        return None

    def _are_one(self, keys: Sequence[str]) -> bool:
        """Say whether mentions have one credit code."""
        codes = {self.codes.get(key, "") for key in keys}
        return len(codes) == 1 and "" not in codes

    def _set_aside(
        self, code: str, taken: Iterable[_Named], against: Mapping[_Named, Sequence[_Named]]
    ) -> list[_Named]:
        """Report the decisions that others stand against, and keep the rest."""
        kept: list[_Named] = []
        for one in taken:
            if one not in against:
                kept.append(one)
                continue
            others = [other.written for other in against[one][: _LISTED + 1]]
            places = [other.place for other in sorted(others[:_LISTED], key=_order)]
            rows = _list_texts([*places, *others[_LISTED:]])
            self._report(code, one.written, details={"rows": rows})
        return kept

    def _report(
        self,
        code: str,
        decision: Decision,
        *,
        column: Literal["name", "target"] = "name",
        severity: Severity = "error",
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Note a problem at the row of a decision."""
        value = decision.name if column == "name" else decision.target
        place = {"file": decision.file, "sheet": decision.sheet, "row": decision.row}
        found = Problem(
            code,
            **place,  # type: ignore[arg-type]
            column=column,
            value=value[:200],
            severity=severity,
            details=details or {},
        )
        self.problems.append(found)


def _list_joins(taken: Iterable[_Named]) -> list[_Named]:
    """List the decisions that make two mentions one."""
    return [one for one in taken if one.action in {"merge", "alias"} and one.first]


def _oppose(groups: Iterable[Sequence[_Named]]) -> dict[_Named, list[_Named]]:
    """Set each of a group against some others of it."""
    return {
        one: [other for other in rows[: _LISTED + 2] if other is not one]
        for rows in groups
        for one in rows
    }


def _list_texts(texts: Sequence[object]) -> str:
    """List the first of many texts."""
    return "; ".join([*map(str, texts[:_LISTED]), *(["…"] if len(texts) > _LISTED else [])])
