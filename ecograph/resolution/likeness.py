"""Say at once of which pairs of names the cores may have anything to do with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, LCSseq

from ecograph.resolution.chances import number_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecograph.resolution.subjects import Subject

    Array = np.ndarray[Any, np.dtype[Any]]

__all__ = ["Texts", "find_alike", "gather_texts"]

_MOST_LETTERS, _MOST_WORDS = 0.75, 80
_LONG_CORE = 5  # Han signs of a core in which one more or less may be a slip


@dataclass(frozen=True, slots=True)
class Texts:
    """What is looked at of each subject, one entry for each.

    Parameters
    ----------
    subjects
        The subjects.
    core, folded, joined, words
        The core, the folded name, all words without spaces, and the words of the core.
    stem, sound
        Numbers: equal where the stems, or how the cores are read, are.
    latin
        Whether the name is a Latin one.
    short
        Whether the name lists abbreviations.
    """

    subjects: Sequence[Subject]
    core: Array
    folded: Array
    joined: Array
    words: Array
    stem: Array
    sound: Array
    latin: Array
    short: Array


def gather_texts(subjects: Sequence[Subject]) -> Texts:
    """Gather what is looked at of many subjects."""
    return Texts(
        subjects,
        core=np.array([one.core for one in subjects], dtype=object),
        folded=np.array([one.name.folded for one in subjects], dtype=object),
        joined=np.array([one.joined for one in subjects], dtype=object),
        words=np.array([one.name.core for one in subjects], dtype=object),
        stem=number_values(one.stem for one in subjects),
        sound=number_values(one.sound for one in subjects),
        latin=np.array([one.latin for one in subjects], dtype=bool),
        short=np.array([bool(one.name.short) for one in subjects], dtype=bool),
    )


def find_alike(texts: Texts, a: Array, b: Array) -> Array:
    """Find the pairs that are worth a comparison.

    Parameters
    ----------
    texts
        What `gather_texts` made of the subjects.
    a, b
        Numbers of the subjects of each pair.

    Returns
    -------
    numpy.ndarray
        Whether each pair is worth it: what is not, has nothing in common.
    """
    latin = texts.latin[a] | texts.latin[b]
    alike: Array = (texts.stem[a] == texts.stem[b]) | _are_short(texts, a, b)
    for some, judge in ((latin, _find_latin), (~latin, _find_han)):
        at = np.flatnonzero(some & ~alike)
        alike[at] = judge(texts, *_order(texts.core, a[at], b[at]))
    return alike


def _find_latin(texts: Texts, a: Array, b: Array) -> Array:
    """Most letters of one core stand in the other name in their order, or its words do."""
    cores = texts.core[a]
    most = np.ceil(_MOST_LETTERS * _measure_lengths(cores))
    alike = _measure(cores, texts.joined[b], LCSseq.similarity) >= most
    alike |= _measure(texts.folded[a], texts.folded[b], OSA.distance, most=1) <= 1
    at = np.flatnonzero(~alike)
    near = _measure(texts.words[a[at]], texts.folded[b[at]], fuzz.token_set_ratio)
    alike[at] = near >= _MOST_WORDS
    return alike


def _find_han(texts: Texts, a: Array, b: Array) -> Array:
    """One core stands in the other name, is read as the other, or one may abbreviate the other."""
    alike: Array = texts.sound[a] == texts.sound[b]
    alike |= _measure(texts.folded[a], texts.folded[b], OSA.distance, most=1) <= 1
    cores, others = texts.core[a], texts.core[b]
    alike |= _stand_within(cores, texts.folded[b]) | _stand_within(cores, others)
    long = np.flatnonzero((_measure_lengths(cores) >= _LONG_CORE) & ~alike)
    alike[long] = _measure(cores[long], others[long], OSA.distance, most=1) <= 1
    at = np.flatnonzero(~alike)
    shorter, longer = _order(texts.folded, a[at], b[at])
    signs = texts.joined[shorter]
    within = _measure(signs, texts.folded[longer], LCSseq.similarity)
    alike[at] = within >= _measure_lengths(signs) - 1  # one may stand for a place: 晋 for 山西
    return alike


def _are_short(texts: Texts, a: Array, b: Array) -> Array:
    """Say of which pairs one name lists the other as its abbreviation."""
    found = np.zeros(len(a), dtype=bool)
    for at in np.flatnonzero(texts.short[a] | texts.short[b]).tolist():
        one, other = texts.subjects[a[at]].name, texts.subjects[b[at]].name
        found[at] = one.folded in other.short or other.folded in one.short
    return found


def _order(by: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Put the one with the shorter text of each pair first."""
    turned = _measure_lengths(by[a]) > _measure_lengths(by[b])
    return np.where(turned, b, a), np.where(turned, a, b)


def _stand_within(parts: Array, wholes: Array) -> Array:
    pairs = zip(parts.tolist(), wholes.tolist(), strict=True)
    return np.fromiter((part in whole for part, whole in pairs), bool, len(parts))


def _measure_lengths(texts: Array) -> Array:
    return np.fromiter(map(len, texts.tolist()), np.int64, len(texts))


def _measure(a: Array, b: Array, scorer: Any, *, most: int | None = None) -> Array:  # noqa: ANN401 - of rapidfuzz
    if not len(a):
        return np.array([], dtype=np.int32)
    return process.cpdist(a.tolist(), b.tolist(), scorer=scorer, score_cutoff=most, dtype=np.int32)
