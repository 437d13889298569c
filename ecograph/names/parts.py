"""The parts of a name while it is taken apart, and the steps that all scripts share."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

__all__ = ["Parts", "measure_words", "strip_words"]

_LONGEST_WORD = 8


@dataclass(slots=True)
class Parts:
    """What has been found in a name so far.

    Parameters
    ----------
    places, core, words, industry, form, kind, marks, unit, parent, short
        As in ``Name``; ``words`` are its tokens.
    system
        The well-known system that a Chinese name begins with, in full.
    """

    places: list[str] = field(default_factory=list)
    core: str = ""
    words: list[str] = field(default_factory=list)
    industry: list[str] = field(default_factory=list)
    form: str = ""
    kind: str = ""
    marks: list[str] = field(default_factory=list)
    unit: str = ""
    parent: str = ""
    short: list[str] = field(default_factory=list)
    system: str = ""


def strip_words(text: str, vocabulary: frozenset[str]) -> tuple[list[str], str]:
    """Strip known words from the end of a text, the longest first.

    Parameters
    ----------
    text
        Signs without spaces.
    vocabulary
        Words of at most 8 signs.

    Returns
    -------
    tuple of list of str and str
        The words in their order, and what stands before them.

    Examples
    --------
    >>> strip_words("格盟环境工程", frozenset({"环境", "工程", "环境工程"}))
    (['环境工程'], '格盟')
    """
    words: list[str] = []
    lengths = _list_lengths(vocabulary)
    end = len(text)
    while end:
        length = _measure_last(text, end, vocabulary, lengths)
        if not length:
            break
        words.append(text[end - length : end])
        end -= length
    words.reverse()
    return words, text[:end]


def measure_words(text: str, vocabulary: frozenset[str]) -> int:
    """Say how many signs stand before the known words that end a text.

    >>> measure_words("格盟环境工程", frozenset({"环境", "工程"}))
    2
    """
    lengths = _list_lengths(vocabulary)
    end = len(text)
    while end:
        length = _measure_last(text, end, vocabulary, lengths)
        if not length:
            break
        end -= length
    return end


def _measure_last(
    text: str, end: int, vocabulary: frozenset[str], lengths: dict[str, tuple[int, ...]]
) -> int:
    for length in lengths.get(text[end - 1], ()):
        if length <= end and text[end - length : end] in vocabulary:
            return length
    return 0


@functools.cache
def _list_lengths(vocabulary: frozenset[str]) -> dict[str, tuple[int, ...]]:
    """List for each sign how long the words are that end with it, the longest first."""
    found: dict[str, set[int]] = {}
    for word in vocabulary:
        if len(word) <= _LONGEST_WORD:
            found.setdefault(word[-1], set()).add(len(word))
    return {sign: tuple(sorted(lengths, reverse=True)) for sign, lengths in found.items()}
