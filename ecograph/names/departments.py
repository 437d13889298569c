"""Departments in names in Latin letters, and the bodies that they are a part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.names.words import load_latin_words, standardize_word

if TYPE_CHECKING:
    from ecograph.names.parts import Parts

__all__ = ["take_parent"]

_BODIES = frozenset(("university", "hospital", "college", "polytechnic", "university_hospital"))
_SURE = frozenset(("department", "faculty", "division"))
_LEADING = frozenset(
    ("school", "institute", "laboratory", "center", "college", "section", "unit", "chair")
)
_TRAILING = frozenset(("school", "college", "institute", "center", "laboratory"))
_LEAST_UNIT = 3  # words: department of physics
_OF = frozenset(("of", "for", "de", "des", "du", "d", "fur", "fuer", "i", "og", "av"))
_SCHOOLS = frozenset(("medical", "law", "business", "graduate", "management", "engineering"))
_DIRECTIONS = frozenset(
    ["western", "eastern", "northern", "southern", "north", "south", "east", "west", "new", "san"]
)
_QUALIFIES = frozenset(
    [
        "state",
        "national",
        "technology",
        "technical",
        "medical",
        "polytechnic",
        "agricultural",
        "federal",
        "normal",
        "city",
        "metropolitan",
        "catholic",
        "western",
        "eastern",
        "northern",
        "southern",
    ]
)


def take_parent(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Part a department from the body that it is a part of.

    Parameters
    ----------
    segments
        The words between the commas of a name.
    parts
        What has been found; the parent and the unit are added.

    Returns
    -------
    list of list of str
        The segments without the department.

    Examples
    --------
    >>> from ecograph.names.parts import Parts
    >>> take_parent([["dept", "of", "physics"], ["university", "of", "oslo"]], Parts())
    [['university', 'of', 'oslo']]
    """
    if not segments:
        return segments
    if len(segments) == 1:
        return [_cut_department(segments[0], parts)]
    standard = [[standardize_word(word) for word in segment] for segment in segments]
    body = _find_body(standard)
    units = [n for n, words in enumerate(standard) if n != body and _is_unit(words)]
    if body < 0 or not units:
        return segments
    rest = [n for n in range(len(segments)) if n != body and n not in units]
    kept = [segments[body], *(segments[n] for n in rest if n > body)]
    parts.parent = ", ".join(" ".join(words) for words in kept)
    parts.unit = ", ".join(" ".join(segments[n]) for n in units)
    return kept


def _find_body(standard: list[list[str]]) -> int:
    """Find the segment of the widest body: a university before an institute, a known system."""
    for wanted in (_BODIES, load_latin_words().acronyms):
        for n, words in enumerate(standard):
            if (
                not wanted.isdisjoint(words)
                and words[0] not in _SURE
                and (words[0] not in _LEADING or n)
            ):
                return n
    return -1


def _is_unit(words: list[str]) -> bool:
    units = load_latin_words().units
    return words[0] in units or words[-1] in units or not _SURE.isdisjoint(words)


def _cut_department(words: list[str], parts: Parts) -> list[str]:
    standard = [standardize_word(word) for word in words]
    body = next((n for n, word in enumerate(standard) if word == "university"), -1)
    if body < 0:
        return _cut_system(words, standard, parts)
    cut = _find_leading(standard, body)
    if cut:
        unit = words[:cut]
        while unit[-1] in load_latin_words().fillers:
            unit = unit[:-1]
        parts.unit, parts.parent = " ".join(unit), " ".join(words[cut:])
        return words[cut:]
    cut = _find_trailing(standard, body)
    if cut:
        parts.parent, parts.unit = " ".join(words[:cut]), " ".join(words[cut:])
        return words[:cut]
    return words


def _find_leading(standard: list[str], body: int) -> int:
    """Find where the university begins in "department of physics university of oslo"."""
    if standard[0] not in _SURE and not (standard[0] in _LEADING and standard[1] in _OF):
        return 0
    if standard[body - 1] in ("the", "at", "a", "an", "der", "l"):
        return body
    follows = standard[body + 1 : body + 3]
    named_after = bool(follows) and follows[0] in _OF and "technology" not in follows
    if named_after and body >= _LEAST_UNIT:
        return body
    start = body - 1
    if standard[start] in _QUALIFIES or standard[start - 1] in _DIRECTIONS:
        start -= 1
    return start if start >= _LEAST_UNIT else 0


def _find_trailing(standard: list[str], body: int) -> int:
    """Find where the department begins in "university of oslo department of physics"."""
    fillers = load_latin_words().fillers
    if standard[-1] == "hospital":
        return 0
    for n in range(body + 1, len(standard)):
        named = any(word not in fillers for word in standard[:body] + standard[body + 1 : n])
        following = standard[n + 1] if n + 1 < len(standard) else ""
        if not named or standard[n - 1] in ("higher", "high"):
            continue
        if standard[n] in _SURE or (standard[n] in _TRAILING and following in _OF):
            return n
        if (
            standard[n] in _SCHOOLS
            and following in ("school", "college")
            and n > body + (body == 0)
        ):
            return n
    return 0


def _cut_system(words: list[str], standard: list[str], parts: Parts) -> list[str]:
    """Part the delegation or laboratory of a known body that is named by its acronym."""
    if words[0] not in load_latin_words().acronyms or len(words) == 1:
        return words
    if standard[1] in (
        "delegation",
        "direction",
        "siege",
        "umr",
        "center",
        "laboratory",
        "institute",
    ):
        parts.parent, parts.unit = words[0], " ".join(words[1:])
        return words[:1]
    return words
