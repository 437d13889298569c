"""Slips of the pen in fixed words of Chinese names: mended where nothing else can be meant."""

from __future__ import annotations

import functools
from typing import NamedTuple

from ecograph.names.parts import measure_words
from ecograph.names.places import is_place
from ecograph.names.words import load_han_words

__all__ = ["mend_slips"]

_LONGEST = 8
_LEAST_BRAND = 2  # signs before a mended word that stay as they are
_LEAST_ANYWHERE = 3  # signs of a word that is mended wherever it stands
_LEAST_DROPPED = 4  # signs of a word that may have lost one
_LEAST_SWAPPED = 3
_REACH = 4
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "股份公司")
_CAUTIOUS = frozenset("兴")  # signs of brands: 中兴 is no 中心 unless more of it is right
_FORM_SIGNS = frozenset("股份有限公司责任集团")
_OWNED = ("国有公司", "大有公司", "万有公司", "富有公司", "独有公司", "私有公司", "公有公司")


class _Fixed(NamedTuple):
    """Words that names are made of, and how they come out wrong."""

    words: frozenset[str]
    wrong_forms: dict[str, str]  # a legal form with a slip, and the form
    wrong_words: dict[str, str]  # a word with a sign dropped or two swapped, and the word
    last_signs: frozenset[str]  # of those
    form_ends: frozenset[str]  # the last signs of the forms with a slip


def mend_slips(text: str) -> str:
    """Mend one slip in a fixed word of a folded Chinese name.

    A sign doubled at the end, one of a legal form or long word dropped or swapped with the next,
    one taken for another of like sound or look. What names the organisation is never touched, nor
    a word that is right as it stands.

    Parameters
    ----------
    text
        A folded name without brackets.

    Returns
    -------
    str
        The name with its word mended, or as it was.

    Examples
    --------
    >>> mend_slips("太原里工大学"), mend_slips("某某机械有公限司"), mend_slips("清华大学")
    ('太原理工大学', '某某机械有限公司', '清华大学')
    """
    fixed = _load_fixed()
    if text[-1:] == text[-2:-1] and _ends_fixed(text[:-1], fixed):
        return text[:-1]
    mended = _mend_form(text, fixed)
    if mended != text:
        return mended
    if not load_han_words().confused.keys().isdisjoint(text):
        mended = _mend_sign(text, fixed)
    if mended == text:
        mended = _mend_tail(text, fixed)
    return mended


def _ends_fixed(text: str, fixed: _Fixed) -> bool:
    return any(text[-length:] in fixed.words for length in range(2, _LONGEST + 1))


def _mend_form(text: str, fixed: _Fixed) -> str:
    """Mend the legal form at the end of a name."""
    if text[-1:] not in fixed.form_ends:
        return text
    if text.endswith("有限公司") and text[-5:-4] not in _FORM_SIGNS:
        return text
    forms = load_han_words().forms
    longest = min(_LONGEST, len(text) - _LEAST_BRAND)
    exact = next((n for n in range(longest, 0, -1) if text[-n:] in forms), 0)
    if exact and text[-exact - 1] in _FORM_SIGNS:
        mended = _mend_swap(text, measure_words(text, fixed.words), fixed)
        if mended != text:
            return mended
    for length in range(longest, max(2, exact), -1):
        right = fixed.wrong_forms.get(text[-length:])
        if right and not text.endswith(_OWNED):
            return text[:-length] + right
    return text


def _mend_sign(text: str, fixed: _Fixed) -> str:
    """Mend a sign that was taken for another: in a long word, or in the words at the end."""
    confused, words = load_han_words().confused, fixed.words
    tail = -1
    for at, sign in enumerate(text):
        if sign not in confused or text[at - 1 : at + 1] in words or text[at : at + 2] in words:
            continue
        if _covers(text, at, fixed, _LEAST_ANYWHERE):
            continue
        if text[at - 1 : at + 1] == "有线" and is_place(text[: at - 1]):  # a cable network
            continue
        tail = measure_words(text, words) if tail < 0 else tail
        for right in confused[sign]:
            mended = text[:at] + right + text[at + 1 :]
            if _is_mended(mended, at, tail, fixed) and (
                sign not in _CAUTIOUS or _covers(mended, at, fixed, _LEAST_ANYWHERE)
            ):
                return mended
    return text


def _is_mended(mended: str, at: int, tail: int, fixed: _Fixed) -> bool:
    """Say whether a new sign makes a long word, or a short one before the words at the end."""
    if _covers(mended, at, fixed, _LEAST_ANYWHERE):
        return True
    end = at + 1 if at + 1 >= tail else at + 2
    return end - 2 >= _LEAST_BRAND and end >= tail and mended[end - 2 : end] in fixed.words


def _covers(text: str, at: int, fixed: _Fixed, least: int) -> bool:
    """Say whether a sign stands in a fixed word of some length."""
    for start in range(max(0, at - _LONGEST + 1), at + 1):
        for end in range(max(at + 1, start + least), min(len(text), start + _LONGEST) + 1):
            if text[start:end] in fixed.words:
                return True
    return False


def _mend_tail(text: str, fixed: _Fixed) -> str:
    """Mend a long word before the fixed words that end a name."""
    tail = measure_words(text, fixed.words)
    if text[tail - 1 : tail] not in fixed.last_signs:
        return text
    for length in range(min(_LONGEST, tail - _LEAST_BRAND), 1, -1):
        right = fixed.wrong_words.get(text[tail - length : tail])
        if right:
            return text[: tail - length] + right + text[tail:]
    return text


def _mend_swap(text: str, tail: int, fixed: _Fixed) -> str:
    """Mend a swap across two words: 工股程份有限公司 is 工程股份有限公司."""
    for at in range(max(_LEAST_BRAND, tail - _REACH), tail):
        mended = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if _LEAST_BRAND <= measure_words(mended, fixed.words) <= tail - _REACH:
            return mended
    return text


@functools.cache
def _load_fixed() -> _Fixed:
    words = load_han_words()
    single = frozenset("院所厂局厅委部处科室站")
    known = {*words.forms, *words.kinds, *words.industry, *words.disciplines, *words.types}
    known |= {*words.fixed, *words.contracted.values(), *words.bureaus, *words.bureaus.values()}
    known = {word for word in known if len(word) > 1 or word in single}
    wrong_forms = {
        wrong: form
        for form in _FORMS
        for wrong in (*_drop_signs(form), *_swap_signs(form), *_double_signs(form))
        if wrong not in words.forms
    }
    wrong_words: dict[str, str] = {}
    for word in sorted(known):
        slips = [*_swap_signs(word)] if len(word) >= _LEAST_SWAPPED else []
        slips += _drop_signs(word)[:-1] if len(word) >= _LEAST_DROPPED else []
        for wrong in slips:
            if not _ends_known(wrong, known):
                wrong_words.setdefault(wrong, word)
    last = frozenset(wrong[-1] for wrong in wrong_words)
    ends = frozenset(wrong[-1] for wrong in wrong_forms)
    return _Fixed(frozenset(known), wrong_forms, wrong_words, last, ends)


def _ends_known(text: str, known: set[str]) -> bool:
    """Say whether a text ends with a word, so that what stands before may be a brand."""
    return any(text[at:] in known for at in range(len(text)))


def _drop_signs(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _swap_signs(word: str) -> list[str]:
    pairs = range(len(word) - 1)
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs]
    return [other for other in swapped if other != word]


def _double_signs(word: str) -> list[str]:
    return [word[:at] + word[at - 1 :] for at in range(2, len(word) + 1)]
