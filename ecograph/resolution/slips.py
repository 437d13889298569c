"""Slips of writing: of the keys in Latin words, of the input method in Han ones."""

from __future__ import annotations

import functools
import re

from rapidfuzz.distance import OSA

from ecograph.resolution.sounds import spell_sound

__all__ = [
    "is_cut",
    "is_slip",
    "is_swap",
    "is_text_slip",
    "is_written_out",
    "name_slip",
    "stands_within",
]

_LONG_CORE = 5  # Han characters of a core in which any slip is believed: in short ones each tells
_SHORTEST_SLIP = 5  # letters of a word in which a slip is believed
_LONGEST_CUT = 7  # letters of a beginning that stands for a word: technol, technology
_LONG_WORD = 8  # letters of a word in which two are
_MOST_WRITTEN_OUT = 2  # letters of a word that two stand for
_WRITTEN_OUT = re.compile("(?<=[^aeiou])([aou])e(?=[^aeiou])|(?<![aeiou])aa(?=[^aeiou])")


@functools.lru_cache(maxsize=1 << 16)
def is_written_out(left: str, right: str) -> bool:
    """Say whether two words differ by how ä, ö, ü or å is written: forderung, foerderung.

    Folding has taken the dots away; who has no such keys writes two letters instead.

    >>> is_written_out("foerderung", "forderung"), is_written_out("aerotech", "arotech")
    (True, False)
    """
    shortest, longest = sorted((len(left), len(right)))
    if longest > shortest + _MOST_WRITTEN_OUT or shortest < _SHORTEST_SLIP:
        return False
    plain = [_WRITTEN_OUT.sub(lambda found: found[1] or "a", word) for word in (left, right)]
    return plain[0] == plain[1]


@functools.lru_cache(maxsize=1 << 18)
def is_slip(left: str, right: str) -> bool:
    """Say whether two words differ by a slip of the keys."""
    shorter = min(len(left), len(right))
    if shorter < _SHORTEST_SLIP or not left.isalpha() or not right.isalpha():
        return False
    allowed = 2 if shorter >= _LONG_WORD and left[0] == right[0] else 1
    return bool(OSA.distance(left, right, score_cutoff=allowed) <= allowed)


def is_swap(left: str, right: str) -> bool:
    """Say whether two Han texts differ by a slip that keeps their signs or their sound."""
    if left.isascii() or right.isascii() or OSA.distance(left, right, score_cutoff=1) > 1:
        return False
    if len(left) != len(right):
        return min(len(left), len(right)) > 1
    return sorted(left) == sorted(right) or spell_sound(left) == spell_sound(right)


def is_text_slip(a: str, b: str, cores: tuple[str, str]) -> bool:
    """Say whether two whole names differ by one slip that is none of one character for another.

    A doubled, lost or swapped character, or one that sounds alike; a lost one only where the
    core stays or is long.
    """
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 5:  # noqa: PLR2004
        return False
    if OSA.distance(a, b, score_cutoff=1) > 1:
        return False
    if len(a) == len(b):
        return sorted(a) == sorted(b) or spell_sound(a) == spell_sound(b)
    long, short = (a, b) if len(a) > len(b) else (b, a)
    at = next((n for n, sign in enumerate(short) if sign != long[n]), len(short))
    doubled = at > 0 and long[at] == long[at - 1]
    return doubled or at >= len(short) - 1 or min(map(len, cores)) >= _LONG_CORE


def name_slip(left: str, right: str, *, loose: bool) -> str:
    """Name a slip: a character that sounds alike, or in a firm's long core one more or less."""
    if abs(len(left) - len(right)) > 1 or OSA.distance(left, right, score_cutoff=1) > 1:
        return ""
    if len(left) == len(right):
        return "sound" if len(left) > 1 and spell_sound(left) == spell_sound(right) else ""
    return "typo" if loose and min(len(left), len(right)) >= _LONG_CORE else ""


def is_cut(word: str, other: str) -> bool:
    """Say whether one word is the beginning of the other: elec, electric."""
    short, long = (word, other) if len(word) < len(other) else (other, word)
    most = len(short) <= _LONGEST_CUT or len(long) <= len(short) + 3
    return len(short) > 2 and long.startswith(short) and long != short and most  # noqa: PLR2004


def stands_within(a: str, b: str) -> bool:
    """Say whether the signs of one text stand in the other in order: 材料学院, 材料科学学院."""
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return len(short) > 2 and short[0] == long[0] and all(sign in rest for sign in short)  # noqa: PLR2004
