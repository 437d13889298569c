"""Whether one name is the short form of another."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from ecograph.names.folding import fold_name
from ecograph.names.latin import split_latin
from ecograph.names.words import load_han_words, load_latin_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecograph.names.model import Name

__all__ = ["abbreviates"]

Grade = Literal["exact", "likely", ""]

_LONGEST = 24  # signs of a text that can be a short form
_LEAST = 3  # letters of an acronym that is no accident
_SOFT = frozenset(
    [
        "科学",
        "技术",
        "工程",
        "与",
        "和",
        "及",
        "学",
        "应用",
        "研究",
        "综合",
        "国家",
        "先进",
        "系统",
        "科技",
        "发展",
    ]
)


def abbreviates(short: Name, long: Name) -> Grade:
    """Say whether a name is the short form of another.

    A Chinese short form takes the heads of the words of the long one in their order: it may leave
    out the place before and words of an industry, not what names the organisation. A Latin one is
    made of initials.

    Parameters
    ----------
    short, long
        Two names, parsed.

    Returns
    -------
    str
        ``exact``, where the long name states the short one or the two are known for it;
        ``likely``, where the rules of short forms yield the one from the other; else empty.

    Examples
    --------
    >>> from ecograph.names import parse_name
    >>> abbreviates(parse_name("中科院山西煤化所"), parse_name("中国科学院山西煤炭化学研究所"))
    'likely'
    >>> abbreviates(parse_name("山西大学"), parse_name("山西大同大学"))
    ''
    """
    if not short.core or not long.core or len(short.folded) >= len(long.folded):
        return ""
    if short.marks != long.marks and not _agree(short.marks, long.marks):
        return ""
    if f"({short.folded})" in long.folded or _is_known(short, long):
        return "exact"
    if short.script == "latin":
        return _grade_acronym(short, long)
    return _grade_heads(short, long)


def _agree(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Say whether ordinals, branches and campuses are the same: 附属 and a type may be left out."""
    if "affiliated" in short and "affiliated" not in long:
        return False
    first, second = (
        [mark for mark in marks if mark[0] == "#" or ":" in mark] for marks in (short, long)
    )
    if not any(mark.startswith("type:") for mark in first):
        second = [mark for mark in second if not mark.startswith("type:")]
    return first == second


def _is_known(short: Name, long: Name) -> bool:
    if short.script == "latin":
        return _load_acronyms().get(tuple(sorted(long.tokens))) == short.core
    words = load_han_words()
    if short.tokens == long.tokens and len("".join(short.tokens)) > len(short.folded):
        return True  # its contractions were written out
    full = words.aliases.get(short.folded) or words.systems.get(short.folded)
    return full is not None and full == long.folded


@functools.cache
def _load_acronyms() -> dict[tuple[str, ...], str]:
    systems = load_latin_words().systems
    return {
        tuple(sorted(split_latin(fold_name(full)).words)): short for full, short in systems.items()
    }


def _grade_acronym(short: Name, long: Name) -> Grade:
    word = short.core
    if " " in word or not _LEAST <= len(word) <= _LONGEST or len(long.tokens) < _LEAST:
        return ""
    return "likely" if word in long.short else ""


def _grade_heads(short: Name, long: Name) -> Grade:
    text = "".join(short.tokens)
    if not 1 < len(text) <= _LONGEST or len(text) >= len("".join(long.tokens)):
        return ""
    if short.kind not in ("", long.kind) and (short.kind, long.kind) != ("firm", ""):
        return ""
    return "likely" if _fits(text, long) else ""


def _fits(text: str, long: Name) -> bool:
    """Say whether a text is made of the heads of a name's words, one after another."""
    words = _list_words(long)
    reached = {(0, 0)}  # signs taken, and how many of them name the organisation
    for word, role in words:
        reached = {
            (at + length, named + (length if role == "names" else 0))
            for at, named in reached
            for length in _measure_heads(text, at, (word, role), long)
        }
    return any(at == len(text) and _suffices(named, words) for at, named in reached)


def _suffices(named: int, words: list[tuple[str, str]]) -> bool:
    return named > 0 or not any(role == "names" for _, role in words)


def _list_words(long: Name) -> list[tuple[str, str]]:
    """List a name's words with the part that each plays."""
    places, industry = set(long.places), set(long.industry)
    kinds, systems = load_han_words().kinds, load_han_words().systems
    firm = long.kind in ("firm", "")
    words: list[tuple[str, str]] = []
    for n, word in enumerate(long.tokens):
        if word in places or word in systems:
            role = "place"
        elif not firm and n == len(long.tokens) - 1 and word in kinds:
            role = "kind"
        elif word in _SOFT or (firm and word in industry and long.core != word):
            role = "soft"
        elif long.kind == "institute" and _is_field(word) and _follows_name(words):
            role = "soft"  # 高能所 is 高能物理研究所
        else:
            role = "names"
        words.append((word, role))
    if not any(role == "names" for _, role in words):
        words = [(word, "names" if role == "soft" else role) for word, role in words]
    if not any(role == "names" for _, role in words):  # 山西大同大学 is named after the last place
        last = max((n for n, (_, role) in enumerate(words) if role == "place"), default=0)
        words[last] = (words[last][0], "namesake")
    return words


def _is_field(word: str) -> bool:
    return len(word) > 1 and word in load_han_words().disciplines


def _follows_name(words: list[tuple[str, str]]) -> bool:
    """Say whether the word before names an institute and is no field of science itself."""
    return bool(words) and words[-1][1] == "names" and not _is_field(words[-1][0])


def _measure_heads(text: str, at: int, word: tuple[str, str], long: Name) -> Iterator[int]:
    """List how many signs of a text, from a position on, can stand for a word."""
    signs, role = word
    if role not in ("names", "namesake"):
        yield 0
    if role == "kind":
        yield from _measure_kind(text, at, signs)
        return
    if role == "place" and text[at : at + 1] == load_han_words().one_signs.get(signs):
        yield 1
    firm = long.kind in ("firm", "")
    whole_brand = role == "names" and firm and signs not in long.industry
    least = min(len(signs), 3) if whole_brand else 1
    taken = _count_heads(text, at, signs)
    if role == "namesake" and (at or taken > 1):
        least = len(signs)
    yield from range(least, taken + 1)


def _measure_kind(text: str, at: int, signs: str) -> Iterator[int]:
    for part in (signs, signs[0] if signs == "大学" else signs[-1]):
        if text.startswith(part, at):
            yield len(part)


def _count_heads(text: str, at: int, signs: str) -> int:
    """Count the signs of a text that stand in a word in this order, its first one first."""
    if text[at : at + 1] != signs[0]:
        return 0
    taken, position = 0, 0
    for sign in text[at:]:
        position = signs.find(sign, position) + 1
        if not position:
            break
        taken += 1
    return taken
