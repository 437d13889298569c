"""What tells two names apart: their places, marks, parts, kinds, trades and legal forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecograph.names import relate_places
from ecograph.names.words import standardize_word
from ecograph.resolution.legal import ENGLISH_FORMS, find_other_person, list_told
from ecograph.resolution.slips import is_slip, is_swap, stands_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.names import Name
    from ecograph.resolution.chances import Chances

__all__ = [
    "ACADEMIC",
    "compare_kinds",
    "compare_trades",
    "compare_words",
    "find_conflict",
    "find_doubt",
    "find_veto",
    "relate_named_places",
]

_KIN = (
    {"university", "college", "school"},
    {"institute", "college"},
    {"institute", "university"},
    {"firm", "institute"},
    {"association", "institute"},
    {"association", "firm"},
    {"government", "institute"},
)
_BRANCH = re.compile(
    r"\b(?:branch|agence|succursale|filial|zweigniederlassung|niederlassung|zweigstelle|avdeling)\b"
)
_GROUP = re.compile(r"\b(?:holding|groupe?|gruppen?|konsern|gruppo|grupo)\b")
_LONG_NAME = 8  # words of a name in which a number on one side is rather one of a file
ACADEMIC = frozenset(
    (
        "university",
        "college",
        "institute",
        "hospital",
        "government",
        "school",
        "association",
        "laboratory",
    )
)
"""Kinds of public bodies."""

_PUBLIC = frozenset({"institute", "university", "college", "hospital", "laboratory"})
_BODY_ENDS = ("院", "所", "中心", "大学", "实验室", "站", "台", "馆")


def find_veto(a: Name, b: Name, chances: Chances) -> str:
    """Say why two names are never joined through others, or nothing: a conflict or a doubt.

    More words beside a form of English law, written at will, are left to what the others weigh.
    """
    if conflict := find_conflict(a, b, chances):
        return conflict
    doubt = find_doubt(a, b)
    loose = doubt == "other_words" and {a.form, b.form} <= {*ENGLISH_FORMS, ""}
    return "" if loose and not _are_offices(a, b) else doubt


def find_doubt(a: Name, b: Name) -> str:
    """Say why a person must look whatever else agrees, or nothing."""
    if a.unit != b.unit and a.unit and b.unit and not _are_one_unit(a.unit, b.unit):
        return "unit_conflict"
    if a.kind != b.kind and compare_kinds(a.kind, b.kind) == "near":
        return "kind_conflict"
    return _doubt_offices(a, b) if _are_offices(a, b) else find_other_person(a, b)


def _are_offices(a: Name, b: Name) -> bool:
    return a.kind == b.kind == "government" and a.script == b.script == "latin"


def _doubt_offices(a: Name, b: Name) -> str:
    """Doubt two offices of which one says more, or that are named in two languages.

    A ministry of education is no ministry of education and science, and every country has one.
    """
    if _list_ministries(a) != _list_ministries(b):
        return "other_language"
    return "other_words" if list_told(a, b) else ""


def _list_ministries(name: Name) -> set[str]:
    """List the words for a ministry as they are written: ministry, ministerio."""
    return {word for word in name.folded.split() if standardize_word(word) == "ministry"}


def find_conflict(a: Name, b: Name, chances: Chances) -> str:  # noqa: PLR0911 - one for each kind
    """Say what in two names makes two organisations of them, or nothing."""
    if (a.unit or b.unit) and (veto := _compare_units(a, b)):
        return veto
    if a.script == "latin" and (veto := _compare_branches(a.folded, b.folded)):
        return veto
    if _is_within(a, b) or _is_within(b, a):
        return "parent_of"
    if a.marks != b.marks and (veto := _compare_marks(a, b, chances)):
        return veto
    if a.kind != b.kind and compare_words(a.kind, b.kind, _KIN) == "apart":
        return "kind_conflict"
    if (
        a.places
        and b.places
        and a.places != b.places
        and relate_places(a.places, b.places) == "apart"
    ):
        return "place_conflict"
    if "government" in {a.kind, b.kind} and relate_named_places(a.places, b.places) == "inside":
        return "place_conflict"
    if a.industry != b.industry and _differ_in_trade(a, b):
        return "industry_conflict"
    return ""


def _is_within(a: Name, b: Name) -> bool:
    """Say whether one public body is named as an institute of the other.

    中国科学院, 中国科学院化学研究所.
    """
    if a.script != "han" or not {a.kind, b.kind} <= _PUBLIC:
        return False
    if not a.folded.endswith(_BODY_ENDS) or not b.folded.startswith(a.folded):
        return False
    rest = b.folded[len(a.folded) :]
    return len(rest) > 1 and rest[0] != "(" and rest.endswith(_BODY_ENDS)


def _differ_in_trade(a: Name, b: Name) -> bool:
    """Say whether two Chinese firms do different things: the law has them say which."""
    if a.script == "latin" or b.script == "latin" or a.core != b.core:
        return False
    return compare_trades(a.industry, b.industry) == "apart"


def _are_one_unit(a: str, b: str) -> bool:
    """Say whether two units differ by a slip, or Latin ones by how their words are cut short."""
    if not a.isascii() or not b.isascii():
        return is_slip(a, b)
    one, other = ({standardize_word(word) for word in unit.split()} for unit in (a, b))
    left, right = one - other, other - one
    if not left or not right:
        return len(left | right) <= 1  # science is no part of transport and traffic sciences
    return all(any(is_slip(word, near) for near in right) for word in left)


def _compare_units(a: Name, b: Name) -> str:
    """Say whether one is a part of the other, or both are different parts."""
    if a.unit == b.unit or (
        a.unit and b.unit and (stands_within(a.unit, b.unit) or is_slip(a.unit, b.unit))
    ):
        return ""
    return "unit_conflict" if a.unit and b.unit else "parent_of"


def _compare_branches(a: str, b: str) -> str:
    """Say whether one Latin name says branch and the other does not, or group and holding."""
    if bool(_BRANCH.search(a)) != bool(_BRANCH.search(b)):
        return "branch_conflict"
    one, other = _GROUP.search(a), _GROUP.search(b)
    if one and other and (one[0] == "holding") != (other[0] == "holding"):
        return "mark_conflict"
    return ""


def _compare_marks(a: Name, b: Name, chances: Chances) -> str:  # noqa: PLR0911 - one for each kind
    one, other = _list_marks(a), _list_marks(b)
    if not all(any(mark.startswith("type:") for mark in marks) for marks in (one, other)):
        one, other = (
            {mark for mark in marks if not mark.startswith("type:")} for marks in (one, other)
        )
    differ = sorted(one.symmetric_difference(other))
    if len(differ) == 1 and differ[0].startswith("campus") and chances.has_one_campus(a, b):
        return ""
    if not differ:
        return ""
    if min(len(a.tokens), len(b.tokens)) >= _LONG_NAME and not _number_both(a, b):
        return ""
    if any(mark.startswith("#") for mark in differ):
        return "ordinal_conflict"
    if any(mark.startswith(("branch", "campus")) for mark in differ):
        return "branch_conflict"
    if differ == ["group"]:
        plain, group = (b, a) if "group" in a.marks else (a, b)
        return "" if set(plain.tokens) <= {*group.tokens, *group.places} else "mark_conflict"
    return "mark_conflict"


def _number_both(a: Name, b: Name) -> bool:
    return all(any(mark.startswith("#") for mark in name.marks) for name in (a, b))


def _list_marks(name: Name) -> set[str]:
    """List the marks that tell something: the campus in the place of the name does not."""
    return {
        mark
        for mark in name.marks
        if not mark.startswith("campus:") or mark.partition(":")[2] not in {*name.places, name.core}
    }


def relate_named_places(a: tuple[str, ...], b: tuple[str, ...]) -> str:
    """Say how the places in two names lie: also ``missing`` in one, or ``none``."""
    if not a or not b:
        return "missing" if a or b else "none"
    if a == b:
        return "same"
    relation = relate_places(a, b)
    return relation if relation != "unknown" else "none"


def compare_trades(a: tuple[str, ...], b: tuple[str, ...]) -> str:
    """Compare industry words: ``same``, ``part``, ``mixed``, ``missing``, ``none``, ``apart``."""
    if a == b:
        return "same" if a else "none"
    if not a or not b:
        return "missing"
    first, second = set(a), set(b)
    if first <= second or second <= first:
        return "part"
    left, right = "".join(a), "".join(b)
    if is_slip(left, right) or is_swap(left, right):
        return "same"
    if left == right or left in right or right in left:
        return "part"
    return "mixed" if first & second else "apart"


def compare_words(a: str, b: str, like: Sequence[set[str]]) -> str:
    """Compare two words: ``same``, ``like``, ``missing`` in one, ``none`` or ``apart``."""
    if a == b:
        return "same" if a else "none"
    if not a or not b:
        return "missing"
    return "like" if any(a in group and b in group for group in like) else "apart"


def compare_kinds(a: str, b: str) -> str:
    """Compare two kinds: ``near`` are those of public bodies that are akin."""
    found = compare_words(a, b, _KIN)
    return "near" if found == "like" and {a, b} <= ACADEMIC else found
