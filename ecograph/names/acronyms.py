"""Acronyms in names in Latin letters: stated beside the words, or yielded by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.names.words import load_latin_words

if TYPE_CHECKING:
    from ecograph.names.parts import Parts

__all__ = ["find_short", "is_acronym", "take_acronym", "take_initials"]

_LEAST_ACRONYM = 3
_LONGEST_ACRONYM = 6
_LONGEST_INITIALS = 8


def is_acronym(word: str, words: list[str]) -> bool:
    """Say whether a word is made of the beginnings of others, in their order.

    UFPE is Universidade Federal de Pernambuco: most of its letters are initials, one after another.
    """
    at, taken = -1, 0
    for sign in word:
        following = next((n for n in range(at + 1, len(words)) if words[n][0] == sign), -1)
        if following >= 0 and (at >= 0 or following <= 1):
            at, taken = following, taken + 1
        elif at < 0 or sign not in words[at][1:]:
            return False
    return taken > 1 and len(word) - taken <= 1


def take_initials(segments: list[list[str]], parts: Parts) -> list[list[str]]:
    """Take away the acronym of another segment: centre hospitalier universitaire - chu."""
    if len(segments) <= 1:
        return segments
    longest = max(segments, key=len)
    kept = []
    for segment in segments:
        word = segment[0]
        acronym = len(segment) == 1 and len(word) >= _LEAST_ACRONYM and segment is not longest
        if acronym and len(longest) >= _LEAST_ACRONYM and is_acronym(word, longest):
            parts.short.append(word)
        else:
            kept.append(segment)
    return kept


def take_acronym(words: list[str], parts: Parts) -> list[str]:
    """Take away an acronym that stands beside the words that it is made of."""
    for acronym, others in ((words[-1:], words[:-1]), (words[:1], words[1:])):
        content = [word for word in others if word not in load_latin_words().fillers]
        if not acronym or not _LEAST_ACRONYM <= len(content) <= 2 * len(acronym[0]):
            continue
        if len(acronym[0]) >= _LEAST_ACRONYM and is_acronym(acronym[0], others):
            parts.short.append(acronym[0])
            return others
    return words


def find_short(words: list[str], content: list[str]) -> list[str]:
    """Find the acronyms that a name yields, and the name itself where it may be one."""
    if len(content) < _LEAST_ACRONYM:
        return [content[0]] if len(content) == 1 and len(content[0]) <= _LONGEST_ACRONYM else []
    short = "".join(word[0] for word in content)
    whole = "".join(word[0] for word in words)
    return [short, whole] if len(whole) <= _LONGEST_INITIALS else [short[:_LONGEST_INITIALS]]
