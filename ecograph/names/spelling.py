"""Slips of the keys in fixed words of names in Latin letters, mended."""

from __future__ import annotations

import functools
import re

from ecograph.names.words import load_latin_words

__all__ = ["mend_words"]

_LEAST, _LEAST_TRADE, _LEAST_FORM = 9, 10, 7  # letters of a word in which a slip leaves no doubt
_LEAST_OPEN = 10  # of a legal form whose last letter may be wrong
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONG_WORD = re.compile(r"[^\W\d_]{6,}")


def mend_words(text: str) -> str:
    """Mend one slip of the keys in each long fixed word of a folded name.

    A letter within a word that is lost, added, swapped with the next or taken for its neighbour on
    the keys. The first letter is right and, but in a long legal form, the last one: no ending
    of another language is taken for a slip. A word that is right as it stands is never touched.

    Parameters
    ----------
    text
        A folded name.

    Examples
    --------
    >>> mend_words("volta techmologies inc."), mend_words("volta comapny")
    ('volta technologies inc.', 'volta company')
    >>> mend_words("innovatron"), mend_words("maternal clinics")
    ('innovatron', 'maternal clinics')
    """
    return _LONG_WORD.sub(lambda found: _mend(found.group()), text)


@functools.lru_cache(maxsize=1 << 16)
def _mend(word: str) -> str:
    if word in _load_known():
        return word
    listed = _load_fixed()
    ends = (word[0] + word[-1], word[0])
    near = [fixed for end in ends for fixed in listed.get(end, ()) if _is_slip(word, fixed)]
    return min(near) if near else word


def _is_slip(word: str, fixed: str) -> bool:
    """Say whether a word is a fixed one with one slip of the keys within."""
    if len(word) == len(fixed):
        return _is_replaced(word, fixed)
    long, short = (word, fixed) if len(word) > len(fixed) else (fixed, word)
    if len(long) != len(short) + 1:
        return False
    at = next((n for n, sign in enumerate(short) if sign != long[n]), len(short))
    return long[at + 1 :] == short[at:]


def _is_replaced(word: str, fixed: str) -> bool:
    """Say whether two letters of a word are swapped, or one is the next on the keys."""
    differ = [n for n, sign in enumerate(word) if sign != fixed[n]]
    if len(differ) == 1:
        at = differ[0]
        return word[at] in _load_neighbours().get(fixed[at], "")
    one, other = differ[0], differ[-1]
    swapped = len(differ) == 2 and other == one + 1  # noqa: PLR2004 - both letters
    return swapped and word[one] == fixed[other] and word[other] == fixed[one]


@functools.cache
def _load_fixed() -> dict[str, list[str]]:
    """List the fixed words that are long enough by the letters that must be right."""
    words = load_latin_words()
    plain = words.equivalents | {
        word: word for word in (*words.equivalents.values(), *words.industry)
    }
    least = {
        word: _LEAST_TRADE if standard in words.industry else _LEAST
        for word, standard in plain.items()
    }
    forms = {word for form in words.forms for word in form}
    least |= dict.fromkeys(forms | words.written, _LEAST_FORM)
    listed = {word for word, letters in least.items() if len(word) >= letters}
    by_ends: dict[str, list[str]] = {}
    for word in sorted(filter(str.isalpha, listed)):
        is_open = word in forms and len(word) >= _LEAST_OPEN
        by_ends.setdefault(word[0] if is_open else word[0] + word[-1], []).append(word)
    return by_ends


@functools.cache
def _load_known() -> frozenset[str]:
    """List the words that are right, among them those that are near a fixed one."""
    words = load_latin_words()
    fixed = {word for listed in _load_fixed().values() for word in listed}
    named = {part for place in (*words.places, *words.regions) for part in place.split()}
    return frozenset(
        {*fixed, *words.industry, *words.weak, *words.officers, *words.units, *words.groups}
        | {*words.right, *words.compass, *named}
        | {*words.equivalents, *words.equivalents.values()}
    )


@functools.cache
def _load_neighbours() -> dict[str, str]:
    """List for each letter those beside it on the keys, in its row and the next ones."""
    places = {sign: (row, at) for row, signs in enumerate(_ROWS) for at, sign in enumerate(signs)}
    return {
        sign: "".join(
            other
            for other, (next_row, next_at) in places.items()
            if other != sign and abs(next_row - row) <= 1 and abs(next_at - at) <= 1
        )
        for sign, (row, at) in places.items()
    }
